/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/json_memory.h"

#include <jansson.h>

static json_malloc_t take;
static json_free_t give;
static _Thread_local bool failed;

static void *take_watched(size_t length)
{
    void *memory = take(length);

    if (!memory)
        failed = true;
    return memory;
}

void json_memory_watch(void)
{
    json_malloc_t now;

    json_get_alloc_funcs(&now, &give);
    if (now == take_watched)
        return;
    take = now;
    json_set_alloc_funcs(take_watched, give);
}

void json_memory_forget(void)
{
    failed = false;
}

bool json_memory_failed(void)
{
    return failed;
}
