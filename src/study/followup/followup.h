/* study/followup/followup.h - the rows that an analysis of time to event works on, read
 * from a study or from a data file alike: who can be used, who was left out and why, in
 * which group.
 */
#ifndef STUDY_FOLLOWUP_H
#define STUDY_FOLLOWUP_H

#include <casebook/risk_table.h>
#include <casebook/study.h>
#include <casebook/table.h>

#include "study/protocol/protocol.h"

/* A term of a regression: a covariate, or the product of several. */
typedef struct cbk_model_term {
    const char *name; /* "age", "age:sex" */
    size_t n_parts;
    const size_t *part; /* [n_parts] places in the request's `on` */
} cbk_model_term;

/* What the command line asks for. */
typedef struct cbk_followup_request {
    const char *endpoint; /* of a study */
    const char *time;     /* of a data file, as the next */
    const char *event;    /* "dead" (0 or 1) or "status=2" */
    const char *entry;    /* or NULL */
    const char *weight;   /* variable or column, or NULL */
    size_t n_by;
    const char *const *by; /* [n_by] grouping variables */
    size_t n_strata;
    const char *const *strata; /* [n_strata] stratifying variables */
    size_t n_on;
    const char *const *on; /* [n_on] covariates, each once */
    size_t n_terms;
    const cbk_model_term *terms; /* [n_terms] of the model; 0: each of `on` is one */
    size_t n_categorical;
    const char *const *categorical; /* [n_categorical] of them that are not numbers */
    const char *offset;             /* variable or column, or NULL */
    const char *cluster;            /* likewise */
    const char *where;              /* SQL over the rows, or NULL */
    bool is_time_exact;             /* only equal times are tied */
    bool wants_causes;  /* of what kind an event was, not only whether there was one */
    const char *censor; /* of a data file that has causes: the value of the event column
                           that says censored; NULL: 0, in a column of 0 and 1 */
    const char *cause;  /* the one that is asked for, or NULL */
    bool wants_fingerprint; /* of a data file: hash it */
} cbk_followup_request;

/* Rows that an analysis could not use, by reason; zero counts are not listed. */
typedef struct cbk_omitted {
    const char *reason; /* "time missing" */
    size_t n;
    size_t n_parts; /* of several covariates: which; a row may lack more than one */
    const struct cbk_omitted *parts; /* [n_parts] reason: the covariate's name */
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

/* The rows that can be used, in the order of their source. */
typedef struct cbk_followup_data {
    const cbk_followup_request *request;
    const cbk_protocol *protocol; /* of a study; else NULL */
    cbk_source source;
    const char *endpoint;        /* study: its name; file: the time column */
    const char *event;           /* study: its SQL; file: "dead" or "status=2" */
    const char *label;           /* "Overall survival" */
    const char *unit;            /* or NULL */
    cbk_followup rows;           /* see cbk_followup_has_near_ties() */
    const bool *is_competing;    /* [rows.n] censored by a competing event of a study's
                                    endpoint; NULL: it has none, or they are causes */
    const char *const *name;     /* [rows.n] of a study's records; else NULL */
    const size_t *row;           /* [rows.n] of a data file, from 1, where there are
                                    covariates; else NULL */
    const cbk_groups *by;        /* of rows; one group of all where n_by is 0 */
    const char *const *by_label; /* [by->n_groups] "Negative"; "" where n_by is 0 */
    const cbk_groups *strata;    /* likewise */
    const char *const *strata_label; /* [strata->n_groups] */
    const cbk_column *covariates;    /* [request->n_on] of rows, none missing */
    const double *offset;            /* [rows.n], or NULL */
    const cbk_groups *cluster;       /* NULL: none asked for */
    size_t n_causes;                 /* 0 where request->wants_causes is false */
    const char *const *cause_name;   /* [n_causes] ascending; a study's are the endpoint's
                                        name and those of its competing events */
    const char *const *cause_label;  /* [n_causes] "Other cause" */
    const uint8_t *cause;            /* [rows.n] 0: censored; k: cause_name[k - 1].  With
                                        causes, rows.is_event says: an event of any */
    const size_t *n_of_cause;        /* [n_causes + 1] rows; the first: censored */
    size_t asked_cause;              /* k of request->cause; 0: none was asked for */
    size_t own_cause;                /* k of the endpoint's own event; 0: of a file */
    double landmark; /* from which the times are counted; 0: from the origin */
    cbk_notes notes;
} cbk_followup_data;

/* Whether near-ties are left for cbk_risk_table_build() to make one, which does it on the
 * way: those of a single group without late entry, causes or covariates.  Several groups
 * must agree on which times are tied, and an interval that vanishes is told with its row.
 */
static inline bool cbk_followup_has_near_ties(const cbk_followup_data *data)
{
    const cbk_followup_request *request = data->request;
    return !request->is_time_exact && data->rows.entry == NULL &&
           !request->wants_causes &&
           request->n_by + request->n_strata + request->n_on == 0;
}

/* request is borrowed.  Errors: CBK_EINVAL (no such endpoint, variable or column, with
 * the nearest spelling), CBK_EDATA, CBK_ENOMEM. */
cbk_status cbk_followup_of_study(cbk_study *study, const cbk_followup_request *request,
                                 cbk_arena *arena, const cbk_followup_data **out,
                                 cbk_error *err);

enum { CBK_CAUSES_MAX = 255 };

/* The same of a CSV file.  Mistakes in cells go to problems (file, line, column); then
 * CBK_EDATA.  An event column that is not 0/1 and has no =VALUE is one. */
cbk_status cbk_followup_of_file(const char *path, const cbk_followup_request *request,
                                cbk_arena *arena, cbk_problems *problems,
                                const cbk_followup_data **out, cbk_error *err);

/* The rows of one group, with what data has of them; NULL what it has not. */
typedef struct cbk_followup_part {
    cbk_followup rows;
    double *time; /* [rows.n], as the next: what rows points to */
    bool *is_event;
    bool *is_competing;
    double *entry;
    double *weight;
    uint8_t *cause;
    uint32_t *cluster; /* numbered as in data->cluster */
    const char **name;
} cbk_followup_part;

/* Errors: CBK_ENOMEM. */
cbk_status cbk_followup_take_group(const cbk_followup_data *data, uint32_t group,
                                   cbk_arena *arena, cbk_followup_part *out,
                                   cbk_error *err);

/* ---- for the two readers
 * ---------------------------------------------------------------- */

/* What a row that cannot be used lacks. */
typedef enum cbk_lack {
    CBK_LACK_NOTHING,
    CBK_LACK_TIME,
    CBK_LACK_EVENT,
    CBK_LACK_ENTRY,
    CBK_LACK_WEIGHT,
    CBK_LACK_GROUP,
    CBK_LACK_STRATUM,
    CBK_LACK_COVARIATE,
    CBK_LACK_OFFSET,
    CBK_LACK_CLUSTER
} cbk_lack;

/* Rows as read; a row that lacks something has undefined numbers. */
typedef struct cbk_followup_draft {
    size_t n_rows;
    double *time;
    bool *is_event;
    bool *is_competing; /* as in cbk_followup_data, or NULL */
    double *entry;      /* NULL: all from the origin */
    double *weight;     /* NULL: 1 each */
    cbk_lack
        *lack;                   /* [n_rows]; GROUP and what follows are found by
                                    cbk_followup_finish();            NULL: no row lacks anything else */
    const char **name;           /* [n_rows] of the records, or NULL */
    size_t *row;                 /* [n_rows] of the file, from 1, or NULL */
    const cbk_column *by;        /* [request->n_by] columns of n_rows */
    const cbk_column *strata;    /* [request->n_strata] */
    const cbk_column *on;        /* [request->n_on] */
    const cbk_column *offset;    /* of numbers; NULL: none */
    const cbk_column *cluster;   /* NULL: none */
    const cbk_column *cause;     /* of texts, none where censored; NULL: not asked for */
    size_t n_declared;           /* causes that there are although no row may have them */
    const char *const *declared; /* [n_declared] the first: the endpoint's own event */
} cbk_followup_draft;

/* Leaves out the rows that lack something, counts them, makes the groups and near-ties
 * one (cbk_followup_has_near_ties()):
 * fills source.rows, used and omitted, rows, name, by, strata and notes of *out; by_label
 * and strata_label are the levels joined by ", ", cause_label the causes' names, or where
 * these are numbers "status = 2".
 * CBK_EDATA's err->row is a row of draft. */
cbk_status cbk_followup_finish(const cbk_followup_draft *draft, cbk_arena *arena,
                               cbk_followup_data *out, cbk_error *err);

/* followup_causes.c, called by it: numbers the causes of the kept rows.  CBK_EINVAL: the
 * cause that is asked for is not there, or there are more than CBK_CAUSES_MAX. */
cbk_status cbk_followup_number_causes(const cbk_followup_draft *draft, const size_t *kept,
                                      cbk_arena *arena, cbk_followup_data *out,
                                      cbk_error *err);

#endif
