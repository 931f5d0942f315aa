/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * basis.h - the basis record: why something about a resident may be shared, kept
 * by the organisation that collected it. What others see of it is covenant/proof.h.
 *
 * The record is a JSON document for the store; its events are chained by hash, so
 * that none can be changed or left out unseen. basis_parse() checks the chain.
 * Order of use: basis_from_push() or basis_parse(); basis_add_event();
 * basis_print(); basis_free(). Pure: ids and instants come in. Its words for people:
 * basis_words.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "covenant/day.h"
#include "covenant/proof.h"
#include "covenant/role.h"
#include "covenant/words.h"
#include "crypto/bytes.h"
#include "crypto/json.h"
#include "crypto/oin.h"
#include "crypto/outcome.h"
#include "crypto/uuid.h"

enum {
    BASIS_MAX_BYTES = 32 * 1024,
    BASIS_RECIPIENTS_MAX = 8,
    BASIS_EVENTS_MAX = 64,
    BASIS_MONTHS_MAX = 12,
    BASIS_DOSSIER_MAX_BYTES = 32,
    BASIS_CITATION_MAX_BYTES = 120,
    BASIS_NOTICE_MAX_BYTES = 32,
    BASIS_RETENTION_DAYS_MAX = 3660,
};

/* clang-format off */
/*    word                        Dutch / English */
#define BASIS_KINDS(X)                                                                      \
    X(GRONDSLAG,                  "grondslag om te delen", "basis for sharing")             \
    X(DOORBREKING_BEROEPSGEHEIM,  "doorbreking van het beroepsgeheim", "lifting of professional secrecy") \
    X(INSTEMMING_HULP,            "instemming met hulp", "agreement to help")             \
    X(MAATJE,                     "kennismaken met een buurtgenoot", "meeting a neighbour")

#define BASIS_GROUNDS(X)                                                                    \
    X(TOESTEMMING,                "toestemming", "consent")                                 \
    X(WET,                        "wet", "law")                                             \
    X(OVEREENKOMST,               "overeenkomst", "contract")                               \
    X(VITAAL,                     "vitaal belang", "vital interest")

#define BASIS_CHANNELS(X)                                                                   \
    X(GESPREK,                    "in een gesprek", "in conversation")                      \
    X(FORMULIER,                  "op een formulier", "on a form")                          \
    X(TELEFOON,                   "per telefoon", "by telephone")                           \
    X(ENQUETE,                    "in een enquête", "in a survey")                          \
    X(BRONSYSTEEM,                "vastgelegd in het eigen systeem", "recorded in the own system") \
    X(BALIE,                      "aan de balie", "at the desk")

#define BASIS_EVENTS(X)                                                                     \
    X(GEGEVEN,                    "gegeven", "given")                                       \
    X(BEWIJS_AFGEGEVEN,           "bewijs afgegeven", "proof issued")                       \
    X(BEVESTIGD,                  "bevestigd door de bewoner", "confirmed by the resident") \
    X(MEDEBEVESTIGD,              "bevestigd door een tweede medewerker", "confirmed by a second member of staff") \
    X(VERVANGEN,                  "vervangen door een nieuwe keuze", "replaced by a newer choice") \
    X(INGETROKKEN,                "ingetrokken", "withdrawn")
/* clang-format on */

#define BASIS_KIND_ENUM(word, nl, en)    BASIS_##word,
#define BASIS_GROUND_ENUM(word, nl, en)  BASIS_GROUND_##word,
#define BASIS_CHANNEL_ENUM(word, nl, en) BASIS_CHANNEL_##word,
#define BASIS_EVENT_ENUM(word, nl, en)   BASIS_EVENT_##word,
enum basis_kind { BASIS_KINDS(BASIS_KIND_ENUM) BASIS_KIND_COUNT };
enum basis_ground { BASIS_GROUNDS(BASIS_GROUND_ENUM) BASIS_GROUND_COUNT };
enum basis_channel { BASIS_CHANNELS(BASIS_CHANNEL_ENUM) BASIS_CHANNEL_COUNT };
enum basis_event_kind { BASIS_EVENTS(BASIS_EVENT_ENUM) BASIS_EVENT_COUNT };
#undef BASIS_KIND_ENUM
#undef BASIS_GROUND_ENUM
#undef BASIS_CHANNEL_ENUM
#undef BASIS_EVENT_ENUM

struct basis_event {
    enum basis_event_kind kind; /* wat */
    int64_t at_ms;              /* op: whole seconds */
    struct oin recipient;       /* ontvanger, of BEWIJS_AFGEGEVEN only; else text is "" */
};

struct basis {
    char id[UUID_TEXT_BYTES];
    char dossier[BASIS_DOSSIER_MAX_BYTES + 1];   /* [0-9A-Za-z-]: local, never leaves */
    enum basis_kind kind;                        /* soort */
    enum basis_ground ground;                    /* basis */
    char citation[BASIS_CITATION_MAX_BYTES + 1]; /* citaat: with WET, else "" */
    uint32_t purposes;                           /* doelen */
    struct oin recipients[BASIS_RECIPIENTS_MAX]; /* ontvangers */
    size_t recipient_count;
    struct proof_groups groups;                  /* signaalgroepen */
    enum role collected_by;                      /* vastgelegdDoor */
    enum basis_channel method;                   /* werkwijze */
    char notice[BASIS_NOTICE_MAX_BYTES + 1];     /* formulierVersie */
    struct day from;                             /* geldigVan */
    struct day until;                            /* geldigTot: the last day that counts */
    int retention_days;                          /* bewaarDagen, after the end */
    enum basis_channel withdrawal_channel;       /* intrekkanaal */
    enum proof_state state;                      /* stand */
    int64_t sequence;                            /* volgnr of the state */
    struct basis_event events[BASIS_EVENTS_MAX]; /* gebeurtenissen; the first is GEGEVEN */
    size_t event_count;
};

/* What a pushed row with toestemming=ja and a date says. */
struct basis_push {
    const char *id; /* a fresh UUIDv4 */
    const char *dossier;
    enum purpose purpose; /* of the article */
    struct oin recipient;
    const struct proof_groups *groups; /* the code group of the article's signals */
    enum role collected_by;
    const char *notice;        /* version of the text the resident was given */
    struct day given;          /* toestemmingdatum */
    struct day covenant_until; /* the covenant's geldigTot */
    int retention_days;        /* the article's bewaarDagen */
    int64_t now_ms;
};

/* A record of soort GRONDSLAG, basis TOESTEMMING, from `given` to the earlier of the last day of
 * 12 months and `covenant_until`. The caller owns *out_basis. Fails with NOT_ALLOWED (nothing is
 * left of that window, or `given` lies after today), MALFORMED or OUT_OF_MEMORY. */
MUST_USE enum outcome basis_from_push(const struct basis_push *push, struct basis **out_basis);

/* Parse fails with MALFORMED (also for a broken chain), TOO_LARGE, OUT_OF_MEMORY; print with
 * MALFORMED (out of bounds) or OUT_OF_MEMORY. */
MUST_USE enum outcome basis_parse(struct bytes document, struct basis **out_basis,
                                  struct fault *fault);
MUST_USE enum outcome basis_print(const struct basis *basis, struct buffer *out);
void basis_free(struct basis *basis); /* wipes; NULL is fine */
void basis_free_at(struct basis **basis);
#define OWNED_BASIS __attribute__((cleanup(basis_free_at))) struct basis *

/* Adds an event; INGETROKKEN also changes the state and raises the sequence. `recipient` is for
 * BEWIJS_AFGEGEVEN, NULL otherwise; the last place is kept for INGETROKKEN. Fails with
 * STEP_NOT_ALLOWED (withdrawn already, or a second GEGEVEN, MEDEBEVESTIGD or VERVANGEN), TOO_MANY
 * (64 events) or MALFORMED; the record is then as it was. */
MUST_USE enum outcome basis_add_event(struct basis *basis, enum basis_event_kind kind,
                                      const struct oin *recipient, int64_t now_ms);

bool basis_is_live(const struct basis *basis, struct day today);
bool basis_has_event(const struct basis *basis, enum basis_event_kind kind);
/* Was a proof given out for this recipient? */
bool basis_was_shown(const struct basis *basis, const struct oin *recipient);
/* Live, not replaced by a newer choice, and it names this purpose, recipient and signal group. */
bool basis_covers(const struct basis *basis, enum purpose purpose, const struct oin *recipient,
                  const char *group, struct day today);

/* The same choice of the same form: all but who took it down, for whom, and what became of it. */
bool basis_says_the_same(const struct basis *basis, const struct basis *other);

/* The extract for one recipient. `proof_id_key` makes the id of this recipient only (proof_id()
 * of crypto/token.h). Fails with NOT_ALLOWED (not one of its recipients), MALFORMED or as
 * proof_id(). */
MUST_USE enum outcome basis_proof(const struct basis *basis,
                                  const uint8_t proof_id_key[static KEY_BYTES],
                                  const char *covenant, const struct oin *recipient,
                                  const char *token, struct proof *out_proof);
