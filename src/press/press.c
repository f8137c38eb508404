/* press.c - what the module hands to the program.  Contract: render/press_module.h. */
#include "press/press.h"

CBK_API extern const cbk_press cbk_press_table;

const cbk_press cbk_press_table = {
    .version = CASEBOOK_VERSION,
    .figure_pdf = cbk_press_figure_pdf,
    .figure_png = cbk_press_figure_png,
    .pdf = cbk_press_pdf,
    .docx = cbk_press_docx,
    .docx_block = cbk_press_docx_block,
    .docx_style_name = cbk_press_docx_style_name,
    .docx_style = cbk_press_docx_style,
    .workbook = cbk_press_workbook,
};
