/*
 * ct_report_finding: findings in the API and in alerts - every member, what
 * is hostile, and paging that loses none and repeats none.
 */

#include "ct_ack.h"
#include "report.h"
#include "tap.h"


static void test_finding(void);
static void test_life(void);
static void test_gone_log(void);
static void test_past(void);
static void test_pages(void);
static void test_large(void);
static void test_alert(void);


int
main(void)
{
    test_finding();
    test_life();
    test_gone_log();
    test_past();
    test_pages();
    test_large();
    test_alert();

    return done_testing();
}


static void
test_finding(void)
{
    json_t    *root, *f;
    world_t    w;
    ct_bytes_t names[] = {CT_BYTES("a.example.com"),
                          CT_BYTES("x\"\\\n<\xff>")};

    world_open(&w);
    world_log(&w, 0x11, "One", CT_FOLLOW_FOLLOWING, 10, 10);
    world_finding(&w, CT_VERDICT_UNFAMILIAR,
                  CT_FINDING_PRECERT | CT_FINDING_UNVERIFIED,
                  CT_BYTES("O=\x01<script>"), names, 2);
    world_finding(&w, CT_VERDICT_SERVED,
                  CT_FINDING_PRECERT | CT_FINDING_FINAL, CT_BYTES(""),
                  names, 1);

    root = world_json(&w, ct_report_json_findings);
    is_int(json_number(root, "total"), 2, "total");
    ok(json_is_null(json_at(root, "next")), "no more pages");
    is_int(json_array_size(json_at(root, "findings")), 2, "both");
    is_str(json_text(root, "findings.0.verdict"), "served", "newest first");

    f = json_at(root, "findings.1");
    is_str(json_text(f, "id"), "0100000000000000abababababababab", "id");
    is_str(json_text(f, "verdict"), "unfamiliar", "verdict");
    ok(strlen(json_text(f, "reason")) > 20, "a reason: %s",
       json_text(f, "reason"));
    is_str(json_text(f, "names.0"), "a.example.com", "a name");
    is_str(json_text(f, "names.1"), "x\"\\\n<\xef\xbf\xbd>", "a hostile name");
    is_int(json_number(f, "number_of_names"), 2, "number of names");
    is_str(json_text(f, "matched"), "a.example.com", "matched");
    is_str(json_text(f, "issuer"), "O=\x01<script>", "issuer");
    is_str(json_text(f, "ca"), "Some CA", "CA");
    is_str(json_text(f, "serial"), "0fa001", "serial");
    is_str(json_text(f, "not_before"), "2026-11-21T16:49:00Z", "not before");
    is_str(json_text(f, "not_after"), "2026-11-23T16:49:00Z", "not after");
    is_int(strlen(json_text(f, "tbs_sha256")), 64, "TBS hash");
    ok(strspn(json_text(f, "cert_sha256"), "ce") == 64, "certificate hash");
    ok(strspn(json_text(f, "spki_sha256"), "5f") == 64, "key hash");
    ok(json_is_null(json_at(f, "issuer_key_sha256")), "issuer key not known");
    ok(json_is_true(json_at(f, "precertificate")), "pre-certificate alone");
    ok(json_is_true(json_at(f, "unverified")), "unverified");
    is_str(json_text(f, "first_seen"), "2026-11-22T16:48:00Z", "first seen");
    is_str(json_text(f, "logs.0.log"), "One", "log");
    ok(strspn(json_text(f, "logs.0.log_id"), "1") == 64, "log id");
    is_int(json_number(f, "logs.0.index"), 1234567, "index");
    is_str(json_text(f, "logs.0.timestamp"), "2026-11-22T16:47:30Z", "time");

    ok(json_is_false(json_at(root, "findings.0.precertificate")),
       "not when the final certificate was seen");
    json_decref(root);
    ok(strchr(world_say(&w, ct_report_json_findings), '<') == NULL,
       "no tag can open in JSON");
    world_close(&w);
}


/* Flags, dates, what was said, and what to do. */
static void
test_life(void)
{
    json_t      *root, *f;
    world_t      w;
    ct_ack_t     ack;
    uint64_t     n;
    ct_bytes_t   name = CT_BYTES("a.example.com");
    ct_finding_t record;

    world_open(&w);
    n = world_finding(&w, CT_VERDICT_EXPECTED, CT_FINDING_WILDCARD,
                      CT_BYTES("CN=x"), &name, 1);
    ok(ct_store_finding(w.store, n, &record, NULL), "a finding");
    record.pending_ms = REPORT_NOW - 60000;
    record.judged_ms = REPORT_NOW - 60000;
    record.grace_s = 86400;
    ct_store_update(w.store, &record);
    world_finding(&w, CT_VERDICT_UNFAMILIAR,
                  CT_FINDING_OUR_KEY | CT_FINDING_CONTRADICTED,
                  CT_BYTES("CN=x"), &name, 1);
    n = world_finding(&w, CT_VERDICT_UNFAMILIAR, CT_FINDING_ACKNOWLEDGED,
                      CT_BYTES("CN=x"), &name, 1);
    ok(ct_store_finding(w.store, n, &record, NULL), "another");
    memset(&ack, 0, sizeof(ack));
    ack.time_ms = REPORT_NOW - REPORT_DAY;
    ack.scope = CT_ACK_KEY;
    memcpy(ack.hash, record.spki_sha256, CT_HASH_LEN);
    ct_ack_text(ack.reason, sizeof(ack.reason), CT_BYTES("<a reason>"));
    ct_ack_text(ack.who, sizeof(ack.who), CT_BYTES("jane"));
    is_int(ct_ack_put(w.store, &ack), CT_OK, "acknowledged");
    root = world_json(&w, ct_report_json_findings);

    f = json_at(root, "findings.2");
    ok(json_is_true(json_at(f, "wildcard")), "wildcard");
    ok(json_is_false(json_at(f, "alarming"))
       && json_is_false(json_at(f, "our_key"))
       && json_is_false(json_at(f, "expired"))
       && json_is_false(json_at(f, "baseline"))
       && json_is_false(json_at(f, "certificate")), "no other flag");
    is_str(json_text(f, "pending_since"), "2026-11-22T16:48:00Z", "pending");
    is_str(json_text(f, "serve_by"), "2026-11-23T16:48:00Z", "until");
    is_str(json_text(f, "judged"), "2026-11-22T16:48:00Z", "judged");
    is_int(json_array_size(json_at(f, "steps")), 1, "one thing to do");
    ok(json_is_null(json_at(f, "server"))
       && json_is_null(json_at(f, "report_to"))
       && json_is_null(json_at(f, "acknowledged")), "nothing else is known");

    f = json_at(root, "findings.1");
    ok(json_is_true(json_at(f, "alarming"))
       && json_is_true(json_at(f, "our_key"))
       && json_is_true(json_at(f, "contradicted")), "flags of another");
    ok(json_is_null(json_at(f, "serve_by")), "no deadline");
    is_int(json_array_size(json_at(f, "steps")), 5, "what to do about it");

    f = json_at(root, "findings.0");
    ok(json_is_false(json_at(f, "alarming")), "an acknowledged one");
    is_str(json_text(f, "acknowledged.scope"), "key", "by what");
    is_str(json_text(f, "acknowledged.reason"), "<a reason>", "why");
    is_str(json_text(f, "acknowledged.who"), "jane", "by whom");
    is_str(json_text(f, "acknowledged.time"), "2026-11-21T16:49:00Z", "when");
    is_int(json_array_size(json_at(f, "steps")), 0, "nothing to do");
    json_decref(root);

    root = world_json(&w, ct_report_json_status);
    is_int(json_number(root, "counts.alarming"), 1, "one alarms");
    is_int(json_number(root, "counts.acknowledged"), 1, "one would");
    is_int(json_number(root, "counts.baseline"), 0, "none is old");
    is_int(json_number(root, "usage.acknowledgements"), 1, "one row");
    json_decref(root);
    world_close(&w);
}


static void
test_gone_log(void)
{
    json_t *root;
    world_t w;

    world_open(&w);
    world_simple(&w, CT_VERDICT_SERVED, "example.com");
    root = world_json(&w, ct_report_json_findings);
    is_str(json_text(root, "findings.0.logs.0.log_id"), "(null)",
           "a place in a log that is gone");
    is_int(json_number(root, "findings.0.logs.0.index"), 1234567,
           "still has its index");
    json_decref(root);
    world_close(&w);
}


/* What is silent because of what was says until when it was. */
static void
test_past(void)
{
    json_t      *root;
    world_t      w;
    uint64_t     n;
    ct_past_t    past;
    ct_finding_t f;

    world_open(&w);
    n = world_simple(&w, CT_VERDICT_SERVED, "example.com");
    (void) ct_store_finding(w.store, n, &f, NULL);
    f.reason = CT_REASON_PAST;
    f.nplaces = 4000;
    ct_store_update(w.store, &f);
    root = world_json(&w, ct_report_json_findings);
    is_str(json_text(root, "findings.0.reason"),
           "it was served here once, or in ct_known_certificate",
           "when nothing is known of it any more");
    is_int(json_number(root, "findings.0.number_of_logs"), 13,
           "more places than are kept");
    json_decref(root);

    world_past(&w, 0, CT_PAST_KNOWN, 7, "other.example", REPORT_DAY);
    world_past(&w, 1, CT_PAST_LEARNED, 7, "example.com", REPORT_DAY);
    (void) ct_store_row(w.store, CT_TABLE_PAST, 1, &past);
    memcpy(past.identity, f.identity, CT_HASH_LEN);
    ct_store_set_row(w.store, CT_TABLE_PAST, 1, &past);
    root = world_json(&w, ct_report_json_findings);
    is_str(json_text(root, "findings.0.reason"),
           "nginx served this certificate until 2026-11-21", "served");
    json_decref(root);
    past.source = CT_PAST_KNOWN;
    ct_store_set_row(w.store, CT_TABLE_PAST, 1, &past);
    root = world_json(&w, ct_report_json_findings);
    is_str(json_text(root, "findings.0.reason"),
           "it was in ct_known_certificate until 2026-11-21", "or known");
    json_decref(root);
    world_close(&w);
}


/* Through all of them by `next`, while newer ones come in. */
static void
test_pages(void)
{
    size_t     i, seen = 0, pages = 0;
    json_t    *root;
    world_t    w;
    ct_bytes_t token;
    char       name[32], want[32];

    world_open(&w);
    w.report.limit = 7;

    for (i = 0; i < 30; i++) {
        snprintf(name, sizeof(name), "n%u.example", (unsigned) i);
        world_simple(&w, CT_VERDICT_SERVED, name);
    }

    do {
        root = world_json(&w, ct_report_json_findings);

        for (i = 0; i < json_array_size(json_at(root, "findings")); i++) {
            snprintf(name, sizeof(name), "findings.%u.matched",
                     (unsigned) i);
            snprintf(want, sizeof(want), "n%u.example",
                     (unsigned) (29 - seen++));

            if (strcmp(json_text(root, name), want) != 0) {
                ok(0, "%s instead of %s", json_text(root, name), want);
            }
        }

        pages++;
        world_simple(&w, CT_VERDICT_SERVED, "new.example");
        token = ct_bytes_str(json_text(root, "next"));

        if (!ct_report_token_read(token, &w.report.after)) {
            w.report.after = 0;
        }

        json_decref(root);
    } while (w.report.after != 0 && pages < 20);

    is_int(seen, 30, "each once, in order");
    is_int(pages, 5, "in five pages");

    w.report.after = 1;
    root = world_json(&w, ct_report_json_findings);
    is_int(json_array_size(json_at(root, "findings")), 0, "behind the last");
    ok(json_is_null(json_at(root, "next")), "nothing follows");
    json_decref(root);
    world_close(&w);
}


/* Names of control characters grow sixfold in JSON: pages get shorter, and
 * every finding can still be read. */
static void
test_large(void)
{
    size_t     i, seen = 0, pages = 0;
    json_t    *root;
    world_t    w;
    ct_bytes_t names[2];
    uint8_t   *bytes;

    bytes = malloc(60000);
    memset(bytes, 1, 60000);
    names[0] = CT_BYTES("example.com");
    names[1] = ct_bytes(bytes, 60000);

    world_open(&w);
    w.report.limit = CT_LIMIT_PAGE_FINDINGS;

    for (i = 0; i < 60; i++) {
        world_finding(&w, CT_VERDICT_UNFAMILIAR, 0, CT_BYTES("CN=x"), names,
                      2);
    }

    do {
        ct_arena_reset(w.arena);
        root = world_json(&w, ct_report_json_findings);
        seen += json_array_size(json_at(root, "findings"));
        pages++;
        w.report.after = 0;
        (void) ct_report_token_read(ct_bytes_str(json_text(root, "next")),
                                    &w.report.after);
        json_decref(root);
    } while (w.report.after != 0 && pages < 20);

    is_int(seen, 60, "all of them");
    is_int(pages, 2, "though not at once");
    world_close(&w);
    free(bytes);
}


static void
test_alert(void)
{
    char         room[CT_LIMIT_FINDING_TEXT];
    json_t      *root;
    world_t      w;
    uint64_t     n;
    ct_buf_t     body, copy;
    ct_finding_t f;

    world_open(&w);
    world_log(&w, 1, "One", CT_FOLLOW_FOLLOWING, 10, 10);
    n = world_simple(&w, CT_VERDICT_UNFAMILIAR, "example.com");
    ct_buf_fixed(&copy, room, sizeof(room));
    ok(ct_store_finding(w.store, n, &f, &copy), "the finding");

    ct_buf_init(&body, w.arena, CT_LIMIT_PAGE);
    is_int(ct_report_alert(&body, w.store, "ct", &f, ct_buf_slice(&copy),
                           REPORT_NOW), CT_OK, "an alert");

    root = json_loadb((char *) body.data, body.len, 0, NULL);
    is_str(json_text(root, "id"), "0100000000000000abababababababab", "id");
    is_str(json_text(root, "finding.id"), json_text(root, "id"),
           "of the finding");
    is_str(json_text(root, "type"), "certificate.unfamiliar", "type");
    is_int(json_number(root, "version"), 1, "version");
    is_str(json_text(root, "time"), "2026-11-22T16:49:00Z", "time");
    is_str(json_text(root, "zone"), "ct", "zone");
    is_str(json_text(root, "finding.names.0"), "example.com", "finding");
    json_decref(root);

    ct_buf_fixed(&body, room, 100);
    is_int(ct_report_alert(&body, w.store, "ct", &f, ct_buf_slice(&copy),
                           REPORT_NOW), CT_E_MEMORY, "no room");
    world_close(&w);
}
