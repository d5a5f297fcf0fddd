/* SPDX-License-Identifier: ISC */
/*
 * Signatures: to the byte against a file that minisign accepted, and against minisign itself.
 */
#include "scratch.h"
#include "suite.h"

#include <stdint.h>
#include <string.h>

#include <sodium.h>

#include "../src/seal/seal.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* Seed 00 01 .. 1f, and what minisign 0.11 accepts as its signature of bytes 00..ff four times. */
#define SECRET_FILE                                                                                          \
    "untrusted comment: unencrypted secret key\n"                                                            \
    "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"                                                  \
    "AAAAAAAAAAAAAAAAAAAQLyk6vnSsJcAAQIDBAUGBwgJCgsMDQ4PEB"                                                  \
    "ESExQVFhcYGRobHB0eHwOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3"                                                  \
    "chmQSVTG4Vy2snkZ/s2s6X4bW7LGl0jT9gXOGoZn71Y56lNvb6SA=\n"
#define VECTOR_COMMENT "timestamp:1700000000\tfile:image.bin\thashed"
#define VECTOR_FILE                                                                                          \
    "untrusted comment: signature from mptabled\n"                                                           \
    "RURAvKTq+dKwlz+lP9qCkDFfjM6Hso6/IzSOLxJE0kCaazbQETu37aCqPjIzbsYYYux/DDZs2cHQCoISH+6KJ1p57kspjqoaSg8=\n" \
    "trusted comment: " VECTOR_COMMENT "\n"                                                                  \
    "NCfC1+fl+i2ltSvbhm0OLLbOZItwsblyMRJ1r7X+bxvH0baHRM3U4/TlXQ/WyC5OvjYFKcnyDmWUNm/+Wp6WCQ==\n"
#define VECTOR_SHA256 "785b0751fc2c53dc14a4ce3d800e69ef9ce1009eb327ccf458afe09c242c26c9"

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
    CU_ASSERT_EQUAL(seal_minisign(key, image, sizeof(image), VECTOR_COMMENT, file, &length, &err), 0);
    CU_ASSERT_STRING_EQUAL(file, VECTOR_FILE);
    CU_ASSERT_EQUAL(length, strlen(VECTOR_FILE));
    CU_ASSERT_EQUAL(err.count, 0);
    key_free(key);
}

static const struct {
    const char *name;
    uint32_t load, floating_pointer;
    const char *context, *tail; /* of the trusted comment, NULL: refused */
} claims_rows[] = {
    { "no context", 0x9fc00, 0x9fc00, NULL, "load=0x9fc00 fp=0x9fc00 ctx=- nonce=- iat=- exp=-" },
    { "context", 0x9f000, 0x9fc00, "vm-1.A_b:2",
      "load=0x9f000 fp=0x9fc00 ctx=vm-1.A_b:2 nonce=- iat=- exp=-" },
    { "lowest", 0, 0, "0", "load=0x0 fp=0x0 ctx=0 nonce=- iat=- exp=-" },
    { "highest", 0xffffffff, 0xfffffff0, NULL, "load=0xffffffff fp=0xfffffff0 ctx=- nonce=- iat=- exp=-" },
    { "64 characters", 0, 0, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
      "load=0x0 fp=0x0 ctx=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef nonce=- iat=- "
      "exp=-" },
    { "65 characters", 0, 0, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0", NULL },
    { "empty", 0, 0, "", NULL },
    { "blank", 0, 0, "a b", NULL },
    { "forged claim", 0, 0, "a exp=9999999999", NULL },
    { "newline", 0, 0, "a\n", NULL },
    { "slash", 0, 0, "a/b", NULL },
    { "equals sign", 0, 0, "a=b", NULL },
    { "escape", 0, 0, "\033[2J", NULL },
    { "no ASCII", 0, 0, "\xc3\xa9", NULL },
};

static void claims(void)
{
    uint8_t image[IMAGE_SIZE];
    struct key *key = vector_key();

    CU_ASSERT_PTR_NOT_NULL_FATAL(key);
    image_bytes(image);
    for (size_t i = 0; i < COUNT(claims_rows); i++) {
        const char *row = claims_rows[i].name;
        struct seal_claims given = { claims_rows[i].load, claims_rows[i].floating_pointer,
                                     claims_rows[i].context };
        struct err err = { 0 };
        struct seal seal, again;
        char comment[512], file[SEAL_FILE_SIZE];
        size_t length = 0;

        if (!claims_rows[i].tail) {
            ROW_CHECK(row, seal_sign(key, image, sizeof(image), &given, &seal, &err) == -1);
            ROW_CHECK(row, err.code == ERR_INTERNAL && err.count == 1);
            continue;
        }
        snprintf(comment, sizeof(comment), "mptabled/1 sha256=" VECTOR_SHA256 " size=1024 %s",
                 claims_rows[i].tail);
        ROW_CHECK(row, seal_sign(key, image, sizeof(image), &given, &seal, &err) == 0 && !err.count);
        ROW_CHECK(row, strcmp(seal.comment, comment) == 0);
        ROW_CHECK(row, strcmp(seal.sha256, VECTOR_SHA256) == 0);
        ROW_CHECK(row, seal.minisign_size == strlen(seal.minisign));
        ROW_CHECK(row, seal_minisign(key, image, sizeof(image), comment, file, &length, &err) == 0);
        ROW_CHECK(row, strcmp(seal.minisign, file) == 0);
        ROW_CHECK(row, seal_sign(key, image, sizeof(image), &given, &again, &err) == 0);
        ROW_CHECK(row, strcmp(seal.minisign, again.minisign) == 0);
        ROW_CHECK(row, strncmp(seal.minisign, VECTOR_FILE, 144) == 0); /* same image: same first signature */
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

static void base64(void)
{
    char text[16];

    for (size_t i = 0; i < COUNT(base64_rows); i++) {
        size_t size = strlen(base64_rows[i].bytes);

        ROW_CHECK(base64_rows[i].text, seal_base64_size(size) == strlen(base64_rows[i].text) + 1);
        seal_base64(base64_rows[i].bytes, size, text);
        ROW_CHECK(base64_rows[i].text, strcmp(text, base64_rows[i].text) == 0);
    }
}

static void random_bytes(void)
{
    uint8_t a[32] = { 0 }, b[32] = { 0 };

    seal_random(a, sizeof(a));
    seal_random(b, sizeof(b));
    CU_ASSERT_NOT_EQUAL(memcmp(a, b, sizeof(a)), 0);
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
    struct seal_claims given = { 0x9fc00, 0x9fc00, "vm-1" };
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
    CU_ASSERT_EQUAL_FATAL(seal_sign(key, image, sizeof(image), &given, &seal, &err), 0);
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
        CU_ASSERT_EQUAL(seal_sign(other, image, sizeof(image), &given, &seal, &err), 0);
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
    { "claims become the trusted comment", claims },
    { "forms of trusted comments", comment_forms },
    { "SHA-256", digests },
    { "base64", base64 },
    { "random bytes differ", random_bytes },
    { "minisign accepts the file and refuses tampering", minisign_verifies },
};

const struct suite seal_seal_suite = { "seal/seal", tests, COUNT(tests) };
