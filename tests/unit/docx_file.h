/* docx_file.h - a small DOCX file in memory, made of the parts a test gives it. */
#ifndef DOCX_FILE_H
#define DOCX_FILE_H

#include "package/zip_writer.h"

#include <stdlib.h>
#include <string.h>

#define DOCX_HEAD                                                                        \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document "                             \
    "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" "          \
    "xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" "          \
    "xmlns:m=\"http://schemas.openxmlformats.org/officeDocument/2006/math\"><w:body>"
#define DOCX_TAIL "</w:body></w:document>"

typedef struct docx_part {
    const char *name;
    const char *bytes;
    size_t size;
    bool is_locked; /* it says that it is encrypted */
} docx_part;

/* Sets the flag of encryption in the list of the parts: entry `at` of it. */
static inline void docx_lock(cbk_buffer *zip, size_t at)
{
    static const char entry[] = {'P', 'K', 1, 2};
    for (size_t i = 0; i + 10 < zip->size; i++) {
        if (memcmp(zip->bytes + i, entry, sizeof entry) == 0 && at-- == 0) {
            zip->bytes[i + 8] = (char)(zip->bytes[i + 8] | 1);
            return;
        }
    }
}

/* The bytes of a zip file of the parts, to be freed; NULL on failure. */
static inline char *docx_make(const docx_part *parts, size_t n, size_t *size)
{
    cbk_zip_part *made = calloc(n, sizeof *made);
    cbk_buffer zip = {0};
    for (size_t i = 0; made != NULL && i < n; i++) {
        made[i] = (cbk_zip_part){parts[i].name, parts[i].bytes, parts[i].size};
    }
    const bool is_made = made != NULL && cbk_zip_write(made, n, &zip, NULL) == CBK_OK;
    free(made);
    for (size_t i = 0; is_made && i < n; i++) {
        if (parts[i].is_locked) {
            docx_lock(&zip, i);
        }
    }
    *size = zip.size;
    return zip.bytes;
}

/* A document of one part, the body between DOCX_HEAD and DOCX_TAIL. */
static inline char *docx_of_xml(const char *xml, size_t length, size_t *size)
{
    const docx_part part = {"word/document.xml", xml, length, false};
    return docx_make(&part, 1, size);
}

#endif
