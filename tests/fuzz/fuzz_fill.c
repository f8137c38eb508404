/* fuzz_fill.c - any bytes as a placeholder, as a Markdown manuscript and as the document
 * of a DOCX file that is filled: no crash, no leak, and what was filled is filled again
 * to the same.
 */
#include "../unit/docx_file.h"

#include "fill/fill.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* Without a study every number is the same. */
static const cbk_filled *answers(void)
{
    enum { PLACES_MAX = 1 << 16 }; /* of inputs of at most a quarter of a megabyte */
    static char mark[CBK_PROBE_SIZE + 1];
    static cbk_filled all[PLACES_MAX];
    cbk_fill_probe(0, mark);
    for (size_t i = 0; i < PLACES_MAX && all[0].text == NULL; i++) {
        all[PLACES_MAX - 1 - i].text = mark;
    }
    return all;
}

static cbk_status fill(cbk_manuscript_kind kind, const char *bytes, size_t size,
                       cbk_buffer *out, size_t *n)
{
    cbk_arena *arena = cbk_arena_create(NULL, (size_t)1 << 28);
    cbk_status status = CBK_ENOMEM;
    if (arena != NULL) {
        cbk_problems problems = {.arena = arena};
        cbk_error err = {.message = ""};
        cbk_fill all = {
            .arena = arena, .problems = &problems, .file = "f", .answered = answers()};
        status = cbk_fill_manuscript(&all, kind, bytes, size, out, &err);
        require(status == CBK_OK || err.message[0] != '\0');
        *n = all.filled.n;
    }
    cbk_arena_destroy(arena);
    return status;
}

static void fill_twice(cbk_manuscript_kind kind, const char *bytes, size_t size)
{
    cbk_buffer once = {0};
    cbk_buffer twice = {0};
    size_t n_once = 0;
    size_t n_twice = 0;
    if (fill(kind, bytes, size, &once, &n_once) == CBK_OK && once.size > 0) {
        const cbk_status status = fill(kind, once.bytes, once.size, &twice, &n_twice);
        require(status == CBK_OK || status == CBK_ENOMEM);
        require(status != CBK_OK || n_once == n_twice);
        require(status != CBK_OK || (twice.size == once.size &&
                                     memcmp(twice.bytes, once.bytes, once.size) == 0));
    }
    cbk_buffer_free(&once);
    cbk_buffer_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *text = (const char *)bytes;
    if (size >= (size_t)1 << 18) {
        return 0;
    }
    cbk_arena *arena = cbk_arena_create(NULL, (size_t)1 << 24);
    cbk_placeholder placeholder;
    (void)!cbk_placeholder_read(text, size, arena, &placeholder, NULL);
    cbk_arena_destroy(arena);
    fill_twice(CBK_MANUSCRIPT_MARKDOWN, text, size);
    size_t docx_size = 0;
    char *docx = docx_of_xml(text, size, &docx_size);
    if (docx != NULL) {
        fill_twice(CBK_MANUSCRIPT_DOCX, docx, docx_size);
    }
    free(docx);
    return 0;
}
