/*
 * ct_receiver: waits grow to a day, what a receiver asks for is obeyed, a
 * refused alert is given up without those around it, and people are not
 * flooded.
 */

#include "ct_receiver.h"
#include "tap.h"


#define NOW 1795366140000LL
#define DAY (24 * 60 * 60 * 1000LL)

static ct_channel_t        channel;
static ct_channel_record_t record;
static ct_receiver_t       receiver;


static void
fresh(bool capped)
{
    memset(&channel, 0, sizeof(channel));
    memset(&record, 0, sizeof(record));
    ct_receiver_init(&receiver, &channel, 0, 50, capped);
}


static ct_outcome_t
outcome(int status, int64_t retry_after_ms)
{
    return (ct_outcome_t) {
        .status = status, .retry_after_ms = retry_after_ms,
        .error = "it said so", .sent = true
    };
}


static bool
fail(int status, int64_t retry_after_ms, ct_alert_t *alert, size_t alerts,
    int64_t now)
{
    ct_outcome_t o;

    o = outcome(status, retry_after_ms);
    ct_receiver_failure(&receiver, &record, &o, alerts, now, 65535);

    return ct_receiver_gives_up(&receiver, alert, &o, alerts);
}


static void
test_waits(void)
{
    unsigned i;
    int64_t  least, most, last;

    last = 0;

    for (i = 1; i < 70; i++) {
        least = ct_receiver_wait(i, 0);
        most = ct_receiver_wait(i, 65535);

        if (least < last / 2 || most > DAY || least < 500
            || most > 2 * least + 1)
        {
            break;
        }

        last = most;
    }

    is_int(i, 70, "waits grow, and jitter takes half at most");
    ok(ct_receiver_wait(1, 65535) <= 1000, "from a second");
    ok(ct_receiver_wait(17, 65535) > DAY / 2, "to a day");
    ok(ct_receiver_wait(UINT32_MAX, 65535) <= DAY, "and no further");
}


static void
test_asked(void)
{
    ct_alert_t alert;

    memset(&alert, 0, sizeof(alert));
    fresh(false);
    is_int(ct_receiver_ready(&receiver, NOW), NOW, "nothing in the way");
    ok(!fail(429, 3600 * 1000, &alert, 1, NOW), "429: not given up");
    is_int(ct_receiver_ready(&receiver, NOW), NOW + 3600 * 1000,
           "an hour, if it says so");
    ok(record.asked && record.rest_ms == NOW + 3600 * 1000, "as its row says");
    is_int(record.failing_ms, NOW, "failing since");
    is_int(record.status, 429, "because of this");
    is_str(record.error, "it said so", "in words");
    (void) fail(503, 400 * DAY, &alert, 1, NOW);
    is_int(ct_receiver_ready(&receiver, NOW), NOW + DAY, "a day at most");
    (void) fail(503, 1, &alert, 1, NOW);
    ok(ct_receiver_ready(&receiver, NOW) > NOW + 1000,
       "and no sooner than we would");
    is_int(record.failed, 3, "attempts are counted");

    ct_receiver_success(&receiver, &record, 4, NOW + 5);
    is_int(ct_receiver_ready(&receiver, NOW + 5), NOW + 5, "all is well");
    ok(record.sent == 4 && record.failing_ms == 0
       && record.last_success_ms == NOW + 5 && record.error[0] == '\0',
       "as its row says");

    record.rest_ms = NOW + 5 * DAY;
    record.asked = 1;
    ct_receiver_recall(&receiver, &record, NOW);
    is_int(ct_receiver_ready(&receiver, NOW), NOW + DAY,
           "an earlier engine's word counts for a day");
    ct_receiver_shift(&receiver, &record, -DAY);
    is_int(ct_receiver_ready(&receiver, NOW - DAY), NOW,
           "whatever the clock does");
}


static void
test_refused(void)
{
    unsigned   i;
    ct_alert_t alert;

    static const struct {
        int  status;
        bool refused;
    } cases[] = {
        {400, true}, {401, true}, {404, true}, {410, true}, {413, true},
        {422, true}, {408, false}, {425, false}, {429, false}, {500, false},
        {0, false}, {302, false}
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        is_int(ct_receiver_refused(cases[i].status), cases[i].refused,
               "%d is%s a refusal", cases[i].status,
               cases[i].refused ? "" : " not");
    }

    memset(&alert, 0, sizeof(alert));
    fresh(false);

    for (i = 1; i < 100 && !fail(400, 0, &alert, 1, NOW); i++) {
        /* it comes again */
    }

    is_int(i, CT_RECEIVER_REFUSALS, "refused so often, it is given up");

    memset(&alert, 0, sizeof(alert));
    ok(fail(400, 0, &alert, 1, NOW), "the next as well, at once");
    ct_receiver_success(&receiver, &record, 1, NOW);
    memset(&alert, 0, sizeof(alert));
    ok(!fail(400, 0, &alert, 1, NOW), "but not when others are taken");

    /* a group with something in it */
    fresh(false);
    is_int(ct_receiver_most(&receiver), 50, "fifty at once");

    for (i = 0; i < 20; i++) {
        memset(&alert, 0, sizeof(alert));
        if (fail(413, 0, &alert, 50, NOW)) {
            break;
        }
    }

    is_int(i, 20, "what was refused in company is not given up");
    is_int(ct_receiver_most(&receiver), 1, "they come one by one");

    for (i = 0; ct_receiver_most(&receiver) == 1 && i < 100; i++) {
        ct_receiver_success(&receiver, &record, 1, NOW);
    }

    is_int(i, 50, "all of them");

    /* others are not refused */
    memset(&alert, 0, sizeof(alert));
    fresh(false);

    for (i = 1; i < 200 && !fail(i % 2 ? 500 : 0, 0, &alert, 1, NOW); i++) {
        /* it comes again */
    }

    is_int(i, CT_LIMIT_ATTEMPTS, "what fails is given up after weeks only");

    memset(&alert, 0, sizeof(alert));
    fresh(false);
    ok(fail(410, 0, &alert, 50, NOW), "410 is given up");
    is_int(ct_receiver_ready(&receiver, NOW), INT64_MAX, "for good");
}


/* Who may have heard of it has to hear how it ends. */
static void
test_heard(void)
{
    unsigned     i;
    ct_alert_t   alert;
    ct_outcome_t o;

    static const struct {
        int  status;
        bool sent;
        int  heard;
    } cases[] = {
        {0, false, 0}, {500, true, 0}, {400, true, 0},
        {0, true, CT_HEARD_MAYBE}
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        memset(&alert, 0, sizeof(alert));
        alert.heard = CT_HEARD_SENT;
        fresh(false);
        o = outcome(cases[i].status, 0);
        o.sent = cases[i].sent;
        ct_receiver_failure(&receiver, &record, &o, 1, NOW, 0);
        (void) ct_receiver_gives_up(&receiver, &alert, &o, 1);
        is_int(alert.heard, cases[i].heard, "%d, %s", cases[i].status,
               cases[i].sent ? "sent" : "without a connection");
    }

    alert.heard |= CT_HEARD_SENT;
    (void) fail(500, 0, &alert, 1, NOW);
    is_int(alert.heard, CT_HEARD_MAYBE, "a later refusal takes nothing back");

    memset(&alert, 0, sizeof(alert));
    o = outcome(503, 0);
    o.told = 5;
    (void) ct_receiver_gives_up(&receiver, &alert, &o, 1);
    ok(alert.heard == CT_HEARD_MAYBE && alert.told == 5,
       "some recipients of a mail have it");
}


static void
test_test(void)
{
    ct_alert_t   alert;
    ct_outcome_t o;

    memset(&alert, 0, sizeof(alert));
    fresh(false);
    (void) fail(410, 0, &alert, 1, NOW);
    o = outcome(404, 0);
    ct_receiver_tested(&receiver, &record, &o, 12, NOW);
    ok(record.test_ms == NOW && !record.test_ok, "a test that failed");
    is_str(record.test_answer, "it said so", "says why");
    is_int(ct_receiver_ready(&receiver, NOW), INT64_MAX, "nothing changes");
    is_int(receiver.fails, 1, "nothing is counted");
    o = outcome(204, 0);
    ct_receiver_tested(&receiver, &record, &o, 12, NOW + 7);
    ok(record.test_ms == NOW + 7 && record.test_ok, "one that was taken");
    is_str(record.test_answer, "taken (204) in 12 ms", "says so");
    o.partly = true;
    ct_receiver_tested(&receiver, &record, &o, 12, NOW + 7);
    is_str(record.test_answer, "taken (204) in 12 ms, but not for everybody: "
           "it said so", "and for whom it was not");
    is_int(ct_receiver_ready(&receiver, NOW + 7), NOW + 7,
           "alerts may be sent again");
}


static void
test_cap(void)
{
    unsigned i, n;
    int64_t  now, at;

    fresh(true);
    now = NOW;

    for (i = 0; i < 100 && ct_receiver_pace(&receiver, now) == now; i++) {
        ct_receiver_success(&receiver, &record, 1, now);
    }

    is_int(i, CT_RECEIVER_BURST, "so many at once");
    is_int(ct_receiver_pace(&receiver, now), NOW + 60000, "then one a minute");

    n = 0;

    for (at = now; at < NOW + 60 * 60000; at += 1000) {
        if (ct_receiver_pace(&receiver, at) == at) {
            ct_receiver_success(&receiver, &record, 1, at);
            n++;
        }
    }

    ok(n >= 58 && n <= 60, "%u in an hour", n);
    at += 60 * 60000;

    for (i = 0; i < 100 && ct_receiver_pace(&receiver, at) == at; i++) {
        ct_receiver_success(&receiver, &record, 1, at);
    }

    is_int(i, CT_RECEIVER_BURST, "after an hour of rest as at first");

    fresh(false);

    for (i = 0; i < 100 && ct_receiver_pace(&receiver, now) == now; i++) {
        ct_receiver_success(&receiver, &record, 1, now);
    }

    is_int(i, 100, "programs get all of it");
}


int
main(void)
{
    test_waits();
    test_asked();
    test_refused();
    test_heard();
    test_test();
    test_cap();

    return done_testing();
}
