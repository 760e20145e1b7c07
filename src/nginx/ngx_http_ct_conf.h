/*
 * ngx_http_ct_conf: directive handlers, defaults, and every sentence about a
 * mistake in the configuration: what, where, what was wanted. Reads files;
 * touches neither network nor state.
 */

#ifndef NGX_HTTP_CT_CONF_H
#define NGX_HTTP_CT_CONF_H

#include "ngx_http_ct.h"


char *ngx_http_ct_conf_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_ct_conf_domain(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_ct_conf_log_list(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_ct_conf_ca_list(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_ct_conf_log(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_ct_conf_since(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_ct_conf_interval(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_ct_conf_grace(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_ct_conf_rate(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_ct_conf_contact(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_ct_conf_issuer(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_ct_conf_known(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_ct_conf_webhook(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_ct_conf_mail(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_ct_conf_event_log(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_ct_conf_status_url(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_ct_conf_proxy(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_ct_conf_trusted(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_ct_conf_status(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* One more name to watch. */
ngx_int_t ngx_http_ct_conf_domain_push(ngx_http_ct_main_conf_t *mcf,
    ct_bytes_t name, uint32_t owner);

/* Makes the table of what is watched; and the list of servers that the
 * owners in it stand for. NGX_ERROR: memory. */
ngx_int_t ngx_http_ct_conf_watch(ngx_cycle_t *cycle,
    ngx_http_ct_main_conf_t *mcf, ct_config_t *config);
ngx_int_t ngx_http_ct_conf_server_names(ngx_cycle_t *cycle,
    ngx_http_ct_main_conf_t *mcf, ct_config_t *config);

void *ngx_http_ct_conf_create_main(ngx_conf_t *cf);
char *ngx_http_ct_conf_init_main(ngx_conf_t *cf, void *conf);
void *ngx_http_ct_conf_create_loc(ngx_conf_t *cf);
char *ngx_http_ct_conf_merge_loc(ngx_conf_t *cf, void *parent, void *child);

/* Where the directive being read stands. */
void ngx_http_ct_conf_place(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_http_ct_place_t *place);

/* Remembers where a directive other than ct_zone was seen first. */
void ngx_http_ct_conf_seen(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_http_ct_main_conf_t *mcf);

/* A whole regular file of at most `limit` bytes, in the temporary pool. Has
 * said what is wrong when it returns NGX_ERROR. */
ngx_int_t ngx_http_ct_conf_read(ngx_conf_t *cf, ngx_str_t *path, size_t limit,
    ct_bytes_t *bytes);

/* Is it http(s)://host...? Blanks, quotes, "#" and what is not printable
 * are refused; so is "?" unless `query`. */
ngx_uint_t ngx_http_ct_conf_url_ok(ngx_str_t *url, ngx_uint_t query);

/* Completes mcf->config once all servers are merged and the zone is there.
 * Has logged what is wrong when it returns NGX_ERROR. */
ngx_int_t ngx_http_ct_conf_complete(ngx_cycle_t *cycle,
    ngx_http_ct_main_conf_t *mcf);


#endif
