/*
 * ctrun: the engine outside nginx, with a store of malloc. For benches, for
 * TSan and valgrind, and to look at a log without a server:
 *
 *   ctrun --list list.json --watch example.com --since all --until 1024
 *
 * It runs until every followed log is verified up to its head (and has at
 * least --until entries), or --seconds are over, then stops as nginx would
 * and prints JSON lines: the logs, each finding, what it cost.
 */

#include "ct_engine.h"
#include "ct_owner.h"
#include "ct_report.h"
#include "ct_time.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>


#define RUN_WATCH  1000000
#define RUN_SERVED 64

typedef struct {
    ct_config_t    config;
    ct_arena_t    *arena;
    ct_loglist_t   list;
    ct_bytes_t    *watch;
    size_t         nwatch;
    ct_served_t    served[RUN_SERVED];
    ct_inventory_t inventory;
    ct_channel_t   channels[CT_LIMIT_WEBHOOKS];
    size_t         zone_size;
    uint64_t       until;
    double         seconds;
    bool           quiet;
    bool           verbose;
} run_t;


static void
die(const char *what, const char *why)
{
    (void) fprintf(stderr, "ctrun: %s: %s\n", what, why);
    exit(2);
}


static ct_bytes_t
read_file(run_t *run, const char *path, size_t limit)
{
    FILE  *file;
    char  *data;
    size_t len;

    file = fopen(path, "re");
    data = ct_arena_alloc(run->arena, limit);

    if (file == NULL || data == NULL) {
        die(path, strerror(errno));
    }

    len = fread(data, 1, limit, file);
    (void) fclose(file);

    return ct_bytes(data, len);
}


static void
watch_file(run_t *run, const char *path)
{
    ct_bytes_t all, line;

    all = read_file(run, path, (size_t) 64 * 1024 * 1024);

    while (run->nwatch < RUN_WATCH && ct_read_until(&all, '\n', &line)) {
        run->watch[run->nwatch++] = line;
    }
}


static void
add_served(run_t *run, const char *path)
{
    ct_rc_t      rc;
    ct_bytes_t   der;
    ct_served_t *served;

    der = read_file(run, path, CT_LIMIT_ISSUER);
    served = &run->served[run->inventory.nserved];
    rc = ct_served_read(served, der, NULL, 0, run->arena);

    if (rc != CT_OK) {
        die(path, ct_strerror(rc));
    }

    served->file = path;
    run->inventory.served = run->served;
    run->inventory.nserved++;
}


static void
read_list(run_t *run, const char *path)
{
    char    why[CT_LIMIT_ERROR];
    ct_rc_t rc;

    rc = ct_loglist_read(read_file(run, path, CT_LIMIT_LOG_LIST), run->arena,
                         &run->list, why);
    if (rc != CT_OK) {
        die(path, why);
    }

    run->config.list_read = &run->list;
}


/* A file must be readable now; a URL is the engine's to fetch. */
static void
use_list(run_t *run, const char *list)
{
    static char path[PATH_MAX];

    run->config.list = list;

    if (strstr(list, "://") != NULL) {
        return;
    }

    read_list(run, list);

    if (realpath(list, path) == NULL) {
        die(list, strerror(errno));
    }

    run->config.list = path;
}


static int64_t
since(const char *text)
{
    int64_t ms;

    if (strcmp(text, "all") == 0) {
        return 0;
    }

    if (strcmp(text, "now") == 0) {
        return CT_SINCE_NOW;
    }

    if (!ct_time_rfc3339(ct_bytes_str(text), &ms)) {
        die(text, "all, now or a time is wanted");
    }

    return ms;
}


static void
options(run_t *run, int argc, char **argv)
{
    int           c;
    ct_channel_t *channel;

    static const struct option known[] = {
        {"list", required_argument, NULL, 'l'},
        {"watch", required_argument, NULL, 'w'},
        {"watch-file", required_argument, NULL, 'W'},
        {"served", required_argument, NULL, 'c'},
        {"trusted", required_argument, NULL, 't'},
        {"state", required_argument, NULL, 's'},
        {"webhook", required_argument, NULL, 'h'},
        {"since", required_argument, NULL, 'a'},
        {"until", required_argument, NULL, 'u'},
        {"seconds", required_argument, NULL, 'n'},
        {"zone", required_argument, NULL, 'z'},
        {"interval", required_argument, NULL, 'i'},
        {"rate", required_argument, NULL, 'r'},
        {"quiet", no_argument, NULL, 'q'},
        {"verbose", no_argument, NULL, 'v'},
        {NULL, 0, NULL, 0}
    };

    while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
        switch (c) {
        case 'l':
            use_list(run, optarg);
            break;
        case 'w':
            run->watch[run->nwatch++] = ct_bytes_str(optarg);
            break;
        case 'W':
            watch_file(run, optarg);
            break;
        case 'c':
            add_served(run, optarg);
            break;
        case 't':
            run->config.trusted = optarg;
            break;
        case 's':
            run->config.state = optarg;
            break;
        case 'h':
            channel = &run->channels[run->config.nchannels++];
            channel->kind = CT_CHANNEL_WEBHOOK;
            channel->events = CT_ON_ALL;
            channel->url = optarg;
            channel->name = optarg;
            channel->id = ct_channel_id(optarg);
            break;
        case 'a':
            run->config.since_ms = since(optarg);
            break;
        case 'u':
            run->until = strtoull(optarg, NULL, 10);
            break;
        case 'n':
            run->seconds = strtod(optarg, NULL);
            break;
        case 'z':
            run->zone_size = strtoull(optarg, NULL, 10);
            break;
        case 'i':
            run->config.interval_ms = strtoll(optarg, NULL, 10);
            break;
        case 'r':
            run->config.rate = strtoll(optarg, NULL, 10);
            break;
        case 'q':
            run->quiet = true;
            break;
        case 'v':
            run->verbose = true;
            break;
        default:
            die("usage", "see the head of t/tools/ctrun.c");
        }
    }
}


/* Every followed log has been verified up to its head. */
static bool
arrived(const run_t *run)
{
    size_t          i, n, following;
    ct_log_record_t log;

    following = 0;
    n = ct_store_nlogs(run->config.store);

    for (i = 0; i < n; i++) {
        if (!ct_store_log(run->config.store, i, &log)) {
            return false;
        }

        if ((log.state == CT_FOLLOW_FOLLOWING
             || log.state == CT_FOLLOW_FINAL)
            && log.cursor.verified.size >= run->until)
        {
            following++;

        } else if (log.state < CT_FOLLOW_SKIPPED) {
            return false;
        }
    }

    return following > 0;
}


static void
print_findings(const run_t *run, ct_arena_t *arena)
{
    uint64_t     n, last;
    ct_buf_t     out, text;
    ct_json_t    json;
    ct_finding_t finding;

    last = ct_store_last(run->config.store);

    for (n = 1; n <= last; n++) {
        ct_arena_reset(arena);
        ct_buf_init(&out, arena, CT_LIMIT_PAGE);
        ct_buf_init(&text, arena, CT_LIMIT_FINDING_TEXT);

        if (!ct_store_finding(run->config.store, n, &finding, &text)) {
            continue;
        }

        ct_json_start(&json, &out);
        ct_json_object(&json, NULL);
        ct_report_finding(&json, run->config.store, &finding,
                          ct_buf_slice(&text),
                          (int64_t) time(NULL) * 1000);
        ct_json_object_end(&json);
        ct_buf_putc(&out, '\n');
        (void) fwrite(out.data, 1, out.len, stdout);
    }
}


/* The kernel's maximum is inherited from whoever started us when that was
 * larger; this one is ours alone. */
static long
peak_kb(long otherwise)
{
    char  line[256];
    long  kb;
    FILE *status;

    kb = otherwise;
    status = fopen("/proc/self/status", "re");

    while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
        if (strncmp(line, "VmHWM:", 6) == 0) {
            kb = strtol(line + 6, NULL, 10);
        }
    }

    if (status != NULL) {
        (void) fclose(status);
    }

    return kb;
}


static void
print_report(const run_t *run)
{
    ct_buf_t      out;
    ct_arena_t   *arena;
    ct_report_t   report;
    struct rusage usage;

    memset(&report, 0, sizeof(report));
    arena = ct_arena_create((size_t) 64 * 1024 * 1024);
    report.store = run->config.store;
    report.inventory = &run->inventory;
    report.arena = arena;
    report.now_ms = (int64_t) time(NULL) * 1000;
    report.interval_ms = run->config.interval_ms;
    report.zone = "ctrun";
    report.links = "";
    report.limit = CT_LIMIT_PAGE_FINDINGS;

    ct_buf_init(&out, arena, CT_LIMIT_PAGE);
    (void) ct_report_json_logs(&report, &out);
    ct_buf_putc(&out, '\n');

    (void) fwrite(out.data, 1, out.len, stdout);

    if (!run->quiet) {
        print_findings(run, arena);
    }

    ct_arena_destroy(arena);

    if (getrusage(RUSAGE_SELF, &usage) == 0) {
        (void) printf("{\"cpu_us\":%lld,\"max_rss_kb\":%ld}\n",
                      (long long) (usage.ru_utime.tv_sec
                                   + usage.ru_stime.tv_sec) * 1000000
                      + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec,
                      peak_kb(usage.ru_maxrss));
    }
}


static void
run_engine(run_t *run)
{
    bool           done;
    time_t         end;
    ct_line_t      line;
    ct_engine_t   *engine;
    struct pollfd  lines;

    engine = ct_engine_start(&run->config);

    if (engine == NULL) {
        die("start", strerror(errno));
    }

    done = false;
    end = time(NULL) + (time_t) run->seconds;
    lines.fd = ct_engine_fd(engine);
    lines.events = POLLIN;

    while (!done && time(NULL) < end) {
        (void) poll(&lines, 1, 5);

        while (ct_engine_line(engine, &line)) {
            if (run->verbose) {
                (void) fprintf(stderr, "[%d] %s\n", line.level, line.text);
            }
        }

        done = run->until > 0 && arrived(run);
    }

    ct_engine_stop(engine);

    if (!ct_engine_join(engine, 5000)) {
        die("stop", "the engine hangs");
    }

    while (ct_engine_line(engine, &line)) {
        if (run->verbose) {
            (void) fprintf(stderr, "[%d] %s\n", line.level, line.text);
        }
    }

    ct_engine_free(engine);
    print_report(run);

    if (run->until > 0 && !done) {
        die("verify", "not verified in time");
    }
}


int
main(int argc, char **argv)
{
    void  *zone;
    run_t *run;

    run = calloc(1, sizeof(run_t));

    if (run == NULL) {
        die("start", "out of memory");
    }

    run->arena = ct_arena_create((size_t) 1024 * 1024 * 1024);
    run->watch = calloc(RUN_WATCH, sizeof(ct_bytes_t));
    run->zone_size = (size_t) 4 * 1024 * 1024;
    run->seconds = 60;
    run->config.interval_ms = 1000;
    run->config.grace_ms = 24 * 60 * 60 * 1000;
    run->config.since_ms = CT_SINCE_NOW;
    run->config.zone = "ctrun";
    run->config.inventory = &run->inventory;
    run->config.channels = run->channels;

    if (run->arena == NULL || run->watch == NULL) {
        die("start", "out of memory");
    }

    options(run, argc, argv);

    zone = aligned_alloc(64, run->zone_size + 256);

    if (zone == NULL || !ct_owner_init(zone)) {
        die("zone", "out of memory");
    }

    run->config.owner = zone;
    run->config.store = ct_store_create((char *) zone + 256, run->zone_size);
    run->config.watch = ct_watch_compile(run->arena, run->watch, run->nwatch,
                                         (uint64_t) getpid());

    if (run->config.store == NULL || run->config.watch == NULL) {
        die("zone", "too small");
    }

    run_engine(run);

    free(zone);
    free(run->watch);
    ct_arena_destroy(run->arena);
    free(run);

    return 0;
}
