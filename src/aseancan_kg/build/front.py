"""What stands before the first heading of a plan: title, date of adoption, period, preamble."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from aseancan_kg.build.marks import read_mark
from aseancan_kg.build.text import Line, collapse, is_open_ended, is_title_case
from aseancan_kg.model import Span

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s(?:day\s)?(?:of\s)?{_MONTH},?\s(?P<year>\d{{4}})\b",
        rf"\b{_MONTH}\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>\d{{4}})\b",
        rf"\b{_MONTH},?\s(?P<year>\d{{4}})\b",
    )
)
_ADOPTED = re.compile(r"\W*(?:Adopted|ADOPTED)\b")
_PERIOD = re.compile(r"(?<![\d-])((?:19|20)\d\d) ?(?:[-‐-―−/]|to|until|through) ?((?:19|20)\d\d)(?![\d-])")
_BARE_PERIOD = re.compile(rf"[(\[]?(?:for )?(?:the )?(?:period )?(?:of |from )?{_PERIOD.pattern}[)\]]?", re.IGNORECASE)
_EARLIER = re.compile(r"\b(?:previous|preceding|predecessor|earlier|former|last|past|first)\b", re.IGNORECASE)
_LONGEST_TITLE = 40
_LONGEST_ADOPTION = 3
NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Adoption:
    """A line that begins with `Adopted` and gives a date: ISO, to the day or to the month."""

    on: str
    span: Span
    lines: int


@dataclass(frozen=True, slots=True)
class Front:
    """The front of a plan; a part the edition does not have is empty and its span `NOWHERE`."""

    title: str
    title_span: Span
    adoption: Adoption | None
    period: tuple[int, int] | None
    preamble: str
    preamble_span: Span


def read_front(edition: str, lines: Sequence[Line]) -> Front:
    """Read the lines before the first heading, page furniture left out.

    The period is the first range of years in the title or, failing that, in the preamble, where the years of a
    previous plan do not count.
    """
    count = _title_lines(lines)
    title, title_span = _extent(edition, lines[:count])
    rest = lines[count:]
    adoptions = (find_adoption(edition, rest[index : index + _LONGEST_ADOPTION]) for index in range(len(rest)))
    adoption = next(filter(None, adoptions), None)
    if adoption and adoption.span.start == rest[0].start:
        rest = rest[adoption.lines :]
    preamble, preamble_span = _extent(edition, rest)
    period = _period(title) or _period(preamble)
    return Front(title, title_span, adoption, period, preamble, preamble_span)


def is_adoption(text: str) -> bool:
    """Whether a text begins as a statement of adoption does; a wrapped line that begins `adopted` is none."""
    return _ADOPTED.match(text) is not None


def find_adoption(edition: str, lines: Sequence[Line]) -> Adoption | None:
    """Read the adoption that begins on the first of these lines; its date may be wrapped onto the next two."""
    if not lines or not is_adoption(lines[0].text):
        return None
    for count in range(1, 1 + min(len(lines), _LONGEST_ADOPTION)):
        if count > 1 and lines[count - 1].spaced:
            break
        text, span = _extent(edition, lines[:count])
        if on := _iso_date(text):
            return Adoption(on, span, count)
    return None


def _extent(edition: str, lines: Sequence[Line]) -> tuple[str, Span]:
    span = Span(lines[0].start, lines[-1].end) if lines else NOWHERE
    return collapse(edition[span.start : span.end]), span


def _title_lines(lines: Sequence[Line]) -> int:
    """How many of the first lines are the title: a short paragraph without full stop, or lines in Title Case.

    A line that holds only the period belongs to it, as does one that goes on with a small word (`TO IMPLEMENT THE …`).
    """
    if not lines or read_mark(lines[0].text)[0]:
        return 0
    block = 1
    while block < len(lines) and not lines[block].spaced and not is_adoption(lines[block].text):
        block += 1
    words = sum(len(line.text.split()) for line in lines[:block])
    if lines[block - 1].text[-1] in ".;:," or words > _LONGEST_TITLE:
        in_title_case = (index for index, line in enumerate(lines[:block]) if not _is_title_line(line.text))
        block = next(in_title_case, block)
    while 0 < block < len(lines) and _continues_title(lines[block].text):
        block += 1
    return block


def _is_title_line(text: str) -> bool:
    return text[-1] not in ".;:," and is_title_case(collapse(text))


def _continues_title(line: str) -> bool:
    text = collapse(line)
    return bool(_BARE_PERIOD.fullmatch(text)) or (is_open_ended(text.partition(" ")[0]) and _is_title_line(text))


def _iso_date(text: str) -> str | None:
    for pattern in _DATES:
        if match := pattern.search(text):
            parts = match.groupdict()
            month = _MONTHS.index(parts["month"][:3].lower()) + 1
            try:
                on = date(int(parts["year"]), month, int(parts.get("day") or 1))
            except ValueError:  # the edition prints a day that no calendar has
                return None
            return on.isoformat() if "day" in parts else on.isoformat()[:7]
    return None


def _period(text: str) -> tuple[int, int] | None:
    before = 0
    for match in _PERIOD.finditer(text):
        first, last = int(match[1]), int(match[2])
        if first <= last and not _EARLIER.search(text, max(before, match.start() - 60), match.start()):
            return first, last
        before = match.end()
    return None
