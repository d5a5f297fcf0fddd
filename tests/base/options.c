/* SPDX-License-Identifier: ISC */
#include "../../src/base/options.h"

#include "../lib/suite.h"

enum { MAKE = 1, TAKE = 2, ARGUMENTS_MAX = 20 };

static struct {
    bool force, help;
    const char *output, *once, *key;
    struct option_list names;
    unsigned count, depth;
    char taken[64];
} got;

static struct err error;

static int take(void *target, const struct option_row *row, const char *text, struct err *err)
{
    CU_ASSERT_PTR_EQUAL(target, &got);
    snprintf(got.taken, sizeof(got.taken), "%s=%s", row->name, text);
    return strcmp(text, "bad") == 0 ? err_at(err, ERR_INVALID, NULL, "bad") : 0;
}

#define AT(member) ((size_t)((char *)&got.member - (char *)&got))

static int parse(unsigned command, const char *const *arguments)
{
    const struct option_row rows[] = {
        { "output", 'o', OPTION_TEXT, "FILE", AT(output), .help = "" },
        { "once", 0, OPTION_TEXT, "FILE", AT(once), .commands = MAKE, .help = "" },
        { "once", 0, OPTION_TEXT, "WORD", AT(once), .commands = TAKE, .words = "to be not",
          .help = "" },
        { "name", 'n', OPTION_LIST, "NAME", AT(names), .help = "" },
        { "count", 0, OPTION_NUMBER, "NUMBER", AT(count), 1, 20, 5, .help = "" },
        { "depth", 0, OPTION_NUMBER, "NUMBER", AT(depth), 1, 4294967295, 0, .help = "" },
        { "key", 'k', OPTION_TEXT, "FILE", AT(key), .commands = MAKE | TAKE, .needed_by = TAKE,
          .help = "" },
        { "force", 'f', OPTION_FLAG, NULL, AT(force), .commands = MAKE, .help = "" },
        { "fact", 0, OPTION_TEXT, "VALUE", .commands = MAKE, .take = take, .help = "" },
        { "flag", 0, OPTION_FLAG, NULL, .commands = MAKE, .take = take, .help = "" },
        { "help", 0, OPTION_LAST, NULL, AT(help), .help = "" },
    };
    const struct options options = { rows, sizeof(rows) / sizeof(rows[0]), command, "program" };
    static char copies[ARGUMENTS_MAX][32];
    static char *argv[ARGUMENTS_MAX + 2];
    int argc = 1;

    argv[0] = strcpy(copies[ARGUMENTS_MAX - 1], "program");
    for (; arguments[argc - 1]; argc++)
        argv[argc] = strcpy(copies[argc - 1], arguments[argc - 1]);
    argv[argc] = NULL;
    memset(&got, 0, sizeof(got));
    memset(&error, 0, sizeof(error));
    return options_parse(&options, argc, argv, &got, &error);
}

static void values(void)
{
    const char *const all[] = { "x", "-o",         "a",        "--once", "c",  "-fnd", "--name",
                                "e", "--count=20", "--fact=7", "--",     "-y", NULL };
    const char *const word[] = { "-k", "x", "--once", "be", NULL };
    const char *const flag[] = { "--flag", "--cou", "0x10", NULL };
    const char *const help[] = { "--help", "--nonsense", NULL };

    CU_ASSERT_EQUAL(parse(MAKE, all), 11); /* operands are moved behind */
    CU_ASSERT_STRING_EQUAL(got.output, "a");
    CU_ASSERT_STRING_EQUAL(got.once, "c");
    CU_ASSERT_EQUAL(got.names.count, 2);
    CU_ASSERT_STRING_EQUAL(got.names.values[0], "d");
    CU_ASSERT_STRING_EQUAL(got.names.values[1], "e");
    CU_ASSERT(got.count == 20 && got.depth == 0 && got.force && !got.help && !got.key);
    CU_ASSERT_STRING_EQUAL(got.taken, "fact=7");
    CU_ASSERT_EQUAL(parse(MAKE, flag), 4); /* a name may be cut short while it is clear */
    CU_ASSERT_STRING_EQUAL(got.taken, "flag=true");
    CU_ASSERT_EQUAL(got.count, 16);
    CU_ASSERT_EQUAL(parse(TAKE, word), 5); /* rows of one name for two commands */
    CU_ASSERT_STRING_EQUAL(got.once, "be");
    CU_ASSERT_EQUAL(parse(TAKE, help), 2);
    CU_ASSERT(got.help && got.count == 5);
}

static void refusals(void)
{
    static const struct {
        const char *arguments[3];
        unsigned command;
        const char *says;
    } rows[] = {
        { { "--nonsense=1" }, MAKE, "--nonsense: program has no such option" },
        { { "-z" }, MAKE, "-z: program has no such option" },
        { { "--o", "x" }, MAKE, "--o: ambiguous: --output, --once" },
        { { "--ouput=x" }, MAKE, "--ouput: program has no such option; did you mean --output?" },
        { { "--fore" }, TAKE, "--fore: program has no such option" },
        { { "--once=b" }, TAKE, "--once: must be to, be or not" },
        { { "--once=" }, TAKE, "--once: must be to, be or not" },
        { { "-oa", "--output=a" }, MAKE, "--output: at most once" },
        { { "--force" }, TAKE, "--force: program has no such option" },
        { { "--output" }, MAKE, "--output: the value is missing: --output FILE" },
        { { "-o" }, MAKE, "--output: the value is missing: --output FILE" },
        { { "--force=yes" }, MAKE, "--force: takes no value" },
        { { "--once=a", "--once=b" }, MAKE, "--once: at most once" },
        { { "--output=" }, MAKE, "--output: the name of the file is empty" },
        { { "-k", "" }, TAKE, "--key: the name of the file is empty" },
        { { "--count=4", "--count=4" }, MAKE, "--count: at most once" },
        { { "--count=0" }, MAKE, "--count: must be a number from 1 to 20" },
        { { "--count=21" }, MAKE, "--count: must be a number from 1 to 20" },
        { { "--count=" }, MAKE, "--count: must be a number from 1 to 20" },
        { { "--count=05" }, MAKE, "--count: must be a number from 1 to 20" },
        { { "--depth=4294967296" }, MAKE, "--depth: must be a number from 1 to 4294967295" },
        { { "--fact=bad" }, MAKE, "bad" },
        { { "--count=3" }, TAKE, "program needs --key FILE" },
    };
    const char *names[2 + OPTIONS_LIST_MAX];

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW_CHECK(rows[i].says, parse(rows[i].command, rows[i].arguments) == -1);
        ROW_CHECK(rows[i].says,
                  error.count == 1 && error.code == ERR_INVALID &&
                      strncmp(error.places[0].detail, rows[i].says, strlen(rows[i].says)) == 0);
    }
    for (size_t i = 0; i <= OPTIONS_LIST_MAX; i++)
        names[i] = "-nx";
    names[OPTIONS_LIST_MAX + 1] = NULL;
    CU_ASSERT_EQUAL(parse(MAKE, names + 1), 1 + OPTIONS_LIST_MAX);
    CU_ASSERT_EQUAL(parse(MAKE, names), -1);
    CU_ASSERT_STRING_EQUAL(error.places[0].detail, "--name: at most 16 times");
}

static const struct test tests[] = {
    { "where values go", values },
    { "what is refused", refusals },
};
const struct suite base_options = { "base/options", tests, sizeof(tests) / sizeof(tests[0]) };
