/* provenance.c - where a number came from, in words: expression, conventions, records,
 * cells of the files, caveats. */
#include "report/builder.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

/* ---- conventions ------------------------------------------------------------------ */

static bool is_name_byte(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Whether the expression calls the function of that name. */
static bool calls(const char *expression, const char *name)
{
    const size_t length = strlen(name);
    for (const char *at = strstr(expression, name); at != NULL;
         at = strstr(at + 1, name)) {
        const bool is_start = at == expression || !is_name_byte(at[-1]);
        const char *next = at + length;
        next += strspn(next, " ");
        if (is_start && *next == '(') {
            return true;
        }
    }
    return false;
}

static bool calls_any(const char *expression, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (calls(expression, *names)) {
            return true;
        }
    }
    return false;
}

bool cbk_report_asks(const cbk_report *report, const char *function)
{
    const cbk_provenance_entry *entry = report->document->first_provenance;
    for (; entry != NULL; entry = entry->next) {
        if (calls(entry->provenance->expression, function)) {
            return true;
        }
    }
    return false;
}

/* Only the conventions that this expression's value depends on, so that one number has
 * one entry whatever else was chosen; NULL for none. */
static const char *conventions_words(cbk_arena *arena, const cbk_quantity *quantity)
{
    static const char *const banded[] = {"km_lower", "km_upper", "km_median_lower",
                                         "km_median_upper", NULL};
    static const char *const incidences[] = {"cuminc_lower", "cuminc_upper", NULL};
    static const char *const located[] = {"km_median",       "km_median_lower",
                                          "km_median_upper", "km_quantile",
                                          "followup_median", NULL};
    static const char *const sampled[] = {"quantile", NULL};
    static const char *const ratios[] = {
        "hr",       "hr_lower",       "hr_upper",       "hr_p",       "cox_p",
        "firth_hr", "firth_hr_lower", "firth_hr_upper", "firth_hr_p", NULL};
    const cbk_conventions *used = &quantity->conventions;
    cbk_buffer buffer = {0};
    if (calls_any(quantity->expression, banded)) {
        char level[CBK_NUMBER_SIZE];
        cbk_number_shortest(used->level, level);
        cbk_buffer_addf(&buffer, "interval %s, level %s",
                        cbk_interval_name(used->interval), level);
    }
    if (calls_any(quantity->expression, incidences)) {
        char level[CBK_NUMBER_SIZE];
        cbk_number_shortest(used->level, level);
        cbk_buffer_addf(&buffer, "interval log-log of 1 - F, level %s", level);
    }
    if (calls_any(quantity->expression, located)) {
        cbk_buffer_addf(&buffer, "%squantile of the curve: %s",
                        buffer.size > 0 ? ", " : "",
                        cbk_survival_quantile_name(used->survival_quantile));
    }
    if (calls_any(quantity->expression, sampled)) {
        cbk_buffer_addf(&buffer, "%squantile of a sample: type %d",
                        buffer.size > 0 ? ", " : "", (int)used->sample_quantile);
    }
    if (calls_any(quantity->expression, ratios)) {
        char level[CBK_NUMBER_SIZE];
        cbk_number_shortest(used->level, level);
        cbk_buffer_addf(&buffer, "%sties %s, level %s", buffer.size > 0 ? ", " : "",
                        cbk_cox_ties_name(cbk_cox_ties_of(used->profile)), level);
    }
    if (buffer.size == 0 && !buffer.is_failed) {
        cbk_buffer_free(&buffer);
        return NULL;
    }
    return cbk_words_take(&buffer, arena);
}

/* ---- records and cells ------------------------------------------------------------ */

/* The lines of the quantity's records in the form it runs over; NULL: none. */
static const char *lines_words(cbk_report *report, const cbk_quantity *quantity)
{
    const cbk_records *records = cbk_study_records(report->study, quantity->from);
    size_t *line = CBK_NEW(report->arena, size_t, quantity->n_records + 1);
    if (records == NULL || line == NULL) {
        return NULL;
    }
    size_t n = 0;
    for (size_t i = 0; i < quantity->n_records; i++) {
        const size_t row = quantity->record_rows != NULL
                               ? quantity->record_rows[i]
                               : cbk_records_find(records, quantity->records[i]);
        if (row < records->n_rows) {
            line[n++] = records->line[row];
        }
    }
    return n > 0 ? cbk_words_lines(report->arena, line, n) : NULL;
}

/* Many numbers rest on the same records, which may be millions: they are said once. */
static void say_records(cbk_report *report, const cbk_quantity *quantity)
{
    if (report->said.records == quantity->records &&
        report->said.n_records == quantity->n_records &&
        cbk_text_is_equal(report->said.from, quantity->from)) {
        return;
    }
    report->said.records = quantity->records;
    report->said.n_records = quantity->n_records;
    report->said.from = quantity->from;
    report->said.keys =
        cbk_words_keys(report->arena, quantity->records, quantity->n_records);
    report->said.lines = lines_words(report, quantity);
}

static const char *records_words(cbk_report *report, const cbk_quantity *quantity)
{
    cbk_arena *arena = report->arena;
    if (quantity->n_records == 0) {
        return "no records";
    }
    const bool is_patients = strcmp(quantity->from, report->protocol->forms[0].name) == 0;
    say_records(report, quantity);
    const char *keys = report->said.keys;
    const char *count = cbk_words_count(arena, quantity->n_records, "record", "records");
    if (is_patients) {
        return cbk_text_format(arena, "%s %s (%s)",
                               quantity->n_records == 1 ? "patient" : "patients", keys,
                               count);
    }
    return cbk_text_format(arena, "%s, patient and number: %s (%s)", quantity->from, keys,
                           count);
}

/* The form part of "patient.age_years" matches; *column is the rest. */
static bool is_column_of(const char *field, const char *form, const char **column)
{
    const size_t length = strlen(form);
    if (strncmp(field, form, length) != 0 || field[length] != '.') {
        return false;
    }
    *column = field + length + 1;
    return true;
}

static bool is_recorded(const cbk_protocol *protocol, const cbk_form *form,
                        const char *column)
{
    return cbk_form_field(form, column) != NULL ||
           cbk_text_is_equal(column, protocol->forms[0].key) ||
           (form->repeats != NULL && strcmp(column, "n") == 0);
}

/* "age_years, sex: patient.csv, lines 2 to 7" for one form; the form that the question
 * runs over is named even where only derived columns or none were read. */
static void add_cells(cbk_report *report, const cbk_quantity *quantity,
                      const cbk_form *form, cbk_buffer *buffer)
{
    const cbk_records *records = cbk_study_records(report->study, form->name);
    size_t n_named = 0;
    if (records == NULL) {
        return;
    }
    for (size_t i = 0; i < quantity->n_fields; i++) {
        const char *column = NULL;
        if (is_column_of(quantity->fields[i], form->name, &column) &&
            is_recorded(report->protocol, form, column)) {
            const char *before = n_named > 0 ? ", " : buffer->size > 0 ? "; " : "";
            cbk_buffer_addf(buffer, "%s%s", before, column);
            n_named++;
        }
    }
    const char *lines = NULL;
    if (strcmp(quantity->from, form->name) == 0 && quantity->n_records > 0) {
        say_records(report, quantity);
        lines = report->said.lines;
    }
    if (n_named > 0 || lines != NULL) {
        const char *before = n_named > 0 ? ": " : buffer->size > 0 ? "; " : "";
        cbk_buffer_addf(buffer, "%s%s%s%s", before, cbk_words_file_name(records->file),
                        lines != NULL ? ", " : "", lines != NULL ? lines : "");
    }
}

void cbk_words_endpoint(const cbk_endpoint *endpoint, cbk_buffer *buffer)
{
    if (endpoint->time != NULL) {
        cbk_buffer_addf(buffer, "time %s, event %s", endpoint->time, endpoint->event);
        return;
    }
    cbk_buffer_addf(buffer, "from %s to", endpoint->from);
    for (size_t i = 0; i < endpoint->n_event_on; i++) {
        cbk_buffer_addf(buffer, "%s %s", i > 0 ? " or" : "", endpoint->event_on[i]);
    }
    cbk_buffer_addf(buffer, ", else censored on %s", endpoint->censor_on);
}

/* What the derived variables and endpoints among the columns read are made of. */
static void add_definitions(cbk_report *report, const cbk_quantity *quantity,
                            cbk_buffer *buffer)
{
    const cbk_protocol *protocol = report->protocol;
    for (size_t i = 0; i < quantity->n_fields; i++) {
        const char *column = NULL;
        if (!is_column_of(quantity->fields[i], protocol->forms[0].name, &column)) {
            continue;
        }
        const cbk_field *field = cbk_protocol_variable(protocol, column);
        const cbk_endpoint *endpoint = cbk_protocol_endpoint(protocol, column);
        if (field != NULL && field->is_derived) {
            cbk_buffer_addf(buffer, "%s%s = %s", buffer->size > 0 ? "; " : "", column,
                            field->sql);
        } else if (endpoint != NULL) {
            cbk_buffer_addf(buffer, "%s%s = ", buffer->size > 0 ? "; " : "", column);
            cbk_words_endpoint(endpoint, buffer);
        }
    }
}

static const char *sources_words(cbk_report *report, const cbk_quantity *quantity)
{
    cbk_buffer buffer = {0};
    add_definitions(report, quantity, &buffer);
    for (size_t i = 0; i < report->protocol->n_forms; i++) {
        add_cells(report, quantity, &report->protocol->forms[i], &buffer);
    }
    if (buffer.size == 0 && !buffer.is_failed) {
        cbk_buffer_free(&buffer);
        return NULL;
    }
    return cbk_words_take(&buffer, report->arena);
}

/* ---- entries ---------------------------------------------------------------------- */

static const char *full_value(cbk_arena *arena, const cbk_quantity *quantity)
{
    if (quantity->value.kind == CBK_VALUE_TEXT) {
        return quantity->value.text;
    }
    if (quantity->value.kind == CBK_VALUE_ABSENT || !isfinite(quantity->value.number)) {
        return "none";
    }
    char text[CBK_NUMBER_SIZE];
    cbk_number_shortest(quantity->value.number, text);
    return cbk_text_copy(arena, text);
}

const char *cbk_report_number_id(const cbk_quantity *quantity, cbk_arena *arena)
{
    const cbk_provenance asked = {.expression = quantity->expression,
                                  .from = quantity->from,
                                  .among = quantity->among,
                                  .conventions = conventions_words(arena, quantity)};
    return cbk_provenance_id(&asked, arena);
}

const cbk_provenance *cbk_report_provenance(cbk_report *report,
                                            const cbk_quantity *quantity)
{
    return cbk_document_provenance(
        report->document, (cbk_provenance){
                              .expression = quantity->expression,
                              .from = quantity->from,
                              .among = quantity->among,
                              .value = full_value(report->arena, quantity),
                              .conventions = conventions_words(report->arena, quantity),
                              .records = records_words(report, quantity),
                              .sources = sources_words(report, quantity),
                              .notes = cbk_words_notes(report->arena, quantity->notes),
                          });
}

const cbk_provenance *cbk_report_recorded(cbk_report *report, const cbk_records *records,
                                          size_t row, const char *field,
                                          const char *value)
{
    cbk_arena *arena = report->arena;
    const char *key = report->protocol->forms[0].key;
    const char *among = cbk_sql_equals(arena, key, records->key[row], false);
    if (records->n != NULL) {
        among = cbk_text_format(arena, "%s AND n = %zu", among, records->n[row]);
    }
    return cbk_document_provenance(
        report->document,
        (cbk_provenance){
            .expression = cbk_text_copy(arena, field),
            .from = records->form->name,
            .among = among,
            .value = value,
            .records = cbk_text_format(
                arena, "%s %s", records->n == NULL ? "patient" : records->form->name,
                cbk_records_name(records, row, arena)),
            .sources =
                cbk_text_format(arena, "%s, line %zu", cbk_words_file_name(records->file),
                                records->line[row]),
        });
}
