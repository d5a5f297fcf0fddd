/* SPDX-License-Identifier: ISC */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/base64.h"
#include "../base/file.h"
#include "../base/number.h"
#include "../json/read.h"
#include "../seal/claims.h"
#include "../text/request.h"
#include "../topo/range.h"
#include "device.h"
#include "files.h"
#include "reply.h"

enum {
    WHOLE_MAX = 16 << 20 /* bytes of a file or pipe that is read as a whole */
};

static int read_file(const void *from, uint64_t offset, void *bytes, size_t size)
{
    const struct input *const in = from;

    for (size_t done = 0; done < size;) {
        const ssize_t got =
            pread(in->fd, (char *)bytes + done, size - done, (off_t)(offset + done));

        if (got == 0)
            errno = EIO;
        if (got == 0 || (got < 0 && errno != EINTR))
            return -1;
        done += got > 0 ? (size_t)got : 0;
    }
    return 0;
}

static int read_whole(struct cli *cli)
{
    static const struct file_rules rules = { .what = "file",
                                             .max = WHOLE_MAX,
                                             .checks = FILE_WAIT };
    struct input *const in = &cli->input;

    in->bytes = file_load(strcmp(cli->operand, "-") == 0 ? NULL : cli->operand, &rules, &in->size,
                          &cli->err);
    if (!in->bytes && in->size > WHOLE_MAX) {
        cli_note(cli,
                 "a pipe may have at most 16 MiB; of a file that is named, only parts are read");
        return CLI_IO;
    }
    if (!in->bytes)
        return cli_complain(cli, NULL, CLI_IO);
    in->held = (struct dump_bytes){ (const uint8_t *)in->bytes, in->size };
    in->source = dump_source_bytes(&in->held);
    return CLI_DONE;
}

static void take_file(struct input *in, uint64_t size)
{
    in->source = (struct dump_source){ size, read_file, in };
}

static int open_live(struct cli *cli)
{
    struct input *const in = &cli->input;

    cli->operand = DEVICE_PATH;
    in->fd = open(DEVICE_PATH, O_RDONLY | O_CLOEXEC);
    if (in->fd < 0)
        return device_refuse(cli);
    take_file(in, UINT64_MAX);
    return CLI_DONE;
}

/* A device that has addresses, unlike a terminal, and bytes at them, unlike /dev/null */
static bool is_memory(int fd)
{
    char byte;
    const ssize_t got = pread(fd, &byte, 1, 0);

    return got > 0 || (got < 0 && errno != ESPIPE);
}

/* Opens the operand. A small file and a pipe are read as a whole. */
static int open_operand(struct cli *cli, bool *device)
{
    struct input *const in = &cli->input;
    const bool standard = !cli->live && strcmp(cli->operand, "-") == 0;
    struct stat st;

    *device = cli->live;
    if (cli->live)
        return open_live(cli);
    in->fd =
        standard ? STDIN_FILENO : open(cli->operand, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (in->fd < 0 || fstat(in->fd, &st) < 0) {
        err_system(&cli->err, ERR_FILE, "%s", standard ? "standard input" : cli->operand);
        return cli_complain(cli, NULL, CLI_IO);
    }
    *device = S_ISCHR(st.st_mode) && !standard && is_memory(in->fd);
    if (!*device && !(S_ISREG(st.st_mode) && st.st_size > WHOLE_MAX))
        return read_whole(cli);
    take_file(in, *device ? UINT64_MAX : (uint64_t)st.st_size);
    return CLI_DONE;
}

/* The kind that --as names, else that of the first bytes. Return: -1 with the error in cli->err */
static int kind_of(struct cli *cli, bool device)
{
    const struct input *const in = &cli->input;
    const size_t size = in->source.size < DUMP_HEAD_SIZE ? (size_t)in->source.size : DUMP_HEAD_SIZE;
    uint8_t head[DUMP_HEAD_SIZE];

    if (cli->as)
        return dump_kind_named(cli->as);
    if (device)
        return DUMP_DEVICE;
    if (in->source.read(in->source.from, 0, head, size) < 0)
        return err_system(&cli->err, ERR_FILE, "cannot be read");
    return dump_identify(head, size, in->source.size, &cli->err);
}

static int place(struct cli *cli, const char *bases, const char *sizes)
{
    const struct input *const in = &cli->input;

    if (memory_place(&cli->source, (const uint8_t *)in->bytes, in->size, bases, sizes, &cli->err) <
        0)
        return cli_complain_options(cli);
    return CLI_DONE;
}

/* Reads claims of a signature beside the image, unverified. Return: false: none of this size */
static bool claims_beside(struct cli *cli, struct seal_claims *claims)
{
    static const struct file_rules rules = { .what = "signature",
                                             .max = 4096,
                                             .checks = FILE_OPTIONAL };
    static const char prefix[] = "\ntrusted comment: ";
    char text[4096 + 1], sha256[SEAL_SHA256_TEXT_SIZE];
    char *path SCOPED(scoped_free) =
        strcmp(cli->operand, "-") == 0 ? NULL : files_signature(cli, cli->operand);
    struct err ignored = { .count = 0 };
    struct stat st;
    size_t size;
    char *comment;

    if (!path || file_read(path, &rules, text, &size, &st, &ignored) != 0)
        return false;
    comment = strstr(text, prefix);
    if (!comment)
        return false;
    comment += sizeof(prefix) - 1;
    comment[strcspn(comment, "\r\n")] = '\0';
    return seal_claims_read(comment, claims, sha256, &ignored) == 0 &&
           seal_claims_size(claims) == cli->input.size;
}

static int place_as_claimed(struct cli *cli, const struct seal_claims *claims)
{
    struct mpt_segment *const segments = cli->source.segments;
    const uint8_t *at = (const uint8_t *)cli->input.bytes;

    cli->source = (struct memory){ .bytes = at, .size = cli->input.size, .guest = { segments, 0 } };
    for (unsigned i = 0; i < claims->segment_count; at += claims->segments[i++].size)
        segments[cli->source.guest.count++] =
            (struct mpt_segment){ claims->segments[i].load, claims->segments[i].size, at };
    if (claims->segment_count > 1 || claims->segments[0].load != MEMORY_BASE_ADDRESS)
        cli_note(cli, "taken to lie where %s.minisig says, which is not verified here",
                 cli->operand);
    return CLI_DONE;
}

/* Places an image whose address no option gives. */
static int place_image(struct cli *cli, const char *short_base)
{
    struct input *const in = &cli->input;
    char text[NUMBER_ADDRESS_SIZE];
    struct seal_claims claims;
    uint32_t base;

    if (claims_beside(cli, &claims))
        return place_as_claimed(cli, &claims);
    if (short_base || !memory_guess_base((const uint8_t *)in->bytes, in->size, &base))
        return place(cli, short_base ? short_base : MEMORY_BASE, NULL);
    if (base != MEMORY_BASE_ADDRESS)
        cli_note(cli, "taken to begin at 0x%x, where its floating pointer finds its table", base);
    return place(cli, number_address(base, text), NULL);
}

/* Makes room for bytes in place of those that were read. Return: NULL when memory ran out */
static uint8_t *replace_bytes(struct cli *cli, size_t size)
{
    struct input *const in = &cli->input;
    uint8_t *const bytes = malloc(size + 1);

    if (!bytes)
        return NULL;
    free(in->bytes);
    in->bytes = (char *)bytes;
    in->size = size;
    return bytes;
}

/* Builds the image of a topology, and copies it, since reading a table overwrites cli->image. */
static int place_topology(struct cli *cli, const char *text, size_t size)
{
    struct memory *const m = &cli->source;
    uint8_t *copy;

    if (request_parse(text, size, &cli->topology, &cli->err) < 0 ||
        image_build(&cli->topology, &cli->image, &cli->err) < 0)
        return cli_complain(cli, cli->operand, CLI_REFUSED);
    copy = replace_bytes(cli, cli->image.size);
    if (!copy)
        return cli_no_memory(cli);
    memcpy(copy, cli->image.bytes, cli->image.size);
    *m = (struct memory){ .bytes = copy, .size = cli->image.size, .guest = { m->segments, 0 } };
    for (unsigned i = 0; i < cli->image.segment_count; i++) {
        const struct image_segment *const s = &cli->image.segments[i];

        m->segments[m->guest.count++] = (struct mpt_segment){ s->base, s->size, copy + s->offset };
    }
    return CLI_DONE;
}

/* Takes the image that a reply has in base64: the text is kept until it is decoded. */
static int place_reply(struct cli *cli, const struct reply *reply)
{
    struct input *const in = &cli->input;
    char *const text = in->bytes, *const image = text + (reply->image - text);
    const size_t size = json_unescape(image, reply->image_size, image, reply->image_size);
    uint8_t *bytes;
    int status;

    in->bytes = NULL;
    bytes = replace_bytes(cli, size / 4 * 3);
    if (bytes && !base64_decode(image, size, bytes, &in->size))
        err_at(&cli->err, ERR_INVALID, &(struct at){ NULL, "image", 0 }, "is not base64");
    free(text);
    if (!bytes)
        return cli_no_memory(cli);
    status = cli->err.count > 0 ? -1
                                : memory_place(&cli->source, bytes, in->size, reply->bases,
                                               reply->sizes, &cli->err);
    return status < 0 ? cli_complain(cli, cli->operand, CLI_REFUSED) : CLI_DONE;
}

/* Takes a topology, or JSON that has one or an image. */
static int place_json(struct cli *cli)
{
    const struct input *const in = &cli->input;
    struct reply reply;

    if (!reply_find(in->bytes, in->size, &reply))
        return place_topology(cli, in->bytes, in->size);
    if (reply.topology)
        return place_topology(cli, reply.topology, reply.topology_size);
    return place_reply(cli, &reply);
}

/* Reports that the operand cannot be read, or is refused */
static int complain(const struct cli *cli)
{
    return cli_complain(cli, cli->operand, cli->err.code == ERR_FILE ? CLI_IO : CLI_REFUSED);
}

static int open_dump(struct cli *cli, enum dump_kind kind)
{
    struct input *const in = &cli->input;

    in->by_windows = true;
    return dump_open(&in->dump, &in->source, kind, &cli->source, &in->room, &cli->err) < 0
               ? complain(cli)
               : CLI_DONE;
}

/* Opens a hexdump. One of an image is replaced by its bytes, and *kind is then DUMP_IMAGE. */
static int open_hexdump(struct cli *cli, int *kind)
{
    struct input *const in = &cli->input;
    const int status = open_dump(cli, DUMP_HEXDUMP);
    uint8_t *bytes;

    if (status != CLI_DONE || !in->bytes || !dump_is_image(&in->dump))
        return status;
    bytes = replace_bytes(cli, cli->source.segments[0].size);
    if (!bytes)
        return cli_no_memory(cli);
    memcpy(bytes, in->room.low, in->size);
    in->by_windows = false;
    *kind = DUMP_IMAGE;
    return CLI_DONE;
}

/* Places bytes where --base says; refuses it for a file that has addresses in it. */
static int place_as_told(struct cli *cli, enum dump_kind kind)
{
    if (!dump_has_addresses(kind))
        return place(cli, cli->base ? cli->base : MEMORY_BASE, cli->size);
    err_at(&cli->err, ERR_INVALID, &(struct at){ NULL, cli->base ? "base" : "size", 0 },
           "the file is %s, which has its own addresses; --as raw takes it as bytes",
           dump_kinds[kind]);
    return cli_complain_options(cli);
}

/* Refuses options that exclude each other. */
static int check_options(struct cli *cli)
{
    if (cli->as && dump_kind_named(cli->as) < 0)
        return cli_refuse_option(cli, "as", "must be " DUMP_KIND_NAMES);
    if (cli->live && (cli->operand || cli->base || cli->size || cli->as))
        return cli_refuse_option(cli, "live", "excludes a file, --base, --size and --as");
    if (cli->table && cli->floating_pointer)
        return cli_refuse_option(cli, "table", "excludes --floating-pointer");
    if (cli->scan && (cli->table || cli->floating_pointer))
        return cli_refuse_option(cli, cli->table ? "table" : "floating_pointer", "excludes --scan");
    return CLI_DONE;
}

/* Takes bytes of a kind that is known as guest memory. */
static int place_kind(struct cli *cli, enum dump_kind kind, const char *short_base)
{
    if (cli->base || cli->size)
        return place_as_told(cli, kind);
    if (kind == DUMP_IMAGE && !cli->input.bytes)
        return cli_refuse_option(cli, "as", "image is for files of at most 16 MiB");
    if (kind == DUMP_IMAGE)
        return place_image(cli, short_base);
    if (kind == DUMP_HEXDUMP) /* is open */
        return CLI_DONE;
    if (kind == DUMP_RAW && !cli->as)
        cli_note(cli, "taken as guest memory from address 0 on; --base says otherwise");
    return open_dump(cli, kind);
}

int input_memory(struct cli *cli, const char *short_base)
{
    struct input *const in = &cli->input;
    bool device = false;
    int status, kind;

    status = check_options(cli);
    if (status == CLI_DONE)
        status = open_operand(cli, &device);
    if (status != CLI_DONE)
        return status;
    if (!cli->as && cli->takes_topology && in->bytes &&
        dump_is_json((const uint8_t *)in->bytes, in->size))
        return cli->base || cli->size
                   ? cli_refuse_option(cli, cli->base ? "base" : "size",
                                       "is not for JSON, which has its own addresses")
                   : place_json(cli);
    if (!in->bytes && (cli->base || cli->size))
        return cli_refuse_option(cli, cli->base ? "base" : "size",
                                 "is for files of at most 16 MiB");
    kind = kind_of(cli, device);
    if (kind < 0)
        return complain(cli);
    if (kind != DUMP_HEXDUMP)
        return place_kind(cli, (enum dump_kind)kind, short_base);
    status = open_hexdump(cli, &kind);
    if (status == CLI_DONE)
        status = place_kind(cli, (enum dump_kind)kind, short_base);
    cli->source.is_text = true;
    return status;
}

int input_explain_nothing(const struct cli *cli)
{
    static const struct {
        uint32_t base, size;
    } places[] = { { 0x9fc00, 1024 }, { 0xf0000, 0x10000 } };
    const struct input *const in = &cli->input;

    if (!in->by_windows)
        return CLI_REFUSED;
    if (in->dump.kind == DUMP_DEVICE)
        return device_explain_nothing(cli);
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (!mpt_at(&cli->source.guest, places[i].base, places[i].size))
            cli_note(cli, "has no memory at 0x%x to 0x%x, where a table may lie", places[i].base,
                     places[i].base + places[i].size - 1);
    return CLI_REFUSED;
}

/* Finds free memory for a floating pointer behind a segment. Return: false: none below 4 GiB */
static bool find_gap(const struct memory *m, uint32_t *address)
{
    for (size_t i = 0; i < m->guest.count; i++) {
        const uint64_t end = m->segments[i].base + (uint64_t)m->segments[i].size;
        const uint64_t at = (end + MPT_ADDRESS_ALIGN - 1) / MPT_ADDRESS_ALIGN * MPT_ADDRESS_ALIGN;
        bool taken = at > UINT32_MAX - MPT_FLOATING_SIZE;

        for (size_t k = 0; !taken && k < m->guest.count; k++)
            taken = range_overlaps(&m->segments[k],
                                   &(struct mpt_segment){ (uint32_t)at, MPT_FLOATING_SIZE, NULL });
        *address = (uint32_t)at;
        if (!taken)
            return true;
    }
    return false;
}

/* Makes a floating pointer to the table, and adds it to the memory behind a segment. */
static int make_pointer(struct cli *cli, uint32_t table, uint32_t *address)
{
    struct memory *const m = &cli->source;
    uint8_t *const bytes = cli->input.pointer;

    if (m->guest.count == MEMORY_STRETCHES_MAX || !find_gap(m, address))
        return cli_refuse_option(cli, "table", "needs 16 free bytes behind a part of the memory");
    memcpy(bytes, (uint8_t[MPT_FLOATING_SIZE]){ '_', 'M', 'P', '_', [8] = 1, [9] = 4 },
           MPT_FLOATING_SIZE);
    for (unsigned i = 0; i < 4; i++)
        bytes[4 + i] = (uint8_t)(table >> 8 * i);
    for (unsigned i = 0; i < MPT_FLOATING_SIZE; i++)
        bytes[10] = (uint8_t)(bytes[10] - (i == 10 ? 0 : bytes[i]));
    m->segments[m->guest.count++] = (struct mpt_segment){ *address, MPT_FLOATING_SIZE, bytes };
    cli_note(cli, "a floating pointer was made up at 0x%x for the table", *address);
    return CLI_DONE;
}

/* Makes a pointer to the table that --table names. */
static int find_table(struct cli *cli, uint32_t *address)
{
    uint64_t table;

    if (!number_parse(cli->table, 0, UINT32_MAX, &table) || table == 0)
        return cli_refuse_option(cli, "table", "must be an address below 4 GiB, and not 0");
    if (cli->input.by_windows && dump_table(&cli->input.dump, (uint32_t)table, &cli->err) < 0)
        return complain(cli);
    if (!mpt_at(&cli->source.guest, table, MPT_HEADER_SIZE)) {
        cli_note(cli, "has no memory at 0x%llx", (unsigned long long)table);
        return cli->input.dump.kind == DUMP_DEVICE ? CLI_IO : CLI_REFUSED;
    }
    return make_pointer(cli, (uint32_t)table, address);
}

int input_find(struct cli *cli, uint32_t *address)
{
    uint64_t value = 0;

    if (cli->table)
        return find_table(cli, address);
    if (!cli->floating_pointer)
        return found_choose(&cli->source.guest, &cli->facts.known, address, &cli->err) < 0
                   ? cli_complain(cli, cli->operand, (enum cli_status)input_explain_nothing(cli))
                   : CLI_DONE;
    if (!number_parse(cli->floating_pointer, 0, UINT32_MAX, &value))
        return cli_refuse_option(cli, "floating_pointer", "must be an address below 4 GiB");
    *address = (uint32_t)value;
    return CLI_DONE;
}

/* Reads the table that a floating pointer names into the memory of a dump. */
static int take_table(struct cli *cli, uint32_t floating)
{
    struct input *const in = &cli->input;
    struct mpt_view view;

    if (!in->by_windows || cli->table) /* find_table has read it */
        return CLI_DONE;
    if (dump_follow(&in->dump, floating, &cli->err) < 0)
        return complain(cli);
    if (in->dump.kind != DUMP_DEVICE || mpt_open(&cli->source.guest, floating, &view) != MPT_OK ||
        view.table_address == 0 || !device_hides(cli, view.table_address, MPT_HEADER_SIZE))
        return CLI_DONE;
    cli_note(cli, "the kernel does not show the table at 0x%x (STRICT_DEVMEM)", view.table_address);
    return CLI_IO;
}

int input_read(struct cli *cli, uint32_t address)
{
    const int status = take_table(cli, address);

    if (status == CLI_DONE &&
        found_read(&cli->source.guest, address, &cli->facts.known, facts_asked(&cli->facts),
                   &cli->topology, &cli->image, &cli->reading, &cli->err) < 0)
        return cli_complain(cli, cli->operand, CLI_REFUSED);
    return status;
}

int input_table(struct cli *cli)
{
    uint32_t address;
    const int status = input_find(cli, &address);

    return status == CLI_DONE ? input_read(cli, address) : status;
}

int input_check_signature(struct cli *cli, bool read)
{
    if (strcmp(cli->operand, "-") != 0 ||
        (cli->signature && !(read && strcmp(cli->signature, "-") == 0)))
        return CLI_DONE;
    return cli_refuse_option(cli, "signature", "must name a file when the image is standard input");
}
