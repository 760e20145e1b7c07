/*
 * ngx_http_ct_names: the names in server_name, as far as a public
 * certificate could have them.
 */

#ifndef NGX_HTTP_CT_NAMES_H
#define NGX_HTTP_CT_NAMES_H

#include "ngx_http_ct_servers.h"

#define NGX_HTTP_CT_NAME_FORMS  2  /* names at most from one server_name */


/* Appends the names of a server to `names`, which has room for
 * NGX_HTTP_CT_NAME_FORMS of each. NGX_ERROR: memory. */
ngx_int_t ngx_http_ct_names_served(ct_arena_t *arena,
    ngx_http_ct_server_t *server, ct_bytes_t *names, size_t *nnames);

/* Adds to mcf->domains what "auto" watches: the names of the servers that
 * have it (in http: of all), with TLS or without, and those in the
 * certificates that they serve; in http also the addresses that nginx listens
 * on, as far as the world can reach them. */
ngx_int_t ngx_http_ct_names_domains(ngx_cycle_t *cycle, ngx_array_t *servers,
    const ct_inventory_t *inventory, ngx_http_ct_main_conf_t *mcf);


#endif
