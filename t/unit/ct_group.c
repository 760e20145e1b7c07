/*
 * ct_group: company is waited for, but not for long; nothing goes out before
 * it is saved, unless that takes too long; what failed comes again as it
 * was; digests come once a day; who gets too much gets a number.
 */

#include "ct_group.h"
#include "tap.h"


#define ZONE (4 * 1024 * 1024)
#define NOW  1795366140000LL

static ct_context_t  ctx;
static ct_channel_t  channel;
static ct_receiver_t receiver;
static ct_group_t    group;


static void
setup(size_t most, bool capped)
{
    memset(&ctx, 0, sizeof(ctx));
    memset(&channel, 0, sizeof(channel));
    ctx.store = ct_store_create(calloc(1, ZONE), ZONE);
    ctx.now_ms = NOW;
    ctx.saved = UINT64_MAX;
    channel.id = 7;
    channel.kind = CT_CHANNEL_WEBHOOK;
    ct_receiver_init(&receiver, &channel, 0, most, capped);
}


static void
teardown(void)
{
    ct_group_free(&group);
    free(ctx.store);
}


static void
queue(uint64_t number, uint8_t type, uint64_t version)
{
    ct_alert_t alert;

    memset(&alert, 0, sizeof(alert));
    alert.finding = number;
    alert.channel = 7;
    alert.type = type;
    alert.queued_ms = ctx.now_ms;
    alert.due_ms = ctx.now_ms;
    alert.version = version;
    (void) ct_store_queue(ctx.store, &alert);
}


static int64_t
pick(void)
{
    return ct_group_pick(&ctx, &receiver, &group);
}


/* What was picked: removed, or tried and due again. */
static void
settle(bool taken, int64_t due_ms)
{
    size_t     i;
    ct_alert_t alert;

    for (i = 0; i < group.n; i++) {
        alert = group.items[i].alert;
        alert.attempts++;
        alert.due_ms = due_ms;

        if (taken) {
            memset(&alert, 0, sizeof(alert));
        }

        ct_store_set_alert(ctx.store, group.items[i].at, &alert);
    }
}


static void
test_settles(void)
{
    uint64_t   i;
    ct_alert_t other;

    setup(50, false);
    is_int(pick(), INT64_MAX, "nothing waits");
    queue(3, CT_ALERT_FIRST, 0);
    is_int(pick(), NOW + CT_GROUP_SETTLE_MS, "the first waits a moment");
    ctx.now_ms += 1500;
    queue(1, CT_ALERT_FIRST, 0);
    memset(&other, 0, sizeof(other));
    other.finding = 2;
    other.channel = 8;
    (void) ct_store_queue(ctx.store, &other);
    is_int(pick(), NOW + CT_GROUP_SETTLE_MS, "others do not prolong it");
    ctx.now_ms += 500;
    is_int(pick(), 0, "now");
    is_int(group.n, 2, "both of this receiver");
    ok(group.listed == 2 && group.items[0].alert.finding == 3
       && group.items[1].alert.finding == 1, "in order");
    settle(true, 0);
    is_int(pick(), INT64_MAX, "that was all");

    for (i = 10; i < 130; i++) {
        queue(i, CT_ALERT_FIRST, 0);
    }

    is_int(pick(), 0, "a message that is full waits for nobody");
    ok(group.n == 50 && group.listed == 50
       && group.items[49].alert.finding == 59, "fifty of them");
    settle(true, 0);
    is_int(pick(), 0, "and the next");
    is_int(group.items[0].alert.finding, 60, "go on where it ended");
    teardown();

    setup(1, false);
    queue(3, CT_ALERT_FIRST, 0);
    is_int(pick(), 0, "who gets one at a time does not wait for company");
    teardown();

    setup(50, false);
    channel.kind = CT_CHANNEL_LOG;
    queue(3, CT_ALERT_FIRST, 0);
    is_int(pick(), 0, "nor does a log");
    teardown();
}


static void
test_saved(void)
{
    setup(50, false);
    ctx.saved = 41;
    queue(1, CT_ALERT_FIRST, 42);
    ctx.now_ms += 5000;
    is_int(pick(), NOW + CT_GROUP_SAVE_MS, "it waits for the state file");
    ctx.saved = 42;
    is_int(pick(), 0, "which has it now");
    ok(!group.unsaved, "all is well");

    ctx.saved = 41;
    is_int(pick(), NOW + CT_GROUP_SAVE_MS, "it waits");
    ctx.now_ms = NOW + CT_GROUP_SAVE_MS;
    is_int(pick(), 0, "but not for ever");
    ok(group.n == 1 && group.unsaved, "which is to be told");
    queue(2, CT_ALERT_FIRST, 43);
    is_int(pick(), 0, "one that came later");
    ok(group.n == 1 && group.items[0].alert.finding == 1, "is left alone");
    teardown();
}


static void
test_again(void)
{
    setup(50, false);
    queue(1, CT_ALERT_FIRST, 0);
    queue(2, CT_ALERT_FIRST, 0);
    ctx.now_ms += 5000;
    is_int(pick(), 0, "two");
    settle(false, ctx.now_ms + 60000);
    queue(3, CT_ALERT_FIRST, 0);
    is_int(pick(), ctx.now_ms + CT_GROUP_SETTLE_MS, "a new one meanwhile");
    ctx.now_ms += 60000;
    is_int(pick(), 0, "goes first");
    ok(group.n == 1 && group.items[0].alert.finding == 3, "by itself");
    settle(false, ctx.now_ms + 1000);
    is_int(pick(), 0, "the two come again");
    ok(group.n == 2 && group.items[0].alert.finding == 1
       && group.items[1].alert.finding == 2, "together");
    receiver.singly = 2;
    is_int(pick(), 0, "refused in company");
    is_int(group.n, 1, "they come one by one");
    receiver.singly = 0;
    is_int(pick(), 0, "again");
    group.items[0].alert.state = CT_ALERT_DEAD;
    settle(false, ctx.now_ms);
    is_int(pick(), 0, "what was given up");
    ok(group.n == 1 && group.items[0].alert.finding == 2, "does not come");
    teardown();
}


static void
test_digest(void)
{
    uint64_t i;

    setup(8, true);

    for (i = 1; i <= 20; i++) {
        queue(i, CT_ALERT_DIGEST, 0);
        ctx.now_ms += 1000;
    }

    is_int(pick(), NOW + CT_GROUP_DIGEST_MS, "once a day");
    queue(30, CT_ALERT_FIRST, 0);
    ctx.now_ms += CT_GROUP_SETTLE_MS;
    is_int(pick(), 0, "an alarm in between");
    ok(group.n == 1 && !group.digest, "comes alone");
    settle(true, 0);
    ctx.now_ms = NOW + CT_GROUP_DIGEST_MS;
    is_int(pick(), 0, "a day later");
    ok(group.digest && group.n == 20 && group.listed == 8,
       "all in one message, some by name");
    settle(false, ctx.now_ms + 1000);
    ctx.now_ms += 1000;
    is_int(pick(), 0, "when it has failed");
    ok(group.digest && group.n == 20, "it comes again");
    teardown();
}


static void
test_cap(void)
{
    uint64_t i;

    setup(8, true);
    i = 1;

    for (;;) {
        queue(i, CT_ALERT_FIRST, 0);
        ctx.now_ms += CT_GROUP_SETTLE_MS;

        if (pick() != 0) {
            break;
        }

        settle(true, 0);
        ct_receiver_success(&receiver, &(ct_channel_record_t) {0}, 1,
                            ctx.now_ms);
        i++;
    }

    is_int(i, 11, "ten messages");
    ok(receiver.waited, "then it waits");

    for (; i <= 100; i++) {
        queue(i, CT_ALERT_FIRST, 0);
    }

    ok(pick() > ctx.now_ms, "whatever comes");
    ctx.now_ms += CT_RECEIVER_PACE;
    is_int(pick(), 0, "a minute");
    ok(group.n == 90 && group.listed == 8, "then all of it, most as a number");
    settle(false, ctx.now_ms);
    is_int(pick(), 0, "when that fails");
    ok(group.n == 90 && group.listed == 8, "it comes again as it was");
    teardown();
}


int
main(void)
{
    test_settles();
    test_saved();
    test_again();
    test_digest();
    test_cap();

    return done_testing();
}
