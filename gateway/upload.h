/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * upload.h - rows to POST /v1/invoer in batches, and the report of what became
 * of each: what `push`, `dropbox` and `report` share.
 *
 * Order of use: upload_send() with proef, then without; upload_report();
 * upload_free(). The whole lot is decided (proef) before the first request with
 * effect, so that a file the covenant does not take at all changes nothing.
 */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "covenant/adapter.h"
#include "gateway/api.h"

enum { UPLOAD_BATCH_ROWS = 50 }; /* one commit, for which others at that gateway wait */

struct upload {
    const char *adapter;  /* its name, the first half of a row's identity */
    const char *covenant; /* id, or NULL */
    const struct import_row *rows;
    size_t row_count;
    const struct import *import; /* for its faults in the report; NULL */
    json_t *answers;             /* the rows of all answers; owned */
};

/* One pass over all rows; its answers replace those of the pass before. An exit code. */
int upload_send(struct upload *upload, struct api *api, bool trial);

/* "240 gelezen · 31 geteld · … · 12 geweigerd" and each refusal; or all of it as JSON. */
int upload_report(const struct upload *upload, bool json);
/* Its parts: the line of counts, each refusal on a line (an exit code), all as JSON (NULL: no
 * memory). None repeats a cell. */
void upload_print_counts(const struct upload *upload, FILE *out);
int upload_print_refusals(const struct upload *upload, FILE *out);
json_t *upload_as_json(const struct upload *upload);

void upload_free(struct upload *upload); /* {0} is fine */
#define OWNED_UPLOAD __attribute__((cleanup(upload_free))) struct upload
