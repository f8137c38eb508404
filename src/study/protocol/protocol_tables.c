/* protocol_tables.c - the tables of protocol.yaml.
 * Contract: protocol_reader.h; the format: docs/formats/protocol.md.
 */
#include "study/protocol/protocol_reader.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

typedef cbk_protocol_reader reader;

#define N(array) (sizeof(array) / sizeof((array)[0]))

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
    read_one_field(
        r, cbk_protocol_column_name(r, map, "list", listed, CBK_COLUMNS_WITH_KEYS),
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
    static const char *const of_field[] = {"field", "label",  "empty",
                                           "show",  "digits", NULL};
    static const char *const of_join[] = {"join", "with",   "label", "empty",
                                          "show", "digits", NULL};
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
        cbk_protocol_refuse_others(r, map, "A column without `list`", keys, N(keys),
                                   of_join);
        read_join(r, map, form, column);
    } else if (is_list) {
        read_list(r, map, form, column);
    } else {
        read_one_field(r, cbk_protocol_column_name(r, map, "field", form, which), column);
        cbk_protocol_refuse_others(r, map, "A column of one field", keys, N(keys),
                                   of_field);
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

/* ---- tables by their kind ------------------------------------------------------ */

static void read_listing(reader *r, const cbk_yaml *map, const cbk_form *form,
                         cbk_table_spec *table)
{
    read_columns(r, map, "columns", form, table);
}

static void read_summary(reader *r, const cbk_yaml *map, const cbk_form *form,
                         cbk_table_spec *table)
{
    table->by = cbk_protocol_column_name(r, map, "by", form, CBK_COLUMNS_FIELDS);
    read_columns(r, map, "rows", form, table);
    read_statistics(r, map, table);
}

static void read_regression(reader *r, const cbk_yaml *map, const cbk_form *form,
                            cbk_table_spec *table)
{
    (void)form; /* it is about the patients */
    const char *endpoint =
        cbk_yaml_need_text(map, "endpoint", "A regression", r->problems);
    if (endpoint != NULL) {
        (void)cbk_protocol_need_endpoint(r, endpoint,
                                         cbk_protocol_place(map, "endpoint"));
    }
    cbk_protocol_read_regression(r, map, "A regression", &table->regression);
    table->regression.endpoint = endpoint;
}

/* A kind of table: its keys, and who reads what only it has. */
typedef struct table_kind {
    const char *says;
    const char *keys[12]; /* ends with NULL */
    void (*read)(reader *r, const cbk_yaml *map, const cbk_form *form,
                 cbk_table_spec *table);
} table_kind;

#define OF_EVERY_TABLE "id", "title", "kind", "among", "notes", "abbreviations"

static const char *const kind_names[] = {"listing", "summary", "regression"};
static const table_kind kinds[] = {
    [CBK_TABLE_LISTING] = {"A listing",
                           {OF_EVERY_TABLE, "from", "columns"},
                           read_listing},
    [CBK_TABLE_SUMMARY] = {"A summary",
                           {OF_EVERY_TABLE, "from", "rows", "by", "test", "interval"},
                           read_summary},
    [CBK_TABLE_REGRESSION] = {
        "A regression",
        {OF_EVERY_TABLE, "endpoint", "on", "univariable", "reference", "firth"},
        read_regression}};

static void read_table(reader *r, const cbk_yaml *map, cbk_table_spec *table)
{
    static const char *const keys[] = {
        "id",       "title", "kind",        "columns",   "rows",  "by",
        "from",     "among", "test",        "interval",  "notes", "abbreviations",
        "endpoint", "on",    "univariable", "reference", "firth"};
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
                                        kind_names, N(kind_names), r->problems);
    if (kind == SIZE_MAX) {
        return;
    }
    table->kind = (cbk_table_kind)kind;
    cbk_protocol_refuse_others(r, map, kinds[kind].says, keys, N(keys), kinds[kind].keys);
    kinds[kind].read(r, map, form, table);
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
