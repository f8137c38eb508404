#!/usr/bin/env python3
"""verify.py FILE [ANCHORS] - checks a casebook file, written from docs/file-format.md alone.

Exit code 0: chain, replay and tables agree; 1: something is broken; 3: it cannot be read.
"""
import hashlib
import os
import sqlite3
import struct
import sys

OWN = {  # tables of cells of the file's own: the key, then the columns
    "casebook_form": ("id", "form", "key_column", "repeats", "retired"),
    "casebook_field": ("id", "form", "field", "storage", "retired"),
    "casebook_protocol": ("version", "text"),
    "casebook_source": ("id", "form", "record", "field", "value", "source", "resolution", "reason"),
    "casebook_freeze": ("scope", "form", "record"),
    "casebook_lock": ("name", "txn", "hash"),
}
OWN_SCHEMA = "ed0f4e981cf63928073d6b2e7e29c11e77b8eeb916d8df56bbfb836772309081"
APPLICATION, VERSION = 0x63626b31, 1


class Broken(Exception):
    """What is wrong, in words."""


def check(is_fine, what):
    if not is_fine:
        raise Broken(what)


def field(value):
    """A field of a row as the chain has it."""
    if value is None:
        return b"\0"
    if isinstance(value, int):
        value = struct.pack(">q", value)
    elif isinstance(value, str):
        value = value.encode()
    check(isinstance(value, bytes), "a field has a type that no row has")
    return b"\1" + struct.pack(">I", len(value)) + value


def chained(domain, fields, previous):
    return hashlib.sha256(domain + b"".join(map(field, fields)) + previous).digest()


def value_bytes(value, missing):
    if missing is not None:
        check(value is None and isinstance(missing, str), "a value is there and missing")
        return b"m" + missing.encode()
    if isinstance(value, int):
        return b"i" + struct.pack(">q", value)
    if isinstance(value, float):
        return b"r" + struct.pack(">d", value)
    check(isinstance(value, str), "a value has a type that no cell has")
    return b"t" + value.encode()


def check_commitment(value, missing, salt, commitment, seq):
    if value is None and missing is None:
        check(salt is None and commitment is None, f"row {seq}: a commitment to nothing")
        return
    check(isinstance(salt, bytes) and len(salt) == 16, f"row {seq}: no salt")
    found = hashlib.sha256(salt + value_bytes(value, missing)).digest()
    check(found == commitment, f"row {seq}: not the value that was written")


class Replay:
    """The tables of cells, as {table: {record: {column: (value, code of missing)}}}."""

    def __init__(self):
        self.tables = {name: {} for name in OWN}
        self.counted = 0

    def apply(self, seq, action, table, record, column, old, new):
        if action in ("create", "delete"):
            self.counted += 1
            check(column is None and old == new == (None, None), f"row {seq}: no such row")
            rows = self.tables.get(table)
            check(rows is not None, f"row {seq}: no table {table}")
            check((record in rows) == (action == "delete"), f"row {seq}: cannot {action}")
            if action == "create":
                rows[record] = {}
            else:
                check(not rows.pop(record), f"row {seq}: deletes a record that has values")
            return
        check(action == "set", f"row {seq}: no such action")
        self.counted += (old[0] != new[0] or type(old[0]) is not type(new[0])) + (old[1] != new[1])
        cells = self.tables.get(table, {}).get(record)
        check(cells is not None and column in self.columns(table), f"row {seq}: no such cell")
        check(cells.get(column, (None, None)) == old, f"row {seq}: starts from another value")
        if new == (None, None):
            cells.pop(column, None)
        else:
            cells[column] = new
        if table == "casebook_form" and column == "form":
            self.tables[new[0]] = {}
        if table == "casebook_field" and column == "field" and old[0] is not None:
            for row in self.tables[cells["form"][0]].values():
                if old[0] in row:
                    row[new[0]] = row.pop(old[0])

    def columns(self, table):
        if table in OWN:
            return OWN[table][1:]
        return [row["field"][0] for row in self.tables["casebook_field"].values()
                if row.get("form", (None,))[0] == table and "field" in row]

    def forms(self):
        return [{name: cell[0] for name, cell in row.items()}
                for row in self.tables["casebook_form"].values()]


def check_trail(connection, uuid):
    """Numbers, commitments, hashes; returns the replay and the last hash."""
    replay, previous, expected_seq = Replay(), bytes(32), 1
    changes = connection.execute("SELECT * FROM casebook_audit ORDER BY seq")
    transactions = connection.execute("SELECT * FROM casebook_transaction ORDER BY number")
    for expected, row in enumerate(transactions, 1):
        number, first, n_changes = row[:3]
        check(number == expected, f"transaction {expected} is missing")
        check(first == expected_seq and n_changes >= 0, f"transaction {number}: wrong changes")
        for _ in range(n_changes):
            change = changes.fetchone()
            check(change is not None and change[0] == expected_seq and change[1] == number,
                  f"row {expected_seq} is missing")
            (seq, txn, action, table, record, column, old, old_missing, old_salt, old_commit,
             new, new_missing, new_salt, new_commit, digest) = change
            previous = chained(b"casebook/audit/1", (seq, txn, action, table, record, column,
                                                     old_commit, new_commit), previous)
            check(previous == digest, f"row {seq}: not the row that was written")
            check_commitment(old, old_missing, old_salt, old_commit, seq)
            check_commitment(new, new_missing, new_salt, new_commit, seq)
            replay.apply(seq, action, table, record, column, (old, old_missing), (new, new_missing))
            expected_seq += 1
        previous = chained(b"casebook/transaction/1", (uuid, *row[:-1]), previous)
        check(previous == row[-1], f"transaction {number}: not the one that was written")
    check(changes.fetchone() is None, "a change belongs to no transaction")
    return replay, previous


def stored(connection, table, keys, columns):
    """A table as a replay has it: missing kinds beside the values."""
    names = ", ".join(f'"{name}"' for name in (*keys, *columns))
    rows = {}
    for row in connection.execute(f'SELECT {names} FROM "{table}" ORDER BY _rowid_'):
        record = "/".join(str(part) for part in row[:len(keys)])
        cells = {name: (value, None) for name, value in zip(columns, row[len(keys):])
                 if value is not None}
        rows[record] = cells
    for record, column, code in connection.execute(
            "SELECT record, field, code FROM casebook_missing WHERE form = ?", (table,)):
        check(record in rows and column in columns and column not in rows[record],
              f"casebook_missing: {table} {record} {column} is not missing")
        rows[record][column] = (None, code)
    return rows


def same(a, b):
    """Equal, in the same order, and of the same types (1 is not 1.0)."""
    def typed(rows):
        return [(record, {name: (type(cell[0]), cell) for name, cell in cells.items()})
                for record, cells in rows.items()]
    return typed(a) == typed(b)


def check_tables(connection, replay):
    forms = replay.forms()
    for name, columns in OWN.items():
        found = stored(connection, name, columns[:1], columns[1:])
        check(same(found, replay.tables[name]), f"{name} is not what a replay gives")
    for form in forms:
        keys = (form["key_column"], "n") if form["repeats"] else (form["key_column"],)
        found = stored(connection, form["form"], keys, replay.columns(form["form"]))
        check(same(found, replay.tables[form["form"]]),
              f"{form['form']} is not what a replay gives")
    for (table,) in connection.execute("SELECT DISTINCT form FROM casebook_missing"):
        check(any(form["form"] == table for form in forms), f"casebook_missing: no form {table}")


def trigger(event, form, patients, columns):
    """A form's trigger of sqlite_schema: text by text as the page has it."""
    name, key, repeats = form["form"], form["key_column"], form["repeats"]
    row = "OLD" if event == "delete" else "NEW"
    term = 'OLD."{0}" IS NOT NEW."{0}"' if event == "update" else row + '."{0}" IS NOT NULL'
    scopes = f"'database', 'form {name}', 'record {name} ' || {row}.\"{key}\""
    if repeats:
        scopes += f" || '/' || {row}.n, 'record {patients['form']} ' || {row}.\"{key}\""
    text = (f'CREATE TRIGGER "casebook_{event}_{name}" AFTER {event} ON "{name}" BEGIN SELECT '
            f"RAISE(ABORT, 'frozen') FROM casebook_freeze WHERE scope IN ({scopes});")
    for one in ((key, "n") if repeats else (key,)) if event == "update" else ():
        text += (" SELECT RAISE(ABORT, 'a key cannot be changed') WHERE "
                 f'OLD."{one}" IS NOT NEW."{one}";')
    terms = [f"({term.format(column)})" for column, _ in columns]
    groups = [" + ".join(terms[at:at + 32]) for at in range(0, len(terms), 32)]
    text += (f" UPDATE casebook_file SET changes = changes + {0 if event == 'update' else 1}"
             + "".join(f" + ({group})" for group in groups) + "; END")
    return "trigger", f"casebook_{event}_{name}", name, text


def form_schema(form, patients, columns):
    """The five rows of sqlite_schema of a form."""
    name, key = form["form"], form["key_column"]
    n, also_n = (', "n" INTEGER NOT NULL', ', "n"') if form["repeats"] else ("", "")
    parts = "".join(f', "{column}" {storage}' for column, storage in columns)
    reference = (f', FOREIGN KEY("{key}") REFERENCES "{patients["form"]}"'
                 f'("{patients["key_column"]}")' if form["repeats"] else "")
    yield ("table", name, name, f'CREATE TABLE "{name}"("{key}" TEXT NOT NULL{n}{parts}, '
           f'PRIMARY KEY("{key}"{also_n}){reference}) STRICT')
    yield "index", f"sqlite_autoindex_{name}_1", name, None
    for event in ("insert", "update", "delete"):
        yield trigger(event, form, patients, columns)


def check_schema(connection):
    """The header and every text of the schema; what is read can then be trusted to be tables."""
    for name, expected in (("application_id", APPLICATION), ("user_version", VERSION)):
        check(connection.execute(f"PRAGMA {name}").fetchone()[0] == expected, f"another {name}")
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema").fetchall()
    check(all(isinstance(text, str) for row in rows for text in row[:3])
          and all(row[3] is None or isinstance(row[3], str) for row in rows), "no texts in the schema")
    own = sorted((row for row in rows if str(row[2]).startswith("casebook_")),
                 key=lambda row: (str(row[0]), str(row[1])))
    digest = hashlib.sha256(b"".join(field(text) for row in own for text in row)).hexdigest()
    check(digest == OWN_SCHEMA, "the file's own tables are not as they should be")
    forms = [dict(zip(("form", "key_column", "repeats"), row)) for row in connection.execute(
        "SELECT form, key_column, repeats FROM casebook_form ORDER BY id")]
    expected = []
    for form in forms:
        columns = connection.execute("SELECT field, storage FROM casebook_field WHERE form = ? "
                                     "ORDER BY id", (form["form"],)).fetchall()
        expected += form_schema(form, forms[0], columns)
    found = [row for row in rows if not str(row[2]).startswith("casebook_")]
    check(sorted(map(str, found)) == sorted(map(str, expected)),
          f"the schema of the forms: {set(found) ^ set(expected)}")
    check(connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok", "damaged")


def check_anchors(path, folder, uuid, heads):
    """The lines that were written for the file at this place; heads: hash by transaction."""
    log = os.path.join(folder, uuid)
    lines = open(log, encoding="utf-8").read().split("\n")[:-1] if os.path.exists(log) else []
    for mark, of, number, digest, _, place in (
            line.split(" ", 5) for line in lines if line.count(" ") >= 5):
        if (mark, of, place) == ("casebook/anchor/1", uuid, os.path.realpath(path)):
            check(heads.get(int(number)) == digest, f"not the transaction {number} of its anchor")


def verify(path, anchors=None):
    """The last hash; Broken where something is."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        check_schema(connection)
        files = connection.execute("SELECT uuid, changes, audited FROM casebook_file").fetchall()
        check(len(files) == 1, f"{len(files)} rows say which file it is")
        uuid, changes, audited = files[0]
        replay, head = check_trail(connection, uuid)
        check_tables(connection, replay)
        check(changes == audited == replay.counted, "the counters do not fit the trail")
        if anchors is not None:
            check_anchors(path, anchors, uuid, {number: digest.hex() for number, digest in
                          connection.execute("SELECT number, hash FROM casebook_transaction")})
        return head.hex()
    finally:
        connection.close()


def main(path, anchors=None):
    try:
        print(verify(path, anchors))
    except (Broken, UnicodeDecodeError) as what:
        print(f"Broken: {what}")
        return 1
    except sqlite3.DatabaseError as what:
        print(f"{path}: {what}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
