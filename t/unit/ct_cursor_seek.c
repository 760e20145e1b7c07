/*
 * ct_cursor_seek: starts at any place, by number and by time, over both
 * protocols; tiles and proofs that contradict a signed root.
 */

#include "cursor.h"

#define FULL_DAY (24 * 60 * 60 * 1000)

static sim_log_t log70k;

static const ct_log_type_e TYPES[] = {CT_LOG_STATIC, CT_LOG_RFC6962};
static const char *const   NAMES[] = {"static", "rfc6962"};

static const uint64_t SIZES[] = {0, 1, 2, 255, 256, 257, 511, 512, 513, 600,
                                 65535, 65536, 65537, 65792, 66000, 70000};

#define NSIZES (sizeof(SIZES) / sizeof(SIZES[0]))


static void test_from_head(ct_log_type_e type, const char *name);
static void test_from_index(ct_log_type_e type, const char *name);
static void test_from_time(ct_log_type_e type, const char *name);
static void test_probes(ct_log_type_e type, const char *name);
static void test_seed_contradicted(void);
static void test_proof_contradicted(void);
static void test_seed_absent(void);
static void test_proof_absent(void);
static void test_shape(void);
static void test_random(ct_log_type_e type, const char *name);


int
main(void)
{
    size_t i;

    log_create(&log70k);

    for (i = 0; i < 2; i++) {
        test_from_head(TYPES[i], NAMES[i]);
        test_from_index(TYPES[i], NAMES[i]);
        test_from_time(TYPES[i], NAMES[i]);
        test_probes(TYPES[i], NAMES[i]);
        test_random(TYPES[i], NAMES[i]);
    }

    test_seed_contradicted();
    test_proof_contradicted();
    test_seed_absent();
    test_proof_absent();
    test_shape();

    log_free(&log70k);

    return done_testing();
}


static void
start(sim_t *s, ct_log_type_e type, ct_from_e from, int64_t since_ms,
    uint64_t index, uint64_t size)
{
    log_honest(&log70k, size);
    sim_init(s, &log70k);
    ct_cursor_init(&s->c, type, from, since_ms, index);
}


/* Answers until the walk begins. */
static void
seek(sim_t *s)
{
    ct_ask_t ask;

    while (s->c.phase != CT_CURSOR_WALK && sim_ask(s, &ask)) {
        if (s->has_head) {
            sim_answer_head(s);

        } else {
            sim_answer_small(s);
        }
    }
}


/* What has to be read from there on. */
static bool
goes_on(sim_t *s, uint64_t from)
{
    log70k.size += 300;

    return sim_run(s, 4 * SIM_MINUTE) == CT_OK && sim_whole(s)
           && s->entries == log70k.size - from;
}


static void
test_from_head(ct_log_type_e type, const char *name)
{
    sim_t  s;
    size_t i;

    for (i = 0; i < NSIZES; i++) {
        start(&s, type, CT_FROM_HEAD, 0, 0, SIZES[i]);
        ok(sim_settle(&s) == CT_OK && sim_whole(&s) && ct_cursor_done(&s.c)
           && s.c.start == SIZES[i] && s.entries == 0
           && s.c.confirmed_ms == LOG_BEGAN + SIZES[i] * LOG_EVERY
           && ct_cursor_lag(&s.c) == 0 && goes_on(&s, SIZES[i]),
           "%s: from the head at %u", name, (unsigned) SIZES[i]);
    }
}


/* At each size from each index; the next root agrees. */
static void
test_from_index(ct_log_type_e type, const char *name)
{
    int      good;
    sim_t    s;
    size_t   i, k;
    uint64_t from, size;

    for (i = 0; i < NSIZES; i++) {
        size = SIZES[i];

        for (good = 1, k = 0; k < NSIZES; k++) {
            from = SIZES[k] < size ? SIZES[k] : size;
            from -= type == CT_LOG_STATIC && from != size ? from % 256 : 0;
            start(&s, type, CT_FROM_INDEX, 0, SIZES[k], size);

            if (size - from > 1000 && (size - from) % 7 != 0) {
                continue;
            }

            good &= sim_settle(&s) == CT_OK && s.broken == 0;
            good &= s.c.start == from && s.c.phase == CT_CURSOR_WALK;
            good &= s.c.confirmed_ms == LOG_BEGAN + size * LOG_EVERY;
            good &= goes_on(&s, from);
        }

        ok(good, "%s: at %u, from everywhere", name, (unsigned) size);
    }

    /* the frontier alone, everywhere */

    for (good = 1, i = 0; i < 600; i++) {
        size = 1 + log_random(LOG_LEAVES - 1);
        from = 1 + log_random((uint32_t) size);
        start(&s, type, CT_FROM_INDEX, 0, from, size);
        s.c.leaping = 1;

        seek(&s);

        good &= s.c.verified.size == from && s.broken == 0;
        good &= s.c.confirmed == (from == size);
        good &= memcmp(&s.c.verified, &s.c.downloaded, sizeof(ct_merkle_t))
                == 0;
    }

    ok(good, "%s: 600 frontiers of 600 trees", name);
}


static void
test_from_time(ct_log_type_e type, const char *name)
{
    int      good;
    sim_t    s;
    size_t   i, k;
    int64_t  since;
    uint64_t size, first;

    static const int64_t entries[] = {-100000, -1, 0, 1, 255, 256, 257, 300,
                                      1000, 65500, 69999, 70000, 70001,
                                      100000};

    for (i = 0; i < NSIZES; i++) {
        size = SIZES[i];

        for (good = 1, k = 0; k < sizeof(entries) / sizeof(*entries); k++) {
            since = LOG_BEGAN + FULL_DAY / 4 + entries[k] * LOG_EVERY + 500;
            start(&s, type, CT_FROM_TIME, since, 0, size);
            s.rules.slack_ms = FULL_DAY / 4;

            seek(&s);

            /* the first entry after the time that is aimed at */
            first = entries[k] < 0 ? 0 : (uint64_t) entries[k] + 1;
            first = first < size ? first : size;
            good &= s.c.phase == CT_CURSOR_WALK && s.broken == 0;
            good &= s.c.start <= first && first - s.c.start <= 256;
            good &= type == CT_LOG_RFC6962 || s.c.start % 256 == 0
                    || s.c.start == size;
            good &= log70k.probes <= 9;

            if (size - first < 1000) {
                good &= goes_on(&s, s.c.start);
            }
        }

        ok(good, "%s: at %u, from all times", name, (unsigned) size);
    }

    start(&s, type, CT_FROM_TIME, 5, 0, 3000);
    s.rules.slack_ms = FULL_DAY;
    ok(sim_settle(&s) == CT_OK && sim_whole(&s) && log70k.probes == 0,
       "%s: before 1970 is from the first", name);
}


/* When entries come, in a log of 2^31 of them: ms after the first. */
static uint64_t
shape(int kind, uint64_t i)
{
    uint64_t even, root;

    even = i * 10;

    switch (kind) {
    case 0:
        return even;
    case 1: /* much at first, then more, then next to nothing */
        return i < 1000000000 ? i * 5
               : i < 2000000000 ? 4000000000 + i
               : 6000000000 + (i - 2000000000) * 500;
    case 2: /* faster and faster */
        for (root = 1ULL << 16; root > i / root + 1; /* void */) {
            root = (root + i / root) / 2;
        }
        return root * 400000 + (i - (i < root * root ? i : root * root))
                               * 200000 / root;
    case 3: /* a month without any, in the middle */
        return even + (i > 1200000000 ? 30ULL * FULL_DAY : 0);
    case 4: /* out of order by up to an hour */
        return even + i * 2654435761 % 3600000;
    case 5: /* day and night */
        return even + (i / 8640000 % 2) * (i % 8640000) * 5;
    default: /* very many at the same time */
        return i / 500000 * 5000000;
    }
}


static void
test_probes(ct_log_type_e type, const char *name)
{
    int        good, kind;
    uint64_t   i, size, most, sum, n, probes;
    int64_t    aim;
    ct_ask_t   ask;
    ct_rules_t rules = {.interval_ms = 60000, .slack_ms = 7200000};
    ct_head_t  head;
    ct_cursor_t c;

    size = 1ULL << 31;

    for (kind = 0; kind <= 6; kind++) {
        good = 1;
        most = 0;
        sum = 0;

        for (n = 0, i = 77; i < size; i += size / 97, n++) {
            aim = LOG_BEGAN + (int64_t) shape(kind, i);
            ct_cursor_init(&c, type, CT_FROM_TIME, aim + rules.slack_ms, 0);
            memset(&head, 0, sizeof(head));
            head.size = size;
            head.timestamp_ms = LOG_BEGAN + shape(kind, size) + 3600000;
            (void) ct_cursor_head(&c, log70k.sha, &head, 1, &rules);

            for (probes = 0; c.phase == CT_CURSOR_SEARCH; probes++) {
                ct_cursor_next(&c, 1, 0, &ask);
                ct_cursor_asked(&c, &ask);
                good &= ask.kind == CT_ASK_PROBE
                        && ask.first >= c.low && ask.first < c.high
                        && ct_cursor_probe(&c, &ask, LOG_BEGAN
                                           + shape(kind, ask.first),
                                           &rules) == CT_OK;
            }

            most = probes > most ? probes : most;
            sum += probes;
            good &= c.low == 0 || (int64_t) (LOG_BEGAN + shape(kind, c.low))
                                  < aim;
            good &= c.high == size
                    || (int64_t) (LOG_BEGAN + shape(kind, c.high)) >= aim;
            good &= c.high - c.low <= 256;
            good &= type == CT_LOG_RFC6962 || c.low % 256 == 0;
            good &= c.low == 0 ? c.phase == CT_CURSOR_WALK
                               : c.phase == CT_CURSOR_SEED
                                 && c.seek == c.low;
        }

        good &= most <= 30 && (kind == 6 || sum < 16 * n);
        ok(good, "%s: times of shape %d: %u probes at most, %u.%u on average",
           name, kind, (unsigned) most,
           (unsigned) (sum / n), (unsigned) (sum * 10 / n % 10));
        ok(kind != 0 || most <= 8, "%s: few where they come evenly", name);
    }
}


/* Pairs of a size and a place in it with all kinds of ways between them. */
static const uint64_t WAYS[][2] = {
    {600, 600},     {600, 512},     {600, 300},     {65536, 256},
    {65536, 255},   {66000, 65536}, {66000, 65792}, {66000, 65999},
    {66000, 513},   {70000, 69888}, {70000, 69889}, {70000, 65537},
    {70000, 40000}, {70000, 1},     {65537, 65536}, {300, 299}
};


/* In every tile that is read on the way, a bit of every so many bytes. */
static void
test_seed_contradicted(void)
{
    int      good;
    sim_t    s;
    size_t   w, byte;
    uint32_t tile, tiles, runs;

    for (w = 0; w < sizeof(WAYS) / sizeof(WAYS[0]); w++) {
        start(&s, CT_LOG_STATIC, CT_FROM_INDEX, 0, WAYS[w][1], WAYS[w][0]);
        s.c.leaping = 1;

        seek(&s);

        tiles = log70k.tiles;
        good = tiles > 0;
        runs = 0;

        for (tile = 0; tile < tiles; tile++) {
            for (byte = 0; byte < 8192; byte += 229) {
                start(&s, CT_LOG_STATIC, CT_FROM_INDEX, 0, WAYS[w][1],
                      WAYS[w][0]);
                s.c.leaping = 1;
                log70k.flip_tile = tile;
                log70k.flip_byte = byte;
                runs++;
                good &= sim_settle(&s) == CT_E_ROOT && s.broken == 0;
                good &= s.c.mismatches == 1
                        && s.c.phase == CT_CURSOR_START
                        && s.c.verified.size == 0;
            }
        }

        ok(good, "%u in %u: a bit in any of %u tiles is noticed (%u times)",
           (unsigned) WAYS[w][1], (unsigned) WAYS[w][0], tiles, runs);
    }

    start(&s, CT_LOG_STATIC, CT_FROM_HEAD, 0, 0, 600);
    log70k.flip_tile = 0;
    (void) sim_settle(&s);
    ok(s.c.head_due_ms > s.now + 50000, "it rests before it begins anew");
    log70k.size = 900;
    ok(sim_run(&s, 2 * SIM_MINUTE) == CT_OK && sim_whole(&s)
       && s.c.start == 512 && s.c.mismatches == 0,
       "with a new head, and from where it was then");
}


static void
test_proof_contradicted(void)
{
    int    good;
    sim_t  s;
    size_t w, byte;

    for (w = 0; w < sizeof(WAYS) / sizeof(WAYS[0]); w++) {
        for (good = 1, byte = 0; byte < 20 * CT_HASH_LEN; byte += 7) {
            start(&s, CT_LOG_RFC6962, CT_FROM_INDEX, 0, WAYS[w][1],
                  WAYS[w][0]);
            log70k.flip_proof = byte;
            good &= sim_settle(&s) == CT_E_ROOT && s.broken == 0;
            good &= s.c.mismatches == 1 && s.c.phase == CT_CURSOR_START
                    && s.c.verified.size == 0;
        }

        log70k.flip_proof = SIZE_MAX;
        s.c.from = CT_FROM_HEAD;
        good &= sim_run(&s, 2 * SIM_MINUTE) == CT_OK && sim_whole(&s);
        ok(good, "%u in %u: no wrong audit path is believed",
           (unsigned) WAYS[w][1], (unsigned) WAYS[w][0]);
    }
}


/* Partial tiles are gone, full ones stand in for them. */
static void
test_seed_absent(void)
{
    int      good;
    sim_t    s;
    size_t   w;
    uint64_t size;

    for (good = 1, w = 0; w < sizeof(WAYS) / sizeof(WAYS[0]); w++) {
        size = WAYS[w][0] < 65536 ? WAYS[w][0] : 60000;
        start(&s, CT_LOG_STATIC, CT_FROM_INDEX, 0, WAYS[w][1], size);
        log70k.no_partial = true;

        /* the last tile of level 1 is not full in this log */
        (void) sim_settle(&s);
        log70k.no_partial = false;
        good &= sim_run(&s, 3 * SIM_MINUTE) == CT_OK && sim_whole(&s);
    }

    ok(good, "partial hash tiles are gone");
}


static void
test_proof_absent(void)
{
    sim_t    s;
    ct_ask_t ask;

    start(&s, CT_LOG_RFC6962, CT_FROM_HEAD, 0, 0, 600);
    log70k.no_proof = true;
    (void) sim_ask(&s, &ask);
    sim_answer_head(&s);
    (void) sim_ask(&s, &ask);
    ok(ask.kind == CT_ASK_PROOF && ask.first == 599 && ask.size == 600,
       "an entry and its proof");
    sim_answer_small(&s);
    (void) sim_ask(&s, &ask);
    ok(ask.kind == CT_ASK_LEAF && ask.first == 599 && ask.size == 600
       && ask.count == 1, "are not there: the entry, at once, then a proof");
    ct_cursor_fail(&s.c, &ask, s.now, 0, true, 0);
    s.has_small = false;
    ct_cursor_next(&s.c, s.now, 0, &ask);
    is_int(ask.kind, CT_ASK_WAIT, "neither: a rest");
    s.now += 1000;
    ct_cursor_next(&s.c, s.now, 0, &ask);
    is_int(ask.kind, CT_ASK_PROOF, "and again");
    ok(sim_settle(&s) == CT_OK && sim_whole(&s), "by hash it is found");
}


static void
test_shape(void)
{
    sim_t    s;
    hash_t   proof[64];
    ct_ask_t ask;
    uint8_t *body;

    body = log70k.level[0][512];
    start(&s, CT_LOG_STATIC, CT_FROM_HEAD, 0, 0, 600);
    (void) sim_ask(&s, &ask);
    sim_answer_head(&s);
    (void) sim_ask(&s, &ask);
    ok(ask.kind == CT_ASK_HASH_TILE && ask.tile.level == 0
       && ask.tile.index == 2 && ask.tile.width == 88, "88 hashes");
    is_int(ct_cursor_hash_tile(&s.c, log70k.sha, &ask,
                               ct_bytes(body, 87 * 32), s.now, &s.rules),
           CT_E_COUNT, "are not 87");
    is_int(ct_cursor_hash_tile(&s.c, log70k.sha, &ask,
                               ct_bytes(body, 88 * 32 + 1), s.now,
                               &s.rules), CT_E_COUNT, "nor a byte more");
    is_int(ct_cursor_hash_tile(&s.c, log70k.sha, &ask,
                               ct_bytes(body, 8192), s.now, &s.rules),
           CT_E_COUNT, "nor 256");
    ask.tile.index = 1;
    is_int(ct_cursor_hash_tile(&s.c, log70k.sha, &ask,
                               ct_bytes(body, 88 * 32), s.now, &s.rules),
           CT_E_COUNT, "nor of another tile");
    ok(s.c.mismatches == 0 && s.c.phase == CT_CURSOR_SEED,
       "none of which contradicts");

    start(&s, CT_LOG_RFC6962, CT_FROM_HEAD, 0, 0, 600);
    (void) sim_ask(&s, &ask);
    sim_answer_head(&s);
    (void) sim_ask(&s, &ask);
    (void) log_path(&log70k, 599, 0, 600, proof);
    is_int(ct_cursor_proof(&s.c, log70k.sha, &ask, log70k.level[0][599],
                           ct_bytes(proof, 3 * 32), s.now, &s.rules),
           CT_E_COUNT, "a path too short");
    ask.size = 599;
    is_int(ct_cursor_proof(&s.c, log70k.sha, &ask, log70k.level[0][599],
                           ct_bytes(proof, 4 * 32), s.now, &s.rules),
           CT_E_COUNT, "one of another tree");
    s.has_small = false;
    ok(s.c.mismatches == 0 && s.c.phase == CT_CURSOR_SEED
       && sim_settle(&s) == CT_OK && sim_whole(&s), "the right one will do");
}


/* Failures, growth and absent tiles while seeking; then it is found. */
static void
test_random(ct_log_type_e type, const char *name)
{
    int      good;
    sim_t    s;
    unsigned walk;
    uint64_t size;

    for (walk = 0, good = 1; walk < 60 && good; walk++) {
        log_seed = walk + 77;
        size = 1 + log_random(60000);
        start(&s, type, (ct_from_e) (1 + walk % 3),
              (int64_t) log_time(size - size % 3000), size - size % 3000,
              size);
        log70k.fail = 10 + log_random(50);
        log70k.no_proof = walk & 1;
        log70k.no_partial = walk & 2;
        (void) sim_run(&s, 3 * SIM_MINUTE);
        log70k.no_partial = false;
        log70k.size += log_random(4000);
        (void) sim_run(&s, 10 * SIM_MINUTE);
        log70k.fail = 0;
        (void) sim_run(&s, 60 * SIM_MINUTE);
        good &= sim_whole(&s) && s.c.mismatches == 0;
        good &= s.entries == log70k.size - s.c.start;
        good &= s.last == CT_OK;
    }

    ok(good, "%s: random failures while seeking (%u)", name, walk);
}
