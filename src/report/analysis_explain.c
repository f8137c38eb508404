/* analysis_explain.c - `casebook explain`: what is behind one number of the report. */
#include "report/parts.h"

typedef struct said {
    const char *label; /* in print */
    const char *key;   /* in JSON */
    const char *value; /* or NULL: nothing to say */
} said;

enum { N_SAID = 9 };

static void collect(cbk_study *study, const cbk_provenance *of, said out[N_SAID])
{
    const char *fingerprint = cbk_study_fingerprint(study);
    const said all[N_SAID] = {
        {"Value", "value", of->value},
        {"Expression", "expression", of->expression},
        {"Over the form", "from", of->from},
        {"Among", "among", of->among},
        {"Conventions", "conventions", of->conventions},
        {"Records", "records", of->records},
        {"Sources", "sources", of->sources},
        {"Remarks", "notes", of->notes},
        {"Records and protocol, SHA-256", "sha256",
         fingerprint[0] != '\0' ? fingerprint : NULL},
    };
    for (size_t i = 0; i < N_SAID; i++) {
        out[i] = all[i];
    }
}

cbk_status cbk_report_find_number(const cbk_document *report, const char *id,
                                  const cbk_provenance **out, cbk_error *err)
{
    for (const cbk_provenance_entry *entry = report->first_provenance; entry != NULL;
         entry = entry->next) {
        if (cbk_text_is_equal(entry->provenance->id, id)) {
            *out = entry->provenance;
            return CBK_OK;
        }
    }
    return report->n_provenance == 0
               ? cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "The report has no numbers.")
               : cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                          "There is no number \"%s\"; the report has n1 to n%zu.", id,
                          report->n_provenance);
}

const cbk_document *cbk_analysis_explain_document(cbk_study *study,
                                                  const cbk_provenance *of,
                                                  cbk_arena *arena)
{
    said all[N_SAID];
    collect(study, of, all);
    size_t n = 0;
    for (size_t i = 0; i < N_SAID; i++) {
        n += all[i].value != NULL ? 1 : 0;
    }
    cbk_document *document =
        cbk_document_create(arena, cbk_text_format(arena, "Number %s", of->id));
    cbk_table_builder *builder = cbk_table_builder_create(arena, 2, n);
    if (document == NULL || builder == NULL) {
        return NULL;
    }
    cbk_run_text(&builder->header[0].run, arena, "What");
    cbk_run_text(&builder->header[1].run, arena, "Is");
    size_t row = 0;
    for (size_t i = 0; i < N_SAID; i++) {
        if (all[i].value != NULL) {
            cbk_cell *label = cbk_table_builder_cell(builder, row, 0);
            label->is_row_header = true;
            cbk_run_text(&label->run, arena, all[i].label);
            cbk_run_text(&cbk_table_builder_cell(builder, row++, 1)->run, arena,
                         all[i].value);
        }
    }
    cbk_document_table(document, &builder->block);
    return cbk_arena_has_failed(arena) ? NULL : document;
}

void cbk_analysis_explain_json(cbk_study *study, const cbk_provenance *of, cbk_json *json)
{
    said all[N_SAID];
    collect(study, of, all);
    cbk_json_open_object(json);
    cbk_analysis_json_head(study, "explain", json);
    cbk_json_key(json, "results");
    cbk_json_open_object(json);
    cbk_json_key_text(json, "id", of->id);
    for (size_t i = 0; i + 1 < N_SAID; i++) { /* the fingerprint stands in the head */
        cbk_json_key_text(json, all[i].key, all[i].value);
    }
    cbk_json_close_object(json);
    cbk_json_close_object(json);
}
