/* sql_functions.c - the statistics as SQL functions.  A row of the table at the end is a
 * function; docs/formats/functions.md says the same in words.
 *
 * Each works under the conventions of the running evaluation and adds its notes to it.
 */
#include "study/internal.h"

#include "base/text.h"

#include <casebook/describe.h>
#include <casebook/kaplan_meier.h>
#include <casebook/restricted_mean.h>

#include <math.h>
#include <string.h>

typedef cbk_status (*numbers_fn)(const double *value, size_t n, double p,
                                 cbk_study *study, cbk_arena *arena, double *out,
                                 cbk_error *err);
typedef double (*curve_fn)(const cbk_km *km, double argument, cbk_study *study);

static cbk_value number_or_absent(double number)
{
    return isfinite(number) ? (cbk_value){.kind = CBK_VALUE_NUMBER, .number = number}
                            : (cbk_value){.kind = CBK_VALUE_ABSENT};
}

/* ---- arguments ------------------------------------------------------------------------
 */

/* The numbers of a column; missing ones are left out and noted. */
static cbk_status numbers_of(const char *name, const cbk_value *column, size_t n_rows,
                             cbk_study *study, cbk_arena *arena, double **out, size_t *n,
                             cbk_error *err)
{
    double *value = CBK_NEW(arena, double, n_rows + 1);
    if (value == NULL) {
        return cbk_fail_memory(err);
    }
    *n = 0;
    for (size_t i = 0; i < n_rows; i++) {
        if (column[i].kind == CBK_VALUE_NUMBER) {
            value[(*n)++] = column[i].number;
        } else if (column[i].kind == CBK_VALUE_TEXT) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "%s() needs numbers; found the text \"%.60s\"%s", name,
                            column[i].text,
                            strcmp(name, "median") == 0
                                ? "; the median of an endpoint is km_median()."
                                : ".");
        }
    }
    study->notes |= *n < n_rows ? CBK_NOTE_ROWS_LEFT_OUT : 0;
    study->notes |= *n == 0 ? CBK_NOTE_NO_ROWS : 0;
    *out = value;
    return CBK_OK;
}

/* A number that is the same in every row: the t of km_survival(os, t). */
static cbk_status constant_of(const char *name, const cbk_value *column, size_t n_rows,
                              double *out, cbk_error *err)
{
    if (n_rows == 0) {
        *out = 0.0;
        return CBK_OK;
    }
    for (size_t i = 0; i < n_rows; i++) {
        if (column[i].kind != CBK_VALUE_NUMBER || column[i].number != column[0].number) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "The second argument of %s() must be one number.", name);
        }
    }
    *out = column[0].number;
    return CBK_OK;
}

/* The curve of a column of endpoint texts; missing ones are left out and noted.  With
 * of_any_end a competing event is an event as well. */
static cbk_status curve_of(const char *name, bool of_any_end, const cbk_value *column,
                           size_t n_rows, cbk_study *study, cbk_arena *arena,
                           const cbk_km **out, cbk_error *err)
{
    double *time = CBK_NEW(arena, double, n_rows + 1);
    double *entry = CBK_NEW(arena, double, n_rows + 1);
    bool *is_event = CBK_NEW(arena, bool, n_rows + 1);
    if (is_event == NULL) {
        return cbk_fail_memory(err);
    }
    size_t n = 0;
    bool is_late = false;
    for (size_t i = 0; i < n_rows; i++) {
        cbk_survival_time at;
        if (column[i].kind == CBK_VALUE_ABSENT) {
            continue;
        }
        if (column[i].kind != CBK_VALUE_TEXT ||
            !cbk_survival_parse(column[i].text, &at)) {
            return cbk_fail(
                err, CBK_EINVAL, CBK_ROW_NONE,
                "%s() needs an endpoint, written like 36 or 132+ as text; make "
                "one with surv(time, event).",
                name);
        }
        time[n] = at.time;
        entry[n] = at.entry;
        is_event[n] = at.is_event || (of_any_end && at.n_competing > 0);
        is_late = is_late || at.entry > 0.0;
        n++;
    }
    study->notes |= n < n_rows ? CBK_NOTE_ROWS_LEFT_OUT : 0;
    const cbk_followup followup = {
        .n = n, .time = time, .is_event = is_event, .entry = is_late ? entry : NULL};
    const cbk_risk_table *risk = NULL;
    CBK_TRY(cbk_risk_table_build(&followup, true, arena, &risk, err));
    return cbk_km_fit(risk, &study->conventions, arena, out, err);
}

/* ---- of numbers -----------------------------------------------------------------------
 */

static cbk_status described(const double *value, size_t n, cbk_study *study,
                            cbk_arena *arena, cbk_description *out, cbk_error *err)
{
    return cbk_describe(value, n, study->conventions.sample_quantile, arena, out, err);
}

static cbk_status mean_of(const double *value, size_t n, double p, cbk_study *study,
                          cbk_arena *arena, double *out, cbk_error *err)
{
    (void)p;
    cbk_description all;
    CBK_TRY(described(value, n, study, arena, &all, err));
    *out = all.mean;
    return CBK_OK;
}

static cbk_status sd_of(const double *value, size_t n, double p, cbk_study *study,
                        cbk_arena *arena, double *out, cbk_error *err)
{
    (void)p;
    cbk_description all;
    CBK_TRY(described(value, n, study, arena, &all, err));
    study->notes |= n == 1 ? CBK_NOTE_SD_UNDEFINED : 0;
    *out = all.sd;
    return CBK_OK;
}

static cbk_status quantile_of(const double *value, size_t n, double p, cbk_study *study,
                              cbk_arena *arena, double *out, cbk_error *err)
{
    if (!(p >= 0.0 && p <= 1.0)) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "quantile(x, p) needs a fraction p from 0 to 1, not %g.", p);
    }
    *out = (double)NAN;
    return n == 0 ? CBK_OK
                  : cbk_quantile(value, n, p, study->conventions.sample_quantile, arena,
                                 out, err);
}

static cbk_status percent_of(const double *value, size_t n, double p, cbk_study *study,
                             cbk_arena *arena, double *out, cbk_error *err)
{
    (void)p;
    (void)study;
    (void)arena;
    size_t n_true = 0;
    for (size_t i = 0; i < n; i++) {
        if (value[i] != 0.0 && value[i] != 1.0) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "percent() needs a condition, true or false; found %g.",
                            value[i]);
        }
        n_true += value[i] != 0.0;
    }
    *out = n == 0 ? (double)NAN : 100.0 * (double)n_true / (double)n;
    return CBK_OK;
}

/* ---- of endpoints
 * ---------------------------------------------------------------------- */

static double events_in(const cbk_km *km, double argument, cbk_study *study)
{
    (void)argument;
    (void)study;
    return (double)km->n_event;
}

static double at_risk(const cbk_km *km, double t, cbk_study *study)
{
    (void)study;
    return cbk_risk_table_n_risk_at(km->risk, t);
}

static double survival_at(const cbk_km *km, double t, cbk_study *study)
{
    const cbk_km_at at = cbk_km_at_time(km, t);
    study->notes |= at.notes;
    return at.survival;
}

/* The curve with its limits at t, and the caveats of the limits. */
static cbk_km_at limits_at(const cbk_km *km, double t, cbk_study *study)
{
    const cbk_km_at at = cbk_km_at_time(km, t);
    const bool is_inside = at.survival > 0.0 && at.survival < 1.0;
    study->notes |= at.notes | (isnan(at.lower) ? CBK_NOTE_INTERVAL_UNDEFINED : 0);
    study->notes |= is_inside || km->beta != NULL ? 0 : CBK_NOTE_ERROR_ZERO;
    return at;
}

static double lower_at(const cbk_km *km, double t, cbk_study *study)
{
    return limits_at(km, t, study).lower;
}

static double upper_at(const cbk_km *km, double t, cbk_study *study)
{
    return limits_at(km, t, study).upper;
}

static double restricted_mean(const cbk_km *km, double tau, cbk_study *study)
{
    if (!(tau > 0.0)) {
        return (double)NAN;
    }
    const cbk_restricted_mean mean = cbk_restricted_mean_of(km, tau);
    study->notes |= mean.notes & ~(cbk_notes)CBK_NOTE_ERROR_ZERO; /* of its error alone */
    return mean.estimate;
}

static double reached(double value, cbk_note note, cbk_study *study)
{
    study->notes |= isnan(value) ? note : 0;
    return value;
}

static double median_of_curve(const cbk_km *km, double argument, cbk_study *study)
{
    (void)argument;
    return reached(km->median.estimate, CBK_NOTE_NOT_REACHED, study);
}

static double median_lower(const cbk_km *km, double argument, cbk_study *study)
{
    (void)argument;
    return reached(km->median.lower, CBK_NOTE_LIMIT_NOT_REACHED, study);
}

static double median_upper(const cbk_km *km, double argument, cbk_study *study)
{
    (void)argument;
    return reached(km->median.upper, CBK_NOTE_LIMIT_NOT_REACHED, study);
}

static double quantile_of_curve(const cbk_km *km, double p, cbk_study *study)
{
    if (!(p > 0.0 && p < 1.0)) {
        return (double)NAN;
    }
    return reached(cbk_km_quantile_of(km, p).estimate, CBK_NOTE_NOT_REACHED, study);
}

static double follow_up_of(const cbk_km *km, double argument, cbk_study *study)
{
    (void)argument;
    return reached(km->follow_up_median, CBK_NOTE_NOT_REACHED, study);
}

/* ---- the table
 * ------------------------------------------------------------------------- */

typedef struct statistic {
    const char *name;
    int n_arguments;
    numbers_fn numbers; /* one of the two */
    curve_fn curve;
} statistic;

static const statistic statistics[] = {
    {"mean", 1, mean_of, NULL},
    {"sd", 1, sd_of, NULL},
    {"median", 1, quantile_of, NULL},
    {"quantile", 2, quantile_of, NULL},
    {"percent", 1, percent_of, NULL},
    {"events", 1, NULL, events_in},
    {"n_risk", 2, NULL, at_risk},
    {"km_survival", 2, NULL, survival_at},
    {"km_lower", 2, NULL, lower_at},
    {"km_upper", 2, NULL, upper_at},
    {"km_median", 1, NULL, median_of_curve},
    {"km_median_lower", 1, NULL, median_lower},
    {"km_median_upper", 1, NULL, median_upper},
    {"km_quantile", 2, NULL, quantile_of_curve},
    {"followup_median", 1, NULL, follow_up_of},
    {"rmst", 2, NULL, restricted_mean},
};

enum { N_STATISTICS = sizeof statistics / sizeof statistics[0] };

/* What SQLite gives back to a statistic: which row of the table, and of which study. */
typedef struct binding {
    const statistic *what;
    cbk_study *study;
} binding;

/* What the second argument of a function may be. */
static cbk_status check_constant(const statistic *what, double constant, cbk_error *err)
{
    const bool is_share = what->curve == quantile_of_curve;
    const bool is_horizon = what->curve == restricted_mean;
    const bool is_fine = what->numbers != NULL ? true
                         : is_share            ? constant > 0.0 && constant < 1.0
                         : is_horizon          ? constant > 0.0
                                               : constant >= 0.0;
    return is_fine ? CBK_OK
                   : cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                              "%s() needs %s as its second argument, not %g.", what->name,
                              is_share     ? "a share between 0 and 1"
                              : is_horizon ? "a time above 0"
                                           : "a time from 0",
                              constant);
}

static cbk_status run_statistic(const cbk_value *const *arguments, size_t n_arguments,
                                size_t n_rows, void *context, cbk_arena *arena,
                                cbk_value *out, cbk_error *err)
{
    const binding *bound = context;
    const statistic *what = bound->what;
    double constant = 0.5; /* median() is quantile(x, 0.5) */
    if (n_arguments == 2) {
        CBK_TRY(constant_of(what->name, arguments[1], n_rows, &constant, err));
    }
    if (n_arguments == 2 && n_rows > 0) {
        CBK_TRY(check_constant(what, constant, err));
    }
    double result = (double)NAN;
    if (what->numbers != NULL) {
        double *value = NULL;
        size_t n = 0;
        CBK_TRY(numbers_of(what->name, arguments[0], n_rows, bound->study, arena, &value,
                           &n, err));
        CBK_TRY(what->numbers(value, n, constant, bound->study, arena, &result, err));
    } else {
        const cbk_km *km = NULL;
        /* Who had a competing event was not lost: follow-up ended as with the event. */
        CBK_TRY(curve_of(what->name, what->curve == follow_up_of, arguments[0], n_rows,
                         bound->study, arena, &km, err));
        /* Of nobody there are counts, and nothing else. */
        const bool is_count = what->curve == events_in || what->curve == at_risk;
        if (km->n > 0 || is_count) {
            result = what->curve(km, constant, bound->study);
        }
        bound->study->notes |= km->n == 0 && !is_count ? CBK_NOTE_NO_ROWS : 0;
        bound->study->notes |= km->n_event == 0 && !is_count ? CBK_NOTE_NO_EVENTS : 0;
    }
    *out = number_or_absent(result);
    return CBK_OK;
}

/* Sum of the times under observation: from entry to exit. */
static cbk_status person_time(const cbk_value *const *arguments, size_t n_arguments,
                              size_t n_rows, void *context, cbk_arena *arena,
                              cbk_value *out, cbk_error *err)
{
    (void)n_arguments;
    cbk_study *study = context;
    double *value = CBK_NEW(arena, double, n_rows + 1);
    if (value == NULL) {
        return cbk_fail_memory(err);
    }
    size_t n = 0;
    for (size_t i = 0; i < n_rows; i++) {
        cbk_survival_time at;
        if (arguments[0][i].kind == CBK_VALUE_ABSENT) {
            study->notes |= CBK_NOTE_ROWS_LEFT_OUT;
        } else if (arguments[0][i].kind == CBK_VALUE_TEXT &&
                   cbk_survival_parse(arguments[0][i].text, &at)) {
            value[n++] = at.time - at.entry;
        } else {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "person_time() needs an endpoint, written like 36 or 132+.");
        }
    }
    cbk_description all;
    CBK_TRY(described(value, n, study, arena, &all, err));
    *out = n == 0 ? (cbk_value){.kind = CBK_VALUE_ABSENT} : number_or_absent(all.sum);
    study->notes |= n == 0 ? CBK_NOTE_NO_ROWS : 0;
    return CBK_OK;
}

/* has('a|b', 'a') is 1. */
static cbk_status has_code(const cbk_value *arguments, size_t n_arguments, void *context,
                           cbk_arena *arena, cbk_value *out, cbk_error *err)
{
    (void)n_arguments;
    (void)context;
    (void)arena;
    *out = (cbk_value){.kind = CBK_VALUE_ABSENT};
    if (arguments[0].kind == CBK_VALUE_ABSENT || arguments[1].kind == CBK_VALUE_ABSENT) {
        return CBK_OK;
    }
    if (arguments[0].kind != CBK_VALUE_TEXT || arguments[1].kind != CBK_VALUE_TEXT) {
        return cbk_fail(
            err, CBK_EINVAL, CBK_ROW_NONE,
            "has(choices, code) needs a field of several choices and a code in "
            "single quotes.");
    }
    const char *code = arguments[1].text;
    const size_t size = strlen(code);
    bool is_found = false;
    for (const char *at = arguments[0].text; at != NULL && !is_found;) {
        const size_t length = strcspn(at, "|");
        is_found = length == size && memcmp(at, code, size) == 0;
        at = at[length] == '|' ? at + length + 1 : NULL;
    }
    *out = (cbk_value){.kind = CBK_VALUE_NUMBER, .number = is_found ? 1.0 : 0.0};
    return CBK_OK;
}

/* surv(time, event[, entry]): an endpoint as text. */
static cbk_status make_survival(const cbk_value *arguments, size_t n_arguments,
                                void *context, cbk_arena *arena, cbk_value *out,
                                cbk_error *err)
{
    (void)context;
    *out = (cbk_value){.kind = CBK_VALUE_ABSENT};
    for (size_t i = 0; i < n_arguments; i++) {
        if (arguments[i].kind == CBK_VALUE_ABSENT) {
            return CBK_OK;
        }
        if (arguments[i].kind == CBK_VALUE_TEXT) {
            return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                            "surv(time, event) needs numbers; found the text \"%.60s\".",
                            arguments[i].text);
        }
    }
    const cbk_survival_time at = {.time = arguments[0].number,
                                  .is_event = arguments[1].number == 1.0,
                                  .entry = n_arguments == 3 ? arguments[2].number : 0.0};
    if (arguments[1].number != 0.0 && arguments[1].number != 1.0) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "surv(time, event) needs a condition as its event; found %g.",
                        arguments[1].number);
    }
    if (at.time < 0.0 || at.entry < 0.0 || (at.entry > 0.0 && at.entry >= at.time)) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                        "surv(): entry %g and time %g are no interval.", at.entry,
                        at.time);
    }
    *out = (cbk_value){.kind = CBK_VALUE_TEXT, .text = cbk_survival_print(&at, arena)};
    return out->text != NULL ? CBK_OK : cbk_fail_memory(err);
}

cbk_status cbk_study_add_functions(cbk_study *study, cbk_error *err)
{
    binding *bound = CBK_NEW(study->arena, binding, N_STATISTICS);
    if (bound == NULL) {
        return cbk_fail_memory(err);
    }
    cbk_registry *registry = study->registry;
    for (size_t i = 0; i < N_STATISTICS; i++) {
        bound[i] = (binding){.what = &statistics[i], .study = study};
        CBK_TRY(cbk_registry_add_aggregate(registry, statistics[i].name,
                                           statistics[i].n_arguments, run_statistic,
                                           &bound[i], err));
    }
    CBK_TRY(
        cbk_registry_add_aggregate(registry, "person_time", 1, person_time, study, err));
    CBK_TRY(cbk_registry_add_scalar(registry, "has", 2, has_code, study, err));
    CBK_TRY(cbk_registry_add_scalar(registry, "surv", 2, make_survival, study, err));
    CBK_TRY(cbk_registry_add_scalar(registry, "surv", 3, make_survival, study, err));
    CBK_TRY(cbk_study_add_log_rank(study, err));
    CBK_TRY(cbk_study_add_incidences(study, err));
    CBK_TRY(cbk_study_add_cox(study, err));
    return cbk_study_add_comparisons(study, err);
}
