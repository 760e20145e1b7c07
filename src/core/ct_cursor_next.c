/*
 * ct_cursor_next: what a cursor asks for next. It only looks; what changes
 * is in ct_cursor_walk and ct_cursor_seek.
 */

#include "ct_cursor_part.h"

#include <string.h>


/* So many batches are asked for before a larger one is tried. */
#define CT_CURSOR_RELEARN 256

static int64_t ct_cursor_head_at(const ct_cursor_t *cursor);
static bool ct_cursor_work(const ct_cursor_t *cursor, int64_t now_ms, uint64_t
    window, ct_ask_t *ask);
static int64_t ct_cursor_idle_until(const ct_cursor_t *cursor, int64_t
    now_ms);
static bool ct_cursor_consistency_next(const ct_cursor_t *cursor, ct_ask_t
    *ask);
static bool ct_cursor_tile_next(const ct_cursor_t *cursor, int64_t now_ms,
    uint64_t window, ct_ask_t *ask);
static bool ct_cursor_tail_next(const ct_cursor_t *cursor, int64_t now_ms,
    ct_ask_t *ask);
static bool ct_cursor_range_next(const ct_cursor_t *cursor, uint64_t window,
    ct_ask_t *ask);
static bool ct_cursor_fits(const ct_cursor_t *cursor, uint64_t window, const
    ct_ask_t *ask);


void
ct_cursor_next(const ct_cursor_t *cursor, int64_t now_ms, uint64_t window,
    ct_ask_t *ask)
{
    memset(ask, 0, sizeof(ct_ask_t));

    if (now_ms >= ct_cursor_head_at(cursor)) {
        ask->kind = CT_ASK_HEAD;
        return;
    }

    if (now_ms >= cursor->not_before_ms
        && ct_cursor_work(cursor, now_ms, window, ask))
    {
        return;
    }

    memset(ask, 0, sizeof(ct_ask_t));
    ask->kind = CT_ASK_WAIT;
    ask->until_ms = ct_cursor_idle_until(cursor, now_ms);
}


/* When a head is asked for: INT64_MAX where no time leads there. */
static int64_t
ct_cursor_head_at(const ct_cursor_t *cursor)
{
    return cursor->until || cursor->head_busy ? INT64_MAX
                                              : cursor->head_due_ms;
}


/* Anything but a head. */
static bool
ct_cursor_work(const ct_cursor_t *cursor, int64_t now_ms, uint64_t window,
    ct_ask_t *ask)
{
    switch (cursor->phase) {

    case CT_CURSOR_SEARCH:
    case CT_CURSOR_SEED:
        if (cursor->busy) {
            return false;
        }

        ct_cursor_seek_next(cursor, ask);
        return true;

    case CT_CURSOR_WALK:
        if (cursor->type == CT_LOG_STATIC) {
            return ct_cursor_tile_next(cursor, now_ms, window, ask);
        }

        return ct_cursor_consistency_next(cursor, ask)
               || ct_cursor_range_next(cursor, window, ask);

    default:
        return false;
    }
}


static int64_t
ct_cursor_idle_until(const ct_cursor_t *cursor, int64_t now_ms)
{
    int64_t until;

    until = ct_cursor_head_at(cursor);

    if (cursor->phase == CT_CURSOR_START || ct_cursor_ended(cursor)) {
        return until;
    }

    if (now_ms < cursor->not_before_ms) {
        return until < cursor->not_before_ms ? until : cursor->not_before_ms;
    }

    if (ct_cursor_at_tail(cursor) && cursor->confirmed
        && now_ms < cursor->partial_due_ms
        && cursor->partial_due_ms < until)
    {
        return cursor->partial_due_ms;
    }

    return until;
}


static bool
ct_cursor_consistency_next(const ct_cursor_t *cursor, ct_ask_t *ask)
{
    if (cursor->smaller == 0 || cursor->smaller > cursor->verified.size
        || cursor->busy)
    {
        return false;
    }

    ask->kind = CT_ASK_CONSISTENCY;
    ask->first = cursor->smaller;
    ask->size = cursor->verified.size;

    return true;
}


/* The data tile that holds the entry `asked`; the last one is apart. */
static bool
ct_cursor_tile_next(const ct_cursor_t *cursor, int64_t now_ms,
    uint64_t window, ct_ask_t *ask)
{
    uint64_t full;

    full = cursor->target.size
           - cursor->target.size % CT_LIMIT_TILE_WIDTH;

    if (cursor->asked >= full) {
        return ct_cursor_tail_next(cursor, now_ms, ask);
    }

    ask->kind = CT_ASK_ENTRIES;
    ask->first = cursor->asked;
    ask->skip = (unsigned) (cursor->asked % CT_LIMIT_TILE_WIDTH);
    ct_cursor_ask_tile(cursor, CT_TILE_DATA,
                       cursor->asked / CT_LIMIT_TILE_WIDTH, ask);
    ask->count -= ask->skip;

    return ct_cursor_fits(cursor, window, ask);
}


/*
 * Of a tile that still grows only the hashes are fetched, which prove all
 * before it, and the entries when it stays partial for too long
 * (static-ct-api, "Partial Tiles"). Not where somebody waits for them: in a
 * young log, at the very first, and where there will be no other head.
 */
static bool
ct_cursor_tail_next(const ct_cursor_t *cursor, int64_t now_ms, ct_ask_t *ask)
{
    bool due;

    if (!ct_cursor_at_tail(cursor) || cursor->busy
        || cursor->asked != cursor->downloaded.size)
    {
        return false;
    }

    due = cursor->until || cursor->verified.size == 0
          || cursor->target.size < CT_LIMIT_TILE_WIDTH
          || (cursor->partial_due_ms != 0
              && now_ms >= cursor->partial_due_ms);

    if (!due && cursor->confirmed) {
        return false;
    }

    ask->first = cursor->asked;
    ct_cursor_ask_tile(cursor, due ? CT_TILE_DATA : 0,
                       cursor->asked / CT_LIMIT_TILE_WIDTH, ask);
    ask->kind = due ? CT_ASK_ENTRIES : CT_ASK_HASH_TILE;

    if (due) {
        ask->skip = (unsigned) (cursor->asked % CT_LIMIT_TILE_WIDTH);
        ask->count -= ask->skip;
    }

    return true;
}


void
ct_cursor_ask_tile(const ct_cursor_t *cursor, int level, uint64_t index,
    ct_ask_t *ask)
{
    ask->tile.level = level;
    ask->tile.index = index;
    ask->tile.width = ct_tile_width(cursor->target.size, level, index);
    ask->count = ask->tile.width;

    if (cursor->try_full) {
        ask->tile.width = CT_LIMIT_TILE_WIDTH;
    }
}


/*
 * Logs cut answers to a size of their own, many at its multiples. Until it
 * is known (two answers were cut to the same) there is one range at a time;
 * then they are aligned to it, and from time to time more is tried, for it
 * may have been learned on a bad day.
 */
static bool
ct_cursor_range_next(const ct_cursor_t *cursor, uint64_t window,
    ct_ask_t *ask)
{
    bool     serial;
    uint64_t first, left, batch;

    first = cursor->asked;
    batch = cursor->batch;

    if (first >= cursor->target.size) {
        return false;
    }

    serial = batch == 0 || batch > CT_LIMIT_BATCH
             || (batch < CT_LIMIT_BATCH && first % batch == 0
                 && first / batch % CT_CURSOR_RELEARN == 0
                 && cursor->fails == 0);

    if (serial && first != cursor->downloaded.size) {
        return false;
    }

    left = cursor->target.size - first;
    ask->kind = CT_ASK_ENTRIES;
    ask->first = first;
    ask->count = serial ? CT_LIMIT_BATCH : batch - first % batch;
    ask->count = ask->count < left ? ask->count : left;

    return ct_cursor_fits(cursor, window, ask);
}


static bool
ct_cursor_fits(const ct_cursor_t *cursor, uint64_t window,
    const ct_ask_t *ask)
{
    uint64_t ahead;

    ahead = ask->first - cursor->downloaded.size;

    return ahead == 0 || (ask->count <= window
                          && ahead <= window - ask->count);
}
