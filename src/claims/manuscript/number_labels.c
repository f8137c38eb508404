/* number_labels.c - digits that are no numbers of the study: citations, labels, names,
 * addresses.  Contract: number_scan.h; the rules: docs/formats/manuscript.md.
 */
#include "claims/manuscript/number_scan.h"

#include <ctype.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* ---- characters and words -------------------------------------------------------- */

static bool is_word_byte(char c)
{
    return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

bool cbk_is_behind_word(const cbk_number_scan *s)
{
    const char *at = s->at;
    if (at == s->start) {
        return false;
    }
    at--;
    while (at > s->start && ((unsigned char)*at & 0xc0) == 0x80) {
        at--;
    }
    const unsigned char c = (unsigned char)*at; /* letters of Latin, Greek, Cyrillic */
    return isalnum(c) || (c >= 0xc3 && c < 0xe2);
}

bool cbk_word_is(const char *text, const char *word)
{
    size_t i = 0;
    for (; word[i] != '\0'; i++) {
        if (tolower((unsigned char)text[i]) != (unsigned char)word[i]) {
            return false;
        }
    }
    return !isalnum((unsigned char)text[i]);
}

size_t cbk_word_of(const char *text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (cbk_word_is(text, words[i])) {
            return strlen(words[i]);
        }
    }
    return 0;
}

size_t cbk_dash_length(const char *text)
{
    static const char *const dashes[] = {"-", "‐", "‑", "‒", "–", "—", "−"};
    for (size_t i = 0; i < N(dashes); i++) {
        const size_t size = cbk_length_if_starts(text, dashes[i]);
        if (size > 0) {
            return size;
        }
    }
    return 0;
}

size_t cbk_raised_length(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;
    if (c[0] == 0xc2 && (c[1] == 0xb9 || c[1] == 0xb2 || c[1] == 0xb3)) {
        return 2;
    }
    return c[0] == 0xe2 && ((c[1] == 0x81 && c[2] >= 0xb0) ||
                            (c[1] == 0x82 && c[2] <= 0x8f && c[2] != '\0'))
               ? 3
               : 0;
}

static size_t digits_length(const char *text)
{
    return strspn(text, "0123456789");
}

static bool is_year(const char *text, size_t size)
{
    return size == 4 && (strncmp(text, "18", 2) == 0 || strncmp(text, "19", 2) == 0 ||
                         strncmp(text, "20", 2) == 0);
}

/* ---- addresses, citations --------------------------------------------------------- */

/* Bytes of a web address, a DOI, a registry's number with its digits. */
static size_t address_length(const cbk_number_scan *s)
{
    static const char *const starts[] = {"http://", "https://", "www.",
                                         "doi:",    "DOI:",     "doi.org/"};
    static const char *const registers[] = {"pmid", "pmcid", "isrctn", "issn",
                                            "isbn", "doi",   "orcid",  "crd"};
    bool is_address = strncmp(s->at, "10.", 3) == 0 && digits_length(s->at + 3) >= 4 &&
                      s->at[3 + digits_length(s->at + 3)] == '/';
    for (size_t i = 0; i < N(starts); i++) {
        is_address = is_address || cbk_length_if_starts(s->at, starts[i]) > 0;
    }
    size_t size = cbk_word_of(s->at, registers, N(registers));
    if (size > 0) {
        size += strspn(s->at + size, ": ");
        is_address = isdigit((unsigned char)s->at[size]) != 0;
    }
    if (!is_address) {
        return 0;
    }
    while (s->at + size < s->end && s->at[size] != ' ') {
        size++;
    }
    while (size > 1 && strchr(".,;)]", s->at[size - 1]) != NULL) {
        size--;
    }
    return size;
}

/* The number or percent sign that stands before the bracket: "44 [25–64]". */
static bool has_number_before(const cbk_number_scan *s)
{
    const char *at = s->at;
    while (at > s->start && at[-1] == ' ') {
        at--;
    }
    if (at > s->start && at[-1] == '%') {
        return true;
    }
    const char *digits = at;
    while (digits > s->start && isdigit((unsigned char)digits[-1])) {
        digits--;
    }
    return digits < at && !is_year(digits, (size_t)(at - digits));
}

/* "[12]", "[3, 5–8]"; but two figures behind a number are its range. */
static size_t bracket_length(const cbk_number_scan *s)
{
    size_t n_numbers = 0;
    size_t size = 1;
    while (s->at + size < s->end && s->at[size] != ']') {
        const char *at = s->at + size;
        const size_t digits = digits_length(at);
        const size_t dash = cbk_dash_length(at);
        if (digits > 3 || (digits == 0 && dash == 0 && strchr(" ,;", *at) == NULL)) {
            return 0;
        }
        n_numbers += digits > 0;
        size += digits > 0 ? digits : dash > 0 ? dash : 1;
    }
    if (s->at + size >= s->end || n_numbers == 0 ||
        (n_numbers == 2 && has_number_before(s))) {
        return 0;
    }
    return size + 1;
}

/* "Kim et al. 1999", "(Kim, 1999)", "(Kim and Lee, 2001": the year of a citation. */
static bool is_cited_year(const cbk_number_scan *s)
{
    const char *at = s->at;
    while (at > s->start && strchr(" ,([", at[-1]) != NULL) {
        at--;
    }
    const size_t before = (size_t)(at - s->start);
    if (before >= 5 && (strncmp(at - 5, "et al", 5) == 0 ||
                        (before >= 6 && strncmp(at - 6, "et al.", 6) == 0))) {
        return true;
    }
    if (s->at - at != 2 || at[0] != ',') {
        return false;
    }
    const char *open = at;
    while (open > s->start && open[-1] != '(' && open[-1] != ';' && at - open < 80 &&
           !isdigit((unsigned char)open[-1])) {
        open--;
    }
    if (open == s->start || (open[-1] != '(' && open[-1] != ';')) {
        return false;
    }
    open += *open == ' ';
    return isupper((unsigned char)*open) != 0 && !cbk_word_is(open, "n");
}

/* ---- labels ------------------------------------------------------------------------ */

/* Words whose number names a thing; those of several things end in "s". */
static const char *const label_words[] = {
    "table",      "tables",    "tab",     "fig",         "figs",       "figure",
    "figures",    "ref",       "refs",    "reference",   "references", "eq",
    "equation",   "equations", "section", "sections",    "chapter",    "appendix",
    "supplement", "panel",     "step",    "line",        "page",       "pages",
    "patient",    "case",      "subject", "participant", "number",     "no",
    "nr",         "grade",     "grades",  "stage",       "stages",     "type",
    "types",      "phase",     "class",   "group",       "cohort",     "version",
    "segment",    "zone",      "spss",    "stata",       "chromosome"};

/* "2", "2A", "2.1", "2a–c" where text starts. */
static size_t label_number(const char *text)
{
    size_t size = digits_length(text);
    if (size == 0 || size > 4) {
        return 0;
    }
    while (text[size] == '.' && isdigit((unsigned char)text[size + 1])) {
        size += 1 + digits_length(text + size + 1);
    }
    if (isalpha((unsigned char)text[size]) && !isalnum((unsigned char)text[size + 1])) {
        size++;
    }
    return is_word_byte(text[size]) && cbk_dash_length(text + size) == 0 &&
                   cbk_raised_length(text + size) == 0
               ? 0
               : size;
}

/* What joins the numbers of one label: a dash, "or"; of several things also a comma and
 * "and". */
static size_t joint_length(const char *text, bool is_plural)
{
    static const char *const always[] = {" or ", "/", " to ", " through "};
    static const char *const of_several[] = {", and ", " and ", ", ", " & "};
    const size_t dash = cbk_dash_length(text);
    if (dash > 0) {
        return dash;
    }
    for (size_t i = 0; i < N(always); i++) {
        if (cbk_length_if_starts(text, always[i]) > 0) {
            return strlen(always[i]);
        }
    }
    for (size_t i = 0; is_plural && i < N(of_several); i++) {
        if (cbk_length_if_starts(text, of_several[i]) > 0) {
            return strlen(of_several[i]);
        }
    }
    return 0;
}

/* "Table 2", "Figs. 3 and 4", "patient no. 3", "grade 3–4". */
static size_t label_length(const cbk_number_scan *s)
{
    size_t size = cbk_word_of(s->at, label_words, N(label_words));
    if (size == 0) {
        return 0;
    }
    const bool is_bare_no = size == 2 && tolower((unsigned char)s->at[0]) == 'n' &&
                            s->at[2] != '.'; /* "no 5 of them": a word */
    const bool is_plural = tolower((unsigned char)s->at[size - 1]) == 's' && size > 3 &&
                           !cbk_word_is(s->at, "class");
    size += s->at[size] == '.';
    size += s->at[size] == ' ';
    if (strncmp(s->at + size, "no. ", 4) == 0 || strncmp(s->at + size, "No. ", 4) == 0) {
        size += 4;
    }
    size += s->at[size] == '#';
    size_t number = is_bare_no ? 0 : label_number(s->at + size);
    if (number == 0 || s->at[size + number] == '%' ||
        strncmp(s->at + size + number, " %", 2) == 0) {
        return 0;
    }
    size += number;
    for (;;) {
        const size_t joint = joint_length(s->at + size, is_plural);
        number = joint > 0 ? label_number(s->at + size + joint) : 0;
        if (number == 0 || s->at[size + joint + number] == '%') {
            return size;
        }
        size += joint + number;
    }
}

/* "G2", "IL-6", "COVID-19": a word with digits in it; 0: a word without. */
static size_t name_length(const char *text)
{
    size_t size = 0;
    bool has_digit = false;
    for (;;) {
        const size_t no_break = cbk_length_if_starts(text + size, "‑");
        const size_t hyphen = text[size] == '-' ? 1 : no_break;
        if (hyphen > 0 && isdigit((unsigned char)text[size + hyphen])) {
            size += hyphen;
        } else if (isdigit((unsigned char)text[size])) {
            has_digit = true;
            size++;
        } else if (isalpha((unsigned char)text[size]) ||
                   ((unsigned char)text[size] >= 0x80 && no_break == 0 &&
                    cbk_dash_length(text + size) == 0 &&
                    cbk_raised_length(text + size) == 0 &&
                    (unsigned char)text[size] >= 0xc3 &&
                    (unsigned char)text[size] < 0xe2)) {
            size++;
            while (((unsigned char)text[size] & 0xc0) == 0x80) {
                size++;
            }
        } else {
            return has_digit ? size : 0;
        }
    }
}

/* "CA 19-9", "CA 125": an antigen, named by a number. */
static size_t antigen_length(const char *text)
{
    static const char *const names[] = {"CA 19-9", "CA 19\u20119", "CA 19\u20139",
                                        "CA 15-3", "CA 15\u20113", "CA 15\u20133",
                                        "CA 72-4", "CA 125"};
    for (size_t i = 0; i < N(names); i++) {
        const size_t size = cbk_length_if_starts(text, names[i]);
        if (size > 0 && !isalnum((unsigned char)text[size])) {
            return size;
        }
    }
    return 0;
}

size_t cbk_label_at(const cbk_number_scan *s, cbk_left_out_reason *why)
{
    const bool is_start = !cbk_is_behind_word(s);
    size_t size = is_start ? address_length(s) : 0;
    if (size > 0) {
        *why = CBK_LEFT_OUT_ADDRESS;
        return size;
    }
    if (*s->at == '[') {
        *why = CBK_LEFT_OUT_CITATION;
        return bracket_length(s);
    }
    size = cbk_raised_length(s->at);
    if (size > 0) {
        while (cbk_raised_length(s->at + size) > 0) {
            size += cbk_raised_length(s->at + size);
        }
        *why = CBK_LEFT_OUT_RAISED;
        return size;
    }
    if (!is_start || !isalpha((unsigned char)*s->at)) {
        return 0;
    }
    *why = CBK_LEFT_OUT_LABEL;
    size = label_length(s);
    if (size == 0) {
        *why = CBK_LEFT_OUT_NAME;
        size = antigen_length(s->at);
    }
    return size > 0 ? size : name_length(s->at);
}

/* ---- by what stands around digits ----------------------------------------------------
 */

/* "2nd", "10th". */
static size_t ordinal_length(const char *after)
{
    static const char *const endings[] = {"st", "nd", "rd", "th"};
    return cbk_word_of(after, endings, N(endings));
}

/* Letters behind digits that are a unit, however they are written. */
static bool is_unit(const char *after, size_t size)
{
    static const char *const units[] = {"Gy", "cGy", "IU",  "U",   "L",   "mL",  "dL",
                                        "Hz", "MHz", "MBq", "GBq", "HPF", "kDa", "mmHg",
                                        "Pa", "kPa", "C",   "F",   "M",   "kV",  "W"};
    for (size_t i = 0; i < N(units); i++) {
        if (strlen(units[i]) == size && strncmp(after, units[i], size) == 0) {
            return true;
        }
    }
    return false;
}

/* "5-FU", "3D", "18F-FDG", "4.2.2": bytes behind the digits that belong to the name. */
static size_t name_behind(const char *after)
{
    const size_t hyphen = *after == '-' ? 1 : 0;
    const char *word = after + hyphen;
    const size_t size = cbk_word_length(word);
    size_t n_capitals = 0;
    for (size_t i = 0; i < size; i++) {
        n_capitals += isupper((unsigned char)word[i]) != 0;
    }
    const bool is_name = hyphen > 0 ? size >= 1 && n_capitals == size
                                    : n_capitals > 0 && !is_unit(word, size);
    if (is_name) {
        return hyphen + size;
    }
    size_t version = 0;
    while (after[version] == '.' && isdigit((unsigned char)after[version + 1])) {
        version += 1 + digits_length(after + version + 1);
    }
    return version;
}

/* Bytes of a hyphen at text, or of the blank of "5 year survival". */
static size_t hyphen_length(const char *text)
{
    static const char *const hyphens[] = {"-", "‐", "‑"};
    for (size_t i = 0; i < N(hyphens); i++) {
        if (cbk_length_if_starts(text, hyphens[i]) > 0) {
            return strlen(hyphens[i]);
        }
    }
    return *text == ' ' ? 1 : 0;
}

/* "3-, 5- and 10-year" from behind its first number: what follows the unit, or NULL. */
static const char *behind_hyphened_unit(const char *after)
{
    enum { LISTED_MAX = 6 };
    static const char *const units[] = {"year", "yr", "month", "week", "day"};
    for (int i = 0; i < LISTED_MAX; i++) {
        const size_t hyphen = hyphen_length(after);
        const size_t unit = hyphen > 0 ? cbk_word_of(after + hyphen, units, N(units)) : 0;
        if (unit > 0) {
            return after + hyphen + unit;
        }
        if (hyphen == 0 || *after == ' ') {
            return NULL;
        }
        after += hyphen;
        after += strspn(after, ", ");
        after += cbk_length_if_starts(after, "and ") + cbk_length_if_starts(after, "or ");
        const size_t digits = digits_length(after);
        if (digits == 0) {
            return NULL;
        }
        after += digits;
    }
    return NULL;
}

/* "5-year survival": a number that says which quantity is meant. */
static bool is_quantity_name(const char *after)
{
    enum { WORDS_MAX = 5 };
    static const char *const outcomes[] = {
        "survival", "mortality", "recurrence", "relapse", "incidence", "risk", "os",
        "dfs",      "pfs",       "rfs",        "dss",     "efs",       "rate", "rates"};
    static const char *const others[] = {"old",    "history", "follow", "interval",
                                         "course", "period",  "delay",  "of"};
    const char *at = behind_hyphened_unit(after);
    for (int i = 0; at != NULL && i < WORDS_MAX; i++) {
        at += strspn(at, " -");
        if (cbk_word_of(at, outcomes, N(outcomes)) > 0) {
            return true;
        }
        const size_t word = cbk_word_length(at);
        if (word == 0 || cbk_word_of(at, others, N(others)) > 0) {
            return false;
        }
        at += word;
    }
    return false;
}

/* "60% at 5 years", "survival at 60 months": the same, written behind. */
static bool is_asked_time(const cbk_number_scan *s, const char *after)
{
    static const char *const before[] = {
        "% at ",          "survival at ", "mortality at ", "incidence at ",
        "recurrence at ", "risk at ",     "rate at ",      "rates at "};
    static const char *const units[] = {"year",   "years", "month",
                                        "months", "weeks", "days"};
    const size_t n_before = (size_t)(s->at - s->start);
    if (*after != ' ' || cbk_word_of(after + 1, units, N(units)) == 0) {
        return false;
    }
    for (size_t i = 0; i < N(before); i++) {
        const size_t size = strlen(before[i]);
        if (n_before >= size && strncmp(s->at - size, before[i], size) == 0) {
            return true;
        }
    }
    return false;
}

/* "per 10 HPF", "per 1000 person-years": part of a unit. */
static bool is_per(const cbk_number_scan *s)
{
    return s->at - s->start >= 4 && strncmp(s->at - 4, "per ", 4) == 0;
}

/* "95% CI": the level of an interval. */
static bool is_level(const char *after)
{
    static const char *const words[] = {"ci", "cis", "confidence", "credible", "c.i"};
    if (*after != '%') {
        return false;
    }
    after++;
    after += strspn(after, " -");
    return cbk_word_of(after, words, N(words)) > 0;
}

size_t cbk_label_digits(const cbk_number_scan *s, size_t size, cbk_left_out_reason *why)
{
    const char *after = s->at + size;
    const size_t ordinal = ordinal_length(after);
    if (ordinal > 0) {
        *why = CBK_LEFT_OUT_ORDINAL;
        return size + ordinal;
    }
    *why = CBK_LEFT_OUT_NAME;
    const size_t name = name_behind(after);
    if (name > 0) {
        return size + name;
    }
    *why = CBK_LEFT_OUT_CITATION;
    if (*after == ';' && isdigit((unsigned char)after[1]) && is_year(s->at, size)) {
        while (s->at + size < s->end && s->at[size] != ' ') { /* 2012;82(2):101-109 */
            size++;
        }
        return size;
    }
    if (is_year(s->at, size) && is_cited_year(s)) {
        return size +
               (isalpha((unsigned char)*after) && !isalnum((unsigned char)after[1]));
    }
    *why = CBK_LEFT_OUT_QUANTITY_NAME;
    return is_quantity_name(after) || is_asked_time(s, after) || is_level(after) ||
                   is_per(s)
               ? size + (*after == '%')
               : 0;
}
