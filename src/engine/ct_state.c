/*
 * ct_state: the file itself. Nothing here runs on nginx's event loop.
 */

#include "ct_state_part.h"
#include "ct_snapshot.h"

#include <errno.h>
#include <fcntl.h>
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
#define CT_STATE_URGENT   2     /* the same when an alert waits for it */
#define CT_STATE_TOOK_MAX 3000  /* a disk that hung once is tried again */
#define CT_STATE_RETRY_MS 10000 /* after a failure */
#define CT_STATE_MAX      ((off_t) 256 * 1024 * 1024)

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
static void ct_state_doubt(ct_store_t *store);
static ct_rc_t ct_state_damaged(ct_state_t *state, ct_context_t *ctx);


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

    if (!status.ended) {
        ct_state_doubt(ctx->store);
    }

    ctx->status.since_ms = status.since_ms;
    ctx->status.heartbeat_ms = status.heartbeat_ms;
    ctx->status.coverage = status.coverage;
    ctx->status.coverage_ms = status.coverage_ms;
    ctx->status.generation = status.generation;
    ctx->status.dropped = status.dropped;
    ctx->status.alerts_dropped = status.alerts_dropped;
    ctx->status.alerts_sent = status.alerts_sent;
    ctx->status.alerts_failed = status.alerts_failed;
    ctx->status.ended = status.ended;
    ctx->status.restarts = status.restarts;
    ctx->status.restarts_told = status.restarts_told;
    ctx->status.restarted_ms = status.restarted_ms;
    ctx->version = status.version;
    state->version = status.version;

    return CT_OK;
}


/* Its engine ended without a word: what it has sent since then is not in the
 * file, and whatever waits may have been heard. */
static void
ct_state_doubt(ct_store_t *store)
{
    size_t     i;
    ct_alert_t alert;

    for (i = 0; i < ct_store_end_alert(store); i++) {
        if (ct_store_alert(store, i, &alert)) {
            alert.heard |= CT_HEARD_MAYBE;
            ct_store_set_alert(store, i, &alert);
        }
    }
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

    if (json_object_get(line, "watched") != NULL) {
        return ct_snapshot_read_marks(line, store);
    }

    if (json_object_get(line, "past") != NULL) {
        return ct_snapshot_read_past(line, store);
    }

    if (json_object_get(line, "acknowledged") != NULL) {
        return ct_snapshot_read_ack(line, store);
    }

    if (json_object_get(line, "channel") != NULL) {
        return ct_snapshot_read_channel(line, store);
    }

    if (json_object_get(line, "owed") != NULL) {
        return ct_snapshot_read_owed(line, store);
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
    int64_t         took, due;
    uint64_t        version;
    struct timespec a, b;

    if (state->path == NULL || state->version == ctx->version) {
        return INT64_MAX;
    }

    due = ctx->alerts_unsaved ? state->urgent_ms : state->due_ms;

    if (!now && ctx->now_ms < due) {
        return due;
    }

    version = ctx->version;
    (void) clock_gettime(CLOCK_MONOTONIC, &a);

    if (!ct_state_save(state->path, ctx, now)) {
        if (!now && ct_context_stopping(ctx)) {
            return due;
        }

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
        state->urgent_ms = state->due_ms;
        return state->due_ms;
    }

    (void) clock_gettime(CLOCK_MONOTONIC, &b);
    took = (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000;
    took = took < CT_STATE_TOOK_MAX ? took : CT_STATE_TOOK_MAX;

    if (state->failing) {
        ct_lines_say(ctx->lines, CT_LINE_NOTICE,
                     "the state file \"%s\" is written again", state->path);
        ctx->status.error[0] = '\0';
    }

    state->failing = false;
    state->version = version;
    state->due_ms = ctx->now_ms + CT_STATE_EVERY_MS
                    + took * CT_STATE_PATIENCE;
    state->urgent_ms = ctx->now_ms + CT_STATE_EVERY_MS
                       + took * CT_STATE_URGENT;
    ctx->alerts_unsaved = false;
    ctx->status.saved_ms = ctx->now_ms;

    return INT64_MAX;
}


bool
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
