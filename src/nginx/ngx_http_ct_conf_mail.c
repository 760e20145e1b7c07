/*
 * ngx_http_ct_conf_mail: the directive ct_mail.
 *
 * TLS is never tried and done without: it is required, from the beginning
 * (smtps) or by STARTTLS, or it is off. Off by default is only a server on
 * this host, which seldom has a certificate that anybody trusts.
 */

#include "ngx_http_ct_conf_channel.h"

#define NGX_HTTP_CT_ADDRESS_LOCAL  64   /* RFC 5321, 4.5.3.1 */
#define NGX_HTTP_CT_ADDRESS        254
#define NGX_HTTP_CT_PASSWORD       512


/* The arguments of one ct_mail. */
typedef struct {
    ngx_http_ct_channel_t   c;
    ngx_array_t             to;           /* of char * */
    ngx_str_t               server;
    ngx_http_ct_url_t       url;          /* of it */
    ngx_str_t               from;
    ngx_str_t               user;
    ngx_str_t               password;
    ngx_int_t               tls;          /* -1: not given */
} ngx_http_ct_mail_t;


static ngx_int_t ngx_http_ct_conf_mail_arg(ngx_conf_t *cf, ct_arena_t *arena,
    ngx_str_t *value, ngx_http_ct_mail_t *mail);
static ngx_uint_t ngx_http_ct_conf_mail_once(ngx_str_t *value,
    const char *name, ngx_str_t *text);
static ngx_int_t ngx_http_ct_conf_mail_to(ngx_conf_t *cf, ct_arena_t *arena,
    ngx_str_t *value, ngx_http_ct_mail_t *mail);
static ngx_int_t ngx_http_ct_conf_mail_address(ngx_conf_t *cf,
    ngx_str_t *address);
static ngx_uint_t ngx_http_ct_conf_mail_address_ok(ngx_str_t *address);
static ngx_uint_t ngx_http_ct_conf_mail_domain_ok(u_char *p, u_char *last);
static ngx_int_t ngx_http_ct_conf_mail_server(ngx_conf_t *cf,
    ngx_http_ct_mail_t *mail);
static ngx_int_t ngx_http_ct_conf_mail_password(ngx_conf_t *cf,
    ngx_str_t *path, ngx_http_ct_mail_t *mail);
static ngx_int_t ngx_http_ct_conf_mail_fit(ngx_conf_t *cf,
    ngx_http_ct_mail_t *mail);
static ngx_int_t ngx_http_ct_conf_mail_tls(ngx_conf_t *cf,
    ngx_http_ct_mail_t *mail);
static ngx_uint_t ngx_http_ct_conf_mail_here(ngx_http_ct_mail_t *mail);
static char *ngx_http_ct_conf_mail_add(ngx_conf_t *cf,
    ngx_http_ct_main_conf_t *mcf, ngx_http_ct_mail_t *mail);
static char *ngx_http_ct_conf_mail_name(ct_arena_t *arena,
    ngx_http_ct_mail_t *mail);


/* ct_mail to=address ... from=address server=url [user=text
 * password=text | password_file=path] [tls=required|off] [on=events]
 * [name=text]; */

char *
ngx_http_ct_conf_mail(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_ct_main_conf_t *mcf = conf;

    ngx_str_t           *value;
    ngx_uint_t           i;
    ngx_http_ct_mail_t   mail;

    ngx_http_ct_conf_seen(cf, cmd, mcf);

    value = cf->args->elts;

    ngx_memzero(&mail, sizeof(ngx_http_ct_mail_t));
    ngx_http_ct_conf_channel_init(cf, &mail.c, CT_CHANNEL_MAIL);

    mail.tls = -1;

    if (ngx_array_init(&mail.to, cf->temp_pool, 4, sizeof(char *))
        != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    for (i = 1; i < cf->args->nelts; i++) {
        if (ngx_http_ct_conf_mail_arg(cf, mcf->arena, &value[i], &mail)
            != NGX_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    if (ngx_http_ct_conf_mail_fit(cf, &mail) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return ngx_http_ct_conf_mail_add(cf, mcf, &mail);
}


static ngx_int_t
ngx_http_ct_conf_mail_arg(ngx_conf_t *cf, ct_arena_t *arena,
    ngx_str_t *value, ngx_http_ct_mail_t *mail)
{
    ngx_int_t  rc;
    ngx_str_t  path;

    rc = ngx_http_ct_conf_channel_arg(cf, value, &mail->c);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    if (ngx_strncmp(value->data, "to=", 3) == 0) {
        return ngx_http_ct_conf_mail_to(cf, arena, value, mail);
    }

    if (ngx_http_ct_conf_mail_once(value, "from=", &mail->from)) {
        return ngx_http_ct_conf_mail_address(cf, &mail->from);
    }

    if (ngx_http_ct_conf_mail_once(value, "server=", &mail->server)) {
        return ngx_http_ct_conf_mail_server(cf, mail);
    }

    if (ngx_http_ct_conf_mail_once(value, "user=", &mail->user)
        || ngx_http_ct_conf_mail_once(value, "password=", &mail->password))
    {
        return NGX_OK;
    }

    ngx_str_null(&path);

    if (mail->password.data == NULL
        && ngx_http_ct_conf_mail_once(value, "password_file=", &path))
    {
        return ngx_http_ct_conf_mail_password(cf, &path, mail);
    }

    if (ngx_strcmp(value->data, "tls=required") == 0 && mail->tls == -1) {
        mail->tls = 1;
        return NGX_OK;
    }

    if (ngx_strcmp(value->data, "tls=off") == 0 && mail->tls == -1) {
        mail->tls = 0;
        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%*s\" in \"ct_mail\", \"to=\", "
                       "and once \"from=\", \"server=\", \"user=\", "
                       "\"password=\" or \"password_file=\", "
                       "\"tls=required\" or \"tls=off\", \"name=\" and "
                       "\"on=\" are wanted",
                       ngx_strncmp(value->data, "password=", 9) == 0
                       ? (size_t) 9 : value->len, value->data);

    return NGX_ERROR;
}


/* Takes name=text, unless there is one already or the text is empty. */

static ngx_uint_t
ngx_http_ct_conf_mail_once(ngx_str_t *value, const char *name,
    ngx_str_t *text)
{
    size_t  len;

    len = ngx_strlen(name);

    if (text->data != NULL || value->len <= len
        || ngx_strncmp(value->data, name, len) != 0)
    {
        return 0;
    }

    text->data = value->data + len;
    text->len = value->len - len;

    return 1;
}


static ngx_int_t
ngx_http_ct_conf_mail_to(ngx_conf_t *cf, ct_arena_t *arena, ngx_str_t *value,
    ngx_http_ct_mail_t *mail)
{
    char       **to;
    ngx_str_t    address;

    address.data = value->data + 3;
    address.len = value->len - 3;

    if (ngx_http_ct_conf_mail_address(cf, &address) != NGX_OK) {
        return NGX_ERROR;
    }

    if (mail->to.nelts == CT_LIMIT_RECIPIENTS) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "too many \"to=\" in \"ct_mail\", at most %d are "
                           "possible", CT_LIMIT_RECIPIENTS);
        return NGX_ERROR;
    }

    to = ngx_array_push(&mail->to);
    if (to == NULL) {
        return NGX_ERROR;
    }

    *to = ngx_http_ct_string(arena, &address);

    return *to == NULL ? NGX_ERROR : NGX_OK;
}


static ngx_int_t
ngx_http_ct_conf_mail_address(ngx_conf_t *cf, ngx_str_t *address)
{
    if (ngx_http_ct_conf_mail_address_ok(address)) {
        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid address \"%V\" in \"ct_mail\", one such as "
                       "\"admin@example.com\" is wanted", address);

    return NGX_ERROR;
}


/* A Dot-string at a Domain (RFC 5321, 4.1.2): nothing that could end a
 * header line, an address or a command. */

static ngx_uint_t
ngx_http_ct_conf_mail_address_ok(ngx_str_t *address)
{
    u_char  *p, *at, *last;

    last = address->data + address->len;
    at = ngx_strlchr(address->data, last, '@');

    if (at == NULL || at == address->data
        || at - address->data > NGX_HTTP_CT_ADDRESS_LOCAL
        || address->len > NGX_HTTP_CT_ADDRESS
        || address->data[0] == '.' || at[-1] == '.')
    {
        return 0;
    }

    for (p = address->data; p < at; p++) {
        if ((!isalnum(*p) && ngx_strchr("!#$%&'*+-/=?^_`{|}~.", *p) == NULL)
            || (*p == '.' && p[1] == '.'))
        {
            return 0;
        }
    }

    return ngx_http_ct_conf_mail_domain_ok(at + 1, last);
}


static ngx_uint_t
ngx_http_ct_conf_mail_domain_ok(u_char *p, u_char *last)
{
    u_char  before;

    before = '.';

    for ( /* void */ ; p < last; p++) {
        if (!isalnum(*p) && (before == '.' || (*p != '-' && *p != '.'))) {
            return 0;
        }

        if (*p == '.' && before == '-') {
            return 0;
        }

        before = *p;
    }

    return isalnum(before) != 0;
}


static ngx_int_t
ngx_http_ct_conf_mail_server(ngx_conf_t *cf, ngx_http_ct_mail_t *mail)
{
    ngx_http_ct_url_t  *url;

    url = &mail->url;

    if (ngx_http_ct_conf_url_split(&mail->server, url)
        && (ngx_http_ct_conf_url_is(url, "smtp")
            || ngx_http_ct_conf_url_is(url, "smtps"))
        && url->user.len == 0
        && (url->rest.len == 0
            || (url->rest.len == 1 && url->rest.data[0] == '/'))
        && mail->server.len < CT_LIMIT_URL)
    {
        return NGX_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid server \"%V\" in \"ct_mail\", "
                       "\"smtp://host:port\" or \"smtps://host:port\" is "
                       "wanted", &mail->server);

    return NGX_ERROR;
}


static ngx_int_t
ngx_http_ct_conf_mail_password(ngx_conf_t *cf, ngx_str_t *path,
    ngx_http_ct_mail_t *mail)
{
    ngx_array_t  lines;

    if (ngx_array_init(&lines, cf->temp_pool, 1, sizeof(ngx_str_t)) != NGX_OK
        || ngx_http_ct_conf_secret_lines(cf, path, &lines) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (lines.nelts != 1) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" has %ui lines, one with the password is "
                           "wanted", path, lines.nelts);
        return NGX_ERROR;
    }

    mail->password = *(ngx_str_t *) lines.elts;

    return NGX_OK;
}


/* Is all of it there, and does it belong together? */

static ngx_int_t
ngx_http_ct_conf_mail_fit(ngx_conf_t *cf, ngx_http_ct_mail_t *mail)
{
    if (mail->to.nelts == 0 || mail->from.len == 0 || mail->server.len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"ct_mail\" is incomplete, \"to=address\", "
                           "\"from=address\" and \"server=smtp://host:port\" "
                           "are wanted");
        return NGX_ERROR;
    }

    if ((mail->user.len == 0) != (mail->password.len == 0)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"user=\" and one of \"password=\" and "
                           "\"password_file=\" are wanted together in "
                           "\"ct_mail\"");
        return NGX_ERROR;
    }

    if (mail->user.len > NGX_HTTP_CT_PASSWORD
        || mail->password.len > NGX_HTTP_CT_PASSWORD)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "user or password in \"ct_mail\" is too long, at "
                           "most %d characters are possible",
                           NGX_HTTP_CT_PASSWORD);
        return NGX_ERROR;
    }

    return ngx_http_ct_conf_mail_tls(cf, mail);
}


static ngx_int_t
ngx_http_ct_conf_mail_tls(ngx_conf_t *cf, ngx_http_ct_mail_t *mail)
{
    if (ngx_http_ct_conf_url_is(&mail->url, "smtps")) {

        if (mail->tls == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"tls=off\" with \"smtps://\" in "
                               "\"ct_mail\", \"smtp://\" is wanted without "
                               "TLS");
            return NGX_ERROR;
        }

        return NGX_OK;
    }

    if (mail->tls == 0 && mail->user.len > 0
        && !ngx_http_ct_conf_mail_here(mail))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"tls=off\" in \"ct_mail\" would send the "
                           "password to \"%V\" for everybody to read, "
                           "\"tls=required\" is wanted", &mail->server);
        return NGX_ERROR;
    }

    if (mail->tls == -1) {
        mail->tls = !ngx_http_ct_conf_mail_here(mail);
    }

    return NGX_OK;
}


/* Is the server on this host? */

static ngx_uint_t
ngx_http_ct_conf_mail_here(ngx_http_ct_mail_t *mail)
{
    in_addr_t   addr;
    ngx_str_t  *host;

    host = &mail->url.host;
    addr = ngx_inet_addr(host->data, host->len);

    if (addr != INADDR_NONE) {
        return (ntohl(addr) >> 24) == 127;
    }

    return (host->len == 9
            && ngx_strncasecmp(host->data, (u_char *) "localhost", 9) == 0)
           || (host->len == 5 && ngx_strncmp(host->data, "[::1]", 5) == 0);
}


static char *
ngx_http_ct_conf_mail_add(ngx_conf_t *cf, ngx_http_ct_main_conf_t *mcf,
    ngx_http_ct_mail_t *mail)
{
    char          *key, **to;
    ngx_uint_t     i;
    ct_channel_t  *channel;

    channel = &mail->c.channel;

    to = ct_arena_calloc(mcf->arena, mail->to.nelts, sizeof(char *));
    key = ngx_http_ct_string(mcf->arena, &mail->server);

    channel->url = key;
    channel->from = ngx_http_ct_string(mcf->arena, &mail->from);

    if (to == NULL || key == NULL || channel->from == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memcpy(to, mail->to.elts, mail->to.nelts * sizeof(char *));

    channel->to = (const char *const *) to;
    channel->nto = mail->to.nelts;
    channel->tls = mail->tls != 0;

    for (i = 0; i < channel->nto; i++) {
        key = ngx_http_ct_conf_text(mcf->arena, "%s %s", key, to[i]);
        if (key == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    if (mail->user.len > 0) {
        channel->user = ngx_http_ct_string(mcf->arena, &mail->user);
        channel->password = ngx_http_ct_string(mcf->arena, &mail->password);

        if (channel->user == NULL || channel->password == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    return ngx_http_ct_conf_channel_add(cf, mcf, &mail->c, key,
                                        ngx_http_ct_conf_mail_name(
                                            mcf->arena, mail));
}


static char *
ngx_http_ct_conf_mail_name(ct_arena_t *arena, ngx_http_ct_mail_t *mail)
{
    char        **to;
    ngx_uint_t    n;

    to = mail->to.elts;
    n = mail->to.nelts - 1;

    if (n == 0) {
        return ngx_http_ct_conf_text(arena, "%s (%V)", to[0], &mail->server);
    }

    return ngx_http_ct_conf_text(arena, "%s and %ui more (%V)", to[0], n,
                                 &mail->server);
}
