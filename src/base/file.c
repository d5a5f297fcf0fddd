/* SPDX-License-Identifier: ISC */
#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#include "hex.h"

enum {
    DRAFT_RANDOM = 8,
    LOAD_STEP = 1 << 16,
    LOCK_TRIES = 100 /* 10 ms apart */
};

#define DRAFT_SUFFIX ".tmp"

int file_place_open(struct file_place *place, const char *path, int flags)
{
    const char *slash = strrchr(path, '/');
    char *dir SCOPED(scoped_free) = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");

    place->path = path;
    place->name = slash ? slash + 1 : path;
    if (!dir)
        return -1;
    if (!*place->name) {
        errno = EISDIR;
        return -1;
    }
    place->dir = open(dir, flags | O_DIRECTORY | O_CLOEXEC);
    return place->dir < 0 ? -1 : 0;
}

/* Return: the descriptor; -1 with ERR_FILE; -2: the file does not exist, and need not */
static int open_file(const struct file_place *place, const struct file_rules *rules,
                     struct stat *st, struct err *err)
{
    const unsigned checks = rules->checks;
    const int fd = openat(place->dir, place->name,
                          O_RDONLY | O_NOCTTY | O_CLOEXEC | (checks & FILE_WAIT ? 0 : O_NONBLOCK) |
                              (checks & FILE_NO_LINK ? O_NOFOLLOW : 0));

    if (fd < 0 && errno == ENOENT && checks & FILE_OPTIONAL)
        return -2;
    if (fd < 0 && errno == ELOOP && checks & FILE_NO_LINK)
        return err_at(err, ERR_FILE, NULL, "%s: the %s is a symbolic link; name the file itself",
                      place->path, rules->what);
    if (fd < 0)
        return err_system(err, ERR_FILE, "%s: cannot open the %s", place->path, rules->what);
    if (fstat(fd, st) < 0)
        err_system(err, ERR_FILE, "%s: cannot examine the %s", place->path, rules->what);
    else if (checks & FILE_REGULAR && !S_ISREG(st->st_mode))
        err_at(err, ERR_FILE, NULL, "%s: the %s is not a regular file", place->path, rules->what);
    else
        return fd;
    close(fd);
    return -1;
}

/* Reads until the file ends, whatever size its status has, or the room is full. -1 and errno */
static int fill(int fd, char *text, size_t room, size_t *size)
{
    ssize_t got = 1;

    while (*size < room && got != 0) {
        got = read(fd, text + *size, room - *size);
        if (got < 0 && errno != EINTR)
            return -1;
        *size += got > 0 ? (size_t)got : 0;
    }
    return 0;
}

static int too_long(const char *path, const struct file_rules *rules, struct err *err)
{
    return err_at(err, ERR_FILE, NULL, "%s: too long for a %s, which has at most %zu bytes", path,
                  rules->what, rules->max);
}

int file_read_at(const struct file_place *place, const struct file_rules *rules, char *text,
                 size_t *size, struct stat *st, struct err *err)
{
    int fd SCOPED(scoped_close) = open_file(place, rules, st, err);

    *size = 0;
    if (fd < 0)
        return fd == -2 ? 1 : -1;
    if (fill(fd, text, rules->max + 1, size) < 0)
        return err_system(err, ERR_FILE, "%s: cannot read the %s", place->path, rules->what);
    if (*size > rules->max)
        return too_long(place->path, rules, err);
    if (rules->checks & FILE_TEXT && memchr(text, '\0', *size))
        return err_at(err, ERR_FILE, NULL, "%s: the %s has a NUL byte", place->path, rules->what);
    text[*size] = '\0';
    return 0;
}

int file_read(const char *path, const struct file_rules *rules, char *text, size_t *size,
              struct stat *st, struct err *err)
{
    const struct file_place place = { .path = path, .name = path, .dir = AT_FDCWD };

    return file_read_at(&place, rules, text, size, st, err);
}

int file_guard(const char *path, const struct file_rules *rules, const struct stat *st,
               struct err *err)
{
    const bool credential = st->st_uid == 0 && st->st_gid == 0 && geteuid() != 0;
    const mode_t closed = credential ? rules->closed & ~(mode_t)S_IRGRP : rules->closed;

    if (rules->checks & FILE_OWN && st->st_uid != geteuid() && st->st_uid != 0)
        return err_at(err, ERR_FILE, NULL, "the %s belongs to user %lu; mend with: chown %lu %s",
                      rules->what, (unsigned long)st->st_uid, (unsigned long)geteuid(), path);
    if (st->st_mode & closed)
        return err_at(err, ERR_FILE, NULL,
                      "mode %04o opens the %s to group or others; mend with: %s %s",
                      (unsigned)st->st_mode & 07777, rules->what, rules->mend, path);
    /* A file that was replaced after we opened it has no link left; it is still whole. */
    if (rules->checks & FILE_ONE_NAME && st->st_nlink > 1)
        return err_at(err, ERR_FILE, NULL,
                      "%s: the %s has %lu names (hard links); remove all but one", path,
                      rules->what, (unsigned long)st->st_nlink);
    return 0;
}

/* More than doubles the room. Return: where the bytes are now; NULL, and they are released */
static char *grow(char *bytes, size_t *room)
{
    char *const grown = realloc(bytes, *room = 2 * *room + LOAD_STEP);

    if (!grown)
        free(bytes);
    return grown;
}

static char *load(int fd, const char *path, size_t room, const struct file_rules *rules,
                  size_t *size, struct err *err)
{
    char *bytes = malloc(room);
    int status = 0;

    *size = 0;
    while (bytes && (status = fill(fd, bytes, room, size)) == 0 && *size == room &&
           *size <= rules->max)
        bytes = grow(bytes, &room);
    if (bytes && status == 0 && *size <= rules->max) {
        bytes[*size] = '\0';
        return bytes;
    }
    if (!bytes)
        err_at(err, ERR_BUSY, NULL, "%s: no memory for the %s", path, rules->what);
    else if (status < 0)
        err_system(err, ERR_FILE, "%s: cannot read the %s", path, rules->what);
    else
        too_long(path, rules, err);
    free(bytes);
    return NULL;
}

char *file_load(const char *path, const struct file_rules *rules, size_t *size, struct err *err)
{
    const struct file_place place = { .path = path, .name = path, .dir = AT_FDCWD };
    int fd SCOPED(scoped_close) = -1;
    size_t room = LOAD_STEP;
    struct stat st;

    if (!path)
        return load(STDIN_FILENO, "standard input", room, rules, size, err);
    fd = open_file(&place, rules, &st, err);
    if (fd < 0)
        return NULL;
    if (S_ISREG(st.st_mode) && st.st_size >= 0 && (size_t)st.st_size <= rules->max)
        room = (size_t)st.st_size + 1;
    return load(fd, path, room, rules, size, err);
}

int file_write_all(int fd, const void *bytes, size_t size)
{
    const char *at = bytes;

    while (size > 0) {
        const ssize_t put = write(fd, at, size);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0) {
            errno = put < 0 ? errno : EIO;
            return -1;
        }
        at += put;
        size -= (size_t)put;
    }
    return 0;
}

int file_write(const char *path, const void *bytes, size_t size, struct err *err)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY | O_CLOEXEC, 0666);
    int status;

    if (fd < 0)
        return err_system(err, ERR_FILE, "%s: cannot write the file", path);
    status = file_write_all(fd, bytes, size);
    if (status < 0)
        err_system(err, ERR_FILE, "%s: cannot write the file", path);
    if (close(fd) < 0 && status == 0)
        status = err_system(err, ERR_FILE, "%s: cannot write the file", path);
    return status;
}

static int name_draft(const char *stem, char draft[FILE_NAME_SIZE])
{
    uint8_t random[DRAFT_RANDOM];
    char digits[2 * DRAFT_RANDOM + 1];

    if (getentropy(random, sizeof(random)) < 0)
        return -1;
    hex_encode(random, sizeof(random), digits);
    if (snprintf(draft, FILE_NAME_SIZE, ".%s.%s" DRAFT_SUFFIX, stem, digits) < FILE_NAME_SIZE)
        return 0;
    errno = ENAMETOOLONG;
    return -1;
}

static bool is_draft(const char *name, const char *stem)
{
    const size_t length = strlen(stem), tail = 1 + 2 * DRAFT_RANDOM;

    return name[0] == '.' && strlen(name) == 1 + length + tail + strlen(DRAFT_SUFFIX) &&
           memcmp(name + 1, stem, length) == 0 && name[1 + length] == '.' &&
           strcmp(name + 1 + length + tail, DRAFT_SUFFIX) == 0;
}

/*
 * The file is whole and on disk, or it does not exist. The mode is set again because of the umask.
 */
int file_draft(int dir, const char *stem, mode_t mode, const struct stat *like, const void *bytes,
               size_t size, char draft[FILE_NAME_SIZE])
{
    int fd, failure = 0;

    if (name_draft(stem, draft) < 0)
        return -1;
    fd = openat(dir, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                mode ? mode : 0666);
    if (fd < 0)
        return -1;
    if (file_write_all(fd, bytes, size) < 0 ||
        (like && fchown(fd, like->st_uid, like->st_gid) < 0) || (mode && fchmod(fd, mode) < 0) ||
        fsync(fd) < 0)
        failure = errno;
    if (close(fd) < 0 && !failure)
        failure = errno;
    if (!failure)
        return 0;
    unlinkat(dir, draft, 0);
    errno = failure;
    return -1;
}

/* A file system that cannot sync a directory returns EINVAL. */
static int sync_directory(int dir)
{
    return fsync(dir) < 0 && errno != EINVAL ? -1 : 0;
}

int file_publish(int dir, const char *draft, const char *name, bool replace)
{
    int failure = 0;

    if (replace ? renameat(dir, draft, dir, name) < 0 : linkat(dir, draft, dir, name, 0) < 0)
        failure = errno;
    if ((!replace || failure) && unlinkat(dir, draft, 0) < 0 && !failure)
        failure = errno;
    if ((!failure || failure == EEXIST) && sync_directory(dir) < 0)
        failure = errno;
    errno = failure;
    return failure ? -1 : 0;
}

bool file_is_absent(int dir, const char *name)
{
    struct stat st;

    return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT;
}

bool file_lock(int dir)
{
    const struct timespec moment = { .tv_nsec = 10000000 };

    for (unsigned left = LOCK_TRIES; flock(dir, LOCK_EX | LOCK_NB) < 0; left--) {
        if (left == 0 || (errno != EWOULDBLOCK && errno != EINTR))
            return false;
        nanosleep(&moment, NULL);
    }
    return true;
}

bool file_line(const char **text, const char **line, size_t *size, unsigned *number)
{
    if (*number == 0 && strncmp(*text, "\xef\xbb\xbf", 3) == 0)
        *text += 3;
    while (**text) {
        *line = *text;
        *size = strcspn(*text, "\n");
        *text += *size + ((*text)[*size] ? 1 : 0);
        ++*number;
        if (*size > 0 && (*line)[*size - 1] == '\r')
            --*size;
        if (*size > 0 && **line != '#')
            return true;
    }
    return false;
}

void file_sweep(int in, const char *stem)
{
    int fd = openat(in, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);

    if (!dir) {
        scoped_close(&fd);
        return;
    }
    for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
        if (is_draft(entry->d_name, stem))
            unlinkat(in, entry->d_name, 0);
    closedir(dir);
}
