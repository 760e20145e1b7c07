/*
 * ct_lists_part: inside ct_lists - a list in memory (ct_lists_gen.c), the
 * places it comes from (ct_lists_place.c), and how a look at them ends
 * (ct_lists_end.c).
 */

#ifndef CT_LISTS_PART_H
#define CT_LISTS_PART_H

#include "ct_file.h"
#include "ct_lists.h"
#include "ct_lists_copy.h"

#define CT_LISTS_DAY_MS (24 * 60 * 60 * 1000)

/* A list and the logs that are followed by it, in memory of its own. */
typedef struct ct_lists_gen_s {
    struct ct_lists_gen_s *next; /* of those that wait for their release */
    ct_arena_t            *arena;
    ct_loglist_t           list;
    ct_log_t              *logs; /* of ct_log, then of the list */
    size_t                 nlogs;
    uint8_t                hash[CT_HASH_LEN]; /* of the JSON; 0: unknown */
    bool                   has;  /* there is a list in it */
} ct_lists_gen_t;

typedef enum {
    CT_LISTS_REST,
    CT_LISTS_GET,    /* the list */
    CT_LISTS_GET_SIG /* its signature */
} ct_lists_step_e;

/* What came last from a place. */
typedef struct {
    ct_rc_t        rc;
    uint8_t       *data; /* malloc memory */
    size_t         len;
    bool           unchanged;
    ct_lists_tag_t tag;
    char           why[CT_LIMIT_ERROR];
} ct_lists_got_t;

struct ct_lists_s {
    ct_context_t   *ctx;
    ct_lists_gen_t *gen;    /* in force; never NULL */
    ct_lists_gen_t *old;
    ct_lists_step_e step;
    int64_t         due_ms; /* of the next look */
    uint32_t        fails;  /* in a row */
    bool            url;    /* the source is one */
    bool            busy;   /* a request is in flight */
    bool            again;  /* the signature did not fit once */
    bool            quiet;  /* this look's failure is none */
    bool            good;   /* the last look found it good */
    bool            saved;  /* the copy on disk is the list in force */
    bool            changed;
    ct_file_mark_t  mark;   /* of a path, as it was read last */
    ct_file_mark_t  sig_mark;
    ct_lists_got_t  got;
    uint8_t        *json;   /* the candidate, while its signature is got */
    size_t          json_len;
    ct_lists_tag_t  json_tag;
    ct_lists_tag_t  tag;    /* of the list in force */
    uint8_t        *unsaved; /* the list in force and its signature, when no
                                copy could be written; malloc memory */
    size_t          unsaved_list;
    size_t          unsaved_sig;
    int64_t         unsaved_ms; /* next attempt */
};


/* A candidate; NULL, and `why` (room CT_LIMIT_ERROR) has a sentence. */
ct_lists_gen_t *ct_lists_gen_read(ct_bytes_t json, char *why);

/* One without a list; NULL: out of memory. */
ct_lists_gen_t *ct_lists_gen_create(void);

/* Sets its logs: ct_log first; the same log in the list is the same log. */
bool ct_lists_gen_merge(ct_lists_gen_t *gen, const ct_config_t *config);

/* NULL-safe. */
void ct_lists_gen_destroy(ct_lists_gen_t *gen);

/* For the page: what was read, from where; room CT_LIMIT_ERROR. */
void ct_lists_gen_text(const ct_lists_gen_t *gen, const char *from,
    char *text);


bool ct_lists_is_url(const char *place);

/* Fills lists->got, or sets `busy` and does so later; or rests. */
void ct_lists_get(ct_lists_t *lists, const char *place);

/* The files are as they were when they were read last. */
bool ct_lists_unmoved(ct_lists_t *lists);


/* Ends of a look; all of them lead to CT_LISTS_REST. */
void ct_lists_found_good(ct_lists_t *lists);
void ct_lists_refused(ct_lists_t *lists, const char *why);
void ct_lists_failed(ct_lists_t *lists, const char *what, const char *why);
void ct_lists_rest(ct_lists_t *lists, int64_t ms);

/* Sets status.list_stale. */
void ct_lists_age(ct_lists_t *lists);

/* Give or take a tenth. */
int64_t ct_lists_about(ct_lists_t *lists, int64_t ms);

#endif
