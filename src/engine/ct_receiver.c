/*
 * ct_receiver: see the header.
 */

#include "ct_receiver.h"

#include <stdio.h>
#include <string.h>


static void ct_receiver_rest(ct_receiver_t *receiver,
    ct_channel_record_t *record, const ct_outcome_t *outcome, int64_t now_ms,
    uint16_t jitter);


void
ct_receiver_init(ct_receiver_t *receiver, const ct_channel_t *channel,
    size_t row, size_t most, bool capped)
{
    memset(receiver, 0, sizeof(*receiver));
    receiver->channel = channel;
    receiver->row = row;
    receiver->most = most > 0 ? most : 1;
    receiver->capped = capped;
}


void
ct_receiver_recall(ct_receiver_t *receiver, const ct_channel_record_t *record,
    int64_t now_ms)
{
    receiver->rest_ms = record->rest_ms < now_ms + CT_RECEIVER_WAIT_MAX
                        ? record->rest_ms : now_ms + CT_RECEIVER_WAIT_MAX;
    receiver->asked = record->asked != 0;
}


int64_t
ct_receiver_ready(const ct_receiver_t *receiver, int64_t now_ms)
{
    if (receiver->gone) {
        return INT64_MAX;
    }

    return receiver->rest_ms > now_ms ? receiver->rest_ms : now_ms;
}


int64_t
ct_receiver_pace(const ct_receiver_t *receiver, int64_t now_ms)
{
    int64_t free_ms;

    if (!receiver->capped) {
        return now_ms;
    }

    free_ms = receiver->paid_ms
              - (int64_t) (CT_RECEIVER_BURST - 1) * CT_RECEIVER_PACE;

    return free_ms > now_ms ? free_ms : now_ms;
}


size_t
ct_receiver_most(const ct_receiver_t *receiver)
{
    return receiver->singly > 0 ? 1 : receiver->most;
}


bool
ct_receiver_took(int status)
{
    return status / 100 == 2;
}


/* Of 4xx these three say "later" (RFC 9110, 15.5; RFC 8470; RFC 6585). */
bool
ct_receiver_refused(int status)
{
    return status / 100 == 4 && status != 408 && status != 425
           && status != 429;
}


void
ct_receiver_success(ct_receiver_t *receiver, ct_channel_record_t *record,
    size_t alerts, int64_t now_ms)
{
    receiver->fails = 0;
    receiver->refusals = 0;
    receiver->singly -= receiver->singly > 0;
    receiver->waited = false;
    receiver->rest_ms = 0;
    receiver->asked = false;

    receiver->paid_ms = receiver->paid_ms > now_ms ? receiver->paid_ms
                                                   : now_ms;
    receiver->paid_ms += CT_RECEIVER_PACE;

    record->last_success_ms = now_ms;
    record->failing_ms = 0;
    record->rest_ms = 0;
    record->asked = 0;
    record->sent += alerts;
    record->status = 200;
    record->error[0] = '\0';
}


void
ct_receiver_failure(ct_receiver_t *receiver, ct_channel_record_t *record,
    const ct_outcome_t *outcome, size_t alerts, int64_t now_ms,
    uint16_t jitter)
{
    receiver->fails++;

    if (!ct_receiver_refused(outcome->status)) {
        receiver->refusals = 0;

    } else {
        receiver->refusals++;
        receiver->singly = alerts > 1 ? alerts : receiver->singly;
        receiver->gone |= outcome->status == 410;
    }

    ct_receiver_rest(receiver, record, outcome, now_ms, jitter);

    record->failed++;
    record->last_failure_ms = now_ms;
    record->failing_ms = record->failing_ms == 0 ? now_ms
                                                 : record->failing_ms;
    record->status = outcome->status;
    (void) snprintf(record->error, sizeof(record->error), "%s",
                    outcome->error);
}


/* The longer of what we wait after so many failures and what it asks for,
 * which is taken for a day at most. */
static void
ct_receiver_rest(ct_receiver_t *receiver, ct_channel_record_t *record,
    const ct_outcome_t *outcome, int64_t now_ms, uint16_t jitter)
{
    int64_t ours, asked;

    ours = ct_receiver_wait(receiver->fails, jitter);
    asked = outcome->retry_after_ms < CT_RECEIVER_WAIT_MAX
            ? outcome->retry_after_ms : CT_RECEIVER_WAIT_MAX;

    receiver->asked = asked > 0;
    receiver->rest_ms = now_ms + (asked > ours ? asked : ours);
    record->rest_ms = receiver->rest_ms;
    record->asked = receiver->asked;
}


/*
 * What a group is refused for may be any one of it, so only what was refused
 * alone counts. Where others are refused as well it is not the alert: then
 * the first refusals count for those that follow.
 */
bool
ct_receiver_gives_up(const ct_receiver_t *receiver, ct_alert_t *alert,
    const ct_outcome_t *outcome, size_t alerts)
{
    alert->attempts++;
    alert->status = outcome->status;
    alert->told |= outcome->told;
    alert->heard &= (uint8_t) ~CT_HEARD_SENT;

    if ((outcome->status == 0 && outcome->sent) || outcome->told != 0) {
        alert->heard = CT_HEARD_MAYBE;
    }

    if (!ct_receiver_refused(outcome->status)) {
        alert->refused = 0;
        return alert->attempts >= CT_LIMIT_ATTEMPTS;
    }

    alert->refused += alerts == 1 && alert->refused < UINT8_MAX;

    return receiver->gone
           || alert->refused >= CT_RECEIVER_REFUSALS
           || (alerts == 1 && receiver->refusals >= CT_RECEIVER_REFUSALS)
           || alert->attempts >= CT_LIMIT_ATTEMPTS;
}


/* A receiver that takes a test takes alerts, whatever it did before. */
void
ct_receiver_tested(ct_receiver_t *receiver, ct_channel_record_t *record,
    const ct_outcome_t *outcome, int64_t took_ms, int64_t now_ms)
{
    record->test_ms = now_ms;
    record->test_ok = ct_receiver_took(outcome->status);

    if (!record->test_ok) {
        (void) snprintf(record->test_answer, sizeof(record->test_answer),
                        "%s", outcome->error);
        return;
    }

    (void) snprintf(record->test_answer, sizeof(record->test_answer),
                    "taken (%d) in %lld ms%s%.150s", outcome->status,
                    (long long) took_ms,
                    outcome->partly ? ", but not for everybody: " : "",
                    outcome->partly ? outcome->error : "");
    receiver->fails = 0;
    receiver->refusals = 0;
    receiver->gone = false;
    receiver->rest_ms = 0;
    receiver->asked = false;
    record->rest_ms = 0;
    record->asked = 0;
    record->last_success_ms = now_ms;
    record->failing_ms = 0;
    record->error[0] = '\0';
}


int64_t
ct_receiver_wait(uint32_t failures, uint16_t jitter)
{
    int64_t wait;

    failures = failures > 0 ? failures - 1 : 0;
    wait = (int64_t) CT_RECEIVER_WAIT_MIN << (failures < 20 ? failures : 20);
    wait = wait < CT_RECEIVER_WAIT_MAX ? wait : CT_RECEIVER_WAIT_MAX;

    return wait / 2 + wait / 2 * jitter / 65536;
}


/* What it has asked for is a length of time, and so is the cap; of our own
 * waits a jump makes an end. */
void
ct_receiver_shift(ct_receiver_t *receiver, ct_channel_record_t *record,
    int64_t delta_ms)
{
    receiver->paid_ms += receiver->paid_ms != 0 ? delta_ms : 0;
    receiver->rest_ms = receiver->asked ? receiver->rest_ms + delta_ms : 0;
    record->rest_ms = receiver->rest_ms;
}
