/*
 * ct_loglist_log: one log of a list. Only what the follower needs is taken,
 * and only what is whole: a log with a key that is not its id, or an address
 * that is none, is left out. What it can be followed without (mmd,
 * final_tree_head) leaves it in, whatever is written there.
 */

#include <string.h>

#include "ct_limits.h"
#include "ct_loglist_part.h"
#include "ct_merkle.h"

#define CT_LOGLIST_SPKI 2048 /* bytes of a key; RSA-8192 has 1,062 */
#define CT_LOGLIST_MMD  (31 * 24 * 60 * 60) /* seconds; more is a mistake */


static ct_rc_t ct_loglist_key(ct_arena_t *arena, const json_t *json,
    ct_log_t *log);
static ct_rc_t ct_loglist_urls(ct_arena_t *arena, const json_t *json,
    ct_log_t *log);
static bool ct_loglist_state(const json_t *json, ct_log_state_e *state);
static bool ct_loglist_interval(const json_t *json, ct_log_t *log);
static void ct_loglist_mmd(const json_t *json, ct_log_t *log);
static void ct_loglist_final(const json_t *json, ct_log_t *log);
static bool ct_loglist_url_valid(ct_bytes_t url);
static const char *ct_loglist_url(ct_arena_t *arena, ct_bytes_t url);
static ct_bytes_t ct_loglist_bare(ct_bytes_t url);


ct_rc_t
ct_loglist_log(ct_arena_t *arena, const char *operator_name,
    const json_t *json, ct_log_t *log)
{
    ct_rc_t    rc;
    ct_bytes_t description;

    if (!ct_loglist_state(json_object_get(json, "state"), &log->state)
        || !ct_loglist_interval(json_object_get(json, "temporal_interval"),
                                log))
    {
        return CT_E_ENCODING;
    }

    rc = ct_loglist_urls(arena, json, log);
    if (rc != CT_OK) {
        return rc;
    }

    rc = ct_loglist_key(arena, json, log);
    if (rc != CT_OK) {
        return rc;
    }

    description = ct_loglist_member(json, "description");
    if (description.len == 0) {
        description = ct_bytes_str(log->url);
    }

    log->description = ct_loglist_text(arena, description);
    log->operator_name = operator_name;
    log->test = ct_bytes_is(ct_loglist_member(json, "log_type"), "test");
    ct_loglist_mmd(json, log);
    ct_loglist_final(json, log);

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


/* RFC 6962, 3: "Maximum Merge Delay"; seconds in the list. */
static void
ct_loglist_mmd(const json_t *json, ct_log_t *log)
{
    json_int_t seconds;

    seconds = json_integer_value(json_object_get(json, "mmd"));

    if (seconds > 0 && seconds <= CT_LOGLIST_MMD) {
        log->mmd_ms = (int64_t) seconds * 1000;
        return;
    }

    log->mmd_ms = log->type == CT_LOG_STATIC ? CT_LOG_MMD_STATIC
                                             : CT_LOG_MMD_RFC6962;
}


/* v3 schema: state.readonly.final_tree_head, the last head of a log that
 * takes nothing in any more. */
static void
ct_loglist_final(const json_t *json, ct_log_t *log)
{
    size_t     len;
    json_t    *head, *size;
    uint8_t    root[CT_HASH_LEN];
    json_int_t n;

    head = json_object_get(json_object_get(json_object_get(json, "state"),
                                           "readonly"), "final_tree_head");
    size = json_object_get(head, "tree_size");
    n = json_integer_value(size);
    len = sizeof(root);

    if (!json_is_integer(size) || n < 0
        || (uint64_t) n > CT_LIMIT_TREE_SIZE
        || ct_parse_base64(ct_loglist_member(head, "sha256_root_hash"), root,
                           &len) != CT_OK
        || len != sizeof(root))
    {
        return;
    }

    memcpy(log->final_root, root, sizeof(root));
    log->final_size = (uint64_t) n;
    log->has_final = true;
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
