#!/usr/bin/env python3
"""test_ways.py ROOT COMMANDS - every command that writes to a casebook file, or makes one, is among
the ways of writing on which power cuts are tried (ways.c) and among the commands on which failing
memory and disks are (COMMANDS --list).  Prints TAP.
"""
import pathlib
import re
import subprocess
import sys

# A replay without a path is one in memory.
WRITES = re.compile(r"CBK_CASEBOOK_(?:WRITE|CREATE)\b|\bcbk_casebook_(?:commit|backup|start)\("
                    r"|\bcbk_casebook_replay\((?![^;]*\bNULL\b)")


def writing_commands(root):
    """Commands by name, from the files that write."""
    names = set()
    for path in sorted((root / "src/cli").glob("*.c")):
        text = path.read_text()
        if WRITES.search(text):
            names.update(re.findall(r'cbk_command_\w+ = \{\s*\.name = "([\w-]+)"', text))
    return names


def main(root, commands):
    root = pathlib.Path(root)
    writing = writing_commands(root)
    table = (root / "tests/file/ways.c").read_text().split("static const way ways[]")[1]
    ways = {words.split()[0] for words in re.findall(r'\{"([^"]+)", WAY_', table)}
    tried = set(subprocess.run([commands, "--list"], capture_output=True, text=True,
                               check=True).stdout.split())
    print("1..3")
    print(f"{'ok' if len(writing) >= 10 else 'not ok'} 1 - {len(writing)} commands write")
    print(f"{'ok' if writing == ways else 'not ok'} 2 - each is a way of writing that power cuts are "
          f"tried on {sorted(writing ^ ways) or ''}")
    print(f"{'ok' if writing <= tried else 'not ok'} 3 - each is tried with failing memory and disks "
          f"{sorted(writing - tried) or ''}")
    return 0 if len(writing) >= 10 and writing == ways and writing <= tried else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
