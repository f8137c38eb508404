/* protocol.c - protocol.yaml from bytes to structs: the file as a whole and the study's
 * own part.  Contract: protocol.h; the other parts: protocol_reader.h.
 */
#include "study/protocol/protocol.h"

#include "base/date.h"
#include "base/text.h"
#include "study/protocol/protocol_reader.h"

#include <assert.h>
#include <string.h>

typedef cbk_protocol_reader reader;

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* ---- the part `study` ---------------------------------------------------------- */

static void read_design(reader *r, const cbk_yaml *study)
{
    static const char *const keys[] = {"kind", "direction", "centres", "consecutive"};
    const cbk_yaml *map = cbk_yaml_get(study, "design");
    if (map == NULL ||
        !cbk_yaml_check_keys(map, "the design", keys, N(keys), r->problems)) {
        return;
    }
    r->protocol->design_kind = cbk_protocol_text(r, map, "kind");
    r->protocol->design_direction = cbk_protocol_text(r, map, "direction");
    r->protocol->design_centres = cbk_protocol_text(r, map, "centres");
    r->protocol->is_consecutive =
        cbk_yaml_get_boolean(map, "consecutive", false, r->problems);
}

/* A year, a month or a day under a key; false where absent or wrong. */
static bool read_days(reader *r, const cbk_yaml *map, const char *key, int32_t *first,
                      int32_t *last)
{
    const char *text = cbk_protocol_text(r, map, key);
    if (text == NULL) {
        return false;
    }
    if (!cbk_period_parse(text, first, last)) {
        cbk_problems_add(r->problems, cbk_protocol_place(map, key),
                         "`%s` is a year, a month or a day (1999, 1999-08, 1999-08-31), "
                         "not `%s`.",
                         key, cbk_yaml_shown(r->problems, text));
        return false;
    }
    return true;
}

static void read_period(reader *r, const cbk_yaml *study)
{
    static const char *const keys[] = {"from", "to"};
    const cbk_yaml *map = cbk_yaml_get(study, "period");
    if (map == NULL ||
        !cbk_yaml_check_keys(map, "the period", keys, N(keys), r->problems)) {
        return;
    }
    cbk_protocol *protocol = r->protocol;
    int32_t ignored = 0;
    (void)cbk_yaml_need_text(map, "from", "The period", r->problems);
    (void)cbk_yaml_need_text(map, "to", "The period", r->problems);
    const bool has_from =
        read_days(r, map, "from", &protocol->period_first_day, &ignored);
    const bool has_to = read_days(r, map, "to", &ignored, &protocol->period_last_day);
    protocol->has_period = has_from && has_to;
    protocol->follow_up_last_day = protocol->period_last_day;
    if (protocol->has_period && protocol->period_first_day > protocol->period_last_day) {
        cbk_problems_add(r->problems, cbk_protocol_place(map, "to"),
                         "The period ends before it starts.");
    }
}

static void read_follow_up(reader *r, const cbk_yaml *study)
{
    cbk_protocol *protocol = r->protocol;
    int32_t first = 0;
    int32_t last = 0;
    if (!read_days(r, study, "follow_up_until", &first, &last)) {
        return;
    }
    if (cbk_yaml_get(study, "period") == NULL) {
        cbk_problems_add(r->problems, cbk_protocol_place(study, "follow_up_until"),
                         "`follow_up_until` needs `period`, which it extends.");
    } else if (protocol->has_period && last < protocol->period_last_day) {
        cbk_problems_add(r->problems, cbk_protocol_place(study, "follow_up_until"),
                         "Follow-up ends before the period does.");
    }
    protocol->follow_up_last_day = last;
}

static void read_study(reader *r, const cbk_yaml *study)
{
    static const char *const keys[] = {"id",     "title",           "design",
                                       "period", "follow_up_until", "citation"};
    if (study == NULL ||
        !cbk_yaml_check_keys(study, "the study", keys, N(keys), r->problems)) {
        return;
    }
    const char *id = cbk_yaml_need_text(study, "id", "The study", r->problems);
    (void)cbk_protocol_is_id(r, study, id, "The study");
    r->protocol->id = id;
    r->protocol->title = cbk_yaml_need_text(study, "title", "The study", r->problems);
    r->protocol->citation = cbk_protocol_text(r, study, "citation");
    read_design(r, study);
    read_period(r, study);
    read_follow_up(r, study);
}

/* ---- the whole ----------------------------------------------------------------- */

/* False: the file is of a version that is not read here, so nothing else is said of it.
 */
static bool check_version(reader *r, const cbk_yaml *root)
{
    const cbk_yaml *version = cbk_yaml_get(root, "casebook");
    if (version == NULL) {
        cbk_problems_add(r->problems, root->place,
                         "The protocol needs `casebook: 1`, the version of its format.");
        return true;
    }
    if (version->kind == CBK_YAML_SCALAR && strcmp(version->scalar, "1") == 0) {
        return true;
    }
    cbk_problems_add(r->problems, version->place,
                     "The format has version `%s`; this program reads version 1.",
                     version->kind == CBK_YAML_SCALAR
                         ? cbk_yaml_shown(r->problems, version->scalar)
                         : cbk_yaml_kind_name(version->kind));
    return false;
}

/* Key, fields, derived variables and endpoints are columns of one view. */
static void check_patient_names(reader *r)
{
    const cbk_protocol *p = r->protocol;
    if (p->n_forms == 0) {
        return;
    }
    const cbk_form *form = &p->forms[0];
    const size_t n_all = 1 + form->n_fields + p->n_derived + p->n_endpoints;
    if (n_all > CBK_PROTOCOL_COLUMNS_MAX) {
        cbk_problems_add(
            r->problems, form->place,
            "Fields, derived variables and endpoints are %zu together; at most "
            "%d are possible.",
            n_all, CBK_PROTOCOL_COLUMNS_MAX);
    }
    cbk_protocol_name *names = CBK_NEW(r->arena, cbk_protocol_name, n_all);
    if (names == NULL) {
        return;
    }
    size_t n = 0;
    if (form->key != NULL) {
        names[n++] = (cbk_protocol_name){form->key, form->place, "the key column"};
    }
    for (size_t i = 0; i < form->n_fields; i++) {
        names[n++] =
            (cbk_protocol_name){form->fields[i].name, form->fields[i].place, "a field"};
    }
    for (size_t i = 0; i < p->n_derived; i++) {
        names[n++] = (cbk_protocol_name){p->derived[i].name, p->derived[i].place,
                                         "a derived variable"};
    }
    for (size_t i = 0; i < p->n_endpoints; i++) {
        names[n++] = (cbk_protocol_name){p->endpoints[i].name, p->endpoints[i].place,
                                         "an endpoint"};
    }
    cbk_protocol_check_distinct(r, names, n);
}

static void read_protocol(reader *r, const cbk_yaml *root)
{
    static const char *const keys[] = {"casebook", "study",     "missing", "forms",
                                       "derive",   "endpoints", "checks",  "tables",
                                       "figures",  "cases",     "report"};
    if (!check_version(r, root)) {
        return;
    }
    (void)cbk_yaml_check_keys(root, "the protocol", keys, N(keys), r->problems);
    static const char *const needed[] = {"study", "forms"};
    for (size_t i = 0; i < N(needed); i++) {
        if (cbk_yaml_get(root, needed[i]) == NULL) {
            cbk_problems_add(r->problems, root->place, "The protocol needs `%s`.",
                             needed[i]);
        }
    }
    read_study(r, cbk_yaml_get(root, "study"));
    cbk_protocol_read_missing(r, cbk_yaml_get(root, "missing"));
    cbk_protocol_read_forms(r, cbk_yaml_get(root, "forms"));
    cbk_protocol_read_derived(r, cbk_yaml_get(root, "derive"));
    cbk_protocol_read_endpoints(r, cbk_yaml_get(root, "endpoints"));
    check_patient_names(r);
    cbk_protocol_read_checks(r, cbk_yaml_get(root, "checks"));
    cbk_protocol_read_tables(r, cbk_yaml_get(root, "tables"));
    cbk_protocol_read_figures(r, cbk_yaml_get(root, "figures"));
    cbk_protocol_read_cases(r, cbk_yaml_get(root, "cases"));
    cbk_protocol_read_report(r, cbk_yaml_get(root, "report"));
}

cbk_status cbk_protocol_parse(const char *file, const char *bytes, size_t size,
                              cbk_arena *arena, cbk_problems *problems,
                              const cbk_protocol **out, cbk_error *err)
{
    assert(arena != NULL && problems != NULL && out != NULL);
    *out = NULL;
    const size_t n_before = problems->n_found;
    cbk_yaml *root = NULL;
    CBK_TRY(cbk_yaml_parse(file, bytes, size, arena, problems, &root, err));
    cbk_protocol *protocol = CBK_NEW(arena, cbk_protocol, 1);
    if (protocol != NULL) {
        protocol->file = cbk_text_copy(arena, file);
        reader r = {.arena = arena, .problems = problems, .protocol = protocol};
        read_protocol(&r, root);
    }
    if (cbk_arena_has_failed(arena)) {
        return cbk_fail(err, CBK_ENOMEM, CBK_ROW_NONE, "Out of memory reading %s.", file);
    }
    const size_t n_found = problems->n_found - n_before;
    if (n_found > 0) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s has %zu mistake%s.", file,
                        n_found, n_found == 1 ? "" : "s");
    }
    *out = protocol;
    return CBK_OK;
}
