/*
 * ct_idn: what becomes of U-labels. The oracle is libidn2, which libcurl
 * brings along: wherever we are sure, it has to say the same; and it is to
 * be the exception that we are not.
 */

#include <dlfcn.h>

#include "ct_idn.h"
#include "ct_utf8.h"
#include "tap.h"

#define TRANSITIONAL    4 /* IDN2_TRANSITIONAL of libidn2 */
#define NONTRANSITIONAL 8

typedef int (*lookup_f)(const uint8_t *in, uint8_t **out, int flags);

static void test_labels(void);
static void test_names(void);
static void test_sound(void);
static void test_oracle(void);


int
main(void)
{
    test_labels();
    test_names();
    test_sound();
    test_oracle();

    return done_testing();
}


/* "" when it cannot be converted, with a "?" behind when it is not sure. */
static const char *
label_of(const char *utf8)
{
    bool       sure;
    size_t     n;
    uint32_t   codes[256];
    ct_bytes_t rest = ct_bytes_str(utf8);

    static char text[CT_IDN_LABEL + 2];

    for (n = 0; ct_utf8_read(&rest, &codes[n]); n++) {
    }

    n = ct_idn_label((uint8_t *) text, codes, n, &sure);
    text[n] = sure || n == 0 ? '\0' : '?';
    text[n + 1] = '\0';

    return text;
}


static void
test_labels(void)
{
    size_t i;

    static const struct {
        const char *utf8;
        const char *label;
    } rows[] = {
        {"bücher", "xn--bcher-kva"},
        {"BÜCHER", "xn--bcher-kva"},
        {"Bücher", "xn--bcher-kva"},
        {"b\u00adü\u200bcher", "xn--bcher-kva"},
        {"bu\u0308cher", ""},
        {"straße", "xn--strae-oqa?"},
        {"ΒΟΛΟΣ", "xn--nxaslbu"},
        {"βόλος", "xn--nxasmm1c?"},
        {"пример", "xn--e1afmkfd"},
        {"ПРИМЕР", "xn--e1afmkfd"},
        {"Ёлка", "xn--80atc1g"},
        {"例え", "xn--r8jz45g"},
        {"パピプ", "xn--odkgj"},
        {"한국", "xn--3e0b707e"},
        {"việt", "xn--vit-5kz"},
        {"VIỆT", "xn--vit-5kz"},
        {"ǅ", ""},
        {"ｅｘａｍｐｌｅ", "example"},
        {"ＥＸ－Ａ＿９", "ex-a_9"},
        {"x²", "x2"},
        {"plain", "plain"},
        {"PLAIN", "plain"},
        {"a b", ""},
        {"ü ", ""},
        {"*", ""},
        {"ü*", ""},
        {"☃", ""},
        {"\u00ad", ""},
        {"", ""},
        {"xn--ü", ""},
        {"ab--ü", ""},
        {"üaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "xn--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-4tf"},
        {"üaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ""},
    };

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        is_str(label_of(rows[i].utf8), rows[i].label, "\"%s\"",
               rows[i].utf8);
    }
}


static void
test_names(void)
{
    size_t   i;
    uint8_t  text[64];
    ct_buf_t buf;

    static const struct {
        const char *utf8;
        const char *name; /* NULL: cannot be converted */
    } rows[] = {
        {"www.bücher.example", "www.xn--bcher-kva.example"},
        {"Bücher.ＤＥ", "xn--bcher-kva.de"},
        {"bücher。例え．テスト｡", "xn--bcher-kva.xn--r8jz45g.xn--zckzah."},
        {"пример.рф", "xn--e1afmkfd.xn--p1ai"},
        {"straße.de", "xn--strae-oqa.de"},
        {"*.bücher.de", "*.xn--bcher-kva.de"},
        {".bücher..de", ".xn--bcher-kva..de"},
        {"b/ü", NULL},
        {"ü☃.de", NULL},
        {"b\xfc" "cher.de", NULL},
        {"ü.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         NULL},
    };

    for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ct_buf_fixed(&buf, text, sizeof(text));

        if (rows[i].name == NULL) {
            ok(!ct_idn_name(ct_bytes_str(rows[i].utf8), &buf),
               "\"%s\" cannot be converted", rows[i].utf8);

        } else if (ok(ct_idn_name(ct_bytes_str(rows[i].utf8), &buf), "\"%s\"",
                      rows[i].utf8))
        {
            is_mem(text, buf.len, rows[i].name, strlen(rows[i].name), "is %s",
                   rows[i].name);
        }
    }
}


static void
test_sound(void)
{
    size_t i;

    static const char *const good[] = {
        "xn--bcher-kva", "XN--BCHER-KVA", "xn--e1afmkfd", "xn--p1ai",
        "xn--i-7iq", /* i and a heart, which the table does not know */
        "xn--strae-oqa", "xn--4gq", "xN--foo",
    };
    static const char *const bad[] = {
        "xn--", "xn---", "xn--foo-", "xn--example-",
        "xn--12311613412431243", "xn--bcher-KV!", "xn--bcher-kv\xff",
        "xn--bcher-2pa", /* a capital U-umlaut */
        "xn--ib9b",
        "xn--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    };

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        ok(ct_idn_sound(ct_bytes_str(good[i])), "\"%s\" is sound", good[i]);
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ok(!ct_idn_sound(ct_bytes_str(bad[i])), "\"%s\" is not", bad[i]);
    }
}


/* What libidn2 makes of a prefix and one character; "": nothing. */
static const char *
oracle(lookup_f lookup, const char *prefix, uint32_t code, int flags)
{
    uint8_t     in[16], *out;
    size_t      len = strlen(prefix);

    static char text[256];

    memcpy(in, prefix, len);
    len += ct_utf8_write(in + len, code);
    memcpy(in + len, "a", 2);
    in[len + (prefix[0] == 'a')] = '\0';
    text[0] = '\0';

    if (lookup(in, &out, flags) == 0) {
        snprintf(text, sizeof(text), "%s", (char *) out);
        free(out);
    }

    return text;
}


/* Each character alone, which is how most may stand. A mark needs a letter
 * of its script before it; soft hyphens and the like, any around it. */
static void
test_oracle(void)
{
    bool        sure;
    void       *library;
    size_t      i, n, known, wrong;
    uint8_t     text[CT_IDN_LABEL + 1];
    uint32_t    code, codes[4];
    lookup_f    lookup;
    ct_bytes_t  rest;
    const char *prefix, *want;

    static const char *const prefixes[] = {"", "a", "क", "ก"};

    library = dlopen("libidn2.so.0", RTLD_NOW);
    lookup = (lookup_f) (library ? dlsym(library, "idn2_lookup_u8") : NULL);

    if (lookup == NULL) {
        skip("no libidn2");
        return;
    }

    known = 0;
    wrong = 0;

    for (code = 0x80; code < 0x30000; code++) {
        if ((code & 0xfffff800) == 0xd800) {
            continue;
        }

        for (i = 0; i < 4; i++) {
            prefix = prefixes[i];
            rest = ct_bytes_str(prefix);
            n = ct_utf8_read(&rest, &codes[0]);
            codes[n++] = code;
            codes[n] = 'a'; /* a hyphen may not be the last */
            n = ct_idn_label(text, codes, n + (i == 1), &sure);
            text[n] = '\0';
            want = oracle(lookup, prefix, code, NONTRANSITIONAL);

            if (strcmp(want, (char *) text) == 0) {
                break;
            }
        }

        known += n != 0;

        /* not known, or nothing like it: with one of the prefixes both
         * agree, or we say nothing with any */
        if (i == 4 && n != 0) {
            printf("# U+%04X is %s here, %s there\n", (unsigned) code, text,
                   want);
            wrong++;
        }

        if (i < 4 && n != 0 && sure
            && strcmp(oracle(lookup, prefix, code, TRANSITIONAL),
                      (char *) text) != 0)
        {
            printf("# U+%04X has two opinions\n", (unsigned) code);
            wrong++;
        }
    }

    is_int(wrong, 0, "where we know, libidn2 says the same");
    ok(known > 80000, "and of %zu characters we do", known);
}
