/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Zoek op adres: the resident stands at the desk with his slip, or without. By the whole address
 * and nothing less; the look is logged, also when nothing is found. Then: the slip once more, stop
 * one thing, or stop all.
 */
#include <stdio.h>
#include <string.h>

#include "gateway/pages_consent.h"
#include "gateway/pages_list.h"

#define FIND   "/toestemming/zoeken/adres"
#define STOP   "/toestemming/zoeken/{}/stoppen"
#define ALL    "/toestemming/zoeken/alles-stoppen"
#define OBJECT "/toestemming/zoeken/bezwaar"
#define SLIP   "/toestemming/afschrift"

static const struct form_field no_fields[] = {{NULL, FORM_OWN, NULL}};
static const struct form_field address_fields[] = {WEB_ADDRESS_FIELDS, {NULL, FORM_OWN, NULL}};
static const struct form_field slip_fields[] = {
    WEB_ADDRESS_FIELDS, {"nummer", FORM_OWN, NULL}, {NULL, FORM_OWN, NULL}};
static const struct form_field all_fields[] = {
    WEB_ADDRESS_FIELDS, {"zeker", FORM_OWN, NULL}, {NULL, FORM_OWN, NULL}};
static const struct form_field purpose_fields[] = {
    WEB_ADDRESS_FIELDS, {"doel", FORM_TEXT, NULL}, {NULL, FORM_OWN, NULL}};

static const char *const address_names[] = {"postcode", "huisnummer", "huisletter", "toevoeging"};

static enum outcome shape_address(const struct form *form, const char *parameter, json_t *body,
                                  struct fault *fault)
{
    (void)parameter;
    if (!form_value(form, "postcode")[0] || !form_value(form, "huisnummer")[0]) {
        fault_at(fault, "%s", form_value(form, "postcode")[0] ? "huisnummer" : "postcode");
        return OUTCOME_MALFORMED;
    }
    return web_shape_nested_address(body, fault);
}

/* It stands beside buttons that stop one thing, and cannot be undone: the help that somebody gets
 * would end by a finger that slipped. */
static enum outcome shape_all(const struct form *form, const char *parameter, json_t *body,
                              struct fault *fault)
{
    if (!form_has(form, "zeker", "ja")) {
        fault_at(fault, "zeker");
        return OUTCOME_MALFORMED;
    }
    return shape_address(form, parameter, body, fault);
}

static enum outcome shape_stop(const struct form *form, const char *parameter, json_t *body,
                               struct fault *fault)
{
    (void)form;
    (void)fault;
    return json_object_set_new(body, "toestemming", json_string(parameter)) ? OUTCOME_OUT_OF_MEMORY
                                                                            : OUTCOME_OK;
}

static void hide_address(struct web_view *view)
{
    for (size_t i = 0; i < 4; i++)
        if (form_value(view->form, address_names[i])[0])
            form_hidden(view, address_names[i], form_value(view->form, address_names[i]));
}

/* The slip is looked up by the address that was just typed: so it is logged once more. */
void consent_offer_slip(struct web_view *view, const json_t *record)
{
    form_begin_for(view, SLIP, "");
    hide_address(view);
    form_hidden(view, "nummer", web_text_at(record, "id"));
    form_end_quiet(view, web_say(view, "Druk het afschrift af", "Print the slip"));
}

/* --- what was found --- */

static void ask_purpose(struct web_view *view, const char *empty)
{
    static const enum purpose purposes[] = {PURPOSE_TOELEIDING, PURPOSE_WAAKVLAM, PURPOSE_WOONSTAP,
                                            PURPOSE_ONDERZOEK, PURPOSE_VROEGSIGNALERING};
    struct web_option options[sizeof purposes / sizeof purposes[0]];
    const struct web_input why = {
        .name = "doel", .label = web_say(view, "Waarvoor?", "What for?"), .required = true};

    for (size_t i = 0; i < sizeof purposes / sizeof purposes[0]; i++)
        options[i] = (struct web_option){purpose_word(purposes[i]),
                                         purpose_name(purposes[i], view->language)};
    form_select(view, empty ? &(struct web_input){.name = why.name, .label = why.label} : &why,
                empty ? empty : web_say(view, "Kies", "Choose"), options,
                sizeof purposes / sizeof purposes[0]);
}

static void offer_all(struct web_view *view)
{
    const struct web_input sure = {
        .name = "zeker",
        .label = web_say(view, "Ja, de bewoner wil dat alles van dit adres stopt",
                         "Yes, the resident wants all of this address to stop"),
        .required = true};

    web_heading(view, 2,
                web_say(view, "De bewoner wil dat alles stopt", "The resident wants all to stop"));
    web_paragraph(view, web_say(view, "Dit geldt voor alles van dit adres, ook bij de anderen.",
                                "This is about all of this address, also with the others."));
    form_begin(view, ALL);
    hide_address(view);
    form_box(view, &sure);
    form_end_quiet(view, web_say(view, "Stop alles op dit adres", "Stop all of this address"));
}

static void offer_objection(struct web_view *view)
{
    web_heading(view, 2, web_say(view, "De bewoner maakt bezwaar", "The resident objects"));
    web_paragraph(view,
                  web_say(view, "Dan gaat er voor dit doel niets meer weg over dit adres.",
                          "Then nothing about this address leaves for this purpose any more."));
    form_begin(view, OBJECT);
    hide_address(view);
    ask_purpose(view, NULL);
    form_end_quiet(view, web_say(view, "Leg het bezwaar vast", "Record the objection"));
}

static void show_found(struct web_view *view)
{
    const json_t *records = json_object_get(view->answer, "toestemmingen"), *record;
    size_t i;

    if (json_array_size(records) == 0) {
        web_message(
            view, WEB_NEUTRAL,
            web_say(view, "Op dit adres is niets vastgelegd. Dat u zocht, staat in het logboek.",
                    "Nothing was recorded at this address. That you looked is in the log."));
    } else {
        html_open(view->out, "ul", "wp-items");
        json_array_foreach (records, i, record) {
            html_open(view->out, "li", "wp-item");
            consent_show(view, record);
            consent_offer_slip(view, record);
            if (consent_stands(view, record))
                consent_offer_stop(view, STOP, record);
            html_close(view->out, "li");
        }
        html_close(view->out, "ul");
    }
    offer_all(view);
    offer_objection(view);
}

static bool posted_to(const struct web_view *view, const char *path)
{
    return view->posted && strcmp(view->posted->path, path) == 0;
}

/* What was asked of the address that was found is asked again: its form would be gone. */
static void show_refused(struct web_view *view)
{
    if (posted_to(view, ALL))
        offer_all(view);
    else if (posted_to(view, OBJECT))
        offer_objection(view);
}

static void render(struct web_view *view)
{
    if (view->answer && posted_to(view, FIND))
        show_found(view);
    else if (view->answer)
        consent_show_statement(view, view->answer);
    else
        show_refused(view);
    if (view->answer)
        web_heading(view, 2, web_say(view, "Een ander adres", "Another address"));
    else
        web_paragraph(view,
                      web_say(view, "Vul het hele adres in. Dat u zoekt, komt in het logboek.",
                              "Fill in the whole address. That you look goes into the log."));
    form_begin(view, FIND);
    web_address_inputs(view, true);
    form_end(view, web_say(view, "Zoek", "Find"));
}

static const struct web_part parts[] = {
    [CONSENT_COVENANTS] = {.path = "/v1/convenanten", .query = "", .optional = true},
    {.path = NULL}};
static const struct web_form forms[] = {
    {.path = FIND,
     .action = "/v1/gegeven-toestemmingen/_zoek",
     .fields = address_fields,
     .shape = shape_address},
    {.path = STOP, .action = "/v1/intrekkingen", .fields = no_fields, .shape = shape_stop},
    {.path = ALL, .action = "/v1/intrekkingen", .fields = all_fields, .shape = shape_all},
    {.path = OBJECT, .action = "/v1/bezwaren", .fields = purpose_fields, .shape = shape_address},
    {.path = NULL},
};

const struct web_page page_consent_find = {
    .path = "/toestemming/zoeken",
    .name = {"Zoek toestemming op adres", "Find consent by address"},
    .parts = parts,
    .forms = forms,
    .render = render,
};

/* --- papers: made by our own printer, to hand over --- */

static const char *document_slip(struct web_view *view)
{
    const json_t *records = json_object_get(view->answer, "toestemmingen"), *record;
    const char *number = form_value(view->form, "nummer");
    size_t i;

    json_array_foreach (records, i, record) {
        if (strcmp(web_text_at(record, "id"), number) == 0)
            return web_paper(view, web_text_at(record, "afschrift.html"));
    }
    return NULL;
}

static void render_no_slip(struct web_view *view)
{
    web_paragraph(view, web_say(view, "Zoek eerst het adres. Druk daar het afschrift af.",
                                "Find the address first. Print the slip there."));
    web_link(view, "/toestemming/zoeken", web_say(view, "Zoek op adres", "Find by address"));
}

static const struct web_form slip_forms[] = {
    {.path = SLIP,
     .action = "/v1/gegeven-toestemmingen/_zoek",
     .fields = slip_fields,
     .shape = shape_address},
    {.path = NULL},
};

const struct web_page page_slip = {
    .path = SLIP,
    .name = {"Afschrift", "Slip"},
    .forms = slip_forms,
    .render = render_no_slip,
    .document = document_slip,
};

static const char *document_statement(struct web_view *view)
{
    return web_paper(view, web_text_at(view->parts[0], "afschrift.html"));
}

static void render_statement(struct web_view *view)
{
    consent_show_statement(view, view->parts[0]);
}

static const struct web_part statement_parts[] = {{.path = "/v1/intrekkingen/{}", .query = ""},
                                                  {.path = NULL}};

const struct web_page page_statement = {
    .path = "/toestemming/verklaring/{}",
    .name = {"Verklaring", "Statement"},
    .parts = statement_parts,
    .render = render_statement,
    .document = document_statement,
};
