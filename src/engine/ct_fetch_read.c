/*
 * ct_fetch_read: entries while they arrive. An entry is judged before its
 * leaf is counted, and a range before the next is begun: so the position is
 * never ahead of the findings. Where the judge wants an issuer that has to
 * be fetched, reading stops in front of the entry; the transfer pauses by
 * itself when its window is full.
 */

#include "ct_fetch_part.h"
#include "ct_path.h"

#include <inttypes.h>
#include <string.h>


#define CT_FETCH_SOON         50   /* ms */
#define CT_FETCH_BEHIND       4096 /* bytes behind the last entry */
#define CT_FETCH_ISSUER_TRIES 8    /* four minutes; a 404 counts four */
#define CT_FETCH_ISSUER_WAIT  1000 /* ms, doubled for each failure */
#define CT_FETCH_ISSUER_REST  (10 * 60 * 1000) /* ms; then tried again */


static void ct_fetch_begin(ct_fetch_t *fetch);
static ct_rc_t ct_fetch_entries(ct_fetch_t *fetch, bool *stalled);
static ct_rc_t ct_fetch_one(ct_fetch_t *fetch, ct_entry_t *entry,
    ct_rc_t fault);
static ct_rc_t ct_fetch_only_one(ct_fetch_t *fetch, const ct_entry_t *entry);
static ct_rc_t ct_fetch_match(ct_fetch_t *fetch, ct_match_t *match);
static void ct_fetch_wider(ct_fetch_t *fetch);
static int64_t ct_fetch_behind(ct_fetch_t *fetch);
static void ct_fetch_end(ct_fetch_t *fetch, const ct_http_answer_t *answer);
static void ct_fetch_commit(ct_fetch_t *fetch);
static void ct_fetch_follow_on(ct_fetch_t *fetch);
static void ct_fetch_issuer_answered(void *ctx, ct_http_answer_t *answer);


int64_t
ct_fetch_read(ct_fetch_t *fetch)
{
    bool                    stalled;
    ct_rc_t                 rc;
    const ct_http_answer_t *answer;

    if (fetch->has_leaf && !fetch->busy) {
        return ct_fetch_start_leaf(fetch);
    }

    while (fetch->nranges > 0) {
        if (fetch->wants_issuer) {
            return ct_fetch_issuer(fetch);
        }

        if (!fetch->reading) {
            ct_fetch_begin(fetch);
        }

        rc = ct_fetch_entries(fetch, &stalled);

        if (stalled) {
            continue;
        }

        if (rc != CT_E_SHORT && rc != CT_E_ABSENT) {
            if (rc != CT_E_STOPPED) {
                ct_fetch_bad(fetch, &fetch->asks[0], rc);
            }
            return INT64_MAX;
        }

        answer = ct_http_stream_end(fetch->streams[0]);

        if (answer == NULL && rc == CT_E_SHORT) {
            ct_fetch_wider(fetch);
            return INT64_MAX;
        }

        if (answer == NULL) {
            return ct_fetch_behind(fetch);
        }

        ct_fetch_end(fetch, answer);
    }

    return fetch->has_leaf && !fetch->busy ? ct_fetch_start_leaf(fetch)
                                           : INT64_MAX;
}


static void
ct_fetch_begin(ct_fetch_t *fetch)
{
    ct_reader_start(&fetch->reader, fetch->source->log->type,
                    &fetch->asks[0], fetch->source->ctx->room);
    fetch->tree = fetch->cursor->downloaded;
    fetch->reading = true;
    fetch->matches = 0;
    fetch->malformed = 0;
    fetch->window = CT_LIMIT_WINDOW;
    fetch->issuer_fails = 0;
    ct_http_stream_widen(fetch->streams[0], fetch->window);
}


/* All that is there. `*stalled`: an issuer is wanted first. */
static ct_rc_t
ct_fetch_entries(ct_fetch_t *fetch, bool *stalled)
{
    ct_rc_t     rc, fault;
    ct_bytes_t  unread, in, before;
    ct_entry_t  entry;
    ct_reader_t reader;

    *stalled = false;
    unread = ct_http_stream_unread(fetch->streams[0]);
    in = unread;

    for ( ;; ) {
        if (ct_context_stopping(fetch->source->ctx)) {
            return CT_E_STOPPED;
        }

        before = in;
        reader = fetch->reader;
        rc = ct_reader_next(&fetch->reader, &in, &entry, &fault);

        if (rc != CT_OK) {
            break;
        }

        rc = ct_fetch_one(fetch, &entry, fault);

        if (rc == CT_E_ABSENT) {
            in = before;
            fetch->reader = reader;
            *stalled = true;
            break;
        }

        if (rc != CT_OK) {
            return rc;
        }
    }

    ct_http_stream_eat(fetch->streams[0], unread.len - in.len);

    return rc;
}


static ct_rc_t
ct_fetch_one(ct_fetch_t *fetch, ct_entry_t *entry, ct_rc_t fault)
{
    bool          broken;
    ct_rc_t       rc;
    uint64_t      malformed;
    ct_match_t    match;
    ct_context_t *ctx;

    ctx = fetch->source->ctx;

    if (fetch->asks[0].kind != CT_ASK_ENTRIES) {
        return ct_fetch_only_one(fetch, entry);
    }

    malformed = ctx->scan.malformed;
    broken = fault != CT_OK && fault != CT_E_INDEX;

    if (ct_scan_entry(&ctx->scan, entry, fetch->tree.size, broken, &match)) {
        rc = ct_fetch_match(fetch, &match);

        if (rc != CT_OK) {
            return rc;
        }
    }

    fetch->malformed += ctx->scan.malformed - malformed;

    return ct_scan_append(&ctx->scan, &fetch->tree, entry);
}


/* Of a probe the timestamp, of a leaf the hash. */
static ct_rc_t
ct_fetch_only_one(ct_fetch_t *fetch, const ct_entry_t *entry)
{
    ct_rules_t rules;

    if (fetch->asks[0].kind == CT_ASK_PROBE) {
        ct_fetch_rules(fetch->source, &rules);
        return ct_cursor_probe(fetch->cursor, &fetch->asks[0],
                               entry->timestamp_ms, &rules);
    }

    ct_entry_leaf_hash(fetch->source->ctx->sha, entry, fetch->leaf_hash);

    return CT_OK;
}


static ct_rc_t
ct_fetch_match(ct_fetch_t *fetch, ct_match_t *match)
{
    ct_rc_t       rc;
    ct_context_t *ctx;

    ctx = fetch->source->ctx;
    ct_arena_reset(ctx->extra);

    /* what cannot be read of it stays empty: then its chain is missing */
    (void) ct_reader_extra(&fetch->reader, &match->entry, ctx->extra);

    rc = ct_judge_match(ctx, match, fetch->source->slot, fetch->issuer);

    if (rc == CT_E_ABSENT) {
        fetch->wants_issuer = true;
        fetch->issuer_due_ms = 0;
        return rc;
    }

    if (rc == CT_E_FULL) {
        ct_lines_say(ctx->lines, CT_LINE_ERROR,
                     "no room for a finding of log \"%s\", entry %" PRIu64
                     ", it was dropped: the zone \"%s\" is full",
                     fetch->source->log->description, match->index,
                     ctx->config->zone);

    } else if (rc != CT_OK) {
        return rc;
    }

    fetch->matches++;

    return CT_OK;
}


/* An entry larger than the window: it grows with it, up to what an entry may
 * be at most; the reader refuses a larger one. */
static void
ct_fetch_wider(ct_fetch_t *fetch)
{
    ct_bytes_t unread;

    unread = ct_http_stream_unread(fetch->streams[0]);

    if (unread.len >= fetch->window / 2
        && fetch->window < 2 * CT_LIMIT_ENTRY_TEXT)
    {
        fetch->window *= 2;
        ct_http_stream_widen(fetch->streams[0], fetch->window);
    }
}


/* All entries have been read, and the answer goes on: not for long. */
static int64_t
ct_fetch_behind(ct_fetch_t *fetch)
{
    if (ct_http_stream_unread(fetch->streams[0]).len > CT_FETCH_BEHIND) {
        ct_fetch_bad(fetch, &fetch->asks[0], CT_E_TRAILING);
    }

    return INT64_MAX;
}


/* The whole answer has come, and been read. */
static void
ct_fetch_end(ct_fetch_t *fetch, const ct_http_answer_t *answer)
{
    ct_rc_t    rc;
    ct_ask_t   ask;
    ct_bytes_t rest;

    ask = fetch->asks[0];

    if (answer->rc != CT_OK) {
        ct_fetch_paced(fetch->source, answer);
        fetch->asks[0].kind = CT_ASK_WAIT; /* its pace is told already */
        ct_fetch_failed(fetch, &ask, answer);
        return;
    }

    rest = ct_http_stream_unread(fetch->streams[0]);
    rc = ct_reader_end(&fetch->reader, rest);

    if (rc != CT_OK) {
        ct_fetch_bad(fetch, &ask, rc);
        return;
    }

    if (ask.kind == CT_ASK_ENTRIES) {
        ct_fetch_commit(fetch);
        return;
    }

    ct_fetch_end_range(fetch, CT_PACE_GOOD, 0);

    if (ask.kind == CT_ASK_LEAF) {
        fetch->small = ask;
        fetch->has_leaf = true;
    }
}


static void
ct_fetch_commit(ct_fetch_t *fetch)
{
    ct_rc_t       rc;
    ct_ask_t      ask;
    ct_rules_t    rules;
    ct_outcome_t  outcome;
    ct_context_t *ctx;

    ctx = fetch->source->ctx;
    ask = fetch->asks[0];
    ct_fetch_rules(fetch->source, &rules);

    memset(&outcome, 0, sizeof(outcome));
    outcome.ask = ask;
    outcome.what = "entries";
    outcome.status = 200;
    outcome.entries = fetch->tree.size - fetch->cursor->downloaded.size;
    outcome.matches = fetch->matches;
    outcome.malformed = fetch->malformed;

    rc = ct_cursor_entries(fetch->cursor, ctx->sha, &ask, &fetch->tree,
                           ctx->now_ms, &rules, &outcome.verified);
    outcome.rc = rc;
    outcome.why = ct_strerror(rc);

    if (rc == CT_E_ROOT) {
        ct_merkle_root(&fetch->tree, ctx->sha, outcome.root);
        ct_fetch_drop(fetch);

    } else if (rc != CT_OK) {
        ct_fetch_bad(fetch, &ask, rc);
        return;

    } else {
        ct_fetch_end_range(fetch, CT_PACE_GOOD, 0);
        ct_fetch_follow_on(fetch);
    }

    fetch->told(fetch->owner, &outcome);
}


/* A short answer leaves a hole in front of what is in flight. */
static void
ct_fetch_follow_on(ct_fetch_t *fetch)
{
    if (fetch->nranges > 0
        && fetch->asks[0].first != fetch->cursor->downloaded.size)
    {
        ct_fetch_drop(fetch);
        ct_cursor_forget(fetch->cursor);
    }
}


void
ct_fetch_end_range(ct_fetch_t *fetch, ct_pace_e end, int64_t retry_after_ms)
{
    size_t        i;
    ct_context_t *ctx;

    ctx = fetch->source->ctx;
    ct_http_stream_close(fetch->streams[0]);

    if (fetch->asks[0].kind != CT_ASK_WAIT) {
        ct_pace_ended(fetch->source->pace, end, retry_after_ms, ctx->now_ms,
                      ct_context_jitter(ctx));
    }

    fetch->nranges--;
    fetch->reading = false;

    for (i = 0; i < fetch->nranges; i++) {
        fetch->asks[i] = fetch->asks[i + 1];
        fetch->streams[i] = fetch->streams[i + 1];
    }
}


int64_t
ct_fetch_issuer(ct_fetch_t *fetch)
{
    char          path[80];
    ct_buf_t      buf;
    ct_context_t *ctx;

    ctx = fetch->source->ctx;

    if (fetch->issuer_busy) {
        return INT64_MAX;
    }

    if (ctx->now_ms < fetch->issuer_due_ms) {
        return fetch->issuer_due_ms;
    }

    /* however many are in flight: they may all be waiting for this one */
    if (ctx->now_ms < fetch->source->pace->next_ms) {
        return fetch->source->pace->next_ms;
    }

    ct_buf_fixed(&buf, path, sizeof(path) - 1);
    ct_path_issuer(&buf, fetch->issuer);
    path[buf.len] = '\0';

    fetch->issuer_busy = ct_fetch_get(fetch->source, path, CT_LIMIT_ISSUER,
                                      fetch, ct_fetch_issuer_answered);

    if (!fetch->issuer_busy) {
        return ctx->now_ms + CT_FETCH_SOON;
    }

    ct_pace_started(fetch->source->pace, ctx->now_ms);

    return INT64_MAX;
}


static void
ct_fetch_issuer_answered(void *ctx, ct_http_answer_t *answer)
{
    ct_rc_t           rc;
    ct_fetch_t       *fetch;
    ct_outcome_t      outcome;
    const ct_source_t *source;

    fetch = ctx;
    source = fetch->source;
    fetch->issuer_busy = false;
    rc = answer->rc;

    if (rc == CT_E_STOPPED) {
        return;
    }

    ct_fetch_paced(source, answer);

    if (!fetch->wants_issuer) {
        return;
    }

    if (rc == CT_OK) {
        rc = ct_issuers_put(source->ctx->issuers, fetch->issuer,
                            answer->data, answer->len);
    }

    if (rc == CT_OK) {
        answer->data = NULL;
        fetch->wants_issuer = false;
        fetch->issuer_fails = 0;
        return;
    }

    fetch->issuer_due_ms = source->ctx->now_ms
                           + ((int64_t) CT_FETCH_ISSUER_WAIT
                              << fetch->issuer_fails);
    fetch->issuer_fails += answer->status == 404 ? 4 : 1;

    /* be content with the chain that there is */
    if (fetch->issuer_fails >= CT_FETCH_ISSUER_TRIES) {
        ct_issuers_give_up(source->ctx->issuers, fetch->issuer,
                           source->ctx->now_ms + CT_FETCH_ISSUER_REST);
        fetch->wants_issuer = false;
        fetch->issuer_fails = 0;
    }

    memset(&outcome, 0, sizeof(outcome));
    outcome.rc = rc;
    outcome.ask = fetch->asks[0];
    outcome.what = "issuer";
    outcome.why = answer->rc == CT_OK ? "does not hash to its name"
                                      : answer->error;
    outcome.status = answer->status;
    fetch->told(fetch->owner, &outcome);
}
