/* design_encode.c - covariates as they are written into columns of numbers.  Contract:
 * study/analysis/design.h.
 */
#include "study/analysis/design.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

/* A variable of somebody: its number, or its level. */
typedef struct encoded {
    double number;
    size_t level;
} encoded;

static cbk_status read_level(const cbk_design_variable *variable, const char *text,
                             encoded *out, cbk_error *err)
{
    char hint[CBK_HINT_SIZE];
    for (size_t g = 0; g < variable->n_levels; g++) {
        if (strcmp(variable->level[g], text) == 0) {
            out->level = g;
            return CBK_OK;
        }
    }
    return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                    "No row that was used has %s = \"%s\"%s", variable->name, text,
                    cbk_spelling_hint(text, variable->level, variable->n_levels, hint));
}

static cbk_status read_variable(const cbk_design_variable *variable, const char *text,
                                encoded *out, cbk_error *err)
{
    if (variable->is_category) {
        return read_level(variable, text, out, err);
    }
    if (variable->n_levels > 0 && strcmp(text, "yes") == 0) {
        out->number = 1.0;
    } else if (variable->n_levels > 0 && strcmp(text, "no") == 0) {
        out->number = 0.0;
    } else if (!cbk_number_parse(text, false, &out->number) || !isfinite(out->number)) {
        return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "%s is a number; not \"%s\"",
                        variable->name, text);
    }
    return CBK_OK;
}

static size_t columns_of(const cbk_design_variable *variable)
{
    return variable->is_category && variable->n_levels > 1 ? variable->n_levels - 1 : 1;
}

/* Column `choice` of a variable. */
static double column_of(const cbk_design_variable *variable, const encoded *of,
                        size_t choice)
{
    if (!variable->is_category) {
        return of->number;
    }
    if (variable->n_levels < 2) {
        return 0.0;
    }
    return of->level == choice + (choice >= variable->reference ? 1 : 0) ? 1.0 : 0.0;
}

cbk_status cbk_design_encode(const cbk_design *design, const char *const *values,
                             double *out, cbk_error *err)
{
    for (size_t t = 0; t < design->n_terms; t++) {
        const cbk_design_term *term = &design->terms[t];
        for (size_t j = 0; j < term->n_columns; j++) {
            size_t rest = j; /* the first part's columns change fastest */
            out[term->first + j] = 1.0;
            for (size_t i = 0; i < term->n_parts; i++) {
                const cbk_design_variable *variable = &design->variables[term->part[i]];
                encoded value = {0.0, 0};
                CBK_TRY(read_variable(variable, values[term->part[i]], &value, err));
                const size_t n = columns_of(variable);
                out[term->first + j] *= column_of(variable, &value, rest % n);
                rest /= n;
            }
        }
    }
    return CBK_OK;
}
