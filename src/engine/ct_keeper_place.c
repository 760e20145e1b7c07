/*
 * ct_keeper_place: the bytes of a list or a signature, from a path at once or
 * from a URL when they have come.
 */

#include "ct_keeper_part.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>


#define CT_KEEPER_FULL_MS   1000 /* no room for a request: again */
#define CT_KEEPER_SIGNATURE 8192 /* bytes of an answer */


static void ct_keeper_ask(ct_keeper_t *keeper, const char *url);
static void ct_keeper_answered(void *ctx, ct_http_answer_t *answer);
static void ct_keeper_read(ct_keeper_t *keeper, const char *path);


bool
ct_keeper_is_url(const char *place)
{
    return place != NULL
           && (strncasecmp(place, "http://", 7) == 0
               || strncasecmp(place, "https://", 8) == 0);
}


void
ct_keeper_get(ct_keeper_t *keeper, const char *place)
{
    free(keeper->got.data);
    memset(&keeper->got, 0, sizeof(keeper->got));

    if (ct_keeper_is_url(place)) {
        ct_keeper_ask(keeper, place);
    } else {
        ct_keeper_read(keeper, place);
    }
}


/* The bytes are wanted as long as there is no copy of them. */
static void
ct_keeper_ask(ct_keeper_t *keeper, const char *url)
{
    ct_rc_t       rc;
    ct_http_ask_t ask;

    memset(&ask, 0, sizeof(ask));
    ask.url = url;
    ask.ctx = keeper;
    ask.done = ct_keeper_answered;
    ask.limit = CT_KEEPER_SIGNATURE;

    if (keeper->step == CT_KEEPER_GET) {
        ask.limit = keeper->kept.limit;

        if (keeper->saved || keeper->ctx->config->state == NULL) {
            ask.etag = keeper->tag.etag;
            ask.modified = keeper->tag.modified;
        }
    }

    rc = ct_http_start(keeper->ctx->http, &ask);

    if (rc == CT_OK) {
        keeper->busy = true;
        return;
    }

    if (rc == CT_E_LIMIT) {
        ct_keeper_rest(keeper, CT_KEEPER_FULL_MS);
        return;
    }

    keeper->got.rc = rc;
    (void) snprintf(keeper->got.why, sizeof(keeper->got.why), "%s",
                    ct_strerror(rc));
}


static void
ct_keeper_answered(void *ctx, ct_http_answer_t *answer)
{
    ct_keeper_t     *keeper;
    ct_keeper_got_t *got;

    keeper = ctx;
    got = &keeper->got;
    keeper->busy = false;

    got->rc = answer->rc;
    got->unchanged = answer->unchanged;
    memcpy(got->tag.etag, answer->etag, sizeof(got->tag.etag));
    memcpy(got->tag.modified, answer->modified, sizeof(got->tag.modified));
    memcpy(got->why, answer->error, sizeof(got->why));

    got->data = answer->data;
    got->len = answer->len;
    answer->data = NULL;
}


static void
ct_keeper_read(ct_keeper_t *keeper, const char *path)
{
    int              error;
    size_t           limit;
    ct_keeper_got_t *got;
    ct_file_mark_t  *mark;

    got = &keeper->got;
    mark = keeper->step == CT_KEEPER_GET ? &keeper->mark : &keeper->sig_mark;
    limit = keeper->step == CT_KEEPER_GET ? keeper->kept.limit
                                          : CT_KEEPER_SIGNATURE;

    /* until it was read; when it is absent, that is what was seen of it */
    memset(mark, 0, sizeof(*mark));
    got->rc = ct_file_read(path, limit, &got->data, &got->len, mark);

    error = got->rc == CT_E_IO ? errno : ENOENT;

    if (got->rc == CT_E_ABSENT || got->rc == CT_E_IO) {
        (void) snprintf(got->why, sizeof(got->why), "%s", strerror(error));
        keeper->quiet = error == EACCES && keeper->kept.known;
        return;
    }

    (void) snprintf(got->why, sizeof(got->why), "%s",
                    got->rc == CT_E_TYPE ? "it is not a file"
                                         : ct_strerror(got->rc));
}


bool
ct_keeper_unmoved(ct_keeper_t *keeper)
{
    ct_file_mark_t   mark;
    const ct_kept_t *kept;

    kept = &keeper->kept;
    mark = ct_file_mark(kept->place);

    if (!ct_file_same(&mark, &keeper->mark)) {
        return false;
    }

    if (kept->sig == NULL || ct_keeper_is_url(kept->sig)) {
        return true;
    }

    mark = ct_file_mark(kept->sig);

    return ct_file_same(&mark, &keeper->sig_mark);
}
