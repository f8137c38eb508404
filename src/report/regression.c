/* regression.c - the rows and the words of a regression.  Contract: report/regression.h.
 */
#include "report/regression.h"

#include "report/analysis/analysis_cox.h"

#include <math.h>

/* ---- rows ------------------------------------------------------------------------- */

typedef struct planning {
    const cbk_regression *regression;
    cbk_arena *arena;
    cbk_regression_row *rows;
    size_t n;
} planning;

static void add(planning *at, cbk_regression_row row)
{
    at->rows[at->n++] = row;
}

static void add_variable(planning *at, const cbk_design_term *term)
{
    const cbk_regression *of = at->regression;
    const size_t k = term->part[0];
    const cbk_design_variable *variable = &of->design->variables[k];
    if (variable->n_levels < 2) {
        add(at, (cbk_regression_row){.kind = CBK_REGRESSION_ESTIMATE,
                                     .label = of->design->columns[term->first].label,
                                     .count = &of->counts[k][0],
                                     .variable = k,
                                     .column = term->first});
        return;
    }
    add(at, (cbk_regression_row){.kind = CBK_REGRESSION_HEADER,
                                 .label = variable->label,
                                 .term = of->design->term[term->first],
                                 .is_several = term->n_columns > 1});
    size_t column = term->first;
    for (size_t g = 0; g < variable->n_levels; g++) {
        const bool is_reference = g == variable->reference;
        add(at, (cbk_regression_row){.kind = is_reference ? CBK_REGRESSION_REFERENCE
                                                          : CBK_REGRESSION_ESTIMATE,
                                     .label = variable->level_label[g],
                                     .is_indented = true,
                                     .count = &of->counts[k][g],
                                     .variable = k,
                                     .level = g,
                                     .column = column});
        column += is_reference ? 0 : 1;
    }
}

static void add_product(planning *at, const cbk_design_term *term)
{
    const cbk_design *design = at->regression->design;
    const bool has_header = term->n_columns > 1;
    if (has_header) {
        add(at, (cbk_regression_row){.kind = CBK_REGRESSION_HEADER,
                                     .label = term->label,
                                     .term = design->term[term->first],
                                     .is_several = true,
                                     .is_product = true});
    }
    for (size_t j = term->first; j < term->first + term->n_columns; j++) {
        const cbk_design_column *column = &design->columns[j];
        add(at,
            (cbk_regression_row){.kind = CBK_REGRESSION_ESTIMATE,
                                 .label = has_header ? column->contrast : column->label,
                                 .is_indented = has_header,
                                 .column = j,
                                 .is_product = true});
    }
}

const cbk_regression_row *cbk_regression_rows(const cbk_regression *regression,
                                              cbk_arena *arena, size_t *n)
{
    const cbk_design *design = regression->design;
    /* a term has its columns, at most a header and at most a reference */
    planning at = {.regression = regression,
                   .arena = arena,
                   .rows = CBK_NEW(arena, cbk_regression_row,
                                   design->n_columns + 2 * design->n_terms + 1)};
    for (size_t t = 0; at.rows != NULL && t < design->n_terms; t++) {
        if (design->terms[t].n_parts == 1) {
            add_variable(&at, &design->terms[t]);
        } else {
            add_product(&at, &design->terms[t]);
        }
    }
    *n = at.n;
    return at.rows;
}

/* ---- numbers ---------------------------------------------------------------------- */

static const double none = (double)NAN;

cbk_shown_ratio cbk_regression_shown(const cbk_cox *fit,
                                     const cbk_cox_coefficient *coefficient)
{
    cbk_shown_ratio shown = {none, none, none, none, false, false};
    if (coefficient == NULL) {
        return shown;
    }
    const cbk_cox_profile *profile = &coefficient->profile;
    const bool is_profile = fit->request.wants_profile && !fit->request.is_firth;
    switch (coefficient->fate) {
    case CBK_COX_CONSTANT:
    case CBK_COX_COLLINEAR:
    case CBK_COX_UNDETERMINED:
        return shown;
    case CBK_COX_ESTIMATED:
        shown.is_estimated = isfinite(coefficient->estimate);
        shown.ratio = coefficient->hazard_ratio;
        shown.lower = is_profile ? profile->lower : coefficient->lower;
        shown.upper = is_profile ? profile->upper : coefficient->upper;
        shown.p = is_profile ? profile->likelihood_ratio.p : coefficient->p;
        return shown;
    case CBK_COX_RISING:
    case CBK_COX_FALLING:
        break;
    }
    shown.is_infinite = true;
    shown.ratio = coefficient->fate == CBK_COX_RISING ? (double)INFINITY : 0.0;
    shown.lower = profile->lower;
    shown.upper = profile->upper;
    shown.p = profile->likelihood_ratio.p;
    return shown;
}

double cbk_regression_term_p(const cbk_regression *regression, size_t term, bool is_alone)
{
    const cbk_design_term *of = &regression->design->terms[term];
    if (!is_alone) {
        return regression->terms != NULL ? regression->terms[term].p : none;
    }
    if (regression->alone == NULL || regression->terms == NULL || of->n_parts > 1) {
        return none; /* terms are there where likelihood ratios are */
    }
    return regression->alone[of->part[0]]->likelihood_ratio.p;
}

const char *cbk_print_shown_ratio(cbk_arena *arena, const cbk_style *style,
                                  const cbk_shown_ratio *shown)
{
    if (shown->is_infinite) {
        const bool is_rising = isinf(shown->ratio);
        const double bound = is_rising ? shown->lower : shown->upper;
        return isfinite(bound) && bound > 0.0
                   ? cbk_text_format(arena, "not estimable (%s %s)",
                                     is_rising ? "above" : "below",
                                     cbk_print_ratio(arena, style, bound))
                   : "not estimable";
    }
    if (!shown->is_estimated) {
        return CBK_DASH;
    }
    return cbk_text_format(arena, "%s (%s)", cbk_print_ratio(arena, style, shown->ratio),
                           cbk_print_range(arena, style, CBK_PRINT_NARROW,
                                           cbk_print_ratio(arena, style, shown->lower),
                                           cbk_print_ratio(arena, style, shown->upper),
                                           ""));
}

/* ---- notes ------------------------------------------------------------------------ */

typedef struct noting {
    const cbk_regression *of;
    const cbk_style *style;
    cbk_arena *arena;
    const char **notes;
    size_t n;
    size_t n_most;
} noting;

static void say(noting *at, const char *sentence)
{
    if (at->n < at->n_most && sentence != NULL) {
        at->notes[at->n++] = sentence;
    }
}

/* "Overall survival: 56 of 60 patients, 32 events; left out: covariate missing (4)." */
static void say_rows(noting *at, bool is_alone_shown, bool is_all_shown)
{
    const cbk_followup_data *data = at->of->data;
    const char *what = data->name != NULL ? "patients" : "rows";
    cbk_buffer text = {0};
    cbk_buffer_addf(&text, "%s, %zu of %zu %s, %zu events", data->label,
                    data->source.used, data->source.rows, what, at->of->fit->n_event);
    for (size_t i = 0; i < data->source.n_omitted; i++) {
        cbk_buffer_addf(&text, "%s%s (%zu)", i == 0 ? "; left out: " : ", ",
                        data->source.omitted[i].reason, data->source.omitted[i].n);
    }
    cbk_buffer_add(&text, ". ");
    if (is_alone_shown && is_all_shown) {
        cbk_buffer_addf(&text,
                        "Univariable: each covariate alone; multivariable: all of them "
                        "together; both on these same %s.",
                        what);
    } else {
        cbk_buffer_add(&text, is_alone_shown ? "Each covariate alone."
                                             : "Each covariate with all the others.");
    }
    say(at, cbk_words_take(&text, at->arena));
}

/* Whether some row has a p for all values of its covariate together. */
static bool has_several(const cbk_regression *of)
{
    bool is_any = false;
    for (size_t t = 0; t < of->design->n_terms; t++) {
        is_any = is_any || (of->design->terms[t].n_columns > 1 &&
                            !isnan(cbk_regression_term_p(of, t, false)));
    }
    return is_any;
}

static void say_method(noting *at)
{
    const cbk_cox_request *asked = &at->of->fit->request;
    const cbk_followup_request *rows = at->of->data->request;
    const char *p = cbk_style_of(at->style)->p;
    cbk_buffer text = {0};
    cbk_buffer_addf(&text, "Cox regression, ties by %s", cbk_cox_ties_words(asked->ties));
    for (size_t i = 0; i < rows->n_strata; i++) {
        cbk_buffer_addf(&text, "%s%s", i == 0 ? ", stratified by " : ", ",
                        rows->strata[i]);
    }
    cbk_buffer_addf(&text,
                    "; HR, hazard ratio, of a number for one unit more; %s%% "
                    "limits and %s ",
                    cbk_print_level(at->arena, at->style, asked->level), p);
    cbk_buffer_add(&text, asked->is_firth
                              ? "by the profile of Firth's penalised likelihood."
                          : asked->wants_profile ? "by profile likelihood."
                          : asked->is_robust     ? "by Wald, robust."
                                                 : "by Wald.");
    if (has_several(at->of)) {
        cbk_buffer_addf(&text,
                        " Beside a covariate of several values: %s of the likelihood "
                        "ratio that none of them matters.",
                        p);
    }
    say(at, cbk_words_take(&text, at->arena));
}

/* Why the design's column has no estimate; told once where both models have the same
 * reason. */
static void say_fate(noting *at, size_t column, const cbk_cox_coefficient *alone,
                     const cbk_cox_coefficient *all)
{
    const bool is_same = alone != NULL && all != NULL && alone->fate == all->fate;
    const cbk_cox_coefficient *const of[] = {all, is_same ? NULL : alone};
    static const char *const models[] = {"Multivariable: ", "Univariable: "};
    const char *bound = cbk_text_format(at->arena,
                                        " The bound is that of the profile likelihood, "
                                        "%s of the likelihood ratio.",
                                        cbk_style_of(at->style)->p);
    for (size_t i = 0; i < 2; i++) {
        if (of[i] == NULL || of[i]->fate == CBK_COX_ESTIMATED) {
            continue;
        }
        const bool is_infinite =
            of[i]->fate == CBK_COX_RISING || of[i]->fate == CBK_COX_FALLING;
        const char *why =
            cbk_cox_fate_sentence(at->of->design, column, of[i], at->style, at->arena);
        say(at, cbk_text_format(at->arena, "%s%s%s",
                                alone == NULL || all == NULL || is_same ? "" : models[i],
                                why, is_infinite ? bound : ""));
    }
}

static void say_notes(noting *at, const cbk_cox *fit, const char *model)
{
    static const cbk_note told[] = {CBK_NOTE_NO_ROWS, CBK_NOTE_NO_EVENTS,
                                    CBK_NOTE_ONE_SUBJECT, CBK_NOTE_FEW_EVENTS,
                                    CBK_NOTE_NOT_CONVERGED};
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        if ((fit->notes & (cbk_notes)told[i]) != 0) {
            const char *sentence = cbk_note_sentence(told[i]);
            say(at, model == NULL
                        ? sentence
                        : cbk_text_format(at->arena, "%s: %s", model, sentence));
        }
    }
}

size_t cbk_regression_notes(const cbk_regression *regression, bool is_alone_shown,
                            bool is_all_shown, const cbk_style *style, cbk_arena *arena,
                            const char *notes[], size_t n_most)
{
    noting at = {.of = regression,
                 .style = style,
                 .arena = arena,
                 .notes = notes,
                 .n_most = n_most};
    const cbk_design *design = regression->design;
    say_rows(&at, is_alone_shown, is_all_shown);
    say_method(&at);
    if (is_all_shown) {
        say_notes(&at, regression->fit, is_alone_shown ? "Multivariable" : NULL);
    }
    for (size_t j = 0; j < design->n_columns; j++) {
        say_fate(&at, j, is_alone_shown ? cbk_regression_alone(regression, j) : NULL,
                 is_all_shown ? &regression->fit->coefficients[j] : NULL);
    }
    for (size_t k = 0; k < design->n_variables; k++) {
        say(&at, cbk_cox_empty_sentence(design, k, arena));
    }
    return at.n;
}
