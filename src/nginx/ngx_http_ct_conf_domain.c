/*
 * ngx_http_ct_conf_domain: the names to watch, and whose they are: those in
 * a server{} are that server's.
 *
 * Names and owners are two arrays side by side in the temporary pool, which
 * lasts until init_module has made a table of them: a million names are to
 * be in memory once.
 */

#include "ngx_http_ct_conf.h"

#include <openssl/rand.h>


static char *ngx_http_ct_conf_domain_one(ngx_conf_t *cf,
    ngx_http_ct_main_conf_t *mcf, ngx_str_t *value, uint32_t owner);
static char *ngx_http_ct_conf_domain_auto(ngx_http_ct_main_conf_t *mcf,
    uint32_t owner);
static char *ngx_http_ct_conf_domain_file(ngx_conf_t *cf,
    ngx_http_ct_main_conf_t *mcf, ngx_str_t *path, uint32_t owner);
static ngx_uint_t ngx_http_ct_conf_domain_line(ct_bytes_t *rest,
    ct_bytes_t *line);
static char *ngx_http_ct_conf_domain_full(ngx_conf_t *cf,
    ngx_http_ct_main_conf_t *mcf);
static uint32_t *ngx_http_ct_conf_domain_owners(ngx_http_ct_main_conf_t *mcf);
static uint64_t ngx_http_ct_conf_domain_seed(void);


/* ct_domain auto | include=path | name ...; */

char *
ngx_http_ct_conf_domain(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ct_main_conf_t *mcf = conf;

    char                       *rc;
    uint32_t                    owner;
    ngx_str_t                  *value, path;
    ngx_uint_t                  i;
    ngx_http_core_main_conf_t  *cmcf;

    ngx_http_ct_conf_seen(cf, cmd, mcf);

    /* the server that is being read is the last one so far */

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    owner = (cf->cmd_type == NGX_HTTP_SRV_CONF)
            ? (uint32_t) cmcf->servers.nelts : 0;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_strcmp(value[i].data, "auto") == 0) {
            rc = ngx_http_ct_conf_domain_auto(mcf, owner);

        } else if (ngx_strncmp(value[i].data, "include=", 8) == 0) {
            path.data = value[i].data + 8;
            path.len = value[i].len - 8;
            rc = ngx_http_ct_conf_domain_file(cf, mcf, &path, owner);

        } else {
            rc = ngx_http_ct_conf_domain_one(cf, mcf, &value[i], owner);
        }

        if (rc != NGX_CONF_OK) {
            return rc;
        }
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_ct_conf_domain_one(ngx_conf_t *cf, ngx_http_ct_main_conf_t *mcf,
    ngx_str_t *value, uint32_t owner)
{
    ct_bytes_t   name;
    const char  *why;

    why = "";
    name = ngx_http_ct_bytes(value);

    if (!ct_watch_pattern_ok(name, &why)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid name \"%V\" in \"ct_domain\", %s", value,
                           why);
        return NGX_CONF_ERROR;
    }

    if (mcf->domains.nelts == CT_LIMIT_WATCHED) {
        return ngx_http_ct_conf_domain_full(cf, mcf);
    }

    return ngx_http_ct_conf_domain_push(mcf, name, owner) == NGX_OK
           ? NGX_CONF_OK : NGX_CONF_ERROR;
}


ngx_int_t
ngx_http_ct_conf_domain_push(ngx_http_ct_main_conf_t *mcf, ct_bytes_t name,
    uint32_t owner)
{
    uint32_t    *who;
    ct_bytes_t  *domain;

    domain = ngx_array_push(&mcf->domains);
    who = ngx_array_push(&mcf->owners);

    if (domain == NULL || who == NULL) {
        return NGX_ERROR;
    }

    *domain = name;
    *who = owner;

    return NGX_OK;
}


static char *
ngx_http_ct_conf_domain_auto(ngx_http_ct_main_conf_t *mcf, uint32_t owner)
{
    uint32_t  *who;

    if (owner == 0) {
        mcf->watch_auto = 1;
        return NGX_CONF_OK;
    }

    who = ngx_array_push(&mcf->autos);
    if (who == NULL) {
        return NGX_CONF_ERROR;
    }

    *who = owner;

    return NGX_CONF_OK;
}


/* One name a line; blanks around it, empty lines, and from "#" on. */

static char *
ngx_http_ct_conf_domain_file(ngx_conf_t *cf, ngx_http_ct_main_conf_t *mcf,
    ngx_str_t *path, uint32_t owner)
{
    ct_bytes_t   rest, name;
    ngx_uint_t   line;
    const char  *why;

    if (path->len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "empty path in \"include=\" of \"ct_domain\", the "
                           "path of a file with a name in each line is "
                           "wanted");
        return NGX_CONF_ERROR;
    }

    if (ngx_conf_full_name(cf->cycle, path, 1) != NGX_OK
        || ngx_http_ct_conf_read(cf, path, CT_LIMIT_WATCHED_FILE, &rest)
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    for (line = 1; ngx_http_ct_conf_domain_line(&rest, &name); line++) {

        if (name.len == 0) {
            continue;
        }

        why = "";

        if (!ct_watch_pattern_ok(name, &why)) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid name \"%*s\" in %V:%ui, %s",
                               ngx_min(name.len, CT_LIMIT_NAME), name.data,
                               path, line, why);
            return NGX_CONF_ERROR;
        }

        if (mcf->domains.nelts == CT_LIMIT_WATCHED) {
            return ngx_http_ct_conf_domain_full(cf, mcf);
        }

        if (ngx_http_ct_conf_domain_push(mcf, name, owner) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


/* What is in the next line; false when there is none. */

static ngx_uint_t
ngx_http_ct_conf_domain_line(ct_bytes_t *rest, ct_bytes_t *line)
{
    ct_bytes_t  head, tail;

    if (rest->len == 0) {
        return 0;
    }

    if (!ct_read_until(rest, '\n', line)) {
        *line = *rest;
        rest->len = 0;
    }

    tail = *line;

    if (ct_read_until(&tail, '#', &head)) {
        *line = head;
    }

    while (line->len > 0 && (line->data[0] == ' ' || line->data[0] == '\t')) {
        line->data++;
        line->len--;
    }

    while (line->len > 0 && (line->data[line->len - 1] == ' '
                             || line->data[line->len - 1] == '\t'
                             || line->data[line->len - 1] == '\r'))
    {
        line->len--;
    }

    return 1;
}


static char *
ngx_http_ct_conf_domain_full(ngx_conf_t *cf, ngx_http_ct_main_conf_t *mcf)
{
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "too many names in \"ct_domain\", at most %d are "
                       "possible", CT_LIMIT_WATCHED);

    return NGX_CONF_ERROR;
}


ngx_int_t
ngx_http_ct_conf_watch(ngx_cycle_t *cycle, ngx_http_ct_main_conf_t *mcf,
    ct_config_t *config)
{
    config->watch_shown = mcf->watch_auto;
    config->watch = ct_watch_compile_owned(mcf->arena, mcf->domains.elts,
                                         ngx_http_ct_conf_domain_owners(mcf),
                                         mcf->domains.nelts,
                                         ngx_http_ct_conf_domain_seed());

    if (config->watch == NULL) {
        return NGX_ERROR;
    }

    if (ct_watch_count(config->watch) == 0) {
        ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
                      "ct: there is no name to watch, \"ct_domain\" or "
                      "\"server_name\" is wanted");
    }

    return NGX_OK;
}


/* NULL when nobody owns any, which costs nothing in the table. */

static uint32_t *
ngx_http_ct_conf_domain_owners(ngx_http_ct_main_conf_t *mcf)
{
    uint32_t    *owner;
    ngx_uint_t   i;

    owner = mcf->owners.elts;

    for (i = 0; i < mcf->owners.nelts; i++) {
        if (owner[i] != 0) {
            return owner;
        }
    }

    return NULL;
}


/* The names of the servers of http, as their owners count them. One without
 * a name is called by its place. */

ngx_int_t
ngx_http_ct_conf_server_names(ngx_cycle_t *cycle,
    ngx_http_ct_main_conf_t *mcf, ct_config_t *config)
{
    u_char                       text[NGX_MAX_CONF_ERRSTR];
    ngx_str_t                    name;
    ngx_uint_t                   i;
    const char                 **names;
    ngx_http_core_srv_conf_t   **cscfp;
    ngx_http_core_main_conf_t   *cmcf;

    cmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_core_module);
    cscfp = cmcf->servers.elts;

    names = ct_arena_calloc(mcf->arena, cmcf->servers.nelts, sizeof(char *));
    if (names == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < cmcf->servers.nelts; i++) {
        name = cscfp[i]->server_name;

        if (name.len == 0) {
            name.data = text;
            name.len = ngx_snprintf(text, sizeof(text), "%s:%ui",
                                    cscfp[i]->file_name, cscfp[i]->line)
                       - text;
        }

        names[i] = ngx_http_ct_string(mcf->arena, &name);
        if (names[i] == NULL) {
            return NGX_ERROR;
        }
    }

    config->servers = names;
    config->nservers = cmcf->servers.nelts;

    return NGX_OK;
}


static uint64_t
ngx_http_ct_conf_domain_seed(void)
{
    uint64_t  seed;

    if (RAND_bytes((u_char *) &seed, sizeof(seed)) != 1) {
        ERR_clear_error();
        seed = ((uint64_t) ngx_random() << 32) ^ ngx_random();
    }

    return seed;
}
