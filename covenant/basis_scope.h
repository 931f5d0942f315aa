/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * basis_scope.h - may this be put on a basis record at all? The covenant's answer, before the
 * record exists: each purpose for each recipient and signal group must stand in an article.
 *
 * A GRONDSLAG is judged on the articles under which we send, a DOORBREKING_BEROEPSGEHEIM on those
 * under which the recipients sent to us, an INSTEMMING_HULP on all that we are in: it is help that
 * we give ourselves, and opens nothing. A MAATJE needs no article: covenant/buddy.h.
 * Pure. Does not say whether an article is in force, nor what an earlier choice allows.
 */
#pragma once

#include "covenant/basis.h"
#include "covenant/covenant.h"

/* The group of an article that carries no signal codes: answers for research. */
#define BASIS_GROUP_RESEARCH "ONDERZOEK"

/* clang-format off */
/*    name             code
 *    Dutch, English (what is the matter)
 *    Dutch, English (what helps) */
#define BASIS_REFUSALS(X)                                                                          \
  X(NONE,              "",                                                                         \
    "Dit mag.", "This is allowed.",                                                                \
    "Er is niets nodig.", "Nothing is needed.")                                                    \
  X(RECIPIENT,         "ONTVANGER_ONJUIST",                                                        \
    "Een ontvanger is geen andere partij in dit convenant.", "A recipient is no other party to this covenant.", \
    "Noem een partij uit het convenant.", "Name a party of the covenant.")                         \
  X(NO_ARTICLE,        "GEEN_BEPALING",                                                            \
    "Geen bepaling met toestemming heeft dit doel voor deze ontvanger en signaalgroep.", "No article with consent has this purpose for this recipient and signal group.", \
    "Laat weg wat geen bepaling noemt.", "Leave out what no article names.")                       \
  X(SECRECY,           "GEEN_BEROEPSGEHEIM",                                                       \
    "Alleen een contactpunt van een partij met beroepsgeheim doorbreekt dat, bij een eigen signaal.", "Only a contact point of a party bound to secrecy lifts it, for a signal of its own.", \
    "Laat die partij dit zelf vastleggen.", "Have that party record this itself.")                 \
  X(LIFTED_BY_OTHER,   "BASIS_ONJUIST",                                                            \
    "Alleen de bewoner zelf doorbreekt het beroepsgeheim, met toestemming.", "Only the resident lifts the secrecy, by consent.", \
    "Vraag de bewoner om toestemming en geef basis TOESTEMMING.", "Ask the resident for consent and give basis TOESTEMMING.") \
  X(FUTURE,            "GELDIG_VAN_ONJUIST",                                                       \
    "De toestemming kan niet later zijn gegeven dan vandaag.", "The consent cannot have been given later than today.", \
    "Geef de dag waarop de bewoner het zei.", "Give the day on which the resident said so.")       \
  X(TOO_LONG,          "GELDIG_TOT_ONJUIST",                                                       \
    "De toestemming duurt te lang of is al voorbij.", "The consent lasts too long or is over already.", \
    "Kies een dag tot en met 12 maanden, en niet na het convenant.", "Choose a day within 12 months, not after the covenant ends.") \
  X(RETENTION,         "BEWAARDAGEN_ONJUIST",                                                      \
    "Dit bewaart langer dan de bepaling.", "This keeps longer than the article.",                  \
    "Kies de dagen van de bepaling of minder.", "Choose the days of the article or fewer.")        \
  X(WIDER,             "TOESTEMMING_RUIMER",                                                       \
    "Dit is ruimer dan wat de bewoner eerder koos.", "This is wider than what the resident chose earlier.", \
    "Vraag het de bewoner opnieuw en noem de eerdere keuze bij vervangt.", "Ask the resident again and name the earlier choice in vervangt.") \
  X(NOT_FRESH,         "VERVANGT_ONJUIST",                                                         \
    "Een nieuwe keuze vervangt alleen een geldige keuze van dezelfde bewoner, met een nieuwe datum.", "A new choice replaces only a valid one of the same resident, with a new date.", \
    "Noem de geldige keuze, en de dag en de wijze waarop de bewoner opnieuw koos.", "Name the valid choice, and the day and way in which the resident chose anew.") \
  X(WITHDRAWN_SINCE,   "TOESTEMMING_INGETROKKEN",                                                  \
    "De bewoner heeft dit daarna ingetrokken.", "The resident withdrew this afterwards.",          \
    "Vraag het de bewoner opnieuw.", "Ask the resident again.")                                    \
  X(SAME_PERSON,       "TWEEDE_PERSOON_NODIG",                                                     \
    "Wie de toestemming vastlegde, kan haar niet bevestigen.", "Who recorded the consent cannot confirm it.", \
    "Laat een collega bevestigen.", "Have a colleague confirm.")
/* clang-format on */
#define BASIS_REFUSAL_ENUM(name, code, nl, en, fix_nl, fix_en) BASIS_REFUSAL_##name,
enum basis_refusal { BASIS_REFUSALS(BASIS_REFUSAL_ENUM) BASIS_REFUSAL_COUNT };
#undef BASIS_REFUSAL_ENUM

const char *basis_refusal_code(enum basis_refusal refusal);
const char *basis_refusal_text(enum basis_refusal refusal, enum language language);
const char *basis_refusal_fix(enum basis_refusal refusal, enum language language);

struct basis_scope {
    const struct covenant *covenant;
    const struct party *self;
    struct day today;
};

/* The first thing that the covenant does not allow, or NONE. The record may still lack its id,
 * dossier and events. */
enum basis_refusal basis_scope_check(const struct basis_scope *scope, const struct basis *basis);
/* The last day that the covenant and the twelve months allow; the shortest retention of the
 * articles concerned; whether one of them asks a second member of staff. For filling in. */
struct day basis_scope_until(const struct basis_scope *scope, struct day from);
int basis_scope_retention(const struct basis_scope *scope, const struct basis *basis);
bool basis_scope_asks_second(const struct basis_scope *scope, const struct basis *basis);

/* Is every purpose for each recipient and group of `basis` in one of the `count` others, and for
 * as long? What is not, is wider. */
bool basis_is_within(const struct basis *basis, const struct basis *const *others, size_t count,
                     struct day today);
/* The word on a record for the codes of this article: the code's group, or that of research. */
bool article_has_group(const struct covenant *covenant, const struct article *article,
                       const char *group);
