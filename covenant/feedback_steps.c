/* SPDX-License-Identifier: EUPL-1.2 */
/* Which answer may follow which, and who may give it (feedback.h). */
#include "covenant/feedback.h"

#define BIT(code) (UINT32_C(1) << ANSWER_##code)

/* Ends that a signal may still meet once someone took it up; "not taken up" is no longer true. */
#define RESULTS (BIT(GEHV) | BIT(NBER) | BIT(BEKD) | BIT(VERW) | BIT(AFGR))
#define FIRST_STEPS                                                                                \
    (BIT(BEOO) | BIT(INBH) | BIT(INGP) | BIT(NOPG) | BIT(ONTE) | BIT(HERH) | RESULTS)
/* By a transfer, a release or the originator: open to any signal that has not ended. */
#define FROM_OUTSIDE  (BIT(DOOR) | BIT(AFGH) | BIT(INGT))
#define AFTER_THE_END (BIT(HERO) | BIT(INGT))

/* clang-format off */
static const uint32_t next[ANSWER_COUNT] = {
    [ANSWER_ONTV] = FIRST_STEPS | FROM_OUTSIDE,
    [ANSWER_BEOO] = FIRST_STEPS | FROM_OUTSIDE,
    [ANSWER_INBH] = BIT(INGP) | RESULTS | FROM_OUTSIDE,
    [ANSWER_INGP] = BIT(INBH) | BIT(INGP) | RESULTS | FROM_OUTSIDE, /* INGP again: a new date */
    [ANSWER_DOOR] = BIT(INGT), /* the new holder answers its own item */
    [ANSWER_NOPG] = AFTER_THE_END,
    [ANSWER_ONTE] = AFTER_THE_END,
    [ANSWER_HERH] = AFTER_THE_END,
    [ANSWER_GEHV] = AFTER_THE_END,
    [ANSWER_NBER] = AFTER_THE_END,
    [ANSWER_BEKD] = AFTER_THE_END,
    [ANSWER_VERW] = AFTER_THE_END,
    [ANSWER_AFGR] = AFTER_THE_END,
    [ANSWER_HERO] = FIRST_STEPS | FROM_OUTSIDE,
    [ANSWER_INGT] = 0,
    [ANSWER_AFGH] = BIT(INGT), /* a secrecy-bound partner says nothing more, so no HERO */
};
/* clang-format on */

/* A voice has its own codes, and a code its own voice. */
static enum feedback_refusal voice_refusal(const struct feedback_context *context, enum answer code)
{
    if (code == ANSWER_ONTV)
        return FEEDBACK_REFUSAL_RECEIPT_IS_ONTV;
    if (code == ANSWER_DOOR)
        return context->voice == FEEDBACK_VOICE_TRANSFER ? FEEDBACK_REFUSAL_NONE
                                                         : FEEDBACK_REFUSAL_BY_TRANSFER;
    if (code == ANSWER_INGT)
        return context->voice == FEEDBACK_VOICE_ORIGINATOR ? FEEDBACK_REFUSAL_NONE
                                                           : FEEDBACK_REFUSAL_BY_ORIGINATOR;
    if (code == ANSWER_AFGH)
        return context->voice == FEEDBACK_VOICE_RELEASE && context->secrecy_bound
                   ? FEEDBACK_REFUSAL_NONE
                   : FEEDBACK_REFUSAL_BY_RELEASE;
    return context->voice == FEEDBACK_VOICE_HOLDER ? FEEDBACK_REFUSAL_NONE
                                                   : FEEDBACK_REFUSAL_NOT_NEXT;
}

/* Who asked to pass it on stays its holder, and may say how far he is; but an end would leave two
 * holders, or none, when the new one accepts. Nor is it asked twice. */
static enum feedback_refusal transfer_refusal(const struct feedback_context *context,
                                              enum answer code)
{
    bool holder = context->voice == FEEDBACK_VOICE_HOLDER ||
                  context->voice == FEEDBACK_VOICE_RELEASE;

    return context->transfer_waits && (code == ANSWER_DOOR || (holder && answer_ends(code)))
               ? FEEDBACK_REFUSAL_IN_TRANSFER
               : FEEDBACK_REFUSAL_NONE;
}

/* What the answer would tell the originator. That a secrecy-bound partner wants to pass somebody on
 * says that it looked at him: no transfer of it, whatever the resident lifted (VERW is for that). */
static enum feedback_refusal disclosure_refusal(const struct feedback_context *context,
                                                enum answer code)
{
    if (context->voice == FEEDBACK_VOICE_TRANSFER && context->secrecy_bound)
        return FEEDBACK_REFUSAL_SECRECY;
    if (context->stays_local || (context->voice != FEEDBACK_VOICE_HOLDER &&
                                 context->voice != FEEDBACK_VOICE_TRANSFER))
        return FEEDBACK_REFUSAL_NONE;
    if (context->secrecy_bound && !context->secrecy_lifted)
        return FEEDBACK_REFUSAL_SECRECY;
    if (answer_level(code) > context->level)
        return FEEDBACK_REFUSAL_LEVEL;
    if (answer_level(code) == ANSWER_LEVEL_MAX && !context->explicit_consent)
        return FEEDBACK_REFUSAL_CONSENT;
    return FEEDBACK_REFUSAL_NONE;
}

enum feedback_refusal feedback_refusal(const struct feedback_context *context, enum answer code)
{
    enum feedback_refusal refusal;

    if (code >= ANSWER_COUNT || context->current >= ANSWER_COUNT)
        return FEEDBACK_REFUSAL_NOT_NEXT;
    refusal = voice_refusal(context, code);
    if (refusal != FEEDBACK_REFUSAL_NONE)
        return refusal;
    if (!(next[context->current] & UINT32_C(1) << code))
        return FEEDBACK_REFUSAL_NOT_NEXT;
    refusal = transfer_refusal(context, code);
    return refusal != FEEDBACK_REFUSAL_NONE ? refusal : disclosure_refusal(context, code);
}

enum outcome feedback_allowed(const struct feedback_context *context, enum answer code)
{
    return feedback_refusal(context, code) == FEEDBACK_REFUSAL_NONE ? OUTCOME_OK
                                                                    : OUTCOME_STEP_NOT_ALLOWED;
}

struct answer_set feedback_steps(const struct feedback_context *context)
{
    struct answer_set set = {0};

    for (unsigned i = 0; i < ANSWER_COUNT; i++)
        if (feedback_refusal(context, (enum answer)i) == FEEDBACK_REFUSAL_NONE)
            set.bits |= UINT32_C(1) << i;
    return set;
}

bool answer_set_has(struct answer_set set, enum answer code)
{
    return code < ANSWER_COUNT && (set.bits >> code & 1) != 0;
}

void answer_set_print(struct answer_set set, struct buffer *out)
{
    const char *between = "";

    for (unsigned i = 0; i < ANSWER_COUNT; i++) {
        if (!answer_set_has(set, (enum answer)i))
            continue;
        buffer_add_text(out, between);
        buffer_add_text(out, answer_word((enum answer)i));
        between = ", ";
    }
}
