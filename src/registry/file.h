/* registry/file.h - what the files of this room share about an open casebook file. */
#ifndef REGISTRY_FILE_H
#define REGISTRY_FILE_H

#include "registry/casebook.h"
#include "registry/internal.h"

struct cbk_casebook {
    cbk_registry registry;  /* its connection, to ask questions through */
    char *name;             /* as the user wrote it, for messages */
    char *path;             /* where it is */
    char *home;             /* where anchors are kept; NULL: nowhere */
    bool has_anchor_failed; /* after the last commit */
    int64_t committed;      /* its transaction, and how many changes it had */
    int64_t n_committed;
    char uuid[40];
    bool is_writable;
    bool is_new;      /* has no tables yet: the first commit makes them */
    bool is_poisoned; /* the disk failed: what is in memory may not be what is on it */
    cbk_arena *arena; /* the layout's */
    cbk_layout layout;
    bool is_missing_checked; /* the pages of casebook_missing are */
    int64_t edition;         /* of protocol and schema, which the layout belongs to */
};

/* SQLite's failure as ours, in words of the file; closes the way for further writing
 * after an error of the disk. */
cbk_status cbk_casebook_fail(cbk_casebook *casebook, int code, const char *doing,
                             cbk_error *err);

/* Whether a journal that is not empty lies beside the file at a path: its bytes are then
 * not what was committed. */
bool cbk_casebook_has_journal(const char *path);

/* Whether it ends as those of a transaction over several files do, which casebook never
 * makes.  SQLite would delete the file that such a journal names. */
bool cbk_casebook_has_foreign_journal(const char *path);

/* Whether the first bytes are those of a casebook file of this version.  Errors:
 * CBK_EDATA, CBK_EIO. */
cbk_status cbk_casebook_check_header(cbk_casebook *casebook, cbk_error *err);

/* Whether what follows may be read, in one state of the file, whatever others write
 * meanwhile: header, schema, the tables that say which forms there are.  Reads the layout
 * and the file's name.  Errors: CBK_EDATA, CBK_EIO. */
cbk_status cbk_casebook_check(cbk_casebook *casebook, cbk_error *err);

/* What a row of SQLite's integrity_check or quick_check says: SQLITE_OK (nothing is
 * wrong), SQLITE_CORRUPT, or SQLITE_IOERR where a page could not be read at all, or
 * SQLITE_NOMEM where there was no room for it. */
int cbk_casebook_checked(const char *said);

/* Checks the pages of a table and of its indexes.  Errors: CBK_EDATA, CBK_EIO. */
cbk_status cbk_casebook_check_table(cbk_casebook *casebook, const char *table,
                                    cbk_error *err);

/* SQLite calls a page damaged that the disk does not give: this result code is then that
 * of an error of reading. */
int cbk_casebook_code(cbk_casebook *casebook, int code);

/* Reads the layout again, after it may have changed. */
int cbk_casebook_reload(cbk_casebook *casebook);

/* A number that changes with the protocol and with the schema. */
int cbk_casebook_edition(sqlite3 *database, int64_t *out);

/* The answer of a statement that gives one row of one column, as text that is cut to
 * size; "" for none.  Returns a result code. */
int cbk_ask_text(sqlite3 *database, const char *sql, char *out, size_t size);

/* The text of a column of a running statement; NULL for NULL. */
const char *cbk_column_text(sqlite3_stmt *statement, int column);

/* Who, where, when: valid until the buffers' owner is gone. */
typedef struct cbk_actor {
    char account[64];
    char name[128];
    char host[256];
    char boot_id[64];
    int64_t at_us;
    int64_t monotonic_ns;
} cbk_actor;

/* False: there was no memory to find out who. */
bool cbk_actor_now(cbk_actor *out);

#endif
