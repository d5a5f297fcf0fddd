/* SPDX-License-Identifier: ISC */
/* Requests to daemons, through libcurl. */
#ifndef CLI_FETCH_H
#define CLI_FETCH_H

#include "../seal/seal.h"
#include "cli.h"

/* The daemons to ask, in this order; fetch_servers fills it. */
struct servers {
    unsigned count;
    const char *urls[OPTIONS_LIST_MAX];
    char *copy; /* scoped_servers releases it */
};

static inline void scoped_servers(const struct servers *servers)
{
    free(servers->copy);
}

/*
 * fetch_servers - those of --server, else of MPTABLED_SERVER, with blanks between, else the socket
 * of the unit if it is there, else 127.0.0.1:8640
 *
 * Return: CLI_DONE; the exit status after the error was reported: a server is not of the right
 * form, there are more than OPTIONS_LIST_MAX, or options of TLS are given and no server speaks it.
 */
int fetch_servers(struct cli *cli, struct servers *servers);

/* fetch_is_local - are all of them UNIX sockets? */
bool fetch_is_local(const struct servers *servers);

/* What the server sent. None of it may be trusted before it is verified. */
struct fetch {
    size_t size;
    char image[IMAGE_MAX];
    size_t minisig_size;
    char minisig[SEAL_FILE_SIZE];
    bool final; /* the server refused the request itself: no other server needs to be asked */
};

/*
 * fetch_image - post a topology and take the image and the signature file that come back
 * @milliseconds: how long the whole exchange may take
 *
 * The token and the client's certificate are those of @cli's options, or of MPTABLED_TOKEN_FILE. No
 * proxy is used and no redirection is followed.
 *
 * Return: CLI_DONE, or the exit status after the error was reported: CLI_REFUSED when the server
 * refused or its reply is not an image; CLI_IO when there was no reply, or a status of 500 and
 * above.
 */
int fetch_image(struct cli *cli, const char *server, long milliseconds, const char *topology,
                size_t size, struct fetch *fetch);

#endif
