/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What may be on disk after the power went: every write of a gateway's day is recorded, with the
 * syncs between them. At each moment a disk may hold any of the writes that were not synced yet, in
 * any order, and the last of them torn between two sectors. Each of those states is built and
 * opened: it must hold exactly what was committed before, or with the commit that was going on.
 *
 * THOROUGH=1 takes all of them; otherwise a sample, by SEED.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "tests/support/dice.h"
#include "tests/support/disk_fault.h"
#include "tests/support/small_crash.h"

enum {
    PARTS = 3,
    CHANGES_MAX = 4096,
    COMMITS_MAX = 64,
    UNSYNCED_MAX = 64,
    SUBSETS_OF = 4, /* of so many writes every subset is tried */
    SECTOR = 512,
    SAMPLE = 150,
};

static const char *const part_names[PARTS] = {"store", "keys", "index"};

static struct disk disk;
static struct crash crash;
static struct folder folder;

static struct told {
    enum outcome opened;
    uint8_t digest[SHA256_BYTES];
    bool survived;
} * told;

/* --- the record --- */

struct change_made {
    enum disk_change change;
    int part;   /* -1: not of a data file */
    bool fresh; /* in the folder that is renamed when it is whole */
    uint64_t offset;
    struct bytes bytes;
};

static struct change_made changes[CHANGES_MAX];
static size_t change_count;
static struct buffer recorded;

/* "…/data/store.new/data.mdb" */
static int part_of_path(struct bytes path, bool *out_fresh)
{
    char text[512];

    snprintf(text, sizeof text, "%.*s", (int)path.length, (const char *)path.data);
    *out_fresh = strstr(text, ".new") != NULL;
    for (int part = 0; part < PARTS; part++) {
        char whole[32], fresh[32], from[32];
        snprintf(whole, sizeof whole, "/data/%s/data.mdb", part_names[part]);
        snprintf(fresh, sizeof fresh, "/data/%s.new/data.mdb", part_names[part]);
        snprintf(from, sizeof from, "/data/%s.new", part_names[part]);
        if (strstr(text, whole) || strstr(text, fresh) ||
            (strlen(text) > strlen(from) && strcmp(text + strlen(text) - strlen(from), from) == 0))
            return part;
    }
    return -1;
}

static void read_record(const char *path)
{
    size_t at = 0;

    recorded = file_bytes(path);
    change_count = 0;
    while (at < recorded.length) {
        struct disk_record record;
        struct change_made *made = &changes[change_count++];
        assert_true(change_count < CHANGES_MAX);
        memcpy(&record, recorded.data + at, sizeof record);
        at += sizeof record;
        *made = (struct change_made){.change = record.change, .offset = record.offset};
        made->part = part_of_path(bytes_of(recorded.data + at, record.path), &made->fresh);
        at += record.path + record.second;
        if (record.change == DISK_WRITE || record.change == DISK_WRITE_THROUGH) {
            made->bytes = bytes_of(recorded.data + at, record.length);
            at += record.length;
        }
    }
}

/* --- in a child --- */

static void the_day(const char *record)
{
    crash_place(&crash, &folder, false);
    disk.arm(folder_path(&folder, "data"), 0, "count");
    disk.record(record);
    if (crash_open(&crash) != OUTCOME_OK)
        _exit(1);
    for (size_t step = 0; step < crash_step_count(&crash); step++) {
        OWNED_BUFFER answer = {0};
        if (crash_step(&crash, step, &answer) != OUTCOME_OK)
            _exit(1);
        disk.mark((uint32_t)step);
    }
    disk.record(NULL);
    crash_close(&crash);
}

/* Every row of every table but the keys: an orphan among those was swept. */
static enum outcome digest_of_all(struct store *store, uint8_t out[static SHA256_BYTES])
{
    OWNED_BUFFER all = {0};
    struct view view;
    enum outcome outcome = OUTCOME_OK;

    view_begin(store, &view);
    for (unsigned table = 0; table < TABLE_TOTAL && outcome == OUTCOME_OK; table++) {
        OWNED_BUFFER from = {0};
        struct bytes key, value;
        if (table == TABLE_DATA_KEY)
            continue;
        while ((outcome = store_next(&view, table, buffer_bytes(&from), from.length > 0, &key,
                                     &value)) == OUTCOME_OK) {
            buffer_format(&all, "%u %zu %zu ", table, key.length, value.length);
            buffer_add_bytes(&all, key);
            buffer_add_bytes(&all, value);
            from.length = 0;
            buffer_add_bytes(&from, key);
        }
        outcome = outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
    }
    view_end(&view);
    TRY(outcome);
    return sha256(buffer_bytes(&all), out);
}

static void open_and_digest(const char *unused)
{
    (void)unused;
    crash_place(&crash, &folder, false);
    disk.skip_syncs(true);
    told->opened = crash_open(&crash);
    if (told->opened == OUTCOME_OK)
        told->opened = digest_of_all(crash.small.gateway.store, told->digest);
    told->survived = true;
}

static void in_child(void (*work)(const char *), const char *argument)
{
    pid_t child;
    int status;

    memset(told, 0, sizeof *told); /* before there is a child that may be done already */
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        work(argument);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (work == the_day)
        assert_int_equal(status, 0);
}

/* --- a disk --- */

/* A file as it surely is, and where it stands; nothing when it was not made. */
struct part_on_disk {
    struct buffer bytes;
    bool made, fresh;
};

struct disk_now {
    struct part_on_disk parts[PARTS];
    const struct change_made *unsynced[UNSYNCED_MAX];
    size_t unsynced_count;
};

static void put_at(struct buffer *file, uint64_t offset, struct bytes bytes)
{
    while (file->length < offset + bytes.length)
        buffer_add_byte(file, 0);
    assert_int_equal(buffer_outcome(file), OUTCOME_OK);
    if (bytes.length)
        memcpy(file->data + offset, bytes.data, bytes.length);
}

static void begin_disk(struct disk_now *now)
{
    *now = (struct disk_now){0};
    for (int i = 0; i < PARTS && !crash.first_start; i++) {
        char name[32];
        snprintf(name, sizeof name, "data/%s/data.mdb", part_names[i]);
        now->parts[i].bytes = file_bytes(folder_path(&crash.home, name));
        now->parts[i].made = true;
    }
}

static void end_disk(struct disk_now *now)
{
    for (int i = 0; i < PARTS; i++)
        buffer_wipe(&now->parts[i].bytes);
}

static void sync_part(struct disk_now *now, int part)
{
    size_t kept = 0;

    for (size_t i = 0; i < now->unsynced_count; i++) {
        const struct change_made *made = now->unsynced[i];
        if (made->part == part)
            put_at(&now->parts[part].bytes, made->offset, made->bytes);
        else
            now->unsynced[kept++] = made;
    }
    now->unsynced_count = kept;
}

/* What a change does once it is certain. */
static void take(struct disk_now *now, const struct change_made *made, bool syncs_count)
{
    struct part_on_disk *part = made->part >= 0 ? &now->parts[made->part] : NULL;

    if (!part)
        return;
    switch (made->change) {
    case DISK_MAKE:
        buffer_wipe(&part->bytes);
        part->made = true;
        part->fresh = made->fresh;
        break;
    case DISK_WRITE:
        assert_true(now->unsynced_count < UNSYNCED_MAX);
        now->unsynced[now->unsynced_count++] = made;
        break;
    case DISK_WRITE_THROUGH:
        put_at(&part->bytes, made->offset, made->bytes);
        break;
    case DISK_SYNC:
        if (syncs_count)
            sync_part(now, made->part);
        break;
    case DISK_NAME:
        part->fresh = false;
        break;
    case DISK_MARK:
        break;
    }
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *place)
{
    (void)info;
    (void)type;
    (void)place;
    return remove(path);
}

/* Builds it: what is certain, and of the rest what `present` says; of the last only the sectors
 * before `torn` (0: all of it). */
static void build(const struct disk_now *now, uint64_t present, size_t torn)
{
    nftw(folder_path(&folder, "data"), remove_one, 16, FTW_DEPTH | FTW_PHYS);
    assert_int_equal(mkdir(folder_path(&folder, "data"), 0700), 0);
    for (int i = 0; i < PARTS; i++) {
        OWNED_BUFFER file = {0};
        char name[48];
        if (!now->parts[i].made)
            continue;
        buffer_add_bytes(&file, buffer_bytes(&now->parts[i].bytes));
        for (size_t w = 0; w < now->unsynced_count; w++) {
            struct bytes bytes = now->unsynced[w]->bytes;
            if (now->unsynced[w]->part != i || !(present >> w & 1))
                continue;
            if (torn && w + 1 == now->unsynced_count)
                bytes.length = torn;
            put_at(&file, now->unsynced[w]->offset, bytes);
        }
        snprintf(name, sizeof name, "data/%s%s", part_names[i], now->parts[i].fresh ? ".new" : "");
        assert_int_equal(mkdir(folder_path(&folder, name), 0700), 0);
        snprintf(name, sizeof name, "data/%s%s/data.mdb", part_names[i],
                 now->parts[i].fresh ? ".new" : "");
        file_put(folder_path(&folder, name), buffer_bytes(&file));
    }
}

/* --- what may be found --- */

static uint8_t committed[COMMITS_MAX][SHA256_BYTES]; /* after each commit of store/; [0]: before */
static size_t commit_count;

static bool is_commit(const struct change_made *made)
{
    return made->change == DISK_WRITE_THROUGH && !made->fresh && made->part >= 0 &&
           strcmp(part_names[made->part], "keys") != 0;
}

static void learn_state(const struct disk_now *now)
{
    assert_true(commit_count < COMMITS_MAX);
    build(now, UINT64_MAX, 0);
    in_child(open_and_digest, NULL);
    assert_int_equal(told->opened, OUTCOME_OK);
    memcpy(committed[commit_count++], told->digest, SHA256_BYTES);
}

static void learn_commits(void)
{
    struct disk_now now;

    begin_disk(&now);
    commit_count = 0;
    learn_state(&now);
    for (size_t i = 0; i < change_count; i++) {
        take(&now, &changes[i], true);
        if (is_commit(&changes[i]))
            learn_state(&now);
    }
    end_disk(&now);
}

/* --- the states --- */

static struct sweep {
    struct dice dice;
    uint64_t stride, countdown;
    size_t states, tried, refused, wrong;
    size_t commits; /* that are certain */
    bool committing;
} sweep;

static bool is_allowed(const uint8_t digest[static SHA256_BYTES])
{
    return memcmp(digest, committed[sweep.commits], SHA256_BYTES) == 0 ||
           (sweep.committing && memcmp(digest, committed[sweep.commits + 1], SHA256_BYTES) == 0);
}

static void try_state(const struct disk_now *now, uint64_t present, size_t torn, size_t change)
{
    sweep.states++;
    if (sweep.countdown-- > 0)
        return;
    sweep.countdown = sweep.stride - 1;
    sweep.tried++;
    build(now, present, torn);
    in_child(open_and_digest, NULL);
    if (told->survived && told->opened == OUTCOME_OK && is_allowed(told->digest))
        return;
    if (told->survived && told->opened == OUTCOME_STORE_DAMAGED) {
        sweep.refused++;
        return;
    }
    if (sweep.wrong++ < 3 && sweep.stride < UINT64_MAX)
        print_message("    change %zu, writes %llx, torn at %zu: %s\n", change,
                      (unsigned long long)present, torn,
                      !told->survived              ? "crashed"
                      : told->opened == OUTCOME_OK ? "another content"
                                                   : outcome_code(told->opened));
}

/* The last write came in, whole or torn; those before it in any choice. */
static void try_all(const struct disk_now *now, size_t change)
{
    const size_t before = now->unsynced_count - 1;
    const uint64_t last = (uint64_t)1 << before, all = last - 1;
    const size_t length = now->unsynced[before]->bytes.length;

    if (before <= SUBSETS_OF) {
        for (uint64_t some = 0; some <= all; some++)
            try_state(now, some | last, 0, change);
    } else {
        for (size_t i = 0; i < before; i++) {
            try_state(now, (all & ~((uint64_t)1 << i)) | last, 0, change);
            try_state(now, (uint64_t)1 << i | last, 0, change);
        }
    }
    for (size_t torn = SECTOR; torn < length; torn += SECTOR) {
        try_state(now, all | last, torn, change);
        try_state(now, last, torn, change);
    }
}

/* A write that goes through is one that is under way until it returned. */
static void try_change(struct disk_now *now, size_t change, bool syncs_count)
{
    const struct change_made *made = &changes[change];

    if (made->part < 0 || made->change == DISK_MARK)
        return;
    if (made->change == DISK_WRITE || made->change == DISK_WRITE_THROUGH) {
        assert_true(now->unsynced_count < UNSYNCED_MAX);
        sweep.committing = is_commit(made);
        now->unsynced[now->unsynced_count++] = made;
        try_all(now, change);
        now->unsynced_count--;
        sweep.committing = false;
    }
    take(now, made, syncs_count);
    sweep.commits += is_commit(made);
    if (made->change == DISK_NAME || made->change == DISK_SYNC)
        try_state(now, UINT64_MAX, 0, change);
}

static void sweep_all(uint64_t stride, bool syncs_count)
{
    struct disk_now now;

    sweep.stride = stride;
    sweep.countdown = stride > 1 ? dice_number(&sweep.dice, stride) : 0;
    sweep.states = sweep.tried = sweep.refused = sweep.wrong = sweep.commits = 0;
    begin_disk(&now);
    for (size_t i = 0; i < change_count; i++)
        try_change(&now, i, syncs_count);
    end_disk(&now);
}

static void record_day(void)
{
    char path[FOLDER_PATH_BYTES];

    snprintf(path, sizeof path, "%s", folder_path(&folder, "record"));
    crash_place(&crash, &folder, true);
    in_child(the_day, path);
    read_record(path);
    learn_commits();
}

static uint64_t stride_for_sample(void)
{
    if (getenv("THOROUGH"))
        return 1;
    sweep_all(UINT64_MAX, true); /* only counts */
    return sweep.states / SAMPLE + 1;
}

static void s3_any_part_of_what_was_not_synced_opens_with_the_old_or_the_new(void **state)
{
    const char *seed = getenv("SEED");

    sweep.dice = dice_throw_from(seed ? strtoul(seed, NULL, 10) : 20261122);
    record_day();
    sweep_all(stride_for_sample(), true);
    print_message("    %s: %zu changes, %zu commits, %zu of %zu states opened, %zu refused, %zu "
                  "wrong\n",
                  (const char *)*state, change_count, commit_count - 1, sweep.tried, sweep.states,
                  sweep.refused, sweep.wrong);
    assert_true(sweep.states > 100);
    assert_int_equal(sweep.wrong, 0);
    assert_int_equal(sweep.refused, 0);
    buffer_wipe(&recorded);
}

/* The same day on a disk that says it synced and did not. */
static void s3_the_harness_sees_a_store_that_does_not_sync(void **state)
{
    (void)state;
    sweep.dice = dice_throw_from(7);
    record_day();
    sweep_all(UINT64_MAX, false);
    sweep_all(sweep.states / 40 + 1, false);
    print_message("    without syncs: %zu states opened, %zu refused, %zu wrong\n", sweep.tried,
                  sweep.refused, sweep.wrong);
    assert_true(sweep.wrong + sweep.refused > 0);
    buffer_wipe(&recorded);
}

/* --- days --- */

static int make_nothing(void **state)
{
    static char day[] = "first start";

    crash_make(&crash, CORPORATION, true);
    *state = day;
    return 0;
}

static int make_team(void **state)
{
    static char day[] = "receive, accept, answer, deliver";

    crash_make(&crash, TEAM, false);
    *state = day;
    return 0;
}

static int make_corporation(void **state)
{
    static char day[] = "push, deliver, add and remove a user";

    crash_make(&crash, CORPORATION, false);
    *state = day;
    return 0;
}

static int end_crash(void **state)
{
    (void)state;
    crash_end(&crash);
    return 0;
}

static void begin_folder(void)
{
    snprintf(folder.path, sizeof folder.path, "/dev/shm/wijkpoort-test-XXXXXX");
    if (!mkdtemp(folder.path))
        folder_begin(&folder);
}

#define OF_DAY(fact, day)                                                                          \
    {                                                                                              \
#fact "_" #day, fact, make_##day, end_crash, NULL                                          \
    }

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        OF_DAY(s3_any_part_of_what_was_not_synced_opens_with_the_old_or_the_new, nothing),
        OF_DAY(s3_any_part_of_what_was_not_synced_opens_with_the_old_or_the_new, team),
        OF_DAY(s3_any_part_of_what_was_not_synced_opens_with_the_old_or_the_new, corporation),
        OF_DAY(s3_the_harness_sees_a_store_that_does_not_sync, team),
    };
    int failed;

    (void)argc;
    disk = disk_begin(argv);
    json_ready();
    if (crypto_ready() != OUTCOME_OK)
        return 1;
    told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (told == MAP_FAILED)
        return 1;
    begin_folder();
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    folder_remove(&folder);
    return failed;
}
