/* analysis_rows.c - what every analysis of time to event prints alike: which rows it
 * read, what the coding of the event gave, the look of its tables.
 */
#include "report/builder.h"

#include <math.h>
#include <string.h>

void cbk_analysis_add_source(cbk_document *document, const cbk_source *source,
                             const char *where)
{
    cbk_arena *arena = document->arena;
    cbk_text_run run = {0};
    cbk_run_textf(&run, arena, "%s: %s, %zu used", source->name,
                  cbk_words_count(arena, source->rows, "row", "rows"), source->used);
    for (size_t i = 0; i < source->n_omitted; i++) {
        const cbk_omitted *omitted = &source->omitted[i];
        cbk_run_textf(&run, arena, "%s%zu left out (%s", i == 0 ? "; " : ", ", omitted->n,
                      omitted->reason);
        for (size_t k = 0; k < omitted->n_parts; k++) {
            cbk_run_textf(&run, arena, "%s%s %zu", k == 0 ? ": " : ", ",
                          omitted->parts[k].reason, omitted->parts[k].n);
        }
        cbk_run_text(&run, arena, ")");
    }
    cbk_run_text(&run, arena, ".");
    if (where != NULL) {
        cbk_run_textf(&run, arena, " Only rows where %s.", where);
    }
    cbk_document_paragraph(document, run);
}

const char *cbk_analysis_event_words(const cbk_event_coding *coding, cbk_arena *arena)
{
    if (coding->event == NULL) { /* from dates: the endpoint says which */
        return coding->endpoint;
    }
    if (!coding->is_of_file) {
        return coding->event;
    }
    const char *equals = strchr(coding->event, '=');
    return equals == NULL
               ? cbk_text_format(arena, "%s = 1", coding->event)
               : cbk_text_format(arena, "%.*s = %s", (int)(equals - coding->event),
                                 coding->event, equals + 1);
}

void cbk_analysis_add_coding(cbk_document *document, const cbk_event_coding *coding)
{
    cbk_arena *arena = document->arena;
    cbk_text_run run = {0};
    cbk_run_textf(&run, arena, "Event: %s: %s, %zu censored.",
                  cbk_analysis_event_words(coding, arena),
                  cbk_words_count(arena, coding->n_event, "event", "events"),
                  coding->n - coding->n_event);
    cbk_document_paragraph(document, run);
}

void cbk_analysis_add_causes(cbk_document *document, const cbk_followup_data *data)
{
    cbk_arena *arena = document->arena;
    const char *censor = data->request->censor;
    cbk_text_run run = {0};
    cbk_run_text(&run, arena, "Events: ");
    for (size_t k = 0; k < data->n_causes; k++) {
        cbk_run_textf(&run, arena, "%s%s: %zu", k > 0 ? ", " : "", data->cause_label[k],
                      data->n_of_cause[k + 1]);
    }
    cbk_run_textf(&run, arena, "%s%zu censored", data->n_causes > 0 ? "; " : "none; ",
                  data->n_of_cause[0]);
    if (data->own_cause == 0) {
        cbk_run_textf(&run, arena, " (%s = %s)", data->event,
                      censor != NULL ? censor : "0");
    }
    cbk_run_text(&run, arena, ".");
    cbk_document_paragraph(document, run);
}

cbk_table_builder *cbk_analysis_table(cbk_arena *arena, const char *title,
                                      const char *const *headers, size_t n_columns,
                                      size_t n_rows)
{
    cbk_table_builder *builder = cbk_table_builder_create(arena, n_columns, n_rows);
    if (builder == NULL) {
        return NULL;
    }
    builder->block.title = title;
    for (size_t i = 0; i < n_columns; i++) {
        cbk_run_text(&builder->header[i].run, arena, headers[i]);
        builder->align[i] = i == 0 ? CBK_ALIGN_LEFT : CBK_ALIGN_RIGHT;
    }
    for (size_t i = 0; i < n_rows; i++) {
        cbk_table_builder_cell(builder, i, 0)->is_row_header = true;
    }
    return builder;
}

void cbk_analysis_text_cell(cbk_arena *arena, cbk_table_builder *builder, size_t row,
                            size_t column, const char *text)
{
    cbk_run_text(&cbk_table_builder_cell(builder, row, column)->run, arena, text);
}

void cbk_analysis_number_cell(cbk_arena *arena, const cbk_style *style,
                              cbk_table_builder *builder, size_t row, size_t column,
                              double value, int digits, const char *absent)
{
    cbk_analysis_text_cell(arena, builder, row, column,
                           isfinite(value) ? cbk_print_number(arena, style, value, digits)
                                           : absent);
}

const char *cbk_analysis_group_header(cbk_arena *arena, const cbk_protocol *protocol,
                                      const char *const *by, size_t n)
{
    const char **label = CBK_NEW(arena, const char *, n);
    for (size_t i = 0; label != NULL && i < n; i++) {
        const cbk_field *field =
            protocol == NULL ? NULL : cbk_protocol_variable(protocol, by[i]);
        label[i] = field == NULL ? by[i] : field->label;
    }
    return n == 0 || label == NULL ? "Group" : cbk_words_list(arena, label, n);
}

const char *cbk_analysis_limit_header(cbk_arena *arena, const cbk_style *style,
                                      const char *side, double level)
{
    return cbk_text_format(arena, "%s %s%%", side, cbk_print_level(arena, style, level));
}

void cbk_analysis_paragraph(cbk_document *document, const char *text)
{
    cbk_text_run run = {0};
    cbk_run_text(&run, document->arena, text);
    cbk_document_paragraph(document, run);
}

void cbk_analysis_item(cbk_document *document, const char *label, const char *text)
{
    cbk_text_run run = {0};
    if (text == NULL) {
        return;
    }
    if (label != NULL) {
        cbk_run_textf(&run, document->arena, "%s: ", label);
    }
    cbk_run_text(&run, document->arena, text);
    cbk_document_item(document, run);
}
