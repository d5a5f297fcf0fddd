/* SPDX-License-Identifier: ISC */
#include "suites.h"

int build(const char *json, struct topology *t, struct image *image, struct err *err)
{
    memset(err, 0, sizeof(*err));
    if (request_parse(json, strlen(json), t, err) < 0)
        return -1;
    return image_build(t, image, err);
}

int main(void)
{
    static const struct suite *const suites[] = { &text_request, &text_complete, &text_place,
                                                  &text_image,   &text_render,   &text_found,
                                                  &text_facts };

    return suite_main(suites, sizeof(suites) / sizeof(suites[0]));
}
