/* SPDX-License-Identifier: ISC */
#include "suites.h"

int build(struct topology *t, struct image *image, struct err *err)
{
    memset(err, 0, sizeof(*err));
    return topology_complete(t, err) < 0 ? -1 : image_build(t, image, err);
}

int main(void)
{
    static const struct suite *const suites[] = { &topo_volt, &topo_formats, &topo_memory };

    return suite_main(suites, sizeof(suites) / sizeof(suites[0]));
}
