/* fill/fill.h - a manuscript with placeholders, filled from a study.
 *
 * A filled place keeps its placeholder, hidden from the reader, so that the filled file
 * is filled again when the records have changed.  What is no placeholder stays byte for
 * byte. Format: docs/formats/fill.md.
 */
#ifndef FILL_FILL_H
#define FILL_FILL_H

#include "base/text.h"
#include "claims/manuscript/manuscript_builder.h"
#include "report/report.h"
#include "study/placeholder.h"

/* One place of the manuscript. */
typedef struct cbk_filled {
    cbk_placeholder placeholder;
    const char *file; /* in DOCX its part, where that is not the document itself */
    size_t line;      /* of the file; in DOCX the paragraph of its part */
    const char *text; /* what is printed there, "" for a document; NULL: not computed */
    const cbk_document *document; /* TABLE, FIGURE: that alone; NULL: not computed */
    const char *problem;          /* why not: a sentence; NULL: computed */
} cbk_filled;

/* A picture that stands beside the filled file. */
typedef struct cbk_fill_picture {
    const char *name; /* "paper-figure-3.svg" */
    const char *bytes;
    size_t size;
} cbk_fill_picture;

/* One run.  Set the first five, leave the others {0}. */
typedef struct cbk_fill {
    cbk_study *study;
    cbk_conventions conventions;
    cbk_arena *arena;
    cbk_problems *problems; /* of the file: a placeholder that does not end */
    const char *stem;       /* of the pictures' names; NULL: nowhere to put them */
    const char *file;
    cbk_growing filled;   /* cbk_filled, in the order of the file */
    cbk_growing pictures; /* cbk_fill_picture */
    size_t n_failed;
    const char *no_blocks; /* why tables and figures cannot stand here; NULL: they can */
    const cbk_filled *answered; /* text and document of each place, in their order;
                                   NULL: the study is asked */
} cbk_fill;

/* Fills bytes[size] of the file into out, whose failure is sticky.
 * Errors: CBK_EDATA (problems has what; or the file is damaged), CBK_EIO, CBK_ENOMEM. */
cbk_status cbk_fill_markdown(cbk_fill *fill, const char *bytes, size_t size,
                             cbk_buffer *out, cbk_error *err);
cbk_status cbk_fill_docx(cbk_fill *fill, const char *bytes, size_t size, cbk_buffer *out,
                         cbk_error *err);
/* Either of the two. */
cbk_status cbk_fill_manuscript(cbk_fill *fill, cbk_manuscript_kind kind,
                               const char *bytes, size_t size, cbk_buffer *out,
                               cbk_error *err);

/* claims.yaml for the numbers that were filled in, in the text and in tables: says and
 * place come from the filled manuscript.  Called last: the tables of `done` are changed.
 * NULL in *text never; errors as above. */
cbk_status cbk_fill_claims(const cbk_fill *done, cbk_manuscript_kind kind,
                           const char *bytes, size_t size, const char **text,
                           cbk_error *err);
/* Whether a file begins as these do: one that somebody wrote is not overwritten. */
bool cbk_fill_made_claims(const char *bytes, size_t size);

/* ---- for the writers ----------------------------------------------------------------
 */

/* Answers the placeholder text[size]; what cannot be computed is a problem of *out, no
 * failure.  is_alone: nothing else stands in its paragraph.  Errors: CBK_ENOMEM,
 * CBK_EIO. */
cbk_status cbk_fill_answer(cbk_fill *fill, const char *text, size_t size, size_t line,
                           bool is_alone, const cbk_filled **out, cbk_error *err);

/* What a number is printed as in a probe, NUL-terminated: one of Unicode's characters for
 * private use, from U+F0000 on. */
enum { CBK_PROBE_SIZE = 4, CBK_PROBES_MAX = 0xfff0 };
void cbk_fill_probe(size_t index, char out[CBK_PROBE_SIZE + 1]);
/* The index of the mark at `at`, a text that ends in NUL; `n`: it is none below n. */
size_t cbk_fill_probe_at(const char *at, size_t n);

/* XML's five names and its numbered characters, decoded; NULL when the arena failed. */
const char *cbk_fill_unescape(cbk_arena *arena, const char *bytes, size_t size);

/* The first needle in bytes[size]; NULL: none. */
const char *cbk_fill_find(const char *bytes, size_t size, const char *needle);

#endif
