/* claims.c - claims for the numbers that were filled in.  Contract: fill/fill.h.
 *
 * Where a number stands, and in which sentence, is asked of the reader of manuscripts:
 * the file is filled once more with a mark in the place of each number, and read.
 */
#include "fill/fill.h"

#include "claims/claims_file.h"

#include <string.h>

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

static void add_claim(cbk_buffer *out, const cbk_filled *filled, size_t number,
                      const cbk_manuscript *m, const cbk_sentence *sentence)
{
    const cbk_placeholder *of = &filled->placeholder;
    const char *const keys[] = {"stated", "of", "from", "among"};
    const char *const texts[] = {filled->text, of->of, of->from, of->among};
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
                             const cbk_filled *filled, size_t n)
{
    for (size_t at = 0; at < marked->size;) {
        const size_t index = cbk_fill_probe_at(marked->bytes + at, n);
        if (index < n) {
            const char *text = filled[index].text != NULL ? filled[index].text : "";
            cbk_claims_add_escaped(out, text, strlen(text));
            at += CBK_PROBE_SIZE;
        } else {
            cbk_buffer_add_bytes(out, marked->bytes + at++, 1);
        }
    }
    out->is_failed = out->is_failed || marked->is_failed;
}

static void add_claims(cbk_buffer *out, const cbk_fill *done, const cbk_manuscript *m,
                       const cbk_sentence *const *sentences)
{
    const cbk_filled *filled = done->filled.items;
    size_t number = 0;
    cbk_buffer marked = {0};
    for (size_t i = 0; i < done->filled.n; i++) {
        if (filled[i].placeholder.kind == CBK_PLACEHOLDER_NUMBER &&
            filled[i].text != NULL) {
            add_claim(&marked, &filled[i], ++number, m, sentences[i]);
        }
    }
    cbk_buffer_add(out, heading);
    cbk_buffer_add(out, number > 0 ? "claims:\n" : "claims: []\n");
    add_with_numbers(out, &marked, filled, done->filled.n);
    cbk_buffer_free(&marked);
}

/* The manuscript with marks, read. */
static cbk_status read_marked(const cbk_fill *done, cbk_manuscript_kind kind,
                              const char *bytes, size_t size, const cbk_manuscript **out,
                              cbk_error *err)
{
    cbk_fill again = {.study = done->study,
                      .conventions = done->conventions,
                      .arena = done->arena,
                      .problems = done->problems,
                      .stem = done->stem,
                      .file = done->file,
                      .is_probe = true};
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
    const cbk_manuscript *m = NULL;
    if (done->filled.n > CBK_PROBES_MAX) {
        return cbk_fail(err, CBK_EDATA, CBK_ROW_NONE,
                        "%s has more than %d placeholders; claims are written for fewer.",
                        done->file, (int)CBK_PROBES_MAX);
    }
    CBK_TRY(read_marked(done, kind, bytes, size, &m, err));
    const cbk_sentence **sentences =
        find_sentences(m, done->filled.n > 0 ? done->filled.n : 1, done->arena);
    if (sentences == NULL) {
        return cbk_fail_memory(err);
    }
    cbk_buffer out = {0};
    add_claims(&out, done, m, sentences);
    *text = out.is_failed ? NULL : cbk_text_copy_bytes(done->arena, out.bytes, out.size);
    cbk_buffer_free(&out);
    return *text != NULL ? CBK_OK : cbk_fail_memory(err);
}
