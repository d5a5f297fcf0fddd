/* SPDX-License-Identifier: ISC */
/* mptablectl profiles: the table of builders, as text or as the daemon sends it. */
#include <string.h>

#include "../../text/finding.h"
#include "../../text/render.h"
#include "../../topo/profiles.h"
#include "../files.h"

static int print_profile(struct cli *cli, const struct profile *profile)
{
    if (render_profile_image(profile, &cli->topology, &cli->image, &cli->err) < 0)
        return cli_complain(cli, profile->name, CLI_REFUSED);
    printf("%-22s %3u  %s\n", profile->name, profile->max_cpus, profile->description);
    for (unsigned i = 0; i < cli->image.report.finding_count; i++) {
        const struct mpt_finding *const f = &cli->image.report.findings[i];

        printf("%27s %s: %s\n", "", finding_severities[f->severity], f->rule->id);
    }
    return CLI_DONE;
}

static int print_profiles(struct cli *cli)
{
    int status = CLI_DONE;

    for (size_t i = 0; status == CLI_DONE && i < profile_count; i++)
        status = print_profile(cli, &profiles[i]);
    return status;
}

int cli_profiles(struct cli *cli)
{
    struct build b;

    if (!cli->format || strcmp(cli->format, "text") == 0)
        return print_profiles(cli);
    build_start(&b);
    render_profiles(&b, &cli->topology, &cli->image);
    return files_print_json(cli, &b);
}
