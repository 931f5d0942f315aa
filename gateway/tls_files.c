/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/tls_files.h"

#include <stdlib.h>

#include "covenant/day.h"
#include "gateway/clock.h"
#include "gateway/deliver.h"
#include "gateway/event.h"
#include "gateway/files.h"
#include "gateway/server.h"

enum { FILES = 8, LISTENERS = 2, LISTENER_OF_USERS = 1, HOUR_S = 3600 };

/* Of the lists that a listener goes by. */
enum lists { LISTS_FRESH, LISTS_IN_GRACE, LISTS_STALE, LISTS_COUNT };

struct tls_files {
    struct gateway *gateway;
    uint64_t used, seen;         /* stamps: what was read, what the last pass saw */
    enum lists lists[LISTENERS]; /* as last told */
    int64_t told_at_s[LISTENERS];
    pthread_mutex_t lock; /* guards both */
    struct fault fault;   /* of the last reading; empty when all was in order */
    bool again;           /* it was not to the end: memory was short */
};

static uint64_t stamp_of(const struct settings *settings)
{
    const char *const paths[FILES] = {settings->partner_certificate,
                                      settings->partner_key,
                                      settings->partners_ca,
                                      settings->partners_crl,
                                      settings->local_certificate,
                                      settings->local_key,
                                      settings->local_ca,
                                      settings->local_crl};

    return files_stamp(paths, FILES);
}

enum outcome tls_files_new(struct gateway *gateway, struct tls_files **out)
{
    struct tls_files *files = calloc(1, sizeof *files);

    if (!files)
        return OUTCOME_OUT_OF_MEMORY;
    pthread_mutex_init(&files->lock, NULL);
    files->gateway = gateway;
    files->used = files->seen = stamp_of(gateway->settings);
    *out = files;
    return OUTCOME_OK;
}

void tls_files_free(struct tls_files *files)
{
    if (files)
        pthread_mutex_destroy(&files->lock);
    free(files);
}

/* --- what changed --- */

void tls_files_reload(struct tls_files *files)
{
    struct fault fault = {0};
    const enum outcome outcome = server_reload_tls(files->gateway->server, &fault);

    delivery_reload(files->gateway->delivery);
    pthread_mutex_lock(&files->lock);
    files->fault = fault;
    files->again = outcome == OUTCOME_OUT_OF_MEMORY;
    pthread_mutex_unlock(&files->lock);
    event_write(EVENT_RELOADED, outcome, NULL, 0);
}

static bool is_to_be_read_again(struct tls_files *files)
{
    bool again;

    pthread_mutex_lock(&files->lock);
    again = files->again;
    pthread_mutex_unlock(&files->lock);
    return again;
}

static void take_changes(struct tls_files *files)
{
    const uint64_t now = stamp_of(files->gateway->settings);
    const bool lies_still = now == files->seen;

    files->seen = now;
    if ((now == files->used && !is_to_be_read_again(files)) || !lies_still)
        return;
    files->used = now;
    tls_files_reload(files);
}

/* --- lists that ended --- */

static int64_t grace_s(const struct tls_files *files)
{
    return files->gateway->settings->crl_grace_h * HOUR_S;
}

static enum lists state_of(const struct tls_files *files, size_t listener, int64_t *out_past_s)
{
    const int64_t end_s = server_lists_end_s(files->gateway->server, listener);

    *out_past_s = end_s == INT64_MAX ? 0 : clock_now_ms() / 1000 - end_s;
    if (end_s == INT64_MAX || *out_past_s < 0)
        return LISTS_FRESH;
    return *out_past_s < grace_s(files) ? LISTS_IN_GRACE : LISTS_STALE;
}

/* At each change, and each hour that it lasts. */
static void tell_of_lists(struct tls_files *files, size_t listener)
{
    const int64_t now_s = clock_monotonic_ms() / 1000;
    int64_t past_s;
    const enum lists state = state_of(files, listener, &past_s);

    if (state == files->lists[listener] &&
        (state == LISTS_FRESH || now_s - files->told_at_s[listener] < HOUR_S))
        return;
    files->lists[listener] = state;
    files->told_at_s[listener] = now_s;
    event_write(state == LISTS_FRESH ? EVENT_LISTS_FRESH : EVENT_LISTS_ENDED,
                state == LISTS_STALE ? OUTCOME_FILE_WRONG : OUTCOME_OK, NULL, past_s);
}

void tls_files_pass(struct tls_files *files)
{
    take_changes(files);
    for (size_t listener = 0; listener < LISTENERS; listener++)
        tell_of_lists(files, listener);
}

/* --- for people --- */

/* clang-format off */
static const char *const lists_texts[LISTENERS][LISTS_COUNT - 1][LANGUAGE_COUNT] = {
    {{"De intrekkingslijst van partners (partnersCrl) is verlopen. Ze telt nog even mee (crlRespijtUren).",
      "The partners' revocation list (partnersCrl) has ended. It counts a while longer (crlRespijtUren)."},
     {"De intrekkingslijst van partners (partnersCrl) is verlopen. Er komt niemand binnen.",
      "The partners' revocation list (partnersCrl) has ended. Nobody gets in."}},
    {{"De intrekkingslijst van gebruikers (lokaalCrl) is verlopen. Ze telt nog even mee (crlRespijtUren).",
      "The users' revocation list (lokaalCrl) has ended. It counts a while longer (crlRespijtUren)."},
     {"De intrekkingslijst van gebruikers (lokaalCrl) is verlopen. Er komt niemand binnen.",
      "The users' revocation list (lokaalCrl) has ended. Nobody gets in."}},
};
static const char *const kept_out[LANGUAGE_COUNT] = {
    "Nieuwe TLS-bestanden zijn niet in gebruik genomen. Kijk naar: ",
    "New TLS files were not taken into use. Look at: "};
/* clang-format on */

static void add_warning(json_t *warnings, const char *text, const char *where)
{
    OWNED_BUFFER line = {0};

    buffer_format(&line, "%s%s", text, where);
    if (buffer_text(&line))
        json_array_append_new(warnings, json_string(buffer_text(&line)));
}

/* That of partners is told of with the key document that names it. */
static void warn_of_certificate(const struct tls_files *files, enum language language,
                                json_t *warnings)
{
    const int64_t end_s = server_certificate_end_s(files->gateway->server, LISTENER_OF_USERS);
    char day[DAY_TEXT_BYTES];

    if (end_s - clock_now_ms() / 1000 > CERTIFICATE_ENDING_S)
        return;
    day_print(amsterdam_day(end_s * 1000), day);
    add_warning(warnings,
                language == LANGUAGE_NL
                    ? "Het certificaat van het lokale adres (lokaalCertificaat) loopt af. "
                      "Vervang het op tijd: anders kan niemand van u nog bij de poort. Het einde: "
                    : "The certificate of the local address (lokaalCertificaat) will end. Replace "
                      "it in time: else none of you can reach the gateway. The end: ",
                day);
}

void tls_files_warn(struct tls_files *files, enum language language, json_t *warnings)
{
    struct fault fault;
    int64_t past_s;

    if (!files) /* a gateway of a test, without listeners */
        return;
    pthread_mutex_lock(&files->lock);
    fault = files->fault;
    pthread_mutex_unlock(&files->lock);
    if (fault.where[0])
        add_warning(warnings, kept_out[language], fault.where);
    warn_of_certificate(files, language, warnings);
    for (size_t listener = 0; listener < LISTENERS; listener++) {
        const enum lists state = state_of(files, listener, &past_s);
        if (state != LISTS_FRESH)
            add_warning(warnings, lists_texts[listener][state - 1][language], "");
    }
}
