/* study/placeholder.h - what an author writes between {{ and }}, read.  The syntax:
 * docs/formats/fill.md.
 */
#ifndef STUDY_PLACEHOLDER_H
#define STUDY_PLACEHOLDER_H

#include <casebook/base.h>

typedef enum cbk_placeholder_kind {
    CBK_PLACEHOLDER_NUMBER,
    CBK_PLACEHOLDER_TABLE, /* table:4 */
    CBK_PLACEHOLDER_FIGURE /* figure:3 */
} cbk_placeholder_kind;

typedef enum cbk_placeholder_format {
    CBK_PLACEHOLDER_AS_IS,    /* as short as it is, as in the report */
    CBK_PLACEHOLDER_DECIMALS, /* "1" */
    CBK_PLACEHOLDER_PERCENT,  /* "percent", "percent 1" */
    CBK_PLACEHOLDER_P,        /* "p" */
    CBK_PLACEHOLDER_TEXT,     /* "text" */
    CBK_PLACEHOLDER_CODE,     /* "code": a choice as it is recorded */
    CBK_PLACEHOLDER_LOWER,    /* "lower": a label as it stands within a sentence */
    CBK_PLACEHOLDER_WORDS,    /* "words": a whole number below ten in words */
    CBK_PLACEHOLDER_NOUN      /* "cycle, cycles": a number and what it counts */
} cbk_placeholder_format;

enum { CBK_PLACEHOLDER_BYTES_MAX = 2000 }; /* longer than any question */

typedef struct cbk_placeholder {
    cbk_placeholder_kind kind;
    const char *source; /* as written, in one line, its quotation marks straight */
    const char *id;     /* TABLE, FIGURE */
    const char *of;     /* NUMBER: the question; of a share printed as a percentage with
                           "100 *" before it, so that it gives what is printed */
    const char *from;   /* form, or NULL */
    const char *among;  /* condition, or NULL */
    cbk_placeholder_format format;
    int decimals;        /* of DECIMALS and PERCENT */
    const char *noun[2]; /* NOUN: of one, of many */
    bool is_in_words;    /* NOUN: "words cycle, cycles" */
    bool is_scaled;      /* the "100 *" is ours */
} cbk_placeholder;

/* Reads text[size], what stands between the braces.  out->source is set even where the
 * rest is wrong.  Errors: CBK_EINVAL (what was found, what is meant, the nearest
 * spelling), CBK_ENOMEM. */
CBK_MUST_USE cbk_status cbk_placeholder_read(const char *text, size_t size,
                                             cbk_arena *arena, cbk_placeholder *out,
                                             cbk_error *err);

#endif
