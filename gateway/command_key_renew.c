/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * New keys, a new certificate or another address: the next key document, with its keys, in a
 * folder of its own that is moved into place whole. A gateway that runs takes it up by itself.
 *
 * After a theft (--emergency) the document first goes past two other organisations, and comes back
 * with --endorsed.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "covenant/covenant_text.h"
#include "covenant/day.h"
#include "covenant/message.h"
#include "crypto/encoding.h"
#include "gateway/clock.h"
#include "gateway/commands.h"
#include "gateway/environment_files.h"
#include "gateway/key_ring.h"
#include "gateway/oin_certificate.h"

enum { USUAL_DELAY_S = 3600, FOLDER_NAME_BYTES = 48 };

#define DOCUMENT_NAME "sleuteldocument.json"

struct renewing {
    bool signing, sealing, witness, emergency;
    const char *certificate_path, *certificate_key_path, *address, *begin, *endorsed;
    struct settings *settings;
    struct key_ring *ring; /* all that lies there */
    const struct key_document *previous;
    struct oin_certificate tls;
    struct own_keys keys; /* the new ones */
    struct key_document draft;
    char name[FOLDER_NAME_BYTES];
    char making[FILE_PATH_MAX_BYTES]; /* the folder while it is being filled */
    char folder[FILE_PATH_MAX_BYTES]; /* where it belongs */
    int64_t now_s;
    struct fault fault;
    struct file_fault file_fault;
};

static void renewing_wipe(struct renewing *renewing)
{
    settings_free(renewing->settings);
    key_ring_free(renewing->ring);
    oin_certificate_wipe(&renewing->tls);
    keys_wipe(&renewing->keys);
}

#define OWNED_RENEWING __attribute__((cleanup(renewing_wipe))) struct renewing

/* --- what there is --- */

/* In an emergency all that came after the first document, or after the emergency before, may be
 * the thief's: it is replaced as a whole. */
static const struct key_document *predecessor_of(const struct renewing *renewing)
{
    const struct key_chain *chain = &renewing->ring->chain;
    size_t at = chain->count - 1;

    while (renewing->emergency && at > 0 && !chain->documents[at].emergency)
        at--;
    return &chain->documents[at];
}

static enum outcome read_tls(struct renewing *renewing)
{
    const struct settings *settings = renewing->settings;
    const char *certificate =
        renewing->certificate_path ? renewing->certificate_path : settings->partner_certificate;
    const char *key =
        renewing->certificate_key_path ? renewing->certificate_key_path : settings->partner_key;

    return oin_certificate_load(certificate, key, &settings->oin, &renewing->tls,
                                &renewing->file_fault);
}

static enum outcome read_house(struct renewing *renewing, const char *place)
{
    TRY(settings_find(place, &renewing->settings, &renewing->fault, &renewing->file_fault));
    TRY(key_ring_load(renewing->settings, NULL, &renewing->ring, &renewing->file_fault));
    renewing->previous = predecessor_of(renewing);
    return read_tls(renewing);
}

/* --- the document --- */

static enum outcome choose_begin(struct renewing *renewing)
{
    struct key_document *draft = &renewing->draft;
    int64_t from_s, begin_ms;

    TRY(certificate_window(renewing->tls.certificate, &from_s, &draft->until_s));
    if (renewing->emergency) /* at once, for every clock */
        draft->from_s = renewing->now_s - MESSAGE_CLOCK_SLACK_S;
    else if (!renewing->begin)
        draft->from_s = renewing->now_s + USUAL_DELAY_S;
    else if (instant_parse(renewing->begin, &begin_ms) && begin_ms / 1000 >= renewing->now_s)
        draft->from_s = begin_ms / 1000;
    else
        return OUTCOME_TIME_WRONG;
    if (draft->from_s < renewing->previous->from_s)
        draft->from_s = renewing->previous->from_s;
    return draft->from_s < draft->until_s ? OUTCOME_OK : OUTCOME_TIME_WRONG;
}

static enum outcome fill_draft(struct renewing *renewing)
{
    const struct key_chain *chain = &renewing->ring->chain;
    struct key_document *draft = &renewing->draft;

    *draft = chain->documents[chain->count - 1]; /* what does not change */
    draft->number = renewing->previous->number + 1;
    draft->has_previous = true;
    memcpy(draft->previous, renewing->previous->digest, sizeof draft->previous);
    snprintf(draft->name, sizeof draft->name, "%s", renewing->settings->name);
    if (renewing->address)
        snprintf(draft->address, sizeof draft->address, "%s", renewing->address);
    if (renewing->keys.signing.secret)
        memcpy(draft->signing_key, renewing->keys.signing.public_key, SIGNING_PUBLIC_BYTES);
    if (renewing->keys.sealing.secret)
        memcpy(draft->sealing_key, renewing->keys.sealing.public_key, SIGNING_PUBLIC_BYTES);
    if (renewing->keys.witness.secret)
        memcpy(draft->witness_key, renewing->keys.witness.public_key, SIGNING_PUBLIC_BYTES);
    return choose_begin(renewing);
}

static enum outcome sign_draft(struct renewing *renewing, struct buffer *out)
{
    const struct key_ring *ring = renewing->ring;

    if (renewing->emergency)
        return key_document_make_emergency(&renewing->draft, renewing->tls.certificate,
                                           renewing->tls.key, out);
    for (size_t i = 0; i < ring->count; i++) {
        const struct signing_key *key = &ring->documents[i].signing;
        if (key->secret &&
            bytes_equal(bytes_of(key->public_key, SIGNING_PUBLIC_BYTES),
                        bytes_of(renewing->previous->signing_key, SIGNING_PUBLIC_BYTES)))
            return key_document_make(&renewing->draft, renewing->tls.certificate, renewing->tls.key,
                                     key, out);
    }
    return OUTCOME_KEY_FILE_WRONG;
}

/* --- the folder --- */

/* Folders are read in the order of their names, and a document follows one before it. After an
 * emergency numbers begin again, and the names of what it replaced are taken yet: the next free one
 * serves as well. */
static enum outcome choose_name(struct renewing *renewing)
{
    int64_t number = renewing->previous->number;
    char name[FOLDER_NAME_BYTES + 32];

    do {
        snprintf(renewing->name, sizeof renewing->name, "%04lld%s", (long long)++number,
                 renewing->emergency ? KEY_FOLDER_EMERGENCY : "");
        snprintf(name, sizeof name, "%s%s", renewing->name,
                 renewing->emergency ? KEY_FOLDER_DRAFT : "");
        TRY(path_join(renewing->settings->key_folder, name, renewing->folder,
                      &renewing->file_fault));
    } while (!renewing->emergency && file_exists(renewing->folder) &&
             number < renewing->previous->number + KEY_CHAIN_MAX);
    return OUTCOME_OK;
}

static enum outcome choose_folder(struct renewing *renewing)
{
    char name[FOLDER_NAME_BYTES + 32];

    TRY(choose_name(renewing));
    snprintf(name, sizeof name, "%s.nieuw-%lld", renewing->name, (long long)getpid());
    TRY(path_join(renewing->settings->key_folder, name, renewing->making, &renewing->file_fault));
    if (!file_exists(renewing->folder))
        return OUTCOME_OK;
    file_fault_at(&renewing->file_fault, FILE_CHECK_EXISTS, renewing->folder);
    return OUTCOME_EXISTS;
}

static enum outcome put_document(struct renewing *renewing, const char *folder,
                                 struct bytes envelope)
{
    char path[FILE_PATH_MAX_BYTES];

    TRY(path_join(folder, DOCUMENT_NAME, path, &renewing->file_fault));
    return file_write(path, envelope, 0644, &renewing->file_fault);
}

/* A name that is taken stays as it is: nothing is ever written over. On the disk before anybody
 * reads that it is done: partners soon seal for keys that lie nowhere else. */
static enum outcome move_into_place(struct renewing *renewing, const char *from, const char *to)
{
    if (!file_exists(to) && rename(from, to) == 0 && folder_sync_parent(to) == OUTCOME_OK)
        return OUTCOME_OK;
    file_fault_at(&renewing->file_fault, file_exists(to) ? FILE_CHECK_EXISTS : FILE_CHECK_WRITE,
                  to);
    return OUTCOME_FILE_WRONG;
}

/* Where the listeners look for them; the key first, so that a pair is never half the new one. */
static enum outcome put_tls(struct renewing *renewing)
{
    const struct settings *settings = renewing->settings;

    if (renewing->certificate_key_path)
        TRY(file_write(settings->partner_key, buffer_bytes(&renewing->tls.key_pem), 0600,
                       &renewing->file_fault));
    return file_write(settings->partner_certificate, buffer_bytes(&renewing->tls.pem), 0644,
                      &renewing->file_fault);
}

static unsigned new_keys(const struct renewing *renewing)
{
    return (renewing->signing ? KEYS_NEW_SIGNING : 0U) |
           (renewing->sealing ? KEYS_NEW_SEALING : 0U) |
           (renewing->witness ? KEYS_NEW_WITNESS : 0U);
}

static enum outcome make(struct renewing *renewing, const char *place)
{
    OWNED_BUFFER envelope = {0};

    TRY(read_house(renewing, place));
    TRY(choose_folder(renewing));
    TRY(folder_make(renewing->making, &renewing->file_fault));
    TRY(keys_create_later(renewing->making, renewing->settings->credential_file, new_keys(renewing),
                          &renewing->keys, &renewing->file_fault));
    TRY(fill_draft(renewing));
    TRY(sign_draft(renewing, &envelope));
    TRY(key_document_peek(buffer_bytes(&envelope), &renewing->draft, &renewing->fault));
    TRY(put_document(renewing, renewing->making, buffer_bytes(&envelope)));
    if (renewing->certificate_path)
        TRY(put_tls(renewing));
    return move_into_place(renewing, renewing->making, renewing->folder);
}

/* What was begun and came to nothing leaves no keys behind. */
static void clear_making(const struct renewing *renewing)
{
    static const char *const names[] = {DOCUMENT_NAME, "ondertekening.key", "verzegeling.key",
                                        "getuige.key"};
    char path[FILE_PATH_MAX_BYTES];

    for (size_t i = 0; renewing->making[0] && i < sizeof names / sizeof names[0]; i++) {
        if (path_join(renewing->making, names[i], path, NULL) == OUTCOME_OK)
            unlink(path);
    }
    if (renewing->making[0])
        rmdir(renewing->making);
}

/* --- an emergency comes back --- */

static enum outcome take_endorsed(struct renewing *renewing, const char *place)
{
    OWNED_BUFFER envelope = {0}, draft = {0};
    struct key_document document, made;
    char name[FOLDER_NAME_BYTES + 16], from[FILE_PATH_MAX_BYTES];

    TRY(settings_find(place, &renewing->settings, &renewing->fault, &renewing->file_fault));
    TRY(file_read(renewing->endorsed, KEY_DOCUMENT_MAX_BYTES, &envelope, &renewing->file_fault));
    TRY(key_document_peek(buffer_bytes(&envelope), &document, &renewing->fault));
    snprintf(renewing->name, sizeof renewing->name, "%04lld%s", (long long)document.number,
             KEY_FOLDER_EMERGENCY);
    snprintf(name, sizeof name, "%s%s", renewing->name, KEY_FOLDER_DRAFT);
    TRY(path_join(renewing->settings->key_folder, name, from, &renewing->file_fault));
    TRY(path_join(renewing->settings->key_folder, renewing->name, renewing->folder,
                  &renewing->file_fault));
    TRY(keys_read_later_document(from, &draft, &made, &renewing->file_fault));
    if (!bytes_equal(bytes_of(document.digest, sizeof document.digest),
                     bytes_of(made.digest, sizeof made.digest)))
        return OUTCOME_FINGERPRINT_WRONG;
    if (document.endorser_count != KEY_ENDORSERS)
        return OUTCOME_NOT_YET;
    renewing->draft = document;
    TRY(put_document(renewing, from, buffer_bytes(&envelope)));
    return move_into_place(renewing, from, renewing->folder);
}

/* --- what the operator reads --- */

static int explain(const struct renewing *renewing, enum outcome outcome)
{
    if (outcome == OUTCOME_EXISTS && renewing->emergency)
        fprintf(
            stderr, "%s\n",
            say("Er ligt al een noodwissel klaar. Verwijder die map als u opnieuw wilt beginnen.",
                "An emergency change lies ready already. Remove that folder to begin anew."));
    if (outcome == OUTCOME_NOT_YET)
        fprintf(stderr, "%s\n",
                say("Dit document heeft nog geen twee bevestigingen (wijkpoort key endorse).",
                    "This document does not have two endorsements yet (wijkpoort key endorse)."));
    if (outcome == OUTCOME_TIME_WRONG)
        fprintf(stderr, "%s\n",
                say("--ingang is een tijdstip in UTC vanaf nu, zoals 2026-01-31T12:00:00Z, binnen "
                    "de geldigheid van het certificaat.",
                    "--ingang is an instant in UTC from now on, as 2026-01-31T12:00:00Z, within "
                    "the validity of the certificate."));
    oin_certificate_tell(outcome);
    if (renewing->fault.where[0])
        fprintf(stderr, "%s: ", renewing->fault.where);
    return command_file_fault(outcome, &renewing->file_fault);
}

static void tell_emergency(const struct renewing *renewing)
{
    char hex[HEX_BYTES(KEY_DOCUMENT_DIGEST_BYTES)];
    OWNED_BUFFER groups = {0};

    hex_encode(bytes_of(renewing->draft.digest, sizeof renewing->draft.digest), hex);
    fingerprint_print_groups(hex, &groups);
    printf(say("Klaargezet: %s/" DOCUMENT_NAME "\n"
               "Geef dat bestand aan twee andere partijen van uw convenant. Lees hun dit voor:\n"
               "  %.*s\n"
               "Zij doen: wijkpoort key endorse BESTAND --fingerprint ... --uit BESTAND2\n"
               "Daarna doet u: wijkpoort key renew MAP --endorsed BESTAND2\n",
               "Prepared: %s/" DOCUMENT_NAME "\n"
               "Give that file to two other parties of your covenant. Read this to them:\n"
               "  %.*s\n"
               "They do: wijkpoort key endorse FILE --fingerprint ... --uit FILE2\n"
               "Then you do: wijkpoort key renew DIR --endorsed FILE2\n"),
           renewing->folder, (int)groups.length, (const char *)groups.data);
}

static void tell(const struct renewing *renewing)
{
    char from[INSTANT_TEXT_BYTES];

    instant_print(renewing->draft.from_s * 1000, from);
    printf(say("Gemaakt: %s (document %lld, geldig vanaf %s).\n"
               "Een poort die draait neemt dit binnen enkele seconden over; anders bij het "
               "starten.\n",
               "Made: %s (document %lld, valid from %s).\n"
               "A gateway that runs takes this up within seconds; else when it starts.\n"),
           renewing->folder, (long long)renewing->draft.number, from);
}

static int renew(struct renewing *renewing, const char *place)
{
    enum outcome outcome =
        renewing->endorsed ? take_endorsed(renewing, place) : make(renewing, place);

    if (outcome != OUTCOME_OK) {
        clear_making(renewing);
        return explain(renewing, outcome);
    }
    if (renewing->emergency)
        tell_emergency(renewing);
    else
        tell(renewing);
    return EXIT_DONE;
}

/* Nothing named: all keys. A certificate or an address alone keeps the keys. */
static void choose_usual(struct renewing *renewing)
{
    const bool named = renewing->signing || renewing->sealing || renewing->witness ||
                       renewing->certificate_path || renewing->address;

    if (renewing->emergency || !named)
        renewing->signing = renewing->sealing = renewing->witness = true;
}

static int run(int argc, char **argv)
{
    OWNED_RENEWING r = {.now_s = clock_now_ms() / 1000};
    const struct option_row rows[] = {
        {"signing", NULL, {"nieuwe ondertekensleutel", "a new signing key"}, NULL, &r.signing},
        {"sealing", NULL, {"nieuwe verzegelsleutel", "a new sealing key"}, NULL, &r.sealing},
        {"witness", NULL, {"nieuwe getuigesleutel", "a new witness key"}, NULL, &r.witness},
        {"partner-cert",
         "FILE",
         {"nieuw OIN-certificaat met zijn keten, PEM", "a new OIN certificate with its chain, PEM"},
         &r.certificate_path,
         NULL},
        {"partner-key",
         "FILE",
         {"de sleutel daarvan (anders de huidige)", "its key (else the present one)"},
         &r.certificate_key_path,
         NULL},
        {"adres",
         "URL",
         {"waar partners uw poort voortaan bereiken",
          "where partners reach your gateway from then"},
         &r.address,
         NULL},
        {"ingang",
         "INSTANT",
         {"vanaf wanneer (anders over een uur), UTC", "from when (else in an hour), UTC"},
         &r.begin,
         NULL},
        {"emergency",
         NULL,
         {"na diefstal: alle sleutels, met bevestiging van twee anderen",
          "after a theft: all keys, endorsed by two others"},
         NULL,
         &r.emergency},
        {"endorsed",
         "FILE",
         {"het bevestigde document van een noodwissel", "the endorsed document of an emergency"},
         &r.endorsed,
         NULL},
        {0},
    };
    struct invocation invocation;
    int exit;

    if (!options_read(&command_key_renew, rows, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    if ((r.certificate_key_path && !r.certificate_path) || (r.emergency && (r.begin || r.endorsed)))
        return command_wrong_use(
            &command_key_renew,
            "--partner-key hoort bij --partner-cert; --emergency gaat niet met --ingang of "
            "--endorsed.",
            "--partner-key belongs to --partner-cert; --emergency goes without --ingang and "
            "--endorsed.");
    choose_usual(&r);
    return renew(&r, invocation.words[0]);
}

const struct command command_key_renew = {
    .name = "key renew",
    .summary = {"Maakt het volgende sleuteldocument: nieuwe sleutels, certificaat of adres.",
                "Makes the next key document: new keys, a certificate or an address."},
    .usage = "DIR [--signing] [--sealing] [--witness] [--partner-cert FILE [--partner-key FILE]] "
             "[--adres URL] [--ingang INSTANT] [--emergency | --endorsed FILE]",
    .run = run,
};
