/* protocol_figures.c - the figures of protocol.yaml.
 * Contract: protocol_reader.h; the format: docs/formats/protocol.md.
 */
#include "study/protocol/protocol_reader.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

typedef cbk_protocol_reader reader;

#define N(array) (sizeof(array) / sizeof((array)[0]))

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
    figure->by = cbk_protocol_column_name(
        r, map, "by", cbk_protocol_need_form(r, NULL, false, map->place),
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

/* ---- figures by their kind ----------------------------------------------------- */

static void read_km(reader *r, const cbk_yaml *map, const cbk_endpoint *endpoint,
                    cbk_figure_spec *figure)
{
    (void)endpoint; /* NULL is a problem already */
    read_curves(r, map, figure);
}

static void read_cuminc(reader *r, const cbk_yaml *map, const cbk_endpoint *endpoint,
                        cbk_figure_spec *figure)
{
    read_curves(r, map, figure);
    read_causes(r, map, endpoint, figure);
}

/* The events that are counted; without a title their form's label is the figure's. */
static void read_mcf(reader *r, const cbk_yaml *map, const cbk_endpoint *endpoint,
                     cbk_figure_spec *figure)
{
    read_curves(r, map, figure);
    read_lanes(r, map, endpoint, false, figure);
    if (figure->n_lanes == 0) {
        cbk_problems_add(r->problems, map->place,
                         "A figure of kind mcf needs `events`, the repeating forms whose "
                         "rows it counts, as in [recurrence].");
        return;
    }
    const cbk_form *form = cbk_protocol_form(r->protocol, figure->lanes[0].form);
    if (cbk_protocol_text(r, map, "title") == NULL && form != NULL) {
        figure->title = form->label;
    }
}

static void read_swimmer(reader *r, const cbk_yaml *map, const cbk_endpoint *endpoint,
                         cbk_figure_spec *figure)
{
    figure->among = cbk_protocol_text(r, map, "among");
    cbk_protocol_read_size(r, map, &figure->look);
    read_lanes(r, map, endpoint, true, figure);
}

static void read_forest(reader *r, const cbk_yaml *map, const cbk_endpoint *endpoint,
                        cbk_figure_spec *figure)
{
    (void)endpoint;
    figure->among = cbk_protocol_text(r, map, "among");
    cbk_protocol_read_regression(r, map, "A forest plot", &figure->regression);
    figure->regression.endpoint = figure->endpoint;
}

/* A kind of figure: its keys, and who reads what only it has. */
typedef struct figure_kind {
    const char *says;
    const char *keys[20]; /* ends with NULL */
    void (*read)(reader *r, const cbk_yaml *map, const cbk_endpoint *endpoint,
                 cbk_figure_spec *figure);
} figure_kind;

#define OF_EVERY_FIGURE "id", "title", "kind", "endpoint", "notes"
#define OF_CURVES                                                                        \
    OF_EVERY_FIGURE, "by", "among", "marks", "size", "width_mm", "height_mm", "layout",  \
        "risk_table", "min_at_risk", "band", "p_value"

static const char *const kind_names[] = {"km", "swimmer", "forest", "cuminc", "mcf"};
static const figure_kind kinds[] = {
    [CBK_FIGURE_KM] = {"A figure of kind km", {OF_CURVES, "median"}, read_km},
    [CBK_FIGURE_SWIMMER] = {"A figure of kind swimmer",
                            {OF_EVERY_FIGURE, "among", "events", "size", "width_mm"},
                            read_swimmer},
    [CBK_FIGURE_FOREST] = {"A figure of kind forest",
                           {OF_EVERY_FIGURE, "among", "on", "univariable", "reference",
                            "firth"},
                           read_forest},
    [CBK_FIGURE_CUMINC] = {"A figure of kind cuminc", {OF_CURVES, "causes"}, read_cuminc},
    [CBK_FIGURE_MCF] = {"A figure of kind mcf", {OF_CURVES, "events"}, read_mcf}};

static void read_figure(reader *r, const cbk_yaml *map, cbk_figure_spec *figure)
{
    static const char *const keys[] = {
        "id",         "title",       "kind",  "endpoint", "by",          "among",
        "marks",      "events",      "notes", "on",       "univariable", "reference",
        "firth",      "causes",      "size",  "width_mm", "height_mm",   "layout",
        "risk_table", "min_at_risk", "band",  "median",   "p_value"};
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
                                        kind_names, N(kind_names), r->problems);
    if (kind == SIZE_MAX) {
        return;
    }
    figure->kind = (cbk_figure_kind)kind;
    cbk_protocol_refuse_others(r, map, kinds[kind].says, keys, N(keys), kinds[kind].keys);
    kinds[kind].read(r, map, endpoint, figure);
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
