/* parts.c - conditions, records by name, marks and cells for the builders of this room.
 */
#include "report/parts.h"

#include "study/sql/sql_text.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- SQL -------------------------------------------------------------------------- */

const char *cbk_sql_equals(cbk_arena *arena, const char *name, const char *level,
                           bool is_number)
{
    return cbk_text_format(arena, "%s = %s", cbk_sql_name(arena, name),
                           is_number ? level : cbk_sql_text(arena, level));
}

const char *cbk_sql_and(cbk_arena *arena, const char *a, const char *b)
{
    if (a == NULL || b == NULL) {
        return a != NULL ? a : b;
    }
    return cbk_text_format(arena, "(%s) AND (%s)", a, b);
}

/* ---- fields and records ----------------------------------------------------------- */

bool cbk_field_is_number(const cbk_field *field)
{
    return field->type == CBK_FIELD_INTEGER || field->type == CBK_FIELD_NUMBER ||
           field->type == CBK_FIELD_BOOLEAN;
}

bool cbk_is_listed(const char *const *text, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(text[i], name) == 0) {
            return true;
        }
    }
    return false;
}

const char *cbk_block_number(const char *id)
{
    const size_t length = strlen(id);
    return length > 0 && strspn(id, "0123456789") == length ? id : NULL;
}

/* ---- marks ------------------------------------------------------------------------ */

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

/* ---- a value, and its decimals
 * ------------------------------------------------------------------------
 */

const char *cbk_print_cell(cbk_arena *arena, const cbk_column *column, size_t row)
{
    if (cbk_column_is_missing(column, row)) {
        return NULL;
    }
    if (column->type == CBK_COLUMN_TEXT) {
        return column->text[row];
    }
    char text[CBK_NUMBER_SIZE];
    cbk_number_shortest(column->number[row], text);
    return cbk_text_copy(arena, text);
}

/* Whether a number is one with at most so many decimals: the nearest to it is itself. */
static bool has_at_most(double value, int decimals)
{
    static const double powers[] = {1.0, 10.0, 100.0, 1e3, 1e4};
    const double whole = nearbyint(value * powers[decimals]);
    return fabs(whole) < 0x1p52 && whole / powers[decimals] == value;
}

int cbk_report_decimals(const cbk_column *column, size_t n_rows)
{
    int most = 0;
    for (size_t i = 0; column->type == CBK_COLUMN_NUMBER && i < n_rows && most <= 4;
         i++) {
        if (cbk_column_is_missing(column, i) || has_at_most(column->number[i], most)) {
            continue;
        }
        char text[CBK_NUMBER_SIZE];
        cbk_number_shortest(column->number[i], text);
        const char *point = strchr(text, '.');
        const int decimals = point != NULL ? (int)strlen(point + 1) : 0;
        most = decimals > most ? decimals : most;
    }
    if (most > 4) { /* nobody records so many: the values are computed */
        return 1;
    }
    return most < 3 ? most : 3;
}

int cbk_report_mean_digits(int decimals)
{
    return decimals < 2 ? decimals + 1 : decimals;
}

/* ---- prose ---------------------------------------------------------------------------
 */

void cbk_report_prose(cbk_report *report, cbk_text_run *run, const char *text)
{
    cbk_arena *arena = report->arena;
    for (bool is_code = false; *text != '\0';) {
        const char *tick = strchr(text, '`');
        const bool has_end = tick != NULL && (is_code || strchr(tick + 1, '`') != NULL);
        const size_t length = has_end ? (size_t)(tick - text) : strlen(text);
        cbk_run_span(run, arena,
                     (cbk_span){.kind = is_code ? CBK_SPAN_CODE : CBK_SPAN_TEXT,
                                .text = cbk_text_copy_bytes(arena, text, length)});
        text += has_end ? length + 1 : length;
        is_code = has_end && !is_code;
    }
}

/* ---- cells ------------------------------------------------------------------------ */

void cbk_run_p_heading(cbk_text_run *run, cbk_arena *arena, const cbk_style *style)
{
    const cbk_style *by = cbk_style_of(style);
    if (!by->is_p_italic) {
        cbk_run_text(run, arena, by->p_heading);
        return;
    }
    const char letter[] = {by->p_heading[0], '\0'};
    cbk_run_span(run, arena, (cbk_span){.kind = CBK_SPAN_EMPHASIS, .text = letter});
    cbk_run_text(run, arena, by->p_heading + 1);
}

const char *cbk_run_p_letter(cbk_text_run *run, cbk_arena *arena, const cbk_style *style,
                             const char *equation)
{
    const cbk_style *by = cbk_style_of(style);
    const size_t size = strlen(by->p);
    if (!by->is_p_italic || equation == NULL || strncmp(equation, by->p, size) != 0) {
        return equation;
    }
    cbk_run_span(run, arena, (cbk_span){.kind = CBK_SPAN_EMPHASIS, .text = by->p});
    equation += size;
    cbk_run_text(run, arena, *equation == ' ' ? " " : "");
    return equation + (*equation == ' ');
}

void cbk_table_text(cbk_report *report, cbk_table_builder *builder, size_t row,
                    size_t column, const char *text)
{
    cbk_cell *cell = cbk_table_builder_cell(builder, row, column);
    if (cell != NULL) {
        cbk_run_text(&cell->run, report->arena, text);
    }
}

void cbk_table_headers(cbk_report *report, cbk_table_builder *builder,
                       const char *const *text)
{
    for (size_t column = 0; column < builder->block.n_columns; column++) {
        cbk_run_text(&builder->header[column].run, report->arena, text[column]);
    }
    for (size_t row = 0; row < builder->block.n_rows; row++) {
        cbk_table_builder_cell(builder, row, 0)->is_row_header = true;
    }
}

cbk_status cbk_report_done(const cbk_report *report, cbk_error *err)
{
    if (cbk_arena_has_failed(report->arena)) {
        return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory for the report.");
    }
    return CBK_OK;
}

bool cbk_report_prints(const cbk_report *report, cbk_section_kind kind, const char *id)
{
    const cbk_protocol *protocol = report->protocol;
    for (size_t i = 0; i < protocol->n_sections; i++) {
        if (protocol->sections[i].kind == kind &&
            (id == NULL || cbk_text_is_equal(protocol->sections[i].id, id))) {
            return true;
        }
    }
    return false;
}
