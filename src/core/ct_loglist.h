/*
 * ct_loglist: a log list in Chrome's v3 schema (operators, logs,
 * tiled_logs). One bad log never spoils the list: it is counted and left
 * out, and so is a second log of the same key. Unknown members are ignored;
 * state and temporal_interval are optional; timestamps are RFC 3339 or
 * milliseconds since 1970.
 */

#ifndef CT_LOGLIST_H
#define CT_LOGLIST_H

#include "ct_bytes.h"

typedef enum {
    CT_LOG_STATIC, /* tiled_logs: static-ct-api */
    CT_LOG_RFC6962 /* logs */
} ct_log_type_e;

typedef enum {
    CT_LOG_STATE_NONE, /* the list does not say */
    CT_LOG_PENDING,
    CT_LOG_QUALIFIED,
    CT_LOG_USABLE,
    CT_LOG_READONLY,
    CT_LOG_RETIRED,
    CT_LOG_REJECTED
} ct_log_state_e;

typedef struct {
    ct_log_type_e  type;
    ct_log_state_e state;
    const char    *description; /* NUL-terminated, from the arena */
    const char    *operator_name;
    const char    *url;         /* monitoring prefix, ends in "/" */
    const char    *origin;      /* checkpoint origin; static only */
    ct_bytes_t     key;         /* SPKI DER */
    uint8_t        id[CT_HASH_LEN];
    int64_t        start_ms;    /* temporal_interval; 0, 0: none */
    int64_t        end_ms;
    int64_t        mmd_ms;      /* maximum merge delay; where the list does
                                   not say: CT_LOG_MMD_RFC6962, _STATIC */
    uint64_t       final_size;  /* readonly: final_tree_head; else 0 */
    uint8_t        final_root[CT_HASH_LEN];
    bool           has_final;
    bool           test;        /* log_type "test" */
} ct_log_t;

#define CT_LOG_MMD_RFC6962 (24 * 60 * 60 * 1000) /* ms */
#define CT_LOG_MMD_STATIC  (60 * 1000)

typedef struct {
    ct_log_t *logs;
    size_t    nlogs;
    size_t    nbad;         /* entries left out because they were wrong */
    int64_t   timestamp_ms; /* log_list_timestamp; 0: none */
    char      version[32];
} ct_loglist_t;


/*
 * All memory from `arena` (logs, strings, keys). CT_E_ENCODING when it is
 * not JSON or has no operators; CT_E_LIMIT above CT_LIMIT_LOG_LIST,
 * CT_LIMIT_LOGS or 128 JSON values for each of those; CT_E_MEMORY. `why`
 * (room CT_LIMIT_ERROR) gets a sentence on failure, and `list` nothing.
 */
ct_rc_t ct_loglist_read(ct_bytes_t json, ct_arena_t *arena,
    ct_loglist_t *list, char *why);

/* NULL when the log should be followed at `now_ms`, otherwise the reason
 * why not, a short clause for the page. Type plays no part in it. */
const char *ct_loglist_skip(const ct_log_t *log, int64_t now_ms);

/*
 * May `list` take the place of `before` (both may be of any age)? NULL: yes;
 * otherwise a clause for the page: its timestamp went back, or more than
 * half of the logs that were to be followed at `now_ms` are gone from it
 * (logs whose interval has ended by now do not count; where there were fewer
 * than four, none may be left).
 */
const char *ct_loglist_refuse_change(const ct_loglist_t *before,
    const ct_loglist_t *list, int64_t now_ms);

/* The list's detached signature: RSA PKCS #1 v1.5 with SHA-256 over the
 * exact bytes, raw or in base64; `pem` is the public key. CT_OK,
 * CT_E_SIGNATURE, CT_E_ENCODING (no key). */
ct_rc_t ct_loglist_verify(ct_bytes_t json, ct_bytes_t signature,
    ct_bytes_t pem);

/* "usable" and so on; "unlisted" for CT_LOG_STATE_NONE. */
const char *ct_log_state_name(ct_log_state_e state);

/* The origin a static log signs under: its submission prefix without
 * scheme and trailing slash, from `arena`. */
const char *ct_loglist_origin(ct_arena_t *arena, const char *submission);

#endif
