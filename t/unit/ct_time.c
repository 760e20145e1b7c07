/* ct_time: the forms of RFC 3339 that log lists hold, and what is none. */

#include "ct_time.h"
#include "tap.h"


static void time_is(const char *text, int64_t ms);
static void time_refused(const char *text);


int
main(void)
{
    time_is("1970-01-01T00:00:00Z", 0);
    time_is("2026-01-20T12:54:10Z", 1768913650000);
    time_is("2026-01-20T12:54:10.999Z", 1768913650000);
    time_is("2026-01-20T14:24:10+01:30", 1768913650000);
    time_is("2026-01-20T11:54:10.5-01:00", 1768913650000);
    time_is("2024-02-29T23:59:59Z", 1709251199000);
    time_is("0000-01-01T00:00:00Z", -62167219200000);

    time_refused("");
    time_refused("2026-01-20");
    time_refused("2026-01-20T12:54:10");
    time_refused("2026-01-20 12:54:10Z");
    time_refused("2026-01-20T12:54:10z");
    time_refused("2026-01-20T12:54:10.Z");
    time_refused("2026-01-20T12:54:105Z");
    time_refused("2026-01-20T12:54:10Z ");
    time_refused("2026-01-20T12:54:1Z");
    time_refused("2026-01-20T12:54:60Z");
    time_refused("2026-02-29T12:54:10Z");
    time_refused("2026-1-200T12:54:10Z");
    time_refused("2026-01-20T12:54:10+0100");
    time_refused("2026-01-20T12:54:10+24:00");
    time_refused("2026-01-20T12:54:10+01:60");
    time_refused("2026-01-20T12:54:10+01:3");
    time_refused("2026-01-20T12:54:10*01:30");
    time_refused("-026-01-20T12:54:10Z");

    return done_testing();
}


static void
time_is(const char *text, int64_t want)
{
    int64_t ms = -1;

    ok(ct_time_rfc3339(ct_bytes_str(text), &ms), "%s is a time", text);
    is_int(ms, want, "%s", text);
}


static void
time_refused(const char *text)
{
    size_t     len = strlen(text);
    int64_t    ms = -1;
    uint8_t   *guarded = tap_guard(text, len);
    ct_bytes_t in = ct_bytes(guarded, len);

    ok(!ct_time_rfc3339(in, &ms) && ms == -1, "\"%s\" is none", text);
    tap_unguard(guarded, len);
}
