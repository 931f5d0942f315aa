/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/basis_request.h"

#include <stdio.h>
#include <string.h>

#include "covenant/basis_words.h"
#include "covenant/proof_lists.h"
#include "covenant/wire.h"
#include "crypto/ready.h"

enum { WORD_MAX_BYTES = 32, UUID_ITEMS = 4 };

const char *const basis_request_members[] = {
    "convenant", "adres",      "signaal",        "soort",     "basis",     "citaat",
    "doelen",    "ontvangers", "signaalgroepen", "geldigVan", "geldigTot", "werkwijze",
    "intrekkanaal", "formulierVersie", "bewaarDagen", "vervangt", NULL};

void basis_request_wipe(struct basis_request *request)
{
    wipe(request, sizeof *request);
}

/* --- whom it is about --- */

static enum outcome within(const char *place, struct fault *inner, struct fault *fault,
                           enum outcome outcome)
{
    if (outcome != OUTCOME_OK && inner->where[0])
        fault_at(fault, "%s.%s", place, inner->where);
    return outcome;
}

static enum outcome read_address(const json_t *object, struct contact *out, struct fault *fault)
{
    static const char *const members[] = {"postcode", "huisnummer", "huisletter", "toevoeging",
                                          NULL};

    TRY(json_only(object, members, fault));
    TRY(wire_text_at(object, "postcode", out->postcode, sizeof out->postcode, fault));
    TRY(wire_text_at(object, "huisnummer", out->number, sizeof out->number, fault));
    TRY(wire_optional_text_at(object, "huisletter", out->letter, sizeof out->letter, fault));
    return wire_optional_text_at(object, "toevoeging", out->addition, sizeof out->addition, fault);
}

enum outcome basis_request_address(const json_t *address, struct contact *out,
                                   struct identity *out_identity, struct fault *fault)
{
    struct contact contact = {0};
    struct fault inner = {0};
    enum outcome outcome = read_address(address, &contact, &inner);

    TRY(within("adres", &inner, fault, outcome));
    outcome = identity_pch(contact.postcode, contact.number, contact.letter, contact.addition,
                           out_identity);
    if (outcome == OUTCOME_MALFORMED)
        return wire_wrong(fault, "adres");
    TRY(outcome);
    *out = contact;
    return OUTCOME_OK;
}

static enum outcome read_subject(const json_t *body, struct basis_request *out,
                                 struct fault *fault)
{
    const json_t *address = json_object_get(body, "adres");

    out->has_address = address != NULL;
    if (out->has_address == (json_object_get(body, "signaal") != NULL))
        return wire_wrong(fault, "adres");
    if (address)
        return json_is_object(address)
                   ? basis_request_address(address, &out->address, &out->identity, fault)
                   : wire_wrong(fault, "adres");
    return wire_uuid_at(body, "signaal", UUID_ITEMS, out->signal, fault);
}

/* --- what was chosen --- */

static enum outcome read_recipients(const json_t *body, struct basis_request *out,
                                    struct fault *fault)
{
    const json_t *array;

    TRY(json_array_at(body, "ontvangers", BASIS_RECIPIENTS_MAX, &array, fault));
    out->named = json_array_size(array);
    if (out->named == 0)
        return wire_wrong(fault, "ontvangers");
    for (size_t i = 0; i < out->named; i++) {
        const char *word = json_string_value(json_array_get(array, i));
        if (!word || !*word || strlen(word) > OIN_LENGTH) {
            fault_at(fault, "ontvangers[%zu]", i);
            return OUTCOME_MALFORMED;
        }
        snprintf(out->recipients[i], sizeof out->recipients[i], "%s", word);
    }
    return OUTCOME_OK;
}

static enum outcome read_choice(const json_t *body, struct basis_request *out, struct fault *fault)
{
    struct basis *basis = &out->basis;
    const char *word;

    TRY(json_text_at(body, "soort", WORD_MAX_BYTES, &word, fault));
    if (!basis_kind_parse(word, &basis->kind))
        return wire_wrong(fault, "soort");
    TRY(json_text_at(body, "basis", WORD_MAX_BYTES, &word, fault));
    if (!basis_ground_parse(word, &basis->ground))
        return wire_wrong(fault, "basis");
    TRY(wire_optional_text_at(body, "citaat", basis->citation, sizeof basis->citation, fault));
    if ((basis->ground == BASIS_GROUND_WET) != (basis->citation[0] != '\0'))
        return wire_wrong(fault, "citaat");
    TRY(proof_read_purposes(body, &basis->purposes, fault));
    if (!proof_purposes_are_valid(basis->purposes))
        return wire_wrong(fault, "doelen");
    TRY(read_recipients(body, out, fault));
    TRY(proof_read_groups(body, &basis->groups, fault));
    return proof_groups_are_valid(&basis->groups) ? OUTCOME_OK : wire_wrong(fault, "signaalgroepen");
}

static enum outcome read_channel(const json_t *body, const char *name, enum basis_channel *out,
                                 struct fault *fault)
{
    const char *word;

    TRY(json_text_at(body, name, WORD_MAX_BYTES, &word, fault));
    /* What stands in another system is no way in which a resident speaks at a desk. */
    return basis_channel_parse(word, out) && *out != BASIS_CHANNEL_BRONSYSTEEM
               ? OUTCOME_OK
               : wire_wrong(fault, name);
}

static enum outcome read_how(const json_t *body, struct basis_request *out, struct fault *fault)
{
    struct basis *basis = &out->basis;
    int64_t days = 0;

    TRY(wire_day_at(body, "geldigVan", &basis->from, fault));
    out->has_until = json_object_get(body, "geldigTot") != NULL;
    if (out->has_until)
        TRY(wire_day_at(body, "geldigTot", &basis->until, fault));
    TRY(read_channel(body, "werkwijze", &basis->method, fault));
    basis->withdrawal_channel = basis->method;
    if (json_object_get(body, "intrekkanaal"))
        TRY(read_channel(body, "intrekkanaal", &basis->withdrawal_channel, fault));
    TRY(wire_text_at(body, "formulierVersie", basis->notice, sizeof basis->notice, fault));
    if (!wire_is_word(basis->notice, BASIS_NOTICE_MAX_BYTES,
                      WIRE_UPPER WIRE_DIGITS "abcdefghijklmnopqrstuvwxyz._-"))
        return wire_wrong(fault, "formulierVersie");
    out->has_retention = json_object_get(body, "bewaarDagen") != NULL;
    TRY(json_optional_integer_at(body, "bewaarDagen", 0, BASIS_RETENTION_DAYS_MAX, &days, fault));
    basis->retention_days = (int)days;
    return OUTCOME_OK;
}

enum outcome basis_request_parse(const json_t *body, struct basis_request *out,
                                 struct fault *fault)
{
    TRY(json_only(body, basis_request_members, fault));
    *out = (struct basis_request){0};
    TRY(wire_optional_text_at(body, "convenant", out->covenant, sizeof out->covenant, fault));
    TRY(read_subject(body, out, fault));
    TRY(read_choice(body, out, fault));
    TRY(read_how(body, out, fault));
    return json_object_get(body, "vervangt")
               ? wire_uuid_at(body, "vervangt", UUID_ITEMS, out->replaces, fault)
               : OUTCOME_OK;
}

/* --- which parties those are --- */

static const struct party *party_named(const struct covenant *covenant, const char *word)
{
    const struct party *found = NULL;
    enum party_kind kind;
    struct oin oin;

    if (oin_parse(word, &oin))
        return covenant_party(covenant, &oin);
    if (!party_kind_parse(word, &kind))
        return NULL;
    for (size_t i = 0; i < covenant->parties_count; i++) {
        if (covenant->parties[i].kind != kind)
            continue;
        if (found)
            return NULL; /* several: the number must be named */
        found = &covenant->parties[i];
    }
    return found;
}

enum outcome basis_request_resolve(struct basis_request *request, const struct covenant *covenant,
                                   struct fault *fault)
{
    struct basis *basis = &request->basis;

    basis->recipient_count = 0;
    for (size_t i = 0; i < request->named; i++) {
        const struct party *party = party_named(covenant, request->recipients[i]);
        bool twice = false;
        for (size_t j = 0; party && j < i; j++)
            twice = twice || oin_equal(&basis->recipients[j], &party->oin);
        if (!party || twice) {
            if (request->naming)
                fault_at(fault, "%s", request->naming);
            else
                fault_at(fault, "ontvangers[%zu]", i);
            return OUTCOME_MALFORMED;
        }
        basis->recipients[basis->recipient_count++] = party->oin;
    }
    return OUTCOME_OK;
}
