"""Backups of the desk: each row of its tables as a line of JSON, and at the end the SHA-256 of these lines.

The last line also tells of which version the tables are, so that a backup outlives changes of them.
Kept are the journal, accounts, tokens, the audit log, drafts with what was said of them, and the answers that programs
were given; not who is signed in, nor how often somebody could not.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from alembic.util import CommandError

from aseancan_kg.desk.accounts import OPERATOR, Accounts
from aseancan_kg.desk.database import Database
from aseancan_kg.desk.journal import Journal
from aseancan_kg.errors import InputError, InvalidData, Place

_TABLES = ("entry", "account", "token", "audit", "draft", "remark", "request")
"""What is kept, each table after those that its rows refer to."""
_COUNTED = ("audit", "draft", "remark")
"""Tables whose rows the database numbers."""
_Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""The rows of tables, by their names."""


def backup(database: Database) -> bytes:
    """Return a backup, taken at one moment while the database is in use."""
    with database.begun() as connection:
        if connection.dialect.name == "postgresql":  # where else each statement sees what is there by then
            connection.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        lines = "".join(line for table in _tables(connection) for line in _lines(connection, table)).encode()
        version = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
    return lines + _seal(lines, version)


def restore(database: Database, content: bytes, file: Path) -> str:
    """Write what a backup holds, read from a file, into a database that holds nothing yet: all of it, or nothing.

    Returns what `tried` tells, and the audit log has it too. Raises as `tried` does, and `InputError` for a database
    that holds something.
    """
    current, told = tried(content, file)
    rows, _ = _read(current, file)
    with database.begun(writes=True) as connection:
        for table in _tables(connection):
            if connection.execute(sa.select(table).limit(1)).first():
                remedy = "Restore into one that is new: name it by AC_JOURNAL, and run `desk init`."
                raise InputError(f"the database holds something already, in its table {table.name}", remedy=remedy)
        _write(connection, rows)
        Accounts(database).note_with(connection, OPERATOR, "restored", told, "")
    return told


def tried(content: bytes, file: Path) -> tuple[bytes, str]:
    """Restore a backup for trial; return it as the tables of today hold it, and tell what it holds.

    Raises `InputError` for what is no whole backup and for one of a later version, and `InvalidData` for a journal that
    is not what was written.
    """
    rows, version = _read(content, file)
    with TemporaryDirectory() as scratch:
        url = f"sqlite:///{scratch}/journal.sqlite"
        try:
            trial = Database(url, new=True, version=version)
        except CommandError as error:
            remedy = "Restore it with the version of this software that wrote it, or a later one."
            raise InputError("the backup is of a later version", Place(file), remedy=remedy) from error
        with trial.begun(writes=True) as connection:
            _write(connection, rows)
        if backup(trial) != content:
            raise InvalidData("it does not hold what was in the database", Place(file), remedy="Try another disk.")
        trial = Database(url)  # which brings its tables up to date
        entries, current = Journal(trial).after(0), backup(trial)
    counts = ", ".join(f"{len(rows.get(name, ()))} {name}s" for name in ("account", "draft"))
    last = entries[-1].digest[:16] if entries else "none"
    return current, f"{len(entries)} entries, the last {last}; {counts}; SHA-256 {_digest(content)}"


def is_backup(content: bytes) -> bool:
    """Tell whether this is a whole backup."""
    try:
        _read(content, Path())
    except InputError:
        return False
    return True


def _write(connection: sa.Connection, rows: _Rows) -> None:
    for table in _tables(connection):
        if held := rows.get(table.name):
            connection.execute(sa.insert(table), held)
    if connection.dialect.name == "postgresql":
        for name in _COUNTED:
            last = f"(SELECT max(number) FROM {name})"
            connection.execute(sa.text(f"SELECT setval(pg_get_serial_sequence('{name}', 'number'), {last})"))


def _lines(connection: sa.Connection, table: sa.Table) -> Iterator[str]:
    found = [dict(row) for row in connection.execute(sa.select(table)).mappings()]
    found.sort(key=lambda row: [row[column.name] for column in table.primary_key])  # databases sort texts differently
    for row in found:
        yield json.dumps({"table": table.name, "row": row}, sort_keys=True) + "\n"


def _read(content: bytes, file: Path) -> tuple[_Rows, str]:
    """Return the rows of each table, and the version of the tables."""
    lines, _, seal = content.removesuffix(b"\n").rpartition(b"\n")
    lines += b"\n" if lines else b""
    try:
        version = json.loads(seal)["tables"]
        if not re.fullmatch("[0-9]{4}", version) or content != lines + _seal(lines, version):
            raise ValueError("its seal is another")
    except (ValueError, LookupError, TypeError) as error:
        remedy = "Give a file of `desk backup` as it was written."
        raise InputError("this is no backup, or not a whole one", Place(file), remedy=remedy) from error
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for told in map(json.loads, lines.splitlines()):
        rows.setdefault(told["table"], []).append(told["row"])
    return rows, version


def _seal(lines: bytes, version: str) -> bytes:
    """Return the line that ends a backup."""
    return json.dumps({"sha256": _digest(lines), "tables": version}).encode() + b"\n"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _tables(connection: sa.Connection) -> list[sa.Table]:
    """Return what is kept of the tables that are there; earlier versions have fewer."""
    there, metadata = sa.inspect(connection).get_table_names(), sa.MetaData()
    return [sa.Table(name, metadata, autoload_with=connection, resolve_fks=False) for name in _TABLES if name in there]
