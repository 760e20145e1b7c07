/*
 * ct_version: how this software names itself to logs and receivers.
 */

#ifndef CT_VERSION_H
#define CT_VERSION_H

#define CT_VERSION "0.3.0"

/* A packager sets the address where people who run logs find us. */
#ifndef CT_HOMEPAGE
#define CT_HOMEPAGE "https://ngx-http-ct-module.invalid/"
#endif

#endif
