/*
 * ct_judge_text: what is kept of a finding besides its record, above all the
 * certificate itself, for whoever has to look at it. It never takes the room
 * of findings: where that becomes scarce, new ones go without.
 */

#include "ct_judge_part.h"

#include <string.h>


static void ct_text_draft(const ct_context_t *ctx, ct_draft_t *draft);
static bool ct_text_room(const ct_context_t *ctx, ct_bytes_t der);
static size_t ct_text_names(const ct_draft_t *draft);


ct_bytes_t
ct_judge_submitted(const ct_match_t *match)
{
    return match->entry.type == CT_ENTRY_PRECERT
           ? match->entry.pre_certificate : match->entry.cert;
}


bool
ct_judge_wanted(const ct_finding_t *f)
{
    return f->verdict != CT_VERDICT_SERVED && f->verdict != CT_VERDICT_OURS;
}


ct_bytes_t
ct_judge_server(const ct_context_t *ctx, ct_bytes_t matched)
{
    uint32_t           owner;
    const ct_config_t *config;

    config = ctx->config;
    owner = ct_watch_owner(ctx->scan.watch, matched);

    return owner != 0 && owner <= config->nservers
           ? ct_bytes_str(config->servers[owner - 1]) : ct_bytes(NULL, 0);
}


ct_rc_t
ct_judge_add(ct_context_t *ctx, ct_draft_t *draft, ct_bytes_t ca)
{
    ct_buf_t text;

    ct_text_draft(ctx, draft);
    ct_buf_init(&text, ctx->scratch, CT_LIMIT_FINDING_TEXT);
    ct_finding_text(&text, draft, ca);

    return ct_store_add(ctx->store, &draft->finding, ct_buf_slice(&text));
}


void
ct_judge_replace(ct_context_t *ctx, ct_finding_t *f, ct_draft_t *draft,
    ct_bytes_t ca)
{
    ct_buf_t text;

    draft->finding.verdict = f->verdict;
    ct_text_draft(ctx, draft);
    ct_buf_init(&text, ctx->scratch, CT_LIMIT_FINDING_TEXT);
    ct_finding_text(&text, draft, ca);
    (void) ct_store_replace(ctx->store, f, ct_buf_slice(&text));
}


/* Names must not be cut for the certificate. */
static void
ct_text_draft(const ct_context_t *ctx, ct_draft_t *draft)
{
    bool wanted;

    wanted = ct_judge_wanted(&draft->finding);

    if (!wanted) {
        draft->path.len = 0;
    }

    if (!wanted || !ct_text_room(ctx, draft->der)
        || draft->der.len + ct_text_names(draft) > CT_LIMIT_FINDING_TEXT / 2)
    {
        draft->der.len = 0;
    }
}


bool
ct_judge_keep(ct_context_t *ctx, ct_finding_t *f, ct_bytes_t der)
{
    ct_buf_t          old;
    ct_finding_t      copy;
    ct_finding_text_t parts;

    ct_buf_init(&old, ctx->scratch, CT_LIMIT_FINDING_TEXT);

    if (!ct_text_room(ctx, der)
        || !ct_store_finding(ctx->store, f->number, &copy, &old)
        || !ct_finding_text_read(ct_buf_slice(&old), &parts))
    {
        return false;
    }

    parts.der = der;

    return ct_judge_write(ctx, f, &parts) == CT_OK;
}


bool
ct_judge_drop(ct_context_t *ctx, ct_finding_t *f,
    const ct_finding_text_t *parts)
{
    ct_finding_text_t less;

    if (parts->der.len == 0 && parts->path.len == 0) {
        return false;
    }

    less = *parts;
    less.der.len = 0;
    less.path.len = 0;

    return ct_judge_write(ctx, f, &less) == CT_OK;
}


ct_rc_t
ct_judge_write(ct_context_t *ctx, ct_finding_t *f,
    const ct_finding_text_t *parts)
{
    ct_buf_t text;

    ct_buf_init(&text, ctx->scratch, CT_LIMIT_FINDING_TEXT);
    ct_finding_text_write(&text, parts);

    return text.full ? CT_E_FULL
                     : ct_store_replace(ctx->store, f, ct_buf_slice(&text));
}


/* Is there so much room that findings to come need not give way for it? */
static bool
ct_text_room(const ct_context_t *ctx, ct_bytes_t der)
{
    size_t findings, blocks, max_blocks;

    ct_store_usage(ctx->store, &findings, &blocks, &max_blocks);

    return der.len <= CT_LIMIT_CERTIFICATE
           && blocks < max_blocks - max_blocks / 4;
}


static size_t
ct_text_names(const ct_draft_t *draft)
{
    size_t i, len;

    len = 0;

    for (i = 0; i < draft->nnames; i++) {
        len += draft->names[i].len + 2;
    }

    return len;
}
