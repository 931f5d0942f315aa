/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/support/pki.h"

#include <dirent.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "crypto/certificate.h"

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "test PKI: %s failed\n", what);
    abort();
}

void pki_begin(struct pki *pki)
{
    const char *base = getenv("TMPDIR");

    snprintf(pki->folder, sizeof pki->folder, "%.40s/pki.XXXXXX", base ? base : "/tmp");
    must(mkdtemp(pki->folder) != NULL, "folder");
}

void pki_end(struct pki *pki)
{
    DIR *folder = opendir(pki->folder);
    const struct dirent *entry;

    while (folder && (entry = readdir(folder))) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", pki->folder, entry->d_name);
        unlink(path);
    }
    if (folder)
        closedir(folder);
    rmdir(pki->folder);
}

const char *pki_path(const struct pki *pki, const char *name, const char *extension,
                     char out[PKI_PATH_BYTES])
{
    snprintf(out, PKI_PATH_BYTES, "%s/%s%s", pki->folder, name, extension);
    return out;
}

static void save(const struct pki *pki, const char *name, const char *extension,
                 struct buffer *text)
{
    char path[PKI_PATH_BYTES];
    FILE *file = fopen(pki_path(pki, name, extension, path), "wb");

    must(file && fwrite(text->data, 1, text->length, file) == text->length && fclose(file) == 0,
         path);
}

static void load(const struct pki *pki, const char *name, const char *extension,
                 struct buffer *text)
{
    char path[PKI_PATH_BYTES];
    FILE *file = fopen(pki_path(pki, name, extension, path), "rb");
    uint8_t part[4096];
    size_t n;

    must(file != NULL, path);
    while ((n = fread(part, 1, sizeof part, file)) > 0)
        buffer_add(text, part, n);
    fclose(file);
}

static struct private_key *new_key(const struct pki *pki, const char *name)
{
    OWNED_BUFFER pem = {0};
    struct private_key *key = NULL;

    must(private_key_make(&key) == OUTCOME_OK, "key");
    must(private_key_print_pem(key, &pem) == OUTCOME_OK, "key as PEM");
    save(pki, name, ".key", &pem);
    return key;
}

void pki_new_ca(const struct pki *pki, const char *name)
{
    const struct certificate_order order = {
        .subject = {.common_name = name}, .from_s = time(NULL) - 40L * 86400, .days = 400};
    OWNED_PRIVATE_KEY key = new_key(pki, name);
    OWNED_BUFFER pem = {0};

    must(certificate_make_ca(&order, key, &pem) == OUTCOME_OK, "CA");
    save(pki, name, ".pem", &pem);
}

void pki_new_leaf(const struct pki *pki, const struct pki_leaf *leaf)
{
    static const char *const dns[] = {"localhost", NULL};
    static const char *const ip[] = {"127.0.0.1", NULL};
    const struct certificate_order order = {
        .subject = {.common_name = leaf->name, .serial_number = leaf->oin},
        .dns = leaf->server ? dns : NULL,
        .ip = leaf->server ? ip : NULL,
        .server = leaf->server,
        .client = leaf->client,
        .from_s = time(NULL) + (leaf->from_s ? leaf->from_s : -3600),
        .days = leaf->days ? leaf->days : 30,
    };
    OWNED_PRIVATE_KEY key = new_key(pki, leaf->name);
    OWNED_PRIVATE_KEY ca_key = NULL;
    OWNED_CERTIFICATE ca = NULL;
    OWNED_BUFFER ca_pem = {0}, ca_key_pem = {0}, pem = {0};

    load(pki, leaf->ca, ".pem", &ca_pem);
    load(pki, leaf->ca, ".key", &ca_key_pem);
    must(certificate_read_pem(buffer_bytes(&ca_pem), &ca) == OUTCOME_OK, "reading the CA");
    must(private_key_read_pem(buffer_bytes(&ca_key_pem), &ca_key) == OUTCOME_OK, "its key");
    must(certificate_make_leaf(&order, key, ca, ca_key, &pem) == OUTCOME_OK, "leaf");
    save(pki, leaf->name, ".pem", &pem);
}

/* The product makes no CRL; the organisation's CA does. */

static X509 *read_x509(const struct pki *pki, const char *name)
{
    char path[PKI_PATH_BYTES];
    FILE *file = fopen(pki_path(pki, name, ".pem", path), "rb");
    X509 *x509 = file ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;

    must(x509 != NULL, path);
    fclose(file);
    return x509;
}

static EVP_PKEY *read_key(const struct pki *pki, const char *name)
{
    char path[PKI_PATH_BYTES];
    FILE *file = fopen(pki_path(pki, name, ".key", path), "rb");
    EVP_PKEY *key = file ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;

    must(key != NULL, path);
    fclose(file);
    return key;
}

static void add_revoked(const struct pki *pki, X509_CRL *crl, const char *name)
{
    X509 *leaf = read_x509(pki, name);
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_TIME *when = X509_gmtime_adj(NULL, -60);

    must(X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(leaf)) == 1 &&
             X509_REVOKED_set_revocationDate(entry, when) == 1 &&
             X509_CRL_add0_revoked(crl, entry) == 1,
         "revoking");
    ASN1_TIME_free(when);
    X509_free(leaf);
}

void pki_new_crl(const struct pki *pki, const char *name, const char *ca, const char *revoked,
                 long good_for_s)
{
    char path[PKI_PATH_BYTES];
    X509 *issuer = read_x509(pki, ca);
    EVP_PKEY *key = read_key(pki, ca);
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *last = X509_gmtime_adj(NULL, -3600), *next = X509_gmtime_adj(NULL, good_for_s);
    FILE *file = fopen(pki_path(pki, name, ".crl", path), "wb");

    if (revoked)
        add_revoked(pki, crl, revoked);
    must(file && X509_CRL_set_version(crl, 1) == 1 &&
             X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer)) == 1 &&
             X509_CRL_set1_lastUpdate(crl, last) == 1 && X509_CRL_set1_nextUpdate(crl, next) == 1 &&
             X509_CRL_sign(crl, key, EVP_sha256()) > 0 && PEM_write_X509_CRL(file, crl) == 1 &&
             fclose(file) == 0,
         "CRL");
    ASN1_TIME_free(last);
    ASN1_TIME_free(next);
    X509_CRL_free(crl);
    EVP_PKEY_free(key);
    X509_free(issuer);
}
