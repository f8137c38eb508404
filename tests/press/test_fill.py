#!/usr/bin/env python3
"""test_fill.py CASEBOOK STUDIES - Word documents that casebook fill fills.  Prints TAP.

Read back by their format, and by LibreOffice (skipped where it is not installed), which also
writes one anew, so that its way of writing is filled a second time.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
import zipfile

import word
from word import SPACE, WORD

casebook, study = sys.argv[1], pathlib.Path(sys.argv[2]) / "ivc-lms"
TYPES = ('<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
         '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
         '<Default Extension="xml" ContentType="application/xml"/><Default Extension="bin" ContentType="x/y"/>'
         '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
         'wordprocessingml.document.main+xml"/></Types>')
RELATIONS = ('<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
             'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/'
             '2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>')
BODY = ('<w:p><w:r><w:t xml:space="preserve">The median age was </w:t></w:r><w:r><w:rPr><w:b/></w:rPr>'
        '<w:t>{{median(</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:t>age_years)}} years</w:t></w:r>'
        '<w:r><w:t xml:space="preserve">, and {{percent(sex = \u2018F\u2019) | percent}} were women.</w:t></w:r></w:p>'
        '<w:p><w:r><w:t>Survival was {{km_survival(os, 60) | percent}}.</w:t></w:r></w:p>')
results = []


def check(name, is_true, said=""):
    results.append(is_true)
    print(f"{'ok' if is_true else 'not ok'} {len(results)} - {name}")
    if not is_true:
        print(f"# {said}")


def skip(name, why):
    results.append(True)
    print(f"ok {len(results)} - {name} # SKIP {why}")


def run(*arguments):
    return subprocess.run([casebook, *map(str, arguments)], capture_output=True, text=True)


def write(path, body, more=()):
    document = (f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{SPACE}"><w:body>{body}'
                '<w:sectPr/></w:body></w:document>')
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", TYPES)
        package.writestr("_rels/.rels", RELATIONS)
        package.writestr("word/document.xml", document)
        for name, content in more:
            package.writestr(name, content)


def parts_of(path):
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def text_of(path, part="word/document.xml"):
    body = ElementTree.fromstring(parts_of(path)[part])
    return "\n".join("".join(t.text or "" for t in p.iter(WORD + "t")) for p in body.iter(WORD + "p"))


FILLED = "The median age was 45.5 years, and 83% were women.\nSurvival was 80%."


def test_filled(folder):
    paper, filled, again = (folder / name for name in ("paper.docx", "filled.docx", "again.docx"))
    note = (f'<w:footnotes xmlns:w="{SPACE}"><w:footnote><w:p><w:r><w:t>n = {{{{count(*)}}}}</w:t></w:r></w:p>'
            '</w:footnote></w:footnotes>')
    write(paper, BODY, [("word/footnotes.xml", note), ("word/media/x.bin", bytes(range(256)) + b"{{x}}")])
    done = run("fill", study, paper, "-o", filled, "--claims", folder / "filled.yaml")
    check("a Word document is filled", done.returncode == 0 and "4 placeholders, all filled" in done.stderr,
          done.stderr)
    check("its text has the numbers", text_of(filled) == FILLED, text_of(filled))
    check("so have its notes", text_of(filled, "word/footnotes.xml") == "n = 6")
    before, after = parts_of(paper), parts_of(filled)
    others = [name for name in before if name not in ("word/document.xml", "word/footnotes.xml")]
    check("every other part is copied", list(before) == list(after) and
          all(before[name] == after[name] for name in others))
    done = run("fill", study, filled, "-o", again)
    check("a second run changes nothing", again.read_bytes() == filled.read_bytes(), done.stderr)
    audit = run("audit", study, "--manuscript", filled, "--claims", folder / "filled.yaml")
    check("the audit covers its numbers", "4 numbers: all are covered" in audit.stdout
          and "reproduces 4" in audit.stdout, audit.stdout)
    # Numbers that somebody typed over come back.
    body = parts_of(filled)["word/document.xml"].replace(b">45.5<", b">44<").decode()
    write(paper, re.search("<w:body>(.*)<w:sectPr/>", body, re.S).group(1))
    run("fill", study, paper, "-o", again)
    check("a second run updates the numbers", text_of(again) == FILLED, text_of(again))


def test_refused(folder):
    paper = folder / "wrong.docx"
    write(paper, "<w:p><w:r><w:t>{{median(agee)}} {{table:4}} {{count(*)}}</w:t></w:r></w:p>")
    paper_text = "[not computed: median(agee)] [not computed: table:4] 6"
    done = run("fill", study, paper, "-o", folder / "marked.docx")
    check("what cannot be computed is said by paragraph and name", done.returncode == 1 and
          "paragraph 1: {{median(agee)}}: no such column" in done.stderr and
          "{{table:4}}: A table needs a paragraph of its own" in done.stderr, done.stderr)
    check("and marked", text_of(folder / "marked.docx") == paper_text, text_of(folder / "marked.docx"))
    write(paper, "<w:p><w:r><w:t>{{median(age_years)</w:t></w:r></w:p>")
    done = run("fill", study, paper, "-o", folder / "never.docx")
    check("braces that do not close are a mistake of the file", done.returncode == 3 and
          "In paragraph 1" in done.stderr and not (folder / "never.docx").exists(), done.stderr)
    paper.write_bytes(b"\xd0\xcf\x11\xe0 an old file")
    done = run("fill", study, paper, "-o", folder / "never.docx")
    check("an old Word file is named", done.returncode == 3 and "old version of Word" in done.stderr)
    with zipfile.ZipFile(paper, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b" " * (65 << 20))
    done = run("fill", study, paper, "-o", folder / "never.docx")
    check("a part that inflates without end is refused", done.returncode == 3 and "64 MB" in done.stderr,
          done.stderr)
    with zipfile.ZipFile(paper, "w") as package:
        package.writestr("mimetype", "x")
    done = run("fill", study, paper, "-o", folder / "never.docx")
    check("a zip file that is no document is refused", done.returncode == 3 and
          "no Word document" in done.stderr, done.stderr)
    done = run("fill", study, paper)
    check("a Word document needs a file to go to", done.returncode == 2 and "-o FILE" in done.stderr)
    done = run("fill", study, paper, "-o", folder / "x.md")
    check("Word stays Word", done.returncode == 2 and "same kind" in done.stderr, done.stderr)


# ---- tables and figures ---------------------------------------------------------------------------

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMES = (f'xmlns:w="{SPACE}" xmlns:r="{OFFICE}" '
         'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml" '
         'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
         'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"')
PACKAGE_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml."
RICH_TYPES = TYPES.replace("</Types>", '<Default Extension="PNG" ContentType="image/png"/>' + "".join(
    f'<Override PartName="/word/{name}.xml" ContentType="{PACKAGE_TYPE}{name.rstrip("1")}+xml"/>'
    for name in ("styles", "header1", "footnotes", "comments")) + "</Types>")
RICH_RELATIONS = ('<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                  + "".join(f'<Relationship Id="rId{i}" Type="{OFFICE}/{kind}" Target="{target}"/>' for i, (kind, target)
                            in enumerate((("styles", "styles.xml"), ("header", "header1.xml"), ("image", "media/image1.PNG"),
                                          ("footnotes", "footnotes.xml"), ("comments", "comments.xml"))))
                  + "</Relationships>")
# The styles of a German Word, whose text is indented and spaced.
RICH_STYLES = (f'<?xml version="1.0"?><w:styles {NAMES}><w:style w:type="paragraph" w:default="1" w:styleId="Standard">'
               '<w:name w:val="Normal"/><w:pPr><w:spacing w:line="480" w:lineRule="auto"/><w:ind w:firstLine="720"/></w:pPr>'
               '</w:style><w:style w:type="paragraph" w:styleId="Beschriftung"><w:name w:val="caption"/>'
               '<w:rPr><w:i/></w:rPr></w:style></w:styles>')


def p(text, properties="", before="", behind=""):
    return (f'<w:p>{f"<w:pPr>{properties}</w:pPr>" if properties else ""}{before}'
            f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>{behind}</w:p>')


def section(width, height):
    return (f'<w:sectPr><w:headerReference w:type="default" r:id="rId1"/><w:pgSz w:w="{width}" w:h="{height}"/>'
            '<w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="700" w:footer="700" w:gutter="0"/>'
            '</w:sectPr>')


BOX = (p("In a box {{max(age_years)}}") + p("{{table:4}}"))
RICH = "".join((
    p("{{table:summary}}", "<w:pageBreakBefore/>", '<w:bookmarkStart w:id="3" w:name="mine"/><w:commentRangeStart w:id="5"/>',
      '<w:bookmarkEnd w:id="3"/><w:commentRangeEnd w:id="5"/><w:r><w:commentReference w:id="5"/></w:r>'),
    '<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>{{fig</w:t></w:r><w:r><w:t>ure:3}}</w:t></w:r></w:p>',
    p("{{table:4}}", section(16838, 11906)),
    '<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w="5000"/></w:tblGrid><w:tr><w:tc><w:tcPr><w:tcW w:w="5000" w:type="dxa"/></w:tcPr>'
    + p("{{table:4}}") + '</w:tc></w:tr></w:tbl>',
    '<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><wp:extent cx="3600000" cy="1"/>'
    f'<wp:docPr id="1" name="x"/><a:graphic><a:graphicData uri="x"><w:txbxContent>{BOX}</w:txbxContent></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice><mc:Fallback><w:pict>'
    f'<v:textbox><w:txbxContent>{BOX}</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>',
    p("Inserted ", "", '<w:ins w:id="9" w:author="A"><w:r><w:t>{{min(age_years)}}</w:t></w:r></w:ins><w:del w:id="8" '
      'w:author="A"><w:r><w:delText>{{min(age_years)}}</w:delText></w:r></w:del>'),
    section(11906, 16838)))


def write_rich(path):
    parts = {"[Content_Types].xml": RICH_TYPES, "_rels/.rels": RELATIONS,
             "word/document.xml": f'<?xml version="1.0"?><w:document {NAMES}><w:body>{RICH}</w:body></w:document>',
             "word/_rels/document.xml.rels": RICH_RELATIONS, "word/styles.xml": RICH_STYLES,
             "word/header1.xml": f'<w:hdr {NAMES}>{p("{{figure:3}}")}</w:hdr>',
             "word/footnotes.xml": f'<w:footnotes {NAMES}><w:footnote w:id="1">{p("{{table:4}}")}</w:footnote></w:footnotes>',
             "word/comments.xml": f'<w:comments {NAMES}><w:comment w:id="5">{p("of {{count(*)}}")}</w:comment></w:comments>',
             "word/media/image1.PNG": "a picture of the author's"}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)


def change(path, old, new):
    parts = parts_of(path)
    body = parts["word/document.xml"].decode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, body.replace(old, new, 1) if name == "word/document.xml" else content)
    return old in body


def widths(table):
    return sum(int(column.get(WORD + "w")) for column in table.find(WORD + "tblGrid"))


def test_blocks(folder):
    paper, filled, again = (folder / name for name in ("rich.docx", "rich-filled.docx", "rich-again.docx"))
    write_rich(paper)
    done = run("fill", study, paper, "-o", filled)
    check("tables and figures are filled wherever a paragraph stands", done.returncode == 0 and
          "10 placeholders, all filled" in done.stderr, done.stderr)
    check("Word can read all of it", not word.package_faults(filled), word.package_faults(filled))
    run("fill", study, filled, "-o", again)
    check("the second run changes no byte", again.read_bytes() == filled.read_bytes())
    before, after = parts_of(paper), parts_of(filled)
    kept = ("_rels/.rels", "word/media/image1.PNG")
    check("parts of the author's are copied, and lists are added to", all(before[name] == after[name] for name in kept)
          and all(after[name].startswith(before[name].rsplit(b"</", 1)[0]) for name in
                  ("word/_rels/document.xml.rels", "word/styles.xml", "[Content_Types].xml")))
    body = ElementTree.fromstring(after["word/document.xml"])
    top = list(body.find(WORD + "body"))
    tables = list(body.iter(WORD + "tbl"))
    check("the header row of each table repeats", all(
        table.find(f"{WORD}tr/{WORD}trPr/{WORD}tblHeader") is not None for table in tables
        if table.find(f"{WORD}tblPr/{WORD}tblCaption") is not None))
    captions = [q for q in body.iter(WORD + "p") if q.find(f"{WORD}pPr/{WORD}pStyle") is not None
                and q.find(f"{WORD}pPr/{WORD}pStyle").get(WORD + "val") == "Beschriftung"]
    check("captions have the style of the manuscript, and count", len(captions) == 6 and " SEQ Table \\* ARABIC \\r 4 " in
          [f.get(WORD + "instr") for f in captions[2].iter(WORD + "fldSimple")], len(captions))
    check("other styles rest on that of its text", b'"CasebookTableText"><w:name w:val="Table Text"/>'
          b'<w:basedOn w:val="Standard"/>' in after["word/styles.xml"])
    wide = [widths(table) for table in tables if table.find(f"{WORD}tblPr/{WORD}tblCaption") is not None]
    check("a table is as wide as its place has room for", 5000 < wide[0] <= 16838 - 2880 and wide[1] <= 16838 - 2880 and
          4500 < wide[2] <= 5000 - 216 and all(w <= 3600000 / 635 for w in wide[3:]), wide)
    first = top[0]
    check("bookmarks, comments and page breaks of the author's stay", first.find(f"{WORD}pPr/{WORD}pageBreakBefore")
          is not None and [word.local(child) for child in first][1:6] == ["bookmarkStart", "commentRangeStart",
                                                                        "bookmarkEnd", "commentRangeEnd", "r"])
    sections = [q for q in top if q.find(f"{WORD}pPr/{WORD}sectPr") is not None]
    check("the end of a section stays behind its table", len(sections) == 1 and
          sections[0].find(f"{WORD}pPr/{WORD}sectPr/{WORD}pgSz").get(WORD + "w") == "16838")
    pictures = [name for name in after if name.startswith("word/media/casebook")]
    check("a figure that stands twice is kept once, as vectors and as dots", pictures ==
          ["word/media/casebook_figure_3.png", "word/media/casebook_figure_3.svg"] and
          b"casebook_figure_3_svg" in after["word/_rels/header1.xml.rels"], pictures)
    described = [e.get("descr") for e in body.iter() if word.local(e) == "docPr" and e.get("title")]
    check("the picture is described", described and "Kaplan-Meier" in described[0], described)
    ids = re.findall(rb'w:name="_(n[0-9a-f]{10})_', after["word/document.xml"])
    said = run("explain", study, ids[0].decode())
    check("numbers in a table have ids that explain knows", said.returncode == 0 and "Expression" in said.stdout, said.stderr)
    check("what is deleted stays", b"<w:delText>{{min(age_years)}}</w:delText>" in after["word/document.xml"])


def test_blocks_again(folder):
    filled, changed, again = (folder / name for name in ("rich-filled.docx", "changed.docx", "again.docx"))
    other = folder / "study"
    shutil.copytree(study, other)
    patients = other / "patient.csv"
    patients.write_text(patients.read_text().replace("7.3", "9.9", 1))
    run("fill", other, filled, "-o", changed)
    check("changed records change the table", "9.9" in text_of(changed) and not word.package_faults(changed))
    run("fill", study, changed, "-o", changed)
    check("and back to the same bytes", changed.read_bytes() == filled.read_bytes())
    # What a person does to a filled document: types behind it, edits inside, asks for another table.
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    check("the test finds the end of a table", change(changed, end, end[:-6] + '<w:r><w:t>Typed behind {{count(*)}}.</w:t></w:r></w:p>'))
    change(changed, ">64<", ">99<")
    run("fill", study, changed, "-o", again)
    check("text typed behind a table stays, text typed into it does not", "\nTyped behind 6.\n" in text_of(again)
          and ">99<" not in parts_of(again)["word/document.xml"].decode() and not word.package_faults(again))
    change(again, "ADDIN casebook table:summary", "ADDIN casebook table:9")
    done = run("fill", study, again, "-o", changed)
    check("a table that is none any more is marked", done.returncode == 1 and text_of(changed).startswith(
        "[not computed: table:9]\nTyped behind 6.") and not word.package_faults(changed), text_of(changed)[:99])
    change(changed, "ADDIN casebook table:9", "ADDIN casebook count(*)")
    run("fill", study, changed, "-o", changed)
    check("a number in its place", text_of(changed).startswith("6\nTyped behind 6."), text_of(changed)[:99])
    # Two tables whose paragraphs somebody joined, and text before the first.
    write(again, p("{{table:4}}") + p("{{table:1}}"))
    run("fill", study, again, "-o", again)
    once = text_of(again)
    joined = change(again, re.search(r'fldCharType="end"/></w:r>(</w:p><w:p><w:pPr>.*?</w:pPr>)',
                                     parts_of(again)["word/document.xml"].decode()).group(1), "")
    change(again, '<w:r><w:fldChar w:fldCharType="begin"/>', '<w:r><w:t>Before {{count(*)}}.</w:t></w:r>'
           '<w:r><w:fldChar w:fldCharType="begin"/>')
    run("fill", study, again, "-o", again)
    parted = text_of(again)
    run("fill", study, again, "-o", again)
    check("joined tables are parted again", joined and parted == text_of(again) and re.sub("\n+", "\n", parted)
          == "Before 6.\n" + re.sub("\n+", "\n", once) and not word.package_faults(again),
          word.package_faults(again) or parted)
    for question in ("ADDIN casebook figure:3", "ADDIN casebook figure:3"):
        change(changed, question, "ADDIN casebook table:4")
    run("fill", study, changed, "-o", changed)
    left = parts_of(changed)
    check("a picture that no text shows is taken away", b"casebook" not in left["word/_rels/document.xml.rels"]
          and "word/media/casebook_figure_3.svg" in left)  # the header shows it still


def test_blocks_refused(folder):
    paper = folder / "strict.docx"
    write(paper, p("{{table:4}} ") + p("{{count(*)}}"))
    change(paper, SPACE, "http://purl.oclc.org/ooxml/wordprocessingml/main")
    done = run("fill", study, paper, "-o", folder / "strict-filled.docx")
    check("Strict Open XML takes numbers and no tables", done.returncode == 1 and "not Strict Open XML" in done.stderr
          and b">6<" in parts_of(folder / "strict-filled.docx")["word/document.xml"], done.stderr)
    write(paper, p("{{table:4}}"))
    run("fill", study, paper, "-o", paper)
    check("a table is filled where there were no styles", b"SEQ Table" in parts_of(paper)["word/document.xml"]
          and not word.package_faults(paper), word.package_faults(paper))
    change(paper, '<w:r><w:fldChar w:fldCharType="end"/></w:r>', "")
    done = run("fill", study, paper, "-o", folder / "never.docx")
    check("a table whose end was lost is a mistake of the file", done.returncode == 3 and
          "does not end there" in done.stderr and not (folder / "never.docx").exists(), done.stderr)
    write(paper, p("{{table:4}}"), [("word/styles.xml", "<w:styles")])
    done = run("fill", study, paper, "-o", folder / "never.docx")
    check("damaged styles are named", done.returncode == 3 and "word/styles.xml is damaged" in done.stderr, done.stderr)


def convert(folder, path, kind):
    subprocess.run(["soffice", f"-env:UserInstallation=file://{folder}/office", "--headless", "--convert-to",
                    kind, "--outdir", folder / "read", path], capture_output=True, timeout=100)
    return folder / "read" / f"{path.stem}.{kind.split(':')[0]}"


def test_in_libreoffice(folder):
    if shutil.which("soffice") is None:
        skip("LibreOffice shows the numbers and keeps the questions", "no LibreOffice here")
        return
    write(folder / "office.docx", BODY)
    run("fill", study, folder / "office.docx", "-o", folder / "office.docx")
    text = convert(folder, folder / "office.docx", "txt:Text")
    shown = text.read_text(encoding="utf-8-sig") if text.is_file() else ""
    check("LibreOffice shows the numbers", shown.strip() == FILLED, shown)
    saved = convert(folder, folder / "office.docx", "docx:MS Word 2007 XML")
    kept = saved.is_file()
    if kept:
        body = parts_of(saved)["word/document.xml"].replace(b">45.5<", b">44<")
        with zipfile.ZipFile(saved) as package:
            parts = {name: package.read(name) for name in package.namelist()}
        with zipfile.ZipFile(saved, "w") as package:
            for name, content in parts.items():
                package.writestr(name, body if name == "word/document.xml" else content)
    done = run("fill", study, saved, "-o", folder / "office2.docx")
    check("what LibreOffice saved is filled again", kept and "3 placeholders, all filled" in done.stderr and
          text_of(folder / "office2.docx").strip() == FILLED, done.stderr)


def main():
    with tempfile.TemporaryDirectory() as name:
        for test in (test_filled, test_refused, test_blocks, test_blocks_again, test_blocks_refused,
                     test_in_libreoffice):
            test(pathlib.Path(name))
    print(f"1..{len(results)}")


main()
