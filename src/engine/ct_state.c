/*
 * ct_state: the file itself. Nothing here runs on nginx's event loop.
 */

#include "ct_state.h"
#include "ct_snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>


#define CT_STATE_EVERY_MS 1000  /* at least between two saves */
#define CT_STATE_PATIENCE 20    /* times as long as the last save took */
#define CT_STATE_RETRY_MS 10000 /* after a failure */
#define CT_STATE_MAX      ((off_t) 256 * 1024 * 1024)

typedef struct {
    FILE       *file;
    EVP_MD_CTX *sha;
    uint64_t    lines;
    ct_buf_t    buf;
    ct_json_t   json;
    bool        failed;
} ct_state_out_t;

typedef enum {
    CT_STATE_CHECK, /* whole, undamaged, and how new? */
    CT_STATE_TAKE   /* into the store */
} ct_state_pass_e;


static ct_rc_t ct_state_read(const char *path, ct_state_pass_e pass,
    ct_store_t *store, ct_status_t *status);
static ct_rc_t ct_state_lines(FILE *file, ct_state_pass_e pass,
    ct_store_t *store, ct_status_t *status);
static bool ct_state_end(const json_t *line, EVP_MD_CTX *sha,
    uint64_t lines);
static bool ct_state_record(const json_t *line, ct_store_t *store);
static ct_rc_t ct_state_damaged(ct_state_t *state, ct_context_t *ctx);
static bool ct_state_save(const char *path, ct_context_t *ctx);
static bool ct_state_write(ct_state_out_t *out, ct_context_t *ctx);
static void ct_state_records(ct_state_out_t *out, ct_context_t *ctx);
static void ct_state_findings(ct_state_out_t *out, ct_context_t *ctx);
static void ct_state_events(ct_state_out_t *out, ct_context_t *ctx);
static void ct_state_rest(ct_state_out_t *out, ct_context_t *ctx);
static ct_json_t *ct_state_begin(ct_state_out_t *out, ct_context_t *ctx);
static void ct_state_put(ct_state_out_t *out, bool hashed);
static void ct_state_finish(ct_state_out_t *out, ct_context_t *ctx);
static bool ct_state_sync_dir(const char *path);
static bool ct_state_path(char *out, const char *path, const char *suffix);


ct_rc_t
ct_state_load(ct_state_t *state, ct_context_t *ctx)
{
    ct_rc_t     rc;
    ct_status_t status;

    memset(&status, 0, sizeof(status));
    rc = ct_state_read(state->path, CT_STATE_CHECK, NULL, &status);

    if (rc == CT_E_DAMAGED) {
        return ct_state_damaged(state, ctx);
    }

    /* what the zone has kept over a reload is as new or newer */
    if (rc != CT_OK || status.version <= ctx->version) {
        return rc;
    }

    ct_store_clear(ctx->store);
    rc = ct_state_read(state->path, CT_STATE_TAKE, ctx->store, &status);

    if (rc != CT_OK) {
        ct_store_clear(ctx->store);
        ct_lines_say(ctx->lines, CT_LINE_WARN,
                     "the zone \"%s\" has no room for all of the state file "
                     "\"%s\", it begins anew", ctx->config->zone,
                     state->path);
        return rc;
    }

    ctx->status.since_ms = status.since_ms;
    ctx->status.coverage = status.coverage;
    ctx->status.coverage_ms = status.coverage_ms;
    ctx->status.generation = status.generation;
    ctx->status.dropped = status.dropped;
    ctx->status.alerts_dropped = status.alerts_dropped;
    ctx->status.alerts_sent = status.alerts_sent;
    ctx->status.alerts_failed = status.alerts_failed;
    ctx->version = status.version;
    state->version = status.version;

    return CT_OK;
}


static ct_rc_t
ct_state_damaged(ct_state_t *state, ct_context_t *ctx)
{
    char aside[PATH_MAX];

    if (!ct_state_path(aside, state->path, ".damaged")
        || rename(state->path, aside) != 0)
    {
        ct_lines_say(ctx->lines, CT_LINE_WARN,
                     "the state file \"%s\" is damaged and could not be set "
                     "aside: %s", state->path, strerror(errno));
        return CT_E_DAMAGED;
    }

    ct_lines_say(ctx->lines, CT_LINE_WARN,
                 "the state file \"%s\" was damaged, it is now \"%s\" and "
                 "monitoring goes on without it", state->path, aside);

    return CT_E_DAMAGED;
}


static ct_rc_t
ct_state_read(const char *path, ct_state_pass_e pass, ct_store_t *store,
    ct_status_t *status)
{
    int         fd;
    FILE       *file;
    ct_rc_t     rc;
    struct stat st;

    fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd == -1) {
        return errno == ENOENT ? CT_E_ABSENT : CT_E_IO;
    }

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)
        || st.st_size > CT_STATE_MAX)
    {
        (void) close(fd);
        return CT_E_DAMAGED;
    }

    file = fdopen(fd, "r");

    if (file == NULL) {
        (void) close(fd);
        return CT_E_MEMORY;
    }

    rc = ct_state_lines(file, pass, store, status);
    (void) fclose(file);

    return rc;
}


static ct_rc_t
ct_state_lines(FILE *file, ct_state_pass_e pass, ct_store_t *store,
    ct_status_t *status)
{
    char       *line;
    bool        ended;
    json_t     *json;
    size_t      room;
    ct_rc_t     rc;
    ssize_t     len;
    uint64_t    lines;
    EVP_MD_CTX *sha;

    line = NULL;
    room = 0;
    lines = 0;
    ended = false;
    rc = CT_OK;
    sha = EVP_MD_CTX_new();

    if (sha == NULL || EVP_DigestInit_ex(sha, EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(sha);
        return CT_E_MEMORY;
    }

    while (rc == CT_OK && (len = getline(&line, &room, file)) > 0) {
        json = NULL;
        rc = CT_E_DAMAGED;

        if (!ended && len <= CT_LIMIT_STATE_LINE && line[len - 1] == '\n') {
            json = json_loadb(line, (size_t) len - 1, 0, NULL);
        }

        if (json == NULL) {
            break;
        }

        if (json_object_get(json, "end") != NULL) {
            ended = ct_state_end(json, sha, lines);
            rc = ended ? CT_OK : CT_E_DAMAGED;

        } else if (EVP_DigestUpdate(sha, line, (size_t) len) == 1
                   && (lines > 0 || ct_snapshot_read_header(json, status))
                   && (lines == 0 || pass == CT_STATE_CHECK
                       || ct_state_record(json, store)))
        {
            rc = CT_OK;
        }

        lines++;
        json_decref(json);
    }

    if (rc == CT_OK && !ended) {
        rc = CT_E_DAMAGED;
    }

    free(line);
    EVP_MD_CTX_free(sha);

    return rc;
}


static bool
ct_state_record(const json_t *line, ct_store_t *store)
{
    if (json_object_get(line, "finding") != NULL) {
        return ct_snapshot_read_finding(line, store);
    }

    if (json_object_get(line, "log") != NULL) {
        return ct_snapshot_read_log(line, store);
    }

    if (json_object_get(line, "alert") != NULL) {
        return ct_snapshot_read_alert(line, store);
    }

    if (json_object_get(line, "event") != NULL) {
        return ct_snapshot_read_event(line, store);
    }

    if (json_object_get(line, "marks") != NULL) {
        return ct_snapshot_read_marks(line, store);
    }

    /* a later version's: not ours to understand */
    return json_is_object(line);
}


static bool
ct_state_end(const json_t *line, EVP_MD_CTX *sha, uint64_t lines)
{
    unsigned      n;
    uint8_t       sum[EVP_MAX_MD_SIZE], said[CT_HASH_LEN];
    const json_t *o, *hex;

    o = json_object_get(line, "end");
    hex = json_object_get(o, "sha256");

    return lines > 0
           && json_integer_value(json_object_get(o, "lines"))
              == (json_int_t) lines
           && ct_parse_hex(ct_bytes(json_string_value(hex),
                                    json_string_length(hex)),
                           said, CT_HASH_LEN)
           && EVP_DigestFinal_ex(sha, sum, &n) == 1
           && n == CT_HASH_LEN
           && memcmp(sum, said, CT_HASH_LEN) == 0;
}


int64_t
ct_state_turn(ct_state_t *state, ct_context_t *ctx, bool now)
{
    int64_t         took;
    uint64_t        version;
    struct timespec a, b;

    if (state->path == NULL || state->version == ctx->version) {
        return INT64_MAX;
    }

    if (!now && ctx->now_ms < state->due_ms) {
        return state->due_ms;
    }

    version = ctx->version;
    (void) clock_gettime(CLOCK_MONOTONIC, &a);

    if (!ct_state_save(state->path, ctx)) {
        (void) snprintf(ctx->status.error, sizeof(ctx->status.error),
                        "the state file cannot be written: %s",
                        strerror(errno));
        if (!state->failing) {
            ct_lines_say(ctx->lines, CT_LINE_ERROR,
                         "the state file \"%s\" cannot be written, findings "
                         "are in memory only: %s", state->path,
                         strerror(errno));
        }
        state->failing = true;
        state->due_ms = ctx->now_ms + CT_STATE_RETRY_MS;
        return state->due_ms;
    }

    (void) clock_gettime(CLOCK_MONOTONIC, &b);
    took = (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000;

    if (state->failing) {
        ct_lines_say(ctx->lines, CT_LINE_NOTICE,
                     "the state file \"%s\" is written again", state->path);
        ctx->status.error[0] = '\0';
    }

    state->failing = false;
    state->version = version;
    state->due_ms = ctx->now_ms + CT_STATE_EVERY_MS
                    + took * CT_STATE_PATIENCE;
    ctx->status.saved_ms = ctx->now_ms;

    return INT64_MAX;
}


static bool
ct_state_save(const char *path, ct_context_t *ctx)
{
    int            fd;
    bool           ok;
    char           tmp[PATH_MAX];
    ct_state_out_t out;

    memset(&out, 0, sizeof(out));

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
    ct_state_rest(out, ctx);
}


static void
ct_state_findings(ct_state_out_t *out, ct_context_t *ctx)
{
    uint64_t     number, last, max;
    ct_buf_t     text;
    ct_finding_t finding;

    last = ct_store_last(ctx->store);
    max = ct_store_max_findings(ctx->store);

    for (number = last > max ? last - max + 1 : 1; number <= last; number++) {
        (void) ct_state_begin(out, ctx);
        ct_buf_init(&text, ctx->scratch, CT_LIMIT_FINDING_TEXT);

        if (ct_store_finding(ctx->store, number, &finding, &text)) {
            ct_snapshot_finding(&out->json, &finding, ct_buf_slice(&text));
            ct_state_put(out, true);
        }
    }
}


static void
ct_state_events(ct_state_out_t *out, ct_context_t *ctx)
{
    uint64_t   number, last, max;
    ct_event_t event;

    last = ct_store_last_event(ctx->store);
    max = ct_store_max_events(ctx->store);

    for (number = last > max ? last - max + 1 : 1; number <= last; number++) {
        if (ct_store_event(ctx->store, number, &event)) {
            ct_snapshot_event(ct_state_begin(out, ctx), &event);
            ct_state_put(out, true);
        }
    }
}


static void
ct_state_rest(ct_state_out_t *out, ct_context_t *ctx)
{
    size_t          i, n;
    uint64_t        sum;
    ct_alert_t      alert;
    const uint64_t *marks;

    n = ct_store_max_alerts(ctx->store);

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


static bool
ct_state_path(char *out, const char *path, const char *suffix)
{
    int n;

    n = snprintf(out, PATH_MAX, "%s%s", path, suffix);

    if (n < 0 || n >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }

    return true;
}
