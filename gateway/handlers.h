/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * handlers.h - what the rows of gateway/routes.c call: one function per request,
 * in a file per resource (local_*.c for the own organisation, receive.c for
 * partners). docs/local-api.md has what goes in and comes out.
 */
#pragma once

#include "gateway/call.h"

enum outcome post_intake(struct call *call);            /* local_intake.c */
enum outcome get_sent(struct call *call);               /* local_sent.c */
enum outcome get_late(struct call *call);               /* local_late.c */
enum outcome get_month_reports(struct call *call);      /* local_figures.c */
enum outcome get_month_report(struct call *call);       /* local_figures.c */
enum outcome get_compliance(struct call *call);         /* local_figures.c */
enum outcome get_bottlenecks(struct call *call);        /* local_figures.c */
enum outcome get_report_proof(struct call *call);       /* local_reported.c */
enum outcome get_inbox(struct call *call);              /* local_inbox.c */
enum outcome get_received(struct call *call);           /* local_inbox.c */
enum outcome post_acceptance(struct call *call);        /* local_inbox.c */
enum outcome get_contact(struct call *call);            /* local_inbox.c */
enum outcome post_first_contact(struct call *call);     /* local_first_contact.c */
enum outcome post_transfer(struct call *call);          /* local_transfer.c */
enum outcome post_answer(struct call *call);            /* local_answers.c */
enum outcome get_basis(struct call *call);              /* local_basis.c */
enum outcome post_basis(struct call *call);             /* local_basis.c */
enum outcome search_basis(struct call *call);           /* local_basis.c */
enum outcome post_basis_confirmation(struct call *call); /* local_basis.c */
enum outcome get_relapse_agreements(struct call *call); /* local_agreements.c */
enum outcome post_relapse_agreement(struct call *call); /* local_agreements.c */
enum outcome get_relapse_agreement(struct call *call);  /* local_agreements.c */
enum outcome post_relapse_end(struct call *call);       /* local_agreements.c */
enum outcome get_buddies(struct call *call);            /* local_buddies.c */
enum outcome post_buddy(struct call *call);             /* local_buddies.c */
enum outcome post_buddy_end(struct call *call);         /* local_buddies.c */
enum outcome get_housing(struct call *call);            /* local_housing.c */
enum outcome post_housing(struct call *call);           /* local_housing.c */
enum outcome post_withdrawal(struct call *call);        /* local_withdrawals.c */
enum outcome get_withdrawal(struct call *call);         /* local_withdrawals.c */
enum outcome post_recall(struct call *call);            /* local_withdrawals.c */
enum outcome post_objection(struct call *call);         /* local_withdrawals.c */
enum outcome get_covenants(struct call *call);          /* local_covenants.c */
enum outcome get_repeats(struct call *call);            /* local_repeat.c */
enum outcome get_signpost(struct call *call);           /* local_signpost.c */
enum outcome get_covenant(struct call *call);           /* local_covenants.c */
enum outcome post_covenant(struct call *call);          /* local_covenants.c */
enum outcome post_verdict(struct call *call);           /* local_covenants.c */
enum outcome post_emergency_document(struct call *call); /* local_keys.c */
enum outcome post_check(struct call *call);             /* local_check.c */
enum outcome post_access_request(struct call *call);    /* local_access.c */
enum outcome get_access_requests(struct call *call);    /* local_access.c */
enum outcome post_access_handling(struct call *call);   /* local_access.c */
enum outcome search_log(struct call *call);             /* local_log.c */
enum outcome get_checkpoint(struct call *call);         /* local_log.c */
enum outcome get_users(struct call *call);              /* local_users.c */
enum outcome post_user(struct call *call);              /* local_users.c */
enum outcome post_user_confirmation(struct call *call); /* local_users.c */
enum outcome delete_user(struct call *call);            /* local_users.c */
enum outcome get_backup(struct call *call);             /* local_backup.c */
enum outcome post_backup(struct call *call);            /* local_backup.c */
enum outcome get_status(struct call *call);             /* local_status.c */
enum outcome get_metrics(struct call *call);            /* metrics.c */
enum outcome get_public_status(struct call *call);      /* local_status.c */
enum outcome get_openapi(struct call *call);            /* openapi.c */
enum outcome get_public_openapi(struct call *call);     /* openapi.c */
