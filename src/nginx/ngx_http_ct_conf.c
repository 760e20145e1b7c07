/*
 * ngx_http_ct_conf: the directives that are one value or a list of them.
 *
 * What the engine will borrow goes into the arena of the configuration,
 * not into its pool: the arena can outlive it when a thread hangs.
 */

#include "ngx_http_ct_conf_channel.h"

#include "ct_time.h"

#define NGX_HTTP_CT_INTERVAL_MIN  1000
#define NGX_HTTP_CT_INTERVAL_MAX  (24 * 60 * 60 * 1000)
#define NGX_HTTP_CT_RATE_MIN      8192
#define NGX_HTTP_CT_GRACE_MAX     (400 * 24 * 60 * 60)


static int64_t ngx_http_ct_conf_moment(ngx_str_t *value);
static char *ngx_http_ct_conf_issuer_one(ngx_conf_t *cf,
    ngx_http_ct_main_conf_t *mcf, ngx_str_t *value);


/* ct_since now | all | time; */

char *
ngx_http_ct_conf_since(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ct_main_conf_t *mcf = conf;

    int64_t     ms;
    ngx_str_t  *value;

    ngx_http_ct_conf_seen(cf, cmd, mcf);

    if (mcf->since != -1) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "now") == 0) {
        mcf->since = CT_SINCE_NOW;
        return NGX_CONF_OK;
    }

    if (ngx_strcmp(value[1].data, "all") == 0) {
        mcf->since = 0;
        return NGX_CONF_OK;
    }

    ms = ngx_http_ct_conf_moment(&value[1]);

    if (ms < 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" in \"%V\", \"now\", "
                           "\"all\", a time such as \"2026-10-01\" or "
                           "\"2026-10-01T12:00:00Z\", or how long ago such "
                           "as \"30d\" is wanted", &value[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    if (ms > (int64_t) ngx_time() * 1000) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "time \"%V\" in \"%V\" is in the future, one "
                           "that has passed is wanted", &value[1],
                           &cmd->name);
        return NGX_CONF_ERROR;
    }

    mcf->since = ms;

    return NGX_CONF_OK;
}


/* Milliseconds since 1970 of a date, a time (RFC 3339), or of so long before
 * now; -1 when it is none of them or earlier than 1970. */

static int64_t
ngx_http_ct_conf_moment(ngx_str_t *value)
{
    u_char     text[sizeof("2026-10-01T00:00:00Z")];
    int64_t    ms;
    ngx_int_t  ago;

    if (value->len == sizeof("2026-10-01") - 1) {
        ngx_memcpy(text, value->data, value->len);
        ngx_memcpy(text + value->len, "T00:00:00Z", 10);

        if (ct_time_rfc3339(ct_bytes(text, value->len + 10), &ms)) {
            return (ms < 0) ? -1 : ms;
        }
    }

    if (ct_time_rfc3339(ngx_http_ct_bytes(value), &ms)) {
        return (ms < 0) ? -1 : ms;
    }

    ago = ngx_parse_time(value, 1);

    if (ago == NGX_ERROR || ago == 0 || ago > ngx_time()) {
        return -1;
    }

    return ((int64_t) ngx_time() - ago) * 1000;
}


/* ct_rate size | off; */

char *
ngx_http_ct_conf_rate(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ct_main_conf_t *mcf = conf;

    ssize_t     size;
    ngx_str_t  *value;

    ngx_http_ct_conf_seen(cf, cmd, mcf);

    if (mcf->rate != NGX_CONF_UNSET) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "off") == 0) {
        mcf->rate = 0;
        return NGX_CONF_OK;
    }

    size = ngx_parse_size(&value[1]);

    if (size == NGX_ERROR || size < NGX_HTTP_CT_RATE_MIN) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid size \"%V\" in \"%V\", at least 8k (a "
                           "second) or \"off\" is wanted", &value[1],
                           &cmd->name);
        return NGX_CONF_ERROR;
    }

    mcf->rate = size;

    return NGX_CONF_OK;
}


/* ct_interval time; */

char *
ngx_http_ct_conf_interval(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ct_main_conf_t *mcf = conf;

    ngx_int_t   n;
    ngx_str_t  *value;

    ngx_http_ct_conf_seen(cf, cmd, mcf);

    if (mcf->interval != NGX_CONF_UNSET_MSEC) {
        return "is duplicate";
    }

    value = cf->args->elts;
    n = ngx_parse_time(&value[1], 0);

    if (n == NGX_ERROR || n < NGX_HTTP_CT_INTERVAL_MIN
        || n > NGX_HTTP_CT_INTERVAL_MAX)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid time \"%V\" in \"%V\", one from 1s to 1d "
                           "is wanted", &value[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    mcf->interval = n;

    return NGX_CONF_OK;
}


/* ct_grace time; */

char *
ngx_http_ct_conf_grace(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ct_main_conf_t *mcf = conf;

    time_t      n;
    ngx_str_t  *value;

    ngx_http_ct_conf_seen(cf, cmd, mcf);

    if (mcf->grace != NGX_CONF_UNSET) {
        return "is duplicate";
    }

    value = cf->args->elts;
    n = ngx_parse_time(&value[1], 1);

    if (n == (time_t) NGX_ERROR || n > NGX_HTTP_CT_GRACE_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid time \"%V\" in \"%V\", one from 0 to "
                           "400d is wanted", &value[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    mcf->grace = n;

    return NGX_CONF_OK;
}


/* ct_contact text; it becomes part of a request header. */

char *
ngx_http_ct_conf_contact(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ct_main_conf_t *mcf = conf;

    size_t      i;
    ngx_str_t  *value;

    ngx_http_ct_conf_seen(cf, cmd, mcf);

    if (mcf->contact != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (i = 0; i < value[1].len; i++) {
        if (value[1].data[i] < ' ' || value[1].data[i] > '~') {
            break;
        }
    }

    if (value[1].len == 0 || value[1].len >= CT_LIMIT_TEXT
        || i < value[1].len)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid text in \"%V\", 1 to %d printable ASCII "
                           "characters are wanted", &cmd->name,
                           CT_LIMIT_TEXT - 1);
        return NGX_CONF_ERROR;
    }

    mcf->contact = ngx_http_ct_string(mcf->arena, &value[1]);

    return mcf->contact == NULL ? NGX_CONF_ERROR : NGX_CONF_OK;
}


/* ct_issuer name | sha256:hex ...; */

char *
ngx_http_ct_conf_issuer(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ct_main_conf_t *mcf = conf;

    char        *rc;
    ngx_str_t   *value;
    ngx_uint_t   i;

    ngx_http_ct_conf_seen(cf, cmd, mcf);

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        rc = ngx_http_ct_conf_issuer_one(cf, mcf, &value[i]);

        if (rc != NGX_CONF_OK) {
            return rc;
        }
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_ct_conf_issuer_one(ngx_conf_t *cf, ngx_http_ct_main_conf_t *mcf,
    ngx_str_t *value)
{
    char         *owner;
    size_t        prefix;
    ct_bytes_t    hex;
    ct_issuer_t  *issuer;

    issuer = ngx_array_push(&mcf->issuers);
    if (issuer == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(issuer, sizeof(ct_issuer_t));

    prefix = sizeof("sha256:") - 1;

    if (ngx_strncmp(value->data, "sha256:", prefix) == 0) {
        hex = ct_bytes(value->data + prefix, value->len - prefix);

        if (!ct_parse_hex(hex, issuer->hash, CT_HASH_LEN)) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid hash \"%V\" in \"ct_issuer\", "
                               "\"sha256:\" and 64 hex digits are wanted",
                               value);
            return NGX_CONF_ERROR;
        }

        return NGX_CONF_OK;
    }

    if (value->len == 0 || value->len >= CT_LIMIT_TEXT) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid name \"%V\" in \"ct_issuer\", 1 to %d "
                           "characters are wanted", value, CT_LIMIT_TEXT - 1);
        return NGX_CONF_ERROR;
    }

    owner = ngx_http_ct_string(mcf->arena, value);
    if (owner == NULL) {
        return NGX_CONF_ERROR;
    }

    issuer->owner = ct_bytes(owner, value->len);

    return NGX_CONF_OK;
}


/* ct_known_certificate path ...; what is there is the engine's business. */

char *
ngx_http_ct_conf_known(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ct_main_conf_t *mcf = conf;

    char        **path;
    ngx_str_t    *value;
    ngx_uint_t    i;

    ngx_http_ct_conf_seen(cf, cmd, mcf);

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (value[i].len == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "empty path in \"%V\", that of a certificate "
                               "is wanted, which may have wildcards",
                               &cmd->name);
            return NGX_CONF_ERROR;
        }

        if (mcf->known.nelts == CT_LIMIT_KNOWN) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "too many paths in \"%V\", at most %d are "
                               "possible", &cmd->name, CT_LIMIT_KNOWN);
            return NGX_CONF_ERROR;
        }

        path = ngx_array_push(&mcf->known);

        if (path == NULL
            || ngx_conf_full_name(cf->cycle, &value[i], 1) != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }

        *path = ngx_http_ct_string(mcf->arena, &value[i]);
        if (*path == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


/* ct_status_url url; */

char *
ngx_http_ct_conf_status_url(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ct_main_conf_t *mcf = conf;

    ngx_str_t          *value;
    ngx_http_ct_url_t   url;

    ngx_http_ct_conf_seen(cf, cmd, mcf);

    if (mcf->status_url != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (!ngx_http_ct_conf_url_split(&value[1], &url) || url.user.len > 0
        || (!ngx_http_ct_conf_url_is(&url, "https")
            && !ngx_http_ct_conf_url_is(&url, "http"))
        || ngx_strchr(value[1].data, '?') != NULL
        || value[1].len + 1 >= CT_LIMIT_URL)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid URL \"%V\" in \"%V\", the address of a "
                           "\"ct_status\" location, with \"https://\" or "
                           "\"http://\", a host, no query, and less than %d "
                           "characters, is wanted", &value[1], &cmd->name,
                           CT_LIMIT_URL - 1);
        return NGX_CONF_ERROR;
    }

    mcf->status_url = ngx_http_ct_conf_text(mcf->arena, "%V%s", &value[1],
                                            url.rest.len > 0
                                            && url.rest.data[url.rest.len - 1]
                                               == '/'
                                            ? "" : "/");

    return mcf->status_url == NULL ? NGX_CONF_ERROR : NGX_CONF_OK;
}


/* ct_proxy url; */

char *
ngx_http_ct_conf_proxy(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ct_main_conf_t *mcf = conf;

    ngx_str_t          *value;
    ngx_http_ct_url_t   url;

    ngx_http_ct_conf_seen(cf, cmd, mcf);

    if (mcf->proxy != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (!ngx_http_ct_conf_url_split(&value[1], &url) || url.rest.len > 1
        || (url.rest.len == 1 && url.rest.data[0] != '/')
        || (!ngx_http_ct_conf_url_is(&url, "http")
            && !ngx_http_ct_conf_url_is(&url, "socks5")
            && !ngx_http_ct_conf_url_is(&url, "socks5h")))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid URL \"%V\" in \"%V\", \"http://\", "
                           "\"socks5://\" or \"socks5h://\" with a host, and "
                           "nothing behind it but a port, is wanted",
                           &value[1], &cmd->name);
        return NGX_CONF_ERROR;
    }

    mcf->proxy = ngx_http_ct_string(mcf->arena, &value[1]);

    return mcf->proxy == NULL ? NGX_CONF_ERROR : NGX_CONF_OK;
}


/* ct_trusted_certificate file; */

char *
ngx_http_ct_conf_trusted(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ct_main_conf_t *mcf = conf;

    size_t         nbad;
    ngx_str_t     *value;
    ct_bytes_t     pem;
    ct_anchors_t  *anchors;

    ngx_http_ct_conf_seen(cf, cmd, mcf);

    if (mcf->trusted != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_conf_full_name(cf->cycle, &value[1], 1) != NGX_OK
        || ngx_http_ct_conf_read(cf, &value[1], CT_LIMIT_TRUST_BUNDLE, &pem)
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    anchors = ct_anchors_read(pem, &nbad);
    ERR_clear_error();

    if (anchors == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "no certificate can be read in \"%V\", a PEM "
                           "bundle is wanted for \"%V\"", &value[1],
                           &cmd->name);
        return NGX_CONF_ERROR;
    }

    ct_anchors_free(anchors);

    mcf->trusted = ngx_http_ct_string(mcf->arena, &value[1]);

    return mcf->trusted == NULL ? NGX_CONF_ERROR : NGX_CONF_OK;
}
