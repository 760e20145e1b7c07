/*
 * ct_cursor against a simulated static log of one-byte leaves: it serves
 * heads and tiles out of memory, and lies when told to.
 */

#include "ct_cursor.h"
#include "tap.h"


#define SIM_MAX 2000

typedef struct {
    ct_sha256_t *sha;
    uint64_t     size;      /* of the signed head */
    uint64_t     flipped;   /* this leaf is served with a flipped bit */
    unsigned     asks;
    unsigned     partials;
} sim_t;


static void
sim_leaf(sim_t *sim, uint64_t i, uint8_t hash[CT_HASH_LEN])
{
    uint8_t    leaf[9];
    ct_bytes_t part;

    leaf[0] = 0;
    memcpy(leaf + 1, &i, sizeof(i));
    part = ct_bytes(leaf, sizeof(leaf));
    ct_sha256(sim->sha, &part, 1, hash);
}


static void
sim_head(sim_t *sim, ct_head_t *head)
{
    uint64_t    i;
    uint8_t     hash[CT_HASH_LEN];
    ct_merkle_t tree;

    ct_merkle_init(&tree);

    for (i = 0; i < sim->size; i++) {
        sim_leaf(sim, i, hash);
        (void) ct_merkle_append(&tree, sim->sha, hash);
    }

    head->size = sim->size;
    head->timestamp_ms = 1000 + sim->size;
    ct_merkle_root(&tree, sim->sha, head->root);
}


/* The hashes of a tile, level by level from the leaves. */
static ct_bytes_t
sim_tile(sim_t *sim, const ct_tile_t *tile, uint8_t *out)
{
    unsigned    i;
    uint64_t    leaf, span, n;
    uint8_t     hash[CT_HASH_LEN];
    ct_merkle_t tree;

    span = (uint64_t) 1 << 8 * tile->level;

    for (i = 0; i < tile->width; i++) {
        ct_merkle_init(&tree);
        leaf = (tile->index * 256 + i) * span;

        for (n = 0; n < span; n++) {
            sim_leaf(sim, leaf + n, hash);
            (void) ct_merkle_append(&tree, sim->sha, hash);
        }

        ct_merkle_root(&tree, sim->sha, out + i * CT_HASH_LEN);
    }

    return ct_bytes(out, (size_t) tile->width * CT_HASH_LEN);
}


/* Answers asks until the cursor waits; the last error on the way. */
static ct_rc_t
sim_run(sim_t *sim, ct_cursor_t *c, int64_t now)
{
    bool        verified;
    ct_rc_t     rc, last;
    unsigned    i, steps;
    uint8_t     tile[256 * CT_HASH_LEN], hash[CT_HASH_LEN];
    ct_ask_t    ask;
    ct_head_t   head;
    ct_merkle_t tree;

    last = CT_OK;

    for (steps = 0; steps < 100; steps++) {
        ct_cursor_next(c, now, &ask);
        sim->asks++;
        sim->partials += ask.tile.width > 0 && ask.tile.width < 256;
        rc = CT_OK;

        if (ask.kind == CT_ASK_WAIT) {
            return last;
        }

        if (ask.kind == CT_ASK_HEAD) {
            sim_head(sim, &head);
            rc = ct_cursor_head(c, sim->sha, &head, now, 60000, 32768);

        } else if (ask.kind == CT_ASK_HASH_TILE) {
            rc = ct_cursor_hash_tile(c, sim->sha,
                                     sim_tile(sim, &ask.tile, tile), now);
        } else {
            tree = c->downloaded;

            for (i = 0; i < ask.want; i++) {
                sim_leaf(sim, tree.size, hash);
                hash[0] ^= tree.size == sim->flipped;
                (void) ct_merkle_append(&tree, sim->sha, hash);
            }

            rc = ct_cursor_leaves(c, sim->sha, &tree, now, &verified);
        }

        if (rc != CT_OK) {
            last = rc;
            ct_cursor_fail(c, now, 0, false, 0);
        }
    }

    return CT_E_LIMIT;
}


static void
test_from_zero(sim_t *sim)
{
    ct_ask_t    ask;
    ct_cursor_t c;

    ct_cursor_init(&c, true);
    sim->size = 600;

    ct_cursor_next(&c, 1000, &ask);
    is_int(ask.kind, CT_ASK_HEAD, "first a head is asked");
    is_int(sim_run(sim, &c, 1000), CT_OK, "600 entries are followed");
    is_int(c.verified.size, 600, "and verified");
    is_int(c.start, 0, "from entry 0");

    ct_cursor_next(&c, 1000, &ask);
    is_int(ask.kind, CT_ASK_WAIT, "then it waits");
    is_int(ask.until_ms, 61000, "for the interval, half the jitter");

    sim->size = 601;
    sim->partials = 0;
    is_int(sim_run(sim, &c, 62000), CT_OK, "one more entry");
    is_int(c.verified.size, 601, "is verified");
    is_int(sim->partials, 1, "out of one partial tile");

    sim->size = 601;
    is_int(sim_run(sim, &c, 130000), CT_OK, "the same head again");
    is_int(c.verified_ms, 130000, "confirms");
}


static void
test_in_the_middle(sim_t *sim)
{
    uint64_t    size;
    ct_cursor_t c;

    static const uint64_t sizes[] = {0, 1, 2, 255, 256, 257, 511, 512, 600,
                                     768, 1025, 1999};
    size_t i;

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        size = sizes[i];
        ct_cursor_init(&c, false);
        sim->size = size;
        is_int(sim_run(sim, &c, 1000), CT_OK, "start at %u", (unsigned) size);
        is_int(c.verified.size, size, "is seeded and verified");
        is_int(c.start, size, "and begins there");

        sim->size = size + 300;
        is_int(sim_run(sim, &c, 100000), CT_OK, "goes on");
        is_int(c.verified.size, size + 300, "and agrees with the next root");
    }
}


static void
test_flipped(sim_t *sim)
{
    int64_t     wait;
    ct_ask_t    ask;
    ct_cursor_t c;

    ct_cursor_init(&c, true);
    sim->size = 300;
    (void) sim_run(sim, &c, 1000);

    sim->size = 700;
    sim->flipped = 555;
    is_int(sim_run(sim, &c, 100000), CT_E_ROOT, "a flipped bit is noticed");
    is_int(c.verified.size, 300, "and never counted as verified");
    is_int(c.downloaded.size, 300, "the position is back at the last root");

    ct_cursor_next(&c, 100000, &ask);
    wait = ask.until_ms - 100000;
    ok(ask.kind == CT_ASK_WAIT && wait >= 4000, "it rests before the next");

    is_int(sim_run(sim, &c, 200000), CT_E_ROOT, "still flipped");
    ct_cursor_next(&c, 200000, &ask);
    ok(ask.until_ms - 200000 > wait, "then it rests longer");

    sim->flipped = UINT64_MAX;
    is_int(sim_run(sim, &c, 10000000), CT_OK, "once the log is right again");
    is_int(c.verified.size, 700, "all of it is verified");
    is_int(c.mismatches, 0, "and nothing is held against it");
}


static void
test_heads(sim_t *sim)
{
    ct_head_t   head;
    ct_cursor_t c;

    ct_cursor_init(&c, true);
    sim->size = 100;
    (void) sim_run(sim, &c, 1000);
    sim_head(sim, &head);

    head.size = 99;
    is_int(ct_cursor_head(&c, sim->sha, &head, 2000, 60000, 0), CT_E_SHRUNK,
           "a smaller tree is told apart");
    is_int(c.verified.size, 100, "and changes nothing");

    head.size = 100;
    head.root[5] ^= 1;
    is_int(ct_cursor_head(&c, sim->sha, &head, 2000, 60000, 0), CT_E_FORK,
           "same size, other root: a fork");
    is_int(c.verified.size, 100, "which changes nothing either");

    head.size = CT_LIMIT_TREE_SIZE + 1;
    is_int(ct_cursor_head(&c, sim->sha, &head, 2000, 60000, 0), CT_E_LIMIT,
           "no tree is larger than 2^40");
}


static void
test_failures(sim_t *sim)
{
    int64_t     last;
    unsigned    i;
    ct_ask_t    ask;
    ct_head_t   head;
    ct_cursor_t c;

    ct_cursor_init(&c, true);
    sim->size = 300;
    sim_head(sim, &head);
    (void) ct_cursor_head(&c, sim->sha, &head, 1000, 60000, 0);
    c.downloaded.size = 256;
    ct_cursor_next(&c, 1000, &ask);
    is_int(ask.tile.width, 44, "the last tile is partial");

    ct_cursor_fail(&c, 1000, 0, true, 0);
    ct_cursor_next(&c, 1000, &ask);
    is_int(ask.kind, CT_ASK_DATA_TILE, "when it is absent");
    is_int(ask.tile.width, 256, "the full one is asked at once");
    is_int(ask.want, 44, "of which the first 44 entries count");

    ct_cursor_fail(&c, 1000, 0, true, 0);
    ct_cursor_next(&c, 1000, &ask);
    is_int(ask.kind, CT_ASK_WAIT, "both absent: that is a failure");

    last = 0;

    for (i = 0; i < 40; i++) {
        ct_cursor_fail(&c, 1000, 0, false, 65535);
        ok(c.not_before_ms >= last, "waits do not shrink (%u)", i);
        last = c.not_before_ms;
    }

    ok(last <= 1000 + 600000, "and have an end");

    ct_cursor_fail(&c, 1000, 3600000, false, 0);
    is_int(c.not_before_ms, 3601000, "Retry-After is obeyed");
    ct_cursor_fail(&c, 1000, INT64_MAX, false, 0);
    is_int(c.not_before_ms, 1000 + 86400000, "up to a day");
}


static void
test_resume(sim_t *sim)
{
    ct_ask_t    ask;
    ct_head_t   head;
    ct_cursor_t c;

    ct_cursor_init(&c, false);
    sim->size = 700;
    sim_head(sim, &head);
    (void) ct_cursor_head(&c, sim->sha, &head, 1000, 60000, 0);
    ok(c.seeding, "killed amid seeding");
    ct_cursor_resume(&c, 5000);
    ct_cursor_next(&c, 5000, &ask);
    is_int(ask.kind, CT_ASK_HEAD, "it begins with a head again");
    is_int(sim_run(sim, &c, 5000), CT_OK, "and arrives");
    is_int(c.verified.size, 700, "at the root");

    ct_cursor_fail(&c, 5000, 3600000, false, 0);
    ct_cursor_resume(&c, 6000);
    ct_cursor_next(&c, 6000, &ask);
    is_int(ask.kind, CT_ASK_HEAD, "waits do not outlive a restart");
}


int
main(void)
{
    sim_t sim;

    memset(&sim, 0, sizeof(sim));
    sim.sha = ct_sha256_create();
    sim.flipped = UINT64_MAX;

    test_from_zero(&sim);
    test_in_the_middle(&sim);
    test_flipped(&sim);
    test_heads(&sim);
    test_failures(&sim);
    test_resume(&sim);

    ct_sha256_destroy(sim.sha);

    return done_testing();
}
