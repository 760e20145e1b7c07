/*
 * ngx_http_ct_conf_list: the directives ct_log_list and ct_ca_list. A list in
 * a file has to be a good one here and now; of one behind a URL only the
 * address is looked at, for the network is the engine's.
 */

#include "ngx_http_ct_conf.h"

#define NGX_HTTP_CT_KEY        (64 * 1024)
#define NGX_HTTP_CT_SIGNATURE  8192
#define NGX_HTTP_CT_CA_LIST    (16 * 1024 * 1024)


/* The arguments of ct_log_list. */
typedef struct {
    ngx_str_t               list;
    ngx_str_t               key;
    ngx_str_t               sig;
    ngx_uint_t              url;          /* the list is behind one */
} ngx_http_ct_list_args_t;


static ngx_int_t ngx_http_ct_conf_list_arg(ngx_conf_t *cf, ngx_str_t *value,
    ngx_http_ct_list_args_t *args);
static ngx_int_t ngx_http_ct_conf_list_sig(ngx_conf_t *cf,
    ngx_http_ct_list_args_t *args);
static ngx_int_t ngx_http_ct_conf_list_place(ngx_conf_t *cf,
    ngx_str_t *directive, ngx_str_t *value);
static ngx_int_t ngx_http_ct_conf_list_key(ngx_conf_t *cf,
    ngx_http_ct_main_conf_t *mcf, ngx_str_t *path);
static ngx_int_t ngx_http_ct_conf_list_read(ngx_conf_t *cf,
    ngx_http_ct_main_conf_t *mcf, ngx_http_ct_list_args_t *args);
static ngx_int_t ngx_http_ct_conf_list_signed(ngx_conf_t *cf,
    ngx_http_ct_main_conf_t *mcf, ngx_http_ct_list_args_t *args,
    ct_bytes_t json);
static ngx_int_t ngx_http_ct_conf_ca_list_read(ngx_conf_t *cf,
    ngx_str_t *path);
static ngx_uint_t ngx_http_ct_conf_list_is_url(ngx_str_t *value);


/* ct_log_list path | url [key=file] [sig=path | url]; */

char *
ngx_http_ct_conf_log_list(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ct_main_conf_t *mcf = conf;

    ngx_str_t                *value;
    ngx_uint_t                i;
    ngx_http_ct_list_args_t   args;

    ngx_http_ct_conf_seen(cf, cmd, mcf);

    if (mcf->list != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    ngx_memzero(&args, sizeof(ngx_http_ct_list_args_t));

    args.list = value[1];
    args.url = ngx_http_ct_conf_list_is_url(&value[1]);

    if (ngx_http_ct_conf_list_place(cf, &cmd->name, &args.list) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    for (i = 2; i < cf->args->nelts; i++) {
        if (ngx_http_ct_conf_list_arg(cf, &value[i], &args) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    if (ngx_http_ct_conf_list_sig(cf, &args) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (args.key.data != NULL) {
        mcf->list_sig = ngx_http_ct_string(mcf->arena, &args.sig);

        if (mcf->list_sig == NULL
            || ngx_http_ct_conf_list_key(cf, mcf, &args.key) != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    if (!args.url && ngx_http_ct_conf_list_read(cf, mcf, &args) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    mcf->list = ngx_http_ct_string(mcf->arena, &args.list);

    return mcf->list == NULL ? NGX_CONF_ERROR : NGX_CONF_OK;
}


static ngx_int_t
ngx_http_ct_conf_list_arg(ngx_conf_t *cf, ngx_str_t *value,
    ngx_http_ct_list_args_t *args)
{
    static ngx_str_t  directive = ngx_string("ct_log_list");

    if (ngx_strncmp(value->data, "key=", 4) == 0 && value->len > 4
        && args->key.data == NULL)
    {
        args->key.data = value->data + 4;
        args->key.len = value->len - 4;
        return ngx_conf_full_name(cf->cycle, &args->key, 1);
    }

    if (ngx_strncmp(value->data, "sig=", 4) == 0 && value->len > 4
        && args->sig.data == NULL)
    {
        args->sig.data = value->data + 4;
        args->sig.len = value->len - 4;
        return ngx_http_ct_conf_list_place(cf, &directive, &args->sig);
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\" in \"ct_log_list\", once "
                       "\"key=file\" and \"sig=path\" or \"sig=url\" are "
                       "wanted", value);

    return NGX_ERROR;
}


/* Where the signature is: as Chrome has it, "log_list.sig" beside
 * "log_list.json". */

static ngx_int_t
ngx_http_ct_conf_list_sig(ngx_conf_t *cf, ngx_http_ct_list_args_t *args)
{
    size_t   len;
    u_char  *p;

    if (args->key.data == NULL && args->sig.data != NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"sig=\" without a key in \"ct_log_list\", "
                           "\"key=file\" is wanted");
        return NGX_ERROR;
    }

    if (args->sig.data != NULL) {
        if (ngx_http_ct_conf_list_is_url(&args->sig) == args->url) {
            return NGX_OK;
        }

        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "signature \"%V\" and list \"%V\" in "
                           "\"ct_log_list\" do not go together, two files or "
                           "two URLs are wanted", &args->sig, &args->list);
        return NGX_ERROR;
    }

    len = args->list.len;

    if (len > 5 && ngx_strcmp(args->list.data + len - 5, ".json") == 0) {
        len -= 5;
    }

    p = ngx_pnalloc(cf->temp_pool, len + sizeof(".sig"));
    if (p == NULL) {
        return NGX_ERROR;
    }

    args->sig.data = p;
    args->sig.len = len + sizeof(".sig") - 1;

    p = ngx_cpymem(p, args->list.data, len);
    ngx_memcpy(p, ".sig", sizeof(".sig"));

    return NGX_OK;
}


static ngx_int_t
ngx_http_ct_conf_list_place(ngx_conf_t *cf, ngx_str_t *directive,
    ngx_str_t *value)
{
    if (!ngx_http_ct_conf_list_is_url(value)) {
        return ngx_conf_full_name(cf->cycle, value, 1);
    }

    if (ngx_http_ct_conf_url_ok(value, 0) && value->len < CT_LIMIT_URL) {
        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid URL \"%V\" in \"%V\", \"https://\" or "
                       "\"http://\" with a host, no query, and less than %d "
                       "characters are wanted", value, directive,
                       CT_LIMIT_URL);

    return NGX_ERROR;
}


static ngx_int_t
ngx_http_ct_conf_list_key(ngx_conf_t *cf, ngx_http_ct_main_conf_t *mcf,
    ngx_str_t *path)
{
    char        *copy;
    ct_bytes_t   pem;

    if (ngx_http_ct_conf_read(cf, path, NGX_HTTP_CT_KEY, &pem) != NGX_OK) {
        return NGX_ERROR;
    }

    /* any signature will do to learn whether the key would */

    if (ct_loglist_verify(CT_BYTES(""), CT_BYTES(""), pem) == CT_E_ENCODING)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "unusable key \"%V\" in \"ct_log_list\", a PEM "
                           "file with an RSA public key of 2048 bits or more "
                           "is wanted", path);
        return NGX_ERROR;
    }

    copy = ct_arena_strdup(mcf->arena, pem.data, pem.len);
    mcf->list_key = ct_bytes(copy, pem.len);

    return copy == NULL ? NGX_ERROR : NGX_OK;
}


static ngx_int_t
ngx_http_ct_conf_list_read(ngx_conf_t *cf, ngx_http_ct_main_conf_t *mcf,
    ngx_http_ct_list_args_t *args)
{
    char           why[CT_LIMIT_ERROR];
    ct_bytes_t     json;
    ct_loglist_t  *list;

    if (ngx_http_ct_conf_read(cf, &args->list, CT_LIMIT_LOG_LIST, &json)
        != NGX_OK
        || ngx_http_ct_conf_list_signed(cf, mcf, args, json) != NGX_OK)
    {
        return NGX_ERROR;
    }

    list = ct_arena_calloc(mcf->arena, 1, sizeof(ct_loglist_t));
    if (list == NULL) {
        return NGX_ERROR;
    }

    why[0] = '\0';

    if (ct_loglist_read(json, mcf->arena, list, why) != CT_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid log list \"%V\": %s, a list in the v3 "
                           "JSON format is wanted", &args->list, why);
        return NGX_ERROR;
    }

    mcf->list_read = list;

    return NGX_OK;
}


static ngx_int_t
ngx_http_ct_conf_list_signed(ngx_conf_t *cf, ngx_http_ct_main_conf_t *mcf,
    ngx_http_ct_list_args_t *args, ct_bytes_t json)
{
    ct_bytes_t  signature;

    if (args->key.data == NULL) {
        return NGX_OK;
    }

    if (ngx_http_ct_conf_read(cf, &args->sig, NGX_HTTP_CT_SIGNATURE,
                              &signature)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ct_loglist_verify(json, signature, mcf->list_key) == CT_OK) {
        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "log list \"%V\" has no good signature in \"%V\", one "
                       "by the key \"%V\" is wanted", &args->list, &args->sig,
                       &args->key);

    return NGX_ERROR;
}


/* ct_ca_list path | url; */

char *
ngx_http_ct_conf_ca_list(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ct_main_conf_t *mcf = conf;

    ngx_str_t  *value;

    ngx_http_ct_conf_seen(cf, cmd, mcf);

    if (mcf->calist != NULL) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_http_ct_conf_list_place(cf, &cmd->name, &value[1]) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (!ngx_http_ct_conf_list_is_url(&value[1])
        && ngx_http_ct_conf_ca_list_read(cf, &value[1]) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    mcf->calist = ngx_http_ct_string(mcf->arena, &value[1]);

    return mcf->calist == NULL ? NGX_CONF_ERROR : NGX_CONF_OK;
}


/* The engine reads it again: nothing of it is kept here. */

static ngx_int_t
ngx_http_ct_conf_ca_list_read(ngx_conf_t *cf, ngx_str_t *path)
{
    char          why[CT_LIMIT_ERROR];
    ct_rc_t       rc;
    ct_bytes_t    csv;
    ct_arena_t   *arena;
    ct_calist_t  *list;

    if (ngx_http_ct_conf_read(cf, path, CT_LIMIT_CA_LIST, &csv) != NGX_OK) {
        return NGX_ERROR;
    }

    arena = ct_arena_create(NGX_HTTP_CT_CA_LIST);
    if (arena == NULL) {
        return NGX_ERROR;
    }

    rc = ct_calist_read(csv, arena, &list, why);

    ct_arena_destroy(arena);

    if (rc == CT_OK) {
        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid CA list \"%V\": %s, certificate records of "
                       "the CCADB as CSV are wanted", path, why);

    return NGX_ERROR;
}


/* What it is meant to be; whether it is a good one is another question. */

static ngx_uint_t
ngx_http_ct_conf_list_is_url(ngx_str_t *value)
{
    return ngx_strstr(value->data, "://") != NULL;
}
