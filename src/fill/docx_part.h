/* fill/docx_part.h - a part of a Word document that is being filled: what was read of it,
 * and where its placeholders are.
 */
#ifndef FILL_DOCX_PART_H
#define FILL_DOCX_PART_H

#include "fill/fill.h"

#include "package/xml_reader.h"

enum { CBK_DOCX_PREFIX_MAX = 32 };

/* Bytes of the part. */
typedef struct range {
    size_t start;
    size_t end;
} range;

/* The text of one <w:t>; Word parts a sentence into many. */
typedef struct piece {
    range content;
    range properties; /* of its run, <w:rPr> and all; empty: none */
    size_t tag_end;   /* the ">" of its opening tag */
    size_t paragraph; /* from 1 */
    size_t index;
    bool is_kept;              /* xml:space="preserve" */
    const struct field *field; /* of ours, whose result it is; NULL: none */
} piece;

/* A field of ours, or one that is being read. */
typedef struct field {
    cbk_buffer code;
    bool is_in_result;
    size_t paragraph;
    size_t start; /* of the field's first element */
    size_t end;   /* where the run begins that ends the field */
    range properties;
    size_t first_piece, end_piece; /* of its result */
} field;

/* A place to fill: a field, or a placeholder from (first, from) to (last, to). */
typedef struct site {
    size_t at; /* byte, for the order */
    const field *field;
    const char *source;
    const piece *first, *last;
    size_t from, to; /* bytes of their contents */
    size_t paragraph;
} site;

typedef struct run {
    size_t depth;
    size_t start;
    range properties;
} run;

typedef struct part {
    cbk_fill *fill;
    const char *name; /* for messages */
    const char *bytes;
    cbk_xml_place place;
    char prefix[CBK_DOCX_PREFIX_MAX]; /* "w:" */
    size_t depth;
    size_t skip_from; /* the depth of text that was moved away; 0: none */
    run runs[CBK_XML_DEPTH_MAX + 1];
    size_t n_runs;
    size_t paragraphs[CBK_XML_DEPTH_MAX + 1];
    size_t n_open; /* paragraphs */
    size_t n_paragraphs;
    field *open[CBK_XML_DEPTH_MAX + 1]; /* fields; deeper ones are none of ours */
    size_t n_fields_open;
    bool is_in_code;
    bool is_in_text;
    piece text; /* being read */
    cbk_growing pieces, fields, sites, edits;
} part;

/* Reads p->bytes[size] and fills p->sites in the order of the file.
 * Errors: CBK_EDATA (no XML), CBK_ENOMEM; braces that do not close go to the problems. */
cbk_status cbk_docx_find_sites(part *p, size_t size, cbk_error *err);

#endif
