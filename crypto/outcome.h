/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * outcome.h - what a call that can fail may answer, once for the whole house.
 *
 * One list makes the enum, the machine code on the wire, the HTTP status, the
 * Dutch and English sentence and the word in logs. The sentences are read by
 * operators and partners, so they say nothing about a person.
 *
 * KIND says whose matter it is: THEIRS (the caller sent something wrong),
 * REFUSED (well formed, not allowed), OURS (this gateway cannot).
 */
#pragma once

#define MUST_USE __attribute__((warn_unused_result))

/* clang-format off */
/*    name               kind     http code on the wire            Dutch / English */
#define OUTCOMES(X)                                                                                   \
    X(OK,                GOOD,    200, "OK",                       "Gelukt.",                         \
                                                                   "Done.")                           \
    X(MALFORMED,         THEIRS,  400, "ONJUIST_BERICHT",          "Het bericht is niet goed opgebouwd.", \
                                                                   "The message is not well formed.") \
    X(HTTP_WRONG,        THEIRS,  400, "ONJUISTE_HTTP",            "Dit is geen HTTP-verzoek dat deze poort aanneemt.", \
                                                                   "This is not an HTTP request that this gateway takes.") \
    X(HEAD_DIFFERS,      THEIRS,  400, "KOP_WIJKT_AF",             "De kop en de ondertekende inhoud zeggen niet hetzelfde.", \
                                                                   "The head and the signed content do not say the same.") \
    X(SEAL_WRONG,        THEIRS,  400, "VERZEGELING_ONJUIST",      "De inhoud is niet voor deze poort verzegeld of is beschadigd.", \
                                                                   "The content was not sealed for this gateway or is damaged.") \
    X(SIGNATURE_WRONG,   THEIRS,  400, "HANDTEKENING_ONJUIST",     "De handtekening klopt niet.",     \
                                                                   "The signature does not match.")   \
    X(TIME_WRONG,        THEIRS,  400, "TIJD_ONJUIST",             "Het bericht is verlopen of komt uit de toekomst. Controleer de klok.", \
                                                                   "The message has expired or lies in the future. Check the clock.") \
    X(KEY_UNKNOWN,       THEIRS,  400, "SLEUTEL_ONBEKEND",         "Deze sleutel is hier niet bekend of niet geldig.", \
                                                                   "This key is not known here or not valid.") \
    X(CSRF,              THEIRS,  403, "HERKOMST_ONJUIST",         "Dit verzoek komt niet van een pagina van deze poort.", \
                                                                   "This request does not come from a page of this gateway.") \
    X(SENDER_WRONG,      REFUSED, 403, "AFZENDER_ONJUIST",         "De afzender is niet de organisatie van het certificaat.", \
                                                                   "The sender is not the organisation of the certificate.") \
    X(STRANGER,          REFUSED, 403, "ONBEKENDE_PARTIJ",         "Deze poort kent u niet: dit certificaat is van geen gebruiker, en van geen partij in een convenant. Vraag de beheerder.", \
                                                                   "This gateway does not know you: this certificate is of no user, and of no party to a covenant. Ask the administrator.") \
    X(NO_ROLE,           REFUSED, 403, "GEEN_ROL",                 "Uw rol mag dit niet, of wacht nog op een tweede persoon. Vraag de beheerder.", \
                                                                   "Your role does not allow this, or still waits for a second person. Ask the administrator.") \
    X(NOT_ALLOWED,       REFUSED, 403, "NIET_TOEGESTAAN",          "Het convenant staat dit niet toe.", \
                                                                   "The covenant does not allow this.") \
    X(ACT_FORBIDDEN,     REFUSED, 403, "VERBODEN_HANDELING",       "Zoeken naar een persoon bij een andere organisatie kan niet.", \
                                                                   "Searching for a person at another organisation is not possible.") \
    X(COVENANT_UNKNOWN,  REFUSED, 403, "CONVENANT_ONBEKEND",       "Dit convenant is hier niet bekend.", \
                                                                   "This covenant is not known here.") \
    X(NOT_IN_FORCE,      REFUSED, 403, "CONVENANT_NIET_VAN_KRACHT", "Dit convenant is niet van kracht.", \
                                                                   "This covenant is not in force.")  \
    X(FINGERPRINT_WRONG, REFUSED, 400, "VINGERAFDRUK_ONJUIST",     "De vingerafdruk hoort niet bij dit bestand. Vergelijk met het papier.", \
                                                                   "The fingerprint does not belong to this file. Compare with the paper.") \
    X(NOT_FOUND,         THEIRS,  404, "NIET_GEVONDEN",            "Dit bestaat niet, of niet voor u.", \
                                                                   "This does not exist, or not for you.") \
    X(METHOD_WRONG,      THEIRS,  405, "METHODE_ONJUIST",          "Deze methode kan hier niet.",     \
                                                                   "This method is not possible here.") \
    X(NOT_ACCEPTABLE,    THEIRS,  406, "FORMAAT_NIET_LEVERBAAR",   "Dit antwoord is er niet in het gevraagde formaat.", \
                                                                   "This answer does not come in the format you ask for.") \
    X(TIMEOUT,           THEIRS,  408, "TE_TRAAG",                 "Het verzoek duurde te lang.",     \
                                                                   "The request took too long.")      \
    X(OTHER_BYTES,       REFUSED, 409, "ANDER_BERICHT_BEKEND",     "Onder dit nummer is al een ander bericht ontvangen.", \
                                                                   "Another message was received under this number.") \
    X(STEP_NOT_ALLOWED,  REFUSED, 409, "STAP_NIET_MOGELIJK",       "Deze stap kan nu niet.",          \
                                                                   "This step is not possible now.")  \
    X(EXISTS,            REFUSED, 409, "BESTAAT_AL",               "Dit bestaat al.",                 \
                                                                   "This exists already.")            \
    X(TOO_LARGE,         THEIRS,  413, "TE_GROOT",                 "Het bericht is groter dan toegestaan.", \
                                                                   "The message is larger than the limit.") \
    X(URI_TOO_LONG,      THEIRS,  414, "ADRES_TE_LANG",            "Het adres is te lang.",           \
                                                                   "The address is too long.")        \
    X(MEDIA_WRONG,       THEIRS,  415, "SOORT_INHOUD_ONJUIST",     "Deze soort inhoud neemt de poort niet aan.", \
                                                                   "The gateway does not take this type of content.") \
    X(EXPECT,            THEIRS,  417, "VERWACHTING_ONJUIST",      "De poort ondersteunt Expect niet.", \
                                                                   "The gateway does not support Expect.") \
    X(HEADERS_TOO_LARGE, THEIRS,  431, "KOPVELDEN_TE_GROOT",       "De kopvelden zijn te groot.",     \
                                                                   "The header fields are too large.") \
    X(TOO_MANY,          THEIRS,  429, "TE_VEEL_VERZOEKEN",        "Er komen te veel verzoeken. Probeer het later.", \
                                                                   "There are too many requests. Try again later.") \
    X(NOT_YET,           REFUSED, 503, "NOG_NIET_KLAAR",           "Dit kan nog niet. Probeer het later.", \
                                                                   "This is not possible yet. Try again later.") \
    X(QUEUE_FULL,        REFUSED, 503, "WACHTRIJ_VOL",             "De wachtrij naar een partij is vol. Probeer het later.", \
                                                                   "The queue to a party is full. Try again later.") \
    X(CLOCK_WRONG,       OURS,    503, "KLOK_ONJUIST",             "De klok van deze poort is niet zeker. Zet hem goed, of probeer het later.", \
                                                                   "The clock of this gateway is in doubt. Set it right, or try again later.") \
    X(BUSY,              OURS,    503, "DRUK",                     "De poort is druk. Probeer het zo weer.", \
                                                                   "The gateway is busy. Try again shortly.") \
    X(STORE_FULL,        OURS,    503, "OPSLAG_VOL",               "De opslag is vol. Waarschuw de beheerder.", \
                                                                   "The store is full. Tell the administrator.") \
    X(STORE_FAILED,      OURS,    503, "OPSLAG_FOUT",              "De opslag kan niet schrijven. Waarschuw de beheerder.", \
                                                                   "The store cannot write. Tell the administrator.") \
    X(STORE_DAMAGED,     OURS,    500, "OPSLAG_BESCHADIGD",        "Een gegeven in de opslag is beschadigd. Waarschuw de beheerder.", \
                                                                   "A record in the store is damaged. Tell the administrator.") \
    X(STORE_IN_USE,      OURS,    500, "OPSLAG_IN_GEBRUIK",        "Een andere poort gebruikt deze opslag al.", \
                                                                   "Another gateway is using this store already.") \
    X(STORE_NEWER,       OURS,    500, "OPSLAG_TE_NIEUW",          "De opslag is van een nieuwere versie van wijkpoort. Gebruik die versie.", \
                                                                   "The store is of a newer version of wijkpoort. Use that version.") \
    X(OUT_OF_MEMORY,     OURS,    503, "GEEN_GEHEUGEN",            "Er is te weinig geheugen.",       \
                                                                   "There is too little memory.")     \
    X(RANDOM_FAILED,     OURS,    500, "CRYPTO_FOUT",              "Een bewerking met sleutels mislukte.", \
                                                                   "An operation with keys failed.")  \
    X(FILE_WRONG,        OURS,    500, "BESTAND_ONJUIST",          "Een bestand ontbreekt, is onleesbaar of heeft te ruime rechten.", \
                                                                   "A file is missing, unreadable or open to others.") \
    X(KEY_FILE_WRONG,    OURS,    500, "SLEUTELBESTAND_ONJUIST",   "Het sleutelbestand is beschadigd of het wachtwoord klopt niet.", \
                                                                   "The key file is damaged or the passphrase is wrong.") \
    X(SETTINGS_WRONG,    OURS,    500, "INSTELLING_ONJUIST",       "Een instelling is onbekend of buiten bereik.", \
                                                                   "A setting is unknown or out of range.") \
    X(ADDRESS_TAKEN,     OURS,    500, "ADRES_BEZET",              "Een ander programma luistert al op dit adres en deze poort.", \
                                                                   "Another program listens on this address and port already.") \
    X(UNREACHABLE,       OURS,    502, "NIET_BEREIKBAAR",          "De andere kant is niet bereikbaar.", \
                                                                   "The other side cannot be reached.") \
    X(INTERNAL,          OURS,    500, "INTERNE_FOUT",             "De poort kon dit niet doen. Waarschuw de beheerder.", \
                                                                   "The gateway could not do this. Tell the administrator.")
/* clang-format on */

enum outcome_kind { KIND_GOOD, KIND_THEIRS, KIND_REFUSED, KIND_OURS };

#define OUTCOME_ENUM(name, kind, http, code, nl, en) OUTCOME_##name,
enum outcome { OUTCOMES(OUTCOME_ENUM) OUTCOME_COUNT };
#undef OUTCOME_ENUM

enum language { LANGUAGE_NL, LANGUAGE_EN, LANGUAGE_COUNT };

const char *outcome_code(enum outcome outcome);                         /* "ONJUIST_BERICHT" */
const char *outcome_text(enum outcome outcome, enum language language); /* one sentence */
int outcome_http_status(enum outcome outcome);
enum outcome_kind outcome_kind(enum outcome outcome);

/* Returns the outcome of `x` from the calling function unless it is OK: the one
 * macro in this house that changes the flow of control. */
#define TRY(x)                                                                                     \
    do {                                                                                           \
        enum outcome try_outcome = (x);                                                            \
        if (try_outcome != OUTCOME_OK)                                                             \
            return try_outcome;                                                                    \
    } while (0)
