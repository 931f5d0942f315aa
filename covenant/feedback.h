/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * feedback.h - the coded answer to a signal, and which answer may follow which.
 *
 * The rules are one table: for each code whether it ends the signal, how much it
 * discloses, what must come with it, and what may come next. The same table
 * serves the worker's gateway (before sending) and the melder's (on receipt).
 * Order of use: feedback_parse() or fill the struct and feedback_check();
 * then feedback_allowed() against the signal's present state.
 * Pure. Does not know days that are due: covenant/terms.h, covenant/progress.h.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "covenant/day.h"
#include "covenant/words.h"
#include "crypto/bytes.h"
#include "crypto/json.h"
#include "crypto/outcome.h"
#include "crypto/uuid.h"

enum {
    FEEDBACK_MAX_BYTES = 512, /* one printed item, without its proof */
    ANSWER_LEVEL_MAX = 2,
};

/* What an answer must bring along; EXTRA_NONE brings nothing. */
enum answer_extra {
    ANSWER_EXTRA_NONE,
    ANSWER_EXTRA_NEXT_STEP,    /* vervolgstap; and vervolgdatum with WACHTEN_TOT_DATUM */
    ANSWER_EXTRA_REFERS_TO,    /* verwijstNaar: the earlier signal */
    ANSWER_EXTRA_PARTNER_KIND, /* organisatiesoort */
};

/* clang-format off */
/*    code  ends   level extra         Dutch / English, as in "Buurtteam: ..." */
#define ANSWER_CODES(X)                                                                      \
    X(ONTV, false, 0, NONE,         "ontvangen",               "received")                     \
    X(BEOO, false, 0, NONE,         "in beoordeling",          "under assessment")             \
    X(INBH, false, 1, NONE,         "in behandeling genomen",  "taken up")                     \
    X(INGP, false, 1, NONE,         "afspraak ingepland",      "appointment planned")          \
    X(DOOR, false, 1, NONE,         "doorgezet naar een andere organisatie",                   \
                                                               "passed on to another organisation") \
    X(NOPG, true,  0, NONE,         "niet opgepakt; de reden wordt niet gedeeld",              \
                                                               "not taken up; the reason is not shared") \
    X(ONTE, true,  0, NONE,         "niet opgepakt: onterecht signaal",                        \
                                                               "not taken up: unfounded signal") \
    X(HERH, true,  0, REFERS_TO,    "niet opgepakt: herhaalde melding",                        \
                                                               "not taken up: repeated report") \
    X(GEHV, true,  1, NEXT_STEP,    "geen hulpvraag nu",       "no request for help now")      \
    X(NBER, true,  1, NEXT_STEP,    "geen contact gekregen",   "no contact made")              \
    X(BEKD, true,  2, NONE,         "er is al hulp",           "help is already there")        \
    X(VERW, true,  2, PARTNER_KIND, "doorverwezen",            "referred")                     \
    X(AFGR, true,  1, NONE,         "afgerond",                "completed")                    \
    X(HERO, false, 0, NONE,         "heropend",                "reopened")                     \
    X(INGT, true,  0, NONE,         "ingetrokken",             "withdrawn")                    \
    X(AFGH, true,  0, NONE,         "afgehandeld; de uitkomst wordt niet gedeeld",             \
                                                               "settled; the outcome is not shared")

/*    name                  Dutch / English */
#define NEXT_STEPS(X)                                                                          \
    X(HERHAALBEZOEK,        "nieuw bezoek",                    "new visit")                    \
    X(BEMOEIZORG_OVERWEGEN, "bemoeizorg wordt overwogen",      "outreach care is considered")  \
    X(TERUG_NAAR_MELDER,    "terug naar de melder",            "back to the reporter")         \
    X(WACHTEN_TOT_DATUM,    "wachten",                         "waiting")

/* Why an answer may not be given now; the texts are for the worker. */
#define FEEDBACK_REFUSALS(X)                                                                   \
    X(NONE,            "Dit mag.",                             "This is allowed.")             \
    X(NOT_NEXT,        "Deze stap volgt niet op de vorige.",   "This step does not follow the last one.") \
    X(RECEIPT_IS_ONTV, "Ontvangen blijkt uit het ontvangstbewijs; het is geen antwoord.",      \
                                                   "The receipt already says received; it is no answer.") \
    X(BY_TRANSFER,     "Doorzetten gaat met een overdracht.",  "Passing on goes by a transfer.") \
    X(BY_ORIGINATOR,   "Intrekken kan alleen de melder of de bewoner.",                        \
                                                   "Only the reporter or the resident can withdraw.") \
    X(BY_RELEASE,      "Dit antwoord gaat vanzelf uit op de vaste dag.",                       \
                                                   "This answer leaves by itself on its fixed day.") \
    X(SECRECY,         "Door het beroepsgeheim blijft dit antwoord bij de eigen organisatie.", \
                                                   "Professional secrecy keeps this answer within the organisation.") \
    X(IN_TRANSFER,     "Het signaal wordt net doorgezet: tot de nieuwe houder het heeft, eindigt het niet.", \
                                                   "The signal is being passed on: until the new holder has it, it does not end.") \
    X(LEVEL,           "Het convenant deelt dit niveau van antwoord niet.",                    \
                                                   "The covenant does not share this level of answer.") \
    X(CONSENT,         "Hiervoor moet de bewoner uitdrukkelijk toestemming geven.",            \
                                                   "This needs the explicit consent of the resident.")
/* clang-format on */

#define ANSWER_ENUM(code, ends, level, extra, nl, en) ANSWER_##code,
enum answer { ANSWER_CODES(ANSWER_ENUM) ANSWER_COUNT };
#undef ANSWER_ENUM
#define NEXT_STEP_ENUM(name, nl, en) NEXT_STEP_##name,
enum next_step { NEXT_STEPS(NEXT_STEP_ENUM) NEXT_STEP_COUNT }; /* COUNT: none given */
#undef NEXT_STEP_ENUM
#define FEEDBACK_REFUSAL_ENUM(name, nl, en) FEEDBACK_REFUSAL_##name,
enum feedback_refusal { FEEDBACK_REFUSALS(FEEDBACK_REFUSAL_ENUM) FEEDBACK_REFUSAL_COUNT };
#undef FEEDBACK_REFUSAL_ENUM

/* One item of soort terugkoppeling. */
struct feedback {
    char id[UUID_TEXT_BYTES];
    char signal[UUID_TEXT_BYTES]; /* the item it answers */
    enum answer code;
    struct day on;
    enum next_step next_step; /* NEXT_STEP_COUNT when absent */
    bool has_next_day;
    struct day next_day;             /* vervolgdatum */
    char refers_to[UUID_TEXT_BYTES]; /* "" when absent */
    enum party_kind partner_kind;    /* organisatiesoort; PARTY_NONE when absent */
    /* bewijs, of a partner bound to secrecy whose resident lifted it (covenant/lifting.h); both
     * borrowed. A parsed one points into the item and is not printed again. */
    const json_t *lifting;
    struct bytes lifting_text;
};

struct answer_set {
    uint32_t bits; /* 1 << enum answer */
};

bool answer_parse(const char *word, enum answer *out_answer);
const char *answer_word(enum answer code);
const char *answer_text(enum answer code, enum language language);
bool answer_ends(enum answer code);
int answer_level(enum answer code); /* 0 process, 1 coarse result, 2 type of help */
enum answer_extra answer_extra_of(enum answer code);
bool next_step_parse(const char *word, enum next_step *out_step);
const char *next_step_word(enum next_step step);
const char *next_step_text(enum next_step step, enum language language);

/* Reads one item. Fails with MALFORMED: a closed schema, a mandatory extra that is missing or one
 * that the code does not take. */
MUST_USE enum outcome feedback_parse(const json_t *item, struct feedback *out_feedback,
                                     struct fault *fault);
/* The same bounds on a filled struct. Fails with MALFORMED. */
MUST_USE enum outcome feedback_check(const struct feedback *feedback, struct fault *fault);
/* Adds the item's JSON. Fails with MALFORMED or OUT_OF_MEMORY. */
MUST_USE enum outcome feedback_print(const struct feedback *feedback, struct buffer *out);

/* Who speaks. */
enum feedback_voice {
    FEEDBACK_VOICE_HOLDER,     /* a worker of the holding partner */
    FEEDBACK_VOICE_RELEASE,    /* the fixed day of a secrecy-bound partner */
    FEEDBACK_VOICE_ORIGINATOR, /* recall by the sender, withdrawal by the resident */
    FEEDBACK_VOICE_TRANSFER,   /* of the holder, who asks for a transfer; and once it is accepted */
};

struct feedback_context {
    enum answer current; /* ANSWER_ONTV right after the receipt */
    enum feedback_voice voice;
    int level;             /* the article's terugkoppeling.niveau */
    bool explicit_consent; /* the resident agreed to tell the type of help (level 2) */
    bool secrecy_bound;    /* the holding partner's beroepsgeheim */
    bool secrecy_lifted;   /* it collected its own DOORBREKING_BEROEPSGEHEIM record */
    bool transfer_waits;   /* the holder asked to pass it on; nobody answered that yet */
    bool stays_local;      /* a note within the holding partner; nothing is disclosed */
};

/* Why `code` may not come now, or FEEDBACK_REFUSAL_NONE. */
enum feedback_refusal feedback_refusal(const struct feedback_context *context, enum answer code);
const char *feedback_refusal_text(enum feedback_refusal refusal, enum language language);
/* OK or STEP_NOT_ALLOWED. */
MUST_USE enum outcome feedback_allowed(const struct feedback_context *context, enum answer code);
/* Every code that may come now: the list of a 409. */
struct answer_set feedback_steps(const struct feedback_context *context);
bool answer_set_has(struct answer_set set, enum answer code);
/* Adds "BEOO, INBH" to the buffer; nothing for the empty set. */
void answer_set_print(struct answer_set set, struct buffer *out);
