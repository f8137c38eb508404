/* cells.c - text into runs and into the cells of tables.  Contract: report/builder.h. */
#include "report/builder.h"

#include <string.h>

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
