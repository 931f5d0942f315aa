/* SPDX-License-Identifier: EUPL-1.2 */
/* The stylesheet that config/style/compose made, and its path, which holds a hash of it. */
#include "crypto/carried.h"
#include "gateway/pages.h"

#ifndef STYLE_CSS /* the Makefile says where; so a check can compile this file by itself */
#define STYLE_CSS  "config/style/plain.css"
#define STYLE_PATH "config/style/plain.css"
#endif

CARRY(style, STYLE_CSS);
CARRY(style_path, STYLE_PATH);

const char *web_style_path(void)
{
    return (const char *)carried_style_path; /* ends with a NUL */
}

struct bytes web_style(void)
{
    return carried_bytes(carried_style, carried_style_end);
}
