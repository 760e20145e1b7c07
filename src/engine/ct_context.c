/*
 * ct_context: see the header.
 */

#include "ct_context.h"


/* xorshift64*: spreads retries, guards nothing. */
uint16_t
ct_context_jitter(ct_context_t *ctx)
{
    ctx->random ^= ctx->random >> 12;
    ctx->random ^= ctx->random << 25;
    ctx->random ^= ctx->random >> 27;

    return (uint16_t) (ctx->random * 0x2545f4914f6cdd1dULL >> 48);
}


bool
ct_context_stopping(const ct_context_t *ctx)
{
    return __atomic_load_n(ctx->stop, __ATOMIC_ACQUIRE);
}


void
ct_context_changed(ct_context_t *ctx)
{
    ctx->version++;
}
