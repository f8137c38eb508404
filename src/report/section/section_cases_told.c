/* section_cases_told.c - case histories from the sentences of the protocol: what stands
 * in the braces is asked for all patients at once, then written patient by patient.
 * Contract: report/section/section_cases.h.
 */
#include "report/section/section_cases.h"

#include "study/row_answers.h"

#include <ctype.h>
#include <string.h>

/* What the placeholders of a text give; of a part without one NULL. */
typedef struct told_text {
    const cbk_template *of;
    const cbk_row_answer **answers; /* [of->n] of [rows of the form] */
    const cbk_field **fields;       /* [of->n] */
} told_text;

typedef struct told_sentence {
    const cbk_case_sentence *of;
    const cbk_row_answer *when; /* [patients] or NULL */
    cbk_case_rows rows;         /* with a form */
    told_text says, missing, none;
} told_sentence;

struct cbk_told_cases {
    told_text title;
    size_t n;
    told_sentence *sentences; /* [n] */
};

/* ---- asking ----------------------------------------------------------------------- */

static cbk_status ask_text(cbk_report *report, const cbk_template *of, const char *form,
                           told_text *out, cbk_error *err)
{
    *out =
        (told_text){.of = of,
                    .answers = CBK_NEW(report->arena, const cbk_row_answer *, of->n + 1),
                    .fields = CBK_NEW(report->arena, const cbk_field *, of->n + 1)};
    CBK_TRY(cbk_report_done(report, err));
    for (size_t i = 0; i < of->n; i++) {
        const cbk_placeholder *placeholder = of->parts[i].placeholder;
        if (placeholder == NULL) {
            continue;
        }
        out->fields[i] =
            cbk_placeholder_field(report->protocol, placeholder,
                                  placeholder->from != NULL ? placeholder->from : form);
        CBK_TRY(cbk_study_row_answers(report->study, placeholder, form,
                                      &report->conventions, report->arena,
                                      &out->answers[i], err));
    }
    return CBK_OK;
}

/* Whether a condition holds, for each patient. */
static cbk_status ask_condition(cbk_report *report, const char *condition,
                                const cbk_row_answer **out, cbk_error *err)
{
    cbk_placeholder *of = CBK_NEW(report->arena, cbk_placeholder, 1);
    CBK_TRY(cbk_report_done(report, err));
    of->of = cbk_text_format(report->arena, "(\n%s\n) IS TRUE", condition);
    CBK_TRY(cbk_report_done(report, err));
    return cbk_study_row_answers(report->study, of, NULL, &report->conventions,
                                 report->arena, out, err);
}

static cbk_status ask_sentence(cbk_report *report, const cbk_case_sentence *of,
                               told_sentence *out, cbk_error *err)
{
    out->of = of;
    if (of->when != NULL) {
        CBK_TRY(ask_condition(report, of->when, &out->when, err));
    }
    if (of->form != NULL) {
        CBK_TRY(
            cbk_case_rows_of(report, of->form, of->among, of->order, &out->rows, err));
    }
    CBK_TRY(ask_text(report, &of->says, of->form, &out->says, err));
    CBK_TRY(ask_text(report, &of->missing, of->form, &out->missing, err));
    return ask_text(report, &of->none, NULL, &out->none, err);
}

cbk_status cbk_told_cases_ask(cbk_report *report, const cbk_told_cases **out,
                              cbk_error *err)
{
    const cbk_cases_spec *spec = &report->protocol->cases;
    cbk_told_cases *told = CBK_NEW(report->arena, cbk_told_cases, 1);
    told_sentence *sentences =
        CBK_NEW(report->arena, told_sentence, spec->n_sentences + 1);
    CBK_TRY(cbk_report_done(report, err));
    *told = (cbk_told_cases){.n = spec->n_sentences, .sentences = sentences};
    CBK_TRY(ask_text(report, &spec->title, NULL, &told->title, err));
    for (size_t i = 0; i < told->n; i++) {
        CBK_TRY(ask_sentence(report, &spec->sentences[i], &sentences[i], err));
    }
    *out = told;
    return CBK_OK;
}

/* ---- writing ---------------------------------------------------------------------- */

static bool has_values(const told_text *text, size_t row)
{
    for (size_t i = 0; i < text->of->n; i++) {
        if (text->answers[i] != NULL && text->answers[i][row].n == 0) {
            return false;
        }
    }
    return true;
}

/* "… a " becomes "… an " before what is spoken so; so does "A ". */
static const char *with_article(cbk_arena *arena, const char *text, const char *next)
{
    const size_t n = strlen(text);
    const bool is_a = n >= 2 && text[n - 1] == ' ' && (text[n - 2] | 0x20) == 'a' &&
                      (n == 2 || text[n - 3] == ' ' || text[n - 3] == '(');
    const bool is_changed =
        is_a && next != NULL && strcmp(cbk_words_article(next), "an") == 0;
    return is_changed ? cbk_text_format(arena, "%.*sn ", (int)n - 1, text) : text;
}

/* What one value prints; NULL after a failure. */
static const char *value_text(cbk_report *report, const told_text *text, size_t part,
                              const cbk_quantity *quantity, cbk_error *err)
{
    const cbk_placeholder *of = text->of->parts[part].placeholder;
    const char *problem = NULL;
    const char *printed = cbk_print_answer(report->arena, report->style, of,
                                           text->fields[part], quantity, &problem);
    if (problem != NULL) {
        (void)cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s:%zu: {{%s}}: %s (%s %s)",
                       text->of->place.file, text->of->place.line, of->source, problem,
                       quantity->from,
                       quantity->n_records > 0 ? quantity->records[0] : "");
    }
    return printed;
}

static void note_used(cbk_report *report, cbk_case_text *out,
                      const cbk_quantity *quantity)
{
    const cbk_quantity **used = cbk_growing_add(&out->used, sizeof *used, report->arena);
    if (used != NULL) {
        *used = quantity;
    }
}

/* Adds the values with commas and "and"; the first begins a sentence where is_first. */
static cbk_status add_values(cbk_report *report, cbk_case_text *out,
                             const told_text *text, size_t part, size_t row,
                             bool is_first, cbk_error *err)
{
    const cbk_row_answer *answer = &text->answers[part][row];
    for (size_t i = 0; i < answer->n; i++) {
        const char *printed = value_text(report, text, part, &answer->values[i], err);
        if (printed == NULL) {
            CBK_TRY(cbk_report_done(report, err));
            return CBK_EDATA;
        }
        const char *before = i == 0 ? "" : i + 1 == answer->n ? " and " : ", ";
        cbk_run_text(&out->run, report->arena, before);
        cbk_run_number(&out->run, report->arena,
                       is_first && i == 0 ? cbk_words_upper_first(report->arena, printed)
                                          : printed,
                       cbk_report_provenance(report, &answer->values[i]));
        note_used(report, out, &answer->values[i]);
    }
    return CBK_OK;
}

/* What the part begins with for a row; NULL: none. */
static const char *first_text(cbk_report *report, const told_text *text, size_t part,
                              size_t row)
{
    const char *problem = NULL;
    if (part >= text->of->n) {
        return NULL;
    }
    if (text->answers[part] == NULL) {
        return text->of->parts[part].text;
    }
    return cbk_print_answer(report->arena, report->style,
                            text->of->parts[part].placeholder, text->fields[part],
                            &text->answers[part][row].values[0], &problem);
}

static cbk_status add_text(cbk_report *report, cbk_case_text *out, const told_text *text,
                           size_t row, cbk_error *err)
{
    cbk_run_text(&out->run, report->arena, out->run.first != NULL ? " " : "");
    for (size_t i = 0; i < text->of->n; i++) {
        if (text->answers[i] != NULL) {
            CBK_TRY(add_values(report, out, text, i, row, i == 0, err));
        } else {
            cbk_run_text(&out->run, report->arena,
                         with_article(report->arena, text->of->parts[i].text,
                                      first_text(report, text, i + 1, row)));
        }
    }
    return CBK_OK;
}

/* The sentence, or what stands where a value is missing; else nothing. */
static cbk_status add_row(cbk_report *report, cbk_case_text *out,
                          const told_sentence *sentence, size_t row, cbk_error *err)
{
    if (has_values(&sentence->says, row)) {
        return add_text(report, out, &sentence->says, row, err);
    }
    return sentence->missing.of->n > 0 && has_values(&sentence->missing, row)
               ? add_text(report, out, &sentence->missing, row, err)
               : CBK_OK;
}

static cbk_status add_sentence(cbk_report *report, cbk_case_text *out,
                               const told_sentence *sentence, size_t patient,
                               cbk_error *err)
{
    if (sentence->when != NULL) {
        const cbk_quantity *holds = &sentence->when[patient].values[0];
        note_used(report, out, holds);
        if (holds->value.number == 0.0) {
            return CBK_OK;
        }
    }
    if (sentence->of->form == NULL) {
        return add_row(report, out, sentence, patient, err);
    }
    const size_t *start = &sentence->rows.start[patient];
    for (size_t i = start[0]; i < start[1]; i++) {
        CBK_TRY(add_row(report, out, sentence, sentence->rows.row[i], err));
    }
    const bool is_none = start[0] == start[1] && sentence->none.of->n > 0;
    return is_none && has_values(&sentence->none, patient)
               ? add_text(report, out, &sentence->none, patient, err)
               : CBK_OK;
}

cbk_status cbk_told_case_write(cbk_report *report, const cbk_told_cases *told,
                               size_t patient, cbk_case_text *out, cbk_error *err)
{
    for (size_t i = 0; i < told->n; i++) {
        CBK_TRY(add_sentence(report, out, &told->sentences[i], patient, err));
    }
    return cbk_report_done(report, err);
}

const char *cbk_told_case_title(cbk_report *report, const cbk_told_cases *told,
                                size_t patient)
{
    const told_text *title = &told->title;
    cbk_buffer buffer = {0};
    for (size_t i = 0; i < title->of->n && has_values(title, patient); i++) {
        const char *text = first_text(report, title, i, patient);
        cbk_buffer_add(&buffer, text != NULL ? text : "");
    }
    const char *text = cbk_words_take(&buffer, report->arena);
    return text != NULL && *text != '\0' ? text : NULL;
}
