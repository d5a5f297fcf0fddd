/* SPDX-License-Identifier: ISC */
#include "capabilities.h"

#include "../base/options.h"
#include "../mptable/mptable.h"
#include "../text/consumers.h"
#include "../text/render.h"
#include "../topo/profiles.h"
#include "format.h"

static void render_formats(struct build *b)
{
    build_array(b, "formats");
    for (size_t i = 0; i < FORMATS; i++) {
        build_object(b, NULL);
        build_string(b, "name", formats[i].name);
        build_string(b, "media_type", formats[i].media_type);
        build_close(b);
    }
    build_close(b);
}

static void render_all_profiles(struct build *b)
{
    build_array(b, "profiles");
    for (size_t i = 0; i < profile_count; i++) {
        build_object(b, NULL);
        render_profile_row(b, &profiles[i]);
        build_close(b);
    }
    build_close(b);
}

void capabilities_render(struct build *b, const char *program)
{
    build_object(b, NULL);
    build_string(b, "name", program);
    build_string(b, "version", MPT_VERSION);
    build_string(b, "specification", "MPS 1.4");
    render_formats(b);
    render_all_profiles(b);
    consumers_render_all(b);
}

void capabilities_limits(struct build *b)
{
    build_number(b, "cpus", TOPOLOGY_CPUS_MAX);
    build_number(b, "irqs", TOPOLOGY_IRQS_MAX);
}

void capabilities_options(struct build *b, const struct options *options)
{
    build_array(b, "options");
    for (size_t i = 0; i < options->count; i++)
        if (options_takes(options, &options->rows[i]))
            build_string(b, NULL, options->rows[i].name);
    build_close(b);
}
