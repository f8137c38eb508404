/* study/curves.h - Kaplan-Meier curves by group, the same for a study and for a data
 * file.
 */
#ifndef STUDY_CURVES_H
#define STUDY_CURVES_H

#include <casebook/kaplan_meier.h>
#include <casebook/study.h>

/* Rows that an analysis could not use, by reason; zero counts are not listed. */
typedef struct cbk_omitted {
    const char *reason; /* "time missing" */
    size_t n;
} cbk_omitted;

/* Where the rows came from. */
typedef struct cbk_source {
    const char *name;   /* study folder or file as the user named it */
    const char *sha256; /* 64 hex digits, or NULL: not asked for */
    size_t rows;        /* that passed `where` */
    size_t used;
    size_t n_omitted;
    const cbk_omitted *omitted;
} cbk_source;

typedef struct cbk_curve {
    const char *const *level; /* [n_by] the group's values; a choice's code */
    const char *label;        /* "Negative" or "a, b"; "" for the only group of no --by */
    const cbk_km *km;
    size_t n_records;
    const char *const *records; /* [n_records] of a study; else NULL and 0 */
} cbk_curve;

typedef struct cbk_curves {
    cbk_source source;
    const char *endpoint; /* study: its name; file: the time column */
    const char *event;    /* study: its SQL; file: "dead" or "status=2" */
    const char *label;    /* "Overall survival" */
    const char *unit;     /* or NULL */
    const char *where;    /* or NULL */
    size_t n_by;
    const char *const *by;
    size_t n_curves;
    const cbk_curve *curves; /* ascending */
    cbk_conventions conventions;
    cbk_notes notes;
} cbk_curves;

/* Curves of an endpoint; by may be fields or derived variables (n_by 0: one curve);
 * `among` NULL: all.  Errors: CBK_EINVAL (no such endpoint or variable, with the nearest
 * spelling), CBK_EDATA, CBK_ENOMEM. */
cbk_status cbk_curves_of_study(cbk_study *study, const char *endpoint,
                               const char *const *by, size_t n_by, const char *among,
                               const cbk_conventions *conventions, cbk_arena *arena,
                               const cbk_curves **out, cbk_error *err);

/* What to read from a data file. */
typedef struct cbk_file_columns {
    const char *time;
    const char *event; /* "dead" (0 or 1) or "status=2" */
    const char *entry; /* or NULL */
    size_t n_by;
    const char *const *by;
    const char *where; /* SQL over the file's columns, or NULL */
} cbk_file_columns;

/* The same of a CSV file.  Mistakes in cells go to problems (file, line, column); then
 * CBK_EDATA.  An event column that is not 0/1 and has no =VALUE is one. */
cbk_status cbk_curves_of_file(const char *path, const cbk_file_columns *columns,
                              bool time_fix, bool fingerprint,
                              const cbk_conventions *conventions, cbk_arena *arena,
                              cbk_problems *problems, const cbk_curves **out,
                              cbk_error *err);

#endif
