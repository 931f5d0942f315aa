/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * transfer_shown.h - a transfer as people read it, in the inbox of who asked it and in the list of
 * who reported the signal.
 */
#pragma once

#include "gateway/call.h"
#include "gateway/kept_signal.h"

/* {"naar", "naarNaam", "op", "stand", "tekst"; "reden" of a refusal}; NULL for want of memory. */
json_t *transfer_shown(const struct call *call, const struct kept_transfer *transfer);
