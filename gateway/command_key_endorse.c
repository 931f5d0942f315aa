/* SPDX-License-Identifier: EUPL-1.2 */
/* The CONVENANTBEHEERDER stands in for another organisation whose signing key was stolen. */
#include <string.h>

#include "crypto/encoding.h"
#include "crypto/key_document.h"
#include "gateway/api.h"
#include "gateway/commands.h"

enum { FINGERPRINT_BYTES = HEX_BYTES(KEY_DOCUMENT_DIGEST_BYTES) };

/* It is read to us in groups: spaces do not count. */
static bool read_fingerprint(const char *text, char out[static FINGERPRINT_BYTES])
{
    uint8_t digest[KEY_DOCUMENT_DIGEST_BYTES];
    size_t length = 0;

    for (; *text; text++) {
        if (*text == ' ')
            continue;
        if (length == FINGERPRINT_BYTES - 1)
            return false;
        out[length++] = *text;
    }
    out[length] = '\0';
    return hex_decode(out, digest, sizeof digest);
}

static int keep(const json_t *answer, const char *path)
{
    OWNED_BUFFER envelope = {0};
    struct file_fault fault = {0};
    enum outcome outcome =
        base64_decode(bytes_of_text(text_at(answer, "sleuteldocument")), &envelope);

    if (outcome == OUTCOME_OK)
        outcome = file_write_new(path, buffer_bytes(&envelope), 0644, &fault);
    if (outcome != OUTCOME_OK)
        return command_file_fault(outcome, &fault);
    printf(say("Bevestigd voor %s: %s. Nu %lld van 2 bevestigingen.\n",
               "Endorsed for %s: %s. Now %lld of 2 endorsements.\n"),
           text_at(answer, "naam"), path, (long long)number_at(answer, "bevestigingen"));
    return EXIT_DONE;
}

static int endorse(const struct invocation *invocation, const char *fingerprint, const char *path)
{
    OWNED_JSON answer = NULL;
    int exit = api_post_file(invocation, "/v1/noodsleuteldocumenten", "sleuteldocument",
                             KEY_DOCUMENT_MAX_BYTES, fingerprint, &answer);

    return exit == EXIT_DONE ? keep(answer, path) : exit;
}

static int run(int argc, char **argv)
{
    const char *text = NULL, *path = NULL;
    const struct option_row rows[] = {
        {"fingerprint",
         "HEX",
         {"vingerafdruk, zoals de andere partij die u zelf voorleest",
          "fingerprint, as the other party reads it to you in person"},
         &text,
         NULL},
        {"uit",
         "FILE",
         {"waar het bevestigde document komt", "where the endorsed document goes"},
         &path,
         NULL},
        {0},
    };
    struct invocation invocation;
    char fingerprint[FINGERPRINT_BYTES];
    int exit;

    if (!options_read(&command_key_endorse, rows, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    if (!text || !path || !read_fingerprint(text, fingerprint))
        return command_wrong_use(&command_key_endorse,
                                 "Geef --fingerprint (64 tekens 0-9 en a-f) en --uit.",
                                 "Give --fingerprint (64 characters 0-9 and a-f) and --uit.");
    return endorse(&invocation, fingerprint, path);
}

const struct command command_key_endorse = {
    .name = "key endorse",
    .summary = {"Bevestigt de noodwissel van een andere partij na diefstal van haar sleutel.",
                "Endorses the emergency change of another party, whose key was stolen."},
    .usage = "FILE --fingerprint HEX --uit FILE",
    .run = run,
};
