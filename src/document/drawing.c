/* drawing.c - drawing lists, and how wide a text is.  Contract: casebook/document.h. */
#include <casebook/document.h>

#include "base/text.h"
#include "document/characters.h"

#include <assert.h>
#include <string.h>

#define HAIRLINE_MM 0.3

cbk_drawing *cbk_drawing_create(cbk_arena *arena, double width_mm, double height_mm,
                                const char *title, const char *description)
{
    assert(width_mm > 0.0 && height_mm > 0.0);
    const char *title_copy = cbk_text_copy(arena, title != NULL ? title : "");
    const char *described = cbk_text_copy(arena, description != NULL ? description : "");
    cbk_drawing *drawing = CBK_NEW(arena, cbk_drawing, 1);
    if (drawing != NULL) {
        *drawing = (cbk_drawing){.width_mm = width_mm,
                                 .height_mm = height_mm,
                                 .title = title_copy,
                                 .description = described};
    }
    return drawing;
}

void cbk_drawing_add(cbk_drawing *drawing, cbk_arena *arena, cbk_shape shape)
{
    cbk_shape *copy = CBK_NEW(arena, cbk_shape, 1);
    cbk_point *points = CBK_NEW(arena, cbk_point, shape.n_points);
    const char *text = shape.text != NULL ? cbk_text_copy(arena, shape.text) : NULL;
    const char *tip = shape.tip != NULL ? cbk_text_copy(arena, shape.tip) : NULL;
    if (cbk_arena_has_failed(arena)) {
        return;
    }
    assert(drawing != NULL);
    if (shape.n_points > 0) {
        memcpy(points, shape.points, shape.n_points * sizeof *points);
    }
    *copy = shape;
    copy->points = points;
    copy->text = text;
    copy->tip = tip;
    copy->next = NULL;
    if (drawing->last == NULL) {
        drawing->first = copy;
    } else {
        drawing->last->next = copy;
    }
    drawing->last = copy;
}

void cbk_drawing_line(cbk_drawing *drawing, cbk_arena *arena, cbk_point a, cbk_point b,
                      cbk_ink stroke, double width_mm)
{
    const cbk_point points[] = {a, b};
    cbk_drawing_add(drawing, arena,
                    (cbk_shape){.kind = CBK_SHAPE_POLYLINE,
                                .n_points = 2,
                                .points = points,
                                .stroke = stroke,
                                .fill = CBK_INK_NONE,
                                .width_mm = width_mm});
}

void cbk_drawing_text(cbk_drawing *drawing, cbk_arena *arena, cbk_point at,
                      cbk_anchor anchor, double size_mm, cbk_ink ink, const char *text)
{
    cbk_drawing_add(drawing, arena,
                    (cbk_shape){.kind = CBK_SHAPE_TEXT,
                                .n_points = 1,
                                .points = &at,
                                .stroke = CBK_INK_NONE,
                                .fill = ink,
                                .size_mm = size_mm,
                                .anchor = anchor,
                                .text = text});
}

void cbk_drawing_marker(cbk_drawing *drawing, cbk_arena *arena, cbk_point at,
                        cbk_marker marker, double size_mm, cbk_ink ink, const char *tip)
{
    cbk_drawing_add(drawing, arena,
                    (cbk_shape){.kind = CBK_SHAPE_MARKER,
                                .n_points = 1,
                                .points = &at,
                                .stroke = ink,
                                .fill = ink,
                                .width_mm = HAIRLINE_MM,
                                .marker = marker,
                                .size_mm = size_mm,
                                .tip = tip});
}

/* Advance widths of U+0020 to U+007E in hundredths of the em, rounded up: DejaVu Sans,
 * the widest of the faces that a reader's system is likely to choose. */
static const unsigned char advance_hundredths[] = {
    32, 41, 46, 84, 64, 96, 78, 28, 40, 40, 50, 84, 32, 37,  32, 34, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 54, 100, 69, 69, 70, 78, 64,
    58, 78, 76, 30, 30, 66, 56, 87, 75, 79, 61, 79, 70, 64,  62, 74, 69, 99, 69,
    62, 69, 40, 34, 40, 84, 50, 50, 62, 64, 55, 64, 62, 36,  64, 64, 28, 28, 58,
    28, 98, 64, 62, 64, 64, 42, 53, 40, 64, 60, 82, 60, 60,  53, 64, 34, 64, 84,
};

static double character_em(uint32_t character)
{
    if (character < 0x20) {
        return 0.0;
    }
    if (character <= 0x7E) {
        return advance_hundredths[character - 0x20] / 100.0;
    }
    const size_t columns = cbk_character_columns(character);
    return columns == 1 ? 0.84
                        : (double)columns * 0.5; /* 0.84: arrows, signs, wide letters */
}

double cbk_text_width_mm(const char *text, double size_mm, bool is_bold)
{
    double em = 0.0;
    if (text != NULL) {
        for (const char *cursor = text; *cursor != '\0';) {
            em += character_em(cbk_character_next(&cursor));
        }
    }
    const double bold = 1.15; /* the bold of the same face */
    return em * size_mm * (is_bold ? bold : 1.0);
}
