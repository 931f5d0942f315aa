/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What to fill in, for the person whose form was refused. The API says what is wrong with a
 * member; a person wants to know what to write.
 */
#include <string.h>

#include "gateway/pages.h"

/* clang-format off */
static const struct {
    const char *field;
    struct web_text text;
} faults[] = {
    {"signaalcode",          {"Kies wat u zag.", "Choose what you saw."}},
    {"melddatum",            {"Vul de dag in, zoals 3-12-2026.", "Fill in the day, like 3-12-2026."}},
    {"postcode",             {"Vul de postcode in, zoals 1234 AB.", "Fill in the postcode, like 1234 AB."}},
    {"huisnummer",           {"Vul het huisnummer in, alleen het getal.", "Fill in the house number, the number only."}},
    {"huisletter",           {"Vul een letter in, of laat dit leeg.", "Fill in one letter, or leave it empty."}},
    {"toevoeging",           {"Vul de toevoeging in zoals op de deur staat, of laat dit leeg.", "Fill in the addition as on the door, or leave it empty."}},
    {"akkoord",              {"Kies of de bewoner het goed vindt.", "Choose whether the resident agrees."}},
    {"toestemmingDatum",     {"Vul de dag in waarop de bewoner ja zei.", "Fill in the day on which the resident said yes."}},
    {"telefoon",             {"Vul een telefoonnummer in, zoals 06-12345678, of laat dit leeg.", "Fill in a number like 06-12345678, or leave it empty."}},
    {"bedragAchterstand",    {"Vul het bedrag in, zoals 612,50.", "Fill in the amount, like 612,50."}},
    {"contactpoging",        {"Vul een dag in, zoals 3-12-2026.", "Fill in a day, like 3-12-2026."}},
    {"gewezenOpHulp",        {"Vul een dag in, zoals 3-12-2026.", "Fill in a day, like 3-12-2026."}},
    {"schriftelijkeHerinnering", {"Vul een dag in, zoals 3-12-2026.", "Fill in a day, like 3-12-2026."}},
    {"complex",              {"Vul de code van het complex in, zonder spaties.", "Fill in the code of the complex, without spaces."}},
    {"zaaknummer",           {"Gebruik letters, cijfers en streepjes.", "Use letters, digits and dashes."}},
    {"ontvanger",            {"Kies wie het mag weten.", "Choose who may know."}},
    {"convenant",            {"Kies het convenant.", "Choose the covenant."}},
    {"doelen",               {"Kruis aan waarvoor het mag.", "Tick what it is for."}},
    {"ontvangers",           {"Kruis aan wie het mag weten.", "Tick who may know."}},
    {"signaalgroepen",       {"Kruis aan waarover het gaat.", "Tick what it is about."}},
    {"geldigVan",            {"Vul de dag in waarop de bewoner ja zei.", "Fill in the day on which the resident said yes."}},
    {"geldigTot",            {"Vul een dag in binnen twaalf maanden, of laat dit leeg.", "Fill in a day within twelve months, or leave it empty."}},
    {"vervangt",             {"Vul het hele nummer van het afschrift in, of laat dit leeg.", "Fill in the whole number of the slip, or leave it empty."}},
    {"zeker",                {"Zet een vinkje als de bewoner dit echt wil.", "Tick the box if the resident really wants this."}},
    {"doel",                 {"Kies waarvoor.", "Choose what for."}},
    {"naar",                 {"Kies aan wie.", "Choose to whom."}},
    {"wijze",                {"Kies of de bewoner het goed vindt.", "Choose whether the resident agrees."}},
    {"dossier",              {"Vul een dossiernummer in. Het begint met D-.", "Fill in a dossier number. It begins with D-."}},
    {"medewerker",           {"Vul een personeelsnummer in, geen naam.", "Fill in a staff number, no name."}},
    {"partij",               {"Kies een organisatie.", "Choose an organisation."}},
    {"bepaling",             {"Schrijf het zo: voorbeeld/1. Of laat dit leeg.", "Write it like example/1. Or leave it empty."}},
    {"van",                  {"Vul een dag in, zoals 3-12-2026, of laat dit leeg.", "Fill in a day, like 3-12-2026, or leave it empty."}},
    {"code",                 {"Kies wat er is gebeurd.", "Choose what happened."}},
    {"vervolgstap",          {"Kies wat de volgende stap is.", "Choose the next step."}},
    {"vervolgdatum",         {"Vul een dag in, vanaf vandaag.", "Fill in a day, from today on."}},
    {"verwijstNaar",         {"Vul het hele nummer van het eerdere signaal in.", "Fill in the whole number of the earlier signal."}},
    {"organisatiesoort",     {"Kies het soort organisatie.", "Choose the kind of organisation."}},
    {"bevestigd",            {"Kies wat de bewoner zei.", "Choose what the resident said."}},
    {"tot",                  {"Vul een dag in, zoals 3-12-2026, of laat dit leeg.", "Fill in a day, like 3-12-2026, or leave it empty."}},
};
/* clang-format on */

const char *web_fault(const struct web_view *view, const char *field, const char *otherwise)
{
    for (size_t i = 0; field && i < sizeof faults / sizeof faults[0]; i++)
        if (strcmp(faults[i].field, field) == 0)
            return web_text(view, faults[i].text);
    return otherwise;
}
