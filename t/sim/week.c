/*
 * week: starts the engine, lets it run until it is to stop, starts the next
 * one, and so on to the end of the week.
 *
 *   week [--days n] [--logs n] [--seed n] [--verbose]
 */

#include "sim.h"
#include "ct_owner.h"

#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>


#define WEEK_ZONE ((size_t) 32 * 1024 * 1024)

typedef struct {
    char           dir[PATH_MAX];
    char           state[PATH_MAX];
    char           crash[PATH_MAX];
    void          *zone;
    ct_config_t    config;
    ct_inventory_t inventory;
    ct_channel_t   channel;
    ct_arena_t    *arena;
} week_t;


static void week_prepare(week_t *week);
static void week_store(week_t *week);
static void week_names(week_t *week, bool more);
static void week_run(week_t *week, const stop_t *stop);
static void week_list_aged(const week_t *week);
static void week_copy(const char *from, const char *to);
static void week_clean(const week_t *week);


int
main(int argc, char **argv)
{
    int             c, rc;
    size_t          i, logs;
    time_t          began;
    unsigned        days;
    uint64_t        seed;
    static week_t   week;
    struct timespec a, b;

    static const struct option known[] = {
        {"days", required_argument, NULL, 'd'},
        {"logs", required_argument, NULL, 'l'},
        {"seed", required_argument, NULL, 's'},
        {"verbose", no_argument, NULL, 'v'},
        {NULL, 0, NULL, 0}
    };

    days = 7;
    logs = 70;
    seed = 1;

    while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
        switch (c) {
        case 'd':
            days = (unsigned) strtoul(optarg, NULL, 10);
            break;
        case 'l':
            logs = strtoul(optarg, NULL, 10);
            break;
        case 's':
            seed = strtoull(optarg, NULL, 10);
            break;
        case 'v':
            sim_verbose++;
            break;
        default:
            return 2;
        }
    }

    if (days < 1 || days > SIM_DAYS - 1 || logs < 18 || logs > SIM_LOGS) {
        sim_die("1 to 15 days, 18 to 96 logs");
    }

    (void) clock_gettime(CLOCK_REALTIME, &a);
    began = a.tv_sec;
    printf("# seed %llu\n", (unsigned long long) seed);
    world_plan(seed, days, logs);
    week_prepare(&week);

    for (i = 0; i < sim_nstops; i++) {
        sim_run = (unsigned) i + 1;
        week_run(&week, &sim_stops[i]);
    }

    (void) clock_gettime(CLOCK_REALTIME, &b);
    rc = verdict(week.config.store,
                 (double) (b.tv_sec - began)
                 + (double) (b.tv_nsec - a.tv_nsec) / 1e9);
    week_clean(&week);

    return rc;
}


static void
week_prepare(week_t *week)
{
    const char *tmp;

    tmp = getenv("TMPDIR");

    if (tmp == NULL) {
        tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    }

    (void) snprintf(week->dir, sizeof(week->dir), "%.900s/ct-sim-XXXXXX",
                    tmp);

    if (mkdtemp(week->dir) == NULL) {
        sim_die("no directory for the state");
    }

    (void) snprintf(week->state, sizeof(week->state), "%.1000s/state",
                    week->dir);
    (void) snprintf(week->crash, sizeof(week->crash), "%.1000s/crash",
                    week->dir);

    week->zone = aligned_alloc(64, WEEK_ZONE + 256);
    week->arena = ct_arena_create((size_t) 16 * 1024 * 1024);

    if (week->zone == NULL || week->arena == NULL) {
        sim_die("out of memory");
    }

    week->channel.kind = CT_CHANNEL_WEBHOOK;
    week->channel.events = CT_ON_ALL;
    week->channel.url = SIM_HOOK;
    week->channel.name = SIM_HOOK;
    week->channel.id = ct_channel_id(SIM_HOOK);
    week->config.zone = "sim";
    week->config.list = SIM_LIST;
    week->config.inventory = &week->inventory;
    week->config.channels = &week->channel;
    week->config.nchannels = 1;
    week->config.state = week->state;
    week->config.interval_ms = SIM_INTERVAL;
    week->config.grace_ms = SIM_DAY;
    week->config.since_ms = CT_SINCE_NOW;
    week_store(week);
    week_names(week, false);
}


static void
week_store(week_t *week)
{
    memset(week->zone, 0, WEEK_ZONE + 256);

    if (!ct_owner_init(week->zone)) {
        sim_die("no owner");
    }

    week->config.owner = week->zone;
    week->config.store = ct_store_create((char *) week->zone + 256,
                                         WEEK_ZONE);
    if (week->config.store == NULL) {
        sim_die("no store");
    }
}


static void
week_names(week_t *week, bool more)
{
    ct_bytes_t names[3];

    names[0] = CT_BYTES("example.com");
    names[1] = CT_BYTES("example.org");
    names[2] = CT_BYTES("added.example");
    week->config.watch = ct_watch_compile(week->arena, names, more ? 3 : 2,
                                          42);
    if (week->config.watch == NULL) {
        sim_die("no watch");
    }

    if (more) {
        week->config.since_ms = sim_since_ms;
    }
}


static void
week_run(week_t *week, const stop_t *stop)
{
    ct_engine_t *engine;

    engine = ct_engine_start(&week->config);

    if (engine == NULL) {
        sim_die("the engine does not start");
    }

    transport_run(engine, week->config.store, stop->at_ms);
    watcher_look(engine, week->config.store);

    if (stop->how == STOP_CRASH) {
        week_copy(week->state, week->crash);
    }

    transport_stop(engine);

    if (!ct_engine_join(engine, 20000)) {
        sim_die("the engine hangs");
    }

    watcher_look(engine, week->config.store);
    ct_engine_free(engine);

    if (stop->how == STOP_CRASH) {
        week_copy(week->crash, week->state);
    }

    if (stop->how == STOP_CRASH || stop->how == STOP_FRESH) {
        week_store(week);
    }

    if (stop->names) {
        week_names(week, true);
    }

    week_list_aged(week);
}


/* The next engine looks at the list at once. */
static void
week_list_aged(const week_t *week)
{
    char            path[PATH_MAX];
    struct timespec times[2];

    (void) snprintf(path, sizeof(path), "%.1000s.list", week->state);
    memset(times, 0, sizeof(times));
    times[0].tv_sec = (time_t) ((sim_now() - 2 * SIM_DAY) / 1000);
    times[1].tv_sec = times[0].tv_sec;
    (void) utimensat(AT_FDCWD, path, times, 0);
}


static void
week_copy(const char *from, const char *to)
{
    FILE  *in, *out;
    char   room[65536];
    size_t len;

    in = fopen(from, "re");
    out = fopen(to, "we");

    if (in == NULL || out == NULL) {
        sim_die("no state file");
    }

    while ((len = fread(room, 1, sizeof(room), in)) > 0) {
        if (fwrite(room, 1, len, out) != len) {
            sim_die("the disk is full");
        }
    }

    (void) fclose(in);

    if (fclose(out) != 0) {
        sim_die("the disk is full");
    }
}


static void
week_clean(const week_t *week)
{
    size_t i;
    char   path[PATH_MAX];

    static const char *const names[] = {
        "state", "state.lock", "state.evidence", "state.list",
        "state.list.from", "state.list.sig", "state.tmp", "crash"
    };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void) snprintf(path, sizeof(path), "%.1000s/%s", week->dir,
                        names[i]);
        (void) unlink(path);
    }

    (void) rmdir(week->dir);
    free(week->zone);
    ct_arena_destroy(week->arena);
}
