/* claims/verdict/verdict_parts.h - what the files of the verdict share. */
#ifndef CLAIMS_VERDICT_PARTS_H
#define CLAIMS_VERDICT_PARTS_H

#include "claims/verdict/verdict.h"

/* ---- verdict_say.c ------------------------------------------------------------- */

/* A computed number as explanations print it: two places beyond what was stated. */
void cbk_claim_print_number(double value, int digits, char out[CBK_NUMBER_SIZE]);
/* "<0.05"; NULL: out of memory. */
const char *cbk_claim_stated_text(const cbk_stated_number *stated, cbk_arena *arena);
/* Why there is no number, from the notes that can be the reason. */
const char *cbk_claim_absence(const cbk_quantity *quantity, cbk_arena *arena);

/* ---- verdict_words.c: each fills a judgement, which starts as not computable --------
 */

void cbk_claim_judge_text(cbk_study *study, const cbk_quantity *quantity,
                          const char *text, cbk_arena *arena, cbk_judgement *out);
/* Whether a category, or its label, is what is stated. */
bool cbk_claim_is_text(cbk_study *study, const cbk_quantity *quantity, const char *text,
                       cbk_arena *arena);
/* Whether a value is a date, with or without a time of day, and of which day. */
bool cbk_claim_is_date(const cbk_value *value, int32_t *day);
void cbk_claim_judge_date(const cbk_quantity *quantity, int32_t day,
                          const cbk_stated_number *stated, cbk_arena *arena,
                          cbk_judgement *out);
/* "all" is stated.  Errors: CBK_ENOMEM and those of the evaluator. */
cbk_status cbk_claim_judge_all(cbk_study *study, const cbk_asked *asked, cbk_arena *arena,
                               cbk_judgement *out, cbk_error *err);
/* "not reached" is stated. */
void cbk_claim_judge_not_reached(const cbk_quantity *quantity, cbk_arena *arena,
                                 cbk_judgement *out);

#endif
