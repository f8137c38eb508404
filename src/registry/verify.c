/* verify.c - whether the audit trail is whole and gives the tables as they are. Contract:
 * casebook.h.
 */
#include "registry/anchor.h"
#include "registry/cells.h"
#include "registry/replay.h"
#include "registry/schema.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

/* ---- replay ---------------------------------------------------------------------------
 */

/* A trail being read into a replay, and compared with anchors on the way. */
typedef struct checking {
    cbk_replay *replay;
    const cbk_anchor *anchors; /* sorted by transaction; NULL: not compared */
    size_t n_anchors;
    size_t next_anchor;
    sqlite3_int64 last_us;
    cbk_arena *arena;
    cbk_verification *found;
} checking;

static void say(checking *at, const char *sentence)
{
    cbk_verification *found = at->found;
    char *kept = sentence != NULL ? cbk_text_copy(at->arena, sentence) : NULL;
    if (kept != NULL) {
        cbk_text_make_printable(kept); /* a damaged file may say anything */
    }
    if (found->n_broken < CBK_BROKEN_MAX) {
        found->broken[found->n_broken] =
            kept != NULL ? kept : "(out of memory for a sentence)";
    }
    found->n_broken++;
}

static int take_change(const cbk_audit_row *row, const unsigned char hash[CBK_HASH_SIZE],
                       void *context)
{
    checking *at = context;
    at->found->n_cells++;
    return cbk_replay_change(at->replay, row, hash);
}

/* The anchors of this transaction. */
static void compare_anchors(checking *at, sqlite3_int64 number, const unsigned char *hash)
{
    char hex[CBK_HASH_HEX_SIZE];
    cbk_hex(hash, CBK_HASH_SIZE, hex);
    for (; at->next_anchor < at->n_anchors && at->anchors[at->next_anchor].txn <= number;
         at->next_anchor++) {
        const cbk_anchor *anchor = &at->anchors[at->next_anchor];
        if (strcmp(anchor->hash, hex) == 0) {
            at->found->anchored = number;
        } else if (anchor->is_here) {
            say(at, cbk_text_format(at->arena,
                                    "transaction %lld is not the one that its anchor "
                                    "was written for: the trail was made anew",
                                    (long long)number));
        } else {
            at->found->is_other_copy = true;
        }
    }
}

static int take_transaction(const cbk_transaction_row *row,
                            const unsigned char hash[CBK_HASH_SIZE], void *context)
{
    checking *at = context;
    compare_anchors(at, row->number, hash);
    at->found->n_clock_steps += row->at_us < at->last_us;
    at->last_us = row->at_us;
    at->found->head = (cbk_head){.n_transactions = row->number,
                                 .n_changes = row->first_change + row->n_changes - 1,
                                 .at_us = row->at_us};
    cbk_hex(hash, CBK_HASH_SIZE, at->found->head.hash);
    return cbk_replay_transaction(at->replay, row, hash);
}

/* Reads the trail into the target; what is broken in it goes to at->found. */
static int replay_into(cbk_casebook *casebook, cbk_casebook *target, sqlite3_int64 until,
                       bool has_trail, checking *at)
{
    const cbk_trail_reader reader = {.change = take_change,
                                     .transaction = take_transaction,
                                     .context = at,
                                     .until = until};
    const char *broken = NULL;
    int code = cbk_replay_begin(target, casebook->uuid, has_trail, &at->replay);
    if (code != SQLITE_OK) {
        return code;
    }
    code = cbk_trail_read(casebook, &reader, at->arena, &broken);
    if (broken != NULL) {
        say(at, broken);
    } else if (cbk_replay_broken(at->replay) != NULL) {
        say(at, cbk_text_copy(at->arena, cbk_replay_broken(at->replay)));
        code = SQLITE_OK;
    } else if ((code & 0xff) == SQLITE_CONSTRAINT) {
        say(at, "the audit trail cannot be replayed: it breaks a rule of the tables");
        code = SQLITE_OK;
    } else if (code == SQLITE_OK) {
        code = cbk_replay_end(at->replay);
    }
    return code;
}

cbk_status cbk_casebook_replay(cbk_casebook *casebook, int64_t until, const char *path,
                               cbk_casebook **out, cbk_error *err)
{
    *out = NULL;
    cbk_verification *found = calloc(1, sizeof *found);
    checking at = {.arena = cbk_arena_create(NULL, SIZE_MAX), .found = found};
    cbk_casebook *target = NULL;
    cbk_status status =
        found == NULL || at.arena == NULL
            ? cbk_fail_memory(err)
            : cbk_casebook_open(path != NULL ? path : ":memory:",
                                path != NULL ? CBK_CASEBOOK_CREATE : CBK_CASEBOOK_MEMORY,
                                &target, err);
    if (status == CBK_OK) {
        status = cbk_casebook_hold(casebook, err);
    }
    if (status == CBK_OK) {
        const int code = replay_into(casebook, target, until, true, &at);
        cbk_casebook_release(casebook);
        status = code != SQLITE_OK
                     ? cbk_casebook_fail(casebook, code, "replaying the audit trail", err)
                 : found->n_broken > 0 ? cbk_fail(err, CBK_EDATA, CBK_ROW_NONE, "%s: %s.",
                                                  casebook->name, found->broken[0])
                                       : CBK_OK;
    }
    cbk_replay_free(at.replay);
    cbk_arena_destroy(at.arena);
    free(found);
    if (status != CBK_OK) {
        cbk_casebook_close(target);
        return status;
    }
    *out = target;
    return CBK_OK;
}

/* ---- tables
 * ---------------------------------------------------------------------------- */

static const char *printed(const cbk_stored *value, cbk_arena *arena)
{
    char number[CBK_NUMBER_SIZE];
    switch (value->type) {
    case 'i':
        return cbk_text_format(arena, "%lld", (long long)value->integer);
    case 'r':
        cbk_number_shortest(value->real, number);
        return cbk_text_copy(arena, number);
    case 't':
        return cbk_text_format(arena, "\"%.60s\"", value->text);
    default:
        return "nothing";
    }
}

/* Says how a row of the file differs from the row that a replay gives. */
static void say_difference(checking *at, const char *table, sqlite3_stmt *file,
                           sqlite3_stmt *replayed, int column)
{
    const cbk_stored key = cbk_stored_column(file, 0);
    const cbk_stored found = cbk_stored_column(file, column);
    const cbk_stored expected = cbk_stored_column(replayed, column);
    say(at, cbk_text_format(
                at->arena, "%s, row %s: %s is %s in the table and %s by the audit trail",
                table, printed(&key, at->arena), sqlite3_column_name(file, column),
                printed(&found, at->arena), printed(&expected, at->arena)));
}

static int compare_rows(checking *at, const char *table, sqlite3_stmt *file,
                        sqlite3_stmt *replayed)
{
    for (;;) {
        const int left = sqlite3_step(file);
        const int right = sqlite3_step(replayed);
        if ((left != SQLITE_ROW && left != SQLITE_DONE) ||
            (right != SQLITE_ROW && right != SQLITE_DONE)) {
            return left != SQLITE_ROW && left != SQLITE_DONE ? left : right;
        }
        if (left == SQLITE_DONE && right == SQLITE_DONE) {
            return SQLITE_OK;
        }
        if (left != right) {
            const cbk_stored key =
                cbk_stored_column(left == SQLITE_ROW ? file : replayed, 0);
            say(at, cbk_text_format(at->arena, "%s, row %s: %s", table,
                                    printed(&key, at->arena),
                                    left == SQLITE_ROW
                                        ? "is in the table and not in the audit trail"
                                        : "is in the audit trail and not in the table"));
            return SQLITE_OK;
        }
        for (int i = 0; i < sqlite3_column_count(file); i++) {
            const cbk_stored a = cbk_stored_column(file, i);
            const cbk_stored b = cbk_stored_column(replayed, i);
            if (sqlite3_column_type(file, i) != sqlite3_column_type(replayed, i) ||
                !cbk_stored_is_equal(&a, &b)) {
                say_difference(at, table, file, replayed, i);
                return SQLITE_OK; /* one of a table is enough */
            }
        }
    }
}

static int compare_table(checking *at, sqlite3 *file, sqlite3 *replayed,
                         const char *table, const char *order)
{
    sqlite3_stmt *statements[2] = {NULL, NULL};
    char *sql = sqlite3_mprintf("SELECT * FROM \"%w\" ORDER BY %s", table, order);
    int code = sql == NULL ? SQLITE_NOMEM
                           : sqlite3_prepare_v2(file, sql, -1, &statements[0], NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_prepare_v2(replayed, sql, -1, &statements[1], NULL);
    }
    if (code == SQLITE_OK) {
        code = compare_rows(at, table, statements[0], statements[1]);
    }
    code = cbk_registry_finish(statements[0], code);
    code = cbk_registry_finish(statements[1], code);
    sqlite3_free(sql);
    at->found->n_tables++;
    return code;
}

static int compare_tables(checking *at, cbk_casebook *casebook, cbk_casebook *target)
{
    sqlite3 *file = casebook->registry.database;
    sqlite3 *replayed = target->registry.database;
    int code = compare_table(at, file, replayed, "casebook_missing", "1, 2, 3");
    for (size_t i = 0; i < casebook->layout.n_tables && code == SQLITE_OK; i++) {
        const char *name = casebook->layout.tables[i].name;
        if (cbk_layout_table(&target->layout, name) == NULL) {
            say(at, cbk_text_format(at->arena, "%s: the table is not in the audit trail",
                                    name));
        } else {
            code = compare_table(at, file, replayed, name, "_rowid_");
        }
    }
    return code;
}

/* ---- the rest of the file
 * --------------------------------------------------------------- */

/* Says every row that a statement gives; it gives none where all is well. */
static int say_rows(checking *at, sqlite3 *database, const char *sql, const char *format)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
    while (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *text = cbk_column_text(statement, 0);
        code = text != NULL ? cbk_casebook_checked(text) : SQLITE_NOMEM;
        if (code == SQLITE_CORRUPT) {
            say(at, cbk_text_format(at->arena, "%s%.120s", format, text));
            code = SQLITE_OK;
        }
    }
    code = cbk_registry_finish(statement, code);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* Pages, indexes, types, references; and what triggers have counted. */
static int check_file(checking *at, cbk_casebook *casebook)
{
    sqlite3 *database = casebook->registry.database;
    char *counted = sqlite3_mprintf("SELECT changes || ' and ' || audited FROM "
                                    "casebook_file WHERE changes <> %lld OR "
                                    "audited <> %lld",
                                    (long long)cbk_replay_weight(at->replay),
                                    (long long)cbk_replay_weight(at->replay));
    int code = counted == NULL
                   ? SQLITE_NOMEM
                   : say_rows(at, database, counted,
                              "the counters of changes do not agree with the trail: ");
    sqlite3_free(counted);
    if (code == SQLITE_OK) {
        code =
            say_rows(at, database, "PRAGMA integrity_check(5)", "the file is damaged: ");
    }
    return code == SQLITE_OK
               ? say_rows(at, database, "SELECT \"table\" FROM pragma_foreign_key_check",
                          "a row refers to one that is not there, in ")
               : code;
}

static int by_transaction(const void *lhs, const void *rhs)
{
    const cbk_anchor *a = lhs;
    const cbk_anchor *b = rhs;
    return (a->txn > b->txn) - (a->txn < b->txn);
}

static cbk_status read_anchors(checking *at, const cbk_casebook *casebook,
                               const char *folder, cbk_error *err)
{
    const cbk_anchor *anchors = NULL;
    if (folder == NULL) {
        return CBK_OK;
    }
    CBK_TRY(cbk_anchors_read(casebook, folder, at->arena, &anchors, &at->n_anchors,
                             &at->found->n_anchors_cut, err));
    cbk_anchor *sorted = CBK_NEW(at->arena, cbk_anchor, at->n_anchors + 1);
    if (sorted == NULL) {
        return cbk_fail_memory(err);
    }
    if (at->n_anchors > 0) {
        memcpy(sorted, anchors, at->n_anchors * sizeof *sorted);
    }
    qsort(sorted, at->n_anchors, sizeof *sorted, by_transaction);
    at->anchors = sorted;
    at->found->has_anchors = at->n_anchors > 0;
    return CBK_OK;
}

/* Anchors of transactions that the trail does not have. */
static void compare_rest(checking *at)
{
    int64_t here = 0;
    for (; at->next_anchor < at->n_anchors; at->next_anchor++) {
        const cbk_anchor *anchor = &at->anchors[at->next_anchor];
        if (anchor->is_here) {
            here = anchor->txn;
        } else {
            at->found->copy_until = anchor->txn;
        }
    }
    if (here > 0) {
        say(at,
            cbk_text_format(at->arena,
                            "the trail ends with transaction %lld; an anchor of this "
                            "file was written for transaction %lld: its end was cut "
                            "off, or an older copy was put in its place",
                            (long long)at->found->head.n_transactions, (long long)here));
    }
}

static int verify(checking *at, cbk_casebook *casebook, cbk_casebook *target)
{
    int code = replay_into(casebook, target, 0, false, at);
    if (code == SQLITE_OK && at->found->n_broken == 0) {
        compare_rest(at);
        code = compare_tables(at, casebook, target);
        if (code == SQLITE_OK) {
            code = check_file(at, casebook);
        }
    }
    return code;
}

cbk_status cbk_casebook_verify(cbk_casebook *casebook, const char *anchors,
                               cbk_arena *arena, cbk_verification *out, cbk_error *err)
{
    *out = (cbk_verification){.n_broken = 0};
    checking at = {.arena = arena, .found = out};
    cbk_casebook *target = NULL;
    CBK_TRY(read_anchors(&at, casebook, anchors, err));
    CBK_TRY(cbk_casebook_open(":memory:", CBK_CASEBOOK_MEMORY, &target, err));
    cbk_status status = cbk_casebook_hold(casebook, err);
    if (status != CBK_OK) {
        cbk_casebook_close(target);
        return status;
    }
    const int code = cbk_casebook_code(casebook, verify(&at, casebook, target));
    cbk_casebook_release(casebook);
    if ((code & 0xff) == SQLITE_CORRUPT) {
        say(&at, "the file is damaged");
    } else if (code != SQLITE_OK) {
        status = cbk_casebook_fail(casebook, code, "verifying the file", err);
    }
    cbk_replay_free(at.replay);
    cbk_casebook_close(target);
    return status;
}
