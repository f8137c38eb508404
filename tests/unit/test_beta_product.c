/* test_beta_product.c - limits of the beta product: worked by hand, against Clopper and
 * Pearson where nobody is censored, against simulated products where somebody is; exact
 * bounds; degenerate data; every allocation made to fail. */
#include "check.h"
#include "faulty_heap.h"
#include "random_below.h"

#include <casebook/beta_product.h>
#include <casebook/kaplan_meier.h>

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const double exact = 1e-12;

static cbk_arena *arena;

/* The worked example: 132+ 36 97 97+ 91+ 25+ months. */
static const double os_months[] = {132, 36, 97, 97, 91, 25};
static const bool os_died[] = {false, true, true, false, false, false};

static const cbk_risk_table *risk_of(size_t n, const double *entry, const double *time,
                                     const bool *is_event, const double *weight)
{
    const cbk_followup followup = {
        .n = n, .time = time, .is_event = is_event, .entry = entry, .weight = weight};
    const cbk_risk_table *risk = NULL;
    cbk_error err;
    if (cbk_risk_table_build(&followup, true, arena, &risk, &err) != CBK_OK) {
        printf("Bail out! %s\n", err.message);
        exit(99);
    }
    return risk;
}

static const cbk_beta_limits *limits_of(const cbk_risk_table *risk, double level,
                                        bool is_mid_p)
{
    const cbk_beta_limits *limits = NULL;
    cbk_error err;
    if (cbk_beta_product(risk, level, is_mid_p, arena, &limits, &err) != CBK_OK) {
        printf("Bail out! %s\n", err.message);
        exit(99);
    }
    return limits;
}

/* ---- worked by hand --------------------------------------------------------------- */

static void six_patients(void)
{
    const cbk_risk_table *risk = risk_of(6, NULL, os_months, os_died, NULL);
    const cbk_beta_limits *limits = limits_of(risk, 0.95, false);
    /* Nobody has died: Beta(Y, 1) has the quantile p^(1/Y). */
    CHECK_NEAR(limits[0].lower, pow(0.025, 1.0 / 6.0), exact);
    CHECK_NEAR(limits[1].lower, pow(0.025, 1.0 / 5.0), exact);
    CHECK(limits[0].upper == 1.0 && limits[1].upper == 1.0);
    /* One of five: Beta(5, 1) above, Beta(4, 2) below. */
    CHECK_NEAR(limits[2].upper, pow(0.975, 1.0 / 5.0), exact);
    CHECK_NEAR(limits[2].lower, 0.283582063881911, 1e-9); /* 5 x^4 - 4 x^5 = 0.025 */
    const double x = limits[2].lower;
    CHECK_NEAR(5.0 * pow(x, 4.0) - 4.0 * pow(x, 5.0), 0.025, 1e-10);
    /* bpcp 1.4.2 at 100 months. */
    CHECK_NEAR(limits[4].lower, 0.0175828924828952, 1e-6);
    CHECK_NEAR(limits[4].upper, 0.940784248199024, 1e-6);
    CHECK(limits[5].lower == 0.0 && limits[5].upper == limits[4].upper);
}

static void of_one_subject(void)
{
    const double time[] = {5};
    const bool died[] = {true};
    const bool lived[] = {false};
    const cbk_beta_limits *event = limits_of(risk_of(1, NULL, time, died, NULL), 0.95, 0);
    CHECK_NEAR(event[0].lower, 0.025, exact);
    CHECK(event[0].upper == 1.0 && event[1].lower == 0.0);
    CHECK_NEAR(event[1].upper, 0.975, exact);
    const cbk_beta_limits *none = limits_of(risk_of(1, NULL, time, lived, NULL), 0.95, 0);
    CHECK_NEAR(none[0].lower, 0.025, exact);
    CHECK(none[1].lower == 0.0 && none[1].upper == 1.0);
    const cbk_beta_limits *mid = limits_of(risk_of(1, NULL, time, died, NULL), 0.95, 1);
    CHECK_NEAR(mid[0].lower, 0.05, exact);
    CHECK(mid[0].upper == 1.0 && mid[1].lower == 0.0);
    CHECK_NEAR(mid[1].upper, 0.95, exact);
}

static void without_rows(void)
{
    const cbk_beta_limits *limits =
        limits_of(risk_of(0, NULL, NULL, NULL, NULL), 0.95, false);
    CHECK(limits[0].lower == 0.0 && limits[0].upper == 1.0);
    CHECK(isnan(cbk_exact_bound_at(risk_of(0, NULL, NULL, NULL, NULL), 0.95, 1.0).limit));
}

static void all_at_one_time(void)
{
    const double time[] = {7, 7, 7, 7};
    const bool died[] = {true, true, true, true};
    const cbk_beta_limits *limits =
        limits_of(risk_of(4, NULL, time, died, NULL), 0.95, false);
    CHECK_NEAR(limits[0].lower, pow(0.025, 0.25), exact);
    CHECK(limits[1].lower == 0.0);
    CHECK_NEAR(limits[1].upper, 1.0 - pow(0.025, 0.25), 1e-10); /* 0 of 4 alive */
}

/* ---- without censoring: Clopper and Pearson --------------------------------------- */

/* P(X >= x) of a binomial variable, from its terms. */
static double binomial_upper(unsigned x, unsigned n, double p)
{
    double sum = 0.0;
    for (unsigned k = x; k <= n; k++) {
        sum += exp(lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0) + k * log(p) +
                   (n - k) * log1p(-p));
    }
    return sum;
}

/* The p at which x of n alive, and half of its own probability where mid-p, has the given
 * upper tail. */
static double clopper_pearson(unsigned x, unsigned n, double tail, bool is_mid_p,
                              bool is_lower)
{
    double low = 0.0;
    double high = 1.0;
    for (int i = 0; i < 200; i++) {
        const double p = (low + high) / 2.0;
        const double at_least = binomial_upper(x, n, p);
        const double more = binomial_upper(x + 1, n, p);
        const double mass = is_mid_p   ? 0.5 * (at_least + more)
                            : is_lower ? at_least
                                       : more;
        if (mass < tail) {
            low = p;
        } else {
            high = p;
        }
    }
    return low;
}

static void equals_clopper_pearson(void)
{
    double time[12];
    bool died[12];
    for (unsigned n = 1; n <= 12; n++) {
        for (unsigned i = 0; i < n; i++) {
            time[i] = 1.0 + (i % 3 == 2 ? i - 1 : i); /* with ties */
            died[i] = true;
        }
        const cbk_risk_table *risk = risk_of(n, NULL, time, died, NULL);
        for (int is_mid_p = 0; is_mid_p < 2; is_mid_p++) {
            const cbk_beta_limits *limits = limits_of(risk, 0.9, is_mid_p != 0);
            for (size_t j = 0; j <= risk->n_rows; j++) {
                const double n_left =
                    j < risk->n_rows ? cbk_risk_row_at(risk, j).n_risk : 0.0;
                const unsigned x = (unsigned)n_left;
                const double lower = clopper_pearson(x, n, 0.05, is_mid_p != 0, true);
                const double upper = clopper_pearson(x, n, 0.95, is_mid_p != 0, false);
                CHECK_NEAR(limits[j].lower, x == 0 ? 0.0 : lower, 1e-9);
                CHECK_NEAR(limits[j].upper, x == n ? 1.0 : upper, 1e-9);
            }
        }
    }
}

/* ---- with censoring: simulated products ------------------------------------------- */

static double uniform(void)
{
    return (random_below(UINT32_MAX) + 0.5) / 4294967296.0;
}

static int ascending(const void *lhs, const void *rhs)
{
    const double a = *(const double *)lhs;
    const double b = *(const double *)rhs;
    return (a > b) - (a < b);
}

/* Beta(y - d + 1, d) is Beta(y, 1) Beta(y - 1, 1) ... Beta(y - d + 1, 1), and Beta(k, 1)
 * is a uniform number to the power 1/k. */
static double draw_product(const cbk_risk_table *risk, size_t n_until, bool is_lower)
{
    double product = 1.0;
    for (size_t j = 0; j < n_until; j++) {
        const cbk_risk_row row = cbk_risk_row_at(risk, j);
        for (double d = 0.0; d < row.n_event; d += 1.0) {
            product *= pow(uniform(), 1.0 / (row.n_risk - d));
        }
    }
    if (is_lower) {
        product *= n_until < risk->n_rows
                       ? pow(uniform(), 1.0 / cbk_risk_row_at(risk, n_until).n_risk)
                       : 0.0;
    }
    return product;
}

enum { N_DRAWS = 20000 };

static double simulated(const cbk_risk_table *risk, size_t n_until, bool is_lower)
{
    double *draws = calloc(N_DRAWS, sizeof *draws);
    for (size_t i = 0; draws != NULL && i < N_DRAWS; i++) {
        draws[i] = draw_product(risk, n_until, is_lower);
    }
    if (draws != NULL) {
        qsort(draws, N_DRAWS, sizeof *draws, ascending);
    }
    const double quantile =
        draws == NULL ? -1.0 : draws[(size_t)(N_DRAWS * (is_lower ? 0.025 : 0.975))];
    free(draws);
    return quantile;
}

static void equals_the_simulated_product(void)
{
    double time[20];
    bool died[20];
    for (int round = 0; round < 6; round++) {
        const size_t n = 6 + random_below(15);
        for (size_t i = 0; i < n; i++) {
            time[i] = 1.0 + random_below(12);
            died[i] = random_below(3) > 0;
        }
        const cbk_risk_table *risk = risk_of(n, NULL, time, died, NULL);
        const cbk_beta_limits *limits = limits_of(risk, 0.95, false);
        for (size_t j = 0; j <= risk->n_rows; j++) {
            /* The method of moments and the simulation are both approximate, most where
             * few are left. */
            CHECK(fabs(limits[j].lower - simulated(risk, j, true)) < 0.03);
            CHECK(fabs(limits[j].upper - simulated(risk, j, false)) < 0.03);
        }
    }
}

/* ---- laws ------------------------------------------------------------------------- */

static void holds_the_curve_and_falls(void)
{
    double time[40];
    bool died[40];
    for (int round = 0; round < 200; round++) {
        const size_t n = 1 + random_below(40);
        for (size_t i = 0; i < n; i++) {
            time[i] = random_below(20);
            died[i] = random_below(2) > 0;
        }
        const cbk_risk_table *risk = risk_of(n, NULL, time, died, NULL);
        cbk_conventions conventions = cbk_conventions_of(CBK_PROFILE_R);
        conventions.interval = CBK_INTERVAL_BPCP;
        const cbk_km *km = NULL;
        CHECK(cbk_km_fit(risk, &conventions, arena, &km, NULL) == CBK_OK);
        const cbk_beta_limits *mid = limits_of(risk, 0.95, true);
        double lower = 1.0;
        double upper = 1.0;
        for (size_t j = 0; j < km->n_rows; j++) {
            const cbk_km_row row = cbk_km_row_at(km, j);
            CHECK(row.lower <= row.survival && row.survival <= row.upper);
            CHECK(row.lower <= lower && row.upper <= upper);
            CHECK(row.lower <= mid[j + 1].lower + exact);
            CHECK(mid[j + 1].upper <= row.upper + exact);
            lower = row.lower;
            upper = row.upper;
        }
        CHECK((km->notes & CBK_NOTE_INTERVAL_UNDEFINED) == 0);
    }
}

static void whole_weights_are_subjects(void)
{
    const double time[] = {3, 5, 8};
    const bool died[] = {true, false, true};
    const double weight[] = {2, 1, 3};
    const double many_time[] = {3, 3, 5, 8, 8, 8};
    const bool many_died[] = {true, true, false, true, true, true};
    const cbk_beta_limits *few = limits_of(risk_of(3, NULL, time, died, weight), 0.95, 0);
    const cbk_beta_limits *many =
        limits_of(risk_of(6, NULL, many_time, many_died, NULL), 0.95, 0);
    CHECK(memcmp(few, many, 4 * sizeof *few) == 0);
}

static void other_weights_are_refused(void)
{
    const double time[] = {3, 5};
    const bool died[] = {true, false};
    const double weight[] = {0.5, 1};
    const cbk_risk_table *risk = risk_of(2, NULL, time, died, weight);
    const cbk_beta_limits *limits = NULL;
    cbk_error err;
    CHECK(cbk_beta_product(risk, 0.95, false, arena, &limits, &err) == CBK_EINVAL);
    CHECK(limits == NULL && strstr(err.message, "whole numbers") != NULL);
    CHECK(cbk_beta_product(risk, 1.0, false, arena, &limits, &err) == CBK_EINVAL);
    CHECK(isnan(cbk_exact_bound_at(risk, 0.95, 1.0).limit));
    cbk_exact_bound bounds[CBK_EXACT_BOUNDS_MAX];
    CHECK(cbk_exact_bounds(risk, 0.95, bounds) == 0);
}

/* S falls to 0 before others enter: they cannot lift the lower limit again. */
static void late_entries_do_not_lift_it(void)
{
    const double entry[] = {0, 10, 10};
    const double time[] = {5, 20, 30};
    const bool died[] = {true, false, true};
    const cbk_beta_limits *limits =
        limits_of(risk_of(3, entry, time, died, NULL), 0.95, false);
    for (size_t j = 1; j <= 3; j++) {
        CHECK(limits[j].lower == 0.0);
        CHECK(limits[j].upper <= 0.975 + exact && limits[j].upper > 0.0);
    }
}

static void row_order_does_not_show(void)
{
    double time[15];
    bool died[15];
    for (size_t i = 0; i < 15; i++) {
        time[i] = 1.0 + random_below(9);
        died[i] = random_below(2) > 0;
    }
    const cbk_risk_table *risk = risk_of(15, NULL, time, died, NULL);
    const cbk_beta_limits *first = limits_of(risk, 0.95, true);
    for (int round = 0; round < 20; round++) {
        for (size_t i = 14; i > 0; i--) {
            const size_t k = random_below((uint32_t)i + 1);
            const double t = time[i];
            const bool d = died[i];
            time[i] = time[k];
            died[i] = died[k];
            time[k] = t;
            died[k] = d;
        }
        const cbk_beta_limits *again =
            limits_of(risk_of(15, NULL, time, died, NULL), 0.95, true);
        CHECK(memcmp(first, again, (risk->n_rows + 1) * sizeof *first) == 0);
    }
}

/* ---- exact bounds ----------------------------------------------------------------- */

static void bounds_equal_the_curve_of_limits(void)
{
    double time[12];
    bool died[12];
    for (int round = 0; round < 300; round++) {
        const size_t n = 1 + random_below(12);
        for (size_t i = 0; i < n; i++) {
            time[i] = 1.0 + random_below(6);
            died[i] = random_below(3) == 0;
        }
        const cbk_risk_table *risk = risk_of(n, NULL, time, died, NULL);
        const cbk_beta_limits *limits = limits_of(risk, 0.95, false);
        double survival = 1.0;
        for (size_t j = 0; j <= risk->n_rows; j++) {
            const cbk_risk_row row =
                j > 0 ? cbk_risk_row_at(risk, j - 1) : (cbk_risk_row){.n_risk = 1.0};
            survival *= 1.0 - row.n_event / row.n_risk;
            const cbk_exact_bound bound = cbk_exact_bound_at(risk, 0.95, row.time + 0.5);
            const bool is_extreme = survival <= 0.0 || survival >= 1.0;
            CHECK(isnan(bound.limit) == !is_extreme);
            if (is_extreme) {
                const double limit = survival > 0.0 ? limits[j].lower : limits[j].upper;
                CHECK_NEAR(bound.limit, limit, 1e-10);
                CHECK(bound.survival == survival);
            }
        }
    }
}

static void bounds_worth_knowing(void)
{
    cbk_exact_bound bounds[CBK_EXACT_BOUNDS_MAX];
    const cbk_risk_table *six = risk_of(6, NULL, os_months, os_died, NULL);
    CHECK(cbk_exact_bounds(six, 0.95, bounds) == 2);
    CHECK(bounds[0].time == 0.0 && bounds[1].time == 25.0);
    CHECK_NEAR(bounds[0].limit, pow(0.025, 1.0 / 6.0), exact);
    CHECK_NEAR(bounds[1].limit, pow(0.025, 1.0 / 5.0), exact);
    const double time[] = {2, 4, 4};
    const bool nobody[] = {false, false, false};
    CHECK(cbk_exact_bounds(risk_of(3, NULL, time, nobody, NULL), 0.95, bounds) == 2);
    CHECK(bounds[1].time == 2.0);
    CHECK_NEAR(bounds[1].limit, sqrt(0.025), exact);
    const bool all[] = {true, true, true};
    CHECK(cbk_exact_bounds(risk_of(3, NULL, time, all, NULL), 0.95, bounds) == 1);
    CHECK(bounds[0].time == 4.0 && bounds[0].survival == 0.0);
    CHECK_NEAR(bounds[0].limit, 1.0 - cbrt(0.025), 1e-10); /* 0 of 3 alive */
}

/* ---- faults ----------------------------------------------------------------------- */

static cbk_status limits_on(const void *risk, cbk_arena *small, const void **out)
{
    const cbk_beta_limits *limits = NULL;
    const cbk_status status = cbk_beta_product(risk, 0.95, false, small, &limits, NULL);
    *out = limits;
    return status;
}

static void survives_every_failed_allocation(void)
{
    enum { N_TIMES = 9000 }; /* more than one block of an arena */
    double *time = calloc(N_TIMES, sizeof *time);
    bool *died = calloc(N_TIMES, sizeof *died);
    CHECK(time != NULL && died != NULL);
    for (size_t i = 0; i < N_TIMES; i++) {
        time[i] = (double)i;
    }
    const cbk_risk_table *risk = risk_of(N_TIMES, NULL, time, died, NULL);
    CHECK(faulty_heaps(limits_on, risk) >= 2);
    free(died);
    free(time);
}

int main(void)
{
    static const check_test tests[] = {
        {"six patients", six_patients},
        {"one subject", of_one_subject},
        {"no rows", without_rows},
        {"all at one time", all_at_one_time},
        {"without censoring: Clopper and Pearson", equals_clopper_pearson},
        {"with censoring: the simulated product", equals_the_simulated_product},
        {"holds the curve, falls, and contains mid-p", holds_the_curve_and_falls},
        {"whole weights are subjects", whole_weights_are_subjects},
        {"other weights are refused", other_weights_are_refused},
        {"late entries do not lift it", late_entries_do_not_lift_it},
        {"row order does not show", row_order_does_not_show},
        {"exact bounds are those of the limits", bounds_equal_the_curve_of_limits},
        {"bounds worth knowing", bounds_worth_knowing},
        {"every failed allocation", survives_every_failed_allocation},
    };
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        return 99;
    }
    const int exit_code = check_main(tests, N(tests));
    cbk_arena_destroy(arena);
    return exit_code;
}
