/* SPDX-License-Identifier: EUPL-1.2 */
/* A covenant's file: head, parties, those with a task, what is forbidden, articles. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "covenant/covenant_read.h"
#include "covenant/role.h"
#include "covenant/signpost.h"
#include "crypto/encoding.h"

#define COVENANT_FORMAT "buurt-convenant/1"

enum {
    TITLE_MAX_BYTES = 120,
    GROUP_MAX_BYTES = 100,
    NAME_MAX_BYTES = 80,
    WORD_MAX_BYTES = 48,
    POPULATION_MOST = 20 * 1000 * 1000,
    PILOT_MONTHS = 6,
};

static const char lower_digits[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
static const char group_characters[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./_-";

static enum outcome read_name_of(const struct place *place, const json_t *object, const char *name,
                                 size_t max_bytes, const char *characters, const char **out)
{
    TRY(read_text(place, object, name, max_bytes, out));
    if ((*out)[strspn(*out, characters)] != '\0')
        return place_wrong(place, COVENANT_WRONG_FORM, "%s", name);
    return OUTCOME_OK;
}

static enum outcome read_previous(const struct place *place, const json_t *object, const char **out)
{
    uint8_t hash[SHA256_BYTES];

    TRY(read_optional_text(place, object, "vorige", SHA256_HEX_BYTES, out));
    if (*out && !hex_decode(*out, hash, sizeof hash))
        return place_wrong(place, COVENANT_WRONG_FORM, "vorige");
    return OUTCOME_OK;
}

static enum outcome read_head(const struct place *place, const json_t *object,
                              struct covenant *covenant)
{
    const char *format;

    TRY(read_text(place, object, "formaat", WORD_MAX_BYTES, &format));
    if (strcmp(format, COVENANT_FORMAT) != 0)
        return place_wrong(place, COVENANT_WRONG_FORM, "formaat");
    TRY(read_name_of(place, object, "id", COVENANT_ID_MAX_BYTES, lower_digits, &covenant->id));
    TRY(read_name_of(place, object, "versie", COVENANT_VERSION_MAX_BYTES, "0123456789.",
                     &covenant->version));
    TRY(read_text(place, object, "titel", TITLE_MAX_BYTES, &covenant->title));
    TRY(read_name_of(place, object, "groep", GROUP_MAX_BYTES, group_characters, &covenant->group));
    TRY(read_previous(place, object, &covenant->previous));
    TRY(read_optional_text(place, object, "dpiaKenmerk", WORD_MAX_BYTES, &covenant->dpia));
    TRY(read_optional_bool(place, object, "pilot", &covenant->pilot));
    snprintf(covenant->reference, sizeof covenant->reference, "%s@%s", covenant->id,
             covenant->version);
    return OUTCOME_OK;
}

static enum outcome read_dates(const struct place *place, const json_t *object,
                               struct covenant *covenant)
{
    TRY(read_day(place, object, "geldigVanaf", &covenant->valid_from));
    TRY(read_day(place, object, "geldigTot", &covenant->valid_until));
    TRY(read_day(place, object, "evaluatieDatum", &covenant->evaluation));
    if (day_compare(covenant->valid_from, covenant->valid_until) > 0)
        return place_wrong(place, COVENANT_WRONG_DATES, "geldigTot");
    if (covenant->pilot &&
        day_compare(covenant->valid_until, day_plus_months(covenant->valid_from, PILOT_MONTHS)) >= 0)
        return place_wrong(place, COVENANT_WRONG_PILOT, "geldigTot");
    if (day_compare(covenant->evaluation, covenant->valid_from) < 0 ||
        day_compare(covenant->evaluation, covenant->valid_until) > 0)
        return place_wrong(place, covenant->pilot ? COVENANT_WRONG_PILOT : COVENANT_WRONG_DATES,
                           "evaluatieDatum");
    return OUTCOME_OK;
}

static enum outcome read_area(const struct place *outer, const json_t *object,
                              struct covenant *covenant)
{
    static const char *const names[] = {"soort",          "code",      "naam",
                                        "aantalWoningen", "buurtcode", NULL};
    struct place place = place_within(outer, "gebied.");
    const json_t *area;
    unsigned level;
    int dwellings = 0;

    TRY(read_object(outer, object, "gebied", &area));
    TRY(read_only(&place, area, names));
    TRY(read_text(&place, area, "soort", WORD_MAX_BYTES, &covenant->area.kind));
    if (!area_level_member(covenant->area.kind, &level))
        return place_wrong(&place, COVENANT_WRONG_FORM, "soort");
    TRY(read_text(&place, area, "code", WORD_MAX_BYTES, &covenant->area.code));
    TRY(read_optional_text(&place, area, "naam", NAME_MAX_BYTES, &covenant->area.name));
    TRY(read_optional_text(&place, area, "buurtcode", WORD_MAX_BYTES, &covenant->area.buurt));
    TRY(read_optional_int(&place, area, "aantalWoningen", 1, POPULATION_MOST, &dwellings));
    covenant->area.dwellings = dwellings;
    return OUTCOME_OK;
}

static enum outcome read_oin(const struct place *place, const json_t *object, const char *name,
                             struct oin *out)
{
    const char *text;

    TRY(read_text(place, object, name, OIN_LENGTH, &text));
    return oin_parse(text, out) ? OUTCOME_OK : place_wrong(place, COVENANT_WRONG_FORM, "%s", name);
}

static enum outcome read_key_document(const struct place *place, const json_t *object,
                                      struct buffer *envelope, struct party *party)
{
    OWNED_BUFFER decoded = {0};
    const char *text = NULL;
    enum outcome outcome;

    TRY(read_optional_text(place, object, "sleuteldocument", BASE64_BYTES(KEY_DOCUMENT_MAX_BYTES),
                           &text));
    if (!text)
        return OUTCOME_OK;
    outcome = base64_decode(bytes_of_text(text), &decoded);
    if (outcome == OUTCOME_MALFORMED)
        return place_wrong(place, COVENANT_WRONG_FORM, "sleuteldocument");
    TRY(outcome);
    *envelope = decoded;
    decoded = (struct buffer){0}; /* handed over */
    party->key_document = buffer_bytes(envelope);
    return OUTCOME_OK;
}

/* The card of a desk: a name and a number that are not a person's. */
static enum outcome read_desk(const struct place *outer, const json_t *object, struct party *party)
{
    static const char *const names[] = {"naam", "telefoon", NULL};
    struct place place = place_within(outer, "contactpunt.");
    const json_t *desk;

    if (!json_object_get(object, "contactpunt"))
        return OUTCOME_OK;
    TRY(read_object(outer, object, "contactpunt", &desk));
    TRY(read_only(&place, desk, names));
    TRY(read_text(&place, desk, "naam", DESK_NAME_MAX_BYTES, &party->desk_name));
    TRY(read_text(&place, desk, "telefoon", DESK_PHONE_MAX_BYTES, &party->desk_phone));
    return desk_phone_is_valid(party->desk_phone)
               ? OUTCOME_OK
               : place_wrong(&place, COVENANT_WRONG_FORM, "telefoon");
}

/* Reads into the place after the parties known so far, which covenant_party() then finds. */
static enum outcome read_party(const struct place *place, const json_t *object,
                               struct covenant *covenant)
{
    static const char *const names[] = {
        "oin",       "naam",        "soort", "beroepsgeheim", "sleuteldocument",
        "bevolking", "contactpunt", NULL};
    struct party *party = &covenant->parties[covenant->parties_count];
    struct fault inner = {0};
    const char *kind;
    int population = 0;

    TRY(read_only(place, object, names));
    TRY(read_oin(place, object, "oin", &party->oin));
    if (covenant_party(covenant, &party->oin))
        return place_wrong(place, COVENANT_WRONG_TWICE, "oin");
    TRY(read_text(place, object, "naam", NAME_MAX_BYTES, &party->name));
    TRY(read_text(place, object, "soort", WORD_MAX_BYTES, &kind));
    if (!party_kind_parse(kind, &party->kind))
        return place_wrong(place, COVENANT_WRONG_FORM, "soort");
    if (json_boolean_at(object, "beroepsgeheim", &party->secrecy, &inner) != OUTCOME_OK)
        return place_wrong(place, COVENANT_WRONG_FORM, "beroepsgeheim");
    TRY(read_optional_int(place, object, "bevolking", 1, POPULATION_MOST, &population));
    party->population = population;
    TRY(read_desk(place, object, party));
    TRY(read_key_document(place, object, &covenant->envelopes[covenant->parties_count], party));
    covenant->parties_count++;
    return OUTCOME_OK;
}

static enum outcome read_all_parties(const struct place *place, const json_t *object,
                                     struct covenant *covenant)
{
    const json_t *array;

    TRY(read_array(place, object, "partijen", COVENANT_PARTIES_MAX, &array));
    if (json_array_size(array) < 2)
        return place_wrong(place, COVENANT_WRONG_FORM, "partijen");
    covenant->parties = calloc(json_array_size(array), sizeof *covenant->parties);
    covenant->envelopes = calloc(json_array_size(array), sizeof *covenant->envelopes);
    if (!covenant->parties || !covenant->envelopes)
        return OUTCOME_OUT_OF_MEMORY;
    for (size_t i = 0; i < json_array_size(array); i++) {
        struct place inner = place_within(place, "partijen[%zu].", i);
        TRY(read_party(&inner, json_array_get(array, i), covenant));
    }
    return OUTCOME_OK;
}

static enum outcome find_party(const struct place *place, const json_t *object, const char *name,
                               const struct covenant *covenant, size_t *out_index)
{
    const struct party *party;
    struct oin oin;

    TRY(read_oin(place, object, name, &oin));
    party = covenant_party(covenant, &oin);
    if (!party)
        return place_wrong(place, COVENANT_WRONG_NOT_A_PARTY, "%s", name);
    *out_index = covenant_party_index(covenant, party);
    return OUTCOME_OK;
}

static enum outcome read_lead(const struct place *outer, const json_t *object,
                              struct covenant *covenant)
{
    static const char *const names[] = {"oin", "rol", "functie", NULL};
    struct place place = place_within(outer, "regie.");
    const json_t *lead;
    enum role role;

    TRY(read_object(outer, object, "regie", &lead));
    TRY(read_only(&place, lead, names));
    TRY(find_party(&place, lead, "oin", covenant, &covenant->lead));
    TRY(read_optional_text(&place, lead, "rol", WORD_MAX_BYTES, &covenant->lead_role));
    if (covenant->lead_role && !role_parse(covenant->lead_role, &role))
        return place_wrong(&place, COVENANT_WRONG_FORM, "rol");
    return read_optional_text(&place, lead, "functie", NAME_MAX_BYTES, &covenant->lead_title);
}

static enum outcome read_witnesses(const struct place *outer, const json_t *object,
                                   struct covenant *covenant)
{
    static const char *const names[] = {"aantal", "van", NULL};
    struct place place = place_within(outer, "getuigen.");
    const json_t *witnesses;
    int needed = 0;

    if (!json_object_get(object, "getuigen"))
        return OUTCOME_OK;
    TRY(read_object(outer, object, "getuigen", &witnesses));
    TRY(read_only(&place, witnesses, names));
    TRY(read_optional_int(&place, witnesses, "aantal", 0, COVENANT_PARTIES_MAX, &needed));
    TRY(read_parties(&place, witnesses, "van", covenant, &covenant->witnesses));
    covenant->witnesses_needed = (size_t)needed;
    if (covenant->witnesses_needed > party_set_count(&covenant->witnesses))
        return place_wrong(&place, COVENANT_WRONG_WITNESSES, "aantal");
    return OUTCOME_OK;
}

static enum outcome read_tasks(const struct place *place, const json_t *object,
                               struct covenant *covenant)
{
    TRY(read_lead(place, object, covenant));
    covenant->has_key_giver = json_object_get(object, "sleutelgever") != NULL;
    if (covenant->has_key_giver)
        TRY(find_party(place, object, "sleutelgever", covenant, &covenant->key_giver));
    TRY(read_parties(place, object, "sleutelhouders", covenant, &covenant->key_holders));
    if (party_set_count(&covenant->key_holders) == 1)
        return place_wrong(place, COVENANT_WRONG_KEY_HOLDERS, "sleutelhouders");
    TRY(read_parties(place, object, "optellers", covenant, &covenant->aggregators));
    return read_witnesses(place, object, covenant);
}

static enum outcome read_forbidden(const struct place *outer, const json_t *object,
                                   struct covenant *covenant)
{
    static const char *const names[] = {"velden", "ontvangers", "handelingen", NULL};
    struct place place = place_within(outer, "verboden.");
    const json_t *forbidden;

    TRY(read_object(outer, object, "verboden", &forbidden));
    TRY(read_only(&place, forbidden, names));
    TRY(read_words(&place, forbidden, "velden", field_member, &covenant->forbidden_fields));
    TRY(read_words(&place, forbidden, "ontvangers", kind_member, &covenant->forbidden_kinds));
    return read_words(&place, forbidden, "handelingen", act_member, &covenant->forbidden_acts);
}

static enum outcome read_articles(const struct place *place, const json_t *object,
                                  struct covenant *covenant)
{
    const json_t *array;

    TRY(read_array(place, object, "bepalingen", COVENANT_ARTICLES_MAX, &array));
    if (json_array_size(array) == 0)
        return place_wrong(place, COVENANT_WRONG_FORM, "bepalingen");
    covenant->articles = calloc(json_array_size(array), sizeof *covenant->articles);
    if (!covenant->articles)
        return OUTCOME_OUT_OF_MEMORY;
    for (size_t i = 0; i < json_array_size(array); i++) {
        struct place inner = place_within(place, "bepalingen[%zu].", i);
        struct article *article = &covenant->articles[i];
        TRY(article_parse(covenant, json_array_get(array, i), &inner, article));
        if (covenant_article(covenant, article->number))
            return place_wrong(&inner, COVENANT_WRONG_TWICE, "nr");
        covenant->articles_count++;
    }
    return OUTCOME_OK;
}

/* To whom: a party by its OIN, or a kind of which there is one at least. */
static enum outcome read_way(const struct place *place, const json_t *object,
                             const struct covenant *covenant, struct signpost *signpost)
{
    bool found = false;
    const char *to;

    TRY(read_text(place, object, "naar", WORD_MAX_BYTES, &to));
    if (!oin_parse(to, &signpost->oin)) {
        signpost->oin = (struct oin){""};
        if (!party_kind_parse(to, &signpost->kind))
            return place_wrong(place, COVENANT_WRONG_FORM, "naar");
    }
    for (size_t i = 0; i < covenant->parties_count; i++)
        found = found || signpost_leads_to(signpost, &covenant->parties[i]);
    return found ? OUTCOME_OK : place_wrong(place, COVENANT_WRONG_NOT_A_PARTY, "naar");
}

static enum outcome read_signpost(const struct place *place, const json_t *object,
                                  struct covenant *covenant)
{
    static const char *const names[] = {"signaal", "naar", NULL};
    struct signpost signpost = {0};
    const char *code;

    TRY(read_only(place, object, names));
    TRY(read_text(place, object, "signaal", WORD_MAX_BYTES, &code));
    signpost.code = signal_code_find(covenant->lists, code);
    if (!signpost.code)
        return place_wrong(place, COVENANT_WRONG_CODE_UNKNOWN, "signaal");
    if (signpost.code->blocked)
        return place_wrong(place, COVENANT_WRONG_CODE_BLOCKED, "signaal");
    if (signpost_of(covenant, signpost.code))
        return place_wrong(place, COVENANT_WRONG_TWICE, "signaal");
    TRY(read_way(place, object, covenant, &signpost));
    covenant->signposts[covenant->signposts_count++] = signpost;
    return OUTCOME_OK;
}

static enum outcome read_signposts(const struct place *place, const json_t *object,
                                   struct covenant *covenant)
{
    const json_t *array = NULL;

    TRY(read_optional_array(place, object, "wegwijzer", SIGNAL_CODES_MAX, &array));
    covenant->signposts = calloc(json_array_size(array) + 1, sizeof *covenant->signposts);
    if (!covenant->signposts)
        return OUTCOME_OUT_OF_MEMORY;
    for (size_t i = 0; i < json_array_size(array); i++) {
        struct place inner = place_within(place, "wegwijzer[%zu].", i);
        TRY(read_signpost(&inner, json_array_get(array, i), covenant));
    }
    return OUTCOME_OK;
}

static enum outcome read_covenant(const struct place *place, const json_t *object,
                                  struct covenant *covenant)
{
    static const char *const names[] = {
        "formaat",     "id",        "versie",         "titel",
        "groep",       "vorige",    "dpiaKenmerk",    "pilot",
        "geldigVanaf", "geldigTot", "evaluatieDatum", "gebied",
        "partijen",    "regie",     "sleutelgever",   "sleutelhouders",
        "optellers",   "getuigen",  "bepalingen",     "verboden",
        "wegwijzer",   NULL};

    TRY(read_only(place, object, names));
    TRY(read_head(place, object, covenant));
    TRY(read_dates(place, object, covenant));
    TRY(read_area(place, object, covenant));
    TRY(read_all_parties(place, object, covenant));
    TRY(read_tasks(place, object, covenant));
    TRY(read_forbidden(place, object, covenant)); /* before the articles, which it overrules */
    TRY(read_articles(place, object, covenant));
    return read_signposts(place, object, covenant);
}

enum outcome covenant_parse(struct bytes raw, const struct code_lists *lists,
                            struct covenant **out_covenant, struct covenant_fault *fault)
{
    OWNED_COVENANT covenant = calloc(1, sizeof *covenant);
    struct place place = {.fault = fault};
    enum outcome outcome;

    if (!covenant)
        return OUTCOME_OUT_OF_MEMORY;
    covenant->lists = lists;
    TRY(sha256_hex(raw, covenant->fingerprint));
    outcome = json_read(raw, COVENANT_MAX_BYTES, &covenant->document);
    if (outcome == OUTCOME_MALFORMED)
        return place_wrong(&place, COVENANT_WRONG_FORM, "JSON");
    TRY(outcome);
    TRY(read_covenant(&place, covenant->document, covenant));
    *out_covenant = covenant;
    covenant = NULL; /* handed over */
    return OUTCOME_OK;
}
