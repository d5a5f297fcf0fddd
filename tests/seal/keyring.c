/* SPDX-License-Identifier: ISC */
/*
 * Keyrings: what is gathered, what is refused, and their exchange under threads that sign.
 */
#include "../lib/scratch.h"
#include "../lib/suite.h"

#include <stdatomic.h>
#include <sys/stat.h>

#include "../../src/seal/jwk.h"
#include "../../src/seal/keyring.h"
#include "../../src/seal/revoked.h"
#include "../../src/seal/verify.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define LINE        "RWRAvKTq+dKwlwOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"

static void jwk(void)
{
    /* RFC 8037 appendix A.2 and A.3 */
    static const uint8_t rfc[KEY_PUBLIC_SIZE] = { 0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7,
                                                  0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
                                                  0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25,
                                                  0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a };
    struct public_key key = { .id = { 1, 2, 3, 4, 5, 6, 7, 8 } };
    char thumbprint[JWK_THUMBPRINT_SIZE], x[JWK_X_SIZE];
    struct err err = { 0 };

    memcpy(key.bytes, rfc, sizeof(rfc));
    jwk_thumbprint(&key, thumbprint);
    CU_ASSERT_STRING_EQUAL(thumbprint, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    CU_ASSERT_EQUAL(public_key_parse(LINE, strlen(LINE), &key, &err), 0); /* seed 00 01 .. 1f */
    jwk_thumbprint(&key, thumbprint);
    CU_ASSERT_STRING_EQUAL(thumbprint, "1IG2tMH7J2wbJZnOf8LJzQitKf7LMvoAElsuDMVM54Y");
    jwk_x(&key, x);
    CU_ASSERT_STRING_EQUAL(x, "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg");
}

static const char *const one[] = { "./a.key" };
static const char *const two[] = { "a.key", "b.key" };
static const char *const public_second[] = { "a.key", "b.pub" };

static struct keyring_source source_of(const char *const *keys, unsigned count)
{
    return (struct keyring_source){ .keys = keys, .key_count = count, .beside = "./" };
}

static void make(const char *name, char id[KEY_ID_TEXT_SIZE])
{
    char secret[64], public[64];
    struct err err = { 0 };

    snprintf(secret, sizeof(secret), "%s.key", name);
    snprintf(public, sizeof(public), "%s.pub", name);
    CU_ASSERT_EQUAL(key_generate(secret, public, true, id, &err), 0);
}

static bool listed(const struct keyring *ring, const char *id, enum key_state wanted)
{
    for (unsigned i = 0; i < keyring_count(ring); i++) {
        enum key_state state;
        char text[KEY_ID_TEXT_SIZE];

        public_key_id(keyring_key(ring, i, &state), text);
        if (strcmp(text, id) == 0)
            return state == wanted;
    }
    return false;
}

static bool refused(const struct keyring_source *source, const char *because)
{
    struct err err = { 0 };
    struct keyring *ring = keyring_load(source, NULL, &err);
    const bool right =
        !ring && err.code == ERR_FILE && err.count == 1 && strstr(err.places[0].detail, because);

    if (!right)
        printf("# %s\n", ring ? "loaded" : err.places[0].detail);
    keyring_drop(ring);
    return right;
}

static void states(void)
{
    char a[KEY_ID_TEXT_SIZE], b[KEY_ID_TEXT_SIZE], c[KEY_ID_TEXT_SIZE], text[256];
    struct keyring_source source = source_of(two, 2);
    struct scratch_dir dir;
    struct err err = { 0 };
    struct keyring *ring;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    make("a", a);
    make("b", b);
    make("c", c);
    ring = keyring_load(&source, NULL, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(ring);
    CU_ASSERT_EQUAL(keyring_count(ring), 2);
    CU_ASSERT_STRING_EQUAL(key_id(keyring_signer(ring)), a);
    CU_ASSERT(listed(ring, a, KEY_ACTIVE) && listed(ring, b, KEY_RETIRED));
    CU_ASSERT_EQUAL(keyring_revoked_count(ring), 0);
    keyring_drop(ring);

    /*
     * a public key will do, given or found; the first key's own and what has another prefix are
     * passed over
     */
    source = source_of(public_second, 2);
    ring = keyring_load(&source, NULL, &err);
    CU_ASSERT(ring && keyring_count(ring) == 2 && listed(ring, b, KEY_RETIRED));
    keyring_drop(ring);
    source = source_of(one, 1);
    ring = keyring_load(&source, NULL, &err);
    CU_ASSERT(ring && keyring_count(ring) == 1);
    keyring_drop(ring);
    source.retired = "./";
    CU_ASSERT_EQUAL(scratch_write("a.pub", 0644, "stale", 5), 0);
    CU_ASSERT_EQUAL(scratch_write(".hidden.pub", 0644, "x", 1), 0);
    ring = keyring_load(&source, NULL, &err);
    CU_ASSERT(ring && keyring_count(ring) == 3 && listed(ring, b, KEY_RETIRED) &&
              listed(ring, c, KEY_RETIRED));
    keyring_drop(ring);
    source.retired = "./c";
    ring = keyring_load(&source, NULL, &err);
    CU_ASSERT(ring && keyring_count(ring) == 2 && listed(ring, c, KEY_RETIRED));
    keyring_drop(ring);

    /* revoked, in the forms an id may have, whether the key is known or not */
    source.retired = "./";
    for (char *p = strcpy(text, b); *p; p++)
        *p = *p >= 'A' ? (char)(*p + 32) : *p;
    strcat(text, "\n# the old host\n\n97B0\n");
    CU_ASSERT_EQUAL(scratch_write("revoked", 0644, text, strlen(text)), 0);
    ring = keyring_load(&source, NULL, &err);
    CU_ASSERT(ring && listed(ring, b, KEY_REVOKED) && listed(ring, c, KEY_RETIRED));
    CU_ASSERT_EQUAL_FATAL(keyring_revoked_count(ring), 2);
    keyring_revoked(ring, 0, text);
    CU_ASSERT_STRING_EQUAL(text, b);
    keyring_revoked(ring, 1, text);
    CU_ASSERT_STRING_EQUAL(text, "00000000000097B0");
    keyring_drop(ring);
    CU_ASSERT_EQUAL(err.count, 0);
    scratch_leave(&dir);
}

static const struct {
    const char *name, *text, *because;
} lists[] = {
    { "no hex", "97B0\nxyz\n", "./revoked: line 2 is not a key id" },
    { "too long", "97B0D2F9EAA4BC400", "line 1 is not a key id" },
    { "blank behind", "97B0D2F9EAA4BC40 \n", "line 1 is not a key id" },
    { "carriage return inside", "97B0\rD2F9EAA4BC40\n", "line 1 is not a key id" },
    { "prefix", "0x97B0\n", "line 1 is not a key id" },
};

static bool holds(const char *id, const char *name)
{
    char path[64];
    struct public_key key;
    struct err err = { 0 };
    char text[KEY_ID_TEXT_SIZE];

    snprintf(path, sizeof(path), "keys/%s%s", id, name);
    if (public_key_load(path, &key, &err) < 0)
        return false;
    public_key_id(&key, text);
    return strcmp(text, id) == 0;
}

/* Public keys in a directory for others: revoked and former ones are removed, other files stay. */
static void published(void)
{
    char a[KEY_ID_TEXT_SIZE], b[KEY_ID_TEXT_SIZE];
    struct keyring_source source = source_of(two, 2);
    struct keyring *ring;
    struct scratch_dir dir;
    struct err err = { 0 };

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    make("a", a);
    make("b", b);
    CU_ASSERT(mkdir("keys", 0755) == 0);
    CU_ASSERT_EQUAL(scratch_write("keys/0123456789ABCDEF.pub", 0644, "x", 1), 0);
    CU_ASSERT_EQUAL(scratch_write("keys/mine.pub", 0644, "x", 1), 0);
    ring = keyring_load(&source, NULL, &err);
    CU_ASSERT(ring && keyring_publish(ring, "keys", &err) == 0);
    CU_ASSERT(holds(a, ".pub") && holds(b, ".pub") && access("keys/mine.pub", F_OK) == 0);
    CU_ASSERT(access("keys/0123456789ABCDEF.pub", F_OK) < 0);
    CU_ASSERT(keyring_publish(ring, "no", &err) == -1 && err.code == ERR_FILE);
    keyring_drop(ring);
    err = (struct err){ 0 };
    CU_ASSERT_EQUAL(scratch_write("revoked", 0644, b, strlen(b)), 0);
    ring = keyring_load(&source, NULL, &err);
    CU_ASSERT(ring && keyring_publish(ring, "keys", &err) == 0);
    CU_ASSERT(holds(a, ".pub") && !holds(b, ".pub"));
    keyring_drop(ring);
    scratch_leave(&dir);
}

static void refusals(void)
{
    static const char *const public_first[] = { "a.pub" }, *const missing[] = { "a.key", "no.key" };
    char a[KEY_ID_TEXT_SIZE], b[KEY_ID_TEXT_SIZE], other[KEY_PUBLIC_FILE_SIZE];
    struct keyring_source source = source_of(public_first, 1);
    static char big[20000];
    struct scratch_dir dir;
    struct public_key key;
    struct err err = { 0 };
    struct keyring *ring;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    make("a", a);
    make("b", b);
    CU_ASSERT(refused(&source, "a.pub: the first key signs"));
    source = source_of(missing, 2);
    CU_ASSERT(refused(&source, "no.key: cannot open"));
    source = source_of(two, 2);
    CU_ASSERT_EQUAL(chmod("b.key", 0640), 0);
    CU_ASSERT(refused(&source, "chmod 600 b.key"));

    source = source_of(public_second, 2);
    CU_ASSERT_EQUAL(public_key_load("b.pub", &key, &err), 0);
    {
        struct public_key first;

        CU_ASSERT_EQUAL(public_key_load("a.pub", &first, &err), 0);
        memcpy(key.id, first.id, KEY_ID_SIZE); /* another key under the first one's name */
    }
    public_key_file(&key, other);
    CU_ASSERT_EQUAL(scratch_write("b.pub", 0644, other, strlen(other)), 0);
    CU_ASSERT(refused(&source, "b.pub: another key has the same id"));

    source = source_of(one, 1);
    for (size_t i = 0; i < COUNT(lists); i++) {
        CU_ASSERT_EQUAL(scratch_write("revoked", 0644, lists[i].text, strlen(lists[i].text)), 0);
        ROW_CHECK(lists[i].name, refused(&source, lists[i].because));
    }
    CU_ASSERT_EQUAL(scratch_write("revoked", 0644, a, strlen(a)), 0);
    ring = keyring_load(&source, NULL, &err);
    CU_ASSERT(ring && !keyring_may_sign(ring) && listed(ring, a, KEY_REVOKED));
    keyring_drop(ring);
    CU_ASSERT(snprintf(big, sizeof(big),
                       "\xef\xbb\xbf# by an editor of another system\r\n\r\n%s\r\n", a) > 0 &&
              scratch_write("revoked", 0644, big, strlen(big)) == 0);
    ring = keyring_load(&source, NULL, &err);
    CU_ASSERT(ring && !keyring_may_sign(ring));
    keyring_drop(ring);
    CU_ASSERT_EQUAL(scratch_write("revoked", 0644, "97B0\0\n", 6), 0);
    CU_ASSERT(refused(&source, "not a list of key ids"));
    memset(big, '\n', sizeof(big));
    CU_ASSERT_EQUAL(scratch_write("revoked", 0644, big, sizeof(big)), 0);
    CU_ASSERT(refused(&source, "too long for a list of revoked keys"));
    for (size_t i = 0; i < sizeof(big); i += 2)
        big[i] = '1';
    CU_ASSERT_EQUAL(scratch_write("revoked", 0644, big, 2 * (REVOKED_MAX + 1)), 0);
    CU_ASSERT(refused(&source, "more than 256 ids"));
    CU_ASSERT_EQUAL(scratch_write("revoked", 0664, "97B0\n", 5), 0);
    CU_ASSERT(refused(&source, "chmod go-w ./revoked"));
    CU_ASSERT(unlink("revoked") == 0 && symlink("a.pub", "revoked") == 0);
    CU_ASSERT(refused(&source, "./revoked: the list of revoked keys is a symbolic link"));
    CU_ASSERT(unlink("revoked") == 0 && mkdir("revoked", 0700) == 0);
    CU_ASSERT(refused(&source, "not a regular file"));
    scratch_leave(&dir);
}

/* As the daemon does it */
static int reload(struct keyring_slot *slot, const struct keyring_source *source, struct err *err)
{
    struct keyring *before = keyring_take(slot);
    struct keyring *ring = keyring_load(source, before, err);

    keyring_drop(before);
    if (!ring)
        return -1;
    keyring_swap(slot, ring);
    return 0;
}

/* What has signed stays listed, however often keys change; a failed reload changes nothing. */
static void reloads(void)
{
    char ids[KEYRING_KEYS_MAX + 4][KEY_ID_TEXT_SIZE];
    struct keyring_source source = source_of(one, 1);
    struct keyring_slot slot;
    struct scratch_dir dir;
    struct err err = { 0 };
    struct keyring *ring, *old;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    make("a", ids[0]);
    keyring_slot_init(&slot, keyring_load(&source, NULL, &err));
    CU_ASSERT_PTR_NOT_NULL_FATAL(slot.now);
    old = keyring_take(&slot);
    CU_ASSERT_EQUAL(keyring_serial(old), 1);
    for (unsigned i = 1; i < COUNT(ids); i++) {
        make("a", ids[i]);
        CU_ASSERT_EQUAL(reload(&slot, &source, &err), 0);
        ring = keyring_take(&slot);
        CU_ASSERT_EQUAL(keyring_serial(ring), i + 1);
        CU_ASSERT_STRING_EQUAL(key_id(keyring_signer(ring)), ids[i]);
        CU_ASSERT(listed(ring, ids[i], KEY_ACTIVE) && listed(ring, ids[i - 1], KEY_RETIRED));
        CU_ASSERT_EQUAL(keyring_count(ring), i + 1 < KEYRING_KEYS_MAX ? i + 1 : KEYRING_KEYS_MAX);
        keyring_drop(ring);
    }
    CU_ASSERT_STRING_EQUAL(key_id(keyring_signer(old)),
                           ids[0]); /* who holds the first one still can sign */
    keyring_drop(old);

    /* kept keys can be revoked; the same files again change nothing but the serial */
    CU_ASSERT_EQUAL(scratch_write("revoked", 0644, ids[COUNT(ids) - 2], KEY_ID_TEXT_SIZE - 1), 0);
    CU_ASSERT_EQUAL(reload(&slot, &source, &err), 0);
    ring = keyring_take(&slot);
    CU_ASSERT(listed(ring, ids[COUNT(ids) - 2], KEY_REVOKED) &&
              listed(ring, ids[COUNT(ids) - 3], KEY_RETIRED));
    keyring_drop(ring);
    CU_ASSERT_EQUAL(err.count, 0);

    /* a missing key is not made by a reload */
    source.may_make = true;
    CU_ASSERT_EQUAL(unlink("a.key"), 0);
    CU_ASSERT_EQUAL(reload(&slot, &source, &err), -1);
    CU_ASSERT_EQUAL(err.count, 1);
    ring = keyring_take(&slot);
    CU_ASSERT_EQUAL(keyring_serial(ring), COUNT(ids) + 1);
    CU_ASSERT_STRING_EQUAL(key_id(keyring_signer(ring)), ids[COUNT(ids) - 1]);
    keyring_drop(ring);
    keyring_swap(&slot, NULL);
    scratch_leave(&dir);
}

enum { SIGNERS = 4, EXCHANGES = 200 };

struct signer {
    pthread_t thread;
    struct keyring_slot *slot;
    atomic_bool *stop;
    unsigned long signatures, remembered, serials, wrong;
};

/* Whatever is exchanged meanwhile, each signature is wholly of the key that the keyring says. */
static void *sign_on(void *argument)
{
    static const struct seal_claims claims = { .segment_count = 1, .segments = { { 0x9fc00, 5 } } };
    struct memo *const memo = memo_new(8);
    struct signer *s = argument;
    unsigned long serial = 0;

    while (memo && !atomic_load(s->stop)) {
        struct keyring *ring = keyring_take(s->slot);
        const struct key *key = keyring_signer(ring);
        struct seal_facts facts;
        struct err err = { 0 };
        struct seal seal;

        s->serials += keyring_serial(ring) != serial;
        s->wrong += keyring_serial(ring) < serial;
        serial = keyring_serial(ring);
        memo_use(memo, serial);
        if (seal_claim(key, (const uint8_t *)"image", 5, &claims, &seal, &err) < 0 ||
            seal_sign(key, memo, (const uint8_t *)"image", 5, &seal, &err) < 0 ||
            seal_verify(key_public(key), "image", 5, seal.minisign, seal.minisign_size, &facts,
                        &err) != SEAL_GOOD ||
            strcmp(facts.key_id, seal.key_id) != 0 || !listed(ring, seal.key_id, KEY_ACTIVE))
            s->wrong++;
        s->signatures++;
        s->remembered += seal.remembered;
        keyring_drop(ring);
    }
    memo_free(memo);
    return NULL;
}

static void exchanges(void)
{
    static const char *const other[] = { "b.key" };
    const struct keyring_source sources[] = { source_of(one, 1), source_of(other, 1) };
    struct signer signers[SIGNERS];
    unsigned long signatures = 0, serials = 0;
    char id[KEY_ID_TEXT_SIZE];
    struct keyring_slot slot;
    struct scratch_dir dir;
    struct err err = { 0 };
    atomic_bool stop = false;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    make("a", id);
    make("b", id);
    keyring_slot_init(&slot, keyring_load(&sources[0], NULL, &err));
    CU_ASSERT_PTR_NOT_NULL_FATAL(slot.now);
    for (unsigned i = 0; i < SIGNERS; i++) {
        signers[i] = (struct signer){ .slot = &slot, .stop = &stop };
        CU_ASSERT_EQUAL_FATAL(pthread_create(&signers[i].thread, NULL, sign_on, &signers[i]), 0);
    }
    for (unsigned i = 0; i < EXCHANGES; i++)
        CU_ASSERT_EQUAL(reload(&slot, &sources[(i + 1) % 2], &err), 0);
    atomic_store(&stop, true);
    for (unsigned i = 0; i < SIGNERS; i++) {
        pthread_join(signers[i].thread, NULL);
        CU_ASSERT_EQUAL(signers[i].wrong, 0);
        CU_ASSERT(signers[i].remembered > 0);
        signatures += signers[i].signatures;
        serials += signers[i].serials;
    }
    printf("# %lu signatures by %d threads over %d exchanges, %lu of them seen\n", signatures,
           SIGNERS, EXCHANGES, serials);
    CU_ASSERT(serials > SIGNERS);
    keyring_swap(&slot, NULL);
    scratch_leave(&dir);
}

static const struct test tests[] = {
    { "JSON Web Keys and thumbprints", jwk },
    { "active, retired, revoked", states },
    { "published for others on the host", published },
    { "what is refused", refusals },
    { "what has signed stays listed", reloads },
    { "keys change while threads sign", exchanges },
};

const struct suite seal_keyring_suite = { "seal/keyring", tests, COUNT(tests) };
