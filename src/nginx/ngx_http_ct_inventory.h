/*
 * ngx_http_ct_inventory: the certificates that http serves.
 */

#ifndef NGX_HTTP_CT_INVENTORY_H
#define NGX_HTTP_CT_INVENTORY_H

#include "ngx_http_ct.h"


/* All certificates on addresses that speak TLS, each once; all memory from
 * `arena`. To be called from init_module. NGX_ERROR: memory. */
ngx_int_t ngx_http_ct_inventory(ngx_cycle_t *cycle, ct_arena_t *arena,
    ct_inventory_t *inventory);


#endif
