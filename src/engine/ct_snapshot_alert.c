/*
 * ct_snapshot: what is still to be told, both ways - alerts, and findings
 * that are owed to a receiver and have no alert yet.
 */

#include "ct_snapshot_part.h"

#include <string.h>


static bool ct_get_alert(const json_t *o, ct_alert_t *a);
static bool ct_get_owed(ct_store_t *store, size_t row, const json_t *number);


void
ct_snapshot_alert(ct_json_t *json, const ct_alert_t *alert)
{
    ct_json_object(json, NULL);
    ct_json_object(json, "alert");
    ct_json_u64(json, "finding", alert->finding);
    ct_json_u64(json, "event", alert->event);
    ct_json_hex(json, "channel", (const uint8_t *) &alert->channel,
                sizeof(alert->channel));
    ct_snapshot_ms(json, "due_ms", alert->due_ms);
    ct_snapshot_ms(json, "queued_ms", alert->queued_ms);
    ct_json_u64(json, "attempts", alert->attempts);
    ct_json_u64(json, "status", alert->status > 0
                                ? (uint64_t) alert->status : 0);
    ct_json_u64(json, "type", alert->type);
    ct_json_u64(json, "state", alert->state);
    ct_json_u64(json, "refused", alert->refused);
    ct_json_u64(json, "heard", alert->heard);
    ct_json_u64(json, "told", alert->told);
    ct_json_object_end(json);
    ct_json_object_end(json);
}


/* An alert whose event gave way is dropped with it. */
bool
ct_snapshot_read_alert(const json_t *line, ct_store_t *store)
{
    ct_alert_t a;
    ct_event_t event;

    memset(&a, 0, sizeof(a));

    if (!ct_get_alert(json_object_get(line, "alert"), &a)) {
        return false;
    }

    if (a.event != 0 && !ct_store_event(store, a.event, &event)) {
        return true;
    }

    (void) ct_store_queue_again(store, &a);

    return true;
}


/* Format 1 knows findings alone, and 3 has learned more and more. */
static bool
ct_get_alert(const json_t *o, ct_alert_t *a)
{
    uint64_t attempts, status, told;

    told = 0;

    if (!ct_get_u64(o, "finding", INT64_MAX, &a->finding)
        || (json_object_get(o, "event") != NULL
            && !ct_get_u64(o, "event", INT64_MAX, &a->event))
        || (a->finding == 0) == (a->event == 0)
        || !ct_get_hex(o, "channel", (uint8_t *) &a->channel,
                       sizeof(a->channel))
        || !ct_get_ms(o, "due_ms", &a->due_ms)
        || !ct_get_ms(o, "queued_ms", &a->queued_ms)
        || !ct_get_u64(o, "attempts", CT_LIMIT_ATTEMPTS, &attempts)
        || !ct_get_u64(o, "status", 999, &status)
        || (json_object_get(o, "type") != NULL
            && (!ct_get_u8(o, "type", CT_ALERT_DIGEST, &a->type)
                || !ct_get_u8(o, "state", CT_ALERT_DEAD, &a->state)))
        || (json_object_get(o, "refused") != NULL
            && !ct_get_u8(o, "refused", UINT8_MAX, &a->refused))
        || (json_object_get(o, "heard") != NULL
            && (!ct_get_u8(o, "heard", CT_HEARD_MAYBE | CT_HEARD_SENT,
                           &a->heard)
                || !ct_get_u64(o, "told", UINT16_MAX, &told))))
    {
        return false;
    }

    a->attempts = (uint32_t) attempts;
    a->status = (int32_t) status;
    a->told = (uint16_t) told;

    return true;
}


void
ct_snapshot_owed(ct_json_t *json, uint64_t channel, const uint64_t *numbers,
    size_t n)
{
    size_t i;

    ct_json_object(json, NULL);
    ct_json_object(json, "owed");
    ct_json_hex(json, "channel", (const uint8_t *) &channel,
                sizeof(channel));
    ct_json_array(json, "findings");

    for (i = 0; i < n; i++) {
        ct_json_u64(json, NULL, numbers[i]);
    }

    ct_json_array_end(json);
    ct_json_object_end(json);
    ct_json_object_end(json);
}


/* Its row comes before it. Without one the table has become smaller, and
 * there is nobody to tell. */
bool
ct_snapshot_read_owed(const json_t *line, ct_store_t *store)
{
    size_t        i, row;
    uint64_t      channel;
    const json_t *o, *numbers;

    o = json_object_get(line, "owed");
    numbers = json_object_get(o, "findings");

    if (!ct_get_hex(o, "channel", (uint8_t *) &channel, sizeof(channel))
        || !json_is_array(numbers))
    {
        return false;
    }

    row = ct_store_channel(store, channel);

    for (i = 0; i < json_array_size(numbers); i++) {
        if (!ct_get_owed(store, row, json_array_get(numbers, i))) {
            return false;
        }
    }

    return true;
}


static bool
ct_get_owed(ct_store_t *store, size_t row, const json_t *number)
{
    json_int_t   n;
    ct_finding_t f;

    n = json_integer_value(number);

    if (!json_is_integer(number) || n <= 0) {
        return false;
    }

    if (row < ct_store_rows(store, CT_TABLE_CHANNEL)
        && ct_store_finding(store, (uint64_t) n, &f, NULL))
    {
        f.owed |= (uint64_t) 1 << row;
        ct_store_update(store, &f);
    }

    return true;
}
