/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * vectors.h - known answers: tests/vectors/<name>.json is {"bron": where they
 * come from, "gevallen": [{...}]}. A test asserts how many ran, so that an empty
 * file fails. Everything here stops the test when it cannot do its work.
 */
#pragma once

#include <jansson.h>

#include "crypto/bytes.h"

/* Calls `run` on each case; gives back how many there were. */
size_t vectors_each(const char *name, void (*run)(const json_t *vector));

const char *vector_text(const json_t *vector, const char *name);
/* The bytes of a hexadecimal member; the caller wipes them. */
struct buffer vector_hex(const json_t *vector, const char *name);

/* Is `text` what the file says? With WRITE_GOLDEN=1 in the environment the file is written: look at
 * what changed before it is committed. */
void expect_golden(const char *path, struct buffer *text);
