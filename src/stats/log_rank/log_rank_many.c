/* log_rank_many.c - the permutation distribution for more than two groups, drawn at
 * random. Contract: stats/log_rank/log_rank_score.h.
 *
 * How far out a labeling is: U' C^- U, with U the scores of the groups and C their
 * covariance over all labelings, which is one matrix for all of them.
 */
#include "numeric/cholesky.h"
#include "numeric/random.h"
#include "stats/log_rank/log_rank_score.h"

#include <string.h>

/* Two distances closer than this share of them are equal: they are sums of a few doubles.
 */
static const double relative_tie = 1e-10;

typedef struct draw {
    const cbk_row_scores *scores;
    size_t n;         /* rows */
    size_t n_free;    /* groups but the last, whose score the others give */
    int64_t *value;   /* [n] in order within each stratum */
    int64_t *work;    /* [n] */
    int64_t *sum;     /* [n_groups] */
    double *factors;  /* [n_free * n_free] of C */
    double *distance; /* [n_free] scratch */
} draw;

static bool draw_open(const cbk_row_scores *scores, cbk_arena *arena, draw *out)
{
    const size_t n = scores->first[scores->n_strata];
    const size_t n_free = scores->n_groups - 1;
    uint64_t *scratch = CBK_NEW(arena, uint64_t, n);
    *out = (draw){.scores = scores,
                  .n = n,
                  .n_free = n_free,
                  .value = CBK_NEW(arena, int64_t, n),
                  .work = CBK_NEW(arena, int64_t, n),
                  .sum = CBK_NEW(arena, int64_t, scores->n_groups),
                  .factors = CBK_NEW(arena, double, n_free *n_free),
                  .distance = CBK_NEW(arena, double, n_free)};
    if (out->distance == NULL) {
        return false;
    }
    memcpy(out->value, scores->narrow, n * sizeof *out->value);
    for (size_t s = 0; s < scores->n_strata; s++) {
        cbk_narrow_sort(out->value + scores->first[s], scratch,
                        scores->first[s + 1] - scores->first[s]);
    }
    return true;
}

/* Adds the covariance of sums drawn without replacement from n values. */
static void add_covariance(draw *all, const int64_t *value, const size_t *size, size_t n)
{
    double mean = 0.0;
    double spread = 0.0;
    for (size_t i = 0; i < n; i++) {
        mean += (double)value[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        spread += ((double)value[i] - mean) * ((double)value[i] - mean);
    }
    for (size_t g = 0; n > 1 && g < all->n_free; g++) {
        const double share = (double)size[g] / (double)n;
        for (size_t h = 0; h <= g; h++) {
            const double both =
                (g == h ? (double)size[g] : 0.0) - share * (double)size[h];
            all->factors[g * all->n_free + h] += spread / ((double)n - 1.0) * both;
        }
    }
}

static double distance_of(draw *all)
{
    for (size_t g = 0; g < all->n_free; g++) {
        all->distance[g] = (double)all->sum[g];
    }
    return cbk_cholesky_quadratic(all->factors, all->n_free, all->distance);
}

/* Hands the numbers of a stratum out: all groups but the largest draw. */
static void draw_stratum(draw *all, cbk_random *random, int64_t *work, const size_t *size,
                         size_t n)
{
    const size_t n_groups = all->scores->n_groups;
    size_t largest = 0;
    for (size_t g = 1; g < n_groups; g++) {
        largest = size[g] > size[largest] ? g : largest;
    }
    cbk_random_choose(random, work, n, n - size[largest]);
    const int64_t *rest = work + (n - size[largest]);
    for (size_t g = 0; g < n_groups; g++) {
        const int64_t *from = g == largest ? rest : work;
        for (size_t i = 0; i < size[g]; i++) {
            all->sum[g] += from[i];
        }
        work += g == largest ? 0 : size[g];
    }
}

static double draw_distance(draw *all, uint64_t seed, uint64_t stream)
{
    const cbk_row_scores *scores = all->scores;
    cbk_random random = cbk_random_open(seed, stream);
    memcpy(all->work, all->value, all->n * sizeof *all->work);
    memset(all->sum, 0, scores->n_groups * sizeof *all->sum);
    for (size_t s = 0; s < scores->n_strata; s++) {
        draw_stratum(all, &random, all->work + scores->first[s],
                     scores->size + s * scores->n_groups,
                     scores->first[s + 1] - scores->first[s]);
    }
    return distance_of(all);
}

cbk_status cbk_log_rank_draw_many(const cbk_row_scores *scores,
                                  const cbk_log_rank_request *request, cbk_arena *arena,
                                  cbk_log_rank_exact *out, cbk_error *err)
{
    draw all;
    if (!draw_open(scores, arena, &all)) {
        return cbk_fail_memory(err);
    }
    for (size_t s = 0; s < scores->n_strata; s++) {
        add_covariance(&all, all.value + scores->first[s],
                       scores->size + s * scores->n_groups,
                       scores->first[s + 1] - scores->first[s]);
    }
    (void)cbk_cholesky_factor(all.factors, NULL, all.n_free);
    for (size_t i = 0; i < all.n; i++) {
        all.sum[scores->group[i]] += scores->narrow[i];
    }
    const double observed = distance_of(&all) * (1.0 - relative_tie);
    uint64_t n_extreme = 0;
    for (uint64_t i = 0; i < request->n_permutations; i++) {
        n_extreme += draw_distance(&all, request->seed, i) >= observed ? 1 : 0;
    }
    cbk_log_rank_finish_drawn(out, request->n_permutations, n_extreme);
    return CBK_OK;
}
