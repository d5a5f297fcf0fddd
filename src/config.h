/* SPDX-License-Identifier: ISC */
/* The daemon's command line, checked; it does not change after that. */
#ifndef CONFIG_H
#define CONFIG_H

#include <limits.h>

#include "base/options.h"

enum { CONFIG_THREADS_MAX = 64 };

/* Texts are borrowed from the arguments. */
struct config {
    struct option_list listen; /* none: the default address, or what the service manager passes */
    struct option_list metrics_listen; /* addresses at which only /metrics is served */
    struct option_list keys;           /* the first signs; none: see keyplace.h */
    struct option_list allow_hosts;
    const char *tls_cert, *tls_key, *tls_client_ca, *token_file, *policy; /* paths, NULL = none */
    const char *log_level_name;                                           /* NULL = the default */
    unsigned threads;                                                     /* 0: one for each CPU */
    unsigned max_body;                                                    /* bytes */
    unsigned max_connections;
    unsigned signature_memory; /* signatures that each thread remembers */
    unsigned cache_bytes;      /* of 0.1, does nothing; UINT_MAX = not given */
    unsigned timeout;          /* seconds */
    int log_level;
    unsigned drain;      /* seconds from the signal to stop until the listeners close */
    unsigned reload_pid; /* 0: this process is to serve, or to check alone */
    bool no_page;        /* GET / is the index alone */
    bool check_only;     /* also before it has another process reload */
    bool version, capabilities, help;
};

enum config_action { CONFIG_RUN, CONFIG_HELP, CONFIG_VERSION, CONFIG_CAPABILITIES, CONFIG_USAGE };

/* config_parse - read the command line. Return: what to do; CONFIG_USAGE with ERR_INVALID */
enum config_action config_parse(int argc, char **argv, struct config *config,
                                struct err *err) MUST_USE;

/* config_options - the options there are */
const struct options *config_options(void);

/* config_help - print what --help prints */
void config_help(void);

#endif
