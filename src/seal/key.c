/* SPDX-License-Identifier: ISC */
/*
 * Key files and the key in memory: everything that touches secret bytes.
 *
 * A file is judged by its opened descriptor, never by its name, so nobody can change what stands behind the
 * name between check and use. What is read, decoded or generated on the way lives in one guarded scratch
 * allocation that sodium_free wipes; the loaded key is a read-only page of its own.
 */
#include "key.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <sodium.h>

#define COMMENT_PREFIX "untrusted comment: "

/*
 * minisign's secret key: two lines, the second the base64 of these bytes. Between the checksum's name and the
 * id stand salt and limits of scrypt, which mean nothing without a password.
 */
enum {
    RAW_ALGORITHM = 0,          /* "Ed" */
    RAW_KDF = 2,                /* 0000: no password; "Sc": scrypt */
    RAW_CHECKSUM_ALGORITHM = 4, /* "B2" */
    RAW_ID = 54,
    RAW_SECRET = 62,    /* seed, then public half */
    RAW_CHECKSUM = 126, /* BLAKE2b-256 of algorithm, id and secret */
    RAW_SIZE = 158,
    CHECKSUM_SIZE = 32,
    SECRET_LINE = 212,  /* base64 characters of RAW_SIZE bytes */
    SECRET_FILE = 1280, /* minisign reads comments up to 1024 bytes */
    PUBLIC_RAW_SIZE = 42,
    TEMPORARY_RANDOM = 8,
    STACK_DEPTH = 8192 /* more than load and make use: hashing leaves its last block on the stack */
};

static_assert(sodium_base64_ENCODED_LEN(RAW_SIZE, sodium_base64_VARIANT_ORIGINAL) == SECRET_LINE + 1,
              "158 bytes are 212 characters");
static_assert(RAW_SECRET + crypto_sign_SECRETKEYBYTES == RAW_CHECKSUM, "the checksum follows the secret");
static_assert(RAW_CHECKSUM + CHECKSUM_SIZE == RAW_SIZE, "the checksum ends the file");
static_assert(KEY_SIGNATURE_SIZE == crypto_sign_BYTES, "Ed25519");

struct key {
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    uint8_t public_half[crypto_sign_PUBLICKEYBYTES];
    uint8_t id[KEY_ID_SIZE];
    bool locked;
    char id_text[KEY_ID_TEXT_SIZE];
    char public_file[KEY_PUBLIC_FILE_SIZE];
};

static_assert(_Alignof(struct key) == 1, "sodium_malloc aligns the end of an allocation, not its start");

/* Every transient copy of a secret. */
struct scratch {
    char text[SECRET_FILE];
    uint8_t raw[RAW_SIZE];
    uint8_t summed[2 + KEY_ID_SIZE + crypto_sign_SECRETKEYBYTES];
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    uint8_t seed[crypto_sign_SEEDBYTES];
};

/* A key file by its directory. */
struct place {
    const char *path; /* as the user wrote it, for messages */
    const char *name; /* last component of path */
    int dir;
};

static struct scratch *scratch_new(const char *path, struct err *err)
{
    struct scratch *scratch = sodium_malloc(sizeof(*scratch));

    if (!scratch)
        err_system(err, ERR_BUSY, "%s: no memory to keep a key in", path);
    return scratch;
}

static void scoped_scratch(struct scratch *const *scratch)
{
    sodium_free(*scratch);
}

static void scoped_place(const struct place *place)
{
    scoped_close(&place->dir);
}

static int place_open(struct place *place, const char *path, int flags)
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

/*
 * Whether others than the owner get at the file. systemd hands a credential to an unprivileged service as a
 * file of root:root that an access list opens to the service alone; the mode then shows the list's mask where
 * the group's bits would stand (0440).
 */
static bool mode_is_private(const struct stat *st)
{
    bool credential = st->st_uid == 0 && st->st_gid == 0 && geteuid() != 0;

    return (st->st_mode & (credential ? 037 : 077)) == 0;
}

static int check_file(const struct place *place, int fd, struct err *err)
{
    struct stat file, dir;

    if (fstat(fd, &file) < 0 || fstat(place->dir, &dir) < 0)
        return err_system(err, ERR_FILE, "%s: cannot examine the key file", place->path);
    if (!S_ISREG(file.st_mode))
        return err_at(err, ERR_FILE, NULL, "%s: the key file is not a regular file", place->path);
    if (file.st_uid != geteuid() && file.st_uid != 0)
        return err_at(err, ERR_FILE, NULL, "the key file belongs to uid %lu; mend with: chown %lu %s",
                      (unsigned long)file.st_uid, (unsigned long)geteuid(), place->path);
    if (!mode_is_private(&file))
        return err_at(err, ERR_FILE, NULL,
                      "mode %04o opens the key file to group or others; mend with: chmod 600 %s",
                      (unsigned)file.st_mode & 07777, place->path);
    if (file.st_nlink != 1)
        return err_at(err, ERR_FILE, NULL, "%s: the key file has %lu names (hard links); remove all but one",
                      place->path, (unsigned long)file.st_nlink);
    if ((dir.st_mode & (S_IWOTH | S_ISVTX)) == S_IWOTH)
        return err_at(err, ERR_FILE, NULL,
                      "others may write to the key file's directory; mend with: chmod o-w \"$(dirname %s)\"",
                      place->path);
    return 0;
}

/* Reads to the end of the file, whatever fstat said of its size. */
static int read_text(const struct place *place, int fd, struct scratch *scratch, size_t *size,
                     struct err *err)
{
    ssize_t got;

    *size = 0;
    do {
        got = read(fd, scratch->text + *size, sizeof(scratch->text) - *size);
        if (got > 0)
            *size += (size_t)got;
    } while ((got > 0 && *size < sizeof(scratch->text)) || (got < 0 && errno == EINTR));
    if (got < 0)
        return err_system(err, ERR_FILE, "%s: cannot read the key file", place->path);
    if (*size == sizeof(scratch->text))
        return err_at(err, ERR_FILE, NULL, "%s: too long for a minisign secret key", place->path);
    if (*size == 0)
        return err_at(err, ERR_FILE, NULL, "%s: the key file is empty", place->path);
    return 0;
}

/* The text is a comment line, which may say anything, and one line of base64. */
static int decode_text(const struct place *place, struct scratch *scratch, size_t size, struct err *err)
{
    const char *end = memchr(scratch->text, '\n', size), *stopped;
    const char *line = end ? end + 1 : scratch->text + size;
    size_t length = (size_t)(scratch->text + size - line), decoded;
    bool ascii = true;

    if (size < strlen(COMMENT_PREFIX) || memcmp(scratch->text, COMMENT_PREFIX, strlen(COMMENT_PREFIX)) != 0)
        return err_at(err, ERR_FILE, NULL, "%s: no minisign secret key: line 1 does not begin \"%s\"",
                      place->path, COMMENT_PREFIX);
    if (length > 0 && line[length - 1] == '\n')
        length--;
    if (length != SECRET_LINE)
        return err_at(err, ERR_FILE, NULL,
                      "%s: no minisign secret key: %zu characters follow line 1 in place of %d", place->path,
                      length, (int)SECRET_LINE);
    /*
     * The decoder also returns 0 when it stopped early: only the end it reached and the length tell. Where
     * char is signed, libsodium 1.0.18 takes every byte from 0x80 for a '/'.
     */
    for (size_t i = 0; i < length; i++)
        ascii = ascii && (line[i] & 0x80) == 0;
    if (!ascii ||
        sodium_base642bin(scratch->raw, sizeof(scratch->raw), line, length, NULL, &decoded, &stopped,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        stopped != line + length || decoded != sizeof(scratch->raw))
        return err_at(err, ERR_FILE, NULL, "%s: no minisign secret key: line 2 is not base64", place->path);
    return 0;
}

static void checksum(struct scratch *scratch, uint8_t sum[CHECKSUM_SIZE])
{
    memcpy(scratch->summed, scratch->raw + RAW_ALGORITHM, 2);
    memcpy(scratch->summed + 2, scratch->raw + RAW_ID, sizeof(scratch->summed) - 2);
    crypto_generichash(sum, CHECKSUM_SIZE, scratch->summed, sizeof(scratch->summed), NULL, 0);
}

static int check_raw(const struct place *place, struct scratch *scratch, struct err *err)
{
    static const uint8_t no_kdf[2] = { 0, 0 };
    const uint8_t *raw = scratch->raw;
    uint8_t sum[CHECKSUM_SIZE], public_half[crypto_sign_PUBLICKEYBYTES];

    if (memcmp(raw + RAW_ALGORITHM, "Ed", 2) != 0 || memcmp(raw + RAW_CHECKSUM_ALGORITHM, "B2", 2) != 0)
        return err_at(err, ERR_FILE, NULL, "%s: no minisign secret key: unknown algorithm", place->path);
    if (memcmp(raw + RAW_KDF, "Sc", 2) == 0)
        return err_at(err, ERR_FILE, NULL,
                      "the key file has a password; remove it with: minisign -C -W -s %s", place->path);
    if (memcmp(raw + RAW_KDF, no_kdf, sizeof(no_kdf)) != 0)
        return err_at(err, ERR_FILE, NULL, "%s: no minisign secret key: unknown password scheme",
                      place->path);
    /* minisign -G -W leaves the checksum zero, minisign -C -W fills it in. */
    checksum(scratch, sum);
    if (sodium_memcmp(raw + RAW_CHECKSUM, sum, sizeof(sum)) != 0 &&
        !sodium_is_zero(raw + RAW_CHECKSUM, CHECKSUM_SIZE))
        return err_at(err, ERR_FILE, NULL, "%s: the key file is damaged: its checksum is wrong", place->path);
    /* Halves that disagree sign without complaint, and each such signature is invalid. */
    if (crypto_sign_ed25519_sk_to_seed(scratch->seed, raw + RAW_SECRET) != 0 ||
        crypto_sign_seed_keypair(public_half, scratch->secret, scratch->seed) != 0 ||
        sodium_memcmp(scratch->secret, raw + RAW_SECRET, sizeof(scratch->secret)) != 0)
        return err_at(err, ERR_FILE, NULL,
                      "%s: the key file is damaged: its secret and public halves disagree", place->path);
    return 0;
}

/* Both texts name the id as minisign does, a little-endian number. */
static void describe(struct key *key)
{
    static_assert(sizeof(COMMENT_PREFIX "minisign public key ") + KEY_ID_TEXT_SIZE +
                          sodium_base64_ENCODED_LEN(PUBLIC_RAW_SIZE, sodium_base64_VARIANT_ORIGINAL) <=
                      KEY_PUBLIC_FILE_SIZE,
                  "the public key file fits");
    uint8_t raw[PUBLIC_RAW_SIZE] = { 'E', 'd' };
    char text[sodium_base64_ENCODED_LEN(PUBLIC_RAW_SIZE, sodium_base64_VARIANT_ORIGINAL)];

    for (size_t i = 0; i < KEY_ID_SIZE; i++)
        snprintf(key->id_text + 2 * i, sizeof(key->id_text) - 2 * i, "%02X", key->id[KEY_ID_SIZE - 1 - i]);
    memcpy(raw + 2, key->id, KEY_ID_SIZE);
    memcpy(raw + 2 + KEY_ID_SIZE, key->public_half, sizeof(key->public_half));
    sodium_bin2base64(text, sizeof(text), raw, sizeof(raw), sodium_base64_VARIANT_ORIGINAL);
    snprintf(key->public_file, sizeof(key->public_file), COMMENT_PREFIX "minisign public key %s\n%s\n",
             key->id_text, text);
}

static struct key *key_new(const struct place *place, const struct scratch *scratch, struct err *err)
{
    static const char message[] = "mptabled key self-test";
    struct key *key = sodium_malloc(sizeof(*key));
    uint8_t signature[KEY_SIGNATURE_SIZE];

    if (!key) {
        err_system(err, ERR_BUSY, "%s: no memory to keep a key in", place->path);
        return NULL;
    }
    memcpy(key->secret, scratch->raw + RAW_SECRET, sizeof(key->secret));
    memcpy(key->public_half, key->secret + crypto_sign_SEEDBYTES, sizeof(key->public_half));
    memcpy(key->id, scratch->raw + RAW_ID, sizeof(key->id));
    key->locked = sodium_mlock(key, sizeof(*key)) == 0; /* sodium_malloc tries too, but does not tell */
    describe(key);
    if (key_sign(key, message, sizeof(message), signature) < 0) {
        err_at(err, ERR_FILE, NULL, "%s: a test message signed with the key does not verify", place->path);
        key_free(key);
        return NULL;
    }
    if (sodium_mprotect_readonly(key) != 0) {
        err_system(err, ERR_INTERNAL, "%s: cannot write-protect the key in memory", place->path);
        key_free(key);
        return NULL;
    }
    return key;
}

static struct key *load(const struct place *place, struct err *err)
{
    /* O_NONBLOCK: a FIFO in the file's place must not hold us up. */
    int fd SCOPED(scoped_close) =
        openat(place->dir, place->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct scratch *scratch SCOPED(scoped_scratch) = NULL;
    struct key *key = NULL;
    size_t size;

    if (fd < 0 && errno == ELOOP)
        err_at(err, ERR_FILE, NULL, "%s: the key file is a symbolic link; name the file itself", place->path);
    else if (fd < 0)
        err_system(err, ERR_FILE, "%s: cannot open the key file", place->path);
    if (fd < 0 || check_file(place, fd, err) < 0)
        return NULL;
    scratch = scratch_new(place->path, err);
    if (scratch && read_text(place, fd, scratch, &size, err) == 0 &&
        decode_text(place, scratch, size, err) == 0 && check_raw(place, scratch, err) == 0)
        key = key_new(place, scratch, err);
    return key;
}

struct key *key_load(const char *path, struct err *err)
{
    struct place place SCOPED(scoped_place) = { .dir = -1 };
    struct key *key;

    if (place_open(&place, path, O_PATH) < 0) {
        err_system(err, ERR_FILE, "%s: cannot open the key file's directory", path);
        return NULL;
    }
    key = load(&place, err);
    sodium_stackzero(STACK_DEPTH);
    return key;
}

/* A directory that was just made outlives a crash once its parent is on disk. */
static int sync_parent(const char *dir)
{
    int fd SCOPED(scoped_close) = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int parent SCOPED(scoped_close) = fd < 0 ? -1 : openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

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

static int write_all(int fd, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t put = write(fd, text, size);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        text += put;
        size -= (size_t)put;
    }
    return 0;
}

/* The file is whole and on disk, or it is not there. The mode is set again because of the umask. */
static int write_file(int dir, const char *name, mode_t mode, const char *text, size_t size)
{
    int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    int failure = 0;

    if (fd < 0)
        return -1;
    if (write_all(fd, text, size) < 0 || fchmod(fd, mode) < 0 || fsync(fd) < 0)
        failure = errno;
    if (close(fd) < 0 && !failure)
        failure = errno;
    if (!failure)
        return 0;
    unlinkat(dir, name, 0);
    errno = failure;
    return -1;
}

/* Temporaries are called .NAME.<random hex>.tmp after the key file, also those of the public key. */
static int temporary_name(const char *name, char *out, size_t size)
{
    uint8_t random[TEMPORARY_RANDOM];
    char hex[2 * TEMPORARY_RANDOM + 1];
    int length;

    randombytes_buf(random, sizeof(random));
    sodium_bin2hex(hex, sizeof(hex), random, sizeof(random));
    length = snprintf(out, size, ".%s.%s.tmp", name, hex);
    if (length >= 0 && (size_t)length < size)
        return 0;
    errno = ENAMETOOLONG;
    return -1;
}

static bool is_temporary(const char *name, const char *candidate)
{
    size_t length = strlen(name), tail = 1 + 2 * TEMPORARY_RANDOM;

    return candidate[0] == '.' && strlen(candidate) == 1 + length + tail + strlen(".tmp") &&
           memcmp(candidate + 1, name, length) == 0 && candidate[1 + length] == '.' &&
           strcmp(candidate + 1 + length + tail, ".tmp") == 0;
}

/*
 * Removes what a process that was killed left behind. To be called under the lock: then no maker is alive.
 * One killed between link and unlink has left the key itself with two names, which load would refuse.
 */
static void remove_temporaries(const struct place *place)
{
    int fd = openat(place->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);

    if (!dir) {
        scoped_close(&fd);
        return;
    }
    for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
        if (is_temporary(place->name, entry->d_name))
            unlinkat(place->dir, entry->d_name, 0);
    closedir(dir);
}

/* Fills scratch->text with a new key's file. */
static size_t generate(struct scratch *scratch)
{
    uint8_t public_half[crypto_sign_PUBLICKEYBYTES], hash[crypto_generichash_BYTES_MIN];
    uint8_t *raw = scratch->raw;
    int length;

    static_assert(crypto_generichash_BYTES_MIN == 16 && KEY_ID_SIZE <= 16, "the id is cut from 16 bytes");
    crypto_sign_keypair(public_half, scratch->secret);
    /* minisign draws ids at random; derived from the public key, all who know the one know the other */
    crypto_generichash(hash, sizeof(hash), public_half, sizeof(public_half), NULL, 0);
    memset(raw, 0, RAW_SIZE);
    memcpy(raw + RAW_ALGORITHM, "Ed", 2);
    memcpy(raw + RAW_CHECKSUM_ALGORITHM, "B2", 2);
    memcpy(raw + RAW_ID, hash, KEY_ID_SIZE);
    memcpy(raw + RAW_SECRET, scratch->secret, sizeof(scratch->secret));
    checksum(scratch, raw + RAW_CHECKSUM);
    length = snprintf(scratch->text, sizeof(scratch->text), COMMENT_PREFIX "mptabled secret key\n");
    sodium_bin2base64(scratch->text + length, sizeof(scratch->text) - (size_t)length, raw, RAW_SIZE,
                      sodium_base64_VARIANT_ORIGINAL);
    length += SECRET_LINE;
    scratch->text[length++] = '\n';
    return (size_t)length;
}

/*
 * Whole or not at all, and never over a key that is there: link refuses an existing name, so of several
 * makers one wins and the others find its key. Failing at any call leaves no key behind.
 */
static int make(const struct place *place, struct err *err)
{
    struct scratch *scratch SCOPED(scoped_scratch) = scratch_new(place->path, err);
    char temporary[256];
    int failure = 0;
    size_t size;

    if (!scratch)
        return -1;
    size = generate(scratch);
    if (temporary_name(place->name, temporary, sizeof(temporary)) < 0 ||
        write_file(place->dir, temporary, 0600, scratch->text, size) < 0)
        return err_system(err, ERR_FILE, "%s: cannot write a new key", place->path);
    if (linkat(place->dir, temporary, place->dir, place->name, 0) < 0 && errno != EEXIST)
        failure = errno;
    if (unlinkat(place->dir, temporary, 0) < 0 && !failure)
        failure = errno;
    if (!failure && fsync(place->dir) < 0)
        failure = errno;
    if (!failure)
        return 0;
    errno = failure;
    return err_system(err, ERR_FILE, "%s: cannot put a new key in place", place->path);
}

static bool file_holds(int dir, const char *name, const char *text)
{
    int fd SCOPED(scoped_close) =
        openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    char found[KEY_PUBLIC_FILE_SIZE + 1];
    struct stat st;
    ssize_t got;

    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return false;
    got = read(fd, found, sizeof(found));
    return got >= 0 && (size_t)got == strlen(text) && memcmp(found, text, (size_t)got) == 0;
}

/* NAME.key has its public key in NAME.pub, a file of another name in that name and .pub. */
static int publish(const struct place *place, const struct key *key, struct err *err)
{
    size_t length = strlen(place->name), suffix = strlen(".key");
    char name[256], temporary[256];
    int failure;

    if (length >= suffix && strcmp(place->name + length - suffix, ".key") == 0)
        length -= suffix;
    if ((size_t)snprintf(name, sizeof(name), "%.*s.pub", (int)length, place->name) >= sizeof(name))
        return err_at(err, ERR_FILE, NULL, "%s: the name is too long", place->path);
    if (file_holds(place->dir, name, key->public_file))
        return 0;
    if (temporary_name(place->name, temporary, sizeof(temporary)) < 0 ||
        write_file(place->dir, temporary, 0644, key->public_file, strlen(key->public_file)) < 0)
        return err_system(err, ERR_FILE, "%s: cannot write the public key beside it", place->path);
    if (renameat(place->dir, temporary, place->dir, name) == 0 && fsync(place->dir) == 0)
        return 0;
    failure = errno;
    unlinkat(place->dir, temporary, 0);
    errno = failure;
    return err_system(err, ERR_FILE, "%s: cannot put the public key beside it", place->path);
}

struct key *key_load_or_make(const char *path, struct err *err)
{
    struct place place SCOPED(scoped_place) = { .dir = -1 };
    struct key *key = NULL;
    struct stat st;
    int opened = place_open(&place, path, O_RDONLY);

    if (opened < 0 && errno == ENOENT) {
        if (make_directories(path, err) < 0)
            return NULL;
        opened = place_open(&place, path, O_RDONLY);
    }
    if (opened < 0) {
        err_system(err, ERR_FILE, "%s: cannot open the key file's directory", path);
        return NULL;
    }
    /*
     * The lock goes with the descriptor. Where the file system has none, link alone decides between makers
     * and temporaries stay.
     */
    if (flock(place.dir, LOCK_EX) == 0)
        remove_temporaries(&place);
    if (fstatat(place.dir, place.name, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT &&
        make(&place, err) < 0)
        return NULL;
    key = load(&place, err);
    sodium_stackzero(STACK_DEPTH);
    if (key && publish(&place, key, err) < 0) {
        key_free(key);
        key = NULL;
    }
    return key;
}

void key_free(struct key *key)
{
    sodium_free(key);
}

const char *key_id(const struct key *key)
{
    return key->id_text;
}

const uint8_t *key_id_bytes(const struct key *key)
{
    return key->id;
}

const char *key_public_file(const struct key *key)
{
    return key->public_file;
}

bool key_locked(const struct key *key)
{
    return key->locked;
}

int key_sign(const struct key *key, const void *bytes, size_t size, uint8_t signature[KEY_SIGNATURE_SIZE])
{
    crypto_sign_detached(signature, NULL, bytes, size, key->secret);
    if (crypto_sign_verify_detached(signature, bytes, size, key->public_half) == 0)
        return 0;
    sodium_memzero(signature, KEY_SIGNATURE_SIZE);
    return -1;
}
