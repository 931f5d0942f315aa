/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * corporation_csv.h - the export of a housing corporation as a CSV: one row a
 * signal, columns in any order, a few synonyms for their names.
 *
 * Columns (required: zaaknummer, melddatum, and soort, detailsoort or signaalcode):
 * zaaknummer melddatum soort detailsoort signaalcode postcode huisnummer huisletter
 * toevoeging bag complex contactmoment toestemming toestemmingdatum herinnering
 * contactpoging gewezen_op_hulp bezwaar huidige_huurder regeling_loopt meerderjarig
 * bedrag hulpvraag_bekend ontvanger naam telefoon taal.
 *
 * VERA codes always as LIJST.CODE; detailsoort wins over soort; signaalcode wins
 * over both; a blocked code in any of them blocks the row. A column that is not
 * known here and not declared `kenmerk` is scanned and refuses the file when a
 * value passes the BSN 11-test; so do the known columns of free text.
 * Does not repeat any cell's text. Does not know the covenant.
 */
#pragma once

#include "covenant/adapter.h"

extern const struct adapter corporation_csv;
