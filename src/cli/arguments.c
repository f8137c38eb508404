/* arguments.c - a command line read against the row of its command. */
#include "cli/arguments.h"

#include "base/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

const char *cbk_argument(const cbk_arguments *arguments, const char *option)
{
    for (size_t i = 0; i < arguments->command->n_options; i++) {
        if (strcmp(arguments->command->options[i].name, option) == 0) {
            return arguments->values[i];
        }
    }
    assert(false && "the option is not in the command's row");
    return NULL;
}

/* Prints text of short lines as it is, and breaks longer ones at spaces. */
static void print_wrapped(const char *text, int indent, int width)
{
    int column = 0;
    for (const char *at = text; *at != '\0';) {
        const size_t size = strcspn(at, " \n");
        if (column > 0 && indent + column + 1 + (int)size > width) {
            printf("\n");
            column = 0;
        }
        printf("%*s%.*s", column == 0 ? indent : 1, "", (int)size, at);
        column += (int)size + (column > 0 ? 1 : 0);
        at += size;
        if (*at == '\n') {
            printf("\n");
            column = 0;
        }
        at += *at != '\0' ? 1 : 0;
    }
    printf("\n");
}

static void print_option(const cbk_option *option)
{
    char left[64];
    const char *space = option->argument != NULL ? " " : "";
    const char *argument = option->argument != NULL ? option->argument : "";
    if (option->letter != 0) {
        (void)snprintf(left, sizeof left, "-%c, --%s%s%s", option->letter, option->name,
                       space, argument);
    } else {
        (void)snprintf(left, sizeof left, "--%s%s%s", option->name, space, argument);
    }
    printf("  %-24s", left);
    if (strlen(left) > 23) {
        printf("\n%26s", "");
    }
    printf("%s\n", option->help);
    if (option->values != NULL) {
        printf("%26sone of: %s\n", "", option->values);
    }
}

void cbk_command_print_help(const cbk_command *command)
{
    printf("casebook %s - %s\n\nusage: casebook %s %s%s\n", command->name,
           command->summary, command->name, command->operands,
           command->n_options > 0 ? " [options]" : "");
    if (command->details != NULL) {
        printf("\n");
        print_wrapped(command->details, 0, 80);
    }
    printf("\noptions\n");
    for (size_t i = 0; i < command->n_options; i++) {
        print_option(&command->options[i]);
    }
    print_option(&(cbk_option){.name = "help", .help = "this page"});
    if (command->examples != NULL) {
        printf("\nexamples\n");
        for (const char *at = command->examples; at != NULL;) {
            const size_t size = strcspn(at, "\n");
            printf("  %.*s\n", (int)size, at);
            at = at[size] == '\n' ? at + size + 1 : NULL;
        }
    }
}

static int refuse(const cbk_command *command, const char *sentence)
{
    (void)fprintf(stderr,
                  "casebook %s: %s\nusage: casebook %s %s [options]; more by casebook "
                  "%s --help\n",
                  command->name, sentence, command->name, command->operands,
                  command->name);
    return CBK_EXIT_USAGE;
}

/* Whether word is one of the space-separated words of list. */
static bool is_one_of(const char *word, const char *list)
{
    const size_t size = strlen(word);
    for (const char *at = list; at != NULL;) {
        const size_t length = strcspn(at, " ");
        if (length == size && memcmp(at, word, size) == 0) {
            return true;
        }
        at = at[length] == ' ' ? at + length + 1 : NULL;
    }
    return false;
}

/* The option that argv's word names, with the part after '=' in *value; SIZE_MAX: none.
 */
static size_t find_option(const cbk_command *command, const char *word,
                          const char **value)
{
    *value = NULL;
    for (size_t i = 0; i < command->n_options; i++) {
        const cbk_option *option = &command->options[i];
        const size_t size = strlen(option->name);
        if (word[1] == '-' && strncmp(word + 2, option->name, size) == 0 &&
            (word[2 + size] == '\0' || word[2 + size] == '=')) {
            *value = word[2 + size] == '=' ? word + 3 + size : NULL;
            return i;
        }
        if (option->letter != 0 && word[1] == option->letter) {
            *value = word[2] != '\0' ? word + 2 : NULL;
            return i;
        }
    }
    return SIZE_MAX;
}

static int refuse_unknown(const cbk_command *command, const char *word, cbk_arena *arena)
{
    const char **names = CBK_NEW(arena, const char *, command->n_options + 1);
    const char *nearest = NULL;
    if (names != NULL && word[1] == '-') {
        for (size_t i = 0; i < command->n_options; i++) {
            names[i] = command->options[i].name;
        }
        const char *name = cbk_text_copy_bytes(arena, word + 2, strcspn(word + 2, "="));
        nearest =
            name != NULL ? cbk_nearest_spelling(name, names, command->n_options) : NULL;
    }
    const char *sentence =
        cbk_text_format(arena, "there is no option %s%s%s%s", word,
                        nearest != NULL ? "; did you mean --" : "",
                        nearest != NULL ? nearest : "", nearest != NULL ? "?" : "");
    return refuse(command, sentence != NULL ? sentence : "unknown option");
}

/* One option at argv[*i]; takes its value from there or from the next word. */
static int read_option(const cbk_command *command, int argc, char **argv, int *i,
                       cbk_arena *arena, const char **values)
{
    const char *value = NULL;
    const size_t which = find_option(command, argv[*i], &value);
    if (which == SIZE_MAX) {
        return refuse_unknown(command, argv[*i], arena);
    }
    const cbk_option *option = &command->options[which];
    const char *sentence = NULL;
    if (option->argument == NULL) {
        sentence = value != NULL
                       ? cbk_text_format(arena, "--%s takes no value", option->name)
                       : NULL;
        value = "";
    } else if (value == NULL && *i + 1 < argc) {
        value = argv[++*i];
    }
    if (value == NULL) {
        sentence = cbk_text_format(arena, "--%s needs a value: %s", option->name,
                                   option->argument);
    } else if (values[which] != NULL) {
        sentence = cbk_text_format(arena, "--%s is given twice", option->name);
    } else if (option->values != NULL && !is_one_of(value, option->values)) {
        sentence = cbk_text_format(arena, "--%s is one of: %s; not \"%s\"", option->name,
                                   option->values, value);
    }
    if (sentence != NULL) {
        return refuse(command, sentence);
    }
    values[which] = value;
    return CBK_EXIT_DONE;
}

/* ---- formats ---------------------------------------------------------------------- */

static size_t option_of_name(const cbk_command *command, const char *name)
{
    size_t i = 0;
    while (i < command->n_options && strcmp(command->options[i].name, name) != 0) {
        i++;
    }
    return i;
}

/* How the name of a file in a format ends. */
static const char *ending_of(const char *format)
{
    return strcmp(format, "text") == 0    ? "txt"
           : strcmp(format, "latex") == 0 ? "tex"
                                          : format;
}

/* --format, where it is not given, by the ending of --output's file.  A list of formats
 * (report) is for a folder. */
static int read_ending(const cbk_command *command, cbk_arena *arena, const char **values)
{
    const size_t format = option_of_name(command, "format");
    const size_t output = option_of_name(command, "output");
    if (format == command->n_options || output == command->n_options ||
        command->options[format].values == NULL || values[output] == NULL ||
        values[format] != NULL) {
        return CBK_EXIT_DONE;
    }
    const char *ending = strrchr(values[output], '.');
    if (ending == NULL || strchr(ending, '/') != NULL) {
        return CBK_EXIT_DONE;
    }
    cbk_buffer endings = {0};
    const char *next = command->options[format].values;
    while (*next != '\0' && values[format] == NULL) {
        const size_t size = strcspn(next, " ");
        const char *word = cbk_text_copy_bytes(arena, next, size);
        if (word != NULL && strcasecmp(ending + 1, ending_of(word)) == 0) {
            values[format] = word;
        }
        cbk_buffer_addf(&endings, " .%s", word != NULL ? ending_of(word) : "");
        next += size + strspn(next + size, " ");
    }
    const char *sentence =
        cbk_text_format(arena, "\"%s\" ends in none of%s; --format says which is meant",
                        values[output], endings.bytes != NULL ? endings.bytes : "");
    cbk_buffer_free(&endings);
    return values[format] != NULL
               ? CBK_EXIT_DONE
               : refuse(command, sentence != NULL ? sentence : "unknown ending");
}

/* ---- the line --------------------------------------------------------------------- */

/* A word may go into a file for good, or into a report. */
static int refuse_other_encodings(const cbk_command *command, int argc, char **argv,
                                  cbk_arena *arena)
{
    for (int i = 0; i < argc; i++) {
        size_t bad_at = 0;
        if (!cbk_text_is_valid_utf8(argv[i], strlen(argv[i]), &bad_at)) {
            const char *sentence = cbk_text_format(
                arena, "byte %zu of word %d (0x%02X) is not UTF-8", bad_at + 1, i + 1,
                (unsigned)(unsigned char)argv[i][bad_at]);
            return refuse(command, sentence != NULL ? sentence : "a word is not UTF-8");
        }
    }
    return CBK_EXIT_DONE;
}

int cbk_arguments_read(const cbk_command *command, int argc, char **argv,
                       cbk_arena *arena, cbk_arguments *out, bool *is_help)
{
    if (refuse_other_encodings(command, argc, argv, arena) != CBK_EXIT_DONE) {
        return CBK_EXIT_USAGE;
    }
    const char **operands = CBK_NEW(arena, const char *, (size_t)argc + 1);
    const char **values = CBK_NEW(arena, const char *, command->n_options + 1);
    if (values == NULL) {
        (void)fprintf(stderr, "casebook: out of memory\n");
        return CBK_EXIT_ENVIRONMENT;
    }
    *out = (cbk_arguments){.command = command, .operands = operands, .values = values};
    *is_help = false;
    bool is_options = true;
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        if (is_options && strcmp(word, "--") == 0) {
            is_options = false;
        } else if (is_options &&
                   (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)) {
            *is_help = true;
            cbk_command_print_help(command);
            return CBK_EXIT_DONE;
        } else if (is_options && word[0] == '-' && word[1] != '\0') {
            const int code = read_option(command, argc, argv, &i, arena, values);
            if (code != CBK_EXIT_DONE) {
                return code;
            }
        } else {
            operands[out->n_operands++] = word;
        }
    }
    if (out->n_operands < command->n_operands_min) {
        const char *sentence = cbk_text_format(
            arena, "%s needed: %s", command->n_operands_min > 1 ? "these are" : "this is",
            command->operands);
        return refuse(command, sentence != NULL ? sentence : "an operand is needed");
    }
    if (out->n_operands > command->n_operands_max) {
        const char *sentence = cbk_text_format(arena, "\"%s\" is one word too many",
                                               operands[command->n_operands_max]);
        return refuse(command, sentence != NULL ? sentence : "too many words");
    }
    return read_ending(command, arena, values);
}

const char *const *cbk_split_list(const char *text, cbk_arena *arena, size_t *n)
{
    *n = 0;
    if (text == NULL) {
        return NULL;
    }
    const char **parts = CBK_NEW(arena, const char *, strlen(text) + 1);
    for (const char *at = text; parts != NULL && at != NULL;) {
        const size_t size = strcspn(at, ",");
        parts[(*n)++] = cbk_text_copy_bytes(arena, at, size);
        at = at[size] == ',' ? at + size + 1 : NULL;
    }
    return parts;
}
