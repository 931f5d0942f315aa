/* SPDX-License-Identifier: EUPL-1.2 */
/* What becomes of a row at the corporation of the small town, before the store is asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "covenant/receipt.h"
#include "crypto/json.h"
#include "crypto/ready.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_rows.h"
#include "tests/support/small_signal.h"

static struct small_town town;
static struct small_gateway small;

/* --- asking --- */

struct expected {
    enum intake_result result;
    const char *code; /* of a refusal; NULL */
    const char *choices;
    int article;         /* 0: none */
    enum small_place to; /* of what is sent */
};

static void assert_decided(const struct import_row *row, struct expected expected)
{
    struct small_intake s;
    const struct intake_row *decided = &s.rows[0];

    small_intake_decide(&s, &small, row, 1);
    assert_string_equal(intake_result_word(decided->decided), intake_result_word(expected.result));
    if (expected.code)
        assert_string_equal(decided->has_fault ? import_fault_code(decided->fault)
                                               : refusal_code(decided->refusal),
                            expected.code);
    if (expected.choices)
        assert_string_equal(decided->choices, expected.choices);
    assert_int_equal(decided->article ? decided->article->number : 0, expected.article);
    if (expected.result == INTAKE_SENT_CONSENT || expected.result == INTAKE_SENT_LAW) {
        assert_non_null(decided->to);
        assert_true(oin_equal(&decided->to->oin, &town.parties[expected.to].oin));
        assert_true(decided->item.length > 0);
    } else {
        assert_int_equal(decided->item.length, 0);
    }
    small_intake_end(&s);
}

static void assert_refused(const struct import_row *row, const char *code, const char *choices,
                           int article)
{
    assert_decided(row, (struct expected){INTAKE_REFUSED, code, choices, article, CORPORATION});
}

/* With another covenant than the town's, or none that holds. */
static void made_anew(void)
{
    small_gateway_end(&small);
    small_gateway_make(&small, &town, CORPORATION);
}

/* --- the three lanes --- */

static void without_consent_a_row_is_counted(void **state)
{
    static const char *const codes[] = {"OVL.GELUID", "OVL.ONVEILIG", "ZORG.EENZAAM",
                                        "FIN.GELDZORGEN"};

    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        struct import_row row = small_row(&town, "Z-1", codes[i]);
        assert_decided(&row, (struct expected){.result = INTAKE_COUNTED, .article = 3});
        row.consent = IMPORT_ANSWER_ABSENT;
        assert_decided(&row, (struct expected){.result = INTAKE_COUNTED, .article = 3});
        row.consent = IMPORT_ANSWER_UNKNOWN;
        assert_decided(&row, (struct expected){.result = INTAKE_COUNTED, .article = 3});
        memset(&row.contact, 0, sizeof row.contact); /* counting needs no address */
        assert_decided(&row, (struct expected){.result = INTAKE_COUNTED, .article = 3});
    }
}

static void with_consent_a_row_goes_to_the_partner_of_its_article(void **state)
{
    struct import_row row = small_row_consented(&town, "Z-1", "OVL.GELUID", -1);

    (void)state;
    assert_decided(&row, (struct expected){INTAKE_SENT_CONSENT, NULL, "", 1, TEAM});
    row = small_row_consented(&town, "Z-1", "FIN.GELDZORGEN", 0);
    assert_decided(&row, (struct expected){INTAKE_SENT_CONSENT, NULL, "", 1, TEAM});
}

static void what_the_law_prescribes_needs_no_consent(void **state)
{
    struct import_row row = small_row_arrears(&town, "Z-1");

    (void)state;
    assert_decided(&row, (struct expected){INTAKE_SENT_LAW, NULL, "", 5, MUNICIPALITY});
}

static void consent_that_no_article_takes_is_told_and_not_counted(void **state)
{
    const struct import_row row = small_row_consented(&town, "Z-1", "OVL.STANK", -1);

    (void)state;
    assert_refused(&row, "GEEN_BEPALING", NULL, 0);
}

static void a_code_that_may_not_be_counted_says_that_consent_is_needed(void **state)
{
    const struct import_row row = small_row(&town, "Z-1", "OVL.HERHAALD");

    (void)state;
    assert_refused(&row, "GEEN_BEPALING", NULL, 0); /* and no article names it either */
}

/* --- which recipient --- */

static void two_possible_recipients_are_named_and_not_guessed(void **state)
{
    struct import_row row = small_row_consented(&town, "Z-1", "ZORG.EENZAAM", -1);

    (void)state;
    assert_refused(&row, "ONTVANGER_NIET_EENDUIDIG", "WIJKTEAM, GGZ", 0);
    snprintf(row.recipient, sizeof row.recipient, "GGZ");
    assert_decided(&row, (struct expected){INTAKE_SENT_CONSENT, NULL, "", 2, GGZ});
    snprintf(row.recipient, sizeof row.recipient, "%s", SAMPLE_GGZ);
    assert_decided(&row, (struct expected){INTAKE_SENT_CONSENT, NULL, "", 2, GGZ});
    snprintf(row.recipient, sizeof row.recipient, "%s", SAMPLE_WIJKTEAM);
    assert_decided(&row, (struct expected){INTAKE_SENT_CONSENT, NULL, "", 1, TEAM});
}

static void a_recipient_that_may_not_have_it_is_refused(void **state)
{
    struct import_row row = small_row_consented(&town, "Z-1", "OVL.GELUID", -1);

    (void)state;
    snprintf(row.recipient, sizeof row.recipient, "POLITIE");
    assert_refused(&row, "ONTVANGER_VERBODEN", "POLITIE", 0);
    snprintf(row.recipient, sizeof row.recipient, "WELZIJN");
    assert_refused(&row, "GEEN_PARTIJ", NULL, 0);
    snprintf(row.recipient, sizeof row.recipient, "00000099000000990000");
    assert_refused(&row, "GEEN_PARTIJ", NULL, 0);
}

static void two_partners_of_one_kind_are_told_apart_by_their_number(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    struct import_row row = small_row_consented(&town, "Z-1", "OVL.GELUID", -1);
    const char *fingerprint;

    (void)state;
    json_array_append_new(json_object_get(document, "partijen"),
                          small_party_json(&town, OTHER_TEAM, "Buurtteam Oost", "WIJKTEAM"));
    made_anew();
    fingerprint = small_gateway_add(&small, document);
    for (enum small_place place = CORPORATION; place <= OTHER_TEAM; place++)
        small_gateway_hears(&small, place, fingerprint, VERDICT_AGREED);
    small_gateway_get_key(&small, json_string_value(json_object_get(document, "id")));
    assert_refused(&row, "ONTVANGER_NIET_EENDUIDIG", SAMPLE_WIJKTEAM ", 00000099000000060000", 0);
    snprintf(row.recipient, sizeof row.recipient, "WIJKTEAM");
    assert_refused(&row, "ONTVANGER_NIET_EENDUIDIG", SAMPLE_WIJKTEAM ", 00000099000000060000", 0);
    snprintf(row.recipient, sizeof row.recipient, "00000099000000060000");
    assert_decided(&row, (struct expected){INTAKE_SENT_CONSENT, NULL, "", 1, OTHER_TEAM});
}

/* --- codes --- */

static void a_blocked_code_is_refused_before_anything_else(void **state)
{
    struct import_row row = small_row_consented(&town, "Z-1", "X.PSYCHISCH", -1);

    (void)state;
    assert_refused(&row, "CODE_GEBLOKKEERD", "", 0);
    row = small_row(&town, "Z-1", "OVL.GELUID");
    row.blocked = true;
    row.code_count = 2;
    assert_refused(&row, "CODE_GEBLOKKEERD", "", 0);
}

static void several_codes_are_named_and_not_guessed(void **state)
{
    struct import_row row = small_row(&town, "Z-1", "ZORG.EENZAAM");

    (void)state;
    row.code_count = 2;
    snprintf(row.codes[1], sizeof row.codes[1], "ZORG.ZELFREDZAAM");
    assert_refused(&row, "CODE_NIET_EENDUIDIG", "ZORG.EENZAAM, ZORG.ZELFREDZAAM", 0);
}

static void an_unknown_or_missing_code_is_refused(void **state)
{
    struct import_row row = small_row(&town, "Z-1", "OVL.NIETS");

    (void)state;
    assert_refused(&row, "CODE_ONBEKEND", "", 0);
    row.code_count = 0;
    row.codes[0][0] = '\0';
    assert_refused(&row, "CODE_ONBEKEND", "", 0);
}

/* --- what must be there --- */

static void consent_holds_from_its_day_for_a_year(void **state)
{
    static const struct {
        int days;
        const char *code; /* NULL: sent */
    } rows[] = {{-1, NULL},
                {0, NULL},
                {1, "GEEN_TOESTEMMING"},
                {400, "GEEN_TOESTEMMING"},
                {-360, NULL},
                {-370, "TOESTEMMING_VERLOPEN"},
                {-800, "TOESTEMMING_VERLOPEN"}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct import_row row = small_row_consented(&town, "Z-1", "OVL.GELUID", rows[i].days);
        if (rows[i].code)
            assert_refused(&row, rows[i].code, NULL, 1);
        else
            assert_decided(&row, (struct expected){INTAKE_SENT_CONSENT, NULL, "", 1, TEAM});
    }
}

static void a_row_about_one_household_needs_an_address(void **state)
{
    struct import_row row = small_row_consented(&town, "Z-1", "OVL.GELUID", -1);

    (void)state;
    memset(&row.contact, 0, sizeof row.contact);
    assert_refused(&row, "ADRES_ONVOLLEDIG", NULL, 1);
    row = small_row_arrears(&town, "Z-1");
    memset(&row.contact, 0, sizeof row.contact);
    assert_refused(&row, "ADRES_ONVOLLEDIG", NULL, 5);
}

static void each_condition_of_the_law_is_asked_for_by_name(void **state)
{
    static const char *const names[] = {"contactpoging", "gewezenOpHulp",
                                        "schriftelijkeHerinnering", "geenBezwaar",
                                        "schriftelijkeHerinnering"};

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        struct import_row row = small_row_arrears(&town, "Z-1");
        if (i == 0)
            row.contact_attempted.known = false;
        if (i == 1)
            row.pointed_to_help.known = false;
        if (i == 2)
            row.reminded.known = false;
        if (i == 3)
            row.objection = IMPORT_ANSWER_ABSENT;
        if (i == 4) /* what is planned is not done */
            row.reminded.day = day_plus(row.reminded.day, 1);
        assert_refused(&row, "VOORWAARDE_ONTBREEKT", names[i], 5);
    }
}

static void an_early_signal_is_about_who_it_may_be_about(void **state)
{
    static const char *const names[] = {"huidigeHuurder", "geenLopendPlan", "meerderjarig"};
    static const char *const codes[][2] = {{"GEEN_HUURDER", "HUURDER_ONBEKEND"},
                                           {"REGELING_LOOPT", "REGELING_ONBEKEND"},
                                           {"MINDERJARIG", "LEEFTIJD_ONBEKEND"}};

    (void)state;
    for (size_t i = 0; i < 9; i++) {
        struct import_row row = small_row_arrears(&town, "Z-1");
        enum import_answer *const said[] = {&row.current_tenant, &row.plan_running, &row.adult};
        const enum import_answer wrong[] = {*said[i / 3] == IMPORT_ANSWER_YES ? IMPORT_ANSWER_NO
                                                                              : IMPORT_ANSWER_YES,
                                            IMPORT_ANSWER_ABSENT, IMPORT_ANSWER_UNKNOWN};
        *said[i / 3] = wrong[i % 3];
        assert_refused(&row, codes[i / 3][i % 3 != 0], names[i / 3], 5);
    }
}

static void an_objection_comes_first(void **state)
{
    struct import_row row = small_row_arrears(&town, "Z-1");

    (void)state;
    row.objection = IMPORT_ANSWER_YES;
    assert_refused(&row, "BEZWAAR", NULL, 5);
}

static void who_may_not_report_is_refused(void **state)
{
    const struct import_row row = small_row_consented(&town, "Z-1", "OVL.GELUID", -1);
    struct small_intake s;

    (void)state;
    small_intake_decide(&s, &small, &row, 0);
    s.call.call.role = ROLE_AUDITOR;
    s.rows[0].row = row;
    s.intake.count = 1;
    assert_int_equal(intake_decide(&s.intake, &s.rows[0]), OUTCOME_OK);
    assert_string_equal(refusal_code(s.rows[0].refusal), "ROL_ONJUIST");
    small_intake_end(&s);
}

/* --- the covenant is not ready --- */

static void without_the_shared_key_only_tokens_wait(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    struct import_row row = small_row_consented(&town, "Z-1", "OVL.GELUID", -1);
    const char *fingerprint;

    (void)state;
    made_anew();
    fingerprint = small_gateway_add(&small, document);
    for (enum small_place place = CORPORATION; place <= UNIVERSITY; place++)
        small_gateway_hears(&small, place, fingerprint, VERDICT_AGREED);
    assert_refused(&row, "SLEUTEL_ONTBREEKT", NULL, 1);
    row = small_row(&town, "Z-1", "OVL.GELUID");
    assert_decided(&row, (struct expected){.result = INTAKE_COUNTED, .article = 3});
    row = small_row_arrears(&town, "Z-1");
    assert_decided(&row, (struct expected){INTAKE_SENT_LAW, NULL, "", 5, MUNICIPALITY});
}

static void who_has_not_signed_is_named(void **state)
{
    OWNED_JSON document = small_covenant_json(&town);
    struct import_row row = small_row_arrears(&town, "Z-1");
    const char *fingerprint;

    (void)state;
    made_anew();
    fingerprint = small_gateway_add(&small, document);
    small_gateway_hears(&small, CORPORATION, fingerprint, VERDICT_AGREED);
    assert_refused(&row, "CONVENANT_NIET_ONDERTEKEND", SAMPLE_GEMEENTE, 5);
    small_gateway_hears(&small, MUNICIPALITY, fingerprint, VERDICT_AGREED);
    assert_decided(&row, (struct expected){INTAKE_SENT_LAW, NULL, "", 5, MUNICIPALITY});
    small_gateway_hears(&small, MUNICIPALITY, fingerprint, VERDICT_WITHDRAWN);
    assert_refused(&row, "CONVENANT_INGETROKKEN", NULL, 5);
}

/* --- what travels --- */

static void read_item(const struct intake_row *row, struct signal *out_signal, json_t **out_json)
{
    struct fault fault = {0};

    assert_int_equal(json_read(buffer_bytes(&row->item), SIGNAL_MAX_BYTES, out_json), OUTCOME_OK);
    assert_int_equal(signal_parse(*out_json, out_signal, &fault), OUTCOME_OK);
}

static void only_what_the_article_lists_travels(void **state)
{
    struct import_row row = small_row_consented(&town, "ZAAK-777", "ZORG.EENZAAM", -1);
    struct small_intake s;
    OWNED_SIGNAL signal = {0};
    OWNED_JSON json = NULL;

    (void)state;
    row.has_arrears = true;
    row.arrears_cents = 999;
    row.help_wanted_known = IMPORT_ANSWER_YES;
    snprintf(row.recipient, sizeof row.recipient, "GGZ");
    small_intake_decide(&s, &small, &row, 1);
    read_item(&s.rows[0], &signal, &json);
    assert_int_equal(signal.fields, bit_of(FIELD_WEEK) | bit_of(FIELD_TOKEN) |
                                        bit_of(FIELD_CONTACT) | bit_of(FIELD_PROOF));
    assert_int_equal(signal.sent_ms % HOUR_MS, 0);
    assert_null(memmem(s.rows[0].item.data, s.rows[0].item.length, "ZAAK-777", 8));
    assert_null(memmem(s.rows[0].item.data, s.rows[0].item.length, "P-1042", 6));
    assert_null(memmem(s.rows[0].item.data, s.rows[0].item.length, "1234AB", 6));
    small_intake_end(&s);
}

static void the_token_is_that_of_the_shared_key_for_this_recipient(void **state)
{
    const struct known_covenant *known = small_gateway_known(&small);
    const struct small_signal expected = small_signal_make(&town, known, TEAM);
    const struct import_row row = small_row_consented(&town, "Z-1", "OVL.BURENRUZIE", -1);
    struct small_intake s;
    OWNED_SIGNAL signal = {0};
    OWNED_JSON json = NULL;

    (void)state;
    small_intake_decide(&s, &small, &row, 1);
    read_item(&s.rows[0], &signal, &json);
    assert_string_equal(signal.token, expected.signal.token); /* 1234AB 5 too */
    small_intake_end(&s);
}

static void two_rows_about_one_address_share_no_number(void **state)
{
    const struct import_row rows[] = {small_row_consented(&town, "Z-1", "OVL.GELUID", -1),
                                      small_row_consented(&town, "Z-2", "OVL.GELUID", -1)};
    struct small_intake s;

    (void)state;
    small_intake_decide(&s, &small, rows, 2);
    assert_string_not_equal(s.rows[0].id, s.rows[1].id);
    assert_string_not_equal(s.rows[0].basis->id, s.rows[1].basis->id);
    small_intake_end(&s);
}

/* --- both sides agree: what is sent here is taken in there --- */

static void throw_row(struct dice *dice, struct import_row *row)
{
    const struct code_lists *lists = small.gateway.lists;
    char key[16];

    snprintf(key, sizeof key, "Z-%u", (unsigned)dice_number(dice, 100000));
    *row = small_row(&town, key, lists->signals[dice_number(dice, lists->signals_count)].code);
    row->consent = (enum import_answer)dice_number(dice, 4);
    if (row->consent == IMPORT_ANSWER_YES)
        row->consent_given = (struct import_day){
            true, day_plus(row->reported.day, 10 - (int)dice_number(dice, 500))};
    row->contact_attempted.known = dice_number(dice, 8) != 0;
    row->pointed_to_help.known = dice_number(dice, 8) != 0;
    row->reminded.known = dice_number(dice, 8) != 0;
    row->contact_attempted.day = row->pointed_to_help.day = row->reminded.day = row->reported.day;
    row->objection = (enum import_answer)dice_number(dice, 3);
    row->current_tenant = dice_number(dice, 8) ? IMPORT_ANSWER_YES : IMPORT_ANSWER_NO;
    row->plan_running = dice_number(dice, 8) ? IMPORT_ANSWER_NO : IMPORT_ANSWER_ABSENT;
    row->adult = dice_number(dice, 8) ? IMPORT_ANSWER_YES : IMPORT_ANSWER_UNKNOWN;
    row->has_arrears = dice_coin(dice);
    row->arrears_cents = row->has_arrears ? 5000 : 0;
    row->help_wanted_known = (enum import_answer)dice_number(dice, 4);
    if (dice_number(dice, 5) == 0)
        memset(&row->contact, 0, sizeof row->contact);
    if (dice_coin(dice))
        snprintf(row->recipient, sizeof row->recipient, "%s",
                 party_kind_word((enum party_kind)(1 + dice_number(dice, 4))));
    if (dice_number(dice, 3) == 0)
        row->complex[0] = '\0';
}

static void assert_taken_in(struct small_gateway *receivers, const struct intake_row *row)
{
    const struct bytes item = buffer_bytes(&row->item);
    enum small_place to = CORPORATION;
    struct small_message message;
    OWNED_BUFFER body = {0};
    struct small_call call;
    OWNED_RECEIPT receipt = NULL;
    struct fault fault = {0};

    while (!oin_equal(&town.parties[to].oin, &row->to->oin))
        to++;
    message =
        small_message_make(&town, CORPORATION, to, MESSAGE_KIND_SIGNAL,
                           small_gateway_known(&receivers[to])->covenant->fingerprint, &item, 1);
    body = small_message_text(&town, &message);
    assert_int_equal(small_gateway_receive(&receivers[to], CORPORATION, MESSAGE_KIND_SIGNAL,
                                           buffer_bytes(&body), &call),
                     OUTCOME_OK);
    assert_int_equal(receipt_open(buffer_bytes(&call.exchange.reply.body),
                                  town.parties[to].signing.public_key, &receipt, &fault),
                     OUTCOME_OK);
    small_call_end(&call);
    assert_string_equal(receipt->answers[0].code, "");
    assert_int_equal(receipt->answers[0].result, RECEIPT_ACCEPTED);
}

static void what_is_sent_here_is_taken_in_there(void **state)
{
    static struct small_gateway receivers[SMALL_PLACES];
    struct dice dice = dice_throw_from(151);
    unsigned of[INTAKE_RESULT_COUNT] = {0};

    (void)state;
    for (enum small_place place = TEAM; place <= UNIVERSITY; place++) {
        small_gateway_make(&receivers[place], &town, place);
        small_gateway_in_force(&receivers[place]);
    }
    for (int i = 0; i < 4000; i++) {
        struct small_intake s;
        struct import_row row;
        const struct intake_row *decided = &s.rows[0];
        throw_row(&dice, &row);
        small_intake_decide(&s, &small, &row, 1);
        of[decided->decided]++;
        assert_int_equal(decided->decided == INTAKE_REFUSED,
                         decided->refusal != REFUSAL_NONE || decided->has_fault);
        if (decided->decided == INTAKE_SENT_CONSENT)
            assert_int_equal(row.consent, IMPORT_ANSWER_YES);
        if (decided->decided == INTAKE_SENT_LAW)
            assert_int_equal(row.objection, IMPORT_ANSWER_NO);
        if (decided->decided == INTAKE_SENT_CONSENT || decided->decided == INTAKE_SENT_LAW)
            assert_taken_in(receivers, decided);
        else
            assert_int_equal(decided->item.length, 0);
        small_intake_end(&s);
    }
    for (enum small_place place = TEAM; place <= UNIVERSITY; place++)
        small_gateway_end(&receivers[place]);
    assert_true(of[INTAKE_COUNTED] > 50 && of[INTAKE_REFUSED] > 50);
    assert_true(of[INTAKE_SENT_CONSENT] > 20 && of[INTAKE_SENT_LAW] > 5);
}

/* --- ours --- */

static enum outcome decide_again(struct small_intake *s, const struct import_row *row)
{
    intake_row_wipe(&s->rows[0]);
    s->rows[0] = (struct intake_row){.row = *row};
    return intake_decide(&s->intake, &s->rows[0]);
}

static void scarce_memory_is_told(void **state)
{
    const struct import_row rows[] = {small_row_consented(&town, "Z-1", "OVL.GELUID", -1),
                                      small_row_arrears(&town, "Z-1")};
    struct small_intake s;
    enum outcome outcome;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        small_intake_decide(&s, &small, &rows[i], 1);
        WITH_SCARCE_MEMORY(outcome, decide_again(&s, &rows[i]), (void)0);
        assert_int_equal(outcome, OUTCOME_OK);
        small_intake_end(&s);
    }
}

static int make(void **state)
{
    (void)state;
    small_gateway_make(&small, &town, CORPORATION);
    small_gateway_in_force(&small);
    return 0;
}

static int end(void **state)
{
    (void)state;
    small_gateway_end(&small);
    return 0;
}

static int make_town(void **state)
{
    (void)state;
    small_town_make(&town);
    return 0;
}

static int end_town(void **state)
{
    (void)state;
    small_town_end(&town);
    return 0;
}

#define WITH_GATEWAY(fact) cmocka_unit_test_setup_teardown(fact, make, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATEWAY(without_consent_a_row_is_counted),
        WITH_GATEWAY(with_consent_a_row_goes_to_the_partner_of_its_article),
        WITH_GATEWAY(what_the_law_prescribes_needs_no_consent),
        WITH_GATEWAY(consent_that_no_article_takes_is_told_and_not_counted),
        WITH_GATEWAY(a_code_that_may_not_be_counted_says_that_consent_is_needed),
        WITH_GATEWAY(two_possible_recipients_are_named_and_not_guessed),
        WITH_GATEWAY(a_recipient_that_may_not_have_it_is_refused),
        WITH_GATEWAY(two_partners_of_one_kind_are_told_apart_by_their_number),
        WITH_GATEWAY(a_blocked_code_is_refused_before_anything_else),
        WITH_GATEWAY(several_codes_are_named_and_not_guessed),
        WITH_GATEWAY(an_unknown_or_missing_code_is_refused),
        WITH_GATEWAY(consent_holds_from_its_day_for_a_year),
        WITH_GATEWAY(a_row_about_one_household_needs_an_address),
        WITH_GATEWAY(each_condition_of_the_law_is_asked_for_by_name),
        WITH_GATEWAY(an_early_signal_is_about_who_it_may_be_about),
        WITH_GATEWAY(an_objection_comes_first),
        WITH_GATEWAY(who_may_not_report_is_refused),
        WITH_GATEWAY(without_the_shared_key_only_tokens_wait),
        WITH_GATEWAY(who_has_not_signed_is_named),
        WITH_GATEWAY(only_what_the_article_lists_travels),
        WITH_GATEWAY(the_token_is_that_of_the_shared_key_for_this_recipient),
        WITH_GATEWAY(two_rows_about_one_address_share_no_number),
        WITH_GATEWAY(what_is_sent_here_is_taken_in_there),
        WITH_GATEWAY(scarce_memory_is_told),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, make_town, end_town);
}
