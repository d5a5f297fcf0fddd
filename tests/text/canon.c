/* SPDX-License-Identifier: ISC */
#include "../../src/topo/canon.h"

#include "suites.h"

static struct topology topology;
static uint8_t bytes[96][CANON_MAX];

static size_t canon(const char *json, uint8_t out[CANON_MAX])
{
    struct err err = { .count = 0 };

    return request_read(json, strlen(json), &topology, &err) == 0 ? canon_write(&topology, out) : 0;
}

/* One topology in several spellings; the first counts */
static const char *const same[] = {
    "{\"cpus\":4,\"profile\":\"kvm\",\"local_apic_address\":4276092928,\"context\":\"a\"}",
    " { \"context\" : \"a\" , \"local_apic_address\" : \"0xfee00000\" ,\"cpus\":4,\"profile\" : \"kvm\" } ",
    "{\"cpus\":4.0,\"context\":\"\\u0061\",\"local_apic_address\":\"0xFEE00000\",\"profile\":\"\\u006bvm\"}",
    "{\"local_apic_address\":4276092928,\"cpus\":4e0,\"context\":\"a\"}", /* kvm is the default */
};

#define WIRED(interrupt)                                                                         \
    "{\"cpus\":1,\"buses\":[{\"bus_id\":0,\"bus_type\":\"ISA\"}],\"io_interrupts\":[{" interrupt \
    "}]}"
#define LOCAL(interrupts) "{\"cpus\":1,\"local_interrupts\":[{" interrupts "}]}"
#define LOCAL_IRQ         "\"bus\":0,\"irq\":5,\"local_apic\":\"all\",\"lint\":0"
#define LOCAL_DEVICE \
    "\"bus\":0,\"device\":1,\"pin_name\":\"INTB\",\"local_apic\":\"all\",\"lint\":0"
#define P0         "{\"entry\":\"processor\",\"apic_id\":0}"
#define BUS        "{\"entry\":\"bus\",\"bus_id\":0,\"bus_type\":\"ISA\"}"
#define PCI(route) "{\"cpus\":1,\"profile\":\"qemu\",\"pci_interrupts\":[{" route "}]}"

/*
 * Each of these gives another image, other findings, another signature or another refusal than any
 * other.
 */
/* clang-format off */
static const char *const different[] = {
    "{\"cpus\":4}",
    "{\"cpus\":5}",
    "{\"cpus\":4,\"profile\":\"qemu\"}",
    "{\"cpus\":4,\"context\":\"a\"}",
    "{\"cpus\":4,\"context\":\"b\"}",
    "{\"cpus\":4,\"irqs\":17}",
    "{\"cpus\":4,\"bios_data_area\":true}",
    "{\"cpus\":4,\"memory_size\":1073741824}",
    "{\"cpus\":4,\"memory_size\":1073741825}",
    "{\"cpus\":4,\"placement\":{\"window\":\"bios\"}}",
    "{\"cpus\":4,\"placement\":{\"window\":\"ebda\"}}",
    "{\"cpus\":4,\"placement\":{\"window\":\"ebda\",\"base\":\"0x9f000\"}}",
    "{\"cpus\":4,\"placement\":{\"floating_pointer\":\"0x9fc10\"}}",
    "{\"cpus\":4,\"placement\":{\"configuration_table\":\"0x9f000\"}}",
    "{\"cpus\":4,\"oem_id\":\"A\"}",
    "{\"cpus\":4,\"oem_id\":\"B\"}",
    "{\"cpus\":4,\"product_id\":\"A\"}",
    "{\"cpus\":4,\"oem_table\":\"0x9f000\"}",
    "{\"cpus\":4,\"oem_table_size\":16}",
    "{\"cpus\":4,\"spec_revision\":1}",
    "{\"cpus\":4,\"local_apic_address\":\"0xfee01000\"}",
    "{\"cpus\":4,\"imcr\":true}",
    "{\"cpus\":4,\"entry_count\":3}",
    "{\"cpus\":2,\"default_configuration\":1}",
    "{\"cpus\":2,\"default_configuration\":2}",
    "{\"cpus\":2}",
    "{\"processors\":[{\"apic_id\":0},{\"apic_id\":2}]}",
    "{\"processors\":[{\"apic_id\":0},{\"apic_id\":2,\"enabled\":false}]}",
    "{\"processors\":[{\"apic_id\":0},{\"apic_id\":2,\"bsp\":true}]}",
    "{\"processors\":[{\"apic_id\":0},{\"apic_id\":2,\"apic_version\":21}]}",
    "{\"processors\":[{\"apic_id\":0},{\"apic_id\":2,\"signature\":1}]}",
    "{\"processors\":[{\"apic_id\":0},{\"apic_id\":2,\"features\":1}]}",
    "{\"cpus\":4,\"topology\":{\"packages\":2,\"dies\":1,\"cores\":1,\"threads\":2}}",
    "{\"cpus\":4,\"extended\":[{\"entry\":\"address_space_modifier\",\"bus_id\":0,\"subtracted\":true,"
    "\"range_list\":\"vga\"}]}",
    "{\"cpus\":4,\"extended\":[{\"entry\":\"bus_hierarchy\",\"bus_id\":0,\"subtractive\":true,"
    "\"parent_bus\":1},{\"entry\":\"address_space_modifier\",\"bus_id\":0,\"subtracted\":true,"
    "\"range_list\":\"vga\"}]}",
    "{\"cpus\":4,\"extended\":[{\"entry\":\"address_space_modifier\",\"bus_id\":0,\"subtracted\":true,"
    "\"range_list\":\"vga\"},{\"entry\":\"bus_hierarchy\",\"bus_id\":0,\"subtractive\":true,"
    "\"parent_bus\":1}]}",
    "{\"cpus\":4,\"topology\":{\"packages\":4,\"dies\":1,\"cores\":1,\"threads\":1}}",
    "{\"cpus\":4,\"topology\":{\"packages\":1,\"dies\":4,\"cores\":1,\"threads\":1}}",
    "{\"cpus\":4,\"topology\":{\"packages\":1,\"dies\":1,\"cores\":4,\"threads\":1}}",
    "{\"cpus\":4,\"topology\":{\"packages\":1,\"dies\":1,\"cores\":1,\"threads\":4}}",
    "{\"entries\":[{\"entry\":\"processor\",\"apic_id\":0,\"apic_version\":20,\"enabled\":true,\"bsp\":true}]"
    "}",
    "{\"entries\":[{\"entry\":\"bus\",\"bus_id\":0,\"bus_type\":\"ISA\"},"
    "{\"entry\":\"processor\",\"apic_id\":0,\"apic_version\":20}]}",
    "{\"entries\":[{\"entry\":\"processor\",\"apic_id\":0,\"apic_version\":20},"
    "{\"entry\":\"bus\",\"bus_id\":0,\"bus_type\":\"ISA\"}]}",
    /* Pairs that differ in one value, whether or not a topology can be completed from it */
    "{\"cpus\":6,\"topology\":{\"packages\":2}}",
    "{\"cpus\":6,\"topology\":{\"packages\":3}}",
    "{\"cpus\":6,\"topology\":{\"dies\":2}}",
    "{\"cpus\":6,\"topology\":{\"dies\":3}}",
    "{\"cpus\":6,\"topology\":{\"cores\":2}}",
    "{\"cpus\":6,\"topology\":{\"cores\":3}}",
    "{\"cpus\":6,\"topology\":{\"threads\":2}}",
    "{\"cpus\":6,\"topology\":{\"threads\":3}}",
    "{\"cpus\":4,\"irqs\":18}",
    "{\"cpus\":4,\"imcr\":false}",
    "{\"cpus\":4,\"placement\":{\"window\":\"ebda\",\"base\":\"0x9e000\"}}",
    "{\"cpus\":4,\"placement\":{\"floating_pointer\":\"0x9fc20\"}}",
    "{\"cpus\":4,\"placement\":{\"configuration_table\":\"0x9e000\"}}",
    "{\"entries\":[" P0 "," P0 "," BUS "," P0 "]}",
    "{\"entries\":[" P0 "," BUS "," P0 "," P0 "]}",
    LOCAL(LOCAL_IRQ "},{" LOCAL_DEVICE),
    LOCAL(LOCAL_DEVICE "},{" LOCAL_IRQ),
    WIRED("\"bus\":0,\"irq\":5,\"io_apic\":\"all\",\"pin\":1"),
    WIRED("\"bus\":0,\"device\":1,\"pin_name\":\"INTB\",\"io_apic\":\"all\",\"pin\":1"), /* the same IRQ */
    WIRED("\"bus\":0,\"irq\":5,\"io_apic\":\"all\",\"pin\":1},{"
          "\"bus\":0,\"device\":1,\"pin_name\":\"INTB\",\"io_apic\":\"all\",\"pin\":1"), /* the second */
    WIRED("\"bus\":0,\"device\":1,\"pin_name\":\"INTB\",\"io_apic\":\"all\",\"pin\":1},{"
          "\"bus\":0,\"irq\":5,\"io_apic\":\"all\",\"pin\":1"), /* the first */
    PCI("\"bus\":0,\"device\":1,\"pin_name\":\"INTA\",\"pin\":17"),
    PCI("\"bus\":0,\"device\":1,\"pin_name\":\"INTA\",\"pin\":18"),
    PCI("\"bus\":0,\"device\":2,\"pin_name\":\"INTA\",\"pin\":17"),
    PCI("\"bus\":0,\"device\":1,\"pin_name\":\"INTA\",\"pin\":17,\"io_apic\":0"), /* and the first is 0 */
};
/* clang-format on */

static void spellings(void)
{
    const size_t size = canon(same[0], bytes[0]);

    CU_ASSERT(size > 0);
    for (size_t i = 1; i < sizeof(same) / sizeof(same[0]); i++)
        ROW_CHECK(same[i],
                  canon(same[i], bytes[1]) == size && memcmp(bytes[0], bytes[1], size) == 0);
}

static void members(void)
{
    enum { ROWS = sizeof(different) / sizeof(different[0]) };
    size_t sizes[ROWS];

    for (size_t i = 0; i < ROWS; i++) {
        sizes[i] = canon(different[i], bytes[i]);
        for (size_t other = 0; other < i; other++)
            if (sizes[i] > 0 && sizes[i] == sizes[other] &&
                memcmp(bytes[i], bytes[other], sizes[i]) == 0)
                ROW_CHECK(different[i], false);
    }
    for (size_t i = 0; i < ROWS; i++)
        if (sizes[i] == 0)
            ROW_CHECK(different[i], false); /* it was to be a topology */
}

/* A table for which there is no room is not half of one. */
static void too_long(void)
{
    static char json[65536];
    size_t used = (size_t)sprintf(json, "{\"entries\":[");

    for (unsigned i = 0; i < 500; i++)
        used += (size_t)sprintf(json + used,
                                "%s{\"entry\":\"processor\",\"apic_id\":%u,\"apic_version\":20}",
                                i ? "," : "", i % 255);
    strcpy(json + used, "]}");
    CU_ASSERT_EQUAL(canon(json, bytes[0]), 0);
}

static const struct test tests[] = {
    { "spellings of one topology are one", spellings },
    { "every member counts", members },
    { "too long a table", too_long },
};
const struct suite text_canon = { "text/canon", tests, sizeof(tests) / sizeof(tests[0]) };
