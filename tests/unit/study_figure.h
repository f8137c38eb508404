/* study_figure.h - a figure of a study's protocol as the report draws it, and its notes.
 */
#ifndef STUDY_FIGURE_H
#define STUDY_FIGURE_H

#include "report/report.h"

#include <stdio.h>
#include <string.h>

/* NULL, after a line that says why, where there is none. */
static inline const cbk_figure_block *figure_of(cbk_study *study, cbk_arena *where,
                                                const char *id)
{
    cbk_report report = {.study = study,
                         .protocol = cbk_study_protocol(study),
                         .document = cbk_document_create(where, "Test"),
                         .arena = where,
                         .conventions = cbk_conventions_of(CBK_PROFILE_R)};
    const cbk_figure_spec *spec = cbk_protocol_figure(report.protocol, id);
    cbk_error err = {0};
    if (spec == NULL || cbk_report_figure(&report, spec, &err) != CBK_OK) {
        printf("# %s: %s\n", id, err.message);
        return NULL;
    }
    return report.document->last->figure;
}

/* Prints the notes there are where none is this one. */
static inline bool figure_has_note(const cbk_figure_block *block, cbk_arena *where,
                                   const char *note)
{
    for (size_t i = 0; i < block->n_notes; i++) {
        const char *text = cbk_run_plain(&block->notes[i], where);
        if (strcmp(text, note) == 0) {
            return true;
        }
        printf("# note: %s\n", text);
    }
    return false;
}

#endif
