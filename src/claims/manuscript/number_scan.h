/* claims/manuscript/number_scan.h - a sentence walked from the left, for numbers.c and
 * its helper that says what digits are no numbers.
 */
#ifndef CLAIMS_NUMBER_SCAN_H
#define CLAIMS_NUMBER_SCAN_H

#include "claims/manuscript/manuscript_builder.h"
#include "claims/stated/stated_scan.h"

typedef struct cbk_number_scan {
    const char *text;  /* of the passage */
    const char *start; /* of the sentence */
    const char *end;
    const char *at;
    size_t sentence;
    cbk_arena *arena;
    cbk_growing numbers;  /* cbk_found_number */
    cbk_growing left_out; /* cbk_left_out */
} cbk_number_scan;

/* Bytes from s->at that are no number although they hold digits or a number word, with
 * the reason; 0: none (number_labels.c). */
size_t cbk_label_at(const cbk_number_scan *s, cbk_left_out_reason *why);

/* The same for digits of `size` bytes at s->at, by what stands around them. */
size_t cbk_label_digits(const cbk_number_scan *s, size_t size, cbk_left_out_reason *why);

/* Whether a letter or a digit stands before s->at. */
bool cbk_is_behind_word(const cbk_number_scan *s);

/* Whether `word`, in lower case, starts at text in any case and ends there. */
bool cbk_word_is(const char *text, const char *word);
/* One of n words; its bytes, 0: none. */
size_t cbk_word_of(const char *text, const char *const *words, size_t n);

/* Bytes of a hyphen or dash at text; 0: none. */
size_t cbk_dash_length(const char *text);
/* Bytes of a raised or lowered figure at text; 0: none. */
size_t cbk_raised_length(const char *text);

#endif
