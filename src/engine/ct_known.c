/*
 * ct_known: see the header. A file that cannot be read any more, or has no
 * certificate in it for now, leaves what it had as it was; one that is not
 * there any more takes it along, and the history remembers it.
 */

#include "ct_known_part.h"
#include "ct_pem.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>


#define CT_KNOWN_MEMORY ((size_t) 128 * 1024 * 1024) /* of all */
#define CT_KNOWN_ONE    ((size_t) 4 * 1024 * 1024)   /* of one */


static bool ct_known_look(ct_known_t *known, bool *changed);
static bool ct_known_merge(ct_known_t *known, ct_known_paths_t *paths);
static size_t ct_known_pass(ct_known_t *known, size_t i, const char *path);
static void ct_known_read(ct_known_t *known, ct_known_file_t *file);
static bool ct_known_again(ct_rc_t rc);
static ct_rc_t ct_known_open(ct_known_t *known, ct_known_file_t *file,
    ct_known_cert_t **cert);
static ct_rc_t ct_known_make(ct_known_t *known, const char *path,
    ct_bytes_t bytes, ct_known_cert_t **cert);
static ct_rc_t ct_known_parse(ct_known_cert_t *cert, const char *path,
    ct_bytes_t bytes);
static void ct_known_take(ct_known_t *known, ct_known_file_t *file,
    ct_known_cert_t *cert);
static bool ct_known_same(const ct_served_t *a, const ct_served_t *b);
static void ct_known_drop(ct_known_t *known, ct_known_file_t *file);
static void ct_known_free(ct_known_t *known, ct_known_cert_t *cert);
static void ct_known_tell(ct_known_t *known, const ct_known_file_t *file,
    ct_rc_t rc, int error);
static const char *ct_known_text(ct_rc_t rc, int error);
static bool ct_known_gather(ct_known_t *known);


ct_known_t *
ct_known_create(ct_context_t *ctx)
{
    bool        changed;
    ct_known_t *known;

    known = calloc(1, sizeof(ct_known_t));

    if (known == NULL) {
        return NULL;
    }

    known->ctx = ctx;
    known->error = calloc(ctx->config->nknown + 1, sizeof(int));

    if (known->error == NULL) {
        ct_known_destroy(known);
        return NULL;
    }

    (void) ct_known_turn(known, &changed);

    return known;
}


void
ct_known_destroy(ct_known_t *known)
{
    size_t i;

    if (known == NULL) {
        return;
    }

    for (i = 0; i < known->nfiles; i++) {
        ct_known_drop(known, &known->files[i]);
        free(known->files[i].path);
    }

    ct_known_release(known);
    free(known->files);
    free(known->list);
    free(known->error);
    free(known);
}


int64_t
ct_known_turn(ct_known_t *known, bool *changed)
{
    ct_context_t *ctx;

    ctx = known->ctx;
    *changed = false;

    if (ctx->config->nknown == 0) {
        return INT64_MAX;
    }

    if (ctx->now_ms >= known->due_ms) {
        known->due_ms = ctx->now_ms + ctx->config->interval_ms;

        if (!ct_known_look(known, changed)) {
            ct_lines_say(ctx->lines, CT_LINE_WARN,
                         "ct_known_certificate was not looked at: out of "
                         "memory");
        }
    }

    return known->due_ms;
}


void
ct_known_shift(ct_known_t *known, int64_t delta_ms)
{
    known->due_ms += delta_ms;
}


static bool
ct_known_look(ct_known_t *known, bool *changed)
{
    bool             found;
    size_t           i;
    ct_known_paths_t paths;

    if (!ct_known_find(known, &paths)) {
        return false;
    }

    found = ct_known_merge(known, &paths);
    ct_known_paths_free(&paths);

    for (i = 0; found && i < known->nfiles; i++) {
        ct_known_read(known, &known->files[i]);
    }

    *changed = known->changed;

    if (known->changed) {
        known->changed = !ct_known_gather(known);
    }

    return found && !known->changed;
}


/* Takes the place of the files of before; both are in order. */
static bool
ct_known_merge(ct_known_t *known, ct_known_paths_t *paths)
{
    size_t           i, k;
    ct_known_file_t *files;

    files = calloc(paths->n + 1, sizeof(ct_known_file_t));

    if (files == NULL) {
        return false;
    }

    for (i = k = 0; i < paths->n; i++) {
        k = ct_known_pass(known, k, paths->path[i]);

        if (k < known->nfiles
            && strcmp(known->files[k].path, paths->path[i]) == 0)
        {
            files[i] = known->files[k++];
        } else {
            files[i].path = paths->path[i];
            paths->path[i] = NULL;
        }
    }

    (void) ct_known_pass(known, k, NULL);
    free(known->files);
    known->files = files;
    known->nfiles = paths->n;

    return true;
}


/* Those from i on and before `path`, or all, are not there any more. */
static size_t
ct_known_pass(ct_known_t *known, size_t i, const char *path)
{
    while (i < known->nfiles
           && (path == NULL || strcmp(known->files[i].path, path) < 0))
    {
        ct_known_drop(known, &known->files[i]);
        free(known->files[i].path);
        i++;
    }

    return i;
}


static void
ct_known_read(ct_known_t *known, ct_known_file_t *file)
{
    int              error;
    ct_rc_t          rc;
    ct_file_mark_t   mark;
    ct_known_cert_t *cert;

    mark = ct_file_mark(file->path);

    if (file->tried && ct_file_same(&mark, &file->mark)
        && !ct_known_again(file->rc))
    {
        return;
    }

    cert = NULL;
    file->mark = mark;
    rc = ct_known_open(known, file, &cert);
    error = rc == CT_E_IO ? errno : 0;

    if (cert != NULL) {
        ct_known_take(known, file, cert);

    } else if (rc == CT_E_ABSENT) {
        ct_known_drop(known, file);
    }

    ct_known_tell(known, file, rc, error);

    file->tried = true;
    file->rc = rc;
    file->error = error;
}


/* What may have changed and does not show in a mark, such as rights. */
static bool
ct_known_again(ct_rc_t rc)
{
    return rc == CT_E_IO || rc == CT_E_ABSENT || rc == CT_E_MEMORY;
}


static ct_rc_t
ct_known_open(ct_known_t *known, ct_known_file_t *file,
    ct_known_cert_t **cert)
{
    size_t   len;
    ct_rc_t  rc;
    uint8_t *data;

    rc = ct_file_read(file->path, CT_LIMIT_KNOWN_FILE, &data, &len,
                      &file->mark);
    if (rc != CT_OK) {
        return rc;
    }

    rc = ct_known_make(known, file->path, ct_bytes(data, len), cert);

    /* there may be a private key beside it */
    explicit_bzero(data, len);
    free(data);

    return rc;
}


static ct_rc_t
ct_known_make(ct_known_t *known, const char *path, ct_bytes_t bytes,
    ct_known_cert_t **cert)
{
    size_t           left;
    ct_rc_t          rc;
    ct_arena_t      *arena;
    ct_known_cert_t *one;

    left = CT_KNOWN_MEMORY - known->used;
    arena = ct_arena_create(left < CT_KNOWN_ONE ? left : CT_KNOWN_ONE);
    one = arena == NULL ? NULL
                        : ct_arena_calloc(arena, 1, sizeof(ct_known_cert_t));

    if (one == NULL) {
        ct_arena_destroy(arena);
        return CT_E_MEMORY;
    }

    one->arena = arena;
    rc = ct_known_parse(one, path, bytes);

    if (rc != CT_OK) {
        ct_arena_destroy(arena);
        return rc;
    }

    known->used += ct_arena_used(arena);
    *cert = one;

    return CT_OK;
}


/* The first is the certificate, the rest its chain. */
static ct_rc_t
ct_known_parse(ct_known_cert_t *cert, const char *path, ct_bytes_t bytes)
{
    size_t       n;
    ct_rc_t      rc;
    ct_bytes_t  *certs;
    ct_served_t *served;

    served = &cert->served;
    served->origin = CT_ORIGIN_KNOWN;
    served->file = ct_arena_strdup(cert->arena, path, strlen(path));
    certs = ct_arena_calloc(cert->arena, CT_LIMIT_CHAIN + 1,
                            sizeof(ct_bytes_t));

    if (served->file == NULL || certs == NULL) {
        return CT_E_MEMORY;
    }

    rc = ct_pem_read(bytes, certs, CT_LIMIT_CHAIN + 1, &n, cert->arena);

    if (rc != CT_OK) {
        return rc;
    }

    served->chain = certs + 1;
    served->nchain = n - 1;

    return ct_served_read(served, certs[0], NULL, 0, cert->arena);
}


/* One that was only written again is nothing new. */
static void
ct_known_take(ct_known_t *known, ct_known_file_t *file,
    ct_known_cert_t *cert)
{
    if (file->cert != NULL
        && ct_known_same(&file->cert->served, &cert->served))
    {
        ct_known_free(known, cert);
        return;
    }

    ct_known_drop(known, file);
    file->cert = cert;
    known->changed = true;
}


static bool
ct_known_same(const ct_served_t *a, const ct_served_t *b)
{
    size_t i;

    if (!ct_bytes_equal(a->der, b->der) || a->nchain != b->nchain) {
        return false;
    }

    for (i = 0; i < a->nchain; i++) {
        if (!ct_bytes_equal(a->chain[i], b->chain[i])) {
            return false;
        }
    }

    return true;
}


static void
ct_known_drop(ct_known_t *known, ct_known_file_t *file)
{
    if (file->cert == NULL) {
        return;
    }

    file->cert->next = known->gone;
    known->gone = file->cert;
    known->changed = true;
    file->cert = NULL;
}


void
ct_known_release(ct_known_t *known)
{
    ct_known_cert_t *cert;

    while (known->gone != NULL) {
        cert = known->gone;
        known->gone = cert->next;
        ct_known_free(known, cert);
    }
}


static void
ct_known_free(ct_known_t *known, ct_known_cert_t *cert)
{
    known->used -= ct_arena_used(cert->arena);
    ct_arena_destroy(cert->arena);
}


/* Once, until something else comes of it. */
static void
ct_known_tell(ct_known_t *known, const ct_known_file_t *file, ct_rc_t rc,
    int error)
{
    if (rc == file->rc && error == file->error) {
        return;
    }

    if (rc == CT_OK) {
        ct_lines_say(known->ctx->lines, CT_LINE_NOTICE,
                     "the known certificate \"%.200s\" is in order again",
                     file->path);
        return;
    }

    ct_lines_say(known->ctx->lines, CT_LINE_WARN,
                 "the known certificate \"%.200s\" cannot be read: %s%s",
                 file->path, ct_known_text(rc, error), ct_known_hint(error));
}


static const char *
ct_known_text(ct_rc_t rc, int error)
{
    switch (rc) {

    case CT_E_IO:
        return strerror(error);

    case CT_E_ABSENT:
        return strerror(ENOENT);

    case CT_E_TYPE:
        return "it is no regular file";

    case CT_E_LIMIT:
        return "it is larger than 256 KB";

    case CT_E_ENCODING:
        return "there is no good certificate in it";

    default:
        return ct_strerror(rc);
    }
}


static bool
ct_known_gather(ct_known_t *known)
{
    size_t i;

    known->nlist = 0;
    free(known->list);
    known->list = calloc(known->nfiles + 1, sizeof(ct_served_t));

    if (known->list == NULL) {
        return false;
    }

    for (i = 0; i < known->nfiles; i++) {
        if (known->files[i].cert != NULL) {
            known->list[known->nlist++] = known->files[i].cert->served;
        }
    }

    ct_lines_say(known->ctx->lines, CT_LINE_INFO,
                 "%zu certificate%s known by ct_known_certificate",
                 known->nlist, known->nlist == 1 ? " is" : "s are");

    return true;
}


const ct_served_t *
ct_known_list(const ct_known_t *known, size_t *n)
{
    *n = known->nlist;

    return known->list;
}
