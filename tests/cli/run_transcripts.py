#!/usr/bin/env python3
"""run_transcripts.py [--write] CASEBOOK FILE.md - runs the examples of a page, compares.

An example is a fenced block ```console: lines that start with "$ " are commands, what
follows one is what it prints, both streams together.  Commands run in a copy of the
project's top folder (links to what is in it), one after the other, so that what an earlier
one wrote is there for a later one.  A line "…" in the page stands for any number of lines,
"…" inside a line for any text.  Prints TAP, one test a command.

--write replaces what the page says a command prints by what it prints, where the two
differ; read the change before you keep it.
"""
import difflib
import itertools
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORST_EXIT = 4  # 5 is "a bug of ours"; a signal is one, too
SECONDS_MAX = 60
DIFFERENCE_LINES_MAX = 16


class Example:
    """A command of the page and what the page says it prints."""

    def __init__(self, command, line):
        self.command = command
        self.line = line  # of the page, counted from 1
        self.expected = []


def examples_of(lines):
    found, is_inside, is_continued = [], False, False
    for number, line in enumerate(lines, 1):
        if line.startswith("```"):
            is_inside = line.strip() == "```console"
            is_continued = False
        elif not is_inside:
            continue
        elif is_continued:
            found[-1].command += "\n" + line
        elif line.startswith("$ "):
            found.append(Example(line[2:], number))
        elif found:
            found[-1].expected.append(line)
        is_continued = is_inside and line.endswith("\\") and not (found and found[-1].expected)
    return found


def pattern_of(expected):
    """A regular expression for the lines of the page."""
    parts = []
    for line in expected:
        if line.strip() == "…":
            parts.append(r"(?:.*\n)*")
        else:
            parts.append(r"[^\n]*".join(re.escape(part) for part in line.split("…")) + r"\n")
    return re.compile("".join(parts))


def matches(expected, printed):
    return pattern_of(expected).fullmatch("".join(line + "\n" for line in printed)) is not None


def folder_for(binary, folder):
    """Fills folder so that the page's commands find the project and the program in it."""
    for entry in ROOT.iterdir():
        if not entry.name.startswith((".", "build")):
            (folder / entry.name).symlink_to(entry)
    (folder / "build").mkdir()
    (folder / "build" / "casebook").symlink_to(binary)
    environment = dict(os.environ, PATH=f"{folder / 'build'}:{os.environ['PATH']}",
                       LC_ALL="C.UTF-8", CASEBOOK_HOME=str(folder / "home"), COLUMNS="80", NO_COLOR="1")
    return environment


def run(example, folder, environment):
    """What the command printed, as lines, and what is wrong with how it ended, or None."""
    done = subprocess.run(["sh", "-c", example.command], cwd=folder, env=environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=SECONDS_MAX, check=False)
    code = done.returncode
    if code < 0 or code > 128:
        fault = f"died of {signal.Signals(-code if code < 0 else code - 128).name}"
    else:
        fault = f"exit code {code}" if code > WORST_EXIT else None
    return done.stdout.decode("utf-8", errors="backslashreplace").splitlines(), fault


def report(number, example, printed, fault, page):
    is_good = fault is None and matches(example.expected, printed)
    name = example.command.replace("#", "\\#").replace("\\\n", " ")
    print(f"{'ok' if is_good else 'not ok'} {number} - {' '.join(name.split())}")
    if not is_good:
        print(f"# {page}:{example.line}: {fault or 'prints something else'}")
        lines = difflib.unified_diff(example.expected, printed, "page", "program",
                                     lineterm="", n=1)
        for line in itertools.islice(lines, DIFFERENCE_LINES_MAX):
            print(f"# {line}")
    return is_good


def rewrite(page, lines, printed_of):
    """Puts what was printed below each command whose lines of the page do not match."""
    for example, printed in reversed(printed_of):
        start = example.line + example.command.count("\n")
        lines[start:start + len(example.expected)] = printed
    page.write_text("\n".join(lines) + "\n")


def main(arguments):
    is_writing = arguments[0] == "--write"
    binary, page = (pathlib.Path(name).resolve() for name in arguments[is_writing:])
    lines = page.read_text().splitlines()
    examples = examples_of(lines)
    print(f"1..{len(examples)}", flush=True)
    n_failed, different = 0, []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        environment = folder_for(binary, folder)
        for number, example in enumerate(examples, 1):
            printed, fault = run(example, folder, environment)
            n_failed += not report(number, example, printed, fault, page.name)
            if not matches(example.expected, printed):
                different.append((example, printed))
    if is_writing:
        rewrite(page, lines, different)
    return 1 if n_failed or not examples else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
