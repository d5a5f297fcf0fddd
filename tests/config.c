/* SPDX-License-Identifier: ISC */
#include "../src/config.h"

#include <sys/stat.h>

#include "../src/base/log.h"
#include "suite.h"

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
        { { "--log-level", "debug", "--check-config" }, CONFIG_RUN },
        { { "--listen" }, CONFIG_USAGE },
        { { "--unknown" }, CONFIG_USAGE },
        { { "-v" }, CONFIG_USAGE },
        { { "stray" }, CONFIG_USAGE },
        { { "--key", "a", "--key", "b" }, CONFIG_USAGE },
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
    const char *const all[] = { "--listen", "a", "--listen=b", "--max-body=2000", "--timeout=3", NULL };

    CU_ASSERT_EQUAL(parse(none), CONFIG_RUN);
    CU_ASSERT_EQUAL(config.max_body, 65536);
    CU_ASSERT_EQUAL(config.max_connections, 256);
    CU_ASSERT_EQUAL(config.timeout, 10);
    CU_ASSERT_EQUAL(config.log_level, LOG_INFO);
    CU_ASSERT_EQUAL(config.listen_count, 0);
    CU_ASSERT_EQUAL(config.threads, 0);
    CU_ASSERT_EQUAL(config.allow_host_count, 0);
    CU_ASSERT_PTR_NULL(config.token_file);
    CU_ASSERT_EQUAL(parse(all), CONFIG_RUN);
    CU_ASSERT_EQUAL(config.listen_count, 2);
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

static void key_paths(void)
{
    static const struct {
        const char *credentials, *state, *xdg, *home, *path;
        bool may_make;
    } rows[] = {
        { "credentials-there", "/s", "/x", "/h", "credentials-there/mptabled.key", false },
        { "credentials-none", "/s", "/x", "/h", "/s/mptabled.key", true },
        { NULL, "/s:/t", "/x", "/h", "/s/mptabled.key", true },
        { NULL, NULL, "/x", "/h", "/x/mptabled/mptabled.key", true },
        { NULL, NULL, "relative", "/h", "/h/.local/state/mptabled/mptabled.key", true },
        { NULL, "", "", "/h", "/h/.local/state/mptabled/mptabled.key", true },
        { NULL, NULL, NULL, NULL, NULL, false },
    };
    char path[200];
    bool may_make;
    FILE *file;

    mkdir("credentials-there", 0700);
    file = fopen("credentials-there/mptabled.key", "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fclose(file);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *name = rows[i].path ? rows[i].path : "nowhere";

        set("CREDENTIALS_DIRECTORY", rows[i].credentials);
        set("STATE_DIRECTORY", rows[i].state);
        set("XDG_STATE_HOME", rows[i].xdg);
        set("HOME", rows[i].home);
        memset(&error, 0, sizeof(error));
        ROW_CHECK(name, config_key_path(path, sizeof(path), &may_make, &error) == (rows[i].path ? 0 : -1));
        if (rows[i].path)
            ROW_CHECK(name, strcmp(path, rows[i].path) == 0 && may_make == rows[i].may_make);
    }
    set("HOME", "/h");
    CU_ASSERT_EQUAL(config_key_path(path, 10, &may_make, &error), -1);
    unlink("credentials-there/mptabled.key");
    rmdir("credentials-there");
}

static const struct test tests[] = {
    { "command lines", rows },
    { "defaults and values", values },
    { "where the key is", key_paths },
};

int main(void)
{
    static const struct suite suite = { "config", tests, sizeof(tests) / sizeof(tests[0]) };
    static const struct suite *const suites[] = { &suite };

    return suite_main(suites, 1);
}
