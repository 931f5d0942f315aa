/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * scarce_allocations.so - LD_PRELOAD it, and the allocations of a whole process can be made to fail
 * from outside: its own, those of every library (OpenSSL, libcurl, libevent, Jansson, LMDB), on
 * every thread. SCARCE_ALLOCATIONS names a file of four 64-bit numbers, shared with who steers:
 *
 *   first    which allocation from now fails, from 1; 0: none, and nothing is counted
 *   length   how many fail from there
 *   counted  so many were asked since it was set
 *   failed   so many were refused
 *
 * Not covered: memory asked of the kernel itself (mmap), as for thread stacks and LMDB's map.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct plan {
    _Atomic int64_t first, length, counted, failed;
};

static struct plan *plan;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("SCARCE_ALLOCATIONS");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *map;

    if (file < 0)
        return;
    map = mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    plan = map == MAP_FAILED ? NULL : map;
}

static bool fails(void)
{
    int64_t first, number;

    if (!plan || (first = atomic_load(&plan->first)) == 0)
        return false;
    number = atomic_fetch_add(&plan->counted, 1) + 1;
    if (number < first || number - first >= atomic_load(&plan->length))
        return false;
    atomic_fetch_add(&plan->failed, 1);
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(old, bytes);
}

void *memalign(size_t alignment, size_t size)
{
    return fails() ? NULL : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *memory = memalign(alignment, size);

    if (!memory)
        return ENOMEM;
    *out = memory;
    return 0;
}
