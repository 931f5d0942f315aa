/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * naive_decision.h - the decision of covenant/decision.h once more, for tests only:
 * plain ifs over the covenant's JSON, slow, written from the description and not
 * from the code it is compared with.
 */
#pragma once

#include <jansson.h>

#include "covenant/decision.h"

struct naive_answer {
    bool permitted;
    const char *code; /* wire code of the refusal; "" when permitted */
    int article;
    uint32_t fields;
};

/* Reads the covenant from `document`; of request->covenant only the code lists. The verdicts are
 * in the order of partijen. */
struct naive_answer naive_decide(json_t *document, const struct request *request);
