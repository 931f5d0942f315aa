/* SPDX-License-Identifier: EUPL-1.2 */
/* One answer: what is read can be printed, reads the same again, and is judged in every state
 * without leaving the table. */
#include <stdlib.h>

#include "covenant/progress.h"
#include "crypto/ready.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void try_every_state(const struct feedback *feedback)
{
    for (unsigned i = 0; i < ANSWER_COUNT; i++) {
        struct feedback_context context = {.current = (enum answer)i, .level = (int)(i % 3)};
        struct answer_set set = feedback_steps(&context);
        must(answer_set_has(set, feedback->code) ==
             (feedback_allowed(&context, feedback->code) == OUTCOME_OK));
    }
}

static void try_line(const struct feedback *feedback)
{
    static const struct terms terms = {.confirm_workdays = 2, .outcome_days = 28};
    struct progress progress = {0};
    OWNED_BUFFER line = {0};

    progress_received(&progress, 0, &terms, false);
    progress_answered(&progress, feedback);
    progress_print(&progress, "Buurtteam", feedback->on, LANGUAGE_NL, &line);
    must(line.length > 0);
}

static void try_feedback(const json_t *item)
{
    struct feedback feedback, same;
    OWNED_BUFFER text = {0};
    OWNED_JSON second = NULL;

    if (feedback_parse(item, &feedback, NULL) != OUTCOME_OK)
        return;
    must(feedback_print(&feedback, &text) == OUTCOME_OK);
    must(json_read(buffer_bytes(&text), FEEDBACK_MAX_BYTES, &second) == OUTCOME_OK);
    must(feedback_parse(second, &same, NULL) == OUTCOME_OK);
    must(feedback.code == same.code && day_compare(feedback.on, same.on) == 0);
    try_every_state(&feedback);
    try_line(&feedback);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    OWNED_JSON item = NULL;

    if (!ready) {
        json_ready();
        must(crypto_ready() == OUTCOME_OK);
        ready = true;
    }
    if (json_read(bytes_of(data, size), 4096, &item) == OUTCOME_OK)
        try_feedback(item);
    return 0;
}
