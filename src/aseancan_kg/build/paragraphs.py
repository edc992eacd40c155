"""Paragraphs of an edition: hard-wrapped lines joined, each with the readings of its mark.

Nothing is decided here about where a paragraph belongs, except what can be seen from the paragraphs after it:
whether it has the looks of a heading.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from aseancan_kg.build.marks import Mark, read_bare_number, read_mark
from aseancan_kg.build.text import (
    Line,
    after_residue,
    collapse,
    is_complete,
    is_open_ended,
    is_title_case,
    looks_like_heading,
)

Evidence = Literal["none", "looks", "numbers"]
_LONGEST_PLAIN_HEADING = 12  # words, of a heading that is not in Title Case


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that stand together. `start` is where the text after the mark begins, `text` is it, collapsed.

    If it is a heading, its first `title_lines` lines are the `title`; prose may follow a title at once.
    """

    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    start: int
    text: str
    title: str
    title_lines: int

    @property
    def end(self) -> int:
        """The code point after the last one."""
        return self.lines[-1].end

    @property
    def spaced(self) -> bool:
        """Whether a blank line stands before it."""
        return self.lines[0].spaced

    @property
    def is_first(self) -> bool:
        """Whether a list can begin here."""
        return any(mark.is_first for mark in self.marks)


class _Marked(NamedTuple):
    line: Line
    marks: tuple[Mark, ...]
    start: int  # of the text after the mark

    @property
    def is_bare(self) -> bool:
        """Whether a mark stands alone on its line."""
        return bool(self.marks) and self.start >= self.line.end


def paragraphs(edition: str, lines: Sequence[Line]) -> list[Paragraph]:
    """Group lines without page furniture into paragraphs.

    A paragraph begins at a mark, after a blank line, and at a line in Title Case between a finished text and a mark.
    A mark alone on its line takes the text that follows.
    """
    marked = _read_marks(lines)
    groups: list[list[_Marked]] = []
    for one, following in zip(marked, [*marked[1:], None], strict=False):
        waits = bool(groups) and len(groups[-1]) == 1 and groups[-1][0].is_bare
        if not groups or one.marks or (not waits and (one.line.spaced or _interrupts(groups[-1][-1], one, following))):
            groups.append([])
        groups[-1].append(one)
    return [_paragraph(edition, group) for group in groups]


def heading_evidence(found: list[Paragraph]) -> list[Evidence]:
    """Say for each paragraph whether those after it make it a heading.

    `numbers`: the next mark continues its own number (1.2, then 1.2.1). `looks`: it has the shape of a heading and a
    list begins after it. What the paragraphs before it say is for the outline to weigh.
    """
    evidence: list[Evidence] = ["none"] * len(found)
    begun: Counter[str] = Counter()  # how often a numbering of headings begins, by style
    follower: Paragraph | None = None
    for index in range(len(found) - 1, -1, -1):
        one = found[index]
        if one.marks:
            evidence[index] = _marked_evidence(one, follower)
            follower = one
            if evidence[index] != "none":
                begun.update(mark.style for mark in one.marks if mark.is_first)
    item: Paragraph | None = None  # the next mark or heading
    for index in range(len(found) - 2, -1, -1):
        if found[index + 1].marks or evidence[index + 1] != "none":
            item = found[index + 1]
            is_heading = evidence[index + 1] != "none"
        if item and _heads(found[index], item, is_heading, begun, item is found[index + 1]):
            evidence[index] = "looks"
    return evidence


def _heads(one: Paragraph, item: Paragraph, is_heading: bool, begun: Counter[str], at_once: bool) -> bool:
    """Whether a paragraph without mark is the heading of the next list or heading; prose may stand between."""
    if one.marks or not looks_like_heading(one.text):
        return False
    if is_title_case(one.text):
        plausible = at_once or (item.is_first and not is_heading)
    else:
        plausible = at_once and item.is_first and len(one.text.split()) <= _LONGEST_PLAIN_HEADING
    if is_heading and item.marks:
        # Numbered headings are below this one only if their numbering begins again elsewhere.
        return plausible and any(mark.is_first and begun[mark.style] > 1 for mark in item.marks)
    return plausible


def _read_marks(lines: Sequence[Line]) -> list[_Marked]:
    """Read the mark of each line; `[bookmark: …]` before and after it is skipped.

    A bare number counts only before a title whose parts continue it: `1 Trade`, then `1.1`.
    """
    marked: list[_Marked] = []
    path: tuple[int, ...] = ()  # of the next mark
    for line in reversed(lines):
        before = after_residue(line.text, 0)
        text = line.text[before:]
        marks, offset = read_mark(text)
        if not marks and len(path) > 1 and is_title_case(text):
            bare, end = read_bare_number(text)
            if bare and bare[0].path == path[:1]:
                marks, offset = bare, end
        if marks:
            path = marks[0].path
        marked.append(_Marked(line, marks, line.start + after_residue(line.text, before + offset)))
    return marked[::-1]


def _interrupts(before: _Marked, one: _Marked, after: _Marked | None) -> bool:
    """Whether an unmarked line is a heading that follows the text before it without a blank line."""
    if after is None or not (after.marks or is_title_case(after.line.text)):
        return False
    text, last = collapse(one.line.text), collapse(before.line.text)
    return is_title_case(text) and looks_like_heading(text) and (is_complete(last) or last.isupper() > text.isupper())


def _paragraph(edition: str, group: list[_Marked]) -> Paragraph:
    start = group[0].start
    if group[0].is_bare and len(group) > 1:
        start = group[1].start
    text = collapse(edition[start : group[-1].line.end])
    lines = tuple(one.line for one in group)
    count = 1
    while count < len(lines):
        title = collapse(edition[max(start, lines[count - 1].start) : lines[count - 1].end])
        if title and not _wraps(title, lines[count].text):
            break
        count += 1
    return Paragraph(lines, group[0].marks, start, text, collapse(edition[start : lines[count - 1].end]), count)


def _wraps(title: str, line: str) -> bool:
    """Whether a heading goes on in the next line."""
    return line[0].islower() or is_open_ended(title) or is_title_case(line)


def _marked_evidence(one: Paragraph, follower: Paragraph | None) -> Evidence:
    if follower is None or not one.text or one.text[-1] in ";,":
        return "none"
    if any(_continues(mark, after) for mark in one.marks for after in follower.marks):
        return "none" if one.title.endswith(".") and not is_title_case(one.title) else "numbers"
    # One reading is enough: `I.` above `A.` is the Roman number, though it may be read as the letter too.
    styles = {mark.style for mark in one.marks} - {mark.style for mark in follower.marks}
    if (
        follower.is_first
        and styles
        and not one.marks[0].is_bullet
        and looks_like_heading(one.title)
        and (is_title_case(one.title) or not one.marks[0].label.islower())
    ):
        return "looks"
    return "none"


def _continues(mark: Mark, after: Mark) -> bool:
    return mark.is_decimal and after.is_decimal and after.path[: len(mark.path)] == mark.path != after.path
