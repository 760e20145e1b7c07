/*
 * ct_lists_part: inside ct_lists - a list in memory (ct_lists_gen.c).
 */

#ifndef CT_LISTS_PART_H
#define CT_LISTS_PART_H

#include "ct_keeper.h"
#include "ct_lists.h"

/* A list and the logs that are followed by it, in memory of its own. */
typedef struct ct_lists_gen_s {
    struct ct_lists_gen_s *next; /* of those that wait for their release */
    ct_arena_t            *arena;
    ct_loglist_t           list;
    ct_log_t              *logs; /* of ct_log, then of the list */
    size_t                 nlogs;
    bool                   has;  /* there is a list in it */
} ct_lists_gen_t;

struct ct_lists_s {
    ct_context_t   *ctx;
    ct_lists_gen_t *gen;    /* in force; never NULL */
    ct_lists_gen_t *old;
    ct_keeper_t     keeper;
    bool            changed;
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

#endif
