/* casebook_export.c - records for others: intervals instead of dates, great ages
 * together, no free text, and how many patients are alone with what can be known of them.
 * Contract: casebook.h.
 */
#include "study/casebook/casebook_parts.h"
#include "study/internal.h"

#include "base/date.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum {
    AGE_MAX = 89,
    GREAT_AGE_DAYS = 32871, /* 90 years, where they are shortest */
    AGE_BAND = 5,
    DEFAULT_CHOICES = 2
};

/* An export under way. */
typedef struct exporting {
    const cbk_study *study;
    const cbk_records *records;
    const cbk_export_wish *wish;
    const cbk_field *index;    /* a date of the patients, or NULL */
    const int32_t **index_day; /* [records->n_rows] of the row's patient; NULL: none */
    cbk_arena *arena;
    cbk_buffer out;
} exporting;

/* ---- what a field is
 * ------------------------------------------------------------------- */

static bool is_date(const cbk_field *field)
{
    return field->type == CBK_FIELD_DATE || field->type == CBK_FIELD_DATETIME;
}

/* An age: in years, and called so. */
static bool is_age(const cbk_field *field)
{
    if ((field->type != CBK_FIELD_INTEGER && field->type != CBK_FIELD_NUMBER) ||
        !cbk_text_is_equal(field->unit, "years")) {
        return false;
    }
    for (const char *at = field->name; at != NULL;) {
        const size_t length = strcspn(at, "_");
        if (length == 3 && (at[0] | 0x20) == 'a' && (at[1] | 0x20) == 'g' &&
            (at[2] | 0x20) == 'e') {
            return true;
        }
        at = at[length] == '_' ? at + length + 1 : NULL;
    }
    return false;
}

static bool is_left_out(const exporting *at, const cbk_field *field)
{
    return field->type == CBK_FIELD_TEXT && !at->wish->has_text;
}

/* ---- the index date
 * --------------------------------------------------------------------- */

static cbk_status find_index(exporting *at, cbk_error *err)
{
    const cbk_protocol *protocol = at->study->protocol;
    const char *name = at->wish->index;
    for (size_t i = 0; name == NULL && i < protocol->n_endpoints; i++) {
        name = protocol->endpoints[i].from;
    }
    bool has_dates = false;
    for (size_t i = 0; i < at->records->form->n_fields; i++) {
        has_dates = has_dates || is_date(&at->records->form->fields[i]);
    }
    if (at->wish->has_dates || (!has_dates && at->wish->index == NULL)) {
        return CBK_OK;
    }
    at->index = name != NULL ? cbk_form_field(&protocol->forms[0], name) : NULL;
    if (at->index != NULL && is_date(at->index)) {
        return CBK_OK;
    }
    if (at->index == NULL && at->wish->index != NULL) {
        return cbk_casebook_no_field(&protocol->forms[0], name, at->arena, err);
    }
    return cbk_fail(err, CBK_EINVAL, CBK_ROW_NONE,
                    name != NULL
                        ? "%s is no date of the patients to count days from"
                        : "dates leave as days from one date of the patient; name it "
                          "with --index FIELD%s, or give --dates to keep dates",
                    name != NULL ? name : "");
}

static bool day_of(const cbk_recorded *value, int32_t *out)
{
    char day[11] = "";
    if (value == NULL || value->value.kind != CBK_VALUE_TEXT ||
        strlen(value->value.text) < 10) {
        return false;
    }
    memcpy(day, value->value.text, 10);
    return cbk_date_parse(day, out);
}

typedef struct patient_day {
    const char *key;
    const int32_t *day;
} patient_day;

static int by_key(const void *lhs, const void *rhs)
{
    return strcmp(((const patient_day *)lhs)->key, ((const patient_day *)rhs)->key);
}

/* The index day of each row's patient. */
static bool find_days(exporting *at)
{
    const cbk_records *patients = &at->study->records[0];
    patient_day *all = CBK_NEW(at->arena, patient_day, patients->n_rows + 1);
    int32_t *days = CBK_NEW(at->arena, int32_t, patients->n_rows + 1);
    at->index_day = CBK_NEW(at->arena, const int32_t *, at->records->n_rows + 1);
    if (at->index_day == NULL) {
        return false;
    }
    for (size_t i = 0; i < patients->n_rows; i++) {
        const cbk_recorded *value = cbk_records_value(patients, i, at->index->name);
        all[i] = (patient_day){.key = patients->key[i],
                               .day = day_of(value, &days[i]) ? &days[i] : NULL};
    }
    qsort(all, patients->n_rows, sizeof *all, by_key);
    for (size_t i = 0; i < at->records->n_rows; i++) {
        const patient_day wanted = {.key = at->records->key[i]};
        const patient_day *found =
            bsearch(&wanted, all, patients->n_rows, sizeof *all, by_key);
        at->index_day[i] = found != NULL ? found->day : NULL;
    }
    return true;
}

/* ---- cells
 * ----------------------------------------------------------------------------- */

/* A cell that a spreadsheet would take for a formula gets an apostrophe before it. */
static void add_cell(exporting *at, const char *text, bool is_number)
{
    const bool is_formula = !is_number && cbk_text_is_formula(text);
    const bool is_quoted = is_formula || strpbrk(text, ",\"\n\r") != NULL;
    cbk_buffer_add(&at->out, is_quoted ? "\"" : "");
    cbk_buffer_add(&at->out, is_formula ? "'" : "");
    for (const char *c = text; *c != '\0'; c++) {
        cbk_buffer_add(&at->out, *c == '"' ? "\"" : "");
        cbk_buffer_add_bytes(&at->out, c, 1);
    }
    cbk_buffer_add(&at->out, is_quoted ? "\"" : "");
}

/* From the patient's index date to another one; false: one of them is not there. */
static bool days_of(const exporting *at, const cbk_recorded *value, size_t row,
                    int32_t *out)
{
    int32_t day = 0;
    if (at->index == NULL || at->index_day[row] == NULL || !day_of(value, &day)) {
        return false;
    }
    *out = day - *at->index_day[row];
    return true;
}

/* Days that make up more than 89 years tell an age as well as a field of ages does. */
static bool is_great_age(const exporting *at, const cbk_field *field,
                         const cbk_recorded *value, size_t row)
{
    int32_t days = 0;
    if (at->wish->has_ages) {
        return false;
    }
    return is_date(field) ? days_of(at, value, row, &days) && abs(days) >= GREAT_AGE_DAYS
                          : is_age(field) && value->value.kind == CBK_VALUE_NUMBER &&
                                value->value.number > AGE_MAX;
}

/* A date as days from the patient's index date; the index date itself as its year. */
static const char *date_text(exporting *at, const cbk_field *field,
                             const cbk_recorded *value, size_t row)
{
    int32_t days = 0;
    if (at->index == NULL) {
        return value->value.text;
    }
    if (field == at->index) {
        return cbk_text_copy_bytes(at->arena, value->value.text, 4);
    }
    if (!days_of(at, value, row, &days)) {
        return "";
    }
    return is_great_age(at, field, value, row)
               ? "90+ years"
               : cbk_text_format(at->arena, "%d", (int)days);
}

/* What leaves of a value; a missing one by its code, or empty. */
static const char *cell_text(exporting *at, const cbk_field *field,
                             const cbk_recorded *value, size_t row)
{
    char number[CBK_NUMBER_SIZE];
    switch (value->value.kind) {
    case CBK_VALUE_NUMBER:
        if (is_great_age(at, field, value, row)) {
            return "90+";
        }
        cbk_number_shortest(value->value.number, number);
        return cbk_text_copy(at->arena, number);
    case CBK_VALUE_TEXT:
        return is_date(field) ? date_text(at, field, value, row) : value->value.text;
    case CBK_VALUE_ABSENT:
        break;
    }
    const char *code = cbk_cell_of(field, value).missing;
    return code != NULL ? code : "";
}

/* ---- the file
 * --------------------------------------------------------------------------- */

static void add_header(exporting *at, cbk_export *out)
{
    const cbk_form *form = at->records->form;
    add_cell(at, at->study->protocol->forms[0].key, true);
    cbk_buffer_add(&at->out, at->records->n != NULL ? ",n" : "");
    for (size_t i = 0; i < form->n_fields; i++) {
        const cbk_field *field = &form->fields[i];
        if (is_left_out(at, field)) {
            out->n_left_out++;
            continue;
        }
        out->n_dates += is_date(field) && at->index != NULL;
        cbk_buffer_addf(&at->out, ",%s%s", field->name,
                        !is_date(field) || at->index == NULL ? ""
                        : field == at->index                 ? "_year"
                                                             : "_days");
    }
    cbk_buffer_add(&at->out, "\n");
}

/* Whether an age that leaves and days that leave add up to an age over 89. */
static bool is_age_implied(const exporting *at, size_t row)
{
    const cbk_form *form = at->records->form;
    double age = 0.0;
    int32_t latest = 0;
    for (size_t i = 0; i < form->n_fields; i++) {
        const cbk_field *field = &form->fields[i];
        const cbk_recorded *value = &at->records->values[row * form->n_fields + i];
        int32_t days = 0;
        if (is_great_age(at, field, value, row)) {
            continue;
        }
        if (is_age(field) && value->value.kind == CBK_VALUE_NUMBER) {
            age = value->value.number > age ? value->value.number : age;
        } else if (is_date(field) && days_of(at, value, row, &days)) {
            latest = days > latest ? days : latest;
        }
    }
    return !at->wish->has_ages && age > 0.0 && age <= AGE_MAX &&
           age * GREAT_AGE_DAYS / (AGE_MAX + 1) + latest >= GREAT_AGE_DAYS;
}

static void add_row(exporting *at, size_t row, cbk_export *out)
{
    const cbk_form *form = at->records->form;
    add_cell(at, at->records->key[row], false);
    if (at->records->n != NULL) {
        cbk_buffer_addf(&at->out, ",%zu", at->records->n[row]);
    }
    for (size_t i = 0; i < form->n_fields; i++) {
        const cbk_field *field = &form->fields[i];
        const cbk_recorded *value = &at->records->values[row * form->n_fields + i];
        if (is_left_out(at, field)) {
            continue;
        }
        const char *text = cell_text(at, field, value, row);
        out->n_ages += is_great_age(at, field, value, row);
        cbk_buffer_add(&at->out, ",");
        add_cell(at, text != NULL ? text : "", value->value.kind == CBK_VALUE_NUMBER);
    }
    cbk_buffer_add(&at->out, "\n");
    out->n_implied += is_age_implied(at, row);
}

/* ---- rare combinations
 * ------------------------------------------------------------------ */

/* Which fields somebody may know of a patient: those asked for; else the ages and the
 * first few choices. */
static size_t known_fields(const exporting *at, const cbk_field **fields)
{
    const cbk_form *form = at->records->form;
    size_t n = 0;
    size_t n_choices = 0;
    for (size_t i = 0; i < form->n_fields; i++) {
        const cbk_field *field = &form->fields[i];
        bool is_taken = false;
        for (size_t k = 0; k < at->wish->n_known; k++) {
            is_taken = is_taken || strcmp(at->wish->known[k], field->name) == 0;
        }
        if (at->wish->n_known == 0) {
            const bool is_choice =
                field->type == CBK_FIELD_CHOICE && n_choices < DEFAULT_CHOICES;
            n_choices += is_choice;
            is_taken = is_age(field) || is_choice;
        }
        if (is_taken && !is_left_out(at, field)) {
            fields[n++] = field;
        }
    }
    return n;
}

/* The values of a row in these fields as one text; ages in bands of five years. */
static const char *combination(exporting *at, size_t row, const cbk_field **fields,
                               size_t n)
{
    cbk_buffer text = {0};
    cbk_buffer_add(&text, "");
    for (size_t i = 0; i < n; i++) {
        const cbk_recorded *value = cbk_records_value(at->records, row, fields[i]->name);
        const char *cell = cell_text(at, fields[i], value, row);
        if (is_age(fields[i]) && value->value.kind == CBK_VALUE_NUMBER && cell != NULL &&
            strcmp(cell, "90+") != 0) {
            cbk_buffer_addf(&text, "%d\n", (int)(value->value.number / AGE_BAND));
        } else {
            cbk_buffer_addf(&text, "%s\n", cell != NULL ? cell : "");
        }
    }
    const char *kept =
        text.is_failed ? NULL
                       : cbk_text_copy(at->arena, text.bytes != NULL ? text.bytes : "");
    cbk_buffer_free(&text);
    return kept;
}

static int by_text(const void *lhs, const void *rhs)
{
    return strcmp(*(const char *const *)lhs, *(const char *const *)rhs);
}

static bool count_rare(exporting *at, cbk_export *out)
{
    const size_t n_rows = at->records->n_rows;
    const cbk_field **fields =
        CBK_NEW(at->arena, const cbk_field *, at->records->form->n_fields + 1);
    const char **texts = CBK_NEW(at->arena, const char *, n_rows + 1);
    if (texts == NULL) {
        return false;
    }
    const size_t n_known = known_fields(at, fields);
    const char **known = CBK_NEW(at->arena, const char *, n_known + 1);
    for (size_t i = 0; known != NULL && i < n_known; i++) {
        known[i] = fields[i]->name;
    }
    for (size_t row = 0; row < n_rows; row++) {
        texts[row] = combination(at, row, fields, n_known);
        if (texts[row] == NULL) {
            return false;
        }
    }
    qsort(texts, n_rows, sizeof *texts, by_text);
    for (size_t first = 0; n_known > 0 && first < n_rows;) {
        size_t end = first + 1;
        while (end < n_rows && strcmp(texts[first], texts[end]) == 0) {
            end++;
        }
        const size_t size = end - first;
        out->smallest = out->smallest == 0 || size < out->smallest ? size : out->smallest;
        out->n_alone += size == 1;
        out->n_rare += size < CBK_EXPORT_RARE ? size : 0;
        first = end;
    }
    out->n_known = n_known;
    out->known = known;
    return known != NULL;
}

static cbk_status check_known(const exporting *at, cbk_error *err)
{
    for (size_t i = 0; i < at->wish->n_known; i++) {
        if (cbk_form_field(at->records->form, at->wish->known[i]) == NULL) {
            return cbk_casebook_no_field(at->records->form, at->wish->known[i], at->arena,
                                         err);
        }
    }
    return CBK_OK;
}

cbk_status cbk_export_make(const cbk_study *study, const cbk_export_wish *wish,
                           cbk_arena *arena, cbk_export *out, cbk_error *err)
{
    const cbk_form *form = NULL;
    *out = (cbk_export){.n_rows = 0};
    CBK_TRY(cbk_casebook_form(study, wish->form, arena, &form, err));
    exporting at = {.study = study,
                    .records = cbk_study_records(study, wish->form),
                    .wish = wish,
                    .arena = arena};
    CBK_TRY(check_known(&at, err));
    CBK_TRY(find_index(&at, err));
    if (at.index != NULL && !find_days(&at)) {
        return cbk_fail_memory(err);
    }
    add_header(&at, out);
    for (size_t row = 0; row < at.records->n_rows; row++) {
        add_row(&at, row, out);
    }
    out->n_rows = at.records->n_rows;
    out->size = at.out.size;
    out->bytes =
        at.out.is_failed ? NULL : cbk_text_copy_bytes(arena, at.out.bytes, at.out.size);
    cbk_buffer_free(&at.out);
    return out->bytes != NULL && count_rare(&at, out) && !cbk_arena_has_failed(arena)
               ? CBK_OK
               : cbk_fail_memory(err);
}
