/* SPDX-License-Identifier: EUPL-1.2 */
#include "crypto/token.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "crypto/encoding.h"
#include "crypto/lp.h"
#include "crypto/ready.h"

enum {
    HASH_INPUT_MAX_BYTES = 640, /* a label, a domain, an identity */
    RECORD_ID_MAX_BYTES = 64,
    EPOCH_SERIAL_DIGITS_MAX = 4,
    FAMILY_MAX_BYTES = 64,
};

_Static_assert(HASH_INPUT_MAX_BYTES > TOKEN_DOMAIN_MAX_BYTES + IDENTITY_MAX_BYTES + 64,
               "what is hashed always fits");

static const char type_names[TOKEN_TYPE_COUNT][4] = {
#define TOKEN_TYPE_NAME(name, wire) [TOKEN_##name] = wire,
    TOKEN_TYPES(TOKEN_TYPE_NAME)
#undef TOKEN_TYPE_NAME
};
static const char strength_letters[] = {[TOKEN_SHARED] = 'g', [TOKEN_SPLIT] = 's'};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool token_epoch_valid(const char *epoch)
{
    size_t serial;

    for (size_t i = 0; i < 4; i++)
        if (!is_digit(epoch[i]))
            return false;
    if (epoch[4] != 'H' || (epoch[5] != '1' && epoch[5] != '2'))
        return false;
    if (epoch[6] == '\0')
        return true;
    if (epoch[6] != '-')
        return false;
    for (serial = 0; is_digit(epoch[7 + serial]); serial++)
        if (serial == EPOCH_SERIAL_DIGITS_MAX)
            return false;
    return serial > 0 && epoch[7 + serial] == '\0';
}

/* --- identities --- */

static enum outcome identity_make(enum token_type type, struct bytes value, struct identity *out)
{
    struct lp x = lp_begin(out->data, sizeof out->data);
    struct bytes whole;

    lp_add_text(&x, "wijkpoort/v1/id");
    lp_add_text(&x, type_names[type]);
    lp_add_text(&x, "c1");
    lp_add(&x, value);
    TRY(lp_bytes(&x, &whole));
    out->type = type;
    out->length = whole.length;
    return OUTCOME_OK;
}

/* A value of several fields is itself LP-coded. */
static enum outcome identity_of_fields(enum token_type type, const char *const *fields,
                                       size_t count, struct identity *out)
{
    uint8_t storage[IDENTITY_MAX_BYTES];
    struct lp value = lp_begin(storage, sizeof storage);
    struct bytes bytes;
    enum outcome outcome;

    for (size_t i = 0; i < count; i++)
        lp_add_text(&value, fields[i]);
    outcome = lp_bytes(&value, &bytes);
    if (outcome == OUTCOME_OK)
        outcome = identity_make(type, bytes, out);
    wipe(storage, sizeof storage);
    return outcome;
}

static bool is_name(const char *text, size_t max_bytes)
{
    size_t length = text ? strnlen(text, max_bytes + 1) : 0;

    if (length == 0 || length > max_bytes)
        return false;
    for (size_t i = 0; i < length; i++)
        if (text[i] < 'a' || text[i] > 'z')
            return false;
    return true;
}

/* Each canonicaliser of canonical.h writes at most this, the longest. */
enum { CANONICAL_MAX_BYTES = BAG_ID_BYTES };

/* Does the canonicaliser leave `text` as it is? */
static bool unchanged(enum outcome (*canonical)(const char *text, char *out), const char *text)
{
    char out[CANONICAL_MAX_BYTES];
    bool same;

    if (!text || canonical(text, out) != OUTCOME_OK)
        return false;
    same = strcmp(text, out) == 0;
    wipe(out, sizeof out);
    return same;
}

enum outcome identity_bsn(const char *bsn, struct identity *out)
{
    if (!unchanged(canonical_bsn, bsn))
        return OUTCOME_MALFORMED;
    return identity_make(TOKEN_BSN, bytes_of_text(bsn), out);
}

enum outcome identity_nbd(const char *family, const char *birth_date, const char *initial,
                          struct identity *out)
{
    const char *const fields[] = {family, birth_date, initial};

    if (!is_name(family, FAMILY_MAX_BYTES) || !unchanged(canonical_birth_date, birth_date) ||
        !is_name(initial, 1))
        return OUTCOME_MALFORMED;
    return identity_of_fields(TOKEN_NBD, fields, 3, out);
}

enum outcome identity_nba(const char *family, const char *birth_date, const char *bag_id,
                          struct identity *out)
{
    const char *const fields[] = {family, birth_date, bag_id};

    if (!is_name(family, FAMILY_MAX_BYTES) || !unchanged(canonical_birth_date, birth_date) ||
        !unchanged(canonical_bag_id, bag_id))
        return OUTCOME_MALFORMED;
    return identity_of_fields(TOKEN_NBA, fields, 3, out);
}

enum outcome identity_adr(const char *bag_id, struct identity *out)
{
    if (!unchanged(canonical_bag_id, bag_id))
        return OUTCOME_MALFORMED;
    return identity_make(TOKEN_ADR, bytes_of_text(bag_id), out);
}

enum outcome identity_pch(const char *postcode, const char *number, const char *letter,
                          const char *addition, struct identity *out)
{
    const char *const fields[] = {postcode, number, letter ? letter : "", addition ? addition : ""};

    if (!unchanged(canonical_postcode, fields[0]) ||
        !unchanged(canonical_house_number, fields[1]) ||
        !unchanged(canonical_house_letter, fields[2]) ||
        !unchanged(canonical_house_addition, fields[3]))
        return OUTCOME_MALFORMED;
    return identity_of_fields(TOKEN_PCH, fields, 4, out);
}

void identity_wipe(struct identity *identity)
{
    wipe(identity, sizeof *identity);
}

/* --- tokens --- */

enum outcome token_domain_make(const char *covenant_id, const char *purpose, const char *epoch,
                               struct token_domain *out)
{
    struct token_domain domain = {0};
    struct lp d = lp_begin(domain.data, sizeof domain.data);
    struct bytes whole;

    if (!covenant_id || !*covenant_id || !purpose || !*purpose || !epoch ||
        !token_epoch_valid(epoch))
        return OUTCOME_MALFORMED;
    lp_add_text(&d, "wijkpoort/v1/domain");
    lp_add_text(&d, covenant_id);
    lp_add_text(&d, purpose);
    lp_add_text(&d, epoch);
    TRY(lp_bytes(&d, &whole));
    domain.length = whole.length;
    memcpy(domain.epoch, epoch, strlen(epoch) + 1);
    *out = domain;
    return OUTCOME_OK;
}

/* Keyed BLAKE2b over a label and what follows it. All lengths are ours and fit, so
 * neither the join nor the hash can fail. */
static void keyed_hash(struct bytes key, const struct lp *input, uint8_t *out, size_t out_length)
{
    (void)crypto_generichash(out, out_length, input->data, input->length, key.data, key.length);
}

void token_y_shared(const uint8_t key[static KEY_BYTES], const struct token_domain *domain,
                    const struct identity *identity, uint8_t out_y[static TOKEN_Y_BYTES])
{
    uint8_t storage[HASH_INPUT_MAX_BYTES];
    struct lp input = lp_begin(storage, sizeof storage);

    lp_add_text(&input, "wijkpoort/v1/shared");
    lp_add_raw(&input, bytes_of(domain->data, domain->length));
    lp_add_raw(&input, bytes_of(identity->data, identity->length));
    keyed_hash(bytes_of(key, KEY_BYTES), &input, out_y, TOKEN_Y_BYTES);
    wipe(storage, sizeof storage);
}

void token_value(const uint8_t y[static TOKEN_Y_BYTES], const struct token_domain *domain,
                 const struct oin *recipient, uint8_t out_value[static TOKEN_VALUE_BYTES])
{
    uint8_t storage[HASH_INPUT_MAX_BYTES];
    struct lp input = lp_begin(storage, sizeof storage);

    lp_add_text(&input, "wijkpoort/v1/token");
    lp_add_raw(&input, bytes_of(domain->data, domain->length));
    lp_add_text(&input, recipient->text);
    keyed_hash(bytes_of(y, TOKEN_Y_BYTES), &input, out_value, TOKEN_VALUE_BYTES);
}

void token_make_shared(const uint8_t key[static KEY_BYTES], const struct token_domain *domain,
                       const struct identity *identity, const struct oin *recipient,
                       struct token *out)
{
    uint8_t y[TOKEN_Y_BYTES];

    token_y_shared(key, domain, identity, y);
    out->type = identity->type;
    out->strength = TOKEN_SHARED;
    memcpy(out->epoch, domain->epoch, sizeof out->epoch);
    token_value(y, domain, recipient, out->value);
    wipe(y, sizeof y);
}

void token_print(const struct token *token, char out[static TOKEN_TEXT_BYTES])
{
    char value[BASE64URL_LENGTH(TOKEN_VALUE_BYTES) + 1];

    sodium_bin2base64(value, sizeof value, token->value, sizeof token->value,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    snprintf(out, TOKEN_TEXT_BYTES, "wp1.%s.%c.%s.%s", type_names[token->type],
             strength_letters[token->strength], token->epoch, value);
}

/* Takes the text up to the next dot into `out`; false when it is empty or does not fit. */
static bool take_part(const char **text, char *out, size_t size)
{
    size_t length = strcspn(*text, ".");

    if (length == 0 || length >= size)
        return false;
    memcpy(out, *text, length);
    out[length] = '\0';
    *text += length + ((*text)[length] == '.');
    return true;
}

static bool type_named(const char *name, enum token_type *out)
{
    for (size_t i = 0; i < TOKEN_TYPE_COUNT; i++) {
        if (strcmp(name, type_names[i]) == 0) {
            *out = (enum token_type)i;
            return true;
        }
    }
    return false;
}

enum outcome token_parse(const char *text, struct token *out)
{
    char label[4], type[4], strength[2], value[BASE64URL_LENGTH(TOKEN_VALUE_BYTES) + 1];
    struct token token = {0};
    const char *rest = text;

    if (!text || !take_part(&rest, label, sizeof label) || strcmp(label, "wp1") != 0 ||
        !take_part(&rest, type, sizeof type) || !type_named(type, &token.type) ||
        !take_part(&rest, strength, sizeof strength) ||
        !take_part(&rest, token.epoch, sizeof token.epoch) || !token_epoch_valid(token.epoch) ||
        !take_part(&rest, value, sizeof value) || *rest != '\0')
        return OUTCOME_MALFORMED;
    if (strength[0] == strength_letters[TOKEN_SPLIT])
        token.strength = TOKEN_SPLIT;
    else if (strength[0] != strength_letters[TOKEN_SHARED])
        return OUTCOME_MALFORMED;
    TRY(base64url_decode_exact(bytes_of_text(value), token.value, sizeof token.value));
    /* A dot at the very end was swallowed with the last part. */
    if (text[strlen(text) - 1] == '.')
        return OUTCOME_MALFORMED;
    *out = token;
    return OUTCOME_OK;
}

bool token_equal(const struct token *a, const struct token *b)
{
    return a->type == b->type && a->strength == b->strength && strcmp(a->epoch, b->epoch) == 0 &&
           sodium_memcmp(a->value, b->value, sizeof a->value) == 0;
}

/* --- ids of our own --- */

void local_id(const uint8_t key[static KEY_BYTES], const struct identity *identity,
              uint8_t out[static LOCAL_ID_BYTES])
{
    uint8_t storage[HASH_INPUT_MAX_BYTES];
    struct lp input = lp_begin(storage, sizeof storage);

    lp_add_text(&input, "wijkpoort/v1/lid");
    lp_add_raw(&input, bytes_of(identity->data, identity->length));
    keyed_hash(bytes_of(key, KEY_BYTES), &input, out, LOCAL_ID_BYTES);
    wipe(storage, sizeof storage);
}

enum outcome proof_id(const uint8_t key[static KEY_BYTES], struct bytes record_id,
                      const struct oin *recipient, uint8_t out[static PROOF_ID_BYTES])
{
    uint8_t storage[HASH_INPUT_MAX_BYTES], hash[32];
    struct lp input = lp_begin(storage, sizeof storage);

    if (record_id.length > RECORD_ID_MAX_BYTES)
        return OUTCOME_TOO_LARGE;
    lp_add_text(&input, "wijkpoort/v1/pid");
    lp_add(&input, record_id);
    lp_add_text(&input, recipient->text);
    keyed_hash(bytes_of(key, KEY_BYTES), &input, hash, sizeof hash);
    memcpy(out, hash, PROOF_ID_BYTES);
    return OUTCOME_OK;
}
