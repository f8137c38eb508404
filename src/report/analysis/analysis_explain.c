/* analysis_explain.c - `casebook explain`: what is behind one number of the report. */
#include "report/builder.h"

typedef struct said {
    const char *label; /* in print */
    const char *key;   /* in JSON */
    const char *value; /* or NULL: nothing to say */
} said;

enum { N_SAID = 10 };

static void collect(cbk_study *study, const cbk_provenance *of, cbk_arena *arena,
                    said out[N_SAID])
{
    const char *fingerprint = cbk_study_fingerprint(study);
    const size_t version = cbk_study_protocol_version(study);
    const char *version_text =
        version > 0 ? cbk_text_format(arena, "%zu", version) : NULL;
    const said all[N_SAID] = {
        {"Value", "value", of->value},
        {"Expression", "expression", of->expression},
        {"Over the form", "from", of->from},
        {"Among", "among", of->among},
        {"Conventions", "conventions", of->conventions},
        {"Records", "records", of->records},
        {"Sources", "sources", of->sources},
        {"Remarks", "notes", of->notes},
        {"Protocol version", NULL, version_text},
        {version > 0 ? "Last transaction, SHA-256" : "Records and protocol, SHA-256",
         NULL, fingerprint[0] != '\0' ? fingerprint : NULL},
    };
    for (size_t i = 0; i < N_SAID; i++) {
        out[i] = all[i];
    }
}

static const cbk_provenance *number_of(const cbk_document *document, const char *id)
{
    for (const cbk_provenance_entry *entry = document->first_provenance; entry != NULL;
         entry = entry->next) {
        if (cbk_text_is_equal(entry->provenance->id, id)) {
            return entry->provenance;
        }
    }
    return NULL;
}

/* A table or figure that is no section of the report is printed alone. */
static cbk_status find_elsewhere(cbk_study *study, const char *id,
                                 const cbk_conventions *conventions, cbk_arena *arena,
                                 const cbk_provenance **out, cbk_error *err)
{
    const cbk_protocol *protocol = cbk_study_protocol(study);
    const size_t n = protocol->n_tables + protocol->n_figures;
    for (size_t i = 0; i < n && *out == NULL; i++) {
        const bool is_table = i < protocol->n_tables;
        const cbk_document *alone = NULL;
        CBK_TRY((is_table ? cbk_report_one_table : cbk_report_one_figure)(
            study,
            is_table ? protocol->tables[i].id
                     : protocol->figures[i - protocol->n_tables].id,
            conventions, arena, &alone, err));
        *out = number_of(alone, id);
    }
    return CBK_OK;
}

cbk_status cbk_report_find_number(cbk_study *study, const cbk_document *report,
                                  const char *id, const cbk_conventions *conventions,
                                  cbk_arena *arena, const cbk_provenance **out,
                                  cbk_error *err)
{
    *out = number_of(report, id);
    if (*out == NULL) {
        CBK_TRY(find_elsewhere(study, id, conventions, arena, out, err));
    }
    return *out != NULL
               ? CBK_OK
               : cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                          "There is no number \"%.40s\" in the report. An id is made of "
                          "its question and the conventions: name those of the run that "
                          "printed it, or give the question itself.",
                          id);
}

const cbk_document *cbk_analysis_explain_document(cbk_study *study,
                                                  const cbk_provenance *of,
                                                  cbk_arena *arena)
{
    said all[N_SAID];
    collect(study, of, arena, all);
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

void cbk_analysis_explain_json(cbk_study *study, const cbk_provenance *of,
                               cbk_arena *arena, cbk_json *json)
{
    const size_t version = cbk_study_protocol_version(study);
    said all[N_SAID];
    collect(study, of, arena, all);
    cbk_json_open_object(json);
    cbk_analysis_json_head(study, "explain", json);
    cbk_json_key(json, "results");
    cbk_json_open_object(json);
    cbk_json_key_text(json, "id", of->id);
    for (size_t i = 0; i < N_SAID; i++) {
        if (all[i].key != NULL) { /* the fingerprint stands in the head */
            cbk_json_key_text(json, all[i].key, all[i].value);
        }
    }
    cbk_json_key(json, "protocol_version");
    if (version > 0) {
        cbk_json_integer(json, (int64_t)version);
    } else {
        cbk_json_null(json);
    }
    cbk_json_close_object(json);
    cbk_json_close_object(json);
}
