/*
 * chain: the small world that the tests of ct_chain and its helpers share:
 * a root, an intermediate, a leaf, and the root as the only anchor.
 */

#ifndef CHAIN_H
#define CHAIN_H

#include "ca.h"
#include "ct_chain.h"
#include "tap.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static ca_cert_t root, inter, leaf;
static ct_anchors_t *anchors;


static inline ct_anchors_t *
anchors_of(const ca_cert_t *a, const ca_cert_t *b)
{
    BIO          *bundle = BIO_new(BIO_s_mem());
    size_t        nbad;
    ct_bytes_t    pem = ca_pem(bundle, a);
    ct_anchors_t *read;

    if (b != NULL) {
        pem = ca_pem(bundle, b);
    }

    read = ct_anchors_read(pem, &nbad);
    ca_need(read != NULL && nbad == 0, "anchors");
    BIO_free(bundle);

    return read;
}


/* Nothing is known of the issuer. */
static inline bool
empty(const ct_ca_t *ca)
{
    static const ct_ca_t zero;

    return memcmp(ca, &zero, sizeof(zero)) == 0;
}


static inline void
world_make(void)
{
    root = ca_root("Usual CA Ltd", "Usual Root");
    inter = ca_intermediate(&root, "Usual CA Ltd", "U1");
    leaf = ca_leaf(&inter, "DNS:www.example.com");
    anchors = anchors_of(&root, NULL);
}


static inline void
world_free(void)
{
    ct_anchors_free(anchors);
    ca_free(&leaf);
    ca_free(&inter);
    ca_free(&root);
}

#endif
