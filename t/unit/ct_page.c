/*
 * ct_page: values, sections, escaping, and that an unknown field is counted
 * wherever it stands.
 */

#include "ct_page.h"
#include "tap.h"


static void test_values(void);
static void test_sections(void);
static void test_unknown(void);
static void test_escape(void);
static void test_numbers(void);
static void test_ages(void);
static void test_rows(void);
static void test_crowd(void);
static const char *render(const ct_page_t *page, const char *template);
static void row(ct_page_t *page, const void *data);

static char     room[4096];
static ct_buf_t out;
static size_t   unknown;


int
main(void)
{
    test_values();
    test_sections();
    test_unknown();
    test_escape();
    test_numbers();
    test_ages();
    test_rows();
    test_crowd();

    return done_testing();
}


static void
start(ct_page_t *page)
{
    unknown = 0;
    ct_page_start(page, &out, &unknown);
}


static const char *
render(const ct_page_t *page, const char *template)
{
    memset(room, 0, sizeof(room));
    ct_buf_fixed(&out, room, sizeof(room) - 1);
    ct_page_render(page, ct_bytes_str(template));

    return room;
}


static void
test_values(void)
{
    ct_page_t page;

    start(&page);
    ct_page_str(&page, "a", "x<y");
    ct_page_str(&page, "aa", "z");
    ct_page_hex(&page, "h", "\x00\xff", 2);
    ct_page_ms(&page, CT_FIELD_STAMP, "s", 1795366140000LL);
    ct_page_ms(&page, CT_FIELD_DATE, "d", 1795366140000LL);
    ct_page_ms(&page, CT_FIELD_TIME, "t", 1795366140000LL);

    is_str(render(&page, ""), "", "an empty template");
    is_str(render(&page, "no field"), "no field", "text alone");
    is_str(render(&page, "{{a}}"), "x&lt;y", "a text");
    is_str(render(&page, "<{{a}}{{aa}}>"), "<x&lt;yz>", "whole names");
    is_str(render(&page, "{{h}}"), "00ff", "hex");
    is_str(render(&page, "{{s}} {{d}} {{t}}"),
           "2026-11-22T16:49:00Z 2026-11-22 2026-11-22 16:49 UTC", "times");
    is_str(render(&page, "{ {a} }"), "{ {a} }", "single braces are text");
    is_int(unknown, 0, "nothing was unknown");
}


static void
test_sections(void)
{
    ct_page_t page;

    start(&page);
    ct_page_str(&page, "a", "1");
    ct_page_str(&page, "b", "");
    ct_page_number(&page, "n", 0);
    ct_page_number(&page, "m", 7);
    ct_page_ms(&page, CT_FIELD_STAMP, "never", 0);

    is_str(render(&page, "[{{#a}}y{{/a}}{{^a}}n{{/a}}]"), "[y]", "a text");
    is_str(render(&page, "[{{#b}}y{{/b}}{{^b}}n{{/b}}]"), "[n]", "no text");
    is_str(render(&page, "[{{#n}}y{{/n}}{{#m}}{{m}}{{/m}}]"), "[7]",
           "numbers");
    is_str(render(&page, "[{{^never}}never{{/never}}]"), "[never]", "a time");
    is_str(render(&page, "{{#a}}1{{#b}}2{{/b}}{{#m}}3{{/m}}{{/a}}4"), "134",
           "sections in sections");
    is_str(render(&page, "{{#b}}1{{#a}}2{{/a}}3{{/b}}4"), "4",
           "an inner section does not end the outer one");
    is_int(unknown, 0, "nothing was unknown");

    (void) render(&page, "{{#a}}never closed");
    is_int(unknown, 1, "an open section is counted");
}


static void
test_unknown(void)
{
    ct_page_t page;

    start(&page);
    ct_page_str(&page, "b", "");

    (void) render(&page, "[{{nobody}}]");
    is_str(room, "[]", "renders nothing");
    is_int(unknown, 1, "and is counted");

    start(&page);
    ct_page_str(&page, "b", "");
    (void) render(&page, "{{#b}}{{nobody}}{{/b}}");
    is_int(unknown, 1, "in a section that is skipped too");

    start(&page);
    (void) render(&page, "{{#nobody}}x{{/nobody}}");
    is_int(unknown, 1, "as a section");
    is_str(room, "", "which is skipped");
}


static void
test_escape(void)
{
    size_t i;

    static const struct {
        const char *in;
        const char *want;
        const char *desc;
    } cases[] = {
        {"<b a=\"1\" c='2'>&amp;",
         "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;", "markup"},
        {"b\xc3\xbc" "cher \xe2\x82\xac \xf0\x9f\x98\x80",
         "b\xc3\xbc" "cher \xe2\x82\xac \xf0\x9f\x98\x80", "UTF-8"},
        {"a\x80z", "a\xef\xbf\xbdz", "a stray byte"},
        {"a\xe2\x82<", "a\xef\xbf\xbd\xef\xbf\xbd&lt;",
         "a character cut short does not eat the next"},
        {"\xc0\xbc", "\xef\xbf\xbd\xef\xbf\xbd", "an overlong <"},
        {"a\tb\r\nc\x7f", "a\xef\xbf\xbd" "b\xef\xbf\xbd\xef\xbf\xbd" "c"
         "\xef\xbf\xbd", "controls"},
        {"\xe2\x80\xae" "moc", "\xef\xbf\xbdmoc", "right-to-left override"},
        {"a\xe2\x80\x8b" "b", "a\xef\xbf\xbd" "b", "zero width"},
        {"\xc2\x85", "\xef\xbf\xbd", "a C1 control"},
        {"\xef\xbb\xbf", "\xef\xbf\xbd", "a byte order mark"},
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        memset(room, 0, sizeof(room));
        ct_buf_fixed(&out, room, sizeof(room) - 1);
        ct_page_escape(&out, ct_bytes_str(cases[i].in));
        is_str(room, cases[i].want, "%s", cases[i].desc);
    }
}


static void
test_numbers(void)
{
    size_t    i;
    ct_page_t page;

    static const struct {
        uint64_t    n;
        const char *want;
    } cases[] = {
        {0, "0"}, {999, "999"}, {1000, "1,000"}, {12345, "12,345"},
        {123456, "123,456"}, {1234567, "1,234,567"},
        {UINT64_MAX, "18,446,744,073,709,551,615"},
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        start(&page);
        ct_page_number(&page, "n", cases[i].n);
        is_str(render(&page, "{{n}}"), cases[i].want, "%s", cases[i].want);
    }
}


static void
test_ages(void)
{
    size_t    i;
    ct_page_t page;

    static const struct {
        int64_t     ms;
        const char *want;
    } cases[] = {
        {-5000, "0 s"}, {0, "0 s"}, {1999, "1 s"}, {119999, "119 s"},
        {120000, "2 min"}, {7199999, "119 min"}, {7200000, "2 h"},
        {172799999, "47 h"}, {172800000, "2 days"},
        {INT64_MAX, "106,751,991,167 days"},
    };

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        start(&page);
        ct_page_ms(&page, CT_FIELD_AGE, "age", cases[i].ms);
        is_str(render(&page, "{{age}}"), cases[i].want, "%s",
               cases[i].want);
    }
}


static void
row(ct_page_t *page, const void *data)
{
    const char *p;

    for (p = data; *p != '\0'; p++) {
        ct_page_row(page, page);
        ct_page_text(page, "c", ct_bytes(p, 1));
        ct_page_render(page, CT_BYTES("<i>{{c}}</i>{{a}}"));
    }
}


static void
test_rows(void)
{
    ct_page_t page;

    start(&page);
    ct_page_str(&page, "a", "outer");
    ct_page_rows(&page, "rows", row, "x<");
    (void) render(&page, "({{rows}})");
    is_str(room, "(<i>x</i><i>&lt;</i>)",
           "rows write through, their values do not");
    is_int(unknown, 2, "fields are not inherited, and counted in rows");
}


static void
test_crowd(void)
{
    size_t    i;
    ct_page_t page;
    char      names[CT_PAGE_FIELDS + 1][8];

    start(&page);

    for (i = 0; i <= CT_PAGE_FIELDS; i++) {
        snprintf(names[i], sizeof(names[i]), "f%u", (unsigned) i);
        ct_page_str(&page, names[i], "x");
    }

    is_int(page.nfields, CT_PAGE_FIELDS, "fields are bounded");
    snprintf(names[0], sizeof(names[0]), "{{f%u}}", CT_PAGE_FIELDS - 1);
    (void) render(&page, names[0]);
    is_int(unknown, 1, "the one that was lost is missed");
}
