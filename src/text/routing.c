/* SPDX-License-Identifier: ISC */
#include "routing.h"

#include <stdio.h>

static const char *trigger_word(const struct routing_row *row)
{
    return row->level ? "level" : "edge";
}

static const char *polarity_word(const struct routing_row *row)
{
    return row->low ? "low" : "high";
}

static void render_source(struct build *b, const struct routing_row *row)
{
    const char pin_name[] = { 'I', 'N', 'T', (char)('A' + (row->irq & 3)), '\0' };

    build_string(b, "source", row->pci ? "pci" : "isa");
    build_number(b, "bus", row->bus_id);
    if (row->pci) {
        build_number(b, "device", row->irq >> 2 & 0x1f);
        build_string(b, "pin_name", pin_name);
    } else {
        build_number(b, "irq", row->irq);
    }
}

static void render_row(struct build *b, const struct routing_row *row)
{
    build_object(b, NULL);
    render_source(b, row);
    if (row->loss != ROUTING_NONE) {
        build_string(b, "lost", routing_losses[row->loss]);
    } else {
        build_number(b, "io_apic", row->apic_id);
        build_number(b, "pin", row->intin);
        build_number(b, "gsi", row->gsi);
        build_string(b, "trigger", trigger_word(row));
        build_string(b, "polarity", polarity_word(row));
    }
    build_close(b);
}

static void render_pin(struct build *b, const char *name, int value)
{
    if (value != ROUTING_NOWHERE)
        build_number(b, name, (uint64_t)value);
}

void routing_render(struct build *b, const char *name, const struct routing *r)
{
    build_object(b, name);
    build_string(b, "consumer", "linux");
    build_bool(b, "defaults", r->defaults);
    build_array(b, "interrupts");
    for (unsigned i = 0; i < r->count; i++)
        render_row(b, &r->rows[i]);
    build_close(b);
    build_object(b, "timer");
    render_pin(b, "apic1", r->apic1);
    render_pin(b, "pin1", r->pin1);
    render_pin(b, "apic2", r->apic2);
    render_pin(b, "pin2", r->pin2);
    build_number(b, "step", r->step);
    build_close(b);
    build_close(b);
}

static void timer_line(const struct routing *r, char text[ROUTING_LINE_SIZE])
{
    static const char *const steps[] = {
        [ROUTING_STEP_NONE] =
            "no I/O APIC input brings IRQ 0: Linux crashes where it needs the PIT",
        [ROUTING_STEP_PIN] = "step 1, IRQ 0 through the I/O APIC",
        [ROUTING_STEP_EXTINT_PIN] = "step 2, IRQ 0 is wired to the input of the ExtINT entry",
        [ROUTING_STEP_WIRE] =
            "step 3, virtual wire; IRQ 0 is wired to another input (under KVM step 4, ExtINT)",
    };

    snprintf(text, ROUTING_LINE_SIZE, "timer: apic1=%d pin1=%d apic2=%d pin2=%d: %s", r->apic1,
             r->pin1, r->apic2, r->pin2,
             r->ioapic_count == 0 ? "no I/O APIC, IRQ 0 through the 8259" : steps[r->step]);
}

bool routing_line(const struct routing *r, unsigned index, char text[ROUTING_LINE_SIZE])
{
    const struct routing_row *const row = &r->rows[index < r->count ? index : 0];
    char source[48];

    if (index == r->count)
        timer_line(r, text);
    if (index >= r->count)
        return index == r->count;
    if (row->pci)
        snprintf(source, sizeof(source), "PCI %u:%u INT%c", row->bus_id, row->irq >> 2 & 0x1fU,
                 'A' + (row->irq & 3));
    else
        snprintf(source, sizeof(source), "IRQ %u of bus %u", row->irq, row->bus_id);
    if (row->loss != ROUTING_NONE)
        snprintf(text, ROUTING_LINE_SIZE, "%s: lost, %s", source, routing_losses[row->loss]);
    else
        snprintf(text, ROUTING_LINE_SIZE, "%s: I/O APIC %u pin %u (GSI %u), %s, active %s", source,
                 row->apic_id, row->intin, row->gsi, trigger_word(row), polarity_word(row));
    return true;
}
