/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * answer_file.h - `answer --bestand`: a CSV of answers, each given or refused with a reason.
 *
 * The whole file is read and each row tried (proef) before the first answer is given; rows that are
 * refused stop no others. An answer that a signal has already is known, not given again: a file that
 * was broken off halfway is handed in once more.
 */
#pragma once

#include "gateway/api.h"

/* An exit code: EXIT_DONE also when single rows were refused, as `push`. */
int answer_file(const struct invocation *invocation, const char *path, bool trial);
