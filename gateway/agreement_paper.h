/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * agreement_paper.h - the slip of an agreement that was made before, with the address that it is
 * about: the desk must know whom to ask again.
 */
#pragma once

#include "gateway/basis_recording.h"

/* 200 with the record and its slip. COVENANT_UNKNOWN when no covenant knows its recipients any
 * more. The caller writes the leaf. */
MUST_USE enum outcome agreement_paper(struct call *call, struct view *view,
                                      const struct kept_basis *kept);

/* The address of which an identity was made; false for one that is none. The caller wipes it. */
bool address_of_identity(const struct identity *identity, struct contact *out_address);
