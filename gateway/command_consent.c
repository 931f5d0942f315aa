/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a resident chooses, at the desk: recorded with a slip to take home, confirmed by a
 * colleague, listed, and the empty form. Whom it is about comes from a file or standard input:
 * other users of a machine can read the words of a command.
 */
#include <stdlib.h>
#include <string.h>

#include "covenant/basis_request.h"
#include "covenant/basis_words.h"
#include "covenant/built_in.h"
#include "covenant/slip.h"
#include "gateway/api.h"
#include "gateway/clock.h"
#include "gateway/command_person.h"
#include "gateway/commands.h"
#include "gateway/covenant_source.h"
#include "gateway/table.h"

#define CONSENTS "/v1/gegeven-toestemmingen"
#define MEMBER   "toestemmingen"

enum { SHORT_ID_BYTES = 9, LIST_MAX_BYTES = 512 };

/* --- consent record --- */

enum kind { WORD, LIST, NUMBER };

/* clang-format off */
static const struct member {
    const char *option, *member;
    enum kind kind;
    const char *operand;
    const char *help[LANGUAGE_COUNT];
} members[] = {
    {"convenant",   "convenant",       WORD,   "ID",    {"onder dit convenant", "under this covenant"}},
    {"signaal",     "signaal",         WORD,   "ID",    {"over dit ontvangen signaal, in plaats van een adres", "about this received signal, instead of an address"}},
    {"soort",       "soort",           WORD,   "WORD",  {"GRONDSLAG (anders dit), DOORBREKING_BEROEPSGEHEIM, INSTEMMING_HULP, MAATJE", "GRONDSLAG (the usual one), DOORBREKING_BEROEPSGEHEIM, INSTEMMING_HULP, MAATJE"}},
    {"basis",       "basis",           WORD,   "WORD",  {"TOESTEMMING (anders dit), WET, OVEREENKOMST, VITAAL", "TOESTEMMING (the usual one), WET, OVEREENKOMST, VITAAL"}},
    {"citaat",      "citaat",          WORD,   "TEXT",  {"bij WET: welke wet", "with WET: which law"}},
    {"doel",        "doelen",          LIST,   "WORDS", {"waarvoor, met komma's", "what for, with commas"}},
    {"ontvanger",   "ontvangers",      LIST,   "OIN|KIND", {"wie het mag weten, met komma's", "who may know, with commas"}},
    {"groep",       "signaalgroepen",  LIST,   "WORDS", {"waarover, met komma's: OVERLAST, MEEDOEN", "about what, with commas: OVERLAST, MEEDOEN"}},
    {"van",         "geldigVan",       WORD,   "DAY",   {"dag waarop de bewoner het zei (anders vandaag)", "day the resident said so (else today)"}},
    {"tot",         "geldigTot",       WORD,   "DAY",   {"laatste dag (anders 12 maanden)", "last day (else 12 months)"}},
    {"wijze",       "werkwijze",       WORD,   "WORD",  {"GESPREK, FORMULIER, TELEFOON, ENQUETE, BALIE", "GESPREK, FORMULIER, TELEFOON, ENQUETE, BALIE"}},
    {"formulier",   "formulierVersie", WORD,   "WORD",  {"versie van de uitleg die de bewoner kreeg", "version of the explanation the resident was given"}},
    {"intrekken",   "intrekkanaal",    WORD,   "WORD",  {"hoe de bewoner stopt (anders zoals gegeven)", "how the resident stops (else as given)"}},
    {"bewaardagen", "bewaarDagen",     NUMBER, "DAYS",  {"bewaren na de laatste dag (anders zoals de bepaling)", "kept after the last day (else as the article)"}},
    {"vervangt",    "vervangt",        WORD,   "ID",    {"de eerdere keuze waarvoor dit in de plaats komt", "the earlier choice that this takes the place of"}},
};
/* clang-format on */

enum { MEMBER_COUNT = sizeof members / sizeof members[0] };

static json_t *list_of(const char *text)
{
    char copy[LIST_MAX_BYTES], *rest = copy;
    json_t *list = json_array();

    if (strlen(text) >= sizeof copy)
        return list; /* empty: refused by name */
    memcpy(copy, text, strlen(text) + 1);
    for (const char *word; (word = strsep(&rest, ","));)
        json_array_append_new(list, json_string(word));
    return list;
}

static json_t *value_of(enum kind kind, const char *text)
{
    int64_t number;

    if (kind == LIST)
        return list_of(text);
    if (kind == NUMBER && option_number(text, 0, BASIS_RETENTION_DAYS_MAX, &number))
        return json_integer(number);
    return json_string(text);
}

static void set_usual(json_t *body, const char *name, const char *word)
{
    if (!json_object_get(body, name))
        json_object_set_new(body, name, json_string(word));
}

static void fill_body(json_t *body, const char *const *values)
{
    char today[DAY_TEXT_BYTES];

    for (size_t i = 0; i < MEMBER_COUNT; i++)
        if (values[i])
            json_object_set_new(body, members[i].member, value_of(members[i].kind, values[i]));
    day_print(amsterdam_day(clock_now_ms()), today);
    set_usual(body, "soort", basis_kind_word(BASIS_GRONDSLAG));
    set_usual(body, "basis", basis_ground_word(BASIS_GROUND_TOESTEMMING));
    set_usual(body, "geldigVan", today);
}

/* "postvak" numbers may be shortened, as everywhere. */
static int whole_signal(struct api *api, json_t *body)
{
    const char *given = text_at(body, "signaal");
    char id[API_ID_BYTES];
    int exit;

    if (!given[0])
        return EXIT_DONE;
    exit = api_find_id(api, "/v1/postvak", "postvak", given, id);
    if (exit == EXIT_DONE)
        json_object_set_new(body, "signaal", json_string(id));
    return exit;
}

static int send_record(const struct invocation *invocation, const char *const *values,
                       const char *page)
{
    OWNED_API api = {0};
    OWNED_JSON body = NULL;
    OWNED_JSON answer = NULL;
    int exit = EXIT_DONE;

    if (invocation->word_count == 1)
        exit = person_read_record(invocation->words[0], &body);
    else
        body = json_object();
    if (exit != EXIT_DONE)
        return exit;
    fill_body(body, values);
    exit = api_open(invocation, &api);
    if (exit == EXIT_DONE)
        exit = whole_signal(&api, body);
    if (exit == EXIT_DONE)
        exit = api_post(&api, CONSENTS, json_incref(body), &answer);
    return exit == EXIT_DONE ? person_show_paper(invocation, page, answer) : exit;
}

static int run_record(int argc, char **argv)
{
    const char *values[MEMBER_COUNT] = {0}, *page = NULL;
    struct option_row rows[MEMBER_COUNT + 2] = {0};
    struct invocation invocation;
    int exit;

    for (size_t i = 0; i < MEMBER_COUNT; i++)
        rows[i] = (struct option_row){members[i].option,
                                      members[i].operand,
                                      {members[i].help[0], members[i].help[1]},
                                      &values[i],
                                      NULL};
    rows[MEMBER_COUNT] =
        (struct option_row){"html",
                            "FILE",
                            {"schrijft het papier ook als HTML", "writes the slip as HTML too"},
                            &page,
                            NULL};
    if (!options_read(&command_consent_record, rows, argc, argv, 0, 1, &invocation, &exit))
        return exit;
    return send_record(&invocation, values, page);
}

const struct command command_consent_record = {
    .name = "consent record",
    .summary = {"Legt vast wat een bewoner goed vindt, en drukt het papier af dat hij meekrijgt.",
                "Records what a resident agrees to, and prints the slip to take home."},
    .usage = "FILE|- --doel WORDS --ontvanger WHO --groep WORDS --wijze WORD --formulier WORD",
    .run = run_record,
};

/* --- consent confirm --- */

static int run_confirm(int argc, char **argv)
{
    OWNED_API api = {0};
    OWNED_JSON answer = NULL;
    struct invocation invocation;
    char id[API_ID_BYTES], path[API_URL_BYTES];
    int exit;

    if (!options_read(&command_consent_confirm, NULL, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    exit = api_open(&invocation, &api);
    if (exit == EXIT_DONE)
        exit = api_find_id(&api, CONSENTS, MEMBER, invocation.words[0], id);
    if (exit != EXIT_DONE)
        return exit;
    snprintf(path, sizeof path, CONSENTS "/%s/bevestiging", id);
    exit = api_post(&api, path, json_object(), &answer);
    if (exit != EXIT_DONE)
        return exit;
    if (invocation.json)
        return api_print_json(answer);
    printf(say("Bevestigd: %s telt nu.\n", "Confirmed: %s counts now.\n"), text_at(answer, "id"));
    return EXIT_DONE;
}

const struct command command_consent_confirm = {
    .name = "consent confirm",
    .summary = {"Bevestigt als tweede medewerker de toestemming die een collega vastlegde.",
                "Confirms, as a second member of staff, the consent that a colleague recorded."},
    .usage = "ID",
    .run = run_confirm,
};

/* --- consent list --- */

static void join(const json_t *words, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < json_array_size(words) && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%s", i ? "," : "",
                                 json_string_value(json_array_get(words, i)));
}

static const char *standing(const json_t *item)
{
    return flag_at(item, "wachtOpTweede") ? say("wacht op tweede", "awaits second")
                                          : text_at(item, "stand");
}

static int print_list(const json_t *items)
{
    OWNED_TABLE table = table_with(7);

    table_row(&table, (const char *[]){say("nummer", "number"), say("soort", "kind"),
                                       say("doelen", "purposes"), say("groepen", "groups"),
                                       say("van", "from"), say("tot en met", "until"),
                                       say("stand", "state")});
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        char id[SHORT_ID_BYTES], purposes[128], groups[128];
        snprintf(id, sizeof id, "%.8s", text_at(item, "id"));
        join(json_object_get(item, "doelen"), purposes, sizeof purposes);
        join(json_object_get(item, "signaalgroepen"), groups, sizeof groups);
        table_row(&table, (const char *[]){id, text_at(item, "soort"), purposes, groups,
                                           text_at(item, "geldigVan"), text_at(item, "geldigTot"),
                                           standing(item)});
    }
    return table_show(&table);
}

static int print_slips(const json_t *items)
{
    for (size_t i = 0; i < json_array_size(items); i++)
        printf("%s%s", i ? "\n\f\n" : "",
               text_at(json_object_get(json_array_get(items, i), "afschrift"), "tekst"));
    return EXIT_DONE;
}

static int find_of_address(struct api *api, const char *path, json_t **out_items)
{
    OWNED_JSON answer = NULL;
    json_t *address;
    int exit = person_read_address(path, &address);

    if (exit == EXIT_DONE)
        exit = api_post(api, CONSENTS "/_zoek", json_pack("{so}", "adres", address), &answer);
    if (exit == EXIT_DONE)
        *out_items = json_incref(json_object_get(answer, MEMBER));
    return exit;
}

static int run_list(int argc, char **argv)
{
    OWNED_API api = {0};
    OWNED_JSON items = NULL;
    const char *address = NULL;
    bool slips = false;
    const struct option_row rows[] = {
        {"adres",
         "FILE|-",
         {"alleen van dit adres, uit een bestand of - voor invoer",
          "only of this address, from a file or - for input"},
         &address,
         NULL},
        {"papier",
         NULL,
         {"met --adres: de papieren opnieuw", "with --adres: the slips again"},
         NULL,
         &slips},
        {0},
    };
    struct invocation invocation;
    int exit;

    if (!options_read(&command_consent_list, rows, argc, argv, 0, 0, &invocation, &exit))
        return exit;
    if (slips && !address)
        return command_wrong_use(&command_consent_list, "Geef bij --papier ook --adres.",
                                 "Give --adres with --papier.");
    exit = api_open(&invocation, &api);
    if (exit == EXIT_DONE)
        exit = address ? find_of_address(&api, address, &items)
                       : api_get_all(&api, CONSENTS, MEMBER, &items);
    if (exit != EXIT_DONE)
        return exit;
    if (invocation.json)
        return api_print_json(items);
    return slips ? print_slips(items) : print_list(items);
}

const struct command command_consent_list = {
    .name = "consent list",
    .summary = {"Toont wat bewoners hier goed vonden; wie u ziet, wordt vastgelegd.",
                "Shows what residents agreed to here; whom you see is logged."},
    .usage = "[--adres FILE|-] [--papier]",
    .run = run_list,
};

/* --- consent form --- */

static int print_form(const struct covenant *covenant, const char *number_text, bool html)
{
    OWNED_BUFFER page = {0};
    const struct article *article = NULL;
    int64_t number;
    enum outcome outcome;

    if (option_number(number_text, 1, 999, &number))
        article = covenant_article(covenant, (int)number);
    if (!article || article->lane != LANE_CONSENT) {
        fprintf(stderr, "%s\n",
                say("Dit convenant heeft geen bepaling met toestemming onder dat nummer.",
                    "This covenant has no article with consent under that number."));
        return EXIT_REFUSED;
    }
    outcome = html ? form_print_html(covenant, article, command_language(), &page)
                   : form_print_text(covenant, article, command_language(), &page);
    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    fwrite(page.data, 1, page.length, stdout);
    return EXIT_DONE;
}

static int run_form(int argc, char **argv)
{
    OWNED_CODE_LISTS lists = NULL;
    OWNED_COVENANT_SOURCE source = {0};
    const char *number = NULL;
    bool html = false;
    const struct option_row rows[] = {
        {"bepaling", "N", {"nummer van de bepaling", "number of the article"}, &number, NULL},
        {"html", NULL, {"als HTML", "as HTML"}, NULL, &html},
        {0},
    };
    struct invocation invocation;
    enum outcome outcome;
    int exit;

    if (!options_read(&command_consent_form, rows, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    if (!number)
        return command_wrong_use(&command_consent_form, "Geef --bepaling.", "Give --bepaling.");
    outcome = code_lists_load(&lists);
    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    exit = covenant_source_read(&invocation, invocation.words[0], lists, &source);
    return exit == EXIT_DONE ? print_form(source.covenant, number, html) : exit;
}

const struct command command_consent_form = {
    .name = "consent form",
    .summary = {"Drukt het lege formulier af voor een bepaling met toestemming.",
                "Prints the empty form for an article with consent."},
    .usage = "FILE|ID|FINGERPRINT --bepaling N [--html]",
    .run = run_form,
};
