/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/delivery_trouble.h"

#include <string.h>

/* In each sentence %s stands once, for the partner. */
static const struct trouble {
    enum outcome code; /* what the partner answers */
    const char *text[LANGUAGE_COUNT];
} troubles[] = {
    {OUTCOME_STRANGER,
     {"%s kent uw organisatie niet. Laat die partij een convenant toevoegen waarin u beide staat.",
      "%s does not know your organisation. Have that party add a covenant in which you both are."}},
    {OUTCOME_COVENANT_UNKNOWN,
     {"%s kent een convenant niet waaronder iets wacht. Laat die partij het toevoegen, van papier.",
      "%s does not know a covenant under which something waits. Have that party add it, from "
      "paper."}},
    {OUTCOME_NOT_IN_FORCE,
     {"Bij %s is een convenant waaronder iets wacht niet van kracht. Vergelijk met die partij wie "
      "er tekende en welke versie geldt: wijkpoort covenant list.",
      "At %s a covenant under which something waits is not in force. Compare with that party who "
      "signed and which version applies: wijkpoort covenant list."}},
    {OUTCOME_KEY_UNKNOWN,
     {"%s en uw poort kennen elkaars sleutels niet. Bel die partij; helpt dat niet, maak dan het "
      "volgende sleuteldocument: wijkpoort key renew.",
      "%s and your gateway do not know each other's keys. Call that party; if that does not help, "
      "make the next key document: wijkpoort key renew."}},
    {OUTCOME_SIGNATURE_WRONG,
     {"%s kent de sleutel niet waarmee u tekent. Bel die partij; helpt dat niet, maak dan het "
      "volgende sleuteldocument: wijkpoort key renew.",
      "%s does not know the key with which you sign. Call that party; if that does not help, make "
      "the next key document: wijkpoort key renew."}},
    {OUTCOME_STORE_DAMAGED,
     {"De opslag van %s is beschadigd. Bel die partij: zij moet een reservekopie terugzetten. Tot "
      "dan wacht wat u voor haar hebt.",
      "The store of %s is damaged. Call that party: it must put back a backup. Until then what "
      "you have for it waits."}},
    {OUTCOME_INTERNAL,
     {"De poort van %s kan een bericht niet verwerken. Bel die partij. Tot dan wacht wat u voor "
      "haar hebt.",
      "The gateway of %s cannot process a message. Call that party. Until then what you have for "
      "it waits."}},
};

static const struct trouble somebody_else = {
    OUTCOME_SENDER_WRONG,
    {"Op het adres van %s antwoordt een ander, of het certificaat daar telt niet.",
     "At the address of %s somebody else answers, or the certificate there does not count."}};
static const struct trouble parked = {OUTCOME_NOT_ALLOWED,
                                      {"%s neemt een bericht niet aan.", "%s refuses a message."}};
static const struct trouble unreadable = {
    OUTCOME_STORE_DAMAGED,
    {"Wat op %s wacht kan hier niet worden gelezen, en staat stil. Wat voor anderen is gaat door.",
     "What waits for %s cannot be read here, and stands still. What is for others goes on."}};
static const struct trouble without_keys = {
    OUTCOME_KEY_UNKNOWN,
    {"Van %s telt hier geen sleuteldocument (meer): wat wacht kan niet weg. Laat die partij het "
     "volgende maken: wijkpoort key renew.",
     "No key document of %s counts here (any more): what waits cannot go. Have that party make "
     "the next one: wijkpoort key renew."}};

static const struct trouble *answered(const struct delivery_state *state)
{
    if (!state->is_theirs || state->failures < DELIVERY_STUCK_AFTER)
        return NULL;
    for (size_t i = 0; i < sizeof troubles / sizeof troubles[0]; i++) {
        if (strcmp(state->last_code, outcome_code(troubles[i].code)) == 0)
            return &troubles[i];
    }
    return NULL;
}

static const struct trouble *trouble_of(const struct delivery_state *state, bool keyless)
{
    const struct trouble *told = answered(state);

    if (told)
        return told;
    if (state->failures && state->last_failure == OUTCOME_SENDER_WRONG)
        return &somebody_else;
    if (state->failures && !state->is_theirs && state->last_failure == OUTCOME_STORE_DAMAGED)
        return &unreadable;
    if (state->parked)
        return &parked;
    return keyless && (state->waiting || state->under_way) ? &without_keys : NULL;
}

void delivery_trouble_print(const struct delivery_state *state, const char *name, bool keyless,
                            enum language language, struct buffer *out)
{
    const struct trouble *trouble = trouble_of(state, keyless);
    const char *text = trouble ? trouble->text[language] : "";
    const char *at = strstr(text, "%s");

    if (!at)
        return;
    buffer_add(out, text, (size_t)(at - text));
    buffer_add_text(out, name);
    buffer_add_text(out, at + 2);
}
