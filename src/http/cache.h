/* SPDX-License-Identifier: ISC */
/*
 * Answers that are known already. A loop has one of its own, so nothing in it is shared between
 * threads.
 *
 * There are two ways to an answer: by the exact request, and by the topology that was read from it,
 * which other spellings share. Both are entries of one cache, compared in full; a hash with a
 * secret key only picks the chain.
 *
 * An entry begins on probation and is protected once it is asked for; what is on probation goes
 * first, and at most three quarters of the bytes are protected. So whoever sends many requests once
 * drives out only what nobody has asked for again. A request in a new spelling is not even kept
 * when it comes for the first time.
 */
#ifndef HTTP_CACHE_H
#define HTTP_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "answer.h"

enum cache_level {
    CACHE_REQUEST,  /* all that is looked at of it, byte for byte */
    CACHE_TOPOLOGY, /* canon_write, and the format */
    CACHE_LEVELS
};

enum {
    CACHE_PARTS = 7,
    CACHE_CHAIN_MAX = 8,     /* entries of one hash bucket */
    CACHE_ENTRY_FRACTION = 8 /* an entry takes at most this part of the cache */
};

/* What a request is known by. The hash is cache_find's. */
struct cache_key {
    enum cache_level level;
    struct {
        const void *bytes;
        size_t size;
    } parts[CACHE_PARTS];
    uint64_t hash;
};

struct cache_counts {
    uint64_t hits[CACHE_LEVELS], misses[CACHE_LEVELS];
    /* entries that had to go for others; not those that a change of keys makes stale */
    uint64_t evictions;
    size_t entries, bytes;
};

struct cache;

/* cache_new - a cache of at most that many bytes; NULL when there is no memory */
struct cache *cache_new(size_t bytes) MUST_USE;

/* cache_free - NULL is none */
void cache_free(struct cache *cache);

/*
 * cache_find - the answer to a key, or NULL
 * @generation: of the keys that sign; when it is another one than before, all that is cached is
 *              forgotten
 *
 * The answer is good until the next call of any function here.
 */
struct answer *cache_find(struct cache *cache, unsigned long generation, struct cache_key *key);

/*
 * cache_add - lead a key to an answer from now on
 * @key: as cache_find has returned NULL for it
 *
 * Return: false when that is not done: the answer is of another generation than the cache, too
 * large, there is no memory, or the key is a request that comes for the first time.
 */
bool cache_add(struct cache *cache, unsigned long generation, const struct cache_key *key,
               struct answer *answer);

/* cache_counts - what it has done and holds */
const struct cache_counts *cache_counts(const struct cache *cache);

#endif
