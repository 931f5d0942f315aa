/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Makes everything a gateway needs before its first start. Run again with
 * --partner-cert it adds what could not be made without that certificate:
 * the own key document.
 */
#include <string.h>

#include "crypto/encoding.h"
#include "crypto/ready.h"
#include "gateway/authority.h"
#include "gateway/clock.h"
#include "gateway/commands.h"
#include "gateway/key_store.h"
#include "gateway/oin_certificate.h"
#include "gateway/profile.h"
#include "gateway/serve.h"
#include "gateway/settings.h"

enum {
    CREDENTIAL_BYTES = 32,
    PEM_MAX_BYTES = 256 * 1024,
    NAME_MAX_CHARACTERS = 64, /* of an organisation in a certificate */
};

#define SETTINGS_NAME "instellingen.json"

struct first_init_options {
    const char *oin, *name, *address;
    const char *partner_certificate, *partner_key, *partners_ca;
    const char *port_texts[3];
};

struct making {
    const char *folder;
    struct first_init_options options;
    struct oin oin;
    int64_t ports[3]; /* partner, local, public */
    char address[KEY_DOCUMENT_ADDRESS_BYTES];
    int64_t now_s;
    char beheerder[FINGERPRINT_TEXT_BYTES];
    char fg[FINGERPRINT_TEXT_BYTES];
    struct file_fault fault;
};

static const struct {
    const char *setting;
    int64_t usual;
} port_rows[3] = {{"partnerPoort", 8443}, {"lokaalPoort", 8444}, {"publiekPoort", 8445}};

/* --- small steps --- */

static enum outcome place(struct making *making, const char *name,
                          char out_path[static FILE_PATH_MAX_BYTES])
{
    return path_join(making->folder, name, out_path, &making->fault);
}

static enum outcome make_folder(struct making *making, const char *name)
{
    char path[FILE_PATH_MAX_BYTES];

    TRY(place(making, name, path));
    return folder_make(path, &making->fault);
}

static enum outcome write_new(struct making *making, const char *name, struct bytes contents,
                              mode_t mode)
{
    char path[FILE_PATH_MAX_BYTES];

    TRY(place(making, name, path));
    return file_write_new(path, contents, mode, &making->fault);
}

/* Takes a copy, so that the folder is complete and can be moved as one. */
static enum outcome copy_in(struct making *making, const char *source, const char *name,
                            mode_t mode)
{
    OWNED_BUFFER contents = {0};
    char path[FILE_PATH_MAX_BYTES];

    if (mode == 0600)
        TRY(file_read_private(source, PEM_MAX_BYTES, &contents, &making->fault));
    else
        TRY(file_read(source, PEM_MAX_BYTES, &contents, &making->fault));
    TRY(place(making, name, path));
    return file_write(path, buffer_bytes(&contents), mode, &making->fault);
}

/* --- the steps of init --- */

static enum outcome make_folders(struct making *making)
{
    static const char *const names[] = {
        "sleutels", "gegevens", "tls", "gebruikers", "gebruikers/beheerder", "gebruikers/fg"};

    TRY(folder_make(making->folder, &making->fault));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        TRY(make_folder(making, names[i]));
    return write_new(making, "gegevens/" STORE_MAY_BEGIN, (struct bytes){0}, 0600);
}

static enum outcome make_keys(struct making *making)
{
    OWNED_KEYS keys = {0};
    OWNED_SECRET credential = secret_new(CREDENTIAL_BYTES);
    char path[FILE_PATH_MAX_BYTES];
    struct bytes bytes = bytes_of(credential, CREDENTIAL_BYTES);

    if (!credential)
        return OUTCOME_OUT_OF_MEMORY;
    random_bytes(credential, CREDENTIAL_BYTES);
    TRY(write_new(making, "sleutelbestand", bytes, 0600));
    TRY(place(making, "sleutels", path));
    return keys_create(path, bytes, &keys, &making->fault);
}

static enum outcome make_user(struct making *making, const struct authority *authority,
                              const char *folder_name, const char *name,
                              char out_fingerprint[static FINGERPRINT_TEXT_BYTES])
{
    OWNED_PRIVATE_KEY key = NULL;
    OWNED_BUFFER pem = {0};
    char folder[FILE_PATH_MAX_BYTES], path[FILE_PATH_MAX_BYTES], address[PROFILE_ADDRESS_BYTES];

    snprintf(address, sizeof address, "https://127.0.0.1:%lld", (long long)making->ports[1]);
    TRY(place(making, folder_name, folder));
    TRY(path_join(folder, "sleutel.key", path, &making->fault));
    TRY(private_key_create(path, &key, &making->fault));
    TRY(authority_issue_user(authority, name, key, making->now_s, &pem));
    TRY(pem_fingerprint(buffer_bytes(&pem), out_fingerprint));
    return profile_write_folder(folder, address, buffer_bytes(&authority->pem), buffer_bytes(&pem),
                                &making->fault);
}

static enum outcome make_local(struct making *making, const struct authority *authority)
{
    OWNED_PRIVATE_KEY key = NULL;
    OWNED_BUFFER pem = {0};
    char path[FILE_PATH_MAX_BYTES];

    TRY(place(making, "tls/lokaal.key", path));
    TRY(private_key_create(path, &key, &making->fault));
    TRY(authority_issue_server(authority, key, making->now_s, &pem));
    TRY(write_new(making, "tls/lokaal.pem", buffer_bytes(&pem), 0644));
    return write_new(making, "tls/lokaal-ca.pem", buffer_bytes(&authority->pem), 0644);
}

static enum outcome make_certificates(struct making *making)
{
    OWNED_AUTHORITY authority = {0};
    char path[FILE_PATH_MAX_BYTES];

    TRY(place(making, "ca", path));
    TRY(authority_create(path, making->options.name, making->now_s, &authority, &making->fault));
    TRY(make_local(making, &authority));
    TRY(make_user(making, &authority, "gebruikers/beheerder", "BEHEERDER", making->beheerder));
    return make_user(making, &authority, "gebruikers/fg", "FG", making->fg);
}

static enum outcome make_settings(struct making *making)
{
    OWNED_BUFFER text = {0};
    OWNED_JSON given =
        json_pack("{s:s, s:s, s:I, s:I, s:I, s:{s:s, s:s}}", "oin", making->oin.text, "naam",
                  making->options.name, port_rows[0].setting, (json_int_t)making->ports[0],
                  port_rows[1].setting, (json_int_t)making->ports[1], port_rows[2].setting,
                  (json_int_t)making->ports[2], "eersteGebruikers", "BEHEERDER", making->beheerder,
                  "FG", making->fg);

    if (!given)
        return OUTCOME_OUT_OF_MEMORY;
    TRY(settings_print(given, &text));
    return write_new(making, SETTINGS_NAME, buffer_bytes(&text), 0600);
}

static enum outcome make_all(struct making *making)
{
    TRY(make_folders(making));
    TRY(make_keys(making));
    TRY(make_certificates(making));
    return make_settings(making); /* last: with it the folder is a gateway */
}

/* --- the partner certificate and the key document --- */

/* Without a partner certificate: a key and the request to send to its issuer. */
static enum outcome make_partner_request(struct making *making)
{
    OWNED_PRIVATE_KEY key = NULL;
    OWNED_BUFFER pem = {0};
    char path[FILE_PATH_MAX_BYTES];
    const struct certificate_subject subject = {
        .common_name = making->options.name,
        .organisation = making->options.name,
        .serial_number = making->oin.text,
    };

    TRY(place(making, "tls/partner.key", path));
    TRY(private_key_create(path, &key, &making->fault));
    TRY(certificate_request_make(&subject, key, &pem));
    return write_new(making, "tls/partner.csr", buffer_bytes(&pem), 0644);
}

static enum outcome take_partner_files(struct making *making)
{
    const struct first_init_options *options = &making->options;

    TRY(copy_in(making, options->partner_certificate, "tls/partner.pem", 0644));
    if (options->partner_key)
        TRY(copy_in(making, options->partner_key, "tls/partner.key", 0600));
    return copy_in(making, options->partners_ca, "tls/partners-ca.pem", 0644);
}

static void fill_draft(const struct own_keys *keys, const struct making *making,
                       const struct settings *settings, struct key_document *draft)
{
    draft->oin = settings->oin;
    snprintf(draft->name, sizeof draft->name, "%s", settings->name);
    snprintf(draft->address, sizeof draft->address, "%s", making->address);
    draft->number = 1;
    memcpy(draft->signing_key, keys->signing.public_key, sizeof draft->signing_key);
    memcpy(draft->sealing_key, keys->sealing.public_key, sizeof draft->sealing_key);
    memcpy(draft->log_key, keys->log.public_key, sizeof draft->log_key);
    memcpy(draft->witness_key, keys->witness.public_key, sizeof draft->witness_key);
}

static enum outcome make_document(struct making *making, const struct settings *settings)
{
    OWNED_KEYS keys = {0};
    OWNED_BUFFER envelope = {0};
    OWNED_OIN_CERTIFICATE tls = {0};
    struct key_document draft = {0};

    TRY(oin_certificate_load(settings->partner_certificate, settings->partner_key, &settings->oin,
                             &tls, &making->fault));
    TRY(keys_load_secrets(settings->key_folder, settings->credential_file, &keys, &making->fault));
    fill_draft(&keys, making, settings, &draft);
    /* The document holds as long as the certificate that it names. */
    TRY(certificate_window(tls.certificate, &draft.from_s, &draft.until_s));
    TRY(key_document_make(&draft, tls.certificate, tls.key, &keys.signing, &envelope));
    return keys_write_document(settings->key_folder, buffer_bytes(&envelope), &making->fault);
}

static enum outcome finish(struct making *making)
{
    OWNED_SETTINGS settings = NULL;
    struct fault fault = {0};
    char path[FILE_PATH_MAX_BYTES];

    TRY(place(making, SETTINGS_NAME, path));
    TRY(settings_load(path, &settings, &fault, &making->fault));
    if (making->address[0] == '\0')
        snprintf(making->address, sizeof making->address, "https://%s:%lld",
                 settings->partner_address, (long long)settings->partner_port);
    return make_document(making, settings);
}

/* --- what the operator reads --- */

static void tell_made(const struct making *making)
{
    printf(
        say("Gemaakt in %s:\n"
            "  sleutelbestand         opent de sleutels; alleen deze gebruiker leest het\n"
            "  sleutels/              sleutels van deze poort\n"
            "  ca/                    uw eigen certificaatuitgifte; bewaar die apart en veilig\n"
            "  tls/                   certificaten van de poort\n"
            "  gebruikers/beheerder/  profiel van de beheerder: geef het aan die persoon\n"
            "  gebruikers/fg/         profiel van de FG: geef het aan die persoon\n"
            "  instellingen.json      de instellingen; elke regel is uitgelegd in "
            "docs/settings.md\n",
            "Made in %s:\n"
            "  sleutelbestand         opens the keys; only this user can read it\n"
            "  sleutels/              the keys of this gateway\n"
            "  ca/                    your own certificate authority; keep it apart and safe\n"
            "  tls/                   certificates of the gateway\n"
            "  gebruikers/beheerder/  profile of the administrator: hand it to that person\n"
            "  gebruikers/fg/         profile of the data protection officer: hand it over\n"
            "  instellingen.json      the settings; every row is explained in docs/settings.md\n"),
        making->folder);
}

/* The covenant pins the document: an address that was forgotten must be seen before that. */
static void tell_of_address(const struct making *making)
{
    static const char *const own[] = {"https://127.", "https://localhost", "https://[::1]"};

    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (strncmp(making->address, own[i], strlen(own[i])) == 0)
            printf(say("\nLet op: uw sleuteldocument noemt %s. Daar vinden andere machines u "
                       "niet.\nDoe dit opnieuw met --adres URL voordat u het document "
                       "weggeeft.\n",
                       "\nMind: your key document says %s. Other machines do not find you "
                       "there.\nDo this again with --adres URL before you hand the document "
                       "out.\n"),
                   making->address);
    }
}

static void tell_next(const struct making *making, bool has_document)
{
    if (has_document)
        printf(
            say("\nHierna:\n"
                "  instellingen.json: partnerAdres, lokaalAdres en publiekAdres zijn 127.0.0.1;\n"
                "      vul in op welk adres de poort luistert\n"
                "  wijkpoort key show %s\n"
                "      uw sleuteldocument en vingerafdrukken, voor het convenant\n"
                "  wijkpoort serve --settings %s/instellingen.json\n",
                "\nNext:\n"
                "  instellingen.json: partnerAdres, lokaalAdres and publiekAdres are 127.0.0.1;\n"
                "      fill in at which address the gateway listens\n"
                "  wijkpoort key show %s\n"
                "      your key document and fingerprints, for the covenant\n"
                "  wijkpoort serve --settings %s/instellingen.json\n"),
            making->folder, making->folder);
    else
        printf(say("\nHierna:\n"
                   "  Stuur %s/tls/partner.csr naar de uitgever van uw OIN-certificaat.\n"
                   "  wijkpoort init %s --partner-cert BESTAND --partners-ca BESTAND --adres URL\n"
                   "      zodra u dat certificaat hebt: dit maakt uw sleuteldocument\n",
                   "\nNext:\n"
                   "  Send %s/tls/partner.csr to the issuer of your OIN certificate.\n"
                   "  wijkpoort init %s --partner-cert FILE --partners-ca FILE --adres URL\n"
                   "      once you have that certificate: this makes your key document\n"),
               making->folder, making->folder);
}

/* --- the command --- */

static int explain(const struct making *making, enum outcome outcome)
{
    if (outcome == OUTCOME_EXISTS)
        fprintf(stderr, "%s: %s\n", making->folder,
                say("hier ligt een eerdere poging die niet af kwam. Verwijder deze map, of kies "
                    "een andere.",
                    "here lies an earlier attempt that came to no end. Remove this folder, or "
                    "choose another."));
    oin_certificate_tell(outcome);
    return command_file_fault(outcome, &making->fault);
}

static bool fits_a_certificate(const char *name)
{
    size_t characters = 0;

    for (; name && *name; name++)
        characters += ((uint8_t)*name & 0xc0) != 0x80; /* not those that go on with one */
    return characters <= NAME_MAX_CHARACTERS;
}

static int read_options(struct making *making)
{
    const struct first_init_options *options = &making->options;

    if (!fits_a_certificate(options->name))
        return command_wrong_use(
            &command_init, "--naam heeft hoogstens 64 tekens: zo past hij in een certificaat.",
            "--naam has 64 characters at most: so it fits in a certificate.");
    for (size_t i = 0; i < 3; i++) {
        making->ports[i] = port_rows[i].usual;
        if (options->port_texts[i] &&
            !option_number(options->port_texts[i], 1, 65535, &making->ports[i]))
            return command_wrong_use(&command_init, "Een poort is een getal van 1 tot 65535.",
                                     "A port is a number from 1 to 65535.");
    }
    if (!options->partner_certificate != !options->partners_ca)
        return command_wrong_use(&command_init,
                                 "Geef --partner-cert en --partners-ca samen, of geen van beide.",
                                 "Give --partner-cert and --partners-ca together, or neither.");
    if (options->address && (strncmp(options->address, "https://", 8) != 0 ||
                             strlen(options->address) >= sizeof making->address))
        return command_wrong_use(&command_init, "--adres begint met https://.",
                                 "--adres begins with https://.");
    if (options->address)
        snprintf(making->address, sizeof making->address, "%s", options->address);
    return EXIT_DONE;
}

static bool is_made(struct making *making)
{
    char path[FILE_PATH_MAX_BYTES];

    return place(making, SETTINGS_NAME, path) == OUTCOME_OK && file_exists(path);
}

static int init(struct making *making)
{
    bool with_partner = making->options.partner_certificate != NULL;
    bool made = is_made(making);
    enum outcome outcome = OUTCOME_OK;

    if (!made && (!oin_parse(making->options.oin, &making->oin) || !making->options.name))
        return command_wrong_use(&command_init, "Geef --oin (20 tekens) en --naam.",
                                 "Give --oin (20 characters) and --naam.");
    if (made && !with_partner) {
        fprintf(stderr, say("%s is al gemaakt.\n", "%s was made already.\n"), making->folder);
        return EXIT_REFUSED;
    }
    if (!made)
        outcome = make_all(making);
    if (outcome == OUTCOME_OK)
        outcome = with_partner ? take_partner_files(making) : make_partner_request(making);
    if (outcome == OUTCOME_OK && with_partner)
        outcome = finish(making);
    if (outcome != OUTCOME_OK)
        return explain(making, outcome);
    if (!made)
        tell_made(making);
    tell_next(making, with_partner);
    if (with_partner)
        tell_of_address(making);
    return EXIT_DONE;
}

static int run(int argc, char **argv)
{
    struct making making = {.now_s = clock_now_ms() / 1000};
    struct first_init_options *options = &making.options;
    const struct option_row rows[] = {
        {"oin",
         "OIN",
         {"nummer van uw organisatie, 20 tekens", "number of your organisation, 20 characters"},
         &options->oin,
         NULL},
        {"naam",
         "NAME",
         {"naam van uw organisatie", "name of your organisation"},
         &options->name,
         NULL},
        {"adres",
         "URL",
         {"waar partners uw poort bereiken", "where partners reach your gateway"},
         &options->address,
         NULL},
        {"partner-cert",
         "FILE",
         {"uw OIN-certificaat met zijn keten, PEM", "your OIN certificate with its chain, PEM"},
         &options->partner_certificate,
         NULL},
        {"partner-key",
         "FILE",
         {"de sleutel daarvan (anders tls/partner.key)", "its key (else tls/partner.key)"},
         &options->partner_key,
         NULL},
        {"partners-ca",
         "FILE",
         {"wie certificaten van partners uitgeeft, PEM", "who issues partners' certificates, PEM"},
         &options->partners_ca,
         NULL},
        {"poort-partner",
         "N",
         {"poort voor partners (8443)", "port for partners (8443)"},
         &options->port_texts[0],
         NULL},
        {"poort-lokaal",
         "N",
         {"poort voor eigen gebruikers (8444)", "port for your own users (8444)"},
         &options->port_texts[1],
         NULL},
        {"poort-publiek",
         "N",
         {"openbare poort (8445)", "public port (8445)"},
         &options->port_texts[2],
         NULL},
        {0},
    };
    struct invocation invocation;
    int exit;

    if (!options_read(&command_init, rows, argc, argv, 1, 1, &invocation, &exit))
        return exit;
    making.folder = invocation.words[0];
    exit = read_options(&making);
    return exit == EXIT_DONE ? init(&making) : exit;
}

const struct command command_init = {
    .name = "init",
    .summary = {"Maakt sleutels, certificaten en instellingen van een nieuwe poort.",
                "Makes the keys, certificates and settings of a new gateway."},
    .usage = "DIR --oin OIN --naam NAME [--adres URL] [--partner-cert FILE --partners-ca FILE "
             "[--partner-key FILE]]",
    .run = run,
};
