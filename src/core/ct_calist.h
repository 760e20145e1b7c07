/*
 * ct_calist: who operates which CA, from reports of the CCADB (Common CA
 * Database) as CSV. Joined by certificate, for text proves nothing, and by
 * key, for one CA may have many certificates.
 *
 * A row that names columns begins another table, so that several reports
 * one after the other are one list. Wanted are "CA Owner" and "SHA-256
 * Fingerprint"; used besides are "Subordinate CA Owner", which outweighs the
 * owner, "Certificate Record Type" and any column of "PEM" or of "Problem
 * Report"s. Other columns, and their order, do not matter.
 */

#ifndef CT_CALIST_H
#define CT_CALIST_H

#include "ct_chain.h"

typedef struct ct_calist_s ct_calist_t;


/*
 * All memory from `arena`. CT_E_ENCODING: no CSV, or not of this kind;
 * CT_E_LIMIT; CT_E_MEMORY. `why` (room CT_LIMIT_ERROR) gets a sentence on
 * failure. Owners that differ in case alone are one; what cannot be read of
 * a row is left out and counted.
 */
ct_rc_t ct_calist_read(ct_bytes_t csv, ct_arena_t *arena, ct_calist_t **list,
    char *why);

size_t ct_calist_certificates(const ct_calist_t *list);
size_t ct_calist_owners(const ct_calist_t *list);
size_t ct_calist_bad(const ct_calist_t *list); /* rows */

/* May `list` take the place of `before`? NULL: yes; otherwise a clause. */
const char *ct_calist_refuse_change(const ct_calist_t *before,
    const ct_calist_t *list);

/*
 * The owner of a certificate or a key, by its SHA-256; NULL: not listed. A
 * key that the list gives to two is nobody's, unless a root's own record or
 * a "Subordinate CA Owner" tells: of a certificate that another CA signed
 * across, the plain owner is often that other CA. Borrowed from the list.
 */
const char *ct_calist_owner(const ct_calist_t *list,
    const uint8_t hash[CT_HASH_LEN]);

/* Where an owner takes reports of problems, as the list has it: text of less
 * than CT_LIMIT_REPORT bytes. NULL: it does not say. */
const char *ct_calist_report(const ct_calist_t *list, const char *owner);

/* A certificate that was seen: when it is listed, its key belongs to the
 * same owner, whoever sent it. `list` may be NULL. */
void ct_calist_learn(ct_calist_t *list, ct_bytes_t der);

/* The same with all anchors, which may be NULL. */
void ct_anchors_teach(const ct_anchors_t *anchors, ct_calist_t *list);

/* Whom the list names as the owner of the anchors of this organization, when
 * it is the same for all that it has. NULL: nobody, or several. */
const char *ct_anchors_owner(const ct_anchors_t *anchors,
    const ct_calist_t *list, const char *organization);

/* The owner of the nearest certificate or key of ca's path that is listed
 * takes the place of the anchor's organization. `list` may be NULL. */
void ct_calist_name(const ct_calist_t *list, ct_ca_t *ca);

#endif
