/* SPDX-License-Identifier: ISC */
/*
 * The machine as JSON: an image, a table that was found, a topology, the profiles. Findings are in
 * finding.h.
 */
#ifndef TEXT_RENDER_H
#define TEXT_RENDER_H

#include "../json/build.h"
#include "../topo/found.h"
#include "../topo/image.h"
#include "../topo/memory.h"

/*
 * render_image - the image reply, whose member signature is written by signed.c
 * @b:        in the object; the members are written in the order of the API document: first
 *            render_image, then the signature, then render_image_findings
 * @sha256:   of the image, in hex
 * @base64:   the image
 * @topology: what the image was made from
 */
void render_image(struct build *b, const struct image *image, const char *sha256,
                  const char *base64);
void render_image_findings(struct build *b, const struct topology *topology,
                           const struct image *image);

/*
 * render_found - the decode reply, an object
 * @name:   of the object; NULL for the root or an element
 * @input:  what the table was found in; it knows which place in the input each byte has
 * @layout: write the layout, which is two fifths of the text of a long table
 */
void render_found(struct build *b, const char *name, const struct found *found,
                  const struct memory *input, bool layout);

/*
 * render_topology - a topology as request_parse takes it: all members that are given, but no lists
 * except entries and patches
 */
void render_topology(struct build *b, const char *name, const struct topology *topology);

struct profile;

/* render_profile_row - members name, description, default, max_cpus, multiple_of */
void render_profile_row(struct build *b, const struct profile *profile);

/*
 * render_profiles - { "profiles": [ { name, description, default, max_cpus, multiple_of, base,
 * findings, verdicts } ] }
 * @only: the only one; NULL = all
 * @topology, @image: scratch
 */
void render_profiles(struct build *b, const struct profile *only, struct topology *topology,
                     struct image *image);

/*
 * render_profile_image - the image whose findings are shown for a profile: RENDER_PROFILE_CPUS
 * processors, or the next multiple where the profile takes only multiples, or as many as it allows
 *
 * Return: 0; -1 with an error, which is a bug of the row.
 */
enum { RENDER_PROFILE_CPUS = 4 };
int render_profile_image(const struct profile *profile, struct topology *topology,
                         struct image *image, struct err *err) MUST_USE;

#endif
