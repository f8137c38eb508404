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

casebook, study = sys.argv[1], pathlib.Path(sys.argv[2]) / "ivc-lms"
SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
WORD = "{" + SPACE + "}"
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
    done = run("fill", study, paper, "-o", folder / "marked.docx")
    check("what cannot be computed is said by paragraph and name", done.returncode == 1 and
          "paragraph 1: {{median(agee)}}: no such column" in done.stderr and
          "{{table:4}}: A table cannot be filled into a Word document" in done.stderr, done.stderr)
    check("and marked", text_of(folder / "marked.docx") ==
          "[not computed: median(agee)] [not computed: table:4] 6", text_of(folder / "marked.docx"))
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
        for test in (test_filled, test_refused, test_in_libreoffice):
            test(pathlib.Path(name))
    print(f"1..{len(results)}")


main()
