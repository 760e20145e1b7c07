/*
 * ct_report_past: certificates in the API that count besides those that
 * nginx has loaded: each once, with where it is from and until when.
 */

#include "report.h"
#include "tap.h"


/* Those that count besides. */
static void
test_others(void)
{
    size_t      i;
    json_t     *root;
    world_t     w;
    ct_served_t served;

    static const struct {
        ct_past_source_e source;
        int64_t          age_ms;
        const char      *text;
    } rows[] = {
        {CT_PAST_CONFIGURED, 1000, "past"},
        {CT_PAST_LEARNED, 2 * REPORT_DAY, "learned"},
        {CT_PAST_LEARNED, 2 * REPORT_DAY + 1, "past"},
        {CT_PAST_KNOWN, 1000, "known"},
        {CT_PAST_KNOWN, 400 * REPORT_DAY, "past"}
    };

    memset(&served, 0, sizeof(served));
    memset(served.identity, 1, CT_HASH_LEN);
    served.file = "a.pem";
    world_open(&w);
    w.inventory = (ct_inventory_t) {&served, 1};
    world_past(&w, 0, CT_PAST_CONFIGURED, 1, "loaded.example", 1000);
    world_past(&w, 1, CT_PAST_LEARNED, 9, "over.example",
               400 * REPORT_DAY + 1);

    for (i = 0; i < 5; i++) {
        world_past(&w, i + 2, rows[i].source, (uint8_t) (i + 2), "x.example",
                   rows[i].age_ms);
    }

    root = world_json(&w, ct_report_json_certificates);
    is_int(json_number(root, "total"), 6, "one is loaded, five are not");
    is_str(json_text(root, "certificates.0.source"), "configured",
           "what is loaded comes first");

    for (i = 0; i < 5; i++) {
        json_t *c = json_array_get(json_at(root, "certificates"), i + 1);

        is_str(json_text(c, "source"), rows[i].text, "row %zu", i);
        is_str(json_text(c, "names.0"), "x.example", "its name");
        ok(json_is_string(json_at(c, "ca"))
           && json_is_string(json_at(c, "last_seen"))
           && json_is_string(json_at(c, "until"))
           && json_is_null(json_at(c, "file"))
           && json_is_false(json_at(c, "names_cut")), "what is known of it");
    }

    is_str(json_text(root, "certificates.1.last_seen"),
           "2026-11-22T16:48:59Z", "when it was seen last");
    is_str(json_text(root, "certificates.1.until"), "2027-12-27T16:48:59Z",
           "until when it counts");
    json_decref(root);
    world_close(&w);
}


int
main(void)
{
    test_others();

    return done_testing();
}
