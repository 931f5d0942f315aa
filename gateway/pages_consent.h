/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pages_consent.h - what the three pages about consent share. Pure.
 */
#pragma once

#include "gateway/pages_words.h"

enum { CONSENT_COVENANTS, CONSENT_RECORDS }; /* parts: who the parties are; the list alone has it */

/* Given, not replaced, not over. */
bool consent_stands(const struct web_view *view, const json_t *record);
/* What was chosen, in words: everything but the slip. */
void consent_show(struct web_view *view, const json_t *record);
void consent_offer_stop(struct web_view *view, const char *path, const json_t *record);
/* The button that prints its slip; the address is what was typed in the form before it. */
void consent_offer_slip(struct web_view *view, const json_t *record);
/* The answer of POST /v1/intrekkingen. */
void consent_show_statement(struct web_view *view, const json_t *statement);

void consent_names(struct web_view *view, const json_t *words,
                   const char *(*name)(const struct web_view *view, const char *word));
const char *consent_party_name(const struct web_view *view, const char *oin);
const char *consent_purpose_name(const struct web_view *view, const char *word);
