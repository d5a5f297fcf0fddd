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
 * render_image - the image reply, of which signed.c writes the signature
 * @b:        in the object; the members are written in the order of the contract: first
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
 * @layout: with the layout, which is a third of the text of a long table
 */
void render_found(struct build *b, const char *name, const struct found *found,
                  const struct memory *input, bool layout);

/*
 * render_topology - a topology as request_parse takes it: all that is given but lists other than
 * entries and patches
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
 * render_profile_image - the image whose findings stand for a profile's: that of
 * RENDER_PROFILE_CPUS processors, of more where only multiples are taken, or of as many as fit
 *
 * Return: 0; -1 and what is wrong with the row, which is a bug.
 */
enum { RENDER_PROFILE_CPUS = 4 };
int render_profile_image(const struct profile *profile, struct topology *topology,
                         struct image *image, struct err *err) MUST_USE;

#endif
