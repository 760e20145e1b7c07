/*
 * ngx_http_ct_learn: sessions of stream. Handlers of its log phase are
 * called one after the other from an array, so one can be added to it when
 * the configuration is complete, without being a module of stream.
 */

#include "ngx_http_ct_learn.h"

#include "ngx_http_ct_servers.h"

#include <ngx_stream.h>


static ngx_int_t ngx_http_ct_learn_session(ngx_stream_session_t *s);


void
ngx_http_ct_learn_stream(ngx_cycle_t *cycle)
{
    ngx_array_t                  *handlers;
    ngx_module_t                 *stream, *core;
    ngx_stream_handler_pt        *h;
    ngx_stream_conf_ctx_t        *ctx;
    ngx_stream_core_main_conf_t  *cmcf;

    stream = ngx_http_ct_servers_module(cycle, "ngx_stream_module");
    core = ngx_http_ct_servers_module(cycle, "ngx_stream_core_module");

    if (stream == NULL || core == NULL
        || cycle->conf_ctx[stream->index] == NULL)
    {
        return;
    }

    ctx = (ngx_stream_conf_ctx_t *) cycle->conf_ctx[stream->index];
    cmcf = ctx->main_conf[core->ctx_index];
    handlers = &cmcf->phases[NGX_STREAM_LOG_PHASE].handlers;

    h = ngx_array_push(handlers);

    if (h != NULL) {
        *h = ngx_http_ct_learn_session;
    }
}


static ngx_int_t
ngx_http_ct_learn_session(ngx_stream_session_t *s)
{
    if (s->connection->ssl != NULL) {
        ngx_http_ct_learn(s->connection->ssl->connection);
    }

    return NGX_OK;
}
