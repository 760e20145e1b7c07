/*
 * ct_known_find: which files ct_known_certificate is about, as of now.
 */

#include "ct_known_part.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>


#define CT_KNOWN_NO_MATCH (-1) /* beside values of errno */


static bool ct_known_find_one(ct_known_t *known, size_t i,
    ct_known_paths_t *paths);
static bool ct_known_glob(const char *pattern, ct_known_paths_t *paths,
    int *error);
static int ct_known_why(const char *pattern);
static bool ct_known_add(ct_known_paths_t *paths, const char *path);
static void ct_known_tell_match(ct_known_t *known, size_t i, int error);
static void ct_known_order(ct_known_t *known, ct_known_paths_t *paths);
static int ct_known_compare(const void *a, const void *b);


bool
ct_known_find(ct_known_t *known, ct_known_paths_t *paths)
{
    size_t i;

    memset(paths, 0, sizeof(*paths));

    for (i = 0; i < known->ctx->config->nknown; i++) {
        if (!ct_known_find_one(known, i, paths)) {
            ct_known_paths_free(paths);
            return false;
        }
    }

    ct_known_order(known, paths);

    return true;
}


/* Whether a path that is no pattern leads anywhere shows when it is read. */
static bool
ct_known_find_one(ct_known_t *known, size_t i, ct_known_paths_t *paths)
{
    int         error;
    const char *pattern;

    pattern = known->ctx->config->known[i];

    if (strpbrk(pattern, "*?[") == NULL) {
        return ct_known_add(paths, pattern);
    }

    if (!ct_known_glob(pattern, paths, &error)) {
        return false;
    }

    ct_known_tell_match(known, i, error);

    return true;
}


static bool
ct_known_glob(const char *pattern, ct_known_paths_t *paths, int *error)
{
    int    rc;
    bool   ok;
    size_t i;
    glob_t found;

    memset(&found, 0, sizeof(found));
    rc = glob(pattern, GLOB_NOSORT, NULL, &found);
    ok = rc == 0 || rc == GLOB_NOMATCH;
    *error = found.gl_pathc == 0 ? ct_known_why(pattern) : 0;

    for (i = 0; ok && i < found.gl_pathc; i++) {
        ok = ct_known_add(paths, found.gl_pathv[i]);
    }

    globfree(&found);

    return ok;
}


/* Why nothing matches: the folder before the first wildcard may be one that
 * cannot be looked into. */
static int
ct_known_why(const char *pattern)
{
    DIR  *dir;
    int   error;
    char *folder, *slash;

    folder = strdup(pattern);

    if (folder == NULL) {
        return ENOMEM;
    }

    folder[strcspn(folder, "*?[")] = '\0';
    slash = strrchr(folder, '/');

    if (slash != NULL) {
        slash[1] = '\0';
    }

    dir = opendir(folder);
    error = dir == NULL ? errno : CT_KNOWN_NO_MATCH;

    if (dir != NULL) {
        (void) closedir(dir);
    }

    free(folder);

    return error;
}


static bool
ct_known_add(ct_known_paths_t *paths, const char *path)
{
    char  **more;
    size_t  room;

    if (paths->n == paths->room) {
        room = paths->room == 0 ? 16 : paths->room * 2;
        more = realloc(paths->path, room * sizeof(char *));

        if (more == NULL) {
            return false;
        }

        paths->path = more;
        paths->room = room;
    }

    paths->path[paths->n] = strdup(path);

    if (paths->path[paths->n] == NULL) {
        return false;
    }

    paths->n++;

    return true;
}


/* Once, until it is another error or none. */
static void
ct_known_tell_match(ct_known_t *known, size_t i, int error)
{
    const char *pattern;

    pattern = known->ctx->config->known[i];

    if (error == known->error[i]) {
        return;
    }

    if (error == 0) {
        ct_lines_say(known->ctx->lines, CT_LINE_NOTICE,
                     "ct_known_certificate \"%.200s\" matches files again",
                     pattern);
    } else {
        ct_lines_say(known->ctx->lines, CT_LINE_WARN,
                     "ct_known_certificate \"%.200s\" matches no file%s%s%s",
                     pattern, error > 0 ? ": " : "",
                     error > 0 ? strerror(error) : "", ct_known_hint(error));
    }

    known->error[i] = error;
}


const char *
ct_known_hint(int error)
{
    return error == EACCES
           ? "; the user of nginx's workers reads it, so chmod 0755 is "
             "wanted for its folders (of certbot \"live\" and \"archive\"), "
             "or a copy by a deploy hook"
           : "";
}


/* Sorted, each once, and no more than there may be. */
static void
ct_known_order(ct_known_t *known, ct_known_paths_t *paths)
{
    bool   cut;
    size_t i, n;

    if (paths->n > 1) {
        qsort(paths->path, paths->n, sizeof(char *), ct_known_compare);
    }

    cut = false;

    for (i = n = 0; i < paths->n; i++) {
        if (n > 0 && strcmp(paths->path[n - 1], paths->path[i]) == 0) {
            free(paths->path[i]);

        } else if (n == CT_LIMIT_KNOWN) {
            free(paths->path[i]);
            cut = true;

        } else {
            paths->path[n++] = paths->path[i];
        }
    }

    if (cut && !known->cut) {
        ct_lines_say(known->ctx->lines, CT_LINE_WARN,
                     "ct_known_certificate matches more than %d files, those "
                     "behind \"%.200s\" are left out", CT_LIMIT_KNOWN,
                     paths->path[n - 1]);
    }

    known->cut = cut;
    paths->n = n;
}


static int
ct_known_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}


void
ct_known_paths_free(ct_known_paths_t *paths)
{
    size_t i;

    for (i = 0; i < paths->n; i++) {
        free(paths->path[i]);
    }

    free(paths->path);
    memset(paths, 0, sizeof(*paths));
}
