/* mann_whitney.c - the exact distribution of the Mann-Whitney statistic.  Contract:
 * stats/describe/compare.h. */
#include "stats/describe/compare.h"

#include <assert.h>
#include <math.h>

/* The share of all labelings with a statistic of at most w.  The largest value belongs
 * either to the first group, and beats all n of the second, or to the second:
 *     f(m, n, w) = f(m - 1, n, w - n) + f(m, n - 1, w).
 * Sums of positive numbers only, so nothing cancels.  way is [n1 + 1][w + 1]. */
static double share_at_most(size_t n1, size_t n2, size_t w, double *way)
{
    const size_t width = w + 1;
    for (size_t m = 0; m <= n1; m++) {
        way[m * width] = 1.0; /* of no subjects in the second group */
    }
    for (size_t n = 1; n <= n2; n++) {
        for (size_t m = 1; m <= n1; m++) {
            for (size_t k = n; k <= w; k++) {
                way[m * width + k] += way[(m - 1) * width + k - n];
            }
        }
    }
    double n_as_extreme = 0.0;
    for (size_t k = 0; k <= w; k++) {
        n_as_extreme += way[n1 * width + k];
    }
    double n_labelings = 1.0; /* n1 + n2 over n1: whole at every step */
    for (size_t i = 1; i <= n1; i++) {
        n_labelings = n_labelings * (double)(n2 + i) / (double)i;
    }
    return n_as_extreme / n_labelings;
}

cbk_status cbk_mann_whitney_p(size_t n1, size_t n2, size_t w, cbk_arena *arena, double *p,
                              cbk_error *err)
{
    assert(n1 >= 1 && n2 >= 1 && w <= n1 * n2);
    const size_t mirrored = n1 * n2 - w; /* the distribution is symmetrical */
    const size_t nearer = w < mirrored ? w : mirrored;
    double *way = CBK_NEW(arena, double, (n1 + 1) * (nearer + 1));
    if (way == NULL) {
        return cbk_fail_memory(err);
    }
    *p = fmin(2.0 * share_at_most(n1, n2, nearer, way), 1.0);
    return CBK_OK;
}
