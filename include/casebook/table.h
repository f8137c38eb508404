/* casebook/table.h - typed columns: what the estimators see, whether the rows came from
 * a data file or from the study's database.
 */
#ifndef CASEBOOK_TABLE_H
#define CASEBOOK_TABLE_H

#include <casebook/base.h>

CBK_BEGIN_DECLS

typedef enum cbk_column_type { CBK_COLUMN_NUMBER, CBK_COLUMN_TEXT } cbk_column_type;

/* Borrowed by whoever reads it; owned by the arena of its table. */
typedef struct cbk_column {
    const char *name;  /* as in the file or the SQL */
    const char *label; /* for people; NULL: use the name */
    const char *unit;  /* "months"; NULL: none known */
    cbk_column_type type;
    const double *number;        /* NUMBER: [n_rows], NaN where missing */
    const char *const *text;     /* TEXT: [n_rows], NULL where missing */
    size_t n_declared;           /* 0: groups of it ascend */
    const char *const *declared; /* TEXT: [n_declared] values in the order in which groups
                                    of them come, before those of all others */
} cbk_column;

typedef struct cbk_table {
    size_t n_rows;
    size_t n_columns;
    const cbk_column *columns; /* [n_columns] */
} cbk_table;

/* NULL when the table has no such column. */
CBK_API const cbk_column *cbk_table_column(const cbk_table *table, const char *name);

/* True where row `row` of the column has no value. */
CBK_API bool cbk_column_is_missing(const cbk_column *column, size_t row);

/* Rows sorted into groups by one or more columns. */
typedef struct cbk_groups {
    size_t n_by;              /* columns grouped by; 0 makes one group of all rows */
    const char *const *by;    /* [n_by] their names */
    size_t n_groups;          /* >= 1 when n_by is 0, else >= 0 */
    const char *const *level; /* [n_groups * n_by] the group's value of each column */
    const uint32_t *of_row; /* [n_rows] group of each row; CBK_GROUP_NONE: a missing by */
} cbk_groups;

#define CBK_GROUP_NONE UINT32_MAX

/* Groups the n_rows rows by the values of n_by columns.  Groups ascend: by the first
 * column, then the second; declared values come first, in their order; a column whose
 * values are all numbers is ordered as numbers, else by bytes.  A number column's level
 * is its shortest text ("1", "2.5").  Cost O(n log n).  Errors: CBK_ENOMEM. */
CBK_API CBK_MUST_USE cbk_status cbk_table_group(const cbk_column *const *by, size_t n_by,
                                                size_t n_rows, cbk_arena *arena,
                                                const cbk_groups **out, cbk_error *err);

CBK_END_DECLS

#endif
