"""Schema.org in JSON-LD: what binds in law as Legislation, other instruments as CreativeWork, bodies as Organization.

What is of two types at once is given both: a state is a country that acts, a mechanism an organ and a series of events.

https://schema.org/Legislation. A property is used only where it means no more than the graph says: what takes the place
of another instrument, or carries it out, has none there.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from aseancan_kg.library.records.access_points import name_type
from aseancan_kg.library.records.record import Record, Value, Values

CONTEXT = "https://schema.org"
_TYPES: Mapping[str, str | list[str]] = {
    "instrument": "CreativeWork",
    "action": "CreativeWork",
    "section": "CreativeWork",
    "body": "Organization",
    "mechanism": ["Organization", "EventSeries"],
    "meeting": "Event",
    "programme": "Project",
    "fund": "Project",
    "state": ["Country", "Organization"],
    "state-group": "Organization",
    "place": "Place",
    "person": "Person",
}
"""Kind → its type in schema.org."""
_TEXTS = {
    "acronym": "alternateName",
    "other_titles": "alternateName",
    "pillar": "keywords",
    "number": "position",
    "text": "text",
    "adopted": "dateCreated",
    "edition_date": "datePublished",
    "edition_rights": "usageInfo",
    "established": "foundingDate",
    "dissolved": "dissolutionDate",
    "founding_act": "description",
    "started": "startDate",
    "ended": "endDate",
    "areas": "about",
}
"""Field → the property that holds its texts."""
_LINKS = {
    "adopted_by": "creator",
    "parties": "contributor",
    "contents": "hasPart",
    "parts": "hasPart",
    "phases": "hasPart",
    "part_of": "isPartOf",
    "phase_of": "isPartOf",
    "mentioned": "mentions",
    "topics": "about",
    "goals": "about",
    "headings": "about",
    "parent": "parentOrganization",
    "children": "subOrganization",
    "members": "member",
    "series": "superEvent",
}
"""Field → the property that holds the things it names."""
_OF_LEGISLATION = {"adopted": "legislationDate", "adopted_by": "legislationPassedBy"}
"""The same for what binds in law, where that has a property of its own."""


def legislation(record: Record) -> dict[str, Any]:
    """Return a record as an object of JSON-LD, without its context."""
    made: dict[str, Any] = {"@id": record.iri, "@type": _type(record.named), "name": record.heading}
    said: dict[str, list[Any]] = {}
    narrower: Mapping[str, str] = _OF_LEGISLATION if record.legal else {}
    for field, name in _TEXTS.items():
        said.setdefault(narrower.get(field, name), []).extend(value.text for value in record.values(field))
    for field, name in _LINKS.items():
        values = [value for value in record.values(field) if (field, value.kind) != ("children", "post")]
        said.setdefault(narrower.get(field, name), []).extend(map(_link, values))
    said["additionalType"] = [form.iri for form in record.form]
    said["legislationType" if record.legal else "genre"] = _texts(record.form) if record.kind == "instrument" else []
    said["sameAs"] = [same.iri for same in record.same_as]
    said["inLanguage"] = [language.iri.rpartition("/")[2] for language in record.language]
    said["subjectOf"] = [{"@type": "WebPage", "url": page.iri} for page in record.page]
    said["temporalCoverage"] = [record.period]
    said["locationCreated"] = [{"@type": "Place", "name": text} for text in _texts(record.adopted_place)]
    said["location"] = [{"@type": "Place", "name": text} for text in _texts(record.place)]
    said["address"] = _address(record)
    said["isBasedOn" if record.kind == "action" else "encoding"] = [
        _encoding(record, edition) for edition in record.edition
    ]
    said["publisher"] = [{"@type": "Organization", "name": text} for text in _texts(record.edition_publisher)]
    said["sdPublisher"] = [{"@type": "Organization", "name": record.agency}] if record.agency else []
    said["sdLicense"], said["sdDatePublished"] = [record.licence], [record.modified]
    return made | {name: ones[0] if len(ones) == 1 else ones for name, ones in said.items() if any(ones)}


def as_legislation(records: Iterable[Record]) -> bytes:
    """Write records as JSON-LD: one as an object, several as a graph."""
    made = [legislation(record) for record in records]
    whole = {"@context": CONTEXT, **made[0]} if len(made) == 1 else {"@context": CONTEXT, "@graph": made}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def _type(value: Value) -> str | list[str]:
    if value.legal:
        return "Legislation"
    if value.kind == "mechanism" and name_type(value) == "corporate":
        return "Organization"
    return _TYPES.get(value.kind, "Thing")


def _texts(values: Values) -> list[str]:
    return [value.text for value in values]


def _link(value: Value) -> dict[str, Any]:
    kind = _type(value) if value.kind else "DefinedTerm"
    return {"@type": kind, "@id": value.iri, "name": value.text} | (
        {"position": value.code} if value.kind and value.code else {}
    )


def _address(record: Record) -> list[dict[str, str]]:
    parts = {
        name: values[0].text
        for name, values in (("addressLocality", record.seat_city), ("addressCountry", record.seat_country))
        if values
    }
    return [{"@type": "PostalAddress", **parts}] if parts else []


def _encoding(record: Record, edition: Value) -> dict[str, str]:
    made = {"@type": "MediaObject", "@id": edition.iri, "name": edition.text}
    if record.edition_checksum:
        made["sha256"] = record.edition_checksum[0].text
    if record.edition_address:
        made["contentUrl"] = record.edition_address[0].iri
    return made
