/*
 * ct_snapshot: every record goes out and comes back as it was; a line that
 * the writer would not have written is refused, whatever the checksum says.
 */

#include "ct_snapshot.h"
#include "ct_finding.h"
#include "tap.h"


#define SIZE (1024 * 1024)

static ct_store_t *store, *other;
static ct_arena_t *arena;


static json_t *
written(const ct_buf_t *buf)
{
    return json_loadb((const char *) buf->data, buf->len, 0, NULL);
}


static ct_json_t *
start(ct_json_t *json, ct_buf_t *buf)
{
    ct_arena_reset(arena);
    ct_buf_init(buf, arena, CT_LIMIT_STATE_LINE);
    ct_json_start(json, buf);

    return json;
}


static void
fill_log(ct_log_record_t *log)
{
    uint8_t      leaf[CT_HASH_LEN];
    unsigned     i;
    ct_sha256_t *sha;

    memset(log, 0, sizeof(*log));
    memset(log->id, 0xab, CT_HASH_LEN);
    (void) snprintf(log->url, sizeof(log->url), "https://log.test/x/");
    (void) snprintf(log->description, sizeof(log->description),
                    "A log \"quoted\" \\ and so on");
    log->entries = 700;
    log->cursor.started = 1;
    log->cursor.start = 3;
    log->cursor.mismatches = 2;
    log->cursor.target.size = 1000;
    log->cursor.latest.size = 1000;
    log->cursor.latest.timestamp_ms = 1790000000000;
    memset(log->cursor.latest.root, 7, CT_HASH_LEN);

    sha = ct_sha256_create();

    for (i = 0; i < 700; i++) {
        memset(leaf, (int) (i & 0xff), sizeof(leaf));
        (void) ct_merkle_append(&log->cursor.downloaded, sha, leaf);
        if (i == 511) {
            log->cursor.verified = log->cursor.downloaded;
        }
    }

    ct_sha256_destroy(sha);
}


static void
test_log(void)
{
    size_t          i;
    json_t         *line;
    uint8_t         a[CT_HASH_LEN], b[CT_HASH_LEN];
    ct_buf_t        buf;
    ct_json_t       json;
    ct_sha256_t    *sha;
    ct_log_record_t log, back;

    fill_log(&log);
    ct_snapshot_log(start(&json, &buf), &log);
    line = written(&buf);
    ok(line != NULL && ct_snapshot_read_log(line, store), "a log comes back");
    json_decref(line);

    (void) ct_store_log_slot(store, log.id, log.url, &i);
    ok(ct_store_log(store, i, &back), "is there");
    is_str(back.description, log.description, "description");
    is_int(back.cursor.verified.size, 512, "verified position");
    is_int(back.cursor.downloaded.size, 700, "downloaded position");
    is_int(back.cursor.mismatches, 2, "what is held against it");
    is_int(back.cursor.start, 3, "start");

    sha = ct_sha256_create();
    ct_merkle_root(&log.cursor.downloaded, sha, a);
    ct_merkle_root(&back.cursor.downloaded, sha, b);
    is_mem(b, CT_HASH_LEN, a, CT_HASH_LEN, "and the frontier has its root");
    ct_sha256_destroy(sha);
}


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
       && back.status == 503, "comes back");
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
test_hostile_log(void)
{
    size_t          i;
    json_t         *line;
    ct_buf_t        buf;
    ct_json_t       json;
    ct_log_record_t log;

    static const struct {
        const char *member;
        const char *value;
    } cases[] = {
        {"verified", "{\"size\":1,\"nodes\":[]}"},
        {"verified", "{\"size\":0,\"nodes\":[\"00\"]}"},
        {"verified", "{\"size\":1099511627776,\"nodes\":[]}"},
        {"downloaded", "{\"size\":0,\"nodes\":[]}"},
        {"url", "7"}, {"id", "\"ab\""}, {"started", "1"}, {"type", "7"},
        {"target", "{}"}, {"entries", "-1"}
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        fill_log(&log);
        ct_snapshot_log(start(&json, &buf), &log);
        line = written(&buf);
        (void) json_object_set_new(json_object_get(line, "log"),
                                   cases[i].member,
                                   json_loads(cases[i].value,
                                              JSON_DECODE_ANY, NULL));
        ok(!ct_snapshot_read_log(line, other), "log with %s %s is refused",
           cases[i].member, cases[i].value);
        json_decref(line);
    }

    is_int(ct_store_nlogs(other), 0, "and none was kept");
}


int
main(void)
{
    arena = ct_arena_create((size_t) 8 * 1024 * 1024);
    store = ct_store_create(calloc(1, SIZE), SIZE);
    other = ct_store_create(calloc(1, SIZE), SIZE);

    test_log();
    test_finding();
    test_alert();
    test_hostile();
    test_hostile_log();

    free(store);
    free(other);
    ct_arena_destroy(arena);

    return done_testing();
}
