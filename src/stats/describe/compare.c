/* compare.c - what the tests of this room share: their names, and the values that are
 * there.  Contract: casebook/compare.h. */
#include "stats/describe/compare.h"

#include <assert.h>
#include <math.h>

const char *cbk_test_name(cbk_test test)
{
    static const char *const names[] = {
        [CBK_TEST_NONE] = "no test",
        [CBK_TEST_FISHER] = "Fisher's exact test",
        [CBK_TEST_CHI_SQUARED] = "Chi-squared test without continuity correction",
        [CBK_TEST_MANN_WHITNEY_EXACT] = "Mann-Whitney test (exact)",
        [CBK_TEST_MANN_WHITNEY_NORMAL] = "Mann-Whitney test (normal approximation)",
        [CBK_TEST_KRUSKAL_WALLIS] = "Kruskal-Wallis test",
        [CBK_TEST_WELCH_T] = "Welch's t test",
        [CBK_TEST_STUDENT_T] = "Student's t test",
    };
    assert((size_t)test < sizeof names / sizeof names[0]);
    return names[test];
}

cbk_comparison cbk_comparison_none(cbk_notes notes)
{
    const double none = (double)NAN;
    return (cbk_comparison){
        .test = CBK_TEST_NONE, .statistic = none, .df = none, .p = none, .notes = notes};
}

/* Copies what is there; groups keep their numbers.  Returns CBK_EDATA for an infinity. */
static cbk_status copy_values(const cbk_grouped_values *values, cbk_samples *out,
                              cbk_error *err)
{
    for (size_t i = 0; i < values->n; i++) {
        if (isinf(values->value[i])) {
            return cbk_fail(err, CBK_EDATA, i,
                            "The value is infinite; expected a finite number.");
        }
        if (isnan(values->value[i]) || values->group[i] >= values->n_groups) {
            out->notes |= CBK_NOTE_ROWS_LEFT_OUT;
            continue;
        }
        out->value[out->n] = values->value[i];
        out->group[out->n++] = values->group[i];
        out->size[values->group[i]]++;
    }
    return CBK_OK;
}

/* Closes the gaps that groups without values leave. */
static void renumber(size_t n_groups, uint32_t *number, cbk_samples *out)
{
    for (size_t g = 0; g < n_groups; g++) {
        if (out->size[g] > 0) {
            out->size[out->n_groups] = out->size[g];
            number[g] = (uint32_t)out->n_groups++;
        }
    }
    for (size_t i = 0; i < out->n; i++) {
        out->group[i] = number[out->group[i]];
    }
}

cbk_status cbk_samples_of(const cbk_grouped_values *values, cbk_arena *arena,
                          cbk_samples *out, cbk_error *err)
{
    *out = (cbk_samples){
        .value = CBK_NEW(arena, double, values->n + 1),
        .group = CBK_NEW(arena, uint32_t, values->n + 1),
        .size = CBK_NEW(arena, size_t, values->n_groups + 1),
    };
    uint32_t *number = CBK_NEW(arena, uint32_t, values->n_groups + 1);
    if (number == NULL) { /* failure is sticky: this stands for all four */
        return cbk_fail_memory(err);
    }
    CBK_TRY(copy_values(values, out, err));
    renumber(values->n_groups, number, out);
    return CBK_OK;
}
