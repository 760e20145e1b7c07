/*
 * page: what every page must be, for the tests of ct_report_page.c and
 * ct_report_rows*.c.
 */

#ifndef PAGE_H
#define PAGE_H

#include "ct_report_part.h"
#include "report.h"
#include "tap.h"

#define MAX_DEPTH 64


static inline size_t
count(const char *where, const char *what)
{
    size_t n = 0;

    for (; (where = strstr(where, what)) != NULL; where++) {
        n++;
    }

    return n;
}


static inline bool
has(const char *where, const char *what)
{
    return strstr(where, what) != NULL;
}


/* Every element is closed by its own end tag, in order. */
static inline bool
nested(const char *html)
{
    char        open[MAX_DEPTH][16], name[16];
    size_t      depth = 0, n;
    const char *end;

    static const char *const empty = " meta link path circle ";

    for (html = strchr(html, '<'); html != NULL; html = strchr(end, '<')) {
        end = strchr(html, '>');

        if (end == NULL || memchr(html + 1, '<', (size_t) (end - html - 1))) {
            return false;
        }

        if (html[1] == '!') {
            continue;
        }

        n = strcspn(html + 1 + (html[1] == '/'), " \n/>");
        snprintf(name, sizeof(name), " %.*s ", (int) n,
                 html + 1 + (html[1] == '/'));

        if (html[1] == '/') {
            if (depth == 0 || strcmp(open[--depth], name) != 0) {
                printf("# at %.60s\n", html);
                return false;
            }

        } else if (strstr(empty, name) == NULL) {
            if (depth == MAX_DEPTH) {
                return false;
            }
            memcpy(open[depth++], name, sizeof(name));
        }
    }

    return depth == 0;
}


/* default-src 'none'; style-src 'self'; form-action 'none'. */
static inline bool
allowed(const char *html)
{
    static const char *const never[] = {
        "<script", "<style", " style=", "<form", "<img", "<iframe",
        "<base", "http-equiv", "javascript:", "{{", "}}", "(null)"
    };

    size_t i;

    for (i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
        if (has(html, never[i])) {
            printf("# has %s\n", never[i]);
            return false;
        }
    }

    return count(html, "<link ") == 1 && count(html, "href=\"http") == 0
           && count(html, "src=") == 0;
}


static inline void
sound(world_t *w, const char *what)
{
    char    *html;
    size_t   unknown;
    ct_buf_t out;

    ct_buf_init(&out, w->arena, CT_LIMIT_PAGE);
    is_int(ct_report_page_check(&w->report, &out, &unknown), CT_OK,
           "%s: a page", what);
    is_int(unknown, 0, "%s: every field is known", what);

    html = ct_arena_strdup(w->arena, out.data, out.len);
    is_int(strlen(html), out.len, "%s: no NUL", what);
    ok(nested(html), "%s: elements are closed in order", what);
    ok(allowed(html), "%s: keeps the policy", what);
    is_int(count(html, "<h1>"), 1, "%s: one headline", what);
    is_int(count(html, "<main "), 1, "%s: one main", what);
}

#endif
