"""The catalogue of named queries.

A catalogued query is a file `queries/<name>.rq` whose leading comment lines are its header:

    # title: ASEAN members at a date
    # description: Member states whose membership covers the day.
    # audience: policy researcher
    # subject: bodies, programmes and people
    # param: date date 2025-10-26

The audience, who is served best, is one of `AUDIENCES`, and the subject one of `SUBJECTS`. `# question: 17` gives the
number of a competency question.

A parameter line holds a name, a type (iri, string, strings, integer, date) and a default, the rest of the line;
without a default the parameter must be given. The parameter stands in the query as the variable of that name, which the
query must not select or assign. Binding replaces that one token with one RDF term, so no value can change the query's
shape.

Where only some texts make sense, a line below says which:

    # param: chapter string 2
    # values: chapter ?section dcterms:isPartOf ?plan ; a ac:Section ; skos:notation ?chapter

It holds the name and a pattern, with prefixes of ours, that gives the variable of that name each value there is. The
other parameters stand in it as in the query.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyoxigraph as ox

from aseancan_kg import settings
from aseancan_kg.errors import InputError, NotFound, Place
from aseancan_kg.namespaces import ID, PREFIXES, with_prefixes
from aseancan_kg.syntax import tokens

_MOST_LISTED = 20


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named, typed value that a catalogued query asks for; without a default it must be given.

    `among` is the pattern of the values there are, where these are few.
    """

    name: str
    type: str
    default: str | None
    among: str | None = None

    @property
    def hint(self) -> str:
        """Say what a value looks like."""
        return _HINTS[self.type]

    def term(self, value: str) -> ox.NamedNode | ox.Literal:
        """Read a value of this parameter's type; raises `InputError` when it is none."""
        try:
            return _READERS[self.type](value.strip())
        except ValueError as error:
            remedy = f"Give {self.hint}."
            raise InputError(f"{value!r} is no {self.type} for parameter {self.name!r}", remedy=remedy) from error


AUDIENCES = ("policy researcher", "linked-data consumer", "librarian")
SUBJECTS = (
    "the plan and its actions",
    "verbs, direction and firmness",
    "topics and Goals",
    "instruments",
    "bodies, programmes and people",
    "what a text names",
    "meetings and what was said",
    "sources and evidence",
    "the dataset",
)


@dataclass(frozen=True, slots=True)
class Query:
    """A catalogued query; `question` is its number among the competency questions, `text` the whole file."""

    name: str
    title: str
    description: str
    audience: str | None
    subject: str | None
    question: int | None
    parameters: tuple[Parameter, ...]
    text: str

    @property
    def words(self) -> str:
        """What a query is found by, in small letters."""
        return f"{self.name} {self.title} {self.description}".casefold()

    def bind(self, values: Mapping[str, str]) -> str:
        """Return the query's text with its parameters bound to `values`, else to their defaults.

        Raises `InputError` for an unknown parameter, a missing one, or a value of the wrong type.
        """
        return _bound(self.text, self._terms(values))

    def values_of(self, parameter: Parameter, values: Mapping[str, str]) -> str:
        """Return the query for what a parameter that has `among` may be, beside the `values` of the others."""
        terms = self._terms(values)
        del terms[parameter.name]
        return with_prefixes(f"SELECT DISTINCT ?{parameter.name} WHERE {{ {_bound(parameter.among or '', terms)} }}")

    def _terms(self, values: Mapping[str, str]) -> dict[str, str]:
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
        return terms


def _bound(text: str, terms: Mapping[str, str]) -> str:
    """Return SPARQL in which terms stand for the variables of their names."""
    pieces, end = [], 0
    for kind, token, start in tokens(text):
        if kind == "variable" and token[1:] in terms:
            pieces += [text[end:start], terms[token[1:]]]
            end = start + len(token)
    return "".join([*pieces, text[end:]])


def catalogue(directory: Path | None = None) -> dict[str, Query]:
    """Return every query of the directory by name, in the order of the names.

    `directory` is the project's own unless given. Raises `InputError` with file and line for a bad header.
    """
    directory = directory or settings.resources() / "queries"
    return {path.stem: _read(path) for path in sorted(directory.glob("*.rq"))}


def search(words: str, among: Mapping[str, Query]) -> list[Query]:
    """Return the queries whose name, title or description has every one of the words, or a part of it."""
    wanted = words.casefold().split()
    return [one for one in among.values() if all(word in one.words for word in wanted)]


def by_subject(found: Iterable[Query]) -> list[tuple[str | None, list[Query]]]:
    """Return queries by their subjects, in the order of these; the last is None, of those without one."""
    groups: dict[str | None, list[Query]] = {subject: [] for subject in (*SUBJECTS, None)}
    for one in found:
        groups[one.subject].append(one)
    return [(subject, ones) for subject, ones in groups.items() if ones]


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
_FIELDS = {
    "title": ".+",
    "description": ".+",
    "audience": "|".join(AUDIENCES),
    "subject": "|".join(SUBJECTS),
    "question": r"[1-9]\d*",
}
"""Header field → what it may hold."""
_PARAMETER = re.compile(r"([A-Za-z_]\w*)\s+(\w+)(?:\s+(\S.*))?")


def _read(path: Path) -> Query:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", Place(path), remedy="It must be a UTF-8 text file.") from error
    fields: dict[str, str] = {}
    parameters: dict[str, Parameter] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        if header is None:
            break
        field, value = header[1], header[2].strip()
        name, _, pattern = value.partition(" ")
        if field == "param":
            parameters[name] = _parameter(value, Place(path, line=number))
        elif field == "values" and name in parameters:
            parameters[name] = replace(parameters[name], among=pattern)
        elif field in _FIELDS and field not in fields and re.fullmatch(_FIELDS[field], value):
            fields[field] = value
        else:
            remedy = "It has one title, description, audience, subject, at most one question, param and values lines."
            raise InputError(f"unexpected header line {field!r}", Place(path, line=number), remedy=remedy)
    if not {"title", "description"} <= set(fields):
        remedy = "Begin the file with '# title: …' and '# description: …'."
        raise InputError("has no title or no description", Place(path, line=1), remedy=remedy)
    return Query(
        name=path.stem,
        title=fields["title"],
        description=fields["description"],
        audience=fields.get("audience"),
        subject=fields.get("subject"),
        question=int(fields["question"]) if "question" in fields else None,
        parameters=tuple(parameters.values()),
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
    "strings": lambda value: ox.Literal(" ".join(re.findall(r"[^\s,]+", value))),
    "integer": lambda value: _typed("integer", str(int(value))),
    "date": lambda value: _typed("date", date.fromisoformat(value).isoformat()),
}
_HINTS = {
    "iri": "a full IRI, kind/slug (instrument/actip-2015), an acronym (ACTIP) or a prefixed name (ac:Action)",
    "string": "text",
    "strings": "words with spaces or commas between",
    "integer": "a whole number",
    "date": "a date as YYYY-MM-DD",
}
