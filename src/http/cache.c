/* SPDX-License-Identifier: ISC */
/*
 * Time is bounded as bytes are: a chain has at most CACHE_CHAIN_MAX entries, and of a long key only
 * samples are hashed, since hashing 19 KB would cost as much as answering. Who makes keys that
 * differ only between the samples, or finds a collision, gains that his entries drive out each
 * other, and others' in one chain.
 */
#include "cache.h"

#include <stdlib.h>
#include <string.h>

#include "../seal/seal.h"

enum {
    DOOR = 1024, /* hashes of requests that came once; a power of 2 */
    SAMPLES = 8, /* of a part that is longer than all of them together */
    SAMPLE_SIZE = 32,
    BUCKET_BYTES = 2048, /* of the cache to a bucket */
    BUCKETS_MIN = 16,
    BUCKETS_MAX = 65536,
    HEAP_BLOCK = 16 /* what malloc adds */
};

enum segment { PROBATION, PROTECTED, SEGMENTS };

struct entry {
    struct entry *chain, *newer, *older;
    struct answer *answer;
    uint64_t hash;
    size_t cost;
    enum segment segment;
    enum cache_level level;
    size_t sizes[CACHE_PARTS];
    char bytes[]; /* the parts, one after the other */
};

struct list {
    struct entry *newest, *oldest;
    size_t bytes;
};

struct cache {
    size_t budget, mask;
    unsigned long generation;
    struct list lists[SEGMENTS];
    struct cache_counts counts;
    uint8_t secret[SEAL_HASH_KEY_SIZE];
    uint32_t door[DOOR];
    struct entry *buckets[];
};

struct cache *cache_new(size_t bytes)
{
    size_t buckets = BUCKETS_MIN;
    struct cache *c;

    while (buckets < bytes / BUCKET_BYTES && buckets < BUCKETS_MAX)
        buckets *= 2;
    c = calloc(1, sizeof(*c) + buckets * sizeof(c->buckets[0]));
    if (!c)
        return NULL;
    c->budget = bytes;
    c->mask = buckets - 1;
    seal_random(c->secret, sizeof(c->secret));
    return c;
}

static void unlist(struct cache *c, struct entry *e)
{
    struct list *const l = &c->lists[e->segment];

    *(e->newer ? &e->newer->older : &l->newest) = e->older;
    *(e->older ? &e->older->newer : &l->oldest) = e->newer;
    l->bytes -= e->cost;
}

static void enlist(struct cache *c, struct entry *e, enum segment segment)
{
    struct list *const l = &c->lists[segment];

    e->segment = segment;
    e->newer = NULL;
    e->older = l->newest;
    *(l->newest ? &l->newest->newer : &l->oldest) = e;
    l->newest = e;
    l->bytes += e->cost;
}

static void drop(struct cache *c, struct entry *e)
{
    struct entry **link = &c->buckets[e->hash & c->mask];

    while (*link != e)
        link = &(*link)->chain;
    *link = e->chain;
    unlist(c, e);
    c->counts.entries--;
    c->counts.bytes -= e->cost;
    if (--e->answer->entries == 0)
        answer_free(e->answer);
    free(e);
}

static struct entry *oldest(const struct cache *c)
{
    return c->lists[PROBATION].oldest ? c->lists[PROBATION].oldest : c->lists[PROTECTED].oldest;
}

static void evict(struct cache *c, struct entry *e)
{
    drop(c, e);
    c->counts.evictions++;
}

static void forget(struct cache *c)
{
    while (c->counts.entries > 0)
        drop(c, oldest(c));
    memset(c->door, 0, sizeof(c->door));
}

void cache_free(struct cache *c)
{
    if (c)
        forget(c);
    free(c);
}

/* A short part whole, of a long one samples from its beginning to its end */
static size_t sample(const char *bytes, size_t size, char *out)
{
    if (size <= (size_t)SAMPLES * SAMPLE_SIZE) {
        memcpy(out, bytes, size);
        return size;
    }
    for (size_t i = 0; i < SAMPLES; i++)
        memcpy(out + i * SAMPLE_SIZE, bytes + i * (size - SAMPLE_SIZE) / (SAMPLES - 1),
               SAMPLE_SIZE);
    return (size_t)SAMPLES * SAMPLE_SIZE;
}

static uint64_t hash(const struct cache *c, const struct cache_key *key)
{
    char samples[CACHE_PARTS * (sizeof(uint32_t) + SAMPLES * SAMPLE_SIZE) + 1];
    size_t used = 0;

    samples[used++] = (char)key->level;
    for (unsigned i = 0; i < CACHE_PARTS; i++) {
        const uint32_t size = (uint32_t)key->parts[i].size;

        memcpy(samples + used, &size, sizeof(size));
        used += sizeof(size);
        if (key->parts[i].size > 0)
            used += sample(key->parts[i].bytes, key->parts[i].size, samples + used);
    }
    return seal_hash(c->secret, samples, used);
}

static bool is_same(const struct entry *e, const struct cache_key *key)
{
    const char *at = e->bytes;

    if (e->hash != key->hash || e->level != key->level)
        return false;
    for (unsigned i = 0; i < CACHE_PARTS; at += e->sizes[i++])
        if (e->sizes[i] != key->parts[i].size ||
            (e->sizes[i] > 0 && memcmp(at, key->parts[i].bytes, e->sizes[i]) != 0))
            return false;
    return true;
}

/*
 * Asked for again: protected from now on, at the cost of the one that was not for the longest time.
 */
static void promote(struct cache *c, struct entry *e)
{
    struct list *const l = &c->lists[PROTECTED];

    if (l->newest == e)
        return;
    unlist(c, e);
    enlist(c, e, PROTECTED);
    while (l->bytes > c->budget / 4 * 3 && l->oldest != e) {
        struct entry *const last = l->oldest;

        unlist(c, last);
        enlist(c, last, PROBATION);
    }
}

struct answer *cache_find(struct cache *c, unsigned long generation, struct cache_key *key)
{
    if (c->generation != generation)
        forget(c);
    c->generation = generation;
    key->hash = hash(c, key);
    for (struct entry *e = c->buckets[key->hash & c->mask]; e; e = e->chain)
        if (is_same(e, key)) {
            promote(c, e);
            c->counts.hits[key->level]++;
            return e->answer;
        }
    c->counts.misses[key->level]++;
    return NULL;
}

/* Has a request been here before? It has now. */
static bool came_before(struct cache *c, uint64_t hash)
{
    uint32_t *const mark = &c->door[hash >> 16 & (DOOR - 1)];
    const uint32_t wanted = (uint32_t)(hash >> 32) | 1; /* 0: none */
    const bool came = *mark == wanted;

    *mark = wanted;
    return came;
}

/* Makes room in the chain: the oldest goes that is not protected, or else the oldest. */
static void shorten(struct cache *c, uint64_t hash)
{
    struct entry *last = NULL;
    unsigned count = 0;

    for (struct entry *e = c->buckets[hash & c->mask]; e; e = e->chain, count++)
        if (!last || e->segment == PROBATION || last->segment == PROTECTED)
            last = e;
    if (count >= CACHE_CHAIN_MAX)
        evict(c, last);
}

static struct entry *make_entry(const struct cache_key *key, struct answer *answer, size_t size)
{
    struct entry *const e = malloc(sizeof(*e) + size);
    char *at;

    if (!e)
        return NULL;
    *e = (struct entry){ .answer = answer,
                         .hash = key->hash,
                         .cost = sizeof(*e) + size + HEAP_BLOCK + answer->size,
                         .level = key->level };
    at = e->bytes;
    for (unsigned i = 0; i < CACHE_PARTS; at += e->sizes[i++]) {
        e->sizes[i] = key->parts[i].size;
        if (e->sizes[i] > 0)
            memcpy(at, key->parts[i].bytes, e->sizes[i]);
    }
    return e;
}

/* An answer counts for each entry that leads to it: the bytes are never more than is said. */
bool cache_add(struct cache *c, unsigned long generation, const struct cache_key *key,
               struct answer *answer)
{
    const size_t most = c->budget / CACHE_ENTRY_FRACTION;
    size_t size = 0;
    struct entry *e;

    for (unsigned i = 0; i < CACHE_PARTS; i++)
        size += key->parts[i].size;
    if (generation != c->generation || size > most ||
        sizeof(*e) + size + HEAP_BLOCK + answer->size > most)
        return false;
    if (key->level == CACHE_REQUEST && !came_before(c, key->hash))
        return false;
    e = make_entry(key, answer, size);
    if (!e)
        return false;
    answer->entries++;
    shorten(c, key->hash);
    e->chain = c->buckets[key->hash & c->mask];
    c->buckets[key->hash & c->mask] = e;
    enlist(c, e, PROBATION);
    c->counts.entries++;
    c->counts.bytes += e->cost;
    while (c->counts.bytes > c->budget)
        evict(c, oldest(c));
    return true;
}

const struct cache_counts *cache_counts(const struct cache *c)
{
    return &c->counts;
}
