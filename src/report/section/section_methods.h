/* report/section/section_methods.h - what the files section_methods*.c share. */
#ifndef REPORT_SECTION_METHODS_H
#define REPORT_SECTION_METHODS_H

#include "report/builder.h"

/* "This is a retrospective case series. Consecutive patients of one centre …": what the
 * protocol says of the study; nothing where it says nothing. */
void cbk_methods_design(cbk_report *report, cbk_text_run *run);

/* Start, event, competing events and censoring of every endpoint, in words. */
void cbk_methods_endpoints(cbk_report *report, cbk_text_run *run);

/* A condition as “status: dead” and “margin: positive” where it is written with
 * equalities, else as it is written. */
void cbk_methods_condition(cbk_report *report, cbk_text_run *run, const char *sql);

#endif
