/*
 * ct_cursor: see the header for the journey. Everything here is arithmetic
 * on one flat struct; whoever calls does the asking.
 */

#include "ct_cursor.h"

#include <string.h>


#define CT_CURSOR_WAIT_MIN 1000
#define CT_CURSOR_WAIT_MAX (10 * 60 * 1000)
#define CT_CURSOR_DAY      (24 * 60 * 60 * 1000)
#define CT_CURSOR_TILE_LEVELS 5 /* 256^5 = 2^40 leaves */


static bool ct_cursor_tile(const ct_cursor_t *cursor, ct_ask_t *ask);
static void ct_cursor_seed_start(ct_cursor_t *cursor);
static void ct_cursor_seed_skip(ct_cursor_t *cursor);
static ct_rc_t ct_cursor_seed_done(ct_cursor_t *cursor, ct_sha256_t *sha,
    int64_t now_ms);
static void ct_cursor_rewind(ct_cursor_t *cursor);
static void ct_cursor_confirm(ct_cursor_t *cursor, int64_t now_ms);
static void ct_cursor_progress(ct_cursor_t *cursor);


void
ct_cursor_init(ct_cursor_t *cursor, bool from_zero)
{
    memset(cursor, 0, sizeof(ct_cursor_t));
    ct_merkle_init(&cursor->downloaded);
    ct_merkle_init(&cursor->verified);
    cursor->started = from_zero;
}


void
ct_cursor_resume(ct_cursor_t *cursor, int64_t now_ms)
{
    cursor->fails = 0;
    cursor->try_full = 0;
    cursor->not_before_ms = 0;
    cursor->head_due_ms = now_ms;

    if (cursor->seeding) {
        ct_cursor_init(cursor, false);
    }
}


void
ct_cursor_next(const ct_cursor_t *cursor, int64_t now_ms, ct_ask_t *ask)
{
    memset(ask, 0, sizeof(ct_ask_t));

    if (now_ms < cursor->not_before_ms) {
        ask->kind = CT_ASK_WAIT;
        ask->until_ms = cursor->not_before_ms;
        return;
    }

    if (ct_cursor_tile(cursor, ask)) {
        return;
    }

    ask->kind = now_ms < cursor->head_due_ms ? CT_ASK_WAIT : CT_ASK_HEAD;
    ask->until_ms = cursor->head_due_ms;
}


/* The tile that comes next on the way to the target; false: we are there. */
static bool
ct_cursor_tile(const ct_cursor_t *cursor, ct_ask_t *ask)
{
    uint64_t   size, end;
    ct_tile_t *tile;

    tile = &ask->tile;

    if (cursor->seeding) {
        ask->kind = CT_ASK_HASH_TILE;
        tile->level = cursor->seed_level;
        tile->index = cursor->target.size >> 8 * (cursor->seed_level + 1);
        ask->want = ct_merkle_seed_width(cursor->target.size,
                                         cursor->seed_level);
        tile->width = cursor->try_full ? CT_LIMIT_TILE_WIDTH : ask->want;
        return true;
    }

    size = cursor->downloaded.size;

    if (size >= cursor->target.size) {
        return false;
    }

    ask->kind = CT_ASK_DATA_TILE;
    tile->level = CT_TILE_DATA;
    tile->index = size / CT_LIMIT_TILE_WIDTH;
    tile->width = ct_tile_width(cursor->target.size, CT_TILE_DATA,
                                tile->index);
    end = tile->index * CT_LIMIT_TILE_WIDTH + tile->width;
    ask->skip = (unsigned) (size % CT_LIMIT_TILE_WIDTH);
    ask->want = (unsigned) (end - size);

    if (cursor->try_full) {
        tile->width = CT_LIMIT_TILE_WIDTH;
    }

    return true;
}


ct_rc_t
ct_cursor_head(ct_cursor_t *cursor, ct_sha256_t *sha, const ct_head_t *head,
    int64_t now_ms, int64_t interval_ms, uint16_t jitter)
{
    uint8_t root[CT_HASH_LEN];

    cursor->head_due_ms = now_ms + interval_ms - interval_ms / 10
                          + interval_ms / 5 * jitter / 65536;

    if (head->size > CT_LIMIT_TREE_SIZE) {
        return CT_E_LIMIT;
    }

    if (head->size < cursor->latest.size) {
        return CT_E_SHRUNK;
    }

    if (cursor->latest.timestamp_ms != 0
        && head->size == cursor->latest.size
        && memcmp(head->root, cursor->latest.root, CT_HASH_LEN) != 0)
    {
        cursor->mismatches++;
        return CT_E_FORK;
    }

    ct_cursor_progress(cursor);
    cursor->latest = *head;
    cursor->target = *head;

    if (!cursor->started) {
        ct_cursor_seed_start(cursor);
        return CT_OK;
    }

    if (head->size > cursor->downloaded.size) {
        return CT_OK;
    }

    ct_merkle_root(&cursor->downloaded, sha, root);

    if (memcmp(root, head->root, CT_HASH_LEN) != 0) {
        ct_cursor_rewind(cursor);
        return CT_E_ROOT;
    }

    ct_cursor_confirm(cursor, now_ms);

    return CT_OK;
}


/* The first head of a log that is followed from now on. */
static void
ct_cursor_seed_start(ct_cursor_t *cursor)
{
    cursor->start = cursor->target.size;
    ct_merkle_seed(&cursor->downloaded, cursor->target.size);

    if (cursor->target.size == 0) {
        cursor->started = 1;
        return;
    }

    cursor->seeding = 1;
    cursor->seed_level = 0;
    ct_cursor_seed_skip(cursor);
}


/* On to the next level whose rightmost tile is not empty. */
static void
ct_cursor_seed_skip(ct_cursor_t *cursor)
{
    while (cursor->seed_level < CT_CURSOR_TILE_LEVELS
           && ct_merkle_seed_width(cursor->target.size, cursor->seed_level)
              == 0)
    {
        cursor->seed_level++;
    }
}


ct_rc_t
ct_cursor_hash_tile(ct_cursor_t *cursor, ct_sha256_t *sha, ct_bytes_t body,
    int64_t now_ms)
{
    ct_rc_t  rc;
    ct_ask_t ask;

    memset(&ask, 0, sizeof(ask));

    if (!cursor->seeding || !ct_cursor_tile(cursor, &ask)
        || body.len != (size_t) ask.tile.width * CT_HASH_LEN)
    {
        return CT_E_COUNT;
    }

    body.len = (size_t) ask.want * CT_HASH_LEN;
    rc = ct_merkle_seed_tile(&cursor->downloaded, sha, cursor->seed_level,
                             body);
    if (rc != CT_OK) {
        return rc;
    }

    ct_cursor_progress(cursor);
    cursor->seed_level++;
    ct_cursor_seed_skip(cursor);

    if (cursor->seed_level < CT_CURSOR_TILE_LEVELS) {
        return CT_OK;
    }

    return ct_cursor_seed_done(cursor, sha, now_ms);
}


static ct_rc_t
ct_cursor_seed_done(ct_cursor_t *cursor, ct_sha256_t *sha, int64_t now_ms)
{
    uint8_t root[CT_HASH_LEN];

    ct_merkle_root(&cursor->downloaded, sha, root);
    cursor->seeding = 0;

    if (memcmp(root, cursor->target.root, CT_HASH_LEN) != 0) {
        ct_cursor_rewind(cursor);
        cursor->head_due_ms = now_ms;
        return CT_E_ROOT;
    }

    cursor->started = 1;
    ct_cursor_confirm(cursor, now_ms);

    return CT_OK;
}


ct_rc_t
ct_cursor_leaves(ct_cursor_t *cursor, ct_sha256_t *sha,
    const ct_merkle_t *tree, int64_t now_ms, bool *verified)
{
    uint8_t root[CT_HASH_LEN];

    *verified = false;
    ct_cursor_progress(cursor);
    cursor->downloaded = *tree;

    if (tree->size < cursor->target.size) {
        return CT_OK;
    }

    ct_merkle_root(tree, sha, root);

    if (memcmp(root, cursor->target.root, CT_HASH_LEN) != 0) {
        ct_cursor_rewind(cursor);
        cursor->head_due_ms = now_ms;
        return CT_E_ROOT;
    }

    ct_cursor_confirm(cursor, now_ms);
    *verified = true;

    return CT_OK;
}


/* Back to what a signed head confirmed; the next ask is a head. */
static void
ct_cursor_rewind(ct_cursor_t *cursor)
{
    cursor->mismatches++;
    cursor->downloaded = cursor->verified;
    cursor->target.size = cursor->verified.size;
}


/* Entries and signed root agree. */
static void
ct_cursor_confirm(ct_cursor_t *cursor, int64_t now_ms)
{
    cursor->mismatches = 0;
    cursor->verified = cursor->downloaded;
    cursor->verified_ms = now_ms;
}


static void
ct_cursor_progress(ct_cursor_t *cursor)
{
    cursor->fails = 0;
    cursor->try_full = 0;
    cursor->not_before_ms = 0;
}


/* A partial tile may be gone once the full one exists (static-ct-api,
 * "Partial Tiles"): then that one is asked at once. */
void
ct_cursor_fail(ct_cursor_t *cursor, int64_t now_ms, int64_t retry_after_ms,
    bool absent, uint16_t jitter)
{
    int64_t  wait;
    uint32_t steps;
    ct_ask_t ask;

    memset(&ask, 0, sizeof(ask));

    if (absent && !cursor->try_full && ct_cursor_tile(cursor, &ask)
        && ask.tile.width < CT_LIMIT_TILE_WIDTH)
    {
        cursor->try_full = 1;
        return;
    }

    cursor->try_full = 0;
    steps = cursor->fails < 10 ? cursor->fails : 10;

    /* a contradicted root means downloading all of it again */
    if (cursor->mismatches > 0 && steps < 3 * cursor->mismatches) {
        steps = cursor->mismatches < 4 ? 3 * cursor->mismatches : 10;
    }

    wait = (int64_t) CT_CURSOR_WAIT_MIN << steps;
    wait = wait < CT_CURSOR_WAIT_MAX ? wait : CT_CURSOR_WAIT_MAX;
    wait = wait / 2 + wait / 2 * jitter / 65536;

    if (retry_after_ms > wait) {
        wait = retry_after_ms < CT_CURSOR_DAY ? retry_after_ms
                                              : CT_CURSOR_DAY;
    }

    cursor->not_before_ms = now_ms + wait;
    cursor->fails += cursor->fails < UINT32_MAX;
}


uint64_t
ct_cursor_lag(const ct_cursor_t *cursor)
{
    if (!cursor->started || cursor->latest.size <= cursor->verified.size) {
        return 0;
    }

    return cursor->latest.size - cursor->verified.size;
}
