/*
 * ct_judge_wish: what people say of findings, by messages of the status
 * page. To acknowledge is to say "that is all right"; to forget is to take
 * that back, and with it whatever else but configuration keeps a finding
 * silent.
 */

#include "ct_ack.h"
#include "ct_judge_part.h"

#include <string.h>


typedef struct {
    ct_ack_t   ack; /* time, scope and hash are set, texts cut */
    const char *scope;
    char       id[2 * CT_HASH_LEN + 1];
} ct_wish_t;


static bool ct_wish_read(const ct_context_t *ctx, ct_wish_t *wish,
    ct_bytes_t rest);
static void ct_wish_acknowledge(ct_context_t *ctx, const ct_wish_t *wish);
static void ct_wish_forget(ct_context_t *ctx, const ct_wish_t *wish);
static size_t ct_wish_findings(ct_context_t *ctx, const ct_ack_t *ack);
static void ct_wish_withdraw(ct_context_t *ctx, const ct_finding_t *f);
static size_t ct_wish_past(ct_context_t *ctx, const ct_ack_t *ack);
static const uint8_t *ct_wish_past_hash(const ct_past_t *past,
    uint8_t scope);


void
ct_judge_wish(ct_context_t *ctx, const ct_inbox_message_t *message)
{
    ct_wish_t wish;

    if (!ct_wish_read(ctx, &wish, message->rest)) {
        ct_lines_say(ctx->lines, CT_LINE_ERROR,
                     "a message of the status page could not be read, it was "
                     "ignored");
        return;
    }

    if (message->kind == CT_INBOX_FORGET) {
        ct_wish_forget(ctx, &wish);
    } else {
        ct_wish_acknowledge(ctx, &wish);
    }
}


static bool
ct_wish_read(const ct_context_t *ctx, ct_wish_t *wish, ct_bytes_t rest)
{
    ct_buf_t   id;
    ct_bytes_t scope, hash, reason, who;

    memset(wish, 0, sizeof(*wish));

    if (!ct_read_vec16(&rest, &scope) || scope.len != 1
        || !ct_read_vec16(&rest, &hash) || hash.len != CT_HASH_LEN
        || !ct_read_vec16(&rest, &reason) || !ct_read_vec16(&rest, &who))
    {
        return false;
    }

    wish->ack.time_ms = ctx->now_ms;
    wish->ack.scope = scope.data[0];
    wish->scope = ct_ack_scope_name(wish->ack.scope);
    memcpy(wish->ack.hash, hash.data, CT_HASH_LEN);
    ct_ack_text(wish->ack.reason, sizeof(wish->ack.reason), reason);
    ct_ack_text(wish->ack.who, sizeof(wish->ack.who), who);

    /* of a finding as much as its id has */
    ct_buf_fixed(&id, wish->id, sizeof(wish->id) - 1);
    ct_buf_hex(&id, wish->ack.hash, wish->ack.scope == CT_ACK_FINDING
                                    ? CT_HASH_LEN / 2 : CT_HASH_LEN);

    return ct_ack_valid(&wish->ack);
}


static void
ct_wish_acknowledge(ct_context_t *ctx, const ct_wish_t *wish)
{
    if (ct_ack_put(ctx->store, &wish->ack) != CT_OK) {
        ct_lines_say(ctx->lines, CT_LINE_ERROR,
                     "%s %s could not be acknowledged for \"%s\": there is "
                     "no room for more than %zu, forget others first",
                     wish->scope, wish->id, wish->ack.who,
                     ct_store_rows(ctx->store, CT_TABLE_ACK));
        return;
    }

    ct_context_changed(ctx);
    ct_lines_say(ctx->lines, CT_LINE_NOTICE,
                 "%s %s was acknowledged by \"%s\": %s", wish->scope,
                 wish->id, wish->ack.who, wish->ack.reason);
    ct_judge_again(ctx);
}


static void
ct_wish_forget(ct_context_t *ctx, const ct_wish_t *wish)
{
    size_t findings, past;

    (void) ct_ack_remove(ctx->store, (ct_ack_scope_e) wish->ack.scope,
                         wish->ack.hash);
    findings = ct_wish_findings(ctx, &wish->ack);
    past = ct_wish_past(ctx, &wish->ack);

    ct_context_changed(ctx);
    ct_lines_say(ctx->lines, CT_LINE_NOTICE,
                 "%s %s was forgotten for \"%s\": %zu findings are judged "
                 "anew, %zu certificates are not remembered any more",
                 wish->scope, wish->id, wish->ack.who, findings, past);
    ct_judge_again(ctx);
}


/* How many there are. */
static size_t
ct_wish_findings(ct_context_t *ctx, const ct_ack_t *ack)
{
    size_t       found;
    uint64_t     n, last, max;
    ct_finding_t f;

    found = 0;
    last = ct_store_last(ctx->store);
    max = ct_store_max_findings(ctx->store);

    for (n = last; n > 0 && n + max > last; n--) {
        if (!ct_store_finding(ctx->store, n, &f, NULL)
            || !ct_ack_covers(ack, &f))
        {
            continue;
        }

        ct_wish_withdraw(ctx, &f);
        f.flags &= ~(uint32_t) CT_FINDING_WAS_SERVED;
        ct_store_update(ctx->store, &f);
        found++;
    }

    return found;
}


/* Whatever was said of it, of its key and of its issuer. */
static void
ct_wish_withdraw(ct_context_t *ctx, const ct_finding_t *f)
{
    ct_ack_t ack;

    while (ct_ack_find(ctx->store, f, &ack)) {
        (void) ct_ack_remove(ctx->store, (ct_ack_scope_e) ack.scope,
                             ack.hash);
    }
}


/* Certificates that were served. What is configured is remembered again. */
static size_t
ct_wish_past(ct_context_t *ctx, const ct_ack_t *ack)
{
    size_t    i, n, found;
    ct_past_t past;

    found = 0;
    n = ct_store_rows(ctx->store, CT_TABLE_PAST);

    for (i = 0; i < n; i++) {
        if (ct_store_row(ctx->store, CT_TABLE_PAST, i, &past)
            && memcmp(ct_wish_past_hash(&past, ack->scope), ack->hash,
                      CT_HASH_LEN) == 0)
        {
            ct_store_set_row(ctx->store, CT_TABLE_PAST, i, NULL);
            found++;
        }
    }

    return found;
}


static const uint8_t *
ct_wish_past_hash(const ct_past_t *past, uint8_t scope)
{
    switch (scope) {
    case CT_ACK_KEY:
        return past->spki_sha256;
    case CT_ACK_ISSUER:
        return past->issuer_key;
    default:
        return past->identity;
    }
}
