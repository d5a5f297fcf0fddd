/* SPDX-License-Identifier: ISC */
/*
 * Three columns stand beside each other: buses with their sources, APICs with their inputs,
 * processors. A picture is made in three steps. Collecting notes which sources and inputs the
 * entries name. Placing gives each of them a row, so that boxes have the order of the table and
 * rows ascend. Then all is written from the top down, boxes first, lines over them.
 *
 * Only inputs that an entry names have a row; a gap between them has one row. So the text is linear
 * in the number of entries, whatever inputs they name.
 */
#include "wiring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IDS = UINT8_MAX + 1, NO_ROW = 0, WORDS = 5 };

/* Pixels */
enum {
    ROW = 20,
    TOP = 96,
    LEFT = 24,
    LEFT_END = 232,
    RIGHT = 456,
    RIGHT_END = 736,
    BAR = 764,
    CHIPS = 792,
    CHIP = 44,
    CHIP_ROW = 32,
    CHIP_COLUMNS = 8,
    WIDTH = CHIPS + CHIP_COLUMNS * CHIP + 16,
    LEGEND = 112
};

enum box_kind { IO_APIC, LOCAL_APIC, BOX_KINDS };

/* An input of an APIC, or a source of a bus */
struct point {
    uint16_t row;    /* NO_ROW = no entry names it */
    uint8_t types;   /* 1 << interrupt type; WORDS - 1 stands for undefined types */
    uint8_t signals; /* 1 << (low, level) of its entries of type INT */
    uint16_t routed; /* of an input: 1 + the row of the routing that arrives here; 0 = none */
};

struct box {
    bool known; /* the table has an entry for it */
    bool used;
    uint16_t row; /* of its headline */
    struct point points[IDS];
};

struct wiring {
    FILE *out;
    const struct topology *t;
    struct routing routing;
    struct box buses[IDS];
    struct box apics[BOX_KINDS][IDS];
    const struct mpt_bus *bus_entries[IDS];
    const struct mpt_ioapic *ioapic_entries[IDS];
    uint8_t processors[IDS]; /* entries with this APIC ID, at most 2 counted */
    unsigned left_rows, right_rows;
};

/* An interrupt entry of either type, with its index among the entries */
struct wire {
    enum box_kind kind;
    unsigned entry;
    const struct routing_row *routed; /* NULL: Linux's routing has no row for it */
    uint8_t type, bus, irq, apic, input;
    uint16_t flags;
};

static const char style[] =
    "svg{font:12px system-ui,-apple-system,'Segoe UI',sans-serif}"
    ".p{fill:#fff}.b{fill:#f5f7fa;stroke:#cbd2dc}.h{fill:#e7ebf1}"
    "text{fill:#1c2430}.t{font-weight:600;font-size:17px}.s{font-weight:600}"
    ".m{fill:#5b6675}.g{fill:#5b6675;font-style:italic}.e{text-anchor:end}.c{text-anchor:middle}"
    ".l{fill:none;stroke:#0b62d6;stroke-width:1.6}.l.w{stroke:#a34d00}.l.o{stroke:#7a3cc8}"
    ".l.v{stroke-width:3.2}.l.u{stroke-dasharray:3 4;opacity:.75}"
    ".l.r{stroke:#cf1124;stroke-width:2.6}.k{fill:none;stroke:#97a1af;stroke-width:6}"
    ".a{fill:none;stroke:#97a1af;stroke-width:2}"
    ".q{fill:#fff;stroke:#8b96a5}.q.y{fill:#0b62d6;stroke:#0b62d6}.y+text{fill:#fff}"
    ".q.d{stroke-dasharray:3 3}.d+text{fill:#5b6675}.x{fill:#cf1124}"
    ".q.z{stroke:#cf1124;stroke-width:2.5}"
    "@media(prefers-color-scheme:dark){"
    ".p{fill:#12161c}.b{fill:#1a2029;stroke:#3b4554}.h{fill:#252d39}text{fill:#e6eaf0}"
    ".m,.g,.d+text{fill:#9aa6b6}.l{stroke:#6cb0ff}.l.w{stroke:#ffb35c}.l.o{stroke:#c7a4ff}"
    ".l.r{stroke:#ff6b74}.k,.a{stroke:#5d6878}.q{fill:#12161c;stroke:#6d7a8c}"
    ".q.y{fill:#6cb0ff;stroke:#6cb0ff}.y+text{fill:#0b1017}.x{fill:#ff6b74}.q.z{stroke:#ff6b74}}";

static const char *const type_words[WORDS] = { "INT", "NMI", "SMI", "ExtINT", "reserved type" };

static unsigned type_word(unsigned type)
{
    return type < WORDS - 1 ? type : WORDS - 1;
}

/* Linux's view: a bus that is not declared, or whose name begins with "PCI" */
static bool is_pci(const struct wiring *w, unsigned bus)
{
    return !w->bus_entries[bus] || memcmp(w->bus_entries[bus]->bus_type, "PCI", 3) == 0;
}

static bool is_low(const struct wiring *w, const struct wire *wire)
{
    const unsigned polarity = wire->flags & 3;

    return polarity == MPT_POLARITY_CONFORMS ? is_pci(w, wire->bus) : polarity != MPT_HIGH;
}

static bool is_level(const struct wiring *w, const struct wire *wire)
{
    const unsigned trigger = wire->flags >> 2 & 3;

    return trigger == MPT_TRIGGER_CONFORMS ? is_pci(w, wire->bus) : trigger != MPT_EDGE;
}

static bool is_reserved(const struct wire *wire)
{
    return (wire->flags & 3) == 2 || (wire->flags >> 2 & 3) == 2 ||
           type_word(wire->type) == WORDS - 1;
}

/* Collecting */

static void collect_buses(struct wiring *w)
{
    for (unsigned i = w->t->table.bus_count; i-- > 0;) /* the first of an ID stands for it */
        w->bus_entries[w->t->buses[i].bus_id] = &w->t->buses[i];
    for (unsigned id = 0; id < IDS; id++)
        w->buses[id].known = w->buses[id].used = w->bus_entries[id] != NULL;
}

static void collect_apics(struct wiring *w)
{
    for (unsigned i = w->t->table.ioapic_count; i-- > 0;)
        w->ioapic_entries[w->t->ioapics[i].apic_id] = &w->t->ioapics[i];
    for (unsigned id = 0; id < IDS; id++)
        w->apics[IO_APIC][id].known = w->apics[IO_APIC][id].used = w->ioapic_entries[id] != NULL;
    for (unsigned i = 0; i < w->t->table.processor_count; i++) {
        const uint8_t id = w->t->processors[i].apic_id;

        w->processors[id] = (uint8_t)(w->processors[id] ? 2 : 1);
        w->apics[LOCAL_APIC][id].known = true;
    }
    w->apics[IO_APIC][MPT_ALL].known |= w->t->table.ioapic_count > 0;
    w->apics[LOCAL_APIC][MPT_ALL].known |= w->t->table.processor_count > 0;
}

static void collect_wire(struct wiring *w, const struct wire *wire)
{
    struct box *const bus = &w->buses[wire->bus], *const apic = &w->apics[wire->kind][wire->apic];
    struct point *const source = &bus->points[wire->irq], *const input = &apic->points[wire->input];
    const unsigned signal = is_low(w, wire) * 2U + is_level(w, wire);

    bus->used = apic->used = true;
    source->types |= (uint8_t)(1U << type_word(wire->type));
    input->types |= (uint8_t)(1U << type_word(wire->type));
    if (wire->type == MPT_INT)
        input->signals |= (uint8_t)(1U << signal);
    if (wire->routed && wire->routed->loss == ROUTING_NONE && !input->routed)
        input->routed = (uint16_t)(1 + (wire->routed - w->routing.rows));
}

static struct wire io_wire(const struct mpt_io_int *v, unsigned entry)
{
    return (struct wire){ .kind = IO_APIC,
                          .entry = entry,
                          .type = v->int_type,
                          .bus = v->bus_id,
                          .irq = v->irq,
                          .apic = v->apic_id,
                          .input = v->intin,
                          .flags = v->flags };
}

static struct wire local_wire(const struct mpt_local_int *v, unsigned entry)
{
    return (struct wire){ .kind = LOCAL_APIC,
                          .entry = entry,
                          .type = v->int_type,
                          .bus = v->bus_id,
                          .irq = v->irq,
                          .apic = v->apic_id,
                          .input = v->lintin,
                          .flags = v->flags };
}

/* Calls for each interrupt entry, in the order of the table; the routing has rows for INT alone. */
static void each_wire(struct wiring *w, void (*take)(struct wiring *w, const struct wire *wire))
{
    unsigned entry = 0, io = 0, local = 0, routed = 0;

    for (unsigned run = 0; run < w->t->table.order_count; run++) {
        const struct mpt_run *const r = &w->t->table.order[run];

        for (unsigned i = 0; i < r->count; i++, entry++) {
            struct wire wire;

            if (r->type == MPT_IO_INT)
                wire = io_wire(&w->t->io_ints[io++], entry);
            else if (r->type == MPT_LOCAL_INT)
                wire = local_wire(&w->t->local_ints[local++], entry);
            else
                continue;
            if (r->type == MPT_IO_INT && wire.type == MPT_INT && !w->routing.defaults &&
                routed < w->routing.count)
                wire.routed = &w->routing.rows[routed++];
            take(w, &wire);
        }
    }
}

/* Placing */

static void place_bus(struct wiring *w, unsigned id)
{
    struct box *const bus = &w->buses[id];

    bus->row = (uint16_t)w->left_rows++;
    for (unsigned irq = 0; irq < IDS; irq++)
        if (bus->points[irq].types)
            bus->points[irq].row = (uint16_t)w->left_rows++;
    w->left_rows++;
}

/* A row for each input that an entry names, and one for each gap */
static void place_apic(struct wiring *w, enum box_kind kind, unsigned id)
{
    struct box *const apic = &w->apics[kind][id];
    unsigned next = 0;

    apic->row = (uint16_t)w->right_rows++;
    for (unsigned input = 0; input < IDS; input++) {
        if (!apic->points[input].types)
            continue;
        w->right_rows += input > next;
        apic->points[input].row = (uint16_t)w->right_rows++;
        next = input + 1;
    }
    w->right_rows++;
}

/* Calls for each box: in the order of the table, then those that no entry declares. */
static void each_bus(struct wiring *w, void (*take)(struct wiring *w, unsigned id))
{
    for (unsigned i = 0; i < w->t->table.bus_count; i++)
        if (w->bus_entries[w->t->buses[i].bus_id] == &w->t->buses[i])
            take(w, w->t->buses[i].bus_id);
    for (unsigned id = 0; id < IDS; id++)
        if (w->buses[id].used && !w->buses[id].known)
            take(w, id);
}

static void each_apic(struct wiring *w,
                      void (*take)(struct wiring *w, enum box_kind k, unsigned id))
{
    for (unsigned i = 0; i < w->t->table.ioapic_count; i++)
        if (w->ioapic_entries[w->t->ioapics[i].apic_id] == &w->t->ioapics[i])
            take(w, IO_APIC, w->t->ioapics[i].apic_id);
    for (unsigned id = 0; id < IDS; id++)
        if (w->apics[IO_APIC][id].used && !w->ioapic_entries[id])
            take(w, IO_APIC, id);
    for (unsigned id = 0; id < IDS; id++)
        if (w->apics[LOCAL_APIC][id].used)
            take(w, LOCAL_APIC, id);
}

static unsigned row_y(unsigned row)
{
    return TOP + row * ROW;
}

/* Writing */

/* Bytes of the table as text: markup is escaped, what cannot be printed is \xNN. */
static void put_bytes(struct wiring *w, const char *bytes, size_t size)
{
    while (size > 0 && (bytes[size - 1] == ' ' || bytes[size - 1] == '\0'))
        size--;
    for (size_t i = 0; i < size; i++) {
        const unsigned char c = (unsigned char)bytes[i];

        if (c < 0x20 || c > 0x7e || c == '\\')
            fprintf(w->out, "\\x%02x", c);
        else if (strchr("&<>\"'", c))
            fprintf(w->out, "&#%u;", c);
        else
            putc(c, w->out);
    }
}

static void put_identity(struct wiring *w)
{
    const struct mpt_header *const h = &w->t->table.header;

    put_bytes(w, h->oem_id, sizeof(h->oem_id));
    putc(' ', w->out);
    put_bytes(w, h->product_id, sizeof(h->product_id));
}

static void put_bus_name(struct wiring *w, unsigned id)
{
    fprintf(w->out, "bus %u ", id);
    if (w->bus_entries[id])
        put_bytes(w, w->bus_entries[id]->bus_type, sizeof(w->bus_entries[id]->bus_type));
    else
        fputs("(not declared)", w->out);
}

static void put_source(struct wiring *w, unsigned bus, unsigned irq)
{
    if (is_pci(w, bus))
        fprintf(w->out, "device %u INT%c", irq >> 2 & 0x1f, 'A' + (irq & 3));
    else
        fprintf(w->out, "IRQ %u", irq);
}

static void put_apic_name(struct wiring *w, enum box_kind kind, unsigned id)
{
    const char *const what = kind == IO_APIC ? "I/O APIC" : "local APIC";

    if (id == MPT_ALL && !(kind == IO_APIC && w->ioapic_entries[id]))
        fprintf(w->out, "every %s", what);
    else
        fprintf(w->out, "%s %u", what, id);
}

static void put_types(struct wiring *w, unsigned types)
{
    const char *comma = "";

    for (unsigned i = 0; i < WORDS; i++)
        if (types >> i & 1) {
            fprintf(w->out, "%s%s", comma, type_words[i]);
            comma = ", ";
        }
}

/* A box with a headline, @rows rows high; the caller writes its text and closes it. */
static void begin_box(struct wiring *w, unsigned x, unsigned end, unsigned row, unsigned rows)
{
    fprintf(w->out,
            "<rect class=\"b\" x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"6\"/>"
            "<text class=\"s\" x=\"%u\" y=\"%u\">",
            x, row_y(row), end - x, rows * ROW + 4, x + 10, row_y(row) + 15);
}

static unsigned count_rows(const struct box *box)
{
    unsigned last = box->row;

    for (unsigned i = 0; i < IDS; i++)
        if (box->points[i].row > last)
            last = box->points[i].row;
    return last - box->row + 1;
}

static void write_bus(struct wiring *w, unsigned id)
{
    const struct box *const bus = &w->buses[id];

    begin_box(w, LEFT, LEFT_END, bus->row, count_rows(bus));
    put_bus_name(w, id);
    fputs("</text>\n", w->out);
    for (unsigned irq = 0; irq < IDS; irq++) {
        const struct point *const p = &bus->points[irq];

        if (!p->types)
            continue;
        fprintf(w->out, "<text x=\"%d\" y=\"%u\">", LEFT + 18, row_y(p->row) + 15);
        put_source(w, id, irq);
        fprintf(w->out, "</text><text class=\"m e\" x=\"%d\" y=\"%u\">", LEFT_END - 10,
                row_y(p->row) + 15);
        put_types(w, p->types);
        fputs("</text>\n", w->out);
    }
}

static void write_gap(struct wiring *w, unsigned row, unsigned first, unsigned end)
{
    fprintf(w->out, "<text class=\"g\" x=\"%d\" y=\"%u\">", RIGHT + 18, row_y(row) + 15);
    if (end - first == 1)
        fprintf(w->out, "%u: no entry</text>\n", first);
    else
        fprintf(w->out, "%u to %u: no entry</text>\n", first, end - 1);
}

static void write_input(struct wiring *w, enum box_kind kind, const struct point *p, unsigned input)
{
    const unsigned y = row_y(p->row) + 15;

    fprintf(w->out, "<text x=\"%d\" y=\"%u\">%s %u</text><text class=\"m e\" x=\"%d\" y=\"%u\">",
            RIGHT + 18, y, kind == IO_APIC ? "INTIN" : "LINTIN", input, RIGHT_END - 10, y);
    if (p->routed) {
        const struct routing_row *const r = &w->routing.rows[p->routed - 1];

        fprintf(w->out, "GSI %u, %s, %s", r->gsi, r->level ? "level" : "edge",
                r->low ? "low" : "high");
    } else {
        put_types(w, p->types);
    }
    fputs("</text>\n", w->out);
}

/* The fault of an APIC that entries name, or NULL */
static const char *apic_fault(const struct wiring *w, enum box_kind kind, unsigned id)
{
    if (!w->apics[kind][id].known)
        return " (not declared)";
    if (kind == IO_APIC && w->ioapic_entries[id] &&
        !(w->ioapic_entries[id]->flags & MPT_IOAPIC_ENABLED))
        return " (disabled)";
    return NULL;
}

static void write_apic(struct wiring *w, enum box_kind kind, unsigned id)
{
    const struct box *const apic = &w->apics[kind][id];
    const char *const fault = apic_fault(w, kind, id);
    unsigned next = 0;

    fprintf(w->out, "<path class=\"a\" d=\"M%d %uH%d\"/>", RIGHT_END, row_y(apic->row) + 12, BAR);
    begin_box(w, RIGHT, RIGHT_END, apic->row, count_rows(apic));
    put_apic_name(w, kind, id);
    if (fault)
        fprintf(w->out, "<tspan class=\"x\">%s</tspan>", fault);
    else if (kind == IO_APIC && w->ioapic_entries[id])
        fprintf(w->out, "<tspan class=\"m\"> at 0x%x</tspan>", w->ioapic_entries[id]->address);
    fputs("</text>\n", w->out);
    for (unsigned input = 0; input < IDS; input++) {
        if (!apic->points[input].types)
            continue;
        if (input > next)
            write_gap(w, apic->points[input].row - 1U, next, input);
        write_input(w, kind, &apic->points[input], input);
        next = input + 1;
    }
}

static void write_processors(struct wiring *w)
{
    const struct topology *const t = w->t;

    for (unsigned row = 0; row * CHIP_COLUMNS < t->table.processor_count; row++)
        fprintf(w->out, "<path class=\"a\" d=\"M%d %uH%d\"/>", BAR, TOP + row * CHIP_ROW + 13,
                CHIPS);
    for (unsigned i = 0; i < t->table.processor_count; i++) {
        const struct mpt_processor *const p = &t->processors[i];
        const unsigned x = CHIPS + i % CHIP_COLUMNS * CHIP, y = TOP + i / CHIP_COLUMNS * CHIP_ROW;

        fprintf(w->out,
                "<rect class=\"q%s%s%s\" x=\"%u\" y=\"%u\" width=\"38\" height=\"26\" rx=\"5\"/>"
                "<text class=\"c\" x=\"%u\" y=\"%u\">%u</text>\n",
                p->flags & MPT_CPU_BSP ? " y" : "", p->flags & MPT_CPU_ENABLED ? "" : " d",
                w->processors[p->apic_id] > 1 ? " z" : "", x, y, x + 19, y + 17, p->apic_id);
    }
}

/* An entry that takes an input from another one, or that leads nowhere */
static bool is_conflict(const struct wiring *w, const struct wire *wire)
{
    const unsigned signals = w->apics[wire->kind][wire->apic].points[wire->input].signals;
    const enum routing_loss loss = wire->routed ? wire->routed->loss : ROUTING_NONE;

    return is_reserved(wire) || !w->bus_entries[wire->bus] ||
           apic_fault(w, wire->kind, wire->apic) ||
           (wire->type == MPT_INT && (signals & (signals - 1)) != 0) || loss == ROUTING_NO_IOAPIC ||
           loss == ROUTING_NO_INPUT || loss == ROUTING_TAKEN;
}

static void put_line_class(struct wiring *w, const struct wire *wire)
{
    fputs("<path class=\"l", w->out);
    if (wire->type != MPT_INT)
        fputs(" o", w->out);
    else if (is_low(w, wire))
        fputs(" w", w->out);
    if (wire->type == MPT_INT && is_level(w, wire))
        fputs(" v", w->out);
    if (is_conflict(w, wire))
        fputs(" r", w->out);
    else if (wire->routed && wire->routed->loss != ROUTING_NONE)
        fputs(" u", w->out);
}

static void write_wire(struct wiring *w, const struct wire *wire)
{
    static const char *const polarities[] = { "polarity of the bus", "active high",
                                              "reserved polarity", "active low" };
    static const char *const triggers[] = { "trigger of the bus", "edge", "reserved trigger",
                                            "level" };
    const unsigned from = row_y(w->buses[wire->bus].points[wire->irq].row) + 11,
                   to = row_y(w->apics[wire->kind][wire->apic].points[wire->input].row) + 11;

    put_line_class(w, wire);
    fprintf(w->out, "\" data-entry=\"%u\" d=\"M%d %uC344 %u 344 %u %d %u\"><title>%s, ",
            wire->entry, LEFT_END, from, from, to, RIGHT, to, type_words[type_word(wire->type)]);
    put_source(w, wire->bus, wire->irq);
    fputs(" of ", w->out);
    put_bus_name(w, wire->bus);
    fputs(", to ", w->out);
    put_apic_name(w, wire->kind, wire->apic);
    fprintf(w->out, " input %u, %s, %s", wire->input, polarities[wire->flags & 3],
            triggers[wire->flags >> 2 & 3]);
    if (wire->routed && wire->routed->loss != ROUTING_NONE)
        fprintf(w->out, "; Linux: lost, %s", routing_losses[wire->routed->loss]);
    fputs("</title></path>\n", w->out);
}

static const struct {
    const char *class, *words;
} legend[] = {
    { "l", "active high, edge" },   { "l v", "active high, level" },
    { "l w", "active low, edge" },  { "l w v", "active low, level" },
    { "l o", "NMI, SMI, ExtINT" },  { "l u", "Linux does not use it" },
    { "l r", "conflict, or lost" },
};

enum { LEGENDS = sizeof(legend) / sizeof(legend[0]), LEGEND_COLUMNS = 4, LEGEND_WIDTH = 196 };

/* The column of processors has rows of its own height. */
static unsigned bottom(const struct wiring *w)
{
    const unsigned rows = w->left_rows > w->right_rows ? w->left_rows : w->right_rows;
    const unsigned chips =
        (w->t->table.processor_count + CHIP_COLUMNS - 1U) / CHIP_COLUMNS * CHIP_ROW;

    return TOP + (rows * ROW > chips ? rows * ROW : chips);
}

static void put_pin(struct wiring *w, const char *words, int ioapic, int pin)
{
    if (ioapic == ROUTING_NOWHERE || pin == ROUTING_NOWHERE)
        fprintf(w->out, "%s at no input", words);
    else
        fprintf(w->out, "%s at INTIN %d of I/O APIC number %d", words, pin, ioapic + 1);
}

static void put_timer(struct wiring *w)
{
    static const char *const steps[] = { ": Linux crashes where it needs the PIT",
                                         "", [ROUTING_STEP_WIRE] = ": virtual wire" };
    const struct routing *const r = &w->routing;

    if (r->ioapic_count == 0) {
        fputs("no I/O APIC; the timer comes through the 8259", w->out);
    } else {
        put_pin(w, "timer", r->apic1, r->pin1);
        put_pin(w, ", 8259", r->apic2, r->pin2);
        fputs(steps[r->step], w->out);
    }
    if (r->defaults)
        fputs("; no interrupt entries, so the usual wiring of ISA", w->out);
}

static void write_legend(struct wiring *w, unsigned y)
{
    for (unsigned i = 0; i < LEGENDS; i++) {
        const unsigned x = LEFT + i % LEGEND_COLUMNS * LEGEND_WIDTH,
                       at = y + i / LEGEND_COLUMNS * 24;

        fprintf(
            w->out,
            "<path class=\"%s\" d=\"M%u %uh36\"/><text class=\"m\" x=\"%u\" y=\"%u\">%s</text>\n",
            legend[i].class, x, at, x + 44, at + 4, legend[i].words);
    }
    fprintf(w->out,
            "<text class=\"m\" x=\"%d\" y=\"%u\">"
            "filled: BSP; dashed: disabled; red: ID used twice</text>\n",
            CHIPS, y + 4);
    fprintf(w->out, "<text x=\"%d\" y=\"%u\"><tspan class=\"s\">Linux: </tspan>", LEFT, y + 56);
    put_timer(w);
    fputs("</text>\n", w->out);
}

static void write_head(struct wiring *w)
{
    static const struct {
        unsigned x;
        const char *words;
    } columns[] = { { LEFT, "Buses and their interrupts" },
                    { RIGHT, "APIC inputs, with Linux's routing" },
                    { CHIPS, "Processors, by local APIC ID" } };
    const unsigned height = bottom(w) + LEGEND;

    fprintf(w->out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%u\" "
            "viewBox=\"0 0 %d %u\" role=\"img\">\n<title>Wiring of ",
            WIDTH, height, WIDTH, height);
    put_identity(w);
    fprintf(w->out, "</title>\n<style>%s</style>\n<rect class=\"p\" width=\"%d\" height=\"%u\"/>\n",
            style, WIDTH, height);
    fprintf(w->out, "<text class=\"t\" x=\"%d\" y=\"38\">", LEFT);
    put_identity(w);
    fputs("</text>\n", w->out);
    for (unsigned i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
        fprintf(w->out, "<text class=\"m s\" x=\"%u\" y=\"78\">%s</text>\n", columns[i].x,
                columns[i].words);
}

static void write_all(struct wiring *w)
{
    write_head(w);
    fprintf(w->out, "<path class=\"k\" d=\"M%d %dV%u\"/>\n", BAR, TOP, bottom(w) - ROW / 2);
    each_bus(w, write_bus);
    each_apic(w, write_apic);
    write_processors(w);
    each_wire(w, write_wire);
    write_legend(w, bottom(w) + 28);
    fputs("</svg>\n", w->out);
}

char *wiring_draw(const struct topology *t, const struct mpt_facts *facts, size_t *size)
{
    struct wiring *const w = calloc(1, sizeof(*w));
    char *text = NULL;

    if (!w)
        return NULL;
    w->t = t;
    w->out = open_memstream(&text, size);
    if (w->out) {
        routing_make(t, facts, &w->routing);
        collect_buses(w);
        collect_apics(w);
        each_wire(w, collect_wire);
        each_bus(w, place_bus);
        each_apic(w, place_apic);
        write_all(w);
        if (fclose(w->out) != 0) {
            free(text);
            text = NULL;
        }
    }
    free(w);
    return text;
}
