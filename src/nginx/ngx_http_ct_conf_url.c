/*
 * ngx_http_ct_conf_url: URLs taken apart, for more than their beginning
 * counts: what has no port that exists fails at run time, and what is shown
 * to people must not have the parts that are secret.
 */

#include "ngx_http_ct_conf_channel.h"


static u_char *ngx_http_ct_conf_url_host(u_char *p, u_char *last,
    ngx_http_ct_url_t *parts);
static ngx_uint_t ngx_http_ct_conf_url_port(u_char *p, u_char *last,
    ngx_http_ct_url_t *parts);


ngx_uint_t
ngx_http_ct_conf_url_split(ngx_str_t *url, ngx_http_ct_url_t *parts)
{
    size_t   i;
    u_char  *p, *at, *end, *last;

    ngx_memzero(parts, sizeof(ngx_http_ct_url_t));

    last = url->data + url->len;

    for (i = 0; i < url->len; i++) {
        if (url->data[i] <= ' ' || url->data[i] >= 0x7f
            || ngx_strchr("\"'#<>\\", url->data[i]) != NULL)
        {
            return 0;
        }
    }

    p = ngx_strlcasestrn(url->data, last, (u_char *) "://", 3 - 1);
    if (p == NULL) {
        return 0;
    }

    parts->scheme.data = url->data;
    parts->scheme.len = p - url->data;

    p += 3;

    for (end = p; end < last && *end != '/' && *end != '?'; end++) {
        /* void */
    }

    parts->rest.data = end;
    parts->rest.len = last - end;

    at = ngx_strlchr(p, end, '@');

    if (at != NULL) {
        parts->user.data = p;
        parts->user.len = at - p;
        p = at + 1;
    }

    parts->authority.data = p;
    parts->authority.len = end - p;

    p = ngx_http_ct_conf_url_host(p, end, parts);

    return p != NULL && ngx_http_ct_conf_url_port(p, end, parts);
}


/* Returns what is behind it; NULL when it is none. */

static u_char *
ngx_http_ct_conf_url_host(u_char *p, u_char *last, ngx_http_ct_url_t *parts)
{
    u_char  *start;

    start = p;

    if (p < last && *p == '[') {
        for (p++; p < last && (ngx_strchr(":.", *p) != NULL
                               || isxdigit(*p)); p++)
        {
            /* void */
        }

        if (p == last || *p != ']' || p - start < 3) {
            return NULL;
        }

        p++;

    } else {
        while (p < last && (isalnum(*p) || ngx_strchr("-._", *p) != NULL)) {
            p++;
        }
    }

    parts->host.data = start;
    parts->host.len = p - start;

    return (p == start) ? NULL : p;
}


static ngx_uint_t
ngx_http_ct_conf_url_port(u_char *p, u_char *last, ngx_http_ct_url_t *parts)
{
    ngx_int_t  port;

    if (p == last) {
        return 1;
    }

    if (*p != ':') {
        return 0;
    }

    port = ngx_atoi(p + 1, last - p - 1);

    if (port < 1 || port > 65535) {
        return 0;
    }

    parts->port = port;

    return 1;
}


ngx_uint_t
ngx_http_ct_conf_url_is(ngx_http_ct_url_t *parts, const char *scheme)
{
    return parts->scheme.len == ngx_strlen(scheme)
           && ngx_strncasecmp(parts->scheme.data, (u_char *) scheme,
                              parts->scheme.len)
              == 0;
}
