/* registry/schema.h - what tables, triggers and views a casebook file has: one list that
 * makes them, checks them and is printed into docs/file-format.md.
 */
#ifndef REGISTRY_SCHEMA_H
#define REGISTRY_SCHEMA_H

#include "registry/casebook.h"

#include <sqlite3.h>

enum {
    CBK_FILE_APPLICATION_ID = 0x63626b31, /* "cbk1" */
    CBK_FILE_VERSION = 1,
    CBK_OWN_COLUMNS_MAX = 8 /* of a table of cells of the file's own */
};

typedef struct cbk_schema_column {
    const char *name;
    const char *definition; /* "TEXT NOT NULL" */
    const char *says;       /* for docs/file-format.md */
} cbk_schema_column;

typedef struct cbk_schema_table {
    const char *name;
    const char *says;
    bool is_data;   /* a table of cells: audited, rebuilt by a replay; its first column is
                       the key */
    bool is_sealed; /* nothing may change it while the database is frozen */
    const char *tail; /* what follows the columns: constraints, options */
    size_t n_columns;
    const cbk_schema_column *columns;
} cbk_schema_table;

/* The file's own tables, in the order in which they are made. */
const cbk_schema_table *cbk_schema_tables(size_t *n);

/* Makes the file's own tables, triggers and views in an empty database. */
int cbk_schema_create(sqlite3 *database);
/* The same, and what says that it is a casebook file. */
int cbk_schema_make_file(sqlite3 *database, const char *uuid);
/* "TEXT", "INTEGER", "REAL", "ANY" (registry.c). */
const char *cbk_storage_name(cbk_storage storage);
bool cbk_storage_parse(const char *name, cbk_storage *out);

/* A table of cells of the list as one of the layout; columns [CBK_OWN_COLUMNS_MAX], of
 * the caller, must outlive it. */
cbk_file_table cbk_layout_own_table(const cbk_schema_table *table,
                                    cbk_file_column *columns);

/* The layout as the tables casebook_form and casebook_field have it; strings and arrays
 * are the arena's. */
int cbk_layout_read(sqlite3 *database, cbk_arena *arena, cbk_layout *out);

/* Another name for a column, and for what is kept of its missing values; the form's
 * triggers are gone until the next sync. */
int cbk_layout_rename(sqlite3 *database, const char *form, const char *from,
                      const char *to);

/* Makes the tables of forms agree with the layout: missing tables and columns are made,
 * triggers are made anew. */
int cbk_layout_sync(sqlite3 *database, const cbk_layout *layout);

/* The form of the patients, the first; NULL: there is none. */
const cbk_file_table *cbk_layout_patients(const cbk_layout *layout);

/* A row of sqlite_schema; sql NULL: an index that SQLite makes for a table. */
typedef struct cbk_schema_object {
    const char *type;
    const char *name;
    const char *table;
    const char *sql;
} cbk_schema_object;

/* Rows, in the order in which they are made; texts and array are the arena's or static.
 */
typedef struct cbk_schema_objects {
    cbk_arena *arena;
    size_t n;
    size_t capacity;
    cbk_schema_object *all;
} cbk_schema_objects;

/* Each adds to a list: what belongs to the file's own tables; a form's table; the
 * triggers of any table of cells, patients being the name of the form that repeating ones
 * hang on. */
int cbk_schema_own_objects(cbk_schema_objects *to);
int cbk_schema_form_objects(const cbk_file_table *form, const cbk_file_table *patients,
                            cbk_schema_objects *to);
int cbk_schema_trigger_objects(const cbk_file_table *table, const char *patients,
                               cbk_schema_objects *to);

/* Whether every table, index, trigger and view is as this program makes it, no more and
 * no less.  First without a layout, before which nothing may be read: the file's own
 * alone; then with the layout that it gives: all.  *difference (of the arena) names the
 * first that is not as it should be; NULL: none. */
int cbk_schema_check(sqlite3 *database, const cbk_layout *layout, cbk_arena *arena,
                     const char **difference);

/* printf for SQL with no rows; %w and %Q as SQLite has them.  Returns a result code. */
int cbk_schema_run(sqlite3 *database, const char *format, ...);

#endif
