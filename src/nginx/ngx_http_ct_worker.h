/*
 * ngx_http_ct_worker: starts, stops and hears the engine's thread, in one
 * process of each generation.
 */

#ifndef NGX_HTTP_CT_WORKER_H
#define NGX_HTTP_CT_WORKER_H

#include "ngx_http_ct.h"


/* In the master, before there are workers: lets them hurry the engine's
 * thread out of SCHED_IDLE when it is to stop. */
void ngx_http_ct_worker_permit(void);

/* In every new process; starts the engine in the one that is elected. */
void ngx_http_ct_worker_init(ngx_cycle_t *cycle);

/* After a configuration was completed: with "master_process off" the engine
 * of the old one runs in this very process. */
void ngx_http_ct_worker_reload(ngx_cycle_t *cycle);

/* Before a process exits. */
void ngx_http_ct_worker_exit(ngx_cycle_t *cycle);


#endif
