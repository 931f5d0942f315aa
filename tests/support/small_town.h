/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * small_town.h - six organisations with keys, and a covenant between them that is
 * valid today: the sample's articles, the neighbourhood team gives the shared key.
 * The sixth is a second team that is no party. Stops the test when it cannot do its work.
 */
#pragma once

#include <jansson.h>

#include "covenant/statement.h"
#include "crypto/key_document.h"
#include "crypto/sealed.h"
#include "tests/support/covenants.h"

enum small_place { CORPORATION, TEAM, GGZ, MUNICIPALITY, UNIVERSITY, OTHER_TEAM, SMALL_PLACES };

struct small_party {
    struct oin oin;
    struct signing_key signing;
    struct sealing_key sealing;
    struct private_key *tls_key;
    struct certificate *tls;
    struct buffer key_document; /* the envelope */
    /* of its last statement about the covenant at hand; "" before the first */
    char statement_hash[SHA256_HEX_BYTES];
};

struct small_town {
    struct small_party parties[SMALL_PLACES];
    int64_t now_ms; /* when it was made: now */
};

void small_town_make(struct small_town *town);
void small_town_end(struct small_town *town);

/* To change and print; the caller owns it. Valid from ten days ago for a year. */
json_t *small_covenant_json(const struct small_town *town);
/* A party as it stands in a covenant; the caller owns it. */
json_t *small_party_json(const struct small_town *town, enum small_place place, const char *name,
                         const char *kind);
struct buffer small_covenant_text(const json_t *document);
/* The party's next statement; the caller wipes it. */
struct buffer small_statement(struct small_town *town, enum small_place place,
                              const char *fingerprint, enum verdict verdict);
