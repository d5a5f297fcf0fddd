/* SPDX-License-Identifier: ISC */
#include "../../src/service/metrics.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "../../src/seal/keyring.h"
#include "../lib/suite.h"
#include "../lib/scratch.h"

static const char *const routes[] = { "/a", "other" };

/* The value of a series, or -1 when the page has none of that name */
static double value(const char *page, const char *series)
{
    const size_t size = strlen(series);

    for (const char *line = page; line; line = strchr(line, '\n'), line += line != NULL)
        if (strncmp(line, series, size) == 0 && line[size] == ' ')
            return atof(line + size);
    return -1;
}

/* Rows of several loops are added up, buckets are cumulative, labels stay within their sets. */
static void page(void)
{
    struct scratch_dir dir;
    struct metrics *m = metrics_new(2, routes, 2);
    _Atomic unsigned open = 3;
    struct err err = { .count = 0 };
    struct keyring *keys;
    size_t size = 0;
    char *text;

    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    keys = keyring_load(&(struct keyring_source){ .keys = (const char *const[]){ "k.key" },
                                                  .key_count = 1,
                                                  .may_make = true,
                                                  .beside = "./" },
                        NULL, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(keys);
    metrics_listener(m, "unix:/a\"b\\", &open);
    metrics_request(m, 0,
                    &(struct metric_request){ .route = 0,
                                              .method = "GET",
                                              .status = 200,
                                              .micros = 60,
                                              .image_size = 300,
                                              .signatures_made = 2 });
    metrics_request(m, 1,
                    &(struct metric_request){ .route = 1,
                                              .method = "GET",
                                              .status = 200,
                                              .micros = 1,
                                              .image_size = 300,
                                              .signatures_made = 1,
                                              .signatures_remembered = 1 });
    metrics_request(
        m, 1,
        &(struct metric_request){ .route = 0, .method = "GET", .status = 200, .micros = 6000000 });
    metrics_request(
        m, 1,
        &(struct metric_request){
            .route = 99, .method = "BREW", .status = 777, .problem = PROBLEM_NOT_FOUND });
    metrics_unanswered(m, 1);
    metrics_turn(m, 0, false);
    metrics_turn(m, 1, true);
    metrics_reload(m, false);
    text = metrics_render(m, keys, &size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    CU_ASSERT_EQUAL(strlen(text), size);
    CU_ASSERT_EQUAL(text[size - 1], '\n');
    CU_ASSERT_EQUAL(
        value(text, "mptabled_http_requests_total{route=\"/a\",method=\"GET\",code=\"200\"}"), 2);
    CU_ASSERT_EQUAL(
        value(text, "mptabled_http_requests_total{route=\"other\",method=\"other\",code=\"500\"}"),
        1);
    CU_ASSERT_EQUAL(
        value(text, "mptabled_http_request_duration_seconds_bucket{route=\"/a\",le=\"5e-05\"}"), 0);
    CU_ASSERT_EQUAL(
        value(text, "mptabled_http_request_duration_seconds_bucket{route=\"/a\",le=\"0.0001\"}"),
        1);
    CU_ASSERT_EQUAL(
        value(text, "mptabled_http_request_duration_seconds_bucket{route=\"/a\",le=\"2.5\"}"), 1);
    CU_ASSERT_EQUAL(
        value(text, "mptabled_http_request_duration_seconds_bucket{route=\"/a\",le=\"+Inf\"}"), 2);
    CU_ASSERT_EQUAL(value(text, "mptabled_http_request_duration_seconds_count{route=\"/a\"}"), 2);
    CU_ASSERT(value(text, "mptabled_http_request_duration_seconds_sum{route=\"/a\"}") > 6);
    CU_ASSERT_EQUAL(value(text, "mptabled_image_bytes_bucket{le=\"256\"}"), 0);
    CU_ASSERT_EQUAL(value(text, "mptabled_image_bytes_bucket{le=\"512\"}"), 2);
    CU_ASSERT_EQUAL(value(text, "mptabled_image_bytes_sum"), 600);
    CU_ASSERT_EQUAL(value(text, "mptabled_images_built_total"), 2);
    CU_ASSERT_EQUAL(value(text, "mptabled_signatures_total{format=\"json\"}"), 2);
    CU_ASSERT_EQUAL(value(text, "mptabled_signatures_made_total"), 3);
    CU_ASSERT_EQUAL(value(text, "mptabled_signatures_remembered_total"), 1);
    CU_ASSERT_EQUAL(value(text, "mptabled_request_rejects_total{type=\"not-found\"}"), 1);
    CU_ASSERT_EQUAL(value(text, "mptabled_http_unanswered_total"), 1);
    CU_ASSERT_EQUAL(value(text, "mptabled_loop_turns_total"), 2);
    CU_ASSERT_EQUAL(value(text, "mptabled_loop_barren_turns_total"), 1);
    CU_ASSERT_EQUAL(value(text, "mptabled_reloads_total{result=\"failed\"}"), 1);
    CU_ASSERT_EQUAL(value(text, "mptabled_http_connections{listener=\"unix:/a\\\"b\\\\\"}"), 3);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, key_id(keyring_signer(keys))));
    free(text);
    keyring_drop(keys);
    metrics_free(m);
    scratch_leave(&dir);
}

static const struct test tests[] = { { "the page", page } };
const struct suite service_metrics = { "service/metrics", tests, sizeof(tests) / sizeof(tests[0]) };
