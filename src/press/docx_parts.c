/* docx_parts.c - the parts of a Word document that are the same in each.  Contract:
 * press/docx_parts.h. */
#include "press/docx_parts.h"

#include <string.h>

#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define TYPE "application/vnd.openxmlformats-officedocument.wordprocessingml."
#define WORD "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""

const char cbk_docx_spaces[] =
    WORD " xmlns:r=\"" OFFICE "\" "
         "xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/"
         "wordprocessingDrawing\" "
         "xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" "
         "xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"";

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
    "<Relationship Id=\"rId1\" Type=\"" OFFICE
    "/officeDocument\" Target=\"word/document.xml\"/>"
    "<Relationship Id=\"rId2\" "
    "Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/"
    "core-properties\" Target=\"docProps/core.xml\"/></Relationships>";

#define STYLE(kind, id, name, inside)                                                    \
    "<w:style w:type=\"" kind "\" w:styleId=\"" id "\"><w:name w:val=\"" name            \
    "\"/>" inside "</w:style>\n"
#define ON_NORMAL "<w:basedOn w:val=\"Normal\"/>"
#define HEADING(n, outline, before, size)                                                \
    STYLE("paragraph", "Heading" n, "heading " n,                                        \
          ON_NORMAL "<w:next w:val=\"Normal\"/><w:qFormat/><w:pPr><w:keepNext/>"         \
                    "<w:spacing w:before=\"" before "\" w:after=\"80\"/>"                \
                    "<w:outlineLvl w:val=\"" outline "\"/></w:pPr><w:rPr><w:b/>"         \
                    "<w:sz w:val=\"" size "\"/></w:rPr>")
#define RULE "w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"1b1f24\"/>"

static const char styles[] = CBK_XML_HEAD
    "<w:styles " WORD "><w:docDefaults><w:rPrDefault><w:rPr>"
    "<w:rFonts w:ascii=\"Arial\" w:hAnsi=\"Arial\" w:cs=\"Arial\" w:eastAsia=\"Arial\"/>"
    "<w:sz w:val=\"20\"/><w:lang w:val=\"en-GB\"/></w:rPr></w:rPrDefault>"
    "<w:pPrDefault><w:pPr><w:spacing w:after=\"120\" w:line=\"264\" "
    "w:lineRule=\"auto\"/></w:pPr></w:pPrDefault></w:docDefaults>\n"
    "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\">"
    "<w:name w:val=\"Normal\"/><w:qFormat/></w:style>\n" STYLE(
        "paragraph", "Title", "Title",
        ON_NORMAL
        "<w:qFormat/><w:pPr><w:spacing w:after=\"60\"/></w:pPr>"
        "<w:rPr><w:b/><w:sz w:val=\"36\"/></w:rPr>") STYLE("paragraph", "Subtitle",
                                                           "Subtitle",
                                                           ON_NORMAL
                                                           "<w:qFormat/><w:rPr><w:color "
                                                           "w:val=\"59606a\"/></w:rPr>")
        HEADING("1", "0", "360", "28") HEADING("2", "1", "240", "24") HEADING(
            "3", "2", "200",
            "20") STYLE("paragraph", "ListBullet", "List Bullet",
                        ON_NORMAL "<w:pPr><w:numPr><w:numId w:val=\"1\"/></w:numPr>"
                                  "<w:spacing w:after=\"40\"/></w:pPr>")
            STYLE(
                "paragraph", "Caption", "caption",
                ON_NORMAL
                "<w:qFormat/><w:pPr><w:spacing w:before=\"200\" w:after=\"80\"/></w:pPr>"
                "<w:rPr><w:sz w:val=\"18\"/></w:rPr>")
                STYLE("paragraph", "TableText", "Table Text",
                      ON_NORMAL
                      "<w:pPr><w:spacing w:before=\"20\" w:after=\"20\" w:line=\"240\" "
                      "w:lineRule=\"auto\"/></w:pPr><w:rPr><w:sz w:val=\"16\"/></w:rPr>")
                    STYLE("paragraph", "TableHeader", "Table Header",
                          "<w:basedOn w:val=\"TableText\"/><w:rPr><w:b/></w:rPr>")
                        STYLE("paragraph", "TableNote", "Table Note",
                              ON_NORMAL "<w:pPr><w:spacing w:before=\"40\" "
                                        "w:after=\"40\" w:line=\"240\" "
                                        "w:lineRule=\"auto\"/></w:pPr><w:rPr><w:color "
                                        "w:val=\"59606a\"/>"
                                        "<w:sz w:val=\"16\"/></w:rPr>")
                            STYLE("paragraph", "Figure", "Figure",
                                  ON_NORMAL "<w:pPr><w:spacing w:before=\"160\" "
                                            "w:after=\"0\"/></w:pPr>")
                                STYLE("paragraph", "Footer", "footer",
                                      ON_NORMAL
                                      "<w:pPr><w:tabs><w:tab w:val=\"right\" "
                                      "w:pos=\"9978\"/></w:tabs>"
                                      "<w:spacing w:after=\"0\"/></w:pPr><w:rPr><w:color "
                                      "w:val=\"59606a\"/>"
                                      "<w:sz w:val=\"14\"/></w:rPr>")
                                    STYLE("character", "Hyperlink", "Hyperlink",
                                          "<w:rPr><w:color w:val=\"0a57c2\"/></w:rPr>")
                                        STYLE("character", "Code", "Code",
                                              "<w:rPr><w:rFonts w:ascii=\"Courier New\" "
                                              "w:hAnsi=\"Courier New\" "
                                              "w:cs=\"Courier New\"/></w:rPr>")
                                            STYLE("table", "TableOfResults",
                                                  "Table of Results",
                                                  "<w:tblPr><w:tblBorders><w:top " RULE
                                                  "<w:bottom " RULE "</w:tblBorders>"
                                                  "<w:tblCellMar><w:left w:w=\"60\" "
                                                  "w:type=\"dxa\"/>"
                                                  "<w:right w:w=\"60\" "
                                                  "w:type=\"dxa\"/></w:tblCellMar></"
                                                  "w:tblPr>") "</w:styles>";

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
    out[2] = (cbk_zip_part){"word/styles.xml", styles, strlen(styles)};
    out[3] = (cbk_zip_part){"word/numbering.xml", numbering, strlen(numbering)};
    out[4] = (cbk_zip_part){"word/settings.xml", settings, strlen(settings)};
}
