/*
 * snapshot: records out and in, for the tests of ct_snapshot*.c.
 */

#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include "ct_finding.h"
#include "ct_snapshot.h"
#include "tap.h"

#define SIZE (1024 * 1024)

static ct_store_t *store, *other;
static ct_arena_t *arena;


static inline json_t *
written(const ct_buf_t *buf)
{
    return json_loadb((const char *) buf->data, buf->len, 0, NULL);
}


static inline ct_json_t *
start(ct_json_t *json, ct_buf_t *buf)
{
    ct_arena_reset(arena);
    ct_buf_init(buf, arena, CT_LIMIT_STATE_LINE);
    ct_json_start(json, buf);

    return json;
}


static inline void
snapshot_open(void)
{
    arena = ct_arena_create((size_t) 8 * 1024 * 1024);
    store = ct_store_create(calloc(1, SIZE), SIZE);
    other = ct_store_create(calloc(1, SIZE), SIZE);
}


static inline void
snapshot_close(void)
{
    free(store);
    free(other);
    ct_arena_destroy(arena);
}

#endif
