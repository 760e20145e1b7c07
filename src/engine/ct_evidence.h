/*
 * ct_evidence: what a log has signed and must not have. One JSON object a
 * line in "<state>.evidence", which nothing here ever rewrites: the heads
 * with their signatures, so that anybody can check them with the log's key.
 */

#ifndef CT_EVIDENCE_H
#define CT_EVIDENCE_H

#include "ct_context.h"

typedef struct {
    const char            *kind;     /* "fork": two heads contradict each
                                        other; "root": a head and the
                                        entries; or another word */
    const ct_log_record_t *log;
    const ct_head_t       *heads[2]; /* NULL: none */
    const uint8_t         *computed; /* root that the entries gave; NULL */
    uint64_t               from;     /* the entries it was computed from */
    uint64_t               to;
    int64_t                time_ms;
} ct_evidence_t;


/* The line, without its newline. */
void ct_evidence_heads(ct_buf_t *out, const ct_evidence_t *evidence);

/*
 * Appends a line and waits until it is on disk; `sha` is of the line without
 * its newline. False without a state path, when the file would grow beyond
 * CT_LIMIT_EVIDENCE, and when it cannot be written: then it is as before.
 */
bool ct_evidence_keep(ct_context_t *ctx, const char *state_path,
    const char *line, size_t len, uint8_t sha[CT_HASH_LEN]);

#endif
