/* drawn.h - what tests ask of any drawing: where its shapes end, whether texts collide.
 */
#ifndef DRAWN_H
#define DRAWN_H

#include <casebook/document.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct drawn_box {
    double left, top, right, bottom;
} drawn_box;

static inline drawn_box drawn_text_box(const cbk_shape *text)
{
    const double width = cbk_text_width_mm(text->text, text->size_mm, text->is_bold);
    const double before = text->anchor == CBK_ANCHOR_START    ? 0.0
                          : text->anchor == CBK_ANCHOR_MIDDLE ? width / 2.0
                                                              : width;
    const cbk_point at = text->points[0];
    const double up = 0.75 * text->size_mm;
    const double down = 0.2 * text->size_mm;
    if (text->is_vertical) {
        return (drawn_box){at.x - up, at.y - width + before, at.x + down, at.y + before};
    }
    return (drawn_box){at.x - before, at.y - up, at.x - before + width, at.y + down};
}

static inline drawn_box drawn_shape_box(const cbk_shape *shape)
{
    if (shape->kind == CBK_SHAPE_TEXT) {
        return drawn_text_box(shape);
    }
    drawn_box box = {HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
    for (size_t i = 0; i < shape->n_points; i++) {
        const cbk_point at = shape->points[i];
        box.left = fmin(box.left, at.x);
        box.right = fmax(box.right, at.x);
        box.top = fmin(box.top, at.y);
        box.bottom = fmax(box.bottom, at.y);
    }
    const double half =
        shape->kind == CBK_SHAPE_MARKER ? shape->size_mm / 2.0 : shape->width_mm / 2.0;
    const double ahead = shape->marker == CBK_MARKER_ARROW ? 1.5 * half : half;
    return (drawn_box){box.left - half, box.top - half, box.right + ahead,
                       box.bottom + half};
}

static inline bool drawn_overlap(drawn_box a, drawn_box b)
{
    const double touch = 1e-9;
    return a.left < b.right - touch && b.left < a.right - touch &&
           a.top < b.bottom - touch && b.top < a.bottom - touch;
}

/* NULL, or what is wrong: a coordinate that is no number, a shape outside the drawing,
 * two texts over each other. */
static inline const char *drawn_fault(const cbk_drawing *drawing)
{
    static char fault[400];
    for (const cbk_shape *a = drawing->first; a != NULL; a = a->next) {
        const drawn_box box = drawn_shape_box(a);
        const bool is_inside = box.left >= 0.0 && box.top >= 0.0 &&
                               box.right <= drawing->width_mm &&
                               box.bottom <= drawing->height_mm; /* false for NaN */
        if (!is_inside) {
            (void)snprintf(fault, sizeof fault,
                           "outside: kind %d at %g %g to %g %g, \"%.100s\"", (int)a->kind,
                           box.left, box.top, box.right, box.bottom,
                           a->text != NULL ? a->text : "");
            return fault;
        }
        for (const cbk_shape *b = a->next; a->kind == CBK_SHAPE_TEXT && b != NULL;
             b = b->next) {
            if (b->kind == CBK_SHAPE_TEXT && drawn_overlap(box, drawn_text_box(b))) {
                (void)snprintf(fault, sizeof fault, "\"%.100s\" is over \"%.100s\"",
                               a->text, b->text);
                return fault;
            }
        }
    }
    return NULL;
}

static inline size_t drawn_markers(const cbk_drawing *drawing, cbk_marker marker)
{
    size_t n = 0;
    for (const cbk_shape *shape = drawing->first; shape != NULL; shape = shape->next) {
        n += shape->kind == CBK_SHAPE_MARKER && shape->marker == marker;
    }
    return n;
}

/* The first text that begins so; NULL: there is none. */
static inline const cbk_shape *drawn_text(const cbk_drawing *drawing, const char *start)
{
    for (const cbk_shape *shape = drawing->first; shape != NULL; shape = shape->next) {
        if (shape->kind == CBK_SHAPE_TEXT &&
            strncmp(shape->text, start, strlen(start)) == 0) {
            return shape;
        }
    }
    return NULL;
}

#endif
