/* cli/session.h - what every command needs: memory, a study or a data file, an exit code
 * for a failure, and output that arrives whole.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include <casebook/claims.h>
#include <casebook/render.h>
#include <casebook/study.h>

#include "base/json.h"
#include "base/style.h"
#include "cli/arguments.h"
#include "registry/casebook.h"

/* One run of a command.  Open it first, close it last. */
typedef struct cbk_session {
    const char *command;
    cbk_arena *arena;
    cbk_problems problems;
    cbk_study *study;       /* once opened; closed with the session */
    cbk_casebook *casebook; /* likewise */
    cbk_error error;
    double started;  /* s, of a clock that only goes on */
    bool is_telling; /* a line of cbk_session_tell() stands on the terminal */
} cbk_session;

/* False when out of memory (said on stderr). */
bool cbk_session_open(cbk_session *session, const cbk_arguments *arguments);
/* Returns code, so that a command ends with `return cbk_session_close(&session, code)`.
 */
int cbk_session_close(cbk_session *session, int code);

/* What is made next ("table 2"), for a person who waits: on stderr, where that is a
 * terminal, once the command has taken a second; one line, written over itself and wiped
 * before anything else is printed.  A void pointer, so that it can be called back. */
void cbk_session_tell(void *session, const char *what);

/* Prints the mistakes or the error to stderr and returns the exit code of status. */
int cbk_session_fail(cbk_session *session, cbk_status status);
/* A sentence about the command line; returns CBK_EXIT_USAGE. */
int cbk_session_refuse(cbk_session *session, const char *format, ...) CBK_PRINTF(2, 3);

/* Whether an operand is a study (a folder, a casebook file) rather than a data file. */
bool cbk_session_is_study(const char *path);
/* Opens the study folder, or the casebook file, into session->study. */
cbk_status cbk_session_open_study(cbk_session *session, const char *folder);

/* Opens the casebook file into session->casebook; its trail's head is written down in
 * $CASEBOOK_HOME after each commit. */
cbk_status cbk_session_open_casebook(cbk_session *session, const char *path,
                                     cbk_casebook_mode mode);
/* The folder of anchors: $CASEBOOK_HOME or ~/.local/share/casebook; NULL: there is none.
 */
const char *cbk_session_home(cbk_session *session);
/* Says on stderr that the head of the last commit could not be written down. */
void cbk_session_warn_of_anchor(cbk_session *session);

/* Whether a change that was shown is to be made: --dry-run, --yes, or the answer of the
 * person at the terminal to `question` ("Import?"); *code is the exit code where not. */
bool cbk_session_is_wanted(cbk_session *session, const cbk_arguments *arguments,
                           const char *question, int *code);

/* A copy of the document for the sheet of --paper. */
cbk_status cbk_session_on_paper(cbk_session *session, const cbk_arguments *arguments,
                                const cbk_document *document, const cbk_document **out);

/* Reads the claims file (NULL: the study's claims.yaml; then a study without one gives
 * *out NULL) and compares every claim with the records of session->study. */
cbk_status cbk_session_audit(cbk_session *session, const char *claims_file,
                             const cbk_audit **out);

/* --level, 0.95 when not given; false after a message. */
bool cbk_session_level(cbk_session *session, const cbk_arguments *arguments, double *out);

/* The conventions of --profile, --conf-type and --level; false after a message. */
bool cbk_session_conventions(cbk_session *session, const cbk_arguments *arguments,
                             cbk_conventions *out);

/* --conf-type; *out stays what it is when not given. */
void cbk_session_interval(const cbk_arguments *arguments, cbk_interval *out);

/* An option's "36,60" as numbers, none when it is not given; false (after a message) when
 * one is not a number >= 0. */
bool cbk_session_numbers(cbk_session *session, const cbk_arguments *arguments,
                         const char *option, const double **out, size_t *n);

/* How numbers are printed: by --style, else as the study says; in CSV, which programs
 * read, the program's own way. */
const cbk_style *cbk_session_style(const cbk_session *session,
                                   const cbk_arguments *arguments, cbk_format format);
/* Opens the study of the first operand, its numbers printed that way. */
cbk_status cbk_session_open_styled(cbk_session *session, const cbk_arguments *arguments,
                                   cbk_format format);

/* The format of --format, which the ending of --output's file stands for; else text. */
cbk_format cbk_session_format(const cbk_arguments *arguments);

/* Writes to --output's file, or to stdout when path is NULL; a failure (full disk) is
 * said and leaves no half-written file.  Returns an exit code. */
int cbk_session_write(cbk_session *session, const char *path, const char *bytes,
                      size_t size);
int cbk_session_write_document(cbk_session *session, const cbk_document *document,
                               cbk_format format, const char *path);
/* Prints the document in the format of --format, to --output's file where it is given;
 * NULL: its arena failed. */
int cbk_session_print(cbk_session *session, const cbk_arguments *arguments,
                      const cbk_document *document);
/* format: "pdf", "png" with so many dots an inch, "csv" of what it shows, else SVG. */
cbk_status cbk_session_render_drawing(cbk_session *session, const cbk_drawing *drawing,
                                      const char *format, double dpi, const char **bytes,
                                      size_t *size);
/* The same of JSON, whose buffer is freed. */
int cbk_session_write_json(cbk_session *session, const char *path, cbk_buffer *buffer);

#endif
