/* fill.c - casebook fill: a manuscript with placeholders comes back filled. */
#include "cli/options.h"
#include "cli/session.h"

#include "base/file.h"
#include "fill/fill.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const cbk_option options[] = {
    CBK_OPTION_OUTPUT,
    {.name = "claims",
     .argument = "FILE",
     .help = "write a claim for each number filled in, for casebook audit --claims"},
    CBK_OPTION_CONF_TYPE,
    CBK_OPTION_LEVEL,
    CBK_OPTION_PROFILE,
    CBK_OPTION_STYLE,
};

typedef struct manuscript {
    const char *path;
    cbk_manuscript_kind kind;
    const char *bytes;
    size_t size;
} manuscript;

/* ---- names ----------------------------------------------------------------------- */

static bool ends_in(const char *path, const char *ending)
{
    const size_t size = strlen(path);
    const size_t n = strlen(ending);
    return size >= n && strcasecmp(path + size - n, ending) == 0;
}

/* The folder of a path with its slash: bytes of it. */
static size_t folder_size(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

/* "out/paper.md" gives "paper": how the names of its pictures begin. */
static const char *stem_of(cbk_session *session, const char *output)
{
    if (output == NULL) {
        return NULL;
    }
    const char *name = output + folder_size(output);
    const char *point = strrchr(name, '.');
    return cbk_text_copy_bytes(session->arena, name,
                               point != NULL && point > name ? (size_t)(point - name)
                                                             : strlen(name));
}

static bool are_names_right(cbk_session *session, const cbk_arguments *arguments)
{
    const char *path = arguments->operands[1];
    const char *output = cbk_argument(arguments, "output");
    const char *claims = cbk_argument(arguments, "claims");
    const bool is_docx = ends_in(path, ".docx");
    if (!is_docx && !ends_in(path, ".md") && !ends_in(path, ".markdown")) {
        (void)cbk_session_refuse(
            session, "a manuscript is filled as .md or .docx; not \"%s\"", path);
        return false;
    }
    if (is_docx && output == NULL) {
        (void)cbk_session_refuse(session,
                                 "a Word document is written to a file: -o FILE");
        return false;
    }
    if (output != NULL && ends_in(output, ".docx") != is_docx) {
        (void)cbk_session_refuse(
            session, "the filled manuscript is of the same kind: \"%s\" is not", output);
        return false;
    }
    if (output != NULL && claims != NULL && strcmp(output, claims) == 0) {
        (void)cbk_session_refuse(session, "--output and --claims are the same file");
        return false;
    }
    return true;
}

/* ---- the claims ------------------------------------------------------------------- */

/* Claims that somebody wrote are not lost. */
static cbk_status check_claims_file(cbk_session *session, const char *path)
{
    const char *bytes = NULL;
    size_t size = 0;
    if (path == NULL || !cbk_file_exists(path)) {
        return CBK_OK;
    }
    CBK_TRY(cbk_file_read(path, CBK_MANUSCRIPT_BYTES_MAX, session->arena, &bytes, &size,
                          &session->error));
    return size == 0 || cbk_fill_made_claims(bytes, size)
               ? CBK_OK
               : cbk_fail(&session->error, CBK_EINVAL, CBK_ROW_NONE,
                          "%s was not written by casebook fill and would be lost; name "
                          "another file for --claims.",
                          path);
}

static int write_claims(cbk_session *session, const cbk_fill *fill, const manuscript *of,
                        const char *path)
{
    const char *text = NULL;
    const cbk_status status =
        cbk_fill_claims(fill, of->kind, of->bytes, of->size, &text, &session->error);
    return status == CBK_OK ? cbk_session_write(session, path, text, strlen(text))
                            : cbk_session_fail(session, status);
}

/* ---- output ----------------------------------------------------------------------- */

static int write_pictures(cbk_session *session, const cbk_fill *fill, const char *output)
{
    const cbk_fill_picture *pictures = fill->pictures.items;
    for (size_t i = 0; i < fill->pictures.n; i++) {
        const char *path = cbk_text_format(
            session->arena, "%.*s%s", (int)folder_size(output), output, pictures[i].name);
        const int code =
            path == NULL
                ? cbk_session_fail(session, CBK_ENOMEM)
                : cbk_session_write(session, path, pictures[i].bytes, pictures[i].size);
        if (code != CBK_EXIT_DONE) {
            return code;
        }
    }
    return CBK_EXIT_DONE;
}

/* What could not be computed, and how many there are. */
static void say(const cbk_session *session, const cbk_fill *fill,
                cbk_manuscript_kind kind)
{
    const cbk_filled *filled = fill->filled.items;
    for (size_t i = 0; i < fill->filled.n; i++) {
        if (filled[i].problem != NULL) {
            (void)fprintf(stderr,
                          kind == CBK_MANUSCRIPT_DOCX ? "%s: paragraph %zu: {{%s}}: %s\n"
                                                      : "%s:%zu: {{%s}}: %s\n",
                          filled[i].file, filled[i].line, filled[i].placeholder.source,
                          filled[i].problem);
        }
    }
    (void)fprintf(stderr, "casebook %s: %s has %zu placeholder%s", session->command,
                  fill->file, fill->filled.n, fill->filled.n == 1 ? "" : "s");
    if (fill->n_failed > 0) {
        (void)fprintf(stderr,
                      "; %zu could not be computed and %s marked \"[not computed: …]\"",
                      fill->n_failed, fill->n_failed == 1 ? "is" : "are");
    } else if (fill->filled.n > 0) {
        (void)fprintf(stderr, ", all filled");
    }
    (void)fprintf(stderr, "\n");
}

static int write_all(cbk_session *session, const cbk_arguments *arguments,
                     const cbk_fill *fill, const manuscript *of, const cbk_buffer *out)
{
    const char *path = cbk_argument(arguments, "output");
    const char *claims = cbk_argument(arguments, "claims");
    int code = write_pictures(session, fill, path);
    if (code == CBK_EXIT_DONE && claims != NULL) {
        code = write_claims(session, fill, of, claims);
    }
    if (code == CBK_EXIT_DONE) {
        code = cbk_session_write(session, path, out->bytes != NULL ? out->bytes : "",
                                 out->size);
    }
    if (code != CBK_EXIT_DONE) {
        return code;
    }
    say(session, fill, of->kind);
    return fill->n_failed > 0 ? CBK_EXIT_FINDING : CBK_EXIT_DONE;
}

static int fill_manuscript(cbk_session *session, const cbk_arguments *arguments,
                           const cbk_conventions *conventions)
{
    const char *output = cbk_argument(arguments, "output");
    manuscript of = {.path = arguments->operands[1]};
    of.kind = ends_in(of.path, ".docx") ? CBK_MANUSCRIPT_DOCX : CBK_MANUSCRIPT_MARKDOWN;
    cbk_status status = check_claims_file(session, cbk_argument(arguments, "claims"));
    if (status == CBK_OK) {
        status = cbk_session_open_styled(session, arguments, CBK_FORMAT_TEXT);
    }
    if (status == CBK_OK) {
        status = cbk_file_read(of.path, CBK_MANUSCRIPT_BYTES_MAX, session->arena,
                               &of.bytes, &of.size, &session->error);
    }
    cbk_fill fill = {.study = session->study,
                     .conventions = *conventions,
                     .arena = session->arena,
                     .problems = &session->problems,
                     .stem = stem_of(session, output),
                     .file = of.path};
    cbk_buffer out = {0};
    if (status == CBK_OK) {
        status =
            cbk_fill_manuscript(&fill, of.kind, of.bytes, of.size, &out, &session->error);
    }
    const int code = status == CBK_OK ? write_all(session, arguments, &fill, &of, &out)
                                      : cbk_session_fail(session, status);
    cbk_buffer_free(&out);
    return code;
}

static int run(const cbk_arguments *arguments)
{
    cbk_session session;
    cbk_conventions conventions;
    if (!cbk_session_open(&session, arguments)) {
        return CBK_EXIT_ENVIRONMENT;
    }
    const bool is_right = cbk_session_conventions(&session, arguments, &conventions) &&
                          are_names_right(&session, arguments);
    return cbk_session_close(&session,
                             is_right ? fill_manuscript(&session, arguments, &conventions)
                                      : CBK_EXIT_USAGE);
}

const cbk_command cbk_command_fill = {
    .name = "fill",
    .operands = "STUDY MANUSCRIPT",
    .n_operands_min = 2,
    .n_operands_max = 2,
    .summary = "a manuscript with placeholders, filled with the study's numbers",
    .details =
        "MANUSCRIPT ends in .md or .docx. A placeholder is {{EXPRESSION}}, with more "
        "where it is "
        "wanted: {{EXPRESSION from FORM among CONDITION | FORMAT}}. The expression is "
        "what a claim has as `of`; FORMAT is a number of decimals, percent (percent 1: "
        "with one decimal), p or text. {{table:ID}} and {{figure:ID}} stand in a "
        "paragraph "
        "of their own. All else stays as it is.\n\n"
        "The filled file remembers its placeholders, so that it is filled again when the "
        "records have changed: the file that was written is then the MANUSCRIPT, and may "
        "be the output as well. What cannot be computed is marked \"[not computed: "
        "...]\" "
        "in the text and listed with its line, and the exit code is 1.\n\n"
        "--claims writes a claim for each number that was filled in; casebook audit then "
        "covers them.",
    .examples =
        "casebook fill studies/ivc-lms paper.md -o filled.md\n"
        "casebook fill studies/ivc-lms filled.md -o filled.md --claims filled.yaml\n"
        "casebook fill studies/ivc-lms paper.docx -o filled.docx\n"
        "casebook audit studies/ivc-lms --manuscript filled.md --claims filled.yaml",
    .n_options = CBK_COUNT_OF(options),
    .options = options,
    .run = run,
};
