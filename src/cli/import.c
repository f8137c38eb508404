/* import.c - casebook import: a data file into a form of a casebook file, shown before it
 * is committed.
 */
#include "cli/options.h"
#include "cli/session.h"

#include "study/casebook/casebook.h"

#include <stdio.h>
#include <string.h>

static const cbk_option options[] = {
    {.name = "form",
     .argument = "NAME",
     .help = "which form; \"sources\" for what other sources say; cannot be left out"},
    CBK_OPTION_REASON,
    {.name = "dry-run", .help = "only show what would change"},
    {.name = "yes", .help = "commit without asking"},
};

enum { CELLS_SHOWN_MAX = 200 };

static const char *const kind_words[] = {[CBK_IMPORT_CHANGED] = "changes",
                                         [CBK_IMPORT_KEPT] = "kept",
                                         [CBK_IMPORT_CONFLICT] = "conflict",
                                         [CBK_IMPORT_REFUSED] = "refused"};

static void print_cell(const cbk_import *import, const cbk_import_cell *cell)
{
    printf("  line %-5zu %-9s %s %s", cell->line, kind_words[cell->kind], import->form,
           cell->record);
    if (cell->field == NULL) {
        printf(": frozen\n");
        return;
    }
    switch (cell->kind) {
    case CBK_IMPORT_CHANGED:
        printf(" %s: %s -> %s\n", cell->field, cell->old_value, cell->new_value);
        break;
    case CBK_IMPORT_KEPT:
        printf(" %s: %s stays, the file's cell is empty\n", cell->field, cell->old_value);
        break;
    case CBK_IMPORT_CONFLICT:
        printf(" %s: %s stays, entered by hand; the file says %s\n", cell->field,
               cell->old_value, cell->new_value);
        break;
    case CBK_IMPORT_REFUSED:
        printf(" %s: %s is frozen; the file says %s\n", cell->field, cell->old_value,
               cell->new_value);
        break;
    }
}

static void print_difference(const cbk_import *import, const char *data, const char *path)
{
    printf("%s into the form %s of %s: %zu new, %zu changed, %zu unchanged, %zu "
           "conflicting, %zu refused\n",
           data, import->form, path, import->n_new, import->n_changed,
           import->n_unchanged, import->n_conflicting, import->n_refused);
    for (size_t i = 0; i < import->n_cells && i < CELLS_SHOWN_MAX; i++) {
        print_cell(import, &import->cells[i]);
    }
    if (import->n_cells > CELLS_SHOWN_MAX) {
        printf("  and %zu more\n", import->n_cells - CELLS_SHOWN_MAX);
    }
}

/* Whether to commit; *code: the exit code where not. */
static bool is_wanted(cbk_session *session, const cbk_arguments *arguments,
                      const cbk_import *import, int *code)
{
    *code = CBK_EXIT_DONE;
    if (import->n_refused > 0) {
        (void)fprintf(stderr,
                      "casebook import: nothing was imported: %zu record%s frozen\n",
                      import->n_refused, import->n_refused == 1 ? " is" : "s are");
        *code = CBK_EXIT_DATA;
        return false;
    }
    if (import->n_changes == 0) {
        printf("Nothing to import.\n");
        return false;
    }
    const char *reason = cbk_argument(arguments, "reason");
    const bool has_reason = reason != NULL && reason[strspn(reason, " \t")] != '\0';
    if (import->n_changed > 0 && !has_reason &&
        cbk_argument(arguments, "dry-run") == NULL) {
        *code = cbk_session_refuse(session, "nothing was imported: what is recorded "
                                            "changes; say why with --reason \"…\"");
        return false;
    }
    return cbk_session_is_wanted(session, arguments, "Import?", code);
}

static int import_file(cbk_session *session, const cbk_arguments *arguments,
                       const char *form)
{
    const char *path = arguments->operands[0];
    const char *data = arguments->operands[1];
    cbk_study *study = NULL;
    cbk_import import;
    cbk_status status = cbk_session_open_casebook(session, path, CBK_CASEBOOK_WRITE);
    if (status == CBK_OK) {
        status =
            cbk_study_records_of_casebook(session->casebook, path, session->arena,
                                          &session->problems, &study, &session->error);
    }
    if (status == CBK_OK) {
        status = cbk_import_compare(session->casebook, study, data, form,
                                    cbk_argument(arguments, "reason"), session->arena,
                                    &session->problems, &import, &session->error);
    }
    if (status != CBK_OK) {
        return cbk_session_fail(session, status);
    }
    int code = CBK_EXIT_DONE;
    print_difference(&import, data, path);
    if (!is_wanted(session, arguments, &import, &code)) {
        return code;
    }
    status = cbk_casebook_commit(session->casebook, &import.deed, import.changes,
                                 import.n_changes, &session->error);
    if (status != CBK_OK) {
        return cbk_session_fail(session, status);
    }
    cbk_session_warn_of_anchor(session);
    printf("Imported.\n");
    return CBK_EXIT_DONE;
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    const char *form = cbk_argument(arguments, "form");
    const int code = form != NULL
                         ? import_file(&session, arguments, form)
                         : cbk_session_refuse(&session, "name the form with --form NAME");
    return cbk_session_close(&session, code);
}

const cbk_command cbk_command_import = {
    .name = "import",
    .operands = "FILE DATA.csv",
    .n_operands_min = 2,
    .n_operands_max = 2,
    .summary = "a data file into a form of a casebook file",
    .details =
        "Compares DATA.csv with the records of the form and shows the difference: how "
        "many records are new, changed, unchanged, conflicting or refused, and each cell "
        "that changes. On a terminal it then asks; elsewhere --yes imports and --dry-run "
        "only shows. All of it is imported in one transaction, or nothing.\n\n"
        "Columns may be left out; a column that the form does not have stops the import. "
        "An empty cell deletes nothing. A record that the file does not have stays. A "
        "value that a person entered with casebook edit stays, too: where the file says "
        "otherwise, its value is kept as the statement of a source, an open conflict. "
        "A mistake in the file, or a change of something frozen, refuses the whole. "
        "Where "
        "recorded values change, --reason says why.",
    .examples =
        "casebook import ivc.casebook studies/ivc-lms/patient.csv --form patient "
        "--dry-run\n"
        "casebook import ivc.casebook studies/ivc-lms/patient.csv --form patient --yes\n"
        "casebook import ivc.casebook studies/ivc-lms/sources.csv --form sources --yes",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
