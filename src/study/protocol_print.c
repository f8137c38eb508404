/* protocol_print.c - what protocol.yaml prints: tables, figures, the report's sections.
 * Contract: protocol_parts.h; the format: docs/formats/protocol.md.
 */
#include "study/protocol_parts.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

typedef cbk_protocol_reader reader;

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* Reports keys that do not go with the kind of the thing. */
static void refuse_keys(reader *r, const cbk_yaml *map, const char *what,
                        const char *const *keys, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const cbk_yaml *value = cbk_yaml_get(map, keys[i]);
        if (value != NULL) {
            cbk_problems_add(r->problems, value->place, "%s has no `%s`.", what, keys[i]);
        }
    }
}

/* A key that names a column of the form; NULL where absent. */
static const char *read_column_name(reader *r, const cbk_yaml *map, const char *key,
                                    const cbk_form *form, cbk_columns_of which)
{
    const char *name = cbk_protocol_text(r, map, key);
    if (name != NULL && form != NULL) {
        (void)cbk_protocol_need_column(r, form, name, which,
                                       cbk_protocol_place(map, key));
    }
    return name;
}

/* ---- columns of a table -------------------------------------------------------- */

static void read_join(reader *r, const cbk_yaml *map, const cbk_form *form,
                      cbk_table_column_spec *column)
{
    column->kind = CBK_TABLE_COLUMN_JOIN;
    column->is_code = true; /* unless `show` says otherwise */
    column->fields = cbk_protocol_texts(r, map, "join", false, &column->n_fields);
    for (size_t i = 0; i < column->n_fields && form != NULL; i++) {
        (void)cbk_protocol_need_column(r, form, column->fields[i], CBK_COLUMNS_OF_LISTING,
                                       cbk_protocol_place(map, "join"));
    }
}

static void read_one_field(reader *r, const char *name, cbk_table_column_spec *column)
{
    const char **fields = CBK_NEW(r->arena, const char *, 1);
    if (fields != NULL && name != NULL) {
        fields[0] = name;
        column->fields = fields;
        column->n_fields = 1;
    }
}

static void read_list(reader *r, const cbk_yaml *map, const cbk_form *form,
                      cbk_table_column_spec *column)
{
    column->kind = CBK_TABLE_COLUMN_LIST;
    column->among = cbk_protocol_text(r, map, "among");
    column->from = cbk_yaml_need_text(map, "from", "A column with `list`", r->problems);
    if (form != NULL && form->repeats != NULL) {
        cbk_problems_add(
            r->problems, map->place,
            "`list` gathers the rows of a patient; the table from `%s` has no "
            "such column.",
            form->name);
    }
    const cbk_form *listed =
        column->from == NULL ? NULL
                             : cbk_protocol_need_form(r, column->from, true,
                                                      cbk_protocol_place(map, "from"));
    read_one_field(r, read_column_name(r, map, "list", listed, CBK_COLUMNS_WITH_KEYS),
                   column);
}

/* Decimals, 0 to 15. */
static int read_digits(reader *r, const cbk_yaml *map)
{
    double digits = -1.0;
    if (!cbk_yaml_get_number(map, "digits", &digits, r->problems)) {
        return -1;
    }
    if (!(digits >= 0.0 && digits <= 15.0) || digits != floor(digits)) {
        cbk_problems_add(r->problems, cbk_protocol_place(map, "digits"),
                         "`digits` is a whole number from 0 to 15.");
        return -1;
    }
    return (int)digits;
}

static void read_print(reader *r, const cbk_yaml *map, cbk_table_column_spec *column)
{
    static const char *const shows[] = {"code", "label"};
    column->label = cbk_protocol_text(r, map, "label");
    column->empty = cbk_yaml_get_text(map, "empty", r->problems);
    column->digits = read_digits(r, map);
    const cbk_yaml *show = cbk_yaml_get(map, "show");
    if (show != NULL) {
        const size_t chosen =
            cbk_yaml_choose(show, "what `show` may be", shows, N(shows), r->problems);
        column->is_code = chosen == SIZE_MAX ? column->is_code : chosen == 0;
    }
    if (column->kind != CBK_TABLE_COLUMN_FIELD) {
        const char *with = cbk_yaml_get_text(map, "with", r->problems);
        column->with = with == NULL ? ", " : with;
    }
}

/* A column that is a map: {field: F}, {join: [F, G]} or {list: F, from: FORM}. */
static void read_column_map(reader *r, const cbk_yaml *map, const cbk_form *form,
                            cbk_columns_of which, cbk_table_column_spec *column)
{
    static const char *const keys[] = {"field", "join",  "list",  "with", "from",
                                       "among", "label", "empty", "show", "digits"};
    static const char *const list_keys[] = {"from", "among"};
    static const char *const with_keys[] = {"with"};
    const bool is_of_summary = which == CBK_COLUMNS_OF_SUMMARY;
    if (!cbk_yaml_check_keys(map, "a column", keys, N(keys), r->problems)) {
        return;
    }
    const bool is_join = cbk_yaml_get(map, "join") != NULL;
    const bool is_list = cbk_yaml_get(map, "list") != NULL;
    const int n_kinds = is_join + is_list + (cbk_yaml_get(map, "field") != NULL);
    if (n_kinds != 1 || (is_of_summary && (is_join || is_list))) {
        cbk_problems_add(r->problems, map->place,
                         is_of_summary
                             ? "A row of a summary needs `field` and nothing like it."
                             : "A column needs one of `field`, `join` and `list`.");
        return;
    }
    if (is_join) {
        read_join(r, map, form, column);
    } else if (is_list) {
        read_list(r, map, form, column);
    } else {
        read_one_field(r, read_column_name(r, map, "field", form, which), column);
        refuse_keys(r, map, "A column of one field", with_keys, N(with_keys));
    }
    if (!is_list) {
        refuse_keys(r, map, "A column without `list`", list_keys, N(list_keys));
    }
    read_print(r, map, column);
}

static cbk_table_column_spec read_column(reader *r, const cbk_yaml *node,
                                         const cbk_form *form, cbk_columns_of which)
{
    cbk_table_column_spec column = {.place = node->place, .digits = -1};
    if (node->kind != CBK_YAML_SCALAR) {
        read_column_map(r, node, form, which, &column);
        return column;
    }
    if (form != NULL) {
        (void)cbk_protocol_need_column(r, form, node->scalar, which, node->place);
    }
    read_one_field(r, node->scalar, &column);
    return column;
}

static void read_columns(reader *r, const cbk_yaml *map, const char *key,
                         const cbk_form *form, cbk_table_spec *table)
{
    const cbk_yaml *node = cbk_yaml_get(map, key);
    if (node == NULL || node->kind != CBK_YAML_LIST || node->n == 0) {
        cbk_problems_add(r->problems, cbk_protocol_place(map, key),
                         "A table of kind %s needs `%s`, a list of at least one field.",
                         table->kind == CBK_TABLE_LISTING ? "listing" : "summary", key);
        return;
    }
    const cbk_columns_of which = table->kind == CBK_TABLE_LISTING
                                     ? CBK_COLUMNS_OF_LISTING
                                     : CBK_COLUMNS_OF_SUMMARY;
    cbk_table_column_spec *columns = CBK_NEW(r->arena, cbk_table_column_spec, node->n);
    for (size_t i = 0; columns != NULL && i < node->n; i++) {
        columns[i] = read_column(r, node->item[i], form, which);
    }
    table->columns = columns;
    table->n_columns = columns == NULL ? 0 : node->n;
}

/* ---- tables -------------------------------------------------------------------- */

static void read_abbreviations(reader *r, const cbk_yaml *map, cbk_table_spec *table)
{
    const cbk_yaml *node = cbk_yaml_get_map(map, "abbreviations", r->problems);
    cbk_code *codes = node == NULL ? NULL : CBK_NEW(r->arena, cbk_code, node->n);
    for (size_t i = 0; codes != NULL && i < node->n; i++) {
        const char *meaning =
            cbk_yaml_need_text(node, node->key[i], "An abbreviation", r->problems);
        codes[i] =
            (cbk_code){.code = node->key[i], .label = meaning == NULL ? "" : meaning};
    }
    table->abbreviations = codes;
    table->n_abbreviations = codes == NULL ? 0 : node->n;
}

/* What a summary says beside its numbers: tests of its groups, intervals. */
static void read_statistics(reader *r, const cbk_yaml *map, cbk_table_spec *table)
{
    static const char *const tests[] = {"false", "true", "mean"};
    static const char *const intervals[] = {"wilson", "clopper-pearson"};
    const cbk_yaml *test = cbk_yaml_get(map, "test");
    const cbk_yaml *interval = cbk_yaml_get(map, "interval");
    if (test != NULL) {
        const size_t chosen =
            cbk_yaml_choose(test, "what `test` may be", tests, N(tests), r->problems);
        table->test =
            chosen == SIZE_MAX ? CBK_SUMMARY_UNTESTED : (cbk_summary_test)chosen;
        if (table->test != CBK_SUMMARY_UNTESTED && table->by == NULL) {
            cbk_problems_add(r->problems, test->place,
                             "`test` compares groups; say which with `by`.");
        }
    }
    if (interval != NULL) {
        const size_t chosen = cbk_yaml_choose(interval, "what `interval` may be",
                                              intervals, N(intervals), r->problems);
        table->interval = chosen == SIZE_MAX ? NULL : intervals[chosen];
    }
}

static void read_regression(reader *r, const cbk_yaml *map, cbk_table_spec *table)
{
    static const char *const others[] = {"columns", "rows", "by",
                                         "from",    "test", "interval"};
    refuse_keys(r, map, "A regression", others, N(others));
    const char *endpoint =
        cbk_yaml_need_text(map, "endpoint", "A regression", r->problems);
    if (endpoint != NULL) {
        (void)cbk_protocol_need_endpoint(r, endpoint,
                                         cbk_protocol_place(map, "endpoint"));
    }
    cbk_protocol_read_regression(r, map, "A regression", &table->regression);
    table->regression.endpoint = endpoint;
}

static void read_table(reader *r, const cbk_yaml *map, cbk_table_spec *table)
{
    static const char *const keys[] = {
        "id",       "title", "kind",        "columns",   "rows",  "by",
        "from",     "among", "test",        "interval",  "notes", "abbreviations",
        "endpoint", "on",    "univariable", "reference", "firth"};
    static const char *const kinds[] = {"listing", "summary", "regression"};
    static const char *const not_listing[] = {"rows",        "by",        "test",
                                              "interval",    "endpoint",  "on",
                                              "univariable", "reference", "firth"};
    static const char *const not_summary[] = {"columns",     "endpoint",  "on",
                                              "univariable", "reference", "firth"};
    table->place = map->place;
    table->id = table->title = "";
    if (!cbk_yaml_check_keys(map, "a table", keys, N(keys), r->problems)) {
        return;
    }
    const char *id = cbk_yaml_need_text(map, "id", "A table", r->problems);
    const char *title = cbk_yaml_need_text(map, "title", "A table", r->problems);
    table->id = cbk_protocol_is_id(r, map, id, "A table") ? id : "";
    table->title = title == NULL ? "" : title;
    table->from = cbk_protocol_text(r, map, "from");
    table->among = cbk_protocol_text(r, map, "among");
    table->notes = cbk_protocol_texts(r, map, "notes", false, &table->n_notes);
    read_abbreviations(r, map, table);
    const cbk_form *form =
        cbk_protocol_need_form(r, table->from, false, cbk_protocol_place(map, "from"));
    if (cbk_yaml_need_text(map, "kind", "A table", r->problems) == NULL) {
        return;
    }
    const size_t kind = cbk_yaml_choose(cbk_yaml_get(map, "kind"), "a kind of table",
                                        kinds, N(kinds), r->problems);
    if (kind == SIZE_MAX) {
        return;
    }
    table->kind = (cbk_table_kind)kind;
    if (table->kind == CBK_TABLE_LISTING) {
        refuse_keys(r, map, "A listing", not_listing, N(not_listing));
        read_columns(r, map, "columns", form, table);
    } else if (table->kind == CBK_TABLE_REGRESSION) {
        read_regression(r, map, table);
    } else {
        refuse_keys(r, map, "A summary", not_summary, N(not_summary));
        table->by = read_column_name(r, map, "by", form, CBK_COLUMNS_FIELDS);
        read_columns(r, map, "rows", form, table);
        read_statistics(r, map, table);
    }
}

void cbk_protocol_read_tables(reader *r, const cbk_yaml *node)
{
    const size_t n = cbk_protocol_list(r, node, "tables");
    cbk_table_spec *tables = CBK_NEW(r->arena, cbk_table_spec, n);
    cbk_protocol_name *ids = CBK_NEW(r->arena, cbk_protocol_name, n);
    if (ids == NULL) {
        return;
    }
    size_t n_ids = 0;
    for (size_t i = 0; i < n; i++) {
        read_table(r, node->item[i], &tables[i]);
        if (*tables[i].id != '\0') {
            ids[n_ids++] = (cbk_protocol_name){
                tables[i].id, cbk_protocol_place(node->item[i], "id"), "a table"};
        }
    }
    cbk_protocol_check_distinct(r, ids, n_ids);
    r->protocol->tables = tables;
    r->protocol->n_tables = n;
}

/* ---- figures ------------------------------------------------------------------- */

static bool is_time(const cbk_field *field)
{
    return field->type == CBK_FIELD_NUMBER || field->type == CBK_FIELD_INTEGER ||
           field->type == CBK_FIELD_DATE;
}

static bool is_name(const cbk_field *field)
{
    return field->type == CBK_FIELD_CHOICE || field->type == CBK_FIELD_TEXT;
}

static const char *first_field(const cbk_form *form, bool (*is_fit)(const cbk_field *))
{
    for (size_t i = 0; i < form->n_fields; i++) {
        if (is_fit(&form->fields[i])) {
            return form->fields[i].name;
        }
    }
    return NULL;
}

/* The time of a lane's events must be comparable with the endpoint's. */
static void check_lane_time(reader *r, const cbk_lane_spec *lane, const cbk_field *field,
                            const cbk_endpoint *endpoint, cbk_place place)
{
    if (!is_time(field)) {
        cbk_problems_add(
            r->problems, place,
            "`%s` has the type %s; the time of an event is a number or a date.",
            field->name, cbk_field_type_name(field->type));
    } else if (endpoint != NULL && field->type == CBK_FIELD_DATE &&
               endpoint->from == NULL && endpoint->time != NULL) {
        cbk_problems_add(
            r->problems, place,
            "`%s` of `%s` is a date, but the endpoint `%s` has no date `from` "
            "which to count.",
            lane->at, lane->form, endpoint->name);
    } else if (endpoint != NULL && endpoint->unit != NULL && field->unit != NULL &&
               strcmp(field->unit, endpoint->unit) != 0) {
        cbk_problems_add(r->problems, place,
                         "`%s` of `%s` is in %s, but the endpoint `%s` is in %s.",
                         lane->at, lane->form, cbk_yaml_shown(r->problems, field->unit),
                         endpoint->name, endpoint->unit);
    }
}

/* Fills in what the lane does not say and checks what it says. */
static void complete_lane(reader *r, const cbk_form *form, const cbk_endpoint *endpoint,
                          bool needs_label, cbk_place place, cbk_lane_spec *lane)
{
    lane->at = lane->at != NULL ? lane->at : first_field(form, is_time);
    if (needs_label && lane->label == NULL) {
        lane->label = first_field(form, is_name);
    }
    if (lane->at == NULL || (needs_label && lane->label == NULL)) {
        cbk_problems_add(r->problems, place,
                         "The form `%s` has no %s field to place its events by; write "
                         "{form: %s, at: FIELD, label: FIELD}.",
                         form->name,
                         lane->at == NULL ? "number or date" : "choice or text",
                         form->name);
        return;
    }
    const bool is_at_found =
        cbk_protocol_need_column(r, form, lane->at, CBK_COLUMNS_FIELDS, place);
    if (lane->label != NULL) {
        (void)cbk_protocol_need_column(r, form, lane->label, CBK_COLUMNS_FIELDS, place);
    }
    if (is_at_found) {
        check_lane_time(r, lane, cbk_form_field(form, lane->at), endpoint, place);
    }
}

static cbk_lane_spec read_lane(reader *r, const cbk_yaml *node,
                               const cbk_endpoint *endpoint, bool needs_label)
{
    static const char *const keys[] = {"form", "at", "label"};
    cbk_lane_spec lane = {.form = "", .at = "", .label = ""};
    cbk_place place = node->place;
    if (node->kind == CBK_YAML_SCALAR) {
        lane = (cbk_lane_spec){.form = node->scalar};
    } else {
        if (!cbk_yaml_check_keys(node, "an event", keys, N(keys), r->problems)) {
            return lane;
        }
        lane.form = cbk_yaml_need_text(node, "form", "An event", r->problems);
        lane.at = cbk_protocol_text(r, node, "at");
        lane.label = cbk_protocol_text(r, node, "label");
        place = cbk_protocol_place(node, "form");
    }
    const cbk_form *form =
        lane.form == NULL ? NULL : cbk_protocol_need_form(r, lane.form, true, place);
    if (form != NULL) {
        complete_lane(r, form, endpoint, needs_label, place, &lane);
    }
    return lane;
}

static void read_lanes(reader *r, const cbk_yaml *map, const cbk_endpoint *endpoint,
                       bool needs_label, cbk_figure_spec *figure)
{
    const cbk_yaml *node = cbk_yaml_get(map, "events");
    const size_t n = cbk_protocol_list(r, node, "events");
    cbk_lane_spec *lanes = CBK_NEW(r->arena, cbk_lane_spec, n);
    for (size_t i = 0; lanes != NULL && i < n; i++) {
        lanes[i] = read_lane(r, node->item[i], endpoint, needs_label);
    }
    figure->lanes = lanes;
    figure->n_lanes = lanes == NULL ? 0 : n;
}

static void read_marks(reader *r, const cbk_yaml *map, cbk_figure_spec *figure)
{
    const cbk_yaml *node = cbk_yaml_get_list(map, "marks", r->problems);
    const size_t n = node == NULL ? 0 : node->n;
    double *marks = CBK_NEW(r->arena, double, n);
    for (size_t i = 0; marks != NULL && i < n; i++) {
        const cbk_yaml *item = node->item[i];
        const bool is_number = item->kind == CBK_YAML_SCALAR &&
                               cbk_number_parse(item->scalar, false, &marks[i]);
        if (!is_number || marks[i] < 0.0) {
            marks[i] = 0.0;
            cbk_problems_add(r->problems, item->place,
                             "A mark is a time, 0 or more, in the endpoint's unit.");
        }
    }
    figure->marks = marks;
    figure->n_marks = marks == NULL ? 0 : n;
}

/* What figures of curves have in common. */
static void read_curves(reader *r, const cbk_yaml *map, cbk_figure_spec *figure)
{
    figure->among = cbk_protocol_text(r, map, "among");
    figure->by =
        read_column_name(r, map, "by", cbk_protocol_need_form(r, NULL, false, map->place),
                         CBK_COLUMNS_FIELDS);
    read_marks(r, map, figure);
    cbk_protocol_read_look(r, map, &figure->look);
}

/* The endpoint itself stands for its own event, its competing events for theirs. */
static void read_causes(reader *r, const cbk_yaml *map, const cbk_endpoint *endpoint,
                        cbk_figure_spec *figure)
{
    figure->causes = cbk_protocol_texts(r, map, "causes", true, &figure->n_causes);
    const cbk_yaml *node = cbk_yaml_get(map, "causes");
    const size_t n = endpoint == NULL ? 0 : endpoint->n_competing + 1;
    const char **names = CBK_NEW(r->arena, const char *, n);
    for (size_t i = 0; names != NULL && i < n; i++) {
        names[i] = i == 0 ? endpoint->name : endpoint->competing[i - 1].code;
    }
    for (size_t i = 0; names != NULL && n > 0 && i < figure->n_causes; i++) {
        bool is_known = false;
        for (size_t k = 0; k < n; k++) {
            is_known = is_known || strcmp(names[k], figure->causes[i]) == 0;
        }
        if (!is_known) {
            cbk_yaml_report_unknown(r->problems, node->place, "an event of the endpoint",
                                    figure->causes[i], names, n);
        }
    }
}

/* The events that are counted; without a title their form's label is the figure's. */
static void read_recurrences(reader *r, const cbk_yaml *map, const cbk_endpoint *endpoint,
                             bool needs_title, cbk_figure_spec *figure)
{
    read_lanes(r, map, endpoint, false, figure);
    if (figure->n_lanes == 0) {
        cbk_problems_add(r->problems, map->place,
                         "A figure of kind mcf needs `events`, the repeating forms whose "
                         "rows it counts, as in [recurrence].");
        return;
    }
    const cbk_form *form = cbk_protocol_form(r->protocol, figure->lanes[0].form);
    if (needs_title && form != NULL) {
        figure->title = form->label;
    }
}

static void read_figure(reader *r, const cbk_yaml *map, cbk_figure_spec *figure)
{
    static const char *const keys[] = {
        "id",         "title",       "kind",  "endpoint", "by",          "among",
        "marks",      "events",      "notes", "on",       "univariable", "reference",
        "firth",      "causes",      "size",  "width_mm", "height_mm",   "layout",
        "risk_table", "min_at_risk", "band",  "median",   "p_value"};
    static const char *const curves_only[] = {
        "height_mm", "layout", "risk_table", "min_at_risk", "band", "median", "p_value"};
    static const char *const sizes[] = {"size", "width_mm"};
    static const char *const kinds[] = {"km", "swimmer", "forest", "cuminc", "mcf"};
    static const char *const not_km[] = {"events",    "on",    "univariable",
                                         "reference", "firth", "causes"};
    static const char *const not_swimmer[] = {
        "by", "among", "marks", "on", "univariable", "reference", "firth", "causes"};
    static const char *const not_forest[] = {"by", "marks", "events", "causes"};
    static const char *const not_cuminc[] = {"events",    "on",    "univariable",
                                             "reference", "firth", "median"};
    static const char *const not_mcf[] = {"on",    "univariable", "reference",
                                          "firth", "causes",      "median"};
    figure->place = map->place;
    figure->id = figure->title = "";
    if (!cbk_yaml_check_keys(map, "a figure", keys, N(keys), r->problems)) {
        return;
    }
    const char *id = cbk_yaml_need_text(map, "id", "A figure", r->problems);
    figure->id = cbk_protocol_is_id(r, map, id, "A figure") ? id : "";
    figure->notes = cbk_protocol_texts(r, map, "notes", false, &figure->n_notes);
    figure->endpoint = cbk_yaml_need_text(map, "endpoint", "A figure", r->problems);
    const cbk_endpoint *endpoint =
        figure->endpoint == NULL
            ? NULL
            : cbk_protocol_need_endpoint(r, figure->endpoint,
                                         cbk_protocol_place(map, "endpoint"));
    const char *title = cbk_protocol_text(r, map, "title");
    figure->title = title != NULL ? title : endpoint != NULL ? endpoint->label : "";
    if (cbk_yaml_need_text(map, "kind", "A figure", r->problems) == NULL) {
        return;
    }
    const size_t kind = cbk_yaml_choose(cbk_yaml_get(map, "kind"), "a kind of figure",
                                        kinds, N(kinds), r->problems);
    if (kind == CBK_FIGURE_KM) {
        refuse_keys(r, map, "A figure of kind km", not_km, N(not_km));
        read_curves(r, map, figure);
    } else if (kind == CBK_FIGURE_CUMINC) {
        figure->kind = CBK_FIGURE_CUMINC;
        refuse_keys(r, map, "A figure of kind cuminc", not_cuminc, N(not_cuminc));
        read_curves(r, map, figure);
        read_causes(r, map, endpoint, figure);
    } else if (kind == CBK_FIGURE_MCF) {
        figure->kind = CBK_FIGURE_MCF;
        refuse_keys(r, map, "A figure of kind mcf", not_mcf, N(not_mcf));
        read_curves(r, map, figure);
        read_recurrences(r, map, endpoint, title == NULL, figure);
    } else if (kind == CBK_FIGURE_SWIMMER) {
        figure->kind = CBK_FIGURE_SWIMMER;
        refuse_keys(r, map, "A figure of kind swimmer", not_swimmer, N(not_swimmer));
        refuse_keys(r, map, "A figure of kind swimmer", curves_only, N(curves_only));
        cbk_protocol_read_size(r, map, &figure->look);
        read_lanes(r, map, endpoint, true, figure);
    } else if (kind == CBK_FIGURE_FOREST) {
        figure->kind = CBK_FIGURE_FOREST;
        refuse_keys(r, map, "A figure of kind forest", not_forest, N(not_forest));
        refuse_keys(r, map, "A figure of kind forest", curves_only, N(curves_only));
        refuse_keys(r, map, "A figure of kind forest", sizes, N(sizes));
        figure->among = cbk_protocol_text(r, map, "among");
        cbk_protocol_read_regression(r, map, "A forest plot", &figure->regression);
        figure->regression.endpoint = figure->endpoint;
    }
}

void cbk_protocol_read_figures(reader *r, const cbk_yaml *node)
{
    const size_t n = cbk_protocol_list(r, node, "figures");
    cbk_figure_spec *figures = CBK_NEW(r->arena, cbk_figure_spec, n);
    cbk_protocol_name *ids = CBK_NEW(r->arena, cbk_protocol_name, n);
    if (ids == NULL) {
        return;
    }
    size_t n_ids = 0;
    for (size_t i = 0; i < n; i++) {
        read_figure(r, node->item[i], &figures[i]);
        if (*figures[i].id != '\0') {
            ids[n_ids++] = (cbk_protocol_name){
                figures[i].id, cbk_protocol_place(node->item[i], "id"), "a figure"};
        }
    }
    cbk_protocol_check_distinct(r, ids, n_ids);
    r->protocol->figures = figures;
    r->protocol->n_figures = n;
}
