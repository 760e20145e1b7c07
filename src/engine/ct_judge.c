/*
 * ct_judge: see the header. Here a match becomes a finding. It is judged in
 * the order of cheapness: identity and key first, which need no chain; the
 * chain, which needs issuers and OpenSSL, only for what is left.
 */

#include "ct_judge_part.h"
#include "ct_submitted.h"

#include <stdio.h>
#include <string.h>


typedef struct {
    ct_draft_t   draft;
    ct_facts_t   facts;
    ct_ca_t      ca;
    ct_bytes_t   issuers[CT_LIMIT_CHAIN];
    uint8_t      path[CT_FINDING_PATH];
    ct_verdict_e verdict;
    ct_reason_e  reason;
} ct_case_t;


static ct_rc_t ct_case_open(ct_context_t *ctx, ct_case_t *c,
    const ct_match_t *match, size_t slot);
static void ct_case_facts(ct_context_t *ctx, ct_case_t *c);
static bool ct_case_known(const ct_context_t *ctx, const ct_finding_t *f);
static void ct_case_served(const ct_context_t *ctx, ct_case_t *c);
static ct_rc_t ct_case_chain(ct_context_t *ctx, const ct_match_t *match,
    ct_case_t *c, uint8_t missing[CT_HASH_LEN]);
static void ct_case_given(const ct_match_t *match, ct_case_t *c);
static ct_rc_t ct_case_named(ct_context_t *ctx, const ct_match_t *match,
    ct_case_t *c, uint8_t missing[CT_HASH_LEN]);
static ct_rc_t ct_case_store(ct_context_t *ctx, ct_case_t *c);
static ct_rc_t ct_case_merge(ct_context_t *ctx, ct_case_t *c,
    uint64_t number, bool better);
static bool ct_case_more(ct_context_t *ctx, const ct_case_t *c,
    ct_finding_t *known);
static bool ct_case_better(ct_context_t *ctx, ct_case_t *c,
    ct_finding_t *known);
static void ct_case_say(ct_context_t *ctx, const ct_case_t *c);


ct_rc_t
ct_judge_match(ct_context_t *ctx, const ct_match_t *match, size_t slot,
    uint8_t missing[CT_HASH_LEN])
{
    ct_rc_t       rc;
    ct_case_t     c;
    ct_finding_t *f;

    ct_arena_reset(ctx->scratch);
    memset(&c, 0, sizeof(c));
    f = &c.draft.finding;
    rc = ct_case_open(ctx, &c, match, slot);

    if (rc != CT_OK) {
        return rc;
    }

    if (ct_case_known(ctx, f)) {
        return ct_case_merge(ctx, &c, ct_store_find(ctx->store, f->identity),
                             false);
    }

    ct_case_facts(ctx, &c);
    c.facts.unreadable = match->unparsable;
    c.verdict = ct_policy_quick(ctx->policy, &c.facts, &c.reason);

    if (c.verdict == CT_VERDICT_SERVED) {
        ct_case_served(ctx, &c);
    }

    if (c.verdict == CT_VERDICT_NONE) {
        rc = match->unparsable ? CT_OK
                               : ct_case_chain(ctx, match, &c, missing);
        if (rc != CT_OK) {
            return rc;
        }

        c.verdict = ct_policy_judge(ctx->policy, &c.facts, &c.reason);
    }

    return ct_case_store(ctx, &c);
}


static ct_rc_t
ct_case_open(ct_context_t *ctx, ct_case_t *c, const ct_match_t *match,
    size_t slot)
{
    ct_rc_t       rc;
    ct_place_t    place;
    ct_finding_t *f;

    f = &c->draft.finding;
    rc = ct_finding_draft(&c->draft, match, ctx->scan.watch, ctx->scratch);
    if (rc != CT_OK) {
        return rc;
    }

    c->draft.der = ct_judge_submitted(match);
    c->draft.server = ct_judge_server(ctx, match->matched);

    if (ct_submitted_other(&match->entry, ctx->scratch)) {
        f->flags |= CT_FINDING_CONTRADICTED;
    }

    memset(&place, 0, sizeof(place));
    place.log = (uint32_t) slot;
    place.index = match->index;
    place.timestamp_ms = (int64_t) match->entry.timestamp_ms;
    place.precertificate = match->entry.type == CT_ENTRY_PRECERT;
    (void) ct_finding_add_place(f, &place);
    f->first_seen_ms = ctx->now_ms;

    return CT_OK;
}


static void
ct_case_facts(ct_context_t *ctx, ct_case_t *c)
{
    const ct_finding_t *f;

    f = &c->draft.finding;
    c->facts.identity = f->identity;
    c->facts.spki_sha256 = f->spki_sha256;
    c->facts.issuer = c->draft.issuer;
    c->facts.names = c->draft.names;
    c->facts.nnames = c->draft.nnames;
    c->facts.names_cut = (f->flags & CT_FINDING_NAMES_CUT) != 0;
    c->facts.before = ct_judge_before(ctx, f);
    c->facts.expired = ct_finding_expired(f, ctx->now_ms);
    c->facts.not_before_ms = f->not_before_ms;
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

    inventory = ctx->inventory;

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
    size_t  i;
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

    for (i = 0; i < c->facts.nissuers; i++) {
        ct_calist_learn(ctx->calist, c->issuers[i]);
    }

    ct_calist_name(ctx->calist, &c->ca);
    c->facts.ca = &c->ca;
    c->draft.path = ct_finding_path(&c->ca, c->path);

    if (ctx->calist != NULL) {
        c->draft.report = ct_bytes_str(ct_calist_report(ctx->calist,
                                                        c->ca.owner));
    }

    if (c->ca.issuer_found) {
        memcpy(c->draft.finding.issuer_key, c->ca.issuer_key, CT_HASH_LEN);
    }

    if (!c->facts.chain_missing
        && ct_submitted_strangers(&match->entry, c->issuers,
                                  c->facts.nissuers))
    {
        c->draft.finding.flags |= CT_FINDING_CONTRADICTED;
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
    uint64_t      number;
    ct_finding_t *f;

    f = &c->draft.finding;
    number = ct_store_find(ctx->store, f->identity);

    if (number != 0) {
        return ct_case_merge(ctx, c, number, true);
    }

    if (ct_judge_baseline(ctx, f)) {
        f->flags |= CT_FINDING_BASELINE;
    }

    ct_judge_becomes(ctx, f, c->verdict, c->reason);
    ct_judge_flags(ctx, f);
    rc = ct_judge_add(ctx, &c->draft, ct_bytes_str(c->ca.owner));

    if (rc == CT_E_FULL) {
        ctx->status.dropped++;
        ct_context_changed(ctx);
        return rc;
    }

    ct_judge_tell(ctx, f);
    ct_judge_closed(ctx, f);
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
    bool         changed;
    ct_finding_t known;

    if (!ct_store_finding(ctx->store, number, &known, NULL)) {
        return CT_E_ABSENT;
    }

    changed = ct_finding_add_place(&known, &c->draft.finding.places[0]);
    changed |= ct_case_more(ctx, c, &known);

    if (better && c->reason != CT_REASON_NO_CHAIN) {
        changed |= ct_case_better(ctx, c, &known);
    }

    if (changed) {
        ct_judge_tell(ctx, &known);
        ct_store_update(ctx->store, &known);
        ct_context_changed(ctx);
    }

    return CT_OK;
}


/* What a second entry adds to what is known. */
static bool
ct_case_more(ct_context_t *ctx, const ct_case_t *c, ct_finding_t *known)
{
    bool                newer;
    uint32_t            news;
    const ct_finding_t *f;

    static const uint8_t none[CT_HASH_LEN];

    f = &c->draft.finding;
    news = f->flags & ~known->flags
           & (CT_FINDING_FINAL | CT_FINDING_PRECERT
              | CT_FINDING_CONTRADICTED);

    newer = (news & CT_FINDING_FINAL)
            || memcmp(known->cert_sha256, none, CT_HASH_LEN) == 0;
    known->flags |= news;

    if (newer && memcmp(f->cert_sha256, none, CT_HASH_LEN) != 0) {
        memcpy(known->cert_sha256, f->cert_sha256, CT_HASH_LEN);
        (void) (ct_judge_wanted(known)
                && ct_judge_keep(ctx, known, c->draft.der));
    }

    return news != 0;
}


static bool
ct_case_better(ct_context_t *ctx, ct_case_t *c, ct_finding_t *known)
{
    if (c->verdict > (ct_verdict_e) known->verdict) {
        return false;
    }

    memcpy(known->issuer_key, c->draft.finding.issuer_key, CT_HASH_LEN);
    ct_judge_becomes(ctx, known, c->verdict, c->reason);
    ct_judge_flags(ctx, known);
    ct_judge_replace(ctx, known, &c->draft, ct_bytes_str(c->ca.owner));
    c->draft.finding = *known;
    ct_case_say(ctx, c);

    return true;
}


static void
ct_case_say(ct_context_t *ctx, const ct_case_t *c)
{
    ct_finding_text_t parts;

    memset(&parts, 0, sizeof(parts));
    parts.issuer = c->draft.issuer_text;
    parts.ca = ct_bytes_str(c->ca.owner);
    parts.matched = c->draft.matched;

    ct_judge_say(ctx, &c->draft.finding, &parts, false);
}
