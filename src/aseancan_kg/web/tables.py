"""Tables: beside a picture, for a page, and as files to take away."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from aseancan_kg.catalogue.labels import Link
from aseancan_kg.library.citing.origin import origin
from aseancan_kg.library.sheets import WRITERS, Cell, Sheet
from aseancan_kg.mediatypes import Format
from aseancan_kg.web.downloads import attachment
from aseancan_kg.web.kept import etag
from aseancan_kg.web.state import state_of

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


def file(request: Request, sheet: Sheet, chosen: Format) -> Response:
    """Return a table as a CSV file or a workbook that is named after its title.

    What it is about begins with the dataset and the address. Raises `NotAcceptable` for a table that is too large for
    a workbook.
    """
    about = (*state_of(request).derived.get(origin), ("Address", str(request.url)), *sheet.about)
    body = WRITERS[chosen](replace(sheet, about=about))
    name = re.sub(r"[\W_]+", "-", sheet.title.lower()).strip("-")[:60] or "table"
    headers = {
        "Content-Disposition": attachment(f"{name}.{chosen.name}"),
        "AC-Row-Count": str(len(sheet.rows)),
        "Cache-Control": "no-cache",
        "ETag": etag(body),
        "Vary": "Accept",
    }
    return Response(body, headers=headers, media_type=chosen.content_type)
