/* SPDX-License-Identifier: ISC */
/* GET /: the page for browsers, and for other clients an index of what there is. */
#ifndef SERVICE_PAGE_H
#define SERVICE_PAGE_H

struct context;
struct job;

/* page_get - HTML for a client that prefers it, else JSON; after --no-page always JSON */
void page_get(const struct context *context, struct job *job);

#endif
