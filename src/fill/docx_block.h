/* fill/docx_block.h - tables and figures in a Word document that is being filled, and the
 * parts of its package that they need: styles, pictures, relationships, content types.
 */
#ifndef FILL_DOCX_BLOCK_H
#define FILL_DOCX_BLOCK_H

#include "fill/docx_part.h"
#include "package/zip_writer.h"
#include "render/press_module.h"

/* How names of pictures, and of their relationships, begin. */
#define CBK_DOCX_PICTURE "casebook_figure_"

/* The container, part by part.  Start with {.fill}. */
typedef struct cbk_docx_package {
    cbk_fill *fill;
    cbk_growing parts;    /* cbk_zip_part, in the order of the file */
    cbk_growing pictures; /* cbk_zip_part: ours, behind the others */
    const char *document; /* the name of the part that is the text */
    const char *styles_part;
    bool takes_styles;                     /* its styles can be added to */
    const cbk_press *press;                /* NULL: not needed yet */
    const char *styles[CBK_DOCX_N_STYLES]; /* ids, once they are needed */
    const char *base;
    size_t n_ids; /* of bookmarks and pictures handed out */
} cbk_docx_package;

/* Takes parts[n], without the pictures of an earlier run.  Errors: CBK_EDATA (a part of
 * the package is no XML), CBK_ENOMEM. */
cbk_status cbk_docx_package_open(cbk_docx_package *package, const cbk_zip_part *parts,
                                 size_t n, cbk_error *err);
/* The press and the styles of the document; those it lacks are added.  Errors: CBK_EIO,
 * CBK_EDATA, CBK_ENOMEM. */
cbk_status cbk_docx_package_prepare(cbk_docx_package *package, cbk_error *err);
/* The figure's two files, and relationships of the part with the ids `name` and "_png",
 * "_svg".  Errors: CBK_EDATA, CBK_ENOMEM. */
cbk_status cbk_docx_package_picture(cbk_docx_package *package, const char *part_name,
                                    const char *name, const cbk_docx_block *block,
                                    cbk_error *err);
/* Appends the container to out.  Errors: CBK_EIO, CBK_ENOMEM. */
cbk_status cbk_docx_package_write(const cbk_docx_package *package, cbk_buffer *out,
                                  cbk_error *err);

/* Puts the filled table or figure, or, where it is none, the text, in the place of the
 * paragraphs of the site.  Text beside it, typed since it was filled, becomes a paragraph
 * of its own.  Errors: CBK_EIO, CBK_EDATA, CBK_ENOMEM. */
cbk_status cbk_docx_fill_block(part *p, cbk_docx_package *package, const site *of,
                               const cbk_filled *filled, const char *text,
                               cbk_error *err);

#endif
