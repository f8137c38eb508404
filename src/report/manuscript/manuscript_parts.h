/* report/manuscript/manuscript_parts.h - what the page of a manuscript, its summary and
 * the letter share.
 */
#ifndef REPORT_MANUSCRIPT_PARTS_H
#define REPORT_MANUSCRIPT_PARTS_H

#include <casebook/manuscript.h>

#include "report/builder.h"

/* A document about a study, under R's conventions. */
cbk_status cbk_manuscript_start(cbk_study *study, const char *title, cbk_arena *arena,
                                cbk_report *out, cbk_error *err);

/* How one number of the manuscript stands. */
typedef enum cbk_stance {
    CBK_STANCE_REPRODUCES,
    CBK_STANCE_OTHER_CONVENTION,
    CBK_STANCE_CONTRADICTED,
    CBK_STANCE_DOES_NOT_REPRODUCE,
    CBK_STANCE_NOT_COMPUTABLE, /* a claim that the records cannot answer */
    CBK_STANCE_SUGGESTED,
    CBK_STANCE_UNBOUND
} cbk_stance;

enum { CBK_STANCE_COUNT = 7 };

typedef struct cbk_stance_words {
    const char *sign; /* of fonts that every machine has */
    const char *name; /* "does not reproduce" */
    const char *legend;
    cbk_tone tone;
} cbk_stance_words;

const cbk_stance_words *cbk_stance_of(cbk_stance stance);

/* The stance of number i, and the gravest of its covers in *cover (NULL where there is
 * none). */
cbk_stance cbk_number_stance(const cbk_manuscript_audit *bound, size_t i,
                             const cbk_cover **cover);

/* "The manuscript prints 87 numbers: 78 are covered by claims, ..." */
const char *cbk_manuscript_sentence(const cbk_manuscript_audit *bound, cbk_arena *arena);

/* The number's sentence, or "Table 2: 44" of a cell. */
const char *cbk_number_sentence(const cbk_manuscript_audit *bound, size_t i,
                                cbk_arena *arena);

/* What an explanation adds to the value that is printed beside it, without "Number 2,
 * `of`: " before it; NULL: nothing, or only weak words. */
const char *cbk_telling_part(const char *explanation);

/* Adds "median(age_years) gives 45.5" with its provenance. */
void cbk_add_suggestion(cbk_report *report, cbk_text_run *run, const cbk_suggestion *one);

#endif
