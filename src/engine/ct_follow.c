/*
 * ct_follow: see the header. Order matters for crash safety: findings are
 * stored before the position that passes them.
 */

#include "ct_follow.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define CT_FOLLOW_URL         (CT_LIMIT_URL + 128)
#define CT_FOLLOW_ISSUER_TRIES 8 /* four minutes; a 404 counts four */
#define CT_FOLLOW_ISSUER_WAIT 1000 /* ms, doubled for each failure */
#define CT_FOLLOW_ISSUER_REST (10 * 60 * 1000) /* ms; then tried again */
#define CT_FOLLOW_SOON        50   /* ms */


static void ct_follow_describe(ct_follow_t *follow);
static bool ct_follow_get(ct_follow_t *follow, const char *path, size_t limit,
    ct_http_done_pt done);
static void ct_follow_ask(ct_follow_t *follow);
static void ct_follow_answered(void *ctx, ct_http_answer_t *answer);
static void ct_follow_head(ct_follow_t *follow, ct_bytes_t body);
static void ct_follow_hash_tile(ct_follow_t *follow, ct_bytes_t body);
static void ct_follow_data_tile(ct_follow_t *follow,
    ct_http_answer_t *answer);
static int64_t ct_follow_judge(ct_follow_t *follow);
static void ct_follow_issuer(ct_follow_t *follow);
static void ct_follow_issuer_answered(void *ctx, ct_http_answer_t *answer);
static void ct_follow_commit(ct_follow_t *follow);
static void ct_follow_drop(ct_follow_t *follow);
static void ct_follow_good(ct_follow_t *follow);
static void ct_follow_bad(ct_follow_t *follow, ct_rc_t rc,
    const char *what);
static void ct_follow_error(ct_follow_t *follow, ct_follow_e state,
    const char *what, const char *why);
static void ct_follow_save(ct_follow_t *follow);


ct_rc_t
ct_follow_open(ct_follow_t *follow, ct_context_t *ctx, const ct_log_t *log)
{
    ct_rc_t          rc;
    ct_log_record_t *r;

    memset(follow, 0, sizeof(ct_follow_t));
    follow->ctx = ctx;
    follow->log = log;

    rc = ct_store_log_slot(ctx->store, log->id, log->url, &follow->slot);

    if (rc != CT_OK) {
        return rc;
    }

    r = &follow->record;

    if (!ct_store_log(ctx->store, follow->slot, r)) {
        return CT_E_ABSENT;
    }

    if (r->description[0] == '\0') {
        ct_cursor_init(&r->cursor, ctx->config->from_zero);
    }

    ct_cursor_resume(&r->cursor, ctx->now_ms);
    follow->key = ct_key_create(log->key);
    ct_follow_describe(follow);
    ct_store_set_log(ctx->store, follow->slot, r);

    return follow->key != NULL ? CT_OK : CT_E_TYPE;
}


static void
ct_follow_describe(ct_follow_t *follow)
{
    const char      *skip;
    const ct_log_t  *log;
    ct_log_record_t *r;

    r = &follow->record;
    log = follow->log;

    (void) snprintf(r->description, sizeof(r->description), "%s",
                    log->description[0] != '\0' ? log->description
                                                : log->url);
    (void) snprintf(r->operator_name, sizeof(r->operator_name), "%s",
                    log->operator_name);
    r->type = (uint8_t) log->type;
    r->listed = (uint8_t) log->state;
    r->skip[0] = '\0';
    skip = ct_loglist_skip(log, follow->ctx->now_ms);

    if (skip != NULL) {
        (void) snprintf(r->skip, sizeof(r->skip), "%s", skip);
        r->state = CT_FOLLOW_SKIPPED;

    } else if (log->type == CT_LOG_RFC6962) {
        (void) snprintf(r->skip, sizeof(r->skip), "not followed yet");
        r->state = CT_FOLLOW_NOT_YET;

    } else {
        follow->active = true;

        if (r->state == CT_FOLLOW_SKIPPED || r->state == CT_FOLLOW_NOT_YET
            || r->state == CT_FOLLOW_UNLISTED)
        {
            r->state = CT_FOLLOW_STARTING;
        }
    }
}


void
ct_follow_close(ct_follow_t *follow)
{
    ct_follow_drop(follow);
    ct_key_free(follow->key);
    follow->key = NULL;
}


void
ct_follow_shift(ct_follow_t *follow, int64_t delta_ms)
{
    follow->record.cursor.not_before_ms += delta_ms;
    follow->record.cursor.head_due_ms += delta_ms;
    follow->issuer_due_ms += delta_ms;
}


int64_t
ct_follow_turn(ct_follow_t *follow)
{
    if (!follow->active || follow->busy) {
        return INT64_MAX;
    }

    if (follow->body != NULL) {
        return ct_follow_judge(follow);
    }

    ct_cursor_next(&follow->record.cursor, follow->ctx->now_ms, &follow->ask);

    if (follow->ask.kind == CT_ASK_WAIT) {
        return follow->ask.until_ms;
    }

    if (!ct_http_room(follow->ctx->http)) {
        return INT64_MAX;
    }

    ct_follow_ask(follow);

    return INT64_MAX;
}


static void
ct_follow_ask(ct_follow_t *follow)
{
    char     path[64];
    size_t   limit;
    ct_buf_t buf;

    ct_buf_fixed(&buf, path, sizeof(path) - 1);

    if (follow->ask.kind == CT_ASK_HEAD) {
        ct_buf_puts(&buf, "checkpoint");
        limit = CT_LIMIT_CHECKPOINT;

    } else {
        ct_tile_path(&buf, &follow->ask.tile);
        limit = follow->ask.kind == CT_ASK_DATA_TILE ? CT_LIMIT_DATA_TILE
                                                     : CT_LIMIT_HASH_TILE;
    }

    path[buf.len] = '\0';

    if (!ct_follow_get(follow, path, limit, ct_follow_answered)) {
        ct_follow_bad(follow, CT_E_MEMORY, "asking");
    }
}


static bool
ct_follow_get(ct_follow_t *follow, const char *path, size_t limit,
    ct_http_done_pt done)
{
    char          url[CT_FOLLOW_URL];
    ct_http_ask_t ask;

    (void) snprintf(url, sizeof(url), "%s%s", follow->log->url, path);
    memset(&ask, 0, sizeof(ask));
    ask.url = url;
    ask.limit = limit;
    ask.ctx = follow;
    ask.done = done;

    follow->busy = ct_http_start(follow->ctx->http, &ask) == CT_OK;

    return follow->busy;
}


static void
ct_follow_answered(void *ctx, ct_http_answer_t *answer)
{
    bool         absent;
    ct_cursor_t *cursor;
    ct_follow_t *follow;

    follow = ctx;
    follow->busy = false;
    cursor = &follow->record.cursor;

    if (answer->rc == CT_E_STOPPED) {
        return;
    }

    if (answer->rc != CT_OK) {
        absent = answer->status == 404 || answer->status == 410;
        ct_cursor_fail(cursor, follow->ctx->now_ms, answer->retry_after_ms,
                       absent, ct_context_jitter(follow->ctx));

        /* the full tile is asked now, nothing is wrong yet */
        if (cursor->not_before_ms > follow->ctx->now_ms) {
            ct_follow_error(follow, CT_FOLLOW_FAILING,
                            follow->ask.kind == CT_ASK_HEAD ? "checkpoint"
                                                            : "tile",
                            answer->error);
        }
        return;
    }

    switch (follow->ask.kind) {

    case CT_ASK_HEAD:
        ct_follow_head(follow, ct_bytes(answer->data, answer->len));
        break;

    case CT_ASK_HASH_TILE:
        ct_follow_hash_tile(follow, ct_bytes(answer->data, answer->len));
        break;

    default:
        ct_follow_data_tile(follow, answer);
        break;
    }
}


static void
ct_follow_head(ct_follow_t *follow, ct_bytes_t body)
{
    ct_rc_t       rc;
    ct_head_t     head;
    ct_context_t *ctx;

    ctx = follow->ctx;
    rc = ct_head_read_checkpoint(body, ct_bytes_str(follow->log->origin),
                                 follow->key, &head);
    if (rc != CT_OK) {
        ct_follow_bad(follow, rc, "checkpoint");
        return;
    }

    rc = ct_cursor_head(&follow->record.cursor, ctx->sha, &head, ctx->now_ms,
                        ctx->config->interval_ms, ct_context_jitter(ctx));

    /* CT_E_SHRUNK: a front end that lags; the next poll will tell */
    if (rc != CT_OK && rc != CT_E_SHRUNK) {
        ct_follow_bad(follow, rc, "checkpoint");
        return;
    }

    ct_follow_good(follow);
}


static void
ct_follow_hash_tile(ct_follow_t *follow, ct_bytes_t body)
{
    ct_rc_t rc;

    rc = ct_cursor_hash_tile(&follow->record.cursor, follow->ctx->sha, body,
                             follow->ctx->now_ms);
    if (rc != CT_OK) {
        ct_follow_bad(follow, rc, "hash tile");
        return;
    }

    ct_follow_good(follow);
}


static void
ct_follow_data_tile(ct_follow_t *follow, ct_http_answer_t *answer)
{
    ct_rc_t    rc;
    ct_scan_t *scan;
    uint64_t   malformed;

    scan = &follow->ctx->scan;
    malformed = scan->malformed;
    follow->tree = follow->record.cursor.downloaded;

    rc = ct_scan_tile(scan, &follow->tree,
                      ct_bytes(answer->data, answer->len), &follow->ask);

    if (rc != CT_OK) {
        ct_follow_bad(follow, rc, "data tile");
        return;
    }

    follow->malformed = scan->malformed - malformed;
    follow->nmatches = 0;
    follow->at = 0;

    if (scan->nmatches > 0) {
        follow->matches = malloc(scan->nmatches * sizeof(ct_match_t));

        if (follow->matches == NULL) {
            ct_follow_bad(follow, CT_E_MEMORY, "data tile");
            return;
        }

        follow->nmatches = scan->nmatches;
        memcpy(follow->matches, scan->matches,
               scan->nmatches * sizeof(ct_match_t));
    }

    follow->body = answer->data;
    answer->data = NULL;
    follow->issuer_fails = 0;
    follow->issuer_due_ms = 0;

    (void) ct_follow_judge(follow);
}


/* Judges what matched, fetching issuers as they are missed; then commits. */
static int64_t
ct_follow_judge(ct_follow_t *follow)
{
    ct_rc_t       rc;
    ct_context_t *ctx;

    ctx = follow->ctx;

    if (ctx->now_ms < follow->issuer_due_ms) {
        return follow->issuer_due_ms;
    }

    while (follow->at < follow->nmatches) {
        if (ct_context_stopping(ctx)) {
            return INT64_MAX;
        }

        rc = ct_judge_match(ctx, &follow->matches[follow->at], follow->slot,
                            follow->issuer);

        if (rc == CT_E_ABSENT) {
            ct_follow_issuer(follow);
            return follow->busy ? INT64_MAX : follow->issuer_due_ms;
        }

        if (rc == CT_E_FULL) {
            ct_lines_say(ctx->lines, CT_LINE_ERROR,
                         "no room for a finding of log \"%s\", entry %"
                         PRIu64 ", it was dropped: the zone \"%s\" is full",
                         follow->record.description,
                         follow->matches[follow->at].index,
                         ctx->config->zone);

        } else if (rc != CT_OK) {
            ct_follow_drop(follow);
            ct_follow_bad(follow, rc, "judging an entry");
            return INT64_MAX;
        }

        follow->at++;
        follow->record.matches++;
    }

    ct_follow_commit(follow);

    return ctx->now_ms;
}


static void
ct_follow_issuer(ct_follow_t *follow)
{
    char     path[80];
    ct_buf_t buf;

    ct_buf_fixed(&buf, path, sizeof(path) - 1);
    ct_buf_puts(&buf, "issuer/");
    ct_buf_hex(&buf, follow->issuer, CT_HASH_LEN);
    path[buf.len] = '\0';

    /* too many requests at once, or no memory: soon again */
    if (!ct_follow_get(follow, path, CT_LIMIT_ISSUER,
                       ct_follow_issuer_answered))
    {
        follow->issuer_due_ms = follow->ctx->now_ms + CT_FOLLOW_SOON;
    }
}


static void
ct_follow_issuer_answered(void *ctx, ct_http_answer_t *answer)
{
    ct_rc_t      rc;
    ct_follow_t *follow;

    follow = ctx;
    follow->busy = false;
    rc = answer->rc;

    if (rc == CT_E_STOPPED) {
        return;
    }

    if (rc == CT_OK) {
        rc = ct_issuers_put(follow->ctx->issuers, follow->issuer,
                            answer->data, answer->len);
    }

    if (rc == CT_OK) {
        answer->data = NULL;
        follow->issuer_fails = 0;
        follow->issuer_due_ms = 0;
        return;
    }

    follow->issuer_due_ms = follow->ctx->now_ms
                            + ((int64_t) CT_FOLLOW_ISSUER_WAIT
                               << follow->issuer_fails);

    follow->issuer_fails += answer->status == 404 ? 4 : 1;

    /* be content with the chain that there is */
    if (follow->issuer_fails >= CT_FOLLOW_ISSUER_TRIES) {
        ct_issuers_give_up(follow->ctx->issuers, follow->issuer,
                           follow->ctx->now_ms + CT_FOLLOW_ISSUER_REST);
        follow->issuer_fails = 0;
        follow->issuer_due_ms = 0;
    }

    ct_follow_error(follow, CT_FOLLOW_FAILING, "issuer",
                    answer->rc == CT_OK ? "does not hash to its name"
                                        : answer->error);
}


static void
ct_follow_commit(ct_follow_t *follow)
{
    bool          verified;
    ct_rc_t       rc;
    uint64_t      before;
    ct_cursor_t  *cursor;
    ct_context_t *ctx;

    ctx = follow->ctx;
    cursor = &follow->record.cursor;
    before = cursor->downloaded.size;
    follow->record.entries += follow->tree.size - before;
    follow->record.malformed += follow->malformed;

    rc = ct_cursor_leaves(cursor, ctx->sha, &follow->tree, ctx->now_ms,
                          &verified);
    ct_follow_drop(follow);

    if (rc != CT_OK) {
        ct_follow_bad(follow, rc, "entries");
        return;
    }

    if (verified) {
        ct_judge_verified(ctx, follow->slot, cursor->verified.size);
    }

    ct_context_changed(ctx);
    ct_follow_good(follow);
}


/* Lets go of the tile in hand. */
static void
ct_follow_drop(ct_follow_t *follow)
{
    free(follow->body);
    free(follow->matches);
    follow->body = NULL;
    follow->matches = NULL;
    follow->nmatches = 0;
    follow->at = 0;
}


static void
ct_follow_good(ct_follow_t *follow)
{
    bool             done;
    ct_cursor_t     *cursor;
    ct_log_record_t *r;

    r = &follow->record;
    cursor = &r->cursor;
    done = cursor->started && cursor->verified.size == cursor->target.size;
    r->last_success_ms = follow->ctx->now_ms;

    /* a contradiction stays in view until entries and root agree again */
    if (r->state == CT_FOLLOW_MISBEHAVING && !done) {
        ct_follow_save(follow);
        return;
    }

    if (r->error[0] != '\0') {
        ct_lines_say(follow->ctx->lines, CT_LINE_NOTICE,
                     "log \"%s\" answers as it should again",
                     r->description);
    }

    r->error[0] = '\0';
    r->state = done ? CT_FOLLOW_FOLLOWING : CT_FOLLOW_CATCHING_UP;

    ct_follow_save(follow);
}


static void
ct_follow_bad(ct_follow_t *follow, ct_rc_t rc, const char *what)
{
    ct_cursor_fail(&follow->record.cursor, follow->ctx->now_ms, 0, false,
                   ct_context_jitter(follow->ctx));
    ct_follow_error(follow,
                    rc == CT_E_ROOT || rc == CT_E_FORK
                    ? CT_FOLLOW_MISBEHAVING : CT_FOLLOW_FAILING,
                    what, ct_strerror(rc));
}


/* Told once per change, not once per retry. */
static void
ct_follow_error(ct_follow_t *follow, ct_follow_e state, const char *what,
    const char *why)
{
    char             error[CT_LIMIT_ERROR];
    bool             same;
    ct_log_record_t *r;

    r = &follow->record;
    (void) snprintf(error, sizeof(error), "%s: %.200s", what, why);
    same = strcmp(error, r->error) == 0;

    if (!same) {
        ct_lines_say(follow->ctx->lines,
                     state == CT_FOLLOW_MISBEHAVING ? CT_LINE_ERROR
                                                    : CT_LINE_WARN,
                     "log \"%s\" failed, it will be asked again: %s",
                     r->description, error);
    }

    memcpy(r->error, error, sizeof(r->error));
    r->last_error_ms = follow->ctx->now_ms;

    if (r->state != CT_FOLLOW_MISBEHAVING) {
        r->state = (uint8_t) state;
    }

    ct_follow_save(follow);
}


static void
ct_follow_save(ct_follow_t *follow)
{
    ct_store_set_log(follow->ctx->store, follow->slot, &follow->record);
}
