/* ct_loglist: the three real lists, every way for one log to be wrong
 * without spoiling the others, and which logs are followed. */

#include <stdbool.h>

#include "ct_limits.h"
#include "ct_loglist.h"
#include "ct_merkle.h"
#include "data.h"
#include "tap.h"

#define NOW 1795366140000LL /* 2026-11-22 */
#define DAY 86400000LL


static void test_one(void);
static void test_android(void);
static void test_bad_logs(void);
static void bad_log(const char *why, const char *from, const char *to,
    bool good);
static void test_documents(void);
static void document(const char *why, const char *json, ct_rc_t rc);
static void test_limits(void);
static void test_texts(void);
static void test_urls(void);
static void test_origin(void);
static void test_skip(void);
static void test_skip_ids(void);
static void skip_is(const char *why, const ct_log_t *log, const char *want);
static void test_real(void);
static void real_list(const char *file, const char *version, int64_t time,
    const size_t want[2][CT_LOG_REJECTED + 1], size_t tests, size_t skipped);
static ct_rc_t read_list(const char *json, ct_loglist_t *list);


static ct_arena_t *arena;
static char        why_text[CT_LIMIT_ERROR];


int
main(void)
{
    arena = ct_arena_create(16 << 20);

    test_one();
    test_android();
    test_bad_logs();
    test_documents();
    test_limits();
    test_texts();
    test_urls();
    test_origin();
    test_skip();
    test_skip_ids();
    test_real();

    ct_arena_destroy(arena);

    return done_testing();
}


/* SHA-256("key") */
#define ID "LHDhK3oGRvkiefQnx7OOczTY5Tic/xZ6HcMOc/gmtoM="
#define LOG                                                                 \
    "{\"description\":\"D\",\"key\":\"a2V5\",\"log_id\":\"" ID "\","        \
    "\"url\":\"https://log.example/x/\",\"mmd\":86400,"                     \
    "\"state\":{\"usable\":{\"timestamp\":\"2026-01-01T00:00:00Z\"}},"      \
    "\"temporal_interval\":{\"start_inclusive\":\"2026-07-01T00:00:00Z\","  \
    "\"end_exclusive\":\"2027-01-01T00:00:00Z\"}}"
#define TILED                                                               \
    "{\"key\":\"a2V5\",\"log_id\":\"" ID "\","                              \
    "\"submission_url\":\"https://log.example/2026h2/\","                   \
    "\"monitoring_url\":\"https://mon.example/2026h2\","                    \
    "\"log_type\":\"test\"}"
#define LIST(op)                                                            \
    "{\"version\":\"93.6\",\"log_list_timestamp\":\"2026-10-06T12:00:00Z\"" \
    ",\"unknown\":[1,{}],\"operators\":[" op "]}"
#define OPERATOR(kind, logs) "{\"name\":\"O\",\"" kind "\":[" logs "]}"


static ct_rc_t
read_list(const char *json, ct_loglist_t *list)
{
    size_t   len = strlen(json);
    uint8_t *guarded = tap_guard(json, len);
    ct_rc_t  rc;

    memset(why_text, 0x5a, sizeof(why_text));
    ct_arena_reset(arena);
    rc = ct_loglist_read(ct_bytes(guarded, len), arena, list, why_text);
    tap_unguard(guarded, len);

    return rc;
}


static void
test_one(void)
{
    ct_log_t    *log;
    ct_loglist_t list;

    is_int(read_list(LIST(OPERATOR("logs", LOG)), &list), CT_OK, "a list");
    is_int(list.nlogs, 1, "of one");
    is_int(list.nbad, 0, "which is right");
    is_str(list.version, "93.6", "version");
    is_int(list.timestamp_ms, 1791288000000, "timestamp");

    log = &list.logs[0];
    is_int(log->type, CT_LOG_RFC6962, "type");
    is_int(log->state, CT_LOG_USABLE, "state");
    is_str(log->description, "D", "description");
    is_str(log->operator_name, "O", "operator");
    is_str(log->url, "https://log.example/x/", "URL");
    ok(log->origin == NULL, "no origin");
    is_mem(log->key.data, log->key.len, "key", (size_t) 3, "key");
    is_mem(log->id, (size_t) 4, "\x2c\x70\xe1\x2b", (size_t) 4, "id");
    is_int(log->start_ms, 1782864000000, "from");
    is_int(log->end_ms, 1798761600000, "until");
    ok(!log->test, "not for tests");

    is_int(read_list(LIST(OPERATOR("tiled_logs", TILED)), &list), CT_OK,
           "a tiled log");
    log = &list.logs[0];
    is_int(list.nlogs, 1, "one");
    is_int(log->type, CT_LOG_STATIC, "type");
    is_int(log->state, CT_LOG_STATE_NONE, "no state");
    is_str(log->url, "https://mon.example/2026h2/", "monitoring URL");
    is_str(log->origin, "log.example/2026h2", "origin");
    is_str(log->description, "https://mon.example/2026h2/",
           "its URL for a description");
    ok(log->start_ms == 0 && log->end_ms == 0, "no interval");
    ok(log->test, "for tests");
}


static void
test_android(void)
{
    ct_loglist_t list;

    is_int(read_list("{\"log_list_timestamp\":1787232897000,\"operators\":["
        "{\"logs\":[{\"key\":\"a2V5\",\"log_id\":\"" ID "\","
        "\"url\":\"https://log.example/\",\"temporal_interval\":"
        "{\"start_inclusive\":1782864000000,\"end_exclusive\":1798761600000}"
        "}]}]}", &list), CT_OK, "timestamps in milliseconds");
    is_int(list.timestamp_ms, 1787232897000, "of the list");
    is_int(list.nlogs, 1, "one log");
    is_int(list.logs[0].start_ms, 1782864000000, "from");
    is_int(list.logs[0].end_ms, 1798761600000, "until");
    is_str(list.version, "", "no version");
    is_str(list.logs[0].operator_name, "", "no operator");
}


/* LOG with one thing replaced, beside a tiled log that is right. */
static void
bad_log(const char *why, const char *from, const char *to, bool good)
{
    static const char log[] = LOG;

    char         json[4096];
    const char  *at = strstr(log, from);
    ct_loglist_t list;

    snprintf(json, sizeof(json), "{\"operators\":[{\"name\":\"O\",\"logs\":"
             "[%.*s%s%s],\"tiled_logs\":[{\"key\":\"eA==\",\"log_id\":"
             "\"LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=\","
             "\"submission_url\":\"https://a.example\","
             "\"monitoring_url\":\"https://b.example\"}]}]}",
             (int) (at - log), log, to, at + strlen(from));

    is_int(read_list(json, &list), CT_OK, "%s", why);
    ok(list.nlogs == (good ? 2u : 1u) && list.nbad == (good ? 0u : 1u)
       && list.logs[list.nlogs - 1].type == CT_LOG_STATIC,
       "%s", good ? "is nothing wrong" : "is left out");
}


static void
test_bad_logs(void)
{
    bad_log("nothing changed", "D", "D", true);
    bad_log("another key", "a2V5", "a2V4", false);
    bad_log("key without padding", "a2V5", "a2V", false);
    bad_log("key as a number", "\"a2V5\"", "7", false);
    bad_log("no key", "\"key\"", "\"kex\"", false);
    bad_log("another id", "LHDh", "LHDi", false);
    bad_log("id too long", "toM=", "toMA", false);
    bad_log("id empty", ID, "", false);
    bad_log("no URL", "\"url\"", "\"urn\"", false);
    bad_log("URL as an array", "\"https://log.example/x/\"", "[]", false);
    bad_log("two states", "\"usable\":{", "\"retired\":0,\"usable\":{",
            false);
    bad_log("state as a string", "{\"usable\":{\"timestamp\":"
            "\"2026-01-01T00:00:00Z\"}}", "\"usable\"", false);
    bad_log("state null", "{\"usable\":{\"timestamp\":"
            "\"2026-01-01T00:00:00Z\"}}", "null", true);
    bad_log("a state of the future", "usable", "dormant", true);
    bad_log("interval without end", "end_exclusive", "end_inclusive", false);
    bad_log("interval without start", "start_in", "begin_in", false);
    bad_log("interval backwards", "2027-01-01", "2026-06-01", false);
    bad_log("interval of nothing", "2027-01-01", "2026-07-01", false);
    bad_log("interval of a bad date", "2027-01-01", "2027-02-29", false);
    bad_log("negative time", "\"2026-07-01T00:00:00Z\"", "-1", false);
    bad_log("time in the year 10000", "\"2027-01-01T00:00:00Z\"",
            "253402300800000", false);
    bad_log("time as a fraction", "\"2027-01-01T00:00:00Z\"", "1.8e12",
            false);
    bad_log("unknown members", "\"mmd\"", "\"x\":{\"y\":[0]},\"mmd\"", true);
    bad_log("no mmd", "\"mmd\":86400,", "", true);
    bad_log("description as a number", "\"D\"", "7", true);
    bad_log("a string instead of the log", LOG, "\"log\"", false);
    bad_log("null instead of the log", LOG, "null", false);
}


static void
test_documents(void)
{
    ct_loglist_t list;

    document("nothing", "", CT_E_ENCODING);
    document("half", "{\"operators\":[", CT_E_ENCODING);
    document("an array", "[]", CT_E_ENCODING);
    document("HTML", "<html>", CT_E_ENCODING);
    document("no operators", "{}", CT_E_ENCODING);
    document("operators as an object", "{\"operators\":{}}", CT_E_ENCODING);
    document("bytes behind", "{\"operators\":[]}x", CT_E_ENCODING);
    document("NUL in a string",
             "{\"operators\":[],\"version\":\"\\u0000\"}", CT_E_ENCODING);
    document("not UTF-8", "{\"operators\":[],\"version\":\"\xff\"}",
             CT_E_ENCODING);

    is_int(read_list("{\"operators\":[]}", &list), CT_OK, "an empty list");
    is_int(list.nlogs, 0, "has no logs");

    is_int(read_list("{\"operators\":[7,null,{\"name\":1,\"logs\":{}},"
                     OPERATOR("logs", LOG) "]}", &list), CT_OK,
           "operators that are none");
    ok(list.nlogs == 1 && list.nbad == 3, "are counted and left out");

    is_int(read_list(LIST(OPERATOR("logs", LOG) ","
                          OPERATOR("tiled_logs", TILED)), &list), CT_OK,
           "the same key twice");
    ok(list.nlogs == 1 && list.nbad == 1
       && list.logs[0].type == CT_LOG_RFC6962, "the first counts");

    (void) read_list("{\"version\":\"12345678901234567890123456789012\","
                     "\"operators\":[]}", &list);
    is_str(list.version, "", "a version that does not fit");
}


static void
document(const char *why, const char *json, ct_rc_t rc)
{
    ct_loglist_t list = {.nbad = 77};

    is_int(read_list(json, &list), rc, "%s", why);
    ok(memchr(why_text, '\0', sizeof(why_text)) != NULL
       && strlen(why_text) > 10, "%s", why_text);
    is_int(list.nbad, 77, "the list is not touched");
}


static void
test_limits(void)
{
    char        *json;
    size_t       i, len = CT_LIMIT_LOG_LIST + 1;
    ct_arena_t  *tiny;
    ct_loglist_t list;

    json = malloc(len + 1);
    memset(json, ' ', len);
    json[len] = '\0';
    memcpy(json, "{\"operators\":[]}", 16);
    is_int(read_list(json, &list), CT_E_LIMIT, "a byte too large");
    ok(strstr(why_text, "too large") != NULL, "%s", why_text);
    json[len - 1] = '\0';
    is_int(read_list(json, &list), CT_OK, "as large as allowed");

    len = sizeof("{\"operators\":[{\"logs\":[0") - 1;
    memcpy(json, "{\"operators\":[{\"logs\":[0", len + 1);
    for (i = 1; i < CT_LIMIT_LOGS; i++) {
        memcpy(json + len, ",0", 3);
        len += 2;
    }
    memcpy(json + len, "]}]}", 5);
    is_int(read_list(json, &list), CT_OK, "as many logs as allowed");
    is_int(list.nbad, CT_LIMIT_LOGS, "all of them bad");
    memcpy(json + len, ",0]}]}", 7);
    is_int(read_list(json, &list), CT_E_LIMIT, "one more");
    ok(strstr(why_text, "too many logs") != NULL, "%s", why_text);

    memset(json, '[', 100000);
    json[100000] = '\0';
    is_int(read_list(json, &list), CT_E_LIMIT, "too many values");
    memset(json, '[', 50000);
    json[50000] = '\0';
    is_int(read_list(json, &list), CT_E_ENCODING, "too deep");
    free(json);

    for (i = 0; i < 400; i += 8) {
        tiny = ct_arena_create(i);
        if (ct_loglist_read(ct_bytes_str(LIST(OPERATOR("tiled_logs",
                            TILED))), tiny, &list, why_text) == CT_OK)
        {
            ct_arena_destroy(tiny);
            break;
        }
        ct_arena_destroy(tiny);
        i = strlen(why_text) > 10 ? i : 1000;
    }
    ok(i > 100 && i < 400, "no memory up to %zu bytes", i);
}


static void
test_texts(void)
{
    char         json[2048], name[512];
    size_t       i;
    ct_loglist_t list;

    (void) read_list("{\"operators\":[{\"name\":\"a\\nb\\u007f\\u00e9\","
                     "\"logs\":[" LOG "]}]}", &list);
    is_str(list.logs[0].operator_name, "a b \xc3\xa9",
           "control characters are blanked");

    for (i = 0; i < 4; i++) {
        memset(name, 'x', sizeof(name));
        snprintf(name + CT_LIMIT_TEXT - 4 + i, 10, "\xf0\x9f\x98\x80zzz");
        snprintf(json, sizeof(json), "{\"operators\":[{\"name\":\"%s\","
                 "\"logs\":[%s]}]}", name, LOG);
        (void) read_list(json, &list);
        is_int(strlen(list.logs[0].operator_name),
               i == 0 ? CT_LIMIT_TEXT - 4 : CT_LIMIT_TEXT - 4 + i,
               "cut between characters");
    }
}


static void
test_urls(void)
{
    char   to[512];
    size_t i;

    static const struct {
        const char *url;
        bool        good;
    } urls[] = {
        {"http://ctlog.example:8080/a", true},
        {"HTTPS://log.example", true},
        {"", false},
        {"https://", false},
        {"https:///x", false},
        {"https:/log.example/", false},
        {"ftp://log.example/", false},
        {"file:///etc/passwd", false},
        {"log.example/", false},
        {"https://log.example/a b", false},
        {"https://log.example/a?b", false},
        {"https://log.example/a#b", false},
        {"https://log.example/a'b", false},
        {"https://log.example/\\\"", false},
        {"https://log.example/\\n", false},
        {"https://log.example/\\t", false},
        {"https://log.example/\\u007f", false},
        {"https://l\xc3\xb6g.example/", false},
        {" https://log.example/", false},
    };

    for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        bad_log(urls[i].url, "https://log.example/x/", urls[i].url,
                urls[i].good);
    }

    memset(to, 'x', sizeof(to));
    memcpy(to, "https://", 8);
    to[CT_LIMIT_URL - 2] = '\0';
    bad_log("as long as allowed", "https://log.example/x/", to, true);
    to[CT_LIMIT_URL - 2] = '/';
    to[CT_LIMIT_URL - 1] = '\0';
    bad_log("with its slash", "https://log.example/x/", to, true);
    to[CT_LIMIT_URL - 2] = 'x';
    bad_log("one more", "https://log.example/x/", to, false);
}


static void
test_origin(void)
{
    size_t i;

    static const char *const cases[][2] = {
        {"https://log.example/2026h2/", "log.example/2026h2"},
        {"https://log.example/2026h2", "log.example/2026h2"},
        {"http://log.example/", "log.example"},
        {"https://log.example", "log.example"},
        {"log.example/", "log.example"},
        {"https://log.example:8443/a/b/", "log.example:8443/a/b"},
        {"", ""},
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        is_str(ct_loglist_origin(arena, cases[i][0]), cases[i][1],
               "origin of \"%s\"", cases[i][0]);
    }
}


static void
test_skip(void)
{
    ct_log_t log = {.url = "https://log.example/"};
    size_t   i;

    static const char *const open[] = {
        NULL, "it is not accepted yet", NULL, NULL, NULL, NULL,
        "it was rejected"
    };
    static const char *const ended[] = {
        "its interval ended", "it is not accepted yet",
        "its interval ended", "its interval ended", "its interval ended",
        "its interval ended", "it was rejected"
    };
    static const char *const names[] = {
        "unlisted", "pending", "qualified", "usable", "readonly", "retired",
        "rejected"
    };

    for (i = 0; i <= CT_LOG_REJECTED; i++) {
        log.state = (ct_log_state_e) i;
        is_str(ct_log_state_name(log.state), names[i], "%s", names[i]);

        log.start_ms = log.end_ms = 0;
        skip_is("no interval", &log,
                log.state == CT_LOG_RETIRED ? "it is retired" : open[i]);
        log.start_ms = NOW - DAY;
        log.end_ms = NOW + 1;
        skip_is("still open", &log, open[i]);
        log.start_ms = NOW + DAY;
        log.end_ms = NOW + 2 * DAY;
        skip_is("not yet begun", &log, open[i]);
        log.start_ms = NOW - DAY;
        log.end_ms = NOW;
        skip_is("ended", &log, ended[i]);
    }

    is_str(ct_log_state_name((ct_log_state_e) 99), "unknown", "no state");

    log = (ct_log_t) {.url = "https://log.example/", .test = true};
    skip_is("a log for tests", &log, "it is for tests");
    log.state = CT_LOG_USABLE;
    skip_is("a log for tests that is usable", &log, NULL);
}


static void
test_skip_ids(void)
{
    size_t   i, len;
    ct_log_t log = {.url = "https://ct.example.com/a/"};

    static const char *const mimics[] = {
        "9EGV1vAOLbVUNcrdV3iS5T4VrUFwWPh44U/2uRh0FYk=",
        "si9+3rWvav5QPeBAgbLXTBJThJL+3yyypSZQPO9TztI="
    };

    skip_is("the host of placeholders", &log, "it is a placeholder");
    log.url = "https://log.example/bogus/x/";
    skip_is("a path of placeholders", &log, "it is a placeholder");
    log.url = "https://log.example/ct.example.com/";
    skip_is("another host", &log, NULL);
    log.url = "https://ct.example.com.example/";
    skip_is("a longer host", &log, NULL);

    for (i = 0; i < 2; i++) {
        len = sizeof(log.id);
        (void) ct_parse_base64(ct_bytes_str(mimics[i]), log.id, &len);
        skip_is("a mimic", &log, "its private key is public");
        log.id[31] ^= 1;
        skip_is("not quite", &log, NULL);
    }
}


static void
skip_is(const char *why, const ct_log_t *log, const char *want)
{
    const char *got = ct_loglist_skip(log, NOW);

    ok((got == NULL) == (want == NULL)
       && (got == NULL || strcmp(got, want) == 0), "%s, %s: %s", why,
       ct_log_state_name(log->state), got != NULL ? got : "followed");
}


/* Counts as in the README of the data. */
static void
test_real(void)
{
    /* none, pending, qualified, usable, readonly, retired, rejected */
    static const size_t chrome[2][CT_LOG_REJECTED + 1] = {
        {0, 0, 1, 25, 0, 0, 0}, {0, 0, 0, 36, 9, 4, 0}
    };
    static const size_t derived[2][CT_LOG_REJECTED + 1] = {
        {0, 0, 6, 16, 0, 0, 0}, {0, 0, 0, 21, 2, 3, 0}
    };
    static const size_t all[2][CT_LOG_REJECTED + 1] = {
        {6, 0, 0, 0, 0, 0, 0}, {28, 10, 0, 33, 1, 3, 100}
    };

    real_list("chrome-81.14-2026-01-20", "81.14", 1768913650000, chrome, 0,
              35);
    real_list("derived-89.25-2026-08-20", "89.25", 1787232897000, derived, 0,
              2);
    real_list("all-53.34-2025-05-05", "53.34", 1746449652000, all, 20,
              162);
}


static void
real_list(const char *file, const char *version, int64_t time,
    const size_t want[2][CT_LOG_REJECTED + 1], size_t tests, size_t skipped)
{
    char        *json, path[128];
    size_t       i, j, len, got[2][CT_LOG_REJECTED + 1] = {{0}};
    uint8_t      hash[CT_HASH_LEN];
    ct_log_t    *log;
    ct_loglist_t list;

    snprintf(path, sizeof(path), "log-lists/%s.json", file);
    json = data_read(path, &len);
    if (json == NULL) {
        skip("no real data");
        return;
    }

    is_int(read_list(json, &list), CT_OK, "%s", path);
    free(json);
    is_str(list.version, version, "version");
    is_int(list.timestamp_ms, time, "time");
    is_int(list.nbad, 0, "all are good");

    for (i = 0; i < list.nlogs; i++) {
        log = &list.logs[i];
        got[log->type][log->state]++;
        tests -= log->test;
        skipped -= ct_loglist_skip(log, NOW) != NULL;

        ct_sha256_once(log->key, hash);
        if (memcmp(hash, log->id, sizeof(hash)) != 0
            || log->url[strlen(log->url) - 1] != '/'
            || (log->origin != NULL) != (log->type == CT_LOG_STATIC)
            || *log->description == '\0' || *log->operator_name == '\0')
        {
            ok(0, "%s", log->url);
        }
    }

    for (i = 0; i < 2; i++) {
        for (j = 0; j <= CT_LOG_REJECTED; j++) {
            is_int(got[i][j], want[i][j], "%s logs: %s",
                   i == CT_LOG_STATIC ? "tiled" : "RFC 6962",
                   ct_log_state_name((ct_log_state_e) j));
        }
    }

    is_int(tests, 0, "logs for tests");
    is_int(skipped, 0, "logs not followed");
}
