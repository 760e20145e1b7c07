/*
 * ngx_http_ct_worker: starts, stops and hears the engine's thread.
 *
 * The engine's lines arrive through an eventfd in a connection of nginx's
 * own. It is an "idle" one, so a graceful shutdown closes it first: that is
 * how the engine learns to stop at once, however long clients take.
 * Everything here runs in the process's main thread.
 */

#include "ngx_http_ct_worker.h"

#include <jansson.h>
#include <sys/resource.h>

#define NGX_HTTP_CT_JOIN   500   /* ms, at the end of a process */
#define NGX_HTTP_CT_TICK   1000  /* ms between drains without a connection */
#define NGX_HTTP_CT_REAP   50    /* ms between tries to join */
#define NGX_HTTP_CT_SPARE  8     /* free connections that are left alone */
#define NGX_HTTP_CT_NICE   20    /* RLIMIT_NICE: 20 less the nice value */


typedef struct {
    ct_engine_t              *engine;      /* NULL: does not run here */
    ngx_http_ct_main_conf_t  *mcf;         /* lends its configuration */
    ngx_connection_t         *connection;  /* NULL: the timer drains */
    ngx_event_t               timer;
    ngx_connection_t          dummy;       /* debug logs want its fd */
    unsigned                  elected:1;   /* it would run here */
    unsigned                  stopping:1;
} ngx_http_ct_worker_t;


static ngx_uint_t ngx_http_ct_worker_elected(void);
static void ngx_http_ct_worker_start(ngx_cycle_t *cycle,
    ngx_http_ct_main_conf_t *mcf);
static void ngx_http_ct_worker_open(ngx_log_t *log,
    ngx_http_ct_main_conf_t *mcf);
static void ngx_http_ct_worker_close(ngx_http_ct_main_conf_t *mcf);
static void ngx_http_ct_worker_connect(ngx_cycle_t *cycle);
static void ngx_http_ct_worker_disconnect(void);
static void ngx_http_ct_worker_read(ngx_event_t *ev);
static void ngx_http_ct_worker_write(ngx_event_t *ev);
static void ngx_http_ct_worker_tick(ngx_event_t *ev);
static void ngx_http_ct_worker_drain(void);
static ngx_int_t ngx_http_ct_worker_end(ngx_log_t *log, int timeout);
static void ngx_http_ct_worker_reap(void);
static void ngx_http_ct_worker_abandon(ngx_log_t *log);
static void ngx_http_ct_worker_leave(void);


static ngx_http_ct_worker_t  ngx_http_ct_worker;


/* Nice 0, where workers are anyway, is 20 in the terms of RLIMIT_NICE. Only
 * root may raise it; who is not does without. */

void
ngx_http_ct_worker_permit(void)
{
    struct rlimit  rlmt;

    if (ngx_test_config || getrlimit(RLIMIT_NICE, &rlmt) != 0
        || rlmt.rlim_cur >= NGX_HTTP_CT_NICE)
    {
        return;
    }

    rlmt.rlim_cur = NGX_HTTP_CT_NICE;
    rlmt.rlim_max = ngx_max(rlmt.rlim_max, NGX_HTTP_CT_NICE);

    (void) setrlimit(RLIMIT_NICE, &rlmt);
}


void
ngx_http_ct_worker_init(ngx_cycle_t *cycle)
{
    ngx_http_ct_main_conf_t  *mcf;

    if (!ngx_http_ct_worker_elected()) {
        return;
    }

    ngx_http_ct_worker.elected = 1;

    mcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_ct_module);

    if (mcf != NULL && mcf->config != NULL) {
        ngx_http_ct_worker_start(cycle, mcf);
    }
}


/* Helper processes, such as the cache manager, have worker number 0 too. */

static ngx_uint_t
ngx_http_ct_worker_elected(void)
{
    if (ngx_exiting || ngx_quit || ngx_terminate) {
        return 0;
    }

    return (ngx_process == NGX_PROCESS_WORKER && ngx_worker == 0)
           || ngx_process == NGX_PROCESS_SINGLE;
}


static void
ngx_http_ct_worker_start(ngx_cycle_t *cycle, ngx_http_ct_main_conf_t *mcf)
{
    /* before there are threads that could race for it */
    json_object_seed(0);

    ngx_http_ct_worker_open(cycle->log, mcf);

    ngx_http_ct_worker.mcf = mcf;
    ngx_http_ct_worker.stopping = 0;
    ngx_http_ct_worker.engine = ct_engine_start(mcf->config);

    if (ngx_http_ct_worker.engine == NULL) {
        ngx_log_error(NGX_LOG_ERR, cycle->log, ngx_errno,
                      "ct: the engine cannot be started, the monitor is off");
        ngx_http_ct_worker_close(mcf);
        return;
    }

    ngx_http_ct_worker_connect(cycle);
}


/* The engine gets descriptors of its own of event logs: those of nginx are
 * closed when it reopens its files, and their numbers used for others. */

static void
ngx_http_ct_worker_open(ngx_log_t *log, ngx_http_ct_main_conf_t *mcf)
{
    ngx_uint_t              i;
    ngx_http_ct_channel_t  *c;

    c = mcf->channels.elts;

    for (i = 0; i < mcf->channels.nelts; i++) {

        if (c[i].file == NULL) {
            continue;
        }

        mcf->opened[i].fd = fcntl(c[i].file->fd, F_DUPFD_CLOEXEC, 0);

        if (mcf->opened[i].fd == -1) {
            ngx_log_error(NGX_LOG_ALERT, log, ngx_errno,
                          "fcntl(F_DUPFD_CLOEXEC) \"%V\" failed",
                          &c[i].file->name);
        }
    }
}


static void
ngx_http_ct_worker_close(ngx_http_ct_main_conf_t *mcf)
{
    ngx_uint_t  i;

    for (i = 0; i < mcf->channels.nelts; i++) {
        if (mcf->opened[i].fd != -1) {
            (void) close(mcf->opened[i].fd);
            mcf->opened[i].fd = -1;
        }
    }
}


static void
ngx_http_ct_worker_connect(ngx_cycle_t *cycle)
{
    ngx_event_t       *timer;
    ngx_connection_t  *c;

    timer = &ngx_http_ct_worker.timer;

    ngx_memzero(timer, sizeof(ngx_event_t));
    ngx_http_ct_worker.dummy.fd = (ngx_socket_t) -1;

    timer->handler = ngx_http_ct_worker_tick;
    timer->data = &ngx_http_ct_worker.dummy;
    timer->log = cycle->log;
    timer->cancelable = 1;

    /* a worker still wants one for its channel, and some for clients; asked
     * first, because ngx_get_connection() logs an alert */

    if (ngx_cycle->free_connection_n < NGX_HTTP_CT_SPARE) {
        ngx_add_timer(timer, NGX_HTTP_CT_TICK);
        return;
    }

    c = ngx_get_connection(ct_engine_fd(ngx_http_ct_worker.engine),
                           cycle->log);
    if (c == NULL) {
        ngx_add_timer(timer, NGX_HTTP_CT_TICK);
        return;
    }

    c->idle = 1;
    c->read->log = cycle->log;
    c->write->log = cycle->log;
    c->read->handler = ngx_http_ct_worker_read;
    c->write->handler = ngx_http_ct_worker_write;

    ngx_http_ct_worker.connection = c;

    if (ngx_add_event(c->read, NGX_READ_EVENT, NGX_LEVEL_EVENT) != NGX_OK) {
        ngx_http_ct_worker_disconnect();
        ngx_add_timer(timer, NGX_HTTP_CT_TICK);
    }
}


/* The descriptor is the engine's: it is given back, not closed. */

static void
ngx_http_ct_worker_disconnect(void)
{
    ngx_connection_t  *c;

    c = ngx_http_ct_worker.connection;

    if (c == NULL) {
        return;
    }

    ngx_http_ct_worker.connection = NULL;

    if (c->read->active) {
        ngx_del_event(c->read, NGX_READ_EVENT, 0);
    }

    if (c->read->posted) {
        ngx_delete_posted_event(c->read);
    }

    ngx_free_connection(c);
    c->fd = (ngx_socket_t) -1;
}


static void
ngx_http_ct_worker_read(ngx_event_t *ev)
{
    ngx_connection_t *c = ev->data;

    ngx_http_ct_worker_drain();

    if (!c->close) {
        return;
    }

    ngx_http_ct_worker.stopping = 1;

    ct_engine_stop(ngx_http_ct_worker.engine);
    ngx_http_ct_worker_disconnect();

    ngx_add_timer(&ngx_http_ct_worker.timer, NGX_HTTP_CT_REAP);
}


static void
ngx_http_ct_worker_write(ngx_event_t *ev)
{
    /* nothing is ever written, but nginx may call it */
}


/* Without a connection it does the connection's work; when stopping it gives
 * the engine's memory back while clients still keep the process. */

static void
ngx_http_ct_worker_tick(ngx_event_t *ev)
{
    ngx_http_ct_worker_drain();

    if (ngx_exiting && !ngx_http_ct_worker.stopping) {
        ngx_http_ct_worker.stopping = 1;
        ct_engine_stop(ngx_http_ct_worker.engine);
    }

    if (!ngx_http_ct_worker.stopping) {
        ngx_add_timer(ev, NGX_HTTP_CT_TICK);
        return;
    }

    if (ct_engine_join(ngx_http_ct_worker.engine, 0)) {
        ngx_http_ct_worker_reap();
        return;
    }

    ngx_add_timer(ev, NGX_HTTP_CT_REAP);
}


static void
ngx_http_ct_worker_drain(void)
{
    ct_line_t  line;

    while (ct_engine_line(ngx_http_ct_worker.engine, &line)) {
        ngx_log_error((ngx_uint_t) line.level, ngx_cycle->log, 0, "ct: %s",
                      line.text);
    }
}


void
ngx_http_ct_worker_reload(ngx_cycle_t *cycle)
{
    ngx_http_ct_main_conf_t  *mcf;

    if (!ngx_http_ct_worker.elected) {
        return;
    }

    if (ngx_http_ct_worker_end(cycle->log, NGX_HTTP_CT_JOIN) != NGX_OK) {
        return;
    }

    mcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_ct_module);

    if (mcf != NULL && mcf->config != NULL) {
        ngx_http_ct_worker_start(cycle, mcf);
    }
}


void
ngx_http_ct_worker_exit(ngx_cycle_t *cycle)
{
    (void) ngx_http_ct_worker_end(cycle->log, NGX_HTTP_CT_JOIN);
}


static ngx_int_t
ngx_http_ct_worker_end(ngx_log_t *log, int timeout)
{
    if (ngx_http_ct_worker.engine == NULL) {
        return NGX_OK;
    }

    ct_engine_stop(ngx_http_ct_worker.engine);

    ngx_http_ct_worker_disconnect();

    if (ngx_http_ct_worker.timer.timer_set) {
        ngx_del_timer(&ngx_http_ct_worker.timer);
    }

    if (!ct_engine_join(ngx_http_ct_worker.engine, timeout)) {
        ngx_http_ct_worker_abandon(log);
        return NGX_ERROR;
    }

    ngx_http_ct_worker_reap();

    return NGX_OK;
}


static void
ngx_http_ct_worker_reap(void)
{
    ngx_http_ct_worker_drain();
    ct_engine_free(ngx_http_ct_worker.engine);
    ngx_http_ct_worker_close(ngx_http_ct_worker.mcf);

    ngx_http_ct_worker.engine = NULL;
}


/* It hangs where nothing can interrupt it. All that it can touch stays: its
 * configuration, and OpenSSL, which exit handlers would take apart. */

static void
ngx_http_ct_worker_abandon(ngx_log_t *log)
{
    ngx_http_ct_worker_drain();

    ngx_log_error(NGX_LOG_ALERT, log, 0,
                  "ct: the engine did not stop in %d ms, it is abandoned",
                  NGX_HTTP_CT_JOIN);

    ngx_http_ct_worker.mcf->abandoned = 1;
    ngx_http_ct_worker.engine = NULL;

    (void) atexit(ngx_http_ct_worker_leave);
}


static void
ngx_http_ct_worker_leave(void)
{
    _exit(0);
}
