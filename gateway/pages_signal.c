/* SPDX-License-Identifier: EUPL-1.2 */
/* One signal that came in: what it says, until when, and what can be done now. */
#include <stdio.h>
#include <string.h>

#include "gateway/pages_list.h"

static void render(struct web_view *view);

static const struct web_part parts[] = {
    {.path = "/v1/postvak"},
    {.path = NULL},
};

static const struct form_field no_fields[] = {{.name = NULL}};

static const struct web_form forms[] = {
    {.path = "/postvak/{}/aanvaarding",
     .action = "/v1/postvak/{}/aanvaarding",
     .fields = no_fields,
     .then = "/postvak/{}",
     .done = "aangenomen",
     .said = {"U hebt het signaal aangenomen.", "You accepted the signal."}},
    {.path = NULL},
};

const struct web_page page_signal = {
    .path = "/postvak/{}",
    .name = {"Signaal", "Signal"},
    .parts = parts,
    .forms = forms,
    .render = render,
};

static void render(struct web_view *view)
{
    form_begin(view, "/postvak/{}/aanvaarding");
    form_end(view, web_say(view, "Aannemen", "Accept"));
}
