/* SPDX-License-Identifier: ISC */
/*
 * How key files are made and replaced.
 *
 * A process that makes a key can be killed at any point. The file is then the old key or the new
 * one, whole, or it is missing if it was missing before: the text is written under a temporary
 * name, synced to disk, and given its final name in one step (base/file). A lock on the directory
 * lets only one process at a time make keys there, for as long as others leave the lock alone.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keyfile.h"

enum { TEMPORARY_RANDOM = 8 };

/* A new directory survives a crash only once its parent is synced to disk. */
static int sync_parent(const char *dir)
{
    int fd SCOPED(scoped_close) = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int parent SCOPED(scoped_close) =
        fd < 0 ? -1 : openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return parent < 0 ? -1 : fsync(parent);
}

static int make_directories(const char *path, struct err *err)
{
    char *dir SCOPED(scoped_free) = strdup(path);

    if (!dir)
        return err_system(err, ERR_BUSY, "%s", path);
    for (char *slash = strchr(dir + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(dir, 0700) == 0 ? sync_parent(dir) < 0 : errno != EEXIST)
            return err_system(err, ERR_FILE, "%s: cannot make the key file's directory", path);
        *slash = '/';
    }
    return 0;
}

/* Fills scratch->text with a new key's file. */
static size_t generate(struct key_scratch *scratch)
{
    uint8_t public_half[crypto_sign_PUBLICKEYBYTES], hash[crypto_generichash_BYTES_MIN];
    uint8_t *raw = scratch->raw;
    int length;

    static_assert(crypto_generichash_BYTES_MIN == 16 && KEY_ID_SIZE <= 16,
                  "the id is cut from 16 bytes");
    crypto_sign_keypair(public_half, scratch->secret);
    /* minisign draws ids at random. This one is a hash of the public key. */
    crypto_generichash(hash, sizeof(hash), public_half, sizeof(public_half), NULL, 0);
    memset(raw, 0, RAW_SIZE);
    memcpy(raw + RAW_ALGORITHM, "Ed", 2);
    memcpy(raw + RAW_CHECKSUM_ALGORITHM, "B2", 2);
    memcpy(raw + RAW_ID, hash, KEY_ID_SIZE);
    memcpy(raw + RAW_SECRET, scratch->secret, sizeof(scratch->secret));
    key_checksum(scratch, raw + RAW_CHECKSUM);
    length =
        snprintf(scratch->text, sizeof(scratch->text), UNTRUSTED_PREFIX "mptabled secret key\n");
    sodium_bin2base64(scratch->text + length, sizeof(scratch->text) - (size_t)length, raw, RAW_SIZE,
                      sodium_base64_VARIANT_ORIGINAL);
    length += SECRET_LINE;
    scratch->text[length++] = '\n';
    return (size_t)length;
}

/*
 * Makes a secret key file.
 * @like: whose owner, group and mode it gets; NULL: ours and 0600
 * Return: 0, -1, or 1: the file exists and is not to be replaced
 */
static int make(const struct file_place *place, bool replace, const struct stat *like,
                struct err *err)
{
    struct key_scratch *scratch SCOPED(scoped_key_scratch) = key_scratch_new(place->path, err);
    char draft[FILE_NAME_SIZE];
    size_t size;

    if (!scratch)
        return -1;
    size = generate(scratch);
    if (file_draft(place->dir, place->name, like ? like->st_mode & 07777 : 0600, like,
                   scratch->text, size, draft) < 0)
        return err_system(err, ERR_FILE, "%s: cannot write a new key", place->path);
    if (file_publish(place->dir, draft, place->name, replace) == 0)
        return 0;
    if (errno == EEXIST)
        return 1;
    return err_system(err, ERR_FILE, "%s: cannot put a new key in place", place->path);
}

static bool file_holds(const struct file_place *place, const char *name, const char *wanted)
{
    static const struct file_rules rules = { .what = "public key file",
                                             .max = KEY_PUBLIC_FILE_SIZE,
                                             .checks = FILE_REGULAR | FILE_NO_LINK };
    const struct file_place public = { .path = place->path, .name = name, .dir = place->dir };
    char found[KEY_PUBLIC_FILE_SIZE + 1];
    struct err unread = { 0 };
    struct stat st;
    size_t size;

    return file_read_at(&public, &rules, found, &size, &st, &unread) == 0 &&
           size == strlen(wanted) && memcmp(found, wanted, size) == 0;
}

/* Writes a public key file. @stem: the secret key's name, by which a later run finds the drafts */
static int publish(const struct file_place *place, const char *stem, const char *name,
                   const struct stat *like, const struct key *key, struct err *err)
{
    const char *text = key_public_file(key);
    char draft[FILE_NAME_SIZE];

    if (file_holds(place, name, text))
        return 0;
    if (file_draft(place->dir, stem, 0644, like, text, strlen(text), draft) < 0)
        return err_system(err, ERR_FILE, "%s: cannot write the public key", place->path);
    if (file_publish(place->dir, draft, name, true) == 0)
        return 0;
    return err_system(err, ERR_FILE, "%s: cannot put the public key in place", place->path);
}

size_t key_stem(const char *secret)
{
    const size_t length = strlen(secret), suffix = strlen(".key");

    return length >= suffix && strcmp(secret + length - suffix, ".key") == 0 ? length - suffix
                                                                             : length;
}

int key_public_name(const char *secret, char *public, size_t size)
{
    const int length = (int)key_stem(secret);

    return (size_t)snprintf(public, size, "%.*s.pub", length, secret) < size ? 0 : -1;
}

static int publish_beside(const struct file_place *place, const struct key *key, struct err *err)
{
    char name[FILE_NAME_SIZE];

    if (key_public_name(place->name, name, sizeof(name)) < 0)
        return err_at(err, ERR_FILE, NULL, "%s: the name is too long", place->path);
    return publish(place, place->name, name, NULL, key, err);
}

static bool is_missing(const struct file_place *place)
{
    return file_is_absent(place->dir, place->name);
}

/*
 * The lock ends when the descriptor is closed. Without it, because another user keeps it or the
 * file system has none, link() alone decides which process wins, and drafts that killed processes
 * left are not removed.
 */
static void exclude_others(const struct file_place *place)
{
    if (file_lock(place->dir))
        file_sweep(place->dir, place->name);
}

struct key *key_load_or_make(const char *path, struct err *err)
{
    struct file_place place SCOPED(scoped_file_place) = { .dir = -1 };
    int opened = file_place_open(&place, path, O_RDONLY);
    struct key *key;

    if (opened < 0 && errno == ENOENT) {
        if (make_directories(path, err) < 0)
            return NULL;
        opened = file_place_open(&place, path, O_RDONLY);
    }
    if (opened < 0) {
        err_system(err, ERR_FILE, "%s: cannot open the key file's directory", path);
        return NULL;
    }
    exclude_others(&place);
    if (is_missing(&place) &&
        make(&place, false, NULL, err) < 0) /* 1: another maker was faster; its key is used */
        return NULL;
    key = key_load_at(&place, err);
    sodium_stackzero(STACK_DEPTH);
    if (key && publish_beside(&place, key, err) < 0) {
        key_free(key);
        key = NULL;
    }
    return key;
}

/* May files be made in the directory of @path? If it is missing, in the nearest that is there. */
static int check_writable(const char *path, struct err *err)
{
    char *dir SCOPED(scoped_free) = strdup(path);
    char *slash;

    if (!dir)
        return err_system(err, ERR_BUSY, "%s", path);
    do {
        slash = strrchr(dir, '/');
        strcpy(slash == dir ? dir + 1 : slash ? slash : dir, slash ? "" : ".");
    } while (slash && slash != dir && file_is_absent(AT_FDCWD, dir));
    if (faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) < 0)
        return err_system(err, ERR_FILE, "%s: cannot make a key in %s", path, dir);
    return 0;
}

static struct key *pretend(const char *path, struct err *err)
{
    const struct file_place place = { .path = path, .name = path, .dir = -1 };
    struct key_scratch *scratch SCOPED(scoped_key_scratch) = key_scratch_new(path, err);

    if (!scratch)
        return NULL;
    generate(scratch);
    return key_new(&place, scratch, err);
}

struct key *key_load_or_pretend(const char *path, struct err *err)
{
    struct key *key;

    if (!file_is_absent(AT_FDCWD, path))
        return key_load(path, err);
    key = check_writable(path, err) < 0 ? NULL : pretend(path, err);
    sodium_stackzero(STACK_DEPTH);
    return key;
}

/* Fills *err. Return: 1 */
static int refuse_taken(const char *path, struct err *err)
{
    err_at(err, ERR_FILE, NULL, "%s: exists; --force replaces it", path);
    return 1;
}

/* Do both paths name the same file? It need not exist yet. */
static bool same_place(const struct file_place *a, const struct file_place *b)
{
    struct stat one, other;

    return strcmp(a->name, b->name) == 0 && fstat(a->dir, &one) == 0 &&
           fstat(b->dir, &other) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

static int open_to_make(struct file_place *place, const char *path, bool replace, struct err *err)
{
    if (file_place_open(place, path, O_RDONLY) < 0)
        return err_system(err, ERR_FILE, "%s: cannot open the key file's directory", path);
    return replace || is_missing(place) ? 0 : refuse_taken(path, err);
}

int key_generate(const char *secret_path, const char *public_path, bool replace,
                 char id[KEY_ID_TEXT_SIZE], struct err *err)
{
    struct file_place secret SCOPED(scoped_file_place) = { .dir = -1 };
    struct file_place public SCOPED(scoped_file_place) = { .dir = -1 };
    struct key *key;
    int status;

    status = open_to_make(&secret, secret_path, replace, err);
    if (status == 0)
        status = open_to_make(&public, public_path, replace, err);
    if (status != 0)
        return status;
    if (same_place(&secret, &public)) {
        err_at(err, ERR_FILE, NULL, "%s: cannot be both the secret and the public key",
               public_path);
        return 1;
    }
    exclude_others(&secret);
    file_sweep(public.dir, secret.name);
    status = make(&secret, replace, NULL, err);
    if (status != 0)
        return status < 0 ? -1 : refuse_taken(secret_path, err);
    key = key_load_at(&secret, err);
    sodium_stackzero(STACK_DEPTH);
    status = key ? publish(&public, secret.name, public.name, NULL, key, err) : -1;
    if (key)
        memcpy(id, key_id(key), KEY_ID_TEXT_SIZE);
    key_free(key);
    return status;
}

/*
 * Loads a key with the rights of its owner, which root can do for any user. A key that a daemon of
 * that user would refuse is not rotated, because its owner is in doubt.
 */
static struct key *load_as_owner(const struct file_place *place, struct stat *st, struct err *err)
{
    const uid_t self = geteuid();
    struct key *key = NULL;

    if (fstatat(place->dir, place->name, st, AT_SYMLINK_NOFOLLOW) < 0)
        err_system(err, ERR_FILE, "%s: cannot open the key file", place->path);
    else if (self == 0 && seteuid(st->st_uid) < 0)
        err_system(err, ERR_FILE, "%s: cannot read the key as its owner", place->path);
    else
        key = key_load_at(place, err);
    sodium_stackzero(STACK_DEPTH);
    if (geteuid() != self && seteuid(self) < 0) {
        err_system(err, ERR_INTERNAL, "cannot become user %lu again", (unsigned long)self);
        key_free(key);
        return NULL;
    }
    return key;
}

static int name_rotation(const struct file_place *place, const struct key *old,
                         struct key_rotation *done, struct err *err)
{
    const int length =
        snprintf(done->retired, sizeof(done->retired), "%.*s%s%s.pub", (int)key_stem(place->name),
                 place->name, KEY_RETIRED_MIDDLE, key_id(old));

    memcpy(done->old_id, key_id(old), sizeof(done->old_id));
    if (length >= (int)sizeof(done->retired) ||
        key_public_name(place->name, done->public, sizeof(done->public)) < 0)
        return err_at(err, ERR_FILE, NULL, "%s: the name is too long", place->path);
    return 0;
}

int key_rotate(const char *path, struct key_rotation *done, struct err *err)
{
    struct file_place place SCOPED(scoped_file_place) = { .dir = -1 };
    struct key *old, *new = NULL;
    struct stat like;
    int status = -1;

    if (file_place_open(&place, path, O_RDONLY) < 0)
        return err_system(err, ERR_FILE, "%s: cannot open the key file's directory", path);
    exclude_others(&place);
    old = load_as_owner(&place, &like, err);
    if (old && name_rotation(&place, old, done, err) == 0 &&
        publish(&place, place.name, done->retired, &like, old, err) == 0 &&
        make(&place, true, &like, err) == 0)
        new = load_as_owner(&place, &like, err);
    if (new) {
        memcpy(done->new_id, key_id(new), sizeof(done->new_id));
        status = publish(&place, place.name, done->public, &like, new, err);
    }
    key_free(old);
    key_free(new);
    return status;
}
