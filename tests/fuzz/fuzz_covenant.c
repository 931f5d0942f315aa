/* SPDX-License-Identifier: EUPL-1.2 */
/* A covenant from a stranger: what loads is printed and asked, and none of it may break. */
#include <stdlib.h>

#include "covenant/built_in.h"
#include "covenant/covenant_html.h"
#include "covenant/covenant_text.h"
#include "covenant/decision.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Each party to each other, in every lane: an answer must come of it. */
static void ask_everything(const struct covenant *covenant)
{
    struct standing standing = {.today = covenant->valid_from};
    struct request request = {.covenant = covenant, .standing = &standing, .code = "ZORG.EENZAAM"};

    for (size_t i = 0; i < covenant->parties_count; i++)
        standing.verdicts[i] = VERDICT_AGREED;
    for (size_t i = 0; i < covenant->parties_count; i++) {
        request.from = covenant->parties[i].oin;
        request.to = covenant->parties[(i + 1) % covenant->parties_count].oin;
        for (int lane = LANE_NONE; lane < LANE_COUNT; lane++) {
            struct decision decision;
            request.lane = (enum lane)lane;
            decision = decide(&request);
            if (decision.permitted != (decision.refusal == REFUSAL_NONE))
                abort();
            if (decision.fields & covenant->forbidden_fields)
                abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct code_lists *lists;
    OWNED_COVENANT covenant = NULL;
    OWNED_BUFFER text = {0};
    OWNED_BUFFER html = {0};
    struct covenant_fault fault = {0};
    const struct covenant_page page = {0};

    if (!lists) {
        json_ready();
        if (code_lists_load(&lists) != OUTCOME_OK)
            abort();
    }
    if (covenant_parse(bytes_of(data, size), lists, &covenant, &fault) != OUTCOME_OK)
        return 0;
    ask_everything(covenant);
    if (covenant_print_text(covenant, &page, &text) != OUTCOME_OK ||
        covenant_print_html(covenant, &page, &html) != OUTCOME_OK)
        abort();
    (void)!covenant_complete(covenant, &fault);
    return 0;
}
