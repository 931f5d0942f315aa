/* SPDX-License-Identifier: EUPL-1.2 */
/* S1, S4: the folder in which exports are left, while its disk fails at each call by which it
 * writes; and what is left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/dropbox.h"
#include "tests/support/disk_fault.h"
#include "tests/support/folder.h"
#include "tests/support/scarce_memory.h"

enum { FILES = 2, CALLS_MAX = 60, LARGE = 1 << 20 };

static struct disk disk;
static struct folder folder;
static const int64_t now_ms = INT64_C(1796378400120); /* 2026-12-04T10:00:00.120Z */
static const char first[] = "rij;een\n", second[] = "rij;twee\n", text[] = "Gedaan.\n",
                  json[] = "{\"rijen\":1}\n";

static int setup(void **state)
{
    (void)state;
    folder_begin(&folder);
    assert_int_equal(chmod(folder.path, 0700), 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    folder_remove(&folder);
    return 0;
}

static void leave(const char *name, const char *contents)
{
    file_put(folder_path(&folder, name), bytes_of_text(contents));
}

/* --- a pass, as gateway/command_dropbox.c makes it --- */

static enum outcome settle_all(const struct dropbox *box, struct dropbox_list *list,
                               struct file_fault *fault)
{
    for (size_t i = 0; i < list->count; i++) {
        OWNED_BUFFER contents = {0};
        TRY(dropbox_read(box, &list->files[i], LARGE, &contents, fault));
        if (!dropbox_is_same(box, &list->files[i]))
            return OUTCOME_FILE_WRONG;
        TRY(dropbox_settle(box, &list->files[i], DROPBOX_DONE, bytes_of_text(text),
                           bytes_of_text(json), fault));
    }
    return OUTCOME_OK;
}

static enum outcome pass(void)
{
    static struct dropbox_list list;
    OWNED_DROPBOX box = {.folder = -1, .place = {-1, -1, -1}};
    struct file_fault fault = {0};

    TRY(dropbox_open(folder.path, &box, &fault));
    TRY(dropbox_look(&box, &list, &fault));
    TRY(dropbox_take(&box, &list, now_ms, &fault));
    TRY(dropbox_taken(&box, &list, &fault));
    return settle_all(&box, &list, &fault);
}

/* --- what lies where --- */

struct seen {
    size_t times[FILES]; /* in all places together */
    size_t done, reports, torn;
};

static bool ends(const char *name, const char *with)
{
    const size_t length = strlen(name), tail = strlen(with);

    return length >= tail && strcmp(name + length - tail, with) == 0;
}

static void look_at_one(const char *path, bool is_done, struct seen *seen)
{
    OWNED_BUFFER contents = file_bytes(path);
    const struct bytes bytes = buffer_bytes(&contents);

    if (ends(path, ".csv")) {
        const bool one = bytes_equal(bytes, bytes_of_text(first));
        assert_true(one || bytes_equal(bytes, bytes_of_text(second)));
        seen->times[one ? 0 : 1]++;
        seen->done += is_done;
    } else if (ends(path, ".verslag.txt") || ends(path, ".verslag.json")) {
        const char *const wanted = ends(path, ".txt") ? text : json;
        seen->reports += bytes_equal(bytes, bytes_of_text(wanted));
        seen->torn += !bytes_equal(bytes, bytes_of_text(wanted));
    }
}

static struct seen look_everywhere(void)
{
    static const char *const places[] = {"", "bezig/", "klaar/", "geweigerd/"};
    struct seen seen = {0};

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        DIR *listing = opendir(folder_path(&folder, places[i]));
        const struct dirent *entry;
        while (listing && (entry = readdir(listing))) {
            char path[700];
            struct stat status;
            snprintf(path, sizeof path, "%s/%s%s", folder.path, places[i], entry->d_name);
            if (stat(path, &status) == 0 && S_ISREG(status.st_mode))
                look_at_one(path, i == 2, &seen);
        }
        if (listing)
            closedir(listing);
    }
    return seen;
}

static void assert_nothing_lost(const struct seen *seen)
{
    for (size_t i = 0; i < FILES; i++)
        assert_int_equal(seen->times[i], 1);
    assert_int_equal(seen->torn, 0);
}

static void assert_all_done(void)
{
    const struct seen seen = look_everywhere();

    assert_nothing_lost(&seen);
    assert_int_equal(seen.done, FILES);
    assert_int_equal(seen.reports, 2 * FILES);
}

static void leave_both(void)
{
    leave("een.csv", first);
    leave("twee.csv", second);
}

static void an_export_goes_through_with_its_reports(void **state)
{
    (void)state;
    leave_both();
    assert_int_equal(pass(), OUTCOME_OK);
    assert_all_done();
    assert_int_equal(pass(), OUTCOME_OK); /* nothing is left to do */
    assert_all_done();
}

/* --- the disk fails --- */

/* Each call in each way with THOROUGH, else one of three, each time another. */
static long step(void)
{
    const char *thorough = getenv("THOROUGH");

    return thorough && thorough[0] ? 1 : 3;
}

static long calls_of_a_pass(void)
{
    long calls;

    setup(NULL);
    leave_both();
    disk.arm(folder.path, 0, "");
    assert_int_equal(pass(), OUTCOME_OK);
    calls = disk.seen();
    disk.arm("/nergens", 0, "");
    teardown(NULL);
    assert_in_range(calls, 15, CALLS_MAX);
    return calls;
}

static void at(long call, const char *what)
{
    enum outcome outcome;
    struct seen seen;

    setup(NULL);
    leave_both();
    disk.arm(folder.path, call, what);
    outcome = pass();
    disk.arm("/nergens", 0, "");
    seen = look_everywhere();
    assert_nothing_lost(&seen);
    if (outcome == OUTCOME_OK)
        assert_int_equal(seen.done, FILES);
    else
        assert_int_equal(outcome, OUTCOME_FILE_WRONG);
    assert_int_equal(pass(), OUTCOME_OK); /* it goes on where it was */
    assert_all_done();
    teardown(NULL);
}

static void a_disk_that_fails_loses_no_export(void **state)
{
    static const char *const ways[] = {"EIO", "ENOSPC", "EIO+", "ENOSPC+", "short"};
    const long calls = calls_of_a_pass();

    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        for (long call = 1 + (long)i % step(); call <= calls; call += step())
            at(call, ways[i]);
}

static void killed_at(long call, const char *what)
{
    pid_t child;
    struct seen seen;
    int status;

    setup(NULL);
    leave_both();
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        disk.arm(folder.path, call, what);
        _exit(pass() == OUTCOME_OK ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    seen = look_everywhere();
    assert_nothing_lost(&seen);
    assert_int_equal(pass(), OUTCOME_OK);
    assert_all_done();
    teardown(NULL);
}

static void killed_at_any_call_it_goes_on_where_it_was(void **state)
{
    static const char *const ways[] = {"kill", "killafter", "tear"};
    const long calls = calls_of_a_pass();

    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        for (long call = 1 + (long)i % step(); call <= calls; call += step())
            killed_at(call, ways[i]);
}

/* --- memory --- */

static enum outcome pass_over_one(void)
{
    leave("een.csv", first);
    return pass();
}

static void an_export_waits_when_memory_runs_out(void **state)
{
    enum outcome outcome;

    (void)state;
    leave_both();
    WITH_SCARCE_MEMORY(outcome, pass(), {});
    assert_all_done();
    assert_int_equal(pass_over_one(), OUTCOME_OK);
}

/* --- what is left alone --- */

static void what_is_no_export_of_its_own_is_left_alone(void **state)
{
    (void)state;
    leave_both();
    leave("lees.mij", "x");
    leave(".half.csv", "x");
    assert_int_equal(symlink("een.csv", folder_path(&folder, "link.csv")), 0);
    assert_int_equal(mkfifo(folder_path(&folder, "pijp.csv"), 0600), 0);
    assert_int_equal(mkdir(folder_path(&folder, "map.csv"), 0700), 0);
    leave("dubbel.csv", "x");
    assert_int_equal(
        link(folder_path(&folder, "dubbel.csv"), folder_path(&folder, "ook-dubbel.csv")), 0);
    assert_int_equal(pass(), OUTCOME_OK);
    assert_int_equal(access(folder_path(&folder, "een.csv"), F_OK), -1);
    assert_int_equal(access(folder_path(&folder, "dubbel.csv"), F_OK), 0);
    assert_int_equal(access(folder_path(&folder, "pijp.csv"), F_OK), 0);
    assert_int_equal(access(folder_path(&folder, "map.csv"), F_OK), 0);
    assert_int_equal(access(folder_path(&folder, ".half.csv"), F_OK), 0);
    unlink(folder_path(&folder, "dubbel.csv")); /* so that what is left is what was taken */
}

static void a_folder_that_everybody_writes_in_is_refused(void **state)
{
    (void)state;
    assert_int_equal(chmod(folder.path, 0777), 0);
    assert_int_equal(pass(), OUTCOME_FILE_WRONG);
    assert_int_equal(chmod(folder.path, 0700), 0);
    assert_int_equal(symlink("/tmp", folder_path(&folder, "klaar")), 0);
    assert_int_equal(pass(), OUTCOME_FILE_WRONG);
}

static void two_do_not_work_in_one_folder(void **state)
{
    OWNED_DROPBOX box = {.folder = -1, .place = {-1, -1, -1}};
    struct file_fault fault = {0};

    (void)state;
    assert_int_equal(dropbox_open(folder.path, &box, &fault), OUTCOME_OK);
    assert_int_equal(pass(), OUTCOME_FILE_WRONG);
    dropbox_close(&box);
    assert_int_equal(pass(), OUTCOME_OK);
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(int count, char **words)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(an_export_goes_through_with_its_reports),
        cmocka_unit_test(a_disk_that_fails_loses_no_export),
        cmocka_unit_test(killed_at_any_call_it_goes_on_where_it_was),
        IN_A_FOLDER(an_export_waits_when_memory_runs_out),
        IN_A_FOLDER(what_is_no_export_of_its_own_is_left_alone),
        IN_A_FOLDER(a_folder_that_everybody_writes_in_is_refused),
        IN_A_FOLDER(two_do_not_work_in_one_folder),
    };

    (void)count;
    disk = disk_begin(words);
    disk.skip_syncs(true); /* for a process that is killed the disk does not matter */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
