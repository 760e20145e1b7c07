/*
 * ngx_http_ct_servers: what the walks through http, stream and mail have in
 * common.
 */

#include "ngx_http_ct_servers.h"


static int ngx_http_ct_servers_cmp(const void *one, const void *two);


ngx_int_t
ngx_http_ct_servers(ngx_cycle_t *cycle, ngx_array_t *servers)
{
    if (ngx_http_ct_servers_http(cycle, servers) != NGX_OK
        || ngx_http_ct_servers_stream(cycle, servers) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_ct_servers_mail(cycle, servers);
}


ngx_module_t *
ngx_http_ct_servers_module(ngx_cycle_t *cycle, const char *name)
{
    ngx_uint_t  i;

    for (i = 0; cycle->modules[i] != NULL; i++) {
        if (ngx_strcmp(cycle->modules[i]->name, name) == 0) {
            return cycle->modules[i];
        }
    }

    return NULL;
}


ngx_http_ct_server_t *
ngx_http_ct_servers_push(ngx_array_t *servers, uint32_t place,
    ngx_uint_t nnames)
{
    ngx_http_ct_server_t  *server;

    server = ngx_array_push(servers);
    if (server == NULL) {
        return NULL;
    }

    ngx_memzero(server, sizeof(ngx_http_ct_server_t));

    /* those of http come first */

    server->number = (place == CT_SERVED_HTTP) ? (uint32_t) servers->nelts
                                               : 0;
    server->place = place;
    server->names = ngx_pcalloc(servers->pool,
                                nnames * sizeof(ngx_http_ct_server_name_t));

    return server->names == NULL ? NULL : server;
}


ngx_int_t
ngx_http_ct_servers_add(ngx_array_t *set, void *conf)
{
    void  **member;

    member = ngx_array_push(set);
    if (member == NULL) {
        return NGX_ERROR;
    }

    *member = conf;

    return NGX_OK;
}


void
ngx_http_ct_servers_sort(ngx_array_t *set)
{
    ngx_qsort(set->elts, set->nelts, set->size, ngx_http_ct_servers_cmp);
}


ngx_uint_t
ngx_http_ct_servers_has(ngx_array_t *set, void *conf)
{
    return bsearch(&conf, set->elts, set->nelts, set->size,
                   ngx_http_ct_servers_cmp)
           != NULL;
}


static int
ngx_http_ct_servers_cmp(const void *one, const void *two)
{
    void *const  *a = one;
    void *const  *b = two;

    return (*a > *b) - (*a < *b);
}
