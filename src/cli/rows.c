/* SPDX-License-Identifier: ISC */
#include "rows.h"

#include <string.h>

#include "../base/number.h"
#include "asked.h"

enum {
    ENCODE = 1U << 0,
    DECODE = 1U << 1,
    LINT = 1U << 2,
    PROFILES = 1U << 3,
    KEYGEN = 1U << 4,
    SIGN = 1U << 5,
    VERIFY = 1U << 6,
    GET = 1U << 7,
    INJECT = 1U << 8,
    RULES = 1U << 9,
    DIFF = 1U << 10,
    HELP = 1U << 11,
    ROTATE = 1U << 12,
    QEMU = 1U << 13
};

const struct command commands[] = {
    { ENCODE, "encode", "[TOPOLOGY]", 0, 1, true, cli_encode,
      "build the image of a topology, a JSON document" },
    { DECODE, "decode", "[FILE]", 0, 1, true, cli_decode,
      "print the topology, layout and findings of a table" },
    { LINT, "lint", "[FILE]", 0, 1, true, cli_lint,
      "print what is wrong with a table, a line each" },
    { RULES, "rules", "[RULE]", 0, 1, false, cli_rules,
      "list the rules of lint, or tell all about one" },
    { DIFF, "diff", "FILE [FILE]", 1, 2, false, cli_diff,
      "print what two tables differ in, a line each" },
    { PROFILES, "profiles", "[PROFILE]", 0, 1, false, cli_profiles,
      "list the profiles, or tell all about one" },
    { KEYGEN, "keygen", "", 0, 0, false, cli_keygen, "make a key pair" },
    { ROTATE, "rotate", "", 0, 0, false, cli_rotate, "replace a daemon's key by a new one" },
    { SIGN, "sign", "[IMAGE]", 0, 1, true, cli_sign,
      "sign an image that encode or the daemon made" },
    { VERIFY, "verify", "[IMAGE]", 0, 1, true, cli_verify, "check a signature and what it claims" },
    { GET, "get", "[TOPOLOGY]", 0, 1, true, cli_get, "fetch an image from a daemon and verify it" },
    { INJECT, "inject", "[IMAGE]", 0, 1, true, cli_inject,
      "verify an image, write it into guest memory" },
    { QEMU, "qemu", "-- COMMAND...", 1, ROWS_ANY, false, cli_qemu,
      "run a command line of QEMU with an image" },
    { HELP, "help", "[COMMAND]", 0, 1, false, cli_help,
      "print the commands, or the options of one" },
};
const size_t command_count = sizeof(commands) / sizeof(commands[0]);

#define AT(member) offsetof(struct cli, member)

#define MACHINE "the machine"
#define PLACE   "where the bytes lie"
#define OUTPUT  "output"
#define KEYS    "keys and signatures"
#define CLAIMS  "what the signature binds"
#define SERVER  "the server"
#define FACTS   "what is known of the machine"
#define OTHERS  "other"

static const struct option_row common_rows[] = {
    { "from-madt", 0, OPTION_TEXT, "FILE", AT(from_madt), .commands = ENCODE, .group = MACHINE,
      .help = "processors, I/O APICs and interrupts of this ACPI\n"
              "MADT; in place of TOPOLOGY" },

    { "topology", 0, OPTION_TEXT, "FILE", AT(topology_file), .commands = QEMU, .group = MACHINE,
      .help = "members of the topology that the command line does\nnot decide" },
    { "rom", 0, OPTION_TEXT, "FILE", AT(rom), .commands = QEMU, .group = MACHINE,
      .help = "the boot ROM; default the installed one" },

    { "as", 0, OPTION_TEXT, "KIND", AT(as), .commands = DECODE | LINT | DIFF, .group = PLACE,
      .words = "raw image elf lime hexdump",
      .help = "take the file as raw memory, image, elf, lime or\n"
              "hexdump, whatever its first bytes say" },
    { "base", 0, OPTION_TEXT, "ADDRESS[,ADDRESS]", AT(base), .commands = DECODE | LINT | DIFF,
      .group = PLACE,
      .help = "guest-physical address of the bytes, or of each\n"
              "segment; default " MEMORY_BASE ", with --scan 0" },
    { "base", 0, OPTION_TEXT, "ADDRESS[,ADDRESS]", AT(base), .commands = SIGN, .group = PLACE,
      .help = "guest-physical address of each segment; default\n" MEMORY_BASE },
    { "size", 0, OPTION_TEXT, "BYTES[,BYTES]", AT(size), .commands = DECODE | LINT | DIFF | SIGN,
      .group = PLACE, .help = "bytes of each segment, where there are several" },
    { "live", 0, OPTION_FLAG, NULL, AT(live), .commands = DECODE | LINT | DIFF, .group = PLACE,
      .help = "the memory of this machine, /dev/mem, in place of\n"
              "the (first) file" },
    { "scan", 0, OPTION_FLAG, NULL, AT(scan), .commands = DECODE | LINT | DIFF, .group = PLACE,
      .help = "take the bytes as memory, and each table that a\n"
              "system finds in it" },
    { "table", 0, OPTION_TEXT, "ADDRESS", AT(table), .commands = DECODE | LINT | DIFF,
      .group = PLACE,
      .help = "take the table at this address, whether or not a\n"
              "floating pointer names it" },
    { "floating-pointer", 0, OPTION_TEXT, "ADDRESS", AT(floating_pointer),
      .commands = DECODE | LINT | DIFF, .group = PLACE,
      .help = "take the floating pointer at this address" },
    { "memory", 0, OPTION_TEXT, "FILE", AT(memory), .commands = INJECT, .needed_by = INJECT,
      .group = PLACE, .help = "guest memory from guest-physical address 0 on" },

    { "output", 'o', OPTION_TEXT, "FILE", AT(output), .commands = ENCODE, .group = OUTPUT,
      .help = "write to FILE; - and the default are standard\noutput" },
    { "output", 'o', OPTION_TEXT, "FILE", AT(output), .commands = GET, .needed_by = GET,
      .group = OUTPUT, .help = "write to FILE; - is standard output" },
    { "output", 'o', OPTION_TEXT, "FILE", AT(output), .commands = QEMU, .group = OUTPUT,
      .help = "write the image to FILE, which QEMU then reads" },
    { "print", 0, OPTION_FLAG, NULL, AT(print), .commands = QEMU, .group = OUTPUT,
      .help = "print the command line and do not run it" },
    { "format", 0, OPTION_TEXT, "FORMAT", AT(format), .commands = ENCODE | GET, .group = OUTPUT,
      .words = "bin json hex elf", .help = "bin (default), json, hex or elf" },
    { "format", 0, OPTION_TEXT, "FORMAT", AT(format), .commands = PROFILES | RULES, .group = OUTPUT,
      .words = "text json", .help = "text (default) or json" },
    { "format", 0, OPTION_TEXT, "FORMAT", AT(format), .commands = DECODE, .group = OUTPUT,
      .words = "text json",
      .help = "text or json; the default is text on a terminal,\n"
              "else json" },
    { "text", 0, OPTION_FLAG, NULL, AT(text), .commands = DECODE, .group = OUTPUT,
      .help = "the same as --format text: a block for each\n"
              "structure, a line for each field" },
    { "map", 0, OPTION_FLAG, NULL, AT(map), .commands = DECODE, .group = OUTPUT,
      .help = "print the bytes, a line for each structure" },
    { "svg", 0, OPTION_TEXT, "FILE", AT(svg), .commands = DECODE, .group = OUTPUT,
      .help = "draw the wiring into FILE, as SVG; - is standard\n"
              "output" },
    { "ignore", 0, OPTION_LIST, "RULE", AT(ignore), .commands = LINT, .group = OUTPUT,
      .help = "leave out what this rule finds" },
    { "routing", 0, OPTION_FLAG, NULL, AT(routing), .commands = LINT, .group = OUTPUT,
      .help = "print first which input each interrupt of Linux\n"
              "arrives at, and where its timer comes from" },

    { "key", 's', OPTION_TEXT, "FILE", AT(key), .commands = ENCODE | SIGN, .needed_by = SIGN,
      .group = KEYS, .help = "sign with this minisign secret key" },
    { "key", 's', OPTION_TEXT, "FILE", AT(key), .commands = KEYGEN, .group = KEYS,
      .help = "the secret key to make; default mptabled.key" },
    { "key", 's', OPTION_TEXT, "FILE", AT(key), .commands = ROTATE, .group = KEYS,
      .help = "the secret key to replace; default the daemon's" },
    { "public-key", 'p', OPTION_LIST, "FILE|FOLDER", AT(public_keys),
      .commands = VERIFY | GET | INJECT | QEMU, .group = KEYS,
      .help = "minisign public key, or a folder of them; default\n"
              "MPTABLED_PUBLIC_KEYS, else /etc/mptabled/keys/ or\n"
              "/run/mptabled/keys/" },
    { "unverified", 0, OPTION_FLAG, NULL, AT(unverified), .commands = GET, .group = KEYS,
      .help = "without a public key, take the image as it comes" },
    { "public-key", 'p', OPTION_TEXT, "FILE", AT(public_key), .commands = KEYGEN, .group = KEYS,
      .help = "the public key to make; default beside the secret\none" },
    { "force", 0, OPTION_FLAG, NULL, AT(force), .commands = KEYGEN, .group = KEYS,
      .help = "replace keys that exist" },
    { "signature", 'x', OPTION_TEXT, "FILE", AT(signature), .commands = SIGN | VERIFY | INJECT,
      .group = KEYS, .help = "signature file; default IMAGE.minisig" },
    { "revoked", 0, OPTION_TEXT, "FILE", AT(revoked), .commands = VERIFY | GET | INJECT | QEMU,
      .group = KEYS, .help = "refuse keys whose ids this file lists" },

    { "context", 0, OPTION_TEXT, "NAME", AT(context), .commands = SIGN, .group = CLAIMS,
      .help = "machine that the image is for" },
    { "nonce", 0, OPTION_TEXT, "TEXT", AT(nonce), .commands = SIGN, .group = CLAIMS,
      .help = "value that no other request has" },
    { "ttl", 0, OPTION_TEXT, "SECONDS", AT(ttl), .commands = SIGN, .group = CLAIMS,
      .help = "seconds for which the signature is valid" },
    { "context", 0, OPTION_TEXT, "NAME", AT(context), .commands = VERIFY | INJECT, .group = CLAIMS,
      .help = "machine that the image must be for; - for none" },
    { "nonce", 0, OPTION_TEXT, "TEXT", AT(nonce), .commands = VERIFY | INJECT, .group = CLAIMS,
      .help = "nonce that the signature must have; - for none" },
    { "base", 0, OPTION_TEXT, "ADDRESS[,ADDRESS]", AT(base), .commands = VERIFY | INJECT,
      .group = CLAIMS, .help = "address that it must be signed for, or one for\neach segment" },

    { "server", 0, OPTION_LIST, "URL|unix:PATH", AT(servers), .commands = GET | QEMU,
      .group = SERVER,
      .help = "a daemon; several are tried in turn. Default\n"
              "MPTABLED_SERVER, else unix:/run/mptabled/api.sock\n"
              "if it is there, else http://127.0.0.1:8640" },
    { "cacert", 0, OPTION_TEXT, "FILE", AT(cacert), .commands = GET | QEMU, .group = SERVER,
      .help = "authorities for the server's certificate (PEM)" },
    { "cert", 0, OPTION_TEXT, "FILE", AT(cert), .commands = GET | QEMU, .group = SERVER,
      .help = "our certificate for the server (PEM)" },
    { "key-file", 0, OPTION_TEXT, "FILE", AT(key_file), .commands = GET | QEMU, .group = SERVER,
      .help = "the certificate's secret key (PEM)" },
    { "token-file", 0, OPTION_TEXT, "FILE", AT(token_file), .commands = GET | QEMU, .group = SERVER,
      .help = "file with our bearer token for the server; default\n"
              "MPTABLED_TOKEN_FILE" },
    { "no-nonce", 0, OPTION_FLAG, NULL, AT(no_nonce), .commands = GET | QEMU, .group = SERVER,
      .help = "do not add a random nonce to the topology" },

    { "madt", 0, OPTION_TEXT, "FILE", AT(madt_file), .commands = DECODE | LINT, .group = FACTS,
      .help = "ACPI MADT of the machine" },
};

static const struct option_row last_rows[] = {
    { "help", 'h', OPTION_LAST, NULL, AT(help), .group = OTHERS, .help = "print this and exit" },
    { "version", 'V', OPTION_LAST, NULL, AT(version), .group = OTHERS,
      .help = "print the version and exit" },
};

enum {
    COMMON_ROWS = sizeof(common_rows) / sizeof(common_rows[0]),
    LAST_ROWS = sizeof(last_rows) / sizeof(last_rows[0]),
    NAME_SIZE = 32
};

const struct command *rows_command(const char *name)
{
    for (size_t i = 0; i < command_count; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* A number with K, M or G (2^10, 2^20, 2^30) becomes a number of bytes. */
static int take_size(const char *text, char size[NAME_SIZE], struct err *err)
{
    uint64_t value;

    if (!number_parse_size(text, &value))
        return err_at(err, ERR_INVALID, &(struct at){ NULL, "memory_size", 0 },
                      "must be a number of bytes, or a number with K, M or G: 4096, 512M, 8G");
    *number_write(size, value, 10) = '\0';
    return 0;
}

static int take_fact(void *target, const struct option_row *row, const char *text, struct err *err)
{
    struct cli *const cli = target;
    const struct fact *const fact = &facts[row->member];
    char size[NAME_SIZE];

    if (fact->bit != MPT_FACT_MEMORY_SIZE)
        return facts_set(&cli->facts, fact, text, err);
    return take_size(text, size, err) < 0 ? -1 : facts_set(&cli->facts, fact, size, err);
}

/* Facts are options of the same name, with '-' for '_'. */
static void name_option(const char *fact, char name[NAME_SIZE])
{
    snprintf(name, NAME_SIZE, "%s", fact);
    for (char *c = name; *c; c++)
        if (*c == '_')
            *c = '-';
}

static int take_asked(void *target, const struct option_row *row, const char *text, struct err *err)
{
    char size[NAME_SIZE];

    if (asked_members[row->member].form == ASKED_SIZE && take_size(text, size, err) < 0)
        return -1;
    return asked_take(target, row->member, text, err);
}

static struct option_row asked_row(size_t i, const char *name)
{
    const struct asked_member *const m = &asked_members[i];

    return (struct option_row){ .name = name,
                                .kind = m->argument ? OPTION_TEXT : OPTION_FLAG,
                                .argument = m->argument,
                                .member = i,
                                .commands = ENCODE | GET | QEMU,
                                .take = take_asked,
                                .words = m->words,
                                .group = MACHINE,
                                .help = m->help };
}

static struct option_row fact_row(size_t i, const char *name)
{
    static const char *const arguments[] = { [FACT_NUMBER] = "NUMBER",
                                             [FACT_SEGMENT] = "ADDRESS",
                                             [FACT_FLAG] = NULL,
                                             [FACT_RANGES] = "BEGIN-END[,...]",
                                             [FACT_IDS] = "ID[,...]",
                                             [FACT_IOAPICS] = "ADDRESS:INPUTS[,...]",
                                             [FACT_CONSUMERS] = "NAME[,NAME]..." };
    const bool size = facts[i].bit == MPT_FACT_MEMORY_SIZE;

    return (struct option_row){ .name = name,
                                .kind = OPTION_TEXT,
                                .argument = size ? "SIZE" : arguments[facts[i].form],
                                .member = i,
                                .commands = DECODE | LINT,
                                .take = take_fact,
                                .group = FACTS,
                                .help = facts[i].help };
}

/* Members of a topology, the rows above, facts, and the options that every command has */
struct options rows_options(const struct command *command)
{
    static struct option_row rows[OPTIONS_MAX];
    static char names[OPTIONS_MAX][NAME_SIZE];
    size_t count = 0;

    for (size_t i = 0; i < ASKED_MEMBERS; i++, count++) {
        name_option(asked_members[i].name, names[count]);
        rows[count] = asked_row(i, names[count]);
    }
    memcpy(rows + count, common_rows, sizeof(common_rows));
    count += COMMON_ROWS;
    for (size_t i = 0; i < fact_count; i++, count++) {
        name_option(facts[i].name, names[count]);
        rows[count] = fact_row(i, names[count]);
        if (facts[i].bit == MPT_FACT_BSP) /* for --from-madt: a MADT does not tell which it is */
            rows[count].commands |= ENCODE;
    }
    memcpy(rows + count, last_rows, sizeof(last_rows));
    count += LAST_ROWS;
    return (struct options){ rows, count, command ? command->bit : 0,
                             command ? command->name : "mptablectl" };
}
