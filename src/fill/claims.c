/* claims.c - claims for the numbers that were filled in.  Contract: fill/fill.h.
 *
 * Where a number stands, and in which sentence or cell, is asked of the reader of
 * manuscripts: the file is filled once more with a mark in the place of each number, and
 * read.
 */
#include "fill/fill.h"

#include "claims/claims_file.h"

#include <string.h>

/* A number that was filled in: of the text, or of a table. */
typedef struct printed {
    const char *text;
    const char *of;
    const char *from;
    const char *among;
} printed;

static const char heading[] =
    "# Written by casebook fill, and again at its next run: a claim for each number that "
    "it filled in.\n";

bool cbk_fill_made_claims(const char *bytes, size_t size)
{
    return size >= sizeof heading - 1 && memcmp(bytes, heading, sizeof heading - 1) == 0;
}

/* The sentence of each number; NULL: it stands where no reader looks. */
static const cbk_sentence **find_sentences(const cbk_manuscript *m, size_t n,
                                           cbk_arena *arena)
{
    const cbk_sentence **found = CBK_NEW(arena, const cbk_sentence *, n);
    for (size_t i = 0; found != NULL && i < m->n_sentences; i++) {
        const cbk_sentence *sentence = &m->sentences[i];
        const char *text = m->passages[sentence->passage].text;
        for (size_t at = sentence->start; at < sentence->end; at++) {
            const size_t index = cbk_fill_probe_at(text + at, n);
            if (index < n) {
                found[index] = sentence;
            }
        }
    }
    return found;
}

static void add_claim(cbk_buffer *out, const printed *one, size_t number,
                      const cbk_manuscript *m, const cbk_sentence *sentence)
{
    const char *const keys[] = {"stated", "of", "from", "among"};
    const char *const texts[] = {one->text, one->of, one->from, one->among};
    cbk_buffer_addf(out, "  - id: fill-%zu\n", number);
    if (sentence != NULL) {
        cbk_claims_add_place(out, 4, m, sentence);
    }
    for (size_t i = 0; i < 4; i++) {
        if (texts[i] != NULL) {
            cbk_claims_add_key(out, 4, keys[i], texts[i], strlen(texts[i]));
        }
    }
}

/* The marks become the numbers. */
static void add_with_numbers(cbk_buffer *out, const cbk_buffer *marked,
                             const printed *all, size_t n)
{
    for (size_t at = 0; at < marked->size;) {
        const size_t index = cbk_fill_probe_at(marked->bytes + at, n);
        if (index < n) {
            cbk_claims_add_escaped(out, all[index].text, strlen(all[index].text));
            at += CBK_PROBE_SIZE;
        } else {
            cbk_buffer_add_bytes(out, marked->bytes + at++, 1);
        }
    }
    out->is_failed = out->is_failed || marked->is_failed;
}

static void add_claims(cbk_buffer *out, const printed *all, size_t n,
                       const cbk_manuscript *m, const cbk_sentence *const *sentences)
{
    cbk_buffer marked = {0};
    for (size_t i = 0; i < n; i++) {
        add_claim(&marked, &all[i], i + 1, m, sentences[i]);
    }
    cbk_buffer_add(out, heading);
    cbk_buffer_add(out, n > 0 ? "claims:\n" : "claims: []\n");
    add_with_numbers(out, &marked, all, n);
    cbk_buffer_free(&marked);
}

/* ---- marks in the place of numbers ----------------------------------------------- */

/* The mark of the number, which is added to the list. */
static const char *mark(cbk_growing *all, printed one, cbk_arena *arena)
{
    char bytes[CBK_PROBE_SIZE + 1];
    printed *added = cbk_growing_add(all, sizeof *added, arena);
    if (added != NULL) {
        *added = one;
    }
    cbk_fill_probe(all->n - 1, bytes);
    return cbk_text_copy(arena, bytes);
}

/* Whether a reader of the cell sees a number, be it "None" or a category called 0. */
static bool has_number(const cbk_span *span, cbk_arena *arena)
{
    const cbk_found_number *numbers = NULL;
    size_t n = 0;
    cbk_error ignored = {.message = ""};
    return span->kind == CBK_SPAN_NUMBER && span->provenance != NULL &&
           cbk_numbers_of(span->text, arena, &numbers, &n, &ignored) == CBK_OK && n > 0;
}

static void mark_cells(const cbk_cell *cells, size_t n, cbk_growing *all,
                       cbk_arena *arena)
{
    for (size_t i = 0; i < n; i++) {
        for (cbk_span *span = cells[i].run.first; span != NULL; span = span->next) {
            if (has_number(span, arena)) {
                const cbk_provenance *of = span->provenance;
                span->text =
                    mark(all, (printed){span->text, of->expression, of->from, of->among},
                         arena);
            }
        }
    }
}

/* What was filled in, with marks.  Tables, which have been written by now, are marked
 * where they are; figures have no numbers to find. */
static cbk_filled *mark_all(const cbk_fill *done, cbk_growing *all)
{
    cbk_arena *arena = done->arena;
    cbk_filled *marked = CBK_NEW(arena, cbk_filled, done->filled.n + 1);
    for (size_t i = 0; marked != NULL && i < done->filled.n; i++) {
        marked[i] = ((const cbk_filled *)done->filled.items)[i];
        const cbk_placeholder *of = &marked[i].placeholder;
        if (of->kind == CBK_PLACEHOLDER_NUMBER && marked[i].text != NULL) {
            const printed one = {marked[i].text, of->of, of->from, of->among};
            marked[i].text = mark(all, one, arena);
        } else if (of->kind == CBK_PLACEHOLDER_FIGURE) {
            marked[i].document = NULL;
        } else if (marked[i].document != NULL) {
            const cbk_table_block *table = marked[i].document->last->table;
            mark_cells(table->header, table->n_columns, all, arena);
            mark_cells(table->cells, table->n_rows * table->n_columns, all, arena);
        }
    }
    return marked;
}

/* The manuscript with marks, read. */
static cbk_status read_marked(const cbk_fill *done, const cbk_filled *marks,
                              cbk_manuscript_kind kind, const char *bytes, size_t size,
                              const cbk_manuscript **out, cbk_error *err)
{
    cbk_fill again = {.study = done->study,
                      .conventions = done->conventions,
                      .arena = done->arena,
                      .problems = done->problems,
                      .stem = done->stem,
                      .file = done->file,
                      .answered = marks};
    cbk_buffer marked = {0};
    cbk_status status = cbk_fill_manuscript(&again, kind, bytes, size, &marked, err);
    if (status == CBK_OK) {
        status = cbk_manuscript_parse(done->file, kind,
                                      marked.bytes != NULL ? marked.bytes : "",
                                      marked.size, done->arena, out, err);
    }
    cbk_buffer_free(&marked);
    return status;
}

cbk_status cbk_fill_claims(const cbk_fill *done, cbk_manuscript_kind kind,
                           const char *bytes, size_t size, const char **text,
                           cbk_error *err)
{
    cbk_growing all = {0};
    const cbk_filled *marks = mark_all(done, &all);
    if (marks == NULL || cbk_arena_has_failed(done->arena)) {
        return cbk_fail_memory(err);
    }
    if (all.n > CBK_PROBES_MAX) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "%s has more than %d numbers that were filled in; claims are "
                        "written for fewer.",
                        done->file, (int)CBK_PROBES_MAX);
    }
    const cbk_manuscript *m = NULL;
    CBK_TRY(read_marked(done, marks, kind, bytes, size, &m, err));
    const cbk_sentence **sentences =
        find_sentences(m, all.n > 0 ? all.n : 1, done->arena);
    if (sentences == NULL) {
        return cbk_fail_memory(err);
    }
    cbk_buffer out = {0};
    add_claims(&out, all.items, all.n, m, sentences);
    *text = out.is_failed ? NULL : cbk_text_copy_bytes(done->arena, out.bytes, out.size);
    cbk_buffer_free(&out);
    return *text != NULL ? CBK_OK : cbk_fail_memory(err);
}
