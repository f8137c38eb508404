/* cell.c - one cell of a file against the field it belongs to: type, range, choices. */
#include "study/cell.h"

#include "base/date.h"
#include "base/text.h"

#include <math.h>
#include <string.h>

/* A cell being read, for the readers of each type. */
typedef struct reading {
    const cbk_csv *csv;
    const cbk_field *field;
    const char *cell;
    cbk_place place;
    cbk_arena *arena;
    cbk_problems *problems;
    cbk_recorded *out;
} reading;

static void refuse(const reading *at, const char *expected)
{
    const char *shown = at->cell;
    cbk_problems_add(at->problems, at->place,
                     "column `%s`: found \"%.80s\"%s, expected %s", at->field->name,
                     shown, strlen(shown) > 80 ? "..." : "", expected);
}

static void accept_number(const reading *at, double number)
{
    at->out->value = (cbk_value){.kind = CBK_VALUE_NUMBER, .number = number};
}

static void accept_text(const reading *at, const char *text)
{
    const size_t size = strlen(text);
    if (size > CBK_CELL_BYTES_MAX) {
        cbk_problems_add(at->problems, at->place,
                         "column `%s`: found a text of %zu bytes, expected at most %d",
                         at->field->name, size, CBK_CELL_BYTES_MAX);
        return;
    }
    at->out->value = (cbk_value){.kind = CBK_VALUE_TEXT, .text = text};
}

/* "a whole number from 0 to 120 (years)" */
static const char *expected_number(const reading *at)
{
    const cbk_field *field = at->field;
    char minimum[CBK_NUMBER_SIZE];
    char maximum[CBK_NUMBER_SIZE];
    cbk_number_shortest(field->has_minimum ? field->minimum : 0.0, minimum);
    cbk_number_shortest(field->has_maximum ? field->maximum : 0.0, maximum);
    return cbk_text_format(
        at->arena, "%s%s%s%s%s%s%s%s",
        field->type == CBK_FIELD_INTEGER ? "a whole number" : "a number",
        field->has_minimum ? (field->has_maximum ? " from " : " not below ") : "",
        field->has_minimum ? minimum : "",
        field->has_maximum ? (field->has_minimum ? " to " : " not above ") : "",
        field->has_maximum ? maximum : "", field->unit != NULL ? " (" : "",
        field->unit != NULL ? field->unit : "", field->unit != NULL ? ")" : "");
}

static void read_number(const reading *at)
{
    const cbk_field *field = at->field;
    double number = 0.0;
    const bool is_fine =
        cbk_csv_number(at->csv, at->cell, &number) &&
        (field->type != CBK_FIELD_INTEGER ||
         (number == floor(number) && fabs(number) <= 9007199254740992.0)) && /* 2^53 */
        (!field->has_minimum || number >= field->minimum) &&
        (!field->has_maximum || number <= field->maximum);
    if (is_fine) {
        accept_number(at, number);
    } else {
        refuse(at, expected_number(at));
    }
}

static void read_boolean(const reading *at)
{
    static const char *const words[] = {"no", "yes", "false", "true", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const char *word = words[i];
        size_t k = 0;
        while (word[k] != '\0' && (at->cell[k] | 0x20) == (word[k] | 0x20)) {
            k++;
        }
        if (word[k] == '\0' && at->cell[k] == '\0') {
            accept_number(at, (double)(i % 2));
            return;
        }
    }
    refuse(at, "yes or no, true or false, 1 or 0");
}

static void read_date(const reading *at)
{
    int32_t days = 0;
    if (cbk_date_parse(at->cell, &days)) {
        accept_text(at, at->cell);
    } else {
        refuse(at, "a day of the calendar as YYYY-MM-DD");
    }
}

/* YYYY-MM-DDTHH:MM or with :SS; a space may stand for the T. */
static void read_datetime(const reading *at)
{
    char day[11];
    int32_t days = 0;
    const size_t size = strlen(at->cell);
    bool is_fine = size == 16 || size == 19;
    if (is_fine) {
        memcpy(day, at->cell, 10);
        day[10] = '\0';
        is_fine = cbk_date_parse(day, &days) && strchr("T ", at->cell[10]) != NULL;
    }
    static const char shape[] = "00:00:00";
    for (size_t i = 11; is_fine && i < size; i++) {
        is_fine = shape[i - 11] == ':' ? at->cell[i] == ':'
                                       : at->cell[i] >= '0' && at->cell[i] <= '9';
    }
    is_fine = is_fine && memcmp(at->cell + 11, "24", 2) < 0 && at->cell[14] < '6' &&
              (size == 16 || at->cell[17] < '6');
    if (is_fine) {
        accept_text(at, at->cell);
    } else {
        refuse(at, "a time as YYYY-MM-DDTHH:MM");
    }
}

/* "one of F, M; nearest: F" */
static const char *expected_choice(const reading *at, const char *found)
{
    const cbk_field *field = at->field;
    cbk_buffer list = {0};
    const char **codes = CBK_NEW(at->arena, const char *, field->n_choices + 1);
    for (size_t i = 0; codes != NULL && i < field->n_choices; i++) {
        codes[i] = field->choices[i].code;
        cbk_buffer_addf(&list, "%s%s", i == 0 ? "" : ", ", codes[i]);
    }
    const char *nearest =
        codes != NULL ? cbk_nearest_spelling(found, codes, field->n_choices) : NULL;
    const char *expected = cbk_text_format(
        at->arena, "one of %.300s%s%s%s", list.bytes != NULL ? list.bytes : "",
        nearest != NULL ? " (did you mean " : "", nearest != NULL ? nearest : "",
        nearest != NULL ? "?)" : "");
    cbk_buffer_free(&list);
    return expected != NULL ? expected : "a declared choice";
}

static bool is_declared(const cbk_field *field, const char *code, size_t size)
{
    for (size_t i = 0; i < field->n_choices; i++) {
        if (strlen(field->choices[i].code) == size &&
            memcmp(field->choices[i].code, code, size) == 0) {
            return true;
        }
    }
    return false;
}

static void read_choice(const reading *at)
{
    if (is_declared(at->field, at->cell, strlen(at->cell))) {
        accept_text(at, at->cell);
    } else {
        refuse(at, expected_choice(at, at->cell));
    }
}

/* "a|b", each declared, none twice; spaces around the bar are dropped. */
static void read_choices(const reading *at)
{
    const size_t size = strlen(at->cell);
    char *kept = CBK_NEW(at->arena, char, size + 2);
    size_t used = 0;
    if (kept == NULL) {
        return;
    }
    for (const char *part = at->cell; part != NULL;) {
        const size_t length = strcspn(part, "|");
        const char *next = part[length] == '|' ? part + length + 1 : NULL;
        size_t first = 0;
        size_t last = length;
        while (first < last && part[first] == ' ') {
            first++;
        }
        while (last > first && part[last - 1] == ' ') {
            last--;
        }
        const char *code = cbk_text_copy_bytes(at->arena, part + first, last - first);
        if (code == NULL) {
            return;
        }
        if (!is_declared(at->field, code, last - first)) {
            refuse(at, cbk_text_format(at->arena, "%s, separated by |",
                                       expected_choice(at, code)));
            return;
        }
        for (const char *other = at->cell; other < part;) {
            const size_t n = strcspn(other, "|");
            if (n == length && memcmp(other, part, n) == 0) {
                refuse(at, "each choice once");
                return;
            }
            other += n + 1;
        }
        if (used > 0) {
            kept[used++] = '|';
        }
        memcpy(kept + used, code, last - first);
        used += last - first;
        part = next;
    }
    accept_text(at, kept);
}

static const char *missing_kind(const cbk_field *field, const char *cell)
{
    if (cell[0] == '\0') {
        return "not recorded";
    }
    for (size_t i = 0; i < field->n_missing; i++) {
        if (strcmp(field->missing[i].code, cell) == 0) {
            return field->missing[i].label;
        }
    }
    return NULL;
}

void cbk_cell_read(const cbk_csv *csv, const cbk_field *field, const char *cell,
                   cbk_place place, cbk_arena *arena, cbk_problems *problems,
                   cbk_recorded *out)
{
    *out = (cbk_recorded){.missing = missing_kind(field, cell)};
    const reading at = {.csv = csv,
                        .field = field,
                        .cell = cell,
                        .place = place,
                        .arena = arena,
                        .problems = problems,
                        .out = out};
    if (out->missing != NULL) {
        if (field->is_required && cell[0] == '\0') {
            cbk_problems_add(problems, place,
                             "column `%s`: empty, but the field is required",
                             field->name);
        }
        return;
    }
    switch (field->type) {
    case CBK_FIELD_TEXT:
        accept_text(&at, cell);
        break;
    case CBK_FIELD_INTEGER:
    case CBK_FIELD_NUMBER:
        read_number(&at);
        break;
    case CBK_FIELD_DATE:
        read_date(&at);
        break;
    case CBK_FIELD_DATETIME:
        read_datetime(&at);
        break;
    case CBK_FIELD_BOOLEAN:
        read_boolean(&at);
        break;
    case CBK_FIELD_CHOICE:
        read_choice(&at);
        break;
    case CBK_FIELD_CHOICES:
        read_choices(&at);
        break;
    }
}

cbk_storage cbk_field_storage(cbk_field_type type)
{
    switch (type) {
    case CBK_FIELD_INTEGER:
    case CBK_FIELD_BOOLEAN:
        return CBK_STORAGE_INTEGER;
    case CBK_FIELD_NUMBER:
        return CBK_STORAGE_REAL;
    default:
        return CBK_STORAGE_TEXT;
    }
}
