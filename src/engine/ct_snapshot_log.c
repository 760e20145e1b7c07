/*
 * ct_snapshot: a log's line, both ways: the record, and in `cursor` the
 * position with its heads and frontiers. In format 1 the members of the
 * cursor lie in the record itself.
 */

#include "ct_snapshot_part.h"

#include <string.h>


static const char *const ct_phases[] = {"start", "search", "seed", "walk"};
static const char *const ct_froms[] = {"zero", "head", "time", "index"};

#define CT_NAMES(names) (sizeof(names) / sizeof((names)[0]))


static void ct_log_terms(ct_json_t *json, const ct_log_record_t *log);
static void ct_log_cursor(ct_json_t *json, const ct_cursor_t *c);
static void ct_log_head(ct_json_t *json, const char *name,
    const ct_head_t *head);
static void ct_log_tree(ct_json_t *json, const char *name,
    const ct_merkle_t *tree);
static void ct_log_gaps(ct_json_t *json, const ct_log_record_t *log);
static void ct_log_lookback(ct_json_t *json, const ct_lookback_t *back);
static void ct_log_text(ct_json_t *json, const char *name, const char *text,
    size_t room);
static bool ct_get_record(const json_t *o, ct_log_record_t *log);
static bool ct_get_terms(const json_t *o, ct_log_record_t *log);
static bool ct_get_old_terms(const json_t *o, ct_log_record_t *log);
static bool ct_get_position(const json_t *o, ct_cursor_t *c);
static bool ct_get_phase(const json_t *o, ct_cursor_t *c);
static bool ct_get_name(const json_t *o, const char *name,
    const char *const *names, size_t n, uint8_t *v);
static bool ct_get_head(const json_t *o, const char *name, bool old,
    ct_head_t *head);
static bool ct_get_tree(const json_t *o, const char *name,
    ct_merkle_t *tree);
static bool ct_get_gaps(const json_t *gaps, ct_log_record_t *log);
static bool ct_get_gap(const json_t *o, ct_gap_t *gap);
static bool ct_get_lookback(const json_t *o, ct_lookback_t *back);


void
ct_snapshot_log(ct_json_t *json, const ct_log_record_t *log)
{
    ct_json_object(json, NULL);
    ct_json_object(json, "log");
    ct_json_hex(json, "id", log->id, CT_HASH_LEN);
    ct_log_text(json, "url", log->url, sizeof(log->url));
    ct_log_text(json, "description", log->description,
                sizeof(log->description));
    ct_log_text(json, "operator", log->operator_name,
                sizeof(log->operator_name));
    ct_json_u64(json, "type", log->type);
    ct_json_u64(json, "listed", log->listed);
    ct_json_u64(json, "entries", log->entries);
    ct_json_u64(json, "matches", log->matches);
    ct_json_u64(json, "malformed", log->malformed);
    ct_snapshot_ms(json, "last_success_ms", log->last_success_ms);
    ct_log_terms(json, log);
    ct_log_cursor(json, &log->cursor);
    ct_log_gaps(json, log);
    ct_log_lookback(json, &log->lookback);
    ct_json_object_end(json);
    ct_json_object_end(json);
}


static void
ct_log_terms(ct_json_t *json, const ct_log_record_t *log)
{
    ct_snapshot_ms(json, "last_error_ms", log->last_error_ms);
    ct_snapshot_ms(json, "failing_ms", log->failing_ms);
    ct_json_u64(json, "state", log->state);
    ct_snapshot_ms(json, "state_ms", log->state_ms);
    ct_snapshot_ms(json, "since_ms", log->since_ms);
    ct_snapshot_ms(json, "mmd_ms", log->mmd_ms);
    ct_snapshot_ms(json, "end_ms", log->end_ms);
    ct_json_bool(json, "has_final", log->has_final);
    ct_json_u64(json, "final_size", log->final_size);
    ct_json_bool(json, "limited", log->limited);
    ct_json_bool(json, "accused", log->accused);
    ct_json_bool(json, "caught_up", log->caught_up);
    ct_json_u64(json, "evidence", log->evidence);
    ct_log_text(json, "error", log->error, sizeof(log->error));
    ct_log_text(json, "skip", log->skip, sizeof(log->skip));
}


static void
ct_log_cursor(ct_json_t *json, const ct_cursor_t *c)
{
    ct_json_object(json, "cursor");
    ct_json_str(json, "phase", ct_phases[c->phase % CT_NAMES(ct_phases)]);
    ct_json_str(json, "from", ct_froms[c->from % CT_NAMES(ct_froms)]);
    ct_snapshot_ms(json, "since_ms", c->since_ms);
    ct_json_u64(json, "seek", c->seek);
    ct_json_u64(json, "start", c->start);
    ct_json_u64(json, "mismatches", c->mismatches);
    ct_snapshot_ms(json, "verified_ms", c->verified_ms);
    ct_snapshot_ms(json, "confirmed_ms", (int64_t) c->confirmed_ms);
    ct_log_head(json, "target", &c->target);
    ct_log_head(json, "latest", &c->latest);
    ct_log_tree(json, "verified", &c->verified);
    ct_log_tree(json, "downloaded", &c->downloaded);
    ct_json_object_end(json);
}


static void
ct_log_head(ct_json_t *json, const char *name, const ct_head_t *head)
{
    uint8_t  room[4 * ((sizeof(head->signature) + 2) / 3)];
    ct_buf_t text;

    ct_buf_fixed(&text, room, sizeof(room));

    if (head->signature_len <= sizeof(head->signature)) {
        ct_buf_base64(&text, head->signature, head->signature_len);
    }

    ct_json_object(json, name);
    ct_json_u64(json, "size", head->size);
    ct_snapshot_ms(json, "timestamp_ms", (int64_t) head->timestamp_ms);
    ct_json_hex(json, "root", head->root, CT_HASH_LEN);
    ct_json_string(json, "signature", ct_buf_slice(&text));
    ct_json_object_end(json);
}


/* The nodes that the bits of the size call for, lowest level first. */
static void
ct_log_tree(ct_json_t *json, const char *name, const ct_merkle_t *tree)
{
    unsigned level;

    ct_json_object(json, name);
    ct_json_u64(json, "size", tree->size);
    ct_json_array(json, "nodes");

    for (level = 0; level < CT_MERKLE_LEVELS; level++) {
        if (tree->size >> level & 1) {
            ct_json_hex(json, NULL, tree->node[level], CT_HASH_LEN);
        }
    }

    ct_json_array_end(json);
    ct_json_object_end(json);
}


static void
ct_log_gaps(ct_json_t *json, const ct_log_record_t *log)
{
    size_t          i;
    const ct_gap_t *gap;

    ct_json_array(json, "gaps");

    for (i = 0; i < CT_LIMIT_GAPS; i++) {
        gap = &log->gaps[i];

        if (gap->to == 0) {
            continue;
        }

        ct_json_object(json, NULL);
        ct_json_u64(json, "from", gap->from);
        ct_json_u64(json, "to", gap->to);
        ct_json_u64(json, "kind", gap->kind);
        ct_json_u64(json, "tries", gap->tries);
        ct_snapshot_ms(json, "since_ms", gap->since_ms);
        ct_snapshot_ms(json, "due_ms", gap->due_ms);
        ct_json_hex(json, "root", gap->root, CT_HASH_LEN);
        ct_json_object_end(json);
    }

    ct_json_array_end(json);
}


static void
ct_log_lookback(ct_json_t *json, const ct_lookback_t *back)
{
    if (back->to == 0) {
        ct_json_null(json, "lookback");
        return;
    }

    ct_json_object(json, "lookback");
    ct_json_u64(json, "from", back->from);
    ct_json_u64(json, "at", back->at);
    ct_json_u64(json, "to", back->to);
    ct_snapshot_ms(json, "since_ms", back->since_ms);
    ct_json_u64(json, "again", back->again);
    ct_json_hex(json, "at_root", back->at_root, CT_HASH_LEN);
    ct_json_hex(json, "to_root", back->to_root, CT_HASH_LEN);
    ct_json_object_end(json);
}


static void
ct_log_text(ct_json_t *json, const char *name, const char *text, size_t room)
{
    ct_json_string(json, name, ct_bytes(text, strnlen(text, room)));
}


bool
ct_snapshot_read_log(const json_t *line, ct_store_t *store)
{
    size_t          i;
    const json_t   *o;
    ct_log_record_t log;

    memset(&log, 0, sizeof(log));
    o = json_object_get(line, "log");

    if (!ct_get_record(o, &log)
        || ct_store_log_slot(store, log.id, log.url, &i) != CT_OK)
    {
        return false;
    }

    ct_store_set_log(store, i, &log);

    return true;
}


static bool
ct_get_record(const json_t *o, ct_log_record_t *log)
{
    bool          old;
    const json_t *cursor;

    cursor = json_object_get(o, "cursor");
    old = cursor == NULL;

    return ct_get_hex(o, "id", log->id, CT_HASH_LEN)
           && ct_get_text(o, "url", log->url, sizeof(log->url))
           && ct_get_text(o, "description", log->description,
                          sizeof(log->description))
           && ct_get_text(o, "operator", log->operator_name,
                          sizeof(log->operator_name))
           && ct_get_u8(o, "type", CT_LOG_RFC6962, &log->type)
           && ct_get_u8(o, "listed", CT_LOG_REJECTED, &log->listed)
           && ct_get_u64(o, "entries", INT64_MAX, &log->entries)
           && ct_get_u64(o, "matches", INT64_MAX, &log->matches)
           && ct_get_u64(o, "malformed", INT64_MAX, &log->malformed)
           && ct_get_ms(o, "last_success_ms", &log->last_success_ms)
           && ct_get_position(old ? o : cursor, &log->cursor)
           && (old ? ct_get_old_terms(o, log) : ct_get_terms(o, log));
}


static bool
ct_get_terms(const json_t *o, ct_log_record_t *log)
{
    log->cursor.type = log->type;

    return ct_get_ms(o, "last_error_ms", &log->last_error_ms)
           && ct_get_ms(o, "failing_ms", &log->failing_ms)
           && ct_get_u8(o, "state", CT_FOLLOW_UNLISTED, &log->state)
           && ct_get_ms(o, "state_ms", &log->state_ms)
           && ct_get_ms(o, "since_ms", &log->since_ms)
           && ct_get_ms(o, "mmd_ms", &log->mmd_ms)
           && ct_get_ms(o, "end_ms", &log->end_ms)
           && ct_get_bool(o, "has_final", &log->has_final)
           && ct_get_u64(o, "final_size", INT64_MAX, &log->final_size)
           && ct_get_bool(o, "limited", &log->limited)
           && ct_get_bool(o, "accused", &log->accused)
           && ct_get_bool(o, "caught_up", &log->caught_up)
           && ct_get_u32(o, "evidence", &log->evidence)
           && ct_get_text(o, "error", log->error, sizeof(log->error))
           && ct_get_text(o, "skip", log->skip, sizeof(log->skip))
           && ct_get_gaps(json_object_get(o, "gaps"), log)
           && ct_get_lookback(json_object_get(o, "lookback"),
                              &log->lookback);
}


/* Format 1. Since when entries were looked at was not written; the last time
 * that is known is late rather than wrong. A log that was not begun is as
 * good as new, and what has no description is taken for that. */
static bool
ct_get_old_terms(const json_t *o, ct_log_record_t *log)
{
    const json_t *started;

    started = json_object_get(o, "started");
    log->cursor.type = log->type;
    log->state = CT_FOLLOW_UNLISTED;

    if (json_is_false(started)) {
        log->description[0] = '\0';
        ct_cursor_init(&log->cursor, (ct_log_type_e) log->type, CT_FROM_HEAD,
                       0, 0);
        return true;
    }

    log->cursor.phase = CT_CURSOR_WALK;
    log->since_ms = log->cursor.start != 0 ? log->last_success_ms : 0;

    return json_is_true(started);
}


static bool
ct_get_position(const json_t *o, ct_cursor_t *c)
{
    bool     old;
    uint64_t confirmed;

    old = json_object_get(o, "phase") == NULL;
    confirmed = 0;

    if (!ct_get_u64(o, "start", CT_LIMIT_TREE_SIZE, &c->start)
        || !ct_get_u32(o, "mismatches", &c->mismatches)
        || !ct_get_ms(o, "verified_ms", &c->verified_ms)
        || !ct_get_head(o, "target", old, &c->target)
        || !ct_get_head(o, "latest", old, &c->latest)
        || !ct_get_tree(o, "verified", &c->verified)
        || !ct_get_tree(o, "downloaded", &c->downloaded)
        || c->verified.size > c->downloaded.size)
    {
        return false;
    }

    if (old) {
        c->from = CT_FROM_HEAD;
        return true;
    }

    if (!ct_get_phase(o, c)
        || !ct_get_u64(o, "confirmed_ms", INT64_MAX, &confirmed)
        || !ct_get_ms(o, "since_ms", &c->since_ms)
        || !ct_get_u64(o, "seek", CT_LIMIT_TREE_SIZE, &c->seek))
    {
        return false;
    }

    c->confirmed_ms = confirmed;

    return true;
}


/* What was half done begins anew, at the next head. */
static bool
ct_get_phase(const json_t *o, ct_cursor_t *c)
{
    if (!ct_get_name(o, "phase", ct_phases, CT_NAMES(ct_phases), &c->phase)
        || !ct_get_name(o, "from", ct_froms, CT_NAMES(ct_froms), &c->from))
    {
        return false;
    }

    if (c->phase != CT_CURSOR_WALK) {
        c->phase = CT_CURSOR_START;
        c->downloaded = c->verified;
    }

    return true;
}


static bool
ct_get_name(const json_t *o, const char *name, const char *const *names,
    size_t n, uint8_t *v)
{
    size_t      i;
    const char *value;

    value = json_string_value(json_object_get(o, name));

    for (i = 0; value != NULL && i < n; i++) {
        if (strcmp(value, names[i]) == 0) {
            *v = (uint8_t) i;
            return true;
        }
    }

    return false;
}


static bool
ct_get_head(const json_t *o, const char *name, bool old, ct_head_t *head)
{
    size_t len;

    o = json_object_get(o, name);
    len = sizeof(head->signature);

    if (!ct_get_u64(o, "size", CT_LIMIT_TREE_SIZE, &head->size)
        || !ct_get_u64(o, "timestamp_ms", INT64_MAX, &head->timestamp_ms)
        || !ct_get_hex(o, "root", head->root, CT_HASH_LEN))
    {
        return false;
    }

    if (old) {
        return true;
    }

    if (!ct_get_base64(json_object_get(o, "signature"), head->signature,
                       &len))
    {
        return false;
    }

    head->signature_len = (uint32_t) len;

    return true;
}


static bool
ct_get_tree(const json_t *o, const char *name, ct_merkle_t *tree)
{
    size_t        i;
    unsigned      level;
    const json_t *nodes;

    o = json_object_get(o, name);
    nodes = json_object_get(o, "nodes");
    ct_merkle_init(tree);

    if (!ct_get_u64(o, "size", CT_LIMIT_TREE_SIZE - 1, &tree->size)) {
        return false;
    }

    i = 0;

    for (level = 0; level < CT_MERKLE_LEVELS; level++) {
        if ((tree->size >> level & 1)
            && !ct_get_bytes(json_array_get(nodes, i++), tree->node[level],
                             CT_HASH_LEN))
        {
            return false;
        }
    }

    return json_array_size(nodes) == i;
}


static bool
ct_get_gaps(const json_t *gaps, ct_log_record_t *log)
{
    size_t i, n;

    n = json_array_size(gaps);

    if (!json_is_array(gaps) || n > CT_LIMIT_GAPS) {
        return false;
    }

    for (i = 0; i < n; i++) {
        if (!ct_get_gap(json_array_get(gaps, i), &log->gaps[i])) {
            return false;
        }
    }

    return true;
}


static bool
ct_get_gap(const json_t *o, ct_gap_t *gap)
{
    return ct_get_u64(o, "from", CT_LIMIT_TREE_SIZE, &gap->from)
           && ct_get_u64(o, "to", CT_LIMIT_TREE_SIZE, &gap->to)
           && gap->from < gap->to
           && ct_get_u32(o, "kind", &gap->kind)
           && (gap->kind == CT_GAP_ABSENT
               || gap->kind == CT_GAP_CONTRADICTED)
           && ct_get_u32(o, "tries", &gap->tries)
           && ct_get_ms(o, "since_ms", &gap->since_ms)
           && ct_get_ms(o, "due_ms", &gap->due_ms)
           && ct_get_hex(o, "root", gap->root, CT_HASH_LEN);
}


static bool
ct_get_lookback(const json_t *o, ct_lookback_t *back)
{
    if (json_is_null(o)) {
        return true;
    }

    return ct_get_u64(o, "from", CT_LIMIT_TREE_SIZE, &back->from)
           && ct_get_u64(o, "at", CT_LIMIT_TREE_SIZE, &back->at)
           && ct_get_u64(o, "to", CT_LIMIT_TREE_SIZE, &back->to)
           && back->from <= back->at && back->at <= back->to
           && ct_get_ms(o, "since_ms", &back->since_ms)
           && ct_get_u64(o, "again", 1, &back->again)
           && ct_get_hex(o, "at_root", back->at_root, CT_HASH_LEN)
           && ct_get_hex(o, "to_root", back->to_root, CT_HASH_LEN);
}
