/*
 * ct_host: the host in what is more than a host. Slices of the input, never
 * longer than it; empty when there is none.
 */

#ifndef CT_HOST_H
#define CT_HOST_H

#include "ct_bytes.h"

typedef ct_bytes_t (*ct_host_f)(ct_bytes_t text);


/*
 * Of a URI of any scheme, with "//" or (sip, mailto) without, or of what is
 * a URI but for its scheme: without user, port and brackets. Where clients
 * disagree about what comes first, a backslash or the host, it is all of the
 * authority.
 */
ct_bytes_t ct_host_uri(ct_bytes_t uri);

/* The domain of a mail address: behind the last "@", or all of it; of an
 * address literal what is in the brackets. */
ct_bytes_t ct_host_mail(ct_bytes_t mail);

/* Of a JID (RFC 7622, 3.1): without resource, and local part. */
ct_bytes_t ct_host_jid(ct_bytes_t jid);

/* Of an SRVName (RFC 4985, 2): without the service. */
ct_bytes_t ct_host_service(ct_bytes_t name);

#endif
