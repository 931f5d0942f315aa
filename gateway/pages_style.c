/* SPDX-License-Identifier: EUPL-1.2 */
/* The stylesheet that config/style/compose made, and its path, which holds a hash of it. */
#include "crypto/carried.h"
#include "gateway/pages.h"

#ifndef STYLE_FOLDER /* the Makefile says where; without it nothing can be linked */
#define STYLE_FOLDER "build"
#endif

CARRY(style, STYLE_FOLDER "/stijl.css");
CARRY(style_path, STYLE_FOLDER "/stijl.path");

const char *web_style_path(void)
{
    return (const char *)carried_style_path; /* ends with a NUL */
}

struct bytes web_style(void)
{
    return carried_bytes(carried_style, carried_style_end);
}
