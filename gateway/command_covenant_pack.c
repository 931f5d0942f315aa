/* SPDX-License-Identifier: EUPL-1.2 */
/* All that goes with a covenant on paper and into the files of a privacy officer: the A4, the rows
 * of the register, the data flows, what changed, and the covenant itself with its digest. */
#include <string.h>

#include "covenant/built_in.h"
#include "covenant/covenant_diff.h"
#include "covenant/covenant_html.h"
#include "covenant/covenant_register.h"
#include "covenant/covenant_text.h"
#include "covenant/html.h"
#include "covenant/plain_text.h"
#include "crypto/encoding.h"
#include "gateway/commands.h"
#include "gateway/covenant_source.h"

enum { CELLS_MAX = REGISTER_COLUMNS, FILE_COLUMN = 26 };

struct pack {
    const char *folder;
    const struct covenant *covenant;
    const struct covenant *before; /* NULL: no previous version was given */
    enum language language;
    struct buffer sums;  /* SHA256SUMS */
    struct buffer index; /* what each file is: LEESMIJ.txt */
};

static void pack_wipe(struct pack *pack)
{
    buffer_wipe(&pack->sums);
    buffer_wipe(&pack->index);
}
#define OWNED_PACK __attribute__((cleanup(pack_wipe))) struct pack

static void wipe_cells(struct buffer (*cells)[CELLS_MAX])
{
    for (int i = 0; i < CELLS_MAX; i++)
        buffer_wipe(&(*cells)[i]);
}
#define OWNED_CELLS __attribute__((cleanup(wipe_cells))) struct buffer

/* --- files --- */

static enum outcome write_file(const char *folder, const char *name, struct bytes contents,
                               struct file_fault *fault)
{
    char path[FILE_PATH_MAX_BYTES];

    TRY(path_join(folder, name, path, fault));
    return file_write(path, contents, 0644, fault);
}

/* One file of the pack; `what` says what it is. Gives an exit code. */
static int add_file(struct pack *pack, const char *name, struct bytes contents, const char *what)
{
    struct file_fault fault = {0};
    uint8_t digest[SHA256_BYTES];
    enum outcome outcome = write_file(pack->folder, name, contents, &fault);

    if (outcome != OUTCOME_OK)
        return command_file_fault(outcome, &fault);
    outcome = sha256(contents, digest);
    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    buffer_add_hex(&pack->sums, bytes_of(digest, sizeof digest));
    buffer_format(&pack->sums, "  %s\n", name);
    plain_labelled(&pack->index, name, FILE_COLUMN, bytes_of_text(what));
    return EXIT_DONE;
}

static int add_made(struct pack *pack, const char *name, const struct buffer *contents,
                    enum outcome outcome, const char *what)
{
    return outcome == OUTCOME_OK ? add_file(pack, name, buffer_bytes(contents), what)
                                 : command_outcome(outcome);
}

static const char *two(const struct pack *pack, const char *nl, const char *en)
{
    return pack->language == LANGUAGE_EN ? en : nl;
}

/* --- the A4 --- */

static int add_sheet(struct pack *pack)
{
    const struct covenant_page page = {.language = pack->language};
    OWNED_BUFFER text = {0}, html = {0};
    int exit = add_made(
        pack, "convenant-a4.txt", &text, covenant_print_text(pack->covenant, &page, &text),
        two(pack, "het convenant op een A4, als tekst", "the covenant on one A4, as text"));

    if (exit != EXIT_DONE)
        return exit;
    return add_made(
        pack, "convenant-a4.html", &html, covenant_print_html(pack->covenant, &page, &html),
        two(pack, "hetzelfde, om af te drukken en te ondertekenen", "the same, to print and sign"));
}

/* --- tables: the same cells as CSV and as HTML --- */

struct table_pair {
    struct buffer csv, html;
    const char *heads[CELLS_MAX];
    size_t columns;
    bool tall; /* on paper a list for each row, under its first cell: too many columns for an A4 */
};

static void pair_wipe(struct table_pair *pair)
{
    buffer_wipe(&pair->csv);
    buffer_wipe(&pair->html);
}
#define OWNED_TABLE_PAIR __attribute__((cleanup(pair_wipe))) struct table_pair

static void pair_begin(struct table_pair *pair, const struct pack *pack, const char *title,
                       const char *(*heading)(size_t, enum language), size_t columns)
{
    pair->columns = columns;
    for (size_t i = 0; i < columns; i++)
        pair->heads[i] = heading(i, pack->language);
    command_edge()->csv_start(&pair->csv);
    command_edge()->csv_row(&pair->csv, columns, pair->heads);
    html_begin(&pair->html, pair->tall ? HTML_LETTER : HTML_TABLES, pack->language, title);
    html_element(&pair->html, "h1", NULL, title);
    html_element(&pair->html, "p", "code", pack->covenant->reference);
    if (!pair->tall)
        html_table(&pair->html, NULL, pair->heads, columns);
}

static void pair_add(struct table_pair *pair, struct buffer cells[CELLS_MAX])
{
    const char *texts[CELLS_MAX];
    bool failed = false;

    for (size_t i = 0; i < pair->columns; i++) {
        texts[i] = cells[i].length ? buffer_text(&cells[i]) : "";
        failed = failed || cells[i].failed || !texts[i];
    }
    pair->csv.failed = pair->csv.failed || failed;
    if (failed)
        return;
    command_edge()->csv_row(&pair->csv, pair->columns, texts);
    if (!pair->tall) {
        html_row(&pair->html, texts, pair->columns);
        return;
    }
    html_element(&pair->html, "h2", NULL, texts[0]);
    html_open(&pair->html, "dl", "record");
    for (size_t i = 1; i < pair->columns; i++)
        html_pair(&pair->html, pair->heads[i], texts[i][0] ? texts[i] : "……………………");
    html_close(&pair->html, "dl");
}

static int pair_end(struct table_pair *pair, struct pack *pack, const char *name, const char *what)
{
    char file[64];
    int exit;

    if (!pair->tall)
        html_close(&pair->html, "table");
    html_end(&pair->html);
    snprintf(file, sizeof file, "%s.csv", name);
    exit = add_made(pack, file, &pair->csv, buffer_outcome(&pair->csv), what);
    if (exit != EXIT_DONE)
        return exit;
    snprintf(file, sizeof file, "%s.html", name);
    return add_made(pack, file, &pair->html, buffer_outcome(&pair->html),
                    two(pack, "hetzelfde, om af te drukken", "the same, to print"));
}

static int add_register(struct pack *pack)
{
    OWNED_TABLE_PAIR pair = {.tall = true};

    pair_begin(&pair, pack, two(pack, "Register van verwerkingen", "Record of processing"),
               register_heading, REGISTER_COLUMNS);
    for (enum purpose purpose = PURPOSE_NONE + 1; purpose < PURPOSE_COUNT; purpose++) {
        OWNED_CELLS cells[CELLS_MAX] = {{0}};
        if (register_row(pack->covenant, purpose, pack->language, cells))
            pair_add(&pair, cells);
    }
    return pair_end(&pair, pack, "verwerkingsregister",
                    two(pack,
                        "rijen voor het register van verwerkingen (AVG artikel 30), een per doel; "
                        "vul contact en FG van uw organisatie zelf in",
                        "rows for the record of processing activities (GDPR article 30), one per "
                        "purpose; fill in contact and DPO of your organisation yourself"));
}

static int add_flows(struct pack *pack)
{
    OWNED_TABLE_PAIR pair = {0};

    pair_begin(&pair, pack, two(pack, "Gegevensstromen", "Data flows"), flow_heading, FLOW_COLUMNS);
    for (size_t i = 0; i < pack->covenant->articles_count; i++) {
        OWNED_CELLS cells[CELLS_MAX] = {{0}};
        flow_row(pack->covenant, &pack->covenant->articles[i], pack->language, cells);
        pair_add(&pair, cells);
    }
    return pair_end(&pair, pack, "gegevensstromen",
                    two(pack,
                        "van wie naar wie, wat, hoe, waarom en hoe lang, een rij per bepaling",
                        "from whom to whom, what, how, why and how long, a row per article"));
}

/* Every signal that can go somewhere, and at which desk one can ask. */
static int add_signpost(struct pack *pack)
{
    const struct code_lists *lists = pack->covenant->lists;
    OWNED_TABLE_PAIR pair = {0};

    pair_begin(&pair, pack, two(pack, "Wegwijzer", "Signpost"), signpost_heading, SIGNPOST_COLUMNS);
    for (size_t i = 0; i < lists->signals_count; i++)
        for (size_t k = 0; k < pack->covenant->parties_count; k++) {
            OWNED_CELLS cells[CELLS_MAX] = {{0}};
            if (!lists->signals[i].blocked &&
                signpost_row(pack->covenant, &lists->signals[i], &pack->covenant->parties[k],
                             pack->language, cells))
                pair_add(&pair, cells);
        }
    return pair_end(&pair, pack, "wegwijzer",
                    two(pack, "waar een signaal terecht kan, en het contactpunt van elke partner",
                        "where a signal can go, and the desk of each partner"));
}

/* --- what changed --- */

static int add_difference(struct pack *pack)
{
    OWNED_COVENANT_DIFF diff = {0};
    OWNED_BUFFER text = {0}, html = {0};
    enum outcome outcome;
    int exit;

    if (!pack->before)
        return EXIT_DONE;
    outcome = covenant_diff_make(pack->before, pack->covenant, pack->language, &diff);
    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    exit =
        add_made(pack, "verschil.txt", &text,
                 covenant_diff_text(&diff, pack->before, pack->covenant, pack->language, &text),
                 two(pack, "wat er verandert sinds de vorige versie; RUIMER is meer dan er mocht",
                     "what changes since the previous version; WIDER is more than was allowed"));
    if (exit != EXIT_DONE)
        return exit;
    return add_made(pack, "verschil.html", &html,
                    covenant_diff_html(&diff, pack->before, pack->covenant, pack->language, &html),
                    two(pack, "hetzelfde, om af te drukken", "the same, to print"));
}

/* --- the whole --- */

static int add_readme(struct pack *pack)
{
    OWNED_BUFFER readme = {0}, fingerprint = {0};
    struct file_fault fault = {0};
    enum outcome outcome;

    fingerprint_print_groups(pack->covenant->fingerprint, &fingerprint);
    buffer_format(&readme, "%s\n%s\n\n", pack->covenant->title, pack->covenant->reference);
    buffer_add_buffer(&readme, &pack->index);
    plain_labelled(&readme, "SHA256SUMS", FILE_COLUMN,
                   bytes_of_text(two(pack, "de controlegetallen: sha256sum -c SHA256SUMS",
                                     "the digests: sha256sum -c SHA256SUMS")));
    buffer_add_byte(&readme, '\n');
    plain_labelled(
        &readme, "", 0,
        bytes_of_text(two(pack,
                          "De vingerafdruk van het convenant is de SHA-256 van "
                          "convenant.json, byte voor byte. Vergelijk hem met het papier "
                          "dat u van de andere partijen kreeg:",
                          "The fingerprint of the covenant is the SHA-256 of "
                          "convenant.json, byte for byte. Compare it with the paper that "
                          "you got from the other parties:")));
    plain_labelled(&readme, "", 0, buffer_bytes(&fingerprint));
    outcome = buffer_outcome(&readme);
    if (outcome == OUTCOME_OK)
        outcome = buffer_outcome(&pack->index);
    if (outcome == OUTCOME_OK)
        outcome = buffer_outcome(&pack->sums);
    if (outcome == OUTCOME_OK)
        outcome = write_file(pack->folder, "SHA256SUMS", buffer_bytes(&pack->sums), &fault);
    if (outcome == OUTCOME_OK)
        outcome = write_file(pack->folder, "LEESMIJ.txt", buffer_bytes(&readme), &fault);
    return fault.check != FILE_CHECK_NONE ? command_file_fault(outcome, &fault)
           : outcome == OUTCOME_OK        ? EXIT_DONE
                                          : command_outcome(outcome);
}

static int write_pack(struct pack *pack, struct bytes raw)
{
    static int (*const parts[])(struct pack *) = {add_sheet, add_register, add_flows,
                                                  add_signpost, add_difference, add_readme};
    struct file_fault fault = {0};
    enum outcome outcome = folder_make(pack->folder, &fault);
    int exit;

    if (outcome != OUTCOME_OK)
        return command_file_fault(outcome, &fault);
    exit = add_file(pack, "convenant.json", raw,
                    two(pack, "het convenant zelf", "the covenant itself"));
    for (size_t i = 0; exit == EXIT_DONE && i < sizeof parts / sizeof *parts; i++)
        exit = parts[i](pack);
    if (exit == EXIT_DONE)
        printf("%s/LEESMIJ.txt\n", pack->folder);
    return exit;
}

static int run_pack(int argc, char **argv)
{
    OWNED_CODE_LISTS lists = NULL;
    OWNED_COVENANT_SOURCE source = {0}, before = {0};
    OWNED_PACK pack = {0};
    const char *folder = NULL, *previous = NULL, *lang = NULL;
    const struct option_row rows[] = {
        {"out", "DIR", {"map waarin alles komt", "folder for all of it"}, &folder, NULL},
        {"previous",
         "FILE|ID",
         {"de vorige versie, voor het verschil", "the previous version, for the difference"},
         &previous,
         NULL},
        {"lang", "nl|en", {"taal; anders Nederlands", "language; else Dutch"}, &lang, NULL},
        {0},
    };
    struct invocation invocation;
    enum outcome outcome;
    int exit;

    if (!options_read(&command_covenant_pack, rows, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    if (!folder || (lang && strcmp(lang, "nl") != 0 && strcmp(lang, "en") != 0))
        return command_wrong_use(&command_covenant_pack, "geef --out DIR; --lang is nl of en",
                                 "give --out DIR; --lang is nl or en");
    outcome = code_lists_load(&lists);
    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    exit = covenant_source_read(&invocation, invocation.words[0], lists, &source);
    if (exit == EXIT_DONE && previous)
        exit = covenant_source_read(&invocation, previous, lists, &before);
    if (exit != EXIT_DONE)
        return exit;
    pack.folder = folder;
    pack.covenant = source.covenant;
    pack.before = before.covenant;
    pack.language = lang && strcmp(lang, "en") == 0 ? LANGUAGE_EN : LANGUAGE_NL;
    return write_pack(&pack, buffer_bytes(&source.raw));
}

const struct command command_covenant_pack = {
    .name = "covenant pack",
    .summary = {"Maakt de bijlagen bij een convenant: A4, register, stromen, verschil.",
                "Makes what goes with a covenant: A4, record, flows, difference."},
    .usage = "FILE|ID --out DIR [--previous FILE|ID] [--lang nl|en]",
    .run = run_pack,
};
