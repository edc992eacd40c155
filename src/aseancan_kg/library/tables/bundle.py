"""The tables of a dataset as files: each in every format, with what explains them, and all of it in one archive."""

import json
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from aseancan_kg.errors import InputError, NotFound, Place
from aseancan_kg.library import sheets
from aseancan_kg.library.citing.origin import origin
from aseancan_kg.library.sheets import Cell, Sheet
from aseancan_kg.library.tables import codebook, packages
from aseancan_kg.library.tables.graphml import as_graphml
from aseancan_kg.library.tables.parquet import as_parquet
from aseancan_kg.library.tables.stata import as_dta
from aseancan_kg.library.tables.tables import Filled, Tables, read
from aseancan_kg.namespaces import BASE
from aseancan_kg.store.dataset import Dataset

NO_TABLES = "Is it data of this ontology? If it stands in many graphs, serve it with --union-default-graph."
"""What to do where there are no tables."""
_LONGEST_NAME = 100
"""Characters in the name of a text's file or folder."""
_README = """# {title}: tables

{about}

| folder or file | holds |
|---|---|
| `csv/` | tables as CSV (RFC 4180, UTF-8), with `csv-metadata.json` for CSV on the Web |
| `datapackage.json` | Data Package of these files, for Frictionless and its kin |
| `excel/` | the same for Excel, see below |
| `tables.xlsx` | every table in one workbook, with the codebook |
| `parquet/` | tables as Apache Parquet, for R (arrow), Python, DuckDB |
| `stata/` | tables as Stata files, format 118 (Stata 14 or newer), with labels |
| `edges.graphml` | what relates things, for Gephi, igraph, NetworkX |
| `text/` | the words of each action, a file each |
| `codebook.md`, `codebook.html` | every column and code, and what an empty cell means |

| table | rows | holds |
|---|---:|---|
{tables}

The files in `excel/` begin with a byte order mark. A text that Excel would take for a formula, a number, a date or a
time has an apostrophe before it, as has one that begins with an apostrophe: take one away to have the text. A text of
more than 32,767 characters is cut and says so, there and in the workbook.
"""


def write(store: Dataset, directory: Path) -> list[str]:
    """Write every table of a dataset below a directory; returns the names of the files, that of the archive last.

    The same dataset gives the same bytes. Raises `NotFound` for one without tables, `InputError` when they cannot be
    written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        made = dict(_files(store))
        made[archive_name(store)] = _archive(made)
        for name, body in made.items():
            file = directory / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(body)
    except OSError as error:
        remedy = "Choose a directory you may write to with --out."
        raise InputError(f"cannot write there: {error.strerror}", Place(directory), remedy=remedy) from error
    return [*made]


def archive_name(store: Dataset) -> str:
    """Return the name of the file that holds all others."""
    return f"aseancan-tables-{re.sub('[^A-Za-z0-9+.-]', '-', store.version)}.zip"


def _files(store: Dataset) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of every file but the archive."""
    tables = read(store)
    about = origin(store)
    if not tables.filled:
        raise NotFound("the dataset has nothing that a table holds", remedy=NO_TABLES)
    written = {f"csv/{name}.csv": sheets.as_csv(_sheet(filled)) for name, filled in tables.filled.items()}
    yield from written.items()
    yield "csv/csv-metadata.json", packages.csv_on_the_web(tables)
    yield "datapackage.json", packages.data_package(tables, written)
    for name, filled in tables.filled.items():
        yield f"excel/{name}.csv", sheets.as_csv_for_excel(_sheet(filled))
        yield f"parquet/{name}.parquet", as_parquet(filled)
        yield f"stata/{name}.dta", as_dta(filled, tables.codes)
    yield "tables.xlsx", _workbook(tables, about)
    if "edges" in tables.filled:
        yield "edges.graphml", as_graphml(tables.filled["edges"])
    if "actions" in tables.filled:
        yield from _texts(tables.filled["actions"])
    yield "codebook.md", codebook.as_markdown(tables).encode()
    yield "codebook.html", codebook.as_html(tables).encode()
    yield "README.md", _readme(tables, about).encode()
    if tables.about.publisher:
        yield "CITATION.cff", _citation(tables).encode()


def _sheet(filled: Filled) -> Sheet:
    return Sheet(filled.table.title, tuple(column.name for column in filled.table.columns), filled.rows)


def _workbook(tables: Tables, about: tuple[tuple[str, str], ...]) -> bytes:
    """Write all tables as worksheets; one that has too many rows for a worksheet says so instead."""
    pages: dict[str, list[tuple[Cell, ...]]] = {
        "About": [("Title", "Tables"), *about],
        "Codebook": codebook.as_rows(tables),
    }
    for name, filled in tables.filled.items():
        if len(filled.rows) > sheets.MOST_ROWS:
            pages[name] = [(f"{len(filled.rows):,} rows are more than a worksheet holds; take the CSV.",)]
            continue
        columns = tuple(column.name for column in filled.table.columns)
        pages[name] = [columns, *filled.rows]
    fitting = {
        name: [tuple(sheets.cut(cell) if isinstance(cell, str) else cell for cell in row) for row in rows]
        for name, rows in pages.items()
    }
    return sheets.workbook(fitting)


def _texts(actions: Filled) -> Iterator[tuple[str, bytes]]:
    """Yield the words of each action in a file that is named by plan and number."""
    taken = set[str]()
    for plan, number, text in zip(*map(actions.column, ("plan", "number", "text")), strict=True):
        name = f"text/{_file_name(str(plan or 'plan').rpartition('/')[2])}/{_file_name(str(number or 'action'))}"
        while name in taken:
            name += "_"
        taken.add(name)
        yield f"{name}.txt", f"{text or ''}\n".encode()


def _file_name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip(".-")[:_LONGEST_NAME] or "_"


def _readme(tables: Tables, about: tuple[tuple[str, str], ...]) -> str:
    rights = [("Rights", tables.about.rights)] if tables.about.rights else []
    return _README.format(
        title=tables.about.title,
        about="\n".join(f"- {name}: {value}" for name, value in (*about, *rights)),
        tables="\n".join(
            f"| `{name}` | {len(filled.rows):,} | {filled.table.description} |"
            for name, filled in tables.filled.items()
        ),
    )


def _citation(tables: Tables) -> str:
    """Write a Citation File Format 1.2.0 file; its texts are JSON's, which YAML reads as they are."""
    about = tables.about
    told = {
        "cff-version": "1.2.0",
        "message": "If you use these tables, please cite the dataset they are taken from.",
        "type": "dataset",
        "title": about.title,
        "authors": [{"name": about.publisher.label}] if about.publisher else [],
        "version": tables.version,
        "date-released": about.issued,
        "license-url": about.licence,
        "url": f"{BASE}r/{tables.version}",
    }
    return "".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in told.items() if value)


def _archive(files: dict[str, bytes]) -> bytes:
    output = BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in sorted(files.items()):
            entry = zipfile.ZipInfo(name, sheets.UNDATED.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            archive.writestr(entry, body)
    return output.getvalue()
