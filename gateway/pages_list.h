/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pages_list.h - the pages by name, each in the file of its name.
 */
#pragma once

#include "gateway/pages.h"

extern const struct web_page page_start;  /* pages_start.c */
extern const struct web_page page_inbox;  /* pages_inbox.c */
extern const struct web_page page_signal; /* pages_signal.c */
