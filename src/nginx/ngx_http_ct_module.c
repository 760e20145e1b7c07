/*
 * ngx_http_ct_module: the directive table, the module context and the
 * hooks: nothing else.
 *
 * No hook ever fails: an error in init_module or init_process would take
 * the web server down over its monitor.
 */

#include "ngx_http_ct_conf.h"
#include "ngx_http_ct_learn.h"
#include "ngx_http_ct_worker.h"


static ngx_int_t ngx_http_ct_init_module(ngx_cycle_t *cycle);
static ngx_int_t ngx_http_ct_init_process(ngx_cycle_t *cycle);
static void ngx_http_ct_exit_process(ngx_cycle_t *cycle);


static ngx_command_t  ngx_http_ct_commands[] = {

    { ngx_string("ct_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE12,
      ngx_http_ct_conf_zone,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ct_domain"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_1MORE,
      ngx_http_ct_conf_domain,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ct_log_list"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE123,
      ngx_http_ct_conf_log_list,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ct_ca_list"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_ct_conf_ca_list,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ct_log"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_ct_conf_log,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ct_since"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_ct_conf_since,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ct_interval"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_ct_conf_interval,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ct_rate"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_ct_conf_rate,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ct_grace"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_ct_conf_grace,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ct_contact"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_ct_conf_contact,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ct_issuer"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_ct_conf_issuer,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ct_known_certificate"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_ct_conf_known,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ct_webhook"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_1MORE,
      ngx_http_ct_conf_webhook,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ct_mail"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_CONF_1MORE,
      ngx_http_ct_conf_mail,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ct_event_log"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_ct_conf_event_log,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ct_status_url"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_ct_conf_status_url,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ct_proxy"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_ct_conf_proxy,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ct_trusted_certificate"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_ct_conf_trusted,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("ct_status"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS|NGX_CONF_TAKE1,
      ngx_http_ct_conf_status,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_ct_module_ctx = {
    NULL,                                  /* preconfiguration */
    ngx_http_ct_learn_init,                /* postconfiguration */

    ngx_http_ct_conf_create_main,          /* create main configuration */
    ngx_http_ct_conf_init_main,            /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_http_ct_conf_create_loc,           /* create location configuration */
    ngx_http_ct_conf_merge_loc             /* merge location configuration */
};


ngx_module_t  ngx_http_ct_module = {
    NGX_MODULE_V1,
    &ngx_http_ct_module_ctx,               /* module context */
    ngx_http_ct_commands,                  /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    ngx_http_ct_init_module,               /* init module */
    ngx_http_ct_init_process,              /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_http_ct_exit_process,              /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_int_t
ngx_http_ct_init_module(ngx_cycle_t *cycle)
{
    ngx_http_ct_main_conf_t  *mcf;

    mcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_ct_module);

    if (mcf != NULL && mcf->shm_zone != NULL) {
        (void) ngx_http_ct_conf_complete(cycle, mcf);
        ngx_http_ct_learn_stream(cycle);
        ngx_http_ct_worker_permit();
    }

    ngx_http_ct_worker_reload(cycle);

    return NGX_OK;
}


static ngx_int_t
ngx_http_ct_init_process(ngx_cycle_t *cycle)
{
    ngx_http_ct_learn_start(cycle);
    ngx_http_ct_worker_init(cycle);

    return NGX_OK;
}


static void
ngx_http_ct_exit_process(ngx_cycle_t *cycle)
{
    ngx_http_ct_worker_exit(cycle);
    ngx_http_ct_learn_end();
}
