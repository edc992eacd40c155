"""The quality report: what the dataset holds, whether it is valid, how good it is, and where its sources disagree."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

from rdflib import RDF, SKOS, URIRef
from rdflib.term import Node

from aseancan_kg import namespaces, release
from aseancan_kg.build import dataset
from aseancan_kg.build.dataset import Built, Progress
from aseancan_kg.build.quality import COUNTS, METRICS
from aseancan_kg.ontology import checks
from aseancan_kg.ontology.checks import Check
from aseancan_kg.templates import render
from aseancan_kg.validation import Report as Validated
from aseancan_kg.validation import Result


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value, with the words that say what it measures; `of` is what it was measured on."""

    dimension: str
    metric: str
    meaning: str
    of: str
    value: float


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A value that contradicts the preferred one of the same thing and property; `preferred` is empty where none is."""

    thing: str
    property: str
    preferred: str
    rival: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the quality report says."""

    release: str
    dataset: str
    quads: int
    graphs: dict[str, int]
    classes: dict[str, int]
    violations: tuple[str, ...]
    warnings: tuple[str, ...]
    figures: tuple[Figure, ...]
    disagreements: tuple[Disagreement, ...]
    checks: tuple[Check, ...]


def report(resources: Path, progress: Progress) -> Report:
    """Build, validate, measure and check what is below `resources`; raises what `build.dataset.build` raises."""
    built = dataset.build(resources, progress)
    return assemble(built, release.validate(built, progress), progress)


def assemble(built: Built, validated: Validated, progress: Progress) -> Report:
    """Report on a dataset that is in memory and was validated."""
    progress("checking the ontology")
    ontology = built.dataset.graph(URIRef(namespaces.ONTOLOGY_GRAPH))
    graphs = _graphs(built)
    return Report(
        release=built.release.version,
        dataset=built.version,
        quads=sum(graphs.values()),
        graphs=graphs,
        classes=_classes(built),
        violations=_told(validated.violations),
        warnings=_told(result for result in validated.results if result not in validated.violations),
        figures=tuple(
            Figure(METRICS[one.metric][0], one.metric, METRICS[one.metric][1], one.of, float(one.value))
            for one in sorted(built.measures, key=lambda one: list(METRICS).index(one.metric))
        ),
        disagreements=tuple(_disagreements(built)),
        checks=tuple(checks.check(ontology)),
    )


def as_json(report: Report) -> str:
    """Write a report for programs."""
    return json.dumps(asdict(report), ensure_ascii=False, indent=2) + "\n"


def as_html(report: Report) -> str:
    """Write a report as one page that needs nothing else."""
    tables = {
        dimension: list(_tables(list(figures)))
        for dimension, figures in groupby(report.figures, key=lambda figure: figure.dimension)
    }
    return render("report.html", report=report, tables=tables, metrics=METRICS)


@dataclass(frozen=True, slots=True)
class Table:
    """Figures of metrics that were measured on the same: a row for each `of`, a column for each metric."""

    metrics: tuple[str, ...]
    of: tuple[str, ...]
    values: Mapping[tuple[str, str], str]


def _tables(figures: Sequence[Figure]) -> Iterator[Table]:
    """Put metrics side by side that were measured on the same things."""
    measured: dict[str, list[str]] = {}
    for figure in figures:
        measured.setdefault(figure.metric, []).append(figure.of)
    values = {(figure.metric, figure.of): _written(figure) for figure in figures}
    for of in dict.fromkeys(tuple(sorted(of)) for of in measured.values()):
        yield Table(tuple(metric for metric in measured if tuple(sorted(measured[metric])) == of), of, values)


def _written(figure: Figure) -> str:
    return f"{figure.value:,.0f}" if figure.metric in COUNTS else f"{figure.value:.3f}"


def _told(results: Iterable[Result]) -> tuple[str, ...]:
    return tuple(f"{result.focus}: {result.message}" for result in results)


def _graphs(built: Built) -> dict[str, int]:
    counts = {str(graph.identifier).removeprefix(namespaces.GRAPH): len(graph) for graph in built.dataset.graphs()}
    return dict(sorted((name, count) for name, count in counts.items() if count))


def _classes(built: Built) -> dict[str, int]:
    counts: dict[str, set[Node]] = {}
    for thing, _, kind, _ in built.dataset.quads((None, RDF.type, None, None)):
        if str(kind).startswith(namespaces.ONT):
            counts.setdefault(str(kind).removeprefix(namespaces.ONT), set()).add(thing)
    return dict(sorted((name, len(things)) for name, things in counts.items()))


def _disagreements(built: Built) -> list[Disagreement]:
    """Every rival value of the registers beside what is preferred. Rival codings are counted among the figures."""
    union = built.union
    rival = URIRef(namespaces.concept("standing", "rival"))
    ac, prov = namespaces.ONT, namespaces.PREFIXES["prov"]

    def name(node: Node | None) -> str:
        label = union.value(node, SKOS.prefLabel) if isinstance(node, URIRef) else None
        return str(label or node or "")

    found = []
    for node in union.subjects(URIRef(ac + "standing"), rival):
        if (node, RDF.type, URIRef(ac + "Assertion")) in union:
            thing, predicate = union.value(node, RDF.subject), union.value(node, RDF.predicate)
            preferred = " | ".join(sorted(name(value) for value in union.objects(thing, predicate)))
            sources = tuple(sorted(str(source) for source in union.objects(node, URIRef(prov + "hadPrimarySource"))))
            words = namespaces.shorten(str(predicate))
            found.append(Disagreement(name(thing), words, preferred, name(union.value(node, RDF.object)), sources))
    return sorted(found, key=lambda one: (one.thing, one.property, one.rival))
