/* protocol_endpoints.c - endpoints and checks of protocol.yaml.  Contract:
 * protocol_reader.h; the format: docs/formats/protocol.md.
 */
#include "study/protocol/protocol_reader.h"

#include "base/text.h"

#include <string.h>

typedef cbk_protocol_reader reader;

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const char *const units[] = {"days", "weeks", "months", "years"};

/* ---- from durations ------------------------------------------------------------ */

/* Where the time is a field whose unit is a time's, it must be the endpoint's. */
static void check_unit(reader *r, const cbk_yaml *map, const cbk_endpoint *endpoint)
{
    const cbk_field *field = cbk_protocol_variable(r->protocol, endpoint->time);
    if (field == NULL || field->unit == NULL ||
        strcmp(field->unit, endpoint->unit) == 0) {
        return;
    }
    for (size_t i = 0; i < N(units); i++) {
        if (strcmp(field->unit, units[i]) == 0) {
            cbk_problems_add(r->problems, cbk_protocol_place(map, "unit"),
                             "The endpoint `%s` is in %s, but its time `%s` is in %s.",
                             cbk_yaml_shown(r->problems, endpoint->name), endpoint->unit,
                             field->name, field->unit);
        }
    }
}

static void read_durations(reader *r, const cbk_yaml *map, cbk_endpoint *endpoint)
{
    endpoint->time =
        cbk_yaml_need_text(map, "time", "An endpoint from durations", r->problems);
    endpoint->event =
        cbk_yaml_need_text(map, "event", "An endpoint from durations", r->problems);
    endpoint->entry = cbk_protocol_text(r, map, "entry");
    if (endpoint->time != NULL && endpoint->unit != NULL) {
        check_unit(r, map, endpoint);
    }
}

/* ---- from dates ---------------------------------------------------------------- */

/* name must be a date of the patients. */
static void need_date(reader *r, const char *name, cbk_place place)
{
    const cbk_form *patients = cbk_protocol_need_form(r, NULL, false, place);
    if (patients == NULL ||
        !cbk_protocol_need_column(r, patients, name, CBK_COLUMNS_FIELDS, place)) {
        return;
    }
    const cbk_field *field = cbk_protocol_variable(r->protocol, name);
    if (field->type != CBK_FIELD_DATE) {
        cbk_problems_add(
            r->problems, place, "`%s` has the type %s; a date is needed here.",
            cbk_yaml_shown(r->problems, name), cbk_field_type_name(field->type));
    }
}

static const char *read_date(reader *r, const cbk_yaml *map, const char *key)
{
    const char *name =
        cbk_yaml_need_text(map, key, "An endpoint from dates", r->problems);
    if (name != NULL) {
        need_date(r, name, cbk_protocol_place(map, key));
    }
    return name;
}

static void read_dates(reader *r, const cbk_yaml *map, cbk_endpoint *endpoint)
{
    endpoint->from = read_date(r, map, "from");
    endpoint->censor_on = read_date(r, map, "censor_on");
    endpoint->event_on =
        cbk_protocol_texts(r, map, "event_on", true, &endpoint->n_event_on);
    const cbk_yaml *node = cbk_yaml_get(map, "event_on");
    if (endpoint->n_event_on == 0) {
        cbk_problems_add(
            r->problems, node == NULL ? map->place : node->place,
            "An endpoint from dates needs `event_on`, the date or the list of "
            "dates of the event.");
    }
    for (size_t i = 0; i < endpoint->n_event_on; i++) {
        const bool is_whole_list =
            node->kind == CBK_YAML_LIST && node->n == endpoint->n_event_on;
        need_date(r, endpoint->event_on[i],
                  is_whole_list ? node->item[i]->place : node->place);
    }
}

/* ---- endpoints ----------------------------------------------------------------- */

static void read_competing(reader *r, const cbk_yaml *map, cbk_endpoint *endpoint)
{
    const cbk_yaml *node = cbk_yaml_get_map(map, "competing", r->problems);
    const size_t n = node == NULL ? 0 : node->n;
    cbk_code *events = CBK_NEW(r->arena, cbk_code, n);
    const char **labels = CBK_NEW(r->arena, const char *, n);
    for (size_t i = 0; labels != NULL && i < n; i++) {
        (void)cbk_protocol_is_word(r, node->key[i], node->key_place[i],
                                   "A competing event");
        if (strcmp(node->key[i], endpoint->name) == 0) {
            cbk_problems_add(r->problems, node->key_place[i],
                             "The competing event `%s` has the name of its endpoint; "
                             "the two must be told apart.",
                             cbk_yaml_shown(r->problems, node->key[i]));
        }
        labels[i] = cbk_protocol_readable(r, node->key[i]);
        const char *sql =
            cbk_yaml_need_text(node, node->key[i], "A competing event", r->problems);
        events[i] = (cbk_code){.code = node->key[i], .label = sql == NULL ? "" : sql};
    }
    endpoint->competing = events;
    endpoint->competing_label = labels;
    endpoint->n_competing = labels == NULL ? 0 : n;
}

static bool has_any(const cbk_yaml *map, const char *const *keys, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (cbk_yaml_get(map, keys[i]) != NULL) {
            return true;
        }
    }
    return false;
}

/* The unit that is written; else that of the field that is the time; else, from dates,
 * days. */
static const char *read_unit(reader *r, const cbk_yaml *map)
{
    const char *time =
        cbk_yaml_get(map, "time") != NULL ? cbk_protocol_text(r, map, "time") : NULL;
    const cbk_field *field =
        time != NULL ? cbk_protocol_variable(r->protocol, time) : NULL;
    if (cbk_yaml_get(map, "unit") == NULL && cbk_yaml_get(map, "from") != NULL) {
        return "days";
    }
    for (size_t i = 0; i < N(units) && cbk_yaml_get(map, "unit") == NULL; i++) {
        if (field != NULL && field->unit != NULL && strcmp(field->unit, units[i]) == 0) {
            return units[i];
        }
    }
    if (time != NULL && field == NULL && cbk_yaml_get(map, "unit") == NULL) {
        cbk_problems_add(
            r->problems, cbk_protocol_place(map, "time"),
            "An endpoint needs `unit`, unless its `time` is a field that has "
            "one; `%s` is no field.",
            cbk_yaml_shown(r->problems, time));
        return NULL;
    }
    if (cbk_yaml_need_text(map, "unit", "An endpoint", r->problems) == NULL) {
        return NULL;
    }
    const size_t unit = cbk_yaml_choose(cbk_yaml_get(map, "unit"), "a unit of time",
                                        units, N(units), r->problems);
    return unit == SIZE_MAX ? NULL : units[unit];
}

static cbk_endpoint read_endpoint(reader *r, const char *name, cbk_place place,
                                  const cbk_yaml *map)
{
    static const char *const keys[] = {"label",     "unit",       "time",     "event",
                                       "entry",     "from",       "event_on", "censor_on",
                                       "competing", "event_label"};
    static const char *const duration_keys[] = {"time", "event", "entry"};
    static const char *const date_keys[] = {"from", "event_on", "censor_on"};
    cbk_endpoint endpoint = {.name = name, .place = place, .label = ""};
    (void)cbk_protocol_is_word(r, name, place, "An endpoint");
    if (!cbk_yaml_check_keys(map, "an endpoint", keys, N(keys), r->problems)) {
        return endpoint;
    }
    endpoint.label = cbk_protocol_label(r, map, name);
    endpoint.event_label = cbk_protocol_text(r, map, "event_label");
    endpoint.unit = read_unit(r, map);
    const bool is_durations = has_any(map, duration_keys, N(duration_keys));
    const bool is_dates = has_any(map, date_keys, N(date_keys));
    if (is_durations == is_dates) {
        cbk_problems_add(r->problems, place,
                         "The endpoint `%s` needs either `time` and `event`, or `from`, "
                         "`event_on` and `censor_on`%s.",
                         cbk_yaml_shown(r->problems, name), is_dates ? ", not both" : "");
    } else if (is_durations) {
        read_durations(r, map, &endpoint);
    } else {
        read_dates(r, map, &endpoint);
    }
    read_competing(r, map, &endpoint);
    return endpoint;
}

void cbk_protocol_read_endpoints(reader *r, const cbk_yaml *node)
{
    if (node == NULL) {
        return;
    }
    if (node->kind != CBK_YAML_MAP) {
        cbk_problems_add(r->problems, node->place,
                         "`endpoints` is a map {NAME: {label: …, unit: …}}, not %s.",
                         cbk_yaml_kind_name(node->kind));
        return;
    }
    cbk_endpoint *endpoints = CBK_NEW(r->arena, cbk_endpoint, node->n);
    for (size_t i = 0; endpoints != NULL && i < node->n; i++) {
        endpoints[i] = read_endpoint(r, node->key[i], node->key_place[i], node->item[i]);
    }
    r->protocol->endpoints = endpoints;
    r->protocol->n_endpoints = endpoints == NULL ? 0 : node->n;
}

/* ---- checks -------------------------------------------------------------------- */

void cbk_protocol_read_checks(reader *r, const cbk_yaml *node)
{
    static const char *const keys[] = {"id", "rule", "says", "from"};
    const size_t n = cbk_protocol_list(r, node, "checks");
    cbk_check *checks = CBK_NEW(r->arena, cbk_check, n);
    cbk_protocol_name *ids = CBK_NEW(r->arena, cbk_protocol_name, n);
    if (ids == NULL) {
        return;
    }
    size_t n_ids = 0;
    for (size_t i = 0; i < n; i++) {
        const cbk_yaml *map = node->item[i];
        checks[i] = (cbk_check){.place = map->place};
        if (!cbk_yaml_check_keys(map, "a check", keys, N(keys), r->problems)) {
            continue;
        }
        checks[i].id = cbk_yaml_need_text(map, "id", "A check", r->problems);
        checks[i].rule = cbk_yaml_need_text(map, "rule", "A check", r->problems);
        checks[i].says = cbk_yaml_need_text(map, "says", "A check", r->problems);
        checks[i].from = cbk_protocol_text(r, map, "from");
        if (cbk_protocol_is_id(r, map, checks[i].id, "A check")) {
            ids[n_ids++] = (cbk_protocol_name){checks[i].id,
                                               cbk_protocol_place(map, "id"), "a check"};
        }
        if (checks[i].from != NULL) {
            (void)cbk_protocol_need_form(r, checks[i].from, false,
                                         cbk_protocol_place(map, "from"));
        }
    }
    cbk_protocol_check_distinct(r, ids, n_ids);
    r->protocol->checks = checks;
    r->protocol->n_checks = n;
}
