/* paper_summary.c - what a few printed numbers of a sample allow the others to be.
 * Contract and sources: casebook/paper.h. */
#include <casebook/paper.h>

#include <math.h>

/* The least mean; the greatest is that of the mirrored sample. */
static double least_mean(double n, double minimum, double median, double maximum)
{
    if (isnan(minimum)) {
        return (double)NAN;
    }
    if (n == 0.0) {
        return isnan(median) ? minimum : (minimum + median) / 2.0;
    }
    if (isnan(maximum)) {
        maximum = isnan(median) ? minimum : median;
    }
    if (isnan(median)) {
        return ((n - 1.0) * minimum + maximum) / n;
    }
    const double half = floor(n / 2.0);
    const double n_least = n > 2.0 * half ? half : half - 1.0;
    return n <= 2.0 ? median : (n_least * minimum + half * median + maximum) / n;
}

cbk_bounds cbk_printed_sample_mean(const cbk_printed_sample *s)
{
    const double n = (double)s->n;
    return (cbk_bounds){
        .low = least_mean(n, cbk_printed_low(s->minimum), cbk_printed_low(s->median),
                          cbk_printed_low(s->maximum)),
        .high = -least_mean(n, -cbk_printed_high(s->maximum),
                            -cbk_printed_high(s->median), -cbk_printed_high(s->minimum))};
}

/* How far two printed numbers are apart at least. */
static double least_distance(cbk_printed a, cbk_printed b)
{
    const double one_way = cbk_printed_low(a) - cbk_printed_high(b);
    const double other = cbk_printed_low(b) - cbk_printed_high(a);
    return isnan(one_way) ? (double)NAN : fmax(0.0, fmax(one_way, other));
}

static double least_sd(const cbk_printed_sample *s)
{
    const double n = (double)s->n;
    const double from_median =
        least_distance(s->mean, s->median) * (n > 1.0 ? sqrt(n / (n - 1.0)) : 1.0);
    const double range = cbk_printed_low(s->maximum) - cbk_printed_high(s->minimum);
    const double from_range =
        n > 1.0 ? fmax(0.0, range) / sqrt(2.0 * (n - 1.0)) : (double)NAN;
    return fmax(from_median, isnan(range) ? (double)NAN : from_range);
}

/* (max - mean) (mean - min) at its largest over the means that print so. */
static double largest_product(const cbk_printed_sample *s, double minimum, double maximum)
{
    const double middle = (minimum + maximum) / 2.0;
    const double low = cbk_printed_low(s->mean);
    const double high = cbk_printed_high(s->mean);
    const double mean = middle < low ? low : middle > high ? high : middle;
    return fmax(0.0, (maximum - mean) * (mean - minimum));
}

static double largest_sd(const cbk_printed_sample *s)
{
    const double n = (double)s->n;
    const double minimum = cbk_printed_low(s->minimum);
    const double maximum = cbk_printed_high(s->maximum);
    if (isnan(minimum) || isnan(maximum) || s->n == 1) {
        return (double)NAN;
    }
    const double correction = n > 1.0 ? n / (n - 1.0) : 1.0;
    const double at_ends = n > 1.0 ? floor(n / 2.0) * ceil(n / 2.0) / (n * n) : 1.0 / 4.0;
    const double most = (maximum - minimum) * sqrt(at_ends * correction);
    return isnan(s->mean.value)
               ? most
               : fmin(most, sqrt(correction * largest_product(s, minimum, maximum)));
}

cbk_bounds cbk_printed_sample_sd(const cbk_printed_sample *summary)
{
    return (cbk_bounds){.low = least_sd(summary), .high = largest_sd(summary)};
}
