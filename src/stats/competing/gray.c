/* gray.c - Gray's test of cumulative incidences.  Contract:
 * casebook/cumulative_incidence.h.
 *
 * The variance is a sum of products of terms that go on changing with c(t), the sum of K
 * dF / (1 - F), until the end.  They are not visited again: a term's change is its factor
 * (1 - q or -q) times that of c, so that for each group the sums of the terms' products,
 * of the terms times their factors, and of the factors' squares carry all of them on.
 */
#include <casebook/cumulative_incidence.h>

#include "numeric/cholesky.h"
#include "numeric/distribution.h"
#include "numeric/sum.h"
#include "stats/risk/group_risk.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* The test of one kind of event.  The last group is determined by the others, so that
 * vectors and matrices are those of the first n_free. */
typedef struct gray {
    size_t n_groups;
    size_t n_free;  /* n_groups - 1 */
    cbk_sum *score; /* [n_free] */
    double *square; /* [n_free * n_free] of all strata */
    bool has_events;

    /* In the stratum: */
    double pooled;     /* F */
    double *incidence; /* [n_groups] F_g */
    double *product;   /* [n_free * n_free] of the terms, both triangles */
    double *mixed;     /* [n_groups * n_free] of the terms times their factors */
    double *slope;     /* [n_groups] of the factors' squares */
} gray;

/* A time, as all kinds see it. */
typedef struct moment {
    const uint32_t *at_risk; /* [n_groups] */
    const uint32_t *events;  /* [n_groups * n_causes] */
    size_t n_causes;
    double *share;     /* [n_groups] h_g = Y_g / S_g(t-); 0: nobody, or S_g is 0 */
    double *before;    /* [n_groups] S_g(t-) */
    double *after;     /* [n_groups] S_g(t) */
    double *inverse;   /* [n_groups] 1 / S_g(t); 0 where S_g is 0 */
    double *per_share; /* [n_groups] 1 / h_g; 0 where h_g is 0 */
    double *n_event;   /* [n_groups] of any kind */
    double total;      /* of share */
    double *column;    /* [n_free] scratch */
} moment;

static bool gray_open(gray *test, size_t n_groups, cbk_arena *arena)
{
    const size_t n_free = n_groups - 1;
    *test = (gray){.n_groups = n_groups,
                   .n_free = n_free,
                   .score = CBK_NEW(arena, cbk_sum, n_free),
                   .square = CBK_NEW(arena, double, n_free *n_free),
                   .incidence = CBK_NEW(arena, double, n_groups),
                   .product = CBK_NEW(arena, double, n_free *n_free),
                   .mixed = CBK_NEW(arena, double, n_groups *n_free),
                   .slope = CBK_NEW(arena, double, n_groups)};
    return test->slope != NULL;
}

/* ---- one time ----------------------------------------------------------------------
 */

/* d tied events vary less than d untied ones. */
static double tie_factor(double d, double n)
{
    return d > 1.0 ? 1.0 - (d - 1.0) / (n - 1.0) : 1.0;
}

/* The functions below are told n, the number of groups, so that the loops of two groups
 * have a known length.  There is no branch on who has the event, which nobody can guess:
 * no events change nothing. */
#define INLINED static inline __attribute__((always_inline))

/* q_r = (1 - F(t)) / S_r(t); where S_r is 0 nothing of r can change any more. */
INLINED double factor_of(const gray *test, const moment *at, size_t r)
{
    return (1.0 - test->pooled) * at->inverse[r];
}

/* d: events of the kind in all groups that count. */
INLINED void add_score(gray *test, const moment *at, size_t n, size_t cause, double d)
{
    double total = 0.0;
    for (size_t r = 0; r < n; r++) {
        total += at->share[r] * (1.0 - test->incidence[r]);
    }
    const double rate = d / total;
    for (size_t g = 0; g + 1 < n; g++) {
        if (at->share[g] > 0.0) {
            const double expected = at->share[g] * (1.0 - test->incidence[g]) * rate;
            cbk_sum_add(&test->score[g], at->events[g * at->n_causes + cause] - expected);
        }
    }
}

/* Column r of K = h_g ([g = r] - h_r / h); part: h_r / h. */
INLINED void fill_column(const moment *at, size_t n, size_t r, double part)
{
    for (size_t g = 0; g + 1 < n; g++) {
        at->column[g] = at->share[g] * ((g == r ? 1.0 : 0.0) - part);
    }
}

/* The terms of group r so far change by their factors times column times by. */
INLINED void change_terms(gray *test, const moment *at, size_t n, size_t r, double by)
{
    const size_t n_free = n - 1;
    double *restrict mixed = test->mixed + r * n_free;
    double *restrict product = test->product;
    const double *restrict column = at->column;
    const double slope = test->slope[r];
    for (size_t g = 0; g < n_free; g++) {
        const double change = by * column[g];
        for (size_t k = 0; k < n_free; k++) {
            const double other = by * column[k];
            product[g * n_free + k] +=
                change * mixed[k] + mixed[g] * other + slope * change * other;
        }
    }
    for (size_t g = 0; g < n_free; g++) {
        mixed[g] += slope * by * column[g];
    }
}

/* The terms of events of the kind: K, with the factor 1 - q. */
INLINED void add_terms(gray *test, const moment *at, size_t n, size_t r, double weight)
{
    const size_t n_free = n - 1;
    const double factor = at->after[r] > 0.0 ? 1.0 - factor_of(test, at, r) : 0.0;
    for (size_t g = 0; g < n_free; g++) {
        for (size_t k = 0; k < n_free; k++) {
            test->product[g * n_free + k] += weight * at->column[g] * at->column[k];
        }
        test->mixed[r * n_free + g] += weight * factor * at->column[g];
    }
    test->slope[r] += weight * factor * factor;
}

/* Events of the kind: d in all groups that count. */
INLINED void pass_events(gray *test, const moment *at, size_t n, size_t cause, double d)
{
    const double step = d / at->total;
    add_score(test, at, n, cause, d);
    test->has_events = true;
    const double rest = 1.0 - test->pooled;
    const double by = rest > 0.0 ? step / rest : 0.0;
    test->pooled += step;
    for (size_t r = 0; r < n; r++) {
        if (at->share[r] > 0.0) {
            const double tied = d > 1.0 ? tie_factor(d, at->total * at->before[r]) : 1.0;
            fill_column(at, n, r, at->share[r] / at->total);
            change_terms(test, at, n, r, by);
            add_terms(test, at, n, r, tied * step * at->per_share[r]);
            test->incidence[r] += at->events[r * at->n_causes + cause] * at->per_share[r];
        }
    }
}

/* Events of other kinds: they start with nothing, and the factor -q. */
INLINED void pass_others(gray *test, const moment *at, size_t n, size_t cause)
{
    for (size_t r = 0; r < n; r++) {
        const double d = at->n_event[r] - at->events[r * at->n_causes + cause];
        const double q = factor_of(test, at, r) * at->per_share[r];
        test->slope[r] += tie_factor(d, at->at_risk[r]) * d * q * q;
    }
}

INLINED void pass_time(gray *test, const moment *at, size_t n, size_t cause)
{
    double d = 0.0;
    for (size_t r = 0; r < n; r++) {
        d += at->share[r] > 0.0 ? at->events[r * at->n_causes + cause] : 0.0;
    }
    if (d > 0.0) {
        pass_events(test, at, n, cause, d);
    }
    pass_others(test, at, n, cause);
}

/* Carries the curves of events of any kind past the time. */
INLINED void move_on(moment *at, size_t n)
{
    at->total = 0.0;
    for (size_t r = 0; r < n; r++) {
        double d = 0.0;
        for (size_t k = 0; k < at->n_causes; k++) {
            d += at->events[r * at->n_causes + k];
        }
        const double n_risk = at->at_risk[r];
        at->n_event[r] = d;
        at->before[r] = at->after[r];
        at->share[r] = n_risk * at->inverse[r];
        at->per_share[r] = at->share[r] > 0.0 ? 1.0 / at->share[r] : 0.0;
        at->total += at->share[r];
        const double left = n_risk - d;
        at->after[r] *= n_risk > 0.0 ? left / n_risk : 1.0;
        at->inverse[r] *= left > 0.0 ? n_risk / left : d > 0.0 ? 0.0 : 1.0;
    }
}

INLINED void pass_times(gray *tests, const cbk_group_risk *table, size_t first,
                        size_t end, moment *at, size_t n)
{
    for (size_t t = first; t < end; t++) {
        at->at_risk = table->at_risk + t * n;
        at->events = table->events + t * n * at->n_causes;
        move_on(at, n);
        for (size_t k = 0; k < at->n_causes; k++) {
            pass_time(&tests[k], at, n, k);
        }
    }
}

/* ---- strata ------------------------------------------------------------------------
 */

static void start_stratum(gray *test)
{
    test->pooled = 0.0;
    memset(test->incidence, 0, test->n_groups * sizeof *test->incidence);
    memset(test->product, 0, test->n_free * test->n_free * sizeof *test->product);
    memset(test->mixed, 0, test->n_groups * test->n_free * sizeof *test->mixed);
    memset(test->slope, 0, test->n_groups * sizeof *test->slope);
}

static void end_stratum(gray *test)
{
    for (size_t i = 0; i < test->n_free * test->n_free; i++) {
        test->square[i] += test->product[i];
    }
}

static void pass_stratum(gray *tests, const cbk_group_risk *table, size_t stratum,
                         moment *at)
{
    for (size_t k = 0; k < table->n_causes; k++) {
        start_stratum(&tests[k]);
    }
    for (size_t r = 0; r < table->n_groups; r++) {
        at->after[r] = at->inverse[r] = 1.0;
    }
    const size_t first = table->first[stratum];
    const size_t end = table->first[stratum + 1];
    if (table->n_groups == 2) {
        pass_times(tests, table, first, end, at, 2);
    } else {
        pass_times(tests, table, first, end, at, table->n_groups);
    }
    for (size_t k = 0; k < table->n_causes; k++) {
        end_stratum(&tests[k]);
    }
}

/* ---- the tests ---------------------------------------------------------------------
 */

/* Columns that say nothing more are dropped.  Overwrites the matrix. */
static cbk_gray_test test_of(gray *test, bool is_any_event)
{
    cbk_gray_test out = {.p = (double)NAN};
    for (size_t g = 0; g < test->n_free; g++) {
        test->incidence[g] = cbk_sum_value(&test->score[g]);
    }
    out.df = cbk_cholesky_factor(test->square, test->n_free);
    if (!test->has_events) {
        out.df = 0;
        out.notes = is_any_event ? CBK_NOTE_ZERO_VARIANCE : CBK_NOTE_NO_EVENTS;
    } else if (out.df == 0) {
        out.notes = CBK_NOTE_ZERO_VARIANCE;
    } else {
        out.chisq = cbk_cholesky_quadratic(test->square, test->n_free, test->incidence);
        out.p = cbk_chi_squared_upper(out.chisq, (double)out.df);
        out.notes = out.df < test->n_free ? CBK_NOTE_DF_REDUCED : 0u;
    }
    return out;
}

static cbk_status run(const cbk_gray_rows *rows, cbk_arena *arena, cbk_gray_test *test,
                      cbk_error *err)
{
    const cbk_log_rank_rows grouped = {.followup = rows->followup,
                                       .group = rows->group,
                                       .n_groups = rows->n_groups,
                                       .stratum = rows->stratum,
                                       .n_strata = rows->n_strata};
    const cbk_group_risk *table = NULL;
    CBK_TRY(cbk_group_risk_build_causes(&grouped, rows->cause, rows->n_causes, arena,
                                        &table, err));
    gray *tests = CBK_NEW(arena, gray, rows->n_causes);
    moment at = {.n_causes = rows->n_causes,
                 .share = CBK_NEW(arena, double, rows->n_groups),
                 .before = CBK_NEW(arena, double, rows->n_groups),
                 .after = CBK_NEW(arena, double, rows->n_groups),
                 .inverse = CBK_NEW(arena, double, rows->n_groups),
                 .per_share = CBK_NEW(arena, double, rows->n_groups),
                 .n_event = CBK_NEW(arena, double, rows->n_groups),
                 .column = CBK_NEW(arena, double, rows->n_groups)};
    bool has_memory = at.column != NULL;
    for (size_t k = 0; has_memory && k < rows->n_causes; k++) {
        has_memory = gray_open(&tests[k], rows->n_groups, arena);
    }
    if (!has_memory) {
        return cbk_fail_memory(err);
    }
    for (size_t s = 0; s < table->n_strata; s++) {
        pass_stratum(tests, table, s, &at);
    }
    for (size_t k = 0; k < rows->n_causes; k++) {
        test[k] = test_of(&tests[k], table->n_times > 0);
    }
    return CBK_OK;
}

cbk_status cbk_gray_fit(const cbk_gray_rows *rows, cbk_arena *arena, cbk_gray_test *test,
                        cbk_error *err)
{
    assert(rows != NULL && rows->followup != NULL);
    assert(arena != NULL && test != NULL);
    if (rows->followup->weight != NULL) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "Gray's test takes rows that count 1 each; weights have no "
                        "place in it.");
    }
    for (size_t k = 0; k < rows->n_causes; k++) {
        test[k] = (cbk_gray_test){.p = (double)NAN, .notes = CBK_NOTE_NO_ROWS};
    }
    if (rows->followup->n == 0 || rows->n_causes == 0) {
        return CBK_OK;
    }
    if (rows->n_groups < 2 || rows->n_groups > CBK_LOG_RANK_GROUPS_MAX) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "A comparison needs from 2 to %d groups, not %zu.",
                        CBK_LOG_RANK_GROUPS_MAX, rows->n_groups);
    }
    const cbk_mark before = cbk_arena_mark(arena);
    const cbk_status status = run(rows, arena, test, err);
    cbk_arena_release(arena, before);
    return status;
}
