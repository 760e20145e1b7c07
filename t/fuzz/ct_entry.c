/* Fuzz target: a data tile. Its entries cover it without gap or overlap,
 * and encoding the fields again gives the bytes they were read from. */

#include "ct_entry.h"

#include <stdlib.h>

#define CHECK(cond) ((cond) ? (void) 0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


/* `v` in `n` bytes, then the slice. */
static void
put(ct_buf_t *buf, size_t n, uint64_t v, ct_bytes_t slice)
{
    while (n-- > 0) {
        ct_buf_putc(buf, (uint8_t) (v >> 8 * n));
    }

    ct_buf_bytes(buf, slice);
}


static void
check(const ct_entry_t *e, ct_rc_t rc, ct_bytes_t was)
{
    size_t     used = (size_t) (e->cert.data + e->cert.len + 2 - was.data);
    ct_buf_t   buf;
    ct_bytes_t ext = ct_bytes(was.data + used, e->leaf.len - used);

    ct_buf_fixed(&buf, malloc(was.len), was.len);
    put(&buf, 8, e->timestamp_ms, ct_bytes(NULL, 0));
    put(&buf, 2, e->type, e->issuer_key_hash);
    put(&buf, 3, e->cert.len, e->cert);
    put(&buf, 2, ext.len, ext);
    CHECK(ct_bytes_equal(ct_buf_slice(&buf), e->leaf));

    if (e->type == CT_ENTRY_PRECERT) {
        put(&buf, 3, e->pre_certificate.len, e->pre_certificate);
    }

    put(&buf, 2, e->chain.len, e->chain);
    CHECK(ct_bytes_equal(ct_buf_slice(&buf), was)
          || (rc != CT_OK && rc != CT_E_INDEX));
    CHECK((rc == CT_OK) <= (e->leaf_index < 1ULL << 40));
    free(buf.data);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ct_rc_t    rc;
    ct_bytes_t in = ct_bytes(data, size), was = in;
    ct_entry_t e;

    for (;;) {
        rc = ct_entry_read(&in, &e);
        if (rc == CT_E_SHORT || rc == CT_E_TYPE) {
            break;
        }

        CHECK(in.data > was.data && in.data + in.len == data + size);
        check(&e, rc, ct_bytes(was.data, (size_t) (in.data - was.data)));
        was = in;
    }

    CHECK(in.data == was.data && in.len == was.len);

    return 0;
}
