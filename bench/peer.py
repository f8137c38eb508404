"""peer.py - what statsmodels takes for a workload of kaplan_meier.c.

Usage: python3 peer.py WORKLOAD N FOLDER
Prints milliseconds of processor time (the quietest of three runs) and the check value;
exit 3 where statsmodels or the workload is not there.
"""
import sys
import time

try:
    import numpy
    from statsmodels.duration.survfunc import SurvfuncRight
except ImportError:
    sys.exit(3)

workload, n, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
if workload not in ("km-months", "km-years", "km-batch"):
    sys.exit(3)
is_months = workload == "km-months"
columns = numpy.fromfile(f"{folder}/{'months' if is_months else 'years'}.bin-{n}").reshape(2, n)
if workload == "km-batch":
    columns = columns[:, :1000].copy()
seconds = []
for _ in range(3):
    repeats = 200 if workload == "km-batch" else 1
    start = time.process_time()
    for _ in range(repeats):
        fit = SurvfuncRight(columns[0], columns[1])
    seconds.append((time.process_time() - start) / repeats)
place = numpy.searchsorted(fit.surv_times, 60 if is_months else 5, side="right")
check = fit.surv_prob[place - 1] if place > 0 else 1.0
print(f"{1000 * min(seconds):.6f}\t{check:.12g}")
