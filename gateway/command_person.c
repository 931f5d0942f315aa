/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/command_person.h"

#include <string.h>

#include "crypto/json.h"
#include "gateway/api.h"

enum { PERSON_MAX_BYTES = 8 * 1024 };

static enum outcome read_input(struct buffer *out)
{
    char part[1024];
    size_t got;

    while ((got = fread(part, 1, sizeof part, stdin)) > 0 && out->length <= PERSON_MAX_BYTES)
        buffer_add(out, part, got);
    return out->length > PERSON_MAX_BYTES ? OUTCOME_TOO_LARGE : buffer_outcome(out);
}

int person_read(const char *path, json_t **out_object)
{
    OWNED_BUFFER text = {0};
    struct file_fault fault = {0};
    enum outcome outcome = strcmp(path, "-") == 0
                               ? read_input(&text)
                               : file_read(path, PERSON_MAX_BYTES, &text, &fault);

    if (outcome == OUTCOME_OK)
        outcome = json_read(buffer_bytes(&text), PERSON_MAX_BYTES, out_object);
    if (outcome == OUTCOME_OK && !json_is_object(*out_object))
        outcome = OUTCOME_MALFORMED;
    if (outcome != OUTCOME_MALFORMED)
        return command_file_fault(outcome, &fault);
    fprintf(stderr,
            say("%s: hier hoort een adres te staan, zoals %s\n",
                "%s: an address is expected here, such as %s\n"),
            path, "{\"postcode\":\"1234AB\",\"huisnummer\":\"3\"}");
    return EXIT_REFUSED;
}

int person_read_record(const char *path, json_t **out_body)
{
    OWNED_JSON object = NULL;
    int exit = person_read(path, &object);

    if (exit != EXIT_DONE)
        return exit;
    *out_body = json_object_get(object, "postcode") ? json_pack("{sO}", "adres", object)
                                                    : json_incref(object);
    return *out_body ? EXIT_DONE : command_outcome(OUTCOME_OUT_OF_MEMORY);
}

int person_read_address(const char *path, json_t **out_address)
{
    OWNED_JSON object = NULL;
    json_t *inner;
    int exit = person_read(path, &object);

    if (exit != EXIT_DONE)
        return exit;
    inner = json_object_get(object, "adres");
    *out_address = json_incref(inner ? inner : object);
    return EXIT_DONE;
}

static int write_page(const char *path, const json_t *answer)
{
    const char *html = text_at(json_object_get(answer, "afschrift"), "html");
    struct file_fault fault = {0};
    enum outcome outcome = file_write(path, bytes_of_text(html), 0600, &fault);

    return command_file_fault(outcome, &fault);
}

int person_show_paper(const struct invocation *invocation, const char *page, const json_t *answer)
{
    if (page) {
        int exit = write_page(page, answer);
        if (exit != EXIT_DONE)
            return exit;
    }
    if (invocation->json)
        return api_print_json(answer);
    fputs(text_at(json_object_get(answer, "afschrift"), "tekst"), stdout);
    if (flag_at(answer, "wachtOpTweede"))
        printf(say("\nVoor een collega: wijkpoort consent confirm %s\n",
                   "\nFor a colleague: wijkpoort consent confirm %s\n"),
               text_at(answer, "id"));
    return EXIT_DONE;
}
