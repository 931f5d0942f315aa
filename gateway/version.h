/* SPDX-License-Identifier: EUPL-1.2 */
/* version.h - of the program; the API's own version is in gateway/server_reply.c. */
#pragma once

#define WIJKPOORT_VERSION "0.1.0"
