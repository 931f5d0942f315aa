/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/ready.h"
#include "gateway/basis_use.h"
#include "tests/support/dice.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_store.h"

#define DOSSIER "D-0000000000000042"
#define ID      "01a23b2d-72e0-4c3e-9b1d-1f2e3d4c5b6"

static struct small_store small;
static const struct oin team = {"00000099000000020000"}, ggz = {"00000099000000030000"};

static struct day day(const char *text)
{
    struct day day = {0};

    assert_true(day_parse(text, &day));
    return day;
}

static int64_t noon(const char *text)
{
    return amsterdam_instant(day(text), 12);
}

/* A choice at the desk on 2 December: to the team, about nuisance; `digit` makes the number. */
static struct kept_basis at_desk(char digit)
{
    struct kept_basis kept = {.actor = "1042", .basis = calloc(1, sizeof *kept.basis)};
    struct basis *basis = kept.basis;

    assert_non_null(basis);
    memset(kept.certificate, 'a', sizeof kept.certificate - 1);
    snprintf(basis->id, sizeof basis->id, "%s%c", ID, digit);
    snprintf(basis->dossier, sizeof basis->dossier, "%s", DOSSIER);
    snprintf(basis->notice, sizeof basis->notice, "toestemming-1");
    basis->purposes = bit_of(PURPOSE_TOELEIDING);
    basis->recipients[0] = team;
    basis->recipient_count = 1;
    basis->collected_by = ROLE_MELDER;
    basis->from = day("2026-12-02");
    basis->until = day("2027-12-01");
    basis->sequence = 1;
    basis->events[0] = (struct basis_event){.at_ms = noon("2026-12-02")};
    basis->event_count = 1;
    assert_true(proof_groups_add(&basis->groups, "OVERLAST"));
    return kept;
}

static struct kept_basis with_row(char digit)
{
    struct kept_basis kept = at_desk(digit);

    kept.certificate[0] = '\0';
    kept.basis->method = BASIS_CHANNEL_BRONSYSTEEM;
    return kept;
}

static void happens(struct kept_basis *kept, enum basis_event_kind kind, const char *when)
{
    assert_int_equal(basis_add_event(kept->basis, kind, NULL, noon(when)), OUTCOME_OK);
}

static void add(struct basis_list *list, struct kept_basis kept)
{
    list->items = realloc(list->items, (list->count + 1) * sizeof *list->items);
    assert_non_null(list->items);
    list->items[list->count++] = kept;
}

static struct basis_wish wish(bool own_consent)
{
    return (struct basis_wish){.purpose = PURPOSE_TOELEIDING,
                               .recipient = team,
                               .group = "OVERLAST",
                               .own_consent = own_consent,
                               .given = day("2026-12-05"),
                               .today = day("2026-12-10")};
}

static enum refusal asked(const struct basis_list *list, const struct basis_wish *w,
                          bool *out_known)
{
    const struct kept_basis *known;
    enum refusal refusal = basis_for_row(list, w, &known);

    *out_known = known != NULL;
    return refusal;
}

static void a_row_rests_on_a_choice_at_the_desk(void **state)
{
    OWNED_BASIS_LIST list = {0};
    struct basis_wish w = wish(false);
    bool known;

    (void)state;
    assert_int_equal(asked(&list, &w, &known), REFUSAL_NO_CONSENT);
    add(&list, with_row('1')); /* what a row brought is for that row */
    assert_int_equal(asked(&list, &w, &known), REFUSAL_NO_CONSENT);
    add(&list, at_desk('2'));
    assert_int_equal(asked(&list, &w, &known), REFUSAL_NONE);
    assert_true(known);
    w.own_consent = true; /* it brings its own, and the desk's comes first */
    assert_int_equal(asked(&list, &w, &known), REFUSAL_NONE);
    assert_true(known);
    w.own_consent = false;
    list.items[1].basis->ground = BASIS_GROUND_VITAAL; /* no word of the resident's */
    assert_int_equal(asked(&list, &w, &known), REFUSAL_NO_CONSENT);
    list.items[1].basis->ground = BASIS_GROUND_TOESTEMMING;
    list.items[1].basis->kind = BASIS_INSTEMMING_HULP; /* help is no sharing */
    assert_int_equal(asked(&list, &w, &known), REFUSAL_NO_CONSENT);
    list.items[1].basis->kind = BASIS_DOORBREKING_BEROEPSGEHEIM;
    assert_int_equal(asked(&list, &w, &known), REFUSAL_NO_CONSENT);
}

static void a_row_never_widens_it(void **state)
{
    OWNED_BASIS_LIST list = {0};
    struct basis_wish w = wish(true);
    bool known;

    (void)state;
    w.group = "FINANCIEN";
    assert_int_equal(asked(&list, &w, &known), REFUSAL_NONE);
    assert_false(known);
    add(&list, with_row('1')); /* another row bounds nothing */
    assert_int_equal(asked(&list, &w, &known), REFUSAL_NONE);
    add(&list, at_desk('2'));
    assert_int_equal(asked(&list, &w, &known), REFUSAL_CONSENT_WIDER);
    w = wish(true);
    w.recipient = ggz;
    assert_int_equal(asked(&list, &w, &known), REFUSAL_CONSENT_WIDER);
    happens(&list.items[1], BASIS_EVENT_VERVANGEN, "2026-12-06");
    assert_int_equal(asked(&list, &w, &known), REFUSAL_NONE);
}

static void a_withdrawal_outlives_older_words(void **state)
{
    OWNED_BASIS_LIST list = {0};
    struct basis_wish w = wish(true);
    bool known;

    (void)state;
    add(&list, with_row('1'));
    happens(&list.items[0], BASIS_EVENT_INGETROKKEN, "2026-12-06");
    assert_int_equal(asked(&list, &w, &known), REFUSAL_CONSENT_WITHDRAWN);
    w.given = day("2026-12-06"); /* the same day: who knows which came last? */
    assert_int_equal(asked(&list, &w, &known), REFUSAL_CONSENT_WITHDRAWN);
    w.given = day("2026-12-07");
    assert_int_equal(asked(&list, &w, &known), REFUSAL_NONE);
    w = wish(true);
    w.group = "FINANCIEN"; /* that was never withdrawn */
    assert_int_equal(asked(&list, &w, &known), REFUSAL_NONE);
}

static void a_second_person_is_waited_for(void **state)
{
    OWNED_BASIS_LIST list = {0};
    struct basis_wish w = wish(false);
    bool known;

    (void)state;
    w.second = true;
    add(&list, at_desk('1'));
    assert_int_equal(asked(&list, &w, &known), REFUSAL_CONSENT_UNCONFIRMED);
    assert_false(known);
    happens(&list.items[0], BASIS_EVENT_BEVESTIGD, "2026-12-03"); /* the resident is no second */
    assert_int_equal(asked(&list, &w, &known), REFUSAL_CONSENT_UNCONFIRMED);
    happens(&list.items[0], BASIS_EVENT_MEDEBEVESTIGD, "2026-12-03");
    assert_int_equal(asked(&list, &w, &known), REFUSAL_NONE);
    assert_int_equal(basis_add_event(list.items[0].basis, BASIS_EVENT_MEDEBEVESTIGD, NULL, 0),
                     OUTCOME_STEP_NOT_ALLOWED);
    basis_list_wipe(&list);
    w.own_consent = true;
    assert_int_equal(asked(&list, &w, &known), REFUSAL_CONSENT_UNCONFIRMED);
}

static enum basis_refusal against(const struct basis_list *list, const struct kept_basis *kept,
                                  const char *replaces)
{
    struct kept_basis *replaced;
    enum basis_refusal refusal;

    assert_int_equal(basis_against_earlier(list, kept->basis, replaces, day("2026-12-10"),
                                           &replaced, &refusal),
                     OUTCOME_OK);
    assert_true(replaced == NULL || (refusal == BASIS_REFUSAL_NONE && replaces[0]));
    return refusal;
}

static void a_wider_choice_needs_a_fresh_word(void **state)
{
    OWNED_BASIS_LIST list = {0};
    OWNED_KEPT_BASIS kept = at_desk('9');

    (void)state;
    assert_true(proof_groups_add(&kept.basis->groups, "FINANCIEN"));
    assert_int_equal(against(&list, &kept, ""), BASIS_REFUSAL_NONE); /* the first */
    assert_int_equal(against(&list, &kept, ID "1"), BASIS_REFUSAL_NOT_FRESH);
    add(&list, at_desk('1'));
    assert_int_equal(against(&list, &kept, ""), BASIS_REFUSAL_WIDER);
    assert_int_equal(against(&list, &kept, ID "2"), BASIS_REFUSAL_NOT_FRESH); /* not this one's */
    assert_int_equal(against(&list, &kept, ID "1"), BASIS_REFUSAL_NOT_FRESH); /* of the same day */
    kept.basis->from = day("2026-12-03");
    assert_int_equal(against(&list, &kept, ID "1"), BASIS_REFUSAL_NONE);
    list.items[0].basis->from = kept.basis->from = day("2026-12-10"); /* both today */
    assert_int_equal(against(&list, &kept, ID "1"), BASIS_REFUSAL_NONE);
    kept.basis->kind = BASIS_INSTEMMING_HULP; /* the kinds are kept apart */
    assert_int_equal(against(&list, &kept, ""), BASIS_REFUSAL_NONE);
    assert_int_equal(against(&list, &kept, ID "1"), BASIS_REFUSAL_NOT_FRESH);
}

/* Who is told that it is wider asks the resident for another choice. */
static void without_memory_nothing_is_called_wider(void **state)
{
    OWNED_BASIS_LIST list = {0};
    OWNED_KEPT_BASIS kept = at_desk('9');
    struct kept_basis *replaced;
    enum basis_refusal refusal;
    enum outcome outcome;

    (void)state;
    add(&list, at_desk('1'));
    kept.basis->until = day("2027-01-01");
    WITH_SCARCE_MEMORY(outcome,
                       basis_against_earlier(&list, kept.basis, "", day("2026-12-10"), &replaced,
                                             &refusal),
                       assert_int_equal(refusal, BASIS_REFUSAL_NONE));
}

static void narrower_is_always_fine(void **state)
{
    OWNED_BASIS_LIST list = {0};
    OWNED_KEPT_BASIS kept = at_desk('9');

    (void)state;
    add(&list, at_desk('1'));
    kept.basis->until = day("2027-01-01");
    assert_int_equal(against(&list, &kept, ""), BASIS_REFUSAL_NONE);
    happens(&list.items[0], BASIS_EVENT_INGETROKKEN, "2026-12-06");
    assert_int_equal(against(&list, &kept, ""), BASIS_REFUSAL_WITHDRAWN_SINCE);
    kept.basis->from = day("2026-12-06");
    assert_int_equal(against(&list, &kept, ""), BASIS_REFUSAL_NONE);
}

/* --- agreements --- */

static struct kept_basis agreement(char digit)
{
    struct kept_basis kept = at_desk(digit);

    kept.basis->purposes = bit_of(PURPOSE_WAAKVLAM);
    return kept;
}

static struct basis_wish relapse(void)
{
    struct basis_wish w = wish(false);

    w.purpose = PURPOSE_WAAKVLAM;
    return w;
}

static void a8_relapse_goes_under_a_live_agreement_alone(void **state)
{
    OWNED_BASIS_LIST list = {0};
    struct basis_wish w = relapse();
    bool known;

    (void)state;
    assert_int_equal(asked(&list, &w, &known), REFUSAL_AGREEMENT_MISSING);
    w.own_consent = true; /* what the row says itself was not signed beforehand */
    assert_int_equal(asked(&list, &w, &known), REFUSAL_AGREEMENT_MISSING);
    add(&list, at_desk('1')); /* a choice with one more purpose is no agreement either */
    list.items[0].basis->purposes |= bit_of(PURPOSE_WAAKVLAM);
    assert_int_equal(asked(&list, &w, &known), REFUSAL_AGREEMENT_MISSING);
    add(&list, agreement('2'));
    assert_int_equal(asked(&list, &w, &known), REFUSAL_NONE);
    assert_true(known);
    w.recipient = ggz; /* another organisation than the one that was named */
    assert_int_equal(asked(&list, &w, &known), REFUSAL_AGREEMENT_MISSING);
    w.recipient = team;
    w.today = list.items[1].basis->until;
    assert_int_equal(asked(&list, &w, &known), REFUSAL_NONE);
    w.today = day_plus(w.today, 1);
    assert_int_equal(asked(&list, &w, &known), REFUSAL_AGREEMENT_EXPIRED);
    w.today = day("2026-12-10");
    happens(&list.items[1], BASIS_EVENT_INGETROKKEN, "2026-12-06");
    assert_int_equal(asked(&list, &w, &known), REFUSAL_AGREEMENT_EXPIRED);
}

static void a35_a_second_confirmer_of_an_agreement_is_waited_for(void **state)
{
    OWNED_BASIS_LIST list = {0};
    struct basis_wish w = relapse();
    bool known;

    (void)state;
    w.second = true;
    add(&list, agreement('1'));
    assert_int_equal(asked(&list, &w, &known), REFUSAL_CONSENT_UNCONFIRMED);
    happens(&list.items[0], BASIS_EVENT_MEDEBEVESTIGD, "2026-12-03");
    assert_int_equal(asked(&list, &w, &known), REFUSAL_NONE);
    assert_true(known);
}

static void an_agreement_stands_beside_other_choices(void **state)
{
    OWNED_BASIS_LIST list = {0};
    OWNED_KEPT_BASIS made = agreement('8'), choice = at_desk('9');
    struct basis_wish w = wish(true);
    bool known;

    (void)state;
    add(&list, at_desk('1'));
    assert_int_equal(against(&list, &made, ""), BASIS_REFUSAL_NONE);
    made.basis->from = day("2026-12-10");
    assert_int_equal(against(&list, &made, ID "1"), BASIS_REFUSAL_NOT_FRESH);
    basis_list_wipe(&list);
    add(&list, agreement('1'));
    assert_int_equal(against(&list, &choice, ""), BASIS_REFUSAL_NONE);
    assert_int_equal(asked(&list, &w, &known), REFUSAL_NONE); /* a row's own consent goes on */
    made.basis->until = day("2027-12-09"); /* longer than the one before: only in its place */
    assert_int_equal(against(&list, &made, ""), BASIS_REFUSAL_WIDER);
    assert_int_equal(against(&list, &made, ID "1"), BASIS_REFUSAL_NONE);
}

static void secrecy_is_lifted_for_just_this(void **state)
{
    OWNED_BASIS_LIST list = {0};
    const struct day today = day("2026-12-10");

    (void)state;
    add(&list, at_desk('1'));
    assert_null(basis_lifting(&list, PURPOSE_TOELEIDING, &team, "OVERLAST", today));
    list.items[0].basis->kind = BASIS_DOORBREKING_BEROEPSGEHEIM;
    assert_non_null(basis_lifting(&list, PURPOSE_TOELEIDING, &team, "OVERLAST", today));
    assert_null(basis_lifting(&list, PURPOSE_WAAKVLAM, &team, "OVERLAST", today));
    assert_null(basis_lifting(&list, PURPOSE_TOELEIDING, &ggz, "OVERLAST", today));
    assert_null(basis_lifting(&list, PURPOSE_TOELEIDING, &team, "FINANCIEN", today));
    assert_null(basis_lifting(&list, PURPOSE_TOELEIDING, &team, "OVERLAST", day("2027-12-02")));
    happens(&list.items[0], BASIS_EVENT_INGETROKKEN, "2026-12-06");
    assert_null(basis_lifting(&list, PURPOSE_TOELEIDING, &team, "OVERLAST", today));
}

/* --- in the store --- */

static void put(struct kept_basis *kept)
{
    struct change *change = change_of(small.store);

    assert_int_equal(basis_put(change, kept), OUTCOME_OK);
    change_done(change);
}

/* Its data key goes behind it, at once; the reader's moment has the record still. */
static void a_choice_erased_under_a_reader_is_no_damage(void **state)
{
    OWNED_KEPT_BASIS kept = at_desk('7');
    OWNED_BASIS_LIST list = {0};
    struct change *change;
    struct view view;

    (void)state;
    snprintf(kept.basis->dossier, sizeof kept.basis->dossier, "D-0000000000000077");
    put(&kept);
    view_begin(small.store, &view);
    assert_true(store_has(&view, TABLE_BASIS, bytes_of_text(kept.basis->id)));
    change = change_of(small.store);
    basis_delete(change, kept.basis->dossier, kept.basis->id);
    change_done(change);
    assert_int_equal(basis_list_of_dossier(&view, kept.basis->dossier, &list), OUTCOME_OK);
    view_end(&view);
    assert_int_equal(list.count, 0);
}

static enum outcome read_list(const char *dossier, size_t *out_count)
{
    OWNED_BASIS_LIST list = {0};
    struct view view;
    enum outcome outcome;

    view_begin(small.store, &view);
    outcome = basis_list_of_dossier(&view, dossier, &list);
    view_end(&view);
    *out_count = list.count;
    return outcome;
}

static void records_are_found_through_their_dossier(void **state)
{
    size_t count;
    enum outcome outcome;
    struct change *change;

    (void)state;
    for (char digit = '1'; digit <= '3'; digit++) {
        OWNED_KEPT_BASIS kept = at_desk(digit);
        OWNED_KEPT_BASIS other = at_desk((char)(digit + 3));
        snprintf(kept.replaces, sizeof kept.replaces, ID "0");
        other.basis->dossier[17] = '3'; /* the next one's */
        put(&kept);
        put(&other);
    }
    assert_int_equal(read_list(DOSSIER, &count), OUTCOME_OK);
    assert_int_equal(count, 3);
    assert_int_equal(read_list("D-0000000000000041", &count), OUTCOME_OK);
    assert_int_equal(count, 0);
    assert_int_equal(read_list("D-1", &count), OUTCOME_OK);
    WITH_SCARCE_MEMORY(outcome, read_list(DOSSIER, &count), (void)0);
    change = change_of(small.store);
    basis_delete(change, DOSSIER, ID "2");
    change_done(change);
    assert_int_equal(read_list(DOSSIER, &count), OUTCOME_OK);
    assert_int_equal(count, 2);
}

static enum outcome read_lists(const char *number, struct basis_list *whole,
                               struct basis_list *short_one)
{
    uint8_t key[KEY_BYTES] = {7};
    struct gateway gateway = {.store = small.store, .local_id_key = key};
    struct identity identity;
    struct view view;
    enum outcome outcome = identity_pch("1234AB", number, "", "", &identity);

    assert_int_equal(outcome, OUTCOME_OK);
    view_begin(small.store, &view);
    outcome = basis_list_of_identity(&gateway, &view, &identity, whole);
    if (outcome == OUTCOME_OK)
        outcome = basis_list_for_row(&gateway, &view, &identity, short_one);
    view_end(&view);
    return outcome;
}

static void move_to(const char *number, const char *dossier)
{
    uint8_t key[KEY_BYTES] = {7}, hash[STORE_HASH_BYTES];
    struct identity identity;
    struct change *change = change_of(small.store);

    assert_int_equal(identity_pch("1234AB", number, "", "", &identity), OUTCOME_OK);
    assert_int_equal(dossier_hash_identity(small.store, key, &identity, hash), OUTCOME_OK);
    dossier_link(change, hash, dossier);
    change_done(change);
}

/* The k-th of those at that address, of any kind and state. */
static void put_any(struct dice *dice, const char *dossier, unsigned k)
{
    OWNED_KEPT_BASIS kept = dice_coin(dice) ? with_row('0') : at_desk('0');

    snprintf(kept.basis->id, sizeof kept.basis->id, "01a23b2d-72e0-4c3e-9b1d-%.4s%08x",
             dossier + 14, k);
    snprintf(kept.basis->dossier, sizeof kept.basis->dossier, "%s", dossier);
    if (dice_number(dice, 4) == 0)
        kept.basis->purposes = bit_of(PURPOSE_WAAKVLAM);
    if (dice_number(dice, 4) == 0)
        kept.basis->recipients[0] = ggz;
    if (dice_number(dice, 5) == 0)
        kept.basis->until = day("2026-12-08");
    if (dice_number(dice, 3) == 0)
        happens(&kept, BASIS_EVENT_INGETROKKEN, dice_coin(dice) ? "2026-12-04" : "2026-12-06");
    put(&kept);
}

static const char *known_id(const struct kept_basis *known)
{
    return known ? known->basis->id : "";
}

/* What is left out of the shorter list changes no answer about a row, and how many rows came before
 * does not make it longer. */
static void what_came_with_earlier_rows_is_not_listed_for_a_row(void **state)
{
    struct dice dice = dice_throw_from(20261123);
    size_t left_out = 0;

    (void)state;
    for (unsigned round = 0; round < 60; round++) {
        OWNED_BASIS_LIST whole = {0};
        OWNED_BASIS_LIST short_one = {0};
        char dossier[DOSSIER_BYTES], number[8];
        snprintf(dossier, sizeof dossier, "D-%016u", 5000 + round);
        snprintf(number, sizeof number, "%u", round + 1);
        move_to(number, dossier);
        for (unsigned k = (unsigned)dice_number(&dice, 6); k > 0; k--)
            put_any(&dice, dossier, k);
        assert_int_equal(read_lists(number, &whole, &short_one), OUTCOME_OK);
        left_out += whole.count - short_one.count;
        for (unsigned which = 0; which < 8; which++) {
            struct basis_wish w = wish(which & 1);
            const struct kept_basis *known, *same;
            enum refusal refusal;
            w.purpose = which & 2 ? PURPOSE_WAAKVLAM : PURPOSE_TOELEIDING;
            w.recipient = which & 4 ? ggz : team;
            refusal = basis_for_row(&whole, &w, &known);
            assert_int_equal(basis_for_row(&short_one, &w, &same), refusal);
            assert_string_equal(known_id(same), known_id(known));
        }
    }
    assert_true(left_out > 20);
}

static void what_was_put_is_what_is_got(void **state)
{
    OWNED_KEPT_BASIS kept = at_desk('7');
    OWNED_KEPT_BASIS back = {0};
    struct view view;

    (void)state;
    snprintf(kept.replaces, sizeof kept.replaces, ID "1");
    put(&kept);
    view_begin(small.store, &view);
    assert_int_equal(basis_get(&view, ID "7", &back), OUTCOME_OK);
    assert_int_equal(basis_get(&view, ID "8", &back), OUTCOME_NOT_FOUND);
    view_end(&view);
    assert_string_equal(back.actor, "1042");
    assert_string_equal(back.certificate, kept.certificate);
    assert_string_equal(back.replaces, ID "1");
    assert_string_equal(back.basis->notice, "toestemming-1");
}

static void what_does_not_read_is_damage(void **state)
{
    OWNED_KEPT_BASIS kept = {0};
    struct change *change = change_of(small.store);
    struct view view;

    (void)state;
    store_put_sealed(change, TABLE_BASIS, bytes_of_text(ID "a"), bytes_of_text("{}\n{}"));
    store_put_sealed(change, TABLE_BASIS, bytes_of_text(ID "b"), bytes_of_text("{}"));
    change_done(change);
    view_begin(small.store, &view);
    assert_int_equal(basis_get(&view, ID "a", &kept), OUTCOME_STORE_DAMAGED);
    assert_int_equal(basis_get(&view, ID "b", &kept), OUTCOME_STORE_DAMAGED);
    view_end(&view);
}

static int make(void **state)
{
    (void)state;
    small_store_make(&small);
    return 0;
}

static int end(void **state)
{
    (void)state;
    small_store_end(&small);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_rests_on_a_choice_at_the_desk),
        cmocka_unit_test(a_row_never_widens_it),
        cmocka_unit_test(a_withdrawal_outlives_older_words),
        cmocka_unit_test(a_second_person_is_waited_for),
        cmocka_unit_test(a_wider_choice_needs_a_fresh_word),
        cmocka_unit_test(narrower_is_always_fine),
        cmocka_unit_test(without_memory_nothing_is_called_wider),
        cmocka_unit_test(a_choice_erased_under_a_reader_is_no_damage),
        cmocka_unit_test(a8_relapse_goes_under_a_live_agreement_alone),
        cmocka_unit_test(a35_a_second_confirmer_of_an_agreement_is_waited_for),
        cmocka_unit_test(an_agreement_stands_beside_other_choices),
        cmocka_unit_test(secrecy_is_lifted_for_just_this),
        cmocka_unit_test(records_are_found_through_their_dossier),
        cmocka_unit_test(what_came_with_earlier_rows_is_not_listed_for_a_row),
        cmocka_unit_test(what_was_put_is_what_is_got),
        cmocka_unit_test(what_does_not_read_is_damage),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, make, end);
}
