/* cli/arguments.h - a command line read against the row of its command. */
#ifndef CLI_ARGUMENTS_H
#define CLI_ARGUMENTS_H

#include "cli/command.h"

/* Reads argv[0..argc) (the words after the command's name).  --name value, --name=value,
 * -o value, -- ends the options; the ending of --output's file says --format where a
 * command has both.  Mistakes are printed to stderr and give
 * CBK_EXIT_USAGE; --help prints the page and sets *is_help.  The strings stay argv's; the
 * arrays are the arena's. */
int cbk_arguments_read(const cbk_command *command, int argc, char **argv,
                       cbk_arena *arena, cbk_arguments *out, bool *is_help);

/* The page of --help. */
void cbk_command_print_help(const cbk_command *command);

/* The parts of "a,b,c"; NULL list for NULL text.  *n is 0 then.  An empty part stays. */
const char *const *cbk_split_list(const char *text, cbk_arena *arena, size_t *n);

#endif
