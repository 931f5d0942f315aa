/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ready.h - the start of all cryptography, and memory for secrets.
 *
 * Order of use: crypto_ready() once, before any other thread exists; then the
 * rest of crypto/ from any thread. Secrets that live long stand in secret_new()
 * memory (guard pages, locked, kept out of core dumps; at least three pages
 * each); those that live for one call stand on the stack and meet wipe().
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "crypto/outcome.h"

/* Calling again is fine. Fails with RANDOM_FAILED or OUT_OF_MEMORY. */
MUST_USE enum outcome crypto_ready(void);

/* Zeroed secret memory, or NULL when there is none left. The caller owns it. */
void *secret_new(size_t bytes);
void secret_free(void *secret); /* wipes, then frees; NULL is fine */
void secret_free_at(uint8_t **secret);
#define OWNED_SECRET __attribute__((cleanup(secret_free_at))) uint8_t *

void wipe(void *memory, size_t length); /* not optimised away; NULL with 0 is fine */

/* From the system's generator; ends the process when that fails, for there is no safe answer. */
void random_bytes(void *out, size_t length);
