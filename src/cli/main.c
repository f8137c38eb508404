/* main.c - finds the command and runs it. */
#include "cli/arguments.h"

#include "base/text.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static void print_overview(FILE *out)
{
    (void)fprintf(out, "casebook - from the chart to the printed number\n\n"
                       "usage: casebook COMMAND [operands] [options]\n\n");
    size_t n = 0;
    const cbk_command *const *commands = cbk_commands(&n);
    for (size_t i = 0; i < n; i++) {
        (void)fprintf(out, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    }
    (void)fprintf(
        out, "\ncasebook COMMAND --help tells more; casebook --version the version.\n"
             "Exit codes: 0 done, 1 a finding, 2 usage, 3 data, 4 environment, 5 "
             "bug.\n");
}

static int run_command(const cbk_command *command, int argc, char **argv)
{
    cbk_arena *arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        (void)fprintf(stderr, "casebook: out of memory\n");
        return CBK_EXIT_ENVIRONMENT;
    }
    cbk_arguments arguments;
    bool is_help = false;
    int code = cbk_arguments_read(command, argc, argv, arena, &arguments, &is_help);
    if (code == CBK_EXIT_DONE && !is_help) {
        code = command->run(&arguments);
    }
    cbk_arena_destroy(arena);
    return code;
}

static int refuse_command(const char *name)
{
    const char *names[64];
    size_t n = 0;
    const cbk_command *const *commands = cbk_commands(&n);
    for (size_t i = 0; i < n; i++) {
        names[i] = commands[i]->name;
    }
    char hint[CBK_HINT_SIZE];
    (void)fprintf(stderr,
                  "casebook: there is no command \"%s\"%s\ncasebook --help lists them\n",
                  name, cbk_spelling_hint(name, names, n, hint));
    return CBK_EXIT_USAGE;
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        print_overview(stderr);
        return CBK_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        (strcmp(argv[1], "help") == 0 && argc == 2)) {
        print_overview(stdout);
        return CBK_EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("casebook %s\n", CASEBOOK_VERSION);
        return CBK_EXIT_DONE;
    }
    const bool is_help = strcmp(argv[1], "help") == 0;
    const char *name = is_help ? argv[2] : argv[1];
    size_t n = 0;
    const cbk_command *const *commands = cbk_commands(&n);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(commands[i]->name, name) == 0) {
            if (is_help) {
                cbk_command_print_help(commands[i]);
                return CBK_EXIT_DONE;
            }
            return run_command(commands[i], argc - 2, argv + 2);
        }
    }
    return refuse_command(name);
}

int main(int argc, char **argv)
{
    /* A reader that goes away (a pager, head) is an error of writing, not a signal: what
     * is open is closed. */
    (void)signal(SIGPIPE, SIG_IGN);
    const int code = run(argc, argv);
    if (fflush(stdout) == 0 && ferror(stdout) == 0) {
        return code;
    }
    if (code != CBK_EXIT_ENVIRONMENT && errno != EPIPE) { /* else it has been said */
        (void)fprintf(stderr, "casebook: cannot write to standard output: %s\n",
                      strerror(errno));
    }
    return CBK_EXIT_ENVIRONMENT;
}
