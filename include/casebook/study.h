/* casebook/study.h - a study: its protocol, its records, and the one evaluator that every
 * printed number goes through.
 */
#ifndef CASEBOOK_STUDY_H
#define CASEBOOK_STUDY_H

#include <casebook/conventions.h>
#include <casebook/kaplan_meier.h>
#include <casebook/table.h>

CBK_BEGIN_DECLS

typedef struct cbk_study cbk_study;

/* Reads the study folder (protocol.yaml, a CSV file for each form, sources.csv if it is
 * there), or the casebook file of that name, into memory.  Every mistake of every file goes to problems, with file and line;
 * then the status is CBK_EDATA.  The study keeps what it needs in arena, which must
 * outlive it.  Errors: CBK_EIO (folder or file cannot be read), CBK_EDATA, CBK_ENOMEM. */
CBK_API CBK_MUST_USE cbk_status cbk_study_open(const char *folder, cbk_arena *arena,
                                               cbk_problems *problems, cbk_study **out,
                                               cbk_error *err);
CBK_API void cbk_study_close(cbk_study *study); /* NULL is allowed */

/* A value or a typed absence, with all that made it. */
typedef struct cbk_quantity {
    const char *expression;
    const char *from;  /* form; never NULL */
    const char *among; /* condition, or NULL */
    cbk_value value;
    cbk_notes notes; /* they travel with the number; see cbk_notes_forbid_print() */
    cbk_conventions conventions;
    size_t n_records;
    const char *const *records; /* [n_records] keys of the rows behind it: "3", or "3/2"
                                   for the second row of patient 3 in a repeating form */
    const size_t *record_rows;  /* [n_records] 0-based row of the form's file */
    size_t n_fields;
    const char *const *fields; /* [n_fields] columns read: "patient.age_years" */
} cbk_quantity;

/* Asks the study for one value: `expression` is SQL over the rows of the form `from`
 * (NULL: the patients, with derived variables and endpoints as columns) for which `among`
 * (NULL: all) is true.  It may use SQLite's functions and those of
 * docs/formats/functions.md.  It runs read-only under limits of time and memory.
 *
 *   Conventions  NULL: those of profile r.
 *   Absent       where SQL gives NULL: no rows, a median that is not reached, ...; notes
 *                say why.
 *   Errors       CBK_EINVAL (the expression or the condition is wrong, an unknown form,
 * it gives more than one row: the sentence says which and how to mend it), CBK_EDATA
 * (stopped at a limit), CBK_ENOMEM. */
CBK_API CBK_MUST_USE cbk_status cbk_study_evaluate(cbk_study *study,
                                                   const char *expression,
                                                   const char *from, const char *among,
                                                   const cbk_conventions *conventions,
                                                   cbk_arena *arena, cbk_quantity *out,
                                                   cbk_error *err);

CBK_END_DECLS

#endif
