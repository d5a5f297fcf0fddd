/* SPDX-License-Identifier: ISC */
#include "trusted.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ENVIRONMENT "MPTABLED_PUBLIC_KEYS" /* paths with colons between */
#define SUFFIX      ".pub"

static const char *const folders[] = { "/etc/mptabled/keys", "/run/mptabled/keys" };

static int add(struct cli *cli, const char *path, struct trusted *t)
{
    if (t->count == TRUSTED_KEYS_MAX)
        return err_at(&cli->err, ERR_FILE, NULL, "%s: more than %d public keys", path,
                      TRUSTED_KEYS_MAX);
    if (public_key_load(path, &t->keys[t->count], &cli->err) < 0)
        return -1;
    t->count++;
    return 0;
}

static int is_key(const struct dirent *entry)
{
    const size_t length = strlen(entry->d_name), suffix = strlen(SUFFIX);

    return entry->d_name[0] != '.' && length > suffix &&
           strcmp(entry->d_name + length - suffix, SUFFIX) == 0;
}

/* A file that is gone again, since keys may be replaced now, is passed over without a message. */
static int add_found(struct cli *cli, const char *folder, const char *name, struct trusted *t)
{
    char *path SCOPED(scoped_free) = NULL;

    if (asprintf(&path, "%s/%s", folder, name) < 0) {
        path = NULL;
        return err_at(&cli->err, ERR_BUSY, NULL, "no memory");
    }
    if (add(cli, path, t) == 0)
        return 0;
    if (t->count == TRUSTED_KEYS_MAX)
        return -1;
    if (access(path, F_OK) == 0)
        cli_complain(cli, NULL, CLI_IO);
    cli->err = (struct err){ .count = 0 };
    return 0;
}

/* The keys of a folder, in the order of their names */
static int add_folder(struct cli *cli, const char *folder, struct trusted *t)
{
    struct dirent **entries = NULL;
    const int count = scandir(folder, &entries, is_key, alphasort);
    int status = 0;

    if (count < 0)
        return err_system(&cli->err, ERR_FILE, "%s", folder);
    for (int i = 0; i < count; i++) {
        if (status == 0)
            status = add_found(cli, folder, entries[i]->d_name, t);
        free(entries[i]);
    }
    free(entries);
    return status;
}

/* A path that the user names must have a key. */
static int add_path(struct cli *cli, const char *path, struct trusted *t)
{
    const unsigned before = t->count;
    struct stat st;

    if (stat(path, &st) < 0 || !S_ISDIR(st.st_mode))
        return add(cli, path, t);
    if (add_folder(cli, path, t) < 0)
        return -1;
    return t->count > before ? 0
                             : err_at(&cli->err, ERR_FILE, NULL,
                                      "%s: the folder has no public key, a file *" SUFFIX, path);
}

static int add_environment(struct cli *cli, const char *paths, struct trusted *t)
{
    char *const copy = strdup(paths), *rest = NULL;
    int status = copy ? 0 : err_at(&cli->err, ERR_BUSY, NULL, "no memory");

    for (char *path = copy ? strtok_r(copy, ":", &rest) : NULL; path && status == 0;
         path = strtok_r(NULL, ":", &rest))
        status = add_path(cli, path, t);
    free(copy);
    return status;
}

static int add_default(struct cli *cli, struct trusted *t)
{
    for (size_t i = 0; t->count == 0 && i < sizeof(folders) / sizeof(folders[0]); i++)
        if (access(folders[i], F_OK) == 0 || errno != ENOENT)
            if (add_folder(cli, folders[i], t) < 0)
                return -1;
    return 0;
}

static int add_all(struct cli *cli, struct trusted *t)
{
    const char *const paths = getenv(ENVIRONMENT);
    int status = 0;

    for (unsigned i = 0; status == 0 && i < cli->public_keys.count; i++)
        status = add_path(cli, cli->public_keys.values[i], t);
    if (cli->public_keys.count > 0)
        return status;
    return paths && paths[0] ? add_environment(cli, paths, t) : add_default(cli, t);
}

int trusted_load(struct cli *cli, struct trusted *t)
{
    int status;

    t->count = t->revoked.count = 0;
    if (add_all(cli, t) < 0)
        return cli_complain(cli, NULL, CLI_IO);
    status = cli->revoked ? revoked_load(cli->revoked, &t->revoked, &cli->err) : 0;
    if (status > 0)
        err_at(&cli->err, ERR_FILE, NULL, "%s: there is no such list of revoked keys",
               cli->revoked);
    return status != 0 ? cli_complain(cli, NULL, CLI_IO) : CLI_DONE;
}

int trusted_refuse_none(struct cli *cli, const char *otherwise)
{
    err_at(&cli->err, ERR_INVALID, &(struct at){ NULL, "public_key", 0 },
           "is needed: there is no key in " ENVIRONMENT ", %s or %s%s", folders[0], folders[1],
           otherwise);
    return cli_complain_options(cli);
}
