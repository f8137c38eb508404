/* registry/casebook.h - the casebook file: one SQLite database with the records of a
 * study and the audit trail of everything that was ever done to them.  The format is
 * described in docs/file-format.md.
 *
 * What a file holds is a set of tables of cells: a table for each form, and the file's
 * own (protocol, forms, fields, sources, freezes, locks).  A record of a table is named
 * by its key: "3", or "3/2" in a repeating form.  Cells change through
 * cbk_casebook_commit() and nothing else.
 */
#ifndef REGISTRY_CASEBOOK_H
#define REGISTRY_CASEBOOK_H

#include "registry/registry.h"

#include "base/hash.h"

typedef struct cbk_casebook cbk_casebook;

typedef enum cbk_casebook_mode {
    CBK_CASEBOOK_READ,
    CBK_CASEBOOK_WRITE,
    CBK_CASEBOOK_CREATE, /* the file must not be there, or be empty */
    CBK_CASEBOOK_MEMORY  /* no file, for a replay; path is a name for messages */
} cbk_casebook_mode;

/* The file's own tables of cells. */
#define CBK_TABLE_PROTOCOL "casebook_protocol"
#define CBK_TABLE_FORM "casebook_form"
#define CBK_TABLE_FIELD "casebook_field"
#define CBK_TABLE_SOURCE "casebook_source"
#define CBK_TABLE_FREEZE "casebook_freeze"
#define CBK_TABLE_LOCK "casebook_lock"

/* Opens a file that may come from a stranger: its header, its whole schema and the pages
 * of what describes it are checked before anything of it is used; those of its records
 * before they are read.
 * Errors: CBK_EIO (it cannot be opened, another program writes), CBK_EDATA (it is no
 * casebook file, of another version, altered, damaged), CBK_ENOMEM. */
cbk_status cbk_casebook_open(const char *path, cbk_casebook_mode mode, cbk_casebook **out,
                             cbk_error *err);
void cbk_casebook_close(cbk_casebook *casebook); /* NULL is allowed */

const char *cbk_casebook_name(const cbk_casebook *casebook);
const char *cbk_casebook_uuid(const cbk_casebook *casebook);

/* From now on the head of the trail is written down in `folder` after each commit.  A
 * failure to do so leaves the commit as it is; it is asked for afterwards. */
cbk_status cbk_casebook_keep_anchors(cbk_casebook *casebook, const char *folder,
                                     cbk_error *err);
bool cbk_casebook_has_anchor_failed(const cbk_casebook *casebook);

/* Whether the file begins as a casebook file does; reads nothing else of it. */
bool cbk_casebook_is_one(const char *path);

/* ---- layout: which forms and fields the file has --------------------------------------
 */

typedef struct cbk_file_column {
    int64_t id; /* of a form's field: its row of casebook_field */
    const char *name;
    cbk_storage storage;
    bool is_retired;
} cbk_file_column;

typedef struct cbk_file_table {
    int64_t id; /* of a form: its row of casebook_form */
    const char *name;
    bool is_form;
    bool is_retired;
    size_t n_keys;       /* 1, or 2 in a repeating form */
    const char *keys[2]; /* their columns; the second is "n" */
    cbk_storage key_storage[2];
    size_t n_columns;
    const cbk_file_column *columns; /* without the keys */
} cbk_file_table;

typedef struct cbk_layout {
    size_t n_tables;
    const cbk_file_table *tables; /* the file's own, then the forms in their order */
} cbk_layout;

/* Until the next commit. */
const cbk_layout *cbk_casebook_layout(const cbk_casebook *casebook);
/* NULL when there is none of that name. */
const cbk_file_table *cbk_layout_table(const cbk_layout *layout, const char *name);
const cbk_file_column *cbk_file_column_of(const cbk_file_table *table, const char *name);

/* ---- reading --------------------------------------------------------------------------
 */

typedef struct cbk_file_cell {
    cbk_value value;     /* ABSENT: missing */
    const char *missing; /* ABSENT: the code of a declared kind, or NULL: not recorded */
} cbk_file_cell;

typedef struct cbk_file_rows {
    const cbk_file_table *table;
    size_t n_rows;
    const char *const *record;  /* [n_rows] in the order in which they were made */
    const cbk_file_cell *cells; /* [n_rows * table->n_columns] row after row */
} cbk_file_rows;

/* From hold to release all that is read is one state of the file; others cannot write.
 * Errors: CBK_EIO, CBK_ENOMEM. */
cbk_status cbk_casebook_hold(cbk_casebook *casebook, cbk_error *err);
void cbk_casebook_release(cbk_casebook *casebook);

/* All records of a table; its pages are checked first. */
cbk_status cbk_casebook_rows(cbk_casebook *casebook, const cbk_file_table *table,
                             cbk_arena *arena, cbk_file_rows *out, cbk_error *err);

/* Asks the file itself (its log, for one) as cbk_registry_query() asks a registry. */
cbk_status cbk_casebook_query(cbk_casebook *casebook, const char *sql, cbk_arena *arena,
                              const cbk_answer **out, cbk_error *err);

/* ---- writing --------------------------------------------------------------------------
 */

typedef enum cbk_change_kind {
    CBK_CHANGE_CREATE,
    CBK_CHANGE_UPDATE,
    CBK_CHANGE_DELETE
} cbk_change_kind;

typedef struct cbk_change {
    cbk_change_kind kind;
    const char *table;
    const char *record;
    size_t n_fields; /* CREATE: others are not recorded; UPDATE: others stay */
    const char *const *fields;
    const cbk_file_cell *cells; /* [n_fields] */
} cbk_change;

/* Why something is done; who does it, where and when is taken from the system. */
typedef struct cbk_deed {
    const char *action; /* "import", "edit", ... */
    const char *reason; /* or NULL */
    const char *detail; /* or NULL: what it was done with, "patient.csv sha256 …" */
    int64_t after; /* refused unless this is the last transaction so far; 0: any is */
} cbk_deed;

/* Where the trail stands. */
typedef struct cbk_head {
    int64_t n_transactions;
    int64_t n_changes; /* rows of casebook_audit */
    int64_t at_us;     /* of the last transaction: UTC, microseconds since 1970 */
    char hash[CBK_HASH_HEX_SIZE];
} cbk_head;

/* The one way in which a file changes: all changes, their audit rows and the
 * transaction's own row in one transaction, on disk when this returns CBK_OK, or none of
 * it.  A cell that already has its value is no change, and of changes that are none there
 * is no transaction.  The first commit of a new file makes its tables.
 *
 *   Errors  CBK_EDATA (a record that is there already or is not, one that is frozen, a
 *           value that its column cannot hold: the sentence names it), CBK_EIO (the disk;
 *           another program writes), CBK_EINVAL (opened for reading), CBK_ENOMEM.  After
 *           an error of the disk the file must be opened anew. */
cbk_status cbk_casebook_commit(cbk_casebook *casebook, const cbk_deed *deed,
                               const cbk_change *changes, size_t n, cbk_error *err);

/* The last commit through this handle: its transaction (0: none was made, there was
 * nothing to change) and how many changes it has. */
int64_t cbk_casebook_committed(const cbk_casebook *casebook, int64_t *n_changes);

cbk_status cbk_casebook_head(cbk_casebook *casebook, cbk_head *out, cbk_error *err);

/* A copy of the file as it is, while others may write to it; `path` must not be there.
 * Errors: CBK_EINVAL (it is), CBK_EIO, CBK_ENOMEM. */
cbk_status cbk_casebook_backup(cbk_casebook *casebook, const char *path, cbk_error *err);

/* The last transaction not later than a time (UTC, microseconds since 1970), and none
 * before one that is later; 0: the first is later. */
cbk_status cbk_casebook_transaction_at(cbk_casebook *casebook, int64_t at_us,
                                       int64_t *out, cbk_error *err);

/* ---- proof ----------------------------------------------------------------------------
 */

/* Builds the tables anew from the audit trail alone, up to a transaction (0: the last
 * one): in memory, or in a new file at `path`, trail and all, as it was then. Errors:
 * CBK_EDATA (the trail is broken: where), those of the file. */
cbk_status cbk_casebook_replay(cbk_casebook *casebook, int64_t until, const char *path,
                               cbk_casebook **out, cbk_error *err);

enum { CBK_BROKEN_MAX = 20 };

typedef struct cbk_verification {
    cbk_head head;
    size_t n_broken;                    /* 0: chain, replay and tables agree */
    const char *broken[CBK_BROKEN_MAX]; /* [min(n_broken, MAX)] sentences */
    size_t n_tables;                    /* that were rebuilt and compared */
    int64_t n_cells;                    /* changes that a replay made */
    bool has_anchors;
    int64_t anchored;     /* the last transaction that an anchor confirms; 0: none */
    int64_t copy_until;   /* how far a copy of this file elsewhere went; 0: not beyond */
    bool is_other_copy;   /* an anchor of a copy elsewhere tells another history */
    size_t n_anchors_cut; /* lines of their log that say nothing */
    size_t n_clock_steps; /* times at which the clock had gone back */
} cbk_verification;

/* Checks the chain of the audit trail, the anchors in a folder (NULL: none), and that a
 * replay gives the tables as they are. Errors: CBK_EIO, CBK_ENOMEM; what is wrong with
 * the file is in *out. */
cbk_status cbk_casebook_verify(cbk_casebook *casebook, const char *anchors,
                               cbk_arena *arena, cbk_verification *out, cbk_error *err);

#endif
