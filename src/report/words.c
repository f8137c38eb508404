/* words.c - the small grammar of a report: counts, runs of records and lines, periods,
 * labels. */
#include "report/builder.h"

#include "base/date.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ITEMS_MAX = 20 }; /* of a list, before "and n more" */

const char *cbk_words_take(cbk_buffer *buffer, cbk_arena *arena)
{
    const char *text = NULL;
    if (buffer->is_failed) {
        (void)cbk_arena_alloc(arena, SIZE_MAX, 2, 1); /* fails, and so does the arena */
    } else {
        text = cbk_text_copy(arena, buffer->bytes != NULL ? buffer->bytes : "");
    }
    cbk_buffer_free(buffer);
    return text;
}

const char *cbk_words_list(cbk_arena *arena, const char *const *word, size_t n)
{
    cbk_buffer buffer = {0};
    for (size_t i = 0; i < n; i++) {
        cbk_buffer_addf(&buffer, "%s%s", i > 0 ? ", " : "", word[i]);
    }
    return cbk_words_take(&buffer, arena);
}

const char *cbk_words_and(cbk_arena *arena, const char *const *word, size_t n)
{
    cbk_buffer buffer = {0};
    for (size_t i = 0; i < n; i++) {
        const char *before = i == 0 ? "" : i + 1 == n ? " and " : ", ";
        cbk_buffer_addf(&buffer, "%s%s", before, word[i]);
    }
    return cbk_words_take(&buffer, arena);
}

const char *cbk_words_number(cbk_arena *arena, const cbk_style *style, double value)
{
    static const char *const words[] = {"zero", "one", "two",   "three", "four",
                                        "five", "six", "seven", "eight", "nine"};
    return value >= 0.0 && value < 10.0 && value == floor(value)
               ? words[(size_t)value]
               : cbk_print_number(arena, style, value, -1);
}

static bool begins_with_any(const char *text, const char *const *beginnings)
{
    for (; *beginnings != NULL; beginnings++) {
        if (strncasecmp(text, *beginnings, strlen(*beginnings)) == 0) {
            return true;
        }
    }
    return false;
}

const char *cbk_words_article(const char *next)
{
    static const char *const like_you[] = {"uni", "use", "usu", "ure",  "uro",
                                           "ute", "eu",  "one", "once", NULL};
    const size_t n_digits = strspn(next, "0123456789");
    if (n_digits > 0) {
        const bool is_spoken_so =
            next[0] == '8' || (n_digits == 2 && (strncmp(next, "11", 2) == 0 ||
                                                 strncmp(next, "18", 2) == 0));
        return is_spoken_so ? "an" : "a";
    }
    if (isupper((unsigned char)next[0]) &&
        (isupper((unsigned char)next[1]) || isdigit((unsigned char)next[1]))) {
        return strchr("AEFHILMNORSX", next[0]) != NULL ? "an" : "a";
    }
    return next[0] != '\0' && strchr("aeiouAEIOU", next[0]) != NULL &&
                   !begins_with_any(next, like_you)
               ? "an"
               : "a";
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

const char *cbk_words_spaced(cbk_arena *arena, const char *name)
{
    char *words = cbk_text_copy(arena, name);
    for (char *c = words; c != NULL && *c != '\0'; c++) {
        *c = *c == '_' ? ' ' : *c;
    }
    return words != NULL ? words : name;
}

const char *cbk_words_lower_first(cbk_arena *arena, const char *text)
{
    if (!is_upper(text[0]) || !(is_lower(text[1]) || text[1] == ' ')) {
        return text;
    }
    char *copy = cbk_text_copy(arena, text);
    if (copy != NULL) {
        copy[0] = (char)(copy[0] - 'A' + 'a');
    }
    return copy;
}

const char *cbk_words_upper_first(cbk_arena *arena, const char *text)
{
    char *copy = cbk_text_copy(arena, text);
    if (copy != NULL && is_lower(copy[0])) {
        copy[0] = (char)(copy[0] - 'a' + 'A');
    }
    return copy;
}

const char *cbk_words_count(cbk_arena *arena, size_t n, const char *one, const char *many)
{
    if (n == 0) {
        return cbk_text_format(arena, "no %s", many);
    }
    return cbk_text_format(arena, "%zu %s", n, n == 1 ? one : many);
}

/* "Stay (days)" says days; so does "Day of discharge". */
static bool says_unit(const char *label, const char *unit)
{
    const size_t length = strlen(unit);
    const bool is_plural = length > 3 && unit[length - 1] == 's';
    for (const char *at = label; *at != '\0'; at++) {
        const size_t stem = is_plural ? length - 1 : length;
        const char first = is_upper(*at) ? (char)(*at - 'A' + 'a') : *at;
        if (strncmp(at, unit, length) == 0 ||
            (is_plural && first == unit[0] && strncmp(at + 1, unit + 1, stem - 1) == 0)) {
            return true;
        }
    }
    return false;
}

const char *cbk_words_label_unit(cbk_arena *arena, const char *label, const char *unit)
{
    if (unit == NULL || unit[0] == '\0' || says_unit(label, unit)) {
        return label;
    }
    return cbk_text_format(arena, "%s, %s", label, unit);
}

const char *cbk_words_duration(cbk_arena *arena, const cbk_style *style, double time,
                               const char *unit)
{
    const char *number = cbk_print_number(arena, style, time, -1);
    if (unit == NULL || number == NULL) {
        return number;
    }
    const size_t length = strlen(unit);
    const bool is_plural = length > 1 && unit[length - 1] == 's';
    const size_t kept = strcmp(number, "1") == 0 && is_plural ? length - 1 : length;
    return cbk_text_format(arena, "%s %.*s", number, (int)kept, unit);
}

/* ---- runs ------------------------------------------------------------------------- */

/* Where the digits at the end of a key begin. */
static size_t digits_start(const char *key)
{
    size_t start = strlen(key);
    while (start > 0 && isdigit((unsigned char)key[start - 1])) {
        start--;
    }
    return start;
}

/* Whether `next` is `key` counted one further: 2 after 1, P10 after P09, 3/2 after 3/1.
 */
static bool key_follows(const char *key, const char *next)
{
    const size_t start = digits_start(key);
    const size_t n_digits = strlen(key) - start;
    if (n_digits == 0 || n_digits > 15 || digits_start(next) != start ||
        strlen(next) - start > 15 || strncmp(key, next, start) != 0 ||
        next[start] == '\0') {
        return false;
    }
    const bool has_same_width = strlen(next) - start == n_digits;
    const bool is_padded = key[start] == '0' && n_digits > 1;
    return (has_same_width || (!is_padded && next[start] != '0')) &&
           strtoll(next + start, NULL, 10) == strtoll(key + start, NULL, 10) + 1;
}

/* Adds items first..last of a run: all of them up to two, else the ends. */
static size_t add_run(cbk_buffer *buffer, const char *first, const char *last,
                      size_t length)
{
    const char *comma = buffer->size > 0 ? ", " : "";
    if (length == 1) {
        cbk_buffer_addf(buffer, "%s%s", comma, first);
    } else if (length == 2) {
        cbk_buffer_addf(buffer, "%s%s, %s", comma, first, last);
    } else {
        cbk_buffer_addf(buffer, "%s%s to %s", comma, first, last);
    }
    return length == 2 ? 2 : 1;
}

const char *cbk_words_keys(cbk_arena *arena, const char *const *keys, size_t n)
{
    cbk_buffer buffer = {0};
    size_t n_items = 0;
    for (size_t i = 0; i < n;) {
        if (n_items >= ITEMS_MAX) {
            cbk_buffer_addf(&buffer, " and %zu more", n - i);
            break;
        }
        size_t end = i + 1;
        while (end < n && key_follows(keys[end - 1], keys[end])) {
            end++;
        }
        n_items += add_run(&buffer, keys[i], keys[end - 1], end - i);
        i = end;
    }
    return cbk_words_take(&buffer, arena);
}

static int by_size(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a;
    const size_t y = *(const size_t *)b;
    return (x > y) - (x < y);
}

static bool is_ascending(const size_t *line, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (line[i] < line[i - 1]) {
            return false;
        }
    }
    return true;
}

/* Drops repetitions from sorted line[n]; returns how many stay. */
static size_t unique_lines(size_t *line, size_t n)
{
    size_t n_kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (n_kept == 0 || line[n_kept - 1] != line[i]) {
            line[n_kept++] = line[i];
        }
    }
    return n_kept;
}

const char *cbk_words_lines(cbk_arena *arena, size_t *line, size_t n)
{
    if (!is_ascending(line, n)) {
        qsort(line, n, sizeof *line, by_size);
    }
    const size_t n_kept = unique_lines(line, n);
    cbk_buffer buffer = {0};
    size_t n_items = 0;
    for (size_t i = 0; i < n_kept;) {
        if (n_items >= ITEMS_MAX) {
            cbk_buffer_addf(&buffer, " and %zu more", n_kept - i);
            break;
        }
        size_t end = i + 1;
        while (end < n_kept && line[end] == line[end - 1] + 1) {
            end++;
        }
        char first[24];
        char last[24];
        (void)snprintf(first, sizeof first, "%zu", line[i]);
        (void)snprintf(last, sizeof last, "%zu", line[end - 1]);
        n_items += add_run(&buffer, first, last, end - i);
        i = end;
    }
    const char *list = cbk_words_take(&buffer, arena);
    return list == NULL
               ? NULL
               : cbk_text_format(arena, "%s %s", n_kept == 1 ? "line" : "lines", list);
}

const char *cbk_words_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* ---- periods ---------------------------------------------------------------------- */

static const char *const month_name[12] = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

/* "August 1999" of "1999-08-01". */
static const char *month_words(cbk_arena *arena, const char *day)
{
    const long month = strtol(day + 5, NULL, 10);
    return cbk_text_format(arena, "%s %.4s", month_name[month - 1], day);
}

const char *cbk_words_period(cbk_arena *arena, int32_t first_day, int32_t last_day)
{
    char first[11];
    char last[11];
    char after[11];
    cbk_date_format(first_day, first);
    cbk_date_format(last_day, last);
    cbk_date_format(last_day + 1, after);
    if (strcmp(first + 8, "01") != 0 || strcmp(after + 8, "01") != 0) {
        return cbk_text_format(arena, "%s to %s", first, last);
    }
    if (strncmp(first, last, 7) == 0) {
        return month_words(arena, first);
    }
    return cbk_text_format(arena, "%s to %s", month_words(arena, first),
                           month_words(arena, last));
}

const char *cbk_words_in_period(cbk_arena *arena, const cbk_protocol *protocol)
{
    if (!protocol->has_period) {
        return "";
    }
    const char *period =
        cbk_words_period(arena, protocol->period_first_day, protocol->period_last_day);
    const bool is_range = period != NULL && strstr(period, " to ") != NULL;
    return cbk_text_format(arena, " %s %s", is_range ? "from" : "in", period);
}

const char *cbk_words_centres(cbk_arena *arena, const cbk_style *style,
                              const char *centres)
{
    if (centres == NULL || cbk_block_number(centres) == NULL) {
        return "";
    }
    const double n = strtod(centres, NULL);
    return cbk_text_format(arena, " at %s %s", cbk_words_number(arena, style, n),
                           n == 1.0 ? "centre" : "centres");
}

const char *cbk_words_notes(cbk_arena *arena, cbk_notes notes)
{
    if (notes == 0) {
        return NULL;
    }
    cbk_buffer buffer = {0};
    for (int i = 0; i < CBK_NOTE_COUNT; i++) {
        const cbk_note note = (cbk_note)(1 << i);
        if ((notes & (cbk_notes)note) != 0) {
            cbk_buffer_addf(&buffer, "%s%s", buffer.size > 0 ? " " : "",
                            cbk_note_sentence(note));
        }
    }
    return cbk_words_take(&buffer, arena);
}
