"""The published crosswalk is true of what is written, both of what is carried and of what is lost."""

import json
import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from dataclasses import replace
from functools import cache
from pathlib import Path

import bibtexparser
import pymarc
import pyoxigraph as ox
import pytest
import rispy
from bibtexparser.middlewares import LatexDecodingMiddleware

from aseancan_kg.catalogue.labels import Link
from aseancan_kg.library.plain import plain
from aseancan_kg.library.records.access_points import article
from aseancan_kg.library.records.crosswalk import crosswalk, losses, places
from aseancan_kg.library.records.exchange import BY_NAME, FORMATS, of_kind
from aseancan_kg.library.records.facts import OF_EDITION, STATED
from aseancan_kg.library.records.grounds import Ground
from aseancan_kg.library.records.record import FIELDS, Record, Value, records
from aseancan_kg.namespaces import BASE, ONT, PREFIXES, thing
from aseancan_kg.store.embedded import EmbeddedStore

DATED = {
    *(
        "adopted",
        "in_force",
        "period_start",
        "period_end",
        "edition_date",
        "established",
        "dissolved",
        "started",
        "ended",
    ),
}
LINKED = {
    *("form", "nature", "pillar", "adopted_by", "parties", "acts", "supersedes", "superseded_by", "implements"),
    *("implemented_by", "phase_of", "phases", "part_of", "parts", "edition", "edition_address", "contents", "verb"),
    *("topics", "headings", "goals", "mentioned", "parent", "children", "members", "series", "mode", "mentioned_in"),
    *("page", "same_as", "language"),
}
KINDS_OF = {
    "adopted_by": ("body", "mechanism", "state"),
    "parties": ("state", "state-group"),
    "mentioned": ("instrument", "body", "mechanism", "place", "person", ""),
    "parent": ("body", "mechanism", "state"),
    "children": ("body", "mechanism", "post"),
    "members": ("state", "body", "mechanism"),
    "contents": ("section",),
    "mentioned_in": ("action",),
    "series": ("mechanism",),
} | {name: ("instrument",) for name in LINKED if name.endswith(("by", "s_of", "e_of")) and name != "adopted_by"}
KINDS_OF |= {name: ("instrument",) for name in ("supersedes", "implements", "phases", "part_of", "parts")}
KINDS_OF |= {"implemented_by": ("instrument", "programme")}
PARTS = (
    f"{thing('instrument', 'asean-canada-poa-2021-2025')}/action/2.7.4",
    thing("meeting", "20th-asean-canada-dialogue"),
)
OTHERS = ("iri", "created", "modified", "version", "agency", "licence", "rivals", "sources", "words", "found_by")
ROWS = (*FIELDS, *OTHERS)
COLUMNS = tuple(dict.fromkeys(one.column for one in FORMATS))

# Every field says something that nothing else says: a word of its own, a year of its own.
YEARS = {name: 1901 + number for number, name in enumerate(sorted(DATED | {"created", "modified", "rivals"}))}


def marker(name):
    return f"{YEARS[name]}-01-02" if name in YEARS else f"Marker{name.replace('_', '')}End"


def sought(name):
    """Return what shows that a field is there."""
    if name == "language":
        return ("^fre$", "^fr\\.?$")
    if name in YEARS:
        year = str(YEARS[name])
        return (marker(name), f"({year} January 2)", f"{year}0102", f"^{year}$", f"^{year[2:]}0102$", f"{year}/01/02")
    return (marker(name),)


GROUND = Ground(
    "https://example.org/ground",
    sources=(Link(f"https://example.org/{marker('sources')}", marker("sources")),),
    words=marker("words"),
    start=1,
    end=9,
    by=Link("https://example.org/rule", marker("found_by")),
    mechanical=True,
)


def values(name):
    iri = f"https://example.org/{marker(name)}" if name in LINKED else ""
    if name == "language":
        return (Value("fr", iri="http://id.loc.gov/vocabulary/iso639-1/fr"),)
    grounds = (GROUND,) if name in {"title", "mentioned", "mentioned_in"} else ()
    return tuple(Value(marker(name), iri=iri, kind=kind, grounds=grounds) for kind in KINDS_OF.get(name, ("",)))


def full(kind, *, legal=False):
    """Return a record that has everything."""
    part = f"/action/{marker('number')}" if kind == "action" else ""
    record = Record(
        iri=f"https://example.org/{marker('iri')}{part}",
        kind=kind,
        legal=legal,
        rivals={"adopted": (Value(marker("rivals")),)},
        **{name: marker(name) for name in ("created", "modified", "version", "agency", "licence")},
    )
    section = [Value(marker("part_of"), "https://example.org/section", "section")] if part else []
    return replace(record, **{name: (*values(name), *(section if name == "part_of" else ())) for name in FIELDS})


def variants(kinds):
    """Yield records that have everything, and those that differ in what decides where a field stands."""
    yield from map(full, kinds)
    if "instrument" in kinds:
        yield full("instrument", legal=True)
        yield replace(full("instrument", legal=True), period_start=())
        yield replace(full("instrument"), edition_date=())


def stated(record):
    """Return a dataset that states what a record holds, and of itself who made it."""
    quads = []

    def state(subject, name, value):
        node = ox.NamedNode(value) if value.startswith("http") else ox.Literal(value)
        quads.append(ox.Quad(ox.NamedNode(subject), ox.NamedNode(name), node))

    whole, part, _ = record.iri.partition("/action/")
    state(whole, f"{PREFIXES['rdf']}type", ONT + ("Plan" if part else record.kind.capitalize()))
    if part:
        state(whole, STATED["title"], "The plan")
    if record.legal:
        state(whole, f"{PREFIXES['rdf']}type", f"{ONT}LegalInstrument")
    for fields, subject in ((STATED, record.iri), (OF_EDITION, record.edition[0].iri)):
        for field, name in fields.items():
            for value in record.values(field):
                state(subject, name, value.iri or value.text)
                if value.iri:
                    state(value.iri, STATED["title"], value.text)
    state(f"{BASE}dataset", f"{PREFIXES['dcterms']}creator", f"{BASE}agency")
    state(f"{BASE}agency", STATED["title"], record.agency)
    return EmbeddedStore(quads, version=record.version, union_default_graph=True)


def places_in_marc(written):
    for record in pymarc.MARCReader(written):
        for field in record.fields:
            if field.control_field:
                if field.tag != "008":
                    yield field.tag, field.data
                else:
                    yield "008/00-05", field.data[:6]
                    if record.leader[6] == "a":
                        yield "008/07-10", field.data[7:11]
                        yield "008/35-37", field.data[35:38]
                continue
            for subfield in field.subfields:
                yield f"{field.tag} ${subfield.code}", subfield.value


def places_in_xml(written):
    def walk(node, path):
        name = re.sub(r"\{.*\}", "", node.tag)
        path = (*path, name) if name not in {"mods", "modsCollection", "metadata", "dc"} else ()
        yield "/".join(path), node.text or ""
        for key, value in node.attrib.items():
            yield "/".join((*path, f"@{re.sub(r'{.*}', '', key)}")), value
        for child in node:
            yield from walk(child, path)

    yield from walk(ET.fromstring(written), ())


def places_in_json(written):
    def walk(value, path):
        if isinstance(value, dict):
            for key, inner in value.items():
                yield from walk(inner, (*path, key))
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner, path)
        else:
            yield "/".join(path), str(value)

    yield from walk(json.loads(written), ())


def places_in_text(written):
    first, *lines = written.decode().splitlines()
    yield "first line", first
    yield from (tuple(line.split(": ", 1)) for line in lines)


def places_in_ris(written):
    tags = {tag: tag for tag in rispy.TAG_KEY_MAPPING}
    for reference in rispy.loads(written.decode(), mapping=tags):
        yield from (
            (tag, text) for tag, told in reference.items() for text in ([told] if isinstance(told, str) else told)
        )


def places_in_bibtex(written):
    library = bibtexparser.parse_string(written.decode(), append_middleware=[LatexDecodingMiddleware()])
    assert not library.failed_blocks
    for entry in library.entries:
        yield "key", entry.key
        yield from ((field.key, field.value) for field in entry.fields)


READERS = {"oai_dc": places_in_xml, "dcterms": places_in_xml, "mods": places_in_xml, "legislation": places_in_json}
READERS |= {"isbd": places_in_text, "marc21": places_in_marc, "marc21-authority": places_in_marc}
READERS |= {"ris": places_in_ris, "bib": places_in_bibtex, "csl": places_in_json}


@cache
def located(column):
    """Return for each field where it stands in records that have everything."""
    exchange = BY_NAME[column]
    found = defaultdict(set)
    for record in variants(("instrument",) if column == "marc21" else exchange.kinds):
        for place, told in READERS[column](exchange.write(stated(record), [record])):
            text = told.replace(record.iri, marker("iri"))  # which has the number of an action in it
            for name in ROWS:
                if any(re.search(one, text) if one.endswith("$") else one in text for one in sought(name)):
                    found[name].add(place)
    return found


def test_the_table_has_a_row_for_each_field_and_a_column_for_each_format():
    assert tuple(crosswalk()) == ROWS
    assert all(tuple(row) == COLUMNS for row in crosswalk().values())


@pytest.mark.parametrize("column", COLUMNS)
def test_a_field_stands_where_the_table_says_and_nowhere_else(column):
    told = {field: set(places(field, column)) for field in ROWS}
    assert told == {field: located(column).get(field, set()) for field in ROWS}


@pytest.mark.parametrize("column", COLUMNS)
def test_the_real_catalogue_loses_nothing_that_is_said_to_be_carried(served, catalogued, column):
    exchange = BY_NAME[column]
    for record in (*catalogued.values(), *records(served, PARTS).values()):
        if record.kind not in exchange.kinds:
            continue
        column = exchange.column_of(record.kind)
        found = defaultdict(set)
        for place, text in READERS[column](exchange.write(served, [record])):
            found[place].add(text)
        for field in set(FIELDS).difference(losses(record, column)):
            shown = {text for place in places(field, column) for text in found[place]}
            if not places(field, column) or field == "language":
                continue
            for value in record.values(field):
                texts = {
                    plain(value.text),
                    plain(value.text).removeprefix(article(value.text)),
                    value.iri or value.text,
                }
                texts |= {value.text[:4]} if field in DATED else {value.iri.rpartition("/")[2]} - {""}
                assert any(one in text for text in shown for one in texts), (record.path, field, value.text)


def test_what_is_lost_of_a_record_is_told_with_the_reason():
    assert losses(full("body"), "mods")["seat_city"] == "of bodies, which have no record in this format"
    assert "title" not in losses(full("body"), "mods")
    assert losses(Record(iri="https://example.org/a", kind="instrument"), "oai_dc") == {}


def test_what_is_lost_of_some_records_is_told_of_those_only():
    plan, treaty = full("instrument"), full("instrument", legal=True)
    told = {"adopted_by", "parties", "form", "title"}
    assert told.intersection(losses(plan, "ris")) == {"adopted_by"}
    assert told.intersection(losses(treaty, "ris")) == {"parties"}
    assert told.intersection(losses(replace(plan, parties=()), "ris")) == set()
    assert told.intersection(losses(full("action"), "ris")) == {"adopted_by", "form", "title"}
    assert losses(full("body"), "legislation")["children"] == "no type means a post"
    assert "children" not in losses(replace(full("body"), children=()), "legislation")


def test_of_a_body_in_marc_21_the_authority_record_tells_what_is_lost(catalogued):
    lost = losses(catalogued[thing("body", "aha-centre")], BY_NAME["marcxml"].column_of("body"))
    assert {"parent", "members", "established", "seat_city"}.isdisjoint(lost)


def test_what_is_lost_of_an_action_is_not_said_of_meetings(served):
    (action,) = records(served, PARTS[:1]).values()
    reasons = [reason for one in of_kind("action") for reason in losses(action, one.column).values()]
    assert reasons
    assert not any(reason.startswith("of meetings") for reason in reasons)


def test_the_documentation_shows_the_table():
    shown = (Path(__file__).parents[3] / "docs" / "records.md").read_text(encoding="utf-8")
    for field, row in crosswalk().items():
        assert f"| {field} | {' | '.join(row.values())} |\n" in shown
