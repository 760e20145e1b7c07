/*
 * ct_known_part: what the files of ct_known share, and nobody else.
 */

#ifndef CT_KNOWN_PART_H
#define CT_KNOWN_PART_H

#include "ct_file.h"
#include "ct_known.h"

typedef struct ct_known_cert_s ct_known_cert_t;

struct ct_known_cert_s {
    ct_known_cert_t *next;  /* of those that are gone */
    ct_arena_t      *arena; /* where all of it is, and this */
    ct_served_t      served;
};

typedef struct {
    char            *path;
    ct_known_cert_t *cert;  /* NULL: none, so far */
    ct_file_mark_t   mark;
    bool             tried; /* `mark` is of what was tried last */
    ct_rc_t          rc;    /* and this came of it */
    int              error; /* errno of CT_E_IO */
} ct_known_file_t;

struct ct_known_s {
    ct_context_t    *ctx;
    ct_known_file_t *files; /* by their paths */
    size_t           nfiles;
    ct_served_t     *list;
    size_t           nlist;
    ct_known_cert_t *gone;
    size_t           used;  /* bytes of all, and of those that are gone */
    int             *error; /* of each path of the configuration; 0: fine */
    bool             cut;   /* there are too many files */
    bool             changed; /* `list` is not what `files` have */
    int64_t          due_ms;
};

/* Paths, each from malloc. */
typedef struct {
    char  **path;
    size_t  n;
    size_t  room;
} ct_known_paths_t;


/* ct_known_find.c: what is there for the paths of the configuration, in
 * order, each once, at most CT_LIMIT_KNOWN. Tells when one leads nowhere,
 * and when it does again. False: memory. */
bool ct_known_find(ct_known_t *known, ct_known_paths_t *paths);
void ct_known_paths_free(ct_known_paths_t *paths);

/* What is to be done about this errno: a clause, or "". */
const char *ct_known_hint(int error);

#endif
