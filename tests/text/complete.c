/* SPDX-License-Identifier: ISC */
/*
 * Explicit topologies: what is refused and where, and what the table is when only some of it is
 * given.
 */
#include "suites.h"

static struct topology topology;
static struct image image;
static struct err error;

/* The pointers of all errors, each followed by a blank; "" when the topology was taken. */
static const char *refused_at(const char *json)
{
    static char pointers[ERR_MAX * (ERR_POINTER_SIZE + 1) + 1];

    pointers[0] = '\0';
    if (build(json, &topology, &image, &error) == 0)
        return "";
    for (unsigned i = 0; i < error.count; i++)
        strcat(strcat(pointers, error.places[i].pointer), " ");
    return error.code == ERR_INVALID ? pointers : "not ERR_INVALID";
}

struct row {
    const char *name, *json, *pointers;
};

static void check_rows(const struct row *rows, size_t count)
{
    char line[400];

    for (size_t i = 0; i < count; i++) {
        const char *const pointers = refused_at(rows[i].json);

        snprintf(line, sizeof(line), "%s: refused at \"%s\"", rows[i].name, pointers);
        ROW_CHECK(line, strcmp(pointers, rows[i].pointers) == 0);
    }
}
#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

/* Members of one element, for the rows below */
#define CPU(members)     "{" members "}"
#define PCI_0_ISA_1      "'buses':[{'bus_id':0,'bus_type':'PCI'},{'bus_id':1,'bus_type':'ISA'}]"
#define IO(bus, apic)    "{'type':'INT','bus':" bus ",'irq':1,'io_apic':" apic ",'pin':1}"
#define LOCAL(bus, apic) "{'type':'NMI','bus':" bus ",'irq':0,'local_apic':" apic ",'lint':1}"
#define ROUTE(bus, rest) "{'bus':" bus ",'device':1,'pin_name':'INTA','pin':16" rest "}"

static void processors(void)
{
    static const struct row rows[] = {
        { "one processor", "{'processors':[{'apic_id':9}]}", "" },
        { "the second boots", "{'processors':[{'apic_id':1,'bsp':false},{'apic_id':0,'bsp':true}]}",
          "" },
        { "duplicate ID", "{'processors':[{'apic_id':3},{'apic_id':4},{'apic_id':3}]}",
          "/processors/2/apic_id " },
        { "two duplicates", "{'processors':[{'apic_id':3},{'apic_id':3},{'apic_id':3}]}",
          "/processors/1/apic_id /processors/2/apic_id " },
        { "no BSP", "{'processors':[{'apic_id':0,'bsp':false}]}", "/processors " },
        { "two BSPs", "{'processors':[{'apic_id':0,'bsp':true},{'apic_id':1,'bsp':true}]}",
          "/processors/1/bsp " },
        { "disabled BSP", "{'processors':[{'apic_id':0,'bsp':true,'enabled':false}]}",
          "/processors/0/enabled " },
        { "all of it",
          "{'processors':[{'apic_id':1,'bsp':true,'enabled':false},{'apic_id':1,'bsp':true}]}",
          "/processors/1/apic_id /processors/0/enabled /processors/1/bsp " },
        { "more than the profile takes", "{'profile':'firecracker','cpus':255}", "/cpus " },
        { "cloud-hypervisor ends at 253",
          "{'profile':'cloud-hypervisor','processors':[{'apic_id':253},{'apic_id':254}]}",
          "/processors/1/apic_id " },
        { "cloud-hypervisor's topology ends at 253",
          "{'profile':'cloud-hypervisor','cpus':192,'topology':{'packages':64,'cores':3}}",
          "/topology " },
        { "kvm's ends at 254", "{'cpus':192,'topology':{'packages':64,'cores':3}}", "" },
        { "topology passes 8 bits", "{'cpus':195,'topology':{'packages':65,'cores':3}}",
          "/topology " },
        { "topology is not cpus", "{'cpus':4,'topology':{'cores':3}}", "/topology " },
        { "seabios by size", "{'profile':'seabios','cpus':20}", "/cpus " },
        { "an odd count of two sockets", "{'profile':'stt-2s','cpus':3}", "/cpus " },
        { "a multiple of five", "{'profile':'stt-5c','cpus':200}", "" },
        { "IDs above 255, cut", "{'profile':'stt','cpus':200,'topology':{'packages':40,'cores':5}}",
          "" },
        { "IDs above 254", "{'cpus':200,'topology':{'packages':40,'cores':5}}", "/topology " },
        { "one processor alone", "{'profile':'pane','cpus':2}", "/cpus " },
        { "volt by size", "{'profile':'volt','processors':[{'apic_id':0}],'irqs':24}", "" },
        { "irqs without lines", "{'profile':'kvmtool','cpus':1,'irqs':17}", "/irqs " },
        { "irqs that add none", "{'profile':'kvmtool','cpus':1,'irqs':16}", "" },
        { "irqs and io_interrupts", "{'cpus':1,'irqs':24,'io_interrupts':[" IO("0", "1") "]}",
          "/irqs " },
        { "nothing else hides behind a wrong count",
          "{'profile':'volt','cpus':4,'topology':{'cores':3},"
          "'local_interrupts':[" LOCAL("7", "200") "],'io_interrupts':[" IO("8", "9") "]}",
          "/topology /io_interrupts/0/bus /local_interrupts/0/bus " },
    };

    CHECK_ROWS(rows);
}

static void ids(void)
{
    static const struct row rows[] = {
        { "buses", "{'cpus':1," PCI_0_ISA_1 "}", "" },
        { "duplicate bus",
          "{'cpus':1,'buses':[{'bus_id':0,'bus_type':'ISA'},{'bus_id':0,'bus_type':'PCI'}]}",
          "/buses/1/bus_id " },
        { "no ISA bus for the profile's lines",
          "{'cpus':1,'buses':[{'bus_id':0,'bus_type':'PCI'}]}", "/buses " },
        { "an EISA bus does", "{'cpus':1,'buses':[{'bus_id':5,'bus_type':'EISA'}]}", "" },
        { "no ISA bus, no lines",
          "{'cpus':1,'buses':[{'bus_id':0,'bus_type':'PCI'}],'io_interrupts':[],"
          "'local_interrupts':[]}",
          "" },
        { "I/O APIC", "{'cpus':1,'io_apics':[{'apic_id':1}]}", "" },
        { "I/O APIC is a CPU", "{'cpus':4,'io_apics':[{'apic_id':3}]}", "/io_apics/0/apic_id " },
        { "duplicate I/O APIC",
          "{'cpus':1,'io_apics':[{'apic_id':2},{'apic_id':2,'address':'0xfec10000'}]}",
          "/io_apics/1/apic_id " },
        { "duplicate address",
          "{'cpus':1,'io_apics':[{'apic_id':2,'address':'0xfec01000'},{'apic_id':3,'address':"
          "'0xfec01000'}]}",
          "/io_apics/1/address " },
        { "address 0", "{'cpus':1,'io_apics':[{'apic_id':2,'address':0}]}",
          "/io_apics/0/address " },
        { "both", "{'cpus':3,'io_apics':[{'apic_id':2,'address':0}]}",
          "/io_apics/0/apic_id /io_apics/0/address " },
    };

    CHECK_ROWS(rows);
}

#define RANGE(address, length)                                                        \
    "{'entry':'address_space','bus_id':0,'address_type':'memory','address':'" address \
    "','length':" length "}"

static void references(void)
{
    static const struct row rows[] = {
        { "to what the profile has", "{'cpus':4,'io_interrupts':[" IO("0", "4") "]}", "" },
        { "to all", "{'cpus':4,'io_interrupts':[" IO("0", "'all'") "]}", "" },
        { "no such bus", "{'cpus':4,'io_interrupts':[" IO("0", "4") "," IO("1", "4") "]}",
          "/io_interrupts/1/bus " },
        { "no such I/O APIC", "{'cpus':4,'io_interrupts':[" IO("0", "3") "]}",
          "/io_interrupts/0/io_apic " },
        { "to what the request has",
          "{'cpus':4,'io_apics':[{'apic_id':9}]," PCI_0_ISA_1
          ",'io_interrupts':[" IO("1", "9") "]}",
          "" },
        { "the profile's is replaced",
          "{'cpus':4,'io_apics':[{'apic_id':9}],'io_interrupts':[" IO("1", "4") "]}",
          "/io_interrupts/0/bus /io_interrupts/0/io_apic " },
        { "local, to a CPU", "{'cpus':4,'local_interrupts':[" LOCAL("0", "3") "]}", "" },
        { "local, to no CPU", "{'cpus':4,'local_interrupts':[" LOCAL("0", "4") "]}",
          "/local_interrupts/0/local_apic " },
        { "local, from no bus", "{'cpus':4,'local_interrupts':[" LOCAL("9", "'all'") "]}",
          "/local_interrupts/0/bus " },
        { "route on a bus that comes with it", "{'cpus':4,'pci_interrupts':[" ROUTE("3", "") "]}",
          "" },
        { "route on a bus that is not PCI",
          "{'profile':'volt','cpus':4,'pci_interrupts':[" ROUTE("0", "") "]}",
          "/pci_interrupts/0/bus " },
        { "route on no bus", "{'profile':'bhyve','cpus':4,'pci_interrupts':[" ROUTE("2", "") "]}",
          "/pci_interrupts/0/bus " },
        { "route to the I/O APIC by its ID",
          "{'cpus':4,'pci_interrupts':[" ROUTE("0", ",'io_apic':4") "]}", "" },
        { "route to no I/O APIC",
          "{'cpus':4,'pci_interrupts':[" ROUTE("0", ",'io_apic':3") "," ROUTE("0",
                                                                              ",'io_apic':4") "]}",
          "/pci_interrupts/0/io_apic " },
        { "route where there is no I/O APIC",
          "{'profile':'acrn-hv','cpus':4,'pci_interrupts':[" ROUTE("0", "") "]}",
          "/pci_interrupts/0 " },
        { "route takes the ISA bus's last ID", "{'cpus':4,'pci_interrupts':[" ROUTE("255", "") "]}",
          "/pci_interrupts " },
        { "extended",
          "{'cpus':1,'extended':[{'entry':'bus_hierarchy','bus_id':0,'parent_bus':1},"
          "{'entry':'address_space','bus_id':2,'address_type':'io','address':0,'length':16},"
          "{'entry':'bus_hierarchy','bus_id':3,'parent_bus':0},"
          "{'entry':'bus_hierarchy','bus_id':0,'parent_bus':0},"
          "{'entry':'address_space_modifier','bus_id':4,'range_list':'isa'}]}",
          "/extended/0/parent_bus /extended/1/bus_id /extended/2/bus_id /extended/3/parent_bus "
          "/extended/4/bus_id " },
        { "ranges up to 2^64",
          "{'cpus':1,'extended':[" RANGE("0xffffffffffffffff", "1") "," RANGE(
              "0x1", "\"0xffffffffffffffff\"") "," RANGE("0xffffffffffffffff", "0") "]}",
          "" },
        { "ranges past 2^64",
          "{'cpus':1,'extended':[" RANGE("0xffffffffffffffff",
                                         "2") "," RANGE("0x2", "\"0xffffffffffffffff\"") "]}",
          "/extended/0/length /extended/1/length " },
    };

    CHECK_ROWS(rows);
}

static void default_configurations(void)
{
    static const struct row rows[] = {
        { "5", "{'cpus':2,'default_configuration':5}", "" },
        { "of two processors",
          "{'processors':[{'apic_id':0},{'apic_id':1}],'default_configuration':1}", "" },
        { "whose IDs are others",
          "{'processors':[{'apic_id':2},{'apic_id':1}],'default_configuration':1}",
          "/processors/0/apic_id " },
        { "of one CPU", "{'cpus':1,'default_configuration':5}", "/cpus " },
        { "with a list", "{'cpus':2,'default_configuration':5," PCI_0_ISA_1 "}", "/buses " },
        { "with a table's address",
          "{'cpus':2,'default_configuration':5,'placement':{'configuration_table':'0x9f000'}}",
          "/placement/configuration_table " },
        { "with a header", "{'cpus':2,'default_configuration':5,'oem_id':'X'}", "/oem_id " },
    };

    CHECK_ROWS(rows);
    CU_ASSERT_EQUAL(refused_at(rows[0].json)[0], '\0');
    CU_ASSERT(image.size == MPT_FLOATING_SIZE && image.segment_count == 1 &&
              image.place.table == 0);
    CU_ASSERT(image.bytes[4] == 0 && image.bytes[11] == 5 && image.entries == 0);
}

/* As many as an error holds */
static void many(void)
{
    char json[4000] = "{'cpus':1,'io_interrupts':[";

    for (unsigned i = 0; i < 20; i++)
        strcat(strcat(json, i > 0 ? "," : ""), IO("7", "1"));
    CU_ASSERT_NOT_EQUAL(refused_at(strcat(json, "]}"))[0], '\0');
    CU_ASSERT_EQUAL(error.count, ERR_MAX);
    CU_ASSERT_STRING_EQUAL(error.places[ERR_MAX - 1].pointer, "/io_interrupts/15/bus");
}

/*
 * A base table is at most 65535 bytes long: with a processor, a bus, an I/O APIC and 2 local
 * interrupts it holds 8179 others.
 */
static void long_lists(void)
{
    static const struct {
        const char *members;
        unsigned count;
        const char *pointers;
    } rows[] = {
        { "", 8179, "" },
        { "", 8180, "/io_interrupts " },
        { "", 8186, "/io_interrupts " },
        { ",'placement':{'window':'bios'}", 8177, "" },
        { ",'placement':{'base':'0xf0010'}", 8179, "/placement/base " },
    };
    static char json[8186 * 80 + 200];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t used =
            (size_t)snprintf(json, sizeof(json), "{'cpus':1%s,'io_interrupts':[", rows[i].members);

        for (unsigned n = 0; n < rows[i].count; n++)
            used += (size_t)snprintf(json + used, sizeof(json) - used, "%s%s", n > 0 ? "," : "",
                                     IO("0", "1"));
        strcpy(json + used, "]}");
        ROW_CHECK(rows[i].pointers, strcmp(refused_at(json), rows[i].pointers) == 0);
    }
}

/* Entries that the profile adds follow what the request says of buses and I/O APICs. */
static void filled_in(void)
{
    const struct mpt_table *const v = &topology.table;

    CU_ASSERT_EQUAL(refused_at("{'cpus':2,'io_apics':[{'apic_id':9}]," PCI_0_ISA_1 "}")[0], '\0');
    CU_ASSERT(v->io_int_count == 15 && v->local_int_count == 2 && v->bus_count == 2);
    for (unsigned i = 0; i < v->io_int_count; i++)
        CU_ASSERT(v->io_ints[i].bus_id == 1 && v->io_ints[i].apic_id == 9);
    CU_ASSERT(v->local_ints[0].bus_id == 1 && v->local_ints[1].bus_id == 1);

    CU_ASSERT_EQUAL(refused_at("{'cpus':2,'io_apics':[]}")[0], '\0');
    CU_ASSERT(v->ioapic_count == 0 && v->io_int_count == 0 && v->local_int_count == 2);

    /* PCI 0 and 1, ISA 2; no ISA line where the route goes */
    CU_ASSERT_EQUAL(refused_at("{'cpus':2,'pci_interrupts':[{'bus':1,'device':3,'pin_name':'INTC',"
                               "'pin':11}]}")[0],
                    '\0');
    CU_ASSERT(v->bus_count == 3 && memcmp(v->buses[1].bus_type, "PCI   ", 6) == 0 &&
              v->buses[1].bus_id == 1 && memcmp(v->buses[2].bus_type, "ISA   ", 6) == 0 &&
              v->buses[2].bus_id == 2);
    CU_ASSERT_EQUAL(v->io_int_count, 15);
    for (unsigned i = 0; i < v->io_int_count; i++) {
        CU_ASSERT_EQUAL(v->io_ints[i].bus_id, v->io_ints[i].intin == 11 ? 1 : 2);
        CU_ASSERT_EQUAL(v->io_ints[i].irq, v->io_ints[i].intin == 11 ? 14 : v->io_ints[i].intin);
        CU_ASSERT_EQUAL(v->io_ints[i].apic_id, 2);
    }

    /* routes join a list of the request's own */
    CU_ASSERT_EQUAL(refused_at("{'cpus':2," PCI_0_ISA_1 ",'io_interrupts':[" IO(
                        "1", "2") "],"
                                  "'pci_interrupts':[" ROUTE("0", "") "]}")[0],
                    '\0');
    CU_ASSERT(v->io_int_count == 2 && v->io_ints[1].irq == 4 && v->io_ints[1].intin == 16);
}

/*
 * Local interrupts stay on the builder's bus while there is one of that ID; routes go where they
 * say.
 */
static void builders(void)
{
    const struct mpt_table *const v = &topology.table;

    CU_ASSERT_EQUAL(refused_at("{'profile':'bhyve','cpus':2," PCI_0_ISA_1 "}")[0], '\0');
    CU_ASSERT(v->local_ints[0].bus_id == 0 && v->local_ints[1].bus_id == 0);
    CU_ASSERT_EQUAL(
        refused_at("{'profile':'bhyve','cpus':2,'buses':[{'bus_id':7,'bus_type':'PCI'},"
                   "{'bus_id':9,'bus_type':'ISA'}],'io_apics':[{'apic_id':3},"
                   "{'apic_id':4,'address':'0xfec01000'}],"
                   "'pci_interrupts':[" ROUTE("7", ",'io_apic':4") "," ROUTE("7", "") "]}")[0],
        '\0');
    CU_ASSERT(v->local_ints[0].bus_id == 9 && v->local_ints[1].bus_id == 9);
    CU_ASSERT(v->io_int_count == 18 && v->io_ints[0].bus_id == 9 && v->io_ints[0].apic_id == 3);
    CU_ASSERT(v->io_ints[16].bus_id == 7 && v->io_ints[16].apic_id == 4 &&
              v->io_ints[17].apic_id == 3);

    CU_ASSERT_EQUAL(refused_at("{'cpus':2,'pci_interrupts':[" ROUTE("254", "") "]}")[0], '\0');
    CU_ASSERT(v->bus_count == 256 && v->buses[255].bus_id == 255 && v->io_ints[0].bus_id == 255);
}

/* What the request says of header and floating pointer stands, whatever the profile. */
static void headers(void)
{
    static const char *const names[] = { "kvm", "volt", "dragonball", "firecracker", "gokvm" };
    const struct mpt_table *const v = &topology.table;
    char json[400];

    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(json, sizeof(json),
                 "{'profile':'%s','cpus':2,'oem_id':'OURS','product_id':'THIS ONE',"
                 "'oem_table':'0x9f000','oem_table_size':16,'local_apic_address':'0xfee01000',"
                 "'spec_revision':1,'imcr':%s,'entry_count':77}",
                 names[i], i == 1 ? "false" : "true");
        ROW_CHECK(names[i], refused_at(json)[0] == '\0');
        ROW_CHECK(names[i], memcmp(v->header.oem_id, "OURS    ", 8) == 0 &&
                                memcmp(v->header.product_id, "THIS ONE    ", 12) == 0);
        ROW_CHECK(names[i], v->header.oem_table == 0x9f000 && v->header.oem_table_size == 16 &&
                                v->header.local_apic_address == 0xfee01000);
        ROW_CHECK(names[i], v->header.spec_revision == 1 && v->floating.spec_revision == 1 &&
                                v->floating.features == (i == 1 ? 0 : MPT_IMCRP) &&
                                v->entry_count == 77);
        /* and the bytes: OEM table pointer and entry count */
        ROW_CHECK(names[i], memcmp(image.bytes + MPT_FLOATING_SIZE + 28,
                                   "\x00\xf0\x09\x00\x10\x00\x4d\x00", 8) == 0);
    }
}

/* Extended entries leave in the order of their list, behind base entries in the profile's order. */
static void extended(void)
{
    static const char *const profiles[] = { "kvm", "crosvm", "acrn-hv" };
    char json[600];

    for (unsigned i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
        const struct mpt_view *view;
        struct mpt_segment segments[IMAGE_SEGMENTS_MAX];
        struct mpt_memory memory;
        struct mpt_view found;
        struct mpt_walk walk;
        struct mpt_entry entry;
        enum mpt_err err;

        snprintf(json, sizeof(json),
                 "{'profile':'%s','cpus':1,'extended':["
                 "{'entry':'bus_hierarchy','bus_id':1,'parent_bus':0},"
                 "{'entry':'address_space','bus_id':0,'address_type':'memory','address':'0xa0000',"
                 "'length':131072}],'buses':[{'bus_id':0,'bus_type':'PCI'},"
                 "{'bus_id':1,'bus_type':'ISA'}]}",
                 profiles[i]);
        ROW_CHECK(profiles[i], refused_at(json)[0] == '\0');
        memory = image_memory(&image, segments);
        CU_ASSERT_EQUAL(mpt_open(&memory, image.place.floating, &found), MPT_OK);
        view = &found;
        ROW_CHECK(profiles[i], view->extended_length == 28 && view->sum == 0 &&
                                   (uint8_t)(view->extended_sum + view->extended_checksum) == 0);
        mpt_walk_extended(view, &walk);
        ROW_CHECK(profiles[i], mpt_next(&walk, &entry, &err) == 1 && entry.type == MPT_HIERARCHY);
        ROW_CHECK(profiles[i], mpt_next(&walk, &entry, &err) == 1 && entry.type == MPT_SPACE &&
                                   entry.space.address == 0xa0000 && entry.space.length == 0x20000);
    }
}

/* Nothing of one topology is left in the next one's. */
static void again(void)
{
    static const char good[] =
        "{'profile':'crosvm','cpus':3,'pci_interrupts':[" ROUTE("1", "") "]}";
    static uint8_t bytes[1000];
    size_t size;

    CU_ASSERT_EQUAL(refused_at(good)[0], '\0');
    size = image.size;
    CU_ASSERT_FATAL(size <= sizeof(bytes));
    memcpy(bytes, image.bytes, size);
    CU_ASSERT_NOT_EQUAL(refused_at("{'cpus':9,'topology':{'cores':5}}")[0], '\0');
    CU_ASSERT_EQUAL(refused_at("{'profile':'gokvm','cpus':9}")[0], '\0');
    CU_ASSERT_EQUAL(refused_at(good)[0], '\0');
    CU_ASSERT(image.size == size && memcmp(bytes, image.bytes, size) == 0);
}

static const struct test tests[] = {
    { "processors", processors },
    { "IDs of buses and I/O APICs", ids },
    { "interrupts between what is there", references },
    { "default configurations", default_configurations },
    { "many errors", many },
    { "long lists", long_lists },
    { "what the profile fills in", filled_in },
    { "builders' tables with the request's lists", builders },
    { "headers", headers },
    { "extended entries", extended },
    { "one topology after another", again },
};
const struct suite text_complete = { "text/complete", tests, sizeof(tests) / sizeof(tests[0]) };
