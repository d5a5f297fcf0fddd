/* SPDX-License-Identifier: ISC */
/*
 * Options become JSON members, so the reader of requests checks them as it does the document's own.
 * They are put behind those: lines and columns in errors stay those of the document, and a member
 * that comes from both is refused as given twice.
 */
#include "asked.h"

#include <string.h>

#include "../base/number.h"
#include "../topo/profiles.h"
#include "files.h"

enum { CPUS, NUMBER_SIZE = 24 };

const struct asked_member asked_members[ASKED_MEMBERS] = {
    [CPUS] = { "cpus", ASKED_NUMBER, "NUMBER", NULL, "processors; in place of TOPOLOGY" },
    { "profile", ASKED_TEXT, "PROFILE", NULL,
      "the builder to imitate; default " PROFILE_DEFAULT ", see\n\"mptablectl profiles\"" },
    { "irqs", ASKED_NUMBER, "NUMBER", NULL, "interrupt lines that are routed one to one" },
    { "memory_size", ASKED_SIZE, "SIZE", NULL,
      "bytes of guest memory, or 512M, 8G: refuse an\nimage that does not fit inside" },
    { "placement", ASKED_WINDOW, "WINDOW", "base-memory bios ebda",
      "where the image lies: base-memory, bios or ebda" },
    { "bios_data_area", ASKED_FLAG, NULL, NULL,
      "add the BIOS data words that OpenBSD, NetBSD,\nillumos and xv6 need" },
    { "context", ASKED_TEXT, "NAME", NULL, "bind the signature to the machine of this name" },
    { "nonce", ASKED_TEXT, "TEXT", NULL, "bind it to a value that no other request has" },
    { "ttl", ASKED_NUMBER, "SECONDS", NULL, "seconds for which the signature is valid" },
};

int asked_take(struct cli *cli, size_t member, const char *value, struct err *err)
{
    const struct at at = { NULL, asked_members[member].name, 0 };

    if (cli->asked[member])
        return err_at(err, ERR_INVALID, &at, "at most once");
    for (const char *c = value; *c; c++)
        if (*c < ' ' || *c > '~')
            return err_at(err, ERR_INVALID, &at, "must be printable ASCII");
    cli->asked[member] = value;
    return 0;
}

bool asked_alone(const struct cli *cli)
{
    return cli->from_madt || cli->asked[CPUS];
}

/* A number or size that cannot be parsed becomes a string, which the reader refuses. */
static void add_member(struct build *b, const struct asked_member *m, const char *value)
{
    uint64_t number;

    if ((m->form == ASKED_NUMBER && number_decimal(value, UINT64_MAX, &number)) ||
        (m->form == ASKED_SIZE && number_parse_size(value, &number))) {
        build_number(b, m->name, number);
    } else if (m->form == ASKED_FLAG) {
        build_bool(b, m->name, true);
    } else if (m->form == ASKED_WINDOW) {
        build_object(b, m->name);
        build_string(b, "window", value);
        build_close(b);
    } else {
        build_string(b, m->name, value);
    }
}

static size_t trimmed(const char *text, size_t size)
{
    while (size > 0 && strchr(" \t\r\n", text[size - 1]) && text[size - 1])
        size--;
    return size;
}

/*
 * Puts the members of the object @more, which is compact, before the last brace of a text. A text
 * that does not end in a brace is no object: it stays as it is, and the reader refuses it.
 */
static char *merge(struct cli *cli, char *text, size_t *size, const char *more, size_t more_size)
{
    const size_t end = trimmed(text, *size), room = *size + more_size + 1;
    const size_t inner = end > 0 ? trimmed(text, end - 1) : 0;
    char *merged, *at;

    if (end == 0 || text[end - 1] != '}' || inner == 0)
        return text;
    merged = malloc(room);
    if (!merged) {
        free(text);
        err_at(&cli->err, ERR_BUSY, NULL, "no memory");
        return NULL;
    }
    memcpy(merged, text, end - 1);
    at = merged + end - 1;
    if (text[inner - 1] != '{')
        *at++ = ',';
    memcpy(at, more + 1, more_size - 1); /* with its closing brace */
    *size = (size_t)(at - merged) + more_size - 1;
    merged[*size] = '\0';
    free(text);
    return merged;
}

char *asked_merge(struct cli *cli, char *text, size_t *size, struct build *b)
{
    size_t more_size;
    char *more SCOPED(scoped_free) = build_compact(b, &more_size);

    if (more)
        return merge(cli, text, size, more, more_size);
    free(text);
    err_at(&cli->err, ERR_BUSY, NULL, "no memory");
    return NULL;
}

char *asked_insert(struct cli *cli, char *text, size_t *size, const char *name, const char *value)
{
    struct build b;

    build_start(&b);
    build_object(&b, NULL);
    build_string(&b, name, value);
    build_close(&b);
    return asked_merge(cli, text, size, &b);
}

char *asked_read(struct cli *cli, size_t *size)
{
    char *const text = cli->operand ? files_read(cli, cli->operand, size) : strdup("{}");
    bool any = false;
    struct build b;

    if (!cli->operand)
        *size = strlen("{}");
    for (size_t i = 0; i < ASKED_MEMBERS; i++)
        any |= cli->asked[i] != NULL;
    if (!text || !any)
        return text;
    build_start(&b);
    build_object(&b, NULL);
    for (size_t i = 0; i < ASKED_MEMBERS; i++)
        if (cli->asked[i])
            add_member(&b, &asked_members[i], cli->asked[i]);
    build_close(&b);
    return asked_merge(cli, text, size, &b);
}

/* Did the member of this pointer come as an option? "/placement/window" is --placement. */
static bool is_option(const struct cli *cli, const char *pointer)
{
    const size_t length = pointer[0] ? strcspn(pointer + 1, "/") : 0;

    for (size_t i = 0; i < ASKED_MEMBERS; i++)
        if (cli->asked[i] && strlen(asked_members[i].name) == length &&
            memcmp(pointer + 1, asked_members[i].name, length) == 0)
            return true;
    return false;
}

int asked_complain(struct cli *cli)
{
    const char *const subject = cli->operand ? cli->operand : cli->from_madt;
    struct err *const all = &cli->err;
    const struct err whole = *all;
    bool refused = false;

    for (unsigned i = 0; i < whole.count; i++) {
        const bool option = is_option(cli, whole.places[i].pointer);

        all->count = 1;
        all->places[0] = whole.places[i];
        if (option)
            all->places[0].pointer[1 + strcspn(all->places[0].pointer + 1, "/")] = '\0';
        if (option)
            cli_complain_options(cli);
        else
            cli_complain(cli, subject, CLI_REFUSED);
        refused |= !option;
    }
    *all = whole;
    return refused ? CLI_REFUSED : CLI_USAGE;
}
