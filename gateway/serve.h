/* SPDX-License-Identifier: EUPL-1.2 */
/* serve.h - the running gateway: the one opener of the store. */
#pragma once

/* Stands in the data folder until the first start: without it an empty folder begins no store. */
#define STORE_MAY_BEGIN "nieuw"

/* wijkpoort serve --settings FILE [--check] */
int command_serve(int argc, char **argv);
