/* SPDX-License-Identifier: ISC */
/*
 * Signatures, trusted comments, public and secret keys, lists of revoked keys: any bytes as each of
 * them.
 */
#include "fuzz.h"

#include <unistd.h>

#include "../../src/seal/revoked.h"
#include "../../src/seal/verify.h"
#include "../lib/vector.h"

static struct public_key signer;
static uint8_t image[1024];
static char path[] = "/tmp/mptabled-fuzz-XXXXXX";
static int file;

static void remove_file(void)
{
    unlink(path);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct err err = { 0 };

    (void)argc;
    (void)argv;
    for (size_t i = 0; i < sizeof(image); i++)
        image[i] = (uint8_t)i;
    file = mkstemp(path);
    assert(file >= 0 && atexit(remove_file) == 0 && seal_start() == 0);
    assert(public_key_parse(PUBLIC_LINE, strlen(PUBLIC_LINE), &signer, &err) == 0);
    return 0;
}

/* A key comes back from its line. */
static void check_key(const struct public_key *key)
{
    struct public_key again;
    struct err err = { 0 };
    char line[KEY_PUBLIC_LINE_SIZE];

    public_key_line(key, line);
    assert(public_key_parse(line, strlen(line), &again, &err) == 0 &&
           memcmp(&again, key, sizeof(again)) == 0);
}

static void check_file(const uint8_t *data, size_t size)
{
    static struct revoked list;
    struct public_key public;
    struct err err[3] = { { 0 } };
    struct key *secret;

    assert(ftruncate(file, 0) == 0 && pwrite(file, data, size, 0) == (ssize_t)size);
    secret = key_load(path, &err[0]);
    if (secret)
        check_key(key_public(secret));
    key_free(secret);
    if (public_key_load(path, &public, &err[1]) == 0)
        check_key(&public);
    assert(revoked_load(path, &list, &err[2]) == 0 || refused(&err[2]) == 0);
}

/* What was read is what would have been written, and perhaps more behind it. */
static void check_comment(const char *comment)
{
    char again[SEAL_COMMENT_SIZE], sha256[SEAL_SHA256_TEXT_SIZE];
    struct seal_claims claims;
    struct err err = { 0 };

    if (seal_claims_read(comment, &claims, sha256, &err) == 0)
        assert(seal_claims_write(&claims, sha256, again, &err) > 0 &&
               !strncmp(again, comment, strlen(again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char rest[] = SIGNATURE "\n" TRUSTED GLOBAL "\n";
    char *const text = calloc(size + 1, 1), comment[SEAL_COMMENT_SIZE];
    struct err err = { 0 };

    assert(text);
    memcpy(text, data, size);
    check_comment(text);
    if (strncmp(text, "mptabled/", strlen("mptabled/")) != 0) /* a file takes its time */
        check_file(data, size);
    /* Only the first line may be another than the signer's. */
    if (seal_verify_minisign(&signer, image, sizeof(image), text, size, comment, &err) == SEAL_GOOD)
        assert(strcmp(strchr(text, '\n') + 1, rest) == 0);
    free(text);
    return 0;
}
