/* SPDX-License-Identifier: ISC */
/* mptablectl profiles: the table of builders, as text or as the daemon sends it. */
#include <string.h>

#include "../text/render.h"
#include "../topo/profiles.h"
#include "cli.h"

static void print_profile(const cJSON *json)
{
    const cJSON *const findings = cJSON_GetObjectItemCaseSensitive(json, "findings");
    const cJSON *finding;

    printf("%-22s %3.0f  %s\n",
           cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "name")),
           cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(json, "max_cpus")),
           cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "description")));
    cJSON_ArrayForEach(finding, findings)
    {
        printf("%27s %s: %s\n", "",
               cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(finding, "severity")),
               cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(finding, "rule")));
    }
}

int cli_profiles(struct cli *cli)
{
    const bool text = !cli->format || strcmp(cli->format, "text") == 0;
    cJSON *json;
    const cJSON *profile;

    if (!text && strcmp(cli->format, "json") != 0) {
        err_at(&cli->err, ERR_FILE, &(struct at){ NULL, "format", 0 }, "must be text or json");
        return cli_complain_options(cli);
    }
    json = render_profiles(&cli->topology, &cli->image);
    if (!text || !json)
        return cli_print_json(cli, json);
    cJSON_ArrayForEach(profile, cJSON_GetObjectItemCaseSensitive(json, "profiles"))
    {
        print_profile(profile);
    }
    cJSON_Delete(json);
    return CLI_DONE;
}
