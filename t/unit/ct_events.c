/*
 * ct_events, ct_evidence: an event is kept, queued once per channel and said
 * at the level that it deserves; evidence is a line that stays, within its
 * bound, and never half.
 */

#include "ct_events.h"
#include "ct_evidence.h"
#include "ct_outbox.h"
#include "tap.h"

#include <fcntl.h>
#include <jansson.h>
#include <sys/stat.h>


#define ZONE (4 * 1024 * 1024)
#define NOW  1795366140000LL

static ct_context_t ctx;
static ct_config_t  config;
static ct_channel_t channels[2];
static char         dir[] = "/tmp/ct-events-XXXXXX";
static char         state[64], path[80];


static void
setup(void)
{
    memset(&ctx, 0, sizeof(ctx));
    memset(&config, 0, sizeof(config));
    channels[0].id = 7;
    channels[1].id = 8;
    channels[0].name = "seven";
    channels[1].name = "eight";
    channels[0].events = CT_ON_ALL;
    channels[1].events = CT_ON_ALL;
    config.channels = channels;
    config.nchannels = 2;
    config.zone = "ct";
    ctx.config = &config;
    ctx.store = ct_store_create(calloc(1, ZONE), ZONE);
    ctx.lines = calloc(1, sizeof(ct_lines_t));
    ctx.sha = ct_sha256_create();
    ctx.now_ms = NOW;
    (void) ct_lines_init(ctx.lines);
    (void) ct_outbox_create(&ctx);
    ctx.version = 0;
}


static void
teardown(void)
{
    ct_outbox_destroy(ctx.outbox);
    ct_lines_close(ctx.lines);
    ct_sha256_destroy(ctx.sha);
    free(ctx.lines);
    free(ctx.store);
}


static void
test_say(void)
{
    char        want[64];
    size_t      i, n;
    uint8_t     evidence[CT_HASH_LEN];
    ct_line_t   line;
    ct_alert_t  alert;
    ct_event_t  event;

    static const struct {
        ct_event_e  kind;
        ct_level_e  level;
        const char *type;
    } kinds[] = {
        {CT_EVENT_LOG_MISBEHAVING, CT_LINE_ERROR, "log.misbehaving"},
        {CT_EVENT_LOG_UNREACHABLE, CT_LINE_WARN, "log.unreachable"},
        {CT_EVENT_LOG_LAGGING, CT_LINE_WARN, "log.lagging"},
        {CT_EVENT_LOG_RECOVERED, CT_LINE_NOTICE, "log.recovered"},
        {CT_EVENT_COVERAGE_LOST, CT_LINE_ERROR, "coverage.lost"},
        {CT_EVENT_COVERAGE_RESTORED, CT_LINE_NOTICE, "coverage.restored"},
        {CT_EVENT_LIST_STALE, CT_LINE_WARN, "list.stale"},
        {CT_EVENT_ENGINE_RESTARTED, CT_LINE_WARN, "engine.restarted"}
    };

    setup();
    memset(evidence, 0xee, sizeof(evidence));

    for (i = 0; i < 8; i++) {
        ct_events_say(&ctx, kinds[i].kind, 3, i == 0 ? evidence : NULL,
                      "it happened");
        ok(ct_lines_next(ctx.lines, &line), "%s: a line", kinds[i].type);
        is_int(line.level, kinds[i].level, "its level");
        (void) snprintf(want, sizeof(want), "%s: it happened",
                        kinds[i].type);
        is_str(line.text, want, "its text");
        ok(ct_store_event(ctx.store, i + 1, &event)
           && event.kind == kinds[i].kind && event.log == 3
           && event.time_ms == NOW, "it is kept");
        is_int(event.evidence[31], i == 0 ? 0xee : 0, "with its evidence");
    }

    ok(!ct_lines_next(ctx.lines, &line), "one line each");
    ok(ctx.version >= 8, "each is worth saving");
    ok(ctx.alerts_due, "alerts are due");
    n = 0;

    for (i = 0; i < ct_store_max_alerts(ctx.store); i++) {
        n += ct_store_alert(ctx.store, i, &alert) && alert.event != 0
             && alert.finding == 0 && alert.due_ms == NOW
             && (alert.channel == 7 || alert.channel == 8);
    }

    is_int(n, 16, "one for each channel");
    is_int(ctx.status.alerts_dropped, 0, "none is lost");

    n = ct_store_max_events(ctx.store);

    for (i = 8; i < n; i++) {
        ct_events_say(&ctx, CT_EVENT_LIST_STALE, CT_EVENT_NO_LOG, NULL, "x");
    }

    is_int(ctx.status.alerts_dropped, 0, "none before the ring is full");
    ct_events_say(&ctx, CT_EVENT_LIST_STALE, CT_EVENT_NO_LOG, NULL, "x");
    is_int(ctx.status.alerts_dropped, 2,
           "those of an event that gave way are counted");
    teardown();
}


/* More alerts than there is room for. */
static void
test_full(void)
{
    size_t     i;
    ct_alert_t alert;

    setup();
    memset(&alert, 0, sizeof(alert));

    for (i = 0; i < ct_store_max_alerts(ctx.store) - 1; i++) {
        alert.finding = i + 1;
        (void) ct_store_queue(ctx.store, &alert);
    }

    ct_events_say(&ctx, CT_EVENT_COVERAGE_LOST, CT_EVENT_NO_LOG, NULL, "x");
    is_int(ctx.status.alerts_dropped, 1, "an alert without room is counted");
    teardown();
}


static size_t
size_of(void)
{
    struct stat st;

    return stat(path, &st) == 0 ? (size_t) st.st_size : 0;
}


static void
content(char *room, size_t n)
{
    int     fd;
    ssize_t len;

    fd = open(path, O_RDONLY);
    len = read(fd, room, n - 1);
    room[len > 0 ? len : 0] = '\0';
    (void) close(fd);
}


static void
test_keep(void)
{
    int         fd;
    char        room[256];
    uint8_t     sha[CT_HASH_LEN], want[CT_HASH_LEN];
    struct stat st;

    setup();
    ok(!ct_evidence_keep(&ctx, NULL, "{}", 2, sha), "without a state file");
    ok(!ct_evidence_keep(&ctx, "/nonexistent/state", "{}", 2, sha),
       "nor where nothing can be written");
    ok(!ct_evidence_keep(&ctx, state, "{\n}", 3, sha), "nor two lines");
    ok(!ct_evidence_keep(&ctx, state, "", 0, sha), "nor none");
    is_int(size_of(), 0, "there is no file");

    ok(ct_evidence_keep(&ctx, state, "{\"a\":1}", 7, sha), "a line");
    ct_sha256_once(CT_BYTES("{\"a\":1}"), want);
    is_mem(sha, CT_HASH_LEN, want, CT_HASH_LEN, "its hash");
    ok(ct_evidence_keep(&ctx, state, "{\"b\":2}", 7, sha), "another");
    content(room, sizeof(room));
    is_str(room, "{\"a\":1}\n{\"b\":2}\n", "both are there");
    ok(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600,
       "for nobody else");

    /* a crash amid a line */
    fd = open(path, O_WRONLY | O_APPEND);
    (void) !write(fd, "{\"c", 3);
    (void) close(fd);
    ok(ct_evidence_keep(&ctx, state, "{\"d\":4}", 7, sha), "after a crash");
    content(room, sizeof(room));
    is_str(room, "{\"a\":1}\n{\"b\":2}\n{\"c\n{\"d\":4}\n",
           "it is a line of its own");

    ok(truncate(path, CT_LIMIT_EVIDENCE - 9) == 0, "almost full");
    ok(ct_evidence_keep(&ctx, state, "{\"e\":5}", 7, sha), "one more");
    is_int(size_of(), CT_LIMIT_EVIDENCE, "full");
    ok(!ct_evidence_keep(&ctx, state, "1", 1, sha), "no more");
    is_int(size_of(), CT_LIMIT_EVIDENCE, "it stays as it is");

    (void) unlink(path);
    (void) !symlink("/tmp", path);
    ok(!ct_evidence_keep(&ctx, state, "1", 1, sha), "no link is followed");
    (void) unlink(path);
    teardown();
}


static void
test_heads(void)
{
    char            text[8192];
    json_t         *line, *o;
    uint8_t         root[CT_HASH_LEN];
    ct_buf_t        out;
    ct_head_t       a, b;
    ct_evidence_t   e;
    ct_log_record_t log;

    memset(&a, 0, sizeof(a));
    a.size = 10;
    a.timestamp_ms = NOW;
    memset(a.root, 1, CT_HASH_LEN);
    a.signature_len = 6;
    memcpy(a.signature, "\4\3\0\2hi", 6);
    b = a;
    b.root[0] = 2;
    memset(root, 3, sizeof(root));
    memset(&log, 0, sizeof(log));
    memset(log.id, 4, CT_HASH_LEN);
    (void) snprintf(log.url, sizeof(log.url), "https://log.test/");
    (void) snprintf(log.description, sizeof(log.description), "A \"log\"\n");
    (void) snprintf(log.operator_name, sizeof(log.operator_name), "Op");

    e = (ct_evidence_t) {
        .kind = "fork", .log = &log, .heads = {&a, &b}, .time_ms = NOW
    };
    ct_buf_fixed(&out, text, sizeof(text));
    ct_evidence_heads(&out, &e);
    ok(memchr(text, '\n', out.len) == NULL, "one line");
    line = json_loadb(text, out.len, 0, NULL);
    ok(json_is_object(line), "of JSON");
    is_str(json_string_value(json_object_get(line, "kind")), "fork", "kind");
    is_str(json_string_value(json_object_get(line, "time")),
           "2026-11-22T16:49:00Z", "time");
    o = json_object_get(line, "log");
    is_str(json_string_value(json_object_get(o, "url")),
           "https://log.test/", "URL");
    is_str(json_string_value(json_object_get(o, "log_id")),
           "BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ=", "log_id");
    is_str(json_string_value(json_object_get(o, "description")),
           "A \"log\"\n", "description");
    is_str(json_string_value(json_object_get(o, "operator")), "Op",
           "operator");
    o = json_object_get(line, "heads");
    is_int(json_array_size(o), 2, "two heads");
    is_int(json_integer_value(json_object_get(json_array_get(o, 1),
                                              "tree_size")), 10, "size");
    is_str(json_string_value(json_object_get(json_array_get(o, 1),
                                             "tree_head_signature")),
           "BAMAAmhp", "signature");
    ok(json_is_null(json_object_get(line, "computed_root")), "no third root");
    json_decref(line);

    e = (ct_evidence_t) {
        .kind = "root", .log = &log, .heads = {&a, NULL}, .computed = root,
        .from = 4, .to = 10, .time_ms = NOW
    };
    ct_buf_fixed(&out, text, sizeof(text));
    ct_evidence_heads(&out, &e);
    line = json_loadb(text, out.len, 0, NULL);
    is_int(json_array_size(json_object_get(line, "heads")), 1, "one head");
    is_str(json_string_value(json_object_get(line, "computed_root")),
           "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=", "against a root");
    is_int(json_integer_value(json_object_get(line, "from")), 4, "from");
    is_int(json_integer_value(json_object_get(line, "to")), 10, "to");
    json_decref(line);
}


int
main(void)
{
    if (mkdtemp(dir) == NULL) {
        printf("Bail out! no directory\n");
        return 1;
    }

    (void) snprintf(state, sizeof(state), "%s/state", dir);
    (void) snprintf(path, sizeof(path), "%s.evidence", state);

    test_say();
    test_full();
    test_keep();
    test_heads();
    (void) rmdir(dir);

    return done_testing();
}
