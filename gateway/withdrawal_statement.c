/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/withdrawal_statement.h"

#include <stdio.h>
#include <string.h>

#include "covenant/html.h"
#include "crypto/encoding.h"

enum { WHEN_BYTES = 32, LINE_BYTES = 320, LINES_MAX = 16, CELL_BYTES = 200 };

static const char *say_in(enum language language, const char *nl, const char *en)
{
    return language == LANGUAGE_NL ? nl : en;
}

/* --- one line for each party, however many things it was told --- */

struct party_line {
    struct oin partner;
    size_t told, answered, refused;
    bool by_token;
    int64_t answered_ms;
    const struct told *last; /* answered last, or the first when none is */
    const struct told *kept; /* kept under a statute; NULL */
};

static struct party_line line_of(const struct withdrawal *w, size_t first)
{
    struct party_line line = {.partner = w->told[first].partner, .last = &w->told[first]};

    for (size_t i = first; i < w->told_count; i++) {
        const struct told *told = &w->told[i];
        if (!oin_equal(&told->partner, &line.partner))
            continue;
        line.told++;
        line.answered += told->answered_ms != 0;
        line.refused += told->refused;
        line.by_token = line.by_token || told->item.about == WITHDRAWAL_OF_TOKEN;
        if (told->answered_ms && strcmp(told->code, WITHDRAWAL_KEPT) == 0)
            line.kept = told;
        if (told->answered_ms >= line.answered_ms && told->answered_ms) {
            line.answered_ms = told->answered_ms;
            line.last = told;
        }
    }
    return line;
}

static bool is_first(const struct withdrawal *w, size_t place)
{
    for (size_t i = 0; i < place; i++) {
        if (oin_equal(&w->told[i].partner, &w->told[place].partner))
            return false;
    }
    return true;
}

static bool is_open(const struct party_line *line)
{
    return line->answered < line->told;
}

/* The statute stands in the article of the signal, which both sides know. */
static const char *statute_of(const struct statement_paper *paper, const struct told *told)
{
    const struct known_covenant *known = registry_find(paper->registry, told->covenant);
    const struct article *article = known ? covenant_article(known->covenant, told->article) : NULL;

    return article && article->basis.law ? article->basis.law
                                         : say_in(paper->language, "een wet", "a law");
}

/* As long as the statute is: a name that is cut off is no ground. */
static const char *result_of(const struct statement_paper *paper, const struct party_line *line,
                             struct buffer *out)
{
    if (line->kept)
        buffer_format(out, "%s %s", say_in(paper->language, "bewaard krachtens", "kept under"),
                      statute_of(paper, line->kept));
    else if (!is_open(line))
        buffer_add_text(out, say_in(paper->language, "verwijderd", "erased"));
    else
        buffer_add_text(out, say_in(paper->language, "nog niet bevestigd: wij blijven het proberen",
                                    "not confirmed yet: we keep trying"));
    return buffer_text(out);
}

static void when(int64_t ms, char out[static WHEN_BYTES])
{
    const struct date date = day_date(amsterdam_day(ms));
    const struct wall_clock clock = amsterdam_clock(ms);

    snprintf(out, WHEN_BYTES, "%02d-%02d-%04d %02d:%02d", date.day, date.month, date.year,
             clock.hour, clock.minute);
}

/* --- the sentences --- */

struct lines {
    size_t count;
    char text[LINES_MAX][LINE_BYTES];
};

/* clang-format off */
static const struct counted { /* by enum language: of one, of more */
    const char *one[LANGUAGE_COUNT], *more[LANGUAGE_COUNT];
} some_records = {{"toestemming ingetrokken", "consent withdrawn"},
             {"toestemmingen ingetrokken", "consents withdrawn"}},
  waiting = {{"signaal niet verzonden", "signal not sent"},
             {"signalen niet verzonden", "signals not sent"}},
  under_way = {{"signaal onderweg teruggehaald", "signal taken back on the way"},
               {"signalen onderweg teruggehaald", "signals taken back on the way"}},
  delivered = {{"signaal dat al was aangekomen", "signal that had arrived"},
               {"signalen die al waren aangekomen", "signals that had arrived"}},
  erased = {{"signaal hier gewist", "signal erased here"},
            {"signalen hier gewist", "signals erased here"}},
  kept = {{"signaal hier bewaard omdat een wet dat vraagt", "signal kept here because a law asks for it"},
          {"signalen hier bewaard omdat een wet dat vraagt", "signals kept here because a law asks for it"}},
  unconfirmed = {{"partij moet nog bevestigen. Vraag later om dit papier opnieuw.",
                  "party has still to confirm. Ask for this paper again later."},
                 {"partijen moeten nog bevestigen. Vraag later om dit papier opnieuw.",
                  "parties have still to confirm. Ask for this paper again later."}};
/* clang-format on */

static const char *words_of(const struct counted *counted, int64_t count, enum language language)
{
    return count == 1 ? counted->one[language] : counted->more[language];
}

static void add_count(struct lines *lines, enum language language, int64_t count,
                      const struct counted *counted)
{
    if (count && lines->count < LINES_MAX)
        snprintf(lines->text[lines->count++], LINE_BYTES, "%lld %s", (long long)count,
                 words_of(counted, count, language));
}

static void add_line(struct lines *lines, enum language language, const char *nl, const char *en)
{
    if (lines->count < LINES_MAX)
        snprintf(lines->text[lines->count++], LINE_BYTES, "%s", say_in(language, nl, en));
}

static bool any_by_token(const struct withdrawal *w)
{
    for (size_t i = 0; i < w->told_count; i++) {
        if (w->told[i].item.about == WITHDRAWAL_OF_TOKEN)
            return true;
    }
    return false;
}

static struct lines stopped_lines(const struct statement_paper *paper)
{
    const struct withdrawal *w = paper->withdrawal;
    const enum language language = paper->language;
    struct lines lines = {0};

    add_count(&lines, language, (int64_t)w->record_count, &some_records);
    add_count(&lines, language, w->waiting, &waiting);
    add_count(&lines, language, w->under_way, &under_way);
    add_count(&lines, language, w->delivered, &delivered);
    add_count(&lines, language, w->erased, &erased);
    add_count(&lines, language, w->kept, &kept);
    if (lines.count == 0)
        add_line(&lines, language, "Er wordt vanaf nu niets meer gedeeld.",
                 "From now on nothing is shared any more.");
    if (w->searching)
        add_line(&lines, language, "Wat hier net binnenkwam, wordt nog nagezocht.",
                 "What has just come in here is still being looked up.");
    if (any_by_token(w))
        add_line(
            &lines, language,
            "Elke partij verwijdert wat zij onder toestemming heeft. Of zij iets had, zegt dit "
            "papier niet.",
            "Each party erases what it has under consent. This paper does not say whether it "
            "had anything.");
    return lines;
}

struct heads {
    char number[UUID_TEXT_BYTES], when[WHEN_BYTES], purposes[CELL_BYTES], log[CELL_BYTES];
};

static void purposes_of(const struct withdrawal *w, enum language language, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (unsigned i = 1; i < PURPOSE_COUNT && used < size; i++) {
        if (has_bit(w->purposes, i))
            used += (size_t)snprintf(out + used, size - used, "%s%s", used ? ", " : "",
                                     purpose_name((enum purpose)i, language));
    }
}

static struct heads heads_of(const struct statement_paper *paper)
{
    const struct withdrawal *w = paper->withdrawal;
    const uint64_t mask = (UINT64_C(1) << AUDIT_LOG_SHIFT) - 1;
    struct heads heads;

    memcpy(heads.number, w->id, sizeof heads.number);
    when(w->at_ms, heads.when);
    purposes_of(w, paper->language, heads.purposes, sizeof heads.purposes);
    snprintf(heads.log, sizeof heads.log, "%s %llu - %llu", paper->origin,
             (unsigned long long)(w->first_leaf & mask), (unsigned long long)(w->last_leaf & mask));
    return heads;
}

static const char *title_of(const struct statement_paper *paper)
{
    switch (paper->withdrawal->reason) {
    case WITHDRAWAL_BEZWAAR:
        return say_in(paper->language, "Bewijs van bezwaar", "Statement of objection");
    case WITHDRAWAL_TERUGGETROKKEN:
        return say_in(paper->language, "Bewijs van terugtrekking", "Statement of recall");
    case WITHDRAWAL_INGETROKKEN:
    case WITHDRAWAL_NIET_BEVESTIGD:
    case WITHDRAWAL_REASON_COUNT:
        break;
    }
    return say_in(paper->language, "Bewijs van intrekking", "Statement of withdrawal");
}

static size_t open_count(const struct withdrawal *w)
{
    size_t count = 0;

    for (size_t i = 0; i < w->told_count; i++) {
        const struct party_line line = line_of(w, i);
        count += is_first(w, i) && is_open(&line);
    }
    return count;
}

static void still_open(const struct statement_paper *paper, char out[static LINE_BYTES])
{
    const size_t count = open_count(paper->withdrawal);

    if (count == 0)
        snprintf(out, LINE_BYTES, "%s",
                 say_in(paper->language, "Er staat niets meer open.", "Nothing is open any more."));
    else
        snprintf(out, LINE_BYTES, "%zu %s", count,
                 words_of(&unconfirmed, (int64_t)count, paper->language));
}

/* --- text --- */

static void text_parties(const struct statement_paper *paper, struct buffer *out)
{
    const struct withdrawal *w = paper->withdrawal;

    for (size_t i = 0; i < w->told_count; i++) {
        struct party_line line;
        char at[WHEN_BYTES], hash[SHA256_HEX_BYTES];
        OWNED_BUFFER text = {0};
        const char *result;
        if (!is_first(w, i))
            continue;
        line = line_of(w, i);
        result = result_of(paper, &line, &text);
        out->failed = out->failed || !result;
        buffer_format(out, "  %s: %s\n", registry_name(paper->registry, &line.partner),
                      result ? result : "");
        if (is_open(&line))
            continue;
        when(line.answered_ms, at);
        hex_encode(bytes_of(line.last->leaf_hash, SHA256_BYTES), hash);
        buffer_format(out, "    %s %s, %s %s\n",
                      say_in(paper->language, "ondertekend op", "signed on"), at,
                      say_in(paper->language, "blad", "leaf"), hash);
    }
}

enum outcome withdrawal_statement_text(const struct statement_paper *paper, struct buffer *out)
{
    const enum language language = paper->language;
    const struct heads heads = heads_of(paper);
    const struct lines lines = stopped_lines(paper);
    char open[LINE_BYTES];

    buffer_format(out, "%s\n\n", title_of(paper));
    buffer_format(out, "%-12s%s\n", say_in(language, "bij", "at"),
                  registry_name(paper->registry, &paper->self));
    buffer_format(out, "%-12s%s\n", say_in(language, "kenmerk", "number"), heads.number);
    buffer_format(out, "%-12s%s\n", say_in(language, "op", "on"), heads.when);
    buffer_format(out, "%-12s%s\n", say_in(language, "reden", "reason"),
                  withdrawal_reason_text(paper->withdrawal->reason, language));
    if (heads.purposes[0])
        buffer_format(out, "%-12s%s\n", say_in(language, "waarvoor", "what for"), heads.purposes);
    buffer_format(out, "\n%s\n", say_in(language, "Wat is gestopt", "What was stopped"));
    for (size_t i = 0; i < lines.count; i++)
        buffer_format(out, "  %s\n", lines.text[i]);
    buffer_format(out, "\n%s\n", say_in(language, "Wie wij dit hebben verteld", "Whom we told"));
    text_parties(paper, out);
    still_open(paper, open);
    buffer_format(out, "  %s\n\n%s\n  %s\n", open,
                  say_in(language, "Waar dit in ons logboek staat", "Where this stands in our log"),
                  heads.log);
    buffer_add_bytes(out, paper->checkpoint);
    return buffer_outcome(out);
}

/* --- HTML --- */

static void html_parties(const struct statement_paper *paper, struct buffer *out)
{
    const struct withdrawal *w = paper->withdrawal;
    const char *const heads[] = {
        say_in(paper->language, "Partij", "Party"), say_in(paper->language, "Antwoord", "Answer"),
        say_in(paper->language, "ondertekend op", "signed on"),
        say_in(paper->language, "blad in haar logboek", "leaf in its log")};

    html_table(out, "receipts", heads, 4);
    for (size_t i = 0; i < w->told_count; i++) {
        struct party_line line;
        char at[WHEN_BYTES] = "", hash[SHA256_HEX_BYTES] = "";
        OWNED_BUFFER text = {0};
        const char *result;
        if (!is_first(w, i))
            continue;
        line = line_of(w, i);
        result = result_of(paper, &line, &text);
        out->failed = out->failed || !result;
        if (!is_open(&line)) {
            when(line.answered_ms, at);
            hex_encode(bytes_of(line.last->leaf_hash, SHA256_BYTES), hash);
        }
        html_row(out,
                 (const char *[]){registry_name(paper->registry, &line.partner),
                                  result ? result : "", at, hash},
                 4);
    }
    html_close(out, "table");
}

static void html_heads(const struct statement_paper *paper, struct buffer *out)
{
    const enum language language = paper->language;
    const struct heads heads = heads_of(paper);

    html_open(out, "dl", NULL);
    html_pair(out, say_in(language, "Bij", "At"), registry_name(paper->registry, &paper->self));
    html_pair(out, say_in(language, "Kenmerk", "Number"), heads.number);
    html_pair(out, say_in(language, "Op", "On"), heads.when);
    html_pair(out, say_in(language, "Reden", "Reason"),
              withdrawal_reason_text(paper->withdrawal->reason, language));
    if (heads.purposes[0])
        html_pair(out, say_in(language, "Waarvoor", "What for"), heads.purposes);
    html_pair(out, say_in(language, "In ons logboek", "In our log"), heads.log);
    html_close(out, "dl");
}

enum outcome withdrawal_statement_html(const struct statement_paper *paper, struct buffer *out)
{
    const enum language language = paper->language;
    const struct lines lines = stopped_lines(paper);
    char open[LINE_BYTES];

    html_begin(out, HTML_LETTER, language, title_of(paper));
    html_element(out, "h1", NULL, title_of(paper));
    html_heads(paper, out);
    html_element(out, "h2", NULL, say_in(language, "Wat is gestopt", "What was stopped"));
    for (size_t i = 0; i < lines.count; i++)
        html_paragraph(out, lines.text[i]);
    html_element(out, "h2", NULL, say_in(language, "Wie wij dit hebben verteld", "Whom we told"));
    html_parties(paper, out);
    still_open(paper, open);
    html_paragraph(out, open);
    html_element(out, "h2", NULL,
                 say_in(language, "Ons logboek op dit moment", "Our log at this moment"));
    html_open(out, "pre", NULL);
    html_bytes(out, paper->checkpoint);
    html_close(out, "pre");
    html_end(out);
    return buffer_outcome(out);
}

/* --- JSON --- */

static json_t *party_json(const struct statement_paper *paper, const struct party_line *line)
{
    char at[INSTANT_TEXT_BYTES], hash[SHA256_HEX_BYTES];
    OWNED_BUFFER text = {0};
    const char *result = result_of(paper, line, &text);

    if (!result)
        return NULL;
    instant_print(line->answered_ms, at);
    hex_encode(bytes_of(line->last->leaf_hash, SHA256_BYTES), hash);
    if (is_open(line))
        return json_pack("{ss ss ss si si}", "partij", line->partner.text, "naam",
                         registry_name(paper->registry, &line->partner), "stand",
                         line->refused ? "GEWEIGERD" : "OPEN", "verteld", (int)line->told,
                         "bevestigd", (int)line->answered);
    return json_pack("{ss ss ss ss ss ss ss si si}", "partij", line->partner.text, "naam",
                     registry_name(paper->registry, &line->partner), "stand",
                     line->kept ? WITHDRAWAL_KEPT : WITHDRAWAL_ERASED, "tekst", result,
                     "ondertekendOp", at, "bladhash", hash, "bericht", line->last->message,
                     "verteld", (int)line->told, "bevestigd", (int)line->answered);
}

static json_t *parties_json(const struct statement_paper *paper)
{
    const struct withdrawal *w = paper->withdrawal;
    json_t *parties = json_array();

    for (size_t i = 0; parties && i < w->told_count; i++) {
        const struct party_line line = line_of(w, i);
        if (is_first(w, i) && json_array_append_new(parties, party_json(paper, &line))) {
            json_decref(parties);
            return NULL;
        }
    }
    return parties;
}

static json_t *members_json(const struct statement_paper *paper)
{
    const struct withdrawal *w = paper->withdrawal;
    const uint64_t mask = (UINT64_C(1) << AUDIT_LOG_SHIFT) - 1;
    json_t *records = json_array();
    char at[INSTANT_TEXT_BYTES];

    for (size_t i = 0; i < w->record_count; i++)
        json_array_append_new(records, json_string(w->records[i]));
    instant_print(w->at_ms, at);
    return json_pack(
        "{ss ss ss so sI sI sI sI sI sb so sI s{ss sI sI} ss#}", "id", w->id, "op", at, "reden",
        withdrawal_reason_word(w->reason), "toestemmingen", records, "nietVerzonden",
        (json_int_t)w->waiting, "teruggehaald", (json_int_t)w->under_way, "afgeleverd",
        (json_int_t)w->delivered, "hierGewist", (json_int_t)w->erased, "hierBewaard",
        (json_int_t)w->kept, "wordtGezocht", w->searching, "partijen", parties_json(paper),
        "openstaand", (json_int_t)open_count(w), "logboek", "oorsprong", paper->origin, "vanaf",
        (json_int_t)(w->first_leaf & mask), "totEnMet", (json_int_t)(w->last_leaf & mask),
        "checkpoint", paper->checkpoint.data, (int)paper->checkpoint.length);
}

enum outcome withdrawal_statement_json(const struct statement_paper *paper, json_t **out_statement)
{
    OWNED_BUFFER text = {0}, html = {0};
    OWNED_JSON statement = NULL;

    TRY(withdrawal_statement_text(paper, &text));
    TRY(withdrawal_statement_html(paper, &html));
    if (!buffer_text(&text) || !buffer_text(&html))
        return OUTCOME_OUT_OF_MEMORY;
    statement = members_json(paper);
    if (!statement || json_object_set_new(statement, "afschrift",
                                          json_pack("{ss ss}", "tekst", buffer_text(&text), "html",
                                                    buffer_text(&html))))
        return OUTCOME_OUT_OF_MEMORY;
    *out_statement = statement;
    statement = NULL; /* handed over */
    return OUTCOME_OK;
}
