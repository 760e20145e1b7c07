/* ct_lists_place: lists behind URLs, when they are asked for again, and
 * signatures in both places. */

#include "ct_coverage.h"
#include "lists.h"

#include <openssl/evp.h>
#include <openssl/pem.h>


static void
test_fetch(const char *good)
{
    int     i;
    int64_t due;
    bool    changed;

    fresh(URL);
    start();
    ok(!in_flight && nlogs() == 0, "nothing is fetched before the first turn");
    ok(!ctx.status.list_stale, "nothing is stale before it was tried");
    ok(!later(0) && in_flight, "it is fetched at once");
    is_str(asked_url, URL, "from here");
    is_str(asked_etag, "", "unconditionally");
    is_int(asked.limit, CT_LIMIT_LOG_LIST, "within bounds");
    ok(!later(MINUTE), "and waited for");

    answer(CT_E_STATUS, 503, "", 0, "");
    ok(!later(0), "an error");
    error_is("the list could not be had: HTTP status 503", "it is told");
    ok(ctx.status.list_stale, "no list was ever had");
    due = ct_lists_turn(lists, &changed) - ctx.now_ms;
    ok(due >= MINUTE * 9 / 10 && due <= MINUTE * 11 / 10, "in a minute");
    is_int(said(CT_LINE_WARN, "503"), 1, "one line");
    (void) later(due);
    answer(CT_E_STATUS, 503, "", 0, "");
    (void) later(0);
    due = ct_lists_turn(lists, &changed) - ctx.now_ms;
    ok(due >= MINUTE * 18 / 10 && due <= MINUTE * 22 / 10, "in two");
    is_int(said(CT_LINE_WARN, "503"), 0, "not told again");
    for (i = 0; i < 10 && due < HOUR * 8 / 10; i++) {
        (void) later(due);
        answer(CT_E_STATUS, 503, "", 0, "");
        (void) later(0);
        due = ct_lists_turn(lists, &changed) - ctx.now_ms;
    }
    ok(i < 10 && due <= HOUR * 11 / 10, "at most in an hour");
    (void) later(due);

    answer(CT_OK, 200, good, strlen(good), "\"one\"");
    ok(later(0) && nlogs() == 10, "here it is");
    error_is("", "no error");
    ok(!ctx.status.list_stale, "not stale");
    copy_is(good, "kept");
    due = ct_lists_turn(lists, &changed) - ctx.now_ms;
    ok(due >= DAY * 9 / 10 && due <= DAY * 11 / 10, "again in a day");
    (void) later(due);
}


/* With the list of test_fetch in force, a day later. */
static void
test_again(void)
{
    int64_t due;
    bool    changed;

    ok(in_flight, "a day later");
    is_str(asked_etag, "\"one\"", "only if it has changed");
    answer(CT_OK, 304, NULL, 0, "");
    ok(!later(0), "it has not");
    is_int(ctx.status.list_checked_ms, ctx.now_ms, "but was checked");
    due = ct_lists_turn(lists, &changed) - ctx.now_ms;
    ok(due >= DAY * 9 / 10, "again in a day");

    (void) later(due);
    answer(CT_OK, 200, "<html>", 6, "\"bad\"");
    ok(!later(0) && nlogs() == 10, "garbage");
    error_is("a newer list was refused: the log list is not JSON", "told");
    due = ct_lists_turn(lists, &changed) - ctx.now_ms;
    ok(due < 2 * MINUTE, "and tried again soon");
    (void) later(due);
    is_str(asked_etag, "\"one\"", "with the tag of the list in force");
    answer(CT_OK, 304, NULL, 0, "");
    (void) later(0);
    error_is("", "which it is again");

    (void) later(DAY * 2);
    start_rc = CT_E_LIMIT;
    answer(CT_E_NETWORK, 0, NULL, 0, "");
    (void) later(0);
    due = ct_lists_turn(lists, &changed) - ctx.now_ms;
    (void) later(due);
    due = ct_lists_turn(lists, &changed) - ctx.now_ms;
    ok(due > 0 && due <= 1000, "no room for a request: in a second");
    start_rc = CT_OK;
    ok(!later(due) && in_flight, "then");
    end();
}


/* With the copy of test_fetch. */
static void
test_restart(const char *good)
{
    ctx.now_ms = T0 + 10 * DAY;
    start();
    is_int(nlogs(), 10, "the copy at a restart");
    error_is("", "no error");
    is_int(ctx.status.list_ms, T0 - DAY, "its time");
    ok(ctx.status.list_checked_ms > 0
       && ctx.status.list_checked_ms < ctx.now_ms - 5 * DAY, "and check");
    (void) later(0);
    ok(in_flight, "it is old, so it is asked for");
    is_str(asked_etag, "\"one\"", "by its tag");
    answer(CT_E_NETWORK, 0, NULL, 0, "");
    ok(!later(0) && nlogs() == 10, "the server is gone, the copy stays");
    ok(!ctx.status.list_stale, "not stale yet");
    (void) later(80 * DAY);
    answer(CT_E_NETWORK, 0, NULL, 0, "");
    (void) later(0);
    ok(ctx.status.list_stale, "stale in the end");
    (void) later(2 * HOUR);
    answer(CT_OK, 200, good, strlen(good), "\"two\"");
    ok(!later(0), "the same list again is none that has changed");
    end();

    start();
    (void) later(0);
    ok(!in_flight, "a new copy is not fetched at once");
    end();

    /* a clock that went back */
    ctx.now_ms = T0;
    start();
    is_int(nlogs(), 10, "a copy of the future");
    is_int(ctx.status.list_checked_ms, 0, "was never checked");
    (void) later(0);
    ok(in_flight, "and is fetched");
    end();
}


static void
test_stale(void)
{
    char *list;

    fresh(URL);
    list = strdup(make(0, 10, 0));
    start();
    (void) later(0);
    answer(CT_OK, 200, list, strlen(list), "");
    (void) later(0);
    is_int(ctx.status.list_ms, 0, "a list that does not say its time");

    ctx.now_ms += (CT_COVERAGE_LIST_DAYS - 1) * DAY;
    ct_lists_shift(lists, (CT_COVERAGE_LIST_DAYS - 1) * DAY);
    (void) later(0);
    ok(!ctx.status.list_stale && !in_flight, "a clock that jumps is no age");
    (void) later((CT_COVERAGE_LIST_DAYS - 1) * DAY);
    ok(!ctx.status.list_stale, "69 days without a check");
    (void) later(2 * DAY);
    ok(ctx.status.list_stale, "71 days");
    answer(CT_OK, 200, list, strlen(list), "");
    (void) later(0);
    ok(!ctx.status.list_stale, "checked");
    end();
    free(list);
}


static EVP_PKEY *
make_key(char *pem, size_t room)
{
    BIO      *bio;
    int       n;
    EVP_PKEY *key;

    key = EVP_RSA_gen(2048);
    bio = BIO_new(BIO_s_mem());
    (void) PEM_write_bio_PUBKEY(bio, key);
    n = BIO_read(bio, pem, (int) room - 1);
    pem[n] = '\0';
    BIO_free(bio);

    return key;
}


static size_t
sign(EVP_PKEY *key, const char *text, uint8_t out[512])
{
    size_t      len;
    EVP_MD_CTX *md;

    len = 512;
    md = EVP_MD_CTX_new();
    (void) EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, key);
    (void) EVP_DigestSign(md, out, &len, (const uint8_t *) text,
                          strlen(text));
    EVP_MD_CTX_free(md);

    return len;
}


static void
test_signed_path(EVP_PKEY *key, const char *pem)
{
    char   *good, *next, copy_sig[160];
    size_t  len;
    uint8_t sig[512];

    good = strdup(make(0, 10, T0));
    next = strdup(make(0, 11, T0 + 1));
    fresh(path);
    config.list_sig = sig_path;
    config.list_key = ct_bytes_str(pem);
    put_text(path, good);
    len = sign(key, good, sig);
    put(sig_path, sig, len);
    start();
    is_int(nlogs(), 10, "a signed list");
    error_is("", "no error");
    end();

    snprintf(copy_sig, sizeof(copy_sig), "%s.sig", copy);
    (void) unlink(path);
    start();
    is_int(nlogs(), 10, "and its copy");
    end();
    sig[7] ^= 1;
    put(copy_sig, sig, len);
    start();
    is_int(nlogs(), 0, "not with another signature");
    is_int(said(CT_LINE_WARN, "is ignored"), 1, "it is told");
    end();
    (void) unlink(copy_sig);
    start();
    is_int(nlogs(), 0, "not without one");
    sig[7] ^= 1;

    put_text(path, good);
    (void) later(MINUTE);
    is_int(nlogs(), 10, "the file is back");
    ct_lists_release(lists);

    put_text(path, next);
    ok(!later(MINUTE) && nlogs() == 10, "replaced, but not its signature");
    error_is("", "nothing is said yet");
    len = sign(key, next, sig);
    put(sig_path, sig, len);
    ok(later(20000) && nlogs() == 11, "that was in between");
    error_is("", "no error");
    ct_lists_release(lists);

    put_text(path, good);
    (void) later(MINUTE);
    error_is("", "once");
    ok(!later(20000) && nlogs() == 11, "twice");
    error_is("a newer list was refused: its signature does not verify",
             "it is told");
    (void) unlink(sig_path);
    (void) later(MINUTE);
    error_is("signature could not be had: No such file", "no signature");
    put(sig_path, sig, len);
    put_text(path, next);
    ok(!later(MINUTE), "as it was");
    error_is("", "no error");
    end();
    free(good);
    free(next);
}


static void
test_signed_url(EVP_PKEY *key, const char *pem)
{
    char     *good, other[2048];
    size_t    len;
    uint8_t   sig[512];
    EVP_PKEY *another;

    good = strdup(make(0, 10, T0));
    len = sign(key, good, sig);
    fresh(URL);
    config.list_sig = "https://list.test/log_list.sig";
    config.list_key = ct_bytes_str(pem);
    start();
    (void) later(0);
    answer(CT_OK, 200, good, strlen(good), "\"one\"");
    ok(!later(0) && in_flight && nlogs() == 0, "the list alone is nothing");
    is_str(asked_url, "https://list.test/log_list.sig", "its signature");
    is_str(asked_etag, "", "whole");
    ok(asked.limit < 100000, "and small");
    answer(CT_OK, 200, sig, len, "\"sig\"");
    ok(later(0) && nlogs() == 10, "both");
    (void) later(2 * DAY);
    is_str(asked_etag, "\"one\"", "the list's tag");
    answer(CT_OK, 304, NULL, 0, "");
    ok(!later(0) && !in_flight, "unchanged needs no signature");

    (void) later(2 * DAY);
    answer(CT_OK, 200, good, strlen(good) - 1, "");
    (void) later(0);
    answer(CT_OK, 200, sig, len, "");
    ok(!later(0) && !in_flight, "does not verify");
    error_is("", "once");
    (void) later(10000);
    ok(in_flight, "tried again soon");
    answer(CT_OK, 200, good, strlen(good) - 1, "");
    (void) later(0);
    answer(CT_OK, 200, sig, len, "");
    (void) later(0);
    error_is("its signature does not verify", "twice");

    (void) later(HOUR);
    answer(CT_OK, 200, good, strlen(good), "");
    (void) later(0);
    answer(CT_E_STATUS, 404, NULL, 0, "");
    (void) later(0);
    error_is("the list's signature could not be had: HTTP status 404",
             "no signature");
    is_int(nlogs(), 10, "the old one stays");
    end();

    another = make_key(other, sizeof(other));
    config.list_key = ct_bytes_str(other);
    start();
    is_int(nlogs(), 0, "another key: the copy is none of it");
    (void) later(0);
    is_str(asked_etag, "", "so all of it is wanted");
    end();
    EVP_PKEY_free(another);
    free(good);
}


int
main(void)
{
    char      pem[2048], *good;
    EVP_PKEY *key;

    lists_setup();
    good = strdup(make(0, 10, T0 - DAY));
    test_fetch(good);
    test_again();
    test_restart(good);
    free(good);
    test_stale();
    key = make_key(pem, sizeof(pem));
    test_signed_path(key, pem);
    test_signed_url(key, pem);
    EVP_PKEY_free(key);
    lists_teardown();

    return done_testing();
}
