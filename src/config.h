/* SPDX-License-Identifier: ISC */
/*
 * The command line, checked: const from here on.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum { CONFIG_LISTEN_MAX = 16, CONFIG_HOSTS_MAX = 16, CONFIG_THREADS_MAX = 64 };

struct config {
    const char *listen[CONFIG_LISTEN_MAX]; /* borrowed from the arguments */
    unsigned listen_count;                 /* 0: the default address, or what the service manager passes */
    const char *key;                       /* NULL: config_key_path says where */
    const char *tls_cert, *tls_key, *tls_client_ca, *token_file; /* paths, NULL = none */
    const char *allow_hosts[CONFIG_HOSTS_MAX];
    unsigned allow_host_count;
    unsigned threads;                  /* 0: one for each CPU */
    size_t max_body;                   /* bytes */
    unsigned max_connections, timeout; /* timeout in seconds */
    int log_level;
    bool check_only;
};

/* config_parse - what to do after reading the command line */
enum config_action { CONFIG_RUN, CONFIG_HELP, CONFIG_VERSION, CONFIG_USAGE };

enum config_action config_parse(int argc, char **argv, struct config *config, struct err *err) MUST_USE;

/*
 * config_key_path - where the key is without --key: $CREDENTIALS_DIRECTORY/mptabled.key if that is there,
 * else $STATE_DIRECTORY/mptabled.key, else $XDG_STATE_HOME/mptabled/mptabled.key, else under ~/.local/state
 * @may_make: set when a missing key is made there: not among the credentials
 *
 * Return: 0, or -1 with ERR_FILE when the environment names no place.
 */
int config_key_path(char *path, size_t size, bool *may_make, struct err *err) MUST_USE;

extern const char config_usage[];

#endif
