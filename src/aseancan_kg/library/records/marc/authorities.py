"""MARC 21 authority records: of bodies (110), mechanisms (111) and the uniform titles of instruments (130).

Fields: https://www.loc.gov/marc/authority/. Each source that gives the name is cited in a field 670 of its own, and so
is each passage of a text that names the thing, with its words and the code points at which they stand.
"""

from collections.abc import Iterator

from pymarc import Field, Leader
from pymarc import Record as Marc

from aseancan_kg.library.records.access_points import name_type
from aseancan_kg.library.records.marc.fields import (
    Provenance,
    acts_of,
    agent,
    coded_dates,
    control,
    date_entered,
    field,
    numbers,
    place_in,
    skipped,
    uniform_title,
)
from aseancan_kg.library.records.record import Record, Value, label_of

_LEADER = "00000nz  a2200000n  4500"
_FIXED = "n||az|nnaabn          || an|     d"
"""Positions 06-39: an established name, described by RDA, for main, added and subject entries, not for series."""
_RELATED = {
    "parent": "Hierarchical superior:",
    "children": "Hierarchical subordinate:",
    "members": "Corporate member:",
    "supersedes": "Continuation of (work):",
    "superseded_by": "Continued by (work):",
    "implements": "Implementation of (work):",
    "implemented_by": "Implemented by:",
    "phase_of": "Phase of (work):",
    "phases": "Phase (work):",
    "part_of": "Part of (work):",
    "parts": "Part (work):",
    "adopted_by": "Issuing body:",
    "parties": "Participant:",
}
_VARIANTS = {"former": "Former name:", "translation": "Translated name:", "misnomer": "Wrongly called:"}
_NOTES = ("nature", "in_force", "period_start", "period_end", "adopted_by_name", "parties_note", "note")


def authority(record: Record) -> Marc:
    """Return the authority record of a body, a mechanism or the title of an instrument."""
    made = Marc(leader=_LEADER)
    made.leader = Leader(_LEADER)
    provenance = Provenance()
    parts = (
        numbers(record),
        [control("008", f"{date_entered(record)}{_FIXED}")],
        coded_dates(("k", record.adopted), ("s", record.established), ("t", record.dissolved)),
        _names(record),
        _attributes(record),
        _related(record),
        _notes(record),
        _sources(record, provenance),
        provenance.fields(),
    )
    made.add_ordered_field(*(one for part in parts for one in part))
    return made


def _names(record: Record) -> Iterator[Field]:
    """Yield the name in use and those not used."""
    yield _heading("1", record.named)
    for acronym in record.acronym:
        yield _heading("4", _variant(record, acronym), ("i", "Acronym:"), ("w", "r"))
    for name in record.other_titles:
        said = _VARIANTS.get(name.name_kind, "")
        told = (("i", said), ("w", "r")) if said else ()
        yield _heading("4", _variant(record, name), *told)


def _variant(record: Record, name: Value) -> Value:
    return Value(name.text, kind=record.kind, form=record.named.form)


def _heading(block: str, value: Value, *others: tuple[str, str]) -> Field:
    if value.kind != "instrument":
        return agent(block, value, *others)
    return field(f"{block}30", f" {skipped(value.text)}", *others, *uniform_title(value), ("1", value.iri))


def _attributes(record: Record) -> Iterator[Field]:
    if record.kind == "instrument":
        for place in record.adopted_place:
            yield field("370", "  ", ("g", place.text))
        for form in record.form:
            yield field("380", "  ", ("a", form.text), ("0", form.iri))
    else:
        for form in record.form:
            yield field("368", "  ", ("a", form.text), ("0", form.iri))
        seat = [("c", value.text) for value in record.seat_country] + [("e", value.text) for value in record.seat_city]
        if seat:
            yield field("370", "  ", *seat)
    for pillar in record.pillar:
        yield field("372", "  ", ("a", pillar.text), ("0", pillar.iri))
    for page in record.page:
        yield field("856", "4 ", ("u", page.iri), ("y", "Web page"))


def _related(record: Record) -> Iterator[Field]:
    for name, said in _RELATED.items():
        for value in record.values(name):
            if value.kind == "instrument" or name_type(value):
                yield _heading("5", value, ("i", said), ("w", "r"))
            else:
                yield field("667", "  ", ("a", f"{said} {value.text}"))


def _notes(record: Record) -> Iterator[Field]:
    for name in _NOTES:
        for value in record.values(name):
            yield field("667", "  ", ("a", f"{label_of(name)}: {value.text}"))
    for name, values in record.rivals.items():
        for value in values:
            sources = "; ".join(source.iri for source in value.sources)
            yield field(
                "667", "  ", ("a", f"Another source gives as {label_of(name).lower()}: {value.dated} ({sources})")
            )
    if record.acts:
        yield field("678", "  ", ("a", f"Acts of parties: {acts_of(record)}"))
    for name in ("founding_act", "members_note"):
        for value in record.values(name):
            yield field("678", "1 ", ("a", f"{label_of(name)}: {value.text}"))


def _sources(record: Record, provenance: Provenance) -> Iterator[Field]:
    for title in record.title:
        for source in title.sources:
            yield field("670", "  ", ("a", source.label), ("b", f"(name: {title.text})"), ("u", source.iri))
    dataset = ", ".join(filter(None, (record.agency, f"dataset version {record.version}")))
    yield field("670", "  ", ("a", dataset), ("u", record.iri))
    for passage in record.mentioned_in:
        places = "; ".join(place_in(passage))
        told = f"({places})" if places else ""
        yield field("670", "  ", *provenance.link(passage), ("a", passage.text), ("b", told), ("u", passage.iri))
