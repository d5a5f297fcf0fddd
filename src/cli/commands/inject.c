/* SPDX-License-Identifier: ISC */
/*
 * mptablectl inject: write a verified image into a file of guest memory, at the addresses that were
 * signed.
 *
 * The image is read once, so the bytes written are those that were verified. The memory file is
 * opened once, so another file that gets its name later is not written to. No byte is written
 * before all segments are known to fit.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "../files.h"
#include "../trust.h"

/*
 * Memory without a name (a memfd) is opened by its descriptor, a link in /proc. Other links are not
 * followed: a user with write access to the directory could choose the target.
 */
static int open_memory(struct cli *cli, const char *path)
{
    const int flags =
        O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (files_is_descriptor(path) ? 0 : O_NOFOLLOW);
    const int fd = open(path, flags);
    struct stat st;

    if (fd < 0 && errno == ELOOP)
        return err_at(&cli->err, ERR_FILE, NULL, "%s: is a symbolic link; name the file itself",
                      path);
    if (fd < 0)
        return err_system(&cli->err, ERR_FILE, "%s", path);
    if (fstat(fd, &st) == 0 && (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode)))
        return fd;
    close(fd);
    return err_at(&cli->err, ERR_FILE, NULL, "%s: is neither a regular file nor a block device",
                  path);
}

static int check_bounds(struct cli *cli, const struct seal_claims *c, int memory)
{
    const off_t end = lseek(memory, 0, SEEK_END);

    if (end < 0) {
        err_system(&cli->err, ERR_FILE, "%s", cli->memory);
        return cli_complain(cli, NULL, CLI_IO);
    }
    for (unsigned i = 0; i < c->segment_count; i++) {
        const struct seal_segment *const s = &c->segments[i];

        if ((uint64_t)end < (uint64_t)s->load + s->size)
            err_at(&cli->err, ERR_FILE, NULL, "too small: it ends at 0x%llx, the image at 0x%llx",
                   (unsigned long long)end, (unsigned long long)s->load + s->size);
    }
    return cli->err.count ? cli_complain(cli, cli->memory, CLI_REFUSED) : CLI_DONE;
}

static int put(int memory, const char *bytes, size_t size, off_t at)
{
    while (size > 0) {
        const ssize_t n = pwrite(memory, bytes, size, at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) { /* a write that takes no byte might never take one */
            errno = n < 0 ? errno : EIO;
            return -1;
        }
        bytes += n;
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

static int put_segments(struct cli *cli, const struct trust *t, int memory)
{
    const struct seal_claims *const c = &t->facts.claims;
    size_t used = 0;

    for (unsigned i = 0; i < c->segment_count; i++) {
        if (put(memory, t->image + used, c->segments[i].size, c->segments[i].load) < 0) {
            err_system(&cli->err, ERR_FILE, "%s: not all of the image was written", cli->memory);
            return cli_complain(cli, NULL, CLI_IO);
        }
        used += c->segments[i].size;
        printf("%u bytes at 0x%x\n", c->segments[i].size, c->segments[i].load);
    }
    return CLI_DONE;
}

int cli_inject(struct cli *cli)
{
    struct trust trust SCOPED(scoped_trust) = { .size = 0 };
    struct trusted keys;
    int memory SCOPED(scoped_close) = -1;
    int status = strcmp(cli->memory, "-") == 0
                     ? cli_refuse_option(cli, "memory", "must name a file")
                     : trust_take(cli, &keys, &trust);

    if (status != CLI_DONE)
        return status;
    memory = open_memory(cli, cli->memory);
    if (memory < 0)
        return cli_complain(cli, NULL, CLI_IO);
    status = check_bounds(cli, &trust.facts.claims, memory);
    return status == CLI_DONE ? put_segments(cli, &trust, memory) : status;
}
