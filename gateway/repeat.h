/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * repeat.h - "als iemand heel veel overlast veroorzaakt, dan moet je dat interpreteren als een
 * hulpvraag": when this organisation's own reporters handed in so many reports of nuisance about one
 * address within so many days (`herhalingAantal`, 3; `herhalingDagen`, 90), who hands in the next is
 * advised to talk with the resident and ask for consent. OVL.HERHAALD.
 *
 * It only advises (GDPR art. 22): nothing leaves by it, nothing is decided by it, it is no score and
 * no list of persons. Own reports only. What was counted and what was refused for want of consent
 * counts too: the organisation holds those reports already in the system that they came from, and
 * it is just then that asking helps. What may not be shared at all (a blocked code), what is wrong in
 * its form, and whoever objected do not.
 * Kept, sealed, under the dossier: day, own case number, code; at most REPEAT_MARKS_MAX, no longer
 * than the window. It goes with the dossier's last record, with a withdrawal or an objection at a
 * desk, with a row that says that the resident objects, and with the row when that is taken back; it stands in the letter of access.
 */
#pragma once

#include "gateway/intake.h"

enum { REPEAT_MARKS_MAX = 32 };

struct repeats {
    size_t count;           /* within the window */
    struct day first, last; /* of those */
    char source[IMPORT_KEY_MAX_BYTES + 1]; /* own case number of the last */
    char actor[STAFF_NUMBER_BYTES];     /* who handed that in */
    bool system;                           /* an adapter did: for every reporter */
};

/* In the change of the row, after it was stored. Sets row->repeats: how many there are now, 0 when
 * there is nothing to advise. */
MUST_USE enum outcome repeat_note(struct intake *intake, struct intake_row *row,
                                  struct change *change);
/* Of one dossier, as of today; NOT_FOUND when nothing is kept. */
MUST_USE enum outcome repeat_get(const struct gateway *gateway, struct view *view,
                                 const char *dossier, struct day today, struct repeats *out);
/* All of a dossier, or of one report in it. */
void repeat_forget(struct change *change, const char *dossier);
MUST_USE enum outcome repeat_forget_source(struct change *change, const char *dossier,
                                           const char *source);
/* What has left the window goes, with a dossier that nothing else is kept of. The clock's work. */
MUST_USE enum outcome repeat_sweep(struct gateway *gateway, struct day today);

const char *repeat_advice(enum language language); /* what the reporter can do */
