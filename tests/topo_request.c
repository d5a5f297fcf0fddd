/* SPDX-License-Identifier: ISC */
#include "topo.h"

#include "../src/topo/profile.h"

static struct topology topology;
static struct err error;

static int parse(const char *json)
{
    memset(&error, 0, sizeof(error));
    return request_parse(json, strlen(json), &topology, &error);
}

#define P(members) "{\"processors\":[{\"apic_id\":0}," members "]}"

static const struct {
    const char *name, *body, *pointer;
} refusals[] = {
    { "empty object", "{}", "" },
    { "not an object", "[]", "" },
    { "scalar", "4", "" },
    { "unknown member", "{\"cpus\":1,\"cpu\":1}", "/cpu" },
    { "other case", "{\"cpus\":1,\"CPUS\":1}", "/CPUS" },
    { "blank behind the name", "{\"cpus\":1,\"cpus \":1}", "/cpus " },
    { "name with a slash and a tilde", "{\"cpus\":1,\"a/b~c\":1}", "/a~1b~0c" },
    { "member twice", "{\"cpus\":1,\"cpus\":1}", "/cpus" },
    { "NUL in a name", "{\"cpus\":1,\"irqs\\u0000x\":16}", "" },
    { "too deep", "{\"cpus\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}", "" },
    { "number too long", "{\"cpus\":1.00000000000000000000000000000000000000000000000000000000000000000}",
      "" },
    { "0 CPUs", "{\"cpus\":0}", "/cpus" },
    { "256 CPUs", "{\"cpus\":256}", "/cpus" },
    { "260 is not 4", "{\"cpus\":260}", "/cpus" },
    { "2^32+4 is not 4", "{\"cpus\":4294967300}", "/cpus" },
    { "negative", "{\"cpus\":-1}", "/cpus" },
    { "negative zero", "{\"processors\":[{\"apic_id\":-0}]}", "/processors/0/apic_id" },
    { "fraction", "{\"cpus\":1.5}", "/cpus" },
    { "infinite", "{\"cpus\":1e400}", "/cpus" },
    { "text for a number", "{\"cpus\":\"4\"}", "/cpus" },
    { "hex where none is meant", "{\"cpus\":\"0x4\"}", "/cpus" },
    { "null", "{\"cpus\":null}", "/cpus" },
    { "true for a number", "{\"cpus\":true}", "/cpus" },
    { "profile unknown", "{\"cpus\":1,\"profile\":\"xen\"}", "/profile" },
    { "profile a number", "{\"cpus\":1,\"profile\":1}", "/profile" },
    { "cpus and processors", "{\"cpus\":1,\"processors\":[{\"apic_id\":0}]}", "/processors" },
    { "more than the profile takes", "{\"cpus\":42,\"profile\":\"volt\"}", "/cpus" },
    { "no processors", "{\"processors\":[]}", "/processors" },
    { "processors an object", "{\"processors\":{}}", "/processors" },
    { "processor a number", P("1"), "/processors/1" },
    { "apic_id missing", P("{}"), "/processors/1/apic_id" },
    { "apic_id too large", P("{\"apic_id\":255}"), "/processors/1/apic_id" },
    { "apic_id twice", P("{\"apic_id\":0}"), "/processors/1/apic_id" },
    { "unknown processor member", P("{\"apic_id\":1,\"cpu\":1}"), "/processors/1/cpu" },
    { "bsp a number", P("{\"apic_id\":1,\"bsp\":1}"), "/processors/1/bsp" },
    { "two BSPs", "{\"processors\":[{\"apic_id\":0,\"bsp\":true},{\"apic_id\":1,\"bsp\":true}]}",
      "/processors/1/bsp" },
    { "no BSP", "{\"processors\":[{\"apic_id\":0,\"bsp\":false}]}", "/processors" },
    { "BSP disabled", "{\"processors\":[{\"apic_id\":0,\"enabled\":false}]}", "/processors/0/enabled" },
    { "enabled null", P("{\"apic_id\":1,\"enabled\":null}"), "/processors/1/enabled" },
    { "apic_version too large", P("{\"apic_id\":1,\"apic_version\":256}"), "/processors/1/apic_version" },
    { "signature over 32 bits", P("{\"apic_id\":1,\"signature\":4294967296}"), "/processors/1/signature" },
    { "signature of nine digits", P("{\"apic_id\":1,\"signature\":\"0x000000001\"}"),
      "/processors/1/signature" },
    { "features no hex", P("{\"apic_id\":1,\"features\":\"0x\"}"), "/processors/1/features" },
    { "features bare hex", P("{\"apic_id\":1,\"features\":\"ff\"}"), "/processors/1/features" },
    { "topology alone", "{\"topology\":{\"cores\":2}}", "" },
    { "topology of processors", "{\"processors\":[{\"apic_id\":0}],\"topology\":{\"cores\":1}}",
      "/topology" },
    { "topology an array", "{\"cpus\":1,\"topology\":[]}", "/topology" },
    { "topology of another product", "{\"cpus\":5,\"topology\":{\"packages\":2,\"cores\":2}}", "/topology" },
    { "topology product of 2^32", "{\"cpus\":1,\"topology\":{\"packages\":255,\"dies\":255,\"cores\":255}}",
      "/topology" },
    { "topology ID over 254", "{\"cpus\":195,\"topology\":{\"packages\":65,\"cores\":3}}", "/topology" },
    { "dies 0", "{\"cpus\":1,\"topology\":{\"dies\":0}}", "/topology/dies" },
    { "unknown level", "{\"cpus\":1,\"topology\":{\"sockets\":1}}", "/topology/sockets" },
    { "irqs 15", "{\"cpus\":1,\"irqs\":15}", "/irqs" },
    { "irqs 25", "{\"cpus\":1,\"irqs\":25}", "/irqs" },
    { "oem_id too long", "{\"cpus\":1,\"oem_id\":\"123456789\"}", "/oem_id" },
    { "oem_id beyond ASCII", "{\"cpus\":1,\"oem_id\":\"\xc3\xa9\"}", "/oem_id" },
    { "oem_id with a line end", "{\"cpus\":1,\"oem_id\":\"a\\n\"}", "/oem_id" },
    { "product_id too long", "{\"cpus\":1,\"product_id\":\"1234567890123\"}", "/product_id" },
    { "memory_size 0", "{\"cpus\":1,\"memory_size\":0}", "/memory_size" },
    { "memory_size over 2^52", "{\"cpus\":1,\"memory_size\":4503599627370497}", "/memory_size" },
    { "context empty", "{\"cpus\":1,\"context\":\"\"}", "/context" },
    { "context that means none", "{\"cpus\":1,\"context\":\"-\"}", "/context" },
    { "context with a blank", "{\"cpus\":1,\"context\":\"vm1 sha256=00\"}", "/context" },
    { "context of 65 characters",
      "{\"cpus\":1,\"context\":\"11111111112222222222333333333344444444445555555555666666666677777\"}",
      "/context" },
    { "member of a later version", "{\"cpus\":1,\"entries\":[]}", "/entries" },
};

static void each_refusal(void)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        const int status = parse(refusals[i].body);

        ROW_CHECK(refusals[i].name, status == -1 && error.code == ERR_TOPOLOGY && error.count == 1);
        ROW_CHECK(error.places[0].pointer, strcmp(error.places[0].pointer, refusals[i].pointer) == 0);
    }
}

static void several_errors(void)
{
    char many[600] = "{\"cpus\":1";

    CU_ASSERT_EQUAL(parse("{\"cpus\":0,\"irqs\":1,\"x\":1,\"processors\":[]}"), -1);
    CU_ASSERT_EQUAL(error.count, 4);
    for (unsigned i = 0; i < 20; i++)
        snprintf(many + strlen(many), sizeof(many) - strlen(many), ",\"x%u\":1", i);
    strcat(many, "}");
    CU_ASSERT_EQUAL(parse(many), -1);
    CU_ASSERT_EQUAL(error.count, ERR_MAX);
}

static void syntax_before_meaning(void)
{
    CU_ASSERT_EQUAL(parse("{\"cpus\":0"), -1);
    CU_ASSERT_EQUAL(error.code, ERR_SYNTAX);
    CU_ASSERT_EQUAL(parse("{\"cpus\":04}"), -1);
    CU_ASSERT_EQUAL(error.code, ERR_SYNTAX);
    CU_ASSERT_EQUAL(error.text.offset, 9);
}

static void defaults(void)
{
    CU_ASSERT_EQUAL(parse("{\"cpus\":3}"), 0);
    CU_ASSERT_STRING_EQUAL(topology.profile->name, "kvm");
    CU_ASSERT_EQUAL(topology.irqs, 16);
    CU_ASSERT_EQUAL(topology.memory_size, 0);
    CU_ASSERT_STRING_EQUAL(topology.context, "");
    for (unsigned i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(topology.processors[i].apic_id, i);
        CU_ASSERT_EQUAL(topology.processors[i].flags, i ? 1 : 3);
        CU_ASSERT_EQUAL(topology.processors[i].apic_version, 0x14);
    }
}

static void every_member(void)
{
    CU_ASSERT_EQUAL(parse("{\"profile\":\"qemu\",\"irqs\":24.0,\"oem_id\":\"ACME\",\"product_id\":\"Box 1\","
                          "\"memory_size\":1.34217728e8,\"context\":\"vm:1._-Z\",\"processors\":["
                          "{\"apic_id\":4,\"enabled\":false,\"apic_version\":16},"
                          "{\"apic_id\":2,\"bsp\":true,\"signature\":\"0xABCdef\",\"features\":513}]}"),
                    0);
    CU_ASSERT_STRING_EQUAL(topology.profile->name, "qemu");
    CU_ASSERT_EQUAL(topology.irqs, 24);
    CU_ASSERT_EQUAL(memcmp(topology.oem_id, "ACME    ", 8), 0);
    CU_ASSERT_EQUAL(memcmp(topology.product_id, "Box 1       ", 12), 0);
    CU_ASSERT_EQUAL(topology.memory_size, 134217728);
    CU_ASSERT_STRING_EQUAL(topology.context, "vm:1._-Z");
    CU_ASSERT_EQUAL(topology.cpus, 2);
    CU_ASSERT_EQUAL(topology.processors[0].apic_id, 4);
    CU_ASSERT_EQUAL(topology.processors[0].flags, 0);
    CU_ASSERT_EQUAL(topology.processors[0].apic_version, 16);
    CU_ASSERT_EQUAL(topology.processors[0].signature, 0x6f1);
    CU_ASSERT_EQUAL(topology.processors[1].flags, MPT_CPU_ENABLED | MPT_CPU_BSP);
    CU_ASSERT_EQUAL(topology.processors[1].signature, 0xabcdef);
    CU_ASSERT_EQUAL(topology.processors[1].features, 513);
}

/* Three cores take two bits, so every fourth ID is left out; two dies one bit, two threads one. */
static void numbering(void)
{
    static const uint8_t ids[] = { 0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 21 };

    CU_ASSERT_EQUAL(parse("{\"cpus\":18,\"topology\":{\"packages\":3,\"dies\":1,\"cores\":3,\"threads\":2}}"),
                    0);
    for (unsigned i = 0; i < sizeof(ids); i++)
        CU_ASSERT_EQUAL(topology.processors[i].apic_id, ids[i]);
    CU_ASSERT_EQUAL(parse("{\"cpus\":255,\"topology\":{\"cores\":255}}"), 0);
    CU_ASSERT_EQUAL(topology.processors[254].apic_id, 254);
}

static void query(void)
{
    static const struct request_pair good[] = {
        { "cpus", "4" },    { "profile", "volt" }, { "irqs", "16" }, { "memory_size", "1048576" },
        { "context", "7" },
    };
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
        { { "oem_id", "X" }, "/oem_id" },
        { { "cpu", "4" }, "/cpu" },
        { { "processors", "[]" }, "/processors" },
        { { "profile", "none" }, "/profile" },
        { { "context", "a b" }, "/context" },
    };
    const struct request_pair twice[] = { { "cpus", "4" }, { "cpus", "4" } };

    memset(&error, 0, sizeof(error));
    CU_ASSERT_EQUAL(request_parse_query(good, 5, &topology, &error), 0);
    CU_ASSERT_EQUAL(topology.cpus, 4);
    CU_ASSERT_STRING_EQUAL(topology.context, "7");
    CU_ASSERT_EQUAL(topology.memory_size, 1048576);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const struct request_pair pairs[] = { { "cpus", "1" }, bad[i].pair };
        const size_t skip = strcmp(bad[i].pair.name, "cpus") == 0;

        memset(&error, 0, sizeof(error));
        ROW_CHECK(bad[i].pair.value, request_parse_query(pairs + skip, 2 - skip, &topology, &error) == -1);
        ROW_CHECK(bad[i].pair.value, error.code == ERR_TOPOLOGY && error.count == 1);
        ROW_CHECK(bad[i].pair.value, strcmp(error.places[0].pointer, bad[i].pointer) == 0);
    }
    memset(&error, 0, sizeof(error));
    CU_ASSERT_EQUAL(request_parse_query(twice, 2, &topology, &error), -1);
    CU_ASSERT_STRING_EQUAL(error.places[0].detail, "given twice");
}

static const struct test tests[] = {
    { "each wrong member is named", each_refusal },
    { "several errors are reported together", several_errors },
    { "syntax comes before meaning", syntax_before_meaning },
    { "defaults", defaults },
    { "every member", every_member },
    { "APIC IDs by bit fields", numbering },
    { "query strings", query },
};
const struct suite topo_request = { "topo/request", tests, sizeof(tests) / sizeof(tests[0]) };
