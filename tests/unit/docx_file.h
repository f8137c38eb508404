/* docx_file.h - a small DOCX file in memory, made of the parts a test gives it. */
#ifndef DOCX_FILE_H
#define DOCX_FILE_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

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
    const char *password; /* NULL: not encrypted */
} docx_part;

/* The bytes of a zip file of the parts, to be freed; NULL on failure. */
static inline char *docx_make(const docx_part *parts, size_t n, size_t *size)
{
    zip_error_t why;
    zip_error_init(&why);
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &why);
    if (source == NULL) {
        return NULL;
    }
    zip_source_keep(source);
    zip_t *archive = zip_open_from_source(source, ZIP_TRUNCATE, &why);
    bool is_made = archive != NULL;
    for (size_t i = 0; is_made && i < n; i++) {
        zip_source_t *part = zip_source_buffer(archive, parts[i].bytes, parts[i].size, 0);
        const zip_int64_t index =
            part != NULL ? zip_file_add(archive, parts[i].name, part, 0) : -1;
        is_made = index >= 0 &&
                  (parts[i].password == NULL ||
                   zip_file_set_encryption(archive, (zip_uint64_t)index, ZIP_EM_AES_256,
                                           parts[i].password) == 0);
    }
    is_made = is_made && zip_close(archive) == 0;
    char *bytes = NULL;
    if (is_made && zip_source_open(source) == 0) {
        zip_stat_t about;
        (void)zip_source_stat(source, &about);
        *size = (size_t)about.size;
        bytes = malloc(*size + 1);
        if (bytes != NULL &&
            zip_source_read(source, bytes, *size) != (zip_int64_t)*size) {
            free(bytes);
            bytes = NULL;
        }
        (void)zip_source_close(source);
    }
    zip_source_free(source);
    zip_error_fini(&why);
    return bytes;
}

/* A document of one part, the body between DOCX_HEAD and DOCX_TAIL. */
static inline char *docx_of_xml(const char *xml, size_t length, size_t *size)
{
    const docx_part part = {"word/document.xml", xml, length, NULL};
    return docx_make(&part, 1, size);
}

#endif
