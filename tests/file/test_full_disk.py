#!/usr/bin/env python3
"""test_full_disk.py CASEBOOK SAMPLE [STEP] - fills a file system in memory so that each command meets
its end at every STEP-th page of 4 KiB: the command says so and exits with 4, or does all of it; what
was there is whole; nothing is left half made.  Skipped where a file system cannot be mounted.
Prints TAP.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

PAGE = 4096
PATIENTS = 400  # so that an import needs some hundred pages
COMMANDS = (  # what it makes, the command line; the first five prepare a.casebook
    ("a.casebook", "new {}/a.casebook --protocol {sample}/protocol.yaml"),
    (None, "import {}/a.casebook {data} --form patient --yes"),
    (None, "edit {}/a.casebook patient P7 age=44 --reason r"),
    (None, "protocol {}/a.casebook {sample}/protocol-2.yaml --rename visit.note=remark --yes"),
    (None, "lock {}/a.casebook first"),
    ("b.casebook", "backup {}/a.casebook {}/b.casebook"),
    ("c.casebook", "replay {}/a.casebook -o {}/c.casebook"),
    ("out.csv", "export {}/a.casebook -o {}/out.csv --index operated"),
)


class Trial:
    """A command on a small file system."""

    def __init__(self, casebook, folder, sample):
        self.casebook, self.folder, self.sample = casebook, folder, sample
        self.environment = dict(os.environ, CASEBOOK_HOME=str(folder / "home"))
        self.data = folder / "patients.csv"
        self.data.write_text("patient,age,sex,operated,size_cm,history\n" + "".join(
            f"P{n},{20 + n % 60},{'FM'[n % 2]},2001-02-03,{n / 10},{'x' * (n % 90)}\n"
            for n in range(PATIENTS)))
        self.failures, self.n, self.n_refused = [], 0, 0

    def run(self, line, where):
        words = [word.replace("{}", str(where)).format(sample=self.sample, data=self.data)
                 for word in line.split()]
        return subprocess.run([self.casebook, *words], env=self.environment, capture_output=True,
                              text=True, check=False)

    def transactions(self, path):
        """Of a whole file; None where it is not."""
        done = subprocess.run([self.casebook, "verify", str(path)], env=self.environment,
                              capture_output=True, text=True, check=False)
        return int(done.stdout.split(": ")[1].split()[0]) if done.returncode == 0 else None

    def try_one(self, made, line, before, n_before, disk, n_free):
        """With n_free pages left; True when the command came to its end."""
        for path in disk.iterdir():
            path.unlink()
        if before is not None:
            shutil.copy(before, disk / "a.casebook")
        with open(disk / "filler", "wb") as filler:
            state = os.statvfs(disk)
            filler.write(bytes(max(0, state.f_bavail - n_free) * PAGE))
        done = self.run(line, disk)
        self.n += 1
        self.n_refused += done.returncode == 4
        what = f"{line.split()[0]} with {n_free} pages"
        if done.returncode not in (0, 4) or (done.returncode == 4 and not done.stderr):
            self.failures.append(f"{what}: exit {done.returncode}, {done.stderr.strip()}")
        if made and done.returncode == 4 and (disk / made).exists():
            self.failures.append(f"{what}: {made} is left")
        (disk / "filler").unlink()
        n = self.transactions(disk / "a.casebook") if (disk / "a.casebook").exists() else 0
        grows = 0 if "backup" in line or "replay" in line else 1
        if n != n_before + grows and (done.returncode == 0 or n != n_before):
            self.failures.append(f"{what}: {n} transactions after {n_before}")
        return done.returncode == 0

    def try_all(self, disk, step):
        before, n_before = None, 0
        for number, (made, line) in enumerate(COMMANDS):
            n_free, is_done = 0, False
            while not is_done and n_free < 3000:
                is_done = self.try_one(made, line, before, n_before, disk, n_free)
                n_free += step
            if not is_done:
                self.failures.append(f"{line}: never came to its end")
            if number < 5:
                before, n_before = shutil.copy(disk / "a.casebook", self.folder / "before"), n_before + 1


def main(casebook, sample, step):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        disk = folder / "disk"
        disk.mkdir()
        if os.geteuid() != 0 or subprocess.run(
                ["mount", "-t", "tmpfs", "-o", "size=12m", "casebook-test", str(disk)],
                capture_output=True, check=False).returncode != 0:
            print("1..0 # SKIP a file system can only be mounted by root")
            return 0
        try:
            trial = Trial(casebook, folder, sample)
            trial.try_all(disk, step)
        finally:
            subprocess.run(["umount", str(disk)], check=False)
    print("1..1")
    is_fine = not trial.failures and trial.n_refused > 0
    print(f"{'ok' if is_fine else 'not ok'} 1 - {trial.n} commands on a disk with little room, "
          f"{trial.n_refused} of them refused")
    for failure in trial.failures[:20]:
        print(f"# {failure}")
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 16))
