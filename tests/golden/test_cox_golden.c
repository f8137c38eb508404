/* test_cox_golden.c - Cox's regression against R.
 *
 * Usage: test_cox_golden DIRECTORY NAME...
 * To add data: one call in make_cox_golden.R, its name in meson.build. */
#include "check.h"
#include "golden.h"

#include <casebook/cox_curve.h>
#include <casebook/cox_residuals.h>

#include <string.h>

enum { MAX_ROWS = 500, MAX_COVARIATES = 3, N_FITS = 4 };
static const double tolerance = 1e-8;
static const double rounding = 1e-13; /* of a difference of numbers about 1, in R */

typedef struct data {
    size_t n, n_covariates, n_strata, n_clusters;
    bool is_late;
    double entry[MAX_ROWS], time[MAX_ROWS], weight[MAX_ROWS], offset[MAX_ROWS];
    bool is_event[MAX_ROWS];
    uint32_t stratum[MAX_ROWS], cluster[MAX_ROWS];
    double x[MAX_COVARIATES][MAX_ROWS];
} data;

static void read_data(const char *directory, const char *name, data *out)
{
    FILE *file = golden_open(directory, name, ".in.csv");
    int event = 0;
    *out = (data){.n_covariates = MAX_COVARIATES};
    for (size_t i = 0; i < MAX_ROWS; i++) {
        if (fscanf(file, " %lf,%lf,%d,%lf,%lf,%u,%u,%lf,%lf,%lf", &out->entry[i],
                   &out->time[i], &event, &out->weight[i], &out->offset[i],
                   &out->stratum[i], &out->cluster[i], &out->x[0][i], &out->x[1][i],
                   &out->x[2][i]) != 10) {
            break;
        }
        out->is_event[i] = event == 1;
        out->is_late = !isnan(out->entry[i]);
        out->n_covariates = isnan(out->x[2][i]) ? 2 : 3;
        out->n_strata =
            out->stratum[i] >= out->n_strata ? out->stratum[i] + 1 : out->n_strata;
        out->n_clusters =
            out->cluster[i] >= out->n_clusters ? out->cluster[i] + 1 : out->n_clusters;
        out->n = i + 1;
    }
    (void)fclose(file);
}

static const cbk_cox *fit_data(const data *from, const char *ties, bool has_clusters,
                               cbk_arena *arena)
{
    const cbk_followup followup = {.n = from->n,
                                   .time = from->time,
                                   .is_event = from->is_event,
                                   .entry = from->is_late ? from->entry : NULL,
                                   .weight = from->weight};
    const double *const x[] = {from->x[0], from->x[1], from->x[2]};
    const cbk_cox_rows rows = {.followup = &followup,
                               .n_covariates = from->n_covariates,
                               .covariate = x,
                               .offset = from->offset,
                               .stratum = from->stratum,
                               .n_strata = from->n_strata,
                               .cluster = has_clusters ? from->cluster : NULL,
                               .n_clusters = from->n_clusters};
    cbk_cox_request request = {.level = 0.95,
                               .wants_concordance = true,
                               .wants_proportional = true,
                               .wants_profile = true,
                               .keeps_rows = true};
    const cbk_cox *fit = NULL;
    return cbk_cox_ties_parse(ties, &request.ties) &&
                   cbk_cox_fit(&rows, &request, arena, &fit, NULL) == CBK_OK
               ? fit
               : NULL;
}

/* The number of the fit; NaN for a name that is not known. */
static double number_of(const cbk_cox *fit, const char *quantity, size_t which)
{
    const cbk_cox_coefficient *of =
        &fit->coefficients[which < fit->n_covariates ? which : 0];
#define IS(name) (strcmp(quantity, name) == 0)
    return IS("estimate")        ? of->estimate
           : IS("std_error")     ? of->std_error
           : IS("robust_se")     ? of->robust_se
           : IS("lower")         ? of->lower
           : IS("upper")         ? of->upper
           : IS("loglik")        ? (which == 0 ? fit->loglik_null : fit->loglik)
           : IS("score")         ? fit->score.chisq
           : IS("robust_score")  ? fit->robust_score.chisq
           : IS("wald")          ? fit->wald.chisq
           : IS("concordance")   ? (which == 0 ? fit->concordance : fit->concordance_se)
           : IS("profile_lower") ? of->profile.lower
           : IS("profile_upper") ? of->profile.upper
           : IS("profile_chisq") ? of->profile.likelihood_ratio.chisq
           : IS("zph") ? (which < fit->n_terms ? fit->terms[which] : fit->global).chisq
                       : (double)NAN;
#undef IS
}

/* ---- residuals and curves --------------------------------------------------------- */

/* "plain-dfbeta", "weighted-dfbeta", "collapsed-dfbeta" and the like. */
static double residual_of(const cbk_cox *fit, const char *quantity, size_t which,
                          cbk_arena *arena)
{
    cbk_cox_residuals_request request = {.is_weighted = true};
    request.collapses = strncmp(quantity, "collapsed-", 10) == 0;
    request.is_weighted = strncmp(quantity, "plain-", 6) != 0;
    const char *name = strchr(quantity, '-') + 1;
    const cbk_cox_residuals *found = NULL;
    return cbk_cox_residual_parse(name, &request.kind) &&
                   cbk_cox_residuals_make(fit, &request, arena, &found, NULL) == CBK_OK &&
                   which < found->n_rows * found->n_columns
               ? found->value[which]
               : (double)NAN;
}

static double part_of_row(const cbk_cox_curve_row *row, const char *part)
{
#define STARTS(name) (strncmp(part, name, sizeof name - 1) == 0)
    return STARTS("hazard")     ? row->hazard
           : STARTS("se")       ? row->hazard_se
           : STARTS("survival") ? row->survival
           : STARTS("lower")    ? row->lower
           : STARTS("upper")    ? row->upper
                                : (double)NAN;
#undef STARTS
}

/* "curve_lower_log-log" and the like, "reference_hazard". */
static double curve_of(const data *from, const cbk_cox *fit, const char *quantity,
                       size_t which, cbk_arena *arena)
{
    const size_t rows[] = {0, from->n / 2};
    double offset[2] = {0.0, 0.0};
    double x[MAX_COVARIATES][2];
    const double *const covariate[] = {x[0], x[1], x[2]};
    for (size_t k = 0; k < 2; k++) {
        for (size_t j = 0; j < from->n_covariates; j++) {
            x[j][k] = from->x[j][rows[k]];
        }
    }
    for (size_t i = 0; i < from->n; i++) {
        offset[1] = fabs(from->offset[i]) > 0.0 ? 0.5 : offset[1];
    }
    const bool is_reference = strncmp(quantity, "reference_", 10) == 0;
    cbk_cox_curve_request request = {.n_subjects = is_reference ? 0 : 2,
                                     .covariate = covariate,
                                     .offset = offset,
                                     .level = 0.95};
    const char *part = strchr(quantity, '_') + 1;
    const char *type = strchr(part, '_');
    const cbk_cox_curves *curves = NULL;
    if ((type != NULL && !cbk_interval_parse(type + 1, &request.interval)) ||
        cbk_cox_curves_make(fit, &request, arena, &curves, NULL) != CBK_OK) {
        return (double)NAN;
    }
    for (size_t k = 0; k < curves->n_subjects * curves->n_strata; k++) {
        const cbk_cox_curve *curve = &curves->curves[k];
        if (which < curve->n_rows) {
            const cbk_cox_curve_row row = cbk_cox_curve_row_at(curve, which);
            return part_of_row(&row, part);
        }
        which -= curve->n_rows;
    }
    return (double)NAN;
}

/* ---- line by line ----------------------------------------------------------------- */

static double found_of(const data *from, const cbk_cox *fit, const char *quantity,
                       size_t which, cbk_arena *arena)
{
    if (fit == NULL) {
        return (double)NAN;
    }
    if (strncmp(quantity, "curve_", 6) == 0 || strncmp(quantity, "reference_", 10) == 0) {
        return curve_of(from, fit, quantity, which, arena);
    }
    return strchr(quantity, '-') != NULL ? residual_of(fit, quantity, which, arena)
                                         : number_of(fit, quantity, which);
}

static size_t compare(const data *from, FILE *file, cbk_arena *arena)
{
    char ties[16], quantity[32], ties_before[16] = "";
    int robust = 0;
    int before = -1;
    size_t which = 0;
    size_t n_lines = 0;
    double value = 0.0;
    const cbk_cox *fit = NULL;
    while (!check_has_failed && fscanf(file, " %15[^,],%d,%31[^,],%zu,%lf", ties, &robust,
                                       quantity, &which, &value) == 5) {
        const int kind = strncmp(quantity, "collapsed-", 10) == 0 ? 2 : robust;
        if (kind != before || strcmp(ties, ties_before) != 0) {
            fit = fit_data(from, ties, kind > 0, arena);
            before = kind;
            memcpy(ties_before, ties, sizeof ties);
        }
        const cbk_mark mark = cbk_arena_mark(arena);
        const double found = found_of(from, fit, quantity, which, arena);
        if (!check_is_near(found, value, tolerance) &&
            !(fabs(found - value) < rounding)) {
            printf("# %s, robust %d, %s %zu: %.17g, expected %.17g\n", ties, robust,
                   quantity, which, found, value);
            check_has_failed = true;
        }
        cbk_arena_release(arena, mark);
        n_lines++;
    }
    return n_lines;
}

static bool is_good(const char *directory, const char *name, cbk_arena *arena)
{
    static data from;
    read_data(directory, name, &from);
    FILE *file = golden_open(directory, name, ".out.csv");
    const size_t n_lines = compare(&from, file, arena);
    (void)fclose(file);
    return n_lines > 20 * N_FITS / 2;
}

int main(int argc, char **argv)
{
    return golden_main(argc, argv, is_good);
}
