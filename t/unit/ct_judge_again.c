/*
 * ct_judge_again: a record alone gives the same verdict as the entry did,
 * with its certificate or without; and the text that goes with it.
 */

#include "judge.h"

#include "ct_past.h"


static ca_cert_t     usual, other, middle, site;
static ct_anchors_t *anchors;


static void
world(void)
{
    const ca_cert_t *served[1] = {&site};

    setup();
    serving(served, 1, &usual, anchors);
}


/* By whatever ct_issuer may name. */
static void
test_issuers(void)
{
    size_t       i;
    ca_cert_t    leaf = ca_leaf(&middle, "DNS:shop.test");
    ct_issuer_t  issuer[5];
    ct_finding_t f;

    static const char *what[] = {"owner", "issuer", "issuer's key", "root",
                                 "another"};

    memset(issuer, 0, sizeof(issuer));
    issuer[0].owner = CT_BYTES("Other CA");
    ct_sha256_once(middle.der, issuer[1].hash);
    ca_key_hash(&middle, issuer[2].hash);
    ct_sha256_once(other.der, issuer[3].hash);
    memset(issuer[4].hash, 9, CT_HASH_LEN);

    for (i = 0; i < 5; i++) {
        world();
        f = logged(&leaf, &middle, 1, START);
        is_int(f.verdict, CT_VERDICT_UNFAMILIAR, "a stranger");
        ctx.inventory = &inventory;
        ctx.policy = ct_policy_create(ctx.arena, &inventory, anchors, NULL,
                                      &issuer[i], 1);
        ct_judge_again(&ctx);
        is_int(finding(1).verdict, i < 4 ? CT_VERDICT_EXPECTED
                                         : CT_VERDICT_UNFAMILIAR,
               "ct_issuer names its %s", what[i]);
        ct_judge_again(&ctx);
        is_int(finding(1).verdict, i < 4 ? CT_VERDICT_EXPECTED
                                         : CT_VERDICT_UNFAMILIAR, "still");
        teardown();
    }

    ca_free(&leaf);
}


static void
test_der(void)
{
    ca_cert_t         leaf = ca_leaf(&other, "DNS:shop.test"),
                      mine = ca_leaf(&usual, "DNS:shop.test");
    ct_match_t        match;
    ct_finding_t      f;
    ct_finding_text_t parts;

    world();
    (void) logged(&leaf, &other, 1, START);
    parts = text_of(1);
    is_mem(parts.der.data, parts.der.len, leaf.der.data, leaf.der.len,
           "the certificate is kept");
    ok(logged(&site, &usual, 2, START).verdict == CT_VERDICT_SERVED
       && text_of(2).der.len == 0, "not one that is served");

    /* one that lost it */
    (void) logged(&mine, &usual, 3, START);
    f = finding(3);
    parts = text_of(3);
    parts.der.len = 0;
    parts.path.len = 0;
    {
        ct_buf_t text;

        ct_buf_init(&text, ctx.arena, CT_LIMIT_FINDING_TEXT);
        ct_finding_text_write(&text, &parts);
        (void) ct_store_replace(ctx.store, &f, ct_buf_slice(&text));
    }
    ct_judge_again(&ctx);
    is_int(finding(3).verdict, CT_VERDICT_EXPECTED, "is judged all the same");
    inventory.nserved = 0;
    ct_judge_again(&ctx);
    is_int(finding(3).verdict, CT_VERDICT_UNFAMILIAR, "either way");

    /* seen as a final certificate where it was not given before */
    match_of(&match, mine.der, ct_bytes(NULL, 0), 9);
    match.entry.leaf_input = mine.der;
    teardown();
    ca_free(&mine);
    ca_free(&leaf);
}


/* Large certificates must not take the room of findings. */
static void
test_room(void)
{
    int       i, kept = 0, n;
    char      san[8000];
    size_t    len = 0;
    ca_cert_t leaf;

    len += (size_t) snprintf(san, sizeof(san), "DNS:shop.test");

    for (i = 0; i < 60; i++) {
        len += (size_t) snprintf(san + len, sizeof(san) - len,
                                 ",DNS:name-number-%d.example.org", i);
    }

    world();

    for (n = 1; n <= 40; n++) {
        leaf = ca_leaf(&other, san);
        (void) logged(&leaf, &other, (uint64_t) n, START);
        kept += text_of((uint64_t) n).der.len != 0;
        ok(finding((uint64_t) n).number != 0 || n > 1, "finding %d", n);
        ca_free(&leaf);
    }

    is_int(ctx.status.dropped, 0, "none is dropped");
    ok(finding(1).number == 1, "none gave way");
    ok(kept > 5 && kept < 40, "%d certificates of 40 are kept", kept);
    teardown();
}


/* What was unreadable is that, and may be acknowledged; but not when it is
 * the very certificate that nginx serves. */
static void
test_unparsable(void)
{
    ca_cert_t    leaf = ca_leaf(&other, "DNS:shop.test");
    uint8_t      missing[CT_HASH_LEN];
    ct_match_t   match;
    ct_finding_t f;

    world();
    match_of(&match, leaf.der, ct_bytes(NULL, 0), 1);
    match.unparsable = true;
    is_int(ct_judge_match(&ctx, &match, 0, missing), CT_OK,
           "no issuer is wanted for it");
    f = finding(1);
    is_int(f.verdict, CT_VERDICT_UNPARSABLE, "unparsable");
    ok(text_of(1).der.len == leaf.der.len, "it can be looked at");
    ct_judge_again(&ctx);
    is_int(finding(1).verdict, CT_VERDICT_UNPARSABLE, "still");
    match_of(&match, site.der, ct_bytes(NULL, 0), 2);
    match.unparsable = true;
    (void) ct_judge_match(&ctx, &match, 0, missing);
    is_int(finding(2).verdict, CT_VERDICT_SERVED, "served, whatever it is");
    teardown();
    ca_free(&leaf);
}


/* Whose it is follows the configuration. */
static void
test_server(void)
{
    uint32_t          owner = 2;
    ca_cert_t         leaf = ca_leaf(&other, "DNS:x.shop.test");
    ct_bytes_t        pattern = CT_BYTES("shop.test");
    ct_finding_text_t parts;

    static const char *const servers[] = {"first", "second"};

    world();
    (void) logged(&leaf, &other, 1, START);
    is_int(text_of(1).server.len, 0, "it is nobody's");
    config.servers = servers;
    config.nservers = 2;
    config.watch = ct_watch_compile_owned(ctx.arena, &pattern, &owner, 1, 1);
    ctx.scan.watch = config.watch;
    ct_judge_again(&ctx);
    parts = text_of(1);
    ok(ct_bytes_is(parts.server, "second"), "a server watches its name");
    ok(parts.der.len == leaf.der.len, "the rest is what it was");
    config.nservers = 1;
    ct_judge_again(&ctx);
    is_int(text_of(1).server.len, 0, "which is gone");
    teardown();
    ca_free(&leaf);
}


static void
test_flags(void)
{
    ca_cert_t    stolen, wild;
    ct_finding_t f;

    stolen = ca_make(&(ca_request_t) {.issuer = &other, .key = site.key,
                                      .san = "DNS:x.shop.test"});
    wild = ca_leaf(&other, "DNS:*.shop.test,DNS:shop.test.org");
    world();
    f = logged(&stolen, &other, 1, START);
    ok(f.verdict == CT_VERDICT_UNFAMILIAR && (f.flags & CT_FINDING_OUR_KEY)
       && !(f.flags & (CT_FINDING_WILDCARD | CT_FINDING_FOREIGN)),
       "our key at another CA");
    f = logged(&wild, &other, 2, START);
    ok((f.flags & CT_FINDING_WILDCARD) && (f.flags & CT_FINDING_FOREIGN)
       && !(f.flags & CT_FINDING_OUR_KEY), "a wildcard beside a stranger");
    ok(!(f.flags & CT_FINDING_CONTRADICTED), "nothing contradicts it");
    teardown();

    world();
    f = logged(&wild, &usual, 1, START);
    ok(f.verdict == CT_VERDICT_UNFAMILIAR
       && (f.flags & CT_FINDING_CONTRADICTED),
       "a chain that is not its own silences nothing");
    teardown();
    ca_free(&wild);
    ca_free(&stolen);
}


/* These are the names on the watch from now on, up to NULL. */
static void
watching(const char *const *names)
{
    size_t     n;
    ct_bytes_t pattern[8];

    for (n = 0; names[n] != NULL; n++) {
        pattern[n] = ct_bytes_str(names[n]);
    }

    ctx.scan.watch = ct_watch_compile(ctx.arena, pattern, n, 1);
    ct_judge_again(&ctx);
}


/* Whose names are those of others follows the configuration. */
static void
test_foreign(void)
{
    ca_cert_t    leaf;
    ct_finding_t f;

    leaf = ca_leaf(&other, "DNS:shop.test,DNS:*.pay.test,IP:192.0.2.7,"
                           "URI:https://uri.test/x,email:me@mail.test");
    world();
    f = logged(&leaf, &other, 1, START);
    ok(f.flags & CT_FINDING_FOREIGN, "names of others beside ours");
    watching((const char *[]) {"shop.test", "pay.test", "192.0.2.0/24",
                               "uri.test", NULL});
    ok(finding(1).flags & CT_FINDING_FOREIGN, "one of them still is");
    watching((const char *[]) {"shop.test", "pay.test", "192.0.2.7",
                               "uri.test", "mail.test", NULL});
    ok(!(finding(1).flags & CT_FINDING_FOREIGN), "all are watched now");
    watching((const char *[]) {"shop.test", "pay.test", "uri.test",
                               "mail.test", NULL});
    ok(finding(1).flags & CT_FINDING_FOREIGN, "not the address any more");

    f = finding(1);
    f.flags &= ~(uint32_t) CT_FINDING_FOREIGN;
    f.flags |= CT_FINDING_NAMES_CUT;
    ct_store_update(ctx.store, &f);
    ct_judge_again(&ctx);
    ok(!(finding(1).flags & CT_FINDING_FOREIGN),
       "where names were cut it stays what it was");
    teardown();
    ca_free(&leaf);
}


static void
judged_with(const ct_served_t *served, size_t n)
{
    inventory = (ct_inventory_t) {served, n};
    ctx.policy = ct_policy_create(ctx.arena, &inventory, anchors, NULL,
                                  NULL, 0);
    ct_judge_again(&ctx);
}


/* It stays silent, but nobody says that it is served when it is not. */
static void
test_reason(void)
{
    ct_past_t          past;
    ct_served_t        was;
    const ct_served_t *served;

    world();
    served = inventory.served;
    (void) logged(&site, &usual, 1, START);
    is_int(finding(1).reason, CT_REASON_IDENTITY, "nginx serves it");
    ct_past_take(&past, &served[0], "Usual CA", NULL, START);
    (void) ct_past_served(&was, &past, ctx.arena);
    judged_with(&was, 1);
    is_int(finding(1).reason, CT_REASON_PAST, "and does not any more");
    is_int(finding(1).verdict, CT_VERDICT_SERVED, "it stays silent");
    judged_with(served, 1);
    is_int(finding(1).reason, CT_REASON_IDENTITY, "but now again");
    judged_with(NULL, 0);
    is_int(finding(1).reason, CT_REASON_PAST,
           "nor when that is forgotten, too");
    is_int(finding(1).verdict, CT_VERDICT_SERVED, "silent as before");
    teardown();
}


int
main(void)
{
    BIO   *bundle = BIO_new(BIO_s_mem());
    size_t nbad;

    usual = ca_root("Usual CA", "Usual Root");
    other = ca_root("Other CA", "Other Root");
    middle = ca_intermediate(&other, "Other CA", "Other Middle");
    site = ca_leaf(&usual, "DNS:shop.test");
    (void) ca_pem(bundle, &usual);
    anchors = ct_anchors_read(ca_pem(bundle, &other), &nbad);

    test_issuers();
    test_der();
    test_room();
    test_unparsable();
    test_server();
    test_flags();
    test_foreign();
    test_reason();

    BIO_free(bundle);
    ct_anchors_free(anchors);
    ca_free(&site);
    ca_free(&middle);
    ca_free(&other);
    ca_free(&usual);

    return done_testing();
}
