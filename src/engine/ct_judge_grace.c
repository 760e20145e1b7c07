/*
 * ct_judge_grace: what time makes of a verdict. A certificate of a CA of
 * ours is expected to be served soon; when it is not, somebody else may have
 * it. Deadlines are kept with the findings, so they outlive engines, and
 * they wait while nobody looks.
 */

#include "ct_ack.h"
#include "ct_judge_part.h"

#include <string.h>


/* Between two looks at all findings. */
#define CT_GRACE_SCAN_MS 1000

/* Until an entry must be in the tree after its timestamp, and then some. What
 * claims to be older and comes only now does not count as old: a log may
 * write any time into an entry. */
#define CT_GRACE_MERGE_MS ((int64_t) 2 * 24 * 60 * 60 * 1000)


static bool ct_grace_over(ct_context_t *ctx, uint64_t number);
static int64_t ct_grace_since(const ct_context_t *ctx);


void
ct_judge_becomes(ct_context_t *ctx, ct_finding_t *f, ct_verdict_e verdict,
    ct_reason_e reason)
{
    bool    waits;
    int64_t due;

    /* it is until it is served, whatever is learned of its CA */
    if (verdict == CT_VERDICT_EXPECTED && f->verdict == CT_VERDICT_UNSERVED) {
        return;
    }

    waits = verdict == CT_VERDICT_EXPECTED && reason != CT_REASON_BYGONE;

    if (!waits) {
        f->pending_ms = 0;

    } else if (f->pending_ms == 0 || f->verdict != CT_VERDICT_EXPECTED) {
        f->pending_ms = ctx->now_ms;
    }

    if (f->verdict != (uint8_t) verdict) {
        f->judged_ms = ctx->now_ms;
    }

    f->verdict = (uint8_t) verdict;
    f->reason = (uint8_t) reason;
    f->grace_s = waits ? (uint32_t) (ctx->config->grace_ms / 1000) : 0;

    if (waits) {
        due = ct_finding_deadline(f);
        ctx->grace_due_ms = due < ctx->grace_due_ms ? due
                                                    : ctx->grace_due_ms;
    }

    if (verdict == CT_VERDICT_SERVED || verdict == CT_VERDICT_OURS) {
        f->flags |= CT_FINDING_WAS_SERVED;
    }
}


void
ct_judge_flags(ct_context_t *ctx, ct_finding_t *f)
{
    ct_ack_t ack;

    /* ct_since reaches further back than it did */
    if ((f->flags & CT_FINDING_BASELINE)
        && ct_finding_logged(f) >= ct_grace_since(ctx))
    {
        f->flags &= ~(uint32_t) CT_FINDING_BASELINE;
    }

    if (ct_policy_our_key(ctx->policy, f->spki_sha256)) {
        f->flags |= CT_FINDING_OUR_KEY;
    }

    f->flags &= ~(uint32_t) CT_FINDING_ACKNOWLEDGED;

    if (ct_ack_find(ctx->store, f, &ack)) {
        f->flags |= CT_FINDING_ACKNOWLEDGED;
    }
}


/* The log says so, and the CA does not contradict it. */
bool
ct_judge_before(const ct_context_t *ctx, const ct_finding_t *f)
{
    return ct_finding_logged(f) < ctx->status.since_ms
           && f->not_before_ms < ctx->status.since_ms;
}


bool
ct_judge_baseline(const ct_context_t *ctx, const ct_finding_t *f)
{
    int64_t since, logged;

    since = ct_grace_since(ctx);
    logged = ct_finding_logged(f);

    return logged < since && logged >= since - CT_GRACE_MERGE_MS
           && f->not_before_ms < since;
}


/* What was logged from then on is told. */
static int64_t
ct_grace_since(const ct_context_t *ctx)
{
    return ctx->config->since_ms < ctx->status.since_ms
           ? ctx->config->since_ms : ctx->status.since_ms;
}


int64_t
ct_judge_turn(ct_context_t *ctx)
{
    int64_t      due;
    uint64_t     n, last, max;
    ct_finding_t f;

    if (ctx->now_ms < ctx->grace_due_ms) {
        return ctx->grace_due_ms;
    }

    if (ctx->now_ms < ctx->grace_scan_ms) {
        return ctx->grace_scan_ms;
    }

    ctx->grace_scan_ms = ctx->now_ms + CT_GRACE_SCAN_MS;
    ctx->grace_due_ms = INT64_MAX;
    last = ct_store_last(ctx->store);
    max = ct_store_max_findings(ctx->store);

    for (n = last > max ? last - max + 1 : 1; n <= last; n++) {
        if (!ct_store_finding(ctx->store, n, &f, NULL)
            || f.verdict != CT_VERDICT_EXPECTED || f.pending_ms == 0)
        {
            continue;
        }

        due = ct_finding_deadline(&f);

        if (due > ctx->now_ms || !ct_grace_over(ctx, n)) {
            ctx->grace_due_ms = due < ctx->grace_due_ms ? due
                                                        : ctx->grace_due_ms;
        }
    }

    return ctx->grace_due_ms < ctx->grace_scan_ms ? ctx->grace_scan_ms
                                                  : ctx->grace_due_ms;
}


static bool
ct_grace_over(ct_context_t *ctx, uint64_t number)
{
    ct_buf_t          text;
    ct_finding_t      f;
    ct_finding_text_t parts;

    ct_arena_reset(ctx->scratch);
    ct_buf_init(&text, ctx->scratch, CT_LIMIT_FINDING_TEXT);

    if (!ct_store_finding(ctx->store, number, &f, &text)
        || !ct_finding_text_read(ct_buf_slice(&text), &parts))
    {
        return false;
    }

    f.verdict = CT_VERDICT_UNSERVED;
    f.judged_ms = ctx->now_ms;
    ct_judge_tell(ctx, &f);
    ct_store_update(ctx->store, &f);
    ct_context_changed(ctx);
    ct_judge_say(ctx, &f, &parts, true);

    return true;
}


/* Never past now: who waits has not waited less than not at all. */
void
ct_judge_shift(ct_context_t *ctx, int64_t delta_ms)
{
    uint64_t     n, last, max;
    ct_finding_t f;

    ctx->grace_due_ms = ctx->now_ms;
    ctx->grace_scan_ms = ctx->now_ms;
    last = ct_store_last(ctx->store);
    max = ct_store_max_findings(ctx->store);

    for (n = last > max ? last - max + 1 : 1; n <= last; n++) {
        if (!ct_store_finding(ctx->store, n, &f, NULL)
            || f.verdict != CT_VERDICT_EXPECTED || f.pending_ms == 0)
        {
            continue;
        }

        f.pending_ms += delta_ms;
        f.pending_ms = f.pending_ms < ctx->now_ms ? f.pending_ms
                                                  : ctx->now_ms;
        ct_store_update(ctx->store, &f);
        ct_context_changed(ctx);
    }
}
