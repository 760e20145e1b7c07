/*
 * ct_fetch: starting requests and their ends; reading entries is in
 * ct_fetch_read.c. Each turn: read, then ask for what comes next.
 */

#include "ct_fetch_part.h"
#include "ct_answer.h"
#include "ct_path.h"

#include <stdio.h>
#include <string.h>


#define CT_FETCH_SOON 50 /* ms */
#define CT_FETCH_PATH 256
#define CT_FETCH_AHEAD ((uint64_t) CT_LIMIT_RANGES * CT_LIMIT_BATCH)


static bool ct_fetch_start(ct_fetch_t *fetch, const ct_ask_t *ask);
static bool ct_fetch_start_range(ct_fetch_t *fetch, const ct_ask_t *ask);
static bool ct_fetch_start_small(ct_fetch_t *fetch, const ct_ask_t *ask);
static bool ct_fetch_path(const ct_fetch_t *fetch, const ct_ask_t *ask,
    char path[CT_FETCH_PATH]);
static void ct_fetch_answered(void *ctx, ct_http_answer_t *answer);
static void ct_fetch_small(ct_fetch_t *fetch, ct_bytes_t body);
static ct_rc_t ct_fetch_proof(ct_fetch_t *fetch, ct_bytes_t body,
    const ct_rules_t *rules);
static ct_rc_t ct_fetch_consistency(ct_fetch_t *fetch, ct_bytes_t body);
static const char *ct_fetch_name(ct_ask_e kind);
static bool ct_fetch_absent(const ct_ask_t *ask, int status);


void
ct_fetch_init(ct_fetch_t *fetch, const ct_source_t *source,
    ct_cursor_t *cursor, void *owner, bool (*head)(void *owner),
    void (*told)(void *owner, const ct_outcome_t *outcome))
{
    memset(fetch, 0, sizeof(ct_fetch_t));
    fetch->source = source;
    fetch->cursor = cursor;
    fetch->owner = owner;
    fetch->head = head;
    fetch->told = told;
}


bool
ct_fetch_idle(const ct_fetch_t *fetch)
{
    return fetch->nranges == 0 && !fetch->busy && !fetch->issuer_busy;
}


void
ct_fetch_drop(ct_fetch_t *fetch)
{
    while (fetch->nranges > 0) {
        ct_fetch_end_range(fetch, CT_PACE_FAILED, 0);
    }

    fetch->wants_issuer = false;
    fetch->has_leaf = false;

    /* whoever goes on later must not wait for what was dropped */
    ct_cursor_forget(fetch->cursor);
    fetch->cursor->busy = fetch->busy;
}


int64_t
ct_fetch_turn(ct_fetch_t *fetch, size_t ranges)
{
    int64_t       due;
    ct_ask_t      ask;
    ct_context_t *ctx;

    ctx = fetch->source->ctx;
    due = ct_fetch_read(fetch);

    while (!ct_context_stopping(ctx) && !fetch->busy
           && fetch->nranges < ranges)
    {
        ct_cursor_next(fetch->cursor, ctx->now_ms, CT_FETCH_AHEAD, &ask);

        if (ask.kind == CT_ASK_WAIT) {
            return ask.until_ms < due ? ask.until_ms : due;
        }

        if (!ct_http_room(ctx->http)) {
            return ctx->now_ms + CT_FETCH_SOON;
        }

        if (!ct_pace_may(fetch->source->pace, ctx->now_ms, &ask.until_ms)) {
            return ask.until_ms < due ? ask.until_ms : due;
        }

        if (!ct_fetch_start(fetch, &ask)) {
            return ctx->now_ms + CT_FETCH_SOON;
        }
    }

    return due;
}


static bool
ct_fetch_start(ct_fetch_t *fetch, const ct_ask_t *ask)
{
    bool ok;

    switch (ask->kind) {

    case CT_ASK_HEAD:
        ok = fetch->head != NULL && fetch->head(fetch->owner);
        break;

    case CT_ASK_ENTRIES:
    case CT_ASK_PROBE:
    case CT_ASK_LEAF:
        ok = ct_fetch_start_range(fetch, ask);
        break;

    default:
        ok = ct_fetch_start_small(fetch, ask);
        break;
    }

    if (ok) {
        ct_cursor_asked(fetch->cursor, ask);
        ct_pace_started(fetch->source->pace, fetch->source->ctx->now_ms);
    }

    return ok;
}


static bool
ct_fetch_start_range(ct_fetch_t *fetch, const ct_ask_t *ask)
{
    char              path[CT_FETCH_PATH], url[CT_FETCH_URL];
    ct_http_ask_t     get;
    ct_http_stream_t *stream;

    if (!ct_fetch_path(fetch, ask, path)) {
        return false;
    }

    ct_fetch_url(fetch->source, path, url);
    memset(&get, 0, sizeof(get));
    get.url = url;
    get.limit = CT_LIMIT_DATA_TILE;

    stream = ct_http_stream_open(fetch->source->ctx->http, &get,
                                 CT_LIMIT_WINDOW, fetch->nranges > 0);
    if (stream == NULL) {
        return false;
    }

    fetch->asks[fetch->nranges] = *ask;
    fetch->streams[fetch->nranges] = stream;
    fetch->nranges++;

    return true;
}


static bool
ct_fetch_start_small(ct_fetch_t *fetch, const ct_ask_t *ask)
{
    char path[CT_FETCH_PATH];

    fetch->small = *ask;
    fetch->busy = ct_fetch_path(fetch, ask, path)
                  && ct_fetch_get(fetch->source, path,
                                  ask->kind == CT_ASK_HASH_TILE
                                  ? CT_LIMIT_HASH_TILE : CT_LIMIT_ANSWER,
                                  fetch, ct_fetch_answered);
    return fetch->busy;
}


/* The entry of a CT_ASK_LEAF has come; its proof is the other half. Returns
 * when to call again. */
int64_t
ct_fetch_start_leaf(ct_fetch_t *fetch)
{
    char          path[CT_FETCH_PATH];
    int64_t       until;
    ct_buf_t      buf;
    ct_context_t *ctx;

    ctx = fetch->source->ctx;

    if (!ct_pace_may(fetch->source->pace, ctx->now_ms, &until)) {
        return until;
    }

    ct_buf_fixed(&buf, path, sizeof(path) - 1);
    ct_path_proof_by_hash(&buf, fetch->leaf_hash, fetch->small.size);
    path[buf.len] = '\0';
    fetch->busy = ct_fetch_get(fetch->source, path, CT_LIMIT_ANSWER, fetch,
                               ct_fetch_answered);
    if (!fetch->busy) {
        return ctx->now_ms + CT_FETCH_SOON;
    }

    ct_pace_started(fetch->source->pace, ctx->now_ms);

    return INT64_MAX;
}


static bool
ct_fetch_path(const ct_fetch_t *fetch, const ct_ask_t *ask,
    char path[CT_FETCH_PATH])
{
    ct_buf_t buf;

    ct_buf_fixed(&buf, path, CT_FETCH_PATH - 1);
    ct_path_ask(&buf, fetch->source->log->type, ask);
    path[buf.len] = '\0';

    return !buf.full && buf.len > 0;
}


void
ct_fetch_url(const ct_source_t *source, const char *path,
    char url[CT_FETCH_URL])
{
    (void) snprintf(url, CT_FETCH_URL, "%s%s", source->log->url, path);
}


bool
ct_fetch_get(const ct_source_t *source, const char *path, size_t limit,
    void *ctx, ct_http_done_pt done)
{
    char          url[CT_FETCH_URL];
    ct_http_ask_t ask;

    ct_fetch_url(source, path, url);
    memset(&ask, 0, sizeof(ask));
    ask.url = url;
    ask.limit = limit;
    ask.ctx = ctx;
    ask.done = done;

    return ct_http_start(source->ctx->http, &ask) == CT_OK;
}


void
ct_fetch_rules(const ct_source_t *source, ct_rules_t *rules)
{
    rules->interval_ms = source->ctx->config->interval_ms;
    rules->slack_ms = source->log->mmd_ms;
    rules->jitter = ct_context_jitter(source->ctx);
}


bool
ct_fetch_refused(const ct_http_answer_t *answer)
{
    return answer->status == 429 || answer->status == 503;
}


void
ct_fetch_paced(const ct_source_t *source, const ct_http_answer_t *answer)
{
    ct_pace_e     end;
    ct_context_t *ctx;

    ctx = source->ctx;
    end = answer->rc == CT_OK ? CT_PACE_GOOD
          : ct_fetch_refused(answer) ? CT_PACE_REFUSED : CT_PACE_FAILED;
    ct_pace_ended(source->pace, end, answer->retry_after_ms, ctx->now_ms,
                  ct_context_jitter(ctx));
}


static void
ct_fetch_answered(void *ctx, ct_http_answer_t *answer)
{
    ct_fetch_t *fetch;

    fetch = ctx;
    fetch->busy = false;

    if (answer->rc == CT_E_STOPPED) {
        return;
    }

    ct_fetch_paced(fetch->source, answer);

    if (answer->rc != CT_OK) {
        ct_fetch_failed(fetch, &fetch->small, answer);
        return;
    }

    ct_fetch_small(fetch, ct_bytes(answer->data, answer->len));
}


static void
ct_fetch_small(ct_fetch_t *fetch, ct_bytes_t body)
{
    ct_rc_t       rc;
    ct_rules_t    rules;
    ct_outcome_t  outcome;
    ct_context_t *ctx;

    ctx = fetch->source->ctx;
    ct_fetch_rules(fetch->source, &rules);

    switch (fetch->small.kind) {

    case CT_ASK_HASH_TILE:
        rc = ct_cursor_hash_tile(fetch->cursor, ctx->sha, &fetch->small, body,
                                 ctx->now_ms, &rules);
        break;

    case CT_ASK_CONSISTENCY:
        rc = ct_fetch_consistency(fetch, body);
        break;

    default:
        rc = ct_fetch_proof(fetch, body, &rules);
        break;
    }

    if (rc != CT_OK) {
        ct_fetch_bad(fetch, &fetch->small, rc);
        return;
    }

    memset(&outcome, 0, sizeof(outcome));
    outcome.ask = fetch->small;
    outcome.what = ct_fetch_name(fetch->small.kind);
    outcome.verified = ct_cursor_done(fetch->cursor);
    fetch->told(fetch->owner, &outcome);
}


static ct_rc_t
ct_fetch_proof(ct_fetch_t *fetch, ct_bytes_t body, const ct_rules_t *rules)
{
    ct_rc_t       rc;
    uint64_t      index;
    ct_proof_t    proof;
    ct_context_t *ctx;

    ctx = fetch->source->ctx;

    if (fetch->small.kind == CT_ASK_LEAF) {
        fetch->has_leaf = false;
        rc = ct_answer_proof(body, &index, &proof);

        /* the same leaf may be there twice */
        if (rc == CT_OK && index != fetch->small.first) {
            rc = CT_E_INDEX;
        }

    } else {
        rc = ct_answer_entry_and_proof(body, ctx->sha, fetch->leaf_hash,
                                       &proof);
    }

    if (rc != CT_OK) {
        return rc;
    }

    return ct_cursor_proof(fetch->cursor, ctx->sha, &fetch->small,
                           fetch->leaf_hash, ct_bytes(proof.data, proof.len),
                           ctx->now_ms, rules);
}


static ct_rc_t
ct_fetch_consistency(ct_fetch_t *fetch, ct_bytes_t body)
{
    ct_rc_t    rc;
    ct_proof_t proof;

    rc = ct_answer_consistency(body, &proof);

    if (rc != CT_OK) {
        return rc;
    }

    return ct_cursor_consistency(fetch->cursor, fetch->source->ctx->sha,
                                 &fetch->small,
                                 ct_bytes(proof.data, proof.len));
}


/* The answer came, but it is not what it should be. */
void
ct_fetch_bad(ct_fetch_t *fetch, const ct_ask_t *ask, ct_rc_t rc)
{
    ct_outcome_t  outcome;
    ct_context_t *ctx;

    ctx = fetch->source->ctx;
    memset(&outcome, 0, sizeof(outcome));
    outcome.rc = rc;
    outcome.ask = *ask;
    outcome.what = ct_fetch_name(ask->kind);
    outcome.why = ct_strerror(rc);
    outcome.status = 200;

    ct_fetch_drop(fetch);

    /* a contradiction has made the cursor wait already */
    if (rc != CT_E_ROOT) {
        ct_cursor_fail(fetch->cursor, &outcome.ask, ctx->now_ms, 0, false,
                       ct_context_jitter(ctx));
    }

    fetch->told(fetch->owner, &outcome);
}


/* No answer came, or another than 200. */
void
ct_fetch_failed(ct_fetch_t *fetch, const ct_ask_t *ask,
    const ct_http_answer_t *answer)
{
    char          why[CT_LIMIT_ERROR];
    ct_outcome_t  outcome;
    ct_context_t *ctx;

    ctx = fetch->source->ctx;
    (void) snprintf(why, sizeof(why), "%s", answer->error);
    memset(&outcome, 0, sizeof(outcome));
    outcome.rc = answer->rc;
    outcome.ask = *ask;
    outcome.what = ct_fetch_name(ask->kind);
    outcome.why = why;
    outcome.status = answer->status;

    ct_cursor_fail(fetch->cursor, &outcome.ask, ctx->now_ms,
                   answer->retry_after_ms,
                   ct_fetch_absent(ask, answer->status),
                   ct_context_jitter(ctx));
    ct_fetch_drop(fetch);

    /* the full tile is asked now: nothing is wrong yet */
    if (fetch->cursor->not_before_ms > ctx->now_ms) {
        fetch->told(fetch->owner, &outcome);
    }
}


/* get-entry-and-proof is missing in many ways; get-proof-by-hash does. */
static bool
ct_fetch_absent(const ct_ask_t *ask, int status)
{
    if (ask->kind == CT_ASK_PROOF) {
        return status / 100 == 4 && status != 429;
    }

    return status == 404 || status == 410;
}


static const char *
ct_fetch_name(ct_ask_e kind)
{
    switch (kind) {

    case CT_ASK_HASH_TILE:
        return "hash tile";

    case CT_ASK_PROOF:
    case CT_ASK_LEAF:
        return "proof";

    case CT_ASK_CONSISTENCY:
        return "consistency proof";

    default:
        return "entries";
    }
}
