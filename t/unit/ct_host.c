/* ct_host: the host in URIs, mail addresses and their like. */

#include "ct_host.h"
#include "tap.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

typedef struct {
    const char *text;
    const char *host;
} row_t;

static void test_uri(void);
static void test_mail(void);
static void test_others(void);
static void hosts_are(ct_host_f host, const row_t *rows, size_t n);


int
main(void)
{
    test_uri();
    test_mail();
    test_others();

    return done_testing();
}


static void
test_uri(void)
{
    static const row_t rows[] = {
        {"https://www.example.com/", "www.example.com"},
        {"https://www.example.com", "www.example.com"},
        {"HTTPS://WWW.Example.com:8443/a.b?c=d#e", "WWW.Example.com"},
        {"https://you:me@www.example.com/", "www.example.com"},
        {"https://example.org@www.example.com/", "www.example.com"},
        {"https://you@example.org@www.example.com/", "www.example.com"},
        {"https://www.example.com?example.org", "www.example.com"},
        {"https://www.example.com#example.org", "www.example.com"},
        {"https://www.example.com/@example.org", "www.example.com"},
        {"https://www.example.com:", "www.example.com:"},
        {"https://192.0.2.1:443/", "192.0.2.1"},
        {"https://[2001:db8::1]/", "2001:db8::1"},
        {"https://[2001:db8::1]:443/", "2001:db8::1"},
        {"https://you@[::1]:443/", "::1"},
        {"https://[2001:db8::1", "2001:db8::1"},
        {"https://2001:db8::1/", "2001:db8::1"},
        {"spiffe://example.org/ns/x", "example.org"},
        {"test+x-1.0://user@www.example.com:1337/test", "www.example.com"},
        {"ldap:///cn=x,o=example.com", ""},
        {"file:///etc/x", ""},
        {"//www.example.com/x", "www.example.com"},

        /* without "//" */
        {"sip:example.com", "example.com"},
        {"sip:you@example.com;transport=tcp", "example.com"},
        {"sip:you;day=1@example.com:5060;lr", "example.com"},
        {"sips:192.0.2.1:5061;lr", "192.0.2.1"},
        {"mailto:you@example.com?subject=x", "example.com"},
        {"im:you@example.com", "example.com"},
        {"urn:uuid:f81d4fae-7dec-11d0", "uuid:f81d4fae-7dec-11d0"},
        {"tel:+1-201-555-0123", "+1-201-555-0123"},

        /* without a scheme */
        {"www.example.com", "www.example.com"},
        {"www.example.com/x", "www.example.com"},
        {"www.example.com:8443/x", "www.example.com"},
        {"www.example.com:8443", "www.example.com"},
        {"you@www.example.com:8443", "www.example.com"},

        /* what comes first is up to the client */
        {"https://example.org\\@www.example.com/",
         "example.org\\@www.example.com"},
        {"https:\\\\www.example.com/x", "\\\\www.example.com"},

        {"https://", ""}, {"https:", ""}, {":", ""}, {"://x.com", "x.com"},
        {"/", ""}, {"//", ""}, {"@", ""}, {"[", ""}, {"[]", ""}, {"", ""},
        {"1a://example.com", "1a:"}
    };

    hosts_are(ct_host_uri, rows, COUNT(rows));
}


static void
test_mail(void)
{
    static const row_t rows[] = {
        {"you@example.com", "example.com"},
        {"\"you@example.org\"@example.com", "example.com"},
        {"example.com", "example.com"},
        {".example.com", ".example.com"},
        {"@example.com", "example.com"},
        {"you@", ""},
        {"you@[192.0.2.1]", "192.0.2.1"},
        {"you@[IPv6:2001:db8::1]", "2001:db8::1"},
        {"you@[ipv6:::1]", "::1"},
        {"you@[]", ""},
        {"you@[", "["},
        {"", ""}
    };

    hosts_are(ct_host_mail, rows, COUNT(rows));
}


static void
test_others(void)
{
    static const row_t jids[] = {
        {"example.com", "example.com"},
        {"you@example.com", "example.com"},
        {"you@example.com/at@example.org", "example.com"},
        {"example.com/at@example.org", "example.com"},
        {"/example.com", ""},
        {"", ""}
    };
    static const row_t services[] = {
        {"_xmpp-client.example.com", "example.com"},
        {"_xmpp-client._tcp.example.com", "_tcp.example.com"},
        {"example.com", "example.com"},
        {"_xmpp-client", ""},
        {"_.", ""},
        {"", ""}
    };

    hosts_are(ct_host_jid, jids, COUNT(jids));
    hosts_are(ct_host_service, services, COUNT(services));
}


static void
hosts_are(ct_host_f host, const row_t *rows, size_t n)
{
    size_t     i, len;
    uint8_t   *guarded;
    ct_bytes_t got;

    for (i = 0; i < n; i++) {
        len = strlen(rows[i].text);
        guarded = tap_guard(rows[i].text, len);
        got = host(ct_bytes(guarded, len));
        is_mem(got.data, got.len, rows[i].host, strlen(rows[i].host), "%s",
               rows[i].text);
        tap_unguard(guarded, len);
    }
}
