/* regression_words.c - what documents, tables and figures say of a regression in the same
 * words.  Contract: report/regression.h.
 */
#include "report/regression.h"

#include <math.h>

const char *cbk_cox_print_ratio(cbk_arena *arena, const cbk_style *style, double value)
{
    if (isnan(value)) {
        return CBK_DASH;
    }
    if (isinf(value)) {
        return "open";
    }
    return value > 0.0 && (value < 0.001 || value >= 1e5)
               ? cbk_print_power(arena, style, value, 2)
           : value == 0.0 ? "0"
                          : cbk_print_number(arena, style, value, value < 0.1 ? 4 : 3);
}

const char *cbk_cox_ties_words(cbk_cox_ties ties)
{
    switch (ties) {
    case CBK_COX_EFRON:
        return "Efron";
    case CBK_COX_BRESLOW:
        return "Breslow";
    case CBK_COX_EXACT:
        return "the exact method for discrete time";
    case CBK_COX_EXACT_MARGINAL:
        break;
    }
    return "the exact marginal likelihood";
}

const char *cbk_cox_empty_sentence(const cbk_design *design, size_t variable,
                                   cbk_arena *arena)
{
    const cbk_design_variable *of = &design->variables[variable];
    const char *list = NULL;
    for (size_t i = 0; i < of->n_empty; i++) {
        list =
            i == 0 ? of->empty[0] : cbk_text_format(arena, "%s, %s", list, of->empty[i]);
    }
    return list == NULL ? NULL
                        : cbk_text_format(arena,
                                          "%s: no row that can be used has %s, which "
                                          "therefore has no coefficient.",
                                          of->label, list);
}

const char *cbk_cox_fate_sentence(const cbk_design *design, size_t column,
                                  const cbk_cox_coefficient *of, const cbk_style *style,
                                  cbk_arena *arena)
{
    const char *name = design->columns[column].label;
    const bool is_product = design->terms[design->term[column]].n_parts > 1;
    switch (of->fate) {
    case CBK_COX_ESTIMATED:
        break;
    case CBK_COX_CONSTANT:
        return cbk_text_format(
            arena, "%s: dropped, since %s.", name,
            is_product ? "no row has this combination, or it has one value in all rows"
                       : "it has one value in all rows");
    case CBK_COX_COLLINEAR:
        return cbk_text_format(arena,
                               "%s: dropped, since the covariates before it determine "
                               "it, or it does not vary among those at risk.",
                               name);
    case CBK_COX_RISING:
    case CBK_COX_FALLING:
        return cbk_text_format(
            arena,
            "%s: no finite estimate, since the likelihood rises for ever as the hazard "
            "ratio goes to %s; a Wald %s or interval would mean nothing.",
            name, of->fate == CBK_COX_RISING ? "infinity" : "0", cbk_style_of(style)->p);
    case CBK_COX_UNDETERMINED:
        return cbk_text_format(arena,
                               "%s: no estimate, since next to the infinite ones any "
                               "value fits as well.",
                               name);
    }
    return "";
}
