#!/usr/bin/env python3
"""prove.py BUILD [ALLOCATIONS] - the casebook file at length: every state after a power cut, every
failing operation, allocations, kills, full disks, tampering.  What each program prints is passed on
as it comes; at the end stands what they proved, in a line or two each, and for how long they ran.

ALLOCATIONS: which allocations of whole commands fail, "paths" unless said; 1: each (hours).
Exit code 1 where one of them failed.
"""
import pathlib
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).parent
PROGRESS = re.compile(r"# \d+ of \d+\b|# \w+: \d+ allocations")


def programs(build, allocations):
    """Command lines; the long forms of what `make check` runs briefly."""
    casebook, stand_alone = f"{build}/casebook", f"{build}/tools/verify/casebook-verify"
    sample, study = HERE / "sample", HERE.parent.parent / "studies/ivc-lms"
    return ([f"{build}/tests/file/power_cut", "200000"],
            [f"{build}/tests/file/allocations", "101"],
            [f"{build}/tests/file/commands", sample, allocations],
            [HERE / "test_full_disk.py", casebook, sample, "1"],
            [HERE / "test_tamper.py", casebook, stand_alone, sample, "10000"],
            [HERE / "test_kill.py", casebook, study, "200"])


def run(words):
    """Runs one; whether all went well, and what it said that is worth repeating."""
    began, said, n_tests, n_good = time.monotonic(), [], 0, 0
    with subprocess.Popen(list(map(str, words)), stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            n_tests += line.startswith(("ok", "not ok"))
            n_good += line.startswith("ok")
            if line.startswith(("ok", "not ok", "#")) and not PROGRESS.match(line):
                said.append("  " + line.rstrip())
    is_fine = process.returncode == 0 and 0 < n_good == n_tests
    minutes = (time.monotonic() - began) / 60
    name = pathlib.Path(words[0]).stem
    return is_fine, [f"{name}, {minutes:.1f} min: {'proved' if is_fine else 'FAILED'}", *said]


def main(build, allocations="paths"):
    results = [run(words) for words in programs(build, allocations)]
    print("\nThe casebook file")
    for _, said in results:
        print("\n".join(said))
    n_failed = sum(not is_fine for is_fine, _ in results)
    print(f"{len(results) - n_failed} proved, {n_failed} failed")
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
