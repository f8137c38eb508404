#!/usr/bin/env python3
"""test_dated.py CASEBOOK ROOT - a study with dates, missing values and two sources, audited; the
verdicts are worked by hand in its README.  Prints TAP."""
import csv
import json
import pathlib
import subprocess
import sys


def shown(value):
    """57 40 73, rounded to three decimals; none."""
    values = value if isinstance(value, list) else [value]
    return " ".join("none" if v is None else v if isinstance(v, str) else f"{v:.3f}".rstrip("0")
                    .rstrip(".") for v in values)


def difference(row, claim):
    """What is not as expected, or None."""
    if row["id"] != claim["id"] or row["verdict"] != claim["verdict"]:
        return f"{row['id']}: {claim['verdict']}, expected {row['verdict']}"
    if row["computed"] != shown(claim["computed"]):
        return f"{row['id']}: computed {shown(claim['computed'])}, expected {row['computed']}"
    said = " ".join(claim["explanations"])
    if row["fragment"] not in said or (said and not row["fragment"]):
        return f"{row['id']}: says {said or 'nothing'}"
    return None


def main(casebook, root):
    study = root / "tests/studies/dated"
    rows = list(csv.DictReader((study / "expected.csv").open()))
    run = subprocess.run([casebook, "audit", str(study), "--format", "json"],
                         capture_output=True, text=True, check=False)
    results = json.loads(run.stdout)["results"]
    claims = results["claims"]
    wrong = [found for found in map(difference, rows, claims) if found]
    checks = {(check["id"], check["kind"]): check["verdict"] for check in results["checks"]}
    tests = [
        ("every claim is there", [] if len(rows) == len(claims) else
         [f"{len(rows)} expected, {len(claims)} found"]),
        ("verdicts, numbers and explanations are as by hand", wrong),
        ("printed numbers agree", [f"{key}: {verdict}" for key, verdict in checks.items()
                                   if verdict == "inconsistent"]),
        ("the checks are those expected", [] if ("ages", "grim") in checks and
         ("women", "percentage") in checks and len(checks) == 11 else [str(checks)]),
        ("the exit code says that there are findings", [] if run.returncode == 1 else
         [str(run.returncode)]),
    ]
    print(f"1..{len(tests)}")
    for number, (name, problems) in enumerate(tests, 1):
        print(f"{'not ok' if problems else 'ok'} {number} - {name}")
        for problem in problems:
            print(f"# {problem}")
    return 1 if any(problems for _, problems in tests) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], pathlib.Path(sys.argv[2])))
