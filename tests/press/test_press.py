#!/usr/bin/env python3
"""test_press.py CASEBOOK STUDIES - what the press writes, opened by other programs.  Prints TAP.

PDF is read back by poppler, DOCX by LibreOffice and LaTeX by pdflatex (skipped where they are not installed), PNG,
XLSX and DOCX by their formats.
"""
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
import zipfile
import zlib

import word

casebook, studies = sys.argv[1], pathlib.Path(sys.argv[2])
worked = studies / "ivc-lms"
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
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


def made(path, *arguments):
    done = run(*arguments, "-o", path)
    check(f"{path.name} is written", done.returncode == 0 and path.is_file(), done.stderr)
    return path.read_bytes() if path.is_file() else b""


def chunks(png):
    at = 8
    while at < len(png):
        size, = struct.unpack(">I", png[at:at + 4])
        kind, body = png[at + 4:at + 8], png[at + 8:at + 8 + size]
        check_sum, = struct.unpack(">I", png[at + 8 + size:at + 12 + size])
        yield kind, body, check_sum == zlib.crc32(kind + body)
        at += 12 + size


def test_png(folder):
    png = made(folder / "curve.png", "figure", worked, "3", "--dpi", "200")
    found = {kind: body for kind, body, _ in chunks(png)}
    check("every chunk of the PNG has its check sum", all(right for *_, right in chunks(png)))
    per_metre = struct.unpack(">IIB", found[b"pHYs"])
    check("the PNG names its resolution", per_metre == (7874, 7874, 1), per_metre)
    svg = run("figure", worked, "3").stdout
    width_mm = float(svg.split('width="')[1].split("mm")[0])
    width, _ = struct.unpack(">II", found[b"IHDR"][:8])
    check("the PNG is as wide as the SVG", abs(width - width_mm * 200 / 25.4) <= 1, width)
    pixels = zlib.decompress(b"".join(body for kind, body, _ in chunks(png) if kind == b"IDAT"))
    check("something is drawn on it", len(set(pixels[:len(pixels):7])) > 10)
    again = made(folder / "again.png", "figure", worked, "3", "--dpi", "200")
    check("the PNG has the same bytes in every run", again == png)
    wide = run("figure", worked, "3", "-o", folder / "x.png", "--dpi", "nine")
    check("a resolution that is no number is refused",
          wide.returncode == 2 and "--dpi" in wide.stderr, wide.stderr)


def test_pdf(folder):
    pdf = made(folder / "curve.pdf", "figure", worked, "3")
    again = made(folder / "again.pdf", "figure", worked, "3")
    check("the PDF has the same bytes in every run", again == pdf and pdf.startswith(b"%PDF-"))
    if shutil.which("pdftotext") is None:
        skip("the PDF holds text, a title and its fonts", "no poppler here")
        return
    text = subprocess.run(["pdftotext", folder / "curve.pdf", "-"], capture_output=True,
                          text=True).stdout
    about = subprocess.run(["pdfinfo", folder / "curve.pdf"], capture_output=True,
                           text=True).stdout
    fonts = subprocess.run(["pdffonts", folder / "curve.pdf"], capture_output=True,
                           text=True).stdout
    check("the PDF holds text", "At risk" in text and "80%" in text, text)
    check("the PDF has a title", "Overall survival" in about, about)
    embedded = [line.split()[-5] for line in fonts.splitlines()[2:]]
    check("its fonts are embedded", embedded and set(embedded) == {"yes"}, fonts)


def cells_of(book, sheet):
    strings = ["".join(t.text or "" for t in item.iter(SHEET + "t"))
               for item in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))]
    found = {}
    for cell in ElementTree.fromstring(book.read(sheet)).iter(SHEET + "c"):
        value = cell.find(SHEET + "v")
        if value is not None:
            is_text = cell.get("t") == "s"
            found[cell.get("r")] = strings[int(value.text)] if is_text else float(value.text)
    return found


def sheet_names(book):
    sheets = ElementTree.fromstring(book.read("xl/workbook.xml")).iter(SHEET + "sheet")
    return [sheet.get("name") for sheet in sheets]


def test_workbook(folder):
    made(folder / "table.xlsx", "table", worked, "4", "--format", "xlsx")
    with zipfile.ZipFile(folder / "table.xlsx") as book:
        cells = cells_of(book, "xl/worksheets/sheet1.xml")
        check("the sheet has the table's name", sheet_names(book)[0] == "Table 4",
              sheet_names(book))
        check("the title stands above", cells["A1"] == "Table 4. Pathology", cells["A1"])
        check("a size is a number, with its decimals", cells["G4"] == 7.3, cells["G4"])
        check("a grade is text", cells["B4"] == "High", cells["B4"])


def test_workbook_header(folder):
    """A header that wraps has a row as high as it needs, and stands where its column does."""
    name = "an_answer_that_is_asked_for_in_very_many_words"
    (folder / "long.csv").write_text(f"age,{name}\n50,yes\n60,yes\n70,no\n")
    made(folder / "long.xlsx", "describe", folder / "long.csv", "--by", name)
    with zipfile.ZipFile(folder / "long.xlsx") as book:
        rows = list(ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml")).iter(SHEET + "row"))
    header = next(row for row in rows if row.get("r") == "3")
    styles = [cell.get("s") for cell in header]
    check("a header that wraps has a higher row", float(header.get("ht", "15")) >= 30, header.attrib)
    check("the header of numbers stands above them", styles[0] != styles[1] == styles[2], styles)


def test_pages(folder):
    for name in ("one", "two"):
        done = run("report", worked, "--format", "pdf", "-o", folder / name)
        check("the report is laid out on pages", done.returncode == 0, done.stderr)
    path = folder / "one" / "report.pdf"
    check("the same pages in every run",
          path.read_bytes() == (folder / "two" / "report.pdf").read_bytes())
    if shutil.which("pdftotext") is None:
        skip("the pages hold text and bookmarks, and are tagged", "no poppler here")
        return
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True,
                          text=True).stdout
    about = subprocess.run(["pdfinfo", path], capture_output=True, text=True).stdout
    pages = text.split("\f")[:-1]
    check("every page has its number",
          all(f"{i} of {len(pages)}" in page for i, page in enumerate(pages, 1)), about)
    check("a heading does not stand alone at the end of a page",
          all(page.split("\n")[-4:].count(name) == 0 for page in pages
              for name in ("Tables", "Figures", "Survival")))
    long = [page for page in pages if any(line.startswith("Variable") for line in page.split("\n")[:2])]
    check("the header of a long table is repeated", len(long) >= 1)
    variables = {"Presentation", "Venogram", "Biopsy", "Complications", "Necrosis", "Resection margin", "Recurred"}
    ends = [[line.strip() for line in page.split("\n") if line.strip()][-2] for page in pages]
    check("a variable is not parted from its first category", not variables & set(ends), ends)
    check("no caption is parted from its table",
          all(not page.rstrip().split("\n")[-3].startswith("Table ") for page in pages))
    check("the pages are tagged", "Tagged:          yes" in about, about)
    bytes_of = path.read_bytes()
    table = int(bytes_of.rsplit(b"startxref\n", 1)[1].split()[0])
    check("they name their language and show their title, and the file is whole",
          bytes_of[table:table + 5] == b"xref\n" and b"/Lang (en)" in bytes_of
          and b"/DisplayDocTitle true" in bytes_of)
    tags = subprocess.run(["pdfinfo", "-struct", path], capture_output=True, text=True).stdout.split()
    check("headings stand below the title", tags.count("H1") == 1 and tags.count("H2") > 5
          and tags.count("TH") > 20, tags[:20])


def test_report(folder):
    done = run("report", worked, "-o", folder / "report", "--format", "html,xlsx,latex,md")
    names = sorted(path.name for path in (folder / "report").iterdir())
    check("the report comes in every format that was asked for",
          names == ["report.html", "report.md", "report.tex", "report.xlsx"], done.stderr)
    with zipfile.ZipFile(folder / "report" / "report.xlsx") as book:
        names = sheet_names(book)
        check("the workbook's sheets have names of their own", len(names) == len(set(names)))
        last = cells_of(book, f"xl/worksheets/sheet{len(names)}.xml")
        check("the last sheet says where numbers come from",
              "median(age_years)" in last.values(), names)
        dictionary = cells_of(book, f"xl/worksheets/sheet{names.index('Data dictionary') + 1}.xml")
        said = [[dictionary.get(f"{column}{row}", "") for column in "BDEFG"] for row in range(4, 80)]
        check("the data dictionary has fields, keys, derived variables and endpoints", all(row in said for row in (
            ["size_cm", "number", "cm", "0 to 60", "NA, not applicable"], ["n", "integer", "", "", "never missing"],
            ["margin", "choice", "", "negative, Negative; positive, Positive", "NA, not applicable"],
            ["n_recurrences", "integer", "", "", ""], ["os", "time to event", "months", "", ""])), said)
        cohort = cells_of(book, f"xl/worksheets/sheet{names.index('The cohort, by resection margin') + 1}.xml")
        check("a category that is a digit is a label", "  0" in cohort.values())
        wrapped = book.read(f"xl/worksheets/sheet{names.index('Data dictionary') + 1}.xml").decode()
        check("a row whose text wraps is high enough", 'ht="45" customHeight="1"' in wrapped)
        check("names that are cut end with a word", "Numbers that depend on a" in names, names)
        bad = re.findall(r"<f>|NaN|Infinity", "".join(book.read(name).decode() for name in book.namelist()))
        check("there is no formula and no number that is none", not bad, bad)
        areas = re.findall(r"\$([0-9]+)</definedName>", book.read("xl/workbook.xml").decode())
        check("no empty pages are printed", areas and max(map(int, areas)) < 2000, areas)  # 1,018 numbers are explained
    wrong = run("report", worked, "-o", folder / "report", "--format", "html,pfd")
    check("an unknown format is named", wrong.returncode == 2 and "pfd" in wrong.stderr)


def test_latex(folder):
    """The report's part for LaTeX in an article, with its figures."""
    latex = (folder / "report" / "report.tex").read_text()
    figures = re.findall(r"includegraphics\[width=\\linewidth\]\{figure-(.+)\}", latex)
    check("figures are as wide as a line", len(figures) == 4 and latex.count("includegraphics") == 4, figures)
    check("names in typewriter letters may be broken", "\\texttt{recurrence-\\allowbreak{}in-" in latex)
    check("lines of a cell in a wide table are its own", "\\newline 0.449 to 1.000" in latex and "\"" not in latex)
    tested = run("describe", worked, "--by", "margin", "--on", "sex,size_cm", "--test", "--format", "latex").stdout
    check("marks of notes are raised letters that its first fonts have",
          tested.isascii() and tested.count("\\textsuperscript{a}") == 2 and "\\textsuperscript{b}" in tested, tested)
    if shutil.which("pdflatex") is None:
        skip("LaTeX typesets the report", "no pdflatex")
        return
    for figure in figures:
        run("figure", worked, figure, "-o", folder / "report" / f"figure-{figure}.pdf")
    (folder / "report" / "article.tex").write_text(
        "\\documentclass{article}\n\\usepackage{array,booktabs,longtable,graphicx}\n"
        "\\begin{document}\n\\input{report.tex}\n\\end{document}\n")
    log = subprocess.run(["pdflatex", "-interaction=nonstopmode", "article.tex"], cwd=folder / "report",
                         capture_output=True, text=True, errors="replace").stdout
    too_wide = [float(points) for points in re.findall(r"Overfull .hbox \(([0-9.]+)pt", log)]
    check("LaTeX typesets the report, and nothing runs far out of its column", "\n!" not in log
          and "Output written" in log and max(too_wide, default=0) < 60, [max(too_wide, default=0), log[-500:]])


def test_tables(folder):
    starts = {"txt": b"Pathology\n", "csv": b"Patient no.,", "md": b"# Pathology", "html": b"<!DOCTYPE html>",
              "tex": b"% Pathology", "xlsx": b"PK", "docx": b"PK", "pdf": b"%PDF"}
    for ending, start in starts.items():
        check(f"the ending .{ending} says how a table is written",
              made(folder / f"four.{ending}", "table", worked, "4").startswith(start))
    letter = made(folder / "letter.html", "table", worked, "4", "--paper", "letter")
    check("a page is printed on the paper that is asked for", b"@page{size:letter;" in letter)
    wrong = run("table", worked, "4", "-o", folder / "four.gif")
    check("another ending is refused", wrong.returncode == 2 and ".gif" in wrong.stderr, wrong.stderr)
    all_of_them = made(folder / "all.md", "table", worked).decode()
    check("without an id all tables are written",
          [f"Table {i}" in all_of_them for i in range(1, 6)] == [True] * 5 and "by resection margin" in all_of_them)
    made(folder / "all.docx", "table", worked, "--paper", "letter")
    with zipfile.ZipFile(folder / "all.docx") as package:
        check("on the paper that is asked for", b'w:w="12240"' in package.read("word/document.xml"))
    made(folder / "all.pdf", "table", worked, "--paper", "letter")
    if shutil.which("pdfinfo") is not None:
        about = subprocess.run(["pdfinfo", folder / "all.pdf"], capture_output=True, text=True).stdout
        check("in PDF, too", "(letter)" in about, about)
    latex = made(folder / "summary.tex", "table", worked, "summary").decode()
    check("a table of more than a page goes on on the next one in LaTeX, with its header",
          "\\begin{longtable}" in latex and latex.count("Variable &") == 2 and "\\endhead" in latex, latex[:500])
    check("and text in a wide one wraps", latex.count("\\linewidth-2\\tabcolsep") == 4)


def test_across(folder):
    """Two tables too wide for an upright page, after the title: a page each, none of them empty, and none behind."""
    study = folder / "across"
    study.mkdir()
    names = [f"field_{i}" for i in range(12)]
    fields = "".join(f"      {name}: {{label: A rather long label {name[6:]}, type: text}}\n" for name in names)
    columns = ", ".join(["patient", *names])
    (study / "protocol.yaml").write_text(
        "casebook: 1\nstudy: {id: wide, title: Wide}\nforms:\n  patient:\n    key: patient\n    fields:\n" + fields +
        "tables:\n" + "".join(f'  - {{id: "{i}", title: T{i}, kind: listing, columns: [{columns}]}}\n' for i in (1, 2)))
    row = ",".join(["some words"] * len(names))
    (study / "patient.csv").write_text(columns.replace(" ", "") + f"\n1,{row}\n2,{row}\n")
    made(folder / "across.docx", "table", study)
    with zipfile.ZipFile(folder / "across.docx") as package:
        body = package.read("word/document.xml").decode()
    across = ["landscape" in size for size in re.findall(r"<w:pgSz[^>]*>", body)]
    check("sections that lie across follow each other, the title in the first, nothing behind",
          across == [True, True] and body.endswith("</w:sectPr></w:body></w:document>"), across)
    made(folder / "across.pdf", "table", study)
    if shutil.which("pdftotext") is None:
        skip("so do pages", "no pdftotext")
        return
    pages = subprocess.run(["pdftotext", "-layout", folder / "across.pdf", "-"],
                           capture_output=True, text=True).stdout.split("\f")
    check("so do pages", "T1" in pages[0] and "T2" in pages[1] and pages[2:] == [""], pages)


def test_units(folder):
    """Headers of narrow columns wrap, and a unit stays in one piece."""
    study = folder / "units"
    study.mkdir()
    labels = ["Dehydrogenase", "Immunoglobulin", "Haptoglobin", "Transferrin", "Prothrombin", "Fibrinogen", "Transferase"]
    names = [label.lower() for label in labels]
    fields = "".join(f"      {name}: {{label: {label}, type: number, unit: g/L}}\n" for name, label in zip(names, labels))
    (study / "protocol.yaml").write_text(
        "casebook: 1\nstudy: {id: units, title: Units}\nforms:\n  patient:\n    key: patient\n    fields:\n" + fields +
        f'tables:\n  - {{id: "1", title: T, kind: listing, columns: [patient, {", ".join(names)}]}}\n')
    (study / "patient.csv").write_text(",".join(["patient", *names]) + "\n1" + ",1.5" * len(names) + "\n")
    made(folder / "units.pdf", "table", study)
    if shutil.which("pdftotext") is None:
        skip("units are in one piece", "no pdftotext")
        return
    text = subprocess.run(["pdftotext", "-layout", folder / "units.pdf", "-"], capture_output=True, text=True).stdout
    check("units are in one piece", text.count("g/L") == len(names), text)


def text_of(element):
    return "".join(t.text or "" for t in element.iter(WORD + "t"))


def test_docx(folder):
    arguments = ("report", worked, "--format", "docx", "-o")
    for name in ("one", "two"):
        done = run(*arguments, folder / name)
        check("the report is written for Word", done.returncode == 0, done.stderr)
    path = folder / "one" / "report.docx"
    check("the same bytes in every run",
          path.read_bytes() == (folder / "two" / "report.docx").read_bytes())
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    for name in parts:
        if name.endswith((".xml", ".rels", ".svg")):
            ElementTree.fromstring(parts[name])
    check("its elements stand in the order that Word reads", not word.package_faults(path), word.package_faults(path))
    body = ElementTree.fromstring(parts["word/document.xml"])
    tables = list(body.iter(WORD + "tbl"))
    headers = [table.find(WORD + "tr").find(f"{WORD}trPr/{WORD}tblHeader") for table in tables]
    check("the header of every table repeats", tables and all(h is not None for h in headers))
    size = [text_of(row.findall(WORD + "tc")[6]) for row in tables[3].iter(WORD + "tr")][1:]
    check("Table 4 has the sizes of the tumours", size == ["7.3", "8.9", "8", "5", "8", "20"], size)
    fields = [field.get(WORD + "instr") for field in body.iter(WORD + "fldSimple")]
    check("captions are fields that keep their number", " SEQ Table \\* ARABIC \\r 4 " in fields,
          fields)
    names = [mark.get(WORD + "name") for mark in body.iter(WORD + "bookmarkStart")]
    check("bookmarks are unique and of a length that Word takes",
          len(names) == len(set(names)) and all(len(name) <= 40 for name in names))
    run("report", worked, "-o", folder / "report")
    numbers = {name.rsplit("_", 1)[0] for name in names if re.fullmatch("_n[0-9a-f]{10}_[0-9]+", name)}
    page = (folder / "report" / "report.html").read_text()
    check("every number has a hidden bookmark with its id",
          len(numbers) > 700 and numbers == {"_" + id for id in re.findall('href="#(n[0-9a-f]{10})"', page)})
    anchors = {link.get(WORD + "anchor") for link in body.iter(WORD + "hyperlink")}
    check("every link has its place", anchors <= set(names), anchors - set(names))
    described = [element.get("descr") for element in body.iter() if element.tag.endswith("}docPr")]
    check("every figure is described", described and all(described))
    relations = parts["word/_rels/document.xml.rels"].decode()
    check("figures are there as vectors and as dots",
          all(f"media/figure1.{kind}" in relations and f"word/media/figure1.{kind}" in parts
              for kind in ("png", "svg")))
    letter = run("report", worked, "--format", "docx", "--paper", "letter", "-o", folder / "l")
    with zipfile.ZipFile(folder / "l" / "report.docx") as package:
        check("the paper is the one asked for", b'w:w="12240"' in package.read("word/document.xml"),
              letter.stderr)
    in_libreoffice(folder, path)


def in_libreoffice(folder, path):
    if shutil.which("soffice") is None:
        skip("LibreOffice opens the report", "no LibreOffice here")
        return
    subprocess.run(["soffice", f"-env:UserInstallation=file://{folder}/office", "--headless",
                    "--convert-to", "txt:Text", "--outdir", folder / "read", path],
                   capture_output=True, timeout=100)
    read = folder / "read" / "report.txt"
    text = read.read_text(encoding="utf-8") if read.is_file() else ""
    check("LibreOffice opens the report", "Table 4. Pathology" in text, text[:300])


def test_hostile(folder):
    study = folder / "hostile"
    study.mkdir()
    (study / "protocol.yaml").write_text(
        "casebook: 1\nstudy: {id: h, title: Hostile}\nforms:\n  patient:\n    key: patient\n"
        "    fields:\n      note: {label: Note, type: text}\n"
        "tables:\n  - {id: t, title: '[=*?/]', kind: listing, columns: [patient, note]}\n")
    long = "x" * 40000
    (study / "patient.csv").write_text(
        f"patient,note\n1,=1+1\n2,\"=HYPERLINK(\"\"a\"\")\"\n3,007\n4,<b>&amp;\n5,{long}\n"
        "6,12%\n7,$\\input{x}_^~#\n")
    made(folder / "hostile.xlsx", "table", study, "t", "--format", "xlsx")
    with zipfile.ZipFile(folder / "hostile.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml")
        cells = cells_of(book, "xl/worksheets/sheet1.xml")
    check("no formula comes from data", b"<f>" not in sheet and cells["B4"] == "=1+1")
    check("what a spreadsheet would alter stays text", cells["B6"] == "007", cells["B6"])
    check("markup is text", cells["B7"] == "<b>&amp;", cells["B7"])
    check("a cell that is too long is cut, and says so",
          len(cells["B8"]) < 32767 and "cut" in cells["B8"])
    check("a percentage is a number", abs(cells["B9"] - 0.12) < 1e-12, cells["B9"])
    latex = run("table", study, "t", "--format", "latex").stdout
    check("no command of LaTeX comes from data",
          "\\$\\textbackslash{}input\\{x\\}\\_\\textasciicircum{}\\textasciitilde{}\\#" in latex,
          latex)
    made(folder / "hostile.docx", "table", study, "t", "--format", "docx")
    with zipfile.ZipFile(folder / "hostile.docx") as package:
        body = ElementTree.fromstring(package.read("word/document.xml"))
    check("markup from data is text in Word", "<b>&amp;" in text_of(body), text_of(body)[:200])
    none = run("figure", worked, "3", "-o", folder / "curve.gif")
    check("another ending is refused", none.returncode == 2 and ".gif" in none.stderr)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for test in (test_png, test_pdf, test_workbook, test_workbook_header, test_docx, test_pages, test_report, test_latex,
                     test_tables, test_across, test_units, test_hostile):
            test(folder)
    print(f"1..{len(results)}")


main()
