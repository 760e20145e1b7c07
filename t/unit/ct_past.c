/* ct_past: what is kept of a served certificate, and what the policy makes
 * of it later. */

#include "chain.h"
#include "ct_past.h"

static void test_both_ways(void);
static void test_cut(void);
static void test_rotten(void);
static void test_days(void);
static void test_policy(void);

static ct_arena_t *arena;

static const uint8_t key[CT_HASH_LEN] = {1, 2, 3};


int
main(void)
{
    world_make();
    arena = ct_arena_create((size_t) 4 * 1024 * 1024);

    test_both_ways();
    test_cut();
    test_rotten();
    test_days();
    test_policy();

    ct_arena_destroy(arena);
    world_free();

    return done_testing();
}


static void
test_both_ways(void)
{
    ct_past_t   past;
    ct_served_t is = {.file = "", .origin = CT_ORIGIN_LEARNED}, was;

    (void) ct_served_read(&is, leaf.der, NULL, 0, arena);
    ct_past_take(&past, &is, "Usual CA Ltd", key, 1000);
    is_int(past.source, CT_PAST_LEARNED, "where it was seen");
    ok(past.first_ms == 1000 && past.last_ms == 1000, "and when");
    ok(!past.names_cut, "with all of its names");

    is_int(ct_past_served(&was, &past, arena), CT_OK, "read");
    is_int(was.origin, CT_ORIGIN_PAST, "it is past");
    is_int(was.nnames, is.nnames, "as many names");
    ok(was.nnames > 0 && ct_bytes_equal(was.names[0], is.names[0]),
       "the same");
    is_str(was.owner, "Usual CA Ltd", "its CA");
    ok(was.issuer_key != NULL
       && memcmp(was.issuer_key, key, CT_HASH_LEN) == 0, "the key of that");
    is_mem(was.identity, CT_HASH_LEN, is.identity, CT_HASH_LEN, "identity");
    is_mem(was.spki_sha256, CT_HASH_LEN, is.spki_sha256, CT_HASH_LEN, "key");

    ct_past_take(&past, &is, "", NULL, 1000);
    (void) ct_past_served(&was, &past, arena);
    ok(was.issuer_key == NULL && was.owner[0] == '\0', "a CA not known");
}


static void
test_cut(void)
{
    size_t      i;
    char        room[40][16];
    ct_past_t   past;
    ct_bytes_t  names[40];
    ct_served_t is = {.names = names, .nnames = 40}, was;

    for (i = 0; i < 40; i++) {
        snprintf(room[i], sizeof(room[i]), "n%02zu.example", i);
        names[i] = ct_bytes_str(room[i]);
    }

    ct_past_take(&past, &is, "", NULL, 1);
    ok(past.names_cut, "too many names are cut");
    is_int(ct_past_served(&was, &past, arena), CT_OK, "and read");
    ok(was.nnames > 10 && was.nnames < 40
       && ct_bytes_equal(was.names[5], names[5]), "the first are kept");
}


static void
test_rotten(void)
{
    ct_past_t   past;
    ct_served_t was;

    memset(&past, 0xff, sizeof(past));
    is_int(ct_past_served(&was, &past, arena), CT_OK, "nothing but ones");
    is_int(was.nnames, 0, "no name");
    is_str(was.owner, "", "no owner");

    past.names[0] = 100;
    past.names[101] = 200;
    (void) ct_past_served(&was, &past, arena);
    is_int(was.nnames, 1, "a name that goes beyond the end is none");
}


static void
test_days(void)
{
    ct_past_t past = {.last_ms = 1};
    int64_t   days;

    days = (int64_t) CT_LIMIT_PAST_DAYS * 24 * 60 * 60 * 1000;
    ok(ct_past_counts(&past, 1 + days), "on the last day");
    ok(!ct_past_counts(&past, 2 + days), "and not after it");
}


/* Two rows: one with an owner, one with an issuer's key alone. */
static void
test_policy(void)
{
    ct_ca_t        ca;
    ct_past_t      past[2];
    ct_facts_t     facts;
    ct_reason_e    reason;
    ct_served_t    is = {.file = ""}, was[2];
    ct_policy_t   *policy;
    ct_inventory_t inventory = {was, 2};
    ct_bytes_t     name;
    uint8_t        other[CT_HASH_LEN] = {9};

    (void) ct_served_read(&is, leaf.der, NULL, 0, arena);
    ct_past_take(&past[0], &is, "Usual CA Ltd", NULL, 1);
    (void) ct_past_served(&was[0], &past[0], arena);
    past[1] = past[0];
    memset(past[1].identity, 7, CT_HASH_LEN);
    memset(past[1].owner, 0, sizeof(past[1].owner));
    memcpy(past[1].issuer_key, key, CT_HASH_LEN);
    (void) ct_past_served(&was[1], &past[1], arena);

    policy = ct_policy_create(arena, &inventory, NULL, NULL, NULL, 0);
    ok(policy != NULL, "a policy of the past alone");
    is_str(ct_policy_served_owner(policy, 0), "Usual CA Ltd", "its owner");
    ok(ct_policy_served_key(policy, 0) == NULL
       && ct_policy_served_key(policy, 1) != NULL, "and keys");

    memset(&facts, 0, sizeof(facts));
    memset(&ca, 0, sizeof(ca));
    facts.identity = is.identity;
    facts.spki_sha256 = other;
    is_int(ct_policy_quick(policy, &facts, &reason), CT_VERDICT_SERVED,
           "the very certificate");
    is_int(reason, CT_REASON_PAST, "and why");

    name = is.names[0];
    facts.identity = other;
    facts.spki_sha256 = is.spki_sha256;
    facts.names = &name;
    facts.nnames = 1;
    is_int(ct_policy_quick(policy, &facts, &reason), CT_VERDICT_OURS,
           "its key, for a name that was kept");
    name = CT_BYTES("stranger.example");
    is_int(ct_policy_quick(policy, &facts, &reason), CT_VERDICT_NONE,
           "but for no other");

    facts.spki_sha256 = other;
    facts.ca = &ca;
    snprintf(ca.owner, sizeof(ca.owner), "Usual CA Ltd");
    is_int(ct_policy_judge(policy, &facts, &reason), CT_VERDICT_EXPECTED,
           "its CA is ours");
    memset(&ca, 0, sizeof(ca));
    ca.issuer_found = true;
    memcpy(ca.issuer_key, key, CT_HASH_LEN);
    is_int(ct_policy_judge(policy, &facts, &reason), CT_VERDICT_EXPECTED,
           "so is a private one");
}
