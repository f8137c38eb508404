"""word.py - what Word asks of the elements of a document, for the tests of what casebook writes.

Word reads the children of an element in the order of its schema and calls a file damaged where it
is broken. The orders: ECMA-376, part 1, annex A.1 (WordprocessingML) and A.4.4 (drawings).
"""
import xml.etree.ElementTree as ElementTree
import zipfile

SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
WORD = "{" + SPACE + "}"

# CT_PPr, CT_RPr, ...: only the children are listed that may come once, in their order.
ORDERS = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
           "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd "
           "snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment "
           "textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid "
           "vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs "
           "em lang eastAsianLayout specVanish oMath rPrChange",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing "
             "tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription tblPrChange",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark",
    "tcBorders": "top start left bottom end right insideH insideV tl2br tr2bl",
    "tblBorders": "top start left bottom end right insideH insideV",
    "tblCellMar": "top start left bottom end right",
    "tbl": "bookmarkStart bookmarkEnd tblPr tblGrid tr",
    "tr": "tblPrEx trPr tc",
    "sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType pgNumType "
              "cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid printerSettings",
    "style": "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden unhideWhenUsed qFormat locked "
             "personal personalCompose personalReply rsid pPr rPr tblPr trPr tcPr tblStylePr",
    "styles": "docDefaults latentStyles style",
    "docDefaults": "rPrDefault pPrDefault",
    "lvl": "start numFmt lvlRestart pStyle isLgl suff lvlText lvlPicBulletId legacy lvlJc pPr rPr",
    "abstractNum": "nsid multiLevelType tmpl name styleLink numStyleLink lvl",
    "numbering": "numPicBullet abstractNum num numIdMacAtCleanup",
    "inline": "extent effectExtent docPr cNvGraphicFramePr graphic",
    "pic": "nvPicPr blipFill spPr",
    "blipFill": "blip srcRect tile stretch",
    "spPr": "xfrm custGeom prstGeom noFill solidFill ln",
}
REPEATED = {"tr", "tc", "style", "lvl", "abstractNum", "num", "headerReference", "footerReference", "tblStylePr",
            "bookmarkStart", "bookmarkEnd"}


def local(element):
    return element.tag.rsplit("}", 1)[-1]


def faults(root):
    """Sentences about what Word would not read."""
    said = []
    for element in root.iter():
        names = [local(child) for child in element]
        order = ORDERS.get(local(element), "").split()
        if order:
            places = [order.index(name) if name in order else -1 for name in names]
            if -1 in places or places != sorted(places):
                said.append(f"{local(element)}: {' '.join(names)}")
            if any(names.count(name) > 1 for name in set(names) - REPEATED):
                said.append(f"{local(element)} has something twice: {' '.join(names)}")
        if local(element) == "p" and "pPr" in names[1:]:
            said.append("a paragraph's properties do not come first")
        if local(element) == "r" and "rPr" in names[1:]:
            said.append("a run's properties do not come first")
        if local(element) == "tc" and (names[-1:] != ["p"] or "tcPr" in names[1:]):
            said.append(f"a cell ends with {names[-1:]}")
    ids = [element.get(WORD + "id") for element in root.iter(WORD + "bookmarkStart")]
    names = [element.get(WORD + "name") for element in root.iter(WORD + "bookmarkStart")]
    ends = [element.get(WORD + "id") for element in root.iter(WORD + "bookmarkEnd")]
    if sorted(ids) != sorted(ends) or len(set(ids)) != len(ids) or len(set(names)) != len(names):
        said.append("bookmarks do not pair")
    drawings = [element.get("id") for element in root.iter() if local(element) == "docPr"]
    if len(set(drawings)) != len(drawings):
        said.append("two drawings have one id")
    marks = [element.get(WORD + "fldCharType") for element in root.iter(WORD + "fldChar")]
    depth = 0
    for mark in marks:
        depth += {"begin": 1, "end": -1}.get(mark, 0)
        if depth < 0 or (mark == "separate" and depth == 0):
            said.append("a field ends before it begins")
    if depth != 0:
        said.append("a field does not end")
    return said


def package_faults(path):
    """The same of every part, and of how the parts hang together."""
    said = []
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        parts = {name: package.read(name) for name in names if name.endswith((".xml", ".rels"))}
    if len(set(names)) != len(names):
        said.append("a part comes twice")
    types = ElementTree.fromstring(parts["[Content_Types].xml"])
    endings = [child.get("Extension").lower() for child in types if child.get("Extension")]
    overrides = [child.get("PartName") for child in types if child.get("PartName")]
    if len(set(endings)) != len(endings) or len(set(overrides)) != len(overrides):
        said.append("a content type comes twice")
    said += [f"{name} has no content type" for name in names
             if name != "[Content_Types].xml" and "/" + name not in overrides
             and name.rsplit(".", 1)[-1].lower() not in endings]
    for name, content in parts.items():
        root = ElementTree.fromstring(content)
        said += [f"{name}: {fault}" for fault in faults(root)]
        if name.endswith(".rels"):
            folder = name.rsplit("_rels/", 1)[0]
            ids = [child.get("Id") for child in root]
            if len(set(ids)) != len(ids):
                said.append(f"{name}: two relationships have one id")
            said += [f"{name}: no part {child.get('Target')}" for child in root
                     if child.get("TargetMode") != "External"
                     and child.get("Target").lstrip("/") not in names
                     and folder + child.get("Target") not in names]
        elif name.startswith("word/"):
            relations = f"word/_rels/{name[5:]}.rels"
            known = {child.get("Id") for child in ElementTree.fromstring(parts[relations])} if relations in parts else set()
            used = {value for element in root.iter() for key, value in element.attrib.items()
                    if "officeDocument/2006/relationships}" in key}
            said += [f"{name}: no relationship {id}" for id in used - known]
    styles = {element.get(WORD + "styleId") for element in ElementTree.fromstring(parts["word/styles.xml"])
              } if "word/styles.xml" in parts else set()
    document = ElementTree.fromstring(parts["word/document.xml"])
    used = {element.get(WORD + "val") for kind in ("pStyle", "rStyle", "tblStyle") for element in document.iter(WORD + kind)}
    return said + [f"no style {id}" for id in used - styles]
