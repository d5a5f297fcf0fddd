/* SPDX-License-Identifier: ISC */
#include "../../src/text/render.h"

#include <cjson/cJSON.h>

#include "../lib/quotes.h"
#include "suites.h"

static struct topology topology, again;
static struct image image;
static struct err error;

static void check_text(struct build *b, const char *expected)
{
    size_t size;
    char *const text = build_compact(b, &size), *const wanted = quotes(expected);

    ROW_CHECK(text ? text : "no text", text && strcmp(text, wanted) == 0);
    free(text);
    free(wanted);
}

static void an_image(void)
{
    struct build b;

    CU_ASSERT_EQUAL(build("{'cpus':64,'bios_data_area':true}", &topology, &image, &error), 0);
    image.report.finding_count = 0;
    memset(image.report.verdicts, 0, sizeof(image.report.verdicts));
    image.report.verdicts[0] = (struct mpt_verdict){ .consumer = mpt_consumer_named("openbsd"),
                                                     .worst = MPT_INTERRUPT_LOST,
                                                     .needs = MPT_FACT_EBDA,
                                                     .unknown = 1,
                                                     .rules = { 1 } };
    image.report.verdicts[3] =
        (struct mpt_verdict){ .consumer = mpt_consumer_named("linux"), .processors = 64 };
    build_start(&b);
    build_object(&b, NULL);
    render_image(&b, &image, "00ff", "AA==");
    build_bool(&b, "signature", true);
    render_image_findings(&b, &topology, &image);
    build_close(&b);
    check_text(&b, "{'profile':'kvm','cpus':64,'base':'0x9f630','size':1508,"
                   "'floating_pointer':'0x9fc00','configuration_table':'0x9f630','entries':83,"
                   "'sha256':'00ff','image':'AA==','segments':[{'base':'0x9f630','offset':0,"
                   "'size':1504},{'base':'0x40e','offset':1504,'size':2},"
                   "{'base':'0x413','offset':1506,'size':2}],'signature':true,'findings':[],"
                   "'verdicts':[{'consumer':'openbsd','verdict':'unknown','worst':'interrupt-lost',"
                   "'rules':['fp-not-found'],'needs':['ebda']},"
                   "{'consumer':'linux','verdict':'takes','processors':64,'rules':[]}]}");
}

/* Each is written as it is read here. */
static const char *const topologies[] = {
    "{'cpus':4}",
    "{'for':['linux-32','xen'],'cpus':4}",
    "{'profile':'qemu','bios_data_area':true,'memory_size':4096,'context':'vm','nonce':'abcdefgh',"
    "'ttl':60,'cpus':4,'topology':{'packages':2,'dies':1,'cores':2,'threads':1},'irqs':20}",
    "{'default_configuration':5,'placement':{'window':'ebda','base':'0x9e000',"
    "'floating_pointer':'0x9e000'},'cpus':2}",
    "{'spec_revision':1,'imcr':true,'placement':{'floating_pointer':'0x9fc00',"
    "'configuration_table':'0x9fd00'},'oem_id':'A','product_id':[0,1,2,3,4,5,6,7,8,9,10,11],"
    "'oem_table':'0x1','oem_table_size':2,'local_apic_address':'0xfee00001','entry_count':9,"
    "'entries':[]}",
    "{'entries':[{'entry':'processor','apic_id':255,'bsp':true,'enabled':false,'apic_version':20,"
    "'signature':'0x0','features':'0xffffffff'},"
    "{'entry':'processor','apic_id':1,'flags':4,'apic_version':0,'signature':'0x0',"
    "'features':'0x0'},"
    "{'entry':'bus','bus_id':0,'bus_type':'ISA'},"
    "{'entry':'bus','bus_id':1,'bus_type':[80,67,73,0,0,0]},"
    "{'entry':'io_apic','apic_id':2,'apic_version':17,'enabled':true,'address':'0xfec00000'},"
    "{'entry':'io_apic','apic_id':3,'apic_version':17,'flags':2,'address':'0x0'},"
    "{'entry':'io_interrupt','type':'INT','polarity':'low','trigger':'level','bus':1,'irq':127,"
    "'io_apic':'all','pin':255},"
    "{'entry':'io_interrupt','type':4,'flags':2,'bus':1,'irq':0,'io_apic':0,'pin':0},"
    "{'entry':'io_interrupt','type':'SMI','flags':16,'bus':1,'irq':0,'io_apic':0,'pin':0},"
    "{'entry':'local_interrupt','type':'ExtINT','polarity':'conforms','trigger':'edge','bus':0,"
    "'irq':0,'local_apic':254,'lint':2},"
    "{'entry':'address_space','bus_id':0,'address_type':'prefetch','address':"
    "'0xffffffffffffffff','length':'0x0'},"
    "{'entry':'address_space','bus_id':0,'address_type':3,'address':'0x0','length':'0x0'},"
    "{'entry':'bus_hierarchy','bus_id':0,'subtractive':true,'parent_bus':1},"
    "{'entry':'bus_hierarchy','bus_id':0,'flags':254,'parent_bus':1},"
    "{'entry':'address_space_modifier','bus_id':0,'subtracted':false,'range_list':'vga'},"
    "{'entry':'address_space_modifier','bus_id':0,'flags':3,'range_list':4294967295}]}",
};

static void read_and_written(void)
{
    for (size_t i = 0; i < sizeof(topologies) / sizeof(topologies[0]); i++) {
        char *const text = quotes(topologies[i]);
        struct build b;

        memset(&error, 0, sizeof(error));
        ROW_CHECK(topologies[i], request_read(text, strlen(text), &again, &error) == 0);
        build_start(&b);
        render_topology(&b, NULL, &again);
        check_text(&b, topologies[i]);
        free(text);
    }
}

static void every_profile(void)
{
    struct build b;
    size_t size;
    char *text;
    cJSON *json;
    const cJSON *profile;
    unsigned defaults = 0, count = 0;

    build_start(&b);
    render_profiles(&b, NULL, &topology, &image);
    text = build_compact(&b, &size);
    json = cJSON_Parse(text);

    cJSON_ArrayForEach(profile, cJSON_GetObjectItemCaseSensitive(json, "profiles"))
    {
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(profile, "name"));
        const int findings =
            cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(profile, "findings"));

        defaults += cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(profile, "default")) != 0;
        ROW_CHECK(name, findings == 0 || (strcmp(name, "kvm") != 0 && strcmp(name, "qemu") != 0));
        ROW_CHECK(name, findings > 0 || strcmp(name, "volt") != 0);
        count++;
    }
    CU_ASSERT_EQUAL(defaults, 1);
    CU_ASSERT(count > 30);
    cJSON_Delete(json);
    free(text);
}

static const struct test tests[] = {
    { "an image", an_image },
    { "topologies are written as they are read", read_and_written },
    { "every profile", every_profile },
};
const struct suite text_render = { "text/render", tests, sizeof(tests) / sizeof(tests[0]) };
