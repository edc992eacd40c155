"""The table that stands beside a picture and holds the same: for a page, and as a sheet to take away."""

from collections.abc import Sequence
from dataclasses import dataclass

from aseancan_kg.catalogue.labels import Link
from aseancan_kg.library.sheets import Cell, Sheet

Shown = str | int | float | None | Link | tuple[Link, ...]
"""What stands in a cell: a text, a number, nothing, or things that the page links to."""


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, those of `things` hold links; and rows."""

    columns: tuple[str, ...]
    things: frozenset[str]
    rows: Sequence[tuple[Shown, ...]]

    def sheet(self, title: str, about: Sequence[tuple[str, str]]) -> Sheet:
        """Return the table with a column of IRIs beside each that holds links."""
        columns = [
            name
            for column in self.columns
            for name in ((column, f"{column} IRI") if column in self.things else (column,))
        ]
        return Sheet(title, tuple(columns), [tuple(self._cells(row)) for row in self.rows], about)

    def _cells(self, row: tuple[Shown, ...]) -> list[Cell]:
        cells = list[Cell]()
        for column, value in zip(self.columns, row, strict=True):
            if column not in self.things:
                assert not isinstance(value, Link | tuple)
                cells.append(value)
                continue
            links = (value,) if isinstance(value, Link) else value if isinstance(value, tuple) else ()
            cells += ["; ".join(one.label for one in links), "; ".join(one.iri for one in links)]
        return cells
