#!/usr/bin/env python3
"""test_kill.py CASEBOOK STUDY [N] - kills casebook with SIGKILL at N random moments of edits and
imports; what was acknowledged is there, and the file is whole.  Prints TAP.
"""
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

SECONDS_MAX = 0.25
EDITS = """i=0; while :; do i=$((i+1)); "$0" edit "$1" patient 1 extent="kill $3, edit $i" \
--reason "a test" > /dev/null && echo "$i"; done"""
IMPORTS = """"$0" import "$1" "$2" --form patient --yes > /dev/null && echo 1"""


def kill_during(command, words, environment, chance):
    """Runs a shell command in a group of its own, kills all of it; what it acknowledged."""
    process = subprocess.Popen(["sh", "-c", command, *words], env=environment,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               start_new_session=True, text=True)
    time.sleep(chance.random() * SECONDS_MAX)
    os.killpg(process.pid, signal.SIGKILL)
    return len(process.communicate()[0].splitlines())


def verify(casebook, path, environment):
    """Transactions of a whole file; -1 where it is not whole."""
    done = subprocess.run([casebook, "verify", path, "--format", "json"], env=environment,
                          capture_output=True, text=True, check=False)
    return json.loads(done.stdout)["transactions"] if done.returncode == 0 else -1


def main(casebook, study, n):
    chance = random.Random(20261123)
    failures, n_acknowledged = [], 0
    with tempfile.TemporaryDirectory() as name:
        environment = dict(os.environ, CASEBOOK_HOME=f"{name}/home")
        path, data = f"{name}/a.casebook", f"{name}/more.csv"
        for words in (["new", path, "--protocol", f"{study}/protocol.yaml"],
                      ["import", path, f"{study}/patient.csv", "--form", "patient", "--yes"]):
            subprocess.run([casebook, *words], env=environment, check=True,
                           stdout=subprocess.DEVNULL)
        before = verify(casebook, path, environment)
        for number in range(n):
            command = IMPORTS if number % 4 == 0 else EDITS
            pathlib.Path(data).write_text("patient,age_years,sex\n" + "".join(
                f"{number}-{row},50,F\n" for row in range(300)))
            words = (casebook, path, data, str(number))
            acknowledged = kill_during(command, words, environment, chance)
            after = verify(casebook, path, environment)
            # One more may have been committed than was said.
            if not before + acknowledged <= after <= before + acknowledged + 1:
                failures.append(f"kill {number}: {before} transactions, {acknowledged} "
                                f"acknowledged, then {after}")
            n_acknowledged += acknowledged
            before = after
    print("1..1")
    print(f"{'not ok' if failures or not n_acknowledged else 'ok'} 1 - {n} kills, "
          f"{n_acknowledged} acknowledged transactions, all there")
    for failure in failures[:20]:
        print(f"# {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 20))
