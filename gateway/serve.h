/* SPDX-License-Identifier: EUPL-1.2 */
/* serve.h - the running gateway: the one opener of the store. */
#pragma once

/* wijkpoort serve --settings FILE [--check] */
int command_serve(int argc, char **argv);
