/* fuzz_manuscript.c - any bytes as a manuscript of every kind, and as the document of a
 * DOCX file: no crash, no leak, and what is found stands where it says it does.
 */
#include "../unit/docx_file.h"

#include "claims/manuscript/manuscript_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void check_number(const cbk_manuscript *m, size_t i, size_t sentence, size_t *at)
{
    const cbk_found_number *number = &m->numbers[i];
    const cbk_sentence *s = &m->sentences[sentence];
    const char *text = m->passages[s->passage].text;
    require(number->sentence == sentence);
    require(number->start >= *at && number->start < number->end && number->end <= s->end);
    require(strlen(number->text) == number->end - number->start);
    require(memcmp(text + number->start, number->text, number->end - number->start) == 0);
    *at = number->end;
}

static void check_manuscript(const cbk_manuscript *m)
{
    size_t n_numbers = 0;
    size_t passage = 0;
    size_t at = 0;
    for (size_t i = 0; i < m->n_sentences; i++) {
        const cbk_sentence *s = &m->sentences[i];
        require(s->passage >= passage && s->passage < m->n_passages);
        at = s->passage == passage ? at : 0;
        passage = s->passage;
        require(s->start >= at && s->start < s->end);
        require(s->end <= strlen(m->passages[passage].text));
        require(s->first_number == n_numbers);
        at = s->start;
        for (size_t k = 0; k < s->n_numbers; k++) {
            check_number(m, n_numbers++, i, &at);
        }
        at = s->end;
    }
    require(n_numbers == m->n_numbers);
    for (size_t i = 0; i < m->n_passages; i++) {
        const char *text = m->passages[i].text;
        size_t bad_at = 0;
        require(cbk_text_is_valid_utf8(text, strlen(text), &bad_at));
    }
    for (size_t i = 0; i < m->n_left_out; i++) {
        require(m->left_out[i].sentence < m->n_sentences &&
                m->left_out[i].text[0] != '\0');
    }
}

static void parse(cbk_manuscript_kind kind, const char *bytes, size_t size)
{
    cbk_arena *arena = cbk_arena_create(NULL, (size_t)1 << 28);
    const cbk_manuscript *m = NULL;
    cbk_error err = {0};
    if (arena == NULL) {
        return;
    }
    const cbk_status status =
        cbk_manuscript_parse("f", kind, bytes, size, arena, &m, &err);
    require((m != NULL) == (status == CBK_OK));
    require(status == CBK_OK || status == CBK_EDATA || status == CBK_ENOMEM);
    require(status == CBK_OK || err.message[0] != '\0');
    if (m != NULL) {
        check_manuscript(m);
    }
    cbk_arena_destroy(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *text = (const char *)bytes;
    for (int kind = 0; kind < CBK_MANUSCRIPT_KIND_COUNT; kind++) {
        parse((cbk_manuscript_kind)kind, text, size);
    }
    size_t docx_size = 0;
    char *docx = docx_of_xml(text, size, &docx_size);
    if (docx != NULL) {
        parse(CBK_MANUSCRIPT_DOCX, docx, docx_size);
    }
    free(docx);
    return 0;
}
