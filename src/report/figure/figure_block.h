/* report/figure/figure_block.h - what the figures of a protocol share: the block of a
 * figure and the notes under it.
 */
#ifndef REPORT_FIGURE_BLOCK_H
#define REPORT_FIGURE_BLOCK_H

#include "report/builder.h"

typedef struct cbk_figure_notes {
    size_t n;
    size_t room;
    cbk_text_run *runs;
} cbk_figure_notes;

/* The notes that the protocol gives, with room for more. */
cbk_figure_notes cbk_figure_notes_of(cbk_report *report, const cbk_figure_spec *spec,
                                     size_t more);
/* An empty run is no note. */
void cbk_figure_add_note(cbk_figure_notes *notes, cbk_text_run run);
/* "Left out: time missing (2)."; empty where nothing is. */
cbk_text_run cbk_figure_omitted_note(cbk_report *report, const cbk_source *source);

/* "The curves end where ..."; empty where they do not. */
cbk_text_run cbk_figure_cut_note(cbk_report *report, const cbk_figure_spec *spec);

/* "Log-rank test: p = 0.04" to stand in the figure; NULL where there is no p, or none is
 * wanted. */
const char *cbk_figure_test(cbk_report *report, const cbk_figure_spec *spec,
                            const char *name, double p);

/* "months", or "months since operation" where the protocol says from which date. */
const char *cbk_figure_axis_unit(cbk_report *report, const cbk_endpoint *endpoint);

cbk_status cbk_figure_endpoint(const cbk_report *report, const cbk_figure_spec *spec,
                               const cbk_endpoint **out, cbk_error *err);

cbk_status cbk_figure_add(cbk_report *report, const cbk_figure_spec *spec,
                          const cbk_drawing *drawing, const cbk_figure_notes *notes,
                          cbk_error *err);

/* ---- a kind of figure each ----------------------------------------------------------
 */

cbk_status cbk_figure_km(cbk_report *report, const cbk_figure_spec *spec, cbk_error *err);
cbk_status cbk_figure_swimmer(cbk_report *report, const cbk_figure_spec *spec,
                              cbk_error *err);
cbk_status cbk_figure_cuminc(cbk_report *report, const cbk_figure_spec *spec,
                             cbk_error *err);
cbk_status cbk_figure_mcf(cbk_report *report, const cbk_figure_spec *spec,
                          cbk_error *err);

#endif
