/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * progress.h - where one signal stands, for the one who sent it and the one who
 * holds it: delivered or not, the last answer, which term is next or passed, and
 * one line for people.
 *
 * Order of use: {0} when sent; progress_received() with the receipt;
 * progress_answered() with each answer that feedback_allowed() let through.
 * Pure and plain data: a store may keep it, or build it again from the answers.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "covenant/feedback.h"
#include "covenant/terms.h"
#include "crypto/bytes.h"
#include "crypto/outcome.h"

struct progress {
    bool received;       /* a receipt exists */
    int64_t received_ms; /* its ontvangenOp */
    struct due_days due;
    enum answer current;      /* ANSWER_ONTV after the receipt */
    bool met[TERM_COUNT];     /* which terms an answer has met, in time or late */
    bool stalled;             /* BEOO after BEOO: overviews are no answer, so it is overdue */
    struct day first_answer;  /* counts when met[TERM_CONFIRM] */
    enum next_step next_step; /* of the last answer; NEXT_STEP_COUNT: none */
    bool has_next_day;
    struct day next_day;
    enum party_kind partner_kind; /* of VERW; PARTY_NONE otherwise */
};

void progress_received(struct progress *progress, int64_t received_ms, const struct terms *terms,
                       bool secrecy_bound);
/* BEOO meets the first answer only, so a second one moves nothing, and makes the signal overdue
 * until another code comes; INBH, INGP and DOOR meet the decision too; a code that ends the signal
 * meets all. HERO opens the outcome again. */
void progress_answered(struct progress *progress, const struct feedback *feedback);

bool progress_has_ended(const struct progress *progress);
/* The first term not met yet: what must come next, and when. False: none. */
bool progress_next_term(const struct progress *progress, enum term *out_term, struct day *out_due);
bool progress_is_late(const struct progress *progress, struct day today);

/* The first term that passed unmet; TERM_COUNT when it is overdue for standing still, or not late. */
enum term progress_late_term(const struct progress *progress, struct day today);

/* What the reporter can do now. The sentence is for him, plain Dutch (B1). */
/* clang-format off */
/*    name            word */
#define REPORTER_STEPS(X)                                                                          \
    X(NONE,           "",                                                                          \
      "U hoeft nu niets te doen.", "You need not do anything now.")                               \
    X(VISIT_AGAIN,    "ZELF_LANGS",                                                                \
      "Ga zelf nog eens langs bij de bewoner. Wil de bewoner nu wel hulp? Meld het dan opnieuw.",  \
      "Visit the resident once more yourself. Does the resident want help now? Then report it again.") \
    X(ASK_CONSENT,    "VRAAG_TOESTEMMING",                                                         \
      "Vraag de bewoner om toestemming. Meld het daarna opnieuw.",                                 \
      "Ask the resident for consent. Then report it again.")                                       \
    X(MEND,           "VERBETER_MELDING",                                                          \
      "Kijk wat er mis is. Verbeter het en meld het opnieuw.",                                     \
      "Look at what is wrong. Mend it and report it again.")                                       \
    X(RING_UNDELIVERED, "BEL_NIET_AFGELEVERD",                                                     \
      "De computer blijft het proberen. Heeft het haast? Bel dan zelf met de organisatie.",        \
      "The computer keeps trying. Is it urgent? Then ring the organisation yourself.")             \
    X(RING_LATE,      "BEL_TE_LAAT",                                                               \
      "Bel de organisatie en vraag wanneer u antwoord krijgt. U kunt ook de regiehouder vragen.",  \
      "Ring the organisation and ask when you get an answer. You can also ask the lead.")
/* clang-format on */
#define REPORTER_STEP_ENUM(name, word, nl, en) REPORTER_STEP_##name,
enum reporter_step { REPORTER_STEPS(REPORTER_STEP_ENUM) REPORTER_STEP_COUNT };
#undef REPORTER_STEP_ENUM
const char *reporter_step_word(enum reporter_step step);
const char *reporter_step_text(enum reporter_step step, enum language language);
/* `taken`: when it was handed in. What is not delivered on the day after is worth a call. */
enum reporter_step progress_step(const struct progress *progress, struct day taken,
                                 struct day today);

/* One line for the reporter, never empty: "nog niet afgeleverd"; "ontvangen; antwoord uiterlijk
 * 17-12-2026"; "te laat bij Buurtteam: het besluit had er op 17-12-2026 moeten zijn."; "Buurtteam:
 * geen hulpvraag nu; nieuw bezoek op 13-01-2027." */
void progress_print(const struct progress *progress, const char *organisation, struct day today,
                    enum language language, struct buffer *out);
