/* SPDX-License-Identifier: ISC */
#include "suites.h"

#include "../../src/topo/complete.h"

int build(struct topology *t, struct image *image, struct err *err)
{
    memset(err, 0, sizeof(*err));
    return complete_topology(t, err) < 0 ? -1 : image_build(t, image, err);
}

void build_three_segments(struct image *image)
{
    static struct topology topology;
    struct err err;

    topology_init(&topology);
    topology.given = GIVEN_CPUS;
    topology.cpus = 1;
    topology.bios_data_area = true;
    CU_ASSERT_EQUAL_FATAL(build(&topology, image, &err), 0);
}

int main(void)
{
    static const struct suite *const suites[] = { &topo_volt,   &topo_hexdump, &topo_elf,
                                                  &topo_memory, &topo_dump,    &topo_routing };

    return suite_main(suites, sizeof(suites) / sizeof(suites[0]));
}
