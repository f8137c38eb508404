/* columns.c - conditions on the study's columns, their values, and the decimals that these
 * were recorded with.  Contract: report/builder.h.
 */
#include "report/builder.h"

#include "study/sql/sql_text.h"

#include <math.h>
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
