/* SPDX-License-Identifier: EUPL-1.2 */
/* Every request the gateway takes, as data. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "gateway/handlers.h"
#include "gateway/receive.h"

enum {
    KIB = 1024,
    SMALL = 4 * KIB,
    ROWS = 1024 * KIB,
    COVENANT = 3 * 1024 * KIB,
    DOCUMENT = 80 * KIB, /* of keys: base64 twice over */
};

#define R(role)        (UINT32_C(1) << ROLE_##role)
#define RECEIVERS      (R(ONTVANGER) | R(GGZ_CONTACTPUNT) | R(BEGELEIDER))
#define CONSENT_DESK   (R(MELDER) | R(ONTVANGER) | R(GGZ_CONTACTPUNT) | R(BEGELEIDER))
#define READERS_OF_LOG (R(AUDITOR) | R(FG))
#define LEADERS        (R(REGIEHOUDER) | R(BELEIDSANALIST) | R(CONVENANTBEHEERDER) | R(FG))
#define READERS_OF_FIGURES (LEADERS | R(MELDER))

/* clang-format off */
static const struct route routes[] = {
    /* listener          method       path                               service             roles                        body              heavy  handler */
    {LISTENER_PARTNER,   HTTP_POST,   "/v1/signalen",                    "signalen",         0,                           MESSAGE_MAX_BYTES, false, receive_message},
    {LISTENER_PARTNER,   HTTP_POST,   "/v1/terugkoppelingen",            "terugkoppelingen", 0,                           MESSAGE_MAX_BYTES, false, receive_message},
    {LISTENER_PARTNER,   HTTP_POST,   "/v1/convenanten",                 "convenanten",      0,                           MESSAGE_MAX_BYTES, true,  receive_message},
    {LISTENER_PARTNER,   HTTP_POST,   "/v1/oordelen",                    "oordelen",         0,                           MESSAGE_MAX_BYTES, false, receive_message},
    {LISTENER_PARTNER,   HTTP_POST,   "/v1/sleutels",                    "sleutels",         0,                           MESSAGE_MAX_BYTES, false, receive_message},
    {LISTENER_PARTNER,   HTTP_POST,   "/v1/intrekkingen",                "intrekkingen",     0,                           MESSAGE_MAX_BYTES, false, receive_message},
    {LISTENER_PARTNER,   HTTP_POST,   "/v1/sleuteldocumenten",           "sleuteldocumenten", 0,                          MESSAGE_MAX_BYTES, false, receive_message},
    {LISTENER_PARTNER,   HTTP_POST,   "/v1/herstelverzoeken",            "herstelverzoeken", 0,                           MESSAGE_MAX_BYTES, false, receive_message},
    {LISTENER_PARTNER,   HTTP_POST,   "/v1/overdrachten",                "overdrachten",     0,                           MESSAGE_MAX_BYTES, false, receive_message},
    {LISTENER_PARTNER,   HTTP_POST,   "/v1/inzageverzoeken",             "inzageverzoeken",  0,                           MESSAGE_MAX_BYTES, false, receive_message},
    {LISTENER_PARTNER,   HTTP_POST,   "/v1/escalaties",                  "escalaties",       0,                           MESSAGE_MAX_BYTES, false, receive_message},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/openapi.json",                "openapi",          0,                           SMALL,             false, get_openapi},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/status",                      "status",           0,                           SMALL,             true,  get_status},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/metrics",                     "metrics",          R(BEHEERDER) | R(SYSTEEM),   SMALL,             true,  get_metrics},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/reservekopieen",              "reservekopieen",   R(BEHEERDER),                SMALL,             true,  get_backup},
    {LISTENER_LOCAL,     HTTP_POST,   "/v1/reservekopieen",              "reservekopieen",   R(BEHEERDER),                SMALL,             true,  post_backup},
    {LISTENER_LOCAL,     HTTP_POST,   "/v1/invoer",                      "invoer",           R(MELDER) | R(SYSTEEM),      ROWS,              true,  post_intake},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/verzonden",                   "verzonden",        R(MELDER) | R(REGIEHOUDER) | R(SYSTEEM), SMALL, true,  get_sent},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/te-laat",                     "te-laat",          R(MELDER) | RECEIVERS | R(REGIEHOUDER), SMALL,  true,  get_late},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/verzonden/{}/bewijs",         "verzonden",        R(MELDER) | R(REGIEHOUDER) | R(FG), SMALL,      true,  get_report_proof},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/maandrapporten",              "maandrapporten",   READERS_OF_FIGURES,          SMALL,             true,  get_month_reports},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/maandrapporten/{}",           "maandrapporten",   READERS_OF_FIGURES,          SMALL,             true,  get_month_report},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/nakoming",                    "nakoming",         READERS_OF_FIGURES,          SMALL,             true,  get_compliance},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/knelpunten",                  "knelpunten",       READERS_OF_FIGURES,          SMALL,             true,  get_bottlenecks},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/postvak",                     "postvak",          RECEIVERS,                   SMALL,             true,  get_inbox},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/postvak/{}",                  "postvak",          RECEIVERS,                   SMALL,             true,  get_received},
    {LISTENER_LOCAL,     HTTP_POST,   "/v1/postvak/{}/aanvaarding",      "aanvaarding",      RECEIVERS,                   SMALL,             false, post_acceptance},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/postvak/{}/inhoud",           "inhoud",           RECEIVERS,                   SMALL,             false, get_contact},
    {LISTENER_LOCAL,     HTTP_POST,   "/v1/postvak/{}/toestemming",      "toestemming",      RECEIVERS,                   SMALL,             false, post_first_contact},
    {LISTENER_LOCAL,     HTTP_POST,   "/v1/postvak/{}/overdracht",       "overdrachten",     RECEIVERS,                   SMALL,             false, post_transfer},
    {LISTENER_LOCAL,     HTTP_POST,   "/v1/antwoorden",                  "antwoorden",       RECEIVERS,                   SMALL,             false, post_answer},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/gegeven-toestemmingen",       "gegeven-toestemmingen", CONSENT_DESK | R(FG),   SMALL,             true,  get_basis},
    {LISTENER_LOCAL,     HTTP_POST,   "/v1/gegeven-toestemmingen",       "gegeven-toestemmingen", CONSENT_DESK,           SMALL,             true,  post_basis},
    {LISTENER_LOCAL,     HTTP_POST,   "/v1/gegeven-toestemmingen/_zoek", "gegeven-toestemmingen", CONSENT_DESK | R(FG),   SMALL,             true,  search_basis},
    {LISTENER_LOCAL,     HTTP_POST,   "/v1/gegeven-toestemmingen/{}/bevestiging", "gegeven-toestemmingen", CONSENT_DESK,  SMALL,             false, post_basis_confirmation},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/waakvlamafspraken",           "waakvlamafspraken", CONSENT_DESK | R(REGIEHOUDER) | R(FG), SMALL, true,   get_relapse_agreements},
    {LISTENER_LOCAL,     HTTP_POST,   "/v1/waakvlamafspraken",           "waakvlamafspraken", CONSENT_DESK,               SMALL,             true,  post_relapse_agreement},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/waakvlamafspraken/{}",        "waakvlamafspraken", CONSENT_DESK | R(FG),       SMALL,             true,  get_relapse_agreement},
    {LISTENER_LOCAL,     HTTP_POST,   "/v1/waakvlamafspraken/{}/beeindiging", "waakvlamafspraken", CONSENT_DESK | R(FG),   SMALL,             true,  post_relapse_end},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/woonafspraken",               "woonafspraken",    CONSENT_DESK | R(REGIEHOUDER) | R(FG), SMALL, true,   get_housing},
    {LISTENER_LOCAL,     HTTP_POST,   "/v1/woonafspraken",               "woonafspraken",    R(MELDER) | R(REGIEHOUDER),  SMALL,             true,  post_housing},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/maatjes",                     "maatjes",          R(MELDER) | R(REGIEHOUDER) | R(FG), SMALL,      true,  get_buddies},
    {LISTENER_LOCAL,     HTTP_POST,   "/v1/maatjes",                     "maatjes",          R(MELDER),                   SMALL,             false, post_buddy},
    {LISTENER_LOCAL,     HTTP_POST,   "/v1/maatjes/{}/beeindiging",      "maatjes",          R(MELDER),                   SMALL,             false, post_buddy_end},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/attenderingen",               "attenderingen",    R(MELDER),                   SMALL,             true,  get_repeats},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/wegwijzer",                   "wegwijzer",        0,                           SMALL,             true,  get_signpost},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/convenanten",                 "convenanten",      0,                           SMALL,             true,  get_covenants},
    {LISTENER_LOCAL,     HTTP_POST,   "/v1/convenanten",                 "convenanten",      R(CONVENANTBEHEERDER),       COVENANT,          true,  post_covenant},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/convenanten/{}",              "convenanten",      0,                           SMALL,             true,  get_covenant},
    {LISTENER_LOCAL,     HTTP_POST,   "/v1/convenanten/{}/oordelen",     "oordelen",         R(CONVENANTBEHEERDER),       SMALL,             false, post_verdict},
    {LISTENER_LOCAL,      HTTP_POST,   "/v1/intrekkingen",                "intrekkingen",     CONSENT_DESK | R(FG),        SMALL,             true,  post_withdrawal},
    {LISTENER_LOCAL,      HTTP_GET,    "/v1/intrekkingen/{}",             "intrekkingen",     CONSENT_DESK | R(FG),        SMALL,             true,  get_withdrawal},
    {LISTENER_LOCAL,      HTTP_POST,   "/v1/verzonden/{}/terugtrekking",  "verzonden",        R(MELDER) | R(SYSTEEM),      SMALL,             true,  post_recall},
    {LISTENER_LOCAL,      HTTP_POST,   "/v1/bezwaren",                    "bezwaren",         CONSENT_DESK | R(FG),        SMALL,             true,  post_objection},
    {LISTENER_LOCAL,     HTTP_POST,   "/v1/noodsleuteldocumenten",       "sleuteldocumenten", R(CONVENANTBEHEERDER),      DOCUMENT,          true,  post_emergency_document},
    {LISTENER_LOCAL,     HTTP_POST,   "/v1/toetsingen",                  "toetsingen",       0,                           SMALL,             false, post_check},
    {LISTENER_LOCAL,     HTTP_POST,   "/v1/logregels/_zoek",             "logregels",        READERS_OF_LOG,              SMALL,             true,  search_log},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/inzageverzoeken",             "inzageverzoeken",  R(FG),                       SMALL,             true,  get_access_requests},
    {LISTENER_LOCAL,     HTTP_POST,   "/v1/inzageverzoeken",             "inzageverzoeken",  R(FG),                       SMALL,             true,  post_access_request},
    {LISTENER_LOCAL,     HTTP_POST,   "/v1/inzageverzoeken/{}/afhandeling", "inzageverzoeken", R(FG),                     SMALL,             false, post_access_handling},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/log/checkpoint",              "log",              0,                           SMALL,             false, get_checkpoint},
    {LISTENER_LOCAL,     HTTP_GET,    "/v1/gebruikers",                  "gebruikers",       R(BEHEERDER) | R(FG),        SMALL,             true,  get_users},
    {LISTENER_LOCAL,     HTTP_POST,   "/v1/gebruikers",                  "gebruikers",       R(BEHEERDER),                SMALL,             false, post_user},
    {LISTENER_LOCAL,     HTTP_POST,   "/v1/gebruikers/{}/bevestiging",   "gebruikers",       R(FG) | R(CONVENANTBEHEERDER), SMALL,           false, post_user_confirmation},
    {LISTENER_LOCAL,     HTTP_DELETE, "/v1/gebruikers/{}",               "gebruikers",       R(BEHEERDER),                SMALL,             false, delete_user},

    {LISTENER_PUBLIC,    HTTP_GET,    "/v1/status",                      "status",           0,                           SMALL,             false, get_public_status},
    {LISTENER_PUBLIC,    HTTP_GET,    "/v1/openapi.json",                "openapi",          0,                           SMALL,             false, get_public_openapi},
};
/* clang-format on */

/* "{}" takes one segment of at most 64 characters. */
static bool fits(const char *pattern, struct bytes path, char out_parameter[static 65])
{
    const char *open = strstr(pattern, "{}");
    size_t before = open ? (size_t)(open - pattern) : strlen(pattern), length = 0, after;

    out_parameter[0] = '\0';
    if (path.length < before ||
        !bytes_equal(bytes_of(path.data, before), bytes_of(pattern, before)))
        return false;
    if (!open)
        return path.length == before;
    while (before + length < path.length && path.data[before + length] != '/')
        length++;
    after = before + length;
    if (length == 0 || length > 64 ||
        !bytes_equal(bytes_of(path.data + after, path.length - after), bytes_of_text(open + 2)))
        return false;
    memcpy(out_parameter, path.data + before, length);
    out_parameter[length] = '\0';
    return true;
}

static enum http_method asked(const struct http_head *head)
{
    return head->method == HTTP_HEAD ? HTTP_GET : head->method;
}

const struct route *route_find(enum listener_kind listener, const struct http_head *head,
                               char out_parameter[static 65], bool *out_other_method)
{
    *out_other_method = false;
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (routes[i].listener != listener || !fits(routes[i].path, head->path, out_parameter))
            continue;
        if (routes[i].method == asked(head))
            return &routes[i];
        *out_other_method = true;
    }
    return NULL;
}

static_assert(sizeof routes / sizeof routes[0] < ROUTES_COUNTED, "each route has its counters");

size_t route_index(const struct route *route)
{
    return route ? (size_t)(route - routes) : sizeof routes / sizeof routes[0];
}

const struct route *route_at(size_t index)
{
    return index < sizeof routes / sizeof routes[0] ? &routes[index] : NULL;
}

void route_methods(enum listener_kind listener, struct bytes path, char *out, size_t out_size)
{
    char parameter[65];
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (routes[i].listener == listener && fits(routes[i].path, path, parameter) &&
            used < out_size)
            used += (size_t)snprintf(
                out + used, out_size - used, "%s%s", used ? ", " : "",
                routes[i].method == HTTP_GET ? "GET, HEAD" : http_method_text(routes[i].method));
    }
}
