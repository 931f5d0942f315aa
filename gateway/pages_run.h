/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pages_run.h - a request for a page, on its way through the handlers of its parts.
 *
 * For gateway/call.c only. A call of the local listener outside /v1/ has a web_run. Each part is
 * then the call itself, with another route, parameter, query and body; what it answered is kept
 * and the next one begins. The last one leaves the page in the reply.
 */
#pragma once

#include "gateway/call.h"

struct web_run;

/* Is the path one for people? */
bool web_is_for(enum listener_kind listener, const struct http_head *head);
/* The stylesheet says nothing of anybody: the page that tells a stranger so needs it too. Nor does
 * the icon, which there is none of: browsers ask for it unasked, and that is no line in a log. */
bool web_is_style(const struct http_head *head);
void web_reply_style(const struct http_head *head, struct reply *reply);

struct web_run *web_run_new(struct call *call); /* NULL when out of memory */
void web_run_free(struct web_run *run);         /* NULL is fine */

/* The page's own checks. OK: *out_runs tells whether the call's route is now that of a part, to be
 * authorised and called. Fails with NOT_FOUND, METHOD_WRONG, NOT_ACCEPTABLE, NO_ROLE, MEDIA_WRONG,
 * CSRF, MALFORMED, TOO_LARGE, OUT_OF_MEMORY. */
MUST_USE enum outcome web_begin(struct call *call, bool *out_runs);
/* Takes what is in the reply. True: the call's route is now that of the next part. False: the
 * reply is the page, and web_is_over(). On a worker's thread. */
bool web_next(struct call *call);
bool web_is_over(const struct web_run *run);
/* The methods of a path outside /v1/, for Allow. */
void web_methods(struct bytes path, char *out, size_t out_size);
