/* paper_grim.c - printed numbers, and means and standard deviations of whole numbers.
 * Contract and sources: casebook/paper.h. */
#include <casebook/paper.h>

#include <assert.h>
#include <math.h>

/* ---- printed numbers ----------------------------------------------------------- */

static double unit_of(cbk_printed printed)
{
    return pow(10.0, -printed.digits);
}

double cbk_printed_low(cbk_printed printed)
{
    return printed.value - 0.5 * unit_of(printed);
}

double cbk_printed_high(cbk_printed printed)
{
    return printed.value + 0.5 * unit_of(printed);
}

bool cbk_printed_has(cbk_printed printed, double value)
{
    const double scale = pow(10.0, printed.digits);
    const double size = fabs(printed.value) * scale;
    const double signed_value = printed.value < 0.0 ? -value : value;
    const double off = (size == 0.0 ? fabs(value) : signed_value) * scale - size;
    const double noise = 1e-9 + 1e-14 * size;
    if (fabs(off) < 0.5 - noise) {
        return true;
    }
    if (fabs(fabs(off) - 0.5) > noise) {
        return false;
    }
    return off < 0.0 || fmod(round(size), 2.0) == 0.0; /* away from zero, or to even */
}

const char *cbk_consistency_name(cbk_consistency verdict)
{
    static const char *const names[CBK_CONSISTENCY_COUNT] = {"consistent", "inconsistent",
                                                             "cannot_tell"};
    return names[verdict];
}

/* ---- GRIM ---------------------------------------------------------------------- */

static const cbk_grim nothing = {
    .verdict = CBK_CANNOT_TELL, .below = (double)NAN, .above = (double)NAN};

/* Whether some factor * s / n, s from least to most, prints so. */
static cbk_grim grim(cbk_printed printed, int64_t n, double factor, double least,
                     double most)
{
    if (isnan(printed.value) || fabs(printed.value) > 1e9 || n < 1 ||
        n > CBK_GRIM_N_MAX || factor / (double)n <= unit_of(printed)) {
        return nothing;
    }
    const double below = floor(printed.value * (double)n / factor + 1e-9);
    cbk_grim out = {
        .verdict = CBK_INCONSISTENT, .below = (double)NAN, .above = (double)NAN};
    for (double s = below; s <= below + 1.0; s += 1.0) {
        const double possible = factor * s / (double)n;
        if (s < least || s > most) {
            continue;
        }
        if (cbk_printed_has(printed, possible)) {
            out.verdict = CBK_CONSISTENT;
        }
        *(s > below ? &out.above : &out.below) = possible;
    }
    return out;
}

cbk_grim cbk_grim_of_mean(cbk_printed mean, int64_t n)
{
    return grim(mean, n, 1.0, -(double)INFINITY, (double)INFINITY);
}

cbk_grim cbk_grim_of_percent(cbk_printed percent, int64_t n)
{
    return grim(percent, n, 100.0, 0.0, (double)n);
}

/* ---- GRIMMER ------------------------------------------------------------------- */

enum { SMALL_N = 4 }; /* up to here a sample is looked for */

static bool is_square(double value, double *root)
{
    *root = round(sqrt(value));
    return *root * *root == value;
}

/* Whether n <= SMALL_N whole numbers have this sum and sum of squares: a first one is
 * tried, and the others are a smaller sample.  All numbers are small and exact. */
static bool has_small_sample(int64_t n, double sum, double squares)
{
    double root = 0.0;
    if (n == 1) {
        return squares == sum * sum;
    }
    if (n == 2) { /* (a - b)^2 = 2 (a^2 + b^2) - (a + b)^2; a and b whole: same parity */
        const double difference = 2.0 * squares - sum * sum;
        return difference >= 0.0 && is_square(difference, &root);
    }
    const double most = floor(sqrt(squares));
    for (double first = -most; first <= most; first += 1.0) {
        if (has_small_sample(n - 1, sum - first, squares - first * first)) {
            return true;
        }
    }
    return false;
}

/* The same for every n; sum in [0, n). */
static bool has_sample(int64_t n, double sum, double squares)
{
    return squares >= sum && fmod(squares - sum, 2.0) == 0.0 &&
           (n > SMALL_N || has_small_sample(n, sum, squares));
}

typedef struct grimmer {
    cbk_printed sd;
    int64_t n;
    double divisor; /* of the sum of squared deviations */
    double below;   /* nearest possible so far */
    double above;
} grimmer;

static double sd_of(const grimmer *g, double sum, double squares)
{
    return sqrt(((double)g->n * squares - sum * sum) / ((double)g->n * g->divisor));
}

/* Whether a sample with this sum has the standard deviation; else the nearest ones. */
static bool try_sum(grimmer *g, double sum)
{
    enum { STEPS = 400 }; /* possible sums of squares lie closer than this */
    const double variance = g->sd.value * g->sd.value;
    const double middle = variance * g->divisor + sum * sum / (double)g->n;
    const double width = 2.0 * (g->sd.value + 1.0) * unit_of(g->sd) * g->divisor;
    const double reach = g->n > SMALL_N ? 3.0 : width + STEPS;
    bool is_below_done = false;
    for (double q = ceil(middle); q > middle - reach && q >= 0.0; q -= 1.0) {
        if (!is_below_done && has_sample(g->n, sum, q)) {
            const double sd = sd_of(g, sum, q);
            if (cbk_printed_has(g->sd, sd)) {
                return true;
            }
            if (sd < g->sd.value) {
                g->below = isnan(g->below) ? sd : fmax(g->below, sd);
                is_below_done = true;
            }
        }
    }
    const double first = fmax(floor(middle), sum);
    for (double q = first; q < first + reach; q += 1.0) {
        if (has_sample(g->n, sum, q)) {
            const double sd = sd_of(g, sum, q);
            if (cbk_printed_has(g->sd, sd)) {
                return true;
            }
            if (sd > g->sd.value) {
                g->above = isnan(g->above) ? sd : fmin(g->above, sd);
                break;
            }
        }
    }
    return false;
}

static bool has_power(const grimmer *g)
{
    if (g->n <= SMALL_N) {
        return g->n == 2 || g->sd.value <= 150.0;
    }
    return g->sd.value * g->divisor * unit_of(g->sd) < 1.0;
}

cbk_grim cbk_grimmer(cbk_printed mean, cbk_printed sd, int64_t n, bool is_population)
{
    if (isnan(mean.value) || isnan(sd.value) || fabs(mean.value) > 1e6 ||
        sd.value < 0.0 || sd.value > 1e6 || n < 2 || n > CBK_GRIM_N_MAX) {
        return nothing;
    }
    grimmer g = {.sd = sd,
                 .n = n,
                 .divisor = (double)(is_population ? n : n - 1),
                 .below = (double)NAN,
                 .above = (double)NAN};
    if (!has_power(&g)) {
        return nothing;
    }
    bool has_mean = false;
    const double count = (double)n;
    const double last = floor(cbk_printed_high(mean) * count + 1e-6);
    for (double sum = ceil(cbk_printed_low(mean) * count - 1e-6); sum <= last;
         sum += 1.0) {
        if (!cbk_printed_has(mean, sum / count)) {
            continue;
        }
        has_mean = true;
        if (try_sum(&g, sum - count * floor(sum / count))) {
            return (cbk_grim){
                .verdict = CBK_CONSISTENT, .below = (double)NAN, .above = (double)NAN};
        }
    }
    return has_mean ? (cbk_grim){.verdict = CBK_INCONSISTENT,
                                 .below = g.below,
                                 .above = g.above}
                    : nothing;
}
