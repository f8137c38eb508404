/* casebook/manuscript.h - a manuscript as text with its numbers, and which of them the
 * claims cover.
 *
 * What counts as a number, and how one is bound: docs/formats/manuscript.md.
 */
#ifndef CASEBOOK_MANUSCRIPT_H
#define CASEBOOK_MANUSCRIPT_H

#include <casebook/claims.h>

CBK_BEGIN_DECLS

/* ---- text ---------------------------------------------------------------------------
 */

typedef enum cbk_manuscript_kind {
    CBK_MANUSCRIPT_MARKDOWN, /* .md, .markdown */
    CBK_MANUSCRIPT_TEXT,     /* .txt */
    CBK_MANUSCRIPT_HTML,     /* .html, .htm */
    CBK_MANUSCRIPT_DOCX      /* .docx */
} cbk_manuscript_kind;

enum { CBK_MANUSCRIPT_KIND_COUNT = 4 };
CBK_API const char *cbk_manuscript_kind_name(cbk_manuscript_kind kind); /* "markdown" */

typedef enum cbk_passage_kind {
    CBK_PASSAGE_HEADING,
    CBK_PASSAGE_PARAGRAPH,
    CBK_PASSAGE_ITEM, /* of a list */
    CBK_PASSAGE_CELL  /* of a table */
} cbk_passage_kind;

/* A heading, a paragraph, a cell.  Raised and lowered digits are the characters for them:
 * "cm²", "text¹²". */
typedef struct cbk_passage {
    cbk_passage_kind kind;
    int level;          /* HEADING: 1 the title, 2 a section, ... */
    const char *text;   /* white space as single blanks, never empty but in a CELL */
    const char *place;  /* the nearest heading, of a cell or a legend "Table 2"; "" where
                           none */
    const char *within; /* the headings around it, "Results / Survival", or "" */
    size_t table;       /* CELL: running number from 0; the next two count from 0 */
    size_t row;
    size_t column;
} cbk_passage;

typedef struct cbk_sentence {
    size_t passage;
    size_t start; /* bytes of the passage's text */
    size_t end;
    size_t first_number; /* in the manuscript's numbers */
    size_t n_numbers;
} cbk_sentence;

typedef enum cbk_found_kind {
    CBK_FOUND_NUMBER,
    CBK_FOUND_DATE /* has no value */
} cbk_found_kind;

/* A number as it is printed: with its comparator, sign and percent sign. */
typedef struct cbk_found_number {
    cbk_found_kind kind;
    size_t sentence;
    size_t start; /* bytes of the passage's text */
    size_t end;
    const char *text; /* "<0.001", "60%", "five", "August 1998" */
    double value;
    int digits;     /* decimals printed */
    int comparator; /* 0: none; the values of cbk_comparator */
} cbk_found_number;

/* Digits that are no number of the study, and why. */
typedef enum cbk_left_out_reason {
    CBK_LEFT_OUT_CITATION,
    CBK_LEFT_OUT_REFERENCE_LIST,
    CBK_LEFT_OUT_LABEL, /* "Table 2", "patient 3", "grade 2" */
    CBK_LEFT_OUT_NAME,  /* "G2", "IL-6" */
    CBK_LEFT_OUT_RAISED,
    CBK_LEFT_OUT_ADDRESS, /* web, DOI, registry numbers */
    CBK_LEFT_OUT_ORDINAL,
    CBK_LEFT_OUT_QUANTITY_NAME, /* "5-year survival", "95% CI" */
    CBK_LEFT_OUT_PAGE
} cbk_left_out_reason;

enum { CBK_LEFT_OUT_COUNT = 9 };
CBK_API const char *cbk_left_out_name(cbk_left_out_reason reason); /* "citation" */

typedef struct cbk_left_out {
    cbk_left_out_reason reason;
    size_t sentence;
    const char *text;
} cbk_left_out;

typedef struct cbk_manuscript {
    const char *file;
    cbk_manuscript_kind kind;
    size_t n_passages;
    const cbk_passage *passages;
    size_t n_sentences;
    const cbk_sentence *sentences; /* in the order of the text */
    size_t n_numbers;
    const cbk_found_number *numbers; /* in the order of the text */
    size_t n_left_out;
    const cbk_left_out *left_out;
} cbk_manuscript;

/* Reads a manuscript; its kind is that of its name's ending.  UTF-8, or UTF-16 with a
 * byte order mark.
 * Errors: CBK_EINVAL (an ending that is not read), CBK_EIO, CBK_EDATA (not text, a
 * damaged or hostile file: the sentence says what), CBK_ENOMEM. */
CBK_API CBK_MUST_USE cbk_status cbk_manuscript_read(const char *path, cbk_arena *arena,
                                                    const cbk_manuscript **out,
                                                    cbk_error *err);

/* ---- its numbers and the claims ------------------------------------------------------
 */

/* What a number might be: words of its sentence that are words of the protocol, as a
 * question, with its answer.  Never bound unless somebody says so. */
typedef struct cbk_suggestion {
    const char *of;
    const char *from;  /* form, or NULL: the patients */
    const char *among; /* condition, or NULL */
    const char *words; /* the words that led here: "median, age" */
    cbk_quantity quantity;
    bool is_met; /* the answer is what is printed, at its precision */
} cbk_suggestion;

/* A number that says what is asked: the 5 of "at 5 years". */
#define CBK_COVER_QUESTION SIZE_MAX

/* One claim that covers a number. */
typedef struct cbk_cover {
    size_t claim; /* in the audit's results */
    size_t part;  /* which of the numbers that it states, or CBK_COVER_QUESTION */
} cbk_cover;

typedef struct cbk_standing {
    size_t n_covers;
    const cbk_cover *covers;
    size_t
        n_suggestions; /* at most CBK_SUGGESTIONS_MAX, best first; none where covered */
    const cbk_suggestion *suggestions;
} cbk_standing;

enum { CBK_SUGGESTIONS_MAX = 3 };

typedef struct cbk_manuscript_audit {
    const cbk_manuscript *manuscript;
    const cbk_audit *audit;       /* NULL: there are no claims */
    const cbk_standing *standing; /* [manuscript->n_numbers] */
    size_t n_covered;             /* these three sum to n_numbers */
    size_t n_suggested;
    size_t n_unbound;
    size_t n_not_found;
    const size_t *not_found; /* claims that state numbers which are nowhere in the text */
} cbk_manuscript_audit;

/* The audit with the checks of printed numbers that the manuscript's own sentences allow
 * ("5/6 (83%)", "t(28) = 2.2, p = 0.04") added to its own, but for those that it has.
 * Errors: CBK_ENOMEM. */
CBK_API CBK_MUST_USE cbk_status cbk_manuscript_check(const cbk_manuscript *manuscript,
                                                     const cbk_audit *audit,
                                                     cbk_arena *arena,
                                                     const cbk_audit **out,
                                                     cbk_error *err);

/* Finds for each claim the sentence that states it, and suggestions for what no claim
 * covers.  audit NULL: no claims; study NULL: no records, and no suggestions.
 * Errors: CBK_ENOMEM, CBK_EDATA (a suggestion was stopped at a limit). */
CBK_API CBK_MUST_USE cbk_status cbk_manuscript_bind(
    cbk_study *study, const cbk_audit *audit, const cbk_manuscript *manuscript,
    cbk_arena *arena, const cbk_manuscript_audit **out, cbk_error *err);

/* The verdict on one number that a claim of several states: where the claim fails and
 * this number follows, it reproduces. */
CBK_API cbk_verdict cbk_cover_verdict(const cbk_audit *audit, const cbk_cover *cover);

/* The text of a claims file: that of claims_file (NULL: none) as it is, and behind it a
 * claim for each number that none covers, with its sentence, its suggestions as comments.
 * Where the file is written so that nothing can be put behind it, the new claims stand
 * alone and *is_alone says so.  Errors: CBK_EIO, CBK_ENOMEM. */
CBK_API CBK_MUST_USE cbk_status cbk_manuscript_propose(const cbk_manuscript_audit *bound,
                                                       const char *claims_file,
                                                       cbk_arena *arena,
                                                       const char **text, bool *is_alone,
                                                       cbk_error *err);

CBK_END_DECLS

#endif
