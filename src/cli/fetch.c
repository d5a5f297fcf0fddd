/* SPDX-License-Identifier: ISC */
#include "fetch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cjson/cJSON.h>
#include <curl/curl.h>

#include "../base/file.h"
#include "../mptable/mptable.h"
#include "../seal/minisig.h"

#define UNIX_PREFIX "unix:"
#define UNIT_SOCKET "/run/mptabled/api.sock"
#define TOKEN_CHARS \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=" /* RFC 6750 */

enum {
    CONNECT_MAX = 10000,           /* milliseconds */
    TOKEN_FILE = 65536,            /* bytes of a token file, as the daemon takes it */
    REPLY_MAX = IMAGE_MAX + 32768, /* bytes of heads, body and trailers together */
    LINE_COST = 128,   /* bytes that libcurl takes for a line of a head, beside its text */
    PROBLEM_MAX = 8192 /* bytes of a problem document; parsed, it takes forty times as much */
};

static const struct file_rules token_rules = { .what = "token file",
                                               .max = TOKEN_FILE,
                                               .checks = FILE_WAIT,
                                               .closed = S_IRWXO | S_IWGRP,
                                               .mend = "chmod 600" };

/* Everything a transfer needs, to be released together. */
struct transfer {
    const char *server;
    long milliseconds;
    CURL *curl;
    CURLU *url;
    struct curl_slist *headers;
    struct fetch *fetch;
    size_t taken; /* bytes of the reply, see REPLY_MAX */
    bool too_long;
    char message[CURL_ERROR_SIZE], token[TOKEN_FILE + 1];
};

static void scoped_transfer(struct transfer *const *transfer)
{
    struct transfer *const t = *transfer;

    if (t) {
        curl_easy_cleanup(t->curl);
        curl_url_cleanup(t->url);
        curl_slist_free_all(t->headers);
        explicit_bzero(t->token, sizeof(t->token));
    }
    free(t);
}

/* libcurl keeps every line of every head and of the trailers, and does not count the trailers. */
static size_t take_line(char *line, size_t one, size_t size, void *context)
{
    struct transfer *const t = context;

    (void)line;
    (void)one; /* always 1 */
    t->taken += size + LINE_COST;
    t->too_long = t->taken > REPLY_MAX;
    return t->too_long ? CURL_WRITEFUNC_ERROR : size;
}

static size_t take_bytes(char *bytes, size_t one, size_t size, void *context)
{
    struct transfer *const t = context;
    struct fetch *const f = t->fetch;

    (void)one; /* always 1 */
    t->taken += size;
    t->too_long = size > sizeof(f->image) - f->size || t->taken > REPLY_MAX;
    if (t->too_long)
        return CURL_WRITEFUNC_ERROR;
    memcpy(f->image + f->size, bytes, size);
    f->size += size;
    return size;
}

static int bad_server(struct cli *cli)
{
    return cli_refuse_option(cli, "server",
                             "must be http://HOST[:PORT], https://HOST[:PORT] or unix:PATH");
}

static bool has_part(CURLU *url, CURLUPart part, const char *none)
{
    char *text = NULL;
    const bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK && strcmp(text, none) != 0;

    curl_free(text);
    return has;
}

static bool is_local(const char *server)
{
    return strncmp(server, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0;
}

static int parse_server(struct cli *cli, const char *server, CURLU *url)
{
    CURLUcode code;

    if (is_local(server)
            ? !server[strlen(UNIX_PREFIX)]
            : strncmp(server, "http://", 7) != 0 && strncmp(server, "https://", 8) != 0)
        return bad_server(cli);
    code = curl_url_set(url, CURLUPART_URL, is_local(server) ? "http://localhost" : server,
                        CURLU_DISALLOW_USER);
    if (code == CURLUE_OUT_OF_MEMORY)
        return cli_no_memory(cli);
    if (code != CURLUE_OK || has_part(url, CURLUPART_PATH, "/") ||
        has_part(url, CURLUPART_QUERY, "") || has_part(url, CURLUPART_FRAGMENT, ""))
        return bad_server(cli);
    return CLI_DONE;
}

static int set_server(struct cli *cli, struct transfer *t)
{
    const int status = parse_server(cli, t->server, t->url);

    if (status != CLI_DONE)
        return status;
    if (curl_url_set(t->url, CURLUPART_PATH, "/v1/images", 0) ||
        curl_url_set(t->url, CURLUPART_QUERY, "format=bin", 0) ||
        curl_easy_setopt(t->curl, CURLOPT_CURLU, t->url) ||
        (is_local(t->server) &&
         curl_easy_setopt(t->curl, CURLOPT_UNIX_SOCKET_PATH, t->server + strlen(UNIX_PREFIX))))
        return cli_no_memory(cli);
    return CLI_DONE;
}

/* Splits MPTABLED_SERVER at its blanks. */
static int split_servers(struct cli *cli, const char *list, struct servers *servers)
{
    char *rest = NULL;

    servers->copy = strdup(list);
    if (!servers->copy)
        return cli_no_memory(cli);
    for (char *url = strtok_r(servers->copy, " ", &rest); url; url = strtok_r(NULL, " ", &rest)) {
        if (servers->count == OPTIONS_LIST_MAX) {
            err_at(&cli->err, ERR_INVALID, NULL, "MPTABLED_SERVER: at most %d servers",
                   OPTIONS_LIST_MAX);
            return cli_complain(cli, NULL, CLI_USAGE);
        }
        servers->urls[servers->count++] = url;
    }
    return CLI_DONE;
}

/* Options of TLS mean that the user counts on it. */
static int check_tls(struct cli *cli, const struct servers *servers)
{
    for (unsigned i = 0; i < servers->count; i++)
        if (strncmp(servers->urls[i], "https://", 8) == 0)
            return CLI_DONE;
    if (cli->cacert || cli->cert)
        return cli_refuse_option(cli, cli->cacert ? "cacert" : "cert",
                                 "is for https:// servers, and none is asked");
    return CLI_DONE;
}

int fetch_servers(struct cli *cli, struct servers *servers)
{
    const char *const list = getenv("MPTABLED_SERVER");
    CURLU *url;
    int status = CLI_DONE;

    *servers = (struct servers){ .count = cli->servers.count };
    memcpy(servers->urls, cli->servers.values, sizeof(servers->urls));
    if (servers->count == 0 && list)
        status = split_servers(cli, list, servers);
    if (servers->count == 0)
        servers->urls[servers->count++] =
            access(UNIT_SOCKET, F_OK) == 0 ? UNIX_PREFIX UNIT_SOCKET : "http://127.0.0.1:8640";
    for (unsigned i = 0; status == CLI_DONE && i < servers->count; i++) {
        url = curl_url();
        status = url ? parse_server(cli, servers->urls[i], url) : cli_no_memory(cli);
        curl_url_cleanup(url);
    }
    return status == CLI_DONE ? check_tls(cli, servers) : status;
}

bool fetch_is_local(const struct servers *servers)
{
    for (unsigned i = 0; i < servers->count; i++)
        if (!is_local(servers->urls[i]))
            return false;
    return true;
}

/* The first line that is not empty and has no # in front, as in a daemon's file of plain tokens */
static char *find_token(char *text)
{
    const char *rest = text, *line;
    unsigned number = 0;
    size_t size;
    char *token;

    if (!file_line(&rest, &line, &size, &number))
        return NULL;
    token = text + (line - text);
    token[size] = '\0';
    return token[strspn(token, TOKEN_CHARS)] ? NULL : token;
}

static int set_token(struct cli *cli, struct transfer *t)
{
    const char *const path = cli->token_file ? cli->token_file : getenv("MPTABLED_TOKEN_FILE");
    char *token = NULL;
    struct stat st;
    size_t size;

    if (!path || !path[0])
        return CLI_DONE;
    if (file_read(path, &token_rules, t->token, &size, &st, &cli->err) == 0 &&
        !(token = find_token(t->token)))
        err_at(&cli->err, ERR_FILE, NULL, "%s: the file has no token", path);
    if (!token || file_guard(path, &token_rules, &st, &cli->err) < 0)
        return cli_complain(cli, NULL, CLI_IO);
    if (curl_easy_setopt(t->curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER) ||
        curl_easy_setopt(t->curl, CURLOPT_XOAUTH2_BEARER, token))
        return cli_no_memory(cli);
    return CLI_DONE;
}

/* If the user gives a CA file, no other authority is trusted. */
static bool set_certificates(const struct cli *cli, CURL *curl)
{
    return (!cli->cacert || (curl_easy_setopt(curl, CURLOPT_CAINFO, cli->cacert) == CURLE_OK &&
                             curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) == CURLE_OK)) &&
           (!cli->cert || (curl_easy_setopt(curl, CURLOPT_SSLCERT, cli->cert) == CURLE_OK &&
                           curl_easy_setopt(curl, CURLOPT_SSLKEY, cli->key_file) == CURLE_OK));
}

static bool set_request(struct transfer *t, const char *topology, size_t size)
{
    static const char *const headers[] = { "Content-Type: application/json",
                                           "Accept: application/octet-stream", "Expect:" };
    const struct {
        CURLoption option;
        long value;
    } numbers[] = { { CURLOPT_CONNECTTIMEOUT_MS,
                      t->milliseconds < CONNECT_MAX ? t->milliseconds : CONNECT_MAX },
                    { CURLOPT_TIMEOUT_MS, t->milliseconds },
                    { CURLOPT_QUICK_EXIT, 1 }, /* not to wait for a look-up that hangs */
                    { CURLOPT_NOSIGNAL, 1 },
                    { CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
                    { CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 } };

    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        struct curl_slist *const more = curl_slist_append(t->headers, headers[i]);

        if (!more)
            return false;
        t->headers = more;
    }
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        if (curl_easy_setopt(t->curl, numbers[i].option, numbers[i].value))
            return false;
    return curl_easy_setopt(t->curl, CURLOPT_HTTPHEADER, t->headers) == CURLE_OK &&
           curl_easy_setopt(t->curl, CURLOPT_USERAGENT, "mptablectl/" MPT_VERSION) == CURLE_OK &&
           curl_easy_setopt(t->curl, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(t->curl, CURLOPT_POSTFIELDSIZE, (long)size) == CURLE_OK &&
           curl_easy_setopt(t->curl, CURLOPT_POSTFIELDS, topology) == CURLE_OK &&
           curl_easy_setopt(t->curl, CURLOPT_ERRORBUFFER, t->message) == CURLE_OK &&
           curl_easy_setopt(t->curl, CURLOPT_HEADERFUNCTION, take_line) == CURLE_OK &&
           curl_easy_setopt(t->curl, CURLOPT_HEADERDATA, t) == CURLE_OK &&
           curl_easy_setopt(t->curl, CURLOPT_WRITEFUNCTION, take_bytes) == CURLE_OK &&
           curl_easy_setopt(t->curl, CURLOPT_WRITEDATA, t) == CURLE_OK;
}

static const char *text_of(const cJSON *json, const char *name)
{
    const char *const text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, name));

    return text ? text : "";
}

/* Takes the errors of problem details (RFC 9457), in whose pointers "#/cpus" is /cpus. */
static void take_problem(struct cli *cli, const struct fetch *f, long status)
{
    cJSON *const json = f->size <= PROBLEM_MAX ? cJSON_ParseWithLength(f->image, f->size) : NULL;
    const cJSON *place;

    cJSON_ArrayForEach(place, cJSON_GetObjectItemCaseSensitive(json, "errors"))
    {
        const char *const pointer = text_of(place, "pointer"), *const detail =
                                                                   text_of(place, "detail");

        if (!detail[0])
            continue;
        err_at(&cli->err, ERR_INVALID, NULL, "%s%s%s", pointer + (pointer[0] == '#'),
               strlen(pointer) > 1 ? ": " : "", detail);
    }
    if (cli->err.count == 0 && text_of(json, "title")[0])
        err_at(&cli->err, ERR_INVALID, NULL, "%s: %s", text_of(json, "title"),
               text_of(json, "detail"));
    else if (cli->err.count == 0)
        err_at(&cli->err, ERR_INVALID, NULL, "answers with HTTP status %ld", status);
    cJSON_Delete(json);
}

static int take_signature(struct cli *cli, struct transfer *t)
{
    struct fetch *const f = t->fetch;
    struct curl_header *header;

    if (curl_easy_header(t->curl, "Mptable-Signature", 0, CURLH_HEADER, -1, &header) != CURLHE_OK ||
        header->amount != 1 ||
        minisig_decode(header->value, strlen(header->value), f->minisig, sizeof(f->minisig),
                       &f->minisig_size) < 0)
        return err_at(&cli->err, ERR_INVALID, NULL, "answers without an Mptable-Signature");
    return 0;
}

/*
 * Is the request itself refused, so that no other server needs to be asked? 408 and 429 concern the
 * moment, 421 the server.
 */
static bool is_final(long status)
{
    return status >= 400 && status < 500 && status != 408 && status != 421 && status != 429;
}

/* libcurl says of a socket file only that it could not connect. */
static void explain_failure(struct cli *cli, const struct transfer *t, CURLcode code)
{
    static const struct {
        int error;
        const char *detail;
    } rows[] = { { ENOENT, "no such socket (is mptabled.socket enabled?)" },
                 { EACCES, "Permission denied (are you in the group mptabled-client?)" },
                 { ECONNREFUSED, "nothing listens at this socket (is mptabled running?)" } };
    long error = 0;

    curl_easy_getinfo(t->curl, CURLINFO_OS_ERRNO, &error);
    for (size_t i = 0;
         is_local(t->server) && code == CURLE_COULDNT_CONNECT && i < sizeof(rows) / sizeof(rows[0]);
         i++)
        if (rows[i].error == error) {
            err_at(&cli->err, ERR_FILE, NULL, "%s", rows[i].detail);
            return;
        }
    err_at(&cli->err, ERR_FILE, NULL, "%s", t->message[0] ? t->message : curl_easy_strerror(code));
}

static int transfer(struct cli *cli, struct transfer *t)
{
    const CURLcode code = curl_easy_perform(t->curl);
    long status = 0;

    if (t->too_long) {
        err_at(&cli->err, ERR_INVALID, NULL, "answers with more than %d bytes", REPLY_MAX);
        return cli_complain(cli, t->server, CLI_REFUSED);
    }
    if (code != CURLE_OK) {
        explain_failure(cli, t, code);
        return cli_complain(cli, t->server, CLI_IO);
    }
    curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) {
        take_problem(cli, t->fetch, status);
        t->fetch->final = is_final(status);
        return cli_complain(cli, t->server, status >= 500 ? CLI_IO : CLI_REFUSED);
    }
    return take_signature(cli, t) < 0 ? cli_complain(cli, t->server, CLI_REFUSED) : CLI_DONE;
}

int fetch_image(struct cli *cli, const char *server, long milliseconds, const char *topology,
                size_t size, struct fetch *fetch)
{
    struct transfer *t SCOPED(scoped_transfer) = calloc(1, sizeof(*t));
    int status;

    if (!t || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return cli_no_memory(cli);
    t->server = server;
    t->milliseconds = milliseconds;
    t->fetch = fetch;
    fetch->size = 0;
    fetch->final = false;
    t->curl = curl_easy_init();
    t->url = curl_url();
    if (!t->curl || !t->url || !set_request(t, topology, size) || !set_certificates(cli, t->curl))
        return cli_no_memory(cli);
    status = set_server(cli, t);
    if (status == CLI_DONE)
        status = set_token(cli, t);
    return status == CLI_DONE ? transfer(cli, t) : status;
}
