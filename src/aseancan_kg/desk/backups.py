"""Backups of the desk: each row of its tables as a line of JSON, and at the end the SHA-256 of these lines.

Kept are the journal, accounts, tokens, the audit log, drafts with what was said of them, and the answers that programs
were given; not who is signed in, nor how often somebody could not.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

from aseancan_kg.desk.database import Database
from aseancan_kg.desk.journal import Journal
from aseancan_kg.errors import InputError, InvalidData, Place

_TABLES = ("entry", "account", "token", "audit", "draft", "remark", "request")
"""What is kept, each table after those that its rows refer to."""
_COUNTED = ("audit", "draft", "remark")
"""Tables whose rows the database numbers."""


def backup(database: Database) -> bytes:
    """Return a backup, taken at one moment while the database is in use."""
    with database.begun() as connection:
        if connection.dialect.name == "postgresql":  # where else each statement sees what is there by then
            connection.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        lines = "".join(line for name in _TABLES for line in _lines(connection, name)).encode()
    return lines + _seal(lines)


def restore(database: Database, content: bytes, file: Path) -> None:
    """Write what a backup holds, read from a file, into a database that holds nothing yet: all of it, or nothing.

    Raises `InputError` for what is no whole backup, and for a database that holds something.
    """
    rows = _read(content, file)
    with database.begun(writes=True) as connection:
        tables = {name: _table(connection, name) for name in _TABLES}
        if any(connection.execute(sa.select(table).limit(1)).first() for table in tables.values()):
            remedy = "Restore into one that is new: name it by AC_JOURNAL, and run `desk init`."
            raise InputError("there are entries or accounts already", remedy=remedy)
        for name, table in tables.items():
            if held := rows.get(name):
                connection.execute(sa.insert(table), held)
        if connection.dialect.name == "postgresql":
            for name in _COUNTED:
                last = f"(SELECT max(number) FROM {name})"
                connection.execute(sa.text(f"SELECT setval(pg_get_serial_sequence('{name}', 'number'), {last})"))


def tried(content: bytes, file: Path) -> str:
    """Restore a backup for trial, and tell what it holds.

    Raises as `restore` does, and `InvalidData` for a journal that is not what was written.
    """
    with TemporaryDirectory() as scratch:
        trial = Database(f"sqlite:///{scratch}/journal.sqlite", new=True)
        restore(trial, content, file)
        entries = Journal(trial).after(0)
        if backup(trial) != content:
            raise InvalidData("it does not hold what was in the database", Place(file), remedy="Try another disk.")
    rows = _read(content, file)
    counts = ", ".join(f"{len(rows.get(name, ()))} {name}s" for name in ("account", "draft"))
    last = entries[-1].digest[:16] if entries else "none"
    return f"{len(entries)} entries, the last {last}; {counts}; SHA-256 {hashlib.sha256(content).hexdigest()}"


def _lines(connection: sa.Connection, name: str) -> Iterator[str]:
    table = _table(connection, name)
    found = [dict(row) for row in connection.execute(sa.select(table)).mappings()]
    found.sort(key=lambda row: [row[column.name] for column in table.primary_key])  # databases sort texts differently
    for row in found:
        yield json.dumps({"table": name, "row": row}, sort_keys=True) + "\n"


def _read(content: bytes, file: Path) -> dict[str, list[Mapping[str, Any]]]:
    """Return the rows of each table."""
    lines = content[: content.rfind(b"\n", 0, -1) + 1]
    if content != lines + _seal(lines):
        remedy = "Give a file of `desk backup` as it was written."
        raise InputError("this is no backup, or not a whole one", Place(file), remedy=remedy)
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for told in map(json.loads, lines.splitlines()):
        rows.setdefault(told["table"], []).append(told["row"])
    return rows


def _seal(lines: bytes) -> bytes:
    """Return the line that ends a backup."""
    return json.dumps({"sha256": hashlib.sha256(lines).hexdigest()}).encode() + b"\n"


def _table(connection: sa.Connection, name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData(), autoload_with=connection, resolve_fks=False)
