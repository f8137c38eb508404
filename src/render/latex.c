/* latex.c - the text and tables of a document as a part for LaTeX (booktabs).  Contract:
 * render/outputs.h.
 *
 * Text from data cannot become a command: every character that LaTeX gives a meaning is
 * escaped, and the few signs that its fonts lack in text are written by name. */
#include "render/outputs.h"

#include "document/characters.h"
#include "render/escape.h"
#include "render/print_table.h"

#include <string.h>

#define LINE_MM 100.0 /* a line of an article in the letters of print_table.c */

enum {
    COLUMNS_MAX = 64, /* of more none is measured */
    PAGE_ROWS = 35    /* a table of more goes over pages */
};

typedef struct sign {
    const char *from; /* UTF-8 */
    const char *to;
} sign;

static const sign signs[] = {
    {"\\", "\\textbackslash{}"},
    {"{", "\\{"},
    {"}", "\\}"},
    {"$", "\\$"},
    {"&", "\\&"},
    {"#", "\\#"},
    {"%", "\\%"},
    {"_", "\\_"},
    {"^", "\\textasciicircum{}"},
    {"~", "\\textasciitilde{}"},
    {"<", "\\textless{}"},
    {">", "\\textgreater{}"},
    {"|", "\\textbar{}"},
    {"\"", "\\textquotedbl{}"},
    {"`", "\\textasciigrave{}"},
    {"[", "{[}"}, /* at the start of a row it would be read as an option */
    {"]", "{]}"},
    {"\xe2\x88\x92", "$-$"},                /* minus */
    {"\xe2\x89\xa4", "$\\leq$"},            /* less or equal */
    {"\xe2\x89\xa5", "$\\geq$"},            /* greater or equal */
    {"\xc3\x97", "$\\times$"},              /* times */
    {"\xc2\xb1", "$\\pm$"},                 /* plus or minus */
    {"\xc2\xb7", "\\textperiodcentered{}"}, /* middle dot */
    {"\xe2\x80\x93", "--"},                 /* en dash */
    {"\xe2\x80\x94", "---"},                /* em dash */
    {"\xe2\x80\xa6", "\\ldots{}"},          /* ellipsis */
    {"\xc2\xa0", "~"},                      /* no break */
    {"\xcf\x87\xc2\xb2", "$\\chi^2$"},      /* chi squared */
    {"\xc2\xb2", "\\textsuperscript{2}"},   /* squared, and other powers */
    {"⁻", "\\textsuperscript{--}"},
    {"⁰", "\\textsuperscript{0}"},
    {"¹", "\\textsuperscript{1}"},
    {"³", "\\textsuperscript{3}"},
    {"⁴", "\\textsuperscript{4}"},
    {"⁵", "\\textsuperscript{5}"},
    {"⁶", "\\textsuperscript{6}"},
    {"⁷", "\\textsuperscript{7}"},
    {"⁸", "\\textsuperscript{8}"},
    {"⁹", "\\textsuperscript{9}"},
    {"\u202f", "\\,"},                  /* thin, no break */
    {"\xe2\x86\x92", "$\\rightarrow$"}, /* arrow */
    {"\xe2\x89\x88", "$\\approx$"},     /* about */
    {"\xe2\x89\xa0", "$\\neq$"},        /* unequal */
    {"\xe2\x88\x9e", "$\\infty$"},      /* infinity */
};

static const sign *sign_at(const char *text)
{
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (strncmp(text, signs[i].from, strlen(signs[i].from)) == 0) {
            return &signs[i];
        }
    }
    return NULL;
}

static void escape(cbk_buffer *out, const char *text)
{
    cbk_buffer plain = {0};
    cbk_escape_plain(&plain, text);
    const char *next = plain.bytes != NULL ? plain.bytes : "";
    while (*next != '\0') {
        const sign *found = sign_at(next);
        if (found != NULL) {
            cbk_buffer_add(out, found->to);
            next += strlen(found->from);
        } else {
            cbk_buffer_add_bytes(out, *next == '\n' ? " " : next, 1);
            next++;
        }
    }
    out->is_failed = out->is_failed || plain.is_failed;
    cbk_buffer_free(&plain);
}

static void wrapped_in(cbk_buffer *out, const char *command, const char *text)
{
    cbk_buffer_addf(out, "\\%s{", command);
    escape(out, text);
    cbk_buffer_add(out, "}");
}

static void span_write(cbk_buffer *out, const cbk_span *span)
{
    switch (span->kind) {
    case CBK_SPAN_TEXT:
    case CBK_SPAN_NUMBER:
    case CBK_SPAN_LINK: /* a link inside casebook's own pages means nothing here */
        escape(out, span->text);
        break;
    case CBK_SPAN_STRONG:
    case CBK_SPAN_MARK:
        wrapped_in(out, "textbf", span->text);
        break;
    case CBK_SPAN_EMPHASIS:
        wrapped_in(out, "emph", span->text);
        break;
    case CBK_SPAN_CODE:
        wrapped_in(out, "texttt", span->text);
        break;
    case CBK_SPAN_FLAG:
        escape(out, span->text);
        wrapped_in(out, "textsuperscript", span->sign != NULL ? span->sign : "");
        break;
    case CBK_SPAN_BREAK:
        cbk_buffer_add(out, "\\newline ");
        break;
    }
}

static bool has_break(const cbk_text_run *run)
{
    for (const cbk_span *span = run->first; span != NULL; span = span->next) {
        if (span->kind == CBK_SPAN_BREAK) {
            return true;
        }
    }
    return false;
}

static void run_write(cbk_buffer *out, const cbk_text_run *run)
{
    for (const cbk_span *span = run->first; span != NULL; span = span->next) {
        span_write(out, span);
    }
}

/* A cell of several lines is a small table of one column, which LaTeX allows anywhere. */
static void cell_write(cbk_buffer *out, const cbk_cell *cell)
{
    cbk_buffer_add(out, cell->indent > 0 ? "\\quad " : "");
    if (!has_break(&cell->run)) {
        run_write(out, &cell->run);
        return;
    }
    cbk_buffer_add(out, "\\begin{tabular}[t]{@{}l@{}}");
    for (const cbk_span *span = cell->run.first; span != NULL; span = span->next) {
        if (span->kind == CBK_SPAN_BREAK) {
            cbk_buffer_add(out, "\\\\");
        } else {
            span_write(out, span);
        }
    }
    cbk_buffer_add(out, "\\end{tabular}");
}

static void row_write(cbk_buffer *out, const cbk_cell *cells, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        cbk_buffer_add(out, i > 0 ? " & " : "");
        cell_write(out, &cells[i]);
    }
    cbk_buffer_add(out, " \\\\\n");
}

/* The caption carries no number: LaTeX counts, and \label lets the text refer to it. */
static void caption(cbk_buffer *out, const char *title, const char *id)
{
    if (title != NULL) {
        wrapped_in(out, "caption", title);
        cbk_buffer_add(out, "\n");
    }
    if (id != NULL) {
        cbk_buffer_add(out, "\\label{");
        cbk_escape_id(out, id);
        cbk_buffer_add(out, "}\n");
    }
}

static void notes(cbk_buffer *out, const cbk_text_run *note, size_t n,
                  const char *abbreviations)
{
    if (n == 0 && abbreviations == NULL) {
        return;
    }
    cbk_buffer_add(out, "\\par\\smallskip\\footnotesize\\raggedright\n");
    for (size_t i = 0; i < n; i++) {
        run_write(out, &note[i]);
        cbk_buffer_add(out, "\\par\n");
    }
    if (abbreviations != NULL) {
        escape(out, abbreviations);
        cbk_buffer_add(out, "\\par\n");
    }
}

/* Fills width[COLUMNS_MAX] with shares of a line and returns true where the table is
 * wider than one. */
static bool is_wide(const cbk_table_block *block, double *width)
{
    cbk_column_need needs[COLUMNS_MAX];
    double total = 0.0;
    if (block->n_columns > COLUMNS_MAX) {
        return false;
    }
    cbk_print_columns(block, LINE_MM, needs, width);
    for (size_t i = 0; i < block->n_columns; i++) {
        total += width[i];
    }
    for (size_t i = 0; i < block->n_columns; i++) {
        width[i] /= total;
    }
    return total > 0.999 * LINE_MM;
}

/* A wide table gets smaller letters and columns in which text wraps. */
static void begin_columns(cbk_buffer *out, const char *environment,
                          const cbk_table_block *block)
{
    static const char letters[] = {
        [CBK_ALIGN_LEFT] = 'l', [CBK_ALIGN_RIGHT] = 'r', [CBK_ALIGN_CENTRE] = 'c'};
    static const char *const ragged[] = {[CBK_ALIGN_LEFT] = "raggedright",
                                         [CBK_ALIGN_RIGHT] = "raggedleft",
                                         [CBK_ALIGN_CENTRE] = "centering"};
    double width[COLUMNS_MAX];
    const bool is_wrapped = is_wide(block, width);
    cbk_buffer_addf(out, "%s\\begin{%s}{",
                    is_wrapped ? "\\footnotesize\\setlength{\\tabcolsep}{3pt}\n" : "",
                    environment);
    for (size_t i = 0; i < block->n_columns; i++) {
        if (!is_wrapped) {
            cbk_buffer_add_bytes(out, &letters[block->align[i]], 1);
        } else {
            cbk_buffer_addf(out,
                            "%s>{\\%s\\arraybackslash}"
                            "p{\\dimexpr %.3f\\linewidth-2\\tabcolsep\\relax}",
                            i > 0 ? "\n  " : "", ragged[block->align[i]], width[i]);
        }
    }
    cbk_buffer_add(out, "}\n");
}

static void header_write(cbk_buffer *out, const cbk_table_block *block)
{
    cbk_buffer_add(out, "\\toprule\n");
    row_write(out, block->header, block->n_columns);
    cbk_buffer_add(out, "\\midrule\n");
}

static void rows_write(cbk_buffer *out, const cbk_table_block *block)
{
    for (size_t row = 0; row < block->n_rows; row++) {
        row_write(out, block->cells + row * block->n_columns, block->n_columns);
    }
}

/* Over several pages, the header on each. */
static void long_table(cbk_buffer *out, const cbk_table_block *block)
{
    cbk_buffer_add(out, "{");
    begin_columns(out, "longtable", block);
    caption(out, block->title, block->id);
    cbk_buffer_add(out, block->title != NULL || block->id != NULL ? "\\\\\n" : "");
    header_write(out, block);
    cbk_buffer_add(out, "\\endfirsthead\n");
    header_write(out, block);
    cbk_buffer_add(out, "\\endhead\n\\bottomrule\n\\endfoot\n");
    rows_write(out, block);
    cbk_buffer_add(out, "\\end{longtable}\n");
    notes(out, block->notes, block->n_notes, block->abbreviations);
    cbk_buffer_add(out, "}\n");
}

static void table(cbk_buffer *out, const cbk_table_block *block)
{
    if (block->n_rows > PAGE_ROWS) {
        long_table(out, block);
        return;
    }
    cbk_buffer_add(out, "\\begin{table}[htbp]\n\\centering\n");
    caption(out, block->title, block->id);
    begin_columns(out, "tabular", block);
    header_write(out, block);
    rows_write(out, block);
    cbk_buffer_add(out, "\\bottomrule\n\\end{tabular}\n");
    notes(out, block->notes, block->n_notes, block->abbreviations);
    cbk_buffer_add(out, "\\end{table}\n");
}

/* The picture is a file of its own: casebook figure STUDY ID -o ID.pdf. */
static void figure(cbk_buffer *out, const cbk_figure_block *block)
{
    cbk_buffer_add(out, "\\begin{figure}[htbp]\n\\centering\n\\includegraphics{");
    cbk_escape_id(out, block->id != NULL ? block->id : "figure");
    cbk_buffer_add(out, "}\n");
    caption(out, block->title != NULL ? block->title : block->drawing->title, block->id);
    notes(out, block->notes, block->n_notes, NULL);
    cbk_buffer_add(out, "\\end{figure}\n");
}

/* Notes are paragraphs behind their text: a margin of LaTeX's has no room for them. */
static void noted(cbk_buffer *out, const cbk_noted_block *block)
{
    if (block->table != NULL) {
        table(out, block->table);
    } else {
        cbk_buffer_add(out, block->level > 0 ? "\\subsection*{" : "");
        run_write(out, &block->run);
        cbk_buffer_add(out, block->level > 0 ? "}\n" : "\n");
    }
    for (size_t i = 0; i < block->n_notes; i++) {
        cbk_buffer_add(out, "\n{\\small ");
        run_write(out, &block->notes[i].run);
        cbk_buffer_add(out, "\\par}\n");
    }
}

static void block_write(cbk_buffer *out, const cbk_block *block)
{
    static const char *const headings[] = {"section", "subsection", "subsubsection"};
    switch (block->kind) {
    case CBK_BLOCK_HEADING: {
        const int depth = block->level < 2 ? 0 : block->level > 4 ? 2 : block->level - 2;
        cbk_buffer_addf(out, "\\%s{", headings[depth]);
        run_write(out, &block->run);
        cbk_buffer_add(out, "}\n");
        break;
    }
    case CBK_BLOCK_ITEM:
        cbk_buffer_add(out, "\\item ");
        run_write(out, &block->run);
        cbk_buffer_add(out, "\n");
        break;
    case CBK_BLOCK_PARAGRAPH:
        run_write(out, &block->run);
        cbk_buffer_add(out, "\n");
        break;
    case CBK_BLOCK_TABLE:
        table(out, block->table);
        break;
    case CBK_BLOCK_FIGURE:
        figure(out, block->figure);
        break;
    case CBK_BLOCK_NOTED:
        noted(out, block->noted);
        break;
    }
}

void cbk_output_latex(const cbk_document *document, cbk_buffer *out)
{
    cbk_buffer_add(out, "% ");
    escape(out, document->title);
    cbk_buffer_add(out,
                   "\n% Needs \\usepackage{array,booktabs,longtable}, and graphicx for "
                   "figures.\n");
    bool is_list = false;
    for (const cbk_block *block = document->first; block != NULL; block = block->next) {
        const bool is_item = block->kind == CBK_BLOCK_ITEM;
        if (is_list && !is_item) {
            cbk_buffer_add(out, "\\end{itemize}\n");
        }
        cbk_buffer_add(out, is_list && is_item ? "" : "\n");
        if (is_item && !is_list) {
            cbk_buffer_add(out, "\\begin{itemize}\n");
        }
        is_list = is_item;
        block_write(out, block);
    }
    cbk_buffer_add(out, is_list ? "\\end{itemize}\n" : "");
}
