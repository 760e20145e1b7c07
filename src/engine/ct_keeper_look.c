/*
 * ct_keeper_look: how a look at the list ends - what is told of it, and when
 * the next one is due.
 */

#include "ct_keeper_part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#define CT_KEEPER_RETRY_MS  (60 * 1000)
#define CT_KEEPER_RETRY_MAX (60 * 60 * 1000)


static void ct_keeper_retry(ct_keeper_t *keeper);


void
ct_keeper_found_good(ct_keeper_t *keeper)
{
    ct_context_t    *ctx;
    const ct_kept_t *kept;

    ctx = keeper->ctx;
    kept = &keeper->kept;

    if (kept->error[0] != '\0') {
        ct_lines_say(ctx->lines, CT_LINE_NOTICE,
                     "%s \"%s\" is in order again", kept->name,
                     kept->place);
    }

    kept->error[0] = '\0';
    *kept->checked_ms = ctx->now_ms;
    keeper->good = true;
    keeper->again = false;
    keeper->fails = 0;

    if (!keeper->url) {
        ct_keeper_rest(keeper, ctx->config->interval_ms);
        return;
    }

    if (keeper->saved) {
        ct_keeper_copy_touch(keeper);
    }

    ct_keeper_rest(keeper, ct_keeper_about(keeper, CT_KEEPER_DAY_MS));
}


void
ct_keeper_refused(ct_keeper_t *keeper, const char *why)
{
    ct_keeper_failed(keeper, keeper->has ? "a newer list was refused"
                                         : "the list was refused", why);
}


/* Told once: as long as it is the same. */
void
ct_keeper_failed(ct_keeper_t *keeper, const char *what, const char *why)
{
    char             error[CT_LIMIT_ERROR];
    const ct_kept_t *kept;

    kept = &keeper->kept;

    if (!keeper->quiet) {
        (void) snprintf(error, sizeof(error), "%s: %.160s", what, why);

        if (strcmp(error, kept->error) != 0) {
            ct_lines_say(keeper->ctx->lines, CT_LINE_WARN, "%s \"%s\": %s",
                         kept->name, kept->place, error);
        }

        memcpy(kept->error, error, sizeof(error));
    }

    keeper->good = false;
    keeper->again = false;
    ct_keeper_retry(keeper);
}


/* Files are looked at anyway, and read when they change. */
static void
ct_keeper_retry(ct_keeper_t *keeper)
{
    uint32_t i;
    int64_t  wait_ms;

    if (!keeper->url && !ct_keeper_is_url(keeper->kept.sig)) {
        ct_keeper_rest(keeper, keeper->ctx->config->interval_ms);
        return;
    }

    wait_ms = CT_KEEPER_RETRY_MS;

    for (i = 0; i < keeper->fails && wait_ms < CT_KEEPER_RETRY_MAX; i++) {
        wait_ms *= 2;
    }

    if (wait_ms > CT_KEEPER_RETRY_MAX) {
        wait_ms = CT_KEEPER_RETRY_MAX;
    }

    keeper->fails++;
    keeper->mark.size = -1;
    ct_keeper_rest(keeper, ct_keeper_about(keeper, wait_ms));
}


void
ct_keeper_rest(ct_keeper_t *keeper, int64_t ms)
{
    free(keeper->got.data);
    free(keeper->bytes);
    keeper->got.data = NULL;
    keeper->bytes = NULL;
    keeper->step = CT_KEEPER_REST;
    keeper->due_ms = keeper->ctx->now_ms + ms;
}


int64_t
ct_keeper_about(ct_keeper_t *keeper, int64_t ms)
{
    return ms - ms / 10 + ms / 5 * ct_context_jitter(keeper->ctx) / 65536;
}
