/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * api.h - the commands' side of the local API: one request under the
 * profile's certificate, its answer as JSON, and what to say when it is refused.
 *
 * Order of use: api_open(); api_get() and friends; api_close(). Each returns an
 * exit code (command.h): EXIT_DONE, or what the command must return, explained on
 * stderr already. Follows nothing and repeats nothing.
 */
#pragma once

#include <jansson.h>

#include "covenant/day.h"
#include "gateway/client.h"
#include "gateway/command.h"
#include "gateway/profile.h"

enum {
    API_URL_BYTES = 1024,
    API_BODY_MAX_BYTES = 16 * 1024 * 1024,
    API_ID_BYTES = 37, /* a whole UUID */
};

struct api {
    struct client *client;
    struct profile profile;
    enum language language;
};

int api_open(const struct invocation *invocation, struct api *out_api);
void api_close(struct api *api); /* {0} is fine */
#define OWNED_API __attribute__((cleanup(api_close))) struct api

/* `path` as "/v1/status". The body is released in any case; NULL sends none. On EXIT_DONE the
 * caller owns *out_answer (NULL after a 204); pass NULL to drop it. */
int api_get(struct api *api, const char *path, json_t **out_answer);
int api_post(struct api *api, const char *path, json_t *taken_body, json_t **out_answer);
/* The same, where a refusal is one row of many: a 4xx prints nothing, and its problem is
 * *out_answer (NULL when it was no JSON) with EXIT_REFUSED. */
int api_post_row(struct api *api, const char *path, json_t *taken_body, json_t **out_answer);
int api_delete(struct api *api, const char *path);
/* An answer that is no JSON. */
int api_get_text(struct api *api, const char *path, struct buffer *out_text);
/* A body that stands as text already: rows by the hundred. */
int api_post_text(struct api *api, const char *path, struct bytes body, json_t **out_answer);

/* Sends the file that is the invocation's first word, under `member`, with a fingerprint that was
 * read from paper: for what is taken only together with it. */
int api_post_file(const struct invocation *invocation, const char *path, const char *member,
                  size_t file_most_bytes, const char *fingerprint, json_t **out_answer);

/* All pages of a list, as one array of the objects under `member`. */
int api_get_all(struct api *api, const char *path, const char *member, json_t **out_items);

/* Finds the one item of the list whose id begins with `prefix` (four characters or more); a whole
 * id is taken as it is, without asking for the list. */
int api_find_id(struct api *api, const char *path, const char *member, const char *prefix,
                char out_id[static API_ID_BYTES]);

/* Prints what the API sent, as it is: what --json asks for. */
int api_print_json(const json_t *value);

/* Members of answers: "" or 0 when absent. */
const char *text_at(const json_t *object, const char *name);
int64_t number_at(const json_t *object, const char *name);
bool flag_at(const json_t *object, const char *name);
/* The Amsterdam day of an instant, as text. */
void day_at(const json_t *object, const char *name, char out[static DAY_TEXT_BYTES]);
