/* ct_calists: what becomes the CA list in force and what does not. How it
 * is refreshed and kept is tested in ct_lists*.c. */

#include "calist.h"
#include "ct_calists.h"
#include "lists.h"

#define CA_URL "https://list.test/ca"

static ct_calists_t *calists;
static ca_cert_t     certs[5];


/* The first n of them. */
static const char *
csv_of(size_t n, const char *owner)
{
    size_t i;

    rows_start(HEAD);

    for (i = 0; i < n; i++) {
        row_of(&certs[i], owner, "", "Root");
    }

    rows[row_buf.len] = '\0';

    return rows;
}


static bool
turn(int64_t ms)
{
    bool changed;

    ctx.now_ms += ms;
    (void) ct_calists_turn(calists, &changed);

    return changed;
}


static void
begin(const char *place)
{
    fresh(NULL);
    config.calist = place;
    snprintf(copy, sizeof(copy), "%s.calist", state);
    ctx.lines->head = ctx.lines->tail = 0;
    calists = ct_calists_create(&ctx);
    ok(calists != NULL, "created");
}


static void
finish(void)
{
    char from[160];

    ct_calists_destroy(calists);
    ok(ctx.calist == NULL, "none is in force any more");
    snprintf(from, sizeof(from), "%s.from", copy);
    (void) unlink(copy);
    (void) unlink(from);
}


static void
refused_is(const char *want)
{
    ok(strstr(ctx.status.calist_error, want) != NULL, "told: %s",
       ctx.status.calist_error);
}


static void
test_none(void)
{
    bool changed;

    begin(NULL);
    ok(ctx.calist == NULL && ctx.status.calist[0] == '\0', "there is none");
    is_int(ct_calists_turn(calists, &changed), INT64_MAX, "nor will be");
    ct_calists_shift(calists, HOUR);
    finish();
}


static void
test_path(void)
{
    char from[200];

    put_text(path, csv_of(4, "A"));
    begin(path);
    ok(ctx.calist != NULL, "a file is read at once");
    owner_is(ctx.calist, &certs[3], "A", "it is in force");
    is_int(ctx.status.calist_rows, 4, "so many");
    is_int(ctx.status.calist_checked_ms, T0, "good now");
    snprintf(from, sizeof(from), "4 certificates of 1 owner, from %s", path);
    is_str(ctx.status.calist, from, "the page says so");
    copy_is(csv_of(4, "A"), "it is kept");
    key_is(ctx.calist, &certs[0], "A", "an anchor has taught its key");
    key_is(ctx.calist, &certs[1], "(none)", "others have not");
    is_int(said(CT_LINE_NOTICE, "CA list: 4 certificates"), 1, "one line");

    ok(!turn(MINUTE), "as it was");
    put_text(path, csv_of(4, "B"));
    ok(turn(MINUTE), "changed");
    owner_is(ctx.calist, &certs[3], "B", "the new one is in force");

    put_text(path, csv_of(1, "C"));
    ok(!turn(MINUTE), "shrunk");
    refused_is("a newer list was refused: more than half of the certif");
    owner_is(ctx.calist, &certs[0], "B", "the old one stays");
    is_int(ctx.status.calist_rows, 4, "and is told");
    is_int(said(CT_LINE_WARN, "CA list \""), 1, "one line");
    put_text(path, "<html>");
    ok(!turn(MINUTE), "a page");
    refused_is("a newer list was refused: the CA list has no columns");
    (void) unlink(path);
    ok(!turn(MINUTE), "gone");
    refused_is("the list could not be had: No such file");
    copy_is(csv_of(4, "B"), "the copy is the last good one");

    ct_calists_destroy(calists);
    ctx.lines->head = ctx.lines->tail = 0;
    calists = ct_calists_create(&ctx);
    owner_is(ctx.calist, &certs[3], "B", "and is there after a restart");
    refused_is("No such file");
    put_text(path, csv_of(5, "C"));
    ok(turn(MINUTE) && ctx.status.calist_error[0] == '\0', "back");
    is_int(said(CT_LINE_NOTICE, "CA list \""), 1, "that is told");
    finish();
}


static void
test_url(void)
{
    char *good;

    good = strdup(csv_of(4, "A"));
    begin(CA_URL);
    ok(ctx.calist == NULL && !in_flight, "not before the first turn");
    ok(!turn(0) && in_flight, "it is asked for");
    is_str(asked_url, CA_URL, "there");
    is_int(asked.limit, CT_LIMIT_CA_LIST, "within bounds");
    answer(CT_OK, 200, good, strlen(good), "\"one\"");
    ok(turn(0), "here it is");
    owner_is(ctx.calist, &certs[3], "A", "in force");
    copy_is(good, "and kept");
    (void) turn(2 * DAY);
    is_str(asked_etag, "\"one\"", "later only if it has changed");
    answer(CT_OK, 304, NULL, 0, "");
    ok(!turn(0), "it has not");
    is_int(ctx.status.calist_checked_ms, ctx.now_ms, "but is good");
    ct_calists_shift(calists, HOUR);
    is_int(ctx.status.calist_checked_ms, ctx.now_ms + HOUR,
           "the clock has jumped");
    finish();
    free(good);
}


int
main(void)
{
    char       name[16];
    size_t     i, nbad;
    BIO       *bio = BIO_new(BIO_s_mem());

    for (i = 0; i < 5; i++) {
        snprintf(name, sizeof(name), "CA %zu", i);
        certs[i] = ca_root(name, name);
    }

    lists_setup();
    ctx.anchors = ct_anchors_read(ca_pem(bio, &certs[0]), &nbad);
    test_none();
    test_path();
    test_url();
    ct_anchors_free(ctx.anchors);
    lists_teardown();
    BIO_free(bio);
    ct_arena_destroy(list_arena);

    for (i = 0; i < 5; i++) {
        ca_free(&certs[i]);
    }

    return done_testing();
}
