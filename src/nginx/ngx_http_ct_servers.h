/*
 * ngx_http_ct_servers: the servers of http, stream and mail, as far as
 * certificates and names go.
 *
 * stream and mail may be modules of their own, loaded before this one, after
 * it or not at all: they are found by their names, nothing is linked.
 */

#ifndef NGX_HTTP_CT_SERVERS_H
#define NGX_HTTP_CT_SERVERS_H

#include "ngx_http_ct.h"


/* A name as server_name has it: in lower case, a pattern without its "~". */
typedef struct {
    ngx_str_t                    name;
    unsigned                     regex:1;
} ngx_http_ct_server_name_t;


/* All of it is borrowed from the configuration but `names`. */
typedef struct {
    ngx_str_t                    name;      /* for messages */
    ngx_http_ct_server_name_t   *names;
    ngx_uint_t                   nnames;
    SSL_CTX                     *ssl;       /* NULL: it has none */
    ngx_array_t                 *files;     /* ssl_certificate: of ngx_str_t;
                                               may be NULL */
    uint32_t                     number;    /* of http, from 1 on; else 0 */
    uint32_t                     place;     /* CT_SERVED_HTTP ... */
    unsigned                     secure:1;  /* an address leads to it with
                                               TLS */
} ngx_http_ct_server_t;


/* Appends all servers to `servers` (of ngx_http_ct_server_t). From
 * init_module on. NGX_ERROR: memory. */
ngx_int_t ngx_http_ct_servers(ngx_cycle_t *cycle, ngx_array_t *servers);

/* One of the three each. */
ngx_int_t ngx_http_ct_servers_http(ngx_cycle_t *cycle, ngx_array_t *servers);
ngx_int_t ngx_http_ct_servers_stream(ngx_cycle_t *cycle,
    ngx_array_t *servers);
ngx_int_t ngx_http_ct_servers_mail(ngx_cycle_t *cycle, ngx_array_t *servers);


/* What they have in common. */

/* NULL when it is not there. */
ngx_module_t *ngx_http_ct_servers_module(ngx_cycle_t *cycle,
    const char *name);

/* A new one with room for `nnames`; NULL: memory. */
ngx_http_ct_server_t *ngx_http_ct_servers_push(ngx_array_t *servers,
    uint32_t place, ngx_uint_t nnames);

/* A set of configurations: an array of pointers, asked once it is sorted. */
ngx_int_t ngx_http_ct_servers_add(ngx_array_t *set, void *conf);
void ngx_http_ct_servers_sort(ngx_array_t *set);
ngx_uint_t ngx_http_ct_servers_has(ngx_array_t *set, void *conf);


#endif
