/*
 * ct_lists_copy: see the header. Replaced are signature, list and source, in
 * this order: a crash in between leaves a list that its signature or source
 * disowns, or that has an older tag than it could, and it is fetched anew.
 */

#include "ct_lists_copy.h"
#include "ct_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define CT_COPY_SMALL 16384 /* bytes of a signature or a source */


static bool ct_copy_path(char *out, const ct_context_t *ctx,
    const char *suffix);
static bool ct_copy_is_ours(ct_context_t *ctx, ct_lists_tag_t *tag);
static void ct_copy_line(ct_bytes_t *in, char out[CT_LIMIT_TEXT]);
static bool ct_copy_is_signed(ct_context_t *ctx, ct_bytes_t json);


ct_rc_t
ct_lists_copy_load(ct_context_t *ctx, uint8_t **json, size_t *len,
    ct_lists_tag_t *tag, int64_t *checked_ms)
{
    char           path[PATH_MAX];
    ct_rc_t        rc;
    ct_file_mark_t mark;

    if (!ct_copy_path(path, ctx, "") || !ct_copy_is_ours(ctx, tag)) {
        return CT_E_ABSENT;
    }

    rc = ct_file_read(path, CT_LIMIT_LOG_LIST, json, len, &mark);

    if (rc != CT_OK) {
        return rc;
    }

    if (!ct_copy_is_signed(ctx, ct_bytes(*json, *len))) {
        free(*json);
        *json = NULL;
        return CT_E_SIGNATURE;
    }

    *checked_ms = mark.mtime_ns / 1000000;

    return CT_OK;
}


/* One that was put there by hand has no source, and is taken. */
static bool
ct_copy_is_ours(ct_context_t *ctx, ct_lists_tag_t *tag)
{
    bool           ours;
    char           path[PATH_MAX];
    size_t         len;
    uint8_t       *data;
    ct_bytes_t     in, from;
    ct_file_mark_t mark;

    memset(tag, 0, sizeof(*tag));

    if (!ct_copy_path(path, ctx, ".from")
        || ct_file_read(path, CT_COPY_SMALL, &data, &len, &mark) != CT_OK)
    {
        return true;
    }

    in = ct_bytes(data, len);
    ours = ct_read_until(&in, '\n', &from)
           && ct_bytes_is(from, ctx->config->list);

    ct_copy_line(&in, tag->etag);
    ct_copy_line(&in, tag->modified);
    free(data);

    return ours;
}


static void
ct_copy_line(ct_bytes_t *in, char out[CT_LIMIT_TEXT])
{
    ct_bytes_t line;

    if (ct_read_until(in, '\n', &line) && line.len < CT_LIMIT_TEXT) {
        memcpy(out, line.data, line.len);
        out[line.len] = '\0';
    }
}


static bool
ct_copy_is_signed(ct_context_t *ctx, ct_bytes_t json)
{
    char           path[PATH_MAX];
    size_t         len;
    ct_rc_t        rc;
    uint8_t       *signature;
    ct_file_mark_t mark;

    if (ctx->config->list_sig == NULL) {
        return true;
    }

    if (!ct_copy_path(path, ctx, ".sig")
        || ct_file_read(path, CT_COPY_SMALL, &signature, &len, &mark)
           != CT_OK)
    {
        return false;
    }

    rc = ct_loglist_verify(json, ct_bytes(signature, len),
                           ctx->config->list_key);
    free(signature);

    return rc == CT_OK;
}


bool
ct_lists_copy_save(ct_context_t *ctx, ct_bytes_t json, ct_bytes_t signature,
    const ct_lists_tag_t *tag)
{
    char     path[PATH_MAX], from[PATH_MAX], sig[PATH_MAX];
    uint8_t  room[CT_COPY_SMALL];
    ct_buf_t text;

    if (!ct_copy_path(path, ctx, "") || !ct_copy_path(from, ctx, ".from")
        || !ct_copy_path(sig, ctx, ".sig"))
    {
        return false;
    }

    ct_buf_fixed(&text, room, sizeof(room));
    ct_buf_puts(&text, ctx->config->list);
    ct_buf_putc(&text, '\n');
    ct_buf_puts(&text, tag->etag);
    ct_buf_putc(&text, '\n');
    ct_buf_puts(&text, tag->modified);
    ct_buf_putc(&text, '\n');

    if ((signature.len != 0 && ct_file_replace(sig, signature) != CT_OK)
        || ct_file_replace(path, json) != CT_OK
        || ct_file_replace(from, ct_buf_slice(&text)) != CT_OK)
    {
        return false;
    }

    ct_file_touch(path, ctx->now_ms);

    return true;
}


void
ct_lists_copy_touch(ct_context_t *ctx)
{
    char path[PATH_MAX];

    if (ct_copy_path(path, ctx, "")) {
        ct_file_touch(path, ctx->now_ms);
    }
}


/* The longest suffix is ".list.from", and ".tmp" comes behind it. */
static bool
ct_copy_path(char *out, const ct_context_t *ctx, const char *suffix)
{
    int n;

    if (ctx->config->state == NULL) {
        return false;
    }

    n = snprintf(out, PATH_MAX, "%s.list%s", ctx->config->state, suffix);

    if (n < 0 || n >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }

    return true;
}
