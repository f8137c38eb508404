/* test_proportion.c - Wilson and Clopper-Pearson intervals, against their definitions. */
#include "check.h"

#include <casebook/proportion.h>

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static cbk_proportion of(size_t k, size_t n, cbk_proportion_interval interval)
{
    cbk_proportion out;
    memset(&out, 0xff, sizeof out);
    const cbk_status status = cbk_proportion_of(k, n, interval, 0.95, &out, NULL);
    return status == CBK_OK ? out : (cbk_proportion){.estimate = -1.0};
}

static void worked_by_hand(void)
{
    /* 5 of 6, z^2 = 3.841459: (5 + 1.92073 -+ 1.95996 sqrt(5/6 + 0.960365)) / 9.841459 */
    const double z = 1.959963984540054;
    const double half = z * sqrt(5.0 / 6.0 + z * z / 4.0);
    const cbk_proportion wilson = of(5, 6, CBK_PROPORTION_WILSON);
    CHECK_NEAR(wilson.estimate, 5.0 / 6.0, 1e-16);
    CHECK_NEAR(wilson.lower, (5.0 + z * z / 2.0 - half) / (6.0 + z * z), 1e-14);
    CHECK_NEAR(wilson.upper, (5.0 + z * z / 2.0 + half) / (6.0 + z * z), 1e-14);
    CHECK_NEAR(wilson.lower, 0.4365, 1e-4);
    CHECK_NEAR(wilson.upper, 0.9699, 1e-4);
    const cbk_proportion none = of(0, 6, CBK_PROPORTION_WILSON);
    CHECK(none.lower == 0.0 && none.estimate == 0.0 && none.notes == 0);
    CHECK_NEAR(none.upper, z * z / (6.0 + z * z), 1e-14);
    const cbk_proportion all = of(6, 6, CBK_PROPORTION_WILSON);
    CHECK(all.upper == 1.0 && all.estimate == 1.0);
    CHECK_NEAR(all.lower, 6.0 / (6.0 + z * z), 1e-14);
    /* exact: 0 of n leaves 1 - 0.025^(1/n) above */
    CHECK_NEAR(of(0, 6, CBK_PROPORTION_CLOPPER_PEARSON).upper,
               1.0 - pow(0.025, 1.0 / 6.0), 1e-13);
    CHECK_NEAR(of(6, 6, CBK_PROPORTION_CLOPPER_PEARSON).lower, pow(0.025, 1.0 / 6.0),
               1e-13);
}

/* The chance of k or more of n, summed term by term. */
static double at_least(size_t k, size_t n, double p)
{
    double sum = 0.0;
    double term = pow(p, (double)n); /* of n of n, downwards */
    for (size_t i = n;; i--) {
        sum += term;
        if (i == k) {
            return sum;
        }
        term *= (double)i / (double)(n - i + 1) * (1.0 - p) / p;
    }
}

/* What defines it: at the lower limit k or more have the chance 0.025, at the upper one k
 * or fewer. */
static void clopper_pearson_by_its_definition(void)
{
    for (size_t n = 1; n <= 40; n++) {
        for (size_t k = 0; k <= n; k++) {
            const cbk_proportion out = of(k, n, CBK_PROPORTION_CLOPPER_PEARSON);
            CHECK(k > 0 ? check_is_near(at_least(k, n, out.lower), 0.025, 1e-9)
                        : out.lower == 0.0);
            CHECK(k < n ? check_is_near(at_least(n - k, n, 1.0 - out.upper), 0.025, 1e-9)
                        : out.upper == 1.0);
        }
    }
}

/* What defines it: a limit p lies z standard errors, those under p, from the estimate. */
static void wilson_by_its_definition(void)
{
    const size_t sizes[] = {1, 2, 7, 100, 1000000};
    for (size_t i = 0; i < N(sizes); i++) {
        const size_t n = sizes[i];
        for (size_t k = 0; k <= n; k += n > 100 ? 99991 : 1) {
            const cbk_proportion out = of(k, n, CBK_PROPORTION_WILSON);
            const double limit[] = {out.lower, out.upper};
            CHECK(out.lower <= out.estimate && out.estimate <= out.upper);
            for (size_t j = 0; j < 2; j++) {
                if (limit[j] > 0.0 && limit[j] < 1.0) {
                    const double error = sqrt(limit[j] * (1.0 - limit[j]) / (double)n);
                    CHECK_NEAR(fabs(out.estimate - limit[j]) / error, 1.959963984540054,
                               1e-9);
                }
            }
        }
    }
}

static void mirrored(void)
{
    for (size_t k = 0; k <= 23; k++) {
        for (int i = 0; i < 2; i++) {
            const cbk_proportion_interval interval = (cbk_proportion_interval)i;
            const cbk_proportion one = of(k, 23, interval);
            const cbk_proportion other = of(23 - k, 23, interval);
            CHECK(fabs(one.lower - (1.0 - other.upper)) < 1e-14);
        }
    }
}

static void degenerate(void)
{
    const cbk_proportion out = of(0, 0, CBK_PROPORTION_WILSON);
    CHECK(isnan(out.estimate) && isnan(out.lower) && isnan(out.upper));
    CHECK(out.notes == CBK_NOTE_NO_ROWS);
    cbk_proportion untouched = {.estimate = 77.0};
    cbk_error err;
    CHECK(cbk_proportion_of(3, 2, CBK_PROPORTION_WILSON, 0.95, &untouched, &err) ==
          CBK_EINVAL);
    CHECK(strcmp(err.message, "3 of 2 is no proportion.") == 0);
    CHECK(cbk_proportion_of(1, 2, CBK_PROPORTION_WILSON, 1.0, &untouched, &err) ==
          CBK_EINVAL);
    CHECK(cbk_proportion_of(1, 2, CBK_PROPORTION_WILSON, (double)NAN, &untouched, &err) ==
          CBK_EINVAL);
    CHECK(untouched.estimate == 77.0);
}

static void names(void)
{
    cbk_proportion_interval interval = CBK_PROPORTION_WILSON;
    CHECK(cbk_proportion_interval_parse("clopper-pearson", &interval));
    CHECK(interval == CBK_PROPORTION_CLOPPER_PEARSON);
    CHECK(strcmp(cbk_proportion_interval_name(interval), "clopper-pearson") == 0);
    CHECK(cbk_proportion_interval_parse("wilson", &interval));
    CHECK(interval == CBK_PROPORTION_WILSON);
    CHECK(!cbk_proportion_interval_parse("wald", &interval));
}

int main(void)
{
    static const check_test tests[] = {
        {"by hand", worked_by_hand},
        {"Clopper-Pearson by its definition", clopper_pearson_by_its_definition},
        {"Wilson by its definition", wilson_by_its_definition},
        {"mirrored", mirrored},
        {"degenerate", degenerate},
        {"names", names},
    };
    return check_main(tests, N(tests));
}
