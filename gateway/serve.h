/* SPDX-License-Identifier: EUPL-1.2 */
/* serve.h - what who makes a data folder tells the gateway that will find it. */
#pragma once

/* Stands in the data folder until the first start: without it an empty folder begins no store. */
#define STORE_MAY_BEGIN "nieuw"
