/* SPDX-License-Identifier: ISC */
/* One request to a daemon, through libcurl. */
#ifndef CLI_FETCH_H
#define CLI_FETCH_H

#include "../seal/seal.h"
#include "cli.h"

#define FETCH_SERVER "http://127.0.0.1:8640" /* where the daemon listens by default */

/* What the server sent. None of it may be trusted before it is verified. */
struct fetch {
    size_t size;
    char image[IMAGE_MAX];
    size_t minisig_size;
    char minisig[SEAL_FILE_SIZE];
};

/*
 * fetch_image - post a topology and take the image and the signature file that come back
 *
 * The server and our credentials are options. No proxy is used and no redirection is followed. The
 * whole exchange takes at most 30 seconds.
 *
 * Return: CLI_DONE, or the exit status after the error was reported: CLI_REFUSED when the server
 * refused or its reply is not an image; CLI_IO when there was no reply, or a status of 500 and
 * above.
 */
int fetch_image(struct cli *cli, const char *topology, size_t size, struct fetch *fetch);

#endif
