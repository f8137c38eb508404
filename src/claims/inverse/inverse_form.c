/* inverse_form.c - the numbers that look like one that is stated, and how many there are.
 * Contract: inverse_form.h. */
#include "claims/inverse/inverse_form.h"

#include <math.h>
#include <stdlib.h>

/* The largest value that the statistic can have; infinite: no limit is known. */
static double largest_of(const cbk_inverse_question *question)
{
    const double factor = fabs(question->expression.factor);
    switch (question->expression.statistic) {
    case CBK_STATISTIC_KM_SURVIVAL:
        return factor;
    case CBK_STATISTIC_PERCENT:
        return 100.0 * factor;
    case CBK_STATISTIC_COUNT:
    case CBK_STATISTIC_COUNT_DISTINCT:
    case CBK_STATISTIC_EVENTS:
        return (double)question->n_rows * factor;
    case CBK_STATISTIC_SUM:
        return question->variables[0].is_number ? (double)INFINITY
                                                : (double)question->n_rows * factor;
    default:
        return (double)INFINITY;
    }
}

double cbk_form_key(const cbk_form_of_number *like, double value, cbk_rounding rounding)
{
    return round(cbk_number_round(like->sign * value, like->digits, rounding) *
                 pow(10.0, like->digits));
}

bool cbk_form_has(const cbk_form_of_number *like, double key)
{
    return key >= like->low && key <= like->high;
}

static int by_number(const void *lhs, const void *rhs)
{
    const double a = *(const double *)lhs;
    const double b = *(const double *)rhs;
    return (a > b) - (a < b);
}

enum { SHARES_OF_MAX = 30 };

/* How many numbers of the form a share of few patients can be: k of m, however it is
 * rounded.  A survival can be some more, which would only make chance smaller. */
static double n_shares(const cbk_inverse_question *question,
                       const cbk_form_of_number *like)
{
    const size_t n = question->n_rows;
    const double whole = largest_of(question);
    double keys[3 * SHARES_OF_MAX * (SHARES_OF_MAX + 3)];
    size_t n_keys = 0;
    double n_distinct = 0.0;
    for (size_t m = 1; m <= n; m++) {
        for (size_t k = 0; k <= m; k++) {
            const double value = whole * (double)k / (double)m;
            for (int rounding = CBK_ROUND_HALF_AWAY; rounding <= CBK_ROUND_UP;
                 rounding++) {
                const double key = cbk_form_key(like, value, (cbk_rounding)rounding);
                keys[n_keys] = key;
                n_keys += cbk_form_has(like, key);
            }
        }
    }
    qsort(keys, n_keys, sizeof *keys, by_number);
    for (size_t i = 0; i < n_keys; i++) {
        n_distinct += i == 0 || keys[i] > keys[i - 1];
    }
    return n_distinct;
}

cbk_form_of_number cbk_form_of(const cbk_inverse_question *question,
                               const cbk_stated_number *stated)
{
    cbk_form_of_number out = {.digits = stated->digits,
                              .sign = stated->value < 0.0 ? -1.0 : 1.0};
    const double size = fabs(stated->value);
    const double unit = pow(10.0, stated->digits);
    const double first = size < 10.0 ? 0.0 : pow(10.0, floor(log10(size)));
    const double after = size < 10.0 ? 10.0 : 10.0 * first;
    const double limit = floor(largest_of(question) * unit + 0.5);
    out.low = first * unit;
    out.high = fmin(after * unit - 1.0, limit);
    out.n = out.high - out.low + 1.0;
    const bool is_share = question->expression.statistic == CBK_STATISTIC_PERCENT ||
                          question->expression.statistic == CBK_STATISTIC_KM_SURVIVAL;
    if (is_share && question->n_rows <= SHARES_OF_MAX) {
        out.n = n_shares(question, &out);
    }
    out.stated = cbk_form_key(&out, stated->value, CBK_ROUND_HALF_AWAY);
    return out;
}
