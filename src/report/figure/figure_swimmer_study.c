/* figure_swimmer_study.c - the patients and events of a study as a swimmer plot, and the
 * notes under it.  Contract: report/figure/figure_block.h.
 */
#include "report/figure/figure_block.h"

#include "study/sql/sql_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SWIMMERS_MAX = 60 }; /* lines that a page holds and an eye tells apart */

typedef struct swimming {
    cbk_report *report;
    const cbk_figure_spec *spec;
    const cbk_endpoint *endpoint;
    size_t n;
    cbk_swimmer *swimmers;
    const char **keys; /* [n] */
    size_t n_unknown;  /* patients without the endpoint */
    size_t n_shorter;  /* patients left out because there are too many */
    size_t *n_undrawn; /* [n_lanes] events without a time */
} swimming;

/* What the event is called: the choice or field that the endpoint asks for. */
static const char *end_label(cbk_report *report, const cbk_endpoint *endpoint)
{
    cbk_arena *arena = report->arena;
    if (endpoint->event_label != NULL) {
        return endpoint->event_label;
    }
    const cbk_form *form = &report->protocol->forms[0];
    for (size_t i = 0; i < form->n_fields; i++) {
        const cbk_field *field = &form->fields[i];
        for (size_t k = 0; endpoint->event != NULL && k < field->n_choices; k++) {
            const char *sql =
                cbk_sql_equals(arena, field->name, field->choices[k].code, false);
            if (cbk_text_is_equal(sql, endpoint->event)) {
                return field->choices[k].label;
            }
        }
        const bool is_asked =
            (endpoint->event != NULL && field->type == CBK_FIELD_BOOLEAN &&
             cbk_text_is_equal(cbk_sql_equals(arena, field->name, "1", true),
                               endpoint->event)) ||
            (endpoint->n_event_on == 1 &&
             cbk_text_is_equal(field->name, endpoint->event_on[0]));
        if (is_asked) {
            return field->label;
        }
    }
    return cbk_text_format(arena, "Event (%s)",
                           cbk_words_lower_first(arena, endpoint->label));
}

static int longest_first(const void *lhs, const void *rhs)
{
    const double a = ((const cbk_swimmer *)lhs)->time;
    const double b = ((const cbk_swimmer *)rhs)->time;
    return (a < b) - (a > b);
}

/* Of more patients than make a picture the longest lines are kept, in the order of the
 * file. */
static cbk_status keep_longest(swimming *figure, cbk_error *err)
{
    if (figure->n <= SWIMMERS_MAX) {
        return CBK_OK;
    }
    cbk_swimmer *sorted = CBK_NEW(figure->report->arena, cbk_swimmer, figure->n);
    CBK_TRY(cbk_report_done(figure->report, err));
    memcpy(sorted, figure->swimmers, figure->n * sizeof *sorted);
    qsort(sorted, figure->n, sizeof *sorted, longest_first);
    const double cut = sorted[SWIMMERS_MAX - 1].time;
    size_t n_at_cut = 0; /* how many of exactly that length there is room for */
    for (size_t i = 0; i < SWIMMERS_MAX; i++) {
        n_at_cut += sorted[i].time == cut ? 1 : 0;
    }
    size_t n = 0;
    for (size_t i = 0; i < figure->n; i++) {
        const double time = figure->swimmers[i].time;
        if (time < cut || (time == cut && n_at_cut == 0)) {
            continue;
        }
        n_at_cut -= time == cut ? 1 : 0;
        figure->keys[n] = figure->keys[i];
        figure->swimmers[n++] = figure->swimmers[i];
    }
    figure->n_shorter = figure->n - n;
    figure->n = n;
    return CBK_OK;
}

/* The label of the competing event that ended a follow-up; NULL: none did. */
static const char *competing_of(const cbk_endpoint *endpoint,
                                const cbk_survival_time *time)
{
    for (size_t i = 0; i < endpoint->n_competing; i++) {
        const char *code = endpoint->competing[i].code;
        if (strlen(code) == time->n_competing &&
            memcmp(code, time->competing, time->n_competing) == 0) {
            return endpoint->competing_label[i];
        }
    }
    return NULL;
}

static cbk_status read_patients(swimming *figure, cbk_error *err)
{
    cbk_report *report = figure->report;
    cbk_arena *arena = report->arena;
    const char *const expressions[] = {
        cbk_sql_name(arena, report->protocol->forms[0].key),
        cbk_sql_name(arena, figure->endpoint->name)};
    const cbk_table *table = NULL;
    CBK_TRY(cbk_report_done(report, err));
    CBK_TRY(cbk_study_select(report->study, expressions, 2, NULL, figure->spec->among,
                             arena, &table, err));
    figure->swimmers = CBK_NEW(arena, cbk_swimmer, table->n_rows);
    figure->keys = CBK_NEW(arena, const char *, table->n_rows);
    CBK_TRY(cbk_report_done(report, err));
    for (size_t row = 0; row < table->n_rows; row++) {
        const char *key = cbk_print_cell(arena, &table->columns[0], row);
        const char *value = cbk_print_cell(arena, &table->columns[1], row);
        cbk_survival_time time;
        if (key == NULL || value == NULL || !cbk_survival_parse(value, &time)) {
            figure->n_unknown++;
            continue;
        }
        figure->keys[figure->n] = key;
        const char *competing = competing_of(figure->endpoint, &time);
        figure->swimmers[figure->n++] =
            (cbk_swimmer){.patient = cbk_text_format(arena, "Patient %s", key),
                          .time = time.time,
                          .competing = competing,
                          .end = time.is_event       ? CBK_SWIM_EVENT
                                 : competing != NULL ? CBK_SWIM_COMPETING
                                                     : CBK_SWIM_CENSORED};
    }
    CBK_TRY(cbk_report_done(report, err));
    return keep_longest(figure, err);
}

/* The swimmer of that key, looked for from the last one found: files are in order. */
static size_t swimmer_of(const swimming *figure, const char *key, size_t last)
{
    for (size_t i = 0; i < figure->n; i++) {
        const size_t at = (last + i) % figure->n;
        if (strcmp(figure->keys[at], key) == 0) {
            return at;
        }
    }
    return SIZE_MAX;
}

static const cbk_recorded *cell_of(const cbk_records *records, size_t row,
                                   const cbk_field *field)
{
    const size_t at = (size_t)(field - records->form->fields);
    return &records->values[row * records->form->n_fields + at];
}

/* In the endpoint's unit from its start; NaN: not known. */
static double event_time(const swimming *figure, const cbk_records *records, size_t row,
                         const cbk_field *at)
{
    const cbk_records *patients =
        cbk_study_records(figure->report->study, figure->report->protocol->forms[0].name);
    const size_t patient =
        at->type == CBK_FIELD_DATE ? cbk_records_find(patients, records->key[row]) : 0;
    return patient == SIZE_MAX ? (double)NAN
                               : cbk_lane_time(figure->report->study, figure->endpoint,
                                               records, row, at, patient);
}

/* Walks the events of one lane: counts them per swimmer where events is NULL, else fills
 * events[s] from n_filled[s] on. */
static void walk_lane(swimming *figure, size_t lane, cbk_swim_event *const *events,
                      size_t *n_filled)
{
    const cbk_lane_spec *spec = &figure->spec->lanes[lane];
    const cbk_records *records = cbk_study_records(figure->report->study, spec->form);
    const cbk_field *at = cbk_form_field(records->form, spec->at);
    const cbk_field *label =
        spec->label != NULL ? cbk_form_field(records->form, spec->label) : NULL;
    size_t swimmer = 0;
    for (size_t row = 0; at != NULL && row < records->n_rows; row++) {
        const size_t found = swimmer_of(figure, records->key[row], swimmer);
        if (found == SIZE_MAX) {
            continue;
        }
        swimmer = found;
        const double time = event_time(figure, records, row, at);
        if (!isfinite(time)) {
            figure->n_undrawn[lane] += events == NULL ? 1 : 0;
            continue;
        }
        if (events != NULL) {
            const char *printed =
                label != NULL
                    ? cbk_recorded_print(label, &cell_of(records, row, label)->value,
                                         false, -1, figure->report->arena)
                    : NULL;
            events[swimmer][n_filled[swimmer]] =
                (cbk_swim_event){.time = time, .lane = lane, .label = printed};
        }
        n_filled[swimmer]++;
    }
}

static cbk_status read_events(swimming *figure, cbk_error *err)
{
    cbk_arena *arena = figure->report->arena;
    const size_t n_lanes = figure->spec->n_lanes;
    size_t *n_events = CBK_NEW(arena, size_t, figure->n);
    size_t *n_filled = CBK_NEW(arena, size_t, figure->n);
    cbk_swim_event **events = CBK_NEW(arena, cbk_swim_event *, figure->n);
    figure->n_undrawn = CBK_NEW(arena, size_t, n_lanes);
    CBK_TRY(cbk_report_done(figure->report, err));
    for (size_t lane = 0; lane < n_lanes; lane++) {
        walk_lane(figure, lane, NULL, n_events);
    }
    for (size_t i = 0; i < figure->n; i++) {
        events[i] = CBK_NEW(arena, cbk_swim_event, n_events[i]);
        figure->swimmers[i].n_events = n_events[i];
        figure->swimmers[i].events = events[i];
    }
    CBK_TRY(cbk_report_done(figure->report, err));
    for (size_t lane = 0; lane < n_lanes; lane++) {
        walk_lane(figure, lane, events, n_filled);
    }
    return cbk_report_done(figure->report, err);
}

static const char *lane_label(const swimming *figure, size_t lane)
{
    return cbk_protocol_form(figure->report->protocol, figure->spec->lanes[lane].form)
        ->label;
}

/* The number with its provenance, where one question gives the same. */
static cbk_status undrawn_number(const swimming *figure, size_t lane, cbk_text_run *run,
                                 cbk_error *err)
{
    const cbk_lane_spec *spec = &figure->spec->lanes[lane];
    const cbk_records *records = cbk_study_records(figure->report->study, spec->form);
    const cbk_field *at = cbk_form_field(records->form, spec->at);
    if (figure->spec->among != NULL || figure->n_unknown > 0 || at == NULL ||
        at->type == CBK_FIELD_DATE) {
        cbk_run_textf(run, figure->report->arena, "%zu", figure->n_undrawn[lane]);
        return CBK_OK;
    }
    const char *among = cbk_text_format(figure->report->arena, "%s IS NULL",
                                        cbk_sql_name(figure->report->arena, at->name));
    return cbk_report_number(figure->report, run, "count(*)", spec->form, among, 0, NULL,
                             err);
}

/* "Without a time, and so not drawn: Recurrence (1), Treatment (22)." */
static cbk_status undrawn_note(const swimming *figure, cbk_text_run *run, cbk_error *err)
{
    cbk_arena *arena = figure->report->arena;
    for (size_t lane = 0; lane < figure->spec->n_lanes; lane++) {
        if (figure->n_undrawn[lane] > 0) {
            cbk_run_textf(run, arena, "%s%s (",
                          run->first == NULL ? "Without a time, and so not drawn: "
                                             : ", ",
                          lane_label(figure, lane));
            CBK_TRY(undrawn_number(figure, lane, run, err));
            cbk_run_text(run, arena, ")");
        }
    }
    if (run->first != NULL) {
        cbk_run_text(run, arena, ".");
    }
    return CBK_OK;
}

static cbk_text_run unknown_note(const swimming *figure)
{
    cbk_text_run run = {0};
    if (figure->n_unknown > 0) {
        cbk_run_textf(
            &run, figure->report->arena, "%zu %s without %s: not drawn.",
            figure->n_unknown, figure->n_unknown == 1 ? "patient" : "patients",
            cbk_words_lower_first(figure->report->arena, figure->endpoint->label));
    }
    return run;
}

static cbk_text_run shorter_note(const swimming *figure)
{
    cbk_text_run run = {0};
    if (figure->n_shorter > 0) {
        cbk_run_textf(&run, figure->report->arena, "The %zu longest of %zu patients.",
                      figure->n, figure->n + figure->n_shorter);
    }
    return run;
}

cbk_status cbk_figure_swimmer(cbk_report *report, const cbk_figure_spec *spec,
                              cbk_error *err)
{
    swimming figure = {.report = report, .spec = spec};
    CBK_TRY(cbk_figure_endpoint(report, spec, &figure.endpoint, err));
    CBK_TRY(read_patients(&figure, err));
    CBK_TRY(read_events(&figure, err));
    const char **labels = CBK_NEW(report->arena, const char *, spec->n_lanes);
    CBK_TRY(cbk_report_done(report, err));
    for (size_t lane = 0; lane < spec->n_lanes; lane++) {
        labels[lane] = lane_label(&figure, lane);
    }
    const cbk_drawing *drawing = cbk_figure_swimmer_draw(
        figure.swimmers, figure.n, labels, spec->n_lanes,
        end_label(report, figure.endpoint), cbk_figure_axis_unit(report, figure.endpoint),
        spec->title, &spec->look, report->arena);
    cbk_figure_notes notes = cbk_figure_notes_of(report, spec, 3);
    cbk_text_run undrawn = {0};
    CBK_TRY(undrawn_note(&figure, &undrawn, err));
    cbk_figure_add_note(&notes, undrawn);
    cbk_figure_add_note(&notes, unknown_note(&figure));
    cbk_figure_add_note(&notes, shorter_note(&figure));
    return cbk_figure_add(report, spec, drawing, &notes, err);
}
