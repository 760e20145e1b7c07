/*
 * ctlog_export: a log as the files that get-entries would answer, each with
 * a batch of entries and named after the first of them, so that a plain web
 * server is an RFC 6962 log to whoever asks for whole batches.
 */

#include "ctlog.h"

static void     export_head(const log_t *log, const char *dir, bool gzip);
static uint64_t export_batch(reader_t *reader, uint64_t start, uint64_t end,
    buf_t *body);
static void     body_write(const char *path, const buf_t *body, bool gzip);


void
log_export(log_t *log, const char *dir, uint64_t batch, bool gzip)
{
    static reader_t reader;
    char            path[TOOL_PATH];
    buf_t           body = {0};
    uint64_t        at;
    uint64_t        end;

    reader.log = log;

    for (at = 0; at < log->edge.size; at = end) {
        end = log->edge.size - at < batch ? log->edge.size : at + batch;
        body.len = 0;
        if (export_batch(&reader, at, end, &body) != end) {
            errx(1, "%s: cannot read the entries from %llu on", log->dir,
                (unsigned long long) at);
        }
        path_make(path, "%s/entries/%llu.json", dir, (unsigned long long) at);
        body_write(path, &body, gzip);
    }
    buf_free(&body);

    export_head(log, dir, gzip);
}


static void
export_head(const log_t *log, const char *dir, bool gzip)
{
    char   path[TOOL_PATH];
    head_t head = {0};
    buf_t  text = {0};
    buf_t  json = {0};

    path_make(path, "%s/www/checkpoint", log->dir);
    file_read(path, &text);
    if (!checkpoint_read(log, &text, &head)) {
        errx(1, "%s says nothing of this log", path);
    }

    head_json(&json, &head);
    path_make(path, "%s/get-sth.json", dir);
    body_write(path, &json, gzip);

    buf_free(&head.signature);
    buf_free(&text);
    buf_free(&json);
}


/* Returns the first index that could not be read. */
static uint64_t
export_batch(reader_t *reader, uint64_t start, uint64_t end, buf_t *body)
{
    static buf_t leaf_input;
    static buf_t extra_data;
    slice_t      entry;
    size_t       leaf_len;
    uint64_t     at;

    buf_text(body, "{\"entries\":[");
    for (at = start; at < end; at++) {
        if (!reader_entry(reader, at, &entry, &leaf_len)) {
            return at;
        }
        leaf_input.len = 0;
        extra_data.len = 0;
        reader_split(reader, entry, leaf_len, &leaf_input, &extra_data);
        if (at > start) {
            buf_text(body, ",");
        }
        entry_json(body, &leaf_input, &extra_data);
    }
    buf_text(body, "]}");

    return end;
}


static void
body_write(const char *path, const buf_t *body, bool gzip)
{
    char  name[TOOL_PATH];
    buf_t packed = {0};

    file_write(path, body->data, body->len, 0644);
    if (!gzip) {
        return;
    }

    data_gzip((slice_t){body->data, body->len}, 6, &packed);
    path_make(name, "%s.gz", path);
    file_write(name, packed.data, packed.len, 0644);
    buf_free(&packed);
}
