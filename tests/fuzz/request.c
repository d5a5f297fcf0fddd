/* SPDX-License-Identifier: ISC */
/* POST /v1/images: what is accepted builds, is read back, and builds the same again. */
#include "fuzz.h"

#include "../../src/topo/profiles.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct topology topology, read;
    static struct image image, again;
    const char *const text = (const char *)data;
    struct mpt_segment segments[IMAGE_SEGMENTS_MAX];
    struct mpt_memory memory;
    struct found reading;
    struct err err = { 0 };

    if (request_parse(text, size, &topology, &err) < 0 || image_build(&topology, &image, &err) < 0)
        return refused(&err);
    memory = image_memory(&image, segments);
    if (found_read(&memory, image.place.floating, NULL, MPT_FOR_ALL, &read, &again, &reading,
                   &err) < 0) {
        assert(topology.given & GIVEN_PATCHES); /* over "_MP_" */
        return 0;
    }
    assert(reading.exact);
    builds_again(&read, &again);
    /* Whatever was in the memory before makes no difference. */
    memset(&read, 0xa5, sizeof(read));
    memset(&again, 0xa5, sizeof(again));
    assert(request_parse(text, size, &read, &err) == 0 && image_build(&read, &again, &err) == 0);
    same_image(&image, &again);
    return 0;
}
