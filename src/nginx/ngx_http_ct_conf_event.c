/*
 * ngx_http_ct_conf_event: the directive ct_event_log, which follows nginx's
 * own logs: a file is opened by the master and reopened on USR1, a syslog
 * server is named as in error_log and access_log.
 */

#include "ngx_http_ct_conf_channel.h"


static ngx_int_t ngx_http_ct_conf_event_file(ngx_conf_t *cf,
    ngx_http_ct_main_conf_t *mcf, ngx_str_t *path, ngx_http_ct_channel_t *c);
static ngx_int_t ngx_http_ct_conf_event_syslog(ngx_conf_t *cf,
    ngx_http_ct_main_conf_t *mcf, ngx_http_ct_channel_t *c);


/* ct_event_log path | syslog:server=address[,parameter=value ...]
 * [on=events] [name=text]; */

char *
ngx_http_ct_conf_event_log(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ct_main_conf_t *mcf = conf;

    char                   *url;
    ngx_int_t               rc;
    ngx_str_t              *value;
    ngx_uint_t              i;
    ngx_http_ct_channel_t   c;

    ngx_http_ct_conf_seen(cf, cmd, mcf);

    value = cf->args->elts;

    ngx_http_ct_conf_channel_init(cf, &c, CT_CHANNEL_LOG);

    for (i = 2; i < cf->args->nelts; i++) {
        rc = ngx_http_ct_conf_channel_arg(cf, &value[i], &c);

        if (rc == NGX_ERROR) {
            return NGX_CONF_ERROR;
        }

        if (rc == NGX_DECLINED) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\" in \"%V\", "
                               "\"on=\" and \"name=\" are wanted", &value[i],
                               &cmd->name);
            return NGX_CONF_ERROR;
        }
    }

    if (value[1].len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "empty path in \"%V\", a file or "
                           "\"syslog:server=address\" is wanted", &cmd->name);
        return NGX_CONF_ERROR;
    }

    /* nginx puts an end behind each parameter of syslog: */

    url = ngx_http_ct_string(mcf->arena, &value[1]);
    if (url == NULL) {
        return NGX_CONF_ERROR;
    }

    c.channel.url = url;

    rc = (ngx_strncmp(value[1].data, "syslog:", 7) == 0)
         ? ngx_http_ct_conf_event_syslog(cf, mcf, &c)
         : ngx_http_ct_conf_event_file(cf, mcf, &value[1], &c);

    if (rc != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return ngx_http_ct_conf_channel_add(cf, mcf, &c, (char *) c.channel.url,
                                        (char *) c.channel.url);
}


static ngx_int_t
ngx_http_ct_conf_event_file(ngx_conf_t *cf, ngx_http_ct_main_conf_t *mcf,
    ngx_str_t *path, ngx_http_ct_channel_t *c)
{
    c->file = ngx_conf_open_file(cf->cycle, path);
    if (c->file == NULL) {
        return NGX_ERROR;
    }

    c->channel.url = ngx_http_ct_string(mcf->arena, &c->file->name);

    return c->channel.url == NULL ? NGX_ERROR : NGX_OK;
}


static ngx_int_t
ngx_http_ct_conf_event_syslog(ngx_conf_t *cf, ngx_http_ct_main_conf_t *mcf,
    ngx_http_ct_channel_t *c)
{
    void               *addr;
    ct_syslog_t        *syslog;
    ngx_syslog_peer_t  *peer;

    /* nginx cleans it up with the configuration */
    peer = ngx_pcalloc(cf->pool, sizeof(ngx_syslog_peer_t));

    if (peer == NULL || ngx_syslog_process_conf(cf, peer) != NGX_CONF_OK) {
        return NGX_ERROR;
    }

    syslog = ct_arena_calloc(mcf->arena, 1, sizeof(ct_syslog_t));
    addr = ct_arena_calloc(mcf->arena, 1, peer->server.socklen);

    if (syslog == NULL || addr == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(addr, peer->server.sockaddr, peer->server.socklen);

    syslog->addr = addr;
    syslog->addr_len = peer->server.socklen;
    syslog->priority = (unsigned) (peer->facility * 8 + peer->severity);
    syslog->tag = ngx_http_ct_string(mcf->arena, &peer->tag);
    syslog->nohostname = peer->nohostname;

    c->channel.syslog = syslog;

    return syslog->tag == NULL ? NGX_ERROR : NGX_OK;
}
