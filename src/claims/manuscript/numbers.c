/* numbers.c - every number of a manuscript, sentence by sentence, and the digits that are
 * none.  Contract: manuscript_builder.h; what counts: docs/formats/manuscript.md.
 */
#include "claims/manuscript/number_scan.h"

#include <ctype.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* ---- found and left out ---------------------------------------------------------- */

static void leave_out(cbk_number_scan *s, const char *from, size_t size,
                      cbk_left_out_reason why)
{
    cbk_left_out *added = cbk_growing_add(&s->left_out, sizeof(cbk_left_out), s->arena);
    if (added != NULL) {
        *added = (cbk_left_out){.reason = why,
                                .sentence = s->sentence,
                                .text = cbk_text_copy_bytes(s->arena, from, size)};
    }
}

/* The number between from and to; its value as a claim with that text would have it. */
static void add_number(cbk_number_scan *s, const char *from, const char *to,
                       cbk_found_kind kind)
{
    cbk_found_number *added =
        cbk_growing_add(&s->numbers, sizeof(cbk_found_number), s->arena);
    cbk_stated stated = {0};
    const char *text = cbk_text_copy_bytes(s->arena, from, (size_t)(to - from));
    if (added == NULL || text == NULL || !cbk_stated_read(text, s->arena, &stated)) {
        return;
    }
    *added = (cbk_found_number){.kind = kind,
                                .sentence = s->sentence,
                                .start = (size_t)(from - s->text),
                                .end = (size_t)(to - s->text),
                                .text = text};
    if (kind == CBK_FOUND_NUMBER && stated.n > 0) {
        added->value = stated.numbers[0].value;
        added->digits = stated.numbers[0].digits;
        added->comparator = (int)stated.numbers[0].comparator;
    }
}

/* ---- dates ----------------------------------------------------------------------- */

/* Bytes of a month's name with a capital, and of the point behind it. */
static size_t month_length(const char *text)
{
    static const char *const months[] = {
        "January",   "February", "March",    "April",    "May", "June", "July", "August",
        "September", "October",  "November", "December", "Jan", "Feb",  "Mar",  "Apr",
        "Jun",       "Jul",      "Aug",      "Sept",     "Sep", "Oct",  "Nov",  "Dec"};
    for (size_t i = 0; i < N(months); i++) {
        const size_t size = strlen(months[i]);
        if (strncmp(text, months[i], size) == 0 && !isalpha((unsigned char)text[size])) {
            return size + (text[size] == '.');
        }
    }
    return 0;
}

/* "2010", "12" where text starts: digits that stand alone. */
static size_t alone(const char *text, size_t n_max)
{
    const size_t n = strspn(text, "0123456789");
    return n > 0 && n <= n_max && !isalnum((unsigned char)text[n]) && text[n] != '%' ? n
                                                                                     : 0;
}

/* "August 1998", "August 31, 1998", "Aug. 31" where text starts with a month. */
static size_t month_date(const char *text)
{
    size_t size = month_length(text);
    if (size == 0 || text[size] != ' ') {
        return 0;
    }
    size++;
    const size_t digits = alone(text + size, 4);
    if (digits == 0 || digits == 3) {
        return 0;
    }
    size += digits;
    const size_t comma = strncmp(text + size, ", ", 2) == 0 ? 2 : text[size] == ' ';
    return digits <= 2 && comma > 0 && alone(text + size + comma, 4) == 4
               ? size + comma + 4
               : size;
}

/* "1998-08-31", "31/08/1998", "31.08.1998", "31 August 1998" where text starts with
 * digits. */
static size_t digit_date(const char *text)
{
    const size_t first = strspn(text, "0123456789");
    const char mark = text[first];
    if (first == 4 && mark == '-') {
        return strspn(text + 5, "0123456789") == 2 && text[7] == '-' &&
                       alone(text + 8, 2) == 2
                   ? 10
                   : 0;
    }
    if (first == 0 || first > 2) {
        return 0;
    }
    if (mark == '/' || mark == '.') {
        const size_t second = strspn(text + first + 1, "0123456789");
        const size_t third = first + 1 + second;
        return second >= 1 && second <= 2 && text[third] == mark &&
                       alone(text + third + 1, 4) == 4
                   ? third + 5
                   : 0;
    }
    const size_t month = mark == ' ' ? month_length(text + first + 1) : 0;
    if (month == 0) {
        return 0;
    }
    const size_t size = first + 1 + month;
    return text[size] == ' ' && alone(text + size + 1, 4) == 4 ? size + 5 : size;
}

/* ---- words ------------------------------------------------------------------------ */

/* What is counted: behind "one" and "no" they are counts. */
static bool is_counted_noun(const char *text)
{
    static const char *const nouns[] = {
        "patient",      "patients",      "case",        "cases",      "death",
        "deaths",       "event",         "events",      "woman",      "women",
        "man",          "men",           "child",       "children",   "girl",
        "girls",        "boy",           "boys",        "tumour",     "tumours",
        "tumor",        "tumors",        "lesion",      "lesions",    "operation",
        "operations",   "recurrence",    "recurrences", "metastasis", "metastases",
        "complication", "complications", "relapse",     "relapses",   "of them",
        "participant",  "participants",  "subject",     "subjects",   "died",
        "survivor",     "survivors"};
    return cbk_word_of(text, nouns, N(nouns)) > 0;
}

static void copy_lower(const char *text, char out[32])
{
    size_t i = 0;
    for (; i < 31 && (isalpha((unsigned char)text[i]) || text[i] == '-'); i++) {
        out[i] = (char)tolower((unsigned char)text[i]);
    }
    out[i] = '\0';
}

/* Bytes of a number word in any case, and its value; 0: none. */
static size_t any_number_word(const char *text, double *value)
{
    static const char *const no_counts[] = {"both", "neither", "nobody"};
    char word[32];
    copy_lower(text, word);
    const size_t size = cbk_number_word_at(word, value);
    const unsigned char after = (unsigned char)text[size];
    return isalnum(after) || (after >= 0xc3 && after < 0xe2) ||
                   cbk_word_of(text, no_counts, N(no_counts)) > 0
               ? 0
               : size;
}

/* "thirds" of "two-thirds" and "two thirds" behind the number: its bytes, 0: none. */
static size_t fraction_length(const char *after)
{
    static const char *const parts[] = {"third",  "thirds", "quarter", "quarters",
                                        "fourth", "fifth",  "fifths",  "half"};
    const size_t size = strchr("- ", *after) != NULL && *after != '\0'
                            ? cbk_word_of(after + 1, parts, N(parts))
                            : 0;
    return size > 0 ? 1 + size : 0;
}

/* "one" and "no" are numbers before what is counted, before "of five", before a bracket
 * with a figure, before a time; "in one." (is_last) is one, too. */
static bool is_count_of_one_or_none(const char *after, double value, bool is_last)
{
    static const char *const units[] = {"year", "month", "week", "day"};
    double ignored = 0.0;
    if (*after == '-') {
        return value > 0.0 && cbk_word_of(after + 1, units, N(units)) > 0;
    }
    const char *noun = *after == ' ' ? after + 1 : "";
    if (is_counted_noun(noun) ||
        (value > 0.0 && is_last && strchr(".,;)", *after) != NULL)) {
        return true;
    }
    const bool is_of =
        strncmp(noun, "of ", 3) == 0 &&
        (isdigit((unsigned char)noun[3]) || any_number_word(noun + 3, &ignored) > 0);
    const bool is_bracket = *noun == '(' && isdigit((unsigned char)noun[1]);
    return value > 0.0 && (is_of || is_bracket || cbk_word_of(noun, units, N(units)) > 0);
}

/* A number in words that counts or measures something; its bytes, 0: none. */
static size_t number_word(const char *text, bool is_last)
{
    static const char *const units[] = {"year", "month", "week", "day", "hour"};
    double value = 0.0;
    const size_t size = any_number_word(text, &value);
    const char *after = text + size;
    const size_t fraction = size > 0 ? fraction_length(after) : 0;
    if (size == 0 || fraction > 0) {
        return size + fraction;
    }
    if (cbk_word_is(text, "one") || cbk_word_is(text, "no")) {
        return is_count_of_one_or_none(after, value, is_last) ? size : 0;
    }
    return *after != '-' || cbk_word_of(after + 1, units, N(units)) > 0 ? size : 0;
}

/* ---- figures ------------------------------------------------------------------------
 */

/* The start of the comparator and the sign of the number at `at`. */
static const char *sign_start(const cbk_number_scan *s, const char *at)
{
    static const char *const comparators[] = {"<=", ">=", "≤", "≥", "<", ">"};
    const char *from = at;
    static const char minus[] = "−";
    size_t dash = from - s->start >= 1 && from[-1] == '-' ? 1 : 0;
    if (from - s->start >= 3 && strncmp(from - 3, minus, 3) == 0) {
        dash = 3;
    }
    const char *before = from - dash;
    if (dash > 0 && (before == s->start || strchr(" (=<>,:/", before[-1]) != NULL)) {
        const char *last = before;
        while (last > s->start && last[-1] == ' ') {
            last--;
        }
        const bool is_range = last < before && last > s->start &&
                              (isdigit((unsigned char)last[-1]) || last[-1] == '%');
        from = is_range ? from : before;
    }
    const char *blank = from;
    while (blank > s->start && blank[-1] == ' ' && from - blank < 2) {
        blank--;
    }
    for (size_t i = 0; i < N(comparators); i++) {
        const size_t size = strlen(comparators[i]);
        if ((size_t)(blank - s->start) >= size &&
            strncmp(blank - size, comparators[i], size) == 0) {
            return blank - size;
        }
    }
    return from;
}

/* The end of the number behind its percent sign. */
static const char *percent_end(const char *end)
{
    static const char *const signs[] = {"%", " %", "\u00a0%", "\u2009%", "\u202f%"};
    for (size_t i = 0; i < N(signs); i++) {
        const size_t size = cbk_length_if_starts(end, signs[i]);
        if (size > 0) {
            return end + size;
        }
    }
    return end;
}

/* What starts with a digit, or with the point of ".05". */
static void read_figures(cbk_number_scan *s)
{
    cbk_left_out_reason why = CBK_LEFT_OUT_NAME;
    cbk_stated_number number;
    const size_t date = digit_date(s->at);
    if (date > 0) {
        add_number(s, s->at, s->at + date, CBK_FOUND_DATE);
        s->at += date;
        return;
    }
    size_t size = cbk_number_at(s->at, &number);
    size = size > 0 ? size : 1;
    const size_t label = cbk_label_digits(s, size, &why);
    if (label > 0) {
        leave_out(s, s->at, label, why);
        s->at += label;
        return;
    }
    const char *end = percent_end(s->at + size);
    add_number(s, sign_start(s, s->at), end, CBK_FOUND_NUMBER);
    s->at = end;
    while (isalpha((unsigned char)*s->at) && s->at < s->end) { /* the unit of "5cm" */
        s->at++;
    }
}

/* ---- sentences ----------------------------------------------------------------------
 */

static bool is_inside_word(const cbk_number_scan *s)
{
    return cbk_is_behind_word(s) || (s->at > s->start && s->at[-1] == '-');
}

static bool is_behind_in(const cbk_number_scan *s)
{
    return s->at - s->start >= 3 && strncmp(s->at - 3, "in ", 3) == 0;
}

/* "cm²": a unit, not a citation. */
static bool is_power_of_unit(const cbk_number_scan *s, size_t size)
{
    return size == 2 && s->at > s->start && isalpha((unsigned char)s->at[-1]);
}

static void read_one(cbk_number_scan *s)
{
    cbk_left_out_reason why = CBK_LEFT_OUT_NAME;
    const bool is_letter = isalpha((unsigned char)*s->at) != 0;
    const size_t month = is_letter && !is_inside_word(s) ? month_date(s->at) : 0;
    const size_t label = month == 0 ? cbk_label_at(s, &why) : 0;
    const size_t word = month == 0 && label == 0 && is_letter && !is_inside_word(s)
                            ? number_word(s->at, is_behind_in(s))
                            : 0;
    const bool is_point = *s->at == '.' && isdigit((unsigned char)s->at[1]) &&
                          (s->at == s->start || strchr(" (=<>[", s->at[-1]) != NULL);
    if (month > 0 || word > 0) {
        const size_t size = month + word;
        add_number(s, s->at, s->at + size, month > 0 ? CBK_FOUND_DATE : CBK_FOUND_NUMBER);
        s->at += size;
    } else if (label > 0) {
        if (why != CBK_LEFT_OUT_RAISED || !is_power_of_unit(s, label)) {
            leave_out(s, s->at, label, why);
        }
        s->at += label;
    } else if (isdigit((unsigned char)*s->at) || is_point) {
        read_figures(s);
    } else {
        s->at++;
        while (is_letter && s->at < s->end && isalpha((unsigned char)*s->at)) {
            s->at++;
        }
    }
}

/* All digits of a sentence that holds no numbers of the study. */
static void leave_out_digits(cbk_number_scan *s, cbk_left_out_reason why)
{
    while (s->at < s->end) {
        const size_t n = strspn(s->at, "0123456789");
        if (n > 0) {
            leave_out(s, s->at, n, why);
        }
        s->at += n > 0 ? n : 1;
    }
}

/* ---- passages ------------------------------------------------------------------------
 */

static bool is_reference_heading(const char *text)
{
    static const char *const words[] = {"references", "reference list",   "bibliography",
                                        "literature", "literature cited", "works cited"};
    text += strspn(text, "0123456789. ");
    for (size_t i = 0; i < N(words); i++) {
        const size_t size = strlen(words[i]);
        if (cbk_word_is(text, words[i]) &&
            text[size + strspn(text + size, ".: ")] == '\0') {
            return true;
        }
    }
    return false;
}

/* A line that is a page's number. */
static bool is_page_number(const cbk_passage *passage)
{
    const char *text = passage->text;
    const bool has_word = cbk_word_is(text, "page");
    text += has_word ? 4 : 0;
    text += strspn(text, " ");
    const size_t digits = strspn(text, "0123456789");
    text += digits;
    text += cbk_length_if_starts(text, " of ") + cbk_length_if_starts(text, " / ");
    const size_t more = strspn(text, "0123456789");
    return passage->kind == CBK_PASSAGE_PARAGRAPH && digits > 0 && digits < 5 &&
           text[more] == '\0' && (has_word || more == 0);
}

/* Whether a header cell says that its column numbers the rows: "Patient no.". */
static bool is_numbering_header(const char *text)
{
    static const char *const words[] = {"patient", "patients", "case", "cases", "subject",
                                        "no",      "number",   "nr",   "id",    "#"};
    const char *at = text;
    while (*at != '\0') {
        const size_t size = *at == '#' ? 1 : cbk_word_of(at, words, N(words));
        if (size == 0) {
            return false;
        }
        at += size;
        at += strspn(at, ". ");
    }
    return at > text;
}

/* "2.1 Results": the number of the heading. */
static size_t heading_number(const cbk_passage *passage)
{
    if (passage->kind != CBK_PASSAGE_HEADING) {
        return 0;
    }
    const size_t size = strspn(passage->text, "0123456789.");
    const bool is_number = size > 0 && passage->text[size] == ' ' &&
                           isdigit((unsigned char)passage->text[0]) &&
                           memchr(passage->text, '.', size) != NULL;
    return is_number ? size : 0;
}

typedef struct finder {
    cbk_manuscript *manuscript;
    cbk_number_scan scan;
    cbk_growing sentences;
    int reference_level; /* of the heading above a reference list; 0: none */
    size_t table_first;  /* the first cell of the table being read */
} finder;

/* A cell below "Patient no.": a name of its row. */
static bool is_row_name(const finder *f, size_t i)
{
    const cbk_passage *cell = &f->manuscript->passages[i];
    const size_t header = f->table_first + cell->column;
    if (cell->kind != CBK_PASSAGE_CELL || cell->row == 0 || header >= i ||
        strspn(cell->text, "0123456789") != strlen(cell->text)) {
        return false;
    }
    const cbk_passage *above = &f->manuscript->passages[header];
    return above->kind == CBK_PASSAGE_CELL && above->row == 0 &&
           above->column == cell->column && is_numbering_header(above->text);
}

static void read_sentence(finder *f, size_t i, size_t start, size_t end)
{
    const cbk_passage *passage = &f->manuscript->passages[i];
    cbk_number_scan *s = &f->scan;
    cbk_sentence *sentence =
        cbk_growing_add(&f->sentences, sizeof(cbk_sentence), s->arena);
    if (sentence == NULL) {
        return;
    }
    s->text = passage->text;
    s->start = s->at = passage->text + start;
    s->end = passage->text + end;
    s->sentence = f->sentences.n - 1;
    *sentence = (cbk_sentence){
        .passage = i, .start = start, .end = end, .first_number = s->numbers.n};
    if (f->reference_level > 0 && passage->kind != CBK_PASSAGE_HEADING) {
        leave_out_digits(s, CBK_LEFT_OUT_REFERENCE_LIST);
    } else if (is_page_number(passage)) {
        leave_out_digits(s, CBK_LEFT_OUT_PAGE);
    } else if (is_row_name(f, i)) {
        leave_out_digits(s, CBK_LEFT_OUT_LABEL);
    } else {
        const size_t number = heading_number(passage);
        if (number > 0) {
            leave_out(s, s->at, number, CBK_LEFT_OUT_LABEL);
            s->at += number;
        }
        while (s->at < s->end) {
            read_one(s);
        }
    }
    sentence->n_numbers = s->numbers.n - sentence->first_number;
}

static void read_passage(finder *f, size_t i)
{
    const cbk_passage *passage = &f->manuscript->passages[i];
    const size_t size = strlen(passage->text);
    if (passage->kind == CBK_PASSAGE_CELL && passage->row == 0 && passage->column == 0) {
        f->table_first = i;
    }
    if (passage->kind == CBK_PASSAGE_HEADING &&
        (f->reference_level == 0 || passage->level <= f->reference_level)) {
        f->reference_level = is_reference_heading(passage->text) ? passage->level : 0;
    }
    const bool is_whole =
        passage->kind == CBK_PASSAGE_HEADING || passage->kind == CBK_PASSAGE_CELL;
    for (size_t at = 0; at < size;) {
        const size_t end = is_whole && size <= CBK_SENTENCE_BYTES_MAX
                               ? size
                               : cbk_sentence_end(passage->text, at);
        read_sentence(f, i, at, end);
        at = end + strspn(passage->text + end, " ");
    }
}

cbk_status cbk_manuscript_find(cbk_manuscript *manuscript, cbk_arena *arena,
                               cbk_error *err)
{
    finder f = {.manuscript = manuscript, .scan = {.arena = arena}};
    for (size_t i = 0; i < manuscript->n_passages; i++) {
        read_passage(&f, i);
    }
    if (cbk_arena_has_failed(arena)) {
        return cbk_fail_memory(err);
    }
    manuscript->sentences = f.sentences.items;
    manuscript->n_sentences = f.sentences.n;
    manuscript->numbers = f.scan.numbers.items;
    manuscript->n_numbers = f.scan.numbers.n;
    manuscript->left_out = f.scan.left_out.items;
    manuscript->n_left_out = f.scan.left_out.n;
    return CBK_OK;
}

cbk_status cbk_numbers_of(const char *text, cbk_arena *arena,
                          const cbk_found_number **numbers, size_t *n, cbk_error *err)
{
    cbk_number_scan s = {.text = text,
                         .start = text,
                         .end = text + strlen(text),
                         .at = text,
                         .arena = arena};
    while (s.at < s.end) {
        read_one(&s);
    }
    *numbers = s.numbers.items;
    *n = s.numbers.n;
    return cbk_arena_has_failed(arena) ? cbk_fail_memory(err) : CBK_OK;
}
