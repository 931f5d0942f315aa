/* SPDX-License-Identifier: EUPL-1.2 */
/* What ends, and what may go: sentences for `key show` and `status`. */
#include <string.h>

#include "gateway/key_renewal.h"

enum { DAY_S = 24 * 60 * 60, WARN_DAYS = 60, URGENT_DAYS = 14 };

static enum outcome add_text(json_t *out, struct buffer *text)
{
    if (!buffer_text(text) || json_array_append_new(out, json_string(buffer_text(text))) != 0)
        return OUTCOME_OUT_OF_MEMORY;
    return OUTCOME_OK;
}

/* clang-format off */
static const struct {
    int64_t within_s;
    const char *text[LANGUAGE_COUNT];
} ends[] = {
    {0,
     {"Het sleuteldocument is verlopen. Geen partij neemt nog iets van u aan. Doe nu: wijkpoort key renew.",
      "The key document has ended. No party takes anything from you. Do now: wijkpoort key renew."}},
    {(int64_t)URGENT_DAYS * DAY_S,
     {"Het sleuteldocument loopt binnenkort af; daarna kan geen partij u nog bereiken. Doe nu: wijkpoort key renew.",
      "The key document ends soon; after that no party can reach you. Do now: wijkpoort key renew."}},
    {(int64_t)WARN_DAYS * DAY_S,
     {"Het sleuteldocument loopt af. Vernieuw het op tijd: wijkpoort key renew.",
      "The key document will end. Renew it in time: wijkpoort key renew."}},
};
/* clang-format on */

static enum outcome warn_of_end(const struct key_chain *chain, int64_t now_s,
                                enum language language, json_t *out)
{
    const int64_t left_s = chain->documents[chain->count - 1].until_s - now_s;
    OWNED_BUFFER text = {0};

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (left_s > ends[i].within_s)
            continue;
        buffer_format(&text,
                      language == LANGUAGE_NL ? "%s (Nog %lld dagen.)" : "%s (%lld days left.)",
                      ends[i].text[language], (long long)(left_s > 0 ? left_s / DAY_S : 0));
        return add_text(out, &text);
    }
    return OUTCOME_OK;
}

static bool same_key(const uint8_t *a, const uint8_t *b)
{
    return bytes_equal(bytes_of(a, SIGNING_PUBLIC_BYTES), bytes_of(b, SIGNING_PUBLIC_BYTES));
}

static enum outcome warn_of_file(const char *folder, const char *name, enum language language,
                                 json_t *out)
{
    OWNED_BUFFER text = {0};

    buffer_format(&text,
                  language == LANGUAGE_NL
                      ? "%s/%s is van een vorige sleutel en mag weg: niets van toen komt nog aan."
                      : "%s/%s is of a former key and may go: nothing of then can still arrive.",
                  folder, name);
    return add_text(out, &text);
}

/* Keys that no document names which counts now, or that was in force within three days. */
static enum outcome warn_of_former(const struct key_ring *ring, const struct own_document *own,
                                   int64_t now_s, enum language language, json_t *out)
{
    const struct key_chain *chain = &ring->chain;
    bool signs = false, opens = false;

    for (size_t i = 0; i < chain->count; i++) {
        const struct key_document *document = &chain->documents[i];
        const bool over = i + 1 < chain->count && document[1].from_s + KEY_FORMER_KEPT_S <= now_s;
        signs = signs || (!over && same_key(document->signing_key, own->document.signing_key));
        opens = opens || (!over && same_key(document->sealing_key, own->document.sealing_key));
    }
    if (own->signing.secret && !signs)
        TRY(warn_of_file(own->folder, "ondertekening.key", language, out));
    if (own->sealing.secret && !opens)
        TRY(warn_of_file(own->folder, "verzegeling.key", language, out));
    return OUTCOME_OK;
}

enum outcome key_ring_warn(const struct key_ring *ring, int64_t now_s, enum language language,
                           json_t *out)
{
    if (!out)
        return OUTCOME_OUT_OF_MEMORY;
    TRY(warn_of_end(&ring->chain, now_s, language, out));
    for (size_t i = 0; i < ring->count; i++)
        TRY(warn_of_former(ring, &ring->documents[i], now_s, language, out));
    return OUTCOME_OK;
}
