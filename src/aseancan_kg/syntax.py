"""SPARQL as text: what can be told of a query from its tokens alone, before any parser reads it."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from aseancan_kg.errors import Forbidden, InputError, Place, SyntaxProblem
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
