#!/usr/bin/env python3
"""test_large.py CASEBOOK STUDY MAKE_STUDY - the report of the worked example and of 2,000 patients in
all formats: within ten times what it should take, and of use.  Prints TAP.

What has become quadratic is found here and not by a user; `make bench` compares with the goals.
"""
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
import zipfile

casebook, worked, make_study = sys.argv[1], sys.argv[2], sys.argv[3]
FORMATS = ("html", "pdf", "docx", "xlsx", "latex", "md")
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
PATIENCE = 10
results = []


def check(name, is_true, said=""):
    results.append(is_true)
    print(f"{'ok' if is_true else 'not ok'} {len(results)} - {name}")
    if not is_true:
        print(f"# {said}")


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def report(study, folder, goal, stderr=subprocess.PIPE):
    before = processor_seconds()
    done = subprocess.run([casebook, "report", study, "-o", folder, "--format", ",".join(FORMATS)],
                          stdout=subprocess.PIPE, stderr=stderr, text=True)
    seconds = processor_seconds() - before
    check("the report is written in every format",
          done.returncode == 0 and len(done.stdout.split()) == len(FORMATS), done.stderr)
    check(f"in less than {PATIENCE} times {goal} s", seconds < PATIENCE * goal, f"{seconds:.1f} s")
    return done.stderr


def told_on_terminal(study, folder):
    """What a person sees on stderr; what is not read yet must fit the terminal's 4 KiB."""
    ours, its = os.openpty()
    report(study, folder, 5.0, stderr=its)
    os.close(its)
    told = b""
    while True:
        try:
            more = os.read(ours, 65536)
        except OSError:  # the end of a terminal that nobody writes to any more
            break
        if not more:
            break
        told += more
    os.close(ours)
    return told.decode()


def check_pages(path):
    if shutil.which("pdftotext") is None:
        print("# no poppler here: pages are not read")
        return
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True).stdout
    pages = [page for page in text.split("\f") if len(re.findall(r"^P\d{4} +\d+/[FM]", page, re.M)) > 5]
    headers = [page for page in pages if re.search(r"Overall +Event-free\n", page)]
    check("a listing of 2,000 rows goes over pages, its header on each",
          len(pages) > 20 and len(headers) == len(pages), f"{len(headers)} of {len(pages)}")


def check_word(path):
    with zipfile.ZipFile(path) as package:
        body = ElementTree.fromstring(package.read("word/document.xml"))
    longest = max(body.iter(WORD + "tbl"), key=lambda table: len(table.findall(WORD + "tr")))
    rows = longest.findall(WORD + "tr")
    check("in Word it has all rows, and a header that repeats",
          len(rows) == 2001 and rows[0].find(f"{WORD}trPr/{WORD}tblHeader") is not None, len(rows))


def check_workbook(path):
    with zipfile.ZipFile(path) as book:
        sizes = [book.read(name).count(b"<row ") for name in book.namelist()
                 if name.startswith("xl/worksheets/sheet")]
    check("in the workbook, too", max(sizes) >= 2001, sizes)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        check("six patients: nothing is told", report(worked, folder / "small", 1.0) == "")
        subprocess.run([sys.executable, make_study, folder / "large"], check=True)
        try:
            told = told_on_terminal(folder / "large", folder / "report")
            check("a terminal is told what is made, and the line is wiped",
                  told == "" or (told.count("\x1b[K") > 1 and told.endswith("\r\x1b[K")), repr(told))
        except OSError as missing:
            print(f"# no terminal can be made here: {missing}")
            report(folder / "large", folder / "report", 5.0)
        html = (folder / "report" / "report.html").read_text()
        check("a swimmer plot of 2,000 is cut, and says so",
              "The 60 longest of 2000 patients." in html and html.count("Patient P") < 1000)
        check("a page of a size that a browser takes", len(html) < 4e6, len(html))
        check("a listing says where its numbers stand",
              "2000 rows, each a line of patient.csv, in its order." in html)
        check_pages(folder / "report" / "report.pdf")
        check_word(folder / "report" / "report.docx")
        check_workbook(folder / "report" / "report.xlsx")
    print(f"1..{len(results)}")


main()
