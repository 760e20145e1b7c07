/*
 * ct_report_metrics: the text format, line by line - every sample under its
 * own HELP and TYPE, no series twice, labels that nothing can break out of.
 */

#include "report.h"
#include "tap.h"

#define MAX_LINES 512


static void test_format(void);
static void test_values(void);
static void test_labels(void);
static void test_calist(void);
static bool line_ok(const char *line, const char *metric);
static bool labels_ok(const char **at);

static world_t w;


int
main(void)
{
    size_t          i;
    ct_log_record_t log;

    static ct_served_t served[3];

    served[0].file = served[1].file = "/etc/ssl/a.pem";
    served[2].file = "/etc/ssl/b \"quoted\"\\\n.pem";
    served[0].not_after_ms = served[1].not_after_ms = REPORT_NOW;
    served[2].not_after_ms = -5000;

    world_open(&w);
    w.inventory = (ct_inventory_t) {served, 3};
    w.status.alerts_sent = 9;
    w.status.dropped = 4;
    world_status(&w);
    world_log(&w, 1, "Fine 'one'", CT_FOLLOW_FOLLOWING, 100, 100);
    i = world_log(&w, 2, "Bad \"x\"} 1\n# \\ \xff", CT_FOLLOW_UNREACHABLE,
                  100, 40);
    (void) ct_store_log(w.store, i, &log);
    log.gaps[1].from = 10;
    log.gaps[1].to = 16;
    ct_store_set_log(w.store, i, &log);
    world_log(&w, 3, "Not followed", CT_FOLLOW_SKIPPED, 0, 0);
    world_simple(&w, CT_VERDICT_SERVED, "a.example");
    world_simple(&w, CT_VERDICT_UNFAMILIAR, "b.example");

    test_format();
    test_values();
    test_labels();
    test_calist();
    world_close(&w);

    return done_testing();
}


/* {name="value",...}, values without a bare quote, newline or backslash. */
static bool
labels_ok(const char **at)
{
    const char *p = *at + 1;

    for (;;) {
        p += strspn(p, "abcdefghijklmnopqrstuvwxyz_0123456789");

        if (strncmp(p, "=\"", 2) != 0) {
            return false;
        }

        for (p += 2; *p != '"'; p++) {
            if (*p == '\0' || (*p == '\\' && strchr("\\\"n", *++p) == NULL)) {
                return false;
            }
        }

        p++;

        if (*p == '}') {
            *at = p + 1;
            return true;
        }

        if (*p++ != ',') {
            return false;
        }
    }
}


static bool
line_ok(const char *line, const char *metric)
{
    size_t n = strlen(metric);

    if (strncmp(line, metric, n) != 0) {
        return false;
    }

    line += n;

    if (*line == '{' && !labels_ok(&line)) {
        return false;
    }

    return line[0] == ' '
           && line[1 + (line[1] == '-')] != '\0'
           && strspn(line + 1 + (line[1] == '-'), "0123456789")
              == strlen(line + 1 + (line[1] == '-'));
}


static void
test_format(void)
{
    char  *say = world_say(&w, ct_report_metrics);
    char  *lines[MAX_LINES], *p, *end, metric[128] = "", type[16];
    size_t i, j, n = 0, metrics = 0, bad = 0, twice = 0;

    for (p = say; (end = strchr(p, '\n')) != NULL && n < MAX_LINES;
         p = end + 1)
    {
        *end = '\0';
        lines[n++] = p;
    }

    is_str(p, "", "ends with a newline");

    for (i = 0; i < n; i++) {
        if (strncmp(lines[i], "# HELP ", 7) == 0) {
            sscanf(lines[i] + 7, "%127s", metric);
            metrics++;
            ok(i + 1 < n
               && sscanf(lines[i + 1], "# TYPE %*s %15s", type) == 1
               && strstr(lines[i + 1], metric) == lines[i + 1] + 7
               && strncmp(metric, "nginx_ct_", 9) == 0,
               "%s has help and type", metric);
            ok((strcmp(type, "counter") == 0)
               == (strlen(metric) > 6
                   && strcmp(metric + strlen(metric) - 6, "_total") == 0),
               "%s: only counters end in _total", metric);
            i++;
            continue;
        }

        if (!line_ok(lines[i], metric)) {
            bad++;
            printf("# %s\n", lines[i]);
        }

        for (j = 0; j < i; j++) {
            size_t len = (size_t) (strrchr(lines[i], ' ') - lines[i]) + 1;

            twice += strncmp(lines[i], lines[j], len) == 0;
        }
    }

    is_int(bad, 0, "every sample is well formed, below its metric");
    is_int(twice, 0, "no series comes twice");
    is_int(metrics, 41, "all metrics");
}


static void
test_values(void)
{
    size_t      i;
    const char *say = world_say(&w, ct_report_metrics);

    static const char *const wanted[] = {
        "\nnginx_ct_up 1\n",
        "\nnginx_ct_coverage 1\n",
        "\nnginx_ct_coverage_since_timestamp_seconds 1795358940\n",
        "\nnginx_ct_log_list_stale 0\n",
        "\nnginx_ct_received_bytes_total 0\n",
        "\nnginx_ct_events_total 0\n",
        "url=\"https://log2.example/\",state=\"unreachable\"} 1\n",
        "url=\"https://log3.example/\",state=\"skipped\"} 1\n",
        "url=\"https://log1.example/\"} 1795366110\n",
        "url=\"https://log1.example/\"} 30\n",
        "url=\"https://log2.example/\"} 6\n",
        "\nnginx_ct_findings{verdict=\"served\"} 1\n",
        "\nnginx_ct_findings{verdict=\"unfamiliar\"} 1\n",
        "\nnginx_ct_findings{verdict=\"unparsable\"} 0\n",
        "\nnginx_ct_findings_unverified 0\n",
        "\nnginx_ct_findings_dropped_total 4\n",
        "\nnginx_ct_log_tree_size{log=\"Fine 'one'\",operator=\"Operator\","
        "log_id=\"0101010101010101010101010101010101010101010101010101010101"
        "010101\",url=\"https://log1.example/\"} 100\n",
        "url=\"https://log2.example/\"} 40\n",
        "url=\"https://log2.example/\"} 60\n",
        "\nnginx_ct_alerts_sent_total 9\n",
        "\nnginx_ct_zone_findings 2\n",
        "\nnginx_ct_engine_heartbeat_timestamp_seconds 1795366139\n",
        "\nnginx_ct_state_saved_timestamp_seconds 0\n",
    };

    for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        ok(strstr(say, wanted[i]) != NULL, "value %u", (unsigned) i);
    }

    ok(strstr(say, "log_state{log=\"Not followed\"") != NULL
       && strstr(strstr(say, "Not followed") + 1, "Not followed") == NULL,
       "but for their state only logs that are followed");
}


static void
test_labels(void)
{
    const char *say = world_say(&w, ct_report_metrics);

    ok(strstr(say, "{log=\"Bad \\\"x\\\"} 1\\n# \\\\ \xef\xbf\xbd\",")
       != NULL, "escaped");
    ok(strstr(say, "{file=\"/etc/ssl/b \\\"quoted\\\"\\\\\\n.pem\",sha256=")
       != NULL, "a file's name too");
    ok(strstr(say, "\"} -5\n") != NULL, "expired before 1970");
    ok(strstr(say, "\"} 1795366140\n") != NULL, "when it expires");
}


/* Only where there is one. */
static void
test_calist(void)
{
    const char *say = world_say(&w, ct_report_metrics);

    ok(strstr(say, "ca_list") == NULL, "nothing about a CA list");
    snprintf(w.status.calist_error, sizeof(w.status.calist_error), "no");
    world_status(&w);
    say = world_say(&w, ct_report_metrics);
    ok(strstr(say, "\nnginx_ct_ca_list_certificates 0\n") != NULL
       && strstr(say, "\nnginx_ct_ca_list_checked_timestamp_seconds 0\n")
          != NULL
       && strstr(say, "\nnginx_ct_ca_list_failing 1\n") != NULL,
       "one that could not be had");
    w.status.calist_error[0] = '\0';
    snprintf(w.status.calist, sizeof(w.status.calist), "9 of it");
    w.status.calist_rows = 9;
    w.status.calist_checked_ms = REPORT_NOW;
    world_status(&w);
    say = world_say(&w, ct_report_metrics);
    ok(strstr(say, "\nnginx_ct_ca_list_certificates 9\n") != NULL
       && strstr(say, "\nnginx_ct_ca_list_checked_timestamp_seconds "
                      "1795366140\n") != NULL
       && strstr(say, "\nnginx_ct_ca_list_failing 0\n") != NULL,
       "one in force");
}
