"""A matrix as a field of shaded cells; one of many rows lies on its side, so that all of it is seen at once."""

import math
from collections.abc import Callable, Sequence
from itertools import groupby

from aseancan_kg.catalogue.matrices import Heading, Matrix
from aseancan_kg.web.drawings.svg import CHARACTER, Element, clipped, linked, mark, picture

_MANY = 40
_LEVELS = 5


def level(matrix: Matrix, value: float) -> int:
    """Return the shade of a value, from 1 to 5; the highest of the matrix is 5."""
    return max(1, math.ceil(_LEVELS * value / max(matrix.cells.values()) - 1e-9))


def draw(matrix: Matrix, address: Callable[[int, int], str]) -> Element:
    """Draw a matrix; a cell leads to the address for the numbers of its row and column, unless that is empty."""
    lying = len(matrix.rows) > _MANY
    down, across = (matrix.columns, matrix.rows) if lying else (matrix.rows, matrix.columns)
    width, height = (9, 20) if lying else (34, 26)
    left = max(len(clipped(one.label, 46)) for one in down) * 12 * CHARACTER + 14
    top = 26.0 if lying else max(len(clipped(one.label, 30)) for one in across) * 12 * CHARACTER * 0.87 + 18
    places = _places(across, left, width)
    marks = [
        *_down(down, left, top, height, places[-1] + width),
        *_across(across, places, top, lying, len(down) * height),
    ]
    for (row, column), value in sorted(matrix.cells.items()):
        y_number, x_number = (column, row) if lying else (row, column)
        title = f"{matrix.rows[row].label} and {matrix.columns[column].label}: {matrix.kind.value_name} {value:g}"
        shade = level(matrix, value)
        x, y = places[x_number], top + y_number * height
        cell = [mark("rect", look=f"level-{shade}", x=x + 0.5, y=y + 0.5, width=width - 1, height=height - 1)]
        if not lying:
            look = "on" if shade > _LEVELS - 2 else "label"
            cell.append(mark("text", f"{value:g}", look=look, x=x + width / 2, y=y + 17, text_anchor="middle"))
        marks.append(linked(address(row, column), title, *cell))
    # The names of columns that slant stick out to the right of their cells.
    right = places[-1] + width + (10 if lying else top * 0.58)
    filled = f"Cells that are not empty: {len(matrix.cells)}."
    told = f"{matrix.kind.description} {filled} The table on the page holds the same."
    title = f"{matrix.kind.title}: {matrix.plan.label}"
    return picture(matrix.kind.name, right, top + len(down) * height + 8, title, told, *marks)


def _places(across: Sequence[Heading], left: float, width: float) -> list[float]:
    """Return where each column begins; groups stand a little apart."""
    groups = list(dict.fromkeys(one.group for one in across))
    return [left + number * width + groups.index(one.group) * 6 for number, one in enumerate(across)]


def _down(down: Sequence[Heading], left: float, top: float, height: float, right: float) -> list[Element]:
    marks = []
    for number, one in enumerate(down):
        y = top + number * height
        if number % 2 == 0:
            marks.append(mark("rect", look="band", x=0, y=y, width=right, height=height))
        words = mark("text", clipped(one.label, 46), look="label", x=left - 8, y=y + height - 7, text_anchor="end")
        marks.append(linked("", one.note or one.label, words))
    return marks


def _across(
    across: Sequence[Heading], places: Sequence[float], top: float, lying: bool, height: float
) -> list[Element]:
    if lying:
        marks = []
        for group, members in groupby(range(len(across)), key=lambda number: across[number].group):
            numbers = list(members)
            begin, end = places[numbers[0]], places[numbers[-1]] + 9
            room = max(1, int((end - begin) / (12 * CHARACTER)))
            words = group if len(group) <= room else f"{group[: room - 1]}…" if room > 6 else group.partition(" ")[0]
            marks.append(linked("", group, mark("text", words, look="label", x=begin, y=top - 9)))
            marks.append(mark("line", look="grid", x1=begin - 3, x2=begin - 3, y1=top - 20, y2=top + height))
        return marks
    return [
        linked(
            "",
            one.note or one.label,
            mark(
                "text",
                clipped(one.label, 30),
                look="label",
                transform=f"translate({x + 20:.5g} {top - 6:.5g}) rotate(-60)",
            ),
        )
        for one, x in zip(across, places, strict=True)
    ]
