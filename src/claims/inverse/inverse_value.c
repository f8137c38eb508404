/* inverse_value.c - one statistic of one column over some of its rows, by the estimators
 * that answer SQL, too.  Contract: inverse_question.h.
 */
#include "claims/inverse/inverse_question.h"

#include <casebook/describe.h>

#include <math.h>
#include <stdlib.h>

/* The rows of a subset that have a value. */
typedef struct chosen {
    size_t n_rows;  /* with a value or not */
    size_t n;       /* with a value */
    double *number; /* [n] */
    size_t n_followed;
    double *time; /* [n_followed] with an event or a censoring */
    bool *is_event;
    double *entry;
} chosen;

static bool choose(const cbk_inverse_question *question, const cbk_inverse_values *values,
                   const cbk_inverse_subset *subset, cbk_arena *arena, chosen *out)
{
    const size_t n_max = question->n_rows + 1;
    *out = (chosen){.number = CBK_NEW(arena, double, n_max),
                    .time = CBK_NEW(arena, double, n_max),
                    .is_event = CBK_NEW(arena, bool, n_max),
                    .entry = CBK_NEW(arena, double, n_max)};
    if (out->entry == NULL) {
        return false;
    }
    for (size_t row = 0; row < question->n_rows; row++) {
        if (!cbk_inverse_is_in(subset, values, row)) {
            continue;
        }
        out->n_rows++;
        if (isnan(values->number[row])) {
            continue;
        }
        out->number[out->n++] = values->number[row];
        if (values->event != NULL && !isnan(values->event[row])) {
            out->time[out->n_followed] = values->number[row];
            out->is_event[out->n_followed] = values->event[row] != 0.0;
            out->entry[out->n_followed++] =
                values->entry != NULL ? values->entry[row] : 0.0;
        }
    }
    return true;
}

static double described(const cbk_inverse_question *question, cbk_statistic statistic,
                        const chosen *rows, cbk_arena *arena)
{
    cbk_description all;
    cbk_error ignored = {.message = ""};
    if (rows->n == 0 ||
        cbk_describe(rows->number, rows->n, question->conventions.sample_quantile, arena,
                     &all, &ignored) != CBK_OK) {
        return (double)NAN;
    }
    switch (statistic) {
    case CBK_STATISTIC_MEAN:
        return all.mean;
    case CBK_STATISTIC_MEDIAN:
        return all.median;
    case CBK_STATISTIC_SMALLEST:
        return all.minimum;
    case CBK_STATISTIC_LARGEST:
        return all.maximum;
    default:
        return all.mean * (double)rows->n;
    }
}

static double of_curve(const cbk_inverse_question *question, cbk_statistic statistic,
                       const chosen *rows, cbk_arena *arena)
{
    const cbk_followup followup = {.n = rows->n_followed,
                                   .time = rows->time,
                                   .is_event = rows->is_event,
                                   .entry = rows->entry};
    const cbk_risk_table *risk = NULL;
    const cbk_km *km = NULL;
    cbk_error ignored = {.message = ""};
    if (rows->n_followed == 0 ||
        cbk_risk_table_build(&followup, true, arena, &risk, &ignored) != CBK_OK ||
        cbk_km_fit(risk, &question->conventions, arena, &km, &ignored) != CBK_OK) {
        return (double)NAN;
    }
    if (statistic == CBK_STATISTIC_KM_MEDIAN) {
        return km->median.estimate;
    }
    const cbk_km_at at = cbk_km_at_time(km, question->expression.at);
    return cbk_notes_forbid_print(at.notes) ? (double)NAN : at.survival;
}

static double n_true(const chosen *rows)
{
    size_t n = 0;
    for (size_t i = 0; i < rows->n; i++) {
        n += rows->number[i] != 0.0;
    }
    return (double)n;
}

static double n_events(const chosen *rows)
{
    size_t n = 0;
    for (size_t i = 0; i < rows->n_followed; i++) {
        n += rows->is_event[i];
    }
    return (double)n;
}

static double share_beyond(const chosen *rows, double time)
{
    size_t n = 0;
    for (size_t i = 0; i < rows->n; i++) {
        n += rows->number[i] > time;
    }
    return rows->n == 0 ? (double)NAN : (double)n / (double)rows->n;
}

static int by_number(const void *lhs, const void *rhs)
{
    const double a = *(const double *)lhs;
    const double b = *(const double *)rhs;
    return (a > b) - (a < b);
}

static double n_distinct(chosen *rows)
{
    size_t n = 0;
    qsort(rows->number, rows->n, sizeof *rows->number, by_number);
    for (size_t i = 0; i < rows->n; i++) {
        n += i == 0 || rows->number[i] > rows->number[i - 1];
    }
    return (double)n;
}

static double value_of(const cbk_inverse_question *question, cbk_statistic statistic,
                       chosen *rows, cbk_arena *arena)
{
    switch (statistic) {
    case CBK_STATISTIC_KM_MEDIAN:
    case CBK_STATISTIC_KM_SURVIVAL:
        return of_curve(question, statistic, rows, arena);
    case CBK_STATISTIC_BEYOND:
        return share_beyond(rows, question->expression.at);
    case CBK_STATISTIC_COUNT:
        return (double)rows->n;
    case CBK_STATISTIC_COUNT_DISTINCT:
        return n_distinct(rows);
    case CBK_STATISTIC_EVENTS:
        return n_events(rows);
    case CBK_STATISTIC_PERCENT:
        return rows->n == 0 ? (double)NAN : 100.0 * n_true(rows) / (double)rows->n;
    /* Where nothing is missing these are no other questions. */
    case CBK_STATISTIC_ROWS:
        return rows->n == rows->n_rows ? (double)NAN : (double)rows->n_rows;
    case CBK_STATISTIC_PERCENT_OF_ALL:
        return rows->n == rows->n_rows ? (double)NAN
                                       : 100.0 * n_true(rows) / (double)rows->n_rows;
    case CBK_STATISTIC_VALUE:
        return rows->n_rows == 1 && rows->n == 1 ? rows->number[0] : (double)NAN;
    default:
        return described(question, statistic, rows, arena);
    }
}

double cbk_inverse_value(const cbk_inverse_question *question, cbk_statistic statistic,
                         const cbk_inverse_values *values,
                         const cbk_inverse_subset *subset, cbk_arena *arena)
{
    const cbk_mark mark = cbk_arena_mark(arena);
    chosen rows;
    const double value = choose(question, values, subset, arena, &rows)
                             ? value_of(question, statistic, &rows, arena)
                             : (double)NAN;
    cbk_arena_release(arena, mark);
    return value * question->expression.factor;
}
