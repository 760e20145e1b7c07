/*
 * ngx_http_ct_action: see the header. A body is small or refused: it is read
 * as it comes, unbuffered, so that it never gets into a file, whatever is
 * configured. Only another module that wants it too may have put it there.
 */

#include "ngx_http_ct_action.h"

#include "ngx_http_ct_answer.h"
#include "ngx_http_ct_origin.h"

#include "ct_action.h"

#define NGX_HTTP_CT_WHO     63      /* bytes, as a row has room for */
#define NGX_HTTP_CT_ACCEPT  2048    /* bytes of the answer */


typedef struct {
    ngx_str_t               path;
    ct_inbox_kind_e         kind;
} ngx_http_ct_action_path_t;


/* A body in the making. */
typedef struct {
    ct_inbox_kind_e         kind;
    size_t                  len;
    u_char                  body[CT_LIMIT_FORM];
} ngx_http_ct_action_t;


static ngx_int_t ngx_http_ct_action_refuse(ngx_http_request_t *r,
    ngx_uint_t status, const char *why);
static ngx_uint_t ngx_http_ct_action_form(ngx_str_t *type);
static void ngx_http_ct_action_read(ngx_http_request_t *r);
static ngx_int_t ngx_http_ct_action_take(ngx_http_request_t *r,
    ngx_http_ct_action_t *ctx);
static ngx_int_t ngx_http_ct_action_copy(ngx_http_ct_action_t *ctx,
    ngx_buf_t *b);
static ngx_int_t ngx_http_ct_action_do(ngx_http_request_t *r,
    ngx_http_ct_action_t *ctx);
static ngx_int_t ngx_http_ct_action_full(ngx_http_request_t *r);
static ngx_int_t ngx_http_ct_action_accept(ngx_http_request_t *r,
    const ct_action_t *action, ct_bytes_t who);


static ngx_http_ct_action_path_t  ngx_http_ct_action_paths[] = {
    { ngx_string("api/acknowledge"), CT_INBOX_ACKNOWLEDGE },
    { ngx_string("api/forget"), CT_INBOX_FORGET },
    { ngx_string("api/test"), CT_INBOX_TEST },
    { ngx_null_string, 0 }
};


ct_inbox_kind_e
ngx_http_ct_action_kind(ngx_str_t *path)
{
    ngx_http_ct_action_path_t  *p;

    for (p = ngx_http_ct_action_paths; p->kind != 0; p++) {
        if (p->path.len == path->len
            && ngx_strncmp(p->path.data, path->data, path->len) == 0)
        {
            return p->kind;
        }
    }

    return 0;
}


ngx_int_t
ngx_http_ct_action_handler(ngx_http_request_t *r, ct_inbox_kind_e kind)
{
    ngx_int_t              rc;
    const char            *why;
    ngx_table_elt_t       *type;
    ngx_http_ct_action_t  *ctx;

    why = ngx_http_ct_origin_wrong(r);

    if (why != NULL) {
        return ngx_http_ct_action_refuse(r, NGX_HTTP_FORBIDDEN, why);
    }

    type = r->headers_in.content_type;

    if (type != NULL && !ngx_http_ct_action_form(&type->value)) {
        return ngx_http_ct_action_refuse(r, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE,
                                         "application/x-www-form-urlencoded "
                                         "is wanted");
    }

    if (r->headers_in.content_length_n > CT_LIMIT_FORM) {
        return ngx_http_ct_action_refuse(r, NGX_HTTP_REQUEST_ENTITY_TOO_LARGE,
                                         "the body is too large");
    }

    ctx = ngx_palloc(r->pool, sizeof(ngx_http_ct_action_t));
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->kind = kind;
    ctx->len = 0;

    ngx_http_set_ctx(r, ctx, ngx_http_ct_module);

    r->request_body_no_buffering = 1;
    r->request_body_in_file_only = 0;
    r->request_body_in_persistent_file = 0;
    r->request_body_in_clean_file = 0;

    rc = ngx_http_read_client_request_body(r, ngx_http_ct_action_read);

    return (rc >= NGX_HTTP_SPECIAL_RESPONSE) ? rc : NGX_DONE;
}


/* Before any of the body was asked for: who waits to be told to go on shall
 * not send it. */

static ngx_int_t
ngx_http_ct_action_refuse(ngx_http_request_t *r, ngx_uint_t status,
    const char *why)
{
    ngx_int_t  rc;

    r->expect_tested = 1;

    rc = ngx_http_discard_request_body(r);

    return (rc == NGX_OK) ? ngx_http_ct_answer_refuse(r, status, why) : rc;
}


/* Whatever parameters it has. */

static ngx_uint_t
ngx_http_ct_action_form(ngx_str_t *type)
{
    size_t  len;

    len = sizeof("application/x-www-form-urlencoded") - 1;

    return type->len >= len
           && ngx_strncasecmp(type->data,
                              (u_char *) "application/x-www-form-urlencoded",
                              len)
              == 0
           && (type->len == len || type->data[len] == ';'
               || type->data[len] == ' ');
}


/* Called when something of the body has come, until there is no more. */

static void
ngx_http_ct_action_read(ngx_http_request_t *r)
{
    ngx_int_t              rc;
    ngx_http_ct_action_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_ct_module);

    for ( ;; ) {
        rc = ngx_http_ct_action_take(r, ctx);

        if (rc != NGX_OK) {
            break;
        }

        if (!r->reading_body) {
            ngx_http_finalize_request(r, ngx_http_ct_action_do(r, ctx));
            return;
        }

        r->read_event_handler = ngx_http_ct_action_read;

        rc = ngx_http_read_unbuffered_request_body(r);

        if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
            break;
        }

        if (rc == NGX_AGAIN && r->request_body->bufs == NULL) {
            return;
        }
    }

    if (rc == NGX_DECLINED) {
        rc = ngx_http_ct_answer_refuse(r, NGX_HTTP_REQUEST_ENTITY_TOO_LARGE,
                                       "the body is too large");
    }

    ngx_http_finalize_request(r, rc);
}


static ngx_int_t
ngx_http_ct_action_take(ngx_http_request_t *r, ngx_http_ct_action_t *ctx)
{
    ngx_int_t     rc;
    ngx_chain_t  *cl;

    if (r->request_body == NULL) {
        return NGX_OK;
    }

    for (cl = r->request_body->bufs; cl != NULL; cl = cl->next) {
        rc = ngx_http_ct_action_copy(ctx, cl->buf);

        if (rc != NGX_OK) {
            return rc;
        }
    }

    r->request_body->bufs = NULL;

    return NGX_OK;
}


/* NGX_DECLINED: there is no room for it. What is read of a file is no more
 * than fits. */

static ngx_int_t
ngx_http_ct_action_copy(ngx_http_ct_action_t *ctx, ngx_buf_t *b)
{
    off_t     len;
    u_char   *to;
    ssize_t   n;

    len = ngx_buf_size(b);

    if (len > (off_t) (CT_LIMIT_FORM - ctx->len)) {
        return NGX_DECLINED;
    }

    to = ctx->body + ctx->len;
    ctx->len += len;

    if (ngx_buf_in_memory(b)) {
        ngx_memcpy(to, b->pos, len);
        b->pos = b->last;
        return NGX_OK;
    }

    if (!b->in_file || len == 0) {
        return NGX_OK;
    }

    n = ngx_read_file(b->file, to, len, b->file_pos);

    return (n == len) ? NGX_OK : NGX_HTTP_INTERNAL_SERVER_ERROR;
}


static ngx_int_t
ngx_http_ct_action_do(ngx_http_request_t *r, ngx_http_ct_action_t *ctx)
{
    u_char                   *room;
    ct_buf_t                  form, who;
    const char               *why;
    ct_action_t               action;
    const ct_store_t         *store;
    ngx_http_ct_main_conf_t  *mcf;

    mcf = ngx_http_get_module_main_conf(r, ngx_http_ct_module);
    store = mcf->config->store;

    if (ctx->len > 0 && r->headers_in.content_type == NULL) {
        return ngx_http_ct_answer_refuse(r, NGX_HTTP_UNSUPPORTED_MEDIA_TYPE,
                                         "application/x-www-form-urlencoded "
                                         "is wanted");
    }

    room = ngx_pnalloc(r->pool, CT_LIMIT_FORM + NGX_HTTP_CT_WHO);
    if (room == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ct_buf_fixed(&form, room, CT_LIMIT_FORM);
    ct_buf_fixed(&who, room + CT_LIMIT_FORM, NGX_HTTP_CT_WHO);

    why = ct_action_read(&action, ctx->kind, ct_bytes(ctx->body, ctx->len),
                         &form);

    if (why != NULL) {
        return ngx_http_ct_answer_refuse(r, NGX_HTTP_BAD_REQUEST, why);
    }

    if (!ct_action_find(&action, store)) {
        return ngx_http_ct_answer_refuse(r, NGX_HTTP_NOT_FOUND,
                                         "there is no such finding");
    }

    if (!ct_action_room(&action, store)) {
        return ngx_http_ct_answer_refuse(r, NGX_HTTP_INSUFFICIENT_STORAGE,
                                         "there is no room for another "
                                         "acknowledgement, forget some first");
    }

    /* a name that nobody has asked for the password of is none; who has is
     * auth_basic, before this */

    ct_action_who(&who, ngx_http_ct_bytes(&r->headers_in.user),
                  ngx_http_ct_bytes(&r->connection->addr_text));

    if (!ct_action_ask(&action, ct_store_inbox(store), ct_buf_slice(&who))) {
        return ngx_http_ct_action_full(r);
    }

    return ngx_http_ct_action_accept(r, &action, ct_buf_slice(&who));
}


/* The engine empties it about once a second. */

static ngx_int_t
ngx_http_ct_action_full(ngx_http_request_t *r)
{
    if (ngx_http_ct_answer_header(r, "Retry-After", "2") != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_ct_answer_refuse(r, NGX_HTTP_SERVICE_UNAVAILABLE,
                                     "the monitor has not done yet what was "
                                     "asked of it before");
}


static ngx_int_t
ngx_http_ct_action_accept(ngx_http_request_t *r, const ct_action_t *action,
    ct_bytes_t who)
{
    u_char     *room;
    ct_buf_t    out;
    ct_json_t   json;

    room = ngx_pnalloc(r->pool, NGX_HTTP_CT_ACCEPT);
    if (room == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ct_buf_fixed(&out, room, NGX_HTTP_CT_ACCEPT);
    ct_json_start(&json, &out);
    ct_json_object(&json, NULL);
    ct_action_json(&json, action, who);
    ct_json_object_end(&json);

    r->headers_out.status = NGX_HTTP_ACCEPTED;

    return ngx_http_ct_answer_send(r, &ngx_http_ct_json, ct_buf_slice(&out));
}
