/* claims/manuscript/words.h - the words of a text as a paper and a protocol share them:
 * lower case, singular, one spelling, one word for what has several.
 */
#ifndef CLAIMS_WORDS_H
#define CLAIMS_WORDS_H

#include <casebook/base.h>

typedef struct cbk_word {
    const char *text; /* "tumor" for "Tumours", "female" for "women" */
    size_t start;     /* bytes of the text it stands in */
    size_t end;
} cbk_word;

typedef struct cbk_words {
    size_t n;
    const cbk_word *word;
} cbk_words;

/* The words of text[start..end) that mean something: of two letters and more, without
 * "the", "of", "was" ...  Empty where the arena failed. */
cbk_words cbk_words_of(const char *text, size_t start, size_t end, cbk_arena *arena);

/* Whether two words are forms of one: "recurrence" and "recurred". */
bool cbk_words_match(const char *a, const char *b);

/* Whether some word of `in` that lies in [start, end) matches. */
bool cbk_words_have(const cbk_words *in, const char *word, size_t start, size_t end);

/* How many words of `wanted`, each counted once, are in `in`. */
size_t cbk_words_shared(const cbk_words *wanted, const cbk_words *in, size_t start,
                        size_t end);

#endif
