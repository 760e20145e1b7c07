/*
 * ngx_http_ct_zone: the store's memory. One shared zone, taken whole from
 * the slab allocator when it is fresh, found again on reload.
 */

#ifndef NGX_HTTP_CT_ZONE_H
#define NGX_HTTP_CT_ZONE_H

#include "ngx_http_ct.h"

#define NGX_HTTP_CT_ZONE_MIN  (1024 * 1024)


/* At shm_zone->data. */
typedef struct {
    void                   *owner;    /* CT_OWNER_SIZE bytes of the zone */
    ct_store_t             *store;    /* behind it; NULL: not usable */
    size_t                  len;      /* bytes of the store */
} ngx_http_ct_zone_t;


/* Declares the zone; NULL when nginx refuses, which it has then logged. */
ngx_shm_zone_t *ngx_http_ct_zone_add(ngx_conf_t *cf, ngx_str_t *name,
    size_t size);

/* NULL when the monitor is off or the zone could not be used. */
ngx_http_ct_zone_t *ngx_http_ct_zone(ngx_http_ct_main_conf_t *mcf);


#endif
