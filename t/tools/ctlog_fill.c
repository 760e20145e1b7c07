/*
 * ctlog_fill: very many entries at once, two thirds of them
 * pre-certificates, with timestamps that rise as those of real logs do: not
 * strictly. Planted certificates lie among them, far apart.
 */

#include "ctlog.h"

/* Timestamps stray this far at most, an hour. */
#define FILL_STRAY 3600000

typedef struct {
    buf_t         *cert;
    const chain_t *chain;
    const char    *file;
    uint64_t       at; /* counted from the first entry that is added */
} plant_t;

typedef struct {
    log_t         *log;
    const fill_t  *fill;
    dice_t         dice;
    forge_issuer_t issuer[FORGE_ISSUERS];
    forged_t       forged;
    plant_t       *plant;
    size_t         nplants;
    size_t         planted; /* those already in the log */
} filling_t;

static void     plants_read(filling_t *f);
static void     plants_place(filling_t *f);
static uint64_t fill_time(filling_t *f, uint64_t i);
static size_t   forged_put(filling_t *f, uint64_t timestamp, uint64_t index);
static size_t   plant_put(filling_t *f, uint64_t timestamp, uint64_t index);


void
log_fill(log_t *log, const fill_t *fill)
{
    static filling_t f;
    uint8_t          hash[HASH];
    uint64_t         i;
    uint64_t         timestamp;
    uint64_t         index;
    size_t           start;
    size_t           len;

    f.log = log;
    f.fill = fill;
    f.dice.state = fill->seed;
    forge_issuers(f.issuer, &f.dice);
    for (i = 0; i < FORGE_ISSUERS; i++) {
        issuer_publish(log, f.issuer[i].fingerprint[0], f.issuer[i].cert[0]);
        issuer_publish(log, f.issuer[i].fingerprint[1], f.issuer[i].cert[1]);
    }
    plants_read(&f);
    plants_place(&f);

    for (i = 0; i < fill->entries; i++) {
        start = log->data.len;
        timestamp = fill_time(&f, i);
        index = log->classic ? NO_INDEX : log->edge.size;
        if (f.planted < f.nplants && f.plant[f.planted].at == i) {
            len = plant_put(&f, timestamp, index);
        } else {
            len = forged_put(&f, timestamp, index);
        }
        leaf_hash(log->data.data + start, len, hash);
        log_push(log, hash);
    }
}


void
chain_publish(const log_t *log, chain_t *chain, const char *paths)
{
    size_t i;

    chain_read(chain, paths);
    for (i = 0; i < chain->len; i++) {
        issuer_publish(log, chain->fingerprint[i], chain->cert[i]);
    }
}


void
issuer_publish(const log_t *log, const uint8_t fingerprint[HASH], slice_t cert)
{
    char  path[TOOL_PATH];
    buf_t hex = {0};

    buf_hex(&hex, fingerprint, HASH);
    path_make(path, "%s/www/issuer/%s", log->dir, buf_str(&hex));
    if (!file_exists(path)) {
        file_write(path, cert.data, cert.len, 0644);
    }
    buf_free(&hex);
}


static void
plants_read(filling_t *f)
{
    const texts_t *files = f->fill->planted;
    const char    *last = NULL;
    chain_t       *chain = grow(NULL, sizeof(*chain));
    buf_t         *cert;
    BIO           *bio;
    size_t         i;

    memset(chain, 0, sizeof(*chain));

    for (i = 1; i < files->len; i++) {
        if (files->with[i] != last) {
            last = files->with[i];
            chain = grow(NULL, sizeof(*chain));
            chain_publish(f->log, chain, last);
        }
        bio = BIO_new_file(files->item[i], "r");
        if (bio == NULL) {
            errx(1, "cannot open %s", files->item[i]);
        }
        while ((cert = pem_next(bio)) != NULL) {
            f->plant = grow(f->plant, (f->nplants + 1) * sizeof(*f->plant));
            f->plant[f->nplants++] = (plant_t){cert, chain, files->item[i], 0};
        }
        BIO_free(bio);
    }
}


/* Each somewhere in a part of its own. */
static void
plants_place(filling_t *f)
{
    uint64_t part;
    size_t   i;

    if (f->nplants > f->fill->entries) {
        errx(1, "more to plant than --entries");
    }

    for (i = 0; i < f->nplants; i++) {
        part = f->fill->entries / f->nplants;
        f->plant[i].at = i * part + dice_roll(&f->dice, part);
    }
}


/* From `from` to `to` in even steps, each strayed from. */
static uint64_t
fill_time(filling_t *f, uint64_t i)
{
    uint64_t span = f->fill->to - f->fill->from;
    uint64_t stray = span / 500 < FILL_STRAY ? span / 500 : FILL_STRAY;
    uint64_t at;

    at = (uint64_t) ((double) span * (double) i / (double) f->fill->entries)
         + dice_roll(&f->dice, 2 * stray + 1);
    at = at < stray ? 0 : at - stray;

    return f->fill->from + (at < span ? at : span);
}


static size_t
forged_put(filling_t *f, uint64_t timestamp, uint64_t index)
{
    const forge_issuer_t *issuer;
    const forged_t       *forged = &f->forged;
    leaf_t                leaf = {0};
    bool                  precert = dice_roll(&f->dice, 100) < 65;

    issuer = &f->issuer[dice_roll(&f->dice, FORGE_ISSUERS)];
    forge_leaf(&f->forged, issuer, &f->dice, timestamp, precert);

    leaf.timestamp = timestamp;
    leaf.index = index;
    leaf.signed_entry = (slice_t){forged->cert.data, forged->cert.len};
    if (precert) {
        leaf.pre_certificate = leaf.signed_entry;
        leaf.signed_entry = (slice_t){forged->tbs.data, forged->tbs.len};
    }
    leaf.issuer_key_hash = issuer->key_hash;
    leaf.fingerprint = issuer->fingerprint;
    leaf.nfingerprints = 2;

    return leaf_put(&f->log->data, &leaf);
}


static size_t
plant_put(filling_t *f, uint64_t timestamp, uint64_t index)
{
    const plant_t *plant = &f->plant[f->planted++];

    printf("{\"index\": %llu, \"timestamp\": %llu, \"file\": \"%s\"}\n",
        (unsigned long long) f->log->edge.size, (unsigned long long) timestamp,
        plant->file);

    return entry_put(&f->log->data,
        (slice_t){plant->cert->data, plant->cert->len}, plant->chain,
        timestamp, index);
}
