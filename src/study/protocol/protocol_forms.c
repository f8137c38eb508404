/* protocol_forms.c - forms, their fields, missing codes and derived variables of
 * protocol.yaml.  Contract: protocol_reader.h; the format: docs/formats/protocol.md.
 */
#include "study/protocol/protocol_reader.h"

#include "base/text.h"

#include <string.h>
#include <strings.h>

typedef cbk_protocol_reader reader;

#define N(array) (sizeof(array) / sizeof((array)[0]))

static bool is_choice(cbk_field_type type)
{
    return type == CBK_FIELD_CHOICE || type == CBK_FIELD_CHOICES;
}

void cbk_protocol_read_missing(reader *r, const cbk_yaml *node)
{
    if (node != NULL) {
        r->missing = cbk_protocol_codes(r, node, "missing", &r->n_missing);
    }
}

/* ---- one field ----------------------------------------------------------------- */

/* One end of a range; an empty text is an open end. */
static bool read_bound(reader *r, const cbk_yaml *item, double *out)
{
    if (item->kind == CBK_YAML_SCALAR && *item->scalar == '\0') {
        return false;
    }
    if (item->kind == CBK_YAML_SCALAR && cbk_number_parse(item->scalar, false, out)) {
        return true;
    }
    cbk_problems_add(r->problems, item->place,
                     "An end of a range is a number or \"\" (open), not %s%s%s.",
                     item->kind == CBK_YAML_SCALAR ? "`" : "",
                     item->kind == CBK_YAML_SCALAR
                         ? cbk_yaml_shown(r->problems, item->scalar)
                         : cbk_yaml_kind_name(item->kind),
                     item->kind == CBK_YAML_SCALAR ? "`" : "");
    return false;
}

static void read_range(reader *r, const cbk_yaml *map, cbk_field *field)
{
    const cbk_yaml *range = cbk_yaml_get(map, "range");
    if (range == NULL) {
        return;
    }
    if (field->type != CBK_FIELD_NUMBER && field->type != CBK_FIELD_INTEGER) {
        cbk_problems_add(
            r->problems, range->place,
            "A field of type %s has no `range`; only number and integer have.",
            cbk_field_type_name(field->type));
        return;
    }
    if (range->kind != CBK_YAML_LIST || range->n != 2) {
        cbk_problems_add(
            r->problems, range->place,
            "`range` is [lowest, highest]; an open end is written \"\", as in "
            "[0, \"\"].");
        return;
    }
    field->has_minimum = read_bound(r, range->item[0], &field->minimum);
    field->has_maximum = read_bound(r, range->item[1], &field->maximum);
    if (field->has_minimum && field->has_maximum && field->minimum > field->maximum) {
        cbk_problems_add(r->problems, range->place,
                         "The range starts at %s, above its end %s.",
                         cbk_yaml_shown(r->problems, range->item[0]->scalar),
                         cbk_yaml_shown(r->problems, range->item[1]->scalar));
    }
}

static void read_choices(reader *r, const cbk_yaml *map, cbk_field *field)
{
    const cbk_yaml *choices = cbk_yaml_get(map, "choices");
    if (choices == NULL) {
        if (is_choice(field->type)) {
            cbk_problems_add(r->problems, map->place,
                             "The field `%s` of type %s needs `choices`.",
                             cbk_yaml_shown(r->problems, field->name),
                             cbk_field_type_name(field->type));
        }
    } else if (!is_choice(field->type)) {
        cbk_problems_add(
            r->problems, choices->place,
            "A field of type %s has no `choices`; the types choice and choices "
            "have.",
            cbk_field_type_name(field->type));
    } else {
        field->choices = cbk_protocol_codes(r, choices, "choices", &field->n_choices);
    }
}

static const cbk_code *find_code(const cbk_code *codes, size_t n, const char *code)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(codes[i].code, code) == 0) {
            return &codes[i];
        }
    }
    return NULL;
}

/* The field's own missing codes, then those of the study that it does not give anew. */
static void read_missing(reader *r, const cbk_yaml *map, cbk_field *field)
{
    const cbk_yaml *node = cbk_yaml_get(map, "missing");
    field->missing = r->missing;
    field->n_missing = r->n_missing;
    if (node == NULL) {
        return;
    }
    size_t n_own = 0;
    const cbk_code *own = cbk_protocol_codes(r, node, "missing", &n_own);
    cbk_code *all = CBK_NEW(r->arena, cbk_code, n_own + r->n_missing);
    if (all == NULL || n_own == 0) {
        return;
    }
    size_t n = 0;
    for (; n < n_own; n++) {
        all[n] = own[n];
    }
    for (size_t i = 0; i < r->n_missing; i++) {
        if (find_code(own, n_own, r->missing[i].code) == NULL) {
            all[n++] = r->missing[i];
        }
    }
    field->missing = all;
    field->n_missing = n;
}

static void check_codes_apart(reader *r, const cbk_yaml *map, const cbk_field *field)
{
    for (size_t i = 0; i < field->n_choices; i++) {
        const char *code = field->choices[i].code;
        if (find_code(field->missing, field->n_missing, code) != NULL) {
            cbk_problems_add(
                r->problems, cbk_protocol_place(map, "choices"),
                "`%s` is a choice of `%s` and a code for a missing value; it "
                "can be only one.",
                cbk_yaml_shown(r->problems, code),
                cbk_yaml_shown(r->problems, field->name));
        }
    }
}

static void read_type(reader *r, const cbk_yaml *map, cbk_field *field)
{
    const cbk_yaml *type = cbk_yaml_get(map, "type");
    if (type == NULL) {
        return;
    }
    const size_t chosen = cbk_yaml_choose(type, "a field type", cbk_field_type_names,
                                          CBK_FIELD_TYPES, r->problems);
    if (chosen != SIZE_MAX) {
        field->type = (cbk_field_type)chosen;
    }
}

static void refuse_identifier(reader *r, const cbk_yaml *map)
{
    const cbk_yaml *identifier = cbk_yaml_get(map, "identifier");
    if (identifier != NULL) {
        cbk_problems_add(
            r->problems, identifier->place,
            "This version does not keep identifiers (names, addresses, record "
            "numbers): leave the field out of the study.");
    }
}

static cbk_field read_field(reader *r, const char *name, cbk_place place,
                            const cbk_yaml *map)
{
    static const char *const keys[] = {"type",     "label",      "unit",
                                       "range",    "choices",    "missing",
                                       "required", "definition", "identifier"};
    cbk_field field = {.name = name, .place = place, .label = ""};
    (void)cbk_protocol_is_word(r, name, place, "A field");
    if (!cbk_yaml_check_keys(map, "a field", keys, N(keys), r->problems)) {
        return field;
    }
    (void)cbk_yaml_need_text(map, "type", "A field", r->problems);
    read_type(r, map, &field);
    const cbk_yaml *type = cbk_yaml_get(map, "type");
    const bool is_type_known = type != NULL && type->kind == CBK_YAML_SCALAR &&
                               strcmp(type->scalar, cbk_field_type_name(field.type)) == 0;
    field.label = cbk_protocol_label(r, map, name);
    field.unit = cbk_protocol_text(r, map, "unit");
    field.definition = cbk_protocol_text(r, map, "definition");
    field.is_required = cbk_yaml_get_boolean(map, "required", false, r->problems);
    refuse_identifier(r, map);
    if (is_type_known) { /* else these could only mislead */
        read_range(r, map, &field);
        read_choices(r, map, &field);
    }
    read_missing(r, map, &field);
    check_codes_apart(r, map, &field);
    return field;
}

/* ---- forms --------------------------------------------------------------------- */

static void read_fields(reader *r, const cbk_yaml *map, cbk_form *form)
{
    const cbk_yaml *node = cbk_yaml_get_map(map, "fields", r->problems);
    const size_t n = node == NULL ? 0 : node->n;
    if (n == 0) {
        if (cbk_yaml_get(map, "fields") == NULL || node != NULL) {
            cbk_problems_add(r->problems, form->place,
                             "The form `%s` needs `fields`, at least one.",
                             cbk_yaml_shown(r->problems, form->name));
        }
        return;
    }
    if (n > CBK_PROTOCOL_COLUMNS_MAX) {
        cbk_problems_add(r->problems, node->place,
                         "The form `%s` has %zu fields; at most %d are possible.",
                         cbk_yaml_shown(r->problems, form->name), n,
                         CBK_PROTOCOL_COLUMNS_MAX);
        return;
    }
    cbk_field *fields = CBK_NEW(r->arena, cbk_field, n);
    for (size_t i = 0; fields != NULL && i < n; i++) {
        fields[i] = read_field(r, node->key[i], node->key_place[i], node->item[i]);
    }
    form->fields = fields;
    form->n_fields = fields == NULL ? 0 : n;
}

/* The database has tables of its own, and the folder has sources.csv. */
static void check_form_name(reader *r, const char *name, cbk_place place)
{
    if (!cbk_protocol_is_word(r, name, place, "A form")) {
        return;
    }
    static const char *const taken[] = {"analysis", "missing_values", "sources"};
    bool is_taken = strncasecmp(name, "sqlite_", strlen("sqlite_")) == 0 ||
                    strncasecmp(name, "casebook_", strlen("casebook_")) == 0;
    for (size_t i = 0; i < N(taken); i++) {
        is_taken = is_taken || strcasecmp(name, taken[i]) == 0;
    }
    if (is_taken) {
        cbk_problems_add(
            r->problems, place,
            "A form cannot be called `%s`: the name is taken by the program.",
            cbk_yaml_shown(r->problems, name));
    }
}

/* The first form has a key; the others repeat it. */
static void read_role(reader *r, const cbk_yaml *map, bool is_first, cbk_form *form)
{
    form->key = cbk_protocol_text(r, map, "key");
    form->repeats = cbk_protocol_text(r, map, "repeats");
    if (is_first) {
        if (form->key == NULL) {
            cbk_problems_add(
                r->problems, form->place,
                "The first form, `%s`, needs `key`, the column that identifies "
                "a patient.",
                cbk_yaml_shown(r->problems, form->name));
        } else {
            (void)cbk_protocol_is_word(r, form->key, cbk_protocol_place(map, "key"),
                                       "The key column");
        }
        if (form->repeats != NULL) {
            cbk_problems_add(r->problems, cbk_protocol_place(map, "repeats"),
                             "The first form is that of the patients and repeats none.");
            form->repeats = NULL;
        }
        return;
    }
    const char *patients = r->protocol->forms[0].name;
    if (form->key != NULL) {
        cbk_problems_add(
            r->problems, cbk_protocol_place(map, "key"),
            "Only the first form has a `key`; `%s` needs `repeats: %s` instead.",
            cbk_yaml_shown(r->problems, form->name), patients);
    } else if (form->repeats == NULL) {
        cbk_problems_add(r->problems, form->place, "The form `%s` needs `repeats: %s`.",
                         cbk_yaml_shown(r->problems, form->name),
                         cbk_yaml_shown(r->problems, patients));
    } else if (strcmp(form->repeats, patients) != 0) {
        cbk_yaml_report_unknown(r->problems, cbk_protocol_place(map, "repeats"),
                                "the first form, the only one that can be repeated",
                                form->repeats, &patients, 1);
    }
    form->key = NULL;
    form->repeats =
        patients; /* so that what refers to this form is read as it is meant */
}

/* A repeating form's columns; the patients' are checked when all of them are known. */
static void check_repeating_names(reader *r, const cbk_form *form)
{
    const char *key = r->protocol->forms[0].key;
    cbk_protocol_name *names = CBK_NEW(r->arena, cbk_protocol_name, form->n_fields + 2);
    if (names == NULL) {
        return;
    }
    size_t n = 0;
    names[n++] = (cbk_protocol_name){"n", form->place, "the running number"};
    if (key != NULL) {
        names[n++] = (cbk_protocol_name){key, form->place, "the key column"};
    }
    for (size_t i = 0; i < form->n_fields; i++) {
        names[n++] =
            (cbk_protocol_name){form->fields[i].name, form->fields[i].place, "a field"};
    }
    cbk_protocol_check_distinct(r, names, n);
}

static void check_forms_distinct(reader *r)
{
    const size_t n = r->protocol->n_forms;
    cbk_protocol_name *names = CBK_NEW(r->arena, cbk_protocol_name, n);
    for (size_t i = 0; names != NULL && i < n; i++) {
        const cbk_form *form = &r->protocol->forms[i];
        names[i] = (cbk_protocol_name){form->name, form->place, "a form"};
    }
    if (names != NULL) {
        cbk_protocol_check_distinct(r, names, n);
    }
}

void cbk_protocol_read_forms(reader *r, const cbk_yaml *node)
{
    static const char *const keys[] = {"label", "key", "repeats", "fields"};
    if (node == NULL) {
        return;
    }
    if (node->kind != CBK_YAML_MAP || node->n == 0) {
        cbk_problems_add(
            r->problems, node->place,
            "`forms` is a map {NAME: {key: …, fields: …}} of at least one form.");
        return;
    }
    cbk_form *forms = CBK_NEW(r->arena, cbk_form, node->n);
    if (forms == NULL) {
        return;
    }
    r->protocol->forms = forms;
    for (size_t i = 0; i < node->n; i++) {
        cbk_form *form = &forms[i];
        const cbk_yaml *map = node->item[i];
        form->name = node->key[i];
        form->place = node->key_place[i];
        form->label = "";
        check_form_name(r, form->name, form->place);
        if (cbk_yaml_check_keys(map, "a form", keys, N(keys), r->problems)) {
            form->label = cbk_protocol_label(r, map, form->name);
            read_role(r, map, i == 0, form);
            read_fields(r, map, form);
        }
        if (i > 0) {
            check_repeating_names(r, form);
        }
    }
    r->protocol->n_forms = node->n;
    check_forms_distinct(r);
}

/* ---- derived variables --------------------------------------------------------- */

static cbk_field read_derived(reader *r, const char *name, cbk_place place,
                              const cbk_yaml *node)
{
    static const char *const keys[] = {"sql",  "label",      "type",
                                       "unit", "definition", "choices"};
    cbk_field field = {.name = name, .place = place, .label = "", .is_derived = true};
    (void)cbk_protocol_is_word(r, name, place, "A derived variable");
    if (node->kind == CBK_YAML_SCALAR && *node->scalar != '\0') {
        field.sql = node->scalar;
        field.label = cbk_protocol_readable(r, name);
        return field;
    }
    if (!cbk_yaml_check_keys(node, "a derived variable", keys, N(keys), r->problems)) {
        return field;
    }
    field.sql = cbk_yaml_need_text(node, "sql", "A derived variable", r->problems);
    field.label = cbk_protocol_label(r, node, name);
    field.unit = cbk_protocol_text(r, node, "unit");
    field.definition = cbk_protocol_text(r, node, "definition");
    if (cbk_yaml_get(node, "choices") != NULL) {
        field.type = CBK_FIELD_CHOICE; /* unless `type` says otherwise */
    }
    read_type(r, node, &field);
    read_choices(r, node, &field);
    return field;
}

void cbk_protocol_read_derived(reader *r, const cbk_yaml *node)
{
    if (node == NULL) {
        return;
    }
    if (node->kind != CBK_YAML_MAP) {
        cbk_problems_add(r->problems, node->place,
                         "`derive` is a map {NAME: SQL}, not %s.",
                         cbk_yaml_kind_name(node->kind));
        return;
    }
    cbk_field *fields = CBK_NEW(r->arena, cbk_field, node->n);
    for (size_t i = 0; fields != NULL && i < node->n; i++) {
        fields[i] = read_derived(r, node->key[i], node->key_place[i], node->item[i]);
    }
    r->protocol->derived = fields;
    r->protocol->n_derived = fields == NULL ? 0 : node->n;
}
