/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * commands.h - the rows of all subcommands; each stands beside its function in
 * gateway/command_<name>.c (`serve` in gateway/serve.c), and main.c puts them in
 * one table.
 */
#pragma once

#include <jansson.h>

#include "gateway/command.h"

/* Is the gateway. */
extern const struct command command_serve;

/* On files; no gateway needs to run. */
extern const struct command command_init;
extern const struct command command_key_show;
extern const struct command command_key_renew;
extern const struct command command_user_request;
extern const struct command command_restore;
extern const struct command command_doctor;
extern const struct command command_covenant_check;
extern const struct command command_covenant_print;
extern const struct command command_covenant_copy;
extern const struct command command_covenant_pack;

/* On the local API of one's own gateway. */
extern const struct command command_status;
extern const struct command command_backup;
extern const struct command command_key_endorse;
extern const struct command command_user_add;
extern const struct command command_user_confirm;
extern const struct command command_user_remove;
extern const struct command command_user_list;
extern const struct command command_push;
extern const struct command command_dropbox;
extern const struct command command_report;
extern const struct command command_report_proof;
extern const struct command command_sent;
extern const struct command command_route;
extern const struct command command_late;
extern const struct command command_table;
extern const struct command command_inbox;
extern const struct command command_open;
extern const struct command command_accept;
extern const struct command command_answer;
extern const struct command command_transfer;
extern const struct command command_agreement_record;
extern const struct command command_agreement_list;
extern const struct command command_agreement_slip;
extern const struct command command_agreement_end;
extern const struct command command_consent_record;
extern const struct command command_consent_confirm;
extern const struct command command_consent_list;
extern const struct command command_consent_form;
extern const struct command command_consent_withdraw;
extern const struct command command_consent_statement;
extern const struct command command_recall;
extern const struct command command_rights_object;
extern const struct command command_covenant_add;
extern const struct command command_covenant_sign;
extern const struct command command_covenant_reject;
extern const struct command command_covenant_revoke;
extern const struct command command_covenant_list;
extern const struct command command_covenant_show;
extern const struct command command_covenant_ask;
extern const struct command command_rights_report;
extern const struct command command_rights_list;
extern const struct command command_rights_done;
extern const struct command command_audit_list;
extern const struct command command_audit_checkpoint;
extern const struct command command_audit_export;

/* What lies beyond the house: main.c alone names both sides, and fills this in. */
struct adapter;
struct answer_import;
struct edge {
    const struct adapter *const *adapters; /* ends with NULL; the first is the usual one */
    /* The answer of GET /v1/postvak, all pages in one array, as a CSV file. */
    MUST_USE enum outcome (*inbox_csv)(const json_t *items, struct buffer *out);
    /* A CSV of answers (covenant/adapter.h). */
    MUST_USE enum outcome (*answers_csv)(struct bytes text, struct answer_import *out_import);
    /* A CSV that Excel opens: its beginning, and a row; NULL is an empty cell. */
    void (*csv_start)(struct buffer *out);
    void (*csv_row)(struct buffer *out, size_t count, const char *const cells[]);
};
const struct edge *command_edge(void);
