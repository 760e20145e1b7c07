/*
 * ngx_http_ct_answer: see the header.
 */

#include "ngx_http_ct_answer.h"

#include "ct_json.h"

#define NGX_HTTP_CT_SENTENCE  2048    /* bytes of an error in JSON */


static ngx_int_t ngx_http_ct_answer_headers(ngx_http_request_t *r,
    ngx_http_ct_media_t *media);


ngx_http_ct_media_t  ngx_http_ct_json = {
    ngx_string("application/json"), ngx_null_string, "no-store"
};


ngx_int_t
ngx_http_ct_answer_send(ngx_http_request_t *r, ngx_http_ct_media_t *media,
    ct_bytes_t body)
{
    ngx_int_t     rc;
    ngx_buf_t    *b;
    ngx_chain_t   out;

    if (ngx_http_ct_answer_headers(r, media) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->headers_out.content_length_n = body.len;

    if (r->method == NGX_HTTP_HEAD) {
        r->header_only = 1;
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = (u_char *) body.data;
    b->last = b->pos + body.len;
    b->memory = (body.len > 0);
    b->last_buf = (r == r->main) ? 1 : 0;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


static ngx_int_t
ngx_http_ct_answer_headers(ngx_http_request_t *r, ngx_http_ct_media_t *media)
{
    r->headers_out.content_type = media->type;
    r->headers_out.content_type_len = media->type.len;
    r->headers_out.content_type_lowcase = NULL;
    r->headers_out.charset = media->charset;

    if (ngx_http_ct_answer_header(r, "Cache-Control", media->cache) != NGX_OK
        || ngx_http_ct_answer_header(r, "X-Content-Type-Options", "nosniff")
           != NGX_OK
        || ngx_http_ct_answer_header(r, "Referrer-Policy", "no-referrer")
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_ct_answer_header(r, "Content-Security-Policy",
                                     "default-src 'none'; style-src 'self'; "
                                     "base-uri 'none'; form-action 'none'; "
                                     "frame-ancestors 'none'");
}


ngx_int_t
ngx_http_ct_answer_refuse(ngx_http_request_t *r, ngx_uint_t status,
    const char *why)
{
    u_char     *room;
    ct_buf_t    out;
    ct_json_t   json;

    room = ngx_pnalloc(r->pool, NGX_HTTP_CT_SENTENCE);
    if (room == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ct_buf_fixed(&out, room, NGX_HTTP_CT_SENTENCE);
    ct_json_start(&json, &out);
    ct_json_object(&json, NULL);
    ct_json_str(&json, "error", why);
    ct_json_object_end(&json);

    r->headers_out.status = status;

    return ngx_http_ct_answer_send(r, &ngx_http_ct_json, ct_buf_slice(&out));
}


ngx_int_t
ngx_http_ct_answer_allow(ngx_http_request_t *r, const char *methods)
{
    if (ngx_http_ct_answer_header(r, "Allow", methods) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return NGX_HTTP_NOT_ALLOWED;
}


ngx_int_t
ngx_http_ct_answer_header(ngx_http_request_t *r, const char *name,
    const char *value)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    h->hash = 1;
#if (NGX_CT_HEADER_NEXT)
    h->next = NULL;
#endif
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value.data = (u_char *) value;
    h->value.len = ngx_strlen(value);
    h->lowcase_key = NULL;

    return NGX_OK;
}
