/*
 * ct_lists: see the header. One look at the source after the other: get the
 * list, get its signature, judge it, rest. What a look brings is a candidate
 * until it has passed everything; until then, and when it fails, the list in
 * force stays in force.
 */

#include "ct_lists_part.h"
#include "ct_merkle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define CT_LISTS_UNSAVED_MS 10000
#define CT_LISTS_SOON_MS 10000 /* list and signature do not fit: again */


static void ct_lists_begin(ct_lists_t *lists);
static void ct_lists_from_copy(ct_lists_t *lists);
static void ct_lists_from_configuration(ct_lists_t *lists);
static void ct_lists_look(ct_lists_t *lists);
static void ct_lists_advance(ct_lists_t *lists);
static void ct_lists_have_list(ct_lists_t *lists);
static void ct_lists_have_signature(ct_lists_t *lists);
static void ct_lists_judge(ct_lists_t *lists, ct_bytes_t json,
    ct_bytes_t signature);
static bool ct_lists_consider(ct_lists_t *lists, ct_lists_gen_t *gen);
static void ct_lists_install(ct_lists_t *lists, ct_lists_gen_t *gen);
static void ct_lists_keep(ct_lists_t *lists, ct_bytes_t json,
    ct_bytes_t signature);
static void ct_lists_save_again(ct_lists_t *lists);
static void ct_lists_save(ct_lists_t *lists, ct_bytes_t json,
    ct_bytes_t signature);


ct_lists_t *
ct_lists_create(ct_context_t *ctx)
{
    ct_lists_t *lists;

    lists = calloc(1, sizeof(ct_lists_t));

    if (lists == NULL) {
        return NULL;
    }

    lists->ctx = ctx;
    lists->gen = ct_lists_gen_create();

    if (lists->gen == NULL || !ct_lists_gen_merge(lists->gen, ctx->config)) {
        ct_lists_destroy(lists);
        return NULL;
    }

    ctx->status.has_list = ctx->config->list != NULL;
    ctx->status.list_stale = 0;
    ctx->status.list_ms = 0;
    ctx->status.list_checked_ms = 0;
    ctx->status.list[0] = '\0';
    ctx->status.list_error[0] = '\0';

    if (ctx->config->list != NULL) {
        ct_lists_begin(lists);
    }

    return lists;
}


/* A path is looked at here and now. */
static void
ct_lists_begin(ct_lists_t *lists)
{
    bool               changed;
    const ct_config_t *config;

    config = lists->ctx->config;
    lists->url = ct_lists_is_url(config->list);
    lists->mark.size = -1;
    lists->due_ms = lists->ctx->now_ms;

    ct_lists_from_copy(lists);

    if (!lists->url && !ct_lists_is_url(config->list_sig)) {
        (void) ct_lists_turn(lists, &changed);

        if (!lists->good && config->list_read != NULL) {
            ct_lists_from_configuration(lists);
        }

        ct_lists_release(lists);
    }

    ct_lists_age(lists);
}


static void
ct_lists_from_copy(ct_lists_t *lists)
{
    char            why[CT_LIMIT_ERROR];
    size_t          len;
    ct_rc_t         rc;
    int64_t         checked_ms;
    uint8_t        *json;
    ct_context_t   *ctx;
    ct_lists_gen_t *gen;
    ct_lists_tag_t  tag;

    ctx = lists->ctx;
    gen = NULL;
    rc = ct_lists_copy_load(ctx, &json, &len, &tag, &checked_ms);

    if (rc == CT_E_ABSENT) {
        return;
    }

    (void) snprintf(why, sizeof(why), "%s", ct_strerror(rc));

    if (rc == CT_OK) {
        gen = ct_lists_gen_read(ct_bytes(json, len), why);
        free(json);
    }

    if (gen != NULL && !ct_lists_gen_merge(gen, ctx->config)) {
        ct_lists_gen_destroy(gen);
        gen = NULL;
    }

    if (gen == NULL) {
        ct_lines_say(ctx->lines, CT_LINE_WARN,
                     "the copy \"%s.list\" of the log list is ignored: %s",
                     ctx->config->state, why);
        return;
    }

    ct_lists_install(lists, gen);
    lists->tag = tag;
    lists->saved = true;

    /* not by a clock that was ahead */
    if (checked_ms <= ctx->now_ms) {
        ctx->status.list_checked_ms = checked_ms;
        lists->due_ms = checked_ms + ct_lists_about(lists, CT_LISTS_DAY_MS);
    }

    if (!lists->url) {
        lists->due_ms = ctx->now_ms;
    }
}


/* What the configuration has read of a path was good, and the worker may
 * not be allowed to read the file itself. */
static void
ct_lists_from_configuration(ct_lists_t *lists)
{
    ct_lists_gen_t *gen;

    gen = ct_lists_gen_create();

    if (gen != NULL) {
        gen->list = *lists->ctx->config->list_read;
        gen->has = true;
    }

    if (gen != NULL && ct_lists_consider(lists, gen)) {
        lists->ctx->status.list_checked_ms = lists->ctx->now_ms;
        lists->saved = false;
    }
}


void
ct_lists_destroy(ct_lists_t *lists)
{
    if (lists == NULL) {
        return;
    }

    ct_lists_release(lists);
    ct_lists_gen_destroy(lists->gen);
    free(lists->got.data);
    free(lists->json);
    free(lists->unsaved);
    free(lists);
}


const ct_log_t *
ct_lists_logs(const ct_lists_t *lists, size_t *n)
{
    *n = lists->gen->nlogs;

    return lists->gen->logs;
}


void
ct_lists_release(ct_lists_t *lists)
{
    ct_lists_gen_t *gen;

    while (lists->old != NULL) {
        gen = lists->old;
        lists->old = gen->next;
        ct_lists_gen_destroy(gen);
    }
}


void
ct_lists_shift(ct_lists_t *lists, int64_t delta_ms)
{
    lists->due_ms += delta_ms;
    lists->unsaved_ms += delta_ms;

    if (lists->ctx->status.list_checked_ms != 0) {
        lists->ctx->status.list_checked_ms += delta_ms;
    }
}


int64_t
ct_lists_turn(ct_lists_t *lists, bool *changed)
{
    *changed = false;

    if (lists->ctx->config->list == NULL) {
        return INT64_MAX;
    }

    lists->changed = false;

    if (lists->step == CT_LISTS_REST
        && lists->ctx->now_ms >= lists->due_ms)
    {
        ct_lists_look(lists);
    }

    while (lists->step != CT_LISTS_REST && !lists->busy) {
        ct_lists_advance(lists);
    }

    ct_lists_save_again(lists);
    ct_lists_age(lists);
    *changed = lists->changed;

    return lists->busy ? INT64_MAX : lists->due_ms;
}


static void
ct_lists_look(ct_lists_t *lists)
{
    lists->quiet = false;

    if (!lists->url && ct_lists_unmoved(lists)) {
        if (lists->good) {
            ct_lists_found_good(lists);
        } else {
            ct_lists_rest(lists, lists->ctx->config->interval_ms);
        }
        return;
    }

    lists->good = false;
    lists->step = CT_LISTS_GET;
    ct_lists_get(lists, lists->ctx->config->list);
}


static void
ct_lists_advance(ct_lists_t *lists)
{
    if (lists->got.rc != CT_OK) {
        ct_lists_failed(lists,
                        lists->step == CT_LISTS_GET
                        ? "the list could not be had"
                        : "the list's signature could not be had",
                        lists->got.why);
        return;
    }

    if (lists->step == CT_LISTS_GET) {
        ct_lists_have_list(lists);
    } else {
        ct_lists_have_signature(lists);
    }
}


static void
ct_lists_have_list(ct_lists_t *lists)
{
    ct_lists_got_t    *got;
    const ct_config_t *config;

    got = &lists->got;
    config = lists->ctx->config;

    if (got->unchanged && lists->gen->has) {
        ct_lists_found_good(lists);
        return;
    }

    free(lists->json);
    lists->json = got->data;
    lists->json_len = got->len;
    lists->json_tag = got->tag;
    got->data = NULL;

    if (config->list_sig != NULL) {
        lists->step = CT_LISTS_GET_SIG;
        ct_lists_get(lists, config->list_sig);
        return;
    }

    ct_lists_judge(lists, ct_bytes(lists->json, lists->json_len),
                   CT_BYTES(""));
}


/* Either may have been replaced between the two, so it is tried once more
 * before anything is said. */
static void
ct_lists_have_signature(ct_lists_t *lists)
{
    ct_bytes_t json, signature;

    json = ct_bytes(lists->json, lists->json_len);
    signature = ct_bytes(lists->got.data, lists->got.len);

    if (ct_loglist_verify(json, signature, lists->ctx->config->list_key)
        == CT_OK)
    {
        ct_lists_judge(lists, json, signature);
        return;
    }

    if (lists->again) {
        ct_lists_refused(lists, "its signature does not verify");
        return;
    }

    lists->again = true;
    lists->mark.size = -1;
    ct_lists_rest(lists, CT_LISTS_SOON_MS);
}


static void
ct_lists_judge(ct_lists_t *lists, ct_bytes_t json, ct_bytes_t signature)
{
    char            why[CT_LIMIT_ERROR];
    uint8_t         hash[CT_HASH_LEN];
    ct_lists_gen_t *gen;

    ct_sha256_once(json, hash);

    if (!lists->gen->has || memcmp(hash, lists->gen->hash, sizeof(hash)) != 0)
    {
        gen = ct_lists_gen_read(json, why);

        if (gen == NULL) {
            ct_lists_refused(lists, why);
            return;
        }

        if (!ct_lists_consider(lists, gen)) {
            return;
        }

        lists->saved = false;
    }

    lists->tag = lists->json_tag;
    ct_lists_save(lists, json, signature);
    ct_lists_found_good(lists);
}


/* The last questions; the candidate is in force or gone afterwards. */
static bool
ct_lists_consider(ct_lists_t *lists, ct_lists_gen_t *gen)
{
    const char   *why;
    ct_context_t *ctx;

    ctx = lists->ctx;
    why = NULL;

    if (gen->list.nlogs == 0) {
        why = "there is no log in it";

    } else if (gen->list.nlogs + ctx->config->nlogs > CT_LIMIT_LOGS) {
        why = "it has too many logs";

    } else if (lists->gen->has) {
        why = ct_loglist_refuse_change(&lists->gen->list, &gen->list,
                                       ctx->now_ms);
    }

    if (why == NULL && !ct_lists_gen_merge(gen, ctx->config)) {
        why = ct_strerror(CT_E_MEMORY);
    }

    if (why != NULL) {
        ct_lists_gen_destroy(gen);
        ct_lists_refused(lists, why);
        return false;
    }

    ct_lists_install(lists, gen);
    ct_lines_say(ctx->lines, CT_LINE_NOTICE, "log list: %s",
                 ctx->status.list);

    return true;
}


/* The one of before lasts until it is released. */
static void
ct_lists_install(ct_lists_t *lists, ct_lists_gen_t *gen)
{
    lists->gen->next = lists->old;
    lists->old = lists->gen;
    lists->gen = gen;
    lists->changed = true;
    lists->ctx->status.list_ms = gen->list.timestamp_ms;
    ct_lists_gen_text(gen, lists->ctx->config->list,
                      lists->ctx->status.list);
}


static void
ct_lists_save(ct_lists_t *lists, ct_bytes_t json, ct_bytes_t signature)
{
    ct_context_t *ctx;

    ctx = lists->ctx;

    if (lists->saved || ctx->config->state == NULL) {
        return;
    }

    free(lists->unsaved);
    lists->unsaved = NULL;

    lists->saved = ct_lists_copy_save(ctx, json, signature,
                                      &lists->tag);

    if (!lists->saved) {
        ct_lines_say(ctx->lines, CT_LINE_WARN,
                     "the log list could not be kept as \"%s.list\": %s",
                     ctx->config->state, strerror(errno));
        ct_lists_keep(lists, json, signature);
    }
}


static void
ct_lists_keep(ct_lists_t *lists, ct_bytes_t json, ct_bytes_t signature)
{
    lists->unsaved = malloc(json.len + signature.len);

    if (lists->unsaved != NULL) {
        memcpy(lists->unsaved, json.data, json.len);
        memcpy(lists->unsaved + json.len, signature.data, signature.len);
        lists->unsaved_list = json.len;
        lists->unsaved_sig = signature.len;
        lists->unsaved_ms = lists->ctx->now_ms + CT_LISTS_UNSAVED_MS;
    }
}


/* Until there is room on the disk, or another list. */
static void
ct_lists_save_again(ct_lists_t *lists)
{
    ct_bytes_t    json, signature;
    ct_context_t *ctx;

    ctx = lists->ctx;

    if (lists->unsaved == NULL || ctx->now_ms < lists->unsaved_ms) {
        return;
    }

    json = ct_bytes(lists->unsaved, lists->unsaved_list);
    signature = ct_bytes(lists->unsaved + lists->unsaved_list,
                         lists->unsaved_sig);
    lists->unsaved_ms = ctx->now_ms + CT_LISTS_UNSAVED_MS;
    lists->saved = ct_lists_copy_save(ctx, json, signature, &lists->tag);

    if (lists->saved) {
        free(lists->unsaved);
        lists->unsaved = NULL;
        ct_lines_say(ctx->lines, CT_LINE_NOTICE,
                     "the log list is kept as \"%s.list\" again",
                     ctx->config->state);
    }
}
