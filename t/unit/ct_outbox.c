/*
 * ct_outbox: everybody is told what he wants to hear, once; nobody takes the
 * places of another; alarms are never dropped, news is, and is counted.
 */

#include "ct_finding.h"
#include "ct_outbox.h"
#include "tap.h"


#define ZONE (4 * 1024 * 1024)
#define NOW  1795366140000LL
#define DAY  (24 * 60 * 60 * 1000LL)

static ct_context_t ctx;
static ct_config_t  config;
static ct_channel_t channels[3];
static bool         stop;


static void
open_outbox(size_t n)
{
    config.nchannels = n;
    ok(ct_outbox_create(&ctx) != NULL, "an outbox for %zu", n);
}


static void
setup(size_t zone)
{
    size_t i;

    static const char *const names[] = {"one", "two", "three"};

    memset(&ctx, 0, sizeof(ctx));
    memset(&config, 0, sizeof(config));
    memset(channels, 0, sizeof(channels));

    for (i = 0; i < 3; i++) {
        channels[i].id = 101 + i;
        channels[i].name = names[i];
        channels[i].events = CT_ON_ALL;
    }

    config.channels = channels;
    config.zone = "ct";
    ctx.config = &config;
    ctx.stop = &stop;
    ctx.store = ct_store_create(calloc(1, zone), zone);
    ctx.lines = calloc(1, sizeof(ct_lines_t));
    ctx.now_ms = NOW;
    (void) ct_lines_init(ctx.lines);
}


static void
teardown(void)
{
    ct_outbox_destroy(ctx.outbox);
    ct_lines_close(ctx.lines);
    free(ctx.lines);
    free(ctx.store);
}


static uint64_t
find(uint8_t verdict)
{
    ct_finding_t f;

    static unsigned n;

    memset(&f, 0, sizeof(f));
    n++;
    memcpy(f.identity, &n, sizeof(n));
    f.verdict = verdict;

    return ct_store_add(ctx.store, &f, CT_BYTES("text")) == CT_OK ? f.number
                                                                  : 0;
}


static ct_finding_t
tell(uint64_t number, bool ready)
{
    ct_finding_t f;

    memset(&f, 0, sizeof(f));
    (void) ct_store_finding(ctx.store, number, &f, NULL);
    ct_outbox_finding(&ctx, &f, ready);
    ct_store_update(ctx.store, &f);

    return f;
}


/* Alerts of channel `i`, the last one of them in `out`; all: of any. */
static size_t
alerts(size_t i, ct_alert_t *out)
{
    size_t     n, at;
    ct_alert_t alert;

    n = 0;

    for (at = 0; at < ct_store_max_alerts(ctx.store); at++) {
        if (ct_store_alert(ctx.store, at, &alert)
            && alert.channel == channels[i].id)
        {
            n++;

            if (out != NULL) {
                *out = alert;
            }
        }
    }

    return n;
}


static ct_channel_record_t
row(size_t i)
{
    size_t              at;
    ct_channel_record_t record;

    memset(&record, 0, sizeof(record));
    at = ct_store_channel(ctx.store, channels[i].id);
    (void) ct_store_row(ctx.store, CT_TABLE_CHANNEL, at, &record);

    return record;
}


static uint64_t
say(uint32_t kind)
{
    ct_event_t e;

    memset(&e, 0, sizeof(e));
    e.kind = kind;
    e.log = CT_EVENT_NO_LOG;
    e.time_ms = ctx.now_ms;

    if (ct_store_add_event(ctx.store, &e) > 0) {
        ct_outbox_evicted(&ctx);
    }

    ct_outbox_event(&ctx, &e);

    return e.number;
}


static void
test_wanted(void)
{
    size_t       i;
    ct_alert_t   alert;
    ct_finding_t f;

    static const struct {
        uint32_t event;
        uint32_t on;
    } events[] = {
        {CT_EVENT_LOG_MISBEHAVING, CT_ON_LOG},
        {CT_EVENT_LOG_UNREACHABLE, CT_ON_LOG},
        {CT_EVENT_LOG_LAGGING, CT_ON_LOG},
        {CT_EVENT_LOG_RECOVERED, CT_ON_LOG},
        {CT_EVENT_COVERAGE_LOST, CT_ON_COVERAGE},
        {CT_EVENT_COVERAGE_RESTORED, CT_ON_COVERAGE},
        {CT_EVENT_LIST_STALE, CT_ON_LIST},
        {CT_EVENT_ENGINE_RESTARTED, CT_ON_ENGINE}
    };

    for (i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        setup(ZONE);
        channels[0].events = events[i].on;
        channels[1].events = CT_ON_ALL & ~events[i].on;
        open_outbox(2);
        (void) say(events[i].event);
        is_int(alerts(0, NULL), 1, "event %u: he wants it",
               (unsigned) events[i].event);
        is_int(alerts(1, NULL), 0, "he does not");
        teardown();
    }

    setup(ZONE);
    channels[0].events = CT_ON_UNFAMILIAR;
    channels[1].events = CT_ON_UNPARSABLE;
    channels[2].events = CT_ON_ALL;
    open_outbox(3);

    f = tell(find(CT_VERDICT_UNFAMILIAR), true);
    ok(f.flags & CT_FINDING_ALERTED && f.owed == 0, "an alarm is told");
    is_int(alerts(0, &alert), 1, "to one who wants it");
    ok(alert.finding == f.number && alert.type == CT_ALERT_FIRST
       && alert.queued_ms == NOW && alert.version > 0
       && alert.version <= ctx.version, "as what it is");
    is_int(alerts(1, NULL), 0, "not to one who does not");
    is_int(alerts(2, NULL), 1, "to one who wants all");
    f = tell(f.number, true);
    is_int(alerts(0, NULL) + alerts(2, NULL), 2, "once");

    (void) tell(find(CT_VERDICT_SERVED), true);
    (void) tell(find(CT_VERDICT_EXPECTED), true);
    is_int(alerts(2, NULL), 1, "what is silent is not told");

    f = tell(find(CT_VERDICT_UNPARSABLE), false);
    ok(!(f.flags & CT_FINDING_ALERTED) && f.owed != 0,
       "what is not ready is owed");
    ctx.now_ms += 5000;
    (void) ct_outbox_turn(&ctx);
    is_int(alerts(1, NULL), 0, "and not told");
    f = tell(f.number, true);
    is_int(alerts(1, NULL), 1, "until it is");
    teardown();

    setup(ZONE);
    channels[0].events = CT_ON_UNPARSABLE;
    open_outbox(1);
    f = tell(find(CT_VERDICT_UNFAMILIAR), true);
    ok(!(f.flags & CT_FINDING_ALERTED) && f.owed == 0,
       "what nobody wants is neither told nor owed");
    teardown();
}


/* A server's receiver hears of its own findings. */
static void
test_servers(void)
{
    size_t      i;
    ct_buf_t    text;
    ct_draft_t  draft;
    ct_arena_t *arena;

    static const ct_bytes_t patterns[] = {
        {(const uint8_t *) "a.test", 6}, {(const uint8_t *) "b.test", 6}
    };
    static const uint32_t owners[] = {1, 2};

    setup(ZONE);
    arena = ct_arena_create((size_t) 4 * 1024 * 1024);
    config.watch = ct_watch_compile_owned(arena, patterns, owners, 2, 1);
    ctx.scan.watch = config.watch;
    channels[1].server = 1;
    channels[2].server = 2;
    channels[2].events = CT_ON_UNFAMILIAR | CT_ON_COVERAGE;
    open_outbox(3);

    for (i = 0; i < 2; i++) {
        memset(&draft, 0, sizeof(draft));
        draft.finding.identity[0] = (uint8_t) (i + 1);
        draft.finding.verdict = CT_VERDICT_UNFAMILIAR;
        draft.matched = patterns[i];
        ct_buf_init(&text, arena, CT_LIMIT_FINDING_TEXT);
        ct_finding_text(&text, &draft, ct_bytes(NULL, 0));
        (void) ct_store_add(ctx.store, &draft.finding, ct_buf_slice(&text));
        (void) tell(draft.finding.number, true);
        is_int(alerts(0, NULL), i + 1, "everybody's receiver hears of it");
        is_int(alerts(1, NULL), 1, "that of the first server");
        is_int(alerts(2, NULL), i, "that of the second");
    }

    (void) say(CT_EVENT_COVERAGE_LOST);
    is_int(alerts(2, NULL), 2, "and of the whole, if it wants to");
    teardown();
    ct_arena_destroy(arena);
}


/* One that is down has what it has; the other gets everything. */
static void
test_shares(void)
{
    size_t       i, all, most, rounds, got;
    uint64_t     number, *told;
    ct_alert_t   alert;
    ct_finding_t f;

    setup(ZONE);
    open_outbox(2);
    all = ct_store_max_findings(ctx.store);
    most = ct_store_max_alerts(ctx.store) / 2;
    told = calloc(all + 1, sizeof(uint64_t));
    number = 0;

    for (i = 0; i < all; i++) {
        number = find(CT_VERDICT_UNFAMILIAR);
        (void) tell(number, true);
    }

    is_int(number, all, "as many alarms as the zone has room for");
    is_int(find(CT_VERDICT_UNFAMILIAR), 0, "none of them gives way");
    is_int(alerts(0, NULL), most, "each has its share of places");
    is_int(alerts(1, NULL), most, "the other as well");

    for (rounds = 0; rounds < 100; rounds++) {
        got = 0;

        for (i = 0; i < ct_store_max_alerts(ctx.store); i++) {
            if (ct_store_alert(ctx.store, i, &alert)
                && alert.channel == channels[0].id)
            {
                told[alert.finding]++;
                ct_outbox_remove(&ctx, i);
                got++;
            }
        }

        if (got == 0) {
            break;
        }

        ctx.now_ms += 1000;
        (void) ct_outbox_turn(&ctx);
    }

    got = 0;

    for (i = 1; i <= all; i++) {
        got += told[i] == 1;
    }

    is_int(got, all, "one is told everything, each once, in %zu rounds",
           rounds);
    got = alerts(1, NULL);
    is_int(got, most, "the other has places and no more");

    for (i = 1; i <= all; i++) {
        got += ct_store_finding(ctx.store, i, &f, NULL) && f.owed != 0;
    }

    is_int(got, all, "and the rest is owed");
    is_int(ctx.status.alerts_dropped, 0, "nothing was dropped");
    free(told);
    teardown();
}


static void
test_gives_way(void)
{
    size_t       i, most;
    uint64_t     lost;
    ct_event_t   event;
    ct_alert_t   alert;
    ct_finding_t f;

    setup(CT_STORE_MIN);
    open_outbox(1);
    most = ct_store_max_alerts(ctx.store);
    lost = say(CT_EVENT_COVERAGE_LOST);

    for (i = 1; i < most; i++) {
        ctx.now_ms++;
        (void) tell(find(CT_VERDICT_UNFAMILIAR), true);
    }

    is_int(alerts(0, NULL), most, "full of alarms");
    (void) say(CT_EVENT_LOG_LAGGING);
    is_int(row(0).dropped, 1, "news has no room then, and is counted");
    (void) say(CT_EVENT_COVERAGE_LOST);
    is_int(row(0).dropped, 1, "another alarm has");
    is_int(alerts(0, NULL), most, "in the place");
    f = tell(most - 1, true);
    ok(f.owed == 1 && (f.flags & CT_FINDING_ALERTED),
       "of a certificate, which is owed now");

    for (i = 0; i < 2 * ct_store_max_events(ctx.store); i++) {
        (void) say(CT_EVENT_LOG_RECOVERED);
    }

    ok(ct_store_event(ctx.store, lost, &event)
       && event.kind == CT_EVENT_COVERAGE_LOST,
       "events go round, the first alarm is still there");
    is_int(ctx.status.alerts_dropped, 1 + i, "the others are counted");
    teardown();

    /* news for older news */
    setup(CT_STORE_MIN);
    open_outbox(1);

    for (i = 0; i < most + 3; i++) {
        ctx.now_ms++;
        (void) tell(find(CT_VERDICT_SERVED), true);
        f.number = find(CT_VERDICT_SERVED);
        channels[0].events = CT_ON_DIGEST;
        ct_outbox_silent(&ctx, &f);
    }

    is_int(alerts(0, &alert), most, "full of what may wait");
    is_int(row(0).dropped, 3, "the oldest gave way");
    is_int(alert.type, CT_ALERT_DIGEST, "each is for a digest");
    teardown();
}


static void
test_over(void)
{
    size_t       i;
    ct_alert_t   alert;
    ct_finding_t f;

    setup(ZONE);
    channels[1].events = CT_ON_UNFAMILIAR;
    open_outbox(3);
    f = tell(find(CT_VERDICT_UNFAMILIAR), true);

    /* the first has it, the second too, the third was not even asked */
    for (i = 0; i < ct_store_max_alerts(ctx.store); i++) {
        if (ct_store_alert(ctx.store, i, &alert)
            && alert.channel != channels[2].id)
        {
            ct_outbox_remove(&ctx, i);
        }
    }

    f.verdict = CT_VERDICT_SERVED;
    f.flags |= CT_FINDING_RESOLVED;
    ct_store_update(ctx.store, &f);
    f = tell(f.number, true);
    is_int(alerts(0, &alert), 1, "who has heard it is told that it is over");
    is_int(alert.type, CT_ALERT_RESOLVED, "as that");
    ok(ct_outbox_stands(&ctx, &alert), "it stands");
    is_int(alerts(1, NULL), 0, "unless he does not care");
    is_int(alerts(2, NULL), 0, "who has not heard of it hears nothing");
    ok(!(f.flags & CT_FINDING_RESOLVED), "that is done with");
    f = tell(f.number, true);
    is_int(alerts(0, NULL), 1, "once");
    teardown();

    /* tried: without an answer, and refused */
    setup(ZONE);
    open_outbox(2);
    f = tell(find(CT_VERDICT_UNFAMILIAR), true);

    for (i = 0; i < ct_store_max_alerts(ctx.store); i++) {
        if (ct_store_alert(ctx.store, i, &alert)) {
            alert.attempts = 1;
            alert.heard = alert.channel == channels[0].id ? CT_HEARD_MAYBE
                                                          : 0;
            ct_store_set_alert(ctx.store, i, &alert);
        }
    }

    f.verdict = CT_VERDICT_OURS;
    f.flags |= CT_FINDING_RESOLVED;
    ct_store_update(ctx.store, &f);
    (void) tell(f.number, true);
    is_int(alerts(0, &alert), 1, "it may have arrived: then it is over");
    is_int(alert.type, CT_ALERT_RESOLVED, "and he is told that");
    is_int(alerts(1, NULL), 0, "it was refused: nothing to take back");
    teardown();

    /* silent before anybody was told */
    setup(ZONE);
    open_outbox(1);
    f = tell(find(CT_VERDICT_UNFAMILIAR), false);
    f.verdict = CT_VERDICT_SERVED;
    ct_store_update(ctx.store, &f);
    f = tell(f.number, true);
    ok(f.owed == 0 && alerts(0, NULL) == 0, "closed before it was told");
    teardown();
}


/* What was on its way when an engine ended may have arrived. */
static void
test_on_the_way(void)
{
    ct_alert_t   alert;
    ct_finding_t f;

    setup(ZONE);
    open_outbox(2);
    f = tell(find(CT_VERDICT_UNFAMILIAR), true);

    (void) ct_store_alert(ctx.store, 0, &alert);
    alert.heard = CT_HEARD_SENT;
    ct_store_set_alert(ctx.store, 0, &alert);
    ct_outbox_destroy(ctx.outbox);
    open_outbox(2);
    is_int(alerts(0, &alert), 1, "the next one has it");
    ok(alert.heard == CT_HEARD_MAYBE && alert.attempts == 1
       && alert.due_ms < NOW, "as one that was tried, before all others");
    (void) alerts(1, &alert);
    ok(alert.heard == 0 && alert.attempts == 0, "unlike the other");
    f.verdict = CT_VERDICT_OURS;
    f.flags |= CT_FINDING_RESOLVED;
    ct_store_update(ctx.store, &f);
    (void) tell(f.number, true);
    is_int(alerts(0, &alert), 1, "it may have arrived");
    is_int(alert.type, CT_ALERT_RESOLVED, "and is over");
    is_int(alerts(1, NULL), 0, "the other was never sent");
    teardown();
}


static void
test_parked(void)
{
    size_t              i;
    ct_line_t           line;
    ct_alert_t          alert;
    ct_channel_record_t record;

    setup(ZONE);
    open_outbox(2);
    (void) tell(find(CT_VERDICT_UNFAMILIAR), true);
    record = row(1);
    ok(record.configured && strcmp(record.name, "two") == 0,
       "a receiver has a row");

    for (i = 0; i < ct_store_max_alerts(ctx.store); i++) {
        if (ct_store_alert(ctx.store, i, &alert)) {
            alert.state = CT_ALERT_DEAD;
            ct_store_set_alert(ctx.store, i, &alert);
        }
    }

    ct_outbox_destroy(ctx.outbox);
    open_outbox(1);
    ok(alerts(0, &alert) == 1 && alert.state == CT_ALERT_WAITING,
       "a reload is another chance for what was given up");
    record = row(1);
    ok(record.id == channels[1].id && !record.configured
       && record.parked_ms == NOW, "one that is gone keeps its row");
    is_int(alerts(1, NULL), 1, "and its alert");
    (void) tell(find(CT_VERDICT_UNFAMILIAR), true);
    is_int(alerts(1, NULL), 1, "and gets no other");

    ctx.now_ms += 29 * DAY;
    ct_outbox_destroy(ctx.outbox);
    open_outbox(2);
    record = row(1);
    ok(record.configured && record.parked_ms == 0, "it comes back");
    is_int(alerts(1, NULL), 1, "to its alert");

    ct_outbox_destroy(ctx.outbox);
    open_outbox(1);
    ctx.now_ms += 31 * DAY;
    ct_outbox_destroy(ctx.outbox);
    open_outbox(1);
    is_int(row(1).id, 0, "after a month it is forgotten");
    is_int(alerts(1, NULL), 0, "with its alert");
    is_int(ctx.status.alerts_dropped, 1, "which is counted");
    ok(ct_lines_next(ctx.lines, &line) && strstr(line.text, "\"two\""),
       "and said");

    ct_outbox_destroy(ctx.outbox);
    channels[0].id = 999;
    open_outbox(1);
    is_int(alerts(0, NULL), 0, "another receiver has none of it");
    channels[0].id = 101;
    is_int(alerts(0, NULL), 2, "those of the first wait");
    teardown();
}


/* An alert of an older version's state file has no row. */
static void
test_stranger(void)
{
    ct_alert_t alert;

    setup(ZONE);
    memset(&alert, 0, sizeof(alert));
    alert.finding = find(CT_VERDICT_UNFAMILIAR);
    alert.channel = channels[2].id;
    (void) ct_store_queue(ctx.store, &alert);
    open_outbox(2);
    is_int(row(2).id, channels[2].id, "it gets a row");
    ok(row(2).parked_ms == NOW, "of one that is gone");
    ct_outbox_destroy(ctx.outbox);
    open_outbox(3);
    ok(row(2).configured, "or not");
    is_int(alerts(2, NULL), 1, "and is delivered then");
    teardown();
}


int
main(void)
{
    test_wanted();
    test_servers();
    test_shares();
    test_gives_way();
    test_over();
    test_on_the_way();
    test_parked();
    test_stranger();

    return done_testing();
}
