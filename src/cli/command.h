/* cli/command.h - a command is one row of one table; the row drives parsing, --help, the
 * man page and completion.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <casebook/base.h>

enum {
    CBK_EXIT_DONE = 0,
    CBK_EXIT_FINDING = 1,     /* a claim or a check fails */
    CBK_EXIT_USAGE = 2,       /* the command line is wrong */
    CBK_EXIT_DATA = 3,        /* a file's contents are wrong */
    CBK_EXIT_ENVIRONMENT = 4, /* a file cannot be opened, the disk is full */
    CBK_EXIT_BUG = 5          /* ours */
};

typedef struct cbk_option {
    const char *name;     /* "time", written --time */
    char letter;          /* 'o' for -o, or 0 */
    const char *argument; /* "COLUMN"; NULL: a flag without a value */
    const char *help;     /* a phrase, no full stop */
    const char *values; /* "log log-log plain": the allowed words, for completion and the
                           message; NULL: free */
} cbk_option;

struct cbk_arguments;

typedef struct cbk_command {
    const char *name;     /* "km" */
    const char *operands; /* "STUDY TABLE", for the usage line */
    size_t n_operands_min, n_operands_max;
    const char *summary;  /* one line */
    const char *details;  /* paragraphs, separated by blank lines; may be NULL */
    const char *examples; /* lines without a prompt, separated by newlines; may be NULL */
    size_t n_options;
    const cbk_option *options; /* [n_options]; every command also has --help */
    int (*run)(const struct cbk_arguments *arguments); /* returns an exit code */
} cbk_command;

/* A command line that has been read against its row. */
typedef struct cbk_arguments {
    const cbk_command *command;
    size_t n_operands;
    const char *const *operands;
    const char *const *values; /* [command->n_options] NULL: not given; "" for a flag */
} cbk_arguments;

/* The table (commands.c): a command's row stands in its own file. */
const cbk_command *const *cbk_commands(size_t *n);

/* The value of an option of the command's row: NULL when not given, "" for a flag that
 * is. A name that is not in the row is a bug. */
const char *cbk_argument(const cbk_arguments *arguments, const char *option);

#endif
