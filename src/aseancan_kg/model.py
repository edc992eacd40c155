"""What the build side passes from room to room: frozen values, no behaviour beyond reading them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Code points [start, end) of an edition; an empty span says that the edition has no such text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter or sub-section that the edition gives a heading.

    `number` is unique in its plan (see `build.plan`), `parent` the number of the section around it, `ordinal` its
    place among all sections of the plan, from 1. `mark` covers the printed number or bullet and is empty if there is
    none, `span` covers the title. `implied_numbers` are those of sub-sections that the numbers of its actions imply
    though the edition prints no such heading: 5.1 for chapter 5, whose actions are 5.1.1 and 5.1.2.
    """

    number: str
    title: str
    parent: str | None
    ordinal: int
    mark: Span
    span: Span
    implied_numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """One numbered, lettered or bulleted undertaking.

    `section` is the number of the innermost section around it, None if it stands in none. `ordinal` is its place
    among all actions of the plan, from 1. `mark` covers its printed number, `span` its text.
    """

    number: str
    section: str | None
    text: str
    ordinal: int
    mark: Span
    span: Span


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A line, counted from 1, that the parser could not place, or that belongs to the page (a page number)."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan of action read from an edition.

    Every text is the edition's at its span after `build.text.collapse`. `adopted` is an ISO date as precise as the
    edition gives it (2020-09-10 or 2020-09), `adopted_span` the line that says so, `period` the first and last year.
    """

    title: str
    title_span: Span
    adopted: str | None
    adopted_span: Span
    period: tuple[int, int] | None
    preamble: str
    preamble_span: Span
    sections: tuple[Section, ...]
    actions: tuple[Action, ...]
    unplaced: tuple[Unplaced, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of an edition that names a thing, `entity` (`body/armac`).

    `part` is the path of the plan's part it stands in, None in an edition whose text is not held. `relations` are the
    local names of `ac:mentions` or properties below it. `rule` found it, None where only a reader did; `status` says
    what a reader made of it: confirmed, corrected, added, or unreviewed. `locator` is the row of the reader's table.
    """

    part: str | None
    span: Span
    quote: str
    prefix: str
    suffix: str
    entity: str
    relations: tuple[str, ...]
    rule: str | None
    status: str
    confidence: str
    note: str | None
    locator: str | None


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of an action with a commitment verb of its own; `path` is `action/1.2.6/clause/1`.

    `verb` and `continuity` are codes of the schemes of those names. `actor`, `addressee`, `means` and `output` are
    words of the text. `locator` is the row of the table that says so.
    """

    path: str
    text: str
    span: Span
    verb: str
    continuity: str
    actor: tuple[str, ...]
    addressee: tuple[str, ...]
    means: tuple[str, ...]
    output: tuple[str, ...]
    confidence: str
    note: str | None
    locator: str


@dataclass(frozen=True, slots=True)
class Coding:
    """A judgement of one coder about one part of a text under one scheme.

    `target` is the path of a part of the plan, or `statement/…`. `property` is the local name of the property that the
    value, an IRI, belongs to. `standing` is preferred; concurring or rival for another coder; or indirect for what is
    concluded and not stated. `words` are those of the text that it rests on.
    """

    target: str
    property: str
    scheme: str
    value: str
    coder: str
    standing: str
    words: tuple[str, ...]
    confidence: str
    rationale: str
    basis: str | None = None
    match: str | None = None
    locator: str | None = None
