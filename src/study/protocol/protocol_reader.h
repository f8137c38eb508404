/* study/protocol/protocol_reader.h - what the files protocol*.c share: one function for
 * each part of protocol.yaml, and the small readings they have in common.
 */
#ifndef STUDY_PROTOCOL_READER_H
#define STUDY_PROTOCOL_READER_H

#include "study/protocol/protocol.h"
#include "study/yaml/yaml_tree.h"

/* SQLite holds 2000 columns; some are left for the program's own. */
enum { CBK_PROTOCOL_COLUMNS_MAX = 1900 };

typedef struct cbk_protocol_reader {
    cbk_arena *arena;
    cbk_problems *problems;
    cbk_protocol *protocol;  /* filled part by part, in the order below */
    const cbk_code *missing; /* of the study */
    size_t n_missing;
} cbk_protocol_reader;

/* ---- the parts; node is the value of the key, or NULL where the key is absent -- */

void cbk_protocol_read_missing(cbk_protocol_reader *r, const cbk_yaml *node);
void cbk_protocol_read_forms(cbk_protocol_reader *r, const cbk_yaml *node);
void cbk_protocol_read_derived(cbk_protocol_reader *r, const cbk_yaml *node);
void cbk_protocol_read_endpoints(cbk_protocol_reader *r, const cbk_yaml *node);
void cbk_protocol_read_checks(cbk_protocol_reader *r, const cbk_yaml *node);
void cbk_protocol_read_tables(cbk_protocol_reader *r, const cbk_yaml *node);
void cbk_protocol_read_figures(cbk_protocol_reader *r, const cbk_yaml *node);
/* The regression of a table or figure (protocol_regression.c), all but its endpoint. */
void cbk_protocol_read_regression(cbk_protocol_reader *r, const cbk_yaml *map,
                                  const char *what, cbk_regression_spec *out);
/* How a figure is to look (protocol_look.c): its size alone, or all that curves have. */
void cbk_protocol_read_size(cbk_protocol_reader *r, const cbk_yaml *map,
                            cbk_figure_look *look);
void cbk_protocol_read_look(cbk_protocol_reader *r, const cbk_yaml *map,
                            cbk_figure_look *look);
void cbk_protocol_read_cases(cbk_protocol_reader *r, const cbk_yaml *node);
void cbk_protocol_read_report(cbk_protocol_reader *r, const cbk_yaml *node);

/* ---- readings in common (protocol_check.c) ------------------------------------- */

/* The text of a key, NULL where absent or empty. */
const char *cbk_protocol_text(cbk_protocol_reader *r, const cbk_yaml *map,
                              const char *key);

/* "age_years" -> "Age years". */
const char *cbk_protocol_readable(cbk_protocol_reader *r, const char *name);

/* The label of a map, or its name made readable. */
const char *cbk_protocol_label(cbk_protocol_reader *r, const cbk_yaml *map,
                               const char *name);

/* A letter, then letters, digits and _; else a problem.  what: "A field". */
bool cbk_protocol_is_word(cbk_protocol_reader *r, const char *name, cbk_place place,
                          const char *what);

/* Letters, digits, `-`, `_` and `.`, starting with a letter or digit; else a problem. */
bool cbk_protocol_is_id(cbk_protocol_reader *r, const cbk_yaml *map, const char *id,
                        const char *what);

/* Codes of a map `code: Label`, `code: {label, definition}`, or of a list of codes. */
const cbk_code *cbk_protocol_codes(cbk_protocol_reader *r, const cbk_yaml *node,
                                   const char *what, size_t *n);

/* A list of texts, or one text alone where may_be_one; NULL and 0 where absent. */
const char *const *cbk_protocol_texts(cbk_protocol_reader *r, const cbk_yaml *map,
                                      const char *key, bool may_be_one, size_t *n);

/* The items of a list of maps under a key of the file; NULL and 0 where absent or wrong.
 */
size_t cbk_protocol_list(cbk_protocol_reader *r, const cbk_yaml *node, const char *key);

/* Reports each of the n keys that the map has though its kind does not: allowed ends with
 * NULL.  what: "A listing". */
void cbk_protocol_refuse_others(cbk_protocol_reader *r, const cbk_yaml *map,
                                const char *what, const char *const *keys, size_t n,
                                const char *const *allowed);

/* A name, and what it names: for names that share a space. */
typedef struct cbk_protocol_name {
    const char *name;
    cbk_place place;
    const char *what; /* "a field" */
} cbk_protocol_name;

/* Reports every name that another one before it has, in any case.  Sorts the list. */
void cbk_protocol_check_distinct(cbk_protocol_reader *r, cbk_protocol_name *names,
                                 size_t n);

/* Which columns a name may mean. */
typedef enum cbk_columns_of {
    CBK_COLUMNS_FIELDS = 0,    /* fields, and derived variables of the patients */
    CBK_COLUMNS_WITH_KEYS = 1, /* the key and the running number, too */
    CBK_COLUMNS_OF_SUMMARY,    /* fields and, of the patients, endpoints */
    CBK_COLUMNS_OF_LISTING     /* all of these */
} cbk_columns_of;

/* Whether name is a column of the form; else a problem at place. */
bool cbk_protocol_need_column(cbk_protocol_reader *r, const cbk_form *form,
                              const char *name, cbk_columns_of which, cbk_place place);

/* The text of a key, which names a column of the form (NULL: of one that is a problem
 * already); NULL where the key is absent. */
const char *cbk_protocol_column_name(cbk_protocol_reader *r, const cbk_yaml *map,
                                     const char *key, const cbk_form *form,
                                     cbk_columns_of which);

/* The form of that name (NULL name: the patients), or NULL after a problem.  A form that
 * is_repeating must repeat. */
const cbk_form *cbk_protocol_need_form(cbk_protocol_reader *r, const char *name,
                                       bool is_repeating, cbk_place place);

/* The endpoint of that name, or NULL after a problem. */
const cbk_endpoint *cbk_protocol_need_endpoint(cbk_protocol_reader *r, const char *name,
                                               cbk_place place);

/* A field, or a derived variable of the patients; NULL: there is none. */
const cbk_field *cbk_protocol_column(const cbk_protocol_reader *r, const cbk_form *form,
                                     const char *name);

/* The place of a key's value, or of the map. */
cbk_place cbk_protocol_place(const cbk_yaml *map, const char *key);

#endif
