/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * inbox_steps.h - what one received signal shows beyond its row in the list: the answers so far,
 * and which may come now.
 */
#pragma once

#include "gateway/call.h"
#include "gateway/kept_signal.h"

/* Adds `convenant`, `opToestemming`, `geaccepteerdAls`, `antwoorden`, `toegestaan` (codes, as a 409
 * names them), `kanOverdragen` and, where answers stay with us, `beroepsgeheim` to `row`. `current`
 * is where it stands for the worker. */
MUST_USE enum outcome inbox_add_steps(const struct call *call, const struct kept_signal *kept,
                                      const struct signal *signal, const struct article *article,
                                      bool secrecy, enum answer current, json_t *row);
