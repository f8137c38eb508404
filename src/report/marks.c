/* marks.c - the times at which a curve is reported.  Contract: report/builder.h. */
#include "report/builder.h"

static void add_mark(double marks[CBK_MARKS_MAX], size_t *n, double mark)
{
    size_t at = *n;
    for (size_t i = 0; i < *n; i++) {
        if (marks[i] == mark) {
            return;
        }
    }
    if (*n == CBK_MARKS_MAX) {
        return;
    }
    for (; at > 0 && marks[at - 1] > mark; at--) {
        marks[at] = marks[at - 1];
    }
    marks[at] = mark;
    (*n)++;
}

/* One, three and five years in the unit; 0 where the unit is not known. */
static double year_in(const char *unit)
{
    static const struct {
        const char *unit;
        double year;
    } units[] = {{"days", 365.0}, {"weeks", 52.0}, {"months", 12.0}, {"years", 1.0}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (cbk_text_is_equal(unit, units[i].unit)) {
            return units[i].year;
        }
    }
    return 0.0;
}

/* Adds the whole years that lie within the follow-up. */
static cbk_status add_years(cbk_report *report, const cbk_endpoint *endpoint,
                            double marks[CBK_MARKS_MAX], size_t *n, cbk_error *err)
{
    static const double years[] = {1.0, 3.0, 5.0};
    const cbk_curves *curves = NULL;
    CBK_TRY(cbk_curves_of_study(report->study, endpoint->name, NULL, 0, NULL,
                                &report->conventions, report->arena, &curves, err));
    const double year = year_in(endpoint->unit);
    for (size_t i = 0; i < sizeof years / sizeof years[0] && year > 0.0; i++) {
        const cbk_km *km = curves->n_curves > 0 ? curves->curves[0].km : NULL;
        const size_t n_rows = km != NULL ? km->n_rows : 0;
        if (n_rows > 0 && km->risk->time[n_rows - 1] >= years[i] * year) {
            add_mark(marks, n, years[i] * year);
        }
    }
    return CBK_OK;
}

cbk_status cbk_report_marks(cbk_report *report, const cbk_endpoint *endpoint,
                            double marks[CBK_MARKS_MAX], size_t *n, cbk_error *err)
{
    *n = 0;
    for (size_t i = 0; i < report->protocol->n_figures; i++) {
        const cbk_figure_spec *figure = &report->protocol->figures[i];
        if ((figure->kind == CBK_FIGURE_KM || figure->kind == CBK_FIGURE_CUMINC) &&
            cbk_text_is_equal(figure->endpoint, endpoint->name)) {
            for (size_t k = 0; k < figure->n_marks; k++) {
                add_mark(marks, n, figure->marks[k]);
            }
        }
    }
    return *n > 0 ? CBK_OK : add_years(report, endpoint, marks, n, err);
}
