/*
 * ct_lists_place: the bytes of a list or a signature, from a path at once or
 * from a URL when they have come.
 */

#include "ct_lists_part.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>


#define CT_LISTS_FULL_MS   1000 /* no room for a request: again */
#define CT_LISTS_SIGNATURE 8192 /* bytes of an answer */


static void ct_lists_ask(ct_lists_t *lists, const char *url);
static void ct_lists_answered(void *ctx, ct_http_answer_t *answer);
static void ct_lists_read(ct_lists_t *lists, const char *path);


bool
ct_lists_is_url(const char *place)
{
    return place != NULL
           && (strncasecmp(place, "http://", 7) == 0
               || strncasecmp(place, "https://", 8) == 0);
}


void
ct_lists_get(ct_lists_t *lists, const char *place)
{
    free(lists->got.data);
    memset(&lists->got, 0, sizeof(lists->got));

    if (ct_lists_is_url(place)) {
        ct_lists_ask(lists, place);
    } else {
        ct_lists_read(lists, place);
    }
}


/* The bytes are wanted as long as there is no copy of them. */
static void
ct_lists_ask(ct_lists_t *lists, const char *url)
{
    ct_rc_t       rc;
    ct_http_ask_t ask;

    memset(&ask, 0, sizeof(ask));
    ask.url = url;
    ask.ctx = lists;
    ask.done = ct_lists_answered;
    ask.limit = CT_LISTS_SIGNATURE;

    if (lists->step == CT_LISTS_GET) {
        ask.limit = CT_LIMIT_LOG_LIST;

        if (lists->saved || lists->ctx->config->state == NULL) {
            ask.etag = lists->tag.etag;
            ask.modified = lists->tag.modified;
        }
    }

    rc = ct_http_start(lists->ctx->http, &ask);

    if (rc == CT_OK) {
        lists->busy = true;
        return;
    }

    if (rc == CT_E_LIMIT) {
        ct_lists_rest(lists, CT_LISTS_FULL_MS);
        return;
    }

    lists->got.rc = rc;
    (void) snprintf(lists->got.why, sizeof(lists->got.why), "%s",
                    ct_strerror(rc));
}


static void
ct_lists_answered(void *ctx, ct_http_answer_t *answer)
{
    ct_lists_t     *lists;
    ct_lists_got_t *got;

    lists = ctx;
    got = &lists->got;
    lists->busy = false;

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
ct_lists_read(ct_lists_t *lists, const char *path)
{
    int             error;
    size_t          limit;
    ct_lists_got_t *got;
    ct_file_mark_t *mark;

    got = &lists->got;
    mark = lists->step == CT_LISTS_GET ? &lists->mark : &lists->sig_mark;
    limit = lists->step == CT_LISTS_GET ? CT_LIMIT_LOG_LIST
                                        : CT_LISTS_SIGNATURE;

    /* until it was read; when it is absent, that is what was seen of it */
    memset(mark, 0, sizeof(*mark));
    got->rc = ct_file_read(path, limit, &got->data, &got->len, mark);

    error = got->rc == CT_E_IO ? errno : ENOENT;

    if (got->rc == CT_E_ABSENT || got->rc == CT_E_IO) {
        (void) snprintf(got->why, sizeof(got->why), "%s", strerror(error));
        lists->quiet = error == EACCES
                       && lists->ctx->config->list_read != NULL;
        return;
    }

    (void) snprintf(got->why, sizeof(got->why), "%s",
                    got->rc == CT_E_TYPE ? "it is not a file"
                                         : ct_strerror(got->rc));
}


bool
ct_lists_unmoved(ct_lists_t *lists)
{
    ct_file_mark_t     mark;
    const ct_config_t *config;

    config = lists->ctx->config;
    mark = ct_file_mark(config->list);

    if (!ct_file_same(&mark, &lists->mark)) {
        return false;
    }

    if (config->list_sig == NULL || ct_lists_is_url(config->list_sig)) {
        return true;
    }

    mark = ct_file_mark(config->list_sig);

    return ct_file_same(&mark, &lists->sig_mark);
}
