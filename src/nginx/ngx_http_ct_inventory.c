/*
 * ngx_http_ct_inventory: the certificates that http serves.
 *
 * An SSL_CTX alone does not mean "served": every server has one once
 * ssl_certificate stands in http{}. Served is what an address with "ssl"
 * leads to. Certificates that come from variables are not known here.
 *
 * The X509 objects are nginx's, and shared between servers: read only.
 */

#include "ngx_http_ct_inventory.h"

#include "ngx_http_ct_names.h"


/* One certificate of one server. */
typedef struct {
    u_char                      sha256[CT_HASH_LEN];
    X509                       *x509;     /* borrowed from the SSL_CTX */
    STACK_OF(X509)             *chain;    /* so is this; may be NULL */
    ngx_http_core_srv_conf_t   *cscf;
    ngx_http_ssl_srv_conf_t    *sscf;
} ngx_http_ct_use_t;


static ngx_int_t ngx_http_ct_inventory_servers(ngx_http_core_main_conf_t *cmcf,
    ngx_array_t *servers);
static ngx_int_t ngx_http_ct_inventory_address(ngx_http_conf_addr_t *addr,
    ngx_array_t *servers);
static ngx_uint_t ngx_http_ct_inventory_secure(ngx_http_conf_addr_t *addr,
    ngx_http_core_srv_conf_t *cscf);
static ngx_int_t ngx_http_ct_inventory_uses(ngx_http_core_srv_conf_t *cscf,
    ngx_array_t *uses);
static ngx_int_t ngx_http_ct_inventory_use(SSL_CTX *ctx,
    ngx_http_ct_use_t *use);
static int ngx_http_ct_inventory_cmp_servers(const void *one,
    const void *two);
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
    ct_inventory_t *inventory)
{
    ngx_int_t                    rc;
    ngx_uint_t                   i;
    ngx_pool_t                  *pool;
    ngx_array_t                  servers, uses;
    ngx_http_core_srv_conf_t   **cscfp;
    ngx_http_core_main_conf_t   *cmcf;

    cmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_core_module);

    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, cycle->log);
    if (pool == NULL) {
        return NGX_ERROR;
    }

    rc = NGX_ERROR;

    if (ngx_array_init(&servers, pool, 16,
                       sizeof(ngx_http_core_srv_conf_t *))
        != NGX_OK
        || ngx_array_init(&uses, pool, 16, sizeof(ngx_http_ct_use_t))
           != NGX_OK
        || ngx_http_ct_inventory_servers(cmcf, &servers) != NGX_OK)
    {
        goto done;
    }

    cscfp = servers.elts;

    for (i = 0; i < servers.nelts; i++) {

        if (i > 0 && cscfp[i] == cscfp[i - 1]) {
            continue;
        }

        if (ngx_http_ct_inventory_uses(cscfp[i], &uses) != NGX_OK) {
            goto done;
        }
    }

    rc = ngx_http_ct_inventory_served(cycle, arena, inventory, &uses);

done:

    ERR_clear_error();
    ngx_destroy_pool(pool);

    return rc;
}


/* The servers that some address serves with TLS; sorted, so that a server
 * on several addresses stands beside itself. */

static ngx_int_t
ngx_http_ct_inventory_servers(ngx_http_core_main_conf_t *cmcf,
    ngx_array_t *servers)
{
    ngx_uint_t             p, a;
    ngx_http_conf_port_t  *port;
    ngx_http_conf_addr_t  *addr;

    if (cmcf->ports == NULL) {
        return NGX_OK;
    }

    port = cmcf->ports->elts;

    for (p = 0; p < cmcf->ports->nelts; p++) {
        addr = port[p].addrs.elts;

        for (a = 0; a < port[p].addrs.nelts; a++) {
            if (ngx_http_ct_inventory_address(&addr[a], servers) != NGX_OK) {
                return NGX_ERROR;
            }
        }
    }

    ngx_qsort(servers->elts, servers->nelts, servers->size,
              ngx_http_ct_inventory_cmp_servers);

    return NGX_OK;
}


static ngx_int_t
ngx_http_ct_inventory_address(ngx_http_conf_addr_t *addr,
    ngx_array_t *servers)
{
    ngx_uint_t                  i;
    ngx_http_core_srv_conf_t  **cscfp, **server;

    cscfp = addr->servers.elts;

    for (i = 0; i < addr->servers.nelts; i++) {

        if (!ngx_http_ct_inventory_secure(addr, cscfp[i])) {
            continue;
        }

        server = ngx_array_push(servers);
        if (server == NULL) {
            return NGX_ERROR;
        }

        *server = cscfp[i];
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_http_ct_inventory_secure(ngx_http_conf_addr_t *addr,
    ngx_http_core_srv_conf_t *cscf)
{
    ngx_http_ssl_srv_conf_t  *sscf;

    sscf = cscf->ctx->srv_conf[ngx_http_ssl_module.ctx_index];

    if (sscf->ssl.ctx == NULL) {
        return 0;
    }

#if (NGX_CT_SSL_ENABLE)
    if (sscf->enable == 1) {
        return 1;
    }
#endif

#if (NGX_CT_LISTEN_QUIC)
    if (addr->opt.quic) {
        return 1;
    }
#endif

    return addr->opt.ssl;
}


/* Every certificate of the server, RSA and ECDSA, with its own chain. */

static ngx_int_t
ngx_http_ct_inventory_uses(ngx_http_core_srv_conf_t *cscf, ngx_array_t *uses)
{
    X509                     *saved;
    long                      op;
    SSL_CTX                  *ctx;
    ngx_int_t                 rc;
    ngx_http_ct_use_t        *use;
    ngx_http_ssl_srv_conf_t  *sscf;

    sscf = cscf->ctx->srv_conf[ngx_http_ssl_module.ctx_index];
    ctx = sscf->ssl.ctx;
    saved = SSL_CTX_get0_certificate(ctx);
    rc = NGX_OK;

    for (op = SSL_CERT_SET_FIRST;
         rc == NGX_OK && SSL_CTX_set_current_cert(ctx, op);
         op = SSL_CERT_SET_NEXT)
    {
        use = ngx_array_push(uses);
        if (use == NULL) {
            rc = NGX_ERROR;
            break;
        }

        use->cscf = cscf;
        use->sscf = sscf;

        rc = ngx_http_ct_inventory_use(ctx, use);

        if (rc == NGX_DECLINED) {
            uses->nelts--;
            rc = NGX_OK;
        }
    }

    if (saved != NULL) {
        SSL_CTX_select_current_cert(ctx, saved);
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


static int
ngx_http_ct_inventory_cmp_servers(const void *one, const void *two)
{
    ngx_http_core_srv_conf_t *const  *a = one;
    ngx_http_core_srv_conf_t *const  *b = two;

    return (*a > *b) - (*a < *b);
}


/* By certificate; the servers of each in the order that they were found. */

static int
ngx_http_ct_inventory_cmp_uses(const void *one, const void *two)
{
    int                       rc;
    const ngx_http_ct_use_t  *a = one;
    const ngx_http_ct_use_t  *b = two;

    rc = ngx_memcmp(a->sha256, b->sha256, CT_HASH_LEN);

    return rc != 0 ? rc : (a->cscf > b->cscf) - (a->cscf < b->cscf);
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
                      &use->cscf->server_name, ct_strerror(rc));
        return NGX_DECLINED;
    }

    served->file = ngx_http_ct_inventory_file(arena, use);

    if (served->file == NULL) {
        return NGX_ERROR;
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
    ngx_str_t  *file, name;

    ngx_str_null(&name);

    file = (use->sscf->certificates == NULL) ? NULL
                                             : use->sscf->certificates->elts;

    if (file != NULL && use->sscf->certificates->nelts == 1) {
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
        count += NGX_HTTP_CT_NAME_FORMS * use[i].cscf->server_names.nelts;
    }

    names = ct_arena_calloc(arena, count, sizeof(ct_bytes_t));
    if (names == NULL) {
        return NULL;
    }

    *nnames = 0;

    for (i = 0; i < n; i++) {
        if (ngx_http_ct_names_served(arena, use[i].cscf, names, nnames)
            != NGX_OK)
        {
            return NULL;
        }
    }

    return names;
}
