/*
 * ct_host: RFC 3986, 3 (URI), RFC 5321, 4.1.3 (address literals in mail),
 * RFC 5922, 4 (sip: without "//").
 */

#include <string.h>

#include "ct_host.h"


static ct_bytes_t ct_host_authority(ct_bytes_t uri);
static size_t ct_host_scheme(ct_bytes_t uri);
static bool ct_host_scheme_char(uint8_t c, bool first);
static bool ct_host_port(ct_bytes_t text);
static ct_bytes_t ct_host_plain(ct_bytes_t host);
static ct_bytes_t ct_host_from(ct_bytes_t text, size_t at);
static size_t ct_host_find(ct_bytes_t text, const char *set);


ct_bytes_t
ct_host_uri(ct_bytes_t uri)
{
    ct_bytes_t host;

    host = ct_host_authority(uri);

    if (ct_host_find(host, "\\") < host.len) {
        return host;
    }

    return ct_host_plain(ct_host_mail(host));
}


/* With user and port. */
static ct_bytes_t
ct_host_authority(ct_bytes_t uri)
{
    uri = ct_host_from(uri, ct_host_scheme(uri));

    if (uri.len >= 2 && memcmp(uri.data, "//", 2) == 0) {
        uri = ct_host_from(uri, 2);
    }

    uri.len = ct_host_find(uri, "/?#");

    return uri;
}


/* Its length with the colon; 0 when there is none. "host:8443" has a port,
 * not a scheme. */
static size_t
ct_host_scheme(ct_bytes_t uri)
{
    size_t i;

    for (i = 0; i < uri.len && uri.data[i] != ':'; i++) {
        if (!ct_host_scheme_char(uri.data[i], i == 0)) {
            return 0;
        }
    }

    return i < uri.len && !ct_host_port(ct_host_from(uri, i + 1)) ? i + 1 : 0;
}


static bool
ct_host_scheme_char(uint8_t c, bool first)
{
    uint8_t letter;

    letter = c | 0x20;

    return (letter >= 'a' && letter <= 'z')
           || (!first && ((c >= '0' && c <= '9') || c == '+' || c == '-'
                          || c == '.'));
}


/* Digits, up to what may follow a port. */
static bool
ct_host_port(ct_bytes_t text)
{
    size_t i;

    for (i = 0; i < text.len && text.data[i] >= '0' && text.data[i] <= '9';
         i++)
    {
        /* a digit */
    }

    return i != 0 && i == ct_host_find(text, "/?#;");
}


/* Without brackets, port or parameters. Colons without brackets, if there
 * are several, may be an address. */
static ct_bytes_t
ct_host_plain(ct_bytes_t host)
{
    size_t at;

    host.len = ct_host_find(host, ";");

    if (host.len != 0 && host.data[0] == '[') {
        host = ct_host_from(host, 1);
        host.len = ct_host_find(host, "]");
        return host;
    }

    at = ct_host_find(host, ":");

    if (at < host.len && ct_host_port(ct_host_from(host, at + 1))) {
        host.len = at;
    }

    return host;
}


ct_bytes_t
ct_host_mail(ct_bytes_t mail)
{
    size_t at;

    for (at = mail.len; at != 0 && mail.data[at - 1] != '@'; at--) {
        /* the last one */
    }

    mail = ct_host_from(mail, at);

    if (mail.len < 2 || mail.data[0] != '['
        || mail.data[mail.len - 1] != ']')
    {
        return mail;
    }

    mail = ct_bytes(mail.data + 1, mail.len - 2);

    if (mail.len > 5
        && ct_bytes_equal_nocase(ct_bytes(mail.data, 5), CT_BYTES("IPv6:")))
    {
        mail = ct_host_from(mail, 5);
    }

    return mail;
}


ct_bytes_t
ct_host_jid(ct_bytes_t jid)
{
    jid.len = ct_host_find(jid, "/");

    return ct_host_mail(jid);
}


ct_bytes_t
ct_host_service(ct_bytes_t name)
{
    size_t at;

    at = name.len != 0 && name.data[0] == '_' ? ct_host_find(name, ".") : 0;

    return ct_host_from(name, at + (at > 0 && at < name.len));
}


static ct_bytes_t
ct_host_from(ct_bytes_t text, size_t at)
{
    return at == 0 ? text : ct_bytes(text.data + at, text.len - at);
}


/* Where the first of these is; the length when there is none. */
static size_t
ct_host_find(ct_bytes_t text, const char *set)
{
    size_t i;

    for (i = 0; i < text.len; i++) {
        if (memchr(set, text.data[i], strlen(set)) != NULL) {
            break;
        }
    }

    return i;
}
