/* protocol_look.c - how a figure of protocol.yaml is to look: its size, the rows of
 * counts under it, what is drawn beside the curves.  Contract: protocol_reader.h; the
 * format: docs/formats/protocol.md.
 */
#include "study/protocol/protocol_reader.h"

#include <string.h>

typedef cbk_protocol_reader reader;

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* Widths of one and of two columns of a journal's page, in mm. */
static const double column_widths[] = {85.0, 175.0};

#define SIDE_MIN_MM 60.0
#define SIDE_MAX_MM 400.0

static double read_side(reader *r, const cbk_yaml *map, const char *key)
{
    double side = 0.0;
    if (!cbk_yaml_get_number(map, key, &side, r->problems)) {
        return 0.0;
    }
    if (!(side >= SIDE_MIN_MM && side <= SIDE_MAX_MM)) {
        cbk_problems_add(r->problems, cbk_protocol_place(map, key),
                         "`%s` is from %.0f to %.0f millimetres.", key, SIDE_MIN_MM,
                         SIDE_MAX_MM);
        return 0.0;
    }
    return side;
}

void cbk_protocol_read_size(reader *r, const cbk_yaml *map, cbk_figure_look *look)
{
    static const char *const sizes[] = {"one-column", "two-column"};
    const cbk_yaml *size = cbk_yaml_get(map, "size");
    if (size != NULL && cbk_yaml_get_text(map, "size", r->problems) != NULL) {
        const size_t chosen =
            cbk_yaml_choose(size, "a size of figure", sizes, N(sizes), r->problems);
        look->width_mm = chosen == SIZE_MAX ? 0.0 : column_widths[chosen];
    }
    if (size != NULL && cbk_yaml_get(map, "width_mm") != NULL) {
        cbk_problems_add(r->problems, cbk_protocol_place(map, "width_mm"),
                         "`size` says how wide the figure is already; leave one out.");
    }
    const double width = read_side(r, map, "width_mm");
    look->width_mm = width > 0.0 ? width : look->width_mm;
    look->height_mm = read_side(r, map, "height_mm");
}

static void read_counts(reader *r, const cbk_yaml *map, cbk_figure_look *look)
{
    static const char *const kinds[] = {"at_risk", "events", "censored"};
    const cbk_yaml *list = cbk_yaml_get_list(map, "risk_table", r->problems);
    if (list == NULL) {
        return;
    }
    bool is_taken[CBK_N_COUNT_KINDS] = {false};
    look->has_counts = true;
    look->n_counts = 0;
    for (size_t i = 0; i < list->n; i++) {
        const size_t kind = cbk_yaml_choose(list->item[i], "a row of the risk table",
                                            kinds, N(kinds), r->problems);
        if (kind != SIZE_MAX && is_taken[kind]) {
            cbk_problems_add(r->problems, list->item[i]->place,
                             "The risk table has the row `%s` twice.", kinds[kind]);
        } else if (kind != SIZE_MAX) {
            is_taken[kind] = true;
            look->counts[look->n_counts++] = (cbk_count_kind)kind;
        }
    }
}

/* Morris et al. 2019, doi:10.1136/bmjopen-2019-030215: intervals of all curves, and under
 * the axis at risk, censored, events. */
static void read_layout(reader *r, const cbk_yaml *map, cbk_figure_look *look)
{
    static const char *const layouts[] = {"kmunicate"};
    const cbk_yaml *layout = cbk_yaml_get(map, "layout");
    if (layout != NULL && cbk_yaml_get_text(map, "layout", r->problems) != NULL &&
        cbk_yaml_choose(layout, "a layout", layouts, N(layouts), r->problems) == 0) {
        const cbk_count_kind counts[] = {CBK_COUNT_AT_RISK, CBK_COUNT_CENSORED,
                                         CBK_COUNT_EVENTS};
        memcpy(look->counts, counts, sizeof counts);
        look->n_counts = N(counts);
        look->has_counts = true;
        look->band = CBK_WISH_YES;
    }
}

void cbk_protocol_read_look(reader *r, const cbk_yaml *map, cbk_figure_look *look)
{
    cbk_protocol_read_size(r, map, look);
    read_layout(r, map, look);
    read_counts(r, map, look);
    if (cbk_yaml_get(map, "band") != NULL) {
        look->band = cbk_yaml_get_boolean(map, "band", true, r->problems) ? CBK_WISH_YES
                                                                          : CBK_WISH_NO;
    }
    look->has_median = cbk_yaml_get_boolean(map, "median", false, r->problems);
    look->is_without_p = !cbk_yaml_get_boolean(map, "p_value", true, r->problems);
    if (cbk_yaml_get_number(map, "min_at_risk", &look->min_at_risk, r->problems) &&
        !(look->min_at_risk >= 1.0)) {
        look->min_at_risk = 0.0;
        cbk_problems_add(r->problems, cbk_protocol_place(map, "min_at_risk"),
                         "`min_at_risk` is a number of patients, 1 or more.");
    }
}
