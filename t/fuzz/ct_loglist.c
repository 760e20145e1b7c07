/* Fuzz target: a log list. Whatever is let through is whole: a key that is
 * the id, an address that can be asked, an origin where one is needed. */

#include "ct_limits.h"
#include "ct_loglist.h"
#include "ct_merkle.h"

#include <stdlib.h>
#include <string.h>

#define CHECK(cond) ((cond) ? (void) 0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check_log(const ct_log_t *log)
{
    size_t  len = strlen(log->url);
    uint8_t id[CT_HASH_LEN];

    ct_sha256_once(log->key, id);
    CHECK(memcmp(log->id, id, sizeof(id)) == 0);
    CHECK(len < CT_LIMIT_URL && log->url[len - 1] == '/');
    CHECK(strstr(log->url, "://") && !strpbrk(log->url, " \"'?#\n"));
    CHECK((log->origin != NULL) == (log->type == CT_LOG_STATIC));
    CHECK(strlen(log->description) < CT_LIMIT_TEXT);
    CHECK(strlen(log->operator_name) < CT_LIMIT_TEXT);
    CHECK(log->start_ms < log->end_ms || log->end_ms == 0);
    (void) ct_loglist_skip(log, 1795366140000);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char         why[CT_LIMIT_ERROR] = "";
    ct_rc_t      rc;
    ct_arena_t  *arena = ct_arena_create(1 << 20);
    ct_loglist_t list = {0};

    rc = ct_loglist_read(ct_bytes(data, size), arena, &list, why);
    CHECK(rc == CT_OK || (list.nlogs == 0 && why[0] != '\0'));
    CHECK(list.nlogs <= CT_LIMIT_LOGS);

    while (list.nlogs > 0) {
        check_log(&list.logs[--list.nlogs]);
    }

    ct_arena_destroy(arena);

    return 0;
}
