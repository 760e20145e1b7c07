/*
 * ngx_http_ct_servers: those of stream.
 *
 * Before nginx 1.25.5 a server of stream has no name, and an address leads
 * to one server only.
 */

#include "ngx_http_ct_servers.h"

#include <ngx_stream.h>
#include <ngx_stream_ssl_module.h>


#if (NGX_CT_STREAM_SSL_SRV_CONF)
typedef ngx_stream_ssl_srv_conf_t  ngx_http_ct_stream_ssl_t;
#else
typedef ngx_stream_ssl_conf_t      ngx_http_ct_stream_ssl_t;
#endif


static ngx_int_t ngx_http_ct_servers_stream_secure(
    ngx_stream_core_main_conf_t *cmcf, ngx_uint_t core, ngx_array_t *secure);
#if (NGX_CT_STREAM_PORTS)
static ngx_int_t ngx_http_ct_servers_stream_address(
    ngx_stream_conf_addr_t *addr, ngx_array_t *secure);
#endif
static ngx_int_t ngx_http_ct_servers_stream_take(ngx_array_t *servers,
    ngx_stream_core_srv_conf_t *cscf, ngx_module_t *ssl,
    ngx_array_t *secure);


ngx_int_t
ngx_http_ct_servers_stream(ngx_cycle_t *cycle, ngx_array_t *servers)
{
    ngx_uint_t                     i;
    ngx_array_t                    secure;
    ngx_module_t                  *stream, *core, *ssl;
    ngx_stream_conf_ctx_t         *ctx;
    ngx_stream_core_srv_conf_t   **cscfp;
    ngx_stream_core_main_conf_t   *cmcf;

    stream = ngx_http_ct_servers_module(cycle, "ngx_stream_module");
    core = ngx_http_ct_servers_module(cycle, "ngx_stream_core_module");
    ssl = ngx_http_ct_servers_module(cycle, "ngx_stream_ssl_module");

    if (stream == NULL || core == NULL) {
        return NGX_OK;
    }

    ctx = (ngx_stream_conf_ctx_t *) cycle->conf_ctx[stream->index];

    if (ctx == NULL) {
        return NGX_OK;
    }

    cmcf = ctx->main_conf[core->ctx_index];

    if (ngx_array_init(&secure, servers->pool, 16, sizeof(void *)) != NGX_OK
        || ngx_http_ct_servers_stream_secure(cmcf, core->ctx_index, &secure)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_ct_servers_sort(&secure);

    cscfp = cmcf->servers.elts;

    for (i = 0; i < cmcf->servers.nelts; i++) {
        if (ngx_http_ct_servers_stream_take(servers, cscfp[i], ssl, &secure)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


#if (NGX_CT_STREAM_PORTS)

static ngx_int_t
ngx_http_ct_servers_stream_secure(ngx_stream_core_main_conf_t *cmcf,
    ngx_uint_t core, ngx_array_t *secure)
{
    ngx_uint_t               p, a;
    ngx_stream_conf_port_t  *port;
    ngx_stream_conf_addr_t  *addr;

    if (cmcf->ports == NULL) {
        return NGX_OK;
    }

    port = cmcf->ports->elts;

    for (p = 0; p < cmcf->ports->nelts; p++) {
        addr = port[p].addrs.elts;

        for (a = 0; a < port[p].addrs.nelts; a++) {
            if (addr[a].opt.ssl
                && ngx_http_ct_servers_stream_address(&addr[a], secure)
                   != NGX_OK)
            {
                return NGX_ERROR;
            }
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_ct_servers_stream_address(ngx_stream_conf_addr_t *addr,
    ngx_array_t *secure)
{
    ngx_uint_t                    i;
    ngx_stream_core_srv_conf_t  **cscfp;

    cscfp = addr->servers.elts;

    for (i = 0; i < addr->servers.nelts; i++) {
        if (ngx_http_ct_servers_add(secure, cscfp[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}

#else

static ngx_int_t
ngx_http_ct_servers_stream_secure(ngx_stream_core_main_conf_t *cmcf,
    ngx_uint_t core, ngx_array_t *secure)
{
    ngx_uint_t            i;
    ngx_stream_listen_t  *ls;

    ls = cmcf->listen.elts;

    for (i = 0; i < cmcf->listen.nelts; i++) {
        if (ls[i].ssl
            && ngx_http_ct_servers_add(secure, ls[i].ctx->srv_conf[core])
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}

#endif


static ngx_int_t
ngx_http_ct_servers_stream_take(ngx_array_t *servers,
    ngx_stream_core_srv_conf_t *cscf, ngx_module_t *ssl, ngx_array_t *secure)
{
#if (NGX_CT_STREAM_PORTS)
    ngx_uint_t                 i;
    ngx_stream_server_name_t  *name;
#endif
    ngx_uint_t                 n;
    ngx_http_ct_server_t      *server;
    ngx_http_ct_stream_ssl_t  *sscf;

#if (NGX_CT_STREAM_PORTS)
    n = cscf->server_names.nelts;
#else
    n = 0;
#endif

    server = ngx_http_ct_servers_push(servers, CT_SERVED_STREAM, n);
    if (server == NULL) {
        return NGX_ERROR;
    }

    ngx_str_set(&server->name, "of stream");

#if (NGX_CT_STREAM_PORTS)

    name = cscf->server_names.elts;

    for (i = 0; i < n; i++) {
        server->names[i].name = name[i].name;
#if (NGX_PCRE)
        server->names[i].regex = (name[i].regex != NULL);
#endif
    }

    server->nnames = n;

#endif

    if (ssl != NULL) {
        sscf = cscf->ctx->srv_conf[ssl->ctx_index];

        server->ssl = sscf->ssl.ctx;
        server->files = sscf->certificates;
        server->secure = ngx_http_ct_servers_has(secure, cscf);
    }

    return NGX_OK;
}
