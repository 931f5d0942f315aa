/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * basis_request.h - a resident's choice as a desk hands it in: the body of
 * POST /v1/gegeven-toestemmingen, and the file that `consent record` reads.
 *
 *   {"adres":{"postcode":"1234AB","huisnummer":"3"},"soort":"GRONDSLAG","basis":"TOESTEMMING",
 *    "doelen":["TOELEIDING"],"ontvangers":["WIJKTEAM"],"signaalgroepen":["OVERLAST"],
 *    "geldigVan":"2026-12-02","werkwijze":"GESPREK","formulierVersie":"toestemming-1"}
 *
 * Pure. Does not judge: covenant/basis_scope.h.
 */
#pragma once

#include "covenant/basis.h"
#include "covenant/contact.h"
#include "covenant/covenant.h"
#include "crypto/token.h"

extern const char *const basis_request_members[]; /* of the body; ends with NULL */

struct basis_request {
    char covenant[COVENANT_ID_MAX_BYTES + 1]; /* convenant; "": the only one */
    bool has_address;                         /* adres; or else */
    struct contact address;                   /* the address only */
    struct identity identity;                 /* the same, encoded */
    char signal[UUID_TEXT_BYTES];             /* signaal: one that was received */
    char replaces[UUID_TEXT_BYTES];           /* vervangt; "" */
    const char *naming;                       /* the member that names them; NULL: ontvangers */
    size_t named;                             /* ontvangers, as they were named */
    char recipients[BASIS_RECIPIENTS_MAX][OIN_LENGTH + 1];
    bool has_until, has_retention; /* else the covenant's */
    struct basis basis;            /* without id, dossier, recipients, events */
};

/* Fails with MALFORMED (a closed schema; an address or a signal, not both) and names the member,
 * or as identity_pch. */
MUST_USE enum outcome basis_request_parse(const json_t *body, struct basis_request *out,
                                          struct fault *fault);
/* {"postcode","huisnummer","huisletter","toevoeging"}: an exact address, the only way to look
 * somebody up. Fails the same way. */
MUST_USE enum outcome basis_request_address(const json_t *address, struct contact *out,
                                            struct identity *out_identity, struct fault *fault);
/* Puts the parties that were named, by number or by a kind that one party has, on the record.
 * Fails with MALFORMED and names the first that is none. */
MUST_USE enum outcome basis_request_resolve(struct basis_request *request,
                                            const struct covenant *covenant, struct fault *fault);
void basis_request_wipe(struct basis_request *request);
