/*
 * ngx_http_ct_conf_status: ct_status, and which locations have it.
 */

#include "ngx_http_ct_conf.h"

#include "ngx_http_ct_status.h"


static char *ngx_http_ct_conf_status_names(ngx_conf_t *cf,
    ngx_http_ct_loc_conf_t *conf);


void *
ngx_http_ct_conf_create_loc(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_http_ct_loc_conf_t));
}


/* "if" and "limit_except" in a location are the same location under other
 * terms. nginx hands no handler on to the latter. */

char *
ngx_http_ct_conf_merge_loc(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_ct_loc_conf_t *prev = parent;
    ngx_http_ct_loc_conf_t *conf = child;

    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->noname && prev->status) {
        conf->status = prev->status;
        conf->write = prev->write;

        if (clcf->lmt_excpt && clcf->handler == NULL) {
            clcf->handler = ngx_http_ct_status_handler;
        }
    }

    return conf->write ? ngx_http_ct_conf_status_names(cf, conf)
                       : NGX_CONF_OK;
}


/* nginx's own list is gone when requests come. A regular expression, or a
 * name with a wildcard at its end, may well cover what belongs to somebody
 * else: they are left out. */

static char *
ngx_http_ct_conf_status_names(ngx_conf_t *cf, ngx_http_ct_loc_conf_t *conf)
{
    ngx_str_t                 *copy;
    ngx_uint_t                 i;
    ngx_http_server_name_t    *name;
    ngx_http_core_srv_conf_t  *cscf;

    cscf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);
    name = cscf->server_names.elts;

    if (ngx_array_init(&conf->names, cf->pool, 1 + cscf->server_names.nelts,
                       sizeof(ngx_str_t))
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    for (i = 0; i < cscf->server_names.nelts; i++) {

#if (NGX_PCRE)
        if (name[i].regex != NULL) {
            continue;
        }
#endif

        copy = ngx_array_push(&conf->names);
        if (copy == NULL) {
            return NGX_CONF_ERROR;
        }

        *copy = name[i].name;
    }

    return NGX_CONF_OK;
}


/* ct_status [write=on|off]; */

char *
ngx_http_ct_conf_status(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ct_loc_conf_t *lcf = conf;

    ngx_str_t                 *value;
    ngx_uint_t                 regex;
    ngx_http_ct_main_conf_t   *mcf;
    ngx_http_core_loc_conf_t  *clcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_ct_module);
    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    ngx_http_ct_conf_seen(cf, cmd, mcf);

    if (lcf->status) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2) {

        if (ngx_strcmp(value[1].data, "write=on") == 0) {
            lcf->write = 1;

        } else if (ngx_strcmp(value[1].data, "write=off") != 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\" in \"%V\", "
                               "\"write=on\" or \"write=off\" is wanted",
                               &value[1], &cmd->name);
            return NGX_CONF_ERROR;
        }
    }

#if (NGX_PCRE)
    regex = (clcf->regex != NULL);
#else
    regex = 0;
#endif

    if (regex || clcf->named || clcf->noname || clcf->exact_match) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" cannot be used in location \"%V\", it "
                           "has pages beneath it and wants a location given "
                           "by a prefix", &cmd->name, &clcf->name);
        return NGX_CONF_ERROR;
    }

    lcf->status = 1;
    clcf->handler = ngx_http_ct_status_handler;

    return NGX_CONF_OK;
}
