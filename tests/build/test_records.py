"""A row and its record in RDF say the same, and shapes and columns ask the same of them."""

import re

import pytest
from rdflib import RDF, SH, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import PROV, SKOS

from aseancan_kg import namespaces, settings, validation
from aseancan_kg.build import records, registers, sources
from aseancan_kg.build.columns import TABLES
from aseancan_kg.build.registers import Registers
from aseancan_kg.build.values import Choice, Codes, Plain
from aseancan_kg.errors import InvalidTables

AC = Namespace(namespaces.ONT)
INSTRUMENTS, ACTIP = "registers/instruments", "actip-2015"


@pytest.fixture(scope="module")
def tables() -> Registers:
    data = settings.resources() / "data"
    return registers.read(data, frozenset(document.slug for document in sources.read(data / "sources")))


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return validation.load_graph(sorted((settings.resources() / "shapes").glob("*.ttl")))


@pytest.fixture(scope="module")
def actip(tables):
    return next(row for row in tables.rows["instruments"] if row.slug == ACTIP)


def shape_of(table: str) -> URIRef:
    return URIRef(f"{namespaces.SHAPES}record-{table}")


def fields(table: str, shapes: Graph) -> dict[str, list[URIRef]]:
    """Return the shapes of the fields of a table by their columns."""
    kind, columns = TABLES[table]
    paths = {records.predicate(kind, column): column for column in columns}
    found: dict[str, list[URIRef]] = {}
    for shape in shapes.objects(shape_of(table), SH.property):
        found.setdefault(paths[shapes.value(shape, SH.path)], []).append(shape)
    return found


def test_every_row_of_every_table_is_what_its_record_means(tables) -> None:
    for row in (row for rows in tables.tables for row in rows):
        table = f"{row.folder}/{row.register}"
        written = {column: cell for column, cell in row.typed.items() if cell}
        assert records.cells(table, row.key, set(records.describe(row)), row.typed) == written


def test_a_record_speaks_of_the_thing_itself_or_of_the_row(tables, actip) -> None:
    assert {one for one, _, _ in records.describe(actip)} == {URIRef(namespaces.ID + "instrument/actip-2015")}
    assert (URIRef(namespaces.ID + "instrument/actip-2015"), RDF.type, AC.Instrument) in set(records.describe(actip))
    clause = tables.codings["plan-of-action-2021-2025"]["clauses"][0]
    expected = "https://w3id.org/aseancan/desk/records/codings/plan-of-action-2021-2025/clauses/1.1.1%2F1"
    assert {one for one, _, _ in records.describe(clause)} == {URIRef(expected)}


def test_values_that_stay_keep_their_order_and_new_ones_follow(actip) -> None:
    record = {triple for triple in records.describe(actip) if triple[1] != PROV.hadPrimarySource}
    subject = URIRef(namespaces.ID + "instrument/actip-2015")
    for address in ("https://a.example/", "https://b.example/", "https://c.example/", "https://d.example/"):
        record.add((subject, PROV.hadPrimarySource, URIRef(address)))
    now = {"sources": "https://d.example/ | https://x.example/ | https://b.example/"}
    expected = "https://d.example/ | https://b.example/ | https://a.example/ | https://c.example/"
    assert records.cells(INSTRUMENTS, ACTIP, record, now)["sources"] == expected


SUBJECT = URIRef(namespaces.ID + "instrument/actip-2015")


@pytest.mark.parametrize(
    ("triple", "told"),
    [
        ((SUBJECT, AC.capital, Literal("Ottawa", lang="en")), "such a record has no ac:capital"),
        ((SUBJECT, RDF.type, AC.Body), "such a record has no rdf:type ac:Body"),
        ((SUBJECT, AC.adoptedOn, Literal("2016")), '"2016" is not "2016"^^<http://www.w3.org/2001/XMLSchema#gYear>'),
        ((SUBJECT, AC.adoptedOn, Literal("9 May", datatype=XSD.date)), "column adopted: ac:adoptedOn: “9 May” is not"),
        ((SUBJECT, AC.adoptedPlace, Literal("Manila")), '"Manila" is not "Manila"@en'),
        ((SUBJECT, AC.adoptedPlace, Literal("Hanoi", lang="en")), "it has one value, not 2; leave one of Hanoi, Kuala"),
        ((SUBJECT, AC.adoptedBy, URIRef(namespaces.ID + "place/bangkok")), "is a place, but this column takes body or"),
        (
            (SUBJECT, AC.adoptedBy, URIRef("https://asean.org/")),
            "ac:adoptedBy: “https://asean.org/” is not a reference",
        ),
        (
            (SUBJECT, AC.pillar, URIRef(namespaces.SCHEME + "topic/trade")),
            "ac:pillar: “topic/trade” is not a code",
        ),
        ((SUBJECT, AC.adoptedBy, BNode("it")), "ac:adoptedBy: “it” is not a reference"),
        (
            (URIRef(namespaces.ID + "body/asean"), AC.acronym, Literal("A")),
            "id/body/asean. Say it of <https://w3id.org",
        ),
        ((BNode("it"), AC.acronym, Literal("A")), "the record speaks of _:it. Say it of"),
        ((SUBJECT, URIRef(namespaces.DESK + "slug"), Literal("actip-2016")), "it has one value, not 2"),
    ],
)
def test_what_is_no_such_record_is_told(actip, triple, told) -> None:
    record = [one for one in records.describe(actip) if one[1] != triple[1] or triple[1] == AC.adoptedPlace]
    if triple[1] == URIRef(namespaces.DESK + "slug"):
        record = list(records.describe(actip))
    with pytest.raises(InvalidTables, match=re.escape(told)):
        records.cells(INSTRUMENTS, ACTIP, [*record, triple])


def test_a_record_under_the_name_of_another_row_is_told(tables) -> None:
    name = tables.rows["names"][0]
    other = records.iri("registers/names", "another")
    record = [(other, predicate, object_) for _, predicate, object_ in records.describe(name)]
    with pytest.raises(InvalidTables, match=re.escape(f"it is the record of “{name.key}”, not of “another”")):
        records.cells("registers/names", "another", record)


def test_a_record_that_does_not_say_which_it_is_is_told_what_it_lacks(actip) -> None:
    record = [one for one in records.describe(actip) if one[1] != URIRef(namespaces.DESK + "slug")]
    with pytest.raises(InvalidTables, match=f"nothing tells it from others. Give it {namespaces.DESK}slug"):
        records.cells(INSTRUMENTS, ACTIP, record)


def test_every_thing_that_is_wrong_is_told_at_once(actip) -> None:
    wrong = [(SUBJECT, AC.adoptedOn, Literal("2016")), (SUBJECT, SKOS.prefLabel, Literal("Treaty"))]
    with pytest.raises(InvalidTables) as refused:
        records.cells(INSTRUMENTS, ACTIP, [*wrong, (SUBJECT, AC.capital, Literal("Ottawa", lang="en"))])
    missing = ["slug", "kind", "sources", "confidence"]
    assert [fault.place.column for fault in refused.value.faults] == [None, "adopted", "title", *missing]


@pytest.mark.parametrize("table", TABLES)
def test_every_column_has_one_field_with_its_words_and_its_place(table, shapes) -> None:
    found = fields(table, shapes)
    assert found.keys() == TABLES[table][1].keys()
    places = []
    for (shape,) in found.values():
        for words in (SH.name, SH.description, SH.message):
            (told,) = shapes.objects(shape, words)
            assert told.language == "en"
        (group,), (order,) = shapes.objects(shape, SH.group), shapes.objects(shape, SH.order)
        assert (group, RDF.type, SH.PropertyGroup) in shapes
        places.append((int(shapes.value(group, SH.order)), int(order)))
    assert len(set(places)) == len(places)


@pytest.mark.parametrize("table", TABLES)
def test_a_field_asks_what_its_column_asks(table, shapes) -> None:
    kind, columns = TABLES[table]
    for column, (shape,) in fields(table, shapes).items():
        held = columns[column]
        assert (int(shapes.value(shape, SH.minCount) or 0) == 1) == held.required, column
        assert (shapes.value(shape, SH.maxCount) is None) == held.many, column
        listed = shapes.value(shape, SH["in"])
        match held.read:
            case Choice(words=words):
                expected = {records.object_of(kind, column, Plain(word)) for word in words}
            case Codes(scheme=scheme, only=only):
                expected = {URIRef(namespaces.concept(scheme, code)) for code in only}
            case _:
                expected = set()
        assert set(Collection(shapes, listed) if listed else ()) == expected, column


def test_fields_take_what_stands_in_the_tables(tables, shapes) -> None:
    known = {table: fields(table, shapes) for table in TABLES}
    for row in (row for rows in tables.tables for row in rows):
        for column, cell in row.cells.items():
            (shape,) = known[row.register][column]
            pattern, datatype = shapes.value(shape, SH.pattern), shapes.value(shape, SH.datatype)
            for value in cell:
                term = records.object_of(row.kind, column, value, row.written("scheme"))
                assert not pattern or re.search(pattern, term), (shape, term)
                if datatype:
                    assert isinstance(term, Literal)
                    found = term.datatype or (RDF.langString if term.language else XSD.string)
                    assert found == datatype, (shape, term)
