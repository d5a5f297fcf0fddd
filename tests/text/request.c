/* SPDX-License-Identifier: ISC */
#include "suites.h"

#include <time.h>

#include "../../src/topo/profiles.h"
#include "../lib/quotes.h"

static struct topology topology;
static struct err error;

static int parse(const char *json)
{
    char *const text = quotes(json);
    int status;

    memset(&error, 0, sizeof(error));
    status = request_parse(text, strlen(text), &topology, &error);
    free(text);
    return status;
}

#define INTERRUPT(members) "{'cpus':1,'io_interrupts':[{" members "}]}"
#define P(members)         "{'processors':[{'apic_id':0}," members "]}"

static const struct {
    const char *name, *body, *pointer;
} refusals[] = {
    { "empty object", "{}", "" },
    { "not an object", "[]", "" },
    { "scalar", "4", "" },
    { "unknown member", "{'cpus':1,'cpu':1}", "/cpu" },
    { "other case", "{'cpus':1,'CPUS':1}", "/CPUS" },
    { "blank behind the name", "{'cpus':1,'cpus ':1}", "/cpus " },
    { "name with a slash and a tilde", "{'cpus':1,'a/b~c':1}", "/a~1b~0c" },
    { "member twice", "{'cpus':1,'cpus':1}", "/cpus" },
    { "NUL in a name", "{'cpus':1,'irqs\\u0000x':16}", "/irqs?x" },
    { "deep", "{'cpus':[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}",
      "/cpus" },
    { "deep object", "{'cpus':1,'topology':{'cores':{'a':[{'b':{}}]}}}", "/topology/cores" },
    { "number of 65 characters",
      "{'cpus':1.000000000000000000000000000000000000000000000000000000000000000}", "/cpus" },
    { "0 CPUs", "{'cpus':0}", "/cpus" },
    { "256 CPUs", "{'cpus':256}", "/cpus" },
    { "260 is not 4", "{'cpus':260}", "/cpus" },
    { "2^32+4 is not 4", "{'cpus':4294967300}", "/cpus" },
    { "negative", "{'cpus':-1}", "/cpus" },
    { "negative zero", "{'processors':[{'apic_id':-0}]}", "/processors/0/apic_id" },
    { "fraction", "{'cpus':1.5}", "/cpus" },
    { "infinite", "{'cpus':1e400}", "/cpus" },
    { "text for a number", "{'cpus':'4'}", "/cpus" },
    { "hex where none is meant", "{'cpus':'0x4'}", "/cpus" },
    { "null", "{'cpus':null}", "/cpus" },
    { "true for a number", "{'cpus':true}", "/cpus" },
    { "profile unknown", "{'cpus':1,'profile':'xen'}", "/profile" },
    { "profile a number", "{'cpus':1,'profile':1}", "/profile" },
    { "cpus and processors", "{'cpus':1,'processors':[{'apic_id':0}]}", "/processors" },
    { "more than the profile takes", "{'cpus':65,'profile':'virtualbox'}", "/cpus" },
    { "profile with a NUL", "{'cpus':1,'profile':'kvm\\u0000'}", "/profile" },
    { "profile with a blank", "{'cpus':1,'profile':'kvm '}", "/profile" },
    { "no processors", "{'processors':[]}", "/processors" },
    { "processors an object", "{'processors':{}}", "/processors" },
    { "processor a number", P("1"), "/processors/1" },
    { "apic_id missing", P("{}"), "/processors/1/apic_id" },
    { "apic_id too large", P("{'apic_id':255}"), "/processors/1/apic_id" },
    { "apic_id twice", P("{'apic_id':0}"), "/processors/1/apic_id" },
    { "unknown processor member", P("{'apic_id':1,'cpu':1}"), "/processors/1/cpu" },
    { "bsp a number", P("{'apic_id':1,'bsp':1}"), "/processors/1/bsp" },
    { "two BSPs", "{'processors':[{'apic_id':0,'bsp':true},{'apic_id':1,'bsp':true}]}",
      "/processors/1/bsp" },
    { "no BSP", "{'processors':[{'apic_id':0,'bsp':false}]}", "/processors" },
    { "BSP disabled", "{'processors':[{'apic_id':0,'enabled':false}]}", "/processors/0/enabled" },
    { "enabled null", P("{'apic_id':1,'enabled':null}"), "/processors/1/enabled" },
    { "apic_version too large", P("{'apic_id':1,'apic_version':256}"),
      "/processors/1/apic_version" },
    { "signature over 32 bits", P("{'apic_id':1,'signature':4294967296}"),
      "/processors/1/signature" },
    { "signature of nine digits", P("{'apic_id':1,'signature':'0x000000001'}"),
      "/processors/1/signature" },
    { "features no hex", P("{'apic_id':1,'features':'0x'}"), "/processors/1/features" },
    { "features bare hex", P("{'apic_id':1,'features':'ff'}"), "/processors/1/features" },
    { "topology alone", "{'topology':{'cores':2}}", "" },
    { "topology of processors", "{'processors':[{'apic_id':0}],'topology':{'cores':1}}",
      "/topology" },
    { "topology an array", "{'cpus':1,'topology':[]}", "/topology" },
    { "topology of another product", "{'cpus':5,'topology':{'packages':2,'cores':2}}",
      "/topology" },
    { "topology product of 2^32", "{'cpus':1,'topology':{'packages':255,'dies':255,'cores':255}}",
      "/topology" },
    { "topology ID over 254", "{'cpus':195,'topology':{'packages':65,'cores':3}}", "/topology" },
    { "dies 0", "{'cpus':1,'topology':{'dies':0}}", "/topology/dies" },
    { "unknown level", "{'cpus':1,'topology':{'sockets':1}}", "/topology/sockets" },
    { "irqs 15", "{'cpus':1,'irqs':15}", "/irqs" },
    { "irqs 25", "{'cpus':1,'irqs':25}", "/irqs" },
    { "oem_id too long", "{'cpus':1,'oem_id':'123456789'}", "/oem_id" },
    { "oem_id beyond ASCII", "{'cpus':1,'oem_id':'\xc3\xa9'}", "/oem_id" },
    { "oem_id with a line end", "{'cpus':1,'oem_id':'a\\n'}", "/oem_id" },
    { "product_id too long", "{'cpus':1,'product_id':'1234567890123'}", "/product_id" },
    { "memory_size 0", "{'cpus':1,'memory_size':0}", "/memory_size" },
    { "memory_size over 2^52", "{'cpus':1,'memory_size':4503599627370497}", "/memory_size" },
    { "context empty", "{'cpus':1,'context':''}", "/context" },
    { "context that means none", "{'cpus':1,'context':'-'}", "/context" },
    { "context with a blank", "{'cpus':1,'context':'vm1 sha256=00'}", "/context" },
    { "context of 65 characters",
      "{'cpus':1,'context':'11111111112222222222333333333344444444445555555555666666666677777'}",
      "/context" },
    { "context with a NUL", "{'cpus':1,'context':'a\\u0000b'}", "/context" },
    { "context beyond ASCII", "{'cpus':1,'context':'\\u202e'}", "/context" },
    { "nonce of 7", "{'cpus':1,'nonce':'1234567'}", "/nonce" },
    { "nonce with a point", "{'cpus':1,'nonce':'1234567.'}", "/nonce" },
    { "ttl 0", "{'cpus':1,'ttl':0}", "/ttl" },
    { "ttl of more than a day", "{'cpus':1,'ttl':86401}", "/ttl" },
    { "spec_revision 2", "{'cpus':1,'spec_revision':2}", "/spec_revision" },
    { "spec_revision a string", "{'cpus':1,'spec_revision':'4'}", "/spec_revision" },
    { "imcr 1", "{'cpus':1,'imcr':1}", "/imcr" },
    { "entry_count over 16 bits", "{'cpus':1,'entry_count':65536}", "/entry_count" },
    { "oem_table_size over 16 bits", "{'cpus':1,'oem_table_size':65536}", "/oem_table_size" },
    { "oem_table over 32 bits", "{'cpus':1,'oem_table':4294967296}", "/oem_table" },
    { "local_apic_address a decimal string", "{'cpus':1,'local_apic_address':'4276092928'}",
      "/local_apic_address" },
    { "default_configuration 8", "{'cpus':2,'default_configuration':8}", "/default_configuration" },
    { "bios_data_area a string", "{'cpus':1,'bios_data_area':'true'}", "/bios_data_area" },
    { "window unknown", "{'cpus':1,'placement':{'window':'rom'}}", "/placement/window" },
    { "window a number", "{'cpus':1,'placement':{'window':1}}", "/placement/window" },
    { "base over 32 bits", "{'cpus':1,'placement':{'base':'0x100000000'}}", "/placement/base" },
    { "floating_pointer negative", "{'cpus':1,'placement':{'floating_pointer':-1}}",
      "/placement/floating_pointer" },
    { "configuration_table a fraction", "{'cpus':1,'placement':{'configuration_table':0.5}}",
      "/placement/configuration_table" },
    { "placement a string", "{'cpus':1,'placement':'bios'}", "/placement" },
    { "oem_id of 7 bytes", "{'cpus':1,'oem_id':[0,1,2,3,4,5,6]}", "/oem_id" },
    { "oem_id of 9 bytes", "{'cpus':1,'oem_id':[0,1,2,3,4,5,6,7,8]}", "/oem_id" },
    { "oem_id with a word for a byte", "{'cpus':1,'oem_id':[0,1,2,3,4,5,6,256]}", "/oem_id/7" },
    { "oem_id with an array for a byte", "{'cpus':1,'oem_id':[[1],1,2,3,4,5,6,7]}", "/oem_id/0" },
    { "buses an object", "{'cpus':1,'buses':{}}", "/buses" },
    { "bus an array", "{'cpus':1,'buses':[[]]}", "/buses/0" },
    { "bus without a type", "{'cpus':1,'buses':[{'bus_id':0}]}", "/buses/0/bus_type" },
    { "bus_type in lower case", "{'cpus':1,'buses':[{'bus_id':0,'bus_type':'isa'}]}",
      "/buses/0/bus_type" },
    { "bus_type with a blank", "{'cpus':1,'buses':[{'bus_id':0,'bus_type':'ISA '}]}",
      "/buses/0/bus_type" },
    { "bus_type as bytes", "{'cpus':1,'buses':[{'bus_id':0,'bus_type':[73,83,65,32,32,32]}]}",
      "/buses/0/bus_type" },
    { "bus_type empty", "{'cpus':1,'buses':[{'bus_id':0,'bus_type':''}]}", "/buses/0/bus_type" },
    { "entry where none is meant",
      "{'cpus':1,'buses':[{'entry':'bus','bus_id':0,'bus_type':'ISA'}]}", "/buses/0/entry" },
    { "I/O APIC 255", "{'cpus':1,'io_apics':[{'apic_id':255}]}", "/io_apics/0/apic_id" },
    { "flags outside entries", "{'cpus':1,'io_apics':[{'apic_id':5,'flags':1}]}",
      "/io_apics/0/flags" },
    { "type 4", INTERRUPT("'type':4,'bus':0,'irq':1,'io_apic':'all','pin':1"),
      "/io_interrupts/0/type" },
    { "type in another case", INTERRUPT("'type':'EXTINT','bus':0,'irq':1,'io_apic':'all','pin':1"),
      "/io_interrupts/0/type" },
    { "polarity a number", INTERRUPT("'polarity':1,'bus':0,'irq':1,'io_apic':'all','pin':1"),
      "/io_interrupts/0/polarity" },
    { "trigger of the other kind",
      INTERRUPT("'trigger':'high','bus':0,'irq':1,'io_apic':'all','pin':1"),
      "/io_interrupts/0/trigger" },
    { "bus missing", INTERRUPT("'irq':1,'io_apic':'all','pin':1"), "/io_interrupts/0/bus" },
    { "irq missing", INTERRUPT("'bus':0,'io_apic':'all','pin':1"), "/io_interrupts/0/irq" },
    { "io_apic missing", INTERRUPT("'bus':0,'irq':1,'pin':1"), "/io_interrupts/0/io_apic" },
    { "pin missing", INTERRUPT("'bus':0,'irq':1,'io_apic':'all'"), "/io_interrupts/0/pin" },
    { "device alone", INTERRUPT("'bus':0,'device':1,'io_apic':'all','pin':1"),
      "/io_interrupts/0/pin_name" },
    { "pin_name alone", INTERRUPT("'bus':0,'pin_name':'INTA','io_apic':'all','pin':1"),
      "/io_interrupts/0/device" },
    { "device 32", INTERRUPT("'bus':0,'device':32,'pin_name':'INTA','io_apic':'all','pin':1"),
      "/io_interrupts/0/device" },
    { "pin_name of a fifth pin",
      INTERRUPT("'bus':0,'device':1,'pin_name':'INTE','io_apic':'all','pin':1"),
      "/io_interrupts/0/pin_name" },
    { "io_apic 255", INTERRUPT("'bus':0,'irq':1,'io_apic':255,'pin':1"),
      "/io_interrupts/0/io_apic" },
    { "local_apic for io_apic", INTERRUPT("'bus':0,'irq':1,'io_apic':'all','pin':1,'local_apic':0"),
      "/io_interrupts/0/local_apic" },
    { "lint 2", "{'cpus':1,'local_interrupts':[{'bus':0,'irq':0,'local_apic':'all','lint':2}]}",
      "/local_interrupts/0/lint" },
    { "PCI route with an irq",
      "{'cpus':1,'profile':'bhyve','pci_interrupts':[{'bus':0,'device':1,'pin_name':'INTA',"
      "'irq':4,'pin':16}]}",
      "/pci_interrupts/0/irq" },
    { "extended without entry", "{'cpus':1,'extended':[{'bus_id':0,'range_list':'isa'}]}",
      "/extended/0/entry" },
    { "base entry in extended",
      "{'cpus':1,'extended':[{'entry':'bus','bus_id':1,'bus_type':'PCI'}]}", "/extended/0/entry" },
    { "flags in extended",
      "{'cpus':1,'extended':[{'entry':'address_space_modifier','bus_id':0,'range_list':0,"
      "'flags':1}]}",
      "/extended/0/flags" },
    { "range_list 2 in extended",
      "{'cpus':1,'extended':[{'entry':'address_space_modifier','bus_id':0,'range_list':2}]}",
      "/extended/0/range_list" },
    { "address_type 3 in extended",
      "{'cpus':1,'extended':[{'entry':'address_space','bus_id':0,'address_type':3,'address':0,"
      "'length':1}]}",
      "/extended/0/address_type" },
    { "integer of 2^53",
      "{'cpus':1,'extended':[{'entry':'address_space','bus_id':0,'address_type':1,'address':"
      "9007199254740992,'length':1}]}",
      "/extended/0/address" },
    { "entry of no kind", "{'entries':[{'entry':'pci_interrupt'}]}", "/entries/0/entry" },
    { "entry a number", "{'entries':[{'entry':0}]}", "/entries/0/entry" },
    { "entry twice", "{'entries':[{'entry':'bus','entry':'bus','bus_id':0,'bus_type':'ISA'}]}",
      "/entries/0/entry" },
    { "flags and bsp", "{'entries':[{'entry':'processor','apic_id':0,'flags':3,'bsp':true}]}",
      "/entries/0/bsp" },
    { "enabled and flags",
      "{'entries':[{'entry':'processor','apic_id':0,'enabled':true,'flags':3}]}",
      "/entries/0/flags" },
    { "flags over 8 bits", "{'entries':[{'entry':'processor','apic_id':0,'flags':'0x100'}]}",
      "/entries/0/flags" },
    { "flags over 16 bits",
      "{'entries':[{'entry':'io_interrupt','bus':0,'irq':0,'io_apic':0,'pin':0,'flags':65536}"
      "]}",
      "/entries/0/flags" },
    { "polarity and flags",
      "{'entries':[{'entry':'io_interrupt','bus':0,'irq':0,'io_apic':0,'pin':0,'polarity':"
      "'low','flags':1}]}",
      "/entries/0/flags" },
    { "bus_type of seven", "{'entries':[{'entry':'bus','bus_id':0,'bus_type':'PCMCIA7'}]}",
      "/entries/0/bus_type" },
    { "apic_id 256 in entries", "{'entries':[{'entry':'processor','apic_id':256}]}",
      "/entries/0/apic_id" },
    { "cpus behind entries", "{'entries':[],'cpus':1}", "/cpus" },
    { "entries behind cpus", "{'cpus':1,'entries':[]}", "/entries" },
    { "entries and buses", "{'entries':[],'buses':[]}", "/buses" },
    { "entries and pci_interrupts", "{'pci_interrupts':[],'entries':[]}", "/entries" },
    { "entries and topology", "{'entries':[],'topology':{}}", "/topology" },
};

static void each_refusal(void)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        const int status = parse(refusals[i].body);

        ROW_CHECK(refusals[i].name, status == -1 && error.code == ERR_INVALID && error.count == 1);
        ROW_CHECK(error.places[0].pointer,
                  strcmp(error.places[0].pointer, refusals[i].pointer) == 0);
    }
}

/* Pointers of all errors, in their order, with blanks between. */
static const char *pointers(void)
{
    static char text[ERR_MAX * ERR_POINTER_SIZE];

    text[0] = '\0';
    for (unsigned i = 0; i < error.count; i++) {
        strcat(text, i ? " " : "");
        strcat(text, error.places[i].pointer);
    }
    return text;
}

static const struct {
    const char *name, *body, *pointers;
} several[] = {
    { "members of the topology", "{'cpus':0,'irqs':1,'x':1,'processors':[]}",
      "/cpus /irqs /x /processors" },
    { "unknown members and what is missing", "{'x':1,'y':{'cpus':1},'x':2}", "/x /y /x " },
    { "document order",
      "{'ttl':0,'context':'','placement':{'base':-1,'window':0},'cpus':1,'irqs':0}",
      "/ttl /context /placement/base /placement/window /irqs" },
    { "elements of a list",
      "{'processors':[1,{'apic_id':-1,'bsp':0},{},{'apic_id':1,'apic_id':1}]}",
      "/processors/0 /processors/1/apic_id /processors/1/bsp /processors/2/apic_id /processors/3/apic_id" },
    { "form and meaning",
      "{'irqs':99,'processors':[{'apic_id':1},{'apic_id':1},{'apic_id':1}],'nonce':1}",
      "/irqs /nonce /processors/1/apic_id /processors/2/apic_id" },
    { "unknown member and meaning", "{'z':1,'cpus':5,'topology':{'cores':2}}", "/z /topology" },
    { "no meaning without form", "{'processors':[{'apic_id':1},{'apic_id':1},{'apic_id':300}]}",
      "/processors/2/apic_id" },
    { "irq and device",
      INTERRUPT("'bus':0,'irq':1,'device':1,'pin_name':'INTB','io_apic':'all','pin':1"),
      "/io_interrupts/0/device /io_interrupts/0/pin_name" },
    { "references",
      "{'cpus':1,'io_interrupts':[{'bus':9,'irq':1,'io_apic':9,'pin':1},"
      "{'bus':0,'irq':1,'io_apic':8,'pin':1}]}",
      "/io_interrupts/0/bus /io_interrupts/0/io_apic /io_interrupts/1/io_apic" },
    { "meaning and place",
      "{'processors':[{'apic_id':1},{'apic_id':1}],"
      "'placement':{'floating_pointer':'0xe0000','configuration_table':'0xa0000'}}",
      "/processors/1/apic_id /placement/floating_pointer /placement/configuration_table" },
    { "form and place", "{'cpus':300,'placement':{'window':'bios','floating_pointer':'0x9fc00'}}",
      "/cpus /placement/floating_pointer" },
    { "base entries behind extended ones",
      "{'entries':[{'entry':'bus','bus_id':0,'bus_type':'ISA'},"
      "{'entry':'bus_hierarchy','bus_id':1,'parent_bus':0},{'entry':'processor','apic_id':0},"
      "{'entry':'bus_hierarchy','bus_id':2,'parent_bus':0},{'entry':'io_apic','apic_id':1}]}",
      "/entries/2/entry /entries/4/entry" },
    { "nothing to blame of the place", "{'cpus':300,'placement':{'floating_pointer':'0x9fc00'}}",
      "/cpus" },
    { "no place without form",
      "{'cpus':300,'placement':{'window':'x','floating_pointer':'0xe0000'}}",
      "/cpus /placement/window" },
};

static void several_errors(void)
{
    char many[600] = "{'cpus':1";

    for (size_t i = 0; i < sizeof(several) / sizeof(several[0]); i++) {
        ROW_CHECK(several[i].name, parse(several[i].body) == -1);
        ROW_CHECK(pointers(), strcmp(pointers(), several[i].pointers) == 0);
    }
    for (unsigned i = 0; i < 20; i++)
        snprintf(many + strlen(many), sizeof(many) - strlen(many), ",'x%u':1", i);
    strcat(many, "}");
    CU_ASSERT_EQUAL(parse(many), -1);
    CU_ASSERT_EQUAL(error.count, ERR_MAX);
    CU_ASSERT_STRING_EQUAL(error.places[15].pointer, "/x15");
}

static void syntax_before_meaning(void)
{
    CU_ASSERT_EQUAL(parse("{'cpus':0"), -1);
    CU_ASSERT_EQUAL(error.code, ERR_SYNTAX);
    CU_ASSERT_EQUAL(parse("{'cpus':04}"), -1);
    CU_ASSERT_EQUAL(error.code, ERR_SYNTAX);
    CU_ASSERT_EQUAL(error.text.offset, 9);
}

static void defaults(void)
{
    CU_ASSERT_EQUAL(parse("{'cpus':3}"), 0);
    CU_ASSERT_STRING_EQUAL(topology.profile->name, "kvm");
    CU_ASSERT_EQUAL(topology.given, GIVEN_CPUS);
    CU_ASSERT_EQUAL(topology.memory_size, 0);
    CU_ASSERT_EQUAL(topology.ttl, 0);
    CU_ASSERT_STRING_EQUAL(topology.context, "");
    CU_ASSERT_STRING_EQUAL(topology.nonce, "");
    CU_ASSERT_FALSE(topology.bios_data_area);
    for (unsigned i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(topology.processors[i].apic_id, i);
        CU_ASSERT_EQUAL(topology.processors[i].flags, i ? 1 : 3);
        CU_ASSERT_EQUAL(topology.processors[i].apic_version, 0x14);
    }
}

static void scalar_members(void)
{
    CU_ASSERT_EQUAL(
        parse("{'profile':'qemu','cpus':2,'irqs':24.0,'oem_id':'ACME','product_id':'Box 1',"
              "'oem_table':'0x000f1234','oem_table_size':65535,'spec_revision':1,"
              "'local_apic_address':'0xFEE01000','imcr':true,'entry_count':7,'memory_size':1."
              "34217728e8,"
              "'context':'vm:1._-Z','nonce':'A-z_0123','ttl':86400,'bios_data_area':true,"
              "'placement':{'window':'ebda','base':'0x9f000','floating_pointer':651264,"
              "'configuration_table':'0x9F010'}}"),
        0);
    CU_ASSERT_STRING_EQUAL(topology.profile->name, "qemu");
    CU_ASSERT_EQUAL(topology.irqs, 24);
    CU_ASSERT_EQUAL(memcmp(topology.table.header.oem_id, "ACME    ", 8), 0);
    CU_ASSERT_EQUAL(memcmp(topology.table.header.product_id, "Box 1       ", 12), 0);
    CU_ASSERT_EQUAL(topology.table.header.oem_table, 0xf1234);
    CU_ASSERT_EQUAL(topology.table.header.oem_table_size, 65535);
    CU_ASSERT_EQUAL(topology.table.header.spec_revision, 1);
    CU_ASSERT_EQUAL(topology.table.floating.spec_revision, 1);
    CU_ASSERT_EQUAL(topology.table.header.local_apic_address, 0xfee01000);
    CU_ASSERT_EQUAL(topology.table.floating.features, MPT_IMCRP);
    CU_ASSERT_EQUAL(topology.table.entry_count, 7);
    CU_ASSERT(topology.table.entry_count_given);
    CU_ASSERT_EQUAL(topology.memory_size, 134217728);
    CU_ASSERT_STRING_EQUAL(topology.context, "vm:1._-Z");
    CU_ASSERT_STRING_EQUAL(topology.nonce, "A-z_0123");
    CU_ASSERT_EQUAL(topology.ttl, 86400);
    CU_ASSERT(topology.bios_data_area);
    CU_ASSERT_EQUAL(topology.window, WINDOW_EBDA);
    CU_ASSERT_EQUAL(topology.place.base, 0x9f000);
    CU_ASSERT_EQUAL(topology.place.floating, 0x9f000);
    CU_ASSERT_EQUAL(topology.place.table, 0x9f010);
    CU_ASSERT_EQUAL(topology.given, GIVEN_CPUS | GIVEN_IRQS | GIVEN_OEM_ID | GIVEN_PRODUCT_ID |
                                        GIVEN_OEM_TABLE | GIVEN_OEM_TABLE_SIZE |
                                        GIVEN_SPEC_REVISION | GIVEN_LOCAL_APIC_ADDRESS |
                                        GIVEN_IMCR | GIVEN_ENTRY_COUNT | GIVEN_WINDOW | GIVEN_BASE |
                                        GIVEN_FLOATING | GIVEN_TABLE);
}

/* Defaults are those of the profile, wherever in the text it stands. */
static void processor_members(void)
{
    CU_ASSERT_EQUAL(parse("{'processors':["
                          "{'apic_id':4,'enabled':false,'apic_version':16},"
                          "{'apic_id':2,'bsp':true,'signature':'0xABCdef','features':513}],"
                          "'profile':'bhyve'}"),
                    0);
    CU_ASSERT_EQUAL(topology.cpus, 2);
    CU_ASSERT_EQUAL(topology.table.processor_count, 2);
    CU_ASSERT_EQUAL(topology.processors[0].apic_id, 4);
    CU_ASSERT_EQUAL(topology.processors[0].flags, 0);
    CU_ASSERT_EQUAL(topology.processors[0].apic_version, 16);
    CU_ASSERT_EQUAL(topology.processors[0].signature, 0x7a5);
    CU_ASSERT_EQUAL(topology.processors[0].features, 0xbfebfbff);
    CU_ASSERT_EQUAL(topology.processors[1].flags, MPT_CPU_ENABLED | MPT_CPU_BSP);
    CU_ASSERT_EQUAL(topology.processors[1].apic_version, 0x10);
    CU_ASSERT_EQUAL(topology.processors[1].signature, 0xabcdef);
    CU_ASSERT_EQUAL(topology.processors[1].features, 513);
    CU_ASSERT_EQUAL(parse("{'processors':[{'apic_id':9},{'apic_id':3}]}"), 0);
    CU_ASSERT_EQUAL(topology.processors[0].flags, MPT_CPU_ENABLED | MPT_CPU_BSP);
    CU_ASSERT_EQUAL(topology.processors[1].flags, MPT_CPU_ENABLED);
}

static void lists(void)
{
    CU_ASSERT_EQUAL(
        parse("{'cpus':1,'buses':[{'bus_id':0,'bus_type':'PCI'},{'bus_type':'ISA','bus_id':1}],"
              "'io_apics':[{'apic_id':5,'enabled':true},"
              "{'apic_id':6,'apic_version':32,'address':'0xfec01000','enabled':false}],"
              "'io_interrupts':[{'type':'ExtINT','polarity':'low','trigger':'level','bus':1,"
              "'irq':0,"
              "'io_apic':5,'pin':0},{'bus':0,'pin_name':'INTD','device':31,'io_apic':'all',"
              "'pin':23},"
              "{'type':1,'trigger':'edge','bus':1,'irq':1,'io_apic':6,'pin':1}],"
              "'local_interrupts':[{'type':'NMI','polarity':'high','bus':1,'irq':0,'local_"
              "apic':'all',"
              "'lint':1}],"
              "'pci_interrupts':[{'bus':0,'device':3,'pin_name':'INTB','pin':17},"
              "{'bus':0,'device':0,'pin_name':'INTA','io_apic':6,'pin':16}]}"),
        0);
    CU_ASSERT_EQUAL(topology.table.bus_count, 2);
    CU_ASSERT_EQUAL(memcmp(topology.buses[0].bus_type, "PCI   ", 6), 0);
    CU_ASSERT_EQUAL(topology.buses[1].bus_id, 1);
    CU_ASSERT_EQUAL(topology.table.ioapic_count, 2);
    CU_ASSERT_EQUAL(topology.ioapics[0].address, MPT_IOAPIC_ADDRESS);
    CU_ASSERT_EQUAL(topology.ioapics[0].apic_version, 0x11);
    CU_ASSERT_EQUAL(topology.ioapics[0].flags, MPT_IOAPIC_ENABLED);
    CU_ASSERT_EQUAL(topology.ioapics[1].apic_id, 6);
    CU_ASSERT_EQUAL(topology.ioapics[1].address, 0xfec01000);
    CU_ASSERT_EQUAL(topology.ioapics[1].apic_version, 32);
    CU_ASSERT_EQUAL(topology.ioapics[1].flags, 0);
    CU_ASSERT_EQUAL(topology.table.io_int_count, 5); /* with those of pci_interrupts */
    CU_ASSERT_EQUAL(topology.io_ints[0].int_type, MPT_EXTINT);
    CU_ASSERT_EQUAL(topology.io_ints[0].flags, mpt_flags(MPT_LOW, MPT_LEVEL));
    CU_ASSERT_EQUAL(topology.io_ints[0].apic_id, 5);
    CU_ASSERT_EQUAL(topology.io_ints[1].int_type, MPT_INT);
    CU_ASSERT_EQUAL(topology.io_ints[1].flags, 0);
    CU_ASSERT_EQUAL(topology.io_ints[1].irq, 31 * 4 + 3);
    CU_ASSERT_EQUAL(topology.io_ints[1].apic_id, MPT_ALL);
    CU_ASSERT_EQUAL(topology.io_ints[1].intin, 23);
    CU_ASSERT_EQUAL(topology.io_ints[2].int_type, MPT_NMI);
    CU_ASSERT_EQUAL(topology.io_ints[2].flags, mpt_flags(MPT_POLARITY_CONFORMS, MPT_EDGE));
    CU_ASSERT_EQUAL(topology.table.local_int_count, 1);
    CU_ASSERT_EQUAL(topology.local_ints[0].int_type, MPT_NMI);
    CU_ASSERT_EQUAL(topology.local_ints[0].flags, mpt_flags(MPT_HIGH, MPT_TRIGGER_CONFORMS));
    CU_ASSERT_EQUAL(topology.local_ints[0].apic_id, MPT_ALL);
    CU_ASSERT_EQUAL(topology.local_ints[0].lintin, 1);
    CU_ASSERT_EQUAL(topology.pci_int_count, 2);
    CU_ASSERT_EQUAL(topology.pci_ints[0].irq, 3 * 4 + 1);
    CU_ASSERT(topology.pci_to_first[0]);
    CU_ASSERT_EQUAL(topology.pci_ints[1].apic_id, 6);
    CU_ASSERT_FALSE(topology.pci_to_first[1]);
}

static void extended_list(void)
{
    CU_ASSERT_EQUAL(
        parse("{'cpus':1,'profile':'bhyve','extended':["
              "{'entry':'address_space','bus_id':0,'address_type':'prefetch','address':"
              "'0xFF00000000000000',"
              "'length':9007199254740991},"
              "{'subtractive':true,'parent_bus':0,'bus_id':1,'entry':'bus_hierarchy'},"
              "{'entry':'address_space_modifier','bus_id':0,'range_list':'vga','subtracted':true},"
              "{'entry':'address_space_modifier','bus_id':0,'range_list':0}]}"),
        0);
    CU_ASSERT_EQUAL(topology.table.space_count, 1);
    CU_ASSERT_EQUAL(topology.spaces[0].address_type, 2);
    CU_ASSERT_EQUAL(topology.spaces[0].address, UINT64_C(0xff00000000000000));
    CU_ASSERT_EQUAL(topology.spaces[0].length, UINT64_C(9007199254740991));
    CU_ASSERT_EQUAL(topology.table.hierarchy_count, 1);
    CU_ASSERT_EQUAL(topology.hierarchies[0].flags, MPT_SUBTRACTIVE);
    CU_ASSERT_EQUAL(topology.table.modifier_count, 2);
    CU_ASSERT_EQUAL(topology.modifiers[0].flags, MPT_SUBTRACTED);
    CU_ASSERT_EQUAL(topology.modifiers[0].range_list, 1);
    CU_ASSERT_EQUAL(topology.modifiers[1].flags, 0);
    CU_ASSERT_EQUAL(topology.modifiers[1].range_list, 0);
}

/* What would be refused elsewhere is taken as it stands, and in its order. */
static void entries(void)
{
    CU_ASSERT_EQUAL(
        parse("{'oem_id':[65,0,255,0,0,0,0,32],'entries':["
              "{'entry':'bus','bus_id':255,'bus_type':[73,83,65,0,0,0]},"
              "{'entry':'bus','bus_id':255,'bus_type':'x y'},"
              "{'entry':'processor','apic_id':255,'flags':'0xff','apic_version':0,'signature':"
              "0,'features':0},"
              "{'entry':'processor','apic_id':255},"
              "{'entry':'bus','bus_id':1,'bus_type':'ISA'},"
              "{'entry':'io_apic','apic_id':255,'flags':254,'address':0},"
              "{'entry':'io_interrupt','type':255,'flags':65535,'bus':3,'irq':255,'io_apic':"
              "255,'pin':255},"
              "{'entry':'local_interrupt','type':4,'polarity':'low','bus':4,'irq':0,'local_"
              "apic':7,'lint':255},"
              "{'entry':'address_space_modifier','bus_id':9,'range_list':4294967295,'flags':128},"
              "{'entry':'address_space','bus_id':9,'address_type':255,'address':0,'length':0},"
              "{'entry':'bus_hierarchy','bus_id':9,'parent_bus':9,'flags':3}]}"),
        0);
    CU_ASSERT_EQUAL(memcmp(topology.table.header.oem_id, "A\0\xff\0\0\0\0 ", 8), 0);
    CU_ASSERT_EQUAL(topology.cpus, 2);
    CU_ASSERT_EQUAL(topology.processors[0].flags, 0xff);
    CU_ASSERT_EQUAL(topology.processors[0].signature, 0);
    CU_ASSERT_EQUAL(topology.processors[1].flags, MPT_CPU_ENABLED); /* nobody is made to boot */
    CU_ASSERT_EQUAL(topology.table.bus_count, 3);
    CU_ASSERT_EQUAL(memcmp(topology.buses[0].bus_type, "ISA\0\0\0", 6), 0);
    CU_ASSERT_EQUAL(memcmp(topology.buses[1].bus_type, "x y   ", 6), 0);
    CU_ASSERT_EQUAL(topology.ioapics[0].flags, 254);
    CU_ASSERT_EQUAL(topology.io_ints[0].int_type, 255);
    CU_ASSERT_EQUAL(topology.io_ints[0].flags, 65535);
    CU_ASSERT_EQUAL(topology.local_ints[0].int_type, 4);
    CU_ASSERT_EQUAL(topology.local_ints[0].flags, mpt_flags(MPT_LOW, MPT_TRIGGER_CONFORMS));
    CU_ASSERT_EQUAL(topology.local_ints[0].lintin, 255);
    CU_ASSERT_EQUAL(topology.modifiers[0].range_list, UINT32_MAX);
    CU_ASSERT_EQUAL(topology.modifiers[0].flags, 128);
    CU_ASSERT_EQUAL(topology.spaces[0].address_type, 255);
    CU_ASSERT_EQUAL(topology.hierarchies[0].flags, 3);
    CU_ASSERT_EQUAL(topology.table.order_count, 9);
    CU_ASSERT_EQUAL(topology.table.order[0].type, MPT_BUS);
    CU_ASSERT_EQUAL(topology.table.order[0].count, 2);
    CU_ASSERT_EQUAL(topology.table.order[6].type, MPT_MODIFIER);
    CU_ASSERT_EQUAL(parse("{'entries':[]}"), 0);
}

/* A topology is used again: nothing of the last one is left. */
static void again(void)
{
    static struct topology fresh;

    CU_ASSERT_EQUAL(
        parse("{'entries':[{'entry':'bus','bus_id':1,'bus_type':'ISA'}],'context':'a'}"), 0);
    CU_ASSERT_EQUAL(parse("{'cpus':2}"), 0);
    memset(&error, 0, sizeof(error));
    CU_ASSERT_EQUAL(request_parse("{\"cpus\":2}", 10, &fresh, &error), 0);
    fresh.table.processors = topology.table.processors;
    fresh.table.buses = topology.table.buses;
    fresh.table.ioapics = topology.table.ioapics;
    fresh.table.io_ints = topology.table.io_ints;
    fresh.table.local_ints = topology.table.local_ints;
    fresh.table.spaces = topology.table.spaces;
    fresh.table.hierarchies = topology.table.hierarchies;
    fresh.table.modifiers = topology.table.modifiers;
    fresh.table.order = topology.table.order;
    CU_ASSERT_EQUAL(memcmp(&fresh, &topology, offsetof(struct topology, processors)), 0);
}

/* Three cores take two bits, so every fourth ID is left out; two dies one bit, two threads one. */
static void numbering(void)
{
    static const uint8_t ids[] = { 0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 21 };

    CU_ASSERT_EQUAL(parse("{'cpus':18,'topology':{'packages':3,'dies':1,'cores':3,'threads':2}}"),
                    0);
    for (unsigned i = 0; i < sizeof(ids); i++)
        CU_ASSERT_EQUAL(topology.processors[i].apic_id, ids[i]);
    CU_ASSERT_EQUAL(parse("{'cpus':255,'topology':{'cores':255}}"), 0);
    CU_ASSERT_EQUAL(topology.processors[254].apic_id, 254);
}

static void query(void)
{
    static const struct request_pair good[] = {
        { "cpus", "4" },         { "profile", "volt" },
        { "irqs", "16" },        { "memory_size", "1048576" },
        { "context", "7" },      { "nonce", "01234567" },
        { "ttl", "60" },         { "bios_data_area", "true" },
        { "placement", "bios" },
    };
    const size_t good_count = sizeof(good) / sizeof(good[0]);
    static const struct {
        struct request_pair pair;
        const char *pointer;
    } bad[] = {
        { { "cpus", "04" }, "/cpus" },
        { { "cpus", "+4" }, "/cpus" },
        { { "cpus", "4.0" }, "/cpus" },
        { { "cpus", "" }, "/cpus" },
        { { "cpus", " 4" }, "/cpus" },
        { { "cpus", "0x4" }, "/cpus" },
        { { "cpus", "4294967300" }, "/cpus" },
        { { "cpus", "99999999999999999999" }, "/cpus" },
        { { "irqs", "12" }, "/irqs" },
        { { "cpus", "4e0" }, "/cpus" },
        { { "cpus", "-4" }, "/cpus" },
        { { "cpus", "00" }, "/cpus" },
        { { "cpus", "0" }, "/cpus" },
        { { "cpus", "\xef\xbc\x94" }, "/cpus" },
        { { "cpus", "11111111111111111111111111111111111111111111111111111111111111111" },
          "/cpus" },
        { { "memory_size", "4503599627370497" }, "/memory_size" },
        { { "memory_size", "0x100000" }, "/memory_size" },
        { { "ttl", "86401" }, "/ttl" },
        { { "ttl", "" }, "/ttl" },
        { { "nonce", "0123456" }, "/nonce" },
        { { "nonce", "0123456 " }, "/nonce" },
        { { "bios_data_area", "1" }, "/bios_data_area" },
        { { "bios_data_area", "True" }, "/bios_data_area" },
        { { "bios_data_area", "" }, "/bios_data_area" },
        { { "placement", "0" }, "/placement" },
        { { "placement", "BIOS" }, "/placement" },
        { { "placement", "{}" }, "/placement" },
        { { "context", "-" }, "/context" },
        { { "context", "" }, "/context" },
        { { "profile", "" }, "/profile" },
        { { "profile", "'kvm'" }, "/profile" },
        { { "Cpus", "4" }, "/Cpus" },
        { { "", "4" }, "/" },
        { { "entries", "[]" }, "/entries" },
        { { "topology", "{}" }, "/topology" },
        { { "window", "bios" }, "/window" },
        { { "oem_id", "X" }, "/oem_id" },
        { { "cpu", "4" }, "/cpu" },
        { { "processors", "[]" }, "/processors" },
        { { "profile", "none" }, "/profile" },
        { { "context", "a b" }, "/context" },
    };
    const struct request_pair twice[] = { { "cpus", "4" }, { "cpus", "4" } };

    memset(&error, 0, sizeof(error));
    CU_ASSERT_EQUAL(request_read_query(good, good_count, &topology, &error), 0);
    CU_ASSERT_EQUAL(request_complete(&topology, &error), 0);
    CU_ASSERT_EQUAL(topology.cpus, 4);
    CU_ASSERT_STRING_EQUAL(topology.context, "7");
    CU_ASSERT_EQUAL(topology.memory_size, 1048576);
    CU_ASSERT_STRING_EQUAL(topology.profile->name, "volt");
    CU_ASSERT_STRING_EQUAL(topology.nonce, "01234567");
    CU_ASSERT_EQUAL(topology.ttl, 60);
    CU_ASSERT(topology.bios_data_area);
    CU_ASSERT_EQUAL(topology.window, WINDOW_BIOS);
    CU_ASSERT_EQUAL(topology.given, GIVEN_CPUS | GIVEN_IRQS | GIVEN_WINDOW);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const struct request_pair pairs[] = { { "cpus", "1" }, bad[i].pair };
        const size_t skip = strcmp(bad[i].pair.name, "cpus") == 0;

        memset(&error, 0, sizeof(error));
        ROW_CHECK(bad[i].pair.value,
                  request_read_query(pairs + skip, 2 - skip, &topology, &error) == -1);
        ROW_CHECK(bad[i].pair.value, error.code == ERR_INVALID && error.count == 1);
        ROW_CHECK(bad[i].pair.value, strcmp(error.places[0].pointer, bad[i].pointer) == 0);
    }
    memset(&error, 0, sizeof(error));
    CU_ASSERT_EQUAL(request_read_query(twice, 2, &topology, &error), -1);
    CU_ASSERT_STRING_EQUAL(error.places[0].detail, "given twice");
    memset(&error, 0, sizeof(error));
    CU_ASSERT_EQUAL(request_read_query(NULL, 0, &topology, &error), -1);
    CU_ASSERT_STRING_EQUAL(pointers(), "");
}

/* Seconds of processor time for one text. */
static double seconds(const char *text, size_t size)
{
    const clock_t begin = clock();

    memset(&error, 0, sizeof(error));
    CU_ASSERT_EQUAL(request_parse(text, size, &topology, &error), -1);
    return (double)(clock() - begin) / CLOCKS_PER_SEC;
}

/* Texts of a mebibyte that would take minutes if anything were quadratic. */
static void linear(void)
{
    enum { SIZE = 1 << 20 };
    static const char *const units[][3] = {
        { "{", "'cpus':1,", "'cpus':1}" },
        { "{", "'a':1,", "'cpus':1}" },
        { "[", "[],", "1]" },
        { "{'cpus':1,'irqs':[", "{},", "1]}" },
        { "{'processors':[", "{'apic_id':1},", "1]}" },
        { "{'entries':[", "{'bus_id':0,'bus_type':'ISA','entry':'bus'},", "1]}" },
        { "{'entries':[{", "'x':0,", "'entry':'bus'}]}" },
        { "{'oem_id':[", "0,", "1]}" },
        { "{'", "k", "':1}" },
        { "{'", "\\u006b", "':1}" },
        { "{'cpus':", "1", "1}" },
        { "{'cpus':", " ", "0}" },
    };
    static char text[SIZE + 100];

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        const size_t step = strlen(units[i][1]);
        size_t size = strlen(units[i][0]);

        memcpy(text, units[i][0], size);
        for (; size < SIZE; size += step)
            memcpy(text + size, units[i][1], step);
        memcpy(text + size, units[i][2], strlen(units[i][2]));
        ROW_CHECK(units[i][1], seconds(text, size + strlen(units[i][2])) < 2);
    }
}

static const struct test tests[] = {
    { "each wrong member is named", each_refusal },
    { "several errors are reported together", several_errors },
    { "syntax comes before meaning", syntax_before_meaning },
    { "defaults", defaults },
    { "members of the topology", scalar_members },
    { "processors", processor_members },
    { "lists", lists },
    { "extended entries", extended_list },
    { "entries", entries },
    { "nothing is left of the last request", again },
    { "APIC IDs by bit fields", numbering },
    { "query strings", query },
    { "time is linear", linear },
};
const struct suite text_request = { "text/request", tests, sizeof(tests) / sizeof(tests[0]) };
