/* study/casebook/casebook.h - a study in a casebook file: how the protocol makes its
 * tables, how data files come in, how records are changed, and the study that commands
 * read from it.
 */
#ifndef STUDY_CASEBOOK_H
#define STUDY_CASEBOOK_H

#include "registry/casebook.h"
#include "study/records.h"

/* The study as the file holds it, read into memory; the file may be closed afterwards.
 * name, as the user wrote it, stands in messages and reports and is the arena's.
 * Errors: as of cbk_study_open(). */
cbk_status cbk_study_of_casebook(cbk_casebook *casebook, const char *name,
                                 cbk_arena *arena, cbk_problems *problems,
                                 cbk_study **out, cbk_error *err);

/* The same without derived variables and endpoints, which records that are being mended
 * may not allow yet: for changes, not for questions. */
cbk_status cbk_study_records_of_casebook(cbk_casebook *casebook, const char *name,
                                         cbk_arena *arena, cbk_problems *problems,
                                         cbk_study **out, cbk_error *err);

/* Only what the protocol says, without any record: for a change of one. */
cbk_status cbk_study_forms_of_casebook(cbk_casebook *casebook, const char *name,
                                       cbk_arena *arena, cbk_problems *problems,
                                       cbk_study **out, cbk_error *err);

/* Makes the tables of the protocol in a file opened with CBK_CASEBOOK_CREATE.
 * Errors: CBK_EDATA (mistakes in the protocol: problems), and those of reading and of
 * cbk_casebook_commit(). */
cbk_status cbk_casebook_start(cbk_casebook *casebook, const char *protocol_path,
                              cbk_arena *arena, cbk_problems *problems, cbk_error *err);

/* The form of that name.  Errors: CBK_EINVAL (there is none: the nearest spelling). */
cbk_status cbk_casebook_form(const cbk_study *study, const char *name, cbk_arena *arena,
                             const cbk_form **out, cbk_error *err);

/* CBK_EINVAL: the form has no such field, with the nearest spelling. */
cbk_status cbk_casebook_no_field(const cbk_form *form, const char *name, cbk_arena *arena,
                                 cbk_error *err);

/* ---- edit -----------------------------------------------------------------------------
 */

/* Reads n words "field=value" as changes of a record; an empty value is "not recorded".
 * form "sources": the record is a statement's number, the word resolution=…, and the
 * reason goes with it.  Set out->kind where it is not an update. Errors: CBK_EINVAL (no
 * such form or field, a word that is no change), CBK_EDATA (a value that the field cannot
 * hold: problems), CBK_ENOMEM. */
cbk_status cbk_edit_read(const cbk_study *study, const char *form, const char *record,
                         const char *const *words, size_t n, const char *reason,
                         cbk_arena *arena, cbk_problems *problems, cbk_change *out,
                         cbk_error *err);

/* ---- cells ----------------------------------------------------------------------------
 */

cbk_file_cell cbk_cell_text(const char *text); /* NULL: not recorded */
cbk_file_cell cbk_cell_number(double number);
/* A recorded value for a person: a choice's code, a missing value's kind. */
const char *cbk_recorded_words(const cbk_field *field, const cbk_recorded *value,
                               cbk_arena *arena);

/* ---- another protocol -----------------------------------------------------------------
 */

typedef struct cbk_migration_wish {
    const char *reason; /* or NULL */
    size_t n_renames;
    const char *const *renames; /* "patient.size_cm=diameter_cm" */
    size_t n_retired;
    const char *const *retired; /* "patient.grade", "treatment" */
} cbk_migration_wish;

/* What another protocol would do to the file; nothing is written yet. */
typedef struct cbk_migration {
    size_t version; /* of the new protocol */
    bool is_same;   /* it is the one in force */
    size_t n_steps;
    const char *const *steps; /* [n_steps] phrases: "patient.grade is new" */
    size_t n_lost;
    const char *const *lost; /* [n_lost] what would be lost: then it must not be done */
    size_t n_changes;        /* for cbk_casebook_commit() */
    const cbk_change *changes;
    cbk_deed deed;
} cbk_migration;

/* Compares the protocol at `path` with the forms and values of the file.  study: from
 * cbk_study_records_of_casebook().
 * Errors: CBK_EDATA (mistakes in the protocol: problems), CBK_EIO, CBK_ENOMEM. */
cbk_status cbk_migration_compare(cbk_casebook *casebook, cbk_study *study,
                                 const char *path, const cbk_migration_wish *wish,
                                 cbk_arena *arena, cbk_problems *problems,
                                 cbk_migration *out, cbk_error *err);

/* ---- export ---------------------------------------------------------------------------
 */

enum { CBK_EXPORT_RARE = 11 }; /* fewer than this share a combination: it is rare */

typedef struct cbk_export_wish {
    const char *form;
    const char *index; /* a date of the patients to count days from; NULL: the start of
                          the first endpoint that has one */
    bool has_dates;    /* dates stay dates */
    bool has_ages;     /* ages over 89 stay as they are */
    bool has_text;     /* free text is exported */
    size_t n_known;    /* fields that somebody may know; 0: ages and two choices */
    const char *const *known;
} cbk_export_wish;

typedef struct cbk_export {
    const char *bytes; /* [size] CSV */
    size_t size;
    size_t n_rows;
    size_t n_dates;    /* columns that left as days or a year */
    size_t n_ages;     /* cells that left as 90+ */
    size_t n_implied;  /* records whose age and days add up to an age over 89 */
    size_t n_left_out; /* columns of free text */
    size_t n_known;
    const char *const *known; /* [n_known] the fields of the warning */
    size_t smallest;          /* the smallest group that shares their values */
    size_t n_alone;           /* records in groups of one */
    size_t n_rare;            /* records in groups of fewer than CBK_EXPORT_RARE */
} cbk_export;

/* The records of a form as CSV, made harder to recognise.
 * Errors: CBK_EINVAL (no such form or field, dates without a day to count from),
 * CBK_ENOMEM. */
cbk_status cbk_export_make(const cbk_study *study, const cbk_export_wish *wish,
                           cbk_arena *arena, cbk_export *out, cbk_error *err);

/* ---- import ---------------------------------------------------------------------------
 */

typedef enum cbk_import_kind {
    CBK_IMPORT_CHANGED,  /* another value than the record has */
    CBK_IMPORT_KEPT,     /* an empty cell where the record has a value, which stays */
    CBK_IMPORT_CONFLICT, /* another value than one that a person entered by hand: that
                            stays, and the file's is kept as what a source says */
    CBK_IMPORT_REFUSED   /* a change of what is frozen */
} cbk_import_kind;

/* A cell that the file and the record do not agree on. */
typedef struct cbk_import_cell {
    cbk_import_kind kind;
    const char *record;
    const char *field;
    const char *old_value; /* printed; a missing value prints its kind */
    const char *new_value;
    size_t line;
} cbk_import_cell;

/* What an import would do; nothing is written yet. */
typedef struct cbk_import {
    const char *form;
    size_t n_new; /* records */
    size_t n_changed;
    size_t n_unchanged;
    size_t n_conflicting;
    size_t n_refused;
    size_t n_cells;
    const cbk_import_cell *cells;
    size_t n_changes; /* for cbk_casebook_commit() */
    const cbk_change *changes;
    cbk_deed deed;
} cbk_import;

/* Compares a data file with the records of a form, or a sources.csv with what the sources
 * say (form "sources").  study: from cbk_study_records_of_casebook().
 * Errors: CBK_EINVAL (no such form), CBK_EDATA (mistakes in the file: problems; nothing
 * can be imported until they are mended), CBK_EIO, CBK_ENOMEM. */
cbk_status cbk_import_compare(cbk_casebook *casebook, cbk_study *study, const char *path,
                              const char *form, const char *reason, cbk_arena *arena,
                              cbk_problems *problems, cbk_import *out, cbk_error *err);

#endif
