/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * command_person.h - how commands are told whom it is about: from a file or standard input, because
 * other users of a machine can read the words of a command. And the paper that comes back.
 */
#pragma once

#include <jansson.h>

#include "gateway/command.h"

/* A JSON object from a file, or from standard input for "-"; the caller owns it. An exit code. */
int person_read(const char *path, json_t **out_object);
/* The same for what is recorded about somebody: an address alone becomes its member `adres`. */
int person_read_record(const char *path, json_t **out_body);
/* The file may hold the address alone: {"postcode": …} or {"adres": {…}}. */
int person_read_address(const char *path, json_t **out_address);
/* The paper `afschrift` of an answer: with `page` as HTML into that file, for its owner only; and on
 * the screen as text, with what a second confirmer types, or the whole answer as JSON. */
int person_show_paper(const struct invocation *invocation, const char *page, const json_t *answer);
