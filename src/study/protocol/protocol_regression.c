/* protocol_regression.c - the regressions that tables and figures of protocol.yaml
 * print.  Contract: protocol_reader.h; the format: docs/formats/protocol.md.
 */
#include "study/protocol/protocol_reader.h"

#include "base/text.h"
#include "study/analysis/design.h"

#include <string.h>

typedef cbk_protocol_reader reader;

/* A covariate is a number, yes or no, or one of several categories. */
static void check_covariate(reader *r, const char *name, cbk_place place)
{
    const cbk_form *form = cbk_protocol_need_form(r, NULL, false, place);
    if (form == NULL ||
        !cbk_protocol_need_column(r, form, name, CBK_COLUMNS_FIELDS, place)) {
        return;
    }
    const cbk_field *field = cbk_protocol_column(r, form, name);
    if (field != NULL &&
        (field->type == CBK_FIELD_DATE || field->type == CBK_FIELD_DATETIME ||
         field->type == CBK_FIELD_CHOICES)) {
        cbk_problems_add(r->problems, place,
                         "`%s` has the type %s; a covariate is a number, a boolean or a "
                         "choice.",
                         name, cbk_field_type_name(field->type));
    }
}

/* "stage=II" of {stage: II}. */
static const char *read_reference(reader *r, const cbk_yaml *map, size_t i,
                                  const cbk_followup_request *model)
{
    const char *name = map->key[i];
    const char *value = cbk_yaml_need_text(map, name, "A reference", r->problems);
    const cbk_place place = cbk_protocol_place(map, name);
    bool is_covariate = false;
    for (size_t k = 0; k < model->n_on; k++) {
        is_covariate = is_covariate || strcmp(model->on[k], name) == 0;
    }
    if (!is_covariate) {
        cbk_yaml_report_unknown(r->problems, place, "a covariate of `on`", name,
                                model->on, model->n_on);
        return NULL;
    }
    const cbk_form *form = cbk_protocol_need_form(r, NULL, false, place);
    const cbk_field *field = form == NULL ? NULL : cbk_protocol_column(r, form, name);
    if (value == NULL || field == NULL) {
        return NULL;
    }
    const char **codes = CBK_NEW(r->arena, const char *, field->n_choices + 1);
    for (size_t c = 0; codes != NULL && c < field->n_choices; c++) {
        codes[c] = field->choices[c].code;
    }
    if (codes != NULL && field->n_choices > 0 &&
        cbk_code_label(field->choices, field->n_choices, value) == NULL) {
        cbk_yaml_report_unknown(r->problems, place, "a choice of the covariate", value,
                                codes, field->n_choices);
    }
    return cbk_text_format(r->arena, "%s=%s", name, value);
}

static void read_references(reader *r, const cbk_yaml *map,
                            const cbk_followup_request *model, cbk_regression_spec *out)
{
    const cbk_yaml *node = cbk_yaml_get_map(map, "reference", r->problems);
    const char **texts =
        node == NULL ? NULL : CBK_NEW(r->arena, const char *, node->n + 1);
    for (size_t i = 0; texts != NULL && i < node->n; i++) {
        const char *text = read_reference(r, node, i, model);
        if (text != NULL) {
            texts[out->n_references++] = text;
        }
    }
    out->references = texts;
}

void cbk_protocol_read_regression(reader *r, const cbk_yaml *map, const char *what,
                                  cbk_regression_spec *out)
{
    cbk_error error = {.message = ""};
    cbk_followup_request model = {0};
    const cbk_place place = cbk_protocol_place(map, "on");
    out->on = cbk_protocol_texts(r, map, "on", true, &out->n_on);
    if (out->n_on == 0) {
        cbk_problems_add(r->problems, place, "%s needs `on`, a list of covariates.",
                         what);
        return;
    }
    if (cbk_design_read_terms(out->on, out->n_on, r->arena, &model, &error) != CBK_OK) {
        cbk_problems_add(r->problems, place, "%s", error.message);
        return;
    }
    for (size_t k = 0; k < model.n_on; k++) {
        check_covariate(r, model.on[k], place);
    }
    read_references(r, map, &model, out);
    out->is_univariable = cbk_yaml_get_boolean(map, "univariable", false, r->problems);
    out->is_firth = cbk_yaml_get_boolean(map, "firth", false, r->problems);
}
