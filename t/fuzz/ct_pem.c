/* Fuzz target: a file of certificates. What is found fits, stays the same
 * when it is written as PEM again, and what is broken gives nothing. */

#include "ct_limits.h"
#include "ct_pem.h"

#include <stdlib.h>
#include <string.h>

#define CHECK(cond) ((cond) ? (void) 0 : abort())
#define ROOM        4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void
write_again(ct_buf_t *out, const ct_bytes_t *certs, size_t n)
{
    size_t i, at, len;

    for (i = 0; i < n; i++) {
        ct_buf_puts(out, "-----BEGIN CERTIFICATE-----\n");

        for (at = 0; at < certs[i].len; at += len) {
            len = certs[i].len - at < 48 ? certs[i].len - at : 48;
            ct_buf_base64(out, certs[i].data + at, len);
            ct_buf_putc(out, '\n');
        }

        ct_buf_puts(out, "-----END CERTIFICATE-----\n");
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t      i, n, again_n;
    ct_rc_t     rc;
    ct_buf_t    out;
    ct_arena_t *arena = ct_arena_create(8 << 20);
    ct_bytes_t  certs[ROOM], again[ROOM];

    rc = ct_pem_read(ct_bytes(data, size), certs, ROOM, &n, arena);
    CHECK(n <= ROOM && (rc != CT_OK || n > 0));

    for (i = 0; i < n; i++) {
        CHECK(certs[i].len <= size);
    }

    ct_buf_init(&out, arena, 4 << 20);
    write_again(&out, certs, n);

    if (rc == CT_OK && out.len <= CT_LIMIT_KNOWN_FILE && !out.full) {
        rc = ct_pem_read(ct_buf_slice(&out), again, ROOM, &again_n, arena);
        CHECK(rc == CT_OK && again_n == n);

        for (i = 0; i < n; i++) {
            CHECK(ct_bytes_equal(again[i], certs[i]));
        }
    }

    ct_arena_destroy(arena);

    return 0;
}
