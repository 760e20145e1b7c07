/*
 * ngx_http_ct_conf_webhook: the directive ct_webhook.
 */

#include "ngx_http_ct_conf_channel.h"

#include "ct_message.h"

#define NGX_HTTP_CT_WHSEC_MIN    24  /* bytes of a key: Standard Webhooks */
#define NGX_HTTP_CT_WHSEC_MAX    64
#define NGX_HTTP_CT_SECRET_MIN   16  /* characters of a text */
#define NGX_HTTP_CT_SECRET_MAX   256
#define NGX_HTTP_CT_ROUTING_KEY  32
#define NGX_HTTP_CT_HEADER       4096


/* A way to write an alert. */
typedef struct {
    ngx_str_t                  name;
    uint32_t                   format;
    ngx_uint_t                 secret;   /* how many it takes at most */
} ngx_http_ct_format_t;

/* The arguments of one ct_webhook. */
typedef struct {
    ngx_http_ct_channel_t      c;
    ngx_http_ct_url_t          url;
    ngx_str_t                  text;     /* of it */
    ngx_http_ct_format_t      *format;   /* NULL: not given */
    ngx_array_t                secrets;  /* of ngx_str_t */
    ngx_array_t                headers;  /* of ngx_str_t */
} ngx_http_ct_webhook_t;


static ngx_int_t ngx_http_ct_conf_webhook_url(ngx_conf_t *cf,
    ngx_http_ct_webhook_t *hook);
static ngx_int_t ngx_http_ct_conf_webhook_arg(ngx_conf_t *cf,
    ngx_str_t *value, ngx_http_ct_webhook_t *hook);
static ngx_int_t ngx_http_ct_conf_webhook_format(ngx_conf_t *cf,
    ngx_str_t *value, ngx_http_ct_webhook_t *hook);
static ngx_int_t ngx_http_ct_conf_webhook_push(ngx_array_t *array,
    ngx_str_t *value, size_t prefix);
static ngx_int_t ngx_http_ct_conf_webhook_file(ngx_conf_t *cf,
    ngx_str_t *value, size_t prefix, ngx_array_t *lines);
static ngx_int_t ngx_http_ct_conf_webhook_fit(ngx_conf_t *cf,
    ngx_http_ct_webhook_t *hook);
static ngx_int_t ngx_http_ct_conf_webhook_secrets(ngx_conf_t *cf,
    ct_arena_t *arena, ngx_http_ct_webhook_t *hook);
static ngx_int_t ngx_http_ct_conf_webhook_secret(ngx_conf_t *cf,
    ct_arena_t *arena, ngx_str_t *text, ct_bytes_t *secret);
static ngx_uint_t ngx_http_ct_conf_webhook_printable(ngx_str_t *text);
static ngx_int_t ngx_http_ct_conf_webhook_headers(ngx_conf_t *cf,
    ct_arena_t *arena, ngx_http_ct_webhook_t *hook);
static ngx_uint_t ngx_http_ct_conf_webhook_header_ok(ngx_str_t *header);
static char *ngx_http_ct_conf_webhook_add(ngx_conf_t *cf,
    ngx_http_ct_main_conf_t *mcf, ngx_http_ct_webhook_t *hook);
static char *ngx_http_ct_conf_webhook_name(ct_arena_t *arena,
    ngx_http_ct_webhook_t *hook, const char *key);


static ngx_http_ct_format_t  ngx_http_ct_conf_formats[] = {
    { ngx_string("json"), CT_FORMAT_JSON, CT_LIMIT_SECRETS },
    { ngx_string("cloudevents"), CT_FORMAT_CLOUDEVENTS, CT_LIMIT_SECRETS },
    { ngx_string("slack"), CT_FORMAT_SLACK, 0 },
    { ngx_string("discord"), CT_FORMAT_DISCORD, 0 },
    { ngx_string("teams"), CT_FORMAT_TEAMS, 0 },
    { ngx_string("pagerduty"), CT_FORMAT_PAGERDUTY, 1 },
    { ngx_string("alertmanager"), CT_FORMAT_ALERTMANAGER, 0 },
    { ngx_null_string, 0, 0 }
};


/* ct_webhook url [format=name] [secret=text] [secret_file=path]
 * [header=line] [header_file=path] [on=events] [name=text]; */

char *
ngx_http_ct_conf_webhook(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ct_main_conf_t *mcf = conf;

    ngx_str_t              *value;
    ngx_uint_t              i;
    ngx_http_ct_webhook_t   hook;

    ngx_http_ct_conf_seen(cf, cmd, mcf);

    value = cf->args->elts;

    ngx_memzero(&hook, sizeof(ngx_http_ct_webhook_t));
    ngx_http_ct_conf_channel_init(cf, &hook.c, CT_CHANNEL_WEBHOOK);

    hook.text = value[1];

    if (ngx_array_init(&hook.secrets, cf->temp_pool, 4, sizeof(ngx_str_t))
        != NGX_OK
        || ngx_array_init(&hook.headers, cf->temp_pool, 4, sizeof(ngx_str_t))
           != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    if (ngx_http_ct_conf_webhook_url(cf, &hook) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    for (i = 2; i < cf->args->nelts; i++) {
        if (ngx_http_ct_conf_webhook_arg(cf, &value[i], &hook) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    if (hook.format == NULL) {
        hook.format = ngx_http_ct_conf_formats;
    }

    if (ngx_http_ct_conf_webhook_fit(cf, &hook) != NGX_OK
        || ngx_http_ct_conf_webhook_secrets(cf, mcf->arena, &hook) != NGX_OK
        || ngx_http_ct_conf_webhook_headers(cf, mcf->arena, &hook) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    return ngx_http_ct_conf_webhook_add(cf, mcf, &hook);
}


static ngx_int_t
ngx_http_ct_conf_webhook_url(ngx_conf_t *cf, ngx_http_ct_webhook_t *hook)
{
    if (ngx_http_ct_conf_url_split(&hook->text, &hook->url)
        && (ngx_http_ct_conf_url_is(&hook->url, "https")
            || ngx_http_ct_conf_url_is(&hook->url, "http")))
    {
        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid URL \"%V\" in \"ct_webhook\", \"https://\" "
                       "or \"http://\" with a host is wanted", &hook->text);

    return NGX_ERROR;
}


static ngx_int_t
ngx_http_ct_conf_webhook_arg(ngx_conf_t *cf, ngx_str_t *value,
    ngx_http_ct_webhook_t *hook)
{
    ngx_int_t  rc;

    rc = ngx_http_ct_conf_channel_arg(cf, value, &hook->c);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    if (ngx_strncmp(value->data, "format=", 7) == 0 && hook->format == NULL) {
        return ngx_http_ct_conf_webhook_format(cf, value, hook);
    }

    if (ngx_strncmp(value->data, "secret=", 7) == 0) {
        return ngx_http_ct_conf_webhook_push(&hook->secrets, value, 7);
    }

    if (ngx_strncmp(value->data, "header=", 7) == 0) {
        return ngx_http_ct_conf_webhook_push(&hook->headers, value, 7);
    }

    if (ngx_strncmp(value->data, "secret_file=", 12) == 0) {
        return ngx_http_ct_conf_webhook_file(cf, value, 12, &hook->secrets);
    }

    if (ngx_strncmp(value->data, "header_file=", 12) == 0) {
        return ngx_http_ct_conf_webhook_file(cf, value, 12, &hook->headers);
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\" in \"ct_webhook\", once "
                       "\"format=\", \"name=\" and \"on=\", and "
                       "\"secret=\", \"secret_file=\", \"header=\" and "
                       "\"header_file=\" are wanted", value);

    return NGX_ERROR;
}


static ngx_int_t
ngx_http_ct_conf_webhook_format(ngx_conf_t *cf, ngx_str_t *value,
    ngx_http_ct_webhook_t *hook)
{
    ngx_http_ct_format_t  *format;

    for (format = ngx_http_ct_conf_formats; format->name.len > 0; format++) {
        if (ngx_strcmp(value->data + 7, format->name.data) == 0) {
            hook->format = format;
            return NGX_OK;
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid format in \"%V\", \"json\", "
                       "\"cloudevents\", \"slack\", \"discord\", \"teams\", "
                       "\"pagerduty\" or \"alertmanager\" is wanted", value);

    return NGX_ERROR;
}


static ngx_int_t
ngx_http_ct_conf_webhook_push(ngx_array_t *array, ngx_str_t *value,
    size_t prefix)
{
    ngx_str_t  *text;

    text = ngx_array_push(array);
    if (text == NULL) {
        return NGX_ERROR;
    }

    text->data = value->data + prefix;
    text->len = value->len - prefix;

    return NGX_OK;
}


static ngx_int_t
ngx_http_ct_conf_webhook_file(ngx_conf_t *cf, ngx_str_t *value,
    size_t prefix, ngx_array_t *lines)
{
    ngx_str_t  path;

    path.data = value->data + prefix;
    path.len = value->len - prefix;

    return ngx_http_ct_conf_secret_lines(cf, &path, lines);
}


/* Does all of it belong together? */

static ngx_int_t
ngx_http_ct_conf_webhook_fit(ngx_conf_t *cf, ngx_http_ct_webhook_t *hook)
{
    ngx_uint_t  n;

    n = hook->secrets.nelts;

    hook->c.channel.format = hook->format->format;

    if (hook->format->format == CT_FORMAT_PAGERDUTY && n != 1) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"format=pagerduty\" has %ui secrets in "
                           "\"ct_webhook\", one \"secret=\" with the routing "
                           "key of the service is wanted", n);
        return NGX_ERROR;
    }

    if (n > 0 && hook->format->secret == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"format=%V\" has a secret in \"ct_webhook\", "
                           "which \"json\", \"cloudevents\" and "
                           "\"pagerduty\" take", &hook->format->name);
        return NGX_ERROR;
    }

    if (n > CT_LIMIT_SECRETS) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "too many secrets in \"ct_webhook\", at most %d "
                           "are possible", CT_LIMIT_SECRETS);
        return NGX_ERROR;
    }

    if (hook->headers.nelts > CT_LIMIT_HEADERS) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "too many headers in \"ct_webhook\", at most %d "
                           "are possible", CT_LIMIT_HEADERS);
        return NGX_ERROR;
    }

    if (hook->format->format == CT_FORMAT_ALERTMANAGER
        && ngx_strlchr(hook->text.data, hook->text.data + hook->text.len, '?')
           != NULL)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "the URL of \"format=alertmanager\" has a query "
                           "in \"ct_webhook\", its address up to "
                           "\"/api/v2/alerts\" is wanted");
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_ct_conf_webhook_secrets(ngx_conf_t *cf, ct_arena_t *arena,
    ngx_http_ct_webhook_t *hook)
{
    size_t       i;
    ngx_str_t   *text;
    ct_bytes_t  *secrets;

    text = hook->secrets.elts;

    secrets = ct_arena_calloc(arena, hook->secrets.nelts, sizeof(ct_bytes_t));
    if (secrets == NULL) {
        return NGX_ERROR;
    }

    hook->c.channel.secrets = secrets;
    hook->c.channel.nsecrets = hook->secrets.nelts;

    for (i = 0; i < hook->secrets.nelts; i++) {

        if (hook->format->format == CT_FORMAT_PAGERDUTY) {
            if (text[i].len != NGX_HTTP_CT_ROUTING_KEY
                || !ngx_http_ct_conf_webhook_printable(&text[i]))
            {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "invalid secret in \"ct_webhook\", of "
                                   "\"format=pagerduty\" a routing key of %d "
                                   "characters is wanted",
                                   NGX_HTTP_CT_ROUTING_KEY);
                return NGX_ERROR;
            }

            secrets[i] = ct_bytes(ngx_http_ct_string(arena, &text[i]),
                                  text[i].len);

        } else if (ngx_http_ct_conf_webhook_secret(cf, arena, &text[i],
                                                   &secrets[i])
                   != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (secrets[i].data == NULL) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* The key that signs: as Standard Webhooks writes it, or the text itself. */

static ngx_int_t
ngx_http_ct_conf_webhook_secret(ngx_conf_t *cf, ct_arena_t *arena,
    ngx_str_t *text, ct_bytes_t *secret)
{
    size_t      len;
    uint8_t     key[NGX_HTTP_CT_WHSEC_MAX];
    ct_bytes_t  base64;

    if (ngx_strncmp(text->data, "whsec_", 6) == 0) {
        len = sizeof(key);
        base64 = ct_bytes(text->data + 6, text->len - 6);

        if (ct_parse_base64(base64, key, &len) == CT_OK
            && len >= NGX_HTTP_CT_WHSEC_MIN)
        {
            *secret = ct_bytes(ct_arena_strdup(arena, key, len), len);
            return NGX_OK;
        }

    } else if (text->len >= NGX_HTTP_CT_SECRET_MIN
               && text->len <= NGX_HTTP_CT_SECRET_MAX
               && ngx_http_ct_conf_webhook_printable(text))
    {
        *secret = ct_bytes(ngx_http_ct_string(arena, text), text->len);
        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid secret in \"ct_webhook\", \"whsec_\" and %d "
                       "to %d bytes in base64, or %d to %d printable ASCII "
                       "characters are wanted", NGX_HTTP_CT_WHSEC_MIN,
                       NGX_HTTP_CT_WHSEC_MAX, NGX_HTTP_CT_SECRET_MIN,
                       NGX_HTTP_CT_SECRET_MAX);

    return NGX_ERROR;
}


static ngx_uint_t
ngx_http_ct_conf_webhook_printable(ngx_str_t *text)
{
    size_t  i;

    for (i = 0; i < text->len; i++) {
        if (text->data[i] < ' ' || text->data[i] >= 0x7f) {
            return 0;
        }
    }

    return 1;
}


static ngx_int_t
ngx_http_ct_conf_webhook_headers(ngx_conf_t *cf, ct_arena_t *arena,
    ngx_http_ct_webhook_t *hook)
{
    size_t        i;
    ngx_str_t    *text;
    const char  **headers;

    text = hook->headers.elts;

    headers = ct_arena_calloc(arena, hook->headers.nelts, sizeof(char *));
    if (headers == NULL) {
        return NGX_ERROR;
    }

    hook->c.channel.headers = headers;
    hook->c.channel.nheaders = hook->headers.nelts;

    for (i = 0; i < hook->headers.nelts; i++) {

        if (!ngx_http_ct_conf_webhook_header_ok(&text[i])) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid header in \"ct_webhook\", \"Name: "
                               "value\" in less than %d printable ASCII "
                               "characters is wanted, not one that the "
                               "module sets", NGX_HTTP_CT_HEADER);
            return NGX_ERROR;
        }

        headers[i] = ngx_http_ct_string(arena, &text[i]);
        if (headers[i] == NULL) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_http_ct_conf_webhook_header_ok(ngx_str_t *header)
{
    size_t   len;
    u_char  *p, *colon;

    static const char *const  ours[] = {
        "Host", "Connection", "Content-Length", "Content-Type",
        "Content-Encoding", "Transfer-Encoding", "Expect", "TE", "Trailer",
        "Upgrade", "Webhook-Id", "Webhook-Timestamp", "Webhook-Signature",
        NULL
    };

    const char *const  *name;

    colon = ngx_strlchr(header->data, header->data + header->len, ':');

    if (colon == NULL || colon == header->data
        || header->len >= NGX_HTTP_CT_HEADER
        || !ngx_http_ct_conf_webhook_printable(header))
    {
        return 0;
    }

    len = colon - header->data;

    for (p = header->data; p < colon; p++) {
        if (!isalnum(*p) && ngx_strchr("!#$%&'*+-.^_`|~", *p) == NULL) {
            return 0;
        }
    }

    for (name = ours; *name != NULL; name++) {
        if (ngx_strlen(*name) == len
            && ngx_strncasecmp(header->data, (u_char *) *name, len) == 0)
        {
            return 0;
        }
    }

    /* libcurl takes "Name:" as "do not send it" */

    for (p = colon + 1; p < header->data + header->len; p++) {
        if (*p != ' ') {
            return 1;
        }
    }

    return 0;
}


static char *
ngx_http_ct_conf_webhook_add(ngx_conf_t *cf, ngx_http_ct_main_conf_t *mcf,
    ngx_http_ct_webhook_t *hook)
{
    char       *key, *url;
    size_t      len;
    u_char     *last;
    ngx_str_t   path;

    url = ngx_http_ct_string(mcf->arena, &hook->text);
    key = url;

    if (hook->format->format == CT_FORMAT_ALERTMANAGER) {
        ngx_str_set(&path, "/api/v2/alerts");

        len = hook->text.len;
        last = hook->text.data + len;

        if (len < path.len
            || ngx_strncmp(last - path.len, path.data, path.len) != 0)
        {
            hook->text.len -= (last[-1] == '/');
            url = ngx_http_ct_conf_text(mcf->arena, "%V%V", &hook->text,
                                        &path);
            key = url;
        }
    }

    if (hook->format->format == CT_FORMAT_PAGERDUTY) {
        key = ngx_http_ct_conf_text(mcf->arena, "%V %s", &hook->text,
                                    hook->c.channel.secrets[0].data);
    }

    if (url == NULL || key == NULL) {
        return NGX_CONF_ERROR;
    }

    hook->c.channel.url = url;

    return ngx_http_ct_conf_channel_add(cf, mcf, &hook->c, key,
                                        ngx_http_ct_conf_webhook_name(
                                            mcf->arena, hook, key));
}


/* Path and query are often secret, and so is who one is; three bytes of its
 * number tell receivers at the same host apart. */

static char *
ngx_http_ct_conf_webhook_name(ct_arena_t *arena, ngx_http_ct_webhook_t *hook,
    const char *key)
{
    u_char      hex[6];
    uint64_t    id;
    ngx_str_t  *scheme, *authority;

    scheme = &hook->url.scheme;
    authority = &hook->url.authority;

    if (hook->url.rest.len <= 1 && hook->url.user.len == 0) {
        return ngx_http_ct_conf_text(arena, "%V://%V/", scheme, authority);
    }

    id = ct_channel_id(key);
    (void) ngx_hex_dump(hex, (u_char *) &id, 3);

    return ngx_http_ct_conf_text(arena, "%V://%V/ (%*s)", scheme, authority,
                                 sizeof(hex), hex);
}
