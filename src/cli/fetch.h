/* SPDX-License-Identifier: ISC */
/* One request to a daemon, through libcurl. */
#ifndef CLI_FETCH_H
#define CLI_FETCH_H

#include "../seal/seal.h"
#include "cli.h"

#define FETCH_SERVER "http://127.0.0.1:8640" /* where the daemon listens by default */

/* What came: nothing of it is to be believed. */
struct fetch {
    size_t size;
    char image[IMAGE_MAX];
    size_t minisig_size;
    char minisig[SEAL_FILE_SIZE];
};

/*
 * fetch_image - post a topology and take the image and the signature file that come back
 *
 * The server, and how to prove to it who asks, are options. No proxy is used and no redirection
 * followed; the whole takes at most 30 seconds.
 *
 * Return: the exit status, said: CLI_REFUSED when the server refused or answered with what is no
 * image, CLI_IO when there was no answer, or one that it cannot serve now.
 */
int fetch_image(struct cli *cli, const char *topology, size_t size, struct fetch *fetch);

#endif
