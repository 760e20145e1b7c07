/*
 * ct_judge: see the header. Findings are judged in the order of their
 * cheapness: identity and key first, which need no chain; the chain, which
 * needs issuers and OpenSSL, only for what is left.
 */

#include "ct_judge.h"
#include "ct_outbox.h"

#include <stdio.h>
#include <string.h>


/* How long a log may owe us the root over an alarming entry: then the alarm
 * goes out, marked as unverified. */
#define CT_JUDGE_PATIENCE (10 * 60 * 1000)

typedef struct {
    ct_draft_t   draft;
    ct_facts_t   facts;
    ct_ca_t      ca;
    ct_bytes_t   issuers[CT_LIMIT_CHAIN];
    ct_verdict_e verdict;
    ct_reason_e  reason;
} ct_case_t;


static void ct_case_served(const ct_context_t *ctx, ct_case_t *c);
static ct_rc_t ct_case_chain(ct_context_t *ctx, const ct_match_t *match,
    ct_case_t *c, uint8_t missing[CT_HASH_LEN]);
static void ct_case_given(const ct_match_t *match, ct_case_t *c);
static ct_rc_t ct_case_named(ct_context_t *ctx, const ct_match_t *match,
    ct_case_t *c, uint8_t missing[CT_HASH_LEN]);
static ct_rc_t ct_case_store(ct_context_t *ctx, ct_case_t *c);
static ct_rc_t ct_case_merge(ct_context_t *ctx, ct_case_t *c,
    uint64_t number, bool better);
static bool ct_case_known(const ct_context_t *ctx, const ct_finding_t *f);
static void ct_case_say(ct_context_t *ctx, const ct_case_t *c);
static void ct_finding_verdict(ct_finding_t *f, ct_verdict_e verdict,
    ct_reason_e reason);
static void ct_finding_tell(ct_context_t *ctx, ct_finding_t *f);
static void ct_finding_closed(ct_context_t *ctx, const ct_finding_t *f);
static bool ct_finding_covered(const ct_finding_t *f, size_t slot,
    const ct_log_record_t *log, uint64_t from, uint64_t to);
static bool ct_judge_gap(const ct_log_record_t *log, uint64_t index);
static bool ct_finding_again(ct_context_t *ctx, ct_finding_t *f,
    ct_bytes_t text);
static size_t ct_finding_names(ct_context_t *ctx, ct_bytes_t list,
    ct_bytes_t **names);


ct_rc_t
ct_judge_match(ct_context_t *ctx, const ct_match_t *match, size_t slot,
    uint8_t missing[CT_HASH_LEN])
{
    ct_rc_t       rc;
    ct_case_t     c;
    ct_place_t    place;
    ct_finding_t *f;

    ct_arena_reset(ctx->scratch);
    memset(&c, 0, sizeof(c));
    f = &c.draft.finding;

    rc = ct_finding_draft(&c.draft, match, ctx->config->watch, ctx->scratch);

    if (rc != CT_OK) {
        return rc;
    }

    memset(&place, 0, sizeof(place));
    place.log = (uint32_t) slot;
    place.index = match->index;
    place.timestamp_ms = (int64_t) match->entry.timestamp_ms;
    place.precertificate = match->entry.type == CT_ENTRY_PRECERT;
    (void) ct_finding_add_place(f, &place);
    f->first_seen_ms = ctx->now_ms;

    if (ct_case_known(ctx, f)) {
        return ct_case_merge(ctx, &c, ct_store_find(ctx->store, f->identity),
                             false);
    }

    c.facts.identity = f->identity;
    c.facts.spki_sha256 = f->spki_sha256;
    c.facts.issuer = c.draft.issuer;
    c.facts.names = c.draft.names;
    c.facts.nnames = c.draft.nnames;
    c.facts.names_cut = (f->flags & CT_FINDING_NAMES_CUT) != 0;

    if (match->unparsable) {
        c.verdict = CT_VERDICT_UNPARSABLE;
        c.reason = CT_REASON_UNREADABLE;

    } else {
        c.verdict = ct_policy_quick(ctx->policy, &c.facts, &c.reason);
    }

    if (c.verdict == CT_VERDICT_SERVED) {
        ct_case_served(ctx, &c);
    }

    if (c.verdict == CT_VERDICT_NONE) {
        rc = ct_case_chain(ctx, match, &c, missing);

        if (rc != CT_OK) {
            return rc;
        }

        c.verdict = ct_policy_judge(ctx->policy, &c.facts, &c.reason);
    }

    return ct_case_store(ctx, &c);
}


/* A finding that needs no second look: only a place to add. */
static bool
ct_case_known(const ct_context_t *ctx, const ct_finding_t *f)
{
    uint64_t     number;
    ct_finding_t known;

    number = ct_store_find(ctx->store, f->identity);

    return number != 0
           && ct_store_finding(ctx->store, number, &known, NULL)
           && known.reason != CT_REASON_NO_CHAIN;
}


/* Its CA has been established with the chain that nginx serves. */
static void
ct_case_served(const ct_context_t *ctx, ct_case_t *c)
{
    size_t                i;
    const ct_inventory_t *inventory;

    inventory = ctx->config->inventory;

    for (i = 0; i < inventory->nserved; i++) {
        if (memcmp(inventory->served[i].identity, c->facts.identity,
                   CT_HASH_LEN) == 0)
        {
            (void) snprintf(c->ca.owner, sizeof(c->ca.owner), "%s",
                            ct_policy_served_owner(ctx->policy, i));
            return;
        }
    }
}


static ct_rc_t
ct_case_chain(ct_context_t *ctx, const ct_match_t *match, ct_case_t *c,
    uint8_t missing[CT_HASH_LEN])
{
    ct_rc_t rc;

    rc = CT_OK;
    c->facts.issuers = c->issuers;

    if (match->entry.leaf_input.len != 0) {
        ct_case_given(match, c);
    } else {
        rc = ct_case_named(ctx, match, c, missing);
    }

    if (rc != CT_OK) {
        return rc;
    }

    (void) ct_chain_establish(ctx->anchors, &match->entry, c->issuers,
                              c->facts.nissuers, ctx->scratch, &c->ca);
    c->facts.ca = &c->ca;

    if (c->ca.issuer_found) {
        memcpy(c->draft.finding.issuer_key, c->ca.issuer_key, CT_HASH_LEN);
    }

    return CT_OK;
}


/* RFC 6962: the issuers lie beside the leaf. Without any the extra_data
 * could not be read, or the log has kept it to itself. */
static void
ct_case_given(const ct_match_t *match, ct_case_t *c)
{
    ct_bytes_t rest;

    rest = match->entry.certificates;

    while (c->facts.nissuers < CT_LIMIT_CHAIN
           && ct_entry_certificate(&rest, &c->issuers[c->facts.nissuers]))
    {
        c->facts.nissuers++;
    }

    c->facts.chain_missing = c->facts.nissuers == 0;
}


/* static-ct-api: fingerprints of issuers, which are fetched. There is one
 * at least: only what leads to a root is logged. */
static ct_rc_t
ct_case_named(ct_context_t *ctx, const ct_match_t *match, ct_case_t *c,
    uint8_t missing[CT_HASH_LEN])
{
    size_t         i, n;
    const uint8_t *fingerprint;

    n = match->entry.chain.len / CT_HASH_LEN;
    n = n < CT_LIMIT_CHAIN ? n : CT_LIMIT_CHAIN;
    c->facts.chain_missing = n == 0;

    for (i = 0; i < n; i++) {
        fingerprint = match->entry.chain.data + i * CT_HASH_LEN;

        if (ct_issuers_get(ctx->issuers, fingerprint,
                           &c->issuers[c->facts.nissuers]))
        {
            c->facts.nissuers++;
            continue;
        }

        if (!ct_issuers_given_up(ctx->issuers, fingerprint, ctx->now_ms)) {
            memcpy(missing, fingerprint, CT_HASH_LEN);
            return CT_E_ABSENT;
        }

        c->facts.chain_missing = true;
    }

    return CT_OK;
}


static ct_rc_t
ct_case_store(ct_context_t *ctx, ct_case_t *c)
{
    ct_rc_t       rc;
    ct_buf_t      text;
    uint64_t      number;
    ct_finding_t *f;

    f = &c->draft.finding;
    ct_finding_verdict(f, c->verdict, c->reason);
    number = ct_store_find(ctx->store, f->identity);

    if (number != 0) {
        return ct_case_merge(ctx, c, number, true);
    }

    ct_buf_init(&text, ctx->scratch, CT_LIMIT_FINDING_TEXT);
    ct_finding_text(&text, &c->draft, ct_bytes_str(c->ca.owner));
    rc = ct_store_add(ctx->store, f, ct_buf_slice(&text));

    if (rc == CT_E_FULL) {
        ctx->status.dropped++;
        ct_context_changed(ctx);
        return rc;
    }

    ct_finding_tell(ctx, f);
    ct_finding_closed(ctx, f);
    ct_store_update(ctx->store, f);
    ct_context_changed(ctx);
    ct_case_say(ctx, c);

    return rc;
}


/* The same certificate again: from another log, as the final one after its
 * pre-certificate, or - `better` - with the chain that was missing. */
static ct_rc_t
ct_case_merge(ct_context_t *ctx, ct_case_t *c, uint64_t number, bool better)
{
    bool                changed;
    ct_buf_t            text;
    ct_finding_t        known;
    const ct_finding_t *f;

    f = &c->draft.finding;

    if (!ct_store_finding(ctx->store, number, &known, NULL)) {
        return CT_E_ABSENT;
    }

    changed = ct_finding_add_place(&known, &f->places[0]);

    if ((f->flags & ~known.flags & CT_FINDING_FINAL) != 0) {
        memcpy(known.cert_sha256, f->cert_sha256, CT_HASH_LEN);
    }

    changed |= (f->flags & ~known.flags
                & (CT_FINDING_FINAL | CT_FINDING_PRECERT)) != 0;
    known.flags |= f->flags & (CT_FINDING_FINAL | CT_FINDING_PRECERT);

    if (better && c->verdict < known.verdict) {
        memcpy(known.issuer_key, f->issuer_key, CT_HASH_LEN);
        ct_finding_verdict(&known, c->verdict, c->reason);
        ct_buf_init(&text, ctx->scratch, CT_LIMIT_FINDING_TEXT);
        ct_finding_text(&text, &c->draft, ct_bytes_str(c->ca.owner));
        (void) ct_store_replace(ctx->store, &known, ct_buf_slice(&text));
        changed = true;
    }

    if (changed) {
        ct_finding_tell(ctx, &known);
        ct_store_update(ctx->store, &known);
        ct_context_changed(ctx);
    }

    return CT_OK;
}


static void
ct_finding_verdict(ct_finding_t *f, ct_verdict_e verdict, ct_reason_e reason)
{
    f->verdict = (uint8_t) verdict;
    f->reason = (uint8_t) reason;

    if ((f->flags & CT_FINDING_ALERTED) && !ct_verdict_alarms(f->verdict)) {
        f->flags |= CT_FINDING_RESOLVED;
    }

    if (verdict == CT_VERDICT_SERVED || verdict == CT_VERDICT_OURS) {
        f->flags |= CT_FINDING_WAS_SERVED;
    }
}


static void
ct_case_say(ct_context_t *ctx, const ct_case_t *c)
{
    char     id[40], why[CT_LIMIT_ERROR];
    ct_buf_t buf, reason;

    ct_buf_fixed(&buf, id, sizeof(id) - 1);
    ct_finding_id(&buf, &c->draft.finding);
    id[buf.len] = '\0';

    ct_buf_fixed(&reason, why, sizeof(why) - 1);
    ct_reason_text(&reason, c->reason, ct_bytes_str(c->ca.owner),
                   c->draft.issuer_text);
    why[reason.len] = '\0';

    ct_lines_say(ctx->lines,
                 ct_verdict_alarms(c->verdict) ? CT_LINE_WARN
                                               : CT_LINE_NOTICE,
                 "certificate %s for \"%.*s\" is %s: %s", id,
                 (int) c->draft.matched.len,
                 (const char *) c->draft.matched.data,
                 ct_verdict_name(c->verdict), why);
}


void
ct_judge_verified(ct_context_t *ctx, size_t slot, const ct_log_record_t *log,
    uint64_t from, uint64_t to)
{
    uint64_t     n, last, max;
    ct_finding_t f;

    last = ct_store_last(ctx->store);
    max = ct_store_max_findings(ctx->store);

    for (n = last; n > 0 && n + max > last; n--) {
        if (!ct_store_finding(ctx->store, n, &f, NULL)
            || !(f.flags & CT_FINDING_UNVERIFIED)
            || !ct_finding_covered(&f, slot, log, from, to))
        {
            continue;
        }

        f.flags &= ~(uint32_t) CT_FINDING_UNVERIFIED;
        ct_finding_tell(ctx, &f);
        ct_store_update(ctx->store, &f);
        ct_context_changed(ctx);
    }
}


static bool
ct_finding_covered(const ct_finding_t *f, size_t slot,
    const ct_log_record_t *log, uint64_t from, uint64_t to)
{
    size_t            i;
    const ct_place_t *place;

    for (i = 0; i < f->nplaces && i < CT_LIMIT_FINDING_LOGS; i++) {
        place = &f->places[i];

        if (place->log == slot && place->index >= from && place->index < to
            && !ct_judge_gap(log, place->index))
        {
            return true;
        }
    }

    return false;
}


static bool
ct_judge_gap(const ct_log_record_t *log, uint64_t index)
{
    size_t i;

    for (i = 0; i < CT_LIMIT_GAPS; i++) {
        if (log->gaps[i].from <= index && index < log->gaps[i].to) {
            return true;
        }
    }

    return false;
}


/* It may be told at once when a signed root covers it. */
static void
ct_finding_tell(ct_context_t *ctx, ct_finding_t *f)
{
    bool ready;

    ready = !(f->flags & CT_FINDING_UNVERIFIED)
            || ctx->now_ms - f->first_seen_ms >= CT_JUDGE_PATIENCE;

    ct_outbox_finding(ctx, f, ready);
    ctx->alerts_blocked |= !ready && f->owed != 0;
}


/* A renewal, most of the time: nobody has heard of it, some like a digest. */
static void
ct_finding_closed(ct_context_t *ctx, const ct_finding_t *f)
{
    if ((f->flags & CT_FINDING_WAS_SERVED)
        && !(f->flags & (CT_FINDING_ALERTED | CT_FINDING_BASELINE)))
    {
        ct_outbox_silent(ctx, f);
    }
}


void
ct_judge_queue(ct_context_t *ctx)
{
    uint32_t     flags;
    uint64_t     n, last, max, owed;
    ct_finding_t f;

    ctx->alerts_blocked = false;
    last = ct_store_last(ctx->store);
    max = ct_store_max_findings(ctx->store);

    for (n = last > max ? last - max + 1 : 1; n <= last; n++) {
        if (!ct_store_finding(ctx->store, n, &f, NULL)) {
            continue;
        }

        flags = f.flags;
        owed = f.owed;
        ct_finding_tell(ctx, &f);

        if (f.flags != flags || f.owed != owed) {
            ct_store_update(ctx->store, &f);
            ct_context_changed(ctx);
        }
    }
}


void
ct_judge_again(ct_context_t *ctx)
{
    ct_buf_t     text;
    uint64_t     n, last, max;
    ct_finding_t f;

    last = ct_store_last(ctx->store);
    max = ct_store_max_findings(ctx->store);

    for (n = last; n > 0 && n + max > last && !ct_context_stopping(ctx); n--)
    {
        ct_arena_reset(ctx->scratch);
        ct_buf_init(&text, ctx->scratch, CT_LIMIT_FINDING_TEXT);

        if (ct_store_finding(ctx->store, n, &f, &text)
            && ct_finding_again(ctx, &f, ct_buf_slice(&text)))
        {
            ct_finding_closed(ctx, &f);
            ct_store_update(ctx->store, &f);
            ct_context_changed(ctx);
        }
    }

    ct_judge_queue(ctx);
}


/* By what the record knows: identity, key, names, and the CA that was
 * established when it was found. */
static bool
ct_finding_again(ct_context_t *ctx, ct_finding_t *f, ct_bytes_t text)
{
    ct_ca_t           ca;
    ct_facts_t        facts;
    ct_bytes_t       *names;
    ct_reason_e       reason;
    ct_verdict_e      verdict;
    ct_finding_text_t parts;

    static const uint8_t none[CT_HASH_LEN];

    if ((f->flags & CT_FINDING_WAS_SERVED)
        || f->verdict == CT_VERDICT_UNPARSABLE
        || !ct_finding_text_read(text, &parts))
    {
        return false;
    }

    memset(&ca, 0, sizeof(ca));
    memset(&facts, 0, sizeof(facts));

    if (parts.ca.len < sizeof(ca.owner)) {
        memcpy(ca.owner, parts.ca.data, parts.ca.len);
    }

    memcpy(ca.issuer_key, f->issuer_key, CT_HASH_LEN);
    memcpy(ca.path_key[0], f->issuer_key, CT_HASH_LEN);
    ca.npath = 1;
    ca.issuer_found = memcmp(f->issuer_key, none, CT_HASH_LEN) != 0;

    facts.identity = f->identity;
    facts.spki_sha256 = f->spki_sha256;
    facts.nnames = ct_finding_names(ctx, parts.names, &names);
    facts.names = names;
    facts.names_cut = facts.nnames == 0
                      || (f->flags & CT_FINDING_NAMES_CUT) != 0;
    facts.chain_missing = f->reason == CT_REASON_NO_CHAIN;
    facts.ca = &ca;

    verdict = ct_policy_judge(ctx->policy, &facts, &reason);

    if (verdict == f->verdict) {
        return false;
    }

    ct_finding_verdict(f, verdict, reason);

    return true;
}


static size_t
ct_finding_names(ct_context_t *ctx, ct_bytes_t list, ct_bytes_t **names)
{
    size_t n;

    n = 0;
    *names = ct_arena_alloc(ctx->scratch, CT_LIMIT_FINDING_NAMES
                                          * sizeof(ct_bytes_t));

    while (*names != NULL && n < CT_LIMIT_FINDING_NAMES
           && ct_finding_name(&list, &(*names)[n]))
    {
        n++;
    }

    return n;
}
