/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * covenant_source.h - where a command gets a covenant from: a file, or one's own
 * gateway by fingerprint or by id ("buurt-noord", "buurt-noord@1.2.0").
 *
 * What came from the gateway is verified against its fingerprint. Each returns an
 * exit code (command.h), explained on stderr already.
 */
#pragma once

#include "covenant/covenant.h"
#include "gateway/command.h"

/* What is known of it beside its bytes; all empty for a file. */
struct covenant_source {
    struct buffer raw; /* the file as it is */
    struct covenant *covenant;
    json_t *row; /* its row of GET /v1/convenanten; NULL for a file */
};

/* `word` is a file when there is one of that name; else a fingerprint or an id at the gateway; of
 * several versions of an id the one that was added last. */
int covenant_source_read(const struct invocation *invocation, const char *word,
                         const struct code_lists *lists, struct covenant_source *out_source);
void covenant_source_wipe(struct covenant_source *source); /* {0} is fine */
#define OWNED_COVENANT_SOURCE __attribute__((cleanup(covenant_source_wipe))) struct covenant_source

/* A file and nothing else. */
int covenant_source_file(const char *path, const struct code_lists *lists, struct buffer *out_raw,
                         struct covenant **out_covenant);
