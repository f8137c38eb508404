/* latex.c - the text and tables of a document as a part for LaTeX (booktabs).  Contract:
 * render/outputs.h.
 *
 * Text from data cannot become a command: every character that LaTeX gives a meaning is
 * escaped, and the few signs that its fonts lack in text are written by name. */
#include "render/outputs.h"

#include "document/characters.h"
#include "render/escape.h"
#include "render/print_table.h"

#include <math.h>
#include <string.h>

#define LINE_MM 100.0 /* a line of an article in the letters of print_table.c */

enum {
    COLUMNS_MAX = 64, /* of more none is measured */
    PAGE_LINES = 35   /* a table of more goes over pages */
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
    {"\"", "''"}, /* the first fonts of LaTeX have no other */
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
    {"α", "$\\alpha$"},
    {"β", "$\\beta$"},
    {"γ", "$\\gamma$"},
    {"δ", "$\\delta$"},
    {"Δ", "$\\Delta$"},
    {"κ", "$\\kappa$"},
    {"λ", "$\\lambda$"},
    {"\u03bc", "$\\mu$"},
    {"\u00b5", "$\\mu$"}, /* micro */
    {"π", "$\\pi$"},
    {"ρ", "$\\rho$"},
    {"σ", "$\\sigma$"},
    {"τ", "$\\tau$"},
    {"χ", "$\\chi$"},
    {"\xc2\xb2", "\\textsuperscript{2}"}, /* squared, and other powers */
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
    {"ᵃ", "\\textsuperscript{a}"}, /* the marks of notes below a table */
    {"ᵇ", "\\textsuperscript{b}"},
    {"ᶜ", "\\textsuperscript{c}"},
    {"ᵈ", "\\textsuperscript{d}"},
    {"ᵉ", "\\textsuperscript{e}"},
    {"ᶠ", "\\textsuperscript{f}"},
    {"ᵍ", "\\textsuperscript{g}"},
    {"ʰ", "\\textsuperscript{h}"},
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

/* A name, a path: LaTeX breaks no typewriter text by itself. */
static void code(cbk_buffer *out, const char *text)
{
    static const char after[] = "-_./:,(";
    cbk_buffer_add(out, "\\texttt{");
    while (*text != '\0') {
        const size_t n = strcspn(text, after);
        const size_t n_with = text[n] != '\0' ? n + 1 : n;
        cbk_buffer part = {0};
        cbk_buffer_add_bytes(&part, text, n_with);
        escape(out, part.bytes != NULL ? part.bytes : "");
        out->is_failed = out->is_failed || part.is_failed;
        cbk_buffer_free(&part);
        text += n_with;
        cbk_buffer_add(out, n_with > n && *text != '\0' ? "\\allowbreak{}" : "");
    }
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
        code(out, span->text);
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

static const char letters[] = {
    [CBK_ALIGN_LEFT] = 'l', [CBK_ALIGN_RIGHT] = 'r', [CBK_ALIGN_CENTRE] = 'c'};

/* Where text does not wrap, a cell of several lines is a small table of one column. */
static void cell_write(cbk_buffer *out, const cbk_cell *cell, cbk_align align,
                       bool is_wrapped)
{
    cbk_buffer_add(out, cell->indent > 0 ? "\\quad " : "");
    if (is_wrapped || !has_break(&cell->run)) {
        run_write(out, &cell->run);
        return;
    }
    cbk_buffer_addf(out, "\\begin{tabular}[t]{@{}%c@{}}", letters[align]);
    for (const cbk_span *span = cell->run.first; span != NULL; span = span->next) {
        if (span->kind == CBK_SPAN_BREAK) {
            cbk_buffer_add(out, "\\\\");
        } else {
            span_write(out, span);
        }
    }
    cbk_buffer_add(out, "\\end{tabular}");
}

static void row_write(cbk_buffer *out, const cbk_table_block *block,
                      const cbk_cell *cells, bool is_wrapped)
{
    for (size_t i = 0; i < block->n_columns; i++) {
        cbk_buffer_add(out, i > 0 ? " & " : "");
        cell_write(out, &cells[i], block->align[i], is_wrapped);
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

/* How a table is laid out. */
typedef struct layout {
    bool is_wrapped;           /* it is wider than a line */
    bool is_long;              /* than a page */
    double width[COLUMNS_MAX]; /* shares of a line, where is_wrapped */
} layout;

/* In a column of that width; 0: as wide as it has to be. */
static double lines_of(const cbk_text_run *run, double width_mm)
{
    double lines = 1.0;
    double line = 0.0;
    for (const cbk_span *span = run->first; span != NULL; span = span->next) {
        if (span->kind == CBK_SPAN_BREAK) {
            lines += 1.0;
            line = 0.0;
        } else if (width_mm > 0.0) {
            const double before = floor(line / width_mm);
            line += cbk_text_width_mm(span->text, CBK_PRINT_TABLE_MM, false);
            lines += floor(line / width_mm) - before;
        }
    }
    return lines;
}

static bool is_long(const cbk_table_block *block, const layout *of)
{
    double lines = 0.0;
    for (size_t row = 0; row < block->n_rows && lines <= PAGE_LINES; row++) {
        double most = 1.0;
        for (size_t i = 0; i < block->n_columns; i++) {
            const cbk_text_run *run = &block->cells[row * block->n_columns + i].run;
            const double width = of->is_wrapped ? of->width[i] * LINE_MM : 0.0;
            most = fmax(most, lines_of(run, width));
        }
        lines += most;
    }
    return lines > PAGE_LINES;
}

static void lay_out(const cbk_table_block *block, layout *out)
{
    cbk_column_need needs[COLUMNS_MAX];
    double total = 0.0;
    out->is_wrapped = false;
    if (block->n_columns <= COLUMNS_MAX) { /* else it is not measured */
        cbk_print_columns(block, LINE_MM, needs, out->width);
        for (size_t i = 0; i < block->n_columns; i++) {
            total += out->width[i];
        }
        for (size_t i = 0; i < block->n_columns; i++) {
            out->width[i] /= total;
        }
        out->is_wrapped = total > 0.999 * LINE_MM;
    }
    out->is_long = is_long(block, out);
}

/* A wide table gets smaller letters and columns in which text wraps. */
static void begin_columns(cbk_buffer *out, const char *environment,
                          const cbk_table_block *block, const layout *of)
{
    static const char *const ragged[] = {[CBK_ALIGN_LEFT] = "raggedright",
                                         [CBK_ALIGN_RIGHT] = "raggedleft",
                                         [CBK_ALIGN_CENTRE] = "centering"};
    cbk_buffer_addf(out, "%s\\begin{%s}{",
                    of->is_wrapped ? "\\footnotesize\\setlength{\\tabcolsep}{3pt}\n" : "",
                    environment);
    for (size_t i = 0; i < block->n_columns; i++) {
        if (!of->is_wrapped) {
            cbk_buffer_add_bytes(out, &letters[block->align[i]], 1);
        } else {
            cbk_buffer_addf(out,
                            "%s>{\\%s\\arraybackslash}"
                            "p{\\dimexpr %.3f\\linewidth-2\\tabcolsep\\relax}",
                            i > 0 ? "\n  " : "", ragged[block->align[i]], of->width[i]);
        }
    }
    cbk_buffer_add(out, "}\n");
}

static void header_write(cbk_buffer *out, const cbk_table_block *block, bool is_wrapped)
{
    cbk_buffer_add(out, "\\toprule\n");
    row_write(out, block, block->header, is_wrapped);
    cbk_buffer_add(out, "\\midrule\n");
}

static void rows_write(cbk_buffer *out, const cbk_table_block *block, bool is_wrapped)
{
    for (size_t row = 0; row < block->n_rows; row++) {
        row_write(out, block, block->cells + row * block->n_columns, is_wrapped);
    }
}

/* Over several pages, the header on each. */
static void long_table(cbk_buffer *out, const cbk_table_block *block, const layout *of)
{
    cbk_buffer_add(out, "{");
    begin_columns(out, "longtable", block, of);
    caption(out, block->title, block->id);
    cbk_buffer_add(out, block->title != NULL || block->id != NULL ? "\\\\\n" : "");
    header_write(out, block, of->is_wrapped);
    cbk_buffer_add(out, "\\endfirsthead\n");
    header_write(out, block, of->is_wrapped);
    cbk_buffer_add(out, "\\endhead\n\\bottomrule\n\\endfoot\n");
    rows_write(out, block, of->is_wrapped);
    cbk_buffer_add(out, "\\end{longtable}\n");
    notes(out, block->notes, block->n_notes, block->abbreviations);
    cbk_buffer_add(out, "}\n");
}

static void table(cbk_buffer *out, const cbk_table_block *block)
{
    layout of;
    lay_out(block, &of);
    if (of.is_long) {
        long_table(out, block, &of);
        return;
    }
    cbk_buffer_add(out, "\\begin{table}[htbp]\n\\centering\n");
    caption(out, block->title, block->id);
    begin_columns(out, "tabular", block, &of);
    header_write(out, block, of.is_wrapped);
    rows_write(out, block, of.is_wrapped);
    cbk_buffer_add(out, "\\bottomrule\n\\end{tabular}\n");
    notes(out, block->notes, block->n_notes, block->abbreviations);
    cbk_buffer_add(out, "\\end{table}\n");
}

/* The picture is a file of its own: casebook figure STUDY ID -o ID.pdf. */
static void figure(cbk_buffer *out, const cbk_figure_block *block)
{
    cbk_buffer_add(out, "\\begin{figure}[htbp]\n\\centering\n"
                        "\\includegraphics[width=\\linewidth]{");
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
