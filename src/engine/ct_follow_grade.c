/*
 * ct_follow_grade: how a log stands, from its answers and its failures, and
 * what the list says of it. The rules are ct_coverage's; a change is told
 * once.
 */

#include "ct_follow_part.h"
#include "ct_coverage.h"
#include "ct_events.h"

#include <stdio.h>
#include <string.h>


#define CT_FOLLOW_GRADE_MS 1000
#define CT_FOLLOW_SPEED_MS 5000
#define CT_FOLLOW_FORKED   10 /* intervals without the other tree */


static void ct_follow_skip(ct_follow_t *follow);
static void ct_follow_failing(ct_follow_t *follow);
static void ct_follow_forgive(ct_follow_t *follow);
static void ct_follow_turned(ct_follow_t *follow, ct_follow_e before);
static bool ct_follow_ill(ct_follow_e state);
static void ct_follow_speed(ct_follow_t *follow);


void
ct_follow_listed(ct_follow_t *follow, const ct_log_t *log)
{
    ct_log_record_t *r;

    r = &follow->record;
    follow->source.log = log;

    (void) snprintf(r->description, sizeof(r->description), "%s",
                    log->description[0] != '\0' ? log->description
                                                : log->url);
    (void) snprintf(r->operator_name, sizeof(r->operator_name), "%s",
                    log->operator_name);
    r->type = (uint8_t) log->type;
    r->listed = (uint8_t) log->state;
    r->mmd_ms = log->mmd_ms;
    r->end_ms = log->end_ms;
    r->final_size = log->final_size;
    r->has_final = log->has_final;

    ct_follow_skip(follow);
    follow->graded_ms = 0;
    ct_follow_grade(follow);
    ct_follow_save(follow);
}


/* Intervals end while we run, and a clock may be put right again. */
static void
ct_follow_skip(ct_follow_t *follow)
{
    const char      *skip;
    ct_log_record_t *r;

    r = &follow->record;
    skip = ct_loglist_skip(follow->source.log, follow->source.ctx->now_ms);
    follow->active = skip == NULL;

    if (skip != NULL) {
        (void) snprintf(r->skip, sizeof(r->skip), "%s", skip);
        r->error[0] = '\0';
        ct_follow_drop(follow);
        return;
    }

    r->skip[0] = '\0';
}


void
ct_follow_answers(ct_follow_t *follow)
{
    ct_log_record_t *r;

    r = &follow->record;
    r->last_success_ms = follow->source.ctx->now_ms;
    ct_follow_failing(follow);

    /* a contradiction stays in view until entries and root agree again */
    if (r->failing_ms == 0 && r->error[0] != '\0'
        && r->cursor.mismatches == 0)
    {
        ct_lines_say(follow->source.ctx->lines, CT_LINE_NOTICE,
                     "log \"%s\" answers as it should again",
                     r->description);
        r->error[0] = '\0';
        r->limited = 0;
    }

    ct_follow_forgive(follow);
    follow->graded_ms = 0;
    ct_follow_grade(follow);
    ct_follow_save(follow);
}


/* A log fails while its heads or its entries do not come. */
static void
ct_follow_failing(ct_follow_t *follow)
{
    int64_t head, tail;

    /* then there is nothing that the tail could ask for */
    if (follow->record.cursor.phase == CT_CURSOR_WALK
        && follow->record.cursor.verified.size
           == follow->record.cursor.latest.size)
    {
        follow->tail_failing_ms = 0;
    }

    head = follow->head_failing_ms;
    tail = follow->tail_failing_ms;
    follow->record.failing_ms = head == 0 || (tail != 0 && tail < head)
                                ? tail : head;
}


/* Entries and signed root agree again, and nothing contradicts. A fork is
 * over when it has grown beyond it and shows one tree only, for a while. */
static void
ct_follow_forgive(ct_follow_t *follow)
{
    size_t           i;
    ct_log_record_t *r;

    r = &follow->record;

    if (!r->accused || !ct_cursor_done(&r->cursor)
        || r->cursor.mismatches != 0
        || (follow->forked_size != 0
            && r->cursor.latest.size <= follow->forked_size)
        || (follow->forked_ms != 0
            && follow->source.ctx->now_ms - follow->forked_ms
               < CT_FOLLOW_FORKED
                 * follow->source.ctx->config->interval_ms)
        || r->cursor.confirmed_ms < r->cursor.latest.timestamp_ms
        || (r->has_final && r->cursor.latest.size > r->final_size))
    {
        return;
    }

    for (i = 0; i < CT_LIMIT_GAPS; i++) {
        if (r->gaps[i].to != 0 && r->gaps[i].kind == CT_GAP_CONTRADICTED) {
            return;
        }
    }

    r->accused = 0;
}


void
ct_follow_error(ct_follow_t *follow, const char *what, const char *why,
    bool refused)
{
    char             error[CT_LIMIT_ERROR];
    ct_context_t    *ctx;
    ct_log_record_t *r;

    ctx = follow->source.ctx;
    r = &follow->record;
    (void) snprintf(error, sizeof(error), "%s: %.200s", what, why);

    if (strcmp(error, r->error) != 0) {
        ct_lines_say(ctx->lines, CT_LINE_WARN,
                     "log \"%s\" failed, it will be asked again: %s",
                     r->description, error);
    }

    memcpy(r->error, error, sizeof(r->error));
    r->last_error_ms = ctx->now_ms;
    r->limited = refused;
    ct_follow_failing(follow);
    follow->graded_ms = 0;
    ct_follow_grade(follow);
    ct_follow_save(follow);
}


void
ct_follow_grade(ct_follow_t *follow)
{
    ct_follow_e      before, state;
    ct_context_t    *ctx;
    ct_log_record_t *r;

    ctx = follow->source.ctx;
    r = &follow->record;

    if (follow->leaving
        || (ctx->now_ms - follow->graded_ms < CT_FOLLOW_GRADE_MS
            && follow->graded_ms <= ctx->now_ms))
    {
        return;
    }

    follow->graded_ms = ctx->now_ms;
    before = (ct_follow_e) r->state;

    ct_follow_skip(follow);
    ct_follow_keep_owed(follow);
    ct_follow_speed(follow);
    state = follow->active
            ? ct_coverage_grade(r, ctx->now_ms, ctx->config->interval_ms)
            : CT_FOLLOW_SKIPPED;

    /* after a jump of the clock the next head tells how old it is */
    if (state == before
        || (state == CT_FOLLOW_LAGGING && ctx->now_ms < follow->steady_ms))
    {
        return;
    }

    r->state = (uint8_t) state;
    r->state_ms = ctx->now_ms;
    r->caught_up |= state == CT_FOLLOW_FOLLOWING;
    ct_follow_turned(follow, before);
    ct_follow_save(follow);
    ct_context_changed(ctx);
}


/* Misbehaviour is told where it is found, with its evidence. */
static void
ct_follow_turned(ct_follow_t *follow, ct_follow_e before)
{
    char             text[CT_LIMIT_ERROR], why[CT_LIMIT_ERROR];
    ct_buf_t         buf;
    ct_event_e       kind;
    ct_follow_e      state;
    ct_log_record_t *r;

    r = &follow->record;
    state = (ct_follow_e) r->state;

    if ((state == CT_FOLLOW_UNREACHABLE && before != CT_FOLLOW_LIMITED)
        || (state == CT_FOLLOW_LIMITED && before != CT_FOLLOW_UNREACHABLE))
    {
        kind = CT_EVENT_LOG_UNREACHABLE;

    } else if (state == CT_FOLLOW_LAGGING && !ct_follow_ill(before)) {
        kind = CT_EVENT_LOG_LAGGING;

    } else if (ct_follow_ill(before) && !ct_follow_ill(state)
               && state != CT_FOLLOW_SKIPPED)
    {
        kind = CT_EVENT_LOG_RECOVERED;

    } else {
        return;
    }

    ct_buf_fixed(&buf, why, sizeof(why) - 1);
    ct_coverage_reason(&buf, r, follow->source.ctx->now_ms);
    why[buf.len] = '\0';

    (void) snprintf(text, sizeof(text), "%.100s: %.140s", r->description,
                    kind == CT_EVENT_LOG_RECOVERED
                    ? "it is followed again as it should be" : why);
    ct_events_say(follow->source.ctx, kind, (uint32_t) follow->source.slot,
                  NULL, text);
}


static bool
ct_follow_ill(ct_follow_e state)
{
    return state == CT_FOLLOW_LAGGING || state == CT_FOLLOW_UNREACHABLE
           || state == CT_FOLLOW_LIMITED || state == CT_FOLLOW_MISBEHAVING;
}


/* Entries a second, for the time that is left. */
static void
ct_follow_speed(ct_follow_t *follow)
{
    int64_t          took;
    uint64_t         now;
    ct_log_record_t *r;

    r = &follow->record;
    took = follow->source.ctx->now_ms - follow->speed_ms;

    if (took < CT_FOLLOW_SPEED_MS) {
        return;
    }

    if (r->cursor.phase == CT_CURSOR_WALK && follow->speed_ms != 0
        && r->cursor.downloaded.size >= follow->speed_at)
    {
        now = (r->cursor.downloaded.size - follow->speed_at) * 1000
              / (uint64_t) took;
        r->speed = r->speed == 0 ? now : (3 * r->speed + now) / 4;
    }

    follow->speed_ms = follow->source.ctx->now_ms;
    follow->speed_at = r->cursor.downloaded.size;
}
