/*
 * ct_evidence: see the header. A line that a crash cut short stays as it is
 * and is ended before the next one, so every line stands by itself.
 */

#include "ct_evidence.h"
#include "ct_json.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>


static void ct_evidence_log(ct_json_t *json, const ct_log_record_t *log);
static void ct_evidence_base64(ct_json_t *json, const char *name,
    const uint8_t hash[CT_HASH_LEN]);
static void ct_evidence_text(ct_json_t *json, const char *name,
    const char *text, size_t room);
static int ct_evidence_open(const char *state_path, off_t *size);
static bool ct_evidence_append(int fd, off_t size, const char *line,
    size_t len);
static bool ct_evidence_torn(int fd, off_t size);


void
ct_evidence_heads(ct_buf_t *out, const ct_evidence_t *evidence)
{
    size_t    i;
    bool      more;
    ct_json_t json;

    ct_json_start(&json, out);
    ct_json_object(&json, NULL);
    ct_json_time(&json, "time", evidence->time_ms);
    ct_json_str(&json, "kind", evidence->kind);
    ct_evidence_log(&json, evidence->log);
    ct_json_array(&json, "heads");
    more = false;

    for (i = 0; i < 2; i++) {
        if (evidence->heads[i] != NULL) {
            ct_buf_puts(out, more ? "," : "");
            ct_head_evidence(out, evidence->heads[i], evidence->log->id);
            more = true;
        }
    }

    ct_json_array_end(&json);

    if (evidence->computed != NULL) {
        ct_evidence_base64(&json, "computed_root", evidence->computed);
    } else {
        ct_json_null(&json, "computed_root");
    }

    ct_json_u64(&json, "from", evidence->from);
    ct_json_u64(&json, "to", evidence->to);
    ct_json_object_end(&json);
}


static void
ct_evidence_log(ct_json_t *json, const ct_log_record_t *log)
{
    ct_json_object(json, "log");
    ct_evidence_text(json, "url", log->url, sizeof(log->url));
    ct_evidence_base64(json, "log_id", log->id);
    ct_evidence_text(json, "description", log->description,
                     sizeof(log->description));
    ct_evidence_text(json, "operator", log->operator_name,
                     sizeof(log->operator_name));
    ct_json_object_end(json);
}


static void
ct_evidence_base64(ct_json_t *json, const char *name,
    const uint8_t hash[CT_HASH_LEN])
{
    uint8_t  room[4 * ((CT_HASH_LEN + 2) / 3)];
    ct_buf_t text;

    ct_buf_fixed(&text, room, sizeof(room));
    ct_buf_base64(&text, hash, CT_HASH_LEN);
    ct_json_string(json, name, ct_buf_slice(&text));
}


static void
ct_evidence_text(ct_json_t *json, const char *name, const char *text,
    size_t room)
{
    ct_json_string(json, name, ct_bytes(text, strnlen(text, room)));
}


bool
ct_evidence_keep(ct_context_t *ctx, const char *state_path, const char *line,
    size_t len, uint8_t sha[CT_HASH_LEN])
{
    int        fd;
    bool       kept;
    off_t      size;
    ct_bytes_t part;

    if (state_path == NULL || len == 0 || memchr(line, '\n', len) != NULL) {
        return false;
    }

    fd = ct_evidence_open(state_path, &size);

    if (fd == -1) {
        return false;
    }

    kept = size >= 0 && size + (off_t) len + 2 <= CT_LIMIT_EVIDENCE
           && ct_evidence_append(fd, size, line, len);
    kept = close(fd) == 0 && kept;

    part = ct_bytes(line, len);
    ct_sha256(ctx->sha, &part, 1, sha);

    return kept;
}


static int
ct_evidence_open(const char *state_path, off_t *size)
{
    int         fd, n;
    char        path[PATH_MAX];
    struct stat st;

    n = snprintf(path, sizeof(path), "%s.evidence", state_path);

    if (n < 0 || (size_t) n >= sizeof(path)) {
        errno = ENAMETOOLONG;
        return -1;
    }

    fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW
                    | O_NONBLOCK, 0600);
    if (fd == -1) {
        return -1;
    }

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        (void) close(fd);
        return -1;
    }

    *size = st.st_size;

    return fd;
}


static bool
ct_evidence_append(int fd, off_t size, const char *line, size_t len)
{
    bool         torn;
    struct iovec part[3];

    torn = ct_evidence_torn(fd, size);
    part[0].iov_base = (void *) (uintptr_t) "\n";
    part[0].iov_len = torn ? 1 : 0;
    part[1].iov_base = (void *) (uintptr_t) line;
    part[1].iov_len = len;
    part[2].iov_base = (void *) (uintptr_t) "\n";
    part[2].iov_len = 1;

    if (writev(fd, part, 3) == (ssize_t) (len + 1 + torn)
        && fsync(fd) == 0)
    {
        return true;
    }

    /* half a line is no evidence */
    (void) (ftruncate(fd, size) == 0);

    return false;
}


static bool
ct_evidence_torn(int fd, off_t size)
{
    char last;

    return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}
