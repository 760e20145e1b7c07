/*
 * ngx_http_ct_conf_log: the directive ct_log, and reading a file that a
 * directive names.
 */

#include "ngx_http_ct_conf.h"

#define NGX_HTTP_CT_SPKI  2048  /* bytes of a key: RSA-8192 takes 1,062 */


/* The arguments of one ct_log. */
typedef struct {
    ngx_str_t               url;
    ngx_str_t               key;
    ngx_str_t               submission;
    ngx_int_t               type;         /* -1: not given */
} ngx_http_ct_log_args_t;


static ngx_int_t ngx_http_ct_conf_log_arg(ngx_conf_t *cf, ngx_str_t *value,
    ngx_http_ct_log_args_t *args);
static ngx_int_t ngx_http_ct_conf_log_url(ngx_conf_t *cf, ngx_str_t *url);
static ngx_int_t ngx_http_ct_conf_log_key(ngx_conf_t *cf, ct_arena_t *arena,
    ngx_str_t *key, ct_log_t *log);
static ngx_int_t ngx_http_ct_conf_log_texts(ct_arena_t *arena,
    ngx_http_ct_log_args_t *args, ct_log_t *log);
static char *ngx_http_ct_conf_log_prefix(ct_arena_t *arena, ngx_str_t *url);
static char *ngx_http_ct_conf_log_add(ngx_conf_t *cf,
    ngx_http_ct_main_conf_t *mcf, ct_log_t *log);
static ngx_int_t ngx_http_ct_conf_read_fd(ngx_conf_t *cf, ngx_fd_t fd,
    ngx_str_t *path, size_t limit, ct_bytes_t *bytes);


/* ct_log url key=base64 [type=static|rfc6962] [submission=url]; */

char *
ngx_http_ct_conf_log(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ct_main_conf_t *mcf = conf;

    ct_log_t                 log;
    ngx_str_t               *value;
    ngx_uint_t               i;
    ngx_http_ct_log_args_t   args;

    ngx_http_ct_conf_seen(cf, cmd, mcf);

    value = cf->args->elts;

    ngx_memzero(&args, sizeof(ngx_http_ct_log_args_t));

    args.url = value[1];
    args.type = -1;

    if (ngx_http_ct_conf_log_url(cf, &args.url) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    for (i = 2; i < cf->args->nelts; i++) {
        if (ngx_http_ct_conf_log_arg(cf, &value[i], &args) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    if (args.key.data == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"ct_log\" \"%V\" has no \"key=base64\" "
                           "parameter", &args.url);
        return NGX_CONF_ERROR;
    }

    if (args.type == CT_LOG_RFC6962 && args.submission.len != 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"submission=\" is for static logs, \"ct_log\" "
                           "\"%V\" has \"type=rfc6962\"", &args.url);
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&log, sizeof(ct_log_t));

    log.type = (args.type == CT_LOG_RFC6962) ? CT_LOG_RFC6962 : CT_LOG_STATIC;

    if (ngx_http_ct_conf_log_key(cf, mcf->arena, &args.key, &log) != NGX_OK
        || ngx_http_ct_conf_log_texts(mcf->arena, &args, &log) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return ngx_http_ct_conf_log_add(cf, mcf, &log);
}


static ngx_int_t
ngx_http_ct_conf_log_arg(ngx_conf_t *cf, ngx_str_t *value,
    ngx_http_ct_log_args_t *args)
{
    ngx_str_t  rest;

    if (ngx_strncmp(value->data, "key=", 4) == 0 && args->key.data == NULL) {
        args->key.data = value->data + 4;
        args->key.len = value->len - 4;
        return NGX_OK;
    }

    if (ngx_strncmp(value->data, "submission=", 11) == 0
        && args->submission.data == NULL)
    {
        args->submission.data = value->data + 11;
        args->submission.len = value->len - 11;
        return ngx_http_ct_conf_log_url(cf, &args->submission);
    }

    if (ngx_strncmp(value->data, "type=", 5) == 0 && args->type == -1) {
        rest.data = value->data + 5;

        if (ngx_strcmp(rest.data, "static") == 0) {
            args->type = CT_LOG_STATIC;
            return NGX_OK;
        }

        if (ngx_strcmp(rest.data, "rfc6962") == 0) {
            args->type = CT_LOG_RFC6962;
            return NGX_OK;
        }

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid type in \"%V\", \"type=static\" or "
                           "\"type=rfc6962\" is wanted", value);
        return NGX_ERROR;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\" in \"ct_log\", "
                       "\"key=base64\" and once \"type=static|rfc6962\" and "
                       "\"submission=url\" are wanted", value);

    return NGX_ERROR;
}


static ngx_int_t
ngx_http_ct_conf_log_url(ngx_conf_t *cf, ngx_str_t *url)
{
    /* room for the slash that may have to be added */

    if (ngx_http_ct_conf_url_ok(url, 0) && url->len + 1 < CT_LIMIT_URL) {
        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid URL \"%V\" in \"ct_log\", \"https://\" or "
                       "\"http://\" with a host, no query, and less than %d "
                       "characters are wanted", url, CT_LIMIT_URL - 1);

    return NGX_ERROR;
}


static ngx_int_t
ngx_http_ct_conf_log_key(ngx_conf_t *cf, ct_arena_t *arena, ngx_str_t *key,
    ct_log_t *log)
{
    char      *copy;
    size_t     len;
    uint8_t    spki[NGX_HTTP_CT_SPKI];
    ct_key_t  *parsed;

    len = sizeof(spki);

    if (ct_parse_base64(ngx_http_ct_bytes(key), spki, &len) != CT_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid key \"%V\" in \"ct_log\", base64 of a "
                           "public key in DER is wanted", key);
        return NGX_ERROR;
    }

    parsed = ct_key_create(ct_bytes(spki, len));
    ERR_clear_error();

    if (parsed == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unusable key \"%V\" in \"ct_log\", an ECDSA "
                           "P-256 or P-384 key or an RSA key of 2048 bits or "
                           "more is wanted", key);
        return NGX_ERROR;
    }

    ngx_memcpy(log->id, ct_key_id(parsed), CT_HASH_LEN);
    ct_key_free(parsed);

    copy = ct_arena_strdup(arena, spki, len);
    log->key = ct_bytes(copy, len);

    return copy == NULL ? NGX_ERROR : NGX_OK;
}


static ngx_int_t
ngx_http_ct_conf_log_texts(ct_arena_t *arena, ngx_http_ct_log_args_t *args,
    ct_log_t *log)
{
    char  *url, *submission;

    url = ngx_http_ct_conf_log_prefix(arena, &args->url);
    if (url == NULL) {
        return NGX_ERROR;
    }

    submission = url;

    if (args->submission.len != 0) {
        submission = ngx_http_ct_conf_log_prefix(arena, &args->submission);
        if (submission == NULL) {
            return NGX_ERROR;
        }
    }

    log->url = url;
    log->description = ngx_strstr(url, "://") + 3;
    log->operator_name = "";
    log->origin = "";

    if (log->type == CT_LOG_STATIC) {
        log->origin = ct_loglist_origin(arena, submission);
    }

    return log->origin == NULL ? NGX_ERROR : NGX_OK;
}


/* A copy that ends in a slash. */

static char *
ngx_http_ct_conf_log_prefix(ct_arena_t *arena, ngx_str_t *url)
{
    char  *copy;

    if (url->data[url->len - 1] == '/') {
        return ngx_http_ct_string(arena, url);
    }

    copy = ct_arena_alloc(arena, url->len + 2);

    if (copy != NULL) {
        ngx_memcpy(copy, url->data, url->len);
        copy[url->len] = '/';
        copy[url->len + 1] = '\0';
    }

    return copy;
}


static char *
ngx_http_ct_conf_log_add(ngx_conf_t *cf, ngx_http_ct_main_conf_t *mcf,
    ct_log_t *log)
{
    ct_log_t    *logs;
    ngx_uint_t   i;

    logs = mcf->logs.elts;

    for (i = 0; i < mcf->logs.nelts; i++) {
        if (ngx_memcmp(logs[i].id, log->id, CT_HASH_LEN) == 0
            && ngx_strcmp(logs[i].url, log->url) == 0)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "duplicate log \"%s\" in \"ct_log\"",
                               log->url);
            return NGX_CONF_ERROR;
        }
    }

    if (mcf->logs.nelts == CT_LIMIT_LOGS) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "too many \"ct_log\" directives, at most %d are "
                           "possible", CT_LIMIT_LOGS);
        return NGX_CONF_ERROR;
    }

    logs = ngx_array_push(&mcf->logs);
    if (logs == NULL) {
        return NGX_CONF_ERROR;
    }

    *logs = *log;

    return NGX_CONF_OK;
}


ngx_int_t
ngx_http_ct_conf_read(ngx_conf_t *cf, ngx_str_t *path, size_t limit,
    ct_bytes_t *bytes)
{
    ngx_fd_t   fd;
    ngx_int_t  rc;

    /* not blocking: a path may turn out to be a pipe */

    fd = ngx_open_file(path->data, NGX_FILE_RDONLY|NGX_FILE_NONBLOCK,
                       NGX_FILE_OPEN, 0);

    if (fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_open_file_n " \"%V\" failed", path);
        return NGX_ERROR;
    }

    rc = ngx_http_ct_conf_read_fd(cf, fd, path, limit, bytes);

    if (ngx_close_file(fd) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_ALERT, cf, ngx_errno,
                           ngx_close_file_n " \"%V\" failed", path);
    }

    return rc;
}


static ngx_int_t
ngx_http_ct_conf_read_fd(ngx_conf_t *cf, ngx_fd_t fd, ngx_str_t *path,
    size_t limit, ct_bytes_t *bytes)
{
    size_t            len;
    u_char           *data;
    ssize_t           n;
    ngx_file_info_t   fi;

    if (ngx_fd_info(fd, &fi) == NGX_FILE_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_fd_info_n " \"%V\" failed", path);
        return NGX_ERROR;
    }

    if (!ngx_is_file(&fi)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is not a file, one is wanted", path);
        return NGX_ERROR;
    }

    if (ngx_file_size(&fi) > (off_t) limit) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is too large, at most %uz bytes are read",
                           path, limit);
        return NGX_ERROR;
    }

    len = ngx_file_size(&fi);

    data = ngx_pnalloc(cf->temp_pool, len + 1);
    if (data == NULL) {
        return NGX_ERROR;
    }

    *bytes = ct_bytes(data, len);

    while (len > 0) {
        n = ngx_read_fd(fd, data + bytes->len - len, len);

        if (n <= 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, (n < 0) ? ngx_errno : 0,
                               ngx_read_fd_n " \"%V\" failed", path);
            return NGX_ERROR;
        }

        len -= n;
    }

    return NGX_OK;
}


ngx_uint_t
ngx_http_ct_conf_url_ok(ngx_str_t *url, ngx_uint_t query)
{
    size_t   i;
    u_char  *host, *last;

    last = url->data + url->len;

    if (ngx_strncasecmp(url->data, (u_char *) "https://", 8) == 0) {
        host = url->data + 8;

    } else if (ngx_strncasecmp(url->data, (u_char *) "http://", 7) == 0) {
        host = url->data + 7;

    } else {
        return 0;
    }

    if (host == last || ngx_strchr("/:?@", *host) != NULL) {
        return 0;
    }

    for (i = 0; i < url->len; i++) {
        if (url->data[i] <= ' ' || url->data[i] >= 0x7f
            || ngx_strchr("\"'#<>\\", url->data[i]) != NULL
            || (url->data[i] == '?' && !query))
        {
            return 0;
        }
    }

    return 1;
}
