/* SPDX-License-Identifier: ISC */
/*
 * mptablectl qemu: run a command line of QEMU with mptable.rom and an image for its machine, which
 * is built here, or comes from a daemon and is verified.
 *
 * The image is in memory that QEMU inherits, so no file is left behind, and nobody can change it
 * between the check and its use.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../text/request.h"
#include "../../topo/elf.h"
#include "../asked.h"
#include "../files.h"
#include "../machine.h"

enum { ADDED_WORDS = 8, PATH_SIZE = 64 };

#define ROM_IN_TREE "src/rom/mptable.rom"

/* The line that runs: the words that were given, and ours behind them; scoped_line releases it */
struct line {
    char **words;
    unsigned count;
    char *rom, *append, *file;
    char image[PATH_SIZE];
};

static void scoped_line(const struct line *line)
{
    free(line->words);
    free(line->rom);
    free(line->append);
    free(line->file);
}

static int refuse_line(struct cli *cli)
{
    return cli_complain(cli, "qemu", CLI_USAGE);
}

static int check_line(struct cli *cli, const struct machine *m)
{
    if (!m->kernel)
        err_at(&cli->err, ERR_INVALID, NULL,
               "the line has no -kernel: the boot ROM loads nothing else");
    if (m->bios)
        err_at(&cli->err, ERR_INVALID, NULL,
               "the line has -bios: --rom FILE names another boot ROM");
    return cli->err.count ? refuse_line(cli) : CLI_DONE;
}

/* Makes a file in memory that programs inherit. Return: its descriptor; -1 with cli->err filled */
static int open_memory(struct cli *cli, char path[PATH_SIZE])
{
    const int fd = memfd_create("mptable", 0);

    if (fd < 0)
        return err_system(&cli->err, ERR_FILE, "memory for the image");
    snprintf(path, PATH_SIZE, "/proc/self/fd/%d", fd);
    return fd;
}

/*
 * Makes the topology of --topology, of other options, and of the line. Return: its text, to be
 * released by free; NULL after the error was reported
 */
static char *make_topology(struct cli *cli, const struct machine *m, size_t *size)
{
    struct build b;
    char *text;

    cli->operand = cli->topology_file;
    text = asked_read(cli, size);
    if (text) {
        build_start(&b);
        build_object(&b, NULL);
        machine_topology(m, &b);
        build_close(&b);
        text = asked_merge(cli, text, size, &b);
    }
    if (!text)
        cli_complain(cli, NULL, CLI_IO);
    return text;
}

/* Builds the image of the topology here */
static int build_image(struct cli *cli, const char *text, size_t size)
{
    if (request_parse(text, size, &cli->topology, &cli->err) == 0 &&
        image_build(&cli->topology, &cli->image, &cli->err) == 0)
        return CLI_DONE;
    return cli->operand ? asked_complain(cli) : cli_complain(cli, "qemu", CLI_REFUSED);
}

/* Gets the image of the topology from a daemon, verified as get does it */
static int get_image(struct cli *cli, const char *text, size_t size)
{
    static char path[PATH_SIZE];
    const int fd = open_memory(cli, path);

    if (fd < 0 || files_write(cli, path, text, size) < 0)
        return cli_complain(cli, NULL, CLI_IO);
    memset(cli->asked, 0, sizeof(cli->asked)); /* they are in the text */
    cli->operand = path;
    cli->format = "elf";
    return cli_get(cli);
}

/* Writes the image as an ELF file to --output, or else to memory */
static int write_image(struct cli *cli)
{
    const size_t size = elf_encode(&cli->image, NULL);
    uint8_t *bytes SCOPED(scoped_free) = malloc(size);

    if (!bytes)
        return cli_no_memory(cli);
    elf_encode(&cli->image, bytes);
    return files_write(cli, cli->output, bytes, size) < 0 ? cli_complain(cli, NULL, CLI_IO)
                                                          : CLI_DONE;
}

static int make_image(struct cli *cli, const struct machine *m, struct line *line)
{
    size_t size;
    char *text SCOPED(scoped_free) = make_topology(cli, m, &size);
    int status = text ? build_image(cli, text, size) : CLI_IO;

    if (status != CLI_DONE)
        return status;
    if (!cli->output && open_memory(cli, line->image) < 0)
        return cli_complain(cli, NULL, CLI_IO);
    cli->output = cli->output ? cli->output : line->image;
    return cli->servers.count > 0 ? get_image(cli, text, size) : write_image(cli);
}

/* Finds the ROM: that of --rom, of the build tree, or the installed one */
static int find_rom(struct cli *cli, struct line *line)
{
    char self[4096];
    const ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);
    const char *slash;

    if (cli->rom) {
        line->rom = strdup(cli->rom);
    } else if (size > 0) {
        self[size] = '\0';
        slash = strrchr(self, '/');
        if (asprintf(&line->rom, "%.*s/" ROM_IN_TREE, slash ? (int)(slash - self) : 0, self) < 0)
            line->rom = NULL;
    }
    if (!cli->rom && line->rom && access(line->rom, R_OK) < 0) {
        free(line->rom);
        line->rom = NULL;
    }
    if (!line->rom)
        line->rom = strdup(ROM_FILE);
    if (!line->rom)
        return cli_no_memory(cli);
    if (access(line->rom, R_OK) == 0)
        return CLI_DONE;
    err_system(&cli->err, ERR_FILE, "%s: the boot ROM cannot be read; --rom FILE names another",
               line->rom);
    return cli_complain(cli, NULL, CLI_IO);
}

/* ACPI is turned off, since kernels prefer it to an MP table */
static int make_line(struct cli *cli, const struct machine *m, struct line *line)
{
    static char machine[] = "-machine", off[] = "acpi=off", bios[] = "-bios", fw_cfg[] = "-fw_cfg",
                append[] = "-append";
    const char *const given = m->append ? cli->words[m->append] : "";
    const bool there = options_is_word(given, off);

    line->words = calloc(cli->word_count + ADDED_WORDS + 1, sizeof(line->words[0]));
    if (!line->words ||
        asprintf(&line->append, "%s%s%s", given, *given && !there ? " " : "", there ? "" : off) <
            0 ||
        asprintf(&line->file, "name=opt/org.mptabled/image,file=%s", cli->output) < 0)
        return cli_no_memory(cli);
    memcpy(line->words, cli->words, cli->word_count * sizeof(line->words[0]));
    line->count = cli->word_count;
    if (m->append) {
        line->words[m->append] = line->append;
    } else {
        line->words[line->count++] = append;
        line->words[line->count++] = line->append;
    }
    line->words[line->count++] = machine;
    line->words[line->count++] = off;
    line->words[line->count++] = bios;
    line->words[line->count++] = line->rom;
    line->words[line->count++] = fw_cfg;
    line->words[line->count++] = line->file;
    return CLI_DONE;
}

/* Prints a word, in quotes where a shell needs them. */
static void print_word(const char *word)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=/.,:@%";

    if (*word && !word[strspn(word, plain)]) {
        fputs(word, stdout);
        return;
    }
    putchar('\'');
    for (; *word; word++)
        if (*word == '\'')
            fputs("'\\''", stdout);
        else
            putchar(*word);
    putchar('\'');
}

static int print_line(const struct line *line)
{
    for (unsigned i = 0; i < line->count; i++) {
        if (i > 0)
            putchar(' ');
        print_word(line->words[i]);
    }
    putchar('\n');
    return CLI_DONE;
}

static int run_line(struct cli *cli, const struct line *line)
{
    execvp(line->words[0], line->words);
    err_system(&cli->err, ERR_FILE, "%s", line->words[0]);
    return cli_complain(cli, NULL, CLI_IO);
}

int cli_qemu(struct cli *cli)
{
    struct line line SCOPED(scoped_line) = { .count = 0 };
    struct machine machine;
    int status;

    if (machine_read(cli->words, cli->word_count, &machine, &cli->err) < 0)
        return refuse_line(cli);
    status = check_line(cli, &machine);
    if (status == CLI_DONE)
        status = find_rom(cli, &line);
    if (status == CLI_DONE)
        status = make_image(cli, &machine, &line);
    if (status == CLI_DONE)
        status = make_line(cli, &machine, &line);
    if (status != CLI_DONE)
        return status;
    return cli->print ? print_line(&line) : run_line(cli, &line);
}
