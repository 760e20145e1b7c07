/*
 * ct_group: see the header.
 */

#include "ct_group.h"

#include <stdlib.h>
#include <string.h>


/* What waits for a receiver, of one kind. */
typedef struct {
    size_t     n;
    int64_t    due_ms;  /* of the first */
    ct_alert_t first;
} ct_batch_t;

typedef struct {
    ct_batch_t fresh;   /* never sent */
    ct_batch_t again;   /* sent before */
    ct_batch_t digest;
    int64_t    save_ms; /* until then others wait to be saved */
    bool       unsaved; /* some of `fresh` could not be saved in time */
} ct_survey_t;


static void ct_group_survey(const ct_context_t *ctx,
    const ct_receiver_t *receiver, ct_survey_t *survey);
static void ct_group_count(ct_batch_t *batch, const ct_alert_t *alert,
    int64_t due_ms);
static bool ct_group_saved(const ct_context_t *ctx, const ct_alert_t *alert);
static bool ct_group_settles(const ct_receiver_t *receiver);
static bool ct_group_collect(const ct_context_t *ctx,
    const ct_receiver_t *receiver, const ct_batch_t *batch,
    ct_group_t *group);
static bool ct_group_same(const ct_context_t *ctx, const ct_alert_t *a,
    const ct_alert_t *first);
static bool ct_group_add(ct_group_t *group, size_t at,
    const ct_alert_t *alert);
static int ct_group_order(const void *a, const void *b);
static void ct_group_cut(ct_receiver_t *receiver, ct_group_t *group);


int64_t
ct_group_pick(ct_context_t *ctx, ct_receiver_t *receiver, ct_group_t *group)
{
    int64_t     due, pace;
    ct_batch_t *batch;
    ct_survey_t survey;

    group->n = 0;
    ct_group_survey(ctx, receiver, &survey);

    if (survey.fresh.n >= receiver->most || !ct_group_settles(receiver)) {
        survey.fresh.due_ms = survey.fresh.n > 0 ? ctx->now_ms : INT64_MAX;
    }

    batch = survey.again.due_ms <= survey.fresh.due_ms ? &survey.again
                                                       : &survey.fresh;
    batch = survey.digest.due_ms < batch->due_ms ? &survey.digest : batch;
    due = batch->due_ms;

    if (due > ctx->now_ms) {
        return due < survey.save_ms ? due : survey.save_ms;
    }

    pace = ct_receiver_pace(receiver, ctx->now_ms);

    if (pace > ctx->now_ms) {
        receiver->waited = true;
        return pace;
    }

    group->digest = batch->first.type == CT_ALERT_DIGEST;
    group->unsaved = batch == &survey.fresh && survey.unsaved;

    if (!ct_group_collect(ctx, receiver, batch, group)) {
        return ctx->now_ms + CT_RECEIVER_WAIT_MIN;
    }

    ct_group_cut(receiver, group);

    return 0;
}


static void
ct_group_survey(const ct_context_t *ctx, const ct_receiver_t *receiver,
    ct_survey_t *survey)
{
    size_t     i;
    int64_t    wait;
    ct_alert_t a;

    memset(survey, 0, sizeof(*survey));
    survey->fresh.due_ms = INT64_MAX;
    survey->again.due_ms = INT64_MAX;
    survey->digest.due_ms = INT64_MAX;
    survey->save_ms = INT64_MAX;

    for (i = 0; i < ct_store_end_alert(ctx->store); i++) {
        if (!ct_store_alert(ctx->store, i, &a)
            || a.channel != receiver->channel->id
            || a.state != CT_ALERT_WAITING)
        {
            continue;
        }

        if (a.attempts > 0) {
            ct_group_count(&survey->again, &a, a.due_ms);

        } else if (a.type == CT_ALERT_DIGEST) {
            ct_group_count(&survey->digest, &a,
                           a.queued_ms + CT_GROUP_DIGEST_MS);

        } else if (ct_group_saved(ctx, &a)) {
            ct_group_count(&survey->fresh, &a,
                           a.queued_ms + CT_GROUP_SETTLE_MS);
            survey->unsaved |= a.version > ctx->saved;

        } else {
            wait = a.queued_ms + CT_GROUP_SAVE_MS;
            survey->save_ms = wait < survey->save_ms ? wait
                                                     : survey->save_ms;
        }
    }
}


static void
ct_group_count(ct_batch_t *batch, const ct_alert_t *alert, int64_t due_ms)
{
    batch->n++;

    if (due_ms < batch->due_ms) {
        batch->due_ms = due_ms;
        batch->first = *alert;
    }
}


/* On disk, or there is none that would take it: an alarm is not silent
 * because of that. */
static bool
ct_group_saved(const ct_context_t *ctx, const ct_alert_t *alert)
{
    return alert->version <= ctx->saved
           || ctx->now_ms - alert->queued_ms >= CT_GROUP_SAVE_MS
           || ctx->now_ms < alert->queued_ms;
}


/* Of what goes out line by line there is no group to wait for. */
static bool
ct_group_settles(const ct_receiver_t *receiver)
{
    return receiver->channel->kind != CT_CHANNEL_LOG;
}


static bool
ct_group_collect(const ct_context_t *ctx, const ct_receiver_t *receiver,
    const ct_batch_t *batch, ct_group_t *group)
{
    size_t     i;
    ct_alert_t a;

    for (i = 0; i < ct_store_end_alert(ctx->store); i++) {
        if (ct_store_alert(ctx->store, i, &a)
            && a.channel == receiver->channel->id
            && ct_group_same(ctx, &a, &batch->first)
            && !ct_group_add(group, i, &a))
        {
            return false;
        }
    }

    qsort(group->items, group->n, sizeof(ct_picked_t), ct_group_order);

    return true;
}


static bool
ct_group_same(const ct_context_t *ctx, const ct_alert_t *a,
    const ct_alert_t *first)
{
    if (a->state != CT_ALERT_WAITING) {
        return false;
    }

    if (first->attempts > 0) {
        return a->attempts == first->attempts && a->due_ms == first->due_ms
               && (a->type == CT_ALERT_DIGEST)
                  == (first->type == CT_ALERT_DIGEST);
    }

    return a->attempts == 0
           && (a->type == CT_ALERT_DIGEST)
              == (first->type == CT_ALERT_DIGEST)
           && (a->type == CT_ALERT_DIGEST || ct_group_saved(ctx, a));
}


static bool
ct_group_add(ct_group_t *group, size_t at, const ct_alert_t *alert)
{
    ct_picked_t *more;

    if (group->n == group->room) {
        more = realloc(group->items,
                       (2 * group->room + 16) * sizeof(ct_picked_t));

        if (more == NULL) {
            return false;
        }

        group->items = more;
        group->room = 2 * group->room + 16;
    }

    group->items[group->n].at = at;
    group->items[group->n].alert = *alert;
    group->n++;

    return true;
}


/* Certificates first, then by age: always the same for the same alerts. */
static int
ct_group_order(const void *a, const void *b)
{
    const ct_alert_t *x, *y;

    x = &((const ct_picked_t *) a)->alert;
    y = &((const ct_picked_t *) b)->alert;

    if ((x->event == 0) != (y->event == 0)) {
        return x->event == 0 ? -1 : 1;
    }

    if (x->queued_ms != y->queued_ms) {
        return x->queued_ms < y->queued_ms ? -1 : 1;
    }

    if (x->finding != y->finding) {
        return x->finding < y->finding ? -1 : 1;
    }

    return x->event < y->event ? -1 : x->event > y->event;
}


/* Who has had to wait because he gets so many is told of the rest in one
 * number; a digest is always one message. */
static void
ct_group_cut(ct_receiver_t *receiver, ct_group_t *group)
{
    size_t most;

    most = ct_receiver_most(receiver);
    group->listed = group->n < most ? group->n : most;

    if (receiver->singly > 0
        || !(group->digest || (receiver->capped && receiver->waited)))
    {
        group->n = group->listed;
    }
}


void
ct_group_free(ct_group_t *group)
{
    free(group->items);
    memset(group, 0, sizeof(*group));
}
