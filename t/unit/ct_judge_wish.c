/*
 * ct_judge_wish: acknowledged and forgotten - by finding, key and issuer,
 * for what is there and what comes, by messages that may be anything.
 */

#include "ct_ack.h"
#include "judge.h"


static ca_cert_t     usual, other, site;
static ct_anchors_t *anchors;


static void
world(void)
{
    const ca_cert_t *served[1] = {&site};

    setup();
    serving(served, 1, &usual, anchors);
}


/* As the status page would say it. */
static void
say(ct_inbox_kind_e kind, ct_ack_scope_e scope, const uint8_t *hash,
    const char *reason)
{
    uint8_t            byte = (uint8_t) scope, room[CT_LIMIT_INBOX_DATA];
    ct_inbox_t        *inbox = ct_store_inbox(ctx.store);
    ct_bytes_t         parts[4];
    ct_inbox_message_t message;

    parts[0] = ct_bytes(&byte, 1);
    parts[1] = ct_bytes(hash, CT_HASH_LEN);
    parts[2] = ct_bytes_str(reason);
    parts[3] = CT_BYTES("jane (192.0.2.1)");
    ca_need(ct_inbox_put(inbox, kind, parts, 4, false)
            && ct_inbox_take(inbox, ctx.now_ms, room, &message), "inbox");
    ct_judge_wish(&ctx, &message);
}


static size_t
rows(void)
{
    size_t used, max;

    ct_ack_usage(ctx.store, &used, &max);

    return used;
}


static void
test_finding(void)
{
    ca_cert_t    leaf = ca_leaf(&other, "DNS:shop.test");
    ct_ack_t     ack;
    ct_finding_t f;

    world();
    (void) logged(&leaf, &other, 1, START);
    verified();
    is_int(waiting(), 1, "it alarms");
    say(CT_INBOX_ACKNOWLEDGE, CT_ACK_FINDING, finding(1).identity, "mine");
    f = finding(1);
    ok(f.flags & CT_FINDING_ACKNOWLEDGED, "acknowledged");
    ok(!ct_finding_alarms(&f), "it alarms no more");
    ok(f.flags & (CT_FINDING_RESOLVED | CT_FINDING_OVER), "which is told");
    is_int(f.verdict, CT_VERDICT_UNFAMILIAR, "it is what it was");
    ok(ct_ack_find(ctx.store, &f, &ack) && strcmp(ack.reason, "mine") == 0
       && strcmp(ack.who, "jane (192.0.2.1)") == 0
       && ack.time_ms == ctx.now_ms, "who said what, and when");

    ctx.now_ms += DAY;
    ct_judge_again(&ctx);
    ok(finding(1).flags & CT_FINDING_ACKNOWLEDGED, "for good");
    say(CT_INBOX_FORGET, CT_ACK_FINDING, finding(1).identity, "");
    f = finding(1);
    ok(ct_finding_alarms(&f), "until it is forgotten");
    is_int(rows(), 0, "and what was said with it");
    teardown();

    /* before anybody was told */
    world();
    (void) logged(&leaf, &other, 1, START);
    say(CT_INBOX_ACKNOWLEDGE, CT_ACK_FINDING, finding(1).identity, "mine");
    verified();
    is_int(waiting(), 0, "acknowledged in time, nobody is told");
    ok(!(finding(1).flags & CT_FINDING_RESOLVED), "nor that it is over");
    say(CT_INBOX_FORGET, CT_ACK_FINDING, finding(1).identity, "");
    is_int(waiting(), 1, "forgotten, it is told");
    teardown();
    ca_free(&leaf);
}


static void
test_key_and_issuer(void)
{
    uint8_t   none[CT_HASH_LEN] = {0};
    ca_cert_t a = ca_leaf(&other, "DNS:shop.test"), b, c;

    b = ca_make(&(ca_request_t) {.issuer = &other, .san = "DNS:b.shop.test",
                                 .key = a.key});
    c = ca_leaf(&other, "DNS:c.shop.test");
    world();
    (void) logged(&a, &other, 1, START);
    say(CT_INBOX_ACKNOWLEDGE, CT_ACK_KEY, finding(1).spki_sha256, "ours");
    ok(logged(&b, &other, 2, START).flags & CT_FINDING_ACKNOWLEDGED,
       "what comes with the key is acknowledged");
    ok(!(logged(&c, &other, 3, START).flags & CT_FINDING_ACKNOWLEDGED),
       "another key is not");
    verified();
    is_int(waiting(), 1, "it alone is told");
    say(CT_INBOX_ACKNOWLEDGE, CT_ACK_ISSUER, finding(3).issuer_key,
        "a new CA");
    ok(finding(3).flags & CT_FINDING_ACKNOWLEDGED, "by its issuer");
    is_int(rows(), 2, "two rows");

    say(CT_INBOX_FORGET, CT_ACK_KEY, finding(1).spki_sha256, "");
    ok(!(finding(1).flags & CT_FINDING_ACKNOWLEDGED)
       && !(finding(2).flags & CT_FINDING_ACKNOWLEDGED),
       "whatever keeps them silent is forgotten");
    is_int(rows(), 0, "what was said of their issuer too");

    say(CT_INBOX_ACKNOWLEDGE, CT_ACK_ISSUER, none, "all of them");
    say(CT_INBOX_ACKNOWLEDGE, (ct_ack_scope_e) 9, finding(1).identity, "?");
    is_int(rows(), 0, "what names nothing covers nothing");
    teardown();

    ca_free(&c);
    ca_free(&b);
    ca_free(&a);
}


/* What has been served once is silent for good, unless somebody takes that
 * back. */
static void
test_served(void)
{
    size_t           n;
    ca_cert_t        leaf = ca_leaf(&other, "DNS:shop.test");
    ct_past_t        past;
    const ca_cert_t *before[2] = {&site, &leaf}, *after[1] = {&site};

    world();
    serving(before, 2, &usual, anchors);
    is_int(logged(&leaf, &other, 1, START).verdict, CT_VERDICT_SERVED,
           "served");
    verified();
    serving(after, 1, &usual, anchors);
    ct_judge_again(&ctx);
    is_int(finding(1).verdict, CT_VERDICT_SERVED, "silent afterwards");

    n = ct_store_rows(ctx.store, CT_TABLE_PAST);
    memset(&past, 0, sizeof(past));
    past.last_ms = START;
    memcpy(past.identity, finding(1).identity, CT_HASH_LEN);
    ct_store_set_row(ctx.store, CT_TABLE_PAST, 0, &past);
    memset(past.identity, 7, CT_HASH_LEN);
    ct_store_set_row(ctx.store, CT_TABLE_PAST, 1, &past);

    say(CT_INBOX_FORGET, CT_ACK_FINDING, finding(1).identity, "");
    is_int(finding(1).verdict, CT_VERDICT_UNFAMILIAR, "forgotten: a stranger");
    is_int(waiting(), 1, "that is told");
    ok(n > 1 && !ct_store_row(ctx.store, CT_TABLE_PAST, 0, &past),
       "nor is it remembered");
    ok(ct_store_row(ctx.store, CT_TABLE_PAST, 1, &past), "others are");

    serving(before, 2, &usual, anchors);
    ct_judge_again(&ctx);
    say(CT_INBOX_FORGET, CT_ACK_FINDING, finding(1).identity, "");
    is_int(finding(1).verdict, CT_VERDICT_SERVED,
           "what is served is not forgotten");
    teardown();
    ca_free(&leaf);
}


static void
test_hostile(void)
{
    size_t             i, max;
    char               reason[400];
    uint8_t            hash[CT_HASH_LEN], room[CT_LIMIT_INBOX_DATA];
    ct_ack_t           ack;
    ct_line_t          line;
    ct_bytes_t         parts[2];
    ct_inbox_message_t message;

    world();
    memset(reason, '\n', sizeof(reason) - 1);
    reason[sizeof(reason) - 1] = '\0';
    memset(hash, 5, sizeof(hash));
    say(CT_INBOX_ACKNOWLEDGE, CT_ACK_KEY, hash, reason);
    ok(ct_store_row(ctx.store, CT_TABLE_ACK, 0, &ack)
       && strlen(ack.reason) == sizeof(ack.reason) - 1
       && strchr(ack.reason, '\n') == NULL, "a long reason is cut");

    parts[0] = CT_BYTES("\x01");
    parts[1] = CT_BYTES("too short");
    ca_need(ct_inbox_put(ct_store_inbox(ctx.store), CT_INBOX_ACKNOWLEDGE,
                         parts, 2, false)
            && ct_inbox_take(ct_store_inbox(ctx.store), ctx.now_ms, room,
                             &message), "inbox");
    ct_judge_wish(&ctx, &message);
    is_int(rows(), 1, "half a message is ignored");

    max = ct_store_rows(ctx.store, CT_TABLE_ACK);

    for (i = 0; i < max + 1; i++) {
        memcpy(hash, &i, sizeof(i));
        say(CT_INBOX_ACKNOWLEDGE, CT_ACK_FINDING, hash, "one of many");
    }

    is_int(rows(), max, "there is no room for endless ones");

    for (i = 0; ct_lines_next(ctx.lines, &line); ) {
        i += strstr(line.text, "no room for more") != NULL;
    }

    ok(i > 0, "which the log says");
    teardown();
}


int
main(void)
{
    BIO   *bundle = BIO_new(BIO_s_mem());
    size_t nbad;

    usual = ca_root("Usual CA", "Usual Root");
    other = ca_root("Other CA", "Other Root");
    site = ca_leaf(&usual, "DNS:shop.test");
    (void) ca_pem(bundle, &usual);
    anchors = ct_anchors_read(ca_pem(bundle, &other), &nbad);

    test_finding();
    test_key_and_issuer();
    test_served();
    test_hostile();

    BIO_free(bundle);
    ct_anchors_free(anchors);
    ca_free(&site);
    ca_free(&other);
    ca_free(&usual);

    return done_testing();
}
