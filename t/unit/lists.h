/*
 * lists: the world of the tests of ct_lists - a directory with files and a
 * network that is made up, and no other part of the engine.
 */

#ifndef LISTS_H
#define LISTS_H

#include "ct_lists.h"
#include "ct_merkle.h"
#include "data.h"
#include "tap.h"

#include <sys/stat.h>
#include <utime.h>

#define T0     1790000000000LL
#define MINUTE 60000LL
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define URL    "https://list.test/log_list.json"


static ct_context_t ctx;
static ct_config_t  config;
static ct_lists_t  *lists;
static bool         stop;
static char         dir[64], path[96], sig_path[96], state[96], copy[128];

/* the network: one request at a time */
static ct_http_ask_t asked;
static char          asked_url[256], asked_etag[128];
static bool          in_flight;
static ct_rc_t       start_rc;


ct_rc_t
ct_http_start(ct_http_t *http, const ct_http_ask_t *ask)
{
    (void) http;

    if (start_rc != CT_OK) {
        return start_rc;
    }

    asked = *ask;
    snprintf(asked_url, sizeof(asked_url), "%s", ask->url);
    snprintf(asked_etag, sizeof(asked_etag), "%s",
             ask->etag != NULL ? ask->etag : "");
    ok(!in_flight, "one request at a time");
    in_flight = true;

    return CT_OK;
}


static inline void
answer(ct_rc_t rc, int status, const void *body, size_t len,
    const char *etag)
{
    ct_http_answer_t a;

    memset(&a, 0, sizeof(a));
    a.rc = rc;
    a.status = status;
    a.unchanged = status == 304;
    snprintf(a.etag, sizeof(a.etag), "%s", etag);

    if (rc != CT_OK) {
        snprintf(a.error, sizeof(a.error), "HTTP status %d", status);
    } else if (status != 304) {
        a.data = malloc(len + 1);
        memcpy(a.data, body, len);
        a.len = len;
    }

    in_flight = false;
    asked.done(asked.ctx, &a);
    free(a.data);
}


/* ---- lists */

/* `n` logs from number `from` on, at `time` (0: no time). */
static inline const char *
make(size_t from, size_t n, int64_t time)
{
    static char text[65536];

    size_t   i;
    uint8_t  id[CT_HASH_LEN];
    char     key[32];
    ct_buf_t buf;

    ct_buf_fixed(&buf, text, sizeof(text));
    ct_buf_puts(&buf, "{\"version\":\"1.");
    ct_buf_u64(&buf, n);
    ct_buf_puts(&buf, "\",");

    if (time != 0) {
        ct_buf_puts(&buf, "\"log_list_timestamp\":");
        ct_buf_u64(&buf, (uint64_t) time);
        ct_buf_puts(&buf, ",");
    }

    ct_buf_puts(&buf, "\"operators\":[{\"name\":\"O\",\"logs\":[");

    for (i = from; i < from + n; i++) {
        snprintf(key, sizeof(key), "key%zu", i);
        ct_sha256_once(ct_bytes_str(key), id);
        ct_buf_puts(&buf, i > from ? ",{\"key\":\"" : "{\"key\":\"");
        ct_buf_base64(&buf, key, strlen(key));
        ct_buf_puts(&buf, "\",\"log_id\":\"");
        ct_buf_base64(&buf, id, sizeof(id));
        ct_buf_puts(&buf, "\",\"url\":\"https://log.test/");
        ct_buf_u64(&buf, i);
        ct_buf_puts(&buf, "/\"}");
    }

    ct_buf_puts(&buf, "]}]}");
    ct_buf_putc(&buf, '\0');

    return text;
}


static inline void
put(const char *file, const void *data, size_t len)
{
    static int times;

    FILE          *f;
    struct utimbuf when;

    f = fopen(file, "w");

    if (f == NULL || fwrite(data, 1, len, f) != len || fclose(f) != 0) {
        printf("Bail out! cannot write %s\n", file);
        exit(1);
    }

    /* never the same as before */
    when.actime = when.modtime = 1700000000 + times++;
    (void) utime(file, &when);
}


static inline void
put_text(const char *file, const char *text)
{
    put(file, text, strlen(text));
}


/* ---- the engine around it */

static inline void
fresh(const char *source)
{
    char command[3][160];
    size_t i;

    static const char *const suffix[] = {"", ".sig", ".from"};

    for (i = 0; i < 3; i++) {
        snprintf(command[i], sizeof(command[i]), "%s%s", copy, suffix[i]);
        (void) unlink(command[i]);
    }

    memset(&config, 0, sizeof(config));
    memset(&ctx.status, 0, sizeof(ctx.status));
    config.list = source;
    config.state = state;
    config.interval_ms = MINUTE;
    ctx.now_ms = T0;
    start_rc = CT_OK;
    in_flight = false;
}


static inline void
start(void)
{
    ctx.lines->head = ctx.lines->tail = 0;
    lists = ct_lists_create(&ctx);
    ok(lists != NULL, "created");
}


static inline void
end(void)
{
    if (in_flight) {
        answer(CT_E_STOPPED, 0, NULL, 0, "");
    }

    ct_lists_destroy(lists);
    lists = NULL;
}


/* `ms` later. True when there is another list in force. */
static inline bool
later(int64_t ms)
{
    bool    changed;
    int64_t due;

    ctx.now_ms += ms;
    due = ct_lists_turn(lists, &changed);

    if (due < ctx.now_ms) {
        ok(0, "due in the past");
    }

    return changed;
}


static inline size_t
nlogs(void)
{
    size_t n;

    (void) ct_lists_logs(lists, &n);

    return n;
}


/* Lines of this level with this text in them, and none are left. */
static inline size_t
said(ct_level_e level, const char *text)
{
    size_t    n;
    ct_line_t line;

    for (n = 0; ct_lines_next(ctx.lines, &line);) {
        n += line.level == level && strstr(line.text, text) != NULL;
    }

    return n;
}


static inline void
error_is(const char *want, const char *what)
{
    ok(strstr(ctx.status.list_error, want) != NULL
       && (*want != '\0' || ctx.status.list_error[0] == '\0'), "%s: \"%s\"",
       what, ctx.status.list_error);
}


static inline void
copy_is(const char *want, const char *what)
{
    char  *got;
    size_t len;

    got = data_slurp(copy, &len);
    is_str(got != NULL ? got : "(absent)", want, "%s", what);
    free(got);
}


/* ---- the whole */

static inline void
lists_setup(void)
{
    snprintf(dir, sizeof(dir), "/tmp/ct-lists-XXXXXX");

    if (mkdtemp(dir) == NULL) {
        printf("Bail out! no directory\n");
        exit(1);
    }

    snprintf(path, sizeof(path), "%s/list.json", dir);
    snprintf(sig_path, sizeof(sig_path), "%s/list.sig", dir);
    snprintf(state, sizeof(state), "%s/state", dir);
    snprintf(copy, sizeof(copy), "%s/state.list", dir);

    memset(&ctx, 0, sizeof(ctx));
    ctx.config = &config;
    ctx.stop = &stop;
    ctx.random = 42;
    ctx.lines = calloc(1, sizeof(ct_lines_t));
    (void) ct_lines_init(ctx.lines);
}


static inline void
lists_teardown(void)
{
    fresh(NULL);
    (void) unlink(path);
    (void) unlink(sig_path);
    is_int(rmdir(dir), 0, "nothing else was left behind");
    ct_lines_close(ctx.lines);
    free(ctx.lines);
}

#endif
