/* curves.c - curves of an endpoint of a study.  Contract: study/curves.h. */
#include "study/internal.h"

#include "base/text.h"
#include "study/followup.h"
#include "study/sql_text.h"

#include <stdlib.h>
#include <string.h>

static cbk_status no_memory(cbk_error *err)
{
    return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory.");
}

static cbk_status unknown(const char *what, const char *name, const char *const *names,
                          size_t n, cbk_error *err)
{
    const char *nearest = cbk_nearest_spelling(name, names, n);
    return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE, "The study has no %s \"%s\"%s%s%s.",
                    what, name, nearest != NULL ? "; did you mean \"" : "",
                    nearest != NULL ? nearest : "", nearest != NULL ? "\"?" : "");
}

static cbk_status need_endpoint(const cbk_study *study, const char *name,
                                const cbk_endpoint **out, cbk_arena *arena,
                                cbk_error *err)
{
    const cbk_protocol *protocol = study->protocol;
    *out = cbk_protocol_endpoint(protocol, name);
    if (*out != NULL) {
        return CBK_OK;
    }
    const char **names = CBK_NEW(arena, const char *, protocol->n_endpoints + 1);
    for (size_t i = 0; names != NULL && i < protocol->n_endpoints; i++) {
        names[i] = protocol->endpoints[i].name;
    }
    return names == NULL ? no_memory(err)
                         : unknown("endpoint", name, names, protocol->n_endpoints, err);
}

static cbk_status need_variable(const cbk_study *study, const char *name,
                                cbk_arena *arena, cbk_error *err)
{
    const cbk_protocol *protocol = study->protocol;
    const cbk_form *patients = &protocol->forms[0];
    if (cbk_protocol_variable(protocol, name) != NULL ||
        strcmp(name, patients->key) == 0) {
        return CBK_OK;
    }
    const size_t n = patients->n_fields + protocol->n_derived;
    const char **names = CBK_NEW(arena, const char *, n + 1);
    for (size_t i = 0; names != NULL && i < n; i++) {
        names[i] = i < patients->n_fields
                       ? patients->fields[i].name
                       : protocol->derived[i - patients->n_fields].name;
    }
    return names == NULL ? no_memory(err) : unknown("variable", name, names, n, err);
}

/* What reads an endpoint's column and the grouping columns. */
static cbk_status select_columns(cbk_study *study, const char *endpoint,
                                 const char *const *by, size_t n_by, const char *among,
                                 cbk_arena *arena, const cbk_table **out, cbk_error *err)
{
    const char **expressions = CBK_NEW(arena, const char *, n_by + 1);
    if (expressions == NULL) {
        return no_memory(err);
    }
    expressions[0] = cbk_sql_name(arena, endpoint);
    for (size_t i = 0; i < n_by; i++) {
        CBK_TRY(need_variable(study, by[i], arena, err));
        expressions[i + 1] = cbk_sql_name(arena, by[i]);
    }
    if (cbk_arena_has_failed(arena)) {
        return no_memory(err);
    }
    return cbk_study_select(study, expressions, n_by + 1, NULL, among, arena, out, err);
}

/* The endpoint's texts as times. */
static cbk_status read_rows(const cbk_study *study, const cbk_table *table,
                            const row_set *set, cbk_arena *arena, cbk_followup_rows *out,
                            cbk_error *err)
{
    const size_t n = table->n_rows;
    double *time = CBK_NEW(arena, double, n + 1);
    double *entry = CBK_NEW(arena, double, n + 1);
    bool *is_event = CBK_NEW(arena, bool, n + 1);
    cbk_lack *lack = CBK_NEW(arena, cbk_lack, n + 1);
    const char **names = CBK_NEW(arena, const char *, n + 1);
    if (names == NULL) {
        return no_memory(err);
    }
    bool is_late = false;
    const cbk_column *column = &table->columns[0];
    for (size_t row = 0; row < n; row++) {
        cbk_survival_time at;
        names[row] = study->records[0].key[set->rows[row]];
        if (cbk_column_is_missing(column, row) ||
            !cbk_survival_parse(column->text[row], &at)) {
            lack[row] = CBK_LACK_TIME;
            continue;
        }
        time[row] = at.time;
        entry[row] = at.entry;
        is_event[row] = at.is_event;
        is_late = is_late || at.entry > 0.0;
    }
    *out = (cbk_followup_rows){.n_rows = n,
                               .time = time,
                               .is_event = is_event,
                               .entry = is_late ? entry : NULL,
                               .lack = lack,
                               .name = names,
                               .by = table->columns + 1,
                               .n_by = table->n_columns - 1};
    return CBK_OK;
}

/* Groups that are choices are printed by their labels. */
static void label_groups(const cbk_study *study, cbk_curves *curves, cbk_curve *items,
                         cbk_arena *arena)
{
    for (size_t i = 0; i < curves->n_curves; i++) {
        cbk_buffer label = {0};
        for (size_t k = 0; k < curves->n_by; k++) {
            const cbk_field *field =
                cbk_protocol_variable(study->protocol, curves->by[k]);
            const char *level = items[i].level[k];
            const char *text =
                field != NULL && field->n_choices > 0
                    ? cbk_code_label(field->choices, field->n_choices, level)
                    : NULL;
            if (field != NULL && field->type == CBK_FIELD_BOOLEAN) {
                text = cbk_text_format(arena, "%s: %s", field->label,
                                       strcmp(level, "0") == 0 ? "no" : "yes");
            }
            cbk_buffer_addf(&label, "%s%s", k > 0 ? ", " : "",
                            text != NULL ? text : level);
        }
        if (curves->n_by > 0) {
            items[i].label = cbk_text_copy(arena, label.bytes != NULL ? label.bytes : "");
        }
        cbk_buffer_free(&label);
    }
}

cbk_status cbk_curves_of_study(cbk_study *study, const char *endpoint,
                               const char *const *by, size_t n_by, const char *among,
                               const cbk_conventions *conventions, cbk_arena *arena,
                               const cbk_curves **out, cbk_error *err)
{
    *out = NULL;
    const cbk_endpoint *declared = NULL;
    CBK_TRY(need_endpoint(study, endpoint, &declared, arena, err));
    const cbk_table *table = NULL;
    CBK_TRY(select_columns(study, endpoint, by, n_by, among, arena, &table, err));
    const row_set *set = NULL;
    CBK_TRY(cbk_study_rows(study, NULL, among, &set, err));
    cbk_followup_rows rows;
    CBK_TRY(read_rows(study, table, set, arena, &rows, err));
    cbk_curves *curves = CBK_NEW(arena, cbk_curves, 1);
    if (curves == NULL) {
        return no_memory(err);
    }
    *curves =
        (cbk_curves){.source = {.name = study->folder, .sha256 = study->fingerprint},
                     .endpoint = declared->name,
                     .event = declared->event,
                     .label = declared->label,
                     .unit = declared->unit,
                     .where = among,
                     .n_by = n_by,
                     .by = by,
                     .conventions = *conventions};
    CBK_TRY(cbk_curves_build(&rows, true, arena, curves, err));
    cbk_curve *items = CBK_NEW(arena, cbk_curve, curves->n_curves + 1);
    if (items == NULL) {
        return no_memory(err);
    }
    if (curves->n_curves > 0) {
        memcpy(items, curves->curves, curves->n_curves * sizeof *items);
    }
    label_groups(study, curves, items, arena);
    curves->curves = items;
    *out = curves;
    return cbk_arena_has_failed(arena) ? no_memory(err) : CBK_OK;
}
