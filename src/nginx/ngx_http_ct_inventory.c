/*
 * ngx_http_ct_inventory: the certificates that http, stream and mail serve.
 *
 * Certificates that come from variables are not known here. The X509 objects
 * are nginx's, and shared between servers: read only.
 */

#include "ngx_http_ct_inventory.h"

#include "ngx_http_ct_names.h"


/* One certificate of one server. */
typedef struct {
    u_char                   sha256[CT_HASH_LEN];
    X509                    *x509;     /* borrowed from the SSL_CTX */
    STACK_OF(X509)          *chain;    /* so is this; may be NULL */
    ngx_http_ct_server_t    *server;
} ngx_http_ct_use_t;


static ngx_int_t ngx_http_ct_inventory_uses(ngx_http_ct_server_t *server,
    ngx_array_t *uses);
static ngx_int_t ngx_http_ct_inventory_use(SSL_CTX *ctx,
    ngx_http_ct_use_t *use);
static int ngx_http_ct_inventory_cmp_uses(const void *one, const void *two);
static ngx_int_t ngx_http_ct_inventory_served(ngx_cycle_t *cycle,
    ct_arena_t *arena, ct_inventory_t *inventory, ngx_array_t *uses);
static ngx_int_t ngx_http_ct_inventory_fill(ngx_log_t *log,
    ct_arena_t *arena, ct_served_t *served, ngx_http_ct_use_t *use,
    ngx_uint_t n);
static ngx_int_t ngx_http_ct_inventory_chain(ct_arena_t *arena,
    ct_served_t *served, STACK_OF(X509) *chain);
static ngx_int_t ngx_http_ct_inventory_der(ct_arena_t *arena, X509 *x509,
    ct_bytes_t *der);
static const char *ngx_http_ct_inventory_file(ct_arena_t *arena,
    ngx_http_ct_use_t *use);
static ct_bytes_t *ngx_http_ct_inventory_names(ct_arena_t *arena,
    ngx_http_ct_use_t *use, ngx_uint_t n, size_t *nnames);


ngx_int_t
ngx_http_ct_inventory(ngx_cycle_t *cycle, ct_arena_t *arena,
    ngx_array_t *servers, ct_inventory_t *inventory)
{
    ngx_int_t              rc;
    ngx_uint_t             i;
    ngx_array_t            uses;
    ngx_http_ct_server_t  *server;

    if (ngx_array_init(&uses, servers->pool, 16, sizeof(ngx_http_ct_use_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    rc = NGX_OK;
    server = servers->elts;

    for (i = 0; rc == NGX_OK && i < servers->nelts; i++) {
        if (server[i].secure && server[i].ssl != NULL) {
            rc = ngx_http_ct_inventory_uses(&server[i], &uses);
        }
    }

    if (rc == NGX_OK) {
        rc = ngx_http_ct_inventory_served(cycle, arena, inventory, &uses);
    }

    ERR_clear_error();

    return rc;
}


/* Every certificate of the server, RSA and ECDSA, with its own chain. */

static ngx_int_t
ngx_http_ct_inventory_uses(ngx_http_ct_server_t *server, ngx_array_t *uses)
{
    X509               *saved;
    long                op;
    ngx_int_t           rc;
    ngx_http_ct_use_t  *use;

    saved = SSL_CTX_get0_certificate(server->ssl);
    rc = NGX_OK;

    for (op = SSL_CERT_SET_FIRST;
         rc == NGX_OK && SSL_CTX_set_current_cert(server->ssl, op);
         op = SSL_CERT_SET_NEXT)
    {
        use = ngx_array_push(uses);
        if (use == NULL) {
            rc = NGX_ERROR;
            break;
        }

        use->server = server;

        rc = ngx_http_ct_inventory_use(server->ssl, use);

        if (rc == NGX_DECLINED) {
            uses->nelts--;
            rc = NGX_OK;
        }
    }

    if (saved != NULL) {
        SSL_CTX_select_current_cert(server->ssl, saved);
    }

    return rc;
}


static ngx_int_t
ngx_http_ct_inventory_use(SSL_CTX *ctx, ngx_http_ct_use_t *use)
{
    unsigned  len;

    use->x509 = SSL_CTX_get0_certificate(ctx);
    use->chain = NULL;

    if (use->x509 == NULL) {
        return NGX_DECLINED;
    }

    if (!X509_digest(use->x509, EVP_sha256(), use->sha256, &len)) {
        return NGX_ERROR;
    }

    (void) SSL_CTX_get0_chain_certs(ctx, &use->chain);

    return NGX_OK;
}


/* By certificate; the servers of each in the order of the configuration. */

static int
ngx_http_ct_inventory_cmp_uses(const void *one, const void *two)
{
    int                       rc;
    const ngx_http_ct_use_t  *a = one;
    const ngx_http_ct_use_t  *b = two;

    rc = ngx_memcmp(a->sha256, b->sha256, CT_HASH_LEN);

    return rc != 0 ? rc : (a->server > b->server) - (a->server < b->server);
}


static ngx_int_t
ngx_http_ct_inventory_served(ngx_cycle_t *cycle, ct_arena_t *arena,
    ct_inventory_t *inventory, ngx_array_t *uses)
{
    ngx_int_t           rc;
    ngx_uint_t          i, n;
    ct_served_t        *served;
    ngx_http_ct_use_t  *use;

    use = uses->elts;

    ngx_qsort(use, uses->nelts, uses->size, ngx_http_ct_inventory_cmp_uses);

    served = ct_arena_calloc(arena, uses->nelts, sizeof(ct_served_t));
    if (served == NULL) {
        return NGX_ERROR;
    }

    inventory->served = served;

    for (i = 0; i < uses->nelts; i += n) {

        for (n = 1; i + n < uses->nelts; n++) {
            if (ngx_memcmp(use[i].sha256, use[i + n].sha256, CT_HASH_LEN)
                != 0)
            {
                break;
            }
        }

        rc = ngx_http_ct_inventory_fill(cycle->log, arena,
                                        &served[inventory->nserved], &use[i],
                                        n);
        if (rc == NGX_ERROR) {
            return NGX_ERROR;
        }

        if (rc == NGX_OK) {
            inventory->nserved++;
        }
    }

    return NGX_OK;
}


/* One certificate from its `n` uses; NGX_DECLINED when it cannot be read. */

static ngx_int_t
ngx_http_ct_inventory_fill(ngx_log_t *log, ct_arena_t *arena,
    ct_served_t *served, ngx_http_ct_use_t *use, ngx_uint_t n)
{
    size_t       nnames;
    ct_rc_t      rc;
    uint32_t    *server;
    ngx_uint_t   i;
    ct_bytes_t   der, *names;

    ngx_memzero(served, sizeof(ct_served_t));

    if (ngx_http_ct_inventory_der(arena, use->x509, &der) != NGX_OK) {
        return NGX_ERROR;
    }

    names = ngx_http_ct_inventory_names(arena, use, n, &nnames);
    if (names == NULL) {
        return NGX_ERROR;
    }

    rc = ct_served_read(served, der, names, nnames, arena);

    if (rc == CT_E_MEMORY) {
        return NGX_ERROR;
    }

    if (rc != CT_OK) {
        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "ct: a certificate of server \"%V\" cannot be read: %s",
                      &use->server->name, ct_strerror(rc));
        return NGX_DECLINED;
    }

    served->file = ngx_http_ct_inventory_file(arena, use);

    if (served->file == NULL) {
        return NGX_ERROR;
    }

    server = ct_arena_calloc(arena, n, sizeof(uint32_t));
    if (server == NULL) {
        return NGX_ERROR;
    }

    served->servers = server;

    for (i = 0; i < n; i++) {
        served->places |= use[i].server->place;

        if (use[i].server->number != 0) {
            server[served->nservers++] = use[i].server->number;
        }
    }

    return ngx_http_ct_inventory_chain(arena, served, use->chain);
}


static ngx_int_t
ngx_http_ct_inventory_chain(ct_arena_t *arena, ct_served_t *served,
    STACK_OF(X509) *chain)
{
    int          i, n;
    ct_bytes_t  *issuer;

    n = (chain == NULL) ? 0 : sk_X509_num(chain);

    if (n > CT_LIMIT_CHAIN) {
        n = CT_LIMIT_CHAIN;
    }

    issuer = ct_arena_calloc(arena, n, sizeof(ct_bytes_t));
    if (issuer == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < n; i++) {
        if (ngx_http_ct_inventory_der(arena, sk_X509_value(chain, i),
                                      &issuer[i])
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    served->chain = issuer;
    served->nchain = n;

    return NGX_OK;
}


static ngx_int_t
ngx_http_ct_inventory_der(ct_arena_t *arena, X509 *x509, ct_bytes_t *der)
{
    int      len;
    u_char  *data, *p;

    len = i2d_X509(x509, NULL);
    if (len <= 0) {
        return NGX_ERROR;
    }

    data = ct_arena_alloc(arena, len);
    if (data == NULL) {
        return NGX_ERROR;
    }

    p = data;
    len = i2d_X509(x509, &p);
    *der = ct_bytes(data, len);

    return len <= 0 ? NGX_ERROR : NGX_OK;
}


/* As configured: nginx notes it in the certificate for its own messages. */

static const char *
ngx_http_ct_inventory_file(ct_arena_t *arena, ngx_http_ct_use_t *use)
{
    ngx_str_t    *file, name;
    ngx_array_t  *files;

    ngx_str_null(&name);

    files = use->server->files;

    if (files != NULL && files->nelts == 1) {
        file = files->elts;
        name = file[0];
    }

#if (NGX_CT_CERTIFICATE_NAME)

    if (name.len == 0) {
        name.data = X509_get_ex_data(use->x509,
                                     ngx_ssl_certificate_name_index);
        name.len = (name.data == NULL) ? 0 : ngx_strlen(name.data);
    }

#endif

    return ngx_http_ct_string(arena, &name);
}


/* The names of the servers that use a certificate. */

static ct_bytes_t *
ngx_http_ct_inventory_names(ct_arena_t *arena, ngx_http_ct_use_t *use,
    ngx_uint_t n, size_t *nnames)
{
    size_t       count;
    ngx_uint_t   i;
    ct_bytes_t  *names;

    count = 0;

    for (i = 0; i < n; i++) {
        count += NGX_HTTP_CT_NAME_FORMS * use[i].server->nnames;
    }

    names = ct_arena_calloc(arena, count, sizeof(ct_bytes_t));
    if (names == NULL) {
        return NULL;
    }

    *nnames = 0;

    for (i = 0; i < n; i++) {
        if (ngx_http_ct_names_served(arena, use[i].server, names, nnames)
            != NGX_OK)
        {
            return NULL;
        }
    }

    return names;
}
