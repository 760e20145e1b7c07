/*
 * ct_pace: how an operator is treated, answer by answer; the bucket against
 * a straight sum.
 */

#include "ct_pace.h"
#include "tap.h"


static void
test_flying(void)
{
    unsigned  i;
    int64_t   until;
    ct_pace_t pace;

    ct_pace_init(&pace, "Example Trust", NULL);
    is_str(pace.name, "Example Trust", "it has its name");

    for (i = 0; i < CT_LIMIT_OPERATOR; i++) {
        ok(ct_pace_may(&pace, 1000, &until), "request %u may start", i + 1);
        ct_pace_started(&pace, 1000);
    }

    ok(!ct_pace_may(&pace, 1000, &until), "one more may not");
    is_int(until, INT64_MAX, "until one ends");

    ct_pace_ended(&pace, CT_PACE_FAILED, 0, 1000, 0);
    ok(ct_pace_may(&pace, 1000, &until), "one ended: another may");
    is_int(pace.gap_us, 0, "a failure is no news about the pace");
    ok(!ct_pace_refused(&pace, 1000), "nor a refusal");

    for (i = 0; i < CT_LIMIT_OPERATOR + 3; i++) {
        ct_pace_ended(&pace, CT_PACE_GOOD, 0, 1000, 0);
    }

    is_int(pace.flying, 0, "more ends than starts leave none in flight");
}


static void
test_name(void)
{
    char      name[CT_LIMIT_TEXT * 2];
    ct_pace_t pace;

    memset(name, 'x', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    ct_pace_init(&pace, name, NULL);
    is_int(strlen(pace.name), CT_LIMIT_TEXT - 1, "a long name is cut");
}


/* Hosts of one operator: silence is the host's, what flies is shared. */
static void
test_above(void)
{
    size_t    i;
    int64_t   until;
    ct_pace_t one, two, above;

    ct_pace_init(&above, "operator", NULL);
    ct_pace_init(&one, "one", &above);
    ct_pace_init(&two, "two", &above);

    for (i = 0; i < CT_LIMIT_OPERATOR; i++) {
        ok(ct_pace_may(i % 2 == 0 ? &one : &two, 1000, &until),
           "request %zu may", i);
        ct_pace_started(i % 2 == 0 ? &one : &two, 1000);
    }

    ok(!ct_pace_may(&one, 1000, &until) && until == INT64_MAX,
       "then all are in flight");
    ct_pace_ended(&one, CT_PACE_REFUSED, 60000, 1000, 0);
    ok(!ct_pace_may(&one, 2000, &until), "who refuses is left alone");
    ok(ct_pace_may(&two, 2000, &until), "the other host is not");
    is_int(above.flying, CT_LIMIT_OPERATOR - 1, "and one less is in flight");
}


static void
test_gap(void)
{
    unsigned  i;
    int64_t   now, until;
    ct_pace_t pace;
    uint32_t  gap;

    ct_pace_init(&pace, "a", NULL);
    now = 1000;

    for (i = 0, gap = 100000; i < 14; i++) {
        ct_pace_started(&pace, now);
        ct_pace_ended(&pace, CT_PACE_REFUSED, 0, now, 0);
        is_int(pace.gap_us, gap, "gap after refusal %u", i + 1);
        gap = gap * 2 < 30000000 ? gap * 2 : 30000000;
        now = pace.next_ms;
        ok(ct_pace_may(&pace, now, &until), "then one may start");
        ok(!ct_pace_may(&pace, now - 1, &until) && until == now,
           "and not before");
    }

    is_int(pace.gap_us, 30000000, "half a minute at most");
    is_int(pace.refused, 14, "all of them are counted");

    ct_pace_started(&pace, now);
    ok(!ct_pace_may(&pace, now, &until), "the next one waits");
    is_int(until, now + 30000, "for the gap");
    ct_pace_ended(&pace, CT_PACE_GOOD, 0, now + 5, 0);
    is_int(pace.gap_us, 30000000 - 30000000 / 16, "a good answer: 1/16");

    for (i = 0; i < 1000 && pace.gap_us != 0; i++) {
        gap = pace.gap_us;
        ct_pace_ended(&pace, CT_PACE_GOOD, 0, now + 5, 0);
        if (pace.gap_us > gap || (pace.gap_us != 0 && pace.gap_us < 5000)) {
            break;
        }
    }

    is_int(pace.gap_us, 0, "it shrinks to nothing, never below 5 ms");
    ok(i > 100 && i < 200, "in %u answers", i);
}


static void
test_silence(void)
{
    int64_t   now, want;
    unsigned  i;
    ct_pace_t low, high;

    ct_pace_init(&low, "a", NULL);
    ct_pace_init(&high, "a", NULL);

    for (i = 0, want = 1000; i < 12; i++) {
        now = (int64_t) (i + 1) * 10000000;
        ct_pace_ended(&low, CT_PACE_REFUSED, 0, now, 0);
        ct_pace_ended(&high, CT_PACE_REFUSED, 0, now, 65535);
        is_int(low.next_ms - now, want / 2, "refusal %u, least", i + 1);
        is_int(high.next_ms - now, want, "refusal %u, most", i + 1);
        want = want * 2 < 600000 ? want * 2 : 600000;
    }

    ok(ct_pace_refused(&low, low.next_ms - 1), "silent until then");
    ok(!ct_pace_refused(&low, low.next_ms), "and then no more");

    now = high.next_ms;
    ct_pace_ended(&high, CT_PACE_GOOD, 0, now, 0);
    is_int(high.refusals, 0, "a good answer ends the row");
    ct_pace_ended(&high, CT_PACE_REFUSED, 0, now, 65535);
    is_int(high.next_ms - now, 1000, "the next row begins at a second");
}


static void
test_retry_after(void)
{
    ct_pace_t pace;

    ct_pace_init(&pace, "a", NULL);
    ct_pace_ended(&pace, CT_PACE_REFUSED, 75000, 1000, 0);
    is_int(pace.next_ms, 76000, "Retry-After is obeyed");

    ct_pace_init(&pace, "a", NULL);
    ct_pace_ended(&pace, CT_PACE_REFUSED, 10, 1000, 65535);
    is_int(pace.next_ms, 2000, "but no less than our own silence");

    ct_pace_init(&pace, "a", NULL);
    ct_pace_ended(&pace, CT_PACE_REFUSED, INT64_MAX, 1000, 0);
    is_int(pace.next_ms, 1000 + 86400000, "nor more than a day");

    ct_pace_init(&pace, "a", NULL);
    ct_pace_ended(&pace, CT_PACE_REFUSED, INT64_MIN, 1000, 0);
    is_int(pace.next_ms, 1500, "less than nothing is nothing");
}


/* Eight in flight, one overload. */
static void
test_burst(void)
{
    unsigned  i;
    ct_pace_t pace;

    ct_pace_init(&pace, "a", NULL);

    for (i = 0; i < 8; i++) {
        ct_pace_started(&pace, 1000);
    }

    for (i = 0; i < 6; i++) {
        ct_pace_ended(&pace, CT_PACE_REFUSED, 0, 1001 + i, 65535);
    }

    is_int(pace.gap_us, 100000, "six refusals of one moment are one");
    is_int(pace.silent_ms, 2001, "one silence");
    is_int(pace.refused, 6, "but all are counted");

    ct_pace_ended(&pace, CT_PACE_REFUSED, 30000, 1010, 0);
    is_int(pace.next_ms, 31010, "a later Retry-After prolongs it");

    ct_pace_ended(&pace, CT_PACE_GOOD, 0, 1011, 0);
    ok(ct_pace_refused(&pace, 1011) && pace.refusals == 1,
       "an answer to what was asked before does not end it");
    is_int(pace.flying, 0, "all came back");

    ct_pace_started(&pace, 1012);
    is_int(pace.next_ms, 31010, "a start does not shorten it");
}


static void
test_shift(void)
{
    int64_t   until;
    ct_pace_t pace;

    ct_pace_init(&pace, "a", NULL);
    ct_pace_shift(&pace, 500000);
    ok(ct_pace_may(&pace, 0, &until), "nothing to shift");

    ct_pace_ended(&pace, CT_PACE_REFUSED, 60000, 1000000, 0);
    ct_pace_shift(&pace, -900000);
    ok(!ct_pace_may(&pace, 100000, &until) && until == 160000,
       "the wait moves with the clock");
    ok(ct_pace_refused(&pace, 159999) && !ct_pace_refused(&pace, 160000),
       "the silence too");
}


static void
test_bucket(void)
{
    int64_t     now, wait;
    ct_bucket_t bucket;

    ct_bucket_init(&bucket, 1000, 50);
    ok(ct_bucket_may(&bucket), "full in the beginning");
    is_int(ct_bucket_wait(&bucket), 0, "no wait");

    ct_bucket_take(&bucket, 999);
    ok(ct_bucket_may(&bucket), "a byte is left");
    ct_bucket_take(&bucket, 501);
    ok(!ct_bucket_may(&bucket), "overdrawn by 500");
    is_int(wait = ct_bucket_wait(&bucket), 501, "for half a second");

    now = 50 + wait;
    ct_bucket_fill(&bucket, now - 1);
    ok(!ct_bucket_may(&bucket), "a ms earlier: not yet");
    ct_bucket_fill(&bucket, now);
    ok(ct_bucket_may(&bucket), "then: yes");

    ct_bucket_fill(&bucket, now - 40);
    ct_bucket_fill(&bucket, now - 39);
    is_int(bucket.tokens, 2000, "a clock that goes back gives nothing");
    ct_bucket_fill(&bucket, now + 100000000000);
    is_int(bucket.tokens, 1000000, "one second is saved, no more");
    ct_bucket_take(&bucket, -5);
    is_int(bucket.tokens, 1000000, "nothing is put back");
}


static void
test_bucket_edges(void)
{
    ct_bucket_t bucket;

    ct_bucket_init(&bucket, 0, 0);
    ct_bucket_take(&bucket, INT64_MAX);
    ct_bucket_fill(&bucket, INT64_MAX);
    ok(ct_bucket_may(&bucket) && ct_bucket_wait(&bucket) == 0, "no cap");

    ct_bucket_init(&bucket, -7, 0);
    ok(ct_bucket_may(&bucket), "less than no cap is none");

    ct_bucket_init(&bucket, INT64_MAX, 0);
    ct_bucket_take(&bucket, INT64_MAX);
    ct_bucket_take(&bucket, 1);
    is_int(ct_bucket_wait(&bucket), 1, "a rate without sense: no overflow");
    ct_bucket_fill(&bucket, INT64_MAX);
    ok(ct_bucket_may(&bucket), "and it fills");
}


/* Whatever the steps, what is given is what the time is worth. */
static void
test_bucket_sum(void)
{
    size_t      i;
    int64_t     now, taken;
    ct_bucket_t bucket;

    static const int64_t rates[] = { 1, 7, 500, 1500, 999983, 1 << 30 };

    for (i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
        ct_bucket_init(&bucket, rates[i], 0);
        taken = 0;

        for (now = 0; now <= 20000; now += 1 + now % 3) {
            ct_bucket_fill(&bucket, now);
            if (ct_bucket_may(&bucket)) {
                ct_bucket_take(&bucket, 1 + rates[i] / 100);
                taken += 1 + rates[i] / 100;
            }
        }

        ok(taken >= rates[i] * 20 && taken <= rates[i] * 21 + 2
           + rates[i] / 100, "20 s at %lld a second: %lld",
           (long long) rates[i], (long long) taken);
    }
}


int
main(void)
{
    test_flying();
    test_name();
    test_above();
    test_gap();
    test_silence();
    test_retry_after();
    test_burst();
    test_shift();
    test_bucket();
    test_bucket_edges();
    test_bucket_sum();

    return done_testing();
}
