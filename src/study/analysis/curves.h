/* study/analysis/curves.h - Kaplan-Meier curves by group, the same for a study and for a
 * data file.
 */
#ifndef STUDY_CURVES_H
#define STUDY_CURVES_H

#include <casebook/kaplan_meier.h>
#include <casebook/study.h>

#include "study/followup/followup.h"

typedef struct cbk_curve {
    const char *const *level; /* [n_by] the group's values; a choice's code */
    const char *label;        /* "Negative" or "a, b"; "" for the only group of no --by */
    const cbk_km *km;
    size_t n_records;
    const char *const *records; /* [n_records] of a study; else NULL and 0 */
} cbk_curve;

typedef struct cbk_curves {
    const cbk_protocol *protocol; /* of a study; else NULL */
    cbk_source source;
    const char *endpoint; /* study: its name; file: the time column */
    const char *event;    /* study: its SQL; file: "dead" or "status=2" */
    const char *label;    /* "Overall survival" */
    const char *unit;     /* or NULL */
    const char *where;    /* or NULL */
    const char *entry;    /* column of a data file, or NULL */
    const char *weight;   /* variable or column, or NULL */
    bool is_time_exact;   /* near-ties were left apart */
    size_t n_by;
    const char *const *by;
    size_t n_curves;
    const cbk_curve *curves; /* ascending */
    cbk_conventions conventions;
    double landmark; /* from which the times are counted; 0: from the origin */
    cbk_notes notes;
} cbk_curves;

/* Curves of an endpoint; by may be fields or derived variables (n_by 0: one curve);
 * `among` NULL: all.  Errors: CBK_EINVAL (no such endpoint or variable, with the nearest
 * spelling), CBK_EDATA, CBK_ENOMEM. */
cbk_status cbk_curves_of_study(cbk_study *study, const char *endpoint,
                               const char *const *by, size_t n_by, const char *among,
                               const cbk_conventions *conventions, cbk_arena *arena,
                               const cbk_curves **out, cbk_error *err);

/* Curves of rows that were read already, one a group. */
cbk_status cbk_curves_fit(const cbk_followup_data *data,
                          const cbk_conventions *conventions, cbk_arena *arena,
                          const cbk_curves **out, cbk_error *err);

#endif
