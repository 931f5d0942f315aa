/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * decide - what one decision costs under a covenant of ten parties and twenty articles, beside the
 * SHA-256 of that covenant's own bytes on the same core.
 *
 * Half of the questions are permitted, by the last article; half are refused there by one thing, so
 * that every article is looked at and the nearest is looked for. Prints one object of JSON, times
 * in microseconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "covenant/built_in.h"
#include "covenant/decision.h"
#include "crypto/json.h"
#include "crypto/ready.h"

enum { PARTIES = 10, ARTICLES = 20, CALLS = 200000, WARM_UP = 2000 };

static void must(enum outcome outcome)
{
    if (outcome == OUTCOME_OK)
        return;
    fprintf(stderr, "decide: %s\n", outcome_text(outcome, LANGUAGE_EN));
    exit(1);
}

static void add_parties(struct buffer *out)
{
    buffer_add_text(out, "\"partijen\":[");
    for (int i = 0; i < PARTIES; i++)
        buffer_format(out,
                      "%s{\"oin\":\"0000009900000%02d00000\",\"naam\":\"Partij %d\","
                      "\"soort\":\"%s\",\"beroepsgeheim\":false}",
                      i ? "," : "", i, i, i == 0 ? "CORPORATIE" : "WIJKTEAM");
    buffer_add_text(out, "]");
}

/* All alike but for the recipient, so that only the last one is about the question's. */
static void add_articles(struct buffer *out)
{
    buffer_add_text(out, ",\"bepalingen\":[");
    for (int i = 0; i < ARTICLES; i++)
        buffer_format(
            out,
            "%s{\"nr\":%d,\"doel\":\"TOELEIDING\",\"van\":\"CORPORATIE\",\"naar\":[\"WIJKTEAM\"],"
            "\"naarOin\":[\"0000009900000%02d00000\"],\"wijze\":\"TOESTEMMING\","
            "\"grondslag\":{\"avg6\":\"a\"},\"signalen\":[\"OVL.GELUID\",\"OVL.BURENRUZIE\"],"
            "\"velden\":[\"pseudoniem\",\"bewijs\",\"contactenvelop\"],\"bewaarDagen\":365}",
            i ? "," : "", i + 1, i + 1 < ARTICLES ? 1 + i % (PARTIES - 2) : PARTIES - 1);
    buffer_add_text(out, "]}");
}

static void make_covenant(struct buffer *out)
{
    buffer_add_text(out, "{\"formaat\":\"buurt-convenant/1\",\"id\":\"meting\",\"versie\":\"1.0\","
                         "\"titel\":\"Meting\",\"groep\":\"proef\",\"geldigVanaf\":\"2026-12-01\","
                         "\"geldigTot\":\"2028-01-31\",\"evaluatieDatum\":\"2027-11-30\","
                         "\"gebied\":{\"soort\":\"BUURT\",\"code\":\"BU99990101\"},"
                         "\"regie\":{\"oin\":\"00000099000000000000\"},"
                         "\"sleutelgever\":\"00000099000000000000\",\"verboden\":{},");
    add_parties(out);
    add_articles(out);
    must(buffer_outcome(out));
}

static struct request question(const struct covenant *covenant, const struct standing *standing)
{
    struct request request = {
        .covenant = covenant,
        .standing = standing,
        .side = SIDE_DRY_RUN,
        .from = covenant->parties[0].oin,
        .to = covenant->parties[PARTIES - 1].oin,
        .purpose = PURPOSE_TOELEIDING,
        .code = "OVL.BURENRUZIE",
        .lane = LANE_CONSENT,
        .role = ROLE_MELDER,
        .fields = bit_of(FIELD_PROOF) | bit_of(FIELD_TOKEN),
        .proof = {.present = true,
                  .authentic = true,
                  .token_matches = true,
                  .purposes = UINT32_MAX,
                  .groups = UINT32_MAX,
                  .from = standing->today,
                  .until = standing->today},
    };

    request.proof.recipient = request.to;
    return request;
}

static double now_us(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static double sha256_us(struct bytes text)
{
    uint8_t hash[SHA256_BYTES];
    double began = now_us(CLOCK_PROCESS_CPUTIME_ID);

    for (int i = 0; i < WARM_UP; i++)
        must(sha256(text, hash));
    return (now_us(CLOCK_PROCESS_CPUTIME_ID) - began) / WARM_UP;
}

/* The mean in processor time, so that what else runs does not count; each call by the clock. */
static double measure(struct request *request, double *times)
{
    double began = 0;

    for (int i = -WARM_UP; i < CALLS; i++) {
        double at;
        if (i == 0)
            began = now_us(CLOCK_PROCESS_CPUTIME_ID);
        request->proof.withdrawn = i % 2 != 0;
        at = now_us(CLOCK_MONOTONIC);
        if (decide(request).permitted == request->proof.withdrawn)
            must(OUTCOME_INTERNAL);
        if (i >= 0)
            times[i] = now_us(CLOCK_MONOTONIC) - at;
    }
    return (now_us(CLOCK_PROCESS_CPUTIME_ID) - began) / CALLS;
}

int main(void)
{
    static double times[CALLS];
    struct standing standing = {0};
    OWNED_CODE_LISTS lists = NULL;
    OWNED_COVENANT covenant = NULL;
    OWNED_BUFFER text = {0};
    struct covenant_fault fault = {0};
    struct request request;
    double mean;

    json_ready();
    must(crypto_ready());
    must(code_lists_load(&lists));
    make_covenant(&text);
    if (covenant_parse(buffer_bytes(&text), lists, &covenant, &fault) != OUTCOME_OK) {
        fprintf(stderr, "decide: %s\n", fault.at.where);
        return 1;
    }
    for (size_t i = 0; i < COVENANT_PARTIES_MAX; i++)
        standing.verdicts[i] = VERDICT_AGREED;
    standing.today = covenant->valid_from;
    request = question(covenant, &standing);
    mean = measure(&request, times);
    qsort(times, CALLS, sizeof *times, compare);
    printf("{\"mean_us\":%.3f,\"p99_us\":%.3f,\"sha256_us\":%.3f,\"bytes\":%zu}\n", mean,
           times[CALLS / 100 * 99], sha256_us(buffer_bytes(&text)), text.length);
    return 0;
}
