/* test_rate.c - events per person-time, against the Poisson sums that define the
 * interval. */
#include "check.h"

#include <casebook/rate.h>

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static cbk_rate of(size_t n_event, double person_time)
{
    cbk_rate out;
    memset(&out, 0xff, sizeof out);
    const cbk_status status = cbk_rate_of(n_event, person_time, 0.95, &out, NULL);
    return status == CBK_OK ? out : (cbk_rate){.estimate = -1.0};
}

/* Two deaths in the 478 months of the six patients. */
static void worked_by_hand(void)
{
    const cbk_rate out = of(2, 478.0);
    CHECK_NEAR(out.estimate, 2.0 / 478.0, 1e-16);
    CHECK_NEAR(out.lower * 478.0, 0.24220928, 1e-7); /* Garwood's table: 0.242, 7.225 */
    CHECK_NEAR(out.upper * 478.0, 7.22468766, 1e-7);
    CHECK(out.notes == 0);
    const cbk_rate none = of(0, 50.0);
    CHECK(none.estimate == 0.0 && none.lower == 0.0);
    CHECK_NEAR(none.upper, -log(0.025) / 50.0, 1e-13); /* exp(-mu) = 0.025 */
    CHECK(none.notes == CBK_NOTE_NO_EVENTS);
}

static double at_most(size_t k, double mean)
{
    double sum = 0.0;
    double term = exp(-mean);
    for (size_t i = 0; i <= k; i++) {
        sum += term;
        term *= mean / (double)(i + 1);
    }
    return sum;
}

/* At the upper limit d or fewer have the chance 0.025, at the lower one d or more. */
static void by_its_definition(void)
{
    for (size_t d = 1; d <= 60; d++) {
        const cbk_rate out = of(d, 2.5);
        CHECK_NEAR(at_most(d, out.upper * 2.5), 0.025, 1e-9);
        CHECK_NEAR(1.0 - at_most(d - 1, out.lower * 2.5), 0.025, 1e-9);
    }
}

static void degenerate(void)
{
    const cbk_rate out = of(0, 0.0);
    CHECK(isnan(out.estimate) && isnan(out.lower) && isnan(out.upper));
    CHECK(out.notes == CBK_NOTE_NO_ROWS);
    cbk_rate untouched = {.estimate = 77.0};
    cbk_error err;
    CHECK(cbk_rate_of(1, -1.0, 0.95, &untouched, &err) == CBK_EINVAL);
    CHECK(strstr(err.message, "-1") != NULL);
    CHECK(cbk_rate_of(1, (double)INFINITY, 0.95, &untouched, &err) == CBK_EINVAL);
    CHECK(cbk_rate_of(1, (double)NAN, 0.95, &untouched, &err) == CBK_EINVAL);
    CHECK(cbk_rate_of(1, 1.0, 0.0, &untouched, &err) == CBK_EINVAL);
    CHECK(untouched.estimate == 77.0);
}

int main(void)
{
    static const check_test tests[] = {
        {"by hand", worked_by_hand},
        {"by its definition", by_its_definition},
        {"degenerate", degenerate},
    };
    return check_main(tests, N(tests));
}
