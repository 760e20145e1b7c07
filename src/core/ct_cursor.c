/*
 * ct_cursor: see the header for the journey; here is how one begins, fails
 * and begins again. What is asked when: ct_cursor_next; what the answers
 * mean: ct_cursor_walk; how a start in the middle is found: ct_cursor_seek.
 * Everything is arithmetic on one flat struct; whoever calls does the asking.
 */

#include "ct_cursor_part.h"

#include <string.h>


#define CT_CURSOR_WAIT_MIN 1000
#define CT_CURSOR_WAIT_MAX (10 * 60 * 1000)
#define CT_CURSOR_DAY      (24 * 60 * 60 * 1000)

static bool ct_cursor_fail_absent(ct_cursor_t *cursor, const ct_ask_t *ask);
static int64_t ct_cursor_back_off(uint32_t fails, int64_t retry_after_ms,
    uint16_t jitter);


void
ct_cursor_init(ct_cursor_t *cursor, ct_log_type_e type, ct_from_e from,
    int64_t since_ms, uint64_t index)
{
    memset(cursor, 0, sizeof(ct_cursor_t));
    ct_merkle_init(&cursor->downloaded);
    ct_merkle_init(&cursor->verified);
    cursor->type = (uint8_t) type;
    cursor->phase = CT_CURSOR_START;
    cursor->from = (uint8_t) from;
    cursor->since_ms = since_ms;
    cursor->seek = index;
}


/* What ct_cursor_begin does for a head, without rules: there is no look at
 * the end's time, which need not be known. */
void
ct_cursor_init_until(ct_cursor_t *cursor, ct_log_type_e type, ct_from_e from,
    int64_t since_ms, uint64_t index, const ct_head_t *end)
{
    ct_cursor_init(cursor, type, from, since_ms, index);
    cursor->until = 1;
    cursor->target = *end;
    cursor->latest = *end;
    cursor->phase = CT_CURSOR_WALK;

    if (from == CT_FROM_TIME) {
        ct_cursor_search(cursor);
        return;
    }

    if (from == CT_FROM_ZERO) {
        return;
    }

    if (from == CT_FROM_HEAD || index > end->size) {
        index = end->size;
    }

    if (type == CT_LOG_STATIC && index != end->size) {
        index -= index % CT_LIMIT_TILE_WIDTH;
    }

    if (index > 0) {
        ct_cursor_seed(cursor, index);
    }
}


bool
ct_cursor_ended(const ct_cursor_t *cursor)
{
    return cursor->until && cursor->phase == CT_CURSOR_WALK
           && cursor->verified.size == cursor->target.size;
}


void
ct_cursor_resume(ct_cursor_t *cursor, int64_t now_ms)
{
    cursor->head_busy = 0;
    cursor->head_fails = 0;
    cursor->head_due_ms = now_ms;
    cursor->not_before_ms = 0;
    cursor->fails = 0;
    cursor->try_full = 0;
    cursor->proof_by_hash = 0;
    cursor->batch = 0;
    cursor->short_answer = 0;
    cursor->smaller = 0;
    memset(cursor->smaller_root, 0, CT_HASH_LEN);

    if (cursor->phase != CT_CURSOR_WALK
        || cursor->downloaded.size < cursor->verified.size)
    {
        cursor->downloaded = cursor->verified;
    }

    ct_cursor_forget(cursor);

    if (cursor->phase == CT_CURSOR_WALK) {
        return;
    }

    if (!cursor->until) {
        cursor->phase = CT_CURSOR_START;

    } else if (cursor->phase == CT_CURSOR_SEED) {
        ct_cursor_seed(cursor, cursor->seek);

    } else {
        ct_cursor_search(cursor);
    }
}


void
ct_cursor_asked(ct_cursor_t *cursor, const ct_ask_t *ask)
{
    switch (ask->kind) {

    case CT_ASK_WAIT:
        break;

    case CT_ASK_HEAD:
        cursor->head_busy = 1;
        break;

    case CT_ASK_ENTRIES:
        cursor->asked = ask->first + ask->count;
        break;

    default:
        cursor->busy = 1;
        break;
    }
}


void
ct_cursor_forget(ct_cursor_t *cursor)
{
    cursor->asked = cursor->downloaded.size;
    cursor->busy = 0;
}


void
ct_cursor_leap(ct_cursor_t *cursor, uint64_t to, int64_t now_ms)
{
    if (to > cursor->target.size) {
        to = cursor->target.size;
    }

    ct_cursor_forget(cursor);

    if (to <= cursor->verified.size) {
        return;
    }

    cursor->leaping = 1;
    cursor->from = CT_FROM_INDEX;
    cursor->fails = 0;
    cursor->not_before_ms = now_ms;
    ct_cursor_seed(cursor, to);
}


void
ct_cursor_fail(ct_cursor_t *cursor, const ct_ask_t *ask, int64_t now_ms,
    int64_t retry_after_ms, bool absent, uint16_t jitter)
{
    int64_t until;

    if (ask->kind == CT_ASK_HEAD) {
        cursor->head_busy = 0;
        cursor->head_due_ms = now_ms + ct_cursor_back_off(cursor->head_fails,
                                                          retry_after_ms,
                                                          jitter);
        cursor->head_fails += cursor->head_fails < UINT8_MAX;
        return;
    }

    ct_cursor_forget(cursor);

    /* of no weight: the next smaller head will ask for it again */
    if (ask->kind == CT_ASK_CONSISTENCY) {
        cursor->smaller = 0;
        memset(cursor->smaller_root, 0, CT_HASH_LEN);
        return;
    }

    if (absent && ct_cursor_fail_absent(cursor, ask)) {
        return;
    }

    cursor->try_full = 0;
    until = now_ms + ct_cursor_back_off(cursor->fails, retry_after_ms,
                                        jitter);
    cursor->fails += cursor->fails < UINT32_MAX;

    if (cursor->not_before_ms < until) {
        cursor->not_before_ms = until;
    }
}


/* Is there another way to have it? A partial tile may be gone once the full
 * one exists. */
static bool
ct_cursor_fail_absent(ct_cursor_t *cursor, const ct_ask_t *ask)
{
    if (ask->kind == CT_ASK_PROOF) {
        cursor->proof_by_hash = 1;
        return true;
    }

    if (ask->kind == CT_ASK_LEAF) {
        cursor->proof_by_hash = 0;
        return false;
    }

    cursor->try_full = cursor->type == CT_LOG_STATIC
                       && ask->tile.width < CT_LIMIT_TILE_WIDTH;

    return cursor->try_full
           || (ask->kind == CT_ASK_PROBE && ct_cursor_search_absent(cursor));
}


static int64_t
ct_cursor_back_off(uint32_t fails, int64_t retry_after_ms, uint16_t jitter)
{
    int64_t wait;

    wait = (int64_t) CT_CURSOR_WAIT_MIN << (fails < 10 ? fails : 10);
    wait = wait < CT_CURSOR_WAIT_MAX ? wait : CT_CURSOR_WAIT_MAX;
    wait = wait / 2 + wait / 2 * jitter / 65536;

    if (retry_after_ms > CT_CURSOR_DAY) {
        retry_after_ms = CT_CURSOR_DAY;
    }

    return retry_after_ms > wait ? retry_after_ms : wait;
}


void
ct_cursor_progress(ct_cursor_t *cursor)
{
    cursor->fails = 0;
    cursor->try_full = 0;
    cursor->not_before_ms = 0;
}


int64_t
ct_cursor_spread(int64_t ms, uint16_t jitter)
{
    return ms - ms / 10 + ms / 5 * jitter / 65536;
}


bool
ct_cursor_known(const ct_head_t *head)
{
    return head->size != 0 || head->timestamp_ms != 0;
}


bool
ct_cursor_at_tail(const ct_cursor_t *cursor)
{
    uint64_t at, size;

    at = cursor->downloaded.size;
    size = cursor->target.size;

    return cursor->type == CT_LOG_STATIC && cursor->phase == CT_CURSOR_WALK
           && at < size
           && at / CT_LIMIT_TILE_WIDTH == size / CT_LIMIT_TILE_WIDTH;
}


bool
ct_cursor_done(const ct_cursor_t *cursor)
{
    if (cursor->until) {
        return ct_cursor_ended(cursor);
    }

    if (cursor->phase != CT_CURSOR_WALK || cursor->mismatches != 0
        || !ct_cursor_known(&cursor->latest)
        || cursor->target.size != cursor->latest.size)
    {
        return false;
    }

    return cursor->verified.size == cursor->target.size
           || (cursor->confirmed && cursor->fails == 0
               && cursor->asked == cursor->downloaded.size);
}


uint64_t
ct_cursor_lag(const ct_cursor_t *cursor)
{
    if (cursor->phase != CT_CURSOR_WALK && !cursor->leaping
        && !cursor->until)
    {
        return 0;
    }

    if (cursor->latest.size <= cursor->verified.size) {
        return 0;
    }

    return cursor->latest.size - cursor->verified.size;
}
