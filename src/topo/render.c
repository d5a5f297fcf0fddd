/* SPDX-License-Identifier: ISC */
/* The model as JSON, in the words of the contract. */
#include "render.h"

#include <stdio.h>
#include <string.h>

#include "profile.h"

static const char *const severities[] = {
    [MPT_NOTE] = "note", [MPT_WARNING] = "warning", [MPT_ERROR] = "error"
};

/* Where a part of the table stands in a topology. */
static const char *const part_members[] = {
    [MPT_PART_TABLE] = "",
    [MPT_PART_PROCESSOR] = "processors",
    [MPT_PART_BUS] = "buses",
    [MPT_PART_IOAPIC] = "io_apics",
    [MPT_PART_IO_INT] = "io_interrupts",
    [MPT_PART_LOCAL_INT] = "local_interrupts",
};

char *render_address(uint32_t address, char text[RENDER_ADDRESS_SIZE])
{
    snprintf(text, RENDER_ADDRESS_SIZE, "0x%x", address);
    return text;
}

static bool add_address(cJSON *object, const char *name, uint32_t address)
{
    char text[RENDER_ADDRESS_SIZE];

    return cJSON_AddStringToObject(object, name, render_address(address, text)) != NULL;
}

/* Hands @item to @parent as its last element; false and @item released when there is no memory. */
static bool append(cJSON *parent, cJSON *item)
{
    if (item && cJSON_AddItemToArray(parent, item))
        return true;
    cJSON_Delete(item);
    return false;
}

/* The whole, or nothing when a part of it could not be made. */
static cJSON *whole(cJSON *json, bool ok)
{
    if (ok)
        return json;
    cJSON_Delete(json);
    return NULL;
}

static cJSON *render_finding(const struct mpt_finding *f)
{
    char pointer[64];
    const char *slash = f->rule->member[0] ? "/" : "";
    cJSON *json = cJSON_CreateObject();

    if (f->rule->part == MPT_PART_TABLE)
        snprintf(pointer, sizeof(pointer), "%s%s", slash, f->rule->member);
    else
        snprintf(pointer, sizeof(pointer), "/%s/%u%s%s", part_members[f->rule->part], f->index, slash,
                 f->rule->member);
    return whole(json, cJSON_AddStringToObject(json, "rule", f->rule->id) &&
                           cJSON_AddStringToObject(json, "severity", severities[f->rule->severity]) &&
                           cJSON_AddStringToObject(json, "pointer", pointer) &&
                           cJSON_AddStringToObject(json, "detail", f->rule->detail));
}

cJSON *render_findings(const struct mpt_finding *findings, unsigned count)
{
    cJSON *json = cJSON_CreateArray();
    bool ok = json != NULL;

    for (unsigned i = 0; ok && i < count; i++)
        ok = append(json, render_finding(&findings[i]));
    return whole(json, ok);
}

cJSON *render_image(const struct image *image)
{
    cJSON *json = cJSON_CreateObject();

    return whole(json, cJSON_AddStringToObject(json, "profile", image->profile->name) &&
                           cJSON_AddNumberToObject(json, "cpus", image->cpus) &&
                           add_address(json, "base", image->place.base) &&
                           cJSON_AddNumberToObject(json, "size", (double)image->size) &&
                           add_address(json, "floating_pointer", image->place.floating) &&
                           add_address(json, "configuration_table", image->place.table) &&
                           cJSON_AddNumberToObject(json, "entries", image->entries));
}

cJSON *render_segments(const struct image *image)
{
    cJSON *json = cJSON_CreateArray();
    cJSON *segment = cJSON_CreateObject();

    return whole(json, append(json, segment) && add_address(segment, "base", image->place.base) &&
                           cJSON_AddNumberToObject(segment, "offset", 0) &&
                           cJSON_AddNumberToObject(segment, "size", (double)image->size));
}

/* What a profile does whatever the request: the findings of a machine too small to give any of its own. */
static cJSON *render_profile_findings(const struct profile *profile)
{
    struct topology topology = { .profile = profile, .cpus = 2, .irqs = TOPOLOGY_IRQS_MIN };
    struct err err = { .count = 0 };
    struct image image;

    if (topology_check(&topology, &err) < 0 || image_build(&topology, &image, &err) < 0)
        return NULL;
    return render_findings(image.findings, image.finding_count);
}

static cJSON *render_profile(const struct profile *profile)
{
    cJSON *json = cJSON_CreateObject();
    cJSON *findings = render_profile_findings(profile);
    bool ok = cJSON_AddStringToObject(json, "name", profile->name) &&
              cJSON_AddStringToObject(json, "description", profile->description) &&
              cJSON_AddBoolToObject(json, "default", strcmp(profile->name, PROFILE_DEFAULT) == 0) &&
              cJSON_AddNumberToObject(json, "max_cpus", profile->max_cpus);

    if (!ok || !findings || !cJSON_AddItemToObject(json, "findings", findings)) {
        cJSON_Delete(findings);
        ok = false;
    }
    return whole(json, ok);
}

cJSON *render_profiles(void)
{
    cJSON *json = cJSON_CreateObject();
    cJSON *rows = cJSON_AddArrayToObject(json, "profiles");
    bool ok = rows != NULL;

    for (size_t i = 0; ok && i < profile_count; i++)
        ok = append(rows, render_profile(&profiles[i]));
    return whole(json, ok);
}
