/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * answers_csv.h - a CSV of answers out of the system of a wijkteam: one line a signal.
 *
 *   signaal;antwoord;vervolgstap;vervolgdatum;verwijst naar;organisatiesoort
 *   0b0f1c2d-…;GEHV;HERHAALBEZOEK;13-01-2027;;
 *
 * The inbox as it is exported (adapters/inbox_csv.h) with these columns filled in is such a file; a
 * line without an answer is left alone. Other columns are not used, and are scanned for a BSN.
 * Pure. Does not know which answer may follow which: the gateway says so (covenant/feedback.h).
 */
#pragma once

#include "covenant/adapter.h"

/* A refused file is OUTCOME_OK with out_import->import.refused. On OUTCOME_OK the caller owns
 * *out_import. Fails with OUT_OF_MEMORY. */
MUST_USE enum outcome answers_csv_parse(struct bytes text, struct answer_import *out_import);
