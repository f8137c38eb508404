/* log_rank.c - the log-rank test and its weighted relatives.  Contract:
 * casebook/log_rank.h.
 */
#include <casebook/log_rank.h>

#include "numeric/cholesky.h"
#include "numeric/distribution.h"
#include "numeric/sum.h"
#include "stats/log_rank/log_rank_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
    [CBK_LOG_RANK] = "logrank",
    [CBK_LOG_RANK_GEHAN] = "gehan",
    [CBK_LOG_RANK_TARONE_WARE] = "tarone-ware",
    [CBK_LOG_RANK_PETO] = "peto",
    [CBK_LOG_RANK_FLEMING_HARRINGTON] = "fleming-harrington",
};
enum { N_NAMES = sizeof names / sizeof names[0] };

const char *cbk_log_rank_method_name(cbk_log_rank_method method)
{
    return names[method];
}

bool cbk_log_rank_method_parse(const char *name, cbk_log_rank_method *out)
{
    for (size_t i = 0; i < N_NAMES; i++) {
        if (strcmp(name, names[i]) == 0) {
            *out = (cbk_log_rank_method)i;
            return true;
        }
    }
    return false;
}

/* Whether observed and expected are printed weighted: where weights are survival. */
static bool is_weight_survival(const cbk_log_rank_request *request)
{
    return request->method == CBK_LOG_RANK_PETO ||
           request->method == CBK_LOG_RANK_FLEMING_HARRINGTON;
}

/* ---- sums over the times ---------------------------------------------------------- */

/* The score of some of the groups, alone in the world. */
typedef struct comparison {
    const cbk_group_risk *table;
    const cbk_log_rank_request *request;
    size_t n;             /* groups compared */
    const size_t *column; /* [n] which */
    cbk_sum *observed;    /* [n] weighted */
    cbk_sum *expected;    /* [n] weighted */
    cbk_sum *plain;       /* [n] expected without weights */
    cbk_sum *variance;    /* [n * n] lower triangle; last row and column not filled */
    bool has_events;
    bool is_zero_early;
} comparison;

static bool comparison_open(comparison *all, cbk_arena *arena)
{
    all->observed = CBK_NEW(arena, cbk_sum, all->n);
    all->expected = CBK_NEW(arena, cbk_sum, all->n);
    all->plain = CBK_NEW(arena, cbk_sum, all->n);
    all->variance = CBK_NEW(arena, cbk_sum, all->n * all->n);
    return all->variance != NULL;
}

/* n at risk, d events, w their weight. */
static void add_time(comparison *all, const uint32_t *at_risk, const uint32_t *events,
                     double n, double d, double w)
{
    const double spread = n > 1.0 ? w * w * d * (n - d) / (n - 1.0) : 0.0;
    const bool is_weighted = all->request->method != CBK_LOG_RANK;
    for (size_t i = 0; i < all->n; i++) {
        const double y = at_risk[all->column[i]];
        if (y == 0.0) {
            continue;
        }
        const double expected = y * d / n;
        cbk_sum_add(&all->plain[i], expected);
        if (is_weighted) {
            cbk_sum_add(&all->observed[i], w * (double)events[all->column[i]]);
            cbk_sum_add(&all->expected[i], w * expected);
        }
        if (spread > 0.0 && i + 1 < all->n) {
            const double part = spread * (y / n);
            cbk_sum_add(&all->variance[i * all->n + i], part * ((n - y) / n));
            for (size_t k = 0; k < i; k++) {
                const double other = at_risk[all->column[k]];
                cbk_sum_add(&all->variance[i * all->n + k], -part * (other / n));
            }
        }
    }
}

/* One event, two groups, weights of 1: what add_time() adds, in fewer divisions. */
static inline void add_single(comparison *all, double first, double second)
{
    const double n = first + second;
    const double share = first / n;
    const double other = second / n;
    cbk_sum_add(&all->plain[0], share);
    cbk_sum_add(&all->plain[1], other);
    cbk_sum_add(&all->variance[0], share * other);
}

static void add_stratum(comparison *all, size_t stratum)
{
    const cbk_group_risk *table = all->table;
    const bool is_plain_pair = all->n == 2 && all->request->method == CBK_LOG_RANK;
    cbk_pooled_curve curve = {.survival = 1.0};
    for (size_t t = table->first[stratum]; t < table->first[stratum + 1]; t++) {
        const uint32_t *at_risk = table->at_risk + t * table->n_groups;
        const uint32_t *events = table->events + t * table->n_groups;
        double n = 0.0;
        double d = 0.0;
        for (size_t i = 0; i < all->n; i++) {
            n += at_risk[all->column[i]];
            d += events[all->column[i]];
        }
        if (is_plain_pair && d == 1.0) {
            add_single(all, at_risk[all->column[0]], at_risk[all->column[1]]);
            all->has_events = true;
        } else if (d > 0.0) {
            const double w = cbk_log_rank_weigh(all->request, n, d, &curve);
            add_time(all, at_risk, events, n, d, w);
            all->has_events = true;
        }
    }
    all->is_zero_early = all->is_zero_early || curve.is_zero_early;
}

/* Weights of 1: what was not summed apart. */
static void fill_unweighted(comparison *all)
{
    for (size_t i = 0; i < all->n; i++) {
        all->observed[i] =
            (cbk_sum){.total = (double)all->table->n_event_of[all->column[i]]};
        all->expected[i] = all->plain[i];
    }
}

static void comparison_run(comparison *all)
{
    for (size_t s = 0; s < all->table->n_strata; s++) {
        add_stratum(all, s);
    }
    if (all->request->method == CBK_LOG_RANK) {
        fill_unweighted(all);
    }
}

/* Observed minus expected, both with what rounding took from them. */
static void fill_score(const comparison *all, double *score)
{
    for (size_t i = 0; i < all->n; i++) {
        const cbk_sum *o = &all->observed[i];
        const cbk_sum *e = &all->expected[i];
        score[i] = (o->total - e->total) + (o->lost - e->lost);
    }
}

/* The rows and columns of the variance sum to 0, which gives the last. */
static void fill_variance(const comparison *all, double *variance)
{
    const size_t n = all->n;
    const size_t last = n - 1;
    for (size_t i = 0; i < last; i++) {
        for (size_t k = 0; k <= i; k++) {
            const double value = cbk_sum_value(&all->variance[i * n + k]);
            variance[i * n + k] = value;
            variance[k * n + i] = value;
        }
    }
    cbk_sum corner = {0};
    for (size_t i = 0; i < last; i++) {
        cbk_sum row = {0};
        for (size_t k = 0; k < last; k++) {
            cbk_sum_add(&row, -variance[i * n + k]);
        }
        const double value = cbk_sum_value(&row);
        variance[i * n + last] = value;
        variance[last * n + i] = value;
        cbk_sum_add(&corner, -value);
    }
    variance[last * n + last] = cbk_sum_value(&corner);
}

/* ---- tests ------------------------------------------------------------------------ */

static cbk_log_rank_test test_of(double chisq, size_t df, cbk_notes notes)
{
    const double none = (double)NAN;
    cbk_log_rank_test test = {.chisq = df > 0 ? chisq : 0.0,
                              .df = df,
                              .p = none,
                              .log_p = none,
                              .notes = notes};
    if (df > 0) {
        test.p = cbk_chi_squared_upper(chisq, (double)df);
        test.log_p = cbk_chi_squared_upper_log(chisq, (double)df);
    } else if ((notes & (CBK_NOTE_NO_EVENTS | CBK_NOTE_NO_ROWS)) == 0) {
        test.notes |= CBK_NOTE_ZERO_VARIANCE;
    }
    return test;
}

static cbk_notes notes_of(const comparison *all)
{
    cbk_notes notes = all->has_events ? 0 : CBK_NOTE_NO_EVENTS;
    notes |= all->is_zero_early ? CBK_NOTE_ZERO_BEFORE_ENTRIES : 0;
    return notes;
}

/* The last group is determined by the others; columns that say nothing more are dropped.
 * False when out of memory. */
static bool test_all(const comparison *all, const double *score, const double *variance,
                     cbk_arena *arena, cbk_log_rank_test *out)
{
    const size_t n = all->n;
    const size_t n_free = n - 1;
    double *factors = CBK_NEW(arena, double, n_free *n_free);
    double *vector = CBK_NEW(arena, double, n_free);
    if (vector == NULL) {
        return false;
    }
    for (size_t i = 0; i < n_free; i++) {
        vector[i] = score[i];
        memcpy(factors + i * n_free, variance + i * n, n_free * sizeof *factors);
    }
    const size_t rank = cbk_cholesky_factor(factors, NULL, n_free);
    const double chisq = cbk_cholesky_quadratic(factors, n_free, vector);
    cbk_notes notes = notes_of(all);
    notes |= all->has_events && rank > 0 && rank < n_free ? CBK_NOTE_DF_REDUCED : 0;
    *out = test_of(chisq, rank, notes);
    return true;
}

/* Scores are taken from their mean: adding a constant changes nothing, but would cost
 * digits. */
static cbk_log_rank_test test_trend(const cbk_log_rank *fit, const double *scores,
                                    cbk_notes notes)
{
    const size_t n = fit->n_groups;
    double mean = 0.0;
    for (size_t i = 0; i < n; i++) {
        mean += scores[i] / (double)n;
    }
    cbk_sum score = {0};
    cbk_sum variance = {0};
    double size = 0.0;
    for (size_t i = 0; i < n; i++) {
        cbk_sum_add(&score, (scores[i] - mean) * fit->score[i]);
        for (size_t k = 0; k < n; k++) {
            const double term =
                (scores[i] - mean) * (scores[k] - mean) * fit->variance[i * n + k];
            cbk_sum_add(&variance, term);
            size += fabs(term);
        }
    }
    const double v = cbk_sum_value(&variance);
    const double u = cbk_sum_value(&score);
    const bool is_free = v > 0x1p-39 * size; /* the tolerance of the factors */
    return test_of(is_free ? u * u / v : 0.0, is_free ? 1 : 0, notes);
}

/* ---- pairs ------------------------------------------------------------------------ */

static cbk_status fit_pair(const cbk_group_risk *table,
                           const cbk_log_rank_request *request, cbk_arena *arena,
                           cbk_log_rank_pair *pair, cbk_error *err)
{
    const cbk_mark mark = cbk_arena_mark(arena);
    const size_t column[2] = {pair->first, pair->second};
    double score[2];
    double variance[4];
    comparison two = {.table = table, .request = request, .n = 2, .column = column};
    if (!comparison_open(&two, arena)) {
        return cbk_fail_memory(err);
    }
    comparison_run(&two);
    fill_score(&two, score);
    fill_variance(&two, variance);
    const bool is_done = test_all(&two, score, variance, arena, &pair->test);
    cbk_arena_release(arena, mark);
    return is_done ? CBK_OK : cbk_fail_memory(err);
}

static int by_p(const void *lhs, const void *rhs)
{
    const cbk_log_rank_pair *a = *(cbk_log_rank_pair *const *)lhs;
    const cbk_log_rank_pair *b = *(cbk_log_rank_pair *const *)rhs;
    const int order = (a->test.log_p > b->test.log_p) - (a->test.log_p < b->test.log_p);
    return order != 0 ? order : (a > b) - (a < b);
}

/* The smallest of m p values is multiplied by m, the next by m - 1, ..., none is smaller
 * than the one before, none above 1.  Pairs without p are no tests. */
static bool adjust_by_holm(cbk_log_rank_pair *pairs, size_t n, cbk_arena *arena)
{
    cbk_log_rank_pair **order = CBK_NEW(arena, cbk_log_rank_pair *, n);
    if (order == NULL) {
        return false;
    }
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        pairs[i].p_holm = (double)NAN;
        if (!isnan(pairs[i].test.p)) {
            order[m++] = &pairs[i];
        }
    }
    qsort(order, m, sizeof *order, by_p);
    double largest = 0.0;
    for (size_t i = 0; i < m; i++) {
        largest = fmax(largest, (double)(m - i) * order[i]->test.p);
        order[i]->p_holm = fmin(largest, 1.0);
    }
    return true;
}

static cbk_status fit_pairs(const cbk_group_risk *table,
                            const cbk_log_rank_request *request, cbk_arena *arena,
                            cbk_log_rank_pair *pairs, size_t n_pairs, cbk_error *err)
{
    size_t k = 0;
    for (size_t i = 0; i < table->n_groups; i++) {
        for (size_t j = i + 1; j < table->n_groups; j++) {
            pairs[k] = (cbk_log_rank_pair){.first = i, .second = j};
            CBK_TRY(fit_pair(table, request, arena, &pairs[k++], err));
        }
    }
    return adjust_by_holm(pairs, n_pairs, arena) ? CBK_OK : cbk_fail_memory(err);
}

/* ---- all of it -------------------------------------------------------------------- */

static cbk_status check_request(const cbk_log_rank_rows *rows,
                                const cbk_log_rank_request *request, cbk_error *err)
{
    if (rows->followup->weight != NULL) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "The log-rank test does not take weights of rows.");
    }
    if (rows->n_groups == 1) {
        return cbk_fail(
            err, CBK_EINVAL, CBK_ROW_NONE,
            "A comparison needs at least two groups; the rows that can be used "
            "are all in one.");
    }
    if (rows->n_groups > CBK_LOG_RANK_GROUPS_MAX) {
        return cbk_fail(
            err, CBK_EINVAL, CBK_ROW_NONE,
            "There are %zu groups; a comparison takes at most %d.  Is this the "
            "variable that was meant?",
            rows->n_groups, (int)CBK_LOG_RANK_GROUPS_MAX);
    }
    if (request->method == CBK_LOG_RANK_FLEMING_HARRINGTON &&
        !(isfinite(request->rho) && request->rho >= 0.0 && isfinite(request->gamma) &&
          request->gamma >= 0.0)) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "rho and gamma are numbers of at least 0, not %g and %g.",
                        request->rho, request->gamma);
    }
    for (size_t g = 0; request->scores != NULL && g < rows->n_groups; g++) {
        if (!isfinite(request->scores[g])) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "The scores of a trend are finite numbers.");
        }
    }
    if (request->wants_exact && request->n_permutations == 0) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "At least one permutation must be drawn.");
    }
    return CBK_OK;
}

/* What the fit fills; the arena keeps it. */
typedef struct fit_memory {
    cbk_log_rank *fit;
    cbk_log_rank_group *groups;
    size_t *column; /* 0, 1, 2, ... */
    double *scores;
    double *score;
    double *variance;
    cbk_log_rank_pair *pairs;
    cbk_log_rank_exact *exact;
    size_t n_pairs;
} fit_memory;

static bool fit_allocate(size_t n_groups, const cbk_log_rank_request *request,
                         cbk_arena *arena, fit_memory *memory)
{
    memory->n_pairs =
        request->wants_pairs && n_groups > 0 ? n_groups * (n_groups - 1) / 2 : 0;
    memory->fit = CBK_NEW(arena, cbk_log_rank, 1);
    memory->groups = CBK_NEW(arena, cbk_log_rank_group, n_groups);
    memory->column = CBK_NEW(arena, size_t, n_groups);
    memory->scores = CBK_NEW(arena, double, n_groups);
    memory->score = CBK_NEW(arena, double, n_groups);
    memory->variance = CBK_NEW(arena, double, n_groups *n_groups);
    memory->pairs = CBK_NEW(arena, cbk_log_rank_pair, memory->n_pairs);
    memory->exact = CBK_NEW(arena, cbk_log_rank_exact, 1);
    if (memory->exact == NULL) {
        return false;
    }
    for (size_t g = 0; g < n_groups; g++) {
        memory->column[g] = g;
        memory->scores[g] = request->scores != NULL ? request->scores[g] : (double)g;
    }
    *memory->fit = (cbk_log_rank){.request = *request,
                                  .n_groups = n_groups,
                                  .groups = memory->groups,
                                  .score = memory->score,
                                  .variance = memory->variance,
                                  .n_pairs = memory->n_pairs,
                                  .pairs = memory->pairs,
                                  .exact = request->wants_exact ? memory->exact : NULL};
    memory->fit->request.scores = memory->scores;
    return true;
}

static void fill_groups(const comparison *all, cbk_log_rank_group *groups)
{
    const bool is_weighted = is_weight_survival(all->request);
    for (size_t g = 0; g < all->n; g++) {
        const size_t n_event = all->table->n_event_of[g];
        groups[g] = (cbk_log_rank_group){
            .n = all->table->n_of[g],
            .n_event = n_event,
            .observed = is_weighted ? cbk_sum_value(&all->observed[g]) : (double)n_event,
            .expected = cbk_sum_value(is_weighted ? &all->expected[g] : &all->plain[g])};
    }
}

static cbk_status fit_all(const cbk_log_rank_rows *rows,
                          const cbk_log_rank_request *request, cbk_arena *arena,
                          fit_memory *memory, cbk_error *err)
{
    const cbk_group_risk *table = NULL;
    CBK_TRY(cbk_group_risk_build(rows, arena, &table, err));
    comparison all = {.table = table,
                      .request = request,
                      .n = rows->n_groups,
                      .column = memory->column};
    if (!comparison_open(&all, arena)) {
        return cbk_fail_memory(err);
    }
    cbk_log_rank *fit = memory->fit;
    comparison_run(&all);
    fill_groups(&all, memory->groups);
    fill_score(&all, memory->score);
    fill_variance(&all, memory->variance);
    if (!test_all(&all, memory->score, memory->variance, arena, &fit->test)) {
        return cbk_fail_memory(err);
    }
    fit->notes = notes_of(&all);
    fit->is_late = table->is_late;
    if (request->wants_trend) {
        fit->trend = test_trend(fit, memory->scores, notes_of(&all));
    }
    if (request->wants_pairs) {
        CBK_TRY(fit_pairs(table, request, arena, memory->pairs, memory->n_pairs, err));
    }
    return request->wants_exact
               ? cbk_log_rank_permute(rows, table, request, arena, memory->exact, err)
               : CBK_OK;
}

static void fit_nothing(cbk_log_rank *fit)
{
    fit->notes = CBK_NOTE_NO_ROWS;
    fit->test = test_of(0.0, 0, fit->notes);
    fit->trend = fit->test;
    fit->exact = NULL;
}

cbk_status cbk_log_rank_fit(const cbk_log_rank_rows *rows,
                            const cbk_log_rank_request *request, cbk_arena *arena,
                            const cbk_log_rank **out, cbk_error *err)
{
    assert(rows != NULL && request != NULL);
    assert(arena != NULL);
    assert(out != NULL);
    *out = NULL;
    CBK_TRY(check_request(rows, request, err));
    const cbk_mark before = cbk_arena_mark(arena);
    fit_memory memory = {0};
    if (!fit_allocate(rows->n_groups, request, arena, &memory)) {
        cbk_arena_release(arena, before);
        return cbk_fail_memory(err);
    }
    if (rows->followup->n == 0 || rows->n_groups == 0) {
        fit_nothing(memory.fit);
        *out = memory.fit;
        return CBK_OK;
    }
    const cbk_mark result = cbk_arena_mark(arena);
    const cbk_status status = fit_all(rows, request, arena, &memory, err);
    cbk_arena_release(arena, status == CBK_OK ? result : before);
    *out = status == CBK_OK ? memory.fit : NULL;
    return status;
}
