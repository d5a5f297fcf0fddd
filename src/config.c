/* SPDX-License-Identifier: ISC */
/* Flags are rows; a number has its range in its row and is refused by name. */
#include "config.h"

#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

const char config_usage[] =
    "usage: mptabled [--listen ADDR]... [--key FILE]... [--threads N] [--max-body BYTES]\n"
    "                [--max-connections N] [--signature-memory N] [--timeout SECONDS]\n"
    "                [--tls-cert FILE --tls-key FILE [--tls-client-ca FILE]] [--token-file FILE]\n"
    "                [--allow-host NAME]... [--log-level LEVEL] [--check-config] [--version] [--help]\n";

enum flag {
    FLAG_LISTEN = 256, /* above every character, so that no short option exists */
    FLAG_KEY,
    FLAG_THREADS,
    FLAG_MAX_BODY,
    FLAG_MAX_CONNECTIONS,
    FLAG_SIGNATURE_MEMORY,
    FLAG_CACHE_BYTES,
    FLAG_TIMEOUT,
    FLAG_TLS_CERT,
    FLAG_TLS_KEY,
    FLAG_TLS_CLIENT_CA,
    FLAG_TOKEN_FILE,
    FLAG_ALLOW_HOST,
    FLAG_LOG_LEVEL,
    FLAG_CHECK_CONFIG,
    FLAG_VERSION,
    FLAG_HELP
};

static const struct option flags[] = {
    { "listen", required_argument, NULL, FLAG_LISTEN },
    { "key", required_argument, NULL, FLAG_KEY },
    { "threads", required_argument, NULL, FLAG_THREADS },
    { "max-body", required_argument, NULL, FLAG_MAX_BODY },
    { "max-connections", required_argument, NULL, FLAG_MAX_CONNECTIONS },
    { "signature-memory", required_argument, NULL, FLAG_SIGNATURE_MEMORY },
    { "cache-bytes", required_argument, NULL, FLAG_CACHE_BYTES }, /* of 0.1 */
    { "timeout", required_argument, NULL, FLAG_TIMEOUT },
    { "tls-cert", required_argument, NULL, FLAG_TLS_CERT },
    { "tls-key", required_argument, NULL, FLAG_TLS_KEY },
    { "tls-client-ca", required_argument, NULL, FLAG_TLS_CLIENT_CA },
    { "token-file", required_argument, NULL, FLAG_TOKEN_FILE },
    { "allow-host", required_argument, NULL, FLAG_ALLOW_HOST },
    { "log-level", required_argument, NULL, FLAG_LOG_LEVEL },
    { "check-config", no_argument, NULL, FLAG_CHECK_CONFIG },
    { "version", no_argument, NULL, FLAG_VERSION },
    { "help", no_argument, NULL, FLAG_HELP },
    { NULL, 0, NULL, 0 },
};

/* Decimal digits alone: no sign, blank, prefix or leading zero. */
static int parse_number(const char *flag, const char *text, unsigned long lowest,
                        unsigned long highest, unsigned long *number, struct err *err)
{
    const size_t digits = strspn(text, "0123456789");

    if (digits > 0 && digits <= 9 && !text[digits] && (text[0] != '0' || digits == 1)) {
        *number = strtoul(text, NULL, 10);
        if (*number >= lowest && *number <= highest)
            return 0;
    }
    return err_at(err, ERR_FILE, NULL, "--%s must be a number from %lu to %lu", flag, lowest,
                  highest);
}

/* What may stand in Host before the port: a name, an IPv4 address, an IPv6 address in brackets. */
static bool is_host(const char *text)
{
    static const char name[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
    const bool bracketed = text[0] == '[';
    const size_t size = strspn(text + bracketed, bracketed ? "0123456789ABCDEFabcdef:." : name);

    return size > 0 && (bracketed ? strcmp(text + 1 + size, "]") == 0 : !text[size]);
}

/* A file that may be named once. */
static int take_path(const char *flag, const char *text, const char **path, struct err *err)
{
    if (*path)
        return err_at(err, ERR_FILE, NULL, "--%s may be given once", flag);
    *path = text;
    return 0;
}

static int parse_flag(int flag, const char *text, struct config *c, struct err *err)
{
    unsigned long number = 0;
    int status = 0;

    switch (flag) {
    case FLAG_LISTEN:
        if (c->listen_count == CONFIG_LISTEN_MAX)
            return err_at(err, ERR_FILE, NULL, "--listen may be given %d times", CONFIG_LISTEN_MAX);
        c->listen[c->listen_count++] = text;
        return 0;
    case FLAG_KEY:
        if (c->key_count == CONFIG_KEYS_MAX)
            return err_at(err, ERR_FILE, NULL, "--key may be given %d times", CONFIG_KEYS_MAX);
        c->keys[c->key_count++] = text;
        return 0;
    case FLAG_THREADS:
        status = parse_number("threads", text, 1, CONFIG_THREADS_MAX, &number, err);
        c->threads = (unsigned)number;
        return status;
    case FLAG_TLS_CERT:
        return take_path("tls-cert", text, &c->tls_cert, err);
    case FLAG_TLS_KEY:
        return take_path("tls-key", text, &c->tls_key, err);
    case FLAG_TLS_CLIENT_CA:
        return take_path("tls-client-ca", text, &c->tls_client_ca, err);
    case FLAG_TOKEN_FILE:
        return take_path("token-file", text, &c->token_file, err);
    case FLAG_ALLOW_HOST:
        if (c->allow_host_count == CONFIG_HOSTS_MAX)
            return err_at(err, ERR_FILE, NULL, "--allow-host may be given %d times",
                          CONFIG_HOSTS_MAX);
        if (!is_host(text))
            return err_at(err, ERR_FILE, NULL,
                          "--allow-host takes a name or an address, without a port");
        c->allow_hosts[c->allow_host_count++] = text;
        return 0;
    case FLAG_MAX_BODY:
        status = parse_number("max-body", text, 1024, 16777216, &number, err);
        c->max_body = number;
        return status;
    case FLAG_MAX_CONNECTIONS:
        status = parse_number("max-connections", text, 1, 65536, &number, err);
        c->max_connections = (unsigned)number;
        return status;
    case FLAG_SIGNATURE_MEMORY:
        status = parse_number("signature-memory", text, 0, 65536, &number, err);
        c->signature_memory = (unsigned)number;
        return status;
    case FLAG_CACHE_BYTES:
        c->has_cache_bytes = true;
        return parse_number("cache-bytes", text, 0, 999999999, &number, err);
    case FLAG_TIMEOUT:
        status = parse_number("timeout", text, 1, 3600, &number, err);
        c->timeout = (unsigned)number;
        return status;
    case FLAG_LOG_LEVEL:
        c->log_level = log_level_named(text);
        return c->log_level < 0 ? err_at(err, ERR_FILE, NULL,
                                         "--log-level must be error, warning, info or debug")
                                : 0;
    default: /* FLAG_CHECK_CONFIG */
        c->check_only = true;
        return 0;
    }
}

/* Options that make sense only with others */
static int check_together(const struct config *c, struct err *err)
{
    if (!c->tls_cert != !c->tls_key)
        return err_at(err, ERR_FILE, NULL, "--tls-cert and --tls-key go together");
    if (c->tls_client_ca && !c->tls_cert)
        return err_at(err, ERR_FILE, NULL, "--tls-client-ca needs --tls-cert and --tls-key");
    return 0;
}

enum config_action config_parse(int argc, char **argv, struct config *config, struct err *err)
{
    int flag;

    *config = (struct config){ .max_body = 65536,
                               .max_connections = 256,
                               .signature_memory = 1024,
                               .timeout = 10,
                               .log_level = LOG_INFO };
    optind = 0; /* glibc: as if for the first time */
    opterr = 0;
    while ((flag = getopt_long(argc, argv, "", flags, NULL)) != -1) {
        if (flag == FLAG_HELP)
            return CONFIG_HELP;
        if (flag == FLAG_VERSION)
            return CONFIG_VERSION;
        if (flag == '?' || flag == ':') {
            err_at(err, ERR_FILE, NULL, "%s: no such option, or its value is missing",
                   argv[optind - 1]);
            return CONFIG_USAGE;
        }
        if (parse_flag(flag, optarg, config, err) < 0)
            return CONFIG_USAGE;
    }
    if (optind < argc) {
        err_at(err, ERR_FILE, NULL, "%s: no arguments are taken", argv[optind]);
        return CONFIG_USAGE;
    }
    return check_together(config, err) < 0 ? CONFIG_USAGE : CONFIG_RUN;
}

/* A directory's name, part of @text, and what follows it there */
static int put_path(char path[CONFIG_PATH_SIZE], const char *text, size_t length,
                    const char *behind, struct err *err)
{
    const int n = snprintf(path, CONFIG_PATH_SIZE, "%.*s%s", (int)length, text, behind);

    if (n < 0 || n >= CONFIG_PATH_SIZE)
        return err_at(err, ERR_FILE, NULL, "the path of the key is too long");
    return 0;
}

/* Return: 1 when a key is there. */
static int place_credentials(const char *directory, struct config_key_place *place, struct err *err)
{
    static const char *const names[] = { "/mptabled.key", "/keys_mptabled.key" };
    const size_t length = strlen(directory);

    place->may_make = false;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (put_path(place->key, directory, length, names[i], err) < 0 ||
            put_path(place->beside, directory, length, "/keys_", err) < 0)
            return -1;
        if (access(place->key, F_OK) == 0)
            return 1;
    }
    return 0;
}

static int place_state(const char *directory, size_t length, const char *below,
                       struct config_key_place *place, struct err *err)
{
    char name[64];

    place->may_make = true;
    snprintf(name, sizeof(name), "%s/mptabled.key", below);
    if (put_path(place->key, directory, length, name, err) < 0)
        return -1;
    snprintf(name, sizeof(name), "%s/", below);
    return put_path(place->beside, directory, length, name, err);
}

static int place_given(const char *key, struct config_key_place *place, struct err *err)
{
    const char *slash = strrchr(key, '/');

    place->may_make = place->scan = false;
    if (put_path(place->key, key, strlen(key), "", err) < 0)
        return -1;
    return slash ? put_path(place->beside, key, (size_t)(slash - key), "/", err)
                 : put_path(place->beside, ".", 1, "/", err);
}

int config_key_place(const struct config *config, struct config_key_place *place, struct err *err)
{
    const char *credentials = getenv("CREDENTIALS_DIRECTORY"), *state = getenv("STATE_DIRECTORY");
    const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int found = 0;

    if (config->key_count > 0)
        return place_given(config->keys[0], place, err);
    place->scan = true;
    if (credentials && *credentials)
        found = place_credentials(credentials, place, err);
    if (found != 0)
        return found < 0 ? -1 : 0;
    if (state && *state) /* several are separated by colons; the first is the main one */
        return place_state(state, strcspn(state, ":"), "", place, err);
    if (xdg && *xdg == '/')
        return place_state(xdg, strlen(xdg), "/mptabled", place, err);
    if (home && *home)
        return place_state(home, strlen(home), "/.local/state/mptabled", place, err);
    return err_at(err, ERR_FILE, NULL,
                  "no place for a key: give --key, or set STATE_DIRECTORY, XDG_STATE_HOME or HOME");
}
