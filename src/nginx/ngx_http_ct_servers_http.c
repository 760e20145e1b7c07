/*
 * ngx_http_ct_servers: those of http.
 *
 * An SSL_CTX alone does not mean "served": every server has one once
 * ssl_certificate stands in http{}. Served is what an address with "ssl" (or
 * "quic") leads to.
 */

#include "ngx_http_ct_servers.h"


static ngx_int_t ngx_http_ct_servers_http_secure(
    ngx_http_core_main_conf_t *cmcf, ngx_array_t *secure);
static ngx_int_t ngx_http_ct_servers_http_address(ngx_http_conf_addr_t *addr,
    ngx_array_t *secure);
static ngx_uint_t ngx_http_ct_servers_http_tls(ngx_http_conf_addr_t *addr,
    ngx_http_core_srv_conf_t *cscf);
static ngx_int_t ngx_http_ct_servers_http_take(ngx_array_t *servers,
    ngx_http_core_srv_conf_t *cscf, ngx_array_t *secure);


ngx_int_t
ngx_http_ct_servers_http(ngx_cycle_t *cycle, ngx_array_t *servers)
{
    ngx_uint_t                   i;
    ngx_array_t                  secure;
    ngx_http_core_srv_conf_t   **cscfp;
    ngx_http_core_main_conf_t   *cmcf;

    cmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_core_module);

    if (ngx_array_init(&secure, servers->pool, 16, sizeof(void *)) != NGX_OK
        || ngx_http_ct_servers_http_secure(cmcf, &secure) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_ct_servers_sort(&secure);

    cscfp = cmcf->servers.elts;

    for (i = 0; i < cmcf->servers.nelts; i++) {
        if (ngx_http_ct_servers_http_take(servers, cscfp[i], &secure)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_ct_servers_http_secure(ngx_http_core_main_conf_t *cmcf,
    ngx_array_t *secure)
{
    ngx_uint_t             p, a;
    ngx_http_conf_port_t  *port;
    ngx_http_conf_addr_t  *addr;

    if (cmcf->ports == NULL) {
        return NGX_OK;
    }

    port = cmcf->ports->elts;

    for (p = 0; p < cmcf->ports->nelts; p++) {
        addr = port[p].addrs.elts;

        for (a = 0; a < port[p].addrs.nelts; a++) {
            if (ngx_http_ct_servers_http_address(&addr[a], secure)
                != NGX_OK)
            {
                return NGX_ERROR;
            }
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_ct_servers_http_address(ngx_http_conf_addr_t *addr,
    ngx_array_t *secure)
{
    ngx_uint_t                  i;
    ngx_http_core_srv_conf_t  **cscfp;

    cscfp = addr->servers.elts;

    for (i = 0; i < addr->servers.nelts; i++) {
        if (ngx_http_ct_servers_http_tls(addr, cscfp[i])
            && ngx_http_ct_servers_add(secure, cscfp[i]) != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_http_ct_servers_http_tls(ngx_http_conf_addr_t *addr,
    ngx_http_core_srv_conf_t *cscf)
{
#if (NGX_CT_SSL_ENABLE)
    ngx_http_ssl_srv_conf_t  *sscf;

    sscf = cscf->ctx->srv_conf[ngx_http_ssl_module.ctx_index];

    if (sscf->enable == 1) {
        return 1;
    }
#endif

#if (NGX_CT_LISTEN_QUIC)
    if (addr->opt.quic) {
        return 1;
    }
#endif

    return addr->opt.ssl;
}


static ngx_int_t
ngx_http_ct_servers_http_take(ngx_array_t *servers,
    ngx_http_core_srv_conf_t *cscf, ngx_array_t *secure)
{
    ngx_uint_t                i;
    ngx_http_ct_server_t     *server;
    ngx_http_server_name_t   *name;
    ngx_http_ssl_srv_conf_t  *sscf;

    sscf = cscf->ctx->srv_conf[ngx_http_ssl_module.ctx_index];

    server = ngx_http_ct_servers_push(servers, CT_SERVED_HTTP,
                                      cscf->server_names.nelts);
    if (server == NULL) {
        return NGX_ERROR;
    }

    name = cscf->server_names.elts;

    for (i = 0; i < cscf->server_names.nelts; i++) {
        server->names[i].name = name[i].name;
#if (NGX_PCRE)
        server->names[i].regex = (name[i].regex != NULL);
#endif
    }

    server->name = cscf->server_name;
    server->nnames = cscf->server_names.nelts;
    server->ssl = sscf->ssl.ctx;
    server->files = sscf->certificates;
    server->secure = ngx_http_ct_servers_has(secure, cscf);

    return NGX_OK;
}
