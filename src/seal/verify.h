/* SPDX-License-Identifier: ISC */
/*
 * The other side: whether an image is what a key signed, and what the signature says of it.
 *
 * Read the file once and use the bytes that were verified, not the file again: it may have changed.
 *
 *   struct seal_facts facts;
 *
 *   if (public_key_load("mptabled.pub", &key, &err) < 0 ||
 *       seal_verify(&key, image, size, minisig, minisig_size, &facts, &err) != SEAL_GOOD ||
 *       seal_compare(&facts, &(struct seal_wanted){ .load_count = 1, .loads = (uint32_t[]){ 0x9fc00
 *       },
 *                                                   .context = "vm-1", .now = seal_now() }, &err)
 *                                                   !=
 * SEAL_GOOD) refuse(err.places[0].detail);
 */
#ifndef SEAL_VERIFY_H
#define SEAL_VERIFY_H

#include <stdbool.h>

#include "seal.h"

enum seal_verdict {
    SEAL_GOOD,
    SEAL_NO_MINISIGN, /* not four lines of a signature file, to the letter */
    SEAL_LEGACY,      /* a signature of the bytes themselves ("Ed"): its comment can be forged */
    SEAL_OTHER_KEY,   /* the key id is not the key's */
    SEAL_BAD_BYTES, /* the signature is not one of these bytes: they were changed, or the signature was */
    SEAL_BAD_COMMENT,   /* the trusted comment was changed */
    SEAL_NO_CLAIMS,     /* well signed, but the trusted comment is none of mptabled/1 */
    SEAL_WRONG_SHA256,  /* well signed, but the claim is not the digest of the bytes */
    SEAL_WRONG_SIZE,    /* well signed, but the segments do not come to the bytes */
    SEAL_WRONG_LOAD,    /* to be loaded elsewhere */
    SEAL_WRONG_CONTEXT, /* for another machine */
    SEAL_WRONG_NONCE,   /* the answer to another question */
    SEAL_TOO_EARLY,     /* issued in the future */
    SEAL_EXPIRED,       /* or without the life that was wanted */
    SEAL_VERDICTS
};

/* What a good signature says. */
struct seal_facts {
    char key_id[KEY_ID_TEXT_SIZE];
    char comment[SEAL_COMMENT_SIZE];
    char sha256[SEAL_SHA256_TEXT_SIZE];
    struct seal_claims claims;
};

/* What whoever is about to use the image knows. Zeroed, it wants nothing. */
struct seal_wanted {
    unsigned load_count;   /* 0: not compared */
    const uint32_t *loads; /* where each segment will be written */
    const char *context;   /* NULL: not compared; "": there must be none */
    const char *nonce;     /* as context */
    int64_t now;           /* 0: times are not looked at; else SEAL_CLOCK_SKEW is allowed for */
    bool need_life;        /* an image that never expires is refused */
};

/*
 * seal_verify - stricter than minisign -VH: no legacy signatures, no carriage returns, nothing
 * behind the
 *               fourth line, which must end, nothing but printable ASCII, canonical base64
 * @minisig: the signature file, @minisig_size bytes
 * @facts:   filled when SEAL_GOOD is returned
 *
 * Return: SEAL_GOOD, or what is wrong first, with ERR_FILE and a sentence in *err.
 */
enum seal_verdict seal_verify(const struct public_key *key, const void *image, size_t size,
                              const char *minisig, size_t minisig_size, struct seal_facts *facts,
                              struct err *err) MUST_USE;

/*
 * seal_verify_minisign - the same without a look at what the trusted comment says
 * @comment: receives it
 */
enum seal_verdict seal_verify_minisign(const struct public_key *key, const void *bytes, size_t size,
                                       const char *minisig, size_t minisig_size,
                                       char comment[SEAL_COMMENT_SIZE], struct err *err) MUST_USE;

/* seal_compare - hold what was signed against what is wanted; the first that differs is returned */
enum seal_verdict seal_compare(const struct seal_facts *facts, const struct seal_wanted *wanted,
                               struct err *err) MUST_USE;

/* seal_verdict_name - a word for logs and exit messages: "good", "bad-bytes" */
const char *seal_verdict_name(enum seal_verdict verdict);

#endif
