/*
 * leaf: the entries of a log, made anew whenever they are asked for. Most
 * are filler: one certificate or pre-certificate with another serial and
 * name each time.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif

#include "sim.h"
#include "../unit/cert.h"

#include <stdio.h>
#include <string.h>


#define LEAF_SERIAL "4a00000000000000"
#define LEAF_NAME   "host-00000000.filler.test"

typedef struct {
    bool           ready;
    ct_bytes_t     der;
    const uint8_t *serial; /* in der: 8 bytes */
    const uint8_t *name;   /* 8 digits */
} leaf_form_t;

typedef struct {
    bool       precert;
    int64_t    stamp_ms;
    ct_bytes_t entry;   /* signed_entry */
    ct_bytes_t submitted; /* of a pre-certificate */
    bool       planted;
    text_t     room[2];
} leaf_t;


static leaf_form_t leaf_final, leaf_tbs, leaf_precert;
static leaf_t      leaf_last;


static void leaf_forms(void);
static void leaf_form(leaf_form_t *form, ct_bytes_t der);
static ct_bytes_t leaf_fill(const leaf_form_t *form, text_t *room,
    size_t log, uint64_t index);
static leaf_t *leaf_make(const log_t *log, uint64_t index, bool flip);
static void leaf_signed(const log_t *log, const leaf_t *leaf, uint64_t index,
    text_t *out);


static void
leaf_forms(void)
{
    cert_t     cert;
    ct_bytes_t san, poison;

    san = cert_san(cert_dns(CT_BYTES(LEAF_NAME)));
    poison = cert_extension(OID_POISON, true, CT_BYTES("\x05\x00"));

    memset(&cert, 0, sizeof(cert));
    cert.serial_hex = LEAF_SERIAL;
    cert.extensions = san;
    leaf_form(&leaf_final, cert_make(&cert));
    leaf_form(&leaf_tbs, cert_tbs(&cert));
    cert.extensions = cert_join(san, poison);
    leaf_form(&leaf_precert, cert_make(&cert));
}


static void
leaf_form(leaf_form_t *form, ct_bytes_t der)
{
    form->ready = true;
    form->der = der;
    form->serial = memmem(der.data, der.len,
                          cert_hex(LEAF_SERIAL).data, 8);
    form->name = memmem(der.data, der.len, "host-00000000", 13);

    if (form->serial == NULL || form->name == NULL) {
        sim_die("no form for filler");
    }

    form->name += 5;
}


static ct_bytes_t
leaf_fill(const leaf_form_t *form, text_t *room, size_t log, uint64_t index)
{
    char     name[16];
    uint8_t *serial;

    room->len = 0;
    text_put(room, form->der.data, form->der.len);
    (void) snprintf(name, sizeof(name), "%08x", (unsigned) index);
    memcpy(room->data + (form->name - form->der.data), name, 8);

    serial = room->data + (form->serial - form->der.data);
    serial[1] = (uint8_t) log;
    serial[4] = (uint8_t) (index >> 24);
    serial[5] = (uint8_t) (index >> 16);
    serial[6] = (uint8_t) (index >> 8);
    serial[7] = (uint8_t) index;

    return ct_bytes(room->data, room->len);
}


static leaf_t *
leaf_make(const log_t *log, uint64_t index, bool flip)
{
    leaf_t        *leaf;
    const place_t *place;
    const plant_t *plant;
    planting_t     planting;

    if (!leaf_final.ready) {
        leaf_forms();
    }

    leaf = &leaf_last;
    leaf->stamp_ms = log->stamps[index];
    leaf->planted = log->planted[index] != 0;
    leaf->submitted = CT_BYTES("");

    if (leaf->planted) {
        planting = log->plantings[log->planted[index] - 1];
        plant = &sim_plants[planting.plant];
        place = &plant->places[planting.place];
        leaf->precert = place->precert;
        leaf->entry = place->precert ? plant->tbs : plant->final;
        leaf->submitted = place->precert ? plant->precert : CT_BYTES("");

    } else {
        leaf->precert = index % 2 == 1;
        leaf->entry = leaf_fill(leaf->precert ? &leaf_tbs : &leaf_final,
                                &leaf->room[0], log->number, index);
    }

    if (leaf->precert && !leaf->planted) {
        leaf->submitted = leaf_fill(&leaf_precert, &leaf->room[1],
                                    log->number, index);
    }

    /* filler only */
    if (flip && !leaf->planted) {
        leaf->room[0].data[leaf->entry.len / 2] ^= 1;
    }

    return leaf;
}


/* TimestampedEntry: RFC 6962, 3.4; static-ct-api, "Log Entries". */
static void
leaf_signed(const log_t *log, const leaf_t *leaf, uint64_t index, text_t *out)
{
    static const uint8_t none[CT_HASH_LEN];

    text_uint(out, (uint64_t) leaf->stamp_ms, 8); /* timestamp */
    text_uint(out, leaf->precert, 2);             /* entry_type */

    if (leaf->precert) {
        text_put(out, leaf->planted ? planted_issuer_key() : none,
                 CT_HASH_LEN);                    /* issuer_key_hash */
    }

    text_uint(out, leaf->entry.len, 3);
    text_put(out, leaf->entry.data, leaf->entry.len); /* signed_entry */

    if (log->type == CT_LOG_RFC6962) {
        text_uint(out, 0, 2); /* extensions */
        return;
    }

    text_uint(out, 8, 2); /* extensions */
    text_uint(out, 0, 1); /* leaf_index */
    text_uint(out, 5, 2);
    text_uint(out, index, 5);
}


void
leaf_input(const log_t *log, uint64_t index, bool flip, text_t *out)
{
    text_uint(out, 0, 2); /* version, leaf_type */
    leaf_signed(log, leaf_make(log, index, flip), index, out);
}


void
leaf_hash(const log_t *log, uint64_t index, uint8_t out[CT_HASH_LEN])
{
    static text_t input;

    input.len = 0;
    text_uint(&input, 0, 1);
    leaf_input(log, index, false, &input);
    ct_sha256_once(ct_bytes(input.data, input.len), out);
}


void
leaf_tile(const log_t *log, uint64_t index, bool flip, text_t *out)
{
    unsigned      i;
    const leaf_t *leaf;

    leaf = leaf_make(log, index, flip);
    leaf_signed(log, leaf, index, out);

    if (leaf->precert) {
        text_uint(out, leaf->submitted.len, 3);
        text_put(out, leaf->submitted.data, leaf->submitted.len);
    }

    text_uint(out, leaf->planted ? 2 * CT_HASH_LEN : 0, 2);

    for (i = 0; i < 2 && leaf->planted; i++) {
        text_put(out, planted_issuer_hash(i), CT_HASH_LEN);
    }
}


/* RFC 6962, 4.6 */
void
leaf_json(const log_t *log, uint64_t index, bool flip, text_t *out)
{
    size_t        chain;
    unsigned      i;
    const leaf_t *leaf;

    static text_t part;

    part.len = 0;
    leaf_input(log, index, flip, &part);
    text_puts(out, "{\"leaf_input\":\"");
    text_base64(out, part.data, part.len);
    text_puts(out, "\",\"extra_data\":\"");

    leaf = &leaf_last;
    part.len = 0;

    if (leaf->precert) {
        text_uint(&part, leaf->submitted.len, 3);
        text_put(&part, leaf->submitted.data, leaf->submitted.len);
    }

    chain = leaf->planted ? planted_issuer(0).len + planted_issuer(1).len + 6
                          : 0;
    text_uint(&part, chain, 3);

    for (i = 0; i < 2 && leaf->planted; i++) {
        text_uint(&part, planted_issuer(i).len, 3);
        text_put(&part, planted_issuer(i).data, planted_issuer(i).len);
    }

    text_base64(out, part.data, part.len);
    text_puts(out, "\"}");
}
