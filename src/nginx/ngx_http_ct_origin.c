/*
 * ngx_http_ct_origin: see the header.
 */

#include "ngx_http_ct_origin.h"


static ngx_str_t *ngx_http_ct_origin_header(ngx_http_request_t *r,
    const char *name);
static ngx_uint_t ngx_http_ct_origin_is(ngx_str_t *value, const char *word);
static ngx_uint_t ngx_http_ct_origin_same(ngx_http_request_t *r,
    ngx_str_t *origin);
static ngx_uint_t ngx_http_ct_origin_named(ngx_http_request_t *r);
static ngx_uint_t ngx_http_ct_origin_literal(ngx_str_t *host);
static ngx_uint_t ngx_http_ct_origin_covers(ngx_str_t *name,
    ngx_str_t *host);
static ngx_uint_t ngx_http_ct_origin_below(ngx_str_t *suffix,
    ngx_str_t *host);


const char *
ngx_http_ct_origin_wrong(ngx_http_request_t *r)
{
    ngx_str_t   *site, *origin;
    ngx_uint_t   same;

    site = ngx_http_ct_origin_header(r, "sec-fetch-site");
    origin = ngx_http_ct_origin_header(r, "origin");

    if (site == NULL && origin == NULL) {

        if (ngx_http_ct_origin_header(r, "x-ct-action") != NULL) {
            return NULL;
        }

        return "nothing tells who has sent this, a header \"X-CT-Action: 1\" "
               "is wanted";
    }

    if (site != NULL) {
        same = ngx_http_ct_origin_is(site, "same-origin")
               || ngx_http_ct_origin_is(site, "none");

    } else {
        same = ngx_http_ct_origin_same(r, origin);
    }

    if (!same) {
        return "the page of another site has sent this";
    }

    if (!ngx_http_ct_origin_named(r)) {
        return "the host that was asked for is none of the names in "
               "\"server_name\" here, nor an address";
    }

    return NULL;
}


static ngx_str_t *
ngx_http_ct_origin_header(ngx_http_request_t *r, const char *name)
{
    size_t            len;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    len = ngx_strlen(name);

    for (part = &r->headers_in.headers.part; part != NULL; part = part->next)
    {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            if (h[i].key.len == len
                && ngx_strncasecmp(h[i].key.data, (u_char *) name, len) == 0)
            {
                return &h[i].value;
            }
        }
    }

    return NULL;
}


static ngx_uint_t
ngx_http_ct_origin_is(ngx_str_t *value, const char *word)
{
    size_t  len;

    len = ngx_strlen(word);

    return value->len == len
           && ngx_strncasecmp(value->data, (u_char *) word, len) == 0;
}


/* Browsers leave out the port in both where it is the usual one. The scheme
 * is not known here when somebody else has ended TLS. */

static ngx_uint_t
ngx_http_ct_origin_same(ngx_http_request_t *r, ngx_str_t *origin)
{
    ngx_str_t  host;

    host = *origin;

    if (host.len > 8
        && ngx_strncasecmp(host.data, (u_char *) "https://", 8) == 0)
    {
        host.data += 8;
        host.len -= 8;

    } else if (host.len > 7
               && ngx_strncasecmp(host.data, (u_char *) "http://", 7) == 0)
    {
        host.data += 7;
        host.len -= 7;

    } else {
        return 0;
    }

    return r->headers_in.host != NULL
           && r->headers_in.host->value.len == host.len
           && ngx_strncasecmp(r->headers_in.host->value.data, host.data,
                              host.len)
              == 0;
}


static ngx_uint_t
ngx_http_ct_origin_named(ngx_http_request_t *r)
{
    ngx_str_t               *host, *name;
    ngx_uint_t               i;
    ngx_http_ct_loc_conf_t  *lcf;

    host = &r->headers_in.server;

    if (host->len == 0) {
        return 0;
    }

    if (ngx_http_ct_origin_literal(host)) {
        return 1;
    }

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_ct_module);
    name = lcf->names.elts;

    for (i = 0; i < lcf->names.nelts; i++) {
        if (ngx_http_ct_origin_covers(&name[i], host)) {
            return 1;
        }
    }

    return 0;
}


/* An address, or this very host: nobody can have them point elsewhere. */

static ngx_uint_t
ngx_http_ct_origin_literal(ngx_str_t *host)
{
    static ngx_str_t  local = ngx_string("*.localhost");

    return host->data[0] == '['
           || ngx_inet_addr(host->data, host->len) != INADDR_NONE
           || ngx_http_ct_origin_is(host, "localhost")
           || ngx_http_ct_origin_covers(&local, host);
}


/* "www.example.com", "*.example.com", ".example.com"; both are in lower
 * case. A wildcard at the end is none here. */

static ngx_uint_t
ngx_http_ct_origin_covers(ngx_str_t *name, ngx_str_t *host)
{
    ngx_str_t  rest;

    rest = *name;

    if (rest.len > 2 && rest.data[0] == '*') {
        rest.data++;
        rest.len--;

        return ngx_http_ct_origin_below(&rest, host);
    }

    if (rest.len > 1 && rest.data[0] == '.') {

        if (ngx_http_ct_origin_below(&rest, host)) {
            return 1;
        }

        rest.data++;
        rest.len--;
    }

    return host->len == rest.len
           && ngx_strncmp(host->data, rest.data, rest.len) == 0;
}


static ngx_uint_t
ngx_http_ct_origin_below(ngx_str_t *suffix, ngx_str_t *host)
{
    return host->len > suffix->len
           && ngx_strncmp(host->data + host->len - suffix->len, suffix->data,
                          suffix->len)
              == 0;
}
