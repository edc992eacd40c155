"""How good the dataset is, in figures that are computed anew at every build.

Extraction is measured against what readers wrote down (precision, recall), codings against each other (Krippendorff's
alpha for nominal data), facts by whether a statement node stands behind them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

import krippendorff
from rdflib import Dataset, Graph, Literal
from rdflib.namespace import DCTERMS, ORG, PROV, RDF, SKOS
from rdflib.term import Node

from aseancan_kg import namespaces
from aseancan_kg.build import commitments, mentions
from aseancan_kg.build.columns import MATCHES
from aseancan_kg.build.commitments import FIRST_READER
from aseancan_kg.build.editions import Edition, verbs
from aseancan_kg.build.names import Name
from aseancan_kg.build.registers import Registers
from aseancan_kg.build.triples import AC, SCHEMA, Triple
from aseancan_kg.build.values import Reference
from aseancan_kg.model import Coding

METRICS: Mapping[str, tuple[str, str]] = {
    "mention-precision": ("extraction", "Share of what the rules found that a reader confirmed"),
    "mention-recall": ("extraction", "Share of what readers accept that the rules found"),
    "mentions-reviewed": ("extraction", "Mentions that readers accept"),
    "mention-precision-without-plan-wordings": (
        "extraction",
        "Precision of the rules when they do not know the wordings of the Plan",
    ),
    "mention-recall-without-plan-wordings": (
        "extraction",
        "Recall of the rules when they do not know the wordings of the Plan",
    ),
    "relation-accuracy": ("extraction", "Share of the mentions that rules found whose relation a reader confirmed"),
    "mentions-unreviewed": ("extraction", "Mentions that only a rule vouches for"),
    "clause-precision": ("extraction", "Share of the clauses cut by rule that begin where a reader's begin"),
    "clause-recall": ("extraction", "Share of the reader's clauses that begin where one cut by rule begins"),
    "coding-alpha": ("agreement", "Krippendorff's alpha of two coders under one scheme, all clauses"),
    "coding-alpha-unseen": (
        "agreement",
        "Krippendorff's alpha of two coders under one scheme, without the clauses that the codebook gives as examples",
    ),
    "coding-coverage": ("completeness", "Share of clauses, or of actions, that have a coding"),
    "provenance": ("completeness", "Share of the facts in a graph that a statement node traces to its source"),
    "facts": ("completeness", "Facts of a graph that need a source"),
    "links": ("interlinking", "Links to another site"),
    "disagreements": ("consistency", "Values that contradict a preferred one, or the preferred coding"),
}
"""Metric → its dimension and what it measures; metrics of one dimension stand together."""

COUNTS = frozenset({"mentions-reviewed", "mentions-unreviewed", "facts", "links", "disagreements"})
"""Metrics whose values are whole numbers; all others are shares or coefficients."""

_STRUCTURE = frozenset(
    {
        *(RDF.type, SKOS.notation, SKOS.editorialNote, PROV.wasQuotedFrom, PROV.wasDerivedFrom),
        *(AC.startOffset, AC.endOffset, AC.reportingStep, ORG.memberDuring),
    }
)
"""Properties that say what a node is or where it stands: they need no source."""
_IMPLIED: Mapping[Node, Node] = {SKOS.altLabel: AC.acronym, DCTERMS.isPartOf: AC.phaseOf}
"""Property → the one that it is written beside with the same value, and that the statement node is about."""
_BOUND = re.compile(r"(Earliest|Latest)$")
_STATEMENTS = frozenset({AC.Assertion, AC.Mention, AC.Coding})
_DESCRIBING = frozenset(
    {
        *("ontology", "shapes", "description", "schemes", "sources", "documents", "un-sdg-kos", "clauses"),
        *("states-of-instruments", "identifiers"),
    }
)
"""Graphs that define, describe or slice a text; states of instruments name the assertions they are concluded from."""
_COMPOSED = re.compile(r"/id/(?:holding|membership|participation|report|statement|party-action|source)/")
"""Things whose label the builder composes."""
_PART_NODES = re.compile(r"/(?:period|step)(?:/|$)")
_EXAMPLE = re.compile(r"\b(\d+\.\d+\.\d+)(/\d+)?")


LINK_PREDICATES = (SCHEMA.sameAs, *(SKOS[match] for match in MATCHES))
"""Properties that link a thing with the same or a near thing elsewhere."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: the metric, of what (an entity kind, a scheme with two coders, a graph, a site; "" for all)."""

    metric: str
    of: str
    value: Decimal


def measure(editions: Sequence[Edition], names: Sequence[Name], tables: Registers, dataset: Dataset) -> list[Measure]:
    """Compute every figure of the dataset that the editions and the registers make."""
    plans = [edition for edition in editions if edition.plan]
    reviewed = [plan for plan in plans if any(mention.locator for mention in plan.mentions)]
    unreviewed = sum(mention.status == "unreviewed" for plan in plans for mention in plan.mentions)
    return [
        Measure("mentions-unreviewed", "", Decimal(unreviewed)),
        *_extraction(reviewed, names),
        *_segmentation([plan for plan in plans if plan.clauses], verbs(tables)),
        *_agreement(plans, tables),
        *_coverage(plans),
        *_provenance(dataset),
        *_links(dataset),
        *_disagreements(plans, tables),
    ]


def alpha(pairs: Iterable[tuple[str, str]]) -> float | None:
    """Krippendorff's alpha of two coders' nominal values, unit by unit; None where no two units differ in value."""
    units = list(pairs)
    domain = sorted({value for pair in units for value in pair})
    if len(domain) < 2:
        return None
    coders = [[domain.index(pair[coder]) for pair in units] for coder in (0, 1)]
    return float(krippendorff.alpha(reliability_data=coders, level_of_measurement="nominal"))


def _extraction(plans: Sequence[Edition], names: Sequence[Name]) -> Iterator[Measure]:
    found: Counter[str] = Counter()
    accepted: Counter[str] = Counter()
    confirmed: Counter[str] = Counter()
    related = 0
    for plan in plans:
        relations = {(one.passage.span(one.start, one.end)): one.relation for one in plan.findings}
        found.update(one.entity.kind for one in plan.findings)
        for mention in plan.mentions:
            kind = mention.entity.partition("/")[0]
            accepted[kind] += mention.status != "unreviewed"
            confirmed[kind] += mention.status == "confirmed"
            related += mention.status == "confirmed" and relations[mention.span] in mention.relations
    for kind in ("", *sorted(found | accepted)):
        hits, seen, right = (_count(counter, kind) for counter in (confirmed, found, accepted))
        yield from _ratio("mention-precision", kind, hits, seen)
        yield from _ratio("mention-recall", kind, hits, right)
        yield Measure("mentions-reviewed", kind, Decimal(right))
    yield from _ratio("relation-accuracy", "", related, confirmed.total())
    yield from _without_plan_wordings(plans, names)


def _without_plan_wordings(plans: Sequence[Edition], names: Sequence[Name]) -> Iterator[Measure]:
    """Measure the rules without the wordings that were taken from the very text they are tried on."""
    hits = seen = right = 0
    known = [name for name in names if name.rule != "plan-wording"]
    for plan in plans:
        whole = Reference(*plan.whole.removeprefix(namespaces.ID).split("/"))
        accepted = {(one.span, one.entity) for one in plan.mentions if one.status != "unreviewed"}
        found = {
            (one.passage.span(one.start, one.end), str(one.entity))
            for one in mentions.find(plan.passages.values(), known, whole)
        }
        hits, seen, right = hits + len(found & accepted), seen + len(found), right + len(accepted)
    yield from _ratio("mention-precision-without-plan-wordings", "", hits, seen)
    yield from _ratio("mention-recall-without-plan-wordings", "", hits, right)


def _segmentation(plans: Sequence[Edition], known: Sequence[str]) -> Iterator[Measure]:
    by_rule: set[tuple[str, int]] = set()
    by_reader: set[tuple[str, int]] = set()
    for plan in plans:
        by_reader |= {(plan.whole, clause.span.start) for clause in plan.clauses}
        for path, passage in plan.passages.items():
            if path.startswith("action/"):
                starts = commitments.cut_by_rules(passage, known)
                by_rule |= {(plan.whole, passage.places[start]) for start in starts}
    yield from _ratio("clause-precision", "", len(by_rule & by_reader), len(by_rule))
    yield from _ratio("clause-recall", "", len(by_rule & by_reader), len(by_reader))


def _agreement(plans: Sequence[Edition], tables: Registers) -> Iterator[Measure]:
    """Compare every coder with the first reader, scheme by scheme; hedges as the set of kinds found in a clause."""
    codings = [(plan.whole, coding) for plan in plans for coding in plan.codings if "/clause/" in coding.target]
    clauses = [(plan.whole, clause.path) for plan in plans for clause in plan.clauses]
    for coder in sorted({coding.coder for _, coding in codings} - {FIRST_READER}):
        for scheme in ("verb", "continuity", "direction", "firmness", "precision", "hedge"):
            first, other = (_values(codings, scheme, one) for one in (FIRST_READER, coder))
            if not other:
                continue
            units = [unit for unit in clauses if scheme == "hedge" or (unit in first and unit in other)]
            seen = _examples(tables, scheme)
            unseen = [(whole, path) for whole, path in units if not {path, path.partition("/clause/")[0]} & seen]
            for metric, measured in (("coding-alpha", units), ("coding-alpha-unseen", unseen)):
                value = alpha((first.get(unit, ""), other.get(unit, "")) for unit in measured)
                if value is not None:
                    yield Measure(metric, f"{scheme}, {FIRST_READER} and {coder}", _rounded(value))


def _values(codings: Sequence[tuple[str, Coding]], scheme: str, coder: str) -> dict[tuple[str, str], str]:
    """Return what one coder says under one scheme, by plan and path; `codings` are given with their plan."""
    found: dict[tuple[str, str], set[str]] = {}
    for whole, one in codings:
        if one.scheme == scheme and one.coder == coder:
            found.setdefault((whole, one.target), set()).add(one.value)
    return {target: " ".join(sorted(values)) for target, values in found.items()}


def _examples(tables: Registers, scheme: str) -> set[str]:
    """Paths of the clauses and actions that the definitions of a scheme's codes give as examples."""
    rows = [row for row in tables.rows["concepts"] if row.written("scheme") == scheme]
    numbers = [match for row in rows for match in _EXAMPLE.finditer(row.written("definition"))]
    return {f"action/{match[1]}" + (f"/clause{match[2]}" if match[2] else "") for match in numbers}


def _coverage(plans: Sequence[Edition]) -> Iterator[Measure]:
    clauses = {(plan.whole, clause.path) for plan in plans for clause in plan.clauses}
    actions = {
        (plan.whole, path) for plan in plans if plan.clauses for path in plan.passages if path.startswith("action/")
    }
    coded: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for plan in plans:
        for coding in plan.codings:
            coded.setdefault((coding.scheme, coding.coder), set()).add((plan.whole, coding.target))
    for (scheme, coder), targets in sorted(coded.items()):
        if scheme in ("hedge", "clause-part"):  # most clauses have none, and that is no gap
            continue
        units = actions if scheme in ("topic", "sdg") else clauses
        yield from _ratio("coding-coverage", f"{scheme}, {coder}", len(targets & units), len(units))
    cut = {(whole, path.partition("/clause/")[0]) for whole, path in clauses}
    yield from _ratio("coding-coverage", "clauses", len(cut), len(actions))


def _provenance(dataset: Dataset) -> Iterator[Measure]:
    """Say for every graph that asserts facts how many of them a statement node with a source stands behind."""
    said: dict[Node, dict[Node, set[Node]]] = {}
    for node, predicate, value, _ in dataset.quads():
        if predicate in _REIFYING:
            said.setdefault(node, {}).setdefault(predicate, set()).add(value)
    nodes = {node for node, parts in said.items() if parts.get(RDF.type, set()) & _STATEMENTS}
    behind: set[Triple] = {
        triple
        for parts in (said[node] for node in nodes)
        if PROV.hadPrimarySource in parts
        for triple in product(parts.get(RDF.subject, ()), parts.get(RDF.predicate, ()), parts.get(RDF.object, ()))
    }
    for graph in sorted(dataset.graphs(), key=lambda graph: str(graph.identifier)):
        name = str(graph.identifier).removeprefix(namespaces.GRAPH)
        if name in _DESCRIBING or _holds_an_edition(graph):
            continue
        facts = [triple for triple in graph if triple[0] not in nodes and _is_fact(triple)]
        if facts:
            yield Measure("facts", name, Decimal(len(facts)))
            yield from _ratio("provenance", name, sum(_is_behind(triple, behind) for triple in facts), len(facts))


_REIFYING = frozenset({RDF.type, RDF.subject, RDF.predicate, RDF.object, PROV.hadPrimarySource})


def _holds_an_edition(graph: Graph) -> bool:
    """Whether a graph holds the parts of a text, each sliced from the edition that it names."""
    return (None, AC.sha256, None) in graph


def _is_fact(triple: Triple) -> bool:
    subject, predicate, _ = triple
    if (
        predicate in _STRUCTURE
        or _BOUND.search(str(predicate))
        or "#" in str(subject)
        or _PART_NODES.search(str(subject))
    ):
        return False
    return predicate != SKOS.prefLabel or not _COMPOSED.search(str(subject))


def _is_behind(triple: Triple, behind: Set[Triple]) -> bool:
    subject, predicate, value = triple
    if predicate == AC.supersededBy:
        return (value, AC.supersedes, subject) in behind
    implied = _IMPLIED.get(predicate)
    plain = Literal(str(value)) if isinstance(value, Literal) else value
    return triple in behind or (implied is not None and (subject, implied, plain) in behind)


def _links(dataset: Dataset) -> Iterator[Measure]:
    sites: Counter[str] = Counter()
    for predicate in LINK_PREDICATES:
        for _, _, target, _ in dataset.quads((None, predicate, None, None)):
            sites[str(target).split("/")[2]] += 1
    assigned = (value for _, _, value, _ in dataset.quads((None, RDF.object, None, None)))
    sites["metadata.un.org/sdg"] = sum(str(value).startswith("http://metadata.un.org/sdg/") for value in assigned)
    for site, number in sorted(sites.items()):
        yield Measure("links", site, Decimal(number))


def _disagreements(plans: Sequence[Edition], tables: Registers) -> Iterator[Measure]:
    yield Measure("disagreements", "registers", Decimal(len(tables.rows["rivals"])))
    codings = [(plan.whole, coding) for plan in plans for coding in plan.codings]
    for coder in sorted({coding.coder for _, coding in codings} - {FIRST_READER, commitments.RULES}):
        for scheme in ("direction", "firmness", "precision", "hedge"):
            first, other = (_values(codings, scheme, one) for one in (FIRST_READER, coder))
            number = sum(first.get(unit) != other.get(unit) for unit in first.keys() | other.keys())
            yield Measure("disagreements", f"{scheme}, {FIRST_READER} and {coder}", Decimal(number))


def _count(counter: Counter[str], kind: str) -> int:
    return counter[kind] if kind else counter.total()


def _ratio(metric: str, of: str, part: int, whole: int) -> Iterator[Measure]:
    if whole:
        yield Measure(metric, of, _rounded(part / whole))


def _rounded(value: float) -> Decimal:
    """Round to four places, without trailing zeros: the store writes numbers so."""
    return (Decimal(f"{value:.4f}") + 0).normalize()
