/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/dropbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "covenant/day.h"

enum {
    STAMP_LENGTH = 20, /* "20261203T031500.120Z" */
    SAFE_NAME_MAX = DROPBOX_NAME_BYTES - STAMP_LENGTH - 24, /* and "-", ".verslag.json", a NUL */
    NAMES_TRIED = 1000,
};

/* clang-format off */
static const struct {
    const char *name;
    mode_t mode; /* the group of the folder may read what became of its files */
} places[DROPBOX_PLACE_COUNT] = {
    [DROPBOX_BUSY]    = {"bezig",     0700},
    [DROPBOX_DONE]    = {"klaar",     0750},
    [DROPBOX_REFUSED] = {"geweigerd", 0750},
};
/* clang-format on */

enum { REPORT_MODE = 0640 };

const char *dropbox_place_name(enum dropbox_place place)
{
    return places[place].name;
}

static enum outcome wrong(const struct dropbox *box, struct file_fault *fault,
                          enum file_check check, const char *name)
{
    char path[FILE_PATH_MAX_BYTES];

    if (path_join(box->path, name, path, NULL) != OUTCOME_OK)
        snprintf(path, sizeof path, "%s", name);
    file_fault_at(fault, check, path);
    return OUTCOME_FILE_WRONG;
}

/* --- the folders --- */

static enum file_check folder_check(int descriptor)
{
    struct stat status;

    if (descriptor < 0)
        return errno == ENOENT ? FILE_CHECK_MISSING
               : errno == ELOOP || errno == ENOTDIR ? FILE_CHECK_LINK
                                                    : FILE_CHECK_OPEN;
    if (fstat(descriptor, &status) != 0)
        return FILE_CHECK_READ;
    if (status.st_uid != geteuid())
        return FILE_CHECK_OWNER;
    return status.st_mode & 002 ? FILE_CHECK_SHARED : FILE_CHECK_NONE;
}

static enum outcome open_place(struct dropbox *box, enum dropbox_place place,
                               struct file_fault *fault)
{
    const char *name = places[place].name;
    bool made = mkdirat(box->folder, name, places[place].mode) == 0;
    enum file_check check;

    box->place[place] =
        openat(box->folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    check = folder_check(box->place[place]);
    if (check == FILE_CHECK_NONE && made && fchmod(box->place[place], places[place].mode) != 0)
        check = FILE_CHECK_WRITE;
    return check == FILE_CHECK_NONE ? OUTCOME_OK : wrong(box, fault, check, name);
}

enum outcome dropbox_open(const char *path, struct dropbox *out_box, struct file_fault *fault)
{
    OWNED_DROPBOX box = {.folder = -1, .place = {-1, -1, -1}, .path = path};
    enum file_check check;

    box.folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    check = folder_check(box.folder);
    if (check != FILE_CHECK_NONE) {
        file_fault_at(fault, check, path);
        return OUTCOME_FILE_WRONG;
    }
    for (enum dropbox_place place = 0; place < DROPBOX_PLACE_COUNT; place++)
        TRY(open_place(&box, place, fault));
    if (flock(box.place[DROPBOX_BUSY], LOCK_EX | LOCK_NB) != 0)
        return wrong(&box, fault, FILE_CHECK_LOCKED, places[DROPBOX_BUSY].name);
    *out_box = box;
    box = (struct dropbox){.folder = -1, .place = {-1, -1, -1}}; /* handed over */
    return OUTCOME_OK;
}

void dropbox_close(struct dropbox *box)
{
    for (enum dropbox_place place = 0; place < DROPBOX_PLACE_COUNT; place++)
        file_close_at(&box->place[place]);
    file_close_at(&box->folder);
}

/* --- looking --- */

static bool is_export(const char *name)
{
    size_t length = strlen(name);

    return name[0] != '.' && length > 4 && length < DROPBOX_FOUND_BYTES &&
           strcasecmp(name + length - 4, ".csv") == 0;
}

/* What one file is; false: no file of its own, or gone. */
static bool look_at(int folder, const char *name, struct dropbox_found *out)
{
    struct stat status;

    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode) ||
        status.st_nlink != 1)
        return false;
    snprintf(out->name, sizeof out->name, "%s", name);
    out->inode = status.st_ino;
    out->size = status.st_size;
    out->changed_ns = (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
    return true;
}

static bool is_ours(const char *name)
{
    for (enum dropbox_place place = 0; place < DROPBOX_PLACE_COUNT; place++)
        if (strcmp(name, places[place].name) == 0)
            return true;
    return name[0] == '.';
}

/* Each name to `each`, which gets `state`, until it answers false. */
static enum outcome for_names(const struct dropbox *box, int folder,
                              bool (*each)(void *state, int folder, const char *name), void *state,
                              struct file_fault *fault)
{
    int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* at its beginning */
    DIR *listing = again >= 0 ? fdopendir(again) : NULL;
    const struct dirent *entry;

    if (!listing) {
        file_close_at(&again);
        return wrong(box, fault, FILE_CHECK_READ, "");
    }
    while ((entry = readdir(listing)) && each(state, folder, entry->d_name)) {
    }
    closedir(listing);
    return OUTCOME_OK;
}

static bool add_found(void *state, int folder, const char *name)
{
    struct dropbox_list *list = state;

    if (is_ours(name))
        return true;
    if (is_export(name) && look_at(folder, name, &list->files[list->count]))
        list->count++;
    else
        list->others++;
    return list->count < DROPBOX_FILES_MAX;
}

static int by_age(const void *left, const void *right)
{
    const struct dropbox_found *a = left, *b = right;

    if (a->changed_ns != b->changed_ns)
        return a->changed_ns < b->changed_ns ? -1 : 1;
    return strcmp(a->name, b->name);
}

static int by_name(const void *left, const void *right)
{
    return strcmp(((const struct dropbox_found *)left)->name,
                  ((const struct dropbox_found *)right)->name);
}

static enum outcome look(const struct dropbox *box, int folder, struct dropbox_list *out_list,
                         struct file_fault *fault)
{
    out_list->count = out_list->others = 0;
    return for_names(box, folder, add_found, out_list, fault);
}

enum outcome dropbox_look(const struct dropbox *box, struct dropbox_list *out_list,
                          struct file_fault *fault)
{
    TRY(look(box, box->folder, out_list, fault));
    qsort(out_list->files, out_list->count, sizeof out_list->files[0], by_age);
    return OUTCOME_OK;
}

enum outcome dropbox_taken(const struct dropbox *box, struct dropbox_list *out_list,
                           struct file_fault *fault)
{
    TRY(look(box, box->place[DROPBOX_BUSY], out_list, fault));
    qsort(out_list->files, out_list->count, sizeof out_list->files[0], by_name);
    return OUTCOME_OK;
}

/* --- taking --- */

static bool is_same(int folder, const struct dropbox_found *file)
{
    struct dropbox_found now;

    return look_at(folder, file->name, &now) && now.inode == file->inode &&
           now.size == file->size && now.changed_ns == file->changed_ns;
}

bool dropbox_is_same(const struct dropbox *box, const struct dropbox_found *file)
{
    return is_same(box->place[DROPBOX_BUSY], file);
}

/* "20261203T031500.120Z-Meldingen_nacht.csv": nothing of a stranger's name but these. */
static void taken_name(const char *name, int64_t ms, char out[static DROPBOX_NAME_BYTES])
{
    char instant[INSTANT_TEXT_BYTES], stamp[STAMP_LENGTH + 1], safe[SAFE_NAME_MAX + 1];
    size_t used = 0;

    instant_print(ms, instant); /* 2026-12-03T03:15:00Z */
    snprintf(stamp, sizeof stamp, "%.4s%.2s%.5s%.2s%.2s.%03uZ", instant, instant + 5, instant + 8,
             instant + 14, instant + 17, (unsigned)(ms % 1000));
    for (; *name && used < SAFE_NAME_MAX - 4; name++) {
        bool fine = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
                    (*name >= '0' && *name <= '9') || strchr("._-", *name);
        safe[used++] = fine ? *name : '_';
    }
    safe[used] = '\0';
    if (!is_export(safe))
        memcpy(safe + used, ".csv", 5); /* cut off by its length */
    snprintf(out, DROPBOX_NAME_BYTES, "%s-%s", stamp, safe);
}

static bool is_free(const struct dropbox *box, const char *name)
{
    char report[DROPBOX_NAME_BYTES + 16];

    snprintf(report, sizeof report, "%s.verslag.txt", name);
    for (enum dropbox_place place = 0; place < DROPBOX_PLACE_COUNT; place++)
        if (faccessat(box->place[place], name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
            faccessat(box->place[place], report, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
            return false;
    return true;
}

/* Its own instant, later than that of the one before: so they stay in order. */
static enum outcome take_one(const struct dropbox *box, const struct dropbox_found *file,
                             int64_t *ms, struct file_fault *fault)
{
    char name[DROPBOX_NAME_BYTES];

    for (int tried = 0; tried < NAMES_TRIED; tried++) {
        taken_name(file->name, (*ms)++, name);
        if (!is_free(box, name))
            continue;
        if (renameat(box->folder, file->name, box->place[DROPBOX_BUSY], name) == 0 ||
            errno == ENOENT) /* taken away by who left it */
            return OUTCOME_OK;
        break;
    }
    return wrong(box, fault, FILE_CHECK_WRITE, places[DROPBOX_BUSY].name);
}

enum outcome dropbox_take(const struct dropbox *box, const struct dropbox_list *before,
                          int64_t now_ms, struct file_fault *fault)
{
    for (size_t i = 0; i < before->count; i++)
        if (is_same(box->folder, &before->files[i]))
            TRY(take_one(box, &before->files[i], &now_ms, fault));
    return fsync(box->place[DROPBOX_BUSY]) == 0 && fsync(box->folder) == 0
               ? OUTCOME_OK
               : wrong(box, fault, FILE_CHECK_WRITE, places[DROPBOX_BUSY].name);
}

/* --- reading --- */

static enum outcome read_all(int descriptor, size_t max_bytes, struct buffer *out)
{
    uint8_t chunk[16384];

    for (;;) {
        ssize_t count = read(descriptor, chunk, sizeof chunk);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return OUTCOME_FILE_WRONG;
        if (count == 0)
            break;
        if (out->length + (size_t)count > max_bytes)
            return OUTCOME_TOO_LARGE;
        buffer_add(out, chunk, (size_t)count);
    }
    explicit_bzero(chunk, sizeof chunk);
    return buffer_outcome(out);
}

enum outcome dropbox_read(const struct dropbox *box, const struct dropbox_found *file,
                          size_t max_bytes, struct buffer *out, struct file_fault *fault)
{
    OWNED_FILE descriptor = openat(box->place[DROPBOX_BUSY], file->name,
                                   O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    enum outcome outcome;
    struct stat status;

    if (descriptor < 0 || fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) ||
        status.st_ino != file->inode)
        return wrong(box, fault, FILE_CHECK_OPEN, file->name);
    outcome = read_all(descriptor, max_bytes, out);
    return outcome == OUTCOME_FILE_WRONG ? wrong(box, fault, FILE_CHECK_READ, file->name)
                                         : outcome;
}

/* --- settling --- */

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

/* Whole under its own name, or not there: a report that was broken off would be believed. */
static enum outcome write_report(const struct dropbox *box, int folder, const char *name,
                                 const char *ending, struct bytes contents,
                                 struct file_fault *fault)
{
    char path[DROPBOX_NAME_BYTES + 16], half[DROPBOX_NAME_BYTES + 32];

    snprintf(path, sizeof path, "%s.verslag.%s", name, ending);
    snprintf(half, sizeof half, ".%s.deel", path);
    unlinkat(folder, half, 0); /* of one who was killed here */
    OWNED_FILE descriptor =
        openat(folder, half, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (descriptor >= 0 && write_all(descriptor, contents) &&
        fchmod(descriptor, REPORT_MODE) == 0 && fsync(descriptor) == 0 &&
        renameat(folder, half, folder, path) == 0)
        return OUTCOME_OK;
    if (descriptor >= 0)
        unlinkat(folder, half, 0); /* a full disk gets its room back */
    return wrong(box, fault, FILE_CHECK_WRITE, path);
}

enum outcome dropbox_settle(const struct dropbox *box, const struct dropbox_found *file,
                            enum dropbox_place place, struct bytes text, struct bytes json,
                            struct file_fault *fault)
{
    int to = box->place[place];

    if (strlen(file->name) >= DROPBOX_NAME_BYTES)
        return wrong(box, fault, FILE_CHECK_PATH, places[DROPBOX_BUSY].name);
    TRY(write_report(box, to, file->name, "txt", text, fault));
    TRY(write_report(box, to, file->name, "json", json, fault));
    if (fsync(to) != 0 || renameat(box->place[DROPBOX_BUSY], file->name, to, file->name) != 0 ||
        fsync(to) != 0 || fsync(box->place[DROPBOX_BUSY]) != 0)
        return wrong(box, fault, FILE_CHECK_WRITE, file->name);
    return OUTCOME_OK;
}

/* --- clearing --- */

struct clearing {
    struct day before;
    size_t gone;
};

/* Only what we named ourselves: "20261203T…". */
static bool clear_one(void *state, int folder, const char *name)
{
    struct clearing *clearing = state;
    char text[DAY_TEXT_BYTES];
    struct day taken;

    if (strlen(name) <= STAMP_LENGTH || name[8] != 'T' || name[STAMP_LENGTH] != '-')
        return true;
    snprintf(text, sizeof text, "%.4s-%.2s-%.2s", name, name + 4, name + 6);
    if (day_parse(text, &taken) && day_compare(taken, clearing->before) < 0 &&
        unlinkat(folder, name, 0) == 0)
        clearing->gone++;
    return true;
}

size_t dropbox_clear(const struct dropbox *box, int days, int64_t now_ms)
{
    struct clearing clearing = {.before = amsterdam_day(now_ms - (int64_t)days * DAY_MS)};

    for (enum dropbox_place place = DROPBOX_DONE; place < DROPBOX_PLACE_COUNT; place++)
        if (for_names(box, box->place[place], clear_one, &clearing, NULL) != OUTCOME_OK)
            continue; /* the next pass tries again */
    return clearing.gone;
}
