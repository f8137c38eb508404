/* figure_steps_data.c - the data behind a figure of steps: a row for every time at which
 * something happens, as far as the curves are drawn.
 */
#include "report/figure/figure_steps.h"

#include <math.h>

typedef struct step_columns {
    const char **group;
    const char **event;
    double *number[7]; /* in the order of cbk_step_row */
} step_columns;

enum { N_NUMBERS = sizeof((step_columns *)NULL)->number / sizeof(double *) };

static bool is_shown(const cbk_step_curve *curve, size_t row)
{
    return curve->n_steps > 0 && curve->rows[row].time <= curve->end;
}

static size_t count_rows(const cbk_step_chart *chart)
{
    size_t n = 0;
    for (size_t i = 0; i < chart->n_curves; i++) {
        for (size_t row = 0; row < chart->curves[i].n_rows; row++) {
            n += is_shown(&chart->curves[i], row) ? 1 : 0;
        }
    }
    return n;
}

static void fill(const cbk_step_chart *chart, const step_columns *columns)
{
    size_t n = 0;
    for (size_t i = 0; i < chart->n_curves; i++) {
        const cbk_step_curve *curve = &chart->curves[i];
        for (size_t row = 0; row < curve->n_rows && is_shown(curve, row); row++) {
            const cbk_step_row *from = &curve->rows[row];
            const double numbers[N_NUMBERS] = {from->time,    from->value,  from->lower,
                                               from->upper,   from->n_risk, from->n_event,
                                               from->n_censor};
            for (size_t k = 0; k < N_NUMBERS; k++) {
                columns->number[k][n] = numbers[k];
            }
            columns->group[n] = curve->group;
            columns->event[n++] = curve->event;
        }
    }
}

const cbk_figure_data *cbk_step_data(const cbk_step_chart *chart, cbk_arena *arena)
{
    const char *const names[N_NUMBERS] = {"time",   chart->value_name, "lower",   "upper",
                                          "n_risk", "n_event",         "n_censor"};
    const size_t n = count_rows(chart);
    cbk_figure_data *data = CBK_NEW(arena, cbk_figure_data, 1);
    cbk_data_column *columns = CBK_NEW(arena, cbk_data_column, 2 + N_NUMBERS);
    step_columns to = {.group = CBK_NEW(arena, const char *, n),
                       .event = CBK_NEW(arena, const char *, n)};
    for (size_t k = 0; k < N_NUMBERS; k++) {
        to.number[k] = CBK_NEW(arena, double, n);
    }
    if (cbk_arena_has_failed(arena)) {
        return NULL;
    }
    *data = (cbk_figure_data){.columns = columns, .n_rows = n};
    columns[data->n_columns++] = (cbk_data_column){.name = "group", .text = to.group};
    if (chart->n_curves > 0 && chart->curves[0].event != NULL) {
        columns[data->n_columns++] = (cbk_data_column){.name = "event", .text = to.event};
    }
    for (size_t k = 0; k < N_NUMBERS; k++) {
        columns[data->n_columns++] =
            (cbk_data_column){.name = names[k], .number = to.number[k]};
    }
    fill(chart, &to);
    return data;
}
