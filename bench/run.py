"""run.py - the workloads of bench_kaplan_meier beside their goals and their peers.

Usage: run.py BENCH FOLDER      BENCH_N rows, a million when not set; exit 1 where a result
                                differs; a missed goal is said

A peer's time counts only when its result is ours: to 6 digits, since near-ties are
made one by some and not by others.
"""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TEN_MILLION = 10**7
# Workload; goal in milliseconds and MiB for ten million rows (0: none); whether the time
# goes with the number of rows.
WORKLOADS = [
    ("km-months", 20, 0, True),
    ("km-years", 150, 300, True),
    ("km-late-entry", 0, 0, True),
    ("km-batch", 0.012, 0, False),
    ("describe", 1000, 0, True),
    ("csv-km-months", 300, 164, True),
    ("csv-km-years", 550, 0, True),
    ("csv-read-months", 250, 0, True),
    ("csv-read-years", 340, 0, True),
]


def output_of(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout.split() if done.returncode == 0 else None


def has(program):
    return output_of(["sh", "-c", f"command -v {program}"]) is not None


def peers_of(name, n, folder):
    if name in ("km-late-entry", "describe"):
        return
    script = [name, str(n), folder]
    if has("Rscript"):
        yield "R", output_of(["Rscript", "--vanilla", f"{HERE}/peer.R"] + script)
    yield "statsmodels", output_of([sys.executable, f"{HERE}/peer.py"] + script)


def compare(name, n, folder, our_ms, our_check):
    """The cells of the peers, and whether all results are ours."""
    cells, is_same = [], True
    for peer, answer in peers_of(name, n, folder):
        if answer is None:
            continue
        ms, check = float(answer[0]), float(answer[1])
        if abs(check - our_check) > 1e-6 * abs(our_check):
            is_same = False
            cells.append(f"{peer}: another result, {check:.12g}, not {our_check:.12g}")
        else:
            cells.append(f"{peer} {ms:.4g} ms = {ms / our_ms:.3g} x")
    return cells, is_same


def run(bench, n, folder, row):
    name, goal_ms, goal_mib, is_scaled = row
    goal_ms *= n / TEN_MILLION if is_scaled else 1
    ours = output_of([bench, name, str(n), folder])
    if ours is None:
        print(f"{name:16} failed")
        return False
    our_ms, mib, check = (float(x) for x in ours[2:])
    cells, is_same = compare(name, n, folder, our_ms, check)
    is_missed = (0 < goal_ms < our_ms) or (n == TEN_MILLION and 0 < goal_mib < mib)
    goal = f"{goal_ms:g}" if goal_ms > 0 else "-"
    print(f"{name:16} {our_ms:10.4f} {goal:>8} {mib:9.1f}  {'; '.join(cells)}"
          f"{'  GOAL MISSED' if is_missed else ''}", flush=True)
    return is_same


def main():
    bench, folder = sys.argv[1], sys.argv[2]
    n = int(float(os.environ.get("BENCH_N", "1000000")))
    if subprocess.run([bench, "write", str(n), folder]).returncode != 0:
        sys.exit(f"run.py: the data cannot be written into {folder}")
    print(f"{n} rows, one thread, processor time of the quietest run\n"
          f"{'':16} {'ours, ms':>10} {'goal':>8} {'peak, MiB':>9}  peers")
    results = [run(bench, n, folder, row) for row in WORKLOADS]
    sys.exit(0 if all(results) else 1)


main()
