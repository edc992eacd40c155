"""The desk's database: a SQLite file, or PostgreSQL where several services share it.

What was committed is kept: SQLite has written it to the disk (`synchronous=FULL`), PostgreSQL likewise by its defaults.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from aseancan_kg.errors import InputError, StoreUnavailable

_MIGRATIONS = Path(__file__).parent / "migrations"
_WAIT_SECONDS = 30
"""How long a writer waits for another; each takes milliseconds."""
_LOCK = 0x61736561
"""What services that share a PostgreSQL agree on, so that one alone migrates it."""


class Database:
    """The database at a URL, whose tables are brought up to date when it is opened; they are made when it is `new`.

    `version` is that of its tables, which the migrations count.
    Raises `InputError` for a URL that names no database, or none of a desk, or when there is none, and
    `StoreUnavailable` when the database does not answer or cannot be written.
    """

    def __init__(self, url: str, *, new: bool = False, version: str = "head") -> None:
        if not url:
            remedy = "Set AC_JOURNAL, for example to sqlite:////var/lib/aseancan-kg/journal.sqlite."
            raise InputError("the desk is off: no journal is named", remedy=remedy)
        try:
            self._engine = sa.create_engine(url, poolclass=sa.NullPool)  # seldom used: nothing is left open
        except ImportError as error:
            raise InputError(f"it needs {error.name}", remedy=f"Run pip install '{error.name}[binary]'.") from error
        except (ArgumentError, ValueError) as error:
            remedy = "Write sqlite:////path/to/journal.sqlite or postgresql+psycopg://user@host/database."
            raise InputError("the URL of the journal names no database", remedy=remedy) from error
        if self._engine.dialect.name == "sqlite":
            _prepare_sqlite(self._engine)
            self._find_file(new=new)
        with self.begun(writes=True) as connection:
            if self._engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            if not new and not sa.inspect(connection).has_table("entry"):
                raise _no_desk()
            settings = Config()
            settings.set_main_option("script_location", str(_MIGRATIONS))
            settings.attributes["connection"] = connection
            command.upgrade(settings, version)

    @contextmanager
    def begun(self, *, writes: bool = False) -> Iterator[sa.Connection]:
        """Give a connection with a transaction begun, which is committed at the end.

        Raises `StoreUnavailable` when the database does not answer, is full or cannot be written.
        """
        try:
            with self._engine.execution_options(writes=writes).begin() as connection:
                yield connection
        except (SQLAlchemyError, UnicodeDecodeError) as error:  # the driver decodes what it tells of a broken file
            told = str(getattr(error, "orig", None) or error).splitlines()[0]
            remedy = "Look whether the database is there, has room and may be written."
            raise StoreUnavailable(f"the journal cannot be used: {told}", remedy=remedy) from error

    def _find_file(self, *, new: bool) -> None:
        """Refuse a file that is not there, which SQLite would make; what holds accounts is for its owner alone."""
        file = Path(self._engine.url.database or "")
        if not new and not file.is_file():
            raise _no_desk()
        if new and file.parent.is_dir():
            file.touch(mode=0o600)


def _no_desk() -> InputError:
    remedy = "Correct AC_JOURNAL, or run `aseancan-kg desk init` where there has never been one."
    return InputError("there is no journal where AC_JOURNAL says", remedy=remedy)


def _prepare_sqlite(engine: sa.Engine) -> None:
    """Have SQLite write entries to the disk before it says so, and have a writer take its turn at the beginning.

    The driver is kept from beginning transactions by itself, as SQLAlchemy's documentation of its dialect advises.
    """

    @sa.event.listens_for(engine, "connect")
    def connected(connection: Any, _: Any) -> None:  # noqa: ANN401 - a connection of the driver
        connection.isolation_level = None
        pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_WAIT_SECONDS * 1000}")
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")
