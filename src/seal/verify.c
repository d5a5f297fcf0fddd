/* SPDX-License-Identifier: ISC */
/*
 * Verification, in minisign's order: the form of the file, the key id, the signature of the bytes,
 * the signature of the comment. Then the comment's claims are compared with the bytes. No error
 * text quotes a comment that has not been verified.
 */
#include "verify.h"

#include <inttypes.h>
#include <string.h>

#include <sodium.h>

#include "../base/hex.h"
#include "minisig.h"

/* Puts the sentence into *err; its value is the verdict. */
#define VERDICT(verdict, err, ...) (err_at(err, ERR_FILE, NULL, __VA_ARGS__), verdict)

struct line {
    const char *text;
    size_t length;
};

static bool is_text(char c, char next)
{
    return (c >= 0x20 && c <= 0x7e) || c == '\t' || c == '\n' || (c == '\r' && next == '\n');
}

/* Four lines, each ended by LF or CR LF, and nothing else; printable ASCII and TAB. */
static bool split(const char *file, size_t size, struct line lines[4])
{
    const char *end = file + size;

    for (size_t i = 0; i < size; i++)
        if (!is_text(file[i], i + 1 < size ? file[i + 1] : '\0'))
            return false;
    for (unsigned i = 0; i < 4; i++) {
        const char *stop = memchr(file, '\n', (size_t)(end - file));

        if (!stop)
            return false;
        lines[i] = (struct line){ file, (size_t)(stop - file) };
        if (lines[i].length > 0 && stop[-1] == '\r')
            lines[i].length--;
        file = stop + 1;
    }
    return file == end;
}

static bool take_prefix(struct line *line, const char *prefix)
{
    const size_t length = strlen(prefix);

    if (line->length < length || memcmp(line->text, prefix, length) != 0)
        return false;
    line->text += length;
    line->length -= length;
    return true;
}

static bool decode(struct line line, uint8_t *out, size_t size)
{
    size_t decoded;

    return minisig_decode(line.text, line.length, out, size, &decoded) == 0 && decoded == size;
}

/* A signature file, taken apart. */
struct minisig {
    uint8_t raw[SIGNATURE_RAW_SIZE];
    uint8_t global[KEY_SIGNATURE_SIZE];
    struct line comment;
};

static bool parse(const char *file, size_t size, struct minisig *m)
{
    struct line lines[4];

    if (!split(file, size, lines) || !take_prefix(&lines[0], UNTRUSTED_PREFIX) ||
        !take_prefix(&lines[2], TRUSTED_PREFIX) || !decode(lines[1], m->raw, sizeof(m->raw)) ||
        !decode(lines[3], m->global, sizeof(m->global)))
        return false;
    m->comment = lines[2];
    return m->comment.length > 0 && m->comment.length < SEAL_COMMENT_SIZE;
}

int seal_signer(const char *minisig, size_t size, char id[KEY_ID_TEXT_SIZE])
{
    struct public_key named = { .id = { 0 } };
    struct minisig m;

    if (!parse(minisig, size, &m))
        return -1;
    memcpy(named.id, m.raw + 2, KEY_ID_SIZE);
    public_key_id(&named, id);
    return 0;
}

static bool bytes_verify(const struct public_key *key, const void *bytes, size_t size,
                         const struct minisig *m)
{
    uint8_t hash[HASH_SIZE];

    crypto_generichash(hash, sizeof(hash), bytes, size, NULL, 0);
    return crypto_sign_verify_detached(m->raw + 2 + KEY_ID_SIZE, hash, sizeof(hash), key->bytes) ==
           0;
}

static bool comment_verifies(const struct public_key *key, const struct minisig *m)
{
    uint8_t bound[KEY_SIGNATURE_SIZE + SEAL_COMMENT_SIZE];

    memcpy(bound, m->raw + 2 + KEY_ID_SIZE, KEY_SIGNATURE_SIZE);
    memcpy(bound + KEY_SIGNATURE_SIZE, m->comment.text, m->comment.length);
    return crypto_sign_verify_detached(m->global, bound, KEY_SIGNATURE_SIZE + m->comment.length,
                                       key->bytes) == 0;
}

enum seal_verdict seal_verify_minisign(const struct public_key *key, const void *bytes, size_t size,
                                       const char *minisig, size_t minisig_size,
                                       char comment[SEAL_COMMENT_SIZE], struct err *err)
{
    struct public_key named = { .id = { 0 } };
    char wanted[KEY_ID_TEXT_SIZE], found[KEY_ID_TEXT_SIZE];
    struct minisig m;

    if (!parse(minisig, minisig_size, &m))
        return VERDICT(SEAL_NO_MINISIGN, err, "the signature is not a minisign file of four lines");
    if (memcmp(m.raw, "Ed", 2) == 0)
        return VERDICT(SEAL_LEGACY, err,
                       "the signature is of the older kind, which minisign -S -l makes");
    if (memcmp(m.raw, "ED", 2) != 0)
        return VERDICT(SEAL_NO_MINISIGN, err, "the signature's algorithm is unknown");
    if (memcmp(m.raw + 2, key->id, KEY_ID_SIZE) != 0) {
        memcpy(named.id, m.raw + 2, KEY_ID_SIZE);
        public_key_id(&named, found);
        public_key_id(key, wanted);
        return VERDICT(SEAL_OTHER_KEY, err, "signed with the key %s, not with %s", found, wanted);
    }
    if (!bytes_verify(key, bytes, size, &m))
        return VERDICT(SEAL_BAD_BYTES, err, "the signature does not match these bytes");
    if (!comment_verifies(key, &m))
        return VERDICT(SEAL_BAD_COMMENT, err, "the trusted comment is not the signed one");
    memcpy(comment, m.comment.text, m.comment.length);
    comment[m.comment.length] = '\0';
    return SEAL_GOOD;
}

enum seal_verdict seal_verify(const struct public_key *key, const void *image, size_t size,
                              const char *minisig, size_t minisig_size, struct seal_facts *facts,
                              struct err *err)
{
    uint8_t digest[SEAL_SHA256_SIZE];
    char hex[SEAL_SHA256_TEXT_SIZE];
    enum seal_verdict verdict =
        seal_verify_minisign(key, image, size, minisig, minisig_size, facts->comment, err);

    if (verdict != SEAL_GOOD)
        return verdict;
    if (seal_claims_read(facts->comment, &facts->claims, facts->sha256, err) < 0)
        return SEAL_NO_CLAIMS;
    seal_sha256(image, size, digest);
    hex_encode(digest, sizeof(digest), hex);
    if (strcmp(hex, facts->sha256) != 0)
        return VERDICT(SEAL_WRONG_SHA256, err, "sha256 of the bytes is %s", hex);
    if (seal_claims_size(&facts->claims) != size)
        return VERDICT(SEAL_WRONG_SIZE, err, "size: there are %zu bytes, %" PRIu64 " were signed",
                       size, seal_claims_size(&facts->claims));
    public_key_id(key, facts->key_id);
    return SEAL_GOOD;
}

static const char *or_none(const char *token)
{
    return token[0] ? token : "none";
}

enum seal_verdict seal_compare(const struct seal_facts *facts, const struct seal_wanted *w,
                               struct err *err)
{
    const struct seal_claims *c = &facts->claims;

    if (w->load_count && w->load_count != c->segment_count)
        return VERDICT(SEAL_WRONG_LOAD, err, "load: %u segment%s signed, %u %s wanted",
                       c->segment_count, c->segment_count == 1 ? " was" : "s were", w->load_count,
                       w->load_count == 1 ? "is" : "are");
    for (unsigned i = 0; i < w->load_count; i++)
        if (c->segments[i].load != w->loads[i])
            return VERDICT(SEAL_WRONG_LOAD, err,
                           "load: signed for 0x%" PRIx32 ", not for 0x%" PRIx32,
                           c->segments[i].load, w->loads[i]);
    if (w->context && strcmp(c->context, w->context) != 0)
        return VERDICT(SEAL_WRONG_CONTEXT, err, "ctx: signed for %s, not for %s",
                       or_none(c->context), or_none(w->context));
    if (w->nonce && strcmp(c->nonce, w->nonce) != 0)
        return VERDICT(SEAL_WRONG_NONCE, err, "nonce: signed for %s, not for %s", or_none(c->nonce),
                       or_none(w->nonce));
    if (w->now && c->issued && c->issued > w->now + SEAL_CLOCK_SKEW)
        return VERDICT(SEAL_TOO_EARLY, err, "iat: signed %" PRId64 " seconds in the future",
                       c->issued - w->now);
    if (w->now && c->expires && c->expires < w->now - SEAL_CLOCK_SKEW)
        return VERDICT(SEAL_EXPIRED, err, "exp: expired %" PRId64 " seconds ago",
                       w->now - c->expires);
    if (w->need_life && !c->expires)
        return VERDICT(SEAL_EXPIRED, err,
                       "exp: an image that expires is wanted; this one never expires");
    return SEAL_GOOD;
}
