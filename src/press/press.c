/* press.c - what the module hands to the program.  Contract: render/press_module.h. */
#include "press/press.h"

CBK_API extern const cbk_press cbk_press_table;

const cbk_press cbk_press_table = {
    .version = CASEBOOK_VERSION,
    .pdf = cbk_press_pdf,
    .png = cbk_press_png,
    .docx = cbk_press_docx,
    .workbook = cbk_press_workbook,
};
