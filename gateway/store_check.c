/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store_check.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/command.h"
#include "gateway/log_check.h"
#include "gateway/store_parts.h"

static const char *const flaw_texts[STORE_FLAW_COUNT][LANGUAGE_COUNT] = {
#define STORE_FLAW_TEXT(name, nl, en) [STORE_FLAW_##name] = {nl, en},
    STORE_FLAWS(STORE_FLAW_TEXT)
#undef STORE_FLAW_TEXT
};
static const char *const pages_texts[PAGES_FLAW_COUNT][LANGUAGE_COUNT] = {
#define PAGES_FLAW_TEXT(name, nl, en) [PAGES_##name] = {nl, en},
    PAGES_FLAWS(PAGES_FLAW_TEXT)
#undef PAGES_FLAW_TEXT
};

struct check {
    const char *folder;
    struct store_damage *damage; /* may be read by another process at any moment */
    struct log_check log;
    enum table tables[ENVIRONMENT_TABLES_MAX]; /* of the environment at hand */
    uint64_t rows;
    bool missing[ENVIRONMENT_TOTAL];
};

static enum outcome damaged(struct check *check, enum store_flaw flaw)
{
    check->damage->flaw = flaw;
    return OUTCOME_STORE_DAMAGED;
}

static enum outcome take_row(void *context, unsigned table, struct bytes key, struct bytes value)
{
    struct check *check = context;
    enum outcome outcome;

    check->rows++;
    if (!record_has_form(value))
        return damaged(check, STORE_FLAW_FORM);
    outcome = log_check_row(&check->log, check->tables[table], key, value);
    return outcome == OUTCOME_STORE_DAMAGED ? damaged(check, STORE_FLAW_LOG) : outcome;
}

static enum outcome check_bytes(struct check *check, enum environment_name name, struct bytes file)
{
    const char *names[ENVIRONMENT_TABLES_MAX];
    unsigned count = 0;

    for (unsigned i = 0; i < TABLE_TOTAL; i++) {
        if (table_environment(i) == name) {
            check->tables[count] = i;
            names[count++] = table_name(i);
        }
    }
    check->damage->flaw = STORE_FLAW_PAGES; /* unless a row says otherwise, or all is sound */
    TRY(pages_check(file, names, count, take_row, check, &check->damage->pages));
    check->damage->flaw = STORE_FLAW_NONE;
    return OUTCOME_OK;
}

static enum outcome check_file(struct check *check, enum environment_name name, int file)
{
    struct stat info;
    enum outcome outcome;
    void *map;

    if (fstat(file, &info) != 0)
        return damaged(check, STORE_FLAW_READ);
    check->damage->pages = (struct pages_found){.flaw = PAGES_SHORT};
    if (info.st_size == 0)
        return damaged(check, STORE_FLAW_PAGES);
    map = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, file, 0);
    if (map == MAP_FAILED)
        return errno == ENOMEM ? OUTCOME_OUT_OF_MEMORY : damaged(check, STORE_FLAW_READ);
    madvise(map, (size_t)info.st_size, MADV_WILLNEED);
    outcome = check_bytes(check, name, bytes_of(map, (size_t)info.st_size));
    munmap(map, (size_t)info.st_size);
    return outcome;
}

/* Nobody else may write while this is read. The lock goes with the file. */
static enum outcome take_lock(struct check *check, const char *part, int *out_lock)
{
    snprintf(check->damage->path, sizeof check->damage->path, "%s/%s/in-use", check->folder, part);
    *out_lock = open(check->damage->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (*out_lock < 0)
        return errno == ENOENT ? OUTCOME_OK : OUTCOME_FILE_WRONG;
    if (flock(*out_lock, LOCK_EX | LOCK_NB) == 0)
        return OUTCOME_OK;
    close(*out_lock);
    return errno == EWOULDBLOCK ? OUTCOME_STORE_IN_USE : OUTCOME_FILE_WRONG;
}

static enum outcome check_locked(struct check *check, enum environment_name name, const char *part)
{
    char *path = check->damage->path;
    enum outcome outcome;
    int file;

    snprintf(path, sizeof check->damage->path, "%s/%s/data.mdb", check->folder, part);
    file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0)
        return errno == ENOENT ? damaged(check, STORE_FLAW_MISSING) : OUTCOME_FILE_WRONG;
    outcome = check_file(check, name, file);
    close(file);
    return outcome;
}

static enum outcome check_part(struct check *check, enum environment_name name)
{
    const char *part = environment_folder(name);
    enum outcome outcome;
    struct stat info;
    int lock;

    snprintf(check->damage->path, sizeof check->damage->path, "%s/%s", check->folder, part);
    if (stat(check->damage->path, &info) != 0) {
        check->missing[name] = true;
        return errno == ENOENT || errno == ENOTDIR ? OUTCOME_OK : OUTCOME_FILE_WRONG;
    }
    TRY(take_lock(check, part, &lock));
    outcome = check_locked(check, name, part);
    if (lock >= 0)
        close(lock);
    return outcome;
}

/* A crash in the first start leaves folders without rows. index/ can be made again from the rest.
 */
static enum outcome check_none_missing(struct check *check)
{
    static const enum environment_name needed[] = {ENVIRONMENT_STORE, ENVIRONMENT_KEYS};

    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (!check->missing[needed[i]] || check->rows == 0)
            continue;
        snprintf(check->damage->path, sizeof check->damage->path, "%s/%s", check->folder,
                 environment_folder(needed[i]));
        return damaged(check, STORE_FLAW_MISSING);
    }
    return OUTCOME_OK;
}

static enum outcome check_log(struct check *check)
{
    enum outcome outcome = log_check_end(&check->log);

    if (outcome != OUTCOME_STORE_DAMAGED)
        return outcome;
    snprintf(check->damage->path, sizeof check->damage->path, "%s/%s", check->folder,
             environment_folder(ENVIRONMENT_STORE));
    check->damage->pages = (struct pages_found){0}; /* it is not one page */
    return damaged(check, STORE_FLAW_LOG);
}

enum outcome store_check_here(const char *folder, const struct note_key *log_key,
                              struct store_damage *out_damage)
{
    struct check check = {.folder = folder, .damage = out_damage};
    enum outcome outcome = OUTCOME_OK;

    *out_damage = (struct store_damage){0};
    log_check_begin(log_key, &check.log);
    for (unsigned i = 0; i < ENVIRONMENT_TOTAL && outcome == OUTCOME_OK; i++)
        outcome = check_part(&check, i);
    if (outcome == OUTCOME_OK)
        outcome = check_none_missing(&check);
    if (outcome == OUTCOME_OK && !check.missing[ENVIRONMENT_STORE])
        outcome = check_log(&check);
    log_check_wipe(&check.log);
    return outcome;
}

/* --- in a child --- */

struct shared { /* the child writes, the parent reads, also after the child's death */
    enum outcome outcome;
    struct store_damage damage;
};

static void be_the_child(const char *folder, const struct note_key *log_key, struct shared *shared)
{
    static const int deadly[] = {SIGBUS, SIGSEGV};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (size_t i = 0; i < sizeof deadly / sizeof deadly[0]; i++)
        signal(deadly[i], SIG_DFL);
    shared->outcome = store_check_here(folder, log_key, &shared->damage);
    _exit(0);
}

static enum outcome wait_for_child(pid_t child, struct shared *shared)
{
    int status;

    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            return OUTCOME_BUSY;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return shared->outcome;
    if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGBUS || WTERMSIG(status) == SIGSEGV)) {
        shared->damage.flaw = STORE_FLAW_CHILD;
        return OUTCOME_STORE_DAMAGED;
    }
    return OUTCOME_BUSY;
}

enum outcome store_check(const char *folder, const struct note_key *log_key,
                         struct store_damage *out_damage)
{
    struct shared *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    enum outcome outcome = OUTCOME_BUSY;
    pid_t child;

    if (shared == MAP_FAILED)
        return OUTCOME_OUT_OF_MEMORY;
    child = fork();
    if (child == 0)
        be_the_child(folder, log_key, shared);
    if (child > 0)
        outcome = wait_for_child(child, shared);
    *out_damage = shared->damage;
    munmap(shared, sizeof *shared);
    return outcome;
}

/* --- telling --- */

void store_damage_print(const struct store_damage *damage)
{
    const enum language language = command_language();
    const bool of_pages = damage->flaw == STORE_FLAW_PAGES;

    fprintf(stderr, "%s: %s", damage->path,
            of_pages ? pages_texts[damage->pages.flaw][language]
                     : flaw_texts[damage->flaw][language]);
    if (damage->pages.page_bytes)
        fprintf(stderr, say(" (bladzijde %llu, byte %llu)", " (page %llu, byte %llu)"),
                (unsigned long long)damage->pages.page,
                (unsigned long long)damage->pages.page * damage->pages.page_bytes);
    fprintf(stderr, ".\n%s\n",
            say("De opslag is beschadigd; er is niets veranderd. Verwijder of herstel zelf niets: "
                "bewaar deze map en zet een reservekopie terug.",
                "The store is damaged; nothing was changed. Do not delete or mend anything "
                "yourself: keep this folder and put back a backup."));
}
