/* SPDX-License-Identifier: ISC */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

#include "../base/file.h"

enum { FILES_MAX = 2 };

char *files_read(struct cli *cli, const char *path, size_t *size)
{
    static const struct file_rules rules = { .what = "file", .max = 1 << 30, .checks = FILE_WAIT };

    return file_load(strcmp(path, "-") == 0 ? NULL : path, &rules, size, &cli->err);
}

bool files_is_descriptor(const char *path)
{
    const char *const slash = strrchr(path, '/');
    char *dir SCOPED(scoped_free) = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    struct statfs fs;

    return dir && statfs(dir, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

static bool is_same(const char *path, const struct stat *st)
{
    struct stat other;

    return path && stat(path, &other) == 0 && other.st_dev == st->st_dev &&
           other.st_ino == st->st_ino;
}

/* Does the command read this file? Its output would take the place of a key or a topology. */
static bool is_input(const struct cli *cli, const struct stat *st)
{
    const char *const inputs[] = { cli->operand,    cli->second,        cli->key,
                                   cli->revoked,    cli->madt_file,     cli->from_madt,
                                   cli->cacert,     cli->cert,          cli->key_file,
                                   cli->token_file, cli->topology_file, cli->rom };

    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++)
        if (is_same(inputs[i], st))
            return true;
    for (unsigned i = 0; i < cli->public_keys.count; i++)
        if (is_same(cli->public_keys.values[i], st))
            return true;
    return false;
}

/*
 * Only a regular file may be replaced: a rename would also replace a device or a link.
 * @mode: set to the mode that the new file gets, that of the old one or 0
 */
static int check_place(struct cli *cli, const char *path, mode_t *mode)
{
    struct stat st;

    *mode = 0;
    if (lstat(path, &st) < 0)
        return errno == ENOENT ? 0 : err_system(&cli->err, ERR_FILE, "%s", path);
    *mode = st.st_mode & 07777;
    if (!S_ISREG(st.st_mode))
        return err_at(&cli->err, ERR_FILE, NULL,
                      "%s: is not a regular file, and only these are replaced", path);
    if (is_input(cli, &st))
        return err_at(&cli->err, ERR_FILE, NULL,
                      "%s: the command reads this file; name another for the output", path);
    return 0;
}

/* A new file that is on disk under a temporary name, in the folder of its final name */
struct draft {
    struct file_place place;
    char name[FILE_NAME_SIZE];
};

static int draft(struct cli *cli, const struct files_new *file, struct draft *d)
{
    mode_t mode;

    if (check_place(cli, file->path, &mode) < 0)
        return -1;
    if (file_place_open(&d->place, file->path, O_RDONLY) < 0 ||
        file_draft(d->place.dir, d->place.name, mode, NULL, file->bytes, file->size, d->name) < 0)
        return err_system(&cli->err, ERR_FILE, "%s: cannot write the file", file->path);
    return 0;
}

int files_save(struct cli *cli, const struct files_new *files, size_t count)
{
    struct draft drafts[FILES_MAX] = { { .place.dir = -1 }, { .place.dir = -1 } };
    size_t written = 0, placed = 0;

    while (written < count && draft(cli, &files[written], &drafts[written]) == 0)
        written++;
    for (; written == count && placed < count; placed++)
        if (file_publish(drafts[placed].place.dir, drafts[placed].name, drafts[placed].place.name,
                         true) < 0) {
            err_system(&cli->err, ERR_FILE, "%s: cannot replace the file", files[placed].path);
            break;
        }
    for (size_t i = 0; i < count; i++) {
        if (i >= placed && i < written)
            unlinkat(drafts[i].place.dir, drafts[i].name, 0);
        scoped_file_place(&drafts[i].place);
    }
    return placed == count ? 0 : -1;
}

/*
 * Is it a device, a pipe, or an open descriptor as /dev/stdout is?
 * @target: set to where a symbolic link points, "" when @path is none
 */
static bool is_stream(const char *path, char target[PATH_MAX])
{
    const ssize_t length = readlink(path, target, PATH_MAX - 1);
    struct stat st;

    target[length > 0 ? length : 0] = '\0';
    return (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) || files_is_descriptor(path) ||
           (target[0] == '/' && files_is_descriptor(target));
}

int files_write(struct cli *cli, const char *path, const void *bytes, size_t size)
{
    char *real SCOPED(scoped_free) = NULL, target[PATH_MAX];

    if (!path)
        return fwrite(bytes, 1, size, stdout) == size
                   ? 0
                   : err_system(&cli->err, ERR_FILE, "standard output");
    if (is_stream(path, target))
        return file_write(path, bytes, size, &cli->err);
    real = target[0] ? realpath(path, NULL) : NULL;
    return files_save(cli, &(struct files_new){ real ? real : path, bytes, size }, 1);
}

char *files_signature(struct cli *cli, const char *image)
{
    char *name = NULL;

    if (asprintf(&name, "%s.minisig", image) >= 0)
        return name;
    err_at(&cli->err, ERR_BUSY, NULL, "no memory");
    return NULL;
}

int files_save_signed(struct cli *cli, const struct files_new *image, const char *minisig,
                      size_t size)
{
    char *beside SCOPED(scoped_free) = files_signature(cli, image->path);

    return beside ? files_save(cli, (struct files_new[]){ { beside, minisig, size }, *image }, 2)
                  : -1;
}

int files_print_json(struct cli *cli, struct build *b)
{
    size_t size;
    char *text SCOPED(scoped_free) = build_pretty(b, &size);

    if (!text)
        return cli_no_memory(cli);
    if (files_write(cli, NULL, text, size) < 0)
        return cli_complain(cli, NULL, CLI_IO);
    return CLI_DONE;
}
