/*
 * ct_rc: what can go wrong, one list for core and engine.
 *
 * Functions that can fail in more than one way return ct_rc_t: CT_OK or a
 * negative CT_E_*. Readers that only "fit or not" return bool. Data never
 * travels in a return code.
 */

#ifndef CT_RC_H
#define CT_RC_H

typedef enum {
    CT_OK = 0,
    CT_E_MEMORY = -1,    /* the arena, zone or buffer ceiling was reached */
    CT_E_SHORT = -2,     /* input ended inside a field */
    CT_E_TRAILING = -3,  /* input went on after its last field */
    CT_E_LIMIT = -4,     /* a length or count above ct_limits.h */
    CT_E_ENCODING = -5,  /* base64, hex, UTF-8, number or DER form */
    CT_E_TYPE = -6,      /* unknown entry type, key type or version */
    CT_E_INDEX = -7,     /* leaf_index missing or not the position */
    CT_E_COUNT = -8,     /* a tile with fewer or more items than asked */
    CT_E_ORIGIN = -9,    /* a checkpoint of another log */
    CT_E_UNSIGNED = -10, /* no signature line of the log's key */
    CT_E_SIGNATURE = -11, /* the log's own signature does not verify */
    CT_E_ROOT = -12,     /* entries do not hash to the signed root */
    CT_E_FORK = -13,     /* same size, other root, both signed */
    CT_E_SHRUNK = -14,   /* a smaller tree than one seen before */
    CT_E_NETWORK = -15,  /* no answer: resolve, connect, TLS, time-out */
    CT_E_STATUS = -16,   /* an answer other than 200 */
    CT_E_STOPPED = -17,  /* the engine is stopping */
    CT_E_CHAIN = -18,    /* a chain that does not verify to any anchor */
    CT_E_DAMAGED = -19,  /* a state file that is not what was written */
    CT_E_IO = -20,       /* the file system refused; errno tells why */
    CT_E_ABSENT = -21,   /* no such record, file or member */
    CT_E_FULL = -22      /* no room in the zone; dropped and counted */
} ct_rc_t;


/* A short English clause without a final stop; never NULL. */
const char *ct_strerror(ct_rc_t rc);

#endif
