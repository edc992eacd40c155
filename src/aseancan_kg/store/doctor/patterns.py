"""What a query is made of: tokens, terms, the elements of its WHERE clause, each with the words it is written in."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from aseancan_kg import syntax

AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})


@dataclass(frozen=True, slots=True)
class Token:
    """A token as `syntax.tokens` gives it, and its offset in the query."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Offset behind the token."""
        return self.start + len(self.text)

    @property
    def word(self) -> str:
        """The keyword it may be, in capitals; its text for a mark, else nothing."""
        if self.kind == "word":
            return self.text.upper()
        return self.text if self.kind == "mark" else ""


@dataclass(frozen=True, slots=True)
class Part:
    """Tokens that stand together, and what a probe writes for them: their own text but for `[ ]`."""

    tokens: tuple[Token, ...]
    text: str

    @property
    def start(self) -> int:
        """Offset of the first token."""
        return self.tokens[0].start

    @property
    def end(self) -> int:
        """Offset behind the last token."""
        return self.tokens[-1].end

    @property
    def is_variable(self) -> bool:
        """Whether it is one variable, or a blank node, which matches anything too."""
        first = self.tokens[0]
        return first.kind == "variable" or first.text.startswith(("_:", "["))

    @property
    def is_iri(self) -> bool:
        """Whether it is one IRI, in full or with a prefix, or the keyword `a`."""
        first = self.tokens[0]
        return len(self.tokens) == 1 and (
            first.kind == "iri" or first.text == "a" or (first.kind == "prefixed" and not self.is_variable)
        )

    @property
    def is_literal(self) -> bool:
        """Whether it is a literal, with its language or datatype."""
        return not self.is_variable and not self.is_iri and self.text[0] != "("


class Kind(StrEnum):
    """What an element is; a filter that demands or refuses a pattern is `EXISTS` or `NOT_EXISTS`."""

    TRIPLE = "triple pattern"
    FILTER = "FILTER"
    EXISTS = "FILTER EXISTS"
    NOT_EXISTS = "FILTER NOT EXISTS"
    OPTIONAL = "OPTIONAL"
    MINUS = "MINUS"
    GRAPH = "GRAPH"
    GROUP = "group"
    UNION = "UNION"
    BIND = "BIND"
    VALUES = "VALUES"
    SELECT = "sub-SELECT"


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a group.

    `tokens` is where it stands, `text` what a probe writes. A triple pattern has three `parts`, a GRAPH its name; a
    nested element has its groups in `branches` and what stands before the first in `opening`.
    """

    kind: Kind
    tokens: tuple[Token, ...]
    text: str
    parts: tuple[Part, ...] = ()
    branches: tuple["Group", ...] = ()
    opening: str = ""
    select: "Select | None" = None

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables in it, each once, in order."""
        part_tokens = (token for part in self.parts for token in part.tokens)
        return names_of((*part_tokens, *self.tokens))

    @property
    def is_of_any_length(self) -> bool:
        """Whether it is a path that may have no length, by which any node is reached from itself."""
        return self.kind is Kind.TRIPLE and self.parts[1].tokens[-1].text in ("*", "?")


Group = tuple[Element, ...]
"""The elements of `{ … }`: filters last, because they hold for the whole group wherever they stand."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A solution modifier, `GROUP BY …` or `LIMIT 10`, or the VALUES at the end."""

    keyword: str
    tokens: tuple[Token, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Select:
    """A SELECT without prologue and dataset: its head as written, its WHERE clause, its modifiers in order."""

    head: Part
    where: Group
    where_text: str
    modifiers: tuple[Clause, ...]

    def text(self, *leave_out: str) -> str:
        """The query as written, without the modifiers that begin with these keywords."""
        kept = (clause.text for clause in self.modifiers if clause.keyword not in leave_out)
        return " ".join([self.head.text, f"{{ {self.where_text} }}", *kept])

    def solutions(self, *leave_out: str) -> str:
        """Return a group that has a solution if the query has a row.

        It leaves out the order, and the grouping where nothing else depends on it, so that the engine need not find all
        rows to have found one.
        """
        kept = {clause.keyword for clause in self.modifiers} - {"ORDER", *leave_out}
        if kept <= {"GROUP"} and not self.always_has_a_row:
            return self.where_text
        return f"{{ {self.text('ORDER', *leave_out)} }}"

    @property
    def always_has_a_row(self) -> bool:
        """Whether it aggregates without grouping: one row, even of nothing."""
        aggregates = any(token.word in AGGREGATES for token in self.head.tokens)
        return aggregates and all(clause.keyword != "GROUP" for clause in self.modifiers)


@dataclass(frozen=True, slots=True)
class Query:
    """A query taken apart.

    `head` is written before the dataset: `SELECT ?x`, `CONSTRUCT { … }`; `body` is the query as a SELECT, of every
    variable where the form is another. `prefixes` gives the token of the namespace of each declared prefix, `dataset`
    the token of each graph that FROM or FROM NAMED names.
    """

    text: str
    form: str
    prologue: str
    prefixes: dict[str, Token]
    head: Part
    dataset: tuple[Token, ...]
    dataset_text: str
    body: Select

    @property
    def variable_counts(self) -> Counter[str]:
        """How often each variable is written."""
        return Counter(token[1:] for kind, token, _ in syntax.tokens(self.text) if kind == "variable")

    @property
    def unused_variable(self) -> str:
        """Name of a variable that no token of the query holds, not even within another name."""
        name = "doctor"
        while name in self.text:
            name += "_"
        return name

    @property
    def result_variables(self) -> tuple[Token, ...]:
        """The variables in the head, but for those it assigns."""
        pairs = zip(self.head.tokens, self.head.tokens[1:], strict=False)
        return tuple(token for before, token in pairs if token.kind == "variable" and before.word != "AS")

    @property
    def without_solutions(self) -> str | None:
        """The query with a filter that nothing passes, so that to evaluate it is to parse it; None for DESCRIBE <x>."""
        if not self.body.where_text:
            return None
        group = f"{{ {{ {self.body.where_text} }} FILTER(false) }}"
        short = self.form == "construct" and len(self.head.tokens) == 1
        modifiers = " ".join(clause.text for clause in self.body.modifiers)
        return f"{self.prologue} {'ASK' if short else self.head.text} {self.dataset_text} {group} {modifiers}"

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, counted from 1."""
        before = self.text[:offset]
        return before.count("\n") + 1, offset - before.rfind("\n")

    def verbatim(self, tokens: tuple[Token, ...]) -> str:
        """What is written from the first to the last token."""
        return self.text[tokens[0].start : tokens[-1].end] if tokens else ""

    def mended(self, part: Part, replacement: str) -> str:
        """The query's text with one part replaced."""
        return f"{self.text[: part.start]}{replacement}{self.text[part.end :]}"


def names_of(tokens: tuple[Token, ...]) -> tuple[str, ...]:
    """Names of the variables among the tokens, each once, in order."""
    return tuple(dict.fromkeys(token.text[1:] for token in tokens if token.kind == "variable"))


def part_of(token: Token) -> Part:
    """Return one token as a part."""
    return Part((token,), token.text)


def constants(tokens: tuple[Token, ...]) -> Iterator[Part]:
    """Yield the literals and IRIs of an expression, literals with their language or datatype, but no function names."""
    at = 0
    while at < len(tokens):
        token, *following = tokens[at : at + 2]
        length = 1
        if token.kind == "string" and following:
            length = 2 if following[0].kind == "language" else 4 if following[0].text == "^" else 1
        is_call = bool(following) and following[0].text == "("
        if token.kind in ("string", "number") or (token.kind in ("iri", "prefixed") and not is_call):
            written = tokens[at : at + length]
            yield Part(written, "".join(each.text for each in written))
        at += length
