/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * lifting.h - the proof that a resident lifted the secrecy of a partner bound to it: it travels
 * with each of that partner's answers, because the other side must not take its word for more
 * than process otherwise.
 *
 * It has the form of a proof (covenant/proof.h) under a type of its own: a consent to share can
 * never pass for it, nor the other way round. Signed by who is bound, for who gets the answers,
 * about the token of the signal that is answered.
 * Pure. Does not say what the answer may tell: covenant/feedback.h.
 */
#pragma once

#include "covenant/proof.h"

#define LIFTING_TYPE "application/vnd.wijkpoort.doorbreking.v1+json"

/* As proof_sign() and proof_open(). */
MUST_USE enum outcome lifting_sign(const struct proof *proof, const struct signing_key *key,
                                   struct buffer *out_json);
MUST_USE enum outcome lifting_open(const json_t *object,
                                   const uint8_t public_key[static SIGNING_PUBLIC_BYTES],
                                   struct proof *out_proof, struct fault *fault);

struct lifting_matter { /* the signal that was answered, as its sender knows it */
    const char *fingerprint; /* of the covenant it went under */
    const struct oin *sender;
    const char *token;
    enum purpose purpose;
    const char *group; /* of its code */
    struct day today;
};
/* Is it live today, and about just this? */
bool lifting_holds(const struct proof *proof, const struct lifting_matter *matter);
