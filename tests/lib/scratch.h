/* SPDX-License-Identifier: ISC */
/* A directory of a test's own, which is the current one meanwhile, and files in it. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct scratch_dir {
    int home; /* the current directory before */
    char path[512];
};

/* scratch_enter - make a directory in TMPDIR (or here) and change to it. Return: 0, or -1 */
static inline int scratch_enter(struct scratch_dir *dir)
{
    const char *tmp = getenv("TMPDIR");

    snprintf(dir->path, sizeof(dir->path), "%s/mptabled-test-XXXXXX", tmp && *tmp ? tmp : ".");
    dir->home = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return dir->home >= 0 && mkdtemp(dir->path) && chdir(dir->path) == 0 ? 0 : -1;
}

static inline int scratch_remove_one(const char *path, const struct stat *st, int type,
                                     struct FTW *walk)
{
    (void)st;
    (void)type;
    (void)walk;
    return remove(path);
}

/* scratch_leave - go back and remove the directory and what is in it */
static inline void scratch_leave(struct scratch_dir *dir)
{
    if (fchdir(dir->home) == 0)
        nftw(dir->path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    close(dir->home);
}

/* scratch_write - make a file with that content and mode, or replace one. Return: 0, or -1 */
static inline int scratch_write(const char *name, mode_t mode, const void *bytes, size_t size)
{
    int fd, wrong;

    unlink(name);
    fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    wrong = write(fd, bytes, size) != (ssize_t)size || fchmod(fd, mode) < 0;
    return close(fd) < 0 || wrong ? -1 : 0;
}

/* scratch_read - read at most size - 1 bytes of a file, and add a NUL. Return: how many, or -1 */
static inline ssize_t scratch_read(const char *name, char *out, size_t size)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, out, size - 1);

    out[got > 0 ? got : 0] = '\0';
    if (fd >= 0)
        close(fd);
    return got;
}

#endif
