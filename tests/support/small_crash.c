/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/small_crash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <ftw.h>

#include "covenant/built_in.h"
#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/kept_signal.h"
#include "gateway/outgoing.h"
#include "tests/support/small_log.h"

static const char *const table_names[TABLE_TOTAL] = {
#define TABLE_TEXT(name, environment) [TABLE_##name] = #name,
    TABLES(TABLE_TEXT)
#undef TABLE_TEXT
};

/* --- asking --- */

static enum outcome ask(struct crash *crash, enum role role, enum http_method method,
                        const char *path, const char *body, struct buffer *answer)
{
    struct small_call call;
    enum outcome outcome;

    small_call_make(&call, &crash->small, LISTENER_LOCAL, method, path, bytes_of_text(body));
    call.call.role = role;
    call.call.caller.roles = role_set_with(call.call.caller.roles, role);
    outcome = small_call_run(&call);
    if (outcome == OUTCOME_OK)
        buffer_add_bytes(answer, buffer_bytes(&call.exchange.reply.body));
    small_call_end(&call);
    return outcome;
}

static enum outcome receive(struct crash *crash, size_t message, struct buffer *answer)
{
    struct small_call call;
    enum outcome outcome = small_gateway_receive(&crash->small, CORPORATION, MESSAGE_KIND_SIGNAL,
                                                 buffer_bytes(&crash->messages[message]), &call);

    if (outcome == OUTCOME_OK)
        buffer_add_bytes(answer, buffer_bytes(&call.exchange.reply.body));
    small_call_end(&call);
    return outcome;
}

/* --- the team's day --- */

static enum outcome receive_one(struct crash *crash, struct buffer *answer)
{
    return receive(crash, 0, answer);
}

static enum outcome receive_three(struct crash *crash, struct buffer *answer)
{
    return receive(crash, 1, answer);
}

static enum outcome accept_it(struct crash *crash, struct buffer *answer)
{
    char path[96];

    snprintf(path, sizeof path, "/v1/postvak/%s/aanvaarding", crash->signal);
    return ask(crash, ROLE_ONTVANGER, HTTP_POST, path, "{}", answer);
}

static enum outcome look_at_it(struct crash *crash, struct buffer *answer)
{
    char path[96];

    snprintf(path, sizeof path, "/v1/postvak/%s/inhoud", crash->signal);
    return ask(crash, ROLE_ONTVANGER, HTTP_GET, path, "", answer);
}

static bool is_answered(struct crash *crash)
{
    OWNED_KEPT_SIGNAL kept = {0};
    OWNED_BUFFER text = {0};
    struct uuid uuid;

    assert_true(uuid_parse(crash->signal, &uuid));
    return value_in(crash->small.gateway.store, TABLE_INBOX,
                    bytes_of(uuid.bytes, sizeof uuid.bytes), &text) == OUTCOME_OK &&
           kept_signal_read(buffer_bytes(&text), &kept) == OUTCOME_OK && kept.answer_count > 0;
}

/* A person who got no answer looks first whether it stands there. */
static enum outcome answer_it(struct crash *crash, struct buffer *answer)
{
    char body[96];

    if (is_answered(crash))
        return OUTCOME_OK;
    snprintf(body, sizeof body, "{\"signaal\":\"%s\",\"code\":\"INBH\"}", crash->signal);
    return ask(crash, ROLE_ONTVANGER, HTTP_POST, "/v1/antwoorden", body, answer);
}

/* --- the corporation's day --- */

static enum outcome push(struct crash *crash, const char *key, struct buffer *answer)
{
    char body[1024], day[DAY_TEXT_BYTES];

    day_print(amsterdam_day(crash->town.now_ms), day);
    snprintf(body, sizeof body,
             "{\"adapter\":\"corporatie-csv\",\"proef\":false,\"rijen\":[{\"rij\":2,"
             "\"bronsleutel\":\"%s\",\"melddatum\":\"%s\",\"signaalcodes\":[\"OVL.BURENRUZIE\"],"
             "\"geblokkeerd\":false,\"postcode\":\"1234AB\",\"huisnummer\":\"5\","
             "\"contactmoment\":\"OVERLAST\",\"toestemming\":\"ja\",\"toestemmingDatum\":\"%s\","
             "\"hulpvraagBekend\":\"ja\",\"naam\":\"Anouk Voorbeeld\","
             "\"telefoon\":\"06-12345678\",\"taal\":\"nl\"}]}",
             key, day, day);
    return ask(crash, ROLE_MELDER, HTTP_POST, "/v1/invoer", body, answer);
}

static enum outcome push_one(struct crash *crash, struct buffer *answer)
{
    return push(crash, "K-1", answer);
}

static enum outcome push_another(struct crash *crash, struct buffer *answer)
{
    return push(crash, "K-2", answer);
}

#define SOMEBODY "abababababababababababababababababababababababababababababababab"

static enum outcome add_somebody(struct crash *crash, struct buffer *answer)
{
    return ask(crash, ROLE_BEHEERDER, HTTP_POST, "/v1/gebruikers",
               "{\"vingerafdruk\":\"" SOMEBODY "\",\"naam\":\"9999\",\"rollen\":[\"MELDER\"]}",
               answer);
}

static enum outcome remove_somebody(struct crash *crash, struct buffer *answer)
{
    return ask(crash, ROLE_BEHEERDER, HTTP_DELETE, "/v1/gebruikers/" SOMEBODY, "", answer);
}

/* --- delivering, as the partner that takes everything --- */

static enum outcome take_receipt(struct crash *crash, enum small_place partner,
                                 const struct outgoing *outgoing)
{
    char refused[RECEIPT_CODE_BYTES];
    OWNED_RECEIPT receipt = NULL;
    OWNED_BUFFER text = {0};

    assert_int_equal(receipt_new(outgoing->count, &receipt), OUTCOME_OK);
    memcpy(receipt->message, outgoing->id, sizeof receipt->message);
    memcpy(receipt->content_hash, outgoing->digest, SHA256_BYTES);
    receipt->received_ms = crash->town.now_ms / 1000 * 1000;
    receipt->answer_count = outgoing->count;
    for (size_t i = 0; i < outgoing->count; i++)
        memcpy(receipt->answers[i].id, outgoing->items[i].queued.id, UUID_TEXT_BYTES);
    assert_int_equal(receipt_sign(receipt, &crash->town.parties[partner].signing, &text),
                     OUTCOME_OK);
    return outgoing_received(&crash->small.gateway, outgoing, buffer_bytes(&text), refused);
}

static enum outcome first_under_way(struct crash *crash, struct outgoing **out_outgoing)
{
    OWNED_BUFFER after = {0};
    struct view view;
    enum outcome outcome;

    view_begin(crash->small.gateway.store, &view);
    outcome = outgoing_next(&view, &after, out_outgoing);
    view_end(&view);
    return outcome;
}

static bool nothing_held_up(const void *context, const struct oin *partner, enum message_kind kind,
                            const char *covenant)
{
    (void)context;
    (void)partner;
    (void)kind;
    (void)covenant;
    return false;
}

/* Until nothing is under way and nothing waits; NOT_FOUND when that was so to begin with. */
static enum outcome deliver(struct crash *crash, struct buffer *answer)
{
    const enum small_place partner = crash->place == TEAM ? CORPORATION : TEAM;
    struct outgoing_choice choice = {.partner = crash->town.parties[partner].oin,
                                     .is_held_up = nothing_held_up};

    (void)answer;
    for (int turn = 0; turn < 100; turn++) {
        OWNED_OUTGOING outgoing = NULL;
        enum outcome outcome = first_under_way(crash, &outgoing);
        if (outcome == OUTCOME_NOT_FOUND)
            outcome = outgoing_compose(&crash->small.gateway, &choice, &outgoing);
        if (outcome == OUTCOME_NOT_FOUND && turn > 0)
            return OUTCOME_OK;
        TRY(outcome);
        TRY(take_receipt(crash, partner, outgoing));
    }
    fail_msg("delivering does not come to an end");
    return OUTCOME_INTERNAL;
}

/* --- the steps --- */

struct crash_work {
    const char *name;
    enum outcome (*run)(struct crash *crash, struct buffer *answer);
    bool repeats;
};

static const struct crash_work team_day[] = {
    {"receive one", receive_one, true}, {"receive three", receive_three, true},
    {"accept", accept_it, false},       {"look at the contact details", look_at_it, true},
    {"answer", answer_it, false},       {"deliver", deliver, false},
};

static const struct crash_work corporation_day[] = {
    {"push one", push_one, false},         {"add a user", add_somebody, false},
    {"push another", push_another, false}, {"push one again", push_one, false},
    {"deliver", deliver, false},           {"remove a user", remove_somebody, false},
};

static const struct crash_work first_day[] = {
    {"add a user", add_somebody, false},
    {"remove a user", remove_somebody, false},
};

enum { DAY_STEPS = 6, FIRST_DAY_STEPS = 2 };

size_t crash_step_count(const struct crash *crash)
{
    return crash->first_start ? FIRST_DAY_STEPS : DAY_STEPS;
}

static const struct crash_work *work_of(const struct crash *crash, size_t step)
{
    assert_true(step < crash_step_count(crash));
    if (crash->first_start)
        return &first_day[step];
    return crash->place == TEAM ? &team_day[step] : &corporation_day[step];
}

const char *crash_step_name(const struct crash *crash, size_t step)
{
    return work_of(crash, step)->name;
}

bool crash_step_repeats(const struct crash *crash, size_t step)
{
    return work_of(crash, step)->repeats;
}

enum outcome crash_step(struct crash *crash, size_t step, struct buffer *answer)
{
    return work_of(crash, step)->run(crash, answer);
}

/* --- making --- */

static void make_messages(struct crash *crash)
{
    const struct known_covenant *known = small_gateway_known(&crash->small);
    const size_t counts[] = {1, 3};

    for (size_t m = 0; m < 2; m++) {
        struct buffer texts[3] = {0};
        struct bytes items[3];
        struct small_message message;
        for (size_t i = 0; i < counts[m]; i++) {
            struct small_signal signal = small_signal_make(&crash->town, known, TEAM);
            texts[i] = small_signal_text(&signal);
            items[i] = buffer_bytes(&texts[i]);
            if (m == 0)
                snprintf(crash->signal, sizeof crash->signal, "%s", signal.signal.id);
        }
        message = small_message_make(&crash->town, CORPORATION, TEAM, MESSAGE_KIND_SIGNAL,
                                     known->covenant->fingerprint, items, counts[m]);
        crash->messages[m] = small_message_text(&crash->town, &message);
        for (size_t i = 0; i < counts[m]; i++)
            buffer_wipe(&texts[i]);
    }
}

void crash_make(struct crash *crash, enum small_place place, bool first_start)
{
    *crash = (struct crash){.place = place, .first_start = first_start};
    small_town_make(&crash->town);
    small_gateway_make(&crash->small, &crash->town, place);
    (void)small_gateway_in_force(&crash->small);
    make_messages(crash);
    small_gateway_close(&crash->small);
    crash->home = crash->small.small.folder;
}

void crash_end(struct crash *crash)
{
    for (size_t m = 0; m < 2; m++)
        buffer_wipe(&crash->messages[m]);
    folder_remove(&crash->home);
    registry_release(crash->small.gateway.registry);
    code_lists_free(crash->small.gateway.lists);
    secret_free(crash->small.gateway.local_id_key);
    secret_free(crash->small.gateway.proof_id_key);
    keys_wipe(&crash->small.gateway.keys);
    free(crash->small.gateway.settings);
    small_town_end(&crash->town);
}

static const char *const parts[] = {"data", "data/store", "data/keys", "data/index"};

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *place)
{
    (void)info;
    (void)type;
    (void)place;
    return remove(path);
}

/* Without a shell: this is done thousands of times. */
static void remove_data(const struct folder *folder)
{
    nftw(folder_path(folder, "data"), remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void copy_data(const struct folder *from, const struct folder *to)
{
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        char file[64];
        assert_int_equal(mkdir(folder_path(to, parts[i]), 0700), 0);
        if (i == 0)
            continue;
        snprintf(file, sizeof file, "%s/data.mdb", parts[i]);
        OWNED_BUFFER bytes = file_bytes(folder_path(from, file));
        file_put(folder_path(to, file), buffer_bytes(&bytes));
    }
}

void crash_place(struct crash *crash, const struct folder *folder, bool fresh)
{
    crash->small.small.folder = *folder;
    if (!fresh)
        return;
    remove_data(folder);
    if (!crash->first_start)
        copy_data(&crash->home, folder);
}

enum outcome crash_open(struct crash *crash)
{
    return small_gateway_open(&crash->small);
}

void crash_close(struct crash *crash)
{
    small_gateway_close(&crash->small);
}

/* --- counting --- */

static const char *text_of(const json_t *leaf, const char *name)
{
    const char *text = json_string_value(json_object_get(leaf, name));

    return text ? text : "";
}

static void count_leaf(const json_t *leaf, struct crash_tally *tally)
{
    static const char *const effects[] = {"recv", "send", "intake", "answer"};
    char what[48];
    bool counts = false;

    for (size_t i = 0; i < 4; i++)
        counts = counts || strcmp(text_of(leaf, "ev"), effects[i]) == 0;
    if (!counts || (strcmp(text_of(leaf, "ev"), "recv") == 0 && !json_object_get(leaf, "i")))
        return; /* a message again, or a look */
    snprintf(what, sizeof what, "%s %s %s", text_of(leaf, "ev"), text_of(leaf, "ph"),
             text_of(leaf, "out"));
    for (size_t i = 0; i < CRASH_TALLIES; i++) {
        if (tally->leaves[i].count && strcmp(tally->leaves[i].what, what) != 0)
            continue;
        memcpy(tally->leaves[i].what, what, sizeof what);
        tally->leaves[i].count++;
        return;
    }
}

static bool is_counted(enum table table)
{
    return table != TABLE_LEAF && table != TABLE_HASH && table != TABLE_OPENING &&
           table != TABLE_DATA_KEY && table != TABLE_ENTRY && table != TABLE_INDEX_META;
}

void crash_count(struct crash *crash, struct crash_tally *out_tally)
{
    struct store *store = crash->small.gateway.store;
    size_t leaves = rows_in(store, TABLE_LEAF);

    memset(out_tally, 0, sizeof *out_tally);
    for (unsigned i = 0; i < TABLE_TOTAL; i++)
        out_tally->rows[i] = is_counted(i) ? rows_in(store, i) : 0;
    for (uint64_t i = 0; i < leaves; i++) {
        OWNED_JSON leaf = leaf_json(store, i);
        assert_int_equal(json_integer_value(json_object_get(leaf, "seq")), i);
        count_leaf(leaf, out_tally);
    }
}

static size_t leaves_of(const struct crash_tally *tally, const char *what)
{
    for (size_t i = 0; i < CRASH_TALLIES; i++) {
        if (strcmp(tally->leaves[i].what, what) == 0)
            return tally->leaves[i].count;
    }
    return 0;
}

const char *crash_difference(const struct crash_tally *got, const struct crash_tally *wanted)
{
    static char words[160];

    for (unsigned i = 0; i < TABLE_TOTAL; i++) {
        if (got->rows[i] == wanted->rows[i])
            continue;
        snprintf(words, sizeof words, "%s has %zu rows instead of %zu", table_names[i],
                 got->rows[i], wanted->rows[i]);
        return words;
    }
    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < CRASH_TALLIES; i++) {
            const char *what = turn ? got->leaves[i].what : wanted->leaves[i].what;
            if (leaves_of(got, what) == leaves_of(wanted, what))
                continue;
            snprintf(words, sizeof words, "%zu leaves \"%s\" instead of %zu", leaves_of(got, what),
                     what, leaves_of(wanted, what));
            return words;
        }
    }
    return "";
}
