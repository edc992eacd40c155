"""The parts of a plan whose text is held → RDF triples: preamble, sections, actions and their clauses."""

from collections.abc import Iterator, Sequence

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, PROV, RDF, SKOS, XSD

from aseancan_kg import namespaces
from aseancan_kg.build.triples import AC, Triple
from aseancan_kg.model import Clause, Plan, Span


def plan(plan: Plan, instrument: str, short_title: str, source: str) -> Iterator[Triple]:
    """Triples of the parts of the plan with the IRI `instrument`, sliced from the edition `source`.

    Labels begin with `short_title`.
    """
    whole = URIRef(instrument)
    edition = URIRef(namespaces.thing("source", source))
    yield whole, RDF.type, AC.Plan
    yield whole, PROV.wasQuotedFrom, edition
    yield from _offsets(whole, plan.title_span)
    preamble = whole + "/preamble"
    yield preamble, RDF.type, AC.Preamble
    yield preamble, DCTERMS.isPartOf, whole
    yield preamble, SKOS.prefLabel, Literal(f"{short_title}, preamble", lang="en")
    yield from _quoted(preamble, plan.preamble, plan.preamble_span, edition)
    for section in plan.sections:
        node = whole + f"/section/{section.number}"
        yield node, RDF.type, AC.Section
        yield node, DCTERMS.isPartOf, whole + f"/section/{section.parent}" if section.parent else whole
        yield node, SKOS.prefLabel, Literal(f"{short_title}, section {section.number}: {section.title}", lang="en")
        yield node, AC.ordinal, Literal(section.ordinal, datatype=XSD.integer)
        yield node, SKOS.notation, Literal(section.number)
        for number in section.implied_numbers:
            yield node, AC.impliedNumber, Literal(number)
        yield from _quoted(node, section.title, section.span, edition)
    for action in plan.actions:
        node = whole + f"/action/{action.number}"
        yield node, RDF.type, AC.Action
        yield node, DCTERMS.isPartOf, whole + f"/section/{action.section}" if action.section else whole
        yield node, SKOS.prefLabel, Literal(f"{short_title}, action {action.number}", lang="en")
        yield node, AC.ordinal, Literal(action.ordinal, datatype=XSD.integer)
        yield node, SKOS.notation, Literal(action.number)
        yield from _quoted(node, action.text, action.span, edition)


def clauses(clauses: Sequence[Clause], whole: str, short_title: str, source: str) -> Iterator[Triple]:
    """Triples of the clauses of the plan `whole`, an IRI: where each stands and what it says.

    Labels begin with `short_title`. How a clause is judged is said by codings (`build.annotations`).
    """
    edition = URIRef(namespaces.thing("source", source))
    for ordinal, clause in enumerate(clauses, start=1):
        node = URIRef(f"{whole}/{clause.path}")
        action, _, number = clause.path.removeprefix("action/").partition("/clause/")
        yield node, RDF.type, AC.Clause
        yield node, DCTERMS.isPartOf, URIRef(f"{whole}/action/{action}")
        yield node, SKOS.prefLabel, Literal(f"{short_title}, action {action}, clause {number}", lang="en")
        yield node, SKOS.notation, Literal(f"{action}/{number}")
        yield node, AC.ordinal, Literal(ordinal, datatype=XSD.integer)
        if clause.note:
            yield node, SKOS.editorialNote, Literal(clause.note, lang="en")
        yield from _quoted(node, clause.text, clause.span, edition)


def _quoted(node: URIRef, text: str, span: Span, edition: URIRef) -> Iterator[Triple]:
    yield node, AC.text, Literal(text, lang="en")
    yield node, PROV.wasQuotedFrom, edition
    yield from _offsets(node, span)


def _offsets(node: URIRef, span: Span) -> Iterator[Triple]:
    yield node, AC.startOffset, Literal(span.start, datatype=XSD.integer)
    yield node, AC.endOffset, Literal(span.end, datatype=XSD.integer)
