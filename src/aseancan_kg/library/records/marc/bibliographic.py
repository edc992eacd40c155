"""MARC 21 bibliographic records of instruments.

A treaty goes by its title and the date of signature (RDA 6.29.1 as revised in 2014: field 130), any other instrument by
its title with those who adopted it as added entries. Positions and fields: https://www.loc.gov/marc/bibliographic/.
"""

from collections.abc import Iterator
from typing import Literal

from pymarc import Field, Leader
from pymarc import Record as Marc

from aseancan_kg.library.plain import closed
from aseancan_kg.library.records.access_points import access_point, agents, name_type, signing_date, thesaurus
from aseancan_kg.library.records.marc.fields import (
    Provenance,
    acts_of,
    agent,
    coded_dates,
    control,
    date_entered,
    field,
    language_code,
    numbers,
    place_in,
    skipped,
    uniform_title,
)
from aseancan_kg.library.records.record import Record, Value, label_of

MainEntry = Literal["title", "corporate"]
"""Whether plans and declarations are entered under their title, or under the body that adopted them."""

_LEADER = "00000nam a22000007i 4500"
_INTERNATIONAL = {"intergovernmental-organisation", "ministerial-council", "commission"}
"""Forms of bodies in which states are represented."""
_RELATED = {
    "supersedes": "Continuation of",
    "superseded_by": "Superseded by",
    "implements": "Implementation of",
    "implemented_by": "Implemented by",
    "phase_of": "Phase of",
    "phases": "Phase",
}
_NOTES = ("nature", "pillar", "in_force", "parties_note", "note")
_VARIANTS = {
    "": "Other title:",
    "former": "Former title:",
    "plan-wording": "Title as worded in a plan that names it:",
    "translation": "Translated title:",
    "acronym": "Acronym:",
    "misnomer": "Wrongly called:",
}


def bibliographic(record: Record, main_entry: MainEntry = "title") -> Marc:
    """Return the bibliographic record of an instrument."""
    made = Marc(leader=_LEADER)
    made.leader = Leader(_LEADER)
    provenance = Provenance()
    creator = next(iter(record.adopted_by), None) if main_entry == "corporate" and not record.legal else None
    parts = (
        numbers(record),
        _fixed(record),
        _titles(record, is_second=record.legal or bool(creator)),
        _description(record),
        _notes(record),
        _subjects(record, provenance),
        _agents(record, creator),
        _relations(record),
        _addresses(record),
        provenance.fields(),
    )
    made.add_ordered_field(*(one for part in parts for one in part))
    return made


def _is_online(record: Record) -> bool:
    """Tell whether the text is online; a page about the instrument need not hold it."""
    return bool(record.edition_address or record.edition)


def _government(record: Record) -> str:
    """Return the level of those who made it (008/28), a fill character where what is stated does not tell.

    One state among the parties may stand there for many, since the dataset need not have them all.
    """
    makers = (*record.adopted_by, *record.parties)
    states = {value.iri for value in makers if value.kind == "state"}
    joint = any(value.kind in {"state-group", "mechanism"} or value.form in _INTERNATIONAL for value in makers)
    if record.legal or joint or len(states) > 1:
        return "i"
    return "f" if any(value.kind == "state" for value in record.adopted_by) else "|"


def _fixed(record: Record) -> Iterator[Field]:
    """Yield what is coded by position; what nothing states has a fill character."""
    dates = [value.text[:4] for value in (*record.edition_date, *record.adopted) if value.text[:4].isdecimal()]
    publication = f"s{dates[0]}    " if dates else "nuuuuuuuu"
    form = "o" if _is_online(record) else "|"
    contents = "z   " if record.legal else "||||"
    government = _government(record)
    books = f"|||||{form}{contents}{government}||| ||"
    yield control("008", f"{date_entered(record)}{publication}xx {books}{language_code(record)} d")
    if _is_online(record):
        yield control("006", f"m     o  d {government}      ")
        yield control("007", "cr |||||||||||")
    valid = (("m", record.period_start or record.in_force), ("n", record.period_end))
    yield from coded_dates(("k", record.adopted), *valid)


def _titles(record: Record, *, is_second: bool) -> Iterator[Field]:
    """Yield the titles; the one in 245 is an added entry where another field is the main one."""
    title, skip = record.heading, skipped(record.heading)
    if record.legal:
        date = signing_date(record.adopted[0].text) if record.adopted else ""
        yield field("130", f"{skip} ", ("a", title), ("d", date), ("1", record.iri))
    yield field("245", f"{int(is_second)}{skip}", ("a", closed(title)))
    for acronym in record.acronym:
        yield field("246", "1 ", ("i", "Acronym:"), ("a", acronym.text))
    for name in record.other_titles:
        yield field("246", "1 ", ("i", _VARIANTS.get(name.name_kind, _VARIANTS[""])), ("a", name.text))


def _description(record: Record) -> Iterator[Field]:
    publishers, dates = record.edition_publisher, record.edition_date
    if publishers or dates:
        named = [("b", value.text + ("," if dates else "")) for value in publishers]
        yield field("264", " 1", *named, *(("c", value.text) for value in dates))
    yield field("336", "  ", ("a", "text"), ("b", "txt"), ("2", "rdacontent"))
    if _is_online(record):
        yield field("337", "  ", ("a", "computer"), ("b", "c"), ("2", "rdamedia"))
        yield field("338", "  ", ("a", "online resource"), ("b", "cr"), ("2", "rdacarrier"))
    for place in record.adopted_place:
        yield field("370", "  ", ("g", place.text))
    for form in record.form:
        yield field("380", "  ", ("a", form.text), ("0", form.iri))


def _notes(record: Record) -> Iterator[Field]:
    by = ("on", record.adopted), ("in", record.adopted_place), ("by", record.adopted_by_name)
    adopted = [f"{word} {value.text}" for word, values in by for value in values]
    if adopted:
        yield field("500", "  ", ("a", f"Adopted {', '.join(adopted)}."))
    for name in _NOTES:
        for value in record.values(name):
            yield field("500", "  ", ("a", closed(f"{label_of(name)}: {value.text}")))
    if record.acts:
        yield field("500", "  ", ("a", closed(f"Acts of parties: {acts_of(record)}")))
    for name, values in record.rivals.items():
        for value in values:
            said = f"Another source gives as {label_of(name).lower()}: {value.dated} ({_listed(value)})"
            yield field("500", "  ", ("a", closed(said)))
    if record.contents:
        listed = " -- ".join(f"{section.code} {section.text}" for section in record.contents)
        yield field("505", "0 ", ("a", closed(listed)))
    for passage in record.mentioned_in:
        places = "; ".join(place_in(passage))
        yield field("510", f"{4 if places else 3} ", ("a", passage.text), ("c", places), ("u", passage.iri))
    for rights in record.edition_rights:
        yield field("540", "  ", ("a", rights.text))
    sources = f"Description based on: {_listed(*record.title)}; dataset version {record.version}."
    yield field("588", "  ", ("a", sources))


def _subjects(record: Record, provenance: Provenance) -> Iterator[Field]:
    for value in record.mentioned:
        link = provenance.link(value)
        if value.kind == "instrument":
            yield field("630", f"{skipped(value.text)}4", *link, *uniform_title(value), ("1", value.iri))
        elif name_type(value):
            yield agent("6", value, *link, second="4")
        else:
            yield field("653", "  ", *link, ("a", value.text))
    for topic in (*record.topics, *record.goals):
        yield field("650", " 4", *provenance.link(topic), ("a", topic.text), ("0", topic.iri))
    for heading in record.headings:
        source = thesaurus(heading)
        yield field("650", " 7" if source else " 4", ("a", heading.text), ("2", source), ("0", heading.iri))


def _agents(record: Record, creator: Value | None) -> Iterator[Field]:
    for value, roles in agents(record):
        yield agent("1" if value is creator else "7", value, roles=roles)


def _relations(record: Record) -> Iterator[Field]:
    for tag, name, said in (("773", "part_of", "Part of"), ("774", "parts", "Part")):
        yield from (_related(tag, said, value) for value in record.values(name))
    for name, said in _RELATED.items():
        for value in record.values(name):
            is_name = name_type(value)  # as of a fund, which is no resource
            yield agent("7", value, roles=("implementing body",)) if is_name else _related("787", said, value)


def _related(tag: str, said: str, value: Value) -> Field:
    uniform = access_point(value) if value.legal else ""
    return field(tag, "08", ("i", f"{said}:"), ("s", uniform), ("t", value.text), ("o", value.iri))


def _addresses(record: Record) -> Iterator[Field]:
    yield field("758", "  ", ("a", record.heading), ("1", record.iri))
    for address in record.edition_address:
        yield field("856", "40", ("u", address.iri or address.text), ("y", "Text as published"))
    for page in record.page:
        yield field("856", "4 ", ("u", page.iri), ("y", "Web page"))
    for edition in record.edition:
        sums = "; ".join(f"SHA-256 {value.text}" for value in record.edition_checksum)
        yield field("856", "41", ("u", edition.iri), ("y", f"Edition held: {edition.text}"), ("z", sums))
    yield field("856", "42", ("u", record.iri), ("y", "Description with all evidence"))


def _listed(*values: Value) -> str:
    sources = dict.fromkeys(source.iri for value in values for source in value.sources)
    return "; ".join(sources) or "no source stated"
