/*
 * ctlog_list: the log list in Chrome's v3 schema, and one log's facts.
 */

#include "ctlog.h"

#include <jansson.h>

static void    list_add(json_t *operators, const texts_t *dirs, bool rfc6962);
static json_t *list_operator(json_t *operators, const char *name);
static json_t *list_log(const log_t *log, bool rfc6962);
static void    json_print(json_t *value);


void
list_print(const texts_t *tiled, const texts_t *rfc6962)
{
    char      now[32];
    json_t   *list;
    json_t   *operators;
    struct tm tm;
    time_t    seconds;

    seconds = (time_t) (now_ms() / 1000);
    gmtime_r(&seconds, &tm);
    strftime(now, sizeof(now), "%Y-%m-%dT%H:%M:%SZ", &tm);

    operators = json_array();
    list = json_pack("{s:s, s:s, s:o}", "version", "1.0", "log_list_timestamp",
        now, "operators", operators);

    list_add(operators, tiled, false);
    list_add(operators, rfc6962, true);
    json_print(list);
}


void
info_print(const log_t *log)
{
    uint8_t root[HASH];
    buf_t   root_hex = {0};
    buf_t   id_hex = {0};
    buf_t   id = {0};
    buf_t   key = {0};

    edge_root(&log->edge, root);
    buf_hex(&root_hex, root, HASH);
    buf_hex(&id_hex, log->id, HASH);
    buf_base64(&id, log->id, HASH);
    buf_base64(&key, log->spki.data, log->spki.len);

    json_print(json_pack("{s:I, s:s, s:s, s:s, s:s, s:s, s:s}", "size",
        (json_int_t) log->edge.size, "root", buf_str(&root_hex), "log_id",
        buf_str(&id), "log_id_hex", buf_str(&id_hex), "key", buf_str(&key),
        "origin", log->origin, "url", log->url));
}


static void
list_add(json_t *operators, const texts_t *dirs, bool rfc6962)
{
    static log_t log;
    json_t      *op;
    size_t       i;

    for (i = 0; i < dirs->len; i++) {
        log_open(&log, dirs->item[i], false);
        op = list_operator(operators, log.operator_name);
        json_array_append_new(json_object_get(op,
                                  rfc6962 ? "logs" : "tiled_logs"),
            list_log(&log, rfc6962));
    }
}


static json_t *
list_operator(json_t *operators, const char *name)
{
    json_t *op;
    size_t  i;

    json_array_foreach(operators, i, op)
    {
        if (strcmp(json_string_value(json_object_get(op, "name")), name) == 0)
        {
            return op;
        }
    }

    op = json_pack("{s:s, s:[s], s:[], s:[]}", "name", name, "email",
        "ct@example.test", "logs", "tiled_logs");
    json_array_append_new(operators, op);

    return op;
}


static json_t *
list_log(const log_t *log, bool rfc6962)
{
    json_t *entry;
    buf_t   id = {0};
    buf_t   key = {0};
    buf_t   submission = {0};

    buf_base64(&id, log->id, HASH);
    buf_base64(&key, log->spki.data, log->spki.len);

    entry = json_pack("{s:s, s:s, s:s, s:i, s:{s:{s:s}}, s:{s:s, s:s}}",
        "description", log->description, "log_id", buf_str(&id), "key",
        buf_str(&key), "mmd", rfc6962 ? 86400 : 60, "state", "usable",
        "timestamp", "2026-01-01T00:00:00Z", "temporal_interval",
        "start_inclusive", "2000-01-01T00:00:00Z", "end_exclusive",
        "2100-01-01T00:00:00Z");
    if (entry == NULL) {
        errx(1, "names must be UTF-8");
    }

    if (rfc6962) {
        json_object_set_new(entry, "url", json_string(log->url));
        return entry;
    }

    buf_text(&submission, "https://");
    buf_text(&submission, log->origin);
    buf_text(&submission, "/");
    json_object_set_new(entry, "submission_url",
        json_string(buf_str(&submission)));
    json_object_set_new(entry, "monitoring_url", json_string(log->url));

    return entry;
}


static void
json_print(json_t *value)
{
    if (value == NULL || json_dumpf(value, stdout, JSON_INDENT(2)) != 0) {
        errx(1, "cannot write JSON");
    }
    fputs("\n", stdout);
    json_decref(value);
}
