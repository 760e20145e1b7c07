/*
 * lists: the log list at its URL, a new version each hour, and what becomes
 * of it: shrunk to two logs whose keys are public, garbage, an old one, none.
 */

#include "sim.h"

#include <stdio.h>
#include <string.h>


list_fault_t sim_list_faults[8];
size_t       sim_nlist_faults;


static void list_fault_add(const char *what, int64_t from_ms,
    int64_t length_ms, int64_t linger_ms);
static list_fault_t *list_fault_now(void);
static void list_write(text_t *out, int64_t version_ms);
static void list_logs(text_t *out, unsigned operator_number,
    ct_log_type_e type, int64_t version_ms);
static void list_log(text_t *out, const log_t *log);
static void list_mimics(text_t *out, int64_t version_ms);


void
lists_plan(void)
{
    int64_t length, hour;

    length = sim_end_ms - SIM_BEGIN;
    hour = SIM_BEGIN;

    if (length < 3 * SIM_DAY) {
        list_fault_add("shrunk", hour + length * 25 / 100, 0, 90 * SIM_MINUTE);
        list_fault_add("older", hour + length * 50 / 100, 0, SIM_HOUR);
        return;
    }

    list_fault_add("shrunk", hour + 30 * SIM_HOUR, 0, 3 * SIM_HOUR);
    list_fault_add("garbage", hour + 62 * SIM_HOUR, 0, 3 * SIM_HOUR);
    list_fault_add("older", hour + 90 * SIM_HOUR, 0, 3 * SIM_HOUR);
    list_fault_add("unreachable", hour + 116 * SIM_HOUR, 48 * SIM_HOUR, 0);
}


static void
list_fault_add(const char *what, int64_t from_ms, int64_t length_ms,
    int64_t linger_ms)
{
    list_fault_t *fault;

    fault = &sim_list_faults[sim_nlist_faults++];
    fault->what = what;
    fault->from_ms = from_ms;
    fault->to_ms = from_ms + length_ms;
    fault->linger_ms = linger_ms;
}


/* It lasts until it was seen, and a while. */
static list_fault_t *
list_fault_now(void)
{
    size_t        i;
    list_fault_t *fault;

    for (i = 0; i < sim_nlist_faults; i++) {
        fault = &sim_list_faults[i];

        if (sim_now() < fault->from_ms) {
            continue;
        }

        if (fault->seen_ms == 0) {
            fault->seen_ms = sim_now();
        }

        if (sim_now() < fault->to_ms
            || sim_now() < fault->seen_ms + fault->linger_ms)
        {
            return fault;
        }
    }

    return NULL;
}


const list_fault_t *
list_cause(int64_t at_ms)
{
    size_t        i;
    list_fault_t *fault;

    for (i = 0; i < sim_nlist_faults; i++) {
        fault = &sim_list_faults[i];

        if (fault->seen_ms != 0 && fault->seen_ms <= at_ms
            && (at_ms < fault->to_ms + SIM_HOUR
                || at_ms < fault->seen_ms + fault->linger_ms + SIM_HOUR))
        {
            return fault;
        }
    }

    return NULL;
}


void
list_answer(const ct_http_ask_t *ask, reply_t *reply)
{
    int64_t       version_ms;
    const char   *what;
    list_fault_t *fault;

    fault = list_fault_now();
    what = fault != NULL ? fault->what : "";
    version_ms = sim_now() - (sim_now() - SIM_BEGIN) % SIM_HOUR;

    if (strcmp(what, "unreachable") == 0) {
        reply->rc = CT_E_NETWORK;
        (void) snprintf(reply->error, sizeof(reply->error),
                        "Could not resolve host");
        return;
    }

    (void) snprintf(reply->etag, sizeof(reply->etag), "\"%s%lld\"", what,
                    (long long) version_ms);
    reply->status = 200;

    if (ask->etag != NULL && strcmp(ask->etag, reply->etag) == 0) {
        reply->status = 304;
        reply->unchanged = true;

    } else if (strcmp(what, "shrunk") == 0) {
        list_mimics(&reply->body, version_ms);

    } else if (strcmp(what, "garbage") == 0) {
        text_puts(&reply->body, "<html><title>Wait a moment</title></html>");

    } else if (strcmp(what, "older") == 0) {
        list_write(&reply->body, SIM_BEGIN - 9 * SIM_DAY);

    } else {
        list_write(&reply->body, version_ms);
    }
}


static void
list_write(text_t *out, int64_t version_ms)
{
    unsigned i;
    char     text[160];

    (void) snprintf(text, sizeof(text), "{\"version\":\"%lld\","
                    "\"log_list_timestamp\":%lld,\"operators\":[",
                    (long long) ((version_ms - SIM_BEGIN) / SIM_HOUR),
                    (long long) version_ms);
    text_puts(out, text);

    for (i = 0; i < SIM_OPERATORS; i++) {
        text_puts(out, i > 0 ? ",{\"name\":\"" : "{\"name\":\"");
        text_puts(out, log_operator(&(log_t) {.operator_number = i}));
        text_puts(out, "\",\"logs\":[");
        list_logs(out, i, CT_LOG_RFC6962, version_ms);
        text_puts(out, "],\"tiled_logs\":[");
        list_logs(out, i, CT_LOG_STATIC, version_ms);
        text_puts(out, "]}");
    }

    text_puts(out, "]}");
}


static void
list_logs(text_t *out, unsigned operator_number, ct_log_type_e type,
    int64_t version_ms)
{
    bool         more;
    size_t       i;
    const log_t *log;

    more = false;

    for (i = 0; i < sim_nlogs; i++) {
        log = &sim_logs[i];

        if (log->operator_number != operator_number || log->type != type
            || (log->listed_ms > version_ms && log->listed_ms > SIM_BEGIN)
            || log->unlisted_ms <= version_ms)
        {
            continue;
        }

        text_puts(out, more ? "," : "");
        list_log(out, log);
        more = true;
    }
}


static void
list_log(text_t *out, const log_t *log)
{
    char text[256];

    (void) snprintf(text, sizeof(text), "{\"description\":\"%s log %zu\","
                    "\"log_id\":\"", log_operator(log), log->number);
    text_puts(out, text);
    text_base64(out, log->id, CT_HASH_LEN);
    text_puts(out, "\",\"key\":\"");
    text_base64(out, log->spki, log->spki_len);

    if (log->type == CT_LOG_STATIC) {
        (void) snprintf(text, sizeof(text), "\",\"monitoring_url\":\"%s\","
                        "\"submission_url\":\"%s\"", log->url, log->url);
    } else {
        (void) snprintf(text, sizeof(text), "\",\"url\":\"%s\"", log->url);
    }

    text_puts(out, text);
    (void) snprintf(text, sizeof(text), ",\"mmd\":%lld,\"state\":{\"usable\":"
                    "{\"timestamp\":\"2026-01-01T00:00:00Z\"}}",
                    (long long) (log->mmd_ms / 1000));
    text_puts(out, text);

    if (log->end_ms != SIM_NEVER) {
        (void) snprintf(text, sizeof(text), ",\"temporal_interval\":"
                        "{\"start_inclusive\":%lld,\"end_exclusive\":%lld}",
                        (long long) (log->end_ms - 180 * SIM_DAY),
                        (long long) log->end_ms);
        text_puts(out, text);
    }

    text_puts(out, "}");
}


/* Two logs that nobody has ever heard of. */
static void
list_mimics(text_t *out, int64_t version_ms)
{
    char text[160];

    static dice_t dice = {77};
    static log_t  mimic[2];

    if (mimic[0].key == NULL) {
        log_create(&mimic[0], CT_LOG_RFC6962, 0, &dice);
        log_create(&mimic[1], CT_LOG_RFC6962, 1, &dice);
        (void) snprintf(mimic[0].url, sizeof(mimic[0].url), "https://m0/");
        (void) snprintf(mimic[1].url, sizeof(mimic[1].url), "https://m1/");
    }

    (void) snprintf(text, sizeof(text), "{\"version\":\"1\","
                    "\"log_list_timestamp\":%lld,\"operators\":["
                    "{\"name\":\"Mimic\",\"logs\":[",
                    (long long) version_ms);
    text_puts(out, text);
    list_log(out, &mimic[0]);
    text_puts(out, ",");
    list_log(out, &mimic[1]);
    text_puts(out, "]}]}");
}
