/* study/internal.h - what the files of this room share. */
#ifndef STUDY_INTERNAL_H
#define STUDY_INTERNAL_H

#include "exchange/csv.h"
#include "registry/registry.h"
#include "study/records.h"

/* Rows of a form that satisfy a condition, remembered: many numbers ask of the same rows.
 */
typedef struct row_set {
    const char *form;
    const char *among; /* NULL: all */
    size_t n;
    const size_t *rows;       /* [n] 0-based, in the order of the file */
    const char *const *names; /* [n] as cbk_records_name(); NULL: not asked for yet */
    struct row_set *next;
} row_set;

struct cbk_study {
    cbk_arena *arena; /* the caller's; outlives the study */
    const char *folder;
    const cbk_protocol *protocol;
    cbk_records *records; /* [protocol->n_forms] in the protocol's order */
    size_t n_sources;
    cbk_source_statement *sources;
    const cbk_style *style; /* NULL: the protocol's */
    char fingerprint[65]; /* SHA-256 of the files that make the study; of a casebook file
                             the hash of its last transaction */
    size_t protocol_version; /* of a casebook file, from 1; 0: a folder */
    int64_t transaction;     /* of a casebook file: the last one that it was read after */
    cbk_registry *registry;
    row_set *row_sets;
    /* The evaluation that is running: what the SQL functions work under and add to. */
    cbk_conventions conventions;
    cbk_notes notes;
};

/* ---- records.c, sources.c: files into structs ----------------------------------------
 */

cbk_status cbk_records_read(const char *folder, const cbk_protocol *protocol,
                            cbk_arena *arena, cbk_problems *problems,
                            cbk_records *records, cbk_error *err);
/* One file, for an import: columns may be left out; has_field[form->n_fields].  Rows of a
 * repeating form need their patient among `patients`. */
cbk_status cbk_records_read_part(const char *path, const cbk_protocol *protocol,
                                 const cbk_form *form, const cbk_records *patients,
                                 cbk_arena *arena, cbk_problems *problems,
                                 cbk_records *out, const bool **has_field,
                                 cbk_error *err);
/* Fills records->sorted; NULL when the arena failed. */
void cbk_records_sort(cbk_records *records, cbk_arena *arena);
cbk_status cbk_sources_read(const char *path, cbk_study *study, cbk_problems *problems,
                            cbk_error *err);

/* What a source says, as texts; "" where nothing is said. */
typedef struct cbk_source_text {
    const char *form, *record, *field, *value, *source, *resolution, *reason;
} cbk_source_text;

/* Finds the record's own value beside it; mistakes go to problems.  csv: whose way of
 * writing numbers it has; NULL: with a point. */
void cbk_source_take(cbk_study *study, const cbk_source_text *said, const cbk_csv *csv,
                     cbk_place place, cbk_problems *problems, cbk_source_statement *out);

/* ---- database.c, endpoint.c: structs into the registry --------------------------------
 */

/* Tables, SQL functions, derived variables and endpoints, with every piece of SQL of the
 * protocol compiled; mistakes go to problems. */
cbk_status cbk_study_load(cbk_study *study, cbk_problems *problems, cbk_error *err);

/* One value of the endpoint for each patient, as text. */
cbk_status cbk_endpoint_values(cbk_study *study, const cbk_endpoint *endpoint,
                               cbk_problems *problems, cbk_value *values, cbk_error *err);

/* ---- survival_text.c: "132+"
 * ----------------------------------------------------------- */

const char *cbk_survival_print(const cbk_survival_time *value, cbk_arena *arena);

/* ---- sql_functions.c
 * ------------------------------------------------------------------- */

cbk_status cbk_study_add_functions(cbk_study *study, cbk_error *err);

/* sql_compare.c: proportions, rates, tests of groups; called by the former. */
cbk_status cbk_study_add_comparisons(cbk_study *study, cbk_error *err);
/* sql_log_rank.c: the log-rank test; likewise. */
cbk_status cbk_study_add_log_rank(cbk_study *study, cbk_error *err);
/* A number as its shortest text, so that 1 and '1' are one group. */
const char *cbk_sql_group_text(const cbk_value *value, cbk_arena *arena);
/* sql_cuminc.c: cumulative incidences; likewise. */
cbk_status cbk_study_add_incidences(cbk_study *study, cbk_error *err);
/* sql_cox.c: hazard ratios; likewise. */
cbk_status cbk_study_add_cox(cbk_study *study, cbk_error *err);

/* ---- evaluate.c
 * ------------------------------------------------------------------------- */

/* The rows of form `from` (NULL: the patients) for which among is true. */
cbk_status cbk_study_rows(cbk_study *study, const char *from, const char *among,
                          row_set **out, cbk_error *err);

/* Answers "SELECT expressions" over the rows; each expression is one column. */
cbk_status cbk_study_ask(cbk_study *study, const char *const *expressions, size_t n,
                         const char *from, const char *among, cbk_arena *arena,
                         const cbk_answer **out, cbk_error *err);

#endif
