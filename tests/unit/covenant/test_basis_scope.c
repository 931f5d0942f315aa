/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <string.h>

#include "covenant/basis_scope.h"
#include "tests/support/covenants.h"

static struct covenant *covenant;

static int load(void **state)
{
    (void)state;
    covenant = sample_covenant();
    return covenant ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    covenant_free(covenant);
    return 0;
}

static struct basis_scope scope_of(const char *self)
{
    const struct oin oin = oin_of(self);

    return (struct basis_scope){.covenant = covenant,
                                .self = covenant_party(covenant, &oin),
                                .today = day_of_text("2026-12-10")};
}

/* What the corporation may record: help in finding, to the team, about nuisance. */
static struct basis good(void)
{
    struct basis basis = {
        .kind = BASIS_GRONDSLAG,
        .ground = BASIS_GROUND_TOESTEMMING,
        .purposes = bit_of(PURPOSE_TOELEIDING),
        .recipients = {oin_of(SAMPLE_WIJKTEAM)},
        .recipient_count = 1,
        .collected_by = ROLE_MELDER,
        .from = day_of_text("2026-12-10"),
        .until = day_of_text("2027-12-09"),
        .state = PROOF_GIVEN,
        .sequence = 1,
        .event_count = 1,
    };

    assert_true(proof_groups_add(&basis.groups, "OVERLAST"));
    return basis;
}

static enum basis_refusal judged(const struct basis *basis)
{
    struct basis_scope scope = scope_of(SAMPLE_CORPORATION);

    return basis_scope_check(&scope, basis);
}

static void what_an_article_names_may_be_recorded(void **state)
{
    struct basis_scope scope = scope_of(SAMPLE_CORPORATION);
    struct basis basis = good();

    (void)state;
    assert_int_equal(judged(&basis), BASIS_REFUSAL_NONE);
    assert_int_equal(basis_scope_retention(&scope, &basis), 365);
    assert_int_equal(day_compare(basis_scope_until(&scope, basis.from), day_of_text("2027-12-09")),
                     0);
    assert_int_equal(
        day_compare(basis_scope_until(&scope, day_of_text("2027-06-01")), covenant->valid_until),
        0);
    assert_false(basis_scope_asks_second(&scope, &basis));
}

static void each_purpose_recipient_and_group_must_be_in_one(void **state)
{
    struct basis basis = good();

    (void)state;
    basis.purposes |= bit_of(PURPOSE_ONDERZOEK);
    assert_int_equal(judged(&basis), BASIS_REFUSAL_NO_ARTICLE);
    basis = good();
    assert_true(proof_groups_add(&basis.groups, "RENOVATIE"));
    assert_int_equal(judged(&basis), BASIS_REFUSAL_NO_ARTICLE);
    basis = good();
    basis.recipients[basis.recipient_count++] = oin_of(SAMPLE_GEMEENTE); /* by law only */
    assert_int_equal(judged(&basis), BASIS_REFUSAL_NO_ARTICLE);
    basis = good();
    basis.recipients[0] = oin_of("00000099000000990000");
    assert_int_equal(judged(&basis), BASIS_REFUSAL_RECIPIENT);
    basis.recipients[0] = oin_of(SAMPLE_CORPORATION);
    assert_int_equal(judged(&basis), BASIS_REFUSAL_RECIPIENT);
}

static void research_has_a_group_of_its_own(void **state)
{
    struct basis basis = good();

    (void)state;
    basis.purposes = bit_of(PURPOSE_ONDERZOEK);
    basis.recipients[0] = oin_of(SAMPLE_UNIVERSITY);
    assert_int_equal(judged(&basis), BASIS_REFUSAL_NO_ARTICLE);
    basis.groups = (struct proof_groups){0};
    assert_true(proof_groups_add(&basis.groups, BASIS_GROUP_RESEARCH));
    assert_int_equal(judged(&basis), BASIS_REFUSAL_NONE);
}

static void the_window_and_the_retention_have_bounds(void **state)
{
    struct basis basis = good();

    (void)state;
    basis.from = day_of_text("2026-12-11");
    assert_int_equal(judged(&basis), BASIS_REFUSAL_FUTURE);
    basis = good();
    basis.until = day_of_text("2027-12-10");
    assert_int_equal(judged(&basis), BASIS_REFUSAL_TOO_LONG);
    basis = good();
    basis.from = day_of_text("2026-11-01");
    basis.until = day_of_text("2026-12-09"); /* over */
    assert_int_equal(judged(&basis), BASIS_REFUSAL_TOO_LONG);
    basis = good();
    basis.retention_days = 366;
    assert_int_equal(judged(&basis), BASIS_REFUSAL_RETENTION);
    basis.retention_days = 365;
    assert_int_equal(judged(&basis), BASIS_REFUSAL_NONE);
}

/* The group of the article between corporation and GGZ. */
static const char *ggz_group(enum purpose *out_purpose)
{
    const struct oin from = oin_of(SAMPLE_CORPORATION), to = oin_of(SAMPLE_GGZ);

    for (size_t i = 0; i < covenant->articles_count; i++) {
        const struct article *article = &covenant->articles[i];
        if (article->lane != LANE_CONSENT ||
            !article_has_sender(article, covenant_party(covenant, &from)) ||
            !article_has_recipient(covenant, article, covenant_party(covenant, &to)))
            continue;
        *out_purpose = article->purpose;
        for (size_t g = 0; g < covenant->lists->groups_count; g++)
            if (article_has_group(covenant, article, covenant->lists->groups[g]))
                return covenant->lists->groups[g];
    }
    fail();
    return NULL;
}

static struct basis lifting(void)
{
    struct basis basis = good();
    enum purpose purpose = PURPOSE_NONE;

    basis.kind = BASIS_DOORBREKING_BEROEPSGEHEIM;
    basis.collected_by = ROLE_GGZ_CONTACTPUNT;
    basis.recipients[0] = oin_of(SAMPLE_CORPORATION);
    basis.groups = (struct proof_groups){0};
    assert_true(proof_groups_add(&basis.groups, ggz_group(&purpose)));
    basis.purposes = bit_of(purpose);
    return basis;
}

static void only_who_is_bound_to_secrecy_lifts_it(void **state)
{
    struct basis_scope ggz = scope_of(SAMPLE_GGZ);
    struct basis basis = lifting();

    (void)state;
    assert_int_equal(basis_scope_check(&ggz, &basis), BASIS_REFUSAL_NONE);
    assert_int_equal(judged(&basis), BASIS_REFUSAL_SECRECY);
    basis.collected_by = ROLE_MELDER;
    assert_int_equal(basis_scope_check(&ggz, &basis), BASIS_REFUSAL_SECRECY);
    basis = lifting(); /* a law or a duty of ours is not the resident's word */
    basis.ground = BASIS_GROUND_VITAAL;
    assert_int_equal(basis_scope_check(&ggz, &basis), BASIS_REFUSAL_LIFTED_BY_OTHER);
    basis = lifting();
    basis.recipients[0] = oin_of(SAMPLE_WIJKTEAM); /* never sends to it */
    assert_int_equal(basis_scope_check(&ggz, &basis), BASIS_REFUSAL_NO_ARTICLE);
}

static void an_agreement_to_help_is_with_ourselves(void **state)
{
    struct basis_scope ggz = scope_of(SAMPLE_GGZ);
    struct basis basis = lifting();

    (void)state;
    basis.kind = BASIS_INSTEMMING_HULP;
    assert_int_equal(basis_scope_check(&ggz, &basis), BASIS_REFUSAL_RECIPIENT);
    basis.recipients[0] = oin_of(SAMPLE_GGZ);
    assert_int_equal(basis_scope_check(&ggz, &basis), BASIS_REFUSAL_NONE);
}

static void wider_is_any_purpose_recipient_group_or_day_more(void **state)
{
    const struct day today = day_of_text("2026-12-10");
    struct basis one = good(), other = good(), basis = good();
    const struct basis *both[] = {&one, &other};

    (void)state;
    assert_true(basis_is_within(&basis, both, 1, today));
    assert_false(basis_is_within(&basis, both, 0, today));
    basis.until = day_plus(basis.until, -30);
    assert_true(basis_is_within(&basis, both, 1, today));
    basis.until = day_plus(one.until, 1);
    assert_false(basis_is_within(&basis, both, 1, today));
    basis = good();
    assert_true(proof_groups_add(&basis.groups, "FINANCIEN"));
    assert_false(basis_is_within(&basis, both, 1, today));
    other.groups = (struct proof_groups){0};
    assert_true(proof_groups_add(&other.groups, "FINANCIEN"));
    assert_true(basis_is_within(&basis, both, 2, today)); /* two choices together */
    other.events[1] = (struct basis_event){.kind = BASIS_EVENT_VERVANGEN};
    other.event_count = 2;
    assert_false(basis_is_within(&basis, both, 2, today)); /* that one no longer counts */
    basis = good();
    basis.purposes |= bit_of(PURPOSE_WAAKVLAM);
    assert_false(basis_is_within(&basis, both, 2, today));
    basis = good();
    basis.recipients[basis.recipient_count++] = oin_of(SAMPLE_GGZ);
    assert_false(basis_is_within(&basis, both, 2, today));
}

static void each_refusal_has_its_words(void **state)
{
    (void)state;
    for (unsigned i = 1; i < BASIS_REFUSAL_COUNT; i++) {
        assert_true(basis_refusal_code(i)[0]);
        for (unsigned language = 0; language < LANGUAGE_COUNT; language++) {
            assert_in_range(strlen(basis_refusal_text(i, language)), 1, 159);
            assert_true(basis_refusal_fix(i, language)[0]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_an_article_names_may_be_recorded),
        cmocka_unit_test(each_purpose_recipient_and_group_must_be_in_one),
        cmocka_unit_test(research_has_a_group_of_its_own),
        cmocka_unit_test(the_window_and_the_retention_have_bounds),
        cmocka_unit_test(only_who_is_bound_to_secrecy_lifts_it),
        cmocka_unit_test(an_agreement_to_help_is_with_ourselves),
        cmocka_unit_test(wider_is_any_purpose_recipient_group_or_day_more),
        cmocka_unit_test(each_refusal_has_its_words),
    };

    json_ready();
    return cmocka_run_group_tests(tests, load, unload);
}
