/* km_interval.c - confidence limits of S(t) on five scales.
 *
 * Each is symmetrical on its own scale and carried back; the delta method turns the error
 * of log S into the error on the scale.
 */
#include "stats/curve/km_interval.h"

#include <assert.h>
#include <math.h>

static const double half_pi = 1.57079632679489661923; /* pi / 2 */

static double clip(double x)
{
    return fmin(fmax(x, 0.0), 1.0);
}

static cbk_limits limits_log(double survival, double margin)
{
    return (cbk_limits){clip(survival * exp(-margin)), clip(survival * exp(margin))};
}

static cbk_limits limits_log_log(double survival, double margin)
{
    const double log_hazard = log(-log(survival));
    const double half_width = margin / -log(survival);
    return (cbk_limits){clip(exp(-exp(log_hazard + half_width))),
                        clip(exp(-exp(log_hazard - half_width)))};
}

static cbk_limits limits_plain(double survival, double margin)
{
    return (cbk_limits){clip(survival - survival * margin),
                        clip(survival + survival * margin)};
}

static cbk_limits limits_logit(double survival, double margin)
{
    const double logit = log(survival / (1.0 - survival));
    const double half_width = margin / (1.0 - survival);
    return (cbk_limits){clip(1.0 / (1.0 + exp(half_width - logit))),
                        clip(1.0 / (1.0 + exp(-half_width - logit)))};
}

static cbk_limits limits_arcsin(double survival, double margin)
{
    const double angle = asin(sqrt(survival));
    const double half_width = 0.5 * margin * sqrt(survival / (1.0 - survival));
    const double low = sin(fmax(angle - half_width, 0.0));
    const double high = sin(fmin(angle + half_width, half_pi));
    return (cbk_limits){clip(low * low), clip(high * high)};
}

cbk_limits cbk_km_limits(cbk_interval interval, double survival, double log_std_error,
                         double z)
{
    assert(survival >= 0.0 && survival <= 1.0);
    const bool has_limits_at_one =
        interval == CBK_INTERVAL_LOG || interval == CBK_INTERVAL_PLAIN;
    if (survival == 0.0 || (survival == 1.0 && !has_limits_at_one)) {
        return (cbk_limits){(double)NAN, (double)NAN};
    }
    const double margin = z * log_std_error;
    switch (interval) {
    case CBK_INTERVAL_LOG:
        return limits_log(survival, margin);
    case CBK_INTERVAL_LOG_LOG:
        return limits_log_log(survival, margin);
    case CBK_INTERVAL_PLAIN:
        return limits_plain(survival, margin);
    case CBK_INTERVAL_LOGIT:
        return limits_logit(survival, margin);
    case CBK_INTERVAL_ARCSIN:
        return limits_arcsin(survival, margin);
    case CBK_INTERVAL_BPCP: /* no function of S and its error: stats/curve/beta_product.c
                             */
        break;
    }
    return (cbk_limits){(double)NAN, (double)NAN};
}

/* Where the derivative of the limit by S changes its sign. */
bool cbk_km_lower_falls_from(cbk_interval interval, double survival, double margin)
{
    switch (interval) {
    case CBK_INTERVAL_LOG:
    case CBK_INTERVAL_PLAIN:
        return true;
    case CBK_INTERVAL_LOG_LOG:
        return -log(survival) >= margin;
    case CBK_INTERVAL_LOGIT:
        return survival * margin <= 1.0 - survival;
    case CBK_INTERVAL_ARCSIN:
        return 1.0 - survival >= margin / 2.0;
    case CBK_INTERVAL_BPCP:
        break;
    }
    return false;
}
