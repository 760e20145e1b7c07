/*
 * ct_follow_head: tree heads - asked for, verified, and compared with those
 * that the log has signed before. Smaller and older ones come from front
 * ends that lag; the same size with another root is a fork.
 */

#include "ct_follow_part.h"
#include "ct_answer.h"
#include "ct_events.h"
#include "ct_evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


/* A log that grows no more is asked so much more seldom. */
#define CT_FOLLOW_FINAL_EVERY 60

/* Between two attempts to keep evidence. */
#define CT_FOLLOW_OWED_MS 10000

/* After so long the head is not that of the moment monitoring began. */
#define CT_FOLLOW_LATE_MS (10 * 60 * 1000)


static void ct_follow_head_answered(void *ctx, ct_http_answer_t *answer);
static void ct_follow_head_failed(ct_follow_t *follow, const char *why,
    const ct_http_answer_t *answer);
static ct_rc_t ct_follow_read_head(const ct_follow_t *follow,
    ct_bytes_t body, ct_head_t *head);
static void ct_follow_head(ct_follow_t *follow, const ct_head_t *head);
static const ct_head_t *ct_follow_fork(const ct_follow_t *follow,
    const ct_head_t *head);
static void ct_follow_late(ct_follow_t *follow);
static const char *ct_follow_charge(const char *kind);
static bool ct_follow_keep(ct_follow_t *follow,
    const ct_evidence_t *evidence, uint8_t sha[CT_HASH_LEN]);
static void ct_follow_owe(ct_follow_t *follow, ct_bytes_t line);


bool
ct_follow_ask_head(void *owner)
{
    ct_follow_t *follow;

    follow = owner;
    follow->head_busy = ct_fetch_get(&follow->source,
        follow->source.log->type == CT_LOG_STATIC ? "checkpoint"
                                                  : "ct/v1/get-sth",
        CT_LIMIT_CHECKPOINT, follow, ct_follow_head_answered);

    return follow->head_busy;
}


static void
ct_follow_head_answered(void *ctx, ct_http_answer_t *answer)
{
    ct_rc_t      rc;
    ct_head_t    head;
    ct_follow_t *follow;

    follow = ctx;
    follow->head_busy = false;

    if (answer->rc == CT_E_STOPPED) {
        return;
    }

    ct_fetch_paced(&follow->source, answer);

    if (answer->rc != CT_OK) {
        ct_follow_head_failed(follow, answer->error, answer);
        return;
    }

    rc = ct_follow_read_head(follow, ct_bytes(answer->data, answer->len),
                             &head);
    if (rc != CT_OK) {
        ct_follow_head_failed(follow, ct_strerror(rc), answer);
        return;
    }

    follow->head_failing_ms = 0;
    ct_follow_head(follow, &head);
}


static void
ct_follow_head_failed(ct_follow_t *follow, const char *why,
    const ct_http_answer_t *answer)
{
    ct_ask_t      ask;
    ct_context_t *ctx;

    ctx = follow->source.ctx;
    memset(&ask, 0, sizeof(ask));
    ask.kind = CT_ASK_HEAD;
    ct_cursor_fail(&follow->record.cursor, &ask, ctx->now_ms,
                   answer->retry_after_ms, false, ct_context_jitter(ctx));

    if (follow->head_failing_ms == 0) {
        follow->head_failing_ms = ctx->now_ms;
    }

    ct_follow_error(follow, "tree head", why, ct_fetch_refused(answer));
}


static ct_rc_t
ct_follow_read_head(const ct_follow_t *follow, ct_bytes_t body,
    ct_head_t *head)
{
    if (follow->source.log->type == CT_LOG_RFC6962) {
        return ct_answer_sth(body, follow->key, head);
    }

    return ct_head_read_checkpoint(body,
                                   ct_bytes_str(follow->source.log->origin),
                                   follow->key, head);
}


static void
ct_follow_head(ct_follow_t *follow, const ct_head_t *head)
{
    ct_rc_t          rc;
    ct_rules_t       rules;
    ct_context_t    *ctx;
    const ct_head_t *other;
    ct_log_record_t *r;

    ctx = follow->source.ctx;
    r = &follow->record;
    other = ct_follow_fork(follow, head);

    if (other != NULL) {
        follow->forked_size = head->size;
        follow->forked_ms = ctx->now_ms;
        ct_follow_accuse(follow, "fork", other, head, NULL, 0);
    }

    if (r->has_final && head->size > r->final_size
        && r->listed == CT_LOG_READONLY && !r->accused)
    {
        ct_follow_accuse(follow, "grown", head, NULL, NULL, r->final_size);
    }

    ct_follow_seen_head(follow, head);
    ct_follow_late(follow);
    ct_fetch_rules(&follow->source, &rules);

    if (r->state == CT_FOLLOW_FINAL) {
        rules.interval_ms *= CT_FOLLOW_FINAL_EVERY;
    }

    rc = ct_cursor_head(&r->cursor, ctx->sha, head, ctx->now_ms, &rules);

    if (rc == CT_E_ROOT && r->cursor.mismatches > 1) {
        ct_follow_accuse(follow, "root", head, NULL, NULL, 0);
    }

    /* CT_E_SHRUNK: a front end that lags; the next poll will tell */
    if (rc != CT_OK && rc != CT_E_SHRUNK) {
        ct_follow_error(follow, "tree head", ct_strerror(rc), false);
        return;
    }

    if (rc == CT_OK && other == NULL) {
        ct_context_changed(ctx);
        ct_follow_answers(follow);
    }
}


static const ct_head_t *
ct_follow_fork(const ct_follow_t *follow, const ct_head_t *head)
{
    size_t i;

    for (i = 0; i < follow->nheads; i++) {
        if (follow->heads[i].size == head->size
            && memcmp(follow->heads[i].root, head->root, CT_HASH_LEN) != 0)
        {
            return &follow->heads[i];
        }
    }

    return NULL;
}


void
ct_follow_seen_head(ct_follow_t *follow, const ct_head_t *head)
{
    size_t i;

    for (i = 0; i < follow->nheads; i++) {
        if (follow->heads[i].size == head->size) {
            return;
        }
    }

    memmove(&follow->heads[1], &follow->heads[0],
            (CT_FOLLOW_HEADS - 1) * sizeof(ct_head_t));
    follow->heads[0] = *head;
    follow->nheads += follow->nheads < CT_FOLLOW_HEADS;
}


/* `ct_since now`, but the log could not be asked then: what it took in
 * since must not be missed. */
static void
ct_follow_late(ct_follow_t *follow)
{
    ct_cursor_t *cursor;

    cursor = &follow->record.cursor;

    if (cursor->phase == CT_CURSOR_START && cursor->from == CT_FROM_HEAD
        && follow->source.ctx->now_ms - follow->record.since_ms
           > CT_FOLLOW_LATE_MS)
    {
        cursor->from = CT_FROM_TIME;
        cursor->since_ms = follow->record.since_ms;
    }
}


void
ct_follow_accuse(ct_follow_t *follow, const char *kind, const ct_head_t *a,
    const ct_head_t *b, const uint8_t *root, uint64_t from)
{
    char             text[CT_LIMIT_ERROR];
    bool             kept, again;
    uint8_t          sha[CT_HASH_LEN];
    ct_evidence_t    evidence;
    ct_log_record_t *r;

    r = &follow->record;
    again = r->accused;

    /* the same tree, asked for once more */
    if (again && follow->accused_size == a->size) {
        return;
    }

    memset(&evidence, 0, sizeof(evidence));
    evidence.kind = kind;
    evidence.log = r;
    evidence.heads[0] = a;
    evidence.heads[1] = b;
    evidence.computed = root;
    evidence.from = from;
    evidence.to = a->size;
    evidence.time_ms = follow->source.ctx->now_ms;

    kept = ct_follow_keep(follow, &evidence, sha);
    follow->accused_size = a->size;
    r->accused = 1;
    r->evidence += kept;

    (void) snprintf(text, sizeof(text), "%.100s: %s%s", r->description,
                    ct_follow_charge(kind),
                    kept ? "" : "; the evidence could not be kept");

    if (!again) {
        ct_events_say(follow->source.ctx, CT_EVENT_LOG_MISBEHAVING,
                      (uint32_t) follow->source.slot, kept ? sha : NULL,
                      text);
    }

    ct_follow_save(follow);
}


static const char *
ct_follow_charge(const char *kind)
{
    if (strcmp(kind, "fork") == 0) {
        return "it has signed two different trees of one size";
    }

    if (strcmp(kind, "grown") == 0) {
        return "it grows although its tree was final";
    }

    return "its entries do not hash to the root that it signed";
}


static bool
ct_follow_keep(ct_follow_t *follow, const ct_evidence_t *evidence,
    uint8_t sha[CT_HASH_LEN])
{
    ct_buf_t      line;
    ct_context_t *ctx;

    ctx = follow->source.ctx;
    ct_arena_reset(ctx->scratch);
    ct_buf_init(&line, ctx->scratch, CT_LIMIT_STATE_LINE);
    ct_evidence_heads(&line, evidence);

    if (ct_evidence_keep(ctx, ctx->config->state, (const char *) line.data,
                         line.len, sha))
    {
        return true;
    }

    if (ctx->config->state != NULL && !line.full) {
        ct_follow_owe(follow, ct_buf_slice(&line));
    }

    return false;
}


/* The disk may be full. What is there first weighs more than what came of
 * it. */
static void
ct_follow_owe(ct_follow_t *follow, ct_bytes_t line)
{
    if (follow->owed != NULL || line.len == 0) {
        return;
    }

    follow->owed = malloc(line.len);

    if (follow->owed != NULL) {
        memcpy(follow->owed, line.data, line.len);
        follow->owed_len = line.len;
        follow->owed_ms = follow->source.ctx->now_ms + CT_FOLLOW_OWED_MS;
    }
}


void
ct_follow_keep_owed(ct_follow_t *follow)
{
    uint8_t       sha[CT_HASH_LEN];
    ct_context_t *ctx;

    ctx = follow->source.ctx;

    if (follow->owed == NULL || ctx->now_ms < follow->owed_ms) {
        return;
    }

    follow->owed_ms = ctx->now_ms + CT_FOLLOW_OWED_MS;

    if (!ct_evidence_keep(ctx, ctx->config->state, follow->owed,
                          follow->owed_len, sha))
    {
        return;
    }

    ct_lines_say(ctx->lines, CT_LINE_NOTICE,
                 "the evidence against log \"%s\" is kept now",
                 follow->record.description);
    follow->record.evidence++;
    free(follow->owed);
    follow->owed = NULL;
    ct_follow_save(follow);
    ct_context_changed(ctx);
}
