/*
 * ct_finding: facts of a match, kept small. Lower-casing happens here, so
 * that names can be compared as bytes ever after.
 */

#include "ct_finding.h"

#include <string.h>


#define CT_FINDING_DN 512 /* bytes of issuer text */


static void ct_draft_submitted(ct_finding_t *f, const ct_entry_t *entry);
static void ct_draft_cert(ct_draft_t *draft, const ct_cert_t *cert);
static ct_rc_t ct_draft_names(ct_draft_t *draft, const ct_cert_t *cert,
    const ct_watch_t *watch, ct_arena_t *arena);
static bool ct_draft_wanted(const ct_draft_t *draft, const ct_name_t *name,
    ct_bytes_t shown);
static void ct_text_put(ct_buf_t *out, ct_bytes_t part);


ct_rc_t
ct_finding_draft(ct_draft_t *draft, const ct_match_t *match,
    const ct_watch_t *watch, ct_arena_t *arena)
{
    ct_rc_t           rc;
    ct_cert_t         cert;
    ct_finding_t     *f;
    const ct_entry_t *entry;

    memset(draft, 0, sizeof(ct_draft_t));
    entry = &match->entry;
    f = &draft->finding;
    draft->matched = match->matched;

    f->flags = CT_FINDING_UNVERIFIED
               | (entry->type == CT_ENTRY_PRECERT ? CT_FINDING_PRECERT
                                                  : CT_FINDING_FINAL);

    ct_draft_submitted(f, entry);

    if (entry->type == CT_ENTRY_PRECERT) {
        (void) ct_cert_read_tbs(entry->cert, &cert);
    } else {
        (void) ct_cert_read(entry->cert, &cert);
    }

    if (cert.tbs.len == 0) {
        ct_sha256_once(entry->cert, f->identity);
        return CT_OK;
    }

    rc = ct_cert_identity(&cert, arena, f->identity);

    if (rc != CT_OK) {
        return rc;
    }

    ct_draft_cert(draft, &cert);

    return ct_draft_names(draft, &cert, watch, arena);
}


/* What lies outside of the tree may be missing. */
static void
ct_draft_submitted(ct_finding_t *f, const ct_entry_t *entry)
{
    ct_bytes_t cert;

    cert = entry->type == CT_ENTRY_PRECERT ? entry->pre_certificate
                                           : entry->cert;
    if (cert.len > 0) {
        ct_sha256_once(cert, f->cert_sha256);
    }
}


static void
ct_draft_cert(ct_draft_t *draft, const ct_cert_t *cert)
{
    ct_bytes_t    serial;
    ct_finding_t *f;

    f = &draft->finding;
    draft->issuer = cert->issuer;
    serial = cert->serial;

    /* the sign octet in front of a high bit is not part of the number */
    if (serial.len > 1 && serial.data[0] == 0) {
        serial.data++;
        serial.len--;
    }

    f->serial_len = (uint16_t) (serial.len < CT_LIMIT_SERIAL
                                ? serial.len : CT_LIMIT_SERIAL);
    if (f->serial_len > 0) {
        memcpy(f->serial, serial.data, f->serial_len);
    }

    ct_sha256_once(cert->spki, f->spki_sha256);
    (void) ct_cert_validity(cert, &f->not_before_ms, &f->not_after_ms);
}


static ct_rc_t
ct_draft_names(ct_draft_t *draft, const ct_cert_t *cert,
    const ct_watch_t *watch, ct_arena_t *arena)
{
    ct_buf_t   text;
    ct_name_t  name;
    ct_bytes_t matched, shown;
    ct_names_t names;

    ct_buf_init(&text, arena, CT_FINDING_DN);
    ct_cert_name_text(&text, cert->issuer);
    draft->issuer_text = ct_bytes(text.data, text.len);

    draft->names = ct_arena_alloc(arena, CT_LIMIT_FINDING_NAMES
                                         * sizeof(ct_bytes_t));
    if (draft->names == NULL) {
        return CT_E_MEMORY;
    }

    ct_names_start(&names, cert);

    while (ct_names_next(&names, &name)) {
        if (!ct_name_text(&name, arena, &shown)) {
            return CT_E_MEMORY;
        }

        if (!ct_draft_wanted(draft, &name, shown)) {
            continue;
        }

        draft->finding.nnames++;

        if (memchr(name.value.data, '*', name.value.len) != NULL
            && name.kind != CT_NAME_IP)
        {
            draft->finding.flags |= CT_FINDING_WILDCARD;
        }

        if (!ct_watch_match(watch, &name, &matched)) {
            draft->finding.flags |= CT_FINDING_FOREIGN;
        }

        if (draft->nnames == CT_LIMIT_FINDING_NAMES) {
            draft->finding.flags |= CT_FINDING_NAMES_CUT;
            continue;
        }

        draft->names[draft->nnames++] = shown;
    }

    return CT_OK;
}


/* A common name, or the host of a URI or mail address, is a name when it is
 * not yet among the others and could be a host: "Example Ltd" is not. */
static bool
ct_draft_wanted(const ct_draft_t *draft, const ct_name_t *name,
    ct_bytes_t shown)
{
    size_t i;

    if (name->kind == CT_NAME_DNS || name->kind == CT_NAME_IP) {
        return true;
    }

    if (shown.len == 0 || memchr(shown.data, '.', shown.len) == NULL
        || memchr(shown.data, ' ', shown.len) != NULL)
    {
        return false;
    }

    for (i = 0; i < draft->nnames; i++) {
        if (ct_bytes_equal(draft->names[i], shown)) {
            return false;
        }
    }

    return true;
}


static void
ct_text_put(ct_buf_t *out, ct_bytes_t part)
{
    if (part.len > UINT16_MAX) {
        part.len = UINT16_MAX;
    }

    ct_buf_putc(out, (uint8_t) (part.len >> 8));
    ct_buf_putc(out, (uint8_t) part.len);
    ct_buf_bytes(out, part);
}


void
ct_finding_text(ct_buf_t *out, ct_draft_t *draft, ct_bytes_t ca)
{
    size_t            i, room;
    ct_finding_text_t parts;

    memset(&parts, 0, sizeof(parts));
    parts.issuer = draft->issuer_text;
    parts.ca = ca;
    parts.matched = draft->matched;
    parts.server = draft->server;
    parts.report = draft->report;
    parts.der = draft->der;
    parts.path = draft->path;
    ct_finding_text_write(out, &parts);

    for (i = 0; i < draft->nnames; i++) {
        room = out->ceiling - out->len;

        if (draft->names[i].len + 2 > room
            || draft->names[i].len > UINT16_MAX)
        {
            draft->finding.flags |= CT_FINDING_NAMES_CUT;
            continue;
        }

        ct_text_put(out, draft->names[i]);
    }
}


void
ct_finding_text_write(ct_buf_t *out, const ct_finding_text_t *parts)
{
    ct_text_put(out, parts->issuer);
    ct_text_put(out, parts->ca);
    ct_text_put(out, parts->matched);
    ct_text_put(out, parts->server);
    ct_text_put(out, parts->report);
    ct_text_put(out, parts->der.len <= CT_LIMIT_CERTIFICATE
                     ? parts->der : ct_bytes(NULL, 0));
    ct_text_put(out, parts->path);
    ct_buf_bytes(out, parts->names);
}


ct_bytes_t
ct_finding_path(const ct_ca_t *ca, uint8_t *room)
{
    size_t i;

    for (i = 0; i < ca->npath; i++) {
        memcpy(room + i * 2 * CT_HASH_LEN, ca->path_cert[i], CT_HASH_LEN);
        memcpy(room + (i * 2 + 1) * CT_HASH_LEN, ca->path_key[i],
               CT_HASH_LEN);
    }

    return ct_bytes(room, ca->npath * 2 * CT_HASH_LEN);
}


void
ct_finding_path_read(ct_bytes_t path, ct_ca_t *ca)
{
    ct_bytes_t cert, key;

    ca->npath = 0;

    while (ca->npath < CT_CA_PATH
           && ct_read_bytes(&path, CT_HASH_LEN, &cert)
           && ct_read_bytes(&path, CT_HASH_LEN, &key))
    {
        memcpy(ca->path_cert[ca->npath], cert.data, CT_HASH_LEN);
        memcpy(ca->path_key[ca->npath], key.data, CT_HASH_LEN);
        ca->npath++;
    }
}


bool
ct_finding_text_read(ct_bytes_t text, ct_finding_text_t *parts)
{
    if (!ct_read_vec16(&text, &parts->issuer)
        || !ct_read_vec16(&text, &parts->ca)
        || !ct_read_vec16(&text, &parts->matched)
        || !ct_read_vec16(&text, &parts->server)
        || !ct_read_vec16(&text, &parts->report)
        || !ct_read_vec16(&text, &parts->der)
        || !ct_read_vec16(&text, &parts->path))
    {
        return false;
    }

    parts->names = text;

    return true;
}


bool
ct_finding_name(ct_bytes_t *names, ct_bytes_t *name)
{
    return ct_read_vec16(names, name);
}


int64_t
ct_finding_logged(const ct_finding_t *finding)
{
    size_t  i;
    int64_t first;

    first = finding->places[0].timestamp_ms;

    for (i = 1; i < finding->nplaces && i < CT_LIMIT_FINDING_LOGS; i++) {
        if (finding->places[i].timestamp_ms < first) {
            first = finding->places[i].timestamp_ms;
        }
    }

    return first;
}


bool
ct_finding_expired(const ct_finding_t *finding, int64_t now_ms)
{
    return finding->not_after_ms != 0 && finding->not_after_ms < now_ms;
}


int64_t
ct_finding_deadline(const ct_finding_t *finding)
{
    return finding->pending_ms != 0
           ? finding->pending_ms + (int64_t) finding->grace_s * 1000 : 0;
}


bool
ct_finding_add_place(ct_finding_t *finding, const ct_place_t *place)
{
    size_t      i, kept;
    ct_place_t *p;

    kept = finding->nplaces < CT_LIMIT_FINDING_LOGS ? finding->nplaces
                                                    : CT_LIMIT_FINDING_LOGS;
    for (i = 0; i < kept; i++) {
        p = &finding->places[i];

        if (p->log == place->log && p->index == place->index) {
            return false;
        }
    }

    if (kept < CT_LIMIT_FINDING_LOGS) {
        finding->places[kept] = *place;

    } else if (finding->nplaces >= CT_FINDING_MANY) {
        return false;
    }

    finding->nplaces++;

    return true;
}


uint32_t
ct_finding_places(const ct_finding_t *finding)
{
    return finding->nplaces < CT_FINDING_MANY ? finding->nplaces
                                              : CT_FINDING_MANY;
}


void
ct_finding_id(ct_buf_t *out, const ct_finding_t *finding)
{
    ct_buf_hex(out, finding->identity, CT_FINDING_ID);
}
