/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * covenant.h - the agreement between partners, read strictly from its file.
 *
 * The fingerprint is SHA-256 of the file's raw bytes: whoever needs the file
 * again keeps those bytes. Nothing here re-writes a covenant.
 * Order of use: covenant_parse(); covenant_complete() before it is added to a
 * gateway; the questions. Read-only after parsing, so safe from any thread.
 * Does not say whether an article is in force (in_force.h) nor whether it permits
 * an exchange (decision.h), and does not verify the key documents in it.
 */
#pragma once

#include "covenant/code_list.h"
#include "covenant/day.h"
#include "crypto/key_document.h"
#include "crypto/sha256.h"

enum {
    COVENANT_MAX_BYTES = 2 * 1024 * 1024, /* a hundred key documents of usual size in base64 */
    COVENANT_PARTIES_MAX = 100,
    COVENANT_ARTICLES_MAX = 200,
    COVENANT_ID_MAX_BYTES = 64,
    COVENANT_VERSION_MAX_BYTES = 16,
    COVENANT_REFERENCE_BYTES = COVENANT_ID_MAX_BYTES + 1 + COVENANT_VERSION_MAX_BYTES + 1,
    COVENANT_RULE_BYTES = COVENANT_REFERENCE_BYTES + 12, /* and "/" and a number */
    ARTICLE_INDICATORS_MAX = 16,
    ARTICLE_WAVES_MAX = 12,
    CODE_SET_WORDS = SIGNAL_CODES_MAX / 64,
};

/* Signal codes by their place in the code lists. */
struct code_set {
    uint64_t words[CODE_SET_WORDS];
};
bool code_set_has(const struct code_set *set, size_t index);

/* Parties by their place in covenant->parties. */
struct party_set {
    uint64_t words[(COVENANT_PARTIES_MAX + 63) / 64];
};
void party_set_add(struct party_set *set, size_t index);
bool party_set_has(const struct party_set *set, size_t index);
bool party_set_is_empty(const struct party_set *set);
size_t party_set_count(const struct party_set *set);

struct party {
    struct oin oin;
    const char *name;
    enum party_kind kind;
    bool secrecy;              /* beroepsgeheim */
    struct bytes key_document; /* the DSSE envelope; none in a covenant not yet complete */
    int64_t population;        /* bevolking; 0 when not given */
    const char *desk_name, *desk_phone; /* contactpunt; NULL when there is none */
};

/* A line of the routing table (covenant/signpost.h). */
struct signpost {
    const struct signal_code *code;
    struct oin oin;       /* of a party; "" when a kind is named */
    enum party_kind kind; /* else */
};

struct terms {
    int confirm_workdays; /* bevestigingWerkdagen: first answer by a person; 0: no such term */
    int decide_workdays;  /* besluitWerkdagen */
    int outcome_days;     /* uitkomstDagen */
};

struct threshold { /* drempel; 0 where not given */
    int cell_least, round_to, denominator_least;
};

struct article {
    int number; /* nr */
    enum purpose purpose;
    enum party_kind from;      /* PARTY_NONE: "*", every party */
    uint32_t to_kinds;         /* bit_of(enum party_kind) */
    struct party_set to_named; /* naarOin: where a kind has several parties */
    enum lane lane;
    bool has_codes; /* without `signalen`: an aggregate counts every code that may be counted,
                       another lane carries no code (research) */
    struct code_set codes;
    uint32_t fields;     /* bit_of(enum field) */
    uint32_t conditions; /* bit_of(enum condition): voorwaarden */
    bool has_feedback;
    int feedback_level;        /* 0..2 */
    const char *feedback_list; /* codelijst; NULL: ours */
    struct terms terms;
    int retention_days; /* bewaarDagen; 0: nothing individual is kept */
    const char *waves[ARTICLE_WAVES_MAX];
    size_t waves_count;
    const char *key;       /* sleutel: how the key of this article is kept; NULL */
    bool second_confirmer; /* tweedeBevestiger */
    struct {               /* grondslag; NULL where not given */
        const char *avg6, *avg9, *law, *secrecy, *note;
        bool avg89;
    } basis;
    /* aggregates and research */
    const char *indicators[ARTICLE_INDICATORS_MAX];
    size_t indicators_count;
    const char *period;   /* "MAAND"; NULL */
    uint32_t area_levels; /* bit_of(enum area_level): gebiedsniveau */
    struct threshold threshold;
    const char *epsilon; /* "1/2"; NULL */
    int sensitivity;     /* gevoeligheid */
};

#define AREA_LEVELS(X)                                                                             \
    X(COMPLEX, "COMPLEX")                                                                          \
    X(BUURT, "BUURT")                                                                              \
    X(WIJK, "WIJK")                                                                                \
    X(GEMEENTE, "GEMEENTE")
#define AREA_LEVEL_ENUM(name, word) AREA_##name,
enum area_level { AREA_LEVELS(AREA_LEVEL_ENUM) AREA_LEVEL_COUNT };
#undef AREA_LEVEL_ENUM

struct covenant {
    char fingerprint[SHA256_HEX_BYTES];       /* lower-case hex */
    char reference[COVENANT_REFERENCE_BYTES]; /* "<id>@<versie>", as in a signal */
    const struct code_lists *lists;           /* borrowed: must outlive the covenant */

    const char *id, *version, *title, *group;
    const char *previous; /* fingerprint of the version before this one; NULL */
    const char *dpia;     /* NULL */
    bool pilot;
    struct day valid_from, valid_until; /* both inclusive */
    struct day evaluation;
    struct {
        const char *kind, *code, *name, *buurt; /* name and buurt may be NULL */
        int64_t dwellings;                      /* 0 when not given */
    } area;

    struct party *parties;
    size_t parties_count;
    size_t lead;                        /* regie: place in parties */
    const char *lead_role, *lead_title; /* NULL when not given */
    bool has_key_giver;
    size_t key_giver;             /* sleutelgever */
    struct party_set key_holders; /* sleutelhouders: the split key */
    struct party_set aggregators; /* optellers */
    size_t witnesses_needed;      /* getuigen.aantal */
    struct party_set witnesses;   /* getuigen.van */

    struct article *articles;
    size_t articles_count;

    struct signpost *signposts; /* wegwijzer: each code once */
    size_t signposts_count;

    uint32_t forbidden_kinds;  /* verboden.ontvangers */
    uint32_t forbidden_fields; /* verboden.velden, those of our vocabulary */
    uint32_t forbidden_acts;   /* verboden.handelingen */

    json_t *document;         /* the texts point into it */
    struct buffer *envelopes; /* of each party: where its key_document points */
};

/* What can be wrong with a covenant beside its form: why it does not load. */
/* clang-format off */
#define COVENANT_WRONGS(X)                                                                      \
    X(NONE,              "Er is niets mis.",                                                    \
                         "Nothing is wrong.")                                                   \
    X(FORM,              "Dit onderdeel ontbreekt, is onbekend of heeft niet de juiste vorm.",  \
                         "This part is missing, unknown or not of the right form.")             \
    X(TWICE,             "Dit staat er twee keer.",                                             \
                         "This is there twice.")                                                \
    X(DATES,             "De datums volgen elkaar niet op: vanaf, evaluatie, tot.",             \
                         "The dates do not follow each other: from, evaluation, until.")        \
    X(PILOT,             "Een pilot duurt hoogstens zes maanden, en de evaluatie valt erin.",   \
                         "A pilot lasts at most six months, and its evaluation lies within it.") \
    X(NOT_A_PARTY,       "Deze organisatie of soort staat niet bij de partijen.",               \
                         "This organisation or kind is not among the parties.")                 \
    X(CODE_UNKNOWN,      "Deze signaalcode staat niet in de codelijst.",                        \
                         "This signal code is not in the code list.")                           \
    X(CODE_BLOCKED,      "Deze signaalcode mag nooit worden gedeeld.",                          \
                         "This signal code may never be shared.")                               \
    X(LANE_NOT_OF_CODE,  "Deze signaalcode mag niet op deze wijze worden gedeeld.",             \
                         "This signal code may not be shared in this way.")                     \
    X(FORBIDDEN_FIELD,   "Dit veld staat bij velden en ook bij verboden.",                      \
                         "This field is in velden and in verboden too.")                        \
    X(FORBIDDEN_KIND,    "Deze ontvanger staat bij naar en ook bij verboden.",                  \
                         "This recipient is in naar and in verboden too.")                      \
    X(NO_PROOF,          "Een bepaling met toestemming moet het veld bewijs hebben.",           \
                         "An article with consent must list the field bewijs.")                 \
    X(NO_LAW,            "Een bepaling op grond van een wet moet die wet noemen.",              \
                         "An article on the ground of a law must cite it.")                     \
    X(COUNTS_ONLY,       "Deze soort organisatie krijgt alleen aantallen.",                     \
                         "This kind of organisation gets counts only.")                         \
    X(JOINING_IN_ONLY,   "Welzijn krijgt alleen signalen over meedoen (MEED) en aantallen.",    \
                         "Welfare gets signals about joining in (MEED) and counts only.")       \
    X(STATUTE_FIELDS,    "Een vroegsignaal van huurachterstand bevat alleen contactgegevens, de hoogte van de achterstand en de datum: meer staat de wet niet toe.", \
                         "An early signal of rent arrears holds contact details, the amount of arrears and the date only: the law allows no more.") \
    X(STATUTE_CONDITIONS, "Een vroegsignaal van huurachterstand vraagt de vier voorwaarden van de wet: contactpoging, gewezenOpHulp, schriftelijkeHerinnering en geenBezwaar.", \
                         "An early signal of rent arrears asks the four conditions of the law: contactpoging, gewezenOpHulp, schriftelijkeHerinnering and geenBezwaar.") \
    X(INDIVIDUAL_IN_SUM, "Een bepaling die alleen optelt heeft geen velden of termijnen.",      \
                         "An article that only counts has no fields or terms.")                 \
    X(NO_CODES,          "Deze bepaling noemt geen signaalcodes.",                              \
                         "This article names no signal codes.")                                 \
    X(NO_RETENTION,      "Deze bepaling zegt niet hoe lang gegevens blijven.",                  \
                         "This article does not say how long data are kept.")                   \
    X(NO_KEY_GIVER,      "Een bepaling met pseudoniem vraagt een sleutelgever of sleutelhouders.", \
                         "An article with a token needs a sleutelgever or sleutelhouders.")     \
    X(NO_KEY_DOCUMENT,   "Deze partij heeft geen sleuteldocument.",                             \
                         "This party has no key document.")                                     \
    X(KEY_HOLDERS,       "Een gesplitste sleutel vraagt ten minste twee sleutelhouders.",       \
                         "A split key needs at least two key holders.")                         \
    X(NO_DECISION_TERM,  "Een ontvanger met beroepsgeheim antwoordt op de dag van besluitWerkdagen: die ontbreekt.", \
                         "A recipient bound to secrecy answers on the day of besluitWerkdagen: it is missing.") \
    X(WITNESSES,         "Er worden meer getuigen gevraagd dan er zijn genoemd.",               \
                         "More witnesses are asked for than are named.")
/* clang-format on */
#define COVENANT_WRONG_ENUM(name, nl, en) COVENANT_WRONG_##name,
enum covenant_wrong { COVENANT_WRONGS(COVENANT_WRONG_ENUM) COVENANT_WRONG_COUNT };
#undef COVENANT_WRONG_ENUM

const char *covenant_wrong_text(enum covenant_wrong wrong, enum language language);

struct covenant_fault {
    struct fault at;           /* "bepalingen[2].velden[1]" */
    enum covenant_wrong wrong; /* the reason; COVENANT_WRONG_NONE when it loaded */
};

/* Reads one covenant file. On OK the caller owns *out_covenant: covenant_free().
 * Fails with TOO_LARGE, OUT_OF_MEMORY, RANDOM_FAILED, or MALFORMED, and then fills the fault. */
MUST_USE enum outcome covenant_parse(struct bytes raw, const struct code_lists *lists,
                                     struct covenant **out_covenant, struct covenant_fault *fault);

/* May it be added to a gateway? A draft may still lack key documents and a key giver; this
 * fails with MALFORMED and names the first thing missing. */
MUST_USE enum outcome covenant_complete(const struct covenant *covenant,
                                        struct covenant_fault *fault);

void covenant_free(struct covenant *covenant); /* NULL is fine */
void covenant_free_at(struct covenant **covenant);
#define OWNED_COVENANT __attribute__((cleanup(covenant_free_at))) struct covenant *

/* The party of that OIN, or NULL; the place of a party in covenant->parties. */
const struct party *covenant_party(const struct covenant *covenant, const struct oin *oin);
size_t covenant_party_index(const struct covenant *covenant, const struct party *party);
const struct article *covenant_article(const struct covenant *covenant, int number); /* or NULL */
/* How a log names an article: "<id>/<nr>@<versie>". `size` is at least COVENANT_RULE_BYTES. */
void covenant_rule_print(const struct covenant *covenant, int article, char *out, size_t size);

/* May `from` send under this article, and may `to` receive under it? (Kinds and naarOin only.) */
bool article_has_sender(const struct article *article, const struct party *from);
bool article_has_recipient(const struct covenant *covenant, const struct article *article,
                           const struct party *to);
/* Does the article speak of this code? NULL: no code at all. */
bool article_has_code(const struct covenant *covenant, const struct article *article,
                      const struct signal_code *code);
/* Is it an early signal of rent arrears (vroegsignaal), on the ground of the law? Of what it holds
 * and asks the law decides, not the covenant (Besluit gemeentelijke schuldhulpverlening, art. 2). */
bool article_is_early_signal(const struct covenant *covenant, const struct article *article);
#define STATUTE_FIELDS (bit_of(FIELD_CONTACT) | bit_of(FIELD_ARREARS) | bit_of(FIELD_SIGNAL_DAY))
#define STATUTE_CONDITIONS                                                                         \
    (bit_of(CONDITION_CONTACT_TRIED) | bit_of(CONDITION_POINTED_TO_HELP) |                         \
     bit_of(CONDITION_REMINDED) | bit_of(CONDITION_NO_OBJECTION))
/* About whom an early signal may be at all; no covenant needs to list these. */
#define STATUTE_ADMITS                                                                             \
    (bit_of(CONDITION_CURRENT_TENANT) | bit_of(CONDITION_NO_RUNNING_PLAN) | bit_of(CONDITION_ADULT))
/* For what may something about a person have gone to this party, or come from it, under a token? A
 * set of bit_of(enum purpose). */
uint32_t covenant_token_purposes(const struct covenant *covenant, const struct party *party);
bool article_uses_tokens(const struct article *article); /* pseudoniem or onderzoekspseudoniem */
