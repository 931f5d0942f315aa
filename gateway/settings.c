/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/settings.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/role.h"
#include "crypto/encoding.h"

#define FIRST_USERS "eersteGebruikers"
#define NOTIFY      "berichtgeving"

enum { NOTIFY_HOUR_USUAL = 9 };

enum kind { OIN, TEXT, PATH, NUMBER };

/* REQUIRED: must stand in the file. USUAL: `example` counts when it does not. OPTIONAL: may lack.
 */
enum presence { REQUIRED, USUAL, OPTIONAL };

#define AT(member) offsetof(struct settings, member)

/* clang-format off */
static const struct row {
    const char *name;
    size_t offset;
    enum kind kind;
    enum presence presence;
    const char *example; /* texts and paths */
    int64_t least, most, usual;
    const char *unit;
} rows[] = {
    {"oin",                  AT(oin),                 OIN,  REQUIRED, "00000099000000001000", 0, 0, 0, ""},
    {"naam",                 AT(name),                TEXT, REQUIRED, "Voorbeeldorganisatie", 0, 0, 0, ""},
    {"gegevensmap",          AT(data_folder),         PATH, USUAL,    "gegevens", 0, 0, 0, ""},
    {"reservekopiemap",      AT(backup_folder),       PATH, USUAL,    "reservekopieen", 0, 0, 0, ""},
    {"sleutelmap",           AT(key_folder),          PATH, USUAL,    "sleutels", 0, 0, 0, ""},
    {"sleutelbestand",       AT(credential_file),     PATH, USUAL,    "sleutelbestand", 0, 0, 0, ""},
    {"partnerAdres",         AT(partner_address),     TEXT, USUAL,    "127.0.0.1", 0, 0, 0, ""},
    {"partnerPoort",         AT(partner_port),        NUMBER, USUAL, NULL, 1, 65535, 8443, ""},
    {"lokaalAdres",          AT(local_address),       TEXT, USUAL,    "127.0.0.1", 0, 0, 0, ""},
    {"lokaalPoort",          AT(local_port),          NUMBER, USUAL, NULL, 1, 65535, 8444, ""},
    {"publiekAdres",         AT(public_address),      TEXT, USUAL,    "127.0.0.1", 0, 0, 0, ""},
    {"publiekPoort",         AT(public_port),         NUMBER, USUAL, NULL, 1, 65535, 8445, ""},
    {"partnerCertificaat",   AT(partner_certificate), PATH, USUAL,    "tls/partner.pem", 0, 0, 0, ""},
    {"partnerSleutel",       AT(partner_key),         PATH, USUAL,    "tls/partner.key", 0, 0, 0, ""},
    {"partnersCa",           AT(partners_ca),         PATH, USUAL,    "tls/partners-ca.pem", 0, 0, 0, ""},
    {"partnersCrl",          AT(partners_crl),        PATH, OPTIONAL, "tls/partners-crl.pem", 0, 0, 0, ""},
    {"lokaalCertificaat",    AT(local_certificate),   PATH, USUAL,    "tls/lokaal.pem", 0, 0, 0, ""},
    {"lokaalSleutel",        AT(local_key),           PATH, USUAL,    "tls/lokaal.key", 0, 0, 0, ""},
    {"lokaalCa",             AT(local_ca),            PATH, USUAL,    "tls/lokaal-ca.pem", 0, 0, 0, ""},
    {"lokaalCrl",            AT(local_crl),           PATH, OPTIONAL, "tls/lokaal-crl.pem", 0, 0, 0, ""},
    {"lussen",               AT(loops),               NUMBER, USUAL, NULL, 0, 64, 0, "0: een per kern"},
    {"werkers",              AT(workers),             NUMBER, USUAL, NULL, 1, 64, 2, ""},
    {"schrijfrij",           AT(write_queue),         NUMBER, USUAL, NULL, 64, 65536, 4096, ""},
    {"verbindingenMax",      AT(connections_max),     NUMBER, USUAL, NULL, 16, 65536, 4096, ""},
    {"verbindingenPerAdres", AT(connections_per_address), NUMBER, USUAL, NULL, 1, 65536, 1024, ""},
    {"verbindingenPerPartij", AT(connections_per_caller), NUMBER, USUAL, NULL, 1, 65536, 256, ""},
    {"handdrukkenMax",       AT(handshakes_per_s),    NUMBER, USUAL, NULL, 1, 65536, 200, "per s"},
    {"handdrukkenPerAdres",  AT(handshakes_per_address), NUMBER, USUAL, NULL, 1, 65536, 50, "per s"},
    {"verzoekenPerPartner",  AT(requests_per_partner), NUMBER, USUAL, NULL, 1, 65536, 200, "per s"},
    {"lichamenMiB",          AT(bodies_mib),          NUMBER, USUAL, NULL, 4, 4096, 64, "MiB"},
    {"handdrukSeconden",     AT(handshake_s),         NUMBER, USUAL, NULL, 1, 60, 10, "s"},
    {"kopSeconden",          AT(head_s),              NUMBER, USUAL, NULL, 1, 60, 10, "s"},
    {"lichaamSeconden",      AT(body_s),              NUMBER, USUAL, NULL, 1, 600, 60, "s"},
    {"stilteSeconden",       AT(idle_s),              NUMBER, USUAL, NULL, 5, 3600, 60, "s"},
    {"opslagMiB",            AT(store_mib),           NUMBER, USUAL, NULL, 64, 1048576, 16384, "MiB"},
    {"vrijeRuimteMiB",       AT(free_space_mib),      NUMBER, USUAL, NULL, 16, 65536, 256, "MiB"},
    {"herhaalSecondenMax",   AT(retry_most_s),        NUMBER, USUAL, NULL, 1, 300, 300, "s"},
    {"herhaalMillisecondenMin", AT(retry_least_ms),   NUMBER, USUAL, NULL, 10, 60000, 500, "ms"},
    {"verzoekSeconden",      AT(request_s),           NUMBER, USUAL, NULL, 1, 600, 30, "s"},
    {"crlRespijtUren",       AT(crl_grace_h),         NUMBER, USUAL, NULL, 0, 168, 0, "uur"},
    {"rsaBitsMin",           AT(rsa_bits_min),        NUMBER, USUAL, NULL, 2048, 4096, 2048, "bits"},
    {"wachtrijMax",          AT(queue_items),         NUMBER, USUAL, NULL, 10, 100000000, 1000000, "per partij"},
    {"wachtrijMiB",          AT(queue_mib),           NUMBER, USUAL, NULL, 1, 1048576, 8192, "MiB"},
    {"herhalingAantal",      AT(repeat_count),        NUMBER, USUAL, NULL, 0, 20, 3, "meldingen"},
    {"herhalingDagen",       AT(repeat_days),         NUMBER, USUAL, NULL, 7, 180, 90, "dagen"},
    {"logboekJaren",         AT(log_years),           NUMBER, USUAL, NULL, 5, 30, 5, "jaar"},
    {"klokAchterSecondenMax", AT(clock_tolerance_s),  NUMBER, USUAL, NULL, 1, 3155760000, 120, "s"},
};
/* clang-format on */

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

static char **text_of(struct settings *settings, const struct row *row)
{
    return (char **)(void *)((char *)settings + row->offset);
}

static int64_t *number_of(struct settings *settings, const struct row *row)
{
    return (int64_t *)(void *)((char *)settings + row->offset);
}

static const char *path_of(const struct settings *settings, const struct row *row)
{
    return *(char *const *)(const void *)((const char *)settings + row->offset);
}

static bool is_text(const struct row *row)
{
    return row->kind == TEXT || row->kind == PATH;
}

void settings_free(struct settings *settings)
{
    if (!settings)
        return;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (is_text(&rows[i]))
            free(*text_of(settings, &rows[i]));
    }
    for (size_t i = 0; i < SETTINGS_NOTIFY_WORDS_MAX; i++)
        free(settings->notify[i]);
    free(settings);
}

void settings_free_at(struct settings **settings)
{
    settings_free(*settings);
    *settings = NULL;
}

/* --- reading --- */

static bool is_known(const char *name)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return true;
    }
    return strcmp(name, FIRST_USERS) == 0 || strcmp(name, NOTIFY) == 0;
}

/* The file is the operator's own, so the unknown name may be repeated. */
static enum outcome only_known_names(const json_t *object, struct fault *fault)
{
    const char *name;
    json_t *value;

    if (!json_is_object(object))
        return OUTCOME_MALFORMED;
    /* Jansson's iterator takes no const; it does not write. */
    json_object_foreach ((json_t *)(uintptr_t)object, name, value) {
        if (!is_known(name)) {
            fault_at(fault, "%s", name);
            return OUTCOME_MALFORMED;
        }
    }
    return OUTCOME_OK;
}

static enum outcome keep_text(const struct row *row, const char *text, const char *folder,
                              struct settings *settings, struct fault *fault)
{
    char joined[FILE_PATH_MAX_BYTES];

    if (row->kind == PATH) {
        if (path_join(folder, text, joined, NULL) != OUTCOME_OK) {
            fault_at(fault, "%s", row->name);
            return OUTCOME_MALFORMED;
        }
        text = joined;
    }
    *text_of(settings, row) = strdup(text);
    return *text_of(settings, row) ? OUTCOME_OK : OUTCOME_OUT_OF_MEMORY;
}

static enum outcome read_text(const json_t *object, const struct row *row, const char *folder,
                              struct settings *settings, struct fault *fault)
{
    const char *text = row->presence == USUAL ? row->example : NULL;

    if (row->presence == REQUIRED)
        TRY(json_text_at(object, row->name, SETTINGS_TEXT_MAX_BYTES, &text, fault));
    else
        TRY(json_optional_text_at(object, row->name, SETTINGS_TEXT_MAX_BYTES, &text, fault));
    if (!text)
        return OUTCOME_OK; /* optional, and not there */
    if (text[0] == '\0') {
        fault_at(fault, "%s", row->name);
        return OUTCOME_MALFORMED;
    }
    return keep_text(row, text, folder, settings, fault);
}

static enum outcome read_oin(const json_t *object, const struct row *row, struct settings *settings,
                             struct fault *fault)
{
    const char *text;

    TRY(json_text_at(object, row->name, SETTINGS_TEXT_MAX_BYTES, &text, fault));
    if (oin_parse(text, &settings->oin))
        return OUTCOME_OK;
    fault_at(fault, "%s", row->name);
    return OUTCOME_MALFORMED;
}

static enum outcome read_number(const json_t *object, const struct row *row,
                                struct settings *settings, struct fault *fault)
{
    int64_t value = row->usual;

    TRY(json_optional_integer_at(object, row->name, row->least, row->most, &value, fault));
    *number_of(settings, row) = value;
    return OUTCOME_OK;
}

static enum outcome read_row(const json_t *object, const struct row *row, const char *folder,
                             struct settings *settings, struct fault *fault)
{
    switch (row->kind) {
    case OIN:
        return read_oin(object, row, settings, fault);
    case NUMBER:
        return read_number(object, row, settings, fault);
    case TEXT:
    case PATH:
        return read_text(object, row, folder, settings, fault);
    }
    return OUTCOME_INTERNAL;
}

static enum outcome read_first_user(const char *role, const json_t *value,
                                    struct settings *settings, struct fault *fault)
{
    struct first_user *user = &settings->first_users[settings->first_user_count];
    const char *fingerprint = json_string_value(value);
    uint8_t digest[32];
    enum role known;

    if (settings->first_user_count == SETTINGS_FIRST_USERS_MAX || !role_parse(role, &known) ||
        !fingerprint || !hex_decode(fingerprint, digest, sizeof digest)) {
        fault_at(fault, FIRST_USERS);
        return OUTCOME_MALFORMED;
    }
    snprintf(user->role, sizeof user->role, "%s", role_word(known));
    hex_encode(bytes_of(digest, sizeof digest), user->fingerprint);
    settings->first_user_count++;
    return OUTCOME_OK;
}

static enum outcome read_first_users(const json_t *object, struct settings *settings,
                                     struct fault *fault)
{
    const json_t *users;
    const char *role;
    json_t *value;

    if (!json_object_get(object, FIRST_USERS))
        return OUTCOME_OK;
    TRY(json_object_at(object, FIRST_USERS, &users, fault));
    json_object_foreach ((json_t *)(uintptr_t)users, role, value) {
        TRY(read_first_user(role, value, settings, fault));
    }
    return OUTCOME_OK;
}

/* No shell reads it: a program by its full path, and its words. */
static enum outcome read_notify_words(const json_t *words, struct settings *settings)
{
    const size_t count = json_array_size(words);

    if (count == 0 || count > SETTINGS_NOTIFY_WORDS_MAX)
        return OUTCOME_MALFORMED;
    for (size_t i = 0; i < count; i++) {
        const char *word = json_string_value(json_array_get(words, i));
        if (!word || strlen(word) > SETTINGS_TEXT_MAX_BYTES || (i == 0 && word[0] != '/'))
            return OUTCOME_MALFORMED;
        settings->notify[i] = strdup(word);
        if (!settings->notify[i])
            return OUTCOME_OUT_OF_MEMORY;
    }
    return OUTCOME_OK;
}

static enum outcome read_notify(const json_t *object, struct settings *settings,
                                struct fault *fault)
{
    static const char *const members[] = {"opdracht", "uur", NULL};
    const json_t *notify;
    enum outcome outcome;

    settings->notify_hour = NOTIFY_HOUR_USUAL;
    if (!json_object_get(object, NOTIFY))
        return OUTCOME_OK;
    TRY(json_object_at(object, NOTIFY, &notify, fault));
    outcome = json_only(notify, members, NULL);
    if (outcome == OUTCOME_OK)
        outcome = json_optional_integer_at(notify, "uur", 0, 23, &settings->notify_hour, NULL);
    if (outcome == OUTCOME_OK)
        outcome = read_notify_words(json_object_get(notify, "opdracht"), settings);
    if (outcome == OUTCOME_MALFORMED)
        fault_at(fault, NOTIFY);
    return outcome;
}

static enum outcome read_rows(const json_t *object, const char *folder, struct settings *settings,
                              struct fault *fault)
{
    TRY(only_known_names(object, fault));
    for (size_t i = 0; i < ROW_COUNT; i++)
        TRY(read_row(object, &rows[i], folder, settings, fault));
    TRY(read_first_users(object, settings, fault));
    return read_notify(object, settings, fault);
}

enum outcome settings_parse(struct bytes text, const char *folder, struct settings **out_settings,
                            struct fault *fault)
{
    OWNED_SETTINGS settings = calloc(1, sizeof *settings);
    OWNED_JSON object = NULL;
    enum outcome outcome;

    if (!settings)
        return OUTCOME_OUT_OF_MEMORY;
    outcome = json_read(text, SETTINGS_FILE_MAX_BYTES, &object);
    if (outcome == OUTCOME_OK)
        outcome = read_rows(object, folder, settings, fault);
    if (outcome == OUTCOME_OUT_OF_MEMORY)
        return outcome;
    if (outcome != OUTCOME_OK)
        return OUTCOME_SETTINGS_WRONG;

    *out_settings = settings;
    settings = NULL; /* handed over */
    return OUTCOME_OK;
}

enum outcome settings_load(const char *path, struct settings **out_settings, struct fault *fault,
                           struct file_fault *file_fault)
{
    OWNED_BUFFER text = {0};
    char folder[FILE_PATH_MAX_BYTES];
    enum outcome outcome;

    TRY(path_folder(path, folder, file_fault));
    TRY(file_read(path, SETTINGS_FILE_MAX_BYTES, &text, file_fault));
    outcome = settings_parse(buffer_bytes(&text), folder, out_settings, fault);
    if (outcome == OUTCOME_SETTINGS_WRONG && !fault->where[0]) /* no JSON of ours at all */
        file_fault_at(file_fault, FILE_CHECK_CONTENTS, path);
    return outcome;
}

enum outcome settings_find(const char *place, struct settings **out_settings, struct fault *fault,
                           struct file_fault *file_fault)
{
    char path[FILE_PATH_MAX_BYTES];

    TRY(path_join(place, "instellingen.json", path, file_fault));
    return settings_load(file_exists(path) ? path : place, out_settings, fault, file_fault);
}

const char *settings_name_of(const struct settings *settings, const char *path)
{
    const char *name = NULL;
    size_t longest = 0;

    for (size_t i = 0; i < ROW_COUNT; i++) {
        const char *own = rows[i].kind == PATH ? path_of(settings, &rows[i]) : NULL;
        size_t length = own ? strlen(own) : 0;
        if (length <= longest || strncmp(own, path, length) != 0 ||
            (path[length] != '\0' && path[length] != '/'))
            continue;
        name = rows[i].name;
        longest = length;
    }
    return name;
}

/* --- writing the example --- */

static json_t *example_of(const struct row *row)
{
    return row->kind == NUMBER ? json_integer(row->usual) : json_string(row->example);
}

static int add_piece(const char *piece, size_t length, void *out)
{
    struct buffer *buffer = out;

    buffer_add(buffer, piece, length);
    return buffer->failed ? -1 : 0;
}

enum outcome settings_print(const json_t *given, struct buffer *out)
{
    OWNED_JSON object = json_object();
    json_t *users;

    for (size_t i = 0; i < ROW_COUNT; i++) {
        json_t *value = json_object_get(given, rows[i].name);
        if (!value && given && rows[i].presence == OPTIONAL)
            continue;
        if (json_object_set_new(object, rows[i].name,
                                value ? json_incref(value) : example_of(&rows[i])) != 0)
            return OUTCOME_OUT_OF_MEMORY;
    }
    users = json_object_get(given, FIRST_USERS);
    if (json_object_set_new(object, FIRST_USERS, users ? json_incref(users) : json_object()) != 0)
        return OUTCOME_OUT_OF_MEMORY;
    if (json_dump_callback(object, add_piece, out, JSON_INDENT(2)) != 0)
        return OUTCOME_OUT_OF_MEMORY;
    buffer_add_text(out, "\n");
    return buffer_outcome(out);
}

size_t settings_row_count(void)
{
    return ROW_COUNT;
}

struct setting_row settings_row(size_t index)
{
    const struct row *row = &rows[index < ROW_COUNT ? index : 0];

    return (struct setting_row){
        .name = row->name,
        .is_number = row->kind == NUMBER,
        .least = row->least,
        .most = row->most,
        .usual = row->usual,
        .example = row->example,
        .has_default = row->presence == USUAL,
        .optional = row->presence == OPTIONAL,
        .unit = row->unit,
    };
}
