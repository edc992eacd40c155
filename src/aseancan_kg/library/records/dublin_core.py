"""Dublin Core: simple, as OAI-PMH wants it of everything, and qualified with the terms of DCMI.

https://www.openarchives.org/OAI/2.0/oai_dc.xsd, https://www.dublincore.org/specifications/dublin-core/dcmi-terms/.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aseancan_kg.library.plain import document, element
from aseancan_kg.library.records.record import Record, Value

OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
_DC, _DCTERMS = "http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMA_LOCATION = f"{OAI_DC} http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
_TYPES = {"instrument": "Text", "action": "Text", "meeting": "Event"}
"""Kind → its type in the DCMI Type Vocabulary, which has none for bodies."""


@dataclass(frozen=True, slots=True)
class _Element:
    """A field's place: the simple element, and the term that says it more exactly."""

    field: str
    simple: str
    term: str


_ELEMENTS = (
    _Element("title", "title", "title"),
    _Element("acronym", "title", "alternative"),
    _Element("other_titles", "title", "alternative"),
    _Element("adopted_by", "creator", "creator"),
    _Element("parties", "contributor", "contributor"),
    _Element("topics", "subject", "subject"),
    _Element("headings", "subject", "subject"),
    _Element("goals", "subject", "subject"),
    _Element("areas", "subject", "subject"),
    _Element("contents", "description", "tableOfContents"),
    _Element("text", "description", "description"),
    _Element("founding_act", "description", "description"),
    _Element("adopted_by_name", "description", "description"),
    _Element("edition_publisher", "publisher", "publisher"),
    _Element("adopted", "date", "created"),
    _Element("edition_date", "date", "issued"),
    _Element("in_force", "date", "valid"),
    _Element("established", "date", "date"),
    _Element("dissolved", "date", "date"),
    _Element("started", "date", "date"),
    _Element("ended", "date", "date"),
    _Element("form", "type", "type"),
    _Element("number", "identifier", "identifier"),
    _Element("same_as", "identifier", "identifier"),
    _Element("edition", "source", "source"),
    _Element("edition_address", "source", "hasFormat"),
    _Element("language", "language", "language"),
    _Element("supersedes", "relation", "replaces"),
    _Element("superseded_by", "relation", "isReplacedBy"),
    _Element("implements", "relation", "relation"),
    _Element("implemented_by", "relation", "relation"),
    _Element("phase_of", "relation", "isPartOf"),
    _Element("phases", "relation", "hasPart"),
    _Element("part_of", "relation", "isPartOf"),
    _Element("parts", "relation", "hasPart"),
    _Element("series", "relation", "isPartOf"),
    _Element("mentioned", "relation", "references"),
    _Element("mentioned_in", "relation", "isReferencedBy"),
    _Element("parent", "relation", "relation"),
    _Element("children", "relation", "relation"),
    _Element("members", "relation", "relation"),
    _Element("page", "relation", "relation"),
    _Element("adopted_place", "coverage", "spatial"),
    _Element("place", "coverage", "spatial"),
    _Element("seat_city", "coverage", "spatial"),
    _Element("seat_country", "coverage", "spatial"),
    _Element("edition_rights", "rights", "rights"),
)
_LINKED = {"relation", "identifier", "source", "language"}
"""Simple elements that name a thing by its address rather than by a word."""


def oai_dc(record: Record) -> ET.Element:
    """Return the simple record, an element `oai_dc:dc`; the first identifier is the IRI."""
    root = ET.Element(
        "oai_dc:dc",
        {"xmlns:oai_dc": OAI_DC, "xmlns:dc": _DC, "xmlns:xsi": _XSI, "xsi:schemaLocation": _SCHEMA_LOCATION},
    )
    root.append(element("dc:identifier", record.iri))
    if record.kind in _TYPES:
        root.append(element("dc:type", _TYPES[record.kind]))
    for name, text in dict.fromkeys(_simple(record)):
        root.append(element(f"dc:{name}", text))
    return root


def as_oai_dc(records: Iterable[Record]) -> bytes:
    """Write simple records; several stand in a `records` element, for which the format has no name."""
    return _document([oai_dc(record) for record in records])


def dcterms(record: Record) -> ET.Element:
    """Return the qualified record, an element `metadata`; things are named by IRI and label."""
    root = ET.Element("metadata", {"xmlns:dcterms": _DCTERMS, "xmlns:xsi": _XSI})
    root.append(element("dcterms:identifier", record.iri, {"xsi:type": "dcterms:URI"}))
    if record.kind in _TYPES:
        root.append(element("dcterms:type", _TYPES[record.kind], {"xsi:type": "dcterms:DCMIType"}))
    told = (made for one in _ELEMENTS for value in record.values(one.field) for made in _qualified(one, value))
    root.extend({(made.tag, made.text): made for made in told}.values())
    if period := _period(record):
        root.append(element("dcterms:temporal", period, {"xsi:type": "dcterms:Period"}))
    return root


def as_dcterms(records: Iterable[Record]) -> bytes:
    """Write qualified records; several stand in a `records` element."""
    return _document([dcterms(record) for record in records])


def _simple(record: Record) -> Iterator[tuple[str, str]]:
    for one in _ELEMENTS:
        for value in record.values(one.field):
            yield one.simple, _word(one, value)
    if record.period:
        yield "coverage", record.period


def _word(one: _Element, value: Value) -> str:
    if one.field == "language":
        return value.iri.rpartition("/")[2] or value.text
    if one.field == "contents":
        return f"{value.code} {value.text}"
    return value.iri if one.simple in _LINKED and value.iri else value.text


def _qualified(one: _Element, value: Value) -> Iterator[ET.Element]:
    """Yield a thing as its IRI and as its label, a date with its precision, a text as it is."""
    name = f"dcterms:{one.term}"
    if one.field == "language":
        yield element(name, _word(one, value), {"xsi:type": "dcterms:RFC5646"})
    elif one.field == "contents":
        yield element(name, _word(one, value))
    elif one.simple == "date":
        yield element(name, value.text, {"xsi:type": "dcterms:W3CDTF"})
    else:
        if value.iri:
            yield element(name, value.iri, {"xsi:type": "dcterms:URI"})
        if value.text not in value.iri:  # as it is of a web address, which has no label
            yield element(name, value.text, {"xml:lang": value.language})


def _period(record: Record) -> str:
    """Return the period in the DCMI Period Encoding Scheme."""
    ends = [("start", record.period_start), ("end", record.period_end)]
    return "; ".join(f"{name}={values[0].text}" for name, values in ends if values)


def _document(roots: list[ET.Element]) -> bytes:
    if len(roots) == 1:
        return document(roots[0])
    whole = ET.Element("records")
    whole.extend(roots)
    return document(whole)
