/* press/docx_parts.h - the parts of a Word document that are the same in each, and its
 * styles. */
#ifndef PRESS_DOCX_PARTS_H
#define PRESS_DOCX_PARTS_H

#include "package/zip_writer.h"
#include "press/press.h"

/* The content types, the relations of the package, the bullets, the settings:
 * [CBK_N_DOCX_FIXED_PARTS]. */
enum { CBK_N_DOCX_FIXED_PARTS = 4 };
void cbk_docx_fixed_parts(cbk_zip_part out[CBK_N_DOCX_FIXED_PARTS]);

/* word/styles.xml. */
void cbk_docx_styles(cbk_buffer *out);
/* What the style is called where the text stands; place: NULL in a document of ours. */
const char *cbk_docx_style_id(const cbk_docx_place *place, const char *id);

/* Name spaces of word/document.xml and of the footer, as attributes. */
extern const char cbk_docx_spaces[];
#define CBK_DOCX_OFFICE                                                                  \
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define CBK_XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"

#endif
