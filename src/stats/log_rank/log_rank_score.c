/* log_rank_score.c - what each row adds to the score, as whole numbers.  Contract:
 * stats/log_rank/log_rank_score.h.
 */
#include "stats/log_rank/log_rank_score.h"

#include "numeric/search.h"
#include "numeric/sort.h"

static const double relative_slack = 1e-12;
enum { VALUE_BITS = 124, NARROW_BITS = 61 };

/* How scores are made whole. */
typedef struct scale {
    cbk_whole unit;
    bool is_exact;
    double size; /* no sum of scores is larger, before scaling */
} scale;

/* The columns at work: per time of an event, what follows from it. */
typedef struct scorer {
    const cbk_group_risk *table;
    scale scale;
    double *weight;    /* [n_times] */
    double *n;         /* [n_times] at risk */
    double *d;         /* [n_times] events */
    cbk_whole *event;  /* [n_times] what an event there adds */
    cbk_whole *passed; /* [n_times] what was taken from those who were at risk so far */
} scorer;

static uint64_t greatest_common_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        const uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static void weigh_times(const cbk_log_rank_request *request, scorer *all)
{
    const cbk_group_risk *table = all->table;
    for (size_t s = 0; s < table->n_strata; s++) {
        cbk_pooled_curve curve = {.survival = 1.0};
        for (size_t t = table->first[s]; t < table->first[s + 1]; t++) {
            for (size_t g = 0; g < table->n_groups; g++) {
                all->n[t] += table->at_risk[t * table->n_groups + g];
                all->d[t] += table->events[t * table->n_groups + g];
            }
            all->weight[t] = cbk_log_rank_weigh(request, all->n[t], all->d[t], &curve);
        }
    }
}

/* The sum of the sizes of all scores is at most twice the weighted events. */
static double size_of_scores(const scorer *all)
{
    double size = 1.0;
    for (size_t t = 0; t < all->table->n_times; t++) {
        size += 2.0 * all->weight[t] * all->d[t];
    }
    return size;
}

/* The least common multiple of the numbers at risk, where sums of scores times it stay
 * below 2^VALUE_BITS; else 0. */
static cbk_whole common_multiple(const scorer *all)
{
    const double most = ldexp(1.0, VALUE_BITS) / all->scale.size;
    cbk_whole multiple = 1;
    for (size_t t = 0; t < all->table->n_times; t++) {
        const uint64_t n = (uint64_t)all->n[t];
        const uint64_t rest = (uint64_t)(multiple % (cbk_whole)n);
        const uint64_t factor = n / greatest_common_divisor(n, rest);
        if ((double)multiple * (double)factor >= most) {
            return 0;
        }
        multiple *= (cbk_whole)factor;
    }
    return multiple;
}

static void choose_scale(const cbk_log_rank_request *request, scorer *all)
{
    all->scale.size = size_of_scores(all);
    if (request->method == CBK_LOG_RANK) {
        all->scale.unit = common_multiple(all);
    } else if (request->method == CBK_LOG_RANK_GEHAN &&
               all->scale.size < ldexp(1.0, 53)) {
        all->scale.unit = 1; /* n [event] - sum of D: whole already */
    }
    all->scale.is_exact = all->scale.unit != 0;
    if (!all->scale.is_exact) {
        int exponent = 0;
        (void)frexp(all->scale.size, &exponent);
        all->scale.unit = (cbk_whole)ldexp(1.0, VALUE_BITS - 4 - exponent);
    }
}

/* w D / n is whole where the unit is a multiple of n, or w is n. */
static void scale_times(scorer *all)
{
    const cbk_group_risk *table = all->table;
    for (size_t s = 0; s < table->n_strata; s++) {
        cbk_whole passed = 0;
        for (size_t t = table->first[s]; t < table->first[s + 1]; t++) {
            const cbk_whole n = (cbk_whole)all->n[t];
            const cbk_whole d = (cbk_whole)all->d[t];
            all->event[t] = all->scale.is_exact
                                ? (cbk_whole)all->weight[t] * all->scale.unit
                                : (cbk_whole)(all->weight[t] * (double)all->scale.unit);
            passed += all->event[t] / n * d + all->event[t] % n * d / n;
            all->passed[t] = passed;
        }
    }
}

/* The first time of the stratum after `time`. */
static size_t first_after(const cbk_group_risk *table, size_t stratum, double time)
{
    const size_t first = table->first[stratum];
    return first +
           cbk_count_until(table->time + first, table->first[stratum + 1] - first, time);
}

static cbk_whole passed_by(const scorer *all, size_t stratum, size_t after)
{
    return after > all->table->first[stratum] ? all->passed[after - 1] : 0;
}

static cbk_whole score_row(const scorer *all, const cbk_followup *followup, size_t row,
                           size_t stratum)
{
    const size_t after = first_after(all->table, stratum, followup->time[row]);
    cbk_whole score = -passed_by(all, stratum, after);
    if (followup->is_event[row]) {
        score += all->event[after - 1];
    }
    if (followup->entry != NULL && followup->entry[row] > 0.0) {
        const double entry = followup->entry[row];
        score += passed_by(all, stratum, first_after(all->table, stratum, entry));
    }
    return score;
}

/* Slack of what rounding does to values, and to narrow ones. */
static void choose_slack(const scorer *all, const cbk_log_rank_request *request,
                         int shift, cbk_row_scores *out)
{
    const cbk_whole n = (cbk_whole)all->table->n;
    if (!all->scale.is_exact) {
        out->slack = 4 * n * (cbk_whole)(all->table->n_times + 1);
        if (request->method != CBK_LOG_RANK) {
            out->slack +=
                (cbk_whole)(relative_slack * all->scale.size * (double)all->scale.unit);
        }
    }
    out->narrow_slack = (int64_t)(out->slack >> shift);
    out->is_narrow_exact = all->scale.is_exact && shift == 0;
    out->narrow_slack += shift > 0 ? (int64_t)(2 * n + 1) : 0;
}

/* Bits to drop so that sums of scores stay below 2^NARROW_BITS. */
static int narrow_shift(const scale *of)
{
    int exponent = 0;
    (void)frexp(of->size * (double)of->unit, &exponent);
    return exponent > NARROW_BITS ? exponent - NARROW_BITS : 0;
}

static int64_t narrow_of(cbk_whole value, int shift)
{
    if (shift == 0) {
        return (int64_t)value;
    }
    const cbk_whole half = (cbk_whole)1 << (shift - 1);
    return value < 0 ? -(int64_t)((half - value) >> shift)
                     : (int64_t)((half + value) >> shift);
}

static bool scorer_open(const cbk_group_risk *table, cbk_arena *arena, scorer *all)
{
    *all = (scorer){.table = table,
                    .weight = CBK_NEW(arena, double, table->n_times),
                    .n = CBK_NEW(arena, double, table->n_times),
                    .d = CBK_NEW(arena, double, table->n_times),
                    .event = CBK_NEW(arena, cbk_whole, table->n_times),
                    .passed = CBK_NEW(arena, cbk_whole, table->n_times)};
    return all->passed != NULL;
}

/* Puts the rows stratum after stratum. */
static bool order_rows(const cbk_log_rank_rows *rows, size_t n_strata, cbk_arena *arena,
                       size_t **order, size_t **first)
{
    const size_t n = rows->followup->n;
    size_t *start = CBK_NEW(arena, size_t, n_strata + 1);
    size_t *next = CBK_NEW(arena, size_t, n_strata);
    size_t *placed = CBK_NEW(arena, size_t, n);
    if (placed == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        start[(rows->stratum != NULL ? rows->stratum[i] : 0) + 1]++;
    }
    for (size_t s = 0; s < n_strata; s++) {
        start[s + 1] += start[s];
        next[s] = start[s];
    }
    for (size_t i = 0; i < n; i++) {
        placed[next[rows->stratum != NULL ? rows->stratum[i] : 0]++] = i;
    }
    *order = placed;
    *first = start;
    return true;
}

cbk_status cbk_row_scores_make(const cbk_log_rank_rows *rows, const cbk_group_risk *table,
                               const cbk_log_rank_request *request, cbk_arena *arena,
                               cbk_row_scores *out, cbk_error *err)
{
    const size_t n = rows->followup->n;
    const size_t n_strata = table->n_strata;
    const size_t n_groups = table->n_groups;
    size_t *order = NULL;
    size_t *first = NULL;
    scorer all;
    uint32_t *group = CBK_NEW(arena, uint32_t, n);
    size_t *size = CBK_NEW(arena, size_t, n_strata * n_groups);
    cbk_whole *value = CBK_NEW(arena, cbk_whole, n);
    int64_t *narrow = CBK_NEW(arena, int64_t, n);
    if (!scorer_open(table, arena, &all) ||
        !order_rows(rows, n_strata, arena, &order, &first)) {
        return cbk_fail_memory(err);
    }
    weigh_times(request, &all);
    choose_scale(request, &all);
    scale_times(&all);
    const int shift = narrow_shift(&all.scale);
    for (size_t s = 0; s < n_strata; s++) {
        for (size_t i = first[s]; i < first[s + 1]; i++) {
            group[i] = rows->group[order[i]];
            value[i] = score_row(&all, rows->followup, order[i], s);
            narrow[i] = narrow_of(value[i], shift);
            size[s * n_groups + group[i]]++;
        }
    }
    *out = (cbk_row_scores){.n_strata = n_strata,
                            .n_groups = n_groups,
                            .first = first,
                            .size = size,
                            .group = group,
                            .value = value,
                            .narrow = narrow};
    choose_slack(&all, request, shift, out);
    return CBK_OK;
}

void cbk_narrow_sort(int64_t *value, uint64_t *scratch, size_t n)
{
    const uint64_t sign = (uint64_t)1 << 63;
    uint64_t *keys = (uint64_t *)value; /* the unsigned type of the same width */
    for (size_t i = 0; i < n; i++) {
        keys[i] ^= sign;
    }
    cbk_sort_keys(keys, scratch, n);
    for (size_t i = 0; i < n; i++) {
        keys[i] ^= sign;
    }
}

void cbk_log_rank_finish_drawn(cbk_log_rank_exact *out, uint64_t n_drawn,
                               uint64_t n_extreme)
{
    out->is_complete = false;
    out->n_permutations = n_drawn;
    out->n_extreme = n_extreme;
    out->p = ((double)n_extreme + 1.0) / ((double)n_drawn + 1.0);
    out->std_error = sqrt(out->p * (1.0 - out->p) / (double)n_drawn);
}
