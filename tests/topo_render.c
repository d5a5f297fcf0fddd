/* SPDX-License-Identifier: ISC */
#include "../src/topo/render.h"

#include <stdlib.h>

#include "topo.h"

static struct topology topology;
static struct image image;
static struct err error;

static void check_text(cJSON *json, const char *expected)
{
    char *text = cJSON_PrintUnformatted(json);

    ROW_CHECK(text ? text : "no text", text && strcmp(text, expected) == 0);
    free(text);
    cJSON_Delete(json);
}

static void an_image(void)
{
    CU_ASSERT_EQUAL(build("{\"cpus\":64}", &topology, &image, &error), 0);
    check_text(render_image(&image), "{\"profile\":\"kvm\",\"cpus\":64,\"base\":\"0x9f630\",\"size\":1504,"
                                     "\"floating_pointer\":\"0x9fc00\",\"configuration_table\":\"0x9f630\","
                                     "\"entries\":83}");
    check_text(render_segments(&image), "[{\"base\":\"0x9f630\",\"offset\":0,\"size\":1504}]");
}

static void some_findings(void)
{
    static const struct mpt_rule entry = { "a-rule", MPT_NOTE, MPT_PART_PROCESSOR, "apic_id", "one" };
    static const struct mpt_rule part = { "b-rule", MPT_ERROR, MPT_PART_IO_INT, "", "two" };
    static const struct mpt_rule whole = { "c-rule", MPT_WARNING, MPT_PART_TABLE, "imcr", "three" };
    const struct mpt_finding findings[] = { { &entry, 3, 1 }, { &part, 0, 1 }, { &whole, 0, 1 } };

    check_text(
        render_findings(findings, 3),
        "[{\"rule\":\"a-rule\",\"severity\":\"note\",\"pointer\":\"/processors/3/apic_id\","
        "\"detail\":\"one\"},"
        "{\"rule\":\"b-rule\",\"severity\":\"error\",\"pointer\":\"/io_interrupts/0\",\"detail\":\"two\"},"
        "{\"rule\":\"c-rule\",\"severity\":\"warning\",\"pointer\":\"/imcr\",\"detail\":\"three\"}]");
    check_text(render_findings(NULL, 0), "[]");
}

static void every_profile(void)
{
    cJSON *json = render_profiles();
    const cJSON *profile;
    unsigned defaults = 0, count = 0;

    cJSON_ArrayForEach(profile, cJSON_GetObjectItemCaseSensitive(json, "profiles"))
    {
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(profile, "name"));
        const int findings = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(profile, "findings"));

        defaults += cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(profile, "default")) != 0;
        ROW_CHECK(name, (findings > 0) == (strcmp(name, "volt") == 0));
        count++;
    }
    CU_ASSERT_EQUAL(defaults, 1);
    CU_ASSERT_EQUAL(count, 3);
    cJSON_Delete(json);
}

static const struct test tests[] = {
    { "an image", an_image },
    { "findings and their pointers", some_findings },
    { "every profile", every_profile },
};
const struct suite topo_render = { "topo/render", tests, sizeof(tests) / sizeof(tests[0]) };
