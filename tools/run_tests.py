#!/usr/bin/env python3
"""run_tests.py BUILD [meson test options] - runs the suite and counts single tests.

A test program prints many tests (TAP) and meson counts it once; this counts the tests
inside.  The last line is "N passed, N failed", with ", N skipped" where there are any.
"""
import json
import pathlib
import re
import subprocess
import sys

PLAN = re.compile(r"^1\.\.(\d+)", re.M)
LINE = re.compile(r"^(not ok|ok)\b([^\n#]*)(#\s*(skip|todo)\b)?", re.M | re.I)
GOOD = ("OK", "EXPECTEDFAIL")


def count_tap(output):
    """Passed, failed, skipped, and how many the plan promised, in one program's output."""
    passed = failed = skipped = 0
    for outcome, _, _, directive in LINE.findall(output):
        if directive.lower() == "skip":
            skipped += 1
        elif outcome == "ok":
            passed += 1
        else:
            failed += 1
    plan = PLAN.search(output)
    return passed, failed, skipped, int(plan.group(1)) if plan else None


def count_program(record):
    """The same for one record of meson's log; what died on the way counts as a failure."""
    passed, failed, skipped, planned = count_tap(record.get("stdout") or "")
    result = record["result"]
    if not planned:  # counted whole: no TAP, or a plan of nothing
        if result == "SKIP":
            return 0, 0, 1
        return (1, 0, 0) if result in GOOD else (0, 1, 0)
    unseen = planned - passed - failed - skipped
    failed += max(unseen, 0)
    if result not in GOOD + ("SKIP",) and failed == 0:
        failed = 1
    return passed, failed, skipped


def complaints(record):
    """What a program that failed says of it: meson keeps TAP's remarks to itself."""
    lines = (record.get("stdout") or "").splitlines()
    kept = [line for line in lines if line.startswith(("not ok", "#", "Bail out!"))]
    return [f"{record['name']}: {record['result']}", *kept, *(record.get("stderr") or "").splitlines()]


def main(build, options):
    log = pathlib.Path(build) / "meson-logs" / "testlog.json"
    log.unlink(missing_ok=True)
    code = subprocess.run(["meson", "test", "-C", build, *options], check=False).returncode
    totals = [0, 0, 0]
    if log.exists():
        for line in log.read_text(errors="replace").splitlines():
            record = json.loads(line)
            totals = [sum(pair) for pair in zip(totals, count_program(record))]
            if record["result"] not in GOOD + ("SKIP",):
                print("", *complaints(record), sep="\n")
    passed, failed, skipped = totals
    if passed == 0 or (code != 0 and failed == 0):
        failed += 1
    print(f"\n{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or code else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
