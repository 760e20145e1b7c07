/*
 * ct_pem: the certificates in a file, whichever way it is written: PEM
 * (RFC 7468) or DER.
 */

#ifndef CT_PEM_H
#define CT_PEM_H

#include "ct_bytes.h"


/*
 * In their order, at most `room` of them, copied into `arena`; *n is their
 * number. Text around the blocks and blocks that are something else are
 * passed over; what is in a block is not looked at. CT_E_ENCODING: there is
 * none, or a block is broken; CT_E_MEMORY; CT_E_LIMIT: over
 * CT_LIMIT_KNOWN_FILE bytes.
 */
ct_rc_t ct_pem_read(ct_bytes_t in, ct_bytes_t *certs, size_t room, size_t *n,
    ct_arena_t *arena);

#endif
