/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/persons.h"

#include <string.h>

#include "crypto/encoding.h"
#include "crypto/json.h"

enum { PERSON_MAX_BYTES = 1024 };

enum outcome person_put(struct change *change, const char *dossier, const struct identity *identity)
{
    OWNED_BUFFER person = {0};

    buffer_add_text(&person, "{\"soort\":\"pch\",\"x\":\"");
    buffer_add_base64(&person, bytes_of(identity->data, identity->length));
    buffer_add_text(&person, "\"}");
    TRY(buffer_outcome(&person));
    store_put_sealed(change, TABLE_PERSON, bytes_of_text(dossier), buffer_bytes(&person));
    return change->outcome;
}

static enum outcome read_person(struct bytes text, struct identity *out)
{
    OWNED_JSON person = NULL;
    OWNED_BUFFER data = {0};
    const char *type, *x;

    TRY(json_read(text, PERSON_MAX_BYTES, &person));
    TRY(json_text_at(person, "soort", 8, &type, NULL));
    TRY(json_text_at(person, "x", PERSON_MAX_BYTES, &x, NULL));
    TRY(base64_decode(bytes_of_text(x), &data));
    if (strcmp(type, "pch") != 0 || data.length > sizeof out->data)
        return OUTCOME_MALFORMED;
    out->type = TOKEN_PCH;
    out->length = data.length;
    memcpy(out->data, data.data, data.length);
    return OUTCOME_OK;
}

enum outcome person_get(struct view *view, const char *dossier, struct identity *out_identity)
{
    struct bytes value;

    TRY(store_get(view, TABLE_PERSON, bytes_of_text(dossier), &value));
    *out_identity = (struct identity){0};
    return store_read_outcome(read_person(value, out_identity));
}

enum outcome person_next(struct view *view, char dossier[static DOSSIER_BYTES],
                         struct identity *out_identity)
{
    struct bytes key, value;

    TRY(store_next(view, TABLE_PERSON, bytes_of_text(dossier), dossier[0], &key, &value));
    if (key.length != DOSSIER_BYTES - 1)
        return OUTCOME_STORE_DAMAGED;
    memcpy(dossier, key.data, key.length);
    dossier[key.length] = '\0';
    *out_identity = (struct identity){0};
    return store_read_outcome(read_person(value, out_identity));
}

static enum outcome token_of(const struct known_covenant *known, const struct shared_key *key,
                             enum purpose purpose, const struct identity *identity,
                             const struct oin *recipient, struct token *out_token)
{
    struct token_domain domain;

    TRY(token_domain_make(known->covenant->id, purpose_word(purpose), key->epoch, &domain));
    token_make_shared(key->key, &domain, identity, recipient, out_token);
    return OUTCOME_OK;
}

enum outcome person_token_text(const struct known_covenant *known, const struct shared_key *key,
                               enum purpose purpose, const struct identity *identity,
                               const struct oin *recipient, char out[static TOKEN_TEXT_BYTES])
{
    struct token token;

    TRY(token_of(known, key, purpose, identity, recipient, &token));
    token_print(&token, out);
    return OUTCOME_OK;
}

enum outcome person_has_token(const struct known_covenant *known, enum purpose purpose,
                              const struct token *token, const struct identity *identity,
                              const struct oin *recipient, bool *out_is)
{
    const struct shared_key *key = known ? known_shared_key(known, token->epoch) : NULL;
    struct token theirs;

    *out_is = false;
    if (!key)
        return OUTCOME_OK;
    TRY(token_of(known, key, purpose, identity, recipient, &theirs));
    *out_is = token_equal(&theirs, token);
    return OUTCOME_OK;
}
