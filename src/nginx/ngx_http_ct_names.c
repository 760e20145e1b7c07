/*
 * ngx_http_ct_names: the names in server_name, as far as a public
 * certificate could have them.
 */

#include "ngx_http_ct_names.h"

#include "ngx_http_ct_conf.h"


static ngx_uint_t ngx_http_ct_names_ok(ngx_http_ct_server_name_t *name,
    ct_bytes_t *bare);
static ngx_int_t ngx_http_ct_names_below(ct_arena_t *arena,
    ct_bytes_t *name);
static ngx_uint_t ngx_http_ct_names_auto(ngx_http_ct_main_conf_t *mcf,
    uint32_t number);
static ngx_int_t ngx_http_ct_names_server(ngx_log_t *log,
    ngx_http_ct_server_t *server, ngx_http_ct_main_conf_t *mcf);
static ngx_int_t ngx_http_ct_names_addresses(ngx_cycle_t *cycle,
    ngx_http_ct_main_conf_t *mcf);
static ngx_uint_t ngx_http_ct_names_public(struct sockaddr *addr);
static ngx_int_t ngx_http_ct_names_certificate(const ct_served_t *served,
    ngx_http_ct_main_conf_t *mcf);


/* ".example.com" serves the name itself and everything below it. */

ngx_int_t
ngx_http_ct_names_served(ct_arena_t *arena, ngx_http_ct_server_t *server,
    ct_bytes_t *names, size_t *nnames)
{
    ngx_uint_t                  i;
    ct_bytes_t                  bare;
    ngx_http_ct_server_name_t  *name;

    name = server->names;

    for (i = 0; i < server->nnames; i++) {

        if (!ngx_http_ct_names_ok(&name[i], &bare)) {
            continue;
        }

        names[(*nnames)++] = bare;

        if (name[i].name.data[0] != '.') {
            continue;
        }

        if (ngx_http_ct_names_below(arena, &bare) != NGX_OK) {
            return NGX_ERROR;
        }

        names[(*nnames)++] = bare;
    }

    return NGX_OK;
}


/* "*." before a name. */

static ngx_int_t
ngx_http_ct_names_below(ct_arena_t *arena, ct_bytes_t *name)
{
    u_char  *data;

    data = ct_arena_alloc(arena, name->len + 2);
    if (data == NULL) {
        return NGX_ERROR;
    }

    data[0] = '*';
    data[1] = '.';
    ngx_memcpy(data + 2, name->data, name->len);

    *name = ct_bytes(data, name->len + 2);

    return NGX_OK;
}


/* Is it a name that a public certificate could have? Not a pattern that is
 * open at its end, not "_", not a single label, not an address. `bare` is
 * the name without the dot in front. */

static ngx_uint_t
ngx_http_ct_names_ok(ngx_http_ct_server_name_t *name, ct_bytes_t *bare)
{
    size_t   i, dots, letters;
    u_char   ch;

    *bare = ngx_http_ct_bytes(&name->name);

    if (name->regex) {
        return 0;
    }

    if (bare->len > 1 && bare->data[0] == '.') {
        bare->data++;
        bare->len--;
    }

    dots = 0;
    letters = 0;

    for (i = 0; i < bare->len; i++) {
        ch = bare->data[i];

        if (ch == ':' || (ch == '*' && i > 0)) {
            return 0;
        }

        dots += (ch == '.');
        letters += (ch != '.' && (ch < '0' || ch > '9'));
    }

    return dots > 0 && letters > 0;
}


ngx_int_t
ngx_http_ct_names_domains(ngx_cycle_t *cycle, ngx_array_t *servers,
    const ct_inventory_t *inventory, ngx_http_ct_main_conf_t *mcf)
{
    size_t                 i;
    ngx_http_ct_server_t  *server;

    server = servers->elts;

    for (i = 0; i < servers->nelts; i++) {
        if (ngx_http_ct_names_auto(mcf, server[i].number)
            && ngx_http_ct_names_server(cycle->log, &server[i], mcf)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    for (i = 0; i < inventory->nserved; i++) {
        if (ngx_http_ct_names_certificate(&inventory->served[i], mcf)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return mcf->watch_auto ? ngx_http_ct_names_addresses(cycle, mcf) : NGX_OK;
}


static ngx_int_t
ngx_http_ct_names_addresses(ngx_cycle_t *cycle, ngx_http_ct_main_conf_t *mcf)
{
    size_t            len;
    u_char           *text;
    ngx_uint_t        i;
    ngx_listening_t  *ls;

    ls = cycle->listening.elts;

    for (i = 0; i < cycle->listening.nelts; i++) {

        if (!ngx_http_ct_names_public(ls[i].sockaddr)) {
            continue;
        }

        text = ct_arena_alloc(mcf->arena, NGX_SOCKADDR_STRLEN);
        if (text == NULL) {
            return NGX_ERROR;
        }

        len = ngx_sock_ntop(ls[i].sockaddr, ls[i].socklen, text,
                            NGX_SOCKADDR_STRLEN, 0);

        if (ngx_http_ct_conf_domain_push(mcf, ct_bytes(text, len), 0)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_http_ct_names_public(struct sockaddr *addr)
{
    struct sockaddr_in   *sin;
#if (NGX_HAVE_INET6)
    struct sockaddr_in6  *sin6;

    if (addr->sa_family == AF_INET6) {
        sin6 = (struct sockaddr_in6 *) addr;
        return ct_watch_public(ct_bytes(sin6->sin6_addr.s6_addr, 16));
    }

#endif

    sin = (struct sockaddr_in *) addr;

    return addr->sa_family == AF_INET
           && ct_watch_public(ct_bytes((u_char *) &sin->sin_addr, 4));
}


/* Does it hold for this server? */

static ngx_uint_t
ngx_http_ct_names_auto(ngx_http_ct_main_conf_t *mcf, uint32_t number)
{
    uint32_t    *who;
    ngx_uint_t   i;

    who = mcf->autos.elts;

    for (i = 0; i < mcf->autos.nelts && !mcf->watch_auto; i++) {
        if (who[i] == number) {
            return 1;
        }
    }

    return mcf->watch_auto;
}


static ngx_int_t
ngx_http_ct_names_server(ngx_log_t *log, ngx_http_ct_server_t *server,
    ngx_http_ct_main_conf_t *mcf)
{
    ngx_uint_t                  i;
    ct_bytes_t                  bare;
    ngx_http_ct_server_name_t  *name;

    name = server->names;

    for (i = 0; i < server->nnames; i++) {

        if (!ngx_http_ct_names_ok(&name[i], &bare)) {
            ngx_log_error(NGX_LOG_INFO, log, 0,
                          "ct: server name \"%V\" is not watched",
                          &name[i].name);
            continue;
        }

        if (ngx_http_ct_conf_domain_push(mcf, bare, server->number)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* Its names belong to the first server that uses it, and for which that
 * holds, unless they are in some server_name. */

static ngx_int_t
ngx_http_ct_names_certificate(const ct_served_t *served,
    ngx_http_ct_main_conf_t *mcf)
{
    size_t    i;
    uint32_t  number;

    number = 0;

    for (i = 0; i < served->nservers && number == 0; i++) {
        if (ngx_http_ct_names_auto(mcf, served->servers[i])) {
            number = served->servers[i];
        }
    }

    if (number == 0 && !mcf->watch_auto) {
        return NGX_OK;
    }

    for (i = 0; i < served->ncert_names; i++) {
        if (ngx_http_ct_conf_domain_push(mcf, served->names[i], number)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
