/* SPDX-License-Identifier: ISC */
#include "../../src/json/build.h"

#include <malloc.h>
#include <stdio.h>

#include <cjson/cJSON.h>

#include "../lib/quotes.h"
#include "../lib/suite.h"

/* One of each kind, nested, with an empty object and an empty array */
static void build_all(struct build *b)
{
    build_start(b);
    build_object(b, NULL);
    build_string(b, "word", "a \"b\" \\ \n");
    build_string(b, "nothing", NULL);
    build_string(b, "string", "{[,:]}");
    build_number(b, "number", UINT64_MAX);
    build_number(b, "zero", 0);
    build_address(b, "address", 0x9fc00);
    build_array(b, "list");
    build_number(b, NULL, 1);
    build_bool(b, NULL, true);
    build_close(b);
    build_array(b, "objects");
    for (unsigned i = 0; i < 2; i++) {
        build_object(b, NULL);
        build_number(b, "i", i);
        build_array(b, "empty");
        build_close(b);
        build_close(b);
    }
    build_close(b);
    build_object(b, "object");
    build_close(b);
    build_bool(b, "false", false);
    build_close(b);
}

static void check_text(const char *text, size_t size, const char *expected)
{
    char *const wanted = quotes(expected);

    ROW_CHECK(text ? text : "no text", text && size == strlen(text) && strcmp(text, wanted) == 0);
    free(wanted);
}

static void compact(void)
{
    struct build b;
    size_t size;
    char *text;

    build_all(&b);
    text = build_compact(&b, &size);
    check_text(text, size,
               "{'word':'a \\'b\\' \\\\ \\n','nothing':null,'string':'{[,:]}',"
               "'number':18446744073709551615,'zero':0,'address':'0x9fc00','list':[1,true],"
               "'objects':[{'i':0,'empty':[]},{'i':1,'empty':[]}],'object':{},'false':false}");
    free(text);
}

static void pretty(void)
{
    struct build b;
    size_t size;
    char *text;

    build_all(&b);
    text = build_pretty(&b, &size);
    check_text(text, size,
               "{\n"
               "  'word': 'a \\'b\\' \\\\ \\n',\n"
               "  'nothing': null,\n"
               "  'string': '{[,:]}',\n"
               "  'number': 18446744073709551615,\n"
               "  'zero': 0,\n"
               "  'address': '0x9fc00',\n"
               "  'list': [1, true],\n"
               "  'objects': [\n"
               "    { 'i': 0, 'empty': [] },\n"
               "    { 'i': 1, 'empty': [] }\n"
               "  ],\n"
               "  'object': {},\n"
               "  'false': false\n"
               "}\n");
    free(text);
}

static void flat(void)
{
    struct build b;
    size_t size;
    char *text;

    build_start(&b);
    build_array(&b, NULL);
    build_string(&b, NULL, "]");
    build_array(&b, NULL);
    build_close(&b);
    build_close(&b);
    text = build_pretty(&b, &size);
    check_text(text, size, "[']', []]\n");
    free(text);
    build_start(&b);
    build_number(&b, NULL, 7);
    text = build_pretty(&b, &size);
    check_text(text, size, "7\n");
    free(text);
}

/* Each byte in each place of strings of all short lengths, against cJSON's own quoting */
static void strings(void)
{
    char string[20];

    for (unsigned byte = 1; byte <= UINT8_MAX; byte++)
        for (size_t length = 1; length < sizeof(string); length++) {
            struct build b;
            cJSON *item;
            size_t size;
            char *text, *wanted;

            memset(string, 'a', length);
            string[length] = '\0';
            string[byte % length] = (char)byte;
            build_start(&b);
            build_string(&b, NULL, string);
            text = build_compact(&b, &size);
            item = cJSON_CreateString(string);
            wanted = cJSON_PrintUnformatted(item);
            ROW_CHECK(wanted, text && strcmp(text, wanted) == 0 && size == strlen(text));
            cJSON_Delete(item);
            free(wanted);
            free(text);
        }
}

#define LONG_NAME "a name that is much longer than the guess at the size of the text has room for"
enum { MANY = 1000 };

/* So much that memory is allocated several times, and the buffer of the text grows */
static void build_many(struct build *b)
{
    build_start(b);
    build_array(b, NULL);
    for (unsigned i = 0; i < MANY; i++) {
        build_object(b, NULL);
        build_address(b, LONG_NAME, 0xfee00000);
        build_close(b);
    }
    build_close(b);
}

static void a_long_text(void)
{
    struct build b;
    size_t size;
    char *text;

    build_many(&b);
    text = build_compact(&b, &size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_EQUAL(size, 1 + MANY * strlen("{\"" LONG_NAME "\":\"0xfee00000\"},"));
    CU_ASSERT_STRING_EQUAL(text + size - 3, "\"}]");
    free(text);
}

static size_t held, peak;

static void *counted(size_t size)
{
    void *const p = malloc(size);

    held += malloc_usable_size(p);
    peak = held > peak ? held : peak;
    return p;
}

static void uncounted(void *p)
{
    held -= malloc_usable_size(p);
    free(p);
}

/* An entry of a long table as it is decoded: name lengths and values as they are there */
static void build_entry(struct build *b, unsigned i)
{
    build_object(b, NULL);
    build_string(b, "entry", "io_interrupt");
    build_string(b, "type", "INT");
    build_string(b, "polarity", "conforms");
    build_number(b, "bus", i % 256);
    build_array(b, "pins");
    for (unsigned pin = 0; pin < 3; pin++)
        build_number(b, NULL, i + pin);
    build_close(b);
    build_bool(b, "last", i == 9999);
    build_close(b);
}

/* The tree of 10000 entries would take 12 MiB. The text is what it would be without the saving. */
static void little_memory(void)
{
    cJSON_Hooks hooks = { counted, uncounted };
    char entry[200];
    struct build b;
    size_t size;
    char *text, *at;

    held = peak = 0;
    cJSON_InitHooks(&hooks);
    build_start(&b);
    build_object(&b, NULL);
    build_array(&b, "entries");
    for (unsigned i = 0; i < 10000; i++)
        build_entry(&b, i);
    build_close(&b);
    build_close(&b);
    text = build_compact(&b, &size);
    cJSON_InitHooks(NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_TRUE(size > 800000 && peak < 3 * size);
    CU_ASSERT_EQUAL(held, malloc_usable_size(text));
    CU_ASSERT_TRUE(held < size + size / 4);
    at = text + strlen("{\"entries\":[");
    for (unsigned i = 0; i < 10000; i++) {
        const int length = snprintf(
            entry, sizeof(entry),
            "{\"entry\":\"io_interrupt\",\"type\":\"INT\",\"polarity\":\"conforms\","
            "\"bus\":%u,\"pins\":[%u,%u,%u],\"last\":%s}%s",
            i % 256, i, i + 1, i + 2, i == 9999 ? "true" : "false", i == 9999 ? "]}" : ",");

        if (strncmp(at, entry, (size_t)length) != 0) {
            CU_FAIL("an entry differs");
            break;
        }
        at += length;
    }
    CU_ASSERT_EQUAL(*at, '\0');
    free(text);
}

static unsigned allocations, releases, most;

static void *some_memory(size_t size)
{
    if (allocations == most)
        return NULL;
    allocations++;
    return malloc(size);
}

static void release(void *p)
{
    releases += p != NULL;
    free(p);
}

/* Memory runs out at each allocation in turn: no text, and nothing is left behind. */
static void no_memory(void)
{
    cJSON_Hooks hooks = { some_memory, release };
    struct build b;
    size_t size = 1;
    char *text = NULL;

    cJSON_InitHooks(&hooks);
    for (most = 0; !text && most < 1000; most++) {
        allocations = releases = 0;
        build_many(&b);
        text = build_compact(&b, &size);
        CU_ASSERT_EQUAL(size == 0, text == NULL);
        CU_ASSERT_EQUAL(allocations, releases + (text != NULL));
    }
    cJSON_InitHooks(NULL);
    CU_ASSERT(text && most > 10);
    free(text);
}

static void given_up(void)
{
    struct build b;
    size_t size;

    build_start(&b);
    build_object(&b, NULL);
    build_fail(&b);
    build_number(&b, "n", 1);
    build_close(&b);
    CU_ASSERT_PTR_NULL(build_compact(&b, &size));
    build_start(&b);
    for (unsigned i = 0; i < BUILD_DEPTH_MAX + 1; i++)
        build_array(&b, NULL);
    CU_ASSERT_PTR_NULL(build_pretty(&b, &size));
    build_start(&b);
    build_object(&b, NULL);
    build_drop(&b);
    CU_ASSERT_PTR_NULL(b.root);
}

static const struct test tests[] = {
    { "strings", strings },         { "compact", compact },
    { "pretty", pretty },           { "on one line", flat },
    { "a long text", a_long_text }, { "no memory", no_memory },
    { "given up", given_up },       { "little memory", little_memory },
};
const struct suite json_build_suite = { "json/build", tests, sizeof(tests) / sizeof(tests[0]) };
