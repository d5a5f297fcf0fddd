/* SPDX-License-Identifier: ISC */
/*
 * A table of sets of WAYS entries. The hash of what was signed chooses the set, so a client that
 * crafts images for one set only evicts the entries of that set; and all WAYS hashes are compared
 * in full.
 *
 * Each entry has a check word, a SipHash over the subject and the signature. An entry that was
 * damaged in memory is dropped when it is found, and not returned. The word cannot show that a
 * signature was wrong when it was made (see seal.c), or that it is damaged between the check and
 * the reply.
 */
#include "memo.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { WAYS = 8 };

struct entry {
    struct memo_subject subject;
    uint8_t signature[KEY_SIGNATURE_SIZE];
    uint8_t check[crypto_shorthash_BYTES];
    uint64_t used; /* the memo's clock when the entry was last found or added; 0 = empty */
};

struct memo {
    unsigned long serial;
    uint64_t clock;
    unsigned sets;
    struct entry entries[];
};

struct memo *memo_new(unsigned entries)
{
    const unsigned sets = (entries + WAYS - 1) / WAYS;
    struct memo *m = calloc(1, sizeof(*m) + (size_t)sets * WAYS * sizeof(m->entries[0]));

    if (!m)
        return NULL;
    m->sets = sets;
    return m;
}

void memo_free(struct memo *m)
{
    free(m);
}

void memo_use(struct memo *m, unsigned long serial)
{
    if (m->serial == serial)
        return;
    memset(m->entries, 0, (size_t)m->sets * WAYS * sizeof(m->entries[0]));
    m->serial = serial;
}

static struct entry *find_set(struct memo *m, const struct memo_subject *subject)
{
    uint64_t number;

    memcpy(&number, subject->hash, sizeof(number));
    return &m->entries[number % m->sets * WAYS];
}

/* It detects accidents, not attackers, so its key need not be secret. */
static void check_word(const struct entry *e, uint8_t word[crypto_shorthash_BYTES])
{
    static const uint8_t key[crypto_shorthash_KEYBYTES];

    crypto_shorthash(word, (const uint8_t *)e, offsetof(struct entry, check), key);
}

bool memo_find(struct memo *m, const struct memo_subject *subject,
               uint8_t signature[KEY_SIGNATURE_SIZE])
{
    struct entry *const set = find_set(m, subject);
    uint8_t word[crypto_shorthash_BYTES];

    for (struct entry *e = set; e < set + WAYS; e++) {
        if (!e->used || memcmp(&e->subject, subject, sizeof(*subject)) != 0)
            continue;
        check_word(e, word);
        if (memcmp(word, e->check, sizeof(word)) != 0) {
            e->used = 0;
            return false;
        }
        e->used = ++m->clock;
        memcpy(signature, e->signature, KEY_SIGNATURE_SIZE);
        return true;
    }
    return false;
}

void memo_add(struct memo *m, const struct memo_subject *subject,
              const uint8_t signature[KEY_SIGNATURE_SIZE])
{
    struct entry *const set = find_set(m, subject);
    struct entry *oldest = set;

    for (struct entry *e = set + 1; e < set + WAYS; e++)
        if (e->used < oldest->used)
            oldest = e;
    oldest->subject = *subject;
    memcpy(oldest->signature, signature, KEY_SIGNATURE_SIZE);
    check_word(oldest, oldest->check);
    oldest->used = ++m->clock;
}
