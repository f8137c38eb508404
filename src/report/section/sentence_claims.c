/* sentence_claims.c - the numbers of a report's sentences as claims, so that an audit
 * asks them again wherever the sentences have been copied to.  Contract:
 * report/report.h.
 */
#include "report/builder.h"

#include "claims/claims_file.h"
#include "claims/manuscript/manuscript_builder.h"

#include <string.h>

static const char heading[] = "# Written by casebook report: a claim for each number of "
                              "its sentences.\n";

typedef struct claiming {
    cbk_study *study;
    cbk_arena *arena;
    cbk_buffer out;
    const char *place; /* the heading above */
    size_t n;
    size_t n_left_out;
} claiming;

/* The number in "67 months", "p <0.001", "= .02"; of a count in words, and of "none",
 * digits. */
static const char *stated_of(const claiming *c, const char *printed, double value)
{
    char number[CBK_NUMBER_SIZE];
    const char *digits = printed + strcspn(printed, "<0123456789");
    if (*digits == '\0') {
        cbk_number_shortest(value, number);
        return cbk_text_copy(c->arena, number);
    }
    const char *start = digits;
    start -= start > printed && start[-1] == '.';
    start -= start > printed && start[-1] == '-'; /* "-3" */
    return cbk_text_copy_bytes(c->arena, start, strcspn(start, " "));
}

static bool is_not_reached(const cbk_span *span)
{
    return strcmp(span->text, "not reached") == 0 &&
           strcmp(span->provenance->value, "none") == 0;
}

/* What the audit would find: it asks under the conventions of R.  NULL: another number,
 * or none. */
static const char *find_stated(const claiming *c, const cbk_span *span)
{
    const cbk_provenance *of = span->provenance;
    cbk_quantity asked;
    char number[CBK_NUMBER_SIZE];
    if (cbk_study_evaluate(c->study, of->expression, of->from, of->among, NULL, c->arena,
                           &asked, NULL) != CBK_OK) {
        return NULL; /* a number that is not asked in SQL */
    }
    if (!cbk_quantity_has_number(&asked)) {
        return is_not_reached(span) ? span->text : NULL;
    }
    cbk_number_shortest(asked.value.number, number);
    return strcmp(number, of->value) == 0 ? stated_of(c, span->text, asked.value.number)
                                          : NULL;
}

/* A text of a record is no claim; nor is that nothing can be said. */
static bool is_claim(const cbk_span *span)
{
    double value = 0.0;
    const bool is_number = cbk_number_parse(span->provenance->value, false, &value) &&
                           strcmp(span->text, "not estimable") != 0;
    return is_number || is_not_reached(span);
}

static void add_key(claiming *c, const char *key, const char *text)
{
    if (text != NULL) {
        cbk_claims_add_key(&c->out, 4, key, text, strlen(text));
    }
}

static void add_claim(claiming *c, const cbk_span *span, const char *says)
{
    const char *stated = find_stated(c, span);
    if (stated == NULL) {
        c->n_left_out++;
        return;
    }
    cbk_buffer_addf(&c->out, "  - id: report-%zu\n", ++c->n);
    add_key(c, "place", c->place);
    add_key(c, "says", says);
    add_key(c, "stated", stated);
    add_key(c, "of", span->provenance->expression);
    add_key(c, "from", span->provenance->from);
    add_key(c, "among", span->provenance->among);
}

/* The sentence that holds the byte at `at`. */
static const char *sentence_at(const claiming *c, const char *text, size_t at)
{
    size_t start = 0;
    for (;;) {
        const size_t end = cbk_sentence_end(text, start);
        if (end > at || end <= start || text[end] == '\0') {
            return cbk_text_copy_bytes(c->arena, text + start, end - start);
        }
        start = end + strspn(text + end, " ");
    }
}

static void add_paragraph(claiming *c, const cbk_block *block)
{
    const char *text = cbk_run_plain(&block->run, c->arena);
    size_t at = 0;
    for (const cbk_span *span = block->run.first; text != NULL && span != NULL;
         span = span->next) {
        if (span->kind == CBK_SPAN_NUMBER && is_claim(span)) {
            add_claim(c, span, sentence_at(c, text, at));
        }
        at += strlen(span->text);
    }
}

cbk_status cbk_report_claims_write(cbk_study *study, const cbk_document *report,
                                   cbk_arena *arena, const char **out, cbk_error *err)
{
    claiming c = {.study = study, .arena = arena};
    cbk_buffer text = {0};
    for (const cbk_block *block = report->first; block != NULL; block = block->next) {
        if (block->kind == CBK_BLOCK_HEADING) {
            c.place = cbk_run_plain(&block->run, arena);
        } else if (block->kind == CBK_BLOCK_PARAGRAPH) {
            add_paragraph(&c, block);
        }
    }
    cbk_buffer_add(&text, heading);
    if (c.n_left_out > 0) {
        cbk_buffer_addf(
            &text,
            "# Not among them: %zu that no question under the conventions of R "
            "gives.\n",
            c.n_left_out);
    }
    cbk_buffer_addf(&text, "claims:%s\n%s", c.n > 0 ? "" : " []",
                    c.out.bytes != NULL ? c.out.bytes : "");
    text.is_failed = text.is_failed || c.out.is_failed;
    *out = cbk_words_take(&text, arena);
    cbk_buffer_free(&c.out);
    return *out != NULL ? CBK_OK : cbk_fail_memory(err);
}
