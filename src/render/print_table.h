/* render/print_table.h - how wide a table's columns are on paper. */
#ifndef RENDER_PRINT_TABLE_H
#define RENDER_PRINT_TABLE_H

#include <casebook/document.h>

#define CBK_PRINT_TABLE_MM 2.8  /* 8 points: the text of tables on paper */
#define CBK_PRINT_PAGE_MM 176.0 /* between the margins of an upright page */

/* Whether a table is printed on a page of its own, across: upright, its columns would be
 * too narrow. */
bool cbk_print_is_across(const cbk_table_block *table);

/* Fills width_mm[n_columns]: no wider together than available_mm; a column that must wrap
 * keeps its longest word where there is room for it. */
void cbk_print_columns(const cbk_table_block *table, double available_mm,
                       double *width_mm);

#endif
