/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * certificate_memory.h - tells want of memory within OpenSSL from a certificate that is wrong.
 *
 * OpenSSL says only that it failed, and may forget why. Without this a moment's want of memory
 * would refuse a partner's good key document for good, or call our own store damaged.
 *
 * Order of use: certificate_memory_watch() by crypto_ready(), before OpenSSL has allocated
 * anything; then certificate_honest() around what OpenSSL answered.
 */
#pragma once

#include <stdint.h>

#include "crypto/outcome.h"

/* Begins OpenSSL. When it comes too late, or never, nothing is told apart. Fails with
 * OUT_OF_MEMORY; then OpenSSL is not to be used. */
MUST_USE enum outcome certificate_memory_watch(void);
/* How often OpenSSL got no memory on this thread so far. */
uint64_t certificate_memory_failures(void);
/* `outcome`, or OUT_OF_MEMORY when it is a failure and memory was refused since `before`. */
MUST_USE enum outcome certificate_honest(uint64_t before, enum outcome outcome);
