/* SPDX-License-Identifier: ISC */
#include "../../src/http/host.h"

#include "../lib/suite.h"

static void authorities(void)
{
    static const char *const good[] = { "localhost", "localhost:0",     "a.b-c_d:65535",
                                        "127.0.0.1", "[::1]",           "[::1]:80",
                                        "A",         "%2Frun%2fx.sock", "a%41b:1",
                                        "a,b",       "~!$&'()*+;=" };
    static const char *const bad[] = { "",     ":80",  "a:",  "a:65536", "a:123456", "a:x",
                                       "a:1x", "a:+1", "a b", "a@b",     "a/b",      "a:1:2",
                                       "[]",   "[::1", "::1", "[::1]x",  "[::1]:",   "[g]",
                                       "a%4",  "a%4g", "%",   "a%41%",   "%2f/",     "\xc3\xa9",
                                       "a\"b", "a\\b" };

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        ROW_CHECK(good[i], host_is_authority(good[i], strlen(good[i])));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ROW_CHECK(bad[i], !host_is_authority(bad[i], strlen(bad[i])));
    CU_ASSERT_TRUE(host_is_authority("a:1@evil", 3)); /* no byte behind the size is read */
    CU_ASSERT_FALSE(host_is_authority("a%41", 3));
}

static bool is(const char *authority, const char *host)
{
    return host_is(authority, strlen(authority), host, strlen(host));
}

static void names(void)
{
    CU_ASSERT_TRUE(is("localhost:80", "LocalHost"));
    CU_ASSERT_TRUE(is("[::1]:80", "[::1]"));
    CU_ASSERT_TRUE(is("127.0.0.1", "127.0.0.1"));
    CU_ASSERT_FALSE(is("127.0.0.1.evil.example", "127.0.0.1"));
    CU_ASSERT_FALSE(is("127.0.0.1@evil.example", "127.0.0.1.evil"));
    CU_ASSERT_FALSE(is("localhost.", "localhost"));
    CU_ASSERT_FALSE(is("local", "localhost"));
    CU_ASSERT_FALSE(is("", "localhost"));
    CU_ASSERT_FALSE(is("%6cocalhost", "localhost"));
    CU_ASSERT_FALSE(is("localhost,evil.example", "localhost"));
    CU_ASSERT_FALSE(is("localhost%2eevil.example", "localhost"));
}

static const struct test tests[] = { { "hosts with and without ports", authorities },
                                     { "whole names", names } };
const struct suite http_host = { "http/host", tests, sizeof(tests) / sizeof(tests[0]) };
