"""MODS 3.8: instruments, and the actions of a plan as parts of it.

https://www.loc.gov/standards/mods/userguide/. Bodies have no records in MODS; they stand in it as names.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator

from aseancan_kg.catalogue.labels import natural
from aseancan_kg.library.plain import document, element
from aseancan_kg.library.records.access_points import access_point, agents, article, name_type, thesaurus
from aseancan_kg.library.records.record import Record, Value, label_of

NAMESPACE = "http://www.loc.gov/mods/v3"
SCHEMA = "http://www.loc.gov/standards/mods/v3/mods-3-8.xsd"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_DECLARED = {"xmlns": NAMESPACE, "xmlns:xsi": _XSI, "xsi:schemaLocation": f"{NAMESPACE} {SCHEMA}"}
_EDTF = {"encoding": "edtf"}
_RELATED = {
    "supersedes": ("preceding", ""),
    "superseded_by": ("succeeding", ""),
    "part_of": ("host", ""),
    "parts": ("constituent", ""),
    "phase_of": ("host", "Phase of"),
    "phases": ("constituent", "Phase"),
    "implements": ("", "Implementation of"),
    "implemented_by": ("", "Implemented by"),
    "mentioned_in": ("isReferencedBy", ""),
}
"""Field → `type` of a related item, or else what `otherType` calls it."""
_NAMES = {"personal": "personal", "meeting": "conference"}
"""Type of a name → what MODS calls it; every other is corporate."""
_NOTES = ("nature", "pillar", "in_force", "adopted_by_name", "parties_note", "verb", "note")


def mods(record: Record) -> ET.Element:
    """Return a record, an element `mods`."""
    root = ET.Element("mods", {**_DECLARED, "version": "3.8"})
    made = () if record.kind == "action" else (_names, _adoption)
    for part in (_titles, *made, _origin, _notes, _subjects, _related, _identifiers):
        root.extend(part(record))
    return root


def as_mods(records: Iterable[Record]) -> bytes:
    """Write a collection."""
    collection = ET.Element("modsCollection", _DECLARED)
    collection.extend(map(mods, records))
    return document(collection)


def _titles(record: Record) -> Iterator[ET.Element]:
    yield _title(record.heading)
    if record.legal:
        yield _title(access_point(record.named), {"type": "uniform", "valueURI": record.iri})
    for acronym in record.acronym:
        yield _title(acronym.text, {"type": "abbreviated"})
    for name in record.other_titles:
        kind = "translated" if name.name_kind == "translation" else "alternative"
        yield _title(name.text, {"type": kind, "displayLabel": name.name_kind})


def _title(text: str, attributes: dict[str, str] | None = None) -> ET.Element:
    skipped = article(text)
    return _within(
        "titleInfo", attributes, *([("nonSort", skipped)] if skipped else []), ("title", text[len(skipped) :])
    )


def _names(record: Record) -> Iterator[ET.Element]:
    for value, roles in agents(record):
        yield _name(value, *roles)


def _name(value: Value, *roles: str) -> ET.Element:
    kind = _NAMES.get(name_type(value), "corporate")
    made = _within("name", {"type": kind, "valueURI": value.iri}, ("namePart", value.text))
    made.extend(_within("role", None, ("roleTerm", role)) for role in roles)
    return made


def _adoption(record: Record) -> Iterator[ET.Element]:
    places = [_within("place", None, ("placeTerm", value.text)) for value in record.adopted_place]
    yield from _event("adoption", *places, *(element("dateCreated", value.text, _EDTF) for value in record.adopted))


def _event(kind: str, *parts: ET.Element) -> Iterator[ET.Element]:
    """Yield an origin for what happened to an instrument, if anything is stated of that."""
    if parts:
        made = element("originInfo", "", {"eventType": kind})
        made.extend(parts)
        yield made


def _origin(record: Record) -> Iterator[ET.Element]:
    """Yield kind, validity, publication, language and text."""
    yield element("typeOfResource", "text")
    for form in record.form:
        yield element("genre", form.text, {"valueURI": form.iri})
    if record.legal:
        yield element("genre", "treaty", {"authority": "marcgt"})
    ends = (("start", record.period_start), ("end", record.period_end))
    dates = (element("dateValid", value.text, {**_EDTF, "point": point}) for point, values in ends for value in values)
    yield from _event("in effect", *dates)
    publishers = (element("publisher", value.text) for value in record.edition_publisher)
    issued = (element("dateIssued", value.text, _EDTF) for value in record.edition_date)
    yield from _event("publication", *publishers, *issued)
    for language in record.language:
        term = element("languageTerm", language.iri.rpartition("/")[2], {"type": "code", "authority": "rfc5646"})
        yield _wrap("language", term)
    if record.text:
        yield element("abstract", record.text[0].text)


def _notes(record: Record) -> Iterator[ET.Element]:
    if record.contents:
        yield element("tableOfContents", " -- ".join(f"{one.code} {one.text}" for one in record.contents))
    for field in _NOTES:
        for value in record.values(field):
            yield element("note", value.text, {"displayLabel": label_of(field)})
    for act in record.acts:
        yield element("note", act.dated, {"displayLabel": label_of("acts")})
    for field, values in record.rivals.items():
        for value in values:
            sources = "; ".join(source.iri for source in value.sources)
            label = f"{label_of(field)}, of another source"
            yield element("note", f"{value.dated} ({sources})", {"displayLabel": label})


def _subjects(record: Record) -> Iterator[ET.Element]:
    for field in ("topics", "goals", "headings"):
        for value in record.values(field):
            topic = element("topic", value.text, {"valueURI": value.iri})
            yield _wrap("subject", topic, {"authority": thesaurus(value)})
    for value in record.mentioned:
        kind = name_type(value)
        if value.kind == "instrument":
            yield _wrap("subject", _title(access_point(value), {"valueURI": value.iri}))
        elif kind in {"", "jurisdiction"}:
            name = "geographic" if kind else "topic"
            yield _wrap("subject", element(name, value.text, {"valueURI": value.iri}))
        else:
            yield _wrap("subject", _name(value))


def _related(record: Record) -> Iterator[ET.Element]:
    """Yield what it hangs together with; the whole of an action has its makers, and tells where in it the action is."""
    for field, (kind, other) in _RELATED.items():
        for value in record.values(field):
            if name_type(value):  # as of a fund, which is no resource
                yield _name(value, "implementing body")
                continue
            if (field, value.kind) == ("part_of", "section"):
                continue  # It tells where in the whole the action is.
            made = element("relatedItem", "", {"type": kind} if kind else {"otherType": other})
            if kind and other:
                made.set("displayLabel", other)
            made.append(_title(value.text))
            made.append(element("identifier", value.iri, {"type": "uri"}))
            if field == "part_of" and record.kind == "action":
                made.extend([*_names(record), *_adoption(record), _part(record)])
            yield made


def _part(record: Record) -> ET.Element:
    """Return where in the whole a part is: in which sections, and its number."""
    made = ET.Element("part")
    for section in sorted(record.part_of, key=lambda one: natural(one.code)):
        if section.kind == "section":
            made.append(_within("detail", {"type": "section"}, ("number", section.code), ("title", section.text)))
    made.extend(_within("detail", {"type": record.kind}, ("number", number.text)) for number in record.number)
    return made


def _identifiers(record: Record) -> Iterator[ET.Element]:
    yield element("identifier", record.iri, {"type": "uri"})
    for same in record.same_as:
        yield element("identifier", same.iri, {"type": "uri"})
    location = ET.Element("location")
    location.extend(
        element("url", value.iri, {"displayLabel": "Text as published"}) for value in record.edition_address
    )
    location.extend(element("url", value.iri, {"displayLabel": "Web page"}) for value in record.page)
    location.extend(element("url", value.iri, {"displayLabel": "Edition held"}) for value in record.edition)
    location.append(element("url", record.iri, {"displayLabel": "Description with all evidence"}))
    yield location
    for rights in record.edition_rights:
        yield element("accessCondition", rights.text, {"type": "use and reproduction"})
    info = ET.Element("recordInfo")
    info.append(element("recordContentSource", record.agency or "unknown"))
    for name, day in (("recordCreationDate", record.created), ("recordChangeDate", record.modified)):
        if day:
            info.append(element(name, day, {"encoding": "w3cdtf"}))
    info.append(element("recordIdentifier", record.path))
    sources = "; ".join(source.iri for title in record.title for source in title.sources)
    origin = f"Made by software from dataset version {record.version}"
    info.append(element("recordOrigin", f"{origin}, which rests here on: {sources}" if sources else origin))
    yield info


def _wrap(name: str, inner: ET.Element, attributes: dict[str, str] | None = None) -> ET.Element:
    made = element(name, "", attributes)
    made.append(inner)
    return made


def _within(name: str, attributes: dict[str, str] | None, *parts: tuple[str, str]) -> ET.Element:
    """Return an element with texts inside it."""
    made = element(name, "", attributes)
    made.extend(element(inner, text) for inner, text in parts)
    return made
