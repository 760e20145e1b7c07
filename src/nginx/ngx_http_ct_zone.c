/*
 * ngx_http_ct_zone: the store's memory in a shared zone.
 *
 *   slab pool | log context | owner mutex | store ...
 *
 * A zone whose memory cannot be used leaves the monitor off; it never keeps
 * nginx from starting.
 */

#include "ngx_http_ct_zone.h"


#define NGX_HTTP_CT_ZONE_SCRATCH  (256 * 1024)  /* one finding at a time */


/* In the zone, found by every generation through shpool->data. */
typedef struct {
    size_t                  len;      /* bytes of the store */
    uint64_t                owner[CT_OWNER_SIZE / 8];
} ngx_http_ct_zone_head_t;


static ngx_int_t ngx_http_ct_zone_init(ngx_shm_zone_t *shm_zone, void *data);
static ngx_http_ct_zone_head_t *ngx_http_ct_zone_take(
    ngx_shm_zone_t *shm_zone);
static ngx_int_t ngx_http_ct_zone_create(ngx_http_ct_zone_t *zone,
    ngx_http_ct_zone_head_t *head);
static void ngx_http_ct_zone_inherit(ngx_shm_zone_t *shm_zone,
    ngx_http_ct_zone_t *zone);
static ngx_shm_zone_t *ngx_http_ct_zone_resized(ngx_shm_zone_t *shm_zone);


ngx_shm_zone_t *
ngx_http_ct_zone_add(ngx_conf_t *cf, ngx_str_t *name, size_t size)
{
    ngx_shm_zone_t      *shm_zone;
    ngx_http_ct_zone_t  *zone;

    zone = ngx_pcalloc(cf->pool, sizeof(ngx_http_ct_zone_t));
    if (zone == NULL) {
        return NULL;
    }

    shm_zone = ngx_shared_memory_add(cf, name, size, &ngx_http_ct_module);
    if (shm_zone == NULL) {
        return NULL;
    }

    shm_zone->init = ngx_http_ct_zone_init;
    shm_zone->data = zone;

    return shm_zone;
}


ngx_http_ct_zone_t *
ngx_http_ct_zone(ngx_http_ct_main_conf_t *mcf)
{
    ngx_http_ct_zone_t  *zone;

    if (mcf == NULL || mcf->shm_zone == NULL) {
        return NULL;
    }

    zone = mcf->shm_zone->data;

    return zone->store == NULL ? NULL : zone;
}


static ngx_int_t
ngx_http_ct_zone_init(ngx_shm_zone_t *shm_zone, void *data)
{
    ngx_slab_pool_t          *shpool;
    ngx_http_ct_zone_t       *zone;
    ngx_http_ct_zone_head_t  *head;

    zone = shm_zone->data;
    shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;

    if (data != NULL || shm_zone->shm.exists) {
        head = shpool->data;

        if (head != NULL) {
            zone->len = head->len;
            zone->owner = head->owner;
            zone->store = ct_store_attach(head + 1, head->len);
        }

        if (zone->store != NULL) {
            return NGX_OK;
        }

        ngx_log_error(NGX_LOG_WARN, shm_zone->shm.log, 0,
                      "ct: ct_zone \"%V\" has another layout, it starts anew",
                      &shm_zone->shm.name);

    } else {
        head = ngx_http_ct_zone_take(shm_zone);
    }

    if (head == NULL || ngx_http_ct_zone_create(zone, head) != NGX_OK) {
        ngx_log_error(NGX_LOG_ERR, shm_zone->shm.log, 0,
                      "ct: the memory of ct_zone \"%V\" cannot be used, "
                      "the monitor is off", &shm_zone->shm.name);
        return NGX_OK;
    }

    ngx_http_ct_zone_inherit(shm_zone, zone);

    return NGX_OK;
}


/* All free pages of a fresh zone in one run; shpool->log_ctx comes first,
 * because it has to live in the zone. */

static ngx_http_ct_zone_head_t *
ngx_http_ct_zone_take(ngx_shm_zone_t *shm_zone)
{
    size_t                    len;
    ngx_slab_pool_t          *shpool;
    ngx_http_ct_zone_head_t  *head;

    shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;
    len = sizeof(" in ct_zone \"\"") + shm_zone->shm.name.len;

    shpool->log_nomem = 0;
    shpool->log_ctx = ngx_slab_alloc(shpool, len);

    if (shpool->log_ctx == NULL) {
        shpool->log_ctx = &shpool->zero;
        return NULL;
    }

    ngx_sprintf(shpool->log_ctx, " in ct_zone \"%V\"%Z", &shm_zone->shm.name);

    len = shpool->pfree * ngx_pagesize;

    head = ngx_slab_alloc(shpool, len);
    if (head == NULL) {
        return NULL;
    }

    head->len = len - sizeof(ngx_http_ct_zone_head_t);
    shpool->data = head;

    return head;
}


static ngx_int_t
ngx_http_ct_zone_create(ngx_http_ct_zone_t *zone,
    ngx_http_ct_zone_head_t *head)
{
    if (!ct_owner_init(head->owner)) {
        return NGX_ERROR;
    }

    zone->len = head->len;
    zone->owner = head->owner;
    zone->store = ct_store_create(head + 1, head->len);

    return zone->store == NULL ? NGX_ERROR : NGX_OK;
}


/* Another size is a fresh zone, and begins with what the old one holds. In a
 * reload ngx_cycle still is the old cycle, and its memory is mapped. */

static void
ngx_http_ct_zone_inherit(ngx_shm_zone_t *shm_zone, ngx_http_ct_zone_t *zone)
{
    ct_store_t               *store;
    ct_arena_t               *scratch;
    ngx_shm_zone_t           *old;
    ngx_slab_pool_t          *shpool;
    ngx_http_ct_zone_head_t  *head;

    old = ngx_http_ct_zone_resized(shm_zone);

    if (old == NULL) {
        return;
    }

    shpool = (ngx_slab_pool_t *) old->shm.addr;
    head = shpool->data;
    store = head == NULL ? NULL : ct_store_attach(head + 1, head->len);
    scratch = ct_arena_create(NGX_HTTP_CT_ZONE_SCRATCH);

    if (store == NULL || scratch == NULL
        || !ct_store_copy(zone->store, store, scratch))
    {
        ngx_log_error(NGX_LOG_WARN, shm_zone->shm.log, 0,
                      "ct: ct_zone \"%V\" has a new size and could not take "
                      "over what the old one holds", &shm_zone->shm.name);
    }

    ct_arena_destroy(scratch);
}


static ngx_shm_zone_t *
ngx_http_ct_zone_resized(ngx_shm_zone_t *shm_zone)
{
    ngx_uint_t        i;
    ngx_shm_zone_t   *old;
    ngx_list_part_t  *part;

    if (ngx_cycle == NULL) {
        return NULL;
    }

    for (part = (ngx_list_part_t *) &ngx_cycle->shared_memory.part;
         part != NULL;
         part = part->next)
    {
        old = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (old[i].tag == shm_zone->tag
                && old[i].shm.addr != NULL
                && old[i].shm.size != shm_zone->shm.size
                && old[i].shm.name.len == shm_zone->shm.name.len
                && ngx_strncmp(old[i].shm.name.data, shm_zone->shm.name.data,
                               shm_zone->shm.name.len)
                   == 0)
            {
                return &old[i];
            }
        }
    }

    return NULL;
}
