/* table_finish.c - what every table of the protocol ends with: notes, abbreviations,
 * number, title. */
#include "report/builder.h"

/* "DFS, disease-free survival; OS, overall survival"; NULL for none. */
static const char *abbreviations(cbk_report *report, const cbk_table_spec *spec)
{
    if (spec->n_abbreviations == 0) {
        return NULL;
    }
    cbk_buffer buffer = {0};
    for (size_t i = 0; i < spec->n_abbreviations; i++) {
        cbk_buffer_addf(&buffer, "%s%s, %s", i > 0 ? "; " : "",
                        spec->abbreviations[i].code, spec->abbreviations[i].label);
    }
    return cbk_words_take(&buffer, report->arena);
}

void cbk_table_finish(cbk_report *report, cbk_table_builder *builder,
                      const cbk_table_spec *spec)
{
    for (size_t i = 0; i < spec->n_notes; i++) {
        cbk_text_run note = {0};
        cbk_report_prose(report, &note, spec->notes[i]);
        cbk_table_builder_note(builder, note);
    }
    builder->block.id = cbk_text_format(report->arena, "table-%s", spec->id);
    builder->block.number = cbk_block_number(spec->id);
    builder->block.title = spec->title;
    builder->block.abbreviations = abbreviations(report, spec);
    cbk_document_table(report->document, &builder->block);
}
