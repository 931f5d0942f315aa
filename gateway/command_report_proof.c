/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The proof that an early signal was reported: for the file that goes to court. Text to read, or
 * one A4 as HTML. It holds what the auditor needs to check it: hashes, positions, the checkpoint.
 */
#include <stdlib.h>
#include <string.h>

#include "covenant/day.h"
#include "covenant/html.h"
#include "gateway/api.h"
#include "gateway/commands.h"

enum { LINE_BYTES = 200 };

/* A paper for a Dutch court is Dutch; so is the text, unless the user's language is another. */
static const char *two(enum language language, const char *nl, const char *en)
{
    return language == LANGUAGE_NL ? nl : en;
}

/* "What" and "which", in one order for text and page. */
typedef void add_pair(struct buffer *out, const char *what, const char *which);

static void text_pair(struct buffer *out, const char *what, const char *which)
{
    buffer_format(out, "  %-15s %s\n", what, which);
}

/* --- the lines --- */

/* "22-11-2026" as it is read here; what is no day stays as it came. */
static const char *day_line(const char *text, char out[static LINE_BYTES])
{
    struct day day;
    struct date date;

    if (!day_parse(text, &day))
        return text;
    date = day_date(day);
    snprintf(out, LINE_BYTES, "%02d-%02d-%04d", date.day, date.month, date.year);
    return out;
}

/* "22-11-2026 23:08:06", on the wall in Amsterdam. */
static const char *moment_line(const char *text, char out[static LINE_BYTES])
{
    struct wall_clock wall;
    struct date date;
    int64_t ms;

    if (!instant_parse(text, &ms))
        return text;
    wall = amsterdam_clock(ms);
    date = day_date(wall.day);
    snprintf(out, LINE_BYTES, "%02d-%02d-%04d %02d:%02d:%02d", date.day, date.month, date.year,
             wall.hour, wall.minute, wall.second);
    return out;
}

static void print_address(const json_t *proof, char *out, size_t size)
{
    const json_t *address = json_object_get(json_object_get(proof, "contact"), "adres");

    snprintf(out, size, "%s %s%s%s%s", text_at(address, "postcode"), text_at(address, "huisnummer"),
             text_at(address, "huisletter"), text_at(address, "toevoeging")[0] ? "-" : "",
             text_at(address, "toevoeging"));
}

static void add_content(struct buffer *out, const json_t *proof, enum language language,
                        add_pair *pair)
{
    const json_t *contact = json_object_get(proof, "contact");
    int64_t cents = number_at(proof, "bedragAchterstand");
    char line[LINE_BYTES];

    if (text_at(contact, "naam")[0])
        pair(out, two(language, "Huurder", "Tenant"), text_at(contact, "naam"));
    print_address(proof, line, sizeof line);
    pair(out, two(language, "Adres", "Address"), line);
    if (text_at(contact, "telefoon")[0])
        pair(out, two(language, "Telefoon", "Telephone"), text_at(contact, "telefoon"));
    if (json_object_get(proof, "bedragAchterstand")) {
        snprintf(line, sizeof line, "€ %lld,%02lld", (long long)(cents / 100),
                 (long long)(cents % 100));
        pair(out, two(language, "Achterstand", "Arrears"), line);
    }
    if (text_at(proof, "signaalDatum")[0])
        pair(out, two(language, "Datum signaal", "Date of signal"),
             day_line(text_at(proof, "signaalDatum"), line));
}

static void add_parties(struct buffer *out, const json_t *proof, enum language language,
                        add_pair *pair)
{
    char line[LINE_BYTES];

    snprintf(line, sizeof line, "%s (OIN %s)", text_at(proof, "afzenderNaam"),
             text_at(proof, "afzender"));
    pair(out, two(language, "Gemeld door", "Reported by"), line);
    snprintf(line, sizeof line, "%s (OIN %s)", text_at(proof, "ontvangerNaam"),
             text_at(proof, "ontvanger"));
    pair(out, two(language, "Gemeld aan", "Reported to"), line);
    pair(out, two(language, "Zaaknummer", "Case"), text_at(proof, "bronsleutel"));
    pair(out, two(language, "Ingediend", "Handed in"),
         moment_line(text_at(proof, "ingediendOp"), line));
    pair(out, two(language, "Ontvangen", "Received"),
         moment_line(text_at(proof, "ontvangenOp"), line));
}

static void add_rule(struct buffer *out, const json_t *proof, enum language language,
                     add_pair *pair)
{
    char line[LINE_BYTES];

    pair(out, two(language, "Wet", "Law"), text_at(proof, "wet"));
    snprintf(line, sizeof line, "%s (%s), %s %lld", text_at(proof, "titel"),
             text_at(proof, "convenant"), two(language, "bepaling", "article"),
             (long long)number_at(proof, "bepaling"));
    pair(out, two(language, "Convenant", "Covenant"), line);
    pair(out, two(language, "Vingerafdruk", "Fingerprint"), text_at(proof, "vingerafdruk"));
    snprintf(line, sizeof line, "%s (%s)", text_at(proof, "signaalnaam"),
             text_at(proof, "signaalcode"));
    pair(out, two(language, "Signaal", "Signal"), line);
}

static void add_trail(struct buffer *out, const json_t *proof, enum language language,
                      add_pair *pair)
{
    char line[LINE_BYTES];

    pair(out, two(language, "Melding", "Report"), text_at(proof, "id"));
    pair(out, two(language, "Bericht", "Message"), text_at(proof, "bericht"));
    pair(out, two(language, "Hash bericht", "Hash of message"), text_at(proof, "inhoudSha256"));
    pair(out, two(language, "Hash logblad", "Hash of leaf"), text_at(proof, "bladhash"));
    snprintf(line, sizeof line, "%lld (%s), %lld (%s)",
             (long long)number_at(proof, "ingenomenBlad"), two(language, "ingenomen", "taken in"),
             (long long)number_at(proof, "ontvangenBlad"),
             two(language, "ontvangstbewijs", "receipt"));
    pair(out, two(language, "Ons logboek", "Our log"), line);
}

/* The three lines that a checkpoint begins with: log, leaves, root. What follows are signatures. */
static void add_checkpoint(struct buffer *out, const json_t *proof, enum language language,
                           add_pair *pair)
{
    static const struct words {
        const char *nl, *en;
    } names[] = {{"Controlepunt", "Checkpoint"}, {"Bladen", "Leaves"}, {"Wortel", "Root"}};
    const char *note = text_at(proof, "controlepunt");

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strcspn(note, "\n");
        char line[LINE_BYTES];
        snprintf(line, sizeof line, "%.*s", (int)length, note);
        pair(out, two(language, names[i].nl, names[i].en), line);
        note += length + (note[length] == '\n');
    }
}

static void add_all_to_check(struct buffer *out, const json_t *proof, enum language language,
                             add_pair *pair)
{
    add_trail(out, proof, language, pair);
    add_checkpoint(out, proof, language, pair);
}

/* --- the text --- */

static enum outcome print_text(const json_t *proof, enum language language, struct buffer *out)
{
    const json_t *conditions = json_object_get(proof, "voorwaarden");

    buffer_format(out, "%s\n\n",
                  two(language, "Bewijs van melding (vroegsignaal huurachterstand)",
                      "Proof of reporting (early signal of rent arrears)"));
    add_parties(out, proof, language, text_pair);
    buffer_format(out, "\n%s\n", two(language, "Wat is gemeld", "What was reported"));
    add_content(out, proof, language, text_pair);
    buffer_format(out, "\n%s\n", two(language, "Op grond waarvan", "On what ground"));
    add_rule(out, proof, language, text_pair);
    buffer_format(out, "\n%s\n",
                  two(language, "Voorwaarden, en sinds wanneer", "Conditions, and since when"));
    for (size_t i = 0; i < json_array_size(conditions); i++) {
        const json_t *condition = json_array_get(conditions, i);
        char line[LINE_BYTES];
        buffer_format(out, "  %s  %s\n", day_line(text_at(condition, "op"), line),
                      text_at(condition, "naam"));
    }
    buffer_format(out, "\n%s\n", two(language, "Na te gaan", "To be checked"));
    add_all_to_check(out, proof, language, text_pair);
    return buffer_outcome(out);
}

/* --- the page --- */

static void html_section(struct buffer *out, const json_t *proof, enum language language,
                         const char *title,
                         void (*add)(struct buffer *, const json_t *, enum language, add_pair *))
{
    html_element(out, "h2", NULL, title);
    html_open(out, "dl", NULL);
    add(out, proof, language, html_pair);
    html_close(out, "dl");
}

static void html_conditions(struct buffer *out, const json_t *proof, enum language language)
{
    const char *const heads[] = {two(language, "Voorwaarde", "Condition"),
                                 two(language, "Op", "On")};
    const json_t *conditions = json_object_get(proof, "voorwaarden");

    html_element(out, "h2", NULL, two(language, "Voorwaarden", "Conditions"));
    html_table(out, NULL, heads, 2);
    for (size_t i = 0; i < json_array_size(conditions); i++) {
        const json_t *condition = json_array_get(conditions, i);
        char line[LINE_BYTES];
        html_row(
            out,
            (const char *[]){text_at(condition, "naam"), day_line(text_at(condition, "op"), line)},
            2);
    }
    html_close(out, "table");
}

static enum outcome print_page(const json_t *proof, enum language language, struct buffer *out)
{
    const char *title = two(language, "Bewijs van melding", "Proof of reporting");

    html_begin_sheet(out, 0, language, title);
    html_element(out, "h1", NULL, title);
    html_paragraph(out, two(language,
                            "Vroegsignaal van huurachterstand. De ontvanger tekende voor dit "
                            "bericht; beide logboeken houden dat vast.",
                            "Early signal of rent arrears. The recipient signed for this message; "
                            "both logs hold that."));
    html_section(out, proof, language, two(language, "Melding", "Report"), add_parties);
    html_section(out, proof, language, two(language, "Wat is gemeld", "What was reported"),
                 add_content);
    html_section(out, proof, language, two(language, "Op grond waarvan", "On what ground"),
                 add_rule);
    html_conditions(out, proof, language);
    html_section(out, proof, language, two(language, "Na te gaan", "To be checked"),
                 add_all_to_check);
    html_paragraph(out, two(language,
                            "Een auditor kan dit nagaan: met het ontvangstbewijs en de logboeken "
                            "van beide organisaties, en hun sleutels uit het convenant. Het "
                            "ontvangstbewijs zelf geeft de poort met --json.",
                            "An auditor can check this: with the receipt and the logs of both "
                            "organisations, and their keys from the covenant. The receipt itself "
                            "comes from the gateway with --json."));
    html_end(out);
    return buffer_outcome(out);
}

/* --- the command --- */

static int find_case(struct api *api, const char *key, char out_id[static API_ID_BYTES])
{
    OWNED_JSON items = NULL;
    int exit = api_get_all(api, "/v1/verzonden", "verzonden", &items);

    if (exit != EXIT_DONE)
        return exit;
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        if (strcmp(text_at(item, "bronsleutel"), key) != 0)
            continue;
        snprintf(out_id, API_ID_BYTES, "%s", text_at(item, "id"));
        return EXIT_DONE;
    }
    fprintf(stderr, "%s\n",
            say("Onder dit zaaknummer is niets gemeld, of niet door u.",
                "Nothing was reported under this case, or not by you."));
    return EXIT_REFUSED;
}

static int show(const json_t *proof, enum language language, const char *html_path)
{
    OWNED_BUFFER text = {0};
    struct file_fault fault = {0};
    enum outcome outcome =
        html_path ? print_page(proof, language, &text) : print_text(proof, language, &text);

    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    if (html_path) { /* for the file of one tenant: nobody else's eyes */
        outcome = file_write(html_path, buffer_bytes(&text), 0600, &fault);
        return outcome == OUTCOME_OK ? EXIT_DONE : command_file_fault(outcome, &fault);
    }
    return fwrite(text.data, 1, text.length, stdout) == text.length
               ? EXIT_DONE
               : command_outcome(OUTCOME_INTERNAL);
}

static int prove(const struct invocation *invocation, const char *key, const char *html_path)
{
    OWNED_API api = {0};
    OWNED_JSON proof = NULL;
    char id[API_ID_BYTES], path[API_URL_BYTES];
    int exit = api_open(invocation, &api);

    if (exit == EXIT_DONE)
        exit = key ? find_case(&api, key, id)
                   : api_find_id(&api, "/v1/verzonden", "verzonden", invocation->words[0], id);
    if (exit != EXIT_DONE)
        return exit;
    snprintf(path, sizeof path, "/v1/verzonden/%s/bewijs", id);
    exit = api_get(&api, path, &proof);
    if (exit != EXIT_DONE)
        return exit;
    if (invocation->json)
        return api_print_json(proof);
    return show(proof, html_path ? LANGUAGE_NL : api.language, html_path);
}

static int run(int argc, char **argv)
{
    const char *key = NULL, *html = NULL;
    const struct option_row rows[] = {
        {"zaak",
         "CASE",
         {"het zaaknummer in het eigen systeem", "the case in the own system"},
         &key,
         NULL},
        {"html",
         "FILE",
         {"als bladzijde naar dit bestand", "as a page, to this file"},
         &html,
         NULL},
        {0},
    };
    struct invocation invocation;
    int exit;

    if (!options_read(&command_report_proof, rows, argc, argv, 0, 1, &invocation, &exit))
        return exit;
    if ((invocation.word_count == 0) == (key == NULL))
        return command_wrong_use(&command_report_proof, "Geef een nummer of --zaak.",
                                 "Give an id or --zaak.");
    return prove(&invocation, key, html);
}

const struct command command_report_proof = {
    .name = "report proof",
    .alias = "melden bewijs",
    .summary = {"Geeft het bewijs dat een huurachterstand is gemeld, op een A4.",
                "Gives the proof that rent arrears were reported, on one A4."},
    .usage = "ID|--zaak CASE [--html FILE]",
    .run = run,
};
