/* SPDX-License-Identifier: ISC */
/* build_image: a topology on standard input, its image on standard output; 1 and the reason when it is
 * refused */
#include <stdio.h>

#include "../src/topo/image.h"
#include "../src/topo/request.h"

int main(void)
{
    static struct topology topology;
    static struct image image;
    static struct err err;
    static char text[65536];
    const size_t size = fread(text, 1, sizeof(text), stdin);

    if (request_parse(text, size, &topology, &err) < 0 || image_build(&topology, &image, &err) < 0) {
        fprintf(stderr, "%s: %s\n", err.places[0].pointer, err.places[0].detail);
        return 1;
    }
    return fwrite(image.bytes, 1, image.size, stdout) != image.size;
}
