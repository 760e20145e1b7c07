/*
 * ct_cursor_search: which entry is the first after a time, in few probes.
 * Entries come in order of time but for the slack that the rules give, and
 * mostly evenly.
 */

#include "ct_cursor_part.h"


/* So many bad guesses: entries are not as even in time as they should be,
 * and halves are surer. */
#define CT_CURSOR_MISSES 9


static void ct_cursor_found(ct_cursor_t *cursor);
static uint64_t ct_cursor_guess(const ct_cursor_t *cursor, int64_t aim_ms);
static bool ct_cursor_halve(const ct_cursor_t *cursor);
static uint64_t ct_cursor_between(const ct_cursor_t *cursor, int64_t aim_ms);


/* The first probe is entry 0: everything may be new enough. */
void
ct_cursor_search(ct_cursor_t *cursor)
{
    cursor->phase = CT_CURSOR_SEARCH;
    cursor->try_full = 0;
    cursor->misses = 0;
    cursor->low = 0;
    cursor->low_ms = 0;
    cursor->high = cursor->target.size;
    cursor->high_ms = cursor->target.timestamp_ms < INT64_MAX
                      ? (int64_t) cursor->target.timestamp_ms : INT64_MAX;
    cursor->seek = 0;
    ct_cursor_forget(cursor);

    if (cursor->high - cursor->low <= CT_CURSOR_NEAR) {
        ct_cursor_found(cursor);
    }
}


static void
ct_cursor_found(ct_cursor_t *cursor)
{
    if (cursor->low == 0) {
        ct_cursor_from_zero(cursor);
        return;
    }

    ct_cursor_seed(cursor, cursor->low);
}


/* The entry that was probed cannot be had: as if it were new enough, which
 * is early at worst; and what is known of times is no help any more. */
bool
ct_cursor_search_absent(ct_cursor_t *cursor)
{
    if (cursor->phase != CT_CURSOR_SEARCH) {
        return false;
    }

    cursor->high = cursor->seek;
    cursor->misses = CT_CURSOR_MISSES + 1;

    if (cursor->high - cursor->low <= CT_CURSOR_NEAR) {
        ct_cursor_found(cursor);
    } else {
        cursor->seek = ct_cursor_guess(cursor, cursor->since_ms);
    }

    return true;
}


/*
 * Every entry before `low` was logged before the time aimed at, as far as
 * one entry can tell for its neighbours: the slack in that time is for
 * those out of order.
 */
ct_rc_t
ct_cursor_probe(ct_cursor_t *cursor, const ct_ask_t *ask,
    uint64_t timestamp_ms, const ct_rules_t *rules)
{
    int64_t  ms, aim_ms;
    uint64_t span;

    if (cursor->phase != CT_CURSOR_SEARCH || ask->kind != CT_ASK_PROBE
        || ask->first != cursor->seek)
    {
        ct_cursor_forget(cursor);
        return CT_E_COUNT;
    }

    ct_cursor_progress(cursor);
    cursor->busy = 0;
    span = cursor->high - cursor->low;
    aim_ms = cursor->since_ms - rules->slack_ms;
    ms = timestamp_ms < INT64_MAX ? (int64_t) timestamp_ms : INT64_MAX;

    if (ms < aim_ms) {
        cursor->low = cursor->seek;
        cursor->low_ms = ms;

    } else {
        cursor->high = cursor->seek;
        cursor->high_ms = ms;
    }

    if (cursor->high - cursor->low <= CT_CURSOR_NEAR) {
        ct_cursor_found(cursor);
        return CT_OK;
    }

    if (ct_cursor_halve(cursor) || cursor->high - cursor->low > span / 2) {
        cursor->misses += cursor->misses < UINT8_MAX;
    }

    cursor->seek = ct_cursor_guess(cursor, aim_ms);

    return CT_OK;
}


/*
 * Between low and high, both left out. A guess that comes near one end is
 * pushed beyond the place where the answer should be: then the other end
 * comes near, too, instead of staying where it is for ever.
 */
static uint64_t
ct_cursor_guess(const ct_cursor_t *cursor, int64_t aim_ms)
{
    uint64_t span, at;

    span = cursor->high - cursor->low;
    at = ct_cursor_between(cursor, aim_ms);

    if (at < span / 8) {
        at = 4 * at + CT_CURSOR_NEAR;

    } else if (span - at < span / 8) {
        at = 4 * (span - at) + CT_CURSOR_NEAR;
        at = at < span ? span - at : 0;
    }

    at = at < 1 ? 1 : at;
    at = at > span - 1 ? span - 1 : at;
    at += cursor->low;

    if (cursor->type == CT_LOG_STATIC) {
        at -= at % CT_LIMIT_TILE_WIDTH;
        at = at > cursor->low ? at : cursor->low + CT_LIMIT_TILE_WIDTH;
    }

    return at;
}


/* Two guesses that left more than half are followed by a half, and so is
 * each one after them: `misses` counts those and these. */
static bool
ct_cursor_halve(const ct_cursor_t *cursor)
{
    return cursor->misses > CT_CURSOR_MISSES
           || (cursor->misses != 0 && cursor->misses % 2 == 0);
}


/* How far behind low, as if entries came evenly; or half-way. */
static uint64_t
ct_cursor_between(const ct_cursor_t *cursor, int64_t aim_ms)
{
    uint64_t span, part, whole;

    span = cursor->high - cursor->low;

    if (ct_cursor_halve(cursor) || cursor->low_ms == 0
        || cursor->high_ms <= cursor->low_ms || aim_ms <= cursor->low_ms
        || aim_ms > cursor->high_ms)
    {
        return span / 2;
    }

    part = (uint64_t) (aim_ms - cursor->low_ms);
    whole = (uint64_t) (cursor->high_ms - cursor->low_ms);

    /* 40 bits times 23 */
    while (whole >> 23 != 0) {
        whole >>= 1;
        part >>= 1;
    }

    return span * part / whole;
}
