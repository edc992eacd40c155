"""What became of each record of a file: for people line by line, for programs as JSON, and the new rows as CSV."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from io import StringIO

from aseancan_kg.errors import InvalidData
from aseancan_kg.imports.incoming import COLUMNS, Incoming
from aseancan_kg.imports.things import Likeness

_LONGEST = 100
"""Characters of a cell that are shown to people."""


class Outcome(StrEnum):
    """What became of a record."""

    new = "new"
    exists = "exists"
    duplicate = "likely duplicate"
    faulty = "faulty"


@dataclass(frozen=True, slots=True)
class Difference:
    """A column in which the file says something else than the register; "" where the register says nothing."""

    column: str
    file: str
    register: str


@dataclass(frozen=True, slots=True)
class Examined:
    """A record and what became of it.

    `thing` is the instrument that it is or becomes (`instrument/actip-2015`, or `row/3` of the same file), "" while
    that is not known; `likenesses` are what it may be, as long as nobody has said. Only what is new becomes a row.
    """

    record: Incoming
    outcome: Outcome
    thing: str = ""
    row: dict[str, str] | None = None
    likenesses: tuple[Likeness, ...] = ()
    differences: tuple[Difference, ...] = ()
    faults: tuple[InvalidData, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All records of a file in their order, matched with this version of the dataset; `faults` are of the file."""

    file: str
    format: str
    dataset: str
    examined: tuple[Examined, ...]
    faults: tuple[InvalidData, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether there is no fault, and no question left to a cataloguer."""
        return not self.faults and all(one.outcome in {Outcome.new, Outcome.exists} for one in self.examined)

    @property
    def rows(self) -> list[dict[str, str]]:
        """The rows that may be added to the register."""
        return [one.row for one in self.examined if one.row]

    @property
    def counts(self) -> dict[str, int]:
        """How many records there are of each outcome."""
        found = Counter(one.outcome for one in self.examined)
        return {outcome.value: found[outcome] for outcome in Outcome}


def as_csv(report: Report) -> str:
    """Write the new rows with the header of the register, as it is written itself."""
    output = StringIO()
    writer = csv.DictWriter(output, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(report.rows)
    return output.getvalue()


def as_json(report: Report) -> str:
    """Write a report as a JSON object; docs/importing.md describes it."""
    content = {
        "file": report.file,
        "format": report.format,
        "dataset": report.dataset,
        "settled": report.settled,
        "counts": report.counts,
        "faults": [_fault(fault, {}) for fault in report.faults],
        "records": [_told(one) for one in report.examined],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def as_text(report: Report) -> str:
    """Write a report for people: what became of each record, why, and what to do, then a summary."""
    noun = "row" if report.format == "csv" else "record"
    lines = [f"{fault}" for fault in report.faults]
    for one in report.examined:
        title = one.record.cells["title"]
        lines.append(f"{noun} {one.record.number}: {one.outcome}" + (f": {title}" if title else ""))
        lines += [f"  {line}" for line in _lines(one)]
    counts = ", ".join(f"{number} {outcome}" for outcome, number in report.counts.items())
    held = " Nothing is written as long as the file itself is at fault." if report.faults else ""
    return "".join(f"{_seen(line)}\n" for line in (*lines, f"{counts}.{held}"))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _seen(line: str) -> str:
    """Replace what a terminal would obey or hide."""
    return "".join(letter if letter.isprintable() else "�" for letter in line)


def _lines(one: Examined) -> Iterator[str]:
    if one.thing:
        yield f"{'is' if one.outcome is Outcome.exists else 'becomes'} {one.thing}"
    for likeness in one.likenesses:
        yield f"may be {likeness.thing}, “{likeness.name}” ({likeness.score:g}): {'; '.join(likeness.reasons)}"
    if one.likenesses:
        number = one.record.number
        yield f"say which with --same-as {number}={one.likenesses[0].thing}, or --same-as {number}=none if it is new"
    for difference in one.differences:
        ours, theirs = (_shortened(text) for text in (difference.file, difference.register))
        yield f"{difference.column}: the file has “{ours}”, the register {f'“{theirs}”' if theirs else 'nothing'}"
    for fault in one.faults:
        column = fault.place.column if fault.place else None
        field = one.record.fields.get(str(column))
        where = f"{column}{f' ({field})' if field else ''}: " if column else ""
        yield f"{where}{fault.message.removesuffix('.')}. {fault.remedy or ''}".rstrip()
    if one.record.left:
        counted = Counter(left.field for left in one.record.left)
        told = (f"{field} ({times} times)" if times > 1 else field for field, times in counted.items())
        yield f"not taken over: {', '.join(told)}"


def _told(one: Examined) -> dict[str, object]:
    return {
        "number": one.record.number,
        "title": one.record.cells["title"],
        "outcome": one.outcome.value,
        "thing": one.thing or None,
        "row": one.row,
        "likenesses": [asdict(likeness) for likeness in one.likenesses],
        "differences": [asdict(difference) for difference in one.differences],
        "faults": [_fault(fault, one.record.fields) for fault in one.faults],
        "notTakenOver": [asdict(left) for left in one.record.left],
    }


def _fault(fault: InvalidData, fields: Mapping[str, str]) -> dict[str, object]:
    column = fault.place.column if fault.place else None
    return {"column": column, "field": fields.get(str(column)), "message": fault.message, "remedy": fault.remedy}
