/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/api.h"

#include <string.h>

#include "crypto/encoding.h"
#include "crypto/uuid.h"
#include "gateway/json_memory.h"

enum {
    CONNECT_MS = 10000,
    TOTAL_MS = 120000,
    PREFIX_LEAST = 4,
    PAGES_MAX = 10000,
    PEM_MAX_BYTES = 256 * 1024,
};

const char *text_at(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text ? text : "";
}

int64_t number_at(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

bool flag_at(const json_t *object, const char *name)
{
    return json_is_true(json_object_get(object, name));
}

void day_at(const json_t *object, const char *name, char out[static DAY_TEXT_BYTES])
{
    int64_t ms;

    out[0] = '\0';
    if (instant_parse(text_at(object, name), &ms))
        day_print(amsterdam_day(ms), out);
}

/* --- opening --- */

static int no_profile(void)
{
    fprintf(stderr, "%s\n",
            say("Zeg met --profile BESTAND (of WIJKPOORT_PROFILE) wie u bent.",
                "Say who you are with --profile FILE (or WIJKPOORT_PROFILE)."));
    return EXIT_WRONG_USE;
}

/* The TLS library does not say which of them it is. */
static enum outcome look_at_files(const struct profile *profile, struct file_fault *fault)
{
    OWNED_BUFFER key = {0}, certificate = {0}, ca = {0};

    TRY(file_read_private(profile->key, PEM_MAX_BYTES, &key, fault));
    TRY(file_read(profile->certificate, PEM_MAX_BYTES, &certificate, fault));
    return file_read(profile->ca, PEM_MAX_BYTES, &ca, fault);
}

static int open_client(const char *path, struct api *api)
{
    static const struct client_limits limits = {CONNECT_MS, TOTAL_MS, 2, 2};
    const struct client_identity identity = {
        .certificate = api->profile.certificate, .key = api->profile.key, .ca = api->profile.ca};
    const enum outcome outcome = client_new(&identity, &limits, &api->client);

    if (outcome == OUTCOME_FILE_WRONG)
        fprintf(stderr, "%s: %s\n", path,
                say("ca, certificaat en sleutel van dit profiel zijn niet te gebruiken, of horen "
                    "niet bij elkaar.",
                    "the ca, certificate and key of this profile cannot be used, or do not belong "
                    "together."));
    return outcome == OUTCOME_FILE_WRONG ? EXIT_BROKEN : command_outcome(outcome);
}

int api_open(const struct invocation *invocation, struct api *out_api)
{
    OWNED_API api = {.language = command_language()};
    struct fault fault = {0};
    struct file_fault file_fault = {0};
    enum outcome outcome;
    int exit;

    if (!invocation->profile)
        return no_profile();
    outcome = profile_load(invocation->profile, &api.profile, &fault, &file_fault);
    if (outcome == OUTCOME_OK)
        outcome = look_at_files(&api.profile, &file_fault);
    if (fault.where[0])
        fprintf(stderr, "%s: ", fault.where);
    if (outcome != OUTCOME_OK)
        return command_file_fault(outcome, &file_fault);
    exit = open_client(invocation->profile, &api);
    if (exit != EXIT_DONE)
        return exit;
    *out_api = api;
    api.client = NULL; /* handed over */
    return EXIT_DONE;
}

void api_close(struct api *api)
{
    client_free(api->client);
    api->client = NULL;
}

/* --- refusals --- */

static void print_faults(const json_t *problem)
{
    const json_t *faults = json_object_get(problem, "fouten");

    for (size_t i = 0; i < json_array_size(faults); i++) {
        const json_t *fault = json_array_get(faults, i);
        fprintf(stderr, "  %s: %s\n", text_at(fault, "waar"), text_at(fault, "tekst"));
    }
}

static void print_allowed(const json_t *problem)
{
    const json_t *steps = json_object_get(problem, "toegestaan");

    if (json_array_size(steps) == 0)
        return;
    fprintf(stderr, "%s", say("Wel mogelijk:", "Possible now:"));
    for (size_t i = 0; i < json_array_size(steps); i++) {
        const json_t *step = json_array_get(steps, i);
        fprintf(stderr, " %s",
                json_is_string(step) ? json_string_value(step) : text_at(step, "code"));
    }
    fprintf(stderr, "\n");
}

/* A 5xx is the gateway's own trouble; anything else is a refusal. */
static int refused(const struct client_answer *answer)
{
    OWNED_JSON problem = NULL;
    enum outcome outcome = json_read(buffer_bytes(&answer->body), API_BODY_MAX_BYTES, &problem);
    const char *detail = outcome == OUTCOME_OK ? text_at(problem, "detail") : "";

    if (detail[0] == '\0')
        detail = outcome == OUTCOME_OK ? text_at(problem, "title") : "";
    if (detail[0])
        fprintf(stderr, "%s (%s)\n", detail, text_at(problem, "code"));
    else
        fprintf(
            stderr,
            say("De poort antwoordde met status %ld.\n", "The gateway answered with status %ld.\n"),
            answer->http_status);
    print_faults(problem);
    print_allowed(problem);
    if (answer->retry_after_s > 0)
        fprintf(stderr,
                say("Probeer het over %lld seconden weer.\n", "Try again in %lld seconds.\n"),
                (long long)answer->retry_after_s);
    return answer->http_status >= 500 ? EXIT_BROKEN : EXIT_REFUSED;
}

static int unreachable(const struct api *api, const struct client_answer *answer)
{
    fprintf(stderr, "%s: %s\n", api->profile.address, outcome_text(answer->outcome, api->language));
    if (answer->reason[0])
        fprintf(stderr, "  %s\n", answer->reason);
    return EXIT_BROKEN;
}

/* --- requests --- */

static int exchange(struct api *api, const char *method, const char *path, struct bytes body,
                    struct client_answer *out_answer)
{
    char url[API_URL_BYTES];
    int length = snprintf(url, sizeof url, "%s%s", api->profile.address, path);
    struct client_request request = {.method = method, .url = url, .body = body};

    if (length < 0 || (size_t)length >= sizeof url)
        return command_outcome(OUTCOME_URI_TOO_LONG);
    request.headers[0] =
        api->language == LANGUAGE_NL ? "Accept-Language: nl" : "Accept-Language: en";
    if (client_call(api->client, &request, out_answer) != OUTCOME_OK)
        return unreachable(api, out_answer);
    return EXIT_DONE;
}

static int call(struct api *api, const char *method, const char *path, struct bytes body,
                struct client_answer *out_answer)
{
    int exit = exchange(api, method, path, body, out_answer);

    if (exit == EXIT_DONE && (out_answer->http_status < 200 || out_answer->http_status > 299))
        return refused(out_answer);
    return exit;
}

static int call_for_json(struct api *api, const char *method, const char *path, struct bytes body,
                         json_t **out_answer)
{
    OWNED_ANSWER answer = {0};
    json_t *value = NULL;
    enum outcome outcome;
    int exit = call(api, method, path, body, &answer);

    if (exit != EXIT_DONE || !out_answer)
        return exit;
    if (answer.body.length > 0) {
        outcome = json_read(buffer_bytes(&answer.body), API_BODY_MAX_BYTES, &value);
        if (outcome != OUTCOME_OK) {
            command_outcome(outcome);
            return EXIT_BROKEN; /* our own gateway must speak JSON */
        }
    }
    *out_answer = value;
    return EXIT_DONE;
}

int api_get(struct api *api, const char *path, json_t **out_answer)
{
    return call_for_json(api, "GET", path, (struct bytes){0}, out_answer);
}

int api_delete(struct api *api, const char *path)
{
    return call_for_json(api, "DELETE", path, (struct bytes){0}, NULL);
}

int api_post_text(struct api *api, const char *path, struct bytes body, json_t **out_answer)
{
    return call_for_json(api, "POST", path, body, out_answer);
}

/* A body that lacks a member for want of memory asks something else: of a withdrawal without its
 * purpose, all of them. */
static enum outcome write_body(json_t *taken_body, struct buffer *out)
{
    TRY(json_write_new(taken_body, out));
    return json_memory_failed() ? OUTCOME_OUT_OF_MEMORY : OUTCOME_OK;
}

int api_post(struct api *api, const char *path, json_t *taken_body, json_t **out_answer)
{
    OWNED_BUFFER body = {0};
    enum outcome outcome = write_body(taken_body, &body);

    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    return api_post_text(api, path, buffer_bytes(&body), out_answer);
}

int api_post_row(struct api *api, const char *path, json_t *taken_body, json_t **out_answer)
{
    OWNED_BUFFER body = {0};
    OWNED_ANSWER answer = {0};
    enum outcome outcome = write_body(taken_body, &body);
    json_t *value = NULL;
    int exit;

    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    exit = exchange(api, "POST", path, buffer_bytes(&body), &answer);
    if (exit != EXIT_DONE)
        return exit;
    if (answer.http_status >= 500)
        return refused(&answer);
    if (json_read(buffer_bytes(&answer.body), API_BODY_MAX_BYTES, &value) == OUTCOME_OK)
        *out_answer = value;
    return answer.http_status <= 299 ? EXIT_DONE : EXIT_REFUSED;
}

int api_post_file(const struct invocation *invocation, const char *path, const char *member,
                  size_t file_most_bytes, const char *fingerprint, json_t **out_answer)
{
    OWNED_API api = {0};
    OWNED_BUFFER file = {0}, body = {0};
    struct file_fault fault = {0};
    enum outcome outcome = file_read(invocation->words[0], file_most_bytes, &file, &fault);
    int exit;

    if (outcome != OUTCOME_OK)
        return command_file_fault(outcome, &fault);
    buffer_format(&body, "{\"%s\":\"", member);
    buffer_add_base64(&body, buffer_bytes(&file));
    buffer_format(&body, "\",\"vingerafdruk\":\"%s\"}", fingerprint);
    outcome = buffer_outcome(&body);
    if (outcome != OUTCOME_OK)
        return command_outcome(outcome);
    exit = api_open(invocation, &api);
    return exit == EXIT_DONE ? api_post_text(&api, path, buffer_bytes(&body), out_answer) : exit;
}

int api_get_text(struct api *api, const char *path, struct buffer *out_text)
{
    OWNED_ANSWER answer = {0};
    int exit = call(api, "GET", path, (struct bytes){0}, &answer);

    if (exit != EXIT_DONE)
        return exit;
    buffer_add_buffer(out_text, &answer.body);
    return command_outcome(buffer_outcome(out_text));
}

/* --- lists --- */

/* A cursor is opaque, but what we put in a URI must be safe there. */
static bool is_safe_cursor(const char *cursor)
{
    return cursor[0] && strspn(cursor, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                       "0123456789-_.~") == strlen(cursor);
}

int api_get_all(struct api *api, const char *path, const char *member, json_t **out_items)
{
    OWNED_JSON items = json_array();
    char url[API_URL_BYTES], mark = strchr(path, '?') ? '&' : '?';
    int exit;

    if (!items)
        return command_outcome(OUTCOME_OUT_OF_MEMORY);
    snprintf(url, sizeof url, "%s%caantal=500", path, mark);
    for (int page = 0; page < PAGES_MAX; page++) {
        OWNED_JSON answer = NULL;
        const char *cursor;
        exit = api_get(api, url, &answer);
        if (exit != EXIT_DONE)
            return exit;
        if (json_array_extend(items, json_object_get(answer, member)) != 0)
            return command_outcome(OUTCOME_OUT_OF_MEMORY);
        cursor = text_at(answer, "volgende");
        if (!is_safe_cursor(cursor))
            break;
        snprintf(url, sizeof url, "%s%caantal=500&cursor=%s", path, mark, cursor);
    }
    *out_items = items;
    items = NULL; /* handed over */
    return EXIT_DONE;
}

static int not_one(const char *prefix, size_t found)
{
    if (found == 0)
        fprintf(stderr,
                say("Er is hier niets met een nummer dat begint met %s.\n",
                    "There is nothing here with a number that begins with %s.\n"),
                prefix);
    else
        fprintf(stderr,
                say("%zu nummers beginnen met %s. Geef meer tekens.\n",
                    "%zu numbers begin with %s. Give more characters.\n"),
                found, prefix);
    return EXIT_REFUSED;
}

int api_find_id(struct api *api, const char *path, const char *member, const char *prefix,
                char out_id[static API_ID_BYTES])
{
    OWNED_JSON items = NULL;
    const char *id = "";
    size_t found = 0, length = strlen(prefix);
    struct uuid whole;
    int exit;

    if (uuid_parse(prefix, &whole)) {
        uuid_print(whole, out_id);
        return EXIT_DONE;
    }
    if (length < PREFIX_LEAST || length >= API_ID_BYTES)
        return not_one(prefix, 0);
    exit = api_get_all(api, path, member, &items);
    if (exit != EXIT_DONE)
        return exit;
    for (size_t i = 0; i < json_array_size(items); i++) {
        const char *candidate = text_at(json_array_get(items, i), "id");
        if (strncmp(candidate, prefix, length) == 0) {
            found++;
            id = candidate;
        }
    }
    if (found != 1)
        return not_one(prefix, found);
    snprintf(out_id, API_ID_BYTES, "%s", id);
    return EXIT_DONE;
}

int api_print_json(const json_t *value)
{
    if (json_dumpf(value, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY) != 0)
        return command_outcome(OUTCOME_OUT_OF_MEMORY);
    printf("\n");
    return EXIT_DONE;
}
