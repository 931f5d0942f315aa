/* SPDX-License-Identifier: EUPL-1.2 */
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <stdlib.h>
#include <string.h>

#include "covenant/basis_scope.h"
#include "covenant/slip.h"
#include "crypto/ready.h"
#include "tests/support/covenants.h"
#include "tests/support/scarce_memory.h"

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

static struct basis whole(void)
{
    struct basis basis = {
        .id = "01a23b2d-72e0-4c3e-9b1d-1f2e3d4c5b6a",
        .dossier = "D-0000000000000042",
        .kind = BASIS_GRONDSLAG,
        .ground = BASIS_GROUND_WET,
        .citation = "Wet voorbeeld, artikel 12",
        .purposes = bit_of(PURPOSE_TOELEIDING) | bit_of(PURPOSE_WAAKVLAM),
        .recipients = {oin_of(SAMPLE_WIJKTEAM), oin_of(SAMPLE_GGZ)},
        .recipient_count = 2,
        .collected_by = ROLE_MELDER,
        .method = BASIS_CHANNEL_TELEFOON,
        .notice = "toestemming-7",
        .from = day_of_text("2026-12-02"),
        .until = day_of_text("2027-11-03"),
        .retention_days = 364,
        .withdrawal_channel = BASIS_CHANNEL_BALIE,
        .state = PROOF_GIVEN,
        .sequence = 1,
        .events = {{.kind = BASIS_EVENT_GEGEVEN, .at_ms = 1796202000000},
                   {.kind = BASIS_EVENT_BEWIJS_AFGEGEVEN,
                    .at_ms = 1796202000000,
                    .recipient = oin_of(SAMPLE_GGZ)}},
        .event_count = 2,
    };

    assert_true(proof_groups_add(&basis.groups, "OVERLAST"));
    assert_true(proof_groups_add(&basis.groups, "FINANCIEN"));
    return basis;
}

static struct slip slip_of(const struct basis *basis, const struct contact *address)
{
    return (struct slip){.basis = basis,
                         .covenant = covenant,
                         .organisation = "Corporatie <Voorbeeld> & co",
                         .address = address,
                         .replaces = "11a23b2d-72e0-4c3e-9b1d-1f2e3d4c5b6a",
                         .language = LANGUAGE_NL};
}

/* One line, so that a value that was broken over two is found again. */
static char *in_one_line(struct buffer *page)
{
    char *text = bytes_to_text(buffer_bytes(page)), *out = text;

    assert_non_null(text);
    for (char *c = text; *c; c++)
        if (!(*c == '\n' || *c == ' ') || (out > text && out[-1] != ' '))
            *out++ = *c == '\n' ? ' ' : *c;
    *out = '\0';
    return text;
}

/* Domain A27: every field of the record is on the paper. */
static const char *const values[] = {
    "01a23b2d-72e0-4c3e-9b1d-1f2e3d4c5b6a",         /* id */
    "grondslag om te delen",                        /* soort */
    "wet: Wet voorbeeld, artikel 12",               /* basis, citaat */
    "Hulp vinden, Terugval",                        /* doelen */
    "overlast, geld en huur",                       /* signaalgroepen */
    "melder",                                       /* vastgelegdDoor */
    "per telefoon",                                 /* werkwijze */
    "toestemming-7",                                /* formulierVersie */
    "02-12-2026",                                   /* geldigVan */
    "03-11-2027",                                   /* geldigTot */
    "364 dagen",                                    /* bewaarDagen */
    "Zeg het aan de balie en noem dit nummer.",     /* intrekkanaal */
    "Eén keer zeggen is genoeg.",                   /* one step */
    "u vindt het goed (1)",                         /* stand, volgnr */
    "gegeven;",                                     /* gebeurtenissen */
    "11a23b2d-72e0-4c3e-9b1d-1f2e3d4c5b6a",         /* vervangt */
    "1234AB 3A-2",                                  /* adres */
};

static void a27_the_slip_has_every_field_of_the_record(void **state)
{
    const struct contact address = {
        .postcode = "1234AB", .number = "3", .letter = "A", .addition = "2"};
    const struct basis basis = whole();
    const struct slip slip = slip_of(&basis, &address);
    OWNED_BUFFER text = {0}, html = {0};
    char *line;

    (void)state;
    assert_int_equal(slip_print_text(&slip, &text), OUTCOME_OK);
    assert_int_equal(slip_print_html(&slip, &html), OUTCOME_OK);
    line = in_one_line(&text);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        assert_non_null(strstr(line, values[i]));
        assert_non_null(memmem(html.data, html.length, values[i], strlen(values[i])));
    }
    for (size_t i = 0; i < basis.recipient_count; i++)
        assert_non_null(strstr(line, covenant_party(covenant, &basis.recipients[i])->name));
    assert_null(strstr(line, basis.dossier)); /* never leaves */
    assert_null(memmem(html.data, html.length, "<Voorbeeld>", 11));
    assert_null(memmem(html.data, html.length, "<script", 7));
    free(line);
}

/* The form has a line for each as well: the same labels, in the same order. */
static void a27_the_form_has_every_line_of_the_slip(void **state)
{
    const struct contact address = {.postcode = "1234AB", .number = "3"};
    const struct basis basis = whole();
    const struct slip slip = slip_of(&basis, &address);
    OWNED_BUFFER text = {0}, form = {0};
    char *rest, *label, *all, *copy;

    (void)state;
    assert_int_equal(slip_print_text(&slip, &text), OUTCOME_OK);
    assert_int_equal(form_print_text(covenant, covenant_article(covenant, 1), LANGUAGE_NL, &form),
                     OUTCOME_OK);
    all = bytes_to_text(buffer_bytes(&form));
    copy = rest = bytes_to_text(buffer_bytes(&text));
    assert_non_null(all);
    assert_non_null(rest);
    for (int line = 0; (label = strsep(&rest, "\n")); line++)
        if (line > 3 && label[0] && label[0] != ' ')
            assert_non_null(strstr(all, label));
    free(copy);
    free(all);
}

static void the_form_has_what_the_article_allows(void **state)
{
    OWNED_BUFFER form = {0}, html = {0};
    char *text;

    (void)state;
    assert_int_equal(form_print_text(covenant, covenant_article(covenant, 1), LANGUAGE_EN, &form),
                     OUTCOME_OK);
    text = in_one_line(&form);
    assert_non_null(strstr(text, "[ ] nuisance"));
    assert_non_null(strstr(text, "[ ] Finding help"));
    assert_null(strstr(text, "[ ] the renovation"));
    assert_non_null(strstr(text, "You need not agree to anything."));
    free(text);
    assert_int_equal(form_print_html(covenant, covenant_article(covenant, 4), LANGUAGE_NL, &html),
                     OUTCOME_OK);
    assert_non_null(memmem(html.data, html.length, "antwoorden voor onderzoek", 25));
    assert_int_equal(form_print_text(covenant, covenant_article(covenant, 5), LANGUAGE_NL, &form),
                     OUTCOME_NOT_ALLOWED);
}

static void a_withdrawn_choice_says_so(void **state)
{
    struct basis basis = whole();
    struct slip slip = slip_of(&basis, NULL);
    OWNED_BUFFER text = {0};
    char *line;

    (void)state;
    assert_int_equal(basis_add_event(&basis, BASIS_EVENT_INGETROKKEN, NULL, 1796202000000),
                     OUTCOME_OK);
    slip.replaces = "";
    slip.waits = true;
    assert_int_equal(slip_print_text(&slip, &text), OUTCOME_OK);
    line = in_one_line(&text);
    assert_non_null(strstr(line, "ingetrokken: er gaat niets meer heen (2)"));
    assert_non_null(strstr(line, "tweede medewerker"));
    assert_null(strstr(line, "Dit vervangt"));
    assert_null(strstr(line, "Het gaat over het adres"));
    free(line);
}

static void a_stranger_is_no_recipient(void **state)
{
    struct basis basis = whole();
    const struct slip slip = slip_of(&basis, NULL);
    OWNED_BUFFER text = {0};

    (void)state;
    basis.recipients[1] = oin_of("00000099000000990000");
    assert_int_equal(slip_print_text(&slip, &text), OUTCOME_MALFORMED);
}

static enum outcome print(const struct slip *slip, bool html)
{
    OWNED_BUFFER out = {0};

    return html ? slip_print_html(slip, &out) : slip_print_text(slip, &out);
}

static void memory_runs_out_at_every_step(void **state)
{
    const struct basis basis = whole();
    const struct slip slip = slip_of(&basis, NULL);
    enum outcome outcome;

    (void)state;
    for (int which = 0; which < 2; which++)
        WITH_SCARCE_MEMORY(outcome, print(&slip, which == 1), (void)0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a27_the_slip_has_every_field_of_the_record),
        cmocka_unit_test(a27_the_form_has_every_line_of_the_slip),
        cmocka_unit_test(the_form_has_what_the_article_allows),
        cmocka_unit_test(a_withdrawn_choice_says_so),
        cmocka_unit_test(a_stranger_is_no_recipient),
        cmocka_unit_test(memory_runs_out_at_every_step),
    };

    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    return cmocka_run_group_tests(tests, load, unload);
}
