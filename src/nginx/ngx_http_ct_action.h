/*
 * ngx_http_ct_action: what people may change, by POST below a location with
 * "ct_status write=on". It is only written down, for the engine to do.
 */

#ifndef NGX_HTTP_CT_ACTION_H
#define NGX_HTTP_CT_ACTION_H

#include "ngx_http_ct.h"


/* 0: there is none at this path. */
ct_inbox_kind_e ngx_http_ct_action_kind(ngx_str_t *path);

ngx_int_t ngx_http_ct_action_handler(ngx_http_request_t *r,
    ct_inbox_kind_e kind);


#endif
