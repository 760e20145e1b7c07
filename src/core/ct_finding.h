/*
 * ct_finding: from a matching entry to the record that is kept, and the
 * text that goes with it.
 */

#ifndef CT_FINDING_H
#define CT_FINDING_H

#include "ct_scan.h"
#include "ct_store.h"

#define CT_FINDING_PATH (CT_CA_PATH * 2 * CT_HASH_LEN) /* bytes, at most */
#define CT_FINDING_MANY (CT_LIMIT_FINDING_LOGS + 1)
#define CT_FINDING_ID 16 /* bytes of the identity that are its id */

/* The text of a finding, taken apart; borrows from it. */
typedef struct {
    ct_bytes_t issuer;  /* DN for people */
    ct_bytes_t ca;      /* owner of the anchor; empty: not established */
    ct_bytes_t matched; /* the watched name */
    ct_bytes_t server;  /* the server block that watches it; empty: http */
    ct_bytes_t report;  /* where its CA takes problem reports; or empty */
    ct_bytes_t der;     /* the certificate as submitted; empty: not kept */
    ct_bytes_t path;    /* from the issuer up as far as was verified, SHA-256
                           of certificate and key each; empty: not kept */
    ct_bytes_t names;   /* the rest: walk with ct_finding_name */
} ct_finding_text_t;

/* A finding in the making. */
typedef struct {
    ct_finding_t finding;
    ct_bytes_t   issuer;    /* Name, whole TLV; borrows from the entry */
    ct_bytes_t   issuer_text;
    ct_bytes_t   matched;
    ct_bytes_t   server;    /* these four are the caller's to give */
    ct_bytes_t   report;
    ct_bytes_t   der;       /* above CT_LIMIT_CERTIFICATE: left out */
    ct_bytes_t   path;
    ct_bytes_t  *names;     /* lower case; addresses as text */
    size_t       nnames;
} ct_draft_t;


/*
 * Reads the facts of a match into a draft; names and texts from `arena`.
 * The verdict is left to the caller. An unparsable entry gives a draft with
 * as much as could be read and the identity of its raw bytes.
 * CT_E_MEMORY.
 */
ct_rc_t ct_finding_draft(ct_draft_t *draft, const ct_match_t *match,
    const ct_watch_t *watch, ct_arena_t *arena);

/* Writes the text of a draft for ct_store_add; names that do not fit are
 * cut and the flag says so. */
void ct_finding_text(ct_buf_t *out, ct_draft_t *draft, ct_bytes_t ca);

/* The same of a text that was taken apart: with another CA or report, with
 * or without the certificate. */
void ct_finding_text_write(ct_buf_t *out, const ct_finding_text_t *parts);

/* The path of a text, and back; `room` for CT_FINDING_PATH bytes. */
ct_bytes_t ct_finding_path(const ct_ca_t *ca, uint8_t *room);
void ct_finding_path_read(ct_bytes_t path, ct_ca_t *ca);

/* Takes a text apart; false when it is not one. */
bool ct_finding_text_read(ct_bytes_t text, ct_finding_text_t *parts);
bool ct_finding_name(ct_bytes_t *names, ct_bytes_t *name);

/* When it was logged, as the first log says that it is seen in. */
int64_t ct_finding_logged(const ct_finding_t *finding);

bool ct_finding_expired(const ct_finding_t *finding, int64_t now_ms);

/* Until when it has to be served; 0: there is no such time. */
int64_t ct_finding_deadline(const ct_finding_t *finding);

/* Adds a place unless it is known; true when something changed. Beyond those
 * that are kept it cannot be told whether one was seen before: the first of
 * them is counted, for all. */
bool ct_finding_add_place(ct_finding_t *finding, const ct_place_t *place);

/* Places it was found in: a number, or CT_FINDING_MANY for more than are
 * kept. */
uint32_t ct_finding_places(const ct_finding_t *finding);

/* 32 hex digits of the identity: the stable id of finding and alert. */
void ct_finding_id(ct_buf_t *out, const ct_finding_t *finding);

#endif
