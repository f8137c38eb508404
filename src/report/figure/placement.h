/* report/figure/placement.h - keeping labels apart: rectangles that are taken, texts that
 * fit.
 */
#ifndef REPORT_PLACEMENT_H
#define REPORT_PLACEMENT_H

#include <casebook/document.h>

typedef struct cbk_box {
    double left;
    double top;
    double right;
    double bottom;
} cbk_box;

/* Rectangles that a label may not touch.  Start with {.arena = arena}. */
typedef struct cbk_boxes {
    cbk_arena *arena;
    size_t n;
    size_t room;
    cbk_box *items;
} cbk_boxes;

void cbk_boxes_add(cbk_boxes *boxes, cbk_box box);
/* O(n). */
bool cbk_boxes_is_free(const cbk_boxes *boxes, cbk_box box);

bool cbk_box_is_inside(cbk_box inner, cbk_box outer);
bool cbk_box_overlaps(cbk_box a, cbk_box b); /* touching is not overlapping */
/* The rectangle of the line from a to b (level or upright) or of the point a = b, with
 * margin_mm on every side. */
cbk_box cbk_box_around(cbk_point a, cbk_point b, double margin_mm);

/* What a level text takes up; upper estimates. */
cbk_box cbk_box_of_text(const char *text, cbk_point baseline, cbk_anchor anchor,
                        double size_mm, bool is_bold);

/* The text, or its beginning with an ellipsis where it is wider than width_mm. */
const char *cbk_text_fitted(const char *text, double size_mm, bool is_bold,
                            double width_mm, cbk_arena *arena);
/* The same with its end kept, in which names of records differ. */
const char *cbk_text_fitted_end(const char *text, double size_mm, bool is_bold,
                                double width_mm, cbk_arena *arena);

#endif
