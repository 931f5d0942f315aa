/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct row {
    const char *text[LANGUAGE_COUNT];
} rows[FILE_CHECK_COUNT] = {
#define FILE_CHECK_ROW(name, nl, en) [FILE_CHECK_##name] = {{nl, en}},
    FILE_CHECKS(FILE_CHECK_ROW)
#undef FILE_CHECK_ROW
};

const char *file_check_text(enum file_check check, enum language language)
{
    return rows[check < FILE_CHECK_COUNT ? check : FILE_CHECK_OPEN]
        .text[language == LANGUAGE_EN ? LANGUAGE_EN : LANGUAGE_NL];
}

void file_fault_at(struct file_fault *fault, enum file_check check, const char *path)
{
    if (!fault || fault->check != FILE_CHECK_NONE)
        return; /* the first fault wins */
    fault->check = check;
    snprintf(fault->path, sizeof fault->path, "%s", path);
}

static enum outcome wrong(struct file_fault *fault, enum file_check check, const char *path)
{
    file_fault_at(fault, check, path);
    return OUTCOME_FILE_WRONG;
}

void file_close_at(int *descriptor)
{
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = -1;
}

/* --- reading --- */

static enum file_check open_check(int error)
{
    switch (error) {
    case ENOENT:
        return FILE_CHECK_MISSING;
    case ELOOP: /* what O_NOFOLLOW says of a symbolic link */
        return FILE_CHECK_LINK;
    default:
        return FILE_CHECK_OPEN;
    }
}

static enum file_check private_check(const struct stat *status)
{
    if (status->st_uid != geteuid())
        return FILE_CHECK_OWNER;
    if ((status->st_mode & 077) != 0)
        return FILE_CHECK_MODE;
    if (status->st_nlink != 1)
        return FILE_CHECK_LINKS;
    return FILE_CHECK_NONE;
}

/* A file may grow while it is read, so the bound is kept here and not by its size. */
static enum outcome read_all(int descriptor, const char *path, size_t max_bytes, struct buffer *out,
                             struct file_fault *fault)
{
    OWNED_BUFFER chunk = {0};
    uint8_t *room = buffer_room(&chunk, 16384);
    size_t total = 0;

    if (!room)
        return OUTCOME_OUT_OF_MEMORY;
    for (;;) {
        ssize_t count = read(descriptor, room, chunk.length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return wrong(fault, FILE_CHECK_READ, path);
        if (count == 0)
            return buffer_outcome(out);
        total += (size_t)count;
        if (total > max_bytes) {
            file_fault_at(fault, FILE_CHECK_SIZE, path);
            return OUTCOME_TOO_LARGE;
        }
        buffer_add(out, room, (size_t)count);
    }
}

static enum outcome read_checked(const char *path, int flags, bool is_private, size_t max_bytes,
                                 struct buffer *out, struct file_fault *fault)
{
    /* O_NONBLOCK: opening a pipe without a writer would wait for ever. */
    OWNED_FILE descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | flags);
    OWNED_BUFFER contents = {0};
    enum file_check check = FILE_CHECK_NONE;
    struct stat status;

    if (descriptor < 0)
        return wrong(fault, open_check(errno), path);
    if (fstat(descriptor, &status) != 0)
        return wrong(fault, FILE_CHECK_READ, path);
    if (!S_ISREG(status.st_mode))
        check = FILE_CHECK_REGULAR;
    else if (is_private)
        check = private_check(&status);
    if (check != FILE_CHECK_NONE)
        return wrong(fault, check, path);
    TRY(read_all(descriptor, path, max_bytes, &contents, fault));
    buffer_add_buffer(out, &contents);
    return buffer_outcome(out);
}

enum outcome file_read(const char *path, size_t max_bytes, struct buffer *out,
                       struct file_fault *fault)
{
    return read_checked(path, 0, false, max_bytes, out, fault);
}

enum outcome file_read_private(const char *path, size_t max_bytes, struct buffer *out,
                               struct file_fault *fault)
{
    return read_checked(path, O_NOFOLLOW, true, max_bytes, out, fault);
}

/* --- writing --- */

static bool write_all(int descriptor, struct bytes contents)
{
    size_t done = 0;

    while (done < contents.length) {
        ssize_t count = write(descriptor, contents.data + done, contents.length - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        done += (size_t)count;
    }
    return true;
}

static bool sync_folder_of(const char *path)
{
    char folder[FILE_PATH_MAX_BYTES];

    if (path_folder(path, folder, NULL) != OUTCOME_OK)
        return false;
    OWNED_FILE descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return descriptor >= 0 && fsync(descriptor) == 0;
}

/* A complete file of the right mode under a name of its own beside `path`. */
static bool write_beside(const char *path, struct bytes contents, mode_t mode,
                         char out_temporary[static FILE_PATH_MAX_BYTES])
{
    char temporary[FILE_PATH_MAX_BYTES];
    int length = snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    if (length < 0 || (size_t)length >= sizeof temporary)
        return false;
    OWNED_FILE descriptor = mkostemp(temporary, O_CLOEXEC); /* mode 0600, exclusive */
    if (descriptor < 0)
        return false;
    if (!write_all(descriptor, contents) || fchmod(descriptor, mode) != 0 ||
        fsync(descriptor) != 0) {
        unlink(temporary);
        return false;
    }
    memcpy(out_temporary, temporary, sizeof temporary);
    return true;
}

enum outcome file_write(const char *path, struct bytes contents, mode_t mode,
                        struct file_fault *fault)
{
    char temporary[FILE_PATH_MAX_BYTES];

    if (!write_beside(path, contents, mode, temporary))
        return wrong(fault, FILE_CHECK_WRITE, path);
    if (rename(temporary, path) != 0) {
        unlink(temporary);
        return wrong(fault, FILE_CHECK_WRITE, path);
    }
    return sync_folder_of(path) ? OUTCOME_OK : wrong(fault, FILE_CHECK_WRITE, path);
}

enum outcome file_write_new(const char *path, struct bytes contents, mode_t mode,
                            struct file_fault *fault)
{
    char temporary[FILE_PATH_MAX_BYTES];
    int failed, error;

    if (!write_beside(path, contents, mode, temporary))
        return wrong(fault, FILE_CHECK_WRITE, path);
    failed = renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE);
    error = errno;
    if (failed) {
        unlink(temporary);
        file_fault_at(fault, error == EEXIST ? FILE_CHECK_EXISTS : FILE_CHECK_WRITE, path);
        return error == EEXIST ? OUTCOME_EXISTS : OUTCOME_FILE_WRONG;
    }
    return sync_folder_of(path) ? OUTCOME_OK : wrong(fault, FILE_CHECK_WRITE, path);
}

/* --- folders and paths --- */

enum outcome folder_make(const char *path, struct file_fault *fault)
{
    struct stat status;

    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return wrong(fault, FILE_CHECK_WRITE, path);
    if (lstat(path, &status) != 0)
        return wrong(fault, FILE_CHECK_READ, path);
    if (!S_ISDIR(status.st_mode) || private_check(&status) == FILE_CHECK_OWNER ||
        (status.st_mode & 077) != 0)
        return wrong(fault, FILE_CHECK_FOLDER, path);
    return sync_folder_of(path) ? OUTCOME_OK : wrong(fault, FILE_CHECK_WRITE, path);
}

bool file_exists(const char *path)
{
    struct stat status;

    return lstat(path, &status) == 0;
}

enum outcome path_join(const char *folder, const char *name,
                       char out_path[static FILE_PATH_MAX_BYTES], struct file_fault *fault)
{
    char joined[FILE_PATH_MAX_BYTES];
    bool alone = name[0] == '/' || folder[0] == '\0' || strcmp(folder, ".") == 0;
    bool ends_in_slash = !alone && folder[strlen(folder) - 1] == '/';
    int length = snprintf(joined, sizeof joined, "%s%s%s", alone ? "" : folder,
                          alone || ends_in_slash ? "" : "/", name);

    if (length < 0 || (size_t)length >= sizeof joined)
        return wrong(fault, FILE_CHECK_PATH, name);
    memcpy(out_path, joined, sizeof joined);
    return OUTCOME_OK;
}

enum outcome path_folder(const char *path, char out_folder[static FILE_PATH_MAX_BYTES],
                         struct file_fault *fault)
{
    size_t length = strlen(path);

    while (length > 1 && path[length - 1] == '/')
        length--;
    while (length > 0 && path[length - 1] != '/')
        length--;
    while (length > 1 && path[length - 1] == '/')
        length--;
    if (length >= FILE_PATH_MAX_BYTES)
        return wrong(fault, FILE_CHECK_PATH, path);
    if (length == 0) {
        memcpy(out_folder, ".", 2);
        return OUTCOME_OK;
    }
    memcpy(out_folder, path, length);
    out_folder[length] = '\0';
    return OUTCOME_OK;
}

/* FNV-1a: no secret and nobody who would look for two files with one number. */
static uint64_t mix(uint64_t stamp, uint64_t value)
{
    for (int i = 0; i < 8; i++) {
        stamp = (stamp ^ (value & 0xff)) * 0x100000001b3U;
        value >>= 8;
    }
    return stamp;
}

uint64_t files_stamp(const char *const *paths, size_t count)
{
    uint64_t stamp = 0xcbf29ce484222325U;

    for (size_t i = 0; i < count; i++) {
        struct stat info = {0};
        if (!paths[i])
            continue;
        if (stat(paths[i], &info) != 0)
            info.st_size = -1;
        stamp = mix(stamp, info.st_ino);
        stamp = mix(stamp, (uint64_t)info.st_size);
        stamp = mix(stamp, (uint64_t)info.st_mtim.tv_sec);
        stamp = mix(stamp, (uint64_t)info.st_mtim.tv_nsec);
        stamp = mix(stamp, (uint64_t)info.st_ctim.tv_sec); /* an older file moved here, too */
        stamp = mix(stamp, (uint64_t)info.st_ctim.tv_nsec);
    }
    return stamp;
}
