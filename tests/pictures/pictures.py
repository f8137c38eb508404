#!/usr/bin/python3
"""pictures.py [--write] CASEBOOK STUDY KIND ... - draws the study's figures and documents and compares
them with the pictures that are kept in this folder.  Prints TAP.

KIND is `figure`, `pages` (PDF), `browser` (HTML, in Chromium) or `word` (DOCX, in LibreOffice);
without any, all of them.  What this machine has no program for is skipped.  Where a picture
differs, build/pictures/NAME.png shows the kept one, the new one, and the differences in red.
--write keeps what is drawn now; the difference is then read in the version control's review.
"""
import base64
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import picture

HERE = pathlib.Path(__file__).resolve().parent
BROWSER = HERE.parent / "browser"
FOUND = pathlib.Path("build" if pathlib.Path("build").is_dir() else ".").resolve() / "pictures"
VERSIONS = HERE / "versions.txt"
TRIES = 3
FIGURES = ("3", "dfs", "recurrences", "timeline")
FIGURE_DPI, PAGE_DPI = 100, 42
WIDTHS = ((375, 0.6), (1280, 0.5))  # of the window, and the scale of the picture

# The same letters on every machine; of long parts, lists and tables the beginning.
IN_SHORT = """
const style = document.createElement('style');
style.textContent = '* { font-family: "Liberation Sans" !important } '
  + 'code, code * { font-family: "Liberation Mono" !important }';
document.head.append(style);
for (const body of document.querySelectorAll('tbody'))
  [...body.rows].slice(5).forEach(row => row.remove());
for (const list of document.querySelectorAll('main ul, main ol'))
  [...list.children].slice(3).forEach(item => item.remove());
let n = 0;
for (const element of [...document.querySelector('main').children]) {
  n = element.tagName === 'H2' ? 0 : n + 1;
  if (n > 12) element.remove();
}
"""

# Where each part of the page begins, from its own heading to the next one's.
PARTS = """
const tops = [['top', 0]];
for (const h of document.querySelectorAll('h2'))
  tops.push([(h.id || (h.closest('[id]') || {}).id || '').replace(/[^a-z0-9-]/g, ''),
             Math.floor(h.getBoundingClientRect().top + scrollY) - 8]);
return [...tops, ['', document.scrollingElement.scrollHeight]];
"""


def need(program):
    if shutil.which(program) is None:
        raise LookupError(f"{program} is not installed")


def made(casebook, *arguments):
    subprocess.run([casebook, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)


def pages_of(path, stem):
    """The pages of a PDF file, as pictures by name."""
    need("pdftoppm")
    folder = path.with_suffix("")
    folder.mkdir()
    subprocess.run(["pdftoppm", "-r", str(PAGE_DPI), path, folder / "page"], check=True)
    for i, name in enumerate(sorted(folder.iterdir()), 1):
        yield f"{stem}-{i:02}", picture.read_ppm(name.read_bytes())


def figures(casebook, study, folder):
    for figure in FIGURES:
        path = folder / f"{figure}.png"
        made(casebook, "figure", study, figure, "-o", path, "--dpi", FIGURE_DPI)
        yield f"figure-{figure}", picture.read_png(path.read_bytes())


def pages(casebook, study, folder):
    made(casebook, "report", study, "-o", folder, "--format", "pdf")
    yield from pages_of(folder / "report.pdf", "pages")


def word(casebook, study, folder):
    need("soffice")
    made(casebook, "report", study, "-o", folder, "--format", "docx")
    subprocess.run(["soffice", f"-env:UserInstallation=file://{folder}/office", "--headless", "--convert-to", "pdf",
                    "--outdir", folder, folder / "report.docx"], check=True, capture_output=True, timeout=200)
    yield from pages_of(folder / "report.pdf", "word")


def browser(casebook, study, folder):
    sys.path.insert(0, str(BROWSER))
    import test_report  # the driver, and how it shows a page

    made(casebook, "report", study, "-o", folder)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        driver = test_report.open_browser(profile)
        try:
            for width, scale in WIDTHS:
                test_report.show(driver, width, "light")
                driver.get((folder / "report.html").as_uri())
                driver.execute_script(IN_SHORT)
                parts = driver.execute_script(PARTS)
                for (name, top), (_, end) in zip(parts, parts[1:]):
                    shot = driver.execute_cdp_cmd("Page.captureScreenshot", {
                        "captureBeyondViewport": True, "optimizeForSpeed": True,
                        "clip": {"x": 0, "y": top, "width": width, "height": end - top, "scale": scale}})
                    yield f"browser-{width}-{name}", picture.read_png(base64.b64decode(shot["data"]))
        finally:
            driver.quit()


KINDS = {"figure": figures, "pages": pages, "word": word, "browser": browser}


def fault_of(name, kept, drawn):
    """What is wrong with a picture, or None; the differences go to a file."""
    size = f"{drawn.width} by {drawn.height} pixels, and was {kept.width} by {kept.height}"
    is_size = abs(drawn.width - kept.width) <= 1 and abs(drawn.height - kept.height) <= 2
    bad = picture.differences(kept, drawn)
    if is_size and not bad:
        return None
    FOUND.mkdir(parents=True, exist_ok=True)
    path = FOUND / f"{name}.png"
    path.write_bytes(picture.png_of(picture.beside(kept, drawn, picture.marked(kept, bad))))
    return f"{len(bad)} pixels differ: {path}" if is_size else f"{size}: {path}"


def is_seen(drawn):
    """Whether the comparison would notice: the blackest piece, two pixels to the right, is a
    difference; everything a little darker is none."""
    size = 24
    corners = [(x, y) for y in range(0, drawn.height - size, size) for x in range(0, drawn.width - size, size)]
    dark = bytes(1 if value < 100 else 0 for value in range(256))
    x, y = max(corners, key=lambda at: sum(row[3 * at[0]:3 * (at[0] + size)].translate(dark).count(1)
                                           for row in drawn.rows[at[1]:at[1] + size]))
    rows = list(drawn.rows)
    for i in range(y, y + size):
        rows[i] = (rows[i][:3 * x] + b"\xff" * 6 + rows[i][3 * x:3 * (x + size) - 6] + rows[i][3 * (x + size):])
    darker = bytes(max(value - 20, 0) for value in range(256))
    return (bool(picture.differences(drawn, picture.Picture(drawn.width, rows)))
            and not picture.differences(drawn, picture.Picture(drawn.width, [row.translate(darker) for row in drawn.rows])))


class Tap:
    """Counts tests and prints their lines."""

    def __init__(self):
        self.n = 0

    def result(self, name, fault):
        self.n += 1
        print(f"{'ok' if fault is None else 'not ok'} {self.n} - {name}")
        if fault is not None:
            print(f"# {fault}")

    def skip(self, name, why):
        self.n += 1
        print(f"ok {self.n} - {name} # SKIP {why}")


def version_of(kind):
    """The program that rasters the pictures of a kind, with as much of its version as changes
    them; "" where that is casebook itself."""
    words, parts = {"pages": (("pdftoppm", "-v"), 2), "word": (("soffice", "--version"), 2),
                    "browser": (("chromium", "--version"), 1)}.get(kind, (None, 0))
    if words is None:
        return ""
    need(words[0])
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    number = re.search(r"\d+(\.\d+)*", done.stdout + done.stderr).group().split(".")
    return f"{words[0]} {'.'.join(number[:parts])}"


def read_versions():
    return dict(line.split(": ", 1) for line in VERSIONS.read_text().splitlines()) if VERSIONS.exists() else {}


def draw(kind, casebook, study):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        return {name: found.coarse() for name, found in KINDS[kind](casebook, study, pathlib.Path(folder))}


def faults_of(drawn):
    """The pictures drawn, by name, held against those that are kept: what is wrong, or None."""
    faults = {}
    for name, found in drawn.items():
        path = HERE / f"{name}.png"
        faults[name] = (fault_of(name, picture.read_png(path.read_bytes()), found) if path.exists()
                        else "no picture of it is kept; --write keeps one")
    return faults


def compare(tap, kind, casebook, study):
    drawn = draw(kind, casebook, study)
    faults = faults_of(drawn)
    # A browser draws a hairline between two pixels now and then not at all: what is wrong is
    # wrong each time.
    for _ in range(TRIES - 1):
        if any(faults.values()):
            again = faults_of(draw(kind, casebook, study))
            faults = {name: fault and again.get(name) for name, fault in faults.items()}
    for name, fault in faults.items():
        tap.result(name, fault)
    gone = [path.stem for path in HERE.glob(f"{kind}-*.png") if path.stem not in drawn]
    tap.result(f"every picture of {kind} that is kept is drawn", None if not gone else ", ".join(gone))
    tap.result("a piece that moved by two pixels would be seen",
               None if is_seen(next(iter(drawn.values()))) else "it was not")


def keep(kind, drawn):
    for path in HERE.glob(f"{kind}-*.png"):
        path.unlink()
    for name, found in drawn.items():
        (HERE / f"{name}.png").write_bytes(picture.png_of(found))
    versions = {**read_versions(), kind: version_of(kind)}
    VERSIONS.write_text("".join(f"{name}: {versions[name]}\n" for name in KINDS if versions.get(name)))
    print(f"# {kind}: {len(drawn)} pictures are kept")


def main(arguments):
    casebook, study, *kinds = [argument for argument in arguments if argument != "--write"]
    tap = Tap()
    for kind in kinds or KINDS:
        try:
            here, kept = version_of(kind), read_versions().get(kind, "")
            if "--write" in arguments:
                keep(kind, draw(kind, casebook, study))
            elif here != kept:
                tap.skip(f"pictures of {kind}", f"kept as {kept} draws them; here is {here}")
            else:
                compare(tap, kind, casebook, study)
        except LookupError as missing:
            tap.skip(f"pictures of {kind}", missing)
    print(f"1..{tap.n}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1:])
