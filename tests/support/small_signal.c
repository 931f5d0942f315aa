/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/small_signal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static void put_token(struct small_signal *s, const struct known_covenant *known)
{
    char epoch[EPOCH_TEXT_BYTES];
    struct token_domain domain;
    struct identity identity;
    struct token token;

    day_epoch(amsterdam_day(s->town->now_ms), epoch);
    assert_int_equal(identity_pch("1234AB", "5", "", "", &identity), OUTCOME_OK);
    assert_int_equal(
        token_domain_make(known->covenant->id, purpose_word(s->signal.purpose), epoch, &domain),
        OUTCOME_OK);
    token_make_shared(small_shared_key, &domain, &identity, &s->signal.holder, &token);
    token_print(&token, s->signal.token);
    s->signal.fields |= bit_of(FIELD_TOKEN);
}

/* Of the group of `code`, given yesterday, for a month. */
static void put_proof(struct small_signal *s, const struct known_covenant *known)
{
    const struct code_lists *lists = known->covenant->lists;
    const struct signal_code *code = signal_code_find(lists, s->signal.code);
    struct day today = amsterdam_day(s->town->now_ms);

    s->proof = (struct proof){.to = s->signal.holder,
                              .purposes = bit_of(s->signal.purpose),
                              .from = day_plus(today, -1),
                              .until = day_plus(today, 30),
                              .state = PROOF_GIVEN,
                              .sequence = 1};
    snprintf(s->proof.id, sizeof s->proof.id, "0123456789abcdef0123456789abcdef");
    memcpy(s->proof.covenant, known->covenant->fingerprint, sizeof s->proof.covenant);
    memcpy(s->proof.token, s->signal.token, sizeof s->proof.token);
    assert_true(proof_groups_add(&s->proof.groups, signal_group_word(lists, code->group)));
    s->proof_signed_by = CORPORATION;
    s->signal.fields |= bit_of(FIELD_PROOF);
}

static void put_contact(struct small_signal *s)
{
    struct contact contact = {.postcode = "1234AB", .number = "5", .name = "J. de Vries"};
    OWNED_BUFFER text = {0};

    assert_int_equal(contact_print(&contact, &text), OUTCOME_OK);
    snprintf(s->signal.contact, sizeof s->signal.contact, "%s", buffer_text(&text));
    s->signal.fields |= bit_of(FIELD_CONTACT);
}

struct small_signal small_signal_make(const struct small_town *town,
                                      const struct known_covenant *known, enum small_place to)
{
    struct small_signal s = {.town = town};
    struct day today = amsterdam_day(town->now_ms);
    bool by_law = to == MUNICIPALITY;

    s.signal.article = by_law ? 5 : to == GGZ ? 2 : 1;
    s.signal.purpose = by_law ? PURPOSE_VROEGSIGNALERING : PURPOSE_TOELEIDING;
    s.signal.holder = town->parties[to].oin;
    s.signal.lead = town->parties[CORPORATION].oin;
    s.signal.sent_ms = instant_hour(town->now_ms);
    uuid_print(uuid_v4(), s.signal.id);
    snprintf(s.signal.covenant, sizeof s.signal.covenant, "%s", known->covenant->reference);
    snprintf(s.signal.code, sizeof s.signal.code, "%s",
             by_law      ? "FIN.HUURACHTERSTAND"
             : to == GGZ ? "ZORG.EENZAAM"
                         : "OVL.BURENRUZIE");
    put_contact(&s);
    if (by_law) {
        s.signal.arrears_cents = 123450;
        s.signal.signal_day = today;
        s.signal.fields |= bit_of(FIELD_ARREARS) | bit_of(FIELD_SIGNAL_DAY);
        return s;
    }
    s.signal.week = day_week(today);
    s.signal.fields |= bit_of(FIELD_WEEK);
    put_token(&s, known);
    put_proof(&s, known);
    return s;
}

struct buffer small_signal_text(const struct small_signal *small_signal)
{
    struct signal signal = small_signal->signal;
    OWNED_BUFFER proof = {0};
    struct buffer text = {0};

    if (has_bit(signal.fields, FIELD_PROOF)) {
        assert_int_equal(
            proof_sign(&small_signal->proof,
                       &small_signal->town->parties[small_signal->proof_signed_by].signing, &proof),
            OUTCOME_OK);
        signal.proof_text = buffer_bytes(&proof);
    }
    assert_int_equal(signal_print(&signal, &text), OUTCOME_OK);
    return text;
}
