/* session.c - memory, sources, failures and output of a command. */
#include "cli/session.h"

#include "base/file.h"
#include "study/records.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_S 1.0

static double now(void)
{
    struct timespec time = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

bool cbk_session_open(cbk_session *session, const cbk_arguments *arguments)
{
    *session = (cbk_session){.command = arguments->command->name, .started = now()};
    session->arena = cbk_arena_create(NULL, SIZE_MAX);
    if (session->arena == NULL) {
        (void)fprintf(stderr, "casebook %s: out of memory\n", session->command);
        return false;
    }
    session->problems.arena = session->arena;
    return true;
}

int cbk_session_close(cbk_session *session, int code)
{
    cbk_study_close(session->study);
    cbk_casebook_close(session->casebook);
    cbk_arena_destroy(session->arena);
    return code;
}

/* "\r\x1b[K" wipes the line (ECMA-48, EL). */
void cbk_session_tell(void *session, const char *what)
{
    cbk_session *of = session;
    if (isatty(STDERR_FILENO) != 0 && now() - of->started >= PATIENCE_S) {
        of->is_telling = true;
        (void)fprintf(stderr, "\r\x1b[Kcasebook %s: %s …", of->command, what);
        (void)fflush(stderr);
    }
}

static void stop_telling(cbk_session *session)
{
    if (session->is_telling) {
        session->is_telling = false;
        (void)fputs("\r\x1b[K", stderr);
        (void)fflush(stderr);
    }
}

/* Mistakes in the order of the file, as a reader of it mends them; files as they were
 * read.  Insertion keeps what is equal in the order it was found. */
static void sort_problems(cbk_problem *kept, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const cbk_problem moved = kept[i];
        size_t at = i;
        while (at > 0 && cbk_text_is_equal(kept[at - 1].place.file, moved.place.file) &&
               kept[at - 1].place.line > moved.place.line) {
            kept[at] = kept[at - 1];
            at--;
        }
        kept[at] = moved;
    }
}

static void print_problems(cbk_problems *problems)
{
    const size_t n_kept =
        problems->n_found < CBK_PROBLEMS_MAX ? problems->n_found : CBK_PROBLEMS_MAX;
    sort_problems(problems->kept, n_kept);
    for (size_t i = 0; i < n_kept; i++) {
        const cbk_problem *problem = &problems->kept[i];
        if (problem->place.file != NULL) {
            (void)fprintf(stderr, "%s:", problem->place.file);
        }
        if (problem->place.line > 0) {
            (void)fprintf(stderr, "%zu:", problem->place.line);
        }
        if (problem->place.column > 0) {
            (void)fprintf(stderr, "%zu:", problem->place.column);
        }
        (void)fprintf(stderr, " %s\n", problem->message);
    }
    if (problems->n_found > n_kept) {
        (void)fprintf(stderr, "and %zu more\n", problems->n_found - n_kept);
    }
}

int cbk_session_fail(cbk_session *session, cbk_status status)
{
    stop_telling(session);
    if (status == CBK_EDATA && session->problems.n_found > 0) {
        print_problems(&session->problems);
        (void)fprintf(stderr, "casebook %s: %zu mistake%s found\n", session->command,
                      session->problems.n_found,
                      session->problems.n_found == 1 ? "" : "s");
    } else {
        (void)fprintf(stderr, "casebook %s: %s\n", session->command,
                      status == CBK_ENOMEM && session->error.message[0] == '\0'
                          ? "out of memory"
                          : session->error.message);
    }
    switch (status) {
    case CBK_OK:
        break;
    case CBK_EINVAL:
        return CBK_EXIT_USAGE;
    case CBK_EDATA:
        return CBK_EXIT_DATA;
    case CBK_ENOMEM:
    case CBK_EIO:
        return CBK_EXIT_ENVIRONMENT;
    }
    return CBK_EXIT_BUG;
}

int cbk_session_refuse(cbk_session *session, const char *format, ...)
{
    va_list arguments;
    stop_telling(session);
    va_start(arguments, format);
    (void)fprintf(stderr, "casebook %s: ", session->command);
    (void)vfprintf(stderr, format, arguments);
    (void)fprintf(stderr, "\n");
    va_end(arguments);
    return CBK_EXIT_USAGE;
}

bool cbk_session_is_study(const char *path)
{
    return cbk_file_is_directory(path) || cbk_casebook_is_one(path);
}

cbk_status cbk_session_open_study(cbk_session *session, const char *folder)
{
    return cbk_study_open(folder, session->arena, &session->problems, &session->study,
                          &session->error);
}

const char *cbk_session_home(cbk_session *session)
{
    const char *set = getenv("CASEBOOK_HOME");
    if (set != NULL && set[0] != '\0') {
        return set;
    }
    const char *home = getenv("HOME");
    return home != NULL && home[0] == '/'
               ? cbk_text_format(session->arena, "%s/.local/share/casebook", home)
               : NULL;
}

cbk_status cbk_session_open_casebook(cbk_session *session, const char *path,
                                     cbk_casebook_mode mode)
{
    CBK_TRY(cbk_casebook_open(path, mode, &session->casebook, &session->error));
    const char *home = cbk_session_home(session);
    return home != NULL
               ? cbk_casebook_keep_anchors(session->casebook, home, &session->error)
               : CBK_OK;
}

void cbk_session_warn_of_anchor(cbk_session *session)
{
    const char *home = cbk_session_home(session);
    if (home == NULL || cbk_casebook_has_anchor_failed(session->casebook)) {
        (void)fprintf(stderr,
                      "casebook %s: committed, but the state of the audit trail could "
                      "not be written down in %s\n",
                      session->command, home != NULL ? home : "$CASEBOOK_HOME");
    }
}

static bool is_yes(const char *question)
{
    char line[16];
    printf("%s [y/N] ", question);
    (void)fflush(stdout);
    return fgets(line, sizeof line, stdin) != NULL && (line[0] == 'y' || line[0] == 'Y');
}

bool cbk_session_is_wanted(cbk_session *session, const cbk_arguments *arguments,
                           const char *question, int *code)
{
    *code = CBK_EXIT_DONE;
    if (cbk_argument(arguments, "dry-run") != NULL) {
        printf("Nothing was changed (--dry-run).\n");
        return false;
    }
    if (cbk_argument(arguments, "yes") != NULL) {
        return true;
    }
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        *code =
            cbk_session_refuse(session, "nothing was changed: nobody is there to ask; "
                                        "give --yes to commit or --dry-run to look");
        return false;
    }
    if (!is_yes(question)) {
        printf("Nothing was changed.\n");
        return false;
    }
    return true;
}

cbk_status cbk_session_audit(cbk_session *session, const char *claims_file,
                             const cbk_audit **out)
{
    *out = NULL;
    const char *path = claims_file;
    if (path == NULL) {
        path = cbk_text_format(session->arena, "%s/claims.yaml",
                               cbk_study_folder(session->study));
        if (path == NULL) {
            return CBK_ENOMEM;
        }
        if (!cbk_file_exists(path)) {
            return CBK_OK;
        }
    }
    const cbk_claims *claims = NULL;
    CBK_TRY(cbk_claims_read(path, session->arena, &session->problems, &claims,
                            &session->error));
    return cbk_audit_run(session->study, claims, session->arena, &session->problems, out,
                         &session->error);
}

bool cbk_session_level(cbk_session *session, const cbk_arguments *arguments, double *out)
{
    const char *text = cbk_argument(arguments, "level");
    *out = 0.95;
    if (text == NULL ||
        (cbk_number_parse(text, false, out) && *out > 0.0 && *out < 1.0)) {
        return true;
    }
    (void)cbk_session_refuse(session,
                             "--level is a fraction between 0 and 1, as in 0.95; not "
                             "\"%s\"",
                             text);
    return false;
}

void cbk_session_interval(const cbk_arguments *arguments, cbk_interval *out)
{
    const char *name = cbk_argument(arguments, "conf-type");
    if (name != NULL) {
        (void)cbk_interval_parse(name, out); /* a word of the option's list */
    }
}

bool cbk_session_numbers(cbk_session *session, const cbk_arguments *arguments,
                         const char *option, const double **out, size_t *n)
{
    const char *const *parts =
        cbk_split_list(cbk_argument(arguments, option), session->arena, n);
    double *numbers = CBK_NEW(session->arena, double, *n + 1);
    for (size_t i = 0; i < *n; i++) {
        if (numbers == NULL || parts[i] == NULL ||
            !cbk_number_parse(parts[i], false, &numbers[i]) || numbers[i] < 0.0) {
            (void)cbk_session_refuse(session,
                                     "--%s is a list of numbers from 0, as in 36,60; not "
                                     "\"%s\"",
                                     option, parts[i] != NULL ? parts[i] : "");
            return false;
        }
    }
    *out = numbers;
    return numbers != NULL;
}

bool cbk_session_conventions(cbk_session *session, const cbk_arguments *arguments,
                             cbk_conventions *out)
{
    cbk_profile profile = CBK_PROFILE_R;
    const char *profile_name = cbk_argument(arguments, "profile");
    if (profile_name != NULL) {
        (void)cbk_profile_parse(profile_name, &profile); /* a word of the option's list */
    }
    *out = cbk_conventions_of(profile);
    cbk_session_interval(arguments, &out->interval);
    return cbk_session_level(session, arguments, &out->level);
}

const cbk_style *cbk_session_style(const cbk_session *session,
                                   const cbk_arguments *arguments, cbk_format format)
{
    const char *name = cbk_argument(arguments, "style");
    if (format == CBK_FORMAT_CSV) {
        return cbk_style_of(NULL);
    }
    if (name != NULL) {
        return cbk_style_find(name); /* a word of the option's list */
    }
    return session->study != NULL ? cbk_study_style(session->study) : NULL;
}

cbk_status cbk_session_open_styled(cbk_session *session, const cbk_arguments *arguments,
                                   cbk_format format)
{
    CBK_TRY(cbk_session_open_study(session, arguments->operands[0]));
    cbk_study_set_style(session->study, cbk_session_style(session, arguments, format));
    return CBK_OK;
}

cbk_status cbk_session_on_paper(cbk_session *session, const cbk_arguments *arguments,
                                const cbk_document *document, const cbk_document **out)
{
    const char *paper = cbk_argument(arguments, "paper");
    cbk_document *copy = CBK_NEW(session->arena, cbk_document, 1);
    if (copy == NULL) {
        return CBK_ENOMEM;
    }
    *copy = *document;
    copy->paper =
        paper != NULL && strcmp(paper, "letter") == 0 ? CBK_PAPER_LETTER : CBK_PAPER_A4;
    *out = copy;
    return CBK_OK;
}

cbk_format cbk_session_format(const cbk_arguments *arguments)
{
    static const char *const names[] = {"text",  "md",   "html", "csv", "json",
                                        "latex", "xlsx", "docx", "pdf"};
    static const cbk_format formats[] = {
        CBK_FORMAT_TEXT, CBK_FORMAT_MARKDOWN, CBK_FORMAT_HTML,
        CBK_FORMAT_CSV,  CBK_FORMAT_JSON,     CBK_FORMAT_LATEX,
        CBK_FORMAT_XLSX, CBK_FORMAT_DOCX,     CBK_FORMAT_PDF};
    const char *name = cbk_argument(arguments, "format");
    for (size_t i = 0; name != NULL && i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i]) == 0) {
            return formats[i];
        }
    }
    return CBK_FORMAT_TEXT;
}

int cbk_session_write(cbk_session *session, const char *path, const char *bytes,
                      size_t size)
{
    stop_telling(session);
    if (path != NULL) {
        const cbk_status status = cbk_file_write(path, bytes, size, &session->error);
        return status == CBK_OK ? CBK_EXIT_DONE : cbk_session_fail(session, status);
    }
    if (fwrite(bytes, 1, size, stdout) != size || fflush(stdout) != 0) {
        if (errno != EPIPE) { /* whoever closes a pipe early has seen enough */
            (void)fprintf(stderr, "casebook %s: cannot write to standard output: %s\n",
                          session->command, strerror(errno));
        }
        return CBK_EXIT_ENVIRONMENT;
    }
    return CBK_EXIT_DONE;
}

/* The terminal's width; 80 where there is none, so that files do not depend on it. */
static size_t terminal_columns(void)
{
    struct winsize size = {0};
    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 ||
        size.ws_col < 40) {
        return 80;
    }
    return size.ws_col;
}

int cbk_session_write_document(cbk_session *session, const cbk_document *document,
                               cbk_format format, const char *path)
{
    const char *bytes = NULL;
    size_t size = 0;
    const cbk_status status =
        cbk_render(document, format, path == NULL ? terminal_columns() : 80,
                   session->arena, &bytes, &size, &session->error);
    return status == CBK_OK ? cbk_session_write(session, path, bytes, size)
                            : cbk_session_fail(session, status);
}

int cbk_session_print(cbk_session *session, const cbk_arguments *arguments,
                      const cbk_document *document)
{
    return document == NULL
               ? cbk_session_fail(session, CBK_ENOMEM)
               : cbk_session_write_document(session, document,
                                            cbk_session_format(arguments),
                                            cbk_argument(arguments, "output"));
}

cbk_status cbk_session_render_drawing(cbk_session *session, const cbk_drawing *drawing,
                                      const char *format, double dpi, const char **bytes,
                                      size_t *size)
{
    if (strcmp(format, "pdf") == 0) {
        return cbk_render_pdf(drawing, session->arena, bytes, size, &session->error);
    }
    if (strcmp(format, "png") == 0) {
        return cbk_render_png(drawing, dpi, session->arena, bytes, size, &session->error);
    }
    if (strcmp(format, "csv") == 0) {
        return cbk_render_data(drawing->data, session->arena, bytes, size,
                               &session->error);
    }
    return cbk_render_svg(drawing, session->arena, bytes, size, &session->error);
}

int cbk_session_write_json(cbk_session *session, const char *path, cbk_buffer *buffer)
{
    cbk_buffer_add(buffer, "\n");
    if (buffer->is_failed) {
        cbk_buffer_free(buffer);
        return cbk_session_fail(session, CBK_ENOMEM);
    }
    const int code = cbk_session_write(session, path, buffer->bytes, buffer->size);
    cbk_buffer_free(buffer);
    return code;
}
