/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * code_list.h - the two code lists: what may be signalled, what may be answered.
 *
 * They are data (config/codelijst-*.csv: UTF-8, `;`, one header row, no quotes).
 * Order of use: code_lists_parse() once (or code_lists_load() of built_in.h for
 * the lists the program carries); the lookups. Everything a lookup returns lives
 * as long as the lists. Pure; read-only after parsing, so safe from any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "covenant/words.h"
#include "crypto/bytes.h"
#include "crypto/json.h"
#include "crypto/outcome.h"

enum {
    CODE_LIST_MAX_BYTES = 64 * 1024,
    SIGNAL_CODES_MAX = 128,
    SIGNAL_GROUPS_MAX = 16,
    FEEDBACK_CODES_MAX = 32,
    SIGNAL_CODE_MAX_BYTES = 24,
    SIGNAL_GROUP_MAX_BYTES = 24,
    FEEDBACK_CODE_MAX_BYTES = 4,
    CODE_NAME_MAX_BYTES = 80,
    VERA_KEY_MAX_BYTES = 40, /* "SIGNALERINGDETAILSOORT.GEL" */
    VERA_KEYS_MAX = 4,       /* of one code */
};

enum sensitivity { SENSITIVITY_ORDINARY, SENSITIVITY_HEALTH, SENSITIVITY_CRIMINAL };

struct signal_code {
    char code[SIGNAL_CODE_MAX_BYTES + 1]; /* "OVL.BURENRUZIE" */
    char name[CODE_NAME_MAX_BYTES + 1];   /* "Burenruzie" */
    unsigned group;                       /* place in code_lists.groups */
    enum sensitivity sensitivity;
    bool sensitivity_doubtful; /* "GEZONDHEID?" */
    uint32_t lanes;            /* bit_of(enum lane); none when blocked */
    bool blocked;              /* the row that carries it is refused */
    char vera[VERA_KEYS_MAX][VERA_KEY_MAX_BYTES + 1];
    size_t vera_count;
    char note[CODE_NAME_MAX_BYTES + 1];
};

/* What an answer must carry beside its code. */
enum feedback_extra { EXTRA_NONE, EXTRA_NEW_HOLDER, EXTRA_REFERS_TO, EXTRA_NEXT_STEP };

struct feedback_code {
    char code[FEEDBACK_CODE_MAX_BYTES + 1]; /* "INBH" */
    char name[CODE_NAME_MAX_BYTES + 1];     /* "In behandeling genomen" */
    bool final;
    int level; /* 0 process, 1 coarse result, 2 type of help */
    enum feedback_extra extra;
    char vera[VERA_KEY_MAX_BYTES + 1]; /* ZAAKSTATUSSOORT; "" when none, as the next two */
    char fhir[VERA_KEY_MAX_BYTES + 1]; /* Task.status */
    char ddas[CODE_NAME_MAX_BYTES + 1];
};

struct code_lists {
    struct signal_code signals[SIGNAL_CODES_MAX];
    size_t signals_count;
    char groups[SIGNAL_GROUPS_MAX][SIGNAL_GROUP_MAX_BYTES + 1]; /* in order of appearance */
    size_t groups_count;
    struct feedback_code feedback[FEEDBACK_CODES_MAX];
    size_t feedback_count;
};

/* Fails with MALFORMED or TOO_LARGE and fills the fault: "signalen rij 3 kolom
 * toegestane_wijze" (the header is row 1). *out_lists is untouched unless OK. */
MUST_USE enum outcome code_lists_parse(struct bytes signals_csv, struct bytes feedback_csv,
                                       struct code_lists *out_lists, struct fault *fault);

/* NULL when the list has no such code (NULL and "" included). */
const struct signal_code *signal_code_find(const struct code_lists *lists, const char *code);
const struct feedback_code *feedback_code_find(const struct code_lists *lists, const char *code);
/* Is it about taking part in the neighbourhood (MEED.*)? NULL is not. */
bool signal_code_is_joining_in(const struct signal_code *code);
/* The place of a code of these lists in lists->signals. */
size_t signal_code_index(const struct code_lists *lists, const struct signal_code *code);

/* The codes a VERA key ("ZAAKTYPEDETAILSOORT.RUZ") stands for: how many there are; the first
 * `max` of them in out_codes. Blocked codes are among them. */
size_t signal_codes_of_vera(const struct code_lists *lists, const char *key,
                            const struct signal_code **out_codes, size_t max);

/* The place of a signal group ("OVERLAST"); false when there is none. */
bool signal_group_find(const struct code_lists *lists, const char *group, unsigned *out_group);
const char *signal_group_word(const struct code_lists *lists, unsigned group);
