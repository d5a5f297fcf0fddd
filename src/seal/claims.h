/* SPDX-License-Identifier: ISC */
/*
 * The trusted comment: what a signature claims about an image beyond its bytes. One line, in this
 * order, with single blanks:
 *
 *   mptabled/1 sha256=<hex> size=<dec,..> load=<0xhex,..> fp=<0xhex>
 *       ctx=<token or -> nonce=<token or -> iat=<unix or -> exp=<unix or ->
 *
 * A reader ignores further words behind exp, so that later versions may add claims. It refuses a
 * first word other than mptabled/1.
 */
#ifndef SEAL_CLAIMS_H
#define SEAL_CLAIMS_H

#include <stdint.h>

#include "../base/err.h"

enum {
    SEAL_SEGMENTS_MAX = 4,
    SEAL_CONTEXT_MAX = 64, /* characters of a context */
    SEAL_NONCE_MIN = 8,
    SEAL_NONCE_MAX = 64,
    SEAL_TTL_MAX = 86400,    /* seconds */
    SEAL_CLOCK_SKEW = 60,    /* seconds by which the clocks of signer and verifier may differ */
    SEAL_COMMENT_SIZE = 512, /* room for a trusted comment, and NUL */
    SEAL_SHA256_SIZE = 32,
    SEAL_SHA256_TEXT_SIZE = 2 * SEAL_SHA256_SIZE + 1
};

struct seal_segment {
    uint32_t load; /* guest-physical address of its first byte */
    uint32_t size; /* bytes, not 0 */
};

/* An image is its segments one after the other, the main one first. */
struct seal_claims {
    unsigned segment_count; /* 1 to SEAL_SEGMENTS_MAX */
    struct seal_segment segments[SEAL_SEGMENTS_MAX];
    uint32_t floating_pointer;          /* guest-physical address of the floating pointer */
    char context[SEAL_CONTEXT_MAX + 1]; /* [A-Za-z0-9._:-]{1,64}, but not "-"; "" = none */
    char nonce[SEAL_NONCE_MAX + 1];     /* [A-Za-z0-9_-]{8,64}; "" = none */
    int64_t issued, expires; /* Unix times up to the year 9999; 0 = none. expires needs issued */
};

/*
 * seal_claims_live - set issued and expires
 * @ttl: seconds, 1 to SEAL_TTL_MAX; 0 sets issued alone
 * @now: seal_now(), or another time in a test
 *
 * Return: 0; -1 with ERR_INTERNAL (ttl out of range), or with ERR_BUSY when the clock cannot be
 * right (see seal_clock_error), or expires would pass the year 9999.
 */
int seal_claims_live(struct seal_claims *claims, unsigned ttl, int64_t now,
                     struct err *err) MUST_USE;

/* seal_now - the wall clock, in seconds since 1970 */
int64_t seal_now(void);

/*
 * seal_clock_error - why @now cannot be the right time, or NULL
 *
 * It cannot when it is after the year 9999, or more than a day before SEAL_BUILD_TIME: the time of
 * the build, or SOURCE_DATE_EPOCH if that was set for it.
 */
const char *seal_clock_error(int64_t now);

/*
 * seal_claims_write - write the trusted comment, without minisign's prefix
 * @sha256: of the image, 64 lower-case hex digits
 *
 * A context or nonce that is not of its form is refused, so that it cannot add a further claim.
 *
 * Return: the comment's length; -1 with ERR_INTERNAL when a claim is not of its form.
 */
int seal_claims_write(const struct seal_claims *claims, const char *sha256,
                      char comment[SEAL_COMMENT_SIZE], struct err *err) MUST_USE;

/*
 * seal_claims_read - read a trusted comment: what seal_claims_write wrote, perhaps with words
 * behind it
 * @sha256: receives the 64 hex digits and NUL
 *
 * Return: 0; -1 with ERR_FILE, and the detail names the claim that is missing or malformed.
 */
int seal_claims_read(const char *comment, struct seal_claims *claims,
                     char sha256[SEAL_SHA256_TEXT_SIZE], struct err *err) MUST_USE;

/* seal_claims_size - the sum of the segments' sizes, which may pass 32 bits */
uint64_t seal_claims_size(const struct seal_claims *claims);

#endif
