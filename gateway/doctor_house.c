/* SPDX-License-Identifier: EUPL-1.2 */
/* The own house: settings, keys, certificates, disk, clock, memory, ports. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "covenant/day.h"
#include "gateway/clock.h"
#include "gateway/doctor.h"
#include "gateway/environment_files.h"
#include "gateway/key_ring.h"
#include "gateway/tls_files.h"
#include "gateway/trust.h"

enum {
    DAY_S = 24 * 60 * 60,
    CERTIFICATE_SOON_S = 14 * DAY_S,
    LIST_ENDING_S = 2 * DAY_S,
    PEM_MAX_BYTES = 64 * 1024,
    LOCKED_LEAST_BYTES = 1 << 20,
};

/* --- settings and keys --- */

static void file_finding(struct doctor *doctor, enum finding finding,
                         const struct file_fault *fault)
{
    doctor_finding(
        doctor, finding, fault->path[0] ? fault->path : NULL,
        fault->check == FILE_CHECK_NONE ? NULL : file_check_text(fault->check, command_language()));
}

static bool look_at_settings(struct doctor *doctor, const char *path,
                             struct settings **out_settings)
{
    struct file_fault file_fault = {0};
    struct fault fault = {0};
    enum outcome outcome = settings_load(path, out_settings, &fault, &file_fault);

    if (outcome == OUTCOME_OK)
        doctor_finding(doctor, FINDING_SETTINGS_GOOD, path, NULL);
    else if (file_fault.check != FILE_CHECK_NONE)
        file_finding(doctor, FINDING_SETTINGS_WRONG, &file_fault);
    else
        doctor_finding(doctor, FINDING_SETTINGS_WRONG, path, fault.where);
    return outcome == OUTCOME_OK;
}

static void look_at_end(struct doctor *doctor, const struct key_ring *ring)
{
    const int64_t until_s = ring->chain.documents[ring->chain.count - 1].until_s;
    const int64_t left_s = until_s - clock_now_ms() / 1000;
    char until[INSTANT_TEXT_BYTES];

    instant_print(until_s * 1000, until);
    if (left_s < CERTIFICATE_ENDING_S)
        doctor_finding(
            doctor, left_s < CERTIFICATE_SOON_S ? FINDING_DOCUMENT_SOON : FINDING_DOCUMENT_ENDING,
            NULL, until);
}

static bool look_at_keys(struct doctor *doctor, const struct settings *settings,
                         struct key_ring **out_ring)
{
    struct file_fault fault = {0};
    enum outcome outcome = key_ring_load(settings, NULL, out_ring, &fault);

    if (outcome != OUTCOME_OK && fault.check != FILE_CHECK_NONE)
        file_finding(doctor, FINDING_KEYS_WRONG, &fault);
    else if (outcome != OUTCOME_OK)
        doctor_finding(doctor, FINDING_KEYS_WRONG, settings->key_folder,
                       outcome_text(outcome, command_language()));
    else if (!oin_equal(&(*out_ring)->chain.documents[0].oin, &settings->oin))
        doctor_finding(doctor, FINDING_KEYS_OTHER_OIN, settings->key_folder, NULL);
    else
        doctor_finding(doctor, FINDING_KEYS_GOOD, settings->key_folder, NULL);
    if (outcome == OUTCOME_OK)
        look_at_end(doctor, *out_ring);
    return outcome == OUTCOME_OK;
}

/* --- certificates --- */

static bool key_fits(const char *path, const struct certificate *certificate)
{
    OWNED_BUFFER pem = {0};
    OWNED_PRIVATE_KEY key = NULL;
    struct file_fault fault = {0};

    return file_read_private(path, PEM_MAX_BYTES, &pem, &fault) == OUTCOME_OK &&
           private_key_read_pem(buffer_bytes(&pem), &key) == OUTCOME_OK &&
           private_key_fits(key, certificate);
}

static enum finding window_finding(const struct certificate *certificate, int64_t now_s,
                                   char out_until[static INSTANT_TEXT_BYTES])
{
    int64_t from_s, until_s;

    if (certificate_window(certificate, &from_s, &until_s) != OUTCOME_OK)
        return FINDING_CERTIFICATE_WRONG;
    instant_print((now_s < from_s ? from_s : until_s) * 1000, out_until);
    if (now_s < from_s)
        return FINDING_CERTIFICATE_EARLY;
    if (now_s >= until_s)
        return FINDING_CERTIFICATE_ENDED;
    return until_s - now_s < CERTIFICATE_ENDING_S ? FINDING_CERTIFICATE_ENDING
                                                  : FINDING_CERTIFICATE_GOOD;
}

static bool read_certificate(const char *path, struct certificate **out)
{
    OWNED_BUFFER pem = {0};
    struct file_fault fault = {0};

    return file_read(path, PEM_MAX_BYTES, &pem, &fault) == OUTCOME_OK &&
           certificate_read_pem(buffer_bytes(&pem), out) == OUTCOME_OK;
}

static void look_at_pair(struct doctor *doctor, const char *path, const char *key_path,
                         const struct oin *oin)
{
    OWNED_CERTIFICATE certificate = NULL;
    char until[INSTANT_TEXT_BYTES] = "";
    struct oin found;

    if (!read_certificate(path, &certificate))
        doctor_finding(doctor, FINDING_CERTIFICATE_WRONG, path, NULL);
    else if (!key_fits(key_path, certificate))
        doctor_finding(doctor, FINDING_CERTIFICATE_KEY, key_path, NULL);
    else if (oin && (certificate_oin(certificate, &found) != OUTCOME_OK || !oin_equal(&found, oin)))
        doctor_finding(doctor, FINDING_CERTIFICATE_OIN, path, oin->text);
    else {
        enum finding finding = window_finding(certificate, clock_now_ms() / 1000, until);
        doctor_finding(doctor, finding, path, until);
    }
}

static void host_of(const char *address, char *out, size_t out_size)
{
    const char *host = strncmp(address, "https://", 8) == 0 ? address + 8 : address;
    const bool bracketed = host[0] == '[';

    host += bracketed;
    snprintf(out, out_size, "%.*s", (int)strcspn(host, bracketed ? "]" : ":/"), host);
}

static bool is_of_this_machine(const char *host)
{
    return strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0 ||
           strcmp(host, "localhost") == 0;
}

static void look_at_document(struct doctor *doctor, const struct settings *settings,
                             const struct key_document *document)
{
    uint8_t fingerprint[CERTIFICATE_FINGERPRINT_BYTES];
    OWNED_CERTIFICATE certificate = NULL;
    char host[KEY_DOCUMENT_ADDRESS_BYTES];

    if (!read_certificate(settings->partner_certificate, &certificate) ||
        certificate_fingerprint(certificate, fingerprint) != OUTCOME_OK)
        return; /* said already */
    if (!bytes_equal(bytes_of(fingerprint, sizeof fingerprint),
                     bytes_of(document->tls_fingerprint, sizeof fingerprint)))
        doctor_finding(doctor, FINDING_CERTIFICATE_OTHER, settings->partner_certificate, NULL);
    host_of(document->address, host, sizeof host);
    if (!certificate_names_host(certificate, host))
        doctor_finding(doctor, FINDING_CERTIFICATE_NAME, settings->partner_certificate, host);
    if (is_of_this_machine(settings->partner_address) && !is_of_this_machine(host))
        doctor_finding(doctor, FINDING_ADDRESS_INSIDE, "partnerAdres", settings->partner_address);
}

static void look_at_authority(struct doctor *doctor, const char *ca, const char *crl,
                              bool should_have_list)
{
    const int64_t now_s = clock_now_ms() / 1000;
    enum trust_fault fault = TRUST_FAULT_CA;
    char until[INSTANT_TEXT_BYTES] = "";
    int64_t end_s;

    if (trust_look(ca, crl, &end_s, &fault) != OUTCOME_OK) {
        doctor_finding(doctor,
                       fault == TRUST_FAULT_CA ? FINDING_AUTHORITY_WRONG : FINDING_LIST_WRONG,
                       fault == TRUST_FAULT_CA ? ca : crl, NULL);
        return;
    }
    if (crl)
        instant_print(end_s * 1000, until);
    if (!crl && should_have_list)
        doctor_finding(doctor, FINDING_LIST_NONE, ca, NULL);
    else if (crl && now_s >= end_s)
        doctor_finding(doctor, FINDING_LIST_ENDED, crl, until);
    else if (crl && end_s - now_s < LIST_ENDING_S)
        doctor_finding(doctor, FINDING_LIST_ENDING, crl, until);
    else
        doctor_finding(doctor, FINDING_AUTHORITY_GOOD, ca, until);
}

/* --- disk, clock, memory --- */

static enum finding room_finding(const struct settings *settings, const char *folder,
                                 char *out_free, size_t out_size)
{
    const uint64_t least = (uint64_t)settings->free_space_mib << 20;
    struct statvfs info;
    uint64_t free_bytes;

    if (statvfs(folder, &info) != 0)
        return FINDING_FOLDER_WRONG;
    free_bytes = (uint64_t)info.f_bavail * info.f_frsize;
    snprintf(out_free, out_size, "%llu MiB", (unsigned long long)(free_bytes >> 20));
    if (free_bytes < least)
        return FINDING_DISK_FULL;
    return free_bytes / 4 < least ? FINDING_DISK_LOW : FINDING_FOLDER_GOOD;
}

static void look_at_disk(struct doctor *doctor, const struct settings *settings)
{
    const char *folder = settings->data_folder;
    char room[32] = "";
    struct stat info;
    enum finding finding;

    if (stat(folder, &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != geteuid() ||
        (info.st_mode & 077) != 0)
        finding = FINDING_FOLDER_WRONG;
    else if (folder_is_remote(folder))
        finding = FINDING_FOLDER_REMOTE;
    else
        finding = room_finding(settings, folder, room, sizeof room);
    doctor_finding(doctor, finding, folder, room);
}

static bool is_before_own_certificate(const struct settings *settings)
{
    OWNED_CERTIFICATE certificate = NULL;
    int64_t from_s, until_s;

    return read_certificate(settings->partner_certificate, &certificate) &&
           certificate_window(certificate, &from_s, &until_s) == OUTCOME_OK &&
           clock_now_ms() / 1000 < from_s;
}

static void look_at_clock(struct doctor *doctor, const struct settings *settings)
{
    struct timex state = {0};
    char now[INSTANT_TEXT_BYTES];

    instant_print(clock_now_ms(), now);
    if (is_before_own_certificate(settings))
        doctor_finding(doctor, FINDING_CLOCK_WRONG, NULL, now);
    else if (adjtimex(&state) == TIME_ERROR || (state.status & STA_UNSYNC))
        doctor_finding(doctor, FINDING_CLOCK_UNKNOWN, NULL, now);
    else
        doctor_finding(doctor, FINDING_CLOCK_GOOD, NULL, now);
}

static void look_at_memory(struct doctor *doctor)
{
    struct rlimit limit;

    doctor_finding(doctor,
                   getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur < LOCKED_LEAST_BYTES
                       ? FINDING_MEMORY_LITTLE
                       : FINDING_MEMORY_GOOD,
                   NULL, NULL);
}

/* --- ports --- */

static bool place_of(const char *address, int64_t port, struct sockaddr_storage *out,
                     socklen_t *out_length)
{
    struct sockaddr_in *four = (struct sockaddr_in *)out;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;

    *out = (struct sockaddr_storage){0};
    if (inet_pton(AF_INET, address, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons((uint16_t)port);
        *out_length = sizeof *four;
        return true;
    }
    six->sin6_family = AF_INET6;
    six->sin6_port = htons((uint16_t)port);
    *out_length = sizeof *six;
    return inet_pton(AF_INET6, address, &six->sin6_addr) == 1;
}

/* Whoever may not bind because somebody listens is told so; a port is let go at once. */
static enum finding port_finding(const char *address, int64_t port)
{
    struct sockaddr_storage place;
    socklen_t length = 0;
    const int yes = 1;

    if (!place_of(address, port, &place, &length))
        return FINDING_PORT_WRONG;
    OWNED_FILE descriptor = socket(place.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return FINDING_PORT_WRONG;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(descriptor, (const struct sockaddr *)&place, length) == 0)
        return FINDING_PORT_FREE;
    return errno == EADDRINUSE ? FINDING_PORT_SERVED : FINDING_PORT_WRONG;
}

static void look_at_port(struct doctor *doctor, const char *address, int64_t port)
{
    char about[SETTINGS_TEXT_MAX_BYTES + 16];

    snprintf(about, sizeof about, "%s:%lld", address, (long long)port);
    doctor_finding(doctor, port_finding(address, port), about, NULL);
}

void doctor_house(struct doctor *doctor, const char *path, struct settings **out_settings)
{
    OWNED_KEY_RING ring = NULL;
    const struct settings *s;

    *out_settings = NULL;
    if (!look_at_settings(doctor, path, out_settings))
        return;
    s = *out_settings;
    if (look_at_keys(doctor, s, &ring))
        look_at_document(doctor, s, key_ring_document(ring, clock_now_ms() / 1000));
    look_at_pair(doctor, s->partner_certificate, s->partner_key, &s->oin);
    look_at_pair(doctor, s->local_certificate, s->local_key, NULL);
    look_at_authority(doctor, s->partners_ca, s->partners_crl, true);
    look_at_authority(doctor, s->local_ca, s->local_crl, false);
    look_at_disk(doctor, s);
    look_at_clock(doctor, s);
    look_at_memory(doctor);
    look_at_port(doctor, s->partner_address, s->partner_port);
    look_at_port(doctor, s->local_address, s->local_port);
    look_at_port(doctor, s->public_address, s->public_port);
}
