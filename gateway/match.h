/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * match.h - laying received signals beside what is known, in the background, so
 * that no answer's time tells a partner whether the person is known here. It ties
 * the signal's dossier to the keyed hash of its token and address, by which an
 * auditor finds it, and writes one leaf for a batch, hit or miss.
 */
#pragma once

#include "gateway/gateway.h"

/* All that waits at that moment; from any thread that may wait for the writer. */
MUST_USE enum outcome match_received(struct gateway *gateway);
