/* SPDX-License-Identifier: ISC */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"

#define AT(member) offsetof(struct config, member)

static const struct option_row rows[] = {
    { "listen", 0, OPTION_LIST, "ADDRESS", AT(listen),
      .help = "accept connections at 127.0.0.1:PORT, [::1]:PORT\n"
              "or unix:PATH; default 127.0.0.1:8640, or the\n"
              "sockets that systemd passes" },
    { "metrics-listen", 0, OPTION_LIST, "ADDRESS", AT(metrics_listen),
      .help = "the same, and serve /metrics there and nothing\n"
              "else" },
    { "key", 0, OPTION_LIST, "FILE", AT(keys),
      .help = "sign with this minisign secret key; further ones\n"
              "are published as retired" },
    { "threads", 0, OPTION_NUMBER, "NUMBER", AT(threads), 1, CONFIG_THREADS_MAX, 0,
      .help = "threads that serve requests; default one for each\n"
              "CPU, at most 16" },
    { "max-body", 0, OPTION_NUMBER, "BYTES", AT(max_body), 1024, 16777216, 65536,
      .help = "longest body of a request" },
    { "max-connections", 0, OPTION_NUMBER, "NUMBER", AT(max_connections), 1, 65536, 256,
      .help = "connections to each address at a time" },
    { "signature-memory", 0, OPTION_NUMBER, "NUMBER", AT(signature_memory), 0, 65536, 1024,
      .help = "signatures that each thread remembers" },
    { "cache-bytes", 0, OPTION_NUMBER, "BYTES", AT(cache_bytes), 0, 999999999, UINT_MAX,
      .help = "does nothing any more; see --signature-memory" },
    { "timeout", 0, OPTION_NUMBER, "SECONDS", AT(timeout), 1, 3600, 10,
      .help = "close a connection after this idle time" },
    { "drain", 0, OPTION_NUMBER, "SECONDS", AT(drain), 0, 3600, 0,
      .help = "when told to stop, serve this long with /readyz\n"
              "at 503 before the listeners close" },
    { "tls-cert", 0, OPTION_TEXT, "FILE", AT(tls_cert),
      .help = "speak TLS on TCP addresses, with this certificate\n"
              "(PEM)" },
    { "tls-key", 0, OPTION_TEXT, "FILE", AT(tls_key), .help = "the certificate's key (PEM)" },
    { "tls-client-ca", 0, OPTION_TEXT, "FILE", AT(tls_client_ca),
      .help = "serve only TLS clients with a certificate of\n"
              "these authorities (PEM)" },
    { "token-file", 0, OPTION_TEXT, "FILE", AT(token_file),
      .help = "serve only requests with one of these tokens" },
    { "policy", 0, OPTION_TEXT, "FILE", AT(policy),
      .help = "have images signed only as this file allows" },
    { "allow-host", 0, OPTION_LIST, "NAME", AT(allow_hosts),
      .help = "serve requests for this host, whatever the port" },
    { "log-level", 0, OPTION_TEXT, "LEVEL", AT(log_level_name),
      .help = "error, warning, info (default) or debug" },
    { "no-page", 0, OPTION_FLAG, NULL, AT(no_page), .help = "serve no page for browsers" },
    { "check-config", 0, OPTION_FLAG, NULL, AT(check_only),
      .help = "check everything that a start or a reload reads,\n"
              "and exit" },
    { "reload", 0, OPTION_NUMBER, "PID", AT(reload_pid), 1, 4194304, 0,
      .help = "the same; then have the daemon of that process id\n"
              "reload, and wait for the outcome" },
    { "print-capabilities", 0, OPTION_LAST, NULL, AT(capabilities),
      .help = "print what this version can do, as JSON, and exit" },
    { "version", 0, OPTION_LAST, NULL, AT(version), .help = "print the version and exit" },
    { "help", 0, OPTION_LAST, NULL, AT(help), .help = "print this and exit" },
};

static const struct options options = { rows, sizeof(rows) / sizeof(rows[0]), 0, "mptabled" };

/* A host as Host has it, without the port: a name, an IPv4 address, an IPv6 address in brackets. */
static bool is_host(const char *text)
{
    static const char name[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
    const bool bracketed = text[0] == '[';
    const size_t size = strspn(text + bracketed, bracketed ? "0123456789ABCDEFabcdef:." : name);

    return size > 0 && (bracketed ? strcmp(text + 1 + size, "]") == 0 : !text[size]);
}

static int check_values(struct config *c, struct err *err)
{
    for (unsigned i = 0; i < c->allow_hosts.count; i++)
        if (!is_host(c->allow_hosts.values[i]))
            return err_at(err, ERR_INVALID, NULL,
                          "--allow-host: must be a name or an address, without a port");
    c->check_only = c->check_only || c->reload_pid;
    c->log_level = c->log_level_name ? log_level_named(c->log_level_name) : LOG_INFO;
    return c->log_level < 0 ? err_at(err, ERR_INVALID, NULL,
                                     "--log-level: must be error, warning, info or debug")
                            : 0;
}

/* Options that need others */
static int check_together(const struct config *c, struct err *err)
{
    if (!c->tls_cert != !c->tls_key)
        return err_at(err, ERR_INVALID, NULL, "--tls-cert and --tls-key go together");
    if (c->tls_client_ca && !c->tls_cert)
        return err_at(err, ERR_INVALID, NULL, "--tls-client-ca needs --tls-cert and --tls-key");
    return 0;
}

enum config_action config_parse(int argc, char **argv, struct config *config, struct err *err)
{
    int operands;

    *config = (struct config){ .threads = 0 };
    operands = options_parse(&options, argc, argv, config, err);
    if (operands < 0)
        return CONFIG_USAGE;
    if (config->help || config->version || config->capabilities)
        return config->help ? CONFIG_HELP : config->version ? CONFIG_VERSION : CONFIG_CAPABILITIES;
    if (operands < argc)
        err_at(err, ERR_INVALID, NULL, "%s: mptabled takes only options", argv[operands]);
    return operands < argc || check_values(config, err) < 0 || check_together(config, err) < 0
               ? CONFIG_USAGE
               : CONFIG_RUN;
}

const struct options *config_options(void)
{
    return &options;
}

void config_help(void)
{
    puts("usage: mptabled [OPTION]...\n\nServes signed MP tables over HTTP; see mptabled(8).\n");
    options_help(&options);
}
