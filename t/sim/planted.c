/*
 * planted: certificates of a CA that nobody here knows, for names that are
 * watched and for others. As CAs do: in logs of several operators, many as
 * pre-certificate first and as final certificate later.
 */

#include "sim.h"
#include "../unit/ca.h"


#define PLANT_SERIAL    0x51000000L
#define PLANT_SIGNATURE 71 /* bytes of most of them */

plant_t *sim_plants;
size_t   sim_nplants;

static ca_cert_t  plant_root, plant_inter;
static ct_bytes_t plant_issuers[2];
static uint8_t    plant_hashes[2][CT_HASH_LEN];
static uint8_t    plant_key[CT_HASH_LEN];


static void planted_ca(void);
static void planted_one(plant_t *plant, plant_kind_e kind, dice_t *dice);
static void planted_time(plant_t *plant, dice_t *dice);
static void planted_places(plant_t *plant, dice_t *dice);
static bool planted_fits(const plant_t *plant, const log_t *log);
static void planted_make(plant_t *plant, size_t n);
static ct_bytes_t planted_sign(const ca_request_t *request);
static void planted_queue(size_t n);
static int planted_later(const void *a, const void *b);


static void
planted_ca(void)
{
    unsigned i;

    plant_root = ca_root("Stranger Ltd", "Stranger Root");
    plant_inter = ca_intermediate(&plant_root, "Stranger Ltd", "S1");
    plant_issuers[0] = plant_inter.der;
    plant_issuers[1] = plant_root.der;
    ca_key_hash(&plant_inter, plant_key);

    for (i = 0; i < 2; i++) {
        ct_sha256_once(plant_issuers[i], plant_hashes[i]);
    }
}


ct_bytes_t
planted_issuer(unsigned i)
{
    return plant_issuers[i];
}


const uint8_t *
planted_issuer_hash(unsigned i)
{
    return plant_hashes[i];
}


const uint8_t *
planted_issuer_key(void)
{
    return plant_key;
}


/* Some for each log and day, so that no stretch of any log is without. */
void
planted_plan(dice_t *dice)
{
    size_t       i, n;
    unsigned     roll;
    plant_kind_e kind;

    planted_ca();
    n = sim_nlogs * (size_t) ((sim_end_ms - SIM_BEGIN) / SIM_DAY) * 3 / 2
        + 24;
    n = n < SIM_PLANTED ? n : SIM_PLANTED;
    sim_plants = sim_grow(NULL, n, sizeof(plant_t));
    memset(sim_plants, 0, n * sizeof(plant_t));

    for (i = 0; i < n; i++) {
        roll = (unsigned) dice_roll(dice, 100);
        kind = roll < 60 ? PLANT_WATCHED : roll < 78 ? PLANT_LATER
               : roll < 95 ? PLANT_ELSEWHERE : PLANT_BEFORE;
        planted_one(&sim_plants[sim_nplants], kind, dice);
        sim_nplants += sim_plants[sim_nplants].nplaces > 0;
    }

    for (i = 0; i < sim_nlogs; i++) {
        planted_queue(i);
    }
}


static void
planted_one(plant_t *plant, plant_kind_e kind, dice_t *dice)
{
    memset(plant, 0, sizeof(plant_t));
    plant->kind = kind;
    planted_time(plant, dice);
    planted_places(plant, dice);

    if (plant->nplaces > 0) {
        planted_make(plant, sim_nplants);
    }
}


static void
planted_time(plant_t *plant, dice_t *dice)
{
    int64_t from, to;

    from = SIM_BEGIN + 30 * SIM_MINUTE;
    to = sim_end_ms - 3 * SIM_HOUR;

    if (plant->kind == PLANT_BEFORE) {
        from = SIM_BEGIN - 10 * SIM_DAY;
        to = SIM_BEGIN - 5 * SIM_DAY;
    }

    if (plant->kind == PLANT_LATER) {
        from = sim_since_ms + SIM_MINUTE;
    }

    plant->at_ms = dice_between(dice, from, to);
}


/* Of different operators, as policies want it; the first one chosen freely,
 * so that every log has some. */
static void
planted_places(plant_t *plant, dice_t *dice)
{
    bool     both;
    size_t   i, n, tries, log;
    place_t *place;
    uint32_t operators;

    both = dice_chance(dice, 40);
    n = 1 + dice_roll(dice, 3) + (dice_chance(dice, 20) ? 1 : 0);
    operators = 0;

    for (tries = 0; tries < 200 && plant->nplaces < n; tries++) {
        log = dice_roll(dice, sim_nlogs);

        if (!planted_fits(plant, &sim_logs[log])
            || (operators & 1U << sim_logs[log].operator_number))
        {
            continue;
        }

        operators |= 1U << sim_logs[log].operator_number;
        place = &plant->places[plant->nplaces++];
        place->log = log;
        place->precert = !both || plant->nplaces % 2 == 1;
        place->at_ms = plant->at_ms + dice_between(dice, 0, 20 * SIM_MINUTE);
    }

    /* the final one in the log of its pre-certificate, too */
    for (i = 0; both && i < 1 && plant->nplaces > 0; i++) {
        place = &plant->places[plant->nplaces++];
        *place = plant->places[0];
        place->precert = false;
        place->at_ms += dice_between(dice, SIM_MINUTE, SIM_HOUR);
    }
}


/* There long enough before and after. */
static bool
planted_fits(const plant_t *plant, const log_t *log)
{
    int64_t gone;

    gone = log->end_ms < log->unlisted_ms ? log->end_ms : log->unlisted_ms;

    return plant->at_ms > log->since_ms + SIM_HOUR
           && (gone == SIM_NEVER || plant->at_ms < gone - 8 * SIM_HOUR)
           && (plant->kind != PLANT_BEFORE || log->listed_ms == SIM_BEGIN);
}


static void
planted_make(plant_t *plant, size_t n)
{
    char         san[64];
    ca_cert_t    cert;
    ca_request_t request;

    (void) snprintf(san, sizeof(san), "DNS:w%zu.%s", n,
                    plant->kind == PLANT_ELSEWHERE ? "elsewhere.test"
                    : plant->kind == PLANT_LATER ? "added.example"
                    : n % 2 == 0 ? "example.com" : "example.org");

    memset(&request, 0, sizeof(request));
    request.issuer = &plant_inter;
    request.key = plant_root.key;
    request.cn = "leaf";
    request.san = san;
    request.serial = PLANT_SERIAL + (long) n - 1;

    cert = ca_make(&request);
    plant->tbs = ca_tbs(&cert);

    request.scts = true;
    plant->final = planted_sign(&request);
    request.scts = false;
    request.poison = true;
    plant->precert = planted_sign(&request);
}


/* With a signature of one length, so that nothing depends on chance. */
static ct_bytes_t
planted_sign(const ca_request_t *request)
{
    ca_cert_t  cert;
    ct_bytes_t tbs;

    for ( ;; ) {
        cert = ca_make(request);
        tbs = ca_tbs(&cert);

        if (cert.der.len == tbs.len + 4 + 12 + 3 + PLANT_SIGNATURE) {
            OPENSSL_free((void *) (uintptr_t) tbs.data);
            return cert.der;
        }

        OPENSSL_free((void *) (uintptr_t) tbs.data);
        ca_free(&cert);
    }
}


plant_t *
planted_by_serial(const uint8_t *serial, size_t len)
{
    size_t n, i;

    n = 0;

    for (i = 0; i < len; i++) {
        n = n << 8 | serial[i];
    }

    n -= PLANT_SERIAL;

    return len == 4 && n < sim_nplants ? &sim_plants[n] : NULL;
}


static void
planted_queue(size_t n)
{
    log_t *log;
    size_t i, k;

    log = &sim_logs[n];

    for (i = 0; i < sim_nplants; i++) {
        for (k = 0; k < sim_plants[i].nplaces; k++) {
            if (sim_plants[i].places[k].log != n) {
                continue;
            }

            log->queue = sim_grow(log->queue, log->nqueue + 1,
                                  sizeof(planting_t));
            log->queue[log->nqueue].plant = (uint32_t) i;
            log->queue[log->nqueue].place = (uint32_t) k;
            log->nqueue++;
        }
    }

    if (log->nqueue > 0) {
        qsort(log->queue, log->nqueue, sizeof(planting_t), planted_later);
    }
}


static int
planted_later(const void *a, const void *b)
{
    int64_t           one, two;
    const planting_t *p, *q;

    p = a;
    q = b;
    one = sim_plants[p->plant].places[p->place].at_ms;
    two = sim_plants[q->plant].places[q->place].at_ms;

    return one < two ? -1 : one > two;
}
