/*
 * ngx_http_ct: what the files of the nginx floor share.
 *
 *   ngx_http_ct_module         directive table, context, hooks: nothing else
 *     ngx_http_ct_conf         directives, defaults, their error sentences
 *       _zone, _domain, _log, _list, _status, _channel, _webhook, _mail,
 *       _event, _url, _main    (in twelve files)
 *     ngx_http_ct_servers      servers of http, stream and mail
 *     ngx_http_ct_inventory    the certificates that they serve
 *     ngx_http_ct_learn        those that handshakes show besides
 *     ngx_http_ct_names        names in server_name
 *     ngx_http_ct_zone         the store's memory; reload, resize
 *     ngx_http_ct_worker       starts, stops and hears the engine's thread
 *     ngx_http_ct_status       content handler: page, JSON, metrics, health
 *       _action, _origin       what people may change, and from where
 *       _answer                what goes back
 *   ------------------------------------------- below: no nginx headers
 *   src/engine                 one thread: HTTP, disk, time
 *   ------------------------------------------- below: no I/O, no clock
 *   src/core                   bytes in, answer out
 */

#ifndef NGX_HTTP_CT_H
#define NGX_HTTP_CT_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "ct_engine.h"
#include "ct_owner.h"


/* Where a directive was written. */
typedef struct {
    ngx_str_t               directive;    /* empty: nowhere */
    ngx_str_t               file;
    ngx_uint_t              line;
} ngx_http_ct_place_t;


/* A receiver of alerts, before its server has a name. */
typedef struct {
    ct_channel_t               channel;   /* without number and server */
    ngx_http_core_srv_conf_t  *server;    /* where it was written; NULL:
                                             in http */
    ngx_open_file_t           *file;      /* of ct_event_log */
    char                      *key;       /* tells it from others */
    ngx_str_t                  given;     /* name= */
} ngx_http_ct_channel_t;


/* What was written in http{}, and what init_module makes of it. */
typedef struct {
    ct_arena_t             *arena;        /* of all that the engine borrows */

    ngx_shm_zone_t         *shm_zone;     /* NULL: the monitor is off */
    ngx_str_t               state;
    ngx_http_ct_place_t     zone_place;
    ngx_http_ct_place_t     first_place;  /* first directive but ct_zone */

    ngx_array_t             domains;      /* of ct_bytes_t, and beside it */
    ngx_array_t             owners;       /* whose they are: of uint32_t, the
                                             n-th server of http, 0: http */
    ngx_array_t             autos;        /* servers with "auto", the same */
    ngx_array_t             logs;         /* of ct_log_t: ct_log */
    ngx_array_t             issuers;      /* of ct_issuer_t */
    ngx_array_t             known;        /* of char *: paths */
    ngx_array_t             channels;     /* of ngx_http_ct_channel_t */

    const char             *list;         /* path or URL; NULL: no list */
    ct_loglist_t           *list_read;    /* of a path */
    char                   *list_sig;     /* NULL: not to be checked */
    ct_bytes_t              list_key;
    char                   *calist;       /* path or URL; NULL: no CA list */
    char                   *trusted;
    char                   *contact;
    char                   *status_url;
    char                   *proxy;
    int64_t                 since;        /* ms; -1: not given */
    ssize_t                 rate;
    ngx_msec_t              interval;
    time_t                  grace;

    ct_config_t            *config;       /* NULL: the monitor stays off */
    ct_channel_t           *opened;       /* its channels; see _worker */

    unsigned                watch_auto:1;
    unsigned                abandoned:1;  /* a thread hangs: free nothing */
} ngx_http_ct_main_conf_t;


typedef struct {
    ngx_array_t             names;        /* of ngx_str_t: its server's, for
                                             write=on */
    unsigned                status:1;     /* ct_status */
    unsigned                write:1;      /* and what people may change */
} ngx_http_ct_loc_conf_t;


static ngx_inline ct_bytes_t
ngx_http_ct_bytes(const ngx_str_t *s)
{
    return ct_bytes(s->data, s->len);
}


/* A copy with a NUL behind it; NULL when the arena is full. */
static ngx_inline char *
ngx_http_ct_string(ct_arena_t *arena, const ngx_str_t *s)
{
    return ct_arena_strdup(arena, s->data, s->len);
}


extern ngx_module_t  ngx_http_ct_module;


#endif
