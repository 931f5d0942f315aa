/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * intake.h - rows to POST /v1/invoer in batches, and the report of what became
 * of each: what `push` and `report` share.
 *
 * Order of use: intake_send() with proef, then without; intake_report();
 * intake_free(). The whole lot is decided (proef) before the first request with
 * effect, so that a file the covenant does not take at all changes nothing.
 */
#pragma once

#include <jansson.h>

#include "covenant/adapter.h"
#include "gateway/local_api.h"

enum { INTAKE_BATCH_ROWS = 200 };

struct intake {
    const char *adapter;  /* its name, the first half of a row's identity */
    const char *covenant; /* id, or NULL */
    const struct import_row *rows;
    size_t row_count;
    const struct import *import; /* for its faults in the report; NULL */
    json_t *answers;             /* the rows of all answers; owned */
};

/* One pass over all rows; its answers replace those of the pass before. An exit code. */
int intake_send(struct intake *intake, struct api *api, bool trial);

/* "240 gelezen · 31 geteld · … · 12 geweigerd" and each refusal; or all of it as JSON. */
int intake_report(const struct intake *intake, bool json);

void intake_free(struct intake *intake); /* {0} is fine */
#define OWNED_INTAKE __attribute__((cleanup(intake_free))) struct intake
