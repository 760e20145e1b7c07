/*
 * ngx_http_ct_learn: certificates that this worker sends in handshakes and
 * that the inventory does not know - by variables, or chosen by another
 * module - are handed to the engine.
 */

#ifndef NGX_HTTP_CT_LEARN_H
#define NGX_HTTP_CT_LEARN_H

#include "ngx_http_ct.h"


/* postconfiguration: requests are looked at. */
ngx_int_t ngx_http_ct_learn_init(ngx_conf_t *cf);

/* init_module: so are sessions of stream, when they end. */
void ngx_http_ct_learn_stream(ngx_cycle_t *cycle);

/* init_process and exit_process. */
void ngx_http_ct_learn_start(ngx_cycle_t *cycle);
void ngx_http_ct_learn_end(void);

/* A connection that has finished its handshake. */
void ngx_http_ct_learn(ngx_ssl_conn_t *ssl);


#endif
