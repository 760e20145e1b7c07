/*
 * ct_keeper_copy: the last good list on disk. Replaced are signature, list
 * and source, in this order: a crash in between leaves a list that its
 * signature or source disowns, or that has an older tag than it could, and
 * it is fetched anew.
 */

#include "ct_keeper_part.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define CT_COPY_SMALL 16384 /* bytes of a signature or a source */


static bool ct_copy_path(char *out, const ct_keeper_t *keeper,
    const char *suffix);
static bool ct_copy_is_ours(ct_keeper_t *keeper);
static void ct_copy_line(ct_bytes_t *in, char out[CT_LIMIT_TEXT]);
static bool ct_copy_is_signed(const ct_keeper_t *keeper, ct_bytes_t list);


ct_rc_t
ct_keeper_copy_load(ct_keeper_t *keeper, uint8_t **data, size_t *len,
    int64_t *checked_ms)
{
    char           path[PATH_MAX];
    ct_rc_t        rc;
    ct_file_mark_t mark;

    if (!ct_copy_path(path, keeper, "") || !ct_copy_is_ours(keeper)) {
        return CT_E_ABSENT;
    }

    rc = ct_file_read(path, keeper->kept.limit, data, len, &mark);

    if (rc != CT_OK) {
        return rc;
    }

    if (!ct_copy_is_signed(keeper, ct_bytes(*data, *len))) {
        free(*data);
        *data = NULL;
        return CT_E_SIGNATURE;
    }

    *checked_ms = mark.mtime_ns / 1000000;

    return CT_OK;
}


/* One that was put there by hand has no source, and is taken. */
static bool
ct_copy_is_ours(ct_keeper_t *keeper)
{
    bool           ours;
    char           path[PATH_MAX];
    size_t         len;
    uint8_t       *data;
    ct_bytes_t     in, from;
    ct_file_mark_t mark;

    memset(&keeper->tag, 0, sizeof(keeper->tag));

    if (!ct_copy_path(path, keeper, ".from")
        || ct_file_read(path, CT_COPY_SMALL, &data, &len, &mark) != CT_OK)
    {
        return true;
    }

    in = ct_bytes(data, len);
    ours = ct_read_until(&in, '\n', &from)
           && ct_bytes_is(from, keeper->kept.place);

    ct_copy_line(&in, keeper->tag.etag);
    ct_copy_line(&in, keeper->tag.modified);
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
ct_copy_is_signed(const ct_keeper_t *keeper, ct_bytes_t list)
{
    char           path[PATH_MAX];
    size_t         len;
    ct_rc_t        rc;
    uint8_t       *signature;
    ct_file_mark_t mark;

    if (keeper->kept.sig == NULL) {
        return true;
    }

    if (!ct_copy_path(path, keeper, ".sig")
        || ct_file_read(path, CT_COPY_SMALL, &signature, &len, &mark)
           != CT_OK)
    {
        return false;
    }

    rc = ct_loglist_verify(list, ct_bytes(signature, len),
                           keeper->kept.key);
    free(signature);

    return rc == CT_OK;
}


bool
ct_keeper_copy_save(ct_keeper_t *keeper, ct_bytes_t list,
    ct_bytes_t signature)
{
    char     path[PATH_MAX], from[PATH_MAX], sig[PATH_MAX];
    uint8_t  room[CT_COPY_SMALL];
    ct_buf_t text;

    if (!ct_copy_path(path, keeper, "")
        || !ct_copy_path(from, keeper, ".from")
        || !ct_copy_path(sig, keeper, ".sig"))
    {
        return false;
    }

    ct_buf_fixed(&text, room, sizeof(room));
    ct_buf_puts(&text, keeper->kept.place);
    ct_buf_putc(&text, '\n');
    ct_buf_puts(&text, keeper->tag.etag);
    ct_buf_putc(&text, '\n');
    ct_buf_puts(&text, keeper->tag.modified);
    ct_buf_putc(&text, '\n');

    if ((signature.len != 0 && ct_file_replace(sig, signature) != CT_OK)
        || ct_file_replace(path, list) != CT_OK
        || ct_file_replace(from, ct_buf_slice(&text)) != CT_OK)
    {
        return false;
    }

    ct_file_touch(path, keeper->ctx->now_ms);

    return true;
}


void
ct_keeper_copy_touch(ct_keeper_t *keeper)
{
    char path[PATH_MAX];

    if (ct_copy_path(path, keeper, "")) {
        ct_file_touch(path, keeper->ctx->now_ms);
    }
}


/* ".tmp" comes behind it as long as it is written. */
static bool
ct_copy_path(char *out, const ct_keeper_t *keeper, const char *suffix)
{
    int         n;
    const char *state;

    state = keeper->ctx->config->state;

    if (state == NULL) {
        return false;
    }

    n = snprintf(out, PATH_MAX, "%s%s%s", state, keeper->kept.suffix,
                 suffix);

    if (n < 0 || n >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }

    return true;
}
