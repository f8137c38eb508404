/* study/protocol/protocol.h - what protocol.yaml declares, as structs.  The format is
 * described in docs/formats/protocol.md; places are kept for messages.
 */
#ifndef STUDY_PROTOCOL_H
#define STUDY_PROTOCOL_H

#include "base/style.h"
#include "study/placeholder.h"

typedef enum cbk_field_type {
    CBK_FIELD_TEXT,
    CBK_FIELD_INTEGER,
    CBK_FIELD_NUMBER,
    CBK_FIELD_DATE,
    CBK_FIELD_DATETIME,
    CBK_FIELD_BOOLEAN,
    CBK_FIELD_CHOICE,
    CBK_FIELD_CHOICES /* several of a list, separated by "|" */
} cbk_field_type;

enum { CBK_FIELD_TYPES = CBK_FIELD_CHOICES + 1 };
extern const char *const cbk_field_type_names[CBK_FIELD_TYPES];
const char *cbk_field_type_name(cbk_field_type type);

/* A code and what it means: of a choice, or of a missing value. */
typedef struct cbk_code {
    const char *code;
    const char *label;
    const char *definition; /* or NULL */
} cbk_code;

typedef struct cbk_field {
    const char *name;
    cbk_place place;
    const char *label; /* never NULL: the name, made readable, where none is given */
    cbk_field_type type;
    const char *unit;       /* or NULL */
    const char *definition; /* or NULL */
    bool has_minimum, has_maximum;
    double minimum, maximum; /* NUMBER, INTEGER */
    size_t n_choices;
    const cbk_code *choices;
    size_t n_missing;
    const cbk_code *missing; /* the field's own codes and the study's */
    bool is_required;
    bool is_derived;
    const char *sql; /* derived only */
} cbk_field;

typedef struct cbk_form {
    const char *name;
    cbk_place place;
    const char *label;
    const char *key;     /* the patient form: the column that identifies a row */
    const char *repeats; /* a repeating form: the form whose key it carries; else NULL */
    size_t n_fields;
    const cbk_field *fields; /* without key and running number `n` */
} cbk_form;

/* Start, event and censoring of a time to event. */
typedef struct cbk_endpoint {
    const char *name;
    cbk_place place;
    const char *label;
    const char *unit;        /* "months", "days", "years", "weeks" */
    const char *time;        /* SQL for the duration; NULL when from dates */
    const char *event;       /* SQL condition */
    const char *event_label; /* what the event is: "Death from the tumour"; or NULL */
    const char *entry;       /* SQL for late entry, or NULL */
    const char *from;        /* date field; NULL when from durations */
    size_t n_event_on;
    const char *const *event_on; /* date fields: the earliest is the event */
    const char *censor_on;       /* date field */
    size_t n_competing;
    const cbk_code *competing;          /* code: the name; label: the SQL condition */
    const char *const *competing_label; /* [n_competing] for people: "Other cause" */
} cbk_endpoint;

typedef struct cbk_check {
    const char *id;
    cbk_place place;
    const char *rule; /* SQL condition; a record where it is false is a finding */
    const char *says;
    const char *from; /* form; NULL: the patients */
} cbk_check;

/* A Cox regression. */
typedef struct cbk_regression_spec {
    const char *endpoint;
    size_t n_on;
    const char *const *on; /* [n_on] terms: "age", "age:sex" */
    size_t n_references;
    const char *const *references; /* [n_references] "stage=II" */
    bool is_univariable;           /* TABLE: each covariate alone, too; FOREST: instead */
    bool is_firth;
} cbk_regression_spec;

typedef enum cbk_table_kind {
    CBK_TABLE_LISTING,
    CBK_TABLE_SUMMARY,
    CBK_TABLE_REGRESSION
} cbk_table_kind;

typedef enum cbk_table_column_kind {
    CBK_TABLE_COLUMN_FIELD,
    CBK_TABLE_COLUMN_JOIN, /* several fields of the record in one cell */
    CBK_TABLE_COLUMN_LIST  /* values of a repeating form in one cell */
} cbk_table_column_kind;

typedef struct cbk_table_column_spec {
    cbk_table_column_kind kind;
    cbk_place place;
    const char *label; /* or NULL: from the fields */
    size_t n_fields;
    const char *const *fields; /* FIELD: one; JOIN: all; LIST: one */
    const char *with;          /* JOIN: between the values; LIST: between them, ", " */
    const char *from;          /* LIST: the repeating form */
    const char *among;         /* LIST: condition, or NULL */
    const char *empty;         /* what an empty cell prints; NULL: a dash */
    bool is_code;              /* choices as codes instead of labels */
    int digits;                /* decimals, or -1: as recorded */
} cbk_table_column_spec;

/* What compares the groups of a summary, row by row. */
typedef enum cbk_summary_test {
    CBK_SUMMARY_UNTESTED,
    CBK_SUMMARY_BY_RANKS, /* numbers: Mann-Whitney, Kruskal-Wallis */
    CBK_SUMMARY_BY_MEANS  /* numbers: Welch's t; of more than two groups by ranks */
} cbk_summary_test;

typedef struct cbk_table_spec {
    const char *id;
    cbk_place place;
    const char *title;
    cbk_table_kind kind;
    const char *from;  /* form; NULL: the patients */
    const char *among; /* condition, or NULL */
    const char *by;    /* SUMMARY: a field to make a column for each value of; or NULL */
    cbk_summary_test test; /* SUMMARY with `by` */
    const char *interval; /* SUMMARY: "wilson" or "clopper-pearson" of each proportion, or
                             NULL */
    size_t n_columns;
    const cbk_table_column_spec *columns; /* LISTING: columns; SUMMARY: rows (FIELD) */
    cbk_regression_spec regression;       /* REGRESSION */
    size_t n_notes;
    const char *const *notes;
    size_t n_abbreviations;
    const cbk_code *abbreviations;
} cbk_table_spec;

typedef enum cbk_figure_kind {
    CBK_FIGURE_KM,
    CBK_FIGURE_SWIMMER,
    CBK_FIGURE_FOREST,
    CBK_FIGURE_CUMINC,
    CBK_FIGURE_MCF
} cbk_figure_kind;

/* Events of a repeating form on a patient's line. */
typedef struct cbk_lane_spec {
    const char *form;
    const char *at;    /* field: time in the endpoint's unit, or a date */
    const char *label; /* field that says what it was; NULL: nobody asks */
} cbk_lane_spec;

/* A row of counts under a figure of curves. */
typedef enum cbk_count_kind {
    CBK_COUNT_AT_RISK,
    CBK_COUNT_EVENTS,
    CBK_COUNT_CENSORED
} cbk_count_kind;
enum { CBK_N_COUNT_KINDS = 3 };

typedef enum cbk_wish { CBK_WISH_NONE, CBK_WISH_YES, CBK_WISH_NO } cbk_wish;

/* How a figure is to look; all zero: as it does unasked. */
typedef struct cbk_figure_look {
    double width_mm;  /* 0: not said */
    double height_mm; /* 0: not said */
    bool has_counts;  /* the rows of counts are said; else all of them */
    size_t n_counts;
    cbk_count_kind counts[CBK_N_COUNT_KINDS]; /* [n_counts] each once */
    double min_at_risk; /* curves end where fewer are at risk; 0: with the last patient */
    cbk_wish band;      /* not said: of a few curves */
    bool has_median;    /* lines to the medians */
    bool is_without_p;
    const cbk_style *style; /* of what is printed; NULL: the program's own */
} cbk_figure_look;

typedef struct cbk_figure_spec {
    const char *id;
    cbk_place place;
    const char *title;
    cbk_figure_kind kind;
    const char *endpoint;
    const char *by;    /* KM, CUMINC, MCF: a field, or NULL */
    const char *among; /* condition, or NULL */
    size_t n_marks;
    const double *marks; /* KM, CUMINC, MCF: times to mark, in the endpoint's unit */
    size_t n_causes;
    const char *const *causes; /* CUMINC: kinds of event to draw; n_causes 0: not said */
    size_t n_lanes;
    const cbk_lane_spec *lanes;     /* SWIMMER, MCF */
    cbk_regression_spec regression; /* FOREST */
    cbk_figure_look look;           /* SWIMMER: the size alone; not of FOREST */
    size_t n_notes;
    const char *const *notes;
} cbk_figure_spec;

/* A part of a text with placeholders: one or the other. */
typedef struct cbk_text_part {
    const char *text;
    const cbk_placeholder *placeholder;
} cbk_text_part;

typedef struct cbk_template {
    cbk_place place;
    size_t n; /* 0: there is none */
    const cbk_text_part *parts;
} cbk_template;

/* A sentence of a case history. */
typedef struct cbk_case_sentence {
    cbk_place place;
    const char *when; /* condition over the patients, or NULL */
    const char *form; /* a repeating form: once for each of the patient's rows; or NULL */
    const char *among; /* with form: only those rows, or NULL */
    const char *order; /* with form: SQL; NULL: as in the file */
    cbk_template says;
    cbk_template missing; /* where `says` lacks a value; n 0: nothing */
    cbk_template none;    /* with form: where there is no row; n 0: nothing */
} cbk_case_sentence;

typedef struct cbk_cases_spec {
    cbk_template title; /* n 0: "Case" and the key */
    size_t n_sentences; /* 0: every field in the order of the protocol */
    const cbk_case_sentence *sentences;
} cbk_cases_spec;

typedef enum cbk_section_kind {
    CBK_SECTION_COHORT,
    CBK_SECTION_RESULTS,
    CBK_SECTION_TABLE,
    CBK_SECTION_FIGURE,
    CBK_SECTION_SURVIVAL,
    CBK_SECTION_CASES,
    CBK_SECTION_CONVENTIONS,
    CBK_SECTION_FINDINGS,
    CBK_SECTION_CONFLICTS,
    CBK_SECTION_AUDIT,
    CBK_SECTION_METHODS
} cbk_section_kind;

typedef struct cbk_section {
    cbk_section_kind kind;
    const char *id; /* TABLE, FIGURE: which */
} cbk_section;

typedef struct cbk_protocol {
    const char *file;
    const char *id;
    const char *title;
    const char *design_kind; /* or NULL, as the next */
    const char *design_direction;
    const char *design_centres;
    bool is_consecutive;
    const char *citation; /* or NULL */
    bool has_period;
    int32_t period_first_day, period_last_day;
    int32_t follow_up_last_day; /* period_last_day unless `follow_up_until` says more */
    size_t n_forms;
    const cbk_form *forms; /* the first is the patient form */
    size_t n_derived;
    const cbk_field *derived; /* is_derived */
    size_t n_endpoints;
    const cbk_endpoint *endpoints;
    size_t n_checks;
    const cbk_check *checks;
    size_t n_tables;
    const cbk_table_spec *tables;
    size_t n_figures;
    const cbk_figure_spec *figures;
    cbk_cases_spec cases;
    size_t n_sections;
    const cbk_section *sections; /* as declared, or the default order */
    const cbk_style *style;      /* of printed numbers; NULL: not said */
} cbk_protocol;

/* Reads and checks bytes: every key, type, name of a form or field that another part
 * refers to.  SQL is compiled later, against the database.  All mistakes go to problems,
 * then CBK_EDATA. */
cbk_status cbk_protocol_parse(const char *file, const char *bytes, size_t size,
                              cbk_arena *arena, cbk_problems *problems,
                              const cbk_protocol **out, cbk_error *err);

/* NULL when there is none of that name. */
const cbk_form *cbk_protocol_form(const cbk_protocol *protocol, const char *name);
const cbk_field *cbk_form_field(const cbk_form *form, const char *name);
/* A field or derived variable of the patient form. */
const cbk_field *cbk_protocol_variable(const cbk_protocol *protocol, const char *name);
const cbk_endpoint *cbk_protocol_endpoint(const cbk_protocol *protocol, const char *name);
const cbk_table_spec *cbk_protocol_table(const cbk_protocol *protocol, const char *id);
const cbk_figure_spec *cbk_protocol_figure(const cbk_protocol *protocol, const char *id);
const char *cbk_code_label(const cbk_code *codes, size_t n, const char *code);

#endif
