/* inverse_parse.c - a question's SQL as [k *] statistic(column).  Contract:
 * inverse_question.h. */
#include "claims/inverse/inverse_question.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
    const char *name;
    cbk_statistic statistic;
} functions[] = {
    {"mean", CBK_STATISTIC_MEAN},           {"avg", CBK_STATISTIC_MEAN},
    {"median", CBK_STATISTIC_MEDIAN},       {"min", CBK_STATISTIC_SMALLEST},
    {"max", CBK_STATISTIC_LARGEST},         {"sum", CBK_STATISTIC_SUM},
    {"km_median", CBK_STATISTIC_KM_MEDIAN}, {"km_survival", CBK_STATISTIC_KM_SURVIVAL},
    {"count", CBK_STATISTIC_COUNT},         {"events", CBK_STATISTIC_EVENTS},
    {"percent", CBK_STATISTIC_PERCENT},
};

/* ---- words --------------------------------------------------------------------- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_word_byte(char c)
{
    c = lower(c);
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t word_length(const char *text)
{
    size_t n = 0;
    while (is_word_byte(text[n])) {
        n++;
    }
    return n;
}

static bool is_word(const char *text, size_t size, const char *word)
{
    if (strlen(word) != size) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (lower(text[i]) != lower(word[i])) {
            return false;
        }
    }
    return true;
}

/* What follows the quoted text that starts at text; the end where it is not closed. */
static const char *end_of_quoted(const char *text)
{
    const char *end = strchr(text + 1, *text);
    return end != NULL ? end + 1 : text + strlen(text);
}

/* The first place of the name as a word of its own, or NULL. */
static const char *find_word(const char *sql, const char *start, const char *name)
{
    for (const char *at = start; *at != '\0';) {
        if (*at == '\'' || *at == '"') {
            at = end_of_quoted(at);
            continue;
        }
        const size_t size = word_length(at);
        const bool is_qualified = at > sql && at[-1] == '.';
        if (size > 0 && !is_qualified && at[size] != '(' && at[size] != '.' &&
            is_word(at, size, name)) {
            return at;
        }
        at += size > 0 ? size : 1;
    }
    return NULL;
}

bool cbk_sql_has_word(const char *sql, const char *name)
{
    return find_word(sql, sql, name) != NULL;
}

const char *cbk_sql_replace_word(const char *sql, const char *name, const char *by,
                                 cbk_arena *arena)
{
    cbk_buffer out = {0};
    const char *from = sql;
    for (const char *at = find_word(sql, sql, name); at != NULL;
         at = find_word(sql, from, name)) {
        cbk_buffer_add_bytes(&out, from, (size_t)(at - from));
        cbk_buffer_add(&out, by);
        from = at + strlen(name);
    }
    cbk_buffer_add(&out, from);
    const char *copy = out.is_failed ? NULL : cbk_text_copy(arena, out.bytes);
    cbk_buffer_free(&out);
    return copy;
}

/* ---- the expression ------------------------------------------------------------ */

static const char *trimmed(const char *start, const char *end, cbk_arena *arena)
{
    while (start < end && is_space(*start)) {
        start++;
    }
    while (end > start && is_space(end[-1])) {
        end--;
    }
    return cbk_text_copy_bytes(arena, start, (size_t)(end - start));
}

/* The bracket that closes the one at `open`, or NULL; *comma: the last comma between them
 * that stands in no inner bracket. */
static const char *closing(const char *open, const char **comma)
{
    int depth = 0;
    *comma = NULL;
    for (const char *at = open; *at != '\0';) {
        if (*at == '\'' || *at == '"') {
            at = end_of_quoted(at);
            continue;
        }
        depth += (*at == '(') - (*at == ')');
        if (depth == 0) {
            return at;
        }
        *comma = *at == ',' && depth == 1 ? at : *comma;
        at++;
    }
    return NULL;
}

/* "100 *" before the rest; what follows it. */
static const char *read_factor(const char *text, cbk_arena *arena, double *factor)
{
    *factor = 1.0;
    const char *star = strchr(text, '*');
    const char *bracket = strchr(text, '(');
    if (star == NULL || (bracket != NULL && bracket < star)) {
        return text;
    }
    const char *number = trimmed(text, star, arena);
    if (number == NULL || !cbk_number_parse(number, false, factor) || *factor == 0.0) {
        *factor = 1.0;
        return text;
    }
    return star + 1;
}

static bool starts_with_distinct(const char *text)
{
    const size_t size = word_length(text);
    return is_word(text, size, "distinct");
}

/* The arguments between two brackets, for the statistic that was named. */
static bool read_arguments(const char *open, cbk_arena *arena, cbk_expression *out)
{
    const char *comma = NULL;
    const char *end = closing(open, &comma);
    if (end == NULL || *trimmed(end + 1, end + strlen(end), arena) != '\0') {
        return false;
    }
    const bool has_time = out->statistic == CBK_STATISTIC_KM_SURVIVAL;
    if (has_time != (comma != NULL)) {
        return false;
    }
    out->argument = trimmed(open + 1, has_time ? comma : end, arena);
    if (out->argument == NULL || *out->argument == '\0') {
        return false;
    }
    if (has_time) {
        const char *time = trimmed(comma + 1, end, arena);
        return time != NULL && cbk_number_parse(time, false, &out->at) && out->at >= 0.0;
    }
    if (out->statistic == CBK_STATISTIC_COUNT && starts_with_distinct(out->argument)) {
        out->statistic = CBK_STATISTIC_COUNT_DISTINCT;
        out->argument = trimmed(out->argument + strlen("distinct"),
                                out->argument + strlen(out->argument), arena);
    }
    return out->argument != NULL;
}

bool cbk_expression_parse(const char *text, cbk_arena *arena, cbk_expression *out)
{
    *out = (cbk_expression){.statistic = CBK_STATISTIC_VALUE, .at = (double)NAN};
    const char *at = read_factor(text, arena, &out->factor);
    const char *rest = trimmed(at, at + strlen(at), arena);
    if (rest == NULL) {
        return false;
    }
    const size_t size = word_length(rest);
    const char *open = rest + size;
    while (is_space(*open)) {
        open++;
    }
    if (size > 0 && *open == '\0') {
        out->argument = rest;
        return true;
    }
    for (size_t i = 0; *open == '(' && i < N(functions); i++) {
        if (is_word(rest, size, functions[i].name)) {
            out->statistic = functions[i].statistic;
            return read_arguments(open, arena, out);
        }
    }
    return false;
}
