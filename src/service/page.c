/* SPDX-License-Identifier: ISC */
#include "page.h"

#include "../http/accept.h"
#include "../json/build.h"
#include "context.h"
#include "job.h"

#ifndef MPTABLED_WITHOUT_PAGE
#include "page_html.h"
#endif

static const struct {
    const char *name, *target;
} links[] = {
    { "api", "/openapi.json" }, { "images", "/v1/images" },
    { "decode", "/v1/decode" }, { "profiles", "/v1/profiles" },
    { "rules", "/v1/rules" },   { "structures", "/v1/structures" },
    { "keys", "/v1/keys" },     { "version", "/v1/version" },
    { "health", "/healthz" },   { "metrics", "/metrics" },
};

static void reply_index(struct job *job)
{
    struct build b;

    build_start(&b);
    build_object(&b, NULL);
    build_string(&b, "name", "mptabled");
    build_object(&b, "links");
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
        build_string(&b, links[i].name, links[i].target);
    build_close(&b);
    build_close(&b);
    reply_json(&job->reply, 200, "application/json", &b);
}

static bool wants_page(const struct context *context, const struct job *job)
{
    static const char *const types[] = { "application/json", "text/html" };

    return !context->no_page && accept_choose(job_header(job, HEADER_ACCEPT), types, 2) == 1;
}

#ifdef MPTABLED_WITHOUT_PAGE
static void reply_page(struct job *job)
{
    reply_index(job);
}
#else
/* The policy allows only the page's own script and style, and requests only to this daemon. */
static void reply_page(struct job *job)
{
    reply_fixed(&job->reply, 200, "text/html; charset=utf-8", page_html, sizeof(page_html));
    reply_header(&job->reply, "Content-Security-Policy", PAGE_POLICY);
    reply_header(&job->reply, "Referrer-Policy", "no-referrer");
    reply_header(&job->reply, "Cross-Origin-Opener-Policy", "same-origin");
}
#endif

void page_get(const struct context *context, struct job *job)
{
    if (wants_page(context, job))
        reply_page(job);
    else
        reply_index(job);
    reply_header(&job->reply, "Vary", "Accept");
    reply_header(&job->reply, "Cache-Control", "no-cache");
}
