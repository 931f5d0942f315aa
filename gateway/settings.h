/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * settings.h - the one settings file of a gateway: strict JSON, Dutch names,
 * secrets as paths and never as values.
 *
 * The rows in settings.c are the schema: name, kind, bounds, default. An unknown
 * name, a missing one without default or a value out of range stops the start,
 * and struct fault names it. Paths come out joined to the folder of the file.
 * Order of use: settings_load(); read the members; settings_free().
 * Does not open the files it names.
 */
#pragma once

#include <stdint.h>

#include "crypto/bytes.h"
#include "crypto/certificate.h"
#include "crypto/json.h"
#include "gateway/files.h"

enum {
    SETTINGS_FILE_MAX_BYTES = 64 * 1024,
    SETTINGS_TEXT_MAX_BYTES = 512,
    SETTINGS_FIRST_USERS_MAX = 16,
    SETTINGS_NOTIFY_WORDS_MAX = 8,
};

struct first_user {
    char role[32];        /* a word of covenant/role.h */
    char fingerprint[65]; /* of the certificate, 64 hex */
};

struct settings {
    struct oin oin;
    char *name;
    char *data_folder;     /* gegevensmap */
    char *backup_folder;   /* reservekopiemap */
    char *key_folder;      /* sleutelmap */
    char *credential_file; /* sleutelbestand */
    char *partner_address;
    char *local_address;
    char *public_address;
    char *partner_certificate; /* TLS chain, PEM */
    char *partner_key;
    char *partners_ca;
    char *partners_crl; /* NULL when there is none */
    char *local_certificate;
    char *local_key;
    char *local_ca;
    char *local_crl; /* NULL when there is none */
    struct first_user first_users[SETTINGS_FIRST_USERS_MAX];
    size_t first_user_count;
    char *notify[SETTINGS_NOTIFY_WORDS_MAX + 1]; /* berichtgeving: a command; [0] NULL: none */
    int64_t notify_hour;                         /* Amsterdam's */

    int64_t partner_port;
    int64_t local_port;
    int64_t public_port;
    int64_t loops; /* 0: one per core */
    int64_t workers;
    int64_t write_queue;
    int64_t connections_max;
    int64_t connections_per_address;
    int64_t connections_per_caller;
    int64_t handshakes_per_s;
    int64_t handshakes_per_address;
    int64_t requests_per_partner;
    int64_t bodies_mib;
    int64_t handshake_s;
    int64_t head_s;
    int64_t body_s;
    int64_t idle_s;
    int64_t store_mib;
    int64_t free_space_mib;
    int64_t retry_most_s;
    int64_t retry_least_ms;
    int64_t request_s;
    int64_t crl_grace_h;
    int64_t rsa_bits_min;
    int64_t queue_items;       /* that may wait for one partner */
    int64_t queue_mib;         /* that all of them may take in the store */
    int64_t repeat_count;      /* own reports of nuisance before a reporter is advised; 0: never */
    int64_t repeat_days;       /* within so many days */
    int64_t log_years;         /* that the openings of log entries are kept */
    int64_t clock_tolerance_s; /* how far the clock may be behind the log */
};

/* Reads and checks the file. On failure *fault holds the setting ("werkers") and *file_fault the
 * file, whichever was wrong. Fails with FILE_WRONG, SETTINGS_WRONG or OUT_OF_MEMORY.
 * On OK the caller frees with settings_free(). */
MUST_USE enum outcome settings_load(const char *path, struct settings **out_settings,
                                    struct fault *fault, struct file_fault *file_fault);
/* The same where `place` may also be the folder that init made. */
MUST_USE enum outcome settings_find(const char *place, struct settings **out_settings,
                                    struct fault *fault, struct file_fault *file_fault);
/* The setting under which `path`, or the folder it lies in, stands; NULL: none. Lent. */
const char *settings_name_of(const struct settings *settings, const char *path);
/* The same from bytes; relative paths are joined to `folder`. */
MUST_USE enum outcome settings_parse(struct bytes text, const char *folder,
                                     struct settings **out_settings, struct fault *fault);

void settings_free(struct settings *settings); /* NULL is fine */
void settings_free_at(struct settings **settings);
#define OWNED_SETTINGS __attribute__((cleanup(settings_free_at))) struct settings *

/* The example: every row with its default, and with the given values in place of the example's.
 * `given` holds names and values (texts and integers), or NULL. */
MUST_USE enum outcome settings_print(const json_t *given, struct buffer *out);

/* The rows themselves, for the example's test and for documentation. */
struct setting_row {
    const char *name;
    bool is_number;
    int64_t least, most, usual; /* numbers */
    const char *example;        /* texts: what the example file holds */
    bool has_default;           /* texts: `example` is the default, the name may be absent */
    bool optional;
    const char *unit; /* "" where there is none */
};
size_t settings_row_count(void);
struct setting_row settings_row(size_t index);
