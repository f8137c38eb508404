/* registry/registry.h - the study's database: typed tables, functions over typed columns,
 * and questions asked of it under a read-only guard.  The only user of SQLite.
 *
 * In this version the database lives in memory and is filled from a study folder.
 */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include <casebook/table.h>

typedef struct cbk_registry cbk_registry;

/* How a field is stored; missing is NULL in each. */
typedef enum cbk_storage {
    CBK_STORAGE_TEXT, /* text, choice, choices ("a|b"), date ("2010-06-30"), datetime */
    CBK_STORAGE_INTEGER, /* integer, boolean (0 or 1) */
    CBK_STORAGE_REAL,    /* number */
    CBK_STORAGE_ANY      /* what an expression gave */
} cbk_storage;

typedef struct cbk_storage_column {
    const char *name;
    cbk_storage storage;
    bool is_key; /* part of the primary key */
} cbk_storage_column;

/* What one question may cost: rows read in steps of the virtual machine, and the size of
 * one value.  A question that is stopped says so. */
enum {
    CBK_QUERY_STEPS_MAX = 200000000,
    CBK_VALUE_BYTES_MAX = 16 * 1024 * 1024,
    CBK_QUERY_HEAP_BYTES = 1024 * 1024 * 1024
};

cbk_status cbk_registry_open(cbk_registry **out, cbk_error *err);
void cbk_registry_close(cbk_registry *registry); /* NULL is allowed */

/* A STRICT table of that name; names are quoted, so any UTF-8 will do. */
cbk_status cbk_registry_create_table(cbk_registry *registry, const char *name,
                                     const cbk_storage_column *columns, size_t n_columns,
                                     cbk_error *err);

/* Inserts n_rows rows of values[n_rows * n_columns], row after row, in one transaction.
 * An INTEGER column takes whole numbers. */
cbk_status cbk_registry_insert(cbk_registry *registry, const char *table,
                               size_t n_columns, size_t n_rows, const cbk_value *values,
                               cbk_error *err);

/* Sets a column, of any type, to values[n_rows]; row i, in the order of insertion, gets
 * values[i]. */
cbk_status cbk_registry_set_column(cbk_registry *registry, const char *table,
                                   const char *name, size_t n_rows,
                                   const cbk_value *values, cbk_error *err);

/* Whether a word means something to SQL ("group", "order") and so must be quoted. */
bool cbk_registry_is_keyword(const char *word);

enum { CBK_ARGUMENTS_MAX = 32 }; /* of a function */

/* An aggregate: sees its arguments of all rows as columns of values, and answers with one
 * value or fails with a sentence.  arena is emptied after the call, so a TEXT answer may
 * live there. */
typedef cbk_status (*cbk_aggregate_fn)(const cbk_value *const *arguments,
                                       size_t n_arguments, size_t n_rows, void *context,
                                       cbk_arena *arena, cbk_value *out, cbk_error *err);

/* A scalar: the same with one row. */
typedef cbk_status (*cbk_scalar_fn)(const cbk_value *arguments, size_t n_arguments,
                                    void *context, cbk_arena *arena, cbk_value *out,
                                    cbk_error *err);

/* context outlives the registry. */
cbk_status cbk_registry_add_aggregate(cbk_registry *registry, const char *name,
                                      int n_arguments, cbk_aggregate_fn fn, void *context,
                                      cbk_error *err);
cbk_status cbk_registry_add_scalar(cbk_registry *registry, const char *name,
                                   int n_arguments, cbk_scalar_fn fn, void *context,
                                   cbk_error *err);

/* A column that a question read. */
typedef struct cbk_read {
    const char *table;
    const char *column;
} cbk_read;

typedef struct cbk_answer {
    size_t n_columns;
    const char *const *names; /* [n_columns] */
    size_t n_rows;
    const cbk_value *values; /* [n_rows * n_columns] row after row */
    size_t n_reads;
    const cbk_read *reads; /* [n_reads] columns of tables it read, each once, in order */
} cbk_answer;

/* The columns of a table, or (table NULL) every function that SQL may call: for hints to
 * those who mistyped one.  *n 0: there is no such table, or no memory. */
const char *const *cbk_registry_names(const cbk_registry *registry, const char *table,
                                      cbk_arena *arena, size_t *n);

/* Runs one SELECT under an authorizer that lets it read tables and call functions and
 * nothing else, with the limits above.
 * Errors: CBK_EINVAL (it does not compile, is not one SELECT, or a function refused its
 * arguments: SQLite's or the function's own sentence), CBK_EDATA (stopped at a limit),
 * CBK_ENOMEM. */
cbk_status cbk_registry_query(cbk_registry *registry, const char *sql, cbk_arena *arena,
                              const cbk_answer **out, cbk_error *err);

#endif
