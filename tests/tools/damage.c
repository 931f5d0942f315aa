/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * damage SETTINGS SCRATCH CASES SEED [--trusting]
 *
 * Damages a small store in every way and starts on it, each case in a process of its own: checked,
 * opened, verified and read to its last row as serve() does, it must either refuse or answer as the
 * sound store answers; no process may die of it, and no file may be changed. CASES is how many
 * flipped bits are drawn, or 0 for one bit of every byte of every file; cuts, zeroed, swapped and
 * doubled pages are always tried all. With --trusting nothing is checked and no tag is looked at:
 * that is what a gateway would do that believes its disk.
 * The folder SCRATCH is made and best lies in memory. Prints one line of counts.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "crypto/sha256.h"
#include "gateway/audit.h"
#include "gateway/key_store.h"
#include "gateway/settings.h"
#include "gateway/store_check.h"
#include "gateway/store_parts.h"
#include "gateway/store_verify.h"

enum {
    PATH_BYTES = PATH_MAX + 128,
    PAGE = 4096,
    WORKERS = 2,
    FILES = 4,
    CASE_S = 20,
    MAP_BYTES = 64 << 20
};
enum verdict { SAME, REFUSED_UNKEYED, REFUSED_KEYED, WRONG, OTHER, DIED, CHANGED, VERDICTS };
enum kind { FLIP, CUT, ZERO, SWAP, DOUBLE, APPEND, EXCHANGE, KINDS };

static const char *const verdicts[VERDICTS] = {
    "same", "refused", "refused-with-keys", "wrong", "other", "died", "changed"};
static const char *const names[FILES] = {"store/data.mdb", "keys/data.mdb", "index/data.mdb",
                                         "store/lock.mdb"};

struct damage_case {
    enum kind kind;
    unsigned file;
    size_t at, other;
};

struct bench {
    struct settings *settings;
    struct own_keys keys;
    struct note_key log_key;
    char origin[64], scratch[PATH_MAX / 2];
    bool trusting;
    struct buffer files[FILES];
    uint8_t sound[SHA256_BYTES];
    struct damage_case *cases;
    size_t count, room;
};

struct counts {
    unsigned of[KINDS][VERDICTS];
};

static void stop(const char *why)
{
    fprintf(stderr, "damage: %s\n", why);
    exit(2);
}

static void need(enum outcome outcome, const char *what)
{
    if (outcome != OUTCOME_OK) {
        fprintf(stderr, "%s: ", outcome_code(outcome));
        stop(what);
    }
}

static uint64_t random_state;

static uint64_t dice(uint64_t below)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (random_state >> 33) % below;
}

/* --- files --- */

static struct buffer read_file(const char *path)
{
    struct buffer file = {0};
    struct stat info;
    int from = open(path, O_RDONLY | O_CLOEXEC);

    if (from < 0 || fstat(from, &info) != 0)
        stop(path);
    if (info.st_size) {
        uint8_t *room = buffer_room(&file, (size_t)info.st_size);
        if (!room || read(from, room, (size_t)info.st_size) != info.st_size)
            stop(path);
    }
    close(from);
    return file;
}

static void write_file(const char *path, struct bytes bytes)
{
    int to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (to < 0 || (bytes.length && write(to, bytes.data, bytes.length) != (ssize_t)bytes.length))
        stop(path);
    close(to);
}

static void path_in(const char *folder, const char *name, char out[static PATH_BYTES])
{
    if (snprintf(out, PATH_BYTES, "%s/%s", folder, name) >= PATH_BYTES)
        stop("the path is too long");
}

static void place(const char *folder, unsigned file, struct bytes bytes)
{
    char path[PATH_BYTES];

    path_in(folder, names[file], path);
    write_file(path, bytes);
}

static void lay_out(const struct bench *bench, const char *folder)
{
    static const char *const parts[] = {"", "store", "keys", "index"};
    char path[PATH_BYTES];

    for (size_t i = 0; i < 4; i++) {
        path_in(folder, parts[i], path);
        mkdir(path, 0700);
        if (i) {
            strncat(path, "/in-use", sizeof path - strlen(path) - 1);
            write_file(path, (struct bytes){0});
        }
    }
    for (unsigned i = 0; i < FILES; i++)
        place(folder, i, buffer_bytes(&bench->files[i]));
}

/* --- all that a store answers --- */

static void add(struct sha256 *digest, struct bytes bytes)
{
    uint8_t length[8];

    write_u64(length, bytes.length);
    sha256_add(digest, bytes_of(length, sizeof length));
    sha256_add(digest, bytes);
}

/* Each row forward, and by its key, and as the one before what follows. */
static enum outcome read_table(struct view *view, enum table table, struct sha256 *digest)
{
    uint8_t at[ENVIRONMENT_KEY_MAX_BYTES];
    struct bytes from = {0}, key, value;
    size_t rows = 0, counted;
    enum outcome outcome;

    while ((outcome = store_next(view, table, from, from.length > 0, &key, &value)) == OUTCOME_OK) {
        add(digest, key);
        add(digest, value);
        memcpy(at, key.data, key.length);
        from = bytes_of(at, key.length);
        if (!store_has(view, table, from))
            return OUTCOME_STORE_DAMAGED;
        rows++;
    }
    if (outcome != OUTCOME_NOT_FOUND)
        return outcome;
    TRY(store_count(view, table, (struct bytes){0}, SIZE_MAX, &counted));
    if (rows) {
        TRY(store_before(view, table, bytes_of("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 10),
                         &key, &value));
        add(digest, key);
    }
    return counted == rows && store_entries(view, table) == rows ? OUTCOME_OK
                                                                 : OUTCOME_STORE_DAMAGED;
}

/* As it stands, whatever its tag. */
static enum outcome read_untagged(struct view *view, enum table table, struct sha256 *digest)
{
    struct transaction *part;
    struct walk walk = {0};
    enum outcome outcome;

    TRY(view_part(view, table, &part));
    TRY(walk_begin(part, view->store->place[table], (struct bytes){0}, &walk));
    while ((outcome = walk_next(&walk)) == OUTCOME_OK) {
        struct bytes found;
        add(digest, walk.key);
        add(digest, walk.value);
        if (transaction_get(part, view->store->place[table], walk.key, &found) == OUTCOME_OK)
            add(digest, found);
    }
    walk_end(&walk);
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}

static enum outcome read_all(const struct bench *bench, struct store *store,
                             uint8_t out[static SHA256_BYTES])
{
    enum outcome outcome = OUTCOME_OK;
    struct sha256 digest;
    struct view view;

    sha256_init(&digest);
    view_begin(store, &view);
    for (unsigned i = 0; i < TABLE_TOTAL && outcome == OUTCOME_OK; i++)
        outcome =
            bench->trusting ? read_untagged(&view, i, &digest) : read_table(&view, i, &digest);
    view_end(&view);
    TRY(outcome);
    return sha256_finish(&digest, out);
}

/* As gateway/serve_store.c does it. */
static enum outcome start(const struct bench *bench, const char *folder, struct store **out_store)
{
    struct verify_place seen = {0};
    struct audit *audit = NULL;
    size_t swept;

    TRY(store_open(folder, MAP_BYTES, bench->keys.master, out_store));
    if (bench->trusting)
        return OUTCOME_OK;
    TRY(store_sweep(*out_store, &swept));
    TRY(audit_open(*out_store, bench->origin, &bench->keys.log, &audit));
    audit_close(audit);
    return store_verify_some(*out_store, &seen, INT64_MAX);
}

/* What needs no key never ends the process, so it needs none of its own. */
static enum verdict checked(const struct bench *bench, const char *folder)
{
    struct store_damage damage;
    enum outcome outcome;

    if (bench->trusting)
        return SAME;
    outcome = store_check_here(folder, &bench->log_key, &damage);
    if (outcome == OUTCOME_OK)
        return SAME;
    return outcome == OUTCOME_STORE_DAMAGED ? REFUSED_UNKEYED : OTHER;
}

static enum verdict answers(const struct bench *bench, const char *folder,
                            uint8_t out[static SHA256_BYTES])
{
    struct store *store = NULL;
    enum outcome outcome = start(bench, folder, &store);

    if (outcome == OUTCOME_OK)
        outcome = read_all(bench, store, out);
    store_close(store);
    if (outcome != OUTCOME_OK)
        return outcome == OUTCOME_STORE_DAMAGED ? REFUSED_KEYED : OTHER;
    return SAME;
}

/* --- one case --- */

static void *page_of(struct buffer *file, size_t page)
{
    return file->data + page * PAGE;
}

static struct buffer damaged(const struct bench *bench, const struct damage_case *one)
{
    struct buffer file = {0};
    uint8_t kept[PAGE];

    buffer_add_bytes(&file, buffer_bytes(&bench->files[one->file]));
    switch (one->kind) {
    case FLIP:
        file.data[one->at] ^= (uint8_t)(1u << one->other);
        break;
    case CUT:
        file.length = one->at;
        break;
    case ZERO:
        memset(page_of(&file, one->at), 0, PAGE);
        break;
    case SWAP:
        memcpy(kept, page_of(&file, one->at), PAGE);
        memcpy(page_of(&file, one->at), page_of(&file, one->other), PAGE);
        memcpy(page_of(&file, one->other), kept, PAGE);
        break;
    case DOUBLE:
        memcpy(page_of(&file, one->at), page_of(&file, one->other), PAGE);
        break;
    case APPEND:
        memcpy(kept, page_of(&file, one->at), PAGE); /* adding may move the file */
        buffer_add(&file, kept, PAGE);
        break;
    case EXCHANGE:
        file.length = 0;
        buffer_add_bytes(&file, buffer_bytes(&bench->files[one->other]));
        break;
    case KINDS:
        break;
    }
    if (buffer_outcome(&file) != OUTCOME_OK)
        stop("memory");
    return file;
}

static enum verdict in_a_process(const struct bench *bench, const char *folder)
{
    pid_t child = fork();
    int status = 0;

    if (child == 0) {
        uint8_t digest[SHA256_BYTES];
        enum verdict verdict;
        alarm(CASE_S); /* going round in circles is a death too */
        verdict = answers(bench, folder, digest);
        if (verdict == SAME && memcmp(digest, bench->sound, sizeof digest) != 0)
            verdict = WRONG;
        _exit((int)verdict);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0)
        stop("no process");
    return WIFEXITED(status) ? (enum verdict)WEXITSTATUS(status) : DIED;
}

static bool is_unchanged(const struct bench *bench, const char *folder,
                         const struct damage_case *one, struct bytes wrong)
{
    char path[PATH_BYTES];
    bool same = true;

    for (unsigned i = 0; i < FILES - 1 && same; i++) { /* lock.mdb is LMDB's scratch */
        struct buffer now;
        path_in(folder, names[i], path);
        now = read_file(path);
        same = bytes_equal(buffer_bytes(&now),
                           i == one->file ? wrong : buffer_bytes(&bench->files[i]));
        buffer_wipe(&now);
    }
    return same;
}

static void try_case(const struct bench *bench, const char *folder, const struct damage_case *one,
                     struct counts *counts)
{
    struct buffer wrong = damaged(bench, one);
    enum verdict verdict;

    place(folder, one->file, buffer_bytes(&wrong));
    verdict = checked(bench, folder);
    if (verdict == SAME)
        verdict = in_a_process(bench, folder);
    if (!is_unchanged(bench, folder, one, buffer_bytes(&wrong)))
        verdict = CHANGED;
    if (verdict >= WRONG && !bench->trusting)
        printf("    %s: kind %d, %s, at %zu, other %zu\n", verdicts[verdict], one->kind,
               names[one->file], one->at, one->other);
    __atomic_add_fetch(&counts->of[one->kind][verdict], 1, __ATOMIC_RELAXED);
    place(folder, one->file, buffer_bytes(&bench->files[one->file]));
    buffer_wipe(&wrong);
}

/* --- all cases --- */

static void plan(struct bench *bench, enum kind kind, unsigned file, size_t at, size_t other)
{
    if (bench->count == bench->room) {
        bench->room = bench->room ? bench->room * 2 : 1024;
        bench->cases = realloc(bench->cases, bench->room * sizeof *bench->cases);
        if (!bench->cases)
            stop("memory");
    }
    bench->cases[bench->count++] = (struct damage_case){kind, file, at, other};
}

static void plan_flips(struct bench *bench, size_t drawn)
{
    size_t all = 0;

    for (unsigned file = 0; file < FILES; file++)
        all += bench->files[file].length;
    for (size_t i = 0; i < (drawn ? drawn : all); i++) {
        size_t at = drawn ? dice(all) : i;
        unsigned file = 0;
        while (at >= bench->files[file].length)
            at -= bench->files[file++].length;
        plan(bench, FLIP, file, at, dice(8));
    }
}

static void plan_pages(struct bench *bench, unsigned file)
{
    const size_t length = bench->files[file].length, pages = length / PAGE;
    static const size_t odd[] = {0, 1, 2, 16, 152, 511, 512, 2048, 4095};

    for (size_t page = 0; page < pages; page++) {
        for (size_t i = 0; i < (page < 3 ? sizeof odd / sizeof odd[0] : 2); i++)
            plan(bench, CUT, file, page * PAGE + odd[page < 3 ? i : i * 6], 0);
        plan(bench, ZERO, file, page, 0);
        for (int i = 0; i < 2; i++)
            plan(bench, SWAP, file, page, dice(pages));
        plan(bench, DOUBLE, file, page, dice(pages));
    }
    plan(bench, APPEND, file, 0, 0);
    plan(bench, APPEND, file, pages - 1, 0);
    for (unsigned other = 0; other < FILES - 1; other++)
        plan(bench, EXCHANGE, file, 0, other);
}

static void work(const struct bench *bench, size_t first, struct counts *counts)
{
    char folder[PATH_BYTES], number[24];

    snprintf(number, sizeof number, "%zu", first);
    path_in(bench->scratch, number, folder);
    lay_out(bench, folder);
    for (size_t i = first; i < bench->count; i += WORKERS)
        try_case(bench, folder, &bench->cases[i], counts);
    fflush(stdout);
}

static void run_all(const struct bench *bench, struct counts *counts)
{
    pid_t workers[WORKERS];
    int status = 0;

    fflush(stdout);
    for (size_t i = 0; i < WORKERS; i++) {
        workers[i] = fork();
        if (workers[i] == 0) {
            work(bench, i, counts);
            _exit(0);
        }
    }
    for (size_t i = 0; i < WORKERS; i++) {
        if (waitpid(workers[i], &status, 0) < 0 || status != 0)
            stop("a worker failed");
    }
}

static void open_bench(struct bench *bench, char **argv)
{
    struct fault fault = {0};
    struct file_fault file_fault = {0};
    char path[PATH_BYTES];

    need(crypto_ready(), "ready");
    json_ready();
    need(settings_load(argv[1], &bench->settings, &fault, &file_fault), "settings");
    need(keys_load(bench->settings->key_folder, bench->settings->credential_file, &bench->keys,
                   &file_fault),
         "keys");
    snprintf(bench->origin, sizeof bench->origin, "wijkpoort/%s/log1", bench->settings->oin.text);
    need(note_key_make(bench->origin, bench->keys.log.public_key, &bench->log_key), "log key");
    snprintf(bench->scratch, sizeof bench->scratch, "%s", argv[2]);
    mkdir(bench->scratch, 0700);
    for (unsigned i = 0; i < FILES; i++) {
        path_in(bench->settings->data_folder, names[i], path);
        bench->files[i] = read_file(path);
    }
    path_in(bench->scratch, "sound", path);
    lay_out(bench, path);
    if (checked(bench, path) != SAME || answers(bench, path, bench->sound) != SAME)
        stop("the sound store is refused");
}

int main(int argc, char **argv)
{
    static struct bench bench;
    struct counts *counts =
        mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    unsigned totals[VERDICTS] = {0};

    if (argc < 5 || counts == MAP_FAILED)
        stop("SETTINGS SCRATCH CASES SEED [--trusting]");
    bench.trusting = argc > 5;
    random_state = strtoull(argv[4], NULL, 10);
    open_bench(&bench, argv);
    plan_flips(&bench, strtoull(argv[3], NULL, 10));
    for (unsigned file = 0; file < FILES - 1; file++)
        plan_pages(&bench, file);
    run_all(&bench, counts);
    for (unsigned kind = 0; kind < KINDS; kind++) {
        for (unsigned i = 0; i < VERDICTS; i++)
            totals[i] += counts->of[kind][i];
    }
    printf("{\"cases\":%zu", bench.count);
    for (unsigned i = 0; i < VERDICTS; i++)
        printf(",\"%s\":%u", verdicts[i], totals[i]);
    puts("}");
    return 0;
}
