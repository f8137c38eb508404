/* contrast.c - two groups compared by one number.  Contract and sources:
 * casebook/contrast.h. */
#include <casebook/contrast.h>

#include "numeric/distribution.h"

#include <assert.h>
#include <math.h>

static const double none = (double)NAN;

/* The error of a contrast, given those of its sides; NaN where there is none, with the
 * note. */
static double joint_error(double a, double b, cbk_notes *notes)
{
    const bool is_usable = a > 0.0 && b > 0.0;
    if (!is_usable) {
        *notes |= CBK_NOTE_ERROR_ZERO;
    }
    const double error = hypot(a, b);
    return error > 0.0 ? error : none;
}

/* Limits and test on the scale where the contrast is symmetrical. */
static cbk_contrast contrast_of(double estimate, double std_error, double level,
                                cbk_notes notes)
{
    const double z = cbk_normal_quantile_upper((1.0 - level) / 2.0);
    const bool is_beyond = (notes & CBK_NOTE_BEYOND_FOLLOW_UP) != 0;
    const double distance = is_beyond ? none : estimate / std_error;
    return (cbk_contrast){
        .estimate = estimate,
        .std_error = std_error,
        .lower = estimate - z * std_error,
        .upper = estimate + z * std_error,
        .z = distance,
        .p = isnan(distance) ? none : 2.0 * cbk_normal_upper(fabs(distance)),
        .notes = notes,
    };
}

static const cbk_notes forbidding = CBK_NOTE_BEYOND_FOLLOW_UP | CBK_NOTE_NO_ROWS;

static cbk_contrast no_contrast(cbk_notes notes)
{
    return (cbk_contrast){.estimate = none,
                          .std_error = none,
                          .lower = none,
                          .upper = none,
                          .z = none,
                          .p = none,
                          .notes = notes};
}

cbk_contrast cbk_survival_difference(const cbk_km_at *reference, const cbk_km_at *group,
                                     double level)
{
    assert(reference != NULL && group != NULL && level > 0.0 && level < 1.0);
    cbk_notes notes = (reference->notes | group->notes) & forbidding;
    if ((notes & CBK_NOTE_NO_ROWS) != 0) {
        return no_contrast(notes);
    }
    const double error = joint_error(reference->std_error, group->std_error, &notes);
    cbk_contrast contrast =
        contrast_of(group->survival - reference->survival, error, level, notes);
    if (!isnan(error)) {
        contrast.lower = fmax(contrast.lower, -1.0);
        contrast.upper = fmin(contrast.upper, 1.0);
    }
    return contrast;
}

cbk_contrast cbk_restricted_mean_difference(const cbk_restricted_mean *reference,
                                            const cbk_restricted_mean *group,
                                            double level)
{
    assert(reference != NULL && group != NULL && level > 0.0 && level < 1.0);
    cbk_notes notes = (reference->notes | group->notes) & forbidding;
    if ((notes & CBK_NOTE_NO_ROWS) != 0) {
        return no_contrast(notes);
    }
    const double error = joint_error(reference->std_error, group->std_error, &notes);
    return contrast_of(group->estimate - reference->estimate, error, level, notes);
}

cbk_contrast cbk_restricted_mean_ratio(const cbk_restricted_mean *reference,
                                       const cbk_restricted_mean *group, double level)
{
    assert(reference != NULL && group != NULL && level > 0.0 && level < 1.0);
    cbk_notes notes = (reference->notes | group->notes) & forbidding;
    if (!(reference->estimate > 0.0 && group->estimate > 0.0)) {
        const bool is_zero = (notes & CBK_NOTE_NO_ROWS) == 0;
        return no_contrast(notes | (is_zero ? CBK_NOTE_ERROR_ZERO : 0u));
    }
    const double error = joint_error(reference->std_error / reference->estimate,
                                     group->std_error / group->estimate, &notes);
    cbk_contrast contrast =
        contrast_of(log(group->estimate / reference->estimate), error, level, notes);
    contrast.estimate = group->estimate / reference->estimate;
    contrast.lower = exp(contrast.lower);
    contrast.upper = exp(contrast.upper);
    return contrast;
}
