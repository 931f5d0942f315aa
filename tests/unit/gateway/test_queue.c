/* SPDX-License-Identifier: EUPL-1.2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "crypto/json.h"
#include "crypto/ready.h"
#include "gateway/queue.h"
#include "tests/support/covenants.h"
#include "tests/support/scarce_memory.h"
#include "tests/support/small_store.h"

enum { ITEM_MAX_BYTES = 300 };

struct thrown {
    struct queued queued;
    uint8_t item[ITEM_MAX_BYTES];
};

static struct small_store small;

/* Anything the gateway may queue; the item's bytes are anything at all. */
static void throw_queued(struct dice *dice, struct thrown *out)
{
    struct queued *queued = &out->queued;
    size_t length = dice_number(dice, ITEM_MAX_BYTES + 1);

    *queued = (struct queued){
        .kind = (enum message_kind)dice_number(dice, MESSAGE_KIND_COUNT),
        .role = (enum role)dice_number(dice, ROLE_COUNT),
        .purpose = (enum purpose)dice_number(dice, PURPOSE_COUNT),
    };
    dice_word(dice, "0123456789abcdef", 64, 64, queued->covenant);
    dice_uuid(dice, 4, queued->id);
    if (dice_coin(dice))
        dice_word(dice, "abcdefghijklmnopqrstuvwxyz0123456789-@./", 1, QUEUE_RULE_BYTES - 1,
                  queued->rule);
    if (dice_coin(dice))
        dice_word(dice, "0123456789D-", 1, DOSSIER_BYTES - 1, queued->dossier);
    queued->posted = dice_coin(dice);
    dice_bytes(dice, out->item, length);
    queued->item = bytes_of(out->item, length);
}

static void assert_same(const struct queued *a, const struct queued *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->role, b->role);
    assert_int_equal(a->purpose, b->purpose);
    assert_string_equal(a->covenant, b->covenant);
    assert_string_equal(a->id, b->id);
    assert_string_equal(a->rule, b->rule);
    assert_string_equal(a->dossier, b->dossier);
    assert_int_equal(a->posted, b->posted);
    assert_true(bytes_equal(a->item, b->item));
}

static void what_is_printed_is_read_again(void **state)
{
    struct dice dice = dice_throw_from(81);

    (void)state;
    for (int i = 0; i < 3000; i++) {
        OWNED_BUFFER text = {0};
        struct thrown thrown;
        struct queued read;
        throw_queued(&dice, &thrown);
        assert_int_equal(queued_print(&thrown.queued, &text), OUTCOME_OK);
        assert_int_equal(queued_read(buffer_bytes(&text), &read), OUTCOME_OK);
        assert_same(&thrown.queued, &read);
    }
}

static void what_is_damaged_is_damage_or_reads_as_something_else(void **state)
{
    struct dice dice = dice_throw_from(82);

    (void)state;
    for (int i = 0; i < 20000; i++) {
        OWNED_BUFFER text = {0};
        struct thrown thrown;
        struct queued read = {.id = "onaangeroerd"};
        enum outcome outcome;
        throw_queued(&dice, &thrown);
        assert_int_equal(queued_print(&thrown.queued, &text), OUTCOME_OK);
        if (dice_coin(&dice))
            text.length = dice_number(&dice, text.length + 1);
        else
            text.data[dice_number(&dice, text.length)] = (uint8_t)dice_number(&dice, 256);
        outcome = queued_read(buffer_bytes(&text), &read);
        assert_true(outcome == OUTCOME_OK || outcome == OUTCOME_STORE_DAMAGED);
        if (outcome != OUTCOME_OK)
            assert_string_equal(read.id, "onaangeroerd");
    }
    assert_int_equal(queued_read((struct bytes){0}, &(struct queued){0}), OUTCOME_STORE_DAMAGED);
}

static enum outcome print_and_read(const struct queued *queued)
{
    OWNED_BUFFER text = {0};
    struct queued read;

    TRY(queued_print(queued, &text));
    return queued_read(buffer_bytes(&text), &read);
}

static void scarce_memory_is_told(void **state)
{
    struct dice dice = dice_throw_from(83);
    struct thrown thrown;
    enum outcome outcome;

    (void)state;
    throw_queued(&dice, &thrown);
    WITH_SCARCE_MEMORY(outcome, print_and_read(&thrown.queued), (void)0);
    assert_int_equal(outcome, OUTCOME_OK);
}

/* --- in the store --- */

static void add(const char *partner, const char *id)
{
    struct change *change = change_of(small.store);
    const struct oin oin = oin_of(partner);
    struct queued queued = {.kind = MESSAGE_KIND_SIGNAL, .item = bytes_of_text("{}")};

    snprintf(queued.id, sizeof queued.id, "%s", id);
    assert_int_equal(queue_add(change, &oin, &queued), OUTCOME_OK);
    assert_true(change->queued);
    change_done(change);
}

static void take_out(const char *partner, uint64_t sequence)
{
    struct change *change = change_of(small.store);
    const struct oin oin = oin_of(partner);

    queue_delete(change, &oin, sequence);
    change_done(change);
}

/* The ids in the partner's queue, in order, separated by spaces. */
static const char *waiting(const char *partner)
{
    static char ids[1024];
    const struct oin oin = oin_of(partner);
    struct queued queued;
    struct view view;
    uint64_t sequence = 0;
    enum outcome outcome;

    ids[0] = '\0';
    view_begin(small.store, &view);
    while ((outcome = queue_next(&view, &oin, sequence, &sequence, &queued)) == OUTCOME_OK) {
        size_t used = strlen(ids);
        snprintf(ids + used, sizeof ids - used, "%s%s", used ? " " : "", queued.id);
        sequence++;
    }
    assert_int_equal(outcome, OUTCOME_NOT_FOUND);
    view_end(&view);
    return ids;
}

static void come_back(const char *partner, const char *id, const char *next)
{
    struct change *change = change_of(small.store);
    const struct oin oin = oin_of(partner);
    struct queued queued = {.kind = MESSAGE_KIND_SIGNAL, .item = bytes_of_text("{}")};
    uint64_t sequence;

    assert_int_equal(queue_front(change, &oin, 2, &sequence), OUTCOME_OK);
    snprintf(queued.id, sizeof queued.id, "%s", id);
    assert_int_equal(queue_put(change, &oin, sequence, &queued), OUTCOME_OK);
    snprintf(queued.id, sizeof queued.id, "%s", next);
    assert_int_equal(queue_put(change, &oin, sequence + 1, &queued), OUTCOME_OK);
    change_done(change);
}

static void q1_what_comes_back_stands_before_what_waits(void **state)
{
    (void)state;
    come_back(SAMPLE_WIJKTEAM, "c", "d");
    assert_string_equal(waiting(SAMPLE_WIJKTEAM), "c d");
    add(SAMPLE_WIJKTEAM, "e");
    add(SAMPLE_GGZ, "x");
    come_back(SAMPLE_WIJKTEAM, "a", "b");
    assert_string_equal(waiting(SAMPLE_WIJKTEAM), "a b c d e");
    assert_string_equal(waiting(SAMPLE_GGZ), "x");
}

static void q1_a_queue_begun_at_zero_loses_nothing(void **state)
{
    struct change *change = change_of(small.store);
    const struct oin oin = oin_of(SAMPLE_WIJKTEAM);
    struct queued queued = {.kind = MESSAGE_KIND_SIGNAL, .id = "a", .item = bytes_of_text("{}")};

    (void)state;
    assert_int_equal(queue_put(change, &oin, 0, &queued), OUTCOME_OK);
    change_done(change);
    come_back(SAMPLE_WIJKTEAM, "b", "c");
    add(SAMPLE_WIJKTEAM, "d");
    assert_string_equal(waiting(SAMPLE_WIJKTEAM), "a b c d");
}

static void each_partner_has_a_queue_of_its_own_in_order(void **state)
{
    (void)state;
    assert_string_equal(waiting(SAMPLE_WIJKTEAM), "");
    add(SAMPLE_WIJKTEAM, "a");
    add(SAMPLE_GGZ, "b");
    add(SAMPLE_WIJKTEAM, "c");
    add(SAMPLE_CORPORATION, "d");
    add(SAMPLE_WIJKTEAM, "e");
    assert_string_equal(waiting(SAMPLE_WIJKTEAM), "a c e");
    assert_string_equal(waiting(SAMPLE_GGZ), "b");
    assert_string_equal(waiting(SAMPLE_CORPORATION), "d");
    assert_string_equal(waiting(SAMPLE_GEMEENTE), "");
}

static size_t length_of(const char *partner, size_t most)
{
    const struct oin oin = oin_of(partner);
    struct view view;
    size_t length;

    view_begin(small.store, &view);
    length = queue_length(&view, &oin, most);
    view_end(&view);
    return length;
}

static void how_many_wait_is_told_without_opening_them(void **state)
{
    struct change *change;
    uint8_t key[OIN_LENGTH + 8];

    (void)state;
    assert_int_equal(length_of(SAMPLE_WIJKTEAM, 10), 0);
    add(SAMPLE_CORPORATION, "a");
    add(SAMPLE_WIJKTEAM, "b");
    add(SAMPLE_WIJKTEAM, "c");
    add(SAMPLE_GGZ, "d");
    assert_int_equal(length_of(SAMPLE_CORPORATION, 10), 1);
    assert_int_equal(length_of(SAMPLE_WIJKTEAM, 10), 2);
    assert_int_equal(length_of(SAMPLE_WIJKTEAM, 1), 1);
    assert_int_equal(length_of(SAMPLE_WIJKTEAM, 0), 0);
    assert_int_equal(length_of(SAMPLE_GGZ, 10), 1);
    assert_int_equal(length_of(SAMPLE_GEMEENTE, 10), 0);

    change = change_of(small.store);
    memcpy(key, SAMPLE_WIJKTEAM, OIN_LENGTH);
    write_u64(key + OIN_LENGTH, QUEUE_MIDDLE);
    put_stored_bytes(change, TABLE_QUEUE, bytes_of(key, sizeof key), bytes_of_text("schade"));
    change_done(change);
    assert_int_equal(length_of(SAMPLE_WIJKTEAM, 10), 2);
}

static void what_leaves_the_queue_leaves_no_key_and_the_order_stays(void **state)
{
    (void)state;
    add(SAMPLE_WIJKTEAM, "a");
    add(SAMPLE_WIJKTEAM, "b");
    add(SAMPLE_WIJKTEAM, "c");
    add(SAMPLE_GGZ, "z");
    take_out(SAMPLE_WIJKTEAM, QUEUE_MIDDLE);
    take_out(SAMPLE_WIJKTEAM, QUEUE_MIDDLE);
    add(SAMPLE_WIJKTEAM, "d");
    assert_string_equal(waiting(SAMPLE_WIJKTEAM), "b c d");
    take_out(SAMPLE_WIJKTEAM, QUEUE_MIDDLE + 1);
    take_out(SAMPLE_WIJKTEAM, QUEUE_MIDDLE + 2);
    take_out(SAMPLE_WIJKTEAM, QUEUE_MIDDLE + 3);
    assert_string_equal(waiting(SAMPLE_WIJKTEAM), "");
    add(SAMPLE_WIJKTEAM, "e");
    assert_string_equal(waiting(SAMPLE_WIJKTEAM), "e");
    assert_string_equal(waiting(SAMPLE_GGZ), "z");
    assert_int_equal(rows_in(small.store, TABLE_DATA_KEY), 2);
}

static void many_items_keep_their_order(void **state)
{
    struct change *change = change_of(small.store);
    const struct oin oin = oin_of(SAMPLE_WIJKTEAM);
    struct queued queued = {.kind = MESSAGE_KIND_SIGNAL, .item = bytes_of_text("{}")}, found;
    struct view view;
    uint64_t sequence = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        snprintf(queued.id, sizeof queued.id, "%d", i);
        assert_int_equal(queue_add(change, &oin, &queued), OUTCOME_OK);
    }
    change_done(change);
    view_begin(small.store, &view);
    for (int i = 0; i < 1000; i++) {
        snprintf(queued.id, sizeof queued.id, "%d", i);
        assert_int_equal(queue_next(&view, &oin, sequence, &sequence, &found), OUTCOME_OK);
        assert_string_equal(found.id, queued.id);
        sequence++;
    }
    view_end(&view);
}

static int make_store(void **state)
{
    (void)state;
    small_store_make(&small);
    return 0;
}

static int end_store(void **state)
{
    (void)state;
    small_store_end(&small);
    return 0;
}

#define WITH_STORE(fact) cmocka_unit_test_setup_teardown(fact, make_store, end_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_printed_is_read_again),
        cmocka_unit_test(what_is_damaged_is_damage_or_reads_as_something_else),
        cmocka_unit_test(scarce_memory_is_told),
        WITH_STORE(each_partner_has_a_queue_of_its_own_in_order),
        WITH_STORE(q1_what_comes_back_stands_before_what_waits),
        WITH_STORE(q1_a_queue_begun_at_zero_loses_nothing),
        WITH_STORE(how_many_wait_is_told_without_opening_them),
        WITH_STORE(what_leaves_the_queue_leaves_no_key_and_the_order_stays),
        WITH_STORE(many_items_keep_their_order),
    };

    json_ready();
    assert_int_equal(crypto_ready(), OUTCOME_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
