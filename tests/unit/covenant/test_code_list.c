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

#include "covenant/built_in.h"
#include "tests/support/scarce_memory.h"

#define SIGNALS_HEAD "code;naam;groep;gevoeligheid;toegestane_wijze;vera;toelichting\n"
#define FEEDBACK_HEAD                                                                              \
    "code;naam;eind;niveau;verplicht;vera_zaakstatus;fhir_task_status;ddas_eindresultaat\n"
#define GOOD_SIGNAL                                                                                \
    "OVL.GELUID;Geluid;OVERLAST;GEWOON;AGGREGAAT,TOESTEMMING;LIJST.GEL|LIJST.ANDER;\n"
#define GOOD_FEEDBACK "INBH;In behandeling;nee;1;-;INB;in-progress;-\n"

static struct code_lists *lists;

static int load(void **state)
{
    (void)state;
    return code_lists_load(&lists) == OUTCOME_OK ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    code_lists_free_at(&lists);
    return 0;
}

static void the_built_in_lists_are_whole(void **state)
{
    size_t blocked = 0;

    (void)state;
    assert_int_equal(lists->signals_count, 26);
    assert_int_equal(lists->feedback_count, 16);
    assert_int_equal(lists->groups_count, 7);
    for (size_t i = 0; i < lists->signals_count; i++) {
        assert_int_equal(lists->signals[i].blocked, lists->signals[i].lanes == 0);
        blocked += lists->signals[i].blocked;
        assert_ptr_equal(signal_code_find(lists, lists->signals[i].code), &lists->signals[i]);
        assert_int_equal(signal_code_index(lists, &lists->signals[i]), i);
    }
    assert_int_equal(blocked, 5);
}

static void the_lists_are_those_in_config(void **state)
{
    static char text[CODE_LIST_MAX_BYTES];
    FILE *file = fopen("config/codelijst-signalen.csv", "rb");
    size_t rows = 0;

    (void)state;
    assert_non_null(file);
    while (fgets(text, sizeof text, file)) {
        char *end = strchr(text, ';');
        assert_non_null(end);
        *end = '\0';
        if (rows++ > 0)
            assert_string_equal(lists->signals[rows - 2].code, text);
    }
    fclose(file);
    assert_int_equal(rows, lists->signals_count + 1);
}

static void a_code_knows_its_lanes_group_and_sensitivity(void **state)
{
    const struct signal_code *code = signal_code_find(lists, "FIN.HUURACHTERSTAND");

    (void)state;
    assert_int_equal(code->lanes, bit_of(LANE_LAW) | bit_of(LANE_AGGREGATE));
    assert_string_equal(signal_group_word(lists, code->group), "FINANCIEN");
    assert_string_equal(code->note, "vier voorwaarden art. 2 Besluit");
    code = signal_code_find(lists, "ZORG.EENZAAM");
    assert_int_equal(code->sensitivity, SENSITIVITY_HEALTH);
    assert_true(code->sensitivity_doubtful);
    code = signal_code_find(lists, "X.DRUGS");
    assert_true(code->blocked);
    assert_int_equal(code->vera_count, 4);
    assert_int_equal(code->sensitivity, SENSITIVITY_CRIMINAL);
    assert_null(signal_code_find(lists, "ovl.geluid"));
    assert_null(signal_code_find(lists, ""));
    assert_null(signal_code_find(lists, NULL));
}

static void a_vera_key_may_mean_several_codes(void **state)
{
    const struct signal_code *codes[2] = {NULL, NULL};

    (void)state;
    assert_int_equal(signal_codes_of_vera(lists, "SIGNALERINGSOORT.ONB", codes, 2), 2);
    assert_string_equal(codes[0]->code, "ZORG.EENZAAM");
    assert_string_equal(codes[1]->code, "ZORG.ZELFREDZAAM");
    assert_int_equal(signal_codes_of_vera(lists, "SIGNALERINGSOORT.ONB", codes, 1), 2);
    assert_int_equal(signal_codes_of_vera(lists, "ZAAKTYPEDETAILSOORT.PSY", codes, 2), 1);
    assert_true(codes[0]->blocked);
    /* Three letters mean different things in different lists. */
    assert_int_equal(signal_codes_of_vera(lists, "ZAAKTYPEDETAILSOORT.VER", codes, 2), 1);
    assert_string_equal(codes[0]->code, "X.VERSLAVING");
    assert_int_equal(signal_codes_of_vera(lists, "SIGNALERINGDETAILSOORT.VER", codes, 2), 1);
    assert_string_equal(codes[0]->code, "OVL.VERVUILING");
    assert_int_equal(signal_codes_of_vera(lists, "VER", codes, 2), 0);
    assert_int_equal(signal_codes_of_vera(lists, NULL, NULL, 0), 0);
}

static void an_answer_knows_its_level_and_what_it_must_carry(void **state)
{
    const struct feedback_code *code = feedback_code_find(lists, "GEHV");

    (void)state;
    assert_true(code->final);
    assert_int_equal(code->level, 1);
    assert_int_equal(code->extra, EXTRA_NEXT_STEP);
    assert_int_equal(feedback_code_find(lists, "DOOR")->extra, EXTRA_NEW_HOLDER);
    assert_int_equal(feedback_code_find(lists, "HERH")->extra, EXTRA_REFERS_TO);
    code = feedback_code_find(lists, "AFGH");
    assert_true(code->final);
    assert_int_equal(code->level, 0);
    assert_string_equal(code->ddas, "");
    assert_string_equal(code->fhir, "completed");
    assert_null(feedback_code_find(lists, "XXXX"));
    assert_null(feedback_code_find(lists, NULL));
}

static void groups_have_a_place(void **state)
{
    unsigned group = 99;

    (void)state;
    assert_false(signal_group_find(lists, "TUIN", &group));
    assert_false(signal_group_find(lists, NULL, &group));
    assert_int_equal(group, 99);
    assert_true(signal_group_find(lists, "FINANCIEN", &group));
    assert_string_equal(signal_group_word(lists, group), "FINANCIEN");
    assert_string_equal(signal_group_word(lists, SIGNAL_GROUPS_MAX), "");
}

static void each_wrong_row_is_named(void **state)
{
    static const struct {
        const char *signals, *feedback, *where;
    } cases[] = {
        {"", FEEDBACK_HEAD, "signalen rij 1 kolom naam"},
        {"code;naam\n", FEEDBACK_HEAD, "signalen rij 1 kolom groep"},
        {"naam;code;groep;gevoeligheid;toegestane_wijze;vera;toelichting\n", FEEDBACK_HEAD,
         "signalen rij 1 kolom code"},
        {SIGNALS_HEAD "OVL.A;x\n", FEEDBACK_HEAD, "signalen rij 2 kolom groep"},
        {SIGNALS_HEAD GOOD_SIGNAL "OVL.A;x;OVERLAST;GEWOON;WET;-;;\n", FEEDBACK_HEAD,
         "signalen rij 3 kolom te veel"},
        {SIGNALS_HEAD GOOD_SIGNAL GOOD_SIGNAL, FEEDBACK_HEAD, "signalen rij 3 kolom code"},
        {SIGNALS_HEAD "ovl.a;x;OVERLAST;GEWOON;WET;-;\n", FEEDBACK_HEAD,
         "signalen rij 2 kolom code"},
        {SIGNALS_HEAD "OVL.A;;OVERLAST;GEWOON;WET;-;\n", FEEDBACK_HEAD,
         "signalen rij 2 kolom naam"},
        {SIGNALS_HEAD "OVL.A;\"x\";OVERLAST;GEWOON;WET;-;\n", FEEDBACK_HEAD,
         "signalen rij 2 kolom naam"},
        {SIGNALS_HEAD "OVL.A;x;;GEWOON;WET;-;\n", FEEDBACK_HEAD, "signalen rij 2 kolom groep"},
        {SIGNALS_HEAD "OVL.A;x;OVERLAST;GEWOONTJES;WET;-;\n", FEEDBACK_HEAD,
         "signalen rij 2 kolom gevoeligheid"},
        {SIGNALS_HEAD "OVL.A;x;OVERLAST;GEWOON;WETTIG;-;\n", FEEDBACK_HEAD,
         "signalen rij 2 kolom toegestane_wijze"},
        {SIGNALS_HEAD "OVL.A;x;OVERLAST;GEWOON;WET,WET;-;\n", FEEDBACK_HEAD,
         "signalen rij 2 kolom toegestane_wijze"},
        {SIGNALS_HEAD "OVL.A;x;OVERLAST;GEWOON;;-;\n", FEEDBACK_HEAD,
         "signalen rij 2 kolom toegestane_wijze"},
        {SIGNALS_HEAD "OVL.A;x;OVERLAST;GEWOON;WET;GEL;\n", FEEDBACK_HEAD,
         "signalen rij 2 kolom vera"},
        {SIGNALS_HEAD "OVL.A;x;OVERLAST;GEWOON;WET;A.A|A.B|A.C|A.D|A.E;\n", FEEDBACK_HEAD,
         "signalen rij 2 kolom vera"},
        {SIGNALS_HEAD, NULL, "terugkoppeling rij 1 kolom naam"},
        {SIGNALS_HEAD, FEEDBACK_HEAD GOOD_FEEDBACK GOOD_FEEDBACK,
         "terugkoppeling rij 3 kolom code"},
        {SIGNALS_HEAD, FEEDBACK_HEAD "INBHX;x;nee;1;-;-;-;-\n", "terugkoppeling rij 2 kolom code"},
        {SIGNALS_HEAD, FEEDBACK_HEAD "INBH;x;soms;1;-;-;-;-\n", "terugkoppeling rij 2 kolom eind"},
        {SIGNALS_HEAD, FEEDBACK_HEAD "INBH;x;nee;3;-;-;-;-\n", "terugkoppeling rij 2 kolom niveau"},
        {SIGNALS_HEAD, FEEDBACK_HEAD "INBH;x;nee;1;iets;-;-;-\n",
         "terugkoppeling rij 2 kolom verplicht"},
        {SIGNALS_HEAD, FEEDBACK_HEAD "INBH;x;nee;1;-;;-;-\n",
         "terugkoppeling rij 2 kolom vera_zaakstatus"},
        {SIGNALS_HEAD, FEEDBACK_HEAD "INBH;x;nee;1;-;-;;-\n",
         "terugkoppeling rij 2 kolom fhir_task_status"},
        {SIGNALS_HEAD, FEEDBACK_HEAD "INBH;x;nee;1;-;-;-;\n",
         "terugkoppeling rij 2 kolom ddas_eindresultaat"},
        {SIGNALS_HEAD, FEEDBACK_HEAD "INBH;;nee;1;-;-;-;-\n", "terugkoppeling rij 2 kolom naam"},
    };
    static struct code_lists parsed;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fault fault = {0};
        assert_int_equal(code_lists_parse(bytes_of_text(cases[i].signals),
                                          bytes_of_text(cases[i].feedback), &parsed, &fault),
                         OUTCOME_MALFORMED);
        assert_string_equal(fault.where, cases[i].where);
        assert_int_equal(parsed.signals_count, 0);
    }
}

static void small_lists_are_read_with_either_line_end(void **state)
{
    static struct code_lists parsed;
    struct fault fault = {0};

    (void)state;
    assert_int_equal(code_lists_parse(bytes_of_text(SIGNALS_HEAD GOOD_SIGNAL),
                                      bytes_of_text(FEEDBACK_HEAD GOOD_FEEDBACK), &parsed, &fault),
                     OUTCOME_OK);
    assert_int_equal(parsed.signals_count, 1);
    assert_int_equal(
        code_lists_parse(
            bytes_of_text("code;naam;groep;gevoeligheid;toegestane_wijze;vera;toelichting\r\n"
                          "OVL.A;x;OVERLAST;GEWOON;WET;-;\r\n"),
            bytes_of_text(FEEDBACK_HEAD), &parsed, &fault),
        OUTCOME_OK);
    assert_string_equal(parsed.signals[0].note, "");
}

static void a_list_too_long_is_refused(void **state)
{
    static struct code_lists parsed;
    static uint8_t large[CODE_LIST_MAX_BYTES + 1];
    OWNED_BUFFER signals = {0}, feedback = {0};
    struct fault fault = {0};

    (void)state;
    buffer_add_text(&signals, SIGNALS_HEAD);
    for (int i = 0; i <= SIGNAL_CODES_MAX; i++)
        buffer_format(&signals, "A.%c%c;x;OVERLAST;GEWOON;WET;-;\n", 'A' + i / 26, 'A' + i % 26);
    assert_int_equal(
        code_lists_parse(buffer_bytes(&signals), bytes_of_text(FEEDBACK_HEAD), &parsed, &fault),
        OUTCOME_TOO_LARGE);
    buffer_add_text(&feedback, FEEDBACK_HEAD);
    for (int i = 0; i <= FEEDBACK_CODES_MAX; i++)
        buffer_format(&feedback, "A%c%c;x;nee;1;-;-;-;-\n", 'A' + i / 26, 'A' + i % 26);
    assert_int_equal(
        code_lists_parse(bytes_of_text(SIGNALS_HEAD), buffer_bytes(&feedback), &parsed, &fault),
        OUTCOME_TOO_LARGE);
    assert_int_equal(code_lists_parse(bytes_of(large, sizeof large), bytes_of_text(FEEDBACK_HEAD),
                                      &parsed, &fault),
                     OUTCOME_TOO_LARGE);
}

static void loading_survives_scarce_memory(void **state)
{
    struct code_lists *loaded = NULL;
    enum outcome outcome;

    (void)state;
    WITH_SCARCE_MEMORY(outcome, code_lists_load(&loaded), code_lists_free_at(&loaded));
    code_lists_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_built_in_lists_are_whole),
        cmocka_unit_test(the_lists_are_those_in_config),
        cmocka_unit_test(a_code_knows_its_lanes_group_and_sensitivity),
        cmocka_unit_test(a_vera_key_may_mean_several_codes),
        cmocka_unit_test(an_answer_knows_its_level_and_what_it_must_carry),
        cmocka_unit_test(groups_have_a_place),
        cmocka_unit_test(each_wrong_row_is_named),
        cmocka_unit_test(small_lists_are_read_with_either_line_end),
        cmocka_unit_test(a_list_too_long_is_refused),
        cmocka_unit_test(loading_survives_scarce_memory),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
