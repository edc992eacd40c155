"""SPARQL as text: the catalogue of named queries, and what can be told of a query from its tokens alone.

A catalogued query is a file `queries/<name>.rq` whose leading comment lines are its header:

    # title: ASEAN members at a date
    # description: Member states whose membership covers the day.
    # audience: policy researcher
    # param: date date 2025-10-26

The audience, who is served best, is one of `AUDIENCES`. `# question: 17` gives the number of a competency question.

A parameter line holds a name, a type (iri, string, integer, date) and a default, the rest of the line; without a
default the parameter must be given. The parameter stands in the query as the variable of that name, which the query
must not select or assign. Binding replaces that one token with one RDF term, so no value can change the query's shape.
"""

import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from pathlib import Path

import pyoxigraph as ox

from aseancan_kg import settings
from aseancan_kg.errors import Forbidden, InputError, NotFound, Place, SyntaxProblem
from aseancan_kg.namespaces import ID, PREFIXES
from aseancan_kg.store import Question

# Whatever is not ASCII can stand in names only, so it counts as a letter.
_LETTER, _LETTER_OR_DIGIT = r"A-Za-z\x80-\U0010FFFF", r"\w\x80-\U0010FFFF"
_PIECES = rf"""
      (?P<number>  \d*\.?\d+(?:[eE][+-]?\d+)? )
    | (?P<word>    [_{_LETTER}][{_LETTER_OR_DIGIT}]* )
    | (?P<mark>    . )
"""
_PIECE = re.compile(_PIECES, re.VERBOSE | re.DOTALL | re.ASCII)
# No text may take long to read, however hostile. So all words of a `run`, a name that no colon follows, are found at
# once; and nothing is looked for behind a `stray` backslash, where every parser stops, lest each quote be tried anew.
_TOKEN = re.compile(
    rf"""
      (?P<space>   [ \t\r\n]+ | \#[^\r\n]* )
    | (?P<string>  \"{{3}}(?:\"{{0,2}}(?:[^"\\]|\\.))*\"{{3}} | '{{3}}(?:'{{0,2}}(?:[^'\\]|\\.))*'{{3}}
                 | "(?:[^"\\\r\n]|\\.)*" | '(?:[^'\\\r\n]|\\.)*' )
    | (?P<iri>     <[^<>"{{}}|^`\x00-\x20]*> )
    | (?P<variable>[?$][{_LETTER_OR_DIGIT}]+ )
    | (?P<language>@[A-Za-z]+(?:-+[A-Za-z0-9]+)* )
    | (?P<prefixed>(?:_|[{_LETTER}][{_LETTER_OR_DIGIT}.-]*+)?:
                   (?:(?:[{_LETTER_OR_DIGIT}:%]|\\.)
                      (?:(?:[{_LETTER_OR_DIGIT}:%.-]|\\.)*(?:[{_LETTER_OR_DIGIT}:%-]|\\.))?)? )
    | (?P<run>     [{_LETTER}][{_LETTER_OR_DIGIT}]*+[.-][{_LETTER_OR_DIGIT}.-]*+ )
    | (?P<stray>   \\.* )
    | {_PIECES}
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
# `1<#> …` compares with what follows a comment, and `1<RAND()&&2>1` twice, yet `<#>` alone is an IRI; only the grammar
# can tell. No expression holds "//", so an IRI written in full is never in doubt.
_DOUBTFUL_IRI = re.compile(r"<(?:(?!//)[^#'(&?$])*[#'(&?$]")

DEEPEST = 100
LONGEST_CHAIN = 500
"""Operators and groups accepted in one query; the engine was seen to overflow its stack at some ten thousand."""

READ_ONLY = "the dataset is read-only: it answers queries and takes no updates"

_OPERATORS = frozenset("+-*/|&!^=<>")
_STEPS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
"""Brackets, and where they lead from one level of nesting to another."""
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_GROUPS = frozenset({"UNION", "OPTIONAL", "MINUS", "FILTER", "BIND", "GRAPH", "EXISTS", "IN"})

_VOLATILE = frozenset({"NOW", "RAND", "UUID", "STRUUID", "BNODE"})
"""Functions that answer differently each time."""

_FORMS = ("select", "ask", "construct", "describe")
_DECLARATIONS = {"PREFIX": ("prefixed", "iri"), "BASE": ("iri",), "VERSION": ("string",)}
_BEGINNINGS = [*map(str.upper, _FORMS), *_DECLARATIONS]
_MOST_LISTED = 20
_UPDATES = ("insert", "delete", "load", "clear", "drop", "create", "add", "move", "copy", "with")


@dataclass(frozen=True, slots=True)
class Outline:
    """What the tokens of a query tell: its form, whether it calls other servers, how deep it is for a parser.

    `depth` counts nested brackets, `chain` the operators and group keywords, each of which may nest the parser too.
    A `volatile` query may answer differently each time. `normal` is the text with one space for all white space and
    comments between tokens; queries with the same one are the same.
    """

    form: str
    calls_service: bool
    depth: int
    chain: int
    volatile: bool
    normal: str


def outline(text: str) -> Outline:
    """Return the outline of a query; `form` is select, ask, construct, describe or update.

    Raises `SyntaxProblem` with line and column when no query form stands where one must, or a backslash where none can.
    """
    found = form(text)
    by_kind = defaultdict[str, list[str]](list)
    normal: list[str] = []
    begun = end = 0
    for kind, token, start in tokens(text):
        by_kind[kind].append(token)
        if start > end:
            normal.append(text[begun:end])
            begun = start
        end = start + len(token)
    normal.append(text[begun:end])
    doubtful = any(map(_DOUBTFUL_IRI.match, by_kind["iri"]))
    if by_kind["stray"] and not doubtful:
        place = _place(text, len(text) - len(by_kind["stray"][0]))
        raise SyntaxProblem("a backslash can stand in strings, IRIs and the names of terms only", place)
    marks = "".join(by_kind["mark"])
    words = [token.upper() for token in (*by_kind["word"], *by_kind["prefixed"])]
    # The engine reads `SERVICESILENT<…>` and `SERVICE:x` as the keyword too.
    service = any("SERVICE" in word.partition(":")[0] for word in words)
    return Outline(
        form=found,
        calls_service=service or (doubtful and "service" in text.lower()),
        depth=max(accumulate((_STEPS[mark] for mark in marks if mark in _STEPS), initial=0)),
        chain=sum(map(marks.count, _OPERATORS)) + sum(word in _GROUPS for word in words),
        volatile=doubtful or any(word in _VOLATILE for word in words),
        normal=text if doubtful else " ".join(normal).lstrip(),
    )


def check(text: str) -> Outline:
    """Return the outline of a query that may be given to the engine.

    Raises `Forbidden` for an update and for SERVICE, with which the engine would send requests to any address the query
    names, and `InputError` for a query so deep or long-chained that the engine's parser could end the process.
    """
    found = outline(text)
    if found.form == "update":
        raise Forbidden(READ_ONLY)
    if found.calls_service:
        raise Forbidden("SERVICE is refused: no requests are sent to other servers")
    if found.depth > DEEPEST:
        raise InputError(f"the query nests {found.depth} levels deep", remedy=f"{DEEPEST} levels are accepted.")
    if found.chain > LONGEST_CHAIN:
        remedy = f"{LONGEST_CHAIN} are accepted; list many values with VALUES."
        raise InputError(f"the query has {found.chain} operators and groups", remedy=remedy)
    return found


def question(text: str, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()) -> Question:
    """Return a query that may be given to the engine as a question; raises as `check` does."""
    found = check(text)
    return Question(text, found.form, tuple(default_graphs), tuple(named_graphs), found.normal, found.volatile)


def form(text: str) -> str:
    """Return select, ask, construct, describe or update.

    Raises `SyntaxProblem` with line and column when no query form stands where one must.
    """
    prologue = _Prologue()
    for kind, token, start in tokens(text):
        if not prologue.takes(kind, token):
            return _form(kind, token, text, start)
    raise SyntaxProblem("the query is empty", _place(text, len(text)), remedy="Write SELECT, ASK, CONSTRUCT …")


def tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield (kind, token, offset) for every token of a query, white space and comments left out.

    The kinds are string, iri, variable, language, prefixed, number, word, mark (one other character), and stray: a
    backslash outside of all these, with whatever follows.
    """
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "run":
            for piece in _PIECE.finditer(text, *match.span()):
                yield piece.lastgroup or "", piece[0], piece.start()
        elif kind != "space":
            yield kind, match[0], match.start()


def names_graphs(text: str) -> bool:
    """Tell whether a query names the graphs it is asked of, by FROM or FROM NAMED."""
    return any(kind == "word" and token.upper() == "FROM" for kind, token, _ in tokens(text))


def undeclared_prefix(text: str) -> tuple[str, Place] | None:
    """Return the first prefix that a query uses without declaring it, and its place; None when there is none."""
    declared = {"_"}
    previous = ""
    for kind, token, start in tokens(text):
        if kind == "prefixed":
            prefix = token.partition(":")[0]
            if previous.upper() == "PREFIX":
                declared.add(prefix)
            elif prefix not in declared:
                return prefix, _place(text, start)
        previous = token
    return None


def unclosed(text: str) -> tuple[str, Place] | None:
    """Return a bracket that a query opens and does not close, and its place; None when there is none."""
    opened: list[tuple[str, int]] = []
    for kind, token, start in tokens(text):
        if kind == "mark" and token in _CLOSING:
            opened.append((token, start))
        elif kind == "mark" and token in _CLOSING.values() and opened:
            if token != _CLOSING[opened[-1][0]]:
                break
            opened.pop()
    if not opened:
        return None
    bracket, start = opened[-1]
    return bracket, _place(text, start)


class _Prologue:
    """Accepts the tokens of BASE, PREFIX and VERSION declarations, in order."""

    def __init__(self) -> None:
        self._expected: list[str] = []

    def takes(self, kind: str, token: str) -> bool:
        if self._expected:
            return kind == self._expected.pop(0)
        self._expected = list(_DECLARATIONS.get(token.upper(), ())) if kind == "word" else []
        return bool(self._expected)


def _form(kind: str, token: str, text: str, start: int) -> str:
    if kind == "word" and token.lower() in _FORMS:
        return token.lower()
    if kind == "word" and token.lower() in _UPDATES:
        return "update"
    near = difflib.get_close_matches(token.upper(), _BEGINNINGS, n=1)
    remedy = "A query begins with SELECT, ASK, CONSTRUCT or DESCRIBE, after its PREFIX lines."
    if near:
        remedy = f"Did you mean {near[0]}?"
    raise SyntaxProblem(f"{token!r} does not begin a query", _place(text, start), remedy=remedy)


def _place(text: str, offset: int) -> Place:
    before = text[:offset]
    return Place("query", line=before.count("\n") + 1, column=offset - (before.rfind("\n") + 1) + 1)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named, typed value that a catalogued query asks for; without a default it must be given."""

    name: str
    type: str
    default: str | None

    def term(self, value: str) -> ox.NamedNode | ox.Literal:
        """Read a value of this parameter's type; raises `InputError` when it is none."""
        try:
            return _READERS[self.type](value.strip())
        except ValueError as error:
            remedy = f"Give {_HINTS[self.type]}."
            raise InputError(f"{value!r} is no {self.type} for parameter {self.name!r}", remedy=remedy) from error


AUDIENCES = ("policy researcher", "linked-data consumer", "librarian")


@dataclass(frozen=True, slots=True)
class Query:
    """A catalogued query; `question` is its number among the competency questions, `text` the whole file."""

    name: str
    title: str
    description: str
    audience: str | None
    question: int | None
    parameters: tuple[Parameter, ...]
    text: str

    def bind(self, values: Mapping[str, str]) -> str:
        """Return the query's text with its parameters bound to `values`, else to their defaults.

        Raises `InputError` for an unknown parameter, a missing one, or a value of the wrong type.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in values:
            if name not in known:
                listing = ", ".join(known) or "none"
                raise InputError(f"query {self.name!r} has no parameter {name!r}", remedy=f"It has: {listing}.")
        terms = {}
        for name, parameter in known.items():
            value = values.get(name, parameter.default)
            if value is None:
                remedy = f"Give {name}=<{parameter.type}>."
                raise InputError(f"query {self.name!r} needs the parameter {name!r}", remedy=remedy)
            terms[name] = str(parameter.term(value))
        pieces, end = [], 0
        for kind, token, start in tokens(self.text):
            if kind == "variable" and token[1:] in terms:
                pieces += [self.text[end:start], terms[token[1:]]]
                end = start + len(token)
        return "".join([*pieces, self.text[end:]])


def catalogue(directory: Path | None = None) -> dict[str, Query]:
    """Return every query of the directory by name, in the order of the names.

    `directory` is the project's own unless given. Raises `InputError` with file and line for a bad header.
    """
    directory = directory or settings.resources() / "queries"
    return {path.stem: _read(path) for path in sorted(directory.glob("*.rq"))}


def load(name: str, directory: Path | None = None) -> Query:
    """Return one query of the catalogue; raises `NotFound`, with the nearest name there is, and `InputError`."""
    return pick(name, catalogue(directory))


def pick(name: str, among: Mapping[str, Query]) -> Query:
    """Return `among[name]`; raises `NotFound` with the nearest name there is."""
    if name in among:
        return among[name]
    near = difflib.get_close_matches(name, among, n=1, cutoff=0.5)
    listing = ", ".join([*among][:_MOST_LISTED]) + (" …" if len(among) > _MOST_LISTED else ".")
    remedy = f"Did you mean {near[0]!r}?" if near else f"There is: {listing}" if among else "There is none."
    raise NotFound(f"there is no query {name!r}", remedy=remedy)


_HEADER = re.compile(r"#\s*(\w+):\s*(.*)")
_FIELDS = {"title": ".+", "description": ".+", "audience": "|".join(AUDIENCES), "question": r"[1-9]\d*"}
"""Header field → what it may hold."""
_PARAMETER = re.compile(r"([A-Za-z_]\w*)\s+(\w+)(?:\s+(\S.*))?")


def _read(path: Path) -> Query:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", Place(path), remedy="It must be a UTF-8 text file.") from error
    fields: dict[str, str] = {}
    parameters: list[Parameter] = []
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        if header is None:
            break
        field, value = header[1], header[2].strip()
        if field == "param":
            parameters.append(_parameter(value, Place(path, line=number)))
        elif field in _FIELDS and field not in fields and re.fullmatch(_FIELDS[field], value):
            fields[field] = value
        else:
            remedy = "The header has one title, one description, one audience, at most one question, and param lines."
            raise InputError(f"unexpected header line {field!r}", Place(path, line=number), remedy=remedy)
    if not {"title", "description"} <= set(fields):
        remedy = "Begin the file with '# title: …' and '# description: …'."
        raise InputError("has no title or no description", Place(path, line=1), remedy=remedy)
    return Query(
        name=path.stem,
        title=fields["title"],
        description=fields["description"],
        audience=fields.get("audience"),
        question=int(fields["question"]) if "question" in fields else None,
        parameters=tuple(parameters),
        text=text,
    )


def _parameter(line: str, place: Place) -> Parameter:
    match = _PARAMETER.fullmatch(line)
    if match is None or match[2] not in _READERS:
        remedy = f"Write '# param: name type default', where type is one of {', '.join(_READERS)}."
        raise InputError(f"{line!r} is no parameter", place, remedy=remedy)
    parameter = Parameter(match[1], match[2], match[3])
    if parameter.default is not None:
        parameter.term(parameter.default)
    return parameter


def _iri(value: str) -> ox.NamedNode:
    """Read a full IRI, a prefixed name with one of our prefixes, or our `kind/slug`."""
    prefix, colon, local = value.partition(":")
    if colon and prefix in PREFIXES and not local.startswith("//"):
        return ox.NamedNode(PREFIXES[prefix] + local)
    if colon:
        return ox.NamedNode(value)
    if re.fullmatch(r"[a-z-]+/\S+", value):
        return ox.NamedNode(ID + value)
    raise ValueError("neither an IRI nor kind/slug")


def _typed(name: str, value: str) -> ox.Literal:
    return ox.Literal(value, datatype=ox.NamedNode(PREFIXES["xsd"] + name))


_READERS: dict[str, Callable[[str], ox.NamedNode | ox.Literal]] = {
    "iri": _iri,
    "string": ox.Literal,
    "integer": lambda value: _typed("integer", str(int(value))),
    "date": lambda value: _typed("date", date.fromisoformat(value).isoformat()),
}
_HINTS = {
    "iri": "a full IRI, kind/slug (instrument/actip-2015) or a prefixed name (ac:Action)",
    "string": "text",
    "integer": "a whole number",
    "date": "a date as YYYY-MM-DD",
}
