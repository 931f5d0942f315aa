/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/scarce_memory.h"

#include <stddef.h>

static int left = -1;
static bool ran_out;
static _Thread_local bool spared;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);

void memory_lasts_for(int count)
{
    left = count;
    if (count >= 0)
        ran_out = false;
}

void memory_spares_me(bool spares)
{
    spared = spares;
}

bool memory_ran_out(void)
{
    return ran_out;
}

static bool fails(void)
{
    if (left < 0 || spared)
        return false;
    if (left-- > 0)
        return false;
    ran_out = true;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}
