/* print_answer.c - what a placeholder gives, in the format that it asks for.  Contract:
 * report/report.h.
 */
#include "report/builder.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CHOICES_MAX = 100 }; /* of one cell */

#define LEAST_P 1e-16 /* what stands in a text is "<0.001", however small */

const cbk_field *cbk_placeholder_field(const cbk_protocol *protocol,
                                       const cbk_placeholder *of, const char *form)
{
    const cbk_form *found =
        cbk_protocol_form(protocol, form != NULL ? form : protocol->forms[0].name);
    return found == NULL                  ? NULL
           : found == &protocol->forms[0] ? cbk_protocol_variable(protocol, of->of)
                                          : cbk_form_field(found, of->of);
}

static const char *refuse(cbk_arena *arena, const char **problem, const char *why)
{
    *problem = cbk_text_copy(arena, why);
    return NULL;
}

/* ---- texts ------------------------------------------------------------------------ */

/* "abdominal pain, palpable mass and weight loss" of "Abdominal pain, ...". */
static const char *choice_words(cbk_arena *arena, const cbk_field *field,
                                const char *text, bool is_lower)
{
    const char *words[CHOICES_MAX];
    size_t n = 0;
    for (const char *at = text; at != NULL && n < CHOICES_MAX;) {
        const size_t length =
            field->type == CBK_FIELD_CHOICES ? strcspn(at, "|") : strlen(at);
        const char *code = cbk_text_copy_bytes(arena, at, length);
        const char *label =
            code != NULL ? cbk_code_label(field->choices, field->n_choices, code) : NULL;
        label = label != NULL ? label : code;
        words[n++] =
            is_lower && label != NULL ? cbk_words_lower_first(arena, label) : label;
        at = at[length] == '|' ? at + length + 1 : NULL;
    }
    return cbk_arena_has_failed(arena) ? NULL : cbk_words_and(arena, words, n);
}

static const char *print_text(cbk_arena *arena, const cbk_placeholder *of,
                              const cbk_field *field, const char *text,
                              const char **problem)
{
    const bool is_lower = of->format == CBK_PLACEHOLDER_LOWER;
    if (of->format != CBK_PLACEHOLDER_AS_IS && of->format != CBK_PLACEHOLDER_TEXT &&
        !is_lower && of->format != CBK_PLACEHOLDER_CODE) {
        *problem = cbk_text_format(arena,
                                   "It gives the text \"%.60s\", which only the formats "
                                   "text, lower and code print.",
                                   text);
        return NULL;
    }
    if (text[0] == '\0') {
        return refuse(arena, problem, "It gives an empty text.");
    }
    if (of->format != CBK_PLACEHOLDER_CODE && field != NULL && field->n_choices > 0) {
        return choice_words(arena, field, text, is_lower);
    }
    return is_lower ? cbk_words_lower_first(arena, text) : text;
}

/* "not reached" is an answer; that there is nothing is none. */
static const char *print_absence(cbk_arena *arena, const cbk_style *style,
                                 const cbk_quantity *quantity, const char **problem)
{
    const char *words = cbk_print_quantity(arena, style, quantity, -1);
    if (words == NULL || strcmp(words, CBK_DASH) != 0) {
        return words;
    }
    const char *notes = cbk_words_notes(arena, quantity->notes);
    *problem = cbk_text_format(arena, "The records give no value%s%s",
                               notes != NULL ? ": " : ".", notes != NULL ? notes : "");
    return NULL;
}

/* ---- numbers ---------------------------------------------------------------------- */

/* A cell as it was recorded; what is computed never with 17 digits. */
static const char *print_as_is(cbk_arena *arena, const cbk_style *style,
                               const cbk_field *field, double value)
{
    const cbk_value cell = {.kind = CBK_VALUE_NUMBER, .number = value};
    const bool is_cell =
        field != NULL && (!field->is_derived || field->type == CBK_FIELD_BOOLEAN);
    return is_cell ? cbk_print_recorded(
                         arena, style, cbk_recorded_print(field, &cell, false, -1, arena))
                   : cbk_print_number(arena, style, value, -1);
}

static const char *print_percent(cbk_arena *arena, const cbk_style *style,
                                 const cbk_placeholder *of, double value,
                                 const char **problem)
{
    if (of->is_scaled && fabs(value) > 100.0 * (1.0 + 1e-9)) {
        *problem =
            cbk_text_format(arena,
                            "The format percent takes a share of 0 to 1, or an "
                            "expression that begins with 100 * or is percent(...); this "
                            "one gives %s.",
                            cbk_print_number(arena, style, value / 100.0, -1));
        return NULL;
    }
    return cbk_text_format(arena, "%s%%",
                           cbk_print_number(arena, style, value, of->decimals));
}

/* "5 cycles", "1 cycle", "1.5 cycles". */
static const char *print_noun(cbk_arena *arena, const cbk_style *style,
                              const cbk_placeholder *of, const char *number, double value)
{
    return cbk_text_format(
        arena, "%s %s", of->is_in_words ? cbk_words_number(arena, style, value) : number,
        of->noun[value == 1.0 ? 0 : 1]);
}

static const char *print_value(cbk_arena *arena, const cbk_style *style,
                               const cbk_placeholder *of, const cbk_field *field,
                               double value, const char **problem)
{
    switch (of->format) {
    case CBK_PLACEHOLDER_AS_IS:
    case CBK_PLACEHOLDER_CODE:
        return print_as_is(arena, style, field, value);
    case CBK_PLACEHOLDER_LOWER:
        return cbk_words_lower_first(arena, print_as_is(arena, style, field, value));
    case CBK_PLACEHOLDER_DECIMALS:
        return cbk_print_number(arena, style, value, of->decimals);
    case CBK_PLACEHOLDER_WORDS:
        return cbk_words_number(arena, style, value);
    case CBK_PLACEHOLDER_NOUN:
        return print_noun(arena, style, of, print_as_is(arena, style, field, value),
                          value);
    case CBK_PLACEHOLDER_PERCENT:
        return print_percent(arena, style, of, value, problem);
    case CBK_PLACEHOLDER_P:
        if (value < 0.0 || value > 1.0) {
            *problem = cbk_text_format(
                arena, "The format p takes a number of 0 to 1; this is %s.",
                cbk_print_number(arena, style, value, -1));
            return NULL;
        }
        return cbk_print_p(arena, style, fmax(value, LEAST_P));
    case CBK_PLACEHOLDER_TEXT:
        break;
    }
    *problem = cbk_text_format(arena, "It gives the number %s, and the format is text.",
                               cbk_print_number(arena, style, value, -1));
    return NULL;
}

const char *cbk_print_answer(cbk_arena *arena, const cbk_style *style,
                             const cbk_placeholder *of, const cbk_field *field,
                             const cbk_quantity *quantity, const char **problem)
{
    if (cbk_quantity_has_number(quantity)) {
        return print_value(arena, style, of, field, quantity->value.number, problem);
    }
    return quantity->value.kind == CBK_VALUE_TEXT
               ? print_text(arena, of, field, quantity->value.text, problem)
               : print_absence(arena, style, quantity, problem);
}
