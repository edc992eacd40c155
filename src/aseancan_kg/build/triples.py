"""Rows of the registers → RDF triples: which column is written with which property.

The direct property of a thing carries the one preferred value; each preferred and each rival value also stands on an
`ac:Assertion` with its sources, confidence and the register cell it comes from.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from rdflib import Literal, Namespace, URIRef
from rdflib.namespace import DC, DCTERMS, FOAF, ORG, OWL, PROV, RDF, SKOS, TIME, XSD
from rdflib.term import Node

from aseancan_kg import namespaces
from aseancan_kg.build.columns import NOT_FACTS
from aseancan_kg.build.registers import Row, parse_rival
from aseancan_kg.build.values import Code, Number, Part, PartialDate, Plain, Reference, Text, Url, Value
from aseancan_kg.settings import VERSION

Triple = tuple[Node, Node, Node]

AC = Namespace(namespaces.ONT)
ITSRDF = Namespace(namespaces.PREFIXES["itsrdf"])
SCHEMA = Namespace(namespaces.PREFIXES["schema"])

# What stands on every assertion: rdflib takes longer to look a term up than to make the rest of its triple.
_TYPE, _LABEL, _SOURCE = RDF.type, SKOS.prefLabel, PROV.hadPrimarySource
_SUBJECT, _PREDICATE, _OBJECT = RDF.subject, RDF.predicate, RDF.object

CLASSES: Mapping[str, URIRef] = {
    "instrument": AC.Instrument,
    "body": AC.Body,
    "mechanism": AC.Mechanism,
    "programme": AC.Programme,
    "fund": AC.Fund,
    "post": AC.Post,
    "state-group": AC.StateGroup,
    "place": AC.Place,
    "state": AC.State,
    "person": AC.Person,
    "holding": AC.Holding,
    "membership": AC.Membership,
    "meeting": AC.Meeting,
    "participation": AC.Participation,
    "report": AC.Report,
    "statement": AC.Statement,
    "party-action": AC.PartyAction,
}
"""Kind of a thing → its class."""

_PROPERTIES: Mapping[str, URIRef] = {
    "title": SKOS.prefLabel,
    "name": SKOS.prefLabel,
    "short_title": SKOS.altLabel,
    "acronym": AC.acronym,
    "kind": AC.kind,
    "legal_nature": AC.legalNature,
    "adopted_place": AC.adoptedPlace,
    "adopted_by": AC.adoptedByName,
    "adopting_body": AC.adoptedBy,
    "parties": AC.party,
    "parties_note": AC.partiesNote,
    "pillar": AC.pillar,
    "supersedes": AC.supersedes,
    "implements": AC.implementsInstrument,
    "part_of": DCTERMS.isPartOf,
    "phase_of": AC.phaseOf,
    "url": FOAF.page,  # not foaf:homepage: two bodies may share one, and that would make them the same
    "wikidata": SCHEMA.sameAs,
    "parent": AC.parent,
    "founding_act": AC.foundingAct,
    "seat_city": AC.seatCity,
    "seat_country": AC.seatCountry,
    "members": AC.hasMember,
    "members_note": AC.membersNote,
    "iso_code": AC.isoCode,
    "capital": AC.capital,
    "person": AC.holder,
    "post": AC.post,
    "post_title": AC.postTitle,
    "member": ORG.member,
    "ordinal": AC.ordinal,
    "series": AC.inSeries,
    "place": AC.placeName,
    "mode": AC.mode,
    "areas": AC.area,
    "meeting": AC.meeting,
    "agent": AC.agent,
    "role": AC.participationRole,
    "capacity": AC.capacity,
    "subject": AC.reportSubject,
    "predicate": AC.reportPredicate,
    "object": AC.reportObject,
    "edition": AC.reportedIn,
    "start": AC.startOffset,
    "end": AC.endOffset,
    "form": AC.statementForm,
    "speech_act": AC.speechAct,
    "speaker": AC.speaker,
    "speaker_words": AC.speakerWords,
    "chain": AC.reportedThrough,
    "quotation": AC.quotation,
    "gist": AC.gist,
    "instrument": AC.onInstrument,
    "party": AC.actingParty,
    "action": AC.partyAct,
}
_PROPERTIES_OF_KIND: Mapping[tuple[str, str], URIRef] = {
    ("membership", "organisation"): ORG.organization,
    ("holding", "organisation"): AC.organisation,
    ("report", "meeting"): AC.reportOf,
    ("statement", "meeting"): AC.saidAt,
}
_DATE_STEMS: Mapping[str, str] = {
    "adopted": "adopted",
    "entered_into_force": "enteredIntoForce",
    "period_start": "periodStarts",
    "period_end": "periodEnds",
    "established": "established",
    "dissolved": "dissolved",
    "joined": "joined",
    "left": "left",
    "started": "started",
    "ended": "ended",
    "as_of": "asOf",
    "from": "heldFrom",
    "to": "heldTo",
    "date": "acted",
}
_INVERSES: Mapping[URIRef, URIRef] = {AC.supersedes: AC.supersededBy}
_ENTAILED: Mapping[URIRef, URIRef] = {AC.acronym: SKOS.altLabel, AC.phaseOf: DCTERMS.isPartOf}
_CITED_ONLY = Literal("Cited as evidence, not reproduced; all rights stay with whoever published it.", lang="en")
_CONFIDENCE = {"high": Decimal("0.9"), "medium": Decimal("0.6"), "low": Decimal("0.3")}
"""A convention that orders the three grades; it is no probability."""


def iri(reference: Reference) -> URIRef:
    """IRI of the thing a reference names."""
    return URIRef(namespaces.thing(reference.kind, reference.slug))


def term(value: Value) -> URIRef | Literal:
    """Term that a value is written as."""
    match value:
        case Text(words):
            return Literal(words, lang="en")
        case Plain(characters) | Part(characters):
            return Literal(characters)
        case Number(number):
            return Literal(number, datatype=XSD.integer)
        case PartialDate(text):
            return Literal(text, datatype=XSD[value.datatype])
        case Reference():
            return iri(value)
        case Code(scheme, code):
            return URIRef(namespaces.concept(scheme, code))
        case Url(address):
            return URIRef(address)


def predicates(kind: str, column: str) -> tuple[URIRef, ...]:
    """Properties that a column of such a thing is written with, the asserted one first."""
    if stem := _DATE_STEMS.get(column):
        return tuple(AC[stem + suffix] for suffix in ("On", "Earliest", "Latest"))
    return (_PROPERTIES_OF_KIND.get((kind, column)) or _PROPERTIES[column],)


def thing(row: Row) -> Iterator[Triple]:
    """Triples of one row that describes a thing: its type, facts, note and the assertions behind the facts."""
    subject = iri(Reference(row.kind, row.slug))
    yield subject, RDF.type, CLASSES[row.kind]
    if row.one("legal_nature") == Code("legal-nature", "binding"):
        yield subject, RDF.type, AC.LegalInstrument
    for column, cell in row.cells.items():
        if column in NOT_FACTS:
            continue
        for number, value in enumerate(cell, start=1):
            yield from _fact(subject, row.kind, column, value)
            name = f"{row.kind}/{row.slug}/{column}" + (f"/{number}" if number > 1 else "")
            yield from _assertion(name, subject, _predicate(row.kind, column), value, row, column, "preferred")
    if note := row.one("note"):
        yield subject, SKOS.editorialNote, term(note)
    if row.kind == "membership":
        yield from _interval(subject, row)
    if row.kind == "statement":
        yield from _chain(subject, row)


def composed_label(subject: str, words: str) -> Iterator[Triple]:
    """Label of a thing whose register has no name column."""
    yield URIRef(subject), SKOS.prefLabel, Literal(words, lang="en")


def name(row: Row, number: int) -> Iterator[Triple]:
    """Triples of the `number`-th further name of a thing (a row of names.csv)."""
    entity, words, kind = row.one("entity"), row.one("name"), row.one("kind")
    if not (isinstance(entity, Reference) and isinstance(words, Text) and isinstance(kind, Code)):
        return
    predicate = SKOS.hiddenLabel if kind.code == "misnomer" else SKOS.altLabel
    yield iri(entity), predicate, term(words)
    assertion = f"{entity}/names/{number}"  # "/name" is that of the register's own column
    yield from _assertion(assertion, iri(entity), predicate, words, row, "name", "preferred")
    node = URIRef(namespaces.thing("assertion", assertion))
    yield node, AC.nameKind, term(kind)
    for column, stem in (("from", "validFrom"), ("to", "validTo")):
        if isinstance(date := row.one(column), PartialDate):
            yield from dated(node, stem, date)


def rival(row: Row, number: int) -> Iterator[Triple]:
    """Triples of the `number`-th rival value for one column of a thing (a row of rivals.csv)."""
    entity, column, value = parse_rival(row)
    assertion = f"{entity}/{column}/rival-{number}"
    yield from _assertion(assertion, iri(entity), _predicate(entity.kind, column), value, row, "value", "rival")


def concept(row: Row) -> Iterator[Triple]:
    """Triples of one code of a code list."""
    scheme, code = row.one("scheme"), row.one("code")
    if not (isinstance(scheme, Plain) and isinstance(code, Plain)):
        return
    node = URIRef(namespaces.concept(scheme.characters, code.characters))
    yield node, RDF.type, SKOS.Concept
    yield node, SKOS.inScheme, URIRef(namespaces.SCHEME + scheme.characters)
    yield node, SKOS.notation, Literal(code.characters)
    for column, predicate in (
        ("label", SKOS.prefLabel),
        ("definition", SKOS.definition),
        ("source", SKOS.note),
        ("scope_note", SKOS.scopeNote),
    ):
        if value := row.one(column):
            yield node, predicate, term(value)
    for broader in row.all_written("broader"):
        yield node, SKOS.broader, URIRef(namespaces.concept(scheme.characters, broader))
    if not row.cells["broader"]:
        yield node, SKOS.topConceptOf, URIRef(namespaces.SCHEME + scheme.characters)
    for related in row.all_written("related"):
        other = URIRef(namespaces.concept(scheme.characters, related))
        yield node, SKOS.related, other
        yield other, SKOS.related, node
    for words in row.cells["alternatives"]:
        yield node, SKOS.altLabel, term(words)


def ordered(slug: str, rows: Sequence[Row]) -> Iterator[Triple]:
    """Triples of the order of the codes of a list, the lowest first; list nodes have IRIs, so that none is blank."""
    collection = URIRef(f"{namespaces.SCHEME}{slug}#order")
    yield collection, RDF.type, SKOS.OrderedCollection
    yield collection, SKOS.prefLabel, Literal(f"Order of {slug.replace('-', ' ')}", lang="en")
    yield collection, SKOS.memberList, collection + "-1"
    for number, row in enumerate(rows, start=1):
        concept = URIRef(namespaces.concept(slug, row.written("code")))
        yield collection + f"-{number}", RDF.first, concept
        yield collection + f"-{number}", RDF.rest, collection + f"-{number + 1}" if number < len(rows) else RDF.nil
        yield collection, SKOS.member, concept
        yield concept, AC.rank, Literal(number, datatype=XSD.integer)


def concept_scheme(slug: str) -> Iterator[Triple]:
    """Triples of a code list itself."""
    node = URIRef(namespaces.SCHEME + slug)
    yield node, RDF.type, SKOS.ConceptScheme
    yield node, OWL.versionInfo, Literal(VERSION)
    yield node, SKOS.prefLabel, Literal(slug.replace("-", " ").capitalize(), lang="en")


def web_source(address: Url) -> Iterator[Triple]:
    """Triples of a web page that facts rest on; its label is its address without the scheme."""
    yield URIRef(address.address), RDF.type, AC.SourceDocument
    label = address.address.partition("://")[2].rstrip("/")
    yield URIRef(address.address), SKOS.prefLabel, Literal(label, lang="en")
    yield URIRef(address.address), DC.rights, _CITED_ONLY


def document(row: Row) -> Iterator[Triple]:
    """Triples of a row of documents.csv: a web page we know more of than its address, or a document without one."""
    address = row.one("url")
    if isinstance(address, Url):
        node = URIRef(address.address)
        yield from web_source(address)
    else:
        node = iri(Reference(row.kind, row.slug))
        yield node, RDF.type, AC.SourceDocument
        yield node, DC.rights, _CITED_ONLY
        yield node, SKOS.prefLabel, term(row.one("title") or Text(row.slug))
    for column, predicate in (("publisher", DC.publisher), ("issued", DCTERMS.issued), ("note", SKOS.editorialNote)):
        if value := row.one(column):
            yield node, predicate, term(value)


def source_document(slug: str, metadata: Mapping[str, str | int]) -> Iterator[Triple]:
    """Triples of an edition described in data/sources."""
    node = URIRef(namespaces.thing("source", slug))
    yield node, RDF.type, AC.SourceDocument
    yield node, SKOS.prefLabel, Literal(metadata["title"], lang=str(metadata["language"]))
    yield node, AC.sha256, Literal(metadata["sha256"])
    yield node, AC.codePoints, Literal(metadata["code_points"], datatype=XSD.integer)
    yield node, DCTERMS.language, URIRef(f"http://id.loc.gov/vocabulary/iso639-1/{metadata['language']}")
    for key, predicate in (("rights", DC.rights), ("provenance", SKOS.editorialNote), ("publisher", DC.publisher)):
        if metadata[key]:
            yield node, predicate, Literal(metadata[key], lang="en")
    if metadata["url"]:
        yield node, DCTERMS.source, URIRef(str(metadata["url"]))
    if metadata["instrument"]:
        yield node, DCTERMS.isFormatOf, URIRef(namespaces.thing("instrument", str(metadata["instrument"])))
    if metadata["date_of"] == "publication":
        yield node, DCTERMS.issued, term(PartialDate(str(metadata["date"])))


def confidence(node: URIRef, grade: str) -> Iterator[Triple]:
    """Triples of the confidence in what a statement node says, as a code and as a number."""
    yield node, AC.confidence, URIRef(namespaces.concept("confidence", grade))
    yield node, ITSRDF.taConfidence, Literal(_CONFIDENCE[grade])


def alignment(row: Row, number: int) -> Iterator[Triple]:
    """Triples of the `number`-th alignment of a code with a concept elsewhere (a row of alignments.csv)."""
    concept, target = row.one("concept"), row.one("target")
    if not (isinstance(concept, Code) and isinstance(target, Url)):
        return
    subject, predicate = URIRef(namespaces.concept(concept.scheme, concept.code)), SKOS[row.written("relation")]
    yield subject, predicate, term(target)
    name = f"concept/{concept.scheme}/{concept.code}/{number}"
    yield from _assertion(name, subject, predicate, target, row, "target", "preferred")
    node = URIRef(namespaces.thing("assertion", name))
    if label := row.one("target_label"):
        yield node, AC.targetLabel, term(label)
    if isinstance(checked := row.one("checked"), PartialDate):
        yield node, AC.checkedOn, term(checked)


def dated(subject: Node, stem: str, value: PartialDate) -> Iterator[Triple]:
    """Triples of a date as precise as it is known, with the first and the last day that it can mean."""
    yield subject, AC[f"{stem}On"], term(value)
    yield subject, AC[f"{stem}Earliest"], Literal(value.earliest.isoformat(), datatype=XSD.date)
    yield subject, AC[f"{stem}Latest"], Literal(value.latest.isoformat(), datatype=XSD.date)


def _predicate(kind: str, column: str) -> URIRef:
    """Return the property that is asserted of the column's values."""
    return predicates(kind, column)[0]


def _fact(subject: URIRef, kind: str, column: str, value: Value) -> Iterator[Triple]:
    if isinstance(value, PartialDate):
        yield from dated(subject, _DATE_STEMS[column], value)
        return
    predicate, object_ = _predicate(kind, column), term(value)
    yield subject, predicate, object_
    if predicate in _INVERSES:
        yield object_, _INVERSES[predicate], subject
    if predicate in _ENTAILED:
        entailed = Literal(str(object_), lang="en") if isinstance(object_, Literal) else object_
        yield subject, _ENTAILED[predicate], entailed


def _assertion(  # noqa: PLR0913 - an assertion has these seven parts
    name: str, subject: URIRef, predicate: URIRef, value: Value, row: Row, column: str, standing: str
) -> Iterator[Triple]:
    node = URIRef(namespaces.thing("assertion", name))
    yield node, _TYPE, AC.Assertion
    yield node, _LABEL, Literal(f"Assertion: {name}", lang="en")
    yield node, _SUBJECT, subject
    yield node, _PREDICATE, predicate
    yield node, _OBJECT, term(value)
    yield node, AC.standing, URIRef(namespaces.concept("standing", standing))
    yield node, AC.locator, Literal(f"{row.locator}/{column}")
    for source in row.cells["sources"]:
        yield node, _SOURCE, term(source)
    yield from confidence(node, row.written("confidence"))
    if not row.slug and (note := row.one("note")):
        yield node, SKOS.editorialNote, term(note)


def _interval(membership: URIRef, row: Row) -> Iterator[Triple]:
    """Write a membership's period as OWL-Time, which org:memberDuring asks for; an open end has no instant."""
    period = membership + "/period"
    yield membership, ORG.memberDuring, period
    yield period, RDF.type, TIME.ProperInterval
    yield period, SKOS.prefLabel, Literal(f"Period of {row.slug}", lang="en")
    ends = (("joined", TIME.hasBeginning, "beginning"), ("left", TIME.hasEnd, "end"))
    for column, predicate, end in ends:
        if isinstance(date := row.one(column), PartialDate):
            instant = period + f"/{end}"
            precision = {"date": TIME.inXSDDate, "gYearMonth": TIME.inXSDgYearMonth, "gYear": TIME.inXSDgYear}
            yield period, predicate, instant
            yield instant, RDF.type, TIME.Instant
            yield instant, SKOS.prefLabel, Literal(f"{end.capitalize()} of {row.slug}", lang="en")
            yield instant, precision[date.datatype], term(date)


def _chain(statement: URIRef, row: Row) -> Iterator[Triple]:
    """Write in which order documents handed a statement on, the one at hand first."""
    for number, document in enumerate(row.cells["chain"], start=1):
        step = statement + f"/step/{number}"
        yield statement, AC.reportingStep, step
        yield step, RDF.type, AC.ReportingStep
        yield step, SKOS.prefLabel, Literal(f"Step {number} in the report of {row.slug}", lang="en")
        yield step, AC.stepNumber, Literal(number, datatype=XSD.integer)
        yield step, AC.document, term(document)
