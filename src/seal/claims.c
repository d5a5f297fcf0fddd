/* SPDX-License-Identifier: ISC */
/* The trusted comment: writer and reader share one check of the values. */
#include "claims.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "../base/number.h"

#define HEX            "0123456789abcdef"
#define CLAIMS_VERSION "mptabled/1"

#define YEAR_9999 INT64_C(253402300799) /* its last second */

enum { DAY = 86400 };

static bool is_alphanumeric(char c)
{
    const char lower = (char)(c | 0x20);

    return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z');
}

/* Letters, digits and @others. "-" alone is refused: in a comment it means that there is none. */
static bool is_token(const char *text, const char *others, size_t shortest, size_t longest)
{
    size_t length = 0;

    while (is_alphanumeric(text[length]) || (text[length] && strchr(others, text[length])))
        length++;
    return !text[length] && length >= shortest && length <= longest && strcmp(text, "-") != 0;
}

static int check(const struct seal_claims *c, enum err_code code, struct err *err)
{
    if (c->segment_count < 1 || c->segment_count > SEAL_SEGMENTS_MAX)
        return err_at(err, code, NULL, "an image has 1 to %d segments", SEAL_SEGMENTS_MAX);
    for (unsigned i = 0; i < c->segment_count; i++) {
        const struct seal_segment *s = &c->segments[i];

        if (s->size == 0 || s->size - 1 > UINT32_MAX - s->load)
            return err_at(err, code, NULL, "size, load: segment %u is empty or ends above 4 GiB",
                          i);
    }
    if (c->context[0] && !is_token(c->context, "_-.:", 1, SEAL_CONTEXT_MAX))
        return err_at(err, code, NULL, "ctx: not of the form [A-Za-z0-9._:-]{1,%d}",
                      SEAL_CONTEXT_MAX);
    if (c->nonce[0] && !is_token(c->nonce, "_-", SEAL_NONCE_MIN, SEAL_NONCE_MAX))
        return err_at(err, code, NULL, "nonce: not of the form [A-Za-z0-9_-]{%d,%d}",
                      SEAL_NONCE_MIN, SEAL_NONCE_MAX);
    if (c->issued < 0 || c->issued > YEAR_9999 || c->expires < 0 || c->expires > YEAR_9999 ||
        (c->expires && (!c->issued || c->expires <= c->issued)))
        return err_at(err, code, NULL, "iat, exp: not a time followed by a later one");
    return 0;
}

int64_t seal_now(void)
{
    return (int64_t)time(NULL);
}

/* A day is allowed for, since the clock of the build machine may have been wrong too. */
const char *seal_clock_error(int64_t now)
{
    if (now < SEAL_BUILD_TIME - DAY)
        return "the server's clock is before the day of its build: set the clock";
    if (now > YEAR_9999)
        return "the server's clock is at the end of the year 9999: set the clock";
    return NULL;
}

int seal_claims_live(struct seal_claims *c, unsigned ttl, int64_t now, struct err *err)
{
    const char *wrong;

    if (ttl > SEAL_TTL_MAX)
        return err_at(err, ERR_INTERNAL, NULL, "ttl: at most %d seconds", SEAL_TTL_MAX);
    wrong = seal_clock_error(now);
    if (!wrong)
        wrong = seal_clock_error(now + (int64_t)ttl);
    if (wrong)
        return err_at(err, ERR_BUSY, NULL, "%s", wrong);
    c->issued = now;
    c->expires = ttl ? now + ttl : 0;
    return 0;
}

/* The sum of the longest values of all claims; check() bounds the tokens and the times. */
static_assert(sizeof(CLAIMS_VERSION " sha256= size= load= fp= ctx= nonce= iat= exp=") +
                      SEAL_SHA256_TEXT_SIZE +
                      SEAL_SEGMENTS_MAX * (sizeof("4294967295,") + sizeof("0xffffffff,")) +
                      sizeof("0xffffffff") + SEAL_CONTEXT_MAX + SEAL_NONCE_MAX +
                      2 * sizeof("253402300799") <=
                  SEAL_COMMENT_SIZE,
              "the longest comment fits");

/* Each of these writes at @to and returns the end of what it wrote. */
static char *add(char *to, const char *text)
{
    const size_t length = strlen(text);

    memcpy(to, text, length);
    return to + length;
}

static char *add_address(char *to, uint32_t address)
{
    return number_write(add(to, "0x"), address, 16);
}

static char *add_token(char *to, const char *name, const char *token)
{
    return add(add(to, name), token[0] ? token : "-");
}

static char *add_time(char *to, const char *name, int64_t seconds)
{
    to = add(to, name);
    return seconds ? number_write(to, (uint64_t)seconds, 10) : add(to, "-");
}

int seal_claims_write(const struct seal_claims *c, const char *sha256,
                      char comment[SEAL_COMMENT_SIZE], struct err *err)
{
    char *to = comment;

    if (check(c, ERR_INTERNAL, err) < 0)
        return -1;
    to = add(add(to, CLAIMS_VERSION " sha256="), sha256);
    for (unsigned i = 0; i < c->segment_count; i++)
        to = number_write(add(to, i == 0 ? " size=" : ","), c->segments[i].size, 10);
    for (unsigned i = 0; i < c->segment_count; i++)
        to = add_address(add(to, i == 0 ? " load=" : ","), c->segments[i].load);
    to = add_address(add(to, " fp="), c->floating_pointer);
    to = add_token(add_token(to, " ctx=", c->context), " nonce=", c->nonce);
    to = add_time(add_time(to, " iat=", c->issued), " exp=", c->expires);
    *to = '\0';
    return (int)(to - comment);
}

/* The reader's cursor, *at, moves on only when the expected text is there. */
static bool skip(const char **at, const char *text)
{
    const size_t length = strlen(text);

    if (strncmp(*at, text, length) != 0)
        return false;
    *at += length;
    return true;
}

/* A number has one spelling: written again, it must give the text that was read. */
static bool read_number(const char **at, const char *prefix, unsigned radix, uint64_t highest,
                        uint64_t *number)
{
    const char *const end = number_take(*at, number);
    char text[32], *to = add(text, prefix);

    if (!end || *number > highest)
        return false;
    to = number_write(to, *number, radix);
    if (to - text != end - *at || memcmp(text, *at, (size_t)(to - text)) != 0)
        return false;
    *at = end;
    return true;
}

static bool read_address(const char **at, uint32_t *address)
{
    uint64_t number;

    if (!read_number(at, "0x", 16, UINT32_MAX, &number))
        return false;
    *address = (uint32_t)number;
    return true;
}

static bool read_sizes(const char **at, struct seal_claims *c)
{
    uint64_t number;

    do {
        if (c->segment_count == SEAL_SEGMENTS_MAX || !read_number(at, "", 10, UINT32_MAX, &number))
            return false;
        c->segments[c->segment_count++].size = (uint32_t)number;
    } while (skip(at, ","));
    return true;
}

static bool read_loads(const char **at, struct seal_claims *c)
{
    for (unsigned i = 0; i < c->segment_count; i++)
        if ((i > 0 && !skip(at, ",")) || !read_address(at, &c->segments[i].load))
            return false;
    return true;
}

static bool read_token(const char **at, char *token, size_t size)
{
    const size_t length = strcspn(*at, " ");

    if (length < 1 || length >= size)
        return false;
    memcpy(token, *at, length);
    token[length] = '\0';
    *at += length;
    if (strcmp(token, "-") == 0)
        token[0] = '\0';
    return true;
}

static bool read_time(const char **at, int64_t *seconds)
{
    uint64_t number = 0;

    if (skip(at, "-"))
        return true;
    if (!read_number(at, "", 10, YEAR_9999, &number) || number == 0)
        return false;
    *seconds = (int64_t)number;
    return true;
}

/* Return: NULL, or the name of the claim that could not be read */
static const char *read_claims(const char *at, struct seal_claims *c, char *sha256)
{
    if (!skip(&at, CLAIMS_VERSION " "))
        return CLAIMS_VERSION;
    if (!skip(&at, "sha256=") || strspn(at, HEX) != SEAL_SHA256_TEXT_SIZE - 1 ||
        !read_token(&at, sha256, SEAL_SHA256_TEXT_SIZE))
        return "sha256";
    if (!skip(&at, " size=") || !read_sizes(&at, c))
        return "size";
    if (!skip(&at, " load=") || !read_loads(&at, c))
        return "load";
    if (!skip(&at, " fp=") || !read_address(&at, &c->floating_pointer))
        return "fp";
    if (!skip(&at, " ctx=") || !read_token(&at, c->context, sizeof(c->context)))
        return "ctx";
    if (!skip(&at, " nonce=") || !read_token(&at, c->nonce, sizeof(c->nonce)))
        return "nonce";
    if (!skip(&at, " iat=") || !read_time(&at, &c->issued))
        return "iat";
    if (!skip(&at, " exp=") || !read_time(&at, &c->expires) || (*at && *at != ' '))
        return "exp";
    return NULL;
}

int seal_claims_read(const char *comment, struct seal_claims *claims,
                     char sha256[SEAL_SHA256_TEXT_SIZE], struct err *err)
{
    const char *wrong;

    *claims = (struct seal_claims){ 0 };
    wrong = read_claims(comment, claims, sha256);
    if (wrong)
        return err_at(err, ERR_FILE, NULL, "the trusted comment is malformed at %s", wrong);
    return check(claims, ERR_FILE, err);
}

uint64_t seal_claims_size(const struct seal_claims *claims)
{
    uint64_t size = 0;

    for (unsigned i = 0; i < claims->segment_count; i++)
        size += claims->segments[i].size;
    return size;
}
