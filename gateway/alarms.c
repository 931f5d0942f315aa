/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/alarms.h"

#include <string.h>

#include "gateway/clock.h"

static const struct {
    const char *code, *text[2]; /* by enum language */
} alarms[] = {
#define ALARM_ROW(name, code, nl, en) {code, {nl, en}},
    ALARMS(ALARM_ROW)
#undef ALARM_ROW
};

enum { INSTANT_BYTES = 8 };

/* "<code>|<about>" -> since when: by its word, so that the table may grow in the middle. */
static enum outcome key_of(enum alarm alarm, const char *about, struct buffer *out)
{
    size_t length = strlen(about);

    if (length == 0 || length > ALARM_ABOUT_MAX_BYTES)
        return OUTCOME_INTERNAL;
    buffer_add_text(out, alarms[alarm].code);
    buffer_add_byte(out, '|');
    buffer_add_text(out, about);
    return buffer_outcome(out);
}

static enum outcome record(struct gateway *gateway, struct change *change, enum alarm alarm,
                           const char *about, enum audit_phase phase)
{
    const struct audit_entry entry = {
        .event = AUDIT_ALARM,
        .phase = phase,
        .result = phase == AUDIT_INTENT ? AUDIT_ERROR : AUDIT_OK,
        .why = alarms[alarm].code,
        .source = gateway->settings->oin.text,
        .service = "alarmen",
        .committed = {[AUDIT_ROLE] = role_word(ROLE_SYSTEEM), [AUDIT_OBJECTS] = about},
    };

    return audit_record(gateway->audit, change, &entry);
}

enum outcome alarm_raise(struct gateway *gateway, struct change *change, enum alarm alarm,
                         const char *about)
{
    OWNED_BUFFER key = {0};
    uint8_t since[INSTANT_BYTES];

    TRY(key_of(alarm, about, &key));
    if (store_has(&change->view, TABLE_ALARM, buffer_bytes(&key)))
        return OUTCOME_OK;
    write_u64(since, (uint64_t)clock_now_ms());
    store_put(change, TABLE_ALARM, buffer_bytes(&key), bytes_of(since, sizeof since));
    TRY(change->outcome);
    return record(gateway, change, alarm, about, AUDIT_INTENT);
}

enum outcome alarm_settle(struct gateway *gateway, struct change *change, enum alarm alarm,
                          const char *about)
{
    OWNED_BUFFER key = {0};

    TRY(key_of(alarm, about, &key));
    if (!store_has(&change->view, TABLE_ALARM, buffer_bytes(&key)))
        return OUTCOME_OK;
    store_delete(change, TABLE_ALARM, buffer_bytes(&key));
    TRY(change->outcome);
    return record(gateway, change, alarm, about, AUDIT_OUTCOME);
}

bool alarm_stands(struct view *view, enum alarm alarm, const char *about)
{
    OWNED_BUFFER key = {0};

    return key_of(alarm, about, &key) == OUTCOME_OK &&
           store_has(view, TABLE_ALARM, buffer_bytes(&key));
}

/* --- for status --- */

static const char *sentence_of(struct bytes code, enum language language)
{
    for (size_t i = 0; i < ALARM_COUNT; i++) {
        if (bytes_equal(code, bytes_of_text(alarms[i].code)))
            return alarms[i].text[language];
    }
    return NULL; /* of a later version, which was put back */
}

static enum outcome warn(const struct registry *registry, enum language language,
                         struct buffer *key, struct bytes since, json_t *warnings)
{
    OWNED_BUFFER text = {0};
    char day[DAY_TEXT_BYTES];
    char *split = strchr(buffer_text(key), '|'); /* the buffer ends the text */
    const char *sentence;
    struct oin oin;

    if (!split || since.length != INSTANT_BYTES)
        return OUTCOME_STORE_DAMAGED;
    sentence = sentence_of(bytes_of(key->data, (size_t)(split - (char *)key->data)), language);
    if (!sentence)
        return OUTCOME_OK;
    day_print(amsterdam_day((int64_t)read_u64(since.data)), day);
    buffer_format(&text, "%s: %s (%s %s)",
                  oin_parse(split + 1, &oin) ? registry_name(registry, &oin) : split + 1, sentence,
                  language == LANGUAGE_NL ? "sinds" : "since", day);
    if (!buffer_text(&text) || json_array_append_new(warnings, json_string(buffer_text(&text))))
        return OUTCOME_OUT_OF_MEMORY;
    return OUTCOME_OK;
}

enum outcome alarms_warn(struct gateway *gateway, const struct registry *registry,
                         enum language language, json_t *warnings)
{
    OWNED_BUFFER key = {0};
    struct bytes found, since;
    enum outcome outcome;
    struct view view;

    view_begin(gateway->store, &view);
    while ((outcome = store_next(&view, TABLE_ALARM, buffer_bytes(&key), key.length > 0, &found,
                                 &since)) == OUTCOME_OK) {
        key.length = 0;
        buffer_add_bytes(&key, found);
        outcome = buffer_text(&key) ? warn(registry, language, &key, since, warnings)
                                    : OUTCOME_OUT_OF_MEMORY;
        if (outcome != OUTCOME_OK)
            break;
    }
    view_end(&view);
    return outcome == OUTCOME_NOT_FOUND ? OUTCOME_OK : outcome;
}
