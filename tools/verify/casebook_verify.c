/* casebook_verify.c - checks a casebook file without any code of casebook's own: only
 * SQLite and libsodium, and docs/file-format.md.
 *
 *   casebook-verify FILE [--anchors FOLDER]
 *
 * Exit code 0: chain, replay and tables agree; 1: something is broken; 3: it cannot be
 * read.
 */
#define _XOPEN_SOURCE 700 /* realpath() */

#include "trail_state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    EXIT_AGREES = 0,
    EXIT_BROKEN = 1,
    EXIT_UNREADABLE = 3,
    HASH = 32,
    SALT = 16,
    HASH_COLUMN = 14
};

/* A check under way. */
typedef struct check {
    const char *path;
    sqlite3 *database;
    char uuid[40];
    trail_state *state;
    unsigned char hash[HASH]; /* of the row before */
    sqlite3_int64 n_transactions;
    sqlite3_int64 n_changes;
    anchor_log anchors;
    int exit_code;
} check;

static bool say(check *at, int exit_code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Always false, so that a check ends with it. */
static bool say(check *at, int exit_code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    FILE *out = exit_code == EXIT_BROKEN ? stdout : stderr;
    (void)fprintf(out, "%s", exit_code == EXIT_BROKEN ? "Broken: " : "casebook-verify: ");
    (void)vfprintf(out, format, arguments);
    (void)fprintf(out, "\n");
    va_end(arguments);
    at->exit_code = exit_code;
    return false;
}

static bool fail_sqlite(check *at)
{
    const int code = sqlite3_errcode(at->database) & 0xff;
    if (code == SQLITE_READONLY) {
        return say(
            at, EXIT_UNREADABLE,
            "%s: a write was cut short and left a journal beside it; open the file "
            "with casebook first",
            at->path);
    }
    return say(at, code == SQLITE_CORRUPT ? EXIT_BROKEN : EXIT_UNREADABLE, "%s: %s",
               at->path, sqlite3_errmsg(at->database));
}

static sqlite3_stmt *prepare(check *at, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(at->database, sql, -1, &statement, NULL) != SQLITE_OK) {
        (void)fail_sqlite(at);
    }
    return statement;
}

/* ---- the chain -----------------------------------------------------------------------
 */

static void hash_length(crypto_hash_sha256_state *hash, size_t size)
{
    const unsigned char head[5] = {1, (unsigned char)(size >> 24),
                                   (unsigned char)(size >> 16),
                                   (unsigned char)(size >> 8), (unsigned char)size};
    (void)crypto_hash_sha256_update(hash, head, sizeof head);
}

static void big_endian(uint64_t number, unsigned char out[8])
{
    for (int i = 0; i < 8; i++) {
        out[i] = (unsigned char)(number >> (56 - 8 * i));
    }
}

/* A column of a row as a field of the chain; false when it has a type that none has. */
static bool hash_column(crypto_hash_sha256_state *hash, sqlite3_stmt *row, int column)
{
    unsigned char number[8];
    switch (sqlite3_column_type(row, column)) {
    case SQLITE_NULL:
        (void)crypto_hash_sha256_update(hash, (const unsigned char *)"\0", 1);
        return true;
    case SQLITE_INTEGER:
        big_endian((uint64_t)sqlite3_column_int64(row, column), number);
        hash_length(hash, 8);
        (void)crypto_hash_sha256_update(hash, number, 8);
        return true;
    case SQLITE_TEXT:
    case SQLITE_BLOB: {
        const void *bytes = sqlite3_column_blob(row, column);
        const size_t size = (size_t)sqlite3_column_bytes(row, column);
        hash_length(hash, size);
        (void)crypto_hash_sha256_update(hash, bytes, size);
        return true;
    }
    default:
        return false;
    }
}

/* Takes the hash of a row over some of its columns, and compares it with the last. */
static bool is_chained(check *at, sqlite3_stmt *row, const char *domain,
                       const char *first, const int *columns, int n)
{
    crypto_hash_sha256_state hash;
    (void)crypto_hash_sha256_init(&hash);
    (void)crypto_hash_sha256_update(&hash, (const unsigned char *)domain, strlen(domain));
    if (first != NULL) {
        hash_length(&hash, strlen(first));
        (void)crypto_hash_sha256_update(&hash, (const unsigned char *)first,
                                        strlen(first));
    }
    for (int i = 0; i < n; i++) {
        if (!hash_column(&hash, row, columns[i])) {
            return false;
        }
    }
    (void)crypto_hash_sha256_update(&hash, at->hash, HASH);
    (void)crypto_hash_sha256_final(&hash, at->hash);
    const void *stored = sqlite3_column_blob(row, HASH_COLUMN);
    return sqlite3_column_bytes(row, HASH_COLUMN) == HASH &&
           memcmp(stored, at->hash, HASH) == 0;
}

/* One side of a change, in four columns from `column`: value, kind, salt, commitment. */
static bool is_committed(sqlite3_stmt *row, int column)
{
    const value said = value_of(row, column, column + 1);
    if (said.letter == 0) {
        return false;
    }
    if (said.letter == 'n') {
        return sqlite3_column_type(row, column + 2) == SQLITE_NULL &&
               sqlite3_column_type(row, column + 3) == SQLITE_NULL;
    }
    if (sqlite3_column_bytes(row, column + 2) != SALT ||
        sqlite3_column_bytes(row, column + 3) != HASH) {
        return false;
    }
    unsigned char number[8];
    unsigned char found[HASH];
    const void *bytes = said.bytes;
    if (said.letter == 'i' || said.letter == 'r') {
        big_endian(said.number, number);
        bytes = number;
    }
    crypto_hash_sha256_state hash;
    (void)crypto_hash_sha256_init(&hash);
    (void)crypto_hash_sha256_update(&hash, sqlite3_column_blob(row, column + 2), SALT);
    (void)crypto_hash_sha256_update(&hash, (const unsigned char *)&said.letter, 1);
    (void)crypto_hash_sha256_update(&hash, bytes, said.size);
    (void)crypto_hash_sha256_final(&hash, found);
    return memcmp(found, sqlite3_column_blob(row, column + 3), HASH) == 0;
}

/* ---- the trail -----------------------------------------------------------------------
 */

static bool check_change(check *at, sqlite3_stmt *row, sqlite3_int64 transaction)
{
    static const int columns[] = {0, 1, 2, 3, 4, 5, 9, 13};
    const sqlite3_int64 seq = at->n_changes + 1;
    if (sqlite3_column_int64(row, 0) != seq ||
        sqlite3_column_int64(row, 1) != transaction) {
        return say(at, EXIT_BROKEN, "row %lld of the audit trail is missing",
                   (long long)seq);
    }
    if (!is_chained(at, row, "casebook/audit/1", NULL, columns, 8)) {
        return say(at, EXIT_BROKEN, "row %lld is not the one that was written",
                   (long long)seq);
    }
    if (!is_committed(row, 6) || !is_committed(row, 10)) {
        return say(at, EXIT_BROKEN, "row %lld has a value that is not the one written",
                   (long long)seq);
    }
    at->n_changes = seq;
    const char *wrong = state_apply(at->state, row);
    return wrong == NULL || say(at, EXIT_BROKEN, "row %lld: %s", (long long)seq, wrong);
}

static bool check_changes(check *at, sqlite3_stmt *changes, sqlite3_stmt *transaction)
{
    const sqlite3_int64 number = sqlite3_column_int64(transaction, 0);
    const sqlite3_int64 n = sqlite3_column_int64(transaction, 2);
    if (number != at->n_transactions + 1 ||
        sqlite3_column_int64(transaction, 1) != at->n_changes + 1 || n < 0) {
        return say(at, EXIT_BROKEN, "transaction %lld is missing or out of place",
                   (long long)at->n_transactions + 1);
    }
    for (sqlite3_int64 i = 0; i < n; i++) {
        const int code = sqlite3_step(changes);
        if (code == SQLITE_DONE) {
            return say(at, EXIT_BROKEN, "row %lld of the audit trail is missing",
                       (long long)at->n_changes + 1);
        }
        if (code != SQLITE_ROW) {
            return fail_sqlite(at);
        }
        if (!check_change(at, changes, number)) {
            return false;
        }
    }
    return true;
}

static bool check_transaction(check *at, sqlite3_stmt *changes, sqlite3_stmt *row)
{
    static const int columns[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13};
    char hex[2 * HASH + 1];
    if (!check_changes(at, changes, row)) {
        return false;
    }
    const sqlite3_int64 number = ++at->n_transactions;
    if (!is_chained(at, row, "casebook/transaction/1", at->uuid, columns, 14)) {
        return say(at, EXIT_BROKEN, "transaction %lld is not the one that was written",
                   (long long)number);
    }
    (void)sodium_bin2hex(hex, sizeof hex, at->hash, HASH);
    return anchors_compare(&at->anchors, number, hex) ||
           say(at, EXIT_BROKEN,
               "transaction %lld is not the one that its anchor was written for",
               (long long)number);
}

static bool check_trail(check *at)
{
    sqlite3_stmt *changes = prepare(at, "SELECT * FROM casebook_audit ORDER BY seq");
    sqlite3_stmt *transactions =
        prepare(at, "SELECT * FROM casebook_transaction ORDER BY number");
    bool is_fine = changes != NULL && transactions != NULL;
    int code = SQLITE_ROW;
    while (is_fine && (code = sqlite3_step(transactions)) == SQLITE_ROW) {
        is_fine = check_transaction(at, changes, transactions);
    }
    if (is_fine && code != SQLITE_DONE) {
        is_fine = fail_sqlite(at);
    }
    if (is_fine && sqlite3_step(changes) != SQLITE_DONE) {
        is_fine = say(at, EXIT_BROKEN, "row %lld belongs to no transaction",
                      (long long)at->n_changes + 1);
    }
    (void)sqlite3_finalize(changes);
    (void)sqlite3_finalize(transactions);
    return is_fine;
}

/* ---- the rest ------------------------------------------------------------------------
 */

/* A statement that must give nothing but the text "ok", if anything. */
static bool is_ok(check *at, const char *sql, const char *what)
{
    sqlite3_stmt *statement = prepare(at, sql);
    if (statement == NULL) {
        return false;
    }
    const int code = sqlite3_step(statement);
    const char *text =
        code == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : "ok";
    const bool is_fine = (code == SQLITE_ROW || code == SQLITE_DONE) && text != NULL &&
                         strcmp(text, "ok") == 0;
    if (!is_fine) {
        /* A page that cannot be read is no finding. */
        const bool is_unread = text == NULL ||
                               strstr(text, "failed to get page") != NULL ||
                               strstr(text, "unable to get the page") != NULL;
        (void)say(at, is_unread ? EXIT_UNREADABLE : EXIT_BROKEN, "%s: %s", what,
                  text != NULL ? text : "");
    }
    (void)sqlite3_finalize(statement);
    return is_fine;
}

static bool check_counters(check *at)
{
    const sqlite3_int64 counted = state_count(at->state);
    char *sql =
        sqlite3_mprintf("SELECT 'they are ' || changes || ' and ' || audited FROM "
                        "casebook_file WHERE changes <> %lld OR audited <> %lld",
                        (long long)counted, (long long)counted);
    const bool is_fine = sql != NULL
                             ? is_ok(at, sql, "the counters do not agree with the trail")
                             : say(at, EXIT_UNREADABLE, "out of memory");
    sqlite3_free(sql);
    return is_fine;
}

static bool check_all(check *at)
{
    char wrong[200] = "";
    if (!schema_compare(at->database, wrong, sizeof wrong)) {
        return say(at, EXIT_BROKEN, "%s", wrong);
    }
    if (!is_ok(at, "PRAGMA integrity_check(1)", "the file is damaged") ||
        !check_trail(at)) {
        return false;
    }
    if (at->anchors.last_here > at->n_transactions) {
        return say(at, EXIT_BROKEN,
                   "the trail ends with transaction %lld; an anchor of this file was "
                   "written for transaction %lld",
                   (long long)at->n_transactions, (long long)at->anchors.last_here);
    }
    if (!state_compare(at->state, at->database, wrong, sizeof wrong)) {
        return say(at, EXIT_BROKEN, "%s", wrong);
    }
    return check_counters(at);
}

static void print(const check *at)
{
    char hex[2 * HASH + 1];
    (void)sodium_bin2hex(hex, sizeof hex, at->hash, HASH);
    printf("%s: %lld transactions, %lld changes\n"
           "Chain, replay and tables agree. The last transaction's hash is\n%s\n"
           "Anchored: %lld of %lld transactions.\n",
           at->path, (long long)at->n_transactions, (long long)at->n_changes, hex,
           (long long)at->anchors.confirmed, (long long)at->n_transactions);
}

static bool open_file(check *at)
{
    const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(at->path, &at->database, flags, NULL) != SQLITE_OK) {
        return fail_sqlite(at);
    }
    (void)sqlite3_db_config(at->database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    (void)sqlite3_db_config(at->database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_stmt *statement =
        prepare(at, "SELECT uuid FROM casebook_file WHERE (SELECT application_id FROM "
                    "pragma_application_id) = 1667394353 AND (SELECT user_version FROM "
                    "pragma_user_version) = 1 AND uuid NOT GLOB '*[^0-9a-f-]*'");
    if (statement == NULL) {
        return false;
    }
    const bool is_one = sqlite3_step(statement) == SQLITE_ROW;
    if (is_one) {
        (void)snprintf(at->uuid, sizeof at->uuid, "%s",
                       (const char *)sqlite3_column_text(statement, 0));
    }
    (void)sqlite3_finalize(statement);
    return is_one ||
           say(at, EXIT_UNREADABLE, "%s is no casebook file of version 1", at->path);
}

/* The folder of anchors: that of casebook where none is given. */
static void default_folder(char *out, size_t size)
{
    const char *set = getenv("CASEBOOK_HOME");
    const char *home = getenv("HOME");
    if (set != NULL && set[0] != '\0') {
        (void)snprintf(out, size, "%s/anchors", set);
    } else {
        (void)snprintf(out, size, "%s/.local/share/casebook/anchors",
                       home != NULL ? home : "");
    }
}

int main(int argc, char **argv)
{
    const bool has_anchors = argc == 4 && strcmp(argv[2], "--anchors") == 0;
    if (argc != 2 && !has_anchors) {
        (void)fprintf(stderr, "usage: casebook-verify FILE [--anchors FOLDER]\n");
        return 2;
    }
    char folder[4096];
    if (has_anchors) {
        (void)snprintf(folder, sizeof folder, "%s", argv[3]);
    } else {
        default_folder(folder, sizeof folder);
    }
    check at = {.path = argv[1], .exit_code = EXIT_AGREES};
    at.state = sodium_init() < 0 ? NULL : state_create();
    bool is_fine = at.state != NULL || say(&at, EXIT_UNREADABLE, "out of memory");
    is_fine = is_fine && open_file(&at);
    if (is_fine && !anchors_read(&at.anchors, folder, at.uuid, at.path)) {
        is_fine = say(&at, EXIT_UNREADABLE, "the anchors in %s cannot be read", folder);
    }
    if (is_fine && check_all(&at)) {
        print(&at);
    }
    (void)sqlite3_close_v2(at.database);
    anchors_free(&at.anchors);
    state_destroy(at.state);
    return at.exit_code;
}
