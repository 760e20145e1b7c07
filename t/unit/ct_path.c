/* ct_path: requests of both protocols, letter by letter. */

#include "ct_path.h"
#include "tap.h"

#include <string.h>


static void path_is(ct_log_type_e type, const ct_ask_t *ask,
    const char *want);
static void test_static(void);
static void test_rfc6962(void);
static void test_hashes(void);


int
main(void)
{
    test_static();
    test_rfc6962();
    test_hashes();

    return done_testing();
}


static void
path_is(ct_log_type_e type, const ct_ask_t *ask, const char *want)
{
    char     room[200];
    ct_buf_t buf;

    ct_buf_fixed(&buf, room, sizeof(room) - 1);
    ct_path_ask(&buf, type, ask);
    room[buf.len] = '\0';
    ok(strcmp(room, want) == 0, "%s", want[0] != '\0' ? want : "nothing");
}


static void
test_static(void)
{
    ct_ask_t ask = {.kind = CT_ASK_HEAD};

    path_is(CT_LOG_STATIC, &ask, "checkpoint");

    ask.kind = CT_ASK_ENTRIES;
    ask.tile = (ct_tile_t) {.level = CT_TILE_DATA, .width = 7, .index = 1234};
    path_is(CT_LOG_STATIC, &ask, "tile/data/x001/234.p/7");

    ask.kind = CT_ASK_HASH_TILE;
    ask.tile = (ct_tile_t) {.level = 1, .width = 256, .index = 3};
    path_is(CT_LOG_STATIC, &ask, "tile/1/003");

    ask.kind = CT_ASK_PROOF;
    path_is(CT_LOG_STATIC, &ask, "");
}


static void
test_rfc6962(void)
{
    ct_ask_t ask = {.kind = CT_ASK_HEAD, .first = 96, .count = 32,
                    .size = 1000};

    path_is(CT_LOG_RFC6962, &ask, "ct/v1/get-sth");

    ask.kind = CT_ASK_ENTRIES;
    path_is(CT_LOG_RFC6962, &ask, "ct/v1/get-entries?start=96&end=127");

    ask.kind = CT_ASK_PROOF;
    path_is(CT_LOG_RFC6962, &ask,
            "ct/v1/get-entry-and-proof?leaf_index=96&tree_size=1000");

    ask.kind = CT_ASK_CONSISTENCY;
    path_is(CT_LOG_RFC6962, &ask,
            "ct/v1/get-sth-consistency?first=96&second=1000");

    ask.kind = CT_ASK_LEAF;
    ask.count = 1;
    path_is(CT_LOG_RFC6962, &ask, "ct/v1/get-entries?start=96&end=96");

    ask.kind = CT_ASK_WAIT;
    path_is(CT_LOG_RFC6962, &ask, "");
}


static void
test_hashes(void)
{
    char     room[200];
    uint8_t  hash[CT_HASH_LEN];
    ct_buf_t buf;

    /* all ones: "//8=" at the end of it, and nothing else but "/" */
    memset(hash, 0xff, sizeof(hash));
    hash[0] = 0xfb; /* begins with "+" */
    ct_buf_fixed(&buf, room, sizeof(room) - 1);
    ct_path_proof_by_hash(&buf, hash, 42);
    room[buf.len] = '\0';
    ok(strncmp(room, "ct/v1/get-proof-by-hash?hash=%2B%2F%2F%2F", 41) == 0,
       "a hash is escaped");
    ok(strstr(room, "8%3D&tree_size=42") != NULL, "to its end");
    ok(strpbrk(strchr(room, '?'), "+/") == NULL, "with nothing left");

    ct_buf_fixed(&buf, room, sizeof(room) - 1);
    ct_path_issuer(&buf, hash);
    room[buf.len] = '\0';
    ok(strncmp(room, "issuer/fbff", 11) == 0 && buf.len == 7 + 64,
       "an issuer is hex");
}
