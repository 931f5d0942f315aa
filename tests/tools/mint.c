/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * mint.c - a leaf certificate with a subject that no ordinary tool would write.
 *
 *   mint CA.pem CA.key OUT [NAME:TYPE:HEX ...] [pad:BYTES] [from:SECONDS] [until:SECONDS]
 *
 * Writes OUT.pem and OUT.key (P-256), for client and server, good from an hour ago for
 * thirty days, or from and until so many seconds after now. NAME is OpenSSL's short name of an
 * attribute ("serialNumber", "CN"); one behind a "+" goes into the same element of the name as the
 * one before. TYPE is printable, utf8, ia5, t61 or bmp, and HEX its bytes, whatever they are. `pad`
 * adds an extension of that size that nobody knows.
 */
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_MAX_BYTES = 512 };

static const struct type {
    const char *name;
    int number;
} types[] = {{"printable", V_ASN1_PRINTABLESTRING},
             {"utf8", V_ASN1_UTF8STRING},
             {"ia5", V_ASN1_IA5STRING},
             {"t61", V_ASN1_T61STRING},
             {"bmp", V_ASN1_BMPSTRING}};

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "mint: %s\n", what);
    exit(1);
}

static FILE *opened(const char *path, const char *how)
{
    FILE *file = fopen(path, how);

    must(file != NULL, path);
    return file;
}

static int type_of(const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i].name, name) == 0)
            return types[i].number;
    must(false, name);
    return 0;
}

static void add_entry(X509_NAME *subject, char *order)
{
    const bool joined = order[0] == '+';
    char *rest = order + joined, *name = strsep(&rest, ":"), *type = strsep(&rest, ":");
    uint8_t value[VALUE_MAX_BYTES];
    size_t length = 0;
    X509_NAME_ENTRY *entry = NULL;

    must(name && type && rest, order);
    for (; rest[2 * length] && length < sizeof value; length++) {
        unsigned byte;
        must(sscanf(rest + 2 * length, "%2x", &byte) == 1, rest);
        value[length] = (uint8_t)byte;
    }
    /* By hand: the ready-made function would correct type and length. */
    entry = X509_NAME_ENTRY_new();
    must(entry && X509_NAME_ENTRY_set_object(entry, OBJ_txt2obj(name, 0)) == 1 &&
             X509_NAME_ENTRY_set_data(entry, type_of(type), value, (int)length) == 1 &&
             X509_NAME_add_entry(subject, entry, -1, joined ? -1 : 0) == 1,
         name);
    X509_NAME_ENTRY_free(entry);
}

static void add_extension(X509 *leaf, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

    must(extension && X509_add_ext(leaf, extension, -1) == 1, value);
    X509_EXTENSION_free(extension);
}

static void add_padding(X509 *leaf, size_t length)
{
    ASN1_OBJECT *name = OBJ_txt2obj("1.3.6.1.4.1.99999.1", 1);
    ASN1_OCTET_STRING *bytes = ASN1_OCTET_STRING_new();
    uint8_t *zeros = calloc(1, length + 1);
    X509_EXTENSION *extension = NULL;

    must(name && bytes && zeros && ASN1_OCTET_STRING_set(bytes, zeros, (int)length) == 1 &&
             X509_EXTENSION_create_by_OBJ(&extension, name, 0, bytes) != NULL &&
             X509_add_ext(leaf, extension, -1) == 1,
         "padding");
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(bytes);
    ASN1_OBJECT_free(name);
    free(zeros);
}

static void set_time(ASN1_TIME *moment, const char *seconds)
{
    must(X509_gmtime_adj(moment, strtol(seconds, NULL, 10)) != NULL, seconds);
}

static void save(const char *out, X509 *leaf, const EVP_PKEY *key)
{
    char path[1024];
    FILE *file;

    snprintf(path, sizeof path, "%s.pem", out);
    file = opened(path, "w");
    must(PEM_write_X509(file, leaf) == 1 && fclose(file) == 0, path);
    snprintf(path, sizeof path, "%s.key", out);
    file = opened(path, "w");
    must(PEM_write_PKCS8PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1 && fclose(file) == 0,
         path);
}

int main(int argc, char **argv)
{
    uint64_t serial = 0;
    FILE *file;
    X509 *ca, *leaf = X509_new();
    EVP_PKEY *ca_key, *key = EVP_EC_gen("P-256");

    must(argc > 3, "CA.pem CA.key OUT [NAME:TYPE:HEX ...] [pad:BYTES]");
    file = opened(argv[1], "r");
    ca = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    file = opened(argv[2], "r");
    ca_key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    fclose(file);
    must(leaf && key && ca && ca_key, "the authority");
    must(X509_set_version(leaf, 2) == 1 &&
             RAND_bytes((unsigned char *)&serial, sizeof serial) == 1 &&
             ASN1_INTEGER_set_uint64(X509_get_serialNumber(leaf), serial >> 1) == 1 &&
             X509_set_issuer_name(leaf, X509_get_subject_name(ca)) == 1 &&
             X509_gmtime_adj(X509_getm_notBefore(leaf), -3600) != NULL &&
             X509_gmtime_adj(X509_getm_notAfter(leaf), 30L * 86400) != NULL &&
             X509_set_pubkey(leaf, key) == 1,
         "the certificate");
    add_extension(leaf, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(leaf, NID_ext_key_usage, "clientAuth,serverAuth");
    for (int i = 4; i < argc; i++) {
        if (strncmp(argv[i], "pad:", 4) == 0)
            add_padding(leaf, strtoul(argv[i] + 4, NULL, 10));
        else if (strncmp(argv[i], "from:", 5) == 0)
            set_time(X509_getm_notBefore(leaf), argv[i] + 5);
        else if (strncmp(argv[i], "until:", 6) == 0)
            set_time(X509_getm_notAfter(leaf), argv[i] + 6);
        else
            add_entry(X509_get_subject_name(leaf), argv[i]);
    }
    must(X509_sign(leaf, ca_key, EVP_sha256()) > 0, "signing");
    save(argv[3], leaf, key);
    X509_free(leaf);
    X509_free(ca);
    EVP_PKEY_free(key);
    EVP_PKEY_free(ca_key);
    return 0;
}
