/* fill/docx_part.h - a part of a Word document that is being filled: what was read of it,
 * where its placeholders are, and what is changed.
 */
#ifndef FILL_DOCX_PART_H
#define FILL_DOCX_PART_H

#include "fill/fill.h"

#include "package/xml_reader.h"
#include "package/zip_writer.h"

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

typedef struct paragraph {
    size_t start, end; /* of its element */
    size_t inside;     /* where its content begins, behind its properties */
    size_t parent;     /* where the element that holds it begins */
    size_t depth;
    range section;    /* <w:sectPr>, where a section ends with it; empty: none */
    double width_mm;  /* that is free for text here; 0: what follows */
    double share;     /* of the width of the section */
    bool begins_page; /* or a page break stands in it */
    bool is_copy;     /* for programs that cannot show the first */
} paragraph;

/* A field of ours, or one that is being read. */
typedef struct field {
    cbk_buffer code;
    bool is_in_result;
    bool is_direct;                   /* its ends are children of their paragraphs */
    size_t paragraph, last_paragraph; /* where it begins and ends, from 1 */
    size_t start;                     /* of the field's first element */
    size_t run;                       /* of the run around that */
    size_t end;                       /* where the run begins that ends the field ... */
    size_t after;                     /* ... and where that run ends */
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
    bool is_alone; /* nothing else stands in its paragraph */
} site;

/* A bookmark's end, a comment's end or sign: stays where text is replaced. */
typedef struct anchor {
    range bytes;
    const char *id;
    bool is_bookmark;
    bool is_start;
    bool is_ours; /* it marks a number that we wrote */
} anchor;

typedef struct run {
    size_t depth;
    size_t start;
    range properties;
    field *ends;     /* the field that ends in it, or NULL */
    bool is_comment; /* the sign of a comment */
} run;

/* What bounds a text: a cell, a text box. */
typedef struct box {
    size_t depth;
    double width_mm, share; /* as of a paragraph */
} box;

typedef struct section {
    size_t at;
    double width_mm; /* of its text */
} section;

/* A section's properties, in twentieths of a point. */
typedef struct page {
    double width, left, right, gutter, n_columns, gap;
} page;

typedef struct edit {
    range replaced;
    const char *text;
    size_t index;
} edit;

typedef struct part {
    cbk_fill *fill;
    const char *name;      /* for messages */
    const char *part_name; /* "word/document.xml" */
    const char *bytes;
    cbk_xml_place place;
    char prefix[CBK_DOCX_PREFIX_MAX]; /* "w:" */
    bool is_strict;                   /* of ISO 29500 Strict: other name spaces */
    size_t depth;
    size_t starts[CBK_XML_DEPTH_MAX + 2]; /* of the open elements */
    size_t skip_from; /* the depth of text that was moved away; 0: none */
    size_t copy_from; /* the depth of a copy for old programs; 0: none */
    run runs[CBK_XML_DEPTH_MAX + 1];
    size_t n_runs;
    size_t open_paragraphs[CBK_XML_DEPTH_MAX + 1];
    size_t n_open; /* paragraphs */
    box boxes[CBK_XML_DEPTH_MAX + 1];
    size_t n_boxes;
    field *open[CBK_XML_DEPTH_MAX + 1]; /* fields; deeper ones are none of ours */
    size_t n_fields_open;
    bool is_in_code;
    bool is_in_text;
    piece text;           /* being read */
    size_t section_depth; /* of the section's properties that are being read; 0: none */
    page page;
    double drawing_mm;  /* how wide the last frame of a drawing is */
    size_t replaced_to; /* where the last table or figure ended */
    cbk_growing pieces, fields, paragraphs, anchors, sections, sites, edits;
    cbk_growing others; /* size_t: where something stands that is no text */
} part;

/* Reads p->bytes[size]: all but the sites.  Errors: CBK_EDATA (no XML), CBK_ENOMEM. */
cbk_status cbk_docx_read_part(part *p, size_t size, cbk_error *err);
/* Reads p->bytes[size] and fills p->sites in the order of the file; braces that do not
 * close, and a filled place whose end was lost, go to the problems.  Errors: as above. */
cbk_status cbk_docx_find_sites(part *p, size_t size, cbk_error *err);

/* Paragraph `number`, from 1. */
const paragraph *cbk_docx_paragraph(const part *p, size_t number);
/* Whether text, or anything else to be seen, stands in the bytes; or anything that is no
 * text. */
bool cbk_docx_has_content(const part *p, range bytes);
bool cbk_docx_has_others(const part *p, range bytes);

/* What replaces the bytes: text of the arena, NULL when that failed. */
void cbk_docx_replace(part *p, range bytes, const char *text);
/* The buffer as text of the arena; frees the buffer. */
const char *cbk_docx_take(part *p, cbk_buffer *buffer);
/* The beginning of a run: its tag, and the properties. */
void cbk_docx_run_begin(part *p, range properties, cbk_buffer *out);
/* A field of ours up to its result, and its end; properties: of its runs. */
void cbk_docx_field_begin(part *p, range properties, const char *source, cbk_buffer *out);
void cbk_docx_field_end(part *p, range properties, cbk_buffer *out);
/* A run of text. */
void cbk_docx_text_run(part *p, range properties, const char *text, cbk_buffer *out);
/* p->bytes[size] with all that was replaced, as the bytes of *out.  Errors: CBK_ENOMEM.
 */
cbk_status cbk_docx_apply(part *p, size_t size, cbk_zip_part *out, cbk_error *err);

#endif
