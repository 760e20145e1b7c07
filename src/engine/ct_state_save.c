/*
 * ct_state_save: the snapshot file, written beside the old one and put in
 * its place as a whole.
 */

#include "ct_state_part.h"
#include "ct_snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>


typedef struct {
    FILE       *file;
    EVP_MD_CTX *sha;
    uint64_t    lines;
    ct_buf_t    buf;
    ct_json_t   json;
    bool        failed;
    bool        last;   /* it is written though the engine stops */
} ct_state_out_t;


static bool ct_state_write(ct_state_out_t *out, ct_context_t *ctx);
static void ct_state_records(ct_state_out_t *out, ct_context_t *ctx);
static void ct_state_findings(ct_state_out_t *out, ct_context_t *ctx);
static void ct_state_events(ct_state_out_t *out, ct_context_t *ctx);
static void ct_state_rows(ct_state_out_t *out, ct_context_t *ctx);
static void ct_state_owed(ct_state_out_t *out, ct_context_t *ctx);
static void ct_state_rest(ct_state_out_t *out, ct_context_t *ctx);
static ct_json_t *ct_state_begin(ct_state_out_t *out, ct_context_t *ctx);
static void ct_state_put(ct_state_out_t *out, bool hashed);
static void ct_state_finish(ct_state_out_t *out, ct_context_t *ctx);
static bool ct_state_sync_dir(const char *path);


bool
ct_state_save(const char *path, ct_context_t *ctx, bool last)
{
    int            fd;
    bool           ok;
    char           tmp[PATH_MAX];
    ct_state_out_t out;

    memset(&out, 0, sizeof(out));
    out.last = last;

    if (!ct_state_path(tmp, path, ".tmp")) {
        return false;
    }

    fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
              0600);
    if (fd == -1) {
        return false;
    }

    out.file = fdopen(fd, "w");
    out.sha = EVP_MD_CTX_new();

    if (out.file == NULL) {
        (void) close(fd);
        EVP_MD_CTX_free(out.sha);
        errno = ENOMEM;
        return false;
    }

    ok = out.sha != NULL
         && EVP_DigestInit_ex(out.sha, EVP_sha256(), NULL) == 1
         && ct_state_write(&out, ctx)
         && fflush(out.file) == 0
         && fsync(fd) == 0;

    ok = fclose(out.file) == 0 && ok;
    EVP_MD_CTX_free(out.sha);

    return ok && rename(tmp, path) == 0 && ct_state_sync_dir(path);
}


static bool
ct_state_write(ct_state_out_t *out, ct_context_t *ctx)
{
    ctx->status.version = ctx->version;
    ct_snapshot_header(ct_state_begin(out, ctx), &ctx->status);
    ct_state_put(out, true);
    ct_state_records(out, ctx);
    ct_state_finish(out, ctx);

    return !out->failed;
}


/* What refers to something comes behind it. */
static void
ct_state_records(ct_state_out_t *out, ct_context_t *ctx)
{
    size_t          i, n;
    ct_log_record_t log;

    n = ct_store_nlogs(ctx->store);

    for (i = 0; i < n && ct_store_log(ctx->store, i, &log); i++) {
        ct_snapshot_log(ct_state_begin(out, ctx), &log);
        ct_state_put(out, true);
    }

    ct_state_findings(out, ctx);
    ct_state_events(out, ctx);
    ct_state_rows(out, ctx);
    ct_state_owed(out, ctx);
    ct_state_rest(out, ctx);
}


static void
ct_state_rows(ct_state_out_t *out, ct_context_t *ctx)
{
    size_t              i;
    ct_ack_t            ack;
    ct_past_t           past;
    ct_channel_record_t channel;

    for (i = 0; i < ct_store_rows(ctx->store, CT_TABLE_PAST); i++) {
        if (ct_store_row(ctx->store, CT_TABLE_PAST, i, &past)) {
            ct_snapshot_past(ct_state_begin(out, ctx), &past);
            ct_state_put(out, true);
        }
    }

    for (i = 0; i < ct_store_rows(ctx->store, CT_TABLE_ACK); i++) {
        if (ct_store_row(ctx->store, CT_TABLE_ACK, i, &ack)) {
            ct_snapshot_ack(ct_state_begin(out, ctx), &ack);
            ct_state_put(out, true);
        }
    }

    for (i = 0; i < ct_store_rows(ctx->store, CT_TABLE_CHANNEL); i++) {
        if (ct_store_row(ctx->store, CT_TABLE_CHANNEL, i, &channel)) {
            ct_snapshot_channel(ct_state_begin(out, ctx), &channel);
            ct_state_put(out, true);
        }
    }
}


static void
ct_state_findings(ct_state_out_t *out, ct_context_t *ctx)
{
    uint64_t     number, last, max;
    ct_buf_t     text;
    ct_finding_t finding;

    last = ct_store_last(ctx->store);
    max = ct_store_max_findings(ctx->store);

    for (number = last > max ? last - max + 1 : 1;
         number <= last && !out->failed; number++)
    {
        (void) ct_state_begin(out, ctx);
        ct_buf_init(&text, ctx->scratch, CT_LIMIT_FINDING_TEXT);

        if (ct_store_finding(ctx->store, number, &finding, &text)) {
            ct_snapshot_finding(&out->json, &finding, ct_buf_slice(&text));
            ct_state_put(out, true);
        }

        /* another one is written then, and somebody waits for it */
        out->failed |= !out->last && ct_context_stopping(ctx);
    }
}


static void
ct_state_events(ct_state_out_t *out, ct_context_t *ctx)
{
    size_t     i, n;
    ct_event_t event;

    n = ct_store_max_events(ctx->store);

    for (i = 0; i < n; i++) {
        if (ct_store_event_at(ctx->store, i, &event)) {
            ct_snapshot_event(ct_state_begin(out, ctx), &event);
            ct_state_put(out, true);
        }
    }
}


/* Most of the time nothing is owed. */
static void
ct_state_owed(ct_state_out_t *out, ct_context_t *ctx)
{
    size_t              i, n;
    uint64_t            number, numbers[CT_SNAPSHOT_OWED];
    ct_channel_record_t row;

    for (i = 0; i < ct_store_rows(ctx->store, CT_TABLE_CHANNEL); i++) {
        if (!ct_store_row(ctx->store, CT_TABLE_CHANNEL, i, &row)) {
            continue;
        }

        number = 0;

        do {
            n = ct_store_owed(ctx->store, i, number, numbers,
                              CT_SNAPSHOT_OWED);

            if (n > 0) {
                number = numbers[n - 1];
                ct_snapshot_owed(ct_state_begin(out, ctx), row.id, numbers,
                                 n);
                ct_state_put(out, true);
            }
        } while (n == CT_SNAPSHOT_OWED);
    }
}


static void
ct_state_rest(ct_state_out_t *out, ct_context_t *ctx)
{
    size_t          i, n;
    uint64_t        sum;
    ct_alert_t      alert;
    const uint64_t *marks;

    n = ct_store_end_alert(ctx->store);

    for (i = 0; i < n; i++) {
        if (ct_store_alert(ctx->store, i, &alert)) {
            ct_snapshot_alert(ct_state_begin(out, ctx), &alert);
            ct_state_put(out, true);
        }
    }

    n = ct_store_marks(ctx->store, &marks, &sum);

    if (sum != 0) {
        ct_snapshot_marks(ct_state_begin(out, ctx), marks, n, sum);
        ct_state_put(out, true);
    }
}


static ct_json_t *
ct_state_begin(ct_state_out_t *out, ct_context_t *ctx)
{
    ct_arena_reset(ctx->scratch);
    ct_buf_init(&out->buf, ctx->scratch, CT_LIMIT_STATE_LINE);
    ct_json_start(&out->json, &out->buf);

    return &out->json;
}


static void
ct_state_put(ct_state_out_t *out, bool hashed)
{
    ct_buf_putc(&out->buf, '\n');

    if (out->buf.full
        || (hashed && EVP_DigestUpdate(out->sha, out->buf.data, out->buf.len)
                      != 1)
        || fwrite(out->buf.data, 1, out->buf.len, out->file)
           != out->buf.len)
    {
        out->failed = true;
    }

    out->lines++;
}


static void
ct_state_finish(ct_state_out_t *out, ct_context_t *ctx)
{
    unsigned   n;
    uint8_t    sum[EVP_MAX_MD_SIZE];
    ct_json_t *json;

    if (EVP_DigestFinal_ex(out->sha, sum, &n) != 1) {
        out->failed = true;
        return;
    }

    json = ct_state_begin(out, ctx);
    ct_json_object(json, NULL);
    ct_json_object(json, "end");
    ct_json_u64(json, "lines", out->lines);
    ct_json_hex(json, "sha256", sum, CT_HASH_LEN);
    ct_json_object_end(json);
    ct_json_object_end(json);
    ct_state_put(out, false);
}


static bool
ct_state_sync_dir(const char *path)
{
    int  fd;
    bool ok;
    char copy[PATH_MAX];

    if (!ct_state_path(copy, path, "")) {
        return false;
    }

    fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd == -1) {
        return false;
    }

    ok = fsync(fd) == 0;
    (void) close(fd);

    return ok;
}
