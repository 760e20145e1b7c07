/*
 * ct_judge_grace: what is expected and not served in time alarms once, what
 * is served closes, and neither a reload nor a clock that jumps nor time in
 * which nobody looked makes a difference. What is from before is quiet.
 */

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


static void
test_unserved(void)
{
    int          i;
    ca_cert_t    leaf = ca_leaf(&usual, "DNS:a.shop.test");
    ct_finding_t f;

    world();
    f = logged(&leaf, &usual, 1, START);
    is_int(f.verdict, CT_VERDICT_EXPECTED, "our CA: expected");
    is_int(f.pending_ms, START, "from now on");
    is_int(ct_finding_deadline(&f), START + DAY, "for a day");
    ok(text_of(1).der.len == leaf.der.len, "the certificate is kept");
    verified();
    is_int(waiting(), 0, "nobody is told");

    is_int(ct_judge_turn(&ctx), START + DAY, "the deadline is what is due");
    ctx.now_ms = START + DAY - 1;
    is_int(ct_judge_turn(&ctx), START + DAY, "not before");
    is_int(finding(1).verdict, CT_VERDICT_EXPECTED, "it has its time");

    ctx.now_ms = START + DAY;
    (void) ct_judge_turn(&ctx);
    f = finding(1);
    is_int(f.verdict, CT_VERDICT_UNSERVED, "then it has not been served");
    is_int(f.judged_ms, START + DAY, "as of now");
    is_int(waiting(), 1, "and that is told");

    for (i = 0; i < 3; i++) {
        ctx.now_ms += DAY;
        (void) ct_judge_turn(&ctx);
        ct_judge_again(&ctx);
        ct_judge_queue(&ctx);
    }

    is_int(waiting(), 1, "once");
    is_int(finding(1).verdict, CT_VERDICT_UNSERVED,
           "judged again it has still not been served");
    teardown();
    ca_free(&leaf);
}


static void
test_unverified(void)
{
    ca_cert_t leaf = ca_leaf(&usual, "DNS:a.shop.test");

    world();
    config.grace_ms = 5000;
    (void) logged(&leaf, &usual, 1, START);
    ctx.now_ms += 5000;
    (void) ct_judge_turn(&ctx);
    is_int(finding(1).verdict, CT_VERDICT_UNSERVED, "not served");
    is_int(waiting(), 0, "but not verified either");
    verified();
    is_int(waiting(), 1, "now it is");
    teardown();
    ca_free(&leaf);
}


static void
test_served(void)
{
    ca_cert_t        leaf = ca_leaf(&usual, "DNS:shop.test");
    const ca_cert_t *both[2] = {&site, &leaf};
    ct_finding_t     f;

    world();
    (void) logged(&leaf, &usual, 1, START);
    verified();
    serving(both, 2, &usual, anchors);
    ct_judge_again(&ctx);
    f = finding(1);
    is_int(f.verdict, CT_VERDICT_SERVED, "served after a reload");
    is_int(f.pending_ms, 0, "nothing is pending");
    ok(text_of(1).der.len == 0 && text_of(1).path.len == 0,
       "what nobody wants to see is dropped");
    ctx.now_ms += 2 * DAY;
    (void) ct_judge_turn(&ctx);
    is_int(waiting(), 0, "silently");
    teardown();

    world();
    (void) logged(&leaf, &usual, 1, START);
    verified();
    ctx.now_ms += DAY;
    (void) ct_judge_turn(&ctx);
    is_int(waiting(), 1, "too late: told");
    serving(both, 2, &usual, anchors);
    ct_judge_again(&ctx);
    f = finding(1);
    is_int(f.verdict, CT_VERDICT_SERVED, "served at last");
    ok(f.flags & (CT_FINDING_RESOLVED | CT_FINDING_OVER),
       "which is told as well");
    teardown();
    ca_free(&leaf);
}


static void
test_configuration(void)
{
    ca_cert_t    leaf = ca_leaf(&usual, "DNS:a.shop.test");
    ct_finding_t f;

    world();
    (void) logged(&leaf, &usual, 1, START);
    ctx.now_ms += HOUR;
    config.grace_ms = 2 * DAY;
    ct_judge_again(&ctx);
    f = finding(1);
    is_int(f.pending_ms, START, "a reload does not begin anew");
    is_int(ct_finding_deadline(&f), START + 2 * DAY, "another ct_grace");
    config.grace_ms = 0;
    ct_judge_again(&ctx);
    (void) ct_judge_turn(&ctx);
    is_int(finding(1).verdict, CT_VERDICT_UNSERVED, "none at all");

    inventory.nserved = 0;
    ct_judge_again(&ctx);
    is_int(finding(1).verdict, CT_VERDICT_UNFAMILIAR,
           "a CA that is ours no more");
    teardown();
    ca_free(&leaf);
}


static void
test_shift(void)
{
    ca_cert_t    leaf = ca_leaf(&usual, "DNS:a.shop.test");
    ct_finding_t f;

    world();
    (void) logged(&leaf, &usual, 1, START);

    /* twelve hours, then ten days without an engine */
    ctx.now_ms += 12 * HOUR + 10 * DAY;
    ct_judge_shift(&ctx, 10 * DAY);
    (void) ct_judge_turn(&ctx);
    f = finding(1);
    is_int(f.verdict, CT_VERDICT_EXPECTED, "nobody looked for ten days");
    is_int(ct_finding_deadline(&f) - ctx.now_ms, 12 * HOUR,
           "half of its time is left");

    ctx.now_ms -= 20 * DAY;
    ct_judge_shift(&ctx, -20 * DAY);
    is_int(ct_judge_turn(&ctx), ctx.now_ms + 12 * HOUR,
           "whatever the clock does");
    ctx.now_ms += 12 * HOUR;
    (void) ct_judge_turn(&ctx);
    is_int(finding(1).verdict, CT_VERDICT_UNSERVED, "then it is over");
    teardown();

    /* an engine that began with a clock in the past */
    world();
    (void) logged(&leaf, &usual, 1, START);
    ctx.now_ms = 1000;
    (void) ct_judge_turn(&ctx);
    ctx.now_ms = START + 1000;
    ct_judge_shift(&ctx, START);
    f = finding(1);
    is_int(f.pending_ms, ctx.now_ms, "no deadline moves out of reach");
    teardown();
    ca_free(&leaf);
}


/* However many are due at however many times: a look a second. */
static void
test_pace(void)
{
    int       i;
    ca_cert_t leaf[3];

    world();
    config.grace_ms = 1000;

    for (i = 0; i < 3; i++) {
        leaf[i] = ca_leaf(&usual, "DNS:a.shop.test");
        (void) logged(&leaf[i], &usual, (uint64_t) i, START);
        ctx.now_ms += 100;
    }

    ctx.now_ms = START + 1000;
    is_int(ct_judge_turn(&ctx), START + 2000, "the next look is in a second");
    is_int(finding(1).verdict, CT_VERDICT_UNSERVED, "the first is due");
    ctx.now_ms = START + 1200;
    is_int(ct_judge_turn(&ctx), START + 2000, "not earlier");
    is_int(finding(3).verdict, CT_VERDICT_EXPECTED, "the others wait for it");
    ctx.now_ms = START + 2000;
    is_int(ct_judge_turn(&ctx), INT64_MAX, "nothing is due after it");
    is_int(finding(3).verdict, CT_VERDICT_UNSERVED, "all of them");
    teardown();

    for (i = 0; i < 3; i++) {
        ca_free(&leaf[i]);
    }
}


static void
test_baseline(void)
{
    ca_cert_t    leaf = ca_leaf(&other, "DNS:shop.test"),
                 next = ca_leaf(&other, "DNS:shop.test"),
                 lie = ca_leaf(&other, "DNS:shop.test"),
                 mine = ca_leaf(&usual, "DNS:a.shop.test");
    ct_finding_t f;
    const int64_t since = START - DAY;

    world();
    f = logged(&leaf, &other, 1, since - HOUR);
    ok(f.verdict == CT_VERDICT_UNFAMILIAR
       && (f.flags & CT_FINDING_BASELINE), "logged before: listed");
    f = logged(&next, &other, 2, since);
    ok(!(f.flags & CT_FINDING_BASELINE), "logged since");
    f = logged(&lie, &other, 3, 0);
    ok(!(f.flags & CT_FINDING_BASELINE),
       "a time that cannot be true hides nothing");
    f = logged(&mine, &usual, 4, since - HOUR);
    ok(f.flags & CT_FINDING_BASELINE, "one of our CA from before");
    verified();
    is_int(waiting(), 2, "those that are news are told");
    ctx.now_ms += 2 * DAY;
    (void) ct_judge_turn(&ctx);
    is_int(finding(4).verdict, CT_VERDICT_UNSERVED, "not served in time");
    is_int(waiting(), 2, "but from before");

    config.since_ms = since - 2 * HOUR;
    ct_judge_again(&ctx);
    is_int(waiting(), 4, "until ct_since reaches back over them");
    config.since_ms = CT_SINCE_NOW;
    ct_judge_again(&ctx);
    ok(!(finding(1).flags & CT_FINDING_BASELINE),
       "what alarms does not fall silent by that");
    teardown();

    world();
    config.since_ms = 0;
    f = logged(&leaf, &other, 1, since - HOUR);
    ok(!(f.flags & CT_FINDING_BASELINE), "ct_since all: nothing is before");
    teardown();

    ca_free(&mine);
    ca_free(&lie);
    ca_free(&next);
    ca_free(&leaf);
}


/* ct_since reaches back over certificates that were served before anybody
 * could see it. */
static void
test_bygone(void)
{
    ca_cert_t        old = ca_leaf(&usual, "DNS:shop.test"),
                     extra = ca_leaf(&usual, "DNS:b.shop.test"), renewed;
    const ca_cert_t *served[1] = {&renewed};
    ct_finding_t     f;

    renewed = ca_make(&(ca_request_t) {.issuer = &usual, .cn = "leaf",
                                       .san = "DNS:shop.test",
                                       .later = true});
    setup();
    serving(served, 1, &usual, anchors);
    config.since_ms = 0;
    f = logged(&old, &usual, 1, START - 10 * DAY);
    ok(f.verdict == CT_VERDICT_EXPECTED && f.reason == CT_REASON_BYGONE
       && f.pending_ms == 0, "replaced before monitoring began");
    f = logged(&extra, &usual, 2, START - 10 * DAY);
    ok(f.verdict == CT_VERDICT_EXPECTED && f.reason == CT_REASON_OWNER
       && f.pending_ms == START, "one of another name is not");
    verified();
    ctx.now_ms += DAY;
    (void) ct_judge_turn(&ctx);
    is_int(finding(1).verdict, CT_VERDICT_EXPECTED, "nobody waits for it");
    is_int(finding(2).verdict, CT_VERDICT_UNSERVED, "for the other one, yes");
    is_int(waiting(), 1, "which alarms");
    teardown();

    setup();
    serving(served, 1, &usual, anchors);
    f = logged(&old, &usual, 1, START);
    ok(f.reason == CT_REASON_OWNER && f.pending_ms == START,
       "logged since, it would have been seen");
    teardown();
    ca_free(&renewed);
    ca_free(&extra);
    ca_free(&old);
}


int
main(void)
{
    BIO *bundle = BIO_new(BIO_s_mem());
    size_t nbad;

    usual = ca_root("Usual CA", "Usual Root");
    other = ca_root("Other CA", "Other Root");
    site = ca_leaf(&usual, "DNS:shop.test");
    (void) ca_pem(bundle, &usual);
    anchors = ct_anchors_read(ca_pem(bundle, &other), &nbad);

    test_unserved();
    test_unverified();
    test_served();
    test_configuration();
    test_shift();
    test_pace();
    test_baseline();
    test_bygone();

    BIO_free(bundle);
    ct_anchors_free(anchors);
    ca_free(&site);
    ca_free(&other);
    ca_free(&usual);

    return done_testing();
}
