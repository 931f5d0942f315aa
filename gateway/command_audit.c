/* SPDX-License-Identifier: EUPL-1.2 */
/* Questions to the audit log, and its newest checkpoint. */
#include <ctype.h>
#include <string.h>

#include "covenant/day.h"
#include "gateway/api.h"
#include "gateway/commands.h"
#include "gateway/table.h"

enum { SUBJECT_BYTES = 128, PAGE_ROWS = 500, SHORT_ID_BYTES = 9 };

struct question {
    const char *actor, *subject, *partner, *article, *event, *from, *to;
};

/* --- the subject: an address, a token or a dossier --- */

static bool take_postcode(char **rest, char out[static 8])
{
    char *first = strsep(rest, " "), *second;

    if (strlen(first) == 4 && *rest) { /* "1234 AB" */
        second = strsep(rest, " ");
        if (strlen(second) != 2)
            return false;
        snprintf(out, 8, "%.4s%.2s", first, second);
    } else if (strlen(first) == 6) {
        snprintf(out, 8, "%.6s", first);
    } else {
        return false;
    }
    for (char *c = out; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    return true;
}

/* "5", "5A" or "5 A 2": the letter is one letter, what follows is the addition. */
static json_t *address_json(const char *postcode, char *rest)
{
    const char *number = rest ? strsep(&rest, " ") : "";
    size_t digits = strspn(number, "0123456789");
    const char *letter = number[digits] ? number + digits : NULL;
    const char *addition = NULL;
    char upper[2] = "";

    if (!letter && rest && strlen(rest) >= 1 && isalpha((unsigned char)rest[0]) &&
        (rest[1] == ' ' || rest[1] == '\0'))
        letter = strsep(&rest, " ");
    if (rest && rest[0])
        addition = rest;
    if (digits == 0 || (letter && (strlen(letter) != 1 || !isalpha((unsigned char)letter[0]))))
        return NULL;
    if (letter)
        upper[0] = (char)toupper((unsigned char)letter[0]);
    return json_pack("{s:s, s:s%, s:s*, s:s*}", "postcode", postcode, "huisnummer", number, digits,
                     "huisletter", letter ? upper : NULL, "toevoeging", addition);
}

/* NULL when it is none of the three. */
static json_t *subject_json(const char *subject)
{
    char copy[SUBJECT_BYTES], postcode[8], *rest = copy;

    if (strlen(subject) >= sizeof copy)
        return NULL;
    if (strncmp(subject, "wp1.", 4) == 0)
        return json_pack("{s:s}", "pseudoniem", subject);
    if (!strchr(subject, ' '))
        return json_pack("{s:s}", "dossier", subject);
    memcpy(copy, subject, strlen(subject) + 1);
    return take_postcode(&rest, postcode) ? address_json(postcode, rest) : NULL;
}

/* --- the question --- */

/* A day is Amsterdam's; the end of a range is the end of that day. */
static bool read_instant(const char *text, bool is_end, char out[static INSTANT_TEXT_BYTES])
{
    struct day day;
    int64_t ms;

    if (day_parse(text, &day))
        ms = amsterdam_instant(is_end ? day_plus(day, 1) : day, 0);
    else if (!instant_parse(text, &ms))
        return false;
    instant_print(ms, out);
    return true;
}

/* NULL when a word is not well formed (named on stderr) or out of memory. */
static json_t *question_json(const struct question *question)
{
    char from[INSTANT_TEXT_BYTES], to[INSTANT_TEXT_BYTES];
    json_t *subject = question->subject ? subject_json(question->subject) : NULL;
    bool subject_wrong = question->subject && !subject;
    bool from_wrong = question->from && !read_instant(question->from, false, from);
    bool to_wrong = question->to && !read_instant(question->to, true, to);

    if (subject_wrong || from_wrong || to_wrong) {
        fprintf(stderr, "--%s: %s\n",
                subject_wrong ? "subject"
                : from_wrong  ? "from"
                              : "to",
                subject_wrong
                    ? say("schrijf \"1234AB 5 A\", een pseudoniem of een dossiernummer",
                          "write \"1234AB 5 A\", a token or a dossier number")
                    : say("schrijf een dag, zoals 2026-12-03", "write a day, like 2026-12-03"));
        json_decref(subject);
        return NULL;
    }
    return json_pack("{s:s*, s:o*, s:s*, s:s*, s:s*, s:s*, s:s*}", "actor", question->actor,
                     "onderwerp", subject, "partij", question->partner, "bepaling",
                     question->article, "gebeurtenis", question->event, "vanOp",
                     question->from ? from : NULL, "totOp", question->to ? to : NULL);
}

/* --- the answer --- */

/* A list that was read is about many: the first, and how many more. */
static const char *subject_text(const json_t *entry, char out[static SUBJECT_BYTES])
{
    const char *subjects = text_at(entry, "onderwerp");
    size_t more = 0, length = strcspn(subjects, " ");

    for (const char *c = subjects; *c; c++)
        more += *c == ' ';
    if (more)
        snprintf(out, SUBJECT_BYTES, "%.*s (+%zu)", (int)(length < 64 ? length : 64), subjects,
                 more);
    return more ? out : subjects;
}

static int print_entries(const json_t *entries)
{
    OWNED_TABLE table = table_with(9);

    table_row(&table, (const char *[]){"nr", say("tijd", "time"), say("gebeurtenis", "event"),
                                       say("uitkomst", "result"), "actor", say("rol", "role"),
                                       say("onderwerp", "subject"), say("bepaling", "article"),
                                       say("transactie", "transaction")});
    for (size_t i = 0; i < json_array_size(entries); i++) {
        const json_t *entry = json_array_get(entries, i);
        char number[24], event[64], transaction[SHORT_ID_BYTES], subject[SUBJECT_BYTES];
        snprintf(number, sizeof number, "%lld", (long long)number_at(entry, "volgnummer"));
        snprintf(event, sizeof event, "%s%s%s", text_at(entry, "gebeurtenis"),
                 text_at(entry, "fase")[0] ? "/" : "", text_at(entry, "fase"));
        snprintf(transaction, sizeof transaction, "%.8s", text_at(entry, "transactie"));
        table_row(&table, (const char *[]){number, text_at(entry, "op"), event,
                                           text_at(entry, "uitkomst"), text_at(entry, "actor"),
                                           text_at(entry, "rol"), subject_text(entry, subject),
                                           text_at(entry, "bepaling"), transaction});
    }
    return table_show(&table);
}

/* All pages: each asks on from where the last one ended. */
static int search(struct api *api, json_t *question, json_t **out_entries)
{
    OWNED_JSON entries = json_array();
    int exit;

    if (!entries)
        return command_outcome(OUTCOME_OUT_OF_MEMORY);
    for (;;) {
        OWNED_JSON answer = NULL;
        const json_t *next;
        json_object_set_new(question, "aantal", json_integer(PAGE_ROWS));
        exit = api_post(api, "/v1/logregels/_zoek", json_incref(question), &answer);
        if (exit != EXIT_DONE)
            return exit;
        if (json_array_extend(entries, json_object_get(answer, "regels")) != 0)
            return command_outcome(OUTCOME_OUT_OF_MEMORY);
        next = json_object_get(answer, "volgende");
        if (!json_is_integer(next))
            break;
        json_object_set_new(question, "vanaf", json_integer(json_integer_value(next)));
    }
    *out_entries = entries;
    entries = NULL; /* handed over */
    return EXIT_DONE;
}

static int list(const struct invocation *invocation, const struct question *question)
{
    OWNED_API api = {0};
    OWNED_JSON body = question_json(question);
    OWNED_JSON entries = NULL;
    int exit;

    if (!body)
        return EXIT_WRONG_USE;
    exit = api_open(invocation, &api);
    if (exit == EXIT_DONE)
        exit = search(&api, body, &entries);
    if (exit != EXIT_DONE)
        return exit;
    return invocation->json ? api_print_json(entries) : print_entries(entries);
}

static int run_list(int argc, char **argv)
{
    struct question question = {0};
    const struct option_row rows[] = {
        {"actor",
         "NUMBER",
         {"personeelsnummer van wie iets deed", "staff number of who did something"},
         &question.actor,
         NULL},
        {"subject",
         "WHO",
         {"over wie: \"1234AB 5 A\", pseudoniem of dossier",
          "about whom: \"1234AB 5 A\", token or dossier"},
         &question.subject,
         NULL},
        {"partner", "OIN", {"met welke partij", "with which partner"}, &question.partner, NULL},
        {"article",
         "ID/NR",
         {"onder welke bepaling", "under which article"},
         &question.article,
         NULL},
        {"from", "DAY", {"vanaf deze dag", "from this day"}, &question.from, NULL},
        {"to", "DAY", {"tot en met deze dag", "until this day, inclusive"}, &question.to, NULL},
        {"event",
         "WORD",
         {"soort gebeurtenis: send, recv, access, ...", "kind of event: send, recv, access, ..."},
         &question.event,
         NULL},
        {0},
    };
    struct invocation invocation;
    int exit;

    if (!options_read(&command_audit_list, rows, argc, argv, 0, 0, &invocation, &exit))
        return exit;
    return list(&invocation, &question);
}

const struct command command_audit_list = {
    .name = "audit list",
    .summary = {"Zoekt in het logboek: wie deed wat, bij wie, onder welke regel.",
                "Searches the log: who did what, about whom, under which rule."},
    .usage = "[--actor NUMBER] [--subject WHO] [--partner OIN] [--article ID/NR] [--event WORD] "
             "[--from DAY] [--to DAY]",
    .run = run_list,
};

/* --- checkpoint --- */

static int run_checkpoint(int argc, char **argv)
{
    OWNED_API api = {0};
    OWNED_BUFFER note = {0};
    struct invocation invocation;
    int exit;

    if (!options_read(&command_audit_checkpoint, NULL, argc, argv, 0, 0, &invocation, &exit))
        return exit;
    exit = api_open(&invocation, &api);
    if (exit == EXIT_DONE)
        exit = api_get_text(&api, "/v1/log/checkpoint", &note);
    if (exit != EXIT_DONE)
        return exit;
    if (invocation.json) {
        OWNED_JSON object = json_pack("{s:s%}", "controlepunt", note.data, note.length);
        return object ? api_print_json(object) : command_outcome(OUTCOME_OUT_OF_MEMORY);
    }
    fwrite(note.data, 1, note.length, stdout);
    return EXIT_DONE;
}

const struct command command_audit_checkpoint = {
    .name = "audit checkpoint",
    .summary = {"Toont het ondertekende controlepunt van het logboek.",
                "Shows the signed checkpoint of the log."},
    .usage = "",
    .run = run_checkpoint,
};
