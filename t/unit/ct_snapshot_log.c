/*
 * ct_snapshot_log: a log's record goes out and comes back as it was, from
 * both formats; what was half done begins anew.
 */

#include "snapshot.h"


#define ROOT "00000000000000000000000000000000" \
    "00000000000000000000000000000000"


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
    log->cursor.phase = CT_CURSOR_WALK;
    log->cursor.from = CT_FROM_TIME;
    log->cursor.since_ms = 1780000000000;
    log->cursor.confirmed_ms = 1789999999000;
    log->cursor.verified_ms = 1790000000001;
    log->cursor.seek = 99;
    memset(log->cursor.latest.signature, 9, 71);
    log->cursor.latest.signature_len = 71;
    memset(log->cursor.target.signature, 8, CT_LIMIT_SIGNATURE + 4);
    log->cursor.target.signature_len = CT_LIMIT_SIGNATURE + 4;
    log->gaps[0] = (ct_gap_t) {
        .from = 10, .to = 20, .since_ms = 5, .due_ms = 6, .tries = 7,
        .kind = CT_GAP_CONTRADICTED
    };
    memset(log->gaps[0].root, 6, CT_HASH_LEN);
    log->lookback = (ct_lookback_t) {.from = 1, .at = 2, .to = 3,
                                     .since_ms = 4};
    memset(log->lookback.at_root, 0xa, CT_HASH_LEN);
    memset(log->lookback.to_root, 0xb, CT_HASH_LEN);
    log->last_success_ms = 1790000000002;
    log->last_error_ms = 1790000000003;
    log->failing_ms = 1790000000004;
    log->state_ms = 1790000000005;
    log->since_ms = 1790000000006;
    log->end_ms = 1790000000007;
    log->mmd_ms = 60000;
    log->state = CT_FOLLOW_UNREACHABLE;
    log->listed = CT_LOG_READONLY;
    log->final_size = 1234;
    log->has_final = 1;
    log->limited = 1;
    log->accused = 1;
    log->caught_up = 1;
    log->evidence = 3;
    log->type = CT_LOG_RFC6962;
    log->cursor.type = CT_LOG_RFC6962;
    (void) snprintf(log->error, sizeof(log->error), "it <failed>");
    (void) snprintf(log->skip, sizeof(log->skip), "why not");
    (void) snprintf(log->operator_name, sizeof(log->operator_name), "Op");
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
    is_mem(back.cursor.latest.signature, 71, log.cursor.latest.signature, 71,
           "signature");
    is_int(back.cursor.target.signature_len, CT_LIMIT_SIGNATURE + 4,
           "the longest, too");

    /* but for unused nodes nothing else is different */
    back.cursor.verified = log.cursor.verified;
    back.cursor.downloaded = log.cursor.downloaded;
    is_mem(&back, sizeof(back), &log, sizeof(log), "the whole record");
    (void) ct_store_log(store, i, &back);

    sha = ct_sha256_create();
    ct_merkle_root(&log.cursor.downloaded, sha, a);
    ct_merkle_root(&back.cursor.downloaded, sha, b);
    is_mem(b, CT_HASH_LEN, a, CT_HASH_LEN, "and the frontier has its root");
    ct_sha256_destroy(sha);
}


static void
test_hostile_log(void)
{
    size_t          i;
    json_t         *line, *o;
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
        {"url", "7"}, {"id", "\"ab\""}, {"phase", "1"},
        {"phase", "\"run\""}, {"from", "null"}, {"type", "7"},
        {"target", "{}"}, {"entries", "-1"}, {"state", "10"},
        {"limited", "1"}, {"gaps", "{}"}, {"gaps", "[{}]"},
        {"gaps", "[{\"from\":2,\"to\":2,\"kind\":1,\"tries\":0,"
                 "\"since_ms\":0,\"due_ms\":0,\"root\":\"" ROOT "\"}]"},
        {"gaps", "[1,2,3,4,5]"}, {"lookback", "7"}, {"lookback", "{}"},
        {"lookback", "{\"from\":3,\"at\":2,\"to\":4,\"since_ms\":0,"
                     "\"at_root\":\"" ROOT "\",\"to_root\":\"" ROOT "\"}"},
        {"lookback", "{\"from\":1,\"at\":5,\"to\":4,\"since_ms\":0,"
                     "\"at_root\":\"" ROOT "\",\"to_root\":\"" ROOT "\"}"},
        {"evidence", "4294967296"}, {"confirmed_ms", "-1"},
        {"seek", "2199023255552"}, {"since_ms", "null"}, {"cursor", "{}"},
        {"cursor", "null"}
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        fill_log(&log);
        ct_snapshot_log(start(&json, &buf), &log);
        line = written(&buf);
        o = json_object_get(line, "log");

        if (json_object_get(o, cases[i].member) == NULL) {
            o = json_object_get(o, "cursor");
        }

        ok(json_object_get(o, cases[i].member) != NULL, "there is %s",
           cases[i].member);
        (void) json_object_set_new(o, cases[i].member,
                                   json_loads(cases[i].value,
                                              JSON_DECODE_ANY, NULL));
        ok(!ct_snapshot_read_log(line, other), "log with %s %s is refused",
           cases[i].member, cases[i].value);
        json_decref(line);
    }

    is_int(ct_store_nlogs(other), 0, "and none was kept");
}


/* A line as the first version wrote it. */
static void
test_old_log(void)
{
    char            text[2048];
    size_t          i;
    json_t         *line;
    ct_log_record_t back;

    static const char format[] =
        "{\"log\":{\"id\":\"%064x\",\"url\":\"https://old/\","
        "\"description\":\"Old\",\"operator\":\"Op\",\"type\":0,"
        "\"listed\":3,\"entries\":6,"
        "\"matches\":1,\"malformed\":0,\"last_success_ms\":1790000000000,"
        "\"started\":%s,\"start\":%u,\"mismatches\":0,"
        "\"verified_ms\":1789999999999,"
        "\"target\":{\"size\":1,\"timestamp_ms\":5,\"root\":\"%064x\"},"
        "\"latest\":{\"size\":1,\"timestamp_ms\":5,\"root\":\"%064x\"},"
        "\"verified\":{\"size\":%u,\"nodes\":[%s]},"
        "\"downloaded\":{\"size\":%u,\"nodes\":[%s]}}}";
    static const char node[] =
        "\"abababababababababababababababababababababababababababababababab"
        "\"";

    (void) snprintf(text, sizeof(text), format, 1, "true", 0, 7, 7, 1, node,
                    1, node);
    line = json_loads(text, 0, NULL);
    ok(ct_snapshot_read_log(line, store), "a log of format 1");
    json_decref(line);
    i = ct_store_nlogs(store) - 1;
    ok(ct_store_log(store, i, &back), "is there");
    is_int(back.cursor.phase, CT_CURSOR_WALK, "and walks on");
    is_int(back.cursor.verified.size, 1, "from where it was");
    is_int(back.cursor.verified.node[0][0], 0xab, "with its frontier");
    is_int(back.cursor.latest.size, 1, "to its head");
    is_int(back.since_ms, 0, "having seen all");
    is_int(back.state, CT_FOLLOW_UNLISTED, "until it is configured");

    (void) snprintf(text, sizeof(text), format, 2, "true", 1, 7, 7, 1, node,
                    1, node);
    line = json_loads(text, 0, NULL);
    ok(ct_snapshot_read_log(line, store), "one begun in the middle");
    json_decref(line);
    (void) ct_store_log(store, i + 1, &back);
    ok(back.since_ms == 1790000000000, "has seen what came last");

    (void) snprintf(text, sizeof(text), format, 3, "false", 0, 7, 7, 0, "",
                    0, "");
    line = json_loads(text, 0, NULL);
    ok(ct_snapshot_read_log(line, store), "one that was not begun");
    json_decref(line);
    (void) ct_store_log(store, i + 2, &back);
    is_int(back.cursor.phase, CT_CURSOR_START, "begins");
    is_str(back.description, "", "as if it were new");

    (void) snprintf(text, sizeof(text), format, 4, "1", 0, 7, 7, 0, "", 0,
                    "");
    line = json_loads(text, 0, NULL);
    ok(!ct_snapshot_read_log(line, store), "neither begun nor not");
    json_decref(line);
}


/* What was half done when it was saved. */
static void
test_phases(void)
{
    size_t          i;
    json_t         *line;
    ct_buf_t        buf;
    ct_json_t       json;
    ct_log_record_t log, back;

    for (i = CT_CURSOR_START; i <= CT_CURSOR_SEED; i++) {
        fill_log(&log);
        log.cursor.phase = (uint8_t) i;
        ct_snapshot_log(start(&json, &buf), &log);
        line = written(&buf);
        ok(ct_snapshot_read_log(line, store), "phase %u", (unsigned) i);
        json_decref(line);
        (void) ct_store_log(store, 0, &back);
        ok(back.cursor.phase == CT_CURSOR_START
           && back.cursor.from == CT_FROM_TIME
           && back.cursor.since_ms == 1780000000000
           && back.cursor.seek == 99, "begins anew, from the same time");
        is_int(back.cursor.downloaded.size, 512, "nothing half seeded");
    }
}


int
main(void)
{
    snapshot_open();
    test_log();
    test_hostile_log();
    test_phases();
    test_old_log();
    snapshot_close();

    return done_testing();
}
