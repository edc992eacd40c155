"""A query's tokens → `patterns`.

Only what must be told apart is read; terms, expressions and the bodies of modifiers stay as they are written, so that
a probe made of elements means what the query means. `;`, `,`, `[ ]` and the steps of a property path `a/b` become
triple patterns of their own.
"""

from bisect import bisect_left
from collections.abc import Iterator

from aseancan_kg import syntax
from aseancan_kg.errors import SyntaxProblem
from aseancan_kg.store.doctor.patterns import Clause, Element, Group, Kind, Part, Query, Select, Token

_MODIFIERS = frozenset({"GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"})
_CLOSING = {"(": ")", "{": "}", "[": "]"}
_TERMS = frozenset({"iri", "prefixed", "variable", "string", "number"})
_FILTERS = (Kind.FILTER, Kind.EXISTS, Kind.NOT_EXISTS)


def read(text: str) -> Query:
    """Take a query apart.

    Raises `SyntaxProblem` for what does not parse and for what is not read here, the triple terms and annotations of
    SPARQL 1.2.
    """
    return _Reader(text).query()


_EVERYTHING = Part((), "SELECT *")


class _Reader:
    """Reads tokens from left to right; each method takes what its name says."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [Token(*found) for found in syntax.tokens(text)]
        self._end = Token("end", "", len(text))
        self._at = 0

    def query(self) -> Query:
        prefixes: dict[str, Token] = {}
        while self._next.word in ("PREFIX", "BASE", "VERSION"):
            declaration = self._take().word
            name = self._take() if declaration == "PREFIX" else self._end
            value = self._take()
            if declaration == "PREFIX":
                prefixes[name.text.removesuffix(":")] = value
        begin = self._at
        form = self._take().word.lower()
        if form == "construct" and self._next.text == "{":
            self._bracketed()
        head = self._head(begin)
        dataset_start = self._at
        dataset = self._dataset()
        dataset_text = self._source(dataset_start)
        body = self._body(head if form == "select" else _EVERYTHING)
        if self._next.kind != "end":
            raise self._problem()
        prologue = self._text[: self._tokens[begin].start]
        return Query(self._text, form, prologue, prefixes, head, dataset, dataset_text, body)

    @property
    def _next(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else self._end

    def _take(self, expected: str = "") -> Token:
        token = self._next
        if token.kind == "end" or (expected and token.word != expected):
            raise self._problem()
        self._at += 1
        return token

    def _problem(self) -> SyntaxProblem:
        return SyntaxProblem(f"{self._next.text or 'the end of the query'} is not read here")

    def _since(self, begin: int) -> tuple[Token, ...]:
        return tuple(self._tokens[begin : self._at])

    def _source(self, begin: int) -> str:
        found = self._since(begin)
        return self._text[found[0].start : found[-1].end] if found else ""

    def _part(self, begin: int, end: int) -> Part:
        tokens = tuple(self._tokens[begin:end])
        return Part(tokens, self._text[tokens[0].start : tokens[-1].end])

    def _bracketed(self) -> tuple[Token, ...]:
        """Take `( … )`, `{ … }` or `[ … ]` as it is."""
        begin = self._at
        waiting: list[str] = []
        while True:
            token = self._take()
            if token.text in _CLOSING and token.kind == "mark":
                waiting.append(_CLOSING[token.text])
            elif waiting and token.text == waiting[-1]:
                waiting.pop()
            if not waiting:
                return self._since(begin)

    def _head(self, begin: int) -> Part:
        while self._next.word not in ("FROM", "WHERE", "{") and self._next.kind != "end":
            _ = self._bracketed() if self._next.word == "(" else self._take()
        return self._part(begin, self._at)

    def _dataset(self) -> tuple[Token, ...]:
        graphs = []
        while self._next.word == "FROM":
            self._take()
            if self._next.word == "NAMED":
                self._take()
            graphs.append(self._take())
        return tuple(graphs)

    def _body(self, head: Part) -> Select:
        where: Group = ()
        where_text = ""
        if self._next.kind != "end":  # DESCRIBE alone may have no WHERE clause
            if self._next.word == "WHERE":
                self._take()
            begin = self._at
            where = self._group()
            where_text = self._source(begin)[1:-1]
        modifiers = []
        while self._next.word in _MODIFIERS:
            begin = self._at
            keyword = self._take().word
            while self._next.word not in {*_MODIFIERS, "}"} and self._next.kind != "end":
                _ = self._bracketed() if self._next.word in _CLOSING else self._take()
            modifiers.append(Clause(keyword, self._since(begin), self._source(begin)))
        return Select(head, where, where_text, tuple(modifiers))

    def _group(self) -> Group:
        self._take("{")
        found: list[Element] = []
        if self._next.word == "SELECT":
            found.append(self._select())
        while self._next.word != "}":
            found += self._elements()
        self._take("}")
        return tuple(sorted(found, key=lambda element: element.kind in _FILTERS))

    def _select(self) -> Element:
        begin = self._at
        select = self._body(self._head(begin))
        return Element(Kind.SELECT, self._since(begin), f"{{ {self._source(begin)} }}", select=select)

    def _elements(self) -> list[Element]:
        begin = self._at
        keyword = self._next.word
        match keyword:
            case ".":
                self._take()
                return []
            case "FILTER":
                return self._filter()
            case "OPTIONAL" | "MINUS":
                self._take()
                return [self._nested(Kind(keyword), begin, self._group())]
            case "GRAPH":
                self._take()
                name = self._term()
                return [self._nested(Kind.GRAPH, begin, self._group(), (name,))]
            case "BIND" | "VALUES":
                self._take()
                if keyword == "VALUES":
                    _ = self._bracketed() if self._next.word == "(" else self._take()
                self._bracketed()
                return [Element(Kind(keyword), self._since(begin), self._source(begin))]
            case "{":
                return [self._union()]
            case _:
                return self._triples()

    def _nested(self, kind: Kind, begin: int, group: Group, parts: tuple[Part, ...] = ()) -> Element:
        source = self._source(begin)
        return Element(kind, self._since(begin), source, parts, (group,), source[: source.index("{")])

    def _union(self) -> Element:
        begin = self._at
        branches = [self._group()]
        while self._next.word == "UNION":
            self._take()
            branches.append(self._group())
        kind = Kind.UNION if len(branches) > 1 else Kind.GROUP
        return Element(kind, self._since(begin), self._source(begin), branches=tuple(branches))

    def _filter(self) -> list[Element]:
        begin = self._at
        self._take()
        negated = self._next.word == "NOT"
        if negated:
            self._take()
        if self._next.word == "EXISTS":
            self._take()
            return [self._nested(Kind.NOT_EXISTS if negated else Kind.EXISTS, begin, self._group())]
        if self._next.word != "(":
            self._take()  # a function's name
            self._bracketed()
            return [Element(Kind.FILTER, self._since(begin), self._source(begin))]
        expression = self._bracketed()[1:-1]
        if not expression:
            raise self._problem()
        conditions = _conjuncts(expression)
        texts = [self._text[each[0].start : each[-1].end] for each in conditions]
        return [Element(Kind.FILTER, each, f"FILTER({text})") for each, text in zip(conditions, texts, strict=True)]

    def _triples(self) -> list[Element]:
        found: list[Element] = []
        if self._next.word == "[":
            subject = self._blank_node(found)
            if self._begins_path:
                self._properties(subject, self._next.start, found)
        else:
            subject = self._term()
            self._properties(subject, subject.start, found)
        return found

    def _properties(self, subject: Part, begin: int, found: list[Element]) -> None:
        """Take `property value, value; property value`; the first triple pattern is written from `begin` on."""
        while True:
            steps = self._path()
            while True:
                nested: list[Element] = []
                value = self._blank_node(nested) if self._next.word == "[" else self._term()
                found += [*self._steps(begin, subject, steps, value), *nested]
                if self._next.word != ",":
                    break
                self._take()
                begin = self._next.start
            if self._next.word != ";":
                return
            while self._next.word == ";":
                self._take()
            if not self._begins_path:
                return
            begin = self._next.start

    def _steps(self, begin: int, subject: Part, steps: list[Part], value: Part) -> Iterator[Element]:
        """Yield the triple patterns of one path: one for each step, joined by blank nodes."""
        for number, step in enumerate(steps):
            is_last = step is steps[-1]
            target = value if is_last else Part(step.tokens[-1:], f"_:doctor-{value.start}-{number}")
            start = begin if number == 0 else step.start
            written = slice(*(bisect_left(self._tokens, offset, key=_start) for offset in (start, target.end)))
            text = f"{subject.text} {step.text} {target.text} ."
            yield Element(Kind.TRIPLE, tuple(self._tokens[written]), text, (subject, step, target))
            subject = target

    def _blank_node(self, found: list[Element]) -> Part:
        """Take `[ … ]`; what it says of its node goes to `found`."""
        bracket = self._take("[")
        node = Part((bracket,), f"_:doctor-{bracket.start}")
        if self._next.word != "]":
            self._properties(node, self._next.start, found)
        self._take("]")
        return node

    @property
    def _begins_path(self) -> bool:
        token = self._next
        return token.kind in ("iri", "prefixed", "variable") or token.text == "a" or token.word in ("^", "!", "(")

    def _path(self) -> list[Part]:
        """Take a property, a variable or a property path; a sequence `a/b` gives its steps."""
        begin = self._at
        ends = []
        separators = set()
        while True:
            while self._next.word in ("^", "!"):
                self._take()
            if not self._begins_path:
                raise self._problem()
            _ = self._bracketed() if self._next.word == "(" else self._take()
            if self._next.word in ("*", "+", "?"):
                self._take()
            ends.append(self._at)
            if self._next.word not in ("/", "|"):
                break
            separators.add(self._take().text)
        if "|" in separators:
            ends = ends[-1:]
        begins = [begin, *(end + 1 for end in ends[:-1])]
        return [self._part(first, last) for first, last in zip(begins, ends, strict=True)]

    def _term(self) -> Part:
        """Take an IRI, a literal, a variable, a blank node's label, or a collection as it is."""
        begin = self._at
        token = self._next
        if token.word == "(":
            self._bracketed()
            return self._part(begin, self._at)
        if token.kind not in _TERMS and token.word not in ("TRUE", "FALSE", "+", "-"):
            raise self._problem()
        self._take()
        if token.kind == "mark" or (token.kind == "string" and self._next.kind == "language"):
            self._take()
        elif token.kind == "string" and self._next.word == "^":
            for expected in ("^", "^", ""):
                self._take(expected)
        return self._part(begin, self._at)


def _start(token: Token) -> int:
    return token.start


def _conjuncts(expression: tuple[Token, ...]) -> list[tuple[Token, ...]]:
    """Split `a && b` at the top, each side of which must hold; an expression with `||` there stays whole."""
    depth = 0
    cuts = [0]
    for at, token in enumerate(expression):
        if token.kind != "mark":
            continue
        depth += (token.text in "([{") - (token.text in ")]}")
        following = expression[at + 1].text if at + 1 < len(expression) else ""
        if depth == 0 and token.text == following == "|":
            return [expression]
        if depth == 0 and token.text == following == "&":
            cuts.append(at + 2)
    sides = [expression[a : b - 2] for a, b in zip(cuts, [*cuts[1:], len(expression) + 2], strict=True)]
    return sides if all(sides) else [expression]
