/*
 * ct_judge_part: what the files of ct_judge share, and nobody else.
 */

#ifndef CT_JUDGE_PART_H
#define CT_JUDGE_PART_H

#include "ct_judge.h"
#include "ct_report.h"


/* ct_judge_alarm.c */

/* To be called when a finding is new, and whenever its verdict or its flags
 * have changed: it is told, or told to be over, when it is time to. The
 * caller stores the finding. */
void ct_judge_tell(ct_context_t *ctx, ct_finding_t *f);

/* A new verdict that nobody is to be woken up for. */
void ct_judge_closed(ct_context_t *ctx, const ct_finding_t *f);

/* A line for the host's log; `now` when it was known before. */
void ct_judge_say(ct_context_t *ctx, const ct_finding_t *f,
    const ct_finding_text_t *parts, bool now);


/* ct_judge_grace.c */

/* What the policy says of it becomes its verdict, as it has fared so far: it
 * is pending, or stays unserved, or has been served. */
void ct_judge_becomes(ct_context_t *ctx, ct_finding_t *f,
    ct_verdict_e verdict, ct_reason_e reason);

/* Was it logged before monitoring began? Before what is listed only. */
bool ct_judge_before(const ct_context_t *ctx, const ct_finding_t *f);
bool ct_judge_baseline(const ct_context_t *ctx, const ct_finding_t *f);

/* The flags that follow from configuration and acknowledgements. */
void ct_judge_flags(ct_context_t *ctx, ct_finding_t *f);


/* ct_judge_text.c */

/* The certificate as it was submitted; empty: the log did not give it. */
ct_bytes_t ct_judge_submitted(const ct_match_t *match);

/* A new finding with its text, and its certificate when that may be wanted
 * and there is room. */
ct_rc_t ct_judge_add(ct_context_t *ctx, ct_draft_t *draft, ct_bytes_t ca);

/* Its text becomes that of the draft. */
void ct_judge_replace(ct_context_t *ctx, ct_finding_t *f, ct_draft_t *draft,
    ct_bytes_t ca);

/* Its text becomes this one. CT_E_FULL: there is no room for it. */
ct_rc_t ct_judge_write(ct_context_t *ctx, ct_finding_t *f,
    const ct_finding_text_t *parts);

/* The certificate in its text becomes this one; false: there is no room. */
bool ct_judge_keep(ct_context_t *ctx, ct_finding_t *f, ct_bytes_t der);

/* What only somebody who looks into it wants is not kept any more. False:
 * it was not. */
bool ct_judge_drop(ct_context_t *ctx, ct_finding_t *f,
    const ct_finding_text_t *parts);

/* The server block that watches a name; empty: none does. */
ct_bytes_t ct_judge_server(const ct_context_t *ctx, ct_bytes_t matched);

/* May somebody want to see it? */
bool ct_judge_wanted(const ct_finding_t *f);

#endif
