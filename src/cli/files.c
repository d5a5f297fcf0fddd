/* SPDX-License-Identifier: ISC */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "../base/file.h"

enum { FILES_MAX = 2 };

char *files_read(struct cli *cli, const char *path, size_t *size)
{
    static const struct file_rules rules = { .what = "file", .max = 1 << 30, .checks = FILE_WAIT };

    return file_load(strcmp(path, "-") == 0 ? NULL : path, &rules, size, &cli->err);
}

int files_write(struct cli *cli, const char *path, const void *bytes, size_t size)
{
    if (path)
        return file_write(path, bytes, size, &cli->err);
    return fwrite(bytes, 1, size, stdout) == size
               ? 0
               : err_system(&cli->err, ERR_FILE, "standard output");
}

/* Only a regular file may be replaced: a rename would also replace a device or a link. */
static int check_place(struct cli *cli, const char *path)
{
    struct stat st;

    if (lstat(path, &st) < 0)
        return errno == ENOENT ? 0 : err_system(&cli->err, ERR_FILE, "%s", path);
    if (S_ISREG(st.st_mode))
        return 0;
    return err_at(&cli->err, ERR_FILE, NULL,
                  "%s: is not a regular file, and only these are replaced", path);
}

/* A new file that is on disk under a temporary name, in the folder of its final name */
struct draft {
    struct file_place place;
    char name[FILE_NAME_SIZE];
};

static int draft(struct cli *cli, const struct files_new *file, struct draft *d)
{
    if (check_place(cli, file->path) < 0)
        return -1;
    if (file_place_open(&d->place, file->path, O_RDONLY) < 0 ||
        file_draft(d->place.dir, d->place.name, 0, file->bytes, file->size, d->name) < 0)
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

char *files_signature(struct cli *cli, const char *image)
{
    char *name = NULL;

    if (asprintf(&name, "%s.minisig", image) >= 0)
        return name;
    err_at(&cli->err, ERR_BUSY, NULL, "no memory");
    return NULL;
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
