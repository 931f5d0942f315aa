/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pages_list.h - the pages by name, each in the file of its name.
 */
#pragma once

#include "gateway/pages.h"

extern const struct web_page page_start;        /* pages_start.c */
extern const struct web_page page_inbox;        /* pages_inbox.c */
extern const struct web_page page_signal;       /* pages_signal.c */
extern const struct web_page page_report;       /* pages_report.c */
extern const struct web_page page_sent;         /* pages_sent.c */
extern const struct web_page page_proof;        /* pages_sent.c */
extern const struct web_page page_consents;     /* pages_consent.c */
extern const struct web_page page_consent_new;  /* pages_consent_new.c */
extern const struct web_page page_consent_find; /* pages_consent_find.c */
extern const struct web_page page_slip;         /* pages_consent_find.c */
extern const struct web_page page_statement;    /* pages_consent_find.c */
extern const struct web_page page_check;        /* pages_check.c */
extern const struct web_page page_log;          /* pages_log.c */
extern const struct web_page page_signpost;     /* pages_signpost.c */
extern const struct web_page page_figures;      /* pages_figures.c */
extern const struct web_page page_relapse;      /* pages_relapse.c */
