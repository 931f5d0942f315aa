/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * taking.h - the resident's choice with this number ends, whatever kind of choice it is: all that
 * POST /v1/intrekkingen does about it, and its statement as the reply. The caller knows that the
 * record may be ended by this route.
 */
#pragma once

#include "gateway/call.h"

MUST_USE enum outcome take_basis(struct call *call, const char *basis_id);
