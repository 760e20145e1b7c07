/*
 * ct_keeper: keeps a list up to date - from a file or a URL, refreshed,
 * refused when it looks wrong; the last good one is kept beside the state
 * file and takes its place. What a list is, and whether this is a good one,
 * its owner knows: see the two of them, ct_lists and ct_calists.
 */

#ifndef CT_KEEPER_H
#define CT_KEEPER_H

#include "ct_context.h"
#include "ct_file.h"

#define CT_KEEPER_DAY_MS (24 * 60 * 60 * 1000)

/* By what a server tells whether it has another one by now. */
typedef struct {
    char etag[CT_LIMIT_TEXT];
    char modified[CT_LIMIT_TEXT];
} ct_keeper_tag_t;

/* What is kept, as its owner says. */
typedef struct {
    const char *name;   /* "log list": in lines */
    const char *suffix; /* ".list": of the copy's path, behind the state's */
    size_t      limit;  /* bytes */
    const char *place;  /* absolute path, http:// or https:// URL */
    const char *sig;    /* where its signature is; NULL: not to be checked */
    ct_bytes_t  key;    /* PEM, with sig */
    bool        known;  /* the configuration has read it: a file that must
                           not be read any more is no error */
    char       *error;  /* room CT_LIMIT_ERROR: what is wrong with it */
    int64_t    *checked_ms; /* last time it was found good; 0: never */
    void       *ctx;

    /* Puts this list in force, or says in `why` (room CT_LIMIT_ERROR) what
     * is wrong with it. `copy`: it was kept, and was good once. */
    bool      (*take)(void *ctx, ct_bytes_t bytes, bool copy, char *why);
} ct_kept_t;

typedef enum {
    CT_KEEPER_REST,
    CT_KEEPER_GET,    /* the list */
    CT_KEEPER_GET_SIG /* its signature */
} ct_keeper_step_e;

/* What came last from a place. */
typedef struct {
    ct_rc_t         rc;
    uint8_t        *data; /* malloc memory */
    size_t          len;
    bool            unchanged;
    ct_keeper_tag_t tag;
    char            why[CT_LIMIT_ERROR];
} ct_keeper_got_t;

/* A part of its owner; what its owner may look at comes first. */
typedef struct {
    bool             has;    /* a list is in force */
    bool             url;    /* the place is one */
    bool             good;   /* the last look found it good */
    bool             saved;  /* the copy on disk is the list in force */
    uint32_t         fails;  /* in a row */
    ct_kept_t        kept;
    ct_context_t    *ctx;
    ct_keeper_step_e step;
    int64_t          due_ms; /* of the next look */
    bool             busy;   /* a request is in flight */
    bool             again;  /* the signature did not fit once */
    bool             quiet;  /* this look's failure is none */
    uint8_t          hash[CT_HASH_LEN]; /* of the list in force; 0: unknown */
    ct_file_mark_t   mark;   /* of a path, as it was read last */
    ct_file_mark_t   sig_mark;
    ct_keeper_got_t  got;
    uint8_t         *bytes;  /* the candidate, while its signature is got */
    size_t           len;
    ct_keeper_tag_t  bytes_tag;
    ct_keeper_tag_t  tag;    /* of the list in force */
    uint8_t         *unsaved; /* the list in force and its signature, when no
                                 copy could be written; malloc memory */
    size_t           unsaved_list;
    size_t           unsaved_sig;
    int64_t          unsaved_ms; /* next attempt */
} ct_keeper_t;


bool ct_keeper_is_url(const char *place);

/* Takes the last good copy, or a file that is named here and now; does not
 * wait for the network. */
void ct_keeper_begin(ct_keeper_t *keeper, ct_context_t *ctx,
    const ct_kept_t *kept);

/* Looks when it is due (a file: when it changed, looked at once an interval;
 * a URL: daily with jitter, conditionally; after a failure sooner, with
 * back-off). Returns when it is due next. */
int64_t ct_keeper_turn(ct_keeper_t *keeper);

/* The clock jumped by so much. */
void ct_keeper_shift(ct_keeper_t *keeper, int64_t delta_ms);

/* Its owner has put a list in force that did not come from here, or would
 * have and refused it. */
void ct_keeper_replaced(ct_keeper_t *keeper);
void ct_keeper_refused(ct_keeper_t *keeper, const char *why);

/* Requests in flight have come to an end before. */
void ct_keeper_end(ct_keeper_t *keeper);

#endif
