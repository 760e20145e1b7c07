/*
 * ct_snapshot: every record goes out and comes back as it was; a line that
 * the writer would not have written is refused, whatever the checksum says.
 */

#include "snapshot.h"


static void
fill_finding(ct_finding_t *f, ct_buf_t *text)
{
    ct_draft_t draft;
    ct_bytes_t names[2] = {CT_BYTES("a.test"), CT_BYTES("b\0\xff.test")};

    memset(f, 0, sizeof(*f));
    memset(&draft, 0, sizeof(draft));
    f->number = 7;
    f->first_seen_ms = 1790000000123;
    f->not_after_ms = 1800000000000;
    memset(f->identity, 1, CT_HASH_LEN);
    memset(f->cert_sha256, 2, CT_HASH_LEN);
    f->serial[0] = 0x8f;
    f->serial_len = 1;
    f->verdict = CT_VERDICT_UNFAMILIAR;
    f->reason = CT_REASON_STRANGER;
    f->flags = CT_FINDING_PRECERT | CT_FINDING_ALERTED;
    f->nnames = 2;
    f->nplaces = 1;
    f->places[0].index = 512;
    f->places[0].timestamp_ms = 1790000000000;

    draft.names = names;
    draft.nnames = 2;
    draft.matched = names[0];
    draft.issuer_text = CT_BYTES("CN=x");
    ct_buf_init(text, arena, CT_LIMIT_FINDING_TEXT);
    ct_finding_text(text, &draft, CT_BYTES("Owner"));
}


static void
test_finding(void)
{
    json_t           *line;
    ct_buf_t          buf, text, got;
    uint8_t           room[CT_LIMIT_FINDING_TEXT];
    ct_json_t         json;
    ct_bytes_t        name;
    ct_finding_t      f, back;
    ct_finding_text_t parts;

    (void) start(&json, &buf);
    fill_finding(&f, &text);
    ct_snapshot_finding(&json, &f, ct_buf_slice(&text));
    line = written(&buf);
    ok(line != NULL && ct_snapshot_read_finding(line, store), "a finding");
    json_decref(line);

    ct_buf_fixed(&got, room, sizeof(room));
    ok(ct_store_finding(store, 7, &back, &got), "comes back by its number");
    is_int(back.first_seen_ms, f.first_seen_ms, "to the millisecond");
    is_int(back.flags, f.flags, "flags");
    is_int(back.places[0].index, 512, "place");
    is_int(back.serial[0], 0x8f, "serial");
    is_mem(got.data, got.len, text.data, text.len, "and its text, bytes");
    ok(ct_finding_text_read(ct_buf_slice(&got), &parts)
       && ct_bytes_is(parts.ca, "Owner")
       && ct_bytes_is(parts.matched, "a.test")
       && ct_finding_name(&parts.names, &name)
       && ct_finding_name(&parts.names, &name) && name.len == 8
       && !ct_finding_name(&parts.names, &name), "that can be taken apart");
}


/* As format 2 had it: three texts before the names, and no dates of its
 * verdict. */
static void
test_old_finding(void)
{
    json_t           *line, *o;
    size_t            i;
    ct_buf_t          buf, text, got;
    uint8_t           room[CT_LIMIT_FINDING_TEXT];
    ct_json_t         json;
    ct_bytes_t        name;
    ct_finding_t      f, back;
    ct_finding_text_t parts;

    static const char *const old[] = {
        "AARDTj14AAVPd25lcgAGYS50ZXN0AAZhLnRlc3Q=", /* CN=x, Owner, a.test */
        "AARDTj14AAVPd25lcgAGYS50ZXM="              /* cut */
    };

    for (i = 0; i < 2; i++) {
        (void) start(&json, &buf);
        fill_finding(&f, &text);
        f.number = 9;
        ct_snapshot_finding(&json, &f, ct_buf_slice(&text));
        line = written(&buf);
        o = json_object_get(line, "finding");
        (void) json_object_del(o, "pending_ms");
        (void) json_object_del(o, "judged_ms");
        (void) json_object_set_new(o, "text", json_string(old[i]));
        is_int(ct_snapshot_read_finding(line, store), i == 0,
               i == 0 ? "a finding of format 2" : "half of one is refused");
        json_decref(line);
    }

    ct_buf_fixed(&got, room, sizeof(room));
    ok(ct_store_finding(store, 9, &back, &got)
       && ct_finding_text_read(ct_buf_slice(&got), &parts)
       && ct_bytes_is(parts.ca, "Owner")
       && ct_bytes_is(parts.matched, "a.test")
       && parts.server.len == 0 && parts.report.len == 0
       && parts.der.len == 0 && ct_finding_name(&parts.names, &name)
       && ct_bytes_is(name, "a.test")
       && !ct_finding_name(&parts.names, &name), "comes as one of today");
}


static void
test_alert(void)
{
    size_t     i;
    json_t    *line;
    ct_buf_t   buf;
    ct_json_t  json;
    ct_alert_t alert, back;

    memset(&alert, 0, sizeof(alert));
    alert.finding = 7;
    alert.channel = 0xfedcba9876543210ULL;
    alert.due_ms = 1790000000000;
    alert.attempts = 3;
    alert.status = 503;
    alert.heard = CT_HEARD_MAYBE;
    alert.told = 0x8001;
    ct_snapshot_alert(start(&json, &buf), &alert);
    line = written(&buf);
    ok(line != NULL && ct_snapshot_read_alert(line, store), "an alert");
    json_decref(line);

    for (i = 0; i < ct_store_max_alerts(store); i++) {
        if (ct_store_alert(store, i, &back)) {
            break;
        }
    }

    ok(back.channel == alert.channel && back.attempts == 3
       && back.status == 503 && back.heard == CT_HEARD_MAYBE
       && back.told == 0x8001, "comes back");
}


/* One member of a good line changed at a time. */
static void
test_hostile(void)
{
    size_t       i;
    json_t      *line, *o;
    ct_buf_t     buf, text;
    ct_json_t    json;
    const char  *member;
    ct_finding_t f;

    static const struct {
        const char *member;
        const char *value;
    } cases[] = {
        {"number", "0"}, {"number", "-1"}, {"number", "\"7\""},
        {"number", "1e3"}, {"identity", "\"00\""}, {"identity", "null"},
        {"identity", "\"zz\""}, {"verdict_code", "99"}, {"reason", "200"},
        {"flags", "4294967296"}, {"nplaces", "2"}, {"places", "[]"},
        {"places", "[{}]"}, {"places", "{}"},
        {"places", "[{\"log\":9,\"index\":1,\"timestamp_ms\":1,"
                   "\"precertificate\":true}]"},
        {"places", "[{\"log\":0,\"index\":-1,\"timestamp_ms\":1,"
                   "\"precertificate\":true}]"},
        {"serial", "\"abc\""}, {"serial", "7"}, {"text", "\"!!!!\""},
        {"text", "[]"}, {"first_seen_ms", "\"now\""}
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void) start(&json, &buf);
        fill_finding(&f, &text);
        f.number = 8;
        ct_snapshot_finding(&json, &f, ct_buf_slice(&text));
        line = written(&buf);
        o = json_object_get(line, "finding");
        member = cases[i].member;
        (void) json_object_set_new(o, member,
            json_loads(cases[i].value, JSON_DECODE_ANY, NULL));
        ok(!ct_snapshot_read_finding(line, other), "%s %s is refused", member,
           cases[i].value);
        (void) json_object_del(o, member);
        ok(!ct_snapshot_read_finding(line, other), "so is none");
        json_decref(line);
    }

    is_int(ct_store_last(other), 0, "and nothing of them was kept");
}


static void
test_header(void)
{
    json_t      *line;
    ct_buf_t     buf;
    ct_json_t    json;
    ct_status_t  status, back;

    memset(&status, 0, sizeof(status));
    memset(&back, 0, sizeof(back));
    status.version = 9;
    status.coverage = CT_COVERAGE_LOST;
    status.coverage_ms = 1790000000000;
    ct_snapshot_header(start(&json, &buf), &status);
    line = written(&buf);
    ok(ct_snapshot_read_header(line, &back), "a header");
    ok(back.version == 9 && back.coverage == CT_COVERAGE_LOST
       && back.coverage_ms == 1790000000000, "comes back");

    (void) json_object_set_new(line, "coverage", json_integer(4));
    ok(!ct_snapshot_read_header(line, &back), "coverage 4 is refused");
    (void) json_object_del(line, "coverage");
    ok(!ct_snapshot_read_header(line, &back), "so is none");
    (void) json_object_set_new(line, "ct_state", json_integer(1));
    ok(ct_snapshot_read_header(line, &back), "but in format 1");
    (void) json_object_set_new(line, "ct_state", json_integer(0));
    ok(!ct_snapshot_read_header(line, &back), "there is no format 0");
    (void) json_object_set_new(line, "ct_state", json_integer(4));
    ok(!ct_snapshot_read_header(line, &back), "format 4 is not known");
    json_decref(line);
}


static void
test_event(void)
{
    json_t    *line, *o;
    ct_buf_t   buf;
    ct_json_t  json;
    ct_event_t event, back;
    ct_alert_t alert;

    memset(&event, 0, sizeof(event));
    event.number = 12;
    event.time_ms = 1790000000000;
    event.kind = CT_EVENT_LOG_LAGGING;
    event.log = 0;
    memset(event.evidence, 5, CT_HASH_LEN);
    memset(event.text, 0xc3, sizeof(event.text) - 1); /* not UTF-8 */
    ct_snapshot_event(start(&json, &buf), &event);
    line = written(&buf);
    ok(ct_snapshot_read_event(line, store), "an event");
    ok(ct_store_event(store, 12, &back) && back.time_ms == event.time_ms
       && back.kind == event.kind && back.log == 0
       && back.evidence[31] == 5, "comes back");
    is_int(strnlen(back.text, sizeof(back.text)), sizeof(back.text) - 1,
           "with a text that was cut");

    o = json_object_get(line, "event");
    (void) json_object_set_new(o, "log", json_integer(99));
    ok(!ct_snapshot_read_event(line, store), "of a log that is not there");
    (void) json_object_set_new(o, "log", json_null());
    ok(ct_snapshot_read_event(line, store)
       && ct_store_event(store, 12, &back) && back.log == CT_EVENT_NO_LOG,
       "of none");
    (void) json_object_set_new(o, "kind", json_integer(10));
    ok(!ct_snapshot_read_event(line, store), "of another kind");
    (void) json_object_set_new(o, "kind", json_integer(0));
    ok(!ct_snapshot_read_event(line, store), "of no kind");
    json_decref(line);

    memset(&alert, 0, sizeof(alert));
    alert.event = 12;
    ct_snapshot_alert(start(&json, &buf), &alert);
    line = written(&buf);
    ok(ct_snapshot_read_alert(line, store), "an alert of it");
    ok(ct_store_alert(store, 1, &alert) && alert.event == 12
       && alert.finding == 0, "comes back");
    o = json_object_get(line, "alert");
    (void) json_object_set_new(o, "event", json_integer(11));
    ok(ct_snapshot_read_alert(line, store)
       && !ct_store_alert(store, 2, &alert), "of one that is gone: dropped");
    (void) json_object_set_new(o, "finding", json_integer(1));
    ok(!ct_snapshot_read_alert(line, store), "of both: refused");
    (void) json_object_set_new(o, "finding", json_integer(0));
    (void) json_object_del(o, "event");
    ok(!ct_snapshot_read_alert(line, store), "of neither: refused");
    json_decref(line);
}


static void
test_marks(void)
{
    size_t          i, n;
    json_t         *line, *o;
    ct_buf_t        buf;
    uint64_t       *marks, sum;
    ct_json_t       json;
    ct_store_t     *large;
    const uint64_t *back;

    large = ct_store_create(calloc(16, SIZE), (size_t) 16 * SIZE);
    marks = calloc(CT_LIMIT_WATCH_MARKS, sizeof(uint64_t));

    for (i = 0; i < CT_LIMIT_WATCH_MARKS; i++) {
        marks[i] = i << 40 | (i + 7);
    }

    for (n = 0; n <= CT_LIMIT_WATCH_MARKS; n = n * 3 + 1) {
        ct_snapshot_marks(start(&json, &buf), marks, n, UINT64_MAX - n);
        ok(!buf.full, "a line of %u bytes", (unsigned) buf.len);
        line = written(&buf);
        ok(ct_snapshot_read_marks(line, large), "%u marks", (unsigned) n);
        ok(ct_store_marks(large, &back, &sum) == n && sum == UINT64_MAX - n
           && memcmp(back, marks, n * 8) == 0, "come back");
        json_decref(line);
    }

    ct_snapshot_marks(start(&json, &buf), marks, CT_LIMIT_WATCH_MARKS, 5);
    ok(!buf.full, "the most fit into a line");
    line = written(&buf);
    ok(ct_snapshot_read_marks(line, large)
       && ct_store_marks(large, &back, &sum) == CT_LIMIT_WATCH_MARKS,
       "and come back");
    o = json_object_get(json_object_get(line, "watched"), "hashes");
    (void) json_array_append_new(o, json_string("////////////"));
    ok(!ct_snapshot_read_marks(line, large), "not one more");
    (void) json_array_clear(o);
    (void) json_array_append_new(o, json_string("AAAAAAAAAAE="));
    ok(ct_snapshot_read_marks(line, large)
       && ct_store_marks(large, &back, &sum) == 1 && back[0] == 1, "one");
    (void) json_array_append_new(o, json_string("AAAAAAAAAAE="));
    ok(!ct_snapshot_read_marks(line, large), "twice: refused");
    (void) json_array_set_new(o, 1, json_string("AAAA"));
    ok(!ct_snapshot_read_marks(line, large), "part of one: refused");
    json_decref(line);
    free(marks);
    free(large);
}


int
main(void)
{
    size_t i;

    static const uint8_t id[CT_HASH_LEN] = {1};

    snapshot_open();
    (void) ct_store_log_slot(store, id, "https://log.test/", &i);

    test_finding();
    test_old_finding();
    test_alert();
    test_hostile();
    test_event();
    test_marks();
    test_header();
    snapshot_close();

    return done_testing();
}
