/* manual.c - prints the manual page and the shells' completions from the command table.
 *
 *   manual man TEMPLATE    the manual page, the commands in the template's place for them
 *   manual bash|zsh|fish   the completion script
 */
#include "cli/command.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { LINE_MAX_BYTES = 1024 };

/* ---- writing for each reader ------------------------------------------------------- */

/* Text for roff: backslashes and hyphens are themselves, no line starts a request, a
 * blank line is a new paragraph. */
static void roff_text(const char *text)
{
    bool is_line_start = true;
    for (const char *p = text; *p != '\0'; p++) {
        if (is_line_start && (*p == '.' || *p == '\'')) {
            (void)fputs("\\&", stdout);
        }
        if (*p == '\\') {
            (void)fputs("\\e", stdout);
        } else if (*p == '-') {
            (void)fputs("\\-", stdout);
        } else if (*p == '\n' && p[1] == '\n') {
            (void)fputs("\n.PP", stdout);
        } else {
            (void)putchar(*p);
        }
        is_line_start = *p == '\n';
    }
}

/* Text between single quotes; each character of `special` gets a backslash, and a quote
 * is written as `quote`. */
static void quoted_text(const char *text, const char *special, const char *quote)
{
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\'') {
            (void)fputs(quote, stdout);
            continue;
        }
        if (strchr(special, *p) != NULL) {
            (void)putchar('\\');
        }
        (void)putchar(*p);
    }
}

/* An argument that names something on disk is completed with file names. */
static bool is_path(const char *argument)
{
    return strcmp(argument, "FILE") == 0 || strcmp(argument, "DIR") == 0;
}

/* ---- the manual page -----------------------------------------------------------------
 */

static void roff_option(const cbk_option *option)
{
    (void)printf(".TP\n.B \"");
    if (option->letter != '\0') {
        (void)printf("\\-%c, ", option->letter);
    }
    (void)printf("\\-\\-");
    roff_text(option->name);
    (void)putchar('"');
    if (option->argument != NULL) {
        (void)printf(" \\fI%s\\fR", option->argument);
    }
    (void)putchar('\n');
    roff_text(option->help);
    if (option->values != NULL) {
        (void)fputs(" (", stdout);
        roff_text(option->values);
        (void)putchar(')');
    }
    (void)putchar('\n');
}

static void roff_command(const cbk_command *command)
{
    (void)printf(".SS %s\n.B casebook ", command->name);
    roff_text(command->name);
    if (command->operands != NULL && command->operands[0] != '\0') {
        (void)fputs(" \\fI", stdout);
        roff_text(command->operands);
        (void)fputs("\\fR", stdout);
    }
    (void)printf("%s\n.PP\n", command->n_options > 0 ? " [\\fIoptions\\fR]" : "");
    (void)putchar(toupper((unsigned char)command->summary[0]));
    roff_text(command->summary + 1);
    (void)fputs(".\n", stdout);
    if (command->details != NULL) {
        (void)fputs(".PP\n", stdout);
        roff_text(command->details);
        (void)putchar('\n');
    }
    for (size_t i = 0; i < command->n_options; i++) {
        roff_option(&command->options[i]);
    }
    if (command->examples != NULL) {
        (void)fputs(".PP\nExamples:\n.PP\n.RS 4\n.nf\n", stdout);
        roff_text(command->examples);
        (void)fputs("\n.fi\n.RE\n", stdout);
    }
}

static void roff_line(const char *line)
{
    static const char version[] = "@version@";
    const char *at = strstr(line, version);
    if (at == NULL) {
        (void)fputs(line, stdout);
    } else {
        (void)printf("%.*s%s%s", (int)(at - line), line, CASEBOOK_VERSION,
                     at + sizeof version - 1);
    }
}

static bool print_man(const char *template_path, const cbk_command *const *commands,
                      size_t n)
{
    FILE *in = fopen(template_path, "r");
    if (in == NULL) {
        (void)fprintf(stderr, "manual: cannot open %s\n", template_path);
        return false;
    }
    char line[LINE_MAX_BYTES];
    while (fgets(line, sizeof line, in) != NULL) {
        if (strstr(line, "@commands@") == NULL) {
            roff_line(line);
            continue;
        }
        for (size_t i = 0; i < n; i++) {
            roff_command(commands[i]);
        }
    }
    const bool is_read = ferror(in) == 0;
    (void)fclose(in);
    return is_read;
}

/* ---- bash
 * ------------------------------------------------------------------------------ */

static void bash_values(const cbk_command *command)
{
    for (size_t i = 0; i < command->n_options; i++) {
        const cbk_option *option = &command->options[i];
        if (option->values != NULL) {
            (void)printf("    %s:--%s) words='%s' ;;\n", command->name, option->name,
                         option->values);
        } else if (option->argument != NULL && option->letter != '\0') {
            (void)printf("    %s:--%s | %s:-%c) return ;;\n", command->name, option->name,
                         command->name, option->letter);
        } else if (option->argument != NULL) {
            (void)printf("    %s:--%s) return ;;\n", command->name, option->name);
        }
    }
}

static void bash_options(const cbk_command *command)
{
    (void)printf("    %s:-*) words='--help", command->name);
    for (size_t i = 0; i < command->n_options; i++) {
        (void)printf(" --%s", command->options[i].name);
    }
    (void)fputs("' ;;\n", stdout);
}

/* No word of ours: readline completes file names. */
static void print_bash(const cbk_command *const *commands, size_t n)
{
    (void)fputs("# bash completion for casebook, made from its command table.\n"
                "_casebook()\n{\n"
                "    local word=${COMP_WORDS[COMP_CWORD]}\n"
                "    local before=${COMP_WORDS[COMP_CWORD - 1]} words=''\n"
                "    COMPREPLY=()\n"
                "    if [[ $COMP_CWORD -eq 1 ]]; then\n"
                "        words='--help --version",
                stdout);
    for (size_t i = 0; i < n; i++) {
        (void)printf(" %s", commands[i]->name);
    }
    (void)fputs("'\n    else\n    case ${COMP_WORDS[1]}:$before in\n", stdout);
    for (size_t i = 0; i < n; i++) {
        bash_values(commands[i]);
    }
    (void)fputs("    *) case ${COMP_WORDS[1]}:$word in\n", stdout);
    for (size_t i = 0; i < n; i++) {
        bash_options(commands[i]);
    }
    (void)fputs(
        "    esac ;;\n    esac\n    fi\n"
        "    [[ -z $words ]] || mapfile -t COMPREPLY < <(compgen -W \"$words\" -- "
        "\"$word\")\n"
        "}\ncomplete -o default -F _casebook casebook\n",
        stdout);
}

/* ---- zsh
 * -------------------------------------------------------------------------------- */

static void zsh_option(const cbk_option *option, const char *name, const char *dashes)
{
    (void)printf(" \\\n        '%s%s[", dashes, name);
    quoted_text(option->help, "[]:\\", "'\\''");
    (void)putchar(']');
    if (option->values != NULL) {
        (void)printf(":%s:(%s)", option->argument, option->values);
    } else if (option->argument != NULL) {
        (void)printf(":%s:%s", option->argument,
                     is_path(option->argument) ? "_files" : "");
    }
    (void)putchar('\'');
}

static void zsh_command(const cbk_command *command)
{
    (void)printf("%s)\n    _arguments", command->name);
    for (size_t i = 0; i < command->n_options; i++) {
        const cbk_option *option = &command->options[i];
        zsh_option(option, option->name, "--");
        if (option->letter != '\0') {
            const char letter[2] = {option->letter, '\0'};
            zsh_option(option, letter, "-");
        }
    }
    (void)fputs(" \\\n        '--help[say how it is used]' '*:file:_files' ;;\n", stdout);
}

static void print_zsh(const cbk_command *const *commands, size_t n)
{
    (void)fputs("#compdef casebook\n# Made from casebook's command table.\n"
                "local -a commands\ncommands=(\n",
                stdout);
    for (size_t i = 0; i < n; i++) {
        (void)printf("    '%s:", commands[i]->name);
        quoted_text(commands[i]->summary, ":\\", "'\\''");
        (void)fputs("'\n", stdout);
    }
    (void)fputs(
        ")\nif (( CURRENT == 2 )); then\n    _describe -t commands command commands\n"
        "    return\nfi\nshift words\n(( CURRENT-- ))\ncase $words[1] in\n",
        stdout);
    for (size_t i = 0; i < n; i++) {
        zsh_command(commands[i]);
    }
    (void)fputs("esac\n", stdout);
}

/* ---- fish
 * ------------------------------------------------------------------------------- */

static void fish_option(const cbk_command *command, const cbk_option *option)
{
    (void)printf("complete -c casebook -n '__fish_seen_subcommand_from %s' -l %s",
                 command->name, option->name);
    if (option->letter != '\0') {
        (void)printf(" -s %c", option->letter);
    }
    if (option->values != NULL) {
        (void)printf(" -x -a '%s'", option->values);
    } else if (option->argument != NULL) {
        (void)fputs(is_path(option->argument) ? " -r" : " -x", stdout);
    }
    (void)fputs(" -d '", stdout);
    quoted_text(option->help, "\\", "\\'");
    (void)fputs("'\n", stdout);
}

static void print_fish(const cbk_command *const *commands, size_t n)
{
    (void)fputs("# fish completion for casebook, made from its command table.\n", stdout);
    for (size_t i = 0; i < n; i++) {
        (void)printf("complete -c casebook -n __fish_use_subcommand -f -a %s -d '",
                     commands[i]->name);
        quoted_text(commands[i]->summary, "\\", "\\'");
        (void)fputs("'\n", stdout);
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < commands[i]->n_options; j++) {
            fish_option(commands[i], &commands[i]->options[j]);
        }
    }
}

int main(int argc, char **argv)
{
    size_t n = 0;
    const cbk_command *const *commands = cbk_commands(&n);
    bool is_done = true;
    if (argc == 3 && strcmp(argv[1], "man") == 0) {
        is_done = print_man(argv[2], commands, n);
    } else if (argc == 2 && strcmp(argv[1], "bash") == 0) {
        print_bash(commands, n);
    } else if (argc == 2 && strcmp(argv[1], "zsh") == 0) {
        print_zsh(commands, n);
    } else if (argc == 2 && strcmp(argv[1], "fish") == 0) {
        print_fish(commands, n);
    } else {
        (void)fputs("usage: manual man TEMPLATE | bash | zsh | fish\n", stderr);
        return 2;
    }
    return is_done && fflush(stdout) == 0 && ferror(stdout) == 0 ? 0 : 1;
}
