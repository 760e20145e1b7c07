/*
 * ct_precert: is what was submitted the pre-certificate of this leaf, if a
 * Precertificate Signing Certificate signed it (RFC 6962, 3.1 and 3.2)? The
 * log then wrote the real issuer into the leaf and adapted the authority
 * key identifier; everything else must be the same, poison apart.
 */

#ifndef CT_PRECERT_H
#define CT_PRECERT_H

#include "ct_cert.h"


bool ct_precert_same(const ct_cert_t *pre, const ct_cert_t *leaf);

#endif
