/*
 * ngx_http_ct_servers: those of mail, where a connection may begin with TLS
 * ("ssl" at the address) or come to it later ("starttls").
 */

#include "ngx_http_ct_servers.h"

#include <ngx_mail.h>
#include <ngx_mail_ssl_module.h>


static ngx_int_t ngx_http_ct_servers_mail_secure(
    ngx_mail_core_main_conf_t *cmcf, ngx_module_t *core, ngx_module_t *ssl,
    ngx_array_t *secure);
static ngx_uint_t ngx_http_ct_servers_mail_tls(ngx_mail_listen_t *ls,
    ngx_module_t *ssl);
static ngx_int_t ngx_http_ct_servers_mail_take(ngx_cycle_t *cycle,
    ngx_array_t *servers, ngx_mail_core_srv_conf_t *cscf, ngx_module_t *ssl,
    ngx_array_t *secure);


ngx_int_t
ngx_http_ct_servers_mail(ngx_cycle_t *cycle, ngx_array_t *servers)
{
    ngx_uint_t                   i;
    ngx_array_t                  secure;
    ngx_module_t                *mail, *core, *ssl;
    ngx_mail_conf_ctx_t         *ctx;
    ngx_mail_core_srv_conf_t   **cscfp;
    ngx_mail_core_main_conf_t   *cmcf;

    mail = ngx_http_ct_servers_module(cycle, "ngx_mail_module");
    core = ngx_http_ct_servers_module(cycle, "ngx_mail_core_module");
    ssl = ngx_http_ct_servers_module(cycle, "ngx_mail_ssl_module");

    if (mail == NULL || core == NULL) {
        return NGX_OK;
    }

    ctx = (ngx_mail_conf_ctx_t *) cycle->conf_ctx[mail->index];

    if (ctx == NULL) {
        return NGX_OK;
    }

    cmcf = ctx->main_conf[core->ctx_index];

    if (ngx_array_init(&secure, servers->pool, 16, sizeof(void *)) != NGX_OK
        || ngx_http_ct_servers_mail_secure(cmcf, core, ssl, &secure)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_ct_servers_sort(&secure);

    cscfp = cmcf->servers.elts;

    for (i = 0; i < cmcf->servers.nelts; i++) {
        if (ngx_http_ct_servers_mail_take(cycle, servers, cscfp[i], ssl,
                                          &secure)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_ct_servers_mail_secure(ngx_mail_core_main_conf_t *cmcf,
    ngx_module_t *core, ngx_module_t *ssl, ngx_array_t *secure)
{
    ngx_uint_t          i;
    ngx_mail_listen_t  *ls;

    if (ssl == NULL) {
        return NGX_OK;
    }

    ls = cmcf->listen.elts;

    for (i = 0; i < cmcf->listen.nelts; i++) {
        if (ngx_http_ct_servers_mail_tls(&ls[i], ssl)
            && ngx_http_ct_servers_add(secure,
                                       ls[i].ctx->srv_conf[core->ctx_index])
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_http_ct_servers_mail_tls(ngx_mail_listen_t *ls, ngx_module_t *ssl)
{
    ngx_mail_ssl_conf_t  *sslcf;

    sslcf = ls->ctx->srv_conf[ssl->ctx_index];

#if (NGX_CT_MAIL_SSL_ENABLE)
    if (sslcf->enable == 1) {
        return 1;
    }
#endif

    return ls->ssl || sslcf->starttls != NGX_MAIL_STARTTLS_OFF;
}


/* Without server_name a server calls itself what the host is called: nobody
 * has written that, so it is not taken for a name of ours. */

static ngx_int_t
ngx_http_ct_servers_mail_take(ngx_cycle_t *cycle, ngx_array_t *servers,
    ngx_mail_core_srv_conf_t *cscf, ngx_module_t *ssl, ngx_array_t *secure)
{
    ngx_str_t             *name;
    ngx_mail_ssl_conf_t   *sslcf;
    ngx_http_ct_server_t  *server;

    server = ngx_http_ct_servers_push(servers, CT_SERVED_MAIL, 1);
    if (server == NULL) {
        return NGX_ERROR;
    }

    name = &cscf->server_name;
    server->name = *name;

    if (name->len != cycle->hostname.len
        || ngx_strncasecmp(name->data, cycle->hostname.data, name->len) != 0)
    {
        server->names[0].name = *name;
        server->nnames = 1;
    }

    if (ssl != NULL) {
        sslcf = cscf->ctx->srv_conf[ssl->ctx_index];

        server->ssl = sslcf->ssl.ctx;
        server->files = sslcf->certificates;
        server->secure = ngx_http_ct_servers_has(secure, cscf);
    }

    return NGX_OK;
}
