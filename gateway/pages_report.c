/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Melden: one signal by the one who saw it, standing in a stairwell. He wants to be rid of it in a
 * minute and to know that nothing leaves that may not. So: what goes to whom is shown before it
 * goes, what does not go is said with the smallest thing that helps, and afterwards who answers by
 * which day. What leaves is what was shown: the button sends those values and no others.
 */
#include <stdio.h>
#include <string.h>

#include "gateway/pages_list.h"
#include "gateway/pages_report.h"

/* --- what is typed, and the row it becomes --- */

static const char own_key[] = REPORT_OWN_KEY;

/* clang-format off */
static const struct form_field fields[] = {
    {"signaalcode",              FORM_OWN,  NULL},
    {"melddatum",                FORM_TEXT, NULL},
    WEB_ADDRESS_FIELDS,
    {"akkoord",                  FORM_OWN,  NULL}, /* ja, eerder, nee */
    {"toestemmingDatum",         FORM_TEXT, NULL},
    {"toestemmingWerkwijze",     FORM_TEXT, NULL},
    {"ontvanger",                FORM_TEXT, NULL},
    {"hulpvraagBekend",          FORM_TEXT, NULL},
    {"naam",                     FORM_TEXT, NULL},
    {"telefoon",                 FORM_TEXT, NULL},
    {"taal",                     FORM_TEXT, NULL},
    {"warmeOverdracht",          FORM_TEXT, NULL}, /* ja, or not there */
    {"contactmoment",            FORM_TEXT, NULL},
    {"bedragAchterstand",        FORM_TEXT, NULL},
    {"contactpoging",            FORM_TEXT, NULL},
    {"gewezenOpHulp",            FORM_TEXT, NULL},
    {"schriftelijkeHerinnering", FORM_TEXT, NULL},
    {"bezwaar",                  FORM_TEXT, NULL},
    {"huidigeHuurder",           FORM_TEXT, NULL},
    {"regelingLoopt",            FORM_TEXT, NULL},
    {"meerderjarig",             FORM_TEXT, NULL},
    {"complex",                  FORM_TEXT, NULL},
    {"zaaknummer",               FORM_TEXT, "bronsleutel"},
    {"sleutel",                  FORM_OWN,  NULL}, /* in place of a number of his own */
    {"convenant",                FORM_OWN,  NULL},
    {NULL, FORM_OWN, NULL},
};
/* clang-format on */

static const char *const days[] = {"melddatum",     "toestemmingDatum",         "contactpoging",
                                   "gewezenOpHulp", "schriftelijkeHerinnering", NULL};
const char *const report_of_arrears[] = {"bedragAchterstand",
                                         "contactpoging",
                                         "gewezenOpHulp",
                                         "schriftelijkeHerinnering",
                                         "bezwaar",
                                         "huidigeHuurder",
                                         "regelingLoopt",
                                         "meerderjarig",
                                         NULL};

static bool is(const char *text, const char *word)
{
    return strcmp(text, word) == 0;
}

static enum outcome wrong(struct fault *fault, const char *name)
{
    fault_at(fault, "%s", name);
    return OUTCOME_MALFORMED;
}

static enum outcome put(json_t *object, const char *name, json_t *taken_value)
{
    return json_object_set_new(object, name, taken_value) ? OUTCOME_OUT_OF_MEMORY : OUTCOME_OK;
}

void report_draw_key(char out[static REPORT_KEY_BYTES])
{
    char id[UUID_TEXT_BYTES];

    uuid_print(uuid_v4(), id);
    snprintf(out, REPORT_KEY_BYTES, "%s%s", own_key, id);
}

/* The number that was drawn when the plan was shown makes a second press on the button harmless:
 * the row is known. */
static enum outcome shape_key(const struct form *form, json_t *row)
{
    const char *drawn = form_value(form, "sleutel");
    char key[REPORT_KEY_BYTES];

    if (json_object_get(row, "bronsleutel"))
        return OUTCOME_OK;
    report_draw_key(key);
    return put(row, "bronsleutel",
               json_string(strncmp(drawn, own_key, sizeof own_key - 1) == 0 ? drawn : key));
}

/* "eerder" leaves it out: then what a desk recorded counts, and nothing else. */
static enum outcome shape_consent(const struct form *form, json_t *row, struct fault *fault)
{
    const char *agreed = form_value(form, "akkoord");

    if (!is(agreed, "ja") && !is(agreed, "nee") && !is(agreed, "eerder"))
        return wrong(fault, "akkoord");
    if (is(agreed, "ja") && !json_object_get(row, "toestemmingDatum"))
        return wrong(fault, "toestemmingDatum");
    if (!is(agreed, "ja")) {
        json_object_del(row, "toestemmingDatum");
        json_object_del(row, "toestemmingWerkwijze");
    }
    return is(agreed, "eerder") ? OUTCOME_OK : put(row, "toestemming", json_string(agreed));
}

static enum outcome shape_row(const struct form *form, json_t *row, struct fault *fault)
{
    const char *code = form_value(form, "signaalcode");

    if (!code[0])
        return wrong(fault, "signaalcode");
    if (!json_object_get(row, "melddatum"))
        return wrong(fault, "melddatum");
    for (size_t i = 0; days[i]; i++)
        TRY(web_shape_day(row, days[i], fault));
    TRY(web_shape_address(row, fault));
    TRY(web_shape_cents(row, "bedragAchterstand", fault));
    if (!is(code, "FIN.HUURACHTERSTAND")) /* nothing of another kind comes along unseen */
        for (size_t i = 0; report_of_arrears[i]; i++)
            if (!is(report_of_arrears[i], "bezwaar"))
                json_object_del(row, report_of_arrears[i]);
    TRY(shape_consent(form, row, fault));
    TRY(shape_key(form, row));
    TRY(put(row, "rij", json_integer(1)));
    TRY(put(row, "geblokkeerd", json_false()));
    return put(row, "signaalcodes", json_pack("[s]", code));
}

static enum outcome shape(const struct form *form, json_t *body, bool trial, struct fault *fault)
{
    OWNED_JSON row = json_copy(body);
    const char *covenant = form_value(form, "convenant");

    if (!row)
        return OUTCOME_OUT_OF_MEMORY;
    TRY(shape_row(form, row, fault));
    json_object_clear(body);
    TRY(put(body, "adapter", json_string("pagina")));
    TRY(put(body, "proef", json_boolean(trial)));
    if (covenant[0])
        TRY(put(body, "convenant", json_string(covenant)));
    return put(body, "rijen", json_pack("[O]", row));
}

static enum outcome shape_look(const struct form *form, const char *parameter, json_t *body,
                               struct fault *fault)
{
    (void)parameter;
    return shape(form, body, true, fault);
}

static enum outcome shape_send(const struct form *form, const char *parameter, json_t *body,
                               struct fault *fault)
{
    (void)parameter;
    return shape(form, body, false, fault);
}

static void render(struct web_view *view)
{
    const json_t *row = json_array_get(json_object_get(view->answer, "rijen"), 0);

    if (row && web_flag_at(view->answer, "proef")) {
        report_plan(view, row);
    } else if (row && is(web_text_at(row, "uitkomst"), "GEWEIGERD")) {
        report_refusal(view, row);
        report_form(view, web_say(view, "Bekijk opnieuw", "Look again"));
    } else if (row) {
        report_done(view, row);
    } else {
        web_paragraph(
            view,
            web_say(view, "Vul in wat u zag. U ziet eerst wat er gebeurt. Daarna verstuurt u pas.",
                    "Fill in what you saw. First you see what happens. Only then you send."));
        report_form(view, web_say(view, "Bekijk wat er gebeurt", "See what happens"));
    }
}

static const struct web_part parts[] = {
    {.path = "/v1/convenanten", .query = "aantal=100", .optional = true}, {.path = NULL}};
static const struct web_form forms[] = {
    {.path = REPORT_LOOK, .action = "/v1/invoer", .fields = fields, .shape = shape_look},
    {.path = REPORT_SEND, .action = "/v1/invoer", .fields = fields, .shape = shape_send},
    {.path = NULL},
};

const struct web_page page_report = {
    .path = "/melden",
    .name = {"Melden", "Report"},
    .in_menu = true,
    .parts = parts,
    .forms = forms,
    .render = render,
};
