/* SPDX-License-Identifier: EUPL-1.2 */
/* Any file as answers: what comes out is within its bounds, and each signal once. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/answers_csv.h"
#include "crypto/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    OWNED_ANSWER_IMPORT import = {0};

    must(answers_csv_parse(bytes_of(data, size), &import) == OUTCOME_OK);
    must(!import.import.refused || import.row_count == 0);
    must(import.import.row_count == 0);
    for (size_t i = 0; i < import.row_count; i++) {
        must(feedback_check(&import.rows[i].answer, NULL) == OUTCOME_OK);
        must(i == 0 || import.rows[i - 1].row < import.rows[i].row);
        must(i == 0 || strcmp(import.rows[i - 1].answer.signal, import.rows[i].answer.signal) != 0);
    }
    for (size_t i = 0; i < import.import.fault_count; i++) {
        OWNED_BUFFER text = {0};
        import_fault_print(&import.import.faults[i], LANGUAGE_NL, &text);
        must(buffer_outcome(&text) == OUTCOME_OK);
    }
    return 0;
}
