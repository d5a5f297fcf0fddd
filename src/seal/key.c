/* SPDX-License-Identifier: ISC */
/*
 * Loading key files, and the key in memory.
 *
 * While a key is read or generated, each copy of the secret is in one guarded scratch allocation,
 * which sodium_free wipes. The loaded key has a guarded allocation of its own, read-only from then
 * on.
 */
#include "keyfile.h"

#include <assert.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static_assert(BASE64_SIZE(RAW_SIZE) == SECRET_LINE + 1, "158 bytes are 212 characters");
static_assert(RAW_SECRET + crypto_sign_SECRETKEYBYTES == RAW_CHECKSUM,
              "the checksum follows the secret");
static_assert(RAW_CHECKSUM + CHECKSUM_SIZE == RAW_SIZE, "the checksum ends the file");
static_assert(KEY_SIGNATURE_SIZE == crypto_sign_BYTES, "Ed25519");

enum { DIGEST_SIZE = crypto_shorthash_siphashx24_BYTES };

static const struct file_rules key_rules = { .what = "key file",
                                             .max = KEY_FILE_MAX,
                                             .checks = FILE_REGULAR | FILE_NO_LINK | FILE_OWN |
                                                       FILE_ONE_NAME,
                                             .closed = S_IRWXG | S_IRWXO,
                                             .mend = "chmod 600" };

struct key {
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    struct public_key public_half;
    uint8_t digest[DIGEST_SIZE]; /* of the members before it, taken when the key was loaded */
    bool locked;
    char id_text[KEY_ID_TEXT_SIZE];
    char public_file[KEY_PUBLIC_FILE_SIZE];
};

static_assert(offsetof(struct key, digest) ==
                  crypto_sign_SECRETKEYBYTES + sizeof(struct public_key),
              "no padding in what is digested");
static_assert(_Alignof(struct key) == 1,
              "sodium_malloc aligns the end of an allocation, not its start");

struct key_scratch *key_scratch_new(const char *path, struct err *err)
{
    struct key_scratch *scratch = sodium_malloc(sizeof(*scratch));

    if (!scratch)
        err_system(err, ERR_BUSY, "%s: no memory to keep a key in", path);
    return scratch;
}

/*
 * A user with write access to the directory could put another file in the key's place: an older key
 * of the same owner, for one. In a sticky directory only its owner could.
 */
static int check_directory(const struct file_place *place, struct err *err)
{
    struct stat dir;

    if (fstat(place->dir, &dir) < 0)
        return err_system(err, ERR_FILE, "%s: cannot examine the key file's directory",
                          place->path);
    if (dir.st_uid != geteuid() && dir.st_uid != 0)
        return err_at(
            err, ERR_FILE, NULL,
            "the key file's directory belongs to user %lu; mend with: chown %lu \"$(dirname %s)\"",
            (unsigned long)dir.st_uid, (unsigned long)geteuid(), place->path);
    if (dir.st_mode & (S_IWGRP | S_IWOTH) && !(dir.st_mode & S_ISVTX))
        return err_at(
            err, ERR_FILE, NULL,
            "%s may write to the key file's directory; mend with: chmod %s \"$(dirname %s)\"",
            dir.st_mode & S_IWOTH ? "others" : "its group", dir.st_mode & S_IWOTH ? "o-w" : "g-w",
            place->path);
    return 0;
}

/* The text is a comment line, of which only the prefix is checked, and one line of base64. */
static int decode_text(const struct file_place *place, struct key_scratch *scratch, size_t size,
                       struct err *err)
{
    size_t length, decoded;
    const char *const line = minisig_key_line(scratch->text, size, &length);

    if (size == 0)
        return err_at(err, ERR_FILE, NULL, "%s: the key file is empty", place->path);
    if (!line)
        return err_at(err, ERR_FILE, NULL,
                      "%s: not a minisign secret key: line 1 does not begin \"%s\"", place->path,
                      UNTRUSTED_PREFIX);
    if (length != SECRET_LINE)
        return err_at(err, ERR_FILE, NULL,
                      "%s: not a minisign secret key: %zu characters follow line 1, not %d",
                      place->path, length, (int)SECRET_LINE);
    if (minisig_decode(line, length, scratch->raw, sizeof(scratch->raw), &decoded) < 0 ||
        decoded != sizeof(scratch->raw))
        return err_at(err, ERR_FILE, NULL, "%s: not a minisign secret key: line 2 is not base64",
                      place->path);
    return 0;
}

void key_checksum(struct key_scratch *scratch, uint8_t sum[CHECKSUM_SIZE])
{
    memcpy(scratch->summed, scratch->raw + RAW_ALGORITHM, 2);
    memcpy(scratch->summed + 2, scratch->raw + RAW_ID, sizeof(scratch->summed) - 2);
    crypto_generichash(sum, CHECKSUM_SIZE, scratch->summed, sizeof(scratch->summed), NULL, 0);
}

static int check_raw(const struct file_place *place, struct key_scratch *scratch, struct err *err)
{
    static const uint8_t no_kdf[2] = { 0, 0 };
    const uint8_t *raw = scratch->raw;
    uint8_t sum[CHECKSUM_SIZE], public_half[crypto_sign_PUBLICKEYBYTES];

    if (memcmp(raw + RAW_ALGORITHM, "Ed", 2) != 0 ||
        memcmp(raw + RAW_CHECKSUM_ALGORITHM, "B2", 2) != 0)
        return err_at(err, ERR_FILE, NULL, "%s: not a minisign secret key: unknown algorithm",
                      place->path);
    if (memcmp(raw + RAW_KDF, "Sc", 2) == 0)
        return err_at(err, ERR_FILE, NULL,
                      "the key file has a password; remove it with: minisign -C -W -s %s",
                      place->path);
    if (memcmp(raw + RAW_KDF, no_kdf, sizeof(no_kdf)) != 0)
        return err_at(err, ERR_FILE, NULL, "%s: not a minisign secret key: unknown password scheme",
                      place->path);
    /* minisign -G -W leaves the checksum zero, minisign -C -W fills it in. */
    key_checksum(scratch, sum);
    if (sodium_memcmp(raw + RAW_CHECKSUM, sum, sizeof(sum)) != 0 &&
        !sodium_is_zero(raw + RAW_CHECKSUM, CHECKSUM_SIZE))
        return err_at(err, ERR_FILE, NULL, "%s: the key file is damaged: its checksum is wrong",
                      place->path);
    /* Signing with halves that disagree does not fail, but it gives invalid signatures. */
    if (crypto_sign_ed25519_sk_to_seed(scratch->seed, raw + RAW_SECRET) != 0 ||
        crypto_sign_seed_keypair(public_half, scratch->secret, scratch->seed) != 0 ||
        sodium_memcmp(scratch->secret, raw + RAW_SECRET, sizeof(scratch->secret)) != 0)
        return err_at(err, ERR_FILE, NULL,
                      "%s: the key file is damaged: its secret and public halves disagree",
                      place->path);
    return 0;
}

/*
 * A digest of what signing reads: both halves and the id. It detects flipped bits, so its key need
 * not be secret. It is SipHash because BLAKE2b would leave a copy of the secret on the stack.
 */
static void take_digest(const struct key *key, uint8_t digest[DIGEST_SIZE])
{
    static const uint8_t no_key[crypto_shorthash_siphashx24_KEYBYTES];

    crypto_shorthash_siphashx24(digest, key->secret, offsetof(struct key, digest), no_key);
}

struct key *key_new(const struct file_place *place, const struct key_scratch *scratch,
                    struct err *err)
{
    static const char message[] = "mptabled key self-test";
    struct key *key = sodium_malloc(sizeof(*key));
    uint8_t signature[KEY_SIGNATURE_SIZE];

    if (!key) {
        err_system(err, ERR_BUSY, "%s: no memory to keep a key in", place->path);
        return NULL;
    }
    memcpy(key->secret, scratch->raw + RAW_SECRET, sizeof(key->secret));
    memcpy(key->public_half.bytes, key->secret + crypto_sign_SEEDBYTES,
           sizeof(key->public_half.bytes));
    memcpy(key->public_half.id, scratch->raw + RAW_ID, sizeof(key->public_half.id));
    /* sodium_malloc tries this too, but does not tell whether it worked. */
    key->locked = sodium_mlock(key, sizeof(*key)) == 0;
    public_key_id(&key->public_half, key->id_text);
    public_key_file(&key->public_half, key->public_file);
    take_digest(key, key->digest);
    if (key_sign(key, message, sizeof(message), signature) < 0 ||
        crypto_sign_verify_detached(signature, (const uint8_t *)message, sizeof(message),
                                    key->public_half.bytes) != 0) {
        err_at(err, ERR_FILE, NULL, "%s: a test message signed with the key does not verify",
               place->path);
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

/* The content is checked before the mode: no error advises "chmod 600" for another file. */
struct key *key_load_at(const struct file_place *place, struct err *err)
{
    struct key_scratch *scratch SCOPED(scoped_key_scratch) = key_scratch_new(place->path, err);
    struct stat st;
    size_t size;

    if (!scratch || file_read_at(place, &key_rules, scratch->text, &size, &st, err) < 0 ||
        decode_text(place, scratch, size, err) < 0 ||
        file_guard(place->path, &key_rules, &st, err) < 0 || check_directory(place, err) < 0 ||
        check_raw(place, scratch, err) < 0)
        return NULL;
    return key_new(place, scratch, err);
}

struct key *key_load(const char *path, struct err *err)
{
    struct file_place place SCOPED(scoped_file_place) = { .dir = -1 };
    struct key *key;

    if (file_place_open(&place, path, O_PATH) < 0) {
        err_system(err, ERR_FILE, "%s: cannot open the key file's directory", path);
        return NULL;
    }
    key = key_load_at(&place, err);
    sodium_stackzero(STACK_DEPTH);
    return key;
}

void key_protect_process(void)
{
    const struct rlimit none = { 0, 0 };

    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}

void key_free(struct key *key)
{
    sodium_free(key);
}

const char *key_id(const struct key *key)
{
    return key->id_text;
}

const struct public_key *key_public(const struct key *key)
{
    return &key->public_half;
}

const char *key_public_file(const struct key *key)
{
    return key->public_file;
}

bool key_locked(const struct key *key)
{
    return key->locked;
}

static bool is_intact(const struct key *key)
{
    uint8_t digest[DIGEST_SIZE];

    take_digest(key, digest);
    return sodium_memcmp(digest, key->digest, sizeof(digest)) == 0;
}

int key_sign(const struct key *key, const void *bytes, size_t size,
             uint8_t signature[KEY_SIGNATURE_SIZE])
{
    if (is_intact(key)) {
        crypto_sign_detached(signature, NULL, bytes, size, key->secret);
        return 0;
    }
    sodium_memzero(signature, KEY_SIGNATURE_SIZE);
    return -1;
}
