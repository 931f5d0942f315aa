/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * housing_request.h - an agreement in three parts as a desk hands it in, and who reads which part.
 * Pure. Does not judge: decide() does, for each recipient.
 */
#pragma once

#include "covenant/basis_request.h"
#include "covenant/housing_agreement.h"

/* The fields that articles for WOONSTAP let this party have, whoever sends: what it reads. */
uint32_t housing_fields_of(const struct covenant *covenant, const struct party *party);

/* The body of POST /v1/woonafspraken:
 *
 *   {"adres":{"postcode":"1234AB","huisnummer":"3"},"aflossing":"TOT_50",
 *    "hulp":"WOONBEGELEIDING","huurvoorwaarde":"VAST_CONTACT","eindDatum":"2027-06-01"}
 */
extern const char *const housing_request_members[]; /* ends with NULL */
struct housing_request {
    char covenant[COVENANT_ID_MAX_BYTES + 1]; /* convenant; "": the only one */
    struct contact address;
    struct identity identity;
    struct housing_agreement agreement;
};
MUST_USE enum outcome housing_request_parse(const json_t *body, struct housing_request *out,
                                            struct fault *fault);
void housing_request_wipe(struct housing_request *request);
