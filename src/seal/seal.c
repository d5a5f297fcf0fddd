/* SPDX-License-Identifier: ISC */
/*
 * Signatures over images.
 *
 * A minisign file of the prehashed kind holds two Ed25519 signatures. The first signs the
 * BLAKE2b-512 hash of the image. The second signs the first signature followed by the trusted
 * comment: it ties to the image what its bytes do not tell, such as the load address and the VM. A
 * verifier compares these claims with what it is about to do.
 *
 * The first message has 64 bytes and the second has more, since no comment is empty. So neither can
 * be taken for the other. They cannot be taken for a third kind of message because the key signs
 * nothing else: no function here signs a caller's bytes directly. The older kind of file ("Ed")
 * does that, so it is never made: a client could send a signature followed by a comment as its
 * "file", and would get back a forged comment.
 *
 * Equal inputs give equal bytes: Ed25519 takes no random numbers, and no clock is read. That has a
 * price. An attacker who has two signatures of one message, one of them computed wrongly, can
 * derive the secret; one flipped bit in memory is enough. The defences, and the fault that has
 * none:
 *
 *   - Before each signature the key in memory, both halves, is compared with a digest taken when it
 *     was loaded. A key that has changed signs nothing. A damaged public half is the easiest of
 *     these faults: it goes into the hash by which the secret is multiplied.
 *   - When a key is loaded, a test signature is made with it and verified.
 *   - While a memo holds a signature (memo.c), that signature is not computed again. A check word
 *     shows whether the memo's own memory was damaged.
 *   - A fault during the computation (an overclocked processor, a bit that flips between comparison
 *     and use) is not noticed here. To notice it, each signature would have to be verified, which
 *     costs more than signing. A client that verifies the image sees that the signature is wrong,
 *     but the secret may be lost by then.
 */
#include "seal.h"

#include <assert.h>
#include <string.h>

#include <gnutls/crypto.h>
#include <sodium.h>

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
static_assert(SIGNATURE_RAW_SIZE == 2 + KEY_ID_SIZE + KEY_SIGNATURE_SIZE &&
                  (int)GLOBAL_SIZE == (int)KEY_SIGNATURE_SIZE,
              "the binary parts of a signature file");
static_assert(SEAL_SHA256_SIZE == crypto_hash_sha256_BYTES, "SHA-256");

int seal_start(void)
{
    return sodium_init() < 0 ? -1 : 0; /* 1: it was initialised before */
}

static bool comment_is_line(const char *comment, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((comment[i] < 0x20 || comment[i] > 0x7e) && comment[i] != '\t')
            return false;
    return length > 0 && length < SEAL_COMMENT_SIZE;
}

/* Copies text to @to. Return: the end of the copy */
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

/* Writes the four lines; the assertion above shows that they fit. Return: bytes, NUL not counted */
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

/* A signature file in the making, in the order of its lines. */
struct draft {
    const struct key *key;
    struct memo *memo;     /* NULL: none */
    const uint8_t *digest; /* SHA-256 of the image; needed with a memo */
    const char *comment;
    size_t comment_length;
    uint8_t raw[SIGNATURE_RAW_SIZE]; /* "ED", key id, signature of the hash */
    uint8_t global[KEY_SIGNATURE_SIZE];
    unsigned made, remembered;
};

/* Takes the signature that the memo has for @subject. Return: false: it has none */
static bool recall(struct draft *d, const struct memo_subject *subject,
                   uint8_t signature[KEY_SIGNATURE_SIZE])
{
    if (!d->memo || !memo_find(d->memo, subject, signature))
        return false;
    d->remembered++;
    return true;
}

/* Signs @bytes, and has the memo remember it; @subject is NULL if it should not */
static int sign(struct draft *d, const struct memo_subject *subject, const uint8_t *bytes,
                size_t size, uint8_t signature[KEY_SIGNATURE_SIZE])
{
    if (key_sign(d->key, bytes, size, signature) < 0)
        return -1;
    d->made++;
    if (d->memo && subject)
        memo_add(d->memo, subject, signature);
    return 0;
}

/*
 * The memo finds an image's signature by the image's SHA-256, which the trusted comment binds too
 * and which is there already. The hash that is signed costs three times as much, so it is taken
 * only to sign it.
 */
static int sign_image(struct draft *d, const void *bytes, size_t size)
{
    struct memo_subject subject = { .hash = { 0 } };
    uint8_t *const signature = d->raw + 2 + KEY_ID_SIZE;
    uint8_t hash[HASH_SIZE];

    memcpy(d->raw, "ED", 2);
    memcpy(d->raw + 2, key_public(d->key)->id, KEY_ID_SIZE);
    memcpy(subject.key_id, key_public(d->key)->id, KEY_ID_SIZE);
    if (d->memo)
        memcpy(subject.hash, d->digest, SEAL_SHA256_SIZE);
    if (recall(d, &subject, signature))
        return 0;
    crypto_generichash(hash, sizeof(hash), bytes, size, NULL, 0);
    return sign(d, &subject, hash, sizeof(hash), signature);
}

/*
 * The memo finds a comment's signature by a keyed hash of 64 bytes. An image's signature is found
 * by 32 bytes and zeros, so no image, whatever its bytes, can take the place of a comment.
 */
static int sign_comment(struct draft *d, bool remember)
{
    static const uint8_t kind[crypto_generichash_KEYBYTES_MIN] = "trusted comment";
    uint8_t bound[KEY_SIGNATURE_SIZE + SEAL_COMMENT_SIZE];
    const size_t size = KEY_SIGNATURE_SIZE + d->comment_length;
    struct memo_subject subject;

    memcpy(bound, d->raw + 2 + KEY_ID_SIZE, KEY_SIGNATURE_SIZE);
    memcpy(bound + KEY_SIGNATURE_SIZE, d->comment, d->comment_length);
    if (!d->memo || !remember)
        return sign(d, NULL, bound, size, d->global);
    memcpy(subject.key_id, key_public(d->key)->id, KEY_ID_SIZE);
    crypto_generichash(subject.hash, sizeof(subject.hash), bound, size, kind, sizeof(kind));
    if (recall(d, &subject, d->global))
        return 0;
    return sign(d, &subject, bound, size, d->global);
}

static int make_file(struct draft *d, const void *bytes, size_t size, bool remember,
                     char file[SEAL_FILE_SIZE], size_t *length, struct err *err)
{
    d->comment_length = strlen(d->comment);
    if (!comment_is_line(d->comment, d->comment_length))
        return err_at(err, ERR_INTERNAL, NULL,
                      "the trusted comment is not one line of printable ASCII");
    if (sign_image(d, bytes, size) < 0 || sign_comment(d, remember) < 0)
        return err_at(err, ERR_INTERNAL, NULL, DAMAGED);
    *length = write_file(file, d->raw, d->comment, d->comment_length, d->global);
    return 0;
}

int seal_minisign(const struct key *key, const void *bytes, size_t size, const char *comment,
                  char file[SEAL_FILE_SIZE], size_t *length, struct err *err)
{
    struct draft d = { .key = key, .comment = comment };

    return make_file(&d, bytes, size, false, file, length, err);
}

int seal_claim(const struct key *key, const uint8_t *image, size_t size,
               const struct seal_claims *claims, struct seal *seal, struct err *err)
{
    if (seal_claims_size(claims) != size)
        return err_at(err, ERR_INTERNAL, NULL,
                      "the sizes of the segments do not add up to the image's %zu bytes", size);
    seal_sha256(image, size, seal->digest);
    hex_encode(seal->digest, sizeof(seal->digest), seal->sha256);
    memcpy(seal->key_id, key_id(key), sizeof(seal->key_id));
    seal->claims = *claims;
    seal->repeats = !claims->context[0] && !claims->nonce[0] && !claims->issued && !claims->expires;
    return seal_claims_write(claims, seal->sha256, seal->comment, err) < 0 ? -1 : 0;
}

int seal_sign(const struct key *key, struct memo *memo, const uint8_t *image, size_t size,
              struct seal *seal, struct err *err)
{
    struct draft d = { .key = key, .memo = memo, .digest = seal->digest, .comment = seal->comment };

    if (make_file(&d, image, size, seal->repeats, seal->minisign, &seal->minisign_size, err) < 0)
        return -1;
    seal->made = d.made;
    seal->remembered = d.remembered;
    return 0;
}

/*
 * GnuTLS comes first because it uses the processor's SHA instructions; libsodium 1.0.18 does not.
 */
void seal_sha256(const void *bytes, size_t size, uint8_t digest[SEAL_SHA256_SIZE])
{
    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes, size, digest) < 0)
        crypto_hash_sha256(digest, bytes, size);
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
