/*
 * ct_context: what the engine's actors (follow, judge, notify, state) have
 * in common. All of it belongs to the engine's thread.
 */

#ifndef CT_CONTEXT_H
#define CT_CONTEXT_H

#include "ct_calist.h"
#include "ct_engine.h"
#include "ct_http.h"
#include "ct_issuers.h"
#include "ct_lines.h"
#include "ct_operators.h"
#include "ct_scan.h"

typedef struct ct_outbox_s ct_outbox_t;

typedef struct {
    const ct_config_t *config;
    ct_store_t        *store;
    ct_outbox_t       *outbox;  /* who is to be told what */
    ct_http_t         *http;
    ct_lines_t        *lines;
    ct_sha256_t       *sha;
    ct_arena_t        *arena;   /* as long as the engine */
    ct_arena_t        *scratch; /* emptied before each piece of work */
    ct_anchors_t      *anchors; /* NULL: no trust bundle */
    ct_calist_t       *calist;  /* NULL: none is in force */
    ct_policy_t       *policy;
    const ct_inventory_t *inventory; /* all that the policy knows as ours */
    ct_issuers_t      *issuers;
    ct_operators_t    *operators;
    ct_arena_t        *extra;   /* extra_data of the entry being judged */
    uint8_t           *room;    /* CT_LIMIT_ENTRY bytes for ct_reader */
    ct_scan_t          scan;
    ct_status_t        status;  /* working copy of the store's */
    int64_t            now_ms;  /* of this turn */
    uint64_t           random;  /* for jitter, not for secrets */
    uint64_t           version; /* grows with every change worth saving */
    int64_t            grace_due_ms; /* an expected one should be served */
    int64_t            grace_scan_ms; /* not before, whatever is due */
    uint64_t           saved;   /* version in the state file; UINT64_MAX:
                                   there is none that can be written */
    bool               alerts_due; /* the outbox has changed */
    bool               alerts_unsaved; /* and waits for the state file */
    bool               alerts_blocked; /* some have to wait for it */
    const bool        *stop;    /* atomic: set by the host */
} ct_context_t;


/* 0..65535. */
uint16_t ct_context_jitter(ct_context_t *ctx);

bool ct_context_stopping(const ct_context_t *ctx);

/* The store has something that the state file has not. */
void ct_context_changed(ct_context_t *ctx);

#endif
