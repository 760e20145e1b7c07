/*
 * ct_follow: a log's record and what moves it. Its head is in
 * ct_follow_head.c, how it stands in ct_follow_grade.c. Order matters for
 * crash safety: findings are stored before the position that passes them.
 */

#include "ct_follow_part.h"
#include "ct_coverage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


/* Intervals that a log may owe entries before they are passed over. */
#define CT_FOLLOW_OWES 30

/* Entries that do not come are asked for in smaller pieces from here on. */
#define CT_FOLLOW_PIECES 3
#define CT_FOLLOW_SMALLER 8


static void ct_follow_begin(ct_follow_t *follow);
static void ct_follow_reach_back(ct_follow_t *follow);
static int64_t ct_follow_since(const ct_follow_t *follow);
static void ct_follow_told(void *owner, const ct_outcome_t *outcome);
static void ct_follow_good(ct_follow_t *follow,
    const ct_outcome_t *outcome);
static void ct_follow_proven(ct_follow_t *follow);
static void ct_follow_larger(ct_follow_t *follow);
static void ct_follow_leapt(ct_follow_t *follow);
static void ct_follow_bad(ct_follow_t *follow, const ct_outcome_t *outcome);
static void ct_follow_owing(ct_follow_t *follow,
    const ct_outcome_t *outcome);
static uint64_t ct_follow_missing(const ct_follow_t *follow,
    uint64_t first);
static void ct_follow_contradicted(ct_follow_t *follow,
    const ct_outcome_t *outcome);
static void ct_follow_leap(ct_follow_t *follow, ct_gap_e kind, uint64_t to);


ct_rc_t
ct_follow_open(ct_follow_t *follow, ct_context_t *ctx, const ct_log_t *log)
{
    ct_rc_t          rc;
    ct_log_record_t *r;

    memset(follow, 0, sizeof(ct_follow_t));
    follow->source.ctx = ctx;
    follow->source.log = log;
    follow->source.pace = ct_operators_pace(ctx->operators, log);

    rc = ct_store_log_slot(ctx->store, log->id, log->url,
                           &follow->source.slot);
    if (rc != CT_OK) {
        return rc;
    }

    r = &follow->record;

    if (!ct_store_log(ctx->store, follow->source.slot, r)) {
        return CT_E_ABSENT;
    }

    follow->key = ct_key_create(log->key);

    if (follow->key == NULL) {
        return CT_E_TYPE;
    }

    ct_fetch_init(&follow->tail, &follow->source, &r->cursor, follow,
                  ct_follow_ask_head, ct_follow_told);
    ct_backfill_init(&follow->back, &follow->source, r);

    if (r->description[0] == '\0') {
        ct_follow_begin(follow);
    } else {
        ct_follow_reach_back(follow);
    }

    ct_cursor_resume(&r->cursor, ctx->now_ms);

    /* a new engine is no good answer */
    follow->head_failing_ms = r->failing_ms;
    follow->tail_failing_ms = r->failing_ms;
    follow->forked_size = r->accused ? r->cursor.latest.size : 0;
    follow->judged = r->cursor.verified.size;

    if (r->cursor.latest.timestamp_ms != 0) {
        ct_follow_seen_head(follow, &r->cursor.latest);
    }

    ct_follow_listed(follow, log);

    return CT_OK;
}


/* A log never seen: what was asked for, or from when monitoring began. */
static void
ct_follow_begin(ct_follow_t *follow)
{
    int64_t          since_ms;
    ct_log_record_t *r;
    ct_log_type_e    type;

    r = &follow->record;
    type = follow->source.log->type;
    since_ms = follow->source.ctx->config->since_ms;
    r->since_ms = ct_follow_since(follow);

    if (since_ms == 0) {
        ct_cursor_init(&r->cursor, type, CT_FROM_ZERO, 0, 0);

    } else if (since_ms == CT_SINCE_NOW) {
        ct_cursor_init(&r->cursor, type, CT_FROM_HEAD, r->since_ms, 0);

    } else {
        ct_cursor_init(&r->cursor, type, CT_FROM_TIME, since_ms, 0);
    }
}


/* ct_since reaches further back than it did when the log was begun. */
static void
ct_follow_reach_back(ct_follow_t *follow)
{
    int64_t                since_ms;
    const ct_log_record_t *r;

    r = &follow->record;
    since_ms = follow->source.ctx->config->since_ms;

    if (since_ms < r->since_ms
        && (r->lookback.to == 0 || since_ms < r->lookback.since_ms))
    {
        ct_backfill_names(&follow->back, since_ms);
    }
}


static int64_t
ct_follow_since(const ct_follow_t *follow)
{
    const ct_context_t *ctx;

    ctx = follow->source.ctx;

    return ctx->config->since_ms == CT_SINCE_NOW ? ctx->status.since_ms
                                                 : ctx->config->since_ms;
}


void
ct_follow_look_back(ct_follow_t *follow)
{
    if (follow->source.ctx->config->since_ms != CT_SINCE_NOW) {
        ct_backfill_names(&follow->back, ct_follow_since(follow));
        ct_follow_save(follow);
    }
}


bool
ct_follow_rest(ct_follow_t *follow)
{
    follow->active = false;
    follow->leaving = true;
    ct_follow_drop(follow);

    return !follow->head_busy && ct_fetch_idle(&follow->tail)
           && ct_fetch_idle(&follow->back.fetch);
}


void
ct_follow_drop(ct_follow_t *follow)
{
    ct_fetch_drop(&follow->tail);
    ct_backfill_drop(&follow->back);
}


void
ct_follow_close(ct_follow_t *follow)
{
    free(follow->owed);
    follow->owed = NULL;
    ct_key_free(follow->key);
    follow->key = NULL;
}


void
ct_follow_shift(ct_follow_t *follow, int64_t delta_ms)
{
    const ct_context_t *ctx;

    ctx = follow->source.ctx;
    follow->record.cursor.not_before_ms += delta_ms;
    follow->record.cursor.head_due_ms += delta_ms;
    follow->record.cursor.partial_due_ms
        += follow->record.cursor.partial_due_ms != 0 ? delta_ms : 0;
    follow->tail.issuer_due_ms += delta_ms;
    follow->head_failing_ms += follow->head_failing_ms != 0 ? delta_ms : 0;
    follow->tail_failing_ms += follow->tail_failing_ms != 0 ? delta_ms : 0;
    follow->record.failing_ms
        += follow->record.failing_ms != 0 ? delta_ms : 0;
    follow->forked_ms += follow->forked_ms != 0 ? delta_ms : 0;
    follow->leap_ms += delta_ms;
    follow->graded_ms += delta_ms;
    follow->owed_ms += delta_ms;
    follow->steady_ms = ctx->now_ms
                        + ct_coverage_patience(ctx->config->interval_ms);
    follow->speed_ms += delta_ms;
    ct_backfill_shift(&follow->back, delta_ms);
}


int64_t
ct_follow_turn(ct_follow_t *follow)
{
    int64_t due, next;

    ct_follow_grade(follow);

    if (!follow->active) {
        return INT64_MAX;
    }

    due = ct_fetch_turn(&follow->tail, CT_LIMIT_RANGES);

    /* what lies behind has to wait for the tail */
    next = ct_backfill_turn(&follow->back, follow->tail.nranges > 1 ? 1 : 2);

    if (follow->back.changed) {
        follow->back.changed = false;
        ct_follow_save(follow);
        ct_context_changed(follow->source.ctx);
    }

    return next < due ? next : due;
}


static void
ct_follow_told(void *owner, const ct_outcome_t *outcome)
{
    ct_follow_t *follow;

    follow = owner;

    if (outcome->rc == CT_OK) {
        ct_follow_good(follow, outcome);
        return;
    }

    if (outcome->rc == CT_E_ROOT
        && outcome->ask.kind != CT_ASK_CONSISTENCY)
    {
        ct_follow_contradicted(follow, outcome);
        return;
    }

    ct_follow_bad(follow, outcome);
}


static void
ct_follow_good(ct_follow_t *follow, const ct_outcome_t *outcome)
{
    ct_cursor_t     *cursor;
    ct_context_t    *ctx;
    ct_log_record_t *r;

    ctx = follow->source.ctx;
    r = &follow->record;
    cursor = &r->cursor;
    r->entries += outcome->entries;
    r->matches += outcome->matches;
    r->malformed += outcome->malformed;

    /* of a walk other answers say nothing about the entries */
    if (cursor->phase != CT_CURSOR_WALK
        || outcome->ask.kind == CT_ASK_ENTRIES)
    {
        follow->tail_failing_ms = 0;
    }

    if (follow->piece != 0 && outcome->ask.kind == CT_ASK_ENTRIES) {
        ct_follow_larger(follow);
    }

    if (follow->leap.kind != 0 && cursor->phase == CT_CURSOR_WALK) {
        if (follow->proving) {
            ct_follow_proven(follow);
        } else {
            ct_follow_leapt(follow);
        }
    }

    if (follow->leap.kind == 0 && cursor->verified.size > follow->judged) {
        ct_judge_verified(ctx, follow->source.slot, r, follow->judged,
                          cursor->verified.size);
        follow->judged = cursor->verified.size;
    }

    ct_context_changed(ctx);
    ct_follow_answers(follow);
}


/* The frontier in front of the gap, as the signed tree has it: what was read
 * up to there came to the same, or did not. Now behind the gap. */
static void
ct_follow_proven(ct_follow_t *follow)
{
    uint8_t       ours[CT_HASH_LEN], signed_root[CT_HASH_LEN];
    uint64_t      to;
    ct_sha256_t  *sha;
    ct_cursor_t  *cursor;

    cursor = &follow->record.cursor;
    sha = follow->source.ctx->sha;
    to = follow->leap.to;
    follow->proving = false;
    ct_merkle_root(&follow->before.downloaded, sha, ours);
    ct_merkle_root(&cursor->downloaded, sha, signed_root);

    if (memcmp(ours, signed_root, CT_HASH_LEN) == 0) {
        follow->before = *cursor;

    } else {
        follow->leap.kind = CT_GAP_CONTRADICTED;
        follow->leap.from = follow->before.verified.size;
        ct_follow_accuse(follow, "root", &cursor->target, NULL, ours,
                         follow->leap.from);
    }

    ct_cursor_leap(cursor, to, follow->source.ctx->now_ms);
}


/* A piece has come: twice as much next, or else a log that was in trouble
 * once would be asked for every entry by itself. */
static void
ct_follow_larger(ct_follow_t *follow)
{
    follow->piece *= 2;

    if (follow->piece > CT_LIMIT_BATCH) {
        follow->piece = 0;
    }

    follow->record.cursor.batch = follow->piece;
}


/* The frontier behind the gap is seeded, in the signed tree. */
static void
ct_follow_leapt(ct_follow_t *follow)
{
    uint8_t      root[CT_HASH_LEN];
    ct_cursor_t *cursor;

    cursor = &follow->record.cursor;
    ct_merkle_root(&cursor->downloaded, follow->source.ctx->sha, root);
    ct_backfill_add_gap(&follow->back, (ct_gap_e) follow->leap.kind,
                        follow->leap.from, cursor->downloaded.size, root);
    cursor->batch = 0;
    follow->piece = 0;
    follow->leap.kind = 0;
    follow->tail_failing_ms = 0;
}


static void
ct_follow_bad(ct_follow_t *follow, const ct_outcome_t *outcome)
{
    bool          refused;
    ct_context_t *ctx;

    ctx = follow->source.ctx;
    refused = outcome->status == 429 || outcome->status == 503;

    if (follow->tail_failing_ms == 0) {
        follow->tail_failing_ms = ctx->now_ms;
    }

    if (follow->leap.kind != 0) {
        follow->record.cursor = follow->before;
        ct_cursor_resume(&follow->record.cursor, ctx->now_ms);
        follow->record.cursor.not_before_ms = ctx->now_ms
                                              + ctx->config->interval_ms;
        follow->leap.kind = 0;
        follow->proving = false;
        follow->leap_ms = ctx->now_ms
                          + CT_FOLLOW_OWES * ctx->config->interval_ms;
    }

    ct_follow_error(follow, outcome->what, outcome->why, refused);

    if (outcome->ask.kind == CT_ASK_ENTRIES && !refused
        && strcmp(outcome->what, "issuer") != 0)
    {
        ct_follow_owing(follow, outcome);
    }
}


/* Entries do not come although the log answers: in smaller pieces, so that
 * a bad one does not hide its neighbours; then they are passed over. */
static void
ct_follow_owing(ct_follow_t *follow, const ct_outcome_t *outcome)
{
    int64_t       bound;
    uint64_t      to, before;
    ct_cursor_t  *cursor;
    ct_context_t *ctx;

    ctx = follow->source.ctx;
    cursor = &follow->record.cursor;
    bound = CT_FOLLOW_OWES * ctx->config->interval_ms;
    before = ct_follow_missing(follow, outcome->ask.first);

    if (outcome->ask.first != cursor->downloaded.size
        || cursor->phase != CT_CURSOR_WALK)
    {
        return;
    }

    if (cursor->fails >= CT_FOLLOW_PIECES && outcome->ask.count > 1
        && before == 0 && cursor->type == CT_LOG_RFC6962)
    {
        follow->piece = outcome->ask.count < CT_FOLLOW_SMALLER
            ? 1 : (uint32_t) (outcome->ask.count / CT_FOLLOW_SMALLER);
        cursor->batch = follow->piece;
        return;
    }

    if (cursor->fails < CT_FOLLOW_PIECES || follow->head_failing_ms != 0
        || ctx->now_ms < follow->leap_ms
        || ctx->now_ms - follow->tail_failing_ms < bound)
    {
        return;
    }

    /* a block is missing: as much again as is known to be */
    to = outcome->ask.first + (before != 0 && before < outcome->ask.count
                               && cursor->type == CT_LOG_RFC6962
                               ? before : outcome->ask.count);

    /* the rest of a tile that still grows would not come either */
    if (cursor->type == CT_LOG_STATIC && to % CT_LIMIT_TILE_WIDTH != 0) {
        return;
    }

    ct_follow_leap(follow, CT_GAP_ABSENT, to);
}


/* The entries in front of this one that do not come either. */
static uint64_t
ct_follow_missing(const ct_follow_t *follow, uint64_t first)
{
    size_t          i;
    const ct_gap_t *gap;

    for (i = 0; i < CT_LIMIT_GAPS; i++) {
        gap = &follow->record.gaps[i];

        if (gap->to == first && gap->from < first
            && gap->kind == CT_GAP_ABSENT)
        {
            return first - gap->from;
        }
    }

    return 0;
}


/* The first time it may be a cache's doing: everything since is read again.
 * The second time it is the log's. */
static void
ct_follow_contradicted(ct_follow_t *follow, const ct_outcome_t *outcome)
{
    ct_cursor_t *cursor;

    cursor = &follow->record.cursor;
    ct_follow_error(follow, outcome->what, outcome->why, false);

    if (cursor->mismatches < 2) {
        return;
    }

    if (outcome->ask.kind == CT_ASK_ENTRIES && follow->leap.kind == 0) {
        ct_follow_accuse(follow, "root", &cursor->target, NULL,
                         outcome->root, cursor->verified.size);
        ct_follow_leap(follow, CT_GAP_CONTRADICTED, cursor->target.size);
        return;
    }

    ct_follow_accuse(follow, "root", &cursor->target, NULL, NULL,
                     cursor->verified.size);
}


static void
ct_follow_leap(ct_follow_t *follow, ct_gap_e kind, uint64_t to)
{
    ct_cursor_t *cursor;

    cursor = &follow->record.cursor;
    to = to < cursor->target.size ? to : cursor->target.size;
    follow->before = *cursor;
    follow->leap.kind = (uint32_t) kind;
    follow->leap.from = kind == CT_GAP_CONTRADICTED
                        ? cursor->verified.size : cursor->downloaded.size;
    follow->leap.to = to;

    /* what was read since the last signed root has to be proven first */
    follow->proving = follow->leap.from > cursor->verified.size;
    ct_cursor_leap(cursor, follow->proving ? follow->leap.from : to,
                   follow->source.ctx->now_ms);
}


/* While a gap is passed over the cursor holds nothing that a restart could
 * go on from. */
void
ct_follow_save(ct_follow_t *follow)
{
    ct_cursor_t now;

    if (follow->leaving) {
        return;
    }

    if (follow->leap.kind == 0) {
        ct_store_set_log(follow->source.ctx->store, follow->source.slot,
                         &follow->record);
        return;
    }

    now = follow->record.cursor;
    follow->record.cursor = follow->before;
    ct_store_set_log(follow->source.ctx->store, follow->source.slot,
                     &follow->record);
    follow->record.cursor = now;
}
