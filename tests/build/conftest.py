"""What the tests of the build side share: tables of a few rows, and what is read from the real ones."""

import csv
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from aseancan_kg import settings
from aseancan_kg.build import editions, goals, names, registers, sources
from aseancan_kg.build.columns import CODINGS, REGISTERS
from aseancan_kg.build.editions import Edition
from aseancan_kg.build.names import Name
from aseancan_kg.build.registers import Registers
from aseancan_kg.build.sources import Source

EDITION = "plan-of-action-2021-2025"

Rows = Mapping[str, list[dict[str, str]]]
Write = Callable[..., Path]
Read = Callable[[Rows], Registers]


@pytest.fixture(scope="session")
def write() -> Write:
    """Write every register, and each table of codings that has rows, below a data directory."""

    def write(data: Path, rows: Rows, encoding: str = "utf-8") -> Path:
        folders = {
            "registers": REGISTERS,
            f"codings/{EDITION}": {name: CODINGS[name] for name in CODINGS & rows.keys()},
        }
        for folder, tables in folders.items():
            (data / folder).mkdir(parents=True, exist_ok=True)
            for name, (_, columns) in tables.items():
                with (data / folder / f"{name}.csv").open("w", encoding=encoding, newline="") as stream:
                    writer = csv.DictWriter(stream, list(columns), restval="")
                    writer.writeheader()
                    writer.writerows(rows.get(name, []))
        return data

    return write


@pytest.fixture
def read(write: Write, tmp_path: Path) -> Read:
    """Write tables and read them as a build does; a row that names no source or confidence gets one."""

    def read(rows: Rows) -> Registers:
        filled: dict[str, list[dict[str, str]]] = {}
        for name, table in rows.items():
            columns = (REGISTERS.get(name) or CODINGS[name])[1]
            usual = {"sources": "https://asean.org/", "confidence": "high", "source": "project"}
            usual = {column: value for column, value in usual.items() if column in columns}
            filled[name] = [usual | row for row in table]
        return registers.read(write(tmp_path, filled), frozenset({EDITION}))

    return read


@pytest.fixture(scope="session")
def documents() -> tuple[Source, ...]:
    return sources.read(settings.resources() / "data" / "sources")


@pytest.fixture(scope="session")
def tables(documents: tuple[Source, ...]) -> Registers:
    """Return the real registers and codings."""
    return registers.read(settings.resources() / "data", frozenset(document.slug for document in documents))


@pytest.fixture(scope="session")
def known(tables: Registers) -> tuple[Name, ...]:
    return names.names(tables)


@pytest.fixture(scope="session")
def edition(documents: tuple[Source, ...], tables: Registers, known: tuple[Name, ...]) -> Edition:
    """Return the real Plan with all that rules and readers make of it."""
    sdgs = frozenset(row["iri"] for row in goals.rows(settings.resources() / "data" / "sources" / "un-sdg-kos.csv"))
    return next(edition for edition in editions.read(documents, tables, known, sdgs) if edition.plan)
