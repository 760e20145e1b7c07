/*
 * ngx_http_ct_conf_channel: what the directives of receivers - ct_webhook,
 * ct_mail and ct_event_log - have in common: which events they want, what
 * they are called, secrets from files, and that each is there once.
 */

#ifndef NGX_HTTP_CT_CONF_CHANNEL_H
#define NGX_HTTP_CT_CONF_CHANNEL_H

#include "ngx_http_ct_conf.h"


/* A URL taken apart. */
typedef struct {
    ngx_str_t               scheme;
    ngx_str_t               user;         /* "name:password"; no "@" */
    ngx_str_t               authority;    /* host and port, no user */
    ngx_str_t               host;         /* an IPv6 address in brackets */
    ngx_uint_t              port;         /* 0: not given */
    ngx_str_t               rest;         /* from "/" or "?" on; or empty */
} ngx_http_ct_url_t;


/* Begins the receiver of the directive being read. */
void ngx_http_ct_conf_channel_init(ngx_conf_t *cf,
    ngx_http_ct_channel_t *c, ct_channel_kind_e kind);

/* "on=" and "name=", which all receivers have. NGX_DECLINED: it is neither.
 * Has said what is wrong when it returns NGX_ERROR. */
ngx_int_t ngx_http_ct_conf_channel_arg(ngx_conf_t *cf, ngx_str_t *value,
    ngx_http_ct_channel_t *c);

/* Adds it, unless it is there already. `key` is what tells it from others;
 * `name`, in the arena, is what people see unless name= was given. */
char *ngx_http_ct_conf_channel_add(ngx_conf_t *cf,
    ngx_http_ct_main_conf_t *mcf, ngx_http_ct_channel_t *c, char *key,
    char *name);

/* Lines of a file that holds secrets, as NUL-terminated strings of `lines`,
 * an array of ngx_str_t; empty ones are left out. Says so when everybody may
 * read it, and what is wrong when it returns NGX_ERROR. */
ngx_int_t ngx_http_ct_conf_secret_lines(ngx_conf_t *cf, ngx_str_t *path,
    ngx_array_t *lines);

/* Is it scheme://[user@]host[:port][/path][?query], printable, and nothing
 * that a shell or a page would take amiss? */
ngx_uint_t ngx_http_ct_conf_url_split(ngx_str_t *url,
    ngx_http_ct_url_t *parts);
ngx_uint_t ngx_http_ct_conf_url_is(ngx_http_ct_url_t *parts,
    const char *scheme);

/* A text in the arena, as by ngx_sprintf; NULL: no memory. */
char *ngx_http_ct_conf_text(ct_arena_t *arena, const char *fmt, ...);

/* What mcf->channels come to once all servers have their names. NULL: no
 * memory. */
ct_channel_t *ngx_http_ct_conf_channels(ngx_cycle_t *cycle,
    ngx_http_ct_main_conf_t *mcf);


#endif
