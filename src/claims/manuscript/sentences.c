/* sentences.c - where a sentence of a paper ends, for all its abbreviations and decimals.
 * Contract: manuscript_builder.h.
 */
#include "claims/manuscript/manuscript_builder.h"

#include <ctype.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* Never the end of a sentence, whatever follows. */
static const char *const always[] = {
    "fig", "figs",   "e.g", "i.e",  "eg",   "ie",   "vs",  "v",  "al",
    "cf",  "approx", "ca",  "dr",   "prof", "mr",   "mrs", "ms", "st",
    "eq",  "eqs",    "ref", "refs", "resp", "incl", "viz"};
/* None before a number: "No. 5", "p. 12", "Jan. 2010". */
static const char *const before_digit[] = {
    "no",  "nos", "p",   "pp",  "vol", "sec", "min", "max",  "tab", "suppl", "pt", "jan",
    "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov",   "dec"};

static bool is_listed(const char *word, size_t size, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strlen(list[i]) != size) {
            continue;
        }
        size_t k = 0;
        while (k < size && tolower((unsigned char)word[k]) == (unsigned char)list[i][k]) {
            k++;
        }
        if (k == size) {
            return true;
        }
    }
    return false;
}

/* The letters and inner points that end before `at`: "e.g". */
static size_t word_before(const char *text, size_t start, size_t at)
{
    enum { WORD_MAX = 12 };
    size_t n = 0;
    while (at - n > start && n < WORD_MAX &&
           (isalpha((unsigned char)text[at - n - 1]) || text[at - n - 1] == '.')) {
        n++;
    }
    return n;
}

/* Bytes of closing quotes, brackets and raised figures at text. */
static size_t closing_length(const char *text)
{
    static const char *const marks[] = {")", "]", "\"", "'", "”", "’", "»"};
    size_t n = 0;
    for (;;) {
        size_t size = 0;
        for (size_t i = 0; i < N(marks) && size == 0; i++) {
            const size_t length = strlen(marks[i]);
            size = strncmp(text + n, marks[i], length) == 0 ? length : 0;
        }
        const unsigned char *c = (const unsigned char *)text + n;
        if (size == 0 && c[0] == 0xe2 && c[1] == 0x81 && c[2] != '\0') { /* ⁰ ⁴ ... */
            size = 3;
        } else if (size == 0 && c[0] == 0xc2 &&
                   (c[1] == 0xb9 || c[1] == 0xb2 || c[1] == 0xb3)) { /* ¹ ² ³ */
            size = 2;
        }
        if (size == 0) {
            return n;
        }
        n += size;
    }
}

/* What may open a sentence: a capital, a digit, an opening mark, a letter of another
 * script. */
static bool is_opening(const char *at)
{
    const unsigned char c = (unsigned char)*at;
    return isupper(c) || isdigit(c) || c >= 0x80 || strchr("([\"'<", (char)c) != NULL;
}

/* Whether the point at `at` stands behind an abbreviation or an initial. */
static bool is_abbreviation(const char *text, size_t start, size_t at, char next)
{
    const size_t n = word_before(text, start, at);
    const char *word = text + at - n;
    if (n == 0) {
        return false;
    }
    const bool is_unit = word > text + start && strchr("/·", word[-1]) != NULL;
    if (n == 1 && isupper((unsigned char)*word) && !is_unit) {
        return true; /* an initial, but not the L of "mg/L" */
    }
    return is_listed(word, n, always, N(always)) ||
           (isdigit((unsigned char)next) &&
            is_listed(word, n, before_digit, N(before_digit)));
}

size_t cbk_sentence_end(const char *text, size_t start)
{
    for (size_t at = start; text[at] != '\0'; at++) {
        if (at - start >= CBK_SENTENCE_BYTES_MAX && text[at] == ' ') {
            return at;
        }
        if (strchr(".!?", text[at]) == NULL) {
            continue;
        }
        const size_t end = at + 1 + closing_length(text + at + 1);
        if (text[end] == '\0') {
            return end;
        }
        const bool is_end = text[end] == ' ' && is_opening(text + end + 1);
        if (is_end &&
            !(text[at] == '.' && is_abbreviation(text, start, at, text[end + 1]))) {
            return end;
        }
    }
    return start + strlen(text + start);
}
