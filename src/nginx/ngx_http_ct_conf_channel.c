/*
 * ngx_http_ct_conf_channel: what the directives of receivers have in common.
 *
 * What people see of a receiver - in log lines, on the page, in metrics -
 * has no secrets: paths and queries of URLs often are one, so a few digits
 * of the receiver's number stand for them.
 */

#include "ngx_http_ct_conf_channel.h"

#define NGX_HTTP_CT_ON_SERVER  (CT_ON_UNFAMILIAR|CT_ON_UNSERVED               \
                                |CT_ON_UNPARSABLE|CT_ON_RESOLVED)
#define NGX_HTTP_CT_SECRETS    (64 * 1024)  /* bytes of a file of them */
#define NGX_HTTP_CT_TEXT       4096


static ngx_int_t ngx_http_ct_conf_channel_on(ngx_conf_t *cf, ngx_str_t *value,
    ngx_http_ct_channel_t *c);
static ngx_int_t ngx_http_ct_conf_channel_name(ngx_conf_t *cf,
    ngx_str_t *value, ngx_http_ct_channel_t *c);
static ngx_int_t ngx_http_ct_conf_channel_known(ngx_conf_t *cf,
    ngx_http_ct_main_conf_t *mcf, ngx_http_ct_channel_t *c);
static ngx_int_t ngx_http_ct_conf_channel_place(ngx_cycle_t *cycle,
    ngx_http_ct_main_conf_t *mcf, ngx_uint_t i, ct_channel_t *channels);
static ngx_uint_t ngx_http_ct_conf_channel_server(ngx_cycle_t *cycle,
    ngx_http_ct_channel_t *c);


static ngx_conf_bitmask_t  ngx_http_ct_conf_events[] = {
    { ngx_string("unfamiliar"), CT_ON_UNFAMILIAR },
    { ngx_string("unserved"), CT_ON_UNSERVED },
    { ngx_string("unparsable"), CT_ON_UNPARSABLE },
    { ngx_string("resolved"), CT_ON_RESOLVED },
    { ngx_string("log"), CT_ON_LOG },
    { ngx_string("coverage"), CT_ON_COVERAGE },
    { ngx_string("list"), CT_ON_LIST },
    { ngx_string("engine"), CT_ON_ENGINE },
    { ngx_string("digest"), CT_ON_DIGEST },
    { ngx_string("all"), CT_ON_ALL },
    { ngx_null_string, 0 }
};


void
ngx_http_ct_conf_channel_init(ngx_conf_t *cf, ngx_http_ct_channel_t *c,
    ct_channel_kind_e kind)
{
    ngx_memzero(c, sizeof(ngx_http_ct_channel_t));

    c->channel.kind = kind;
    c->channel.fd = -1;

    if (cf->cmd_type == NGX_HTTP_SRV_CONF) {
        c->server = ngx_http_conf_get_module_srv_conf(cf,
                                                      ngx_http_core_module);
    }
}


ngx_int_t
ngx_http_ct_conf_channel_arg(ngx_conf_t *cf, ngx_str_t *value,
    ngx_http_ct_channel_t *c)
{
    if (ngx_strncmp(value->data, "on=", 3) == 0) {
        return ngx_http_ct_conf_channel_on(cf, value, c);
    }

    if (ngx_strncmp(value->data, "name=", 5) == 0) {
        return ngx_http_ct_conf_channel_name(cf, value, c);
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_http_ct_conf_channel_on(ngx_conf_t *cf, ngx_str_t *value,
    ngx_http_ct_channel_t *c)
{
    u_char              *p, *comma, *last;
    ngx_str_t            word;
    ngx_conf_bitmask_t  *event;

    last = value->data + value->len;

    for (p = value->data + 3; p <= last; p = comma + 1) {

        comma = ngx_strlchr(p, last, ',');
        comma = (comma == NULL) ? last : comma;

        word.data = p;
        word.len = comma - p;

        for (event = ngx_http_ct_conf_events; event->name.len > 0; event++) {
            if (event->name.len == word.len
                && ngx_strncmp(event->name.data, word.data, word.len) == 0)
            {
                break;
            }
        }

        if (event->name.len == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid event \"%V\" in \"%V\", some of "
                               "\"unfamiliar\", \"unserved\", "
                               "\"unparsable\", \"resolved\", \"log\", "
                               "\"coverage\", \"list\", \"engine\", "
                               "\"digest\" and \"all\", with commas between "
                               "them, are wanted", &word, value);
            return NGX_ERROR;
        }

        c->channel.events |= (uint32_t) event->mask;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_ct_conf_channel_name(ngx_conf_t *cf, ngx_str_t *value,
    ngx_http_ct_channel_t *c)
{
    size_t  i, len;

    len = value->len - 5;

    for (i = 5; i < value->len; i++) {
        if (value->data[i] < ' ' || value->data[i] >= 0x7f) {
            len = 0;
        }
    }

    if (len == 0 || len >= CT_LIMIT_TEXT || c->given.len > 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid parameter \"%V\", one \"name=\" of 1 to "
                           "%d printable ASCII characters is wanted", value,
                           CT_LIMIT_TEXT - 1);
        return NGX_ERROR;
    }

    c->given.data = value->data + 5;
    c->given.len = len;

    return NGX_OK;
}


char *
ngx_http_ct_conf_channel_add(ngx_conf_t *cf, ngx_http_ct_main_conf_t *mcf,
    ngx_http_ct_channel_t *c, char *key, char *name)
{
    ngx_http_ct_channel_t  *added;

    if (key == NULL || name == NULL) {
        return NGX_CONF_ERROR;
    }

    if (c->given.len > 0) {
        name = ngx_http_ct_string(mcf->arena, &c->given);
        if (name == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    c->key = key;
    c->channel.name = name;

    if (c->channel.events == 0) {
        c->channel.events = (c->server != NULL) ? NGX_HTTP_CT_ON_SERVER
                                                : CT_ON_ALL;
    }

    if (ngx_http_ct_conf_channel_known(cf, mcf, c) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (mcf->channels.nelts == CT_LIMIT_CHANNELS) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "too many receivers of alerts, at most %d are "
                           "possible", CT_LIMIT_CHANNELS);
        return NGX_CONF_ERROR;
    }

    added = ngx_array_push(&mcf->channels);
    if (added == NULL) {
        return NGX_CONF_ERROR;
    }

    *added = *c;

    return NGX_CONF_OK;
}


/* The same receiver may be in several servers: each has findings of its
 * own. */

static ngx_int_t
ngx_http_ct_conf_channel_known(ngx_conf_t *cf, ngx_http_ct_main_conf_t *mcf,
    ngx_http_ct_channel_t *c)
{
    ngx_str_t              *value;
    ngx_uint_t              i;
    ngx_http_ct_channel_t  *other;

    value = cf->args->elts;
    other = mcf->channels.elts;

    for (i = 0; i < mcf->channels.nelts; i++) {

        if (other[i].server != c->server) {
            continue;
        }

        if (ngx_strcmp(other[i].key, c->key) == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "duplicate receiver \"%s\" in \"%V\"",
                               other[i].channel.name, &value[0]);
            return NGX_ERROR;
        }

        if (ngx_strcmp(other[i].channel.name, c->channel.name) == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "duplicate name \"%s\" in \"%V\", another one "
                               "is wanted", c->channel.name, &value[0]);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_ct_conf_secret_lines(ngx_conf_t *cf, ngx_str_t *path,
    ngx_array_t *lines)
{
    u_char           *p, *last, *end;
    ngx_str_t        *line;
    ct_bytes_t        text;
    ngx_file_info_t   fi;

    if (ngx_conf_full_name(cf->cycle, path, 1) != NGX_OK
        || ngx_http_ct_conf_read(cf, path, NGX_HTTP_CT_SECRETS, &text)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_file_info(path->data, &fi) != NGX_FILE_ERROR
        && (ngx_file_access(&fi) & 0004))
    {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "everybody may read \"%V\", which holds secrets",
                           path);
    }

    last = (u_char *) text.data + text.len;

    for (p = (u_char *) text.data; p < last; p = end + 1) {

        end = ngx_strlchr(p, last, '\n');
        end = (end == NULL) ? last : end;

        line = ngx_array_push(lines);
        if (line == NULL) {
            return NGX_ERROR;
        }

        line->len = end - p;

        if (line->len > 0 && p[line->len - 1] == '\r') {
            line->len--;
        }

        line->data = ngx_pnalloc(cf->temp_pool, line->len + 1);
        if (line->data == NULL) {
            return NGX_ERROR;
        }

        ngx_cpystrn(line->data, p, line->len + 1);

        if (line->len == 0) {
            lines->nelts--;
        }
    }

    if (lines->nelts == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is empty, a line of text is wanted", path);
        return NGX_ERROR;
    }

    return NGX_OK;
}


char *
ngx_http_ct_conf_text(ct_arena_t *arena, const char *fmt, ...)
{
    u_char   *last;
    va_list   args;
    u_char    text[2 * NGX_HTTP_CT_TEXT];

    va_start(args, fmt);
    last = ngx_vslprintf(text, text + sizeof(text), fmt, args);
    va_end(args);

    return ct_arena_strdup(arena, text, last - text);
}


ct_channel_t *
ngx_http_ct_conf_channels(ngx_cycle_t *cycle, ngx_http_ct_main_conf_t *mcf)
{
    ngx_uint_t              i;
    ct_channel_t           *channels;
    ngx_http_ct_channel_t  *c;

    c = mcf->channels.elts;

    channels = ct_arena_calloc(mcf->arena, mcf->channels.nelts,
                               sizeof(ct_channel_t));
    if (channels == NULL) {
        return NULL;
    }

    for (i = 0; i < mcf->channels.nelts; i++) {
        channels[i] = c[i].channel;
        channels[i].id = ct_channel_id(c[i].key);

        if (c[i].server != NULL
            && ngx_http_ct_conf_channel_place(cycle, mcf, i, channels)
               != NGX_OK)
        {
            return NULL;
        }
    }

    return channels;
}


/* Of a server: its name makes the difference, and the servers of the same
 * name, if they have the same receiver, are counted. */

static ngx_int_t
ngx_http_ct_conf_channel_place(ngx_cycle_t *cycle,
    ngx_http_ct_main_conf_t *mcf, ngx_uint_t i, ct_channel_t *channels)
{
    char                   *key;
    ngx_str_t              *name;
    ngx_uint_t              j, n, server;
    ngx_http_ct_channel_t  *c;

    n = 1;
    c = mcf->channels.elts;
    name = &c[i].server->server_name;
    server = ngx_http_ct_conf_channel_server(cycle, &c[i]);

    for (j = 0; j < i; j++) {
        if (c[j].server != NULL && ngx_strcmp(c[j].key, c[i].key) == 0
            && c[j].server->server_name.len == name->len
            && ngx_strncmp(c[j].server->server_name.data, name->data,
                           name->len)
               == 0)
        {
            n++;
        }
    }

    key = ngx_http_ct_conf_text(mcf->arena, "%s\n%V\n%ui", c[i].key, name,
                                n);

    channels[i].server = (uint32_t) server;
    channels[i].name = (name->len > 0)
        ? ngx_http_ct_conf_text(mcf->arena, "%s for %V", c[i].channel.name,
                                name)
        : ngx_http_ct_conf_text(mcf->arena, "%s for server %ui",
                                c[i].channel.name, server);

    if (key == NULL || channels[i].name == NULL) {
        return NGX_ERROR;
    }

    channels[i].id = ct_channel_id(key);

    return NGX_OK;
}


/* Servers are numbered from 1, in the order of the configuration. */

static ngx_uint_t
ngx_http_ct_conf_channel_server(ngx_cycle_t *cycle, ngx_http_ct_channel_t *c)
{
    ngx_uint_t                   i;
    ngx_http_core_srv_conf_t   **servers;
    ngx_http_core_main_conf_t   *cmcf;

    cmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_core_module);
    servers = cmcf->servers.elts;

    for (i = 0; i < cmcf->servers.nelts; i++) {
        if (servers[i] == c->server) {
            break;
        }
    }

    return i + 1;
}
