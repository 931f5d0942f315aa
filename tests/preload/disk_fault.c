/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * disk_fault.so - LD_PRELOAD it and the disk fails at one chosen moment. It counts, over all
 * threads together, each call that changes a file or folder under one folder, and at the chosen
 * one kills the process, tears the write or lets the call fail.
 *
 *   DISK_FAULT_UNDER  the folder, without a slash at its end
 *   DISK_FAULT_AT     the number of the call, from 1; 0: never
 *   DISK_FAULT_WHAT   kill (before the call), killafter, tear (half is written, then kill), short
 *                     (half is written), or EIO, ENOSPC, EINTR; with a + behind it from then on
 *                     for ever. `sync` before it (syncEIO) counts the fsync and fdatasync only.
 *   DISK_FAULT_LOG    a file that gets one line for each call counted: number, name, path
 *   DISK_FAULT_RECORD a file that gets what was written: struct disk_record, paths, bytes
 *   DISK_FAULT_STEER  a file that is shared with who steers a running program: struct disk_steer.
 *                     With each new `round` it counts anew, up to `at` and `what` of that moment; a
 *                     program that starts obeys the next round, not the one that stands.
 *
 * A program may look for the functions of tests/support/disk_fault.h with dlsym() and do it itself.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/support/disk_fault.h"

enum { FILES_MAX = 4096, SECTOR = 512 };

static struct plan {
    char under[PATH_MAX];
    size_t under_length;
    long at, seen;
    bool kill_before, kill_after, half, for_ever, syncs_only;
    bool skips_syncs; /* for a process that is killed the disk does not matter */
    int error;
    int log, record;
    int64_t round;              /* of `steer`, that is obeyed */
    char struck[PATH_MAX + 64]; /* the call that was, the first time */
} plan = {.log = -1, .record = -1};

static struct disk_steer *steer;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    bool counts, through;
    char path[256];
} files[FILES_MAX];

static bool is_under(const char *path)
{
    return plan.under_length > 0 && strncmp(path, plan.under, plan.under_length) == 0 &&
           (path[plan.under_length] == '/' || path[plan.under_length] == '\0');
}

static int error_named(const char *what)
{
    return strncmp(what, "EIO", 3) == 0      ? EIO
           : strncmp(what, "ENOSPC", 6) == 0 ? ENOSPC
           : strncmp(what, "EINTR", 5) == 0  ? EINTR
                                             : 0;
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static void arm(long at, const char *what)
{
    plan.syncs_only = begins(what, "sync");
    what += plan.syncs_only ? 4 : 0;
    plan.at = at;
    plan.seen = 0;
    plan.kill_after = begins(what, "killafter");
    plan.kill_before = begins(what, "kill") && !plan.kill_after;
    plan.half = begins(what, "tear") || begins(what, "short");
    plan.kill_after = plan.kill_after || begins(what, "tear");
    plan.error = error_named(what);
    plan.for_ever = strchr(what, '+') != NULL;
    plan.struck[0] = '\0';
}

void disk_fault_arm(const char *under, long at, const char *what)
{
    pthread_mutex_lock(&lock);
    snprintf(plan.under, sizeof plan.under, "%s", under);
    plan.under_length = strlen(plan.under);
    arm(at, what);
    pthread_mutex_unlock(&lock);
}

/* Who steers has begun a new round? */
static void obey(void)
{
    char what[sizeof steer->what];

    if (!steer || atomic_load(&steer->round) == plan.round)
        return;
    plan.round = atomic_load(&steer->round);
    snprintf(what, sizeof what, "%.*s", (int)sizeof what - 1, steer->what);
    arm((long)steer->at, what);
}

const char *disk_fault_struck(void)
{
    return plan.struck;
}

void disk_fault_skip_syncs(bool skip)
{
    plan.skips_syncs = skip;
}

void disk_fault_record(const char *path)
{
    if (plan.record >= 0)
        syscall(SYS_close, plan.record);
    plan.record = path ? (int)syscall(SYS_openat, AT_FDCWD, path,
                                      O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)
                       : -1;
}

void disk_fault_mark(uint32_t number)
{
    const struct disk_record mark = {.change = DISK_MARK, .offset = number};

    if (plan.record >= 0)
        syscall(SYS_write, plan.record, &mark, sizeof mark);
}

long disk_fault_seen(void)
{
    long seen;

    pthread_mutex_lock(&lock);
    seen = plan.seen;
    pthread_mutex_unlock(&lock);
    return seen;
}

static int open_for(const char *name)
{
    const char *path = getenv(name);

    return path ? (int)syscall(SYS_openat, AT_FDCWD, path,
                               O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)
                : -1;
}

static void begin_steered(void)
{
    const char *path = getenv("DISK_FAULT_STEER");
    int file = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC) : -1;
    void *map;

    if (file < 0)
        return;
    map = mmap(NULL, sizeof *steer, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    syscall(SYS_close, file);
    steer = map == MAP_FAILED ? NULL : map;
    plan.round = steer ? atomic_load(&steer->round) : 0;
}

__attribute__((constructor)) static void read_plan(void)
{
    const char *under = getenv("DISK_FAULT_UNDER"), *at = getenv("DISK_FAULT_AT");
    const char *what = getenv("DISK_FAULT_WHAT");

    plan.log = open_for("DISK_FAULT_LOG");
    plan.record = open_for("DISK_FAULT_RECORD");
    if (under)
        disk_fault_arm(under, at ? strtol(at, NULL, 10) : 0, what ? what : "");
    begin_steered();
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void die(void)
{
    syscall(SYS_kill, (long)getpid(), (long)SIGKILL);
    for (;;)
        pause();
}

/* Whether the fault strikes this call; before it, when that is asked, the process ends. */
static bool strikes(const char *name, const char *path)
{
    char line[PATH_MAX + 64];
    bool strikes;

    pthread_mutex_lock(&lock);
    obey();
    if (plan.syncs_only && !strstr(name, "sync")) {
        pthread_mutex_unlock(&lock);
        return false;
    }
    plan.seen++;
    if (steer)
        atomic_store(&steer->seen, plan.seen);
    strikes = plan.at > 0 && (plan.for_ever ? plan.seen >= plan.at : plan.seen == plan.at);
    if (plan.log >= 0) {
        int length = snprintf(line, sizeof line, "%ld %s %s\n", plan.seen, name, path);
        syscall(SYS_write, plan.log, line, (size_t)length);
    }
    pthread_mutex_unlock(&lock);
    if (strikes && !plan.struck[0])
        snprintf(plan.struck, sizeof plan.struck, "%s %s", name, path);
    if (strikes && steer)
        snprintf(steer->struck, sizeof steer->struck, "%s", name);
    if (strikes && plan.kill_before)
        die();
    return strikes;
}

static void note(enum disk_change change, const char *path, const char *second, uint64_t offset,
                 const void *bytes, size_t length)
{
    const struct disk_record record = {(uint32_t)change,
                                       (uint32_t)strlen(path),
                                       second ? (uint32_t)strlen(second) : 0,
                                       0,
                                       offset,
                                       length};
    const struct iovec parts[] = {{(void *)(uintptr_t)&record, sizeof record},
                                  {(void *)(uintptr_t)path, record.path},
                                  {(void *)(uintptr_t)second, record.second},
                                  {(void *)(uintptr_t)bytes, bytes ? length : 0}};

    if (plan.record >= 0)
        syscall(SYS_writev, plan.record, parts, 4);
}

static bool counts(int file)
{
    return file >= 0 && file < FILES_MAX && files[file].counts;
}

/* --- calls without bytes --- */

#define PLAIN(name, path, call)                                                                    \
    do {                                                                                           \
        bool struck = strikes(name, path);                                                         \
        int result_;                                                                               \
        if (struck && plan.error) {                                                                \
            errno = plan.error;                                                                    \
            return -1;                                                                             \
        }                                                                                          \
        result_ = (call);                                                                          \
        if (struck && plan.kill_after)                                                             \
            die();                                                                                 \
        if (result_ != 0)                                                                          \
            return result_;                                                                        \
    } while (0)

int fsync(int file)
{
    if (!counts(file))
        return REAL(fsync)(file);
    PLAIN("fsync", files[file].path, plan.skips_syncs ? 0 : REAL(fsync)(file));
    note(DISK_SYNC, files[file].path, NULL, 0, NULL, 0);
    return 0;
}

int fdatasync(int file)
{
    if (!counts(file))
        return REAL(fdatasync)(file);
    PLAIN("fdatasync", files[file].path, plan.skips_syncs ? 0 : REAL(fdatasync)(file));
    note(DISK_SYNC, files[file].path, NULL, 0, NULL, 0);
    return 0;
}

int ftruncate(int file, off_t length)
{
    if (!counts(file))
        return REAL(ftruncate)(file, length);
    PLAIN("ftruncate", files[file].path, REAL(ftruncate)(file, length));
    return 0;
}

int fallocate(int file, int mode, off_t offset, off_t length)
{
    if (!counts(file))
        return REAL(fallocate)(file, mode, offset, length);
    PLAIN("fallocate", files[file].path, REAL(fallocate)(file, mode, offset, length));
    return 0;
}

int mkdir(const char *path, mode_t mode)
{
    if (!is_under(path) || access(path, F_OK) == 0)
        return REAL(mkdir)(path, mode);
    PLAIN("mkdir", path, REAL(mkdir)(path, mode));
    return 0;
}

int unlink(const char *path)
{
    if (!is_under(path) || access(path, F_OK) != 0)
        return REAL(unlink)(path);
    PLAIN("unlink", path, REAL(unlink)(path));
    return 0;
}

int link(const char *from, const char *to)
{
    if (!is_under(to))
        return REAL(link)(from, to);
    PLAIN("link", to, REAL(link)(from, to));
    return 0;
}

static void rename_files(const char *from, const char *to)
{
    const size_t length = strlen(from);

    for (size_t i = 0; i < FILES_MAX; i++) {
        char rest[sizeof files[i].path];
        if (!files[i].counts || strncmp(files[i].path, from, length) != 0)
            continue;
        snprintf(rest, sizeof rest, "%s", files[i].path + length);
        snprintf(files[i].path, sizeof files[i].path, "%.120s%.120s", to, rest);
    }
}

int rename(const char *from, const char *to)
{
    if (!is_under(from))
        return REAL(rename)(from, to);
    PLAIN("rename", from, REAL(rename)(from, to));
    note(DISK_NAME, from, to, 0, NULL, 0);
    rename_files(from, to);
    return 0;
}

/* --- opening and closing --- */

static void opened(int file, const char *path, int flags)
{
    if (file < 0 || file >= FILES_MAX)
        return;
    files[file].counts = is_under(path);
    files[file].through = (flags & O_DSYNC) != 0;
    snprintf(files[file].path, sizeof files[file].path, "%s", path);
}

/* The whole path of a name in an open folder. */
static const char *path_in(int folder, const char *name, char out[static PATH_MAX])
{
    char link[64];
    ssize_t length;

    if (folder == AT_FDCWD || name[0] == '/')
        return name;
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    length = readlink(link, out, PATH_MAX - 1);
    if (length < 0)
        return name;
    snprintf(out + length, (size_t)(PATH_MAX - length), "/%s", name);
    return out;
}

static int open_counted(int folder, const char *name, int flags, mode_t mode)
{
    char room[PATH_MAX];
    const char *path = path_in(folder, name, room);
    const bool makes = (flags & O_CREAT) && is_under(path) && access(path, F_OK) != 0;
    bool struck = makes && strikes("open", path);
    int file;

    if (struck && plan.error) {
        errno = plan.error;
        return -1;
    }
    file = (int)syscall(SYS_openat, folder, name, flags, mode);
    if (struck && plan.kill_after)
        die();
    opened(file, path, flags);
    if (makes && file >= 0)
        note(DISK_MAKE, path, NULL, 0, NULL, 0);
    return file;
}

#define MODE_OF(flags, mode)                                                                       \
    do {                                                                                           \
        if ((flags) & (O_CREAT | O_TMPFILE)) {                                                     \
            va_list more_;                                                                         \
            va_start(more_, flags);                                                                \
            mode = va_arg(more_, mode_t);                                                          \
            va_end(more_);                                                                         \
        }                                                                                          \
    } while (0)

int open(const char *path, int flags, ...)
{
    mode_t mode = 0;

    MODE_OF(flags, mode);
    return open_counted(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *name, int flags, ...)
{
    mode_t mode = 0;

    MODE_OF(flags, mode);
    return open_counted(folder, name, flags, mode);
}

int __open_2(const char *path, int flags);
int __open_2(const char *path, int flags)
{
    return open_counted(AT_FDCWD, path, flags, 0);
}

int __openat_2(int folder, const char *name, int flags);
int __openat_2(int folder, const char *name, int flags)
{
    return open_counted(folder, name, flags, 0);
}

int mkdirat(int folder, const char *name, mode_t mode)
{
    char room[PATH_MAX];
    const char *path = path_in(folder, name, room);

    if (!is_under(path) || access(path, F_OK) == 0)
        return REAL(mkdirat)(folder, name, mode);
    PLAIN("mkdir", path, REAL(mkdirat)(folder, name, mode));
    return 0;
}

int unlinkat(int folder, const char *name, int flags)
{
    char room[PATH_MAX];
    const char *path = path_in(folder, name, room);

    if (!is_under(path) || access(path, F_OK) != 0)
        return REAL(unlinkat)(folder, name, flags);
    PLAIN("unlink", path, REAL(unlinkat)(folder, name, flags));
    return 0;
}

int renameat(int from_folder, const char *from_name, int to_folder, const char *to_name)
{
    char from_room[PATH_MAX], to_room[PATH_MAX];
    const char *from = path_in(from_folder, from_name, from_room);
    const char *to = path_in(to_folder, to_name, to_room);

    if (!is_under(from))
        return REAL(renameat)(from_folder, from_name, to_folder, to_name);
    PLAIN("rename", from, REAL(renameat)(from_folder, from_name, to_folder, to_name));
    note(DISK_NAME, from, to, 0, NULL, 0);
    rename_files(from, to);
    return 0;
}

int close(int file)
{
    if (file >= 0 && file < FILES_MAX)
        files[file].counts = false;
    return (int)syscall(SYS_close, file);
}

/* --- writing --- */

/* Half of it, in whole sectors, and at least one. */
static size_t half_of(size_t length)
{
    size_t half = length / 2 / SECTOR * SECTOR;

    return half ? half : length > SECTOR ? SECTOR : length / 2;
}

static void flatten(const struct iovec *parts, int count, char *out)
{
    for (int i = 0; i < count; i++) {
        memcpy(out, parts[i].iov_base, parts[i].iov_len);
        out += parts[i].iov_len;
    }
}

static ssize_t write_counted(const char *name, int file, const struct iovec *parts, int count,
                             off_t offset, bool moves)
{
    const bool struck = strikes(name, files[file].path);
    size_t length = 0, mapped;
    char *bytes;
    ssize_t written;

    for (int i = 0; i < count; i++)
        length += parts[i].iov_len;
    if (struck && plan.error) {
        errno = plan.error;
        return -1;
    }
    /* Not malloc(): the program's own may be made to fail by another library. */
    bytes =
        mmap(NULL, length ? length : 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (bytes == MAP_FAILED)
        abort();
    mapped = length ? length : 1;
    flatten(parts, count, bytes);
    if (struck && plan.half)
        length = half_of(length);
    written = syscall(SYS_pwrite64, file, bytes, length, offset);
    if (struck && plan.kill_after)
        die();
    if (written > 0 && moves)
        lseek(file, offset + written, SEEK_SET);
    if (written > 0)
        note(files[file].through ? DISK_WRITE_THROUGH : DISK_WRITE, files[file].path, NULL,
             (uint64_t)offset, bytes, (size_t)written);
    munmap(bytes, mapped);
    return written;
}

static struct iovec one(const void *bytes, size_t length)
{
    return (struct iovec){(void *)(uintptr_t)bytes, length};
}

ssize_t write(int file, const void *bytes, size_t length)
{
    const struct iovec part = one(bytes, length);

    return counts(file) ? write_counted("write", file, &part, 1, lseek(file, 0, SEEK_CUR), true)
                        : syscall(SYS_write, file, bytes, length);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset)
{
    const struct iovec part = one(bytes, length);

    return counts(file) ? write_counted("pwrite", file, &part, 1, offset, false)
                        : syscall(SYS_pwrite64, file, bytes, length, offset);
}

ssize_t writev(int file, const struct iovec *parts, int count)
{
    return counts(file)
               ? write_counted("writev", file, parts, count, lseek(file, 0, SEEK_CUR), true)
               : syscall(SYS_writev, file, parts, count);
}

ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset)
{
    return counts(file) ? write_counted("pwritev", file, parts, count, offset, false)
                        : REAL(pwritev)(file, parts, count, offset);
}
