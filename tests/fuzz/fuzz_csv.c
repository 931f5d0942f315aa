/* SPDX-License-Identifier: EUPL-1.2 */
/* Any file as a corporation's export. */
#include "adapters/corporation_csv.h"
#include "tests/fuzz/adapter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_adapter(&corporation_csv, data, size);
}
