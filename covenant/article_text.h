/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * article_text.h - what a covenant and its articles say, in plain words: the same
 * words on the A4, in the register, the data-flow table and the difference between
 * two versions.
 *
 * Each function adds to a buffer, which remembers its first failure; nothing is
 * escaped here. Names of signal codes are Dutch in both languages. Pure.
 */
#pragma once

#include "covenant/covenant.h"

/* Adds `separator` first when the buffer holds something already. */
void add_separated(struct buffer *out, const char *separator, const char *text);
void add_day_text(struct buffer *out, struct day day); /* dd-mm-jjjj */

/* --- of the whole covenant --- */

/* "van 01-12-2026 t/m 31-01-2028 · evaluatie uiterlijk 30-11-2027" */
void covenant_window_text(struct buffer *out, const struct covenant *covenant,
                          enum language language);
void covenant_area_text(struct buffer *out, const struct covenant *covenant,
                        enum language language);
/* "ggz, beroepsgeheim": the kind of a party and its tasks. */
void party_tasks_text(struct buffer *out, const struct covenant *covenant, size_t party,
                      enum language language);
void covenant_never_text(struct buffer *out, const struct covenant *covenant,
                         enum language language); /* fields and acts; nothing when there are none */
void covenant_not_to_text(struct buffer *out, const struct covenant *covenant,
                          enum language language);

/* --- of one article --- */

/* "corporatie" or "allen"; "wijkteam, ggz (GGZ Voorbeeld)"; "corporatie → wijkteam" */
void article_from_text(struct buffer *out, const struct article *article, enum language language);
void article_to_text(struct buffer *out, const struct covenant *covenant,
                     const struct article *article, enum language language);
void article_parties_text(struct buffer *out, const struct covenant *covenant,
                          const struct article *article, enum language language);
void article_lane_text(struct buffer *out, const struct article *article, enum language language);
/* What it is about: counts, signals, waves. `grouped` names the signals by their group, whole
 * ones as such: "overlast: alles (9); zorg om bewoner: Eenzaamheid". */
void article_signals_text(struct buffer *out, const struct covenant *covenant,
                          const struct article *article, bool grouped, enum language language);
void fields_text(struct buffer *out, uint32_t fields, enum language language);
void conditions_text(struct buffer *out, uint32_t conditions, enum language language);
/* "2/10 wd/28 d": first answer, decision (working days), outcome (days); "per maand"; "–" */
void article_terms_text(struct buffer *out, const struct article *article, enum language language);
void article_kept_text(struct buffer *out, const struct article *article, enum language language);
/* "toestemming (AVG art. 6 lid 1 onder a); AVG art. 9 lid 2 onder a; …" */
void article_basis_text(struct buffer *out, const struct article *article, enum language language);
