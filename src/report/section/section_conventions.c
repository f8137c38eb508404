/* section_conventions.c - the convention panel: every headline number that another
 * accepted convention would print differently, with both. */
#include "report/builder.h"

#include "study/sql/sql_text.h"

#include <string.h>

enum {
    CHOICES_MAX = 16, /* conventions a number is tried under */
    PARTS_MAX = 2     /* numbers that make one headline: the limits of an interval */
};

/* A convention, and how it is called with who uses it. */
typedef struct choice {
    cbk_conventions conventions;
    const char *words;
} choice;

typedef enum dependence {
    ON_INTERVAL = 1,
    ON_SURVIVAL_QUANTILE = 2,
    ON_SAMPLE_QUANTILE = 4
} dependence;

/* A headline number, or a pair. */
typedef struct headline_number {
    const char *label;
    int depends_on; /* dependence values or'ed */
    int digits;
    size_t n_parts;
    const char *part[PARTS_MAX]; /* expressions */
    const char *between;         /* " and "; NULL: they are the ends of a range */
} headline_number;

/* What a headline prints under one convention. */
typedef struct reading {
    const char *text;
    cbk_quantity part[PARTS_MAX];
    const char *who; /* "log-log (SAS, Stata); plain (SPSS)" */
} reading;

typedef struct panel_row {
    const headline_number *headline;
    reading here;
    size_t n_others;
    reading others[CHOICES_MAX];
} panel_row;

typedef struct convention_panel {
    cbk_report *report;
    size_t n_choices;
    choice choices[CHOICES_MAX];
    size_t n_headlines;
    size_t n_room;
    headline_number *headlines;
    size_t n_rows;
    panel_row **rows;
} convention_panel;

/* ---- the accepted conventions ----------------------------------------------------- */

static const char *const interval_words[] = {
    [CBK_INTERVAL_LOG] = "log (R)",
    [CBK_INTERVAL_LOG_LOG] = "log-log (SAS, Stata)",
    [CBK_INTERVAL_PLAIN] = "plain (SPSS as we read it, Minitab)",
    [CBK_INTERVAL_LOGIT] = "logit (offered by R and SAS)",
    [CBK_INTERVAL_ARCSIN] = "arcsin (offered by R and SAS)",
    [CBK_INTERVAL_BPCP] = "bpcp (for small series; R's package bpcp)",
};

static const char *const quantile_words[] = {
    [CBK_SURVIVAL_QUANTILE_MIDPOINT] = "midpoint of the flat (R)",
    [CBK_SURVIVAL_QUANTILE_MIDPOINT_EVENT] = "midpoint to the next event (SAS)",
    [CBK_SURVIVAL_QUANTILE_FIRST] = "first time at or below one half (SPSS, Stata)",
};

static void add_choice(convention_panel *panel, cbk_conventions conventions,
                       const char *words)
{
    if (panel->n_choices < CHOICES_MAX) {
        panel->choices[panel->n_choices++] =
            (choice){.conventions = conventions, .words = words};
    }
}

/* One convention changed at a time, then the two other programs' as a whole. */
static void add_choices(convention_panel *panel)
{
    const cbk_conventions own = panel->report->conventions;
    for (int i = CBK_INTERVAL_LOG; i <= CBK_INTERVAL_BPCP; i++) {
        cbk_conventions other = own;
        other.interval = (cbk_interval)i;
        if (other.interval != own.interval) {
            add_choice(panel, other, interval_words[i]);
        }
    }
    for (int i = CBK_SURVIVAL_QUANTILE_MIDPOINT; i <= CBK_SURVIVAL_QUANTILE_FIRST; i++) {
        cbk_conventions other = own;
        other.survival_quantile = (cbk_survival_quantile)i;
        if (other.survival_quantile != own.survival_quantile) {
            add_choice(panel, other, quantile_words[i]);
        }
    }
    cbk_conventions other = own;
    const bool is_seven = own.sample_quantile == CBK_SAMPLE_QUANTILE_7;
    other.sample_quantile = is_seven ? CBK_SAMPLE_QUANTILE_2 : CBK_SAMPLE_QUANTILE_7;
    add_choice(panel, other, is_seven ? "type 2 (SAS, Stata)" : "type 7 (R)");
    static const struct {
        cbk_profile profile;
        const char *words;
    } profiles[] = {{CBK_PROFILE_R, "all of R's defaults"},
                    {CBK_PROFILE_SAS, "all of SAS's defaults"},
                    {CBK_PROFILE_SPSS, "all of SPSS's, as we read them"}};
    for (size_t i = 0; i < sizeof profiles / sizeof profiles[0]; i++) {
        cbk_conventions whole = cbk_conventions_of(profiles[i].profile);
        whole.level = own.level;
        if (profiles[i].profile != own.profile) {
            add_choice(panel, whole, profiles[i].words);
        }
    }
}

/* Which kinds of convention differ between the two. */
static int differences(const cbk_conventions *a, const cbk_conventions *b)
{
    return (a->interval != b->interval ? ON_INTERVAL : 0) |
           (a->survival_quantile != b->survival_quantile ? ON_SURVIVAL_QUANTILE : 0) |
           (a->sample_quantile != b->sample_quantile ? ON_SAMPLE_QUANTILE : 0);
}

static bool has_several(int kinds)
{
    return (kinds & (kinds - 1)) != 0;
}

/* A choice is tried on a headline where it changes something the number depends on; a
 * whole profile only where it changes two such things, or it would repeat a single
 * change. */
static bool is_tried(const headline_number *headline, int differs)
{
    const int relevant = differs & headline->depends_on;
    return relevant != 0 && (!has_several(differs) || has_several(relevant));
}

/* ---- the headline numbers --------------------------------------------------------- */

static void add_headline(convention_panel *panel, headline_number item)
{
    if (panel->n_headlines == panel->n_room) {
        const size_t n_room = panel->n_room > 0 ? 2 * panel->n_room : 32;
        headline_number *more = CBK_NEW(panel->report->arena, headline_number, n_room);
        if (more == NULL) {
            return;
        }
        if (panel->n_headlines > 0) {
            memcpy(more, panel->headlines, panel->n_headlines * sizeof *more);
        }
        panel->headlines = more;
        panel->n_room = n_room;
    }
    panel->headlines[panel->n_headlines++] = item;
}

static void add_survival_at(convention_panel *panel, const cbk_endpoint *endpoint,
                            const char *name, double time)
{
    cbk_arena *arena = panel->report->arena;
    char at[CBK_NUMBER_SIZE];
    cbk_number_shortest(time, at);
    add_headline(
        panel,
        (headline_number){
            .label = cbk_text_format(
                arena, "%s at %s: interval", endpoint->label,
                cbk_words_duration(arena, panel->report->style, time, endpoint->unit)),
            .depends_on = ON_INTERVAL,
            .digits = 3,
            .n_parts = 2,
            .part = {cbk_text_format(arena, "km_lower(%s, %s)", name, at),
                     cbk_text_format(arena, "km_upper(%s, %s)", name, at)},
        });
}

static void add_medians(convention_panel *panel, const cbk_endpoint *endpoint,
                        const char *name)
{
    cbk_arena *arena = panel->report->arena;
    const char *label = cbk_words_label_unit(arena, endpoint->label, endpoint->unit);
    add_headline(panel, (headline_number){
                            .label = cbk_text_format(arena, "%s: median", label),
                            .depends_on = ON_SURVIVAL_QUANTILE,
                            .digits = -1,
                            .n_parts = 1,
                            .part = {cbk_text_format(arena, "km_median(%s)", name)},
                        });
    add_headline(panel,
                 (headline_number){
                     .label = cbk_text_format(arena, "%s: interval of the median", label),
                     .depends_on = ON_SURVIVAL_QUANTILE | ON_INTERVAL,
                     .digits = -1,
                     .n_parts = 2,
                     .part = {cbk_text_format(arena, "km_median_lower(%s)", name),
                              cbk_text_format(arena, "km_median_upper(%s)", name)},
                 });
    add_headline(panel,
                 (headline_number){
                     .label = cbk_text_format(arena, "%s: median follow-up", label),
                     .depends_on = ON_SURVIVAL_QUANTILE,
                     .digits = -1,
                     .n_parts = 1,
                     .part = {cbk_text_format(arena, "followup_median(%s)", name)},
                 });
}

static cbk_status add_endpoints(convention_panel *panel, cbk_error *err)
{
    const cbk_protocol *protocol = panel->report->protocol;
    for (size_t i = 0; i < protocol->n_endpoints; i++) {
        const cbk_endpoint *endpoint = &protocol->endpoints[i];
        const char *name = cbk_sql_name(panel->report->arena, endpoint->name);
        double marks[CBK_MARKS_MAX];
        size_t n = 0;
        CBK_TRY(cbk_report_marks(panel->report, endpoint, marks, &n, err));
        for (size_t k = 0; k < n; k++) {
            add_survival_at(panel, endpoint, name, marks[k]);
        }
        add_medians(panel, endpoint, name);
    }
    return CBK_OK;
}

/* Quartiles are headlines where a summary table prints them. */
static bool is_summarised(const cbk_protocol *protocol, const char *name)
{
    for (size_t i = 0; i < protocol->n_tables; i++) {
        const cbk_table_spec *table = &protocol->tables[i];
        for (size_t k = 0; table->kind == CBK_TABLE_SUMMARY && k < table->n_columns;
             k++) {
            if (strcmp(table->columns[k].fields[0], name) == 0) {
                return true;
            }
        }
    }
    return false;
}

static cbk_status add_quartiles(convention_panel *panel, const cbk_field *field,
                                cbk_error *err)
{
    cbk_arena *arena = panel->report->arena;
    const bool is_measure =
        field->type == CBK_FIELD_INTEGER || field->type == CBK_FIELD_NUMBER;
    if (!is_measure || !is_summarised(panel->report->protocol, field->name)) {
        return CBK_OK;
    }
    const char *name = cbk_sql_name(arena, field->name);
    const cbk_table *values = NULL;
    CBK_TRY(cbk_report_done(panel->report, err));
    CBK_TRY(cbk_study_select(panel->report->study, &name, 1, NULL, NULL, arena, &values,
                             err));
    const int decimals = cbk_report_decimals(&values->columns[0], values->n_rows);
    add_headline(panel, (headline_number){
                            .label = cbk_text_format(
                                arena, "%s: quartiles",
                                cbk_words_label_unit(arena, field->label, field->unit)),
                            .depends_on = ON_SAMPLE_QUANTILE,
                            .digits = cbk_report_mean_digits(decimals),
                            .n_parts = 2,
                            .part = {cbk_text_format(arena, "quantile(%s, 0.25)", name),
                                     cbk_text_format(arena, "quantile(%s, 0.75)", name)},
                            .between = " and ",
                        });
    return CBK_OK;
}

/* ---- readings --------------------------------------------------------------------- */

/* One number, or two absences with one reason. */
static bool is_single(const headline_number *headline, const reading *read)
{
    return headline->n_parts == 1 || (!cbk_quantity_has_number(&read->part[0]) &&
                                      !cbk_quantity_has_number(&read->part[1]));
}

static const char *between_parts(const convention_panel *panel,
                                 const headline_number *headline, const reading *read)
{
    return headline->between != NULL
               ? headline->between
               : cbk_report_between(panel->report, CBK_PRINT_CELL, read->part);
}

static cbk_status read_under(convention_panel *panel, const headline_number *headline,
                             const cbk_conventions *conventions, reading *out,
                             cbk_error *err)
{
    cbk_report *report = panel->report;
    cbk_arena *arena = report->arena;
    const cbk_conventions own = report->conventions;
    const char *text[PARTS_MAX] = {NULL};
    cbk_status status = CBK_OK;
    report->conventions = *conventions;
    for (size_t i = 0; i < headline->n_parts && status == CBK_OK; i++) {
        status = cbk_report_evaluate(report, headline->part[i], NULL, NULL, &out->part[i],
                                     err);
        if (status == CBK_OK) {
            text[i] =
                cbk_print_quantity(arena, report->style, &out->part[i], headline->digits);
        }
    }
    report->conventions = own;
    CBK_TRY(status);
    out->text = is_single(headline, out)
                    ? text[0]
                    : cbk_text_format(arena, "%s%s%s", text[0],
                                      between_parts(panel, headline, out), text[1]);
    return cbk_report_done(report, err);
}

/* Adds a convention to the reading that prints the same, or a new reading.  A program's
 * defaults as a whole are worth a word only where no single change prints the same. */
static void add_reading(convention_panel *panel, panel_row *row, reading found,
                        const char *words, bool is_whole)
{
    for (size_t i = 0; i < row->n_others; i++) {
        if (strcmp(row->others[i].text, found.text) == 0) {
            if (is_whole) {
                return;
            }
            row->others[i].who = cbk_text_format(panel->report->arena, "%s; %s",
                                                 row->others[i].who, words);
            return;
        }
    }
    found.who = words;
    row->others[row->n_others++] = found;
}

static cbk_status read_headline(convention_panel *panel, const headline_number *headline,
                                cbk_error *err)
{
    cbk_report *report = panel->report;
    panel_row *row = CBK_NEW(report->arena, panel_row, 1);
    CBK_TRY(cbk_report_done(report, err));
    row->headline = headline;
    CBK_TRY(read_under(panel, headline, &report->conventions, &row->here, err));
    for (size_t i = 0; i < panel->n_choices; i++) {
        const choice *tried = &panel->choices[i];
        reading other = {0};
        const int differs = differences(&tried->conventions, &report->conventions);
        if (!is_tried(headline, differs)) {
            continue;
        }
        CBK_TRY(read_under(panel, headline, &tried->conventions, &other, err));
        if (strcmp(other.text, row->here.text) != 0) {
            add_reading(panel, row, other, tried->words, has_several(differs));
        }
    }
    if (row->n_others > 0) {
        panel->rows[panel->n_rows++] = row;
    }
    return CBK_OK;
}

/* ---- the table -------------------------------------------------------------------- */

static void add_read(convention_panel *panel, cbk_text_run *run,
                     const headline_number *headline, const reading *read)
{
    cbk_report_quantity(panel->report, run, &read->part[0], headline->digits);
    if (!is_single(headline, read)) {
        cbk_run_text(run, panel->report->arena, between_parts(panel, headline, read));
        cbk_report_quantity(panel->report, run, &read->part[1], headline->digits);
    }
}

static void fill_row(convention_panel *panel, cbk_table_builder *builder, size_t i)
{
    cbk_arena *arena = panel->report->arena;
    const panel_row *row = panel->rows[i];
    cbk_table_text(panel->report, builder, i, 0, row->headline->label);
    add_read(panel, &cbk_table_builder_cell(builder, i, 1)->run, row->headline,
             &row->here);
    cbk_text_run *run = &cbk_table_builder_cell(builder, i, 2)->run;
    for (size_t k = 0; k < row->n_others; k++) {
        if (k > 0) {
            cbk_run_span(run, arena, (cbk_span){.kind = CBK_SPAN_BREAK});
        }
        add_read(panel, run, row->headline, &row->others[k]);
        cbk_run_textf(run, arena, " – %s", row->others[k].who);
    }
}

static void add_table(convention_panel *panel)
{
    static const char *const headers[] = {"Number", "In this report",
                                          "Under another convention"};
    cbk_report *report = panel->report;
    cbk_table_builder *builder =
        cbk_table_builder_create(report->arena, 3, panel->n_rows);
    if (builder == NULL) {
        return;
    }
    cbk_table_headers(report, builder, headers);
    for (size_t i = 0; i < panel->n_rows; i++) {
        fill_row(panel, builder, i);
    }
    builder->block.id = "convention-panel";
    builder->block.title = "Numbers that depend on a convention";
    cbk_document_table(report->document, &builder->block);
}

/* "In this report: intervals by log (R), ..." */
static void add_own(convention_panel *panel, cbk_text_run *run)
{
    const cbk_conventions *own = &panel->report->conventions;
    cbk_run_textf(run, panel->report->arena,
                  " This report uses intervals by %s, medians by the %s and quartiles of "
                  "type %d.",
                  interval_words[own->interval], quantile_words[own->survival_quantile],
                  (int)own->sample_quantile);
}

/* "Of the 14 headline numbers ... 8 would print differently ..." */
static void add_sentence(convention_panel *panel)
{
    cbk_arena *arena = panel->report->arena;
    cbk_text_run run = {0};
    if (panel->n_rows == 0) {
        cbk_run_text(&run, arena,
                     "No headline number of this report would print differently under "
                     "another accepted convention.");
    } else if (panel->n_headlines == 1) {
        cbk_run_text(
            &run, arena,
            "The one headline number of this report that depends on a convention "
            "would print differently under another accepted one.");
    } else {
        cbk_run_textf(
            &run, arena,
            "Of the %zu headline numbers of this report that depend on a "
            "convention, %zu would print differently under another accepted one.",
            panel->n_headlines, panel->n_rows);
    }
    add_own(panel, &run);
    cbk_document_paragraph(panel->report->document, run);
}

cbk_status cbk_section_conventions(cbk_report *report, cbk_error *err)
{
    const cbk_protocol *protocol = report->protocol;
    convention_panel panel = {.report = report};
    cbk_document_heading(report->document, 2, "conventions", "Conventions that matter");
    add_choices(&panel);
    CBK_TRY(add_endpoints(&panel, err));
    for (size_t i = 0; i < protocol->forms[0].n_fields; i++) {
        CBK_TRY(add_quartiles(&panel, &protocol->forms[0].fields[i], err));
    }
    for (size_t i = 0; i < protocol->n_derived; i++) {
        CBK_TRY(add_quartiles(&panel, &protocol->derived[i], err));
    }
    panel.rows = CBK_NEW(report->arena, panel_row *, panel.n_headlines + 1);
    CBK_TRY(cbk_report_done(report, err));
    for (size_t i = 0; i < panel.n_headlines; i++) {
        CBK_TRY(read_headline(&panel, &panel.headlines[i], err));
    }
    add_sentence(&panel);
    if (panel.n_rows > 0) {
        add_table(&panel);
    }
    return cbk_report_done(report, err);
}
