/* SPDX-License-Identifier: ISC */
/*
 * Verification, on files that minisign 0.11 accepts or refuses: what it tolerates and we do not is
 * said in the row. The key is that of seed 00 01 .. 1f, the bytes are 00..ff four times.
 */
#include "../lib/scratch.h"
#include "../lib/suite.h"
#include "../lib/vector.h"

#include <stdint.h>

#include <sodium.h>

#include "../../src/seal/verify.h"
#include "sign.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define TEXT(text)  (text), sizeof(text) - 1

enum { IMAGE_SIZE = 1024 };

static struct public_key key;
static uint8_t image[IMAGE_SIZE];

static void setup(void)
{
    struct err err = { 0 };

    for (size_t i = 0; i < IMAGE_SIZE; i++)
        image[i] = (uint8_t)i;
    CU_ASSERT_EQUAL_FATAL(public_key_parse(TEXT(PUBLIC_LINE), &key, &err), 0);
}

static struct key *secret_key(void)
{
    struct scratch_dir dir;
    struct err err = { 0 };
    struct key *secret;

    if (scratch_enter(&dir) < 0)
        return NULL;
    scratch_write("a.key", 0600, SECRET_FILE, strlen(SECRET_FILE));
    secret = key_load("a.key", &err);
    scratch_leave(&dir);
    return secret;
}

static enum seal_verdict verify(const char *file, size_t size)
{
    char comment[SEAL_COMMENT_SIZE];
    struct err err = { 0 };
    enum seal_verdict verdict =
        seal_verify_minisign(&key, image, sizeof(image), file, size, comment, &err);

    CU_ASSERT((verdict == SEAL_GOOD) == (err.count == 0));
    CU_ASSERT(verdict != SEAL_GOOD || strcmp(comment, COMMENT) == 0);
    return verdict;
}

static const struct {
    const char *name, *file;
    size_t size;
    enum seal_verdict verdict;
} files[] = {
    { "as it is", TEXT(VECTOR), SEAL_GOOD },
    { "another untrusted comment",
      TEXT("untrusted comment: x\n" SIGNATURE "\n" TRUSTED GLOBAL "\n"), SEAL_GOOD },
    { "empty", TEXT(""), SEAL_NO_MINISIGN },
    { "two lines", TEXT(UNTRUSTED SIGNATURE "\n"), SEAL_NO_MINISIGN },
    { "three lines", TEXT(UNTRUSTED SIGNATURE "\n" TRUSTED), SEAL_NO_MINISIGN },
    { "no newline at the end (minisign: accepts)", TEXT(UNTRUSTED SIGNATURE "\n" TRUSTED GLOBAL),
      SEAL_NO_MINISIGN },
    { "a fifth line (minisign: accepts)", TEXT(VECTOR "x\n"), SEAL_NO_MINISIGN },
    { "text behind (minisign: accepts)", TEXT(VECTOR "x"), SEAL_NO_MINISIGN },
    { "an empty line behind (minisign: accepts)", TEXT(VECTOR "\n"), SEAL_NO_MINISIGN },
    { "twice (minisign: accepts)", TEXT(VECTOR VECTOR), SEAL_NO_MINISIGN },
    { "carriage returns",
      TEXT("untrusted comment: x\r\n" SIGNATURE "\r\ntrusted comment: " COMMENT "\r\n" GLOBAL
           "\r\n"),
      SEAL_GOOD },
    { "one carriage return", TEXT(UNTRUSTED SIGNATURE "\n" TRUSTED GLOBAL "\r\n"), SEAL_GOOD },
    { "two before a line feed", TEXT(UNTRUSTED SIGNATURE "\n" TRUSTED GLOBAL "\r\r\n"),
      SEAL_NO_MINISIGN },
    { "a carriage return alone (minisign: accepts)",
      TEXT(UNTRUSTED SIGNATURE "\n" TRUSTED GLOBAL "\r"), SEAL_NO_MINISIGN },
    { "one inside a comment", TEXT("untrusted comment: x\ry\n" SIGNATURE "\n" TRUSTED GLOBAL "\n"),
      SEAL_NO_MINISIGN },
    { "a line of one alone", TEXT(UNTRUSTED SIGNATURE "\n" TRUSTED "\r\n"), SEAL_NO_MINISIGN },
    { "no ASCII (minisign: accepts)",
      TEXT("untrusted comment: \xc3\xa9\n" SIGNATURE "\n" TRUSTED GLOBAL "\n"), SEAL_NO_MINISIGN },
    { "escape (minisign: prints it)",
      TEXT("untrusted comment: \033[2J\n" SIGNATURE "\n" TRUSTED GLOBAL "\n"), SEAL_NO_MINISIGN },
    { "NUL", TEXT("untrusted comment: \0\n" SIGNATURE "\n" TRUSTED GLOBAL "\n"), SEAL_NO_MINISIGN },
    { "byte order mark", TEXT("\xef\xbb\xbf" VECTOR), SEAL_NO_MINISIGN },
    { "a blank line in front", TEXT("\n" VECTOR), SEAL_NO_MINISIGN },
    { "no blank in the prefix", TEXT("untrusted comment:x\n" SIGNATURE "\n" TRUSTED GLOBAL "\n"),
      SEAL_NO_MINISIGN },
    { "no trusted prefix", TEXT(UNTRUSTED SIGNATURE "\n" COMMENT "\n" GLOBAL "\n"),
      SEAL_NO_MINISIGN },
    { "empty trusted comment (minisign: may accept)",
      TEXT(UNTRUSTED SIGNATURE "\ntrusted comment: \n" GLOBAL "\n"), SEAL_NO_MINISIGN },
    { "blank behind the signature", TEXT(UNTRUSTED SIGNATURE " \n" TRUSTED GLOBAL "\n"),
      SEAL_NO_MINISIGN },
    { "lines swapped", TEXT(UNTRUSTED GLOBAL "\n" TRUSTED SIGNATURE "\n"), SEAL_NO_MINISIGN },
    { "no padding",
      TEXT(UNTRUSTED "RURAvKTq+dKwlz+lP9qCkDFfjM6Hso6/IzSOLxJE0kCaazbQETu37aCqPjIzbsYYYux/"
                     "DDZs2cHQCoISH+6KJ1p57kspjqoaSg8\n" TRUSTED GLOBAL "\n"),
      SEAL_NO_MINISIGN },
    { "URL-safe",
      TEXT(UNTRUSTED
           "RURAvKTq-dKwlz-lP9qCkDFfjM6Hso6_IzSOLxJE0kCaazbQETu37aCqPjIzbsYYYux_DDZs2cHQCoISH-"
           "6KJ1p57kspjqoaSg8=\n" TRUSTED GLOBAL "\n"),
      SEAL_NO_MINISIGN },
    { "bits behind the end",
      TEXT(UNTRUSTED "RURAvKTq+dKwlz+lP9qCkDFfjM6Hso6/IzSOLxJE0kCaazbQETu37aCqPjIzbsYYYux/"
                     "DDZs2cHQCoISH+6KJ1p57kspjqoaSg9=\n" TRUSTED GLOBAL "\n"),
      SEAL_NO_MINISIGN },
    { "padding in the middle",
      TEXT(UNTRUSTED "RURAvKTq+dKwlz+lP9qCkDFfjM6Hso6/IzSOLxJE0kCaazbQETu37aCqPjIzbsYYYux/"
                     "DDZs2cHQCoISH+6KJ1p57kspjqoaS===\n" TRUSTED GLOBAL "\n"),
      SEAL_NO_MINISIGN },
    { "another trusted comment",
      TEXT(UNTRUSTED SIGNATURE
           "\ntrusted comment: timestamp:1700000001\tfile:image.bin\thashed\n" GLOBAL "\n"),
      SEAL_BAD_COMMENT },
    { "a longer trusted comment",
      TEXT(UNTRUSTED SIGNATURE "\ntrusted comment: " COMMENT " \n" GLOBAL "\n"), SEAL_BAD_COMMENT },
    { "global signature of another",
      TEXT(
          UNTRUSTED SIGNATURE
          "\n" TRUSTED
          "MCfC1+fl+i2ltSvbhm0OLLbOZItwsblyMRJ1r7X+bxvH0baHRM3U4/TlXQ/WyC5OvjYFKcnyDmWUNm/+Wp6WCQ==\n"),
      SEAL_BAD_COMMENT },
    { "key id zero",
      TEXT(UNTRUSTED "RUQAAAAAAAAAAD+lP9qCkDFfjM6Hso6/IzSOLxJE0kCaazbQETu37aCqPjIzbsYYYux/"
                     "DDZs2cHQCoISH+6KJ1p57kspjqoaSg8=\n" TRUSTED GLOBAL "\n"),
      SEAL_OTHER_KEY },
    { "legacy",
      TEXT(UNTRUSTED "RWRAvKTq+dKwlz+lP9qCkDFfjM6Hso6/IzSOLxJE0kCaazbQETu37aCqPjIzbsYYYux/"
                     "DDZs2cHQCoISH+6KJ1p57kspjqoaSg8=\n" TRUSTED GLOBAL "\n"),
      SEAL_LEGACY },
    { "unknown algorithm EB",
      TEXT(UNTRUSTED "RUJAvKTq+dKwlz+lP9qCkDFfjM6Hso6/IzSOLxJE0kCaazbQETu37aCqPjIzbsYYYux/"
                     "DDZs2cHQCoISH+6KJ1p57kspjqoaSg8=\n" TRUSTED GLOBAL "\n"),
      SEAL_NO_MINISIGN },
};

static void file_forms(void)
{
    setup();
    for (size_t i = 0; i < COUNT(files); i++)
        ROW_CHECK(files[i].name, verify(files[i].file, files[i].size) == files[i].verdict);
}

/* Every prefix of the file, and every bit of file, image and key. */
static void sweeps(void)
{
    static const char vector[] = VECTOR;
    const size_t size = sizeof(vector) - 1, untrusted = strlen(UNTRUSTED) - 1;
    char file[sizeof(vector)];

    setup();
    for (size_t length = 0; length < size; length++)
        CU_ASSERT_EQUAL(verify(vector, length), SEAL_NO_MINISIGN);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        const bool free_text = bit / 8 >= strlen("untrusted comment: ") && bit / 8 < untrusted;

        memcpy(file, vector, size);
        file[bit / 8] = (char)(file[bit / 8] ^ 1 << bit % 8);
        CU_ASSERT(free_text || verify(file, size) != SEAL_GOOD);
    }
    for (size_t byte = 0; byte < IMAGE_SIZE; byte += 31) {
        image[byte] ^= 0x10;
        CU_ASSERT_EQUAL(verify(vector, size), SEAL_BAD_BYTES);
        image[byte] ^= 0x10;
    }
    key.bytes[5] ^= 1;
    CU_ASSERT_EQUAL(verify(vector, size), SEAL_BAD_BYTES);
    key.bytes[5] ^= 1;
    key.id[0] ^= 1;
    CU_ASSERT_EQUAL(verify(vector, size), SEAL_OTHER_KEY);
    key.id[0] ^= 1;
    memset(key.bytes, 0, sizeof(key.bytes)); /* a point of small order signs everything */
    CU_ASSERT_EQUAL(verify(vector, size), SEAL_BAD_BYTES);
}

static const struct seal_claims signed_claims = { .segment_count = 2,
                                                  .segments = { { 0x9fc00, 1018 }, { 0x40e, 6 } },
                                                  .floating_pointer = 0x9fc00,
                                                  .context = "vm-1",
                                                  .nonce = "nonce_of-8",
                                                  .issued = 2000000000,
                                                  .expires = 2000000300 };

/* What was signed comes back; well signed comments that lie are refused. */
static void facts(void)
{
    struct key *secret = secret_key();
    struct seal_facts facts;
    struct err err = { 0 };
    struct seal seal;

    CU_ASSERT_PTR_NOT_NULL_FATAL(secret);
    setup();
    CU_ASSERT_EQUAL(sign(secret, image, sizeof(image), &signed_claims, &seal, &err), 0);
    CU_ASSERT_EQUAL(
        seal_verify(&key, image, sizeof(image), seal.minisign, seal.minisign_size, &facts, &err),
        SEAL_GOOD);
    CU_ASSERT_STRING_EQUAL(facts.key_id, "97B0D2F9EAA4BC40");
    CU_ASSERT_STRING_EQUAL(facts.comment, seal.comment);
    CU_ASSERT_STRING_EQUAL(facts.sha256, VECTOR_SHA256);
    CU_ASSERT_EQUAL(facts.claims.segment_count, 2);
    CU_ASSERT_EQUAL(facts.claims.segments[1].load, 0x40e);
    CU_ASSERT_STRING_EQUAL(facts.claims.nonce, "nonce_of-8");
    CU_ASSERT_EQUAL(seal_verify(&key, image, sizeof(image) - 1, seal.minisign, seal.minisign_size,
                                &facts, &err),
                    SEAL_BAD_BYTES);
    key_free(secret);
}

static const struct {
    const char *name, *comment;
    enum seal_verdict verdict;
} lies[] = {
    { "none of ours", COMMENT, SEAL_NO_CLAIMS },
    { "another version",
      "mptabled/2 sha256=" VECTOR_SHA256 " size=1024 load=0x0 fp=0x0 ctx=- nonce=- iat=- exp=-",
      SEAL_NO_CLAIMS },
    { "another digest",
      "mptabled/1 sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 size=1024 load=0x0 "
      "fp=0x0 "
      "ctx=- nonce=- iat=- exp=-",
      SEAL_WRONG_SHA256 },
    { "another size",
      "mptabled/1 sha256=" VECTOR_SHA256 " size=1023 load=0x0 fp=0x0 ctx=- nonce=- iat=- exp=-",
      SEAL_WRONG_SIZE },
    { "sizes that wrap",
      "mptabled/1 sha256=" VECTOR_SHA256
      " size=4294967295,1025 load=0x0,0x0 fp=0x0 ctx=- nonce=- iat=- exp=-",
      SEAL_WRONG_SIZE },
};

static void lying_claims(void)
{
    struct key *secret = secret_key();

    CU_ASSERT_PTR_NOT_NULL_FATAL(secret);
    setup();
    for (size_t i = 0; i < COUNT(lies); i++) {
        char file[SEAL_FILE_SIZE];
        struct seal_facts said;
        struct err err = { 0 };
        size_t length = 0;

        ROW_CHECK(lies[i].name, seal_minisign(secret, image, sizeof(image), lies[i].comment, file,
                                              &length, &err) == 0);
        ROW_CHECK(lies[i].name, seal_verify(&key, image, sizeof(image), file, length, &said,
                                            &err) == lies[i].verdict);
        ROW_CHECK(lies[i].name, err.count == 1);
    }
    key_free(secret);
}

static const uint32_t loads[] = { 0x9fc00, 0x40e, 0x9fc10, 0x40e, 0x9fc00, 0, 0x40e };

static const struct {
    const char *name;
    struct seal_wanted wanted;
    enum seal_verdict verdict;
    const char *detail; /* part of it */
} wants[] = {
    { "nothing", { 0 }, SEAL_GOOD, "" },
    { "everything", { 2, loads, "vm-1", "nonce_of-8", 2000000100, true }, SEAL_GOOD, "" },
    { "load",
      { .load_count = 2, .loads = loads + 2 },
      SEAL_WRONG_LOAD,
      "signed for 0x9fc00, not for 0x9fc10" },
    { "the second load",
      { .load_count = 2, .loads = loads + 4 },
      SEAL_WRONG_LOAD,
      "signed for 0x40e, not for 0x0" },
    { "load 0", { .load_count = 2, .loads = loads + 5 }, SEAL_WRONG_LOAD, "not for 0x0" },
    { "fewer loads",
      { .load_count = 1, .loads = loads },
      SEAL_WRONG_LOAD,
      "load: 2 segments were signed, 1 is wanted" },
    { "more loads",
      { .load_count = 3, .loads = loads },
      SEAL_WRONG_LOAD,
      "load: 2 segments were signed, 3 are wanted" },
    { "context", { .context = "vm-2" }, SEAL_WRONG_CONTEXT, "signed for vm-1, not for vm-2" },
    { "prefix of the context", { .context = "vm-" }, SEAL_WRONG_CONTEXT, "not for vm-" },
    { "no context", { .context = "" }, SEAL_WRONG_CONTEXT, "not for none" },
    { "nonce", { .nonce = "nonce_of-9" }, SEAL_WRONG_NONCE, "nonce_of-8, not for nonce_of-9" },
    { "early within the skew", { .now = 2000000000 - 60 }, SEAL_GOOD, "" },
    { "too early", { .now = 2000000000 - 61 }, SEAL_TOO_EARLY, "61 seconds in the future" },
    { "late within the skew", { .now = 2000000300 + 60 }, SEAL_GOOD, "" },
    { "expired", { .now = 2000000300 + 61 }, SEAL_EXPIRED, "expired 61 seconds ago" },
    { "a life", { .need_life = true }, SEAL_GOOD, "" },
};

static void comparisons(void)
{
    struct seal_facts said = { .claims = signed_claims };
    struct err none = { 0 };

    for (size_t i = 0; i < COUNT(wants); i++) {
        struct err err = { 0 };

        ROW_CHECK(wants[i].name, seal_compare(&said, &wants[i].wanted, &err) == wants[i].verdict);
        ROW_CHECK(wants[i].name, (err.count == 0) == (wants[i].verdict == SEAL_GOOD));
        ROW_CHECK(wants[i].name, strstr(err.places[0].detail, wants[i].detail));
    }
    said.claims.issued = said.claims.expires = 0;
    said.claims.context[0] = said.claims.nonce[0] = '\0';
    CU_ASSERT_EQUAL(
        seal_compare(&said, &(struct seal_wanted){ .now = 1, .context = "", .nonce = "" }, &none),
        SEAL_GOOD);
    CU_ASSERT_EQUAL(seal_compare(&said, &(struct seal_wanted){ .context = "vm-1" }, &none),
                    SEAL_WRONG_CONTEXT);
    CU_ASSERT_EQUAL(seal_compare(&said, &(struct seal_wanted){ .nonce = "nonce_of-8" }, &none),
                    SEAL_WRONG_NONCE);
    CU_ASSERT_EQUAL(seal_compare(&said, &(struct seal_wanted){ .need_life = true }, &none),
                    SEAL_EXPIRED);
}

static const struct {
    const char *name, *text;
    size_t size;
    bool loads;
} publics[] = {
    { "as it is", TEXT(PUBLIC_COMMENT PUBLIC_LINE "\n"), true },
    { "no newline at the end", TEXT(PUBLIC_COMMENT PUBLIC_LINE), true },
    { "any comment", TEXT("untrusted comment: \n" PUBLIC_LINE "\n"), true },
    { "empty", TEXT(""), false },
    { "the line alone", TEXT(PUBLIC_LINE "\n"), false },
    { "the comment alone", TEXT(PUBLIC_COMMENT), false },
    { "carriage returns", TEXT("untrusted comment: x\r\n" PUBLIC_LINE "\r\n"), true },
    { "two before a line feed (minisign: accepts)",
      TEXT("untrusted comment: x\r\n" PUBLIC_LINE "\r\r\n"), false },
    { "carriage returns alone", TEXT("untrusted comment: x\r" PUBLIC_LINE "\r"), false },
    { "another line", TEXT(PUBLIC_COMMENT PUBLIC_LINE "\n" PUBLIC_LINE "\n"), false },
    { "byte order mark", TEXT("\xef\xbb\xbf" PUBLIC_COMMENT PUBLIC_LINE "\n"), true },
    { "byte order mark and carriage returns",
      TEXT("\xef\xbb\xbfuntrusted comment: x\r\n" PUBLIC_LINE "\r\n"), true },
    { "byte order mark before the line", TEXT(PUBLIC_COMMENT "\xef\xbb\xbf" PUBLIC_LINE "\n"),
      false },
    { "byte order mark alone", TEXT("\xef\xbb\xbf"), false },
    { "cut", TEXT(PUBLIC_COMMENT "RWRAvKTq+dKwlwOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG\n"),
      false },
    { "padding", TEXT(PUBLIC_COMMENT "RWRAvKTq+dKwlwOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG=\n"),
      false },
    { "URL-safe", TEXT(PUBLIC_COMMENT "RWRAvKTq-dKwlwOhB7_zzhC-HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\n"),
      false },
    { "no ASCII",
      TEXT(PUBLIC_COMMENT "RWRAvKTq+dKwlwOhB7\xafzzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\n"), false },
    { "algorithm ED",
      TEXT(PUBLIC_COMMENT "RURAvKTq+dKwlwOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\n"), false },
    { "a secret key", TEXT(SECRET_FILE), false },
};

static void public_files(void)
{
    struct public_key read;
    struct scratch_dir dir;
    struct err err = { 0 };
    char text[KEY_PUBLIC_FILE_SIZE];

    setup();
    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    for (size_t i = 0; i < COUNT(publics); i++) {
        struct err refused = { 0 };

        CU_ASSERT_EQUAL(scratch_write("a.pub", 0644, publics[i].text, publics[i].size), 0);
        memset(&read, 0, sizeof(read));
        ROW_CHECK(publics[i].name,
                  public_key_load("a.pub", &read, &refused) == (publics[i].loads ? 0 : -1));
        ROW_CHECK(publics[i].name, publics[i].loads
                                       ? memcmp(&read, &key, sizeof(key)) == 0
                                       : strncmp(refused.places[0].detail, "a.pub: ", 7) == 0);
    }
    CU_ASSERT_EQUAL(public_key_load("missing.pub", &read, &err), -1);
    CU_ASSERT_EQUAL(mkfifo("fifo.pub", 0600), 0);
    CU_ASSERT_EQUAL(public_key_load("fifo.pub", &read, &err), -1);
    CU_ASSERT_EQUAL(mkdir("d.pub", 0700), 0);
    CU_ASSERT_EQUAL(public_key_load("d.pub", &read, &err), -1);
    public_key_file(&key, text);
    CU_ASSERT_STRING_EQUAL(text, PUBLIC_COMMENT PUBLIC_LINE "\n");
    scratch_leave(&dir);
}

/*
 * minisign's own signature of bytes of ours is judged as minisign does, one of the older kind is
 * not.
 */
static void of_minisign(void)
{
    char file[2048], comment[SEAL_COMMENT_SIZE];
    struct public_key theirs;
    struct scratch_dir dir;
    struct err err = { 0 };
    ssize_t size;

    if (system("command -v minisign >/dev/null 2>&1") != 0)
        TEST_SKIP("minisign is not installed");
    setup();
    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT_EQUAL(system("minisign -G -W -p a.pub -s a.key >/dev/null 2>&1"), 0);
    CU_ASSERT_EQUAL(scratch_write("image", 0600, image, sizeof(image)), 0);
    CU_ASSERT_EQUAL(system("minisign -S -H -s a.key -m image -t 'a b' >/dev/null 2>&1 </dev/null"),
                    0);
    CU_ASSERT_EQUAL(public_key_load("a.pub", &theirs, &err), 0);
    size = scratch_read("image.minisig", file, sizeof(file));
    CU_ASSERT(size > 0);
    if (size > 0) {
        CU_ASSERT_EQUAL(
            seal_verify_minisign(&theirs, image, sizeof(image), file, (size_t)size, comment, &err),
            SEAL_GOOD);
        CU_ASSERT_STRING_EQUAL(comment, "a b");
        CU_ASSERT_EQUAL(
            seal_verify_minisign(&key, image, sizeof(image), file, (size_t)size, comment, &err),
            SEAL_OTHER_KEY);
    }
    CU_ASSERT_EQUAL(
        system("minisign -S -l -s a.key -m image -x old.minisig >/dev/null 2>&1 </dev/null"), 0);
    size = scratch_read("old.minisig", file, sizeof(file));
    CU_ASSERT(size > 0);
    if (size > 0)
        CU_ASSERT_EQUAL(
            seal_verify_minisign(&theirs, image, sizeof(image), file, (size_t)size, comment, &err),
            SEAL_LEGACY);
    scratch_leave(&dir);
}

static const struct test tests[] = {
    { "forms of signature files", file_forms },   { "every prefix, every bit", sweeps },
    { "what was signed comes back", facts },      { "well signed comments that lie", lying_claims },
    { "each claim is compared", comparisons },    { "public key files", public_files },
    { "minisign's own signatures", of_minisign },
};

const struct suite seal_verify_suite = { "seal/verify", tests, COUNT(tests) };
