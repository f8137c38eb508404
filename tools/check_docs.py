#!/usr/bin/env python3
"""check_docs.py [ROOT] - the documentation's links lead somewhere, the paths it names exist.

Prints TAP, one test a page.
"""
import pathlib
import re
import sys

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:src|include|tests|tools|docs|man|bench|studies)/[\w./-]+)`")
FENCE = re.compile(r"^```.*?^```", re.M | re.S)


def anchors_of(page):
    headings = re.findall(r"^#+ +(.*)$", FENCE.sub("", page.read_text()), re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


def problems_of(page, root):
    text = FENCE.sub("", page.read_text())
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path) if path else page
        if not there.exists():
            yield f"no file {target}"
        elif anchor and there.suffix == ".md" and anchor not in anchors_of(there):
            yield f"no heading {target}"
    for name in NAMED.findall(text):
        if not (root / name).exists() and not re.search(r"NAME|ROOM", name):
            yield f"no file {name}"


def main(root):
    pages = sorted([*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("studies/**/*.md")])
    print(f"1..{len(pages)}")
    n_failed = 0
    for number, page in enumerate(pages, 1):
        found = list(problems_of(page, root))
        n_failed += bool(found)
        print(f"{'not ok' if found else 'ok'} {number} - {page.relative_to(root)}")
        for problem in found:
            print(f"# {problem}")
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
