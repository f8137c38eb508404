/* test_document.c - documents as data: runs, tables, drawings, the register of
 * provenances, characters, and every allocation made to fail. */
#include "check.h"
#include "faulty_heap.h"

#include <casebook/document.h>

#include "document/characters.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static cbk_arena *arena;

static void runs_keep_their_order(void)
{
    cbk_text_run run = {0};
    CHECK(strcmp(cbk_run_plain(&run, arena), "") == 0);
    char text[] = "age ";
    cbk_run_text(&run, arena, text);
    text[0] = 'X'; /* the run has its own copy */
    cbk_run_textf(&run, arena, "%d%%", 45);
    cbk_run_span(&run, arena, (cbk_span){.kind = CBK_SPAN_BREAK});
    cbk_text_run tail = {0};
    cbk_run_span(&tail, arena, (cbk_span){.kind = CBK_SPAN_STRONG, .text = "years"});
    const cbk_text_run empty = {0};
    cbk_run_append(&run, &empty);
    cbk_run_append(&run, &tail);
    CHECK(strcmp(cbk_run_plain(&run, arena), "age 45%\nyears") == 0);
    CHECK(run.last == tail.last && run.last->next == NULL);
    cbk_text_run joined = {0};
    cbk_run_append(&joined, &tail);
    CHECK(joined.first == tail.first && joined.last == tail.last);
}

static void provenances_are_shared(void)
{
    cbk_document *document = cbk_document_create(arena, "Report");
    CHECK(document != NULL);
    cbk_provenance given = {
        .expression = "median(age)", .from = "patient", .value = "45"};
    const cbk_provenance *first = cbk_document_provenance(document, given);
    /* The first digits of SHA-256 over "median(age)\1\0patient\1\0\0\0". */
    CHECK(first != NULL && strcmp(first->id, "nd68aeec50d") == 0);
    given.value = "another rounding";
    CHECK(cbk_document_provenance(document, given) == first);
    given.among = "sex = 2";
    const cbk_provenance *second = cbk_document_provenance(document, given);
    CHECK(second != first && strcmp(second->id, first->id) != 0);
    given.conventions = "level 0.9";
    CHECK(cbk_document_provenance(document, given) != second);
    given.from = "recurrence";
    CHECK(cbk_document_provenance(document, given) != NULL);
    CHECK(document->n_provenance == 4);
    CHECK(document->first_provenance->provenance == first);
    CHECK(document->last_provenance->next == NULL);
}

static void tables_grow_notes(void)
{
    cbk_table_builder *builder = cbk_table_builder_create(arena, 3, 2);
    CHECK(builder != NULL);
    CHECK(cbk_table_builder_cell(builder, 1, 2) == &builder->block.cells[5]);
    CHECK(builder->block.align[2] == CBK_ALIGN_LEFT);
    CHECK(builder->block.header[0].run.first == NULL);
    for (int i = 0; i < 100; i++) {
        cbk_text_run note = {0};
        cbk_run_textf(&note, arena, "note %d", i);
        cbk_table_builder_note(builder, note);
    }
    CHECK(builder->block.n_notes == 100);
    CHECK(strcmp(cbk_run_plain(&builder->block.notes[0], arena), "note 0") == 0);
    CHECK(strcmp(cbk_run_plain(&builder->block.notes[99], arena), "note 99") == 0);
    CHECK(cbk_table_builder_create(arena, 1, 0) != NULL); /* a table of no rows */
}

static void an_impossible_table_is_refused(void)
{
    cbk_arena *small = cbk_arena_create(NULL, (size_t)1 << 20);
    CHECK(small != NULL);
    CHECK(cbk_table_builder_create(small, SIZE_MAX / 2 + 1, 2) == NULL);
    CHECK(cbk_arena_has_failed(small));
    cbk_arena_destroy(small);
}

static void drawings_copy_shapes(void)
{
    cbk_drawing *drawing = cbk_drawing_create(arena, 100, 50, "title", NULL);
    CHECK(drawing != NULL && strcmp(drawing->description, "") == 0);
    cbk_point points[] = {{1, 2}, {3, 4}};
    cbk_drawing_add(
        drawing, arena,
        (cbk_shape){
            .kind = CBK_SHAPE_POLYLINE, .n_points = 2, .points = points, .tip = "tip"});
    points[1].x = 99;
    CHECK_NEAR(drawing->first->points[1].x, 3.0, 0.0);
    cbk_drawing_line(drawing, arena, points[0], points[1], CBK_INK_GRID, 0.2);
    cbk_drawing_text(drawing, arena, points[0], CBK_ANCHOR_END, 3, CBK_INK_MUTED, "a");
    cbk_drawing_marker(drawing, arena, points[0], CBK_MARKER_TICK, 2, CBK_INK_SERIES_1,
                       NULL);
    size_t n = 0;
    for (const cbk_shape *shape = drawing->first; shape != NULL; shape = shape->next) {
        n++;
    }
    CHECK(n == 4 && drawing->last->marker == CBK_MARKER_TICK);
}

static void widths_are_upper_estimates(void)
{
    /* Advances of DejaVu Sans in units of 1/2048 em, read from the font itself. */
    CHECK(cbk_text_width_mm("0", 1, false) >= 1303.0 / 2048.0);
    CHECK(cbk_text_width_mm("W", 1, false) >= 2025.0 / 2048.0);
    CHECK(cbk_text_width_mm("i", 1, false) >= 569.0 / 2048.0);
    CHECK(cbk_text_width_mm("i", 1, false) < 0.3);
    CHECK(cbk_text_width_mm("Überlebenszeit", 3, false) > 14 * 3 * 0.4);
    CHECK(cbk_text_width_mm("生存", 3, false) >= 6.0);
    CHECK_NEAR(cbk_text_width_mm("e\xCC\x81", 3, false), /* e and an acute accent */
               cbk_text_width_mm("e", 3, false), 1e-15);
    CHECK(cbk_text_width_mm("abc", 3, true) > cbk_text_width_mm("abc", 3, false));
    CHECK_NEAR(cbk_text_width_mm("abc", 6, false), 2 * cbk_text_width_mm("abc", 3, false),
               1e-15);
    CHECK_NEAR(cbk_text_width_mm("", 3, false), 0.0, 0.0);
    CHECK_NEAR(cbk_text_width_mm(NULL, 3, false), 0.0, 0.0);
}

static void characters_are_read_strictly(void)
{
    static const struct {
        const char *bytes;
        uint32_t code;
        size_t size;
    } cases[] = {
        {"a", 'a', 1},
        {"\xC3\xA4", 0xE4, 2},
        {"\xE2\x82\xAC", 0x20AC, 3},
        {"\xF0\x9F\x98\x80", 0x1F600, 4},
        {"\x80", CBK_CHARACTER_REPLACEMENT, 1},         /* no lead */
        {"\xC3", CBK_CHARACTER_REPLACEMENT, 1},         /* cut off */
        {"\xE2\x82", CBK_CHARACTER_REPLACEMENT, 1},     /* cut off */
        {"\xC0\xAF", CBK_CHARACTER_REPLACEMENT, 1},     /* "/" spelt too long */
        {"\xED\xA0\x80", CBK_CHARACTER_REPLACEMENT, 1}, /* a surrogate */
        {"\xF4\x90\x80\x80", CBK_CHARACTER_REPLACEMENT, 1},
        {"\xFF", CBK_CHARACTER_REPLACEMENT, 1},
        {"", 0, 0},
    };
    for (size_t i = 0; i < N(cases); i++) {
        const char *cursor = cases[i].bytes;
        CHECK(cbk_character_next(&cursor) == cases[i].code);
        CHECK((size_t)(cursor - cases[i].bytes) == cases[i].size);
    }
}

static void columns_of_a_terminal(void)
{
    CHECK(cbk_text_columns("abc", 3) == 3);
    CHECK(cbk_text_columns("äöü", 6) == 3);
    CHECK(cbk_text_columns("生存", 6) == 4);
    CHECK(cbk_text_columns("e\xCC\x81", 3) == 1);
    CHECK(cbk_text_columns("שלום", 8) == 4);
    CHECK(cbk_character_is_hidden(0x1B) && cbk_character_is_hidden(0x202E));
    CHECK(cbk_character_is_hidden(0xFFFE) && cbk_character_is_hidden(0x9B));
    CHECK(!cbk_character_is_hidden('\n') && !cbk_character_is_hidden(0xE4));
    CHECK(!cbk_character_is_hidden(CBK_CHARACTER_REPLACEMENT));
}

/* Builds something of everything, a failing arena included. */
static void build_all(cbk_arena *into)
{
    cbk_document *document = cbk_document_create(into, "Title");
    cbk_text_run run = {0};
    cbk_run_textf(&run, into, "%0*d", 40000, 1);
    cbk_run_number(
        &run, into, "1",
        cbk_document_provenance(document, (cbk_provenance){.expression = "count()"}));
    cbk_document_heading(document, 2, "id", "Heading");
    cbk_document_paragraph(document, run);
    cbk_table_builder *builder = cbk_table_builder_create(into, 50, 50);
    if (builder != NULL) {
        for (int i = 0; i < 40; i++) {
            cbk_table_builder_note(builder, run);
        }
    }
    cbk_document_table(document, builder != NULL ? &builder->block : NULL);
    cbk_drawing *drawing = cbk_drawing_create(into, 10, 10, "title", "description");
    for (int i = 0; i < 400; i++) {
        cbk_drawing_text(drawing, into, (cbk_point){1, 1}, CBK_ANCHOR_START, 3,
                         CBK_INK_FOREGROUND, "a text of some length, many times");
    }
}

static void every_allocation_may_fail(void)
{
    for (int k = 0; k < 100; k++) {
        faulty_heap heap;
        cbk_arena *faulty = faulty_arena(&heap, k);
        const bool is_created = faulty != NULL;
        bool has_failed = true;
        if (is_created) {
            build_all(faulty);
            has_failed = cbk_arena_has_failed(faulty);
        }
        cbk_arena_destroy(faulty);
        CHECK(heap.n_live == 0);
        CHECK(has_failed || k >= 3);
        if (!has_failed) {
            return;
        }
    }
    CHECK(false); /* it never had enough */
}

int main(void)
{
    static const check_test tests[] = {
        {"runs keep their order and own their text", runs_keep_their_order},
        {"equal provenances share one id", provenances_are_shared},
        {"tables: cells in rows, notes without limit", tables_grow_notes},
        {"a table of more cells than memory has addresses",
         an_impossible_table_is_refused},
        {"drawings copy their shapes", drawings_copy_shapes},
        {"text widths are upper estimates", widths_are_upper_estimates},
        {"characters are read strictly", characters_are_read_strictly},
        {"columns of a terminal", columns_of_a_terminal},
        {"every allocation may fail", every_allocation_may_fail},
    };
    arena = cbk_arena_create(NULL, SIZE_MAX);
    if (arena == NULL) {
        return 1;
    }
    const int status = check_main(tests, N(tests));
    cbk_arena_destroy(arena);
    return status;
}
