"""Mentions and codings → Web Annotations, and the direct properties that the preferred ones stand for.

Each is a statement node too: like an `ac:Assertion` it has `rdf:subject`, `rdf:predicate` and `rdf:object`, its
standing, its confidence and its source, so that one query tells of any fact what it rests on.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rdflib import Literal, Namespace, URIRef
from rdflib.namespace import PROV, RDF, SKOS, XSD

from aseancan_kg import namespaces
from aseancan_kg.build import goals
from aseancan_kg.build.triples import AC, Triple, confidence
from aseancan_kg.model import Coding, Mention

OA = Namespace(namespaces.PREFIXES["oa"])

_SEVERAL = frozenset({"topic", "sdg", "hedge", "reaffirms"})
"""Properties that one target can have several codes of."""


def mentions(mentions: Iterable[Mention], whole: str, edition: str) -> Iterator[Triple]:
    """Triples of the mentions in `edition`, the slug of a source; `whole` is the IRI of the plan whose text it is.

    In an edition that is no plan the document itself mentions what it names.
    """
    source = URIRef(namespaces.thing("source", edition))
    for mention in mentions:
        node = URIRef(namespaces.thing("mention", f"{edition}/{mention.span.start}-{mention.span.end}"))
        part = URIRef(namespaces.part(whole, mention.part)) if mention.part else source
        entity = URIRef(namespaces.ID + mention.entity)
        place = mention.part.replace("/", " ") if mention.part else edition
        yield node, RDF.type, AC.Mention
        yield node, SKOS.prefLabel, Literal(f"Mention of {mention.entity} in {place}: “{mention.quote}”", lang="en")
        yield node, OA.motivatedBy, OA.identifying
        yield node, OA.hasBody, entity
        yield from _target(node, source, mention)
        yield node, RDF.subject, part
        yield node, RDF.object, entity
        for relation in sorted({*mention.relations, "mentions"}):
            yield node, RDF.predicate, AC[relation]
            yield part, AC[relation], entity
        yield node, AC.foundBy, URIRef(namespaces.concept("mention-rule", mention.rule or "reader"))
        yield node, AC.reviewStatus, URIRef(namespaces.concept("review-status", mention.status))
        yield from _evidence(node, "preferred", mention.confidence, source, mention.locator)
        if mention.note:
            yield node, SKOS.editorialNote, Literal(mention.note, lang="en")


def codings(codings: Sequence[Coding], whole: str, edition: str) -> Iterator[Triple]:
    """Triples of codings of parts of the plan `whole`, an IRI, or of statements."""
    source = URIRef(namespaces.thing("source", edition))
    counter: Counter[str] = Counter()
    for coding in codings:
        name = _name(coding, whole, edition)
        counter[name] += 1
        name += f"/{counter[name]}" if counter[name] > 1 else ""
        node = URIRef(namespaces.thing("coding", name))
        target, value = _target_of(coding, whole), _value(coding)
        yield node, RDF.type, AC.Coding
        yield node, SKOS.prefLabel, Literal(f"Coding: {name}", lang="en")
        yield node, OA.motivatedBy, OA.assessing
        yield node, OA.hasTarget, target
        if isinstance(value, URIRef):
            yield node, OA.hasBody, value
        yield node, RDF.subject, target
        yield node, RDF.predicate, AC[coding.property]
        yield node, RDF.object, value
        if coding.standing == "preferred":
            yield target, AC[coding.property], value
        scheme = goals.SCHEME if coding.scheme == "sdg" else URIRef(namespaces.SCHEME + coding.scheme)
        yield node, AC.codingScheme, scheme
        yield node, AC.coder, URIRef(namespaces.concept("coder", coding.coder))
        for aspect, code in (("basis", coding.basis), ("match", coding.match)):
            if code:
                yield node, AC[aspect], URIRef(namespaces.concept(aspect, code))
        for words in coding.words:
            yield node, AC.words, Literal(words, lang="en")
        yield node, AC.rationale, Literal(coding.rationale, lang="en")
        yield from _evidence(node, coding.standing, coding.confidence, source, coding.locator)


def _name(coding: Coding, whole: str, edition: str) -> str:
    """Name a coding by what it says, so that another row in the table gives no coding the name of its neighbour."""
    name = f"{edition}/{coding.coder}/{coding.target}/{coding.property}"
    if coding.property in _SEVERAL:
        prefixes = (f"{whole}/", f"{namespaces.SCHEME}{coding.scheme}/", namespaces.SCHEME, f"{goals.SCHEME}/")
        found = next((prefix for prefix in prefixes if coding.value.startswith(prefix)), None)
        name += f"/{coding.value.removeprefix(found)}" if found else "/title"
    return name


def _target_of(coding: Coding, whole: str) -> URIRef:
    is_statement = coding.target.startswith("statement/")
    return URIRef(namespaces.ID + coding.target if is_statement else namespaces.part(whole, coding.target))


def _value(coding: Coding) -> URIRef | Literal:
    """Return what is coded: words of the text as such, all else by its IRI."""
    return Literal(coding.value, lang="en") if coding.scheme == "clause-part" else URIRef(coding.value)


def _target(node: URIRef, source: URIRef, mention: Mention) -> Iterator[Triple]:
    """Where the words stand, both by position and by quotation, as readers of Web Annotations expect."""
    target, position, quote = node + "#target", node + "#position", node + "#quote"
    yield node, OA.hasTarget, target
    yield target, RDF.type, OA.SpecificResource
    yield target, OA.hasSource, source
    yield target, OA.hasSelector, position
    yield target, OA.hasSelector, quote
    yield position, RDF.type, OA.TextPositionSelector
    yield position, OA.start, Literal(mention.span.start, datatype=XSD.integer)
    yield position, OA.end, Literal(mention.span.end, datatype=XSD.integer)
    yield quote, RDF.type, OA.TextQuoteSelector
    yield quote, OA.exact, Literal(mention.quote)
    if mention.prefix or mention.suffix:
        yield quote, OA.prefix, Literal(mention.prefix)
        yield quote, OA.suffix, Literal(mention.suffix)


def _evidence(node: URIRef, standing: str, grade: str, source: URIRef, locator: str | None) -> Iterator[Triple]:
    yield node, AC.standing, URIRef(namespaces.concept("standing", standing))
    yield node, PROV.hadPrimarySource, source
    yield from confidence(node, grade)
    if locator:
        yield node, AC.locator, Literal(locator)
