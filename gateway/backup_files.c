/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/backup_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/store_format.h"

enum { PIECE_BYTES = 256 * 1024 };

static const char *const folders[] = {"store", "keys", "index"};
static const char *const beside[] = {"in-use", "lock.mdb"};

enum outcome path_sync(const char *path)
{
    OWNED_FILE descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (descriptor < 0)
        return OUTCOME_FILE_WRONG;
    return fsync(descriptor) == 0 ? OUTCOME_OK : OUTCOME_STORE_FAILED;
}

static enum outcome sync_below(const char *folder, const char *name)
{
    char path[FILE_PATH_MAX_BYTES];

    TRY(path_join(folder, name, path, NULL));
    return path_sync(path);
}

enum outcome copy_sync(const char *folder)
{
    for (size_t i = 0; i < BACKUP_FILES; i++) {
        TRY(sync_below(folder, backup_file_name(i)));
        TRY(sync_below(folder, folders[i]));
    }
    return path_sync(folder);
}

static void remove_below(const char *folder, const char *part, const char *name)
{
    char path[FILE_PATH_MAX_BYTES];

    if (snprintf(path, sizeof path, "%s/%s%s%s", folder, part, name ? "/" : "", name ? name : "") <
        (int)sizeof path)
        (void)(name ? unlink(path) : rmdir(path));
}

void copy_tidy(const char *folder)
{
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        for (size_t j = 0; j < sizeof beside / sizeof beside[0]; j++)
            remove_below(folder, folders[i], beside[j]);
    }
    remove_below(folder, ".", beside[0]);
    remove_below(folder, ".", STORE_FORMAT_FILE); /* the manifest has its own version */
    remove_below(folder, "index", "data.mdb");
    remove_below(folder, "index", NULL);
}

void copy_remove(const char *folder)
{
    char manifest[FILE_PATH_MAX_BYTES];

    copy_tidy(folder);
    if (path_join(folder, BACKUP_MANIFEST, manifest, NULL) == OUTCOME_OK)
        unlink(manifest);
    for (size_t i = 0; i < BACKUP_FILES; i++) {
        remove_below(folder, folders[i], "data.mdb");
        remove_below(folder, folders[i], NULL);
    }
    rmdir(folder);
}

static bool write_whole(int descriptor, const uint8_t *data, size_t length)
{
    while (length > 0) {
        ssize_t count = write(descriptor, data, length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        data += count;
        length -= (size_t)count;
    }
    return true;
}

static enum outcome copy_file(const char *from, const char *to,
                              void (*on_bytes)(void *context, uint64_t bytes), void *context)
{
    OWNED_FILE in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    OWNED_FILE out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    OWNED_BUFFER piece = {0};
    uint8_t *room = buffer_room(&piece, PIECE_BYTES);
    ssize_t count;

    if (in < 0 || out < 0)
        return OUTCOME_FILE_WRONG;
    if (!room)
        return OUTCOME_OUT_OF_MEMORY;
    while ((count = read(in, room, PIECE_BYTES)) != 0) {
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return OUTCOME_FILE_WRONG;
        if (!write_whole(out, room, (size_t)count))
            return errno == ENOSPC ? OUTCOME_STORE_FULL : OUTCOME_STORE_FAILED;
        if (on_bytes)
            on_bytes(context, (uint64_t)count);
    }
    return OUTCOME_OK;
}

enum outcome copy_files(const char *from, const char *to,
                        void (*on_bytes)(void *context, uint64_t bytes), void *context)
{
    char source[FILE_PATH_MAX_BYTES], target[FILE_PATH_MAX_BYTES];

    if (mkdir(to, 0700) != 0)
        return OUTCOME_FILE_WRONG;
    for (size_t i = 0; i < BACKUP_FILES; i++) {
        TRY(path_join(to, folders[i], target, NULL));
        if (mkdir(target, 0700) != 0)
            return OUTCOME_FILE_WRONG;
        TRY(path_join(from, backup_file_name(i), source, NULL));
        TRY(path_join(to, backup_file_name(i), target, NULL));
        TRY(copy_file(source, target, on_bytes, context));
    }
    return OUTCOME_OK;
}
