/* SPDX-License-Identifier: EUPL-1.2 */
/* The descriptions of both APIs, as the program was built with them. */
#include "crypto/carried.h"
#include "gateway/handlers.h"

CARRY(openapi_partner, "config/openapi-partner.json");
CARRY(openapi_local, "config/openapi-lokaal.json");

enum outcome get_openapi(struct call *call)
{
    return call_reply_text(call, "application/json",
                           carried_bytes(carried_openapi_local, carried_openapi_local_end));
}

/* Any page may read it: it is about no one, and a developer's browser needs it. */
enum outcome get_public_openapi(struct call *call)
{
    TRY(call_reply_text(call, "application/json",
                        carried_bytes(carried_openapi_partner, carried_openapi_partner_end)));
    reply_header(call->reply, "Access-Control-Allow-Origin", "*");
    return OUTCOME_OK;
}
