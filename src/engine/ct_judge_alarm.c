/*
 * ct_judge_alarm: when a finding is told. What alarms is told once, when a
 * signed root covers it or has been owed for too long; what was told and
 * alarms no more is told to be over.
 */

#include "ct_judge_part.h"
#include "ct_outbox.h"

#include <string.h>


/* How long a log may owe us the root over an alarming entry: then the alarm
 * goes out, marked as unverified. */
#define CT_ALARM_PATIENCE (10 * 60 * 1000)


static bool ct_alarm_covered(const ct_finding_t *f, size_t slot,
    const ct_log_record_t *log, uint64_t from, uint64_t to);
static bool ct_alarm_gap(const ct_log_record_t *log, uint64_t index);


/* It may be told at once when a signed root covers it. */
void
ct_judge_tell(ct_context_t *ctx, ct_finding_t *f)
{
    bool ready, alarms;

    alarms = ct_finding_alarms(f);

    if (!alarms && (f->flags & (CT_FINDING_ALERTED | CT_FINDING_OVER))
                   == CT_FINDING_ALERTED)
    {
        f->flags |= CT_FINDING_RESOLVED;
    }

    /* it was over, and is not any more: that is another alarm */
    if (alarms && (f->flags & CT_FINDING_OVER)) {
        f->flags &= ~(uint32_t) CT_FINDING_ALERTED;
    }

    ready = !(f->flags & CT_FINDING_UNVERIFIED)
            || ctx->now_ms - f->first_seen_ms >= CT_ALARM_PATIENCE;

    ct_outbox_finding(ctx, f, ready);
    ctx->alerts_blocked |= !ready && f->owed != 0;
}


/* A renewal, most of the time: nobody has heard of it, some like a digest. */
void
ct_judge_closed(ct_context_t *ctx, const ct_finding_t *f)
{
    if ((f->flags & CT_FINDING_WAS_SERVED)
        && !(f->flags & (CT_FINDING_ALERTED | CT_FINDING_BASELINE)))
    {
        ct_outbox_silent(ctx, f);
    }
}


void
ct_judge_say(ct_context_t *ctx, const ct_finding_t *f,
    const ct_finding_text_t *parts, bool now)
{
    char     id[40], why[CT_LIMIT_LINE];
    ct_buf_t buf, reason;

    ct_buf_fixed(&buf, id, sizeof(id) - 1);
    ct_finding_id(&buf, f);
    id[buf.len] = '\0';

    ct_buf_fixed(&reason, why, sizeof(why) - 1);
    ct_report_reason(&reason, ctx->store, f, parts);
    why[reason.len] = '\0';

    ct_lines_say(ctx->lines,
                 ct_finding_alarms(f) ? CT_LINE_WARN : CT_LINE_NOTICE,
                 "certificate %s for \"%.*s\" is %s%s: %s", id,
                 (int) parts->matched.len,
                 (const char *) parts->matched.data,
                 ct_verdict_name((ct_verdict_e) f->verdict),
                 now ? " now" : "", why);
}


void
ct_judge_verified(ct_context_t *ctx, size_t slot, const ct_log_record_t *log,
    uint64_t from, uint64_t to)
{
    uint64_t     n, last, max;
    ct_finding_t f;

    last = ct_store_last(ctx->store);
    max = ct_store_max_findings(ctx->store);

    for (n = last; n > 0 && n + max > last; n--) {
        if (!ct_store_finding(ctx->store, n, &f, NULL)
            || !(f.flags & CT_FINDING_UNVERIFIED)
            || !ct_alarm_covered(&f, slot, log, from, to))
        {
            continue;
        }

        f.flags &= ~(uint32_t) CT_FINDING_UNVERIFIED;
        ct_judge_tell(ctx, &f);
        ct_store_update(ctx->store, &f);
        ct_context_changed(ctx);
    }
}


static bool
ct_alarm_covered(const ct_finding_t *f, size_t slot,
    const ct_log_record_t *log, uint64_t from, uint64_t to)
{
    size_t            i;
    const ct_place_t *place;

    for (i = 0; i < f->nplaces && i < CT_LIMIT_FINDING_LOGS; i++) {
        place = &f->places[i];

        if (place->log == slot && place->index >= from && place->index < to
            && !ct_alarm_gap(log, place->index))
        {
            return true;
        }
    }

    return false;
}


static bool
ct_alarm_gap(const ct_log_record_t *log, uint64_t index)
{
    size_t i;

    for (i = 0; i < CT_LIMIT_GAPS; i++) {
        if (log->gaps[i].from <= index && index < log->gaps[i].to) {
            return true;
        }
    }

    return false;
}


void
ct_judge_queue(ct_context_t *ctx)
{
    uint32_t     flags;
    uint64_t     n, last, max, owed;
    ct_finding_t f;

    ctx->alerts_blocked = false;
    last = ct_store_last(ctx->store);
    max = ct_store_max_findings(ctx->store);

    for (n = last > max ? last - max + 1 : 1; n <= last; n++) {
        if (!ct_store_finding(ctx->store, n, &f, NULL)) {
            continue;
        }

        flags = f.flags;
        owed = f.owed;
        ct_judge_tell(ctx, &f);

        if (f.flags != flags || f.owed != owed) {
            ct_store_update(ctx->store, &f);
            ct_context_changed(ctx);
        }
    }
}
