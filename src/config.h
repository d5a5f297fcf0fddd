/* SPDX-License-Identifier: ISC */
/*
 * The command line, checked: const from here on.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum {
    CONFIG_LISTEN_MAX = 16,
    CONFIG_KEYS_MAX = 16,
    CONFIG_HOSTS_MAX = 16,
    CONFIG_THREADS_MAX = 64,
    CONFIG_PATH_SIZE = 4096
};

struct config {
    const char *listen[CONFIG_LISTEN_MAX]; /* borrowed from the arguments */
    unsigned listen_count; /* 0: the default address, or what the service manager passes */
    const char *keys[CONFIG_KEYS_MAX]; /* borrowed from the arguments; the first signs */
    unsigned key_count;                /* 0: config_key_place says where */
    const char *tls_cert, *tls_key, *tls_client_ca, *token_file; /* paths, NULL = none */
    const char *allow_hosts[CONFIG_HOSTS_MAX];
    unsigned allow_host_count;
    unsigned threads;                  /* 0: one for each CPU */
    size_t max_body;                   /* bytes */
    unsigned signature_memory;         /* signatures that each thread remembers */
    unsigned max_connections, timeout; /* timeout in seconds */
    int log_level;
    bool check_only;
    bool has_cache_bytes; /* an option of 0.1 that does nothing any more */
};

/* config_parse - what to do after reading the command line */
enum config_action { CONFIG_RUN, CONFIG_HELP, CONFIG_VERSION, CONFIG_USAGE };

enum config_action config_parse(int argc, char **argv, struct config *config,
                                struct err *err) MUST_USE;

/* Where keys are, or are to be. */
struct config_key_place {
    char key[CONFIG_PATH_SIZE]; /* the one that signs */
    /*
     * what the paths of its companions begin with: public keys that have retired, and the list of
     * revoked ones
     */
    char beside[CONFIG_PATH_SIZE];
    bool may_make; /* a missing key is made there */
    bool scan;     /* companions are found by their names */
};

/*
 * config_key_place - the first of these:
 *   - the first --key, whose companions are named by further ones;
 *   - $CREDENTIALS_DIRECTORY/mptabled.key or keys_mptabled.key if one is there, with companions keys_*,
 *     which is what systemd makes of the files in a directory that is a credential called keys;
 *   - mptabled.key in $STATE_DIRECTORY, else in $XDG_STATE_HOME/mptabled, else in ~/.local/state/mptabled,
 *     made if it is missing.
 *
 * Return: 0, or -1 with ERR_FILE when the environment names no place.
 */
int config_key_place(const struct config *config, struct config_key_place *place,
                     struct err *err) MUST_USE;

extern const char config_usage[];

#endif
