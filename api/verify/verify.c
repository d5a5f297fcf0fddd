/* SPDX-License-Identifier: ISC */
/*
 * verify PUBLIC_KEY IMAGE SIGNATURE ADDRESS CONTEXT NONCE
 *
 * Verifies an image of mptabled before it is written into guest memory, with libsodium:
 *
 *   cc -o verify verify.c -lsodium
 *
 * ADDRESS is where the image's first byte will be written; CONTEXT and NONCE are what was asked
 * for, or "-" where nothing was. Prints the claims and ends with 0, or says what is wrong and ends
 * with 1. The format of the files is minisign's.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    LINE_SIZE = 1024,
    IMAGE_MAX = 1 << 20,
    KEY_ID_SIZE = 8,
    SKEW = 60 /* seconds by which the clocks of signer and verifier may differ */
};

struct public_key {
    unsigned char algorithm[2], id[KEY_ID_SIZE], key[crypto_sign_PUBLICKEYBYTES];
};

struct signature {
    unsigned char algorithm[2], id[KEY_ID_SIZE], bytes[crypto_sign_BYTES];
    char comment[LINE_SIZE];
    unsigned char of_comment[crypto_sign_BYTES];
};

static void need(int condition, const char *reason)
{
    if (condition)
        return;
    fprintf(stderr, "verify: %s\n", reason);
    exit(1);
}

static FILE *open_file(const char *path)
{
    FILE *const file = fopen(path, "rb");

    need(file != NULL, "a file cannot be opened");
    return file;
}

/* The next line without its end; what stands before its text must be @prefix. */
static void read_line(FILE *file, const char *prefix, char text[LINE_SIZE])
{
    char line[LINE_SIZE];

    need(fgets(line, sizeof(line), file) != NULL, "a line is missing");
    line[strcspn(line, "\r\n")] = '\0';
    need(strncmp(line, prefix, strlen(prefix)) == 0, "this is no file of minisign");
    strcpy(text, line + strlen(prefix));
}

static void read_base64(FILE *file, unsigned char *bytes, size_t size)
{
    char line[LINE_SIZE];
    size_t decoded = 0;

    read_line(file, "", line);
    need(sodium_base642bin(bytes, size, line, strlen(line), NULL, &decoded, NULL,
                           sodium_base64_VARIANT_ORIGINAL) == 0 &&
             decoded == size,
         "a line of base64 has another length than minisign's");
}

static void read_public_key(const char *path, struct public_key *key)
{
    FILE *const file = open_file(path);
    char comment[LINE_SIZE];

    read_line(file, "untrusted comment: ", comment);
    read_base64(file, (unsigned char *)key, sizeof(*key));
    need(memcmp(key->algorithm, "Ed", 2) == 0, "this is no minisign public key");
    fclose(file);
}

/* "ED" signs the BLAKE2b hash. The older "Ed" does not bind the comment to the file. */
static void read_signature(const char *path, struct signature *s)
{
    FILE *const file = open_file(path);
    unsigned char packed[2 + KEY_ID_SIZE + crypto_sign_BYTES];
    char comment[LINE_SIZE];

    read_line(file, "untrusted comment: ", comment);
    read_base64(file, packed, sizeof(packed));
    memcpy(s, packed, sizeof(packed));
    read_line(file, "trusted comment: ", s->comment);
    read_base64(file, s->of_comment, sizeof(s->of_comment));
    need(fgetc(file) == EOF, "something follows the signature");
    need(memcmp(s->algorithm, "ED", 2) == 0, "the signature is of minisign's older kind");
    fclose(file);
}

static void verify_signature(const struct public_key *key, const struct signature *s,
                             const unsigned char *image, size_t size)
{
    unsigned char hash[64], bound[crypto_sign_BYTES + LINE_SIZE];
    const size_t length = strlen(s->comment);

    need(memcmp(s->id, key->id, KEY_ID_SIZE) == 0, "signed by another key");
    crypto_generichash(hash, sizeof(hash), image, size, NULL, 0);
    need(crypto_sign_verify_detached(s->bytes, hash, sizeof(hash), key->key) == 0,
         "the image or its signature was changed");
    memcpy(bound, s->bytes, sizeof(s->bytes));
    memcpy(bound + sizeof(s->bytes), s->comment, length);
    need(crypto_sign_verify_detached(s->of_comment, bound, sizeof(s->bytes) + length, key->key) ==
             0,
         "the trusted comment or its signature was changed");
}

/* The value of a claim, which is the word that begins with @name and "=". */
static const char *claim(const char *comment, const char *name, char value[LINE_SIZE])
{
    char words[LINE_SIZE];
    char *rest = NULL;

    strcpy(words, comment);
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        if (strncmp(word, name, strlen(name)) == 0 && word[strlen(name)] == '=')
            return strcpy(value, word + strlen(name) + 1);
    need(0, "a claim is missing");
    return NULL;
}

static size_t sum(const char *numbers)
{
    size_t total = 0;
    char *end;

    for (;; numbers = end + 1) {
        total += strtoul(numbers, &end, 10);
        if (*end != ',')
            return total;
    }
}

static void compare_claims(const char *comment, const unsigned char *image, size_t size,
                           char *wanted[])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof(digest) + 1], value[LINE_SIZE];
    const time_t now = time(NULL);

    need(strncmp(comment, "mptabled/1 ", 11) == 0, "the signature claims nothing about an image");
    crypto_hash_sha256(digest, image, size);
    sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest));
    need(strcmp(claim(comment, "sha256", value), hex) == 0, "signed for other bytes");
    need(sum(claim(comment, "size", value)) == size, "signed for another size");
    need(strtoul(claim(comment, "load", value), NULL, 16) == strtoul(wanted[0], NULL, 0),
         "signed for another address");
    need(strcmp(claim(comment, "ctx", value), wanted[1]) == 0, "signed for another context");
    need(strcmp(claim(comment, "nonce", value), wanted[2]) == 0, "signed for another request");
    claim(comment, "iat", value);
    need(strcmp(value, "-") == 0 || strtoll(value, NULL, 10) <= now + SKEW, "signed in the future");
    claim(comment, "exp", value);
    need(strcmp(value, "-") == 0 || strtoll(value, NULL, 10) > now - SKEW, "expired");
}

int main(int argc, char *argv[])
{
    static unsigned char image[IMAGE_MAX + 1];
    struct public_key key;
    struct signature signature;
    FILE *file;
    size_t size;

    need(argc == 7, "usage: verify PUBLIC_KEY IMAGE SIGNATURE ADDRESS CONTEXT NONCE");
    need(sodium_init() >= 0, "libsodium does not work here");
    read_public_key(argv[1], &key);
    file = open_file(argv[2]); /* read once: what is verified here is what must be used */
    size = fread(image, 1, sizeof(image), file);
    fclose(file);
    need(size > 0 && size <= IMAGE_MAX, "the image is empty or longer than 1 MiB");
    read_signature(argv[3], &signature);
    verify_signature(&key, &signature, image, size);
    compare_claims(signature.comment, image, size, argv + 4);
    puts(signature.comment);
    return 0;
}
