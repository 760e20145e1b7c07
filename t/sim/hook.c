/*
 * hook: takes alerts, and counts them by id. Now and then it is away. Mail is
 * not simulated.
 */

#include "ct_mail.h"
#include "sim.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>


post_t *sim_posts;
size_t  sim_nposts;


static void hook_count(const char *id);


void
hook_answer(const ct_http_ask_t *ask, reply_t *reply)
{
    size_t      i;
    json_t     *body, *alerts;
    const char *id;
    int64_t     hour;

    hour = (sim_now() - SIM_BEGIN) / SIM_HOUR;

    /* two hours a day */
    if (hour % 24 == 9 || hour % 24 == 10) {
        log_status(reply, 500);
        return;
    }

    body = ask->post == NULL ? NULL
           : json_loadb(ask->post, ask->post_len, 0, NULL);
    id = json_string_value(json_object_get(body, "id"));
    alerts = json_object_get(body, "alerts");

    if (id == NULL) {
        log_status(reply, 400);
        hook_count("(no id)");
        json_decref(body);
        return;
    }

    reply->status = 204;

    /* one, or a group of them */
    for (i = 0; i < json_array_size(alerts); i++) {
        hook_count(json_string_value(json_object_get(
            json_array_get(alerts, i), "id")));
    }

    if (alerts == NULL) {
        hook_count(id);
    }

    json_decref(body);
}


static void
hook_count(const char *id)
{
    post_t *post;

    post = (post_t *) (uintptr_t) hook_find(id);

    if (post == NULL) {
        if (sim_nposts % 256 == 0) {
            sim_posts = sim_grow(sim_posts, sim_nposts + 256,
                                 sizeof(post_t));
        }

        post = &sim_posts[sim_nposts++];
        memset(post, 0, sizeof(post_t));
        (void) snprintf(post->id, sizeof(post->id), "%s", id);
        post->first_ms = sim_now();
    }

    post->count++;
    post->last_ms = sim_now();
}


const post_t *
hook_find(const char *id)
{
    size_t i;

    for (i = 0; i < sim_nposts; i++) {
        if (strcmp(sim_posts[i].id, id) == 0) {
            return &sim_posts[i];
        }
    }

    return NULL;
}


ct_rc_t
ct_mail_start(ct_http_t *http, const ct_mail_ask_t *ask)
{
    (void) http;
    (void) ask;

    return CT_E_LIMIT;
}
