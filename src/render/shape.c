/* shape.c - what the shapes of a drawing look like, in every output.  Contract:
 * render/shape.h. */
#include "render/shape.h"

#define LINE_DEFAULT_MM 0.3

static const cbk_marker_outline outlines[] = {
    [CBK_MARKER_CIRCLE] = {0},
    [CBK_MARKER_DIAMOND] = {4, false, {{-1, 0}, {0, -1}, {1, 0}, {0, 1}}},
    [CBK_MARKER_TRIANGLE] = {3, false, {{0, -1}, {0.95, 0.7}, {-0.95, 0.7}}},
    [CBK_MARKER_SQUARE] = {4,
                           false,
                           {{-0.8, -0.8}, {0.8, -0.8}, {0.8, 0.8}, {-0.8, 0.8}}},
    [CBK_MARKER_CROSS] = {4, true, {{-0.8, -0.8}, {0.8, 0.8}, {-0.8, 0.8}, {0.8, -0.8}}},
    [CBK_MARKER_TICK] = {2, true, {{0, -1}, {0, 1}}},
    [CBK_MARKER_ARROW] = {3, false, {{0, -0.85}, {1.5, 0}, {0, 0.85}}},
};

const cbk_marker_outline *cbk_marker_outline_of(cbk_marker marker)
{
    return &outlines[marker];
}

double cbk_shape_line_mm(const cbk_shape *shape)
{
    return shape->width_mm > 0.0 ? shape->width_mm : LINE_DEFAULT_MM;
}

cbk_ink cbk_shape_outline(const cbk_shape *shape)
{
    return shape->width_mm > 0.0 ? shape->stroke : CBK_INK_NONE;
}

bool cbk_shape_is_drawn(const cbk_shape *shape)
{
    return shape->n_points >= (shape->kind == CBK_SHAPE_RECTANGLE ? 2 : 1);
}
