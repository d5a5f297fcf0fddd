/* SPDX-License-Identifier: ISC */
/*
 * Signatures over images.
 *
 * A minisign file of the prehashed kind holds two Ed25519 signatures: one of the BLAKE2b-512 hash of the
 * image, one of that signature followed by the trusted comment. The second ties to the image what the bytes
 * alone do not say: where they are to be loaded and for which VM. A verifier compares these claims with what
 * it is about to do.
 *
 * The two messages are 64 bytes, and 64 bytes and more: they cannot be taken for each other as long as no
 * comment is empty, nor for anything else as long as the key signs nothing else. So nothing here signs bytes
 * as they come from a caller, and the older kind of file ("Ed", the signature of the file itself) is never
 * made: a "file" that consists of a signature and a comment would yield a forged comment.
 *
 * Equal inputs give equal bytes: Ed25519 takes no random numbers, and no clock is read.
 */
#include "seal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "minisig.h"

#define UNTRUSTED UNTRUSTED_PREFIX "signature from mptabled\n"

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

static bool comment_is_line(const char *comment, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((comment[i] < 0x20 || comment[i] > 0x7e) && comment[i] != '\t')
            return false;
    return length > 0 && length < SEAL_COMMENT_SIZE;
}

int seal_minisign(const struct key *key, const void *bytes, size_t size, const char *comment,
                  char file[SEAL_FILE_SIZE], size_t *length, struct err *err)
{
    uint8_t hash[HASH_SIZE], raw[SIGNATURE_RAW_SIZE] = { 'E', 'D' }, global[KEY_SIGNATURE_SIZE];
    uint8_t bound[KEY_SIGNATURE_SIZE + SEAL_COMMENT_SIZE];
    char signature_text[SIGNATURE_TEXT_SIZE], global_text[GLOBAL_TEXT_SIZE];
    uint8_t *signature = raw + 2 + KEY_ID_SIZE;
    size_t comment_length = strlen(comment);

    if (!comment_is_line(comment, comment_length))
        return err_at(err, ERR_INTERNAL, NULL, "the trusted comment is not one line of printable ASCII");
    memcpy(raw + 2, key_public(key)->id, KEY_ID_SIZE);
    crypto_generichash(hash, sizeof(hash), bytes, size, NULL, 0);
    if (key_sign(key, hash, sizeof(hash), signature) < 0)
        return err_at(err, ERR_INTERNAL, NULL, "the signature of the image does not verify");
    memcpy(bound, signature, KEY_SIGNATURE_SIZE);
    memcpy(bound + KEY_SIGNATURE_SIZE, comment, comment_length);
    if (key_sign(key, bound, KEY_SIGNATURE_SIZE + comment_length, global) < 0)
        return err_at(err, ERR_INTERNAL, NULL, "the signature of the trusted comment does not verify");
    sodium_bin2base64(signature_text, sizeof(signature_text), raw, sizeof(raw), BASE64);
    sodium_bin2base64(global_text, sizeof(global_text), global, sizeof(global), BASE64);
    *length = (size_t)snprintf(file, SEAL_FILE_SIZE, UNTRUSTED "%s\n" TRUSTED_PREFIX "%s\n%s\n",
                               signature_text, comment, global_text);
    return 0;
}

int seal_sign(const struct key *key, const uint8_t *image, size_t size, const struct seal_claims *claims,
              struct seal *seal, struct err *err)
{
    uint8_t digest[SEAL_SHA256_SIZE];

    if (seal_claims_size(claims) != size)
        return err_at(err, ERR_INTERNAL, NULL, "the segments do not come to the image's %zu bytes", size);
    seal_sha256(image, size, digest);
    sodium_bin2hex(seal->sha256, sizeof(seal->sha256), digest, sizeof(digest));
    if (seal_claims_write(claims, seal->sha256, seal->comment, err) < 0)
        return -1;
    memcpy(seal->key_id, key_id(key), sizeof(seal->key_id));
    return seal_minisign(key, image, size, seal->comment, seal->minisign, &seal->minisign_size, err);
}

void seal_sha256(const void *bytes, size_t size, uint8_t digest[SEAL_SHA256_SIZE])
{
    crypto_hash_sha256(digest, bytes, size);
}

size_t seal_base64_size(size_t size)
{
    return sodium_base64_encoded_len(size, BASE64);
}

void seal_base64(const void *bytes, size_t size, char *text)
{
    sodium_bin2base64(text, seal_base64_size(size), bytes, size, BASE64);
}

/*
 * The decoder also returns 0 when it stopped early: only the end it reached and the length tell. Where char
 * is signed, libsodium 1.0.18 takes every byte from 0x80 for a '/'.
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
