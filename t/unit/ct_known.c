/* ct_known: which files are read, when, and what becomes of them. */

#include "chain.h"
#include "ct_known.h"

#include <sys/stat.h>
#include <utime.h>

#define T0     1790000000000LL
#define MINUTE 60000LL

static void test_glob(void);
static void test_path(void);
static void test_order(void);
static void test_bad(void);
static void test_rights(void);
static void test_many(void);
static void test_none(void);

static ct_context_t ctx;
static ct_config_t  config;
static ct_known_t  *known;
static ca_cert_t    other;
static char         dir[64], path[8][128];
static const char  *given[8];


int
main(void)
{
    world_make();
    other = ca_leaf(&root, "DNS:other.example");
    snprintf(dir, sizeof(dir), "/tmp/ct-known-XXXXXX");
    ca_need(mkdtemp(dir) != NULL, "a directory");
    ctx.config = &config;
    ctx.lines = calloc(1, sizeof(ct_lines_t));
    (void) ct_lines_init(ctx.lines);

    test_glob();
    test_path();
    test_order();
    test_bad();
    test_rights();
    test_many();
    test_none();

    is_int(rmdir(dir), 0, "nothing is left behind");
    ct_lines_close(ctx.lines);
    free(ctx.lines);
    ca_free(&other);
    world_free();

    return done_testing();
}


static const char *
at(size_t i, const char *name)
{
    snprintf(path[i], sizeof(path[i]), "%s/%s", dir, name);

    return path[i];
}


/* Never with the time that it had before. */
static void
put(const char *file, const void *data, size_t len)
{
    static int times;

    FILE          *f = fopen(file, "w");
    struct utimbuf when;

    ca_need(f != NULL && fwrite(data, 1, len, f) == len && fclose(f) == 0,
            file);
    when.actime = when.modtime = 1700000000 + times++;
    (void) utime(file, &when);
}


static void
put_pem(const char *file, const ca_cert_t *a, const ca_cert_t *b)
{
    BIO       *bio = BIO_new(BIO_s_mem());
    ct_bytes_t pem = ca_pem(bio, a);

    if (b != NULL) {
        pem = ca_pem(bio, b);
    }

    put(file, pem.data, pem.len);
    BIO_free(bio);
}


static void
start(size_t n)
{
    ctx.now_ms = T0;
    config.known = given;
    config.nknown = n;
    config.interval_ms = MINUTE;
    known = ct_known_create(&ctx);
    ok(known != NULL, "created");
}


/* An interval later: is there another list? */
static bool
later(void)
{
    bool changed;

    ctx.now_ms += MINUTE;
    (void) ct_known_turn(known, &changed);

    return changed;
}


static size_t
count(void)
{
    size_t n;

    (void) ct_known_list(known, &n);

    return n;
}


static const ct_served_t *
nth(size_t i)
{
    size_t             n;
    const ct_served_t *list = ct_known_list(known, &n);

    return &list[i];
}


/* Lines of this level with this text in them, and none are left. */
static size_t
said(ct_level_e level, const char *text)
{
    size_t    n;
    ct_line_t line;

    for (n = 0; ct_lines_next(ctx.lines, &line);) {
        n += line.level == level && strstr(line.text, text) != NULL;
    }

    return n;
}


static void
end(void)
{
    ct_known_destroy(known);
    (void) said(CT_LINE_INFO, "");
}


static void
test_glob(void)
{
    bool changed;

    put_pem(at(0, "a.pem"), &leaf, &inter);
    given[0] = at(1, "*.pem");
    start(1);
    is_int(count(), 1, "what is there is known from the start");
    ok(ct_bytes_equal(nth(0)->der, leaf.der), "the first is the certificate");
    ok(nth(0)->nchain == 1 && ct_bytes_equal(nth(0)->chain[0], inter.der),
       "the rest its chain");
    is_int(nth(0)->origin, CT_ORIGIN_KNOWN, "where it is from");
    is_str(nth(0)->file, path[0], "its file");
    is_int(said(CT_LINE_INFO, "1 certificate is known"), 1, "and it is said");

    put_pem(at(2, "b.pem"), &other, NULL);
    is_int(ct_known_turn(known, &changed), T0 + MINUTE, "not looked at yet");
    ok(!changed, "within the interval");
    ok(later() && count() == 2, "a new file");
    ok(ct_bytes_equal(nth(1)->der, other.der), "is read");
    ok(!later(), "nothing new");

    put_pem(path[2], &other, NULL);
    ok(!later(), "written again, and the same");
    put_pem(path[2], &other, &root);
    ok(later() && nth(1)->nchain == 1, "with another chain");
    ct_known_release(known);

    (void) unlink(path[0]);
    ok(later() && count() == 1, "one that is not there any more");
    ok(ct_bytes_equal(nth(0)->der, other.der), "the other one is");
    ct_known_release(known);
    (void) unlink(path[2]);
    (void) said(CT_LINE_INFO, "");
    ok(later() && count() == 0, "none");
    is_int(said(CT_LINE_WARN, "*.pem\" matches no file"), 1, "is told");
    ok(!later() && said(CT_LINE_WARN, "matches") == 0, "once");
    put(path[0], leaf.der.data, leaf.der.len);
    ok(later() && count() == 1, "DER does as well");
    is_int(said(CT_LINE_NOTICE, "matches files again"), 1, "that too");
    (void) unlink(path[0]);
    end();
}


static void
test_path(void)
{
    given[0] = at(0, "one.pem");
    start(1);
    is_int(count(), 0, "not there");
    is_int(said(CT_LINE_WARN, "one.pem\" cannot be read: No such file"), 1,
           "it is told");
    ok(!later() && said(CT_LINE_WARN, "") == 0, "once");

    put_pem(path[0], &leaf, NULL);
    ok(later() && count() == 1, "there it is");
    is_int(said(CT_LINE_NOTICE, "is in order again"), 1, "that is told");

    put_pem(at(1, "new"), &other, NULL);
    (void) rename(path[1], path[0]);
    ok(later() && ct_bytes_equal(nth(0)->der, other.der), "replaced");
    ct_known_shift(known, MINUTE);
    ok(!later(), "a clock that jumps");

    (void) unlink(path[0]);
    ok(later() && count() == 0, "gone");
    is_int(said(CT_LINE_WARN, "No such file"), 1, "told again");
    end();
}


/* As links of certbot: what they lead to is looked at. */
static void
test_order(void)
{
    put_pem(at(0, "1.pem"), &leaf, NULL);
    put_pem(at(1, "2.pem"), &other, NULL);
    ca_need(symlink("1.pem", at(2, "z.pem")) == 0, "a link");
    given[0] = path[2];
    given[1] = at(3, "[1-9].pem");
    given[2] = path[1];
    start(3);
    is_int(count(), 3, "each path once");
    is_str(nth(2)->file, path[2], "in order");
    ok(ct_bytes_equal(nth(2)->der, leaf.der), "what a link leads to");

    (void) unlink(path[2]);
    ca_need(symlink("2.pem", path[2]) == 0, "a link");
    ok(later() && ct_bytes_equal(nth(2)->der, other.der), "or now does");

    (void) unlink(path[2]);
    (void) unlink(path[1]);
    (void) unlink(path[0]);
    ok(later() && count() == 0, "all of them are gone");
    end();
}


static void
test_bad(void)
{
    void *large = calloc(1, CT_LIMIT_KNOWN_FILE + 1);

    put(at(0, "bad.pem"), "nothing", 7);
    given[0] = path[0];
    given[1] = dir;
    start(2);
    is_int(count(), 0, "not a certificate");
    is_int(said(CT_LINE_WARN, "cannot be read: "), 2, "a line for each");
    ok(!later() && said(CT_LINE_WARN, "") == 0, "once");
    put(path[0], "neither", 7);
    ok(!later() && said(CT_LINE_WARN, "") == 0, "nor for the same again");
    put(path[0], large, CT_LIMIT_KNOWN_FILE + 1);
    ok(!later(), "too large");
    is_int(said(CT_LINE_WARN, "it is larger than 256 KB"), 1, "is another");

    put_pem(path[0], &leaf, NULL);
    ok(later() && count() == 1, "a good one");
    put(path[0], "half", 4);
    ok(!later() && count() == 1, "stays when it is being written");
    is_int(said(CT_LINE_WARN, "no good certificate in it"), 1, "told");
    (void) unlink(path[0]);
    end();
    free(large);
}


/* Root may read anything: it becomes somebody else meanwhile. */
static bool
humble(bool yes)
{
    static bool is_root;

    if (yes) {
        is_root = geteuid() == 0;
    }

    return !is_root || seteuid(yes ? 65534 : 0) == 0;
}


static bool
later_humbly(void)
{
    bool changed;

    ca_need(humble(true), "rights to give up");
    changed = later();
    ca_need(humble(false), "rights");

    return changed;
}


static void
test_rights(void)
{
    put_pem(at(0, "secret.pem"), &leaf, NULL);
    (void) chmod(dir, 0);
    given[0] = path[0];
    given[1] = at(1, "*.pem");

    ca_need(humble(true), "rights to give up");
    start(2);
    ca_need(humble(false), "rights");
    is_int(count(), 0, "a folder that cannot be looked into");
    is_int(said(CT_LINE_WARN, "Permission denied; the user of nginx's workers"
                              " reads it, so chmod 0755"), 2,
           "what is wanted is told, of both");
    ok(!later_humbly() && said(CT_LINE_WARN, "") == 0, "once");
    (void) chmod(dir, 0755);
    ok(later_humbly() && count() == 1, "known once it may be read");

    put_pem(path[0], &other, NULL);
    (void) chmod(path[0], 0);
    ok(!later_humbly() && ct_bytes_equal(nth(0)->der, leaf.der),
       "what was known stays");
    is_int(said(CT_LINE_WARN, "Permission denied"), 1, "told again");
    (void) chmod(path[0], 0644);
    ok(later_humbly() && ct_bytes_equal(nth(0)->der, other.der),
       "rights do not show in the time of a file");
    (void) unlink(path[0]);
    end();
}


static void
test_many(void)
{
    size_t i;
    char   name[32];

    for (i = 0; i < CT_LIMIT_KNOWN + 2; i++) {
        snprintf(name, sizeof(name), "%05zu.der", i);
        put(at(0, name), leaf.der.data, leaf.der.len);
    }

    given[0] = at(1, "*.der");
    start(1);
    is_int(count(), CT_LIMIT_KNOWN, "as many as there may be");
    is_int(said(CT_LINE_WARN, "matches more than 4096 files, those behind"),
           1, "the rest is told of");
    ok(!later() && said(CT_LINE_WARN, "") == 0, "once");
    end();

    for (i = 0; i < CT_LIMIT_KNOWN + 2; i++) {
        snprintf(name, sizeof(name), "%05zu.der", i);
        (void) unlink(at(0, name));
    }
}


static void
test_none(void)
{
    bool changed;

    start(0);
    is_int(ct_known_turn(known, &changed), INT64_MAX, "there is none");
    ok(!changed && count() == 0, "nor will be");
    end();
    ct_known_destroy(NULL);
}
