/* test_noted.c - text with flagged words and notes beside them, in every output: the sign
 * is there without its colour, a flag leads to its note, hostile text stays text.
 */
#include "check.h"
#include "markup.h"

#include <casebook/render.h>

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static cbk_arena *arena;

static cbk_text_run flagged(const char *text, const char *sign, const char *target)
{
    cbk_text_run run = {0};
    cbk_run_text(&run, arena, "It was ");
    cbk_run_span(&run, arena,
                 (cbk_span){.kind = CBK_SPAN_FLAG,
                            .text = text,
                            .sign = sign,
                            .target = target,
                            .tone = CBK_TONE_BAD,
                            .meaning = "does not reproduce"});
    cbk_run_text(&run, arena, ".");
    return run;
}

/* A heading, an item and a table, each with a flag; the first with a note. */
static const cbk_document *document_of(const char *text)
{
    static cbk_noted_block blocks[3];
    static cbk_margin_note note;
    cbk_document *document = cbk_document_create(arena, "Noted");
    cbk_table_builder *table = cbk_table_builder_create(arena, 1, 1);
    if (table == NULL) {
        return NULL;
    }
    note = (cbk_margin_note){.id = "note-1", .tone = CBK_TONE_BAD};
    cbk_run_text(&note.run, arena, "The records give 45.");
    table->block.title = "A table";
    cbk_run_text(&table->header[0].run, arena, "Column");
    table->cells[0].run = flagged(text, "≠", NULL);
    blocks[0] = (cbk_noted_block){
        .level = 2, .run = flagged(text, "≠1", "#note-1"), .n_notes = 1, .notes = &note};
    blocks[1] = (cbk_noted_block){.is_item = true, .run = flagged(text, "≠", NULL)};
    blocks[2] = (cbk_noted_block){.table = &table->block};
    for (size_t i = 0; i < N(blocks); i++) {
        cbk_document_noted(document, &blocks[i]);
    }
    return document;
}

static const char *rendered(const char *text, cbk_format format)
{
    const char *out = NULL;
    size_t size = 0;
    const cbk_document *document = document_of(text);
    return document != NULL &&
                   cbk_render(document, format, 60, arena, &out, &size, NULL) == CBK_OK
               ? out
               : "";
}

static bool has(const char *in, const char *part)
{
    if (strstr(in, part) == NULL) {
        printf("# not there: %s\n", part);
        return false;
    }
    return true;
}

static void test_html(void)
{
    const char *html = rendered("44", CBK_FORMAT_HTML);
    CHECK(markup_is_well_formed(html, true));
    CHECK(has(html, "<h2>It was <a class=\"flag bad\" href=\"#note-1\">44<i "
                    "aria-hidden=\"true\">≠1</i><span class=\"unseen\"> (does not "
                    "reproduce)</span></a>.</h2>"));
    CHECK(has(html, "<li class=\"bad\" id=\"note-1\">The records give 45.</li>"));
    CHECK(has(html, "<span class=\"flag bad\">44<i"));
    CHECK(has(html, "<p class=\"item\">"));
    const char *hostile = rendered("</a><script>", CBK_FORMAT_HTML);
    CHECK(markup_is_well_formed(hostile, true));
    CHECK(strstr(hostile, "<script>") == NULL);
}

static void test_the_sign_is_in_every_output(void)
{
    const char *text = rendered("44", CBK_FORMAT_TEXT);
    CHECK(has(text, "It was 44≠1."));
    CHECK(has(text, "    The records give 45."));
    const char *markdown = rendered("44", CBK_FORMAT_MARKDOWN);
    CHECK(has(markdown, "## It was 44**≠1**."));
    CHECK(has(markdown, "> The records give 45."));
    CHECK(has(markdown, "- It was 44**≠**."));
    const char *latex = rendered("44", CBK_FORMAT_LATEX);
    CHECK(has(latex, "\\subsection*{It was 44\\textsuperscript{"));
    CHECK(has(latex, "{\\small The records give 45.\\par}"));
}

int main(void)
{
    static const check_test tests[] = {
        {"HTML", test_html},
        {"the sign is in every output", test_the_sign_is_in_every_output},
    };
    arena = cbk_arena_create(NULL, (size_t)1 << 26);
    const int code = arena != NULL ? check_main(tests, N(tests)) : 1;
    cbk_arena_destroy(arena);
    return code;
}
