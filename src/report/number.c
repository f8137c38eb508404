/* number.c - a quantity as it is printed, with its provenance. */
#include "report/builder.h"

#include <math.h>

/* ---- text ------------------------------------------------------------------------- */

bool cbk_quantity_has_number(const cbk_quantity *quantity)
{
    return quantity->value.kind == CBK_VALUE_NUMBER && isfinite(quantity->value.number) &&
           !cbk_notes_forbid_print(quantity->notes);
}

/* Why there is no number, in a word or two. */
static const char *absence(cbk_notes notes)
{
    const cbk_notes not_estimable =
        CBK_NOTE_BEYOND_FOLLOW_UP | CBK_NOTE_INTERVAL_UNDEFINED;
    if ((notes & (cbk_notes)CBK_NOTE_NO_ROWS) != 0) {
        return CBK_DASH;
    }
    if ((notes & not_estimable) != 0) {
        return "not estimable";
    }
    const cbk_notes not_reached = CBK_NOTE_NOT_REACHED | CBK_NOTE_LIMIT_NOT_REACHED;
    return (notes & not_reached) != 0 ? "not reached" : CBK_DASH;
}

const char *cbk_print_quantity(cbk_arena *arena, const cbk_style *style,
                               const cbk_quantity *quantity, int digits)
{
    if (cbk_quantity_has_number(quantity)) {
        return cbk_print_number(arena, style, quantity->value.number, digits);
    }
    if (quantity->value.kind == CBK_VALUE_TEXT &&
        !cbk_notes_forbid_print(quantity->notes)) {
        return quantity->value.text;
    }
    return absence(quantity->notes);
}

/* ---- runs ------------------------------------------------------------------------- */

void cbk_report_quantity(cbk_report *report, cbk_text_run *run,
                         const cbk_quantity *quantity, int digits)
{
    cbk_run_number(run, report->arena,
                   cbk_print_quantity(report->arena, report->style, quantity, digits),
                   cbk_report_provenance(report, quantity));
}

cbk_status cbk_report_evaluate(cbk_report *report, const char *expression,
                               const char *from, const char *among, cbk_quantity *out,
                               cbk_error *err)
{
    CBK_TRY(cbk_report_done(report, err)); /* the expression may be missing a piece */
    return cbk_study_evaluate(report->study, expression, from, among,
                              &report->conventions, report->arena, out, err);
}

cbk_status cbk_report_number(cbk_report *report, cbk_text_run *run,
                             const char *expression, const char *from, const char *among,
                             int digits, cbk_quantity *out, cbk_error *err)
{
    cbk_quantity quantity;
    CBK_TRY(cbk_report_evaluate(report, expression, from, among, &quantity, err));
    cbk_report_quantity(report, run, &quantity, digits);
    if (out != NULL) {
        *out = quantity;
    }
    return CBK_OK;
}

/* A number without a sign: what can stand beside a dash. */
static bool is_plain(const cbk_quantity *quantity)
{
    return cbk_quantity_has_number(quantity) && quantity->value.number >= 0.0;
}

const char *cbk_report_between(const cbk_report *report, cbk_print_place place,
                               const cbk_quantity limit[2])
{
    return cbk_print_between(report->style, place,
                             !is_plain(&limit[0]) || !is_plain(&limit[1]));
}

static bool is_there(const cbk_quantity *quantity)
{
    return quantity->value.kind == CBK_VALUE_TEXT || cbk_quantity_has_number(quantity);
}

cbk_status cbk_report_limits(cbk_report *report, cbk_text_run *run, cbk_print_place place,
                             const char *lower, const char *upper, const char *from,
                             const char *among, int digits, cbk_error *err)
{
    cbk_quantity limit[2];
    const char *const expression[2] = {lower, upper};
    for (size_t i = 0; i < 2; i++) {
        CBK_TRY(cbk_report_evaluate(report, expression[i], from, among, &limit[i], err));
    }
    cbk_report_quantity(report, run, &limit[0], digits);
    if (is_there(&limit[0]) || is_there(&limit[1])) {
        cbk_run_text(run, report->arena, cbk_report_between(report, place, limit));
        cbk_report_quantity(report, run, &limit[1], digits);
    }
    return CBK_OK;
}

cbk_status cbk_report_count(cbk_report *report, const char *expression, const char *from,
                            const char *among, cbk_quantity *quantity, size_t *n,
                            cbk_error *err)
{
    CBK_TRY(cbk_report_evaluate(report, expression, from, among, quantity, err));
    if (quantity->value.kind ==
        CBK_VALUE_ABSENT) { /* the sum of nothing is NULL in SQL */
        quantity->value = (cbk_value){.kind = CBK_VALUE_NUMBER, .number = 0.0};
    }
    quantity->notes &= ~(cbk_notes)CBK_NOTE_NO_ROWS; /* a count of 0 is a number */
    const bool is_count =
        quantity->value.kind == CBK_VALUE_NUMBER && quantity->value.number > 0.0;
    *n = is_count ? (size_t)quantity->value.number : 0;
    return CBK_OK;
}

/* ---- numbers of curves ------------------------------------------------------------ */

const char *cbk_report_curve_condition(cbk_report *report, const cbk_curves *curves,
                                       const cbk_curve *curve)
{
    const char *condition = curves->where;
    for (size_t i = 0; i < curves->n_by; i++) {
        const cbk_field *field = cbk_protocol_variable(report->protocol, curves->by[i]);
        condition =
            cbk_sql_and(report->arena, condition,
                        cbk_sql_equals(report->arena, curves->by[i], curve->level[i],
                                       field != NULL && cbk_field_is_number(field)));
    }
    return condition;
}

void cbk_report_curve_number(cbk_report *report, cbk_text_run *run,
                             const cbk_curves *curves, const cbk_curve *curve,
                             const char *what, double value, cbk_notes notes, int digits)
{
    const char *form = report->protocol->forms[0].name;
    const char **field = CBK_NEW(report->arena, const char *, 1);
    if (field == NULL) {
        return;
    }
    field[0] = cbk_text_format(report->arena, "%s.%s", form, curves->endpoint);
    cbk_quantity quantity = {
        .expression = what,
        .from = form,
        .among = cbk_report_curve_condition(report, curves, curve),
        .notes = notes,
        .conventions = curves->conventions,
        .n_records = curve->n_records,
        .records = curve->records,
        .n_fields = 1,
        .fields = field,
    };
    if (isfinite(value)) {
        quantity.value = (cbk_value){.kind = CBK_VALUE_NUMBER, .number = value};
    }
    cbk_report_quantity(report, run, &quantity, digits);
}
