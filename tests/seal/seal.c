/* SPDX-License-Identifier: ISC */
/*
 * Signatures: to the byte against a file that minisign accepted, and against minisign itself.
 */
#include "../lib/scratch.h"
#include "../lib/suite.h"
#include "../lib/vector.h"

#include <stdint.h>
#include <string.h>

#include <sodium.h>

#include "../../src/seal/minisig.h"
#include "sign.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

enum { IMAGE_SIZE = 1024 };

static void image_bytes(uint8_t image[IMAGE_SIZE])
{
    for (size_t i = 0; i < IMAGE_SIZE; i++)
        image[i] = (uint8_t)i;
}

static struct key *vector_key(void)
{
    struct scratch_dir dir;
    struct err err = { 0 };
    struct key *key;

    if (scratch_enter(&dir) < 0)
        return NULL;
    scratch_write("a.key", 0600, SECRET_FILE, strlen(SECRET_FILE));
    key = key_load("a.key", &err);
    scratch_leave(&dir);
    return key;
}

static void vector(void)
{
    char file[SEAL_FILE_SIZE];
    uint8_t image[IMAGE_SIZE];
    struct err err = { 0 };
    struct key *key = vector_key();
    size_t length = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(key);
    image_bytes(image);
    CU_ASSERT_EQUAL(seal_minisign(key, image, sizeof(image), COMMENT, file, &length, &err), 0);
    CU_ASSERT_STRING_EQUAL(file, VECTOR);
    CU_ASSERT_EQUAL(length, strlen(VECTOR));
    CU_ASSERT_EQUAL(err.count, 0);
    key_free(key);
}

/* A seal is its trusted comment made into a minisign file, and equal claims make equal files. */
static void seals(void)
{
    static const struct seal_claims rows[] = {
        { .segment_count = 1, .segments = { { 0x9fc00, 1024 } }, .floating_pointer = 0x9fc00 },
        { .segment_count = 2,
          .segments = { { 0x9fc00, 1018 }, { 0x40e, 6 } },
          .floating_pointer = 0x9fc00,
          .context = "vm-1",
          .nonce = "01234567",
          .issued = 1700000000,
          .expires = 1700000300 },
    };
    uint8_t image[IMAGE_SIZE];
    struct key *key = vector_key();

    CU_ASSERT_PTR_NOT_NULL_FATAL(key);
    image_bytes(image);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct err err = { 0 };
        struct seal seal, again;
        char comment[SEAL_COMMENT_SIZE], file[SEAL_FILE_SIZE];
        size_t length = 0;

        CU_ASSERT_EQUAL(sign(key, image, sizeof(image), &rows[i], &seal, &err), 0);
        CU_ASSERT(seal_claims_write(&rows[i], VECTOR_SHA256, comment, &err) > 0);
        CU_ASSERT_STRING_EQUAL(seal.comment, comment);
        CU_ASSERT_STRING_EQUAL(seal.sha256, VECTOR_SHA256);
        CU_ASSERT_STRING_EQUAL(seal.key_id, "97B0D2F9EAA4BC40");
        CU_ASSERT_EQUAL(seal.minisign_size, strlen(seal.minisign));
        CU_ASSERT_EQUAL(seal_minisign(key, image, sizeof(image), comment, file, &length, &err), 0);
        CU_ASSERT_STRING_EQUAL(seal.minisign, file);
        CU_ASSERT_EQUAL(sign(key, image, sizeof(image), &rows[i], &again, &err), 0);
        CU_ASSERT_STRING_EQUAL(seal.minisign, again.minisign);
        CU_ASSERT_EQUAL(strncmp(seal.minisign, VECTOR, 144),
                        0); /* same image: same first signature */
        CU_ASSERT_EQUAL(err.count, 0);
    }
    key_free(key);
}

/* A key that has changed in memory signs nothing, and the error does not say what it was. */
static void damaged_key(void)
{
    static const struct seal_claims claims = { .segment_count = 1,
                                               .segments = { { 0x9fc00, IMAGE_SIZE } },
                                               .floating_pointer = 0x9fc00 };
    uint8_t image[IMAGE_SIZE];
    struct seal seal = { .minisign = "" };
    struct err err = { 0 };
    struct key *key = vector_key();

    CU_ASSERT_PTR_NOT_NULL_FATAL(key);
    image_bytes(image);
    CU_ASSERT_EQUAL(sodium_mprotect_readwrite(key), 0);
    ((uint8_t *)key)[crypto_sign_SEEDBYTES] ^=
        4; /* of the public half that is hashed: the classical fault */
    CU_ASSERT_EQUAL(sign(key, image, sizeof(image), &claims, &seal, &err), -1);
    CU_ASSERT_STRING_EQUAL(seal.minisign, "");
    CU_ASSERT_EQUAL(err.code, ERR_INTERNAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.places[0].detail, "key in memory"));
    key_free(key);
}

static void refused_seals(void)
{
    static const struct {
        const char *name;
        struct seal_claims claims;
    } rows[] = {
        { "no segment", { .segment_count = 0 } },
        { "too few bytes", { .segment_count = 1, .segments = { { 0x9fc00, IMAGE_SIZE - 1 } } } },
        { "too many bytes",
          { .segment_count = 2, .segments = { { 0x9fc00, IMAGE_SIZE }, { 0, 1 } } } },
        { "forged claim",
          { .segment_count = 1,
            .segments = { { 0x9fc00, IMAGE_SIZE } },
            .context = "a exp=9999999999" } },
    };
    uint8_t image[IMAGE_SIZE];
    struct key *key = vector_key();

    CU_ASSERT_PTR_NOT_NULL_FATAL(key);
    image_bytes(image);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct err err = { 0 };
        struct seal seal = { .minisign = "" };

        ROW_CHECK(rows[i].name,
                  sign(key, image, sizeof(image), &rows[i].claims, &seal, &err) == -1);
        ROW_CHECK(rows[i].name, err.code == ERR_INTERNAL && err.count == 1 && !seal.minisign[0]);
    }
    key_free(key);
}

static const struct {
    const char *name, *comment;
    bool good;
} comments[] = {
    { "one character", "a", true },
    { "TAB", "a\tb", true },
    { "empty", "", false },
    { "newline", "a\nb", false },
    { "carriage return", "a\r", false },
    { "escape", "\033", false },
    { "DEL", "\177", false },
    { "no ASCII", "\xe9", false },
    { "TAB in a long one", "0123456789abcdef0123456789\tbcdef0123456789abcdef", true },
    { "escape in a long one", "0123456789abcdef0123456789\033bcdef0123456789abcdef", false },
    { "DEL at the end of a long one", "0123456789abcdef0123456789abcde\177", false },
    { "newline after a long one", "0123456789abcdef\n", false },
    { "no ASCII behind a TAB",
      "0123456789\tbcdef0123456789abcd\xe9"
      "f",
      false },
};

static void comment_forms(void)
{
    char file[SEAL_FILE_SIZE], longest[SEAL_COMMENT_SIZE + 1];
    struct key *key = vector_key();
    struct err err = { 0 };
    size_t length = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(key);
    for (size_t i = 0; i < COUNT(comments); i++) {
        struct err refused = { 0 };
        int result = seal_minisign(key, "", 0, comments[i].comment, file, &length, &refused);

        ROW_CHECK(comments[i].name, comments[i].good ? result == 0 : result == -1);
        ROW_CHECK(comments[i].name, refused.code == (comments[i].good ? ERR_NONE : ERR_INTERNAL));
    }
    memset(longest, 'x', sizeof(longest));
    longest[SEAL_COMMENT_SIZE] = '\0';
    CU_ASSERT_EQUAL(seal_minisign(key, "", 0, longest, file, &length, &err), -1);
    longest[SEAL_COMMENT_SIZE - 1] = '\0';
    CU_ASSERT_EQUAL(seal_minisign(key, "", 0, longest, file, &length, &err), 0);
    CU_ASSERT_EQUAL(length, strlen(file));
    CU_ASSERT_EQUAL(file[length - 1], '\n');
    key_free(key);
}

static void digests(void)
{
    static const char empty[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    uint8_t digest[SEAL_SHA256_SIZE], image[IMAGE_SIZE];
    char hex[2 * SEAL_SHA256_SIZE + 1];

    seal_sha256("", 0, digest);
    CU_ASSERT_STRING_EQUAL(sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest)), empty);
    image_bytes(image);
    seal_sha256(image, sizeof(image), digest);
    CU_ASSERT_STRING_EQUAL(sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest)), VECTOR_SHA256);
}

/* RFC 4648 section 10, and the two characters it does not reach. */
static const struct {
    const char *bytes, *text;
} base64_rows[] = {
    { "", "" },
    { "f", "Zg==" },
    { "fo", "Zm8=" },
    { "foo", "Zm9v" },
    { "foob", "Zm9vYg==" },
    { "fooba", "Zm9vYmE=" },
    { "foobar", "Zm9vYmFy" },
    { "\xfb\xff", "+/8=" },
};

static const char *const no_base64[] = { "Zg",      "Zg=",  "Zh==",  "Zg==\n", "Zg== ",
                                         "Z\xe1==", "-_==", "Zm9v=", "Z" };

static void base64(void)
{
    uint8_t back[16];
    size_t used;

    for (size_t i = 0; i < COUNT(base64_rows); i++) {
        const size_t size = strlen(base64_rows[i].bytes);
        const char *const text = base64_rows[i].text;

        ROW_CHECK(text, minisig_decode(text, strlen(text), back, size, &used) == 0);
        ROW_CHECK(text, used == size && memcmp(back, base64_rows[i].bytes, size) == 0);
        ROW_CHECK(text,
                  size == 0 || minisig_decode(text, strlen(text), back, size - 1, &used) == -1);
    }
    for (size_t i = 0; i < COUNT(no_base64); i++)
        ROW_CHECK(no_base64[i], minisig_decode(no_base64[i], strlen(no_base64[i]), back,
                                               sizeof(back), &used) == -1);
}

static void random_bytes(void)
{
    uint8_t a[32] = { 0 }, b[32] = { 0 };

    seal_random(a, sizeof(a));
    seal_random(b, sizeof(b));
    CU_ASSERT_NOT_EQUAL(memcmp(a, b, sizeof(a)), 0);
    seal_noise(a, sizeof(a));
    seal_noise(b, sizeof(b));
    CU_ASSERT_NOT_EQUAL(memcmp(a, b, sizeof(a)), 0);
    CU_ASSERT_NOT_EQUAL(memcmp(a, a + 16, 16), 0);
}

static bool minisign_accepts(const char *arguments)
{
    char command[256];

    snprintf(command, sizeof(command), "minisign -VH %s >out 2>/dev/null </dev/null", arguments);
    return system(command) == 0;
}

/* Another program's judgement of our file, and of ours after tampering. */
static void minisign_verifies(void)
{
    const struct seal_claims given = { .segment_count = 1,
                                       .segments = { { 0x9fc00, IMAGE_SIZE } },
                                       .floating_pointer = 0x9fc00,
                                       .context = "vm-1" };
    struct scratch_dir dir;
    uint8_t image[IMAGE_SIZE];
    struct err err = { 0 };
    struct key *key, *other;
    char text[1024], *load;
    struct seal seal;

    if (system("command -v minisign >/dev/null 2>&1") != 0)
        TEST_SKIP("minisign is not installed");
    key = vector_key();
    CU_ASSERT_PTR_NOT_NULL_FATAL(key);
    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    other = key_load_or_make("other.key", &err);
    CU_ASSERT_PTR_NOT_NULL(other);
    image_bytes(image);
    CU_ASSERT_EQUAL_FATAL(sign(key, image, sizeof(image), &given, &seal, &err), 0);
    scratch_write("image", 0600, image, sizeof(image));
    scratch_write("image.minisig", 0600, seal.minisign, seal.minisign_size);
    scratch_write("key.pub", 0600, key_public_file(key), strlen(key_public_file(key)));
    CU_ASSERT(minisign_accepts("-m image -p key.pub"));
    CU_ASSERT(minisign_accepts("-Q -m image -p key.pub"));
    scratch_read("out", text, sizeof(text));
    CU_ASSERT_EQUAL(strncmp(text, seal.comment, strlen(seal.comment)), 0);
    CU_ASSERT_STRING_EQUAL(text + strlen(seal.comment), "\n");
    CU_ASSERT(!minisign_accepts("-m image -p other.pub"));
    CU_ASSERT(minisign_accepts("-m image -x image.minisig -P $(tail -n 1 key.pub)"));

    image[IMAGE_SIZE - 1] ^= 1;
    scratch_write("flipped", 0600, image, sizeof(image));
    CU_ASSERT(!minisign_accepts("-m flipped -x image.minisig -p key.pub"));
    scratch_write("short", 0600, image, sizeof(image) - 1);
    CU_ASSERT(!minisign_accepts("-m short -x image.minisig -p key.pub"));

    memcpy(text, seal.minisign, seal.minisign_size);
    text[seal.minisign_size] = '\0';
    load = strstr(text, "load=0x9fc00");
    CU_ASSERT_PTR_NOT_NULL(load);
    if (load)
        load[strlen("load=0x")] = '8';
    scratch_write("moved.minisig", 0600, text, seal.minisign_size);
    CU_ASSERT(!minisign_accepts("-m image -x moved.minisig -p key.pub"));

    /* one key's signature with the other's name on it */
    if (other) {
        CU_ASSERT_EQUAL(sign(other, image, sizeof(image), &given, &seal, &err), 0);
        scratch_write("flipped.minisig", 0600, seal.minisign, seal.minisign_size);
        CU_ASSERT(minisign_accepts("-m flipped -p other.pub"));
        CU_ASSERT(!minisign_accepts("-m flipped -p key.pub"));
    }
    key_free(other);
    key_free(key);
    scratch_leave(&dir);
}

static const struct test tests[] = {
    { "the vector to the byte", vector },
    { "a seal is its trusted comment signed", seals },
    { "seals that are refused", refused_seals },
    { "a damaged key", damaged_key },
    { "forms of trusted comments", comment_forms },
    { "SHA-256", digests },
    { "base64 is read back, and only in its one form", base64 },
    { "random bytes differ", random_bytes },
    { "minisign accepts the file and refuses tampering", minisign_verifies },
};

const struct suite seal_seal_suite = { "seal/seal", tests, COUNT(tests) };
