/* SPDX-License-Identifier: ISC */
/*
 * The verifier's side: did the key sign this image, and what does the signature claim about it?
 *
 * Read the image file once and use the bytes that were verified. Do not read the file again: it may
 * have changed.
 *
 *   const uint32_t load = 0x9fc00;
 *   const struct seal_wanted wanted = {
 *       .load_count = 1, .loads = &load, .context = "vm-1", .now = seal_now()
 *   };
 *   struct seal_facts facts;
 *
 *   if (public_key_load("mptabled.pub", &key, &err) < 0 ||
 *       seal_verify(&key, image, size, minisig, minisig_size, &facts, &err) != SEAL_GOOD ||
 *       seal_compare(&facts, &wanted, &err) != SEAL_GOOD)
 *       refuse(err.places[0].detail);
 */
#ifndef SEAL_VERIFY_H
#define SEAL_VERIFY_H

#include <stdbool.h>

#include "seal.h"

enum seal_verdict {
    SEAL_GOOD,
    SEAL_NO_MINISIGN,   /* not the four lines of a signature file alone */
    SEAL_LEGACY,        /* a signature of the bytes themselves ("Ed"): its comment can be forged */
    SEAL_OTHER_KEY,     /* the file names another key's id */
    SEAL_BAD_BYTES,     /* the bytes or their signature were changed */
    SEAL_BAD_COMMENT,   /* the trusted comment or its signature was changed */
    SEAL_NO_CLAIMS,     /* rightly signed, but the trusted comment is not in the form mptabled/1 */
    SEAL_WRONG_SHA256,  /* rightly signed, but sha256 is not the digest of the bytes */
    SEAL_WRONG_SIZE,    /* rightly signed, but the sizes do not add up to the bytes */
    SEAL_WRONG_LOAD,    /* signed for other load addresses */
    SEAL_WRONG_CONTEXT, /* signed for another machine */
    SEAL_WRONG_NONCE,   /* signed for another request */
    SEAL_TOO_EARLY,     /* issued in the future */
    SEAL_EXPIRED        /* expired, or never expires where need_life is set */
};

/* What a good signature claims. */
struct seal_facts {
    char key_id[KEY_ID_TEXT_SIZE];
    char comment[SEAL_COMMENT_SIZE];
    char sha256[SEAL_SHA256_TEXT_SIZE];
    struct seal_claims claims;
};

/* What the user of the image expects. Zeroed, it expects nothing. */
struct seal_wanted {
    unsigned load_count;   /* 0: not compared */
    const uint32_t *loads; /* where each segment will be written */
    const char *context;   /* NULL: not compared; "": there must be none */
    const char *nonce;     /* as context */
    int64_t now;           /* 0: times are not compared; else they may be off by SEAL_CLOCK_SKEW */
    bool need_life;        /* refuse an image that never expires */
};

/*
 * seal_signer - the id of the key that a signature file names, without any verification
 *
 * Return: 0; -1: it is not a minisign file.
 */
int seal_signer(const char *minisig, size_t size, char id[KEY_ID_TEXT_SIZE]) MUST_USE;

/*
 * seal_verify - verify an image's signature and read its claims
 * @minisig: the signature file, @minisig_size bytes
 * @facts:   filled when SEAL_GOOD is returned
 *
 * It is stricter than minisign -VH. The file has four lines, each ended by LF or CR LF, and nothing
 * behind them; it is printable ASCII, its base64 is canonical, and signatures of the older kind are
 * refused.
 *
 * Return: SEAL_GOOD, or the first thing that is wrong, with ERR_FILE and a sentence in *err.
 */
enum seal_verdict seal_verify(const struct public_key *key, const void *image, size_t size,
                              const char *minisig, size_t minisig_size, struct seal_facts *facts,
                              struct err *err) MUST_USE;

/*
 * seal_verify_minisign - the same, but the trusted comment's claims are not read
 * @comment: receives the trusted comment
 */
enum seal_verdict seal_verify_minisign(const struct public_key *key, const void *bytes, size_t size,
                                       const char *minisig, size_t minisig_size,
                                       char comment[SEAL_COMMENT_SIZE], struct err *err) MUST_USE;

/*
 * seal_compare - compare what was signed with what is wanted
 *
 * Return: SEAL_GOOD, or the first difference, with ERR_FILE and a sentence in *err.
 */
enum seal_verdict seal_compare(const struct seal_facts *facts, const struct seal_wanted *wanted,
                               struct err *err) MUST_USE;

#endif
