/* report/builder.h - what those who build the parts of a report share, file by file:
 * words, values, provenance, analyses, conditions, marks, cells.
 */
#ifndef REPORT_BUILDER_H
#define REPORT_BUILDER_H

#include "base/text.h"
#include "report/report.h"

/* ---- words (words.c) -------------------------------------------------------------- */

/* The buffer's text in the arena; frees the buffer.  A buffer that ran out of memory
 * makes the arena fail, so that the builder's one test at its end sees it. */
const char *cbk_words_take(cbk_buffer *buffer, cbk_arena *arena);

/* "Overall survival" -> "overall survival"; "DFS" stays as it is. */
const char *cbk_words_lower_first(cbk_arena *arena, const char *text);

/* "hazard_ratio" -> "hazard ratio". */
const char *cbk_words_spaced(cbk_arena *arena, const char *name);

/* "patient" -> "Patient". */
const char *cbk_words_upper_first(cbk_arena *arena, const char *text);

/* "1 record", "2 records", "no records". */
const char *cbk_words_count(cbk_arena *arena, size_t n, const char *one,
                            const char *many);

/* "Tumour size, cm"; the label alone where there is no unit or the label says it. */
const char *cbk_words_label_unit(cbk_arena *arena, const char *label, const char *unit);

/* "margin, sex". */
const char *cbk_words_list(cbk_arena *arena, const char *const *word, size_t n);

/* "margin, sex and age". */
const char *cbk_words_and(cbk_arena *arena, const char *const *word, size_t n);

/* "six"; from ten on, and of what is no whole number, digits. */
const char *cbk_words_number(cbk_arena *arena, const cbk_style *style, double value);

/* "a" or "an", as what follows is spoken: "an 8", "an 11", "an IVC", "a unilateral". */
const char *cbk_words_article(const char *next);

/* "36 months", "1 month". */
const char *cbk_words_duration(cbk_arena *arena, const cbk_style *style, double time,
                               const char *unit);

/* "1 to 6, 9": runs of three or more are closed up; after 20 items "and 14 more". */
const char *cbk_words_keys(cbk_arena *arena, const char *const *keys, size_t n);

/* "line 2", "lines 2 to 7, 9"; sorts line[n]. */
const char *cbk_words_lines(cbk_arena *arena, size_t *line, size_t n);

/* The last part of a path. */
const char *cbk_words_file_name(const char *path);

/* "August 1999 to June 2010" where the days are whole months, else the days. */
const char *cbk_words_period(cbk_arena *arena, int32_t first_day, int32_t last_day);

/* " from August 1999 to June 2010", " in June 2010"; "" where the study has no period. */
const char *cbk_words_in_period(cbk_arena *arena, const cbk_protocol *protocol);

/* " at one centre", " at 12 centres"; "" where that is not a number. */
const char *cbk_words_centres(cbk_arena *arena, const cbk_style *style,
                              const char *centres);

/* The sentences of a set of notes with spaces between; NULL for none. */
const char *cbk_words_notes(cbk_arena *arena, cbk_notes notes);

/* ---- values (number.c; numbers as text: base/style.h) ------------------------------ */

/* What cbk_report_quantity() prints. */
const char *cbk_print_quantity(cbk_arena *arena, const cbk_style *style,
                               const cbk_quantity *quantity, int digits);

/* True for a number that may be printed. */
bool cbk_quantity_has_number(const cbk_quantity *quantity);

/* A computed value with the decimals that its explanations print (section_audit.c). */
void cbk_report_computed(cbk_report *report, cbk_text_run *run,
                         const cbk_quantity *quantity, int digits);

/* Asks under the report's conventions. */
cbk_status cbk_report_evaluate(cbk_report *report, const char *expression,
                               const char *from, const char *among, cbk_quantity *out,
                               cbk_error *err);

/* "0.516 to 1.000" with each limit's provenance; where neither limit has a value, the
 * reason once. */
cbk_status cbk_report_limits(cbk_report *report, cbk_text_run *run, cbk_print_place place,
                             const char *lower, const char *upper, const char *from,
                             const char *among, int digits, cbk_error *err);

/* What stands between two such limits: in words beside "not reached", a date, a minus. */
const char *cbk_report_between(const cbk_report *report, cbk_print_place place,
                               const cbk_quantity limit[2]);

/* Evaluates a count for use in a sentence; absent counts as 0. */
cbk_status cbk_report_count(cbk_report *report, const char *expression, const char *from,
                            const char *among, cbk_quantity *quantity, size_t *n,
                            cbk_error *err);

/* ---- provenance (provenance.c) ---------------------------------------------------- */

/* Registers what stands behind a quantity. */
const cbk_provenance *cbk_report_provenance(cbk_report *report,
                                            const cbk_quantity *quantity);
/* The id that this gives it; NULL when the arena failed. */
const char *cbk_report_number_id(const cbk_quantity *quantity, cbk_arena *arena);

/* Registers a value as it stands in row `row` of its file. */
const cbk_provenance *cbk_report_recorded(cbk_report *report, const cbk_records *records,
                                          size_t row, const char *field,
                                          const char *value);

/* Whether some number of the document so far was asked with that SQL function. */
bool cbk_report_asks(const cbk_report *report, const char *function);

/* ---- analyses of time to event (analysis_rows.c) ----------------------------------- */

/* "data.csv: 6 rows, 5 used; 1 left out (time missing). Only rows where ..." */
void cbk_analysis_add_source(cbk_document *document, const cbk_source *source,
                             const char *where);

/* The coding is printed with what it gave, so that a wrong one is seen at once. */
typedef struct cbk_event_coding {
    const char *event; /* as asked for or declared; NULL: from dates */
    const char *endpoint;
    bool is_of_file; /* where `dead` means `dead = 1` */
    size_t n;
    size_t n_event;
} cbk_event_coding;
void cbk_analysis_add_coding(cbk_document *document, const cbk_event_coding *coding);
/* The same where events have causes. */
void cbk_analysis_add_causes(cbk_document *document, const cbk_followup_data *data);

/* "dead = 1", "status = 2"; a study's condition as it is. */
const char *cbk_analysis_event_words(const cbk_event_coding *coding, cbk_arena *arena);

/* A table whose first column is left-aligned and heads its rows; NULL: out of memory. */
cbk_table_builder *cbk_analysis_table(cbk_arena *arena, const char *title,
                                      const char *const *headers, size_t n_columns,
                                      size_t n_rows);
void cbk_analysis_text_cell(cbk_arena *arena, cbk_table_builder *builder, size_t row,
                            size_t column, const char *text);
/* What is not finite prints `absent`. */
void cbk_analysis_number_cell(cbk_arena *arena, const cbk_style *style,
                              cbk_table_builder *builder, size_t row, size_t column,
                              double value, int digits, const char *absent);

/* "Group"; "Resection margin", of a study; "margin, sex", of a data file (protocol NULL).
 */
const char *cbk_analysis_group_header(cbk_arena *arena, const cbk_protocol *protocol,
                                      const char *const *by, size_t n);
/* "Lower 95%". */
const char *cbk_analysis_limit_header(cbk_arena *arena, const cbk_style *style,
                                      const char *side, double level);

void cbk_analysis_paragraph(cbk_document *document, const char *text);
/* "label: text"; label NULL: text alone; text NULL: nothing. */
void cbk_analysis_item(cbk_document *document, const char *label, const char *text);

/* ---- the audit (section_audit.c) --------------------------------------------------- */

/* How many claims and checks there are of each verdict. */
void cbk_audit_add_sentences(cbk_report *report, const cbk_audit *audit);
/* The claims that reproduce; nothing where there are none. */
void cbk_audit_add_table_of_good(cbk_report *report, const cbk_audit *audit);
/* Printed numbers that cannot all be right, as a list; nothing where there are none
 * (analysis_audit.c). */
void cbk_audit_add_inconsistent(cbk_report *report, const cbk_audit *audit);
/* The checks that need no records; those that are inconsistent only where asked for. */
void cbk_audit_add_checks(cbk_report *report, const cbk_audit *audit,
                          bool has_inconsistent);

/* ---- JSON (analysis_study.c) ------------------------------------------------------- */

/* The keys casebook, analysis and source of an open object. */
void cbk_analysis_json_head(const cbk_study *study, const char *analysis, cbk_json *json);

/* ---- the data dictionary (dictionary.c) -------------------------------------------- */

/* A row a variable; NULL when the arena failed. */
const cbk_table_block *cbk_report_dictionary(cbk_report *report);
/* What an endpoint is made of (provenance.c): "time os_months, event status = 'dead'". */
void cbk_words_endpoint(const cbk_endpoint *endpoint, cbk_buffer *buffer);

/* ---- columns of the study (columns.c) ---------------------------------------------- */

/* "segment = 'middle'", or "recurred = 1" where is_number. */
const char *cbk_sql_equals(cbk_arena *arena, const char *name, const char *level,
                           bool is_number);
/* "(a) AND (b)"; either may be NULL. */
const char *cbk_sql_and(cbk_arena *arena, const char *a, const char *b);

bool cbk_field_is_number(const cbk_field *field);

/* Whether `name` is in text[n]. */
bool cbk_is_listed(const char *const *text, size_t n, const char *name);

/* What a table or figure with a numeric id is numbered; NULL for other ids. */
const char *cbk_block_number(const char *id);

/* A column's value as text, whatever its type; NULL where missing. */
const char *cbk_print_cell(cbk_arena *arena, const cbk_column *column, size_t row);
/* The most decimals, at most 3, that a number of the column was recorded with. */
int cbk_report_decimals(const cbk_column *column, size_t n_rows);
/* The decimals that its mean and quartiles are printed with: one more, up to 2. */
int cbk_report_mean_digits(int decimals);

/* ---- times at which a curve is reported (marks.c) ---------------------------------- */

/* The marks of an endpoint's figures, else whole years within follow-up.  At most
 * CBK_MARKS_MAX, ascending. */
enum { CBK_MARKS_MAX = 12 };
cbk_status cbk_report_marks(cbk_report *report, const cbk_endpoint *endpoint,
                            double marks[CBK_MARKS_MAX], size_t *n, cbk_error *err);

/* ---- conflicts between sources (section_conflicts.c) ------------------------------- */

/* What a source disagrees on, with its unit, and its value, the codes of choices by their
 * labels. */
const char *cbk_conflict_label(cbk_report *report, const cbk_source_statement *statement);
const char *cbk_conflict_value(cbk_report *report, const cbk_source_statement *statement);

/* ---- runs and cells (cells.c) ------------------------------------------------------ */

/* Adds text with what stands between backticks as code. */
void cbk_report_prose(cbk_report *report, cbk_text_run *run, const char *text);

/* The heading of a column of p, its letter in italics where the style has it so. */
void cbk_run_p_heading(cbk_text_run *run, cbk_arena *arena, const cbk_style *style);

/* Adds the letter of "P = .04" in italics where the style has it so, and returns what is
 * left to add: " = .04" without the space, which it adds, too; else the whole. */
const char *cbk_run_p_letter(cbk_text_run *run, cbk_arena *arena, const cbk_style *style,
                             const char *equation);

/* A table builder's text cell. */
void cbk_table_text(cbk_report *report, cbk_table_builder *builder, size_t row,
                    size_t column, const char *text);
/* Its header cells, from n_columns texts, and the row header in column 0 of each row. */
void cbk_table_headers(cbk_report *report, cbk_table_builder *builder,
                       const char *const *text);

/* Gives it the id, number, title, notes and abbreviations of spec, and adds it to the
 * document (table_finish.c). */
void cbk_table_finish(cbk_report *report, cbk_table_builder *builder,
                      const cbk_table_spec *spec);

/* ---- the report itself (report_state.c) -------------------------------------------- */

/* Whether the report has that section (id NULL: of any id). */
bool cbk_report_prints(const cbk_report *report, cbk_section_kind kind, const char *id);

/* CBK_ENOMEM where the arena has failed. */
cbk_status cbk_report_done(const cbk_report *report, cbk_error *err);

#endif
