/* SPDX-License-Identifier: ISC */
/*
 * Signatures over images.
 *
 * A minisign file of the prehashed kind holds two Ed25519 signatures: one of the BLAKE2b-512 hash
 * of the image, one of that signature followed by the trusted comment. The second ties to the image
 * what the bytes alone do not say: where they are to be loaded and for which VM. A verifier
 * compares these claims with what it is about to do.
 *
 * The two messages are 64 bytes, and 64 bytes and more: they cannot be taken for each other as long
 * as no comment is empty, nor for anything else as long as the key signs nothing else. So nothing
 * here signs bytes as they come from a caller, and the older kind of file ("Ed", the signature of
 * the file itself) is never made: a "file" that consists of a signature and a comment would yield a
 * forged comment.
 *
 * Equal inputs give equal bytes: Ed25519 takes no random numbers, and no clock is read. That has a
 * price: two signatures of one message of which one went wrong give the secret away, and a flipped
 * bit is enough for that. What is done about it, and what is not:
 *
 *   - Before each signature the key in memory, both halves, is compared with a digest taken when it
 *     was loaded, and nothing is signed with one that has changed. A wrong public half is the
 *     easiest of these faults: it goes into the hash that the secret is multiplied with.
 *   - When a key is loaded a signature made with it is verified.
 *   - A fault in the middle of a computation (a processor driven beyond its limits, a bit that
 *     flips between comparison and use) goes unnoticed here. Only verifying each signature would
 *     show it, at three times what signing costs. Whoever verifies the image sees that it is wrong;
 *     the secret is lost all the same.
 */
#include "seal.h"

#include <assert.h>
#include <string.h>

#include <gnutls/crypto.h>

#include "../base/base64.h"
#include "../base/hex.h"
#include "minisig.h"

#define UNTRUSTED UNTRUSTED_PREFIX "signature from mptabled\n"
#define DAMAGED   "the key in memory is not the one that was loaded: nothing was signed"

/* Each size counts a NUL, and each line has its newline in place of it. */
static_assert(sizeof(UNTRUSTED) + SIGNATURE_TEXT_SIZE + sizeof(TRUSTED_PREFIX) + SEAL_COMMENT_SIZE +
                      GLOBAL_TEXT_SIZE <=
                  SEAL_FILE_SIZE,
              "the signature file fits");
static_assert(SEAL_SHA256_SIZE == crypto_hash_sha256_BYTES, "SHA-256");

int seal_start(void)
{
    return sodium_init() < 0 ? -1 : 0; /* 1: it was ready */
}

/* Reading in blocks of 16 characters would save an image request 0.2 % of its instructions. */
static bool comment_is_line(const char *comment, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((comment[i] < 0x20 || comment[i] > 0x7e) && comment[i] != '\t')
            return false;
    return length > 0 && length < SEAL_COMMENT_SIZE;
}

/* Text goes to the end of what is there. Return: the new end */
static char *append(char *to, const char *text, size_t length)
{
    memcpy(to, text, length);
    return to + length;
}

static char *append_base64(char *to, const void *bytes, size_t size)
{
    base64_encode(bytes, size, to);
    to += BASE64_SIZE(size) - 1;
    *to = '\n';
    return to + 1;
}

/* The four lines; that they fit is asserted above. Return: bytes of the file, NUL not counted */
static size_t write_file(char file[SEAL_FILE_SIZE], const uint8_t raw[SIGNATURE_RAW_SIZE],
                         const char *comment, size_t comment_length,
                         const uint8_t global[KEY_SIGNATURE_SIZE])
{
    char *to = append(file, UNTRUSTED, sizeof(UNTRUSTED) - 1);

    to = append_base64(to, raw, SIGNATURE_RAW_SIZE);
    to = append(to, TRUSTED_PREFIX, sizeof(TRUSTED_PREFIX) - 1);
    to = append(to, comment, comment_length);
    *to++ = '\n';
    to = append_base64(to, global, KEY_SIGNATURE_SIZE);
    *to = '\0';
    return (size_t)(to - file);
}

int seal_minisign(const struct key *key, const void *bytes, size_t size, const char *comment,
                  char file[SEAL_FILE_SIZE], size_t *length, struct err *err)
{
    uint8_t hash[HASH_SIZE], raw[SIGNATURE_RAW_SIZE] = { 'E', 'D' }, global[KEY_SIGNATURE_SIZE];
    uint8_t bound[KEY_SIGNATURE_SIZE + SEAL_COMMENT_SIZE];
    uint8_t *signature = raw + 2 + KEY_ID_SIZE;
    size_t comment_length = strlen(comment);

    if (!comment_is_line(comment, comment_length))
        return err_at(err, ERR_INTERNAL, NULL,
                      "the trusted comment is not one line of printable ASCII");
    memcpy(raw + 2, key_public(key)->id, KEY_ID_SIZE);
    crypto_generichash(hash, sizeof(hash), bytes, size, NULL, 0);
    if (key_sign(key, hash, sizeof(hash), signature) < 0)
        return err_at(err, ERR_INTERNAL, NULL, DAMAGED);
    memcpy(bound, signature, KEY_SIGNATURE_SIZE);
    memcpy(bound + KEY_SIGNATURE_SIZE, comment, comment_length);
    if (key_sign(key, bound, KEY_SIGNATURE_SIZE + comment_length, global) < 0)
        return err_at(err, ERR_INTERNAL, NULL, DAMAGED);
    *length = write_file(file, raw, comment, comment_length, global);
    return 0;
}

int seal_sign(const struct key *key, const uint8_t *image, size_t size,
              const struct seal_claims *claims, struct seal *seal, struct err *err)
{
    if (seal_claims_size(claims) != size)
        return err_at(err, ERR_INTERNAL, NULL, "the segments do not come to the image's %zu bytes",
                      size);
    seal_sha256(image, size, seal->digest);
    hex_encode(seal->digest, sizeof(seal->digest), seal->sha256);
    if (seal_claims_write(claims, seal->sha256, seal->comment, err) < 0)
        return -1;
    memcpy(seal->key_id, key_id(key), sizeof(seal->key_id));
    return seal_minisign(key, image, size, seal->comment, seal->minisign, &seal->minisign_size,
                         err);
}

/*
 * GnuTLS uses the instructions that processors have for it, with which it takes a quarter of the
 * time.
 */
void seal_sha256(const void *bytes, size_t size, uint8_t digest[SEAL_SHA256_SIZE])
{
    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes, size, digest) < 0)
        crypto_hash_sha256(digest, bytes, size);
}

uint64_t seal_hash(const uint8_t key[SEAL_HASH_KEY_SIZE], const void *bytes, size_t size)
{
    uint8_t out[crypto_shorthash_BYTES];
    uint64_t hash;

    static_assert(SEAL_HASH_KEY_SIZE == crypto_shorthash_KEYBYTES && sizeof(out) == sizeof(hash),
                  "SipHash");
    crypto_shorthash(out, bytes, size, key);
    memcpy(&hash, out, sizeof(hash));
    return hash;
}

/*
 * The decoder also returns 0 when it stopped early: only the end it reached and the length tell.
 * Where char is signed, libsodium 1.0.18 takes every byte from 0x80 for a '/'.
 */
int seal_unbase64(const char *text, size_t length, void *out, size_t size, size_t *used)
{
    const char *stopped = NULL;

    for (size_t i = 0; i < length; i++)
        if (text[i] & 0x80)
            return -1;
    *used = 0;
    if (sodium_base642bin(out, size, text, length, NULL, used, &stopped, BASE64) != 0 ||
        stopped != text + length || sodium_base64_encoded_len(*used, BASE64) - 1 != length)
        return -1;
    return 0;
}

void seal_random(void *bytes, size_t size)
{
    randombytes_buf(bytes, size);
}

void seal_noise(void *bytes, size_t size)
{
    uint8_t seed[randombytes_SEEDBYTES];

    randombytes_buf(seed, sizeof(seed));
    randombytes_buf_deterministic(bytes, size, seed);
    sodium_memzero(seed, sizeof(seed));
}
