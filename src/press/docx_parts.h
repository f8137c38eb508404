/* press/docx_parts.h - the parts of a Word document that are the same in each. */
#ifndef PRESS_DOCX_PARTS_H
#define PRESS_DOCX_PARTS_H

#include "package/zip_writer.h"

/* The content types, the styles, the bullets, the settings: [CBK_N_DOCX_FIXED_PARTS]. */
enum { CBK_N_DOCX_FIXED_PARTS = 5 };
void cbk_docx_fixed_parts(cbk_zip_part out[CBK_N_DOCX_FIXED_PARTS]);

/* Name spaces of word/document.xml and of the footer, as attributes. */
extern const char cbk_docx_spaces[];
#define CBK_XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"

#endif
