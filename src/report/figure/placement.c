/* placement.c - rectangles that are taken, texts that fit.  Contract:
 * report/figure/placement.h.
 */
#include "report/figure/placement.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

void cbk_boxes_add(cbk_boxes *boxes, cbk_box box)
{
    if (boxes->n == boxes->room) {
        const size_t room = boxes->room > 0 ? 2 * boxes->room : 64;
        cbk_box *items = CBK_NEW(boxes->arena, cbk_box, room);
        if (items == NULL) {
            return; /* the arena remembers */
        }
        if (boxes->n > 0) {
            memcpy(items, boxes->items, boxes->n * sizeof *items);
        }
        boxes->items = items;
        boxes->room = room;
    }
    boxes->items[boxes->n++] = box;
}

bool cbk_boxes_is_free(const cbk_boxes *boxes, cbk_box box)
{
    for (size_t i = 0; i < boxes->n; i++) {
        if (cbk_box_overlaps(boxes->items[i], box)) {
            return false;
        }
    }
    return true;
}

bool cbk_box_is_inside(cbk_box inner, cbk_box outer)
{
    return inner.left >= outer.left && inner.right <= outer.right &&
           inner.top >= outer.top && inner.bottom <= outer.bottom;
}

bool cbk_box_overlaps(cbk_box a, cbk_box b)
{
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

cbk_box cbk_box_around(cbk_point a, cbk_point b, double margin_mm)
{
    return (cbk_box){.left = fmin(a.x, b.x) - margin_mm,
                     .top = fmin(a.y, b.y) - margin_mm,
                     .right = fmax(a.x, b.x) + margin_mm,
                     .bottom = fmax(a.y, b.y) + margin_mm};
}

cbk_box cbk_box_of_text(const char *text, cbk_point baseline, cbk_anchor anchor,
                        double size_mm, bool is_bold)
{
    const double ascent = 0.78; /* of the em: capitals, figures and their accents */
    const double descent = 0.22;
    const double width = cbk_text_width_mm(text, size_mm, is_bold);
    const double before = anchor == CBK_ANCHOR_START    ? 0.0
                          : anchor == CBK_ANCHOR_MIDDLE ? width / 2.0
                                                        : width;
    return (cbk_box){.left = baseline.x - before,
                     .top = baseline.y - ascent * size_mm,
                     .right = baseline.x - before + width,
                     .bottom = baseline.y + descent * size_mm};
}

static const char ellipsis[] = "\xE2\x80\xA6";

/* Where the last character of bytes[size] starts, size > 0. */
static size_t last_character(const char *bytes, size_t size)
{
    do {
        size--;
    } while (size > 0 && ((unsigned char)bytes[size] & 0xC0U) == 0x80U);
    return size;
}

const char *cbk_text_fitted(const char *text, double size_mm, bool is_bold,
                            double width_mm, cbk_arena *arena)
{
    enum { LABEL_BYTES_MAX = 512 }; /* more than any figure is wide */
    if (cbk_text_width_mm(text, size_mm, is_bold) <= width_mm) {
        return text;
    }
    const size_t length = strlen(text);
    size_t size = length < LABEL_BYTES_MAX ? length : LABEL_BYTES_MAX;
    char *fitted = CBK_NEW(arena, char, size + sizeof ellipsis);
    if (fitted == NULL) {
        return "";
    }
    memcpy(fitted, text, size);
    do {
        size = last_character(fitted, size);
        while (size > 0 && fitted[size - 1] == ' ') {
            size--;
        }
        memcpy(fitted + size, ellipsis, sizeof ellipsis);
    } while (size > 0 && cbk_text_width_mm(fitted, size_mm, is_bold) > width_mm);
    return fitted;
}

const char *cbk_text_fitted_end(const char *text, double size_mm, bool is_bold,
                                double width_mm, cbk_arena *arena)
{
    if (cbk_text_width_mm(text, size_mm, is_bold) <= width_mm) {
        return text;
    }
    const double room = width_mm - cbk_text_width_mm(ellipsis, size_mm, is_bold);
    while (*text != '\0' && (((unsigned char)*text & 0xC0U) == 0x80U ||
                             cbk_text_width_mm(text, size_mm, is_bold) > room)) {
        text++;
    }
    const char *fitted = cbk_text_format(arena, "%s%s", ellipsis, text);
    return fitted != NULL ? fitted : "";
}
