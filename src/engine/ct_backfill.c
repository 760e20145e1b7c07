/*
 * ct_backfill: see the header. Findings from here are like any other; what
 * is known already gets one more place, at most.
 */

#include "ct_backfill.h"

#include <string.h>


#define CT_BACKFILL_GAP_WAIT 20 /* intervals, doubled with each attempt */
#define CT_BACKFILL_GAP_MAX  (24 * 60 * 60 * 1000) /* ms */
#define CT_BACKFILL_FAILS    3 /* then it is not by chance */


static void ct_backfill_choose(ct_backfill_t *back);
static bool ct_backfill_begin_names(ct_backfill_t *back);
static bool ct_backfill_in_vain(const ct_backfill_t *back);
static bool ct_backfill_begin_gap(ct_backfill_t *back);
static void ct_backfill_told(void *owner, const ct_outcome_t *outcome);
static void ct_backfill_names_failed(ct_backfill_t *back,
    const ct_outcome_t *outcome);
static void ct_backfill_begin_anew(ct_backfill_t *back);
static bool ct_backfill_same(ct_backfill_t *back);
static void ct_backfill_mark(ct_backfill_t *back);
static void ct_backfill_ended(ct_backfill_t *back);
static void ct_backfill_names_ended(ct_backfill_t *back);
static void ct_backfill_gap_ended(ct_backfill_t *back);
static void ct_backfill_gap_failed(ct_backfill_t *back);
static void ct_backfill_stop(ct_backfill_t *back);
static void ct_backfill_remove_gap(ct_log_record_t *record, size_t i);


void
ct_backfill_init(ct_backfill_t *back, const ct_source_t *source,
    ct_log_record_t *record)
{
    memset(back, 0, sizeof(ct_backfill_t));
    back->source = source;
    back->record = record;
    ct_fetch_init(&back->fetch, source, &back->cursor, back, NULL,
                  ct_backfill_told);
}


void
ct_backfill_names(ct_backfill_t *back, int64_t since_ms)
{
    if (back->job == CT_BACKFILL_NAMES
        && since_ms < back->record->lookback.since_ms)
    {
        ct_backfill_stop(back);
    }

    if (ct_backfill_want(back->record, back->source->ctx->sha, since_ms)) {
        back->changed = true;
    }
}


bool
ct_backfill_want(ct_log_record_t *record, ct_sha256_t *sha, int64_t since_ms)
{
    ct_lookback_t     *job;
    const ct_cursor_t *tail;

    job = &record->lookback;
    tail = &record->cursor;

    /* the tail will pass there with all names */
    if (tail->phase != CT_CURSOR_WALK || tail->verified.size == 0) {
        return false;
    }

    /* from further back, and what was read already too: with all names */
    if (job->to != 0 && since_ms < job->since_ms) {
        job->since_ms = since_ms;
        job->from = 0;
        job->at = 0;
        return true;
    }

    if (job->to != 0) {
        job->again = 1;
        return true;
    }

    memset(job, 0, sizeof(ct_lookback_t));
    job->since_ms = since_ms;
    job->to = tail->verified.size;
    ct_merkle_root(&tail->verified, sha, job->to_root);

    return true;
}


void
ct_backfill_add_gap(ct_backfill_t *back, ct_gap_e kind, uint64_t from,
    uint64_t to, const uint8_t root[CT_HASH_LEN])
{
    size_t        n;
    ct_gap_t     *gap;
    ct_context_t *ctx;

    ctx = back->source->ctx;
    n = 0;

    while (n < CT_LIMIT_GAPS && back->record->gaps[n].to != 0
           && (back->record->gaps[n].to != from
               || back->record->gaps[n].kind != (uint32_t) kind))
    {
        n++;
    }

    /* what is between the last two is not believed either, then */
    n -= n == CT_LIMIT_GAPS;
    gap = &back->record->gaps[n];

    if (gap->to != 0) {
        from = gap->from;

        if (back->job == CT_BACKFILL_GAP && back->gap == n) {
            ct_backfill_stop(back);
        }
    }

    memset(gap, 0, sizeof(ct_gap_t));
    gap->from = from;
    gap->to = to;
    gap->kind = (uint32_t) kind;
    gap->since_ms = ctx->now_ms;
    gap->due_ms = ctx->now_ms
                  + CT_BACKFILL_GAP_WAIT * ctx->config->interval_ms;
    memcpy(gap->root, root, CT_HASH_LEN);
    back->changed = true;
}


int64_t
ct_backfill_turn(ct_backfill_t *back, size_t ranges)
{
    if (back->job == CT_BACKFILL_NONE && ct_fetch_idle(&back->fetch)) {
        ct_backfill_choose(back);
    }

    if (back->job == CT_BACKFILL_NONE) {
        return INT64_MAX;
    }

    return ct_fetch_turn(&back->fetch, ranges);
}


static void
ct_backfill_choose(ct_backfill_t *back)
{
    back->resumed = false;

    if (ct_backfill_begin_gap(back)) {
        back->job = CT_BACKFILL_GAP;

    } else if (ct_backfill_begin_names(back)) {
        back->job = CT_BACKFILL_NAMES;
    }
}


static bool
ct_backfill_begin_names(ct_backfill_t *back)
{
    ct_head_t      end;
    ct_from_e      from;
    uint64_t       index;
    ct_lookback_t *job;

    job = &back->record->lookback;
    index = job->at;

    if (job->to == 0 || back->source->ctx->now_ms < back->rest_ms
        || (back->contradicted && ct_backfill_in_vain(back)))
    {
        return false;
    }

    memset(&end, 0, sizeof(end));
    end.size = job->to;
    end.timestamp_ms = back->record->cursor.latest.timestamp_ms;
    memcpy(end.root, job->to_root, CT_HASH_LEN);

    from = job->since_ms == 0 ? CT_FROM_ZERO : CT_FROM_TIME;

    if (job->at != 0) {
        from = CT_FROM_INDEX;
        back->resumed = true;

    } else if (from == CT_FROM_TIME && back->lost) {
        from = CT_FROM_INDEX;
        index = back->record->cursor.start;
    }

    ct_cursor_init_until(&back->cursor,
                         (ct_log_type_e) back->record->type, from,
                         job->since_ms, index, &end);
    return true;
}


/* What is known to be contradicted would be so again: not before that gap
 * has closed. */
static bool
ct_backfill_in_vain(const ct_backfill_t *back)
{
    size_t          i;
    const ct_gap_t *gap;

    for (i = 0; i < CT_LIMIT_GAPS; i++) {
        gap = &back->record->gaps[i];

        if (gap->to != 0 && gap->kind == CT_GAP_CONTRADICTED
            && gap->from < back->record->lookback.to)
        {
            return true;
        }
    }

    return false;
}


static bool
ct_backfill_begin_gap(ct_backfill_t *back)
{
    size_t          i;
    ct_head_t       end;
    const ct_gap_t *gap;

    for (i = 0; i < CT_LIMIT_GAPS; i++) {
        gap = &back->record->gaps[i];

        if (gap->to == 0 || back->source->ctx->now_ms < gap->due_ms) {
            continue;
        }

        memset(&end, 0, sizeof(end));
        end.size = gap->to;
        end.timestamp_ms = back->record->cursor.latest.timestamp_ms;
        memcpy(end.root, gap->root, CT_HASH_LEN);
        back->gap = i;
        ct_cursor_init_until(&back->cursor,
                             (ct_log_type_e) back->record->type,
                             CT_FROM_INDEX, 0, gap->from, &end);
        return true;
    }

    return false;
}


static void
ct_backfill_told(void *owner, const ct_outcome_t *outcome)
{
    ct_backfill_t *back;

    back = owner;

    if (outcome->rc != CT_OK) {
        if (back->job == CT_BACKFILL_GAP) {
            ct_backfill_gap_failed(back);
        } else {
            ct_backfill_names_failed(back, outcome);
        }
        return;
    }

    back->record->entries += outcome->entries;
    back->record->malformed += outcome->malformed;
    back->record->matches += outcome->matches;
    back->changed |= outcome->entries > 0;

    if (back->resumed && back->cursor.phase == CT_CURSOR_WALK) {
        back->resumed = false;

        if (!ct_backfill_same(back)) {
            ct_backfill_begin_anew(back);
            return;
        }
    }

    if (ct_cursor_ended(&back->cursor)) {
        ct_backfill_ended(back);
        return;
    }

    ct_backfill_mark(back);
}


/*
 * A gap that is known already is passed over; it has a job of its own. With
 * it goes what lies before it in the same tile or answer, and does not come
 * any more.
 */
static void
ct_backfill_names_failed(ct_backfill_t *back, const ct_outcome_t *outcome)
{
    size_t    i;
    uint64_t  at, end;
    ct_gap_t *gap;

    if (outcome->rc == CT_E_ROOT) {
        ct_backfill_begin_anew(back);
        return;
    }

    /* an entry that does not come hides where to begin: then it is where the
     * tail began, if that is early enough */
    if (back->cursor.phase == CT_CURSOR_SEARCH && outcome->status == 404
        && back->cursor.fails >= CT_BACKFILL_FAILS
        && back->record->since_ms <= back->record->lookback.since_ms)
    {
        back->lost = true;
        ct_backfill_stop(back);
        return;
    }

    at = back->cursor.downloaded.size;
    end = back->cursor.fails >= CT_BACKFILL_FAILS && outcome->status != 0
          && outcome->ask.kind == CT_ASK_ENTRIES
          ? outcome->ask.first + outcome->ask.count : at + 1;

    for (i = 0; i < CT_LIMIT_GAPS && back->cursor.phase == CT_CURSOR_WALK;
         i++)
    {
        gap = &back->record->gaps[i];

        if (gap->from < end && at < gap->to
            && gap->to <= back->cursor.target.size)
        {
            gap->from = at < gap->from ? at : gap->from;
            ct_fetch_drop(&back->fetch);
            ct_cursor_leap(&back->cursor, gap->to,
                           back->source->ctx->now_ms);
            return;
        }
    }
}


/* What it read does not come to what the tail has verified. */
static void
ct_backfill_begin_anew(ct_backfill_t *back)
{
    ct_context_t *ctx;

    ctx = back->source->ctx;
    ct_lines_say(ctx->lines, CT_LINE_WARN,
                 "log \"%s\" gives other entries than before while it is "
                 "searched for new names, it is read again",
                 back->record->description);
    back->record->lookback.from = 0;
    back->record->lookback.at = 0;
    back->contradicted = true;
    back->rest_ms = ctx->now_ms
                    + CT_BACKFILL_GAP_WAIT * ctx->config->interval_ms;
    ct_backfill_stop(back);
}


/* The frontier seeded after a restart is that of what was read before? */
static bool
ct_backfill_same(ct_backfill_t *back)
{
    uint8_t              root[CT_HASH_LEN];
    const ct_lookback_t *job;

    job = &back->record->lookback;
    ct_merkle_root(&back->cursor.verified, back->source->ctx->sha, root);

    return back->cursor.verified.size == job->at
           && memcmp(root, job->at_root, CT_HASH_LEN) == 0;
}


/* How far it is, where it could begin again. */
static void
ct_backfill_mark(ct_backfill_t *back)
{
    ct_lookback_t     *job;
    const ct_cursor_t *cursor;

    job = &back->record->lookback;
    cursor = &back->cursor;

    if (back->job != CT_BACKFILL_NAMES || cursor->phase != CT_CURSOR_WALK
        || cursor->downloaded.size <= job->at
        || (cursor->type == CT_LOG_STATIC
            && cursor->downloaded.size % CT_LIMIT_TILE_WIDTH != 0))
    {
        return;
    }

    if (job->at == 0) {
        job->from = cursor->start;
    }

    job->at = cursor->downloaded.size;
    ct_merkle_root(&cursor->downloaded, back->source->ctx->sha, job->at_root);
    back->changed = true;
}


static void
ct_backfill_ended(ct_backfill_t *back)
{
    if (back->job == CT_BACKFILL_NAMES) {
        ct_backfill_names_ended(back);
    } else {
        ct_backfill_gap_ended(back);
    }

    ct_backfill_stop(back);
}


static void
ct_backfill_names_ended(ct_backfill_t *back)
{
    int64_t        since_ms;
    uint64_t       again;
    ct_lookback_t *job;

    job = &back->record->lookback;
    since_ms = job->since_ms;
    again = job->again;

    ct_judge_verified(back->source->ctx, back->source->slot, back->record,
                      job->from, job->to);
    back->contradicted = false;
    back->lost = false;
    memset(job, 0, sizeof(ct_lookback_t));
    back->record->since_ms = since_ms;

    if (again) {
        ct_backfill_names(back, since_ms);
    }
}


static void
ct_backfill_gap_ended(ct_backfill_t *back)
{
    ct_gap_t      gap;
    ct_context_t *ctx;

    ctx = back->source->ctx;
    gap = back->record->gaps[back->gap];
    ct_backfill_remove_gap(back->record, back->gap);
    ct_judge_verified(ctx, back->source->slot, back->record, gap.from,
                      gap.to);
    ct_lines_say(ctx->lines, CT_LINE_NOTICE,
                 "a gap of log \"%s\" has closed, its %llu entries were read",
                 back->record->description,
                 (unsigned long long) (gap.to - gap.from));
}


static void
ct_backfill_gap_failed(ct_backfill_t *back)
{
    int64_t       wait;
    ct_gap_t     *gap;
    ct_context_t *ctx;

    ctx = back->source->ctx;
    gap = &back->record->gaps[back->gap];
    wait = CT_BACKFILL_GAP_WAIT * ctx->config->interval_ms;
    wait <<= gap->tries < 10 ? gap->tries : 10;
    gap->due_ms = ctx->now_ms + (wait < CT_BACKFILL_GAP_MAX
                                 ? wait : CT_BACKFILL_GAP_MAX);
    gap->tries++;
    ct_backfill_stop(back);
}


/* The cursor may still be waited for by an answer: it stays as it is. */
static void
ct_backfill_stop(ct_backfill_t *back)
{
    back->job = CT_BACKFILL_NONE;
    back->changed = true;
    ct_fetch_drop(&back->fetch);
}


static void
ct_backfill_remove_gap(ct_log_record_t *record, size_t i)
{
    memmove(&record->gaps[i], &record->gaps[i + 1],
            (CT_LIMIT_GAPS - 1 - i) * sizeof(ct_gap_t));
    memset(&record->gaps[CT_LIMIT_GAPS - 1], 0, sizeof(ct_gap_t));
}


void
ct_backfill_drop(ct_backfill_t *back)
{
    ct_fetch_drop(&back->fetch);
}


void
ct_backfill_shift(ct_backfill_t *back, int64_t delta_ms)
{
    size_t i;

    back->cursor.not_before_ms += delta_ms;
    back->fetch.issuer_due_ms += delta_ms;
    back->rest_ms += delta_ms;

    for (i = 0; i < CT_LIMIT_GAPS; i++) {
        if (back->record->gaps[i].to != 0) {
            back->record->gaps[i].due_ms += delta_ms;
        }
    }
}
