/* paint.c - a drawing on a surface of cairo.  Contract: press/paint.h. */
#include "press/paint.h"

#include "render/palette.h"
#include "render/shape.h"

#include <math.h>
#include <string.h>

/* Arial's metrics first: labels were set apart for a face of this width. */
#define FONT_FAMILIES "Liberation Sans, Arial, Helvetica, DejaVu Sans, sans-serif"

static double channel(const char *colour, size_t at)
{
    static const char digits[] = "0123456789abcdef";
    const double high = (double)(strchr(digits, colour[at]) - digits);
    const double low = (double)(strchr(digits, colour[at + 1]) - digits);
    return (16.0 * high + low) / 255.0;
}

void cbk_set_ink(cairo_t *cairo, cbk_ink ink, double opacity)
{
    const char *colour = cbk_ink_colours_of(ink)->light;
    cairo_set_source_rgba(cairo, channel(colour, 1), channel(colour, 3),
                          channel(colour, 5), opacity);
}

static void stroke(cairo_t *cairo, const cbk_shape *shape, cbk_ink ink)
{
    if (ink == CBK_INK_NONE) {
        cairo_new_path(cairo);
        return;
    }
    cbk_set_ink(cairo, ink, 1.0);
    cairo_set_line_width(cairo, cbk_shape_line_mm(shape));
    cairo_set_dash(cairo, shape->dash_mm, shape->dash_mm[0] > 0.0 ? 2 : 0, 0.0);
    cairo_stroke(cairo);
}

/* The path is there; fills it and then draws its outline. */
static void fill_and_stroke(cairo_t *cairo, const cbk_shape *shape)
{
    if (shape->fill != CBK_INK_NONE) {
        cbk_set_ink(cairo, shape->fill, shape->opacity > 0.0 ? shape->opacity : 1.0);
        cairo_fill_preserve(cairo);
    }
    stroke(cairo, shape, cbk_shape_outline(shape));
}

static void path(cairo_t *cairo, const cbk_point *points, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        cairo_line_to(cairo, points[i].x, points[i].y);
    }
}

static void rectangle(cairo_t *cairo, const cbk_shape *shape)
{
    const cbk_point a = shape->points[0];
    const cbk_point b = shape->points[1];
    cairo_rectangle(cairo, fmin(a.x, b.x), fmin(a.y, b.y), fabs(b.x - a.x),
                    fabs(b.y - a.y));
    fill_and_stroke(cairo, shape);
}

static void marker(cairo_t *cairo, const cbk_shape *shape)
{
    static const double full_turn = 6.283185307179586;
    const cbk_marker_outline *outline = cbk_marker_outline_of(shape->marker);
    const cbk_point centre = shape->points[0];
    const double radius = shape->size_mm / 2.0;
    if (outline->n == 0) {
        cairo_arc(cairo, centre.x, centre.y, radius, 0.0, full_turn);
    }
    for (size_t i = 0; i < outline->n; i++) {
        const double x = centre.x + radius * outline->at[i].x;
        const double y = centre.y + radius * outline->at[i].y;
        if (outline->is_stroke && i % 2 == 0) {
            cairo_move_to(cairo, x, y);
        } else {
            cairo_line_to(cairo, x, y);
        }
    }
    if (outline->is_stroke) {
        stroke(cairo, shape, shape->stroke);
        return;
    }
    cairo_close_path(cairo);
    fill_and_stroke(cairo, shape);
}

PangoFontDescription *cbk_font_of(double size_mm, bool is_bold)
{
    PangoFontDescription *font = pango_font_description_from_string(FONT_FAMILIES);
    pango_font_description_set_absolute_size(font, size_mm * PANGO_SCALE);
    if (is_bold) {
        pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
    }
    return font;
}

static void show_text(cairo_t *cairo, const cbk_shape *shape, PangoLayout *layout)
{
    PangoFontDescription *font = cbk_font_of(shape->size_mm, shape->is_bold);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    pango_layout_set_text(layout, shape->text != NULL ? shape->text : "", -1);
    PangoLayoutLine *line = pango_layout_get_line_readonly(layout, 0);
    PangoRectangle extents;
    pango_layout_line_get_extents(line, NULL, &extents);
    const double width = (double)extents.width / PANGO_SCALE;
    const double shift = shape->anchor == CBK_ANCHOR_START    ? 0.0
                         : shape->anchor == CBK_ANCHOR_MIDDLE ? width / 2.0
                                                              : width;
    cairo_save(cairo);
    cairo_translate(cairo, shape->points[0].x, shape->points[0].y);
    if (shape->is_vertical) {
        cairo_rotate(cairo, -1.5707963267948966);
    }
    cbk_set_ink(cairo, shape->fill, 1.0);
    cairo_move_to(cairo, -shift, 0.0);
    pango_cairo_show_layout_line(cairo, line);
    cairo_restore(cairo);
}

static void paint_shape(cairo_t *cairo, const cbk_shape *shape, PangoLayout *layout)
{
    cairo_new_path(cairo);
    switch (shape->kind) {
    case CBK_SHAPE_POLYLINE:
        path(cairo, shape->points, shape->n_points);
        stroke(cairo, shape, shape->stroke);
        break;
    case CBK_SHAPE_POLYGON:
        path(cairo, shape->points, shape->n_points);
        cairo_close_path(cairo);
        fill_and_stroke(cairo, shape);
        break;
    case CBK_SHAPE_RECTANGLE:
        rectangle(cairo, shape);
        break;
    case CBK_SHAPE_MARKER:
        marker(cairo, shape);
        break;
    case CBK_SHAPE_TEXT:
        if (shape->fill != CBK_INK_NONE) {
            show_text(cairo, shape, layout);
        }
        break;
    }
}

bool cbk_has_font(void)
{
    PangoFontFamily **families = NULL;
    int n = 0;
    pango_font_map_list_families(pango_cairo_font_map_get_default(), &families, &n);
    g_free(families);
    return n > 0;
}

PangoLayout *cbk_layout_create(cairo_t *cairo)
{
    PangoLayout *layout = pango_cairo_create_layout(cairo);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(pango_layout_get_context(layout), options);
    cairo_font_options_destroy(options);
    pango_context_set_round_glyph_positions(pango_layout_get_context(layout), FALSE);
    pango_layout_context_changed(layout);
    return layout;
}

void cbk_paint(const cbk_drawing *drawing, cairo_t *cairo)
{
    PangoLayout *layout = cbk_layout_create(cairo);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    for (const cbk_shape *shape = drawing->first; shape != NULL; shape = shape->next) {
        if (cbk_shape_is_drawn(shape)) {
            paint_shape(cairo, shape, layout);
        }
    }
    g_object_unref(layout);
}
