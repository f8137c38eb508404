/* svg.c - drawings as SVG with real text.  Contract: render/svg.h.
 *
 * A shape carries the light colours as attributes, which every program understands, and
 * classes, by which a browser replaces them with the colours of the reader's scheme. */
#include "render/svg.h"

#include "render/escape.h"
#include "render/palette.h"
#include "render/shape.h"

#include <math.h>

#define COORDINATE_LIMIT_MM 1e6
#define TOUCH_RADIUS_MM 1.6 /* a marker with a tip is found by a pointer this near */
#define WIDE_MM 110.0       /* wider drawings scroll on a narrow screen, not shrink */

static void variables(cbk_buffer *out, bool is_dark)
{
    cbk_buffer_add(out, ":root{");
    for (int i = 0; i < CBK_N_INKS; i++) {
        if (i != CBK_INK_NONE) {
            const cbk_ink_colours *ink = cbk_ink_colours_of((cbk_ink)i);
            cbk_buffer_addf(out, "--%s:%s;", ink->name, is_dark ? ink->dark : ink->light);
        }
    }
    cbk_buffer_add(out, "}");
}

void cbk_svg_style(cbk_buffer *out)
{
    variables(out, false);
    cbk_buffer_add(out, "\n@media screen and (prefers-color-scheme:dark){");
    variables(out, true);
    cbk_buffer_add(out, "}\n");
    for (int i = 0; i < CBK_N_INKS; i++) {
        if (i != CBK_INK_NONE) {
            const char *name = cbk_ink_colours_of((cbk_ink)i)->name;
            cbk_buffer_addf(out, ".stroke-%s{stroke:var(--%s)}.fill-%s{fill:var(--%s)}\n",
                            name, name, name, name);
        }
    }
}

/* At most three decimals, the same in every locale. */
static void number(cbk_buffer *out, double value)
{
    const double limited =
        isfinite(value) ? fmax(-COORDINATE_LIMIT_MM, fmin(COORDINATE_LIMIT_MM, value))
                        : 0.0;
    const long long thousandths = llround(limited * 1000.0);
    const long long size = thousandths < 0 ? -thousandths : thousandths;
    cbk_buffer_addf(out, "%s%lld", thousandths < 0 ? "-" : "", size / 1000);
    int rest = (int)(size % 1000);
    if (rest != 0) {
        int digits = 3;
        for (; rest % 10 == 0; digits--) {
            rest /= 10;
        }
        cbk_buffer_addf(out, ".%0*d", digits, rest);
    }
}

static void attribute(cbk_buffer *out, const char *name, double value)
{
    cbk_buffer_addf(out, " %s=\"", name);
    number(out, value);
    cbk_buffer_add(out, "\"");
}

static void points(cbk_buffer *out, const cbk_point *point, size_t n)
{
    cbk_buffer_add(out, " points=\"");
    for (size_t i = 0; i < n; i++) {
        cbk_buffer_add(out, i > 0 ? " " : "");
        number(out, point[i].x);
        cbk_buffer_add(out, ",");
        number(out, point[i].y);
    }
    cbk_buffer_add(out, "\"");
}

static void paint(cbk_buffer *out, cbk_ink stroke, cbk_ink fill)
{
    cbk_buffer_add(out, " class=\"");
    if (stroke != CBK_INK_NONE) {
        cbk_buffer_addf(out, "stroke-%s", cbk_ink_colours_of(stroke)->name);
    }
    if (fill != CBK_INK_NONE) {
        cbk_buffer_addf(out, "%sfill-%s", stroke != CBK_INK_NONE ? " " : "",
                        cbk_ink_colours_of(fill)->name);
    }
    cbk_buffer_addf(out, "\" stroke=\"%s\" fill=\"%s\"",
                    cbk_ink_colours_of(stroke)->light, cbk_ink_colours_of(fill)->light);
}

/* Paint, width, dashes and opacity of a shape that may have an area. */
static void style(cbk_buffer *out, const cbk_shape *shape, cbk_ink stroke, cbk_ink fill)
{
    paint(out, stroke, fill);
    if (stroke != CBK_INK_NONE) {
        attribute(out, "stroke-width", cbk_shape_line_mm(shape));
    }
    if (stroke != CBK_INK_NONE && shape->dash_mm[0] > 0.0) {
        cbk_buffer_add(out, " stroke-dasharray=\"");
        number(out, shape->dash_mm[0]);
        cbk_buffer_add(out, " ");
        number(out, shape->dash_mm[1]);
        cbk_buffer_add(out, "\"");
    }
    if (fill != CBK_INK_NONE && shape->opacity > 0.0 && shape->opacity < 1.0) {
        attribute(out, "fill-opacity", shape->opacity);
    }
}

static void close_element(cbk_buffer *out, const char *name, const char *tip)
{
    if (tip == NULL) {
        cbk_buffer_add(out, "/>\n");
        return;
    }
    cbk_buffer_add(out, "><title>");
    cbk_escape_xml(out, tip);
    cbk_buffer_addf(out, "</title></%s>\n", name);
}

static void polyline(cbk_buffer *out, const cbk_shape *shape)
{
    const bool is_area = shape->kind == CBK_SHAPE_POLYGON;
    const char *name = is_area ? "polygon" : "polyline";
    cbk_buffer_addf(out, "<%s", name);
    points(out, shape->points, shape->n_points);
    style(out, shape, is_area ? cbk_shape_outline(shape) : shape->stroke,
          is_area ? shape->fill : CBK_INK_NONE);
    close_element(out, name, shape->tip);
}

static void rectangle(cbk_buffer *out, const cbk_shape *shape)
{
    const cbk_point a = shape->points[0];
    const cbk_point b = shape->points[1];
    cbk_buffer_add(out, "<rect");
    attribute(out, "x", fmin(a.x, b.x));
    attribute(out, "y", fmin(a.y, b.y));
    attribute(out, "width", fabs(b.x - a.x));
    attribute(out, "height", fabs(b.y - a.y));
    style(out, shape, cbk_shape_outline(shape), shape->fill);
    close_element(out, "rect", shape->tip);
}

static void circle(cbk_buffer *out, cbk_point centre, double radius)
{
    cbk_buffer_add(out, "<circle");
    attribute(out, "cx", centre.x);
    attribute(out, "cy", centre.y);
    attribute(out, "r", radius);
}

static void marker_outline(cbk_buffer *out, const cbk_shape *shape)
{
    const cbk_marker_outline *outline_of = cbk_marker_outline_of(shape->marker);
    const cbk_point centre = shape->points[0];
    const double radius = shape->size_mm / 2.0;
    if (outline_of->n == 0) {
        circle(out, centre, radius);
        style(out, shape, cbk_shape_outline(shape), shape->fill);
        cbk_buffer_add(out, "/>");
        return;
    }
    cbk_point at[sizeof outline_of->at / sizeof outline_of->at[0]];
    for (size_t i = 0; i < outline_of->n; i++) {
        at[i] = (cbk_point){centre.x + radius * outline_of->at[i].x,
                            centre.y + radius * outline_of->at[i].y};
    }
    if (!outline_of->is_stroke) {
        cbk_buffer_add(out, "<polygon");
        points(out, at, outline_of->n);
        style(out, shape, cbk_shape_outline(shape), shape->fill);
        cbk_buffer_add(out, "/>");
        return;
    }
    for (size_t i = 0; i < outline_of->n; i += 2) {
        cbk_buffer_add(out, "<polyline");
        points(out, at + i, 2);
        style(out, shape, shape->stroke, CBK_INK_NONE);
        cbk_buffer_add(out, "/>");
    }
}

static void marker(cbk_buffer *out, const cbk_shape *shape)
{
    if (shape->tip != NULL) {
        cbk_buffer_add(out, "<g><title>");
        cbk_escape_xml(out, shape->tip);
        cbk_buffer_add(out, "</title>");
        circle(out, shape->points[0], fmax(shape->size_mm / 2.0, TOUCH_RADIUS_MM));
        cbk_buffer_add(out, " fill=\"none\" pointer-events=\"all\"/>");
    }
    marker_outline(out, shape);
    cbk_buffer_add(out, shape->tip != NULL ? "</g>\n" : "\n");
}

static void text(cbk_buffer *out, const cbk_shape *shape)
{
    static const char *const anchors[] = {
        [CBK_ANCHOR_START] = "start",
        [CBK_ANCHOR_MIDDLE] = "middle",
        [CBK_ANCHOR_END] = "end",
    };
    const cbk_point at = shape->points[0];
    cbk_buffer_add(out, "<text");
    attribute(out, "x", at.x);
    attribute(out, "y", at.y);
    attribute(out, "font-size", shape->size_mm);
    if (shape->anchor != CBK_ANCHOR_START) {
        cbk_buffer_addf(out, " text-anchor=\"%s\"", anchors[shape->anchor]);
    }
    cbk_buffer_add(out, shape->is_bold ? " font-weight=\"600\"" : "");
    if (shape->is_vertical) {
        cbk_buffer_add(out, " transform=\"rotate(-90 ");
        number(out, at.x);
        cbk_buffer_add(out, " ");
        number(out, at.y);
        cbk_buffer_add(out, ")\"");
    }
    paint(out, CBK_INK_NONE, shape->fill);
    cbk_buffer_add(out, ">");
    if (shape->tip != NULL) {
        cbk_buffer_add(out, "<title>");
        cbk_escape_xml(out, shape->tip);
        cbk_buffer_add(out, "</title>");
    }
    cbk_escape_xml(out, shape->text != NULL ? shape->text : "");
    cbk_buffer_add(out, "</text>\n");
}

static void shape_write(cbk_buffer *out, const cbk_shape *shape)
{
    if (!cbk_shape_is_drawn(shape)) {
        return; /* nothing to draw */
    }
    switch (shape->kind) {
    case CBK_SHAPE_POLYLINE:
    case CBK_SHAPE_POLYGON:
        polyline(out, shape);
        break;
    case CBK_SHAPE_RECTANGLE:
        rectangle(out, shape);
        break;
    case CBK_SHAPE_MARKER:
        marker(out, shape);
        break;
    case CBK_SHAPE_TEXT:
        text(out, shape);
        break;
    }
}

static void open_svg(cbk_buffer *out, const cbk_drawing *drawing, const char *id,
                     bool is_inline)
{
    cbk_buffer_add(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ");
    number(out, drawing->width_mm);
    cbk_buffer_add(out, " ");
    number(out, drawing->height_mm);
    if (is_inline) {
        cbk_buffer_addf(out, "\" class=\"drawing%s\" style=\"max-width:",
                        drawing->width_mm >= WIDE_MM ? " wide" : "");
        number(out, drawing->width_mm);
        cbk_buffer_add(out, "mm\"");
    } else {
        cbk_buffer_add(out, "\" width=\"");
        number(out, drawing->width_mm);
        cbk_buffer_add(out, "mm\" height=\"");
        number(out, drawing->height_mm);
        cbk_buffer_add(out, "mm\"");
    }
    cbk_buffer_add(out, " font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, "
                        "'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif\""
                        " stroke-linejoin=\"round\" role=\"img\"");
    cbk_buffer_addf(out, " aria-labelledby=\"%s-title %s-desc\">\n", id, id);
    cbk_buffer_addf(out, "<title id=\"%s-title\">", id);
    cbk_escape_xml(out, drawing->title);
    cbk_buffer_addf(out, "</title>\n<desc id=\"%s-desc\">", id);
    cbk_escape_xml(out, drawing->description);
    cbk_buffer_add(out, "</desc>\n");
}

static void close_svg(cbk_buffer *out, const cbk_drawing *drawing)
{
    for (const cbk_shape *shape = drawing->first; shape != NULL; shape = shape->next) {
        shape_write(out, shape);
    }
    cbk_buffer_add(out, "</svg>\n");
}

void cbk_svg_file(const cbk_drawing *drawing, cbk_buffer *out)
{
    cbk_buffer_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    open_svg(out, drawing, "drawing", false);
    cbk_buffer_add(out, "<style>\n");
    cbk_svg_style(out);
    cbk_buffer_add(out, "</style>\n<rect width=\"100%\" height=\"100%\"");
    paint(out, CBK_INK_NONE, CBK_INK_BACKGROUND);
    cbk_buffer_add(out, "/>\n");
    close_svg(out, drawing);
}

void cbk_svg_picture(const cbk_drawing *drawing, cbk_buffer *out)
{
    open_svg(out, drawing, "drawing", false);
    close_svg(out, drawing);
}

void cbk_svg_inline(const cbk_drawing *drawing, const char *id, cbk_buffer *out)
{
    open_svg(out, drawing, id, true);
    close_svg(out, drawing);
}
