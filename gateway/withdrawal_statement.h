/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * withdrawal_statement.h - one page for who withdrew: what was stopped, whom we told, what each of
 * them signed for, where it stands in our log, and what is still open. The same page today and in a
 * year, with the receipts that came meanwhile.
 *
 * As text, as HTML and as JSON, all three from the one record (gateway/withdrawal.h). Names
 * organisations and laws, never the resident: who holds the paper knows who he is.
 */
#pragma once

#include <jansson.h>

#include "gateway/gateway.h"
#include "gateway/withdrawal.h"

struct statement_paper {
    const struct withdrawal *withdrawal;
    const struct registry *registry;
    struct oin self;
    struct bytes checkpoint; /* signed, of our log as it is now */
    const char *origin;      /* of that log */
    enum language language;
};

MUST_USE enum outcome withdrawal_statement_text(const struct statement_paper *paper,
                                                struct buffer *out);
MUST_USE enum outcome withdrawal_statement_html(const struct statement_paper *paper,
                                                struct buffer *out);
/* The members of the record that others may see, and both pages; the caller owns it. */
MUST_USE enum outcome withdrawal_statement_json(const struct statement_paper *paper,
                                                json_t **out_statement);
