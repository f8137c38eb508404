/* render/print_table.h - how wide a table's columns are on paper. */
#ifndef RENDER_PRINT_TABLE_H
#define RENDER_PRINT_TABLE_H

#include <casebook/document.h>

#define CBK_PRINT_TABLE_MM 2.8  /* 8 points: the text of tables on paper */
#define CBK_PRINT_PAGE_MM 176.0 /* between the margins of an upright page */

/* Whether a table is printed on a page of its own, across: upright, its columns would be
 * too narrow. */
bool cbk_print_is_across(const cbk_table_block *table);

/* How wide a column may be, in mm. */
typedef struct cbk_column_need {
    double least;   /* its longest word */
    double natural; /* its longest line */
    double text;    /* all its lines, one behind the other */
} cbk_column_need;

/* Fills width_mm[n_columns]: no wider together than available_mm.  Where columns must
 * wrap each keeps its longest word, and what is left goes to them by how much text they
 * have.  needs[n_columns] is room to work in. */
void cbk_print_columns(const cbk_table_block *table, double available_mm,
                       cbk_column_need *needs, double *width_mm);

#endif
