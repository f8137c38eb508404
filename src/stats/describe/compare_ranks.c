/* compare_ranks.c - Mann-Whitney and Kruskal-Wallis.  Contract and sources:
 * casebook/compare.h. */
#include "stats/describe/compare.h"

#include "numeric/distribution.h"
#include "numeric/sum.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum { EXACT_BELOW = 50 }; /* subjects in each group, as in R's wilcox.test() */

typedef struct ranked {
    double value;
    uint32_t group;
} ranked;

static int by_value_then_group(const void *lhs, const void *rhs)
{
    const ranked *a = lhs;
    const ranked *b = rhs;
    if (a->value < b->value || a->value > b->value) {
        return a->value < b->value ? -1 : 1;
    }
    return (a->group > b->group) - (a->group < b->group);
}

/* What the ranks of all values together come to. */
typedef struct rank_sums {
    size_t n_groups;
    const size_t *size; /* [n_groups] */
    double n;
    double *sum;      /* [n_groups] of ranks; ties have the mean of theirs */
    double tie_cubes; /* sum of t^3 - t over runs of t equal values */
} rank_sums;

static cbk_status rank(const cbk_samples *samples, cbk_arena *arena, rank_sums *out,
                       cbk_error *err)
{
    const size_t n = samples->n;
    ranked *row = CBK_NEW(arena, ranked, n + 1);
    *out = (rank_sums){.n_groups = samples->n_groups,
                       .size = samples->size,
                       .n = (double)n,
                       .sum = CBK_NEW(arena, double, samples->n_groups + 1)};
    if (out->sum == NULL) {
        return cbk_fail_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        row[i] = (ranked){samples->value[i], samples->group[i]};
    }
    qsort(row, n, sizeof *row, by_value_then_group);
    for (size_t first = 0, next = 0; first < n; first = next) {
        while (next < n && row[next].value <= row[first].value) {
            next++;
        }
        const double t = (double)(next - first);
        out->tie_cubes += t * t * t - t;
        for (size_t i = first; i < next; i++) { /* halves: exact */
            out->sum[row[i].group] += (double)(first + next + 1) / 2.0;
        }
    }
    return CBK_OK;
}

static cbk_comparison mann_whitney_normal(const rank_sums *ranks, double w)
{
    const double n1 = (double)ranks->size[0];
    const double n2 = (double)ranks->size[1];
    const double n = ranks->n;
    const double ties = ranks->tie_cubes / (n * (n - 1.0));
    const double variance = n1 * n2 / 12.0 * (n + 1.0 - ties);
    const double distance = fabs(w - n1 * n2 / 2.0);
    cbk_comparison out = cbk_comparison_none(0);
    if (!(variance > 0.0) || ranks->tie_cubes >= n * n * n - n) {
        return cbk_comparison_none(CBK_NOTE_NO_SPREAD);
    }
    out.test = CBK_TEST_MANN_WHITNEY_NORMAL;
    out.statistic = w;
    const double corrected = distance > 0.0 ? distance - 0.5 : 0.0;
    out.p = fmin(2.0 * cbk_normal_upper(corrected / sqrt(variance)), 1.0);
    return out;
}

static cbk_status mann_whitney(const rank_sums *ranks, cbk_arena *arena,
                               cbk_comparison *out, cbk_error *err)
{
    const size_t n1 = ranks->size[0];
    const size_t n2 = ranks->size[1];
    const double w = ranks->sum[0] - (double)n1 * ((double)n1 + 1.0) / 2.0;
    const bool is_exact = ranks->tie_cubes <= 0.0 && n1 < EXACT_BELOW && n2 < EXACT_BELOW;
    if (!is_exact) {
        *out = mann_whitney_normal(ranks, w);
        return CBK_OK;
    }
    *out = cbk_comparison_none(0);
    out->test = CBK_TEST_MANN_WHITNEY_EXACT;
    out->statistic = w;
    return cbk_mann_whitney_p(n1, n2, (size_t)w, arena, &out->p, err);
}

static cbk_comparison kruskal_wallis(const rank_sums *ranks)
{
    const double n = ranks->n;
    const double cubes = n * n * n - n;
    if (ranks->tie_cubes >= cubes) {
        return cbk_comparison_none(CBK_NOTE_NO_SPREAD);
    }
    cbk_sum between = {0};
    for (size_t g = 0; g < ranks->n_groups; g++) {
        const double size = (double)ranks->size[g];
        const double distance = ranks->sum[g] / size - (n + 1.0) / 2.0;
        cbk_sum_add(&between, size * distance * distance);
    }
    cbk_comparison out = {.test = CBK_TEST_KRUSKAL_WALLIS};
    out.statistic = 12.0 * cbk_sum_value(&between) / (n * (n + 1.0)) /
                    (1.0 - ranks->tie_cubes / cubes);
    out.df = (double)ranks->n_groups - 1.0;
    out.p = cbk_chi_squared_upper(out.statistic, out.df);
    return out;
}

static cbk_status compare(const cbk_grouped_values *values, cbk_arena *arena,
                          cbk_comparison *out, cbk_error *err)
{
    cbk_samples samples;
    rank_sums ranks;
    CBK_TRY(cbk_samples_of(values, arena, &samples, err));
    CBK_TRY(rank(&samples, arena, &ranks, err));
    if (samples.n_groups < 2) {
        *out = cbk_comparison_none(CBK_NOTE_NO_GROUPS);
    } else if (samples.n_groups == 2) {
        CBK_TRY(mann_whitney(&ranks, arena, out, err));
    } else {
        *out = kruskal_wallis(&ranks);
    }
    out->notes |= samples.notes;
    return CBK_OK;
}

cbk_status cbk_compare_ranks(const cbk_grouped_values *values, cbk_arena *arena,
                             cbk_comparison *out, cbk_error *err)
{
    assert(values != NULL && arena != NULL && out != NULL);
    const cbk_mark before = cbk_arena_mark(arena);
    const cbk_status status = compare(values, arena, out, err);
    cbk_arena_release(arena, before);
    return status;
}
