/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * access_letter.h - what is known here of one resident, as a letter: what was shared, when, with
 * whom, for what, on which ground and until when it is kept; who looked at it, by role; what the
 * resident agreed to; which partners were asked to answer themselves.
 *
 * Left out: who reported, every name of staff, and what is about another resident of the address:
 * a signal that names somebody is shown only to who has that name, and where one about the address
 * names another nothing is shown that cannot be told to be the asker's own. The letter does not say
 * whether anything was left out, because that too would tell of another.
 */
#pragma once

#include "gateway/access_requests.h"
#include "gateway/registry.h"

struct access_asker {    /* borrowed */
    const char *name;    /* as the resident gave it; "" when not given */
    const char *address; /* one line: "1234AB 5 A" */
};

/* Needs the audit index caught up. The caller owns *out_letter:
 * {"tekst": …, "html": …, "regels": how many signals, "gezien": how many looks}.
 * Fails with STORE_DAMAGED or OUT_OF_MEMORY. */
MUST_USE enum outcome access_letter(struct gateway *gateway, struct view *view,
                                    const struct registry *registry,
                                    const struct access_request *request,
                                    const struct access_asker *asker, enum language language,
                                    json_t **out_letter);
