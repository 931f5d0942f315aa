/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/trust.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <time.h>

/* --- the policy of a store ---
 * It travels within the pointer that OpenSSL keeps for us: a store may outlive whoever made it, as
 * long as one connection stands. */

struct policy {
    unsigned grace_minutes, rsa_bits, usage;
};

enum { RSA_BITS_UNIT = 16, USAGE_WIDTH = 4, RSA_WIDTH = 10 };

static void *policy_pack(const struct trust_options *options)
{
    const uintptr_t minutes = (uintptr_t)(options->crl_grace_s / 60);
    const uintptr_t rsa = (uintptr_t)(options->rsa_bits_min / RSA_BITS_UNIT);

    return (void *)(minutes << (USAGE_WIDTH + RSA_WIDTH) | rsa << USAGE_WIDTH |
                    (uintptr_t)options->usage);
}

static struct policy policy_of(const X509_STORE *store)
{
    const uintptr_t packed = (uintptr_t)X509_STORE_get_ex_data(store, 0);

    return (struct policy){
        .usage = packed & ((1U << USAGE_WIDTH) - 1),
        .rsa_bits = (unsigned)(packed >> USAGE_WIDTH & ((1U << RSA_WIDTH) - 1)) * RSA_BITS_UNIT,
        .grace_minutes = (unsigned)(packed >> (USAGE_WIDTH + RSA_WIDTH)),
    };
}

/* --- judging a chain --- */

static bool seconds_of(const ASN1_TIME *time_then, int64_t *out_s)
{
    struct tm tm = {0};

    if (!time_then || ASN1_TIME_to_tm(time_then, &tm) != 1)
        return false;
    *out_s = (int64_t)timegm(&tm);
    return true;
}

static bool is_within_grace(const struct policy *policy, X509_CRL *crl)
{
    int64_t until_s;

    return crl && seconds_of(X509_CRL_get0_nextUpdate(crl), &until_s) &&
           (int64_t)time(NULL) < until_s + (int64_t)policy->grace_minutes * 60;
}

/* What OpenSSL objects to and we do not. */
static bool is_forgiven(const struct policy *policy, X509_STORE_CTX *chain)
{
    switch (X509_STORE_CTX_get_error(chain)) {
    case X509_V_ERR_UNABLE_TO_GET_CRL: /* of the issuer of a CA: the leaf's own must be there */
        return X509_STORE_CTX_get_error_depth(chain) > 0;
    case X509_V_ERR_CRL_HAS_EXPIRED:
        return is_within_grace(policy, X509_STORE_CTX_get0_current_crl(chain));
    default:
        return false;
    }
}

/* OpenSSL takes a leaf without extended key usage for any purpose. */
static bool is_meant_for(const struct policy *policy, X509 *leaf)
{
    const uint32_t usage = X509_get_extended_key_usage(leaf);

    return usage != UINT32_MAX && (usage & policy->usage);
}

static bool is_strong(const struct policy *policy, X509 *certificate)
{
    const EVP_PKEY *key = X509_get0_pubkey(certificate);

    return key && (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA ||
                   EVP_PKEY_get_bits(key) >= (int)policy->rsa_bits);
}

static int refuse(X509_STORE_CTX *chain, int why)
{
    X509_STORE_CTX_set_error(chain, why);
    return 0;
}

static int judge(int fine_so_far, X509_STORE_CTX *chain)
{
    const struct policy policy = policy_of(X509_STORE_CTX_get0_store(chain));
    X509 *certificate = X509_STORE_CTX_get_current_cert(chain);
    const bool leaf = X509_STORE_CTX_get_error_depth(chain) == 0;

    if (!fine_so_far) {
        if (!is_forgiven(&policy, chain))
            return 0;
        X509_STORE_CTX_set_error(chain, X509_V_OK);
        return 1;
    }
    if (!certificate)
        return 1; /* a step that is about the chain as a whole */
    if (leaf && !is_meant_for(&policy, certificate))
        return refuse(chain, X509_V_ERR_INVALID_PURPOSE);
    if (!is_strong(&policy, certificate))
        return refuse(chain, leaf ? X509_V_ERR_EE_KEY_TOO_SMALL : X509_V_ERR_CA_KEY_TOO_SMALL);
    return 1;
}

/* --- how long what was verified stays so --- */

int64_t trust_lists_end_s(X509_STORE *store)
{
    STACK_OF(X509_OBJECT) * objects;
    int64_t earliest_s = INT64_MAX;

    X509_STORE_lock(store);
    objects = X509_STORE_get0_objects(store);
    for (int i = 0; i < sk_X509_OBJECT_num(objects); i++) {
        const X509_CRL *crl = X509_OBJECT_get0_X509_CRL(sk_X509_OBJECT_value(objects, i));
        int64_t until_s;
        /* A list without nextUpdate would count for ever; RFC 5280 demands it. */
        if (crl && !seconds_of(X509_CRL_get0_nextUpdate(crl), &until_s))
            until_s = 0;
        if (crl && until_s < earliest_s)
            earliest_s = until_s;
    }
    X509_STORE_unlock(store);
    return earliest_s;
}

int64_t trust_stale_at_s(X509_STORE *store)
{
    const int64_t end_s = trust_lists_end_s(store);

    return end_s == INT64_MAX ? end_s : end_s + (int64_t)policy_of(store).grace_minutes * 60;
}

int64_t trust_until_s(const X509 *certificate)
{
    int64_t until_s;

    return seconds_of(X509_get0_notAfter(certificate), &until_s) ? until_s : 0;
}

int64_t trust_chain_until_s(const STACK_OF(X509) * chain)
{
    int64_t earliest_s = INT64_MAX;

    for (int i = 0; i < sk_X509_num(chain); i++) {
        const int64_t until_s = trust_until_s(sk_X509_value(chain, i));
        if (until_s < earliest_s)
            earliest_s = until_s;
    }
    return earliest_s;
}

/* --- loading --- */

static void free_store_at(X509_STORE **store)
{
    X509_STORE_free(*store);
}
#define OWNED_STORE __attribute__((cleanup(free_store_at))) X509_STORE *

static bool add_lists(const struct trust_options *options, X509_STORE *store)
{
    const unsigned long flags = X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
    X509_LOOKUP *lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());

    return lookup && X509_load_crl_file(lookup, options->crl_file, X509_FILETYPE_PEM) >= 1 &&
           X509_STORE_set_flags(store, flags) == 1 && trust_lists_end_s(store) != 0;
}

enum outcome trust_load(const struct trust_options *options, X509_STORE **out_store,
                        enum trust_fault *out_fault)
{
    OWNED_STORE store = X509_STORE_new();

    ERR_clear_error();
    if (!store || X509_STORE_set_ex_data(store, 0, policy_pack(options)) != 1)
        return OUTCOME_OUT_OF_MEMORY;
    X509_STORE_set_verify_cb(store, judge);
    *out_fault = TRUST_FAULT_CA;
    if (X509_STORE_load_file(store, options->ca_file) != 1)
        return OUTCOME_FILE_WRONG;
    *out_fault = TRUST_FAULT_CRL;
    if (options->crl_file && !add_lists(options, store))
        return OUTCOME_FILE_WRONG;
    *out_store = store;
    store = NULL; /* handed over */
    return OUTCOME_OK;
}

enum outcome trust_look(const char *ca_file, const char *crl_file, int64_t *out_end_s,
                        enum trust_fault *out_fault)
{
    const struct trust_options options = {.ca_file = ca_file, .crl_file = crl_file};
    OWNED_STORE store = NULL;

    TRY(trust_load(&options, &store, out_fault));
    *out_end_s = trust_lists_end_s(store);
    return OUTCOME_OK;
}
