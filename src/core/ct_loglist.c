/*
 * ct_loglist: Chrome's v3 log list, read through jansson (lists are small
 * and rare). Only what is whole is taken: a log with something wrong is left
 * out and counted. One log's members are read in ct_loglist_log.c; which
 * logs to follow is decided in ct_loglist_rule.c.
 */

#include <string.h>

#include "ct_limits.h"
#include "ct_loglist_part.h"
#include "ct_time.h"
#include "ct_utf8.h"

/* jansson makes some 100 bytes of every value, so the values are counted
 * before it is let loose. A log has about 20. */
#define CT_LOGLIST_VALUES (CT_LIMIT_LOGS * 128)

/* What the readers of one list hand to each other. */
typedef struct {
    ct_arena_t   *arena;
    ct_loglist_t *list;
    const char   *operator_name;
} ct_loglist_ctx_t;


static ct_rc_t ct_loglist_refuse(ct_rc_t rc, char *why, const char *text,
    int line);
static bool ct_loglist_too_many(ct_bytes_t json);
static ct_rc_t ct_loglist_root(json_t *root, ct_arena_t *arena,
    ct_loglist_t *list, char *why);
static void ct_loglist_header(const json_t *root, ct_loglist_t *list);
static size_t ct_loglist_count(const json_t *operators);
static ct_rc_t ct_loglist_operator(ct_loglist_ctx_t *ctx, json_t *item);
static ct_rc_t ct_loglist_array(ct_loglist_ctx_t *ctx, json_t *logs,
    ct_log_type_e type);
static bool ct_loglist_has(const ct_loglist_t *list, const uint8_t *id);


ct_rc_t
ct_loglist_read(ct_bytes_t json, ct_arena_t *arena, ct_loglist_t *list,
    char *why)
{
    ct_rc_t      rc;
    json_t      *root;
    json_error_t error;
    ct_loglist_t read;

    if (json.len > CT_LIMIT_LOG_LIST) {
        return ct_loglist_refuse(CT_E_LIMIT, why,
                                 "the log list is too large", 0);
    }

    if (ct_loglist_too_many(json)) {
        return ct_loglist_refuse(CT_E_LIMIT, why,
                                 "the log list has too many values", 0);
    }

    root = json_loadb((const char *) json.data, json.len, 0, &error);

    if (root == NULL) {
        return ct_loglist_refuse(CT_E_ENCODING, why,
                                 "the log list is not JSON", error.line);
    }

    memset(&read, 0, sizeof(read));
    rc = ct_loglist_root(root, arena, &read, why);
    json_decref(root);

    if (rc == CT_OK) {
        *list = read;
    }

    return rc;
}


static ct_rc_t
ct_loglist_refuse(ct_rc_t rc, char *why, const char *text, int line)
{
    ct_buf_t buf;

    ct_buf_fixed(&buf, why, CT_LIMIT_ERROR - 1);
    ct_buf_puts(&buf, text);

    if (line > 0) {
        ct_buf_puts(&buf, ": see line ");
        ct_buf_u64(&buf, (uint64_t) line);
    }

    why[buf.len] = '\0';

    return rc;
}


/* An upper bound of the values, without parsing: each one but the first
 * follows one of these (strings may make the bound larger than the truth). */
static bool
ct_loglist_too_many(ct_bytes_t json)
{
    size_t  i, n;
    uint8_t c;

    n = 0;

    for (i = 0; i < json.len; i++) {
        c = json.data[i];
        n += c == ',' || c == '[' || c == '{';
    }

    return n > CT_LOGLIST_VALUES;
}


static ct_rc_t
ct_loglist_root(json_t *root, ct_arena_t *arena, ct_loglist_t *list,
    char *why)
{
    size_t           i, n;
    json_t          *operators;
    ct_loglist_ctx_t ctx;

    operators = json_object_get(root, "operators");

    if (!json_is_array(operators)) {
        return ct_loglist_refuse(CT_E_ENCODING, why,
                                 "the log list has no \"operators\"", 0);
    }

    n = ct_loglist_count(operators);

    if (n > CT_LIMIT_LOGS) {
        return ct_loglist_refuse(CT_E_LIMIT, why,
                                 "the log list has too many logs", 0);
    }

    ct_loglist_header(root, list);

    ctx = (ct_loglist_ctx_t) {.arena = arena, .list = list};
    list->logs = ct_arena_calloc(arena, n, sizeof(ct_log_t));

    if (list->logs == NULL) {
        return ct_loglist_refuse(CT_E_MEMORY, why, ct_strerror(CT_E_MEMORY),
                                 0);
    }

    for (i = 0; i < json_array_size(operators); i++) {
        if (ct_loglist_operator(&ctx, json_array_get(operators, i)) != CT_OK)
        {
            return ct_loglist_refuse(CT_E_MEMORY, why,
                                     ct_strerror(CT_E_MEMORY), 0);
        }
    }

    return CT_OK;
}


static void
ct_loglist_header(const json_t *root, ct_loglist_t *list)
{
    int64_t    ms;
    ct_bytes_t version;

    version = ct_loglist_member(root, "version");

    if (version.len < sizeof(list->version)) {
        memcpy(list->version, version.data, version.len);
    }

    if (ct_loglist_time(json_object_get(root, "log_list_timestamp"), &ms)) {
        list->timestamp_ms = ms;
    }
}


/* At most this many logs can come out. */
static size_t
ct_loglist_count(const json_t *operators)
{
    size_t  i, n;
    json_t *item;

    n = 0;

    for (i = 0; i < json_array_size(operators); i++) {
        item = json_array_get(operators, i);
        n += json_array_size(json_object_get(item, "logs"));
        n += json_array_size(json_object_get(item, "tiled_logs"));
    }

    return n;
}


/* Below here CT_E_MEMORY ends the reading; anything else is counted. */
static ct_rc_t
ct_loglist_operator(ct_loglist_ctx_t *ctx, json_t *item)
{
    ct_rc_t rc;

    if (!json_is_object(item)) {
        ctx->list->nbad++;
        return CT_OK;
    }

    ctx->operator_name = ct_loglist_text(ctx->arena,
                                         ct_loglist_member(item, "name"));
    if (ctx->operator_name == NULL) {
        return CT_E_MEMORY;
    }

    rc = ct_loglist_array(ctx, json_object_get(item, "logs"),
                          CT_LOG_RFC6962);
    if (rc != CT_OK) {
        return rc;
    }

    return ct_loglist_array(ctx, json_object_get(item, "tiled_logs"),
                            CT_LOG_STATIC);
}


static ct_rc_t
ct_loglist_array(ct_loglist_ctx_t *ctx, json_t *logs, ct_log_type_e type)
{
    size_t        i;
    ct_rc_t       rc;
    ct_log_t      log;
    ct_loglist_t *list;

    list = ctx->list;

    if (logs != NULL && !json_is_array(logs)) {
        list->nbad++;
        return CT_OK;
    }

    for (i = 0; i < json_array_size(logs); i++) {

        memset(&log, 0, sizeof(log));
        log.type = type;

        rc = ct_loglist_log(ctx->arena, ctx->operator_name,
                            json_array_get(logs, i), &log);

        if (rc == CT_E_MEMORY) {
            return rc;
        }

        if (rc != CT_OK || ct_loglist_has(list, log.id)) {
            list->nbad++;
            continue;
        }

        list->logs[list->nlogs++] = log;
    }

    return CT_OK;
}


/* A second log of the same key would be the same log to everybody else. */
static bool
ct_loglist_has(const ct_loglist_t *list, const uint8_t *id)
{
    size_t i;

    for (i = 0; i < list->nlogs; i++) {
        if (memcmp(list->logs[i].id, id, CT_HASH_LEN) == 0) {
            return true;
        }
    }

    return false;
}


ct_bytes_t
ct_loglist_member(const json_t *json, const char *name)
{
    json_t *value;

    value = json_object_get(json, name);

    if (!json_is_string(value)) {
        return CT_BYTES("");
    }

    return ct_bytes(json_string_value(value), json_string_length(value));
}


char *
ct_loglist_text(ct_arena_t *arena, ct_bytes_t text)
{
    char      *out;
    size_t     i, len;
    uint32_t   code;
    ct_bytes_t in;

    len = 0;

    for (in = text; ct_utf8_read(&in, &code); len = text.len - in.len) {
        if (text.len - in.len >= CT_LIMIT_TEXT) {
            break;
        }
    }

    out = ct_arena_strdup(arena, text.data, len);

    for (i = 0; out != NULL && i < len; i++) {
        if ((uint8_t) out[i] < 0x20 || out[i] == 0x7f) {
            out[i] = ' ';
        }
    }

    return out;
}


bool
ct_loglist_time(const json_t *json, int64_t *ms)
{
    json_int_t value;

    if (json_is_string(json)) {
        return ct_time_rfc3339(ct_bytes(json_string_value(json),
                                        json_string_length(json)), ms);
    }

    value = json_integer_value(json);

    if (!json_is_integer(json) || value < 0 || value > CT_LOGLIST_MS_MAX) {
        return false;
    }

    *ms = value;

    return true;
}
