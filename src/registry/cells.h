/* registry/cells.h - the cells of one record of one table, read and written.  Used by the
 * commit and by the replay of the audit trail; nothing else writes cells.
 */
#ifndef REGISTRY_CELLS_H
#define REGISTRY_CELLS_H

#include "registry/casebook.h"
#include "registry/chain.h"

/* Prepared statements on a table. */
typedef struct cbk_cell_writer {
    sqlite3 *database;
    const cbk_file_table *table;
    sqlite3_stmt *select;
    sqlite3_stmt *insert;
    sqlite3_stmt *update;
    sqlite3_stmt *remove;
    sqlite3_stmt *missing_of; /* casebook_missing: of a record, */
    sqlite3_stmt *missing_set;
    sqlite3_stmt *missing_remove;
} cbk_cell_writer;

int cbk_cells_prepare(sqlite3 *database, const cbk_file_table *table,
                      cbk_cell_writer *out);
/* After each record; texts that were read are valid until then. */
void cbk_cells_reset(cbk_cell_writer *writer);
void cbk_cells_finish(cbk_cell_writer *writer);

/* Whether the text can name a record of the table: "3"; "3/2" where rows repeat. */
bool cbk_record_is_key(const cbk_file_table *table, const char *record);

/* The cell as its column stores it; false where it cannot. */
bool cbk_cell_store(const cbk_file_table *table, const cbk_file_column *column,
                    const cbk_file_cell *cell, cbk_stored *out);

void cbk_cells_clear(cbk_stored *cells, size_t n);

/* Each returns SQLite's result code.  Arrays are [table->n_columns]. */
int cbk_cells_read(cbk_cell_writer *writer, const char *record, cbk_stored *out,
                   bool *is_there, cbk_arena *arena);
int cbk_cells_insert(cbk_cell_writer *writer, const char *record, const cbk_stored *now);
int cbk_cells_update(cbk_cell_writer *writer, const char *record, const cbk_stored *old,
                     const cbk_stored *now);
int cbk_cells_delete(cbk_cell_writer *writer, const char *record, const cbk_stored *old);

/* A value of a statement as it is stored there; text is valid until the next step. */
cbk_stored cbk_stored_column(sqlite3_stmt *statement, int column);
int cbk_stored_bind(sqlite3_stmt *statement, int at, const cbk_stored *value);

#endif
