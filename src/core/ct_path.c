/*
 * ct_path: see the header. Only numbers, hex and escaped base64 ever get
 * into a path: nothing that a log says does.
 */

#include "ct_path.h"


static void ct_path_static(ct_buf_t *out, const ct_ask_t *ask);
static void ct_path_rfc6962(ct_buf_t *out, const ct_ask_t *ask);
static void ct_path_numbers(ct_buf_t *out, const char *path, uint64_t a,
    const char *between, uint64_t b);


void
ct_path_ask(ct_buf_t *out, ct_log_type_e type, const ct_ask_t *ask)
{
    if (type == CT_LOG_STATIC) {
        ct_path_static(out, ask);
    } else {
        ct_path_rfc6962(out, ask);
    }
}


static void
ct_path_static(ct_buf_t *out, const ct_ask_t *ask)
{
    switch (ask->kind) {

    case CT_ASK_HEAD:
        ct_buf_puts(out, "checkpoint");
        break;

    case CT_ASK_ENTRIES:
    case CT_ASK_PROBE:
    case CT_ASK_HASH_TILE:
        ct_tile_path(out, &ask->tile);
        break;

    default:
        break;
    }
}


static void
ct_path_rfc6962(ct_buf_t *out, const ct_ask_t *ask)
{
    switch (ask->kind) {

    case CT_ASK_HEAD: /* 4.3 */
        ct_buf_puts(out, "ct/v1/get-sth");
        break;

    case CT_ASK_ENTRIES: /* 4.6 */
    case CT_ASK_PROBE:
    case CT_ASK_LEAF:
        ct_path_numbers(out, "get-entries?start=", ask->first, "&end=",
                        ask->first + ask->count - 1);
        break;

    case CT_ASK_PROOF: /* 4.8 */
        ct_path_numbers(out, "get-entry-and-proof?leaf_index=", ask->first,
                        "&tree_size=", ask->size);
        break;

    case CT_ASK_CONSISTENCY: /* 4.4 */
        ct_path_numbers(out, "get-sth-consistency?first=", ask->first,
                        "&second=", ask->size);
        break;

    default:
        break;
    }
}


static void
ct_path_numbers(ct_buf_t *out, const char *path, uint64_t a,
    const char *between, uint64_t b)
{
    ct_buf_puts(out, "ct/v1/");
    ct_buf_puts(out, path);
    ct_buf_u64(out, a);
    ct_buf_puts(out, between);
    ct_buf_u64(out, b);
}


/* RFC 6962, 4.5; of the base64 alphabet "+", "/" and "=" mean something in a
 * query. */
void
ct_path_proof_by_hash(ct_buf_t *out, const uint8_t leaf_hash[CT_HASH_LEN],
    uint64_t size)
{
    char     text[48];
    size_t   i;
    ct_buf_t base64;

    ct_buf_fixed(&base64, text, sizeof(text));
    ct_buf_base64(&base64, leaf_hash, CT_HASH_LEN);
    ct_buf_puts(out, "ct/v1/get-proof-by-hash?hash=");

    for (i = 0; i < base64.len; i++) {
        switch (text[i]) {

        case '+':
            ct_buf_puts(out, "%2B");
            break;

        case '/':
            ct_buf_puts(out, "%2F");
            break;

        case '=':
            ct_buf_puts(out, "%3D");
            break;

        default:
            ct_buf_putc(out, (uint8_t) text[i]);
            break;
        }
    }

    ct_buf_puts(out, "&tree_size=");
    ct_buf_u64(out, size);
}


void
ct_path_issuer(ct_buf_t *out, const uint8_t fingerprint[CT_HASH_LEN])
{
    ct_buf_puts(out, "issuer/");
    ct_buf_hex(out, fingerprint, CT_HASH_LEN);
}
