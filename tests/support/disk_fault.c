/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/disk_fault.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIBRARY "/tests/preload/disk_fault.so"

static void give_up(const char *why)
{
    fprintf(stderr, "disk_fault.so: %s\n", why);
    exit(1);
}

static void run_anew(char **argv)
{
    char path[PATH_MAX + sizeof LIBRARY];
    ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
    char *end;

    if (length <= 0 || getenv("LD_PRELOAD"))
        give_up("was not preloaded");
    path[length] = '\0';
    end = strstr(path, "/tests/unit/");
    if (!end)
        give_up("the program does not stand in tests/unit/");
    memcpy(end, LIBRARY, sizeof LIBRARY);
    setenv("LD_PRELOAD", path, 1);
    execv("/proc/self/exe", argv);
    give_up("the program cannot be run anew");
}

static void *find(const char *name)
{
    void *found = dlsym(RTLD_DEFAULT, name);

    if (!found)
        give_up(name);
    return found;
}

struct disk disk_begin(char **argv)
{
    struct disk disk;

    if (!dlsym(RTLD_DEFAULT, "disk_fault_arm"))
        run_anew(argv);
    unsetenv("LD_PRELOAD"); /* not for the programs that we run */
    *(void **)&disk.arm = find("disk_fault_arm");
    *(void **)&disk.seen = find("disk_fault_seen");
    *(void **)&disk.struck = find("disk_fault_struck");
    *(void **)&disk.skip_syncs = find("disk_fault_skip_syncs");
    *(void **)&disk.record = find("disk_fault_record");
    *(void **)&disk.mark = find("disk_fault_mark");
    return disk;
}
