"""What one value in a register cell can be, and how its text is read.

Every reader takes the text of one value (never empty, never padded) and returns a value, or raises `ValueError`
with a sentence that says what is wrong and how to mend it.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from aseancan_kg import namespaces

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_WIKIDATA = re.compile(r"Q[1-9][0-9]*")
_PART = re.compile(r"title|preamble|(?:section|action)/\w+(?:[.-]\w+)*")
_CLAUSE = re.compile(r"(\w+(?:[.-]\w+)*)/([1-9][0-9]*)")
_IDENTIFIER = re.compile(r"(?:id|scheme|graph)/[\w./-]+|ont#\w+")
_GOAL_OR_TARGET = re.compile(r"(?:1[0-7]|[1-9])(?:\.(?:[1-9][0-9]*|[a-d]))?")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_FORMULA = tuple("=+-@")
_FORBIDDEN_IN_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]|%(?![0-9A-Fa-f]{2})|#.*#')


@dataclass(frozen=True, slots=True)
class Text:
    """Words in English."""

    words: str


@dataclass(frozen=True, slots=True)
class Plain:
    """Characters that belong to no language: an acronym, a code of someone else's."""

    characters: str


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number."""

    number: int


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as precise as it is known: `2016`, `2016-09` or `2016-09-06`."""

    text: str

    @property
    def earliest(self) -> date:
        """First day it can mean."""
        year, month, day = self._parts()
        return date(year, month or 1, day or 1)

    @property
    def latest(self) -> date:
        """Last day it can mean."""
        year, month, day = self._parts()
        month = month or 12
        return date(year, month, day or monthrange(year, month)[1])

    @property
    def datatype(self) -> str:
        """Local name of the XML Schema datatype that has exactly this precision."""
        return {4: "gYear", 7: "gYearMonth", 10: "date"}[len(self.text)]

    def _parts(self) -> tuple[int, int | None, int | None]:
        match = _DATE.fullmatch(self.text)
        if match is None:
            raise ValueError(f"“{self.text}” is not a date; write YYYY, YYYY-MM or YYYY-MM-DD")
        year, month, day = match.groups()
        return int(year), int(month) if month else None, int(day) if day else None


@dataclass(frozen=True, slots=True)
class Reference:
    """Another thing in the registers: `instrument/actip-2015`."""

    kind: str
    slug: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.slug}"


@dataclass(frozen=True, slots=True)
class Code:
    """A code of one of the project's code lists."""

    scheme: str
    code: str

    def __str__(self) -> str:
        return f"{self.scheme}/{self.code}"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the plan that a table of codings is about: `action/1.2.6`, `action/1.2.6/clause/1`, `preamble`."""

    path: str

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True, slots=True)
class Url:
    """An absolute web address."""

    address: str


Value = Text | Plain | Number | PartialDate | Reference | Code | Part | Url
Reader = Callable[[str], Value]


def text(written: str) -> Text:
    """Words in English: a letter or digit at least."""
    if not any(character.isalnum() for character in written):
        raise ValueError(f"“{written}” holds no word")
    _refuse_disguise(written)
    return Text(written)


def plain(written: str) -> Plain:
    """Characters that belong to no language."""
    _refuse_disguise(written)
    return Plain(written)


def slug(written: str) -> Plain:
    """A stable name for an IRI: lowercase letters, digits, single hyphens."""
    if not _SLUG.fullmatch(written):
        raise ValueError(f"“{written}” is not a slug; use lowercase letters, digits and single hyphens")
    return Plain(written)


def number(written: str) -> Number:
    """A positive whole number."""
    if not written.isascii() or not written.isdigit() or int(written) == 0:
        raise ValueError(f"“{written}” is not a positive whole number")
    return Number(int(written))


def offset(written: str) -> Number:
    """A count of code points from the beginning of an edition, 0 or more."""
    if not written.isascii() or not written.isdigit():
        raise ValueError(f"“{written}” is not a count of code points; write a whole number")
    return Number(int(written))


def partial_date(written: str) -> PartialDate:
    """A date of the precision it is written with; days and months must exist."""
    value = PartialDate(written)
    try:
        _ = value.earliest, value.latest
    except ValueError as error:
        reason = "there is no such day or month" if _DATE.fullmatch(written) else "write YYYY, YYYY-MM or YYYY-MM-DD"
        raise ValueError(f"“{written}” is not a date: {reason}") from error
    return value


def _refuse_disguise(written: str) -> None:
    """Refuse what is not what a reader sees: registers are opened in spreadsheets, which run formulas."""
    if unseen := _UNSEEN.search(written):
        raise ValueError(f"it holds a character that nobody sees, U+{ord(unseen[0]):04X}; delete it")
    if written.startswith(_FORMULA):
        raise ValueError(f"“{written}” is a formula to a spreadsheet; begin it with a letter or a digit")


def url(written: str) -> Url:
    """An absolute http(s) address without characters that an IRI cannot hold."""
    parts = urlsplit(written)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError(f"“{written}” is not a web address; write it whole, beginning with https:// or http://")
    if _FORBIDDEN_IN_IRI.search(written):
        raise ValueError(f"“{written}” holds a character that an address must percent-encode")
    return Url(written)


def wikidata(written: str) -> Url:
    """A Wikidata item number such as Q7768."""
    if not _WIKIDATA.fullmatch(written):
        raise ValueError(f"“{written}” is not a Wikidata item; write Q and its number")
    return Url(f"http://www.wikidata.org/entity/{written}")


class References:
    """Reader of references to things of these kinds (any kind when none is given)."""

    def __init__(self, *kinds: str) -> None:
        self.kinds = kinds

    def __call__(self, written: str) -> Reference:
        """Read `kind/slug`."""
        kind, slash, name = written.partition("/")
        if not slash or not _SLUG.fullmatch(kind) or not _SLUG.fullmatch(name):
            raise ValueError(f"“{written}” is not a reference; write kind/slug, for example instrument/actip-2015")
        if self.kinds and kind not in self.kinds:
            raise ValueError(f"“{written}” is a {kind}, but this column takes {' or '.join(self.kinds)}")
        return Reference(kind, name)


def identifier(written: str) -> Url:
    """An IRI of ours without its beginning: `id/body/asean`, `scheme/topic/trade`, `graph/bodies`, `ont#Body`."""
    if not _IDENTIFIER.fullmatch(written):
        raise ValueError(f"“{written}” is no identifier of ours; write it from id/, scheme/, graph/ or ont# on")
    return Url(namespaces.BASE + written)


def day(written: str) -> PartialDate:
    """A date to the day."""
    value = partial_date(written)
    if value.datatype != "date":
        raise ValueError(f"“{written}” is no day; write YYYY-MM-DD")
    return value


def source(written: str) -> Value:
    """A web address, or `source/…` for a document described in data/sources."""
    return References("source")(written) if written.startswith("source/") else url(written)


class Choice:
    """Reader of one of these words."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def __call__(self, written: str) -> Plain:
        """Read one of the words."""
        if written not in self.words:
            raise ValueError(f"“{written}” is not known here; write one of {', '.join(self.words)}")
        return Plain(written)


def part(written: str) -> Part:
    """A part of a plan whose text is held; that the plan has it is checked against the plan."""
    if not _PART.fullmatch(written):
        raise ValueError(f"“{written}” is not a part of a plan; write title, preamble, section/1.2 or action/1.2.6")
    return Part(written)


def action(written: str) -> Part:
    """The number of an action, 1.2.6."""
    return part(f"action/{written}")


def clause(written: str) -> Part:
    """A clause: the number of its action, and its own, 1.2.6/1."""
    match = _CLAUSE.fullmatch(written)
    if match is None:
        raise ValueError(f"“{written}” is not a clause; write its action's number, / and its own: 1.2.6/1")
    return Part(f"action/{match[1]}/clause/{match[2]}")


def reaffirmed(written: str) -> Value:
    """What a statement reaffirms: a part of the plan, or `topic/…`."""
    return concept(written) if written.startswith("topic/") else part(written)


def concept(written: str) -> Code:
    """A code with its scheme, `topic/mine-action`."""
    scheme, slash, name = written.partition("/")
    if not slash or not _SLUG.fullmatch(scheme) or not _SLUG.fullmatch(name):
        raise ValueError(f"“{written}” is not a code with its scheme; write scheme/code, for example topic/mine-action")
    return Code(scheme, name)


def sdg(written: str) -> Url:
    """A Sustainable Development Goal or target by its number: 16 or 16.2; that it exists is checked."""
    if not _GOAL_OR_TARGET.fullmatch(written):
        raise ValueError(f"“{written}” is not a goal or target; write 16 or 16.2")
    return Url(f"http://metadata.un.org/sdg/{written}")


class Codes:
    """Reader of codes of this scheme, of `only` these if any; that a code exists is checked against the list."""

    def __init__(self, scheme: str, *only: str) -> None:
        self.scheme = scheme
        self.only = only

    def __call__(self, written: str) -> Code:
        """Read a code without its scheme."""
        if not _SLUG.fullmatch(written):
            raise ValueError(f"“{written}” is not a code; use lowercase letters, digits and single hyphens")
        if self.only and written not in self.only:
            raise ValueError(f"“{written}” is no {self.scheme} for this table; write one of {', '.join(self.only)}")
        return Code(self.scheme, written)
