/* render/shape.h - what the shapes of a drawing look like, in every output. */
#ifndef RENDER_SHAPE_H
#define RENDER_SHAPE_H

#include <casebook/document.h>

/* Corners of the filled markers, and the strokes of the others as pairs of ends, in units
 * of the radius about the centre.  A circle has no corners. */
typedef struct cbk_marker_outline {
    size_t n;
    bool is_stroke;
    cbk_point at[4];
} cbk_marker_outline;

const cbk_marker_outline *cbk_marker_outline_of(cbk_marker marker);

/* The stroke of a line, which has a width even where none is given. */
double cbk_shape_line_mm(const cbk_shape *shape);
/* The ink of an area's outline: none where the shape gives no width. */
cbk_ink cbk_shape_outline(const cbk_shape *shape);
/* Whether the shape has the points that its kind needs. */
bool cbk_shape_is_drawn(const cbk_shape *shape);

#endif
