/* ct_lists: what becomes the list in force and what does not, and the last
 * good copy, with files. */

#include "lists.h"


static void
test_none(void)
{
    bool           changed;
    ct_log_t       log = {.url = "https://log.test/1/"};
    const ct_log_t *logs;
    size_t          n;

    fresh(NULL);
    config.logs = &log;
    config.nlogs = 1;
    start();
    logs = ct_lists_logs(lists, &n);
    ok(n == 1 && strcmp(logs[0].url, log.url) == 0, "ct_log alone");
    ok(!ctx.status.has_list && !ctx.status.list_stale, "there is no list");
    is_str(ctx.status.list, "", "nothing is said of one");
    is_int(ct_lists_turn(lists, &changed), INT64_MAX, "nothing to do, ever");
    ok(!changed, "and nothing changes");
    end();
}


static void
test_path(void)
{
    size_t          i, n;
    ct_log_t        given[2];
    const ct_log_t *logs;

    fresh(path);
    put_text(path, make(0, 10, T0 - DAY));
    memset(given, 0, sizeof(given));
    ct_sha256_once(CT_BYTES("key3"), given[0].id);
    given[0].url = "https://log.test/3/";
    given[0].description = "given";
    ct_sha256_once(CT_BYTES("key4"), given[1].id);
    given[1].url = "https://elsewhere.test/4/";
    config.logs = given;
    config.nlogs = 2;
    start();

    logs = ct_lists_logs(lists, &n);
    is_int(n, 11, "ten, two given, one of them in the list");
    ok(logs[0].description == given[0].description
       && strcmp(logs[1].url, given[1].url) == 0, "those of ct_log first");
    for (i = 2; i < n; i++) {
        ok(strcmp(logs[i].url, given[0].url) != 0, "%s", logs[i].url);
    }

    ok(strncmp(ctx.status.list, "10 logs, version 1.10, from /", 29) == 0,
       "%s", ctx.status.list);
    ok(ctx.status.has_list, "there is a list");
    is_int(ctx.status.list_ms, T0 - DAY, "of yesterday");
    is_int(ctx.status.list_checked_ms, T0, "looked at now");
    error_is("", "no error");
    is_int(said(CT_LINE_NOTICE, "log list: 10 logs"), 1, "one line");

    ok(!later(MINUTE), "nothing new");
    is_int(ctx.status.list_checked_ms, T0 + MINUTE, "but looked at");

    put_text(path, make(0, 12, T0 - DAY + 1));
    ok(!later(MINUTE - 1), "not before the interval is over");
    logs = ct_lists_logs(lists, &n);
    ok(later(1), "another list");
    is_int(nlogs(), 13, "two more");
    is_str(logs[n - 1].url, "https://log.test/9/",
           "the logs of before are still there");
    ct_lists_release(lists);

    put_text(path, make(0, 12, T0 - DAY + 1));
    ok(!later(MINUTE), "touched, and the same");
    ok(!ctx.status.list_stale, "not stale");
    ok(!later(68 * DAY), "two months later");
    ok(!ctx.status.list_stale, "69 days old");
    ok(!later(DAY), "and a day more");
    ok(ctx.status.list_stale, "it is stale, whoever looks at it");
    end();
}


static void
test_refused(void)
{
    size_t i;

    const struct {
        const char *what;
        const char *text;
        const char *error;
    } cases[] = {
        {"not JSON", strdup("<html>"), "refused: the log list is not JSON"},
        {"empty", strdup(""), "refused: the log list is not JSON"},
        {"half", strdup("{\"operators\":["), "the log list is not JSON"},
        {"something else", strdup("{}"), "has no \"operators\""},
        {"no logs", strdup(make(0, 0, T0)), "there is no log in it"},
        {"others", strdup(make(50, 10, T0)), "all logs that were followed"},
        {"too few", strdup(make(0, 4, T0)), "more than half of the logs"},
        {"older", strdup(make(0, 10, T0 - 2)), "its timestamp went back"},
        {"no time", strdup(make(0, 10, 0)), "its timestamp is gone"},
    };

    fresh(path);
    put_text(path, make(0, 10, T0 - 1));
    start();

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void) said(CT_LINE_WARN, "");
        put_text(path, cases[i].text);
        ok(!later(MINUTE), "%s", cases[i].what);
        is_int(nlogs(), 10, "the old one stays");
        error_is(cases[i].error, "it is told");
        error_is("a newer list was refused: ", "as what");
        is_int(ctx.status.list_ms, T0 - 1, "the time is the old one's");
        is_int(ctx.status.list_checked_ms, T0, "and so is its check");
        (void) later(MINUTE);
        (void) later(MINUTE);
        error_is(cases[i].error, "and stays");
        is_int(said(CT_LINE_WARN, "log list \""), i == 1 ? 0 : 1,
               "one line for each error");
        put_text(path, make(0, 10, T0 - 1));
        if (i == 0) {
            continue; /* the next one is the same mistake */
        }
        ok(!later(MINUTE), "good again");
        error_is("", "no error");
        ctx.now_ms = T0;
        ct_lists_shift(lists, -HOUR);
        ctx.status.list_checked_ms = T0;
    }

    (void) unlink(path);
    (void) said(CT_LINE_WARN, "");
    ok(!later(MINUTE), "gone");
    error_is("the list could not be had: No such file", "it is told");
    (void) later(MINUTE);
    is_int(said(CT_LINE_WARN, "No such file"), 1, "once");
    put_text(path, make(0, 10, T0 - 1));
    ok(!later(MINUTE), "it is back");
    error_is("", "no error");
    is_int(said(CT_LINE_NOTICE, "in order again"), 1, "that is told too");

    (void) unlink(path);
    (void) mkdir(path, 0700);
    ok(!later(MINUTE), "a directory");
    error_is("it is not a file", "it is told");
    (void) rmdir(path);
    (void) mkfifo(path, 0600);
    ok(!later(MINUTE), "a pipe");
    error_is("it is not a file", "and nobody waits for it");
    (void) unlink(path);
    is_int(nlogs(), 10, "the old one is still there");
    end();

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        free((void *) (uintptr_t) cases[i].text);
    }
}


static void
test_copy(void)
{
    char       *good, other[128];
    struct stat st;

    good = strdup(make(0, 10, T0));
    fresh(path);
    put_text(path, good);
    start();
    copy_is(good, "the copy has its bytes");
    ok(stat(copy, &st) == 0 && (st.st_mode & 0777) == 0600, "mode 600");
    is_int(st.st_mtime, T0 / 1000, "and the time of the check");
    end();

    put_text(path, "<html>");
    start();
    is_int(nlogs(), 10, "a broken file: the copy is there");
    error_is("a newer list was refused: the log list is not JSON", "told");
    copy_is(good, "and stays");
    end();

    put_text(path, make(0, 3, T0 + 1));
    start();
    is_int(nlogs(), 10, "a shrunk file at a restart");
    error_is("a newer list was refused: more than half", "is refused too");
    end();

    put_text(copy, "{\"operators\":[");
    start();
    is_int(said(CT_LINE_WARN, "is ignored: the log list is not JSON"), 1,
           "a damaged copy");
    is_int(nlogs(), 3, "the file is taken");
    end();

    snprintf(other, sizeof(other), "%s.other", path);
    put_text(other, make(90, 2, 0));
    config.list = other;
    start();
    is_int(nlogs(), 2, "another source is not held against this copy");
    copy_is(make(90, 2, 0), "and has it from now on");
    end();
    (void) unlink(other);

    fresh(path);
    config.state = NULL;
    put_text(path, good);
    start();
    is_int(nlogs(), 10, "without a state");
    copy_is("(absent)", "nothing is kept");
    end();

    fresh(path);
    config.state = "/proc/no/state";
    start();
    is_int(nlogs(), 10, "where nothing can be written");
    is_int(said(CT_LINE_WARN, "could not be kept as \"/proc/no/state.list"),
           1, "it is told");
    error_is("", "and is no error of the list");
    end();
    free(good);
}


/* What the master has read, when the worker cannot. */
static void
test_configuration(void)
{
    char         why[CT_LIMIT_ERROR];
    const char  *text;
    ct_arena_t  *arena;
    ct_loglist_t read;

    arena = ct_arena_create(1 << 20);
    text = make(0, 7, T0);
    is_int(ct_loglist_read(ct_bytes_str(text), arena, &read, why), CT_OK,
           "read by the master");

    fresh(path);
    config.list_read = &read;
    put_text(path, "garbage");
    start();
    is_int(nlogs(), 7, "the file has changed since: what was read counts");
    error_is("the log list is not JSON", "but it is told");
    put_text(path, make(0, 8, T0));
    ok(later(MINUTE), "repaired");
    is_int(nlogs(), 8, "is taken");
    error_is("", "no error");
    end();

    fresh(path);
    config.list_read = &read;
    put_text(path, make(0, 7, T0));
    if (getuid() == 0) {
        skip("root reads everything");
    } else {
        (void) chmod(path, 0);
        start();
        is_int(nlogs(), 7, "a file that may not be read");
        error_is("", "is no error");
        end();
        (void) unlink(path);
    }

    fresh(path);
    (void) unlink(path);
    config.list_read = &read;
    start();
    is_int(nlogs(), 7, "a file that is gone");
    error_is("No such file", "it is told");
    is_int(ctx.status.list_checked_ms, T0, "it was good when it was read");
    end();
    ct_arena_destroy(arena);
}


int
main(void)
{
    lists_setup();
    test_none();
    test_path();
    test_refused();
    test_copy();
    test_configuration();
    lists_teardown();

    return done_testing();
}
