/* words.c - words of papers and protocols, made comparable.  Contract: words.h. */
#include "claims/manuscript/words.h"

#include "base/text.h"
#include "claims/manuscript/manuscript_builder.h"

#include <ctype.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

enum { WORD_BYTES_MAX = 40 };

static const char *const stop_words[] = {
    "the",  "an",   "of",    "in",    "at",     "to",   "on",   "and",   "or",    "with",
    "for",  "from", "by",    "was",   "were",   "is",   "are",  "had",   "have",  "has",
    "been", "be",   "which", "who",   "whose",  "that", "this", "these", "those", "their",
    "its",  "it",   "as",    "no",    "not",    "all",  "per",  "than",  "then",  "there",
    "into", "each", "so",    "did",   "do",     "does", "up",   "we",    "our",   "his",
    "her",  "he",   "she",   "they",  "them",   "but",  "if",   "nor",   "both",  "how",
    "many", "most", "more",  "other", "called", "said", "whom"};

/* Words of papers that mean what a protocol calls otherwise. */
static const char *const same[][2] = {
    {"woman", "female"},       {"women", "female"}, {"girl", "female"},
    {"man", "male"},           {"men", "male"},     {"boy", "male"},
    {"died", "dead"},          {"death", "dead"},   {"die", "dead"},
    {"living", "alive"},       {"average", "mean"}, {"averaged", "mean"},
    {"diameter", "size"},      {"aged", "age"},     {"metastase", "metastasis"},
    {"relapse", "recurrence"}, {"yr", "year"},      {"mo", "month"},
    {"cases", "patient"},      {"case", "patient"}, {"minimum", "smallest"},
    {"maximum", "largest"}};

/* Bytes of a letter at text: ASCII, or Latin, Greek, Cyrillic of two bytes; 0: none. */
static size_t letter_length(const char *text)
{
    const unsigned char c = (unsigned char)*text;
    if (isalpha(c)) {
        return 1;
    }
    return c >= 0xc3 && c < 0xe0 && ((unsigned char)text[1] & 0xc0) == 0x80 ? 2 : 0;
}

/* "our" -> "or", "ae" and "oe" -> "e": the British spelling as the American one. */
static void respell(char *word)
{
    char *to = word;
    for (const char *from = word; *from != '\0';) {
        if (from > word && strncmp(from, "our", 3) == 0 && strlen(word) > 4) {
            *to++ = 'o';
            *to++ = 'r';
            from += 3;
        } else if ((strncmp(from, "ae", 2) == 0 || strncmp(from, "oe", 2) == 0)) {
            *to++ = 'e';
            from += 2;
        } else {
            *to++ = *from++;
        }
    }
    *to = '\0';
}

static void make_singular(char *word)
{
    const size_t n = strlen(word);
    if (strcmp(word, "series") == 0 || strcmp(word, "species") == 0) {
        return;
    }
    if (n > 4 && strcmp(word + n - 3, "ies") == 0) {
        memcpy(word + n - 3, "y", 2);
    } else if (n > 3 && word[n - 1] == 's' && strchr("sui", word[n - 2]) == NULL) {
        word[n - 1] = '\0';
    }
}

/* The word in the form that is compared; NULL: it means nothing, or no memory. */
static const char *canonical(const char *text, size_t size, cbk_arena *arena)
{
    char word[WORD_BYTES_MAX];
    if (size < 2 || size >= sizeof word) {
        return NULL;
    }
    for (size_t i = 0; i < size; i++) {
        word[i] = (char)tolower((unsigned char)text[i]);
    }
    word[size] = '\0';
    for (size_t i = 0; i < N(stop_words); i++) {
        if (strcmp(word, stop_words[i]) == 0) {
            return NULL;
        }
    }
    respell(word);
    make_singular(word);
    for (size_t i = 0; i < N(same); i++) {
        if (strcmp(word, same[i][0]) == 0) {
            return same[i][1];
        }
    }
    return cbk_text_copy(arena, word);
}

cbk_words cbk_words_of(const char *text, size_t start, size_t end, cbk_arena *arena)
{
    cbk_growing found = {0};
    for (size_t at = start; at < end;) {
        size_t size = 0;
        for (size_t n = 1; n > 0 && at + size < end; size += n) {
            n = letter_length(text + at + size);
        }
        const char *word = canonical(text + at, size, arena);
        cbk_word *added =
            word != NULL ? cbk_growing_add(&found, sizeof *added, arena) : NULL;
        if (added != NULL) {
            *added = (cbk_word){.text = word, .start = at, .end = at + size};
        }
        at += size > 0 ? size : 1;
    }
    return (cbk_words){.n = found.n, .word = found.items};
}

bool cbk_words_match(const char *a, const char *b)
{
    size_t shared = 0;
    while (a[shared] != '\0' && a[shared] == b[shared]) {
        shared++;
    }
    if (a[shared] == '\0' && b[shared] == '\0') {
        return true;
    }
    const size_t length_a = strlen(a);
    const size_t length_b = strlen(b);
    const size_t least = length_a < length_b ? length_a : length_b;
    return shared >= 5 && (shared == least || (least >= 7 && shared + 2 >= least));
}

bool cbk_words_have(const cbk_words *in, const char *word, size_t start, size_t end)
{
    for (size_t i = 0; i < in->n; i++) {
        if (in->word[i].start >= start && in->word[i].end <= end &&
            cbk_words_match(in->word[i].text, word)) {
            return true;
        }
    }
    return false;
}

size_t cbk_words_shared(const cbk_words *wanted, const cbk_words *in, size_t start,
                        size_t end)
{
    size_t n = 0;
    for (size_t i = 0; i < wanted->n; i++) {
        bool is_again = false;
        for (size_t k = 0; k < i; k++) {
            is_again =
                is_again || strcmp(wanted->word[k].text, wanted->word[i].text) == 0;
        }
        n += !is_again && cbk_words_have(in, wanted->word[i].text, start, end);
    }
    return n;
}
