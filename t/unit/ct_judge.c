/*
 * ct_judge: a match becomes a finding once, whatever the order in which
 * pre-certificate, final certificate and logs come; its alert is queued when
 * a signed root covers it, or when that has been owed for too long.
 */

#include "judge.h"


static void
test_alert(const ca_cert_t *root, const ca_cert_t *leaf)
{
    uint8_t      fingerprint[CT_HASH_LEN], missing[CT_HASH_LEN];
    ct_match_t   match;
    ct_finding_t f;

    setup();
    ct_sha256_once(root->der, fingerprint);
    match_of(&match, leaf->der, ct_bytes(fingerprint, CT_HASH_LEN), 41);

    is_int(ct_judge_match(&ctx, &match, 0, missing), CT_E_ABSENT,
           "an issuer is wanted");
    is_mem(missing, CT_HASH_LEN, fingerprint, CT_HASH_LEN, "this one");
    is_int(ct_store_last(ctx.store), 0, "nothing is decided before");
    fetched(root, fingerprint);

    is_int(ct_judge_match(&ctx, &match, 0, missing), CT_OK, "judged");
    ok(ct_store_finding(ctx.store, 1, &f, NULL), "there is a finding");
    is_int(f.verdict, CT_VERDICT_UNFAMILIAR, "it alarms");
    ok(f.flags & CT_FINDING_UNVERIFIED, "and is not verified");
    is_int(waiting(), 0, "so nothing is told");
    is_int(f.owed, 1, "but owed");

    is_int(ct_judge_match(&ctx, &match, 0, missing), CT_OK, "read again");
    ok(ct_store_finding(ctx.store, 1, &f, NULL) && f.nplaces == 1
       && ct_store_last(ctx.store) == 1, "it is the same one");

    ct_judge_verified(&ctx, 0, &record, 0, 41);
    is_int(waiting(), 0, "a root over 41 entries does not cover index 41");
    ct_judge_verified(&ctx, 1, &record, 0, 42);
    is_int(waiting(), 0, "nor does one of another log");
    ct_judge_verified(&ctx, 0, &record, 42, 99);
    is_int(waiting(), 0, "nor one of later entries");
    record.gaps[1].from = 41;
    record.gaps[1].to = 42;
    ct_judge_verified(&ctx, 0, &record, 0, 42);
    is_int(waiting(), 0, "nor one with a gap there");
    memset(&record, 0, sizeof(record));
    ct_judge_verified(&ctx, 0, &record, 0, 42);
    is_int(waiting(), 1, "this one does");
    ok(ct_store_finding(ctx.store, 1, &f, NULL) && f.owed == 0
       && (f.flags & CT_FINDING_ALERTED), "and nothing is owed any more");
    ct_judge_queue(&ctx);
    ct_judge_verified(&ctx, 0, &record, 0, 42);
    ct_judge_again(&ctx);
    is_int(waiting(), 1, "one alert, however often it is looked at");
    teardown();
}


static void
test_patience(const ca_cert_t *root, const ca_cert_t *leaf)
{
    uint8_t      fingerprint[CT_HASH_LEN], missing[CT_HASH_LEN];
    ct_match_t   match;
    ct_finding_t f;

    setup();
    fetched(root, fingerprint);
    match_of(&match, leaf->der, ct_bytes(fingerprint, CT_HASH_LEN), 3);
    (void) ct_judge_match(&ctx, &match, 0, missing);
    ok(ctx.alerts_blocked, "an alarm that waits for a root is looked after");

    ctx.now_ms += 9 * MINUTE;
    ct_judge_queue(&ctx);
    is_int(waiting(), 0, "for nine minutes");
    ok(ctx.alerts_blocked, "it still is");
    ctx.now_ms += 2 * MINUTE;
    ct_judge_queue(&ctx);
    is_int(waiting(), 1, "then it is told without");
    ok(!ctx.alerts_blocked, "and done with");
    ok(ct_store_finding(ctx.store, 1, &f, NULL)
       && (f.flags & CT_FINDING_UNVERIFIED), "marked as what it is");
    ct_judge_verified(&ctx, 0, &record, 0, 10);
    is_int(waiting(), 1, "the root that comes at last adds no alert");
    teardown();
}


static void
test_given_up(const ca_cert_t *root, const ca_cert_t *leaf)
{
    uint8_t      fingerprint[CT_HASH_LEN], missing[CT_HASH_LEN];
    ct_match_t   match;
    ct_finding_t f;

    setup();
    ct_sha256_once(root->der, fingerprint);
    match_of(&match, leaf->der, ct_bytes(fingerprint, CT_HASH_LEN), 3);
    ct_issuers_give_up(ctx.issuers, fingerprint, ctx.now_ms + MINUTE);
    is_int(ct_judge_match(&ctx, &match, 0, missing), CT_OK,
           "an issuer that cannot be had does not stop it");
    ok(ct_store_finding(ctx.store, 1, &f, NULL)
       && f.reason == CT_REASON_NO_CHAIN, "the reason says so");

    /* in another log the chain is complete */
    fetched(root, fingerprint);
    match.index = 9;
    is_int(ct_judge_match(&ctx, &match, 1, missing), CT_OK, "seen again");
    ok(ct_store_finding(ctx.store, 1, &f, NULL) && f.nplaces == 2,
       "it is the same certificate");

    ctx.now_ms += 2 * MINUTE;
    ok(!ct_issuers_given_up(ctx.issuers, fingerprint, ctx.now_ms),
       "it may be asked for again later");
    teardown();
}


static void
test_unnamed(const ca_cert_t *leaf)
{
    uint8_t      missing[CT_HASH_LEN];
    ct_match_t   match;
    ct_finding_t f;

    setup();
    match_of(&match, leaf->der, ct_bytes(NULL, 0), 3);
    is_int(ct_judge_match(&ctx, &match, 0, missing), CT_OK,
           "no issuer is named");
    ok(ct_store_finding(ctx.store, 1, &f, NULL)
       && f.reason == CT_REASON_NO_CHAIN, "the reason says so");
    teardown();
}


/* RFC 6962: the chain lies beside the leaf, nothing is fetched. */
static void
test_given(const ca_cert_t *root, const ca_cert_t *leaf)
{
    uint8_t      missing[CT_HASH_LEN], *row;
    size_t       len;
    ct_match_t   match;
    ct_finding_t f;

    static const uint8_t none[CT_HASH_LEN];

    len = root->der.len;
    row = malloc(2 * (len + 3));
    row[0] = (uint8_t) (len >> 16);
    row[1] = (uint8_t) (len >> 8);
    row[2] = (uint8_t) len;
    memcpy(row + 3, root->der.data, len);
    memcpy(row + len + 3, row, len + 3);

    setup();
    match_of(&match, leaf->der, ct_bytes(NULL, 0), 3);
    match.entry.leaf_input = leaf->der;
    match.entry.certificates = ct_bytes(row, 2 * (len + 3));
    is_int(ct_judge_match(&ctx, &match, 0, missing), CT_OK,
           "judged at once");
    ok(ct_store_finding(ctx.store, 1, &f, NULL)
       && f.verdict == CT_VERDICT_UNFAMILIAR
       && f.reason == CT_REASON_NO_ANCHOR, "by its chain");
    ok(memcmp(f.issuer_key, none, CT_HASH_LEN) != 0,
       "whose key has signed it");
    teardown();

    setup();
    match.entry.certificates = ct_bytes(NULL, 0);
    is_int(ct_judge_match(&ctx, &match, 0, missing), CT_OK,
           "an entry without its chain is judged");
    ok(ct_store_finding(ctx.store, 1, &f, NULL)
       && f.verdict == CT_VERDICT_UNFAMILIAR
       && f.reason == CT_REASON_NO_CHAIN, "and the reason says so");

    /* in a static log it has one */
    match.entry.leaf_input = ct_bytes(NULL, 0);
    match.index = 9;
    is_int(ct_judge_match(&ctx, &match, 1, missing), CT_OK,
           "seen in a static log");
    ok(ct_store_finding(ctx.store, 1, &f, NULL) && f.nplaces == 2,
       "it is the same");
    teardown();
    free(row);
}


/* In more places than are kept: a look back meets them once more, and cannot
 * tell that it has. */
static void
test_places(const ca_cert_t *root, const ca_cert_t *leaf)
{
    size_t       i, round;
    uint8_t      fingerprint[CT_HASH_LEN], missing[CT_HASH_LEN];
    uint64_t     version;
    ct_match_t   match;
    ct_finding_t f;

    setup();
    fetched(root, fingerprint);
    match_of(&match, leaf->der, ct_bytes(fingerprint, CT_HASH_LEN), 3);
    version = 0;

    for (round = 0; round < 3; round++) {
        for (i = 0; i < CT_LIMIT_FINDING_LOGS; i++) {
            (void) ct_judge_match(&ctx, &match, i, missing);
        }

        f = finding(1);
        is_int(ct_finding_places(&f), CT_LIMIT_FINDING_LOGS,
               "as many as are kept");
    }

    for (round = 0; round < 3; round++) {
        for (i = 0; i < CT_LIMIT_FINDING_LOGS + 8; i++) {
            (void) ct_judge_match(&ctx, &match, i, missing);
        }

        f = finding(1);
        is_int(f.nplaces, CT_FINDING_MANY, "round %zu: more than are kept",
               round);
        ok(round == 0 || ctx.version == version,
           "what is not new is not saved again");
        version = ctx.version;
    }

    f.nplaces = 4000; /* of a version that counted them */
    is_int(ct_finding_places(&f), CT_FINDING_MANY, "no number is too large");
    teardown();
}


static void
test_issuers(const ca_cert_t *root)
{
    uint8_t    name[CT_HASH_LEN], *copy;
    ct_bytes_t der;

    setup();
    memset(name, 9, sizeof(name));
    copy = malloc(root->der.len);
    memcpy(copy, root->der.data, root->der.len);
    is_int(ct_issuers_put(ctx.issuers, name, copy, root->der.len),
           CT_E_ENCODING, "what does not hash to its name is refused");
    ok(!ct_issuers_get(ctx.issuers, name, &der), "and not kept");
    free(copy);
    teardown();
}


int
main(void)
{
    ca_cert_t root, leaf;

    root = ca_root("Other CA", "Other Root");
    leaf = ca_leaf(&root, "DNS:shop.test");

    test_alert(&root, &leaf);
    test_patience(&root, &leaf);
    test_given_up(&root, &leaf);
    test_unnamed(&leaf);
    test_given(&root, &leaf);
    test_places(&root, &leaf);
    test_issuers(&root);

    ca_free(&leaf);
    ca_free(&root);

    return done_testing();
}
