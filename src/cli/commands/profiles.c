/* SPDX-License-Identifier: ISC */
/* mptablectl profiles: the profiles as text, or as JSON, which the daemon sends too. */
#include <string.h>

#include "../../base/near.h"
#include "../../text/finding.h"
#include "../../text/render.h"
#include "../../text/verdict.h"
#include "../../topo/profiles.h"
#include "../files.h"

/* Builds the profile's image for four processors */
static int build(struct cli *cli, const struct profile *profile)
{
    if (render_profile_image(profile, &cli->topology, &cli->image, &cli->err) < 0)
        return cli_complain(cli, profile->name, CLI_REFUSED);
    return CLI_DONE;
}

static int print_line(struct cli *cli, const struct profile *profile)
{
    const int status = build(cli, profile);

    if (status != CLI_DONE)
        return status;
    printf("%-22s %4u  0x%-5x  %s\n", profile->name, profile->max_cpus, cli->image.segments[0].base,
           profile->description);
    for (unsigned i = 0; i < cli->image.report.finding_count; i++) {
        const struct mpt_finding *const f = &cli->image.report.findings[i];

        printf("%38s%-7s %s\n", "", finding_severities[f->severity], f->rule->id);
    }
    return CLI_DONE;
}

static int print_all(struct cli *cli)
{
    int status = CLI_DONE;

    printf("%-22s %4s  %-7s  %s\n", "PROFILE", "CPUS", "BASE", "DESCRIPTION");
    for (size_t i = 0; status == CLI_DONE && i < profile_count; i++)
        status = print_line(cli, &profiles[i]);
    return status;
}

/* One verdict of the image: "linux        takes         4" */
static void print_verdict(const struct mpt_verdict *v)
{
    if (v->unknown)
        printf("  %-14s %s\n", mpt_consumer_name(v->consumer), mpt_verdict_name(v));
    else
        printf("  %-14s %-10s %3u processors\n", mpt_consumer_name(v->consumer),
               mpt_verdict_name(v), v->processors);
}

static int print_one(struct cli *cli, const struct profile *profile)
{
    const unsigned multiple = profiles_multiple(profile);
    const struct image *const image = &cli->image;
    const struct mpt_report *const report = &image->report;
    const int status = build(cli, profile);

    if (status != CLI_DONE)
        return status;
    printf("%s: %s\n\n", profile->name, profile->description);
    printf("processors       up to %u", profile->max_cpus);
    printf(multiple > 1 ? ", a multiple of %u\n" : "\n", multiple);
    printf("image            0x%x, %u bytes with %u processors\n", image->segments[0].base,
           (unsigned)image->size, cli->topology.cpus);
    puts("\nfindings for linux");
    for (unsigned i = 0; i < report->finding_count; i++)
        printf("  %-7s %-20s %s\n", finding_severities[report->findings[i].severity],
               report->findings[i].rule->id, report->findings[i].rule->detail);
    if (report->finding_count == 0)
        puts("  none");
    puts("\nverdicts");
    for (size_t i = 0; i < MPT_CONSUMERS; i++)
        if (report->verdicts[i].consumer)
            print_verdict(&report->verdicts[i]);
    return CLI_DONE;
}

static int refuse_name(struct cli *cli)
{
    char hint[NEAR_HINT_SIZE];
    struct near near;

    near_start(&near, cli->operand, strlen(cli->operand));
    for (size_t i = 0; i < profile_count; i++)
        near_try(&near, profiles[i].name);
    err_at(&cli->err, ERR_INVALID, NULL, "no such profile%s",
           near.best ? near_hint(&near, "", hint) : "; without a name, all are listed");
    return cli_complain(cli, cli->operand, CLI_REFUSED);
}

int cli_profiles(struct cli *cli)
{
    const struct profile *const one = cli->operand ? profiles_find(cli->operand) : NULL;
    struct build b;

    if (cli->operand && !one)
        return refuse_name(cli);
    if (!cli->format || strcmp(cli->format, "text") == 0)
        return one ? print_one(cli, one) : print_all(cli);
    build_start(&b);
    render_profiles(&b, one, &cli->topology, &cli->image);
    return files_print_json(cli, &b);
}
