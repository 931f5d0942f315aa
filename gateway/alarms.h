/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * alarms.h - what somebody must look at until it is over: raised with a leaf in the log, shown by
 * `status` to every user of the house, settled by what ends it, with a leaf again.
 *
 * `about` says what it is about, and is read by everybody who sees the status: the number of an
 * organisation, which is shown by its name, or the number of a record. Never a person.
 * Does not tell anybody: `status` and `doctor` show it, a hook may look there.
 */
#pragma once

#include <jansson.h>

#include "gateway/gateway.h"

/* clang-format off */
/*    name                code                            Dutch / English */
#define ALARMS(X)                                                                                  \
    X(WITHDRAWAL_LATE,    "INTREKKING_NIET_BEVESTIGD",                                             \
      "Een intrekking is na 24 uur nog niet bevestigd. De poort blijft het proberen; bel de partij.", \
      "A withdrawal has not been confirmed after 24 hours. The gateway keeps trying; call the party.") \
    X(KEY_FORK,           "SLEUTEL_SPLITSING",                                                     \
      "Van deze partij zijn twee opvolgers van een sleutel gezien. Er gaat niets meer heen; bel de partij.", \
      "Two successors of one key of this party were seen. Nothing is sent any more; call the party.") \
    X(KEY_MISUSED,        "SLEUTEL_MISBRUIKT",                                                     \
      "Iemand anders heeft met uw sleutels een opvolger gemaakt. Doe een noodwissel: wijkpoort key renew --emergency.", \
      "Somebody else made a successor with your keys. Do an emergency change: wijkpoort key renew --emergency.") \
    X(ERASURE_LATE,       "WISSEN_TE_LAAT",                                                        \
      "Het wissen loopt meer dan twee dagen achter. Kijk naar de klok, de ruimte op de schijf en de laatste fouten.", \
      "Erasing is more than two days late. Look at the clock, the room on the disk and the latest errors.") \
    X(ACCESS_SOON,        "INZAGE_BIJNA_TE_LAAT",                                                  \
      "Een verzoek om inzage moet binnen een week zijn beantwoord: wijkpoort rights list.",        \
      "A request for access must be answered within a week: wijkpoort rights list.")               \
    X(ACCESS_LATE,        "INZAGE_TE_LAAT",                                                        \
      "Een verzoek om inzage is te laat. Antwoord vandaag, of leg de klacht voor aan de FG.",      \
      "A request for access is late. Answer today, or take the complaint to the FG.")              \
    X(BUDDY_STOPPED,      "MAATJE_GESTOPT",                                                        \
      "Een maatje is gestopt. Vertel het de andere bewoner en sluit de koppeling af.",             \
      "A buddy stopped. Tell the other resident, and close the match.")                            \
    X(AGREEMENT_ENDS,     "AFSPRAAK_LOOPT_AF",                                                     \
      "Een afspraak met een bewoner loopt binnen 30 dagen af. Vraag opnieuw toestemming: wijkpoort agreement list.", \
      "An agreement with a resident ends within 30 days. Ask for consent again: wijkpoort agreement list.") \
    X(NOTIFY_FAILED,      "BERICHTGEVING_MISLUKT",                                                 \
      "Het programma dat mensen waarschuwt is mislukt. Kijk naar de instelling berichtgeving.",    \
      "The program that notifies people failed. Look at the setting berichtgeving.")               \
    X(RESIDENT_DENIES,    "BEWONER_BEVESTIGT_NIET",                                                \
      "Een bewoner bevestigt de toestemming niet die hier is vastgelegd. De FG zoekt uit hoe dat kan: wijkpoort consent statement.", \
      "A resident does not confirm the consent that was recorded here. The DPO finds out how that can be: wijkpoort consent statement.")
/* clang-format on */

enum alarm {
#define ALARM_ENUM(name, code, nl, en) ALARM_##name,
    ALARMS(ALARM_ENUM)
#undef ALARM_ENUM
        ALARM_COUNT
};

enum { ALARM_ABOUT_MAX_BYTES = 64 };

/* Once: raising what stands already does nothing. INTERNAL when `about` is empty or too long. */
MUST_USE enum outcome alarm_raise(struct gateway *gateway, struct change *change, enum alarm alarm,
                                  const char *about);
/* Settling what does not stand does nothing. */
MUST_USE enum outcome alarm_settle(struct gateway *gateway, struct change *change, enum alarm alarm,
                                   const char *about);
bool alarm_stands(struct view *view, enum alarm alarm, const char *about);
/* Those that stand, for `status`: a sentence each, with what it is about and since which day.
 * STORE_DAMAGED when one does not read. */
MUST_USE enum outcome alarms_warn(struct gateway *gateway, const struct registry *registry,
                                  enum language language, json_t *warnings);
