/* Fuzz target: a CA list. Whatever is let through is text for people and can
 * be found again. */

#include "ct_calist_part.h"
#include "ct_utf8.h"

#include <stdlib.h>
#include <string.h>

#define CHECK(cond) ((cond) ? (void) 0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
check_text(const char *text, size_t room)
{
    uint32_t   code;
    ct_bytes_t in = ct_bytes_str(text);

    CHECK(in.len > 0 && in.len < room);
    CHECK(text[0] != ' ' && text[in.len - 1] != ' ');
    CHECK(strstr(text, "  ") == NULL);

    while (in.len > 0) {
        CHECK(ct_utf8_read(&in, &code));
        CHECK(code >= ' ' && (code < 0x7f || code >= 0xa0));
    }
}


static void
check_list(const ct_calist_t *list)
{
    size_t                   i, n;
    const ct_calist_claim_t *claim;

    CHECK(list->ncertificates > 0 && list->ncertificates <= list->nclaims);
    CHECK(list->nowners > 0 && list->nowners <= CT_LIMIT_CA_OWNERS);

    for (i = 1; i <= list->nowners; i++) {
        check_text(list->owners[i].name, CT_LIMIT_TEXT);
        CHECK(ct_calist_report(list, list->owners[i].name)
              == list->owners[i].report);

        if (list->owners[i].report != NULL) {
            check_text(list->owners[i].report, CT_LIMIT_REPORT);
        }
    }

    for (i = n = 0; i <= list->mask; i++) {
        claim = &list->claims[i];
        CHECK(claim->owner <= list->nowners);

        if (claim->owner != 0) {
            n++;
            CHECK(ct_calist_find(list, claim->hash) == claim);
            CHECK((ct_calist_owner(list, claim->hash) == NULL)
                  == claim->disputed);
        }
    }

    CHECK(n == list->nclaims && 2 * n <= list->mask + 1);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char         why[CT_LIMIT_ERROR] = "";
    ct_rc_t      rc;
    ct_arena_t  *arena = ct_arena_create(8 << 20);
    ct_calist_t *list = NULL;

    rc = ct_calist_read(ct_bytes(data, size), arena, &list, why);
    CHECK((rc == CT_OK) == (list != NULL));
    CHECK(rc == CT_OK || (why[0] != '\0' && strlen(why) < sizeof(why)));

    if (list != NULL) {
        ct_calist_learn(list, ct_bytes(data, size));
        check_list(list);
    }

    ct_arena_destroy(arena);

    return 0;
}
