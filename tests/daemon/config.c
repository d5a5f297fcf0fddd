/* SPDX-License-Identifier: ISC */
#include "../../src/config.h"
#include "../../src/seal/keyplace.h"

#include <sys/stat.h>

#include "../../src/base/log.h"
#include "../lib/suite.h"

enum { ARGUMENTS_MAX = 8 };

static struct config config;
static struct err error;

static enum config_action parse(const char *const *arguments)
{
    char *argv[ARGUMENTS_MAX + 2] = { (char[]){ "mptabled" } };
    char copies[ARGUMENTS_MAX][64];
    int argc = 1;

    for (; arguments[argc - 1]; argc++) {
        snprintf(copies[argc - 1], sizeof(copies[0]), "%s", arguments[argc - 1]);
        argv[argc] = copies[argc - 1];
    }
    memset(&error, 0, sizeof(error));
    return config_parse(argc, argv, &config, &error);
}

static void rows(void)
{
    static const struct {
        const char *arguments[ARGUMENTS_MAX + 1];
        enum config_action action;
    } rows[] = {
        { { NULL }, CONFIG_RUN },
        { { "--help" }, CONFIG_HELP },
        { { "--version" }, CONFIG_VERSION },
        { { "--listen", "a", "--listen=b", "--key", "k" }, CONFIG_RUN },
        { { "--max-body", "1024", "--max-connections", "1", "--timeout", "3600" }, CONFIG_RUN },
        { { "--signature-memory", "0" }, CONFIG_RUN },
        { { "--signature-memory", "65536" }, CONFIG_RUN },
        { { "--signature-memory", "65537" }, CONFIG_USAGE },
        { { "--signature-memory", "1K" }, CONFIG_USAGE },
        { { "--cache-bytes", "8388608" }, CONFIG_RUN },
        { { "--cache-bytes", "1M" }, CONFIG_USAGE },
        { { "--log-level", "debug", "--check-config" }, CONFIG_RUN },
        { { "--reload", "1" }, CONFIG_RUN },
        { { "--reload", "0" }, CONFIG_USAGE },
        { { "--reload", "4194305" }, CONFIG_USAGE },
        { { "--listen" }, CONFIG_USAGE },
        { { "--unknown" }, CONFIG_USAGE },
        { { "-v" }, CONFIG_USAGE },
        { { "stray" }, CONFIG_USAGE },
        { { "--key", "a", "--key", "b" }, CONFIG_RUN },
        { { "--key" }, CONFIG_USAGE },
        { { "--max-body", "1023" }, CONFIG_USAGE },
        { { "--max-body", "16777217" }, CONFIG_USAGE },
        { { "--max-body", "4096k" }, CONFIG_USAGE },
        { { "--max-body", "+4096" }, CONFIG_USAGE },
        { { "--max-body", "04096" }, CONFIG_USAGE },
        { { "--max-body", "" }, CONFIG_USAGE },
        { { "--max-connections", "0" }, CONFIG_USAGE },
        { { "--timeout", "99999999999999999999" }, CONFIG_USAGE },
        { { "--log-level", "loud" }, CONFIG_USAGE },
        { { "--threads", "64" }, CONFIG_RUN },
        { { "--threads", "0" }, CONFIG_USAGE },
        { { "--threads", "65" }, CONFIG_USAGE },
        { { "--tls-cert", "c", "--tls-key", "k", "--tls-client-ca", "a" }, CONFIG_RUN },
        { { "--tls-cert", "c" }, CONFIG_USAGE },
        { { "--tls-key", "k" }, CONFIG_USAGE },
        { { "--tls-client-ca", "a" }, CONFIG_USAGE },
        { { "--tls-cert", "c", "--tls-cert", "c", "--tls-key", "k" }, CONFIG_USAGE },
        { { "--token-file", "t" }, CONFIG_RUN },
        { { "--token-file", "t", "--token-file", "t" }, CONFIG_USAGE },
        { { "--allow-host", "a.b-c", "--allow-host", "[2001:db8::1]" }, CONFIG_RUN },
        { { "--allow-host", "a:80" }, CONFIG_USAGE },
        { { "--allow-host", "[::1" }, CONFIG_USAGE },
        { { "--allow-host", "" }, CONFIG_USAGE },
        { { "--allow-host", "http://a" }, CONFIG_USAGE },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *name = rows[i].arguments[0] ? rows[i].arguments[0] : "none";

        ROW_CHECK(name, parse(rows[i].arguments) == rows[i].action);
        ROW_CHECK(name, (error.count > 0) == (rows[i].action == CONFIG_USAGE));
    }
}

static void values(void)
{
    const char *const none[] = { NULL };
    const char *const all[] = { "--listen",        "a",           "--listen=b",
                                "--max-body=2000", "--timeout=3", NULL };

    CU_ASSERT_EQUAL(parse(none), CONFIG_RUN);
    CU_ASSERT_EQUAL(config.max_body, 65536);
    CU_ASSERT_EQUAL(config.max_connections, 256);
    CU_ASSERT_EQUAL(config.timeout, 10);
    CU_ASSERT_EQUAL(config.signature_memory, 1024);
    CU_ASSERT_EQUAL(config.cache_bytes, UINT_MAX);
    CU_ASSERT_EQUAL(config.log_level, LOG_INFO);
    CU_ASSERT_EQUAL(config.listen.count, 0);
    CU_ASSERT_EQUAL(config.threads, 0);
    CU_ASSERT_EQUAL(config.allow_hosts.count, 0);
    CU_ASSERT_PTR_NULL(config.token_file);
    CU_ASSERT_EQUAL(parse(all), CONFIG_RUN);
    CU_ASSERT_EQUAL(config.listen.count, 2);
    CU_ASSERT_EQUAL(config.max_body, 2000);
    CU_ASSERT_EQUAL(config.timeout, 3);
}

static void set(const char *name, const char *value)
{
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

static void too_many(void)
{
    char *argv[2 * (OPTIONS_LIST_MAX + 1) + 2] = { (char[]){ "mptabled" } };
    char flag[] = "--key", value[] = "a";

    for (int i = 0; i <= OPTIONS_LIST_MAX; i++) {
        argv[1 + 2 * i] = flag;
        argv[2 + 2 * i] = value;
    }
    memset(&error, 0, sizeof(error));
    CU_ASSERT_EQUAL(config_parse(1 + 2 * OPTIONS_LIST_MAX, argv, &config, &error), CONFIG_RUN);
    CU_ASSERT_EQUAL(config.keys.count, OPTIONS_LIST_MAX);
    CU_ASSERT_EQUAL(config_parse(3 + 2 * OPTIONS_LIST_MAX, argv, &config, &error), CONFIG_USAGE);
}

static void touch(const char *name)
{
    FILE *file = fopen(name, "w");

    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fclose(file);
}

static void key_places(void)
{
    static const struct {
        const char *option, *credentials, *state, *xdg, *home, *key, *beside, *retired;
        bool may_make, must_list;
    } rows[] = {
        { "k/a.key", "c1", "/s", "/x", "/h", "k/a.key", "k/", "k/a.retired-", false, false },
        { "/k/a.key", "c1", "/s", "/x", "/h", "/k/a.key", "/k/", "/k/a.retired-", false, false },
        { "/a.key", NULL, NULL, NULL, NULL, "/a.key", "/", "/a.retired-", false, false },
        { "k/b", NULL, NULL, NULL, NULL, "k/b", "k/", "k/b.retired-", false, false },
        { "a.key", NULL, NULL, NULL, NULL, "a.key", "./", "a.retired-", false, false },
        { NULL, "c1", "/s", "/x", "/h", "c1/mptabled.key", "c1/keys_", "c1/keys_", false, true },
        { NULL, "c2", "/s", "/x", "/h", "c2/keys_mptabled.key", "c2/keys_", "c2/keys_", false,
          true },
        { NULL, "c3", "/s", "/x", "/h", "/s/mptabled.key", "/s/", "/s/", true, true },
        { NULL, NULL, "/s:/t", "/x", "/h", "/s/mptabled.key", "/s/", "/s/", true, true },
        { NULL, NULL, NULL, "/x", "/h", "/x/mptabled/mptabled.key", "/x/mptabled/", "/x/mptabled/",
          true, true },
        { NULL, NULL, NULL, "relative", "/h", "/h/.local/state/mptabled/mptabled.key",
          "/h/.local/state/mptabled/", "/h/.local/state/mptabled/", true, true },
        { NULL, NULL, "", "", "/h", "/h/.local/state/mptabled/mptabled.key",
          "/h/.local/state/mptabled/", "/h/.local/state/mptabled/", true, true },
        { NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, false },
    };
    static char longest[KEYPLACE_PATH_SIZE + 1];
    struct keyplace place;

    mkdir("c1", 0700);
    mkdir("c2", 0700);
    touch("c1/mptabled.key");
    touch("c1/keys_mptabled.key");
    touch("c2/keys_mptabled.key");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *name = rows[i].key ? rows[i].key : "nowhere";

        set("CREDENTIALS_DIRECTORY", rows[i].credentials);
        set("STATE_DIRECTORY", rows[i].state);
        set("XDG_STATE_HOME", rows[i].xdg);
        set("HOME", rows[i].home);
        memset(&error, 0, sizeof(error));
        ROW_CHECK(name, keyplace_find(rows[i].option, &place, &error) == (rows[i].key ? 0 : -1));
        if (rows[i].key)
            ROW_CHECK(name, strcmp(place.key, rows[i].key) == 0 &&
                                strcmp(place.beside, rows[i].beside) == 0 &&
                                strcmp(place.retired, rows[i].retired) == 0 &&
                                place.may_make == rows[i].may_make &&
                                place.must_list == rows[i].must_list);
    }
    memset(longest, 'd', sizeof(longest) - 1);
    longest[0] = '/';
    set("HOME", longest);
    CU_ASSERT_EQUAL(keyplace_find(NULL, &place, &error), -1);
    longest[KEYPLACE_PATH_SIZE - 30] = '\0'; /* fits, but not with what is put behind it */
    set("HOME", longest);
    CU_ASSERT_EQUAL(keyplace_find(NULL, &place, &error), -1);
    unlink("c1/mptabled.key");
    unlink("c1/keys_mptabled.key");
    unlink("c2/keys_mptabled.key");
    rmdir("c1");
    rmdir("c2");
}

static const struct test tests[] = {
    { "command lines", rows },
    { "defaults and values", values },
    { "as many keys as there is room for", too_many },
    { "where the keys are", key_places },
};

int main(void)
{
    static const struct suite suite = { "config", tests, sizeof(tests) / sizeof(tests[0]) };
    static const struct suite *const suites[] = { &suite };

    return suite_main(suites, 1);
}
