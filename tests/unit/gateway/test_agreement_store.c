/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdio.h>
#include <string.h>

#include "crypto/ready.h"
#include "gateway/agreement_paper.h"
#include "gateway/agreement_store.h"
#include "gateway/buddy_store.h"
#include "gateway/counted.h"
#include "gateway/housing_store.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_store.h"

#define ID "01a23b2d-72e0-4c3e-9b1d-1f2e3d4c5b6"

static struct small_store small;

static struct day day(const char *text)
{
    struct day day = {0};

    assert_true(day_parse(text, &day));
    return day;
}

static struct basis agreement(const char *id, const char *until)
{
    struct basis basis = {.purposes = bit_of(PURPOSE_WAAKVLAM), .recipient_count = 1};

    snprintf(basis.id, sizeof basis.id, "%s", id);
    basis.until = day(until);
    return basis;
}

static void agreements_come_as_they_end(void **state)
{
    const struct basis late = agreement(ID "1", "2027-12-01"), soon = agreement(ID "2", "2027-01-31");
    struct basis other = agreement(ID "3", "2027-01-01");
    struct agreement_place place = {0}, same;
    char text[AGREEMENT_PLACE_TEXT_BYTES];
    struct change *change = change_of(small.store);
    struct view view;

    (void)state;
    other.purposes = bit_of(PURPOSE_TOELEIDING); /* no agreement */
    agreement_put(change, &late);
    agreement_put(change, &soon);
    agreement_put(change, &other);
    change_done(change);
    view_begin(small.store, &view);
    assert_int_equal(agreement_next(&view, &place), OUTCOME_OK);
    assert_string_equal(place.id, soon.id);
    agreement_place_print(&place, text);
    assert_string_equal(text, "2027-01-31." ID "2");
    assert_true(agreement_place_parse(text, &same));
    assert_int_equal(agreement_next(&view, &same), OUTCOME_OK);
    assert_string_equal(same.id, late.id);
    assert_int_equal(agreement_next(&view, &same), OUTCOME_NOT_FOUND);
    view_end(&view);
    change = change_of(small.store);
    agreement_forget(change, &place);
    change_done(change);
    assert_int_equal(rows_in(small.store, TABLE_AGREEMENT), 1);
}

static void a_cursor_of_another_form_is_none(void **state)
{
    static const char *const texts[] = {"", "2027-01-31", "2027-01-31." ID, "2027-13-31." ID "2",
                                        "2027-01-31/" ID "2", "2027-01-31." ID "g"};
    struct agreement_place place;

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_false(agreement_place_parse(texts[i], &place));
}

/* Begun with all the memory it wants: what is tried is what is done in it. */
static struct change *change_spared(void)
{
    struct change *change;

    memory_spares_me(true);
    change = change_of(small.store);
    memory_spares_me(false);
    return change;
}

static struct buddy_match match(void)
{
    struct buddy_match match = {.since = day("2026-12-02")};

    snprintf(match.id, sizeof match.id, "%s", ID "a");
    snprintf(match.choices[BUDDY_ASKS], UUID_TEXT_BYTES, "%s", ID "b");
    snprintf(match.choices[BUDDY_BEARS], UUID_TEXT_BYTES, "%s", ID "c");
    return match;
}

static enum outcome put_and_get(void)
{
    const struct buddy_match made = match();
    struct buddy_match found;
    struct change *change = change_spared();
    enum outcome outcome = buddy_put(change, &made);

    if (outcome == OUTCOME_OK)
        outcome = buddy_of_choice(&change->view, made.choices[BUDDY_BEARS], &found);
    if (outcome == OUTCOME_OK) {
        assert_string_equal(found.id, made.id);
        assert_string_equal(found.choices[BUDDY_ASKS], made.choices[BUDDY_ASKS]);
        assert_int_equal(found.since.number, made.since.number);
        assert_int_equal(found.stopped.number, 0);
    }
    change_dropped(change);
    return outcome;
}

static void a_match_is_found_from_either_side(void **state)
{
    enum outcome outcome;
    struct buddy_match found;
    struct view view;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, put_and_get(), (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
    view_begin(small.store, &view);
    assert_int_equal(buddy_get(&view, ID "a", &found), OUTCOME_NOT_FOUND);
    assert_int_equal(buddy_get(&view, "a", &found), OUTCOME_NOT_FOUND);
    assert_int_equal(buddy_of_choice(&view, ID "b", &found), OUTCOME_NOT_FOUND);
    view_end(&view);
}

static void what_is_kept_of_a_match_names_nobody(void **state)
{
    const struct buddy_match made = match();
    struct change *change = change_of(small.store);
    OWNED_BUFFER stored = {0};
    struct view view;

    (void)state;
    assert_int_equal(buddy_put(change, &made), OUTCOME_OK);
    change_done(change);
    view_begin(small.store, &view);
    stored = stored_bytes(&view, TABLE_BUDDY, bytes_of_text(made.id));
    view_end(&view);
    assert_null(memmem(stored.data, stored.length, ID, strlen(ID)));
}

static enum outcome put_parts(uint32_t fields)
{
    struct kept_housing housing = {.dossier = "D-0000000000000042",
                                   .from = {"00000099000000010000"},
                                   .fields = fields,
                                   .agreement = {.until = day("2027-06-01")}};
    struct change *change = change_spared();
    struct kept_housing found;
    char id[UUID_TEXT_BYTES] = "";
    enum outcome outcome;

    snprintf(housing.id, sizeof housing.id, "%s", ID "d");
    housing.agreement.values[HOUSING_HELP] = 2;
    outcome = housing_put(change, &housing);
    if (outcome == OUTCOME_OK)
        outcome = housing_next(&change->view, id, &found);
    if (outcome == OUTCOME_OK) {
        assert_int_equal(found.fields, fields);
        assert_int_equal(found.agreement.values[HOUSING_HELP],
                         has_bit(fields, FIELD_HELP) ? 2 : 0);
        assert_string_equal(found.dossier, housing.dossier);
    }
    change_dropped(change);
    return outcome;
}

static void a5_only_the_own_parts_are_kept(void **state)
{
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, put_parts(bit_of(FIELD_END_DAY) | bit_of(FIELD_HELP)), (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
    assert_int_equal(put_parts(bit_of(FIELD_END_DAY) | bit_of(FIELD_REPAYMENT) |
                               bit_of(FIELD_RENT_TERM)),
                     OUTCOME_OK);
}

static void a4_only_a_number_goes_further(void **state)
{
    struct change *change = change_of(small.store);
    OWNED_BUFFER number = {0};

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(counted_add(change, day("2026-12-02"), "MEED.BUDDY", "BU99990104"),
                         OUTCOME_OK);
    change_done(change);
    assert_int_equal(value_in(small.store, TABLE_COUNT,
                              bytes_of_text("2026-12/MEED.BUDDY/BU99990104"), &number),
                     OUTCOME_OK);
    assert_int_equal(number.length, 8);
    assert_int_equal(read_u64(number.data), 3);
    change = change_of(small.store);
    store_put(change, TABLE_COUNT, bytes_of_text("2026-12/X/Y"), bytes_of_text("kort"));
    assert_int_equal(counted_add(change, day("2026-12-02"), "X", "Y"), OUTCOME_STORE_DAMAGED);
    change_dropped(change);
}

static void an_address_is_read_back_from_its_identity(void **state)
{
    struct identity identity;
    struct contact address;

    (void)state;
    assert_int_equal(identity_pch("1234AB", "5", "A", "2", &identity), OUTCOME_OK);
    assert_true(address_of_identity(&identity, &address));
    assert_string_equal(address.postcode, "1234AB");
    assert_string_equal(address.number, "5");
    assert_string_equal(address.letter, "A");
    assert_string_equal(address.addition, "2");
    for (size_t length = 0; length < identity.length; length++) {
        struct identity cut = identity;
        cut.length = length;
        assert_false(address_of_identity(&cut, &address));
    }
    assert_int_equal(identity_adr("9999200000000001", &identity), OUTCOME_OK);
    assert_false(address_of_identity(&identity, &address));
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
        cmocka_unit_test(agreements_come_as_they_end),
        cmocka_unit_test(a_cursor_of_another_form_is_none),
        cmocka_unit_test(a_match_is_found_from_either_side),
        cmocka_unit_test(what_is_kept_of_a_match_names_nobody),
        cmocka_unit_test(a5_only_the_own_parts_are_kept),
        cmocka_unit_test(a4_only_a_number_goes_further),
        cmocka_unit_test(an_address_is_read_back_from_its_identity),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, make, end);
}
