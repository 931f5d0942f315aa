/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * doctor.h - what is wrong with this gateway or on the way to its partners, in plain words: one
 * finding a check, with who must do what. For `wijkpoort doctor` only.
 *
 * Order of use: doctor_house() with the settings file; doctor_partners() with a profile, when the
 * own gateway answers; doctor_finding() within both. Reads; changes nothing. Says nothing about a
 * person and prints no secret. Reads certificates' dates, not whether partners accept them: that is
 * seen by calling.
 */
#pragma once

#include <jansson.h>

#include "gateway/command.h"
#include "gateway/settings.h"

/* clang-format off */
/*    name                level    Dutch / English: what is found, and what to do (by whom); "-": nothing */
#define FINDINGS(X)                                                                                  \
    X(SETTINGS_GOOD,      GOOD,    "De instellingen kloppen.", "The settings are right.", "-", "-")    \
    X(SETTINGS_WRONG,     WRONG,   "De instellingen zijn niet te gebruiken.", "The settings cannot be used.", \
                                   "Verbeter dit in het bestand met instellingen.", "Mend this in the settings file.") \
    X(KEYS_GOOD,          GOOD,    "De sleutels zijn te lezen, alleen door u, en horen bij elkaar.", \
                                   "The keys can be read, by you alone, and belong together.", "-", "-") \
    X(KEYS_WRONG,         WRONG,   "Een sleutelbestand is niet te gebruiken.", "A key file cannot be used.", \
                                   "Herstel het bestand: eigenaar de poort, rechten 0600, geen verwijzing; of zet het terug.", \
                                   "Mend the file: owner the gateway, mode 0600, no link; or put it back.") \
    X(KEYS_OTHER_OIN,     WRONG,   "De sleutels zijn van een andere organisatie dan de instellingen.", \
                                   "The keys are of another organisation than the settings.",        \
                                   "Verbeter oin of sleutelmap in de instellingen.", "Mend oin or sleutelmap in the settings.") \
    X(DOCUMENT_ENDING,    CAUTION, "Het sleuteldocument verloopt binnen 60 dagen.", "The key document ends within 60 days.", \
                                   "Doe op tijd: wijkpoort key renew.", "Do in time: wijkpoort key renew.") \
    X(DOCUMENT_SOON,      WRONG,   "Het sleuteldocument verloopt binnen 14 dagen, of is verlopen.", "The key document ends within 14 days, or has ended.", \
                                   "Doe nu: wijkpoort key renew; daarna neemt geen partij nog iets van u aan.", \
                                   "Do now: wijkpoort key renew; after that no party takes anything from you.") \
    X(FOLDER_GOOD,        GOOD,    "De gegevensmap is er, op een eigen schijf met genoeg ruimte.",   \
                                   "The data folder is there, on a disk of its own machine with room enough.", "-", "-") \
    X(FOLDER_WRONG,       WRONG,   "De gegevensmap is er niet of is niet van u alleen (0700).",      \
                                   "The data folder is absent or not yours alone (0700).",           \
                                   "Koppel de schijf aan of herstel de rechten; maak de map niet zelf leeg aan.", \
                                   "Mount the disk or mend the mode; do not make an empty folder by hand.") \
    X(FOLDER_REMOTE,      WRONG,   "De gegevensmap staat op een netwerkschijf.", "The data folder is on a network filesystem.", \
                                   "Verplaats haar naar een schijf van deze machine.", "Move it to a disk of this machine.") \
    X(DISK_FULL,          WRONG,   "Er is minder ruimte vrij dan vrijeRuimteMiB: de poort neemt niets aan.", \
                                   "Less room is free than vrijeRuimteMiB: the gateway takes nothing in.", \
                                   "Maak ruimte op de schijf.", "Make room on the disk.")            \
    X(DISK_LOW,           CAUTION, "De schijf raakt vol.", "The disk is filling up.",                \
                                   "Maak ruimte voordat de poort stopt met aannemen.", "Make room before the gateway stops taking things in.") \
    X(CERTIFICATE_GOOD,   GOOD,    "Het certificaat geldt en hoort bij zijn sleutel.",               \
                                   "The certificate is valid and belongs to its key.", "-", "-")       \
    X(CERTIFICATE_WRONG,  WRONG,   "Het certificaat is niet te lezen.", "The certificate cannot be read.", \
                                   "Zet het goede bestand terug.", "Put the right file back.")       \
    X(CERTIFICATE_KEY,    WRONG,   "De sleutel hoort niet bij het certificaat of is niet te lezen.", \
                                   "The key does not belong to the certificate or cannot be read.",  \
                                   "Zet het paar bij elkaar terug; de sleutel met rechten 0600.", "Put the pair back together; the key with mode 0600.") \
    X(CERTIFICATE_OIN,    WRONG,   "Het certificaat noemt niet uw OIN.", "The certificate does not name your OIN.", \
                                   "Vraag een certificaat met uw OIN in subject.serialNumber aan.", "Order a certificate with your OIN in subject.serialNumber.") \
    X(CERTIFICATE_ENDED,  WRONG,   "Het certificaat is verlopen.", "The certificate has expired.",   \
                                   "Vervang het certificaat; de poort leest het vanzelf.", "Replace the certificate; the gateway reads it by itself.") \
    X(CERTIFICATE_EARLY,  WRONG,   "Het certificaat geldt nog niet.", "The certificate is not valid yet.", \
                                   "Controleer de klok van deze machine.", "Check the clock of this machine.") \
    X(CERTIFICATE_ENDING, CAUTION, "Het certificaat verloopt binnen 60 dagen.", "The certificate expires within 60 days.", \
                                   "Vraag nu een nieuw aan.", "Order a new one now.")                \
    X(CERTIFICATE_OTHER,  CAUTION, "Het certificaat is een ander dan in uw sleuteldocument.",        \
                                   "The certificate is another than in your key document.",          \
                                   "Partners gaan af op de OIN; geef bij gelegenheid een nieuw sleuteldocument uit.", \
                                   "Partners go by the OIN; issue a new key document when convenient.") \
    X(CERTIFICATE_NAME,   CAUTION, "Het certificaat noemt een andere naam dan het adres in uw sleuteldocument.", \
                                   "The certificate names another host than the address in your key document.", \
                                   "Voor partners telt alleen de OIN; een gewone browser klaagt er wel over.", \
                                   "For partners only the OIN counts; an ordinary browser will complain.") \
    X(ADDRESS_INSIDE,     CAUTION, "Op dit adres komen alleen verbindingen van deze machine binnen.", "At this address only connections of this machine come in.", \
                                   "Vul in partnerAdres een adres in dat partners bereiken; laat dit als een doorgifte op deze machine staat.", \
                                   "Set partnerAdres to an address that partners reach; leave it where something on this machine forwards.") \
    X(AUTHORITY_GOOD,     GOOD,    "De autoriteit en de intrekkingslijsten zijn te lezen en actueel.", \
                                   "The authority and the revocation lists can be read and are current.", "-", "-") \
    X(AUTHORITY_WRONG,    WRONG,   "Het bestand met autoriteiten is niet te lezen.", "The file of authorities cannot be read.", \
                                   "Zet het goede bestand terug.", "Put the right file back.")       \
    X(LIST_WRONG,         WRONG,   "De intrekkingslijst is niet te lezen.", "The revocation list cannot be read.", \
                                   "Haal haar opnieuw op bij de uitgever.", "Fetch it again from its issuer.") \
    X(LIST_ENDED,         WRONG,   "De intrekkingslijst is verlopen: elk certificaat wordt geweigerd.", \
                                   "The revocation list has expired: every certificate is refused.", \
                                   "Haal een nieuwe op bij de uitgever, en laat dat voortaan vanzelf gaan.", \
                                   "Fetch a new one from its issuer, and have that done by a timer.") \
    X(LIST_ENDING,        CAUTION, "De intrekkingslijst verloopt binnen twee dagen.", "The revocation list expires within two days.", \
                                   "Haal een nieuwe op.", "Fetch a new one.")                        \
    X(LIST_NONE,          CAUTION, "Er is geen intrekkingslijst: een ingetrokken certificaat telt nog.", \
                                   "There is no revocation list: a revoked certificate still counts.", \
                                   "Stel partnersCrl in.", "Set partnersCrl.")                       \
    X(CLOCK_GOOD,         GOOD,    "De klok loopt gelijk.", "The clock is kept right.", "-", "-")      \
    X(CLOCK_WRONG,        WRONG,   "De klok staat voor het begin van uw eigen certificaat.", "The clock is before the beginning of your own certificate.", \
                                   "Zet de klok goed (NTP).", "Set the clock right (NTP).")          \
    X(CLOCK_UNKNOWN,      CAUTION, "Het systeem zegt niet dat de klok gelijk wordt gehouden.", "The system does not say that the clock is kept right.", \
                                   "Zet NTP aan: meer dan twee minuten verschil en berichten worden geweigerd.", \
                                   "Turn on NTP: over two minutes off and messages are refused.")    \
    X(MEMORY_GOOD,        GOOD,    "Sleutels kunnen in het geheugen blijven.", "Keys can stay in memory.", "-", "-") \
    X(MEMORY_LITTLE,      CAUTION, "Er mag te weinig geheugen vast staan: sleutels kunnen in het wisselbestand komen.", \
                                   "Too little memory may be locked: keys may end up in swap.",      \
                                   "Sta minstens 1 MiB toe (LimitMEMLOCK).", "Allow at least 1 MiB (LimitMEMLOCK).") \
    X(PORT_SERVED,        GOOD,    "Op deze poort wordt geluisterd.", "Somebody listens on this port.", "-", "-") \
    X(PORT_FREE,          CAUTION, "Op deze poort luistert niemand.", "Nobody listens on this port.", \
                                   "Start de poort (wijkpoort serve), als zij hoort te draaien.", "Start the gateway (wijkpoort serve), if it should run.") \
    X(PORT_WRONG,         WRONG,   "Dit adres en deze poort zijn hier niet te gebruiken.", "This address and port cannot be used here.", \
                                   "Verbeter adres of poort in de instellingen.", "Mend address or port in the settings.") \
    X(GATEWAY_GOOD,       GOOD,    "De eigen poort antwoordt.", "The own gateway answers.", "-", "-")  \
    X(GATEWAY_AWAY,       WRONG,   "De eigen poort antwoordt niet op dit profiel.", "The own gateway does not answer this profile.", \
                                   "Lees de melding hierboven; start de poort of geef een ander profiel.", "Read the message above; start the gateway or give another profile.") \
    X(GATEWAY_SAYS,       CAUTION, "De eigen poort meldt dit zelf.", "The own gateway says this itself.", "-", "-") \
    X(PARTNERS_UNASKED,   CAUTION, "De partners zijn niet nagegaan.", "The partners were not looked at.", \
                                   "Geef --profile, met de poort gestart.", "Give --profile, with the gateway running.") \
    X(PARTNER_GOOD,       GOOD,    "Bereikbaar, met de juiste OIN, en zij antwoordt ons.", "Reachable, with the right OIN, and it answers us.", "-", "-") \
    X(PARTNER_KEYS,       WRONG,   "Van deze partij telt hier geen sleuteldocument.", "No key document of this party counts here.", \
                                   "Laat haar het volgende maken: wijkpoort key renew. Het komt vanzelf hier.", \
                                   "Have it make the next one: wijkpoort key renew. It comes here by itself.") \
    X(PARTNER_NAME,       WRONG,   "De naam van deze partij is niet te vinden (DNS).", "The host name of this party cannot be found (DNS).", \
                                   "Controleer uw DNS; als dat goed is, moet de partij haar naam herstellen.", "Check your DNS; if that is right, the party must mend its name.") \
    X(PARTNER_CLOSED,     WRONG,   "De machine van deze partij antwoordt, maar er luistert geen poort.", "The machine of this party answers, but no gateway listens.", \
                                   "De partij moet haar poort starten of haar doorgifte herstellen.", "The party must start its gateway or mend its forwarding.") \
    X(PARTNER_SILENT,     WRONG,   "Er komt geen verbinding tot stand met deze partij.", "No connection comes about with this party.", \
                                   "Controleer eerst uw eigen uitgaande firewall; daarna die van de partij.", "Check your own outgoing firewall first; then the party's.") \
    X(PARTNER_OTHER_OIN,  WRONG,   "Op dit adres antwoordt een andere organisatie.", "Another organisation answers at this address.", \
                                   "Bel de partij: haar adres wijst naar een ander. Er wordt niets verzonden.", "Call the party: its address leads to another. Nothing is sent.") \
    X(PARTNER_ENDED,      WRONG,   "Het certificaat van deze partij is verlopen.", "The certificate of this party has expired.", \
                                   "De partij moet het vervangen.", "The party must replace it.")    \
    X(PARTNER_EARLY,      WRONG,   "Het certificaat van deze partij geldt nog niet.", "The certificate of this party is not valid yet.", \
                                   "Een van beide klokken staat fout: controleer eerst de uwe.", "One of the two clocks is wrong: check yours first.") \
    X(PARTNER_REVOKED,    WRONG,   "Het certificaat van deze partij is ingetrokken.", "The certificate of this party was revoked.", \
                                   "Bel de FG van de partij. Er wordt niets verzonden.", "Call the party's FG. Nothing is sent.") \
    X(PARTNER_LIST,       WRONG,   "Uw intrekkingslijst dekt deze partij niet of is verlopen.", "Your revocation list does not cover this party or has expired.", \
                                   "Vernieuw partnersCrl.", "Renew partnersCrl.")                    \
    X(PARTNER_CHAIN,      WRONG,   "Het certificaat van deze partij komt niet van een autoriteit die u vertrouwt.", \
                                   "The certificate of this party is not from an authority that you trust.", \
                                   "Vergelijk partnersCa met de uitgever van de partij; een tussenliggend certificaat moet de partij meesturen.", \
                                   "Compare partnersCa with the party's issuer; an intermediate certificate must be sent by the party.") \
    X(PARTNER_REFUSES,    WRONG,   "Deze partij breekt de TLS-verbinding af: zij neemt ons certificaat niet aan, of spreekt geen TLS 1.3.", \
                                   "This party breaks off the TLS connection: it does not take our certificate, or speaks no TLS 1.3.", \
                                   "Controleer uw certificaat hierboven; de partij kijkt of zij uw uitgever en intrekkingslijst heeft.", \
                                   "Check your certificate above; the party looks whether it has your issuer and its revocation list.") \
    X(PARTNER_STRANGER,   WRONG,   "Deze partij kent ons niet: zij heeft het convenant nog niet toegevoegd.", "This party does not know us: it has not added the covenant yet.", \
                                   "De partij doet: wijkpoort covenant add.", "The party does: wijkpoort covenant add.") \
    X(PARTNER_SLOW,       WRONG,   "Deze partij antwoordt niet op tijd.", "This party does not answer in time.", \
                                   "De partij kijkt waarom haar poort traag is.", "The party looks why its gateway is slow.") \
    X(PARTNER_ODD,        CAUTION, "Op dit adres antwoordt iets anders dan een wijkpoort.", "Something else than a wijkpoort answers at this address.", \
                                   "De partij kijkt of er een HTTP-proxy voor haar poort staat: dat kan niet.", "The party looks whether an HTTP proxy stands before its gateway: that cannot be.")
/* clang-format on */

#define FINDING_ENUM(name, level, nl, en, do_nl, do_en) FINDING_##name,
enum finding { FINDINGS(FINDING_ENUM) FINDING_COUNT };
#undef FINDING_ENUM

struct doctor {
    json_t *findings; /* an array; NULL: out of memory */
    bool wrong;       /* one of them is */
};

/* `about` is a file, a setting, a party's name; `detail` more about it; both may be NULL. */
void doctor_finding(struct doctor *doctor, enum finding finding, const char *about,
                    const char *detail);

/* *out_settings is the caller's; NULL when they cannot be used. */
void doctor_house(struct doctor *doctor, const char *path, struct settings **out_settings);
void doctor_partners(struct doctor *doctor, const struct settings *settings,
                     const struct invocation *invocation);
