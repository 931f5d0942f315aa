/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/agreement.h"

#include <string.h>

#include "covenant/basis_words.h"
#include "covenant/wire.h"

bool purpose_takes_agreement(enum purpose purpose)
{
    return purpose == PURPOSE_WAAKVLAM || purpose == PURPOSE_WOONSTAP;
}

bool basis_is_agreement(const struct basis *basis, enum purpose purpose)
{
    return basis->kind == BASIS_GRONDSLAG && basis->ground == BASIS_GROUND_TOESTEMMING &&
           basis->purposes == bit_of(purpose) &&
           (purpose != PURPOSE_WAAKVLAM || basis->recipient_count == 1);
}

bool basis_is_any_agreement(const struct basis *basis)
{
    return basis_is_agreement(basis, PURPOSE_WAAKVLAM) ||
           basis_is_agreement(basis, PURPOSE_WOONSTAP);
}

/* --- where it stands --- */

static const struct {
    const char *word;
    const char *name[LANGUAGE_COUNT];
} standings[] = {
#define ROW(name, word, nl, en) {word, {nl, en}},
    AGREEMENT_STANDINGS(ROW)
#undef ROW
};

enum agreement_standing agreement_standing_of(const struct basis *basis, bool waits,
                                              struct day today)
{
    if (basis->state == PROOF_WITHDRAWN)
        return AGREEMENT_WITHDRAWN;
    if (basis_has_event(basis, BASIS_EVENT_VERVANGEN))
        return AGREEMENT_REPLACED;
    if (!basis_is_live(basis, today))
        return AGREEMENT_EXPIRED;
    if (waits)
        return AGREEMENT_WAITS;
    return day_compare(basis->until, day_plus(today, AGREEMENT_WARN_DAYS)) <= 0
               ? AGREEMENT_ENDS_SOON
               : AGREEMENT_RUNS;
}

const char *agreement_standing_word(enum agreement_standing standing)
{
    return standings[standing].word;
}

const char *agreement_standing_name(enum agreement_standing standing, enum language language)
{
    return standings[standing].name[language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL];
}

/* --- a request --- */

const char *const relapse_request_members[] = {"convenant",    "adres",     "begeleider",
                                               "geldigVan",    "geldigTot", "werkwijze",
                                               "intrekkanaal", "formulierVersie",
                                               "vervangt",     NULL};

/* What both have under the same name. */
static enum outcome copy_members(const json_t *body, json_t *choice)
{
    for (size_t i = 0; relapse_request_members[i]; i++) {
        const char *name = relapse_request_members[i];
        json_t *value = json_object_get(body, name);
        if (value && strcmp(name, "begeleider") != 0 && json_object_set(choice, name, value) != 0)
            return OUTCOME_OUT_OF_MEMORY;
    }
    return OUTCOME_OK;
}

enum outcome relapse_request_parse(const json_t *body, struct basis_request *out,
                                   struct fault *fault)
{
    OWNED_JSON choice = NULL;
    const char *supporter;
    enum outcome outcome;

    TRY(json_only(body, relapse_request_members, fault));
    TRY(json_text_at(body, "begeleider", OIN_LENGTH, &supporter, fault));
    choice = json_pack("{ss ss s[s] s[s] s[s]}", "soort", basis_kind_word(BASIS_GRONDSLAG), "basis",
                       basis_ground_word(BASIS_GROUND_TOESTEMMING), "doelen",
                       purpose_word(PURPOSE_WAAKVLAM), "ontvangers", supporter, "signaalgroepen",
                       RELAPSE_GROUP);
    if (!choice)
        return OUTCOME_OUT_OF_MEMORY;
    TRY(copy_members(body, choice));
    outcome = basis_request_parse(choice, out, fault);
    if (outcome == OUTCOME_MALFORMED && fault && strncmp(fault->where, "ontvangers", 10) == 0)
        fault_at(fault, "begeleider");
    out->naming = "begeleider";
    return outcome;
}
