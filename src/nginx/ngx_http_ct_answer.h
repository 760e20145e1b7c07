/*
 * ngx_http_ct_answer: what goes back to a client of the status location:
 * headers that forbid everything, and one body out of memory.
 */

#ifndef NGX_HTTP_CT_ANSWER_H
#define NGX_HTTP_CT_ANSWER_H

#include "ngx_http_ct.h"


typedef struct {
    ngx_str_t               type;
    ngx_str_t               charset;
    const char             *cache;        /* Cache-Control */
} ngx_http_ct_media_t;


extern ngx_http_ct_media_t  ngx_http_ct_json;


/* r->headers_out.status is set before; the body lives as long as the
 * request. */
ngx_int_t ngx_http_ct_answer_send(ngx_http_request_t *r,
    ngx_http_ct_media_t *media, ct_bytes_t body);

/* {"error": why}, whatever was asked for: it is read by programs. */
ngx_int_t ngx_http_ct_answer_refuse(ngx_http_request_t *r, ngx_uint_t status,
    const char *why);

/* 405 */
ngx_int_t ngx_http_ct_answer_allow(ngx_http_request_t *r,
    const char *methods);

/* Name and value are borrowed. */
ngx_int_t ngx_http_ct_answer_header(ngx_http_request_t *r, const char *name,
    const char *value);


#endif
