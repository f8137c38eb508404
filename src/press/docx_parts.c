/* docx_parts.c - the parts of a Word document that are the same in each, its styles among
 * them.  Contract: press/docx_parts.h; the styles of tables and figures:
 * render/press_module.h. */
#include "press/docx_parts.h"

#include <string.h>

#define TYPE "application/vnd.openxmlformats-officedocument.wordprocessingml."
#define WORD "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""

const char cbk_docx_spaces[] = WORD " xmlns:r=\"" CBK_DOCX_OFFICE "\"";

static const char content_types[] = CBK_XML_HEAD
    "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
    "<Default Extension=\"rels\" "
    "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
    "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
    "<Default Extension=\"png\" ContentType=\"image/png\"/>"
    "<Default Extension=\"svg\" ContentType=\"image/svg+xml\"/>"
    "<Override PartName=\"/word/document.xml\" ContentType=\"" TYPE
    "document.main+xml\"/>"
    "<Override PartName=\"/word/styles.xml\" ContentType=\"" TYPE "styles+xml\"/>"
    "<Override PartName=\"/word/numbering.xml\" ContentType=\"" TYPE "numbering+xml\"/>"
    "<Override PartName=\"/word/settings.xml\" ContentType=\"" TYPE "settings+xml\"/>"
    "<Override PartName=\"/word/footer1.xml\" ContentType=\"" TYPE "footer+xml\"/>"
    "<Override PartName=\"/docProps/core.xml\" "
    "ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/>"
    "</Types>";

static const char package_relations[] = CBK_XML_HEAD
    "<Relationships "
    "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
    "<Relationship Id=\"rId1\" Type=\"" CBK_DOCX_OFFICE
    "/officeDocument\" Target=\"word/document.xml\"/>"
    "<Relationship Id=\"rId2\" "
    "Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/"
    "core-properties\" Target=\"docProps/core.xml\"/></Relationships>";

/* ---- styles ------------------------------------------------------------------------ */

typedef struct style {
    const char *kind; /* paragraph, character, table */
    const char *id;
    const char *name;
    const char *base;   /* id of another of these; "": none */
    const char *inside; /* what stands behind its name and base */
} style;

#define UNINDENTED "<w:ind w:left=\"0\" w:right=\"0\" w:firstLine=\"0\"/>"
#define SPACING(before, after)                                                           \
    "<w:spacing w:before=\"" before "\" w:after=\"" after                                \
    "\" w:line=\"240\" w:lineRule=\"auto\"/>"
#define HEADING(n, outline, before, size)                                                \
    {                                                                                    \
        "paragraph", "Heading" n, "heading " n, "Normal",                                \
            "<w:next w:val=\"Normal\"/><w:qFormat/><w:pPr><w:keepNext/>"                 \
            "<w:spacing w:before=\"" before "\" w:after=\"80\"/>"                        \
            "<w:outlineLvl w:val=\"" outline "\"/></w:pPr><w:rPr><w:b/>"                 \
            "<w:sz w:val=\"" size "\"/></w:rPr>"                                         \
    }
#define RULE "w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"1b1f24\"/>"

/* The first are those of tables and figures, in the order of cbk_docx_style.  They say
 * all that a style which they rest on could spoil: a manuscript's text may be indented,
 * or have lines twice as far apart. */
static const style styles[] = {
    {"paragraph", "Caption", "caption", "Normal",
     "<w:qFormat/><w:pPr>" SPACING("200", "80") UNINDENTED
     "</w:pPr>"
     "<w:rPr><w:sz w:val=\"18\"/></w:rPr>"},
    {"paragraph", "TableText", "Table Text", "Normal",
     "<w:pPr>" SPACING("20", "20") UNINDENTED "</w:pPr>"
                                              "<w:rPr><w:sz w:val=\"16\"/></w:rPr>"},
    {"paragraph", "TableHeader", "Table Header", "TableText", "<w:rPr><w:b/></w:rPr>"},
    {"paragraph", "TableNote", "Table Note", "Normal",
     "<w:pPr>" SPACING("40", "40") UNINDENTED
     "</w:pPr>"
     "<w:rPr><w:color w:val=\"59606a\"/><w:sz w:val=\"16\"/></w:rPr>"},
    {"paragraph", "Figure", "Figure", "Normal",
     "<w:pPr>" SPACING("160", "0") UNINDENTED "</w:pPr>"},
    {"table", "TableOfResults", "Table of Results", "",
     "<w:tblPr><w:tblBorders><w:top " RULE "<w:bottom " RULE "</w:tblBorders>"
     "<w:tblCellMar><w:left w:w=\"60\" w:type=\"dxa\"/>"
     "<w:right w:w=\"60\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr>"},
    {"paragraph", "Title", "Title", "Normal",
     "<w:qFormat/><w:pPr><w:spacing w:after=\"60\"/></w:pPr>"
     "<w:rPr><w:b/><w:sz w:val=\"36\"/></w:rPr>"},
    {"paragraph", "Subtitle", "Subtitle", "Normal",
     "<w:qFormat/><w:rPr><w:color w:val=\"59606a\"/></w:rPr>"},
    HEADING("1", "0", "360", "28"),
    HEADING("2", "1", "240", "24"),
    HEADING("3", "2", "200", "20"),
    {"paragraph", "ListBullet", "List Bullet", "Normal",
     "<w:pPr><w:numPr><w:numId w:val=\"1\"/></w:numPr>"
     "<w:spacing w:after=\"40\"/></w:pPr>"},
    {"paragraph", "Footer", "footer", "Normal",
     "<w:pPr><w:tabs><w:tab w:val=\"right\" w:pos=\"9978\"/></w:tabs>"
     "<w:spacing w:after=\"0\"/></w:pPr>"
     "<w:rPr><w:color w:val=\"59606a\"/><w:sz w:val=\"14\"/></w:rPr>"},
    {"character", "Hyperlink", "Hyperlink", "",
     "<w:rPr><w:color w:val=\"0a57c2\"/></w:rPr>"},
    {"character", "Code", "Code", "",
     "<w:rPr><w:rFonts w:ascii=\"Courier New\" w:hAnsi=\"Courier New\" "
     "w:cs=\"Courier New\"/></w:rPr>"},
};
enum { N_STYLES = sizeof styles / sizeof styles[0] };

static void add_style(const style *of, const char *id, const char *base, cbk_buffer *out)
{
    cbk_buffer_addf(out, "<w:style w:type=\"%s\" w:styleId=\"%s\"><w:name w:val=\"%s\"/>",
                    of->kind, id, of->name);
    if (*base != '\0') {
        cbk_buffer_addf(out, "<w:basedOn w:val=\"%s\"/>", base);
    }
    cbk_buffer_addf(out, "%s</w:style>\n", of->inside);
}

static const char styles_head[] =
    "<w:styles " WORD "><w:docDefaults><w:rPrDefault><w:rPr>"
    "<w:rFonts w:ascii=\"Arial\" w:hAnsi=\"Arial\" w:cs=\"Arial\" w:eastAsia=\"Arial\"/>"
    "<w:sz w:val=\"20\"/><w:lang w:val=\"en-GB\"/></w:rPr></w:rPrDefault>"
    "<w:pPrDefault><w:pPr><w:spacing w:after=\"120\" w:line=\"264\" "
    "w:lineRule=\"auto\"/></w:pPr></w:pPrDefault></w:docDefaults>\n"
    "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\">"
    "<w:name w:val=\"Normal\"/><w:qFormat/></w:style>\n";

void cbk_docx_styles(cbk_buffer *out)
{
    cbk_buffer_add(out, styles_head);
    for (size_t i = 0; i < N_STYLES; i++) {
        add_style(&styles[i], styles[i].id, styles[i].base, out);
    }
    cbk_buffer_add(out, "</w:styles>");
}

const char *cbk_press_docx_style_name(cbk_docx_style of)
{
    return styles[of].name;
}

void cbk_press_docx_style(cbk_docx_style of, const cbk_docx_place *place, cbk_buffer *out)
{
    const bool is_header = of == CBK_DOCX_TABLE_HEADER;
    const char *base = is_header ? place->styles[CBK_DOCX_TABLE_TEXT] : place->base;
    add_style(&styles[of], place->styles[of], *styles[of].base != '\0' ? base : "", out);
}

const char *cbk_docx_style_id(const cbk_docx_place *place, const char *id)
{
    for (size_t i = 0; place != NULL && i < CBK_DOCX_N_STYLES; i++) {
        if (strcmp(styles[i].id, id) == 0) {
            return place->styles[i];
        }
    }
    return id;
}

static const char numbering[] = CBK_XML_HEAD
    "<w:numbering " WORD "><w:abstractNum w:abstractNumId=\"0\">"
    "<w:multiLevelType w:val=\"singleLevel\"/><w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/>"
    "<w:numFmt w:val=\"bullet\"/><w:lvlText w:val=\"\xe2\x80\xa2\"/>"
    "<w:lvlJc w:val=\"left\"/><w:pPr><w:ind w:left=\"360\" w:hanging=\"240\"/></w:pPr>"
    "</w:lvl></w:abstractNum><w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num>"
    "</w:numbering>";

/* Without it Word opens the file in the manner of 2007. */
static const char settings[] = CBK_XML_HEAD
    "<w:settings " WORD "><w:compat><w:compatSetting w:name=\"compatibilityMode\" "
    "w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat>"
    "</w:settings>";

void cbk_docx_fixed_parts(cbk_zip_part out[CBK_N_DOCX_FIXED_PARTS])
{
    out[0] = (cbk_zip_part){"[Content_Types].xml", content_types, strlen(content_types)};
    out[1] = (cbk_zip_part){"_rels/.rels", package_relations, strlen(package_relations)};
    out[2] = (cbk_zip_part){"word/numbering.xml", numbering, strlen(numbering)};
    out[3] = (cbk_zip_part){"word/settings.xml", settings, strlen(settings)};
}
