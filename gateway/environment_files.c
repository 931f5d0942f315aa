/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/environment_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { SHRED_BYTES = 1 << 18 };
enum { NFS_MAGIC = 0x6969, SMB2_MAGIC = (int)0xFE534D42, CIFS_MAGIC = (int)0xFF534D42 };

enum outcome folder_sync(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int failed;

    if (folder < 0)
        return OUTCOME_FILE_WRONG;
    failed = fsync(folder);
    close(folder);
    return failed ? OUTCOME_STORE_FAILED : OUTCOME_OK;
}

enum outcome folder_sync_parent(const char *path)
{
    char parent[PATH_MAX];
    char *slash;

    if (snprintf(parent, sizeof parent, "%s", path) >= (int)sizeof parent)
        return OUTCOME_FILE_WRONG;
    slash = strrchr(parent, '/');
    if (!slash)
        return folder_sync(".");
    *(slash == parent ? slash + 1 : slash) = '\0';
    return folder_sync(parent);
}

bool folder_is_remote(const char *path)
{
    struct statfs info;

    if (statfs(path, &info) != 0)
        return true;
    return info.f_type == NFS_MAGIC || (int)info.f_type == SMB2_MAGIC ||
           (int)info.f_type == CIFS_MAGIC;
}

enum outcome folder_lock(const char *path, const char *name, int *out_lock)
{
    char file[PATH_MAX];
    int lock;
    enum outcome outcome = OUTCOME_OK;

    if (snprintf(file, sizeof file, "%s/%s", path, name) >= (int)sizeof file)
        return OUTCOME_FILE_WRONG;
    lock = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock < 0)
        return errno == ENOSPC || errno == EDQUOT ? OUTCOME_STORE_FULL : OUTCOME_FILE_WRONG;
    if (flock(lock, LOCK_EX | LOCK_NB) != 0)
        outcome = errno == EWOULDBLOCK ? OUTCOME_STORE_IN_USE : OUTCOME_STORE_FAILED;
    if (outcome != OUTCOME_OK) {
        close(lock);
        return outcome;
    }
    *out_lock = lock;
    return OUTCOME_OK;
}

static bool data_file_stat(const char *path, struct stat *out_info)
{
    char file[PATH_MAX];

    return snprintf(file, sizeof file, "%s/data.mdb", path) < (int)sizeof file &&
           stat(file, out_info) == 0;
}

enum outcome data_file_check(const char *path)
{
    struct stat info;

    if (!data_file_stat(path, &info))
        return errno == ENOENT ? OUTCOME_STORE_DAMAGED : OUTCOME_FILE_WRONG;
    return info.st_size > 0 ? OUTCOME_OK : OUTCOME_STORE_DAMAGED;
}

enum outcome data_file_identity(const char *path, struct file_identity *out_identity)
{
    struct stat info;

    if (!data_file_stat(path, &info))
        return OUTCOME_FILE_WRONG;
    *out_identity = (struct file_identity){info.st_dev, info.st_ino};
    return OUTCOME_OK;
}

enum outcome data_file_make_private(const char *path)
{
    char file[PATH_MAX];

    return snprintf(file, sizeof file, "%s/data.mdb", path) < (int)sizeof file &&
                   chmod(file, 0600) == 0
               ? OUTCOME_OK
               : OUTCOME_FILE_WRONG;
}

void data_file_keep(int file, off_t at, struct file_part *out_part)
{
    *out_part = (struct file_part){.file = file, .at = at};
    out_part->length = pread(file, out_part->bytes, sizeof out_part->bytes, at);
}

void data_file_put_back(const struct file_part *part)
{
    if (part->length > 0 &&
        pwrite(part->file, part->bytes, (size_t)part->length, part->at) != part->length)
        return;
}

enum outcome data_file_reserve(int file, uint64_t until)
{
    if (fallocate(file, FALLOC_FL_KEEP_SIZE, 0, (off_t)until) == 0)
        return OUTCOME_OK;
    switch (errno) {
    case EOPNOTSUPP: /* a file system without it: the low-water mark must do */
    case ENOSYS:
    case EINTR: /* the next change tries again */
        return OUTCOME_OK;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return OUTCOME_STORE_FULL;
    default:
        return OUTCOME_STORE_FAILED;
    }
}

/* --- a file that another takes the place of --- */

static bool write_over(int file, off_t length)
{
    static const uint8_t zeros[SHRED_BYTES];
    off_t at = 0;

    while (at < length) {
        const size_t rest = (size_t)(length - at);
        const ssize_t written = pwrite(file, zeros, rest < sizeof zeros ? rest : sizeof zeros, at);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        at += written;
    }
    return fdatasync(file) == 0;
}

enum outcome data_file_shred(const char *path)
{
    struct stat info;
    bool gone = true;
    int file = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);

    if (file < 0)
        return errno == ENOENT ? OUTCOME_OK : OUTCOME_FILE_WRONG;
    if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode))
        gone = false;
    else if (info.st_nlink == 1)
        gone = write_over(file, info.st_size);
    close(file);
    return gone && unlink(path) == 0 ? OUTCOME_OK : OUTCOME_FILE_WRONG;
}

static enum outcome name_in(const char *folder, const char *name, char out[static PATH_MAX])
{
    return snprintf(out, PATH_MAX, "%s/%s", folder, name) < PATH_MAX ? OUTCOME_OK
                                                                     : OUTCOME_FILE_WRONG;
}

/* The old file gets a second name first: so there is one under the first name at each moment, and
 * after a crash the old one is still found, to be written over. */
enum outcome data_file_replace(const char *path, const char *fresh)
{
    char now[PATH_MAX], old[PATH_MAX], next[PATH_MAX];

    TRY(name_in(path, "data.mdb", now));
    TRY(name_in(path, "data.old", old));
    TRY(name_in(fresh, "data.mdb", next));
    if (link(now, old) != 0)
        return OUTCOME_FILE_WRONG;
    if (rename(next, now) != 0) {
        unlink(old);
        return OUTCOME_FILE_WRONG;
    }
    return folder_sync(path) == OUTCOME_OK ? OUTCOME_OK : OUTCOME_STORE_FAILED;
}

enum outcome data_file_tidy(const char *path, const char *fresh)
{
    char name[PATH_MAX];
    struct stat info;

    TRY(name_in(path, "data.old", name));
    if (lstat(name, &info) == 0) {
        TRY(data_file_shred(name));
        TRY(folder_sync(path));
    }
    if (lstat(fresh, &info) != 0)
        return OUTCOME_OK;
    TRY(name_in(fresh, "data.mdb", name));
    TRY(data_file_shred(name));
    TRY(name_in(fresh, "lock.mdb", name));
    if (unlink(name) != 0 && errno != ENOENT)
        return OUTCOME_FILE_WRONG;
    if (rmdir(fresh) != 0)
        return OUTCOME_FILE_WRONG;
    return folder_sync_parent(fresh) == OUTCOME_OK ? OUTCOME_OK : OUTCOME_STORE_FAILED;
}
