/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <string.h>

#include "covenant/basis.h"
#include "covenant/basis_words.h"
#include "crypto/ready.h"
#include "tests/support/dice.h"
#include "tests/support/scarce_memory.h"

#define HEX   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define TOKEN "wp1.pch.g.2026H2.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
static const struct oin wijkteam = {"00000099000000020000"}, ggz = {"00000099000000030000"};
static const uint8_t id_key[KEY_BYTES] = {7};

static struct day day(const char *text)
{
    struct day day = {0};

    assert_true(day_parse(text, &day));
    return day;
}

static int64_t instant(const char *text)
{
    int64_t ms = 0;

    assert_true(instant_parse(text, &ms));
    return ms;
}

static const struct proof_groups overlast = {.count = 1, .words = {"OVERLAST"}};

static struct basis_push push(void)
{
    return (struct basis_push){
        .id = "01a23b2d-72e0-4c3e-9b1d-1f2e3d4c5b6a",
        .dossier = "D-000042",
        .purpose = PURPOSE_TOELEIDING,
        .recipient = wijkteam,
        .groups = &overlast,
        .collected_by = ROLE_MELDER,
        .notice = "folder-2026-1",
        .given = day("2026-12-02"),
        .covenant_until = day("2028-01-31"),
        .retention_days = 365,
        .now_ms = instant("2026-12-03T09:12:44Z"),
    };
}

static struct basis *fresh(void)
{
    struct basis_push from = push();
    struct basis *basis = NULL;

    assert_int_equal(basis_from_push(&from, &basis), OUTCOME_OK);
    return basis;
}

static void a_pushed_consent_lasts_twelve_months(void **state)
{
    OWNED_BASIS basis = fresh();

    (void)state;
    assert_int_equal(basis->kind, BASIS_GRONDSLAG);
    assert_int_equal(basis->ground, BASIS_GROUND_TOESTEMMING);
    assert_int_equal(day_compare(basis->from, day("2026-12-02")), 0);
    assert_int_equal(day_compare(basis->until, day("2027-12-01")), 0);
    assert_true(basis_is_live(basis, day("2026-12-02")));
    assert_true(basis_is_live(basis, day("2027-12-01")));
    assert_false(basis_is_live(basis, day("2026-12-01")));
    assert_false(basis_is_live(basis, day("2027-12-02")));
}

static void a_pushed_consent_ends_with_the_covenant(void **state)
{
    struct basis_push from = push();
    OWNED_BASIS basis = NULL;

    (void)state;
    from.covenant_until = day("2027-03-01");
    assert_int_equal(basis_from_push(&from, &basis), OUTCOME_OK);
    assert_int_equal(day_compare(basis->until, day("2027-03-01")), 0);
}

static void a_consent_of_tomorrow_is_refused(void **state)
{
    struct basis_push from = push();
    struct basis *basis = NULL;

    (void)state;
    from.given = day("2026-12-03"); /* today */
    assert_int_equal(basis_from_push(&from, &basis), OUTCOME_OK);
    basis_free(basis);
    basis = NULL;
    from.given = day("2026-12-04");
    assert_int_equal(basis_from_push(&from, &basis), OUTCOME_NOT_ALLOWED);
    from = push();
    from.covenant_until = day("2026-12-01");
    assert_int_equal(basis_from_push(&from, &basis), OUTCOME_NOT_ALLOWED);
    assert_null(basis);
}

static void a_push_out_of_bounds_is_refused(void **state)
{
    struct basis_push from = push();
    struct basis *basis = NULL;
    struct proof_groups none = {0};

    (void)state;
    from.id = "01a23b2d-72e0-7c3e-9b1d-1f2e3d4c5b6a";
    assert_int_equal(basis_from_push(&from, &basis), OUTCOME_MALFORMED);
    from = push();
    from.dossier = "Jan Jansen";
    assert_int_equal(basis_from_push(&from, &basis), OUTCOME_MALFORMED);
    from.dossier = "123456789012345678901234567890123";
    assert_int_equal(basis_from_push(&from, &basis), OUTCOME_MALFORMED);
    from.dossier = NULL;
    assert_int_equal(basis_from_push(&from, &basis), OUTCOME_MALFORMED);
    from = push();
    from.groups = &none;
    assert_int_equal(basis_from_push(&from, &basis), OUTCOME_MALFORMED);
    from = push();
    from.purpose = PURPOSE_NONE;
    assert_int_equal(basis_from_push(&from, &basis), OUTCOME_MALFORMED);
    from = push();
    from.retention_days = BASIS_RETENTION_DAYS_MAX + 1;
    assert_int_equal(basis_from_push(&from, &basis), OUTCOME_MALFORMED);
    from = push();
    from.recipient.text[0] = '\0';
    assert_int_equal(basis_from_push(&from, &basis), OUTCOME_MALFORMED);
    assert_null(basis);
}

static void it_covers_only_what_it_names(void **state)
{
    OWNED_BASIS basis = fresh();
    struct day today = day("2026-12-03");

    (void)state;
    assert_true(basis_covers(basis, PURPOSE_TOELEIDING, &wijkteam, "OVERLAST", today));
    assert_false(basis_covers(basis, PURPOSE_WAAKVLAM, &wijkteam, "OVERLAST", today));
    assert_false(basis_covers(basis, PURPOSE_TOELEIDING, &ggz, "OVERLAST", today));
    assert_false(basis_covers(basis, PURPOSE_TOELEIDING, &wijkteam, "FINANCIEN", today));
    assert_false(basis_covers(basis, PURPOSE_TOELEIDING, &wijkteam, "OVERLAST", day("2029-01-01")));
}

static void a_withdrawal_ends_it_for_good(void **state)
{
    OWNED_BASIS basis = fresh();
    int64_t now = instant("2026-12-15T10:00:00Z");

    (void)state;
    assert_int_equal(basis_add_event(basis, BASIS_EVENT_BEWIJS_AFGEGEVEN, &wijkteam, now),
                     OUTCOME_OK);
    assert_int_equal(basis_add_event(basis, BASIS_EVENT_INGETROKKEN, NULL, now), OUTCOME_OK);
    assert_int_equal(basis->state, PROOF_WITHDRAWN);
    assert_int_equal(basis->sequence, 2);
    assert_false(basis_is_live(basis, day("2026-12-16")));
    assert_int_equal(basis_add_event(basis, BASIS_EVENT_BEVESTIGD, NULL, now),
                     OUTCOME_STEP_NOT_ALLOWED);
    assert_int_equal(basis->event_count, 3);
}

static void an_event_that_makes_no_sense_is_refused(void **state)
{
    OWNED_BASIS basis = fresh();

    (void)state;
    assert_int_equal(basis_add_event(basis, BASIS_EVENT_GEGEVEN, NULL, 0),
                     OUTCOME_STEP_NOT_ALLOWED);
    assert_int_equal(basis_add_event(basis, BASIS_EVENT_BEWIJS_AFGEGEVEN, NULL, 0),
                     OUTCOME_MALFORMED);
    assert_int_equal(basis_add_event(basis, BASIS_EVENT_BEVESTIGD, &ggz, 0), OUTCOME_MALFORMED);
    assert_int_equal(basis_add_event(basis, BASIS_EVENT_COUNT, NULL, 0), OUTCOME_MALFORMED);
    assert_int_equal(basis->event_count, 1);
}

static void there_is_always_room_for_the_withdrawal(void **state)
{
    OWNED_BASIS basis = fresh();
    OWNED_BUFFER text = {0};
    int64_t now = instant("2026-12-15T10:00:00Z");

    (void)state;
    while (basis->event_count < BASIS_EVENTS_MAX - 1)
        assert_int_equal(basis_add_event(basis, BASIS_EVENT_BEWIJS_AFGEGEVEN, &wijkteam, now),
                         OUTCOME_OK);
    assert_int_equal(basis_add_event(basis, BASIS_EVENT_BEVESTIGD, NULL, now), OUTCOME_TOO_MANY);
    assert_int_equal(basis_add_event(basis, BASIS_EVENT_INGETROKKEN, NULL, now), OUTCOME_OK);
    assert_int_equal(basis_print(basis, &text), OUTCOME_OK);
    assert_true(text.length <= BASIS_MAX_BYTES);
}

static void what_is_stored_is_read_back(void **state)
{
    OWNED_BASIS basis = fresh();
    OWNED_BASIS read = NULL;
    OWNED_BUFFER text = {0}, again = {0};
    int64_t now = instant("2026-12-15T10:00:00Z");

    (void)state;
    assert_int_equal(basis_add_event(basis, BASIS_EVENT_BEWIJS_AFGEGEVEN, &wijkteam, now),
                     OUTCOME_OK);
    assert_int_equal(basis_print(basis, &text), OUTCOME_OK);
    assert_int_equal(basis_parse(buffer_bytes(&text), &read, NULL), OUTCOME_OK);
    assert_string_equal(read->dossier, "D-000042");
    assert_string_equal(read->notice, "folder-2026-1");
    assert_int_equal(read->retention_days, 365);
    assert_int_equal(read->event_count, 2);
    assert_true(oin_equal(&read->events[1].recipient, &wijkteam));
    assert_int_equal(basis_print(read, &again), OUTCOME_OK);
    assert_true(bytes_equal(buffer_bytes(&text), buffer_bytes(&again)));
}

/* Whatever byte of the document changes, it is not taken for the same record. */
static void a_tampered_document_is_refused(void **state)
{
    OWNED_BASIS basis = fresh();
    OWNED_BUFFER text = {0};
    size_t accepted = 0, events;

    (void)state;
    assert_int_equal(basis_add_event(basis, BASIS_EVENT_BEVESTIGD, NULL, 0), OUTCOME_OK);
    assert_int_equal(basis_print(basis, &text), OUTCOME_OK);
    events = (size_t)(strstr(buffer_text(&text), "\"gebeurtenissen\"") - buffer_text(&text));
    for (size_t i = events; i < text.length; i++) {
        OWNED_BASIS read = NULL;
        text.data[i] ^= 1;
        accepted += basis_parse(buffer_bytes(&text), &read, NULL) == OUTCOME_OK;
        text.data[i] ^= 1;
    }
    assert_int_equal(accepted, 0);
}

static enum outcome parse_altered(struct bytes text, const char *old, const char *new,
                                  struct fault *fault)
{
    const uint8_t *at = memmem(text.data, text.length, old, strlen(old));
    OWNED_BUFFER altered = {0};
    OWNED_BASIS read = NULL;

    assert_non_null(at);
    buffer_add(&altered, text.data, (size_t)(at - text.data));
    buffer_add_text(&altered, new);
    buffer_add(&altered, at + strlen(old), text.length - (size_t)(at - text.data) - strlen(old));
    return basis_parse(buffer_bytes(&altered), &read, fault);
}

static void each_bound_is_kept(void **state)
{
    static const struct {
        const char *old, *new, *where;
    } rows[] = {
        {"GRONDSLAG", "GROND", "soort"},
        {"\"TOESTEMMING\"", "\"GEWOON\"", "basis"},
        {"\"TOESTEMMING\"", "\"WET\"", "citaat"}, /* a law is cited */
        {"\"basis\"", "\"citaat\":\"x\",\"basis\"", "citaat"},
        {"\"TOELEIDING\"", "\"ALLES\"", "doelen[0]"},
        {"\"00000099000000020000\"", "", "ontvangers"},
        {"\"00000099000000020000\"", "\"7\"", "ontvangers[0]"},
        {"\"00000099000000020000\"", "\"00000099000000020000\",\"00000099000000020000\"",
         "ontvangers"},
        {"MELDER", "BAAS", "vastgelegdDoor"},
        {"BRONSYSTEEM", "POSTDUIF", "werkwijze"},
        {"folder-2026-1", "", "formulierVersie"},
        {"2027-12-01", "2027-12-02", "geldigTot"}, /* more than 12 months */
        {"2027-12-01", "2026-12-01", "geldigTot"},
        {"\"bewaarDagen\":365", "\"bewaarDagen\":3661", "bewaarDagen"},
        {"BALIE", "NOOIT", "intrekkanaal"},
        {"\"stand\":\"GEGEVEN\"", "\"stand\":\"INGETROKKEN\"", "gebeurtenissen"},
        {"\"stand\":\"GEGEVEN\"", "\"stand\":\"x\"", "stand"},
        {"\"volgnr\":1", "\"volgnr\":0", "volgnr"},
        {"\"wat\":\"GEGEVEN\"", "\"wat\":\"BEVESTIGD\"", "gebeurtenissen"},
        {"\"id\":", "\"naam\":\"x\",\"id\":", "keten"},
        {"D-000042", "D-000043", NULL}, /* another record, and that is fine */
        {"{\"id\"", "{ \"id\"", "keten"},
    };
    OWNED_BASIS basis = fresh();
    OWNED_BUFFER text = {0};
    size_t ran = 0;

    (void)state;
    assert_int_equal(basis_print(basis, &text), OUTCOME_OK);
    for (; ran < sizeof rows / sizeof rows[0]; ran++) {
        struct fault fault = {0};
        enum outcome outcome =
            parse_altered(buffer_bytes(&text), rows[ran].old, rows[ran].new, &fault);
        assert_int_equal(outcome, rows[ran].where ? OUTCOME_MALFORMED : OUTCOME_OK);
        assert_string_equal(fault.where, rows[ran].where ? rows[ran].where : "");
    }
    assert_int_equal(ran, 22);
}

static void a_law_is_cited(void **state)
{
    OWNED_BASIS basis = fresh();
    OWNED_BASIS read = NULL;
    OWNED_BUFFER text = {0};

    (void)state;
    basis->ground = BASIS_GROUND_WET;
    assert_int_equal(basis_print(basis, &text), OUTCOME_MALFORMED);
    strcpy(basis->citation, "Besluit \"schuldhulp\" art. 2");
    assert_int_equal(basis_print(basis, &text), OUTCOME_OK);
    assert_int_equal(basis_parse(buffer_bytes(&text), &read, NULL), OUTCOME_OK);
    assert_string_equal(read->citation, basis->citation);
}

static void a_document_over_the_limit_is_refused(void **state)
{
    static uint8_t text[BASIS_MAX_BYTES + 1];
    struct basis *basis = NULL;

    (void)state;
    assert_int_equal(basis_parse(bytes_of(text, sizeof text), &basis, NULL), OUTCOME_TOO_LARGE);
    assert_int_equal(basis_parse(bytes_of(NULL, 0), &basis, NULL), OUTCOME_MALFORMED);
    assert_null(basis);
}

static void each_recipient_gets_its_own_extract(void **state)
{
    OWNED_BASIS basis = fresh();
    struct proof first, second;

    (void)state;
    basis->recipients[basis->recipient_count++] = ggz;
    assert_int_equal(basis_proof(basis, id_key, HEX, &wijkteam, TOKEN, &first), OUTCOME_OK);
    assert_int_equal(basis_proof(basis, id_key, HEX, &ggz, TOKEN, &second), OUTCOME_OK);
    assert_string_not_equal(first.id, second.id);
    assert_true(oin_equal(&first.to, &wijkteam));
    assert_int_equal(first.sequence, 1);
    assert_true(proof_is_live(&first, day("2026-12-03")));
    assert_true(proof_groups_have(&first.groups, "OVERLAST"));
}

static void a_stranger_gets_no_extract(void **state)
{
    OWNED_BASIS basis = fresh();
    struct proof proof = {.sequence = 77};

    (void)state;
    assert_int_equal(basis_proof(basis, id_key, HEX, &ggz, TOKEN, &proof), OUTCOME_NOT_ALLOWED);
    assert_int_equal(basis_proof(basis, id_key, HEX "0", &wijkteam, TOKEN, &proof),
                     OUTCOME_MALFORMED);
    assert_int_equal(proof.sequence, 77);
}

static void the_words_are_read_back_and_named(void **state)
{
    (void)state;
    for (unsigned i = 0; i < BASIS_KIND_COUNT; i++) {
        enum basis_kind kind;
        assert_true(basis_kind_parse(basis_kind_word((enum basis_kind)i), &kind));
        assert_int_equal(kind, i);
        assert_string_not_equal(basis_kind_name(kind, LANGUAGE_NL), "");
    }
    for (unsigned i = 0; i < BASIS_GROUND_COUNT; i++) {
        enum basis_ground ground;
        assert_true(basis_ground_parse(basis_ground_word((enum basis_ground)i), &ground));
        assert_int_equal(ground, i);
        assert_string_not_equal(basis_ground_name(ground, LANGUAGE_EN), "");
    }
    for (unsigned i = 0; i < BASIS_CHANNEL_COUNT; i++) {
        enum basis_channel channel;
        assert_true(basis_channel_parse(basis_channel_word((enum basis_channel)i), &channel));
        assert_int_equal(channel, i);
        assert_string_not_equal(basis_channel_name(channel, LANGUAGE_NL), "");
    }
    for (unsigned i = 0; i < BASIS_EVENT_COUNT; i++) {
        enum basis_event_kind kind;
        assert_true(basis_event_parse(basis_event_word((enum basis_event_kind)i), &kind));
        assert_int_equal(kind, i);
        assert_string_not_equal(basis_event_name(kind, LANGUAGE_EN), "");
    }
    assert_false(basis_kind_parse(NULL, &(enum basis_kind){0}));
    assert_string_equal(basis_kind_word(BASIS_KIND_COUNT), "");
    assert_string_equal(basis_event_name(BASIS_EVENT_COUNT, LANGUAGE_NL), "");
}

static enum outcome there_and_back(void)
{
    struct basis_push from = push();
    OWNED_BASIS basis = NULL;
    OWNED_BASIS read = NULL;
    OWNED_BUFFER text = {0};

    TRY(basis_from_push(&from, &basis));
    TRY(basis_print(basis, &text));
    return basis_parse(buffer_bytes(&text), &read, NULL);
}

static void scarce_memory_is_told(void **state)
{
    enum outcome outcome;

    (void)state;
    assert_int_equal(there_and_back(), OUTCOME_OK); /* this thread's digest context */
    WITH_SCARCE_MEMORY(outcome, there_and_back(), (void)0);
}

/* The one that is there already must say all that the new one would. */
static void a_choice_is_the_same_only_when_all_it_says_is(void **state)
{
    OWNED_BASIS one = fresh();

    (void)state;
    for (int change = 0; change <= 11; change++) {
        OWNED_BASIS other = fresh();
        snprintf(other->id, sizeof other->id, "%s", "22222222-2222-4222-8222-222222222222");
        other->collected_by = ROLE_SYSTEEM; /* who took it down is another matter */
        switch (change) {
        case 1:
            other->kind = BASIS_MAATJE;
            break;
        case 2:
            other->ground = BASIS_GROUND_COUNT;
            break;
        case 3:
            other->purposes ^= 1u << 3;
            break;
        case 4:
            other->method = BASIS_CHANNEL_COUNT;
            break;
        case 5:
            other->withdrawal_channel = BASIS_CHANNEL_COUNT;
            break;
        case 6:
            other->retention_days++;
            break;
        case 7:
            other->recipients[0].text[0] ^= 1;
            break;
        case 8:
            other->from.number--;
            break;
        case 9:
            other->until.number--;
            break;
        case 10:
            other->citation[0] ^= 1;
            break;
        case 11:
            other->notice[0] ^= 1;
            break;
        default:
            break;
        }
        assert_int_equal(basis_says_the_same(one, other), change == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_choice_is_the_same_only_when_all_it_says_is),
        cmocka_unit_test(a_pushed_consent_lasts_twelve_months),
        cmocka_unit_test(a_pushed_consent_ends_with_the_covenant),
        cmocka_unit_test(a_consent_of_tomorrow_is_refused),
        cmocka_unit_test(a_push_out_of_bounds_is_refused),
        cmocka_unit_test(it_covers_only_what_it_names),
        cmocka_unit_test(a_withdrawal_ends_it_for_good),
        cmocka_unit_test(an_event_that_makes_no_sense_is_refused),
        cmocka_unit_test(there_is_always_room_for_the_withdrawal),
        cmocka_unit_test(what_is_stored_is_read_back),
        cmocka_unit_test(a_tampered_document_is_refused),
        cmocka_unit_test(each_bound_is_kept),
        cmocka_unit_test(a_law_is_cited),
        cmocka_unit_test(a_document_over_the_limit_is_refused),
        cmocka_unit_test(each_recipient_gets_its_own_extract),
        cmocka_unit_test(a_stranger_gets_no_extract),
        cmocka_unit_test(the_words_are_read_back_and_named),
        cmocka_unit_test(scarce_memory_is_told),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
