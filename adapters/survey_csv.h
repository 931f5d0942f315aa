/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * survey_csv.h - the answers to a survey as a CSV: one line a household, with what it agreed to
 * for each block of questions. A block with ja is one signal, and a block without is nothing: not
 * even counted, because the household never agreed to that either.
 *
 * Columns (required: respondent, datum, and one of the blocks):
 * respondent datum postcode huisnummer huisletter toevoeging complex naam telefoon taal ontvanger
 *   welzijn werk_inkomen wijkwens renovatie onderzoek     ja or nee: may this block be used?
 *   welzijn_code werk_inkomen_code                        which signal, else the block's usual one
 *   golf antwoorden                                       with onderzoek: the wave, coded answers
 *
 * `datum` is the day of the answers and of the consent. `ontvanger` says for whom, where a block
 * can go to several; answers for research go to the study's own recipient. The number of a
 * household is kept per block (and wave), so that a file handed in twice sends nothing anew.
 * Scanned for a BSN as the corporation's export is. Does not repeat any cell's text. Does not know
 * the covenant.
 */
#pragma once

#include "covenant/adapter.h"

extern const struct adapter survey_csv;
