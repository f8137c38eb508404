/* commands.c - the table of commands.  To add one: its file, its row here. */
#include "cli/command.h"

extern const cbk_command cbk_command_check, cbk_command_describe, cbk_command_km,
    cbk_command_lifetable, cbk_command_logrank, cbk_command_cox, cbk_command_cuminc,
    cbk_command_finegray, cbk_command_mcf, cbk_command_table, cbk_command_figure,
    cbk_command_report, cbk_command_audit, cbk_command_fill, cbk_command_explain;

/* Of the casebook file. */
extern const cbk_command cbk_command_new, cbk_command_import, cbk_command_edit,
    cbk_command_show, cbk_command_log, cbk_command_verify, cbk_command_replay,
    cbk_command_backup, cbk_command_export, cbk_command_protocol, cbk_command_freeze,
    cbk_command_unfreeze, cbk_command_lock, cbk_command_diff;

static const cbk_command *const commands[] = {
    &cbk_command_new,      &cbk_command_import,  &cbk_command_edit,
    &cbk_command_show,     &cbk_command_log,     &cbk_command_verify,
    &cbk_command_replay,   &cbk_command_backup,  &cbk_command_export,
    &cbk_command_protocol, &cbk_command_freeze,  &cbk_command_unfreeze,
    &cbk_command_lock,     &cbk_command_diff,    &cbk_command_check,
    &cbk_command_describe, &cbk_command_km,      &cbk_command_lifetable,
    &cbk_command_logrank,  &cbk_command_cox,     &cbk_command_cuminc,
    &cbk_command_finegray, &cbk_command_mcf,     &cbk_command_table,
    &cbk_command_figure,   &cbk_command_report,  &cbk_command_audit,
    &cbk_command_fill,     &cbk_command_explain,
};

const cbk_command *const *cbk_commands(size_t *n)
{
    *n = sizeof commands / sizeof commands[0];
    return commands;
}
