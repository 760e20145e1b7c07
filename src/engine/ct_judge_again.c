/*
 * ct_judge_again: everything that was found, judged once more by what its
 * record knows - identity, key, names, and the CA that was established when
 * it was found. What has been served once stays silent.
 */

#include "ct_judge_part.h"

#include <string.h>


static bool ct_again_one(ct_context_t *ctx, ct_finding_t *f,
    ct_bytes_t text);
static bool ct_again_name(ct_context_t *ctx, ct_ca_t *ca,
    const ct_finding_t *f, ct_finding_text_t *parts);
static void ct_again_ca(ct_ca_t *ca, const ct_finding_t *f,
    const ct_finding_text_t *parts);
static void ct_again_judge(ct_context_t *ctx, ct_finding_t *f,
    const ct_finding_text_t *parts, const ct_ca_t *ca);
static void ct_again_reason(ct_context_t *ctx, ct_finding_t *f,
    const ct_finding_text_t *parts);
static void ct_again_foreign(const ct_context_t *ctx, ct_finding_t *f,
    const ct_finding_text_t *parts);
static void ct_again_facts(ct_context_t *ctx, ct_facts_t *facts,
    const ct_finding_t *f, const ct_finding_text_t *parts);
static size_t ct_again_names(ct_context_t *ctx, ct_bytes_t list,
    ct_bytes_t **names);


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
            && ct_again_one(ctx, &f, ct_buf_slice(&text)))
        {
            ct_store_update(ctx->store, &f);
            ct_context_changed(ctx);
        }
    }

    ct_judge_queue(ctx);
}


static bool
ct_again_one(ct_context_t *ctx, ct_finding_t *f, ct_bytes_t text)
{
    bool              named, dropped;
    ct_ca_t           ca;
    ct_finding_t      before;
    ct_finding_text_t parts;

    if (!ct_finding_text_read(text, &parts)) {
        return false;
    }

    before = *f;
    named = ct_again_name(ctx, &ca, f, &parts);

    if (!(f->flags & CT_FINDING_WAS_SERVED)) {
        ct_again_judge(ctx, f, &parts, &ca);
    } else {
        ct_again_reason(ctx, f, &parts);
    }

    ct_again_foreign(ctx, f, &parts);
    ct_judge_flags(ctx, f);

    dropped = !ct_judge_wanted(f) && ct_judge_drop(ctx, f, &parts);

    if (f->verdict != before.verdict) {
        ct_judge_closed(ctx, f);
        ct_judge_say(ctx, f, &parts, true);
    }

    if (named && !dropped) {
        (void) ct_judge_write(ctx, f, &parts);
    }

    return named || dropped || memcmp(f, &before, sizeof(before)) != 0;
}


/* Its CA, as anchors and CA list have it now, and its server block. True: it
 * is called otherwise than before, or takes reports elsewhere; `parts` say
 * so then, as long as `ca` lasts. */
static bool
ct_again_name(ct_context_t *ctx, ct_ca_t *ca, const ct_finding_t *f,
    ct_finding_text_t *parts)
{
    bool        changed;
    ct_bytes_t  owner, report, server;
    const char *organization;

    ct_again_ca(ca, f, parts);
    organization = ca->npath == 0
                   ? NULL : ct_anchors_organization(ctx->anchors,
                                         ca->path_cert[ca->npath - 1]);

    if (organization != NULL) {
        memset(ca->owner, 0, sizeof(ca->owner));
        memcpy(ca->owner, organization, strlen(organization));
        memcpy(ca->organization, ca->owner, sizeof(ca->owner));
    }

    ct_calist_name(ctx->calist, ca);
    owner = ct_bytes_str(ca->owner);
    report = ctx->calist != NULL
             ? ct_bytes_str(ct_calist_report(ctx->calist, ca->owner))
             : parts->report;

    server = ct_judge_server(ctx, parts->matched);

    changed = !ct_bytes_equal(owner, parts->ca)
              || !ct_bytes_equal(report, parts->report)
              || !ct_bytes_equal(server, parts->server);
    parts->server = server;
    parts->ca = owner;
    parts->report = report;

    return changed;
}


/* What the record knows of it. */
static void
ct_again_ca(ct_ca_t *ca, const ct_finding_t *f,
    const ct_finding_text_t *parts)
{
    static const uint8_t none[CT_HASH_LEN];

    memset(ca, 0, sizeof(*ca));

    if (parts->ca.len < sizeof(ca->owner)) {
        memcpy(ca->owner, parts->ca.data, parts->ca.len);
    }

    memcpy(ca->issuer_key, f->issuer_key, CT_HASH_LEN);
    ca->issuer_found = memcmp(f->issuer_key, none, CT_HASH_LEN) != 0;
    ct_finding_path_read(parts->path, ca);

    if (ca->npath == 0 && ca->issuer_found) {
        memcpy(ca->path_key[0], f->issuer_key, CT_HASH_LEN);
        ca->npath = 1;
    }
}


static void
ct_again_judge(ct_context_t *ctx, ct_finding_t *f,
    const ct_finding_text_t *parts, const ct_ca_t *ca)
{
    ct_facts_t   facts;
    ct_reason_e  reason;
    ct_verdict_e verdict;

    ct_again_facts(ctx, &facts, f, parts);
    facts.ca = ca;
    verdict = ct_policy_judge(ctx->policy, &facts, &reason);

    /* who copies a name is not known without the certificate */
    if (verdict == (ct_verdict_e) f->verdict && facts.issuer.len == 0
        && verdict != CT_VERDICT_EXPECTED)
    {
        reason = (ct_reason_e) f->reason;
    }

    ct_judge_becomes(ctx, f, verdict, reason);
}


/* It stays silent; but what it once was served by may be gone. */
static void
ct_again_reason(ct_context_t *ctx, ct_finding_t *f,
    const ct_finding_text_t *parts)
{
    ct_facts_t  facts;
    ct_reason_e reason;

    ct_again_facts(ctx, &facts, f, parts);

    if (ct_policy_quick(ctx->policy, &facts, &reason) != CT_VERDICT_NONE) {
        f->reason = (uint8_t) reason;

    } else if (f->reason == CT_REASON_IDENTITY
               || f->reason == CT_REASON_KNOWN)
    {
        f->reason = CT_REASON_PAST;
    }
}


/* Has it names that are not watched now? Where some were not kept nobody
 * knows. */
static void
ct_again_foreign(const ct_context_t *ctx, ct_finding_t *f,
    const ct_finding_text_t *parts)
{
    ct_name_t  name;
    ct_bytes_t names, text, matched;

    names = parts->names;

    if (names.len == 0 || (f->flags & CT_FINDING_NAMES_CUT)) {
        return;
    }

    f->flags &= ~(uint32_t) CT_FINDING_FOREIGN;

    while (ct_finding_name(&names, &text)) {
        ct_name_read(text, &name);

        if (!ct_watch_match(ctx->scan.watch, &name, &matched)) {
            f->flags |= CT_FINDING_FOREIGN;
            return;
        }
    }
}


static void
ct_again_facts(ct_context_t *ctx, ct_facts_t *facts, const ct_finding_t *f,
    const ct_finding_text_t *parts)
{
    ct_cert_t   cert;
    ct_bytes_t *names;

    memset(facts, 0, sizeof(*facts));
    (void) ct_cert_read(parts->der, &cert);
    facts->issuer = cert.issuer;
    facts->identity = f->identity;
    facts->spki_sha256 = f->spki_sha256;
    facts->nnames = ct_again_names(ctx, parts->names, &names);
    facts->names = names;
    facts->names_cut = facts->nnames == 0
                       || (f->flags & CT_FINDING_NAMES_CUT) != 0;
    facts->chain_missing = f->reason == CT_REASON_NO_CHAIN;
    facts->unreadable = f->verdict == CT_VERDICT_UNPARSABLE;
    facts->before = ct_judge_before(ctx, f);
    facts->expired = ct_finding_expired(f, ctx->now_ms);
    facts->not_before_ms = f->not_before_ms;
}


static size_t
ct_again_names(ct_context_t *ctx, ct_bytes_t list, ct_bytes_t **names)
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
