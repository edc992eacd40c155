"""What an examination hands back."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self


class FindingKind(StrEnum):
    """What a finding is about.

    The first group tells where the query becomes empty: a triple pattern that matches nothing on its own, an element
    that matches but not together with those before it, a filter that nothing passes, HAVING, MINUS or FILTER NOT EXISTS
    that removes every solution, VALUES none of which is met, LIMIT or OFFSET. The second group are near misses: an IRI
    nobody uses, a wrong language tag, datatype or spelling of a literal, a property the wrong way round or of other
    things, a triple in another graph, a variable that nothing binds.
    """

    PATTERN = "pattern"
    JOIN = "join"
    FILTER = "filter"
    HAVING = "having"
    EXCLUSION = "exclusion"
    VALUES = "values"
    SLICE = "slice"

    UNKNOWN_IRI = "unknown-iri"
    LANGUAGE = "language-tag"
    DATATYPE = "datatype"
    SPELLING = "spelling"
    DIRECTION = "direction"
    PROPERTY = "property"
    OTHER_GRAPH = "other-graph"
    VARIABLE = "variable"


class Outcome(StrEnum):
    """What an examination came to."""

    EXPLAINED = "explained"
    UNEXPLAINED = "unexplained"
    OUT_OF_TIME = "out-of-time"
    NOT_EMPTY = "not-empty"


_SENTENCES = {
    Outcome.EXPLAINED: "The query finds nothing.",
    Outcome.UNEXPLAINED: "The query finds nothing; why could not be told.",
    Outcome.OUT_OF_TIME: "Time ran out before the query was wholly examined.",
    Outcome.NOT_EMPTY: "The query finds something; there is nothing to explain.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found.

    `excerpt` is the query's own text at line and column, both counted from 1; they are missing where a request, not the
    query, names a graph. `suggestion` may be written instead of exactly the excerpt; `mended` is the whole query with
    it, given only when that query was seen to find something.
    """

    kind: FindingKind
    message: str
    line: int | None = None
    column: int | None = None
    excerpt: str | None = None
    suggestion: str | None = None
    mended: str | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What an examination came to, and its findings: each element that blocks, then the near misses in it."""

    outcome: Outcome
    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, told: dict[str, Any]) -> Self:
        """Make a diagnosis again of what `as_json` returned."""
        return cls(Outcome(told["outcome"]), tuple(Finding(**one) for one in told["findings"]))

    @property
    def message(self) -> str:
        """What the examination came to, in words."""
        return _SENTENCES[self.outcome]

    def as_json(self) -> dict[str, Any]:
        """Return `{"outcome", "message", "findings": [{"kind", "message", …}]}`, a finding with all its members."""
        found = [asdict(finding) for finding in self.findings]
        return {"outcome": self.outcome.value, "message": self.message, "findings": found}

    def as_text(self) -> str:
        """Return the diagnosis for a terminal: one finding a line, and at the end a query that finds something."""
        lines = [self.message]
        for finding in self.findings:
            place = f"line {finding.line}, column {finding.column}: " if finding.line else ""
            lines.append(f"  {place}{finding.message}{'' if finding.message.endswith('?') else '.'}")
        mended = next((finding.mended for finding in self.findings if finding.mended), None)
        if mended:
            lines += ["So mended, it finds something:", "", mended.strip()]
        return "\n".join([*lines, ""])
