/*
 * ngx_http_ct_status: the content handler of ct_status.
 */

#ifndef NGX_HTTP_CT_STATUS_H
#define NGX_HTTP_CT_STATUS_H

#include "ngx_http_ct.h"


ngx_int_t ngx_http_ct_status_handler(ngx_http_request_t *r);


#endif
