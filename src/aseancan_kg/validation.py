"""RDF data and SHACL shapes → a report: what is wrong, with which record, where, and how to mend it.

pySHACL validates, with inference, SHACL-AF and SHACL-JS off: the W3C Recommendation of 2017, core and SPARQL. Nothing
is ever fetched: not an owl:imports, not a FROM or SERVICE in a shape, not a remote context of JSON-LD.
"""

import json
import logging
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import pyoxigraph
import pyshacl
import pyshacl.constraints
from pyoxigraph import RdfFormat
from pyshacl.entrypoints import meta_validate
from pyshacl.errors import ShapeRecursionWarning
from rdflib import OWL, RDF, SH, XSD, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.plugins import sparql
from rdflib.query import Result as Solutions
from rdflib.term import Node

from aseancan_kg import namespaces
from aseancan_kg.errors import InputError, InvalidData, Place, SyntaxProblem

Locate = Callable[[Node, Node | None, Node | None], Place | None]
"""Says where the statement (focus, path, value) was written, or None. A path that is not one property is None."""

_FORMATS = {
    ".ttl": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".trig": RdfFormat.TRIG,
    ".rdf": RdfFormat.RDF_XML,
    ".jsonld": RdfFormat.JSON_LD,
}
_SEVERITIES: Mapping[Node, str] = {SH.Violation: "Violation", SH.Warning: "Warning", SH.Info: "Info"}
_SWITCHES = (SH.closed, SH.deactivated, SH.optional, SH.qualifiedValueShapesDisjoint, SH.uniqueLang)
_REGISTER = URIRef(namespaces.BASE + "shapes#Register")
_ONE = Literal("1", datatype=XSD.boolean, normalize=False)
_PATH_OPERATORS = {
    SH.inversePath: "^({})",
    SH.zeroOrMorePath: "({})*",
    SH.oneOrMorePath: "({})+",
    SH.zeroOrOnePath: "({})?",
}

_prepare = lru_cache(maxsize=1024)(sparql.prepareQuery)

# pySHACL looks every predicate of a shape up among these, once for each node it looks at: in a list, as they come, that
# takes a quarter of the time of a whole validation.
_parameters = frozenset(pyshacl.constraints.ALL_CONSTRAINT_PARAMETERS)
pyshacl.constraints.ALL_CONSTRAINT_PARAMETERS = _parameters  # type: ignore[assignment]

# A literal that breaks its datatype is a result of validation; rdflib would also log a traceback for each.
logging.getLogger("rdflib.term").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Result:
    """One finding. `severity` is Violation, Warning, Info or the IRI of a severity of somebody's own.

    `focus`, `value` and `shape` are IRIs, lexical forms or `_:` labels; `path` is an IRI or a SPARQL property path.
    `file`, `row` and `column` say where it was written, where that is known.
    """

    severity: str
    focus: str
    path: str | None
    value: str | None
    message: str
    shape: str
    file: str | None
    row: int | None
    column: int | str | None


@dataclass(frozen=True)
class Report:
    """All findings, the gravest first, and the W3C report graph they were read from."""

    results: tuple[Result, ...]
    graph: Graph

    @property
    def violations(self) -> tuple[Result, ...]:
        """Every result but warnings and infos: a severity of somebody's own counts as a violation."""
        return tuple(result for result in self.results if result.severity not in ("Warning", "Info"))

    @property
    def conforms(self) -> bool:
        """Whether there is no violation. The graph's own sh:conforms is stricter: it allows no result at all."""
        return not self.violations


def load_graph(files: Iterable[Path]) -> Graph:
    """Read RDF files, each by its suffix, as one graph; named graphs are joined and literals kept as written.

    Raises `InputError` for a file that cannot be read, has another suffix or holds no triple, and `SyntaxProblem` with
    line and column for one that does not parse.
    """
    paths = list(files)
    graph = Graph()
    for path in paths:
        triples = _parse(path, apart=len(paths) > 1)
        if not triples:
            raise InputError("there is not one triple in it.", Place(path), remedy="Is it the file you meant?")
        for triple in triples:
            graph.add(triple)
    return graph


def load_shapes(files: Iterable[Path]) -> Graph:
    """Read shapes and check them with W3C's shapes for shapes.

    Raises what `load_graph` raises, and `InputError` when they are ill-formed or there is no shape.
    """
    paths = list(files)
    shapes = load_graph(paths)
    place = Place(", ".join(str(path) for path in paths))
    if not any(str(predicate).startswith(namespaces.PREFIXES["sh"]) for predicate in shapes.predicates()):
        raise InputError("there is no SHACL shape in it.", place, remedy="Give files of shapes after --shapes.")
    with _offline(), _ill_formed(place):
        conforms, graph, _ = meta_validate(shapes)
    if not conforms:
        worst = _results(graph, None)[0]
        told = f"{_short(worst.focus)}, {_short(worst.path or '')}, “{_short(worst.value or '')}”: {worst.message}"
        raise InputError("the shapes are ill-formed.", place, remedy=told)
    return shapes


def locate_in(files: Iterable[Path]) -> Locate:
    """Make a `Locate` that names the first of these RDF files that describes the focus node."""
    paths = list(files)

    @cache
    def described() -> dict[Node, Place]:
        return {triple[0]: Place(path) for path in reversed(paths) for triple in _parse(path, apart=False)}

    return lambda focus, _path, _value: Place(paths[0]) if len(paths) == 1 else described().get(focus)


def validate(
    data: Graph,
    shapes: Graph,
    *,
    locate: Locate | None = None,
    focus: Iterable[URIRef] | None = None,
    queried: Graph | None = None,
) -> Report:
    """Validate `data` against `shapes` and nothing else. Neither graph is changed.

    With `focus` only those of the shapes' targets are looked at that are among these nodes. `queried` is a graph of the
    same triples over a store that answers queries itself, which is asked instead: for shapes that one trusts. Raises
    `InputError` when the shapes are ill-formed, or use $shapesGraph or recursion, which SHACL leaves optional.
    """
    prepared = _PreparedGraph(data.store, data.identifier)
    prepared.queried = queried
    exact = _exact(shapes)
    chosen: list[str | URIRef] | None = None if focus is None else sorted(focus)
    with _offline(), _ill_formed(None):
        _, graph, text = pyshacl.validate(
            prepared, shacl_graph=exact, inference="none", advanced=False, js=False, focus_nodes=chosen
        )
        if not isinstance(graph, Graph):
            raise ValueError(text)
    return Report(_results(graph, locate), graph)


def report_faults(faults: Sequence[InvalidData]) -> Report:
    """Report faults of registers as violations, each with the register cell as its focus node."""
    graph = Graph()
    places: dict[Node, Place] = {}
    report = BNode()
    graph.add((report, RDF.type, SH.ValidationReport))
    graph.add((report, SH.conforms, Literal(not faults)))
    for fault in faults:
        place = fault.place or Place("registers")
        named = {"row": place.row, "column": place.column}
        where = "&".join(f"{name}={value}" for name, value in named.items() if value is not None)
        cell = URIRef(f"{namespaces.graph(Path(place.file).stem)}#{where}")
        places[cell] = place
        result = BNode()
        graph.add((report, SH.result, result))
        graph.add((result, RDF.type, SH.ValidationResult))
        graph.add((result, SH.focusNode, cell))
        graph.add((result, SH.resultSeverity, SH.Violation))
        graph.add((result, SH.sourceShape, _REGISTER))
        graph.add((result, SH.sourceConstraintComponent, _REGISTER + "ConstraintComponent"))
        graph.add((result, SH.resultMessage, Literal(str(replace(fault, place=None)))))
    return Report(_results(graph, lambda focus, _path, _value: places[focus]), graph)


def as_text(report: Report) -> str:
    """Write a report for people: one block for each result, then a summary."""
    return "".join(f"{_block(result)}\n\n" for result in report.results) + f"{_summary(report)}\n"


def as_turtle(report: Report) -> str:
    """Write the W3C report graph, and nothing else, as Turtle."""
    return report.graph.serialize(format="turtle")


def as_json(report: Report) -> str:
    """Write a report as a JSON object: `conforms`, and `results` with the fields of `Result`."""
    content = {"conforms": report.conforms, "results": [asdict(result) for result in report.results]}
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _parse(path: Path, *, apart: bool) -> list[tuple[Node, Node, Node]]:
    """Read the triples of one file; `apart` gives its blank nodes names that no other file has."""
    if path.suffix.lower() not in _FORMATS:
        remedy = f"Give it one of {', '.join(_FORMATS)}."
        raise InputError(f"the suffix “{path.suffix}” names no RDF format known here.", Place(path), remedy=remedy)
    form, base = _FORMATS[path.suffix.lower()], path.absolute().as_uri()
    try:
        quads = pyoxigraph.parse(path.read_bytes(), form, base_iri=base, rename_blank_nodes=apart)
        return [(rdflib_term(quad.subject), rdflib_term(quad.predicate), rdflib_term(quad.object)) for quad in quads]
    except OSError as error:
        remedy = "Check name and permission; of a directory, name the files."
        raise InputError(f"cannot read it: {error.strerror}.", Place(path), remedy=remedy) from error
    except SyntaxError as error:
        told = re.sub(r"^Parser error .*?: ", "", error.msg)
        remedy = "Correct it there."
        if "UTF-8" in told:
            remedy = "Save the file as UTF-8."
        elif "LoadDocumentCallback" in told:
            told, remedy = "it names a remote context, and nothing is fetched", "Write the context into the file."
        raise SyntaxProblem(f"{told}.", Place(path, line=error.lineno, column=error.offset), remedy=remedy) from error
    except ValueError as error:
        raise InputError(f"{error}.", Place(path), remedy="Write it in RDF 1.1.") from error


def rdflib_term(term: Any) -> Node:  # noqa: ANN401 - pyoxigraph's terms share no base class
    """Return a term of pyoxigraph as rdflib has it, literals as written; raises ValueError for one of RDF 1.2."""
    match term:
        case pyoxigraph.NamedNode():
            return URIRef(term.value)
        case pyoxigraph.BlankNode():
            return BNode(term.value)
        case pyoxigraph.Literal(direction=None):
            if term.language:
                return Literal(term.value, lang=term.language)
            # RDF 1.1: a plain literal is an xsd:string; rdflib would hold them for two.
            datatype = None if term.datatype.value == str(XSD.string) else URIRef(term.datatype.value)
            return Literal(term.value, datatype=datatype, normalize=False)
    raise ValueError(f"“{term}” is a term of RDF 1.2")


def _exact(shapes: Graph) -> Graph:
    """Copy shapes so that pySHACL reads them as the Recommendation says in two places where it would not.

    A switch is on for the literal `true` alone, not for "1"^^xsd:boolean (4.4.5 and others), and sh:prefixes reaches
    the declarations of imported ontologies that the shapes graph holds (5.2.1).
    """
    exact = Graph()
    for triple in shapes:
        if not (triple[1] in _SWITCHES and triple[2] == _ONE):
            exact.add(triple)
    for ontology in set(shapes.objects(None, SH.prefixes)):
        for imported in shapes.transitive_objects(ontology, OWL.imports):
            for declaration in shapes.objects(imported, SH.declare):
                exact.add((ontology, SH.declare, declaration))
    return exact


class _PreparedGraph(Graph):
    """The data, for queries that are parsed once: pySHACL sends the same text again for every focus node.

    Only the prefixes that a query declares hold in it; rdflib would add those the data happen to bind.
    """

    queried: Graph | None = None
    """The same triples, where another engine answers."""

    def query(self, query_object: str, *arguments: Any, **options: Any) -> Solutions:  # type: ignore[override] # noqa: ANN401
        if self.queried is not None:
            return self.queried.query(query_object, *arguments, **options)
        return super().query(_prepare(query_object), *arguments, **options)


@contextmanager
def _offline() -> Iterator[None]:
    """Keep rdflib's SPARQL from fetching what a shape's query names in FROM or SERVICE."""

    def refuse(_: object, part: Any) -> None:  # noqa: ANN401 - rdflib's algebra is untyped
        if part.name == "ServiceGraphPattern":
            raise ValueError("a query calls SERVICE, and nothing is fetched")
        raise NotImplementedError  # how rdflib is told that this part is not for us

    loads = sparql.SPARQL_LOAD_GRAPHS
    sparql.SPARQL_LOAD_GRAPHS = False
    sparql.CUSTOM_EVALS[__name__] = refuse
    try:
        yield
    finally:
        sparql.SPARQL_LOAD_GRAPHS = loads
        del sparql.CUSTOM_EVALS[__name__]


@contextmanager
def _ill_formed(place: Place | None) -> Iterator[None]:
    """Turn what a SHACL processor raises over its shapes into `InputError`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", ShapeRecursionWarning)
            yield
    # Over ill-formed shapes pySHACL lets through whatever the readers of SPARQL, regular expressions and lists beneath
    # it raise: ParseException, re.error, AssertionError, and for an unknown prefix a bare Exception.
    except Exception as error:
        told = str(error).split("\n")[0] or type(error).__name__
        raise InputError(f"the shapes cannot be used: {told}", place, remedy="Mend or remove that shape.") from error


def _results(graph: Graph, locate: Locate | None) -> tuple[Result, ...]:
    report = graph.value(predicate=RDF.type, object=SH.ValidationReport)
    results = (_result(graph, node, locate) for node in graph.objects(report, SH.result))
    return tuple(sorted(results, key=_order))


def _result(graph: Graph, node: Node, locate: Locate | None) -> Result:
    focus, path = graph.value(node, SH.focusNode), graph.value(node, SH.resultPath)
    value, severity = graph.value(node, SH.value), graph.value(node, SH.resultSeverity)
    shape = graph.value(node, SH.sourceShape)
    if focus is None or severity is None or shape is None:
        raise ValueError("a result in a SHACL report has a focus node, a severity and a source shape")
    predicate = path if isinstance(path, URIRef) else None
    place = locate(focus, predicate, value) if locate else None
    if locate and place is None and isinstance(value, URIRef):
        # Of a constraint on the whole graph the focus is a property, and the record is the value.
        place = locate(value, predicate, None)
    return Result(
        severity=_SEVERITIES.get(severity, str(severity)),
        focus=_name(focus),
        path=None if path is None else str(path) if predicate else _path(graph, path),
        value=None if value is None else _name(value),
        message=_message(graph, node),
        shape=_name(shape),
        file=str(place.file) if place else None,
        row=place.row if place else None,
        column=place.column if place else None,
    )


def _order(result: Result) -> tuple[object, ...]:
    """Gravest first, then by place and record; blank nodes, whose labels change between runs, by all but the label."""
    gravity = {"Info": 2, "Warning": 1}.get(result.severity, 0)
    place = (result.file or "", result.row or 0, str(result.column or ""))
    named = tuple("_:" if (text or "").startswith("_:") else text or "" for text in (result.focus, result.value))
    return (gravity, *place, named[0], result.path or "", named[1], result.shape, result.message, result.focus)


def _name(term: Node) -> str:
    return f"_:{term}" if isinstance(term, BNode) else str(term)


def _path(graph: Graph, path: Node) -> str:
    if isinstance(path, URIRef):
        return path.n3()
    for operator, form in _PATH_OPERATORS.items():
        if (inner := graph.value(path, operator)) is not None:
            return form.format(_path(graph, inner))
    alternatives = graph.value(path, SH.alternativePath)
    steps = Collection(graph, path if alternatives is None else alternatives)
    return ("/" if alternatives is None else "|").join(f"({_path(graph, step)})" for step in steps)


def _message(graph: Graph, node: Node) -> str:
    """Choose the message in English, else the one without a language, else any."""
    messages = sorted(message for message in graph.objects(node, SH.resultMessage) if isinstance(message, Literal))
    wanted = ((message.language or "").partition("-")[0] for message in messages)
    ranked = sorted(zip(wanted, map(str, messages), strict=True), key=lambda pair: {"en": 0, "": 1}.get(pair[0], 2))
    return " ".join(ranked[0][1].split()) if ranked else ""


def _block(result: Result) -> str:
    lines = [f"{_short(result.severity)}: {_short(result.focus)}"]
    if result.file:
        lines.append(f"  in    {Place(result.file, row=result.row, column=result.column)}")
    said = " ".join(filter(None, (_short(result.path or ""), result.value and f"“{_short(result.value)}”")))
    if said:
        lines.append(f"  at    {said}")
    lines.append(f"  what  {_short(result.message)}")
    lines.append(f"  shape {_short(result.shape)}")
    return "\n".join(lines)


def _summary(report: Report) -> str:
    violations = len(report.violations)
    warned = sum(result.severity == "Warning" for result in report.results)
    counts = {"violation": violations, "warning": warned, "note": len(report.results) - violations - warned}
    told = ", ".join(f"{number} {noun}{'' if number == 1 else 's'}" for noun, number in counts.items())
    return f"{told}: {'valid' if report.conforms else 'not valid'}."


def _short(text: str) -> str:
    """Replace the IRIs in a text by prefixed names, and those of this project by their path."""

    def shorten(match: re.Match[str]) -> str:
        return namespaces.shorten(match.group().strip("<>")).removeprefix(namespaces.BASE)

    return re.sub(r"<?https?://[^\s<>“”\"]+>?", shorten, text)
