/* conventions.c - profiles and the names of conventions.  Contract:
 * casebook/conventions.h. */
#include <casebook/conventions.h>

#include <assert.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const char *const interval_names[] = {
    [CBK_INTERVAL_LOG] = "log",       [CBK_INTERVAL_LOG_LOG] = "log-log",
    [CBK_INTERVAL_PLAIN] = "plain",   [CBK_INTERVAL_LOGIT] = "logit",
    [CBK_INTERVAL_ARCSIN] = "arcsin", [CBK_INTERVAL_BPCP] = "bpcp",
};

static const char *const profile_names[] = {
    [CBK_PROFILE_R] = "r",
    [CBK_PROFILE_SAS] = "sas",
    [CBK_PROFILE_SPSS] = "spss",
};

static const char *const survival_quantile_names[] = {
    [CBK_SURVIVAL_QUANTILE_MIDPOINT] = "midpoint",
    [CBK_SURVIVAL_QUANTILE_MIDPOINT_EVENT] = "midpoint-event",
    [CBK_SURVIVAL_QUANTILE_FIRST] = "first",
};

cbk_conventions cbk_conventions_of(cbk_profile profile)
{
    cbk_conventions conventions = {
        .profile = profile,
        .interval = CBK_INTERVAL_LOG,
        .survival_quantile = CBK_SURVIVAL_QUANTILE_MIDPOINT,
        .sample_quantile = CBK_SAMPLE_QUANTILE_7,
        .level = 0.95,
        .estimate = CBK_SURVIVAL_KAPLAN_MEIER,
    };
    if (profile == CBK_PROFILE_SAS) {
        conventions.interval = CBK_INTERVAL_LOG_LOG;
        conventions.survival_quantile = CBK_SURVIVAL_QUANTILE_MIDPOINT_EVENT;
        conventions.sample_quantile = CBK_SAMPLE_QUANTILE_2;
    } else if (profile == CBK_PROFILE_SPSS) {
        conventions.interval = CBK_INTERVAL_PLAIN;
        conventions.survival_quantile = CBK_SURVIVAL_QUANTILE_FIRST;
    }
    return conventions;
}

/* The index of name in names[n], or n. */
static size_t index_of(const char *name, const char *const *names, size_t n)
{
    size_t i = 0;
    while (i < n && strcmp(name, names[i]) != 0) {
        i++;
    }
    return i;
}

const char *cbk_interval_name(cbk_interval interval)
{
    assert((size_t)interval < N(interval_names));
    return interval_names[interval];
}

bool cbk_interval_parse(const char *name, cbk_interval *out)
{
    const size_t found = index_of(name, interval_names, N(interval_names));
    if (found < N(interval_names)) {
        *out = (cbk_interval)found;
    }
    return found < N(interval_names);
}

const char *cbk_profile_name(cbk_profile profile)
{
    assert((size_t)profile < N(profile_names));
    return profile_names[profile];
}

bool cbk_profile_parse(const char *name, cbk_profile *out)
{
    const size_t found = index_of(name, profile_names, N(profile_names));
    if (found < N(profile_names)) {
        *out = (cbk_profile)found;
    }
    return found < N(profile_names);
}

const char *cbk_survival_quantile_name(cbk_survival_quantile rule)
{
    assert((size_t)rule < N(survival_quantile_names));
    return survival_quantile_names[rule];
}

const char *cbk_survival_estimate_name(cbk_survival_estimate estimate)
{
    return estimate == CBK_SURVIVAL_FLEMING_HARRINGTON ? "fleming-harrington"
                                                       : "kaplan-meier";
}
