/*
 * ngx_http_ct_origin: does a request that changes something come from whom
 * it seems to come from?
 *
 * A browser adds what it knows - the address of the network that it is in,
 * a password that it was given once, a client certificate - to whatever a
 * page of any site makes it send. So it has to be shown that no other site
 * is behind it:
 *
 *   Sec-Fetch-Site    where a browser sends it (https, and this host), it
 *                     says whether it was the same origin
 *   Origin            where it does not, this has to be what Host is
 *   X-CT-Action       without both, a program is asking: no form can send
 *                     it, and no script without being allowed to
 *
 * And as a site can have its own name point here, for a while, a browser
 * must have been told a name that this server has, or an address.
 */

#ifndef NGX_HTTP_CT_ORIGIN_H
#define NGX_HTTP_CT_ORIGIN_H

#include "ngx_http_ct.h"


/* NULL: it may be done. Else why not, a sentence without its stop. */
const char *ngx_http_ct_origin_wrong(ngx_http_request_t *r);


#endif
