/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Logboek: the auditor's questions as choices. He comes with a complaint on his desk and asks who
 * saw what. Nobody is named in an address: a question about a person is a form. Each question is
 * itself in the log before it is answered, and the page says so.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/audit.h"
#include "gateway/pages_list.h"
#include "gateway/pages_log.h"

#define ASK  "/logboek/vraag"
#define KEEP "/logboek/tabel"

enum { ROWS_SHOWN = 100, ROWS_KEPT = 500, NUMBER_BYTES = 24 };

/* --- the questions --- */

enum asks { ASKS_DOSSIER = 1, ASKS_ADDRESS = 2, ASKS_STAFF = 4, ASKS_PARTY = 8 };

static const struct question {
    const char *word;
    struct web_text text;
    unsigned asks;
    const char *event; /* NULL: any */
    bool without_outcome;
} questions[] = {
    {"dossier",
     {"Wie zag gegevens over dit dossier?", "Who saw data about this dossier?"},
     ASKS_DOSSIER,
     NULL,
     false},
    {"adres",
     {"Wie zag gegevens over dit adres?", "Who saw data about this address?"},
     ASKS_ADDRESS,
     NULL,
     false},
    {"medewerker",
     {"Wat zag of deed deze medewerker?", "What did this member of staff see or do?"},
     ASKS_STAFF,
     NULL,
     false},
    {"partij",
     {"Wat ging naar deze organisatie, en wat kwam er vandaan?",
      "What went to this organisation, and what came from it?"},
     ASKS_PARTY,
     NULL,
     false},
    {"weigeringen", {"Wat is geweigerd?", "What was refused?"}, 0, "deny", false},
    {"zonder-uitkomst",
     {"Wat is verzonden en nog zonder uitkomst?", "What was sent and has no outcome yet?"},
     0,
     "send",
     true},
    {"sleutels", {"Welke sleutels zijn veranderd?", "Which keys were changed?"}, 0, "key", false},
    {"instellingen",
     {"Welke afspraken, gebruikers en instellingen zijn veranderd?",
      "Which agreements, users and settings were changed?"},
     0,
     "policy",
     false},
    {"gelezen", {"Wie stelde vragen aan het logboek?", "Who asked the log?"}, 0, "search", false},
    {"kopie",
     {"Wie nam een kopie van het logboek mee?", "Who took a copy of the log?"},
     0,
     "export",
     false},
    {"alles", {"Alles in een periode", "Everything in a period"}, 0, NULL, false},
};

enum { QUESTION_COUNT = sizeof questions / sizeof questions[0] };

static const struct question *question_of(const char *word)
{
    for (size_t i = 0; i < QUESTION_COUNT; i++)
        if (strcmp(questions[i].word, word) == 0)
            return &questions[i];
    return NULL;
}

/* clang-format off */
static const struct form_field fields[] = {
    {"vraag",       FORM_OWN,     NULL},
    {"dossier",     FORM_OWN,     NULL},
    WEB_ADDRESS_FIELDS,
    {"medewerker",  FORM_TEXT,    "actor"},
    {"partij",      FORM_TEXT,    NULL},
    {"bepaling",    FORM_TEXT,    NULL},
    {"van",         FORM_TEXT,    "vanOp"},
    {"tot",         FORM_TEXT,    "totOp"},
    {"vanaf",       FORM_INTEGER, NULL},
    {NULL, FORM_OWN, NULL},
};
/* clang-format on */

static enum outcome wrong(struct fault *fault, const char *name)
{
    fault_at(fault, "%s", name);
    return OUTCOME_MALFORMED;
}

static enum outcome put(json_t *object, const char *name, json_t *taken_value)
{
    return json_object_set_new(object, name, taken_value) ? OUTCOME_OUT_OF_MEMORY : OUTCOME_OK;
}

/* The last day counts; the API's end does not. */
static enum outcome shape_period(json_t *body, struct fault *fault)
{
    char text[DAY_TEXT_BYTES];
    struct day last;

    TRY(web_shape_day(body, "vanOp", fault));
    TRY(web_shape_day(body, "totOp", fault));
    if (!day_parse(json_string_value(json_object_get(body, "totOp")), &last))
        return OUTCOME_OK;
    day_print(day_plus(last, 1), text);
    return put(body, "totOp", json_string(text));
}

static enum outcome shape_subject(const struct form *form, const struct question *question,
                                  json_t *body, struct fault *fault)
{
    if (question->asks & ASKS_DOSSIER) {
        if (!form_value(form, "dossier")[0])
            return wrong(fault, "dossier");
        return put(body, "onderwerp", json_pack("{ss}", "dossier", form_value(form, "dossier")));
    }
    if (!(question->asks & ASKS_ADDRESS))
        return OUTCOME_OK;
    if (!form_value(form, "postcode")[0] || !form_value(form, "huisnummer")[0])
        return wrong(fault, form_value(form, "postcode")[0] ? "huisnummer" : "postcode");
    TRY(web_shape_nested_address(body, fault));
    TRY(put(body, "onderwerp", json_incref(json_object_get(body, "adres"))));
    json_object_del(body, "adres");
    return OUTCOME_OK;
}

static enum outcome shape(const struct form *form, json_t *body, int rows, struct fault *fault)
{
    const struct question *question = question_of(form_value(form, "vraag"));

    if (!question)
        return wrong(fault, "vraag");
    if ((question->asks & ASKS_STAFF) && !form_value(form, "medewerker")[0])
        return wrong(fault, "medewerker");
    if ((question->asks & ASKS_PARTY) && !form_value(form, "partij")[0])
        return wrong(fault, "partij");
    TRY(shape_period(body, fault));
    TRY(shape_subject(form, question, body, fault));
    TRY(put(body, "aantal", json_integer(question->without_outcome ? ROWS_KEPT : rows)));
    return question->event ? put(body, "gebeurtenis", json_string(question->event)) : OUTCOME_OK;
}

static enum outcome shape_ask(const struct form *form, const char *parameter, json_t *body,
                              struct fault *fault)
{
    (void)parameter;
    return shape(form, body, ROWS_SHOWN, fault);
}

static enum outcome shape_keep(const struct form *form, const char *parameter, json_t *body,
                               struct fault *fault)
{
    (void)parameter;
    return shape(form, body, ROWS_KEPT, fault);
}

/* --- choosing and asking --- */

static const struct question *chosen(const struct web_view *view)
{
    char word[32];

    if (form_value(view->form, "vraag")[0])
        return question_of(form_value(view->form, "vraag"));
    if (!http_query_value(view->query, "vraag", word, sizeof word))
        return NULL;
    return question_of(word);
}

static void show_choices(struct web_view *view)
{
    char path[64];

    html_open(view->out, "ul", "wp-choices");
    for (size_t i = 0; i < QUESTION_COUNT; i++) {
        snprintf(path, sizeof path, "/logboek?vraag=%s", questions[i].word);
        html_open(view->out, "li", NULL);
        web_link(view, path, web_text(view, questions[i].text));
        html_close(view->out, "li");
    }
    html_close(view->out, "ul");
}

static void ask_text(struct web_view *view, const char *name, const char *label, const char *hint)
{
    form_input(
        view,
        &(struct web_input){
            .name = name, .label = label, .hint = hint, .most = 64, .width = 16, .required = true});
}

static void ask_party(struct web_view *view)
{
    struct web_option parties[PARTY_OPTIONS_MAX];
    const struct web_input which = {.name = "partij",
                                    .label =
                                        web_say(view, "Welke organisatie?", "Which organisation?"),
                                    .required = true};
    const struct web_input article = {
        .name = "bepaling",
        .label = web_say(view, "Onder welke bepaling?", "Under which article?"),
        .hint = web_say(view, "Nummer van het convenant, een streep en het nummer: voorbeeld/1",
                        "Covenant, slash and number: example/1"),
        .most = 120,
        .width = 30};

    form_select(view, &which, web_say(view, "Kies", "Choose"), parties,
                web_party_options(view, view->parts[0], parties));
    form_input(view, &article);
}

static void ask_period(struct web_view *view)
{
    form_input(view,
               &(struct web_input){.name = "van",
                                   .label = web_say(view, "Vanaf welke dag?", "From which day?"),
                                   .type = "date"});
    form_input(view, &(struct web_input){
                         .name = "tot",
                         .label = web_say(view, "Tot en met welke dag?", "Up to which day?"),
                         .type = "date"});
}

static void show_question(struct web_view *view, const struct question *question)
{
    web_heading(view, 2, web_text(view, question->text));
    form_begin(view, ASK);
    form_hidden(view, "vraag", question->word);
    if (question->asks & ASKS_DOSSIER)
        ask_text(view, "dossier", web_say(view, "Dossiernummer", "Dossier number"),
                 web_say(view, "Begint met D-", "Begins with D-"));
    if (question->asks & ASKS_ADDRESS)
        web_address_inputs(view, true);
    if (question->asks & ASKS_STAFF)
        ask_text(view, "medewerker", web_say(view, "Personeelsnummer", "Staff number"), NULL);
    if (question->asks & ASKS_PARTY)
        ask_party(view);
    ask_period(view);
    form_end(view, web_say(view, "Vraag het logboek", "Ask the log"));
    web_paragraph(
        view,
        web_say(view, "Uw vraag komt zelf ook in het logboek te staan, met uw personeelsnummer.",
                "Your question is itself written in the log, with your staff number."));
}

/* --- the answer --- */

static const struct {
    const char *word;
    struct web_text name;
} events[] = {
    {"intake", {"Melding ingevoerd", "Report taken in"}},
    {"send", {"Verzonden", "Sent"}},
    {"recv", {"Ontvangen", "Received"}},
    {"answer", {"Beantwoord", "Answered"}},
    {"transfer", {"Doorgezet", "Transferred"}},
    {"consent", {"Toestemming vastgelegd", "Consent recorded"}},
    {"withdraw", {"Ingetrokken", "Withdrawn"}},
    {"access", {"Gegevens bekeken", "Data seen"}},
    {"search", {"Logboek gevraagd", "Log asked"}},
    {"match", {"Vergeleken met wat er was", "Compared with what was there"}},
    {"term", {"Termijn", "Term"}},
    {"deny", {"Geweigerd", "Refused"}},
    {"export", {"Kopie van het logboek", "Copy of the log"}},
    {"erase", {"Gewist", "Erased"}},
    {"policy", {"Afspraak, gebruiker of instelling", "Agreement, user or setting"}},
    {"key", {"Sleutel", "Key"}},
    {"enrol", {"Code gemaakt", "Token made"}},
    {"round", {"Telronde", "Counting round"}},
    {"rights", {"Recht van een bewoner", "Right of a resident"}},
    {"start", {"Poort gestart", "Gateway started"}},
    {"stop", {"Poort gestopt", "Gateway stopped"}},
    {"gap", {"Gat in het logboek", "Gap in the log"}},
    {"alarm", {"Alarm", "Alarm"}},
    {"vulling", {"Vulling", "Filling"}},
};

static_assert(sizeof events / sizeof events[0] == AUDIT_EVENT_COUNT, "each event has its name");

const char *log_event_name(const struct web_view *view, const char *word)
{
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
        if (strcmp(events[i].word, word) == 0)
            return web_text(view, events[i].name);
    return word;
}

const char *log_role(const struct web_view *view, const json_t *row)
{
    enum role role;

    return role_parse(web_text_at(row, "rol"), &role) ? role_name(role, view->language)
                                                      : web_text_at(row, "rol");
}

/* The other side of it; "" when it stayed in the house. */
const char *log_other(const struct web_view *view, const json_t *row)
{
    const char *source = web_text_at(row, "bron"), *to = web_text_at(row, "doel");
    const char *oin = to[0] && strcmp(to, view->self.text) != 0 ? to : source;
    struct web_option parties[PARTY_OPTIONS_MAX];
    const size_t count = web_party_options(view, view->parts[0], parties);

    if (!oin[0] || strcmp(oin, view->self.text) == 0)
        return "";
    for (size_t i = 0; i < count; i++)
        if (strcmp(parties[i].value, oin) == 0)
            return parties[i].label;
    return oin;
}

static bool same(const json_t *a, const json_t *b, const char *name)
{
    return strcmp(web_text_at(a, name), web_text_at(b, name)) == 0;
}

/* An intent that no row on this page is the outcome of. */
static bool is_open(const json_t *rows, const json_t *row)
{
    const json_t *other;
    size_t i;

    if (strcmp(web_text_at(row, "fase"), "intent") != 0)
        return false;
    json_array_foreach (rows, i, other) {
        if (strcmp(web_text_at(other, "fase"), "outcome") == 0 && same(row, other, "transactie") &&
            web_number_at(row, "plaats") == web_number_at(other, "plaats"))
            return false;
    }
    return true;
}

static bool is_shown(const struct question *question, const json_t *rows, const json_t *row)
{
    return !question || !question->without_outcome || is_open(rows, row);
}

/* A list that was read is about many: the first, and how many more. */
static void show_dossiers(struct web_view *view, const char *text)
{
    const size_t first = strcspn(text, " ");
    size_t more = 0;

    html_bytes(view->out, bytes_of(text, first));
    for (const char *c = text + first; *c; c++)
        more += *c == ' ';
    if (!more)
        return;
    html_text(view->out, web_say(view, " en nog ", " and more: "));
    buffer_format(view->out, "%zu", more);
}

static void show_result(struct web_view *view, const json_t *row)
{
    const char *result = web_text_at(row, "uitkomst"), *code = web_text_at(row, "code");

    if (strcmp(result, "ok") == 0)
        web_state(view, WEB_GOOD, web_say(view, "Gelukt", "Done"));
    else
        web_state(view, WEB_WARN,
                  strcmp(result, "denied") == 0 ? web_say(view, "Geweigerd", "Refused")
                                                : web_say(view, "Mislukt", "Failed"));
    if (code[0]) {
        buffer_add_text(view->out, " ");
        html_text(view->out, code);
    }
}

void log_print_instant(const char *text, char out[static LOG_INSTANT_BYTES])
{
    struct wall_clock clock;
    struct date date;
    int64_t ms;

    if (!instant_parse(text, &ms)) {
        out[0] = '\0';
        return;
    }
    clock = amsterdam_clock(ms);
    date = day_date(clock.day);
    snprintf(out, LOG_INSTANT_BYTES, "%02d-%02d-%04d %02d:%02d:%02d", date.day, date.month,
             date.year, clock.hour, clock.minute, clock.second);
}

/* Begun and ended are two leaves; all else is one. */
static void show_what(struct web_view *view, const char *head, const json_t *row)
{
    const char *phase = web_text_at(row, "fase");

    web_cell(view, head);
    html_text(view->out, log_event_name(view, web_text_at(row, "gebeurtenis")));
    if (strcmp(phase, "intent") == 0)
        html_text(view->out, web_say(view, ": begonnen", ": begun"));
    else if (strcmp(phase, "outcome") == 0)
        html_text(view->out, web_say(view, ": afgerond", ": ended"));
    web_cell_end(view);
}

static void show_time(struct web_view *view, const char *head, const json_t *row)
{
    char at[LOG_INSTANT_BYTES];

    log_print_instant(web_text_at(row, "op"), at);
    web_cell(view, head);
    html_element(view->out, "span", "wp-time", at);
    web_cell_end(view);
}

enum { HEADS = 8 };

static void name_heads(const struct web_view *view, const char *out[static HEADS])
{
    out[0] = web_say(view, "Tijd", "Time");
    out[1] = web_say(view, "Wat", "What");
    out[2] = web_say(view, "Wie", "Who");
    out[3] = web_say(view, "Dossier", "Dossier");
    out[4] = web_say(view, "Met wie", "With whom");
    out[5] = web_say(view, "Bepaling", "Article");
    out[6] = web_say(view, "Uitkomst", "Result");
    out[7] = web_say(view, "Nummer", "Number");
}

static void show_who(struct web_view *view, const char *head, const json_t *row)
{
    web_cell(view, head);
    html_text(view->out, web_text_at(row, "actor"));
    if (web_text_at(row, "rol")[0]) {
        html_text(view->out, web_text_at(row, "actor")[0] ? ", " : "");
        html_text(view->out, log_role(view, row));
    }
    web_cell_end(view);
}

static void show_row(struct web_view *view, const char *const heads[static HEADS],
                     const json_t *row)
{
    char number[NUMBER_BYTES];

    snprintf(number, sizeof number, "%lld", (long long)web_number_at(row, "volgnummer"));
    web_row(view);
    show_time(view, heads[0], row);
    show_what(view, heads[1], row);
    show_who(view, heads[2], row);
    web_cell(view, heads[3]);
    show_dossiers(view, web_text_at(row, "onderwerp"));
    web_cell_end(view);
    web_cell_text(view, heads[4], log_other(view, row));
    web_cell_text(view, heads[5], web_text_at(row, "bepaling"));
    web_cell(view, heads[6]);
    show_result(view, row);
    web_cell_end(view);
    web_cell_text(view, heads[7], number);
    web_row_end(view);
}

/* The same question once more: to go on, or to keep what it gave. */
static void ask_again(struct web_view *view, const char *path, const char *from, const char *button)
{
    form_begin(view, path);
    for (size_t i = 0; view->form && i < view->form->count; i++)
        if (strcmp(view->form->values[i].field->name, "vanaf") != 0)
            form_hidden(view, view->form->values[i].field->name, view->form->values[i].text);
    if (from[0])
        form_hidden(view, "vanaf", from);
    form_end_quiet(view, button);
}

static void show_after(struct web_view *view)
{
    char next[NUMBER_BYTES] = "";

    if (json_is_integer(json_object_get(view->answer, "volgende"))) {
        snprintf(next, sizeof next, "%lld", (long long)web_number_at(view->answer, "volgende"));
        ask_again(view, ASK, next, web_say(view, "Volgende bladzijde", "Next page"));
    }
    ask_again(view, KEEP, form_value(view->form, "vanaf"),
              web_say(view, "Bewaar als tabel (CSV)", "Keep as a table (CSV)"));
    if (web_flag_at(view->answer, "meer"))
        web_message(
            view, WEB_WARN,
            web_say(view,
                    "Dit adres heeft meer dossiers dan er zijn bekeken. Vraag ook per dossier.",
                    "This address has more dossiers than were looked at. Ask per dossier too."));
    web_paragraph(view, web_say(view, "Uw vraag staat nu zelf ook in het logboek.",
                                "Your question now stands in the log itself."));
}

static void show_answer(struct web_view *view, const struct question *question)
{
    const json_t *rows = json_object_get(view->answer, "regels"), *row;
    const char *heads[HEADS];
    size_t i, shown = 0;

    json_array_foreach (rows, i, row)
        shown += is_shown(question, rows, row);
    if (shown == 0) {
        web_message(view, WEB_NEUTRAL,
                    web_say(view, "Hierover staat niets in het logboek.",
                            "The log says nothing about this."));
    } else {
        name_heads(view, heads);
        web_table(view,
                  web_say(view, "Wat het logboek zegt, oudste eerst. Tijden zijn van Amsterdam.",
                          "What the log says, oldest first. Times are Amsterdam's."),
                  heads, HEADS);
        json_array_foreach (rows, i, row) {
            if (is_shown(question, rows, row))
                show_row(view, heads, row);
        }
        web_table_end(view);
    }
    show_after(view);
}

static void render(struct web_view *view)
{
    const struct question *question = chosen(view);

    if (view->answer && question) {
        web_heading(view, 2, web_text(view, question->text));
        show_answer(view, question);
    } else if (question) {
        show_question(view, question);
    }
    web_heading(view, 2,
                question ? web_say(view, "Een andere vraag", "Another question")
                         : web_say(view, "Wat wilt u weten?", "What do you want to know?"));
    show_choices(view);
}

static const char *document(struct web_view *view)
{
    const json_t *rows = json_object_get(view->answer, "regels"), *row;
    size_t i;

    if (!view->answer || !view->posted || strcmp(view->posted->path, KEEP) != 0)
        return NULL;
    log_keep_heads(view);
    json_array_foreach (rows, i, row) {
        if (is_shown(chosen(view), rows, row))
            log_keep_row(view, row);
    }
    return "text/csv; charset=utf-8";
}

static const struct web_part parts[] = {{.path = "/v1/convenanten", .query = "", .optional = true},
                                        {.path = NULL}};
static const struct web_form forms[] = {
    {.path = ASK, .action = "/v1/logregels/_zoek", .fields = fields, .shape = shape_ask},
    {.path = KEEP, .action = "/v1/logregels/_zoek", .fields = fields, .shape = shape_keep},
    {.path = NULL},
};

const struct web_page page_log = {
    .path = "/logboek",
    .name = {"Logboek", "Log"},
    .in_menu = true,
    .parts = parts,
    .forms = forms,
    .render = render,
    .document = document,
};
