/*
 * ct_keeper: see the header. One look at the source after the other: get the
 * list, get its signature, judge it, rest. What a look brings is a candidate
 * until it has passed everything; until then, and when it fails, the list in
 * force stays in force.
 */

#include "ct_keeper_part.h"
#include "ct_merkle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define CT_KEEPER_UNSAVED_MS 10000
#define CT_KEEPER_SOON_MS 10000 /* list and signature do not fit: again */


static void ct_keeper_from_copy(ct_keeper_t *keeper);
static void ct_keeper_look(ct_keeper_t *keeper);
static void ct_keeper_advance(ct_keeper_t *keeper);
static void ct_keeper_have_list(ct_keeper_t *keeper);
static void ct_keeper_have_signature(ct_keeper_t *keeper);
static void ct_keeper_judge(ct_keeper_t *keeper, ct_bytes_t list,
    ct_bytes_t signature);
static bool ct_keeper_take(ct_keeper_t *keeper, ct_bytes_t list, bool copy,
    char *why);
static void ct_keeper_save(ct_keeper_t *keeper, ct_bytes_t list,
    ct_bytes_t signature);
static void ct_keeper_hold(ct_keeper_t *keeper, ct_bytes_t list,
    ct_bytes_t signature);
static void ct_keeper_save_again(ct_keeper_t *keeper);


void
ct_keeper_begin(ct_keeper_t *keeper, ct_context_t *ctx, const ct_kept_t *kept)
{
    keeper->ctx = ctx;
    keeper->kept = *kept;
    keeper->url = ct_keeper_is_url(kept->place);
    keeper->mark.size = -1;
    keeper->due_ms = ctx->now_ms;

    ct_keeper_from_copy(keeper);

    if (!keeper->url && !ct_keeper_is_url(kept->sig)) {
        (void) ct_keeper_turn(keeper);
    }
}


static void
ct_keeper_from_copy(ct_keeper_t *keeper)
{
    bool          taken;
    char          why[CT_LIMIT_ERROR];
    size_t        len;
    ct_rc_t       rc;
    int64_t       checked_ms;
    uint8_t      *data;
    ct_context_t *ctx;

    ctx = keeper->ctx;
    rc = ct_keeper_copy_load(keeper, &data, &len, &checked_ms);

    taken = false;

    if (rc == CT_OK) {
        taken = ct_keeper_take(keeper, ct_bytes(data, len), true, why);
        free(data);
    } else {
        (void) snprintf(why, sizeof(why), "%s", ct_strerror(rc));
    }

    if (!taken) {
        memset(&keeper->tag, 0, sizeof(keeper->tag));
    }

    if (rc == CT_E_ABSENT) {
        return;
    }

    if (!taken) {
        ct_lines_say(ctx->lines, CT_LINE_WARN,
                     "the copy \"%s%s\" of the %s is ignored: %s",
                     ctx->config->state, keeper->kept.suffix,
                     keeper->kept.name, why);
        return;
    }

    keeper->saved = true;

    /* not by a clock that was ahead */
    if (checked_ms <= ctx->now_ms) {
        *keeper->kept.checked_ms = checked_ms;
        keeper->due_ms = checked_ms
                         + ct_keeper_about(keeper, CT_KEEPER_DAY_MS);
    }

    if (!keeper->url) {
        keeper->due_ms = ctx->now_ms;
    }
}


void
ct_keeper_end(ct_keeper_t *keeper)
{
    free(keeper->got.data);
    free(keeper->bytes);
    free(keeper->unsaved);
}


void
ct_keeper_shift(ct_keeper_t *keeper, int64_t delta_ms)
{
    keeper->due_ms += delta_ms;
    keeper->unsaved_ms += delta_ms;

    if (*keeper->kept.checked_ms != 0) {
        *keeper->kept.checked_ms += delta_ms;
    }
}


int64_t
ct_keeper_turn(ct_keeper_t *keeper)
{
    if (keeper->step == CT_KEEPER_REST
        && keeper->ctx->now_ms >= keeper->due_ms)
    {
        ct_keeper_look(keeper);
    }

    while (keeper->step != CT_KEEPER_REST && !keeper->busy) {
        ct_keeper_advance(keeper);
    }

    ct_keeper_save_again(keeper);

    return keeper->busy ? INT64_MAX : keeper->due_ms;
}


static void
ct_keeper_look(ct_keeper_t *keeper)
{
    keeper->quiet = false;

    if (!keeper->url && ct_keeper_unmoved(keeper)) {
        if (keeper->good) {
            ct_keeper_found_good(keeper);
        } else {
            ct_keeper_rest(keeper, keeper->ctx->config->interval_ms);
        }
        return;
    }

    keeper->good = false;
    keeper->step = CT_KEEPER_GET;
    ct_keeper_get(keeper, keeper->kept.place);
}


static void
ct_keeper_advance(ct_keeper_t *keeper)
{
    if (keeper->got.rc != CT_OK) {
        ct_keeper_failed(keeper,
                         keeper->step == CT_KEEPER_GET
                         ? "the list could not be had"
                         : "the list's signature could not be had",
                         keeper->got.why);
        return;
    }

    if (keeper->step == CT_KEEPER_GET) {
        ct_keeper_have_list(keeper);
    } else {
        ct_keeper_have_signature(keeper);
    }
}


static void
ct_keeper_have_list(ct_keeper_t *keeper)
{
    ct_keeper_got_t *got;

    got = &keeper->got;

    if (got->unchanged && keeper->has) {
        ct_keeper_found_good(keeper);
        return;
    }

    free(keeper->bytes);
    keeper->bytes = got->data;
    keeper->len = got->len;
    keeper->bytes_tag = got->tag;
    got->data = NULL;

    if (keeper->kept.sig != NULL) {
        keeper->step = CT_KEEPER_GET_SIG;
        ct_keeper_get(keeper, keeper->kept.sig);
        return;
    }

    ct_keeper_judge(keeper, ct_bytes(keeper->bytes, keeper->len),
                    CT_BYTES(""));
}


/* Either may have been replaced between the two, so it is tried once more
 * before anything is said. */
static void
ct_keeper_have_signature(ct_keeper_t *keeper)
{
    ct_bytes_t list, signature;

    list = ct_bytes(keeper->bytes, keeper->len);
    signature = ct_bytes(keeper->got.data, keeper->got.len);

    if (ct_loglist_verify(list, signature, keeper->kept.key) == CT_OK) {
        ct_keeper_judge(keeper, list, signature);
        return;
    }

    if (keeper->again) {
        ct_keeper_refused(keeper, "its signature does not verify");
        return;
    }

    keeper->again = true;
    keeper->mark.size = -1;
    ct_keeper_rest(keeper, CT_KEEPER_SOON_MS);
}


static void
ct_keeper_judge(ct_keeper_t *keeper, ct_bytes_t list, ct_bytes_t signature)
{
    char    why[CT_LIMIT_ERROR];
    uint8_t hash[CT_HASH_LEN];

    ct_sha256_once(list, hash);

    if (!keeper->has || memcmp(hash, keeper->hash, sizeof(hash)) != 0) {
        if (!ct_keeper_take(keeper, list, false, why)) {
            ct_keeper_refused(keeper, why);
            return;
        }

        keeper->saved = false;
    }

    keeper->tag = keeper->bytes_tag;
    ct_keeper_save(keeper, list, signature);
    ct_keeper_found_good(keeper);
}


static bool
ct_keeper_take(ct_keeper_t *keeper, ct_bytes_t list, bool copy, char *why)
{
    why[0] = '\0';

    if (!keeper->kept.take(keeper->kept.ctx, list, copy, why)) {
        return false;
    }

    ct_sha256_once(list, keeper->hash);
    keeper->has = true;

    return true;
}


void
ct_keeper_replaced(ct_keeper_t *keeper)
{
    memset(keeper->hash, 0, sizeof(keeper->hash));
    keeper->has = true;
    keeper->saved = false;
}


static void
ct_keeper_save(ct_keeper_t *keeper, ct_bytes_t list, ct_bytes_t signature)
{
    ct_context_t *ctx;

    ctx = keeper->ctx;

    if (keeper->saved || ctx->config->state == NULL) {
        return;
    }

    free(keeper->unsaved);
    keeper->unsaved = NULL;

    keeper->saved = ct_keeper_copy_save(keeper, list, signature);

    if (!keeper->saved) {
        ct_lines_say(ctx->lines, CT_LINE_WARN,
                     "the %s could not be kept as \"%s%s\": %s",
                     keeper->kept.name, ctx->config->state,
                     keeper->kept.suffix, strerror(errno));
        ct_keeper_hold(keeper, list, signature);
    }
}


static void
ct_keeper_hold(ct_keeper_t *keeper, ct_bytes_t list, ct_bytes_t signature)
{
    keeper->unsaved = malloc(list.len + signature.len);

    if (keeper->unsaved != NULL) {
        memcpy(keeper->unsaved, list.data, list.len);
        memcpy(keeper->unsaved + list.len, signature.data, signature.len);
        keeper->unsaved_list = list.len;
        keeper->unsaved_sig = signature.len;
        keeper->unsaved_ms = keeper->ctx->now_ms + CT_KEEPER_UNSAVED_MS;
    }
}


/* Until there is room on the disk, or another list. */
static void
ct_keeper_save_again(ct_keeper_t *keeper)
{
    ct_bytes_t    list, signature;
    ct_context_t *ctx;

    ctx = keeper->ctx;

    if (keeper->unsaved == NULL || ctx->now_ms < keeper->unsaved_ms) {
        return;
    }

    list = ct_bytes(keeper->unsaved, keeper->unsaved_list);
    signature = ct_bytes(keeper->unsaved + keeper->unsaved_list,
                         keeper->unsaved_sig);
    keeper->unsaved_ms = ctx->now_ms + CT_KEEPER_UNSAVED_MS;
    keeper->saved = ct_keeper_copy_save(keeper, list, signature);

    if (keeper->saved) {
        free(keeper->unsaved);
        keeper->unsaved = NULL;
        ct_lines_say(ctx->lines, CT_LINE_NOTICE,
                     "the %s is kept as \"%s%s\" again", keeper->kept.name,
                     ctx->config->state, keeper->kept.suffix);
    }
}
