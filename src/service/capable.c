/* SPDX-License-Identifier: ISC */
#include "capable.h"

#include "../signed/capabilities.h"
#include "routes.h"
#include "status.h"

/* The paths without their methods, which are in /openapi.json */
static void render_paths(struct build *b)
{
    const char *templates[ROUTES_TEMPLATES_MAX];
    const unsigned others = routes_templates(templates) - 1;

    build_array(b, "paths");
    for (unsigned i = 0; i < others; i++)
        build_string(b, NULL, templates[i]);
    build_close(b);
}

void capable_render(struct build *b, size_t max_body, const struct options *options)
{
    capabilities_render(b, "mptabled");
    status_limits(b, max_body);
    build_object(b, "features");
    render_paths(b);
    capabilities_options(b, options);
    build_close(b);
    build_close(b);
}
