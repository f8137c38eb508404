/* casebook/document.h - a report as data: text, tables, figures, every number with its
 * provenance.  A document knows nothing of statistics or studies; renderers turn it into
 * HTML, text and so on.
 *
 * Everything is built into one arena with the cbk_document_... functions; failure of the
 * arena is sticky, so a builder tests cbk_arena_has_failed() once, at its end.
 */
#ifndef CASEBOOK_DOCUMENT_H
#define CASEBOOK_DOCUMENT_H

#include <casebook/base.h>

CBK_BEGIN_DECLS

/* ---- numbers that know where they came from -----------------------------------------
 */

/* What "where does this number come from?" is answered with. */
typedef struct cbk_provenance {
    const char *id;          /* "n3fa91c02b7": made of what is asked, so that it is the
                                same in every document and at every run */
    const char *expression;  /* "median(age_years)" */
    const char *from;        /* the form it runs over: "patient" */
    const char *among;       /* the condition, or NULL: all */
    const char *value;       /* at full precision, or why there is none */
    const char *conventions; /* "interval log, level 0.95, ..." or NULL */
    const char *records;     /* "patients 1, 2, 3, 4, 5, 6 (6 records)" */
    const char *sources;     /* "age_years: patient.csv, lines 2 to 7" or NULL */
    const char *notes;       /* sentences, or NULL */
} cbk_provenance;

/* ---- running text -------------------------------------------------------------------
 */

typedef enum cbk_span_kind {
    CBK_SPAN_TEXT,
    CBK_SPAN_STRONG,
    CBK_SPAN_EMPHASIS,
    CBK_SPAN_CODE,
    CBK_SPAN_NUMBER, /* text with a provenance */
    CBK_SPAN_LINK,   /* text with a target: "#id" or an address */
    CBK_SPAN_MARK,   /* a verdict or a severity: text with a tone */
    CBK_SPAN_FLAG,   /* a word of a text that was looked at: text, tone, sign, meaning */
    CBK_SPAN_BREAK   /* a new line inside a cell or paragraph */
} cbk_span_kind;

typedef enum cbk_tone {
    CBK_TONE_PLAIN,
    CBK_TONE_GOOD,
    CBK_TONE_WARN,
    CBK_TONE_BAD,
    CBK_TONE_ASK /* somebody has to answer */
} cbk_tone;

typedef struct cbk_span {
    cbk_span_kind kind;
    const char *text;
    const cbk_provenance *provenance; /* NUMBER; FLAG without a target: or NULL */
    const char *target;               /* LINK; FLAG: its note, or NULL */
    cbk_tone tone;                    /* MARK, FLAG */
    const char *sign; /* FLAG: stands behind the text, so that a tone is not all: "≠3" */
    const char *meaning; /* FLAG: the sign in words: "does not reproduce" */
    struct cbk_span *next;
} cbk_span;

/* A run of spans: a paragraph, a cell, a caption.  Start with {0}. */
typedef struct cbk_text_run {
    cbk_span *first;
    cbk_span *last;
} cbk_text_run;

CBK_API void cbk_run_text(cbk_text_run *run, cbk_arena *arena, const char *text);
CBK_API void cbk_run_textf(cbk_text_run *run, cbk_arena *arena, const char *format, ...)
    CBK_PRINTF(3, 4);
CBK_API void cbk_run_span(cbk_text_run *run, cbk_arena *arena,
                          cbk_span span); /* copies */
CBK_API void cbk_run_number(cbk_text_run *run, cbk_arena *arena, const char *text,
                            const cbk_provenance *provenance);
CBK_API void cbk_run_append(cbk_text_run *run, const cbk_text_run *tail); /* moves */
/* The text alone, breaks as "\n"; "" for an empty run; NULL when the arena failed. */
CBK_API const char *cbk_run_plain(const cbk_text_run *run, cbk_arena *arena);

/* ---- tables -------------------------------------------------------------------------
 */

typedef enum cbk_align { CBK_ALIGN_LEFT, CBK_ALIGN_RIGHT, CBK_ALIGN_CENTRE } cbk_align;

typedef struct cbk_cell {
    cbk_text_run run;
    bool is_row_header; /* <th scope="row"> */
    uint8_t indent;     /* 0 or 1: a category under its variable */
} cbk_cell;

typedef struct cbk_table_block {
    const char *id;     /* "table-4": a link target, or NULL */
    const char *number; /* "4": printed as "Table 4."; NULL: unnumbered */
    const char *title;
    size_t n_columns;
    const cbk_cell *header; /* [n_columns] */
    const cbk_align *align; /* [n_columns] */
    size_t n_rows;
    const cbk_cell *cells; /* [n_rows * n_columns] row after row */
    size_t n_notes;
    const cbk_text_run *notes; /* [n_notes] under the table, in order */
    const char *abbreviations; /* "DFS, disease-free survival; OS, ..." or NULL */
} cbk_table_block;

/* ---- figures ------------------------------------------------------------------------
 */

/* Colours by meaning; a renderer has a light and a dark palette that are told apart in
 * grey and by colour-blind eyes. */
typedef enum cbk_ink {
    CBK_INK_FOREGROUND, /* axes, text */
    CBK_INK_MUTED,      /* secondary text */
    CBK_INK_GRID,       /* hairlines */
    CBK_INK_BACKGROUND,
    CBK_INK_NONE,
    CBK_INK_SERIES_1, /* 1 to 6 follow each other */
    CBK_INK_SERIES_2,
    CBK_INK_SERIES_3,
    CBK_INK_SERIES_4,
    CBK_INK_SERIES_5,
    CBK_INK_SERIES_6
} cbk_ink;

typedef enum cbk_shape_kind {
    CBK_SHAPE_POLYLINE,  /* stroke */
    CBK_SHAPE_POLYGON,   /* fill, with opacity */
    CBK_SHAPE_RECTANGLE, /* fill and stroke: points[0] corner, points[1] opposite corner
                          */
    CBK_SHAPE_MARKER,    /* at points[0] */
    CBK_SHAPE_TEXT       /* fill; points[0] is on the baseline */
} cbk_shape_kind;

typedef enum cbk_marker {
    CBK_MARKER_CIRCLE,
    CBK_MARKER_DIAMOND,
    CBK_MARKER_TRIANGLE,
    CBK_MARKER_SQUARE,
    CBK_MARKER_CROSS, /* x: a death */
    CBK_MARKER_TICK,  /* vertical: a censoring */
    CBK_MARKER_ARROW  /* to the right: still alive */
} cbk_marker;

typedef enum cbk_anchor {
    CBK_ANCHOR_START,
    CBK_ANCHOR_MIDDLE,
    CBK_ANCHOR_END
} cbk_anchor;

typedef struct cbk_point {
    double x; /* mm from the left */
    double y; /* mm from the top */
} cbk_point;

typedef struct cbk_shape {
    cbk_shape_kind kind;
    size_t n_points;
    const cbk_point *points;
    cbk_ink stroke;
    cbk_ink fill;
    double width_mm;   /* of the stroke */
    double dash_mm[2]; /* on, off; 0, 0: solid */
    double opacity;    /* of the fill, in [0, 1]; 0 is taken as 1 */
    cbk_marker marker; /* MARKER */
    double size_mm;    /* MARKER: diameter; TEXT: font size (height of the em) */
    const char *text;  /* TEXT */
    cbk_anchor anchor; /* TEXT */
    bool is_bold;      /* TEXT */
    bool is_vertical;  /* TEXT: turned 90 degrees to the left */
    const char *tip;   /* what a pointer over the shape is told, or NULL */
    struct cbk_shape *next;
} cbk_shape;

/* What a figure shows, in numbers: a row for every point, line or event drawn. */
typedef struct cbk_data_column {
    const char *name;
    const char *const *text; /* [n_rows] NULL: nothing; or NULL: numbers */
    const double *number;    /* [n_rows] NaN: nothing */
} cbk_data_column;

typedef struct cbk_figure_data {
    size_t n_columns;
    const cbk_data_column *columns; /* [n_columns] */
    size_t n_rows;
} cbk_figure_data;

/* One drawing list for every output. */
typedef struct cbk_drawing {
    double width_mm;
    double height_mm;
    const char *title;           /* one line, for those who do not see the picture */
    const char *description;     /* what the picture shows, in sentences */
    const cbk_figure_data *data; /* or NULL */
    cbk_shape *first;
    cbk_shape *last;
} cbk_drawing;

CBK_API cbk_drawing *cbk_drawing_create(cbk_arena *arena, double width_mm,
                                        double height_mm, const char *title,
                                        const char *description);
/* Copies the shape and its points. */
CBK_API void cbk_drawing_add(cbk_drawing *drawing, cbk_arena *arena, cbk_shape shape);
CBK_API void cbk_drawing_line(cbk_drawing *drawing, cbk_arena *arena, cbk_point a,
                              cbk_point b, cbk_ink stroke, double width_mm);
CBK_API void cbk_drawing_text(cbk_drawing *drawing, cbk_arena *arena, cbk_point at,
                              cbk_anchor anchor, double size_mm, cbk_ink ink,
                              const char *text);
CBK_API void cbk_drawing_marker(cbk_drawing *drawing, cbk_arena *arena, cbk_point at,
                                cbk_marker marker, double size_mm, cbk_ink ink,
                                const char *tip);

/* About how wide a text is in a plain sans-serif, in mm; an upper estimate, good enough
 * to keep labels apart. */
CBK_API double cbk_text_width_mm(const char *text, double size_mm, bool is_bold);

typedef struct cbk_figure_block {
    const char *id;     /* "figure-3" */
    const char *number; /* "3", or NULL */
    const char *title;
    const cbk_drawing *drawing;
    size_t n_notes;
    const cbk_text_run *notes;
} cbk_figure_block;

/* ---- text with notes beside it --------------------------------------------------------
 */

/* A note in the margin, or below where there is no room. */
typedef struct cbk_margin_note {
    const char *id; /* target of the flags that it explains */
    cbk_tone tone;
    cbk_text_run run;
} cbk_margin_note;

/* A heading, a paragraph, an item or a table of another text, with notes. */
typedef struct cbk_noted_block {
    int level; /* of a heading, 2 to 4; 0: none */
    bool is_item;
    const cbk_table_block *table; /* or NULL: run */
    cbk_text_run run;
    size_t n_notes;
    const cbk_margin_note *notes;
} cbk_noted_block;

/* ---- documents ----------------------------------------------------------------------
 */

typedef enum cbk_block_kind {
    CBK_BLOCK_HEADING,
    CBK_BLOCK_PARAGRAPH,
    CBK_BLOCK_ITEM, /* of a bulleted list; neighbours make one list */
    CBK_BLOCK_TABLE,
    CBK_BLOCK_FIGURE,
    CBK_BLOCK_NOTED
} cbk_block_kind;

typedef struct cbk_block {
    cbk_block_kind kind;
    int level;        /* HEADING: 2 to 4; 1 is the document's title */
    const char *id;   /* HEADING: link target, or NULL */
    cbk_text_run run; /* HEADING, PARAGRAPH, ITEM */
    const cbk_table_block *table;
    const cbk_figure_block *figure;
    const cbk_noted_block *noted;
    struct cbk_block *next;
} cbk_block;

typedef struct cbk_provenance_entry {
    const cbk_provenance *provenance;
    struct cbk_provenance_entry *next;
} cbk_provenance_entry;

/* The sheet that a document is laid out for, where its format has sheets. */
typedef enum cbk_paper { CBK_PAPER_A4, CBK_PAPER_LETTER } cbk_paper;

typedef struct cbk_document {
    cbk_arena *arena;
    cbk_paper paper;
    const char *title;
    const char *subtitle;              /* or NULL */
    const char *footer;                /* program, version, data state; or NULL */
    const cbk_table_block *dictionary; /* of its variables, which a workbook has room for;
                                          or NULL */
    cbk_block *first;
    cbk_block *last;
    size_t n_provenance; /* numbers handed out */
    cbk_provenance_entry *first_provenance;
    cbk_provenance_entry *last_provenance;
    struct cbk_provenance_index *index; /* of their ids; NULL: none yet */
} cbk_document;

/* NULL when the arena failed; adding to a NULL document does nothing. */
CBK_API cbk_document *cbk_document_create(cbk_arena *arena, const char *title);
CBK_API void cbk_document_heading(cbk_document *document, int level, const char *id,
                                  const char *text);
CBK_API void cbk_document_paragraph(cbk_document *document, cbk_text_run run);
CBK_API void cbk_document_item(cbk_document *document, cbk_text_run run);
CBK_API void cbk_document_table(cbk_document *document, const cbk_table_block *table);
CBK_API void cbk_document_figure(cbk_document *document, const cbk_figure_block *figure);
CBK_API void cbk_document_noted(cbk_document *document, const cbk_noted_block *noted);

/* The id of a number: "n" and ten hexadecimal digits, of the SHA-256 of its expression,
 * from, among and conventions.  NULL when the arena failed. */
CBK_API const char *cbk_provenance_id(const cbk_provenance *provenance, cbk_arena *arena);
/* Registers the provenance of a number and gives it its id; equal provenances (same
 * expression, from, among, conventions) share one.  NULL when the arena failed. */
CBK_API const cbk_provenance *cbk_document_provenance(cbk_document *document,
                                                      cbk_provenance provenance);

/* A table block being filled: cells of the given size, all empty, aligned left. */
typedef struct cbk_table_builder {
    cbk_table_block block;
    cbk_cell *header;
    cbk_align *align;
    cbk_cell *cells;
    cbk_text_run *notes;
    cbk_arena *arena;    /* where notes grow */
    size_t n_notes_room; /* in notes */
} cbk_table_builder;

/* NULL when the arena failed. */
CBK_API cbk_table_builder *cbk_table_builder_create(cbk_arena *arena, size_t n_columns,
                                                    size_t n_rows);
CBK_API cbk_cell *cbk_table_builder_cell(cbk_table_builder *builder, size_t row,
                                         size_t column);
CBK_API void cbk_table_builder_note(cbk_table_builder *builder, cbk_text_run note);

CBK_END_DECLS

#endif
