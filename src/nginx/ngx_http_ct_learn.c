/*
 * ngx_http_ct_learn: see the header.
 *
 * Each request asks OpenSSL for the certificate of its connection, which has
 * a note of ours until when there is nothing to tell of it. One without is
 * hashed, and looked for in the inventory and among those that were handed
 * over already. Where a certificate is read anew for each handshake, that is
 * a hash for each handshake.
 */

#include "ngx_http_ct_learn.h"

#define NGX_HTTP_CT_LEARN_DAY     86400  /* then it is told once more */
#define NGX_HTTP_CT_LEARN_PAUSE   50     /* ms after the inbox was full */


typedef struct {
    uint64_t                  key;       /* of its SHA-256; 0: free */
    time_t                    until;
} ngx_http_ct_told_t;


typedef struct {
    int                       note;      /* index of ex_data */
    ngx_http_ct_told_t       *told;      /* a hash table, half empty */
    ngx_uint_t                ntold;
    ngx_uint_t                room;
    ngx_msec_t                pause;
    unsigned                  started:1; /* in this process */
    unsigned                  paused:1;
    unsigned                  full:1;    /* was said */
} ngx_http_ct_learn_t;


static ngx_int_t ngx_http_ct_learn_handler(ngx_http_request_t *r);
static time_t ngx_http_ct_learn_digest(ngx_http_ct_main_conf_t *mcf,
    ngx_ssl_conn_t *ssl, X509 *x509);
static ngx_uint_t ngx_http_ct_learn_configured(const ct_inventory_t *inventory,
    u_char *sha256);
static ngx_http_ct_told_t *ngx_http_ct_learn_told(uint64_t key);
static ngx_int_t ngx_http_ct_learn_grow(void);
static ngx_int_t ngx_http_ct_learn_tell(ngx_http_ct_main_conf_t *mcf,
    ngx_ssl_conn_t *ssl, X509 *x509);
static ngx_int_t ngx_http_ct_learn_der(X509 *x509, u_char **p, u_char *last,
    ct_bytes_t *der);


static ngx_http_ct_learn_t  ngx_http_ct_learned = {.note = -1};


ngx_int_t
ngx_http_ct_learn_init(ngx_conf_t *cf)
{
    ngx_http_handler_pt        *h;
    ngx_http_ct_main_conf_t    *mcf;
    ngx_http_core_main_conf_t  *cmcf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_ct_module);

    if (mcf->shm_zone == NULL) {
        return NGX_OK;
    }

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_POST_READ_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_ct_learn_handler;

    return NGX_OK;
}


static ngx_int_t
ngx_http_ct_learn_handler(ngx_http_request_t *r)
{
    if (r->connection->ssl != NULL) {
        ngx_http_ct_learn(r->connection->ssl->connection);
    }

    return NGX_DECLINED;
}


void
ngx_http_ct_learn_start(ngx_cycle_t *cycle)
{
    ngx_http_ct_main_conf_t  *mcf;

    mcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_ct_module);

    if (mcf == NULL || mcf->config == NULL
        || (ngx_process != NGX_PROCESS_WORKER
            && ngx_process != NGX_PROCESS_SINGLE))
    {
        return;
    }

    /* an index is never given back */
    if (ngx_http_ct_learned.note == -1) {
        ngx_http_ct_learned.note = X509_get_ex_new_index(0, NULL, NULL, NULL,
                                                         NULL);
    }

    ngx_http_ct_learned.started = (ngx_http_ct_learned.note != -1);
}


void
ngx_http_ct_learn_end(void)
{
    int  note;

    if (ngx_http_ct_learned.told != NULL) {
        ngx_free(ngx_http_ct_learned.told);
    }

    note = ngx_http_ct_learned.note;

    ngx_memzero(&ngx_http_ct_learned, sizeof(ngx_http_ct_learn_t));

    ngx_http_ct_learned.note = note;
}


void
ngx_http_ct_learn(ngx_ssl_conn_t *ssl)
{
    X509                     *x509;
    time_t                    until;
    ngx_http_ct_main_conf_t  *mcf;

    if (!ngx_http_ct_learned.started) {
        return;
    }

    x509 = SSL_get_certificate(ssl);

    if (x509 == NULL
        || ngx_time() < (time_t) X509_get_ex_data(x509,
                                                  ngx_http_ct_learned.note))
    {
        return;
    }

    mcf = ngx_http_cycle_get_module_main_conf(ngx_cycle, ngx_http_ct_module);

    if (mcf == NULL || mcf->config == NULL) {
        return;
    }

    until = ngx_http_ct_learn_digest(mcf, ssl, x509);

    (void) X509_set_ex_data(x509, ngx_http_ct_learned.note, (void *) until);

    ERR_clear_error();
}


/* Until when there is nothing to tell of it; 0: it could not be told. */

static time_t
ngx_http_ct_learn_digest(ngx_http_ct_main_conf_t *mcf, ngx_ssl_conn_t *ssl,
    X509 *x509)
{
    u_char               sha256[EVP_MAX_MD_SIZE];
    uint64_t             key;
    unsigned             len;
    ngx_http_ct_told_t  *told;

    if (!X509_digest(x509, EVP_sha256(), sha256, &len)) {
        return 0;
    }

    if (ngx_http_ct_learn_configured(mcf->config->inventory, sha256)) {
        return ngx_time() + NGX_HTTP_CT_LEARN_DAY;
    }

    ngx_memcpy(&key, sha256, sizeof(uint64_t));
    key |= 1;

    if (ngx_http_ct_learn_grow() != NGX_OK) {
        return 0;
    }

    told = ngx_http_ct_learn_told(key);

    if (told->key == key && ngx_time() < told->until) {
        return told->until;
    }

    if (ngx_http_ct_learn_tell(mcf, ssl, x509) != NGX_OK) {
        return 0;
    }

    ngx_http_ct_learned.ntold += (told->key == 0);

    told->key = key;
    told->until = ngx_time() + NGX_HTTP_CT_LEARN_DAY;

    return told->until;
}


/* The inventory is in the order of this hash. */

static ngx_uint_t
ngx_http_ct_learn_configured(const ct_inventory_t *inventory, u_char *sha256)
{
    int     rc;
    size_t  low, high, mid;

    low = 0;
    high = inventory->nserved;

    while (low < high) {
        mid = low + (high - low) / 2;
        rc = ngx_memcmp(inventory->served[mid].cert_sha256, sha256,
                        CT_HASH_LEN);
        if (rc == 0) {
            return 1;
        }

        if (rc < 0) {
            low = mid + 1;

        } else {
            high = mid;
        }
    }

    return 0;
}


/* Its place, or the free one where it belongs. */

static ngx_http_ct_told_t *
ngx_http_ct_learn_told(uint64_t key)
{
    ngx_uint_t           i;
    ngx_http_ct_told_t  *told;

    told = ngx_http_ct_learned.told;

    for (i = key % ngx_http_ct_learned.room;
         told[i].key != 0 && told[i].key != key;
         i = (i + 1) % ngx_http_ct_learned.room)
    {
        /* void */
    }

    return &told[i];
}


/* NGX_DECLINED: there are too many, and that has been said. */

static ngx_int_t
ngx_http_ct_learn_grow(void)
{
    ngx_uint_t            i, room;
    ngx_http_ct_told_t   *old, *told;
    ngx_http_ct_learn_t  *learned;

    learned = &ngx_http_ct_learned;

    if (learned->ntold * 2 < learned->room) {
        return NGX_OK;
    }

    room = ngx_max(learned->room * 2, 64);

    if (room > 2 * CT_LIMIT_LEARNED) {
        if (!learned->full) {
            learned->full = 1;
            ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                          "ct: more than %d certificates were sent that no "
                          "configuration names, others are not learned",
                          CT_LIMIT_LEARNED);
        }

        return NGX_DECLINED;
    }

    told = ngx_calloc(room * sizeof(ngx_http_ct_told_t), ngx_cycle->log);
    if (told == NULL) {
        return NGX_DECLINED;
    }

    old = learned->told;
    learned->told = told;

    i = learned->room;
    learned->room = room;

    while (i-- > 0) {
        if (old[i].key != 0) {
            *ngx_http_ct_learn_told(old[i].key) = old[i];
        }
    }

    if (old != NULL) {
        ngx_free(old);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_ct_learn_tell(ngx_http_ct_main_conf_t *mcf, ngx_ssl_conn_t *ssl,
    X509 *x509)
{
    int                    i;
    u_char                 room[CT_LIMIT_INBOX_DATA], *p;
    ct_bytes_t             parts[1 + CT_LIMIT_CHAIN];
    ngx_uint_t             n;
    STACK_OF(X509)        *chain;
    ngx_http_ct_learn_t   *learned;

    learned = &ngx_http_ct_learned;

    if (learned->paused
        && ngx_current_msec - learned->pause < NGX_HTTP_CT_LEARN_PAUSE)
    {
        return NGX_AGAIN;
    }

    p = room;
    n = 0;
    chain = NULL;

    if (ngx_http_ct_learn_der(x509, &p, room + sizeof(room), &parts[n++])
        != NGX_OK)
    {
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "ct: a certificate of more than %d bytes was sent, it "
                      "cannot be learned", CT_LIMIT_INBOX_DATA);
        return NGX_OK;
    }

    (void) SSL_get0_chain_certs(ssl, &chain);

    for (i = 0; chain != NULL && i < sk_X509_num(chain); i++) {

        if (n == 1 + CT_LIMIT_CHAIN
            || ngx_http_ct_learn_der(sk_X509_value(chain, i), &p,
                                     room + sizeof(room), &parts[n])
               != NGX_OK)
        {
            break;
        }

        n++;
    }

    learned->paused = !ct_inbox_put(ct_store_inbox(mcf->config->store),
                                    CT_INBOX_LEARNED, parts, n, 1);
    learned->pause = ngx_current_msec;

    return learned->paused ? NGX_AGAIN : NGX_OK;
}


static ngx_int_t
ngx_http_ct_learn_der(X509 *x509, u_char **p, u_char *last, ct_bytes_t *der)
{
    int      len;
    u_char  *start;

    len = i2d_X509(x509, NULL);

    if (len <= 0 || len > last - *p - 2) {
        return NGX_ERROR;
    }

    start = *p;
    len = i2d_X509(x509, p);
    *der = ct_bytes(start, len);

    return len <= 0 ? NGX_ERROR : NGX_OK;
}
