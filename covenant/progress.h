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
    struct day first_answer;  /* counts when met[TERM_CONFIRM] */
    enum next_step next_step; /* of the last answer; NEXT_STEP_COUNT: none */
    bool has_next_day;
    struct day next_day;
    enum party_kind partner_kind; /* of VERW; PARTY_NONE otherwise */
};

void progress_received(struct progress *progress, int64_t received_ms, const struct terms *terms,
                       bool secrecy_bound);
/* BEOO meets the first answer only, so a second one moves nothing; INBH, INGP and DOOR meet the
 * decision too; a code that ends the signal meets all. HERO opens the outcome again. */
void progress_answered(struct progress *progress, const struct feedback *feedback);

bool progress_has_ended(const struct progress *progress);
/* The first term not met yet: what must come next, and when. False: none. */
bool progress_next_term(const struct progress *progress, enum term *out_term, struct day *out_due);
bool progress_is_late(const struct progress *progress, struct day today);

/* One line for the reporter: "nog niet afgeleverd"; "ontvangen; antwoord uiterlijk 17-12-2026";
 * "te laat bij Buurtteam"; "Buurtteam: geen hulpvraag nu; nieuw bezoek op 13-01-2027." */
void progress_print(const struct progress *progress, const char *organisation, struct day today,
                    enum language language, struct buffer *out);
