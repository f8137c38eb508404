/* study/analysis/competing.h - a regression where events of several kinds compete: of the
 * incidence of one kind (Fine and Gray), and beside it of its cause-specific hazard.
 */
#ifndef STUDY_COMPETING_H
#define STUDY_COMPETING_H

#include <casebook/fine_gray.h>

#include "study/analysis/regression.h"

typedef struct cbk_competing {
    const cbk_followup_data *data;
    size_t cause; /* k of data->cause; 0: there are no events at all */
    const cbk_fine_gray *fit;
    const cbk_regression *specific; /* Cox: the other kinds censored; its design is that
                                       of both */
} cbk_competing;

/* data has causes and is borrowed; references as of cbk_design_make().  The kind is the
 * one that was asked for, else the endpoint's own, else the only one.  The cause-specific
 * regression is what `casebook cox` gives with --event COLUMN=VALUE.  Errors: CBK_EINVAL
 * (it is not said which kind, late entry), those of cbk_regression_fit() and
 * cbk_fine_gray_fit(). */
cbk_status cbk_competing_fit(const cbk_followup_data *data, const char *const *references,
                             size_t n_references, double level, cbk_arena *arena,
                             const cbk_competing **out, cbk_error *err);

#endif
