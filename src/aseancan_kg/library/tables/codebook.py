"""The codebook of the tables: every column and every code, in the words of the ontology and of the code lists."""

import re
from collections.abc import Iterable, Iterator, Sequence

from aseancan_kg.library.sheets import Cell
from aseancan_kg.library.tables.schema import SEPARATOR, Column, Table
from aseancan_kg.library.tables.tables import Tables
from aseancan_kg.templates import render

CONVENTIONS = (
    "An empty cell is never a zero and never the text “N/A”; what it means is said of each column.",
    "A date stands in four columns: as precise as known (2020, 2020-09 or 2020-09-10), how precise that is, and the "
    "first and the last day that it can mean. Compare and sort by these two.",
    f"Where a cell holds several values, “{SEPARATOR.strip()}” with a blank on either side stands between them.",
    "IRIs are keys: a column that holds one of another table has its label in the column beside it.",
    "Codes stand as text; in the Stata files they are numbers with the codes as value labels. The numbers are those of "
    "the table codes.",
    "Characters that XML or Stata cannot hold are replaced by U+FFFD; line ends within a cell are line feeds.",
)

_PLAIN = re.compile(r"([\\`*_{}\[\]<>|#])")


def as_html(tables: Tables) -> str:
    """Write the codebook as a page that needs nothing else."""
    return render(
        "tables.html",
        tables=tables,
        conventions=CONVENTIONS,
        holds=_holds,
        blank=_blank,
        lists={name: [row[1:] for row in rows] for name, rows in _lists(tables)},
    )


def as_markdown(tables: Tables) -> str:
    """Write the codebook as Markdown; what the data say is escaped."""
    lines = [f"# Codebook: {_plain(tables.about.title)}", "", f"Dataset version `{tables.version}`.", ""]
    lines += [line for paragraph in CONVENTIONS for line in (paragraph, "")]
    for filled in tables.filled.values():
        table = filled.table
        lines += [f"## {table.title}: `{table.name}`", ""]
        lines += [
            f"{table.description} {len(filled.rows):,} rows; key: {', '.join(f'`{name}`' for name in table.key)}."
        ]
        cells = [
            (f"`{each.name}`", *map(_plain, (each.title, _holds(each), each.description, _blank(table, each))))
            for each in table.columns
        ]
        lines += ["", *_table(("Column", "Title", "Holds", "What it says", "An empty cell"), cells), ""]
    lines += ["## Code lists", ""]
    for name, rows in _lists(tables):
        written = [
            (str(number), *map(_plain, map(str, (code, label or "", rule or ""))))
            for _, number, code, label, rule in rows
        ]
        lines += [f"### {name}", "", *_table(("Number", "Code", "Label", "Rule"), written), ""]
    return "\n".join(lines)


def as_rows(tables: Tables) -> list[tuple[Cell, ...]]:
    """Return the codebook as a worksheet: a heading, then a row for each column of each table."""
    heading = ("Table", "Column", "Title", "Holds", "What it says", "An empty cell")
    return [
        heading,
        *(
            (table.name, each.name, each.title, _holds(each), each.description, _blank(table, each))
            for table in (filled.table for filled in tables.filled.values())
            for each in table.columns
        ),
    ]


def _lists(tables: Tables) -> Iterator[tuple[str, Sequence[tuple[Cell, ...]]]]:
    """Yield the code lists that columns use, with name, number, code, label and rule of each code."""
    if "codes" not in tables.filled:
        return
    used = {column.codes for filled in tables.filled.values() for column in filled.table.columns}
    wanted = ("code_list", "number", "code", "label", "definition")
    rows = [*zip(*map(tables.filled["codes"].column, wanted), strict=True)]
    for name in tables.codes:
        if name in used:
            yield name, [row for row in rows if row[0] == name]


def _holds(column: Column) -> str:
    several = "several: " if column.many else ""
    of = f" of list {column.codes}" if column.codes else f", key of {column.refers}" if column.refers else ""
    return f"{several}{column.kind}{of}"


def _blank(table: Table, column: Column) -> str:
    return "never" if column.name in table.key or column.number_in else column.blank


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    written = [heading, ["---"] * len(heading), *rows]
    return [f"| {' | '.join(row)} |" for row in written]


def _plain(text: str) -> str:
    """Escape what Markdown would read as markup; a cell stands on one line."""
    return _PLAIN.sub(r"\\\1", " ".join(text.split()))
