/*
 * ngx_http_ct_conf_main: the configuration as a whole - its memory, the
 * defaults, the checks that need all of http{}, and the engine's view of it.
 */

#include "ngx_http_ct_conf_channel.h"

#include "ngx_http_ct_inventory.h"
#include "ngx_http_ct_names.h"
#include "ngx_http_ct_zone.h"

#define NGX_HTTP_CT_ARENA     (1024 * 1024 * 1024)
#define NGX_HTTP_CT_INTERVAL  60000
#define NGX_HTTP_CT_GRACE     (24 * 60 * 60)
#define NGX_HTTP_CT_LIST      \
    "https://www.gstatic.com/ct/log_list/v3/log_list.json"


static void ngx_http_ct_conf_cleanup(void *data);
static char *ngx_http_ct_conf_check_logs(ngx_conf_t *cf,
    ngx_http_ct_main_conf_t *mcf);
static char *ngx_http_ct_conf_default_trusted(ngx_conf_t *cf,
    ngx_http_ct_main_conf_t *mcf);
static void *ngx_http_ct_conf_copy(ct_arena_t *arena, ngx_array_t *array);
static ngx_int_t ngx_http_ct_conf_served(ngx_cycle_t *cycle,
    ngx_http_ct_main_conf_t *mcf, ct_config_t *config);
static ngx_int_t ngx_http_ct_conf_servers(ngx_cycle_t *cycle,
    ngx_http_ct_main_conf_t *mcf, ct_config_t *config, ngx_pool_t *pool);


void *
ngx_http_ct_conf_create_main(ngx_conf_t *cf)
{
    ngx_pool_cleanup_t       *cln;
    ngx_http_ct_main_conf_t  *mcf;

    mcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_ct_main_conf_t));
    if (mcf == NULL) {
        return NULL;
    }

    mcf->since = -1;
    mcf->rate = NGX_CONF_UNSET;
    mcf->interval = NGX_CONF_UNSET_MSEC;
    mcf->grace = NGX_CONF_UNSET;

    /* names are wanted no more when init_module is through */

    if (ngx_array_init(&mcf->domains, cf->temp_pool, 4, sizeof(ct_bytes_t))
        != NGX_OK
        || ngx_array_init(&mcf->owners, cf->temp_pool, 4, sizeof(uint32_t))
           != NGX_OK
        || ngx_array_init(&mcf->autos, cf->pool, 4, sizeof(uint32_t))
           != NGX_OK
        || ngx_array_init(&mcf->logs, cf->pool, 4, sizeof(ct_log_t)) != NGX_OK
        || ngx_array_init(&mcf->issuers, cf->pool, 4, sizeof(ct_issuer_t))
           != NGX_OK
        || ngx_array_init(&mcf->known, cf->pool, 4, sizeof(char *)) != NGX_OK
        || ngx_array_init(&mcf->channels, cf->pool, 4,
                          sizeof(ngx_http_ct_channel_t))
           != NGX_OK)
    {
        return NULL;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    mcf->arena = ct_arena_create(NGX_HTTP_CT_ARENA);
    if (mcf->arena == NULL) {
        return NULL;
    }

    cln->handler = ngx_http_ct_conf_cleanup;
    cln->data = mcf;

    return mcf;
}


static void
ngx_http_ct_conf_cleanup(void *data)
{
    ngx_http_ct_main_conf_t *mcf = data;

    if (!mcf->abandoned) {
        ct_arena_destroy(mcf->arena);
    }
}


void
ngx_http_ct_conf_seen(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_http_ct_main_conf_t *mcf)
{
    if (mcf->first_place.directive.len == 0) {
        ngx_http_ct_conf_place(cf, cmd, &mcf->first_place);
    }
}


void
ngx_http_ct_conf_place(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_http_ct_place_t *place)
{
    place->directive = cmd->name;
    place->file = cf->conf_file->file.name;
    place->line = cf->conf_file->line;
}


char *
ngx_http_ct_conf_init_main(ngx_conf_t *cf, void *conf)
{
    ngx_http_ct_main_conf_t *mcf = conf;

    ngx_http_ct_place_t  *place;

    if (mcf->shm_zone == NULL) {
        place = &mcf->first_place;

        if (place->directive.len == 0) {
            return NGX_CONF_OK;
        }

        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"%V\" in %V:%ui needs the monitor, \"ct_zone "
                      "zone=name:size\" is wanted in http", &place->directive,
                      &place->file, place->line);

        return NGX_CONF_ERROR;
    }

    if (mcf->domains.nelts == 0 && mcf->autos.nelts == 0) {
        mcf->watch_auto = 1;
    }

    if (mcf->list == NULL && mcf->logs.nelts == 0) {
        mcf->list = NGX_HTTP_CT_LIST;
    }

    if (mcf->since == -1) {
        mcf->since = CT_SINCE_NOW;
    }

    ngx_conf_init_value(mcf->rate, 0);
    ngx_conf_init_msec_value(mcf->interval, NGX_HTTP_CT_INTERVAL);
    ngx_conf_init_value(mcf->grace, NGX_HTTP_CT_GRACE);

    if (ngx_http_ct_conf_check_logs(cf, mcf) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    return ngx_http_ct_conf_default_trusted(cf, mcf);
}


static char *
ngx_http_ct_conf_check_logs(ngx_conf_t *cf, ngx_http_ct_main_conf_t *mcf)
{
    size_t                n;
    ngx_http_ct_place_t  *place;

    place = &mcf->zone_place;
    n = mcf->logs.nelts;

    /* of a URL nothing is known yet */

    if (mcf->list_read != NULL) {
        n += mcf->list_read->nlogs;

    } else if (mcf->list != NULL) {
        return NGX_CONF_OK;
    }

    if (n == 0) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "ct_zone \"%V\" has no log to follow, a "
                      "\"ct_log_list\" with logs in it or \"ct_log\" is "
                      "wanted in %V:%ui", &mcf->shm_zone->shm.name,
                      &place->file, place->line);
        return NGX_CONF_ERROR;
    }

    if (n > CT_LIMIT_LOGS) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "ct_zone \"%V\" has %uz logs to follow, at most %d are "
                      "possible in %V:%ui", &mcf->shm_zone->shm.name, n,
                      CT_LIMIT_LOGS, &place->file, place->line);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_ct_conf_default_trusted(ngx_conf_t *cf, ngx_http_ct_main_conf_t *mcf)
{
    ngx_str_t        *path;
    ngx_file_info_t   fi;

    static ngx_str_t  bundles[] = {
        ngx_string("/etc/ssl/certs/ca-certificates.crt"),
        ngx_string("/etc/pki/tls/certs/ca-bundle.crt"),
        ngx_string("/etc/ssl/cert.pem"),
        ngx_null_string
    };

    if (mcf->trusted != NULL) {
        return NGX_CONF_OK;
    }

    for (path = bundles; path->len > 0; path++) {
        if (ngx_file_info(path->data, &fi) != NGX_FILE_ERROR) {
            mcf->trusted = ngx_http_ct_string(mcf->arena, path);
            return mcf->trusted == NULL ? NGX_CONF_ERROR : NGX_CONF_OK;
        }
    }

    ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                  "no trust bundle of the system was found for ct_zone "
                  "\"%V\", \"ct_trusted_certificate\" is wanted: without it "
                  "no CA is known and no https log answers",
                  &mcf->shm_zone->shm.name);

    return NGX_CONF_OK;
}


ngx_int_t
ngx_http_ct_conf_complete(ngx_cycle_t *cycle, ngx_http_ct_main_conf_t *mcf)
{
    ct_config_t         *config;
    ngx_http_ct_zone_t  *zone;

    zone = ngx_http_ct_zone(mcf);
    if (zone == NULL) {
        return NGX_ERROR;
    }

    config = ct_arena_calloc(mcf->arena, 1, sizeof(ct_config_t));
    if (config == NULL) {
        goto failed;
    }

    config->store = zone->store;
    config->owner = zone->owner;
    config->zone = ngx_http_ct_string(mcf->arena, &mcf->shm_zone->shm.name);
    config->list = mcf->list;
    config->list_read = mcf->list_read;
    config->list_sig = mcf->list_sig;
    config->list_key = mcf->list_key;
    config->calist = mcf->calist;
    config->trusted = mcf->trusted;
    config->contact = mcf->contact;
    config->status_url = mcf->status_url;
    config->proxy = mcf->proxy;
    config->interval_ms = mcf->interval;
    config->since_ms = mcf->since;
    config->rate = mcf->rate;
    config->grace_ms = (int64_t) mcf->grace * 1000;

    if (mcf->state.len > 0) {
        config->state = ngx_http_ct_string(mcf->arena, &mcf->state);
    }

    config->nlogs = mcf->logs.nelts;
    config->logs = ngx_http_ct_conf_copy(mcf->arena, &mcf->logs);
    config->nissuers = mcf->issuers.nelts;
    config->issuers = ngx_http_ct_conf_copy(mcf->arena, &mcf->issuers);
    config->nknown = mcf->known.nelts;
    config->known = ngx_http_ct_conf_copy(mcf->arena, &mcf->known);
    config->nchannels = mcf->channels.nelts;
    mcf->opened = ngx_http_ct_conf_channels(cycle, mcf);
    config->channels = mcf->opened;

    if (config->zone == NULL
        || (mcf->state.len > 0 && config->state == NULL)
        || config->logs == NULL || config->issuers == NULL
        || config->known == NULL || config->channels == NULL
        || ngx_http_ct_conf_served(cycle, mcf, config) != NGX_OK)
    {
        goto failed;
    }

    mcf->config = config;

    return NGX_OK;

failed:

    ngx_log_error(NGX_LOG_ERR, cycle->log, 0,
                  "ct: the configuration does not fit into %d bytes, the "
                  "monitor is off", NGX_HTTP_CT_ARENA);

    return NGX_ERROR;
}


static void *
ngx_http_ct_conf_copy(ct_arena_t *arena, ngx_array_t *array)
{
    void  *copy;

    copy = ct_arena_calloc(arena, array->nelts, array->size);

    if (copy != NULL) {
        ngx_memcpy(copy, array->elts, array->nelts * array->size);
    }

    return copy;
}


/* What is served, and from it what "ct_domain auto" watches. */

static ngx_int_t
ngx_http_ct_conf_served(ngx_cycle_t *cycle, ngx_http_ct_main_conf_t *mcf,
    ct_config_t *config)
{
    ngx_int_t    rc;
    ngx_pool_t  *pool;

    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, cycle->log);
    if (pool == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_http_ct_conf_servers(cycle, mcf, config, pool);

    ngx_destroy_pool(pool);

    return rc;
}


static ngx_int_t
ngx_http_ct_conf_servers(ngx_cycle_t *cycle, ngx_http_ct_main_conf_t *mcf,
    ct_config_t *config, ngx_pool_t *pool)
{
    ngx_array_t     *servers;
    ct_inventory_t  *inventory;

    servers = ngx_array_create(pool, 64, sizeof(ngx_http_ct_server_t));
    inventory = ct_arena_calloc(mcf->arena, 1, sizeof(ct_inventory_t));

    if (servers == NULL || inventory == NULL
        || ngx_http_ct_servers(cycle, servers) != NGX_OK
        || ngx_http_ct_inventory(cycle, mcf->arena, servers, inventory)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_http_ct_names_domains(cycle, servers, inventory, mcf)
        != NGX_OK
        || ngx_http_ct_conf_server_names(cycle, mcf, config) != NGX_OK)
    {
        return NGX_ERROR;
    }

    config->inventory = inventory;

    return ngx_http_ct_conf_watch(cycle, mcf, config);
}
