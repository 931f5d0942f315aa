/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * decision.h - may this go from here to there? One pure answer for sender,
 * receiver and dry run, from the covenant alone.
 *
 * Deny by default; `verboden` always wins. First the rules of the whole covenant,
 * then each article in order: the first article of which every rule holds permits.
 * When none does, the answer is that of the nearest article: the one that differs
 * least in whom and what it is about, and of those the one of which the fewest
 * conditions fail. It names the first thing that fails there, and the smallest
 * change that mends it.
 * Does not compute tokens, verify signatures or read a clock: those are facts that
 * come in.
 */
#pragma once

#include "covenant/in_force.h"
#include "covenant/role.h"

/* Who asks, since they know different things: the receiver knows nothing of `voorwaarden` and
 * objections and refuses a field too many; the sender leaves such a field out. A dry run is as
 * strict as both. */
enum side { SIDE_SENDER, SIDE_RECEIVER, SIDE_DRY_RUN };

/* What is known about the resident's consent. A dry run states what it wants to suppose. */
struct proof_facts {
    bool present;
    bool authentic;         /* signature of the sender, and made for this covenant */
    bool withdrawn;         /* stand INGETROKKEN, or a withdrawal is known */
    bool token_matches;     /* its token is the item's token */
    uint32_t purposes;      /* bit_of(enum purpose) */
    struct oin recipient;   /* aan */
    uint32_t groups;        /* 1 << place in code_lists.groups */
    struct day from, until; /* both inclusive */
};

struct request {
    const struct covenant *covenant;
    const struct standing *standing; /* statements, and the Amsterdam day of now */
    enum side side;
    struct oin from;
    struct oin to;           /* "" when not a party, or counted at home (LANE_AGGREGATE) */
    enum party_kind to_kind; /* only read when `to` is "": "may the police have this?" */
    enum purpose purpose;    /* PURPOSE_NONE: whatever the article's is */
    int article;             /* 0: any; a receiver names the one in the item */
    const char *code;        /* signaalcode; NULL or "" when it carries none */
    enum lane lane;
    enum role role;      /* of who sends */
    enum act act;        /* ACT_NONE: an ordinary exchange */
    uint32_t fields;     /* bit_of(enum field) present */
    uint32_t conditions; /* bit_of(enum condition) fulfilled */
    uint32_t denied;     /* of these it is known that they are not; of others nothing is known */
    bool objection;      /* the resident objected */
    const char *epoch;   /* of the token that came; NULL or "": none came */
    struct proof_facts proof;
};

/* Reasons. Several may share one wire code and differ in what would have allowed it.
 * Those after the line are given by callers, never by decide(). */
/* clang-format off */
/*    name, wire code,
 *    Dutch, English (what is the matter),
 *    Dutch, English (the smallest change that would allow it) */
#define REFUSALS(X)                                                                              \
  X(NONE, "",                                                                                    \
    "Dit mag.", "This is allowed.",                                                              \
    "Er is niets nodig.", "Nothing is needed.")                                                  \
  X(CODE_UNKNOWN, "CODE_ONBEKEND",                                                               \
    "Deze signaalcode staat niet in de codelijst.", "This signal code is not in the code list.", \
    "Kies een code uit de codelijst.", "Choose a code from the code list.")                      \
  X(CODE_BLOCKED, "CODE_GEBLOKKEERD",                                                            \
    "Dit soort gegeven mag nooit worden gedeeld (gezondheid of strafrecht).", "This kind of information may never be shared (health or criminal matters).", \
    "Laat deze regel weg. Geen convenant kan dit toestaan.", "Leave this row out. No covenant can allow it.") \
  X(ACT_FORBIDDEN, "HANDELING_VERBODEN",                                                         \
    "Deze handeling is verboden.", "This act is forbidden.",                                     \
    "Doe dit niet. Geen bepaling kan dit toestaan.", "Do not do this. No article can allow it.") \
  X(RECIPIENT_FORBIDDEN, "ONTVANGER_VERBODEN",                                                   \
    "Het convenant verbiedt dat deze ontvanger gegevens krijgt.", "The covenant forbids that this recipient gets data.", \
    "Haal de ontvanger in een nieuwe versie uit verboden.", "Remove the recipient from verboden in a new version.") \
  X(FIELD_FORBIDDEN, "VELD_VERBODEN",                                                            \
    "Het convenant verbiedt dit veld.", "The covenant forbids this field.",                      \
    "Laat het veld weg.", "Leave the field out.")                                                \
  X(NOT_A_PARTY, "GEEN_PARTIJ",                                                                  \
    "Deze organisatie is geen partij in het convenant.", "This organisation is not a party to the covenant.", \
    "Neem de organisatie in een nieuwe versie op als partij.", "Add the organisation as a party in a new version.") \
  X(NOT_YET_VALID, "CONVENANT_NOG_NIET_GELDIG",                                                  \
    "Het convenant geldt nog niet.", "The covenant is not valid yet.",                           \
    "Wacht tot de ingangsdatum.", "Wait for the day it starts.")                                 \
  X(EXPIRED, "CONVENANT_VERLOPEN",                                                               \
    "Het convenant is verlopen.", "The covenant has expired.",                                   \
    "Onderteken een nieuwe versie.", "Sign a new version.")                                      \
  X(EVALUATION_MISSED, "EVALUATIE_GEMIST",                                                       \
    "De evaluatie van het convenant is niet op tijd gedaan.", "The evaluation of the covenant was not done in time.", \
    "Evalueer en onderteken een nieuwe versie.", "Evaluate and sign a new version.")             \
  X(NO_ARTICLE, "GEEN_BEPALING",                                                                 \
    "Het convenant heeft geen bepaling met dit nummer.", "The covenant has no article with this number.", \
    "Neem een bepaling op in een nieuwe versie.", "Add an article in a new version.")            \
  X(NO_ARTICLE_FROM, "GEEN_BEPALING",                                                            \
    "Geen bepaling laat deze organisatie iets sturen.", "No article lets this organisation send anything.", \
    "Neem in een nieuwe versie een bepaling op met deze afzender.", "Add an article with this sender in a new version.") \
  X(NO_ARTICLE_TO, "GEEN_BEPALING",                                                              \
    "Geen bepaling laat deze afzender iets aan deze ontvanger sturen.", "No article lets this sender send anything to this recipient.", \
    "Neem de ontvanger in een nieuwe versie op bij naar.", "Add the recipient to naar in a new version.") \
  X(NO_ARTICLE_PURPOSE, "GEEN_BEPALING",                                                         \
    "Geen bepaling tussen deze partijen heeft dit doel.", "No article between these parties has this purpose.", \
    "Kies een doel dat wel is afgesproken.", "Choose a purpose that was agreed.")                \
  X(NO_ARTICLE_CODE, "GEEN_BEPALING",                                                            \
    "Geen bepaling tussen deze partijen noemt deze signaalcode.", "No article between these parties names this signal code.", \
    "Neem de code in een nieuwe versie op bij signalen.", "Add the code to signalen in a new version.") \
  X(COUNTS_ONLY, "ALLEEN_TELLEN",                                                                \
    "Dit mag alleen worden geteld, niet per persoon gestuurd.", "This may only be counted, not sent for each person.", \
    "Tel deze regel alleen mee.", "Only count this row.")                                        \
  X(JOINING_IN_ONLY, "ALLEEN_MEEDOEN",                                                           \
    "Welzijn krijgt alleen signalen over meedoen, en aantallen.", "Welfare gets signals about joining in only, and counts.", \
    "Kies een andere ontvanger, of tel deze regel alleen mee.", "Choose another recipient, or only count this row.") \
  X(LANE_NOT_ALLOWED, "WIJZE_NIET_TOEGESTAAN",                                                   \
    "Deze code mag hier niet op deze wijze worden gedeeld.", "This code may not be shared here in this way.", \
    "Gebruik de wijze die de bepaling noemt.", "Use the way that the article names.")            \
  X(UNSIGNED, "CONVENANT_NIET_ONDERTEKEND",                                                      \
    "Nog niet iedereen die deze bepaling nodig heeft, is akkoord.", "Not everyone this article needs has agreed yet.", \
    "Laat de genoemde partij ondertekenen.", "Have the named party sign.")                       \
  X(WITHDRAWN, "CONVENANT_INGETROKKEN",                                                          \
    "Een partij die deze bepaling nodig heeft, heeft zich teruggetrokken.", "A party this article needs has withdrawn.", \
    "Onderteken een nieuwe versie.", "Sign a new version.")                                      \
  X(WRONG_ROLE, "ROL_ONJUIST",                                                                   \
    "Deze rol mag dit niet sturen.", "This role may not send this.",                             \
    "Laat een melder of regiehouder dit sturen.", "Have a reporter or lead send this.")          \
  X(FIELD_TOO_MANY, "VELD_TE_VEEL",                                                              \
    "Dit veld staat niet in de bepaling.", "This field is not in the article.",                  \
    "Laat het veld weg.", "Leave the field out.")                                                \
  X(OTHER_EPOCH, "TIJDVAK_ONJUIST",                                                              \
    "Het pseudoniem is van een ander halfjaar.", "The token is of another half-year.",           \
    "Lever de melding opnieuw aan met een nieuw zaaknummer.", "Hand in the report again under a new case number.") \
  X(OBJECTION, "BEZWAAR",                                                                        \
    "De bewoner heeft bezwaar gemaakt.", "The resident objected.",                               \
    "Niets: het bezwaar gaat voor.", "Nothing: the objection comes first.")                      \
  X(CONDITION_MISSING, "VOORWAARDE_ONTBREEKT",                                                   \
    "Er is niet voldaan aan een voorwaarde van deze bepaling.", "A condition of this article is not fulfilled.", \
    "Voldoe eerst aan de genoemde voorwaarde.", "Fulfil the named condition first.")             \
  X(NOT_TENANT, "GEEN_HUURDER",                                                                  \
    "Deze bewoner huurt de woning niet meer.", "This resident is no longer the tenant.",         \
    "Niets: een vroegsignaal gaat over wie nu huurt.", "Nothing: an early signal is about who is the tenant now.") \
  X(TENANT_UNSAID, "HUURDER_ONBEKEND",                                                           \
    "Er staat niet bij of deze bewoner de woning nu huurt.", "It does not say whether this resident is the tenant now.", \
    "Vul de kolom huidige_huurder in: ja of nee.", "Fill in the column huidige_huurder: ja or nee.") \
  X(PLAN_RUNS, "REGELING_LOOPT",                                                                 \
    "Er loopt al een betalingsregeling.", "A payment plan is running already.",                  \
    "Wacht: meld pas als de regeling niet wordt nagekomen.", "Wait: report only when the plan is not kept.") \
  X(PLAN_UNSAID, "REGELING_ONBEKEND",                                                            \
    "Er staat niet bij of er een betalingsregeling loopt.", "It does not say whether a payment plan is running.", \
    "Vul de kolom regeling_loopt in: ja of nee.", "Fill in the column regeling_loopt: ja or nee.") \
  X(MINOR, "MINDERJARIG",                                                                        \
    "De huurder is jonger dan 18 jaar.", "The tenant is younger than 18.",                       \
    "Niets: een vroegsignaal gaat over wie 18 jaar of ouder is.", "Nothing: an early signal is about who is 18 or older.") \
  X(AGE_UNSAID, "LEEFTIJD_ONBEKEND",                                                             \
    "Er staat niet bij of de huurder 18 jaar of ouder is.", "It does not say whether the tenant is 18 or older.", \
    "Vul de kolom meerderjarig in: ja of nee. De geboortedatum is niet nodig.", "Fill in the column meerderjarig: ja or nee. The date of birth is not needed.") \
  X(NO_CONSENT, "GEEN_TOESTEMMING",                                                              \
    "Er is geen toestemming van de bewoner.", "There is no consent of the resident.",            \
    "Vraag de bewoner om toestemming.", "Ask the resident for consent.")                         \
  X(PROOF_WRONG, "BEWIJS_ONJUIST",                                                               \
    "Het bewijs van toestemming is niet echt of hoort bij een ander convenant.", "The proof of consent is not genuine or belongs to another covenant.", \
    "Leg de toestemming opnieuw vast.", "Record the consent again.")                             \
  X(CONSENT_WITHDRAWN, "TOESTEMMING_INGETROKKEN",                                                \
    "De bewoner heeft de toestemming ingetrokken.", "The resident withdrew the consent.",        \
    "Niets: de bewoner beslist.", "Nothing: the resident decides.")                              \
  X(PROOF_OTHER_PURPOSE, "BEWIJS_ANDER_DOEL",                                                    \
    "De toestemming is voor een ander doel gegeven.", "The consent was given for another purpose.", \
    "Vraag toestemming voor dit doel.", "Ask consent for this purpose.")                         \
  X(PROOF_OTHER_RECIPIENT, "BEWIJS_ANDERE_ONTVANGER",                                            \
    "De toestemming is voor een andere ontvanger gegeven.", "The consent was given for another recipient.", \
    "Vraag toestemming voor deze ontvanger.", "Ask consent for this recipient.")                 \
  X(PROOF_OTHER_GROUP, "BEWIJS_ANDERE_SIGNAALGROEP",                                             \
    "De toestemming gaat over een ander soort signaal.", "The consent is about another kind of signal.", \
    "Vraag toestemming voor dit soort signaal.", "Ask consent for this kind of signal.")         \
  X(PROOF_OTHER_TOKEN, "BEWIJS_ANDER_PSEUDONIEM",                                                \
    "Het bewijs hoort bij een ander pseudoniem.", "The proof belongs to another token.",         \
    "Stuur het bewijs dat bij dit pseudoniem hoort.", "Send the proof that belongs to this token.") \
  X(CONSENT_NOT_YET, "GEEN_TOESTEMMING",                                                         \
    "De toestemming is nog niet ingegaan.", "The consent has not started yet.",                  \
    "Wacht tot de toestemming ingaat.", "Wait until the consent starts.")                        \
  X(CONSENT_EXPIRED, "TOESTEMMING_VERLOPEN",                                                     \
    "De toestemming is verlopen.", "The consent has expired.",                                   \
    "Vraag de bewoner opnieuw om toestemming.", "Ask the resident for consent again.")           \
  /* ---- given by callers ---- */                                                               \
  X(CODE_AMBIGUOUS, "CODE_NIET_EENDUIDIG",                                                       \
    "Deze code past bij meer dan een signaalcode.", "This code fits more than one signal code.", \
    "Noem de code in de kolom signaalcode.", "Name the code in the column signaalcode.")         \
  X(RECIPIENT_AMBIGUOUS, "ONTVANGER_NIET_EENDUIDIG",                                             \
    "Er zijn meer ontvangers mogelijk.", "More than one recipient is possible.",                 \
    "Noem de ontvanger in de kolom ontvanger.", "Name the recipient in the column ontvanger.")   \
  X(CHANGED, "GEWIJZIGD",                                                                        \
    "Deze regel is al eerder verstuurd, met een andere inhoud.", "This row was sent before, with other content.", \
    "Trek het eerdere signaal in en stuur een nieuw.", "Recall the earlier signal and send a new one.") \
  X(RECALLED, "TERUGGETROKKEN",                                                                  \
    "Het signaal is teruggetrokken.", "The signal was recalled.",                                \
    "Niets: stuur zo nodig een nieuw signaal.", "Nothing: send a new signal if need be.")        \
  X(REPLACED, "CONVENANT_VERVANGEN",                                                             \
    "Er geldt een nieuwe versie van het convenant.", "A new version of the covenant is in force.", \
    "Lever de melding opnieuw aan met een nieuw zaaknummer.", "Hand in the report again under a new case number.") \
  X(KEY_MISSING, "SLEUTEL_ONTBREEKT",                                                            \
    "De sleutel voor pseudoniemen is nog niet ontvangen.", "The key for tokens has not been received yet.", \
    "Wacht op de sleutel van de sleutelgever.", "Wait for the key of the key giver.")            \
  X(CONSENT_WIDER, "TOESTEMMING_RUIMER",                                                         \
    "De bewoner koos eerder minder ruim, op papier.", "The resident chose less widely before, on paper.", \
    "Leg de ruimere keuze vast met consent record en vervangt.", "Record the wider choice with consent record and vervangt.") \
  X(CONSENT_UNCONFIRMED, "TOESTEMMING_NIET_BEVESTIGD",                                           \
    "Een tweede medewerker moet deze toestemming nog bevestigen.", "A second member of staff must still confirm this consent.", \
    "Laat een collega haar bevestigen met consent confirm.", "Have a colleague confirm it with consent confirm.") \
  X(AGREEMENT_MISSING, "GEEN_AFSPRAAK",                                                          \
    "Voor dit adres loopt geen afspraak: vraag opnieuw toestemming.", "No agreement runs for this address: ask for consent again.", \
    "Vraag toestemming en leg de afspraak vast met agreement record.", "Ask for consent and record the agreement with agreement record.") \
  X(AGREEMENT_EXPIRED, "AFSPRAAK_VERLOPEN",                                                      \
    "De afspraak met de bewoner loopt niet meer: vraag opnieuw toestemming.", "The agreement with the resident no longer runs: ask for consent again.", \
    "Vraag opnieuw toestemming en leg de nieuwe afspraak vast met agreement record.", "Ask for consent again and record the new agreement with agreement record.")
/* clang-format on */
#define REFUSAL_ENUM(name, code, nl, en, fix_nl, fix_en) REFUSAL_##name,
enum refusal { REFUSALS(REFUSAL_ENUM) REFUSAL_COUNT };
#undef REFUSAL_ENUM

/* Is it for the time alone, so that it may be permitted at another moment? By a clock that is in
 * doubt nobody is refused for it. */
bool refusal_is_of_time(enum refusal refusal);

enum { DETAIL_BYTES = 48 };

struct decision {
    bool permitted;
    enum refusal refusal; /* REFUSAL_NONE when permitted */
    int article;          /* the one that permits, or the nearest that does not; 0: none */
    /* What fails, in the covenant's words: a field ("bsn"), a condition ("contactpoging"), an
     * OIN that must sign, a kind; "" when the reason says it all. Never a value of the request
     * that is not in our vocabulary or in the covenant. */
    char detail[DETAIL_BYTES];
    /* The rest only when permitted. */
    enum purpose purpose;
    uint32_t fields; /* what may go: present and listed */
    struct terms terms;
    int retention_days;
    int feedback_level; /* 0 when silent */
    bool silence;       /* the recipient is bound to secrecy: two codes only, see design 10 */
};

/* Total: every request gets an answer. Never fails. */
struct decision decide(const struct request *request);

const char *refusal_code(enum refusal refusal); /* "GEEN_BEPALING" */
const char *refusal_text(enum refusal refusal, enum language language);
const char *refusal_fix(enum refusal refusal, enum language language);
/* The first refusal with this wire code; false when there is none. For what a partner sends. */
bool refusal_parse(const char *code, enum refusal *out_refusal);
/* "bepaling 5: Er is niet voldaan aan … (contactpoging)"; English: "article 5: …". */
void decision_print(const struct decision *decision, enum language language, struct buffer *out);

/* The parties that some article lets `from` send this code to in this lane (by kinds, code and
 * lane only; `from` itself left out). The caller refuses RECIPIENT_AMBIGUOUS when there are
 * more than one and the row names none. */
struct party_set decision_recipients(const struct covenant *covenant, const struct oin *from,
                                     const char *code, enum lane lane);
