#!/usr/bin/env python3
"""test_tamper.py CASEBOOK CASEBOOK-VERIFY SAMPLE [N] - tampers with a casebook file N times and sees
that casebook verify, casebook-verify and verify.py each notice.

    test_tamper.py CASEBOOK CASEBOOK-VERIFY SAMPLE 1 NUMBER     that one again, to look into

Each tampering is one that somebody with the file and a SQLite program could do: triggers are
put aside and back, counters are made to fit.  Where nothing of the content changed, all three must
agree that the file is whole.  SAMPLE: the folder of the small registry that the file is made of.
Prints TAP, and on its way how far it has come.
"""
import collections
import hashlib
import multiprocessing
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import verify  # noqa: E402

FORMS = ("patient", "visit")
TRAIL = ("casebook_audit", "casebook_transaction")
CELLS = FORMS + ("casebook_source", "casebook_missing", "casebook_form", "casebook_field",
                 "casebook_protocol", "casebook_lock", "casebook_freeze", "casebook_file")
PROCESSES, PAGE = 2, 4096


class Programs:
    """The three verifiers; each gives True where it says that the file is whole."""

    def __init__(self, casebook, stand_alone, home):
        self.casebook, self.stand_alone = casebook, stand_alone
        self.environment = dict(os.environ, CASEBOOK_HOME=str(home))

    def run(self, *words):
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True,
                              errors="backslashreplace", check=False)
        assert 0 <= done.returncode < 5, f"{words}: died ({done.returncode})"
        return done

    def verdicts(self, path):
        try:
            verify.verify(path, f"{self.environment['CASEBOOK_HOME']}/anchors")
            is_whole = True
        except (verify.Broken, sqlite3.DatabaseError, UnicodeDecodeError):
            is_whole = False
        return {"casebook verify": self.run(self.casebook, "verify", path).returncode == 0,
                "casebook-verify": self.run(self.stand_alone, path).returncode == 0,
                "verify.py": is_whole}


def make_file(programs, sample, folder):
    """A file that was written to in every way, and what it was halfway there."""
    path, halfway = str(folder / "study.casebook"), str(folder / "halfway")
    steps = [["new", path, "--protocol", f"{sample}/protocol.yaml"]]
    steps += [["import", path, f"{sample}/{form}.csv", "--form", form, "--yes"]
              for form in (*FORMS, "sources")]
    steps += [["edit", path, "patient", "1", "size_cm=9.1", "history=NA", "--reason", "a"],
              ["backup", path, halfway],
              ["edit", path, "visit", "1/9", "note=once", "--new"],
              ["edit", path, "visit", "1/9", "--delete", "--reason", "b"],
              ["lock", path, "submission 1"],
              ["protocol", path, f"{sample}/protocol-2.yaml", "--rename", "visit.note=remark",
               "--yes"],
              ["import", path, f"{sample}/more.csv", "--form", "patient", "--yes", "--reason", "d"],
              ["freeze", path, "--form", "visit", "--reason", "closed"],
              ["freeze", path, "--form", "patient", "--record", "2", "--reason", "seen"]]
    for step in steps:
        done = programs.run(programs.casebook, *step)
        assert done.returncode == 0, done.stderr
    return path, halfway


def content(path):
    """Everything the file says, or None where it cannot be read."""
    connection = sqlite3.connect(path)
    connection.text_factory = lambda text: text.decode(errors="surrogateescape")
    try:
        names = [name for (name,) in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
        rows = [connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in names]
        if connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            return None
        schema = connection.execute("SELECT * FROM sqlite_schema").fetchall()
        header = [connection.execute(f"PRAGMA {name}").fetchone()
                  for name in ("application_id", "user_version")]
        return names, rows, sorted((*map(str, row[:3]), str(row[4])) for row in schema), header
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return None
    finally:
        connection.close()


def altered(value, chance):
    """Another value of the same type, or nothing."""
    if isinstance(value, bytes):
        at = chance.randrange(len(value))
        return value[:at] + bytes([value[at] ^ 1 << chance.randrange(8)]) + value[at + 1:]
    if isinstance(value, (int, float)):
        return value + chance.choice((1, -1, 10))
    if isinstance(value, str):
        return chance.choice((value + "x", value[:-1], value.swapcase(), None))
    return None


def without_triggers(connection):
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f'DROP TRIGGER "{name}"')
    return triggers


def columns_of(connection, table):
    return [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]


def any_row(connection, table, chance):
    """A row by chance, and the SQL that finds it."""
    rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()
    match = " AND ".join(f'"{name}" IS ?' for name in columns_of(connection, table))
    return chance.choice(rows), match


def alter_value(connection, chance):
    table = chance.choice(CELLS + TRAIL * 3)
    row, match = any_row(connection, table, chance)
    at = chance.randrange(len(row))
    connection.execute(f'UPDATE OR IGNORE "{table}" SET "{columns_of(connection, table)[at]}" = ? '
                       f"WHERE {match}", (altered(row[at], chance), *row))


def delete_row(connection, chance):
    table = chance.choice(CELLS + TRAIL)
    row, match = any_row(connection, table, chance)
    connection.execute(f'DELETE FROM "{table}" WHERE {match}', row)


def swap_rows(connection, chance):
    """Two neighbours of the trail change places."""
    table, column = chance.choice((("casebook_audit", "seq"), ("casebook_transaction", "number")))
    (last,), = connection.execute(f"SELECT max({column}) FROM {table}")
    first = chance.randrange(1, last)
    for to, of in ((-1, first), (first, first + 1), (first + 1, -1)):
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (to, of))


def cut_tail(connection, chance):
    (last,), = connection.execute("SELECT max(number) FROM casebook_transaction")
    keep = chance.randrange(1, last)
    connection.execute("DELETE FROM casebook_transaction WHERE number > ?", (keep,))
    connection.execute("DELETE FROM casebook_audit WHERE txn > ?", (keep,))


def insert_row(connection, chance):
    table = chance.choice(("casebook_audit", "casebook_transaction", "casebook_freeze",
                           "casebook_lock", "casebook_source"))
    row, _ = any_row(connection, table, chance)
    row = list(row)
    if isinstance(row[0], int):
        row[0] = connection.execute(f'SELECT max("{columns_of(connection, table)[0]}") + 1 '
                                    f'FROM "{table}"').fetchone()[0]
    else:
        row[0] += "x"
    connection.execute(f'INSERT INTO "{table}" VALUES({", ".join("?" * len(row))})', row)


def swap_cells(connection, chance):
    """Two patients change places in a column."""
    column = chance.choice(("age", "sex", "operated", "size_cm", "history"))
    values = dict(connection.execute(f"SELECT patient, {column} FROM patient"))
    a, b = chance.sample(sorted(values), 2)
    for to, value in ((a, values[b]), (b, values[a])):
        connection.execute(f"UPDATE patient SET {column} = ? WHERE patient = ?", (value, to))


def swap_salts(connection, chance):
    """Two rows of the trail exchange salt and commitment."""
    (last,), = connection.execute("SELECT max(seq) FROM casebook_audit")
    a, b = chance.sample(range(1, last + 1), 2)
    for side in ("old", "new"):
        rows = dict((seq, (salt, commitment)) for seq, salt, commitment in connection.execute(
            f"SELECT seq, {side}_salt, {side}_commit FROM casebook_audit WHERE seq IN ({a}, {b})"))
        for to, of in ((a, b), (b, a)):
            connection.execute(f"UPDATE casebook_audit SET {side}_salt = ?, {side}_commit = ? "
                               "WHERE seq = ?", (*rows[of], to))


def reorder_records(connection, chance):
    """Two records change places, values and all."""
    (last,), = connection.execute("SELECT max(rowid) FROM patient")
    a, b = chance.sample(range(1, last + 1), 2)
    for sql, of in (("UPDATE patient SET rowid = -1 WHERE rowid = ?", (a,)),
                    ("UPDATE patient SET rowid = ? WHERE rowid = ?", (a, b)),
                    ("UPDATE patient SET rowid = ? WHERE rowid = -1", (b,))):
        connection.execute(sql, of)


def rebuild_chain(connection, chance):
    """A value is another one, and always was: table, trail and every hash are made anew."""
    (uuid,), = connection.execute("SELECT uuid FROM casebook_file")
    seq, record, value = chance.choice(connection.execute(
        "SELECT max(seq), record, new FROM casebook_audit WHERE form = 'patient' AND "
        "field = 'age' AND new IS NOT NULL GROUP BY record").fetchall())
    salt, value = chance.randbytes(16), value + chance.choice((-2, -1, 1, 2))
    digest = hashlib.sha256(salt + verify.value_bytes(value, None)).digest()
    connection.execute("UPDATE patient SET age = ? WHERE patient = ?", (value, record))
    connection.execute("UPDATE casebook_audit SET new = ?, new_salt = ?, new_commit = ? WHERE seq = ?",
                       (value, salt, digest, seq))
    previous = bytes(32)
    for number, *rest in connection.execute(
            "SELECT * FROM casebook_transaction ORDER BY number").fetchall():
        for row in connection.execute("SELECT seq, txn, action, form, record, field, old_commit, "
                                      "new_commit FROM casebook_audit WHERE txn = ? ORDER BY seq",
                                      (number,)).fetchall():
            previous = verify.chained(b"casebook/audit/1", row, previous)
            connection.execute("UPDATE casebook_audit SET hash = ? WHERE seq = ?", (previous, row[0]))
        previous = verify.chained(b"casebook/transaction/1", (uuid, number, *rest[:-1]), previous)
        connection.execute("UPDATE casebook_transaction SET hash = ? WHERE number = ?",
                           (previous, number))


SCHEMA = (
    "CREATE TRIGGER quiet AFTER UPDATE ON patient BEGIN SELECT 1; END",
    "CREATE TRIGGER casebook_quiet BEFORE INSERT ON casebook_audit BEGIN SELECT 1; END",
    "DROP TRIGGER casebook_audit_update",
    "DROP TRIGGER casebook_insert_patient",
    "DROP TRIGGER casebook_update_visit",
    "CREATE VIEW seen AS SELECT * FROM patient",
    "CREATE VIEW casebook_seen AS SELECT * FROM patient",
    "DROP VIEW casebook_log",
    "CREATE INDEX by_age ON patient(age)",
    "CREATE INDEX casebook_by_age ON casebook_audit(record)",
    "CREATE TABLE more(a)",
    "CREATE TABLE casebook_more(a)",
    "ALTER TABLE patient ADD COLUMN more TEXT",
    "ALTER TABLE visit RENAME COLUMN seen TO looked",
    "ALTER TABLE visit RENAME TO visits",
    "ALTER TABLE casebook_lock RENAME TO casebook_locks",
    "ANALYZE",
    "PRAGMA application_id = 7",
    "PRAGMA user_version = 2",
    # What no statement does, a person with writable_schema can.
    "UPDATE sqlite_schema SET sql = replace(sql, ' CHECK(id = 1)', '') WHERE name = 'casebook_file'",
    "UPDATE sqlite_schema SET sql = replace(sql, 'hash TEXT NOT', 'hash ANY NOT') "
    "WHERE name = 'casebook_lock'",
    "UPDATE sqlite_schema SET sql = replace(sql, '\"age\" INTEGER', '\"age\" REAL') "
    "WHERE name = 'patient'",
    "UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')') WHERE name = 'patient'",
    # SQLite reads these bytes as the same text.
    "UPDATE sqlite_schema SET type = CAST(type AS BLOB) WHERE name = 'casebook_log'",
    "UPDATE sqlite_schema SET sql = CAST(sql AS BLOB) WHERE name = 'casebook_lock'",
    "UPDATE sqlite_schema SET tbl_name = CAST(tbl_name AS BLOB) WHERE name = 'visit'",
    "UPDATE sqlite_schema SET sql = replace(sql, 'frozen', 'thawed') "
    "WHERE name = 'casebook_update_patient'",
    "UPDATE sqlite_schema SET sql = replace(sql, ' FROM casebook_freeze', ' FROM casebook_freeze ') "
    "WHERE name = 'casebook_insert_visit'",
    "UPDATE sqlite_schema SET sql = replace(sql, ', FOREIGN KEY(\"patient\") REFERENCES "
    "\"patient\"(\"patient\")', '') WHERE name = 'visit'",
)


def change_schema(connection, chance, sql=None):
    connection.commit()
    connection.execute("PRAGMA writable_schema = ON")
    before = connection.execute("SELECT * FROM sqlite_schema").fetchall()
    sql = sql or chance.choice(SCHEMA)
    connection.execute(sql)
    assert sql.startswith(("PRAGMA", "ANALYZE")) or before != connection.execute(
        "SELECT * FROM sqlite_schema").fetchall(), f"{sql}: changes nothing"
    return sql


WAYS = (alter_value,) * 6 + (delete_row, swap_rows, cut_tail, insert_row, swap_cells, swap_salts,
                             reorder_records, rebuild_chain)


def tamper_by_sql(path, chance):
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA journal_mode = MEMORY")
    if chance.random() < 0.15:
        change_schema(connection, chance)
        what = change_schema
    else:
        what = chance.choice(WAYS)
        triggers = without_triggers(connection)
        what(connection, chance)
        for _, sql in triggers:
            connection.execute(sql)
    connection.commit()
    connection.close()
    return what.__name__


def flip_bit(path, chance):
    with open(path, "r+b") as file:
        at = chance.randrange(file.seek(0, 2))
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1 << chance.randrange(8)]))


def cut_file(path, chance):
    os.truncate(path, chance.randrange(os.path.getsize(path)))


def restore_pages(path, halfway, chance):
    """Some pages, or all, become again what they once were."""
    if chance.random() < 0.1:
        shutil.copy(halfway, path)
        return
    with open(path, "r+b") as file, open(halfway, "rb") as once:
        n_pages = min(file.seek(0, 2), once.seek(0, 2)) // PAGE
        for page in chance.sample(range(n_pages), chance.choice((1, 1, 2, 5))):
            once.seek(page * PAGE)
            file.seek(page * PAGE)
            file.write(once.read(PAGE))


class Trial:
    """A process's own file, that is tampered with again and again."""

    def __init__(self, casebook, stand_alone, sample, folder):
        folder.mkdir()
        self.programs = Programs(casebook, stand_alone, folder / "home")
        self.path, self.halfway = make_file(self.programs, sample, folder)
        self.folder, self.whole = folder, folder / "whole"
        self.keep()

    def keep(self):
        """The file as it is now is what is tampered with."""
        self.before = content(shutil.copy(self.path, self.whole))

    def faults_of_an_untouched_file(self):
        return [f"{who} finds fault with an untouched file"
                for who, is_whole in self.programs.verdicts(self.path).items() if not is_whole]

    def cut_anchor(self):
        """A crash in the middle of a line of the log of anchors says nothing."""
        (log,) = (self.folder / "home" / "anchors").iterdir()
        with open(log, "a", encoding="utf-8") as file:
            file.write(f"casebook/anchor/1 {log.name} 9 12ab")
        self.programs.run(self.programs.casebook, "edit", self.path, "patient", "1", "size_cm=9.3",
                          "--reason", "c")
        self.keep()

    def each_of_the_schema(self):
        failures = []
        for sql in SCHEMA:
            shutil.copy(self.whole, self.path)
            connection = sqlite3.connect(self.path)
            change_schema(connection, random.Random(1), sql)
            connection.commit()
            connection.close()
            failures += [f"{sql}: {who} noticed nothing"
                         for who, is_whole in self.programs.verdicts(self.path).items() if is_whole]
        shutil.copy(self.whole, self.path)
        return failures

    def tamper_once(self, chance):
        """Does something to the file; what."""
        shutil.copy(self.whole, self.path)
        kind = chance.random()
        if kind < 0.5:
            return tamper_by_sql(self.path, chance)
        if kind < 0.9:
            flip_bit(self.path, chance)
            return flip_bit.__name__
        if kind < 0.95:
            cut_file(self.path, chance)
            return cut_file.__name__
        restore_pages(self.path, self.halfway, chance)
        return restore_pages.__name__

    def tamper(self, number):
        """Until it changes what the file says: what was done, which verdicts were wrong, how many
        tries changed nothing."""
        chance, wrong, n_idle = random.Random(f"20261123/{number}"), [], 0
        while True:
            what = self.tamper_once(chance)
            is_changed = content(self.path) != self.before
            # A bit that no content hangs on may be found or not.
            if is_changed or what != "flip_bit":
                wrong += [f"{number}: {what}: {who} " + ("noticed nothing" if is_changed else
                                                         "finds fault with an unchanged file")
                          for who, is_whole in self.programs.verdicts(self.path).items()
                          if is_whole == is_changed]
            if is_changed:
                return what, wrong, n_idle
            n_idle += 1


def start(casebook, stand_alone, sample, folder):
    """In a process of its own: its file."""
    global trial
    trial = Trial(casebook, stand_alone, sample, folder / str(os.getpid()))
    trial.cut_anchor()


def tamper(number):
    return trial.tamper(number)


def main(casebook, stand_alone, sample, n, only=None):
    numbers = [only] if only is not None else range(n)
    failures, done, n_idle = [], collections.Counter(), 0
    memory = pathlib.Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        folder = pathlib.Path(name)
        print("1..2")
        first = Trial(casebook, stand_alone, sample, folder / "first")
        faults = first.faults_of_an_untouched_file()
        first.cut_anchor()
        faults += first.faults_of_an_untouched_file()
        print(f"{'not ok' if faults else 'ok'} 1 - an untouched file is whole to all three, also where "
              "an anchor was cut short")
        failures += faults + first.each_of_the_schema()
        with multiprocessing.Pool(PROCESSES, start,
                                  (casebook, stand_alone, sample, folder)) as processes:
            for what, wrong, idle in processes.imap_unordered(tamper, numbers, chunksize=10):
                done[what] += 1
                failures += wrong
                n_idle += idle
                if done.total() % 500 == 0:
                    print(f"# {done.total()} of {n}, {len(failures)} verdicts wrong", flush=True)
    print("# " + ", ".join(f"{what} {done[what]}" for what in sorted(done))
          + f"; {n_idle} more changed nothing that the file says")
    print(f"{'not ok' if failures else 'ok'} 2 - each of {done.total()} tamperings, and {len(SCHEMA)} of "
          "the schema, was noticed by each of three verifiers")
    for failure in failures[:40]:
        print(f"# {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4], *map(int, sys.argv[4:6] or [150])))
