"""Every error this project raises on purpose.

    Error                      what, where and how to mend it
    ├── InputError             input that cannot be read at all
    │   ├── RegisterError      a CSV register that is broken as a file
    │   ├── SyntaxProblem      RDF, SPARQL or metadata that does not parse
    │   └── DatasetMissing     no built dataset where one was expected
    ├── InvalidData            readable, but it breaks a shape or a register rule
    │   ├── DanglingReference  a cell that refers to what is not there
    │   ├── InvalidTables      rows of registers or codings, each with a fault
    │   ├── InvalidChange      a change at the desk that would break a rule
    │   └── RuleFailed         what brings a rule down that nobody has foreseen
    ├── Conflict               an edit of what somebody else has changed meanwhile
    ├── AlreadyThere           a new record of a name that another has
    ├── PreconditionRequired   a change that does not say of what version
    ├── UnsupportedMedia       a body in a format that is not read here
    ├── TooLong                a query, or an answer to be kept, of more bytes than are taken
    ├── NoRoom                 more than may be kept here
    ├── Unauthorised           a caller who has not said who it is, or not proved it
    ├── Forbidden              what is not done here: to change data, to reach the network, to cite what has no version
    │   └── InsufficientScope  … by this caller
    ├── NotFound               an IRI, slug or query name nobody knows
    ├── NotAcceptable          no representation fits what was asked for
    ├── QueryStopped           a query that was begun and passed a limit
    │   ├── QueryTimeout       … of time
    │   ├── QueryMemory        … of memory
    │   └── QueryCrash         … of the engine itself, whose process it ended
    ├── ComeBackLater          a request that has no answer now
    │   ├── Busy               too many wait already
    │   ├── BudgetSpent        this client has had its share for now
    │   ├── Throttled          too many attempts to sign in have failed
    │   └── DatasetChanged     another version was published meanwhile
    └── StoreUnavailable       the store behind the service does not answer
        └── TablesChanged      the tables at the desk are not those that what is served was built of

Lower floors raise these; only `cli` turns them into exit codes and only `web.problems` into HTTP.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Place:
    """Where in an input something is wrong.

    Lines and rows are counted from 1; a row is what a spreadsheet numbers (the header is row 1). `column` is a
    number in a text and a heading in a table.
    """

    file: Path | str
    line: int | None = None
    column: int | str | None = None
    row: int | None = None

    def __str__(self) -> str:
        parts = [str(self.file)]
        if self.line is not None:
            parts.append(f"line {self.line}")
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column is not None:
            parts.append(f"column {self.column}")
        return ", ".join(parts)


@dataclass
class Error(Exception):
    """`message` says what is wrong, `place` where, `remedy` how to mend it."""

    message: str
    place: Place | None = None
    remedy: str | None = field(default=None, kw_only=True)

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        message = self.message.removesuffix(".")
        return f"{where}{message}. {self.remedy}" if self.remedy else f"{where}{message}"


class InputError(Error):
    """Input that cannot be read at all: missing, not permitted, wrong encoding."""


class RegisterError(InputError):
    """A register that is broken as a CSV file: header, column count or encoding."""


class SyntaxProblem(InputError):
    """RDF, SPARQL or metadata that does not parse."""


class DatasetMissing(InputError):
    """No built dataset where one was expected."""


class InvalidData(Error):
    """Readable data that breaks a shape or a register rule."""


@dataclass
class DanglingReference(InvalidData):
    """A cell that refers to what is not there; `reference` is what it names."""

    reference: str = field(default="", kw_only=True)


@dataclass
class InvalidTables(InvalidData):
    """Rows of registers or codings with faults; `faults` tells each by file, row and column."""

    faults: tuple[InvalidData, ...] = field(default=(), kw_only=True)

    @classmethod
    def of(cls, faults: Iterable[InvalidData]) -> Self:
        """Make one error of many faults."""
        told = tuple(faults)
        return cls("\n".join(["the tables have faults", *map(str, told)]), faults=told)


@dataclass
class InvalidChange(InvalidData):
    """A change at the desk that would break a rule; `violations` tell which, with the fields of a validation result."""

    violations: tuple[Mapping[str, Any], ...] = field(default=(), kw_only=True)


class RuleFailed(InvalidData):
    """What brings a rule down: nobody knows what it breaks, and it is not let through."""


@dataclass
class Conflict(Error):
    """An edit of what somebody else has changed meanwhile; where it is one row, as it is and as it was given."""

    current: Mapping[str, str] | None = field(default=None, kw_only=True)
    given: Mapping[str, str] | None = field(default=None, kw_only=True)


class AlreadyThere(Error):
    """A new record of a name that another has."""


class PreconditionRequired(Error):
    """A change that does not say of what version it is one."""


class UnsupportedMedia(Error):
    """A body in a format that is not read here."""


class TooLong(Error):
    """A query, or an answer to be kept, of more bytes than are taken."""


class NoRoom(Error):
    """More than may be kept here."""


class Forbidden(Error):
    """What is not done here: to change data, to reach the network, to cite what has no version."""


@dataclass
class InsufficientScope(Forbidden):
    """What a caller may not do; who has the `scope` may."""

    scope: str = field(default="", kw_only=True)


class Unauthorised(Error):
    """A caller who has not said who it is, or not proved it."""


class NotFound(Error):
    """An IRI, slug or query name that nobody knows."""


class NotAcceptable(Error):
    """No representation fits what the client asked for."""


class QueryStopped(Error):
    """A query that was begun and passed a limit; asking again will not help."""


@dataclass
class QueryTimeout(QueryStopped):
    """A query that ran `elapsed` seconds where `limit` are allowed."""

    limit: float = field(default=0.0, kw_only=True)
    elapsed: float = field(default=0.0, kw_only=True)


class QueryMemory(QueryStopped):
    """A query that needed more memory than one may have."""


class QueryCrash(QueryStopped):
    """A query that ended the process which evaluated it."""


@dataclass
class ComeBackLater(Error):
    """A request that has no answer now; it may have in `retry_after` seconds."""

    retry_after: int = field(default=1, kw_only=True)


class Busy(ComeBackLater):
    """Too many wait already."""


class BudgetSpent(ComeBackLater):
    """The client has had its share of the service for now."""


class Throttled(ComeBackLater):
    """Too many attempts to sign in have failed, of this client or at this account."""


class DatasetChanged(ComeBackLater):
    """Another version was published while a query was evaluated, so that nobody knows which one has answered."""


class StoreUnavailable(Error):
    """The store behind the service does not answer."""


class TablesChanged(StoreUnavailable):
    """The tables at the desk are not those that what is served was built of."""
