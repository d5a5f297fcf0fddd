/* SPDX-License-Identifier: ISC */
/*
 * Key files: what is read, what is refused, how one comes into being.
 *
 * The key below was not made by our code: seed 00 01 .. 1f, public half and checksum from libsodium
 * by hand, and minisign 0.11 signs with it.
 */
#include "../lib/scratch.h"
#include "../lib/suite.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <sodium.h>

#include "../../src/seal/key.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#define COMMENT "untrusted comment: unencrypted secret key\n"
#define LINE                                                \
    "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
    "AAAAAAAAAAAAAAAAAAAQLyk6vnSsJcAAQIDBAUGBwgJCgsMDQ4PEB" \
    "ESExQVFhcYGRobHB0eHwOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3" \
    "chmQSVTG4Vy2snkZ/s2s6X4bW7LGl0jT9gXOGoZn71Y56lNvb6SA="
#define PUBLIC                                                  \
    "untrusted comment: minisign public key 97B0D2F9EAA4BC40\n" \
    "RWRAvKTq+dKwlwOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\n"

enum {
    LINE_SIZE = 212,
    RAW_SIZE = 158,
    SALT = 6,
    ID = 54,
    SEED = 62,
    PUBLIC_HALF = 94,
    CHECKSUM = 126,
    NOBODY = 65534
};

static const char *detail(const struct err *err)
{
    return err->count ? err->places[0].detail : "";
}

static void raw_of_vector(uint8_t raw[RAW_SIZE])
{
    size_t length;

    CU_ASSERT_EQUAL_FATAL(sodium_base642bin(raw, RAW_SIZE, LINE, LINE_SIZE, NULL, &length, NULL,
                                            sodium_base64_VARIANT_ORIGINAL),
                          0);
    CU_ASSERT_EQUAL_FATAL(length, RAW_SIZE);
}

static void right_checksum(uint8_t raw[RAW_SIZE])
{
    uint8_t summed[2 + CHECKSUM - ID];

    memcpy(summed, raw, 2);
    memcpy(summed + 2, raw + ID, CHECKSUM - ID);
    crypto_generichash(raw + CHECKSUM, RAW_SIZE - CHECKSUM, summed, sizeof(summed), NULL, 0);
}

static int write_raw(const char *name, const uint8_t raw[RAW_SIZE])
{
    char text[sizeof(COMMENT) + LINE_SIZE + 1] = COMMENT;

    sodium_bin2base64(text + strlen(COMMENT), LINE_SIZE + 1, raw, RAW_SIZE,
                      sodium_base64_VARIANT_ORIGINAL);
    text[strlen(COMMENT) + LINE_SIZE] = '\n';
    return scratch_write(name, 0600, text, strlen(COMMENT) + LINE_SIZE + 1);
}

static int write_vector(const char *name)
{
    return scratch_write(name, 0600, COMMENT LINE "\n", strlen(COMMENT LINE "\n"));
}

/*
 * Loads, and says whether the key came with the vector's public file, or was refused with such a
 * detail.
 */
static bool loads(const char *name)
{
    struct err err = { 0 };
    struct key *key = key_load(name, &err);
    bool same = key && !err.count && strcmp(key_public_file(key), PUBLIC) == 0;

    key_free(key);
    return same;
}

/* Is a file refused with such a detail, by key_load or by key_load_or_make? */
static bool refused_by(struct key *(*get)(const char *path, struct err *err), const char *name,
                       const char *because)
{
    struct err err = { 0 };
    struct key *key = get(name, &err);
    bool refused = !key && err.code == ERR_FILE && err.count == 1 && strstr(detail(&err), name) &&
                   strstr(detail(&err), because);

    if (!refused)
        printf("# %s: %s\n", name, key ? "taken" : detail(&err));
    key_free(key);
    return refused;
}

static bool refuses(const char *name, const char *because)
{
    return refused_by(key_load, name, because);
}

static bool has_mode(const char *name, mode_t mode)
{
    struct stat st;

    return lstat(name, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 07777) == mode &&
           st.st_nlink == 1;
}

static unsigned files_in(const char *name)
{
    char command[128], text[16];
    FILE *list;
    unsigned count = 0;

    snprintf(command, sizeof(command), "ls -A %s 2>/dev/null | wc -l", name);
    list = popen(command, "r");
    if (list && fgets(text, sizeof(text), list))
        count = (unsigned)strtoul(text, NULL, 10);
    if (list)
        pclose(list);
    return count;
}

static bool have_minisign(void)
{
    return system("command -v minisign >/dev/null 2>&1") == 0;
}

static void vector(void)
{
    struct scratch_dir dir;
    struct err err = { 0 };
    struct key *key;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT_EQUAL(write_vector("a.key"), 0);
    key = key_load("a.key", &err);
    CU_ASSERT_PTR_NOT_NULL(key);
    if (key) {
        CU_ASSERT_STRING_EQUAL(key_id(key), "97B0D2F9EAA4BC40");
        CU_ASSERT_STRING_EQUAL(key_public_file(key), PUBLIC);
        CU_ASSERT_EQUAL(
            memcmp(key_public(key)->id, "\x40\xbc\xa4\xea\xf9\xd2\xb0\x97", KEY_ID_SIZE), 0);
    }
    CU_ASSERT_EQUAL(err.count, 0);
    key_free(key);
    key_free(NULL);
    scratch_leave(&dir);
}

/* The signature of bytes 00..ff four times on which libsodium and openssl agree. */
static void raw_signature(void)
{
    static const char expected[] =
        "4786b3f0c2d2a7ca0d397ae706b122e0ba6741a28f7fbef10f97c267282e6822"
        "981a2e8b1160af3d3d9a6f2640630d9d7a6d3dbda0457dfab8802baaae4ed909";
    uint8_t message[1024], signature[KEY_SIGNATURE_SIZE];
    char hex[2 * KEY_SIGNATURE_SIZE + 1];
    struct scratch_dir dir;
    struct err err = { 0 };
    struct key *key;

    for (size_t i = 0; i < sizeof(message); i++)
        message[i] = (uint8_t)i;
    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT_EQUAL(write_vector("a.key"), 0);
    key = key_load("a.key", &err);
    CU_ASSERT_PTR_NOT_NULL(key);
    if (key) {
        CU_ASSERT_EQUAL(key_sign(key, message, sizeof(message), signature), 0);
        sodium_bin2hex(hex, sizeof(hex), signature, sizeof(signature));
        CU_ASSERT_STRING_EQUAL(hex, expected);
    }
    key_free(key);
    scratch_leave(&dir);
}

/*
 * Every bit of the key, flipped in memory after it was loaded: nothing is signed, and once it is
 * back it is.
 */
static void flipped_bits(void)
{
    enum {
        WATCHED = crypto_sign_SECRETKEYBYTES + sizeof(struct public_key) + 16
    }; /* and its digest */
    static const uint8_t zero[KEY_SIGNATURE_SIZE];
    uint8_t message[64] = { 1 }, signature[KEY_SIGNATURE_SIZE], good[KEY_SIGNATURE_SIZE];
    struct scratch_dir dir;
    struct err err = { 0 };
    struct key *key;
    unsigned signed_bits = 0;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT_EQUAL(write_vector("a.key"), 0);
    key = key_load("a.key", &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(key);
    CU_ASSERT_EQUAL(key_sign(key, message, sizeof(message), good), 0);
    CU_ASSERT_EQUAL(sodium_mprotect_readwrite(key), 0);
    for (unsigned bit = 0; bit < 8 * WATCHED; bit++) {
        uint8_t *const byte = (uint8_t *)key + bit / 8;

        *byte ^= (uint8_t)(1U << bit % 8);
        memset(signature, 1, sizeof(signature));
        if (key_sign(key, message, sizeof(message), signature) == 0 ||
            memcmp(signature, zero, sizeof(zero)) != 0)
            signed_bits++;
        *byte ^= (uint8_t)(1U << bit % 8);
    }
    CU_ASSERT_EQUAL(signed_bits, 0);
    CU_ASSERT_EQUAL(key_sign(key, message, sizeof(message), signature), 0);
    CU_ASSERT_EQUAL(memcmp(signature, good, sizeof(good)), 0);
    key_free(key);
    scratch_leave(&dir);
}

#define LONG_COMMENT \
    "untrusted comment: " S64 S64 S64 S64 S64 S64 S64 S64 S64 S64 S64 S64 S64 S64 S64
#define S64        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define TEXT(text) (text), sizeof(text) - 1

/* Whole files. */
static const struct {
    const char *name, *text;
    size_t size;
    const char *because; /* NULL: it loads */
} texts[] = {
    { "as it is", TEXT(COMMENT LINE "\n"), NULL },
    { "no newline at the end", TEXT(COMMENT LINE), NULL },
    { "empty comment", TEXT("untrusted comment: \n" LINE "\n"), NULL },
    { "comment that lies", TEXT("untrusted comment: minisign encrypted secret key\n" LINE "\n"),
      NULL },
    { "comment of 979 bytes", TEXT(LONG_COMMENT "\n" LINE "\n"), NULL },
    { "NUL in the comment", TEXT("untrusted comment: a\0b\n" LINE "\n"), NULL },
    { "empty file", TEXT(""), "empty" },
    { "one byte", TEXT("u"), "line 1" },
    { "newline only", TEXT("\n"), "line 1" },
    { "comment only", TEXT(COMMENT), "0 characters follow" },
    { "comment without newline", TEXT("untrusted comment: x"), "0 characters follow" },
    { "no comment", TEXT(LINE "\n"), "line 1" },
    { "comment without its blank", TEXT("untrusted comment:x\n" LINE "\n"), "line 1" },
    { "byte order mark", TEXT("\xef\xbb\xbf" COMMENT LINE "\n"), "line 1" },
    { "blank line first", TEXT("\n" COMMENT LINE "\n"), "line 1" },
    { "blank line between", TEXT(COMMENT "\n" LINE "\n"), "213 characters follow" },
    { "carriage returns", TEXT(COMMENT LINE "\r\n"), "213 characters follow" },
    { "third line", TEXT(COMMENT LINE "\n" LINE "\n"), "425 characters follow" },
    { "one newline too many", TEXT(COMMENT LINE "\n\n"), "213 characters follow" },
    { "one character too many", TEXT(COMMENT LINE "A\n"), "213 characters follow" },
    { "a public key", TEXT(PUBLIC), "56 characters follow" },
    { "too long a comment", TEXT(LONG_COMMENT S64 S64 S64 S64 S64 "\n" LINE "\n"), "too long" },
};

static void file_texts(void)
{
    struct scratch_dir dir;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    for (size_t i = 0; i < COUNT(texts); i++) {
        CU_ASSERT_EQUAL(scratch_write("a.key", 0600, texts[i].text, texts[i].size), 0);
        ROW_CHECK(texts[i].name,
                  texts[i].because ? refuses("a.key", texts[i].because) : loads("a.key"));
    }
    scratch_leave(&dir);
}

/*
 * Line 2 with one character replaced: the decoder of libsodium may stop there and call it success.
 */
static const struct {
    const char *name;
    unsigned at;
    char with;
} characters[] = {
    { "padding at the start", 0, '=' },
    { "padding in the middle", 100, '=' },
    { "padding before the last", 210, '=' },
    { "no padding", 211, 'A' },
    { "blank at the end", 211, ' ' },
    { "newline in the middle", 100, '\n' },
    { "blank in the middle", 100, ' ' },
    { "URL-safe alphabet", 100, '_' },
    { "NUL in the middle", 100, '\0' },
    { "bits behind the end", 210, 'B' },
    { "no ASCII", 100, '\xe9' },
};

static void line_characters(void)
{
    struct scratch_dir dir;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    for (size_t i = 0; i < COUNT(characters); i++) {
        char text[] = COMMENT LINE "\n";

        text[strlen(COMMENT) + characters[i].at] = characters[i].with;
        CU_ASSERT_EQUAL(scratch_write("a.key", 0600, text, sizeof(text) - 1), 0);
        ROW_CHECK(characters[i].name, refuses("a.key", "minisign secret key"));
    }
    scratch_leave(&dir);
}

static void every_prefix(void)
{
    static const char text[] = COMMENT LINE;
    struct scratch_dir dir;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    for (size_t size = 0; size < sizeof(text) - 1; size++) {
        char row[32];

        snprintf(row, sizeof(row), "%zu bytes", size);
        CU_ASSERT_EQUAL(scratch_write("a.key", 0600, text, size), 0);
        ROW_CHECK(row, refuses("a.key", ""));
    }
    scratch_leave(&dir);
}

/* The decoded bytes with some of them replaced. */
static const struct {
    const char *name;
    unsigned at;
    const char *bytes;
    unsigned size;
    enum { LEFT, RIGHT, ZERO } checksum;
    const char *because; /* NULL: it loads */
} patches[] = {
    { "checksum all zero, as of minisign -G -W", 0, "Ed", 2, ZERO, NULL },
    { "salt and limits kept, as of minisign -C -W", SALT, "salt\1\2\3", 7, LEFT, NULL },
    { "limits kept, checksum zero", 38, "\0\0\0\2", 4, ZERO, NULL },
    { "signature algorithm ED", 0, "ED", 2, RIGHT, "unknown algorithm" },
    { "checksum algorithm B3", 4, "B3", 2, LEFT, "unknown algorithm" },
    { "password", 2, "Sc", 2, LEFT, "password; remove it with: minisign -C -W -s a.key" },
    { "password, checksum zero", 2, "Sc", 2, ZERO, "minisign -C -W -s a.key" },
    { "unknown password scheme", 2, "Ar", 2, LEFT, "unknown password scheme" },
    { "half of a password scheme", 2, "S", 1, LEFT, "unknown password scheme" },
    { "other half of a password scheme", 3, "c", 1, LEFT, "unknown password scheme" },
    { "wrong checksum", CHECKSUM, "\1", 1, LEFT, "checksum" },
    { "checksum zero but for its first byte", CHECKSUM, "\x57\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16,
      LEFT, "checksum" },
    { "checksum zero but for its end", CHECKSUM, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, LEFT,
      "checksum" },
    { "other id", ID, "\1", 1, LEFT, "checksum" },
    { "other seed", SEED, "\1", 1, LEFT, "checksum" },
    { "other seed, checksum right", SEED, "\1", 1, RIGHT, "halves disagree" },
    { "other seed, checksum zero", SEED, "\1", 1, ZERO, "halves disagree" },
    { "other public half, checksum right", PUBLIC_HALF, "\4", 1, RIGHT, "halves disagree" },
    { "other public half, checksum zero", PUBLIC_HALF + 31, "\0", 1, ZERO, "halves disagree" },
};

static void decoded_bytes(void)
{
    struct scratch_dir dir;
    uint8_t raw[RAW_SIZE];

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    for (size_t i = 0; i < COUNT(patches); i++) {
        raw_of_vector(raw);
        memcpy(raw + patches[i].at, patches[i].bytes, patches[i].size);
        if (patches[i].checksum == RIGHT)
            right_checksum(raw);
        if (patches[i].checksum == ZERO)
            memset(raw + CHECKSUM, 0, RAW_SIZE - CHECKSUM);
        CU_ASSERT_EQUAL(write_raw("a.key", raw), 0);
        ROW_CHECK(patches[i].name,
                  patches[i].because ? refuses("a.key", patches[i].because) : loads("a.key"));
    }
    scratch_leave(&dir);
}

/* A bit anywhere but in salt and limits is noticed. */
static void every_bit(void)
{
    struct scratch_dir dir;
    uint8_t raw[RAW_SIZE];

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    for (unsigned bit = 0; bit < 8 * RAW_SIZE; bit++) {
        bool ignored = bit / 8 >= SALT && bit / 8 < ID;
        char row[32];

        snprintf(row, sizeof(row), "bit %u of byte %u", bit % 8, bit / 8);
        raw_of_vector(raw);
        raw[bit / 8] ^= (uint8_t)(1u << bit % 8);
        CU_ASSERT_EQUAL(write_raw("a.key", raw), 0);
        ROW_CHECK(row, ignored ? loads("a.key") : refuses("a.key", ""));
    }
    scratch_leave(&dir);
}

/* The id is the file's, whatever it is: minisign draws it at random. */
static void foreign_id(void)
{
    struct scratch_dir dir;
    struct err err = { 0 };
    uint8_t raw[RAW_SIZE];
    struct key *key;

    raw_of_vector(raw);
    memcpy(raw + ID, "\x08\x07\x06\x05\x04\x03\x02\x01", 8);
    right_checksum(raw);
    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT_EQUAL(write_raw("a.key", raw), 0);
    key = key_load("a.key", &err);
    CU_ASSERT_PTR_NOT_NULL(key);
    if (key)
        CU_ASSERT_STRING_EQUAL(key_id(key), "0102030405060708");
    key_free(key);
    scratch_leave(&dir);
}

static const struct {
    const char *name;
    mode_t mode;
    bool loads;
} modes[] = {
    { "0600", 0600, true },        { "0400, a credential", 0400, true },
    { "0700", 0700, true },        { "0640", 0640, false },
    { "0604", 0604, false },       { "0620", 0620, false },
    { "0602", 0602, false },       { "0610", 0610, false },
    { "0601", 0601, false },       { "0644", 0644, false },
    { "0440, ours", 0440, false }, { "0666", 0666, false },
};

static void file_modes(void)
{
    struct scratch_dir dir;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT_EQUAL(write_vector("a.key"), 0);
    for (size_t i = 0; i < COUNT(modes); i++) {
        CU_ASSERT_EQUAL(chmod("a.key", modes[i].mode), 0);
        ROW_CHECK(modes[i].name,
                  modes[i].loads ? loads("a.key") : refuses("a.key", "mend with: chmod 600 a.key"));
    }
    /* the advice to change a mode is given for key files alone, not for /etc/passwd */
    CU_ASSERT_EQUAL(scratch_write("a.key", 0644, "root:x:0:0\n", 11), 0);
    CU_ASSERT(refuses("a.key", "a.key: not a minisign secret key: line 1"));
    scratch_leave(&dir);
}

static void file_kinds(void)
{
    struct scratch_dir dir;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT_EQUAL(write_vector("good"), 0);
    CU_ASSERT_EQUAL(symlink("good", "link.key"), 0);
    CU_ASSERT_EQUAL(symlink("nothing", "dangling.key"), 0);
    CU_ASSERT_EQUAL(mkfifo("fifo.key", 0600), 0);
    CU_ASSERT_EQUAL(mkdir("directory.key", 0700), 0);
    CU_ASSERT(refuses("missing.key", "No such file"));
    CU_ASSERT(refuses("no/such/directory.key", "No such file"));
    CU_ASSERT(refuses("good/a.key", "Not a directory"));
    CU_ASSERT(refuses("directory.key/", "Is a directory"));
    CU_ASSERT(refuses("link.key", "symbolic link"));
    CU_ASSERT(refuses("dangling.key", "symbolic link"));
    CU_ASSERT(refuses("fifo.key", "not a regular file"));
    CU_ASSERT(refuses("directory.key", "not a regular file"));
    CU_ASSERT(refuses("/dev/null", "not a regular file"));
    CU_ASSERT(loads("good"));
    CU_ASSERT_EQUAL(link("good", "second.key"), 0);
    CU_ASSERT(refuses("second.key", "2 names"));
    CU_ASSERT(refuses("good", "2 names"));
    CU_ASSERT_EQUAL(unlink("second.key"), 0);
    CU_ASSERT(loads("good"));
    scratch_leave(&dir);
}

static void directory_modes(void)
{
    struct scratch_dir dir;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT_EQUAL(mkdir("d", 0700), 0);
    CU_ASSERT_EQUAL(write_vector("d/a.key"), 0);
    CU_ASSERT_EQUAL(chmod("d", 0777), 0);
    CU_ASSERT(refuses("d/a.key", "chmod o-w"));
    CU_ASSERT_EQUAL(chmod("d", 0770), 0);
    CU_ASSERT(refuses("d/a.key", "chmod g-w"));
    CU_ASSERT_EQUAL(chmod("d", 01777), 0);
    CU_ASSERT(loads("d/a.key"));
    CU_ASSERT_EQUAL(chmod("d", 0755), 0);
    CU_ASSERT(loads("d/a.key"));
    if (geteuid() == 0) { /* who can give a directory away */
        CU_ASSERT_EQUAL(chown("d", NOBODY, 0), 0);
        CU_ASSERT(refuses("d/a.key", "directory belongs to user 65534; mend with: chown 0"));
    }
    scratch_leave(&dir);
}

static const struct {
    const char *name;
    uid_t file_uid;
    gid_t file_gid;
    mode_t mode;
    uid_t uid; /* who loads */
    gid_t gid;
    const char *because; /* NULL: it loads */
} owners[] = {
    { "our own", NOBODY, NOBODY, 0400, NOBODY, NOBODY, NULL },
    { "root's, opened to us as a credential is", 0, 0, 0440, NOBODY, 0, NULL },
    { "root's, of our group", 0, NOBODY, 0440, NOBODY, NOBODY, "chmod 600" },
    { "root's, open to all", 0, 0, 0444, NOBODY, NOBODY, "chmod 600" },
    { "root's, group may write", 0, 0, 0460, NOBODY, 0, "chmod 600" },
    { "another's", NOBODY, NOBODY, 0600, 0, 0, "belongs to user 65534; mend with: chown 0 a.key" },
    { "another's, closed to us", 0, 0, 0400, NOBODY, NOBODY, "Permission denied" },
};

static void file_owners(void)
{
    struct scratch_dir dir;

    if (geteuid() != 0)
        TEST_SKIP("only root can give files away");
    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT_EQUAL(chmod(".", 0755), 0);
    for (size_t i = 0; i < COUNT(owners); i++) {
        int status = -1;
        pid_t child;

        CU_ASSERT_EQUAL(write_vector("a.key"), 0);
        CU_ASSERT_EQUAL(chown("a.key", owners[i].file_uid, owners[i].file_gid), 0);
        CU_ASSERT_EQUAL(chmod("a.key", owners[i].mode), 0);
        fflush(NULL);
        child = fork();
        if (child == 0) {
            bool right = setegid(owners[i].gid) == 0 && seteuid(owners[i].uid) == 0 &&
                         (owners[i].because ? refuses("a.key", owners[i].because) : loads("a.key"));

            fflush(NULL);
            _exit(right ? 0 : 1);
        }
        CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
        ROW_CHECK(owners[i].name, status == 0);
    }
    scratch_leave(&dir);
}

/* Makes or loads, and hands out the public key file. */
static bool made(const char *name, char public_file[KEY_PUBLIC_FILE_SIZE])
{
    struct err err = { 0 };
    struct key *key = key_load_or_make(name, &err);

    snprintf(public_file, KEY_PUBLIC_FILE_SIZE, "%s", key ? key_public_file(key) : "");
    if (!key)
        printf("# %s: %s\n", name, detail(&err));
    key_free(key);
    return key != NULL && !err.count;
}

static bool not_made(const char *name, const char *because)
{
    return refused_by(key_load_or_make, name, because);
}

static void making(void)
{
    char first[KEY_PUBLIC_FILE_SIZE], again[KEY_PUBLIC_FILE_SIZE], text[512];
    struct scratch_dir dir;
    uint8_t raw[42], hash[16], whole[RAW_SIZE], summed[RAW_SIZE];
    char id[KEY_ID_TEXT_SIZE];
    mode_t mask = umask(0077);
    size_t length = 0;
    struct stat st;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT(made("state/mptabled/a.key", first));
    CU_ASSERT(stat("state", &st) == 0 && (st.st_mode & 07777) == 0700);
    CU_ASSERT(stat("state/mptabled", &st) == 0 && (st.st_mode & 07777) == 0700);
    CU_ASSERT(has_mode("state/mptabled/a.key", 0600));
    CU_ASSERT(has_mode("state/mptabled/a.pub", 0644));
    CU_ASSERT_EQUAL(files_in("state/mptabled"), 2);
    scratch_read("state/mptabled/a.pub", text, sizeof(text));
    CU_ASSERT_STRING_EQUAL(text, first);

    /* the id is cut from the hash of the public key */
    CU_ASSERT_EQUAL(sodium_base642bin(raw, sizeof(raw), strchr(first, '\n') + 1, 56, NULL, &length,
                                      NULL, sodium_base64_VARIANT_ORIGINAL),
                    0);
    CU_ASSERT_EQUAL(length, sizeof(raw));
    crypto_generichash(hash, sizeof(hash), raw + 10, 32, NULL, 0);
    CU_ASSERT_EQUAL(memcmp(raw, "Ed", 2), 0);
    CU_ASSERT_EQUAL(memcmp(raw + 2, hash, 8), 0);
    snprintf(id, sizeof(id), "%02X%02X%02X%02X%02X%02X%02X%02X", hash[7], hash[6], hash[5], hash[4],
             hash[3], hash[2], hash[1], hash[0]);
    CU_ASSERT_PTR_NOT_NULL(strstr(first, id));

    /* the file has its checksum, though readers would do without */
    scratch_read("state/mptabled/a.key", text, sizeof(text));
    CU_ASSERT_EQUAL(strncmp(text, "untrusted comment: ", strlen("untrusted comment: ")), 0);
    CU_ASSERT_EQUAL(sodium_base642bin(whole, sizeof(whole), strchr(text, '\n') + 1, LINE_SIZE, NULL,
                                      &length, NULL, sodium_base64_VARIANT_ORIGINAL),
                    0);
    CU_ASSERT_EQUAL(length, sizeof(whole));
    memcpy(summed, whole, sizeof(summed));
    right_checksum(summed);
    CU_ASSERT_EQUAL(memcmp(whole, summed, sizeof(whole)), 0);

    /* what is there stays */
    CU_ASSERT(made("state/mptabled/a.key", again));
    CU_ASSERT_STRING_EQUAL(again, first);
    CU_ASSERT(made("other.key", again));
    CU_ASSERT_STRING_NOT_EQUAL(again, first);

    /* modes do not hang on the umask */
    umask(0);
    CU_ASSERT(made("open/a.key", again));
    CU_ASSERT(stat("open", &st) == 0 && (st.st_mode & 07777) == 0700);
    CU_ASSERT(has_mode("open/a.key", 0600));
    CU_ASSERT(has_mode("open/a.pub", 0644));
    umask(mask);
    scratch_leave(&dir);
}

static void public_file(void)
{
    char text[512], public[KEY_PUBLIC_FILE_SIZE];
    struct scratch_dir dir;
    struct stat before, after;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT_EQUAL(write_vector("a.key"), 0);
    CU_ASSERT(made("a.key", public)); /* missing */
    scratch_read("a.pub", text, sizeof(text));
    CU_ASSERT_STRING_EQUAL(text, PUBLIC);
    CU_ASSERT(stat("a.pub", &before) == 0 && made("a.key", public) && stat("a.pub", &after) == 0);
    CU_ASSERT_EQUAL(before.st_ino, after.st_ino); /* right already: left alone */
    CU_ASSERT_EQUAL(scratch_write("a.pub", 0600, "other\n", 6), 0);
    CU_ASSERT(made("a.key", public));
    CU_ASSERT(has_mode("a.pub", 0644));
    scratch_read("a.pub", text, sizeof(text));
    CU_ASSERT_STRING_EQUAL(text, PUBLIC);
    CU_ASSERT_EQUAL(scratch_write("a.pub", 0644, PUBLIC "x", strlen(PUBLIC "x")), 0);
    CU_ASSERT(made("a.key", public));
    scratch_read("a.pub", text, sizeof(text));
    CU_ASSERT_STRING_EQUAL(text, PUBLIC);

    CU_ASSERT_EQUAL(scratch_write("a.pub", 0644, "", 0), 0);
    CU_ASSERT(made("a.key", public));
    scratch_read("a.pub", text, sizeof(text));
    CU_ASSERT_STRING_EQUAL(text, PUBLIC);

    /* a link in its place is replaced, not followed */
    CU_ASSERT_EQUAL(scratch_write("elsewhere", 0600, "mine\n", 5), 0);
    CU_ASSERT(unlink("a.pub") == 0 && symlink("elsewhere", "a.pub") == 0);
    CU_ASSERT(made("a.key", public));
    CU_ASSERT(has_mode("a.pub", 0644));
    scratch_read("elsewhere", text, sizeof(text));
    CU_ASSERT_STRING_EQUAL(text, "mine\n");

    CU_ASSERT(rename("a.key", "secret") == 0 && made("secret", public));
    CU_ASSERT(has_mode("secret.pub", 0644));
    CU_ASSERT(mkdir("b.pub", 0700) == 0 && write_vector("b.key") == 0);
    CU_ASSERT(not_made("b.key", "public key"));
    /* a.pub b.key b.pub elsewhere secret secret.pub, and nothing temporary */
    CU_ASSERT_EQUAL(files_in("."), 6);
    scratch_leave(&dir);
}

static void not_making(void)
{
    char long_name[256];
    struct scratch_dir dir;
    uint8_t raw[RAW_SIZE];

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT_EQUAL(scratch_write("file", 0600, "x", 1), 0);
    CU_ASSERT(not_made("file/a.key", "Not a directory"));
    CU_ASSERT(not_made("file/deeper/a.key", "Not a directory"));
    CU_ASSERT(not_made("a/", "Is a directory"));
    CU_ASSERT(not_made("/proc/mptabled/a.key", "cannot make"));
    CU_ASSERT(not_made("/proc/a.key", "cannot write"));
    CU_ASSERT_EQUAL(files_in("."), 1);

    /* a file that is there is judged, not replaced */
    raw_of_vector(raw);
    raw[CHECKSUM] ^= 1;
    CU_ASSERT_EQUAL(write_raw("bad.key", raw), 0);
    CU_ASSERT(not_made("bad.key", "checksum"));
    CU_ASSERT_EQUAL(symlink("nothing", "dangling.key"), 0);
    CU_ASSERT(not_made("dangling.key", "symbolic link"));
    CU_ASSERT_EQUAL(scratch_write("empty.key", 0600, "", 0), 0);
    CU_ASSERT(not_made("empty.key", "empty"));
    CU_ASSERT_EQUAL(files_in("."), 4);

    memset(long_name, 'k', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = '\0';
    long_name[120] = '\0'; /* fits */
    CU_ASSERT(made(long_name, (char[KEY_PUBLIC_FILE_SIZE]){ 0 }));
    long_name[120] = 'k';
    {
        struct err err = { 0 };

        CU_ASSERT_PTR_NULL(key_load_or_make(long_name, &err));
        CU_ASSERT_EQUAL(err.code, ERR_FILE);
    }
    CU_ASSERT_EQUAL(files_in("."), 6);
    scratch_leave(&dir);
}

/* No room on the disk, as a limit on the size of files. */
static void no_room(void)
{
    static const rlim_t limits[] = { 0, 1, 100,
                                     200 }; /* a key file has more bytes, a public one 113 */
    struct scratch_dir dir;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    for (size_t i = 0; i < COUNT(limits); i++) {
        int status = -1;
        pid_t child;

        fflush(NULL);
        child = fork();
        if (child == 0) {
            struct rlimit limit = { limits[i], limits[i] };
            struct err err = { 0 };
            bool right;

            signal(SIGXFSZ, SIG_IGN);
            right = setrlimit(RLIMIT_FSIZE, &limit) == 0 && !key_load_or_make("a.key", &err) &&
                    err.code == ERR_FILE &&
                    strstr(detail(&err), "a.key: cannot write a new key: File too large");
            _exit(right ? 0 : 1);
        }
        CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
        CU_ASSERT_EQUAL(status, 0);
        CU_ASSERT_EQUAL(files_in("."), 0);
    }
    scratch_leave(&dir);
}

/* Several processes that start at the same instant end with one key. */
static void racing(void)
{
    enum { ROUNDS = 20, RACERS = 4 };
    struct scratch_dir dir;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    for (int round = 0; round < ROUNDS; round++) {
        char results[RACERS][KEY_PUBLIC_FILE_SIZE], name[32], row[32];
        int start[2], result[2];

        snprintf(row, sizeof(row), "round %d", round);
        snprintf(name, sizeof(name), "d%d/a.key", round);
        CU_ASSERT_FATAL(pipe(start) == 0 && pipe(result) == 0);
        fflush(NULL);
        for (int i = 0; i < RACERS; i++)
            if (fork() == 0) {
                char public[KEY_PUBLIC_FILE_SIZE] = { 0 }, go;

                close(start[1]);
                (void)!read(start[0], &go, 1); /* ends for all when the parent closes */
                made(name, public);
                fflush(NULL);
                _exit(write(result[1], public, sizeof(public)) == sizeof(public) ? 0 : 1);
            }
        close(start[0]);
        close(start[1]);
        for (int i = 0; i < RACERS; i++)
            ROW_CHECK(row, read(result[0], results[i], sizeof(results[i])) == sizeof(results[i]));
        while (wait(NULL) > 0)
            ;
        for (int i = 0; i < RACERS; i++)
            ROW_CHECK(row, results[i][0] && strcmp(results[i], results[0]) == 0);
        name[strlen(name) - strlen("/a.key")] = '\0';
        ROW_CHECK(row, files_in(name) == 2);
        close(result[0]);
        close(result[1]);
    }
    scratch_leave(&dir);
}

/*
 * The calls by which a key comes into being, in place of the C library's: the armed one fails, or
 * kills the process before or after its work.
 */
enum fault_kind { NO_FAULT, FAIL, KILL_BEFORE, KILL_AFTER };

static struct {
    enum fault_kind kind;
    unsigned countdown;
    const char *hit; /* the call */
} fault;

static bool fails(const char *call)
{
    if (fault.kind == NO_FAULT || --fault.countdown > 0)
        return false;
    fault.hit = call;
    if (fault.kind == KILL_BEFORE)
        raise(SIGKILL);
    if (fault.kind == FAIL)
        fault.kind = NO_FAULT;
    errno = EIO;
    return fault.kind == NO_FAULT;
}

static long after(long result)
{
    if (fault.kind == KILL_AFTER && fault.hit)
        raise(SIGKILL);
    return result;
}

int mkdir(const char *path, mode_t mode)
{
    return fails("mkdir") ? -1 : (int)after(syscall(SYS_mkdirat, AT_FDCWD, path, mode));
}

int flock(int fd, int operation)
{
    return fails("flock") ? -1 : (int)after(syscall(SYS_flock, fd, operation));
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    return fails("write") ? -1 : (ssize_t)after(syscall(SYS_write, fd, bytes, size));
}

int fchmod(int fd, mode_t mode)
{
    return fails("fchmod") ? -1 : (int)after(syscall(SYS_fchmod, fd, mode));
}

int fsync(int fd)
{
    return fails("fsync") ? -1 : (int)after(syscall(SYS_fsync, fd));
}

static const char *intruder; /* a name that another maker takes in the last moment */

int linkat(int from, const char *old, int to, const char *new, int flags)
{
    if (intruder)
        write_vector(intruder);
    return fails("linkat") ? -1 : (int)after(syscall(SYS_linkat, from, old, to, new, flags));
}

int unlinkat(int dir, const char *name, int flags)
{
    return fails("unlinkat") ? -1 : (int)after(syscall(SYS_unlinkat, dir, name, flags));
}

int renameat(int from, const char *old, int to, const char *new)
{
    return fails("renameat") ? -1 : (int)after(syscall(SYS_renameat2, from, old, to, new, 0));
}

/*
 * Makes a key with that call at fault, in a process of its own. Return: whether there was such a
 * call; *stopped: it led to a refusal that names the file, or to the process's end.
 */
static bool make_with_fault(const char *name, enum fault_kind kind, unsigned call, bool *stopped)
{
    int status = -1;
    pid_t child;

    fflush(NULL);
    child = fork(); /* also when nothing is killed: the fault ends with the process */
    if (child == 0) {
        struct err err = { 0 };
        struct key *key;

        fault.countdown = call;
        fault.kind = kind;
        key = key_load_or_make(name, &err);
        fault.kind = NO_FAULT;
        if (!fault.hit)
            _exit(0);
        /* the lock alone is done without */
        if (strcmp(fault.hit, "flock") == 0
                ? key != NULL
                : !key && err.code == ERR_FILE && strstr(detail(&err), name))
            _exit(1);
        printf("# %s at call %u: %s\n", fault.hit, call, key ? "made" : detail(&err));
        fflush(NULL);
        _exit(2);
    }
    if (waitpid(child, &status, 0) != child)
        return false;
    *stopped = kind == FAIL ? WIFEXITED(status) && WEXITSTATUS(status) == 1 : WIFSIGNALED(status);
    return status != 0;
}

static const struct {
    const char *name;
    enum fault_kind kind;
} faults[] = { { "fails", FAIL }, { "kills before", KILL_BEFORE }, { "kills after", KILL_AFTER } };

/*
 * Whatever goes wrong, the next start has a whole key and a tidy directory; a key that was seen
 * stays.
 */
static void faulty_calls(void)
{
    enum { CALLS = 14, MANY = 100 };
    struct scratch_dir dir;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    for (size_t i = 0; i < COUNT(faults); i++) {
        unsigned call = 1;
        bool stopped = true;

        for (;; call++) {
            char in[32], name[40], row[48], before[512], behind[512], public[KEY_PUBLIC_FILE_SIZE];

            snprintf(in, sizeof(in), "d%zu.%u", i, call);
            snprintf(name, sizeof(name), "%s/a.key", in);
            snprintf(row, sizeof(row), "call %u %s", call, faults[i].name);
            if (!make_with_fault(name, faults[i].kind, call, &stopped) || call == MANY)
                break;
            ROW_CHECK(row, stopped);
            if (scratch_read(name, before, sizeof(before)) < 0 && faults[i].kind == FAIL)
                ROW_CHECK(row, files_in(in) == 0);
            ROW_CHECK(row, made(name, public));
            ROW_CHECK(row, has_mode(name, 0600));
            ROW_CHECK(row, files_in(in) == 2);
            scratch_read(name, behind, sizeof(behind));
            ROW_CHECK(row, !before[0] || strcmp(before, behind) == 0);
        }
        ROW_CHECK(faults[i].name, call > CALLS && call < MANY);
    }
    scratch_leave(&dir);
}

/* Where there are no locks a name can be taken between the first look and link: theirs is used. */
static void name_taken(void)
{
    char public[KEY_PUBLIC_FILE_SIZE];
    struct scratch_dir dir;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    intruder = "a.key";
    CU_ASSERT(made("a.key", public));
    intruder = NULL;
    CU_ASSERT_STRING_EQUAL(public, PUBLIC);
    CU_ASSERT_EQUAL(files_in("."), 2);
    scratch_leave(&dir);
}

/* What a maker leaves that was killed while writing, and between link and unlink. */
static void left_behind(void)
{
    char public[KEY_PUBLIC_FILE_SIZE];
    struct scratch_dir dir;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT_EQUAL(write_vector("a.key"), 0);
    CU_ASSERT_EQUAL(link("a.key", ".a.key.0123456789abcdef.tmp"), 0);
    CU_ASSERT_EQUAL(scratch_write(".a.key.fedcba9876543210.tmp", 0600, "untr", 4), 0);
    CU_ASSERT_EQUAL(scratch_write(".b.key.0123456789abcdef.tmp", 0600, "", 0), 0);
    CU_ASSERT_EQUAL(scratch_write(".a.key.012345678.tmp", 0600, "", 0), 0);
    CU_ASSERT_EQUAL(scratch_write(".a.key-0123456789abcdef.tmp", 0600, "", 0), 0);
    CU_ASSERT(refuses("a.key", "2 names"));
    CU_ASSERT(made("a.key", public));
    CU_ASSERT_STRING_EQUAL(public, PUBLIC);
    CU_ASSERT_EQUAL(files_in("."), 5); /* the key, its public half, and the three of other names */
    scratch_leave(&dir);
}

enum { CHUNK = 1 << 16, SECRET = 32, MASK = 0xa5 };

/* The needle is masked so that it is not an occurrence itself. */
static unsigned occurrences(const uint8_t *bytes, size_t size, const uint8_t masked[SECRET])
{
    unsigned found = 0;

    for (size_t i = 0; i + SECRET <= size; i++) {
        size_t same = 0;

        while (same < SECRET && (bytes[i + same] ^ MASK) == masked[same])
            same++;
        found += same == SECRET;
    }
    return found;
}

/*
 * Occurrences in all memory of ours but the sanitizers' great reservations. What is looked at is
 * copied to a shared mapping, which the kernel does not join with others and which is left out.
 */
static unsigned in_memory(const uint8_t masked[SECRET])
{
    uint8_t *chunk = mmap(NULL, CHUNK, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    FILE *maps = fopen("/proc/self/maps", "re");
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    unsigned found = 0;
    char line[512];

    CU_ASSERT_FATAL(chunk != MAP_FAILED && maps && memory >= 0);
    while (fgets(line, sizeof(line), maps)) {
        uintptr_t from, to;
        char readable;

        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %c", &from, &to, &readable) != 3 ||
            readable != 'r' || to - from > 64u << 20 || from == (uintptr_t)chunk)
            continue;
        for (uintptr_t at = from; at + SECRET <= to; at += CHUNK - SECRET + 1) {
            ssize_t got = pread(memory, chunk, to - at < CHUNK ? to - at : CHUNK, (off_t)at);

            found += occurrences(chunk, got > 0 ? (size_t)got : 0, masked);
        }
    }
    close(memory);
    fclose(maps);
    munmap(chunk, CHUNK);
    return found;
}

/*
 * A loaded key is in memory once, a released one not at all; neither are the texts it was read
 * from.
 */
static void secrets_wiped(void)
{
    uint8_t seed[SECRET], line[SECRET];
    char text[512];
    uint8_t raw[RAW_SIZE];
    struct scratch_dir dir;
    struct err err = { 0 };
    struct key *key;
    const char *second;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    key = key_load_or_make("a.key", &err);
    CU_ASSERT_PTR_NOT_NULL(key);
    scratch_read("a.key", text, sizeof(text));
    second = strchr(text, '\n');
    CU_ASSERT_PTR_NOT_NULL(second);
    if (key && second) {
        CU_ASSERT_EQUAL(sodium_base642bin(raw, sizeof(raw), second + 1, LINE_SIZE, NULL, NULL, NULL,
                                          sodium_base64_VARIANT_ORIGINAL),
                        0);
        for (size_t i = 0; i < SECRET; i++) {
            seed[i] = raw[SEED + i] ^ MASK;
            line[i] = (uint8_t)second[1 + 90 + i] ^ MASK; /* some of the seed's base64 */
        }
        sodium_memzero(text, sizeof(text));
        sodium_memzero(raw, sizeof(raw));
        sodium_stackzero(16384);
        CU_ASSERT_EQUAL(in_memory(seed), 1);
        CU_ASSERT_EQUAL(in_memory(line), 0);
        key_free(key);
        key = key_load("a.key", &err);
        CU_ASSERT_PTR_NOT_NULL(key);
        CU_ASSERT_EQUAL(in_memory(seed), 1);
        CU_ASSERT_EQUAL(in_memory(line), 0);
        key_free(key);
        key = NULL;
        CU_ASSERT_EQUAL(in_memory(seed), 0);
    }
    key_free(key);
    scratch_leave(&dir);
}

/* The page is read-only: a write ends the process. */
static void write_protected(void)
{
    struct scratch_dir dir;
    struct err err = { 0 };
    struct key *key;
    int status = 0;
    pid_t child;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT_EQUAL(write_vector("a.key"), 0);
    key = key_load("a.key", &err);
    CU_ASSERT_PTR_NOT_NULL(key);
    if (key) {
        fflush(NULL);
        child = fork();
        if (child == 0) {
            signal(SIGSEGV, SIG_DFL); /* a sanitizer would report and exit */
            *(volatile uint8_t *)key = 0;
            _exit(0);
        }
        CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
        CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    }
    key_free(key);
    scratch_leave(&dir);
}

/* Without leave to lock memory a key still loads, and says that it may be swapped out. */
static void not_locked(void)
{
    struct scratch_dir dir;
    int status = -1;
    pid_t child;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT_EQUAL(write_vector("a.key"), 0);
    CU_ASSERT(geteuid() != 0 || (chown("a.key", NOBODY, NOBODY) == 0 && chmod(".", 0755) == 0));
    fflush(NULL);
    child = fork();
    if (child == 0) {
        struct rlimit none = { 0, 0 };
        struct err err = { 0 };
        struct key *key;

        if (setrlimit(RLIMIT_MEMLOCK, &none) < 0 || (geteuid() == 0 && seteuid(NOBODY) < 0))
            _exit(2);
        if (mlock(&none, sizeof(none)) == 0)
            _exit(3); /* address sanitizers make it do nothing */
        key = key_load("a.key", &err);
        _exit(key && !key_locked(key) ? 0 : 1);
    }
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    scratch_leave(&dir);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 3)
        TEST_SKIP("locking memory is not limited here");
    CU_ASSERT_EQUAL(status, 0);
}

static const char *second_line(const char *text)
{
    const char *end = strchr(text, '\n');

    return end ? end + 1 : "";
}

/* The id in the comment of a public key file, as a number: minisign leaves leading zeros out. */
static unsigned long long id_in(const char *text)
{
    const char *id = strstr(text, "public key ");

    return id ? strtoull(id + strlen("public key "), NULL, 16) : 0;
}

/* A key of minisign's making is read by us, and comes to the same public key. */
static void minisign_makes(void)
{
    char public[512];
    struct scratch_dir dir;
    struct err err = { 0 };
    struct key *key;

    if (!have_minisign())
        TEST_SKIP("minisign is not installed");
    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT_EQUAL(system("minisign -G -W -p a.pub -s a.key >/dev/null 2>&1"), 0);
    key = key_load("a.key", &err);
    CU_ASSERT_PTR_NOT_NULL(key);
    if (!key)
        printf("# %s\n", detail(&err));
    scratch_read("a.pub", public, sizeof(public));
    if (key) {
        CU_ASSERT_STRING_EQUAL(second_line(public), second_line(key_public_file(key)));
        CU_ASSERT_EQUAL(strtoull(key_id(key), NULL, 16), id_in(public));
    }
    key_free(key);
    scratch_leave(&dir);
}

/* minisign signs with a key of our making, and the public key beside it verifies. */
static void minisign_signs(void)
{
    char public[KEY_PUBLIC_FILE_SIZE], again[512];
    struct scratch_dir dir;

    if (!have_minisign())
        TEST_SKIP("minisign is not installed");
    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT(made("a.key", public));
    CU_ASSERT_EQUAL(scratch_write("data", 0600, "data\n", 5), 0);
    CU_ASSERT_EQUAL(system("minisign -S -H -s a.key -m data >/dev/null 2>&1 </dev/null"), 0);
    CU_ASSERT_EQUAL(system("minisign -VHm data -p a.pub >/dev/null 2>&1"), 0);
    CU_ASSERT_EQUAL(system("minisign -R -s a.key -p again.pub >/dev/null 2>&1 </dev/null"), 0);
    scratch_read("again.pub", again, sizeof(again));
    CU_ASSERT_STRING_EQUAL(second_line(again), second_line(public));
    CU_ASSERT_EQUAL(id_in(again), id_in(public));
    CU_ASSERT_EQUAL(scratch_write("data", 0600, "Data\n", 5), 0);
    CU_ASSERT_NOT_EQUAL(system("minisign -VHm data -p a.pub >/dev/null 2>&1"), 0);
    scratch_leave(&dir);
}

static const struct test tests[] = {
    { "the vector loads with its id and public key file", vector },
    { "a raw signature is the vector's", raw_signature },
    { "a bit flipped in memory", flipped_bits },
    { "whole files", file_texts },
    { "characters of the base64 line", line_characters },
    { "every prefix is refused", every_prefix },
    { "decoded bytes", decoded_bytes },
    { "every flipped bit is refused but in salt and limits", every_bit },
    { "an id that is not derived from the key", foreign_id },
    { "modes of the file", file_modes },
    { "kinds of file", file_kinds },
    { "modes of the directory", directory_modes },
    { "owners of the file", file_owners },
    { "a missing key is made, a present one kept", making },
    { "the public key file is made and mended", public_file },
    { "what cannot be made is refused and leaves nothing", not_making },
    { "no room leaves nothing", no_room },
    { "racing makers end with one key", racing },
    { "each call fails, or is the last", faulty_calls },
    { "a name taken in the last moment", name_taken },
    { "what killed makers left is removed", left_behind },
    { "secrets are in memory once, and not at all after release", secrets_wiped },
    { "a loaded key is write-protected", write_protected },
    { "a key that may be swapped out says so", not_locked },
    { "a key of minisign's making", minisign_makes },
    { "minisign signs with a key of ours", minisign_signs },
};

const struct suite seal_key_suite = { "seal/key", tests, COUNT(tests) };
