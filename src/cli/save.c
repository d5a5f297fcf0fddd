/* SPDX-License-Identifier: ISC */
/*
 * Files that come into being whole: written under other names, which they exchange for their own at
 * the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "../seal/seal.h"
#include "cli.h"

enum { FILES_MAX = 2 };

/*
 * A rename puts a file in the place of whatever is there: of another file, but not of a device or a
 * link.
 */
static int check_place(struct cli *cli, const char *path)
{
    struct stat st;

    if (lstat(path, &st) < 0)
        return errno == ENOENT ? 0 : err_system(&cli->err, ERR_FILE, "%s", path);
    if (S_ISREG(st.st_mode))
        return 0;
    return err_at(&cli->err, ERR_FILE, NULL, "%s: not a regular file, and so not replaced", path);
}

static char *temporary_name(struct cli *cli, const char *path)
{
    uint64_t random;
    char *name = NULL;

    seal_random(&random, sizeof(random));
    if (asprintf(&name, "%s.%016" PRIx64 ".tmp", path, random) >= 0)
        return name;
    err_at(&cli->err, ERR_BUSY, NULL, "no memory");
    return NULL;
}

static int write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        const ssize_t put = write(fd, bytes, size);

        if (put < 0 && errno != EINTR)
            return -1;
        bytes += put > 0 ? put : 0;
        size -= put > 0 ? (size_t)put : 0;
    }
    return 0;
}

/* On disk under its temporary name, or not there. -1 with cli->err filled */
static int write_temporary(struct cli *cli, const struct cli_file *file, const char *name)
{
    const int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    bool good;

    if (fd < 0)
        return err_system(&cli->err, ERR_FILE, "%s", file->path);
    good = write_all(fd, file->bytes, file->size) == 0 && fsync(fd) == 0;
    if (!good)
        err_system(&cli->err, ERR_FILE, "%s", file->path);
    if (close(fd) < 0 && good) {
        err_system(&cli->err, ERR_FILE, "%s", file->path);
        good = false;
    }
    if (!good)
        unlink(name);
    return good ? 0 : -1;
}

int cli_save(struct cli *cli, const struct cli_file *files, size_t count)
{
    char *names[FILES_MAX] = { NULL };
    size_t written = 0, placed = 0;

    while (written < count && check_place(cli, files[written].path) == 0 &&
           (names[written] = temporary_name(cli, files[written].path)) &&
           write_temporary(cli, &files[written], names[written]) == 0)
        written++;
    for (; written == count && placed < count; placed++)
        if (rename(names[placed], files[placed].path) < 0) {
            err_system(&cli->err, ERR_FILE, "%s", files[placed].path);
            break;
        }
    for (size_t i = placed; i < written; i++)
        unlink(names[i]);
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    return placed == count ? 0 : -1;
}

int cli_check_signature(struct cli *cli, bool read)
{
    if (strcmp(cli->operand, "-") != 0 ||
        (cli->signature && !(read && strcmp(cli->signature, "-") == 0)))
        return CLI_DONE;
    err_at(&cli->err, ERR_FILE, &(struct at){ NULL, "signature", 0 },
           "must name a file when the image is standard input");
    return cli_complain_options(cli);
}

char *cli_signature_name(struct cli *cli, const char *image)
{
    char *name = NULL;

    if (asprintf(&name, "%s.minisig", image) >= 0)
        return name;
    err_at(&cli->err, ERR_BUSY, NULL, "no memory");
    return NULL;
}
