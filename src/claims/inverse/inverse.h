/* claims/inverse/inverse.h - where a number that does not follow from the records may
 * come from: the same question with as little changed as possible, and how often that
 * hits by accident.  The method: docs/methods/inverse-search.md.
 */
#ifndef CLAIMS_INVERSE_H
#define CLAIMS_INVERSE_H

#include <casebook/claims.h>

#include "claims/stated/stated.h"
#include "claims/verdict/verdict.h"

/* Explanations of one number: those that chance does not make as often as one time in
 * twenty, at most three; where there is none, at most one that is marked weak. */
enum { CBK_INVERSE_SHOWN_MAX = 3 };

typedef struct cbk_inverse_answer {
    size_t n_sentences;
    const char
        *sentences[CBK_INVERSE_SHOWN_MAX + 1]; /* with what would have to be true */
    bool is_explained;                         /* by one that is not weak */
    size_t n_tried;                            /* expressions with a value, all costs */
    double n_form;     /* numbers of the stated form that neither reproduce nor follow
                          from another convention */
    double n_form_hit; /* of these, those that would get an explanation not weak */
} cbk_inverse_answer;

/* Searches for what is stated, and says what would have to be true where nothing explains
 * it.  No sentence where the question is not of the form [k *] statistic(column), or a
 * bound is stated.  asked->others should be filled.  Errors: CBK_ENOMEM. */
cbk_status cbk_inverse_explain(cbk_study *study, cbk_asked *asked,
                               const cbk_stated_number *stated, cbk_arena *arena,
                               cbk_inverse_answer *out, cbk_error *err);

/* The number when censoring is ignored: the plain median of the times for km_median(),
 * the share of all with a longer time for km_survival().  NaN: no such question.
 * Errors: CBK_ENOMEM. */
cbk_status cbk_inverse_uncensored(cbk_study *study, cbk_asked *asked, cbk_arena *arena,
                                  double *out, cbk_error *err);

#endif
