#!/usr/bin/python3
"""test_report.py FILE.html [FILE.svg ...] - opens a report in headless Chromium and looks at
it as a reader would: headings, tables, pictures, links, contrast, width, paper.  Prints TAP.

With --make PROGRAM FILE.html FILE.svg the files are first written by PROGRAM.
"""
import base64
import pathlib
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync")
SCHEMES = ("light", "dark")
WIDTHS = (375, 1280)

LANGUAGE = "return document.documentElement.lang === 'en' ? [] : ['no language'];"

HEADINGS = """
const found = [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')];
const wrong = [];
if (found.filter(h => h.tagName === 'H1').length !== 1) wrong.push('not exactly one h1');
let last = 0;
for (const h of found) {
  const level = Number(h.tagName[1]);
  if (level > last + 1) wrong.push(h.tagName + ' after h' + last + ': ' + h.textContent);
  if (h.textContent.trim() === '') wrong.push('an empty heading');
  last = level;
}
return wrong;
"""

LANDMARKS = """
const wrong = [];
for (const name of ['main', 'body > header', 'head > title', 'meta[name=viewport]'])
  if (document.querySelectorAll(name).length !== 1) wrong.push('not exactly one ' + name);
const skip = document.querySelector('body > a');
if (!skip || skip.getAttribute('href') !== '#' + document.querySelector('main').id)
  wrong.push('the first element is no link to the text');
return wrong;
"""

TABLES = """
const wrong = [];
for (const table of document.querySelectorAll('table')) {
  const name = table.textContent.trim().slice(0, 40);
  if (!table.caption || table.caption.textContent.trim() === '') wrong.push('no caption: ' + name);
  for (const th of table.querySelectorAll('th')) {
    const wanted = th.closest('thead') ? 'col' : 'row';
    if (th.scope !== wanted) wrong.push('scope of ' + th.textContent + ': ' + name);
    if (th.textContent.trim() === '') wrong.push('an empty th: ' + name);
  }
  const widths = new Set([...table.rows].map(row => row.cells.length));
  if (widths.size > 1) wrong.push('rows of different length: ' + name);
  const region = table.closest('[role=region]');
  if (!region || !region.getAttribute('aria-label') || region.tabIndex !== 0)
    wrong.push('no scrolling region with a name: ' + name);
}
return wrong;
"""

PICTURES = """
const wrong = [];
for (const svg of document.querySelectorAll('svg')) {
  const names = (svg.getAttribute('aria-labelledby') || '').split(' ');
  if (svg.getAttribute('role') !== 'img') wrong.push('an svg without the role img');
  if (svg.firstElementChild.tagName !== 'title' || !svg.firstElementChild.textContent.trim())
    wrong.push('an svg without a title');
  for (const id of names)
    if (!svg.querySelector('#' + CSS.escape(id))) wrong.push('aria-labelledby names ' + id);
}
return wrong;
"""

IDS = """
const wrong = [];
const seen = new Set();
for (const element of document.querySelectorAll('[id]')) {
  if (seen.has(element.id)) wrong.push('twice: ' + element.id);
  seen.add(element.id);
}
for (const link of document.querySelectorAll('a[href^="#"]'))
  if (!seen.has(decodeURIComponent(link.getAttribute('href').slice(1))))
    wrong.push('no target: ' + link.getAttribute('href'));
return wrong;
"""

# Links that a reader may follow are no resources; everything else must be inside the file.
RESOURCES = """
const wrong = performance.getEntriesByType('resource').map(e => 'fetched: ' + e.name);
for (const element of document.querySelectorAll('[src],[srcset],[data],link[href],image,use'))
  wrong.push('a resource: ' + element.outerHTML.slice(0, 60));
if (document.querySelector('script')) wrong.push('a script');
if (/@import|url\\(/.test([...document.querySelectorAll('style')].map(s => s.textContent).join()))
  wrong.push('a style that fetches');
return wrong;
"""

WIDTH = """
const page = document.scrollingElement;
if (page.scrollWidth <= page.clientWidth) return [];
const wide = [...document.querySelectorAll('body *')].filter(
  e => e.getBoundingClientRect().right > page.clientWidth && !e.closest('.scroll'));
return ['the page is ' + page.scrollWidth + ' wide: '
        + wide.slice(0, 3).map(e => e.outerHTML.slice(0, 60)).join('; ')];
"""

# WCAG 2 contrast of every text with what is painted behind it: the colours of its ancestors
# in HTML; in a drawing the background of the page (areas there are light washes of an ink).
CONTRAST = """
const wrong = [];
const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
const channel = v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
const luminance = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
function over(top, under) {
  const a = top.length > 3 ? top[3] : 1;
  return [0, 1, 2].map(i => top[i] * a + under[i] * (1 - a));
}
function background(element) {
  const layers = [];
  for (let e = element; e; e = e.parentElement) {
    const colour = parse(getComputedStyle(e).backgroundColor);
    if (colour.length === 3 || colour[3] > 0) layers.push(colour);
    if (colour.length === 3) break;
  }
  return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
}
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
let n = 0;
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (walker.currentNode.data.trim() === '' || element.closest('title,desc,style')) continue;
  const style = getComputedStyle(element);
  const is_drawn = element instanceof SVGElement;
  const under = background(element);
  const ink = over(parse(is_drawn ? style.fill : style.color), under);
  const [a, b] = [luminance(ink), luminance(under)].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  if (!(ratio >= 4.5)) wrong.push(ratio.toFixed(2) + ': ' + walker.currentNode.data.slice(0, 40));
  n++;
}
if (n === 0) wrong.push('no text at all');
return wrong;
"""

BACKGROUND = "return getComputedStyle(document.documentElement).backgroundColor;"


class Tap:
    """Counts tests and prints their lines."""

    def __init__(self):
        self.n = 0
        self.has_failed = False

    def result(self, name, wrong):
        self.n += 1
        self.has_failed |= bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {self.n} - {name}")
        for line in wrong[:10]:
            print("#  ", str(line).replace("\n", " "))

    def finish(self):
        print(f"1..{self.n}")
        return 1 if self.has_failed else 0


def skip(reason):
    print(f"1..0 # SKIP {reason}")
    sys.exit(0)


def open_browser(profile):
    """A driver, or the end of the test where there is no browser to drive."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if browser is None or driver is None:
        skip("chromium or chromedriver is not installed (Debian: chromium chromium-driver)")
    try:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
    except ImportError:
        skip("python3-selenium is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in FLAGS + (f"--user-data-dir={profile}",):
        options.add_argument(flag)
    return webdriver.Chrome(options=options, service=Service(driver))


def show(driver, width, scheme):
    phone = width < 500
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": phone})
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "features": [{"name": "prefers-color-scheme", "value": scheme}]})


def check_page(driver, tap, page):
    driver.get(page.as_uri())
    for name, script in (("language", LANGUAGE), ("headings", HEADINGS),
                         ("landmarks and the skip link", LANDMARKS), ("tables", TABLES),
                         ("pictures", PICTURES), ("ids and links", IDS),
                         ("nothing is fetched", RESOURCES)):
        tap.result(name, driver.execute_script(script))
    backgrounds = set()
    for scheme in SCHEMES:
        for width in WIDTHS:
            show(driver, width, scheme)
            tap.result(f"no overflow at {width} px, {scheme}", driver.execute_script(WIDTH))
        tap.result(f"contrast, {scheme}", driver.execute_script(CONTRAST))
        backgrounds.add(driver.execute_script(BACKGROUND))
    tap.result("light and dark differ", [] if len(backgrounds) == 2 else list(backgrounds))
    pdf = base64.b64decode(driver.execute_cdp_cmd(
        "Page.printToPDF", {"preferCSSPageSize": True})["data"])
    tap.result("prints", [] if pdf.startswith(b"%PDF-") and len(pdf) > 5000 else ["no PDF"])
    tap.result("nothing on the console", [entry["message"] for entry in driver.get_log("browser")])


def check_drawing(driver, tap, drawing):
    try:
        root = xml.etree.ElementTree.parse(drawing).getroot()
        wrong = [] if root.tag.endswith("}svg") and root.get("viewBox") else ["no svg root"]
    except xml.etree.ElementTree.ParseError as error:
        wrong = [str(error)]
    tap.result(f"{drawing.name} is well-formed", wrong)
    driver.get(drawing.as_uri())
    script = "return document.querySelectorAll('svg > title, svg > desc').length === 2"
    tap.result(f"{drawing.name} opens alone", [] if driver.execute_script(script) else ["no title"])
    tap.result(f"{drawing.name}: nothing on the console",
               [entry["message"] for entry in driver.get_log("browser")])


def main(arguments):
    if arguments[:1] == ["--make"]:
        subprocess.run(arguments[1:], check=True)
        arguments = arguments[2:]
    if not arguments:
        sys.exit(__doc__)
    page, *drawings = [pathlib.Path(name).resolve() for name in arguments]
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="casebook-browser-",
                                     ignore_cleanup_errors=True) as profile:
        driver = open_browser(profile)
        try:
            check_page(driver, tap, page)
            for drawing in drawings:
                check_drawing(driver, tap, drawing)
        finally:
            driver.quit()
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
