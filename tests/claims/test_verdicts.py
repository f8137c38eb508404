#!/usr/bin/env python3
"""test_verdicts.py CASEBOOK ROOT - the 204 verdicts of the worked example beside those of an
independent hand, and every difference named in the study's README.

expected_verdicts.csv: `independent` is the hand's verdict in our names (an explanation found by
search was called another convention there), `ours` what the audit must give.  Prints TAP.
"""
import csv
import json
import pathlib
import re
import subprocess
import sys


def named_in(text):
    """The claims that a text names: "CL005, CL009", "CL135 to CL137"."""
    found = set(re.findall(r"CL\d{3}", text))
    for first, last in re.findall(r"CL(\d{3}) to CL(\d{3})", text):
        found |= {f"CL{number:03d}" for number in range(int(first), int(last) + 1)}
    return found


def main(casebook, root):
    rows = list(csv.DictReader((root / "tests/claims/expected_verdicts.csv").open()))
    study = root / "studies/ivc-lms"
    run = subprocess.run([casebook, "audit", str(study), "--format", "json"],
                         capture_output=True, text=True, check=False)
    claims = json.loads(run.stdout)["results"]["claims"]
    readme = (study / "README.md").read_text()
    section = readme.split("An independent hand judged the same 204.")[1]
    wrong = [f"{row['id']}: {claim['verdict']}, expected {row['ours']}"
             for row, claim in zip(rows, claims)
             if row["id"] != claim["id"] or row["ours"] != claim["verdict"]]
    differing = {row["id"] for row in rows if row["independent"] != row["ours"]}
    tests = [
        ("all claims are there", [] if len(rows) == len(claims) == 204 else
         [f"{len(rows)} expected, {len(claims)} found"]),
        ("each verdict is as expected", wrong),
        ("each difference from the independent hand is explained",
         sorted(differing - named_in(section))),
        ("no difference is explained that there is not", sorted(named_in(section) - differing)),
    ]
    print(f"1..{len(tests)}")
    for number, (name, problems) in enumerate(tests, 1):
        print(f"{'not ok' if problems else 'ok'} {number} - {name}")
        for problem in problems:
            print(f"# {problem}")
    return 1 if any(problems for _, problems in tests) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], pathlib.Path(sys.argv[2])))
