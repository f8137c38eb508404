#!/usr/bin/env python3
"""test_tamper.py CASEBOOK CASEBOOK-VERIFY STUDY [N] - tampers with a casebook file N times and sees
that casebook verify, casebook-verify and verify.py each notice.

Each tampering is one that somebody with the file and a SQLite program could do: triggers are
put aside and back, counters are made to fit.  Where nothing of the content changed, all three must
agree that the file is whole.  Prints TAP.
"""
import hashlib
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

FORMS = ("patient", "recurrence", "treatment")
TRAIL = ("casebook_audit", "casebook_transaction")
CELLS = FORMS + ("casebook_source", "casebook_missing", "casebook_form", "casebook_field",
                 "casebook_protocol", "casebook_lock", "casebook_freeze", "casebook_file")


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


def make_file(programs, study, folder):
    path = str(folder / "study.casebook")
    steps = [["new", path, "--protocol", f"{study}/protocol.yaml"]]
    steps += [["import", path, f"{study}/{form}.csv", "--form", form, "--yes"]
              for form in (*FORMS, "sources")]
    steps += [["edit", path, "patient", "3", "size_cm=9.1", "cause_of_death=NA", "--reason", "a"],
              ["edit", path, "recurrence", "3/9", "month=20", "--new"],
              ["edit", path, "recurrence", "3/9", "--delete", "--reason", "b"],
              ["lock", path, "submission 1"],
              ["freeze", path, "--form", "treatment", "--reason", "closed"]]
    for step in steps:
        done = programs.run(programs.casebook, *step)
        assert done.returncode == 0, done.stderr
    return path


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


def alter_value(connection, chance):
    table = chance.choice(CELLS + TRAIL * 3)
    columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
    column = chance.choice(columns)
    where = "rowid = (SELECT rowid FROM \"{0}\" ORDER BY random() LIMIT 1)".format(table)
    if table == "casebook_missing":
        where = ("(form, record, field) = (SELECT form, record, field FROM casebook_missing"
                 " ORDER BY random() LIMIT 1)")
    (value,), = connection.execute(f'SELECT "{column}" FROM "{table}" WHERE {where}').fetchall()[:1]
    key = connection.execute(f'SELECT * FROM "{table}" WHERE "{column}" IS ? LIMIT 1', (value,)).fetchone()
    other = altered(value, chance)
    match = " AND ".join(f'"{name}" IS ?' for name in columns)
    connection.execute(f'UPDATE OR IGNORE "{table}" SET "{column}" = ? WHERE {match}', (other, *key))


def delete_row(connection, chance):
    table = chance.choice(CELLS + TRAIL)
    columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
    row = connection.execute(f'SELECT * FROM "{table}" ORDER BY random() LIMIT 1').fetchone()
    match = " AND ".join(f'"{name}" IS ?' for name in columns)
    connection.execute(f'DELETE FROM "{table}" WHERE {match}', row)


def swap_rows(connection, chance):
    first = chance.randrange(1, 500)
    connection.execute("UPDATE casebook_audit SET seq = -1 WHERE seq = ?", (first,))
    connection.execute("UPDATE casebook_audit SET seq = ? WHERE seq = ?", (first, first + 1))
    connection.execute("UPDATE casebook_audit SET seq = ? WHERE seq = -1", (first + 1,))


def cut_tail(connection, chance):
    (last,), = connection.execute("SELECT max(number) FROM casebook_transaction")
    keep = chance.randrange(1, last)
    connection.execute("DELETE FROM casebook_transaction WHERE number > ?", (keep,))
    connection.execute("DELETE FROM casebook_audit WHERE txn > ?", (keep,))


def insert_row(connection, chance):
    table = chance.choice(("casebook_audit", "casebook_transaction", "casebook_freeze",
                           "casebook_lock", "casebook_source"))
    columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
    row = connection.execute(f'SELECT * FROM "{table}" ORDER BY random() LIMIT 1').fetchone()
    row = list(row) if row else ["record patient 1", "patient", "1"][:len(columns)]
    if isinstance(row[0], int):
        row[0] = connection.execute(f'SELECT max("{columns[0]}") + 1 FROM "{table}"').fetchone()[0]
    if table == "casebook_lock":
        row = ["submission", 1, "00"]
    marks = ", ".join("?" * len(row))
    connection.execute(f'INSERT OR IGNORE INTO "{table}" VALUES({marks})', row)


def swap_cells(connection, chance):
    """Two patients change places in a column."""
    column = chance.choice(("age_years", "sex", "status", "os_months"))
    a, b = chance.sample(range(1, 7), 2)
    values = dict(connection.execute(f"SELECT patient, {column} FROM patient"))
    for to, value in ((a, values[str(b)]), (b, values[str(a)])):
        connection.execute(f"UPDATE patient SET {column} = ? WHERE patient = ?", (value, str(to)))


def swap_salts(connection, chance):
    """Two rows of the trail exchange salt and commitment."""
    a, b = chance.sample(range(1, 500), 2)
    for side in ("old", "new"):
        rows = dict((seq, (salt, commitment)) for seq, salt, commitment in connection.execute(
            f"SELECT seq, {side}_salt, {side}_commit FROM casebook_audit WHERE seq IN ({a}, {b})"))
        for to, of in ((a, b), (b, a)):
            connection.execute(f"UPDATE casebook_audit SET {side}_salt = ?, {side}_commit = ? "
                               "WHERE seq = ?", (*rows[of], to))


def reorder_records(connection, chance):
    """Two records change places, values and all."""
    a, b = chance.sample(range(1, 7), 2)
    for sql, of in (("UPDATE patient SET rowid = -1 WHERE rowid = ?", (a,)),
                    ("UPDATE patient SET rowid = ? WHERE rowid = ?", (a, b)),
                    ("UPDATE patient SET rowid = ? WHERE rowid = -1", (b,))):
        connection.execute(sql, of)


def rebuild_chain(connection, chance):
    """A value is another one, and always was: table, trail and every hash are made anew."""
    (uuid,), = connection.execute("SELECT uuid FROM casebook_file")
    seq, record, value = connection.execute(
        "SELECT max(seq), record, new FROM casebook_audit WHERE form = 'patient' AND "
        f"field = 'age_years' AND record = '{chance.randrange(1, 7)}' GROUP BY record").fetchone()
    salt = chance.randbytes(16)
    digest = hashlib.sha256(salt + verify.value_bytes(value + 1, None)).digest()
    connection.execute("UPDATE patient SET age_years = ? WHERE patient = ?", (value + 1, record))
    connection.execute("UPDATE casebook_audit SET new = ?, new_salt = ?, new_commit = ? WHERE seq = ?",
                       (value + 1, salt, digest, seq))
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
    "DROP TRIGGER casebook_update_recurrence",
    "CREATE VIEW seen AS SELECT * FROM patient",
    "CREATE VIEW casebook_seen AS SELECT * FROM patient",
    "DROP VIEW casebook_log",
    "CREATE INDEX by_age ON patient(age_years)",
    "CREATE INDEX casebook_by_age ON casebook_audit(record)",
    "CREATE TABLE more(a)",
    "CREATE TABLE casebook_more(a)",
    "ALTER TABLE patient ADD COLUMN more TEXT",
    "ALTER TABLE recurrence RENAME COLUMN month TO months",
    "ALTER TABLE treatment RENAME TO therapy",
    "ALTER TABLE casebook_lock RENAME TO casebook_locks",
    "ANALYZE",
    "PRAGMA application_id = 7",
    "PRAGMA user_version = 2",
    # What no statement does, a person with writable_schema can.
    "UPDATE sqlite_schema SET sql = replace(sql, ' CHECK(id = 1)', '') WHERE name = 'casebook_file'",
    "UPDATE sqlite_schema SET sql = replace(sql, 'hash TEXT NOT', 'hash ANY NOT') "
    "WHERE name = 'casebook_lock'",
    "UPDATE sqlite_schema SET sql = replace(sql, '\"age_years\" INTEGER', '\"age_years\" REAL') "
    "WHERE name = 'patient'",
    "UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')') WHERE name = 'patient'",
    "UPDATE sqlite_schema SET sql = replace(sql, 'frozen', 'thawed') "
    "WHERE name = 'casebook_update_patient'",
    "UPDATE sqlite_schema SET sql = replace(sql, ' FROM casebook_freeze', ' FROM casebook_freeze ') "
    "WHERE name = 'casebook_insert_treatment'",
    "UPDATE sqlite_schema SET sql = replace(sql, ', FOREIGN KEY(\"patient\") REFERENCES "
    "\"patient\"(\"patient\")', '') WHERE name = 'recurrence'",
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


def tamper_by_sql(path, chance):
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    what = chance.choice((alter_value,) * 6 + (delete_row, swap_rows, cut_tail, insert_row,
                                               swap_cells, swap_salts, reorder_records,
                                               rebuild_chain))
    if chance.random() < 0.15:
        name = change_schema(connection, chance)
        connection.commit()
        connection.close()
        return name
    triggers = without_triggers(connection)
    what(connection, chance)
    for _, sql in triggers:
        connection.execute(sql)
    connection.commit()
    connection.close()
    return what.__name__


def flip_bit(path, chance):
    with open(path, "r+b") as file:
        size = file.seek(0, 2)
        at = chance.randrange(size)
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1 << chance.randrange(8)]))
    return f"bit flipped at {at}"


def main(casebook, stand_alone, study, n):
    failures, n_noticed = [], 0
    chance = random.Random(20261123)
    memory = pathlib.Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        folder = pathlib.Path(name)
        programs = Programs(casebook, stand_alone, folder / "home")
        path = make_file(programs, study, folder)
        whole = shutil.copy(path, folder / "whole")
        before = content(path)
        print("1..3")
        verdicts = programs.verdicts(path)
        print(f"{'ok' if all(verdicts.values()) else 'not ok'} 1 - a whole file is whole to all "
              f"three")
        logs = list((folder / "home" / "anchors").iterdir())
        with open(logs[0], "a", encoding="utf-8") as log:  # a crash in the middle of a line
            log.write(f"casebook/anchor/1 {logs[0].name} 9 12ab")
        programs.run(casebook, "edit", path, "patient", "3", "size_cm=9.3", "--reason", "c")
        before = content(shutil.copy(path, whole))
        failures += [f"{who} finds fault with an anchor that was cut short"
                     for who, is_whole in programs.verdicts(path).items() if not is_whole]
        for sql in SCHEMA:
            shutil.copy(whole, path)
            connection = sqlite3.connect(path)
            change_schema(connection, chance, sql)
            connection.commit()
            connection.close()
            failures += [f"{sql}: {who} noticed nothing"
                         for who, is_whole in programs.verdicts(path).items() if is_whole]
        for number in range(n):
            shutil.copy(whole, path)
            what = tamper_by_sql(path, chance) if number % 3 else flip_bit(path, chance)
            after = content(path)
            is_changed = after != before
            n_noticed += is_changed
            verdicts = programs.verdicts(path)
            if is_changed:
                failures += [f"{number}: {what}: {who} noticed nothing"
                             for who, is_whole in verdicts.items() if is_whole]
            elif not what.startswith("bit"):
                failures += [f"{number}: {what}: {who} finds fault with an unchanged file"
                             for who, is_whole in verdicts.items() if not is_whole]
    print(f"{'ok' if n_noticed > n // 2 else 'not ok'} 2 - of {n} tamperings {n_noticed} changed "
          "what the file says")
    print(f"{'not ok' if failures else 'ok'} 3 - each, and {len(SCHEMA)} of the schema, was noticed "
          "by each verifier")
    for failure in failures[:40]:
        print(f"# {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4], int(sys.argv[4]) if len(sys.argv) > 4 else 150))
