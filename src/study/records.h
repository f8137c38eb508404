/* study/records.h - the records of a study as they were read, and where they stand in
 * their files.  Values live here and, the same, in the registry, where SQL reaches them.
 */
#ifndef STUDY_RECORDS_H
#define STUDY_RECORDS_H

#include <casebook/study.h>

#include "study/protocol/protocol.h"

/* One cell. */
typedef struct cbk_recorded {
    cbk_value value; /* NUMBER for integer, number and boolean (0, 1); TEXT for the rest
                        (a choice's code, a date as YYYY-MM-DD); ABSENT: missing */
    const char *missing; /* ABSENT: the kind, "not recorded" or a declared meaning */
} cbk_recorded;

/* A row's name: its key, and its running number (0 in the patient form). */
typedef struct cbk_identity {
    const char *key;
    size_t n;
    size_t row;
} cbk_identity;

typedef struct cbk_records {
    const cbk_form *form;
    const char *file; /* "studies/ivc-lms/patient.csv" */
    size_t n_rows;
    const char *const *key; /* [n_rows] the patient */
    const size_t *n;        /* [n_rows] running number from 1; NULL: the patient form */
    const size_t *line;     /* [n_rows] in file */
    const cbk_recorded *values; /* [n_rows * form->n_fields] row after row */
    const cbk_identity
        *sorted; /* [n_rows] by key, number and row; NULL: of a data file */
} cbk_records;

/* What another source says of a field, beside the value that stands in the record. */
typedef struct cbk_source_statement {
    size_t id; /* of its row in a casebook file; 0 in a study folder */
    const char *form;
    const char *record; /* "3" or "3/2" */
    const char *field;
    const char *value;  /* as the source has it */
    const char *source; /* who says so */
    const char
        *adopted;     /* the record's value, printed; a missing value prints its kind */
    bool is_conflict; /* differs from the adopted value */
    bool is_resolved; /* resolution and reason are both given */
    const char *resolution; /* or NULL */
    const char *reason;     /* or NULL */
    cbk_place place;
} cbk_source_statement;

const cbk_protocol *cbk_study_protocol(const cbk_study *study);
const char *cbk_study_folder(const cbk_study *study);
/* SHA-256 over the names and contents of the files that make the study; of a casebook
 * file the hash of its last transaction; 64 hex digits. */
const char *cbk_study_fingerprint(const cbk_study *study);
/* Of a casebook file: how often its protocol was given, from 1.  0: a folder. */
size_t cbk_study_protocol_version(const cbk_study *study);

/* How the study's numbers are printed: as was set, else as its protocol says, else NULL.
 */
const cbk_style *cbk_study_style(const cbk_study *study);
void cbk_study_set_style(cbk_study *study, const cbk_style *style);
/* NULL when there is no such form. */
const cbk_records *cbk_study_records(const cbk_study *study, const char *form);
const cbk_source_statement *cbk_study_sources(const cbk_study *study, size_t *n);

/* The cell of a field in row `row`; NULL when the form has no such field. */
const cbk_recorded *cbk_records_value(const cbk_records *records, size_t row,
                                      const char *field);
/* "3", or "3/2" in a repeating form; NULL when the arena failed. */
const char *cbk_records_name(const cbk_records *records, size_t row, cbk_arena *arena);
/* The row of that name, the first of several, or SIZE_MAX; not of a data file. */
size_t cbk_records_find(const cbk_records *records, const char *name);

/* Records by name, for comparing two lists of them. */
typedef struct cbk_named_row {
    const char *name;
    size_t row;
} cbk_named_row;

/* [records->n_rows] in the order of the names' bytes; NULL when the arena failed. */
const cbk_named_row *cbk_records_sorted(const cbk_records *records, cbk_arena *arena);
/* NULL when there is none of that name. */
const cbk_named_row *cbk_named_row_find(const cbk_named_row *rows, size_t n,
                                        const char *name);

/* A recorded value for print: a choice's label (or its code), Yes and No, a number as
 * recorded; several choices joined by ", "; NULL where missing.  `digits` -1: as
 * recorded, else fixed decimals. */
const char *cbk_recorded_print(const cbk_field *field, const cbk_value *value,
                               bool is_code, int digits, cbk_arena *arena);

/* ---- questions that give columns -----------------------------------------------------
 */

/* Columns of n SQL expressions over the rows of form `from` (NULL: the patients) for
 * which `among` (NULL: all) is true, in the order of the file; under the evaluator's
 * guard.  A column is NUMBER when every value is a number (or missing), else TEXT. */
cbk_status cbk_study_select(cbk_study *study, const char *const *expressions, size_t n,
                            const char *from, const char *among, cbk_arena *arena,
                            const cbk_table **out, cbk_error *err);

/* ---- survival times: an endpoint's value ----------------------------------------------
 */

typedef struct cbk_survival_time {
    double time;
    double entry; /* 0: from the origin */
    bool is_event;
    const char *competing; /* where a competing event ended it: its name, in the text */
    size_t n_competing;    /* bytes of the name; 0: none did */
} cbk_survival_time;

/* Reads "36" (an event), "132+" (censored), "76+other_cause" (censored by that competing
 * event), "(12,36]" (entry at 12).  out->competing points into text. */
bool cbk_survival_parse(const char *text, cbk_survival_time *out);

double cbk_days_per_unit(const char *unit); /* 0: not a unit of time */

/* ---- findings ------------------------------------------------------------------------
 */

typedef enum cbk_finding_kind {
    CBK_FINDING_RULE,     /* a declared check is false */
    CBK_FINDING_ENDPOINT, /* an endpoint that cannot be: longer than the study, ... */
    CBK_FINDING_CONFLICT  /* two sources, two values, nobody has decided */
} cbk_finding_kind;

typedef struct cbk_finding {
    cbk_finding_kind kind;
    const char *id; /* "dfs-within-os", "follow-up-within-period", "conflict" */
    const char *form;
    const char *record; /* "3" or "3/2" */
    const char *field;  /* CONFLICT: the field; else NULL */
    const char *says;   /* a sentence with the values */
    cbk_place place;    /* the record's line in its file */
} cbk_finding;

/* Runs the protocol's checks, the endpoints' own, and the sources' conflicts.
 * Errors: CBK_ENOMEM, CBK_EDATA (a rule was stopped at a limit). */
cbk_status cbk_study_check(cbk_study *study, cbk_arena *arena,
                           const cbk_finding **findings, size_t *n, cbk_error *err);

#endif
