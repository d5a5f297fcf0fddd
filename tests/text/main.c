/* SPDX-License-Identifier: ISC */
#include "suites.h"

#include "../lib/quotes.h"

int build(const char *json, struct topology *t, struct image *image, struct err *err)
{
    char *const text = quotes(json);
    int status;

    memset(err, 0, sizeof(*err));
    status = request_parse(text, strlen(text), t, err);
    free(text);
    return status < 0 ? -1 : image_build(t, image, err);
}

int main(void)
{
    static const struct suite *const suites[] = { &text_request, &text_complete, &text_place,
                                                  &text_image,   &text_render,   &text_finding,
                                                  &text_found,   &text_facts };

    return suite_main(suites, sizeof(suites) / sizeof(suites[0]));
}
