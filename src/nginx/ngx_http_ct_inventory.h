/*
 * ngx_http_ct_inventory: the certificates that http, stream and mail serve.
 */

#ifndef NGX_HTTP_CT_INVENTORY_H
#define NGX_HTTP_CT_INVENTORY_H

#include "ngx_http_ct_servers.h"


/* All certificates on addresses that speak TLS, each once, from `servers` (of
 * ngx_http_ct_server_t); all that stays from `arena`. NGX_ERROR: memory. */
ngx_int_t ngx_http_ct_inventory(ngx_cycle_t *cycle, ct_arena_t *arena,
    ngx_array_t *servers, ct_inventory_t *inventory);


#endif
