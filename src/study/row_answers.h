/* study/row_answers.h - one question, answered for every row of a form: what a sentence
 * about a patient or one of its rows needs.  One pass of SQL for all rows, through the
 * evaluator's guard.
 */
#ifndef STUDY_ROW_ANSWERS_H
#define STUDY_ROW_ANSWERS_H

#include <casebook/study.h>

#include "study/placeholder.h"

/* What the question gives for one row; what is missing is left out. */
typedef struct cbk_row_answer {
    size_t n;                   /* more than one: of a list */
    const cbk_quantity *values; /* [n] none absent */
} cbk_row_answer;

/* Asks `of` (kind NUMBER) for each row of `form` (NULL: the patients).
 *
 *   Without `from`  the expression over the row.
 *   With `from`     over the rows of that form that belong to the row's patient and for
 *                   which `among` is true, in the order of the file: one value where the
 *                   expression is an aggregate, else a list.  `among` may name the row
 *                   itself by its form: has(for_recurrence, recurrence.recurrence_id).
 *   *out            [rows of the form's file]
 *   Errors          those of cbk_study_evaluate(); CBK_EINVAL where an expression without
 *                   `from` is an aggregate: it would be over all patients. */
cbk_status cbk_study_row_answers(cbk_study *study, const cbk_placeholder *of,
                                 const char *form, const cbk_conventions *conventions,
                                 cbk_arena *arena, const cbk_row_answer **out,
                                 cbk_error *err);

/* The SQL of a case history's sentences, asked of no rows; mistakes go to problems. */
cbk_status cbk_study_compile_cases(cbk_study *study, cbk_problems *problems,
                                   cbk_error *err);

#endif
