/* ct_loglist_log: what a log can be followed without - mmd and
 * final_tree_head - taken when it is right, and no reason to leave the log
 * out when it is not. The other members are in the tests of ct_loglist. */

#include "ct_limits.h"
#include "ct_loglist.h"
#include "data.h"
#include "tap.h"


static void test_mmd(void);
static void mmd_is(const char *mmd, int64_t tiled, int64_t rfc);
static void test_final(void);
static void test_real(const char *file, size_t finals);
static ct_log_t *one(const char *kind, const char *more);


static ct_arena_t  *arena;
static ct_loglist_t list;

/* SHA-256("key"); 32 zero bytes */
#define ID   "LHDhK3oGRvkiefQnx7OOczTY5Tic/xZ6HcMOc/gmtoM="
#define ZERO "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


int
main(void)
{
    arena = ct_arena_create(16 << 20);

    test_mmd();
    test_final();
    test_real("log-lists/chrome-81.14-2026-01-20.json", 9);
    test_real("log-lists/derived-89.25-2026-08-20.json", 2);
    test_real("log-lists/all-53.34-2025-05-05.json", 1);

    ct_arena_destroy(arena);

    return done_testing();
}


/* The only log of a list, with more members; NULL when it was left out. */
static ct_log_t *
one(const char *kind, const char *more)
{
    int  n;
    char json[2048], why[CT_LIMIT_ERROR];

    n = snprintf(json, sizeof(json), "{\"operators\":[{\"name\":\"O\","
                 "\"%s\":[{\"key\":\"a2V5\",\"log_id\":\"" ID "\","
                 "\"url\":\"https://log.example/\","
                 "\"submission_url\":\"https://log.example/\","
                 "\"monitoring_url\":\"https://log.example/\"%s}]}]}", kind,
                 more);
    ct_arena_reset(arena);

    if (ct_loglist_read(ct_bytes(json, (size_t) n), arena, &list, why)
        != CT_OK || list.nlogs != 1)
    {
        return NULL;
    }

    return &list.logs[0];
}


static void
test_mmd(void)
{
    mmd_is("", 60000, 86400000);
    mmd_is(",\"mmd\":86400", 86400000, 86400000);
    mmd_is(",\"mmd\":60", 60000, 60000);
    mmd_is(",\"mmd\":1", 1000, 1000);
    mmd_is(",\"mmd\":2678400", 2678400000, 2678400000);
    mmd_is(",\"mmd\":2678401", 60000, 86400000);
    mmd_is(",\"mmd\":9223372036854775807", 60000, 86400000);
    mmd_is(",\"mmd\":0", 60000, 86400000);
    mmd_is(",\"mmd\":-60", 60000, 86400000);
    mmd_is(",\"mmd\":\"60\"", 60000, 86400000);
    mmd_is(",\"mmd\":59.5", 60000, 86400000);
    mmd_is(",\"mmd\":null", 60000, 86400000);
}


static void
mmd_is(const char *mmd, int64_t tiled, int64_t rfc)
{
    ct_log_t *log;

    log = one("tiled_logs", mmd);
    is_int(log != NULL ? log->mmd_ms : -1, tiled, "tiled%s", mmd);
    log = one("logs", mmd);
    is_int(log != NULL ? log->mmd_ms : -1, rfc, "RFC 6962%s", mmd);
}


static void
test_final(void)
{
    size_t    i;
    char      more[512];
    uint8_t   zero[CT_HASH_LEN] = {0};
    ct_log_t *log;

    static const char *const bad[] = {
        "{}", "null", "7", "[]", "{\"tree_size\":7}",
        "{\"sha256_root_hash\":\"" ZERO "\"}",
        "{\"sha256_root_hash\":\"" ZERO "\",\"tree_size\":-1}",
        "{\"sha256_root_hash\":\"" ZERO "\",\"tree_size\":\"7\"}",
        "{\"sha256_root_hash\":\"" ZERO "\",\"tree_size\":7.0}",
        "{\"sha256_root_hash\":\"" ZERO "\",\"tree_size\":1099511627777}",
        "{\"sha256_root_hash\":\"AAAA\",\"tree_size\":7}",
        "{\"sha256_root_hash\":\"*\",\"tree_size\":7}",
        "{\"sha256_root_hash\":0,\"tree_size\":7}",
    };

    log = one("logs", ",\"state\":{\"readonly\":{\"final_tree_head\":"
              "{\"sha256_root_hash\":\"" ID "\",\"tree_size\":1213760846}}}");
    ok(log != NULL && log->has_final, "a final tree head");
    is_int(log->final_size, 1213760846, "its size");
    is_mem(log->final_root, CT_HASH_LEN, log->id, CT_HASH_LEN, "its root");

    log = one("logs", ",\"state\":{\"readonly\":{\"final_tree_head\":"
              "{\"sha256_root_hash\":\"" ID "\",\"tree_size\":0}}}");
    ok(log != NULL && log->has_final && log->final_size == 0,
       "of an empty tree");

    log = one("logs", ",\"state\":{\"usable\":{\"final_tree_head\":"
              "{\"sha256_root_hash\":\"" ID "\",\"tree_size\":9}}}");
    ok(log != NULL && !log->has_final, "not of a log that grows");

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(more, sizeof(more),
                 ",\"state\":{\"readonly\":{\"final_tree_head\":%s}}",
                 bad[i]);
        log = one("logs", more);
        ok(log != NULL && log->state == CT_LOG_READONLY && !log->has_final
           && log->final_size == 0
           && memcmp(log->final_root, zero, CT_HASH_LEN) == 0,
           "none: %s", bad[i]);
    }
}


/* In a real list every read-only log has one, and no other. */
static void
test_real(const char *file, size_t finals)
{
    char   *json, why[CT_LIMIT_ERROR];
    bool    good;
    size_t  i, len, n;
    int64_t mmd;

    json = data_read(file, &len);
    if (json == NULL) {
        skip("no real data");
        return;
    }

    ct_arena_reset(arena);
    is_int(ct_loglist_read(ct_bytes(json, len), arena, &list, why), CT_OK,
           "%s", file);
    free(json);
    n = 0;
    good = true;

    for (i = 0; i < list.nlogs; i++) {
        n += list.logs[i].has_final;
        mmd = list.logs[i].mmd_ms;
        good = good && mmd == (list.logs[i].type == CT_LOG_STATIC
                               ? 60000 : 86400000);
        ok(list.logs[i].has_final == (list.logs[i].state == CT_LOG_READONLY)
           && (!list.logs[i].has_final || list.logs[i].final_size > 1000),
           "%s", list.logs[i].url);
    }

    is_int(n, finals, "final tree heads");

    /* old logs for tests had others */
    ok(good || strstr(file, "/all-") != NULL, "MMDs of a day and a minute");
}
