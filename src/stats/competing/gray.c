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
#include "stats/competing/pair.h"
#include "stats/risk/group_risk.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static const double rounding = 1e-12; /* of a sum of shares */

/* The tests of two kinds of events.  The last group is determined by the others, so that
 * vectors and matrices are those of the first n_free. */
typedef struct gray {
    size_t n_groups;
    size_t n_free;    /* n_groups - 1 */
    cbk_pair *score;  /* [n_free] */
    cbk_pair *lost;   /* [n_free] what rounding took from it */
    cbk_pair *square; /* [n_free * n_free] of all strata */
    cbk_pair_bits has_events;

    /* In the stratum: */
    cbk_pair pooled;     /* F */
    cbk_pair *incidence; /* [n_groups] F_g */
    cbk_pair *product;   /* [n_free * n_free] of the terms, both triangles */
    cbk_pair *mixed;     /* [n_groups * n_free] of the terms times their factors */
    cbk_pair *slope;     /* [n_groups] of the factors' squares */
} gray;

/* A time, as all kinds see it. */
typedef struct moment {
    const uint32_t *at_risk; /* [n_groups] */
    const uint32_t *events;  /* [n_groups * n_causes] */
    size_t n_causes;
    /* [n_groups], and one more where they are an odd number: */
    double *share;      /* h_g = Y_g / S_g(t-); 0: nobody, or S_g is 0 */
    double *before;     /* S_g(t-) */
    double *after;      /* S_g(t) */
    double *inverse;    /* 1 / S_g(t); 0 where S_g is 0 */
    double *per_share;  /* 1 / h_g; 0 where h_g is 0 */
    double *n_event;    /* of any kind */
    double total;       /* of share */
    bool is_tied;       /* more than one event */
    double *column;     /* [n_free] scratch */
    cbk_pair *of_kinds; /* [n_groups] events of the two kinds being looked at */
} moment;

static bool gray_open(gray *test, size_t n_groups, cbk_arena *arena)
{
    const size_t n_free = n_groups - 1;
    *test = (gray){.n_groups = n_groups,
                   .n_free = n_free,
                   .score = CBK_NEW(arena, cbk_pair, n_free),
                   .lost = CBK_NEW(arena, cbk_pair, n_free),
                   .square = CBK_NEW(arena, cbk_pair, n_free * n_free),
                   .incidence = CBK_NEW(arena, cbk_pair, n_groups),
                   .product = CBK_NEW(arena, cbk_pair, n_free * n_free),
                   .mixed = CBK_NEW(arena, cbk_pair, n_groups * n_free),
                   .slope = CBK_NEW(arena, cbk_pair, n_groups)};
    return test->slope != NULL;
}

/* ---- one time ----------------------------------------------------------------------
 */

/* The functions below are told n, the number of groups, so that the loops of two groups
 * have a known length.  There is no branch on who has the event, which nobody can guess:
 * no events change nothing. */
#define INLINED static inline __attribute__((always_inline))

/* q_r = (1 - F(t)) / S_r(t); where S_r is 0 nothing of r can change any more. */
INLINED cbk_pair factor_of(const gray *test, const moment *at, size_t r)
{
    return (1.0 - test->pooled) * at->inverse[r];
}

/* As cbk_sum_add() does; the roundings are Knuth's, which are the same. */
INLINED void add_to_score(gray *test, size_t g, cbk_pair term)
{
    const cbk_pair before = test->score[g];
    const cbk_pair total = before + term;
    const cbk_pair added = total - before;
    test->lost[g] += (before - (total - added)) + (term - added);
    test->score[g] = total;
}

/* d: events of the kinds in all groups that count. */
INLINED void add_score(gray *test, const moment *at, size_t n, cbk_pair d)
{
    cbk_pair total = {0.0};
    for (size_t r = 0; r < n; r++) {
        total += at->share[r] * (1.0 - test->incidence[r]);
    }
    const cbk_pair rate = cbk_pair_where(d > 0.0, d / total);
    for (size_t g = 0; g + 1 < n; g++) {
        if (at->share[g] > 0.0) {
            const cbk_pair expected = at->share[g] * (1.0 - test->incidence[g]) * rate;
            add_to_score(test, g, at->of_kinds[g] - expected);
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
INLINED void change_terms(gray *test, const moment *at, size_t n, size_t r, cbk_pair by)
{
    const size_t n_free = n - 1;
    cbk_pair *restrict mixed = test->mixed + r * n_free;
    cbk_pair *restrict product = test->product;
    const double *restrict column = at->column;
    const cbk_pair slope = test->slope[r];
    for (size_t g = 0; g < n_free; g++) {
        const cbk_pair change = by * column[g];
        for (size_t k = 0; k < n_free; k++) {
            const cbk_pair other = by * column[k];
            product[g * n_free + k] +=
                change * mixed[k] + mixed[g] * other + slope * change * other;
        }
    }
    for (size_t g = 0; g < n_free; g++) {
        mixed[g] += slope * by * column[g];
    }
}

/* What d events count for. */
INLINED cbk_pair count_tied(const moment *at, cbk_pair d, double n_risk)
{
    return at->is_tied ? cbk_pair_tied(d, cbk_pair_of(n_risk)) : d;
}

/* The terms of events of the kinds: K, with the factor 1 - q. */
INLINED void add_terms(gray *test, const moment *at, size_t n, size_t r, cbk_pair weight)
{
    const size_t n_free = n - 1;
    const cbk_pair factor =
        at->after[r] > 0.0 ? 1.0 - factor_of(test, at, r) : cbk_pair_of(0.0);
    for (size_t g = 0; g < n_free; g++) {
        for (size_t k = 0; k < n_free; k++) {
            test->product[g * n_free + k] += weight * at->column[g] * at->column[k];
        }
        test->mixed[r * n_free + g] += weight * factor * at->column[g];
    }
    test->slope[r] += weight * factor * factor;
}

/* Events of the kinds: d in all groups that count. */
INLINED void pass_events(gray *test, const moment *at, size_t n, cbk_pair d)
{
    add_score(test, at, n, d);
    test->has_events |= d > 0.0;
    const cbk_pair step = d / at->total;
    const cbk_pair rest = 1.0 - test->pooled;
    /* below 0 where groups are gone: the others' steps are larger */
    const cbk_pair by =
        cbk_pair_where((rest > rounding) | (rest < -rounding), step / rest);
    test->pooled += step;
    for (size_t r = 0; r < n; r++) {
        if (at->share[r] > 0.0) {
            const cbk_pair counted = count_tied(at, d, at->total * at->before[r]);
            fill_column(at, n, r, at->share[r] / at->total);
            change_terms(test, at, n, r, by);
            add_terms(test, at, n, r, counted / at->total * at->per_share[r]);
            test->incidence[r] += at->of_kinds[r] * at->per_share[r];
        }
    }
}

/* Events of other kinds: they start with nothing, and the factor -q. */
INLINED void pass_others(gray *test, const moment *at, size_t n)
{
    for (size_t r = 0; r < n; r++) {
        const cbk_pair d = at->n_event[r] - at->of_kinds[r];
        const cbk_pair q = factor_of(test, at, r) * at->per_share[r];
        test->slope[r] += count_tied(at, d, at->at_risk[r]) * q * q;
    }
}

/* The last of an odd number of kinds is its own neighbour. */
INLINED void pass_time(gray *test, moment *at, size_t n, size_t cause)
{
    const size_t other = cause + 1 < at->n_causes ? cause + 1 : cause;
    cbk_pair d = {0.0};
    for (size_t r = 0; r < n; r++) {
        const uint32_t *events = at->events + r * at->n_causes;
        at->of_kinds[r] = (cbk_pair){events[cause], events[other]};
        d += at->share[r] > 0.0 ? at->of_kinds[r] : cbk_pair_of(0.0);
    }
    if (at->total > 0.0) {
        pass_events(test, at, n, d);
    }
    pass_others(test, at, n);
}

/* Of groups r and r + 1, which may be one too many. */
INLINED cbk_pair load(const double *from, size_t r)
{
    return (cbk_pair){from[r], from[r + 1]};
}

INLINED void store(double *to, size_t r, cbk_pair value)
{
    to[r] = value[0];
    to[r + 1] = value[1];
}

/* Carries the curves of events of any kind past the time. */
INLINED void move_on(moment *at, size_t n)
{
    const cbk_pair one = cbk_pair_of(1.0);
    uint32_t n_event = 0;
    at->total = 0.0;
    for (size_t r = 0; r < n; r += 2) {
        const size_t next = r + 1 < n ? r + 1 : r;
        uint32_t n_here = 0;
        uint32_t n_next = 0;
        for (size_t k = 0; k < at->n_causes; k++) {
            n_here += at->events[r * at->n_causes + k];
            n_next += at->events[next * at->n_causes + k];
        }
        n_event += n_here + (r + 1 < n ? n_next : 0);
        const cbk_pair d = {n_here, n_next};
        const cbk_pair n_risk = {at->at_risk[r], at->at_risk[next]};
        const cbk_pair left = n_risk - d;
        const cbk_pair before = load(at->after, r);
        const cbk_pair inverse = load(at->inverse, r);
        const cbk_pair share = n_risk * inverse;
        store(at->n_event, r, d);
        store(at->before, r, before);
        store(at->share, r, share);
        store(at->per_share, r, cbk_pair_where(share > 0.0, 1.0 / share));
        at->total += share[0];
        at->total += r + 1 < n ? share[1] : 0.0;
        store(at->after, r, before * cbk_pair_if(n_risk > 0.0, left / n_risk, one));
        store(at->inverse, r,
              inverse *
                  cbk_pair_if(left > 0.0, n_risk / left, cbk_pair_where(d <= 0.0, one)));
    }
    at->is_tied = n_event > 1;
}

INLINED void pass_times(gray *test, const cbk_group_risk *table, size_t first, size_t end,
                        moment *at, size_t n, size_t cause)
{
    for (size_t t = first; t < end; t++) {
        at->at_risk = table->at_risk + t * n;
        at->events = table->events + t * n * at->n_causes;
        move_on(at, n);
        pass_time(test, at, n, cause);
    }
}

/* Of two groups, in arrays of known length, which can stay in registers. */
static void pass_times_of_two(gray *test, const cbk_group_risk *table, size_t first,
                              size_t end, size_t cause)
{
    cbk_pair score[1] = {test->score[0]};
    cbk_pair lost[1] = {test->lost[0]};
    cbk_pair product[1] = {{0.0}};
    cbk_pair incidence[2] = {{0.0}};
    cbk_pair mixed[2] = {{0.0}};
    cbk_pair slope[2] = {{0.0}};
    cbk_pair of_kinds[2];
    double share[2], before[2], per_share[2], n_event[2], column[1];
    double after[2] = {1.0, 1.0};
    double inverse[2] = {1.0, 1.0};
    gray now = {.score = score,
                .lost = lost,
                .product = product,
                .incidence = incidence,
                .mixed = mixed,
                .slope = slope};
    moment at = {.n_causes = table->n_causes,
                 .share = share,
                 .before = before,
                 .after = after,
                 .inverse = inverse,
                 .per_share = per_share,
                 .n_event = n_event,
                 .column = column,
                 .of_kinds = of_kinds};
    if (table->n_causes == 2) {
        at.n_causes = 2; /* known where it is read */
        pass_times(&now, table, first, end, &at, 2, 0);
    } else {
        pass_times(&now, table, first, end, &at, 2, cause);
    }
    test->score[0] = score[0];
    test->lost[0] = lost[0];
    test->product[0] = product[0];
    test->has_events |= now.has_events;
}

/* ---- strata ------------------------------------------------------------------------
 */

static void start_stratum(gray *test)
{
    test->pooled = cbk_pair_of(0.0);
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

static void pass_stratum(gray *test, const cbk_group_risk *table, size_t stratum,
                         moment *at, size_t cause)
{
    const size_t first = table->first[stratum];
    const size_t end = table->first[stratum + 1];
    start_stratum(test);
    for (size_t r = 0; r <= table->n_groups; r++) {
        at->after[r] = at->inverse[r] = 1.0;
    }
    if (table->n_groups == 2) {
        pass_times_of_two(test, table, first, end, cause);
    } else {
        pass_times(test, table, first, end, at, table->n_groups, cause);
    }
    end_stratum(test);
}

/* ---- the tests ---------------------------------------------------------------------
 */

/* Whether the score of some group has a variance below 0; the last group's is minus the
 * sum of the others'. */
static bool has_negative(const double *square, size_t n)
{
    double most = 0.0;
    double least = 0.0;
    double of_last = 0.0;
    for (size_t g = 0; g < n; g++) {
        most = fmax(most, square[g * n + g]);
        least = fmin(least, square[g * n + g]);
        for (size_t k = 0; k < n; k++) {
            of_last += square[g * n + k];
        }
    }
    return fmin(least, of_last) < -1e-9 * most;
}

/* Of one of the two kinds.  Columns that say nothing more are dropped.  Overwrites
 * score[n_free] and square[n_free * n_free]. */
static cbk_gray_test test_of(const gray *test, size_t which, bool is_any_event,
                             double *score, double *square)
{
    cbk_gray_test out = {.p = (double)NAN};
    for (size_t g = 0; g < test->n_free; g++) {
        score[g] = test->score[g][which] + test->lost[g][which];
    }
    for (size_t i = 0; i < test->n_free * test->n_free; i++) {
        square[i] = test->square[i][which];
    }
    if (has_negative(square, test->n_free)) {
        out.notes = CBK_NOTE_NEGATIVE_VARIANCE;
        return out;
    }
    out.df = cbk_cholesky_factor(square, NULL, test->n_free);
    if (test->has_events[which] == 0) {
        out.df = 0;
        out.notes = is_any_event ? CBK_NOTE_ZERO_VARIANCE : CBK_NOTE_NO_EVENTS;
    } else if (out.df == 0) {
        out.notes = CBK_NOTE_ZERO_VARIANCE;
    } else {
        out.chisq = cbk_cholesky_quadratic(square, test->n_free, score);
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
    const size_t n = rows->n_groups;
    gray *tests = CBK_NEW(arena, gray, rows->n_causes / 2 + 1);
    moment at = {.n_causes = rows->n_causes,
                 .share = CBK_NEW(arena, double, n + 1),
                 .before = CBK_NEW(arena, double, n + 1),
                 .after = CBK_NEW(arena, double, n + 1),
                 .inverse = CBK_NEW(arena, double, n + 1),
                 .per_share = CBK_NEW(arena, double, n + 1),
                 .n_event = CBK_NEW(arena, double, n + 1),
                 .column = CBK_NEW(arena, double, n),
                 .of_kinds = CBK_NEW(arena, cbk_pair, n)};
    double *square = CBK_NEW(arena, double, n *n);
    bool has_memory = square != NULL;
    for (size_t k = 0; has_memory && k < rows->n_causes; k += 2) {
        has_memory = gray_open(&tests[k / 2], n, arena);
    }
    if (!has_memory) {
        return cbk_fail_memory(err);
    }
    for (size_t s = 0; s < table->n_strata; s++) {
        for (size_t k = 0; k < rows->n_causes; k += 2) {
            pass_stratum(&tests[k / 2], table, s, &at, k);
        }
    }
    for (size_t k = 0; k < rows->n_causes; k++) {
        test[k] = test_of(&tests[k / 2], k % 2, table->n_times > 0, at.column, square);
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
