/*
 * ngx_http_ct_status: the content handler of ct_status. Which answer is
 * wanted follows from the path below the location; ct_report renders it
 * from the store, in any worker, without waiting for the engine.
 */

#include "ngx_http_ct_status.h"

#include "ngx_http_ct_zone.h"

#include "ct_report.h"


typedef struct {
    ngx_str_t               path;         /* below the location */
    ngx_str_t               type;
    ngx_str_t               charset;
    ct_rc_t               (*render)(const ct_report_t *report,
                                    ct_buf_t *out);
    ngx_uint_t              arguments;    /* takes ?limit=&after= */
} ngx_http_ct_face_t;


static ngx_http_ct_face_t *ngx_http_ct_status_face(ngx_http_request_t *r);
static ngx_int_t ngx_http_ct_status_not_allowed(ngx_http_request_t *r);
static ct_arena_t *ngx_http_ct_status_arena(ngx_http_request_t *r);
static void ngx_http_ct_status_cleanup(void *data);
static const char *ngx_http_ct_status_links(ngx_http_request_t *r,
    ct_arena_t *arena);
static const char *ngx_http_ct_status_arguments(ngx_http_request_t *r,
    ct_report_t *report);
static ngx_int_t ngx_http_ct_status_refuse(ngx_http_request_t *r,
    ct_arena_t *arena, const char *why);
static ct_rc_t ngx_http_ct_status_style(const ct_report_t *report,
    ct_buf_t *out);
static ct_rc_t ngx_http_ct_status_health(const ct_report_t *report,
    ct_buf_t *out);
static ngx_int_t ngx_http_ct_status_send(ngx_http_request_t *r,
    ngx_http_ct_face_t *face, ct_bytes_t body);
static ngx_int_t ngx_http_ct_status_headers(ngx_http_request_t *r,
    ngx_http_ct_face_t *face);
static ngx_int_t ngx_http_ct_status_header(ngx_http_request_t *r,
    const char *name, const char *value);


static ngx_http_ct_face_t  ngx_http_ct_faces[] = {

    { ngx_string(""),
      ngx_string("text/html"), ngx_string("utf-8"),
      ct_report_page, 1 },

    { ngx_string("ct.css"),
      ngx_string("text/css"), ngx_string("utf-8"),
      ngx_http_ct_status_style, 0 },

    { ngx_string("api/status"),
      ngx_string("application/json"), ngx_null_string,
      ct_report_json_status, 0 },

    { ngx_string("api/findings"),
      ngx_string("application/json"), ngx_null_string,
      ct_report_json_findings, 1 },

    { ngx_string("api/logs"),
      ngx_string("application/json"), ngx_null_string,
      ct_report_json_logs, 0 },

    { ngx_string("api/events"),
      ngx_string("application/json"), ngx_null_string,
      ct_report_json_events, 1 },

    { ngx_string("api/certificates"),
      ngx_string("application/json"), ngx_null_string,
      ct_report_json_certificates, 0 },

    { ngx_string("metrics"),
      ngx_string("text/plain; version=0.0.4"), ngx_string("utf-8"),
      ct_report_metrics, 0 },

    { ngx_string("health"),
      ngx_string("text/plain"), ngx_string("utf-8"),
      ngx_http_ct_status_health, 0 },

    { ngx_null_string, ngx_null_string, ngx_null_string, NULL, 0 }
};


ngx_int_t
ngx_http_ct_status_handler(ngx_http_request_t *r)
{
    ct_buf_t                  out;
    ngx_int_t                 rc;
    ngx_time_t               *tp;
    ct_report_t               report;
    const char               *why;
    ngx_http_ct_face_t       *face;
    ngx_http_ct_main_conf_t  *mcf;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return ngx_http_ct_status_not_allowed(r);
    }

    face = ngx_http_ct_status_face(r);
    if (face == NULL) {
        return NGX_HTTP_NOT_FOUND;
    }

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    mcf = ngx_http_get_module_main_conf(r, ngx_http_ct_module);
    if (mcf->config == NULL) {
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    tp = ngx_timeofday();

    ngx_memzero(&report, sizeof(ct_report_t));

    report.store = mcf->config->store;
    report.inventory = mcf->config->inventory;
    report.zone = mcf->config->zone;
    report.interval_ms = mcf->config->interval_ms;
    report.now_ms = (int64_t) tp->sec * 1000 + tp->msec;
    report.limit = CT_LIMIT_PAGE_FINDINGS;

    report.arena = ngx_http_ct_status_arena(r);
    if (report.arena == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    report.links = ngx_http_ct_status_links(r, report.arena);
    if (report.links == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    why = face->arguments ? ngx_http_ct_status_arguments(r, &report) : NULL;

    if (why != NULL) {
        return ngx_http_ct_status_refuse(r, report.arena, why);
    }

    ct_buf_init(&out, report.arena, CT_LIMIT_PAGE);

    switch (face->render(&report, &out)) {

    case CT_OK:
        r->headers_out.status = NGX_HTTP_OK;
        break;

    case CT_E_STATUS:
        r->headers_out.status = NGX_HTTP_SERVICE_UNAVAILABLE;
        break;

    default:
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "ct: no memory for \"%V\"", &r->uri);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_ct_status_send(r, face, ct_buf_slice(&out));
}


static ngx_int_t
ngx_http_ct_status_not_allowed(ngx_http_request_t *r)
{
    if (ngx_http_ct_status_header(r, "Allow", "GET, HEAD") != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return NGX_HTTP_NOT_ALLOWED;
}


/* "/ct" and "/ct/" are the page, "/ct/metrics" is a part, "/ctx" nothing. */

static ngx_http_ct_face_t *
ngx_http_ct_status_face(ngx_http_request_t *r)
{
    ngx_str_t                  path;
    ngx_http_ct_face_t        *face;
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (r->uri.len < clcf->name.len) {
        return NULL;
    }

    path.data = r->uri.data + clcf->name.len;
    path.len = r->uri.len - clcf->name.len;

    if (path.len > 0 && path.data[-1] != '/') {

        if (path.data[0] != '/') {
            return NULL;
        }

        path.data++;
        path.len--;
    }

    for (face = ngx_http_ct_faces; face->render != NULL; face++) {
        if (face->path.len == path.len
            && ngx_strncmp(face->path.data, path.data, path.len) == 0)
        {
            return face;
        }
    }

    return NULL;
}


static ct_arena_t *
ngx_http_ct_status_arena(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    cln->data = ct_arena_create(CT_LIMIT_PAGE * 2);
    cln->handler = ngx_http_ct_status_cleanup;

    return cln->data;
}


static void
ngx_http_ct_status_cleanup(void *data)
{
    ct_arena_destroy(data);
}


/* Links are relative to the page: below "/ct/" as they are, at "/a/ct" with
 * "ct/" before them. */

static const char *
ngx_http_ct_status_links(ngx_http_request_t *r, ct_arena_t *arena)
{
    size_t                     len;
    u_char                    *last, *p;
    ngx_str_t                  links;
    ngx_http_core_loc_conf_t  *clcf;

    if (r->uri.data[r->uri.len - 1] == '/') {
        return "";
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    last = clcf->escaped_name.data + clcf->escaped_name.len;

    for (p = last; p > clcf->escaped_name.data && p[-1] != '/'; p--) {
        /* void */
    }

    len = last - p;

    links.data = ngx_pnalloc(r->pool, len + 1);
    if (links.data == NULL) {
        return NULL;
    }

    ngx_memcpy(links.data, p, len);
    links.data[len] = '/';
    links.len = (len == 0) ? 0 : len + 1;

    return ngx_http_ct_string(arena, &links);
}


/* NULL, or what was wrong with them. */

static const char *
ngx_http_ct_status_arguments(ngx_http_request_t *r, ct_report_t *report)
{
    uint64_t   limit;
    ngx_str_t  value;

    if (ngx_http_arg(r, (u_char *) "limit", 5, &value) == NGX_OK) {

        if (!ct_parse_decimal(ngx_http_ct_bytes(&value), &limit)
            || limit == 0)
        {
            return "limit is not a number above 0";
        }

        /* who asks for more gets the most, and a "next" */
        report->limit = ngx_min(limit, CT_LIMIT_PAGE_FINDINGS);
    }

    if (ngx_http_arg(r, (u_char *) "after", 5, &value) == NGX_OK
        && !ct_report_token_read(ngx_http_ct_bytes(&value), &report->after))
    {
        return "after is not the next of an earlier answer";
    }

    return NULL;
}


/* An answer in JSON, whatever was asked for: it is read by programs. */

static ngx_int_t
ngx_http_ct_status_refuse(ngx_http_request_t *r, ct_arena_t *arena,
    const char *why)
{
    ct_buf_t   out;
    ct_json_t  json;

    static ngx_http_ct_face_t  face = {
        ngx_null_string, ngx_string("application/json"), ngx_null_string,
        NULL, 0
    };

    ct_buf_init(&out, arena, CT_LIMIT_PAGE);
    ct_json_start(&json, &out);
    ct_json_object(&json, NULL);
    ct_json_str(&json, "error", why);
    ct_json_object_end(&json);

    r->headers_out.status = NGX_HTTP_BAD_REQUEST;

    return ngx_http_ct_status_send(r, &face, ct_buf_slice(&out));
}


static ct_rc_t
ngx_http_ct_status_style(const ct_report_t *report, ct_buf_t *out)
{
    ct_buf_bytes(out, ct_report_style());

    return out->full ? CT_E_MEMORY : CT_OK;
}


/* CT_E_STATUS: an answer other than 200. */

static ct_rc_t
ngx_http_ct_status_health(const ct_report_t *report, ct_buf_t *out)
{
    return ct_report_health(report, out) ? CT_OK : CT_E_STATUS;
}


static ngx_int_t
ngx_http_ct_status_send(ngx_http_request_t *r, ngx_http_ct_face_t *face,
    ct_bytes_t body)
{
    ngx_int_t     rc;
    ngx_buf_t    *b;
    ngx_chain_t   out;

    if (ngx_http_ct_status_headers(r, face) != NGX_OK) {
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
ngx_http_ct_status_headers(ngx_http_request_t *r, ngx_http_ct_face_t *face)
{
    const char  *cache;

    r->headers_out.content_type = face->type;
    r->headers_out.content_type_len = face->type.len;
    r->headers_out.content_type_lowcase = NULL;
    r->headers_out.charset = face->charset;

    cache = (face->render == ngx_http_ct_status_style) ? "max-age=3600"
                                                       : "no-store";

    if (ngx_http_ct_status_header(r, "Cache-Control", cache) != NGX_OK
        || ngx_http_ct_status_header(r, "X-Content-Type-Options", "nosniff")
           != NGX_OK
        || ngx_http_ct_status_header(r, "Referrer-Policy", "no-referrer")
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_ct_status_header(r, "Content-Security-Policy",
                                     "default-src 'none'; style-src 'self'; "
                                     "base-uri 'none'; form-action 'none'; "
                                     "frame-ancestors 'none'");
}


static ngx_int_t
ngx_http_ct_status_header(ngx_http_request_t *r, const char *name,
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
