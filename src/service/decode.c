/* SPDX-License-Identifier: ISC */
/*
 * An image, or memory at addresses that the query gives, is read in place. Of a dump, only the
 * parts that systems search are copied, into a struct dump_room (topo/dump.h), whose memory is
 * claimed first and kept until the reply is made.
 */
#include "decode.h"

#include <stdlib.h>
#include <string.h>

#include "../base/number.h"
#include "../http/accept.h"
#include "../json/build.h"
#include "../text/facts.h"
#include "../text/render.h"
#include "../text/wiring.h"
#include "../topo/dump.h"
#include "job.h"

#define PICTURE "image/svg+xml"

/*
 * Bytes that the reply takes while it is made, for each byte of the table. An entry of 8 bytes is
 * some 130 bytes of text in the topology and 100 in the layout, and is in memory twice until the
 * text is complete. A test measures the largest reply. An OEM table becomes hexadecimal digits.
 */
enum { SHARE = 80, SHARE_WITHOUT_LAYOUT = 48, SHARE_OF_HEX = 8 };

/* The body as guest memory */
struct input {
    struct memory memory;
    struct dump_bytes held;
    struct dump_source source;
    struct dump dump;
    struct dump_room *room; /* of a dump; else NULL */
    bool by_windows;        /* the dump has more than the first MiB, which is read when needed */
};

/* Return: enum dump_kind; -1 with the error */
static int take_kind(struct job *job, const struct dump_bytes *body)
{
    const char *const as = target_take(&job->target, "as");
    const int kind = as ? dump_kind_named(as) : 0;

    if (kind < 0)
        return err_at(&job->err, ERR_INVALID, &(struct at){ NULL, "as", 0 },
                      "must be " DUMP_KIND_NAMES);
    return as ? kind : dump_identify(body->bytes, body->size, body->size, &job->err);
}

static int place(struct job *job, struct input *in, const char *bases, const char *sizes)
{
    char text[NUMBER_ADDRESS_SIZE];
    uint32_t base = MEMORY_BASE_ADDRESS;
    int status;

    if (!bases && !sizes)
        memory_guess_base(in->held.bytes, in->held.size, &base);
    status = memory_place(&in->memory, in->held.bytes, in->held.size,
                          bases ? bases : number_address(base, text), sizes, &job->err);
    in->memory.is_text = in->room != NULL; /* the bytes of a hexdump */
    return status;
}

static int open_dump(struct job *job, struct input *in, enum dump_kind kind)
{
    if (job_claim(job, sizeof(*in->room), LEDGER_REQUEST) < 0)
        return -1;
    in->room = malloc(sizeof(*in->room));
    if (!in->room)
        return err_at(&job->err, ERR_BUSY, NULL, "there is no memory for the parts of a dump");
    in->source = dump_source_bytes(&in->held);
    in->by_windows = true;
    return dump_open(&in->dump, &in->source, kind, &in->memory, in->room, &job->err);
}

/* Opens a hexdump. One of an image gives way to its bytes, and *kind is then DUMP_IMAGE. */
static int open_hexdump(struct job *job, struct input *in, int *kind)
{
    if (open_dump(job, in, DUMP_HEXDUMP) < 0)
        return -1;
    if (!dump_is_image(&in->dump))
        return 0;
    in->held = (struct dump_bytes){ in->room->low, in->memory.segments[0].size };
    in->by_windows = false;
    *kind = DUMP_IMAGE;
    return 0;
}

/* Takes the body as guest memory, at the addresses that it has itself or that the query gives. */
static int take_input(struct job *job, struct input *in)
{
    const char *const bases = target_take(&job->target, "base");
    const char *const sizes = target_take(&job->target, "size");
    int kind;

    in->held = (struct dump_bytes){ (const uint8_t *)(job->body ? job->body : ""), job->body_size };
    kind = take_kind(job, &in->held);
    if (kind < 0 || (kind == DUMP_HEXDUMP && open_hexdump(job, in, &kind) < 0))
        return -1;
    if ((bases || sizes) && dump_has_addresses((enum dump_kind)kind))
        return err_at(&job->err, ERR_INVALID, &(struct at){ NULL, bases ? "base" : "size", 0 },
                      "the body is %s, which has its own addresses; as=raw takes it as bytes",
                      dump_kinds[kind]);
    if (bases || sizes || kind == DUMP_IMAGE)
        return place(job, in, bases, sizes);
    if (kind == DUMP_HEXDUMP)
        return 0;
    return open_dump(job, in, (enum dump_kind)kind);
}

/* Goes on after an error, so that the client learns all errors at once. */
static int take_facts(struct job *job, struct facts *known)
{
    int status = 0;

    for (size_t i = 0; i < fact_count; i++) {
        const char *value = target_take(&job->target, facts[i].name);

        if (value && facts_set(known, &facts[i], value, &job->err) < 0)
            status = -1;
    }
    if (job_refuse_query(job) < 0 || status < 0)
        return -1;
    return facts_settle(known, &job->err);
}

/* The address of the floating pointer that the client names, else that of the most likely one */
static int find_floating(struct job *job, const char *named, const struct memory *source,
                         const struct facts *known, uint32_t *address)
{
    uint64_t value;

    if (!named)
        return found_choose(&source->guest, &known->known, address, &job->err);
    if (!number_parse(named, 0, UINT32_MAX, &value))
        return err_at(&job->err, ERR_INVALID, &(struct at){ NULL, "floating_pointer", 0 },
                      "must be an address below 4 GiB");
    *address = (uint32_t)value;
    return 0;
}

/* "no" leaves the layout out of the reply. In a long reply it is two fifths of the text. */
static int take_layout(struct job *job, bool *layout)
{
    const char *const value = target_take(&job->target, "layout");

    *layout = !value;
    if (value && strcmp(value, "no") != 0)
        return err_at(&job->err, ERR_INVALID, &(struct at){ NULL, "layout", 0 },
                      "must be no; without it the layout is there");
    return 0;
}

/* The reply is the wiring as a picture when the client prefers that to JSON. */
static bool wants_picture(const struct job *job)
{
    static const char *const types[] = { "application/json", PICTURE };

    return accept_choose(job_header(job, HEADER_ACCEPT), types, 2) == 1;
}

static int claim_reply(struct job *job, const struct mpt_memory *memory, uint32_t floating,
                       bool layout)
{
    const size_t share = layout ? SHARE : SHARE_WITHOUT_LAYOUT;
    struct mpt_view view;
    size_t size, oem = 0;

    if (mpt_open(memory, floating, &view) != MPT_OK)
        return 0; /* found_read refuses it */
    size = MPT_FLOATING_SIZE + MPT_HEADER_SIZE + view.table_size;
    if (wants_picture(job)) /* extended entries are not in it */
        return job_claim(job, WIRING_FIXED + size * WIRING_SHARE, LEDGER_REQUEST);
    if (view.has_header && mpt_at(memory, view.header.oem_table, view.header.oem_table_size))
        oem = view.header.oem_table_size;
    return job_claim(job, (size + view.extended_size) * share + oem * SHARE_OF_HEX, LEDGER_REQUEST);
}

/* Reads the table, after what the reply takes was claimed. */
static int read_table(struct job *job, struct input *in, uint32_t floating,
                      const struct facts *known, bool layout, struct found *found)
{
    const struct mpt_memory *const memory = &in->memory.guest;

    if (in->by_windows && dump_follow(&in->dump, floating, &job->err) < 0)
        return -1;
    if (claim_reply(job, memory, floating, layout) < 0)
        return -1;
    return found_read(memory, floating, &known->known, facts_asked(known), &job->topology,
                      &job->image, found, &job->err);
}

static void reply_picture(struct job *job, const struct found *found)
{
    size_t size = 0;
    char *const picture = wiring_draw(found->topology, found->facts, &size);

    reply_owned(&job->reply, 200, PICTURE, picture, size);
}

static void reply_found(struct job *job, const struct found *found, const struct memory *input,
                        bool layout)
{
    struct build b;

    if (wants_picture(job)) {
        reply_picture(job, found);
    } else {
        build_start(&b);
        render_found(&b, NULL, found, input, layout);
        reply_json(&job->reply, 200, "application/json", &b);
    }
    reply_header(&job->reply, "Vary", "Accept");
}

void decode_post(const struct context *context, struct job *job)
{
    const char *named = target_take(&job->target, "floating_pointer");
    struct facts known = { .known = { .given = 0 } };
    struct found found;
    struct input in = { .room = NULL };
    uint32_t address = 0;
    bool layout;

    (void)context;
    job->of_query = true; /* the body is bytes, so no error points into it */
    if (take_layout(job, &layout) < 0 || take_input(job, &in) < 0 || take_facts(job, &known) < 0 ||
        find_floating(job, named, &in.memory, &known, &address) < 0 ||
        read_table(job, &in, address, &known, layout, &found) < 0)
        job_problem(job);
    else
        reply_found(job, &found, &in.memory, layout);
    free(in.room);
}
