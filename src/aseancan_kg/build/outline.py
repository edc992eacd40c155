"""The outline of a plan: which part each paragraph begins, goes on with or belongs to.

The rules are those at the head of `build.plan`.
"""

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field

from aseancan_kg.build.marks import Mark
from aseancan_kg.build.paragraphs import Evidence, Paragraph
from aseancan_kg.build.text import Line, collapse, is_complete, looks_like_heading
from aseancan_kg.model import Action, Section, Span

_WIDEST_GAP = 3  # numbers an edition may skip before a number counts as a stray one
_CHAPTER, _HEADING = Mark("CHAPTER", (), ""), Mark("heading", (), "")
_DASHES = frozenset("-–—*o")  # bullets that also stand in running text


@dataclass(slots=True)
class _SectionDraft:
    number: str
    parent: str | None
    mark: Span
    span: Span
    implied: list[str] = field(default_factory=list)
    counted: int = 0  # numbers given to parts that have none of their own
    is_empty: bool = True

    def finish(self, edition: str, ordinal: int, taken: Set[str]) -> Section:
        title = collapse(edition[self.span.start : self.span.end])
        implied = tuple(number for number in self.implied if number not in taken)
        return Section(self.number, title, self.parent, ordinal, self.mark, self.span, implied)


@dataclass(slots=True)
class _ActionDraft:
    number: str
    section: str | None
    mark: Span
    span: Span

    def finish(self, edition: str, ordinal: int) -> Action:
        text = collapse(edition[self.span.start : self.span.end])
        return Action(self.number, self.section, text, ordinal, self.mark, self.span)


@dataclass(frozen=True, slots=True)
class _Frame:
    """A part that is still open; a heading that was refused has no section."""

    mark: Mark
    number: str
    is_action: bool
    section: _SectionDraft | None = None

    @property
    def path(self) -> tuple[int, ...]:
        """The decimal number, () if it has none."""
        return self.mark.path if self.mark.is_decimal else ()

    @property
    def is_full(self) -> bool:
        """Whether it is a heading without number that has parts already."""
        return self.mark in (_CHAPTER, _HEADING) and self.section is not None and not self.section.is_empty

    def contains(self, path: tuple[int, ...]) -> bool:
        """Whether a decimal number continues this one."""
        return bool(self.path) and self.path == path[: len(self.path)] != path


@dataclass(frozen=True, slots=True)
class _Position:
    """Where a marked paragraph goes: below the first `depth` open parts, as a heading or as an action."""

    depth: int
    mark: Mark
    is_heading: bool


class Outline:
    """The paragraphs from the first heading on, placed one after the other below the parts that are still open."""

    def __init__(self, edition: str, found: list[Paragraph], evidence: list[Evidence]) -> None:
        self.paragraphs = found
        self.sections: list[_SectionDraft] = []
        self.actions: list[_ActionDraft] = []
        self.unplaced: list[tuple[Line, ...]] = []
        self.taken: set[str] = set()
        self._edition = edition
        self._evidence = evidence
        self._frames: list[_Frame] = []
        self._printed = _printed_numbers(found, evidence)
        self._top = _SectionDraft("", None, Span(0, 0), Span(0, 0))
        self._last = ""  # the text that was placed last
        self._growing: _ActionDraft | None = None  # the action whose text may go on
        self._inner: Mark | None = None  # the last mark of a list within its text

    def place(self, index: int) -> None:
        """Place one paragraph, or report its lines."""
        one = self.paragraphs[index]
        if not one.marks:
            self._place_unmarked(index, one)
        elif one.text and (position := self._position(one, self._evidence[index])):
            self._open(one, position)
        elif one.text and self._growing and not self._is_stray(one):
            self._inner = one.marks[0]
            self._extend(self._growing, one)
        else:
            self._report(one.lines)

    def _place_unmarked(self, index: int, one: Paragraph) -> None:
        goes_on = self._growing is not None and not is_complete(self._last)
        if self._evidence[index] != "none" and (not goes_on or self.paragraphs[index + 1].is_first):
            has_subheading = self._evidence[index + 1] != "none" and not self.paragraphs[index + 1].marks
            is_chapter = has_subheading or one.title.isupper()
            mark = _CHAPTER if is_chapter else _HEADING
            self._open(one, _Position(self._unnumbered_depth(mark), mark, is_heading=True))
        elif self._growing and (goes_on or not one.spaced or not one.text or one.text[0].islower()):
            self._extend(self._growing, one)
        else:
            self._report(one.lines)

    def _unnumbered_depth(self, mark: Mark) -> int:
        """Beside the last heading of its kind, or else below the innermost section that is still empty."""
        for depth in range(len(self._frames) - 1, -1, -1):
            section = self._frames[depth].section
            if self._frames[depth].mark == mark:
                return depth
            if section and section.is_empty:
                return depth + 1
        return 0

    def _position(self, one: Paragraph, kind: Evidence) -> _Position | None:
        """Where a marked paragraph goes; None if its mark is none, or one of a list within an action."""
        in_action = bool(self._frames) and self._frames[-1].is_action
        apart = not in_action or one.spaced or is_complete(self._last)
        if in_action and kind == "none" and self._is_inner(one):
            return None
        if kind == "numbers" or len(one.marks[0].path) > 1:
            return self._decimal_position(one, kind, apart)
        if found := self._next_position(one, kind):
            leaves_list = found.depth < len(self._frames) - 1
            if not apart and ((leaves_list and kind == "none") or self._reads_on(one)):
                return None
            return found
        mark = next((mark for mark in one.marks if mark.is_first), one.marks[0])
        if not in_action or (kind != "none" and apart):
            return _Position(self._new_list_depth(mark, kind), mark, kind != "none")
        return self._next_position(one, kind, _WIDEST_GAP) if apart else None

    def _is_inner(self, one: Paragraph) -> bool:
        """Whether the mark goes on with a list within the last action, or begins one after its colon."""
        if self._inner is not None:
            return any(self._inner.is_followed_by(mark) for mark in one.marks)
        styles = {frame.mark.style for frame in self._frames}
        return self._last.endswith(":") and any(mark.is_first and mark.style not in styles for mark in one.marks)

    def _next_position(self, one: Paragraph, kind: Evidence, widest_gap: int = 0) -> _Position | None:
        """Find the open list that the mark goes on with, one of headings for what looks like a heading."""
        found = [
            (depth, mark)
            for depth in range(len(self._frames) - 1, -1, -1)
            for mark in one.marks
            if self._frames[depth].mark.is_followed_by(mark, widest_gap)
        ]
        if not found:
            return None
        alike = (pair for pair in found if self._frames[pair[0]].is_action == (kind == "none"))
        depth, mark = next(alike, found[0])
        return _Position(depth, mark, not self._frames[depth].is_action and looks_like_heading(one.title))

    def _new_list_depth(self, mark: Mark, kind: Evidence) -> int:
        """Below the innermost section, but a heading beside the first one of its style: its numbering begins again."""
        if kind != "none":
            for depth, frame in enumerate(self._frames):
                if frame.mark.style == mark.style and not frame.is_action:
                    return depth
        return self._section_depth(kind)

    def _section_depth(self, kind: Evidence) -> int:
        """Below the innermost section; a heading is not below one without number that has a list already."""
        depth = len(self._frames)
        while depth and (self._frames[depth - 1].is_action or (kind != "none" and self._frames[depth - 1].is_full)):
            depth -= 1
        return depth

    def _decimal_position(self, one: Paragraph, kind: Evidence, apart: bool) -> _Position | None:
        mark = one.marks[0]
        outside = (depth for depth, frame in enumerate(self._frames) if frame.path and not frame.contains(mark.path))
        depth = next(outside, self._section_depth(kind))
        last: tuple[int, ...] = ()
        for frame in self._frames:
            if frame.path[: len(last)] == last:
                last = frame.path or last
        if not _is_near(last, mark.path, _WIDEST_GAP if apart else 0):
            return None
        if not apart and (self._reads_on(one) or (kind == "none" and depth < len(self._frames) - 1)):
            return None
        sibling = self._frames[depth] if depth < len(self._frames) else None
        if kind != "numbers" and sibling and sibling.path[:-1] == mark.path[:-1]:
            return _Position(depth, mark, not sibling.is_action and looks_like_heading(one.title))
        return _Position(depth, mark, kind != "none")

    def _is_stray(self, one: Paragraph) -> bool:
        """Whether a mark that has no place stands where the text before it has ended, as no wrapped line would."""
        is_list = self._inner is not None or any(mark.is_first for mark in one.marks)
        return one.spaced and is_complete(self._last) and not (is_list and len(one.marks[0].path) < 2)

    def _reads_on(self, one: Paragraph) -> bool:
        """Whether small letters show that a line goes on with a sentence; lists in small letters do not."""
        mark = one.marks[0]
        if mark.label.islower() or (mark.is_bullet and mark.style not in _DASHES):
            return False
        in_small_letters = self._growing is not None and self._edition[self._growing.span.start].islower()
        return one.text[0].islower() and not in_small_letters

    def _open(self, one: Paragraph, position: _Position) -> None:
        """Begin a section or an action, or refuse it if its number is taken or the section around it was refused."""
        outer = self._frames[: position.depth]
        around = next((frame for frame in reversed(outer) if not frame.is_action), None)
        number = self._number(outer, around, position.mark)
        is_refused = number in self.taken or (around is not None and around.section is None)
        section = None
        self._last, self._inner, self._growing = one.text, None, None
        if is_refused:
            self._report(one.lines)
        else:
            self.taken.add(number)
            parent = around.section if around else None
            if parent:
                parent.is_empty = False
                self._imply(parent, outer, position.mark, number)
            if position.is_heading:
                section = self._add_section(one, number, parent)
            else:
                self._add_action(one, number, parent)
        if position.is_heading or not is_refused:
            outer.append(_Frame(position.mark, number, not position.is_heading, section))
        self._frames = outer

    def _add_section(self, one: Paragraph, number: str, parent: _SectionDraft | None) -> _SectionDraft:
        title = Span(one.start, one.lines[one.title_lines - 1].end)
        section = _SectionDraft(number, parent.number if parent else None, self._mark_span(one), title)
        self.sections.append(section)
        if one.title_lines < len(one.lines):
            self._report(one.lines[one.title_lines :])
        return section

    def _add_action(self, one: Paragraph, number: str, parent: _SectionDraft | None) -> None:
        text = Span(one.start, one.end)
        self._growing = _ActionDraft(number, parent.number if parent else None, self._mark_span(one), text)
        self.actions.append(self._growing)

    def _mark_span(self, one: Paragraph) -> Span:
        first = one.lines[0].start
        return Span(first, first + len(self._edition[first : one.start].rstrip()))

    def _number(self, outer: list[_Frame], around: _Frame | None, mark: Mark) -> str:
        """Compose the number of a part below `outer`, by the rules at the head of `build.plan`."""
        prefix = around.number + "." if around else ""
        if not mark.label:
            return self._count(around.section if around else None, prefix)
        if len(mark.path) > 1:
            for frame in reversed(outer):
                if frame.contains(mark.path):
                    return ".".join([frame.number, *map(str, mark.path[len(frame.path) :])])
            if not outer or outer[0].mark.path[:1] == mark.path[:1] or outer[0].number == str(mark.path[0]):
                return mark.label
        return prefix + mark.label

    def _count(self, around: _SectionDraft | None, prefix: str) -> str:
        """Give a number to a part that has none of its own; the numbers the edition prints stay free."""
        counter = around or self._top
        while True:
            counter.counted += 1
            number = f"{prefix}{counter.counted}"
            if number not in self.taken and number not in self._printed:
                return number

    def _imply(self, around: _SectionDraft, outer: list[_Frame], mark: Mark, number: str) -> None:
        """Note the numbers between a section's and its part's for which the edition prints no heading."""
        container = next((frame for frame in reversed(outer) if frame.contains(mark.path)), None)
        known = len(container.path) if container else int(number == mark.label)
        parts = number.split(".")
        for length in range(known + 1, len(mark.path)):
            implied = ".".join(parts[: len(parts) - len(mark.path) + length])
            if implied not in around.implied:
                around.implied.append(implied)

    def _extend(self, action: _ActionDraft, one: Paragraph) -> None:
        action.span = Span(action.span.start, one.end)
        self._last = one.text

    def _report(self, group: tuple[Line, ...]) -> None:
        self.unplaced.append(group)
        self._growing = None


def _printed_numbers(found: list[Paragraph], evidence: list[Evidence]) -> set[str]:
    """Return the decimal numbers that stand as printed: those of headings, unless they begin again, and 1.2.6."""
    headings = [mark for one, kind in zip(found, evidence, strict=True) if kind != "none" for mark in one.marks]
    begun = Counter(mark.style for mark in headings if mark.is_first)
    printed = {mark.label for mark in headings if mark.is_decimal and begun[mark.style] < 2}
    return printed | {mark.label for one in found for mark in one.marks if len(mark.path) > 1}


def _is_near(last: tuple[int, ...], path: tuple[int, ...], widest_gap: int) -> bool:
    """Whether a decimal number can follow another: the next one at some level, or up to `widest_gap` further on.

    With a gap allowed, so is any number of the same list, however far off.
    """
    if widest_gap and path[:-1] == last[:-1]:
        return True
    for level, (before, after) in enumerate(zip(last, path, strict=False)):
        if after != before:
            return 1 <= after - before <= 1 + widest_gap and all(part <= 1 + widest_gap for part in path[level + 1 :])
    return widest_gap > 0 if len(path) <= len(last) else all(part <= 1 + widest_gap for part in path[len(last) :])
