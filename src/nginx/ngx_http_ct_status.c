/*
 * ngx_http_ct_status: the content handler of ct_status. Which answer is
 * wanted follows from the path below the location; ct_report renders it
 * from the store, in any worker, without waiting for the engine.
 */

#include "ngx_http_ct_status.h"

#include "ngx_http_ct_action.h"
#include "ngx_http_ct_answer.h"

#include "ct_report.h"


typedef struct {
    ngx_str_t               path;         /* below the location */
    ngx_http_ct_media_t    *media;
    ct_rc_t               (*render)(const ct_report_t *report,
                                    ct_buf_t *out);
    ngx_uint_t              arguments;    /* takes ?limit=&after= */
} ngx_http_ct_face_t;


static ngx_int_t ngx_http_ct_status_path(ngx_http_request_t *r,
    ngx_str_t *path);
static ngx_int_t ngx_http_ct_status_report(ngx_http_request_t *r,
    ct_report_t *report);
static ngx_int_t ngx_http_ct_status_face(ngx_http_request_t *r,
    ngx_http_ct_face_t *face);
static ngx_uint_t ngx_http_ct_status_id(ngx_str_t *path, uint8_t *id);
static ngx_int_t ngx_http_ct_status_pem(ngx_http_request_t *r,
    const uint8_t *id);
static ct_arena_t *ngx_http_ct_status_arena(ngx_http_request_t *r);
static void ngx_http_ct_status_cleanup(void *data);
static const char *ngx_http_ct_status_links(ngx_http_request_t *r,
    ct_arena_t *arena);
static const char *ngx_http_ct_status_arguments(ngx_http_request_t *r,
    ct_report_t *report);
static ct_rc_t ngx_http_ct_status_style(const ct_report_t *report,
    ct_buf_t *out);
static ct_rc_t ngx_http_ct_status_health(const ct_report_t *report,
    ct_buf_t *out);


static ngx_http_ct_media_t  ngx_http_ct_html = {
    ngx_string("text/html"), ngx_string("utf-8"), "no-store"
};

static ngx_http_ct_media_t  ngx_http_ct_css = {
    ngx_string("text/css"), ngx_string("utf-8"), "max-age=3600"
};

static ngx_http_ct_media_t  ngx_http_ct_prometheus = {
    ngx_string("text/plain; version=0.0.4"), ngx_string("utf-8"), "no-store"
};

static ngx_http_ct_media_t  ngx_http_ct_text = {
    ngx_string("text/plain"), ngx_string("utf-8"), "no-store"
};

static ngx_http_ct_media_t  ngx_http_ct_pem = {
    ngx_string("application/pem-certificate-chain"), ngx_null_string,
    "no-store"
};


static ngx_http_ct_face_t  ngx_http_ct_faces[] = {

    { ngx_string(""), &ngx_http_ct_html,
      ct_report_page, 1 },

    { ngx_string("ct.css"), &ngx_http_ct_css,
      ngx_http_ct_status_style, 0 },

    { ngx_string("api/status"), &ngx_http_ct_json,
      ct_report_json_status, 0 },

    { ngx_string("api/findings"), &ngx_http_ct_json,
      ct_report_json_findings, 1 },

    { ngx_string("api/logs"), &ngx_http_ct_json,
      ct_report_json_logs, 0 },

    { ngx_string("api/events"), &ngx_http_ct_json,
      ct_report_json_events, 1 },

    { ngx_string("api/certificates"), &ngx_http_ct_json,
      ct_report_json_certificates, 0 },

    { ngx_string("api/channels"), &ngx_http_ct_json,
      ct_report_json_channels, 0 },

    { ngx_string("api/acknowledgements"), &ngx_http_ct_json,
      ct_report_json_acknowledgements, 0 },

    { ngx_string("metrics"), &ngx_http_ct_prometheus,
      ct_report_metrics, 0 },

    { ngx_string("health"), &ngx_http_ct_text,
      ngx_http_ct_status_health, 0 },

    { ngx_null_string, NULL, NULL, 0 }
};


ngx_int_t
ngx_http_ct_status_handler(ngx_http_request_t *r)
{
    uint8_t                   id[CT_FINDING_ID];
    ngx_int_t                 rc;
    ngx_str_t                 path;
    ct_inbox_kind_e           kind;
    ngx_http_ct_face_t       *face;
    ngx_http_ct_loc_conf_t   *lcf;
    ngx_http_ct_main_conf_t  *mcf;

    lcf = ngx_http_get_module_loc_conf(r, ngx_http_ct_module);
    mcf = ngx_http_get_module_main_conf(r, ngx_http_ct_module);

    rc = ngx_http_ct_status_path(r, &path);

    kind = (rc == NGX_OK && lcf->write) ? ngx_http_ct_action_kind(&path) : 0;

    if (kind != 0 && r->method != NGX_HTTP_POST) {
        return ngx_http_ct_answer_allow(r, "POST");
    }

    if (kind == 0 && !(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return ngx_http_ct_answer_allow(r, "GET, HEAD");
    }

    if (rc != NGX_OK) {
        return rc;
    }

    if (mcf->config == NULL) {
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    if (kind != 0) {
        return ngx_http_ct_action_handler(r, kind);
    }

    rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }

    for (face = ngx_http_ct_faces; face->render != NULL; face++) {
        if (face->path.len == path.len
            && ngx_strncmp(face->path.data, path.data, path.len) == 0)
        {
            return ngx_http_ct_status_face(r, face);
        }
    }

    if (ngx_http_ct_status_id(&path, id)) {
        return ngx_http_ct_status_pem(r, id);
    }

    return NGX_HTTP_NOT_FOUND;
}


/* "/ct" and "/ct/" are the page, "/ct/metrics" is a part, "/ctx" nothing. */

static ngx_int_t
ngx_http_ct_status_path(ngx_http_request_t *r, ngx_str_t *path)
{
    ngx_http_core_loc_conf_t  *clcf;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (r->uri.len < clcf->name.len) {
        return NGX_HTTP_NOT_FOUND;
    }

    path->data = r->uri.data + clcf->name.len;
    path->len = r->uri.len - clcf->name.len;

    if (path->len > 0 && path->data[-1] != '/') {

        if (path->data[0] != '/') {
            return NGX_HTTP_NOT_FOUND;
        }

        path->data++;
        path->len--;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_ct_status_report(ngx_http_request_t *r, ct_report_t *report)
{
    ngx_time_t               *tp;
    ngx_http_ct_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_ct_module);
    tp = ngx_timeofday();

    ngx_memzero(report, sizeof(ct_report_t));

    report->store = mcf->config->store;
    report->inventory = mcf->config->inventory;
    report->zone = mcf->config->zone;
    report->interval_ms = mcf->config->interval_ms;
    report->now_ms = (int64_t) tp->sec * 1000 + tp->msec;
    report->limit = CT_LIMIT_PAGE_FINDINGS;

    report->arena = ngx_http_ct_status_arena(r);
    if (report->arena == NULL) {
        return NGX_ERROR;
    }

    report->links = ngx_http_ct_status_links(r, report->arena);

    return (report->links == NULL) ? NGX_ERROR : NGX_OK;
}


static ngx_int_t
ngx_http_ct_status_face(ngx_http_request_t *r, ngx_http_ct_face_t *face)
{
    ct_buf_t      out;
    const char   *why;
    ct_report_t   report;

    if (ngx_http_ct_status_report(r, &report) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    why = face->arguments ? ngx_http_ct_status_arguments(r, &report) : NULL;

    if (why != NULL) {
        return ngx_http_ct_answer_refuse(r, NGX_HTTP_BAD_REQUEST, why);
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

    return ngx_http_ct_answer_send(r, face->media, ct_buf_slice(&out));
}


/* Is it "certificate/" and the id of a finding and ".pem"? */

static ngx_uint_t
ngx_http_ct_status_id(ngx_str_t *path, uint8_t *id)
{
    size_t   len, prefix;
    u_char  *p;

    prefix = sizeof("certificate/") - 1;
    len = 2 * CT_FINDING_ID;
    p = path->data + prefix;

    return path->len == prefix + len + sizeof(".pem") - 1
           && ngx_strncmp(path->data, "certificate/", prefix) == 0
           && ngx_strncmp(p + len, ".pem", sizeof(".pem") - 1) == 0
           && ct_parse_hex(ct_bytes(p, len), id, CT_FINDING_ID);
}


static ngx_int_t
ngx_http_ct_status_pem(ngx_http_request_t *r, const uint8_t *id)
{
    ct_buf_t      out, name;
    const char   *why;
    ct_report_t   report;

    if (ngx_http_ct_status_report(r, &report) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ct_buf_init(&out, report.arena, CT_LIMIT_PAGE);
    ct_buf_init(&name, report.arena, CT_LIMIT_TEXT);
    ct_buf_puts(&name, "attachment; filename=\"");

    why = ct_report_pem(&report, id, &out, &name);

    if (why != NULL) {
        return ngx_http_ct_answer_refuse(r, NGX_HTTP_NOT_FOUND, why);
    }

    ct_buf_puts(&name, "\"");
    ct_buf_putc(&name, '\0');

    if (out.full || name.full
        || ngx_http_ct_answer_header(r, "Content-Disposition",
                                     (const char *) name.data)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->headers_out.status = NGX_HTTP_OK;

    return ngx_http_ct_answer_send(r, &ngx_http_ct_pem, ct_buf_slice(&out));
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
