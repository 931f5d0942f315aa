/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pki.h - throw-away certificates in a folder of their own: a CA per call of
 * pki_new_ca(), leaves under it, a CRL. Every failure ends the test program.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { PKI_PATH_BYTES = 128 };

struct pki {
    char folder[64];
};

void pki_begin(struct pki *pki); /* makes the folder, under TMPDIR or /tmp */
void pki_end(struct pki *pki);   /* removes it */

/* "<folder>/<name>.pem", or with ".key" or ".crl"; `out` is returned. */
const char *pki_path(const struct pki *pki, const char *name, const char *extension,
                     char out[PKI_PATH_BYTES]);

void pki_new_ca(const struct pki *pki, const char *name);

struct pki_leaf {
    const char *name; /* of the file, and the common name */
    const char *ca;
    const char *oin; /* subject.serialNumber, or NULL */
    bool server;     /* EKU serverAuth, for 127.0.0.1 and localhost */
    bool client;     /* EKU clientAuth */
    int64_t from_s;  /* relative to now */
    int days;        /* 0: 30 */
};
void pki_new_leaf(const struct pki *pki, const struct pki_leaf *leaf);

/* Writes <name>.crl of `ca` that revokes `revoked` (NULL: nobody), good until now + seconds. */
void pki_new_crl(const struct pki *pki, const char *name, const char *ca, const char *revoked,
                 long good_for_s);
