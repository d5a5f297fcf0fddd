/* SPDX-License-Identifier: ISC */
/*
 * Files: read whole within bounds, judged by rules, and replaced whole.
 *
 * The rules are checked on the open descriptor, never on the name, so no other file can take the
 * name between check and use. file_guard checks owner and mode. The caller calls it after it has
 * recognised the contents: the advice "chmod 600" must not be given for a file that is not ours.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "err.h"

enum { FILE_NAME_SIZE = 256 }; /* of a name in a directory, NUL included */

enum file_check {
    FILE_REGULAR = 1U << 0,  /* no device, FIFO or directory */
    FILE_NO_LINK = 1U << 1,  /* the last part of the path is no symbolic link */
    FILE_OPTIONAL = 1U << 2, /* it need not exist */
    FILE_WAIT = 1U << 3,     /* wait for a FIFO's writer; otherwise one without writer is empty */
    FILE_OWN = 1U << 4,      /* file_guard: belongs to our effective user or to root */
    FILE_ONE_NAME = 1U << 5, /* file_guard: has no second hard link */
    FILE_TEXT = 1U << 6      /* file_read: has no NUL byte */
};

/* The rules for a kind of file. */
struct file_rules {
    const char *what; /* for messages: "key file" */
    size_t max;       /* bytes */
    unsigned checks;  /* of enum file_check */
    mode_t closed;    /* file_guard: mode bits that must not be set */
    const char *mend; /* the command that clears these: "chmod 600" */
};

/*
 * A file as an open directory and a name in it: the directories of the path may be renamed or
 * replaced afterwards.
 */
struct file_place {
    const char *path; /* as the user wrote it, for messages */
    const char *name; /* last component of path */
    int dir;
};

/*
 * file_place_open - open the directory of a path
 * @flags: for open: O_PATH, or O_RDONLY where files are to be made or the directory locked
 *
 * Return: 0; -1 and errno, EISDIR when the path ends in a slash. Release with scoped_file_place in
 * any case; @place->dir must be -1 before.
 */
int file_place_open(struct file_place *place, const char *path, int flags) MUST_USE;

static inline void scoped_file_place(const struct file_place *place)
{
    scoped_close(&place->dir);
}

/*
 * file_read_at - the bytes of a file
 * @text: has room for rules->max + 1 bytes; the bytes are followed by a NUL
 * @size: set to the number of bytes
 * @st:   set to the file's status, for file_guard
 *
 * Return: 0; 1: the file does not exist, which FILE_OPTIONAL allows; -1 with ERR_FILE.
 */
int file_read_at(const struct file_place *place, const struct file_rules *rules, char *text,
                 size_t *size, struct stat *st, struct err *err) MUST_USE;

/* file_read - the same by path alone */
int file_read(const char *path, const struct file_rules *rules, char *text, size_t *size,
              struct stat *st, struct err *err) MUST_USE;

/*
 * file_guard - check a file's owner and mode against the rules
 *
 * systemd gives an unprivileged service a credential as a file of root:root, with an access list
 * that lets the service read it. The mode then shows the list's mask in place of the group's bits
 * (0440). So such a file may be readable by its group.
 *
 * Return: 0; -1 with ERR_FILE and the command that mends it.
 */
int file_guard(const char *path, const struct file_rules *rules, const struct stat *st,
               struct err *err) MUST_USE;

/*
 * file_load - a whole file in memory of its own
 * @path: NULL = standard input
 *
 * Return: the bytes, followed by a NUL, released by free; NULL with ERR_FILE, or ERR_BUSY (no
 * memory). A regular file is read into one allocation, so that wiping this leaves no copy.
 */
char *file_load(const char *path, const struct file_rules *rules, size_t *size,
                struct err *err) MUST_USE;

/*
 * file_write_all - write all bytes to a descriptor, in several calls if signals interrupt it
 *
 * Return: 0; -1 and errno. A write that takes no byte is EIO: the next one might take none either.
 */
int file_write_all(int fd, const void *bytes, size_t size) MUST_USE;

/*
 * file_line - the next line of a text that people write: tokens, a policy, a list of keys
 * @text:   where to go on; behind the line afterwards
 * @line:   the line without its end, LF or CR LF; not terminated
 * @size:   characters of the line
 * @number: 0 before the first call; that of the line afterwards
 *
 * Passes over empty lines, those that begin with '#', and a byte order mark before the first one,
 * which some editors write and nobody sees.
 *
 * Return: false: no line is left
 */
bool file_line(const char **text, const char **line, size_t *size, unsigned *number);

/* file_write - make a file, or overwrite the file or device that exists. -1 with ERR_FILE */
int file_write(const char *path, const void *bytes, size_t size, struct err *err) MUST_USE;

/*
 * file_draft - write bytes to disk under a temporary name; file_publish gives them the final one
 * @stem:  the temporary name is .STEM.<16 hex digits>.tmp
 * @mode:  exactly this mode; 0: 0666 less the umask
 * @like:  the status of a file whose owner and group the new one gets, which needs root; NULL:
 *         those of a new file
 * @draft: set to the temporary name
 *
 * Return: 0; -1 and errno, and no file is left.
 */
int file_draft(int dir, const char *stem, mode_t mode, const struct stat *like, const void *bytes,
               size_t size, char draft[FILE_NAME_SIZE]) MUST_USE;

/*
 * file_publish - give a draft its final name, synced to disk
 * @replace: replace a file of that name; otherwise link() refuses the name (EEXIST), so that one of
 *           several processes wins
 *
 * Return: 0; -1 and errno. The temporary name is removed in every case.
 */
int file_publish(int dir, const char *draft, const char *name, bool replace) MUST_USE;

/*
 * file_is_absent - does a directory have no file of that name?
 *
 * Only "no such file" means absent. A program that took another failure for it would make a new key
 * where the old one cannot be read; opening the file reports that failure. A broken link is a file
 * too.
 */
bool file_is_absent(int dir, const char *name) MUST_USE;

/*
 * file_lock - lock an open directory until it is closed
 *
 * Any user with read access to the directory can lock it for any time, so this waits for another
 * process's lock for a second at most.
 *
 * Return: false: another process has the lock, or the file system has none.
 */
bool file_lock(int dir) MUST_USE;

/*
 * file_sweep - remove the drafts of @stem that killed processes left
 *
 * The caller holds a lock that excludes other makers. A process that was killed between link() and
 * unlink() has left the file with two names; this removes the temporary one.
 */
void file_sweep(int dir, const char *stem);

#endif
