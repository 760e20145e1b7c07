/*
 * ct_loglist: Chrome's v3 log list, read through jansson (lists are small
 * and rare). Only what the follower needs is taken, and only what is whole:
 * a log with a key that is not its id, or an address that is none, is left
 * out and counted. Which logs to follow is decided in ct_loglist_rule.c.
 */

#include <jansson.h>
#include <string.h>

#include "ct_limits.h"
#include "ct_loglist.h"
#include "ct_merkle.h"
#include "ct_time.h"
#include "ct_utf8.h"

/* jansson makes some 100 bytes of every value, so the values are counted
 * before it is let loose. A log has about 20. */
#define CT_LOGLIST_VALUES (CT_LIMIT_LOGS * 128)
#define CT_LOGLIST_SPKI   2048 /* bytes of a key; RSA-8192 has 1,062 */
#define CT_LOGLIST_MS_MAX 253402300799999LL /* the end of year 9999 */

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
static ct_rc_t ct_loglist_log(ct_loglist_ctx_t *ctx, const json_t *json,
    ct_log_t *log);
static ct_rc_t ct_loglist_key(ct_arena_t *arena, const json_t *json,
    ct_log_t *log);
static ct_rc_t ct_loglist_urls(ct_arena_t *arena, const json_t *json,
    ct_log_t *log);
static bool ct_loglist_state(const json_t *json, ct_log_state_e *state);
static bool ct_loglist_interval(const json_t *json, ct_log_t *log);
static bool ct_loglist_has(const ct_loglist_t *list, const uint8_t *id);

static ct_bytes_t ct_loglist_member(const json_t *json, const char *name);
static char *ct_loglist_text(ct_arena_t *arena, ct_bytes_t text);
static bool ct_loglist_url_valid(ct_bytes_t url);
static const char *ct_loglist_url(ct_arena_t *arena, ct_bytes_t url);
static ct_bytes_t ct_loglist_bare(ct_bytes_t url);
static bool ct_loglist_time(const json_t *json, int64_t *ms);


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

        rc = ct_loglist_log(ctx, json_array_get(logs, i), &log);

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


static ct_rc_t
ct_loglist_log(ct_loglist_ctx_t *ctx, const json_t *json, ct_log_t *log)
{
    ct_rc_t    rc;
    ct_bytes_t description;

    if (!ct_loglist_state(json_object_get(json, "state"), &log->state)
        || !ct_loglist_interval(json_object_get(json, "temporal_interval"),
                                log))
    {
        return CT_E_ENCODING;
    }

    rc = ct_loglist_urls(ctx->arena, json, log);
    if (rc != CT_OK) {
        return rc;
    }

    rc = ct_loglist_key(ctx->arena, json, log);
    if (rc != CT_OK) {
        return rc;
    }

    description = ct_loglist_member(json, "description");
    if (description.len == 0) {
        description = ct_bytes_str(log->url);
    }

    log->description = ct_loglist_text(ctx->arena, description);
    log->operator_name = ctx->operator_name;
    log->test = ct_bytes_is(ct_loglist_member(json, "log_type"), "test");

    return log->description != NULL ? CT_OK : CT_E_MEMORY;
}


/* RFC 6962, 3.2: the log_id is the hash of the key, so one checks the
 * other. */
static ct_rc_t
ct_loglist_key(ct_arena_t *arena, const json_t *json, ct_log_t *log)
{
    char   *key;
    size_t  key_len, id_len;
    uint8_t room[CT_LOGLIST_SPKI], id[CT_HASH_LEN];

    key_len = sizeof(room);
    id_len = sizeof(id);

    if (ct_parse_base64(ct_loglist_member(json, "key"), room, &key_len)
            != CT_OK
        || ct_parse_base64(ct_loglist_member(json, "log_id"), id, &id_len)
            != CT_OK
        || id_len != sizeof(id))
    {
        return CT_E_ENCODING;
    }

    ct_sha256_once(ct_bytes(room, key_len), log->id);

    if (memcmp(log->id, id, sizeof(id)) != 0) {
        return CT_E_ENCODING;
    }

    key = ct_arena_strdup(arena, room, key_len);
    log->key = ct_bytes(key, key_len);

    return key != NULL ? CT_OK : CT_E_MEMORY;
}


static ct_rc_t
ct_loglist_urls(ct_arena_t *arena, const json_t *json, ct_log_t *log)
{
    bool       tiled;
    ct_bytes_t url, submission;

    tiled = log->type == CT_LOG_STATIC;
    url = ct_loglist_member(json, tiled ? "monitoring_url" : "url");
    submission = ct_loglist_member(json, "submission_url");

    if (!ct_loglist_url_valid(url)
        || (tiled && !ct_loglist_url_valid(submission)))
    {
        return CT_E_ENCODING;
    }

    log->url = ct_loglist_url(arena, url);

    if (tiled) {
        /* valid, so it fits and a NUL is all that is missing */
        log->origin = ct_arena_strdup(arena, submission.data, submission.len);
        if (log->origin != NULL) {
            log->origin = ct_loglist_origin(arena, log->origin);
        }
    }

    return log->url == NULL || (tiled && log->origin == NULL) ? CT_E_MEMORY
                                                              : CT_OK;
}


/* v3 schema: one of the states, or none. A state that this reader does not
 * know is as good as none; two at once are not. */
static bool
ct_loglist_state(const json_t *json, ct_log_state_e *state)
{
    size_t      i, found;
    const char *name;

    if (json == NULL || json_is_null(json)) {
        return true;
    }

    found = 0;

    for (i = CT_LOG_PENDING; i <= CT_LOG_REJECTED; i++) {
        name = ct_log_state_name((ct_log_state_e) i);

        if (json_object_get(json, name) != NULL) {
            *state = (ct_log_state_e) i;
            found++;
        }
    }

    return json_is_object(json) && found <= 1;
}


static bool
ct_loglist_interval(const json_t *json, ct_log_t *log)
{
    int64_t start, end;

    if (json == NULL || json_is_null(json)) {
        return true;
    }

    if (!ct_loglist_time(json_object_get(json, "start_inclusive"), &start)
        || !ct_loglist_time(json_object_get(json, "end_exclusive"), &end)
        || end <= start)
    {
        return false;
    }

    log->start_ms = start;
    log->end_ms = end;

    return true;
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


/* A string member; the empty slice when there is none or it is not one. */
static ct_bytes_t
ct_loglist_member(const json_t *json, const char *name)
{
    json_t *value;

    value = json_object_get(json, name);

    if (!json_is_string(value)) {
        return CT_BYTES("");
    }

    return ct_bytes(json_string_value(value), json_string_length(value));
}


/* Cut to CT_LIMIT_TEXT between characters, control characters blanked: it
 * goes to log lines and pages. */
static char *
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


/* http or https, a host, and nothing that could end the URL early where it
 * is put into a request, a page or a log line. */
static bool
ct_loglist_url_valid(ct_bytes_t url)
{
    size_t     i;
    ct_bytes_t bare;

    bare = ct_loglist_bare(url);

    /* with the "/" that may be missing */
    if (bare.len == url.len || bare.len == 0 || bare.data[0] == '/'
        || url.len + (url.data[url.len - 1] != '/') >= CT_LIMIT_URL)
    {
        return false;
    }

    for (i = 0; i < url.len; i++) {
        if (url.data[i] <= ' ' || url.data[i] >= 0x7f
            || memchr("\"'?#<>\\", url.data[i], 7) != NULL)
        {
            return false;
        }
    }

    return true;
}


static const char *
ct_loglist_url(ct_arena_t *arena, ct_bytes_t url)
{
    uint8_t  room[CT_LIMIT_URL];
    ct_buf_t buf;

    ct_buf_fixed(&buf, room, sizeof(room));
    ct_buf_bytes(&buf, url);

    if (url.data[url.len - 1] != '/') {
        ct_buf_putc(&buf, '/');
    }

    return ct_arena_strdup(arena, room, buf.len);
}


/* Without "http://" or "https://"; unchanged when it begins otherwise. */
static ct_bytes_t
ct_loglist_bare(ct_bytes_t url)
{
    ct_bytes_t rest, scheme;

    rest = url;

    if (ct_read_until(&rest, ':', &scheme)
        && (ct_bytes_equal_nocase(scheme, CT_BYTES("http"))
            || ct_bytes_equal_nocase(scheme, CT_BYTES("https")))
        && rest.len >= 2 && memcmp(rest.data, "//", 2) == 0)
    {
        return ct_bytes(rest.data + 2, rest.len - 2);
    }

    return url;
}


/* static-ct-api, "Checkpoints". */
const char *
ct_loglist_origin(ct_arena_t *arena, const char *submission)
{
    ct_bytes_t origin;

    origin = ct_loglist_bare(ct_bytes_str(submission));

    if (origin.len != 0 && origin.data[origin.len - 1] == '/') {
        origin.len--;
    }

    return ct_arena_strdup(arena, origin.data, origin.len);
}


/* RFC 3339 in Chrome's list, milliseconds in Android's. */
static bool
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
